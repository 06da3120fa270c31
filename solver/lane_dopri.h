/* Private to lane_kernels.c: the kernels of lane_onestep.h. */
#ifndef REIN_SOLVER_LANE_DOPRI_H
#define REIN_SOLVER_LANE_DOPRI_H

#include "solver/lane_onestep.h"
#include "solver/lane_vocabulary.h"

/* Bodies that take the number of terms as a constant, so that their loops over terms unroll. */
#define REIN_INLINE static inline __attribute__((always_inline))

static void onestep_times(double tau, const double *t0, const double *span, double *time, int n_lane) {
  const vd at = vd_set(tau);
  for (int i = 0; i < n_lane; i += VD_WIDTH)
    vd_store(time + i, vd_add(vd_load(t0 + i), vd_mul(at, vd_load(span + i))));
}

static void onestep_steps(double h, const double *span, const double *live, double *step, int n_lane) {
  const vd size = vd_set(h), zero = vd_set(0.0);
  for (int i = 0; i < n_lane; i += VD_WIDTH)
    vd_store(step + i, vd_select(vd_mask(live + i), vd_mul(size, vd_load(span + i)), zero));
}

REIN_INLINE vd sum_terms(const double *const *k, const vd *factor, size_t at, const int n_k) {
  vd sum = vd_mul(factor[0], vd_load(k[0] + at));
  for (int j = 1; j < n_k; j++) sum = vd_add(sum, vd_mul(factor[j], vd_load(k[j] + at)));
  return sum;
}

/* Lanes whose column of z is not finite, among those that move. */
static __attribute__((noinline)) bool mark_bad(const double *step, const double *z, int n_row, int n_lane,
                                               double *bad) {
  vm any = vm_none();
  for (int i = 0; i < n_lane; i += VD_WIDTH) {
    vm lost = vm_none();
    for (int r = 0; r < n_row; r++)
      lost = vm_or(lost, vm_not(vd_finite(vd_load(z + (size_t)r * (size_t)n_lane + (size_t)i))));
    lost = vm_and(lost, vd_mask(step + i));
    any = vm_or(any, lost);
    vd_store(bad + i, vd_truth(lost));
  }
  return vm_any(any);
}

/* What is not finite is found by one sum of z - z: 0 as long as all are finite, NaN from then on. */
REIN_INLINE bool stage_body(const double *a, const double *const *k, const double *step, const double *y,
                            double *z, int n_row, int n_lane, double *bad, const int n_k) {
  vd factor[REIN_ONESTEP_MAX_K], trace = vd_set(0.0);
  for (int j = 0; j < n_k; j++) factor[j] = vd_set(a[j]);
  size_t at = 0;
  for (int r = 0; r < n_row; r++) {
    for (int i = 0; i < n_lane; i += VD_WIDTH, at += VD_WIDTH) {
      const vd s = vd_load(step + i), from = vd_load(y + at);
      const vd to = vd_add(from, vd_mul(s, sum_terms(k, factor, at, n_k)));
      const vd result = vd_select(vd_ne(s, vd_set(0.0)), to, from);
      trace = vd_add(trace, vd_sub(result, result));
      vd_store(z + at, result);
    }
  }
  return vm_any(vd_ne(trace, trace)) && mark_bad(step, z, n_row, n_lane, bad);
}

#define REIN_STAGE(n)                                                                                        \
  static bool stage_##n(const double *a, const double *const *k, const double *step, const double *y,        \
                        double *z, int n_row, int n_lane, double *bad) {                                     \
    return stage_body(a, k, step, y, z, n_row, n_lane, bad, n);                                              \
  }
REIN_STAGE(1)
REIN_STAGE(2)
REIN_STAGE(3)
REIN_STAGE(4)
REIN_STAGE(5)

static bool onestep_stage(int n_k, const double *a, const double *const *k, const double *step,
                          const double *y, double *z, int n_row, int n_lane, double *bad) {
  switch (n_k) {
  case 1:
    return stage_1(a, k, step, y, z, n_row, n_lane, bad);
  case 2:
    return stage_2(a, k, step, y, z, n_row, n_lane, bad);
  case 3:
    return stage_3(a, k, step, y, z, n_row, n_lane, bad);
  case 4:
    return stage_4(a, k, step, y, z, n_row, n_lane, bad);
  default:
    return stage_5(a, k, step, y, z, n_row, n_lane, bad);
  }
}

/* One group of lanes at a time: its sum over rows stays in a register. */
REIN_INLINE double error_body(const double *e, const double *const *k, const double *step, const double *y0,
                              const double *y1, double rtol, const double *atol, double *error, double *norm,
                              int n_row, int n_lane, const int n_k) {
  const vd relative = vd_set(rtol), count = vd_set((double)n_row), zero = vd_set(0.0);
  vd factor[REIN_ONESTEP_MAX_K], largest = zero;
  vm lost = vm_none();
  for (int j = 0; j < n_k; j++) factor[j] = vd_set(e[j]);
  for (int i = 0; i < n_lane; i += VD_WIDTH) {
    const vd s = vd_load(step + i);
    const vm moves = vd_ne(s, zero);
    vd sum = zero;
    size_t at = (size_t)i;
    for (int r = 0; r < n_row; r++, at += (size_t)n_lane) {
      const vd off = vd_select(moves, vd_mul(s, sum_terms(k, factor, at, n_k)), zero);
      const vd size = vd_max(vd_abs(vd_load(y0 + at)), vd_abs(vd_load(y1 + at)));
      const vd term = vd_div(off, vd_add(vd_load(atol + at), vd_mul(relative, size)));
      sum = vd_add(sum, vd_mul(term, term));
      vd_store(error + at, off);
    }
    const vd root = vd_sqrt(vd_div(sum, count)), counted = vd_select(moves, root, zero);
    vd_store(norm + i, root);
    lost = vm_or(lost, vd_ne(counted, counted));
    largest = vd_max(largest, counted);
  }
  if (vm_any(lost)) return NAN;
  double lane[VD_WIDTH] __attribute__((aligned(64))), answer = 0.0;
  vd_store(lane, largest);
  for (int l = 0; l < VD_WIDTH; l++) answer = lane[l] > answer ? lane[l] : answer;
  return answer;
}

static double error_6(const double *e, const double *const *k, const double *step, const double *y0,
                      const double *y1, double rtol, const double *atol, double *error, double *norm,
                      int n_row, int n_lane) {
  return error_body(e, k, step, y0, y1, rtol, atol, error, norm, n_row, n_lane, 6);
}

static double onestep_error(int n_k, const double *e, const double *const *k, const double *step,
                            const double *y0, const double *y1, double rtol, const double *atol,
                            double *error, double *norm, int n_row, int n_lane) {
  if (n_k == 6) return error_6(e, k, step, y0, y1, rtol, atol, error, norm, n_row, n_lane);
  return error_body(e, k, step, y0, y1, rtol, atol, error, norm, n_row, n_lane, n_k);
}

static void onestep_dense(const double *b, const double *d, const double *const *k, const double *step,
                          const double *theta, const double *mask, const double *y0, double *z, int n_row,
                          int n_lane) {
  const vd one = vd_set(1.0), two = vd_set(2.0), zero = vd_set(0.0);
  for (int i = 0; i < n_lane; i += VD_WIDTH) {
    if (!is_wanted(mask, i)) continue;
    const vd s = vd_load(step + i), t = vd_load(theta + i), u = vd_sub(one, t);
    const vd tt = vd_mul(t, t), uu = vd_mul(u, u), hermite = vd_mul(tt, vd_add(one, vd_mul(two, u)));
    const vd middle = vd_mul(tt, uu);
    const vm moves = vd_ne(s, zero);
    vd weight[6];
    for (int j = 0; j < 6; j++)
      weight[j] = vd_add(vd_mul(vd_set(b[j]), hermite), vd_mul(vd_set(d[j]), middle));
    weight[0] = vd_add(weight[0], vd_mul(t, uu));
    weight[5] = vd_sub(weight[5], vd_mul(tt, u));
    size_t at = (size_t)i;
    for (int r = 0; r < n_row; r++, at += (size_t)n_lane) {
      const vd from = vd_load(y0 + at);
      vd_store(z + at, vd_select(moves, vd_add(from, vd_mul(s, sum_terms(k, weight, at, 6))), from));
    }
  }
}

static const rein_onestep_kernels onestep_kernels = {.times = onestep_times,
                                                     .steps = onestep_steps,
                                                     .stage = onestep_stage,
                                                     .error = onestep_error,
                                                     .dense = onestep_dense};

#endif
