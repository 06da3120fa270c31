/* What happens to lanes between passes: observe, act, fire events, find the next target; see batch.h. */
#include <math.h>
#include <string.h>

#include "solver/rest.h"

#define SAME_TIME 1e-13 /* relative distance below which a parked lane has reached its target */

/* ---- targets and modes ---- */

/* The next instant at which something is known to happen to the lane. */
static double next_target(const rein_batch *b, int l) {
  const rein_lane_plan *lane = &b->lane[l];
  if (rein_steady_is_on(b, l)) return rein_steady_target(b, l);
  double target = b->cur[l] < lane->t_start ? lane->t_start : lane->t_end;
  if (b->cur[l] < b->jump[l] + b->tape->settle && b->jump[l] + b->tape->settle < target)
    target = b->jump[l] + b->tape->settle; /* a short segment: its smallest step is short, too */
  if (b->next_item[l] < lane->n_item && lane->item[b->next_item[l]].time < target)
    target = lane->item[b->next_item[l]].time;
  if (b->n_pending) {
    double pending = rein_batch_next_pending(b, l);
    if (pending > b->cur[l] && pending < target)
      target = pending; /* what is due now happens before time goes on */
  }
  for (int m = 0; m < b->tape->n_mode; m++) {
    double g0 = b->stops[(size_t)(2 * m) * (size_t)b->n_lane + (size_t)l];
    double slope = b->stops[(size_t)(2 * m + 1) * (size_t)b->n_lane + (size_t)l];
    double stop = -g0 / slope;
    if (stop > b->cur[l] && stop < target && stop - b->cur[l] > SAME_TIME * fabs(stop)) target = stop;
  }
  if (b->history) {
    const double stop = rein_history_next(b->history, l, b->cur[l]);
    if (stop < target) target = stop;
  }
  return target;
}

/* g of a mode where the lane stands: exactly 0 at its stop. */
static double gap_here(double g0, double slope, double now) {
  return slope != 0 && fabs(now + g0 / slope) <= SAME_TIME * fabs(now) ? 0 : g0 + slope * now;
}

/* Whether the lane has been behind this instant: one parked again there does not go back. */
static bool is_behind(const rein_batch *b, int l) {
  return b->cur[l] - b->passed[l] <= SAME_TIME * fabs(b->cur[l]);
}

/* A comparison that only time switches is constant between stops: its value in the middle of the coming
 * segment, or where the lane stands. */
static bool set_modes(rein_batch *b) {
  bool changed = false;
  for (int m = 0; m < b->tape->n_mode; m++) {
    const double *g0 = rein_row_of(b->stops, b, 2 * m), *slope = rein_row_of(b->stops, b, 2 * m + 1);
    double *mode = rein_eval_row(b->eval, b->tape->mode_first + m);
    for (int l = 0; l < b->n_lane; l++) {
      const double middle = b->cur[l] + 0.5 * (b->target[l] - b->cur[l]);
      const bool here = (b->at_instant && !is_behind(b, l)) || b->target[l] <= b->cur[l];
      const double gap = here ? gap_here(g0[l], slope[l], b->cur[l]) : g0[l] + slope[l] * middle;
      double now = rein_eval_holds(gap, b->tape->mode_op[m]) ? 1.0 : 0.0;
      changed |= now != mode[l];
      mode[l] = now;
    }
  }
  return changed;
}

void rein_batch_refresh(rein_batch *b) {
  if (b->params_dirty) {
    rein_eval_params(b->eval);
    if (b->tape->n_mode) rein_eval_run(b->eval, REIN_PROG_STOPS, b->cur, NULL, b->stops);
    b->params_dirty = false;
  }
  for (int l = 0; l < b->n_lane; l++)
    if (!b->done[l]) b->target[l] = next_target(b, l);
  if (b->tape->n_mode && set_modes(b)) rein_eval_params(b->eval);
}

/* ---- actions ---- */

/* All states of the lane to their initial values, by the parameters as they are now. */
static void reset_lane(rein_batch *b, int l) {
  rein_eval_params(b->eval);
  rein_eval_run(b->eval, REIN_PROG_INITIAL, b->cur, NULL, b->initial);
  for (int s = 0; s < b->tape->n_state; s++) rein_row_of(b->y, b, s)[l] = rein_row_of(b->initial, b, s)[l];
  for (int i = 0; i < b->tape->n_input; i++) rein_eval_row(b->eval, b->tape->input_first + i)[l] = 0;
}

static void apply_item(rein_batch *b, int l, const rein_item *item) {
  const rein_tape *t = b->tape;
  switch ((rein_item_kind)item->kind) {
  case REIN_ITEM_ADD:
    rein_row_of(b->y, b, item->target)[l] += item->amount;
    return;
  case REIN_ITEM_SET:
    rein_row_of(b->y, b, item->target)[l] = item->amount;
    return;
  case REIN_ITEM_MULTIPLY:
    rein_row_of(b->y, b, item->target)[l] *= item->amount;
    return;
  case REIN_ITEM_PARAM:
    rein_eval_row(b->eval, item->target)[l] = item->amount;
    break;
  case REIN_ITEM_INPUT_ADD:
    rein_eval_row(b->eval, t->input_first + item->target)[l] += item->amount;
    break;
  case REIN_ITEM_INPUT_SET:
    rein_eval_row(b->eval, t->input_first + item->target)[l] = item->amount;
    break;
  case REIN_ITEM_RESET:
    reset_lane(b, l);
    break;
  case REIN_ITEM_STEADY:
    rein_steady_begin(b, l, &b->lane[l].steady[item->target]);
    break;
  case REIN_ITEM_FAIL:
    rein_batch_fail(b, l, REIN_FAIL_DOSE, b->cur[l], -1, item->amount);
    if (item->target >= 0) b->outcome[l].origin = &t->origin[item->target];
    return;
  case REIN_ITEM_INITIAL: /* start_lanes has taken it */
  case REIN_ITEM_DECIDE:  /* taken by decide() */
  case REIN_N_ITEM:
    break;
  }
  b->params_dirty = true;
}

static bool item_due(const rein_batch *b, int l) {
  const rein_lane_plan *lane = &b->lane[l];
  return !rein_steady_is_on(b, l) && b->next_item[l] < lane->n_item &&
         lane->item[b->next_item[l]].time <= b->cur[l];
}

static bool decision_due(const rein_batch *b, int l) {
  return !b->done[l] && item_due(b, l) && b->lane[l].item[b->next_item[l]].kind == REIN_ITEM_DECIDE;
}

/* One decision of a lane, by what its outputs are; its items are others afterwards. */
static void decide_lane(rein_batch *b, int l) {
  rein_lane_plan *lane = &b->lane[l];
  const int i_decision = lane->item[b->next_item[l]].target;
  if (b->plan->decide(b->plan->context, lane, i_decision, b->output + l, b->noise + l, b->n_lane) !=
      REIN_OK) {
    rein_batch_no_memory(b, l);
    return;
  }
  size_t at = 0;
  while (at < lane->n_item &&
         (lane->item[at].kind != REIN_ITEM_DECIDE || lane->item[at].target != i_decision))
    at++;
  b->next_item[l] = at + 1;
}

/* All decisions that are due: they stand before the other items of their instant. */
static void decide(rein_batch *b) {
  bool any = false;
  for (int l = 0; l < b->n_lane; l++) any |= decision_due(b, l);
  if (!any) return;
  if (b->params_dirty) rein_eval_params(b->eval);
  rein_eval_run(b->eval, REIN_PROG_OUTPUT, b->cur, b->y, b->output);
  for (int l = 0; l < b->n_lane; l++)
    while (decision_due(b, l)) decide_lane(b, l);
}

static void act(rein_batch *b) {
  for (int l = 0; l < b->n_lane; l++)
    while (!b->done[l] && item_due(b, l)) apply_item(b, l, &b->lane[l].item[b->next_item[l]++]);
}

/* ---- observations at the instant itself ---- */

static bool observation_due(const rein_batch *b, int l) {
  return !rein_steady_is_on(b, l) && !rein_rest_is_pending(b, l) && b->next_obs[l] < b->lane[l].n_obs &&
         b->lane[l].obs[b->next_obs[l]] <= b->cur[l];
}

/* Delivers what is due at the lanes' present time; before_action: only where an action is due as well. */
static void observe_now(rein_batch *b, bool before_action) {
  for (;;) {
    bool any = false;
    for (int l = 0; l < b->n_lane; l++) {
      bool due = !b->done[l] && observation_due(b, l) && (!before_action || item_due(b, l));
      b->mask[l] = due ? 1.0 : 0.0;
      any |= due;
    }
    if (!any) return;
    rein_batch_observe(b, b->mask, b->cur, b->y);
  }
}

/* ---- the whole ---- */

static int set_live(rein_batch *b) {
  int n = 0;
  for (int l = 0; l < b->n_lane; l++) {
    if (!b->done[l] && b->cur[l] >= b->lane[l].t_end && !rein_steady_is_on(b, l)) b->done[l] = true;
    bool live = !b->done[l];
    b->t0[l] = b->cur[l];
    b->span[l] = live ? b->target[l] - b->cur[l] : 0;
    b->problem.shape.live[l] = live ? 1.0 : 0.0;
    n += live;
  }
  b->n_live = n;
  return n;
}

/* Whether what is due may change more than states: observations that wait are of the parameters, inputs and
 * modes as they were. */
static bool changes_parameters(const rein_batch *b) {
  if (b->tape->n_event || b->tape->n_mode || b->steady || b->rest) return true;
  for (int l = 0; l < b->n_lane; l++) {
    const rein_lane_plan *lane = &b->lane[l];
    if (b->done[l]) continue;
    for (size_t i = b->next_item[l]; i < lane->n_item && lane->item[i].time <= b->cur[l]; i++) {
      const int kind = lane->item[i].kind;
      if (kind != REIN_ITEM_ADD && kind != REIN_ITEM_SET && kind != REIN_ITEM_MULTIPLY) return true;
    }
  }
  return false;
}

/* A lane parked within rounding of its target is there. */
static void snap(rein_batch *b) {
  for (int l = 0; l < b->n_lane; l++)
    if (!b->done[l] && b->cur[l] < b->target[l] && b->target[l] - b->cur[l] <= SAME_TIME * fabs(b->target[l]))
      b->cur[l] = b->target[l];
}

/* Executes what is due, one after the other, by the modes as they are chosen now. */
static void fire_events(rein_batch *b) {
  rein_batch_refresh(b);
  bool any = false;
  for (; b->tape->n_event && rein_batch_fire(b); any = true) rein_batch_refresh(b);
  rein_batch_refresh(b); /* an event that waits is a target, too */
  if (!b->history || (!b->at_instant && !any)) return;
  rein_history_arrive(b->history, b->eval, b->cur, b->y, b->done);
  rein_batch_refresh(b);
}

/* Where an action is due, what is observed and decided upon is the state that comes to the instant. Its own
 * events at a time are part of it, as they are of the arm that acts otherwise. */
static void observe_first(rein_batch *b) {
  bool due = false;
  for (int l = 0; l < b->n_lane && b->tape->n_event; l++) due |= !b->done[l] && item_due(b, l);
  b->at_instant = due;
  if (due) fire_events(b);
  observe_now(b, true);
}

/* The switches as they are where the lanes stand; the rates of the coming segment hold them. */
static void hold_switches(rein_batch *b) {
  const rein_tape *t = b->tape;
  bool changed = false;
  rein_eval_run(b->eval, REIN_PROG_SWITCH, b->cur, b->y, b->switch_ref);
  for (int i = 0; i < t->n_held; i++) {
    const double *now = rein_row_of(b->switch_ref, b, t->held_switch[i]);
    double *held = rein_eval_row(b->eval, t->held_first + i);
    for (int l = 0; l < b->n_lane; l++) changed |= held[l] != now[l], held[l] = now[l];
  }
  if (changed) rein_eval_params(b->eval);
}

/* What holds at an instant comes before what holds right behind it: `time >= T` and `time == T` fire at T and
 * are seen by an observation then, `time > T` fires behind it. */
int rein_batch_settle(rein_batch *b) {
  snap(b);
  if (changes_parameters(b)) rein_batch_flush(b);
  if (b->history) rein_history_segment(b->history, NULL);
  rein_steady_move(b);
  if (!b->plan->act_first) observe_first(b);
  decide(b);
  act(b);
  b->at_instant = true;
  fire_events(b);
  observe_now(b, false);
  b->at_instant = false;
  if (b->tape->n_mode) {
    fire_events(b);
    memcpy(b->passed, b->cur, (size_t)b->n_lane * sizeof *b->passed);
  }
  int n = set_live(b);
  if (b->history) rein_history_segment(b->history, b->target);
  if (n && b->tape->n_switch) hold_switches(b);
  if (n) rein_batch_start_margins(b);
  if (b->tape->n_safety) rein_batch_start_safety(b);
  return n;
}
