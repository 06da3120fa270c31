/* One problem of the PEtab format, version 1, at its nominal parameters.
 *
 * Formulas of observables and noise become assignment rules of the SBML document, with placeholders filled
 * from the measurement's row; the parameter table, then the condition, is written over the model's numbers.
 * Each pair of a condition and what comes before it (pre-equilibration: a long run, then time is 0 again) is
 * one run. */
#ifndef REIN_TESTS_PETAB_PROBLEM_H
#define REIN_TESTS_PETAB_PROBLEM_H

#include <stdbool.h>

#include "src/base/source.h"

/* Tab-separated text under a header line. */
typedef struct {
  int n_column, n_row;
  const char **header; /* (n_column) */
  const char **cell;   /* (n_row x n_column) */
} petab_table;

/* NULL where there is no such file; FOLDER/NAME, NAME may be a pattern. */
const rein_source *petab_source(rein_arena *arena, const char *folder, const char *name);
const petab_table *petab_table_read(rein_arena *arena, const char *folder, const char *name);
/* "" where there is no such column. */
const char *petab_cell(const petab_table *t, int row, const char *column);
double petab_number(const petab_table *t, int row, const char *column); /* NaN where it is none */

typedef struct {
  int n_row, n_run;
  double nllh, worst; /* worst row: difference by the observable's largest reference value */
  double seconds;
  char reason[400]; /* of a failure */
} petab_result;

bool petab_run(const char *folder, const char *problem, petab_result *result);

#endif
