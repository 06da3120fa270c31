/* The kernels of one instruction set: compiled three times, see lane_vocabulary.h. Here the vector
 * operations, norms and what else runs over rows; the interpreter is in lane_run.h, the LU in lane_factor.h,
 * Runge-Kutta steps in lane_dopri.h.
 *
 * Invariant: arrays may be the same array (z may be x), never overlap otherwise. */
#include "solver/lanes.h"

#include "solver/lane_dopri.h"
#include "solver/lane_factor.h"
#include "solver/lane_run.h"
#include "solver/lane_vocabulary.h"

/* Elementwise loop over n numbers, n a multiple of REIN_LANE_MULTIPLE. */
#define REIN_EACH(i, n) _Pragma("GCC unroll 4") for (size_t i = 0; i < (n); i += VD_WIDTH)

static void linear_sum(double a, const double *x, double b, const double *y, double *z, size_t n) {
  if (a == 1.0 && b == 1.0) { /* CVODE's prediction is made of these; 1 x + 1 y has the same bits */
    REIN_EACH(i, n) vd_store(z + i, vd_add(vd_load(x + i), vd_load(y + i)));
    return;
  }
  const vd va = vd_set(a), vb = vd_set(b);
  REIN_EACH(i, n) vd_store(z + i, vd_add(vd_mul(va, vd_load(x + i)), vd_mul(vb, vd_load(y + i))));
}

static void linear_combination(int n_vec, const double *c, double *const *x, double *z, size_t n) {
  for (size_t i = 0; i < n; i += VD_WIDTH) {
    vd sum = vd_mul(vd_set(c[0]), vd_load(x[0] + i));
    for (int k = 1; k < n_vec; k++) sum = vd_add(sum, vd_mul(vd_set(c[k]), vd_load(x[k] + i)));
    vd_store(z + i, sum);
  }
}

static void scale_add_multi(int n_vec, const double *a, const double *x, double *const *y, double *const *z,
                            size_t n) {
  for (int k = 0; k < n_vec; k++) {
    const vd va = vd_set(a[k]);
    const double *from = y[k];
    double *to = z[k];
    REIN_EACH(i, n) vd_store(to + i, vd_add(vd_mul(va, vd_load(x + i)), vd_load(from + i)));
  }
}

static void fill(double c, double *z, size_t n) {
  const vd value = vd_set(c);
  REIN_EACH(i, n) vd_store(z + i, value);
}

static void scale(double c, const double *x, double *z, size_t n) {
  const vd factor_c = vd_set(c);
  REIN_EACH(i, n) vd_store(z + i, vd_mul(factor_c, vd_load(x + i)));
}

static void prod(const double *x, const double *y, double *z, size_t n) {
  REIN_EACH(i, n) vd_store(z + i, vd_mul(vd_load(x + i), vd_load(y + i)));
}

static void divide(const double *x, const double *y, double *z, size_t n) {
  REIN_EACH(i, n) vd_store(z + i, vd_div(vd_load(x + i), vd_load(y + i)));
}

static void absolute(const double *x, double *z, size_t n) {
  REIN_EACH(i, n) vd_store(z + i, vd_abs(vd_load(x + i)));
}

static void inv(const double *x, double *z, size_t n) {
  const vd one = vd_set(1.0);
  REIN_EACH(i, n) vd_store(z + i, vd_div(one, vd_load(x + i)));
}

static void add_const(const double *x, double b, double *z, size_t n) {
  const vd term = vd_set(b);
  REIN_EACH(i, n) vd_store(z + i, vd_add(vd_load(x + i), term));
}

/* Norms of `block` lanes, sums in row order kept in registers; the largest so far in *largest, NaN seen in
 * *lost. */
static inline __attribute__((always_inline)) void wrms_block(const double *x, const double *w, int n_row,
                                                             size_t n_lane, const double *live,
                                                             double *per_lane, vd *largest, vm *lost,
                                                             const int block) {
  vd sum[32 / VD_WIDTH];
  const int n_vector = block / VD_WIDTH;
  for (int v = 0; v < n_vector; v++) sum[v] = vd_set(0.0);
  for (int r = 0; r < n_row; r++, x += n_lane, w += n_lane) {
    for (int v = 0; v < n_vector; v++) {
      const vd term = vd_mul(vd_load(x + v * VD_WIDTH), vd_load(w + v * VD_WIDTH));
      sum[v] = vd_add(sum[v], vd_mul(term, term));
    }
  }
  const vd count = vd_set((double)n_row);
  for (int v = 0; v < n_vector; v++) {
    const vd norm = vd_sqrt(vd_div(sum[v], count));
    if (per_lane) vd_store(per_lane + v * VD_WIDTH, norm);
    const vd counted = vd_select(vd_mask(live + v * VD_WIDTH), norm, vd_set(0.0));
    *lost = vm_or(*lost, vd_ne(counted, counted));
    *largest = vd_max(*largest, counted);
  }
}

static double wrms_max(const double *x, const double *w, int n_row, int n_lane, const double *live,
                       double *per_lane) {
  vd largest = vd_set(0.0);
  vm lost = vm_none();
  for (int f = 0; f < n_lane;) {
    const size_t n = (size_t)n_lane;
    double *own = per_lane ? per_lane + f : NULL;
    if (n_lane - f >= 32) {
      wrms_block(x + f, w + f, n_row, n, live + f, own, &largest, &lost, 32);
      f += 32;
    } else {
      wrms_block(x + f, w + f, n_row, n, live + f, own, &largest, &lost, 8);
      f += 8;
    }
  }
  if (vm_any(lost)) return NAN;
  double lane[VD_WIDTH] __attribute__((aligned(64))), answer = 0.0;
  vd_store(lane, largest);
  for (int k = 0; k < VD_WIDTH; k++) answer = lane[k] > answer ? lane[k] : answer;
  return answer;
}

static void add_abs(const double *x, const double *live, double *sum, int n_row, int n_lane) {
  const vd zero = vd_set(0.0);
  for (int r = 0; r < n_row; r++, x += n_lane, sum += n_lane)
    for (int i = 0; i < n_lane; i += VD_WIDTH) {
      const vd added = vd_select(vd_mask(live + i), vd_abs(vd_load(x + i)), zero);
      vd_store(sum + i, vd_add(vd_load(sum + i), added));
    }
}

static bool any_outside(const double *x, double low, double high, const double *live, int n_lane) {
  const vd least = vd_set(low), most = vd_set(high);
  vm any = vm_none();
  for (int i = 0; i < n_lane; i += VD_WIDTH) {
    const vd value = vd_load(x + i);
    const vm within = vm_and(vd_le(least, value), vd_le(value, most));
    any = vm_or(any, vm_and(vd_mask(live + i), vm_not(within)));
  }
  return vm_any(any);
}

static void may_turn(const double *g0, const double *g1, double growth, double distance, const double *live,
                     double *pace, double *may, int n_lane) {
  const vd zero = vd_set(0.0), half = vd_set(0.5), by = vd_set(growth), far = vd_set(distance);
  for (int i = 0; i < n_lane; i += VD_WIDTH) {
    const vd from = vd_load(g0 + i), to = vd_load(g1 + i), move = vd_abs(vd_sub(to, from));
    const vd fall = vd_max(move, vd_mul(by, vd_load(pace + i))), room = vd_mul(far, fall);
    const vm above = vm_and(vd_lt(room, from), vd_lt(room, to));
    const vm below = vm_and(vd_lt(from, vd_sub(zero, room)), vd_lt(to, vd_sub(zero, room)));
    const vm near = vm_and(vd_mask(live + i), vm_not(vm_or(above, below)));
    vd_store(may + i, vd_truth(vm_or(near, vd_mask(may + i))));
    vd_store(pace + i, vd_max(move, vd_mul(half, vd_mul(by, vd_load(pace + i)))));
  }
}

static bool scan_margin(const double *const g[3], const double *live, double *pace, double *changed,
                        double *turns, int n_lane) {
  const vd zero = vd_set(0.0), two = vd_set(2.0);
  vm any = vm_none();
  for (int i = 0; i < n_lane; i += VD_WIDTH) {
    const vd g0 = vd_load(g[0] + i), g1 = vd_load(g[1] + i), g2 = vd_load(g[2] + i);
    const vd first = vd_sub(g1, g0), second = vd_sub(g2, g1);
    const vm above0 = vd_lt(zero, g0), above1 = vd_lt(zero, g1), above2 = vd_lt(zero, g2);
    const vm one_sign =
        vm_or(vm_and(above0, vm_and(above1, above2)), vm_not(vm_or(above0, vm_or(above1, above2))));
    const vm inside = vd_lt(vd_abs(vd_sub(g2, g0)), vd_mul(two, vd_abs(vd_sub(second, first))));
    const vm counts = vd_mask(live + i), turn = vm_and(counts, vm_and(one_sign, inside));
    const vm change = vm_or(vm_and(counts, vm_not(one_sign)), vd_mask(changed + i));
    vd_store(changed + i, vd_truth(change));
    vd_store(turns + i, vd_truth(turn));
    const vd was = vd_load(pace + i), move = vd_max(vd_abs(first), vd_abs(second));
    vd_store(pace + i, vd_select(counts, vd_max(was, move), was));
    any = vm_or(any, turn);
  }
  return vm_any(any);
}

static bool watch(const double *was, const double *is, const double *live, const double *low,
                  const double *high, const double *span, double *duration, double *changed, int n_lane) {
  const vd zero = vd_set(0.0);
  vm any = vm_none();
  for (int i = 0; i < n_lane; i += VD_WIDTH) {
    const vm counts = vd_mask(live + i), change = vm_and(counts, vd_ne(vd_load(was + i), vd_load(is + i)));
    const vm stays = vm_and(counts, vm_and(vd_mask(was + i), vm_not(change)));
    vd_store(changed + i, vd_truth(change));
    any = vm_or(any, change);
    if (!vm_any(stays)) continue;
    const vd length = vd_mul(vd_sub(vd_load(high + i), vd_load(low + i)), vd_load(span + i));
    vd_store(duration + i, vd_add(vd_load(duration + i), vd_select(stays, length, zero)));
  }
  return vm_any(any);
}

static bool error_weights(double rtol, const double *y, const double *atol, double *w, int n_row, int n_lane,
                          const double *live) {
  const vd relative = vd_set(rtol), one = vd_set(1.0), zero = vd_set(0.0);
  vm bad = vm_none();
  for (int r = 0; r < n_row; r++, y += n_lane, atol += n_lane, w += n_lane) {
    for (int i = 0; i < n_lane; i += VD_WIDTH) {
      const vm counts = vd_mask(live + i);
      const vd weight = vd_div(one, vd_add(vd_mul(relative, vd_abs(vd_load(y + i))), vd_load(atol + i)));
      bad = vm_or(bad, vm_and(counts, vm_not(vm_and(vd_finite(weight), vd_lt(zero, weight)))));
      vd_store(w + i, vd_select(counts, weight, zero));
    }
  }
  return !vm_any(bad);
}

static bool finish_rates(double *rows, int n_row, int n_lane, const double *factor_rows, const double *live,
                         double *bad) {
  vm any = vm_none();
  const vd zero = vd_set(0.0);
  for (int i = 0; i < n_lane; i += VD_WIDTH) vd_store(bad + i, zero);
  for (int r = 0; r < n_row; r++, rows += n_lane) {
    for (int i = 0; i < n_lane; i += VD_WIDTH) {
      vd rate = vd_load(rows + i);
      if (factor_rows) rate = vd_mul(rate, vd_load(factor_rows + i));
      rate = vd_select(vd_mask(live + i), rate, zero);
      vd_store(rows + i, rate);
      const vm lost = vm_not(vd_finite(rate));
      if (vm_any(lost)) vd_store(bad + i, vd_select(lost, vd_set(1.0), vd_load(bad + i)));
      any = vm_or(any, lost);
    }
  }
  return vm_any(any);
}

static void horner(int n_d, double *const *d, const double *sigma, const double *mask, double *z, int n_row,
                   int n_lane) {
  for (int i = 0; i < n_lane; i += VD_WIDTH) {
    if (!is_wanted(mask, i)) continue;
    const vd s = vd_load(sigma + i);
    size_t at = (size_t)i;
    for (int r = 0; r < n_row; r++, at += (size_t)n_lane) {
      vd sum = vd_load(d[n_d - 1] + at);
      for (int k = n_d - 2; k >= 0; k--) sum = vd_add(vd_load(d[k] + at), vd_mul(s, sum));
      vd_store(z + at, sum);
    }
  }
}

static void blend(const double *mask, const double *a, double *z, int n_row, int n_lane) {
  for (int r = 0; r < n_row; r++, a += n_lane, z += n_lane) {
    for (int i = 0; i < n_lane; i += VD_WIDTH) {
      vd_store(z + i, vd_select(vd_mask(mask + i), vd_load(a + i), vd_load(z + i)));
    }
  }
}

static void deliver(const double *mask, const double *const *from, double *to, int n_row, int n_lane) {
  for (int i = 0; i < n_lane; i += VD_WIDTH) {
    const vm wanted = vd_mask(mask + i);
    double *at = to + i;
    if (!vm_any(wanted)) continue;
    if (vm_any(vm_not(wanted))) {
      for (int r = 0; r < n_row; r++, at += n_lane)
        vd_store(at, vd_select(wanted, vd_load(from[r] + i), vd_load(at)));
    } else { /* what is there, in cold memory, need not be read */
      for (int r = 0; r < n_row; r++, at += n_lane) vd_store(at, vd_load(from[r] + i));
    }
  }
}

/* Lanes that move and see something before the end of their step. */
static inline vm seen_in_step(const double *when, const double *moving, const double *t0, const double *span,
                              const double *tau_high, const double *target) {
  const vd to = vd_load(tau_high), until = vd_add(vd_load(t0), vd_mul(to, vd_load(span)));
  const vd end = vd_select(vd_le(vd_set(1.0), to), vd_load(target), until);
  return vm_and(vd_mask(moving), vd_lt(vd_load(when), end));
}

static int due(const double *when, const double *moving, const double *t0, const double *span,
               const double *tau_high, const double *target, double tau, double *mask, double *at,
               double *time, double *first, int n_lane) {
  const vd zero = vd_set(0.0), end_tau = vd_set(tau), far = vd_set(INFINITY);
  vd low = far, high = vd_neg(far);
  vm any = vm_none();
  for (int i = 0; i < n_lane; i += VD_WIDTH) {
    const vm wanted = seen_in_step(when + i, moving + i, t0 + i, span + i, tau_high + i, target + i);
    vd_store(mask + i, vd_truth(wanted));
    any = vm_or(any, wanted);
  }
  if (!vm_any(any)) return 0; /* as after most steps */
  for (int i = 0; i < n_lane; i += VD_WIDTH) {
    const vm wanted = vd_mask(mask + i);
    const vd w = vd_load(when + i), start = vd_load(t0 + i);
    const vd place = vd_div(vd_sub(w, start), vd_load(span + i));
    const vd within = vd_select(vd_lt(place, zero), zero, vd_select(vd_lt(end_tau, place), end_tau, place));
    vd_store(at + i, vd_select(wanted, within, end_tau));
    vd_store(time + i, vd_select(wanted, w, start));
    low = vd_min(low, vd_select(wanted, within, far));
    high = vd_max(high, vd_select(wanted, within, vd_neg(far)));
  }
  double lane[2][VD_WIDTH] __attribute__((aligned(64))), most = -INFINITY;
  vd_store(lane[0], low), vd_store(lane[1], high);
  *first = INFINITY;
  for (int k = 0; k < VD_WIDTH; k++) {
    *first = lane[0][k] < *first ? lane[0][k] : *first;
    most = lane[1][k] > most ? lane[1][k] : most;
  }
  return *first == most ? 1 : 2;
}

#if REIN_LANES == 512
#define REIN_TABLE rein_kernels_avx512
#define REIN_TABLE_ISA REIN_ISA_AVX512
#define REIN_TABLE_NAME "avx512"
#elif REIN_LANES == 256
#define REIN_TABLE rein_kernels_avx2
#define REIN_TABLE_ISA REIN_ISA_AVX2
#define REIN_TABLE_NAME "avx2"
#else
#define REIN_TABLE rein_kernels_plain
#define REIN_TABLE_ISA REIN_ISA_PLAIN
#define REIN_TABLE_NAME "plain"
#endif

extern const rein_kernels REIN_TABLE; /* declared again in lanes.c, which chooses */

const rein_kernels REIN_TABLE = {
    .isa = REIN_TABLE_ISA,
    .name = REIN_TABLE_NAME,
    .run = run,
    .linear_sum = linear_sum,
    .linear_combination = linear_combination,
    .scale_add_multi = scale_add_multi,
    .fill = fill,
    .scale = scale,
    .prod = prod,
    .div = divide,
    .abs = absolute,
    .inv = inv,
    .add_const = add_const,
    .wrms_max = wrms_max,
    .error_weights = error_weights,
    .add_abs = add_abs,
    .any_outside = any_outside,
    .may_turn = may_turn,
    .scan_margin = scan_margin,
    .watch = watch,
    .finish_rates = finish_rates,
    .horner = horner,
    .blend = blend,
    .deliver = deliver,
    .due = due,
    .lu = &lu_kernels,
    .onestep = &onestep_kernels,
};
