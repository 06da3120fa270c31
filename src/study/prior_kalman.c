/* A Kalman update of partly known states: the standard normal numbers behind a person (z of u, then of b) get
 * mean and covariance of the linear update, and people are drawn anew from that normal: u shared within a
 * replicate, b given u. Exact for linear models with Gaussian noise; what it cannot do justice to is flagged.
 *
 * Each batch is moved by a mean and a root of the covariance of its own, its pseudo-values of the jackknife
 * over batches: the errors of all that follows come from the spread of batches, and so hold the error of the
 * update itself. Sources: update in parameters, Evensen 2009, Data Assimilation, chapter 9 (ensemble
 * smoother); pseudo-values, Efron and Tibshirani 1993, An Introduction to the Bootstrap, chapter 11. */
#include <gsl/gsl_errno.h>
#include <gsl/gsl_linalg.h>
#include <math.h>
#include <string.h>

#include "src/stats/normal.h"
#include "src/study/prior_inside.h"

#define FAR 0.3    /* of an SD: a mean further off is flagged */
#define NARROW 0.7 /* variance ratio below or above is flagged */
#define WIDE 1.5
#define ERRORS 3.0      /* Monte Carlo errors that do not count as a difference */
#define INFORMED 30.0   /* effective draws from which weights are asked what they say */
#define SUPPORT 1e-12   /* what is less probable than this is no matter of a linear update */
#define LEAST_U 0x1p-53 /* numbers stay within (0, 1) */

typedef struct {
  rein_arena *arena;
  const rein_prior *prior;
  rein_prior_state *state;
  const rein_scenario *scenario;
  const rein_sample *sample;
  const rein_points *points;
  int n_z, n_y;
  double *z_mean, *y_mean; /* of all */
} job;

/* Sums over people of a batch, as one block of numbers: how many, deviations of z and y from the means of
 * all, noise, products. */
typedef struct {
  double *n, *z, *y, *noise, *zz, *zy, *yy;
} sums;

static int64_t length_of(const job *j) {
  return 1 + j->n_z + 2 * j->n_y + (int64_t)j->n_z * (j->n_z + j->n_y) + j->n_y * j->n_y;
}

static sums view(const job *j, double *block) {
  sums s = {.n = block, .z = block + 1};
  s.y = s.z + j->n_z, s.noise = s.y + j->n_y, s.zz = s.noise + j->n_y;
  s.zy = s.zz + (int64_t)j->n_z * j->n_z, s.yy = s.zy + (int64_t)j->n_z * j->n_y;
  return s;
}

/* What the update makes of z, and of the mean of each measurement. */
typedef struct {
  double *mean, *root;               /* (n_z), (n_z x n_z) lower */
  double *told_mean, *told_variance; /* (n_y) */
} posterior;

static posterior create_posterior(const job *j) {
  return (posterior){REIN_NEW(j->arena, double, j->n_z), REIN_NEW(j->arena, double, j->n_z * j->n_z),
                     REIN_NEW(j->arena, double, j->n_y), REIN_NEW(j->arena, double, j->n_y)};
}

static double z_of(const rein_points *p, int64_t i, int k) {
  const double u = k < p->n_u ? p->u[i % p->n_replicate * p->n_u + k] : p->b[i * p->n_b + k - p->n_u];
  return rein_normal_quantile(u);
}

static int64_t batch_of(const job *j, int64_t i) {
  return i % j->points->n_replicate / (j->points->n_replicate / j->prior->n_batch);
}

static double y_of(const job *j, int k, int64_t i, double *noise) {
  double mean;
  rein_prior_expect(j->prior->model, j->sample, j->prior->n_quantity, &j->state->measured[k], i, &mean,
                    noise);
  return mean;
}

/* ---- moments ---- */

static void find_means(job *j) {
  const int64_t n = j->points->n_individual;
  double noise;
  for (int64_t i = 0; i < n; i++) {
    for (int k = 0; k < j->n_z; k++) j->z_mean[k] += z_of(j->points, i, k) / (double)n;
    for (int k = 0; k < j->n_y; k++) j->y_mean[k] += y_of(j, k, i, &noise) / (double)n;
  }
}

/* blocks: (n_batch) of sums, zero before. */
static void add_people(const job *j, double *blocks) {
  double *z = REIN_NEW(j->arena, double, j->n_z), *y = REIN_NEW(j->arena, double, j->n_y), noise;
  for (int64_t i = 0; i < j->points->n_individual; i++) {
    const sums s = view(j, blocks + batch_of(j, i) * length_of(j));
    *s.n += 1.0;
    for (int k = 0; k < j->n_y; k++) {
      s.y[k] += y[k] = y_of(j, k, i, &noise) - j->y_mean[k];
      s.noise[k] += noise;
      for (int l = 0; l <= k; l++) s.yy[k * j->n_y + l] += y[k] * y[l];
    }
    for (int k = 0; k < j->n_z; k++) {
      s.z[k] += z[k] = z_of(j->points, i, k) - j->z_mean[k];
      for (int l = 0; l <= k; l++) s.zz[k * j->n_z + l] += z[k] * z[l];
      for (int l = 0; l < j->n_y; l++) s.zy[k * j->n_y + l] += z[k] * y[l];
    }
  }
}

/* ---- update ---- */

static double covariance(double product, double a, double b, double n) {
  return product / n - a / n * (b / n);
}

static double dot(const double *a, const double *b, int n) {
  double sum = 0.0;
  for (int k = 0; k < n; k++) sum += a[k] * b[k];
  return sum;
}

/* Mean and covariance of z, and of y, after the update with these sums. False where the covariance of the
 * measurements, or of z after them, has no Cholesky factor. */
static bool update(const job *j, double *block, posterior *out) {
  const sums s = view(j, block);
  const int n_z = j->n_z, n_y = j->n_y;
  double *yy = REIN_NEW(j->arena, double, n_y *n_y), *zy = REIN_NEW(j->arena, double, n_z *n_y),
         *factor = REIN_NEW(j->arena, double, n_y *n_y), *gain = REIN_NEW(j->arena, double, n_y),
         *innovation = REIN_NEW(j->arena, double, n_y);
  for (int k = 0; k < n_y; k++) {
    for (int l = 0; l <= k; l++)
      yy[k * n_y + l] = yy[l * n_y + k] = covariance(s.yy[k * n_y + l], s.y[k], s.y[l], *s.n);
    innovation[k] = j->state->measured[k].value - j->y_mean[k] - s.y[k] / *s.n;
  }
  memcpy(factor, yy, (size_t)(n_y * n_y) * sizeof *yy);
  for (int k = 0; k < n_y; k++) factor[k * n_y + k] += s.noise[k] / *s.n;
  gsl_matrix_view f = gsl_matrix_view_array(factor, (size_t)n_y, (size_t)n_y),
                  root = gsl_matrix_view_array(out->root, (size_t)n_z, (size_t)n_z);
  gsl_vector_view g = gsl_vector_view_array(gain, (size_t)n_y);
  if (gsl_linalg_cholesky_decomp1(&f.matrix) != GSL_SUCCESS) return false;
  for (int k = 0; k < n_y; k++) { /* what y becomes */
    memcpy(gain, &yy[k * n_y], (size_t)n_y * sizeof *gain);
    gsl_linalg_cholesky_svx(&f.matrix, &g.vector);
    out->told_mean[k] = j->y_mean[k] + s.y[k] / *s.n + dot(gain, innovation, n_y);
    out->told_variance[k] = yy[k * n_y + k] - dot(gain, &yy[k * n_y], n_y);
  }
  for (int k = 0; k < n_z; k++) {
    for (int l = 0; l < n_y; l++) zy[k * n_y + l] = covariance(s.zy[k * n_y + l], s.z[k], s.y[l], *s.n);
    memcpy(gain, &zy[k * n_y], (size_t)n_y * sizeof *gain);
    gsl_linalg_cholesky_svx(&f.matrix, &g.vector);
    out->mean[k] = j->z_mean[k] + s.z[k] / *s.n + dot(gain, innovation, n_y);
    for (int l = 0; l <= k; l++)
      out->root[k * n_z + l] =
          covariance(s.zz[k * n_z + l], s.z[k], s.z[l], *s.n) - dot(gain, &zy[l * n_y], n_y);
    out->root[k * n_z + k] += 1e-12; /* rounding */
  }
  return gsl_linalg_cholesky_decomp1(&root.matrix) == GSL_SUCCESS;
}

/* all: the update with everybody; own: (n_batch) each batch's pseudo-values. */
static bool update_batches(const job *j, posterior *all, posterior *own) {
  const int n_batch = j->prior->n_batch;
  const int64_t length = length_of(j);
  double *blocks = REIN_NEW(j->arena, double, n_batch *length), *total = REIN_NEW(j->arena, double, length),
         *rest = REIN_NEW(j->arena, double, length);
  add_people(j, blocks);
  for (int64_t i = 0; i < n_batch * length; i++) total[i % length] += blocks[i];
  *all = create_posterior(j);
  bool good = update(j, total, all);
  for (int b = 0; b < n_batch && good; b++) {
    for (int64_t i = 0; i < length; i++) rest[i] = total[i] - blocks[b * length + i];
    own[b] = create_posterior(j);
    good = update(j, rest, &own[b]);
    for (int k = 0; k < j->n_z; k++) own[b].mean[k] = n_batch * all->mean[k] - (n_batch - 1) * own[b].mean[k];
    for (int k = 0; k < j->n_z * j->n_z; k++)
      own[b].root[k] = n_batch * all->root[k] - (n_batch - 1) * own[b].root[k];
  }
  return good;
}

static double squeeze(double z) {
  return fmin(fmax(rein_normal_cdf(z), LEAST_U), 1.0 - LEAST_U);
}

/* The same points seen through the updated normal: z = mean + L xi, u before b, so that u stays shared. */
static rein_points *move_points(const job *j, const posterior *own) {
  const rein_points *p = j->points;
  rein_points *moved = REIN_NEW(j->arena, rein_points, 1);
  double *xi = REIN_NEW(j->arena, double, j->n_z);
  *moved = *p;
  moved->u = REIN_NEW(j->arena, double, p->n_replicate * p->n_u);
  moved->b = REIN_NEW(j->arena, double, p->n_individual * p->n_b);
  for (int64_t i = 0; i < p->n_individual; i++) {
    const posterior *to = &own[batch_of(j, i)];
    for (int k = 0; k < j->n_z; k++) xi[k] = z_of(p, i, k);
    for (int k = 0; k < j->n_z; k++) {
      const double z = to->mean[k] + dot(&to->root[k * j->n_z], xi, k + 1);
      if (k >= p->n_u)
        moved->b[i * p->n_b + k - p->n_u] = squeeze(z);
      else if (i < p->n_replicate)
        moved->u[i * p->n_u + k] = squeeze(z);
    }
  }
  return moved;
}

/* ---- does it fit ---- */

typedef struct {
  rein_estimate mean, variance;
} spread;

/* x: (n_individual), weight NULL: all 1. */
static spread spread_of(const job *j, const double *x, const double *weight, double *scratch) {
  const rein_nested shape = {.n_replicate = j->prior->n_replicate,
                             .n_person = j->prior->n_person,
                             .n_batch = j->prior->n_batch,
                             .weight = weight};
  spread out = {.mean = rein_nested_mean(&shape, x)};
  for (int64_t i = 0; i < j->points->n_individual; i++)
    scratch[i] = (x[i] - out.mean.value) * (x[i] - out.mean.value);
  out.variance = rein_nested_mean(&shape, scratch);
  return out;
}

/* Whether it is as it should be, Monte Carlo errors granted; floor: variance below which none is told. */
static bool agrees(spread is, spread should, double floor) {
  const double error = ERRORS * hypot(is.mean.error, should.mean.error),
               variance_error = ERRORS * hypot(is.variance.error, should.variance.error) + floor;
  return fabs(is.mean.value - should.mean.value) <= FAR * sqrt(should.variance.value + floor) + error &&
         is.variance.value >= NARROW * should.variance.value - variance_error &&
         is.variance.value <= WIDE * should.variance.value + variance_error;
}

static const char *misfit(const job *j, const char *name, const char *who, spread is, spread should) {
  return rein_arena_printf(
      j->arena,
      "the Kalman update does not fit: %s '%s' should come to mean %.4g, SD %.4g and comes to %.4g, %.4g; "
      "its relation to the parameters is not linear, or the state has several modes; use 'by: weights'",
      who, name, should.mean.value, sqrt(should.variance.value), is.mean.value, sqrt(is.variance.value));
}

/* Whether the measurements of the people drawn anew, noise left out, are as the linear update says. */
static const char *judge_measured(const job *j, const posterior *told, const double *prior_variance,
                                  double *x, double *scratch) {
  for (int k = 0; k < j->n_y; k++) {
    double noise;
    for (int64_t i = 0; i < j->points->n_individual; i++) x[i] = y_of(j, k, i, &noise);
    const spread is = spread_of(j, x, NULL, scratch),
                 should = {{told->told_mean[k], 0.0}, {told->told_variance[k], 0.0}};
    if (!agrees(is, should, 1e-4 * prior_variance[k]))
      return misfit(j, j->prior->model->observable[j->state->measured[k].observable].name,
                    "by the update itself, the measured", is, should);
  }
  return NULL;
}

/* What is asked of the state: every action's quantities at every horizon, latent. */
static int64_t n_asked(const job *j) {
  return (int64_t)j->prior->n_action * j->prior->n_horizon * j->prior->n_quantity;
}

static const double *asked(const job *j, int64_t i) {
  const rein_prior *p = j->prior;
  return rein_sample_row(j->sample, (int)(i / p->n_quantity / p->n_horizon),
                         j->scenario->horizon[i / p->n_quantity % p->n_horizon].i_after,
                         (int)(i % p->n_quantity));
}

/* What weights say of all that is asked; NULL where too few draws agree. */
static spread *weigh_asked(const job *j, double *scratch) {
  double *weight = REIN_NEW(j->arena, double, j->points->n_individual);
  const double n = rein_prior_weigh(j->prior->model, j->sample, 0, j->prior->n_quantity, j->state->measured,
                                    j->n_y, weight);
  if (n < INFORMED) return NULL;
  spread *out = REIN_NEW(j->arena, spread, n_asked(j));
  for (int64_t i = 0; i < n_asked(j); i++) {
    out[i] = spread_of(j, asked(j, i), weight, scratch);
    /* few draws may miss a long tail, and do not know it */
    const spread plain = spread_of(j, asked(j, i), NULL, scratch);
    out[i].variance.error =
        fmax(out[i].variance.error, plain.variance.error * sqrt((double)j->points->n_individual / n) *
                                        fmin(1.0, out[i].variance.value / plain.variance.value));
  }
  return out;
}

static const char *judge_asked(const job *j, const spread *weighted, double *scratch) {
  for (int64_t i = 0; i < n_asked(j); i++) {
    const spread is = spread_of(j, asked(j, i), NULL, scratch);
    if (!agrees(is, weighted[i], 1e-6 * is.mean.value * is.mean.value))
      return misfit(j, j->prior->quantity[i % j->prior->n_quantity].name, "by weights of the same draws,", is,
                    weighted[i]);
  }
  return NULL;
}

static void add_flag(const job *j, const char *flag) {
  if (!flag) return;
  j->state->flag = j->state->flag ? rein_arena_printf(j->arena, "%s; %s", j->state->flag, flag) : flag;
}

/* The cohort moved, simulated again and judged. */
static rein_status draw_anew(job *j, const rein_prior_reader *r, const rein_simulation *simulation,
                             const posterior *all, const posterior *own, rein_sample **sample) {
  double *scratch = REIN_NEW(j->arena, double, j->points->n_individual),
         *x = REIN_NEW(j->arena, double, j->points->n_individual),
         *before = REIN_NEW(j->arena, double, j->n_y), noise;
  for (int k = 0; k < j->n_y; k++) {
    for (int64_t i = 0; i < j->points->n_individual; i++) x[i] = y_of(j, k, i, &noise);
    before[k] = spread_of(j, x, NULL, scratch).variance.value;
  }
  const spread *weighted = weigh_asked(j, scratch);
  rein_scenario *s = simulation->scenario;
  rein_points_set(s, move_points(j, own));
  rein_sample_destroy(*sample);
  *sample = NULL;
  const rein_sample_options options = {.n_thread = r->options->n_thread, .judge_amounts = true};
  const rein_status status = rein_sample_create(r->arena, simulation, s->keep, s->n_keep, &options, sample);
  if (status != REIN_OK) return status;
  j->sample = *sample;
  const char *flag = judge_measured(j, all, before, x, scratch);
  add_flag(j, flag || !weighted ? flag : judge_asked(j, weighted, scratch));
  return REIN_OK;
}

rein_status rein_prior_update(const rein_prior_reader *r, int i_state, const rein_simulation *simulation,
                              const rein_points *points, rein_sample **sample) {
  rein_prior_state *state = &r->prior->state[i_state];
  job j = {.arena = r->arena,
           .prior = r->prior,
           .state = state,
           .scenario = simulation->scenario,
           .sample = *sample,
           .points = points,
           .n_z = points->n_u + points->n_b,
           .n_y = state->n_measured};
  state->n_effective = NAN;
  if (j.n_z == 0)
    state->refused = "nothing of the model varies, so nothing can be learnt";
  else if ((*sample)->n_failed > 0)
    state->refused = "members failed, and a Kalman update needs all; use 'by: weights'";
  else if (state->p_measured < SUPPORT)
    state->refused = rein_arena_printf(
        r->arena,
        "what was measured is too improbable for a linear update to reach: p = %.2g, and %g is asked for",
        state->p_measured, SUPPORT);
  if (state->refused) return REIN_OK;
  j.z_mean = REIN_NEW(r->arena, double, j.n_z), j.y_mean = REIN_NEW(r->arena, double, j.n_y);
  posterior all, *own = REIN_NEW(r->arena, posterior, r->prior->n_batch);
  find_means(&j);
  if (update_batches(&j, &all, own)) return draw_anew(&j, r, simulation, &all, own, sample);
  state->refused = "the covariance of the simulated measurements, or of what is left after them, cannot be "
                   "inverted; raise 'n' or use 'by: weights'";
  return REIN_OK;
}
