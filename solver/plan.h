/* What to integrate: batches of lanes, each lane one individual under one arm; and what receives the results.
 *
 * A plan is a source of batches: fill() writes one batch's lanes, from (seed, indices) alone, so that any
 * thread, process or shard can make any batch at any time. The solver knows nothing of where parameters or
 * doses come from.
 */
#ifndef REIN_SOLVER_PLAN_H
#define REIN_SOLVER_PLAN_H

#include "solver/eval.h"

/* What happens to a lane at an instant, in the order of the list. Amounts are in state units, rates in state
 * units per time. */
typedef enum {
  REIN_ITEM_ADD,       /* state[target] += amount */
  REIN_ITEM_SET,       /* state[target] = amount */
  REIN_ITEM_MULTIPLY,  /* state[target] *= amount */
  REIN_ITEM_PARAM,     /* parameter[target] = amount */
  REIN_ITEM_INPUT_ADD, /* input[target] += amount: an infusion starts (amount > 0) or ends (< 0) */
  REIN_ITEM_INPUT_SET, /* input[target] = amount */
  REIN_ITEM_RESET,     /* all states to their initial values, all inputs to 0 */
  REIN_ITEM_STEADY,    /* the steady state of the lane's steady[target] */
  REIN_ITEM_INITIAL,   /* state[target] is amount at the start, before anything is seen; time -inf, so that it
                          is   first of the list */
  REIN_ITEM_FAIL,   /* the lane fails with REIN_FAIL_DOSE: origin[target] of the tape (-1: not told) is amount
                     */
  REIN_ITEM_DECIDE, /* the plan's decide() is asked what comes next; before all else at its instant */
  REIN_N_ITEM
} rein_item_kind;

typedef struct {
  double time;  /* model time */
  int32_t kind; /* rein_item_kind */
  int32_t target;
  double amount;
} rein_item;

/* The steady state of one regimen that has gone on for ever, all else of the model running along without
 * other doses. Source: docs/interventions.md, "Steady state". */
typedef struct {
  double every;          /* between doses [model time]; 0: a constant input at `rate` */
  double phase;          /* how long after a dose the state is wanted, in (0, every] [model time] */
  double amount;         /* bolus of each dose, state units */
  double rate, duration; /* infusion of each dose [state units / model time], its length, also above every */
  int32_t state, input;  /* that the bolus goes into, that the infusion uses; -1 none */
  bool equilibrates;     /* no regimen: the steady state of the model itself, before the first action */
  bool adds; /* adds the steady state to the present one, inputs run on; else replaces it, all inputs 0 */
} rein_steady;

/* One dose as prescribed and as delivered, for the records; the solver does not look at it. */
typedef struct {
  double time_prescribed, time_delivered; /* model time; delivered NaN: not taken */
  double prescribed, delivered, reported; /* action's unit; reported: as the person tells it */
  int32_t action, i_dose;
  int32_t decided; /* of the plan's lines with decisions, -1: none decides about it */
} rein_dose;

/* What a decision has said of one line of an arm: it holds for the line's doses from `time` on, until the
 * next says something else. The solver keeps it and does not look at it. */
typedef struct {
  double time;   /* model time */
  double amount; /* action's unit; NaN: as written */
  int32_t line;
  int32_t decided, rule; /* the line among all that are decided about, and why; for the records */
  bool given, stopped;   /* whether doses are given now; whether there is no way back */
} rein_ruling;

/* One lane's work. Arrays grow by realloc and belong to the lane; the solver clears counts before each fill.
 */
typedef struct {
  int64_t individual; /* counts from 0 in the plan's order */
  int32_t arm;
  bool real; /* false: padding, integrated for the company of others, not delivered */
  double t_start, t_end;
  rein_item *item; /* (n_item) rising time; ties in the order they are to happen */
  size_t n_item, cap_item;
  rein_dose *dose; /* (n_dose) */
  size_t n_dose, cap_dose;
  rein_steady *steady; /* (n_steady) of the items REIN_ITEM_STEADY */
  size_t n_steady, cap_steady;
  rein_ruling *ruling; /* (n_ruling) of the decisions so far, those that changed something */
  size_t n_ruling, cap_ruling;
  double *memo; /* (n_memo) what fill leaves for decide: the lane's own numbers */
  size_t n_memo, cap_memo;
  const double *obs; /* (n_obs) rising observation times within [t_start, t_end], lent by the plan */
  int n_obs;
} rein_lane_plan;

/* Adds to a lane's lists; false when memory is out. */
bool rein_lane_add_item(rein_lane_plan *lane, rein_item item);
bool rein_lane_add_dose(rein_lane_plan *lane, rein_dose dose);
/* The item and what it is about; lane->n_steady is cleared by the solver before each fill, like n_item. */
bool rein_lane_add_steady(rein_lane_plan *lane, double time, rein_steady steady);

bool rein_lane_add_ruling(rein_lane_plan *lane, rein_ruling ruling);
/* Room for n numbers in lane->memo, which then has n_memo = n. */
bool rein_lane_make_memo(rein_lane_plan *lane, size_t n);

/* Empties the lists before a fill, without giving memory back. */
void rein_lane_empty(rein_lane_plan *lane);

/* Frees a lane's lists. */
void rein_lane_clear(rein_lane_plan *lane);

/* Sorts items by time, keeping the order of equal times. */
void rein_lane_sort_items(rein_lane_plan *lane);

typedef enum {
  REIN_METHOD_BDF,   /* CVODE, order 1 to 5, Newton */
  REIN_METHOD_ADAMS, /* CVODE, order 1 to 12, fixed point */
  REIN_METHOD_DOPRI5 /* explicit Runge-Kutta pair 5(4) of Dormand and Prince */
} rein_method_kind;

/* "bdf", "adams", "dopri5" */
const char *rein_method_name(rein_method_kind method);

typedef struct {
  void *context;
  int64_t n_batch;
  int n_lane;      /* lanes of every batch, a multiple of REIN_LANE_MULTIPLE */
  int n_obs;       /* most observations of any lane */
  const int *keep; /* (n_keep) rows to deliver: i < n_state a state, else n_state + row of REIN_PROG_OUTPUT */
  int n_keep;
  const double *atol; /* (n_state) absolute tolerance, state units */
  double rtol;
  bool act_first; /* an observation at the instant of an action sees the state after it; default before */
  rein_method_kind method;
  double max_step; /* longest step [model time] of models with switches or events, which are looked for at the
                      ends of steps; 0: no bound */
  int64_t trial_steps; /* > 0: a trial: a batch that needs more steps in all ends there, all its lanes failed,
                          and no lane is run alone */
  const double
      *total; /* (n_total x n_state) linear totals that the rates keep, checked where a lane equilibrates */
  int n_total;
  int64_t max_steps; /* internal steps of one lane's segment before it counts as failed */
  /* Writes batch i_batch: parameters into eval's rows (all lanes, padding too), then lane[0 .. n_lane). May
   * run programs of eval (ACTION, INITIAL) after rein_eval_params. REIN_OK, or REIN_ERR_MEMORY. Called from
   * several threads at once. */
  rein_status (*fill)(void *context, int64_t i_batch, rein_eval *eval, rein_lane_plan *lane);
  /* A lane has come to its item REIN_ITEM_DECIDE with target i_decision: adds to its rulings and writes its
   * items and doses anew; those before the present instant stay what they were. output: the lane's column of
   * REIN_PROG_OUTPUT now, before the actions of the instant; noise: of REIN_PROG_NOISE at the start; both
   * with `stride` between rows. i_decision -1: the lane is begun anew, as fill left it; output and noise are
   * NULL. REIN_OK or REIN_ERR_MEMORY. NULL where no lane decides anything. Called from several threads at
   * once. */
  rein_status (*decide)(void *context, rein_lane_plan *lane, int i_decision, const double *output,
                        const double *noise, int stride);
} rein_plan;

typedef enum {
  REIN_LANE_FINE,  /* with its batch */
  REIN_LANE_ALONE, /* evicted from its batch, finished alone with the pivoting solver */
  REIN_LANE_FAILED /* not integrated to its end; observations from `time` on are NaN */
} rein_lane_status;

typedef enum {
#define REIN_FAIL(name, meaning) REIN_FAIL_##name,
#include "solver/fails.def"
#undef REIN_FAIL
  REIN_N_FAIL
} rein_fail;

const char *rein_fail_name(rein_fail fail);    /* "rates" */
const char *rein_fail_meaning(rein_fail fail); /* in words */

/* How one lane ended. */
typedef struct {
  rein_lane_status status;
  rein_fail fail;            /* why it was evicted or failed */
  double time;               /* model time of the failure; NaN if none */
  int state;                 /* state concerned, or -1 */
  int param;                 /* parameter that is not finite, or -1 */
  const rein_origin *origin; /* sub-expression that went bad, or NULL; lent by the tape */
  double value;              /* the bad value, or the state's value */
  int64_t n_step, n_rate, n_jacobian, n_error_fail,
      n_newton_fail;   /* of its batch while it was live; alone: its own */
  int64_t n_event;     /* state and time events executed */
  int64_t n_pow_floor; /* powers of a slightly negative base taken at 0 */
  int64_t n_range_warning;
  double
      residual; /* of the steady state before the first action [tolerances / model time]; NaN: none wanted */
} rein_outcome;

/* A finished batch, lent for the time of the call. */
typedef struct {
  int64_t i_batch;
  int n_lane;
  const rein_lane_plan *lane;  /* (n_lane) */
  const rein_outcome *outcome; /* (n_lane) */
  const double *out;           /* (n_obs x n_keep x n_lane), keep's units; NaN where not reached */
  const double *error;         /* same shape: estimate of the integration error, see docs/numerics.md */
  const double *param;         /* (n_param x n_lane) at the start */
  const double *noise;         /* (2 n_observable x n_lane) rows of REIN_PROG_NOISE at the start */
  const double *safety_first;  /* (n_safety x n_lane) first time a signal was true [model time], NaN never */
  const double
      *safety_duration; /* (n_safety x n_lane) how long it was true [model time], to the accuracy of steps */
} rein_batch_result;

/* Receives finished batches, in any order, from several threads at once. REIN_OK, or another status to stop
 * the run. */
typedef struct {
  void *context;
  rein_status (*take)(void *context, const rein_batch_result *result);
} rein_sink;

#endif
