/* Intervals for a share that was counted. Threads: reentrant. */
#ifndef REIN_STATS_BINOMIAL_H
#define REIN_STATS_BINOMIAL_H

#include <stdbool.h>
#include <stddef.h>

/* Exact interval of `level` (0.95) for a probability, from k hits in n trials; k and n may be fractions
 * (effective numbers). False, nothing written, unless 0 <= k <= n and n > 0.
 * Source: Clopper and Pearson 1934, Biometrika 26:404, by quantiles of the beta distribution. */
bool rein_binomial_interval(double k, double n, double level, double *low, double *high);

/* Number of independent trials that clustered ones are worth: of unit i, hits[i] of trials[i] (n_unit).
 * Trials of one person hang together; the variance of the share between units says how much. Never above the
 * number of trials, never below the number of units that have any; where the variance tells nothing (one
 * unit, or all hits or none) it is the number of units.
 * Source: Korn and Graubard 1998, Survey Methodology 24:193, without the factor for the degrees of freedom of
 * the variance. */
double rein_binomial_effective(const double *hits, const double *trials, size_t n_unit);

#endif
