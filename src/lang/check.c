/* The order of the checks, and the list of a model's expressions. */
#include "src/lang/check.h"

#include <math.h>

#include "src/lang/resolve.h"

typedef struct {
  const rein_model *model;
  rein_expression *list;
  size_t n, cap;
} collector;

#define ALL (REIN_USES_STATE | REIN_USES_TIME)

static void add(collector *c, rein_ast *const *slot, rein_expression e, const char *part, const char *name) {
  if (!*slot) return;
  e.ast = (rein_ast **)slot;
  e.what = rein_arena_printf(c->model->arena, "%s of '%s'", part, name);
  REIN_PUSH(c->model->arena, c->list, c->n, c->cap, e);
}

/* Symbol of a declaration; -1 where its name was taken by another one (an error that is already said). */
static int symbol_of(const rein_model *m, rein_symbol_kind kind, size_t index, const char *name) {
  int s = m->names ? rein_names_find(m->names, name) : -1;
  return s >= 0 && m->symbol[s].kind == kind && m->symbol[s].index == (int)index ? s : -1;
}

static void add_params_and_states(collector *c) {
  const rein_model *m = c->model;
  for (size_t i = 0; i < m->n_param; i++) {
    const rein_param *p = &m->param[i];
    rein_expression e = {.decl = p->pos, .unit = p->unit, .unit_text = p->unit_text};
    e.owner = p->value_expr ? symbol_of(m, REIN_SYMBOL_PARAM, i, p->name) : -1;
    add(c, &p->value_expr, e, "formula", p->name);
  }
  for (size_t i = 0; i < m->n_state; i++) {
    const rein_state *s = &m->state[i];
    rein_expression e = {.decl = s->pos, .owner = -1, .unit = s->unit, .unit_text = s->unit_text};
    /* initial values of other states; rein_check_initial puts them in place */
    e.allowed = REIN_USES_STATE | (m->imported ? REIN_USES_TIME : 0);
    add(c, &s->initial, e, "initial value", s->name);
    e.allowed = ALL;
    e.unit = rein_unit_divide(&s->unit, &m->time_unit);
    e.unit_text = rein_arena_printf(m->arena, "%s/%s", s->unit_text, m->time_unit_text);
    add(c, &s->rate, e, "rate", s->name);
  }
}

static void add_values_and_processes(collector *c) {
  const rein_model *m = c->model;
  for (size_t i = 0; i < m->n_value; i++) {
    const rein_value *v = &m->value[i];
    rein_expression e = {
        .decl = v->pos, .owner = symbol_of(m, REIN_SYMBOL_VALUE, i, v->name), .allowed = ALL};
    e.unit = v->unit;
    e.unit_text = v->unit_text;
    add(c, &v->is, e, "value", v->name);
  }
  for (size_t i = 0; i < m->n_process; i++) {
    const rein_process *p = &m->process[i];
    rein_expression e = {.decl = p->pos,
                         .owner = symbol_of(m, REIN_SYMBOL_PROCESS, i, p->name),
                         .allowed = ALL,
                         .goal = REIN_GOAL_PROCESS};
    e.unit = p->unit;
    e.unit_text = p->unit_text;
    add(c, &p->rate, e, "rate", p->name);
  }
}

static void add_actions(collector *c) {
  const rein_model *m = c->model;
  rein_unit one = rein_unit_one();
  for (size_t i = 0; i < m->n_action; i++) {
    const rein_action *a = &m->action[i];
    rein_expression e = {.decl = a->pos, .owner = -1, .allowed = REIN_USES_TIME};
    e.unit = m->time_unit;
    e.unit_text = m->time_unit_text;
    add(c, &a->lag, e, "lag", a->name);
    add(c, &a->duration, e, "duration", a->name);
    e.unit = one;
    e.unit_text = "1";
    add(c, &a->bioavailability, e, "bioavailability", a->name);
    e.unit = rein_unit_divide(&a->unit, &m->time_unit);
    e.unit_text = rein_arena_printf(m->arena, "%s/%s", a->unit_text, m->time_unit_text);
    add(c, &a->rate, e, "rate", a->name);
  }
}

static void add_observables(collector *c) {
  const rein_model *m = c->model;
  for (size_t i = 0; i < m->n_observable; i++) {
    const rein_observable *o = &m->observable[i];
    rein_expression e = {
        .decl = o->pos, .owner = symbol_of(m, REIN_SYMBOL_OBSERVABLE, i, o->name), .allowed = ALL};
    e.unit = o->unit;
    e.unit_text = o->unit_text;
    add(c, &o->is, e, "observable", o->name);
    e.owner = -1;
    e.allowed = 0;
    add(c, &o->noise_sd, e, "noise sd", o->name);
    e.unit = rein_unit_one();
    e.unit_text = "1";
    add(c, &o->noise_cv, e, "noise cv", o->name);
  }
}

static void add_event(collector *c, const rein_event *event) {
  const rein_model *m = c->model;
  rein_expression e = {.decl = event->pos, .owner = -1, .allowed = ALL, .goal = REIN_GOAL_CONDITION};
  add(c, &event->when, e, "condition", event->name);
  e.goal = REIN_GOAL_UNIT;
  e.unit = m->time_unit;
  e.unit_text = m->time_unit_text;
  add(c, &event->delay, e, "delay", event->name);
  e.unit = rein_unit_one();
  e.unit_text = "1";
  add(c, &event->priority, e, "priority", event->name);
  for (int i = 0; i < event->n_assign; i++) {
    const rein_assignment *to = &event->assign[i];
    bool state = to->kind == REIN_SYMBOL_STATE;
    e.unit = state ? m->state[to->index].unit : m->param[to->index].unit;
    e.unit_text = state ? m->state[to->index].unit_text : m->param[to->index].unit_text;
    add(c, &to->value, e, "assignment", event->name);
    e.unit = rein_unit_unknown();
    add(c, &to->scale, e, "factor", event->name);
  }
}

rein_expression *rein_model_expressions(const rein_model *model, size_t *n) {
  collector c = {.model = model};
  add_params_and_states(&c);
  add_values_and_processes(&c);
  add_actions(&c);
  add_observables(&c);
  for (size_t i = 0; i < model->n_safety; i++) {
    const rein_safety *s = &model->safety[i];
    rein_expression e = {.decl = s->pos, .owner = -1, .allowed = ALL, .goal = REIN_GOAL_CONDITION};
    add(&c, &s->when, e, "condition", s->name);
  }
  for (size_t i = 0; i < model->n_event; i++) add_event(&c, &model->event[i]);
  for (size_t i = 0; i < model->n_delay; i++) {
    const rein_delay *d = &model->delay[i];
    rein_expression e = {.decl = d->pos, .owner = -1, .allowed = ALL, .unit = rein_unit_unknown()};
    add(&c, &d->is, e, "delayed value", model->param[d->param].name);
    add(&c, &d->by, e, "delay", model->param[d->param].name);
    add(&c, &d->before, e, "value before the start", model->param[d->param].name);
  }
  *n = c.n;
  return c.list;
}

void rein_ast_each_name(rein_ast *ast, rein_name_visit visit, void *context) {
  if (ast->kind == REIN_AST_NAME) visit(context, ast);
  for (int i = 0; i < ast->n_arg; i++) rein_ast_each_name(ast->arg[i], visit, context);
}

static rein_status check_all(rein_model *model, rein_units *units, rein_diag *diag) {
  unsigned char *uses;
  int n_error = rein_diag_n_error(diag); /* errors before are of something else */
  rein_model_declare(model, diag);
  rein_resolve(model, diag, &uses);
  rein_check_units(model, units, diag);
  if (rein_diag_n_error(diag) == n_error) rein_check_initial(model, uses, diag);
  rein_check_structure(model, diag);
  if (rein_diag_n_error(diag) > n_error) return REIN_ERR_INPUT;
  rein_warn_unused(model, diag);
  rein_warn_unseen(model, diag);
  return REIN_OK;
}

rein_status rein_model_check(rein_model *model, rein_units *units, rein_diag *diag) {
  rein_guard guard;
  if (REIN_GUARD(model->arena, &guard)) return REIN_ERR_MEMORY;
  rein_status status = check_all(model, units, diag);
  rein_unguard(model->arena, &guard);
  return status;
}

rein_model *rein_model_create(rein_arena *arena, const rein_source *source) {
  rein_model *model = REIN_NEW(arena, rein_model, 1);
  model->arena = arena;
  model->source = source;
  model->boundary = "research_hypothesis";
  model->time_unit = rein_unit_unknown();
  model->time_unit_text = "?";
  model->horizon = INFINITY;
  return model;
}
