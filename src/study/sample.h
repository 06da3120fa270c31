/* The members of a plan kept in memory, at chosen rows: what every study that judges a cohort begins with.
 *
 * Values of one arm, time and row lie together over individuals, so that they are summed and sorted without
 * jumps. A member that failed is NaN from then on and counted, never left out silently. */
#ifndef REIN_STUDY_SAMPLE_H
#define REIN_STUDY_SAMPLE_H

#include "src/study/simulate.h"

/* The first amount that a member was given outside what the model is valid for. */
typedef struct {
  double time, amount; /* model time, action's unit */
  int32_t action;      /* -1: none */
} rein_sample_outside;

/* Why a member failed: only where it did. */
typedef struct {
  double time; /* model time, NaN not known */
  rein_fail fail;
  int32_t state; /* concerned, -1 none */
} rein_sample_failure;

typedef struct {
  int64_t n_individual, n_failed; /* n_failed: members */
  int n_arm, n_time, n_keep, n_observable, n_safety;
  double *value;        /* (n_arm x n_time x n_keep x n_individual), units of the kept rows */
  double *noise;        /* (n_arm x n_observable x 2 x n_individual) additive SD [observable's unit], CV */
  double *safety_first; /* (n_arm x n_safety x n_individual) first time a signal was true [model time], NaN
                           never */
  bool *failed;         /* (n_arm x n_individual) */
  double *error;        /* as value: estimates of the integration error; NULL where nobody asked for it */
  rein_sample_failure *failure; /* (n_arm x n_individual); NULL where nobody asked for it */
  rein_sample_outside *outside; /* (n_arm x n_individual); NULL where nobody asked for it */
  const rein_model *model;
  const int *bounded; /* (n_bounded) actions with a valid range */
  int n_bounded;
  rein_ens_totals totals;
  rein_arena *arena; /* that it was deferred to */
} rein_sample;

typedef struct {
  int n_thread;                /* 0: as OpenMP says */
  const rein_kernels *kernels; /* NULL: the best */
  bool judge_amounts;          /* wants `outside` */
  bool tell_failures;          /* wants `failure` */
  bool keep_errors;            /* wants `error` */
  /* Called with every lane once it is filled, from several threads at once; NULL: none. */
  rein_status (*adjust)(void *context, rein_lane_plan *lane);
  void *adjust_context;
} rein_sample_options;

/* Runs the scenario of a prepared simulation, at its tolerances and scales, and keeps rows `keep` (n_keep),
 * as rein_plan counts them. simulation->scenario then keeps these rows. REIN_OK: *out is given, destroyed
 * with the arena, or before by rein_sample_destroy. REIN_ERR_MEMORY. Threads: one call at a time per
 * simulation; the same bytes for any number of threads. */
rein_status rein_sample_create(rein_arena *arena, const rein_simulation *simulation, const int *keep,
                               int n_keep, const rein_sample_options *options, rein_sample **out);
void rein_sample_destroy(rein_sample *sample);

/* Bytes that a sample of this shape takes. */
int64_t rein_sample_bytes(const rein_scenario *scenario, int n_keep);

/* (n_individual) values of kept row k. */
static inline double *rein_sample_row(const rein_sample *s, int arm, int i_time, int k) {
  return s->value + (((int64_t)arm * s->n_time + i_time) * s->n_keep + k) * s->n_individual;
}

/* The errors of the above. */
static inline double *rein_sample_error(const rein_sample *s, int arm, int i_time, int k) {
  return s->error + (((int64_t)arm * s->n_time + i_time) * s->n_keep + k) * s->n_individual;
}

/* (n_individual) additive SDs (part 0) or CVs (part 1) of an observable of the model. */
static inline const double *rein_sample_noise(const rein_sample *s, int arm, int observable, int part) {
  return s->noise + (((int64_t)arm * s->n_observable + observable) * 2 + part) * s->n_individual;
}

/* (n_individual) first times of a safety signal. */
static inline const double *rein_sample_safety(const rein_sample *s, int arm, int i_safety) {
  return s->safety_first + ((int64_t)arm * s->n_safety + i_safety) * s->n_individual;
}

#endif
