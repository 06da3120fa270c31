/* Bootstrap intervals with fixed draws: which units a resample takes depends on the seed, its number and the
 * place in it alone, so that the same data give the same interval on any machine. Threads: as the arena. */
#ifndef REIN_STATS_BOOTSTRAP_H
#define REIN_STATS_BOOTSTRAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "src/base/arena.h"

#define REIN_BOOTSTRAP_RESAMPLES 2000
#define REIN_BOOTSTRAP_SMALLEST 8 /* fewer units say too little about their own spread */

/* Interval of `level` for sum(above) / sum(below) over units drawn with replacement; above, below (n_unit)
 * are sums within a unit, such as a person, whose members hang together. Percentile interval over
 * REIN_BOOTSTRAP_RESAMPLES resamples; one whose denominator is not above 0 is left out. False, nothing
 * written, with fewer than REIN_BOOTSTRAP_SMALLEST units, or where fewer than nine in ten resamples have
 * a ratio. The arena lends memory meanwhile. Source: Efron and Tibshirani 1993, An Introduction to the
 * Bootstrap, chapter 13. */
bool rein_bootstrap_ratio(rein_arena *arena, const double *above, const double *below, size_t n_unit,
                          uint64_t seed, double level, double *low, double *high);

/* Likewise for any number of units (n, repeated as they were drawn): NaN where these have none. */
typedef double (*rein_bootstrap_statistic)(const void *context, const size_t *unit, size_t n);
bool rein_bootstrap_interval(rein_arena *arena, rein_bootstrap_statistic statistic, const void *context,
                             size_t n_unit, uint64_t seed, double level, double *low, double *high);

/* The unit, 0 .. n_unit - 1, at place `place` of resample `resample`; Philox 4x64-10 as in
 * src/scenario/draw.h, with a purpose of its own. */
size_t rein_bootstrap_pick(uint64_t seed, uint64_t resample, uint64_t place, size_t n_unit);

#endif
