/* Private to sensitivity*.c. */
#ifndef REIN_STUDY_SENSITIVITY_INSIDE_H
#define REIN_STUDY_SENSITIVITY_INSIDE_H

#include "src/study/sample.h"
#include "src/study/sensitivity.h"

typedef struct {
  rein_arena *arena;
  rein_units *units;
  const char *path;
  const rein_sensitivity_options *options;
  rein_diag *diag;
  rein_sensitivity *out;
  int i_time; /* of the horizon's end */
} rein_sensitivity_job;

/* Points in the arm's fields, simulated. value (n_point x n_factor): factor i of point k, in the factor's
 * unit. *sample keeps the observables at every measured time; destroy it. */
rein_status rein_sensitivity_simulate(const rein_sensitivity_job *job, const rein_factor *factor,
                                      int n_factor, const double *value, int n_point, rein_sample **sample);

/* sensitivity_local.c, sensitivity_global.c: fill out. */
rein_status rein_sensitivity_local(rein_sensitivity_job *job);
rein_status rein_sensitivity_sobol(rein_sensitivity_job *job);
rein_status rein_sensitivity_morris(rein_sensitivity_job *job);

#endif
