/* Quantiles of samples that may carry weights. Threads: all reentrant. */
#ifndef REIN_STATS_QUANTILE_H
#define REIN_STATS_QUANTILE_H

#include <stddef.h>

/* A value and its weight, any unit. */
typedef struct {
  double x, w;
} rein_weighted;

/* Sorts by rising x; equal x keep the order of their weights, so that sums have the same bits on every run.
 */
void rein_weighted_sort(rein_weighted *sample, size_t n);

/* Quantile p in [0, 1] of sorted samples (n >= 1), by linear interpolation of the weighted empirical
 * distribution whose steps are met at their middle; for equal weights definition 5 of Hyndman & Fan 1996, The
 * American Statistician 50:361. Weights >= 0 with a sum above 0, else NaN. In the unit of x. */
double rein_quantile_weighted(const rein_weighted *sample, size_t n, double p);

/* The same where the sum of the weights, in their order, is known. */
double rein_weighted_total(const rein_weighted *sample, size_t n);
double rein_quantile_of_total(const rein_weighted *sample, size_t n, double total, double p);

/* Number of equally weighted samples that would be as good: (sum w)^2 / sum w^2; 0 where all weights are 0.
 * Source: Kong, Liu, Wong 1994, Journal of the American Statistical Association 89:278. */
double rein_weighted_effective(const rein_weighted *sample, size_t n);

#endif
