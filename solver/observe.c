/* Delivery of observations into the batch's output rows; see batch.h. What all lanes see together, the usual
 * case, is copied in whole rows. */
#include <math.h>

#include "solver/batch.h"

static void count_on(rein_batch *b, int l) {
  int next = ++b->next_obs[l];
  b->when[l] = next < b->lane[l].n_obs ? b->lane[l].obs[next] : INFINITY;
}

void rein_batch_start_observing(rein_batch *b) {
  for (int l = 0; l < b->n_lane; l++) b->next_obs[l] = -1, count_on(b, l);
  for (int w = 0; w < b->n_wait; w++) b->wait_obs[w] = -1, b->wait_count[w] = 0;
  if (b->n_wait) b->kernels->fill(0.0, b->wait_mask, (size_t)b->n_wait * (size_t)b->n_lane);
}

void rein_batch_end_observing(rein_batch *b) {
  rein_batch_flush(b);
  const size_t stride = (size_t)b->n_lane, n_keep = (size_t)b->plan->n_keep;
  const size_t end = (size_t)b->plan->n_obs * n_keep;
  for (size_t l = 0; l < stride; l++)
    for (size_t row = (size_t)b->next_obs[l] * n_keep; row < end; row++)
      b->out[row * stride + l] = b->error[row * stride + l] = NAN;
}

/* Writes lane l's observation. */
static void deliver(rein_batch *b, int l, const double *y) {
  const int n_keep = b->plan->n_keep, n_state = b->tape->n_state;
  const size_t stride = (size_t)b->n_lane, at = (size_t)l;
  size_t row = (size_t)b->next_obs[l] * (size_t)n_keep;
  for (int k = 0; k < n_keep; k++, row++) {
    int from = b->plan->keep[k];
    bool state = from < n_state;
    size_t i = (size_t)(state ? from : from - n_state) * stride + at;
    b->out[row * stride + at] = state ? y[i] : b->output[i];
    b->error[row * stride + at] = state ? b->error_sum[i] : b->output_moved[i];
  }
}

/* The rows to keep: of states from y, else of outputs. */
static void deliver_rows(rein_batch *b, const double *mask, const double *states, const double *outputs,
                         double *to) {
  const int n_keep = b->plan->n_keep, n_state = b->tape->n_state;
  for (int k = 0; k < n_keep; k++) {
    int from = b->plan->keep[k];
    b->row_from[k] = from < n_state ? states + (size_t)from * (size_t)b->n_lane
                                    : outputs + (size_t)(from - n_state) * (size_t)b->n_lane;
  }
  b->kernels->deliver(mask, b->row_from, to, n_keep, b->n_lane);
}

/* Outputs at y, and how far the summed error would move them. Lanes outside the mask hold anything. */
static void run_outputs(rein_batch *b, const double *mask, const double *time, const double *y,
                        const double *error) {
  size_t n = (size_t)b->tape->n_state * (size_t)b->n_lane,
         n_out = (size_t)b->tape->n_output * (size_t)b->n_lane;
  rein_eval_keep_counts(b->eval, b->n_floor_kept);
  rein_eval_run(b->eval, REIN_PROG_OUTPUT, time, y, b->output);
  b->kernels->linear_sum(1.0, y, 1.0, error, b->y_event, n);
  rein_eval_run(b->eval, REIN_PROG_OUTPUT, time, b->y_event, b->output_moved);
  rein_eval_drop_counts(b->eval, b->n_floor_kept, mask);
  b->kernels->linear_sum(1.0, b->output_moved, -1.0, b->output, b->output_moved, n_out);
  b->kernels->abs(b->output_moved, b->output_moved, n_out);
}

/* Observation i_obs of all masked lanes, in whole rows. */
static void deliver_together(rein_batch *b, const double *mask, int i_obs, const double *y,
                             const double *error) {
  size_t at = (size_t)i_obs * (size_t)b->plan->n_keep * (size_t)b->n_lane;
  deliver_rows(b, mask, y, b->output, b->out + at);
  deliver_rows(b, mask, error, b->output_moved, b->error + at);
}

/* Number of masked lanes; *i_obs is the observation they all are at, -1 where they differ. */
static int count_due(const rein_batch *b, const double *mask, int *i_obs) {
  int n = 0;
  for (int l = 0; l < b->n_lane; l++) {
    if (mask[l] == 0) continue;
    if (n++ == 0) *i_obs = b->next_obs[l];
    if (b->next_obs[l] != *i_obs) *i_obs = -1;
  }
  return n;
}

void rein_batch_observe(rein_batch *b, const double *mask, const double *time, const double *y) {
  int i_obs = -1;
  count_due(b, mask, &i_obs);
  if (b->keeps_output) run_outputs(b, mask, time, y, b->error_sum);
  if (i_obs >= 0) deliver_together(b, mask, i_obs, y, b->error_sum);
  for (int l = 0; l < b->n_lane; l++) {
    if (mask[l] == 0) continue;
    if (i_obs < 0) deliver(b, l, y);
    count_on(b, l);
  }
}

/* ---- lanes with times of their own ---- */

static void flush_slot(rein_batch *b, int w) {
  const size_t n = (size_t)b->tape->n_state * (size_t)b->n_lane, slot = (size_t)w;
  double *mask = rein_row_of(b->wait_mask, b, w);
  run_outputs(b, mask, rein_row_of(b->wait_time, b, w), b->wait_y + slot * n, b->wait_error + slot * n);
  deliver_together(b, mask, b->wait_obs[w], b->wait_y + slot * n, b->wait_error + slot * n);
  b->kernels->fill(0.0, mask, (size_t)b->n_lane);
  b->wait_obs[w] = -1, b->wait_count[w] = 0;
}

void rein_batch_flush(rein_batch *b) {
  for (int w = 0; w < b->n_wait; w++)
    if (b->wait_obs[w] >= 0) flush_slot(b, w);
}

static void let_wait(rein_batch *b, int l, double time, const double *y) {
  const int i_obs = b->next_obs[l], w = i_obs & (b->n_wait - 1);
  const size_t stride = (size_t)b->n_lane, n = (size_t)b->tape->n_state * stride, first = (size_t)w * n;
  if (b->wait_obs[w] >= 0 && b->wait_obs[w] != i_obs) flush_slot(b, w);
  b->wait_obs[w] = i_obs;
  rein_row_of(b->wait_mask, b, w)[l] = 1, rein_row_of(b->wait_time, b, w)[l] = time;
  double *wait_y = b->wait_y + first, *wait_error = b->wait_error + first;
  const double *error = b->error_sum;
  for (size_t at = (size_t)l; at < n; at += stride) wait_y[at] = y[at], wait_error[at] = error[at];
  if (++b->wait_count[w] >= b->n_live) flush_slot(b, w);
}

void rein_batch_observe_step(rein_batch *b, double tau) {
  for (;;) {
    double first;
    int i_obs = -1, n = b->kernels->due(b->when, b->moving, b->t0, b->span, b->tau_high, b->target, tau,
                                        b->mask, b->tau_mid, b->time_program, &first, b->n_lane);
    if (n == 0) return;
    bool fine = n == 1 ? rein_method_dense(b->method, first, b->y_dense)
                       : rein_method_dense_lanes(b->method, b->tau_mid, b->mask, b->y_dense);
    if (!fine) {
      b->no_dense = true;
      return;
    }
    if (b->n_wait == 0 || (n == 1 && count_due(b, b->mask, &i_obs) * 2 > b->n_lane && i_obs >= 0)) {
      rein_batch_observe(b, b->mask, b->time_program, b->y_dense);
      continue;
    }
    for (int l = 0; l < b->n_lane; l++)
      if (b->mask[l] != 0) let_wait(b, l, b->time_program[l], b->y_dense), count_on(b, l);
  }
}
