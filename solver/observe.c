/* Delivery of observations into the batch's output rows; see batch.h. */
#include <math.h>

#include "solver/batch.h"

/* Writes lane l's observation: the kept rows of y and of the outputs, and how far the summed error would move
 * them. */
static void deliver(rein_batch *b, int l, const double *y) {
  const int n_keep = b->plan->n_keep, n_state = b->tape->n_state;
  const size_t stride = (size_t)b->n_lane, at = (size_t)l;
  size_t row = (size_t)b->next_obs[l]++ * (size_t)n_keep;
  for (int k = 0; k < n_keep; k++, row++) {
    int from = b->plan->keep[k];
    bool state = from < n_state;
    size_t i = (size_t)(state ? from : from - n_state) * stride + at;
    b->out[row * stride + at] = state ? y[i] : b->output[i];
    b->error[row * stride + at] = state ? b->error_sum[i] : fabs(b->output_moved[i] - b->output[i]);
  }
}

void rein_batch_observe(rein_batch *b, const double *mask, const double *time, const double *y) {
  if (b->keeps_output) {
    size_t n = (size_t)b->tape->n_state * (size_t)b->n_lane;
    rein_eval_run(b->eval, REIN_PROG_OUTPUT, time, y, b->output);
    b->kernels->linear_sum(1.0, y, 1.0, b->error_sum, b->y_event, n);
    rein_eval_run(b->eval, REIN_PROG_OUTPUT, time, b->y_event, b->output_moved);
  }
  for (int l = 0; l < b->n_lane; l++)
    if (mask[l] != 0) deliver(b, l, y);
}

/* Which lanes have an observation before the end of their step, and where in tau; true if any, *same if at
 * one tau. */
static bool find_due(rein_batch *b, double tau, bool *same) {
  bool any = false;
  double first = 0;
  *same = true;
  for (int l = 0; l < b->n_lane; l++) {
    b->mask[l] = 0, b->tau_mid[l] = tau, b->time_program[l] = b->t0[l];
    if (b->moving[l] == 0 || b->next_obs[l] >= b->lane[l].n_obs) continue;
    double when = b->lane[l].obs[b->next_obs[l]], end = b->t0[l] + b->tau_high[l] * b->span[l];
    if (b->tau_high[l] >= 1) end = b->target[l];
    if (when >= end) continue; /* at the end itself: after the lane has settled */
    double at = (when - b->t0[l]) / b->span[l];
    b->mask[l] = 1, b->tau_mid[l] = at < 0 ? 0 : at > tau ? tau : at, b->time_program[l] = when;
    if (any && b->tau_mid[l] != first) *same = false;
    if (!any) first = b->tau_mid[l];
    any = true;
  }
  return any;
}

void rein_batch_observe_step(rein_batch *b, double tau) {
  bool same, fine = true;
  while (fine && find_due(b, tau, &same)) {
    double at = tau;
    for (int l = 0; same && l < b->n_lane; l++)
      if (b->mask[l] != 0) at = b->tau_mid[l];
    fine = same ? rein_method_dense(b->method, at, b->y_dense)
                : rein_method_dense_lanes(b->method, b->tau_mid, b->y_dense);
    if (fine) rein_batch_observe(b, b->mask, b->time_program, b->y_dense);
  }
}
