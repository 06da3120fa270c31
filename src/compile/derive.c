#include "src/compile/derive.h"

#include <math.h>
#include <stdlib.h>

#include "src/compile/derive_rules.h"

/* rein_gradient.n before the list is there */
enum { UNKNOWN = -1, INLINED = -2 };

typedef struct {
  rein_node node;
  bool minus;
} open_term;

struct rein_derive {
  rein_dag *dag;
  rein_derive_kind kind;
  rein_gradient *known; /* (cap) */
  size_t cap;
  rein_node *stack; /* nodes whose gradient is under way */
  size_t n_stack, cap_stack;
  rein_node *sum;    /* (n_variable) sums of one node under way */
  bool *touched;     /* (n_variable) */
  int *touched_list; /* (n_touched) */
  int n_touched;
  open_term *open; /* open terms of a flat sum */
  size_t n_open, cap_open;
};

rein_derive *rein_derive_create(rein_dag *dag, rein_derive_kind kind, int n_variable) {
  rein_derive *d = REIN_NEW(dag->arena, rein_derive, 1);
  d->dag = dag;
  d->kind = kind;
  d->sum = REIN_NEW(dag->arena, rein_node, n_variable);
  d->touched = REIN_NEW(dag->arena, bool, n_variable);
  d->touched_list = REIN_NEW(dag->arena, int, n_variable);
  return d;
}

/* Room for the nodes made since the last call. */
static void cover(rein_derive *d) {
  if (d->cap >= d->dag->n_node) return;
  size_t cap = 2 * d->dag->n_node;
  rein_gradient *known = REIN_NEW(d->dag->arena, rein_gradient, cap);
  for (size_t i = 0; i < cap; i++) known[i] = i < d->cap ? d->known[i] : (rein_gradient){NULL, UNKNOWN};
  d->known = known;
  d->cap = cap;
}

static bool depends(const rein_derive *d, rein_node n) {
  return rein_dag_at(d->dag, n)->flags & (d->kind == REIN_DERIVE_TIME ? REIN_DAG_TIME : REIN_DAG_STATE);
}

/* Adds factor * inner to the sum of one variable; factor NONE is 1. */
static void collect(rein_derive *d, int variable, rein_node factor, rein_node inner, bool minus) {
  rein_dag *dag = d->dag;
  rein_node term = factor == REIN_NODE_NONE ? inner : rein_dag_op2(dag, REIN_OP_MUL, factor, inner);
  if (!d->touched[variable]) {
    d->touched[variable] = true;
    d->touched_list[d->n_touched++] = variable;
    d->sum[variable] = minus ? rein_dag_op1(dag, REIN_OP_NEG, term) : term;
  } else {
    d->sum[variable] = rein_dag_op2(dag, minus ? REIN_OP_SUB : REIN_OP_ADD, d->sum[variable], term);
  }
}

static void collect_all(rein_derive *d, rein_node of, rein_node factor, bool minus) {
  const rein_gradient g = d->known[of];
  for (int i = 0; i < g.n; i++) collect(d, g.partial[i].variable, factor, g.partial[i].node, minus);
}

static int by_value(const void *a, const void *b) {
  return (*(const int *)a > *(const int *)b) - (*(const int *)a < *(const int *)b);
}

/* The collected sums as the gradient of `node`; zeros are dropped. */
static void finish(rein_derive *d, rein_node node) {
  qsort(d->touched_list, (size_t)d->n_touched, sizeof(int), by_value);
  rein_partial *partial = d->n_touched ? REIN_NEW(d->dag->arena, rein_partial, d->n_touched) : NULL;
  int n = 0;
  for (int i = 0; i < d->n_touched; i++) {
    int v = d->touched_list[i];
    d->touched[v] = false;
    if (!rein_dag_is_number(d->dag, d->sum[v], 0.0)) partial[n++] = (rein_partial){v, d->sum[v]};
  }
  d->n_touched = 0;
  d->known[node] = (rein_gradient){partial, n};
}

static bool is_additive(const rein_derive *d, rein_node n) {
  int kind = rein_dag_at(d->dag, n)->kind;
  return kind == REIN_OP_ADD || kind == REIN_OP_SUB || kind == REIN_OP_NEG;
}

/* A sum used once inside another sum is not given a list of its own. Decided once: uses may grow while
 * deriving. */
static bool is_inlined(rein_derive *d, rein_node n) {
  int *known = &d->known[n].n;
  if (*known == UNKNOWN && is_additive(d, n) && rein_dag_at(d->dag, n)->n_use <= 1) *known = INLINED;
  return *known == INLINED;
}

/* Walks the flat sum under `node`, left to right. `visit` sees each term; false from it ends the walk. */
static bool walk_sum(rein_derive *d, rein_node node, bool (*visit)(rein_derive *, open_term)) {
  d->n_open = 0;
  REIN_PUSH(d->dag->arena, d->open, d->n_open, d->cap_open, ((open_term){node, false}));
  for (bool top = true; d->n_open; top = false) {
    open_term t = d->open[--d->n_open];
    if (!depends(d, t.node)) continue;
    if (!top && !is_inlined(d, t.node)) {
      if (!visit(d, t)) return false;
      continue;
    }
    const rein_dag_node *n = rein_dag_at(d->dag, t.node);
    for (int i = rein_dag_n_arg(d->dag, t.node) - 1; i >= 0; i--) {
      bool minus = t.minus ^ (n->kind == REIN_OP_NEG || (n->kind == REIN_OP_SUB && i == 1));
      REIN_PUSH(d->dag->arena, d->open, d->n_open, d->cap_open, ((open_term){n->arg[i], minus}));
    }
  }
  return true;
}

static bool require_node(rein_derive *d, rein_node n) {
  if (!depends(d, n) || d->known[n].n >= 0) return true;
  REIN_PUSH(d->dag->arena, d->stack, d->n_stack, d->cap_stack, n);
  return false;
}

static bool require_term(rein_derive *d, open_term t) {
  require_node(d, t.node);
  return true;
}

static bool collect_term(rein_derive *d, open_term t) {
  collect_all(d, t.node, REIN_NODE_NONE, t.minus);
  return true;
}

/* Pushes what the node's gradient needs; true when all of it is there. */
static bool is_ready(rein_derive *d, rein_node node) {
  size_t before = d->n_stack;
  if (is_additive(d, node)) {
    walk_sum(d, node, require_term);
  } else {
    for (int i = 0; i < rein_dag_n_arg(d->dag, node); i++)
      if (rein_derive_counts_arg(rein_dag_at(d->dag, node)->kind, i))
        require_node(d, rein_dag_at(d->dag, node)->arg[i]);
  }
  return d->n_stack == before;
}

/* if, min, max: for each variable the derivative of the branch taken. */
static void derive_choice(rein_derive *d, rein_node node) {
  const rein_node zero = rein_dag_number(d->dag, 0.0);
  const rein_choice choice = rein_derive_choice(d->dag, node);
  cover(d);
  rein_gradient a = depends(d, choice.a) ? d->known[choice.a] : (rein_gradient){0};
  rein_gradient b = depends(d, choice.b) ? d->known[choice.b] : (rein_gradient){0};
  for (int i = 0, j = 0; i < a.n || j < b.n;) {
    int va = i < a.n ? a.partial[i].variable : INT32_MAX, vb = j < b.n ? b.partial[j].variable : INT32_MAX;
    int v = va < vb ? va : vb;
    rein_node pa = va == v ? a.partial[i++].node : zero, pb = vb == v ? b.partial[j++].node : zero;
    collect(d, v, REIN_NODE_NONE, rein_dag_op(d->dag, REIN_OP_SELECT, choice.condition, pa, pb), false);
  }
}

/* Gradient of a node whose operands' gradients are known. */
static void derive_node(rein_derive *d, rein_node node) {
  const rein_dag_node n = *rein_dag_at(d->dag, node);
  d->dag->origin_now = n.origin;
  if (n.kind == REIN_LEAF_STATE || n.kind == REIN_LEAF_TIME) {
    collect(d, n.kind == REIN_LEAF_STATE ? n.arg[0] : 0, REIN_NODE_NONE, rein_dag_number(d->dag, 1.0), false);
  } else if (is_additive(d, node)) {
    walk_sum(d, node, collect_term);
  } else if (n.kind == REIN_OP_SELECT || n.kind == REIN_OP_MIN || n.kind == REIN_OP_MAX) {
    derive_choice(d, node);
  } else {
    for (int i = 0; i < rein_dag_n_arg(d->dag, node); i++) {
      if (!depends(d, n.arg[i]) || !rein_derive_counts_arg(n.kind, i)) continue;
      rein_node factor = rein_derive_factor(d->dag, node, i);
      cover(d);
      collect_all(d, n.arg[i], factor, false);
    }
  }
  cover(d);
  finish(d, node);
}

rein_gradient rein_derive_gradient(rein_derive *d, rein_node node) {
  if (!depends(d, node)) return (rein_gradient){NULL, 0};
  const bool loose = d->dag->loose;
  const int origin = d->dag->origin_now;
  cover(d);
  d->dag->loose = true;
  require_node(d, node);
  while (d->n_stack) {
    rein_node n = d->stack[d->n_stack - 1];
    if (d->known[n].n >= 0) {
      d->n_stack--;
    } else if (is_ready(d, n)) {
      d->n_stack--;
      derive_node(d, n);
    }
  }
  d->dag->loose = loose;
  d->dag->origin_now = origin;
  return d->known[node];
}
