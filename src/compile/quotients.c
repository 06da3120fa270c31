/* In rates and their derivatives x / p becomes x (1 / p) where p is constant inside a segment: its reciprocal
 * is made in the parameter section, and a product takes a tenth of a quotient's time. The last bit of the
 * value may differ, so comparisons, floor and ceil keep their operands as they were written, as do all other
 * programs: x / p is exactly 1 where x is p. */
#include "src/compile/lower.h"

static bool is_jump(const rein_dag_node *n) {
  return (n->kind >= REIN_OP_LT && n->kind <= REIN_OP_NE) || n->kind == REIN_OP_FLOOR ||
         n->kind == REIN_OP_CEIL;
}

static bool is_slow(const rein_dag *dag, rein_node id) {
  const rein_dag_node *n = rein_dag_at(dag, id);
  return n->kind == REIN_OP_DIV && rein_dag_level(dag, id) > REIN_LEVEL_PARAM &&
         rein_dag_level(dag, n->arg[1]) == REIN_LEVEL_PARAM;
}

/* The node, its operands replaced. */
static rein_node copy(rein_dag *dag, rein_node id, const rein_node *map) {
  const rein_dag_node n = *rein_dag_at(dag, id); /* by value: the array may move */
  rein_node arg[3] = {REIN_NODE_NONE, REIN_NODE_NONE, REIN_NODE_NONE};
  bool same = true;
  if (!rein_dag_is_op(dag, id) || is_jump(&n)) return id;
  for (int i = 0; i < rein_dag_n_arg(dag, id); i++) arg[i] = map[n.arg[i]], same = same && arg[i] == n.arg[i];
  dag->origin_now = n.origin;
  if (!is_slow(dag, id)) return same ? id : rein_dag_raw(dag, n.kind, arg[0], arg[1], arg[2]);
  const rein_node inverse = rein_dag_raw(dag, REIN_OP_DIV, rein_dag_number(dag, 1.0), arg[1], REIN_NODE_NONE);
  return rein_dag_raw(dag, REIN_OP_MUL, arg[0], inverse, REIN_NODE_NONE);
}

void rein_lower_quotients(rein_lowered *lowered) {
  static const rein_prog programs[] = {REIN_PROG_RATES, REIN_PROG_JACOBIAN};
  rein_dag *dag = lowered->dag;
  const size_t n_node = dag->n_node;
  unsigned char *mark = REIN_NEW(dag->arena, unsigned char, n_node);
  rein_node *map = REIN_NEW(dag->arena, rein_node, n_node);
  for (int p = 0; p < 2; p++)
    rein_dag_mark(dag, lowered->program[programs[p]].root, lowered->program[programs[p]].n, mark);
  for (size_t id = 0; id < n_node; id++) map[id] = mark[id] ? copy(dag, (rein_node)id, map) : (rein_node)id;
  for (int p = 0; p < 2; p++) {
    rein_lowered_program *program = &lowered->program[programs[p]];
    for (int i = 0; i < program->n; i++) program->root[i] = map[program->root[i]];
  }
}
