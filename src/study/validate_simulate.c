/* The members of the scenario's plan, kept in memory at the compared observables and measured with their
 * noise. */
#include <math.h>
#include <stdlib.h>

#include "src/scenario/assay.h"
#include "src/study/validate_inside.h"

#define BASELINE_SLACK 0.02 /* of the largest simulated value: less is no other state before */

/* Noise by its own key, the same in every arm. */
static void measure_all(const rein_validate_job *job) {
  const rein_scenario *s = job->scenario;
  for (int o = 0; o < job->observed->n_observable; o++) {
    const int of_model = job->observed->observable[o];
    const rein_observable *observable = &s->model->observable[of_model];
    const uint64_t key = rein_draw_key(observable->name);
    for (int t = 0; t < s->n_time; t++) {
      for (int64_t i = 0; i < s->n_individual; i++) {
        const double z1 = rein_draw_normal(s->seed, REIN_DRAW_NOISE, (uint64_t)i, key, (uint64_t)t);
        const double z2 = rein_draw_normal(s->seed, REIN_DRAW_NOISE_2, (uint64_t)i, key, (uint64_t)t);
        for (int a = 0; a < s->n_arm; a++) {
          const double latent = rein_sample_row(job->sample, a, t, o)[i],
                       sd = rein_sample_noise(job->sample, a, of_model, 0)[i],
                       cv = rein_sample_noise(job->sample, a, of_model, 1)[i];
          rein_validate_measured(job, a, t, o)[i] = rein_measure(observable, latent, sd, cv, z1, z2).value;
        }
      }
    }
  }
}

/* A state before that is known by definition has to be one that the model starts from: a table of changes of
 * an observable that is a level would be compared as levels. */
static void check_known(const rein_validate_job *job, int o) {
  const rein_pos nowhere = {NULL, 0, 0, 0};
  const rein_observable *observable = &job->scenario->model->observable[job->observed->observable[o]];
  const double known = job->observed->known[o];
  double n = 0.0, sum = 0.0, square = 0.0, largest = 0.0;
  for (int k = 0; k < job->n_compared && !isnan(known); k++) {
    const double *before = rein_sample_row(job->sample, job->compared[k], 0, o);
    for (int64_t i = 0; i < job->scenario->n_individual; i++) {
      if (isnan(before[i])) continue;
      n += 1.0, sum += before[i] - known, square += (before[i] - known) * (before[i] - known);
      for (int t = 0; t < job->scenario->n_time; t++)
        largest = fmax(largest, fabs(rein_sample_row(job->sample, job->compared[k], t, o)[i]));
    }
  }
  const double away = sum / n, sd = sqrt(fmax(square / n - away * away, 0.0));
  if (!(fabs(away) > 2.0 * sd + BASELINE_SLACK * largest)) return;
  rein_warning(job->diag, nowhere,
               "'baseline' says that '%s' is %g %s before, but the simulated mean is %.4g: where the table "
               "holds changes, name an observable that is a change",
               observable->name, known, observable->unit_text, known + away);
}

rein_status rein_validate_simulate(rein_validate_job *job) {
  rein_scenario *s = job->scenario;
  rein_simulation simulation = job->simulation;
  const int n_obs = job->observed->n_observable;
  int *keep = REIN_NEW(job->arena, int, n_obs);
  for (int o = 0; o < n_obs; o++) keep[o] = simulation.tape->n_state + job->observed->observable[o];
  simulation.scenario = s;
  const rein_sample_options options = {.n_thread = job->options.n_thread, .kernels = job->options.kernels};
  const rein_status status = rein_sample_create(job->arena, &simulation, keep, n_obs, &options, &job->sample);
  if (status != REIN_OK) return status;
  job->measured = malloc((size_t)(s->n_individual * s->n_arm * s->n_time * n_obs + 1) * sizeof(double));
  if (!job->measured) return REIN_ERR_MEMORY;
  rein_arena_defer(job->arena, free, job->measured);
  job->scratch = REIN_NEW(job->arena, double, s->n_individual);
  job->n_failed = job->sample->n_failed;
  measure_all(job);
  for (int o = 0; o < n_obs; o++) check_known(job, o);
  return REIN_OK;
}

void rein_validate_free_members(rein_validate_job *job) {
  rein_sample_destroy(job->sample);
  rein_arena_release(job->arena, job->measured);
  job->sample = NULL;
  job->measured = NULL;
}
