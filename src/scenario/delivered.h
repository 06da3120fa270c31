/* Amounts that a model is not valid for, as they are delivered: the one rule for records and searches.
 *
 * What counts is the sum of all that is delivered of an action at one instant, whether by prescription, by a
 * person's own amount, by a table, by doubling, by a late dose that meets the next one, or by titration. What
 * replaces or multiplies a state is no dose and not seen here (rein_scenario_find_outside). */
#ifndef REIN_SCENARIO_DELIVERED_H
#define REIN_SCENARIO_DELIVERED_H

#include "solver/plan.h"
#include "src/lang/model.h"

/* The first instant at which an action's amount is outside its valid range. */
typedef struct {
  double time;   /* model time; NaN: never */
  double amount; /* delivered at that instant, action's unit; NaN: never */
} rein_delivered;

/* Whether `valid` of the model bounds the action's amounts. */
bool rein_action_is_bounded(const rein_action *action);

/* first (n_action): for each of the actions, indices into the model, what is first outside in a finished
 * lane, of one that failed until then. False when memory is out. Threads: any. */
bool rein_delivered_find_outside(const rein_model *model, const int *action, int n_action,
                                 const rein_lane_plan *lane, const rein_outcome *outcome,
                                 rein_delivered *first);

#endif
