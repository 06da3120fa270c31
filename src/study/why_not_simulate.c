/* Simulated effects: the typical person of every compared arm, or each person of a table, as the model says,
 * to either side of everything that varies, and at every node of every change. */
#include <math.h>
#include <string.h>

#include "src/study/why_not_inside.h"

/* Relative tolerance, so that effects are smooth. */
#define RTOL 1e-7

/* ---- one run ---- */

typedef struct {
  rein_variant *variant;
  int n;
} variants;

static double *add_variant(rein_why_not_job *job, variants *v, int arm) {
  const rein_scenario *s = job->data->simulation.scenario;
  double *theta = rein_scenario_theta(job->arena, s, job->data->compared[arm]);
  v->variant[v->n++] = (rein_variant){job->data->compared[arm], theta};
  return theta;
}

static rein_status run(rein_why_not_job *job, const variants *v, rein_sample **sample) {
  rein_validate_job *data = job->data;
  rein_simulation sim = data->simulation;
  sim.scenario = rein_scenario_vary(job->arena, data->simulation.scenario, v->variant, v->n,
                                    data->scenario->time, data->scenario->n_time, true);
  rein_scenario_narrow(sim.scenario, RTOL);
  /* Changes of rates make a model stiff that the pilot found was not: an explicit method takes millions of
   * steps for some. */
  if (sim.scenario->method == REIN_METHOD_DOPRI5) sim.scenario->method = REIN_METHOD_BDF;
  const int n_obs = (int)data->scenario->model->n_observable;
  int *keep = REIN_NEW(job->arena, int, n_obs);
  for (int o = 0; o < n_obs; o++) keep[o] = sim.tape->n_state + o;
  const rein_sample_options options = {.n_thread = job->options->n_thread,
                                       .kernels = job->options->kernels,
                                       .tell_failures = true,
                                       .keep_errors = true};
  return rein_sample_create(job->arena, &sim, keep, n_obs, &options, sample);
}

static double value_in(const rein_sample *s, const rein_doubt_row *r, int variant) {
  return rein_sample_row(s, variant, r->i_time, r->observable)[r->person];
}

/* Why a measurement of a variant is no number, in words. */
static const char *reason_of(const rein_why_not_job *job, const rein_sample *s, const rein_doubt_row *r,
                             int variant) {
  const rein_model *model = job->data->scenario->model;
  const rein_sample_failure *f = &s->failure[(int64_t)variant * s->n_individual + r->person];
  const double time = job->data->scenario->time[r->i_time], value = value_in(s, r, variant);
  if (!s->failed[(int64_t)variant * s->n_individual + r->person])
    return rein_arena_printf(job->arena,
                             "%s is %.4g at %.4g %s, which has no place on the scale of its noise",
                             model->observable[r->observable].name, value, time, model->time_unit_text);
  return rein_arena_printf(job->arena, "%s%s%s at %.4g %s", rein_fail_meaning(f->fail),
                           f->state >= 0 ? ": state " : "", f->state >= 0 ? model->state[f->state].name : "",
                           f->time, model->time_unit_text);
}

/* ---- the base ---- */

/* How far two runs of the same numbers may be apart on the scale of the noise: each by its estimated error
 * and by the tolerance. Infinite where the error reaches what has no place there. */
static double slack_of(const rein_why_not_job *job, const rein_sample *s, const rein_doubt_row *r) {
  const double error = rein_sample_error(s, r->arm, r->i_time, r->observable)[r->person],
               off = error + RTOL * fabs(r->base),
               slack = fabs(rein_why_not_transform(job, r, r->base + off) -
                            rein_why_not_transform(job, r, r->base - off));
  return isfinite(slack) ? slack : INFINITY;
}

static rein_status run_base(rein_why_not_job *job) {
  variants v = {.variant = REIN_NEW(job->arena, rein_variant, job->data->n_compared)};
  rein_sample *sample;
  for (int a = 0; a < job->data->n_compared; a++) add_variant(job, &v, a);
  const rein_status status = run(job, &v, &sample);
  if (status != REIN_OK) return status;
  int n = 0;
  for (int i = 0; i < job->n_row; i++) {
    rein_doubt_row *r = &job->row[i];
    r->base = value_in(sample, r, r->arm);
    r->noise_sd = rein_sample_noise(sample, r->arm, r->observable, 0)[r->person];
    r->noise_cv = rein_sample_noise(sample, r->arm, r->observable, 1)[r->person];
    r->residual = rein_why_not_transform(job, r, r->value) - rein_why_not_transform(job, r, r->base);
    r->slack = slack_of(job, sample, r);
    if (isfinite(r->residual))
      job->row[n++] = *r;
    else
      job->out->n_beyond++;
  }
  rein_sample_destroy(sample);
  job->n_row = n;
  rein_why_not_number_units(job);
  if (n > 0) return REIN_OK;
  const rein_pos nowhere = {NULL, 0, 0, 0};
  rein_error(job->diag, nowhere, "no measurement has a simulated value with noise to compare it with");
  return REIN_ERR_INPUT;
}

/* ---- everything else ---- */

static double theta_at(const rein_why_not_job *job, const rein_change *c, double theta, double x) {
  switch (c->form) {
  case REIN_FORM_SPREAD:
    return rein_spread_value(&job->spread[c->spread], theta, x);
  case REIN_FORM_FACTOR:
    return theta * exp(x * c->width);
  case REIN_FORM_SHARE:
    return exp(x * c->width) - 1.0;
  case REIN_FORM_PLAIN:
    return x * c->width;
  }
  return NAN;
}

static void set_change(const rein_why_not_job *job, const rein_change *c, double x, int arm, double *theta) {
  if (c && rein_change_touches(c, arm)) theta[c->param] = theta_at(job, c, theta[c->param], x);
}

/* Variants of one change at one node, of every arm that it touches. */
static void add_change(rein_why_not_job *job, variants *v, const rein_change *c, double x) {
  for (int a = 0; a < job->data->n_compared; a++) {
    if (rein_change_touches(c, a)) set_change(job, c, x, a, add_variant(job, v, a));
  }
}

/* Their effects; returns how many variants they were. *failure: why a measurement could not be simulated,
 * NULL where all could; *acts becomes true where one changes. */
static int take_change(const rein_why_not_job *job, const rein_sample *s, int first, const rein_change *c,
                       double *effect, const char **failure, bool *acts) {
  int *of = REIN_NEW(job->arena, int, job->data->n_compared), n = 0;
  for (int a = 0; a < job->data->n_compared; a++) of[a] = rein_change_touches(c, a) ? first + n++ : -1;
  *failure = NULL;
  for (int i = 0; i < job->n_row; i++) {
    const rein_doubt_row *r = &job->row[i];
    effect[i] = 0.0;
    if (of[r->arm] >= 0)
      effect[i] = rein_why_not_transform(job, r, value_in(s, r, of[r->arm])) -
                  rein_why_not_transform(job, r, r->base);
    if (!isfinite(effect[i]) && !*failure) *failure = reason_of(job, s, r, of[r->arm]);
    *acts = *acts || fabs(effect[i]) > r->slack;
  }
  return n;
}

/* A variant for each spread, node and arm; where there is a change, around it. */
static void add_spreads(rein_why_not_job *job, variants *v, const rein_change *c, double x) {
  for (int s = 0; s < job->n_spread; s++)
    for (int node = 0; node < REIN_SPREAD_NODES; node++)
      for (int a = 0; a < job->data->n_compared; a++) {
        double *theta = add_variant(job, v, a);
        const int p = job->spread[s].param;
        double weight;
        set_change(job, c, x, a, theta);
        theta[p] = rein_spread_node(&job->spread[s], theta[p], node, &weight);
      }
}

/* Part (i, s) of slope and curve, and of bend: what a spread adds to one transformed measurement, from its
 * values at the nodes. Two points have no curve: their slope has all the variance. */
static void take_nodes(rein_why_not_job *job, int i, int s, const double *value, double base) {
  const size_t at = (size_t)s * (size_t)job->n_row + (size_t)i;
  double w[REIN_SPREAD_NODES];
  for (int k = 0; k < REIN_SPREAD_NODES; k++) {
    rein_spread_node(&job->spread[s], 1.0, k, &w[k]);
    job->bend[i] += w[k] * (value[k] - base);
  }
  job->slope[at] = (value[2] - value[0]) * sqrt(w[0] * w[2] / (w[0] + w[2]));
  job->curve[at] = w[1] > 0.0 ? w[0] * (value[0] - value[1]) + w[2] * (value[2] - value[1]) : 0.0;
}

static rein_status take_spreads(rein_why_not_job *job, const rein_sample *sample, const variants *v) {
  const int n_arm = job->data->n_compared;
  const rein_pos nowhere = {NULL, 0, 0, 0};
  job->slope = REIN_NEW(job->arena, double, (size_t)(job->n_spread + 1) * (size_t)job->n_row);
  job->curve = REIN_NEW(job->arena, double, (size_t)(job->n_spread + 1) * (size_t)job->n_row);
  job->bend = REIN_NEW(job->arena, double, job->n_row);
  for (int s = 0; s < job->n_spread; s++)
    for (int i = 0; i < job->n_row; i++) {
      const rein_doubt_row *r = &job->row[i];
      double value[REIN_SPREAD_NODES];
      for (int k = 0; k < REIN_SPREAD_NODES; k++) {
        const int at = (REIN_SPREAD_NODES * s + k) * n_arm + r->arm, p = job->spread[s].param;
        value[k] = rein_why_not_transform(job, r, value_in(sample, r, at));
        if (isfinite(value[k])) continue;
        rein_error(
            job->diag, nowhere, "%s",
            rein_arena_printf(
                job->arena, "with '%s' at %.4g %s, which people have, arm '%s' cannot be compared: %s",
                job->doubt->of->param[p].name, v->variant[at].theta[p], job->doubt->of->param[p].unit_text,
                job->data->scenario->arm[job->data->compared[r->arm]].name, reason_of(job, sample, r, at)));
        return REIN_ERR_SOLVER;
      }
      take_nodes(job, i, s, value, rein_why_not_transform(job, r, r->base));
    }
  return REIN_OK;
}

static void set_failed(rein_why_not_job *job, rein_change *c, int node, const char *why) {
  c->failed[node] = true;
  if (c->about.failure) return;
  c->about.failure = rein_arena_printf(job->arena, "%+.3g x %s: %s", c->node[node], c->about.unit_words, why);
  if (job->out->n_change_failed++ == 0)
    job->out->first_failure = rein_arena_printf(job->arena, "%s, %s", c->about.what, c->about.failure);
}

/* Changes of what is measured need no run. */
static void fill_plain(rein_why_not_job *job, rein_change *c) {
  for (int k = 0; k < c->n_node; k++)
    for (int i = 0; i < job->n_row; i++) {
      const rein_doubt_row *r = &job->row[i];
      double value = r->base, *effect = &c->effect[(size_t)k * (size_t)job->n_row + (size_t)i];
      if (r->observable != c->observable || !rein_change_touches(c, r->arm)) continue;
      if (c->kind == REIN_CHANGE_SPREAD || c->kind == REIN_CHANGE_UNIT) {
        c->acts = true;
        continue;
      }
      if (c->kind == REIN_CHANGE_BATCH) {
        c->acts = true;
        *effect = c->node[k];
        continue;
      }
      if (c->kind == REIN_CHANGE_GAIN) value *= exp(c->node[k] * c->width);
      if (c->kind == REIN_CHANGE_OFFSET) value += c->node[k] * c->width;
      *effect = rein_why_not_transform(job, r, value) - rein_why_not_transform(job, r, r->base);
      c->acts = c->acts || *effect != 0.0;
      if (!isfinite(*effect))
        set_failed(job, c, k,
                   rein_arena_printf(job->arena,
                                     "%s would be %.4g, which has no place on the scale of its noise",
                                     job->data->scenario->model->observable[r->observable].name, value));
    }
}

rein_status rein_why_not_simulate(rein_why_not_job *job) {
  rein_status status = run_base(job);
  if (status != REIN_OK) return status;
  rein_why_not_list(job);
  const int n_arm = job->data->n_compared;
  size_t n_most = REIN_SPREAD_NODES * (size_t)job->n_spread;
  for (int k = 0; k < job->n_change; k++) n_most += (size_t)job->change[k].n_node;
  variants v = {.variant = REIN_NEW(job->arena, rein_variant, n_most * (size_t)n_arm + 1)};
  add_spreads(job, &v, NULL, 0.0);
  for (int k = 0; k < job->n_change; k++)
    for (int j = 0; job->change[k].kind == REIN_CHANGE_SIMULATED && j < job->change[k].n_node; j++)
      add_change(job, &v, &job->change[k], job->change[k].node[j]);
  rein_sample *sample;
  status = run(job, &v, &sample);
  if (status != REIN_OK) return status;
  status = take_spreads(job, sample, &v);
  int at = REIN_SPREAD_NODES * job->n_spread * n_arm;
  for (int k = 0; status == REIN_OK && k < job->n_change; k++) {
    rein_change *c = &job->change[k];
    c->effect = REIN_NEW(job->arena, double, (size_t)c->n_node *(size_t)job->n_row);
    if (c->kind != REIN_CHANGE_SIMULATED) fill_plain(job, c);
    for (int j = 0; c->kind == REIN_CHANGE_SIMULATED && j < c->n_node; j++) {
      const char *failure;
      at += take_change(job, sample, at, c, c->effect + (size_t)j * (size_t)job->n_row, &failure, &c->acts);
      if (failure) set_failed(job, c, j, failure);
    }
  }
  rein_sample_destroy(sample);
  return status;
}

rein_status rein_why_not_resimulate(rein_why_not_job *job, const rein_change *change, double x,
                                    double *effect) {
  variants v = {.variant = REIN_NEW(job->arena, rein_variant, job->data->n_compared)};
  rein_sample *sample;
  const char *failure;
  bool acts = false;
  add_change(job, &v, change, x);
  const rein_status status = run(job, &v, &sample);
  if (status != REIN_OK) return status;
  take_change(job, sample, 0, change, effect, &failure, &acts);
  rein_sample_destroy(sample);
  return failure ? REIN_ERR_SOLVER : REIN_OK;
}

rein_status rein_why_not_settle(const rein_why_not_job *job, const rein_change *change, double x,
                                rein_why_not_job *at) {
  const int n_arm = job->data->n_compared, first = REIN_SPREAD_NODES * job->n_spread * n_arm;
  *at = *job;
  variants v = {.variant = REIN_NEW(job->arena, rein_variant, first + n_arm)};
  rein_sample *sample;
  add_spreads(at, &v, change, x);
  for (int a = 0; a < n_arm; a++) set_change(at, change, x, a, add_variant(at, &v, a));
  rein_status status = run(at, &v, &sample);
  if (status != REIN_OK) return status;
  at->row = REIN_NEW(job->arena, rein_doubt_row, job->n_row);
  for (int i = 0; i < job->n_row; i++) {
    rein_doubt_row *r = &at->row[i];
    *r = job->row[i];
    r->base = value_in(sample, r, first + r->arm);
    r->residual = rein_why_not_transform(at, r, r->value) - rein_why_not_transform(at, r, r->base);
    if (!isfinite(r->residual)) status = REIN_ERR_SOLVER;
  }
  if (status == REIN_OK) status = take_spreads(at, sample, &v);
  rein_sample_destroy(sample);
  return status;
}
