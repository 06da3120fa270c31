/* Moments, shares of variance and quantiles of a nested sample, each with its Monte Carlo error.
 *
 * x[j n_replicate + r] is person j of replicate r; replicates come in n_batch batches of equal length that
 * were randomised independently: r is of batch r / (n_replicate / n_batch). People of one replicate are
 * independent given it. Points may be quasi-random within a batch. A weight of 0, or an x that is NaN, takes
 * a person out. Errors are standard errors by leaving out one batch at a time (jackknife; Efron and
 * Tibshirani 1993, An Introduction to the Bootstrap, chapter 11). Threads: all reentrant. */
#ifndef REIN_STATS_NESTED_H
#define REIN_STATS_NESTED_H

#include <stdint.h>

#include "src/stats/quantile.h"

typedef struct {
  int64_t n_replicate, n_person; /* n_replicate a multiple of n_batch */
  int n_batch;                   /* at least 2 */
  const double *weight;          /* (n_person x n_replicate) >= 0, NULL: all 1 */
} rein_nested;

typedef struct {
  double value, error;
} rein_estimate;

#define REIN_NESTED_BATCHES 64 /* as many at most */

/* Mean of x; NaN where nothing has weight. */
rein_estimate rein_nested_mean(const rein_nested *shape, const double *x);

/* Mean of the products of the deviations of x and y from their means, the error of these means taken back in.
 */
double rein_nested_covariance(const rein_nested *shape, const double *x, const double *y);

typedef struct {
  rein_estimate mean;
  rein_estimate noise, between, uncertain, total; /* variances; total is the sum of the three */
  rein_estimate share[3];                         /* noise, between, uncertain over total */
  double n_effective;                             /* of all people: (sum w)^2 / sum w^2 */
  double n_within;                                /* effective people of a replicate, averaged over weight */
} rein_variances;

/* Where the variance of a measurement comes from. x: its mean given person and replicate; noise: (same shape)
 * its variance about x, NULL: 0.
 *   noise      E Var(y | u, b)         mean of `noise`
 *   between    E_u Var_b E(y | u, b)   mean variance within replicates, divisor n - 1
 *   uncertain  Var_u E_b E(y | u, b)   variance of the replicates' means less what `between` adds to it
 * No estimate is cut at 0: one that is negative says that it cannot be told from 0. With weights the within
 * variance divides by 1 - sum v^2 with v the weights of a replicate, which is unbiased where they are equal.
 * without_u: the replicates do not differ, so `uncertain` is 0 and all variance of x is `between`.
 * Source: analysis of variance with one random factor, Searle, Casella and McCulloch 1992, Variance
 * Components, section 3.5; means of replicates are corrected by the batches' own variance, which holds for
 * quasi-random replicates too. */
rein_variances rein_nested_variances(const rein_nested *shape, const double *x, const double *noise,
                                     int without_u);

/* Error of the quantile q of probability p: half the distance of the quantiles at p plus and minus the error
 * of the share below q. sorted: (n) as rein_weighted_sort leaves them, total: rein_weighted_total of them. x:
 * the sample in its places. Source: Woodruff 1952, Journal of the American Statistical Association 47:635. */
double rein_nested_quantile_error(const rein_nested *shape, const double *x, const rein_weighted *sorted,
                                  size_t n, double total, double p, double q);

/* The people that have weight and a value, for sorting: sample (n_person x n_replicate); returns their
 * number. */
size_t rein_nested_gather(const rein_nested *shape, const double *x, rein_weighted *sample);

#endif
