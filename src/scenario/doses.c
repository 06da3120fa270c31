/* `events:` of an arm: records to courses, person by person; see doses.h. */
#include "src/scenario/doses.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "src/base/files.h"
#include "src/base/sha256.h"
#include "src/scenario/dose_table.h"
#include "src/scenario/draw.h"

/* ---- records to courses ---- */

typedef struct {
  rein_course *course;
  size_t n, cap;
  rein_change *change;
  size_t n_change, cap_change;
  rein_nonmem_clock clock;
} person;

static rein_course new_course(rein_dose_table *t, const rein_dose_record *x, int n_dose) {
  double *time = REIN_NEW(t->r->arena, double, n_dose);
  for (int i = 0; i < n_dose; i++) time[i] = rein_scenario_round_time(x->time + x->ii * i);
  return (rein_course){.action = -1,
                       .per_param = -1,
                       .how = REIN_GIVEN_RESET,
                       .name = "reset",
                       .time = time,
                       .n_dose = n_dose,
                       .words = "",
                       .pos = rein_csv_pos(t->nm.csv, x->row, t->nm.at[REIN_COL_TIME])};
}

/* The dose of a record with EVID 1, 4 or 8. */
static rein_course dose_course(rein_dose_table *t, const rein_dose_record *x) {
  const rein_dose_cmt *c = x->cmt;
  bool replaces = x->evid == 8;
  rein_course course = new_course(t, x, 1 + x->addl);
  int any = c->plain >= 0 ? c->plain : c->at_rate >= 0 ? c->at_rate : c->for_length;
  course.action = x->rate == -1.0 ? c->at_rate : x->rate == -2.0 ? c->for_length : any;
  course.how = replaces          ? REIN_GIVEN_REPLACE
               : x->rate == -1.0 ? REIN_GIVEN_MODELLED_AT_RATE
               : x->rate == -2.0 ? REIN_GIVEN_MODELLED_FOR
               : x->rate > 0.0   ? REIN_GIVEN_AT_RATE
                                 : REIN_GIVEN_BOLUS;
  course.given = x->rate > 0.0 ? x->rate : 0.0;
  course.amount = x->amt;
  course.name = t->r->model->action[course.action].name;
  course.key = rein_draw_key(course.name);
  course.steady = replaces || x->ss == 0 ? REIN_STEADY_NOT
                  : x->ss == 2           ? REIN_STEADY_ADDS
                                         : REIN_STEADY_RESETS;
  course.every = x->ii;
  return course;
}

static bool add_record(rein_dose_table *t, rein_dose_record *x, person *p, bool first) {
  rein_arena *arena = t->r->arena;
  if (!rein_nonmem_advance(&t->nm, x->row, x->evid, first, &p->clock, &x->time)) return false;
  if (x->time < t->r->inside->t_start && x->evid != 0) {
    rein_error(t->r->diag, rein_nonmem_cell(&t->nm, x->row, REIN_COL_TIME),
               "this is before the simulation starts; say 'start:'");
    return false;
  }
  bool resets = x->evid == 3 || (x->evid == 4 && x->ss == 0);
  if (resets) REIN_PUSH(arena, p->course, p->n, p->cap, new_course(t, x, 1));
  if (x->evid == 1 || x->evid == 4 || x->evid == 8) {
    rein_course course = dose_course(t, x);
    t->r->n_dose += course.n_dose;
    REIN_PUSH(arena, p->course, p->n, p->cap, course);
  }
  return true;
}

/* ---- covariates over time ---- */

/* The parameter name.what that a line moves with, -1 none. */
static int own_param(rein_scenario_reader *r, const char *name, const char *what) {
  const char *full = rein_arena_printf(r->arena, "%s.%s", name, what);
  for (size_t p = 0; p < r->model->n_param; p++)
    if (strcmp(r->model->param[p].name, full) == 0) return (int)p;
  return -1;
}

static bool read_covariate(rein_dose_table *t, const rein_yaml *map, int i, rein_dose_covariate *out) {
  rein_scenario_reader *r = t->r;
  const rein_yaml *node = map->item[i];
  const rein_yaml *name = node->kind == REIN_YAML_MAP ? rein_yaml_get(node, "sets") : NULL,
                  *unit = rein_yaml_get(node, "unit");
  if (!name || !unit || name->kind != REIN_YAML_SCALAR || unit->kind != REIN_YAML_SCALAR) {
    rein_error(r->diag, node->pos, "expected {sets: parameter, unit: kg} for column '%s'", map->key[i]);
    return false;
  }
  out->column = rein_csv_get_column(t->nm.csv, map->key[i], map->key_pos[i], r->diag);
  out->param = rein_scenario_find_param(r, name->text, name->pos);
  if (out->column < 0 || out->param < 0) return false;
  const rein_param *param = &r->model->param[out->param];
  if (param->value_expr) {
    rein_error(r->diag, name->pos, "'%s' is computed from other parameters, so no table can give it",
               name->text);
    return false;
  }
  rein_unit got;
  if (!rein_unit_parse(r->units, unit->text, unit->pos, r->diag, &got)) return false;
  if (!rein_unit_same_dimension(&got, &param->unit)) {
    rein_error(r->diag, unit->pos, "column '%s' has unit %s, expected %s as '%s' has", map->key[i],
               unit->text, param->unit_text, name->text);
    return false;
  }
  out->offset = rein_unit_convert(0.0, &got, &param->unit);
  out->factor = rein_unit_convert(1.0, &got, &param->unit) - out->offset;
  out->slope = own_param(r, name->text, "slope");
  out->since = own_param(r, name->text, "since");
  if (rein_unit_equal(&got, &param->unit)) out->factor = 1.0, out->offset = 0.0;
  return true;
}

static bool read_covariates(rein_dose_table *t) {
  const rein_yaml *map = rein_yaml_get(t->node, "covariates"), *how = rein_yaml_get(t->node, "carry");
  if (!map) return true;
  if (!how) {
    rein_error(
        t->r->diag, map->pos,
        "covariates over time need 'carry': last (each value holds until the next) or next (each value "
        "has held since the one before) or linear (straight from each value to the next)");
    return false;
  }
  t->how = strcmp(how->text, "last") == 0   ? REIN_CARRY_LAST
           : strcmp(how->text, "next") == 0 ? REIN_CARRY_NEXT
                                            : REIN_CARRY_LINEAR;
  t->cov = REIN_NEW(t->r->arena, rein_dose_covariate, map->n);
  t->n_cov = map->n;
  bool good = true;
  for (int i = 0; i < map->n; i++) good = read_covariate(t, map, i, &t->cov[i]) && good;
  return good;
}

/* The value of a cell in the parameter's unit, as far as the model can have it. */
static bool read_value(rein_dose_table *t, const rein_dose_covariate *c, int64_t row, double *value) {
  if (!rein_csv_number(t->nm.csv, row, c->column, t->r->diag, value)) return false;
  *value = c->factor * *value + c->offset;
  return rein_scenario_is_allowed(t->r, &t->r->model->param[c->param], *value,
                                  rein_csv_pos(t->nm.csv, row, c->column));
}

static void add_change(rein_dose_table *t, person *p, double time, int param, double value) {
  REIN_PUSH(t->r->arena, p->change, p->n_change, p->cap_change, ((rein_change){time, param, value}));
}

/* Straight from one known value to the next; before the first and after the last it stays. */
static bool carry_linear(rein_dose_table *t, const rein_dose_covariate *c, int64_t first_row, int64_t end_row,
                         const double *time, person *p, double *first) {
  double before = NAN, since = NAN;
  for (int64_t row = first_row; row < end_row; row++) {
    double value, now = time[row - first_row];
    if (rein_csv_is_missing(t->nm.csv, row, c->column)) continue;
    if (!read_value(t, c, row, &value)) return false;
    if (isnan(before)) *first = value;
    if (now > since) {
      add_change(t, p, since, c->since, since);
      add_change(t, p, since, c->slope, (value - before) / (now - since));
    }
    add_change(t, p, now, c->param, value);
    add_change(t, p, now, c->slope, 0.0);
    before = value;
    since = now;
  }
  return true;
}

/* A cell without a value is one between values where it is carried from: no end of a person's lines is made
 * up. */
static bool has_ends(rein_dose_table *t, const rein_dose_covariate *c, int64_t first_row, int64_t end_row) {
  const bool lacks_first = rein_csv_is_missing(t->nm.csv, first_row, c->column) && t->how != REIN_CARRY_NEXT,
             lacks_last = rein_csv_is_missing(t->nm.csv, end_row - 1, c->column) && t->how != REIN_CARRY_LAST;
  if (lacks_first)
    rein_error(t->r->diag, rein_csv_pos(t->nm.csv, first_row, c->column),
               "no value of this column is known here; a person's first line has to have one%s",
               t->how == REIN_CARRY_LINEAR ? ", and the last, to go straight between them" : "");
  if (lacks_last && !lacks_first)
    rein_error(t->r->diag, rein_csv_pos(t->nm.csv, end_row - 1, c->column),
               "no value of this column comes later; with 'carry: %s' a person's last line has to have one",
               t->how == REIN_CARRY_NEXT ? "next" : "linear");
  return !lacks_first && !lacks_last;
}

/* A person's values of one covariate: changes at the lines, in the way they are carried. */
static bool carry_covariate(rein_dose_table *t, int i_cov, int64_t first_row, int64_t end_row,
                            const double *time, person *p, double *first) {
  const rein_dose_covariate *c = &t->cov[i_cov];
  if (!has_ends(t, c, first_row, end_row)) return false;
  if (t->how == REIN_CARRY_LINEAR) return carry_linear(t, c, first_row, end_row, time, p, first);
  double held = NAN, since = -INFINITY; /* carried next: where the value before ends */
  for (int64_t row = first_row; row < end_row; row++) {
    double value;
    if (rein_csv_is_missing(t->nm.csv, row, c->column)) continue;
    if (!read_value(t, c, row, &value)) return false;
    if (isnan(held)) {
      *first = value;
    } else if (value != held) {
      rein_change change = {t->how == REIN_CARRY_LAST ? time[row - first_row] : since, c->param, value};
      REIN_PUSH(t->r->arena, p->change, p->n_change, p->cap_change, change);
    }
    held = value;
    since = time[row - first_row];
  }
  return true;
}

/* ---- people ---- */

/* All lines of one person. */
static bool read_person(rein_dose_table *t, int64_t first_row, int64_t end_row, rein_person_doses *out) {
  rein_arena *arena = t->r->arena;
  person p = {0};
  double *time = REIN_NEW(arena, double, end_row - first_row), *first = REIN_NEW(arena, double, t->n_cov + 1);
  bool good = true;
  for (int64_t row = first_row; row < end_row; row++) {
    rein_dose_record x;
    good = rein_dose_read_record(t, row, &x) && add_record(t, &x, &p, row == first_row) && good;
    time[row - first_row] = p.clock.last;
  }
  for (int i = 0; i < t->n_cov && good; i++)
    good = carry_covariate(t, i, first_row, end_row, time, &p, &first[i]);
  *out = (rein_person_doses){
      .course = p.course, .change = p.change, .first = first, .n_course = p.n, .n_change = p.n_change};
  return good;
}

typedef struct {
  rein_person_doses *person;
  size_t n, cap;
  rein_names *ids;
} people;

static bool read_people(rein_dose_table *t, people *all) {
  bool good = true;
  all->ids = rein_names_create(t->r->arena);
  for (int64_t row = 0, end; row < t->nm.csv->n_row; row = end) {
    const char *id = rein_nonmem_id(&t->nm, row);
    for (end = row + 1; end < t->nm.csv->n_row && strcmp(rein_nonmem_id(&t->nm, end), id) == 0;) end++;
    if (rein_names_add(all->ids, id, (int)all->n) != (int)all->n) {
      rein_error(t->r->diag, rein_csv_pos(t->nm.csv, row, t->nm.at[REIN_COL_ID]),
                 "the lines of this person are not together: others stand between");
      return false;
    }
    rein_person_doses one;
    good = read_person(t, row, end, &one) && good;
    if (t->r->n_dose > REIN_SCENARIO_MAX_DOSES) {
      rein_error(t->r->diag, t->node->pos, "the table has more than %d doses", REIN_SCENARIO_MAX_DOSES);
      return false;
    }
    REIN_PUSH(t->r->arena, all->person, all->n, all->cap, one);
  }
  return good;
}

static const char WITHOUT_LINES[] = "people_without_lines";

static const char *content_of(const rein_dose_table *t) {
  return t->nm.at[REIN_COL_AMT] >= 0 ? "doses" : "covariates";
}

/* Lines about somebody whom the table of people does not have. */
static void refuse_strangers(rein_dose_table *t, const people *all, int64_t n) {
  rein_names *known = rein_names_create(t->r->arena);
  const rein_scenario_inside *inside = t->r->inside;
  int64_t row = 0;
  for (int64_t i = 0; i < inside->people.n_row; i++) rein_names_add(known, inside->row_source_id[i], (int)i);
  while (row < t->nm.csv->n_row && rein_names_find(known, rein_nonmem_id(&t->nm, row)) >= 0) row++;
  rein_error(t->r->diag, t->node->pos,
             "the table has %s of %lld people, of whom %lld are not in the table of people", content_of(t),
             (long long)all->n, (long long)n);
  rein_note(t->r->diag, rein_nonmem_cell(&t->nm, row, REIN_COL_ID), "the first of them");
}

/* People of whom the table has no line, from person `first` on: only where the scenario says so. */
static bool allow_missing(rein_dose_table *t, int64_t n, int64_t first) {
  const rein_yaml *said = rein_yaml_get(t->node, WITHOUT_LINES);
  const int64_t n_people = t->r->inside->people.n_row;
  if (said && t->n_cov == 0) return true;
  if (t->n_cov > 0)
    rein_error(t->r->diag, (said ? said : t->node)->pos,
               "%lld of the %lld people have no line in this table, so nothing is known of their covariates "
               "over time",
               (long long)n, (long long)n_people);
  else
    rein_error(t->r->diag, t->node->pos,
               "%lld of the %lld people have no line in this table; give them lines, or say '%s: untreated'",
               (long long)n, (long long)n_people, WITHOUT_LINES);
  if (t->r->table) rein_note(t->r->diag, rein_csv_pos(t->r->table, first, 0), "the first of them");
  return false;
}

/* The table's people by the ids of the table of people. */
static bool match_ids(rein_dose_table *t, const people *all, rein_doses *out) {
  const rein_scenario_inside *inside = t->r->inside;
  const int64_t n_people = inside->people.n_row;
  rein_person_doses *sorted = REIN_NEW(t->r->arena, rein_person_doses, n_people);
  int64_t n_found = 0, missing = -1;
  for (int64_t i = 0; i < n_people; i++) {
    const int k = rein_names_find(all->ids, inside->row_source_id[i]);
    if (k >= 0) sorted[i] = all->person[k], n_found++;
    if (k < 0 && missing < 0) missing = i;
  }
  out->person = sorted;
  out->n_person = n_people;
  if (n_found < (int64_t)all->n) {
    refuse_strangers(t, all, (int64_t)all->n - n_found);
    return false;
  }
  return n_found == n_people || allow_missing(t, n_people - n_found, missing);
}

/* People of the table in the order of the cohort's: by their ids where the cohort is a table too. */
static bool match_cohort(rein_dose_table *t, const people *all, rein_doses *out) {
  rein_scenario_reader *r = t->r;
  const rein_yaml *cohort = rein_yaml_get(r->root, "cohort"), *n_node = rein_yaml_get(cohort, "n");
  int64_t n_cohort = r->scenario->n_individual / r->scenario->n_replicate;
  out->person = all->person;
  out->n_person = (int64_t)all->n;
  if (all->n > 1) r->scenario->individual_data = true; /* as a table of people, whoever the cohort is */
  if (r->inside->people.n_row > 0 && t->nm.at[REIN_COL_ID] >= 0) return match_ids(t, all, out);
  const rein_yaml *without = rein_yaml_get(t->node, WITHOUT_LINES);
  if (without) {
    rein_error(r->diag, without->pos, "'%s' is for a table with the column ID beside a table of people",
               WITHOUT_LINES);
    return false;
  }
  int64_t written = n_node ? strtoll(n_node->text, NULL, 10) : n_cohort;
  if (all->n == 1 || written == (int64_t)all->n) return true;
  rein_error(r->diag, t->node->pos, "the table has %s of %lld people, the cohort has %lld", content_of(t),
             (long long)all->n, (long long)written);
  return false;
}

const rein_person_doses *rein_doses_of(const rein_doses *doses, int64_t individual, int64_t n_replicate) {
  int64_t i = individual / n_replicate;
  if (doses->n_person == 1) i = 0;
  return &doses->person[i < doses->n_person ? i : doses->n_person - 1];
}

static bool open_table(rein_dose_table *t, rein_doses *out) {
  rein_scenario_reader *r = t->r;
  const rein_yaml *path = rein_yaml_get(t->node, "table");
  const rein_source *source;
  rein_csv *csv;
  const char *resolved = rein_files_resolve(r->arena, r->scenario->path, path->text);
  if (rein_files_read(r->arena, resolved, path->pos, r->diag, &source) != REIN_OK) return false;
  if (rein_csv_parse(r->arena, source, r->diag, &csv) != REIN_OK) return false;
  t->nm = (rein_nonmem){.arena = r->arena, .diag = r->diag, .csv = csv};
  out->name = path->text;
  rein_sha256_hex(source->bytes, source->n_byte, out->hash);
  if (csv->n_row > 0) return true;
  rein_error(r->diag, path->pos, "the table has no records in it");
  return false;
}

/* The same table in other units, or for other actions, is another regimen. */
static void hash_reading(const rein_dose_table *t, rein_doses *out) {
  static const char *const keys[] = {"units", "actions", "covariates"};
  rein_text text;
  rein_text_init(&text, t->r->arena);
  for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
    const rein_yaml *node = rein_yaml_get(t->node, keys[i]);
    rein_text_printf(&text, "%s\n", keys[i]);
    if (node) rein_yaml_print(node, &text);
  }
  rein_sha256_hex(text.bytes, text.n, out->read_hash);
}

const rein_doses *rein_scenario_read_doses(rein_scenario_reader *r, const rein_yaml *node) {
  for (size_t i = 0; i < r->n_doses; i++)
    if (r->doses_node[i] == node) return r->doses[i];
  rein_dose_table t = {.r = r, .node = node};
  rein_doses *out = REIN_NEW(r->arena, rein_doses, 1);
  people all = {0};
  bool good = open_table(&t, out) && rein_dose_find_columns(&t) && rein_dose_read_units(&t) &&
              read_covariates(&t) && read_people(&t, &all) && match_cohort(&t, &all, out);
  int *param = REIN_NEW(r->arena, int, t.n_cov + 1);
  for (int i = 0; i < t.n_cov; i++) param[i] = t.cov[i].param;
  hash_reading(&t, out);
  out->param = param;
  out->is_observed = node == r->observed_events;
  out->n_param = t.n_cov;
  out->carry = t.n_cov > 0 ? rein_yaml_get(node, "carry")->text : NULL;
  size_t n = r->n_doses;
  const rein_doses *answer = good ? out : NULL;
  REIN_PUSH(r->arena, r->doses, n, r->cap_doses, answer);
  n = r->n_doses;
  REIN_PUSH(r->arena, r->doses_node, n, r->cap_doses_node, node);
  r->n_doses = n;
  return answer;
}
