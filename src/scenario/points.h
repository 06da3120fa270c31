/* Quasi-random draws of a cohort: the uniform numbers behind its parameters, spread evenly.
 *
 * A cohort of n_replicate draws of the parameters (u) with people of each (b) is cut into batches of
 * replicates. Each batch is randomised by itself, so that batches are independent and their spread tells the
 * error of what is computed from all. Within a batch the dimensions of u, and those of the first, second, ...
 * person of each replicate, are blocks of at most 40; each block is a Sobol sequence, turned by random bits
 * and, but for the first, run through in a random order. So every number of a person is uniform, people of
 * one replicate are independent given u, and numbers beyond 40 dimensions need nothing else. Sources: Sobol'
 * 1967, USSR Computational Mathematics and Mathematical Physics 7:86; random order of blocks: Owen 1998, ACM
 * Transactions on Modeling and Computer Simulation 8:71 (Latin supercube sampling).
 *
 * What is no parameter, covariate or number of a person (adherence, jitter, measurement noise) stays keyed by
 * Philox. The same on every machine. Threads: read by all, written by who made it. */
#ifndef REIN_SCENARIO_POINTS_H
#define REIN_SCENARIO_POINTS_H

#include "src/scenario/scenario.h"

typedef struct rein_points {
  int n_u, n_b; /* dimensions: uncertain parameters; between-subject parameters, then drawn covariates and
                   numbers of people */
  const int *u_of, *b_of;  /* (n_param) column of a parameter's distribution, -1 for none */
  const int *covariate_of; /* (n_covariate) column among b */
  int64_t n_replicate, n_individual;
  int n_batch; /* replicate r is of batch r / (n_replicate / n_batch) */
  double *u;   /* (n_replicate x n_u) in (0, 1) */
  double *b;   /* (n_individual x n_b) */
} rein_points;

#define REIN_POINTS_BLOCK 40 /* as many dimensions as GSL has for a Sobol sequence */

/* Makes the points of a drawn cohort and has its people drawn from them. n_batch divides n_replicate. In
 * `arena`; NULL when memory is out. */
rein_points *rein_points_use(rein_arena *arena, rein_scenario *scenario, int n_batch);

/* Counts dimensions and columns only; u and b NULL. For Philox draws too. */
rein_points *rein_points_describe(rein_arena *arena, const rein_scenario *scenario, int n_batch);

/* Has the people of `scenario` drawn from these points, of the same shape; NULL: by Philox. */
void rein_points_set(rein_scenario *scenario, const rein_points *points);

#endif
