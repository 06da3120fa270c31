/* From a study's records to a picture: quantiles over individuals at each time, and what observed points are
 * held against. */
#ifndef REIN_REPORT_TRAJECTORIES_H
#define REIN_REPORT_TRAJECTORIES_H

#include "src/record/reader.h"
#include "src/report/plot.h"

enum { REIN_TRAJECTORIES_MAX_PANEL = 24 };

typedef struct {
  const char *observable; /* a kept quantity; NULL: the first */
  const char *arm; /* an arm, or arms of this name before sweeps; NULL: all that are no counterfactual */
  const char *scenario_path; /* the scenario file, for its observed data; NULL: none are drawn */
  bool individual_data;      /* groups under REIN_SMALLEST_GROUP and points of people may be drawn */
} rein_trajectories_options;

/* Makes a plot of a study, in `arena`.
 *
 * Bands: 5, 25, 50, 75, 95 % of the individuals that were simulated to that time, latent values. Where
 * observed points are drawn, the bands are of measured values, noise included, because the points are
 * measured too. A group mean of n people stands beside 5 and 95 % of the means of simulated cohorts of n: the
 * individuals in their order, n at a time, are such cohorts; fewer than 20 of them give no band.
 *
 * REIN_OK; REIN_ERR_INPUT (no such observable or arm, suppressed group), REIN_ERR_FILE with errors in diag.
 */
rein_status rein_trajectories_read(rein_arena *arena, rein_units *units, const char *folder,
                                   const rein_trajectories_options *options, rein_diag *diag, rein_plot *out);

/* Means of consecutive cohorts of `size` among n values; cohorts with a NaN are left out. Returns how many,
 * into `means` (n / size). */
int64_t rein_trajectories_cohorts(const double *values, int64_t n, int64_t size, double *means);

#endif
