/* An environment for learning: a person of a model who is acted on and measured, step by step.
 *
 * The observation is what is measured, with noise; the state is hidden. Each step gives amounts of the
 * model's actions at its beginning and lets time pass. A step goes on from the state that the last one
 * reached, with what is still on its way of the actions so far: delayed doses, infusions, parameters that are
 * held; N steps are one run. Only where the system remembers more than its state does a step simulate the
 * episode from its beginning: delays, events, fast reactions that settle before the start. A seed gives the
 * person's parameters, `between` and `uncertain`, and the noise. Source: docs/priors.md, "Environment". For
 * research only. */
#ifndef REIN_STUDY_ENV_H
#define REIN_STUDY_ENV_H

#include "src/study/simulate.h"

typedef struct rein_environment rein_environment;

typedef struct {
  bool terminated; /* a safety signal was true within the step */
  bool truncated;  /* the episode has its length */
  bool outside;    /* an amount was outside the range that the model is valid for */
  double elapsed;  /* model time since its beginning */
} rein_environment_step;

/* The environment of a model in `arena`; length of an episode [model time], 0: the horizon the model is valid
 * for. REIN_OK; REIN_ERR_INPUT, REIN_ERR_FILE with errors in diag; REIN_ERR_MEMORY. */
rein_status rein_environment_create(rein_arena *arena, rein_units *units, const char *model_path,
                                    double length, rein_diag *diag, rein_environment **out);
void rein_environment_destroy(rein_environment *env);

const rein_model *rein_environment_model(const rein_environment *env);

/* A new episode: observation (n_observable) at time 0. */
rein_status rein_environment_reset(rein_environment *env, uint64_t seed, rein_diag *diag,
                                   double *observation);

/* amount (n_action), each in its action's unit: given now; NaN: nothing is done, as 0 of what goes into a
 * state. An amount for an action that sets a parameter holds until the next. dt > 0 [model time].
 * A step beyond the episode's length ends there. REIN_ERR_USAGE: not reset, dt not above 0, the episode has
 * ended, or an amount for an action that is never_automatic; nothing is done then. REIN_ERR_SOLVER: it could
 * not be simulated, an error says why; observation and *out are not filled, the state stays that before the
 * step, and the episode has ended. */
rein_status rein_environment_act(rein_environment *env, const double *amount, double dt, rein_diag *diag,
                                 double *observation, rein_environment_step *out);

/* The hidden state (n_state) now. */
const double *rein_environment_state(const rein_environment *env);

#endif
