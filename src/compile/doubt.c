#include "src/compile/doubt.h"

#include <math.h>
#include <string.h>

typedef struct {
  rein_arena *arena;
  rein_doubt *doubt;
  rein_model *out;
} maker;

/* ---- expressions ---- */

static rein_ast *name_of(const maker *m, int param, rein_pos pos) {
  const int symbol = (int)(m->out->n_symbol - m->out->n_param) + param;
  rein_ast *out = rein_ast_name(m->arena, pos, m->out->param[param].name);
  out->symbol = symbol;
  return out;
}

/* expression * (1 + part); 1 + part where there is none */
static rein_ast *times(const maker *m, const rein_ast *expression, rein_ast *part) {
  rein_ast *whole = rein_ast_binary(m->arena, REIN_OP_ADD, rein_ast_number(m->arena, part->pos, 1.0), part);
  return expression ? rein_ast_binary(m->arena, REIN_OP_MUL, rein_ast_copy(m->arena, expression), whole)
                    : whole;
}

/* ---- parameters ---- */

static int add_param(maker *m, const char *what, const char *of) {
  rein_model *out = m->out;
  const int k = (int)out->n_param++;
  out->param[k] = (rein_param){.name = rein_arena_printf(m->arena, "%s %s", what, of),
                               .unit_text = "1",
                               .has_value = true,
                               .range_low = -INFINITY,
                               .range_high = INFINITY,
                               .assumed = "nothing is wrong"};
  return k;
}

/* The symbols of all parameters once more behind the others, so that those added stand in their order. */
static void make_symbols(maker *m) {
  rein_model *out = m->out;
  const size_t n = out->n_symbol;
  rein_symbol *symbol = REIN_NEW(m->arena, rein_symbol, n + out->n_param);
  memcpy(symbol, out->symbol, n * sizeof *symbol);
  for (size_t i = 0; i < out->n_param; i++)
    symbol[n + i] = (rein_symbol){REIN_SYMBOL_PARAM, (int)i, out->param[i].name};
  out->symbol = symbol;
  out->n_symbol = n + out->n_param;
}

static void make_params(maker *m) {
  const rein_model *of = m->doubt->of;
  rein_doubt *d = m->doubt;
  const size_t n_more = 2 * of->n_process + of->n_state + 2 * of->n_action;
  m->out->param = REIN_NEW(m->arena, rein_param, of->n_param + n_more + 1);
  memcpy(m->out->param, of->param, of->n_param * sizeof *of->param);
  d->scale = REIN_NEW(m->arena, int, of->n_process + 1);
  d->drift = REIN_NEW(m->arena, int, of->n_process + 1);
  d->loss = REIN_NEW(m->arena, int, of->n_state + 1);
  d->amount = REIN_NEW(m->arena, int, of->n_action + 1);
  d->late = REIN_NEW(m->arena, int, of->n_action + 1);
  for (size_t k = 0; k < of->n_process; k++) {
    d->scale[k] = add_param(m, "scale of", of->process[k].name);
    d->drift[k] = add_param(m, "drift of", of->process[k].name);
  }
  for (size_t i = 0; i < of->n_state; i++) d->loss[i] = add_param(m, "loss of", of->state[i].name);
  for (size_t a = 0; a < of->n_action; a++) {
    d->amount[a] = of->action[a].state < 0 ? -1 : add_param(m, "amount of", of->action[a].name);
    d->late[a] = add_param(m, "lateness of", of->action[a].name);
  }
}

/* ---- where they act ---- */

static void change_processes(maker *m, double start) {
  const rein_model *of = m->doubt->of;
  m->out->process = REIN_NEW(m->arena, rein_process, of->n_process + 1);
  for (size_t k = 0; k < of->n_process; k++) {
    rein_process *p = &m->out->process[k];
    *p = of->process[k];
    rein_ast *time = rein_ast_name(m->arena, p->pos, "time");
    time->symbol = REIN_SYMBOL_TIME;
    rein_ast *since = rein_ast_binary(m->arena, REIN_OP_SUB, time, rein_ast_number(m->arena, p->pos, start));
    rein_ast *drift = rein_ast_binary(m->arena, REIN_OP_MUL, name_of(m, m->doubt->drift[k], p->pos), since);
    p->rate = times(m, p->rate,
                    rein_ast_binary(m->arena, REIN_OP_ADD, name_of(m, m->doubt->scale[k], p->pos), drift));
  }
}

static void change_states(maker *m) {
  const rein_model *of = m->doubt->of;
  int *symbol = REIN_NEW(m->arena, int, of->n_state + 1);
  for (size_t i = 0; i < of->n_symbol; i++)
    if (of->symbol[i].kind == REIN_SYMBOL_STATE) symbol[of->symbol[i].index] = (int)i;
  m->out->state = REIN_NEW(m->arena, rein_state, of->n_state + 1);
  for (size_t i = 0; i < of->n_state; i++) {
    rein_state *s = &m->out->state[i];
    *s = of->state[i];
    rein_ast *own = rein_ast_name(m->arena, s->pos, s->name);
    own->symbol = symbol[i];
    rein_ast *loss = rein_ast_binary(m->arena, REIN_OP_MUL, name_of(m, m->doubt->loss[i], s->pos), own);
    rein_ast *rate = s->rate ? rein_ast_copy(m->arena, s->rate) : rein_ast_number(m->arena, s->pos, 0.0);
    s->rate = rein_ast_binary(m->arena, REIN_OP_SUB, rate, loss);
  }
}

static void change_actions(maker *m) {
  const rein_model *of = m->doubt->of;
  m->out->action = REIN_NEW(m->arena, rein_action, of->n_action + 1);
  for (size_t i = 0; i < of->n_action; i++) {
    rein_action *a = &m->out->action[i];
    *a = of->action[i];
    rein_ast *late = name_of(m, m->doubt->late[i], a->pos);
    a->lag = a->lag ? rein_ast_binary(m->arena, REIN_OP_ADD, rein_ast_copy(m->arena, a->lag), late) : late;
    if (a->state >= 0)
      a->bioavailability = times(m, a->bioavailability, name_of(m, m->doubt->amount[i], a->pos));
  }
}

rein_doubt *rein_doubt_create(rein_arena *arena, const rein_model *model, double start) {
  rein_doubt *doubt = REIN_NEW(arena, rein_doubt, 1);
  rein_model *out = REIN_NEW(arena, rein_model, 1);
  *out = *model;
  *doubt = (rein_doubt){.of = model, .model = out};
  maker m = {.arena = arena, .doubt = doubt, .out = out};
  make_params(&m);
  make_symbols(&m);
  change_processes(&m, start);
  change_states(&m);
  change_actions(&m);
  return doubt;
}
