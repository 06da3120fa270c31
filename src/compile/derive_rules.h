/* The derivative of each operation; private to derive.c. */
#ifndef REIN_COMPILE_DERIVE_RULES_H
#define REIN_COMPILE_DERIVE_RULES_H

#include "src/compile/dag.h"

/* Whether operand i of the operation can carry a derivative: not the operands of comparisons, the condition
 * of `if`, the floor of a power. */
bool rein_derive_counts_arg(int kind, int i);

/* d node / d operand i, for operations other than + - if min max. May make nodes. */
rein_node rein_derive_factor(rein_dag *dag, rein_node node, int i);

/* if, min, max as: where condition then a else b. */
typedef struct {
  rein_node condition, a, b;
} rein_choice;
rein_choice rein_derive_choice(rein_dag *dag, rein_node node);

#endif
