#include "src/compile/derive_rules.h"

#include <assert.h>
#include <math.h>

bool rein_derive_counts_arg(int kind, int i) {
  if (kind >= REIN_OP_LT && kind <= REIN_OP_NOT) return false;
  if (kind == REIN_OP_FLOOR || kind == REIN_OP_CEIL) return false;
  if (kind == REIN_OP_SELECT) return i > 0;
  return kind != REIN_OP_POW || i < 2;
}

/* Short words for the formulas below. */
static rein_node num(rein_dag *dag, double value) {
  return rein_dag_number(dag, value);
}
static rein_node neg(rein_dag *dag, rein_node a) {
  return rein_dag_op1(dag, REIN_OP_NEG, a);
}
static rein_node add(rein_dag *dag, rein_node a, rein_node b) {
  return rein_dag_op2(dag, REIN_OP_ADD, a, b);
}
static rein_node sub(rein_dag *dag, rein_node a, rein_node b) {
  return rein_dag_op2(dag, REIN_OP_SUB, a, b);
}
static rein_node mul(rein_dag *dag, rein_node a, rein_node b) {
  return rein_dag_op2(dag, REIN_OP_MUL, a, b);
}
static rein_node quotient(rein_dag *dag, rein_node a, rein_node b) {
  return rein_dag_op2(dag, REIN_OP_DIV, a, b);
}
static rein_node over(rein_dag *dag, double a, rein_node b) {
  return quotient(dag, num(dag, a), b);
}
static rein_node choose(rein_dag *dag, rein_node condition, rein_node a, rein_node b) {
  return rein_dag_op(dag, REIN_OP_SELECT, condition, a, b);
}

/* b^e: e b^e / b, and b^e log b; 0 where |b| is not above the floor. */
static rein_node power_factor(rein_dag *dag, rein_node node, int i) {
  const rein_dag_node n = *rein_dag_at(dag, node);
  rein_node base = n.arg[0], exponent = n.arg[1];
  rein_node size = rein_dag_op1(dag, REIN_OP_ABS, base);
  rein_node regular = rein_dag_op2(dag, REIN_OP_GT, size, n.arg[2]);
  rein_node value = i == 0 ? quotient(dag, mul(dag, exponent, node), base)
                           : mul(dag, node, rein_dag_op1(dag, REIN_OP_LOG, base));
  return choose(dag, regular, value, num(dag, 0.0));
}

/* a / b is differentiated as a * (1 / b), so that one reciprocal serves the whole row. */
static rein_node quotient_factor(rein_dag *dag, rein_node node, int i) {
  const rein_dag_node n = *rein_dag_at(dag, node);
  rein_node reciprocal = over(dag, 1.0, n.arg[1]);
  return i == 0 ? reciprocal : neg(dag, mul(dag, node, reciprocal));
}

static rein_node one_minus_square(rein_dag *dag, rein_node a) {
  return sub(dag, num(dag, 1.0), mul(dag, a, a));
}
static rein_node root(rein_dag *dag, rein_node a) {
  return rein_dag_op1(dag, REIN_OP_SQRT, a);
}

/* f'(a) for y = f(a) of one operand. */
static rein_node unary_factor(rein_dag *dag, rein_op op, rein_node y, rein_node a) {
  rein_node one = num(dag, 1.0), zero = num(dag, 0.0);
  switch (op) {
  case REIN_OP_SQRT:
    return choose(dag, rein_dag_op2(dag, REIN_OP_GT, y, zero), over(dag, 0.5, y), zero);
  case REIN_OP_EXP:
    return y;
  case REIN_OP_EXPM1:
    return add(dag, y, one);
  case REIN_OP_LOG:
    return over(dag, 1.0, a);
  case REIN_OP_LOG1P:
    return over(dag, 1.0, add(dag, one, a));
  case REIN_OP_LOG10:
    return over(dag, 1.0 / M_LN10, a);
  case REIN_OP_LOG2:
    return over(dag, 1.0 / M_LN2, a);
  case REIN_OP_ABS:
    return choose(dag, rein_dag_op2(dag, REIN_OP_LT, a, zero), num(dag, -1.0), one);
  case REIN_OP_SIN:
    return rein_dag_op1(dag, REIN_OP_COS, a);
  case REIN_OP_COS:
    return neg(dag, rein_dag_op1(dag, REIN_OP_SIN, a));
  case REIN_OP_TAN:
    return add(dag, one, mul(dag, y, y));
  case REIN_OP_ASIN:
    return over(dag, 1.0, root(dag, one_minus_square(dag, a)));
  case REIN_OP_ACOS:
    return over(dag, -1.0, root(dag, one_minus_square(dag, a)));
  case REIN_OP_ATAN:
    return over(dag, 1.0, add(dag, one, mul(dag, a, a)));
  case REIN_OP_SINH:
    return rein_dag_op1(dag, REIN_OP_COSH, a);
  case REIN_OP_COSH:
    return rein_dag_op1(dag, REIN_OP_SINH, a);
  case REIN_OP_TANH:
    return one_minus_square(dag, y);
  case REIN_OP_ASINH:
    return over(dag, 1.0, root(dag, add(dag, mul(dag, a, a), one)));
  case REIN_OP_ACOSH:
    return over(dag, 1.0, root(dag, sub(dag, mul(dag, a, a), one)));
  case REIN_OP_ATANH:
    return over(dag, 1.0, one_minus_square(dag, a));
  default:
    break;
  }
  assert(!"an operation without a derivative");
  return zero;
}

rein_node rein_derive_factor(rein_dag *dag, rein_node node, int i) {
  const rein_dag_node n = *rein_dag_at(dag, node);
  switch (n.kind) {
  case REIN_OP_MUL:
    return n.arg[1 - i];
  case REIN_OP_DIV:
    return quotient_factor(dag, node, i);
  case REIN_OP_POW:
    return power_factor(dag, node, i);
  default:
    return unary_factor(dag, (rein_op)n.kind, node, n.arg[0]);
  }
}

rein_choice rein_derive_choice(rein_dag *dag, rein_node node) {
  const rein_dag_node n = *rein_dag_at(dag, node);
  if (n.kind == REIN_OP_SELECT) return (rein_choice){n.arg[0], n.arg[1], n.arg[2]};
  rein_op op = n.kind == REIN_OP_MIN ? REIN_OP_LT : REIN_OP_GT;
  return (rein_choice){rein_dag_op2(dag, op, n.arg[0], n.arg[1]), n.arg[0], n.arg[1]};
}
