#include "src/stats/quantile.h"

#include <math.h>

#include "src/stats/sort.h"

void rein_weighted_sort(rein_weighted *sample, size_t n) {
  if (n > 0) rein_sort_pairs(&sample->x, n); /* a pair is two numbers, nothing between them */
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
