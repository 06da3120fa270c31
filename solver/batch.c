/* A batch's memory and its passes; see batch.h. */
#include "solver/rest.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Successive steps whose error test failed on the same lane: it hinders the others. */
#define EVICT_AFTER 20
#define MIN_DELAY 1e-4 /* of the whole time: a shorter delay does not bound the steps */
#define WAIT_ROWS 512
#define ALONE_LANES REIN_LANE_MULTIPLE

/* ---- memory ---- */

/* Notes what rein_batch_destroy frees; NULL, or a list that is full, means memory is out. */
static void *owned(rein_batch *b, void *memory, bool *fine) {
  if (!memory || b->n_owned == REIN_BATCH_OWNED) {
    free(memory);
    *fine = false;
    return NULL;
  }
  return b->owned[b->n_owned++] = memory;
}

static double *rows_of(rein_batch *b, int n_row, bool *fine) {
  return owned(b, rein_rows_create((size_t)(n_row > 0 ? n_row : 1), b->n_lane), fine);
}

static void *array_of(rein_batch *b, size_t n, size_t bytes, bool *fine) {
  return owned(b, calloc(n ? n : 1, bytes), fine);
}

static bool create_lanes(rein_batch *b) {
  bool fine = true;
  size_t n = (size_t)b->n_lane;
  b->lane = array_of(b, n, sizeof *b->lane, &fine);
  b->outcome = array_of(b, n, sizeof *b->outcome, &fine);
  b->done = array_of(b, n, sizeof *b->done, &fine);
  b->evicted = array_of(b, n, sizeof *b->evicted, &fine);
  b->arrived = array_of(b, n, sizeof *b->arrived, &fine);
  b->next_item = array_of(b, n, sizeof *b->next_item, &fine);
  b->next_obs = array_of(b, n, sizeof *b->next_obs, &fine);
  b->n_strain = array_of(b, n, sizeof *b->n_strain, &fine);
  b->n_still = array_of(b, n, sizeof *b->n_still, &fine);
  b->n_cut = array_of(b, n, sizeof *b->n_cut, &fine);
  b->list = array_of(b, n, sizeof *b->list, &fine);
  b->turn = array_of(b, n, sizeof *b->turn, &fine);
  b->leaves = array_of(b, n, sizeof *b->leaves, &fine);
  double **row[] = {&b->jump,    &b->passed,    &b->cur,        &b->t0,           &b->moving,
                    &b->target,  &b->span,      &b->time,       &b->time_program, &b->bad,
                    &b->tau_low, &b->tau_high,  &b->tau_mid,    &b->mask,         &b->norm,
                    &b->when,    &b->piece_low, &b->piece_high, &b->looked,       &b->changed};
  for (size_t i = 0; i < sizeof row / sizeof *row; i++) *row[i] = rows_of(b, 1, &fine);
  b->problem.shape.live = rows_of(b, 1, &fine);
  b->problem.shape.per_lane = rows_of(b, 1, &fine);
  b->problem.bad_time = rows_of(b, 1, &fine);
  b->problem.bad_state = rows_of(b, b->tape->n_state, &fine);
  return fine;
}

static bool create_rows(rein_batch *b) {
  bool fine = true;
  const rein_tape *t = b->tape;
  double **by_state[] = {&b->y, &b->y_dense, &b->y_event, &b->error_sum, &b->initial};
  for (size_t i = 0; i < sizeof by_state / sizeof *by_state; i++)
    *by_state[i] = rows_of(b, t->n_state, &fine);
  b->switch_ref = rows_of(b, t->n_switch, &fine), b->switch_now = rows_of(b, t->n_switch, &fine);
  double **margin[] = {&b->margin_before, &b->margin_middle, &b->margin_now, &b->margin_found,
                       &b->margin_pace};
  for (size_t i = 0; i < sizeof margin / sizeof *margin; i++) *margin[i] = rows_of(b, t->n_margin, &fine);
  b->cut = rows_of(b, REIN_MAX_CUT, &fine);
  b->trigger_ref = rows_of(b, t->n_event, &fine), b->trigger_now = rows_of(b, t->n_event, &fine);
  b->timing = rows_of(b, 2 * t->n_event, &fine), b->assign = rows_of(b, t->n_assign + t->n_scale, &fine);
  b->stops = rows_of(b, 2 * t->n_mode, &fine);
  b->safety_ref = rows_of(b, t->n_safety, &fine), b->safety_now = rows_of(b, t->n_safety, &fine);
  b->safety_found = rows_of(b, t->n_safety, &fine);
  b->safety_first = rows_of(b, t->n_safety, &fine), b->safety_duration = rows_of(b, t->n_safety, &fine);
  b->output = rows_of(b, t->n_output, &fine), b->output_moved = rows_of(b, t->n_output, &fine);
  b->param_start = rows_of(b, t->n_param, &fine), b->noise = rows_of(b, 2 * t->n_observable, &fine);
  b->out = rows_of(b, b->plan->n_obs * b->plan->n_keep, &fine);
  b->error = rows_of(b, b->plan->n_obs * b->plan->n_keep, &fine);
  return fine;
}

/* As many slots as a few hundred rows hold. Delayed values are those of the present, so nothing waits then.
 */
static bool create_waiting(rein_batch *b) {
  bool fine = true;
  const int n_state = b->tape->n_state;
  b->n_wait = !b->keeps_output || b->tape->n_delay ? 0 : REIN_MAX_WAIT;
  while (b->n_wait > 1 && b->n_wait * n_state > WAIT_ROWS) b->n_wait /= 2;
  b->wait_mask = rows_of(b, b->n_wait, &fine), b->wait_time = rows_of(b, b->n_wait, &fine);
  b->wait_y = rows_of(b, b->n_wait * n_state, &fine), b->wait_error = rows_of(b, b->n_wait * n_state, &fine);
  return fine;
}

static bool create_lists(rein_batch *b) {
  bool fine = true;
  const rein_tape *t = b->tape;
  b->ranged = array_of(b, (size_t)t->n_state, sizeof *b->ranged, &fine);
  b->row_from = array_of(b, (size_t)b->plan->n_keep, sizeof *b->row_from, &fine);
  for (int s = 0; fine && s < t->n_state; s++)
    if (t->range_policy[s] != REIN_RANGE_NONE && t->range_policy[s] != REIN_RANGE_EVENT &&
        (isfinite(t->range_low[s]) || isfinite(t->range_high[s])))
      b->ranged[b->n_ranged++] = s;
  for (int k = 0; k < b->plan->n_keep; k++) b->keeps_output |= b->plan->keep[k] >= t->n_state;
  b->n_floor_kept = array_of(b, (size_t)b->n_lane, sizeof *b->n_floor_kept, &fine);
  return fine;
}

static void fill_tolerances(rein_batch *b) {
  for (int s = 0; s < b->tape->n_state; s++)
    b->kernels->fill(b->plan->atol[s], rein_eval_row(b->eval, b->tape->atol_first + s), (size_t)b->n_lane);
}

static bool create_method(rein_batch *b, const rein_lu_plan *lu) {
  rein_method_problem *p = &b->problem;
  p->tape = b->tape, p->eval = b->eval, p->lu = lu, p->kernels = b->kernels;
  p->shape.n_row = b->tape->n_state, p->shape.n_lane = b->n_lane, p->shape.kernels = b->kernels;
  p->t0 = b->t0, p->span = b->span, p->time = b->time, p->bad = b->bad;
  p->rtol = b->plan->rtol, p->kind = b->alone ? REIN_METHOD_BDF : b->plan->method, p->alone = b->alone;
  fill_tolerances(b);
  p->atol = rein_eval_row(b->eval, b->tape->atol_first);
  b->method = rein_method_create(p);
  return b->method != NULL;
}

static bool create_history(rein_batch *b) {
  if (!b->tape->n_delay) return true;
  b->history = rein_history_create(b->tape, b->n_lane);
  rein_eval_set_hook(b->eval, rein_history_write, b->history);
  return b->history != NULL;
}

rein_batch *rein_batch_create(const rein_tape *tape, const rein_plan *plan, const rein_lu_plan *lu,
                              const rein_kernels *kernels, bool alone) {
  rein_batch *b = calloc(1, sizeof *b);
  if (!b) return NULL;
  b->tape = tape, b->plan = plan, b->kernels = kernels, b->alone = alone;
  b->n_lane = alone ? ALONE_LANES : plan->n_lane;
  b->eval = rein_eval_create(tape, b->n_lane, kernels);
  if (b->eval && create_history(b) && create_lanes(b) && create_rows(b) && create_lists(b) &&
      create_waiting(b) && create_method(b, lu))
    return b;
  rein_batch_destroy(b);
  return NULL;
}

void rein_batch_destroy(rein_batch *b) {
  if (!b) return;
  rein_method_destroy(b->method);
  rein_history_destroy(b->history);
  rein_eval_destroy(b->eval);
  rein_steady_destroy(b->steady);
  rein_rest_destroy(b->rest);
  for (int l = 0; b->lane && !b->alone && l < b->n_lane; l++) rein_lane_clear(&b->lane[l]);
  for (int i = 0; i < b->n_owned; i++) free(b->owned[i]);
  free(b->pending);
  free(b->pending_value);
  free(b);
}

/* ---- one batch ---- */

void rein_batch_fail(rein_batch *b, int l, rein_fail fail, double time, int state, double value) {
  rein_outcome *o = &b->outcome[l];
  o->status = REIN_LANE_FAILED;
  o->fail = fail, o->time = time, o->state = state, o->value = value;
  b->done[l] = true;
  b->problem.shape.live[l] = 0;
}

void rein_batch_no_memory(rein_batch *b, int l) {
  rein_batch_fail(b, l, REIN_FAIL_MEMORY, b->cur[l], -1, NAN);
  b->no_memory = true;
}

/* Everything that a batch before could have left is set anew. */
static void clear_lanes(rein_batch *b) {
  const size_t n_lane = (size_t)b->n_lane;
  for (int l = 0; l < b->n_lane; l++) {
    b->outcome[l] = (rein_outcome){.time = NAN, .state = -1, .param = -1, .value = NAN, .residual = NAN};
    b->done[l] = b->evicted[l] = b->arrived[l] = false;
    b->next_item[l] = 0, b->next_obs[l] = 0, b->n_strain[l] = b->n_still[l] = 0;
  }
  for (int i = 0; i < b->tape->n_input; i++)
    b->kernels->fill(0.0, rein_eval_row(b->eval, b->tape->input_first + i), n_lane);
  for (int i = 0; i < b->tape->n_mode; i++)
    b->kernels->fill(0.0, rein_eval_row(b->eval, b->tape->mode_first + i), n_lane);
  if (b->tape->n_held)
    b->kernels->fill(0.0, rein_eval_row(b->eval, b->tape->held_first + b->tape->n_held), n_lane);
  b->kernels->fill(NAN, b->safety_first, (size_t)b->tape->n_safety * n_lane);
  b->kernels->fill(0.0, b->safety_duration, (size_t)b->tape->n_safety * n_lane);
  b->kernels->fill(0.0, b->error_sum, (size_t)b->tape->n_state * n_lane);
  b->kernels->fill(0.0, b->problem.shape.live, n_lane);
  b->kernels->fill(0.0, b->bad, n_lane);
  b->n_pending = b->n_pending_value = 0;
  b->serial = 0;
  b->no_memory = b->no_dense = false;
  b->n_trial = 0;
  b->params_dirty = true;
  rein_eval_clear_counts(b->eval);
  rein_steady_clear(b);
}

/* A step longer than a delay would ask for values that it has not yet made. */
static void bound_by_delays(rein_batch *b) {
  double shortest = rein_history_shortest(b->history, b->eval, b->cur, b->y), length = 0;
  for (int l = 0; l < b->n_lane; l++)
    if (b->lane[l].t_end - b->cur[l] > length) length = b->lane[l].t_end - b->cur[l];
  if (shortest < MIN_DELAY * length) shortest = MIN_DELAY * length;
  if (isfinite(shortest) && (b->problem.max_step <= 0 || shortest < b->problem.max_step))
    b->problem.max_step = shortest;
}

/* What delayed values were during the step. */
static void keep_history(rein_batch *b, double tau_before, double tau) {
  double *low = b->tau_mid, *high = b->norm;
  for (int i = 0; i < REIN_HISTORY_NODES; i++) {
    double at = tau_before + (tau - tau_before) * i / (REIN_HISTORY_NODES - 1);
    for (int l = 0; l < b->n_lane; l++) b->time_program[l] = b->t0[l] + at * b->span[l];
    if (!rein_method_dense(b->method, at, b->y_dense)) {
      b->no_dense = true;
      return;
    }
    rein_history_sample(b->history, b->eval, i, b->time_program, b->y_dense);
  }
  for (int l = 0; l < b->n_lane; l++) {
    low[l] = b->t0[l] + tau_before * b->span[l];
    high[l] = b->t0[l] + tau * b->span[l];
  }
  if (rein_history_add(b->history, b->moving, low, high)) return;
  for (int l = 0; l < b->n_lane; l++)
    if (b->moving[l] != 0) rein_batch_no_memory(b, l);
}

static void check_initial(rein_batch *b) {
  for (int l = 0; l < b->n_lane; l++)
    for (int s = 0; s < b->tape->n_state && !b->done[l]; s++) {
      double value = rein_row_of(b->y, b, s)[l];
      if (isfinite(value)) continue;
      rein_batch_fail(b, l, REIN_FAIL_INITIAL, b->cur[l], s, value);
      b->outcome[l].origin =
          rein_eval_find_bad(b->eval, REIN_PROG_INITIAL, -1, l, b->cur, NULL, &b->outcome[l].value);
    }
}

/* States that lanes start from in place of the model's initial ones: their items are none of those to come.
 */
static void pass_initial_items(rein_batch *b) {
  for (int l = 0; l < b->n_lane; l++)
    for (size_t *i = &b->next_item[l];
         *i < b->lane[l].n_item && b->lane[l].item[*i].kind == REIN_ITEM_INITIAL;)
      ++*i;
}

static void take_initial_items(rein_batch *b) {
  for (int l = 0; l < b->n_lane; l++)
    for (size_t i = 0; i < b->next_item[l]; i++)
      rein_row_of(b->y, b, b->lane[l].item[i].target)[l] = b->lane[l].item[i].amount;
}

static void start_lanes(rein_batch *b) {
  const rein_tape *t = b->tape;
  for (int l = 0; l < b->n_lane; l++)
    b->cur[l] = b->t0[l] = b->target[l] = b->lane[l].t_start - t->settle, b->span[l] = 0,
    b->jump[l] = b->passed[l] = -INFINITY;
  if (b->history) rein_history_clear(b->history, b->cur);
  pass_initial_items(b);
  rein_batch_refresh(b);
  for (int i = 0; i < t->n_param; i++)
    memcpy(rein_row_of(b->param_start, b, i), rein_eval_row(b->eval, i), (size_t)b->n_lane * sizeof(double));
  if (t->n_observable) rein_eval_run(b->eval, REIN_PROG_NOISE, b->cur, NULL, b->noise);
  rein_eval_run(b->eval, REIN_PROG_INITIAL, b->cur, NULL, b->y);
  take_initial_items(b);
  if (!t->n_event) check_initial(b);
  b->problem.max_step = t->n_switch || t->n_delay ? b->plan->max_step : 0;
  if (b->history) bound_by_delays(b);
  if (t->n_event) rein_batch_start_triggers(b);
  if (t->n_safety) rein_batch_start_safety(b);
}

static rein_fail fail_of(rein_step answer) {
  switch (answer) {
  case REIN_STEP_RATES:
    return REIN_FAIL_RATES;
  case REIN_STEP_ERROR:
    return REIN_FAIL_STEP;
  case REIN_STEP_NEWTON:
    return REIN_FAIL_NEWTON;
  case REIN_STEP_SINGULAR:
    return REIN_FAIL_SINGULAR;
  default:
    return REIN_FAIL_METHOD;
  }
}

/* Takes a lane out for good. In company it will run alone later; alone it has failed, and the record says
 * where. */
static void evict(rein_batch *b, int l, rein_fail fail, double tau) {
  double time = b->t0[l] + tau * b->span[l];
  const double *y = rein_method_state(b->method);
  rein_batch_fail(b, l, fail, time, -1, NAN);
  rein_outcome *o = &b->outcome[l];
  if (fail == REIN_FAIL_RATES) {
    o->origin = rein_eval_find_bad(b->eval, REIN_PROG_RATES, -1, l, b->problem.bad_time, b->problem.bad_state,
                                   &o->value);
    for (int p = 0; p < b->tape->n_param && o->param < 0; p++)
      if (!isfinite(rein_eval_row(b->eval, p)[l])) o->param = p, o->value = rein_eval_row(b->eval, p)[l];
  }
  rein_method_error_norms(b->method, b->norm);
  double worst = -1; /* the state with the largest weighted local error */
  const double *error = rein_method_local_error(b->method);
  for (int s = 0; s < b->tape->n_state; s++) {
    size_t at = (size_t)s * (size_t)b->n_lane + (size_t)l;
    double weighted = fabs(error[at]) / (b->plan->rtol * fabs(y[at]) + b->plan->atol[s]);
    if (weighted > worst) worst = weighted, o->state = s;
  }
  if (!o->origin && o->state >= 0) o->value = y[(size_t)o->state * (size_t)b->n_lane + (size_t)l];
  b->evicted[l] = true;
}

/* Whether at least `least` lanes are moving. */
static bool are_live(const rein_batch *b, int least) {
  for (int l = 0; l < b->n_lane && least > 0; l++) least -= b->problem.shape.live[l] != 0;
  return least <= 0;
}

/* Rates may be bad because a comparison is held beyond its change: from now on these lanes use it as it is.
 * False where none had held any. */
static bool release_comparisons(rein_batch *b) {
  bool any = false;
  if (!b->tape->n_held) return false;
  double *live = rein_eval_row(b->eval, b->tape->held_first + b->tape->n_held);
  for (int l = 0; l < b->n_lane; l++) {
    if (b->problem.shape.live[l] == 0 || b->bad[l] == 0 || live[l] != 0) continue;
    live[l] = 1.0;
    any = true;
  }
  if (any) rein_eval_params(b->eval);
  return any;
}

/* After a failed step: the lanes to blame leave, the others go on. False when nothing can go on. */
static bool take_out_culprits(rein_batch *b, rein_step answer, double tau) {
  rein_fail fail = fail_of(answer);
  if (answer == REIN_STEP_BROKEN) {
    for (int l = 0; l < b->n_lane; l++)
      if (b->problem.shape.live[l] != 0) evict(b, l, fail, tau);
    return false;
  }
  bool any = false;
  if (answer == REIN_STEP_RATES && release_comparisons(b)) return true;
  if (answer == REIN_STEP_RATES)
    for (int l = 0; l < b->n_lane; l++)
      if (b->problem.shape.live[l] != 0 && b->bad[l] != 0) evict(b, l, fail, tau), any = true;
  if (!any) {
    int culprit = rein_method_blame(b->method, answer);
    if (culprit >= 0) evict(b, culprit, fail, tau);
  }
  return are_live(b, 1);
}

/* A lane that decides the error test in many successive failures leaves before the steps of all become tiny.
 */
static void watch_strain(rein_batch *b, int64_t n_error_fail, int64_t *last, double tau) {
  if (n_error_fail == *last || b->alone || !are_live(b, 2)) {
    if (n_error_fail == *last) memset(b->n_strain, 0, (size_t)b->n_lane * sizeof *b->n_strain);
    *last = n_error_fail;
    return;
  }
  *last = n_error_fail;
  rein_method_error_norms(b->method, b->norm);
  int worst = -1;
  for (int l = 0; l < b->n_lane; l++)
    if (b->problem.shape.live[l] != 0 && (worst < 0 || !(b->norm[l] <= b->norm[worst]))) worst = l;
  for (int l = 0; l < b->n_lane; l++) b->n_strain[l] = l == worst ? b->n_strain[l] + 1 : 0;
  if (worst >= 0 && b->n_strain[worst] >= EVICT_AFTER) evict(b, worst, REIN_FAIL_STEP, tau);
}

static void sum_errors(rein_batch *b) {
  b->kernels->add_abs(rein_method_local_error(b->method), b->problem.shape.live, b->error_sum,
                      b->tape->n_state, b->n_lane);
}

/* Outside a declared range of policy warning at the end of a step: counted, nothing is clipped. */
static void count_outside(rein_batch *b) {
  const double *y = rein_method_state(b->method);
  for (int i = 0; i < b->n_ranged; i++) {
    const int s = b->ranged[i];
    const double *row = y + (size_t)s * (size_t)b->n_lane;
    double low, high;
    if (b->tape->range_policy[s] != REIN_RANGE_WARNING) continue;
    rein_batch_range(b, s, &low, &high);
    if (!b->kernels->any_outside(row, low, high, b->problem.shape.live, b->n_lane)) continue; /* as a rule */
    for (int l = 0; l < b->n_lane; l++)
      b->outcome[l].n_range_warning += b->problem.shape.live[l] != 0 && !(row[l] >= low && row[l] <= high);
  }
}

/* What happened until a lane left a range has been recorded: there it ends. */
static void fail_leavers(rein_batch *b) {
  if (!b->n_leaves || !rein_batch_dense(b, b->tau_high, NULL, b->y_dense)) return;
  for (int l = 0; l < b->n_lane; l++) {
    const int s = b->leaves[l];
    if (s < 0) continue;
    rein_batch_fail(b, l, REIN_FAIL_RANGE, b->t0[l] + b->tau_high[l] * b->span[l], s,
                    rein_row_of(b->y_dense, b, s)[l]);
  }
}

bool rein_batch_dense(rein_batch *b, const double *tau, const double *mask, double *y) {
  /* Delayed values are looked up by all lanes' states. */
  if (rein_method_dense_lanes(b->method, tau, b->history ? NULL : mask, y)) return true;
  b->no_dense = true;
  return false;
}

void rein_batch_run_at(rein_batch *b, rein_prog prog, const double *tau, const double *y, double *out) {
  const size_t n_lane = (size_t)b->n_lane;
  if (rein_eval_reads_time(b->eval, prog)) {
    b->kernels->prod(tau, b->span, b->time_program, n_lane);
    b->kernels->linear_sum(1.0, b->t0, 1.0, b->time_program, b->time_program, n_lane);
  }
  rein_eval_run(b->eval, prog, b->time_program, y, out);
}

bool rein_batch_look(rein_batch *b, rein_prog prog, const double *tau, const double *mask, double *out) {
  if (!rein_batch_dense(b, tau, mask, b->y_dense)) return false;
  rein_eval_keep_counts(b->eval, b->n_floor_kept);
  rein_batch_run_at(b, prog, tau, b->y_dense, out);
  if (mask) rein_eval_drop_counts(b->eval, b->n_floor_kept, mask);
  return true;
}

/* Without dense output an observation, a switch or a signal may have been missed: whoever moved is run alone,
 * and where that happens alone it is a failure. */
static void leave_without_dense(rein_batch *b, double tau) {
  for (int l = 0; l < b->n_lane; l++)
    if (b->moving[l] != 0 && !b->done[l]) evict(b, l, REIN_FAIL_DENSE, tau), b->moving[l] = 0;
  b->no_dense = false;
}

/* Everything that follows a good step from tau_before to tau. */
static void after_step(rein_batch *b, double tau_before, double tau) {
  sum_errors(b);
  b->kernels->fill(tau, b->tau_high, (size_t)b->n_lane);
  memcpy(b->moving, b->problem.shape.live, (size_t)b->n_lane * sizeof *b->moving);
  if (b->history) keep_history(b, tau_before, tau);
  const int n_cut = b->tape->n_margin ? rein_batch_cut_step(b, tau_before, tau) : 0;
  if (b->tape->n_switch) rein_batch_park(b, tau_before, tau, n_cut);
  if (b->no_dense) leave_without_dense(b, tau);
  if (b->steady)
    for (int l = 0; l < b->n_lane; l++) /* nobody looks */
      if (rein_steady_is_on(b, l)) b->moving[l] = 0;
  if (b->n_ranged) rein_batch_find_leavers(b, tau_before, n_cut);
  rein_batch_observe_step(b, tau);
  if (b->tape->n_safety) rein_batch_watch_safety(b, tau_before, n_cut);
  if (b->n_ranged) count_outside(b), fail_leavers(b);
  rein_rest_count(b);
  if (b->no_dense) leave_without_dense(b, tau);
}

static void add_counts(rein_batch *b, const bool *moved, rein_method_counters c) {
  for (int l = 0; l < b->n_lane; l++) {
    if (!moved[l]) continue;
    rein_outcome *o = &b->outcome[l];
    o->n_step += c.n_step, o->n_rate += c.n_rate, o->n_jacobian += c.n_jacobian;
    o->n_error_fail += c.n_error_fail, o->n_newton_fail += c.n_newton_fail;
  }
}

/* Lanes still live at tau = 1 have arrived. */
static void arrive(rein_batch *b) {
  const double *y = rein_method_state(b->method);
  b->kernels->blend(b->problem.shape.live, y, b->y, b->tape->n_state, b->n_lane);
  for (int l = 0; l < b->n_lane; l++)
    if (b->problem.shape.live[l] != 0) b->cur[l] = b->target[l], b->arrived[l] = true, b->n_still[l] = 0;
}

/* A trial that took too long is over; the lanes' counts say how far it came. */
static bool end_trial(rein_batch *b) {
  if (b->plan->trial_steps == 0 || ++b->n_trial <= b->plan->trial_steps) return false;
  for (int l = 0; l < b->n_lane; l++)
    if (!b->done[l]) rein_batch_fail(b, l, REIN_FAIL_MAX_STEPS, b->cur[l], -1, NAN);
  return true;
}

/* From tau = 0 to 1 for all live lanes. */
static void pass(rein_batch *b) {
  double tau = 0;
  int64_t n_step = 0, n_error_fail = 0;
  for (int l = 0; l < b->n_lane; l++) b->arrived[l] = b->problem.shape.live[l] != 0; /* moved in this pass */
  bool going = rein_method_start(b->method, b->y) == REIN_STEP_OK;
  if (!going) take_out_culprits(b, REIN_STEP_BROKEN, 0);
  while (going && tau < 1 && are_live(b, 1)) {
    double before = tau;
    rein_step answer = rein_method_advance(b->method, &tau);
    if (answer == REIN_STEP_OK) {
      after_step(b, before, tau);
      watch_strain(b, rein_method_count(b->method).n_error_fail, &n_error_fail, tau);
      if (end_trial(b) || ++n_step < b->plan->max_steps) continue;
      int culprit = rein_method_blame(b->method, REIN_STEP_ERROR);
      if (culprit >= 0) evict(b, culprit, REIN_FAIL_MAX_STEPS, tau);
      n_step = 0;
    } else {
      going = take_out_culprits(b, answer, tau);
      if (going && tau == 0) going = rein_method_start(b->method, b->y) == REIN_STEP_OK;
    }
  }
  add_counts(b, b->arrived, rein_method_count(b->method));
  memset(b->arrived, 0, (size_t)b->n_lane * sizeof *b->arrived);
  arrive(b);
}

static void integrate(rein_batch *b) {
  start_lanes(b);
  rein_batch_start_observing(b);
  int n_live = rein_batch_settle(b);
  if (b->tape->n_event) check_initial(b); /* an event at the start may have set what had no value */
  for (; n_live > 0; n_live = rein_batch_settle(b)) pass(b);
  rein_batch_end_observing(b);
  const int64_t *n_pow_floor = rein_eval_n_pow_floor(b->eval);
  for (int l = 0; l < b->n_lane; l++) b->outcome[l].n_pow_floor = n_pow_floor[l];
}

rein_status rein_batch_run(rein_batch *b, int64_t i_batch) {
  for (int l = 0; l < b->n_lane; l++) rein_lane_empty(&b->lane[l]);
  clear_lanes(b);
  rein_status status = b->plan->fill(b->plan->context, i_batch, b->eval, b->lane);
  if (status == REIN_OK) integrate(b);
  return b->no_memory ? REIN_ERR_MEMORY : status;
}

/* Copies column `from_lane` of (n_row x n_lane) rows to column `to_lane` of other rows. */
static void copy_column(const double *from, int from_stride, int from_lane, double *to, int to_stride,
                        int to_lane, int n_row) {
  for (int r = 0; r < n_row; r++)
    to[(size_t)r * (size_t)to_stride + (size_t)to_lane] =
        from[(size_t)r * (size_t)from_stride + (size_t)from_lane];
}

void rein_batch_run_alone(rein_batch *alone, rein_batch *b, int l) {
  const rein_tape *t = b->tape;
  rein_outcome why = b->outcome[l];
  clear_lanes(alone);
  if (b->lane[l].n_ruling > 0) { /* what it had decided in company counts for nothing */
    b->lane[l].n_ruling = 0;
    if (b->plan->decide(b->plan->context, &b->lane[l], -1, NULL, NULL, 0) != REIN_OK) {
      alone->no_memory = true;
      return;
    }
  }
  for (int i = 0; i < alone->n_lane; i++) alone->lane[i] = b->lane[l], alone->done[i] = i > 0;
  for (int p = 0; p < t->n_param; p++)
    alone->kernels->fill(rein_row_of(b->param_start, b, p)[l], rein_eval_row(alone->eval, p),
                         (size_t)alone->n_lane);
  integrate(alone);
  b->lane[l] = alone->lane[0]; /* decisions have changed its lists */
  int n = b->n_lane, m = alone->n_lane, n_out = b->plan->n_obs * b->plan->n_keep;
  copy_column(alone->out, m, 0, b->out, n, l, n_out);
  copy_column(alone->error, m, 0, b->error, n, l, n_out);
  copy_column(alone->safety_first, m, 0, b->safety_first, n, l, t->n_safety);
  copy_column(alone->safety_duration, m, 0, b->safety_duration, n, l, t->n_safety);
  b->outcome[l] = alone->outcome[0];
  if (alone->outcome[0].status == REIN_LANE_FAILED) return;
  b->outcome[l].status = REIN_LANE_ALONE; /* and why, for the record */
  b->outcome[l].fail = why.fail, b->outcome[l].time = why.time, b->outcome[l].state = why.state;
  b->outcome[l].origin = why.origin, b->outcome[l].value = why.value, b->outcome[l].param = why.param;
}
