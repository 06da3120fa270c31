/* The small YAML, and from both files to one checked set; rows are read in observed_rows.c. */
#include "src/record/observed.h"

#include <math.h>
#include <string.h>
#include <strings.h>

#include "src/base/files.h"
#include "src/base/sha256.h"
#include "src/lang/schema.h"
#include "src/record/observed_rows.h"
#include "src/scenario/nonmem.h"

static const char *const ASSIGNMENTS[] = {"randomised",   "n-of-1",  "self-selected",
                                          "before-after", "unknown", NULL};
static const char *const RELATIONS[] = {"calibration", "external", "input-derived", NULL};

static const rein_schema TEXT_RULE[] = {{.key = "", .kind = REIN_SCHEMA_TEXT}, {0}};
static const rein_schema ARM_KEYS[] = {
    {.key = "assignment", .kind = REIN_SCHEMA_WORD, .required = true, .words = ASSIGNMENTS},
    {.key = "comparator", .kind = REIN_SCHEMA_TEXT},
    {.key = "actions", .kind = REIN_SCHEMA_TEXT, .required = true},
    {.key = "concurrent", .kind = REIN_SCHEMA_TEXT, .required = true},
    {.key = "adherence", .kind = REIN_SCHEMA_TEXT, .required = true},
    {0}};
static const rein_schema ARM_RULE[] = {{.key = "", .kind = REIN_SCHEMA_MAP, .keys = ARM_KEYS}, {0}};

static const rein_schema TOP_KEYS[] = {
    {.key = "data", .kind = REIN_SCHEMA_TEXT, .required = true},
    {.key = "title", .kind = REIN_SCHEMA_TEXT},
    {.key = "what", .kind = REIN_SCHEMA_TEXT},
    {.key = "notes", .kind = REIN_SCHEMA_TEXT},
    {.key = "inputs", .kind = REIN_SCHEMA_TEXT},
    {.key = "doses", .kind = REIN_SCHEMA_TEXT},
    {.key = "columns", .kind = REIN_SCHEMA_ANY},
    {.key = "nonmem", .kind = REIN_SCHEMA_MAP, .keys = rein_nonmem_keys},
    {.key = "source", .kind = REIN_SCHEMA_ANY, .required = true},
    {.key = "licence", .kind = REIN_SCHEMA_TEXT, .required = true},
    {.key = "arms", .kind = REIN_SCHEMA_MAP_OF, .required = true, .keys = ARM_RULE},
    {.key = "baseline", .kind = REIN_SCHEMA_ANY},
    {.key = "used_for_fitting", .kind = REIN_SCHEMA_LIST_OF, .required = true, .keys = TEXT_RULE},
    {.key = "relation", .kind = REIN_SCHEMA_WORD, .required = true, .words = RELATIONS},
    {0}};

const char *rein_observed_assignment_word(rein_observed_assignment assignment) {
  return ASSIGNMENTS[assignment];
}

const char *rein_observed_relation_word(rein_relation relation) {
  return RELATIONS[relation];
}

static int find_word(const char *const *words, const char *word) {
  int i = 0;
  while (words[i] && strcmp(words[i], word) != 0) i++;
  return i;
}

/* Only a contrast of two arms that people, or one person's periods, were randomised to is an effect. */
static int read_comparator(rein_observed_reader *r, const rein_yaml *arms, const rein_observed_arm *arm,
                           int i) {
  const rein_yaml *node = rein_yaml_get(arms->item[i], "comparator");
  if (!node) return -1;
  int c = 0;
  while (c < arms->n && strcmp(arms->key[c], node->text) != 0) c++;
  if (c == arms->n) {
    rein_names *names = rein_names_create(r->arena);
    for (int k = 0; k < arms->n; k++) rein_names_add(names, arms->key[k], k);
    const char *closest = rein_names_closest(names, node->text);
    rein_error(r->diag, node->pos, "'arms' has no '%s'%s%s%s", node->text, closest ? "; did you mean '" : "",
               closest ? closest : "", closest ? "'?" : "");
    return -1;
  }
  const int both[] = {i, c};
  for (int k = 0; k < 2; k++) {
    const rein_observed_assignment is = arm[both[k]].assignment;
    if (is == REIN_ASSIGNED_RANDOMISED || is == REIN_ASSIGNED_N_OF_1) continue;
    rein_error(r->diag, node->pos,
               "arm '%s' is '%s': a contrast of two arms is an effect only where people were randomised to "
               "them",
               arm[both[k]].name, rein_observed_assignment_word(arm[both[k]].assignment));
    return -1;
  }
  if (arm[i].assignment != arm[c].assignment)
    rein_error(r->diag, node->pos,
               "arm '%s' is '%s' and arm '%s' is '%s': a contrast is either between people or within them",
               arm[i].name, rein_observed_assignment_word(arm[i].assignment), arm[c].name,
               rein_observed_assignment_word(arm[c].assignment));
  if (c == i) rein_error(r->diag, node->pos, "arm '%s' is its own comparator", arm[i].name);
  return c;
}

static void read_arms(rein_observed_reader *r, const rein_yaml *arms) {
  rein_observed_arm *arm = REIN_NEW(r->arena, rein_observed_arm, arms->n);
  for (int i = 0; i < arms->n; i++) {
    const rein_yaml *node = arms->item[i];
    arm[i] = (rein_observed_arm){.name = arms->key[i],
                                 .actions = rein_yaml_get(node, "actions")->text,
                                 .concurrent = rein_yaml_get(node, "concurrent")->text,
                                 .adherence = rein_yaml_get(node, "adherence")->text,
                                 .assignment = (rein_observed_assignment)find_word(
                                     ASSIGNMENTS, rein_yaml_get(node, "assignment")->text),
                                 .pos = arms->key_pos[i]};
  }
  for (int i = 0; i < arms->n; i++) arm[i].comparator = read_comparator(r, arms, arm, i);
  r->observed->arm = arm;
  r->observed->n_arm = arms->n;
  if (arms->n == 0) rein_error(r->diag, arms->pos, "'arms' names no arm");
}

/* What was fitted are parameters of the model; a name that is none would hide what is not external. */
static void check_fitted(rein_observed_reader *r, const rein_yaml *fitted) {
  rein_names *names = rein_names_create(r->arena);
  for (size_t p = 0; p < r->model->n_param; p++) rein_names_add(names, r->model->param[p].name, (int)p);
  for (int i = 0; i < (fitted->kind == REIN_YAML_SCALAR ? 1 : fitted->n); i++) {
    const rein_yaml *node = fitted->kind == REIN_YAML_SCALAR ? fitted : fitted->item[i];
    if (rein_names_find(names, node->text) >= 0) continue;
    const char *closest = rein_names_closest(names, node->text);
    rein_error(r->diag, node->pos, "the model has no parameter '%s'%s%s%s", node->text,
               closest ? "; did you mean '" : "", closest ? closest : "", closest ? "'?" : "");
  }
}

static void read_relation(rein_observed_reader *r) {
  const rein_yaml *fitted = rein_yaml_get(r->root, "used_for_fitting"),
                  *node = rein_yaml_get(r->root, "relation");
  rein_observed *o = r->observed;
  check_fitted(r, fitted);
  o->relation = (rein_relation)find_word(RELATIONS, node->text);
  o->is_fitted = fitted->kind == REIN_YAML_SCALAR || fitted->n > 0;
  if (o->relation == REIN_RELATION_EXTERNAL && o->is_fitted)
    rein_error(r->diag, node->pos,
               "data that parameters were fitted to are never external; say 'calibration'");
}

/* `baseline:` names observables whose state before follows from their definition. */
static void read_known(rein_observed_reader *r) {
  const rein_yaml *map = rein_yaml_get(r->root, "baseline");
  for (int i = 0; map && i < map->n; i++) {
    const int o = rein_observed_find_observable(r->model, map->key[i]);
    const rein_yaml *node = map->item[i];
    rein_unit unit;
    double value;
    if (o < 0) {
      rein_error(r->diag, map->key_pos[i], "the model has no observable '%s'", map->key[i]);
      continue;
    }
    const rein_observable *observable = &r->model->observable[o];
    if (!rein_quantity_parse(r->units, node->text, node->pos, false, r->diag, &value, &unit)) continue;
    if (!rein_unit_same_dimension(&unit, &observable->unit)) {
      rein_error(r->diag, node->pos, "the baseline of '%s' has another dimension than its unit %s",
                 map->key[i], observable->unit_text);
      continue;
    }
    r->known[o] = rein_unit_convert(value, &unit, &observable->unit);
  }
}

/* Keys are names of the model or of the table: the schema knows identifiers only. */
static bool is_map_of_text(const rein_observed_reader *r, const rein_yaml *node, const char *message) {
  bool good = !node || node->kind == REIN_YAML_MAP;
  for (int i = 0; good && node && i < node->n; i++) good = node->item[i]->kind == REIN_YAML_SCALAR;
  if (!good) rein_error(r->diag, node->pos, "%s", message);
  return good;
}

static rein_status read_yaml(rein_observed_reader *r, const char *path, const rein_source **source) {
  const rein_pos nowhere = {NULL, 0, 0, 0};
  const char *dot = strrchr(path, '.');
  if (!dot || (strcmp(dot, ".yaml") != 0 && strcmp(dot, ".yml") != 0)) {
    rein_error(r->diag, nowhere, "'%s': expected the small YAML beside the table, not the table itself",
               path);
    return REIN_ERR_INPUT;
  }
  rein_status status = rein_files_read(r->arena, path, nowhere, r->diag, source);
  if (status == REIN_OK) status = rein_yaml_parse(r->arena, *source, r->diag, &r->root);
  if (status != REIN_OK) return status;
  if (!rein_schema_check(r->root, TOP_KEYS, "observed data", r->diag)) return REIN_ERR_INPUT;
  const rein_yaml *title = rein_yaml_get(rein_yaml_get(r->root, "source"), "title"),
                  *known = rein_yaml_get(r->root, "baseline");
  rein_observed *o = r->observed;
  o->path = path;
  o->pos = r->root->pos;
  o->title = title && title->kind == REIN_YAML_SCALAR ? title->text : "";
  o->licence = rein_yaml_get(r->root, "licence")->text;
  r->known = REIN_NEW(r->arena, double, r->model->n_observable + 1);
  for (size_t i = 0; i < r->model->n_observable; i++) r->known[i] = NAN;
  if (!is_map_of_text(r, known, "'baseline' has to be a map from observables to quantities") ||
      !is_map_of_text(r, rein_yaml_get(r->root, "columns"),
                      "'columns' has to be a map from the table's columns to what they hold"))
    return REIN_ERR_INPUT;
  const bool has_columns = rein_yaml_get(r->root, "columns") != NULL;
  if (has_columns == (rein_yaml_get(r->root, "nonmem") != NULL)) {
    rein_error(r->diag, r->root->pos,
               has_columns
                   ? "a table is described in 'columns' or in 'nonmem', not in both"
                   : "observed data need 'columns', a map from the table's columns to what they hold, or "
                     "'nonmem' for a table in NONMEM's form");
    return REIN_ERR_INPUT;
  }
  read_arms(r, rein_yaml_get(r->root, "arms"));
  read_relation(r);
  read_known(r);
  return rein_diag_n_error(r->diag) > r->n_error ? REIN_ERR_INPUT : REIN_OK;
}

/* `columns:` and the table's header name the same columns. */
static void compare_columns(rein_observed_reader *r) {
  const rein_yaml *columns = rein_yaml_get(r->root, "columns");
  for (int i = 0; i < columns->n; i++)
    rein_csv_get_column(r->csv, columns->key[i], columns->key_pos[i], r->diag);
  for (int c = 0; c < r->csv->n_column; c++) {
    if (!rein_yaml_get(columns, r->csv->header[c]))
      rein_error(r->diag, columns->pos, "column %d of the table is not named in 'columns'", c + 1);
  }
}

static rein_status read_table(rein_observed_reader *r, const char *path, const rein_source *yaml) {
  const rein_yaml *data = rein_yaml_get(r->root, "data");
  const rein_source *source;
  const char *table = rein_files_resolve(r->arena, path, data->text);
  rein_status status = rein_files_read(r->arena, table, data->pos, r->diag, &source);
  if (status == REIN_OK) status = rein_csv_parse(r->arena, source, r->diag, &r->csv);
  if (status != REIN_OK) return status;
  rein_sha256 sha;
  unsigned char digest[32];
  rein_sha256_init(&sha);
  rein_sha256_add(&sha, yaml->bytes, yaml->n_byte);
  rein_sha256_add(&sha, source->bytes, source->n_byte);
  rein_sha256_finish(&sha, digest);
  rein_sha256_digits(digest, r->observed->hash);
  r->observed->csv = r->csv;
  if (rein_yaml_get(r->root, "columns")) compare_columns(r);
  if (rein_diag_n_error(r->diag) > r->n_error) return REIN_ERR_INPUT;
  return rein_observed_read_rows(r) ? REIN_OK : REIN_ERR_INPUT;
}

static rein_status read_all(rein_observed_reader *r, const char *path) {
  const rein_source *yaml;
  rein_status status = read_yaml(r, path, &yaml);
  return status == REIN_OK ? read_table(r, path, yaml) : status;
}

rein_status rein_observed_read(rein_arena *arena, rein_units *units, const char *path,
                               const rein_model *model, rein_diag *diag, rein_observed **out) {
  rein_guard guard;
  if (REIN_GUARD(arena, &guard)) return REIN_ERR_MEMORY;
  rein_observed *observed = REIN_NEW(arena, rein_observed, 1);
  rein_observed_reader r = {.arena = arena,
                            .units = units,
                            .diag = diag,
                            .model = model,
                            .observed = observed,
                            .n_error = rein_diag_n_error(diag)};
  const rein_status status = read_all(&r, path);
  rein_unguard(arena, &guard);
  if (status == REIN_OK) *out = observed;
  return status;
}

/* ---- what is asked of a set ---- */

rein_pos rein_observed_pos(const rein_observed *o, const rein_observed_point *point, const char *column) {
  int c = rein_csv_find(o->csv, column);
  for (int i = 0; c < 0 && i < o->csv->n_column; i++) /* NONMEM's columns may be in upper case */
    if (strcasecmp(o->csv->header[i], column) == 0) c = i;
  return rein_csv_pos(o->csv, point->row, c < 0 ? 0 : c);
}

/* Insertion sort: tables are short, and nearly in order. */
static void sort_by_time(rein_observed_series *s) {
  double *const column[] = {s->time, s->value, s->sd, s->size};
  for (int i = 1; i < s->n; i++) {
    for (int k = i; k > 0 && s->time[k - 1] > s->time[k]; k--) {
      for (int j = 0; j < 4; j++) {
        const double held = column[j][k];
        column[j][k] = column[j][k - 1];
        column[j][k - 1] = held;
      }
    }
  }
}

void rein_observed_select(rein_arena *arena, const rein_observed *o, const char *arm, const char *observable,
                          const rein_model *model, rein_observed_series *out) {
  rein_observed_series s = {0};
  double **const column[] = {&s.time, &s.value, &s.sd, &s.size};
  for (int j = 0; j < 4; j++) *column[j] = REIN_NEW(arena, double, o->n_point + 1);
  for (int i = 0; i < o->n_point; i++) {
    const rein_observed_point *p = &o->point[i];
    if (strcmp(o->arm[p->arm].name, arm) != 0) continue;
    if (strcmp(model->observable[o->observable[p->observable]].name, observable) != 0) continue;
    s.time[s.n] = p->time, s.value[s.n] = p->value, s.sd[s.n] = p->sd, s.size[s.n] = p->n;
    s.n++;
  }
  sort_by_time(&s);
  *out = s;
}
