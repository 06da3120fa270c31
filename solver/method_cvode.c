/* CVODE in lanes: one instance integrates all live lanes of a batch in lockstep; order, step and Newton
 * control are CVODE's own. Numbered facts that other files rely on:
 *  1. Before each pass stop time, initial step and minimum step are set anew: CVodeReInit resets none of
 * them, and bits would depend on the pass before.
 *  2. A lane that is not live has rates 0 and an identity row block in the Newton matrix; the norm skips it.
 *  3. Rates that are not finite in a live lane are answered with "try a smaller step"; `bad` says which
 * lanes. The only file that sees CVODE's interface (SUNDIALS 6).
 */
#include <cvode/cvode.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sunnonlinsol/sunnonlinsol_fixedpoint.h>
#include <sunnonlinsol/sunnonlinsol_newton.h>

#include "solver/lane_klu.h"
#include "solver/method_table.h"

#define MIN_STEP                                                                                             \
  1e-13 /* of a segment: below it a lane is evicted. 1e-10 would evict Van der Pol's first step */
#define MIN_STEP_ALONE 1e-15 /* of a segment: below it tau no longer moves in double precision */
#define MAX_ERROR_FAILS 15   /* in one step, before the lane that decides the test is blamed */
#define MAX_NEWTON_FAILS 15  /* likewise */

typedef struct {
  rein_method base;
  rein_method_problem *p;
  SUNContext context;
  void *cvode;
  N_Vector y, error, weight, inside;
  rein_lane_terms terms; /* of the interpolant: CVODE's Nordsieck array, lowest power first */
  SUNMatrix matrix;
  SUNLinearSolver linear;
  SUNNonlinearSolver nonlinear;
  double tau, last_step;
  bool terms_known; /* for the last step */
  bool broken;      /* see rein_lane_shape */
} cvode_method;

static void lane_times(const rein_method_problem *p, double tau) {
  for (int l = 0; l < p->shape.n_lane; l++) p->time[l] = p->t0[l] + tau * p->span[l];
}

static int rates(realtype tau, N_Vector y, N_Vector ydot, void *user) {
  cvode_method *m = user;
  rein_method_problem *p = m->p;
  double *out = rein_lane_vector_rows(ydot);
  lane_times(p, tau);
  rein_eval_run(p->eval, REIN_PROG_RATES, p->time, rein_lane_vector_rows(y), out);
  if (!p->kernels->finish_rates(out, p->shape.n_row, p->shape.n_lane, p->span, p->shape.live, p->bad))
    return 0;
  size_t lane_bytes = (size_t)p->shape.n_lane * sizeof(double);
  memcpy(p->bad_time, p->time, lane_bytes);
  memcpy(p->bad_state, rein_lane_vector_rows(y), (size_t)p->shape.n_row * lane_bytes);
  return 1;
}

static int weights(N_Vector y, N_Vector w, void *user) {
  const rein_method_problem *p = ((cvode_method *)user)->p;
  bool fine = p->kernels->error_weights(p->rtol, rein_lane_vector_rows(y), p->atol, rein_lane_vector_rows(w),
                                        p->shape.n_row, p->shape.n_lane, p->shape.live);
  return fine ? 0 : -1;
}

/* M = I - gamma span J; J only where CVODE asks for it anew. */
static int linear_system(realtype tau, N_Vector y, N_Vector fy, SUNMatrix matrix, booleantype j_ok,
                         booleantype *j_now, realtype gamma, void *user, N_Vector t1, N_Vector t2,
                         N_Vector t3) {
  (void)fy, (void)t1, (void)t2, (void)t3;
  cvode_method *m = user;
  *j_now = !j_ok;
  if (!j_ok) {
    lane_times(m->p, tau);
    rein_eval_run(m->p->eval, REIN_PROG_JACOBIAN, m->p->time, rein_lane_vector_rows(y),
                  rein_lane_matrix_values(matrix));
  }
  rein_lane_matrix_set(matrix, 1.0, -gamma, m->p->span);
  if (m->p->alone) rein_lane_klu_set(m->linear, -gamma, m->p->span);
  return 0;
}

static void silent(int code, const char *module, const char *function, char *message, void *user) {
  (void)code, (void)module, (void)function, (void)message, (void)user;
}

static bool set_up_newton(cvode_method *m) {
  const rein_method_problem *p = m->p;
  m->matrix = rein_lane_matrix_create(p->lu, &p->shape, m->context);
  if (!m->matrix) return false;
  m->linear = p->alone ? rein_lane_klu_create(p->tape, &p->shape, m->context)
                       : rein_lane_solver_create(p->lu, &p->shape, m->context);
  return m->linear && CVodeSetLinearSolver(m->cvode, m->linear, m->matrix) == CV_SUCCESS &&
         CVodeSetLinSysFn(m->cvode, linear_system) == CV_SUCCESS;
}

static bool set_up_fixed_point(cvode_method *m) {
  m->nonlinear = SUNNonlinSol_FixedPoint(m->y, 0, m->context);
  return m->nonlinear && CVodeSetNonlinearSolver(m->cvode, m->nonlinear) == CV_SUCCESS;
}

static bool set_up(cvode_method *m) {
  const rein_method_problem *p = m->p;
  bool adams = p->kind == REIN_METHOD_ADAMS;
  m->y = rein_lane_vector_create(&p->shape, m->context);
  if (!m->y) return false;
  m->error = N_VClone(m->y), m->weight = N_VClone(m->y), m->inside = N_VClone(m->y);
  bool fine = m->error && m->weight && m->inside;
  m->cvode = fine ? CVodeCreate(adams ? CV_ADAMS : CV_BDF, m->context) : NULL;
  return m->cvode && CVodeSetErrHandlerFn(m->cvode, silent, NULL) == CV_SUCCESS &&
         CVodeInit(m->cvode, rates, 0.0, m->y) == CV_SUCCESS &&
         CVodeWFtolerances(m->cvode, weights) == CV_SUCCESS && CVodeSetUserData(m->cvode, m) == CV_SUCCESS &&
         (adams ? set_up_fixed_point(m) : set_up_newton(m)) &&
         CVodeSetMaxErrTestFails(m->cvode, MAX_ERROR_FAILS) == CV_SUCCESS &&
         CVodeSetMaxConvFails(m->cvode, MAX_NEWTON_FAILS) == CV_SUCCESS &&
         CVodeSetMaxHnilWarns(m->cvode, -1) == CV_SUCCESS;
}

static void destroy(rein_method *base) {
  cvode_method *m = (cvode_method *)base;
  N_Vector vectors[] = {m->y, m->error, m->weight, m->inside};
  if (m->cvode) CVodeFree(&m->cvode);
  for (size_t i = 0; i < sizeof vectors / sizeof *vectors; i++)
    if (vectors[i]) N_VDestroy(vectors[i]);
  if (m->nonlinear) SUNNonlinSolFree(m->nonlinear);
  if (m->linear) SUNLinSolFree(m->linear);
  if (m->matrix) SUNMatDestroy(m->matrix);
  if (m->context) SUNContext_Free(&m->context);
  m->p->shape.broken = NULL;
  free(m);
}

static rein_method *create(rein_method_problem *problem) {
  cvode_method *m = calloc(1, sizeof *m);
  if (!m) return NULL;
  m->base = (rein_method){&rein_method_cvode, problem};
  m->p = problem;
  problem->shape.broken = &m->broken;
  if (SUNContext_Create(NULL, &m->context) == 0 && set_up(m) && !m->broken) return &m->base;
  destroy(&m->base);
  return NULL;
}

static rein_step answer_of(int flag) {
  switch (flag) {
  case CV_SUCCESS:
  case CV_TSTOP_RETURN:
    return REIN_STEP_OK;
  case CV_FIRST_RHSFUNC_ERR:
  case CV_REPTD_RHSFUNC_ERR:
  case CV_UNREC_RHSFUNC_ERR:
    return REIN_STEP_RATES;
  case CV_ERR_FAILURE:
  case CV_TOO_MUCH_ACC:
  case CV_ILL_INPUT: /* weights that are not finite, or tau = 1 closer than the unit roundoff */
    return REIN_STEP_ERROR;
  case CV_CONV_FAILURE:
  case CV_NLS_FAIL:
    return REIN_STEP_NEWTON;
  case CV_LSETUP_FAIL:
  case CV_LSOLVE_FAIL:
    return REIN_STEP_SINGULAR;
  default:
    return REIN_STEP_BROKEN;
  }
}

static rein_method_counters count(rein_method *base) {
  cvode_method *m = (cvode_method *)base;
  long step = 0, rate = 0, error_fail = 0, newton_fail = 0, setup = 0;
  CVodeGetNumSteps(m->cvode, &step);
  CVodeGetNumRhsEvals(m->cvode, &rate);
  CVodeGetNumErrTestFails(m->cvode, &error_fail);
  CVodeGetNumNonlinSolvConvFails(m->cvode, &newton_fail);
  if (m->linear) CVodeGetNumJacEvals(m->cvode, &setup);
  return (rein_method_counters){step, rate, setup, error_fail, newton_fail};
}

static rein_step start(rein_method *base, const double *y) {
  cvode_method *m = (cvode_method *)base;
  const rein_method_problem *p = m->p;
  memcpy(rein_lane_vector_rows(m->y), y, (size_t)p->shape.n_row * (size_t)p->shape.n_lane * sizeof *y);
  m->tau = m->last_step = 0;
  m->terms_known = false;
  bool fine = CVodeReInit(m->cvode, 0.0, m->y) == CV_SUCCESS &&
              CVodeSetInitStep(m->cvode, 0.0) == CV_SUCCESS &&
              CVodeSetMaxStep(m->cvode, 0.0) == CV_SUCCESS && /* first: no bound may be below the other */
              CVodeSetMinStep(m->cvode, p->alone ? MIN_STEP_ALONE : MIN_STEP) == CV_SUCCESS &&
              CVodeSetMaxStep(m->cvode, rein_method_max_step(p)) == CV_SUCCESS &&
              CVodeSetStopTime(m->cvode, 1.0) == CV_SUCCESS;
  return fine ? REIN_STEP_OK : REIN_STEP_BROKEN;
}

static rein_step advance(rein_method *base, double *tau) {
  cvode_method *m = (cvode_method *)base;
  realtype reached = m->tau;
  m->terms_known = false;
  rein_step answer = answer_of(CVode(m->cvode, 1.0, m->y, &reached, CV_ONE_STEP));
  if (m->broken) answer = REIN_STEP_BROKEN;
  if (answer == REIN_STEP_OK) {
    m->last_step = reached - m->tau;
    m->tau = reached;
  }
  *tau = m->tau;
  return answer;
}

static const double *state(const rein_method *base) {
  return rein_lane_vector_rows(((const cvode_method *)base)->y);
}

static double last_step(const rein_method *base) {
  return ((const cvode_method *)base)->last_step;
}

static bool dense(rein_method *base, double tau, double *y) {
  cvode_method *m = (cvode_method *)base;
  if (CVodeGetDky(m->cvode, tau, 0, m->inside) != CV_SUCCESS) return false;
  memcpy(y, rein_lane_vector_rows(m->inside),
         (size_t)m->p->shape.n_row * (size_t)m->p->shape.n_lane * sizeof *y);
  return true;
}

/* CVODE's interpolant is sum over k of ((tau - end) / h)^k z_k. Asked for a value of it, CVODE combines the
 * z_k, highest power first; here the sum is not made but its terms are lent. Once per step. */
static bool know_terms(cvode_method *m) {
  if (m->terms_known) return true;
  rein_lane_terms lent = {0};
  m->p->shape.terms = &lent;
  int flag = CVodeGetDky(m->cvode, m->tau, 0, m->inside);
  m->p->shape.terms = NULL;
  if (flag != CV_SUCCESS) return false;
  for (int k = 0; k < lent.n; k++) m->terms.rows[k] = lent.rows[lent.n - 1 - k];
  m->terms.n = lent.n;
  return m->terms_known = lent.n > 0;
}

/* Each lane's own Horner sum. */
static bool dense_lanes(rein_method *base, const double *tau, const double *mask, double *y) {
  cvode_method *m = (cvode_method *)base;
  double end, h, *sigma = m->p->time; /* scratch: distance from the end of the step, in steps */
  if (!know_terms(m) || CVodeGetCurrentTime(m->cvode, &end) != CV_SUCCESS ||
      CVodeGetLastStep(m->cvode, &h) != CV_SUCCESS)
    return false;
  for (int l = 0; l < m->p->shape.n_lane; l++) sigma[l] = (tau[l] - end) / h;
  m->p->kernels->horner(m->terms.n, m->terms.rows, sigma, mask, y, m->p->shape.n_row, m->p->shape.n_lane);
  return true;
}

static const double *local_error(rein_method *base) {
  cvode_method *m = (cvode_method *)base;
  CVodeGetEstLocalErrors(m->cvode, m->error);
  return rein_lane_vector_rows(m->error);
}

static void error_norms(rein_method *base, double *norm) {
  cvode_method *m = (cvode_method *)base;
  CVodeGetEstLocalErrors(m->cvode, m->error);
  CVodeGetErrWeights(m->cvode, m->weight);
  const rein_lane_shape *shape = &m->p->shape;
  m->p->kernels->wrms_max(rein_lane_vector_rows(m->error), rein_lane_vector_rows(m->weight), shape->n_row,
                          shape->n_lane, shape->live, norm);
}

static int pivot_lane(const rein_method *base) {
  const cvode_method *m = (const cvode_method *)base;
  return m->linear && !m->p->alone ? rein_lane_solver_pivot_lane(m->linear) : -1;
}

const rein_method_table rein_method_cvode = {.create = create,
                                             .destroy = destroy,
                                             .start = start,
                                             .advance = advance,
                                             .state = state,
                                             .last_step = last_step,
                                             .dense = dense,
                                             .dense_lanes = dense_lanes,
                                             .local_error = local_error,
                                             .error_norms = error_norms,
                                             .pivot_lane = pivot_lane,
                                             .count = count};
