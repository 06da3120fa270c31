/* Private to timeline.c and spans.c: infusions and held parameters as spans, and spans to items.
 *
 * A span is an infusion on an input or the time for which an action holds a parameter. Resets cut infusions;
 * at every instant at which a span of a target starts or ends there is one item with what the spans amount
 * to then: the exact sum of the infusions, the parameter of the action begun last. Threads: reentrant with
 * own timelines.
 */
#ifndef REIN_SCENARIO_SPANS_H
#define REIN_SCENARIO_SPANS_H

#include "src/scenario/timeline.h"

#define SAME_INSTANT 1e-12 /* relative: some thousand last bits, far below what any time is known to */

/* An infusion on an input, or the time for which an action holds a parameter. */
typedef struct rein_span {
  double start, end;
  double amount; /* rate, or the parameter's value */
  int target;
  int course; /* order of writing, for resets at the same instant */
  bool is_param;
  bool idle;             /* not taken: it has its instants and no effect */
  bool late;             /* delayed by a lag: comes after what is written for its instant */
  const rein_ramp *ramp; /* NULL: at once */
} rein_span;

/* A reset, and the course that says so. */
typedef struct rein_reset {
  double time;
  int course;
} rein_reset;

/* A start or an end of a span. */
typedef struct rein_edge {
  double time;
  size_t i_span;
  bool starts;
} rein_edge;

/* Room for `wanted` items in a growing array; false when memory is out, the array is then as it was. */
bool rein_spans_reserve(void **items, size_t *capacity, size_t wanted, size_t item_bytes);

/* An item at a time that the lane comes to; others are left out. False when memory is out. */
bool rein_spans_add_item(rein_lane_plan *lane, double time, rein_item_kind kind, int target, double amount);

/* The items of all spans of the timeline, which are sorted and cut. False when memory is out. */
bool rein_spans_walk(rein_timeline *timeline, const rein_timeline_lane *about, rein_lane_plan *lane);

#endif
