/* Contract of an integration method: it takes the live lanes of a pass from tau = 0 to tau = 1, step by step.
 *
 * Time is a lane quantity: lane l's model time is t0[l] + tau * span[l], and d y / d tau = span[l] * rate. A
 * lane with span 0 or that is not live stands still. A pass is start, then steps until tau = 1; lanes may be
 * taken out (live = 0) between steps.
 */
#ifndef REIN_SOLVER_METHOD_H
#define REIN_SOLVER_METHOD_H

#include "solver/lane_matrix.h"
#include "solver/plan.h"

/* What the method works on; owned by the batch, outlives the method. */
typedef struct {
  const rein_tape *tape;
  rein_eval *eval;
  const rein_lu_plan *lu;
  const rein_kernels *kernels;
  rein_lane_shape shape;        /* n_state rows; live, per_lane */
  const double *t0, *span;      /* (n_lane) model time of tau = 0, and length of the segment */
  double *time;                 /* (n_lane) scratch: model time of a call */
  double *bad;                  /* (n_lane) 1.0 for lanes whose last rates were not finite */
  double *bad_time, *bad_state; /* (n_lane), (n_state x n_lane) where that was, to tell the sub-expression */
  double rtol;
  const double *atol; /* (n_state x n_lane) */
  double max_step;    /* [model time], 0: no bound */
  rein_method_kind kind;
  bool alone; /* one live lane, lane 0, with the pivoting linear solver */
} rein_method_problem;

typedef enum {
  REIN_STEP_OK = 0,
  REIN_STEP_RATES,    /* lanes marked in problem->bad */
  REIN_STEP_ERROR,    /* error test; the lane with the largest shape.per_lane decided it */
  REIN_STEP_NEWTON,   /* Newton; likewise */
  REIN_STEP_SINGULAR, /* the linear solver's pivot lane, or shape.per_lane */
  REIN_STEP_BROKEN    /* the method itself: nothing more can be done in this batch */
} rein_step;

typedef struct {
  int64_t n_step, n_rate, n_jacobian, n_error_fail, n_newton_fail;
} rein_method_counters;

typedef struct rein_method rein_method;

/* The method that problem->kind names, or NULL when memory is out. Destroy with rein_method_destroy. */
rein_method *rein_method_create(rein_method_problem *problem);
void rein_method_destroy(rein_method *method);

/* Begins a pass at tau = 0 from y (n_state x n_lane); all history, stop time, initial and minimum step are
 * set anew. */
rein_step rein_method_start(rein_method *method, const double *y);

/* One internal step, never past tau = 1. After an answer other than OK the state is that of the last good
 * step; lanes may be taken out and stepping goes on, or, at tau = 0, start is called again. */
rein_step rein_method_advance(rein_method *method, double *tau);

/* State at the last tau reached; lent until the next call. */
const double *rein_method_state(const rein_method *method);

/* Size of the last step in tau. */
double rein_method_last_step(const rein_method *method);

/* State at one tau of the last step, the same for all lanes; into y (n_state x n_lane). */
bool rein_method_dense(rein_method *method, double tau, double *y);

/* State at each lane's own tau (n_lane) of the last step. mask (n_lane): only lanes with 1.0 are wanted, what
 * the others get depends on their neighbours; NULL: all. */
bool rein_method_dense_lanes(rein_method *method, const double *tau, const double *mask, double *y);

/* Estimate of the last step's local error (n_state x n_lane), lent until the next call. */
const double *rein_method_local_error(rein_method *method);

/* Norm of the last step's local error in each lane, in units of its tolerance, into norm (n_lane). */
void rein_method_error_norms(rein_method *method, double *norm);

/* Lane that the last failure is to be blamed on, or -1. */
int rein_method_blame(const rein_method *method, rein_step answer);

/* Counters since start. */
rein_method_counters rein_method_count(rein_method *method);

#endif
