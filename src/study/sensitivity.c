#include "src/study/sensitivity.h"

#include <math.h>
#include <string.h>

#include "src/import/sbml.h"
#include "src/study/sensitivity_inside.h"

static const rein_pos nowhere = {NULL, 0, 0, 0};

rein_status rein_sensitivity_simulate(const rein_sensitivity_job *job, const rein_factor *factor,
                                      int n_factor, const double *value, int n_point, rein_sample **sample) {
  const char **field = REIN_NEW(job->arena, const char *, n_factor);
  const char **text = REIN_NEW(job->arena, const char *, (size_t)n_point *(size_t)n_factor);
  for (int i = 0; i < n_factor; i++) field[i] = factor[i].field;
  for (int k = 0; k < n_point; k++)
    for (int i = 0; i < n_factor; i++) {
      const size_t at = (size_t)k * (size_t)n_factor + (size_t)i;
      text[at] = rein_factor_text(job->arena, &factor[i], value[at]);
    }
  const rein_scenario_points points = {
      .arm = job->out->arm, .n_axis = n_factor, .n_point = n_point, .field = field, .value = text};
  rein_scenario_options wanted = job->options->scenario;
  wanted.points = &points;
  if (job->out->kind == REIN_SENSITIVITY_LOCAL && !(wanted.rtol > 0.0 && wanted.rtol < REIN_SENSITIVITY_RTOL))
    wanted.rtol = REIN_SENSITIVITY_RTOL;
  rein_simulation sim;
  rein_status status = rein_simulation_prepare(job->arena, job->units, job->path, &wanted,
                                               job->options->kernels, job->diag, &sim);
  if (status != REIN_OK) return status;
  if (job->out->kind == REIN_SENSITIVITY_LOCAL) rein_scenario_narrow(sim.scenario, REIN_SENSITIVITY_RTOL);
  const int n_obs = (int)sim.scenario->model->n_observable;
  int *keep = REIN_NEW(job->arena, int, n_obs);
  for (int o = 0; o < n_obs; o++) keep[o] = sim.tape->n_state + o;
  const rein_sample_options options = {.n_thread = job->options->n_thread, .kernels = job->options->kernels};
  status = rein_sample_create(job->arena, &sim, keep, n_obs, &options, sample);
  if (status != REIN_OK) return status;
  job->out->n_point += n_point;
  job->out->n_failed += (*sample)->n_failed;
  return REIN_OK;
}

/* ---- what is asked ---- */

static rein_status choose_horizon(rein_sensitivity_job *job) {
  const rein_scenario *s = job->out->scenario;
  const char *wanted = job->options->horizon;
  int h = s->n_horizon - 1;
  for (int i = 0; wanted && i < s->n_horizon; i++)
    if (strcmp(s->horizon[i].label, wanted) == 0) h = i;
  if (wanted && strcmp(s->horizon[h].label, wanted) != 0) {
    rein_error(job->diag, nowhere, "the scenario has no horizon '%s'; its last one is '%s'", wanted,
               s->horizon[h].label);
    return REIN_ERR_INPUT;
  }
  job->out->horizon = s->horizon[h].label;
  job->i_time = s->horizon[h].i_after;
  job->out->time = s->time[job->i_time];
  return REIN_OK;
}

/* The arm as written: that of any of its swept copies will do. */
static rein_status choose_arm(rein_sensitivity_job *job) {
  const rein_scenario *s = job->out->scenario;
  rein_names *names = rein_names_create(job->arena);
  const char *wanted = job->options->arm;
  for (int a = 0; a < s->n_arm; a++) {
    if (s->arm[a].counterfactual) continue;
    const char *slash = strchr(s->arm[a].name, '/');
    const size_t n = slash ? (size_t)(slash - s->arm[a].name) : strlen(s->arm[a].name);
    const char *written = rein_arena_strndup(job->arena, s->arm[a].name, n);
    if (!wanted) wanted = written;
    if (strcmp(written, wanted) == 0) return job->out->arm = written, REIN_OK;
    rein_names_add(names, written, a);
  }
  const char *near = rein_names_closest(names, wanted);
  rein_error(job->diag, nowhere, "the scenario has no arm '%s'%s%s%s", wanted, near ? ": did you mean '" : "",
             near ? near : "", near ? "'?" : "");
  return REIN_ERR_INPUT;
}

/* Which observables are told of; the information of the measurements is of all. */
static rein_status choose_observables(rein_sensitivity_job *job) {
  const rein_model *m = job->out->scenario->model;
  const char *wanted = job->options->observable;
  rein_names *names = rein_names_create(job->arena);
  job->out->asked = REIN_NEW(job->arena, bool, m->n_observable + 1);
  for (size_t o = 0; o < m->n_observable; o++) {
    rein_names_add(names, m->observable[o].name, (int)o);
    job->out->asked[o] = !wanted;
  }
  for (const char *at = wanted; at; at = strchr(at, ',')) {
    at += *at == ',';
    at += strspn(at, " ");
    size_t n = strcspn(at, ",");
    while (n > 0 && at[n - 1] == ' ') n--;
    const char *name = rein_arena_strndup(job->arena, at, n);
    const int o = rein_names_find(names, name);
    if (o < 0) {
      const char *near = rein_names_closest(names, name);
      rein_error(job->diag, nowhere, "the model has no observable '%s'%s%s%s", name,
                 near ? ": did you mean '" : "", near ? near : "", near ? "'?" : "");
      return REIN_ERR_INPUT;
    }
    job->out->asked[o] = true;
  }
  return REIN_OK;
}

/* A sweep of the scenario says what is varied, else the parameters' own uncertainty; local: all. */
static rein_status choose_factors(rein_sensitivity_job *job) {
  rein_sensitivity *out = job->out;
  rein_factor *factor;
  rein_factor_source source =
      out->kind == REIN_SENSITIVITY_LOCAL ? REIN_FACTORS_PARAMETERS : REIN_FACTORS_SWEEP;
  rein_status status =
      rein_scenario_factors(job->arena, out->scenario, out->arm, source, job->diag, &factor, &out->n_factor);
  out->source =
      source == REIN_FACTORS_PARAMETERS ? "typical values of the parameters" : "sweeps of the scenario";
  if (status == REIN_OK && source == REIN_FACTORS_SWEEP && out->n_factor == 0) {
    source = REIN_FACTORS_UNCERTAIN;
    out->source = "`uncertain` distributions of the model";
    status = rein_scenario_factors(job->arena, out->scenario, out->arm, source, job->diag, &factor,
                                   &out->n_factor);
  }
  out->factor = factor;
  if (status != REIN_OK || out->n_factor > 0) return status;
  rein_error(
      job->diag, nowhere,
      "nothing can be varied: the scenario has no `sweep` with from and to, and the model no `uncertain`");
  return REIN_ERR_INPUT;
}

rein_status rein_sensitivity_run(rein_arena *arena, rein_units *units, const char *path,
                                 const rein_sensitivity_options *options, rein_diag *diag,
                                 rein_sensitivity *out) {
  rein_sensitivity s = {.kind = options->kind};
  rein_sensitivity_job job = {
      .arena = arena, .units = units, .path = path, .options = options, .diag = diag, .out = &s};
  rein_scenario_options wanted = options->scenario;
  rein_scenario *scenario;
  wanted.importer = rein_import_sbml;
  rein_status status = rein_scenario_read(arena, units, path, &wanted, diag, &scenario);
  s.scenario = scenario;
  if (status == REIN_OK) status = choose_horizon(&job);
  if (status == REIN_OK) status = choose_arm(&job);
  if (status == REIN_OK) status = choose_observables(&job);
  if (status == REIN_OK) status = choose_factors(&job);
  if (status != REIN_OK) return status;
  s.cell = REIN_NEW(arena, rein_sensitivity_cell, scenario->model->n_observable * (size_t)s.n_factor + 1);
  switch (s.kind) {
  case REIN_SENSITIVITY_LOCAL:
    status = rein_sensitivity_local(&job);
    break;
  case REIN_SENSITIVITY_SOBOL:
    status = rein_sensitivity_sobol(&job);
    break;
  case REIN_SENSITIVITY_MORRIS:
    status = rein_sensitivity_morris(&job);
    break;
  }
  if (status != REIN_OK) return status;
  *out = s;
  return s.n_failed > 0 ? REIN_ERR_MEMBERS : REIN_OK;
}
