#include "src/study/interact_curve.h"

#include <gsl/gsl_interp.h>
#include <math.h>
#include <stdbool.h>

static bool is_monotone(const double *effect, int n) {
  const bool rises = effect[1] > effect[0];
  for (int i = 1; i < n; i++)
    if (!(rises ? effect[i] > effect[i - 1] : effect[i] < effect[i - 1])) return false; /* NaN, too */
  return true;
}

static void free_curve(void *curve) {
  gsl_interp_free(curve);
}

double rein_interact_dose_of(rein_arena *arena, const double *dose, const double *effect, int n,
                             double wanted, double between[2]) {
  between[0] = between[1] = NAN;
  if (n < 3 || !is_monotone(effect, n)) return NAN;
  const double sign = effect[1] > effect[0] ? 1 : -1;
  if (!(sign * wanted > sign * effect[0] && sign * wanted <= sign * effect[n - 1])) return NAN;
  int i = 1;
  while (sign * wanted > sign * effect[i]) i++;
  double low = between[0] = dose[i - 1], high = between[1] = dose[i];
  if (wanted == effect[i]) return between[0] = high;
  gsl_interp *curve = rein_arena_keep(arena, free_curve, gsl_interp_alloc(gsl_interp_steffen, (size_t)n));
  bool good = gsl_interp_init(curve, dose, effect, (size_t)n) == 0;
  for (int step = 0; good && step < 100 && high - low > 1e-15 * high; step++) {
    const double middle = low + (high - low) / 2;
    double here;
    good = gsl_interp_eval_e(curve, dose, effect, middle, NULL, &here) == 0;
    if (sign * here < sign * wanted) {
      low = middle;
    } else {
      high = middle;
    }
  }
  rein_arena_release(arena, curve);
  return good ? low + (high - low) / 2 : NAN;
}
