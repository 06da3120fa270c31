/* Partly known states: people weighted by what was measured of them up to time 0, and how improbable that
 * was.
 *
 * Each person counts by the density of the measurements, noise included: right for any distribution, as long
 * as enough of the cohort agrees. The effective number says how many: Kong, Liu, Wong 1994, Journal of the
 * American Statistical Association 89:278. */
#include <gsl/gsl_cdf.h>
#include <gsl/gsl_errno.h>
#include <gsl/gsl_linalg.h>
#include <math.h>

#include "src/scenario/assay.h"
#include "src/scenario/draw.h"
#include "src/stats/fixed.h"
#include "src/study/prior_inside.h"

#define SURPRISE 1e-4 /* what was measured is flagged where it is less probable than this */

/* ---- measurements ---- */

rein_observable rein_prior_observable_of(const rein_model *model, const rein_prior_measured *m) {
  rein_observable o = model->observable[m->observable];
  if (isfinite(m->sd)) o.noise = REIN_NOISE_ADDITIVE;
  return o;
}

void rein_prior_noise_of(const rein_sample *s, int arm, const rein_prior_measured *m, int64_t i, double *sd,
                         double *cv) {
  *sd = isfinite(m->sd) ? m->sd : rein_sample_noise(s, arm, m->observable, 0)[i];
  *cv = isfinite(m->sd) ? 0.0 : rein_sample_noise(s, arm, m->observable, 1)[i];
}

void rein_prior_expect(const rein_model *model, const rein_sample *s, int first_row,
                       const rein_prior_measured *m, int64_t i, double *mean, double *variance) {
  const rein_observable o = rein_prior_observable_of(model, m);
  const double latent = rein_sample_row(s, 0, m->i_time, first_row + m->observable)[i];
  double sd, cv;
  rein_prior_noise_of(s, 0, m, i, &sd, &cv);
  *mean = *variance = NAN;
  if (isfinite(latent)) rein_measure_moments(&o, latent, sd, cv, mean, variance);
}

/* ---- weights ---- */

double rein_prior_weigh(const rein_model *model, const rein_sample *sample, int arm, int first_row,
                        const rein_prior_measured *measured, int n_measured, double *weight) {
  double largest = -INFINITY, sum = 0.0, square = 0.0;
  for (int64_t i = 0; i < sample->n_individual; i++) {
    weight[i] = 0.0;
    for (int k = 0; k < n_measured; k++) {
      const rein_prior_measured *m = &measured[k];
      const rein_observable o = rein_prior_observable_of(model, m);
      double sd, cv;
      rein_prior_noise_of(sample, arm, m, i, &sd, &cv);
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

/* ---- surprise ---- */

/* Values measured of a state, limits left out, against what the cohort would measure. */
typedef struct {
  const rein_prior *prior;
  const rein_sample *sample;
  uint64_t seed;
  const rein_prior_measured **measured; /* (n) */
  size_t n;
  double *mean;   /* (n) of the cohort */
  gsl_matrix *s;  /* covariance, noise included; then its Cholesky factor */
  gsl_vector *at; /* scratch */
} cloud;

static double mean_of(const cloud *c, size_t k, int64_t i, double *variance) {
  double mean;
  rein_prior_expect(c->prior->model, c->sample, c->prior->n_quantity, c->measured[k], i, &mean, variance);
  return mean;
}

/* Person i's own measurement k, noise drawn. */
static double draw_measurement(const cloud *c, size_t k, int64_t i) {
  const rein_prior_measured *m = c->measured[k];
  const rein_observable o = rein_prior_observable_of(c->prior->model, m);
  const uint64_t key = rein_draw_key(o.name), number = (uint64_t)k + ((uint64_t)1 << 32);
  double sd, cv;
  rein_prior_noise_of(c->sample, 0, m, i, &sd, &cv);
  return rein_measure(&o, rein_sample_row(c->sample, 0, m->i_time, c->prior->n_quantity + m->observable)[i],
                      sd, cv, rein_draw_normal(c->seed, REIN_DRAW_NOISE, (uint64_t)i, key, number),
                      rein_draw_normal(c->seed, REIN_DRAW_NOISE_2, (uint64_t)i, key, number))
      .value;
}

static void fill_cloud(cloud *c) {
  const int64_t n = c->sample->n_individual;
  for (int second = 0; second < 2; second++) {
    double people = 0.0, variance;
    for (int64_t i = 0; i < n; i++) {
      if (!isfinite(mean_of(c, 0, i, &variance))) continue;
      people += 1.0;
      for (size_t k = 0; k < c->n; k++) {
        const double d = mean_of(c, k, i, &variance) - (second ? c->mean[k] : 0.0);
        if (!second) c->mean[k] += d;
        for (size_t l = 0; l <= k && second; l++)
          *gsl_matrix_ptr(c->s, k, l) +=
              d * (mean_of(c, l, i, &variance) - c->mean[l]) + (k == l ? variance : 0.0);
      }
    }
    for (size_t k = 0; k < c->n && !second; k++) c->mean[k] /= people;
    if (second) gsl_matrix_scale(c->s, 1.0 / people);
  }
}

/* Mahalanobis' distance, squared, of the values in c->at. */
static double distance(const cloud *c) {
  double square = 0.0;
  for (size_t k = 0; k < c->n; k++) {
    double d = gsl_vector_get(c->at, k) - c->mean[k];
    for (size_t l = 0; l < k; l++) d -= gsl_matrix_get(c->s, k, l) * gsl_vector_get(c->at, l);
    d /= gsl_matrix_get(c->s, k, k);
    gsl_vector_set(c->at, k, d);
    square += d * d;
  }
  return square;
}

/* The larger of the chi-square tail and the share of people whose own measurements lie as far off. */
static double tail_of(cloud *c) {
  fill_cloud(c);
  if (gsl_linalg_cholesky_decomp1(c->s) != GSL_SUCCESS) return NAN;
  for (size_t k = 0; k < c->n; k++) gsl_vector_set(c->at, k, c->measured[k]->value);
  const double far = distance(c);
  double as_far = 0.0, people = 0.0;
  for (int64_t i = 0; i < c->sample->n_individual; i++) {
    for (size_t k = 0; k < c->n; k++) gsl_vector_set(c->at, k, draw_measurement(c, k, i));
    const double own = distance(c);
    if (isfinite(own)) people += 1.0, as_far += own >= far;
  }
  return people > 0.0 ? fmax(gsl_cdf_chisq_Q(far, (double)c->n), as_far / people) : NAN;
}

/* Probability to measure beyond a limit. */
static double beyond(const cloud *c, const rein_prior_measured *m) {
  const rein_observable o = rein_prior_observable_of(c->prior->model, m);
  double sum = 0.0, people = 0.0;
  for (int64_t i = 0; i < c->sample->n_individual; i++) {
    const double latent = rein_sample_row(c->sample, 0, m->i_time, c->prior->n_quantity + m->observable)[i];
    double sd, cv;
    rein_prior_noise_of(c->sample, 0, m, i, &sd, &cv);
    if (!isfinite(latent)) continue;
    sum += rein_fixed_exp(rein_measure_log_density(&o, latent, sd, cv, m->value, m->censored)), people += 1.0;
  }
  return people > 0.0 ? sum / people : NAN;
}

rein_status rein_prior_surprise(const rein_prior_reader *r, int i_state, const rein_sample *sample,
                                uint64_t seed) {
  rein_prior_state *state = &r->prior->state[i_state];
  cloud c = {.prior = r->prior, .sample = sample, .seed = seed};
  c.measured = REIN_NEW(r->arena, const rein_prior_measured *, state->n_measured);
  c.mean = REIN_NEW(r->arena, double, state->n_measured);
  state->p_measured = NAN;
  for (int k = 0; k < state->n_measured; k++) {
    if (state->measured[k].censored == 0)
      c.measured[c.n++] = &state->measured[k];
    else
      state->p_measured = fmin(state->p_measured, beyond(&c, &state->measured[k]));
  }
  if (c.n > 0) {
    c.s = gsl_matrix_calloc(c.n, c.n), c.at = gsl_vector_alloc(c.n);
    if (c.s && c.at) state->p_measured = fmin(state->p_measured, tail_of(&c));
    const bool good = c.s && c.at;
    if (c.s) gsl_matrix_free(c.s);
    if (c.at) gsl_vector_free(c.at);
    if (!good) return REIN_ERR_MEMORY;
  }
  if (state->p_measured < SURPRISE)
    state->flag = rein_arena_printf(
        r->arena, "what was measured is improbable under the model and what is known: p = %.2g",
        state->p_measured);
  return REIN_OK;
}
