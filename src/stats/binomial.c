#include "src/stats/binomial.h"

#include <gsl/gsl_cdf.h>
#include <math.h>

/* Quantile of the beta distribution by halving: GSL's own quantile may call GSL's error handler. */
static double beta_quantile(double p, double a, double b) {
  double low = 0.0, high = 1.0;
  for (int i = 0; i < 60; i++) {
    const double middle = 0.5 * (low + high);
    if (gsl_cdf_beta_P(middle, a, b) < p)
      low = middle;
    else
      high = middle;
  }
  return 0.5 * (low + high);
}

bool rein_binomial_interval(double k, double n, double level, double *low, double *high) {
  if (!(n > 0.0 && k >= 0.0 && k <= n && level > 0.0 && level < 1.0)) return false;
  const double tail = 0.5 * (1.0 - level);
  *low = k > 0.0 ? beta_quantile(tail, k, n - k + 1.0) : 0.0;
  *high = k < n ? beta_quantile(1.0 - tail, k + 1.0, n - k) : 1.0;
  return true;
}

double rein_binomial_effective(const double *hits, const double *trials, size_t n_unit) {
  double n = 0.0, k = 0.0, units = 0.0;
  for (size_t i = 0; i < n_unit; i++) {
    n += trials[i];
    k += hits[i];
    units += trials[i] > 0.0;
  }
  if (!(n > 0.0)) return 0.0;
  const double p = k / n;
  if (units < 2.0 || p <= 0.0 || p >= 1.0) return units;
  /* Variance of the ratio k / n over units. */
  double square = 0.0;
  for (size_t i = 0; i < n_unit; i++) {
    const double residual = hits[i] - p * trials[i];
    square += residual * residual;
  }
  const double variance = units / (units - 1.0) * square / (n * n);
  const double effective = variance > 0.0 ? p * (1.0 - p) / variance : n;
  return fmin(n, fmax(units, effective));
}
