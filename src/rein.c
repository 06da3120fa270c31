/* The public interface as calls to the stages, in the order in which data pass them:
 *
 *   rein_model_load     source -> yaml -> schema -> parser -> resolve -> check   (src/lang)
 *                       -> lower -> simplify -> derive -> emit -> tape           (src/compile)
 *   rein_scenario_load  the same, then scenario -> pilot -> plan                 (src/scenario,
 * src/study/simulate.c) rein_scenario_run   plan -> batches of lanes -> records -> study folder      (solver,
 * src/record) rein_study_export   study folder -> NDJSON or CSV                            (src/record)
 *
 * Every entry sets the arena's guard, so that running out of memory comes back as REIN_NOT_POSSIBLE. */
#include "src/rein.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "src/base/files.h"
#include "src/compile/compile.h"
#include "src/import/sbml.h"
#include "src/record/export.h"
#include "src/study/env.h"
#include "src/study/simulate.h"

struct rein_session {
  rein_arena *arena;
  rein_units *units;
  const char *messages;
};

struct rein_model_file {
  rein_session *session;
  const rein_model *model;
  const rein_tape *tape;
};

struct rein_scenario_file {
  rein_session *session;
  rein_simulation simulation;
};

static const rein_pos nowhere = {NULL, 0, 0, 0};

/* The public code of a status. */
static rein_code code_of(rein_status status) {
  const int code = rein_status_exit_code(status);
  return (rein_code)code;
}

/* Keeps the messages of a call and turns its status into a code. */
static rein_code finish(rein_session *session, const rein_diag *diag, rein_status status) {
  rein_text text;
  rein_text_init(&text, session->arena);
  rein_diag_print(diag, &text);
  if (text.n == 0 && status != REIN_OK) rein_text_add(&text, rein_status_meaning(status));
  session->messages = text.bytes;
  return code_of(status);
}

/* After the guard: nothing can be added to the session's memory. */
static rein_code out_of_memory(rein_session *session) {
  session->messages = rein_status_meaning(REIN_ERR_MEMORY);
  return code_of(REIN_ERR_MEMORY);
}

const char *rein_version(void) {
  return REIN_VERSION;
}

static rein_status open_units(rein_arena *arena, rein_units **units) {
  rein_guard guard;
  if (REIN_GUARD(arena, &guard)) return REIN_ERR_MEMORY;
  const rein_status status = rein_units_create(rein_diag_create(arena), units);
  rein_unguard(arena, &guard);
  return status;
}

rein_session *rein_session_create(void) {
  rein_session *session = calloc(1, sizeof *session);
  if (!session) return NULL;
  session->messages = "";
  session->arena = rein_arena_create();
  if (session->arena && open_units(session->arena, &session->units) == REIN_OK) return session;
  rein_session_destroy(session);
  return NULL;
}

void rein_session_destroy(rein_session *session) {
  if (!session) return;
  rein_units_destroy(session->units);
  rein_arena_destroy(session->arena);
  free(session);
}

const char *rein_session_messages(const rein_session *session) {
  return session->messages;
}

/* ---- models ---- */

rein_code rein_model_load(rein_session *session, const char *path, rein_model_file **out) {
  rein_guard guard;
  if (REIN_GUARD(session->arena, &guard)) return out_of_memory(session);
  rein_diag *diag = rein_diag_create(session->arena);
  rein_model *model;
  rein_tape *tape;
  rein_status status =
      rein_model_read_with(session->arena, session->units, path, nowhere, rein_import_sbml, diag, &model);
  if (status == REIN_OK) status = rein_compile(session->arena, model, diag, &tape);
  if (status == REIN_OK) {
    rein_model_file *file = REIN_NEW(session->arena, rein_model_file, 1);
    *file = (rein_model_file){session, model, tape};
    *out = file;
  }
  const rein_code code = finish(session, diag, status);
  rein_unguard(session->arena, &guard);
  return code;
}

int rein_model_n_state(const rein_model_file *model) {
  return model->tape->n_state;
}

int rein_model_n_param(const rein_model_file *model) {
  return model->tape->n_param;
}

const char *rein_model_state_name(const rein_model_file *model, int i_state) {
  return i_state >= 0 && i_state < model->tape->n_state ? model->tape->state[i_state].name : NULL;
}

const char *rein_model_state_unit(const rein_model_file *model, int i_state) {
  return i_state >= 0 && i_state < model->tape->n_state ? model->tape->state[i_state].unit : NULL;
}

const char *rein_model_param_name(const rein_model_file *model, int i_param) {
  return i_param >= 0 && i_param < model->tape->n_param ? model->tape->param[i_param].name : NULL;
}

double rein_model_param_value(const rein_model_file *model, int i_param) {
  return i_param >= 0 && i_param < model->tape->n_param ? model->tape->param_default[i_param] : NAN;
}

/* Runs one program in as many lanes as the kernels need, all the same; row i of the answer is out[i]. */
static rein_code run_program(const rein_model_file *model, rein_prog prog, double time, const double *state,
                             double *out) {
  const int n = model->tape->n_state, n_lane = REIN_LANE_MULTIPLE;
  rein_eval *eval = rein_eval_create(model->tape, n_lane, rein_kernels_best());
  double *rows = rein_rows_create((size_t)n, n_lane), *answer = rein_rows_create((size_t)n, n_lane),
         *at = rein_rows_create(1, n_lane),
         *stops = rein_rows_create(2 * (size_t)model->tape->n_mode + 1, n_lane);
  const bool good = eval && rows && answer && at && stops;
  if (good) {
    for (int lane = 0; lane < n_lane; lane++) at[lane] = time;
    for (int i = 0; state && i < n; i++) {
      for (int lane = 0; lane < n_lane; lane++) rows[i * n_lane + lane] = state[i];
    }
    rein_eval_params(eval);
    rein_eval_set_modes(eval, at, stops);
    rein_eval_run(eval, prog, at, state ? rows : NULL, answer);
    for (int i = 0; i < n; i++) out[i] = answer[i * n_lane];
  }
  free(stops);
  free(at);
  free(answer);
  free(rows);
  rein_eval_destroy(eval);
  return good ? REIN_DONE : REIN_NOT_POSSIBLE;
}

rein_code rein_model_initial(const rein_model_file *model, double *state) {
  return run_program(model, REIN_PROG_INITIAL, 0.0, NULL, state);
}

rein_code rein_model_rates(const rein_model_file *model, double time, const double *state, double *rates) {
  return run_program(model, REIN_PROG_RATES, time, state, rates);
}

/* ---- scenarios ---- */

static bool check_load_options(const rein_load_options *o, rein_diag *diag) {
  const int n = rein_diag_n_error(diag);
  if (o->n_lane < 0 || o->n_lane > REIN_MAX_LANE || o->n_lane % REIN_LANE_MULTIPLE != 0)
    rein_error(diag, nowhere, "n_lane is %d; it is 0, or a multiple of %d up to %d", o->n_lane,
               REIN_LANE_MULTIPLE, REIN_MAX_LANE);
  if (o->n_individual < 0)
    rein_error(diag, nowhere, "n_individual is %lld; it is 0, or how many there are",
               (long long)o->n_individual);
  if (!(o->rtol >= 0 && o->rtol < 1)) rein_error(diag, nowhere, "rtol is %g; it is 0, or below 1", o->rtol);
  return rein_diag_n_error(diag) == n;
}

rein_code rein_scenario_load(rein_session *session, const char *path, const rein_load_options *options,
                             rein_scenario_file **out) {
  rein_guard guard;
  if (REIN_GUARD(session->arena, &guard)) return out_of_memory(session);
  rein_diag *diag = rein_diag_create(session->arena);
  rein_scenario_file *file = REIN_NEW(session->arena, rein_scenario_file, 1);
  rein_scenario_options wanted = {0};
  file->session = session;
  if (options && !check_load_options(options, diag)) {
    const rein_code code = finish(session, diag, REIN_ERR_INPUT);
    rein_unguard(session->arena, &guard);
    return code;
  }
  if (options) {
    wanted = (rein_scenario_options){.has_seed = options->has_seed,
                                     .seed = options->seed,
                                     .n_individual = options->n_individual,
                                     .n_lane = options->n_lane,
                                     .rtol = options->rtol};
  }
  const rein_status status =
      rein_simulation_prepare(session->arena, session->units, path, &wanted, NULL, diag, &file->simulation);
  if (status == REIN_OK) *out = file;
  const rein_code code = finish(session, diag, status);
  rein_unguard(session->arena, &guard);
  return code;
}

int64_t rein_scenario_n_individual(const rein_scenario_file *scenario) {
  return scenario->simulation.scenario->n_individual;
}

int rein_scenario_n_arm(const rein_scenario_file *scenario) {
  return scenario->simulation.scenario->n_arm;
}

rein_code rein_scenario_run(rein_scenario_file *scenario, const char *folder, const rein_run_options *options,
                            rein_run_result *result) {
  rein_session *session = scenario->session;
  rein_guard guard;
  if (REIN_GUARD(session->arena, &guard)) return out_of_memory(session);
  rein_diag *diag = rein_diag_create(session->arena);
  rein_simulation_options wanted = {0};
  rein_simulation_totals totals = {0};
  if (options) {
    wanted = (rein_simulation_options){.n_thread = options->n_thread,
                                       .shard = options->shard,
                                       .n_shard = options->n_shard,
                                       .progress = options->progress,
                                       .progress_context = options->progress_context};
  }
  const rein_status status =
      rein_simulation_run(session->arena, &scenario->simulation, folder, &wanted, diag, &totals);
  if (result && (status == REIN_OK || status == REIN_ERR_MEMBERS || status == REIN_ERR_INTERRUPTED)) {
    *result = (rein_run_result){.n_fine = totals.in_folder.n_fine,
                                .n_alone = totals.in_folder.n_alone,
                                .n_failed = totals.in_folder.n_failed,
                                .n_simulated = totals.now.n_lane,
                                .complete = totals.in_folder.n_part == totals.n_part_wanted};
  }
  const rein_code code = finish(session, diag, status);
  rein_unguard(session->arena, &guard);
  return code;
}

/* ---- studies ---- */

typedef struct {
  rein_study_reader *reader;
  rein_export_options options;
  rein_export_format format;
  rein_diag *diag;
} export_job;

static rein_status put_records(void *context, const rein_files_output *out) {
  const export_job *j = context;
  return (j->format == REIN_EXPORT_CSV ? rein_export_csv : rein_export_ndjson)(j->reader, &j->options,
                                                                               out->file, j->diag);
}

static rein_status export_file(rein_session *session, const char *folder, rein_export_format format,
                               bool individual_data, const char *path, rein_diag *diag) {
  export_job j = {.options = {.individual_data = individual_data}, .format = format, .diag = diag};
  const rein_status status = rein_reader_open(session->arena, folder, true, diag, &j.reader);
  if (status != REIN_OK) return status;
  return rein_files_write_by(session->arena, path, put_records, &j, diag);
}

rein_code rein_study_export(rein_session *session, const char *folder, rein_export_format format,
                            bool individual_data, const char *path) {
  rein_guard guard;
  if (REIN_GUARD(session->arena, &guard)) return out_of_memory(session);
  rein_diag *diag = rein_diag_create(session->arena);
  const rein_code code =
      finish(session, diag, export_file(session, folder, format, individual_data, path, diag));
  rein_unguard(session->arena, &guard);
  return code;
}

/* ---- environment ---- */

struct rein_env {
  rein_session *session;
  rein_environment *environment;
};

rein_code rein_env_create(rein_session *session, const char *model, double length, rein_env **out) {
  rein_guard guard;
  if (!(length >= 0.0)) return REIN_WRONG_CALL;
  rein_env *env = calloc(1, sizeof *env);
  if (!env) return out_of_memory(session);
  if (REIN_GUARD(session->arena, &guard)) {
    free(env);
    return out_of_memory(session);
  }
  rein_diag *diag = rein_diag_create(session->arena);
  env->session = session;
  const rein_status status =
      rein_environment_create(session->arena, session->units, model, length, diag, &env->environment);
  if (status == REIN_OK)
    *out = env;
  else
    free(env);
  const rein_code code = finish(session, diag, status);
  rein_unguard(session->arena, &guard);
  return code;
}

void rein_env_destroy(rein_env *env) {
  if (env) rein_environment_destroy(env->environment);
  free(env);
}

static const rein_model *model_of(const rein_env *env) {
  return rein_environment_model(env->environment);
}

int rein_env_n_observation(const rein_env *env) {
  return (int)model_of(env)->n_observable;
}

int rein_env_n_action(const rein_env *env) {
  return (int)model_of(env)->n_action;
}

int rein_env_n_state(const rein_env *env) {
  return (int)model_of(env)->n_state;
}

const char *rein_env_observation_name(const rein_env *env, int i) {
  return i >= 0 && i < rein_env_n_observation(env) ? model_of(env)->observable[i].name : NULL;
}

const char *rein_env_observation_unit(const rein_env *env, int i) {
  return i >= 0 && i < rein_env_n_observation(env) ? model_of(env)->observable[i].unit_text : NULL;
}

const char *rein_env_action_name(const rein_env *env, int i) {
  return i >= 0 && i < rein_env_n_action(env) ? model_of(env)->action[i].name : NULL;
}

const char *rein_env_action_unit(const rein_env *env, int i) {
  return i >= 0 && i < rein_env_n_action(env) ? model_of(env)->action[i].unit_text : NULL;
}

/* Messages of an episode are kept in the session only where something went wrong. */
static rein_code finish_step(rein_env *env, const rein_diag *diag, rein_status status) {
  if (status == REIN_OK) env->session->messages = "";
  return status == REIN_OK ? REIN_DONE : finish(env->session, diag, status);
}

rein_code rein_env_reset(rein_env *env, uint64_t seed, double *observation) {
  rein_guard guard;
  rein_session *session = env->session;
  if (REIN_GUARD(session->arena, &guard)) return out_of_memory(session);
  rein_diag *diag = rein_diag_create(session->arena);
  const rein_code code =
      finish_step(env, diag, rein_environment_reset(env->environment, seed, diag, observation));
  rein_unguard(session->arena, &guard);
  return code;
}

rein_code rein_env_step(rein_env *env, const double *action, double dt, double *observation,
                        rein_env_result *result) {
  rein_guard guard;
  rein_session *session = env->session;
  rein_environment_step step;
  if (REIN_GUARD(session->arena, &guard)) return out_of_memory(session);
  rein_diag *diag = rein_diag_create(session->arena);
  const rein_status status = rein_environment_act(env->environment, action, dt, diag, observation, &step);
  const rein_code code = finish_step(env, diag, status);
  rein_unguard(session->arena, &guard);
  if (status == REIN_OK)
    *result = (rein_env_result){step.terminated, step.truncated, step.outside, step.elapsed};
  return code;
}

void rein_env_state(const rein_env *env, double *state) {
  memcpy(state, rein_environment_state(env->environment), model_of(env)->n_state * sizeof *state);
}
