/* The standard normal distribution, the same bits on every processor (see fixed.h). Threads: all reentrant.
 */
#ifndef REIN_STATS_NORMAL_H
#define REIN_STATS_NORMAL_H

/* Quantile of p in (0, 1): -inf at 0, inf at 1, NaN outside. Relative error about 1e-16.
 * Source: Wichura 1988, Applied Statistics 37:477, algorithm AS 241 (PPND16). */
double rein_normal_quantile(double p);

/* Probability below x. */
double rein_normal_cdf(double x);

/* Quantile of u in (0, 1) of the standard normal cut to [low, high]; low may be -inf, high inf. In the far
 * tails, where the probability of the interval is not a number of use, the bound nearer to 0 answers. Never
 * outside [low, high]. */
double rein_normal_quantile_between(double u, double low, double high);

#endif
