#include "src/scenario/spans.h"

#include <math.h>
#include <stdlib.h>

typedef rein_span span;
typedef rein_edge edge;
typedef rein_reset reset;

typedef struct {
  rein_timeline *timeline;
  const rein_timeline_lane *about;
  rein_lane_plan *lane;
} builder;

bool rein_spans_reserve(void **items, size_t *capacity, size_t wanted, size_t item_bytes) {
  if (wanted <= *capacity) return true;
  size_t larger = *capacity ? *capacity * 2 : 64;
  while (larger < wanted) larger *= 2;
  void *moved = realloc(*items, larger * item_bytes);
  if (!moved) return false;
  *items = moved;
  *capacity = larger;
  return true;
}

bool rein_spans_add_item(rein_lane_plan *lane, double time, rein_item_kind kind, int target, double amount) {
  if (time > lane->t_end) return true;
  return rein_lane_add_item(lane,
                            (rein_item){.time = time, .kind = kind, .target = target, .amount = amount});
}

/* ---- resets ---- */

/* Whether a span was there before a reset that does not come before its start: running, or started at its
 * instant and before it in the order. */
static bool is_before_reset(const reset *r, const span *s, rein_order order) {
  if (s->start != r->time) return true;
  if (s->late || s->course == r->course || order == REIN_ORDER_RESETS_FIRST) return false;
  return order == REIN_ORDER_DOSES_FIRST || s->course < r->course;
}

static int compare_resets(const void *left, const void *right) {
  const reset *a = left, *b = right;
  if (a->time != b->time) return a->time < b->time ? -1 : 1;
  return (a->course > b->course) - (a->course < b->course);
}

/* The first of the resets in their order that is not before `time`. */
static size_t first_reset(const rein_timeline *t, double time) {
  size_t low = 0, high = t->n_reset;
  while (low < high) {
    const size_t mid = low + (high - low) / 2;
    if (t->reset[mid].time < time) {
      low = mid + 1;
    } else {
      high = mid;
    }
  }
  return low;
}

/* The next reset ends an infusion that runs. */
static void cut_by_resets(rein_timeline *t, rein_order order) {
  if (t->n_reset == 0) return;
  qsort(t->reset, t->n_reset, sizeof *t->reset, compare_resets);
  for (size_t i = 0; i < t->n_span; i++) {
    span *s = &t->span[i];
    if (s->is_param) continue;
    size_t r = first_reset(t, s->start);
    while (r < t->n_reset && !is_before_reset(&t->reset[r], s, order)) r++;
    if (r < t->n_reset && t->reset[r].time < s->end) s->end = t->reset[r].time;
  }
}

/* ---- spans to items ---- */

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

/* The edges of spans [first, end), in time. */
static void sort_edges(rein_timeline *t, size_t first, size_t end) {
  for (size_t i = first; i < end; i++) {
    t->edge[2 * (i - first)] = (edge){.time = t->span[i].start, .i_span = i, .starts = true};
    t->edge[2 * (i - first) + 1] = (edge){.time = t->span[i].end, .i_span = i};
  }
  qsort(t->edge, 2 * (end - first), sizeof *t->edge, compare_edges);
  snap_edges(t, 2 * (end - first));
}

/* Items of one target, whose spans are [first, end): one at every instant at which a span starts or ends. */
static bool walk_target(builder *b, size_t first, size_t end) {
  rein_timeline *t = b->timeline;
  bool is_param = t->span[first].is_param;
  int target = t->span[first].target;
  double base = is_param ? b->about->value[target] : 0.0;
  size_t n_edge = 2 * (end - first), from = first;
  if (!rein_spans_reserve((void **)&t->edge, &t->cap_edge, n_edge, sizeof *t->edge)) return false;
  sort_edges(t, first, end);
  for (size_t i = 0; i < n_edge; i++) {
    double time = t->edge[i].time;
    if (time > b->lane->t_end) break;
    if (i + 1 < n_edge && t->edge[i + 1].time == time) continue; /* the last edge of an instant tells */
    while (from < end && t->span[from].end <= time) from++;
    rein_item_kind kind = is_param ? REIN_ITEM_PARAM : REIN_ITEM_INPUT_SET;
    if (!rein_spans_add_item(b->lane, time, kind, target, effect_at(t, from, end, time, base))) return false;
  }
  return true;
}

/* ---- parameters that are moved in time ---- */

/* Where a moved parameter is: it keeps so much of the person's own value, and so much is added. */
typedef struct {
  double kept[2], forced[2]; /* from, to */
  double since, length;      /* of the way; 0: at its end */
} movement;

static void now_at(const movement *at, bool smooth, double time, double *kept, double *forced) {
  double part = at->length > 0.0 ? (time - at->since) / at->length : 1.0;
  if (part > 1.0) part = 1.0;
  if (smooth) part = (1.0 - cos(M_PI * part)) / 2.0;
  *kept = at->kept[0] + (at->kept[1] - at->kept[0]) * part;
  *forced = at->forced[0] + (at->forced[1] - at->forced[0]) * part;
}

/* The movement as items from its beginning on. */
static bool add_movement(builder *b, const rein_ramp *ramp, const movement *at, bool moves) {
  const double values[6] = {at->since,   moves ? 1.0 / at->length : 0.0, at->kept[moves ? 0 : 1],
                            at->kept[1], at->forced[moves ? 0 : 1],      at->forced[1]};
  const int targets[6] = {ramp->since,   ramp->pace,      ramp->kept[0],
                          ramp->kept[1], ramp->forced[0], ramp->forced[1]};
  double time = moves ? at->since : at->since + at->length;
  for (int i = 0; i < 6; i++)
    if (!rein_spans_add_item(b->lane, time, REIN_ITEM_PARAM, targets[i], values[i])) return false;
  return true;
}

/* Spans [first, end) of one action's parameter: where one begins it rises to its amount, where none is left
 * it falls back; what is under way when another begins goes on from where it is. */
static bool walk_ramp(builder *b, size_t first, size_t end) {
  rein_timeline *t = b->timeline;
  const rein_ramp *ramp = t->span[first].ramp;
  size_t n_edge = 2 * (end - first), from = first;
  movement at = {.kept = {1.0, 1.0}};
  if (!rein_spans_reserve((void **)&t->edge, &t->cap_edge, n_edge, sizeof *t->edge)) return false;
  sort_edges(t, first, end);
  for (size_t i = 0; i < n_edge; i++) {
    double time = t->edge[i].time;
    if (i + 1 < n_edge && t->edge[i + 1].time == time) continue;
    while (from < end && t->span[from].end <= time) from++;
    double amount = effect_at(t, from, end, time, NAN), kept = isnan(amount) ? 1.0 : 0.0,
           forced = isnan(amount) ? 0.0 : amount;
    if (kept == at.kept[1] && forced == at.forced[1] && i > 0) continue;
    if (i > 0 && at.length > 0.0 && at.since + at.length <= time && !add_movement(b, ramp, &at, false))
      return false;
    if (time > b->lane->t_end) return true;
    movement next = {.kept = {0, kept},
                     .forced = {0, forced},
                     .since = time,
                     .length = isnan(amount) ? ramp->fall : ramp->rise};
    now_at(&at, ramp->smooth, time, &next.kept[0], &next.forced[0]);
    at = next;
    if (!add_movement(b, ramp, &at, at.length > 0.0)) return false;
  }
  return at.length == 0.0 || add_movement(b, ramp, &at, false);
}

bool rein_spans_walk(rein_timeline *t, const rein_timeline_lane *about, rein_lane_plan *lane) {
  builder b = {.timeline = t, .about = about, .lane = lane};
  if (t->n_span == 0) return true;
  cut_by_resets(t, about->order);
  qsort(t->span, t->n_span, sizeof *t->span, compare_spans);
  for (size_t first = 0; first < t->n_span;) {
    size_t end = first + 1;
    while (end < t->n_span && t->span[end].target == t->span[first].target &&
           t->span[end].is_param == t->span[first].is_param) {
      end++;
    }
    if (!(t->span[first].ramp ? walk_ramp(&b, first, end) : walk_target(&b, first, end))) return false;
    first = end;
  }
  return true;
}
