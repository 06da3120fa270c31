/* Reading another model's predictions, and what the scores ask of them. */
#include "src/study/outside.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "src/base/files.h"
#include "src/base/sha256.h"
#include "src/scenario/assay.h"
#include "src/stats/fixed.h"
#include "src/stats/normal.h"
#include "src/study/validate_inside.h"

#define GRID 1000 /* even steps of a distribution that is no sample */
#define OUTERMOST 0.025

typedef enum { FORM_DRAWS, FORM_LEVELS, FORM_NAMED } form;

/* What is predicted for one point, of the measured value after, observable's unit. */
typedef struct {
  rein_weighted *at; /* (n) w: number of a draw, level of a quantile; rising after finish() */
  size_t n, capacity;
  rein_noise_kind named; /* FORM_NAMED */
  double location, spread;
} prediction;

struct rein_outside {
  form form;
  prediction *point; /* (n_task) */
  int *point_of;     /* (n_task) the first task of the same point: what was measured twice is one */
  size_t n_largest;
};

typedef struct {
  int task, study, arm, individual, horizon, horizon_unit, observable, unit, draw, value, level, distribution,
      location, spread;
} columns;

typedef struct {
  rein_validate_job *job;
  rein_units *units;
  rein_diag *diag;
  rein_csv *csv;
  columns c;
  rein_outside *outside;
  rein_names *people, *points, *seen, *studies, *arms;
  bool has_test_row;
} reader;

/* ---- columns ---- */

static bool find_columns(reader *r) {
  const rein_csv *csv = r->csv;
  const rein_observed *o = r->job->observed;
  const rein_pos pos = {csv->quiet, 1, 1, 1};
  const int n_error = rein_diag_n_error(r->diag);
  columns *c = &r->c;
  *c = (columns){.task = rein_csv_get_column(csv, "task", pos, r->diag),
                 .study = rein_csv_find(csv, "study"),
                 .arm = rein_csv_find(csv, "arm"),
                 .individual = o->is_group ? -1 : rein_csv_get_column(csv, "individual", pos, r->diag),
                 .horizon = rein_csv_get_column(csv, "horizon", pos, r->diag),
                 .horizon_unit = rein_csv_get_column(csv, "horizon_unit", pos, r->diag),
                 .observable = rein_csv_get_column(csv, "observable", pos, r->diag),
                 .unit = rein_csv_get_column(csv, "unit", pos, r->diag),
                 .draw = rein_csv_find(csv, "draw"),
                 .value = rein_csv_find(csv, "value"),
                 .level = rein_csv_find(csv, "level"),
                 .distribution = rein_csv_find(csv, "distribution"),
                 .location = rein_csv_find(csv, "location"),
                 .spread = rein_csv_find(csv, "spread")};
  const bool draws = c->draw >= 0 && c->value >= 0, levels = c->level >= 0 && c->value >= 0;
  const bool named = c->distribution >= 0 && c->location >= 0 && c->spread >= 0;
  if (draws + levels + named != 1)
    rein_error(r->diag, pos,
               "a prediction has the columns 'draw' and 'value', or 'level' and 'value', or 'distribution', "
               "'location' and 'spread'");
  r->outside->form = draws ? FORM_DRAWS : levels ? FORM_LEVELS : FORM_NAMED;
  if (c->arm < 0 && o->n_arm > 1)
    rein_error(r->diag, pos, "predictions need a column 'arm', since the data have %d", o->n_arm);
  if (c->study < 0 && o->n_study > 1)
    rein_error(r->diag, pos, "predictions need a column 'study', since the data have %d", o->n_study);
  return rein_diag_n_error(r->diag) == n_error;
}

/* ---- which point a line is of ---- */

static const char *point_key(const reader *r, int study, int arm, int observable, int person, int i_time) {
  return rein_arena_printf(r->job->arena, "%d %d %d %d %d", study, arm, observable, person, i_time);
}

static void index_points(reader *r) {
  const rein_observed *o = r->job->observed;
  r->people = rein_names_create(r->job->arena);
  r->points = rein_names_create(r->job->arena);
  r->seen = rein_names_create(r->job->arena);
  r->studies = rein_names_create(r->job->arena);
  r->arms = rein_names_create(r->job->arena);
  for (int i = 0; i < o->n_study; i++) rein_names_add(r->studies, o->study[i], i);
  for (int i = 0; i < o->n_arm; i++) rein_names_add(r->arms, o->arm[i].name, i);
  for (int i = 0; i < r->job->n_task; i++) {
    const rein_task *t = &r->job->task[i];
    r->outside->point_of[i] =
        rein_names_add(r->points, point_key(r, t->study, t->arm, t->observable, t->person, t->i_time), i);
    if (t->person < 0) continue;
    char code[18];
    rein_split_code(o, t->person, code);
    rein_names_add(r->people, code, t->person);
    rein_names_add(r->people, rein_arena_printf(r->job->arena, "%d\n%s", t->study, o->person[t->person]),
                   t->person);
  }
}

/* Index of a cell's name; `only` where the table has no such column. */
static int find_name(const reader *r, int64_t row, int column, const rein_names *names, int only,
                     const char *message) {
  if (column < 0) return only;
  const int i = rein_names_find(names, rein_csv_text(r->csv, row, column));
  if (i < 0) rein_error(r->diag, rein_csv_pos(r->csv, row, column), "%s", message);
  return i;
}

static int find_person(const reader *r, int64_t row, int study) {
  if (r->c.individual < 0) return -1;
  const char *id = rein_csv_text(r->csv, row, r->c.individual);
  int person = rein_names_find(r->people, id);
  if (person < 0) person = rein_names_find(r->people, rein_arena_printf(r->job->arena, "%d\n%s", study, id));
  if (person < 0)
    rein_error(r->diag, rein_csv_pos(r->csv, row, r->c.individual),
               "this is no code and no id of a person whose change is compared");
  return person;
}

static int find_observable(const reader *r, int64_t row) {
  const rein_validate_job *job = r->job;
  for (int o = 0; o < job->observed->n_observable; o++) {
    const char *name = job->scenario->model->observable[job->observed->observable[o]].name;
    if (strcmp(name, rein_csv_text(r->csv, row, r->c.observable)) == 0) return o;
  }
  rein_error(r->diag, rein_csv_pos(r->csv, row, r->c.observable),
             "the observed data have no such observable");
  return -1;
}

/* Index of the time after; -1 with an error. */
static int find_time(const reader *r, int64_t row) {
  const rein_scenario *s = r->job->scenario;
  rein_unit unit;
  double horizon;
  if (!rein_observed_read_unit(r->job->arena, r->units, r->csv, row, r->c.horizon_unit, &s->model->time_unit,
                               s->model->time_unit_text, r->diag, &unit) ||
      !rein_csv_number(r->csv, row, r->c.horizon, r->diag, &horizon))
    return -1;
  const double time = s->time[0] + rein_unit_convert(horizon, &unit, &s->model->time_unit);
  for (int t = 1; t < s->n_time; t++) {
    if (fabs(s->time[t] - time) <= 1e-6 * (1.0 + fabs(time))) return t;
  }
  rein_error(r->diag, rein_csv_pos(r->csv, row, r->c.horizon), "nothing was observed at this horizon");
  return -1;
}

/* The first task of the line's point, -1 with an error where there is none. */
static int find_point(const reader *r, int64_t row, int *observable) {
  const char *task = rein_csv_text(r->csv, row, r->c.task);
  if (strcmp(task, r->job->split->name) != 0) {
    rein_error(r->diag, rein_csv_pos(r->csv, row, r->c.task), "this line is of another task than '%s'",
               r->job->split->name);
    return -1;
  }
  const int study = find_name(r, row, r->c.study, r->studies, 0, "the observed data have no such study");
  const int arm = find_name(r, row, r->c.arm, r->arms, 0, "the observed data have no such arm");
  const int person = study < 0 ? -1 : find_person(r, row, study), i_time = find_time(r, row);
  *observable = find_observable(r, row);
  if (study < 0 || arm < 0 || i_time < 0 || *observable < 0 || (r->c.individual >= 0 && person < 0))
    return -1;
  const int point = rein_names_find(r->points, point_key(r, study, arm, *observable, person, i_time));
  if (point < 0)
    rein_error(r->diag, rein_csv_pos(r->csv, row, r->c.horizon),
               "no change is compared here: nothing of this observable and horizon was observed, or no state "
               "before");
  return point;
}

/* ---- numbers ---- */

static bool read_draw(reader *r, int64_t row, int point, const rein_unit *from, const rein_unit *to) {
  prediction *p = &r->outside->point[point];
  const int column = r->outside->form == FORM_DRAWS ? r->c.draw : r->c.level;
  double value, level;
  if (!rein_csv_number(r->csv, row, r->c.value, r->diag, &value) ||
      !rein_csv_number(r->csv, row, column, r->diag, &level))
    return false;
  const bool is_draw = column == r->c.draw;
  if (is_draw ? !(level >= 0.0 && level < 1e9 && level == floor(level)) : !(level > 0.0 && level < 1.0)) {
    rein_error(r->diag, rein_csv_pos(r->csv, row, column),
               is_draw ? "a draw is numbered: a whole number" : "a level is between 0 and 1");
    return false;
  }
  const char *key = rein_arena_printf(r->job->arena, "%d %.17g", point, level);
  const int before = rein_names_add(r->seen, key, (int)row);
  if (before != (int)row) {
    rein_error(r->diag, rein_csv_pos(r->csv, row, column), "this line repeats line %d: the same point and %s",
               rein_csv_pos(r->csv, before, 0).line, is_draw ? "draw" : "level");
    return false;
  }
  const rein_weighted at = {rein_unit_convert(value, from, to), level};
  REIN_PUSH(r->job->arena, p->at, p->n, p->capacity, at);
  return true;
}

static bool read_named(reader *r, int64_t row, int point, const rein_unit *from, const rein_unit *to) {
  prediction *p = &r->outside->point[point];
  const char *word = rein_csv_text(r->csv, row, r->c.distribution);
  const bool is_log = strcmp(word, "lognormal") == 0;
  if (p->n > 0) {
    rein_error(r->diag, rein_csv_pos(r->csv, row, 0), "this line repeats a point");
    return false;
  }
  if (!is_log && strcmp(word, "normal") != 0) {
    rein_error(r->diag, rein_csv_pos(r->csv, row, r->c.distribution),
               "'distribution' is normal (mean, SD) or lognormal (median, CV)");
    return false;
  }
  if (!rein_csv_number(r->csv, row, r->c.location, r->diag, &p->location) ||
      !rein_csv_number(r->csv, row, r->c.spread, r->diag, &p->spread))
    return false;
  p->n = 1;
  p->named = is_log ? REIN_NOISE_LOGNORMAL : REIN_NOISE_ADDITIVE;
  p->location = rein_unit_convert(p->location, from, to);
  if (!is_log) p->spread *= rein_unit_factor(from, to);
  if (!(p->spread > 0.0)) {
    rein_error(r->diag, rein_csv_pos(r->csv, row, r->c.spread), "a spread is above 0");
    return false;
  }
  if (!is_log || p->location > 0.0) return true;
  rein_error(r->diag, rein_csv_pos(r->csv, row, r->c.location), "the median of a lognormal is above 0");
  return false;
}

static void read_row(reader *r, int64_t row) {
  int o;
  rein_unit from;
  const int point = find_point(r, row, &o);
  if (point < 0) return;
  const rein_observable *observable = &r->job->scenario->model->observable[r->job->observed->observable[o]];
  if (!rein_observed_read_unit(r->job->arena, r->units, r->csv, row, r->c.unit, &observable->unit,
                               observable->unit_text, r->diag, &from))
    return;
  r->has_test_row |= r->job->task[point].is_test;
  if (r->outside->form == FORM_NAMED)
    read_named(r, row, point, &from, &observable->unit);
  else
    read_draw(r, row, point, &from, &observable->unit);
}

/* ---- whole predictions ---- */

static int by_level(const void *left, const void *right) {
  const rein_weighted *a = left, *b = right;
  return (a->w > b->w) - (a->w < b->w);
}

/* A draw that is not there would be taken for one that was never made. */
static bool check_draws(const reader *r, const prediction *p) {
  for (size_t i = 1; i < p->n; i++) {
    if (p->at[i].w == p->at[i - 1].w + 1.0) continue;
    rein_error(
        r->diag, rein_csv_pos(r->csv, 0, r->c.draw),
        "the draws of each point are numbered without gaps: after draw %.0f of one comes its draw %.0f",
        p->at[i - 1].w, p->at[i].w);
    return false;
  }
  return true;
}

/* Quantiles that reach far enough, and rise. The place is the file's: which point it is, is a person's. */
static bool check_levels(const reader *r, prediction *p) {
  const rein_pos pos = rein_csv_pos(r->csv, 0, r->c.level);
  if (p->at[0].w > OUTERMOST || p->at[p->n - 1].w < 1.0 - OUTERMOST) {
    rein_error(r->diag, pos,
               "the levels of each point have to reach from 0.025 or lower to 0.975 or higher: coverage of "
               "95 %% is scored");
    return false;
  }
  for (size_t i = 1; i < p->n; i++) {
    if (p->at[i].x >= p->at[i - 1].x) continue;
    rein_error(r->diag, pos, "the quantiles of a point fall as the level rises");
    return false;
  }
  return true;
}

static bool finish(reader *r) {
  bool good = true;
  int n_few = 0;
  r->outside->n_largest = GRID;
  for (int i = 0; i < r->job->n_task && good; i++) {
    prediction *p = &r->outside->point[i];
    if (p->n == 0) continue;
    if (r->outside->form != FORM_NAMED) qsort(p->at, p->n, sizeof *p->at, by_level);
    if (r->outside->form == FORM_LEVELS) good = check_levels(r, p);
    if (r->outside->form == FORM_DRAWS) good = check_draws(r, p);
    n_few += r->outside->form == FORM_DRAWS && p->n < REIN_VALIDATE_EFFECTIVE;
    if (p->n > r->outside->n_largest) r->outside->n_largest = p->n;
  }
  if (good && !r->has_test_row) {
    const rein_pos pos = {r->csv->quiet, 1, 1, 1};
    rein_error(r->diag, pos, "no line is of the test part");
    good = false;
  }
  if (good && n_few)
    rein_warning(
        r->diag, rein_csv_pos(r->csv, 0, r->c.draw),
        "%d %s fewer than %d draws; draws are scored as all that is predicted, so few of them score worse",
        n_few, n_few == 1 ? "point has" : "points have", REIN_VALIDATE_EFFECTIVE);
  return good;
}

static rein_status read_all(reader *r, const char *path) {
  const rein_pos nowhere = {NULL, 0, 0, 0};
  const rein_source *source;
  const int n_error = rein_diag_n_error(r->diag);
  rein_status status = rein_files_read(r->job->arena, path, nowhere, r->diag, &source);
  if (status == REIN_OK) status = rein_csv_parse(r->job->arena, source, r->diag, &r->csv);
  if (status != REIN_OK) return status;
  if (!find_columns(r)) return REIN_ERR_INPUT;
  index_points(r);
  for (int64_t row = 0; row < r->csv->n_row; row++) read_row(r, row);
  if (rein_diag_n_error(r->diag) > n_error || !finish(r)) return REIN_ERR_INPUT;
  rein_sha256_hex(source->bytes, source->n_byte, r->job->outside_hash);
  r->job->outside = r->outside;
  return REIN_OK;
}

rein_status rein_outside_read(rein_validate_job *job, rein_units *units, const char *path, rein_diag *diag) {
  rein_guard guard;
  if (REIN_GUARD(job->arena, &guard)) return REIN_ERR_MEMORY;
  rein_outside *outside = REIN_NEW(job->arena, rein_outside, 1);
  outside->point = REIN_NEW(job->arena, prediction, job->n_task + 1);
  outside->point_of = REIN_NEW(job->arena, int, job->n_task + 1);
  reader r = {.job = job, .units = units, .diag = diag, .outside = outside};
  const rein_status status = read_all(&r, path);
  rein_unguard(job->arena, &guard);
  return status;
}

/* ---- what the scores ask ---- */

static const prediction *of_task(const rein_outside *outside, const rein_validate_job *job,
                                 const rein_task *task) {
  return &outside->point[outside->point_of[task - job->task]];
}

size_t rein_outside_n_sample(const rein_outside *outside) {
  return outside->n_largest;
}

/* Straight lines between the levels given; what lies beyond the outermost is placed there. */
static double quantile_of(const prediction *p, double level) {
  if (level <= p->at[0].w) return p->at[0].x;
  for (size_t i = 1; i < p->n; i++) {
    const rein_weighted *a = &p->at[i - 1], *b = &p->at[i];
    if (level <= b->w) return a->x + (b->x - a->x) * (level - a->w) / (b->w - a->w);
  }
  return p->at[p->n - 1].x;
}

static double named_quantile(const prediction *p, double level) {
  const double z = rein_normal_quantile(level);
  return p->named == REIN_NOISE_LOGNORMAL
             ? p->location * rein_fixed_exp(sqrt(rein_fixed_log1p(p->spread * p->spread)) * z)
             : p->location + p->spread * z;
}

void rein_outside_predict(const rein_outside *outside, const rein_validate_job *job, const rein_task *task,
                          rein_weighted *sample, size_t *n) {
  const prediction *p = of_task(outside, job, task);
  *n = p->n == 0 ? 0 : outside->form == FORM_DRAWS ? p->n : GRID;
  for (size_t i = 0; i < *n; i++) {
    const double level = ((double)i + 0.5) / GRID;
    const double value = outside->form == FORM_DRAWS    ? p->at[i].x
                         : outside->form == FORM_LEVELS ? quantile_of(p, level)
                                                        : named_quantile(p, level);
    sample[i] = (rein_weighted){value - task->before, 1.0};
  }
}

double rein_outside_log_score(const rein_outside *outside, const rein_validate_job *job,
                              const rein_task *task) {
  const prediction *p = of_task(outside, job, task);
  if (outside->form != FORM_NAMED || p->n == 0) return NAN;
  const rein_observable like = {.noise = p->named};
  return -rein_measure_log_density(&like, p->location, p->spread, p->spread, task->after, task->censored);
}
