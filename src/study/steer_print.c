/* Choices as text and as JSON. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "src/record/json_text.h"
#include "src/stats/binomial.h"
#include "src/study/steer.h"

static const rein_observable *observable_of(const rein_steering *s, int objective) {
  return &s->scenario->model->observable[s->objective[objective].observable];
}

static const char *const want_word[] = {"low", "high", "in range"};
static const char *const edit_word[] = {"pin", "block", "override", "hypothesis"};

/* ---- text ---- */

static void print_head(const rein_steering *s, rein_text *out) {
  const rein_scenario *scenario = s->scenario;
  rein_text_add(
      out, "For research only: what a model's cohorts do under actions. Nothing here chooses a treatment.\n");
  rein_text_printf(out, "%s: arm %s of %s, up to %.6g %s (horizon %s)\n", s->title, s->arm, scenario->name,
                   scenario->time[scenario->horizon[s->i_horizon].i_after], scenario->model->time_unit_text,
                   s->horizon);
  rein_text_printf(out, "evidence: %s\n", s->evidence);
  if (s->exploratory)
    rein_text_add(out, "EXPLORATORY: the model is not supported on every objective; every row is marked\n");
  rein_text_printf(
      out, "%lld points searched on %lld people, %lld within all limits; check on %lld other people\n",
      (long long)s->n_evaluated, (long long)s->n_search, (long long)s->n_within, (long long)s->n_check);
  if (s->n_invalid > 0)
    rein_text_printf(
        out, "%lld points refused, since somebody is given what the model is not valid for; first: %s\n",
        (long long)s->n_invalid, s->invalid);
  for (int i = 0; i < s->n_edit; i++) {
    const rein_steer_edit *e = &s->edit[i];
    rein_text_printf(out, "edit: %s %s", edit_word[e->kind], e->what);
    if (e->kind == REIN_EDIT_PIN) rein_text_printf(out, " at %g", e->low);
    if (e->kind == REIN_EDIT_BLOCK) rein_text_printf(out, " from %g to %g", e->low, e->high);
    if (e->kind == REIN_EDIT_OVERRIDE) rein_text_printf(out, ", weight %g", e->low);
    rein_text_printf(out, ", by %s: %s\n", e->by, e->why);
  }
}

static void print_choice(const rein_steering *s, const rein_steer_choice *c, rein_text *out) {
  rein_text_add(out, "\n");
  if (c->rank > 0 && s->alone) {
    rein_text_add(out, "no rank: the only choice left within all limits, with nothing to compare it with");
  } else if (c->rank > 0) {
    rein_text_printf(out, "rank %d", c->rank);
  } else {
    rein_text_printf(out, "dropped: beyond %s on the people of the check",
                     c->check.n_outside > 0 ? "what the model is valid for" : "a limit");
  }
  if (s->exploratory) rein_text_add(out, ", exploratory");
  if (c->layer > 1) rein_text_printf(out, ", layer %d", c->layer);
  for (int i = 0; i < s->n_action; i++)
    rein_text_printf(out, "%s %s = %g%s%s", i == 0 ? ":" : ",", s->action[i].name, c->value[i],
                     *s->action[i].unit ? " " : "", s->action[i].unit);
  rein_text_add(out, "\n");
  for (int k = 0; k < s->n_objective; k++) {
    const rein_steer_number *a = &c->search.objective[k], *b = &c->check.objective[k];
    rein_text_printf(out, "  %-22s search %.5g, check %.5g +- %.2g %s; 5 to 95 %% of people %.4g to %.4g\n",
                     s->objective[k].name, a->mean, b->mean, b->error, observable_of(s, k)->unit_text, b->p5,
                     b->p95);
  }
  for (int k = 0; k < s->n_limit; k++) {
    double low = NAN, high = NAN;
    rein_binomial_interval((double)c->check.beyond[k], (double)c->check.n_person, 0.95, &low, &high);
    rein_text_printf(out, "  %-22s beyond: search %.3g %%, check %.3g %% [%.2g, %.2g], allowed %.3g %%\n",
                     s->limit[k].name, 100.0 * (double)c->search.beyond[k] / (double)c->search.n_person,
                     100.0 * (double)c->check.beyond[k] / (double)c->check.n_person, 100 * low, 100 * high,
                     100 * s->limit[k].probability);
  }
  if (c->check.n_failed > 0)
    rein_text_printf(out, "  %lld people could not be simulated\n", (long long)c->check.n_failed);
  if (c->check.n_outside > 0)
    rein_text_printf(out, "  %lld people are given what the model is not valid for; first: %s\n",
                     (long long)c->check.n_outside, c->check.outside);
  if (c->rank == 0) return;
  rein_text_printf(out, "  why here   %s\n  mechanism  %s\n  binds      %s\n  measure    %s\n", c->reason,
                   c->mechanism, c->binding, c->measure);
}

void rein_steer_print(const rein_steering *s, rein_text *out) {
  print_head(s, out);
  if (s->n_choice == 0) rein_text_add(out, "\nNo point is within all limits.\n");
  for (int i = 0; i < s->n_choice; i++) print_choice(s, &s->choice[i], out);
}

/* ---- JSON ---- */

static json_t *make_outcome(const rein_steering *s, const rein_steer_outcome *o) {
  json_t *object = json_object(), *objectives = json_object(), *limits = json_object();
  for (int k = 0; k < s->n_objective; k++) {
    json_t *item = json_object();
    json_object_set_new(item, "mean", rein_json_number(o->objective[k].mean));
    json_object_set_new(item, "standard_error", rein_json_number(o->objective[k].error));
    json_object_set_new(item, "p5", rein_json_number(o->objective[k].p5));
    json_object_set_new(item, "p95", rein_json_number(o->objective[k].p95));
    json_object_set_new(item, "cost", rein_json_number(o->cost[k]));
    json_object_set_new(objectives, s->objective[k].name, item);
  }
  for (int k = 0; k < s->n_limit; k++)
    json_object_set_new(limits, s->limit[k].name, json_integer(o->beyond[k]));
  json_object_set_new(object, "people", json_integer(o->n_person));
  json_object_set_new(object, "failed", json_integer(o->n_failed));
  json_object_set_new(object, "people_outside_valid", json_integer(o->n_outside));
  json_object_set_new(object, "first_outside_valid", rein_json_text(o->outside));
  json_object_set_new(object, "within_limits", json_boolean(o->within));
  json_object_set_new(object, "objectives", objectives);
  json_object_set_new(object, "people_beyond", limits);
  return object;
}

static json_t *make_choice(const rein_steering *s, const rein_steer_choice *c) {
  json_t *object = json_object(), *actions = json_object();
  for (int i = 0; i < s->n_action; i++) {
    json_t *item = json_object();
    json_object_set_new(item, "value", rein_json_number(c->value[i]));
    json_object_set_new(item, "unit", json_string(s->action[i].unit));
    json_object_set_new(actions, s->action[i].name, item);
  }
  json_object_set_new(object, "rank", c->rank > 0 && !s->alone ? json_integer(c->rank) : json_null());
  json_object_set_new(object, "exploratory", json_boolean(s->exploratory));
  json_object_set_new(object, "layer", json_integer(c->layer));
  json_object_set_new(object, "actions", actions);
  json_object_set_new(object, "search", make_outcome(s, &c->search));
  json_object_set_new(object, "check", make_outcome(s, &c->check));
  json_object_set_new(object, "weighted_cost", rein_json_number(c->rank > 0 ? c->score : NAN));
  json_object_set_new(object, "why_here", rein_json_text(c->reason));
  json_object_set_new(object, "mechanism", rein_json_text(c->mechanism));
  json_object_set_new(object, "binding_limit", rein_json_text(c->binding));
  json_object_set_new(object, "measure_next", rein_json_text(c->measure));
  return object;
}

static json_t *make_goals(const rein_steering *s) {
  json_t *object = json_object(), *objectives = json_array(), *limits = json_array(), *edits = json_array();
  for (int k = 0; k < s->n_objective; k++) {
    json_t *item = json_object();
    json_object_set_new(item, "name", json_string(s->objective[k].name));
    json_object_set_new(item, "observable", json_string(observable_of(s, k)->name));
    json_object_set_new(item, "unit", rein_json_text(observable_of(s, k)->unit_text));
    json_object_set_new(item, "want", json_string(want_word[s->objective[k].want]));
    json_object_set_new(item, "weight", rein_json_number(s->objective[k].weight));
    json_array_append_new(objectives, item);
  }
  for (int k = 0; k < s->n_limit; k++) {
    json_t *item = json_object();
    json_object_set_new(item, "name", json_string(s->limit[k].name));
    json_object_set_new(item, "probability", rein_json_number(s->limit[k].probability));
    json_array_append_new(limits, item);
  }
  for (int i = 0; i < s->n_edit; i++) {
    json_t *item = json_object();
    json_object_set_new(item, "edit", json_string(edit_word[s->edit[i].kind]));
    json_object_set_new(item, "what", json_string(s->edit[i].what));
    json_object_set_new(item, "by", json_string(s->edit[i].by));
    json_object_set_new(item, "why", json_string(s->edit[i].why));
    json_array_append_new(edits, item);
  }
  json_object_set_new(object, "objectives", objectives);
  json_object_set_new(object, "limits", limits);
  json_object_set_new(object, "edits", edits);
  return object;
}

rein_status rein_steer_print_json(const rein_steering *s, rein_text *out) {
  json_t *root = json_object(), *choices = json_array();
  json_object_set_new(root, "rein", json_string("steering/1"));
  json_object_set_new(root, "comment",
                      json_string("For research only: what a model's cohorts do under actions. Nothing here "
                                  "chooses a treatment."));
  json_object_set_new(root, "name", json_string(s->name));
  json_object_set_new(root, "goals_hash", json_string(s->goals_hash));
  json_object_set_new(root, "scenario", json_string(s->scenario->name));
  json_object_set_new(root, "scenario_hash", json_string(s->scenario->hash));
  json_object_set_new(root, "model", json_string(s->scenario->model->name));
  json_object_set_new(root, "model_hash", json_string(s->model_hash));
  json_object_set_new(root, "boundary", rein_json_text(s->scenario->model->boundary));
  json_object_set_new(root, "evidence", json_string(s->evidence));
  json_object_set_new(root, "exploratory", json_boolean(s->exploratory));
  json_object_set_new(root, "search_seed", json_integer((json_int_t)s->search_seed));
  json_object_set_new(root, "check_seed", json_integer((json_int_t)s->check_seed));
  json_object_set_new(root, "n_evaluated", json_integer(s->n_evaluated));
  json_object_set_new(root, "n_within", json_integer(s->n_within));
  json_object_set_new(root, "n_outside_valid", json_integer(s->n_invalid));
  json_object_set_new(root, "first_outside_valid", rein_json_text(s->invalid));
  json_object_set_new(root, "goals", make_goals(s));
  for (int i = 0; i < s->n_choice; i++) json_array_append_new(choices, make_choice(s, &s->choice[i]));
  json_object_set_new(root, "choices", choices);
  return rein_json_print(root, out);
}
