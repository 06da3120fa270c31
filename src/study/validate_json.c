/* The comparison as JSON: everything the text says, every score with its interval or reason. */
#include <math.h>
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
  rein_json_set(&object, "value", rein_json_number(score->value));
  if (score->na) rein_json_set(&object, "n/a", rein_json_text(score->na));
  if (score->na) return object;
  rein_json_set(&object, "low", rein_json_number(score->low));
  rein_json_set(&object, "high", rein_json_number(score->high));
  if (score->no_interval) rein_json_set(&object, "no_interval", rein_json_text(score->no_interval));
  return object;
}

static json_t *make_row(const rein_validation *v, const rein_validation_row *row) {
  const rein_observable *o = observable_of(v, row->observable);
  json_t *object = json_object();
  rein_json_set(&object, "observable", rein_json_text(o->name));
  rein_json_set(&object, "unit", rein_json_text(o->unit_text));
  rein_json_set(&object, "arm", row->arm < 0 ? json_null() : rein_json_text(v->observed->arm[row->arm].name));
  rein_json_set(&object, "after", rein_json_number(row->time));
  if (row->suppressed) {
    rein_json_set(&object, "n/a", rein_json_text(rein_validate_held_back(row)));
    return object;
  }
  rein_json_set(&object, "n_point", json_integer(row->n_point));
  rein_json_set(&object, "n_unit", json_integer(row->n_unit));
  rein_json_set(&object, "n_missing", json_integer(row->n_missing));
  rein_json_set(&object, "n_censored", json_integer(row->n_censored));
  rein_json_set(&object, "n_before", rein_json_number(row->n_before));
  rein_json_set(&object, "n_after", rein_json_number(row->n_after));
  for (int id = 0; id < REIN_N_SCORE; id++)
    rein_json_set(&object, rein_validate_score((rein_score_id)id)->key, make_score(&row->score[id]));
  rein_json_set(&object, "coverage_90_exact_low", rein_json_number(row->coverage_low));
  rein_json_set(&object, "coverage_90_exact_high", rein_json_number(row->coverage_high));
  rein_json_set(&object, "coverage_90_effective_points", rein_json_number(row->n_effective));
  return object;
}

/* no_interval: why low and high are null, NULL where they are not. */
static void set_interval(json_t **object, const char *key, double value, double low, double high,
                         const char *no_interval) {
  json_t *item = json_object();
  rein_json_set(&item, "value", rein_json_number(value));
  rein_json_set(&item, "low", rein_json_number(low));
  rein_json_set(&item, "high", rein_json_number(high));
  if (no_interval) rein_json_set(&item, "no_interval", rein_json_text(no_interval));
  rein_json_set(object, key, item);
}

static json_t *make_effect(const rein_validation *v, const rein_validation_effect *e) {
  json_t *object = make_row(v, &e->row);
  rein_json_set(&object, "wording", json_string("effect"));
  if (e->comparator < 0) return object;
  rein_json_set(&object, "comparator", rein_json_text(v->observed->arm[e->comparator].name));
  rein_json_set(&object, "study", rein_json_text(v->observed->study[e->study]));
  if (e->row.suppressed) return object;
  rein_json_set(&object, "within_people", json_boolean(e->row.is_within));
  rein_json_set(&object, "n_arm", rein_json_number(e->n_arm));
  rein_json_set(&object, "n_comparator", rein_json_number(e->n_comparator));
  rein_json_set(&object, "people_without_prediction", json_integer(e->n_missing));
  set_interval(&object, "observed_95", e->observed, e->observed_low, e->observed_high, e->no_observed);
  set_interval(&object, "predicted_90", e->predicted, e->low, e->high,
               isnan(e->predicted) ? "no prediction" : NULL);
  return object;
}

static void set_left(json_t **object, const char *key, const rein_validation_left *l) {
  set_interval(object, key, l->middle, l->low, l->high, NULL);
}

/* Means behind which people became fewer, by who may have left. */
static json_t *make_lost(const rein_validation *v) {
  json_t *list = json_array();
  for (int i = 0; i < v->n_lost; i++) {
    const rein_validation_lost *l = &v->lost[i];
    json_t *item = json_object();
    rein_json_set(&item, "observable", rein_json_text(observable_of(v, l->observable)->name));
    rein_json_set(&item, "study", rein_json_text(v->observed->study[l->study]));
    rein_json_set(&item, "arm", rein_json_text(v->observed->arm[l->arm].name));
    rein_json_set(&item, "time", rein_json_number(l->time));
    rein_json_set(&item, "n_before", rein_json_number(l->n_before));
    rein_json_set(&item, "n_after", rein_json_number(l->n_after));
    if (!l->suppressed) {
      rein_json_set(&item, "observed_change", rein_json_number(l->observed));
      set_left(&item, "predicted_90_left_at_random", &l->at_random);
      set_left(&item, "predicted_90_highest_left", &l->highest_left);
      set_left(&item, "predicted_90_lowest_left", &l->lowest_left);
    }
    rein_json_add(&list, item);
  }
  return list;
}

/* Rows of completers, and of which arms people leave. */
static json_t *make_completers(const rein_validation *v) {
  json_t *object = json_object(), *rows = json_array(), *arms = json_array();
  for (int i = 0; i < v->n_completer; i++) rein_json_add(&rows, make_row(v, &v->completer[i]));
  for (int i = 0; i < v->n_leaving; i++) {
    const rein_validation_leaving *l = &v->leaving[i];
    json_t *item = json_object();
    rein_json_set(&item, "observable", rein_json_text(observable_of(v, l->observable)->name));
    rein_json_set(&item, "arm", rein_json_text(v->observed->arm[l->arm].name));
    if (l->completers_na) rein_json_set(&item, "completers n/a", rein_json_text(l->completers_na));
    if (l->all_na) rein_json_set(&item, "all n/a", rein_json_text(l->all_na));
    rein_json_add(&arms, item);
  }
  rein_json_set(&object, "arms_that_people_leave", arms);
  rein_json_set(&object, "scores", rows);
  return object;
}

static json_t *make_data(const rein_validation *v) {
  const rein_observed *o = v->observed;
  json_t *object = json_object(), *studies = json_array(), *arms = json_array();
  for (int i = 0; i < o->n_study; i++) rein_json_add(&studies, rein_json_text(o->study[i]));
  for (int a = 0; a < o->n_arm; a++) {
    const rein_observed_arm *arm = &o->arm[a];
    json_t *item = json_object();
    rein_json_set(&item, "name", rein_json_text(arm->name));
    rein_json_set(&item, "assignment", rein_json_text(rein_observed_assignment_word(arm->assignment)));
    rein_json_set(&item, "wording", json_string("change under"));
    rein_json_set(&item, "comparator",
                  arm->comparator < 0 ? json_null() : rein_json_text(o->arm[arm->comparator].name));
    rein_json_set(&item, "actions", rein_json_text(arm->actions));
    rein_json_set(&item, "concurrent", rein_json_text(arm->concurrent));
    rein_json_set(&item, "adherence", rein_json_text(arm->adherence));
    rein_json_add(&arms, item);
  }
  rein_json_set(&object, "title", rein_json_text(o->title));
  rein_json_set(&object, "hash", rein_json_text(o->hash));
  rein_json_set(&object, "licence", rein_json_text(o->licence));
  rein_json_set(&object, "relation", rein_json_text(v->relation));
  rein_json_set(&object, "fitted_to_these_people", json_boolean(o->is_fitted));
  rein_json_set(&object, "kind", rein_json_text(o->is_group ? "group means" : "people"));
  rein_json_set(&object, "n_people", o->is_group ? json_null() : json_integer(o->n_person));
  rein_json_set(&object, "studies", studies);
  rein_json_set(&object, "arms", arms);
  return object;
}

static json_t *make_simulated(const rein_validation *v) {
  const rein_scenario *s = v->scenario;
  json_t *object = json_object();
  rein_json_set(&object, "individuals", json_integer(s->n_individual));
  rein_json_set(&object, "replicates", json_integer(s->n_replicate));
  rein_json_set(&object, "parameter_uncertainty_in_view",
                json_boolean(v->has_uncertain && s->n_replicate > 1));
  rein_json_set(&object, "members", json_integer(v->n_member));
  rein_json_set(&object, "failed", json_integer(v->n_failed));
  return object;
}

static json_t *make_compared(const rein_validation *v) {
  json_t *object = json_object();
  rein_json_set(&object, "before", rein_json_number(v->t_before));
  rein_json_set(&object, "time_unit", rein_json_text(v->scenario->model->time_unit_text));
  rein_json_set(&object, "horizons", json_integer(v->n_times));
  rein_json_set(&object, "without_state_before", json_integer(v->n_without_before));
  rein_json_set(&object, "earlier", json_integer(v->n_earlier));
  rein_json_set(&object, "later", json_integer(v->n_later));
  rein_json_set(&object, "without_value", json_integer(v->observed->n_missing));
  rein_json_set(&object, "without_prediction", json_integer(v->n_missing));
  rein_json_set(&object, "mean_change_of_nearest_horizons", json_integer(v->n_carried));
  return object;
}

static json_t *make_verdicts(const rein_validation *v) {
  json_t *list = json_array();
  for (int i = 0; i < v->n_verdict; i++) {
    const rein_validation_verdict *verdict = &v->verdict[i];
    json_t *item = json_object();
    rein_json_set(&item, "observable", rein_json_text(observable_of(v, verdict->observable)->name));
    rein_json_set(&item, "verdict",
                  v->has_verdict ? rein_json_text(rein_verdict_word(verdict->verdict)) : json_null());
    rein_json_set(&item, "reason", rein_json_text(verdict->reason));
    rein_json_set(&item, "counts", json_boolean(verdict->counts));
    rein_json_add(&list, item);
  }
  return list;
}

static json_t *make_split(const rein_validation *v) {
  json_t *object = json_object();
  rein_json_set(&object, "name", rein_json_text(v->split->name));
  rein_json_set(&object, "by", rein_json_text(rein_split_words()[v->split->by]));
  rein_json_set(&object, "hash", rein_json_text(v->split->hash));
  rein_json_set(&object, "test_points", json_integer(v->n_test));
  rein_json_set(&object, "training_points", json_integer(v->n_train));
  return object;
}

static json_t *make_boundaries(const rein_scenario *s) {
  json_t *object = json_object();
  for (int a = 0; a < s->n_arm; a++)
    rein_json_set(&object, s->arm[a].name, rein_json_text(s->arm[a].boundary));
  return object;
}

static json_t *make_report(const rein_validation *v) {
  const rein_scenario *s = v->scenario;
  json_t *report = json_object(), *rows = json_array(), *effects = json_array();
  rein_json_set(&report, "report", json_string("validation/1"));
  rein_json_set(&report, "rein", rein_json_text(REIN_VERSION));
  rein_json_set(&report, "scenario", rein_json_text(s->name));
  rein_json_set(&report, "title", rein_json_text(s->title));
  rein_json_set(&report, "scenario_hash", rein_json_text(s->hash));
  rein_json_set(&report, "seed", json_integer((json_int_t)s->seed));
  rein_json_set(&report, "model", rein_json_text(s->model->name));
  rein_json_set(&report, "model_hash", rein_json_text(v->model_hash));
  rein_json_set(&report, "rule", v->has_verdict ? json_string("verdict/1") : json_null());
  rein_json_set(&report, "expect_hash", v->has_verdict ? rein_json_text(v->expect_hash) : json_null());
  rein_json_set(&report, "split", v->split ? make_split(v) : json_null());
  rein_json_set(&report, "predictions_hash", v->outside_hash ? rein_json_text(v->outside_hash) : json_null());
  rein_json_set(&report, "data", make_data(v));
  rein_json_set(&report, "simulated", make_simulated(v));
  rein_json_set(&report, "compared", make_compared(v));
  for (int i = 0; i < v->n_row; i++) rein_json_add(&rows, make_row(v, &v->row[i]));
  rein_json_set(&report, "scores", rows);
  rein_json_set(&report, "completers", make_completers(v));
  rein_json_set(&report, "people_who_left", make_lost(v));
  for (int i = 0; i < v->n_effect; i++) rein_json_add(&effects, make_effect(v, &v->effect[i]));
  rein_json_set(&report, "effects", effects);
  rein_json_set(&report, "residuals_by_covariate", rein_validate_make_trends(v));
  rein_json_set(&report, "why", rein_validate_make_why(v));
  rein_json_set(&report, "verdicts", make_verdicts(v));
  rein_json_set(&report, "verdict",
                v->has_verdict ? rein_json_text(rein_verdict_word(v->overall)) : json_null());
  rein_json_set(&report, "verdict_on",
                v->has_verdict ? rein_json_text(rein_validate_data_words(v)) : json_null());
  rein_json_set(&report, "boundary", rein_json_text(s->model->boundary));
  rein_json_set(&report, "arm_boundaries", make_boundaries(s));
  rein_json_set(&report, "comment", rein_json_text(REIN_FOR_RESEARCH));
  return report;
}

rein_status rein_validate_print_json(const rein_validation *v, rein_text *out) {
  return rein_json_print(make_report(v), out);
}
