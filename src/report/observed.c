#include "src/report/observed.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "src/base/files.h"
#include "src/lang/csv.h"
#include "src/lang/yaml.h"

/* The table that a path means: itself, or what `data:` of a YAML file names. */
static rein_status find_table(rein_arena *arena, const char *path, rein_diag *diag, const rein_source **out,
                              const char **relation) {
  const rein_pos nowhere = {NULL, 0, 0, 0};
  const rein_yaml *root;
  const char *dot = strrchr(path, '.');
  const bool is_yaml = dot && (strcmp(dot, ".yaml") == 0 || strcmp(dot, ".yml") == 0);
  rein_status status = rein_files_read(arena, path, nowhere, diag, out);
  if (status != REIN_OK || !is_yaml) return status;
  status = rein_yaml_parse(arena, *out, diag, &root);
  if (status != REIN_OK) return status;
  const rein_yaml *data = rein_yaml_get(root, "data"), *says = rein_yaml_get(root, "relation");
  if (says) *relation = says->text;
  if (!data || data->kind != REIN_YAML_SCALAR) {
    rein_error(diag, root->pos, "expected `data:` with the name of a CSV file");
    return REIN_ERR_INPUT;
  }
  return rein_files_read(arena, rein_files_resolve(arena, path, data->text), data->pos, diag, out);
}

/* Columns of the table; -1 where there is none. */
typedef struct {
  int arm, observable, unit, time, time_unit, mean, sd, se, n, value;
} columns;

static bool find_columns(const rein_csv *csv, rein_pos pos, rein_diag *diag, columns *c) {
  const int n_error = rein_diag_n_error(diag);
  *c = (columns){.arm = rein_csv_find(csv, "arm"),
                 .observable = rein_csv_get_column(csv, "observable", pos, diag),
                 .unit = rein_csv_get_column(csv, "unit", pos, diag),
                 .time = rein_csv_get_column(csv, "time", pos, diag),
                 .time_unit = rein_csv_get_column(csv, "time_unit", pos, diag),
                 .mean = rein_csv_find(csv, "mean"),
                 .sd = rein_csv_find(csv, "sd"),
                 .se = rein_csv_find(csv, "se"),
                 .n = rein_csv_find(csv, "n"),
                 .value = rein_csv_find(csv, "value")};
  if (c->mean < 0)
    c->value = rein_csv_get_column(csv, "value", pos, diag);
  else
    c->n = rein_csv_get_column(csv, "n", pos, diag);
  return rein_diag_n_error(diag) == n_error;
}

/* The value at a cell, converted from the unit named in another; spans (SD, SE) take no offset. */
static bool read_cell(rein_units *units, const rein_csv *csv, int64_t row, int column, int unit_column,
                      const rein_unit *to, bool is_span, rein_diag *diag, double *out) {
  rein_unit from;
  double number;
  const rein_pos unit_pos = rein_csv_pos(csv, row, unit_column);
  if (!rein_unit_parse(units, rein_csv_text(csv, row, unit_column), unit_pos, diag, &from)) return false;
  if (!rein_unit_same_dimension(&from, to)) {
    rein_error(diag, unit_pos, "this unit cannot be converted into the simulated one");
    return false;
  }
  if (!rein_csv_number(csv, row, column, diag, &number)) return false;
  *out = is_span ? number * rein_unit_factor(&from, to) : rein_unit_convert(number, &from, to);
  return true;
}

static bool read_row(rein_units *units, const rein_csv *csv, int64_t row, const columns *c,
                     const rein_unit *unit, const rein_unit *time_unit, rein_diag *diag, rein_observed *out) {
  const int i = out->n;
  const bool group = c->mean >= 0;
  const int spread = group ? (c->sd >= 0 ? c->sd : c->se) : -1;
  out->sd[i] = NAN;
  out->size[i] = 1.0;
  if (!read_cell(units, csv, row, c->time, c->time_unit, time_unit, false, diag, &out->time[i])) return false;
  if (!read_cell(units, csv, row, group ? c->mean : c->value, c->unit, unit, false, diag, &out->value[i]))
    return false;
  if (group && !rein_csv_number(csv, row, c->n, diag, &out->size[i])) return false;
  if (spread >= 0 && !rein_csv_is_missing(csv, row, spread)) {
    if (!read_cell(units, csv, row, spread, c->unit, unit, true, diag, &out->sd[i])) return false;
    if (spread == c->se) out->sd[i] *= sqrt(out->size[i]);
  }
  out->n++;
  return true;
}

/* Insertion sort: tables are short, and nearly in order. */
static void sort_by_time(rein_observed *o) {
  double *const column[] = {o->time, o->value, o->sd, o->size};
  for (int i = 1; i < o->n; i++) {
    for (int k = i; k > 0 && o->time[k - 1] > o->time[k]; k--) {
      for (int j = 0; j < 4; j++) {
        const double held = column[j][k];
        column[j][k] = column[j][k - 1];
        column[j][k - 1] = held;
      }
    }
  }
}

rein_status rein_observed_read(rein_arena *arena, rein_units *units, const char *path, const char *arm,
                               const char *observable, const char *unit, const char *time_unit,
                               rein_diag *diag, rein_observed *out) {
  const rein_pos nowhere = {NULL, 0, 0, 0};
  const rein_source *source;
  rein_csv *csv;
  columns c;
  rein_unit to, time_to;
  rein_observed read = {.relation = ""};
  rein_status status = find_table(arena, path, diag, &source, &read.relation);
  if (status == REIN_OK) status = rein_csv_parse(arena, source, diag, &csv);
  if (status != REIN_OK) return status;
  if (!rein_unit_parse(units, unit, nowhere, diag, &to) ||
      !rein_unit_parse(units, time_unit, nowhere, diag, &time_to) ||
      !find_columns(csv, rein_source_pos(source, 0, 1), diag, &c)) {
    return REIN_ERR_INPUT;
  }
  read.is_group = c.mean >= 0;
  double **const column[] = {&read.time, &read.value, &read.sd, &read.size};
  for (int j = 0; j < 4; j++) *column[j] = REIN_NEW(arena, double, csv->n_row + 1);
  for (int64_t row = 0; row < csv->n_row; row++) {
    if (strcmp(rein_csv_text(csv, row, c.observable), observable) != 0) continue;
    if (c.arm >= 0 && strcmp(rein_csv_text(csv, row, c.arm), arm) != 0) continue;
    if (rein_csv_is_missing(csv, row, read.is_group ? c.mean : c.value)) continue;
    if (!read_row(units, csv, row, &c, &to, &time_to, diag, &read)) return REIN_ERR_INPUT;
  }
  sort_by_time(&read);
  *out = read;
  return REIN_OK;
}
