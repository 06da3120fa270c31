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

/* Names met so far and their indices. */
typedef struct {
  rein_names *names;
  const char **list; /* (n) */
  size_t n, capacity;
} rein_observed_names;

/* Rows on their way to points, whatever form the table has. */
typedef struct {
  rein_observed_reader *r;
  rein_observed_names study, person;
  rein_names *seen; /* rows by what they are of, so that none counts twice */
  rein_names *arms; /* of the YAML */
  int *local;       /* (n_observable of the model) index among those that occur, -1 */
  int *observable;  /* growing */
  size_t n_observable, cap_observable;
  rein_observed_point *point; /* growing */
  size_t n_point, cap_point;
  rein_observed_point *completer; /* growing */
  size_t n_completer, cap_completer;
  const char *replicate; /* column that numbers what was measured twice */
} rein_observed_rows;

/* Index of `name`, which is told apart from others by `key`. */
int rein_observed_collect(rein_observed_rows *rows, rein_observed_names *list, const char *key,
                          const char *name);
/* Index among the observables that occur, of one of the model's. */
int rein_observed_take_observable(rein_observed_rows *rows, int observable);
/* A finished row; value NaN: counted as missing. An error at `pos` where it repeats another. */
void rein_observed_add(rein_observed_rows *rows, const rein_observed_point *point, const char *replicate,
                       rein_pos pos);

/* observed_nonmem.c: rows of a table in NONMEM's form. False with errors in diag. */
bool rein_observed_read_nonmem(rein_observed_rows *rows);

/* Index among the model's observables, or -1. */
int rein_observed_find_observable(const rein_model *model, const char *name);

/* Reads all rows of r->csv into r->observed; false with errors in diag. */
bool rein_observed_read_rows(rein_observed_reader *r);

/* Whether a value said to be censored (-1 below, 1 above, 0 not said) is not on the other side of its limit;
 * NaN: no value, no limit. */
bool rein_observed_agrees(int censored, double value, double low, double high);

#endif
