/* Rows of an observed table: names to indices, units converted, limits, duplicates. No message shows a cell.
 */
#include "src/record/observed_rows.h"

#include <math.h>
#include <string.h>

typedef struct {
  int study, arm, id, observable, unit, time, time_unit, value, mean, sd, se, n, lloq, uloq, censored,
      replicate, population, lost;
} columns;

typedef struct {
  rein_observed_rows *rows;
  rein_observed_reader *r; /* of rows */
  columns c;
} job;

int rein_observed_find_observable(const rein_model *model, const char *name) {
  for (size_t i = 0; i < model->n_observable; i++) {
    if (strcmp(model->observable[i].name, name) == 0) return (int)i;
  }
  return -1;
}

/* ---- columns ---- */

static bool find_columns(job *j) {
  const rein_csv *csv = j->r->csv;
  rein_diag *diag = j->r->diag;
  const rein_pos pos = {csv->quiet, 1, 1, 1};
  const int n_error = rein_diag_n_error(diag);
  columns *c = &j->c;
  *c = (columns){.study = rein_csv_find(csv, "study"),
                 .arm = rein_csv_find(csv, "arm"),
                 .id = rein_csv_find(csv, "id"),
                 .observable = rein_csv_get_column(csv, "observable", pos, diag),
                 .unit = rein_csv_get_column(csv, "unit", pos, diag),
                 .time = rein_csv_get_column(csv, "time", pos, diag),
                 .time_unit = rein_csv_get_column(csv, "time_unit", pos, diag),
                 .value = rein_csv_find(csv, "value"),
                 .mean = rein_csv_find(csv, "mean"),
                 .sd = rein_csv_find(csv, "sd"),
                 .se = rein_csv_find(csv, "se"),
                 .n = rein_csv_find(csv, "n"),
                 .lloq = rein_csv_find(csv, "lloq"),
                 .uloq = rein_csv_find(csv, "uloq"),
                 .censored = rein_csv_find(csv, "censored"),
                 .replicate = rein_csv_find(csv, "replicate"),
                 .population = rein_csv_find(csv, "population"),
                 .lost = rein_csv_find(csv, "lost")};
  j->r->observed->is_group = c->mean >= 0;
  j->r->observed->names_population = c->population >= 0;
  if (c->lost >= 0 && c->mean < 0)
    rein_error(diag, rein_csv_pos(csv, 0, c->lost),
               "'lost' is of means: who left is known of people themselves");
  if (c->population >= 0 && c->mean < 0) {
    rein_error(diag, rein_csv_pos(csv, 0, c->population),
               "'population' is of means: which people stayed is known of people themselves");
  }
  if (c->mean >= 0 && c->value >= 0) {
    rein_error(diag, pos,
               "a table has measurements of people ('value') or means of groups ('mean'), not both");
  } else if (c->mean >= 0) {
    if (c->n < 0) rein_error(diag, pos, "means of groups need a column 'n', the people behind each mean");
    if (c->sd < 0 && c->se < 0) rein_error(diag, pos, "means of groups need a column 'sd' or 'se'");
  } else if (c->value < 0 || c->id < 0) {
    rein_error(diag, pos,
               "expected the columns 'id' and 'value' of people, or 'mean', 'n' and 'sd' or 'se' of groups");
  }
  if (c->arm < 0 && j->r->observed->n_arm != 1) {
    rein_error(diag, pos, "the table needs a column 'arm', since 'arms' names %d", j->r->observed->n_arm);
  }
  return rein_diag_n_error(diag) == n_error;
}

/* ---- cells ---- */

static const char *text_at(const job *j, int64_t row, int column) {
  return column < 0 ? "" : rein_csv_text(j->r->csv, row, column);
}

static rein_pos pos_at(const job *j, int64_t row, int column) {
  return rein_csv_pos(j->r->csv, row, column < 0 ? 0 : column);
}

int rein_observed_collect(rein_observed_rows *rows, rein_observed_names *c, const char *key,
                          const char *name) {
  const int known = rein_names_find(c->names, key);
  if (known >= 0) return known;
  rein_names_add(c->names, key, (int)c->n);
  REIN_PUSH(rows->r->arena, c->list, c->n, c->capacity, name);
  return (int)c->n - 1;
}

bool rein_observed_read_unit(rein_arena *arena, rein_units *units, const rein_csv *csv, int64_t row,
                             int column, const rein_unit *to, const char *to_text, rein_diag *diag,
                             rein_unit *out) {
  rein_diag *silent = rein_diag_create(arena);
  const rein_pos pos = rein_csv_pos(csv, row, column);
  if (!rein_unit_parse(units, rein_csv_text(csv, row, column), pos, silent, out)) {
    rein_error(diag, pos, "this is no unit that rein knows");
    return false;
  }
  if (rein_unit_same_dimension(out, to)) return true;
  rein_error(diag, pos, "this unit cannot be converted into %s, as the model has it", to_text);
  return false;
}

static bool read_unit(const job *j, int64_t row, int column, const rein_unit *to, const char *to_text,
                      rein_unit *out) {
  return rein_observed_read_unit(j->r->arena, j->r->units, j->r->csv, row, column, to, to_text, j->r->diag,
                                 out);
}

int rein_observed_take_observable(rein_observed_rows *rows, int o) {
  if (rows->local[o] < 0) {
    rows->local[o] = (int)rows->n_observable;
    REIN_PUSH(rows->r->arena, rows->observable, rows->n_observable, rows->cap_observable, o);
  }
  return rows->local[o];
}

static bool read_observable(job *j, int64_t row, rein_observed_point *p, const rein_observable **out) {
  const int o = rein_observed_find_observable(j->r->model, text_at(j, row, j->c.observable));
  if (o < 0) {
    rein_error(j->r->diag, pos_at(j, row, j->c.observable), "the model has no observable of this name");
    return false;
  }
  p->observable = rein_observed_take_observable(j->rows, o);
  *out = &j->r->model->observable[o];
  return true;
}

static bool read_who(job *j, int64_t row, rein_observed_point *p) {
  const char *study = text_at(j, row, j->c.study);
  p->study = rein_observed_collect(j->rows, &j->rows->study, study, study);
  p->arm = j->c.arm < 0 ? 0 : rein_names_find(j->rows->arms, text_at(j, row, j->c.arm));
  p->person = -1;
  if (p->arm < 0) {
    rein_error(j->r->diag, pos_at(j, row, j->c.arm),
               "this arm is not among 'arms' of the YAML beside the table");
    return false;
  }
  if (j->r->observed->is_group) return true;
  if (rein_csv_is_missing(j->r->csv, row, j->c.id)) {
    rein_error(j->r->diag, pos_at(j, row, j->c.id), "a measurement of a person needs an 'id'");
    return false;
  }
  /* The same id in two studies is two people. */
  const char *id = text_at(j, row, j->c.id);
  p->person = rein_observed_collect(j->rows, &j->rows->person,
                                    rein_arena_printf(j->r->arena, "%s\n%s", study, id), id);
  return true;
}

static bool read_time(const job *j, int64_t row, rein_observed_point *p) {
  const rein_unit *to = &j->r->model->time_unit;
  rein_unit from;
  double time;
  if (!read_unit(j, row, j->c.time_unit, to, j->r->model->time_unit_text, &from)) return false;
  if (!rein_csv_number(j->r->csv, row, j->c.time, j->r->diag, &time)) return false;
  p->time = rein_unit_convert(time, &from, to);
  return true;
}

/* ---- numbers ---- */

typedef struct {
  const rein_unit *from, *to;
} conversion;

/* A cell that may be empty; NaN then. */
static bool read_optional(const job *j, int64_t row, int column, conversion unit, double *out) {
  double number;
  *out = NAN;
  if (column < 0 || rein_csv_is_missing(j->r->csv, row, column)) return true;
  if (!rein_csv_number(j->r->csv, row, column, j->r->diag, &number)) return false;
  *out = rein_unit_convert(number, unit.from, unit.to);
  return true;
}

/* How many people are behind a mean, and how many of them had left by then. */
static bool read_people(const job *j, int64_t row, rein_observed_point *p) {
  const rein_csv *csv = j->r->csv;
  rein_diag *diag = j->r->diag;
  if (!rein_csv_number(csv, row, j->c.n, diag, &p->n)) return false;
  if (!(p->n >= 1.0) || p->n != floor(p->n)) {
    rein_error(diag, pos_at(j, row, j->c.n),
               "the number of people behind a mean is a whole number from 1 on");
    return false;
  }
  if (j->c.lost < 0 || rein_csv_is_missing(csv, row, j->c.lost)) return true;
  if (!rein_csv_number(csv, row, j->c.lost, diag, &p->lost)) return false;
  if (!(p->lost >= 0.0) || p->lost != floor(p->lost) || !(p->lost < p->n)) {
    rein_error(
        diag, pos_at(j, row, j->c.lost),
        "the number of those who had left is a whole number from 0 on, below 'n', which counts them too");
    return false;
  }
  p->n -= p->lost;
  return true;
}

static bool read_spread(const job *j, int64_t row, conversion unit, rein_observed_point *p) {
  const rein_csv *csv = j->r->csv;
  rein_diag *diag = j->r->diag;
  const bool has_sd = j->c.sd >= 0 && !rein_csv_is_missing(csv, row, j->c.sd);
  const bool has_se = j->c.se >= 0 && !rein_csv_is_missing(csv, row, j->c.se);
  const int column = has_sd ? j->c.sd : j->c.se;
  double spread;
  if (has_sd == has_se) {
    rein_error(diag, pos_at(j, row, has_se ? j->c.se : j->c.mean), "%s",
               has_sd ? "this mean has both an SD and an SE; keep the one that the source gives"
                      : "this mean has neither an SD nor an SE");
    return false;
  }
  if (!read_people(j, row, p) || !rein_csv_number(csv, row, column, diag, &spread)) return false;
  if (!(spread >= 0.0)) {
    rein_error(diag, pos_at(j, row, column), "an SD or SE is not below 0");
    return false;
  }
  if (spread == 0.0 && p->n > 1.0 && p->value != 0.0)
    rein_warning(diag, pos_at(j, row, column), "an %s of 0 says that all %g people are alike",
                 has_sd ? "SD" : "SE", p->n);
  p->sd = spread * rein_unit_factor(unit.from, unit.to) * (has_se ? sqrt(p->n) : 1.0);
  return true;
}

/* What the column `censored` says: -1, 0, 1. */
static bool read_censored(const job *j, int64_t row, int *out) {
  const char *word = text_at(j, row, j->c.censored);
  *out = strcmp(word, "below") == 0 ? -1 : strcmp(word, "above") == 0;
  if (*out || j->c.censored < 0 || strcmp(word, "no") == 0 ||
      rein_csv_is_missing(j->r->csv, row, j->c.censored))
    return true;
  rein_error(j->r->diag, pos_at(j, row, j->c.censored), "'censored' is below, above or no");
  return false;
}

static bool read_limits(const job *j, int64_t row, conversion unit, rein_observed_point *p) {
  if (!read_optional(j, row, j->c.lloq, unit, &p->low) || !read_optional(j, row, j->c.uloq, unit, &p->high))
    return false;
  if (!(p->high < p->low)) return true;
  rein_error(j->r->diag, pos_at(j, row, j->c.uloq), "'uloq' is below the row's 'lloq'");
  return false;
}

bool rein_observed_agrees(int censored, double value, double low, double high) {
  return !(censored < 0 && (value > low || value > high)) && !(censored > 0 && (value < high || value < low));
}

/* A measurement of a person: beyond a limit of detection it is known only that it is there. */
static bool read_value(const job *j, int64_t row, conversion unit, rein_observed_point *p) {
  if (!read_optional(j, row, j->c.value, unit, &p->value) || !read_censored(j, row, &p->censored))
    return false;
  p->n = 1.0;
  p->sd = NAN;
  if (!rein_observed_agrees(p->censored, p->value, p->low, p->high)) {
    rein_error(j->r->diag, pos_at(j, row, j->c.value),
               "this value is not %s the row's limit, as 'censored' says",
               p->censored < 0 ? "below" : "above");
    return false;
  }
  if (p->value < p->low) p->censored = -1;
  if (p->value > p->high) p->censored = 1;
  if (p->censored == 0) return true;
  p->value = p->censored < 0 ? p->low : p->high;
  if (!isnan(p->value)) return true;
  rein_error(j->r->diag, pos_at(j, row, j->c.censored), "this value is censored, but the row gives no '%s'",
             p->censored < 0 ? "lloq" : "uloq");
  return false;
}

static bool read_numbers(const job *j, int64_t row, const rein_observable *o, rein_observed_point *p) {
  rein_unit from;
  if (!read_unit(j, row, j->c.unit, &o->unit, o->unit_text, &from)) return false;
  const conversion unit = {&from, &o->unit};
  if (!read_limits(j, row, unit, p)) return false;
  if (!j->r->observed->is_group) return read_value(j, row, unit, p);
  if (!read_optional(j, row, j->c.mean, unit, &p->value)) return false;
  if (p->value < p->low || p->value > p->high)
    rein_warning(j->r->diag, pos_at(j, row, j->c.mean),
                 "this mean is beyond the row's own limit of detection; it is compared as it is");
  return isnan(p->value) || read_spread(j, row, unit, p);
}

/* ---- rows ---- */

/* What the column `population` says. */
static bool read_population(const job *j, int64_t row, bool *is_completer) {
  const char *word = text_at(j, row, j->c.population);
  *is_completer = strcmp(word, "completers") == 0;
  if (*is_completer || j->c.population < 0 || strcmp(word, "all") == 0) return true;
  rein_error(j->r->diag, pos_at(j, row, j->c.population), "'population' is all or completers");
  return false;
}

static bool is_new(rein_observed_rows *rows, const rein_observed_point *p, const char *replicate,
                   rein_pos pos) {
  rein_observed_reader *r = rows->r;
  const char *key = rein_arena_printf(r->arena, "%d %d %d %d %.17g %d %s", p->study, p->arm, p->person,
                                      p->observable, p->time, p->is_completer, replicate);
  const int before = rein_names_add(rows->seen, key, (int)p->row);
  if (before == (int)p->row) return true;
  rein_error(
      r->diag, pos,
      "this row repeats line %d: the same %s, observable and time; number what was measured twice in a "
      "column '%s'",
      rein_csv_pos(r->csv, before, 0).line, p->person < 0 ? "arm" : "person", rows->replicate);
  return false;
}

void rein_observed_add(rein_observed_rows *rows, const rein_observed_point *p, const char *replicate,
                       rein_pos pos) {
  rein_observed_point kept = *p;
  if (!is_new(rows, p, replicate, pos)) return;
  kept.replicate = replicate;
  if (isnan(p->value))
    rows->r->observed->n_missing++;
  else if (p->is_completer)
    REIN_PUSH(rows->r->arena, rows->completer, rows->n_completer, rows->cap_completer, kept);
  else
    REIN_PUSH(rows->r->arena, rows->point, rows->n_point, rows->cap_point, kept);
}

static void read_row(job *j, int64_t row) {
  rein_observed_point p = {.row = row};
  const rein_observable *observable = NULL;
  bool good = read_observable(j, row, &p, &observable);
  good = read_who(j, row, &p) && good;
  good = read_time(j, row, &p) && good;
  good = good && read_numbers(j, row, observable, &p);
  good = read_population(j, row, &p.is_completer) && good;
  if (good) rein_observed_add(j->rows, &p, text_at(j, row, j->c.replicate), pos_at(j, row, j->c.time));
}

static void finish(rein_observed_rows *j) {
  rein_observed *o = j->r->observed;
  double *known = REIN_NEW(j->r->arena, double, j->n_observable + 1);
  for (size_t i = 0; i < j->n_observable; i++) known[i] = j->r->known[j->observable[i]];
  o->observable = j->observable;
  o->known = known;
  o->n_observable = (int)j->n_observable;
  o->study = j->study.list;
  o->n_study = (int)j->study.n;
  o->person = j->person.list;
  o->n_person = (int)j->person.n;
  o->only_completers = j->n_point == 0 && j->n_completer > 0;
  o->point = o->only_completers ? j->completer : j->point;
  o->n_point = (int)(o->only_completers ? j->n_completer : j->n_point);
  o->completer = j->completer;
  o->n_completer = o->only_completers ? 0 : (int)j->n_completer;
}

static bool read_tidy(rein_observed_rows *rows) {
  job j = {.rows = rows, .r = rows->r};
  if (!find_columns(&j)) return false;
  for (int64_t row = 0; row < rows->r->csv->n_row; row++) read_row(&j, row);
  return true;
}

bool rein_observed_read_rows(rein_observed_reader *r) {
  const int n_error = rein_diag_n_error(r->diag);
  rein_observed_rows rows = {.r = r,
                             .seen = rein_names_create(r->arena),
                             .arms = rein_names_create(r->arena),
                             .replicate = "replicate"};
  rows.study.names = rein_names_create(r->arena);
  rows.person.names = rein_names_create(r->arena);
  rows.local = REIN_NEW(r->arena, int, r->model->n_observable + 1);
  for (size_t i = 0; i < r->model->n_observable; i++) rows.local[i] = -1;
  for (int i = 0; i < r->observed->n_arm; i++) rein_names_add(rows.arms, r->observed->arm[i].name, i);
  if (!(rein_yaml_get(r->root, "nonmem") ? rein_observed_read_nonmem(&rows) : read_tidy(&rows))) return false;
  if (rein_diag_n_error(r->diag) == n_error && rows.n_point + rows.n_completer == 0)
    rein_error(r->diag, r->observed->pos, "the table holds no measurement");
  finish(&rows);
  return rein_diag_n_error(r->diag) == n_error;
}
