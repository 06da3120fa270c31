/* Which method answers a call, and what all of them share. */
#include <math.h>

#include "solver/method_table.h"

rein_method *rein_method_create(rein_method_problem *problem) {
  const rein_method_table *table =
      problem->kind == REIN_METHOD_DOPRI5 ? &rein_method_onestep : &rein_method_cvode;
  return table->create(problem);
}

void rein_method_destroy(rein_method *m) {
  if (m) m->table->destroy(m);
}

rein_step rein_method_start(rein_method *m, const double *y) {
  return m->table->start(m, y);
}

rein_step rein_method_advance(rein_method *m, double *tau) {
  return m->table->advance(m, tau);
}

const double *rein_method_state(const rein_method *m) {
  return m->table->state(m);
}

double rein_method_last_step(const rein_method *m) {
  return m->table->last_step(m);
}

bool rein_method_dense(rein_method *m, double tau, double *y) {
  return m->table->dense(m, tau, y);
}

bool rein_method_dense_lanes(rein_method *m, const double *tau, const double *mask, double *y) {
  return m->table->dense_lanes(m, tau, mask, y);
}

const double *rein_method_local_error(rein_method *m) {
  return m->table->local_error(m);
}

void rein_method_error_norms(rein_method *m, double *norm) {
  m->table->error_norms(m, norm);
}

rein_method_counters rein_method_count(rein_method *m) {
  return m->table->count(m);
}

/* The live lane with the largest norm at the last norm taken; a NaN counts as largest. */
static int worst_lane(const rein_lane_shape *shape) {
  int worst = -1;
  for (int l = 0; l < shape->n_lane; l++) {
    if (shape->live[l] == 0) continue;
    if (isnan(shape->per_lane[l])) return l;
    if (worst < 0 || shape->per_lane[l] > shape->per_lane[worst]) worst = l;
  }
  return worst;
}

int rein_method_blame(const rein_method *m, rein_step answer) {
  if (answer == REIN_STEP_RATES)
    for (int l = 0; l < m->p->shape.n_lane; l++)
      if (m->p->shape.live[l] != 0 && m->p->bad[l] != 0) return l;
  if (answer == REIN_STEP_SINGULAR && m->table->pivot_lane) {
    int lane = m->table->pivot_lane(m);
    if (lane >= 0) return lane;
  }
  return worst_lane(&m->p->shape);
}

/* The bound on steps as a part of the longest live segment. */
double rein_method_max_step(const rein_method_problem *p) {
  double longest = 0;
  for (int l = 0; l < p->shape.n_lane; l++)
    if (p->shape.live[l] != 0 && p->span[l] > longest) longest = p->span[l];
  return p->max_step > 0 && longest > p->max_step ? p->max_step / longest : 0;
}
