/* Decisions on measurements: `titrate:` and `stop:` of a line of an arm.
 *
 * At declared times the observables that the rules name are measured, with noise and limits of detection, and
 * the first rule that holds changes the line's later doses. A dose is later when it is prescribed and taken
 * at or after the decision, which sees the state before its instant's actions. Measurements are drawn by
 * (seed, individual, observable, time of the decision), so lines that decide at one time see one measurement,
 * and so do all arms. Source: docs/interventions.md, "Titration and stopping". Threads: all reentrant.
 */
#ifndef REIN_SCENARIO_TITRATE_H
#define REIN_SCENARIO_TITRATE_H

#include "solver/plan.h"
#include "src/lang/model.h"

/* A comparison of a measured value, or a combination of two conditions. */
typedef struct rein_condition rein_condition;
struct rein_condition {
  rein_op op;     /* LT, LE, GT, GE: `observable` op `limit`; AND, OR: a, b; NOT: a */
  int observable; /* of the model */
  double limit;   /* observable's unit */
  const rein_condition *a, *b;
};

typedef enum {
  REIN_RULE_FACTOR, /* amount times `by` */
  REIN_RULE_ADD,    /* amount plus `by` */
  REIN_RULE_AMOUNT, /* `by` */
  REIN_RULE_UP,     /* the next amount of the ladder */
  REIN_RULE_DOWN,
  REIN_RULE_HOLD, /* no doses until it is resumed */
  REIN_RULE_STOP  /* no doses any more */
} rein_rule_kind;

typedef struct {
  const rein_condition *when;
  rein_rule_kind kind;
  double by;  /* a factor, or in the action's unit */
  int i_rule; /* of rein_scenario's rules in words */
} rein_rule;

/* One `titrate:` or `stop:`. */
typedef struct {
  const double *time; /* (n_time) of its decisions, rising, model time */
  int n_time;
  const rein_rule *rule; /* (n_rule) the first that holds is done */
  int n_rule;
  const rein_condition *resume; /* what ends a hold; NULL: that no rule says hold */
  int i_resumed;                /* of the rules in words: for going on after a hold; -1 none says hold */
  const double *ladder;         /* (n_ladder) rising amounts, action's unit */
  int n_ladder;
  double low, high, round;  /* action's unit: bounds; amounts are multiples of round; -inf, inf, 0 none */
  bool keeps_sign;          /* what a state is given: no change makes a dose take away, or the reverse */
  bool can_hold;            /* one of its rules says hold */
  const bool *measures;     /* (n_observable) what its conditions name */
  const char *words, *text; /* for people; all that decides, to compare and to hash */
} rein_titration;

/* One decision of an arm: the items of its lanes point at them. */
typedef struct {
  double time;
  int i_course,
      rank; /* first course of the line; of two decisions on it at one time the first has the lower */
  const rein_titration *what;
} rein_decision;

/* The observables that a decision needs, as measured: value (n_observable), in the observables' units, NaN
 * where missing or not needed. output, noise: see rein_plan's decide; exact: no noise is drawn. */
void rein_titration_measure(const rein_titration *what, const rein_model *model, uint64_t seed,
                            int64_t individual, double time, bool exact, const double *output,
                            const double *noise, int stride, double *value);

/* What the decision says, from what was in force. `next`: amount of the line's next dose as written [action's
 * unit]; with keeps_sign the amount decided on is 0 where it would be of the other sign. before->time and
 * line are kept. */
rein_ruling rein_titration_decide(const rein_titration *what, const rein_ruling *before, double next,
                                  const double *value);

/* The ruling on a dose of a line that is prescribed and taken from `time` on; NULL: as written. */
const rein_ruling *rein_titration_in_force(const rein_lane_plan *lane, int line, double time);

#endif
