#include "src/stats/crps.h"

#include <math.h>
#include <stdbool.h>

static double score(const rein_weighted *sample, size_t n, double y, bool fair) {
  double total = 0.0, square = 0.0;
  for (size_t i = 0; i < n; i++) total += sample[i].w;
  if (!(total > 0.0)) return NAN;
  /* Sum over pairs i < j of w_i w_j (x_j - x_i), in one pass over the sorted samples. */
  double away = 0.0, pairs = 0.0, weight = 0.0, moment = 0.0;
  for (size_t i = 0; i < n; i++) {
    const double w = sample[i].w / total, x = sample[i].x;
    if (w <= 0.0) continue;
    away += w * fabs(x - y);
    pairs += w * (x * weight - moment);
    weight += w;
    moment += w * x;
    square += w * w;
  }
  if (!fair) return away - pairs;
  return square < 1.0 - 1e-12 ? away - pairs / (1.0 - square) : away;
}

double rein_crps_fair(const rein_weighted *sample, size_t n, double y) {
  return score(sample, n, y, true);
}

double rein_crps_plain(const rein_weighted *sample, size_t n, double y) {
  return score(sample, n, y, false);
}
