#include "src/study/steer.h"

#include <math.h>
#include <string.h>

#include "src/study/steer_inside.h"
#include "src/study/validate.h"

static const rein_pos nowhere = {NULL, 0, 0, 0};

/* ---- what is refused ---- */

static bool is_arm(const char *name, const char *written) {
  const size_t n = strlen(written);
  return strncmp(name, written, n) == 0 && (name[n] == '\0' || name[n] == '/');
}

static void refuse_people(const rein_steer_job *job) {
  const rein_scenario *s = job->out->scenario;
  if (s->typical || s->individual_data)
    rein_error(job->diag, nowhere,
               "steer searches for cohorts drawn from a model, not for %s: say `cohort: {n: ...}`",
               s->typical ? "one typical person" : "people of a table");
}

static void refuse_arm(const rein_steer_job *job) {
  const rein_scenario *s = job->out->scenario;
  rein_names *names = rein_names_create(job->arena);
  bool found = false;
  for (int a = 0; a < s->n_arm; a++) {
    if (s->arm[a].counterfactual) continue;
    rein_names_add(names, s->arm[a].name, a);
    if (!is_arm(s->arm[a].name, job->out->arm)) continue;
    found = true;
    if (strcmp(s->arm[a].boundary, "never_automatic") == 0) {
      rein_error(job->diag, nowhere,
                 "arm '%s' has an action, or a model, that is never_automatic: no search may vary it",
                 s->arm[a].name);
      return;
    }
  }
  const char *near = rein_names_closest(names, job->out->arm);
  if (!found)
    rein_error(job->diag, nowhere, "the scenario has no arm '%s'%s%s%s", job->out->arm,
               near ? ": did you mean '" : "", near ? near : "", near ? "'?" : "");
}

/* The verdict on an observable by one comparison, or that it is of another model. */
static rein_status find_verdict(rein_steer_job *job, const char *path, rein_text *words, bool *supported) {
  const rein_validate_options options = {.kernels = job->options->kernels,
                                         .n_thread = job->options->n_thread};
  const rein_steering *s = job->out;
  rein_validate_job *validate;
  rein_validation v;
  rein_status status = rein_validate_prepare(job->arena, job->units, path, &options, job->diag, &validate);
  if (status == REIN_OK) status = rein_validate_run(validate, job->diag, &v);
  if (status != REIN_OK && status != REIN_ERR_MEMBERS) return status;
  if (strcmp(v.model_hash, s->model_hash) != 0) {
    rein_error(job->diag, nowhere,
               "'%s' compares another model than that of the goals: it is no evidence here",
               v.scenario->name);
    return REIN_ERR_INPUT;
  }
  for (int i = 0; i < v.n_verdict && v.has_verdict; i++) {
    const rein_observable *o =
        &v.scenario->model->observable[v.observed->observable[v.verdict[i].observable]];
    rein_text_printf(words, "%s%s by %s: %s", words->n > 0 ? "; " : "", o->name, v.scenario->name,
                     rein_verdict_word(v.verdict[i].verdict));
    for (int k = 0; k < s->n_objective; k++)
      if (strcmp(s->scenario->model->observable[s->objective[k].observable].name, o->name) == 0)
        supported[k] = supported[k] || v.verdict[i].verdict == REIN_VERDICT_SUPPORTED;
  }
  return REIN_OK;
}

static rein_status weigh_evidence(rein_steer_job *job) {
  rein_steering *s = job->out;
  bool *supported = REIN_NEW(job->arena, bool, s->n_objective + 1), all = true;
  rein_text words;
  rein_text_init(&words, job->arena);
  for (int i = 0; i < job->n_evidence; i++) {
    const rein_status status = find_verdict(job, job->evidence[i], &words, supported);
    if (status != REIN_OK) return status;
  }
  for (int k = 0; k < s->n_objective; k++) {
    if (supported[k]) continue;
    all = false;
    if (!job->options->exploratory)
      rein_error(
          job->diag, nowhere,
          "nothing under `evidence` says that the model is supported on '%s': with --exploratory every "
          "row is marked so",
          s->scenario->model->observable[s->objective[k].observable].name);
  }
  s->exploratory = !all;
  s->evidence = words.n > 0 ? words.bytes : "none";
  return rein_diag_status(job->diag);
}

/* ---- check and rank ---- */

/* Weighted costs of the check, each between 0 and 1 over those within their limits. */
static void score(rein_steering *s) {
  for (int k = 0; k < s->n_objective; k++) {
    double low = INFINITY, high = -INFINITY;
    for (int i = 0; i < s->n_choice; i++) {
      if (!s->choice[i].check.within) continue;
      low = fmin(low, s->choice[i].check.cost[k]);
      high = fmax(high, s->choice[i].check.cost[k]);
    }
    for (int i = 0; i < s->n_choice; i++)
      if (s->choice[i].check.within && high > low)
        s->choice[i].score += s->objective[k].weight * (s->choice[i].check.cost[k] - low) / (high - low);
  }
  double weights = 0;
  for (int k = 0; k < s->n_objective; k++) weights += s->objective[k].weight;
  for (int i = 0; i < s->n_choice; i++) s->choice[i].score /= weights;
}

static bool comes_first(const rein_steer_choice *a, const rein_steer_choice *b) {
  if (a->check.within != b->check.within) return a->check.within;
  return a->score < b->score;
}

static void rank(rein_steering *s) {
  for (int i = 1; i < s->n_choice; i++) {
    const rein_steer_choice moved = s->choice[i];
    int k = i;
    for (; k > 0 && comes_first(&moved, &s->choice[k - 1]); k--) s->choice[k] = s->choice[k - 1];
    s->choice[k] = moved;
  }
  for (int i = 0; i < s->n_choice; i++) s->choice[i].rank = s->choice[i].check.within ? i + 1 : 0;
}

static rein_status check(rein_steer_job *job) {
  rein_steering *s = job->out;
  const rein_steer_cohort cohort = {.n_person = s->n_check, .seed = s->check_seed};
  double *value = REIN_NEW(job->arena, double, s->n_choice * s->n_action + 1);
  rein_steer_outcome *outcome = REIN_NEW(job->arena, rein_steer_outcome, s->n_choice + 1);
  for (int i = 0; i < s->n_choice; i++)
    memcpy(value + i * s->n_action, s->choice[i].value, (size_t)s->n_action * sizeof *value);
  const rein_status status = rein_steer_evaluate(job, value, s->n_choice, &cohort, outcome);
  if (status != REIN_OK) return status;
  for (int i = 0; i < s->n_choice; i++) s->choice[i].check = outcome[i];
  score(s);
  rank(s);
  return REIN_OK;
}

rein_status rein_steer(rein_arena *arena, rein_units *units, const char *path,
                       const rein_steer_options *options, rein_diag *diag, rein_steering *out) {
  rein_steering s = {0};
  rein_steer_job job = {
      .arena = arena, .units = units, .path = path, .options = options, .diag = diag, .out = &s};
  rein_status status = rein_steer_read(&job);
  if (status != REIN_OK) return status;
  refuse_people(&job);
  refuse_arm(&job);
  status = rein_diag_status(diag);
  if (status == REIN_OK) status = weigh_evidence(&job);
  if (status == REIN_OK) status = rein_steer_search(&job);
  if (status == REIN_OK) status = check(&job);
  if (status == REIN_OK) status = rein_steer_reason(&job);
  if (status == REIN_OK) *out = s;
  return status;
}
