/* Observations of a table in NONMEM's form: records with EVID 0; dose records are the arm's `events:`.
 *
 *   nonmem:
 *     units: {time: h, amt: mg, dv: {1: mg/L, 2: '%'}}    no default
 *     observables: {1: concentration, 2: prothrombin}     by DVID
 *
 * MDV 1 is a missing value. CENS 1 is below LLOQ, -1 above ULOQ; in a table with LIMIT a line without either
 * has its limit in DV (the other end of an interval, LIMIT itself, is not looked at). Reference:
 * docs/validation-method.md, "One NONMEM table". */
#include <math.h>
#include <string.h>

#include "src/record/observed_rows.h"
#include "src/scenario/nonmem.h"
#include "src/scenario/scenario.h"

/* What a DVID means. */
typedef struct {
  const char *dvid;
  int observable; /* of the model */
  rein_unit unit; /* of DV, LLOQ, ULOQ */
} meaning;

typedef struct {
  rein_observed_rows *rows;
  rein_nonmem nm;
  const rein_yaml *node; /* of `nonmem:` */
  double time_factor;
  meaning *meaning; /* (n_meaning) */
  int n_meaning;
  rein_nonmem_clock clock;
  const char *id; /* of the line before, NULL at the first */
  rein_names *ids;
} job;

/* ---- what columns mean ---- */

static const char *list_observables(const job *j) {
  const rein_model *model = j->rows->r->model;
  rein_text text;
  rein_text_init(&text, j->nm.arena);
  rein_text_add(&text, "");
  for (size_t i = 0; i < model->n_observable; i++)
    rein_text_printf(&text, "%s%s", i ? ", " : "", model->observable[i].name);
  return text.bytes;
}

/* The unit of DV for one DVID: `dv: {1: mg/L}`, or `dv: mg/L` for all. */
static bool read_dv_unit(job *j, meaning *m, rein_pos pos) {
  rein_observed_reader *r = j->rows->r;
  const rein_observable *o = &r->model->observable[m->observable];
  const rein_yaml *dv = rein_yaml_get(rein_yaml_get(j->node, "units"), "dv");
  const rein_yaml *unit = dv && dv->kind == REIN_YAML_MAP ? rein_yaml_get(dv, m->dvid) : dv;
  if (!unit || unit->kind != REIN_YAML_SCALAR) {
    rein_error(r->diag, dv ? dv->pos : pos,
               "nonmem: 'units' has to say the unit of DV where DVID is %s, for example 'dv: {%s: %s}'",
               m->dvid, m->dvid, o->unit_text);
    return false;
  }
  if (!rein_unit_parse(r->units, unit->text, unit->pos, r->diag, &m->unit)) return false;
  if (rein_unit_same_dimension(&m->unit, &o->unit)) return true;
  rein_error(r->diag, unit->pos, "DV has unit %s, which cannot be converted into %s, as '%s' has it",
             unit->text, o->unit_text, o->name);
  return false;
}

static bool read_meaning(job *j, const rein_yaml *map, int i) {
  rein_observed_reader *r = j->rows->r;
  const rein_yaml *name = map->item[i];
  meaning *m = &j->meaning[i];
  rein_names *known = rein_names_create(r->arena);
  m->dvid = map->key[i];
  m->observable = name->kind == REIN_YAML_SCALAR ? rein_observed_find_observable(r->model, name->text) : -1;
  if (m->observable >= 0) return read_dv_unit(j, m, name->pos);
  for (size_t k = 0; k < r->model->n_observable; k++)
    rein_names_add(known, r->model->observable[k].name, (int)k);
  const char *near = name->kind == REIN_YAML_SCALAR ? rein_names_closest(known, name->text) : NULL;
  rein_error(r->diag, name->pos, "the model has no observable '%s'%s%s%s; it has: %s", name->text,
             near ? ", did you mean '" : "", near ? near : "", near ? "'?" : "", list_observables(j));
  return false;
}

static bool read_meanings(job *j) {
  const rein_yaml *map = rein_yaml_get(j->node, "observables");
  bool good = true;
  if (map->kind != REIN_YAML_MAP || map->n == 0) {
    rein_error(j->nm.diag, map->pos,
               "'observables' has to be a map from DVID to observables, for example {1: %s}",
               j->rows->r->model->n_observable ? j->rows->r->model->observable[0].name : "concentration");
    return false;
  }
  j->meaning = REIN_NEW(j->nm.arena, meaning, map->n);
  j->n_meaning = map->n;
  for (int i = 0; i < map->n; i++) good = read_meaning(j, map, i) && good;
  return good;
}

static bool read_time_unit(job *j) {
  rein_observed_reader *r = j->rows->r;
  const rein_unit *to = &r->model->time_unit;
  const rein_yaml *unit = rein_yaml_get(rein_yaml_get(j->node, "units"), "time");
  rein_unit from;
  if (!unit || unit->kind != REIN_YAML_SCALAR) {
    rein_error(r->diag, rein_yaml_get(j->node, "units")->pos,
               "nonmem: 'units' has to say the unit of column 'TIME', for example '%s'",
               r->model->time_unit_text);
    return false;
  }
  if (!rein_unit_parse(r->units, unit->text, unit->pos, r->diag, &from)) return false;
  if (rein_unit_same_dimension(&from, to)) {
    j->time_factor = rein_unit_equal(&from, to) ? 1.0 : rein_unit_factor(&from, to);
    return true;
  }
  rein_error(r->diag, unit->pos, "column 'TIME' has unit %s, expected %s", unit->text,
             r->model->time_unit_text);
  return false;
}

/* Columns that observations need. */
static bool check_columns(const job *j) {
  static const struct {
    rein_nonmem_column column;
    const char *name;
  } needed[] = {{REIN_COL_ID, "ID"}, {REIN_COL_TIME, "TIME"}, {REIN_COL_DV, "DV"}};
  const rein_pos pos = {j->nm.csv->quiet, 1, 1, 1};
  bool good = true;
  for (size_t i = 0; i < sizeof needed / sizeof *needed; i++) {
    if (j->nm.at[needed[i].column] >= 0) continue;
    rein_error(j->nm.diag, pos, "a table of observations needs the column %s", needed[i].name);
    good = false;
  }
  if (j->nm.at[REIN_COL_DVID] < 0 && j->n_meaning > 1) {
    rein_error(j->nm.diag, pos, "'observables' names %d, so the table needs the column DVID", j->n_meaning);
    good = false;
  }
  if (j->nm.at[REIN_COL_ARM] < 0 && j->rows->r->observed->n_arm != 1) {
    rein_error(j->nm.diag, pos, "the table needs a column ARM, since 'arms' names %d",
               j->rows->r->observed->n_arm);
    good = false;
  }
  return good;
}

/* ---- one observation ---- */

static rein_pos at(const job *j, int64_t row, rein_nonmem_column k) {
  return rein_nonmem_cell(&j->nm, row, k);
}

static const meaning *find_meaning(const job *j, int64_t row) {
  if (j->nm.at[REIN_COL_DVID] < 0) return &j->meaning[0];
  const char *text = rein_csv_text(j->nm.csv, row, j->nm.at[REIN_COL_DVID]);
  rein_text known;
  rein_text_init(&known, j->nm.arena);
  for (int i = 0; i < j->n_meaning; i++) {
    if (strcmp(j->meaning[i].dvid, text) == 0) return &j->meaning[i];
    rein_text_printf(&known, "%s%s", i ? ", " : "", j->meaning[i].dvid);
  }
  rein_error(j->nm.diag, at(j, row, REIN_COL_DVID), "%s; 'observables' names DVID %s",
             rein_nonmem_is_missing(&j->nm, row, REIN_COL_DVID) ? "an observation needs a DVID"
                                                                : "no observable is named for this DVID",
             known.bytes);
  return NULL;
}

static bool read_who(job *j, int64_t row, rein_observed_point *p) {
  rein_observed_rows *rows = j->rows;
  const char *study =
      j->nm.at[REIN_COL_STUDY] < 0 ? "" : rein_csv_text(j->nm.csv, row, j->nm.at[REIN_COL_STUDY]);
  p->study = rein_observed_collect(rows, &rows->study, study, study);
  p->arm = j->nm.at[REIN_COL_ARM] < 0
               ? 0
               : rein_names_find(rows->arms, rein_csv_text(j->nm.csv, row, j->nm.at[REIN_COL_ARM]));
  if (p->arm < 0) {
    rein_error(j->nm.diag, at(j, row, REIN_COL_ARM),
               "this arm is not among 'arms' of the YAML beside the table");
    return false;
  }
  p->person = rein_observed_collect(rows, &rows->person,
                                    rein_arena_printf(j->nm.arena, "%s\n%s", study, j->id), j->id);
  return true;
}

/* Why a line has no value that could be compared. */
static void refuse_value(const job *j, int64_t row, int censored) {
  if (censored)
    rein_error(j->nm.diag, at(j, row, REIN_COL_CENS),
               "this value is censored, but the line gives no limit: write it into %s, or into DV of a table "
               "with LIMIT",
               censored < 0 ? "LLOQ" : "ULOQ");
  else
    rein_error(j->nm.diag, at(j, row, REIN_COL_DV), "this observation has no DV; write its value, or MDV 1");
}

/* Beyond a limit a value is known only to be there. */
static bool read_value(const job *j, int64_t row, const meaning *m, rein_observed_point *p) {
  double low, high, dv;
  int cens;
  if (!rein_nonmem_number(&j->nm, row, REIN_COL_DV, NAN, &dv) ||
      !rein_nonmem_number(&j->nm, row, REIN_COL_LLOQ, NAN, &low) ||
      !rein_nonmem_number(&j->nm, row, REIN_COL_ULOQ, NAN, &high) ||
      !rein_nonmem_whole(&j->nm, row, REIN_COL_CENS, -1, 1, "0, 1 (below a limit) or -1 (above one)", &cens))
    return false;
  if (high < low) {
    rein_error(j->nm.diag, at(j, row, REIN_COL_ULOQ), "the upper limit of detection is below the lower one");
    return false;
  }
  if (!rein_observed_agrees(-cens, dv, low, high)) {
    rein_error(j->nm.diag, at(j, row, REIN_COL_DV), "this value is not %s the line's limit, as CENS says",
               cens > 0 ? "below" : "above");
    return false;
  }
  p->censored = dv < low ? -1 : dv > high ? 1 : -cens;
  p->value = p->censored < 0 ? low : p->censored > 0 ? high : dv;
  if (p->censored && isnan(p->value) && j->nm.at[REIN_COL_LIMIT] >= 0) p->value = dv;
  if (isnan(p->value)) {
    refuse_value(j, row, p->censored);
    return false;
  }
  const rein_unit *to = &j->rows->r->model->observable[m->observable].unit;
  p->low = rein_unit_convert(p->censored < 0 ? p->value : low, &m->unit, to);
  p->high = rein_unit_convert(p->censored > 0 ? p->value : high, &m->unit, to);
  p->value = rein_unit_convert(p->value, &m->unit, to);
  return true;
}

static void read_observation(job *j, int64_t row, double time) {
  rein_observed_point p = {.row = row, .time = time, .n = 1.0, .sd = NAN};
  const rein_nonmem *nm = &j->nm;
  int missing;
  if (!rein_nonmem_whole(nm, row, REIN_COL_MDV, 0, 1, "0 or 1", &missing)) return;
  const meaning *m = missing ? NULL : find_meaning(j, row);
  if (missing) j->rows->r->observed->n_missing++;
  if (!m || !read_who(j, row, &p) || !read_value(j, row, m, &p)) return;
  p.observable = rein_observed_take_observable(j->rows, m->observable);
  const char *replicate =
      nm->at[REIN_COL_REPLICATE] < 0 ? "" : rein_csv_text(nm->csv, row, nm->at[REIN_COL_REPLICATE]);
  rein_observed_add(j->rows, &p, replicate, at(j, row, REIN_COL_TIME));
}

/* ---- lines ---- */

/* Lines of a person stand together, and their clock may start anew. False with an error. */
static bool begin_line(job *j, int64_t row, bool *first) {
  const char *id = rein_nonmem_id(&j->nm, row);
  *first = !j->id || strcmp(id, j->id) != 0;
  if (!*first) return true;
  j->id = id;
  j->clock = (rein_nonmem_clock){0};
  if (rein_nonmem_is_missing(&j->nm, row, REIN_COL_ID)) {
    rein_error(j->nm.diag, at(j, row, REIN_COL_ID), "a line of a person needs an ID");
    return false;
  }
  if (rein_names_add(j->ids, id, (int)row) == (int)row) return true;
  rein_error(j->nm.diag, at(j, row, REIN_COL_ID),
             "the lines of this person are not together: others stand between");
  return false;
}

static void read_line(job *j, int64_t row) {
  rein_nonmem_line line;
  bool first;
  if (!begin_line(j, row, &first) || !rein_nonmem_read_line(&j->nm, row, &line)) return;
  double time = line.time * j->time_factor;
  if (!rein_nonmem_advance(&j->nm, row, line.evid, first, &j->clock, &time)) return;
  if (line.evid == 0 && rein_nonmem_has_no_amount(&j->nm, row, &line)) read_observation(j, row, time);
}

bool rein_observed_read_nonmem(rein_observed_rows *rows) {
  rein_observed_reader *r = rows->r;
  const rein_yaml *node = rein_yaml_get(r->root, "nonmem");
  job j = {.rows = rows,
           .nm = {.arena = r->arena, .diag = r->diag, .csv = r->csv},
           .node = node,
           .ids = rein_names_create(r->arena)};
  rows->replicate = "REPLICATE";
  if (!rein_nonmem_find_columns(&j.nm, rein_yaml_get(node, "covariates"), rein_yaml_get(node, "ignore")))
    return false;
  const bool meant = read_meanings(&j), timed = read_time_unit(&j);
  if (!meant || !timed || !check_columns(&j)) return false;
  for (int64_t row = 0; row < r->csv->n_row; row++) read_line(&j, row);
  return true;
}
