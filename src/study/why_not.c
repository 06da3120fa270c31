#include "src/study/why_not.h"

#include <math.h>
#include <string.h>

#include "src/import/sbml.h"
#include "src/study/why_not_inside.h"

const char *rein_place_word(rein_place place) {
  static const char *const words[REIN_N_PLACE] = {"measurement", "intervention", "parameter", "structure",
                                                  "readout"};
  return words[place];
}

/* The model with doubts in place of itself. The scenario is read once for its model; its warnings come with
 * the second reading. */
static rein_status read_data(rein_why_not_job *job, rein_units *units, const char *path) {
  rein_scenario_options wanted = job->options->scenario;
  rein_scenario *scenario;
  rein_diag *quiet = rein_diag_create(job->arena);
  wanted.importer = rein_import_sbml;
  rein_status status = rein_scenario_read(job->arena, units, path, &wanted, quiet, &scenario);
  if (status == REIN_ERR_MEMORY) return status; /* another try might not fail */
  if (status != REIN_OK) return rein_scenario_read(job->arena, units, path, &wanted, job->diag, &scenario);
  rein_model_hash(scenario->model, job->arena, job->out->model_hash);
  job->doubt = rein_doubt_create(job->arena, scenario->model, scenario->time[0]);
  rein_validate_options options = {.scenario = wanted,
                                   .kernels = job->options->kernels,
                                   .n_thread = job->options->n_thread,
                                   .individual_data = job->options->individual_data};
  options.scenario.model = job->doubt->model;
  status = rein_validate_prepare(job->arena, units, path, &options, job->diag, &job->data);
  if (status != REIN_OK) return status;
  job->out->scenario = job->data->scenario;
  job->out->observed = job->data->observed;
  return REIN_OK;
}

static rein_status check_arms(const rein_why_not_job *job) {
  const rein_pos nowhere = {NULL, 0, 0, 0};
  for (int a = 0; a < job->data->n_compared; a++) {
    const int arm = job->data->compared[a];
    if (rein_scenario_is_faithful(job->data->scenario, arm)) continue;
    rein_error(job->diag, nowhere,
               "why-not needs to know the doses: arm '%s' has 'adherence' or 'jitter', which are drawn; say "
               "'missed' or the doses taken ('events') in its place",
               job->data->scenario->arm[arm].name);
    return REIN_ERR_INPUT;
  }
  return REIN_OK;
}

/* ---- words ---- */

static const char *pair(rein_why_not_job *job, double from, double to, const char *unit) {
  const bool plain = strcmp(unit, "1") == 0;
  return rein_arena_printf(job->arena, "%.4g -> %.4g%s%s", from, to, plain ? "" : " ", plain ? "" : unit);
}

static const char *describe_simulated(rein_why_not_job *job, const rein_change *c) {
  const rein_doubt *d = job->doubt;
  const char *time = d->of->time_unit_text;
  const double value = c->about.x * c->width;
  if (c->form == REIN_FORM_SHARE) return rein_arena_printf(job->arena, "times %.4g", exp(value));
  if (c->form == REIN_FORM_PLAIN) {
    if (c->about.place == REIN_PLACE_INTERVENTION)
      return rein_arena_printf(job->arena, "%.4g %s later", value, time);
    if (c->param >= d->loss[0] && c->param < d->loss[0] + (int)d->of->n_state)
      return rein_arena_printf(job->arena, "at %.4g per %s", value, time);
    return rein_arena_printf(job->arena, "to %.4g times at the end", 1.0 + c->about.x);
  }
  const rein_param *param = &d->of->param[c->param];
  const double centre =
      rein_scenario_theta(job->arena, job->data->simulation.scenario, job->data->compared[0])[c->param];
  if (c->form == REIN_FORM_FACTOR) return pair(job, centre, centre * exp(value), param->unit_text);
  if (param->value_expr) return rein_arena_printf(job->arena, "%+.3g SDs around its formula", c->about.x);
  return pair(job, centre, rein_spread_value(&job->spread[c->spread], centre, c->about.x), param->unit_text);
}

static const char *describe(rein_why_not_job *job, const rein_change *c) {
  const double value = c->about.x * c->width;
  switch (c->kind) {
  case REIN_CHANGE_SIMULATED:
    return describe_simulated(job, c);
  case REIN_CHANGE_SPREAD:
    return rein_arena_printf(job->arena, "SD times %.4g", 1.0 + c->about.x);
  case REIN_CHANGE_UNIT:
    return rein_arena_printf(job->arena, "values times %.4g", c->about.x);
  case REIN_CHANGE_BATCH:
    return rein_arena_printf(job->arena, "by %+.3g SDs of noise", c->about.x);
  case REIN_CHANGE_GAIN:
    return rein_arena_printf(job->arena, "times %.4g", exp(value));
  case REIN_CHANGE_OFFSET:
    return rein_arena_printf(job->arena, "plus %.4g %s", value,
                             job->data->scenario->model->observable[c->observable].unit_text);
  }
  return "";
}

static void hand_over(rein_why_not_job *job) {
  rein_why_not *out = job->out;
  out->n_row = job->n_row;
  out->n_change = job->n_change;
  out->change = REIN_NEW(job->arena, rein_why_not_change, job->n_change + 1);
  for (int k = 0; k < job->n_change; k++) {
    out->change[k] = job->change[k].about;
    if (!out->change[k].left_out) out->change[k].change = describe(job, &job->change[k]);
  }
}

static rein_status run(rein_why_not_job *job, rein_units *units, const char *path) {
  rein_status status = read_data(job, units, path);
  if (status == REIN_OK) status = check_arms(job);
  if (status == REIN_OK) status = rein_why_not_collect(job);
  if (status != REIN_OK) return status;
  job->spread = rein_scenario_spreads(job->arena, job->data->simulation.scenario, &job->n_spread);
  status = rein_why_not_simulate(job);
  if (status != REIN_OK) return status;
  job->out->n_row = job->n_row;
  job->out->suppressed = job->out->n_person < REIN_SMALLEST_GROUP && !job->options->individual_data;
  if (job->out->suppressed) return REIN_OK;
  status = rein_why_not_score(job);
  if (status == REIN_OK) hand_over(job);
  return status;
}

rein_status rein_why_not_run(rein_arena *arena, rein_units *units, const char *path,
                             const rein_why_not_options *options, rein_diag *diag, rein_why_not *out) {
  rein_guard guard;
  if (REIN_GUARD(arena, &guard)) return REIN_ERR_MEMORY;
  rein_why_not_job *job = REIN_NEW(arena, rein_why_not_job, 1);
  *out = (rein_why_not){.confirmed = NAN};
  *job = (rein_why_not_job){.arena = arena, .options = options, .diag = diag, .out = out};
  const rein_status status = run(job, units, path);
  rein_unguard(arena, &guard);
  return status;
}
