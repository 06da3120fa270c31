/* rein: mechanistic simulator of interventions. The public C interface of librein.
 *
 *   rein_session *session = rein_session_create();
 *   rein_scenario_file *scenario;
 *   if (rein_scenario_load(session, "scenarios/warfarin_adherence.yaml", NULL, &scenario) == REIN_DONE)
 *     code = rein_scenario_run(scenario, "outputs/warfarin", NULL, &result);
 *   if (code != REIN_DONE) fputs(rein_session_messages(session), stderr);
 *   rein_session_destroy(session);
 *
 * Everything loaded belongs to its session and goes with it. A session is used by one thread at a time;
 * several sessions may run side by side. Nothing here writes to standard output or error, and nothing ends
 * the process.
 *
 * For research only: nothing rein answers recommends a treatment. Licence: GPL-3.0-or-later. */
#ifndef REIN_H
#define REIN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#if defined(__GNUC__)
#define REIN_API __attribute__((visibility("default")))
#else
#define REIN_API
#endif

/* How a call ended; the program `rein` exits with the same numbers. */
typedef enum {
  REIN_DONE = 0,         /* what was asked is there */
  REIN_SOME_FAILED = 1,  /* likewise, but some members could not be simulated: their records say why */
  REIN_WRONG_CALL = 2,   /* arguments that make no sense */
  REIN_WRONG_INPUT = 3,  /* a model, scenario or study is wrong: rein_session_messages says where */
  REIN_NOT_POSSIBLE = 4, /* a file, memory or something rein needs is missing */
  REIN_STOPPED = 130     /* the caller's progress function said stop; finished parts are kept */
} rein_code;

typedef struct rein_session rein_session;       /* unit system, memory, messages */
typedef struct rein_model_file rein_model_file; /* a model, read, checked and compiled */
typedef struct rein_scenario_file
    rein_scenario_file; /* a scenario with its model, planned and ready to run */

/* Version, "0.1.0"; static. */
REIN_API const char *rein_version(void);

/* A new session, or NULL when memory is out or the unit database is not there. Destroy with
 * rein_session_destroy (NULL allowed). */
REIN_API rein_session *rein_session_create(void);
REIN_API void rein_session_destroy(rein_session *session);

/* All messages of the last call that failed or warned, with file, line and column; "" if there were none.
 * Lent until the next call with this session. */
REIN_API const char *rein_session_messages(const rein_session *session);

/* Reads, checks and compiles a model: a path, or the name of a model that is found as `rein models` finds it.
 * REIN_DONE: *out is lent by the session. REIN_WRONG_INPUT, REIN_NOT_POSSIBLE: *out is untouched. */
REIN_API rein_code rein_model_load(rein_session *session, const char *path, rein_model_file **out);

/* Sizes, and names and units of the states; strings are lent by the model. i_state out of range: NULL. */
REIN_API int rein_model_n_state(const rein_model_file *model);
REIN_API int rein_model_n_param(const rein_model_file *model);
REIN_API const char *rein_model_state_name(const rein_model_file *model, int i_state);
REIN_API const char *rein_model_state_unit(const rein_model_file *model, int i_state);

/* Names and typical values of the parameters and covariates, each in the unit the model declares. i_param out
 * of range: NULL, NaN. */
REIN_API const char *rein_model_param_name(const rein_model_file *model, int i_param);
REIN_API double rein_model_param_value(const rein_model_file *model, int i_param);

/* Initial values of the typical individual, state (n_state), each in its state's unit. */
REIN_API rein_code rein_model_initial(const rein_model_file *model, double *state);

/* Rates of change at time [model time] and state (n_state, state units) for the typical individual without
 * actions: rates (n_state) [state unit / model time unit]. */
REIN_API rein_code rein_model_rates(const rein_model_file *model, double time, const double *state,
                                    double *rates);

/* In place of what the scenario says; 0 and false: as it says. NULL for all of it. */
typedef struct {
  bool has_seed;
  uint64_t seed;
  int64_t n_individual;
  int n_lane; /* individuals integrated together, a multiple of 8 */
  double rtol;
} rein_load_options;

/* Reads a scenario with its model, runs the typical individual to find the states' scales, and makes the
 * plan. REIN_DONE: *out is lent by the session. REIN_WRONG_INPUT, REIN_NOT_POSSIBLE, REIN_SOME_FAILED (the
 * typical individual cannot be simulated): *out is untouched. */
REIN_API rein_code rein_scenario_load(rein_session *session, const char *path,
                                      const rein_load_options *options, rein_scenario_file **out);

/* Individuals and arms, counterfactual ones too; a simulation is one individual under one arm. */
REIN_API int64_t rein_scenario_n_individual(const rein_scenario_file *scenario);
REIN_API int rein_scenario_n_arm(const rein_scenario_file *scenario);

typedef struct {
  int n_thread;       /* 0: as OMP_NUM_THREADS or the machine says; the records do not depend on it */
  int shard, n_shard; /* run part shard of 1 .. n_shard; 0, 0: everything */
  /* Called now and then from one thread with batches done and to do; false stops the run. NULL: none. */
  bool (*progress)(void *context, int64_t n_done, int64_t n_wanted);
  void *progress_context;
} rein_run_options;

/* Members now in the folder, and what this call did. */
typedef struct {
  int64_t n_fine, n_alone, n_failed; /* with their batch; evicted and finished alone; failed */
  int64_t n_simulated;               /* by this call; the rest was there */
  bool complete;                     /* all parts of the study are in the folder */
} rein_run_result;

/* Simulates what is not yet in `folder` and writes the records there (docs/records.md). options, result may
 * be NULL. REIN_DONE, REIN_SOME_FAILED: all that was asked for is there. REIN_STOPPED: the same call goes on.
 * REIN_WRONG_INPUT: the folder holds another study. REIN_NOT_POSSIBLE: disk or memory. *result is filled on
 * the first three. */
REIN_API rein_code rein_scenario_run(rein_scenario_file *scenario, const char *folder,
                                     const rein_run_options *options, rein_run_result *result);

typedef enum { REIN_EXPORT_NDJSON, REIN_EXPORT_CSV } rein_export_format;

/* Writes the records of a study to a file, renamed when whole. Records of people of a table leave only with
 * `individual_data` (REIN_WRONG_CALL otherwise). REIN_WRONG_INPUT, REIN_NOT_POSSIBLE: nothing is written. */
REIN_API rein_code rein_study_export(rein_session *session, const char *folder, rein_export_format format,
                                     bool individual_data, const char *path);

/* ---- environment for learning ---- */

typedef struct rein_env rein_env; /* a person of a model, acted on and measured step by step */

typedef struct {
  bool terminated; /* a safety signal of the model was true within the step */
  bool truncated;  /* the episode has reached its length */
  bool outside;    /* an amount of this step was outside the range that the model is valid for */
  double elapsed;  /* time since the episode's beginning [model time] */
} rein_env_result;

/* An environment of a model: its path or name. length of an episode [model time]; 0: the horizon that the
 * model is valid for. REIN_DONE: *out is given, destroy with rein_env_destroy (NULL allowed) before its
 * session. */
REIN_API rein_code rein_env_create(rein_session *session, const char *model, double length, rein_env **out);
REIN_API void rein_env_destroy(rein_env *env);

/* Sizes, names and units of what is observed and of what can be done; index out of range: NULL. */
REIN_API int rein_env_n_observation(const rein_env *env);
REIN_API int rein_env_n_action(const rein_env *env);
REIN_API int rein_env_n_state(const rein_env *env);
REIN_API const char *rein_env_observation_name(const rein_env *env, int i);
REIN_API const char *rein_env_observation_unit(const rein_env *env, int i);
REIN_API const char *rein_env_action_name(const rein_env *env, int i);
REIN_API const char *rein_env_action_unit(const rein_env *env, int i);

/* Begins an episode: the seed gives the person and the noise; the same seed, the same episode. observation
 * (n_observation): what is measured at time 0, with noise. REIN_SOME_FAILED: the person cannot be simulated,
 * rein_session_messages says why; nothing is filled and no episode is on. */
REIN_API rein_code rein_env_reset(rein_env *env, uint64_t seed, double *observation);

/* Gives amounts `action` (n_action; NaN, or 0 of what goes into a state: nothing) at once and lets dt > 0
 * [model time] pass. N steps are one run within 1e-6 of a value (hundreds of steps): a step goes on from the
 * state that the last one reached, with delayed doses, infusions and held parameters; only where the model
 * has delays, events or fast reactions that settle before the start it simulates the episode from its
 * beginning. A step that goes beyond the episode's length is cut there: truncated, elapsed is the length. An
 * amount outside the range that the model is valid for is given and flagged in *result. REIN_DONE:
 * observation (n_observation) and *result are filled. REIN_WRONG_CALL: the episode has ended, dt is not above
 * 0, or something was to be given whose action or model is never_automatic; nothing is done, and an episode
 * that is on goes on. REIN_SOME_FAILED: the step could not be simulated, rein_session_messages says when and
 * why; nothing is filled, rein_env_state stays that before the step, and the episode has ended.
 * REIN_NOT_POSSIBLE, REIN_WRONG_INPUT: it could not be begun; likewise. */
REIN_API rein_code rein_env_step(rein_env *env, const double *action, double dt, double *observation,
                                 rein_env_result *result);

/* The hidden state now, state (n_state): for judging, not for learning from. */
REIN_API void rein_env_state(const rein_env *env, double *state);

#ifdef __cplusplus
}
#endif

#endif
