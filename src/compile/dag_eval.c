#include "src/compile/dag_eval.h"

#include <math.h>

#include "src/compile/simplify.h"

static double leaf_value(const rein_dag_node *n, const rein_dag_point *point) {
  const double *const array[REIN_N_DAG_KIND] = {
      [REIN_LEAF_PARAM] = point->param, [REIN_LEAF_DELAY] = point->param, [REIN_LEAF_INPUT] = point->input,
      [REIN_LEAF_ATOL] = point->atol,   [REIN_LEAF_MODE] = point->mode,   [REIN_LEAF_STATE] = point->state};
  if (n->kind == REIN_LEAF_NUMBER) return n->number;
  if (n->kind == REIN_LEAF_TIME) return point->time;
  return array[n->kind] ? array[n->kind][n->arg[0]] : NAN;
}

void rein_dag_eval(const rein_dag *dag, const rein_dag_point *point, double *value) {
  for (size_t id = 0; id < dag->n_node; id++) {
    const rein_dag_node *n = &dag->node[id];
    if (!rein_dag_is_op(dag, (rein_node)id)) {
      value[id] = leaf_value(n, point);
      continue;
    }
    double v[3] = {0, 0, 0};
    for (int i = 0; i < rein_dag_n_arg(dag, (rein_node)id); i++) v[i] = value[n->arg[i]];
    value[id] = rein_op_apply((rein_op)n->kind, v[0], v[1], v[2]);
  }
}
