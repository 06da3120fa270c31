/* Private to lane_kernels.c: the interpreter of the tape. One pass over the instructions, each a loop over
 * lanes; the loop is written once and instantiated for the usual numbers of lanes, where it unrolls
 * completely. */
#ifndef REIN_SOLVER_LANE_RUN_H
#define REIN_SOLVER_LANE_RUN_H

#include "solver/lane_vocabulary.h"
#include "solver/lanes.h"
#include "solver/tape.h"

/* SLEEF's functions cost so much that one loop for every number of lanes is enough. */
#define REIN_MATH_LOOP(name)                                                                                 \
  static __attribute__((noinline)) void loop_##name(const double *a, double *d, int n_lane) {                \
    for (int i = 0; i < n_lane; i += VD_WIDTH) vd_store(d + i, vd_##name(vd_load(a + i)));                   \
  }
REIN_MATH1(REIN_MATH_LOOP)

/* base ^ exponent: an integer exponent takes any base. Under another one, a base in [-floor, 0) counts as 0
 * and is counted up, a base below that is NaN (also -inf, where pow would answer +inf). */
static __attribute__((noinline)) void loop_pow(const double *base, const double *exponent, const double *low,
                                               double *d, int n_lane, int64_t *n_pow_floor) {
  const vd zero = vd_set(0.0);
  for (int i = 0; i < n_lane; i += VD_WIDTH) {
    const vd e = vd_load(exponent + i);
    vd x = vd_load(base + i);
    const vm negative = vm_and(vd_lt(x, zero), vd_ne(vd_floor(e), e));
    if (vm_any(negative)) {
      const vm near = vm_and(negative, vd_le(vd_neg(vd_load(low + i)), x));
      x = vd_select(negative, vd_select(near, zero, vd_set(NAN)), x);
      double count[VD_WIDTH] __attribute__((aligned(64)));
      vd_store(count, vd_truth(near));
      for (int k = 0; k < VD_WIDTH; k++) n_pow_floor[i + k] += count[k] != 0.0;
    }
    vd_store(d + i, vd_pow(x, e));
  }
}

#define REIN_RUN_NAME run_8
#define REIN_RUN_LANES 8
#include "solver/lane_run_body.h"

#define REIN_RUN_NAME run_16
#define REIN_RUN_LANES 16
#include "solver/lane_run_body.h"

#define REIN_RUN_NAME run_32
#define REIN_RUN_LANES 32
#include "solver/lane_run_body.h"

#define REIN_RUN_NAME run_64
#define REIN_RUN_LANES 64
#include "solver/lane_run_body.h"

#define REIN_RUN_NAME run_any
#define REIN_RUN_LANES n_lane
#include "solver/lane_run_body.h"

static void run(const void *code, int n, double *const base[3], int n_lane, int64_t *n_pow_floor) {
  switch (n_lane) {
  case 8:
    run_8(code, n, base, n_lane, n_pow_floor);
    break;
  case 16:
    run_16(code, n, base, n_lane, n_pow_floor);
    break;
  case 32:
    run_32(code, n, base, n_lane, n_pow_floor);
    break;
  case 64:
    run_64(code, n, base, n_lane, n_pow_floor);
    break;
  default:
    run_any(code, n, base, n_lane, n_pow_floor);
    break;
  }
}

#endif
