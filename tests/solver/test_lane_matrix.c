/* LU in lanes against a dense LU with pivoting, lane by lane; and whole CVODE runs on it, against a plain
 * Runge-Kutta of every lane by itself. */
#include <check.h>
#include <cvode/cvode.h>
#include <cvode/cvode_ls.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "solver/eval.h"
#include "solver/lane_matrix.h"
#include "tests/skip.h"
#include "tests/solver/robertson.h"

static uint64_t draw(uint64_t *seed) {
  *seed ^= *seed << 13;
  *seed ^= *seed >> 7;
  *seed ^= *seed << 17;
  return *seed;
}

static double uniform(uint64_t *seed, double low, double high) {
  return low + (high - low) * (double)(draw(seed) >> 11) * 0x1p-53;
}

/* A random pattern by columns and D; every third state is algebraic where is_mixed: D is 0 there, its rate
 * does not depend on itself but on the next state and the next one's on it, so that rows must be matched. */
typedef struct {
  int n, n_nz;
  int *col_start, *row, *differential;
} problem;

static bool has_entry(const problem *p, int i, int j, uint64_t *seed, double density) {
  const bool is_pair = p->differential[i] == 0 || p->differential[j] == 0;
  if (is_pair && (i / 2 == j / 2)) return i != j;
  return i == j ? draw(seed) % 2 : uniform(seed, 0.0, 1.0) < density;
}

static problem problem_create(int n, double density, bool is_mixed, uint64_t seed) {
  problem p = {.n = n};
  p.col_start = calloc((size_t)n + 1, sizeof(int));
  p.row = calloc((size_t)n * (size_t)n, sizeof(int));
  p.differential = calloc((size_t)n, sizeof(int));
  for (int j = 0; j < n; j++) p.differential[j] = !(is_mixed && (j / 2) % 3 == 0 && (j ^ 1) < n);
  for (int j = 0; j < n; j++) {
    for (int i = 0; i < n; i++) {
      if (has_entry(&p, i, j, &seed, density)) p.row[p.n_nz++] = i;
    }
    p.col_start[j + 1] = p.n_nz;
  }
  return p;
}

static void problem_clear(problem *p) {
  free(p->col_start);
  free(p->row);
  free(p->differential);
}

/* M of one lane, dense by rows. */
static void dense_matrix(const problem *p, double a, double b, double scale, const double *values, int n_lane,
                         int lane, double *m) {
  memset(m, 0, sizeof(double) * (size_t)p->n * (size_t)p->n);
  for (int i = 0; i < p->n; i++) m[i * p->n + i] = p->differential[i] ? a : 0.0;
  for (int j = 0; j < p->n; j++) {
    for (int e = p->col_start[j]; e < p->col_start[j + 1]; e++) {
      m[p->row[e] * p->n + j] += b * scale * values[(size_t)e * (size_t)n_lane + (size_t)lane];
    }
  }
}

/* Solves m x = x by elimination with row exchanges; m is spoilt. */
static void dense_solve(int n, double *m, double *x) {
  for (int k = 0; k < n; k++) {
    int best = k;
    for (int i = k; i < n; i++) best = fabs(m[i * n + k]) > fabs(m[best * n + k]) ? i : best;
    for (int j = 0; j < n; j++) {
      const double kept = m[k * n + j];
      m[k * n + j] = m[best * n + j];
      m[best * n + j] = kept;
    }
    const double kept = x[k];
    x[k] = x[best];
    x[best] = kept;
    for (int i = k + 1; i < n; i++) {
      const double factor = m[i * n + k] / m[k * n + k];
      if (factor == 0.0) continue;
      for (int j = k; j < n; j++) m[i * n + j] -= factor * m[k * n + j];
      x[i] -= factor * x[k];
    }
  }
  for (int i = n - 1; i >= 0; i--) {
    for (int j = i + 1; j < n; j++) x[i] -= m[i * n + j] * x[j];
    x[i] /= m[i * n + i];
  }
}

/* Everything a factorisation needs, for one instruction set. */
typedef struct {
  rein_lane_shape shape;
  SUNContext context;
  rein_lu_plan *plan;
  SUNMatrix matrix;
  SUNLinearSolver solver;
  N_Vector rhs, x;
  double *scale;
} bench;

static void bench_init(bench *b, const problem *p, int n_lane, const rein_kernels *kernels) {
  b->shape = (rein_lane_shape){
      p->n, n_lane, kernels, rein_rows_create(1, n_lane), rein_rows_create(1, n_lane), NULL, NULL};
  for (int lane = 0; lane < n_lane; lane++) b->shape.live[lane] = 1.0;
  b->scale = rein_rows_create(1, n_lane);
  ck_assert_int_eq(SUNContext_Create(NULL, &b->context), 0);
  ck_assert_int_eq(rein_lu_plan_create(p->n, p->col_start, p->row, p->differential, &b->plan), REIN_OK);
  b->matrix = rein_lane_matrix_create(b->plan, &b->shape, b->context);
  b->solver = rein_lane_solver_create(b->plan, &b->shape, b->context);
  b->rhs = rein_lane_vector_create(&b->shape, b->context);
  b->x = N_VClone(b->rhs);
  uint64_t seed = 77u + (uint64_t)p->n;
  double *values = rein_lane_matrix_values(b->matrix), *rhs = rein_lane_vector_rows(b->rhs);
  for (int lane = 0; lane < n_lane; lane++) b->scale[lane] = uniform(&seed, 0.5, 1.5);
  for (int j = 0; j < p->n; j++) {
    for (int e = p->col_start[j]; e < p->col_start[j + 1]; e++) {
      /* partners of algebraic states couple strongly, as an equilibrium does */
      const bool is_pair = p->row[e] != j && p->row[e] / 2 == j / 2 && !p->differential[j];
      for (int lane = 0; lane < n_lane; lane++) {
        values[e * n_lane + lane] = is_pair ? uniform(&seed, 5.0, 9.0) : uniform(&seed, -1.0, 1.0);
      }
    }
  }
  for (int k = 0; k < p->n * n_lane; k++) rhs[k] = uniform(&seed, -1.0, 1.0);
}

static void bench_clear(bench *b) {
  N_VDestroy(b->x);
  N_VDestroy(b->rhs);
  SUNLinSolFree(b->solver);
  SUNMatDestroy(b->matrix);
  rein_lu_plan_destroy(b->plan);
  SUNContext_Free(&b->context);
  free(b->scale);
  free(b->shape.live);
  free(b->shape.per_lane);
}

typedef struct {
  int n, n_lane;
  double density;
  bool is_mixed;
} size_case;

static const size_case sizes[] = {{1, 8, 1.0, false},     {2, 8, 1.0, true},     {25, 32, 0.08, false},
                                  {25, 64, 0.08, true},   {40, 40, 0.05, false}, {8, 24, 1.0, false},
                                  {200, 32, 0.01, false}, {200, 8, 0.008, true}};
enum { N_SIZE = sizeof sizes / sizeof *sizes };

/* Largest error of the lane's solution, relative to its largest number. */
static double lane_error(const bench *b, const problem *p, int n_lane, int lane) {
  double *m = malloc(sizeof(double) * (size_t)p->n * (size_t)p->n),
         *wanted = malloc(sizeof(double) * (size_t)p->n);
  const double *rhs = rein_lane_vector_rows(b->rhs), *x = rein_lane_vector_rows(b->x);
  dense_matrix(p, 1.0, -0.3, b->scale[lane], rein_lane_matrix_values(b->matrix), n_lane, lane, m);
  for (int i = 0; i < p->n; i++) wanted[i] = rhs[i * n_lane + lane];
  dense_solve(p->n, m, wanted);
  double error = 0.0, size = 0.0;
  for (int i = 0; i < p->n; i++) {
    error = fmax(error, fabs(x[i * n_lane + lane] - wanted[i]));
    size = fmax(size, fabs(wanted[i]));
    if (isnan(x[i * n_lane + lane])) error = INFINITY;
  }
  free(m);
  free(wanted);
  return error / size;
}

START_TEST(solves_like_dense_lu) {
  const rein_kernels *kernels = rein_kernels_get((rein_isa)(_i % REIN_N_ISA));
  const size_case *size = &sizes[_i / REIN_N_ISA];
  if (!kernels) {
    rein_test_skip("processor lacks an instruction set");
    return;
  }
  problem p = problem_create(size->n, size->density, size->is_mixed, 99u + (uint64_t)size->n);
  bench b, plain;
  bench_init(&b, &p, size->n_lane, kernels);
  bench_init(&plain, &p, size->n_lane, rein_kernels_get(REIN_ISA_PLAIN));
  bench *const both[] = {&b, &plain};
  for (int k = 0; k < 2; k++) {
    rein_lane_matrix_set(both[k]->matrix, 1.0, -0.3, both[k]->scale);
    ck_assert_int_eq(SUNLinSolSetup(both[k]->solver, both[k]->matrix), 0);
    ck_assert_int_eq(rein_lane_solver_pivot_lane(both[k]->solver), -1);
    ck_assert_int_eq(SUNLinSolSolve(both[k]->solver, both[k]->matrix, both[k]->x, both[k]->rhs, 0.0), 0);
  }
  for (int lane = 0; lane < size->n_lane; lane++) {
    const double error = lane_error(&b, &p, size->n_lane, lane);
    ck_assert_msg(error < 1e-9, "%s, %d states, lane %d: error %g", kernels->name, p.n, lane, error);
  }
  ck_assert_mem_eq(rein_lane_vector_rows(b.x), rein_lane_vector_rows(plain.x),
                   sizeof(double) * (size_t)p.n * (size_t)size->n_lane);
  N_VScale(1.0, b.rhs, b.x); /* in place */
  ck_assert_int_eq(SUNLinSolSolve(b.solver, b.matrix, b.x, b.x, 0.0), 0);
  ck_assert_mem_eq(rein_lane_vector_rows(b.x), rein_lane_vector_rows(plain.x),
                   sizeof(double) * (size_t)p.n * (size_t)size->n_lane);
  bench_clear(&plain);
  bench_clear(&b);
  problem_clear(&p);
}
END_TEST

START_TEST(singular_and_dead_lanes) {
  const rein_kernels *kernels = rein_kernels_get((rein_isa)_i);
  if (!kernels) {
    rein_test_skip("processor lacks an instruction set");
    return;
  }
  problem p = problem_create(25, 0.08, false, 5u);
  bench b;
  bench_init(&b, &p, 40, kernels);
  rein_lane_matrix_set(b.matrix, 1.0, -0.3, b.scale);
  double *values = rein_lane_matrix_values(b.matrix);
  /* M is not finite in lane 36, and has a row of zeros in lane 35 */
  double kept[2][625];
  for (int e = 0; e < p.n_nz; e++) {
    kept[0][e] = values[e * 40 + 35];
    kept[1][e] = values[e * 40 + 36];
  }
  for (int e = 0; e < p.n_nz; e++) values[e * 40 + 36] = NAN;
  ck_assert_int_gt(SUNLinSolSetup(b.solver, b.matrix), 0);
  ck_assert_int_eq(rein_lane_solver_pivot_lane(b.solver), 36);
  b.shape.live[36] = 0.0;
  ck_assert_int_eq(SUNLinSolSetup(b.solver, b.matrix), 0);
  int diagonal = -1;
  for (int j = 0; j < p.n && diagonal < 0; j++) {
    for (int e = p.col_start[j]; e < p.col_start[j + 1]; e++) diagonal = p.row[e] == j ? e : diagonal;
  }
  ck_assert_int_ge(diagonal, 0);
  for (int e = 0; e < p.n_nz; e++) {
    if (p.row[e] == p.row[diagonal]) values[e * 40 + 35] = 0.0;
  }
  values[diagonal * 40 + 35] = 1.0 / (0.3 * b.scale[35]);
  ck_assert_int_gt(SUNLinSolSetup(b.solver, b.matrix), 0);
  ck_assert_int_eq(rein_lane_solver_pivot_lane(b.solver), 35);
  b.shape.live[35] = 0.0;
  rein_lane_vector_rows(b.rhs)[36] = NAN;
  ck_assert_int_eq(SUNLinSolSetup(b.solver, b.matrix), 0);
  ck_assert_int_eq(SUNLinSolSolve(b.solver, b.matrix, b.x, b.rhs, 0.0), 0);
  for (int lane = 0; lane < 40; lane++) {
    if (b.shape.live[lane] != 0.0) ck_assert(lane_error(&b, &p, 40, lane) < 1e-9);
    for (int i = 0; i < 25 && b.shape.live[lane] == 0.0; i++)
      ck_assert(rein_lane_vector_rows(b.x)[i * 40 + lane] == 0.0);
  }
  for (int e = 0; e < p.n_nz; e++) {
    values[e * 40 + 35] = kept[0][e];
    values[e * 40 + 36] = kept[1][e];
  }
  b.shape.live[35] = b.shape.live[36] = 1.0;
  ck_assert_int_eq(SUNLinSolSetup(b.solver, b.matrix), 0);
  bench_clear(&b);
  problem_clear(&p);
}
END_TEST

START_TEST(nan_off_the_diagonal_fails) {
  /* M = [1, x; 0, 1]: no pivot ever sees x */
  int col_start[] = {0, 0, 1}, row[] = {0}, differential[] = {1, 1};
  const problem p = {2, 1, col_start, row, differential};
  bench b;
  bench_init(&b, &p, 8, rein_kernels_best());
  rein_lane_matrix_set(b.matrix, 1.0, -0.3, NULL);
  ck_assert_int_eq(SUNLinSolSetup(b.solver, b.matrix), 0);
  rein_lane_matrix_values(b.matrix)[5] = NAN;
  ck_assert_int_gt(SUNLinSolSetup(b.solver, b.matrix), 0);
  ck_assert_int_eq(rein_lane_solver_pivot_lane(b.solver), 5);
  bench_clear(&b);
}
END_TEST

START_TEST(symbolic_counts) {
  rein_lu_plan *plan = NULL;
  /* full: k^2 multiply-adds for k = 1 .. n - 1 */
  problem full = problem_create(5, 1.0, false, 3u);
  ck_assert_int_eq(rein_lu_plan_create(5, full.col_start, full.row, NULL, &plan), REIN_OK);
  ck_assert_int_eq(rein_lu_plan_n_entry(plan), 25);
  ck_assert_int_eq(rein_lu_plan_n_madd(plan), 30);
  rein_lu_plan_destroy(plan);
  problem_clear(&full);
  /* an arrow that points the wrong way fills up unless it is ordered: 2 n - 1 + n - 1 entries, n - 1
   * multiply-adds */
  enum { N = 100 };
  int col_start[N + 1] = {0}, row[2 * N + N], n_nz = 0;
  for (int j = 0; j < N; j++) {
    for (int i = 0; i < N; i++) {
      if (j == 0 || i == 0) row[n_nz++] = i;
    }
    col_start[j + 1] = n_nz;
  }
  ck_assert_int_eq(rein_lu_plan_create(N, col_start, row, NULL, &plan), REIN_OK);
  ck_assert_int_eq(rein_lu_plan_n_entry(plan), 3 * N - 2);
  ck_assert_int_eq(rein_lu_plan_n_madd(plan), N - 1);
  rein_arena *arena = rein_arena_create();
  rein_text text;
  rein_text_init(&text, arena);
  rein_lu_plan_print(plan, &text);
  ck_assert_ptr_nonnull(
      strstr(text.bytes, "lu: 100 states, 298 entries, 0 of them fill, 99 multiply-adds\n"));
  rein_arena_destroy(arena);
  rein_lu_plan_destroy(plan);
  /* an algebraic state that no rate depends on: no matching */
  const int differential[N] = {1, 0, 1};
  const int empty[] = {0, 1, 1, 2}, rows[] = {0, 2};
  plan = NULL;
  ck_assert_int_eq(rein_lu_plan_create(3, empty, rows, differential, &plan), REIN_ERR_SOLVER);
  ck_assert_ptr_null(plan);
}
END_TEST

/* ------- CVODE in lanes ------- */

typedef struct {
  rein_eval *eval;
  rein_lane_shape shape;
  double *time, *atol;
  double *bad;
} run_data;

static int rates(realtype t, N_Vector y, N_Vector ydot, void *data) {
  run_data *d = data;
  const int n_lane = d->shape.n_lane;
  d->shape.kernels->fill(t, d->time, (size_t)n_lane);
  rein_eval_run(d->eval, REIN_PROG_RATES, d->time, rein_lane_vector_rows(y), rein_lane_vector_rows(ydot));
  return d->shape.kernels->finish_rates(rein_lane_vector_rows(ydot), 3, n_lane, NULL, d->shape.live, d->bad)
             ? 1
             : 0;
}

static int system_matrix(realtype t, N_Vector y, N_Vector fy, SUNMatrix matrix, booleantype jok,
                         booleantype *jcur, realtype gamma, void *data, N_Vector t1, N_Vector t2,
                         N_Vector t3) {
  (void)fy, (void)t1, (void)t2, (void)t3;
  run_data *d = data;
  if (!jok) {
    d->shape.kernels->fill(t, d->time, (size_t)d->shape.n_lane);
    rein_eval_run(d->eval, REIN_PROG_JACOBIAN, d->time, rein_lane_vector_rows(y),
                  rein_lane_matrix_values(matrix));
  }
  *jcur = !jok;
  rein_lane_matrix_set(matrix, 1.0, -gamma, NULL);
  return 0;
}

static int weights(N_Vector y, N_Vector w, void *data) {
  run_data *d = data;
  return d->shape.kernels->error_weights(1e-8, rein_lane_vector_rows(y), d->atol, rein_lane_vector_rows(w), 3,
                                         d->shape.n_lane, d->shape.live)
             ? 0
             : -1;
}

static double k1_of_lane(int lane) {
  return 0.04 * (1.0 + 0.02 * (lane % 16));
}

/* Runs Robertson to t_end in n_lane lanes, lane `dead` masked and full of NaN (-1: none); y (3 x n_lane) out.
 */
static void run_cvode(int n_lane, int dead, double t_end, const rein_kernels *kernels, double *y_out) {
  const rein_tape tape = rein_test_robertson();
  run_data d = {.eval = rein_eval_create(&tape, n_lane, kernels)};
  d.shape = (rein_lane_shape){3,    n_lane, kernels, rein_rows_create(1, n_lane), rein_rows_create(1, n_lane),
                              NULL, NULL};
  d.time = rein_rows_create(1, n_lane);
  d.bad = rein_rows_create(1, n_lane);
  d.atol = rein_rows_create(3, n_lane);
  SUNContext context;
  ck_assert_int_eq(SUNContext_Create(NULL, &context), 0);
  for (int lane = 0; lane < n_lane; lane++) {
    d.shape.live[lane] = lane != dead;
    rein_eval_row(d.eval, 0)[lane] = lane == dead ? (double)NAN : k1_of_lane(lane);
    for (int i = 0; i < 3; i++) d.atol[i * n_lane + lane] = i == 2 ? 1e-10 : 1e-15;
  }
  rein_eval_params(d.eval);
  N_Vector y = rein_lane_vector_create(&d.shape, context);
  rein_eval_run(d.eval, REIN_PROG_INITIAL, d.time, NULL, rein_lane_vector_rows(y));
  if (dead >= 0) rein_lane_vector_rows(y)[dead] = NAN;
  rein_lu_plan *plan = NULL;
  ck_assert_int_eq(rein_lu_plan_create(3, tape.col_start, tape.row, NULL, &plan), REIN_OK);
  SUNMatrix matrix = rein_lane_matrix_create(plan, &d.shape, context);
  SUNLinearSolver solver = rein_lane_solver_create(plan, &d.shape, context);
  void *cvode = CVodeCreate(CV_BDF, context);
  ck_assert_int_eq(CVodeInit(cvode, rates, 0.0, y), CV_SUCCESS);
  ck_assert_int_eq(CVodeSetUserData(cvode, &d), CV_SUCCESS);
  ck_assert_int_eq(CVodeWFtolerances(cvode, weights), CV_SUCCESS);
  ck_assert_int_eq(CVodeSetMaxNumSteps(cvode, 20000), CV_SUCCESS);
  ck_assert_int_eq(CVodeSetLinearSolver(cvode, solver, matrix), CVLS_SUCCESS);
  ck_assert_int_eq(CVodeSetLinSysFn(cvode, system_matrix), CVLS_SUCCESS);
  realtype t = 0.0;
  ck_assert_int_eq(CVode(cvode, t_end, y, &t, CV_NORMAL), CV_SUCCESS);
  memcpy(y_out, rein_lane_vector_rows(y), sizeof(double) * 3 * (size_t)n_lane);
  CVodeFree(&cvode);
  SUNLinSolFree(solver);
  SUNMatDestroy(matrix);
  rein_lu_plan_destroy(plan);
  N_VDestroy(y);
  SUNContext_Free(&context);
  rein_eval_destroy(d.eval);
  free(d.time);
  free(d.bad);
  free(d.atol);
  free(d.shape.live);
  free(d.shape.per_lane);
}

static void robertson_rates(double k1, const double *y, double *f) {
  f[0] = -k1 * y[0] + 1e4 * y[1] * y[2];
  f[2] = 3e7 * y[1] * y[1];
  f[1] = -f[0] - f[2];
}

/* Classical Runge-Kutta with a step the fastest decay (3500 / s) allows. */
static void runge_kutta(double k1, double t_end, double *y) {
  const int n_step = (int)(t_end / 2e-4);
  const double h = t_end / n_step;
  y[0] = 1.0;
  y[1] = y[2] = 0.0;
  for (int step = 0; step < n_step; step++) {
    double f[4][3], at[3];
    robertson_rates(k1, y, f[0]);
    for (int stage = 1; stage < 4; stage++) {
      for (int i = 0; i < 3; i++) at[i] = y[i] + (stage == 3 ? h : h / 2) * f[stage - 1][i];
      robertson_rates(k1, at, f[stage]);
    }
    for (int i = 0; i < 3; i++) y[i] += h / 6 * (f[0][i] + 2 * f[1][i] + 2 * f[2][i] + f[3][i]);
  }
}

START_TEST(cvode_integrates_robertson_in_lanes) {
  const int n_lane = _i == 0 ? 8 : 32;
  double y[3 * 32];
  run_cvode(n_lane, -1, 40.0, rein_kernels_best(), y);
  for (int lane = 0; lane < n_lane; lane += _i == 0 ? 1 : 5) {
    double wanted[3];
    runge_kutta(k1_of_lane(lane), 40.0, wanted);
    for (int i = 0; i < 3; i++) {
      const double error = fabs(y[i * n_lane + lane] - wanted[i]) / wanted[i];
      ck_assert_msg(error < 2e-6, "lane %d, state %d: %.12g, Runge-Kutta %.12g", lane, i,
                    y[i * n_lane + lane], wanted[i]);
    }
  }
}
END_TEST

START_TEST(cvode_reaches_the_published_end) {
  /* ROBER of the test set for IVP solvers: the state at t = 1e11 with the usual constants, lane 0 here */
  double y[3 * 8];
  run_cvode(8, -1, 1e11, rein_kernels_best(), y);
  ck_assert_double_eq_tol(y[0] / 0.2083340149701255e-7, 1.0, 2e-3);
  ck_assert_double_eq_tol(y[8] / 0.8333360770334713e-13, 1.0, 2e-3);
  ck_assert_double_eq_tol(y[16] / 0.9999999791665050, 1.0, 1e-6);
}
END_TEST

START_TEST(cvode_gives_equal_bits_and_ignores_the_dead) {
  double y[REIN_N_ISA + 1][3 * 32], with_dead[3 * 32];
  run_cvode(32, -1, 4e3, rein_kernels_get(REIN_ISA_PLAIN), y[0]);
  for (int isa = 1; isa < REIN_N_ISA; isa++) {
    const rein_kernels *kernels = rein_kernels_get((rein_isa)isa);
    if (!kernels) {
      rein_test_skip("processor lacks an instruction set");
      continue;
    }
    run_cvode(32, -1, 4e3, kernels, y[isa]);
    ck_assert_mem_eq(y[isa], y[0], sizeof y[0]);
  }
  /* lane 29 repeats lane 13, so the norm without it is the same norm: the others must not change at all */
  run_cvode(32, 29, 4e3, rein_kernels_best(), with_dead);
  for (int k = 0; k < 3 * 32; k++) {
    if (k % 32 != 29)
      ck_assert_msg(with_dead[k] == y[0][k], "place %d: %.17g, %.17g", k, with_dead[k], y[0][k]);
  }
}
END_TEST

Suite *rein_suite_lane_matrix(void) {
  Suite *suite = suite_create("lane_matrix");
  TCase *tests = tcase_create("lane_matrix");
  tcase_set_timeout(tests, 60);
  tcase_add_loop_test(tests, solves_like_dense_lu, 0, REIN_N_ISA * N_SIZE);
  tcase_add_loop_test(tests, singular_and_dead_lanes, 0, REIN_N_ISA);
  tcase_add_test(tests, nan_off_the_diagonal_fails);
  tcase_add_test(tests, symbolic_counts);
  tcase_add_loop_test(tests, cvode_integrates_robertson_in_lanes, 0, 2);
  tcase_add_test(tests, cvode_reaches_the_published_end);
  tcase_add_test(tests, cvode_gives_equal_bits_and_ignores_the_dead);
  suite_add_tcase(suite, tests);
  return suite;
}
