/* Private to lane_run.h, which includes it once for each number of lanes: REIN_RUN_NAME is the function to
 * define, REIN_RUN_LANES its number of lanes.
 *
 * Every operation jumps to the next one by itself, through a table of labels: the processor then learns where
 * each kind of operation goes next, which a single switch in a loop makes hard for it. */

#define REIN_ROW(operand)                                                                                    \
  (base[REIN_OPERAND_SPACE(operand)] + (size_t)REIN_OPERAND_INDEX(operand) * (size_t)REIN_RUN_LANES)

#define REIN_NEXT()                                                                                          \
  do {                                                                                                       \
    if (++in == end) return;                                                                                 \
    goto *label[in->op];                                                                                     \
  } while (0)

#define REIN_DO1(name, value)                                                                                \
  name : {                                                                                                   \
    const double *pa = REIN_ROW(in->a);                                                                      \
    double *pd = REIN_ROW(in->dst);                                                                          \
    for (int i = 0; i < REIN_RUN_LANES; i += VD_WIDTH) {                                                     \
      const vd a = vd_load(pa + i);                                                                          \
      vd_store(pd + i, (value));                                                                             \
    }                                                                                                        \
    REIN_NEXT();                                                                                             \
  }

#define REIN_DO2(name, value)                                                                                \
  name : {                                                                                                   \
    const double *pa = REIN_ROW(in->a), *pb = REIN_ROW(in->b);                                               \
    double *pd = REIN_ROW(in->dst);                                                                          \
    for (int i = 0; i < REIN_RUN_LANES; i += VD_WIDTH) {                                                     \
      const vd a = vd_load(pa + i), b = vd_load(pb + i);                                                     \
      vd_store(pd + i, (value));                                                                             \
    }                                                                                                        \
    REIN_NEXT();                                                                                             \
  }

#define REIN_DO_MATH(name, function)                                                                         \
  name:                                                                                                      \
  loop_##function(REIN_ROW(in->a), REIN_ROW(in->dst), REIN_RUN_LANES);                                       \
  REIN_NEXT();

static void REIN_RUN_NAME(const rein_instr *in, int n, double *const base[3], int n_lane,
                          int64_t *n_pow_floor) {
  static const void *const label[REIN_N_OP] = {
#define REIN_OP(name, text, n_arg, unit_rule) &&name,
#include "solver/ops.def"
#undef REIN_OP
      &&COPY,
  };
  const rein_instr *const end = in + n;
  const vd zero = vd_set(0.0);
  (void)n_lane;
  if (n <= 0) return;
  goto *label[in->op]; /* rein_tape_verify lets no other operation through */

  REIN_DO2(ADD, vd_add(a, b))
  REIN_DO2(SUB, vd_sub(a, b))
  REIN_DO2(MUL, vd_mul(a, b))
  REIN_DO2(DIV, vd_div(a, b))
  REIN_DO1(NEG, vd_neg(a))
POW:
  loop_pow(REIN_ROW(in->a), REIN_ROW(in->b), REIN_ROW(in->c), REIN_ROW(in->dst), REIN_RUN_LANES, n_pow_floor);
  REIN_NEXT();
  REIN_DO1(SQRT, vd_sqrt(a))
  REIN_DO_MATH(EXP, exp)
  REIN_DO_MATH(EXPM1, expm1)
  REIN_DO_MATH(LOG, log)
  REIN_DO_MATH(LOG1P, log1p)
  REIN_DO_MATH(LOG10, log10)
  REIN_DO_MATH(LOG2, log2)
  REIN_DO1(ABS, vd_abs(a))
  REIN_DO2(MIN, vd_min(a, b))
  REIN_DO2(MAX, vd_max(a, b))
  REIN_DO1(FLOOR, vd_floor(a))
  REIN_DO1(CEIL, vd_ceil(a))
  REIN_DO_MATH(SIN, sin)
  REIN_DO_MATH(COS, cos)
  REIN_DO_MATH(TAN, tan)
  REIN_DO_MATH(ASIN, asin)
  REIN_DO_MATH(ACOS, acos)
  REIN_DO_MATH(ATAN, atan)
  REIN_DO_MATH(SINH, sinh)
  REIN_DO_MATH(COSH, cosh)
  REIN_DO_MATH(TANH, tanh)
  REIN_DO_MATH(ASINH, asinh)
  REIN_DO_MATH(ACOSH, acosh)
  REIN_DO_MATH(ATANH, atanh)
  REIN_DO2(LT, vd_truth(vd_lt(a, b)))
  REIN_DO2(LE, vd_truth(vd_le(a, b)))
  REIN_DO2(GT, vd_truth(vd_lt(b, a)))
  REIN_DO2(GE, vd_truth(vd_le(b, a)))
  REIN_DO2(EQ, vd_truth(vd_eq(a, b)))
  REIN_DO2(NE, vd_truth(vd_ne(a, b)))
  REIN_DO2(AND, vd_truth(vm_and(vd_ne(a, zero), vd_ne(b, zero))))
  REIN_DO2(OR, vd_truth(vm_or(vd_ne(a, zero), vd_ne(b, zero))))
  REIN_DO1(NOT, vd_truth(vd_eq(a, zero)))
SELECT : {
  const double *pa = REIN_ROW(in->a), *pb = REIN_ROW(in->b), *pc = REIN_ROW(in->c);
  double *pd = REIN_ROW(in->dst);
  for (int i = 0; i < REIN_RUN_LANES; i += VD_WIDTH) {
    vd_store(pd + i, vd_select(vd_ne(vd_load(pa + i), zero), vd_load(pb + i), vd_load(pc + i)));
  }
  REIN_NEXT();
}
  REIN_DO1(COPY, a)
}

#undef REIN_ROW
#undef REIN_NEXT
#undef REIN_DO1
#undef REIN_DO2
#undef REIN_DO_MATH
#undef REIN_RUN_NAME
#undef REIN_RUN_LANES
