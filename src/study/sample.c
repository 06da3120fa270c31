#include "src/study/sample.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "src/scenario/delivered.h"

/* False when memory is out. */
static bool take_outside(rein_sample *s, const rein_batch_result *r, int i_lane) {
  const rein_lane_plan *lane = &r->lane[i_lane];
  rein_sample_outside *to = &s->outside[lane->arm * s->n_individual + lane->individual];
  rein_delivered *first = malloc(((size_t)s->n_bounded + 1) * sizeof *first);
  const bool good = first && rein_delivered_find_outside(s->model, s->bounded, s->n_bounded, lane,
                                                         &r->outcome[i_lane], first);
  *to = (rein_sample_outside){NAN, NAN, -1};
  for (int k = 0; k < s->n_bounded && good; k++)
    if (!isnan(first[k].time) && !(first[k].time >= to->time))
      *to = (rein_sample_outside){first[k].time, first[k].amount, s->bounded[k]};
  free(first);
  return good;
}

/* One batch's lanes to their places; lanes of different batches never share one. */
static rein_status take(void *context, const rein_batch_result *r) {
  rein_sample *s = context;
  for (int l = 0; l < r->n_lane; l++) {
    const rein_lane_plan *lane = &r->lane[l];
    if (!lane->real) continue;
    const int arm = lane->arm;
    const int64_t i = lane->individual;
    for (int t = 0; t < lane->n_obs; t++)
      for (int k = 0; k < s->n_keep; k++)
        rein_sample_row(s, arm, t, k)[i] = r->out[((int64_t)t * s->n_keep + k) * r->n_lane + l];
    for (int t = 0; t < lane->n_obs && s->error; t++)
      for (int k = 0; k < s->n_keep; k++)
        rein_sample_error(s, arm, t, k)[i] = r->error[((int64_t)t * s->n_keep + k) * r->n_lane + l];
    for (int o = 0; o < 2 * s->n_observable; o++)
      s->noise[((int64_t)arm * 2 * s->n_observable + o) * s->n_individual + i] =
          r->noise[(int64_t)o * r->n_lane + l];
    for (int k = 0; k < s->n_safety; k++)
      s->safety_first[((int64_t)arm * s->n_safety + k) * s->n_individual + i] =
          r->safety_first[(int64_t)k * r->n_lane + l];
    s->failed[arm * s->n_individual + i] = r->outcome[l].status == REIN_LANE_FAILED;
    if (s->failure)
      s->failure[arm * s->n_individual + i] =
          (rein_sample_failure){r->outcome[l].time, r->outcome[l].fail, r->outcome[l].state};
    if (s->outside && !take_outside(s, r, l)) return REIN_ERR_MEMORY;
  }
  return REIN_OK;
}

/* A plan whose lanes are adjusted after they are filled. */
typedef struct {
  rein_plan inner;
  const rein_sample_options *options;
} adjusted;

static rein_status fill(void *context, int64_t i_batch, rein_eval *eval, rein_lane_plan *lane) {
  const adjusted *a = context;
  rein_status status = a->inner.fill(a->inner.context, i_batch, eval, lane);
  for (int l = 0; l < a->inner.n_lane && status == REIN_OK; l++)
    status = a->options->adjust(a->options->adjust_context, &lane[l]);
  return status;
}

static int64_t n_value_of(const rein_scenario *s, int n_keep) {
  return s->n_individual * s->n_arm * s->n_time * n_keep;
}

int64_t rein_sample_bytes(const rein_scenario *s, int n_keep) {
  const int64_t others =
      s->n_individual * s->n_arm * (2 * (int64_t)s->model->n_observable + (int64_t)s->model->n_safety);
  return 8 * (n_value_of(s, n_keep) + others) + s->n_individual * s->n_arm;
}

static void free_sample(void *object) {
  rein_sample *s = object;
  free(s->value);
  free(s->noise);
  free(s->safety_first);
  free(s->failed);
  free(s->error);
  free(s->failure);
  free(s->outside);
  free(s);
}

/* False when memory is out. */
static bool allocate_outside(rein_sample *sample) {
  const rein_model *m = sample->model;
  int *bounded = REIN_NEW(sample->arena, int, m->n_action + 1);
  for (size_t a = 0; a < m->n_action; a++)
    if (rein_action_is_bounded(&m->action[a])) bounded[sample->n_bounded++] = (int)a;
  sample->bounded = bounded;
  sample->outside =
      malloc(((size_t)sample->n_individual * (size_t)sample->n_arm + 1) * sizeof *sample->outside);
  return sample->outside != NULL;
}

static rein_sample *allocate(rein_arena *arena, const rein_scenario *s, int n_keep,
                             const rein_sample_options *options) {
  rein_sample *sample = calloc(1, sizeof *sample);
  if (!sample) return NULL;
  rein_arena_defer(arena, free_sample, sample);
  *sample = (rein_sample){.arena = arena,
                          .model = s->model,
                          .n_individual = s->n_individual,
                          .n_arm = s->n_arm,
                          .n_time = s->n_time,
                          .n_keep = n_keep,
                          .n_observable = (int)s->model->n_observable,
                          .n_safety = (int)s->model->n_safety};
  const int64_t n_member = s->n_individual * s->n_arm, n = n_value_of(s, n_keep);
  sample->value = malloc((size_t)(n + 1) * sizeof(double));
  sample->noise = calloc((size_t)(n_member * 2 * sample->n_observable + 1), sizeof(double));
  sample->safety_first = malloc((size_t)(n_member * sample->n_safety + 1) * sizeof(double));
  sample->failed = calloc((size_t)n_member + 1, sizeof(bool));
  if (options->keep_errors) sample->error = calloc((size_t)(n + 1), sizeof(double));
  if (options->tell_failures) sample->failure = calloc((size_t)n_member + 1, sizeof *sample->failure);
  const bool good = (!options->judge_amounts || allocate_outside(sample)) &&
                    (!options->tell_failures || sample->failure) && (!options->keep_errors || sample->error);
  if (!good || !sample->value || !sample->noise || !sample->safety_first || !sample->failed) {
    rein_sample_destroy(sample);
    return NULL;
  }
  for (int64_t i = 0; i < n; i++) sample->value[i] = NAN;
  return sample;
}

rein_status rein_sample_create(rein_arena *arena, const rein_simulation *simulation, const int *keep,
                               int n_keep, const rein_sample_options *options, rein_sample **out) {
  rein_scenario *s = simulation->scenario;
  const rein_tape *tape = simulation->tape;
  double *atol = REIN_NEW(arena, double, tape->n_state);
  for (int i = 0; i < tape->n_state; i++) atol[i] = s->atol_rel * simulation->scale[i];
  s->keep = keep;
  s->n_keep = n_keep;
  rein_plan *plan;
  rein_status status = rein_scenario_plan(arena, s, tape, atol, &plan);
  if (status != REIN_OK) return status;
  rein_sample *sample = allocate(arena, s, n_keep, options);
  if (!sample) return REIN_ERR_MEMORY;
  adjusted with = {.inner = *plan, .options = options};
  rein_plan outer = *plan;
  if (options->adjust) outer.context = &with, outer.fill = fill;
  const rein_sink sink = {sample, take};
  const rein_ens_options ens = {.n_thread = options->n_thread, .kernels = options->kernels};
  status = rein_ens_run(tape, &outer, &sink, &ens, &sample->totals);
  sample->n_failed = sample->totals.n_failed;
  if (status != REIN_OK) {
    rein_sample_destroy(sample);
    return status;
  }
  *out = sample;
  return REIN_OK;
}

void rein_sample_destroy(rein_sample *s) {
  if (s) rein_arena_release(s->arena, s);
}
