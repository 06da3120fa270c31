#include "src/study/prior.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "src/base/sha256.h"
#include "src/compile/compile.h"
#include "src/scenario/draw.h"
#include "src/study/prior_inside.h"

#define MOST_BYTES ((int64_t)8 << 30) /* of one sample */

const double rein_prior_prob[REIN_PRIOR_PROBS] = {0.025, 0.05, 0.25, 0.5, 0.75, 0.95, 0.975};

typedef struct {
  rein_prior_reader reader;
  rein_text hashed; /* what bears on the numbers */
} job;

/* ---- one state ---- */

/* Deviates of the noise, the same for every action: keyed by observable, person and time. */
static double *draw_noise(const rein_prior *p, const rein_scenario *s, const int *after) {
  const int64_t n = s->n_individual;
  double *z = calloc((size_t)(2 * n * p->n_horizon * p->n_quantity + 1), sizeof *z);
  for (int h = 0; z && h < p->n_horizon; h++) {
    for (int q = 0; q < p->n_quantity; q++) {
      const int o = p->quantity[q].observable;
      if (o < 0 || p->model->observable[o].noise == REIN_NOISE_NONE) continue;
      const bool two = p->model->observable[o].noise == REIN_NOISE_COMBINED;
      const uint64_t key = rein_draw_key(p->quantity[q].name), t = (uint64_t)after[h];
      double *to = z + 2 * n * (h * p->n_quantity + q);
      for (int64_t i = 0; i < n; i++) {
        to[i] = rein_draw_normal(s->seed, REIN_DRAW_NOISE, (uint64_t)i, key, t);
        if (two) to[n + i] = rein_draw_normal(s->seed, REIN_DRAW_NOISE_2, (uint64_t)i, key, t);
      }
    }
  }
  return z;
}

/* What an arm's people are given up to `end` outside what the model is valid for, by the rule of records and
 * searches; weights do not matter to it. What replaces or multiplies a state is seen as it is written. */
static void add_amounts(const rein_prior *p, const rein_scenario *s, const rein_sample *sample, int arm,
                        double end, rein_text *text) {
  const rein_sample_outside *first = NULL;
  rein_outside_line line;
  int64_t n = 0, n_ever = 0;
  for (int64_t k = 0; k < sample->n_individual; k++) {
    const rein_sample_outside *of = &sample->outside[arm * sample->n_individual + k];
    n_ever += of->action >= 0;
    if (of->action < 0 || of->time > end) continue;
    if (n++ == 0 || of->time < first->time) first = of;
  }
  if (n > 0) {
    const rein_action *a = &p->model->action[first->action];
    rein_text_printf(text,
                     "%lld of %lld draws are given what the model is not valid for, first %.6g %s of '%s' in "
                     "all at %.6g %s, valid for %g to %g %s",
                     (long long)n, (long long)sample->n_individual, first->amount, a->unit_text, a->name,
                     first->time, p->model->time_unit_text, a->valid_low, a->valid_high, a->unit_text);
  } else if (n_ever == 0 && rein_scenario_find_outside(s, arm, &line)) {
    const rein_action *a = &p->model->action[line.action];
    rein_text_printf(text, "'%s' has ", line.line);
    if (isnan(line.amount)) rein_text_add(text, "an amount that replaces or multiplies what is there");
    if (!isnan(line.amount)) rein_text_printf(text, "%.6g %s", line.amount, a->unit_text);
    rein_text_printf(text, ", and the model is valid for %g to %g %s of '%s'", a->valid_low, a->valid_high,
                     a->unit_text, a->name);
  }
}

/* What the model is not valid for, in each pair of a state: amounts, and a horizon that is too long. */
static void judge_validity(const job *j, int i_state, int first_arm, const rein_scenario *s,
                           const rein_sample *sample) {
  const rein_prior *p = j->reader.prior;
  for (int i = 0; i < p->n_action * p->n_horizon; i++) {
    const int action = i / p->n_horizon, h = i % p->n_horizon;
    const double end = s->time[s->horizon[h].i_after], span = end - fmin(s->time[0], 0.0);
    rein_text text;
    rein_text_init(&text, p->arena);
    add_amounts(p, s, sample, first_arm + action, end, &text);
    if (span > p->model->horizon)
      rein_text_printf(&text, "%sthe model is valid for %.6g %s from the start, and this is %.6g",
                       text.n > 0 ? "; " : "", p->model->horizon, p->model->time_unit_text, span);
    rein_prior_pair_of(p, i_state, action, h)->outside_valid = text.n > 0 ? text.bytes : NULL;
  }
}

static rein_status sum_state(const job *j, int i_state, int first_arm, const rein_scenario *s,
                             const rein_sample *sample, const double *weight) {
  const rein_prior *p = j->reader.prior;
  rein_prior_sums sums = {.prior = p,
                          .scenario = s,
                          .sample = sample,
                          .i_state = i_state,
                          .first_arm = first_arm,
                          .after = REIN_NEW(j->reader.arena, int, p->n_horizon),
                          .i_zero = s->horizon[0].i_before,
                          .weight = weight,
                          .n_thread = j->reader.options->n_thread};
  for (int h = 0; h < p->n_horizon; h++) sums.after[h] = s->horizon[h].i_after;
  sums.z = draw_noise(p, s, sums.after);
  if (!sums.z) return REIN_ERR_MEMORY;
  const rein_status status = rein_prior_sum(&sums);
  free(sums.z);
  return status;
}

static void hash_state(job *j, const rein_prior_state *state, const rein_scenario *s) {
  rein_text *text = &j->hashed;
  rein_text_printf(text, "state %s: %s, by %s\n", state->name, s->hash,
                   state->by == REIN_PRIOR_KALMAN ? "kalman" : "weights");
  for (int i = 0; i < state->n_measured; i++) {
    const rein_prior_measured *m = &state->measured[i];
    rein_text_printf(text, "  measured %s at ", j->reader.prior->model->observable[m->observable].name);
    rein_text_number(text, m->time);
    rein_text_printf(text, " %s ", m->censored < 0 ? "below" : m->censored > 0 ? "above" : "is");
    rein_text_number(text, m->value);
    rein_text_add(text, " sd ");
    rein_text_number(text, m->sd);
    rein_text_add(text, "\n");
  }
}

static bool check_size(job *j, const rein_scenario *s) {
  const int64_t bytes = rein_sample_bytes(s, s->n_keep);
  if (bytes <= MOST_BYTES) return true;
  rein_error(j->reader.diag, j->reader.root->pos,
             "the draws of states simulated together take %.1f GB, and %lld are allowed: ask for fewer "
             "draws, actions or "
             "horizons at once",
             (double)bytes / 1e9, (long long)(MOST_BYTES >> 30));
  return false;
}

static rein_status prepare_group(job *j, rein_prior_group group, rein_simulation *out, rein_points **points) {
  rein_prior *p = j->reader.prior;
  rein_scenario *s;
  rein_status status = rein_prior_read_scenario(&j->reader, group, &s);
  if (status != REIN_OK) return status;
  if (!check_size(j, s)) return REIN_ERR_INPUT;
  for (int i = 0; i < group.n; i++) hash_state(j, &p->state[group.first + i], s);
  status = rein_simulation_prepare_scenario(j->reader.arena, s, p->tape, NULL, j->reader.diag, out);
  if (status != REIN_OK) return status;
  for (int a = 0; a < p->n_action; a++) {
    p->action[a].title = s->arm[a].title;
    p->action[a].prescription = s->arm[a].prescription;
    p->action[a].boundary = s->arm[a].boundary;
  }
  p->seed = s->seed;
  p->rtol = s->rtol;
  for (int i = 0; i < group.n; i++) p->state[group.first + i].method = rein_method_name(s->method);
  *points = p->sobol ? rein_points_use(j->reader.arena, s, p->n_batch)
                     : rein_points_describe(j->reader.arena, s, p->n_batch);
  if (!*points) return REIN_ERR_MEMORY;
  p->n_u = (*points)->n_u > p->n_u ? (*points)->n_u : p->n_u;
  p->n_b = (*points)->n_b > p->n_b ? (*points)->n_b : p->n_b;
  return REIN_OK;
}

static void make_rows(rein_prior *p) {
  const int64_t n_pair = (int64_t)p->n_state * p->n_action * p->n_horizon;
  p->n_safety = (int)p->model->n_safety;
  p->row = REIN_NEW(p->arena, rein_prior_row, n_pair * p->n_quantity);
  p->pair = REIN_NEW(p->arena, rein_prior_pair, n_pair);
  for (int64_t i = 0; i < n_pair; i++) {
    p->pair[i].covariance = REIN_NEW(p->arena, double, p->n_quantity * p->n_quantity);
    p->pair[i].safety = REIN_NEW(p->arena, rein_estimate, p->n_safety);
    p->pair[i].before = REIN_NEW(p->arena, rein_estimate, p->n_safety);
    p->pair[i].bound = REIN_NEW(p->arena, double, p->n_safety);
  }
}

/* Weights of a state that was measured: too few effective people are a refusal, not a number. */
static void weigh_state(const job *j, int i_state, const rein_sample *sample, double *weight) {
  const rein_prior *p = j->reader.prior;
  rein_prior_state *state = &p->state[i_state];
  state->n_effective =
      rein_prior_weigh(p->model, sample, 0, p->n_quantity, state->measured, state->n_measured, weight);
  if (state->n_effective >= p->least) return;
  state->refused =
      state->n_effective > 0.0
          ? rein_arena_printf(p->arena,
                              "what was measured leaves %.1f effective draws of %lld, fewer than the %g that "
                              "'least' asks for: raise 'n'",
                              state->n_effective, (long long)sample->n_individual, p->least)
          : "no draw agrees with what was measured";
}

static rein_status condition_state(job *j, int i_state, const rein_simulation *simulation,
                                   const rein_points *points, rein_sample **sample, double **weight) {
  rein_prior_state *state = &j->reader.prior->state[i_state];
  *weight = NULL;
  if (state->n_measured == 0) return REIN_OK;
  const rein_status status = rein_prior_surprise(&j->reader, i_state, *sample, simulation->scenario->seed);
  if (status != REIN_OK) return status;
  if (state->by == REIN_PRIOR_KALMAN)
    return rein_prior_update(&j->reader, i_state, simulation, points, sample);
  *weight = REIN_NEW(j->reader.arena, double, (*sample)->n_individual);
  weigh_state(j, i_state, *sample, *weight);
  return REIN_OK;
}

static int64_t count_failed(const rein_sample *sample, int first_arm, int n_arm) {
  int64_t n = 0;
  for (int64_t i = 0; i < sample->n_individual * n_arm; i++)
    n += sample->failed[first_arm * sample->n_individual + i];
  return n;
}

static rein_status run_group(job *j, rein_prior_group group) {
  rein_prior *p = j->reader.prior;
  rein_simulation simulation;
  rein_points *points;
  rein_sample *sample;
  double *weight;
  rein_status status = prepare_group(j, group, &simulation, &points);
  if (status != REIN_OK) return status;
  if (group.first == 0) make_rows(p);
  rein_scenario *s = simulation.scenario;
  const rein_sample_options options = {.n_thread = j->reader.options->n_thread, .judge_amounts = true};
  status = rein_sample_create(j->reader.arena, &simulation, s->keep, s->n_keep, &options, &sample);
  if (status != REIN_OK) return status;
  status = condition_state(j, group.first, &simulation, points, &sample, &weight);
  for (int i = 0; i < group.n && status == REIN_OK; i++) {
    const int state = group.first + i, first_arm = i * p->n_action;
    p->state[state].n_failed = count_failed(sample, first_arm, p->n_action);
    p->n_failed += p->state[state].n_failed;
    p->n_member += s->n_individual * p->n_action;
    judge_validity(j, state, first_arm, s, sample);
    status = sum_state(j, state, first_arm, s, sample, weight);
  }
  rein_sample_destroy(sample);
  return status;
}

/* The query, and each state's scenario by itself: what is wrong with an action is then said once, as it is
 * named. */
static rein_status read_query(rein_prior_reader *r) {
  rein_prior *p = r->prior;
  rein_status status = rein_prior_read(r);
  if (status == REIN_OK) status = rein_compile(r->arena, p->model, r->diag, &p->tape);
  for (int i = 0; i < p->n_state && status == REIN_OK; i++) {
    rein_scenario *scenario;
    status = rein_prior_read_scenario(r, (rein_prior_group){i, 1}, &scenario);
  }
  return status;
}

static rein_status run_all(job *j) {
  rein_prior *p = j->reader.prior;
  rein_status status = read_query(&j->reader);
  for (rein_prior_group group = {0}; group.first < p->n_state && status == REIN_OK; group.first += group.n) {
    group = rein_prior_group_from(p, group.first);
    status = run_group(j, group);
  }
  if (status != REIN_OK) return status;
  p->boundary = p->model->boundary;
  rein_text_printf(&j->hashed, "draws %s, %lld people of %lld replicates in %d batches, least ",
                   p->sobol ? "sobol" : "philox", (long long)p->n_person, (long long)p->n_replicate,
                   p->n_batch);
  rein_text_number(&j->hashed, p->least);
  rein_sha256_hex(j->hashed.bytes, j->hashed.n, p->hash);
  rein_model_hash(p->model, p->arena, p->model_hash);
  bool any = p->n_failed > 0;
  for (int i = 0; i < p->n_state; i++) any = any || p->state[i].refused;
  return any ? REIN_ERR_MEMBERS : REIN_OK;
}

rein_status rein_prior_check(rein_arena *arena, rein_units *units, const char *path, rein_diag *diag,
                             rein_prior *out) {
  rein_guard guard;
  if (REIN_GUARD(arena, &guard)) return REIN_ERR_MEMORY;
  const rein_prior_options options = {0};
  rein_prior_reader r = {
      .arena = arena, .units = units, .diag = diag, .path = path, .options = &options, .prior = out};
  *out = (rein_prior){.arena = arena};
  const rein_status status = read_query(&r);
  rein_unguard(arena, &guard);
  return status;
}

rein_status rein_prior_run(rein_arena *arena, rein_units *units, const char *path,
                           const rein_prior_options *options, rein_diag *diag, rein_prior *out) {
  rein_guard guard;
  if (REIN_GUARD(arena, &guard)) return REIN_ERR_MEMORY;
  *out = (rein_prior){.arena = arena};
  job j = {.reader = {
               .arena = arena, .units = units, .diag = diag, .path = path, .options = options, .prior = out}};
  rein_text_init(&j.hashed, arena);
  const rein_status status = run_all(&j);
  rein_unguard(arena, &guard);
  return status;
}
