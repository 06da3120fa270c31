/* Partly known states: the cohort given what was measured of it up to time 0.
 *
 * weights  each person counts by the density of the measurements, noise included: right for any distribution,
 * as long as enough of the cohort agrees. The effective number says how many. kalman   the standard normal
 * numbers behind a person (z of u, then of b) get mean and covariance of the linear update, and people are
 * drawn anew from that normal: u shared within a replicate, b given u. Exact for linear models with Gaussian
 * noise; what it cannot do justice to is flagged. Sources: weights, Kong, Liu, Wong 1994, Journal of the
 * American Statistical Association 89:278; update in parameters, Evensen 2009, Data Assimilation, chapter 9
 * (ensemble smoother). */
#include <gsl/gsl_errno.h>
#include <gsl/gsl_linalg.h>
#include <math.h>
#include <stdlib.h>

#include "src/scenario/assay.h"
#include "src/stats/fixed.h"
#include "src/stats/normal.h"
#include "src/study/prior_inside.h"

#define FAR 0.3    /* of an SD: a mean further off is flagged */
#define NARROW 0.7 /* variance ratio below or above is flagged */
#define WIDE 1.5
#define LEAST_U 0x1p-53 /* numbers stay within (0, 1) */

/* ---- densities ---- */

/* The observable with the noise that the measurement states. */
static rein_observable observable_of(const rein_model *model, const rein_prior_measured *m) {
  rein_observable o = model->observable[m->observable];
  if (isfinite(m->sd)) o.noise = REIN_NOISE_ADDITIVE;
  return o;
}

static void noise_of(const rein_sample *s, int arm, const rein_prior_measured *m, int64_t i, double *sd,
                     double *cv) {
  *sd = isfinite(m->sd) ? m->sd : rein_sample_noise(s, arm, m->observable, 0)[i];
  *cv = isfinite(m->sd) ? 0.0 : rein_sample_noise(s, arm, m->observable, 1)[i];
}

double rein_prior_weigh(const rein_model *model, const rein_sample *sample, int arm, int first_row,
                        const rein_prior_measured *measured, int n_measured, double *weight) {
  double largest = -INFINITY, sum = 0.0, square = 0.0;
  for (int64_t i = 0; i < sample->n_individual; i++) {
    weight[i] = 0.0;
    for (int k = 0; k < n_measured; k++) {
      const rein_prior_measured *m = &measured[k];
      const rein_observable o = observable_of(model, m);
      double sd, cv;
      noise_of(sample, arm, m, i, &sd, &cv);
      weight[i] +=
          rein_measure_log_density(&o, rein_sample_row(sample, arm, m->i_time, first_row + m->observable)[i],
                                   sd, cv, m->value, m->censored);
    }
    largest = fmax(largest, weight[i]);
  }
  for (int64_t i = 0; i < sample->n_individual; i++) {
    weight[i] = isfinite(largest) ? rein_fixed_exp(weight[i] - largest) : 0.0;
    sum += weight[i], square += weight[i] * weight[i];
  }
  return square > 0.0 ? sum * sum / square : 0.0;
}

/* ---- Kalman ---- */

/* Joint moments of z (n_z) and simulated measurements y (n_y). */
typedef struct {
  int n_z, n_y;
  double *z_mean, *y_mean, *noise; /* noise: variance of each measurement */
  gsl_matrix *zz, *zy, *yy;
  gsl_matrix *gain;                  /* (n_z x n_y) */
  double *told_mean, *told_variance; /* of y, as the update says */
} moments;

static void clear_moments(moments *m) {
  gsl_matrix *all[] = {m->zz, m->zy, m->yy, m->gain};
  for (size_t i = 0; i < sizeof all / sizeof *all; i++)
    if (all[i]) gsl_matrix_free(all[i]);
}

static bool create_moments(rein_arena *arena, moments *m, int n_z, int n_y) {
  *m = (moments){.n_z = n_z, .n_y = n_y};
  m->z_mean = REIN_NEW(arena, double, n_z), m->y_mean = REIN_NEW(arena, double, n_y);
  m->noise = REIN_NEW(arena, double, n_y), m->told_mean = REIN_NEW(arena, double, n_y);
  m->told_variance = REIN_NEW(arena, double, n_y);
  m->zz = gsl_matrix_calloc((size_t)n_z, (size_t)n_z), m->zy = gsl_matrix_calloc((size_t)n_z, (size_t)n_y);
  m->yy = gsl_matrix_calloc((size_t)n_y, (size_t)n_y), m->gain = gsl_matrix_calloc((size_t)n_z, (size_t)n_y);
  return m->zz && m->zy && m->yy && m->gain;
}

static double z_of(const rein_points *p, int64_t i, int k) {
  const double u = k < p->n_u ? p->u[i % p->n_replicate * p->n_u + k] : p->b[i * p->n_b + k - p->n_u];
  return rein_normal_quantile(u);
}

typedef struct {
  const rein_prior *prior;
  const rein_prior_state *state;
  const rein_sample *sample;
  const rein_points *points;
} job;

static double y_of(const job *j, const rein_prior_measured *m, int64_t i) {
  return rein_sample_row(j->sample, 0, m->i_time, j->prior->n_quantity + m->observable)[i];
}

/* One pass adds means, the next second moments about them. */
static void add_moments(const job *j, moments *m, bool second, double *z, double *y) {
  const int64_t n = j->sample->n_individual;
  for (int64_t i = 0; i < n; i++) {
    for (int k = 0; k < m->n_z; k++) z[k] = z_of(j->points, i, k) - (second ? m->z_mean[k] : 0.0);
    for (int k = 0; k < m->n_y; k++)
      y[k] = y_of(j, &j->state->measured[k], i) - (second ? m->y_mean[k] : 0.0);
    for (int k = 0; k < m->n_z && !second; k++) m->z_mean[k] += z[k] / (double)n;
    for (int k = 0; k < m->n_y && !second; k++) m->y_mean[k] += y[k] / (double)n;
    for (int k = 0; k < m->n_z && second; k++) {
      for (int l = 0; l <= k; l++) *gsl_matrix_ptr(m->zz, (size_t)k, (size_t)l) += z[k] * z[l] / (double)n;
      for (int l = 0; l < m->n_y; l++)
        *gsl_matrix_ptr(m->zy, (size_t)k, (size_t)l) += z[k] * y[l] / (double)n;
    }
    for (int k = 0; k < m->n_y && second; k++)
      for (int l = 0; l < m->n_y; l++)
        *gsl_matrix_ptr(m->yy, (size_t)k, (size_t)l) += y[k] * y[l] / (double)n;
  }
}

static void add_noise(const job *j, moments *m) {
  const int64_t n = j->sample->n_individual;
  for (int k = 0; k < m->n_y; k++) {
    const rein_prior_measured *measured = &j->state->measured[k];
    const rein_observable o = observable_of(j->prior->model, measured);
    for (int64_t i = 0; i < n; i++) {
      double sd, cv, mean, variance;
      noise_of(j->sample, 0, measured, i, &sd, &cv);
      rein_measure_moments(&o, y_of(j, measured, i), sd, cv, &mean, &variance);
      m->noise[k] += variance / (double)n;
    }
  }
}

/* gain = zy S^-1, then mean and covariance of z and of y after it. False where S cannot be inverted. */
static bool update(const job *j, moments *m) {
  gsl_matrix *s = gsl_matrix_alloc((size_t)m->n_y, (size_t)m->n_y);
  gsl_vector *row = gsl_vector_alloc((size_t)m->n_y);
  bool good = s && row;
  for (int k = 0; good && k < m->n_y; k++) {
    for (int l = 0; l < m->n_y; l++)
      gsl_matrix_set(s, (size_t)k, (size_t)l,
                     gsl_matrix_get(m->yy, (size_t)k, (size_t)l) + (k == l ? m->noise[k] : 0.0));
  }
  good = good && gsl_linalg_cholesky_decomp1(s) == GSL_SUCCESS;
  for (int k = 0; good && k < m->n_z; k++) {
    gsl_matrix_get_row(row, m->zy, (size_t)k);
    good = gsl_linalg_cholesky_svx(s, row) == GSL_SUCCESS;
    gsl_matrix_set_row(m->gain, (size_t)k, row);
  }
  for (int k = 0; good && k < m->n_y; k++) { /* what y becomes */
    gsl_matrix_get_row(row, m->yy, (size_t)k);
    good = gsl_linalg_cholesky_svx(s, row) == GSL_SUCCESS;
    m->told_mean[k] = m->y_mean[k], m->told_variance[k] = gsl_matrix_get(m->yy, (size_t)k, (size_t)k);
    for (int l = 0; l < m->n_y; l++) {
      m->told_mean[k] += gsl_vector_get(row, (size_t)l) * (j->state->measured[l].value - m->y_mean[l]);
      m->told_variance[k] -= gsl_vector_get(row, (size_t)l) * gsl_matrix_get(m->yy, (size_t)l, (size_t)k);
    }
  }
  for (int k = 0; good && k < m->n_z; k++) {
    for (int l = 0; l < m->n_y; l++) {
      const double gain = gsl_matrix_get(m->gain, (size_t)k, (size_t)l);
      m->z_mean[k] += gain * (j->state->measured[l].value - m->y_mean[l]);
      for (int i = 0; i <= k; i++)
        *gsl_matrix_ptr(m->zz, (size_t)k, (size_t)i) -= gain * gsl_matrix_get(m->zy, (size_t)i, (size_t)l);
    }
    *gsl_matrix_ptr(m->zz, (size_t)k, (size_t)k) += 1e-12; /* rounding */
  }
  if (s) gsl_matrix_free(s);
  if (row) gsl_vector_free(row);
  return good && gsl_linalg_cholesky_decomp1(m->zz) == GSL_SUCCESS;
}

static double squeeze(double z) {
  return fmin(fmax(rein_normal_cdf(z), LEAST_U), 1.0 - LEAST_U);
}

/* The same points seen through the updated normal: z = mean + L xi, u before b, so that u stays shared. */
static rein_points *move_points(rein_arena *arena, const rein_points *p, const moments *m) {
  rein_points *moved = REIN_NEW(arena, rein_points, 1);
  double *xi = REIN_NEW(arena, double, m->n_z);
  *moved = *p;
  moved->u = REIN_NEW(arena, double, p->n_replicate * p->n_u);
  moved->b = REIN_NEW(arena, double, p->n_individual * p->n_b);
  for (int64_t i = 0; i < p->n_individual; i++) {
    for (int k = 0; k < m->n_z; k++) xi[k] = z_of(p, i, k);
    for (int k = 0; k < m->n_z; k++) {
      double z = m->z_mean[k];
      for (int l = 0; l <= k; l++) z += gsl_matrix_get(m->zz, (size_t)k, (size_t)l) * xi[l];
      if (k >= p->n_u)
        moved->b[i * p->n_b + k - p->n_u] = squeeze(z);
      else if (i < p->n_replicate)
        moved->u[i * p->n_u + k] = squeeze(z);
    }
  }
  return moved;
}

/* Whether the people drawn anew measure as the linear update says they do. */
static const char *judge(rein_arena *arena, const job *j, const moments *m) {
  const int64_t n = j->sample->n_individual;
  for (int k = 0; k < m->n_y; k++) {
    double sum = 0.0, square = 0.0;
    for (int64_t i = 0; i < n; i++) sum += y_of(j, &j->state->measured[k], i);
    for (int64_t i = 0; i < n; i++) {
      const double d = y_of(j, &j->state->measured[k], i) - sum / (double)n;
      square += d * d;
    }
    const double told = m->told_variance[k] + m->noise[k], ratio = (square / (double)n + m->noise[k]) / told;
    const double off = (sum / (double)n - m->told_mean[k]) / sqrt(told);
    if (fabs(off) <= FAR && ratio >= NARROW && ratio <= WIDE) continue;
    return rein_arena_printf(
        arena,
        "the Kalman update does not fit: '%s' should come to mean %.4g, SD %.4g and comes to "
        "%.4g, %.4g; its relation to the parameters is not linear, or the state has several "
        "modes; use 'by: weights'",
        j->prior->model->observable[j->state->measured[k].observable].name, m->told_mean[k],
        sqrt(m->told_variance[k]), sum / (double)n, sqrt(square / (double)n));
  }
  return NULL;
}

rein_status rein_prior_update(const rein_prior_reader *r, int i_state, const rein_simulation *simulation,
                              const rein_points *points, rein_sample **sample) {
  const rein_prior *p = r->prior;
  rein_prior_state *state = &r->prior->state[i_state];
  job j = {.prior = p, .state = state, .sample = *sample, .points = points};
  moments m;
  const int n_z = points->n_u + points->n_b;
  if (n_z == 0) {
    state->refused = "nothing of the model varies, so nothing can be learnt";
    return REIN_OK;
  }
  if ((*sample)->n_failed > 0) {
    state->refused = "members failed, and a Kalman update needs all; use 'by: weights'";
    return REIN_OK;
  }
  double *z = REIN_NEW(r->arena, double, n_z), *y = REIN_NEW(r->arena, double, state->n_measured);
  if (!create_moments(r->arena, &m, n_z, state->n_measured)) {
    clear_moments(&m);
    return REIN_ERR_MEMORY;
  }
  add_moments(&j, &m, false, z, y);
  add_moments(&j, &m, true, z, y);
  add_noise(&j, &m);
  rein_status status = REIN_OK;
  if (!update(&j, &m)) {
    state->refused = "the covariance of the simulated measurements cannot be inverted";
  } else {
    rein_scenario *s = simulation->scenario;
    rein_points_set(s, move_points(r->arena, points, &m));
    rein_sample_destroy(*sample);
    *sample = NULL;
    const rein_sample_options options = {.n_thread = r->options->n_thread};
    status = rein_sample_create(r->arena, simulation, s->keep, s->n_keep, &options, sample);
    j.sample = *sample;
    if (status == REIN_OK) state->flag = judge(r->arena, &j, &m);
    state->n_effective = (double)s->n_individual;
  }
  clear_moments(&m);
  return status;
}
