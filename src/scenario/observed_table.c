/* `events: observed` and `cohort: {people: observed}`: doses and people of the NONMEM table that the data of
 * `compare` are read from, so that one table is named once. What the table is stands in the YAML beside it,
 * under `nonmem`; its observations are read by src/record/observed_nonmem.c. */
#include <string.h>

#include "src/base/files.h"
#include "src/base/sha256.h"
#include "src/lang/yaml_make.h"
#include "src/scenario/inside.h"
#include "src/scenario/nonmem.h"

static bool is_observed(const rein_yaml *node) {
  return node && node->kind == REIN_YAML_SCALAR && strcmp(node->text, "observed") == 0;
}

/* Where the table is asked for, NULL nowhere; false with an error for other words. */
static bool find_use(rein_scenario_reader *r, const rein_yaml **use) {
  const rein_yaml *arms = rein_yaml_get(r->root, "arms");
  bool good = true;
  *use = rein_yaml_get(rein_yaml_get(r->root, "cohort"), "people");
  for (int i = 0; i < arms->n; i++) {
    const rein_yaml *events = rein_yaml_get(arms->item[i], "events");
    if (is_observed(events)) *use = events;
    if (!events || events->kind != REIN_YAML_SCALAR || is_observed(events)) continue;
    rein_error(r->diag, events->pos,
               "expected 'observed' (the doses of the table that 'compare' names), or a map such as {table: "
               "doses.csv, units: {...}}");
    good = false;
  }
  return good;
}

/* `events:` as it would be written for the table of the data. */
static const rein_yaml *make_events(rein_scenario_reader *r, const char *path, const rein_yaml *root,
                                    const rein_yaml *nonmem) {
  static const char *const keys[] = {"units", "actions", "covariates", "carry", "ignore"};
  const rein_yaml *data = rein_yaml_get(root, "data");
  const char *table = rein_files_resolve(r->arena, path, data->text);
  rein_yaml *events = rein_yaml_make(r->arena, REIN_YAML_MAP, nonmem->pos, "", 6);
  rein_yaml_put(events, "table",
                rein_yaml_make(r->arena, REIN_YAML_SCALAR, data->pos,
                               rein_files_relative(r->arena, r->scenario->path, table), 0));
  for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
    rein_yaml_put(events, keys[i], rein_yaml_get(nonmem, keys[i]));
  return events;
}

bool rein_scenario_find_observed(rein_scenario_reader *r) {
  const rein_yaml *observed = rein_yaml_get(rein_yaml_get(r->root, "compare"), "observed"), *use, *root;
  const rein_source *source;
  if (!find_use(r, &use)) return false;
  if (!use) return true;
  if (!observed) {
    rein_error(r->diag, use->pos, "'observed' needs 'compare: {observed: ...}', which names the data");
    return false;
  }
  const char *path = rein_files_resolve(r->arena, r->scenario->path, observed->text);
  if (rein_files_read(r->arena, path, observed->pos, r->diag, &source) != REIN_OK ||
      rein_yaml_parse(r->arena, source, r->diag, &root) != REIN_OK)
    return false;
  const rein_yaml *nonmem = rein_yaml_get(root, "nonmem"), *data = rein_yaml_get(root, "data");
  if (!nonmem || nonmem->kind != REIN_YAML_MAP || !data || data->kind != REIN_YAML_SCALAR) {
    rein_error(r->diag, use->pos,
               "the data of 'compare' are no table in NONMEM's form: the YAML beside them has no 'nonmem'");
    return false;
  }
  if (!rein_schema_check(nonmem, rein_nonmem_keys, "nonmem", r->diag)) return false;
  r->observed_events = make_events(r, path, root, nonmem);
  return true;
}

const rein_yaml *rein_scenario_events(const rein_scenario_reader *r, const rein_yaml *arm) {
  const rein_yaml *events = rein_yaml_get(arm, "events");
  return is_observed(events) ? r->observed_events : events;
}

/* The first line of each person: ID, then the columns that NONMEM's form gives no meaning. */
static const rein_csv *first_lines(rein_scenario_reader *r, const rein_nonmem *nm) {
  const rein_csv *csv = nm->csv;
  rein_names *known = rein_names_create(r->arena);
  int64_t *line = REIN_NEW(r->arena, int64_t, csv->n_row);
  int *from = REIN_NEW(r->arena, int, csv->n_column), n_column = 1, n_row = 0;
  from[0] = nm->at[REIN_COL_ID];
  for (int c = 0; c < csv->n_column; c++) {
    int k = 0;
    while (k < REIN_N_COL && nm->at[k] != c) k++;
    if (k == REIN_N_COL) from[n_column++] = c;
  }
  for (int64_t row = 0; row < csv->n_row; row++) {
    if (rein_names_add(known, rein_nonmem_id(nm, row), n_row) == n_row) line[n_row++] = row;
  }
  rein_csv *out = REIN_NEW(r->arena, rein_csv, 1);
  const char **header = REIN_NEW(r->arena, const char *, n_column),
             **cell = REIN_NEW(r->arena, const char *, n_row *n_column);
  size_t *header_offset = REIN_NEW(r->arena, size_t, n_column),
         *offset = REIN_NEW(r->arena, size_t, n_row * n_column);
  for (int c = 0; c < n_column; c++) {
    header[c] = csv->header[from[c]], header_offset[c] = csv->header_offset[from[c]];
    for (int i = 0; i < n_row; i++) {
      cell[i * n_column + c] = rein_csv_text(csv, line[i], from[c]);
      offset[i * n_column + c] = csv->offset[line[i] * csv->n_column + from[c]];
    }
  }
  *out = *csv;
  out->n_column = n_column, out->n_row = n_row;
  out->header = header, out->cell = cell, out->offset = offset, out->header_offset = header_offset;
  return out;
}

bool rein_scenario_read_observed_people(rein_scenario_reader *r, const rein_csv **out) {
  const rein_yaml *events = r->observed_events, *table = rein_yaml_get(events, "table");
  const char *path = rein_files_resolve(r->arena, r->scenario->path, table->text);
  const rein_source *source;
  rein_nonmem nm = {.arena = r->arena, .diag = r->diag};
  rein_csv *csv;
  if (rein_files_read(r->arena, path, table->pos, r->diag, &source) != REIN_OK ||
      rein_csv_parse(r->arena, source, r->diag, &csv) != REIN_OK)
    return false;
  nm.csv = csv;
  if (!rein_nonmem_find_columns(&nm, rein_yaml_get(events, "covariates"), rein_yaml_get(events, "ignore")))
    return false;
  if (nm.at[REIN_COL_ID] < 0 || csv->n_row == 0) {
    rein_error(r->diag, table->pos, "the table has no people in it%s", csv->n_row ? ": no column ID" : "");
    return false;
  }
  rein_sha256_hex(source->bytes, source->n_byte, r->inside->table_hash);
  *out = first_lines(r, &nm);
  return true;
}

bool rein_scenario_has_own_doses(const rein_scenario *s, int arm) {
  return s->inside->arm[arm].doses && s->inside->arm[arm].doses->n_person > 1;
}

bool rein_scenario_observed_doses(const rein_scenario *s, int arm, int64_t individual, double before,
                                  double after, double *amount, bool *given) {
  const rein_doses *doses = s->inside->arm[arm].doses;
  if (!doses || !doses->is_observed) return false;
  const rein_person_doses *own = rein_doses_of(doses, individual, s->n_replicate);
  for (size_t k = 0; k < s->model->n_action; k++) amount[k] = 0.0, given[k] = false;
  for (int64_t i = 0; i < doses->n_person; i++) {
    for (size_t k = 0; k < doses->person[i].n_course; k++) {
      const int action = doses->person[i].course[k].action;
      if (action >= 0) given[action] = true;
    }
  }
  for (size_t k = 0; k < own->n_course; k++) {
    const rein_course *c = &own->course[k];
    for (int i = 0; i < c->n_dose && c->action >= 0; i++) {
      if (rein_scenario_is_within(s, c->time[i], before, after)) amount[c->action] += c->amount;
    }
  }
  return true;
}

bool rein_scenario_is_within(const rein_scenario *s, double time, double before, double after) {
  return s->act_first ? time > before && time <= after : time >= before && time < after;
}
