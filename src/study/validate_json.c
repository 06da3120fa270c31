/* The comparison as JSON: everything the text says, every score with its interval or reason. */
#include <string.h>

#include "src/record/json_text.h"
#include "src/record/record.h"
#include "src/study/split.h"
#include "src/study/validate_why_print.h"

static const rein_observable *observable_of(const rein_validation *v, int o) {
  return &v->scenario->model->observable[v->observed->observable[o]];
}

static json_t *make_score(const rein_score *score) {
  json_t *object = json_object();
  json_object_set_new(object, "value", rein_json_number(score->value));
  if (score->na) json_object_set_new(object, "n/a", json_string(score->na));
  if (score->na) return object;
  json_object_set_new(object, "low", rein_json_number(score->low));
  json_object_set_new(object, "high", rein_json_number(score->high));
  if (score->no_interval) json_object_set_new(object, "no_interval", json_string(score->no_interval));
  return object;
}

static json_t *make_row(const rein_validation *v, const rein_validation_row *row) {
  const rein_observable *o = observable_of(v, row->observable);
  json_t *object = json_object();
  json_object_set_new(object, "observable", json_string(o->name));
  json_object_set_new(object, "unit", json_string(o->unit_text));
  json_object_set_new(object, "arm",
                      row->arm < 0 ? json_null() : json_string(v->observed->arm[row->arm].name));
  json_object_set_new(object, "after", rein_json_number(row->time));
  if (row->suppressed) {
    json_object_set_new(object, "n/a", json_string(rein_validate_held_back(row)));
    return object;
  }
  json_object_set_new(object, "n_point", json_integer(row->n_point));
  json_object_set_new(object, "n_unit", json_integer(row->n_unit));
  json_object_set_new(object, "n_missing", json_integer(row->n_missing));
  json_object_set_new(object, "n_censored", json_integer(row->n_censored));
  json_object_set_new(object, "n_before", rein_json_number(row->n_before));
  json_object_set_new(object, "n_after", rein_json_number(row->n_after));
  for (int id = 0; id < REIN_N_SCORE; id++)
    json_object_set_new(object, rein_validate_score((rein_score_id)id)->key, make_score(&row->score[id]));
  json_object_set_new(object, "coverage_90_exact_low", rein_json_number(row->coverage_low));
  json_object_set_new(object, "coverage_90_exact_high", rein_json_number(row->coverage_high));
  json_object_set_new(object, "coverage_90_effective_points", rein_json_number(row->n_effective));
  return object;
}

static void set_interval(json_t *object, const char *key, double value, double low, double high) {
  json_t *item = json_object();
  json_object_set_new(item, "value", rein_json_number(value));
  json_object_set_new(item, "low", rein_json_number(low));
  json_object_set_new(item, "high", rein_json_number(high));
  json_object_set_new(object, key, item);
}

static json_t *make_effect(const rein_validation *v, const rein_validation_effect *e) {
  json_t *object = make_row(v, &e->row);
  json_object_set_new(object, "wording", json_string("effect"));
  if (e->comparator < 0) return object;
  json_object_set_new(object, "comparator", json_string(v->observed->arm[e->comparator].name));
  json_object_set_new(object, "study", json_string(v->observed->study[e->study]));
  if (e->row.suppressed) return object;
  json_object_set_new(object, "within_people", json_boolean(e->row.is_within));
  json_object_set_new(object, "n_arm", rein_json_number(e->n_arm));
  json_object_set_new(object, "n_comparator", rein_json_number(e->n_comparator));
  json_object_set_new(object, "people_without_prediction", json_integer(e->n_missing));
  set_interval(object, "observed_95", e->observed, e->observed_low, e->observed_high);
  set_interval(object, "predicted_90", e->predicted, e->low, e->high);
  return object;
}

static void set_left(json_t *object, const char *key, const rein_validation_left *l) {
  set_interval(object, key, l->middle, l->low, l->high);
}

/* Means behind which people became fewer, by who may have left. */
static json_t *make_lost(const rein_validation *v) {
  json_t *list = json_array();
  for (int i = 0; i < v->n_lost; i++) {
    const rein_validation_lost *l = &v->lost[i];
    json_t *item = json_object();
    json_object_set_new(item, "observable", json_string(observable_of(v, l->observable)->name));
    json_object_set_new(item, "study", json_string(v->observed->study[l->study]));
    json_object_set_new(item, "arm", json_string(v->observed->arm[l->arm].name));
    json_object_set_new(item, "time", rein_json_number(l->time));
    json_object_set_new(item, "n_before", rein_json_number(l->n_before));
    json_object_set_new(item, "n_after", rein_json_number(l->n_after));
    if (!l->suppressed) {
      json_object_set_new(item, "observed_change", rein_json_number(l->observed));
      set_left(item, "predicted_90_left_at_random", &l->at_random);
      set_left(item, "predicted_90_highest_left", &l->highest_left);
      set_left(item, "predicted_90_lowest_left", &l->lowest_left);
    }
    json_array_append_new(list, item);
  }
  return list;
}

/* Rows of completers, and of which arms people leave. */
static json_t *make_completers(const rein_validation *v) {
  json_t *object = json_object(), *rows = json_array(), *arms = json_array();
  for (int i = 0; i < v->n_completer; i++) json_array_append_new(rows, make_row(v, &v->completer[i]));
  for (int i = 0; i < v->n_leaving; i++) {
    const rein_validation_leaving *l = &v->leaving[i];
    json_t *item = json_object();
    json_object_set_new(item, "observable", json_string(observable_of(v, l->observable)->name));
    json_object_set_new(item, "arm", json_string(v->observed->arm[l->arm].name));
    if (l->completers_na) json_object_set_new(item, "completers n/a", json_string(l->completers_na));
    if (l->all_na) json_object_set_new(item, "all n/a", json_string(l->all_na));
    json_array_append_new(arms, item);
  }
  json_object_set_new(object, "arms_that_people_leave", arms);
  json_object_set_new(object, "scores", rows);
  return object;
}

static json_t *make_data(const rein_validation *v) {
  const rein_observed *o = v->observed;
  json_t *object = json_object(), *studies = json_array(), *arms = json_array();
  for (int i = 0; i < o->n_study; i++) json_array_append_new(studies, json_string(o->study[i]));
  for (int a = 0; a < o->n_arm; a++) {
    const rein_observed_arm *arm = &o->arm[a];
    json_t *item = json_object();
    json_object_set_new(item, "name", json_string(arm->name));
    json_object_set_new(item, "assignment", json_string(rein_observed_assignment_word(arm->assignment)));
    json_object_set_new(item, "wording", json_string("change under"));
    json_object_set_new(item, "comparator",
                        arm->comparator < 0 ? json_null() : json_string(o->arm[arm->comparator].name));
    json_object_set_new(item, "actions", json_string(arm->actions));
    json_object_set_new(item, "concurrent", json_string(arm->concurrent));
    json_object_set_new(item, "adherence", json_string(arm->adherence));
    json_array_append_new(arms, item);
  }
  json_object_set_new(object, "title", json_string(o->title));
  json_object_set_new(object, "hash", json_string(o->hash));
  json_object_set_new(object, "licence", json_string(o->licence));
  json_object_set_new(object, "relation", json_string(v->relation));
  json_object_set_new(object, "fitted_to_these_people", json_boolean(o->is_fitted));
  json_object_set_new(object, "kind", json_string(o->is_group ? "group means" : "people"));
  json_object_set_new(object, "n_people", o->is_group ? json_null() : json_integer(o->n_person));
  json_object_set_new(object, "studies", studies);
  json_object_set_new(object, "arms", arms);
  return object;
}

static json_t *make_simulated(const rein_validation *v) {
  const rein_scenario *s = v->scenario;
  json_t *object = json_object();
  json_object_set_new(object, "individuals", json_integer(s->n_individual));
  json_object_set_new(object, "replicates", json_integer(s->n_replicate));
  json_object_set_new(object, "parameter_uncertainty_in_view",
                      json_boolean(v->has_uncertain && s->n_replicate > 1));
  json_object_set_new(object, "members", json_integer(v->n_member));
  json_object_set_new(object, "failed", json_integer(v->n_failed));
  return object;
}

static json_t *make_compared(const rein_validation *v) {
  json_t *object = json_object();
  json_object_set_new(object, "before", rein_json_number(v->t_before));
  json_object_set_new(object, "time_unit", json_string(v->scenario->model->time_unit_text));
  json_object_set_new(object, "horizons", json_integer(v->n_times));
  json_object_set_new(object, "without_state_before", json_integer(v->n_without_before));
  json_object_set_new(object, "earlier", json_integer(v->n_earlier));
  json_object_set_new(object, "later", json_integer(v->n_later));
  json_object_set_new(object, "without_value", json_integer(v->observed->n_missing));
  json_object_set_new(object, "without_prediction", json_integer(v->n_missing));
  json_object_set_new(object, "mean_change_of_nearest_horizons", json_integer(v->n_carried));
  return object;
}

static json_t *make_verdicts(const rein_validation *v) {
  json_t *list = json_array();
  for (int i = 0; i < v->n_verdict; i++) {
    const rein_validation_verdict *verdict = &v->verdict[i];
    json_t *item = json_object();
    json_object_set_new(item, "observable", json_string(observable_of(v, verdict->observable)->name));
    json_object_set_new(item, "verdict",
                        v->has_verdict ? json_string(rein_verdict_word(verdict->verdict)) : json_null());
    json_object_set_new(item, "reason", json_string(verdict->reason));
    json_object_set_new(item, "counts", json_boolean(verdict->counts));
    json_array_append_new(list, item);
  }
  return list;
}

static json_t *make_split(const rein_validation *v) {
  json_t *object = json_object();
  json_object_set_new(object, "name", json_string(v->split->name));
  json_object_set_new(object, "by", json_string(rein_split_words()[v->split->by]));
  json_object_set_new(object, "hash", json_string(v->split->hash));
  json_object_set_new(object, "test_points", json_integer(v->n_test));
  json_object_set_new(object, "training_points", json_integer(v->n_train));
  return object;
}

static json_t *make_boundaries(const rein_scenario *s) {
  json_t *object = json_object();
  for (int a = 0; a < s->n_arm; a++)
    json_object_set_new(object, s->arm[a].name, json_string(s->arm[a].boundary));
  return object;
}

static json_t *make_report(const rein_validation *v) {
  const rein_scenario *s = v->scenario;
  json_t *report = json_object(), *rows = json_array(), *effects = json_array();
  json_object_set_new(report, "report", json_string("validation/1"));
  json_object_set_new(report, "rein", json_string(REIN_VERSION));
  json_object_set_new(report, "scenario", json_string(s->name));
  json_object_set_new(report, "title", json_string(s->title));
  json_object_set_new(report, "scenario_hash", json_string(s->hash));
  json_object_set_new(report, "seed", json_integer((json_int_t)s->seed));
  json_object_set_new(report, "model", json_string(s->model->name));
  json_object_set_new(report, "model_hash", json_string(v->model_hash));
  json_object_set_new(report, "rule", v->has_verdict ? json_string("verdict/1") : json_null());
  json_object_set_new(report, "expect_hash", v->has_verdict ? json_string(v->expect_hash) : json_null());
  json_object_set_new(report, "split", v->split ? make_split(v) : json_null());
  json_object_set_new(report, "predictions_hash",
                      v->outside_hash ? json_string(v->outside_hash) : json_null());
  json_object_set_new(report, "data", make_data(v));
  json_object_set_new(report, "simulated", make_simulated(v));
  json_object_set_new(report, "compared", make_compared(v));
  for (int i = 0; i < v->n_row; i++) json_array_append_new(rows, make_row(v, &v->row[i]));
  json_object_set_new(report, "scores", rows);
  json_object_set_new(report, "completers", make_completers(v));
  json_object_set_new(report, "people_who_left", make_lost(v));
  for (int i = 0; i < v->n_effect; i++) json_array_append_new(effects, make_effect(v, &v->effect[i]));
  json_object_set_new(report, "effects", effects);
  json_object_set_new(report, "residuals_by_covariate", rein_validate_make_trends(v));
  json_object_set_new(report, "why", rein_validate_make_why(v));
  json_object_set_new(report, "verdicts", make_verdicts(v));
  json_object_set_new(report, "verdict",
                      v->has_verdict ? json_string(rein_verdict_word(v->overall)) : json_null());
  json_object_set_new(report, "verdict_on",
                      v->has_verdict ? json_string(rein_validate_data_words(v)) : json_null());
  json_object_set_new(report, "boundary", json_string(s->model->boundary));
  json_object_set_new(report, "arm_boundaries", make_boundaries(s));
  json_object_set_new(report, "comment", json_string(REIN_FOR_RESEARCH));
  return report;
}

rein_status rein_validate_print_json(const rein_validation *v, rein_text *out) {
  return rein_json_print(make_report(v), out);
}
