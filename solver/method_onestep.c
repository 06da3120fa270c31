/* Explicit Runge-Kutta pair 5(4) of Dormand and Prince in lanes: all live lanes share one step in tau, and
 * the step is good when every live lane's own error is. For problems that are not stiff and have many
 * restarts: no history to build up again, no matrix, seven rates a step of which one serves the next.
 *
 *  1. Rates are kept as the tape gives them; the lane's length of segment comes in with `step`
 * (lane_onestep.h).
 *  2. A lane that is not live stands still: step 0. The norm skips it.
 *  3. Rates that are not finite in a live lane, or a stage that is not, cut the step; `bad` says which lanes.
 *  4. The last good step's y, k and step row stay as they are until the next advance: dense output needs
 * them.
 *
 * Coefficients: Dormand, Prince (1980). Dense output, initial step and step control: Hairer, Norsett, Wanner
 * (1993), II.4 and II.6. See docs/numerics.md, "The one-step method". */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "solver/lane_onestep.h"
#include "solver/method_table.h"

#define N_STAGE 7
#define MIN_STEP 1e-13  /* of a segment: as for CVODE, below it the lane to blame leaves */
#define CUT 0.25        /* of the step, after rates that are not finite */
#define SAFETY 0.9      /* of the step that would just pass the error test */
#define SHRINK_MOST 0.2 /* factors of the step, after an error test */
#define GROW_MOST 10.0
#define BETA 0.04 /* share of the last error in the new step: calms steps that stability limits */
#define EXPONENT (0.2 - 0.75 * BETA)
#define LEAST_ERROR 1e-4 /* of the last step, for the controller */
#define STRETCH 1.1      /* a step this much too short for the rest of the segment takes all of it */
#define PROBE 1e-3       /* of the segment: first probe where states or rates say nothing about scale */

static const double c[N_STAGE] = {0, 1.0 / 5, 3.0 / 10, 4.0 / 5, 8.0 / 9, 1, 1};
static const double a[N_STAGE - 1][5] = {
    {0},
    {1.0 / 5},
    {3.0 / 40, 9.0 / 40},
    {44.0 / 45, -56.0 / 15, 32.0 / 9},
    {19372.0 / 6561, -25360.0 / 2187, 64448.0 / 6561, -212.0 / 729},
    {9017.0 / 3168, -355.0 / 33, 46732.0 / 5247, 49.0 / 176, -5103.0 / 18656},
};
/* Of stages 1, 3, 4, 5, 6, 7: solution, error, dense output. */
static const double b[6] = {35.0 / 384, 500.0 / 1113, 125.0 / 192, -2187.0 / 6784, 11.0 / 84, 0};
static const double e[6] = {71.0 / 57600,      -71.0 / 16695, 71.0 / 1920,
                            -17253.0 / 339200, 22.0 / 525,    -1.0 / 40};
static const double d[6] = {-12715105075.0 / 11282082432.0, 87487479700.0 / 32700410799.0,
                            -10690763975.0 / 1880347072.0,  701980252875.0 / 199316789632.0,
                            -1453857185.0 / 822651844.0,    69997945.0 / 29380423.0};

typedef struct {
  rein_method base;
  rein_method_problem *p;
  const rein_onestep_kernels *onestep;
  double *memory;
  double *k[N_STAGE]; /* (n_state x n_lane) rates of the stages, model time */
  double *y[2];       /* (n_state x n_lane) start and end of the step */
  double *z[2];       /* (n_state x n_lane) stages, in turn: the one before is kept for `bad_state` */
  double *error;      /* (n_state x n_lane) of the last step tried */
  double *step, *time, *theta; /* (n_lane) */
  double *norm;                /* (n_lane) of the last step that was tested */
  double tau, h, last_step;    /* h: to try next */
  double longest;              /* no step is longer */
  double last_error;           /* norm of the last good step */
  bool begun, taken;           /* first rates are known; y[1] is the state */
  bool timed;                  /* rates depend on time other than through states */
  rein_method_counters n;
} onestep_method;

static void destroy(rein_method *base) {
  free(((onestep_method *)base)->memory);
  free(base);
}

static rein_method *create(rein_method_problem *p) {
  onestep_method *m = calloc(1, sizeof *m);
  if (!m) return NULL;
  const size_t n = (size_t)p->shape.n_row, n_lane = (size_t)p->shape.n_lane;
  m->base = (rein_method){&rein_method_onestep, p};
  m->p = p, m->onestep = p->kernels->onestep,
  m->timed = rein_tape_reads_time(p->tape, REIN_PROG_RATES) || p->tape->n_delay > 0;
  m->memory = rein_rows_create((N_STAGE + 5) * n + 4, p->shape.n_lane);
  if (!m->memory) {
    free(m);
    return NULL;
  }
  double *at = m->memory;
  double **by_state[] = {&m->k[0], &m->k[1], &m->k[2], &m->k[3], &m->k[4], &m->k[5],
                         &m->k[6], &m->y[0], &m->y[1], &m->z[0], &m->z[1], &m->error};
  for (size_t i = 0; i < sizeof by_state / sizeof *by_state; i++) *by_state[i] = at, at += n * n_lane;
  double **by_lane[] = {&m->step, &m->time, &m->theta, &m->norm};
  for (size_t i = 0; i < sizeof by_lane / sizeof *by_lane; i++) *by_lane[i] = at, at += n_lane;
  return &m->base;
}

static rein_step start(rein_method *base, const double *y) {
  onestep_method *m = (onestep_method *)base;
  const rein_lane_shape *shape = &m->p->shape;
  memcpy(m->y[0], y, (size_t)shape->n_row * (size_t)shape->n_lane * sizeof *y);
  memset(&m->n, 0, sizeof m->n);
  m->tau = m->last_step = 0;
  m->begun = m->taken = false;
  m->longest = rein_method_max_step(m->p);
  if (m->longest == 0) m->longest = 1;
  return REIN_STEP_OK;
}

/* ---- one step ---- */

static void rates(onestep_method *m, double tau, const double *y, double *k) {
  const rein_method_problem *p = m->p;
  if (m->timed) m->onestep->times(tau, p->t0, p->span, m->time, p->shape.n_lane);
  rein_eval_run(p->eval, REIN_PROG_RATES, m->time, y, k);
  m->n.n_rate++;
}

/* Notes where rates went bad, for the one who asks which sub-expression it was. False, for convenience. */
static bool note_bad(onestep_method *m, double tau, const double *y) {
  const rein_method_problem *p = m->p;
  m->onestep->times(tau, p->t0, p->span, p->bad_time, p->shape.n_lane);
  memcpy(p->bad_state, y, (size_t)p->shape.n_row * (size_t)p->shape.n_lane * sizeof *y);
  return false;
}

/* Whether rates k, taken at y, are finite in all lanes that move; `bad` says in which they are not. */
static bool are_finite(onestep_method *m, double tau, const double *y, const double *k) {
  static const double nothing[] = {0};
  const rein_lane_shape *shape = &m->p->shape;
  const double *const list[] = {k};
  return !m->onestep->stage(1, nothing, list, m->step, y, m->z[0], shape->n_row, shape->n_lane, m->p->bad) ||
         note_bad(m, tau, y);
}

static double error_of(onestep_method *m, int n_k, const double *weight, const double *const *k,
                       const double *y1) {
  const rein_lane_shape *shape = &m->p->shape;
  return m->onestep->error(n_k, weight, k, m->step, m->y[0], y1, m->p->rtol, m->p->atol, m->error,
                           shape->per_lane, shape->n_row, shape->n_lane);
}

static void set_steps(onestep_method *m, double h) {
  m->onestep->steps(h, m->p->span, m->p->shape.live, m->step, m->p->shape.n_lane);
}

/* All stages of a step of size h. False where rates or a stage are not finite; else *error is the norm. */
static bool try_step(onestep_method *m, double h, double *error) {
  const rein_lane_shape *shape = &m->p->shape;
  const double *k[] = {m->k[0], m->k[1], m->k[2], m->k[3], m->k[4]};
  const double *last[] = {m->k[0], m->k[2], m->k[3], m->k[4], m->k[5], m->k[6]};
  const double *from = m->y[0];
  double at = m->tau;
  set_steps(m, h);
  for (int s = 1; s < N_STAGE; s++) {
    bool end = s == N_STAGE - 1;
    double *to = end ? m->y[1] : m->z[s % 2];
    if (m->onestep->stage(end ? 5 : s, end ? b : a[s], end ? last : k, m->step, m->y[0], to, shape->n_row,
                          shape->n_lane, m->p->bad))
      return note_bad(m, at, from);
    from = to, at = m->tau + c[s] * h;
    rates(m, at, from, m->k[s]);
  }
  *error = error_of(m, 6, e, last, m->y[1]);
  return isfinite(*error) || are_finite(m, at, m->y[1], m->k[N_STAGE - 1]);
}

/* base^exponent to eight digits, enough for a step size: from exact operations and rounded ones in this order
 * only, so the same everywhere, unlike the C library's. */
static double power(double base, double exponent) {
  int n;
  double x = frexp(fmin(fmax(base, 1e-300), 1e300), &n); /* 0.5 .. 1 */
  if (x < 0.70710678118654752) x *= 2, n--;
  double t = (x - 1) / (x + 1), tt = t * t;
  double log2x =
      2.8853900817779268 * t * (1 + tt * (1.0 / 3 + tt * (1.0 / 5 + tt * (1.0 / 7 + tt * (1.0 / 9)))));
  double y = exponent * (n + log2x), whole = floor(y + 0.5), u = 0.69314718055994531 * (y - whole);
  double series = 1 + u * (1.0 / 5) * (1 + u * (1.0 / 6) * (1 + u * (1.0 / 7) * (1 + u * (1.0 / 8))));
  series = 1 + u * (1 + u * (1.0 / 2) * (1 + u * (1.0 / 3) * (1 + u * (1.0 / 4) * series)));
  return ldexp(series, (int)whole);
}

/* Hairer's choice of the first step, with the largest lane's norms: an Euler step of a hundredth of the
 * states' size shows the second derivative. Also gives the rates at tau. */
static bool begin(onestep_method *m) {
  static const double one[] = {1}, difference[] = {-1, 1};
  const rein_method_problem *p = m->p;
  const rein_lane_shape *shape = &p->shape;
  const double *const k[] = {m->k[0], m->k[1]};
  if (!m->timed) m->onestep->times(m->tau, p->t0, p->span, m->time, shape->n_lane);
  rates(m, m->tau, m->y[0], m->k[0]);
  set_steps(m, 1);
  if (!are_finite(m, m->tau, m->y[0], m->k[0])) return false;
  p->kernels->error_weights(p->rtol, m->y[0], p->atol, m->error, shape->n_row, shape->n_lane, shape->live);
  double size = p->kernels->wrms_max(m->y[0], m->error, shape->n_row, shape->n_lane, shape->live, NULL);
  double slope = error_of(m, 1, one, k, m->y[0]), bend = NAN;
  double probe = size > 1e-5 && slope > 1e-5 && isfinite(slope) ? 0.01 * size / slope : PROBE;
  probe = fmin(probe, 1 - m->tau);
  set_steps(m, probe);
  if (!m->onestep->stage(1, one, k, m->step, m->y[0], m->z[0], shape->n_row, shape->n_lane, p->bad)) {
    rates(m, m->tau + probe, m->z[0], m->k[1]);
    set_steps(m, 1);
    bend = error_of(m, 2, difference, k, m->y[0]) / probe;
  }
  double most = fmax(slope, bend);
  double h = most > 1e-15 ? power(0.01 / most, 0.2) : 1;
  m->h = isfinite(bend) && isfinite(slope) ? fmin(h, 100 * probe) : 0.01 * probe;
  m->last_error = LEAST_ERROR;
  m->begun = true;
  return true;
}

static void swap(double **x, double **y) {
  double *was = *x;
  *x = *y, *y = was;
}

/* The step to try, and whether it ends the segment. The last two share what is left. */
static bool fit(const onestep_method *m, double *h) {
  double left = 1 - m->tau, most = fmin(m->h, m->longest);
  bool end = STRETCH * m->h >= left && left <= m->longest;
  *h = end ? left : 2 * most > left ? 0.5 * left : most;
  return end;
}

/* After a good step: PI control (Hairer, Norsett, Wanner II.4). */
static void accept(onestep_method *m, double h, bool end, double error, bool failed) {
  double factor = SAFETY * power(m->last_error, BETA) / power(error, EXPONENT);
  factor = fmin(failed ? 1 : GROW_MOST, fmax(SHRINK_MOST, factor));
  m->h = h * factor;
  m->last_error = fmax(error, LEAST_ERROR);
  m->last_step = h;
  m->tau = end ? 1 : m->tau + h;
  m->taken = true;
  m->n.n_step++;
  memcpy(m->norm, m->p->shape.per_lane, (size_t)m->p->shape.n_lane * sizeof(double));
}

static rein_step advance(rein_method *base, double *tau) {
  onestep_method *m = (onestep_method *)base;
  if (m->taken) swap(&m->k[0], &m->k[N_STAGE - 1]), swap(&m->y[0], &m->y[1]), m->taken = false;
  *tau = m->tau;
  if (!m->begun && !begin(m)) return REIN_STEP_RATES;
  for (bool failed = false;; failed = true) {
    double h, error = 0;
    bool end = fit(m, &h), finite = try_step(m, h, &error);
    if (finite && error <= 1) {
      accept(m, h, end, error, failed);
      *tau = m->tau;
      return REIN_STEP_OK;
    }
    if (finite) {
      m->n.n_error_fail++;
      m->h = h * fmax(SHRINK_MOST, SAFETY / power(error, EXPONENT));
    } else {
      m->n.n_newton_fail++;
      m->h = h * CUT;
    }
    if (m->h >= MIN_STEP) continue;
    m->begun = false; /* whoever is to blame leaves: a new first step for the others */
    return finite ? REIN_STEP_ERROR : REIN_STEP_RATES;
  }
}

/* ---- what the batch asks for ---- */

static const double *state(const rein_method *base) {
  const onestep_method *m = (const onestep_method *)base;
  return m->y[m->taken];
}

static double last_step(const rein_method *base) {
  return ((const onestep_method *)base)->last_step;
}

static bool dense_lanes(rein_method *base, const double *tau, const double *mask, double *y) {
  onestep_method *m = (onestep_method *)base;
  const rein_lane_shape *shape = &m->p->shape;
  const double *const k[] = {m->k[0], m->k[2], m->k[3], m->k[4], m->k[5], m->k[6]};
  const double before = m->tau - m->last_step, per_step = 1 / m->last_step;
  if (!m->taken) return false;
  for (int l = 0; l < shape->n_lane; l++) m->theta[l] = (tau[l] - before) * per_step;
  m->onestep->dense(b, d, k, m->step, m->theta, mask, m->y[0], y, shape->n_row, shape->n_lane);
  return true;
}

static bool dense(rein_method *base, double tau, double *y) {
  onestep_method *m = (onestep_method *)base;
  const rein_lane_shape *shape = &m->p->shape;
  const double *const k[] = {m->k[0], m->k[2], m->k[3], m->k[4], m->k[5], m->k[6]};
  if (!m->taken) return false;
  m->p->kernels->fill((tau - (m->tau - m->last_step)) * (1 / m->last_step), m->theta, (size_t)shape->n_lane);
  m->onestep->dense(b, d, k, m->step, m->theta, NULL, m->y[0], y, shape->n_row, shape->n_lane);
  return true;
}

static const double *local_error(rein_method *base) {
  return ((onestep_method *)base)->error;
}

static void error_norms(rein_method *base, double *norm) {
  const onestep_method *m = (const onestep_method *)base;
  memcpy(norm, m->norm, (size_t)m->p->shape.n_lane * sizeof *norm);
}

static rein_method_counters count(rein_method *base) {
  return ((onestep_method *)base)->n;
}

const rein_method_table rein_method_onestep = {.create = create,
                                               .destroy = destroy,
                                               .start = start,
                                               .advance = advance,
                                               .state = state,
                                               .last_step = last_step,
                                               .dense = dense,
                                               .dense_lanes = dense_lanes,
                                               .local_error = local_error,
                                               .error_norms = error_norms,
                                               .count = count};
