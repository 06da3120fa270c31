/* One batch's result into its part: copied, measured, compared.
 *
 * Invariant: what is written for a member depends on its batch's result, the scenario and the individual's
 * number only; several threads may take different batches into one part, since each member is real in one
 * batch only. */
#include "src/record/record.h"
#include "src/scenario/assay.h"
#include "src/scenario/delivered.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>

static int32_t as_int(int64_t n) {
  return n > INT32_MAX ? INT32_MAX : (int32_t)n;
}

/* Row of (individual, arm) arrays. */
static int64_t member_row(const rein_part *part, const rein_lane_plan *lane) {
  const int64_t i = lane->individual - part->first_individual;
  assert(i >= 0 && i < part->n[REIN_AXIS_INDIVIDUAL] && lane->arm >= 0 && lane->arm < part->n[REIN_AXIS_ARM]);
  return i * part->n[REIN_AXIS_ARM] + lane->arm;
}

static void take_values(rein_part *part, const rein_batch_result *r, int i_lane, int64_t m) {
  const int64_t n_time = part->n[REIN_AXIS_TIME], n_quantity = part->n[REIN_AXIS_QUANTITY];
  const int n_obs = r->lane[i_lane].n_obs;
  for (int64_t t = 0; t < n_time && t < n_obs; t++) {
    for (int64_t q = 0; q < n_quantity; q++) {
      const int64_t to = (m * n_time + t) * n_quantity + q, from = (t * n_quantity + q) * r->n_lane + i_lane;
      part->latent[to] = r->out[from];
      part->solver_error[to] = (float)r->error[from];
    }
  }
}

static void take_outcome(rein_part *part, const rein_batch_result *r, int i_lane, int64_t m) {
  const rein_outcome *o = &r->outcome[i_lane];
  const rein_tape *tape = part->layout->tape;
  const int64_t n_safety = part->n[REIN_AXIS_SAFETY];
  for (int64_t s = 0; s < n_safety - part->layout->n_dose_signal; s++) {
    part->safety_first[m * n_safety + s] = r->safety_first[s * r->n_lane + i_lane];
    /* How long it would have been true in all is not known of a member that failed. */
    if (o->status != REIN_LANE_FAILED)
      part->safety_duration[m * n_safety + s] = r->safety_duration[s * r->n_lane + i_lane];
  }
  part->status[m] = (int8_t)o->status;
  part->fail_reason[m] = (int8_t)o->fail;
  if (o->fail != REIN_FAIL_NONE) {
    part->fail_time[m] = o->time;
    part->fail_value[m] = o->value;
    part->fail_state[m] = o->state;
    part->fail_origin[m] = o->origin ? (int32_t)(o->origin - tape->origin) : -1;
  }
  part->rest_residual[m] = o->residual;
  part->n_step[m] = as_int(o->n_step);
  part->n_rate[m] = as_int(o->n_rate);
  part->n_jacobian[m] = as_int(o->n_jacobian);
  part->n_error_fail[m] = as_int(o->n_error_fail);
  part->n_newton_fail[m] = as_int(o->n_newton_fail);
  part->n_event[m] = as_int(o->n_event);
  part->n_pow_floor[m] = as_int(o->n_pow_floor);
  part->n_range_warning[m] = as_int(o->n_range_warning);
}

static void take_doses(rein_part *part, const rein_lane_plan *lane, int64_t m) {
  const rein_scenario *s = part->layout->scenario;
  const int64_t n_horizon = part->n[REIN_AXIS_HORIZON], n_action = part->n[REIN_AXIS_ACTION];
  for (int64_t h = 0; h < n_horizon; h++) {
    const double before = s->time[s->horizon[h].i_before], after = s->time[s->horizon[h].i_after];
    double *prescribed = part->prescribed + (m * n_horizon + h) * n_action;
    double *delivered = part->delivered + (m * n_horizon + h) * n_action;
    double *reported = part->reported + (m * n_horizon + h) * n_action;
    for (int64_t c = 0; c < n_action; c++) prescribed[c] = delivered[c] = reported[c] = 0;
    for (size_t d = 0; d < lane->n_dose; d++) {
      const rein_dose *dose = &lane->dose[d];
      const bool was_due = rein_scenario_is_within(s, dose->time_prescribed, before, after);
      const bool missed = isnan(dose->time_delivered);
      const bool was_given = dose->time_delivered == dose->time_prescribed
                                 ? was_due
                                 : !missed && rein_scenario_is_within(s, dose->time_delivered, before, after);
      if (was_due) prescribed[dose->action] += dose->prescribed;
      if (was_given) delivered[dose->action] += dose->delivered;
      /* A dose that was not taken is told for the time it was to be taken. */
      if (missed ? was_due : was_given) reported[dose->action] += dose->reported;
    }
  }
}

/* Between one measurement and the next, so that the rows within a horizon add up to what take_doses has. */
static void take_steps(rein_part *part, const rein_lane_plan *lane, int64_t m) {
  const rein_scenario *s = part->layout->scenario;
  const int64_t n_time = part->n[REIN_AXIS_TIME], n_action = part->n[REIN_AXIS_ACTION];
  double *since = part->delivered_since + m * n_time * n_action;
  for (int64_t i = 0; i < n_time * n_action; i++) since[i] = 0;
  for (size_t d = 0; d < lane->n_dose; d++) {
    const double time = lane->dose[d].time_delivered;
    int64_t t = 0, above = n_time; /* the first measurement that comes after the dose is in t .. above */
    while (t < above) {
      const int64_t middle = (t + above) / 2;
      if (rein_scenario_is_within(s, time, -INFINITY, s->time[middle]))
        above = middle;
      else
        t = middle + 1;
    }
    if (t < n_time) since[t * n_action + lane->dose[d].action] += lane->dose[d].delivered;
  }
}

/* A parameter that is set as one follows a lane's items; of one that moves along a ramp what it moves to: so
 * much of the person's own value, and so much beside it. */
typedef struct {
  int target, kept, forced; /* target, or the other two; -1 */
  double own, value, share;
} setting;

static void apply(setting *s, const rein_item *item) {
  if (item->kind != REIN_ITEM_PARAM) return;
  if (item->target == s->target) s->value = item->amount;
  if (item->target == s->kept) s->share = item->amount;
  if (item->target == s->forced) s->value = item->amount;
}

/* Mean over each step of what is in force, in the action's unit; an action at the instant of a measurement
 * belongs to the step after it. */
static void follow_setting(const rein_lane_plan *lane, const double *time, int64_t n_time, setting s,
                           double factor, double *out, int64_t stride) {
  size_t i = 0;
  for (int64_t t = 1; t < n_time; t++) {
    double sum = 0, at = time[t - 1];
    for (; i < lane->n_item && lane->item[i].time <= at; i++) apply(&s, &lane->item[i]);
    for (; i < lane->n_item && lane->item[i].time < time[t]; i++) {
      sum += (s.share * s.own + s.value) * (lane->item[i].time - at);
      at = lane->item[i].time;
      apply(&s, &lane->item[i]);
    }
    sum += (s.share * s.own + s.value) * (time[t] - at);
    out[t * stride] = sum / (time[t] - time[t - 1]) / factor;
  }
}

static void take_in_force(rein_part *part, const rein_batch_result *r, int i_lane, int64_t m) {
  const rein_layout *layout = part->layout;
  const rein_scenario *s = layout->scenario;
  const int64_t n_time = part->n[REIN_AXIS_TIME], n_action = part->n[REIN_AXIS_ACTION];
  for (int64_t c = 0; c < n_action; c++) {
    const rein_action *a = &s->model->action[c];
    if (a->param < 0 || layout->tape->action_state[c] >= 0) continue;
    const double own = r->param[(int64_t)a->param * r->n_lane + i_lane];
    setting at = {.target = a->param, .kept = -1, .forced = -1, .value = own};
    if (a->ramp)
      at = (setting){
          .target = -1, .kept = a->ramp->kept[1], .forced = a->ramp->forced[1], .own = own, .share = 1.0};
    follow_setting(&r->lane[i_lane], s->time, n_time, at, a->factor,
                   part->in_force + m * n_time * n_action + c, n_action);
  }
}

/* Signals about doses, behind those of the model. False when memory is out. */
static bool take_dose_signals(rein_part *part, const rein_batch_result *r, int i_lane, int64_t m) {
  const rein_layout *layout = part->layout;
  const int n = layout->n_dose_signal;
  if (n == 0 || r->lane[i_lane].n_dose == 0) return true;
  rein_delivered *first = malloc((size_t)n * sizeof *first);
  const bool good = first && rein_delivered_find_outside(layout->scenario->model, layout->dose_signal, n,
                                                         &r->lane[i_lane], &r->outcome[i_lane], first);
  double *to = part->safety_first + (m + 1) * part->n[REIN_AXIS_SAFETY] - n;
  for (int k = 0; k < n && good; k++) to[k] = first[k].time;
  free(first);
  return good;
}

/* ---- decisions on measurements ---- */

/* What became of the arm's lines, of a member that failed until then. */
static void take_decisions(rein_part *part, const rein_batch_result *r, int i_lane, int64_t m) {
  const rein_lane_plan *lane = &r->lane[i_lane];
  const rein_outcome *o = &r->outcome[i_lane];
  const rein_arm *arm = &part->layout->scenario->arm[lane->arm];
  const double end = o->status == REIN_LANE_FAILED ? o->time : lane->t_end;
  const int64_t n_line = part->n[REIN_AXIS_LINE], first = m * n_line;
  double last = -INFINITY;
  for (int64_t l = 0; l < n_line; l++)
    if (arm->decides[l]) part->line_state[first + l] = REIN_LINE_GIVEN, part->line_changes[first + l] = 0;
  for (size_t i = 0; i < lane->n_ruling && n_line > 0; i++) {
    const rein_ruling *now = &lane->ruling[i];
    const int64_t at = first + now->decided;
    part->line_state[at] = now->stopped ? REIN_LINE_STOPPED : now->given ? REIN_LINE_GIVEN : REIN_LINE_HELD;
    part->line_changes[at]++;
    part->line_changed[at] = now->time;
    part->line_rule[at] = now->rule;
  }
  for (int64_t l = 0; l < n_line; l++, last = -INFINITY) {
    for (size_t d = 0; d < lane->n_dose; d++) {
      const rein_dose *dose = &lane->dose[d];
      if (dose->decided != l || dose->time_prescribed > end || dose->time_prescribed < last) continue;
      part->line_amount[first + l] = dose->prescribed;
      last = dose->time_prescribed;
    }
  }
}

int8_t rein_record_direction(const rein_observable *o, double change, double before) {
  const double smallest =
      o->smallest_change_relative ? o->smallest_change * fabs(before) : o->smallest_change;
  if (isnan(smallest) || isnan(change)) return REIN_MISSING_BYTE;
  return change >= smallest && change > 0 ? 1 : -change >= smallest && change < 0 ? -1 : 0;
}

/* The lane of the same individual under the reference arm: in this batch for every arm that has one, though
 * perhaps as a copy that another batch delivers. -1 for none. */
static int reference_lane(const rein_batch_result *r, int i_lane, int reference) {
  for (int l = 0; l < r->n_lane && reference >= 0; l++) {
    if (r->lane[l].individual == r->lane[i_lane].individual && r->lane[l].arm == reference) return l;
  }
  return -1;
}

/* Change, effect and direction of one member, whose values have been copied. */
static void compare(rein_part *part, const rein_batch_result *r, int i_lane, int64_t m) {
  const rein_layout *layout = part->layout;
  const rein_scenario *s = layout->scenario;
  const int64_t n_horizon = part->n[REIN_AXIS_HORIZON], n_quantity = part->n[REIN_AXIS_QUANTITY];
  const int64_t n_observable = part->n[REIN_AXIS_OBSERVABLE];
  const double *own = part->latent + m * part->n[REIN_AXIS_TIME] * n_quantity;
  const int without = reference_lane(r, i_lane, s->arm[r->lane[i_lane].arm].reference);
  for (int64_t h = 0; h < n_horizon; h++) {
    const double *before = own + s->horizon[h].i_before * n_quantity;
    const int64_t i_after = s->horizon[h].i_after;
    double *change = part->change + (m * n_horizon + h) * n_quantity;
    double *effect = part->effect + (m * n_horizon + h) * n_quantity;
    for (int64_t q = 0; q < n_quantity; q++) {
      const double after = own[i_after * n_quantity + q];
      change[q] = after - before[q];
      if (without >= 0) effect[q] = after - r->out[(i_after * n_quantity + q) * r->n_lane + without];
    }
    for (int64_t o = 0; o < n_observable; o++) {
      const rein_kept_observable *kept = &layout->observable[o];
      part->direction[(m * n_horizon + h) * n_observable + o] = rein_record_direction(
          &s->model->observable[kept->i_observable], change[kept->i_quantity], before[kept->i_quantity]);
    }
  }
}

#define DRAWS 64 /* measurement times handled at once */

/* Measured values of one observable of one member at the times [first, first + n). z1, z2 (n): the
 * individual's draws. */
static void measure_member(rein_part *part, const rein_batch_result *r, int i_lane, int64_t o, int64_t first,
                           int64_t n, const double *z1, const double *z2) {
  const rein_kept_observable *kept = &part->layout->observable[o];
  const rein_observable *observable = &part->layout->scenario->model->observable[kept->i_observable];
  const int64_t n_time = part->n[REIN_AXIS_TIME], n_quantity = part->n[REIN_AXIS_QUANTITY];
  const int64_t n_observable = part->n[REIN_AXIS_OBSERVABLE], m = member_row(part, &r->lane[i_lane]);
  const double sd = r->noise[(2 * kept->i_observable) * r->n_lane + i_lane];
  const double cv = r->noise[(2 * kept->i_observable + 1) * r->n_lane + i_lane];
  for (int64_t t = first; t < first + n; t++) {
    const int64_t at = (m * n_time + t) * n_observable + o;
    const double latent = part->latent[(m * n_time + t) * n_quantity + kept->i_quantity];
    const rein_measurement got = rein_measure(observable, latent, sd, cv, z1[t - first], z2[t - first]);
    part->measured[at] = got.value;
    part->measured_sd[at] = (float)got.sd;
    part->measured_flag[at] = (int8_t)got.flag;
  }
}

/* Measures all arms of one individual with the same draws. */
static void measure_individual(rein_part *part, const rein_batch_result *r, int64_t individual) {
  const rein_scenario *s = part->layout->scenario;
  const int64_t n_time = part->n[REIN_AXIS_TIME];
  double z1[DRAWS], z2[DRAWS];
  for (int64_t o = 0; o < part->n[REIN_AXIS_OBSERVABLE]; o++) {
    const rein_kept_observable *kept = &part->layout->observable[o];
    const rein_noise_kind kind = s->model->observable[kept->i_observable].noise;
    for (int64_t first = 0; first < n_time; first += DRAWS) {
      const int64_t n = n_time - first < DRAWS ? n_time - first : DRAWS;
      for (int64_t t = 0; t < n; t++) {
        const uint64_t i = (uint64_t)individual, number = (uint64_t)(first + t);
        z1[t] =
            kind == REIN_NOISE_NONE ? 0 : rein_draw_normal(s->seed, REIN_DRAW_NOISE, i, kept->key, number);
        z2[t] = kind != REIN_NOISE_COMBINED
                    ? 0
                    : rein_draw_normal(s->seed, REIN_DRAW_NOISE_2, i, kept->key, number);
      }
      for (int l = 0; l < r->n_lane; l++) {
        if (r->lane[l].real && r->lane[l].individual == individual)
          measure_member(part, r, l, o, first, n, z1, z2);
      }
    }
  }
}

bool rein_part_take(rein_part *part, const rein_batch_result *result, int64_t n[3]) {
  const rein_layout *layout = part->layout;
  n[0] = n[1] = n[2] = 0;
  for (int l = 0; l < result->n_lane; l++) {
    const rein_lane_plan *lane = &result->lane[l];
    if (!lane->real) continue;
    const int64_t m = member_row(part, lane), n_param = part->n[REIN_AXIS_PARAMETER];
    take_values(part, result, l, m);
    take_outcome(part, result, l, m);
    take_doses(part, lane, m);
    take_steps(part, lane, m);
    take_in_force(part, result, l, m);
    if (!take_dose_signals(part, result, l, m)) return false;
    take_decisions(part, result, l, m);
    compare(part, result, l, m);
    for (int64_t p = 0; p < n_param; p++)
      part->parameter_value[m * n_param + p] = result->param[p * result->n_lane + l];
    n[result->outcome[l].status]++;
  }
  const int64_t first = result->i_batch / layout->n_chunk * layout->individuals_per_batch;
  const int64_t end = part->first_individual + part->n[REIN_AXIS_INDIVIDUAL];
  for (int64_t i = first; i < first + layout->individuals_per_batch && i < end; i++)
    measure_individual(part, result, i);
  return true;
}
