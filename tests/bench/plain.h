/* The plain reference: one CVODE instance per thread, reused by CVodeReInit, dense solver, compiled equations
 * with their analytic Jacobian; one individual after the other. */
#ifndef REIN_TESTS_BENCH_PLAIN_H
#define REIN_TESTS_BENCH_PLAIN_H

typedef struct {
  int n_state, n_slot;
  void (*params)(double *slots);
  void (*rates)(const double *slots, double t, const double *y, double *out);
  void (*jacobian)(const double *slots, double t, const double *y, double *const *column);
} plain_model;

typedef struct {
  double rtol, atol;
  int dose_state; /* -1: none */
  double dose;    /* added at each of dose_time */
  const double *dose_time;
  int n_dose;
  const double *obs; /* rising */
  int n_obs;
  double t_end;
} plain_task;

/* Integrates n individuals. slots (n x n_slot) with parameters filled; initial (n x n_state); out (n x n_obs
 * x n_state). Counts steps and rate calls over all. 0, or CVODE's flag. */
int plain_run(const plain_model *model, const plain_task *task, int n, double *slots, const double *initial,
              double *out, long *n_step, long *n_rate);

#endif
