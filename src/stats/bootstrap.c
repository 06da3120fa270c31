#include "src/stats/bootstrap.h"

#include <Random123/philox.h>
#include <stdlib.h>

#include "src/stats/quantile.h"

/* Purpose of the draws: beside, never among, those of src/scenario/draw.h. */
#define PURPOSE UINT64_C(0x626f6f7473747261)

size_t rein_bootstrap_pick(uint64_t seed, uint64_t resample, uint64_t place, size_t n_unit) {
  philox4x64_ctr_t counter = {{resample, place, 0, PURPOSE}};
  philox4x64_key_t key = {{seed, 0}};
  const uint64_t bits = philox4x64(counter, key).v[0];
  /* The upper half of the product of two 64-bit numbers: uniform to one part in 2^64 / n_unit. */
  return (size_t)(((unsigned __int128)bits * n_unit) >> 64);
}

bool rein_bootstrap_ratio(const double *above, const double *below, size_t n_unit, uint64_t seed,
                          double level, double *low, double *high) {
  if (n_unit < REIN_BOOTSTRAP_SMALLEST) return false;
  rein_weighted *ratio = malloc(REIN_BOOTSTRAP_RESAMPLES * sizeof *ratio);
  if (!ratio) return false;
  size_t n = 0;
  for (uint64_t r = 0; r < REIN_BOOTSTRAP_RESAMPLES; r++) {
    double a = 0.0, b = 0.0;
    for (size_t i = 0; i < n_unit; i++) {
      const size_t unit = rein_bootstrap_pick(seed, r, i, n_unit);
      a += above[unit];
      b += below[unit];
    }
    if (b > 0.0) ratio[n++] = (rein_weighted){a / b, 1.0};
  }
  const bool good = 10 * n >= 9 * (size_t)REIN_BOOTSTRAP_RESAMPLES;
  if (good) {
    rein_weighted_sort(ratio, n);
    *low = rein_quantile_weighted(ratio, n, 0.5 * (1.0 - level));
    *high = rein_quantile_weighted(ratio, n, 0.5 * (1.0 + level));
  }
  free(ratio);
  return good;
}
