/* Private to lane_kernels.c: numeric LU and its solve in lanes, along the row lists of lane_lu.h.
 *
 * Lanes are independent, so both work through blocks of REIN_LU_BLOCK lanes: what is touched at once stays in
 * the first cache, however many lanes there are. Within a block the numbers of a row are contiguous. */
#ifndef REIN_SOLVER_LANE_FACTOR_H
#define REIN_SOLVER_LANE_FACTOR_H

#include "solver/lane_lu.h"
#include "solver/lane_vocabulary.h"

#define REIN_LU_BLOCK 32

/* A block of lanes of one factorisation; arrays are shifted to the block's first lane, n_lane is their
 * stride. */
typedef struct {
  const rein_lu_lists *lists;
  double a, b;
  const double *scale, *values, *live;
  double *lu, *inverse;
  int *entry_of_col;
  size_t n_lane;
} factor_job;

enum { N_VECTOR_MOST = REIN_LU_BLOCK / VD_WIDTH };

/* What stays in registers: of the block (b_scale, live) and of the row at hand (largest, lost). */
typedef struct {
  vd b_scale[N_VECTOR_MOST]; /* b times scale */
  vm live[N_VECTOR_MOST];
  vd largest[N_VECTOR_MOST]; /* magnitude of a finite entry of M's row */
  vm lost[N_VECTOR_MOST];    /* an entry is not finite */
} factor_state;

/* Entry e of M where it is one: a D + b scale J in live lanes, identity in the others. */
static inline __attribute__((always_inline)) void start_entry(const factor_job *job, factor_state *state,
                                                              int i, int e, double *row, const int n_vector) {
  const rein_lu_lists *lists = job->lists;
  const vd dead = vd_set(e == lists->diag[i] ? 1.0 : 0.0), a = vd_set(e == lists->unit[i] ? job->a : 0.0);
  const double *value = lists->nz[e] < 0 ? NULL : job->values + (size_t)lists->nz[e] * job->n_lane;
  for (int v = 0; v < n_vector; v++) {
    vd m = a;
    if (value) m = vd_add(a, vd_mul(state->b_scale[v], vd_load(value + v * VD_WIDTH)));
    m = vd_select(state->live[v], m, dead);
    vd_store(row + v * VD_WIDTH, m);
    const vd size = vd_abs(m);
    state->lost[v] = vm_or(state->lost[v], vm_not(vd_finite(m)));
    state->largest[v] = vd_select(vd_lt(state->largest[v], size), size, state->largest[v]);
  }
}

/* Row i of M into lu, 0 where fill. */
static inline __attribute__((always_inline)) void start_row(const factor_job *job, factor_state *state, int i,
                                                            const int n_vector) {
  const rein_lu_lists *lists = job->lists;
  for (int v = 0; v < n_vector; v++) {
    state->largest[v] = vd_set(0.0);
    state->lost[v] = vm_none();
  }
  for (int e = lists->row_start[i]; e < lists->row_start[i + 1]; e++) {
    double *row = job->lu + (size_t)e * job->n_lane;
    job->entry_of_col[lists->col[e]] = e;
    if (lists->nz[e] >= 0 || e == lists->unit[i]) {
      start_entry(job, state, i, e, row, n_vector);
    } else {
      for (int v = 0; v < n_vector; v++) vd_store(row + v * VD_WIDTH, vd_set(0.0));
    }
  }
}

/* Takes from row i its multiples of the rows before it, so that the entries left of the diagonal become L. */
static inline __attribute__((always_inline)) void eliminate_row(const factor_job *job, int i,
                                                                const int n_vector) {
  const rein_lu_lists *lists = job->lists;
  for (int e = lists->row_start[i]; e < lists->diag[i]; e++) {
    const int k = lists->col[e];
    double *row = job->lu + (size_t)e * job->n_lane;
    const double *inverse = job->inverse + (size_t)k * job->n_lane;
    vd multiple[N_VECTOR_MOST];
    for (int v = 0; v < n_vector; v++) {
      multiple[v] = vd_mul(vd_load(row + v * VD_WIDTH), vd_load(inverse + v * VD_WIDTH));
      vd_store(row + v * VD_WIDTH, multiple[v]);
    }
    for (int u = lists->diag[k] + 1; u < lists->row_start[k + 1]; u++) {
      const double *from = job->lu + (size_t)u * job->n_lane;
      double *to = job->lu + (size_t)job->entry_of_col[lists->col[u]] * job->n_lane;
      for (int v = 0; v < n_vector; v++) {
        const vd product = vd_mul(multiple[v], vd_load(from + v * VD_WIDTH));
        vd_store(to + v * VD_WIDTH, vd_sub(vd_load(to + v * VD_WIDTH), product));
      }
    }
  }
}

/* 1 / pivot of row i; -1, or the first live lane of the block whose pivot is too small or whose row was not
 * finite. */
static inline __attribute__((always_inline)) int
invert_pivot(const factor_job *job, const factor_state *state, int i, const int n_vector) {
  const double *pivot = job->lu + (size_t)job->lists->diag[i] * job->n_lane;
  double *inverse = job->inverse + (size_t)i * job->n_lane;
  const vd one = vd_set(1.0), part = vd_set(REIN_LU_PIVOT_MIN);
  vm failed[N_VECTOR_MOST], any = vm_none();
  for (int v = 0; v < n_vector; v++) {
    const vd p = vd_load(pivot + v * VD_WIDTH);
    const vm good = vm_and(vd_lt(vd_mul(part, state->largest[v]), vd_abs(p)), vd_finite(p));
    vd_store(inverse + v * VD_WIDTH, vd_div(one, p));
    failed[v] = vm_and(state->live[v], vm_or(state->lost[v], vm_not(good)));
    any = vm_or(any, failed[v]);
  }
  if (!vm_any(any)) return -1;
  double bad[REIN_LU_BLOCK] __attribute__((aligned(64)));
  for (int v = 0; v < n_vector; v++) vd_store(bad + v * VD_WIDTH, vd_truth(failed[v]));
  int lane = 0;
  while (bad[lane] == 0.0) lane++;
  return lane;
}

/* One block of lanes; -1 or the failing lane's place in the block. */
static inline __attribute__((always_inline)) int factor_block(const factor_job *job, const int block) {
  const int n_vector = block / VD_WIDTH;
  factor_state state;
  for (int v = 0; v < n_vector; v++) {
    const vd scale = job->scale ? vd_load(job->scale + v * VD_WIDTH) : vd_set(1.0);
    state.b_scale[v] = vd_mul(vd_set(job->b), scale);
    state.live[v] = vd_mask(job->live + v * VD_WIDTH);
  }
  for (int i = 0; i < job->lists->n; i++) {
    start_row(job, &state, i, n_vector);
    eliminate_row(job, i, n_vector);
    const int lane = invert_pivot(job, &state, i, n_vector);
    if (lane >= 0) return lane;
  }
  return -1;
}

static int factor(const rein_lu_lists *lists, double a, double b, const double *scale, const double *values,
                  const double *live, int n_lane, double *lu, double *inverse, int *entry_of_col) {
  for (int first = 0; first < n_lane;) {
    const factor_job job = {lists,
                            a,
                            b,
                            scale ? scale + first : NULL,
                            values + first,
                            live + first,
                            lu + first,
                            inverse + first,
                            entry_of_col,
                            (size_t)n_lane};
    const int block = n_lane - first >= REIN_LU_BLOCK ? REIN_LU_BLOCK : 8;
    const int lane = block == REIN_LU_BLOCK ? factor_block(&job, REIN_LU_BLOCK) : factor_block(&job, 8);
    if (lane >= 0) return first + lane;
    first += block;
  }
  return -1;
}

static inline __attribute__((always_inline)) void solve_block(const rein_lu_lists *lists, const double *lu,
                                                              const double *inverse, const double *live,
                                                              size_t n_lane, const double *rhs, double *x,
                                                              double *work, const int block) {
  vd sum[N_VECTOR_MOST];
  const int n_vector = block / VD_WIDTH;
  for (int i = 0; i < lists->n; i++) { /* L work = P rhs */
    const double *from = rhs + (size_t)lists->row_from[i] * n_lane;
    for (int v = 0; v < n_vector; v++) sum[v] = vd_load(from + v * VD_WIDTH);
    for (int e = lists->row_start[i]; e < lists->diag[i]; e++) {
      const double *l = lu + (size_t)e * n_lane, *w = work + (size_t)lists->col[e] * n_lane;
      for (int v = 0; v < n_vector; v++) {
        sum[v] = vd_sub(sum[v], vd_mul(vd_load(l + v * VD_WIDTH), vd_load(w + v * VD_WIDTH)));
      }
    }
    for (int v = 0; v < n_vector; v++) vd_store(work + (size_t)i * n_lane + v * VD_WIDTH, sum[v]);
  }
  for (int i = lists->n - 1; i >= 0; i--) { /* U (Q^T x) = work */
    double *own = work + (size_t)i * n_lane, *to = x + (size_t)lists->col_from[i] * n_lane;
    for (int v = 0; v < n_vector; v++) sum[v] = vd_load(own + v * VD_WIDTH);
    for (int e = lists->diag[i] + 1; e < lists->row_start[i + 1]; e++) {
      const double *u = lu + (size_t)e * n_lane, *w = work + (size_t)lists->col[e] * n_lane;
      for (int v = 0; v < n_vector; v++) {
        sum[v] = vd_sub(sum[v], vd_mul(vd_load(u + v * VD_WIDTH), vd_load(w + v * VD_WIDTH)));
      }
    }
    for (int v = 0; v < n_vector; v++) {
      const vd value = vd_mul(sum[v], vd_load(inverse + (size_t)i * n_lane + v * VD_WIDTH));
      vd_store(own + v * VD_WIDTH, value);
      vd_store(to + v * VD_WIDTH, vd_select(vd_mask(live + v * VD_WIDTH), value, vd_set(0.0)));
    }
  }
}

static void solve(const rein_lu_lists *lists, const double *lu, const double *inverse, const double *live,
                  int n_lane, const double *rhs, double *x, double *work) {
  for (int f = 0; f < n_lane;) {
    const size_t n = (size_t)n_lane;
    if (n_lane - f >= REIN_LU_BLOCK) {
      solve_block(lists, lu + f, inverse + f, live + f, n, rhs + f, x + f, work + f, REIN_LU_BLOCK);
      f += REIN_LU_BLOCK;
    } else {
      solve_block(lists, lu + f, inverse + f, live + f, n, rhs + f, x + f, work + f, 8);
      f += 8;
    }
  }
}

static const rein_lu_kernels lu_kernels = {factor, solve};

#endif
