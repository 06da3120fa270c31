/* Numbers in rising order. Many are sorted digit by digit, five times as fast as with a comparison: priors
 * and summaries sort millions. Threads: reentrant. */
#ifndef REIN_STATS_SORT_H
#define REIN_STATS_SORT_H

#include <stddef.h>

/* x (n) in place, without NaN: where that would end is not said. -0 and 0 count as equal. */
void rein_sort_numbers(double *x, size_t n);

/* Pairs (x[2 i], x[2 i + 1]) in place by their first number, pairs of equal first numbers by the second. */
void rein_sort_pairs(double *x, size_t n_pair);

#endif
