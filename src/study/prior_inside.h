/* Private to prior*.c. */
#ifndef REIN_STUDY_PRIOR_INSIDE_H
#define REIN_STUDY_PRIOR_INSIDE_H

#include "src/scenario/points.h"
#include "src/study/prior.h"

#define REIN_PRIOR_WITHIN 4 /* effective people of a replicate: fewer do not tell its variance */

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

/* prior_read.c: the scenario of a state, its arms the actions. */
rein_status rein_prior_read_scenario(rein_prior_reader *r, int i_state, rein_scenario **out);

/* What the numbers of a state are made of. */
typedef struct {
  const rein_prior *prior;
  const rein_scenario *scenario;
  const rein_sample *sample;
  int i_state;
  int *after;           /* (n_horizon) simulated times */
  int i_zero;           /* time 0 */
  const double *weight; /* (n_individual), NULL: all 1 */
  double *z;            /* (n_horizon x n_quantity x 2 x n_individual) deviates of the noise */
  int n_thread;
} rein_prior_sums;

/* prior_sum.c: fills the rows and pairs of a state. REIN_ERR_MEMORY. */
rein_status rein_prior_sum(const rein_prior_sums *about);

#endif
