#include "src/scenario/people.h"

#include <math.h>

#include "src/scenario/draw.h"
#include "src/scenario/points.h"
#include "src/stats/fixed.h"
#include "src/stats/normal.h"

/* ---- correlations ---- */

/* In place, lower triangle of an (n x n) matrix by rows; false where it is not positive definite. Written out
 * here so that its bits do not depend on the machine's BLAS. Source: Golub and Van Loan 2013, Matrix
 * Computations, algorithm 4.2.1. */
static bool factor(double *a, int n) {
  for (int i = 0; i < n; i++) {
    for (int j = 0; j <= i; j++) {
      double sum = a[i * n + j];
      for (int k = 0; k < j; k++) sum -= a[i * n + k] * a[j * n + k];
      if (i == j) {
        if (!(sum > 1e-12)) return false;
        a[i * n + i] = sqrt(sum);
      } else {
        a[i * n + j] = sum / a[j * n + j];
        a[j * n + i] = 0.0;
      }
    }
  }
  return true;
}

static int find(const int *list, int n, int wanted) {
  for (int i = 0; i < n; i++) {
    if (list[i] == wanted) return i;
  }
  return -1;
}

bool rein_people_init(rein_arena *arena, rein_people *people, const rein_model *model, rein_diag *diag) {
  uint64_t *key = REIN_NEW(arena, uint64_t, model->n_param);
  bool *is_correlated = REIN_NEW(arena, bool, model->n_param);
  for (size_t i = 0; i < model->n_param; i++) key[i] = rein_draw_key(model->param[i].name);
  for (size_t i = 0; i < model->n_correlation; i++) {
    is_correlated[model->correlation[i].param_a] = is_correlated[model->correlation[i].param_b] = true;
  }
  int *list = REIN_NEW(arena, int, model->n_param), n = 0;
  for (size_t i = 0; i < model->n_param; i++) {
    if (is_correlated[i]) list[n++] = (int)i;
  }
  double *matrix = REIN_NEW(arena, double, n *n);
  for (int i = 0; i < n; i++) matrix[i * n + i] = 1.0;
  for (size_t i = 0; i < model->n_correlation; i++) {
    const rein_correlation *c = &model->correlation[i];
    int a = find(list, n, c->param_a), b = find(list, n, c->param_b);
    matrix[a * n + b] = matrix[b * n + a] = c->rho;
  }
  people->model = model;
  people->key = key;
  people->correlated = list;
  people->n_correlated = n;
  people->cholesky = matrix;
  if (n > 0 && !factor(matrix, n)) {
    rein_error(diag, model->correlation[0].pos,
               "the model's correlations contradict each other: their matrix is not positive definite");
    return false;
  }
  return true;
}

/* ---- one parameter ---- */

/* Bound of a distribution as a standard normal deviate from the centre; -inf, inf stay. */
static double standard(const rein_dist *dist, double centre, double bound) {
  if (isinf(bound)) return bound;
  switch (dist->kind) {
  case REIN_DIST_LOGNORMAL:
    return bound <= 0.0 ? -INFINITY : (rein_fixed_log(bound) - rein_fixed_log(centre)) / dist->sd;
  case REIN_DIST_NORMAL:
    return (bound - centre) / dist->sd;
  case REIN_DIST_LOGIT_NORMAL:
    if (bound <= 0.0) return -INFINITY;
    if (bound >= 1.0) return INFINITY;
    return (rein_fixed_logit(bound) - rein_fixed_logit(centre)) / dist->sd;
  case REIN_DIST_NONE:
  case REIN_DIST_UNIFORM:
    break;
  }
  return bound < 0 ? -INFINITY : INFINITY;
}

double rein_people_deviate(const rein_dist *dist, double centre, double x, bool computed) {
  double eta = dist->sd * x;
  if (computed) return dist->kind == REIN_DIST_NONE || dist->kind == REIN_DIST_UNIFORM ? 0.0 : centre + eta;
  switch (dist->kind) {
  case REIN_DIST_LOGNORMAL:
    return centre * rein_fixed_exp(eta);
  case REIN_DIST_NORMAL:
    return centre + eta;
  case REIN_DIST_LOGIT_NORMAL:
    return rein_fixed_logistic(rein_fixed_logit(centre) + eta);
  case REIN_DIST_UNIFORM:
    return dist->low + rein_normal_cdf(x) * (dist->high - dist->low);
  case REIN_DIST_NONE:
    break;
  }
  return centre;
}

/* Draws around `centre` at the uniform u. mean, sd: of the standard deviate given the parameters before it;
 * *innovation: what is left of it without them. */
static double draw_dist(const rein_dist *dist, double centre, double u, double mean, double sd, bool computed,
                        double *innovation) {
  double low = -INFINITY, high = INFINITY;
  bool cut = !computed && (isfinite(dist->low) || isfinite(dist->high)) && dist->sd > 0 &&
             dist->kind != REIN_DIST_UNIFORM;
  if (cut) {
    low = (standard(dist, centre, dist->low) - mean) / sd;
    high = (standard(dist, centre, dist->high) - mean) / sd;
  }
  double z = cut ? rein_normal_quantile_between(u, low, high) : rein_normal_quantile(u);
  if (innovation) *innovation = z;
  double value = rein_people_deviate(dist, centre, mean + sd * z, computed);
  /* Rounding may leave the interval by a last bit. */
  if (cut && value < dist->low) value = dist->low;
  if (cut && value > dist->high) value = dist->high;
  return value;
}

/* The uniform number behind a draw of an individual. */
static double uniform_of(const rein_people *people, rein_draw_purpose purpose, int64_t individual, size_t p) {
  const rein_points *points = people->points;
  const int64_t replicate = individual % people->n_replicate;
  switch (purpose) {
  case REIN_DRAW_UNCERTAIN:
    return points ? points->u[replicate * points->n_u + points->u_of[p]]
                  : rein_draw_uniform(people->seed, purpose, (uint64_t)replicate, people->key[p], 0);
  case REIN_DRAW_BETWEEN:
    return points ? points->b[individual * points->n_b + points->b_of[p]]
                  : rein_draw_uniform(people->seed, purpose, (uint64_t)individual, people->key[p], 0);
  default:
    return points
               ? points->b[individual * points->n_b + points->covariate_of[p]]
               : rein_draw_uniform(people->seed, purpose, (uint64_t)individual, people->covariate[p].key, 0);
  }
}

double rein_people_covariate_quantile(const rein_covariate *c, double u) {
  rein_dist dist = {.sd = c->sd, .low = c->low, .high = c->high};
  switch (c->kind) {
  case REIN_COVARIATE_NORMAL:
    dist.kind = REIN_DIST_NORMAL;
    break;
  case REIN_COVARIATE_LOGNORMAL:
    dist.kind = REIN_DIST_LOGNORMAL;
    break;
  case REIN_COVARIATE_UNIFORM:
    return c->low + u * (c->high - c->low);
  case REIN_COVARIATE_BERNOULLI:
    return u < c->centre ? 1.0 : 0.0;
  case REIN_COVARIATE_FIXED:
    return c->centre;
  }
  return draw_dist(&dist, c->centre, u, 0.0, 1.0, false, NULL);
}

static double draw_covariate(const rein_people *people, int i, int64_t individual) {
  const rein_covariate *c = &people->covariate[i];
  if (c->kind == REIN_COVARIATE_FIXED) return c->centre;
  return rein_people_covariate_quantile(c, uniform_of(people, REIN_DRAW_COVARIATE, individual, (size_t)i));
}

/* ---- one person ---- */

double rein_people_covariate_centre(const rein_covariate *c) {
  if (c->kind == REIN_COVARIATE_UNIFORM) return 0.5 * (c->low + c->high);
  if (c->kind == REIN_COVARIATE_BERNOULLI) return c->centre >= 0.5 ? 1.0 : 0.0;
  return c->centre;
}

static void take_extras(const rein_people *people, int64_t row, double *value) {
  for (int k = 0; k < people->n_extra; k++) {
    if (people->extra[k]) value[k] = people->typical ? people->extra_typical[k] : people->extra[k][row];
  }
}

static void take_given(const rein_people *people, int64_t individual, double *value) {
  int64_t row = individual / people->n_replicate;
  if (row >= people->n_row) row = people->n_row - 1;
  take_extras(people, row, value + people->model->n_param);
  if (people->n_row > 0 && !people->typical) {
    const double *from = people->table + row * people->n_table_param;
    for (int i = 0; i < people->n_table_param; i++) value[people->table_param[i]] = from[i];
  }
  for (int i = 0; i < people->n_covariate; i++) {
    const rein_covariate *c = &people->covariate[i];
    value[c->param] =
        people->typical ? rein_people_covariate_centre(c) : draw_covariate(people, i, individual);
  }
}

/* Mean and SD of correlated parameter i's standard deviate, given the innovations z of those before it. */
static void condition(const rein_people *people, int i, const double *z, double *mean, double *sd) {
  const double *row = people->cholesky + (size_t)i * (size_t)people->n_correlated;
  *mean = 0.0;
  for (int k = 0; k < i; k++) *mean += row[k] * z[k];
  *sd = row[i];
}

rein_dist rein_people_between(const rein_param *param) {
  rein_dist between = param->between;
  if (param->covariate) {
    between.low = fmax(between.low, param->range_low);
    between.high = fmin(between.high, param->range_high);
  }
  return between;
}

size_t rein_people_n_value(const rein_people *people) {
  return people->model->n_param + (size_t)people->n_extra;
}

double rein_people_quantile(const rein_dist *dist, double centre, double u, bool computed) {
  return draw_dist(dist, centre, u, 0.0, 1.0, computed, NULL);
}

void rein_people_draw(const rein_people *people, int64_t individual, const double *theta, double *value,
                      double *scratch) {
  const rein_model *model = people->model;
  int i_correlated = 0;
  for (size_t p = 0; p < model->n_param; p++) {
    const rein_param *param = &model->param[p];
    double centre = theta[p], mean = 0.0, sd = 1.0;
    bool computed = param->value_expr != NULL, given = people->given[p];
    bool correlated = i_correlated < people->n_correlated && people->correlated[i_correlated] == (int)p;
    if (people->uncertain && !given && param->uncertain.kind != REIN_DIST_NONE) {
      double u = uniform_of(people, REIN_DRAW_UNCERTAIN, individual, p);
      centre = draw_dist(&param->uncertain, centre, u, 0.0, 1.0, computed, NULL);
    }
    if (!people->typical && !people->held && !given && param->between.kind != REIN_DIST_NONE) {
      double u = uniform_of(people, REIN_DRAW_BETWEEN, individual, p);
      if (correlated) condition(people, i_correlated, scratch, &mean, &sd);
      const rein_dist between = rein_people_between(param);
      centre = draw_dist(&between, centre, u, mean, sd, computed, correlated ? &scratch[i_correlated] : NULL);
    } else if (correlated) {
      scratch[i_correlated] = 0.0;
    }
    if (correlated) i_correlated++;
    value[p] = centre;
  }
  take_given(people, individual, value);
}
