/* `cohort:` and `parameters:`: who takes part. */
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "src/base/files.h"
#include "src/base/sha256.h"
#include "src/lang/parser.h"
#include "src/scenario/draw.h"
#include "src/scenario/inside.h"
#include "src/stats/fixed.h"
#include "src/stats/sort.h"

#define MAX_INDIVIDUAL INT64_C(1000000000000)
#define MAX_REPLICATE 1000000
#define MAX_TABLE 10000000 /* each has its entry in scenario->id */

/* ---- typical values ---- */

bool rein_scenario_set_parameter(rein_scenario_reader *r, const char *name, rein_pos name_pos,
                                 const rein_yaml *value, double *theta) {
  int i = rein_scenario_find_param(r, name, name_pos);
  if (i < 0) return false;
  const rein_param *param = &r->model->param[i];
  if (param->value_expr) {
    rein_error(r->diag, name_pos, "'%s' is computed from other parameters, so it cannot be set", name);
    rein_note(r->diag, param->pos, "'%s' is declared here", name);
    return false;
  }
  if (r->inside->people.given[i]) {
    rein_error(r->diag, name_pos, "'%s' comes from the cohort, so it cannot be set here too", name);
    return false;
  }
  const char *what = rein_arena_printf(r->arena, "parameter '%s'", name);
  return rein_scenario_quantity(r, value, &param->unit, param->unit_text, what, &theta[i]) &&
         rein_scenario_is_allowed(r, param, theta[i], value->pos);
}

/* ---- covariates drawn by the scenario ---- */

typedef struct {
  rein_scenario_reader *r;
  const rein_param *param;
  const rein_form *form;
  bool good;
} form_reader;

/* Value of a key in the covariate's unit, or as a plain fraction; `otherwise` where it is not written. */
static double take(form_reader *f, const char *key, bool fraction, bool required, double otherwise) {
  for (int i = 0; i < f->form->n; i++) {
    if (strcmp(f->form->key[i], key) != 0) continue;
    rein_unit unit = fraction ? rein_unit_one() : f->param->unit;
    const char *what = rein_arena_printf(f->r->arena, "'%s' of '%s'", key, f->param->name);
    double value = otherwise;
    f->good = rein_scenario_text_quantity(f->r, f->form->value[i], f->form->value_pos[i], &unit,
                                          fraction ? "1" : f->param->unit_text, what, &value) &&
              f->good;
    return value;
  }
  if (required) {
    rein_error(f->r->diag, f->form->pos, "%s needs '%s:'", f->form->name, key);
    f->good = false;
  }
  return otherwise;
}

static bool has_key(const rein_form *form, const char *key) {
  for (int i = 0; i < form->n; i++) {
    if (strcmp(form->key[i], key) == 0) return true;
  }
  return false;
}

static void check_keys(form_reader *f, const char *const *known, size_t n) {
  for (int i = 0; i < f->form->n; i++) {
    size_t k = 0;
    while (k < n && strcmp(known[k], f->form->key[i]) != 0) k++;
    if (k < n) continue;
    rein_scenario_unknown(f->r, f->form->value_pos[i], "key", f->form->key[i], known, n);
    f->good = false;
  }
}

static void read_normal(form_reader *f, rein_covariate *out) {
  static const char *const KEYS[] = {"mean", "sd", "low", "high"};
  check_keys(f, KEYS, 4);
  out->kind = REIN_COVARIATE_NORMAL;
  out->centre = take(f, "mean", false, true, 0.0);
  out->sd = take(f, "sd", false, true, 1.0);
}

static void read_lognormal(form_reader *f, rein_covariate *out) {
  static const char *const KEYS[] = {"median", "cv", "sd", "low", "high"};
  check_keys(f, KEYS, 5);
  out->kind = REIN_COVARIATE_LOGNORMAL;
  out->centre = take(f, "median", false, true, 1.0);
  if (has_key(f->form, "sd")) {
    out->sd = take(f, "sd", true, true, 1.0);
  } else {
    double cv = take(f, "cv", true, true, 1.0);
    out->sd = sqrt(rein_fixed_log1p(cv * cv));
  }
  if (f->good && !(out->centre > 0.0)) {
    rein_error(f->r->diag, f->form->pos, "the median of '%s' has to be above 0", f->param->name);
    f->good = false;
  }
}

static bool read_form(rein_scenario_reader *r, const rein_param *param, const rein_yaml *node,
                      rein_covariate *out) {
  static const char *const FORMS[] = {"normal", "lognormal", "uniform", "bernoulli"},
                           *const UNIFORM[] = {"low", "high"}, *const BERNOULLI[] = {"p"};
  rein_form form;
  if (!rein_parse_form(r->arena, node, r->diag, &form)) return false;
  form_reader f = {.r = r, .param = param, .form = &form, .good = true};
  bool uniform = strcmp(form.name, "uniform") == 0;
  out->low = take(&f, "low", false, uniform, -INFINITY);
  out->high = take(&f, "high", false, uniform, INFINITY);
  if (strcmp(form.name, "normal") == 0) {
    read_normal(&f, out);
  } else if (strcmp(form.name, "lognormal") == 0) {
    read_lognormal(&f, out);
  } else if (uniform) {
    check_keys(&f, UNIFORM, 2);
    out->kind = REIN_COVARIATE_UNIFORM;
  } else if (strcmp(form.name, "bernoulli") == 0) {
    check_keys(&f, BERNOULLI, 1);
    out->kind = REIN_COVARIATE_BERNOULLI;
    out->centre = take(&f, "p", true, true, 0.5);
    if (f.good && !(out->centre >= 0.0 && out->centre <= 1.0))
      rein_error(r->diag, form.pos, "p has to be from 0 to 1");
    if (!(out->centre >= 0.0 && out->centre <= 1.0)) return false;
  } else {
    rein_scenario_unknown(r, form.pos, "distribution", form.name, FORMS, 4);
    return false;
  }
  if (f.good && !(out->low < out->high)) rein_error(r->diag, form.pos, "'low' has to be below 'high'");
  bool drawn = out->kind == REIN_COVARIATE_NORMAL || out->kind == REIN_COVARIATE_LOGNORMAL;
  if (f.good && drawn && !(out->sd > 0.0))
    rein_error(r->diag, form.pos, "the spread of '%s' has to be above 0", param->name);
  return f.good && out->low < out->high && (!drawn || out->sd > 0.0) &&
         rein_scenario_cut_to_range(r, param, form.pos, out);
}

static bool read_covariate(rein_scenario_reader *r, const rein_yaml *map, int i, rein_covariate *out) {
  const rein_yaml *node = map->item[i];
  int p = rein_scenario_find_param(r, map->key[i], map->key_pos[i]);
  if (p < 0) return false;
  const rein_param *param = &r->model->param[p];
  if (!param->covariate) {
    rein_error(r->diag, map->key_pos[i],
               "'%s' is a parameter, not a covariate; the model says how it is distributed", map->key[i]);
    return false;
  }
  *out = (rein_covariate){.kind = REIN_COVARIATE_FIXED,
                          .param = p,
                          .key = rein_draw_key(param->name),
                          .low = -INFINITY,
                          .high = INFINITY};
  if (node->kind == REIN_YAML_SCALAR && strchr(node->text, '(')) return read_form(r, param, node, out);
  const char *what = rein_arena_printf(r->arena, "covariate '%s'", map->key[i]);
  return rein_scenario_quantity(r, node, &param->unit, param->unit_text, what, &out->centre) &&
         rein_scenario_is_allowed(r, param, out->centre, node->pos);
}

static void add_covariate(rein_scenario_reader *r, rein_covariate covariate) {
  REIN_PUSH(r->arena, r->covariate, r->n_covariate, r->cap_covariate, covariate);
  r->inside->people.covariate = r->covariate;
  r->inside->people.n_covariate = (int)r->n_covariate;
}

static bool read_covariates(rein_scenario_reader *r, const rein_yaml *map, bool *given) {
  bool good = true;
  for (int i = 0; i < map->n; i++) {
    rein_covariate covariate;
    if (!read_covariate(r, map, i, &covariate)) {
      good = false;
      continue;
    }
    given[covariate.param] = true;
    add_covariate(r, covariate);
  }
  return good;
}

/* ---- a table of people ---- */

typedef struct {
  const char *text;
  int64_t row;
} cell_ref;

static int compare_cells(const void *left, const void *right) {
  const cell_ref *a = left, *b = right;
  int order = strcmp(a->text, b->text);
  return order ? order : (a->row > b->row) - (a->row < b->row);
}

/* Every person once, with a name: people are told apart by it, and it is never shown. */
static bool check_ids(rein_scenario_reader *r, const rein_csv *csv, int column) {
  cell_ref *cell = REIN_NEW(r->arena, cell_ref, csv->n_row);
  bool good = true;
  for (int64_t i = 0; i < csv->n_row; i++) {
    cell[i] = (cell_ref){rein_csv_text(csv, i, column), i};
    if (!rein_csv_is_missing(csv, i, column)) continue;
    rein_error(r->diag, rein_csv_pos(csv, i, column), "column '%s' has no value in this line",
               csv->header[column]);
    good = false;
  }
  if (!good) return false;
  qsort(cell, (size_t)csv->n_row, sizeof *cell, compare_cells);
  for (int64_t i = 1; i < csv->n_row; i++) {
    if (strcmp(cell[i].text, cell[i - 1].text) != 0) continue;
    rein_error(r->diag, rein_csv_pos(csv, cell[i].row, column), "this person is in the table twice");
    good = false;
  }
  return good;
}

/* One column of numbers into out[row * stride], in the unit of `about`. */
static bool read_column(rein_scenario_reader *r, const rein_yaml *node, const rein_param *about, double *out,
                        int stride) {
  const rein_csv *csv = r->table;
  const rein_yaml *column_node = rein_yaml_get(node, "column"), *unit_node = rein_yaml_get(node, "unit");
  int column = rein_csv_get_column(csv, column_node->text, column_node->pos, r->diag);
  rein_unit unit;
  if (column < 0 || !rein_unit_parse(r->units, unit_node->text, unit_node->pos, r->diag, &unit)) return false;
  if (!rein_unit_same_dimension(&unit, &about->unit)) {
    rein_error(r->diag, unit_node->pos, "column '%s' has unit %s, expected %s as '%s' has", column_node->text,
               unit_node->text, about->unit_text, about->name);
    return false;
  }
  bool good = true, same = rein_unit_equal(&unit, &about->unit);
  for (int64_t i = 0; i < csv->n_row; i++) {
    double value;
    if (!rein_csv_number(csv, i, column, r->diag, &value)) {
      good = false;
      continue;
    }
    value = same ? value : rein_unit_convert(value, &unit, &about->unit);
    good = rein_scenario_is_allowed(r, about, value, rein_csv_pos(csv, i, column)) && good;
    out[i * stride] = value;
  }
  return good;
}

static double median(rein_scenario_reader *r, const double *value, int64_t n, int stride) {
  double *sorted = REIN_NEW(r->arena, double, n);
  for (int64_t i = 0; i < n; i++) sorted[i] = value[i * stride];
  rein_sort_numbers(sorted, (size_t)n);
  return n % 2 ? sorted[n / 2] : 0.5 * (sorted[n / 2 - 1] + sorted[n / 2]);
}

/* The typical individual has the median of a covariate that has no typical value of its own. */
static void take_medians(rein_scenario_reader *r, const double *table) {
  const rein_people *people = &r->inside->people;
  for (int k = 0; k < people->n_table_param; k++) {
    int p = people->table_param[k];
    if (!r->model->param[p].has_value)
      r->theta[p] = median(r, table + k, people->n_row, people->n_table_param);
  }
}

static bool find_table_params(rein_scenario_reader *r, const rein_yaml *columns, bool *given) {
  int *param = REIN_NEW(r->arena, int, columns->n);
  bool good = true;
  for (int k = 0; k < columns->n; k++) {
    param[k] = rein_scenario_find_param(r, columns->key[k], columns->key_pos[k]);
    if (param[k] >= 0 && r->model->param[param[k]].value_expr) {
      rein_error(r->diag, columns->key_pos[k],
                 "'%s' is computed from other parameters, so no table can give it", columns->key[k]);
      good = false;
    } else if (param[k] >= 0 && given[param[k]]) {
      rein_error(r->diag, columns->key_pos[k], "'%s' is given by 'covariates' and by 'columns'",
                 columns->key[k]);
      good = false;
    }
    good = good && param[k] >= 0;
    if (good) given[param[k]] = true;
  }
  r->inside->people.table_param = param;
  r->inside->people.n_table_param = columns->n;
  return good;
}

/* People, one in each line of `csv`; columns: of their parameters, NULL none. */
static bool take_people(rein_scenario_reader *r, const rein_csv *csv, int id_column,
                        const rein_yaml *columns) {
  rein_people *people = &r->inside->people;
  const int n_column = columns ? columns->n : 0;
  double *table = REIN_NEW(r->arena, double, csv->n_row *n_column + 1);
  const char **code = REIN_NEW(r->arena, const char *, csv->n_row),
             **source_id = REIN_NEW(r->arena, const char *, csv->n_row);
  bool good = true;
  r->table = r->inside->table = csv;
  for (int k = 0; k < n_column; k++) {
    good = read_column(r, columns->item[k], &r->model->param[people->table_param[k]], table + k, n_column) &&
           good;
  }
  people->table = table;
  people->n_row = csv->n_row;
  if (good) take_medians(r, table);
  for (int64_t i = 0; i < csv->n_row && id_column >= 0; i++) {
    code[i] = rein_arena_printf(r->arena, "%lld", (long long)i + 1);
    source_id[i] = rein_csv_text(csv, i, id_column);
  }
  r->inside->row_code = code;
  r->inside->row_source_id = source_id;
  r->scenario->individual_data = true;
  return good;
}

static bool read_table(rein_scenario_reader *r, const rein_yaml *cohort, bool *given) {
  const rein_yaml *path_node = rein_yaml_get(cohort, "table"), *id = rein_yaml_get(cohort, "id"),
                  *columns = rein_yaml_get(cohort, "columns");
  if (!id)
    rein_error(r->diag, path_node->pos, "a table of people needs 'id', the column that tells them apart");
  if (!columns)
    rein_error(r->diag, path_node->pos,
               "a table of people needs 'columns', for example {weight: {column: wt, unit: kg}}");
  if (!id || !columns || !find_table_params(r, columns, given)) return false;
  const char *path = rein_files_resolve(r->arena, r->scenario->path, path_node->text);
  const rein_source *source;
  rein_csv *csv;
  if (rein_files_read(r->arena, path, path_node->pos, r->diag, &source) != REIN_OK) return false;
  if (rein_csv_parse(r->arena, source, r->diag, &csv) != REIN_OK) return false;
  if (csv->n_row == 0) rein_error(r->diag, path_node->pos, "the table has no people in it");
  int id_column = rein_csv_get_column(csv, id->text, id->pos, r->diag);
  const bool good = csv->n_row > 0 && id_column >= 0 && check_ids(r, csv, id_column);
  rein_sha256_hex(source->bytes, source->n_byte, r->inside->table_hash);
  return take_people(r, csv, id_column, columns) && good;
}

/* `people: observed`: the first line of each person stands for it. */
static bool read_observed(rein_scenario_reader *r, const rein_yaml *cohort, bool *given) {
  const rein_yaml *columns = rein_yaml_get(cohort, "columns"), *other = rein_yaml_get(cohort, "table");
  const rein_csv *csv;
  if (!other) other = rein_yaml_get(cohort, "id");
  if (other) {
    rein_error(r->diag, other->pos, "'people: observed' has no place beside 'table' and 'id'");
    return false;
  }
  if (columns && !find_table_params(r, columns, given)) return false;
  return rein_scenario_read_observed_people(r, &csv) && take_people(r, csv, 0, columns);
}

/* ---- numbers of a person that are no parameter ---- */

/* Reads a column, or the distribution; fills column, typical. */
static bool read_extra(rein_scenario_reader *r, const rein_yaml *node, const rein_param *about,
                       const double **column, double *typical) {
  if (node->kind == REIN_YAML_SCALAR) {
    rein_covariate drawn = {
        .param = (int)rein_people_n_value(&r->inside->people), .low = -INFINITY, .high = INFINITY};
    drawn.key = rein_draw_key(about->name);
    if (!read_form(r, about, node, &drawn)) return false;
    add_covariate(r, drawn);
    return true;
  }
  const rein_yaml *name = rein_yaml_get(node, "column"), *unit = rein_yaml_get(node, "unit");
  bool shaped = node->kind == REIN_YAML_MAP && node->n == 2 && name && unit &&
                name->kind == REIN_YAML_SCALAR && unit->kind == REIN_YAML_SCALAR;
  if (!shaped) {
    rein_error(r->diag, node->pos, "%s: expected one quantity, a distribution, or {column: name, unit: %s}",
               about->name, about->unit_text);
    return false;
  }
  if (!r->table) {
    rein_error(r->diag, node->pos, "%s comes from a column, but the cohort has no 'table'", about->name);
    return false;
  }
  double *value = REIN_NEW(r->arena, double, r->table->n_row);
  if (!read_column(r, node, about, value, 1)) return false;
  *column = value;
  *typical = median(r, value, r->table->n_row, 1);
  return true;
}

int rein_scenario_person_number(rein_scenario_reader *r, const rein_yaml *node, const rein_param *about) {
  rein_people *people = &r->inside->people;
  size_t n = (size_t)people->n_extra, n_typical = n, n_node = n;
  for (size_t k = 0; k < n; k++) {
    if (r->extra_node[k] == node) return (int)(r->model->n_param + k);
  }
  const double *column = NULL;
  double typical = 0.0;
  if (!read_extra(r, node, about, &column, &typical)) return -1;
  REIN_PUSH(r->arena, people->extra, n, r->cap_extra, column);
  REIN_PUSH(r->arena, people->extra_typical, n_typical, r->cap_extra_typical, typical);
  REIN_PUSH(r->arena, r->extra_node, n_node, r->cap_extra_node, node);
  people->n_extra = (int)n;
  return (int)(r->model->n_param + n - 1);
}

/* ---- all of it ---- */

/* Codes of people, replicate by replicate of each. */
static void spread_ids(rein_scenario_reader *r) {
  rein_scenario *scenario = r->scenario;
  const char **id = REIN_NEW(r->arena, const char *, scenario->n_individual);
  const char **source_id = REIN_NEW(r->arena, const char *, scenario->n_individual);
  for (int64_t i = 0; i < scenario->n_individual; i++) {
    id[i] = r->inside->row_code[i / scenario->n_replicate];
    source_id[i] = r->inside->row_source_id[i / scenario->n_replicate];
  }
  scenario->id = id;
  scenario->source_id = source_id;
}

static bool read_size(rein_scenario_reader *r, const rein_yaml *cohort,
                      const rein_scenario_options *options) {
  rein_scenario *scenario = r->scenario;
  const rein_yaml *n_node = rein_yaml_get(cohort, "n"), *replicates = rein_yaml_get(cohort, "replicates");
  const bool people = rein_yaml_get(cohort, "people") != NULL,
             table = people || rein_yaml_get(cohort, "table") != NULL;
  r->inside->people.uncertain = replicates != NULL;
  int64_t n = r->inside->people.n_row;
  scenario->n_replicate = 1;
  if (table && n_node)
    rein_error(r->diag, n_node->pos, "'n' has no place beside '%s': every person of the table takes part",
               people ? "people" : "table");
  if (!table && !n_node)
    rein_error(r->diag, cohort->pos, "a cohort needs 'n', 'table', 'people', or is 'typical'");
  if (table == (n_node != NULL)) return false;
  if (n_node && !rein_scenario_count(r, n_node, "'n'", MAX_INDIVIDUAL, &n)) return false;
  if (replicates &&
      !rein_scenario_count(r, replicates, "'replicates'", MAX_REPLICATE, &scenario->n_replicate))
    return false;
  const int64_t asked = options ? options->n_individual : 0;
  if (asked > 0 && (!table || asked < n)) n = asked;
  if (table && asked > n)
    rein_warning(r->diag, cohort->pos,
                 "the table has %" PRId64 " people: all of them take part, not %" PRId64, n, asked);
  if (table && n * scenario->n_replicate > MAX_TABLE) {
    rein_error(r->diag, cohort->pos, "more than %d people and replicates of a table", MAX_TABLE);
    return false;
  }
  scenario->n_individual = n * scenario->n_replicate;
  return true;
}

/* Nobody may be without a number: a covariate needs a typical value or a place in the cohort. */
static bool check_covariates(rein_scenario_reader *r, const rein_yaml *cohort) {
  const rein_yaml *set = rein_yaml_get(r->root, "parameters");
  bool good = true;
  for (size_t i = 0; i < r->model->n_param; i++) {
    const rein_param *param = &r->model->param[i];
    if (!param->covariate || param->has_value || r->inside->people.given[i] ||
        rein_yaml_get(set, param->name))
      continue;
    rein_error(r->diag, cohort->pos,
               "covariate '%s' has no typical value; give it in 'cohort' or 'parameters'", param->name);
    rein_note(r->diag, param->pos, "'%s' is declared here", param->name);
    good = false;
  }
  return good;
}

bool rein_scenario_read_cohort(rein_scenario_reader *r, const rein_scenario_options *options) {
  const rein_yaml *cohort = rein_yaml_get(r->root, "cohort"), *set = rein_yaml_get(r->root, "parameters");
  rein_people *people = &r->inside->people;
  bool *given = REIN_NEW(r->arena, bool, r->model->n_param + 1), good = true;
  people->given = given;
  r->scenario->n_replicate = 1;
  r->theta = REIN_NEW(r->arena, double, r->model->n_param + 1);
  for (size_t i = 0; i < r->model->n_param; i++)
    r->theta[i] = r->model->param[i].value_expr ? 0.0 : r->model->param[i].value;
  if (cohort->kind == REIN_YAML_SCALAR && strcmp(cohort->text, "typical") == 0) {
    r->scenario->typical = people->typical = true;
    r->scenario->n_individual = 1;
    if (options && options->n_individual > 1 && !r->points)
      rein_warning(r->diag, cohort->pos, "the cohort is the typical individual: one takes part, not %lld",
                   (long long)options->n_individual);
  } else if (cohort->kind != REIN_YAML_MAP) {
    rein_error(r->diag, cohort->pos, "expected 'typical', or a map such as {n: 1000}");
    return false;
  } else {
    const rein_yaml *covariates = rein_yaml_get(cohort, "covariates");
    if (covariates) good = read_covariates(r, covariates, given);
    if (rein_yaml_get(cohort, "people"))
      good = read_observed(r, cohort, given) && good;
    else if (rein_yaml_get(cohort, "table"))
      good = read_table(r, cohort, given) && good;
    good = good && read_size(r, cohort, options);
    if (good && people->n_row > 0) spread_ids(r);
  }
  for (int i = 0; set && i < set->n; i++) {
    good = rein_scenario_set_parameter(r, set->key[i], set->key_pos[i], set->item[i], r->theta) && good;
  }
  if (r->points && !r->points->cohort) { /* about the typical individual, whoever the cohort is */
    r->scenario->typical = people->typical = true;
    r->scenario->n_individual = r->scenario->n_replicate = 1;
  }
  people->n_replicate = r->scenario->n_replicate;
  return good && check_covariates(r, cohort);
}
