#include "src/scenario/assay.h"

#include "src/stats/fixed.h"
#include "src/stats/normal.h"

#include <math.h>

#define LOG_ROOT_2_PI 0.91893853320467274178
/* Without noise a measured value has to be the simulated one: to rounding of tables, not more. */
#define SAME_STATE 1e-6

rein_measurement rein_measure(const rein_observable *observable, double latent, double sd, double cv,
                              double z1, double z2) {
  double value = latent, noise = 0;
  switch (observable->noise) {
  case REIN_NOISE_NONE:
    break;
  case REIN_NOISE_ADDITIVE:
    noise = sd;
    value += sd * z1;
    break;
  case REIN_NOISE_PROPORTIONAL:
    noise = cv * fabs(latent);
    value += cv * latent * z1;
    break;
  case REIN_NOISE_COMBINED:
    noise = sqrt(sd * sd + cv * latent * (cv * latent));
    value += sd * z1 + cv * latent * z2;
    break;
  case REIN_NOISE_LOGNORMAL: {
    /* median latent: SD = latent sqrt(w (w - 1)) with w = exp(log-SD^2) = 1 + cv^2 */
    const double log_sd = sqrt(rein_fixed_log1p(cv * cv));
    noise = fabs(latent) * cv * sqrt(1 + cv * cv);
    value *= rein_fixed_exp(log_sd * z1);
    break;
  }
  }
  if (!isfinite(latent) || !isfinite(value)) return (rein_measurement){NAN, NAN, REIN_MEASURED_MISSING};
  if (value < observable->limit_low)
    return (rein_measurement){observable->limit_low, noise, REIN_MEASURED_BELOW};
  if (value > observable->limit_high)
    return (rein_measurement){observable->limit_high, noise, REIN_MEASURED_ABOVE};
  return (rein_measurement){value, noise, REIN_MEASURED_OBSERVED};
}

/* ---- densities ---- */

/* SD of the noise of a latent value, on the log scale for lognormal noise. */
static double noise_sd(const rein_observable *observable, double latent, double sd, double cv) {
  switch (observable->noise) {
  case REIN_NOISE_NONE:
    return 0.0;
  case REIN_NOISE_ADDITIVE:
    return sd;
  case REIN_NOISE_PROPORTIONAL:
    return fabs(cv * latent);
  case REIN_NOISE_COMBINED:
    return sqrt(sd * sd + cv * latent * (cv * latent));
  case REIN_NOISE_LOGNORMAL:
    return sqrt(rein_fixed_log1p(cv * cv));
  }
  return 0.0;
}

double rein_measure_log_density(const rein_observable *observable, double latent, double sd, double cv,
                                double value, int censored) {
  const bool is_log = observable->noise == REIN_NOISE_LOGNORMAL;
  const double s = noise_sd(observable, latent, sd, cv);
  if (!isfinite(latent) || (is_log && (latent <= 0.0 || value <= 0.0))) return -INFINITY;
  if (!(s > 0.0)) {
    if (censored) return (censored < 0 ? latent < value : latent > value) ? 0.0 : -INFINITY;
    return fabs(latent - value) <= SAME_STATE * fmax(fabs(value), fabs(latent)) ? 0.0 : -INFINITY;
  }
  const double z = (is_log ? rein_fixed_log(value) - rein_fixed_log(latent) : value - latent) / s;
  if (censored) {
    const double p = rein_normal_cdf(censored < 0 ? z : -z);
    return p > 0.0 ? rein_fixed_log(p) : -INFINITY;
  }
  return -0.5 * z * z - LOG_ROOT_2_PI - rein_fixed_log(s) - (is_log ? rein_fixed_log(value) : 0.0);
}

void rein_measure_moments(const rein_observable *observable, double latent, double sd, double cv,
                          double *mean, double *variance) {
  const double s = noise_sd(observable, latent, sd, cv), w = 1.0 + cv * cv;
  const bool is_log = observable->noise == REIN_NOISE_LOGNORMAL;
  *mean = is_log ? latent * sqrt(w) : latent;
  *variance = is_log ? latent * latent * w * (w - 1.0) : s * s;
}
