/* Identities applied while nodes are made, so that no pass is needed afterwards.
 *
 * What is exact is always done (x * 1, --x, folding of + - * / sqrt on numbers). What may change the last bit
 * is done only to bring terms that depend on parameters alone together, so that they leave the inner loop: CL
 * * (C / V) becomes (CL / V) * C. What would hide a NaN or infinity of the user's expression (0 * x, x - x)
 * is done only for x that is a leaf, or while differentiating (dag->loose), where such a term is no value of
 * the model.
 */
#ifndef REIN_COMPILE_SIMPLIFY_H
#define REIN_COMPILE_SIMPLIFY_H

#include "src/compile/dag.h"

/* The node for op(a, b, c). Powers with a small integer exponent become products; POW keeps its third
 * operand, the floor. */
rein_node rein_simplify_op(rein_dag *dag, rein_op op, rein_node a, rein_node b, rein_node c);

#endif
