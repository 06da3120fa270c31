#include "src/scenario/timeline.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "src/scenario/draw.h"
#include "src/scenario/spans.h"

#define MAX_ON_THE_WAY 1000000 /* doses before a steady state that have not ended */

typedef struct {
  rein_timeline *timeline;
  const rein_timeline_lane *about;
  rein_lane_plan *lane;
  int i_course;
  const rein_course *course;
  bool left_out;
} builder;

void rein_timeline_clear(rein_timeline *timeline) {
  free(timeline->span);
  free(timeline->edge);
  free(timeline->reset);
  free(timeline->late);
  free(timeline->taken);
  free(timeline->asked);
  *timeline = (rein_timeline){0};
}

/* An item of a dose: one that a lag has delayed waits until all courses are through. */
static bool add_dose_item(builder *b, bool late, double time, rein_item_kind kind, int target,
                          double amount) {
  rein_timeline *t = b->timeline;
  if (!late) return rein_spans_add_item(b->lane, time, kind, target, amount);
  if (time > b->lane->t_end) return true;
  if (!rein_spans_reserve((void **)&t->late, &t->cap_late, t->n_late + 1, sizeof *t->late)) return false;
  t->late[t->n_late++] = (rein_item){.time = time, .kind = kind, .target = target, .amount = amount};
  return true;
}

static bool add_late_items(builder *b) {
  for (size_t i = 0; i < b->timeline->n_late; i++)
    if (!rein_lane_add_item(b->lane, b->timeline->late[i])) return false;
  return true;
}

static bool add_span(rein_timeline *t, rein_span new_span) {
  if (!rein_spans_reserve((void **)&t->span, &t->cap_span, t->n_span + 1, sizeof *t->span)) return false;
  t->span[t->n_span++] = new_span;
  return true;
}

static bool add_reset(rein_timeline *t, double time, int course) {
  if (!rein_spans_reserve((void **)&t->reset, &t->cap_reset, t->n_reset + 1, sizeof *t->reset)) return false;
  t->reset[t->n_reset++] = (rein_reset){time, course};
  return true;
}

double rein_course_amount(const rein_course *course, const double *value) {
  return course->amount * (course->per_param >= 0 ? value[course->per_param] : 1.0);
}

/* ---- one dose ---- */

typedef struct {
  double lag, bioavailability, rate, duration;
} action_values;

static bool note_asked(builder *b, double time) {
  rein_timeline *t = b->timeline;
  if (!b->about->asks) return true;
  if (!rein_spans_reserve((void **)&t->asked, &t->cap_asked, t->n_asked + 1, sizeof *t->asked)) return false;
  t->asked[t->n_asked++] = time;
  return true;
}

/* The last of the rising moments that is not after `time`, or the first. */
static size_t moment_of(const rein_timeline_lane *about, double time) {
  size_t low = 0, high = about->n_moment;
  while (high - low > 1) {
    const size_t mid = low + (high - low) / 2;
    if (about->moment[mid] <= time) {
      low = mid;
    } else {
      high = mid;
    }
  }
  return low;
}

/* What the model says of the action in this lane at this time; lag 0 and bioavailability 1 where it says
 * nothing. */
static action_values read_action(const rein_timeline_lane *about, int action, double time) {
  const rein_action *declared = &about->model->action[action];
  const double *row = about->action + (size_t)action * 4 * (size_t)about->stride;
  size_t stride = (size_t)about->stride;
  if (about->n_moment > 0) {
    row =
        about->moment_action + (moment_of(about, time) * (size_t)about->tape->n_action + (size_t)action) * 4;
    stride = 1;
  }
  return (action_values){.lag = declared->lag ? row[0] : 0.0,
                         .bioavailability = declared->bioavailability ? row[stride] : 1.0,
                         .rate = row[2 * stride],
                         .duration = row[3 * stride]};
}

/* Length of the dose [model time], 0 for a bolus; NaN where the model's numbers make no sense. `scaled`: F
 * amount. */
static double length_of(const rein_course *course, const action_values *values, double scaled) {
  bool modelled = course->how == REIN_GIVEN_MODELLED_FOR || course->how == REIN_GIVEN_MODELLED_AT_RATE;
  double length = 0.0;
  if (course->how == REIN_GIVEN_FOR || course->how == REIN_GIVEN_MODELLED_FOR) {
    length = modelled ? values->duration : course->given;
  } else if (course->how == REIN_GIVEN_AT_RATE || course->how == REIN_GIVEN_MODELLED_AT_RATE) {
    double rate = modelled ? values->rate : course->given;
    length = scaled == 0.0 ? 0.0 : scaled / rate;
    if (!(rate > 0.0)) return NAN;
  }
  return isfinite(length) && length >= 0.0 ? length : NAN;
}

/* What of a dose cannot be, and its value; REIN_N_DOSED: nothing. `scaled`: F amount. */
static rein_dosed at_fault(const rein_course *course, const action_values *values, double time, double scaled,
                           double length, double *value) {
  const bool rate = course->how == REIN_GIVEN_MODELLED_AT_RATE && !(values->rate > 0.0);
  const bool duration = course->how == REIN_GIVEN_MODELLED_FOR && isnan(length);
  const bool fault[REIN_N_DOSED] = {
      [REIN_DOSED_LAG] = !(values->lag >= 0.0 && isfinite(time + values->lag)),
      [REIN_DOSED_BIOAVAILABILITY] = !(values->bioavailability >= 0.0 && isfinite(values->bioavailability)),
      [REIN_DOSED_RATE] = rate,
      [REIN_DOSED_DURATION] = duration,
      [REIN_DOSED_AMOUNT] = !isfinite(scaled) || isnan(length)};
  const double of[REIN_N_DOSED] = {values->lag, values->bioavailability, values->rate, values->duration,
                                   scaled};
  int k = 0;
  while (k < REIN_N_DOSED && !fault[k]) k++;
  if (k < REIN_N_DOSED) *value = of[k];
  return (rein_dosed)k;
}

/* The lane fails at the dose, by what cannot be. */
static bool refuse(builder *b, double time, rein_dosed what, double value) {
  const int origin = b->about->tape->action_origin[b->course->action * REIN_N_DOSED + (int)what];
  return rein_spans_add_item(b->lane, time, REIN_ITEM_FAIL, origin, value);
}

/* A dose into a state, in its numbers. */
typedef struct {
  double time, lag; /* as prescribed; what delays it */
  double amount;    /* of a bolus, state units; 0 for an infusion */
  double rate, length;
  int state, input;
  bool idle;
} into_state;

/* One dose that arrives at `start`, as far as it is after `from`. */
static bool arrive(builder *b, const into_state *dose, double start, double from) {
  bool late = dose->lag > 0.0;
  if (dose->length == 0.0) {
    return add_dose_item(b, late, start, REIN_ITEM_ADD, dose->state, dose->idle ? 0.0 : dose->amount);
  }
  return add_span(b->timeline, (rein_span){.start = start > from ? start : from,
                                           .end = start + dose->length,
                                           .amount = dose->rate,
                                           .target = dose->input,
                                           .course = b->i_course,
                                           .idle = dose->idle,
                                           .late = late});
}

/* The steady state before the first dose, and what is still on its way from the doses before: infusions that
 * run on, doses that a long lag delays. */
static bool reach_steady_state(builder *b, const into_state *dose) {
  const rein_course *course = b->course;
  double every = course->every, past = every > 0.0 ? fmod(dose->lag, every) : 0.0;
  bool adds = course->steady == REIN_STEADY_ADDS;
  if (dose->time > b->lane->t_end) return true;
  if (past < SAME_INSTANT * every || every - past < SAME_INSTANT * every) past = 0.0;
  if ((!adds || b->about->adding_ends) && !add_reset(b->timeline, dose->time, b->i_course)) return false;
  rein_steady steady = {.every = every,
                        .phase = every - past,
                        .amount = dose->amount,
                        .rate = dose->rate,
                        .duration = dose->length,
                        .state = dose->state,
                        .input = dose->input,
                        .adds = adds};
  if (!rein_lane_add_steady(b->lane, dose->time, steady)) return false;
  if (every == 0.0) return true;
  into_state before = *dose;
  before.idle = false;
  for (int k = 1; k <= MAX_ON_THE_WAY; k++) {
    double start = dose->time + (dose->lag - every * k), slack = SAME_INSTANT * every;
    if (start < dose->time - slack && start + dose->length <= dose->time + slack) return true;
    if (start < dose->time && start > dose->time - slack) start = dose->time;
    if (!arrive(b, &before, start, dose->time)) return false;
  }
  const bool lags = dose->lag > dose->length; /* beyond all reason */
  return refuse(b, dose->time, lags ? REIN_DOSED_LAG : REIN_DOSED_DURATION, lags ? dose->lag : dose->length);
}

/* The dose into a state: a bolus, or a span on the input. */
static bool give_into_state(builder *b, int i_dose, double time, double amount, bool idle) {
  const rein_timeline_lane *about = b->about;
  const rein_course *course = b->course;
  double factor = about->model->action[course->action].factor;
  action_values values = read_action(about, course->action, time);
  double scaled = values.bioavailability * amount;
  double length = length_of(course, &values, scaled);
  into_state dose = {.time = time,
                     .lag = values.lag,
                     .state = about->tape->action_state[course->action],
                     .input = about->tape->action_input[course->action],
                     .length = length,
                     .idle = idle};
  double value;
  rein_dosed fault = at_fault(course, &values, time, scaled, length, &value);
  if (fault != REIN_N_DOSED && !idle) return refuse(b, time, fault, value);
  if (fault != REIN_N_DOSED) return rein_spans_add_item(b->lane, time, REIN_ITEM_ADD, dose.state, 0.0);
  bool constant = course->steady != REIN_STEADY_NOT && course->every == 0.0;
  if (length == 0.0 && !constant) dose.amount = factor * scaled;
  if (course->how == REIN_GIVEN_AT_RATE) dose.rate = factor * course->given;
  if (course->how == REIN_GIVEN_MODELLED_AT_RATE) dose.rate = factor * values.rate;
  if (length > 0.0 && dose.rate == 0.0) dose.rate = factor * scaled / length;
  if (course->steady != REIN_STEADY_NOT && i_dose == 0 && !b->left_out && !reach_steady_state(b, &dose))
    return false;
  return constant || arrive(b, &dose, time + values.lag, time);
}

/* The state becomes the amount, or is multiplied with it: at its time, by no more than is written. */
static bool change_state(builder *b, double time, double amount, bool idle) {
  bool replaces = b->course->how == REIN_GIVEN_REPLACE;
  double factor = replaces ? b->about->model->action[b->course->action].factor : 1.0;
  int state = b->about->tape->action_state[b->course->action];
  if (idle) return rein_spans_add_item(b->lane, time, REIN_ITEM_ADD, state, 0.0);
  return rein_spans_add_item(b->lane, time, replaces ? REIN_ITEM_SET : REIN_ITEM_MULTIPLY, state,
                             factor * amount);
}

/* The action holds its parameter: for a length, or until another takes over. */
static bool give_into_param(builder *b, double time, double amount, bool idle) {
  const rein_action *action = &b->about->model->action[b->course->action];
  action_values values = read_action(b->about, b->course->action, time);
  double length = length_of(b->course, &values, amount);
  if (b->course->how == REIN_GIVEN_BOLUS) length = INFINITY;
  double value;
  rein_dosed fault = at_fault(b->course, &values, time, amount, length, &value);
  bool sound = fault == REIN_N_DOSED;
  if (!sound && !idle) return refuse(b, time, fault, value);
  return add_span(b->timeline, (rein_span){.start = time + (sound ? values.lag : 0.0),
                                           .end = time + (sound ? values.lag + length : INFINITY),
                                           .amount = action->factor * amount,
                                           .target = action->ramp ? action->ramp->since : action->param,
                                           .ramp = action->ramp,
                                           .course = b->i_course,
                                           .is_param = true,
                                           .idle = idle});
}

/* How the doses of the course go: faithfully in a pilot run. */
static bool follow(builder *b) {
  const rein_course *course = b->course;
  rein_timeline *t = b->timeline;
  static const rein_dose_taken AS_SAID = {.taken = true, .factor = 1.0, .reported = 1.0};
  static const rein_dose_taken MISSED = {0};
  if (!rein_spans_reserve((void **)&t->taken, &t->cap_taken, (size_t)course->n_dose, sizeof *t->taken))
    return false;
  if (!b->about->faithful && course->adherence) {
    rein_adherence_follow(course->adherence, b->about->seed, (uint64_t)b->lane->individual, course->key,
                          course->time, course->missed, course->n_dose, t->taken);
    return true;
  }
  for (int i = 0; i < course->n_dose; i++)
    t->taken[i] = !b->about->faithful && course->missed && course->missed[i] ? MISSED : AS_SAID;
  return true;
}

/* Letter of a person's period; blocks may be shuffled by draws that are the same in every arm. Source: Knuth
 * 1998, The Art of Computer Programming, volume 2, algorithm 3.4.2P. */
static char letter_of(const builder *b, const rein_periods *p, int i) {
  if (p->block == 0) return p->letter[i];
  const int i_block = i / p->block;
  char letter[REIN_MAX_LETTER];
  memcpy(letter, p->letter + i_block * p->block, (size_t)p->block);
  for (int k = p->block - 1; k > 0; k--) {
    const double u = rein_draw_uniform(b->about->seed, REIN_DRAW_ORDER, (uint64_t)b->lane->individual,
                                       (uint64_t)(k - 1), (uint64_t)i_block);
    const int other = (int)(u * (k + 1));
    const char moved = letter[other];
    letter[other] = letter[k];
    letter[k] = moved;
  }
  return letter[i - i_block * p->block];
}

/* Whether a dose at this time belongs to a period of the course's letter. */
static bool is_in_period(const builder *b, double time) {
  const rein_periods *p = b->course->periods;
  if (b->course->letter == '\0') return true;
  double since = time - p->run_in, n_before = floor(since / p->length + 1e-9);
  if (!(n_before >= 0.0 && n_before < p->n)) return false;
  if (since - n_before * p->length < p->washout - 1e-9 * p->length) return false;
  return letter_of(b, p, (int)n_before) == b->course->letter;
}

static double time_taken(const builder *b, int i_dose) {
  const rein_course *course = b->course;
  double time = course->time[i_dose];
  if (b->about->faithful) return time;
  if (b->timeline->taken[i_dose].late) time += course->adherence->late;
  if (!(course->jitter > 0.0)) return time;
  time += course->jitter * rein_draw_normal(b->about->seed, REIN_DRAW_JITTER, (uint64_t)b->lane->individual,
                                            course->key, (uint64_t)i_dose);
  return time > b->lane->t_start ? time : b->lane->t_start; /* nobody takes a dose before the study begins */
}

/* Part of a prescribed amount: of a dose a share; of a parameter's change from the person's own value a
 * share. */
static double part_of(const builder *b, double amount, double share) {
  const rein_action *action = &b->about->model->action[b->course->action];
  if (share == 1.0 || action->param < 0 || b->about->tape->action_state[b->course->action] >= 0)
    return share * amount;
  double own = b->about->value[action->param] / action->factor;
  return own + share * (amount - own);
}

/* What the line's decisions have said of a dose. A dose that is taken before it was due is of the decisions
 * until then. NULL: as written. */
static const rein_ruling *ruling_on(const builder *b, int i_dose) {
  if (b->course->n_titration == 0) return NULL;
  return rein_titration_in_force(b->lane, b->course->line,
                                 fmin(b->course->time[i_dose], time_taken(b, i_dose)));
}

static bool is_prescribed(const builder *b, int i_dose) {
  const rein_ruling *ruling = ruling_on(b, i_dose);
  return is_in_period(b, b->course->time[i_dose]) && (!ruling || ruling->given);
}

/* How the dose goes: one that makes up for a missed one is plain where that was not prescribed. */
static rein_dose_taken how_taken(const builder *b, int i_dose) {
  rein_dose_taken went = b->timeline->taken[i_dose];
  if (!went.doubled || is_prescribed(b, i_dose - 1)) return went;
  went.factor *= 0.5;
  went.reported *= 0.5;
  return went;
}

static bool give_dose(builder *b, int i_dose) {
  const rein_course *course = b->course;
  const rein_dose_taken how = how_taken(b, i_dose), *went = &how;
  const rein_ruling *ruling = ruling_on(b, i_dose);
  double amount = rein_course_amount(course, b->about->value);
  if (ruling && !isnan(ruling->amount)) amount = ruling->amount;
  double delivered = went->taken ? part_of(b, amount, went->factor) : 0.0;
  bool prescribed = is_prescribed(b, i_dose), idle = b->left_out || !went->taken || !prescribed;
  double time = time_taken(b, i_dose);
  if (course->how == REIN_GIVEN_REPLACE || course->how == REIN_GIVEN_MULTIPLY)
    return change_state(b, time, amount, idle);
  if (!b->left_out && prescribed) {
    rein_dose dose = {.time_prescribed = course->time[i_dose],
                      .time_delivered = went->taken ? time : NAN,
                      .prescribed = amount,
                      .delivered = delivered,
                      .reported = went->reported > 0.0 ? part_of(b, amount, went->reported) : 0.0,
                      .action = course->action,
                      .i_dose = i_dose,
                      .decided = course->n_titration > 0 ? course->decided : -1};
    if (!rein_lane_add_dose(b->lane, dose)) return false;
  }
  if (went->taken) amount = delivered;
  const rein_action *action = &b->about->model->action[course->action];
  if (action->state < 0 && action->param < 0) return true; /* a placebo */
  if (!note_asked(b, time)) return false;
  bool into_param = b->about->tape->action_state[course->action] < 0;
  return into_param ? give_into_param(b, time, amount, idle) : give_into_state(b, i_dose, time, amount, idle);
}

static bool give_course(builder *b) {
  const rein_course *course = b->course;
  if (course->how != REIN_GIVEN_RESET && !follow(b)) return false;
  for (int i = 0; i < course->n_dose; i++) {
    if (course->time[i] > b->lane->t_end) break;
    if (course->how != REIN_GIVEN_RESET) {
      if (!give_dose(b, i)) return false;
      continue;
    }
    if (b->left_out) continue;
    if (!add_reset(b->timeline, course->time[i], b->i_course)) return false;
    if (!rein_spans_add_item(b->lane, course->time[i], REIN_ITEM_RESET, 0, 0.0)) return false;
  }
  return true;
}

/* The arm's courses, then the person's own: only the resets, only the others, or all. */
static bool give_courses(builder *b, const rein_course *course, int n_course, bool resets, bool others) {
  const rein_timeline_lane *about = b->about;
  for (b->i_course = 0; b->i_course < n_course + about->n_own; b->i_course++) {
    bool own = b->i_course >= n_course;
    b->course = own ? &about->own[b->i_course - n_course] : &course[b->i_course];
    b->left_out = b->course->left_out;
    if (own && about->left_out && b->course->action >= 0) b->left_out = about->left_out[b->course->action];
    bool wanted = b->course->how == REIN_GIVEN_RESET ? resets : others;
    if (wanted && !give_course(b)) return false;
  }
  return true;
}

bool rein_timeline_fill(rein_timeline *timeline, const rein_timeline_lane *about, const rein_course *course,
                        int n_course, rein_lane_plan *lane) {
  builder b = {.timeline = timeline, .about = about, .lane = lane};
  timeline->n_span = timeline->n_reset = timeline->n_late = timeline->n_asked = 0;
  bool as_written = about->order == REIN_ORDER_AS_WRITTEN,
       resets_first = about->order == REIN_ORDER_RESETS_FIRST;
  if (!give_courses(&b, course, n_course, as_written || resets_first, !resets_first)) return false;
  if (!as_written && !give_courses(&b, course, n_course, !resets_first, resets_first)) return false;
  return add_late_items(&b) && rein_spans_walk(timeline, about, lane);
}
