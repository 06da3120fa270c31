/* Derivatives by central differences, and what the measurements could tell of the parameters. */
#include <gsl/gsl_eigen.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "src/scenario/assay.h"
#include "src/study/sensitivity_inside.h"

/* Factors whose points fit one batch with the base. */
#define GROUP 60

/* All measurements of all groups. */
typedef struct {
  int n_time, n_obs;
  double *slope; /* ((t * n_obs + o) * n_factor + i): d y / d log factor; NaN where it failed */
  double *base;  /* (t * n_obs + o) */
  double *sd;    /* (t * n_obs + o) of the measurement, 0 without noise */
} field;

static void create_field(rein_sensitivity_job *job, field *f) {
  f->n_time = job->out->scenario->n_time;
  f->n_obs = (int)job->out->scenario->model->n_observable;
  const size_t n = (size_t)f->n_time * (size_t)f->n_obs;
  f->slope = REIN_NEW(job->arena, double, n *(size_t)job->out->n_factor + 1);
  f->base = REIN_NEW(job->arena, double, n + 1);
  f->sd = REIN_NEW(job->arena, double, n + 1);
}

/* Point 0 is the base, then two for each factor of the group. */
static rein_status run_group(rein_sensitivity_job *job, int first, int n, field *f) {
  const rein_factor *factor = job->out->factor + first;
  const int n_point = 2 * n + 1, n_factor = job->out->n_factor;
  double *value = REIN_NEW(job->arena, double, (size_t)n_point *(size_t)n);
  for (int k = 0; k < n_point; k++)
    for (int i = 0; i < n; i++) value[(size_t)k * (size_t)n + (size_t)i] = factor[i].typical;
  for (int i = 0; i < n; i++) {
    value[(size_t)(1 + 2 * i) * (size_t)n + (size_t)i] *= 1.0 + REIN_SENSITIVITY_STEP;
    value[(size_t)(2 + 2 * i) * (size_t)n + (size_t)i] *= 1.0 - REIN_SENSITIVITY_STEP;
  }
  rein_sample *sample;
  const rein_status status = rein_sensitivity_simulate(job, factor, n, value, n_point, &sample);
  if (status != REIN_OK) return status;
  const rein_model *model = job->out->scenario->model;
  for (int t = 0; t < f->n_time; t++)
    for (int o = 0; o < f->n_obs; o++) {
      const size_t at = (size_t)t * (size_t)f->n_obs + (size_t)o;
      f->base[at] = *rein_sample_row(sample, 0, t, o);
      f->sd[at] = rein_measure(&model->observable[o], f->base[at], *rein_sample_noise(sample, 0, o, 0),
                               *rein_sample_noise(sample, 0, o, 1), 0.0, 0.0)
                      .sd;
      for (int i = 0; i < n; i++)
        f->slope[at * (size_t)n_factor + (size_t)(first + i)] =
            (*rein_sample_row(sample, 1 + 2 * i, t, o) - *rein_sample_row(sample, 2 + 2 * i, t, o)) /
            (2 * REIN_SENSITIVITY_STEP);
    }
  rein_sample_destroy(sample);
  return REIN_OK;
}

/* ---- information ---- */

/* Sum over measurements with noise of slopes over SD; false where one is missing. */
static bool add_information(rein_sensitivity *out, const field *f, double *information) {
  const size_t n = (size_t)out->n_factor;
  for (size_t at = 0; at < (size_t)f->n_time * (size_t)f->n_obs; at++) {
    if (!(f->sd[at] > 0.0)) continue;
    const double *slope = f->slope + at * n;
    for (size_t i = 0; i < n; i++)
      if (!isfinite(slope[i])) return false;
    for (size_t i = 0; i < n; i++)
      for (size_t k = 0; k < n; k++) information[i * n + k] += slope[i] * slope[k] / (f->sd[at] * f->sd[at]);
    out->n_measurement++;
  }
  return true;
}

/* Eigenvectors of the information of those that are not mute, scaled to a diagonal of 1. */
static bool find_blur(rein_arena *arena, rein_sensitivity *out, const double *information) {
  const size_t n = (size_t)out->n_factor;
  size_t *of = REIN_NEW(arena, size_t, n + 1), m = 0;
  for (size_t i = 0; i < n; i++) {
    out->mute[i] = !(information[i * n + i] > 0.0);
    if (!out->mute[i]) of[m++] = i;
  }
  out->blur = REIN_NEW(arena, rein_sensitivity_blur, m + 1);
  if (m < 2) return true;
  double *weights = REIN_NEW(arena, double, m *(n + 1)); /* before what the arena does not own */
  gsl_matrix *matrix = gsl_matrix_alloc(m, m), *vectors = gsl_matrix_alloc(m, m);
  gsl_vector *values = gsl_vector_alloc(m);
  gsl_eigen_symmv_workspace *work = gsl_eigen_symmv_alloc(m);
  bool good = matrix && vectors && values && work;
  for (size_t i = 0; good && i < m; i++)
    for (size_t k = 0; k < m; k++)
      gsl_matrix_set(matrix, i, k,
                     information[of[i] * n + of[k]] /
                         sqrt(information[of[i] * n + of[i]] * information[of[k] * n + of[k]]));
  good = good && gsl_eigen_symmv(matrix, values, vectors, work) == 0;
  if (good) gsl_eigen_symmv_sort(values, vectors, GSL_EIGEN_SORT_VAL_ASC);
  for (size_t i = 0; good && i < m && gsl_vector_get(values, i) < REIN_SENSITIVITY_SINGULAR; i++) {
    rein_sensitivity_blur *b = &out->blur[out->n_blur++];
    double length = 0;
    b->eigenvalue = gsl_vector_get(values, i);
    b->weight = weights + i * (n + 1);
    /* Back from the scaled factors, so that the weights are of relative changes. */
    for (size_t k = 0; k < m; k++) {
      b->weight[of[k]] = gsl_matrix_get(vectors, k, i) / sqrt(information[of[k] * n + of[k]]);
      length += b->weight[of[k]] * b->weight[of[k]];
    }
    for (size_t k = 0; k < m; k++) b->weight[of[k]] /= sqrt(length);
  }
  if (work) gsl_eigen_symmv_free(work);
  if (values) gsl_vector_free(values);
  if (vectors) gsl_matrix_free(vectors);
  if (matrix) gsl_matrix_free(matrix);
  return good;
}

static rein_status fill_information(rein_sensitivity_job *job, const field *f) {
  rein_sensitivity *out = job->out;
  const size_t n = (size_t)out->n_factor;
  double *information = REIN_NEW(job->arena, double, n *n + 1);
  out->mute = REIN_NEW(job->arena, bool, n + 1);
  if (!add_information(out, f, information)) {
    out->no_information = "a point could not be simulated";
  } else if (out->n_measurement == 0) {
    out->no_information = "no observable declares noise";
  } else if (!find_blur(job->arena, out, information)) {
    return REIN_ERR_MEMORY;
  }
  return REIN_OK;
}

rein_status rein_sensitivity_local(rein_sensitivity_job *job) {
  rein_sensitivity *out = job->out;
  field f;
  create_field(job, &f);
  for (int first = 0; first < out->n_factor; first += GROUP) {
    const int n = out->n_factor - first < GROUP ? out->n_factor - first : GROUP;
    const rein_status status = run_group(job, first, n, &f);
    if (status != REIN_OK) return status;
  }
  out->value = REIN_NEW(job->arena, double, f.n_obs + 1);
  out->n_used = out->n_point - out->n_failed;
  for (int o = 0; o < f.n_obs; o++) {
    const size_t at = (size_t)job->i_time * (size_t)f.n_obs + (size_t)o;
    out->value[o] = f.base[at];
    for (int i = 0; i < out->n_factor; i++) {
      const double slope = f.slope[at * (size_t)out->n_factor + (size_t)i];
      rein_sensitivity_cell *cell = &out->cell[o * out->n_factor + i];
      cell->slope = slope / out->factor[i].typical;
      cell->elasticity = f.base[at] != 0.0 ? slope / f.base[at] : NAN;
    }
  }
  return fill_information(job, &f);
}
