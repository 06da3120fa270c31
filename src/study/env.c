#include "src/study/env.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "src/compile/compile.h"
#include "src/import/sbml.h"
#include "src/lang/check.h"
#include "src/lang/yaml_make.h"
#include "src/scenario/assay.h"
#include "src/scenario/draw.h"
#include "src/study/sample.h"

#define STEP_RTOL 1e-8 /* a hundredth of what an episode is promised: each step begins anew */

/* What was done in an episode. */
typedef struct {
  double time, amount;
  int action;
} act;

/* When nothing is left of an action but the state it made. */
typedef enum {
  OVER_AT_ONCE,  /* a bolus */
  OVER_IN_ORDER, /* a bolus with a lag that is always the same: those that have arrived are the first */
  OVER_AT_ZERO,  /* an infusion without lag: when nothing runs */
  OVER_BY_NEXT,  /* a parameter that is held until the next action of its kind */
  OVER_NEVER     /* none of these: it is kept to the end of the episode */
} over;

struct rein_environment {
  rein_arena *arena; /* of model and tape */
  rein_units *units;
  const rein_model *model;
  rein_tape *tape;
  const char *path;
  const double *scale;
  double length, now;
  uint64_t seed;
  int n_step;
  bool on;
  bool goes_on;  /* the state is all that is remembered: steps go on from it */
  over *over;    /* (n_action) */
  int *arrived;  /* (n_action) boluses of `act` that have arrived up to now */
  bool *running; /* (n_action) whether an infusion runs now */
  double until;  /* end of the step under way */
  act *act;
  size_t n_act, cap_act;
  double *state; /* (n_state) */
};

static const rein_pos NOWHERE = {NULL, 0, 0, 0};

static char *quantity(rein_arena *arena, double value, const rein_unit *unit, const char *unit_text) {
  const rein_unit one = rein_unit_one();
  rein_text text;
  rein_text_init(&text, arena);
  rein_text_number(&text, value);
  if (!unit->unknown && !rein_unit_equal(unit, &one)) rein_text_printf(&text, " %s", unit_text);
  return text.bytes;
}

static rein_yaml *make_line(const rein_environment *env, rein_arena *arena, const act *done) {
  const rein_action *action = &env->model->action[done->action];
  rein_yaml *line = rein_yaml_make(arena, REIN_YAML_MAP, NOWHERE, "", 3);
  rein_yaml_put_text(arena, line, "do", action->name);
  rein_yaml_put_text(arena, line, "amount", quantity(arena, done->amount, &action->unit, action->unit_text));
  rein_yaml_put_text(arena, line, "at",
                     quantity(arena, done->time, &env->model->time_unit, env->model->time_unit_text));
  return line;
}

/* Actions as a scenario, measured at `from` and at `until`. */
static const rein_yaml *make_tree(const rein_environment *env, rein_arena *arena, const act *done,
                                  size_t n_done, double from, double until) {
  rein_yaml *top = rein_yaml_make(arena, REIN_YAML_MAP, NOWHERE, "", 8),
            *cohort = rein_yaml_make(arena, REIN_YAML_MAP, NOWHERE, "", 2),
            *arms = rein_yaml_make(arena, REIN_YAML_MAP, NOWHERE, "", 1),
            *arm = rein_yaml_make(arena, REIN_YAML_MAP, NOWHERE, "", 1),
            *lines = rein_yaml_make(arena, REIN_YAML_LIST, NOWHERE, "", (int)n_done),
            *measure = rein_yaml_make(arena, REIN_YAML_MAP, NOWHERE, "", 1),
            *at = rein_yaml_make(arena, REIN_YAML_LIST, NOWHERE, "", 2);
  const rein_model *m = env->model;
  for (size_t i = 0; i < n_done; i++) rein_yaml_append(lines, make_line(env, arena, &done[i]));
  const char *times[] = {quantity(arena, from, &m->time_unit, m->time_unit_text),
                         quantity(arena, until, &m->time_unit, m->time_unit_text)};
  for (int i = 0; i < 2; i++)
    rein_yaml_append(at, rein_yaml_make(arena, REIN_YAML_SCALAR, NOWHERE, times[i], 0));
  rein_yaml_put_text(arena, top, "rein", "scenario/1");
  rein_yaml_put_text(arena, top, "name", "episode");
  rein_yaml_put_text(arena, top, "model", env->path);
  rein_yaml_put_text(arena, cohort, "n", "1");
  rein_yaml_put_text(arena, cohort, "replicates", "1");
  rein_yaml_put(top, "cohort", cohort);
  rein_yaml_put(arm, "actions", lines);
  rein_yaml_put(arms, "episode", arm);
  rein_yaml_put(top, "arms", arms);
  rein_yaml_put(measure, "at", at);
  rein_yaml_put(top, "measure", measure);
  return top;
}

static rein_status read_episode(const rein_environment *env, rein_arena *arena, const act *done,
                                size_t n_done, double from, double until, rein_diag *diag,
                                rein_scenario **out) {
  const rein_scenario_options options = {
      .has_seed = true, .seed = env->seed, .model = env->model, .rtol = STEP_RTOL};
  return rein_scenario_read_tree(arena, env->units, env->path,
                                 make_tree(env, arena, done, n_done, from, until), &options, diag, out);
}

/* ---- from creation to reset ---- */

/* Scales of the states: the typical person after one of each action, as large as the model allows. */
static rein_status find_scales(rein_environment *env, rein_diag *diag) {
  const size_t n = env->model->n_action;
  act *done = REIN_NEW(env->arena, act, n);
  for (size_t i = 0; i < n; i++) {
    const rein_action *a = &env->model->action[i];
    done[i] = (act){.amount = isfinite(a->valid_high) ? a->valid_high : 1.0, .action = (int)i};
  }
  rein_scenario *scenario;
  rein_simulation simulation;
  rein_status status = read_episode(env, env->arena, done, n, 0.0, env->length, diag, &scenario);
  if (status == REIN_OK)
    status = rein_simulation_prepare_scenario(env->arena, scenario, env->tape, NULL, diag, &simulation);
  if (status == REIN_OK) env->scale = simulation.scale;
  return status;
}

typedef struct {
  const rein_model *model;
  bool varies;
} lag_check;

/* A lag of plain parameters alone is the same for every dose. */
static void check_name(void *context, rein_ast *name) {
  lag_check *c = context;
  const rein_model *m = c->model;
  const rein_symbol *s = name->symbol >= 0 ? &m->symbol[name->symbol] : NULL;
  if (!s || s->kind != REIN_SYMBOL_PARAM || m->param[s->index].value_expr) c->varies = true;
}

static over when_over(const rein_environment *env, size_t i, bool sets, bool waits) {
  const rein_model *m = env->model;
  const rein_action *a = &m->action[i];
  if (env->tape->action_state[i] < 0)
    return a->lag || a->duration || a->ramp || waits ? OVER_NEVER : OVER_BY_NEXT;
  for (size_t k = 0; k < m->n_action; k++)
    if (k != i && env->tape->action_state[k] == env->tape->action_state[i]) return OVER_NEVER;
  if (a->rate || a->duration) return a->lag ? OVER_NEVER : OVER_AT_ZERO;
  if (!a->lag) return OVER_AT_ONCE;
  lag_check check = {m, sets};
  rein_ast_each_name(a->lag, check_name, &check);
  return check.varies ? OVER_NEVER : OVER_IN_ORDER;
}

/* What the model lets a step leave behind. */
static void find_memory(rein_environment *env) {
  const rein_model *m = env->model;
  bool sets = m->n_act > 0,
       waits = false; /* parameters change; what they are matters to what is on its way */
  for (size_t i = 0; i < m->n_action; i++) {
    sets |= env->tape->action_state[i] < 0;
    waits |= m->action[i].lag || m->action[i].rate || m->action[i].duration;
  }
  env->goes_on = m->n_delay == 0 && m->n_event == 0 && m->settle == 0.0;
  env->over = REIN_NEW(env->arena, over, m->n_action + 1);
  env->arrived = REIN_NEW(env->arena, int, m->n_action + 1);
  env->running = REIN_NEW(env->arena, bool, m->n_action + 1);
  for (size_t i = 0; i < m->n_action; i++) env->over[i] = when_over(env, i, sets, waits);
}

static rein_status create(rein_environment *env, double length, rein_diag *diag) {
  rein_model *model;
  rein_status status =
      rein_model_read_with(env->arena, env->units, env->path, NOWHERE, rein_import_sbml, diag, &model);
  if (status == REIN_OK) status = rein_compile(env->arena, model, diag, &env->tape);
  if (status != REIN_OK) return status;
  env->model = model;
  env->length = length > 0.0 ? length : model->horizon;
  env->state = REIN_NEW(env->arena, double, model->n_state);
  find_memory(env);
  if (!isfinite(env->length)) {
    rein_error(diag, NOWHERE, "model '%s' declares no horizon it is valid for: say how long an episode is",
               model->name);
    return REIN_ERR_INPUT;
  }
  return find_scales(env, diag);
}

rein_status rein_environment_create(rein_arena *arena, rein_units *units, const char *model_path,
                                    double length, rein_diag *diag, rein_environment **out) {
  rein_guard guard;
  rein_environment *env = calloc(1, sizeof *env);
  if (!env) return REIN_ERR_MEMORY;
  *env = (rein_environment){.arena = arena, .units = units, .seed = 1};
  if (REIN_GUARD(arena, &guard)) {
    free(env);
    return REIN_ERR_MEMORY;
  }
  env->path = rein_arena_strdup(arena, model_path);
  const rein_status status = create(env, length, diag);
  rein_unguard(arena, &guard);
  if (status == REIN_OK)
    *out = env;
  else
    free(env);
  return status;
}

void rein_environment_destroy(rein_environment *env) {
  if (env) free(env->act);
  free(env);
}

const rein_model *rein_environment_model(const rein_environment *env) {
  return env->model;
}

const double *rein_environment_state(const rein_environment *env) {
  return env->state;
}

/* ---- an episode ---- */

/* What was measured at the second time, or the first. */
static void observe(rein_environment *env, const rein_sample *s, int i_time, double *observation) {
  const rein_model *m = env->model;
  for (size_t i = 0; i < m->n_state; i++) env->state[i] = rein_sample_row(s, 0, i_time, (int)i)[0];
  for (size_t o = 0; o < m->n_observable; o++) {
    const uint64_t key = rein_draw_key(m->observable[o].name), t = (uint64_t)env->n_step;
    observation[o] =
        rein_measure(&m->observable[o], rein_sample_row(s, 0, i_time, (int)(m->n_state + o))[0],
                     rein_sample_noise(s, 0, (int)o, 0)[0], rein_sample_noise(s, 0, (int)o, 1)[0],
                     rein_draw_normal(env->seed, REIN_DRAW_NOISE, 0, key, t),
                     rein_draw_normal(env->seed, REIN_DRAW_NOISE_2, 0, key, t))
            .value;
  }
}

static bool is_signalled(const rein_environment *env, const rein_sample *s, double until) {
  for (size_t k = 0; k < env->model->n_safety; k++) {
    const double first = rein_sample_safety(s, 0, (int)k)[0];
    if (first <= until) return true;
  }
  return false;
}

/* What of the actions has come to its end within the step. */
static void note_arrivals(const rein_environment *env, const rein_lane_plan *lane) {
  for (size_t a = 0; a < env->model->n_action; a++) {
    env->arrived[a] = 0;
    env->running[a] = false;
    for (size_t i = 0; i < lane->n_item && lane->item[i].time < env->until; i++) {
      const rein_item *item = &lane->item[i];
      if (item->kind == REIN_ITEM_ADD && item->target == env->tape->action_state[a]) env->arrived[a]++;
      if (item->kind == REIN_ITEM_INPUT_SET && item->target == env->tape->action_input[a])
        env->running[a] = item->amount != 0.0;
    }
  }
}

/* A lane as it goes on from the state now: what changed states before has done so; parameters and inputs that
 * were set before are set at once, in their order; what is to come, comes. */
static rein_status go_on(void *context, rein_lane_plan *lane) {
  const rein_environment *env = context;
  const size_t n_item = lane->n_item, n_state = env->model->n_state;
  if (lane->real) note_arrivals(env, lane);
  if (env->now == 0.0) return REIN_OK;
  rein_item *kept = malloc((n_item + 1) * sizeof *kept);
  size_t n_kept = 0;
  if (!kept) return REIN_ERR_MEMORY;
  for (size_t i = 0; i < n_item; i++) {
    rein_item item = lane->item[i];
    const bool sets =
        item.kind == REIN_ITEM_PARAM || item.kind == REIN_ITEM_INPUT_SET || item.kind == REIN_ITEM_INPUT_ADD;
    if (item.time < env->now && !sets) continue;
    if (item.time < env->now) item.time = env->now;
    kept[n_kept++] = item;
  }
  lane->n_item = 0;
  lane->t_start = env->now;
  bool good = true;
  for (size_t i = 0; i < n_state && good; i++)
    good = rein_lane_add_item(lane, (rein_item){.time = -INFINITY,
                                                .kind = REIN_ITEM_INITIAL,
                                                .target = (int32_t)i,
                                                .amount = env->state[i]});
  for (size_t i = 0; i < n_kept && good; i++) good = rein_lane_add_item(lane, kept[i]);
  free(kept);
  return good ? REIN_OK : REIN_ERR_MEMORY;
}

static void say_failure(const rein_environment *env, const rein_sample_failure *f, rein_diag *diag) {
  const rein_model *m = env->model;
  const bool of_state = f->state >= 0 && (size_t)f->state < m->n_state;
  rein_error(diag, NOWHERE, "at %.6g %s: %s%s%s%s", f->time, m->time_unit_text, rein_fail_meaning(f->fail),
             of_state ? ", state '" : "", of_state ? m->state[f->state].name : "", of_state ? "'" : "");
}

/* Simulates to `until` in memory of its own; i_time: 0 for the beginning. */
static rein_status run_to(rein_environment *env, rein_arena *arena, double until, int i_time, rein_diag *diag,
                          double *observation, bool *signalled) {
  rein_guard guard;
  rein_scenario *scenario;
  rein_sample *sample;
  if (REIN_GUARD(arena, &guard)) return REIN_ERR_MEMORY;
  rein_sample_options options = {.n_thread = 1, .tell_failures = true};
  const double from = env->goes_on ? env->now : 0.0;
  if (env->goes_on) options.adjust = go_on, options.adjust_context = env;
  env->until = until;
  rein_status status = read_episode(env, arena, env->act, env->n_act, from, until, diag, &scenario);
  if (status == REIN_OK) {
    const int n_keep = (int)(env->model->n_state + env->model->n_observable);
    int *keep = REIN_NEW(arena, int, n_keep);
    for (int i = 0; i < n_keep; i++) keep[i] = i;
    const rein_simulation simulation = {.scenario = scenario, .tape = env->tape, .scale = env->scale};
    status = rein_sample_create(arena, &simulation, keep, n_keep, &options, &sample);
  }
  if (status == REIN_OK) {
    if (sample->n_failed > 0) {
      say_failure(env, sample->failure, diag);
      status = REIN_ERR_SOLVER; /* the state stays that before the step */
    } else {
      observe(env, sample, i_time, observation);
      *signalled = is_signalled(env, sample, i_time == 0 ? 0.0 : until);
    }
    rein_sample_destroy(sample);
  }
  rein_unguard(arena, &guard);
  return status;
}

static rein_status run_step(rein_environment *env, double until, int i_time, rein_diag *diag,
                            double *observation, bool *signalled) {
  rein_arena *arena = rein_arena_create();
  if (!arena) return REIN_ERR_MEMORY;
  rein_diag *own = rein_diag_create(arena); /* warnings of every step would fill the caller's list */
  const rein_status status = run_to(env, arena, until, i_time, own, observation, signalled);
  if (status != REIN_OK) {
    rein_text said;
    rein_text_init(&said, arena);
    rein_diag_print(own, &said);
    rein_error(diag, NOWHERE, "the step cannot be simulated: %s",
               said.n ? said.bytes : rein_status_meaning(status));
  }
  rein_arena_destroy(arena);
  return status;
}

rein_status rein_environment_reset(rein_environment *env, uint64_t seed, rein_diag *diag,
                                   double *observation) {
  bool signalled;
  env->seed = seed;
  env->now = 0.0;
  env->n_act = 0;
  env->n_step = 0;
  const rein_status status = run_step(env, env->length, 0, diag, observation, &signalled);
  env->on = status == REIN_OK;
  return status;
}

/* Whether nothing is left of an action, by what the last step has found. Called for all in their order. */
static bool is_over(rein_environment *env, size_t i) {
  const int action = env->act[i].action;
  switch (env->over[action]) {
  case OVER_AT_ONCE:
    return true;
  case OVER_IN_ORDER:
    return env->arrived[action]-- > 0;
  case OVER_AT_ZERO:
    return !env->running[action];
  case OVER_BY_NEXT:
    for (size_t k = i + 1; k < env->n_act; k++)
      if (env->act[k].action == action) return true;
    return false;
  default:
    return false;
  }
}

static void drop_acts(rein_environment *env) {
  size_t n = 0;
  for (size_t i = 0; i < env->n_act && env->goes_on; i++) {
    const act done = env->act[i];
    if (!is_over(env, i)) env->act[n++] = done;
  }
  if (env->goes_on) env->n_act = n;
}

static bool is_nothing(const rein_environment *env, size_t a, double amount) {
  return isnan(amount) || (env->tape->action_state[a] >= 0 && amount == 0.0);
}

static bool add_acts(rein_environment *env, const double *amount) {
  for (size_t a = 0; a < env->model->n_action; a++) {
    if (is_nothing(env, a, amount[a])) continue;
    if (env->n_act == env->cap_act) {
      const size_t cap = env->cap_act ? 2 * env->cap_act : 16;
      act *moved = realloc(env->act, cap * sizeof *moved);
      if (!moved) return false;
      env->act = moved, env->cap_act = cap;
    }
    /* Beside a negative infusion, a sum of 0 says nothing. */
    if (amount[a] < 0.0 && env->over[a] == OVER_AT_ZERO) env->over[a] = OVER_NEVER;
    env->act[env->n_act++] = (act){.time = env->now, .amount = amount[a], .action = (int)a};
  }
  return true;
}

static bool is_never_automatic(const char *boundary) {
  return boundary && strcmp(boundary, "never_automatic") == 0;
}

/* Nobody but a person does what is never automatic. False with an error. */
static bool may_act(const rein_environment *env, const double *amount, rein_diag *diag, bool *outside) {
  *outside = false;
  for (size_t a = 0; a < env->model->n_action; a++) {
    const rein_action *action = &env->model->action[a];
    if (is_nothing(env, a, amount[a])) continue;
    if (is_never_automatic(env->model->boundary) || is_never_automatic(action->boundary)) {
      rein_error(diag, NOWHERE, "action '%s', or its model, is never_automatic: no environment takes it",
                 action->name);
      return false;
    }
    *outside |= !(amount[a] >= action->valid_low && amount[a] <= action->valid_high);
  }
  return true;
}

rein_status rein_environment_act(rein_environment *env, const double *amount, double dt, rein_diag *diag,
                                 double *observation, rein_environment_step *out) {
  bool signalled = false, outside;
  if (!env->on || !(dt > 0.0) || !isfinite(dt)) {
    rein_error(diag, NOWHERE, env->on ? "a step takes a time above 0" : "the episode has ended: reset it");
    return REIN_ERR_USAGE;
  }
  if (!may_act(env, amount, diag, &outside)) return REIN_ERR_USAGE;
  drop_acts(env);
  if (!add_acts(env, amount)) return REIN_ERR_MEMORY;
  const double wanted = rein_scenario_round_time(env->now + dt);
  const bool last = wanted >= env->length * (1.0 - 1e-12); /* a step beyond the episode ends with it */
  const double until = last ? env->length : wanted;
  env->n_step++;
  const rein_status status = run_step(env, until, 1, diag, observation, &signalled);
  env->on = false;
  if (status != REIN_OK) return status;
  env->now = until;
  *out = (rein_environment_step){signalled, last, outside, until};
  env->on = !out->terminated && !out->truncated;
  return status;
}
