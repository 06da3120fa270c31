/* From a simulated value to a measured one: noise, limits of detection.
 * Also used where observed and simulated measurements are compared. */
#ifndef REIN_RECORD_MEASURE_H
#define REIN_RECORD_MEASURE_H

#include "src/record/record.h"
#include "src/scenario/draw.h"

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

#endif
