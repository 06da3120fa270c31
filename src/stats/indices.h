/* Global sensitivity from sampled answers: variance shares (Sobol) and elementary effects (Morris), each with
 * a bootstrap interval. Rows that hold a number that is not finite are left out and counted. The arena
 * lends memory meanwhile. Threads: as the arena. */
#ifndef REIN_STATS_INDICES_H
#define REIN_STATS_INDICES_H

#include <stddef.h>
#include <stdint.h>

#include "src/base/arena.h"

typedef struct {
  double value, low, high; /* NaN where there is none: no variance, or too few rows */
} rein_index;

#define REIN_INDICES_RESAMPLES 1000

/* First-order and total indices of n_factor independent factors from n rows. a, b (n): answers at two
 * independent points; ab (n_factor x n): at a with factor i taken from b. first, total (n_factor): out;
 * percentile intervals of `level` over resampled rows. Answers the number of rows used; below 8 nothing is
 * filled but NaN. First order: Saltelli et al. 2010, Comput Phys Commun 181:259, equation (b) of table 2;
 * total: Jansen 1999, Comput Phys Commun 117:35. */
size_t rein_indices_sobol(rein_arena *arena, const double *a, const double *b, const double *ab, size_t n,
                          size_t n_factor, uint64_t seed, double level, rein_index *first, rein_index *total);

/* One factor's elementary effects (n), one for each trajectory: mean of their sizes (mu_star), mean, and
 * standard deviation. Answers the number of effects used. Source: Morris 1991, Technometrics 33:161;
 * Campolongo et al. 2007, Environ Model Softw 22:1509. */
size_t rein_indices_morris(rein_arena *arena, const double *effect, size_t n, uint64_t seed, double level,
                           rein_index *mu_star, double *mean, double *sd);

#endif
