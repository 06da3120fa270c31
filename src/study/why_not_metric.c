#include "src/study/why_not_metric.h"

#include <math.h>
#include <string.h>

/* ---- linear algebra ---- */

/* In place, lower; false where it is not positive definite. */
static bool factor(double *a, int n, double *log_det) {
  for (int i = 0; i < n; i++)
    for (int k = 0; k <= i; k++) {
      double sum = a[i * n + k];
      for (int j = 0; j < k; j++) sum -= a[i * n + j] * a[k * n + j];
      if (k < i) {
        a[i * n + k] = sum / a[k * n + k];
      } else {
        if (!(sum > 0.0)) return false;
        a[i * n + i] = sqrt(sum);
        *log_det += log(sum);
      }
    }
  return true;
}

static void solve(const double *l, int n, double *x) {
  for (int i = 0; i < n; i++) {
    for (int j = 0; j < i; j++) x[i] -= l[i * n + j] * x[j];
    x[i] /= l[i * n + i];
  }
}

static double dot(const double *a, const double *b, int n) {
  double sum = 0;
  for (int i = 0; i < n; i++) sum += a[i] * b[i];
  return sum;
}

static int unit_size(const rein_why_not_job *job, int u) {
  return job->first_row[u + 1] - job->first_row[u];
}

static void solve_units(const rein_why_not_job *job, const rein_metric *m, double *x) {
  const double *l = m->l;
  for (int u = 0; u < job->n_unit; u++) {
    const int n = unit_size(job, u);
    solve(l, n, x + job->first_row[u]);
    l += (size_t)n * (size_t)n;
  }
}

rein_seen rein_why_not_see(const rein_why_not_job *job, const rein_metric *m, const double *x) {
  rein_seen s = {REIN_NEW(job->arena, double, job->n_row + 1),
                 REIN_NEW(job->arena, double, m->n_uncertain + 1)};
  memcpy(s.z, x, (size_t)job->n_row * sizeof *x);
  solve_units(job, m, s.z);
  for (int k = 0; k < m->n_uncertain; k++)
    s.w[k] = dot(m->w + (size_t)k * (size_t)job->n_row, s.z, job->n_row);
  solve(m->c, m->n_uncertain, s.w);
  return s;
}

double rein_why_not_product(const rein_why_not_job *job, const rein_metric *m, const rein_seen *a,
                            const rein_seen *b) {
  return dot(a->z, b->z, job->n_row) - dot(a->w, b->w, m->n_uncertain);
}

/* ---- the covariance ---- */

/* Correlation of two spreads between people. */
static double correlation(const rein_why_not_job *job, int s, int t) {
  const rein_model *model = job->data->scenario->model;
  const rein_spread *a = &job->spread[s], *b = &job->spread[t];
  if (s == t) return 1.0;
  for (size_t i = 0; i < model->n_correlation && !a->cohort && !b->cohort; i++) {
    const rein_correlation *c = &model->correlation[i];
    if ((c->param_a == a->param && c->param_b == b->param) ||
        (c->param_a == b->param && c->param_b == a->param))
      return c->rho;
  }
  return 0.0;
}

/* What people add: slopes times correlations times slopes. */
static void add_people(const rein_why_not_job *job, int first, int n, double *block) {
  for (int s = 0; s < job->n_spread; s++)
    for (int t = 0; t < job->n_spread; t++) {
      if (job->spread[s].uncertain || job->spread[t].uncertain) continue;
      const double rho = correlation(job, s, t);
      const double *a = job->slope + (size_t)s * (size_t)job->n_row + first,
                   *b = job->slope + (size_t)t * (size_t)job->n_row + first;
      for (int i = 0; rho != 0.0 && i < n; i++)
        for (int k = 0; k < n; k++)
          block[i * n + k] += rho * a[i] * b[k] / sqrt(job->row[first + i].n * job->row[first + k].n);
    }
}

/* What bends in a person's deviate x adds curve (x^2 - 1), of variance 2 curve^2. */
static void add_bends(const rein_why_not_job *job, int first, int n, double *block) {
  for (int s = 0; s < job->n_spread; s++) {
    const double *a = job->curve + (size_t)s * (size_t)job->n_row + first;
    for (int i = 0; !job->spread[s].uncertain && i < n; i++)
      for (int k = 0; k < n; k++)
        block[i * n + k] += 2.0 * a[i] * a[k] / sqrt(job->row[first + i].n * job->row[first + k].n);
  }
}

rein_status rein_why_not_measure(const rein_why_not_job *job, int observable, double scale, rein_metric *m) {
  const rein_pos nowhere = {NULL, 0, 0, 0};
  size_t n_all = 0, at = 0;
  *m = (rein_metric){0};
  for (int u = 0; u < job->n_unit; u++) n_all += (size_t)unit_size(job, u) * (size_t)unit_size(job, u);
  m->l = REIN_NEW(job->arena, double, n_all + 1);
  bool good = true;
  for (int u = 0; u < job->n_unit && good; u++) {
    const int n = unit_size(job, u), first = job->first_row[u];
    double *block = m->l + at;
    add_people(job, first, n, block);
    add_bends(job, first, n, block);
    for (int i = 0; i < n; i++) {
      const rein_doubt_row *r = &job->row[first + i];
      block[i * n + i] += (r->observable == observable ? scale * scale : 1.0) / r->n;
    }
    good = factor(block, n, &m->log_det);
    at += (size_t)n * (size_t)n;
  }
  for (int s = 0; s < job->n_spread; s++) m->n_uncertain += job->spread[s].uncertain;
  const int n_u = m->n_uncertain;
  m->w = REIN_NEW(job->arena, double, (size_t)n_u *(size_t)job->n_row + 1);
  m->c = REIN_NEW(job->arena, double, (size_t)n_u *(size_t)n_u + 1);
  for (int s = 0, k = 0; s < job->n_spread && good; s++) {
    if (!job->spread[s].uncertain) continue;
    double *w = m->w + (size_t)k++ * (size_t)job->n_row;
    memcpy(w, job->slope + (size_t)s * (size_t)job->n_row, (size_t)job->n_row * sizeof *w);
    solve_units(job, m, w);
  }
  for (int i = 0; i < n_u; i++)
    for (int k = 0; k < n_u; k++)
      m->c[i * n_u + k] = (i == k) + dot(m->w + (size_t)i * (size_t)job->n_row,
                                         m->w + (size_t)k * (size_t)job->n_row, job->n_row);
  good = good && factor(m->c, n_u, &m->log_det);
  if (!good) rein_error(job->diag, nowhere, "the covariance of the measurements is not positive definite");
  return good ? REIN_OK : REIN_ERR_SOLVER;
}
