/* An explanation as JSON: all that the text says, nothing summed up. */
#include <jansson.h>
#include <math.h>

#include "src/record/json_text.h"
#include "src/study/explain.h"

static json_t *maybe(const rein_explain_number *n) {
  json_t *object = json_object();
  rein_json_set(&object, "value", rein_json_number(n->na ? NAN : n->value));
  if (n->na) rein_json_set(&object, "n/a", rein_json_text(n->na));
  return object;
}

static json_t *make_fluxes(const rein_explanation *e) {
  json_t *list = json_array();
  for (int i = 0; i < e->n_order; i++) {
    const rein_explain_flux *f = &e->flux[e->order[i]];
    json_t *object = json_object();
    rein_json_set(&object, "process", rein_json_text(f->name));
    rein_json_set(&object, "title", rein_json_text(f->title));
    rein_json_set(&object, "evidence", rein_json_text(f->evidence));
    rein_json_set(&object, "share", maybe(&f->share));
    rein_json_add(&list, object);
  }
  return list;
}

static json_t *make_pairs(const rein_explanation *e) {
  json_t *list = json_array();
  for (int i = 0; i < e->n_pair; i++) {
    json_t *object = json_object(), *both = json_array();
    for (int k = 0; k < 2; k++) rein_json_add(&both, rein_json_text(e->flux[e->pair[i].flux[k]].name));
    rein_json_set(&object, "processes", both);
    rein_json_set(&object, "interaction", maybe(&e->pair[i].value));
    rein_json_add(&list, object);
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
      rein_json_set(&step, "process", rein_json_text(e->flux[p->flux[k]].name));
      rein_json_set(&step, "into", rein_json_text(p->into[k]));
      rein_json_set(&step, "evidence", rein_json_text(e->flux[p->flux[k]].evidence));
      rein_json_add(&steps, step);
    }
    rein_json_set(&object, "start", rein_json_text(p->start));
    rein_json_set(&object, "steps", steps);
    rein_json_add(&list, object);
  }
  return list;
}

static json_t *make_entry(const rein_explanation *e, const rein_explain_entry *entry) {
  static const char *const kind[] = {"process", "doses", "event"};
  json_t *object = json_object();
  rein_json_set(&object, "kind", rein_json_text(kind[entry->kind]));
  if (entry->kind == REIN_ACCOUNT_FLUX)
    rein_json_set(&object, "name", rein_json_text(e->flux[entry->i].name));
  if (entry->kind == REIN_ACCOUNT_JUMP)
    rein_json_set(&object, "name", rein_json_text(e->twin->of->event[e->twin->jump[entry->i].event].name));
  rein_json_set(&object, "change", rein_json_number(entry->change));
  rein_json_set(&object, "effect", rein_json_number(entry->effect));
  return object;
}

static json_t *make_accounts(const rein_explanation *e) {
  json_t *list = json_array();
  for (size_t i = 0; i < e->twin->of->n_state; i++) {
    const rein_explain_account *a = &e->account[i];
    json_t *object = json_object(), *entries = json_array();
    rein_json_set(&object, "state", rein_json_text(e->twin->of->state[i].name));
    rein_json_set(&object, "unit", rein_json_text(e->twin->of->state[i].unit_text));
    rein_json_set(&object, "change", rein_json_number(a->after - a->before));
    rein_json_set(&object, "effect", rein_json_number(a->after - a->after_without));
    if (a->na) rein_json_set(&object, "n/a", rein_json_text(a->na));
    for (int k = 0; k < a->n_entry && !a->na; k++) rein_json_add(&entries, make_entry(e, &a->entry[k]));
    rein_json_set(&object, "entries", entries);
    rein_json_set(&object, "different_at_start", rein_json_number(a->at_start));
    rein_json_set(&object, "remainder_change", rein_json_number(a->na ? NAN : a->remainder_change));
    rein_json_set(&object, "remainder_effect", rein_json_number(a->na ? NAN : a->remainder_effect));
    rein_json_set(&object, "whole", json_boolean(a->whole && !a->na));
    rein_json_add(&list, object);
  }
  return list;
}

rein_status rein_explain_print_json(const rein_explanation *e, rein_text *out) {
  const rein_scenario *s = e->scenario;
  char hash[65];
  rein_model_hash(s->model, out->arena, hash);
  json_t *root = json_object();
  rein_json_set(&root, "rein", json_string("explanation/1"));
  rein_json_set(&root, "comment",
                json_string("For research only: what a model attributes, no recommendation."));
  rein_json_set(&root, "boundary", rein_json_text(s->arm[e->arm].boundary));
  rein_json_set(&root, "scenario", rein_json_text(s->name));
  rein_json_set(&root, "scenario_hash", rein_json_text(s->hash));
  rein_json_set(&root, "model", rein_json_text(s->model->name));
  rein_json_set(&root, "model_hash", rein_json_text(hash));
  rein_json_set(&root, "who", rein_json_text(e->who));
  rein_json_set(&root, "arm", rein_json_text(s->arm[e->arm].name));
  rein_json_set(&root, "reference", rein_json_text(s->arm[e->reference].name));
  rein_json_set(&root, "explained", rein_json_text(e->what));
  rein_json_set(&root, "unit", rein_json_text(e->unit));
  rein_json_set(&root, "time_unit", rein_json_text(s->model->time_unit_text));
  rein_json_set(&root, "from", rein_json_number(e->t_before));
  rein_json_set(&root, "to", rein_json_number(e->t_after));
  rein_json_set(&root, "before", rein_json_number(e->before));
  rein_json_set(&root, "with", rein_json_number(e->with));
  rein_json_set(&root, "without", rein_json_number(e->without));
  rein_json_set(&root, "effect", rein_json_number(e->effect));
  rein_json_set(&root, "effect_error", rein_json_number(e->error));
  rein_json_set(&root, "no_effect", json_boolean(e->none));
  rein_json_set(&root, "shares_add_up", e->higher.na ? json_null() : json_boolean(e->adds_up));
  rein_json_set(&root, "processes", make_fluxes(e));
  rein_json_set(&root, "interactions", make_pairs(e));
  rein_json_set(&root, "three_and_more", maybe(&e->higher));
  rein_json_set(&root, "direct", maybe(&e->direct));
  rein_json_set(&root, "ways", make_paths(e));
  rein_json_set(&root, "states", make_accounts(e));
  return rein_json_print(root, out);
}
