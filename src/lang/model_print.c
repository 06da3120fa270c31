/* The model as text, one declaration per line, in order of declaration. What bears on a result is in it,
 * since its SHA-256 is the model's hash; titles, notes and positions are not. Texts stand in double quotes
 * with \ before " and \, so that no two models print alike. */
#include <math.h>
#include <string.h>

#include "src/base/sha256.h"
#include "src/lang/model.h"

static void add_quoted(rein_text *out, const char *text) {
  rein_text_add(out, "\"");
  for (const char *c = text; *c; c++) {
    if (*c == '"' || *c == '\\') rein_text_add(out, "\\");
    if (*c == '\n')
      rein_text_add(out, "\\n");
    else
      rein_text_add_n(out, c, 1);
  }
  rein_text_add(out, "\"");
}

/* " key "text"", or nothing. */
static void add_text(rein_text *out, const char *key, const char *text) {
  if (!text) return;
  rein_text_printf(out, " %s ", key);
  add_quoted(out, text);
}

static void add_number(rein_text *out, const char *key, double number) {
  rein_text_printf(out, " %s ", key);
  rein_text_number(out, number);
}

/* A bound that is there. */
static void add_bound(rein_text *out, const char *key, double number) {
  if (isfinite(number)) add_number(out, key, number);
}

static void add_expression(rein_text *out, const char *key, const rein_ast *ast) {
  if (!ast) return;
  rein_text_printf(out, "\n    %s = ", key);
  rein_ast_print(ast, out);
}

static void begin(rein_text *out, const char *kind, const char *name, const char *unit_text) {
  rein_text_printf(out, "%s %s", kind, name ? name : "-");
  if (unit_text) rein_text_printf(out, " [%s]", unit_text);
}

static void print_dist(const rein_dist *d, const char *key, rein_text *out) {
  static const char *const word[] = {"none", "lognormal", "normal", "logit_normal", "uniform"};
  if (d->kind == REIN_DIST_NONE) return;
  rein_text_printf(out, " %s %s(", key, word[d->kind]);
  if (d->kind != REIN_DIST_UNIFORM) add_number(out, "sd", d->sd);
  add_bound(out, "low", d->low);
  add_bound(out, "high", d->high);
  rein_text_add(out, " )");
}

static void print_param(const rein_param *p, rein_text *out) {
  begin(out, p->covariate ? "covariate" : "parameter", p->name, p->unit_text);
  if (p->has_value) add_number(out, "value", p->value);
  print_dist(&p->between, "between", out);
  print_dist(&p->uncertain, "uncertain", out);
  if (p->covariate) add_bound(out, "low", p->range_low);
  if (p->covariate) add_bound(out, "high", p->range_high);
  add_text(out, "source", p->source);
  add_text(out, "assumed", p->assumed);
  add_text(out, "codes", p->codes);
  add_expression(out, "is", p->value_expr);
}

static void print_state(const rein_state *s, rein_text *out) {
  begin(out, "state", s->name, s->unit_text);
  if (s->scale > 0) add_number(out, "scale", s->scale);
  if (s->range_policy != REIN_RANGE_NONE) {
    add_bound(out, "low", s->range_low);
    add_bound(out, "high", s->range_high);
    rein_text_printf(out, " outside %s",
                     s->range_policy == REIN_RANGE_ERROR   ? "error"
                     : s->range_policy == REIN_RANGE_EVENT ? "event"
                                                           : "warning");
  }
  add_text(out, "level", s->level);
  add_text(out, "codes", s->codes);
  add_expression(out, "initial", s->initial);
  add_expression(out, "rate", s->rate);
}

static void print_process(const rein_model *m, const rein_process *p, rein_text *out) {
  begin(out, "process", p->name, p->unit_text);
  for (int k = 0; k < p->n_flow; k++) {
    rein_text_printf(out, "%s %s", k ? "," : "", m->state[p->flow[k].state].name);
    add_number(out, "by", p->flow[k].factor);
  }
  add_text(out, "source", p->source);
  add_text(out, "codes", p->codes);
  add_expression(out, "rate", p->rate);
}

static const char *act_target(const rein_model *m, const rein_act *act) {
  return act->kind == REIN_SYMBOL_PARAM   ? m->param[act->target].name
         : act->kind == REIN_SYMBOL_VALUE ? m->value[act->target].name
                                          : m->process[act->target].name;
}

static void print_act(const rein_model *m, const rein_act *act, rein_text *out) {
  rein_text_printf(out, "act %s", act_target(m, act));
  if (act->scale >= 0) rein_text_printf(out, " times %s", m->value[act->scale].name);
  if (act->shift >= 0) rein_text_printf(out, " plus %s", m->value[act->shift].name);
  rein_text_add(out, "\n");
}

static void print_action(const rein_model *m, const rein_action *a, rein_text *out) {
  begin(out, "action", a->name, a->unit_text);
  if (a->state >= 0) rein_text_printf(out, " into %s", m->state[a->state].name);
  if (a->param >= 0) rein_text_printf(out, " sets %s", m->param[a->param].name);
  if (a->ramp) {
    add_number(out, a->ramp->smooth ? "smooth rise" : "rise", a->ramp->rise);
    add_number(out, "fall", a->ramp->fall);
  }
  add_number(out, "by", a->factor);
  add_bound(out, "low", a->valid_low);
  add_bound(out, "high", a->valid_high);
  add_text(out, "kind", a->kind);
  add_text(out, "boundary", a->boundary);
  add_text(out, "codes", a->codes);
  add_expression(out, "lag", a->lag);
  add_expression(out, "bioavailability", a->bioavailability);
  add_expression(out, "rate", a->rate);
  add_expression(out, "duration", a->duration);
}

static void print_observable(const rein_observable *o, rein_text *out) {
  static const char *const word[] = {"none", "additive", "proportional", "combined", "lognormal"};
  begin(out, "observable", o->name, o->unit_text);
  rein_text_printf(out, " noise %s", word[o->noise]);
  if (!isnan(o->smallest_change))
    add_number(out, o->smallest_change_relative ? "smallest_relative_change" : "smallest_change",
               o->smallest_change);
  add_bound(out, "low", o->limit_low);
  add_bound(out, "high", o->limit_high);
  if (o->log_scale) rein_text_add(out, " scale log");
  if (o->fractional) rein_text_add(out, " effect fraction");
  add_text(out, "level", o->level);
  add_text(out, "codes", o->codes);
  add_expression(out, "is", o->is);
  add_expression(out, "sd", o->noise_sd);
  add_expression(out, "cv", o->noise_cv);
}

static void print_event(const rein_model *m, const rein_event *e, rein_text *out) {
  begin(out, "event", e->name, NULL);
  rein_text_add(out, e->persistent ? " persistent" : " cancelled_by_fall");
  rein_text_add(out, e->initial_true ? " true_before_start" : " false_before_start");
  rein_text_add(out, e->values_at_trigger ? " values_at_trigger" : " values_at_execution");
  add_expression(out, "when", e->when);
  add_expression(out, "delay", e->delay);
  add_expression(out, "priority", e->priority);
  for (int k = 0; k < e->n_assign; k++) {
    const rein_assignment *a = &e->assign[k];
    const char *target = a->kind == REIN_SYMBOL_STATE ? m->state[a->index].name : m->param[a->index].name;
    add_expression(out, rein_arena_printf(out->arena, "set %s", target), a->value);
    add_expression(out, "times", a->scale);
  }
}

static void print_delay(const rein_model *m, const rein_delay *d, rein_text *out) {
  begin(out, "delay", m->param[d->param].name, NULL);
  add_expression(out, "is", d->is);
  add_expression(out, "by", d->by);
  add_expression(out, "before", d->before);
}

static void print_head(const rein_model *m, rein_text *out) {
  rein_text_printf(out, "model %s\ntime %s\nboundary %s\n", m->name ? m->name : "-", m->time_unit_text,
                   m->boundary);
  rein_text_add(out, "valid");
  add_bound(out, "horizon", m->horizon);
  add_text(out, "population", m->population);
  rein_text_add(out, "\n");
}

static void print_source(const rein_source_ref *s, rein_text *out) {
  begin(out, "source", s->key, NULL);
  add_text(out, "kind", s->kind);
  add_text(out, "doi", s->doi);
  add_text(out, "population", s->population);
  add_text(out, "species", s->species);
  add_text(out, "tissue", s->tissue);
  add_text(out, "setting", s->setting);
  rein_text_add(out, s->verified ? " verified" : " unverified");
}

static void print_rest(const rein_model *m, rein_text *out) {
  for (size_t i = 0; i < m->n_safety; i++) {
    begin(out, "safety", m->safety[i].name, NULL);
    add_text(out, "message", m->safety[i].message);
    add_expression(out, "when", m->safety[i].when);
    rein_text_add(out, "\n");
  }
  for (size_t i = 0; i < m->n_correlation; i++) {
    const rein_correlation *c = &m->correlation[i];
    rein_text_printf(out, "correlation %s %s", m->param[c->param_a].name, m->param[c->param_b].name);
    add_number(out, "rho", c->rho);
    rein_text_add(out, "\n");
  }
}

void rein_model_print(const rein_model *m, rein_text *out) {
  print_head(m, out);
  for (size_t i = 0; i < m->n_ref; i++) print_source(&m->ref[i], out), rein_text_add(out, "\n");
  for (size_t i = 0; i < m->n_param; i++) print_param(&m->param[i], out), rein_text_add(out, "\n");
  for (size_t i = 0; i < m->n_state; i++) print_state(&m->state[i], out), rein_text_add(out, "\n");
  for (size_t i = 0; i < m->n_value; i++) {
    begin(out, "value", m->value[i].name, m->value[i].unit_text);
    add_text(out, "codes", m->value[i].codes);
    add_expression(out, "is", m->value[i].is);
    rein_text_add(out, "\n");
  }
  for (size_t i = 0; i < m->n_process; i++) print_process(m, &m->process[i], out), rein_text_add(out, "\n");
  for (size_t i = 0; i < m->n_action; i++) print_action(m, &m->action[i], out), rein_text_add(out, "\n");
  for (size_t i = 0; i < m->n_act; i++) print_act(m, &m->act[i], out);
  for (size_t i = 0; i < m->n_observable; i++)
    print_observable(&m->observable[i], out), rein_text_add(out, "\n");
  for (size_t i = 0; i < m->n_event; i++) print_event(m, &m->event[i], out), rein_text_add(out, "\n");
  for (size_t i = 0; i < m->n_delay; i++) print_delay(m, &m->delay[i], out), rein_text_add(out, "\n");
  if (m->random_ties) rein_text_add(out, "random_ties\n");
  if (m->settle > 0) {
    rein_text_add(out, "settle ");
    rein_text_number(out, m->settle);
    rein_text_add(out, "\n");
  }
  print_rest(m, out);
}

void rein_model_hash(const rein_model *model, rein_arena *scratch, char hash[65]) {
  rein_text text;
  rein_text_init(&text, scratch);
  rein_model_print(model, &text);
  rein_sha256_hex(text.bytes, text.n, hash);
}
