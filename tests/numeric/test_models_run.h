/* Runs a shipped model outside of any scenario, for tests of its numbers: read, compiled, integrated in lanes
 * at tight tolerances. Doses are put in by this file alone, from what the model says of lag, bioavailability
 * and factor, so that scenarios have no part in it. */
#ifndef REIN_TESTS_NUMERIC_MODELS_RUN_H
#define REIN_TESTS_NUMERIC_MODELS_RUN_H

#include "tests/support.h"

#define SHIPPED_MAX_ACT 28
#define SHIPPED_MAX_SET 10

typedef struct {
  const rein_model *model;
  const rein_tape *tape;
  rein_units *units;
} shipped;

/* models/<name>/model.yaml, seen from the root of the project; fails the test with its messages if wrong. */
shipped shipped_read(rein_arena *arena, const char *name);

typedef struct {
  const char *name; /* of a parameter or covariate; NULL ends the list */
  double value;     /* unit of the parameter */
} shipped_set;

typedef struct {
  const char *action; /* NULL ends the list */
  double time;        /* model time */
  double amount;      /* action's unit */
} shipped_act;

/* A parameter that an action sets for `duration`, or an infusion of this length, `count` times. */
typedef struct {
  const char *action; /* NULL: none */
  double first, every, duration, amount;
  int count;
} shipped_pulse;

/* One person and what is done. */
typedef struct {
  const char *name;
  shipped_set set[SHIPPED_MAX_SET];
  shipped_act act[SHIPPED_MAX_ACT];
  shipped_pulse pulse;
  bool act_first; /* an observation at the instant of an action sees the state after it */
} shipped_case;

/* How it is integrated. n_lane lanes, all alike, but that lane l has parameter changed[l] (n_lane, -1 none)
 * multiplied by 1 + change. changed NULL: no change. */
typedef struct {
  rein_method_kind method;
  int n_lane; /* 0: 8 */
  const int *changed;
  double change;
  double rtol; /* 0: SHIPPED_RTOL */
} shipped_how;

/* Tolerances of all runs: relative, and absolute in parts of each state's scale. */
#define SHIPPED_RTOL 1e-10
#define SHIPPED_ATOL_REL 1e-12

/* Integrates to the last time. In the result, keep k < n_state is a state, n_state + i is output i. Fails the
 * test if a lane fails. Free with support_free. */
support_result shipped_run(const shipped *s, const shipped_case *what, const shipped_how *how,
                           const double *time, int n_time);

/* Place among `keep` of a state, observable or value; fails the test where there is none. */
int shipped_keep(const shipped *s, const char *name);

/* The unit of what `keep` is, as the model writes it. */
const char *shipped_unit(const shipped *s, int keep);

/* Value of a computed or plain parameter of the typical person. */
double shipped_param(const shipped *s, const char *name);

/* One quantity of one case at given times, by BDF: out (n_time). */
void shipped_course(const shipped *s, const shipped_case *what, const char *quantity, const double *time,
                    int n_time, double *out);

#endif
