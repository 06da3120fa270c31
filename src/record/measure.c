#include "src/record/measure.h"

#include "src/stats/fixed.h"

#include <math.h>

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
