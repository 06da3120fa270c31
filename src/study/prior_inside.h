/* Private to prior*.c. */
#ifndef REIN_STUDY_PRIOR_INSIDE_H
#define REIN_STUDY_PRIOR_INSIDE_H

#include "src/scenario/points.h"
#include "src/study/prior.h"

#define REIN_PRIOR_WITHIN                                                                                    \
  20 /* effective people of a replicate: with n of them its variance is off by about 1/n */

typedef struct {
  rein_arena *arena;
  rein_units *units;
  rein_diag *diag;
  const rein_yaml *root;
  const char *path;
  const rein_prior_options *options;
  rein_prior *prior;
} rein_prior_reader;

/* prior_read.c: the query, but for what needs a simulated scenario. */
rein_status rein_prior_read(rein_prior_reader *r);

/* States that are simulated together, so that all that happens to one person shares its steps: as many as
 * neither were measured nor have a history, which would need times of their own; else one alone. */
typedef struct {
  int first, n;
} rein_prior_group;

/* prior_read.c: the group that begins with state `first`. */
rein_prior_group rein_prior_group_from(const rein_prior *prior, int first);

/* prior_read.c: the scenario of a group, its arms the actions of its first state, then of the next. */
rein_status rein_prior_read_scenario(rein_prior_reader *r, rein_prior_group group, rein_scenario **out);

/* prior_condition.c: the observable with the noise that a measurement states; that noise for person i; mean
 * and variance of the measurement of person i in arm 0, NaN where it has no value. first_row as below. */
rein_observable rein_prior_observable_of(const rein_model *model, const rein_prior_measured *measured);
void rein_prior_noise_of(const rein_sample *sample, int arm, const rein_prior_measured *measured, int64_t i,
                         double *sd, double *cv);
void rein_prior_expect(const rein_model *model, const rein_sample *sample, int first_row,
                       const rein_prior_measured *measured, int64_t i, double *mean, double *variance);

/* prior_condition.c: how improbable the measurements of a state are in its cohort before they were known: the
 * larger of the chi-square tail of Mahalanobis' distance and the share of people who measure as far off, and
 * for a limit the probability to be beyond it. Sets p_measured and, where it is small, the flag.
 * REIN_ERR_MEMORY. */
rein_status rein_prior_surprise(const rein_prior_reader *reader, int i_state, const rein_sample *sample,
                                uint64_t seed);

/* prior_condition.c: weight (n_individual) of each person given what was measured of it, the largest 1;
 * answers how many equally weighted people that is worth, 0 where nobody agrees. first_row: kept row of the
 * model's first observable, the others behind it. */
double rein_prior_weigh(const rein_model *model, const rein_sample *sample, int arm, int first_row,
                        const rein_prior_measured *measured, int n_measured, double *weight);

/* prior_kalman.c: a Kalman update of the points, and the cohort simulated again: *sample is replaced, the
 * state's flag and refusal are set. REIN_ERR_MEMORY: *sample may be NULL. */
rein_status rein_prior_update(const rein_prior_reader *r, int i_state, const rein_simulation *simulation,
                              const rein_points *points, rein_sample **sample);

/* What the numbers of a state are made of. */
typedef struct {
  const rein_prior *prior;
  const rein_scenario *scenario;
  const rein_sample *sample;
  int i_state;
  int first_arm;        /* the state's actions in the sample */
  int *after;           /* (n_horizon) simulated times */
  int i_zero;           /* time 0 */
  const double *weight; /* (n_individual), NULL: all 1 */
  double *z;            /* (n_horizon x n_quantity x 2 x n_individual) deviates of the noise */
  int n_thread;
} rein_prior_sums;

/* prior_sum.c: fills the rows and pairs of a state. REIN_ERR_MEMORY. */
rein_status rein_prior_sum(const rein_prior_sums *about);

#endif
