/* What an operation means, one number at a time and in plain C: the rule that the lane kernels follow. */
#include <math.h>

#include "solver/tape.h"

/* The kernels' rule: under an exponent that is not whole, a base in [-low, 0) counts as 0 and below that is
 * no number. */
static double raise_to(double base, double exponent, double low) {
  if (base < 0 && exponent != floor(exponent)) base = base >= -low ? 0.0 : NAN;
  return pow(base, exponent);
}

/* Functions of one number that the C library has. */
static double (*const function[REIN_N_OP])(double) = {
    [REIN_OP_SQRT] = sqrt,   [REIN_OP_EXP] = exp,     [REIN_OP_EXPM1] = expm1, [REIN_OP_LOG] = log,
    [REIN_OP_LOG1P] = log1p, [REIN_OP_LOG10] = log10, [REIN_OP_LOG2] = log2,   [REIN_OP_ABS] = fabs,
    [REIN_OP_FLOOR] = floor, [REIN_OP_CEIL] = ceil,   [REIN_OP_SIN] = sin,     [REIN_OP_COS] = cos,
    [REIN_OP_TAN] = tan,     [REIN_OP_ASIN] = asin,   [REIN_OP_ACOS] = acos,   [REIN_OP_ATAN] = atan,
    [REIN_OP_SINH] = sinh,   [REIN_OP_COSH] = cosh,   [REIN_OP_TANH] = tanh,   [REIN_OP_ASINH] = asinh,
    [REIN_OP_ACOSH] = acosh, [REIN_OP_ATANH] = atanh,
};

static double apply_truth(rein_op op, double a, double b) {
  switch (op) {
  case REIN_OP_LT:
    return a < b;
  case REIN_OP_LE:
    return a <= b;
  case REIN_OP_GT:
    return a > b;
  case REIN_OP_GE:
    return a >= b;
  case REIN_OP_EQ:
    return a == b;
  case REIN_OP_NE:
    return a != b;
  case REIN_OP_AND:
    return a != 0 && b != 0;
  case REIN_OP_OR:
    return a != 0 || b != 0;
  default:
    return a == 0; /* not */
  }
}

double rein_op_apply(rein_op op, double a, double b, double c) {
  if (function[op]) return function[op](a);
  switch (op) {
  case REIN_OP_ADD:
    return a + b;
  case REIN_OP_SUB:
    return a - b;
  case REIN_OP_MUL:
    return a * b;
  case REIN_OP_DIV:
    return a / b;
  case REIN_OP_NEG:
    return -a;
  case REIN_OP_POW:
    return raise_to(a, b, c);
  case REIN_OP_MIN:
    return a < b || isnan(a) ? a : b;
  case REIN_OP_MAX:
    return b < a || isnan(a) ? a : b;
  case REIN_OP_SELECT:
    return a != 0 ? b : c;
  case REIN_OP_COPY:
    return a;
  default:
    return apply_truth(op, a, b);
  }
}
