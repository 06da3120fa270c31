/* Slow, plain evaluation of a dag with the C library's functions: what tapes and derivatives are compared
 * with in tests. */
#ifndef REIN_COMPILE_DAG_EVAL_H
#define REIN_COMPILE_DAG_EVAL_H

#include "src/compile/dag.h"

/* Values of the leaves; NaN for those of a kind whose array is NULL. */
typedef struct {
  const double *param, *input, *atol, *mode, *state;
  double time;
} rein_dag_point;

/* value (n_node) of every node, the caller's array. A tape's results differ by the last bits of exp, log, ...
 * only. */
void rein_dag_eval(const rein_dag *dag, const rein_dag_point *point, double *value);

#endif
