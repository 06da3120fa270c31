/* Finding instants inside a step on its dense output: switches that park a lane, safety signals that are only
 * noted, ranges that are left. A value that has changed at the end of a piece of the step (turns.c) is
 * located by bisection in all lanes concerned at once. */
#include <math.h>
#include <string.h>

#include "solver/rest.h"

#define TAU_WIDTH 1e-14 /* of the segment: bisection stops */
#define MAX_BISECT 64   /* enough for any start width */
#define STILL_LENGTH                                                                                         \
  1e-9 /* of the segment: a parking sooner than this after the last counts as standing still */
#define MAX_STILL 1000 /* such parkings in succession before the lane fails */

static bool differs(const rein_batch *b, const double *ref, const double *now, int first, int n, int l) {
  for (int r = first; r < first + n; r++) {
    size_t at = (size_t)r * (size_t)b->n_lane + (size_t)l;
    if (ref[at] != now[at]) return true;
  }
  return false;
}

void rein_batch_locate(rein_batch *b, rein_prog prog, int first, int n, const double *ref, double *now) {
  int n_list = 0;
  memcpy(b->tau_mid, b->tau_high, (size_t)b->n_lane * sizeof *b->tau_mid);
  for (int l = 0; l < b->n_lane; l++)
    if (b->mask[l] != 0) b->list[n_list++] = l;
  for (int round = 0; round < MAX_BISECT; round++) {
    bool going = false;
    for (int i = 0; i < n_list; i++) {
      const int l = b->list[i];
      const bool wide = b->tau_high[l] - b->tau_low[l] > TAU_WIDTH;
      b->tau_mid[l] = wide ? 0.5 * (b->tau_low[l] + b->tau_high[l]) : b->tau_high[l];
      going |= wide;
    }
    if (!going || !rein_batch_look(b, prog, b->tau_mid, b->mask, now)) return;
    for (int i = 0; i < n_list; i++) {
      const int l = b->list[i];
      if (b->tau_mid[l] >= b->tau_high[l]) continue;
      *(differs(b, ref, now, first, n, l) ? &b->tau_high[l] : &b->tau_low[l]) = b->tau_mid[l];
    }
  }
}

/* The lane stands at tau_high until the next pass; its state comes from the dense output. */
static void park_lane(rein_batch *b, int l) {
  b->problem.shape.live[l] = 0;
  b->cur[l] = b->t0[l] + b->tau_high[l] * b->span[l];
  for (int s = 0; s < b->tape->n_state; s++) rein_row_of(b->y, b, s)[l] = rein_row_of(b->y_dense, b, s)[l];
  b->n_still[l] = b->tau_high[l] < STILL_LENGTH ? b->n_still[l] + 1 : 0;
  if (b->n_still[l] > MAX_STILL) rein_batch_fail(b, l, REIN_FAIL_EVENTS, b->cur[l], -1, NAN);
}

/* The end of each lane's piece k of the step, at most its `end`; the last piece ends there. The state is
 * found in *y: the method's own, or the dense output's in y_event. False without dense output. */
static bool end_piece(rein_batch *b, int k, int n_cut, const double *end, bool end_is_step,
                      const double **y) {
  const double *cut = rein_row_of(b->cut, b, k);
  memcpy(b->piece_high, end, (size_t)b->n_lane * sizeof *end);
  for (int l = 0; k < n_cut && l < b->n_lane; l++)
    if (cut[l] < end[l]) b->piece_high[l] = cut[l];
  *y = k == n_cut && end_is_step ? rein_method_state(b->method) : b->y_event;
  return *y != b->y_event || rein_batch_dense(b, b->piece_high, NULL, b->y_event);
}

void rein_batch_park(rein_batch *b, double tau_before, double tau, int n_cut) {
  const double *y;
  bool any = false;
  b->kernels->fill(tau_before, b->tau_low, (size_t)b->n_lane);
  b->kernels->fill(tau, b->tau_high, (size_t)b->n_lane);
  b->kernels->fill(0.0, b->mask, (size_t)b->n_lane);
  for (int k = 0; k <= n_cut && end_piece(b, k, n_cut, b->tau_high, true, &y); k++) {
    rein_batch_run_at(b, REIN_PROG_SWITCH, b->piece_high, y, b->switch_now);
    for (int l = 0; l < b->n_lane; l++) {
      if (b->moving[l] == 0 || b->mask[l] != 0) continue;
      if (differs(b, b->switch_ref, b->switch_now, 0, b->tape->n_switch, l))
        b->mask[l] = 1.0, b->tau_high[l] = b->piece_high[l], any = true;
      else
        b->tau_low[l] = b->piece_high[l];
    }
  }
  if (!any) return;
  rein_batch_locate(b, REIN_PROG_SWITCH, 0, b->tape->n_switch, b->switch_ref, b->switch_now);
  if (!rein_batch_dense(b, b->tau_high, b->mask, b->y_dense)) return;
  for (int l = 0; l < b->n_lane; l++)
    if (b->mask[l] != 0) park_lane(b, l);
}

/* Whether a lane that moved in the last step does not stand at its end. */
static bool any_parked(const rein_batch *b) {
  return memcmp(b->moving, b->problem.shape.live, (size_t)b->n_lane * sizeof *b->moving) != 0;
}

/* ---- declared ranges ---- */

void rein_batch_range(const rein_batch *b, int state, double *low, double *high) {
  const double slack = 10 * b->plan->atol[state];
  *low = b->tape->range_low[state] - slack, *high = b->tape->range_high[state] + slack;
}

static bool is_within(double x, double low, double high) {
  return x >= low && x <= high;
}

/* Of lanes marked in mask, outside at tau_high but not at tau_low: the earliest tau outside becomes tau_high.
 */
static void locate_leaving(rein_batch *b, int state, double low, double high) {
  for (int round = 0; round < MAX_BISECT; round++) {
    for (int l = 0; l < b->n_lane; l++)
      b->tau_mid[l] = b->mask[l] != 0 ? 0.5 * (b->tau_low[l] + b->tau_high[l]) : b->tau_high[l];
    if (!rein_batch_dense(b, b->tau_mid, b->mask, b->y_dense)) return;
    const double *x = rein_row_of(b->y_dense, b, state);
    for (int l = 0; l < b->n_lane; l++)
      if (b->mask[l] != 0) *(is_within(x[l], low, high) ? &b->tau_low[l] : &b->tau_high[l]) = b->tau_mid[l];
  }
}

/* Whether any lane that moved is outside a range of policy error. */
static bool any_outside(const rein_batch *b, int state, const double *y) {
  double low, high;
  if (b->tape->range_policy[state] != REIN_RANGE_ERROR) return false;
  rein_batch_range(b, state, &low, &high);
  return b->kernels->any_outside(y + (size_t)state * (size_t)b->n_lane, low, high, b->moving, b->n_lane);
}

static bool any_leaves(const rein_batch *b, const double *y) {
  for (int i = 0; i < b->n_ranged; i++)
    if (any_outside(b, b->ranged[i], y)) return true;
  return false;
}

/* One state at the end of a piece. */
static void find_leaving(rein_batch *b, int state, const double *y) {
  if (!any_outside(b, state, y)) return; /* as a rule */
  double low, high;
  const double *row = y + (size_t)state * (size_t)b->n_lane;
  rein_batch_range(b, state, &low, &high);
  bool any = false;
  for (int l = 0; l < b->n_lane; l++) {
    const bool left =
        b->moving[l] != 0 && b->piece_high[l] <= b->tau_high[l] && !is_within(row[l], low, high);
    b->mask[l] = left ? 1.0 : 0.0;
    any |= left;
    if (!left) continue;
    b->tau_low[l] = b->piece_low[l], b->tau_high[l] = b->piece_high[l], b->leaves[l] = state;
  }
  if (any) b->n_leaves++, locate_leaving(b, state, low, high);
}

void rein_batch_find_leavers(rein_batch *b, double tau_before, int n_cut) {
  const bool parked = any_parked(b);
  const double *y = rein_method_state(b->method);
  b->n_leaves = 0;
  if (n_cut == 0 && !parked && !any_leaves(b, y)) return; /* as a rule */
  for (int l = 0; l < b->n_lane; l++) b->leaves[l] = -1;
  b->kernels->fill(tau_before, b->piece_low, (size_t)b->n_lane);
  for (int k = 0; k <= n_cut && end_piece(b, k, n_cut, b->tau_high, !parked, &y); k++) {
    for (int i = 0; i < b->n_ranged; i++) find_leaving(b, b->ranged[i], y);
    memcpy(b->piece_low, b->piece_high, (size_t)b->n_lane * sizeof *b->piece_low);
  }
}

/* ---- safety ---- */

void rein_batch_start_safety(rein_batch *b) {
  rein_eval_run(b->eval, REIN_PROG_SAFETY, b->cur, b->y, b->safety_ref);
  for (int i = 0; i < b->tape->n_safety; i++) {
    const double *now = rein_row_of(b->safety_ref, b, i);
    double *first = rein_row_of(b->safety_first, b, i);
    for (int l = 0; l < b->n_lane; l++)
      if (!b->done[l] && now[l] != 0 && isnan(first[l]) && !rein_steady_is_on(b, l) &&
          !rein_rest_is_pending(b, l))
        first[l] = b->cur[l];
  }
}

/* One signal: where it changed inside the piece; durations count to the instant of change. */
static void watch_signal(rein_batch *b, int i) {
  const double *ref = rein_row_of(b->safety_ref, b, i), *now = rein_row_of(b->safety_now, b, i);
  double *first = rein_row_of(b->safety_first, b, i), *duration = rein_row_of(b->safety_duration, b, i);
  if (!b->kernels->watch(ref, now, b->moving, b->piece_low, b->piece_high, b->span, duration, b->mask,
                         b->n_lane))
    return;
  memcpy(b->tau_low, b->piece_low, (size_t)b->n_lane * sizeof *b->tau_low);
  memcpy(b->tau_high, b->piece_high, (size_t)b->n_lane * sizeof *b->tau_high);
  rein_batch_locate(b, REIN_PROG_SAFETY, i, 1, b->safety_ref, b->safety_found);
  for (int l = 0; l < b->n_lane; l++) {
    const double change = b->tau_high[l];
    if (b->mask[l] == 0) continue;
    if (ref[l] != 0) {
      duration[l] += (change - b->piece_low[l]) * b->span[l];
      continue;
    }
    duration[l] += (b->piece_high[l] - change) * b->span[l];
    if (isnan(first[l])) first[l] = b->t0[l] + change * b->span[l];
  }
}

void rein_batch_watch_safety(rein_batch *b, double tau_before, int n_cut) {
  double *end = b->bad; /* scratch: rates are not called here */
  const bool is_step = !b->n_leaves && !any_parked(b);
  memcpy(end, b->tau_high, (size_t)b->n_lane * sizeof *end);
  const double *y;
  b->kernels->fill(tau_before, b->piece_low, (size_t)b->n_lane);
  for (int k = 0; k <= n_cut && end_piece(b, k, n_cut, end, is_step, &y); k++) {
    rein_batch_run_at(b, REIN_PROG_SAFETY, b->piece_high, y, b->safety_now);
    for (int i = 0; i < b->tape->n_safety; i++) watch_signal(b, i);
    memcpy(b->piece_low, b->piece_high, (size_t)b->n_lane * sizeof *end);
    double *ref = b->safety_ref; /* what holds now is what the next piece starts from */
    b->safety_ref = b->safety_now, b->safety_now = ref;
  }
  memcpy(b->tau_high, end, (size_t)b->n_lane * sizeof *end);
  memset(end, 0, (size_t)b->n_lane * sizeof *end);
}
