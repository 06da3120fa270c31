/* The roots of all programs. */
#include <math.h>

#include "src/compile/lower.h"

typedef struct {
  rein_lowered *lowered;
  rein_lower *lower;
  rein_dag *dag;
  rein_arena *keep;
  const rein_model *model;
  rein_diag *diag;
} collector;

static rein_node *create_roots(collector *c, rein_prog prog, size_t n) {
  rein_lowered_program *p = &c->lowered->program[prog];
  p->n = (int)n;
  return p->root = REIN_NEW(c->dag->arena, rein_node, n);
}

/* The expression, or the number that stands for one not declared. */
static rein_node optional(collector *c, const rein_ast *ast, double otherwise, const char *what,
                          const char *name) {
  if (!ast) return rein_dag_number(c->dag, otherwise);
  return rein_lower_expression(c->lower, ast, rein_arena_printf(c->keep, "%s %s", what, name));
}

/* Like optional, for what is computed outside the integration: states have no value there. */
static rein_node stateless(collector *c, const rein_ast *ast, double otherwise, const char *what,
                           const char *name) {
  rein_node n = optional(c, ast, otherwise, what, name);
  if (rein_dag_at(c->dag, n)->flags & REIN_DAG_STATE)
    rein_error(c->diag, ast->pos, "%s '%s' may depend on parameters and time, not on states", what, name);
  return n;
}

/* sum + factor * term; sum may be NONE. */
static rein_node add_flow(rein_dag *dag, rein_node sum, double factor, rein_node term) {
  rein_node part = rein_dag_op2(dag, REIN_OP_MUL, rein_dag_number(dag, fabs(factor)), term);
  if (sum != REIN_NODE_NONE) return rein_dag_op2(dag, factor < 0 ? REIN_OP_SUB : REIN_OP_ADD, sum, part);
  return factor < 0 ? rein_dag_op1(dag, REIN_OP_NEG, part) : part;
}

static void collect_inputs(collector *c, rein_node *rate) {
  const rein_model *m = c->model;
  c->lowered->action_input = REIN_NEW(c->dag->arena, int, m->n_action);
  for (size_t i = 0; i < m->n_action; i++) {
    const rein_action *a = &m->action[i];
    c->lowered->action_input[i] = a->state < 0 ? -1 : c->lowered->n_input;
    if (a->state < 0) continue;
    rein_dag_set_origin(c->dag, a->pos, rein_arena_printf(c->keep, "action %s", a->name));
    rein_node input = rein_dag_leaf(c->dag, REIN_LEAF_INPUT, c->lowered->n_input++);
    rate[a->state] = add_flow(c->dag, rate[a->state], 1.0, input);
  }
}

/* d state / d time: raw rate, then processes in their order, then the inputs of actions. */
static void collect_rates(collector *c) {
  const rein_model *m = c->model;
  rein_node *rate = create_roots(c, REIN_PROG_RATES, m->n_state);
  const char **label = REIN_NEW(c->dag->arena, const char *, m->n_state);
  for (size_t i = 0; i < m->n_state; i++) {
    label[i] = rein_arena_printf(c->keep, "rate of %s", m->state[i].name);
    rate[i] = m->state[i].rate ? rein_lower_expression(c->lower, m->state[i].rate, label[i]) : REIN_NODE_NONE;
  }
  for (size_t k = 0; k < m->n_process; k++) {
    const rein_process *p = &m->process[k];
    rein_node flux = rein_lower_symbol(c->lower, REIN_SYMBOL_PROCESS, (int)k);
    for (int j = 0; j < p->n_flow; j++) {
      int s = p->flow[j].state;
      rein_dag_set_origin(c->dag, p->pos, label[s]);
      rate[s] = add_flow(c->dag, rate[s], p->flow[j].factor, flux);
    }
  }
  collect_inputs(c, rate);
  for (size_t i = 0; i < m->n_state; i++)
    if (rate[i] == REIN_NODE_NONE) rate[i] = rein_dag_number(c->dag, 0.0);
}

/* Replaces states in initial values by their own initial values, as long as that goes on; n_left is what
 * depends on itself. */
static int substitute_initial(collector *c, rein_node *initial, size_t n) {
  for (int before = -1;;) {
    int n_left = 0;
    size_t n_node = c->dag->n_node;
    unsigned char *mark = REIN_NEW(c->dag->arena, unsigned char, n_node);
    rein_node *map = REIN_NEW(c->dag->arena, rein_node, n_node);
    for (size_t i = 0; i < n_node; i++) {
      const rein_dag_node *node = rein_dag_at(c->dag, (rein_node)i);
      bool known = node->kind == REIN_LEAF_STATE &&
                   !(rein_dag_at(c->dag, initial[node->arg[0]])->flags & REIN_DAG_STATE);
      map[i] = known ? initial[node->arg[0]] : REIN_NODE_NONE;
    }
    for (size_t i = 0; i < n; i++) n_left += (rein_dag_at(c->dag, initial[i])->flags & REIN_DAG_STATE) != 0;
    if (!n_left || n_left == before) return n_left;
    before = n_left;
    rein_dag_mark(c->dag, initial, (int)n, mark);
    rein_dag_rebuild(c->dag, n_node, mark, map);
    for (size_t i = 0; i < n; i++) initial[i] = map[initial[i]];
  }
}

static void collect_initial(collector *c) {
  const rein_model *m = c->model;
  rein_node *initial = create_roots(c, REIN_PROG_INITIAL, m->n_state);
  for (size_t i = 0; i < m->n_state; i++)
    initial[i] = optional(c, m->state[i].initial, 0.0, "initial value of", m->state[i].name);
  if (substitute_initial(c, initial, m->n_state) == 0) return;
  for (size_t i = 0; i < m->n_state; i++)
    if (rein_dag_at(c->dag, initial[i])->flags & REIN_DAG_STATE)
      rein_error(c->diag, m->state[i].initial->pos, "initial value of '%s' depends on itself",
                 m->state[i].name);
}

static void collect_events(collector *c) {
  const rein_model *m = c->model;
  size_t n_assign = 0, n_scale = 0, k = 0;
  for (size_t i = 0; i < m->n_event; i++) n_assign += (size_t)m->event[i].n_assign;
  for (size_t i = 0; i < m->n_event; i++)
    for (int j = 0; j < m->event[i].n_assign; j++) n_scale += m->event[i].assign[j].scale != NULL;
  rein_node *trigger = create_roots(c, REIN_PROG_TRIGGER, m->n_event);
  rein_node *timing = create_roots(c, REIN_PROG_TIMING, 2 * m->n_event);
  rein_node *assign = create_roots(c, REIN_PROG_ASSIGN, n_assign + n_scale), *scale = assign + n_assign;
  for (size_t i = 0; i < m->n_event; i++) {
    const rein_event *e = &m->event[i];
    trigger[i] = optional(c, e->when, 0.0, "trigger of", e->name);
    timing[2 * i] = optional(c, e->delay, 0.0, "delay of", e->name);
    timing[2 * i + 1] = optional(c, e->priority, NAN, "priority of", e->name);
    for (int j = 0; j < e->n_assign; j++) {
      assign[k++] = optional(c, e->assign[j].value, NAN, "assignment of", e->name);
      if (e->assign[j].scale) *scale++ = optional(c, e->assign[j].scale, NAN, "assignment of", e->name);
    }
  }
}

static void collect_outputs(collector *c) {
  const rein_model *m = c->model;
  rein_node *output = create_roots(c, REIN_PROG_OUTPUT, m->n_observable + m->n_value + m->n_process);
  for (size_t i = 0; i < m->n_observable; i++)
    *output++ = rein_lower_symbol(c->lower, REIN_SYMBOL_OBSERVABLE, (int)i);
  for (size_t i = 0; i < m->n_value; i++) *output++ = rein_lower_symbol(c->lower, REIN_SYMBOL_VALUE, (int)i);
  for (size_t i = 0; i < m->n_process; i++)
    *output++ = rein_lower_symbol(c->lower, REIN_SYMBOL_PROCESS, (int)i);
}

/* Whether the state is outside its range by more than 10 atol. */
static rein_node outside_range(collector *c, int s) {
  const rein_state *state = &c->model->state[s];
  rein_dag *dag = c->dag;
  rein_dag_set_origin(dag, state->pos, rein_arena_printf(c->keep, "range of %s", state->name));
  rein_node now = rein_dag_leaf(dag, REIN_LEAF_STATE, s);
  rein_node slack =
      rein_dag_op2(dag, REIN_OP_MUL, rein_dag_number(dag, 10.0), rein_dag_leaf(dag, REIN_LEAF_ATOL, s));
  rein_node low = rein_dag_op2(dag, REIN_OP_SUB, rein_dag_number(dag, state->range_low), slack);
  rein_node high = rein_dag_op2(dag, REIN_OP_ADD, rein_dag_number(dag, state->range_high), slack);
  return rein_dag_op2(dag, REIN_OP_OR, rein_dag_op2(dag, REIN_OP_LT, now, low),
                      rein_dag_op2(dag, REIN_OP_GT, now, high));
}

static void collect_rest(collector *c) {
  const rein_model *m = c->model;
  rein_node *delay = create_roots(c, REIN_PROG_DELAY, 2 * m->n_delay);
  rein_node *past = create_roots(c, REIN_PROG_PAST, m->n_delay);
  for (size_t i = 0; i < m->n_delay; i++) {
    const char *name = m->param[m->delay[i].param].name;
    delay[2 * i] = optional(c, m->delay[i].is, NAN, "delayed value", name);
    delay[2 * i + 1] = optional(c, m->delay[i].by, 0.0, "delay", name);
    past[i] = stateless(c, m->delay[i].before, NAN, "value before the start", name);
  }
  rein_node *safety = create_roots(c, REIN_PROG_SAFETY, m->n_safety);
  for (size_t i = 0; i < m->n_safety; i++)
    safety[i] = m->safety[i].when || m->safety[i].outside < 0
                    ? optional(c, m->safety[i].when, 0.0, "safety signal", m->safety[i].name)
                    : outside_range(c, m->safety[i].outside);
  rein_node *action = create_roots(c, REIN_PROG_ACTION, 4 * m->n_action);
  for (size_t i = 0; i < m->n_action; i++) {
    const rein_action *a = &m->action[i];
    action[4 * i] = stateless(c, a->lag, NAN, "lag of", a->name);
    action[4 * i + 1] = stateless(c, a->bioavailability, NAN, "bioavailability of", a->name);
    action[4 * i + 2] = stateless(c, a->rate, NAN, "rate of", a->name);
    action[4 * i + 3] = stateless(c, a->duration, NAN, "duration of", a->name);
  }
  rein_node *noise = create_roots(c, REIN_PROG_NOISE, 2 * m->n_observable);
  for (size_t i = 0; i < m->n_observable; i++) {
    const rein_observable *o = &m->observable[i];
    noise[2 * i] = stateless(c, o->noise_sd, 0.0, "noise of", o->name);
    noise[2 * i + 1] = stateless(c, o->noise_cv, 0.0, "noise of", o->name);
  }
}

rein_status rein_lower_model(rein_arena *work, rein_arena *keep, const rein_model *model, rein_diag *diag,
                             rein_lowered **out) {
  const int n_error = rein_diag_n_error(diag);
  rein_lowered *lowered = REIN_NEW(work, rein_lowered, 1);
  lowered->dag = rein_dag_create(work);
  lowered->model = model;
  lowered->by_state = rein_derive_create(lowered->dag, REIN_DERIVE_STATES, (int)model->n_state);
  rein_lower *lower = rein_lower_create(lowered, keep, diag);
  collector c = {lowered, lower, lowered->dag, keep, model, diag};
  collect_rates(&c);
  collect_events(&c);
  collect_initial(&c);
  collect_outputs(&c);
  collect_rest(&c);
  if (rein_diag_n_error(diag) > n_error) return REIN_ERR_INPUT;
  rein_lower_modes(lowered);
  rein_lower_jacobian(lowered);
  *out = lowered;
  return REIN_OK;
}
