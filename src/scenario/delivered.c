#include "src/scenario/delivered.h"

#include <math.h>
#include <stdlib.h>

static const rein_delivered never = {NAN, NAN};

bool rein_action_is_bounded(const rein_action *a) {
  return isfinite(a->valid_low) || isfinite(a->valid_high);
}

/* Compares doses by the time at which they are taken; those that are not taken come last. */
static int compare_times(const void *left, const void *right) {
  const rein_dose *const *a = left, *const *b = right;
  const double s = (*a)->time_delivered, t = (*b)->time_delivered;
  if (isnan(s) || isnan(t)) return isnan(s) - isnan(t);
  return (s > t) - (s < t);
}

/* taken (n): doses in the order of their times. */
static rein_delivered find_first(const rein_action *action, int i_action, const rein_dose *const *taken,
                                 size_t n, double end) {
  for (size_t i = 0; i < n;) {
    const double time = taken[i]->time_delivered;
    double total = 0;
    bool any = false;
    if (!(time <= end)) return never; /* or not taken */
    for (; i < n && taken[i]->time_delivered == time; i++)
      if (taken[i]->action == i_action) total += taken[i]->delivered, any = true;
    if (any && !(total >= action->valid_low && total <= action->valid_high))
      return (rein_delivered){time, total};
  }
  return never;
}

bool rein_delivered_find_outside(const rein_model *model, const int *action, int n_action,
                                 const rein_lane_plan *lane, const rein_outcome *outcome,
                                 rein_delivered *first) {
  for (int k = 0; k < n_action; k++) first[k] = never;
  if (n_action == 0 || lane->n_dose == 0) return true;
  const rein_dose **taken = malloc(lane->n_dose * sizeof *taken);
  if (!taken) return false;
  for (size_t d = 0; d < lane->n_dose; d++) taken[d] = &lane->dose[d];
  qsort(taken, lane->n_dose, sizeof *taken, compare_times);
  const double end = outcome->status == REIN_LANE_FAILED ? outcome->time : lane->t_end;
  for (int k = 0; k < n_action; k++)
    first[k] = find_first(&model->action[action[k]], action[k], taken, lane->n_dose, end);
  free(taken);
  return true;
}
