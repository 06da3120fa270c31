#include "src/compile/lower.h"

#include <assert.h>
#include <math.h>

#define UNDER_WAY (-2) /* of a memo: met again, it depends on itself */

/* A frame works on an expression, or (ast NULL) keeps the value on top as that of a symbol. */
typedef struct {
  const rein_ast *ast;
  const char *label;
  int i_arg;
  rein_symbol_kind kind;
  int index;
} frame;

struct rein_lower {
  rein_lowered *lowered;
  rein_dag *dag;
  const rein_model *model;
  rein_arena *keep;
  rein_diag *diag;
  rein_node *memo[REIN_SYMBOL_OBSERVABLE + 1]; /* by kind: (n) NONE, UNDER_WAY or node */
  frame *stack;
  size_t n_stack, cap_stack;
  rein_node *value; /* results of finished frames */
  size_t n_value, cap_value;
};

static rein_node *create_memo(rein_arena *arena, size_t n) {
  rein_node *memo = REIN_NEW(arena, rein_node, n);
  for (size_t i = 0; i < n; i++) memo[i] = REIN_NODE_NONE;
  return memo;
}

rein_lower *rein_lower_create(rein_lowered *lowered, rein_arena *keep, rein_diag *diag) {
  rein_arena *work = lowered->dag->arena;
  const rein_model *m = lowered->model;
  rein_lower *lower = REIN_NEW(work, rein_lower, 1);
  *lower = (rein_lower){.lowered = lowered, .dag = lowered->dag, .model = m, .keep = keep, .diag = diag};
  lower->memo[REIN_SYMBOL_PARAM] = create_memo(work, m->n_param);
  lower->memo[REIN_SYMBOL_STATE] = create_memo(work, m->n_state);
  lower->memo[REIN_SYMBOL_VALUE] = create_memo(work, m->n_value);
  lower->memo[REIN_SYMBOL_PROCESS] = create_memo(work, m->n_process);
  lower->memo[REIN_SYMBOL_OBSERVABLE] = create_memo(work, m->n_observable);
  return lower;
}

static void push_frame(rein_lower *lower, frame f) {
  REIN_PUSH(lower->dag->arena, lower->stack, lower->n_stack, lower->cap_stack, f);
}

/* Ends the frame on top with its value. */
static void finish_frame(rein_lower *lower, rein_node value) {
  lower->n_stack--;
  REIN_PUSH(lower->dag->arena, lower->value, lower->n_value, lower->cap_value, value);
}

/* The expression behind a symbol, or NULL for a leaf. */
static const rein_ast *definition(const rein_lower *lower, rein_symbol_kind kind, int i, const char **word,
                                  const char **name, rein_pos *pos) {
  const rein_model *m = lower->model;
  switch (kind) {
  case REIN_SYMBOL_PARAM:
    *word = "parameter", *name = m->param[i].name, *pos = m->param[i].pos;
    return m->param[i].value_expr;
  case REIN_SYMBOL_VALUE:
    *word = "value", *name = m->value[i].name, *pos = m->value[i].pos;
    return m->value[i].is;
  case REIN_SYMBOL_PROCESS:
    *word = "process", *name = m->process[i].name, *pos = m->process[i].pos;
    return m->process[i].rate;
  case REIN_SYMBOL_OBSERVABLE:
    *word = "observable", *name = m->observable[i].name, *pos = m->observable[i].pos;
    return m->observable[i].is;
  default:
    return NULL;
  }
}

static rein_node op2(rein_lower *lower, rein_op op, rein_node a, rein_node b) {
  return rein_dag_op2(lower->dag, op, a, b);
}

/* What actions make of a symbol. */
static rein_node act_on(rein_lower *lower, rein_symbol_kind kind, int index, rein_node node) {
  const rein_model *m = lower->model;
  for (size_t i = 0; i < m->n_act; i++) {
    const rein_act *act = &m->act[i];
    if (act->kind != kind || act->target != index) continue;
    if (act->scale >= 0)
      node = op2(lower, REIN_OP_MUL, node, rein_lower_symbol(lower, REIN_SYMBOL_VALUE, act->scale));
    if (act->shift >= 0)
      node = op2(lower, REIN_OP_ADD, node, rein_lower_symbol(lower, REIN_SYMBOL_VALUE, act->shift));
  }
  return node;
}

/* Puts a symbol's value where the frame on top is: at once, or by working on its definition first. */
static void enter_symbol(rein_lower *lower, rein_symbol_kind kind, int index) {
  rein_node *memo = &lower->memo[kind][index];
  const char *word = NULL, *name = NULL;
  rein_pos pos = {0};
  if (*memo >= 0) {
    finish_frame(lower, *memo);
    return;
  }
  const rein_ast *is = definition(lower, kind, index, &word, &name, &pos);
  if (!is && *memo == UNDER_WAY) {
    rein_error(lower->diag, pos, "%s '%s' depends on itself: an action on it depends on it", word, name);
    finish_frame(lower, rein_dag_number(lower->dag, NAN));
  } else if (!is) {
    int leaf = kind == REIN_SYMBOL_STATE            ? REIN_LEAF_STATE
               : lower->model->param[index].delayed ? REIN_LEAF_DELAY
                                                    : REIN_LEAF_PARAM;
    *memo = UNDER_WAY;
    rein_node node = act_on(lower, kind, index, rein_dag_leaf(lower->dag, leaf, index));
    finish_frame(lower, *memo = node);
  } else if (*memo == UNDER_WAY) {
    rein_error(lower->diag, pos, "%s '%s' depends on itself", word, name);
    finish_frame(lower, rein_dag_number(lower->dag, NAN));
  } else {
    *memo = UNDER_WAY;
    const char *label = rein_arena_printf(lower->keep, "%s %s", word, name);
    lower->stack[lower->n_stack - 1] = (frame){.kind = kind, .index = index, .label = label};
    push_frame(lower, (frame){.ast = is, .label = label});
  }
}

/* A parameter with a formula: its row on the tape is the deviate around the formula's value, 0 for the
 * typical one. */
static rein_node around_formula(rein_lower *lower, int i_param, rein_node formula) {
  const rein_param *p = &lower->model->param[i_param];
  rein_dag *dag = lower->dag;
  if (lower->model->n_act == 0 && (rein_dag_at(dag, formula)->flags & ~REIN_DAG_PARAM))
    rein_error(lower->diag, p->pos, "parameter '%s' may be computed from parameters and covariates only",
               p->name);
  rein_dist_kind between = p->between.kind, uncertain = p->uncertain.kind;
  if (between != REIN_DIST_NONE && uncertain != REIN_DIST_NONE && between != uncertain)
    rein_error(lower->diag, p->uncertain.pos,
               "parameter '%s' is computed: `between` and `uncertain` must have one kind of distribution",
               p->name);
  rein_dist_kind kind = between != REIN_DIST_NONE ? between : uncertain;
  rein_node row = rein_dag_leaf(dag, REIN_LEAF_PARAM, i_param), one = rein_dag_number(dag, 1.0);
  switch (kind) {
  case REIN_DIST_NONE:
    return formula;
  case REIN_DIST_LOGNORMAL:
    return op2(lower, REIN_OP_MUL, formula, rein_dag_op1(dag, REIN_OP_EXP, row));
  case REIN_DIST_NORMAL:
    return op2(lower, REIN_OP_ADD, formula, row);
  case REIN_DIST_LOGIT_NORMAL: {
    /* 1 / (1 + exp(-row) (1 - f) / f): logistic(logit(f) + row) without a logarithm */
    rein_node odds = op2(lower, REIN_OP_DIV, op2(lower, REIN_OP_SUB, one, formula), formula);
    rein_node shift = rein_dag_op1(dag, REIN_OP_EXP, rein_dag_op1(dag, REIN_OP_NEG, row));
    return op2(lower, REIN_OP_DIV, one, op2(lower, REIN_OP_ADD, one, op2(lower, REIN_OP_MUL, shift, odds)));
  }
  case REIN_DIST_UNIFORM:
    break;
  }
  rein_error(lower->diag, p->pos, "parameter '%s' is computed: its distribution cannot be uniform", p->name);
  return formula;
}

/* 10 * sum over states of |d base / d state| * atol(state): how far below 0 the base may be by solver error
 * alone. */
static rein_node power_floor(rein_lower *lower, rein_node base, rein_node exponent) {
  rein_dag *dag = lower->dag;
  const rein_dag_node e = *rein_dag_at(dag, exponent);
  rein_node sum = rein_dag_number(dag, 0.0);
  if (e.kind == REIN_LEAF_NUMBER && e.number == trunc(e.number)) return sum;
  const rein_gradient g = rein_derive_gradient(lower->lowered->by_state, base);
  for (int i = 0; i < g.n; i++) {
    rein_node slope = rein_dag_op1(dag, REIN_OP_ABS, g.partial[i].node);
    rein_node atol = rein_dag_leaf(dag, REIN_LEAF_ATOL, g.partial[i].variable);
    sum = op2(lower, REIN_OP_ADD, sum, op2(lower, REIN_OP_MUL, slope, atol));
  }
  return op2(lower, REIN_OP_MUL, rein_dag_number(dag, REIN_FLOOR_TOLERANCES), sum);
}

/* The operation on its operands; sums, products, min, max and logic take any number of them, from the left.
 */
static rein_node combine(rein_lower *lower, rein_op op, const rein_node *arg, int n_arg) {
  if (op == REIN_OP_POW)
    return rein_dag_op(lower->dag, op, arg[0], arg[1], power_floor(lower, arg[0], arg[1]));
  if (op == REIN_OP_SELECT) return rein_dag_op(lower->dag, op, arg[0], arg[1], arg[2]);
  if (rein_op_n_arg(op) == 1) return rein_dag_op1(lower->dag, op, arg[0]);
  rein_node result = arg[0];
  for (int i = 1; i < n_arg; i++) result = op2(lower, op, result, arg[i]);
  return result;
}

static void finish_operation(rein_lower *lower, const frame *f) {
  const rein_ast *ast = f->ast;
  lower->n_value -= (size_t)ast->n_arg;
  const rein_node *arg = &lower->value[lower->n_value];
  rein_dag_set_origin(lower->dag, ast->pos, f->label);
  rein_node result;
  if (ast->kind == REIN_AST_CONVERT) {
    result = op2(lower, REIN_OP_MUL, arg[0], rein_dag_number(lower->dag, ast->number));
  } else {
    assert(ast->kind == REIN_AST_OP && "calls are expanded before");
    result = combine(lower, ast->op, arg, ast->n_arg);
  }
  finish_frame(lower, result);
}

static void keep_symbol(rein_lower *lower, const frame *f) {
  rein_node value = lower->value[lower->n_value - 1];
  if (f->kind == REIN_SYMBOL_PARAM) {
    rein_dag_set_origin(lower->dag, lower->model->param[f->index].pos, f->label);
    value = around_formula(lower, f->index, value);
  }
  value = act_on(lower, f->kind, f->index, value);
  lower->value[lower->n_value - 1] = lower->memo[f->kind][f->index] = value;
  lower->n_stack--;
}

static void step(rein_lower *lower) {
  frame *top = &lower->stack[lower->n_stack - 1], now = *top;
  if (!now.ast) {
    keep_symbol(lower, &now);
  } else if (now.ast->kind == REIN_AST_NUMBER) {
    finish_frame(lower, rein_dag_number(lower->dag, now.ast->number));
  } else if (now.ast->kind == REIN_AST_NAME && now.ast->symbol == REIN_SYMBOL_TIME) {
    finish_frame(lower, rein_dag_leaf(lower->dag, REIN_LEAF_TIME, 0));
  } else if (now.ast->kind == REIN_AST_NAME) {
    const rein_symbol *symbol = &lower->model->symbol[now.ast->symbol];
    enter_symbol(lower, symbol->kind, symbol->index);
  } else if (now.i_arg < now.ast->n_arg) {
    top->i_arg++;
    push_frame(lower, (frame){.ast = now.ast->arg[now.i_arg], .label = now.label});
  } else {
    finish_operation(lower, &now);
  }
}

static rein_node run(rein_lower *lower, size_t bottom) {
  while (lower->n_stack > bottom) step(lower);
  return lower->value[--lower->n_value];
}

rein_node rein_lower_expression(rein_lower *lower, const rein_ast *ast, const char *label) {
  size_t bottom = lower->n_stack;
  push_frame(lower, (frame){.ast = ast, .label = label});
  return run(lower, bottom);
}

rein_node rein_lower_symbol(rein_lower *lower, rein_symbol_kind kind, int index) {
  size_t bottom = lower->n_stack;
  push_frame(lower, (frame){.kind = kind, .index = index});
  enter_symbol(lower, kind, index);
  return run(lower, bottom);
}
