/* Aggregates of a study: for `rein show`, `rein plot` and exports without individual data.
 *
 * One quantity's values are held at a time. Where the cohort is a table of people, what rests on fewer than
 * REIN_SMALLEST_GROUP of them is suppressed: NaN, counts -1. Quantiles interpolate linearly between order
 * statistics (Hyndman & Fan 1996, The American Statistician 50:361, definition 7); members that failed are
 * left out and counted. Units are those of the quantities.
 */
#ifndef REIN_RECORD_SUMMARY_H
#define REIN_RECORD_SUMMARY_H

#include <stdio.h>

#include "src/record/reader.h"

#define REIN_N_QUANTILE 5
extern const double rein_summary_prob[REIN_N_QUANTILE]; /* 0.05 0.25 0.5 0.75 0.95 */

typedef struct {
  int64_t n;       /* members that have a value */
  double mean, sd; /* sd NaN where n < 2 */
  double quantile[REIN_N_QUANTILE];
} rein_summary_number;

/* Of n_all numbers of individuals, which are moved about; NaN is left out. n_replicate: numbers of each
 * person; people: suppressed where they are few. */
rein_summary_number rein_summary_of(double *x, int64_t n_all, int64_t n_replicate, bool people);
/* Whether numbers of n members, n_replicate of each person, must not be shown. */
bool rein_summary_is_small(int64_t n, int64_t n_replicate, bool people);

typedef struct {
  int i_arm, i_quantity, i_horizon;
  rein_summary_number after, change, effect; /* effect: n = 0 where the arm has no reference */
} rein_summary_row;

typedef struct {
  int i_arm, i_safety;
  int64_t n, n_true;    /* members that did not fail, and those whose signal was ever true */
  double mean_duration; /* over all n [time unit] */
} rein_summary_safety;

/* What became of a line with decisions in an arm. */
typedef struct {
  int i_arm, i_line;
  int64_t n, n_changed, n_held, n_stopped; /* members that did not fail; n 0: the arm has no such line */
  rein_summary_number amount;              /* of the last dose [unit of the line] */
} rein_summary_line;

/* Members that failed for one reason at one place of the model. */
typedef struct {
  rein_fail reason;
  int32_t state, origin; /* what failures point at, see origins.h; negative: nothing */
  int64_t n;
  double first; /* earliest time of failure [time unit]; NaN where it is not known, or suppressed */
} rein_summary_failure;

typedef struct {
  int64_t n_individual, n_member, n_fine, n_alone, n_failed;
  int64_t n_replicate;
  bool complete;                 /* all parts of the study are there */
  rein_summary_failure *failure; /* (n_failure) most members first */
  rein_summary_row *row;         /* (n_row) by quantity, arm, horizon */
  rein_summary_safety *safety;   /* (n_safety) by arm, signal */
  rein_summary_line *line;       /* (n_line) by arm, line */
  int n_failure, n_row, n_safety, n_line;
} rein_summary;

/* "a rate is not a finite number, even at small steps: state A, process out (model.yaml:9:24); first at 0.7
 * h", in the reader's arena. */
const char *rein_summary_failure_text(const rein_summary_failure *failure, const rein_study_reader *reader);

/* All aggregates, in `arena`. individual_data: small groups of people are not suppressed.
 * REIN_OK; REIN_ERR_FILE with an error in diag; REIN_ERR_MEMORY. */
rein_status rein_summary_create(rein_arena *arena, const rein_study_reader *reader, bool individual_data,
                                rein_diag *diag, rein_summary **out);

/* Quantiles over individuals at every measurement time, (n_arm x n_time x n_prob), of the latent values of
 * quantity i_quantity, or with `measured` of the measured values of observable i_quantity. In `arena`. */
rein_status rein_summary_bands(rein_arena *arena, const rein_study_reader *reader, int i_quantity,
                               bool measured, const double *prob, int n_prob, bool individual_data,
                               rein_diag *diag, double **out);

/* The aggregates as CSV: a line for each arm, quantity, horizon and number (after, change, effect).
 * REIN_ERR_FILE where it cannot be written. */
rein_status rein_summary_write_csv(const rein_summary *summary, const rein_study_reader *reader, FILE *file,
                                   rein_diag *diag);

#endif
