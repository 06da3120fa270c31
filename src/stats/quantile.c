#include "src/stats/quantile.h"

#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define DIGIT 8 /* bits sorted at once */
#define N_DIGIT (64 / DIGIT)
#define BASE (1 << DIGIT)
#define FEW 256 /* samples: fewer are left to the C library */

static int compare(const void *left, const void *right) {
  const rein_weighted *a = left, *b = right;
  if (a->x != b->x) return (a->x > b->x) - (a->x < b->x);
  return (a->w > b->w) - (a->w < b->w);
}

/* A number whose order as an integer is that of x; -0 and 0 are one. */
static uint64_t key_of(double x) {
  uint64_t bits;
  x += 0.0;
  memcpy(&bits, &x, sizeof bits);
  return bits >> 63 ? ~bits : bits | (uint64_t)1 << 63;
}

/* By rising x, equal x as they stand: digit by digit from the last, each time in one sweep between the two
 * arrays (Knuth 1998, The Art of Computer Programming 3, 5.2.5). The answer is in one of them. */
static rein_weighted *sort_by_digits(rein_weighted *sample, rein_weighted *other, size_t n) {
  size_t count[N_DIGIT][BASE] = {{0}};
  for (size_t i = 0; i < n; i++) {
    const uint64_t key = key_of(sample[i].x);
    for (int d = 0; d < N_DIGIT; d++) count[d][key >> (DIGIT * d) & (BASE - 1)]++;
  }
  for (int d = 0; d < N_DIGIT; d++) {
    size_t at = 0, first[BASE];
    bool one = false; /* all have the same digit */
    for (int k = 0; k < BASE; k++) first[k] = at, at += count[d][k], one |= count[d][k] == n;
    if (one) continue;
    for (size_t i = 0; i < n; i++)
      other[first[key_of(sample[i].x) >> (DIGIT * d) & (BASE - 1)]++] = sample[i];
    rein_weighted *was = sample;
    sample = other, other = was;
  }
  return sample;
}

void rein_weighted_sort(rein_weighted *sample, size_t n) {
  rein_weighted *other = n < FEW ? NULL : malloc(n * sizeof *other);
  if (!other) {
    qsort(sample, n, sizeof *sample, compare);
    return;
  }
  const rein_weighted *sorted = sort_by_digits(sample, other, n);
  if (sorted != sample) memcpy(sample, sorted, n * sizeof *sample);
  free(other);
  for (size_t i = 0, end; i < n; i = end) { /* equal ones among themselves */
    for (end = i + 1; end < n && sample[end].x == sample[i].x; end++) {
    }
    if (end - i > 1) qsort(sample + i, end - i, sizeof *sample, compare);
  }
}

double rein_weighted_total(const rein_weighted *sample, size_t n) {
  double total = 0.0;
  for (size_t i = 0; i < n; i++) total += sample[i].w;
  return total;
}

double rein_quantile_weighted(const rein_weighted *sample, size_t n, double p) {
  return rein_quantile_of_total(sample, n, rein_weighted_total(sample, n), p);
}

double rein_quantile_of_total(const rein_weighted *sample, size_t n, double total, double p) {
  if (!(total > 0.0) || !(p >= 0.0 && p <= 1.0)) return NAN;
  const double wanted = p * total;
  double below = 0.0, last_x = NAN, last_at = NAN;
  for (size_t i = 0; i < n; i++) {
    if (sample[i].w <= 0.0) continue;
    const double at = below + 0.5 * sample[i].w;
    if (wanted <= at) {
      if (isnan(last_x)) return sample[i].x;
      return last_x + (sample[i].x - last_x) * (wanted - last_at) / (at - last_at);
    }
    below += sample[i].w;
    last_x = sample[i].x, last_at = at;
  }
  return last_x;
}

double rein_weighted_effective(const rein_weighted *sample, size_t n) {
  double sum = 0.0, square = 0.0;
  for (size_t i = 0; i < n; i++) {
    sum += sample[i].w;
    square += sample[i].w * sample[i].w;
  }
  return square > 0.0 ? sum * sum / square : 0.0;
}
