/* Private to doses.c and dose_table.c: a table of doses on its way to courses. */
#ifndef REIN_SCENARIO_DOSE_TABLE_H
#define REIN_SCENARIO_DOSE_TABLE_H

#include "src/scenario/inside.h"

typedef enum {
  REIN_COL_ID,
  REIN_COL_TIME,
  REIN_COL_AMT,
  REIN_COL_CMT,
  REIN_COL_EVID,
  REIN_COL_RATE,
  REIN_COL_II,
  REIN_COL_ADDL,
  REIN_COL_SS,
  REIN_N_COL_READ,
  REIN_COL_MDV = REIN_N_COL_READ, /* from here on accepted only */
  REIN_COL_DV,
  REIN_COL_DVID,
  REIN_COL_CENS,
  REIN_COL_LLOQ,
  REIN_N_COL
} rein_dose_column;

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
  const rein_csv *csv;
  int at[REIN_N_COL]; /* columns, -1 where there is none */
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
/* Place of a record's cell; of its time where the table has no such column. */
rein_pos rein_dose_cell(const rein_dose_table *t, int64_t row, rein_dose_column k);

#endif
