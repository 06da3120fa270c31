/* Sections actions, observables, safety, events, valid. */
#include <math.h>
#include <string.h>

#include "src/lang/model_read.h"
#include "src/lang/resolve.h"

/* ---- actions ---- */

static void read_action(rein_reader *r, const char *name, rein_pos pos, const rein_yaml *map) {
  rein_action *a = REIN_ADD(r, rein_action, action);
  *a = (rein_action){.name = name,
                     .pos = pos,
                     .title = rein_read_text(map, "title"),
                     .kind = rein_read_text(map, "kind"),
                     .boundary = rein_read_text(map, "boundary"),
                     .state = -1,
                     .param = -1,
                     .factor = 1,
                     .valid_low = -INFINITY,
                     .valid_high = INFINITY};
  if (!a->boundary) a->boundary = r->model->boundary;
  a->unit = rein_read_unit(r, map, "unit", &a->unit_text);
  if (rein_yaml_get(map, "unit")) a->unit_pos = rein_yaml_get(map, "unit")->pos;
  rein_read_kind(r, map, &a->unit);
  a->lag = rein_read_expression(r, map, "lag");
  a->bioavailability = rein_read_expression(r, map, "bioavailability");
  a->rate = rein_read_expression(r, map, "rate");
  a->duration = rein_read_expression(r, map, "duration");
  a->codes = rein_read_codes(r, map);
  rein_read_source_key(r, map);
  if (a->rate && a->duration)
    rein_error(r->diag, pos, "action '%s' has a rate and a duration; the amount leaves room for one of them",
               name);
  rein_read_acting(r, &r->model->action[r->model->n_action - 1], map);
}

void rein_read_actions(rein_reader *r) {
  const rein_yaml *section = rein_yaml_get(r->root, "actions");
  for (int i = 0; section && i < section->n; i++)
    read_action(r, section->key[i], section->key_pos[i], section->item[i]);
}

/* A parameter that something sets must be a plain number: a formula would overwrite it. */
static int settable_param(rein_reader *r, int symbol, const char *what, rein_pos pos) {
  const rein_param *p = &r->model->param[r->model->symbol[symbol].index];
  if (!p->value_expr) return r->model->symbol[symbol].index;
  rein_error(r->diag, pos, "%s '%s', which has a formula and cannot be set", what, p->name);
  rein_note(r->diag, p->pos, "'%s' is declared here", p->name);
  return -1;
}

static void read_action_target(rein_reader *r, rein_action *a, const rein_yaml *map) {
  const rein_yaml *into = rein_yaml_get(map, "into"), *sets = rein_yaml_get(map, "sets");
  if (rein_yaml_get(map, "acts")) {
    if (into || sets)
      rein_error(r->diag, a->pos,
                 "action '%s' has 'acts', which gives it a state of its own, so it has no '%s'", a->name,
                 into ? "into" : "sets");
    return;
  }
  if (!into && !sets && rein_kind_is_idle(a->kind)) return; /* a placebo is given, and does nothing */
  if (!into == !sets) {
    rein_error(
        r->diag, a->pos,
        "action '%s' needs either 'into:' (a state), 'sets:' (a parameter) or 'acts:' (on a parameter)",
        a->name);
    return;
  }
  const char *what = rein_arena_printf(r->arena, "action '%s' %s", a->name, into ? "goes into" : "sets");
  const rein_yaml *target = into ? into : sets;
  rein_symbol_kind kind = into ? REIN_SYMBOL_STATE : REIN_SYMBOL_PARAM;
  int s = rein_resolve_symbol(r->model, target->text, 1u << kind, what, target->pos, r->diag);
  if (s < 0) return;
  if (into)
    a->state = r->model->symbol[s].index;
  else
    a->param = settable_param(r, s, what, target->pos);
  if (sets && (a->bioavailability || a->rate || a->duration))
    rein_error(r->diag, a->pos,
               "action '%s' sets a parameter, so it has no bioavailability, rate or duration", a->name);
}

/* ---- observables ---- */

static bool is_bare_percent(const char *text) {
  size_t n = strlen(text);
  if (n == 0 || text[n - 1] != '%') return false;
  return strspn(text, "0123456789.eE+- \t") == n - 1;
}

static const char *const noise_words[] = {"none", "additive", "proportional", "combined", "lognormal", NULL};
static const rein_noise_kind noise_kinds[] = {REIN_NOISE_NONE, REIN_NOISE_ADDITIVE, REIN_NOISE_PROPORTIONAL,
                                              REIN_NOISE_COMBINED, REIN_NOISE_LOGNORMAL};

/* The kind of a noise word; false with an error. */
static bool noise_kind(rein_reader *r, const char *word, rein_pos pos, rein_noise_kind *kind) {
  for (int i = 0; noise_words[i]; i++)
    if (strcmp(noise_words[i], word) == 0) {
      *kind = noise_kinds[i];
      return true;
    }
  rein_error(r->diag, pos, "unknown noise '%s'; known are additive, proportional, combined, lognormal, none",
             word);
  return false;
}

static void read_noise_settings(rein_reader *r, const rein_form *form, rein_observable *o) {
  bool sd = o->noise == REIN_NOISE_ADDITIVE || o->noise == REIN_NOISE_COMBINED;
  bool cv = o->noise != REIN_NOISE_ADDITIVE;
  for (int i = 0; i < form->n; i++) {
    rein_piece piece = {form->value[i], form->value_pos[i], true};
    bool is_sd = strcmp(form->key[i], "sd") == 0;
    if (!(is_sd && sd) && !(strcmp(form->key[i], "cv") == 0 && cv)) {
      rein_error(r->diag, piece.pos, "%s noise has no '%s'; it is written %s", form->name, form->key[i],
                 sd && cv ? "combined(sd: ..., cv: ...)"
                 : sd     ? "additive(sd: ...)"
                          : rein_arena_printf(r->arena, "%s(cv: ...)", form->name));
      return;
    }
    if (is_sd && is_bare_percent(piece.text)) {
      rein_error(r->diag, piece.pos,
                 "is the sd of '%s' meant in its unit %s, or relative? write it with its unit, as in 4 '%%', "
                 "or use proportional(cv: %s)",
                 o->name, o->unit_text, piece.text);
      return;
    }
    if (is_sd)
      o->noise_sd = rein_read_size(r, piece);
    else
      o->noise_cv = rein_read_size(r, piece);
    if (!(is_sd ? o->noise_sd : o->noise_cv)) return;
  }
  if ((sd && !o->noise_sd) || (cv && !o->noise_cv))
    rein_error(r->diag, form->pos, "%s noise needs %s", form->name,
               sd && cv ? "sd and cv"
               : sd     ? "sd"
                        : "cv");
}

static void read_noise(rein_reader *r, const rein_yaml *item, rein_observable *o) {
  rein_form form;
  if (!strchr(item->text, '(')) {
    if (!noise_kind(r, item->text, item->pos, &o->noise)) return;
    if (o->noise != REIN_NOISE_NONE)
      rein_error(r->diag, item->pos, "how large is the noise of '%s'? as in %s(%s: ...)", o->name, item->text,
                 o->noise == REIN_NOISE_ADDITIVE ? "sd" : "cv");
    return;
  }
  if (!rein_parse_form(r->arena, item, r->diag, &form) || !noise_kind(r, form.name, form.pos, &o->noise))
    return;
  if (o->noise == REIN_NOISE_NONE)
    rein_error(r->diag, item->pos, "'none' stands alone");
  else
    read_noise_settings(r, &form, o);
}

/* "5 mg" or "relative(5 %)". */
static void read_smallest_change(rein_reader *r, const rein_yaml *item, rein_observable *o) {
  const char *what = rein_arena_printf(r->arena, "'smallest_change' of '%s'", o->name);
  rein_piece piece = rein_piece_of(item);
  rein_unit unit = o->unit, one = rein_unit_one();
  const char *unit_text = o->unit_text;
  size_t n = strlen(item->text), n_word = strlen("relative(");
  double value;
  if (n > n_word && strncmp(item->text, "relative(", n_word) == 0 && item->text[n - 1] == ')') {
    o->smallest_change_relative = true;
    piece = rein_piece_part(r->arena, piece, n_word, n - n_word - 1);
    unit = one;
    unit_text = "1";
  }
  if (!rein_read_in_unit(r, piece, &unit, unit_text, false, what, &value)) return;
  if (value > 0 && isfinite(value))
    o->smallest_change = value;
  else
    rein_error(r->diag, item->pos, "%s must be above 0", what);
}

/* `effect: fraction`: 0 is no effect, 1 a complete one. */
static void read_effect(rein_reader *r, const rein_yaml *map, rein_observable *o) {
  const rein_yaml *node = rein_yaml_get(map, "effect");
  const rein_unit one = rein_unit_one();
  o->fractional = node != NULL;
  if (node && !rein_unit_same_dimension(&o->unit, &one))
    rein_error(r->diag, node->pos,
               "a fractional effect is a number from 0 to 1 or a percentage, but '%s' has unit %s", o->name,
               o->unit_text);
}

static void read_observable(rein_reader *r, const char *name, rein_pos pos, const rein_yaml *map) {
  rein_observable *o = REIN_ADD(r, rein_observable, observable);
  const rein_yaml *smallest = rein_yaml_get(map, "smallest_change");
  const char *scale = rein_read_text(map, "scale");
  *o = (rein_observable){.name = name,
                         .pos = pos,
                         .title = rein_read_text(map, "title"),
                         .level = rein_read_text(map, "level"),
                         .smallest_change = NAN,
                         .limit_low = -INFINITY,
                         .limit_high = INFINITY};
  o->unit = rein_read_unit(r, map, "unit", &o->unit_text);
  o->is = rein_read_expression(r, map, "is");
  o->log_scale = scale && strcmp(scale, "log") == 0;
  read_effect(r, map, o);
  o->codes = rein_read_codes(r, map);
  rein_read_source_key(r, map);
  read_noise(r, rein_yaml_get(map, "noise"), o);
  if (smallest) read_smallest_change(r, smallest, o);
  const char *what = rein_arena_printf(r->arena, "'limits' of '%s'", name);
  rein_read_range(r, map, "limits", &o->unit, o->unit_text, what, &o->limit_low, &o->limit_high);
}

void rein_read_observables(rein_reader *r) {
  const rein_yaml *section = rein_yaml_get(r->root, "observables");
  for (int i = 0; section && i < section->n; i++)
    read_observable(r, section->key[i], section->key_pos[i], section->item[i]);
}

void rein_read_safety(rein_reader *r) {
  const rein_yaml *section = rein_yaml_get(r->root, "safety");
  for (int i = 0; section && i < section->n; i++) {
    const rein_yaml *map = section->item[i];
    rein_ast *when = rein_read_expression(r, map, "when");
    rein_safety *s = REIN_ADD(r, rein_safety, safety);
    rein_read_source_key(r, map);
    *s = (rein_safety){section->key[i], rein_read_text(map, "message"), section->key_pos[i], when, -1};
  }
}

/* ---- events ---- */

/* `at: t` is the condition time >= t. */
static rein_ast *at_condition(rein_reader *r, const rein_yaml *map) {
  rein_ast *at = rein_read_expression(r, map, "at");
  if (!at) return NULL;
  rein_ast *pair[2] = {rein_ast_name(r->arena, at->pos, "time"), at};
  return rein_ast_op(r->arena, at->pos, REIN_OP_GE, 2, pair);
}

static void read_event(rein_reader *r, const char *name, rein_pos pos, const rein_yaml *map) {
  const rein_yaml *when = rein_yaml_get(map, "when"), *at = rein_yaml_get(map, "at");
  const char *values = rein_read_text(map, "values");
  if (!when == !at)
    rein_error(r->diag, pos, "event '%s' needs either 'when:' (a condition) or 'at:' (a time)", name);
  rein_event *e = REIN_ADD(r, rein_event, event);
  *e = (rein_event){.name = name,
                    .pos = pos,
                    .persistent = rein_read_bool(map, "persistent", true),
                    .initial_true = rein_read_bool(map, "initial", true),
                    .values_at_trigger = values && strcmp(values, "trigger") == 0};
  e->when = at ? at_condition(r, map) : rein_read_expression(r, map, "when");
  /* a time is reached from before: at the start it is an event */
  if (at && !rein_yaml_get(map, "initial")) e->initial_true = false;
  e->delay = rein_read_expression(r, map, "delay");
  e->priority = rein_read_expression(r, map, "priority");
}

void rein_read_events(rein_reader *r) {
  const rein_yaml *section = rein_yaml_get(r->root, "events");
  for (int i = 0; section && i < section->n; i++)
    read_event(r, section->key[i], section->key_pos[i], section->item[i]);
}

static void read_event_targets(rein_reader *r, rein_event *e, const rein_yaml *map) {
  const rein_yaml *set = rein_yaml_get(map, "set");
  const rein_yaml *times = rein_yaml_get(map, "times");
  if (set->kind == REIN_YAML_MAP && set->n == 0 && r->model->imported) return; /* it only counts */
  if (set->kind != REIN_YAML_MAP || set->n == 0) {
    rein_error(r->diag, set->pos, "'set' of '%s' is a map from states or parameters to expressions", e->name);
    return;
  }
  e->assign = REIN_NEW(r->arena, rein_assignment, set->n);
  for (int i = 0; i < set->n; i++) {
    const char *what = rein_arena_printf(r->arena, "event '%s' sets", e->name);
    int s = rein_resolve_symbol(r->model, set->key[i], 1u << REIN_SYMBOL_STATE | 1u << REIN_SYMBOL_PARAM,
                                what, set->key_pos[i], r->diag);
    if (set->item[i]->kind != REIN_YAML_SCALAR) {
      rein_error(r->diag, set->item[i]->pos, "expected an expression");
      continue;
    }
    rein_ast *value = rein_parse_expression(r->arena, set->item[i], r->diag);
    if (s < 0 || !value) continue;
    rein_symbol_kind kind = r->model->symbol[s].kind;
    int index = r->model->symbol[s].index;
    if (kind == REIN_SYMBOL_PARAM) index = settable_param(r, s, what, set->key_pos[i]);
    const rein_yaml *factor = times ? rein_yaml_get(times, set->key[i]) : NULL;
    rein_ast *scale =
        factor && factor->kind == REIN_YAML_SCALAR ? rein_parse_expression(r->arena, factor, r->diag) : NULL;
    if (index >= 0) e->assign[e->n_assign++] = (rein_assignment){kind, index, value, scale};
  }
}

/* Own actions and events stand behind those of the parts, in the order of the file. */
void rein_read_targets(rein_reader *r) {
  rein_model *m = r->model;
  const rein_yaml *actions = rein_yaml_get(r->root, "actions"), *events = rein_yaml_get(r->root, "events");
  size_t first_action = m->n_action - (size_t)(actions ? actions->n : 0);
  size_t first_event = m->n_event - (size_t)(events ? events->n : 0);
  for (int i = 0; actions && i < actions->n; i++) {
    rein_action *a = &m->action[first_action + (size_t)i];
    read_action_target(r, a, actions->item[i]);
    rein_read_act_targets(r, a, actions->item[i]);
  }
  for (int i = 0; events && i < events->n; i++)
    read_event_targets(r, &m->event[first_event + (size_t)i], events->item[i]);
}

/* ---- valid ---- */

static rein_action *find_action(rein_reader *r, const char *name) {
  for (size_t i = 0; i < r->model->n_action; i++)
    if (strcmp(r->model->action[i].name, name) == 0) return &r->model->action[i];
  return NULL;
}

/* "0 .. 200 mg": the unit behind the high end counts for both where the low end has none. */
static void read_action_range(rein_reader *r, rein_action *a, const rein_yaml *item) {
  const char *dots = strstr(item->text, "..");
  const char *what = rein_arena_printf(r->arena, "valid range of '%s'", a->name);
  if (!dots) {
    rein_error(r->diag, item->pos, "%s is written low .. high with a unit, as in 0 .. 200 mg", what);
    return;
  }
  size_t n_low = (size_t)(dots - item->text);
  rein_piece whole = rein_piece_of(item);
  rein_piece low = rein_piece_part(r->arena, whole, 0, n_low);
  rein_piece high = rein_piece_part(r->arena, whole, n_low + 2, strlen(item->text) - n_low - 2);
  rein_quantity q, q_low;
  if (!rein_read_quantity(r, low, &q_low) || !rein_read_quantity(r, high, &q)) return;
  if (!q_low.has_unit && q.has_unit) low.text = rein_arena_printf(r->arena, "%s %s", low.text, q.unit_text);
  if (!rein_read_in_unit(r, high, &a->unit, a->unit_text, false, what, &a->valid_high) ||
      !rein_read_in_unit(r, low, &a->unit, a->unit_text, false, what, &a->valid_low))
    return;
  if (!(a->valid_low <= a->valid_high)) rein_error(r->diag, item->pos, "%s: low is above high", what);
}

static void read_unknown_range(rein_reader *r, const char *name, rein_pos pos) {
  rein_names *known = rein_names_create(r->arena);
  rein_names_add(known, "horizon", 0);
  rein_names_add(known, "population", 0);
  for (size_t i = 0; i < r->model->n_action; i++) rein_names_add(known, r->model->action[i].name, 0);
  const char *near = rein_names_closest(known, name);
  rein_error(r->diag, pos, "'valid' holds actions, horizon and population; there is no action '%s'%s%s%s",
             name, near ? "; did you mean '" : "", near ? near : "", near ? "'?" : "");
}

void rein_read_valid(rein_reader *r) {
  const rein_yaml *section = rein_yaml_get(r->root, "valid");
  rein_model *m = r->model;
  if (!section) return;
  if (section->kind != REIN_YAML_MAP) {
    rein_error(r->diag, section->pos, "'valid' is a map, as in {warfarin: 0 .. 200 mg, horizon: 14 d}");
    return;
  }
  for (int i = 0; i < section->n; i++) {
    const rein_yaml *item = section->item[i];
    rein_action *a = find_action(r, section->key[i]);
    if (item->kind != REIN_YAML_SCALAR)
      rein_error(r->diag, item->pos, "expected a text, as in 0 .. 200 mg");
    else if (strcmp(section->key[i], "population") == 0)
      m->population = item->text;
    else if (strcmp(section->key[i], "horizon") == 0) {
      if (rein_read_in_unit(r, rein_piece_of(item), &m->time_unit, m->time_unit_text, false,
                            "the valid horizon", &m->horizon) &&
          !(m->horizon > 0))
        rein_error(r->diag, item->pos, "the valid horizon must be above 0");
    } else if (a)
      read_action_range(r, a, item);
    else
      read_unknown_range(r, section->key[i], section->key_pos[i]);
  }
}
