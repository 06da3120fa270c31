#include "src/stats/quantile.h"

#include <math.h>
#include <stdlib.h>

static int compare(const void *left, const void *right) {
  const rein_weighted *a = left, *b = right;
  if (a->x != b->x) return (a->x > b->x) - (a->x < b->x);
  return (a->w > b->w) - (a->w < b->w);
}

void rein_weighted_sort(rein_weighted *sample, size_t n) {
  qsort(sample, n, sizeof *sample, compare);
}

double rein_quantile_weighted(const rein_weighted *sample, size_t n, double p) {
  double total = 0.0;
  for (size_t i = 0; i < n; i++) total += sample[i].w;
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
