#include "src/compile/twin.h"

#include <math.h>
#include <string.h>

typedef struct {
  rein_arena *arena;
  rein_twin *twin;
  const rein_model *of;
  rein_model *out;
  int *symbol_of[REIN_SYMBOL_OBSERVABLE + 1]; /* by kind: index of the thing to its symbol in the model */
  int first_hold;                             /* symbol of the first hold parameter */
  int first_jump[2];                          /* symbols of the totals of jumps */
} maker;

/* ---- expressions ---- */

static void shift_symbols(rein_ast *ast, int by) {
  if (ast->kind == REIN_AST_NAME && ast->symbol >= 0) ast->symbol += by;
  for (int i = 0; i < ast->n_arg; i++) shift_symbols(ast->arg[i], by);
}

/* The expression as the copy says it: 0 the first, 1 the second. */
static rein_ast *copied(const maker *m, const rein_ast *ast, int copy) {
  if (!ast) return NULL;
  rein_ast *out = rein_ast_copy(m->arena, ast);
  if (copy == 1) shift_symbols(out, (int)m->of->n_symbol);
  return out;
}

static rein_ast *name_of(const maker *m, int symbol, const rein_ast *like) {
  rein_ast *out = rein_ast_name(m->arena, like->pos, m->out->symbol[symbol].name);
  out->symbol = symbol;
  out->unit = like->unit;
  return out;
}

/* r + hold * (r' - r) */
static rein_ast *held(const maker *m, const rein_ast *rate, rein_ast *other, int flux) {
  rein_ast *difference = rein_ast_binary(m->arena, REIN_OP_SUB, other, copied(m, rate, 0));
  rein_ast *part = rein_ast_binary(m->arena, REIN_OP_MUL, name_of(m, m->first_hold + flux, rate), difference);
  return rein_ast_binary(m->arena, REIN_OP_ADD, copied(m, rate, 0), part);
}

/* ---- symbols and parameters ---- */

static const char *without(const maker *m, const char *name) {
  return rein_arena_printf(m->arena, "without.%s", name);
}

static void index_symbols(maker *m) {
  const size_t n[] = {m->of->n_param, m->of->n_state, m->of->n_value, m->of->n_process, m->of->n_observable};
  for (int kind = 0; kind <= REIN_SYMBOL_OBSERVABLE; kind++)
    m->symbol_of[kind] = REIN_NEW(m->arena, int, n[kind] + 1);
  for (size_t i = 0; i < m->of->n_symbol; i++)
    m->symbol_of[m->of->symbol[i].kind][m->of->symbol[i].index] = (int)i;
}

/* Symbols of both copies, then of the hold parameters and of the totals of jumps. */
static void make_symbols(maker *m) {
  const rein_model *of = m->of;
  const size_t n = of->n_symbol, n_jump = (size_t)m->twin->n_jump, n_flux = (size_t)m->twin->n_flux;
  const size_t count[] = {of->n_param, of->n_state, of->n_value, of->n_process, of->n_observable};
  rein_symbol *symbol = REIN_NEW(m->arena, rein_symbol, 2 * n + n_flux + 2 * n_jump);
  for (size_t i = 0; i < n; i++) {
    symbol[i] = symbol[n + i] = of->symbol[i];
    symbol[n + i].name = without(m, of->symbol[i].name);
    symbol[n + i].index += (int)count[of->symbol[i].kind];
  }
  size_t k = 2 * n;
  m->first_hold = (int)k;
  for (size_t f = 0; f < n_flux; f++)
    symbol[k++] = (rein_symbol){REIN_SYMBOL_PARAM, (int)(2 * of->n_param + f),
                                rein_arena_printf(m->arena, "hold.%d", (int)f)};
  for (int copy = 0; copy < 2; copy++) {
    m->first_jump[copy] = (int)k;
    for (int j = 0; j < m->twin->n_jump; j++)
      symbol[k++] = (rein_symbol){REIN_SYMBOL_STATE, rein_twin_row(m->twin, REIN_TWIN_JUMP, copy, j),
                                  rein_arena_printf(m->arena, "jump.%d.%d", copy, j)};
  }
  m->out->symbol = symbol;
  m->out->n_symbol = k;
  m->out->order = NULL;
  m->out->n_order = 0;
}

static void make_params(maker *m) {
  const size_t n = m->of->n_param, n_flux = (size_t)m->twin->n_flux;
  rein_param *param = REIN_NEW(m->arena, rein_param, 2 * n + n_flux);
  for (size_t i = 0; i < 2 * n; i++) {
    param[i] = m->of->param[i % n];
    param[i].value_expr = copied(m, param[i].value_expr, i >= n);
    if (i >= n) param[i].name = without(m, param[i].name);
  }
  for (size_t f = 0; f < n_flux; f++)
    param[2 * n + f] = (rein_param){.name = m->out->symbol[m->first_hold + (int)f].name,
                                    .unit_text = "1",
                                    .has_value = true,
                                    .range_low = 0,
                                    .range_high = 1,
                                    .assumed = "a switch"};
  m->out->param = param;
  m->out->n_param = 2 * n + n_flux;
}

/* ---- states, fluxes ---- */

static rein_state total_state(const maker *m, const char *what, int copy, const char *of, rein_pos pos) {
  return (rein_state){.name = rein_arena_printf(m->arena, "total%s.%s %s", copy ? ".without" : "", what, of),
                      .unit_text = "?",
                      .pos = pos,
                      .initial = rein_ast_number(m->arena, pos, 0.0),
                      .range_low = -INFINITY,
                      .range_high = INFINITY};
}

static const char *flux_name(const maker *m, int f) {
  const rein_twin_flux *flux = &m->twin->flux[f];
  return flux->process >= 0 ? m->of->process[flux->process].name : m->of->state[flux->state].name;
}

/* Rate of a flux in one copy, as an expression. */
static rein_ast *flux_rate(const maker *m, int f, int copy) {
  const rein_twin_flux *flux = &m->twin->flux[f];
  if (flux->state >= 0) return copied(m, m->out->state[flux->state + copy * (int)m->of->n_state].rate, 0);
  const int symbol = m->symbol_of[REIN_SYMBOL_PROCESS][flux->process] + copy * (int)m->of->n_symbol;
  return name_of(m, symbol, m->of->process[flux->process].rate);
}

static void make_states(maker *m) {
  const rein_model *of = m->of;
  rein_twin *t = m->twin;
  const size_t n = of->n_state;
  const size_t n_all = 4 * n + 2 * (size_t)t->n_flux + 2 * (size_t)t->n_jump;
  rein_state *state = m->out->state = REIN_NEW(m->arena, rein_state, n_all);
  m->out->n_state = n_all;
  for (size_t i = 0; i < 2 * n; i++) {
    state[i] = of->state[i % n];
    state[i].initial = copied(m, state[i].initial, i >= n);
    state[i].rate = copied(m, state[i].rate, i >= n);
    if (i >= n || state[i].range_policy != REIN_RANGE_ERROR) state[i].range_policy = REIN_RANGE_NONE;
    if (state[i].range_policy == REIN_RANGE_ERROR) state[i].range_policy = REIN_RANGE_WARNING;
    if (i >= n) state[i].name = without(m, state[i].name);
  }
  for (int f = 0; f < t->n_flux; f++)
    if (t->flux[f].state >= 0) {
      rein_state *s = &state[t->flux[f].state];
      s->rate = held(m, s->rate, copied(m, s->rate, 1), f);
    }
  for (int copy = 0; copy < 2; copy++) {
    for (int f = 0; f < t->n_flux; f++) {
      rein_state *s = &state[rein_twin_row(t, REIN_TWIN_FLUX, copy, f)];
      rein_ast *rate = flux_rate(m, f, copy);
      *s = total_state(m, "flux", copy, flux_name(m, f), rate->pos);
      s->rate = rate;
    }
    for (size_t i = 0; i < n; i++)
      state[rein_twin_row(t, REIN_TWIN_DOSE, copy, (int)i)] =
          total_state(m, "dose", copy, of->state[i].name, of->state[i].pos);
    for (int j = 0; j < t->n_jump; j++)
      state[rein_twin_row(t, REIN_TWIN_JUMP, copy, j)] =
          total_state(m, "jump", copy, of->event[t->jump[j].event].name, of->event[t->jump[j].event].pos);
  }
}

static void make_processes(maker *m) {
  const size_t n = m->of->n_process;
  rein_process *process = m->out->process = REIN_NEW(m->arena, rein_process, 2 * n);
  m->out->n_process = 2 * n;
  for (size_t i = 0; i < 2 * n; i++) {
    const int copy = i >= n, k = (int)(i % n);
    rein_process *p = &process[i];
    *p = m->of->process[k];
    p->rate = copied(m, p->rate, copy);
    p->flow = REIN_NEW(m->arena, rein_flow, p->n_flow);
    for (int j = 0; j < p->n_flow; j++) {
      p->flow[j] = m->of->process[k].flow[j];
      p->flow[j].state += copy * (int)m->of->n_state;
    }
    if (copy) p->name = without(m, p->name);
    /* Fluxes are the processes first, in their order. */
    if (!copy) {
      const int other = m->symbol_of[REIN_SYMBOL_PROCESS][k] + (int)m->of->n_symbol;
      p->rate = held(m, m->of->process[k].rate, name_of(m, other, p->rate), k);
    }
  }
}

static void make_values(maker *m) {
  const size_t n = m->of->n_value, n_obs = m->of->n_observable;
  m->out->value = REIN_NEW(m->arena, rein_value, 2 * n);
  m->out->n_value = 2 * n;
  for (size_t i = 0; i < 2 * n; i++) {
    rein_value *v = &m->out->value[i];
    *v = m->of->value[i % n];
    v->is = copied(m, v->is, i >= n);
    if (i >= n) v->name = without(m, v->name);
  }
  m->out->observable = REIN_NEW(m->arena, rein_observable, 2 * n_obs);
  m->out->n_observable = 2 * n_obs;
  for (size_t i = 0; i < 2 * n_obs; i++) {
    rein_observable *o = &m->out->observable[i];
    *o = m->of->observable[i % n_obs];
    o->is = copied(m, o->is, i >= n_obs);
    o->noise_sd = copied(m, o->noise_sd, i >= n_obs);
    o->noise_cv = copied(m, o->noise_cv, i >= n_obs);
    if (i >= n_obs) o->name = without(m, o->name);
  }
}

/* ---- actions, events, the rest ---- */

/* Doses are given by the caller at rows of inputs and states; what they depend on is settled there. */
static void make_actions(maker *m) {
  const size_t n = m->of->n_action;
  m->out->action = REIN_NEW(m->arena, rein_action, 4 * n);
  m->out->n_action = 4 * n;
  for (size_t i = 0; i < 4 * n; i++) {
    const size_t part = i / n;
    rein_action *a = &m->out->action[i];
    *a = m->of->action[i % n];
    a->name = rein_arena_printf(m->arena, "%s.%d", a->name, (int)part);
    a->lag = a->bioavailability = a->rate = a->duration = NULL;
    if (a->param >= 0 && part == 1) a->param += (int)m->of->n_param;
    if (a->state < 0) continue;
    if (part == 1) a->state += (int)m->of->n_state;
    if (part > 1) a->state = rein_twin_row(m->twin, REIN_TWIN_DOSE, part == 3, a->state);
    m->twin->n_input += part == 0;
  }
}

/* total = total + (value - state), together with the assignment itself */
static rein_assignment jump_total(const maker *m, const rein_assignment *a, int j, int copy) {
  rein_ast *total = name_of(m, m->first_jump[copy] + j, a->value);
  rein_ast *state =
      name_of(m, m->symbol_of[REIN_SYMBOL_STATE][a->index] + copy * (int)m->of->n_symbol, a->value);
  rein_ast *step = rein_ast_binary(m->arena, REIN_OP_SUB, copied(m, a->value, copy), state);
  return (rein_assignment){.kind = REIN_SYMBOL_STATE,
                           .index = rein_twin_row(m->twin, REIN_TWIN_JUMP, copy, j),
                           .value = rein_ast_binary(m->arena, REIN_OP_ADD, total, step)};
}

static void make_events(maker *m) {
  const size_t n = m->of->n_event;
  m->out->event = REIN_NEW(m->arena, rein_event, 2 * n);
  m->out->n_event = 2 * n;
  for (int copy = 0; copy < 2; copy++) {
    int j = 0;
    for (size_t i = 0; i < n; i++) {
      const rein_event *from = &m->of->event[i];
      rein_event *e = &m->out->event[(size_t)copy * n + i];
      *e = *from;
      e->when = copied(m, from->when, copy);
      e->delay = copied(m, from->delay, copy);
      e->priority = copied(m, from->priority, copy);
      if (copy) e->name = without(m, from->name);
      e->assign = REIN_NEW(m->arena, rein_assignment, 2 * from->n_assign);
      e->n_assign = 0;
      for (int k = 0; k < from->n_assign; k++) {
        const rein_assignment *a = &from->assign[k];
        const bool state = a->kind == REIN_SYMBOL_STATE;
        const int by = state ? (int)m->of->n_state : (int)m->of->n_param;
        if (state && m->twin->jump[j].followed) e->assign[e->n_assign++] = jump_total(m, a, j, copy);
        e->assign[e->n_assign++] = (rein_assignment){.kind = a->kind,
                                                     .index = a->index + copy * by,
                                                     .value = copied(m, a->value, copy),
                                                     .scale = copied(m, a->scale, copy)};
        j += state;
      }
    }
  }
}

static void make_rest(maker *m) {
  const size_t n = m->of->n_safety, n_delay = m->of->n_delay;
  m->out->safety = REIN_NEW(m->arena, rein_safety, 2 * n);
  m->out->n_safety = 2 * n;
  for (size_t i = 0; i < 2 * n; i++) {
    m->out->safety[i] = m->of->safety[i % n];
    m->out->safety[i].when = copied(m, m->out->safety[i].when, i >= n);
    if (i >= n) m->out->safety[i].name = without(m, m->out->safety[i].name);
  }
  m->out->delay = REIN_NEW(m->arena, rein_delay, 2 * n_delay);
  m->out->n_delay = 2 * n_delay;
  for (size_t i = 0; i < 2 * n_delay; i++) {
    rein_delay *d = &m->out->delay[i];
    *d = m->of->delay[i % n_delay];
    d->is = copied(m, d->is, i >= n_delay);
    d->by = copied(m, d->by, i >= n_delay);
    d->before = copied(m, d->before, i >= n_delay);
    if (i >= n_delay) d->param += (int)m->of->n_param;
  }
}

/* ---- all ---- */

static void list_fluxes(maker *m) {
  rein_twin *t = m->twin;
  t->flux = REIN_NEW(m->arena, rein_twin_flux, m->of->n_process + m->of->n_state);
  for (size_t k = 0; k < m->of->n_process; k++) t->flux[t->n_flux++] = (rein_twin_flux){(int)k, -1};
  for (size_t i = 0; i < m->of->n_state; i++)
    if (m->of->state[i].rate) t->flux[t->n_flux++] = (rein_twin_flux){-1, (int)i};
  int n = 0;
  for (size_t i = 0; i < m->of->n_event; i++) n += m->of->event[i].n_assign;
  t->jump = REIN_NEW(m->arena, rein_twin_jump, n);
  for (size_t i = 0; i < m->of->n_event; i++) {
    const rein_event *e = &m->of->event[i];
    for (int k = 0; k < e->n_assign; k++) {
      if (e->assign[k].kind != REIN_SYMBOL_STATE) continue;
      const bool followed = !e->assign[k].scale && !(e->delay && e->values_at_trigger);
      t->jump[t->n_jump++] = (rein_twin_jump){(int)i, e->assign[k].index, followed};
    }
  }
}

int rein_twin_row(const rein_twin *twin, rein_twin_total total, bool is_without, int i) {
  const int n = (int)twin->of->n_state, n_flux = twin->n_flux;
  const int first =
      total == REIN_TWIN_FLUX ? 2 * n : 2 * n + 2 * n_flux + (total == REIN_TWIN_JUMP ? 2 * n : 0);
  const int width = total == REIN_TWIN_FLUX ? n_flux : total == REIN_TWIN_DOSE ? n : twin->n_jump;
  return first + (is_without ? width : 0) + i;
}

rein_twin *rein_twin_create(rein_arena *arena, const rein_model *model) {
  rein_twin *twin = REIN_NEW(arena, rein_twin, 1);
  rein_model *out = REIN_NEW(arena, rein_model, 1);
  *out = *model;
  *twin = (rein_twin){.of = model, .model = out};
  maker m = {.arena = arena, .twin = twin, .of = model, .out = out};
  list_fluxes(&m);
  index_symbols(&m);
  make_symbols(&m);
  make_params(&m);
  make_states(&m);
  make_processes(&m);
  make_values(&m);
  make_actions(&m);
  make_events(&m);
  make_rest(&m);
  out->n_correlation = 0;
  return twin;
}
