/* From the members of a state to the rows of its actions and horizons. Actions are summed side by side. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "solver/team.h"
#include "src/scenario/assay.h"
#include "src/stats/binomial.h"
#include "src/stats/fixed.h"
#include "src/stats/normal.h"
#include "src/study/prior_inside.h"

/* Memory of one action's sums; all (n_individual). */
typedef struct {
  double *measured, *mean, *variance, *change, *up, *down, *flag;
  rein_weighted *sorted;
} scratch;

typedef struct {
  const rein_prior_sums *about;
  scratch *scratch; /* (n_thread) */
} work;

static bool create_scratch(scratch *s, int64_t n) {
  double **all[] = {&s->measured, &s->mean, &s->variance, &s->change, &s->up, &s->down, &s->flag};
  bool good = true;
  for (size_t i = 0; i < sizeof all / sizeof *all; i++)
    good = (*all[i] = malloc((size_t)(n + 1) * sizeof(double))) && good;
  return (s->sorted = malloc((size_t)(n + 1) * sizeof *s->sorted)) && good;
}

static void clear_scratch(scratch *s) {
  free(s->measured), free(s->mean), free(s->variance), free(s->change), free(s->up), free(s->down);
  free(s->flag), free(s->sorted);
}

static rein_nested shape_of(const rein_prior_sums *a) {
  const rein_prior *p = a->prior;
  return (rein_nested){
      .n_replicate = p->n_replicate, .n_person = p->n_person, .n_batch = p->n_batch, .weight = a->weight};
}

/* ---- one quantity ---- */

/* Measured values, and mean and variance of the measurement, of every member. */
static void measure(const rein_prior_sums *a, int arm, int h, int q, const double *latent, scratch *s) {
  const rein_prior *p = a->prior;
  const int o = p->quantity[q].observable;
  const int64_t n = a->sample->n_individual;
  const double *z = a->z + 2 * n * (h * p->n_quantity + q);
  for (int64_t i = 0; i < n; i++) {
    s->measured[i] = s->mean[i] = latent[i], s->variance[i] = 0.0;
    if (o < 0) continue;
    const rein_observable *observable = &p->model->observable[o];
    const double sd = rein_sample_noise(a->sample, arm, o, 0)[i],
                 cv = rein_sample_noise(a->sample, arm, o, 1)[i];
    s->measured[i] = rein_measure(observable, latent[i], sd, cv, z[i], z[n + i]).value;
    rein_measure_moments(observable, latent[i], sd, cv, &s->mean[i], &s->variance[i]);
  }
}

static size_t sum_quantiles(const rein_nested *shape, const double *x, rein_weighted *sorted,
                            rein_estimate *out) {
  const size_t n = rein_nested_gather(shape, x, sorted);
  rein_weighted_sort(sorted, n);
  const double total = rein_weighted_total(sorted, n);
  for (int k = 0; k < REIN_PRIOR_PROBS; k++) {
    const double p = rein_prior_prob[k], q = rein_quantile_of_total(sorted, n, total, p);
    out[k] = (rein_estimate){q, rein_nested_quantile_error(shape, x, sorted, n, total, p, q)};
  }
  return n;
}

#define BLOCK 64 /* samples looked at together */

typedef struct {
  double mean, sd;
  bool is_log;
} normal_form;

static double cdf_of(const normal_form *form, double x) {
  return rein_normal_cdf(((form->is_log ? rein_fixed_log(x) : x) - form->mean) / form->sd);
}

/* The largest distance inside blocks that may hold one above `worst`; not `inside`: at the blocks' ends only.
 * `total` is of the weights. */
static double look_at_blocks(const normal_form *form, const rein_weighted *sorted, size_t n, double total,
                             bool inside, double worst) {
  double below = 0.0;
  for (size_t first = 0; first < n; first += BLOCK) {
    const size_t end = first + BLOCK < n ? first + BLOCK : n;
    double at_end = below;
    for (size_t i = first; i < end; i++) at_end += sorted[i].w;
    const double high = cdf_of(form, sorted[end - 1].x);
    /* Both distributions rise, so that inside they differ by no more than this. */
    const double most = fmax(high - below / total, at_end / total - cdf_of(form, sorted[first].x));
    if (!inside) worst = fmax(worst, fabs(high - at_end / total));
    for (size_t i = first; inside && i < end && most > worst; i++) {
      const double f = cdf_of(form, sorted[i].x);
      worst = fmax(worst, fabs(f - below / total));
      below += sorted[i].w;
      worst = fmax(worst, fabs(f - below / total));
    }
    below = at_end;
  }
  return worst;
}

/* Largest distance of the sample's distribution from a normal one, of the values or of their logarithms.
 * Source: Kolmogorov 1933; weights as steps. */
static double distance(const rein_weighted *sorted, size_t n, double mean, double sd, bool is_log) {
  const double total = rein_weighted_total(sorted, n);
  const normal_form form = {mean, sd, is_log};
  if (!(sd > 0.0) || !(total > 0.0)) return NAN;
  const double worst = look_at_blocks(&form, sorted, n, total, false, 0.0);
  return look_at_blocks(&form, sorted, n, total, true, worst);
}

/* Moments of the measured sample as a Gaussian and, where all of it is above 0, as a lognormal form. */
static void fit_forms(const rein_nested *shape, scratch *s, size_t n, rein_prior_row *row) {
  const double *x = s->measured;
  const int64_t n_all = shape->n_person * shape->n_replicate;
  row->mean = rein_nested_mean(shape, x).value;
  row->sd = sqrt(fmax(rein_nested_covariance(shape, x, x), 0.0));
  row->fit_gaussian = distance(s->sorted, n, row->mean, row->sd, false);
  row->log_mean = row->log_sd = (rein_estimate){NAN, NAN};
  row->fit_lognormal = NAN;
  if (n == 0 || !(s->sorted[0].x > 0.0)) return;
  for (int64_t i = 0; i < n_all; i++) s->flag[i] = rein_fixed_log(x[i]);
  row->log_mean = rein_nested_mean(shape, s->flag);
  row->log_sd.value = sqrt(fmax(rein_nested_covariance(shape, s->flag, s->flag), 0.0));
  row->fit_lognormal = distance(s->sorted, n, row->log_mean.value, row->log_sd.value, true);
}

/* Probabilities p (n) on which all draws agree lose their error of 0; answers how far they may be off: the
 * exact interval of none in as many draws as are independent, those of u where it is drawn. NaN: none does.
 */
static double bound_agreed(const rein_prior *prior, double n_draw, rein_estimate *const *p, size_t n) {
  double low = NAN, high = NAN;
  bool any = false;
  for (size_t i = 0; i < n; i++)
    if (rein_prior_all_agree(*p[i])) p[i]->error = NAN, any = true;
  if (prior->n_u > 0) n_draw = fmin(n_draw, (double)prior->n_replicate);
  return any && rein_binomial_interval(0.0, n_draw, 0.95, &low, &high) ? high : NAN;
}

static void sum_direction(const rein_prior *p, const rein_nested *shape, const rein_observable *o,
                          const double *before, scratch *s, rein_prior_row *row) {
  const int64_t n = shape->n_person * shape->n_replicate;
  row->p_up = row->p_down = row->p_unchanged = (rein_estimate){NAN, NAN};
  row->p_bound = NAN;
  if (!o || isnan(o->smallest_change)) {
    row->na_direction = o ? "the model declares no smallest change" : "no observable";
    return;
  }
  for (int64_t i = 0; i < n; i++) {
    const int8_t direction = rein_record_direction(o, s->change[i], before[i]);
    const bool none = direction == REIN_MISSING_BYTE;
    s->up[i] = none ? NAN : direction > 0;
    s->down[i] = none ? NAN : direction < 0;
    s->flag[i] = none ? NAN : direction == 0;
  }
  row->p_up = rein_nested_mean(shape, s->up);
  row->p_down = rein_nested_mean(shape, s->down);
  row->p_unchanged = rein_nested_mean(shape, s->flag);
  row->p_bound = bound_agreed(p, row->measured.n_effective,
                              (rein_estimate *const[]){&row->p_up, &row->p_down, &row->p_unchanged}, 3);
}

static void sum_row(const rein_prior_sums *a, int action, int h, int q, scratch *s) {
  const rein_prior *p = a->prior;
  const rein_nested shape = shape_of(a);
  const int o = p->quantity[q].observable;
  const rein_observable *observable = o >= 0 ? &p->model->observable[o] : NULL;
  const int arm = a->first_arm + action;
  const double *latent = rein_sample_row(a->sample, arm, a->after[h], q),
               *before = rein_sample_row(a->sample, arm, a->i_zero, q);
  rein_prior_row *row = rein_prior_row_of(p, a->i_state, action, h, q);
  *row = (rein_prior_row){.state = a->i_state, .action = action, .horizon = h, .quantity = q};
  measure(a, arm, h, q, latent, s);
  for (int64_t i = 0; i < a->sample->n_individual; i++) s->change[i] = latent[i] - before[i];
  row->measured = rein_nested_variances(&shape, s->mean, s->variance, p->n_u == 0);
  const rein_prior_state *state = &p->state[a->i_state];
  const bool anew = state->n_measured > 0 && state->by == REIN_PRIOR_KALMAN;
  row->n_effective = anew ? NAN : row->measured.n_effective;
  row->latent_mean = rein_nested_mean(&shape, latent);
  row->change = rein_nested_mean(&shape, s->change);
  sum_direction(p, &shape, observable, before, s, row);
  sum_quantiles(&shape, latent, s->sorted, row->latent);
  const size_t n = sum_quantiles(&shape, s->measured, s->sorted, row->quantile);
  row->n = (int64_t)n;
  fit_forms(&shape, s, n, row);
  if (p->n_u == 0) row->na_uncertain = "the model declares no uncertain parameter that is drawn here";
  if (!observable) row->na_noise = "no observable: it is not measured";
  if (observable && observable->noise == REIN_NOISE_NONE) row->na_noise = "the model declares no noise";
  if (!(row->measured.total.value > 0.0)) row->na_shares = "nothing varies";
  if (a->weight && p->n_u > 0 && row->measured.n_within < REIN_PRIOR_WITHIN)
    row->na_shares = "too few effective people of each draw of the parameters; raise 'people'";
}

/* ---- pairs ---- */

static void sum_covariance(const rein_prior_sums *a, int arm, int h, scratch *s, rein_prior_pair *pair) {
  const rein_nested shape = shape_of(a);
  const int n_q = a->prior->n_quantity;
  for (int k = 0; k < n_q; k++) {
    for (int l = 0; l <= k; l++) {
      const double *after_k = rein_sample_row(a->sample, arm, a->after[h], k),
                   *before_k = rein_sample_row(a->sample, arm, a->i_zero, k),
                   *after_l = rein_sample_row(a->sample, arm, a->after[h], l),
                   *before_l = rein_sample_row(a->sample, arm, a->i_zero, l);
      for (int64_t i = 0; i < a->sample->n_individual; i++)
        s->change[i] = after_k[i] - before_k[i], s->flag[i] = after_l[i] - before_l[i];
      pair->covariance[k * n_q + l] = pair->covariance[l * n_q + k] =
          rein_nested_covariance(&shape, s->change, s->flag);
    }
  }
}

static void sum_safety(const rein_prior_sums *a, int arm, int h, scratch *s, rein_prior_pair *pair) {
  const rein_nested shape = shape_of(a);
  const double until = a->scenario->time[a->after[h]],
               effective = rein_prior_row_of(a->prior, pair->state, pair->action, pair->horizon, 0)
                               ->measured.n_effective;
  for (int k = 0; k < a->prior->n_safety; k++) {
    const double *first = rein_sample_safety(a->sample, arm, k);
    const double *latent = rein_sample_row(a->sample, arm, a->after[h], 0);
    for (int64_t i = 0; i < a->sample->n_individual; i++) {
      /* who failed before the horizon is not known to have been safe */
      const bool known = isfinite(latent[i]);
      s->up[i] = known ? first[i] >= 0.0 && first[i] <= until : NAN;
      s->down[i] = known ? first[i] < 0.0 : NAN;
    }
    pair->safety[k] = rein_nested_mean(&shape, s->up);
    pair->before[k] = rein_nested_mean(&shape, s->down);
    pair->bound[k] =
        bound_agreed(a->prior, effective, (rein_estimate *const[]){&pair->safety[k], &pair->before[k]}, 2);
  }
}

static int sum_task(void *context, int i_thread, int64_t i_task) {
  const work *w = context;
  const rein_prior *p = w->about->prior;
  const int action = (int)(i_task / p->n_horizon), h = (int)(i_task % p->n_horizon);
  const int arm = w->about->first_arm + action;
  scratch *s = &w->scratch[i_thread];
  rein_prior_pair *pair = rein_prior_pair_of(p, w->about->i_state, action, h);
  pair->state = w->about->i_state, pair->action = action, pair->horizon = h;
  for (int q = 0; q < p->n_quantity; q++) sum_row(w->about, action, h, q, s);
  sum_covariance(w->about, arm, h, s, pair);
  sum_safety(w->about, arm, h, s, pair);
  return 0;
}

rein_status rein_prior_sum(const rein_prior_sums *about) {
  const int n_thread = rein_team_size(about->n_thread);
  work w = {.about = about, .scratch = calloc((size_t)n_thread, sizeof(scratch))};
  bool good = w.scratch != NULL;
  for (int i = 0; i < n_thread && good; i++)
    good = create_scratch(&w.scratch[i], about->sample->n_individual);
  if (good) rein_team_run(n_thread, (int64_t)about->prior->n_action * about->prior->n_horizon, sum_task, &w);
  for (int i = 0; w.scratch && i < n_thread; i++) clear_scratch(&w.scratch[i]);
  free(w.scratch);
  return good ? REIN_OK : REIN_ERR_MEMORY;
}
