/* The continuous ranked probability score: how far a predicted distribution is from what came out, in the
 * unit of what is predicted; smaller is better, 0 only for a certain and right prediction. For one sample it
 * is the absolute error. Threads: reentrant. */
#ifndef REIN_STATS_CRPS_H
#define REIN_STATS_CRPS_H

#include "src/stats/quantile.h"

/* Fair estimate from samples, sorted by rising x, of E|X - y| - E|X - X'| / 2, where the second mean is over
 * pairs of different samples; so its expectation does not depend on how many samples there are, and with few
 * of them it may be below 0. Weights >= 0, any sum. One sample alone counts as a certain prediction. NaN
 * without weight. Source: Ferro 2014, Quarterly Journal of the Royal Meteorological Society 140:1917; with
 * weights w that sum to 1 the pairs weigh w_i w_j / (1 - sum w^2). */
double rein_crps_fair(const rein_weighted *sample, size_t n, double y);

/* The score of the samples as they are: for points at even steps of a distribution, which are no draws. */
double rein_crps_plain(const rein_weighted *sample, size_t n, double y);

#endif
