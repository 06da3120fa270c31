/* `rein sensitivity`: how much an observable depends on each parameter or field of an action, for the typical
 * individual under one arm.
 *
 *   local   derivatives by central differences; a parameter's two points share a batch and its steps with all
 *           others, so that the differences are smooth. With the measurements' noise they give the Fisher
 *           information, and with it which combinations of parameters the measurements cannot tell apart.
 *   sobol   shares of the variance over ranges or distributions, alone (first) and with all interactions
 * (total) morris  elementary effects, for screening many factors
 *
 * How: docs/sensitivity.md. */
#ifndef REIN_STUDY_SENSITIVITY_H
#define REIN_STUDY_SENSITIVITY_H

#include "src/stats/indices.h"
#include "src/study/simulate.h"

typedef enum {
  REIN_SENSITIVITY_LOCAL,
  REIN_SENSITIVITY_SOBOL,
  REIN_SENSITIVITY_MORRIS
} rein_sensitivity_kind;

/* Relative step of a central difference, and the tolerance it needs. */
#define REIN_SENSITIVITY_STEP 1e-3
#define REIN_SENSITIVITY_RTOL 1e-8
/* Smallest eigenvalue of the information, scaled to a diagonal of 1, that counts as not singular. */
#define REIN_SENSITIVITY_SINGULAR 1e-6
#define REIN_SENSITIVITY_LEVEL 0.95
/* GSL's Sobol sequence ends at 40 dimensions, two for each factor. */
#define REIN_SENSITIVITY_QUASI 20

typedef struct {
  rein_scenario_options scenario;
  const rein_kernels *kernels; /* NULL: the best */
  int n_thread;                /* 0: as OpenMP says; the answer does not depend on it */
  rein_sensitivity_kind kind;
  int64_t n;              /* points of sobol (1024), trajectories of morris (32); 0: these */
  const char *arm;        /* as written; NULL: the first */
  const char *horizon;    /* label; NULL: the last: the observable at its end */
  const char *observable; /* names, a comma between them; NULL: all */
} rein_sensitivity_options;

/* One observable and one factor. */
typedef struct {
  double slope, elasticity; /* local: d y / d factor, and times factor / y */
  rein_index first, total;  /* sobol */
  rein_index mu_star;       /* morris, in units of the observable over the whole range */
  double mean, sd;          /* of the elementary effects */
} rein_sensitivity_cell;

/* Parameters that the measurements tell apart least: their logarithms in these proportions. */
typedef struct {
  double eigenvalue; /* of the scaled information */
  double *weight;    /* (n_factor) of length 1 */
} rein_sensitivity_blur;

typedef struct {
  const rein_scenario *scenario;
  rein_sensitivity_kind kind;
  const char *arm, *horizon;
  double time; /* end of the horizon */
  const rein_factor *factor;
  int n_factor;
  const char *source;          /* where the factors' ranges come from, in words */
  bool *asked;                 /* (n_observable) whether it is told of */
  rein_sensitivity_cell *cell; /* (n_observable x n_factor) */
  double *value;               /* (n_observable) local: of the typical individual */
  int64_t n_point, n_failed, n_used;
  bool quasi; /* points are quasi-random */
  /* local only: */
  const char *no_information;  /* why there is none, NULL where there is */
  int n_measurement;           /* times and observables in it */
  bool *mute;                  /* (n_factor) changes no measurement */
  rein_sensitivity_blur *blur; /* (n_blur) eigenvectors below REIN_SENSITIVITY_SINGULAR */
  int n_blur;
} rein_sensitivity;

/* Reads, simulates, sums up. Everything in `arena`. REIN_OK; REIN_ERR_MEMBERS: likewise, but some points
 * could not be simulated; REIN_ERR_INPUT, REIN_ERR_FILE, REIN_ERR_SOLVER with errors in diag;
 * REIN_ERR_MEMORY. */
rein_status rein_sensitivity_run(rein_arena *arena, rein_units *units, const char *path,
                                 const rein_sensitivity_options *options, rein_diag *diag,
                                 rein_sensitivity *out);

/* As text, and as JSON (ends with a newline). */
void rein_sensitivity_print(const rein_sensitivity *s, rein_text *out);
rein_status rein_sensitivity_print_json(const rein_sensitivity *s, rein_text *out);

#endif
