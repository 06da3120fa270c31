/* Private to observed*.c: reading under way. */
#ifndef REIN_RECORD_OBSERVED_ROWS_H
#define REIN_RECORD_OBSERVED_ROWS_H

#include "src/lang/yaml.h"
#include "src/record/observed.h"

typedef struct {
  rein_arena *arena;
  rein_units *units;
  rein_diag *diag;
  const rein_model *model;
  const rein_yaml *root;
  rein_observed *observed;
  rein_csv *csv;
  double *known; /* (n_observable of the model) state before by definition, NaN where measured */
  int n_error;   /* there were before */
} rein_observed_reader;

/* Index among the model's observables, or -1. */
int rein_observed_find_observable(const rein_model *model, const char *name);

/* Reads all rows of r->csv into r->observed; false with errors in diag. */
bool rein_observed_read_rows(rein_observed_reader *r);

#endif
