#include "src/scenario/timeline.h"

#include <math.h>
#include <stdlib.h>

#include "src/scenario/draw.h"

#define SAME_INSTANT 1e-12 /* relative: some thousand last bits, far below what any time is known to */

/* An infusion on an input, or the time for which an action holds a parameter. */
typedef struct rein_span {
  double start, end;
  double amount; /* rate, or the parameter's value */
  int target;
  int course; /* order of writing, for resets at the same instant */
  bool is_param;
  bool idle; /* not taken: it has its instants and no effect */
} span;

/* A start or an end of a span. */
typedef struct rein_edge {
  double time;
  size_t i_span;
  bool starts;
} edge;

typedef struct {
  rein_timeline *timeline;
  const rein_timeline_lane *about;
  rein_lane_plan *lane;
  int i_course;
  const rein_course *course;
} builder;

void rein_timeline_clear(rein_timeline *timeline) {
  free(timeline->span);
  free(timeline->edge);
  free(timeline->reset_time);
  free(timeline->reset_course);
  *timeline = (rein_timeline){0};
}

/* Room for `wanted` items in a growing array; false when memory is out, the array is then as it was. */
static bool reserve(void **items, size_t *capacity, size_t wanted, size_t item_bytes) {
  if (wanted <= *capacity) return true;
  size_t larger = *capacity ? *capacity * 2 : 64;
  while (larger < wanted) larger *= 2;
  void *moved = realloc(*items, larger * item_bytes);
  if (!moved) return false;
  *items = moved;
  *capacity = larger;
  return true;
}

static bool add_item(rein_lane_plan *lane, double time, rein_item_kind kind, int target, double amount) {
  if (time > lane->t_end) return true;
  return rein_lane_add_item(lane,
                            (rein_item){.time = time, .kind = kind, .target = target, .amount = amount});
}

static bool add_span(rein_timeline *t, span new_span) {
  if (!reserve((void **)&t->span, &t->cap_span, t->n_span + 1, sizeof *t->span)) return false;
  t->span[t->n_span++] = new_span;
  return true;
}

static bool add_reset(rein_timeline *t, double time, int course) {
  size_t capacity = t->cap_reset;
  if (!reserve((void **)&t->reset_time, &capacity, t->n_reset + 1, sizeof *t->reset_time)) return false;
  if (!reserve((void **)&t->reset_course, &t->cap_reset, t->n_reset + 1, sizeof *t->reset_course))
    return false;
  t->reset_time[t->n_reset] = time;
  t->reset_course[t->n_reset++] = course;
  return true;
}

/* ---- one dose ---- */

typedef struct {
  double lag, bioavailability, rate, duration;
} action_values;

/* What the model says of the action in this lane; lag 0 and bioavailability 1 where it says nothing. */
static action_values read_action(const rein_timeline_lane *about, int action) {
  const rein_action *declared = &about->model->action[action];
  const double *row = about->action + (size_t)action * 4 * (size_t)about->stride;
  return (action_values){.lag = declared->lag ? row[0] : 0.0,
                         .bioavailability = declared->bioavailability ? row[about->stride] : 1.0,
                         .rate = row[2 * about->stride],
                         .duration = row[3 * about->stride]};
}

/* Length of the dose [model time], 0 for a bolus; NaN where the model's numbers make no sense. `scaled`: F
 * amount. */
static double length_of(const rein_course *course, const action_values *values, double scaled) {
  double length = 0.0, rate = NAN;
  switch (course->how) {
  case REIN_GIVEN_BOLUS:
  case REIN_GIVEN_RESET:
    return 0.0;
  case REIN_GIVEN_FOR:
    length = course->given;
    break;
  case REIN_GIVEN_MODELLED_FOR:
    length = values->duration;
    break;
  case REIN_GIVEN_AT_RATE:
    rate = course->given;
    break;
  case REIN_GIVEN_MODELLED_AT_RATE:
    rate = values->rate;
    break;
  }
  if (course->how == REIN_GIVEN_AT_RATE || course->how == REIN_GIVEN_MODELLED_AT_RATE) {
    length = scaled == 0.0 ? 0.0 : scaled / rate;
    if (!(rate > 0.0)) return NAN;
  }
  return isfinite(length) && length >= 0.0 ? length : NAN;
}

/* The dose into a state: a bolus, or a span on the input. */
static bool give_into_state(builder *b, double time, double amount, bool idle) {
  const rein_timeline_lane *about = b->about;
  int action = b->course->action;
  double factor = about->model->action[action].factor;
  action_values values = read_action(about, action);
  double scaled = values.bioavailability * amount;
  double length = length_of(b->course, &values, scaled);
  double start = time + values.lag;
  int state = about->tape->action_state[action];
  bool sound = isfinite(scaled) && values.bioavailability >= 0.0 && values.lag >= 0.0 && isfinite(start) &&
               !isnan(length);
  if (!sound) return add_item(b->lane, time, REIN_ITEM_ADD, state, idle ? 0.0 : NAN);
  if (length == 0.0) return add_item(b->lane, start, REIN_ITEM_ADD, state, idle ? 0.0 : factor * scaled);

  bool at_rate = b->course->how == REIN_GIVEN_AT_RATE || b->course->how == REIN_GIVEN_MODELLED_AT_RATE;
  double given_rate = b->course->how == REIN_GIVEN_AT_RATE ? b->course->given : values.rate;
  return add_span(b->timeline, (span){.start = start,
                                      .end = start + length,
                                      .amount = factor * (at_rate ? given_rate : scaled / length),
                                      .target = about->tape->action_input[action],
                                      .course = b->i_course,
                                      .idle = idle});
}

/* The action holds its parameter: for a length, or until another takes over. */
static bool give_into_param(builder *b, double time, double amount, bool idle) {
  const rein_action *action = &b->about->model->action[b->course->action];
  action_values values = read_action(b->about, b->course->action);
  double length = length_of(b->course, &values, amount);
  if (b->course->how == REIN_GIVEN_BOLUS) length = INFINITY;
  bool sound = values.lag >= 0.0 && isfinite(values.lag) && !isnan(length);
  return add_span(b->timeline, (span){.start = time + (sound ? values.lag : 0.0),
                                      .end = time + (sound ? values.lag + length : INFINITY),
                                      .amount = sound ? action->factor * amount : NAN,
                                      .target = action->param,
                                      .course = b->i_course,
                                      .is_param = true,
                                      .idle = idle});
}

static bool is_taken(const builder *b, int i_dose) {
  const rein_course *course = b->course;
  if (b->about->faithful) return true;
  if (course->missed && course->missed[i_dose]) return false;
  if (course->adherence >= 1.0) return true;
  return rein_draw_uniform(b->about->seed, REIN_DRAW_ADHERENCE, (uint64_t)b->lane->individual, course->key,
                           (uint64_t)i_dose) < course->adherence;
}

static double time_taken(const builder *b, int i_dose) {
  const rein_course *course = b->course;
  double time = course->time[i_dose];
  if (!(course->jitter > 0.0) || b->about->faithful) return time;
  time += course->jitter * rein_draw_normal(b->about->seed, REIN_DRAW_JITTER, (uint64_t)b->lane->individual,
                                            course->key, (uint64_t)i_dose);
  return time > b->lane->t_start ? time : b->lane->t_start; /* nobody takes a dose before the study begins */
}

static bool give_dose(builder *b, int i_dose) {
  const rein_course *course = b->course;
  double prescribed_time = course->time[i_dose];
  double amount = course->amount * (course->per_param >= 0 ? b->about->value[course->per_param] : 1.0);
  bool taken = is_taken(b, i_dose), idle = course->left_out || !taken;
  double time = time_taken(b, i_dose);
  if (!course->left_out) {
    rein_dose dose = {.time_prescribed = prescribed_time,
                      .time_delivered = taken ? time : NAN,
                      .prescribed = amount,
                      .delivered = taken ? amount : 0.0,
                      .action = course->action,
                      .i_dose = i_dose};
    if (!rein_lane_add_dose(b->lane, dose)) return false;
  }
  bool into_param = b->about->tape->action_state[course->action] < 0;
  return into_param ? give_into_param(b, time, amount, idle) : give_into_state(b, time, amount, idle);
}

static bool give_course(builder *b) {
  const rein_course *course = b->course;
  for (int i = 0; i < course->n_dose; i++) {
    if (course->time[i] > b->lane->t_end) break;
    if (course->how != REIN_GIVEN_RESET) {
      if (!give_dose(b, i)) return false;
      continue;
    }
    if (course->left_out) continue;
    if (!add_reset(b->timeline, course->time[i], b->i_course)) return false;
    if (!add_item(b->lane, course->time[i], REIN_ITEM_RESET, 0, 0.0)) return false;
  }
  return true;
}

/* ---- spans to items ---- */

/* A reset ends the infusions that run, and those that start at its instant but are written before it. */
static void cut_by_resets(rein_timeline *t) {
  for (size_t r = 0; r < t->n_reset; r++) {
    for (size_t i = 0; i < t->n_span; i++) {
      span *s = &t->span[i];
      double at = t->reset_time[r];
      bool before = s->start < at || (s->start == at && s->course < t->reset_course[r]);
      if (!s->is_param && before && s->end > at) s->end = at;
    }
  }
}

static int compare_spans(const void *left, const void *right) {
  const span *a = left, *b = right;
  if (a->is_param != b->is_param) return a->is_param ? 1 : -1;
  if (a->target != b->target) return a->target < b->target ? -1 : 1;
  if (a->start != b->start) return a->start < b->start ? -1 : 1;
  return (a->course > b->course) - (a->course < b->course);
}

/* Ends come before starts: an infusion that follows another at once does not overlap it. */
static int compare_edges(const void *left, const void *right) {
  const edge *a = left, *b = right;
  if (a->time != b->time) return a->time < b->time ? -1 : 1;
  if (a->starts != b->starts) return a->starts ? 1 : -1;
  return (a->i_span > b->i_span) - (a->i_span < b->i_span);
}

/* What spans[first .. end) of one target amount to just after `time`: their sum, or for a parameter the one
 * begun last. `from`: spans before it are over. */
static double effect_at(const rein_timeline *t, size_t from, size_t end, double time, double base) {
  double total = base;
  for (size_t i = from; i < end && t->span[i].start <= time; i++) {
    const span *s = &t->span[i];
    if (s->idle || !(s->end > time)) continue;
    total = s->is_param ? s->amount : total + s->amount;
  }
  return total;
}

/* Instants apart by rounding only are one: an infusion that ends where another starts must not overlap it for
 * 1e-16 h. */
static void snap_edges(rein_timeline *t, size_t n_edge) {
  double instant = -INFINITY;
  for (size_t i = 0; i < n_edge; i++) {
    edge *e = &t->edge[i];
    bool same = isfinite(e->time) && e->time - instant <= SAME_INSTANT * fabs(e->time);
    if (!same) instant = e->time;
    e->time = instant;
    if (e->starts) {
      t->span[e->i_span].start = instant;
    } else {
      t->span[e->i_span].end = instant;
    }
  }
}

/* Items of one target, whose spans are [first, end): one at every instant at which a span starts or ends. */
static bool walk_target(builder *b, size_t first, size_t end) {
  rein_timeline *t = b->timeline;
  bool is_param = t->span[first].is_param;
  int target = t->span[first].target;
  double base = is_param ? b->about->value[target] : 0.0;
  size_t n_edge = 2 * (end - first), from = first;
  if (!reserve((void **)&t->edge, &t->cap_edge, n_edge, sizeof *t->edge)) return false;
  for (size_t i = first; i < end; i++) {
    t->edge[2 * (i - first)] = (edge){.time = t->span[i].start, .i_span = i, .starts = true};
    t->edge[2 * (i - first) + 1] = (edge){.time = t->span[i].end, .i_span = i};
  }
  qsort(t->edge, n_edge, sizeof *t->edge, compare_edges);
  snap_edges(t, n_edge);
  for (size_t i = 0; i < n_edge; i++) {
    double time = t->edge[i].time;
    if (time > b->lane->t_end) break;
    if (i + 1 < n_edge && t->edge[i + 1].time == time) continue; /* the last edge of an instant tells */
    while (from < end && t->span[from].end <= time) from++;
    rein_item_kind kind = is_param ? REIN_ITEM_PARAM : REIN_ITEM_INPUT_SET;
    if (!add_item(b->lane, time, kind, target, effect_at(t, from, end, time, base))) return false;
  }
  return true;
}

static bool walk_spans(builder *b) {
  rein_timeline *t = b->timeline;
  if (t->n_span == 0) return true;
  cut_by_resets(t);
  qsort(t->span, t->n_span, sizeof *t->span, compare_spans);
  for (size_t first = 0; first < t->n_span;) {
    size_t end = first + 1;
    while (end < t->n_span && t->span[end].target == t->span[first].target &&
           t->span[end].is_param == t->span[first].is_param) {
      end++;
    }
    if (!walk_target(b, first, end)) return false;
    first = end;
  }
  return true;
}

bool rein_timeline_fill(rein_timeline *timeline, const rein_timeline_lane *about, const rein_course *course,
                        int n_course, rein_lane_plan *lane) {
  builder b = {.timeline = timeline, .about = about, .lane = lane};
  timeline->n_span = timeline->n_reset = 0;
  for (b.i_course = 0; b.i_course < n_course; b.i_course++) {
    b.course = &course[b.i_course];
    if (!give_course(&b)) return false;
  }
  if (!walk_spans(&b)) return false;
  rein_lane_sort_items(lane);
  return true;
}
