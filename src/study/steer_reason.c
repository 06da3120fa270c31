/* Why a choice stands where it stands: what it gains and pays beside the next one, the mechanism of its
 * effect, the limit that binds, and what to measure to see whether the model is right. */
#include <math.h>
#include <string.h>

#include "src/scenario/assay.h"
#include "src/study/explain.h"
#include "src/study/steer_inside.h"

/* ---- the check's effects ---- */

static double mean_of(const double *value, int64_t n) {
  double sum = 0;
  int64_t used = 0;
  for (int64_t i = 0; i < n; i++)
    if (isfinite(value[i])) sum += value[i], used++;
  return used > 0 ? sum / (double)used : NAN;
}

/* SD of one measurement of a cohort's mean. */
static double find_noise(const rein_model *m, const rein_sample *s, int arm, int o, double value) {
  return rein_measure(&m->observable[o], value, rein_sample_noise(s, arm, o, 0)[0],
                      rein_sample_noise(s, arm, o, 1)[0], 0.0, 0.0)
      .sd;
}

/* Observable and time at which the mean effect is largest beside the noise of the difference of two
 * measurements, with and without: the root of the sum of both variances, each at its own value. */
static const char *find_measure(const rein_steer_job *job, const rein_simulation *sim, const rein_sample *s,
                                int arm) {
  const rein_model *m = sim->scenario->model;
  const int reference = sim->scenario->arm[arm].reference;
  double best = 0, best_effect = NAN, best_sd = NAN;
  int o_best = -1, t_best = -1;
  if (reference < 0) return "n/a: the scenario has no counterfactual, so there is no effect to look for";
  for (int t = 0; t < s->n_time; t++)
    for (int o = 0; o < s->n_observable; o++) {
      const double with = mean_of(rein_sample_row(s, arm, t, o), s->n_individual),
                   without = mean_of(rein_sample_row(s, reference, t, o), s->n_individual);
      const double sd = hypot(find_noise(m, s, arm, o, with), find_noise(m, s, reference, o, without));
      const double ratio = sd > 0.0 ? fabs(with - without) / sd : 0.0;
      if (!(ratio > best)) continue;
      best = ratio, best_effect = with - without, best_sd = sd;
      o_best = o, t_best = t;
    }
  if (o_best < 0) return "n/a: no observable with noise shows an effect";
  return rein_arena_printf(
      job->arena,
      "%s at %.6g %s: expected effect %.4g %s, %.3g times the SD %.3g of the difference of two "
      "measurements, with and without",
      m->observable[o_best].name, sim->scenario->time[t_best], m->time_unit_text, best_effect,
      m->observable[o_best].unit_text, best, best_sd);
}

/* ---- mechanism ---- */

/* The largest shares of the effect on the first objective, for the typical person of the model. */
static const char *find_mechanism(const rein_steer_job *job, const rein_steer_choice *c) {
  const rein_steering *s = job->out;
  rein_explain_options options = {.scenario = job->options->scenario,
                                  .kernels = job->options->kernels,
                                  .n_thread = job->options->n_thread,
                                  .observable =
                                      s->scenario->model->observable[s->objective[0].observable].name,
                                  .horizon = s->horizon};
  options.scenario.points = rein_steer_points(job, c->value, 1, true);
  options.scenario.n_individual = REIN_STEER_PEOPLE;
  rein_diag *diag = rein_diag_create(job->arena); /* what cannot be explained is no error of the goals */
  rein_explanation e;
  const rein_status status = rein_explain(job->arena, job->units, job->scenario_path, &options, diag, &e);
  if (status == REIN_ERR_MEMORY) rein_arena_out_of_memory(job->arena);
  if (status != REIN_OK)
    return rein_arena_printf(job->arena, "n/a: %s",
                             rein_diag_n_error(diag) > 0 ? "this choice cannot be explained, see rein explain"
                                                         : "it failed");
  rein_text out;
  rein_text_init(&out, job->arena);
  rein_text_printf(&out, "effect on %s %.4g %s", e.what, e.effect, e.unit);
  int n = 0;
  for (int i = 0; i < e.n_order && n < 3; i++) {
    const rein_explain_flux *f = &e.flux[e.order[i]];
    if (f->share.na || fabs(f->share.value) <= e.least || e.effect == 0.0) continue;
    rein_text_printf(&out, "%s %s %.0f %%", n++ == 0 ? "; shares:" : ",", f->name,
                     100 * f->share.value / e.effect);
  }
  if (e.n_path > 0) {
    rein_text_printf(&out, "; way: %s", e.path[0].start);
    for (int k = 0; k < e.path[0].n_step; k++)
      rein_text_printf(&out, " -> %s -> %s", e.flux[e.path[0].flux[k]].name, e.path[0].into[k]);
  }
  return out.bytes;
}

/* ---- beside the others ---- */

static const char *find_binding(const rein_steer_job *job, const rein_steer_choice *c) {
  const rein_steering *s = job->out;
  int tightest = -1;
  double least = INFINITY;
  for (int k = 0; k < s->n_limit; k++) {
    const double room = s->limit[k].probability - (double)c->check.beyond[k] / (double)c->check.n_person;
    if (room < least) least = room, tightest = k;
  }
  if (tightest < 0) return "no limit";
  return rein_arena_printf(job->arena, "%s: %lld of %lld people beyond it, %.3g %% allowed",
                           s->limit[tightest].name, (long long)c->check.beyond[tightest],
                           (long long)c->check.n_person, 100 * s->limit[tightest].probability);
}

/* Objective by objective beside the next choice. */
static const char *compare(const rein_steer_job *job, const rein_steer_choice *c,
                           const rein_steer_choice *next) {
  const rein_steering *s = job->out;
  rein_text out;
  rein_text_init(&out, job->arena);
  if (s->alone) return "nothing to compare it with: every other point is beyond a limit or was dropped";
  rein_text_printf(&out, "weighted cost %.3g", c->score);
  if (!next) {
    rein_text_add(&out, ", the largest of those shown");
  } else {
    rein_text_printf(&out, ", the next has %.3g", next->score);
  }
  for (int k = 0; next && k < s->n_objective; k++) {
    const double gap = c->check.cost[k] - next->check.cost[k];
    const double error = sqrt(c->check.objective[k].error * c->check.objective[k].error +
                              next->check.objective[k].error * next->check.objective[k].error);
    rein_text_printf(&out, "; %s %s by %.3g", s->objective[k].name,
                     gap < 0   ? "better"
                     : gap > 0 ? "worse"
                               : "equal",
                     fabs(gap));
    if (fabs(gap) < error) rein_text_add(&out, " (less than its standard error)");
  }
  if (c->layer > 1)
    rein_text_printf(&out, "; beaten within the search by %d other%s in every objective", c->layer - 1,
                     c->layer > 2 ? "s, one after the other," : "");
  return out.bytes;
}

rein_status rein_steer_reason(rein_steer_job *job) {
  rein_steering *s = job->out;
  int n_ranked = 0;
  while (n_ranked < s->n_choice && s->choice[n_ranked].rank > 0) n_ranked++;
  if (n_ranked == 0) return REIN_OK;
  double *value = REIN_NEW(job->arena, double, n_ranked * s->n_action);
  for (int i = 0; i < n_ranked; i++)
    memcpy(value + i * s->n_action, s->choice[i].value, (size_t)s->n_action * sizeof *value);
  const rein_steer_cohort cohort = {.n_person = s->n_check, .seed = s->check_seed, .references = true};
  rein_simulation sim;
  rein_sample *sample;
  const rein_status status = rein_steer_simulate(job, value, n_ranked, &cohort, &sim, &sample);
  if (status != REIN_OK) return status;
  for (int i = 0; i < n_ranked; i++) {
    rein_steer_choice *c = &s->choice[i];
    c->measure = find_measure(job, &sim, sample, i);
    c->mechanism = find_mechanism(job, c);
    c->binding = find_binding(job, c);
    c->reason = compare(job, c, i + 1 < n_ranked ? c + 1 : NULL);
  }
  rein_sample_destroy(sample);
  return REIN_OK;
}
