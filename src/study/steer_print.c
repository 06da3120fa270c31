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
    rein_json_set(&item, "mean", rein_json_number(o->objective[k].mean));
    rein_json_set(&item, "standard_error", rein_json_number(o->objective[k].error));
    rein_json_set(&item, "p5", rein_json_number(o->objective[k].p5));
    rein_json_set(&item, "p95", rein_json_number(o->objective[k].p95));
    rein_json_set(&item, "cost", rein_json_number(o->cost[k]));
    rein_json_set(&objectives, s->objective[k].name, item);
  }
  for (int k = 0; k < s->n_limit; k++) rein_json_set(&limits, s->limit[k].name, json_integer(o->beyond[k]));
  rein_json_set(&object, "people", json_integer(o->n_person));
  rein_json_set(&object, "failed", json_integer(o->n_failed));
  rein_json_set(&object, "people_outside_valid", json_integer(o->n_outside));
  rein_json_set(&object, "first_outside_valid", rein_json_text(o->outside));
  rein_json_set(&object, "within_limits", json_boolean(o->within));
  rein_json_set(&object, "objectives", objectives);
  rein_json_set(&object, "people_beyond", limits);
  return object;
}

static json_t *make_choice(const rein_steering *s, const rein_steer_choice *c) {
  json_t *object = json_object(), *actions = json_object();
  for (int i = 0; i < s->n_action; i++) {
    json_t *item = json_object();
    rein_json_set(&item, "value", rein_json_number(c->value[i]));
    rein_json_set(&item, "unit", rein_json_text(s->action[i].unit));
    rein_json_set(&actions, s->action[i].name, item);
  }
  rein_json_set(&object, "rank", c->rank > 0 && !s->alone ? json_integer(c->rank) : json_null());
  rein_json_set(&object, "exploratory", json_boolean(s->exploratory));
  rein_json_set(&object, "layer", json_integer(c->layer));
  rein_json_set(&object, "actions", actions);
  rein_json_set(&object, "search", make_outcome(s, &c->search));
  rein_json_set(&object, "check", make_outcome(s, &c->check));
  rein_json_set(&object, "weighted_cost", rein_json_number(c->rank > 0 ? c->score : NAN));
  rein_json_set(&object, "why_here", rein_json_text(c->reason));
  rein_json_set(&object, "mechanism", rein_json_text(c->mechanism));
  rein_json_set(&object, "binding_limit", rein_json_text(c->binding));
  rein_json_set(&object, "measure_next", rein_json_text(c->measure));
  return object;
}

static json_t *make_goals(const rein_steering *s) {
  json_t *object = json_object(), *objectives = json_array(), *limits = json_array(), *edits = json_array();
  for (int k = 0; k < s->n_objective; k++) {
    json_t *item = json_object();
    rein_json_set(&item, "name", rein_json_text(s->objective[k].name));
    rein_json_set(&item, "observable", rein_json_text(observable_of(s, k)->name));
    rein_json_set(&item, "unit", rein_json_text(observable_of(s, k)->unit_text));
    rein_json_set(&item, "want", rein_json_text(want_word[s->objective[k].want]));
    rein_json_set(&item, "weight", rein_json_number(s->objective[k].weight));
    rein_json_add(&objectives, item);
  }
  for (int k = 0; k < s->n_limit; k++) {
    json_t *item = json_object();
    rein_json_set(&item, "name", rein_json_text(s->limit[k].name));
    rein_json_set(&item, "probability", rein_json_number(s->limit[k].probability));
    rein_json_add(&limits, item);
  }
  for (int i = 0; i < s->n_edit; i++) {
    json_t *item = json_object();
    rein_json_set(&item, "edit", rein_json_text(edit_word[s->edit[i].kind]));
    rein_json_set(&item, "what", rein_json_text(s->edit[i].what));
    rein_json_set(&item, "by", rein_json_text(s->edit[i].by));
    rein_json_set(&item, "why", rein_json_text(s->edit[i].why));
    rein_json_add(&edits, item);
  }
  rein_json_set(&object, "objectives", objectives);
  rein_json_set(&object, "limits", limits);
  rein_json_set(&object, "edits", edits);
  return object;
}

rein_status rein_steer_print_json(const rein_steering *s, rein_text *out) {
  json_t *root = json_object(), *choices = json_array();
  rein_json_set(&root, "rein", json_string("steering/1"));
  rein_json_set(&root, "comment",
                json_string("For research only: what a model's cohorts do under actions. Nothing here "
                            "chooses a treatment."));
  rein_json_set(&root, "name", rein_json_text(s->name));
  rein_json_set(&root, "goals_hash", rein_json_text(s->goals_hash));
  rein_json_set(&root, "scenario", rein_json_text(s->scenario->name));
  rein_json_set(&root, "scenario_hash", rein_json_text(s->scenario->hash));
  rein_json_set(&root, "model", rein_json_text(s->scenario->model->name));
  rein_json_set(&root, "model_hash", rein_json_text(s->model_hash));
  rein_json_set(&root, "boundary", rein_json_text(s->scenario->model->boundary));
  rein_json_set(&root, "evidence", rein_json_text(s->evidence));
  rein_json_set(&root, "exploratory", json_boolean(s->exploratory));
  rein_json_set(&root, "search_seed", json_integer((json_int_t)s->search_seed));
  rein_json_set(&root, "check_seed", json_integer((json_int_t)s->check_seed));
  rein_json_set(&root, "n_evaluated", json_integer(s->n_evaluated));
  rein_json_set(&root, "n_within", json_integer(s->n_within));
  rein_json_set(&root, "n_outside_valid", json_integer(s->n_invalid));
  rein_json_set(&root, "first_outside_valid", rein_json_text(s->invalid));
  rein_json_set(&root, "goals", make_goals(s));
  for (int i = 0; i < s->n_choice; i++) rein_json_add(&choices, make_choice(s, &s->choice[i]));
  rein_json_set(&root, "choices", choices);
  return rein_json_print(root, out);
}
