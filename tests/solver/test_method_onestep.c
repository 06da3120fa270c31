/* The one-step method by itself: order of steps and of dense output against a closed form, lanes with rates
 * that are not finite, lanes that stand still, each lane's own time, equal bytes on every instruction set. */
#include <check.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "solver/method.h"
#include "tests/support.h"

Suite *rein_suite_method_onestep(void);

#define N_LANE 8
#define N_STATE 2

/* x = exp(sin(u t)), and w' = x: depends on time, on a state and on a parameter. */
static const char swing[] =
    "rein: model/1\nname: swing\ntime: h\nparameters:\n  u: {value: 1 1/h, assumed: test}\n"
    "states:\n  x: {unit: '1', initial: 1, rate: u * x * cos(u * time)}\n"
    "  w: {unit: '1', initial: 0, rate: u * x}\n";

typedef struct {
  rein_arena *arena;
  rein_method_problem p;
  rein_method *method;
  double *t0, *span, *atol, *y0, *y;
} bench;

/* A method for `swing` on the given kernels: all lanes live, t = 0 .. 1, x = 1, w = 0. */
static bench set_up(const rein_kernels *kernels, double rtol, double max_step) {
  bench b = {.arena = rein_arena_create()};
  rein_method_problem *p = &b.p;
  p->tape = support_compile(b.arena, swing);
  p->eval = rein_eval_create(p->tape, N_LANE, kernels);
  p->kernels = p->shape.kernels = kernels;
  p->shape.n_row = N_STATE, p->shape.n_lane = N_LANE;
  p->shape.live = rein_rows_create(1, N_LANE), p->shape.per_lane = rein_rows_create(1, N_LANE);
  p->t0 = b.t0 = rein_rows_create(1, N_LANE), p->span = b.span = rein_rows_create(1, N_LANE);
  p->time = rein_rows_create(1, N_LANE), p->bad = rein_rows_create(1, N_LANE);
  p->bad_time = rein_rows_create(1, N_LANE), p->bad_state = rein_rows_create(N_STATE, N_LANE);
  p->atol = b.atol = rein_rows_create(N_STATE, N_LANE);
  b.y0 = rein_rows_create(N_STATE, N_LANE), b.y = rein_rows_create(N_STATE, N_LANE);
  p->rtol = rtol, p->max_step = max_step, p->kind = REIN_METHOD_DOPRI5;
  for (int l = 0; l < N_LANE; l++) p->shape.live[l] = 1, b.span[l] = 1, b.y0[l] = 1;
  for (int i = 0; i < N_STATE * N_LANE; i++) b.atol[i] = rtol;
  rein_eval_params(p->eval);
  return b;
}

static void create(bench *b) { /* once the problem is at its place */
  b->method = rein_method_create(&b->p);
  ck_assert_ptr_nonnull(b->method);
}

static void clear(bench *b) {
  rein_method_destroy(b->method);
  rein_eval_destroy(b->p.eval);
  double *all[] = {b->p.shape.live, b->p.shape.per_lane, b->t0,   b->span, b->p.time, b->p.bad,
                   b->p.bad_time,   b->p.bad_state,      b->atol, b->y0,   b->y};
  for (size_t i = 0; i < sizeof all / sizeof *all; i++) free(all[i]);
  rein_arena_destroy(b->arena);
}

/* From tau = 0 to 1; the state at the end into b->y. */
static void run(bench *b) {
  double tau = 0;
  ck_assert_int_eq(rein_method_start(b->method, b->y0), REIN_STEP_OK);
  while (tau < 1) ck_assert_int_eq(rein_method_advance(b->method, &tau), REIN_STEP_OK);
  ck_assert_double_eq(tau, 1);
  memcpy(b->y, rein_method_state(b->method), sizeof(double) * N_STATE * N_LANE);
}

static double exact(double t) {
  return exp(sin(t));
}

/* ---- order ---- */

static double error_with_steps(int n) { /* the error test passes everything, the bound on steps rules */
  bench b = set_up(rein_kernels_best(), 1e3, 1.0 / n);
  create(&b);
  run(&b);
  ck_assert_int_eq(rein_method_count(b.method).n_step, n);
  double error = fabs(b.y[0] - exact(1));
  clear(&b);
  return error;
}

START_TEST(test_order) {
  double coarse = error_with_steps(8), middle = error_with_steps(16), fine = error_with_steps(32);
  ck_assert_double_eq_tol(log2(coarse / middle), 5, 0.4);
  ck_assert_double_eq_tol(log2(middle / fine), 5, 0.3);
}
END_TEST

/* Errors of the first step of length h, at its end and within. */
static void first_step(double h, double *at_end, double *within) {
  bench b = set_up(rein_kernels_best(), 1e3, 0);
  create(&b);
  for (int l = 0; l < N_LANE; l++) b.span[l] = h;
  run(&b);
  ck_assert_int_eq(rein_method_count(b.method).n_step, 1);
  ck_assert_double_eq(rein_method_last_step(b.method), 1);
  *at_end = fabs(b.y[0] - exact(h));
  *within = 0;
  for (int i = 1; i < 10; i++) {
    ck_assert(rein_method_dense(b.method, 0.1 * i, b.y));
    *within = fmax(*within, fabs(b.y[0] - exact(0.1 * i * h)));
  }
  clear(&b);
}

START_TEST(test_dense_order) { /* of one step: h^6 at its end, h^5 within */
  double end[2], within[2];
  first_step(0.2, &end[0], &within[0]);
  first_step(0.1, &end[1], &within[1]);
  ck_assert_double_eq_tol(log2(end[0] / end[1]), 6, 0.5);
  ck_assert_double_eq_tol(log2(within[0] / within[1]), 5, 0.5);
}
END_TEST

START_TEST(test_dense_ends) { /* continuous from step to step, to the bit at the start of one */
  bench b = set_up(rein_kernels_best(), 1e-6, 0);
  create(&b);
  double tau = 0, before[N_STATE * N_LANE];
  ck_assert_int_eq(rein_method_start(b.method, b.y0), REIN_STEP_OK);
  memcpy(before, b.y0, sizeof before);
  for (int i = 0; i < 5; i++) {
    double from = tau;
    ck_assert_int_eq(rein_method_advance(b.method, &tau), REIN_STEP_OK);
    ck_assert_double_eq_tol(rein_method_last_step(b.method), tau - from, 1e-15);
    ck_assert(rein_method_dense(b.method, from, b.y));
    for (int k = 0; k < N_STATE * N_LANE; k++) ck_assert_double_eq_tol(b.y[k], before[k], 1e-14);
    memcpy(before, rein_method_state(b.method), sizeof before);
    ck_assert(rein_method_dense(b.method, tau, b.y));
    for (int k = 0; k < N_STATE * N_LANE; k++) ck_assert_double_eq_tol(b.y[k], before[k], 1e-14);
  }
  clear(&b);
}
END_TEST

START_TEST(
    test_tolerance) { /* the error follows the tolerance, and the estimate of a step is no smaller than it */
  for (double rtol = 1e-4; rtol > 1e-11; rtol *= 1e-2) {
    bench b = set_up(rein_kernels_best(), rtol, 0);
    create(&b);
    double tau = 0, sum = 0;
    ck_assert_int_eq(rein_method_start(b.method, b.y0), REIN_STEP_OK);
    while (tau < 1) {
      ck_assert_int_eq(rein_method_advance(b.method, &tau), REIN_STEP_OK);
      sum += fabs(rein_method_local_error(b.method)[0]);
    }
    double error = fabs(rein_method_state(b.method)[0] - exact(1));
    ck_assert_msg(error < 2 * rtol, "error %g at rtol %g", error, rtol);
    ck_assert_msg(error < 2 * sum, "error %g, estimate %g", error, sum);
    rein_method_error_norms(b.method, b.y);
    for (int l = 0; l < N_LANE; l++) ck_assert(b.y[l] >= 0 && b.y[l] <= 1);
    clear(&b);
  }
}
END_TEST

/* ---- lanes ---- */

START_TEST(test_time_per_lane) {
  bench b = set_up(rein_kernels_best(), 1e-9, 0);
  create(&b);
  for (int l = 0; l < N_LANE; l++) b.t0[l] = 0.3 * l, b.span[l] = 0.1 + 0.2 * l, b.y0[l] = exact(b.t0[l]);
  double tau = 0, own[N_LANE] __attribute__((aligned(64)));
  ck_assert_int_eq(rein_method_start(b.method, b.y0), REIN_STEP_OK);
  while (tau < 1) {
    double from = tau;
    ck_assert_int_eq(rein_method_advance(b.method, &tau), REIN_STEP_OK);
    for (int l = 0; l < N_LANE; l++) own[l] = from + (tau - from) * l / N_LANE;
    ck_assert(rein_method_dense_lanes(b.method, own, NULL, b.y));
    for (int l = 0; l < N_LANE; l++) {
      ck_assert_double_eq_tol(rein_method_state(b.method)[l], exact(b.t0[l] + tau * b.span[l]), 1e-8);
      ck_assert_double_eq_tol(b.y[l], exact(b.t0[l] + own[l] * b.span[l]), 1e-7);
    }
  }
  clear(&b);
}
END_TEST

START_TEST(test_bad_lane) { /* is named; the others then go on as if it had never been there */
  bench b = set_up(rein_kernels_best(), 1e-7, 0), without = set_up(rein_kernels_best(), 1e-7, 0);
  create(&b), create(&without);
  rein_eval_row(b.p.eval, 0)[5] = rein_eval_row(without.p.eval, 0)[5] = _i ? INFINITY : NAN;
  rein_eval_params(b.p.eval), rein_eval_params(without.p.eval);
  double tau = 0;
  ck_assert_int_eq(rein_method_start(b.method, b.y0), REIN_STEP_OK);
  ck_assert_int_eq(rein_method_advance(b.method, &tau), REIN_STEP_RATES);
  ck_assert_double_eq(tau, 0);
  ck_assert_int_eq(rein_method_blame(b.method, REIN_STEP_RATES), 5);
  for (int l = 0; l < N_LANE; l++) ck_assert_double_eq(b.p.bad[l], l == 5);
  b.p.shape.live[5] = without.p.shape.live[5] = 0;
  run(&b), run(&without);
  ck_assert_mem_eq(b.y, without.y, sizeof(double) * N_STATE * N_LANE);
  ck_assert_double_eq(b.y[5], 1); /* stands still */
  ck_assert_double_eq_tol(b.y[4], exact(1), 1e-6);
  clear(&b), clear(&without);
}
END_TEST

START_TEST(test_bad_later) { /* rates that end inside the segment: y' = sqrt(y), y falling through 0 */
  bench b = set_up(rein_kernels_best(), 1e-6, 0);
  b.p.tape = support_compile(b.arena,
                             "rein: model/1\nname: root\ntime: h\nparameters:\n  k: {value: 1 1/h, assumed: "
                             "test}\nstates:\n  x: {unit: '1', initial: 1, rate: -k}\n"
                             "  y: {unit: '1', initial: 0, rate: k * sqrt(x)}\n");
  rein_eval_destroy(b.p.eval);
  b.p.eval = rein_eval_create(b.p.tape, N_LANE, b.p.kernels);
  create(&b);
  b.y0[3] = 0.5; /* this lane's root ends at tau = 0.5, the others' behind the segment */
  for (int l = 0; l < N_LANE; l++) b.span[l] = 0.9;
  double tau = 0;
  rein_step answer = rein_method_start(b.method, b.y0);
  while (tau < 1 && answer == REIN_STEP_OK) answer = rein_method_advance(b.method, &tau);
  ck_assert_int_eq(answer, REIN_STEP_RATES);
  ck_assert_double_eq_tol(tau, 0.5 / 0.9, 1e-6);
  for (int l = 0; l < N_LANE; l++) ck_assert_double_eq(b.p.bad[l], l == 3);
  b.p.shape.live[3] = 0; /* goes on from there, without it */
  while (tau < 1) ck_assert_int_eq(rein_method_advance(b.method, &tau), REIN_STEP_OK);
  ck_assert_double_eq_tol(rein_method_state(b.method)[0], 0.1, 1e-9);
  ck_assert_double_eq_tol(rein_method_state(b.method)[N_LANE], (1 - pow(0.1, 1.5)) / 1.5, 1e-5);
  clear(&b);
}
END_TEST

START_TEST(test_same_bytes) {
  enum { N = N_STATE * N_LANE };
  double first[3 * N] = {0};
  int64_t n_rate = 0;
  for (int isa = 0; isa < REIN_N_ISA; isa++) {
    const rein_kernels *kernels = rein_kernels_get((rein_isa)isa);
    if (!kernels) continue; /* this processor lacks it */
    bench b = set_up(kernels, 1e-8, 0);
    create(&b);
    for (int l = 0; l < N_LANE; l++) b.t0[l] = 0.1 * l, b.span[l] = 1 + 0.2 * l;
    b.p.shape.live[2] = 0;
    run(&b);
    double tau[N_LANE] __attribute__((aligned(64))), now[3 * N];
    memcpy(now, b.y, sizeof(double) * N);
    memcpy(now + N, rein_method_local_error(b.method), sizeof(double) * N);
    for (int l = 0; l < N_LANE; l++) tau[l] = 1 - rein_method_last_step(b.method) * l / N_LANE;
    ck_assert(rein_method_dense_lanes(b.method, tau, NULL, b.y));
    memcpy(now + 2 * N, b.y, sizeof(double) * N);
    if (n_rate == 0) memcpy(first, now, sizeof now), n_rate = rein_method_count(b.method).n_rate;
    ck_assert_int_eq(rein_method_count(b.method).n_rate, n_rate);
    ck_assert_msg(memcmp(first, now, sizeof now) == 0, "%s", kernels->name);
    clear(&b);
  }
}
END_TEST

Suite *rein_suite_method_onestep(void) {
  Suite *suite = suite_create("solver/method_onestep");
  TCase *tc = tcase_create("all");
  tcase_add_test(tc, test_order);
  tcase_add_test(tc, test_dense_order);
  tcase_add_test(tc, test_dense_ends);
  tcase_add_test(tc, test_tolerance);
  tcase_add_test(tc, test_time_per_lane);
  tcase_add_loop_test(tc, test_bad_lane, 0, 2);
  tcase_add_test(tc, test_bad_later);
  tcase_add_test(tc, test_same_bytes);
  suite_add_tcase(suite, tc);
  return suite;
}
