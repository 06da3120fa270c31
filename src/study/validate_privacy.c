/* Which rows of a comparison of people are held back beside those of few people, and in which words. A pooled
 * row less the rows that are shown is a score of the others: with fewer than REIN_SMALLEST_GROUP of them, one
 * more row is held back (complementary suppression). The verdict is judged before. */
#include <math.h>
#include <string.h>

#include "src/record/reader.h"
#include "src/study/validate_inside.h"

const char *rein_validate_held_back(const rein_validation_row *row) {
  return row->complement ? "held back: with it, what rests on fewer than 5 people could be worked out"
                         : "fewer than 5 people";
}

const char *rein_validate_data_words(const rein_validation *v) {
  static const char *const words[] = {[REIN_RELATION_CALIBRATION] = "calibration data",
                                      [REIN_RELATION_EXTERNAL] = "external data",
                                      [REIN_RELATION_INPUT_DERIVED] = "input-derived data"};
  const rein_relation relation = v->observed->relation;
  if (strcmp(v->relation, rein_observed_relation_word(relation)) != 0)
    return "data of other people, one point after baseline";
  return words[relation];
}

const char *rein_validate_verdict_words(const rein_validation *v, rein_verdict verdict, rein_arena *arena) {
  const rein_relation relation = v->observed->relation;
  const char *rest = verdict != REIN_VERDICT_SUPPORTED         ? ""
                     : relation == REIN_RELATION_CALIBRATION   ? " only: fitted to them, so no prediction"
                     : relation == REIN_RELATION_INPUT_DERIVED ? " only: an input came from the outcome"
                                                               : "";
  return rein_arena_printf(arena, "%s, on %s%s", rein_verdict_word(verdict), rein_validate_data_words(v),
                           rest);
}

typedef struct {
  const rein_validate_job *job;
  rein_validation *v;
  int first, n; /* rows of one observable */
  bool *hidden; /* (n_person) those of whom the pooled row alone tells something */
} rows;

static rein_validation_row *at(const rows *r, int i) {
  return &r->v->row[r->first + i];
}

static bool is_cell(const rein_validation_row *row) {
  return row->arm >= 0 && !isnan(row->time);
}

static void hide_people(const rows *r, const rein_validation_row *cell) {
  const rein_validate_job *job = r->job;
  for (int i = 0; i < job->n_task; i++) {
    const rein_task *t = &job->task[i];
    if (rein_validate_is_scored(job, t) && t->observable == cell->observable && t->arm == cell->arm &&
        job->scenario->time[t->i_time] == cell->time)
      r->hidden[t->unit] = true;
  }
}

/* Whether a row of an arm over all horizons is shown, from which its cells can be taken off. */
static bool is_arm_shown(const rows *r, int arm) {
  for (int i = 0; i < r->n; i++)
    if (at(r, i)->arm == arm && isnan(at(r, i)->time)) return !at(r, i)->suppressed;
  return false;
}

/* People who are left of a pooled row when all shown rows within it are taken off. arm -1: of all arms. */
static int count_hidden(const rows *r, int arm) {
  int n = 0;
  memset(r->hidden, 0, (size_t)r->job->n_unit * sizeof *r->hidden);
  for (int i = 0; i < r->n; i++) {
    const rein_validation_row *row = at(r, i);
    if (!is_cell(row) || !row->suppressed) continue;
    if (arm < 0 ? !is_arm_shown(r, row->arm) : row->arm == arm) hide_people(r, row);
  }
  for (int u = 0; u < r->job->n_unit; u++) n += r->hidden[u];
  return n;
}

/* The shown cell, of an arm or of any, with the fewest people; NULL: none. */
static rein_validation_row *smallest_cell(const rows *r, int arm) {
  rein_validation_row *best = NULL;
  for (int i = 0; i < r->n; i++) {
    rein_validation_row *row = at(r, i);
    if (!is_cell(row) || row->suppressed || (arm >= 0 && row->arm != arm)) continue;
    if (!best || row->n_unit < best->n_unit) best = row;
  }
  return best;
}

static void hold_back(rein_validation_row *row) {
  row->suppressed = row->complement = true;
}

/* Of the pooled row of an arm, or of all arms: then the arm of the cell is held back with it. */
static void protect(const rows *r, int arm) {
  for (;;) {
    const int n = count_hidden(r, arm);
    rein_validation_row *cell = smallest_cell(r, arm);
    if (n == 0 || n >= REIN_SMALLEST_GROUP || !cell) return;
    hold_back(cell);
    for (int i = 0; i < r->n && arm < 0; i++)
      if (at(r, i)->arm == cell->arm && isnan(at(r, i)->time) && !at(r, i)->suppressed) hold_back(at(r, i));
  }
}

void rein_validate_hold_back(const rein_validate_job *job, rein_validation *v) {
  rows r = {.job = job, .v = v, .hidden = REIN_NEW(job->arena, bool, job->n_unit + 1)};
  if (job->observed->is_group || job->options.individual_data) return;
  for (r.first = 0; r.first < v->n_row; r.first += r.n) {
    for (r.n = 1; r.first + r.n < v->n_row && at(&r, r.n)->observable == at(&r, 0)->observable;) r.n++;
    for (int a = 0; a < job->observed->n_arm; a++)
      if (is_arm_shown(&r, a)) protect(&r, a);
    if (!at(&r, 0)->suppressed) protect(&r, -1);
  }
}
