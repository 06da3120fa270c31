/* An explanation as JSON: all that the text says, nothing summed up. */
#include <jansson.h>
#include <math.h>

#include "src/record/json_text.h"
#include "src/study/explain.h"

static json_t *maybe(const rein_explain_number *n) {
  json_t *object = json_object();
  json_object_set_new(object, "value", rein_json_number(n->na ? NAN : n->value));
  if (n->na) json_object_set_new(object, "n/a", json_string(n->na));
  return object;
}

static json_t *make_fluxes(const rein_explanation *e) {
  json_t *list = json_array();
  for (int i = 0; i < e->n_order; i++) {
    const rein_explain_flux *f = &e->flux[e->order[i]];
    json_t *object = json_object();
    json_object_set_new(object, "process", json_string(f->name));
    json_object_set_new(object, "title", rein_json_text(f->title));
    json_object_set_new(object, "evidence", rein_json_text(f->evidence));
    json_object_set_new(object, "share", maybe(&f->share));
    json_array_append_new(list, object);
  }
  return list;
}

static json_t *make_pairs(const rein_explanation *e) {
  json_t *list = json_array();
  for (int i = 0; i < e->n_pair; i++) {
    json_t *object = json_object(), *both = json_array();
    for (int k = 0; k < 2; k++) json_array_append_new(both, json_string(e->flux[e->pair[i].flux[k]].name));
    json_object_set_new(object, "processes", both);
    json_object_set_new(object, "interaction", maybe(&e->pair[i].value));
    json_array_append_new(list, object);
  }
  return list;
}

static json_t *make_paths(const rein_explanation *e) {
  json_t *list = json_array();
  for (int i = 0; i < e->n_path; i++) {
    const rein_explain_path *p = &e->path[i];
    json_t *object = json_object(), *steps = json_array();
    for (int k = 0; k < p->n_step; k++) {
      json_t *step = json_object();
      json_object_set_new(step, "process", json_string(e->flux[p->flux[k]].name));
      json_object_set_new(step, "into", json_string(p->into[k]));
      json_object_set_new(step, "evidence", rein_json_text(e->flux[p->flux[k]].evidence));
      json_array_append_new(steps, step);
    }
    json_object_set_new(object, "start", json_string(p->start));
    json_object_set_new(object, "steps", steps);
    json_array_append_new(list, object);
  }
  return list;
}

static json_t *make_entry(const rein_explanation *e, const rein_explain_entry *entry) {
  static const char *const kind[] = {"process", "doses", "event"};
  json_t *object = json_object();
  json_object_set_new(object, "kind", json_string(kind[entry->kind]));
  if (entry->kind == REIN_ACCOUNT_FLUX)
    json_object_set_new(object, "name", json_string(e->flux[entry->i].name));
  if (entry->kind == REIN_ACCOUNT_JUMP)
    json_object_set_new(object, "name", json_string(e->twin->of->event[e->twin->jump[entry->i].event].name));
  json_object_set_new(object, "change", rein_json_number(entry->change));
  json_object_set_new(object, "effect", rein_json_number(entry->effect));
  return object;
}

static json_t *make_accounts(const rein_explanation *e) {
  json_t *list = json_array();
  for (size_t i = 0; i < e->twin->of->n_state; i++) {
    const rein_explain_account *a = &e->account[i];
    json_t *object = json_object(), *entries = json_array();
    json_object_set_new(object, "state", json_string(e->twin->of->state[i].name));
    json_object_set_new(object, "unit", rein_json_text(e->twin->of->state[i].unit_text));
    json_object_set_new(object, "change", rein_json_number(a->after - a->before));
    json_object_set_new(object, "effect", rein_json_number(a->after - a->after_without));
    if (a->na) json_object_set_new(object, "n/a", json_string(a->na));
    for (int k = 0; k < a->n_entry && !a->na; k++)
      json_array_append_new(entries, make_entry(e, &a->entry[k]));
    json_object_set_new(object, "entries", entries);
    json_object_set_new(object, "different_at_start", rein_json_number(a->at_start));
    json_object_set_new(object, "remainder_change", rein_json_number(a->na ? NAN : a->remainder_change));
    json_object_set_new(object, "remainder_effect", rein_json_number(a->na ? NAN : a->remainder_effect));
    json_object_set_new(object, "whole", json_boolean(a->whole && !a->na));
    json_array_append_new(list, object);
  }
  return list;
}

rein_status rein_explain_print_json(const rein_explanation *e, rein_text *out) {
  const rein_scenario *s = e->scenario;
  char hash[65];
  rein_model_hash(s->model, out->arena, hash);
  json_t *root = json_object();
  json_object_set_new(root, "rein", json_string("explanation/1"));
  json_object_set_new(root, "comment",
                      json_string("For research only: what a model attributes, no recommendation."));
  json_object_set_new(root, "boundary", rein_json_text(s->arm[e->arm].boundary));
  json_object_set_new(root, "scenario", json_string(s->name));
  json_object_set_new(root, "scenario_hash", json_string(s->hash));
  json_object_set_new(root, "model", json_string(s->model->name));
  json_object_set_new(root, "model_hash", json_string(hash));
  json_object_set_new(root, "who", json_string(e->who));
  json_object_set_new(root, "arm", json_string(s->arm[e->arm].name));
  json_object_set_new(root, "reference", json_string(s->arm[e->reference].name));
  json_object_set_new(root, "explained", json_string(e->what));
  json_object_set_new(root, "unit", rein_json_text(e->unit));
  json_object_set_new(root, "time_unit", rein_json_text(s->model->time_unit_text));
  json_object_set_new(root, "from", rein_json_number(e->t_before));
  json_object_set_new(root, "to", rein_json_number(e->t_after));
  json_object_set_new(root, "before", rein_json_number(e->before));
  json_object_set_new(root, "with", rein_json_number(e->with));
  json_object_set_new(root, "without", rein_json_number(e->without));
  json_object_set_new(root, "effect", rein_json_number(e->effect));
  json_object_set_new(root, "effect_error", rein_json_number(e->error));
  json_object_set_new(root, "no_effect", json_boolean(e->none));
  json_object_set_new(root, "shares_add_up", e->higher.na ? json_null() : json_boolean(e->adds_up));
  json_object_set_new(root, "processes", make_fluxes(e));
  json_object_set_new(root, "interactions", make_pairs(e));
  json_object_set_new(root, "three_and_more", maybe(&e->higher));
  json_object_set_new(root, "direct", maybe(&e->direct));
  json_object_set_new(root, "ways", make_paths(e));
  json_object_set_new(root, "states", make_accounts(e));
  return rein_json_print(root, out);
}
