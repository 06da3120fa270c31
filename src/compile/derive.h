/* Derivatives on the dag, forward and sparse: each node that is asked for keeps the list of variables it
 * truly depends on with the derivative for each. Sums are taken flat, so that a long sum costs its length and
 * not its square.
 *
 * Rules worth knowing:
 *   comparisons, floor, ceil             0 (their changes are events)
 *   abs, min, max, if                    the derivative of the branch taken
 *   b ^ e                                e b^e / b and b^e log b, both taken as 0 where |b| <= the power's
 * floor: at b = 0 they are infinite for e < 1, and Newton needs finite numbers only sqrt(a) taken as 0 where
 * sqrt(a) is not above 0, for the same reason Terms that are 0 by structure are dropped: the lists are the
 * sparsity pattern.
 */
#ifndef REIN_COMPILE_DERIVE_H
#define REIN_COMPILE_DERIVE_H

#include "src/compile/dag.h"

typedef enum { REIN_DERIVE_STATES, REIN_DERIVE_TIME } rein_derive_kind;

typedef struct {
  int variable; /* state index; 0 for time */
  rein_node node;
} rein_partial;

typedef struct {
  const rein_partial *partial; /* (n) rising by variable; none is the number 0 */
  int n;
} rein_gradient;

typedef struct rein_derive rein_derive;

/* n_variable: number of states, 1 for time. Lives in the dag's arena. */
rein_derive *rein_derive_create(rein_dag *dag, rein_derive_kind kind, int n_variable);

/* The gradient of a node, kept for later calls. Lent by the dag's arena, for good. New nodes may be made. */
rein_gradient rein_derive_gradient(rein_derive *derive, rein_node node);

#endif
