/* Observed data: a tidy CSV and the small YAML beside it that says what the CSV is.
 *
 *   data: trial.csv                       the table, seen from this file
 *   columns: {study: text, arm: text, ...}  every column of the table, in words
 *   source: {title: ..., doi: ...}
 *   arms: {drug: {assignment: randomised, comparator: placebo, actions: ..., concurrent: ..., adherence:
 * ...}} used_for_fitting: []                  parameters of the model that were fitted to these people
 *   relation: calibration | external | input-derived
 *   baseline: {weight_change: 0 kg}       observables whose state before is known by definition
 *
 * A table in NONMEM's form has `nonmem: {units: ..., observables: {1: concentration}, ...}` in place of
 * `columns` (observed_nonmem.c). Otherwise one row is one measurement of a person (columns id and value) or
 * one mean of a group (mean, n, and sd or se). All rows have observable, unit, time, time_unit; study and arm
 * where there are several; lloq, uloq, censored where there are limits of detection; population where means
 * are of all people or of those alone who stayed to the end. Values are converted into the model's units.
 * Which rows are wrong is told by file, line and column; nothing a cell holds is ever quoted, and people are
 * known outside this structure by their number only. Reference: docs/validation-method.md, "Observed data".
 */
#ifndef REIN_RECORD_OBSERVED_H
#define REIN_RECORD_OBSERVED_H

#include <stdbool.h>

#include "src/lang/csv.h"
#include "src/lang/model.h"

typedef enum {
  REIN_ASSIGNED_RANDOMISED,
  REIN_ASSIGNED_N_OF_1,
  REIN_ASSIGNED_SELF_SELECTED,
  REIN_ASSIGNED_BEFORE_AFTER,
  REIN_ASSIGNED_UNKNOWN
} rein_observed_assignment;
const char *rein_observed_assignment_word(rein_observed_assignment assignment); /* "before-after" */

typedef enum { REIN_RELATION_CALIBRATION, REIN_RELATION_EXTERNAL, REIN_RELATION_INPUT_DERIVED } rein_relation;
const char *rein_observed_relation_word(rein_relation relation); /* "input-derived" */

typedef struct {
  const char *name, *actions, *concurrent, *adherence; /* as the YAML says */
  rein_observed_assignment assignment;
  int comparator; /* arm that people, or their periods, were randomised to instead, -1: none is named */
  rein_pos pos;
} rein_observed_arm;

/* One row. Numbers in the model's units. */
typedef struct {
  int study, arm, observable, person; /* indices in rein_observed; person -1: a group */
  double time;                        /* model time */
  double value;                       /* measurement or mean; the limit where censored */
  double sd;                          /* between people; NaN for a person */
  double n;                           /* people in the group who are still there; 1 for a person */
  double lost;                        /* of a mean: people whom it is of too, but who had left by then */
  int censored;                       /* -1: below value, 1: above it, 0: measured */
  double low, high;                   /* limits of detection, NaN: none is given */
  bool is_completer;                  /* a mean of those who stayed to the end */
  const char *replicate;              /* number of what was measured twice, or of a period; "" none */
  int64_t row;                        /* of the table */
} rein_observed_point;

typedef struct {
  const char *path; /* of the YAML */
  const char *title, *licence;
  char hash[65]; /* SHA-256 of YAML and table together */
  rein_relation relation;
  bool is_fitted; /* parameters were fitted to these people */
  bool is_group;  /* means of groups, else people */
  rein_pos pos;   /* of the YAML */
  const rein_csv *csv;
  const rein_observed_arm *arm; /* (n_arm) */
  int n_arm;
  const char *const *study; /* (n_study) */
  int n_study;
  const int *observable; /* (n_observable) of the model, those that occur */
  const double *known;   /* (n_observable) state before by definition, observable's unit; NaN: measured */
  int n_observable;
  const char *const *person; /* (n_person) the table's own ids: never printed or written */
  int n_person;
  const rein_observed_point *point; /* (n_point) as in the table */
  int n_point;
  const rein_observed_point *completer; /* (n_completer) means of completers, beside those of all; where the
                                           table has no others they are `point` */
  int n_completer;
  bool names_population; /* the table says of which people its means are */
  bool only_completers;
  int n_missing; /* rows without a value */
} rein_observed;

/* Reads and checks YAML and table against the model's observables. path: the YAML. REIN_OK; REIN_ERR_INPUT,
 * REIN_ERR_FILE with errors in diag; REIN_ERR_MEMORY. Everything in `arena`; model and diag are lent. */
rein_status rein_observed_read(rein_arena *arena, rein_units *units, const char *path,
                               const rein_model *model, rein_diag *diag, rein_observed **out);

/* Points of one arm and observable by rising time, for a picture; in `arena`. */
typedef struct {
  int n;
  double *time, *value, *sd, *size; /* (n) model time, observable's unit; sd NaN for people */
} rein_observed_series;
void rein_observed_select(rein_arena *arena, const rein_observed *observed, const char *arm,
                          const char *observable, const rein_model *model, rein_observed_series *out);

/* The unit that a cell holds, of the dimension of `to`; false with an error in words of its own, since the
 * unit reader's would show the cell. */
bool rein_observed_read_unit(rein_arena *arena, rein_units *units, const rein_csv *csv, int64_t row,
                             int column, const rein_unit *to, const char *to_text, rein_diag *diag,
                             rein_unit *out);

/* Place of a point's cell in `column`, or of its row where the table has no such column; shows no text. */
rein_pos rein_observed_pos(const rein_observed *observed, const rein_observed_point *point,
                           const char *column);

#endif
