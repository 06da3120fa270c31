/* Columns of a scenario's table of people as numbers, also of those that the model does not use. */
#include <math.h>
#include <string.h>

#include "src/scenario/inside.h"

/* The one or two different words of a column, by the alphabet; false where there are more. */
static bool find_words(const rein_csv *csv, int column, const char *word[2]) {
  word[0] = word[1] = NULL;
  for (int64_t row = 0; row < csv->n_row; row++) {
    const char *text = rein_csv_text(csv, row, column);
    if (rein_csv_is_missing(csv, row, column)) continue;
    int k = 0;
    while (k < 2 && word[k] && strcmp(word[k], text) != 0) k++;
    if (k == 2) return false;
    word[k] = text;
  }
  if (word[1] && strcmp(word[0], word[1]) > 0) {
    const char *held = word[0];
    word[0] = word[1];
    word[1] = held;
  }
  return word[0] != NULL;
}

static bool read_numbers(const rein_csv *csv, int column, rein_diag *quiet, double *value) {
  for (int64_t row = 0; row < csv->n_row; row++) {
    value[row] = NAN;
    if (rein_csv_is_missing(csv, row, column)) continue;
    if (!rein_csv_number(csv, row, column, quiet, &value[row])) return false;
  }
  return true;
}

static void read_words(const rein_csv *csv, int column, const char *const word[2], double *value) {
  for (int64_t row = 0; row < csv->n_row; row++) {
    const bool missing = rein_csv_is_missing(csv, row, column);
    value[row] = missing ? NAN : strcmp(rein_csv_text(csv, row, column), word[0]) != 0;
  }
}

static bool varies(const double *value, int64_t n) {
  double low = INFINITY, high = -INFINITY;
  for (int64_t i = 0; i < n; i++) low = fmin(low, value[i]), high = fmax(high, value[i]);
  return high > low;
}

rein_scenario_column *rein_scenario_columns(rein_arena *arena, const rein_scenario *scenario, int *n) {
  const rein_csv *csv = scenario->inside->table;
  *n = 0;
  if (!csv) return NULL;
  rein_diag *quiet = rein_diag_create(arena);
  rein_scenario_column *out = REIN_NEW(arena, rein_scenario_column, csv->n_column);
  for (int c = 0; c < csv->n_column; c++) {
    const char *word[2];
    if (rein_csv_text(csv, 0, c) == scenario->inside->row_source_id[0]) continue;
    double *value = REIN_NEW(arena, double, csv->n_row);
    const bool numbers = read_numbers(csv, c, quiet, value);
    if (!numbers && !find_words(csv, c, word)) continue;
    if (!numbers) read_words(csv, c, word, value);
    if (varies(value, csv->n_row)) out[(*n)++] = (rein_scenario_column){csv->header[c], !numbers, value};
  }
  return out;
}
