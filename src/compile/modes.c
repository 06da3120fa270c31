/* Comparisons that time alone switches, and the list of those that states switch.
 *
 * A comparison inside rates or triggers whose two sides are linear in time and otherwise made of parameters
 * changes at a time known beforehand. It becomes a mode: a row of the slot file, held constant inside a
 * segment of the integration, so that the right-hand side is smooth there. The program STOPS tells g(0) and
 * slope of `g(0) + slope time op 0`. `time == T` is `time >= T and time <= T`. Other programs keep the
 * comparison itself.
 *
 * All other comparisons, floors and ceilings of time or states in rates and triggers are rows of the program
 * SWITCH; rates hold those comparisons constant inside a segment. The two sides' difference of these
 * comparisons and of those in safety signals is a row of MARGIN.
 */
#include <string.h>

#include "src/compile/lower.h"

typedef struct {
  rein_lowered *lowered;
  rein_dag *dag;
  rein_derive *by_time;
  rein_node *root; /* (n_root) rates, then triggers */
  int n_root;
  rein_node *gap, *slope; /* (n_mode) left side minus right side, and its time derivative */
  size_t n_gap, cap_gap, n_slope, cap_slope;
  size_t n_op, cap_op;
} extractor;

static bool is_comparison(int kind) {
  return kind >= REIN_OP_LT && kind <= REIN_OP_NE;
}

/* Marks what the roots compute; the floor of a power is no part of the model's equations. */
static void mark_equations(const rein_dag *dag, const rein_node *root, int n_root, unsigned char *mark) {
  for (int i = 0; i < n_root; i++) mark[root[i]] = 1;
  for (rein_node id = (rein_node)dag->n_node - 1; id >= 0; id--) {
    if (!mark[id]) continue;
    int n_arg = rein_dag_n_arg(dag, id);
    if (rein_dag_at(dag, id)->kind == REIN_OP_POW) n_arg = 2;
    for (int i = 0; i < n_arg; i++) mark[rein_dag_at(dag, id)->arg[i]] = 1;
  }
}

/* Slope in time of a comparison's gap if it is linear there and free of states, else NONE. */
static rein_node linear_slope(extractor *x, const rein_dag_node *n, rein_node gap) {
  const int flags = rein_dag_at(x->dag, n->arg[0])->flags | rein_dag_at(x->dag, n->arg[1])->flags;
  const int other = REIN_DAG_STATE | REIN_DAG_MODE | REIN_DAG_JUMP;
  if (!(flags & REIN_DAG_TIME) || flags & other) return REIN_NODE_NONE;
  const rein_gradient g = rein_derive_gradient(x->by_time, gap);
  rein_node slope = g.n ? g.partial[0].node : rein_dag_number(x->dag, 0.0);
  return rein_dag_at(x->dag, slope)->flags & (REIN_DAG_TIME | other) ? REIN_NODE_NONE : slope;
}

static rein_node add_mode(extractor *x, rein_op op, rein_node gap, rein_node slope) {
  for (size_t i = 0; i < x->n_gap; i++)
    if (x->gap[i] == gap && x->lowered->mode_op[i] == op)
      return rein_dag_leaf(x->dag, REIN_LEAF_MODE, (int)i);
  REIN_PUSH(x->dag->arena, x->gap, x->n_gap, x->cap_gap, gap);
  REIN_PUSH(x->dag->arena, x->slope, x->n_slope, x->cap_slope, slope);
  REIN_PUSH(x->dag->arena, x->lowered->mode_op, x->n_op, x->cap_op, op);
  return rein_dag_leaf(x->dag, REIN_LEAF_MODE, (int)x->n_op - 1);
}

/* What stands for the comparison: a mode, two of them, or NONE where it is not switched by time alone. */
static rein_node mode_of(extractor *x, rein_node id) {
  const rein_dag_node n = *rein_dag_at(x->dag, id);
  x->dag->origin_now = n.origin;
  rein_node gap = rein_dag_op2(x->dag, REIN_OP_SUB, n.arg[0], n.arg[1]);
  rein_node slope = linear_slope(x, &n, gap);
  if (slope == REIN_NODE_NONE) return REIN_NODE_NONE;
  if (n.kind == REIN_OP_EQ)
    return rein_dag_op2(x->dag, REIN_OP_AND, add_mode(x, REIN_OP_GE, gap, slope),
                        add_mode(x, REIN_OP_LE, gap, slope));
  if (n.kind == REIN_OP_NE)
    return rein_dag_op2(x->dag, REIN_OP_OR, add_mode(x, REIN_OP_LT, gap, slope),
                        add_mode(x, REIN_OP_GT, gap, slope));
  return add_mode(x, (rein_op)n.kind, gap, slope);
}

/* Puts modes into rates and triggers. */
static void replace_comparisons(extractor *x) {
  rein_dag *dag = x->dag;
  const size_t n_node = dag->n_node;
  unsigned char *mark = REIN_NEW(dag->arena, unsigned char, n_node);
  rein_node *map = REIN_NEW(dag->arena, rein_node, n_node);
  memset(map, 0xff, n_node * sizeof *map);
  mark_equations(dag, x->root, x->n_root, mark);
  for (size_t id = 0; id < n_node; id++)
    if (mark[id] && is_comparison(rein_dag_at(dag, (rein_node)id)->kind)) map[id] = mode_of(x, (rein_node)id);
  x->lowered->n_mode = (int)x->n_gap;
  if (!x->n_gap) return;
  rein_dag_mark(dag, x->root, x->n_root, mark); /* floors, too, are made of the new nodes */
  rein_dag_rebuild(dag, n_node, mark, map);
  for (int i = 0; i < x->n_root; i++) x->root[i] = map[x->root[i]];
}

/* STOPS: each mode's gap at time 0 and its slope. */
static void collect_stops(extractor *x) {
  rein_dag *dag = x->dag;
  const size_t n_node = dag->n_node;
  rein_lowered_program *stops = &x->lowered->program[REIN_PROG_STOPS];
  stops->n = 2 * x->lowered->n_mode;
  stops->root = REIN_NEW(dag->arena, rein_node, stops->n);
  if (!stops->n) return;
  unsigned char *mark = REIN_NEW(dag->arena, unsigned char, n_node);
  rein_node *map = REIN_NEW(dag->arena, rein_node, n_node);
  memset(map, 0xff, n_node * sizeof *map);
  const rein_node zero = rein_dag_number(dag, 0.0), now = rein_dag_leaf(dag, REIN_LEAF_TIME, 0);
  map[now] = zero; /* the leaf is older than n_node: some gap depends on it */
  rein_dag_mark(dag, x->gap, (int)x->n_gap, mark);
  rein_dag_rebuild(dag, n_node, mark, map);
  for (int i = 0; i < x->lowered->n_mode; i++) {
    stops->root[2 * i] = map[x->gap[i]];
    stops->root[2 * i + 1] = x->slope[i];
  }
}

static void collect_switches(extractor *x) {
  rein_dag *dag = x->dag;
  rein_lowered_program *p = &x->lowered->program[REIN_PROG_SWITCH];
  unsigned char *mark = REIN_NEW(dag->arena, unsigned char, dag->n_node);
  size_t n = 0, cap = 0;
  mark_equations(dag, x->root, x->n_root, mark);
  for (size_t id = 0; id < dag->n_node; id++) {
    const rein_dag_node *node = rein_dag_at(dag, (rein_node)id);
    bool jumps = is_comparison(node->kind) || node->kind == REIN_OP_FLOOR || node->kind == REIN_OP_CEIL;
    if (mark[id] && jumps && node->flags & (REIN_DAG_TIME | REIN_DAG_STATE))
      REIN_PUSH(dag->arena, p->root, n, cap, (rein_node)id);
  }
  p->n = (int)n;
}

/* A rate that jumps inside a step spoils the step: rates hold the comparisons of states as they were at the
 * start of the segment, and a change ends it. Where the held branch cannot be computed beyond the change, as
 * a root that a comparison guards, the integration falls back on the comparison itself. */
static void hold_comparisons(extractor *x, int n_rate) {
  rein_dag *dag = x->dag;
  const rein_lowered_program *p = &x->lowered->program[REIN_PROG_SWITCH];
  const size_t n_node = dag->n_node;
  unsigned char *mark = REIN_NEW(dag->arena, unsigned char, n_node);
  rein_node *map = REIN_NEW(dag->arena, rein_node, n_node);
  memset(map, 0xff, n_node * sizeof *map);
  mark_equations(dag, x->root, n_rate, mark);
  int n = 0;
  for (int i = 0; i < p->n; i++) n += mark[p->root[i]] && is_comparison(rein_dag_at(dag, p->root[i])->kind);
  x->lowered->n_held = n;
  x->lowered->held_switch = REIN_NEW(dag->arena, int, n);
  if (!n) return;
  const int first = x->lowered->n_mode;
  const rein_node live = rein_dag_leaf(dag, REIN_LEAF_MODE, first + n);
  for (int i = 0, k = 0; i < p->n; i++) {
    const rein_node id = p->root[i];
    if (!mark[id] || !is_comparison(rein_dag_at(dag, id)->kind)) continue;
    dag->origin_now = rein_dag_at(dag, id)->origin;
    x->lowered->held_switch[k] = i;
    const rein_node held = rein_dag_leaf(dag, REIN_LEAF_MODE, first + k++);
    map[id] = rein_dag_op(dag, REIN_OP_SELECT, live, id, held);
  }
  rein_dag_mark(dag, x->root, n_rate, mark);
  rein_dag_rebuild(dag, n_node, mark, map);
  for (int i = 0; i < n_rate; i++) x->root[i] = map[x->root[i]];
}

/* Gaps are made while the comparisons are looked at: n_node is what there was before. */
static void collect_margins(extractor *x) {
  rein_dag *dag = x->dag;
  rein_lowered_program *margin = &x->lowered->program[REIN_PROG_MARGIN];
  const rein_lowered_program *watched[] = {&x->lowered->program[REIN_PROG_SWITCH],
                                           &x->lowered->program[REIN_PROG_SAFETY]};
  const size_t n_node = dag->n_node;
  unsigned char *mark = REIN_NEW(dag->arena, unsigned char, n_node);
  size_t n = 0, cap = 0;
  for (size_t i = 0; i < sizeof watched / sizeof *watched; i++)
    rein_dag_mark(dag, watched[i]->root, watched[i]->n, mark);
  for (size_t id = 0; id < n_node; id++) {
    const rein_dag_node node = *rein_dag_at(dag, (rein_node)id);
    if (!mark[id] || !is_comparison(node.kind) || !(node.flags & (REIN_DAG_TIME | REIN_DAG_STATE))) continue;
    dag->origin_now = node.origin;
    const rein_node gap = rein_dag_op2(dag, REIN_OP_SUB, node.arg[0], node.arg[1]);
    REIN_PUSH(dag->arena, margin->root, n, cap, gap);
  }
  unsigned char *known = REIN_NEW(dag->arena, unsigned char, dag->n_node);
  for (size_t k = 0; k < n; k++)
    if (!known[margin->root[k]]++) margin->root[margin->n++] = margin->root[k];
}

void rein_lower_modes(rein_lowered *lowered) {
  rein_lowered_program *rates = &lowered->program[REIN_PROG_RATES],
                       *trigger = &lowered->program[REIN_PROG_TRIGGER];
  extractor x = {.lowered = lowered, .dag = lowered->dag, .n_root = rates->n + trigger->n};
  x.by_time = rein_derive_create(x.dag, REIN_DERIVE_TIME, 1);
  x.root = REIN_NEW(x.dag->arena, rein_node, x.n_root);
  for (int i = 0; i < x.n_root; i++) x.root[i] = i < rates->n ? rates->root[i] : trigger->root[i - rates->n];
  replace_comparisons(&x);
  collect_switches(&x);
  collect_stops(&x);
  collect_margins(&x);
  hold_comparisons(&x, rates->n);
  for (int i = 0; i < x.n_root; i++)
    *(i < rates->n ? &rates->root[i] : &trigger->root[i - rates->n]) = x.root[i];
}
