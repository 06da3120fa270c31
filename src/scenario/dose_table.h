/* Private to doses.c and dose_table.c: a table of doses on its way to courses. */
#ifndef REIN_SCENARIO_DOSE_TABLE_H
#define REIN_SCENARIO_DOSE_TABLE_H

#include "src/scenario/inside.h"
#include "src/scenario/nonmem.h"

/* What a compartment means: an action for each way of giving, and the factors of its columns. */
typedef struct {
  const char *name; /* as CMT says it */
  int state;
  int plain, at_rate, for_length;    /* actions for RATE >= 0, -1, -2; -1 none */
  double amount_factor, rate_factor; /* column's unit to the action's */
  bool ready;
} rein_dose_cmt;

typedef struct {
  int column, param;
  int slope, since;      /* parameters of a line, -1 where it is carried otherwise */
  double factor, offset; /* column's unit to the parameter's: factor value + offset */
} rein_dose_covariate;

typedef enum { REIN_CARRY_NONE, REIN_CARRY_LAST, REIN_CARRY_NEXT, REIN_CARRY_LINEAR } rein_dose_carry;

typedef struct {
  rein_scenario_reader *r;
  const rein_yaml *node; /* of `events:` */
  rein_nonmem nm;        /* the table and its columns */
  double time_factor, ii_factor;
  rein_dose_cmt *cmt;
  size_t n_cmt, cap_cmt;
  rein_dose_covariate *cov;
  int n_cov;
  rein_dose_carry how;
} rein_dose_table;

/* A record in numbers. */
typedef struct {
  double time, amt, rate, ii;
  int evid, addl, ss;
  rein_dose_cmt *cmt;
  int64_t row;
} rein_dose_record;

/* dose_table.c. Each false with errors in diag. Every column is a known one, a covariate, or said to be
 * ignored. */
bool rein_dose_find_columns(rein_dose_table *t);
bool rein_dose_read_units(rein_dose_table *t);
/* One record, checked, in the model's units. */
bool rein_dose_read_record(rein_dose_table *t, int64_t row, rein_dose_record *x);

#endif
