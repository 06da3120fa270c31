#include "src/compile/simplify.h"

#include <math.h>

#define MAX_PRODUCT_EXPONENT                                                                                 \
  16 /* x^17 and above stays a power: the product's error grows with its factors                             \
      */

static const rein_dag_node *at(const rein_dag *dag, rein_node n) {
  return &dag->node[n];
}
static bool is_op(const rein_dag *dag, rein_node n, rein_op op) {
  return at(dag, n)->kind == (int)op;
}
static bool is_number(const rein_dag *dag, rein_node n) {
  return at(dag, n)->kind == REIN_LEAF_NUMBER;
}
static bool is_zero(const rein_dag *dag, rein_node n) {
  return rein_dag_is_number(dag, n, 0.0);
}
static bool is_one(const rein_dag *dag, rein_node n) {
  return rein_dag_is_number(dag, n, 1.0);
}
/* Computed in the parameter section or before: number, parameter, mode or a term of them. */
static bool is_steady(const rein_dag *dag, rein_node n) {
  return !(at(dag, n)->flags & (REIN_DAG_TIME | REIN_DAG_STATE));
}
static bool is_truth(const rein_dag *dag, rein_node n) {
  int kind = at(dag, n)->kind;
  return (kind >= REIN_OP_LT && kind <= REIN_OP_NOT) || kind == REIN_LEAF_MODE || is_zero(dag, n) ||
         is_one(dag, n);
}
/* 0 * x may become 0. A leaf is finite in every run that goes on. */
static bool may_vanish(const rein_dag *dag, rein_node n) {
  const rein_dag_node *node = at(dag, n);
  return dag->loose || (node->kind == REIN_LEAF_NUMBER ? isfinite(node->number) : node->kind > REIN_N_OP);
}

/* Operations whose plain C value on numbers has the kernels' bits on every machine. */
static bool is_exact(rein_op op) {
  return op <= REIN_OP_NEG || op == REIN_OP_SQRT || (op >= REIN_OP_ABS && op <= REIN_OP_CEIL) ||
         op >= REIN_OP_LT;
}

static bool all_numbers(const rein_dag *dag, const rein_node arg[3]) {
  for (int i = 0; i < 3; i++)
    if (arg[i] != REIN_NODE_NONE && !is_number(dag, arg[i])) return false;
  return true;
}

static rein_node fold(rein_dag *dag, rein_op op, const rein_node arg[3]) {
  double v[3] = {0, 0, 0};
  for (int i = 0; i < 3; i++)
    if (arg[i] != REIN_NODE_NONE) v[i] = at(dag, arg[i])->number;
  return rein_dag_number(dag, rein_op_apply(op, v[0], v[1], v[2]));
}

/* Operands in rising order: a + b and b + a are one node. */
static rein_node commute(rein_dag *dag, rein_op op, rein_node a, rein_node b) {
  return a <= b ? rein_dag_raw(dag, op, a, b, REIN_NODE_NONE) : rein_dag_raw(dag, op, b, a, REIN_NODE_NONE);
}

static rein_node negate(rein_dag *dag, rein_node a) {
  const rein_dag_node n = *at(dag, a);
  if (n.kind == REIN_OP_NEG) return n.arg[0];
  if (n.kind == REIN_OP_SUB) return rein_dag_op2(dag, REIN_OP_SUB, n.arg[1], n.arg[0]);
  for (int i = 0; n.kind == REIN_OP_MUL && i < 2; i++)
    if (is_number(dag, n.arg[i]))
      return rein_dag_op2(dag, REIN_OP_MUL, rein_dag_number(dag, -at(dag, n.arg[i])->number), n.arg[1 - i]);
  return rein_dag_raw(dag, REIN_OP_NEG, a, REIN_NODE_NONE, REIN_NODE_NONE);
}

static rein_node subtract(rein_dag *dag, rein_node a, rein_node b) {
  if (is_zero(dag, b)) return a;
  if (is_zero(dag, a)) return rein_dag_op1(dag, REIN_OP_NEG, b);
  if (a == b && may_vanish(dag, a)) return rein_dag_number(dag, 0.0);
  if (is_op(dag, b, REIN_OP_NEG)) return rein_dag_op2(dag, REIN_OP_ADD, a, at(dag, b)->arg[0]);
  return rein_dag_raw(dag, REIN_OP_SUB, a, b, REIN_NODE_NONE);
}

static rein_node add(rein_dag *dag, rein_node a, rein_node b) {
  if (is_zero(dag, a)) return b;
  if (is_zero(dag, b)) return a;
  if (is_op(dag, b, REIN_OP_NEG)) return subtract(dag, a, at(dag, b)->arg[0]);
  if (is_op(dag, a, REIN_OP_NEG)) return subtract(dag, b, at(dag, a)->arg[0]);
  return commute(dag, REIN_OP_ADD, a, b);
}

/* Brings a steady factor p together with the steady factor inside x, if there is one. */
static rein_node group_product(rein_dag *dag, rein_node p, rein_node x) {
  const rein_dag_node n = *at(dag, x);
  if (n.kind == REIN_OP_MUL)
    for (int i = 0; i < 2; i++)
      if (is_steady(dag, n.arg[i]))
        return rein_dag_op2(dag, REIN_OP_MUL, rein_dag_op2(dag, REIN_OP_MUL, p, n.arg[i]), n.arg[1 - i]);
  if (n.kind == REIN_OP_DIV && is_steady(dag, n.arg[1]))
    return rein_dag_op2(dag, REIN_OP_MUL, rein_dag_op2(dag, REIN_OP_DIV, p, n.arg[1]), n.arg[0]);
  /* p * (q / x): the quotient is often shared in derivatives, where it stays as it is */
  if (n.kind == REIN_OP_DIV && is_steady(dag, n.arg[0]) && !dag->loose)
    return rein_dag_op2(dag, REIN_OP_DIV, rein_dag_op2(dag, REIN_OP_MUL, p, n.arg[0]), n.arg[1]);
  return REIN_NODE_NONE;
}

static rein_node multiply(rein_dag *dag, rein_node a, rein_node b) {
  for (int turn = 0; turn < 2; turn++) {
    if (is_one(dag, a)) return b;
    if (is_zero(dag, a) && may_vanish(dag, b)) return rein_dag_number(dag, 0.0);
    if (rein_dag_is_number(dag, a, -1.0)) return rein_dag_op1(dag, REIN_OP_NEG, b);
    if (is_op(dag, a, REIN_OP_NEG))
      return rein_dag_op1(dag, REIN_OP_NEG, rein_dag_op2(dag, REIN_OP_MUL, at(dag, a)->arg[0], b));
    if (is_steady(dag, a) && !is_steady(dag, b)) {
      rein_node grouped = group_product(dag, a, b);
      if (grouped != REIN_NODE_NONE) return grouped;
    }
    rein_node swap = a;
    a = b;
    b = swap;
  }
  return commute(dag, REIN_OP_MUL, a, b);
}

/* Steady parts of a quotient brought together: (p x) / q, (p / x) / q, (x / p) / q, p / (q x), p / (q / x), p
 * / (x / q). */
static rein_node group_quotient(rein_dag *dag, rein_node a, rein_node b) {
  const rein_dag_node n = *at(dag, a), d = *at(dag, b);
  if (is_steady(dag, b) && !is_steady(dag, a)) {
    if (n.kind == REIN_OP_MUL)
      for (int i = 0; i < 2; i++)
        if (is_steady(dag, n.arg[i]))
          return rein_dag_op2(dag, REIN_OP_MUL, rein_dag_op2(dag, REIN_OP_DIV, n.arg[i], b), n.arg[1 - i]);
    if (n.kind == REIN_OP_DIV && is_steady(dag, n.arg[0]))
      return rein_dag_op2(dag, REIN_OP_DIV, rein_dag_op2(dag, REIN_OP_DIV, n.arg[0], b), n.arg[1]);
    if (n.kind == REIN_OP_DIV && is_steady(dag, n.arg[1]))
      return rein_dag_op2(dag, REIN_OP_DIV, n.arg[0], rein_dag_op2(dag, REIN_OP_MUL, n.arg[1], b));
  }
  if (is_steady(dag, a) && !is_steady(dag, b)) {
    if (d.kind == REIN_OP_MUL)
      for (int i = 0; i < 2; i++)
        if (is_steady(dag, d.arg[i]))
          return rein_dag_op2(dag, REIN_OP_DIV, rein_dag_op2(dag, REIN_OP_DIV, a, d.arg[i]), d.arg[1 - i]);
    if (d.kind == REIN_OP_DIV && is_steady(dag, d.arg[0]))
      return rein_dag_op2(dag, REIN_OP_MUL, rein_dag_op2(dag, REIN_OP_DIV, a, d.arg[0]), d.arg[1]);
    if (d.kind == REIN_OP_DIV && is_steady(dag, d.arg[1]))
      return rein_dag_op2(dag, REIN_OP_DIV, rein_dag_op2(dag, REIN_OP_MUL, a, d.arg[1]), d.arg[0]);
  }
  return REIN_NODE_NONE;
}

static rein_node divide(rein_dag *dag, rein_node a, rein_node b) {
  if (is_one(dag, b)) return a;
  if (rein_dag_is_number(dag, b, -1.0)) return rein_dag_op1(dag, REIN_OP_NEG, a);
  if (is_zero(dag, a) && dag->loose) return a;
  if (is_op(dag, a, REIN_OP_NEG))
    return rein_dag_op1(dag, REIN_OP_NEG, rein_dag_op2(dag, REIN_OP_DIV, at(dag, a)->arg[0], b));
  if (is_op(dag, b, REIN_OP_NEG))
    return rein_dag_op1(dag, REIN_OP_NEG, rein_dag_op2(dag, REIN_OP_DIV, a, at(dag, b)->arg[0]));
  rein_node grouped = group_quotient(dag, a, b);
  return grouped != REIN_NODE_NONE ? grouped : rein_dag_raw(dag, REIN_OP_DIV, a, b, REIN_NODE_NONE);
}

/* base^n by squaring, n at least 1. */
static rein_node repeated_product(rein_dag *dag, rein_node base, int n) {
  rein_node result = REIN_NODE_NONE;
  for (rein_node square = base;; square = rein_dag_op2(dag, REIN_OP_MUL, square, square)) {
    if (n & 1) result = result == REIN_NODE_NONE ? square : rein_dag_op2(dag, REIN_OP_MUL, result, square);
    n >>= 1;
    if (!n) return result;
  }
}

static rein_node power(rein_dag *dag, rein_node base, rein_node exponent, rein_node floor_node) {
  if (is_number(dag, exponent)) {
    double e = at(dag, exponent)->number;
    if (e == 0) return rein_dag_number(dag, 1.0);
    if (e == trunc(e) && fabs(e) <= MAX_PRODUCT_EXPONENT) {
      rein_node product = repeated_product(dag, base, (int)fabs(e));
      return e > 0 ? product : rein_dag_op2(dag, REIN_OP_DIV, rein_dag_number(dag, 1.0), product);
    }
    /* a base that has a floor stays a power: slightly negative values of it count as 0 */
    if (fabs(e) == 0.5 && is_zero(dag, floor_node)) {
      rein_node root = rein_dag_op1(dag, REIN_OP_SQRT, base);
      return e > 0 ? root : rein_dag_op2(dag, REIN_OP_DIV, rein_dag_number(dag, 1.0), root);
    }
  }
  return rein_dag_raw(dag, REIN_OP_POW, base, exponent, floor_node);
}

static rein_node conjunction(rein_dag *dag, rein_op op, rein_node a, rein_node b) {
  if (a == b && is_truth(dag, a)) return a;
  for (int turn = 0; turn < 2; turn++) {
    if (is_number(dag, a) && is_truth(dag, b)) {
      bool truth = at(dag, a)->number != 0;
      if (truth == (op == REIN_OP_AND)) return b;
      return rein_dag_number(dag, truth);
    }
    rein_node swap = a;
    a = b;
    b = swap;
  }
  return commute(dag, op, a, b);
}

static rein_node choose(rein_dag *dag, rein_node condition, rein_node a, rein_node b) {
  if (a == b) return a;
  if (is_number(dag, condition)) return at(dag, condition)->number != 0 ? a : b;
  if (is_truth(dag, condition) && is_one(dag, a) && is_zero(dag, b)) return condition;
  if (is_op(dag, condition, REIN_OP_NOT))
    return rein_dag_op(dag, REIN_OP_SELECT, at(dag, condition)->arg[0], b, a);
  return rein_dag_raw(dag, REIN_OP_SELECT, condition, a, b);
}

rein_node rein_simplify_op(rein_dag *dag, rein_op op, rein_node a, rein_node b, rein_node c) {
  const rein_node arg[3] = {a, b, c};
  if (is_exact(op) && all_numbers(dag, arg)) return fold(dag, op, arg);
  switch (op) {
  case REIN_OP_ADD:
    return add(dag, a, b);
  case REIN_OP_SUB:
    return subtract(dag, a, b);
  case REIN_OP_MUL:
    return multiply(dag, a, b);
  case REIN_OP_DIV:
    return divide(dag, a, b);
  case REIN_OP_NEG:
    return negate(dag, a);
  case REIN_OP_POW:
    return power(dag, a, b, c);
  case REIN_OP_MIN:
  case REIN_OP_MAX:
    return a == b ? a : rein_dag_raw(dag, op, a, b, c);
  case REIN_OP_EQ:
  case REIN_OP_NE:
    return commute(dag, op, a, b);
  case REIN_OP_AND:
  case REIN_OP_OR:
    return conjunction(dag, op, a, b);
  case REIN_OP_SELECT:
    return choose(dag, a, b, c);
  default:
    return rein_dag_raw(dag, op, a, b, c);
  }
}
