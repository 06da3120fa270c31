/* The members of the scenario's plan, kept in memory at the compared observables and measured with their
 * noise. */
#include <math.h>
#include <stdlib.h>

#include "solver/ensemble.h"
#include "src/scenario/assay.h"
#include "src/study/validate_inside.h"

/* One batch's lanes to their places; lanes of different batches never share one. */
static rein_status take(void *context, const rein_batch_result *r) {
  rein_validate_job *job = context;
  const rein_scenario *s = job->scenario;
  for (int l = 0; l < r->n_lane; l++) {
    const rein_lane_plan *lane = &r->lane[l];
    if (!lane->real) continue;
    const int64_t m = lane->individual * s->n_arm + lane->arm;
    for (int t = 0; t < lane->n_obs; t++) {
      for (int o = 0; o < job->n_obs; o++) {
        job->latent[(m * s->n_time + t) * job->n_obs + o] =
            r->out[((int64_t)t * job->n_obs + o) * r->n_lane + l];
      }
    }
    for (int o = 0; o < job->n_obs; o++) {
      const int64_t row = 2 * (int64_t)job->observed->observable[o];
      double *noise = job->noise + (m * job->n_obs + o) * 2;
      noise[0] = r->noise[row * r->n_lane + l];
      noise[1] = r->noise[(row + 1) * r->n_lane + l];
    }
  }
  return REIN_OK;
}

/* Noise by its own key, the same in every arm. */
static void measure_all(const rein_validate_job *job) {
  const rein_scenario *s = job->scenario;
  for (int o = 0; o < job->n_obs; o++) {
    const rein_observable *observable = &s->model->observable[job->observed->observable[o]];
    const uint64_t key = rein_draw_key(observable->name);
    for (int64_t i = 0; i < s->n_individual; i++) {
      for (int t = 0; t < s->n_time; t++) {
        const double z1 = rein_draw_normal(s->seed, REIN_DRAW_NOISE, (uint64_t)i, key, (uint64_t)t);
        const double z2 = rein_draw_normal(s->seed, REIN_DRAW_NOISE_2, (uint64_t)i, key, (uint64_t)t);
        for (int a = 0; a < s->n_arm; a++) {
          const int64_t m = i * s->n_arm + a, at = (m * s->n_time + t) * job->n_obs + o;
          const double *noise = job->noise + (m * job->n_obs + o) * 2;
          job->measured[at] = rein_measure(observable, job->latent[at], noise[0], noise[1], z1, z2).value;
        }
      }
    }
  }
}

rein_status rein_validate_simulate(rein_validate_job *job) {
  rein_scenario *s = job->scenario;
  const rein_tape *tape = job->simulation.tape;
  job->n_obs = job->observed->n_observable;
  const int64_t n_member = s->n_individual * s->n_arm, n = n_member * s->n_time * job->n_obs;
  job->latent = malloc((size_t)(n + 1) * sizeof(double));
  job->measured = malloc((size_t)(n + 1) * sizeof(double));
  job->noise = calloc((size_t)(n_member * job->n_obs * 2 + 1), sizeof(double));
  if (!job->latent || !job->measured || !job->noise) return REIN_ERR_MEMORY;
  job->scratch = REIN_NEW(job->arena, double, s->n_individual);
  for (int64_t i = 0; i < n; i++) job->latent[i] = NAN;

  int *keep = REIN_NEW(job->arena, int, job->n_obs);
  double *atol = REIN_NEW(job->arena, double, tape->n_state);
  for (int o = 0; o < job->n_obs; o++) keep[o] = tape->n_state + job->observed->observable[o];
  for (int i = 0; i < tape->n_state; i++) atol[i] = s->atol_rel * job->simulation.scale[i];
  s->keep = keep;
  s->n_keep = job->n_obs;
  rein_plan *plan;
  rein_status status = rein_scenario_plan(job->arena, s, tape, atol, &plan);
  if (status != REIN_OK) return status;
  const rein_sink sink = {job, take};
  const rein_ens_options options = {.n_thread = job->options.n_thread, .kernels = job->options.kernels};
  rein_ens_totals totals;
  status = rein_ens_run(tape, plan, &sink, &options, &totals);
  if (status != REIN_OK) return status;
  job->n_failed = totals.n_failed;
  measure_all(job);
  return REIN_OK;
}
