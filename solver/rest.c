#include "solver/rest.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "solver/lane_lu.h"

#define NEAR 30          /* tolerances between course and root */
#define SAME 1e-3        /* tolerances that the last step of Newton's iteration may take */
#define STILL 0.01       /* change of an interval, in tolerances, that is none */
#define MAX_ITERATION 80 /* of Newton */
#define FIRST_STEP 1e-2  /* of the damping, times the largest entry of the Jacobian */
#define LAST_STEP 1e8    /* likewise: the pivots of a singular Jacobian stay above REIN_LU_PIVOT_MIN */
#define MAX_STEP 20000   /* of the integration, in all */
#define TOTAL_SLACK 100  /* tolerances that a conserved total may have moved by */

struct rein_rest_work {
  int *n_near;                    /* (n_lane) intervals that ended near the root, in a row */
  int64_t *n_step;                /* (n_lane) */
  double *x, *rate, *dx;          /* (n_state x n_lane) */
  double *jacobian;               /* (n_nz x n_lane) */
  double *lu, *inverse, *scratch; /* of lane_lu.h */
  double *live, *step;            /* (n_lane) */
  int *entry_of_col;
};

void rein_rest_destroy(struct rein_rest_work *w) {
  if (!w) return;
  void *all[] = {w->n_near, w->n_step,  w->x,       w->rate, w->dx,   w->jacobian,
                 w->lu,     w->inverse, w->scratch, w->live, w->step, w->entry_of_col};
  for (size_t i = 0; i < sizeof all / sizeof *all; i++) free(all[i]);
  free(w);
}

static struct rein_rest_work *create(const rein_batch *b) {
  struct rein_rest_work *w = calloc(1, sizeof *w);
  if (!w) return NULL;
  const rein_lu_lists *lists = &b->problem.lu->lists;
  size_t n_state = (size_t)b->tape->n_state;
  w->n_near = calloc((size_t)b->n_lane, sizeof *w->n_near);
  w->n_step = calloc((size_t)b->n_lane, sizeof *w->n_step);
  w->entry_of_col = calloc((size_t)lists->n + 1, sizeof *w->entry_of_col);
  double **rows[] = {&w->x, &w->rate, &w->dx, &w->inverse, &w->scratch};
  bool fine = w->n_near && w->n_step && w->entry_of_col;
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
    fine = (*rows[i] = rein_rows_create(n_state, b->n_lane)) && fine;
  fine = (w->jacobian = rein_rows_create((size_t)b->tape->n_nz + 1, b->n_lane)) && fine;
  fine = (w->lu = rein_rows_create((size_t)lists->n_entry, b->n_lane)) && fine;
  fine = (w->live = rein_rows_create(1, b->n_lane)) && fine;
  fine = (w->step = rein_rows_create(1, b->n_lane)) && fine;
  if (fine) return w;
  rein_rest_destroy(w);
  return NULL;
}

bool rein_rest_is_pending(const rein_batch *b, int l) {
  const rein_lane_plan *lane = &b->lane[l];
  for (size_t i = b->next_item[l]; i < lane->n_item && lane->item[i].time <= lane->t_start; i++)
    if (lane->item[i].kind == REIN_ITEM_STEADY && lane->steady[lane->item[i].target].equilibrates)
      return true;
  return false;
}

bool rein_rest_begin(rein_batch *b, int l) {
  if (!b->rest) b->rest = create(b);
  if (!b->rest) return false;
  b->rest->n_near[l] = 0;
  b->rest->n_step[l] = 0;
  return true;
}

static double tolerance_of(const rein_batch *b, int i, double value) {
  return b->plan->rtol * fabs(value) + b->plan->atol[i];
}

/* Largest difference of the lane's rows in tolerances; against 0 where b is NULL. */
static double distance(const rein_batch *batch, int l, double *a, double *b, double *at) {
  double largest = 0;
  for (int i = 0; i < batch->tape->n_state; i++) {
    double other = b ? rein_row_of(b, batch, i)[l] : 0;
    double d =
        fabs(rein_row_of(a, batch, i)[l] - other) / tolerance_of(batch, i, rein_row_of(at, batch, i)[l]);
    if (!(d <= largest)) largest = d;
  }
  return largest;
}

static double largest_entry(const rein_batch *b, int l) {
  double largest = 0;
  for (int k = 0; k < b->tape->n_nz; k++) {
    double entry = fabs(rein_row_of(b->rest->jacobian, b, k)[l]);
    if (!(entry <= largest)) largest = entry;
  }
  return largest;
}

/* One damped step of the lane from x; false where it cannot be done. */
static bool newton_step(rein_batch *b, int l, double damping) {
  struct rein_rest_work *w = b->rest;
  const rein_lu_lists *lists = &b->problem.lu->lists;
  rein_eval_run(b->eval, REIN_PROG_RATES, b->cur, w->x, w->rate);
  rein_eval_run(b->eval, REIN_PROG_JACOBIAN, b->cur, w->x, w->jacobian);
  double largest = largest_entry(b, l);
  if (!isfinite(largest)) return false;
  w->step[l] = damping / (largest > 0 ? largest : 1);
  for (int i = 0; i < b->tape->n_state; i++)
    rein_row_of(w->dx, b, i)[l] = w->step[l] * rein_row_of(w->rate, b, i)[l];
  if (b->kernels->lu->factor(lists, 1.0, -1.0, w->step, w->jacobian, w->live, b->n_lane, w->lu, w->inverse,
                             w->entry_of_col) >= 0)
    return false;
  b->kernels->lu->solve(lists, w->lu, w->inverse, w->live, b->n_lane, w->dx, w->dx, w->scratch);
  for (int i = 0; i < b->tape->n_state; i++) {
    double *x = rein_row_of(w->x, b, i) + l;
    *x += rein_row_of(w->dx, b, i)[l];
    if (!isfinite(*x)) return false;
  }
  return true;
}

/* x becomes a root of the rates near y; false where none is found. */
static bool find_root(rein_batch *b, int l) {
  struct rein_rest_work *w = b->rest;
  size_t n = (size_t)b->tape->n_state * (size_t)b->n_lane;
  double damping = FIRST_STEP, before = INFINITY;
  memcpy(w->x, b->y, n * sizeof *w->x);
  memset(w->live, 0, (size_t)b->n_lane * sizeof *w->live);
  w->live[l] = 1.0;
  rein_eval_params(b->eval);
  for (int k = 0; k < MAX_ITERATION; k++) {
    if (!newton_step(b, l, damping)) return false;
    double moved = distance(b, l, w->dx, NULL, w->x);
    if (damping >= LAST_STEP && moved <= SAME) return true;
    damping = moved > 100 * before ? damping / 10 : fmin(10 * damping, LAST_STEP);
    before = moved;
  }
  return false;
}

static void fail(rein_batch *b, int l, rein_fail why, int state, double value) {
  rein_batch_fail(b, l, why, b->lane[l].t_start, state, value);
}

/* Ranges and conserved totals of y. */
static void check(rein_batch *b, int l) {
  for (int i = 0; i < b->n_ranged; i++) {
    int s = b->ranged[i];
    double value = rein_row_of(b->y, b, s)[l], slack = 10 * b->plan->atol[s];
    bool inside = value >= b->tape->range_low[s] - slack && value <= b->tape->range_high[s] + slack;
    if (!inside && b->tape->range_policy[s] == REIN_RANGE_ERROR) fail(b, l, REIN_FAIL_RANGE, s, value);
  }
  for (int k = 0; k < b->plan->n_total && !b->done[l]; k++) {
    const double *total = b->plan->total + (size_t)k * (size_t)b->tape->n_state;
    double moved = 0, allowed = 0;
    for (int i = 0; i < b->tape->n_state; i++) {
      double now = rein_row_of(b->y, b, i)[l], then = rein_row_of(b->initial, b, i)[l];
      moved += total[i] * (now - then);
      allowed += fabs(total[i]) * tolerance_of(b, i, fmax(fabs(now), fabs(then)));
    }
    if (!(fabs(moved) <= TOTAL_SLACK * allowed)) fail(b, l, REIN_FAIL_TOTALS, -1, moved);
  }
}

/* How fast the lane still moves: tolerances per unit of time. */
static double residual_of(rein_batch *b, int l) {
  rein_eval_run(b->eval, REIN_PROG_RATES, b->cur, b->y, b->rest->rate);
  return distance(b, l, b->rest->rate, NULL, b->y);
}

bool rein_rest_reached(rein_batch *b, int l, double change, bool more) {
  struct rein_rest_work *w = b->rest;
  bool root = find_root(b, l), near = root && change <= NEAR && distance(b, l, b->y, w->x, b->y) <= NEAR;
  w->n_near[l] = near ? w->n_near[l] + 1 : 0;
  bool arrived = w->n_near[l] >= 2, still = !root && change <= STILL;
  if (!arrived && !still) {
    if (more) return false;
    fail(b, l, REIN_FAIL_EQUILIBRIUM, -1, change);
    return true;
  }
  for (int i = 0; i < b->tape->n_state && arrived; i++)
    rein_row_of(b->y, b, i)[l] = rein_row_of(w->x, b, i)[l];
  b->outcome[l].residual = residual_of(b, l);
  check(b, l);
  return true;
}

void rein_rest_count(rein_batch *b) {
  for (int l = 0; b->rest && l < b->n_lane; l++) {
    if (b->problem.shape.live[l] == 0 || !rein_steady_equilibrates(b, l)) continue;
    if (++b->rest->n_step[l] > MAX_STEP) fail(b, l, REIN_FAIL_EQUILIBRIUM, -1, NAN);
  }
}
