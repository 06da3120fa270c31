/* Shared by tests: a model written in the test, compiled, and run in lanes without any scenario. */
#ifndef REIN_TESTS_SUPPORT_H
#define REIN_TESTS_SUPPORT_H

#include "solver/ensemble.h"
#include "src/lang/model.h"

/* Reads, checks and compiles a model given as text; fails the test with its messages when it is wrong. */
const rein_tape *support_compile(rein_arena *arena, const char *yaml);

/* The same, for callers who also need the model. */
const rein_model *support_model(rein_arena *arena, const char *yaml);

/* What to run. Unset fields: one batch of 8 lanes, rtol 1e-6, atol 1e-9, BDF, best kernels, all states kept.
 */
typedef struct {
  const rein_tape *tape;
  int n_lane, n_batch, n_thread;
  double rtol, atol;
  const double *atol_each; /* (n_state) in place of atol */
  double t_end;
  const double *obs;
  int n_obs;
  const int *keep;
  int n_keep;
  bool act_first;
  rein_method_kind method;
  const rein_kernels *kernels;
  int64_t max_steps;
  /* Writes parameters and items of one lane; NULL: defaults, no items. */
  void (*lane)(int64_t i_batch, int l, rein_eval *eval, rein_lane_plan *plan);
} support_case;

/* What came out: out[((batch * n_lane + lane) * n_obs + obs) * n_keep + keep]. Free with support_free. */
typedef struct {
  int n_lane, n_obs, n_keep, n_batch, n_safety;
  double *out, *error, *safety_first, *safety_duration;
  rein_outcome *outcome; /* (n_batch * n_lane) */
  rein_ens_totals totals;
  rein_status status;
} support_result;

support_result support_run(const support_case *what);
double support_out(const support_result *r, int lane, int obs, int keep);
void support_free(support_result *r);

#endif
