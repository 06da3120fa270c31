#include "src/stats/bootstrap.h"

#include <Random123/philox.h>
#include <math.h>
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

bool rein_bootstrap_interval(rein_arena *arena, rein_bootstrap_statistic statistic, const void *context,
                             size_t n_unit, uint64_t seed, double level, double *low, double *high) {
  if (n_unit < REIN_BOOTSTRAP_SMALLEST) return false;
  rein_weighted *value = rein_arena_borrow(arena, REIN_BOOTSTRAP_RESAMPLES * sizeof *value);
  size_t *unit = rein_arena_borrow(arena, n_unit * sizeof *unit), n = 0;
  for (uint64_t r = 0; r < REIN_BOOTSTRAP_RESAMPLES; r++) {
    for (size_t i = 0; i < n_unit; i++) unit[i] = rein_bootstrap_pick(seed, r, i, n_unit);
    const double x = statistic(context, unit, n_unit);
    if (!isnan(x)) value[n++] = (rein_weighted){x, 1.0};
  }
  const bool good = 10 * n >= 9 * (size_t)REIN_BOOTSTRAP_RESAMPLES;
  if (good) {
    rein_weighted_sort(value, n);
    *low = rein_quantile_weighted(value, n, 0.5 * (1.0 - level));
    *high = rein_quantile_weighted(value, n, 0.5 * (1.0 + level));
  }
  rein_arena_release(arena, value);
  rein_arena_release(arena, unit);
  return good;
}

typedef struct {
  const double *above, *below;
} sums;

static double ratio(const void *context, const size_t *unit, size_t n) {
  const sums *s = context;
  double above = 0.0, below = 0.0;
  for (size_t i = 0; i < n; i++) {
    above += s->above[unit[i]];
    below += s->below[unit[i]];
  }
  return below > 0.0 ? above / below : NAN;
}

bool rein_bootstrap_ratio(rein_arena *arena, const double *above, const double *below, size_t n_unit,
                          uint64_t seed, double level, double *low, double *high) {
  const sums s = {above, below};
  return rein_bootstrap_interval(arena, ratio, &s, n_unit, seed, level, low, high);
}
