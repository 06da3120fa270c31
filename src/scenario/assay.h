/* From a simulated value to a measured one: noise, limits of detection.
 * For records, for decisions on measurements, and where observed and simulated measurements are compared. */
#ifndef REIN_SCENARIO_ASSAY_H
#define REIN_SCENARIO_ASSAY_H

#include "src/lang/model.h"
#include "src/scenario/draw.h"

/* How a measured value came about. */
typedef enum {
  REIN_MEASURED_OBSERVED,
  REIN_MEASURED_BELOW,
  REIN_MEASURED_ABOVE,
  REIN_MEASURED_MISSING
} rein_measured;

typedef struct {
  double value; /* observable's unit; at the limit where censored, NaN where missing */
  double sd;    /* standard deviation of the noise at this latent value, observable's unit */
  rein_measured flag;
} rein_measurement;

/* Measures `latent` [observable's unit]. sd: additive standard deviation; cv: as the model declares it, a
 * fraction: for lognormal noise the log-SD is sqrt(log(1 + cv^2)) and the latent value the median. z1, z2:
 * standard normal draws; z2 is the proportional part of combined noise. The same bits on every processor.
 * Threads: reentrant. */
rein_measurement rein_measure(const rein_observable *observable, double latent, double sd, double cv,
                              double z1, double z2);

/* Logarithm of the density of measuring `value`, or with `censored` (-1 below it, 1 above it) of the
 * probability to be beyond it, where the latent value is `latent`; -inf where that cannot be. Without noise
 * the value has to be the latent one to 1e-6, and the logarithm is then 0. */
double rein_measure_log_density(const rein_observable *observable, double latent, double sd, double cv,
                                double value, int censored);

/* Mean and variance of the measured value given the latent one, limits of detection left out. */
void rein_measure_moments(const rein_observable *observable, double latent, double sd, double cv,
                          double *mean, double *variance);

#endif
