/* Tables in NONMEM's form: columns, and what is the same in every line, for doses (dose_table.c) and for
 * observations (src/record/observed_nonmem.c).
 *
 * Columns are all in upper or all in lower case; every other column is a covariate or said to be ignored.
 * Messages show names of columns and places, never what a cell holds. Reference: docs/interventions.md,
 * "Tables of doses"; docs/validation-method.md, "One NONMEM table". Threads: reentrant. */
#ifndef REIN_SCENARIO_NONMEM_H
#define REIN_SCENARIO_NONMEM_H

#include "src/lang/csv.h"
#include "src/lang/schema.h"

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
  REIN_COL_MDV, /* from here on for observations only */
  REIN_COL_DV,
  REIN_COL_DVID,
  REIN_COL_CENS,
  REIN_COL_LLOQ,
  REIN_COL_ULOQ,
  REIN_COL_LIMIT,
  REIN_COL_ARM,
  REIN_COL_STUDY,
  REIN_COL_REPLICATE,
  REIN_N_COL
} rein_nonmem_column;

typedef struct {
  rein_arena *arena;
  rein_diag *diag;
  const rein_csv *csv;
  int at[REIN_N_COL]; /* columns, -1 where there is none */
} rein_nonmem;

/* Keys of `nonmem:` in the YAML beside observed data: what the table is. */
extern const rein_schema rein_nonmem_keys[];

/* Fills nm->at; covariates (a map by column), ignore (a list) may be NULL. False with errors in nm->diag. */
bool rein_nonmem_find_columns(rein_nonmem *nm, const rein_yaml *covariates, const rein_yaml *ignore);

/* What a line says of itself, as written: column's units. */
typedef struct {
  double time, amt, rate;
  int evid; /* without the column: an amount or a rate is a dose */
} rein_nonmem_line;
bool rein_nonmem_read_line(const rein_nonmem *nm, int64_t row, rein_nonmem_line *out);

/* A record that gives nothing has no amount. False with an error. */
bool rein_nonmem_has_no_amount(const rein_nonmem *nm, int64_t row, const rein_nonmem_line *line);

/* The clock of a person: times rise, and only EVID 3 or 4 sets it back, from where it then goes on. */
typedef struct {
  double last, shift;
} rein_nonmem_clock;
/* *time: of the line, in any one unit; becomes the time since the person's first clock. False with an error.
 */
bool rein_nonmem_advance(const rein_nonmem *nm, int64_t row, int evid, bool first, rein_nonmem_clock *clock,
                         double *time);

/* A number of the line; an empty cell or a column that is not there is `missing`. */
bool rein_nonmem_number(const rein_nonmem *nm, int64_t row, rein_nonmem_column k, double missing,
                        double *out);
/* Likewise a whole number from low to high; `expected` says so in the error. */
bool rein_nonmem_whole(const rein_nonmem *nm, int64_t row, rein_nonmem_column k, double low, double high,
                       const char *expected, int *out);

/* Place of a line's cell; of its time where the table has no such column. */
rein_pos rein_nonmem_cell(const rein_nonmem *nm, int64_t row, rein_nonmem_column k);
bool rein_nonmem_is_missing(const rein_nonmem *nm, int64_t row, rein_nonmem_column k);

/* What tells a line's person apart, "" without ID. */
const char *rein_nonmem_id(const rein_nonmem *nm, int64_t row);

#endif
