/* A batch: lanes that are integrated together. Private to the ensemble and its parts (batch*.c, events.c,
 * observe.c).
 *
 * Every lane has its own clock. A pass takes each live lane from its `cur` to its own `target`: the next
 * action, known stop, delayed event or end. Between passes all lanes that are not done settle: observe, act,
 * fire events, find the next target. A lane whose switch changes inside a pass is parked there (live = 0) and
 * goes on with the next pass.
 *
 *   settle -> pass (steps: dense output, switches, safety, ranges) -> settle -> ... until all lanes are done
 *
 * A lane that hinders the others is evicted (live = 0 for good) and later run alone with the pivoting solver.
 * Invariants:
 *  1. shape.live is 1.0 exactly for lanes that move in the current pass.
 *  2. Parameters, inputs and modes change only in settle; every change is followed by rein_eval_params before
 * anything runs.
 *  3. Nothing is allocated inside a pass.
 */
#ifndef REIN_SOLVER_BATCH_H
#define REIN_SOLVER_BATCH_H

#include "solver/history.h"
#include "solver/method.h"

/* An event waiting for its time. */
typedef struct {
  double time; /* of execution, model time */
  int32_t lane, event;
  int32_t values; /* first of its stored assignment values in `pending_value`, -1: computed at execution */
  int64_t serial; /* order of triggering */
} rein_pending;

/* Three places of a step, rising in 0 .. 1, and a margin there: see turns.c. */
typedef struct {
  double u[3], g[3];
} rein_turn;

#define REIN_MAX_CUT 8 /* of a lane in one step */
#define REIN_MAX_WAIT 64
#define REIN_BATCH_OWNED 96 /* allocations of a batch, more than there are */

typedef struct rein_steady_work rein_steady_work; /* of steady.c */

typedef struct {
  const rein_tape *tape;
  const rein_plan *plan;
  const rein_kernels *kernels;
  rein_method_problem problem; /* shape and rows shared with the method */
  rein_method *method;
  rein_eval *eval;
  int n_lane;
  bool alone;

  rein_lane_plan *lane;  /* (n_lane) */
  rein_outcome *outcome; /* (n_lane) */
  bool *done, *evicted;  /* (n_lane) */
  bool *arrived;         /* (n_lane) */
  size_t *next_item;     /* (n_lane) */
  int *next_obs;         /* (n_lane) */
  double *when;          /* (n_lane) time of the next observation, +inf when there is none */
  int *n_strain;         /* (n_lane) successive failed error tests that the lane decided */
  int *n_still;          /* (n_lane) parkings without time going on */
  double *cur, *t0, *target,
      *span;       /* (n_lane) model time: now; of tau = 0 in this pass; span = target - t0 */
  double *jump;    /* (n_lane) model time of the last executed event; -inf none */
  double *passed;  /* (n_lane) last instant behind which the lane has been; -inf none */
  bool at_instant; /* modes are those of the lanes' instant, not of what comes behind it */
  double *time, *time_program, *bad; /* (n_lane) scratch of the method, of programs; lanes with bad rates */
  double *moving;                    /* (n_lane) 1.0 for lanes that were live when the last step was taken */
  double *tau_low, *tau_high, *tau_mid, *mask, *norm; /* (n_lane) */
  double *piece_low, *piece_high; /* (n_lane) tau: the piece of the step that is looked at */
  int n_leaves;                   /* 0: nobody left a range in the last step, and leaves says nothing */
  int *leaves;                    /* (n_lane) state whose range is left, at tau_high; -1 none */

  double *y, *y_dense, *y_event;   /* (n_state x n_lane) */
  double *error_sum;               /* (n_state x n_lane) sum of local error estimates since the start */
  double *initial;                 /* (n_state x n_lane) */
  double *switch_ref, *switch_now; /* (n_switch x n_lane) */
  double *margin_before, *margin_middle, *margin_now, *margin_found; /* (n_margin x n_lane) */
  double *margin_pace; /* (n_margin x n_lane) how far each moved in the last step of the pass */
  double last_length;  /* of that step in tau; 0 at the start of a pass */
  double
      *cut; /* (REIN_MAX_CUT x n_lane) tau at which the last step is cut, rising; behind the last: its end */
  int *n_cut;               /* (n_lane) */
  double *looked, *changed; /* (n_lane) scratch of turns.c, as is turn (n_lane) */
  rein_turn *turn;
  int *list;                                           /* (n_lane) scratch of locate.c */
  double *trigger_ref, *trigger_now, *timing, *assign; /* rows of their programs x n_lane */
  double *stops;                                       /* (2 n_mode x n_lane) */
  double *safety_ref, *safety_now, *safety_found;      /* (n_safety x n_lane); found: scratch of locate */
  double *safety_first, *safety_duration;              /* (n_safety x n_lane) */
  double *output, *output_moved;                       /* (n_output x n_lane) */
  double *param_start, *noise;                         /* (n_param x n_lane), (2 n_observable x n_lane) */
  double *out, *error;     /* (n_obs x n_keep x n_lane) what was delivered; the rest is NaN at the end only */
  const double **row_from; /* (n_keep) scratch of observe.c */
  bool keeps_output;
  int64_t *n_floor_kept; /* (n_lane) scratch of programs that some lanes are asked for */

  /* Observations at times of the lanes' own wait for those of other lanes, so that outputs are computed for
   * many at once: slot w holds those with index wait_obs[w], -1 none, of the wait_count[w] lanes of its mask.
   * They wait until all live lanes are there, the slot is wanted, or parameters may change. */
  int n_wait; /* a power of two; 0: they do not wait */
  int wait_obs[REIN_MAX_WAIT], wait_count[REIN_MAX_WAIT];
  int n_live;                    /* lanes at the start of the pass */
  double *wait_mask, *wait_time; /* (n_wait x n_lane) */
  double *wait_y, *wait_error;   /* (n_wait x n_state x n_lane) state and error_sum at that time */

  int *ranged; /* (n_ranged) states with a declared range */
  int n_ranged;

  rein_pending *pending; /* (n_pending) events waiting, all lanes */
  size_t n_pending, cap_pending;
  double *pending_value;
  size_t n_pending_value, cap_pending_value;
  bool no_dense;  /* the dense output of the last step failed */
  bool no_memory; /* a lane lacked memory for something: the batch counts for nothing */
  int64_t serial;
  int64_t n_trial; /* steps of all passes */
  bool params_dirty;
  rein_history *history; /* of tapes with delays, else NULL */

  struct rein_rest_work *rest; /* of rest.c, likewise */
  rein_steady_work *steady;    /* made when a lane first needs it */

  void *owned[REIN_BATCH_OWNED]; /* (n_owned) everything above that was allocated once */
  int n_owned;
} rein_batch;

/* All memory of one thread's batch, allocated once. NULL when memory is out. */
rein_batch *rein_batch_create(const rein_tape *tape, const rein_plan *plan, const rein_lu_plan *lu,
                              const rein_kernels *kernels, bool alone);
void rein_batch_destroy(rein_batch *batch);

/* Fills and integrates batch i_batch; evicted lanes are left for rein_batch_run_alone. */
rein_status rein_batch_run(rein_batch *batch, int64_t i_batch);

/* Runs the evicted lane of `batch` in `alone` and copies what came out back. */
void rein_batch_run_alone(rein_batch *alone, rein_batch *batch, int lane);

/* Row of a (rows x n_lane) array. */
static inline double *rein_row_of(double *rows, const rein_batch *batch, int row) {
  return rows + (size_t)row * (size_t)batch->n_lane;
}

/* Ends a lane with a failure; `state` -1 where none is concerned. */
void rein_batch_fail(rein_batch *batch, int lane, rein_fail fail, double time, int state, double value);

/* Likewise where memory is out: no record of the lane, the run stops with REIN_ERR_MEMORY. */
void rein_batch_no_memory(rein_batch *batch, int lane);

/* The state at each lane's own tau of the last step, into y (n_state x n_lane); of lanes with mask 0
 * anything, NULL: all lanes. False is remembered: whatever asked goes on as if nothing had happened, and at
 * the end of the step the lanes that moved leave. */
bool rein_batch_dense(rein_batch *batch, const double *tau, const double *mask, double *y);

/* A program at each lane's own tau of the pass, where the state is y, into out (n_out x n_lane). */
void rein_batch_run_at(rein_batch *batch, rein_prog prog, const double *tau, const double *y, double *out);

/* Both: the program where the dense output has its state, which is left in y_dense. */
bool rein_batch_look(rein_batch *batch, rein_prog prog, const double *tau, const double *mask, double *out);

/* observe.c: delivers each masked lane's next observation from y at `time` (both per lane) and counts it on.
 */
void rein_batch_observe(rein_batch *batch, const double *mask, const double *time, const double *y);

/* observe.c: delivers what is due up to tau_high (per lane) inside the last step. */
void rein_batch_observe_step(rein_batch *batch, double tau);

/* observe.c: what waits is delivered: at the end of a pass, before parameters change. */
void rein_batch_flush(rein_batch *batch);

/* observe.c: before the first instant; after the last: NaN in observations that no lane has delivered. */
void rein_batch_start_observing(rein_batch *batch);
void rein_batch_end_observing(rein_batch *batch);

/* settle.c: acts, fires events and finds the next target of every lane that is not done; marks finished lanes
 * done. Returns the number of lanes to move in the next pass (their live is 1). */
int rein_batch_settle(rein_batch *batch);

/* settle.c: applies parameter and mode changes: parameter section, stops, modes, targets. */
void rein_batch_refresh(rein_batch *batch);

/* steady.c: lanes that are looking for a steady state have a clock, a target and inputs of their own, observe
 * nothing and take no items; at its end they are where they were. */
void rein_steady_begin(rein_batch *batch, int lane, const rein_steady *wanted);
void rein_steady_move(rein_batch *batch); /* those that have reached their target */
bool rein_steady_is_on(const rein_batch *batch, int lane);
bool rein_steady_equilibrates(const rein_batch *batch, int lane); /* on, for the model's own steady state */
double rein_steady_target(const rein_batch *batch, int lane);
void rein_steady_clear(rein_batch *batch); /* before a batch */
void rein_steady_destroy(rein_steady_work *work);

/* events.c: triggers and assignments at the lanes' current times. True if any lane changed. */
bool rein_batch_fire(rein_batch *batch);

/* events.c: truth of triggers before the first instant. */
void rein_batch_start_triggers(rein_batch *batch);

/* events.c: the earliest waiting event of a lane, or +inf. */
double rein_batch_next_pending(const rein_batch *batch, int lane);

/* locate.c: for lanes with mask 1: tau_high becomes the earliest tau in (tau_low, tau_high] at which rows
 * [first, first + n) of the program differ from `ref`, found by bisection on the dense output of the last
 * step. `now` is scratch. */
void rein_batch_locate(rein_batch *batch, rein_prog prog, int first, int n, const double *ref, double *now);

/* turns.c: margins before the first step of a pass; where the step that ended at tau is cut into pieces, each
 * lane's own (cut). Returns the largest number of cuts. */
void rein_batch_start_margins(rein_batch *batch);
int rein_batch_cut_step(rein_batch *batch, double tau_before, double tau);

/* locate.c: after a step of n_cut cuts: parks lanes whose switches changed. tau_high of a parked lane is its
 * place, of others tau. */
void rein_batch_park(rein_batch *batch, double tau_before, double tau, int n_cut);

/* locate.c: bounds of a state's declared range, 10 atol beyond what the model says [state unit]. */
void rein_batch_range(const rein_batch *batch, int state, double *low, double *high);

/* locate.c: lanes that left a declared range of policy error: tau_high becomes the place, leaves the state.
 */
void rein_batch_find_leavers(rein_batch *batch, double tau_before, int n_cut);

/* locate.c: first times and durations of safety signals up to tau_high. */
void rein_batch_watch_safety(rein_batch *batch, double tau_before, int n_cut);
void rein_batch_start_safety(rein_batch *batch);

#endif
