/* Models with solutions in closed form: chains, logistic growth, one- and two-compartment bolus and infusion.
 */
#include <check.h>
#include <math.h>

#include "tests/support.h"

Suite *rein_suite_closed_forms(void);

static const rein_method_kind methods[] = {REIN_METHOD_BDF, REIN_METHOD_DOPRI5, REIN_METHOD_ADAMS};
#define N_TIME 6
static const double times[N_TIME] = {0, 0.5, 3, 7.25, 12, 24};

static rein_arena *arena;
static void setup(void) {
  arena = rein_arena_create();
}
static void teardown(void) {
  rein_arena_destroy(arena);
}

static const char two_compartments[] =
    "rein: model/1\nname: two\ntime: h\n"
    "parameters:\n"
    "  ka: {value: 1.2 1/h, assumed: test}\n  k10: {value: 0.1 1/h, assumed: test}\n"
    "  k12: {value: 0.16 1/h, assumed: test}\n  k21: {value: 0.07 1/h, assumed: test}\n"
    "states:\n"
    "  gut: {unit: mg, initial: 0}\n  central: {unit: mg, initial: 0}\n  peripheral: {unit: mg, initial: 0}\n"
    "processes:\n"
    "  absorption: {from: gut, to: central, rate: ka * gut}\n"
    "  elimination: {from: central, rate: k10 * central}\n"
    "  out: {from: central, to: peripheral, rate: k12 * central}\n"
    "  back: {from: peripheral, to: central, rate: k21 * peripheral}\n"
    "actions:\n"
    "  oral: {kind: drug, unit: mg, into: gut}\n  iv: {kind: drug, unit: mg, into: central}\n";

/* Hybrid rate constants of the two-compartment model: roots of s^2 - (k10 + k12 + k21) s + k10 k21. */
static void exponents(double *alpha, double *beta) {
  double sum = 0.1 + 0.16 + 0.07, root = sqrt(sum * sum - 4 * 0.1 * 0.07);
  *alpha = 0.5 * (sum + root);
  *beta = 0.5 * (sum - root);
}

/* Central amount t after a bolus of 1 into central. */
static double bolus(double t) {
  double a, b;
  exponents(&a, &b);
  return t < 0 ? 0 : ((a - 0.07) * exp(-a * t) + (0.07 - b) * exp(-b * t)) / (a - b);
}

/* Central amount t after the start of an infusion of rate 1: the bolus response integrated. */
static double step(double t) {
  double a, b;
  exponents(&a, &b);
  return t < 0 ? 0 : ((a - 0.07) * -expm1(-a * t) / a + (0.07 - b) * -expm1(-b * t) / b) / (a - b);
}

static void bolus_lane(int64_t i_batch, int l, rein_eval *eval, rein_lane_plan *plan) {
  (void)i_batch, (void)eval;
  for (int k = 0; k < 3; k++)
    ck_assert(rein_lane_add_item(plan, (rein_item){k * (5.0 + 0.125 * l), REIN_ITEM_ADD, 1, 100.0 + l}));
}

START_TEST(test_two_compartment_bolus) {
  const rein_tape *tape = support_compile(arena, two_compartments);
  support_case c = {.tape = tape,
                    .rtol = 1e-9,
                    .atol = 1e-9,
                    .t_end = 24,
                    .obs = times,
                    .n_obs = N_TIME,
                    .lane = bolus_lane,
                    .method = methods[_i]};
  support_result r = support_run(&c);
  for (int l = 0; l < 8; l++)
    for (int i = 0; i < N_TIME; i++) {
      double expected = 0;
      for (int k = 0; k < 3; k++) {
        double when = k * (5.0 + 0.125 * l);
        if (times[i] > when) expected += (100.0 + l) * bolus(times[i] - when);
      }
      ck_assert_double_eq_tol(support_out(&r, l, i, 1), expected, 1e-5);
    }
  support_free(&r);
}
END_TEST

static void infusion_lane(int64_t i_batch, int l, rein_eval *eval, rein_lane_plan *plan) {
  (void)i_batch, (void)eval;
  double start = 1 + 0.25 * l, length = 6;
  ck_assert(rein_lane_add_item(plan, (rein_item){start, REIN_ITEM_INPUT_ADD, 1, 10}));
  ck_assert(rein_lane_add_item(plan, (rein_item){start + length, REIN_ITEM_INPUT_ADD, 1, -10}));
}

START_TEST(test_two_compartment_infusion) {
  const rein_tape *tape = support_compile(arena, two_compartments);
  support_case c = {.tape = tape,
                    .rtol = 1e-9,
                    .atol = 1e-9,
                    .t_end = 24,
                    .obs = times,
                    .n_obs = N_TIME,
                    .lane = infusion_lane,
                    .method = methods[_i]};
  support_result r = support_run(&c);
  for (int l = 0; l < 8; l++)
    for (int i = 0; i < N_TIME; i++) {
      double start = 1 + 0.25 * l, expected = 10 * (step(times[i] - start) - step(times[i] - start - 6));
      ck_assert_double_eq_tol(support_out(&r, l, i, 1), expected, 1e-6);
    }
  support_free(&r);
}
END_TEST

/* Observation at the instant of a dose: before it by default, after it with act_first. */
START_TEST(test_ties) {
  const rein_tape *tape = support_compile(arena, two_compartments);
  support_case c = {
      .tape = tape, .t_end = 24, .obs = times, .n_obs = N_TIME, .lane = bolus_lane, .method = methods[_i]};
  support_result before = support_run(&c);
  c.act_first = true;
  support_result after = support_run(&c);
  ck_assert_double_eq(support_out(&before, 2, 0, 1), 0);
  ck_assert_double_eq(support_out(&after, 2, 0, 1), 102);
  support_free(&before);
  support_free(&after);
}
END_TEST

START_TEST(test_chain) { /* Bateman: a -> b -> c with rates k, 2k */
  const rein_tape *tape = support_compile(
      arena,
      "rein: model/1\nname: chain\ntime: h\nparameters:\n  k: {value: 0.3 1/h, assumed: test}\n"
      "states:\n  a: {unit: mg, initial: 5 mg}\n  b: {unit: mg, initial: 0}\n  c: {unit: mg, initial: 0}\n"
      "processes:\n  p: {from: a, to: b, rate: k * a}\n  q: {from: b, to: c, rate: 2 * k * b}\n");
  support_case c = {.tape = tape,
                    .rtol = 1e-9,
                    .atol = 1e-10,
                    .t_end = 24,
                    .obs = times,
                    .n_obs = N_TIME,
                    .method = methods[_i]};
  support_result r = support_run(&c);
  for (int i = 0; i < N_TIME; i++) {
    double a = 5 * exp(-0.3 * times[i]), b = 5 * (exp(-0.3 * times[i]) - exp(-0.6 * times[i]));
    ck_assert_double_eq_tol(support_out(&r, 0, i, 0), a, 1e-7);
    ck_assert_double_eq_tol(support_out(&r, 0, i, 1), b, 1e-7);
    double sum = support_out(&r, 0, i, 0) + support_out(&r, 0, i, 1) + support_out(&r, 0, i, 2);
    ck_assert_double_eq_tol(sum, 5, 1e-9); /* nothing is lost: a linear invariant is kept to rounding */
  }
  support_free(&r);
}
END_TEST

static void cycle_lane(int64_t i_batch, int l, rein_eval *eval, rein_lane_plan *plan) {
  (void)i_batch;
  rein_eval_row(eval, 0)[l] = 0.2 * (l + 1);
  ck_assert(rein_lane_add_item(plan, (rein_item){2.0 + 0.3 * l, REIN_ITEM_ADD, 0, 4}));
}

/* a -> b -> c -> a, closed, with rates that bend and are up to a thousand times apart, and a dose on the way:
 * the total is what was put in, at every time, though each amount is only known to the tolerance. */
START_TEST(test_closed_cycle_keeps_its_total) {
  const rein_tape *tape = support_compile(
      arena,
      "rein: model/1\nname: cycle\ntime: h\nparameters:\n  v: {value: 1 mg/h, assumed: test}\n"
      "  m: {value: 0.5 mg, assumed: test}\n  k: {value: 40 1/h, assumed: test}\n"
      "states:\n  a: {unit: mg, initial: 6 mg}\n  b: {unit: mg, initial: 1 mg}\n  c: {unit: mg, initial: 0}\n"
      "processes:\n  p: {from: a, to: b, rate: v * a / (m + a)}\n  q: {from: b, to: c, rate: k * b}\n"
      "  r: {from: c, to: a, rate: k / 800 * c * b / m + k / 100 * c}\n"
      "actions:\n  iv: {kind: drug, unit: mg, into: a}\n");
  support_case c = {.tape = tape,
                    .rtol = 1e-6,
                    .atol = 1e-8,
                    .t_end = 24,
                    .obs = times,
                    .n_obs = N_TIME,
                    .lane = cycle_lane,
                    .method = methods[_i]};
  support_result r = support_run(&c);
  for (int l = 0; l < 8; l++)
    for (int i = 0; i < N_TIME; i++) {
      const double total = times[i] > 2.0 + 0.3 * l ? 11 : 7;
      double sum = 0;
      for (int s = 0; s < 3; s++) sum += support_out(&r, l, i, s);
      ck_assert_double_eq_tol(sum, total, 1e-6 * total);
    }
  ck_assert_double_lt(support_out(&r, 0, N_TIME - 1, 0), 10.9); /* it does go round */
  support_free(&r);
}
END_TEST

static void growth_lane(int64_t i_batch, int l, rein_eval *eval, rein_lane_plan *plan) {
  (void)i_batch, (void)plan;
  rein_eval_row(eval, 0)[l] = 0.1 + 0.05 * l;
}

START_TEST(test_logistic) {
  const rein_tape *tape = support_compile(
      arena, "rein: model/1\nname: logistic\ntime: d\nparameters:\n  r: {value: 0.1 1/d, assumed: test}\n"
             "states:\n  n: {unit: '1', initial: 0.01, rate: r * n * (1 - n)}\n");
  support_case c = {.tape = tape,
                    .rtol = 1e-9,
                    .atol = 1e-12,
                    .t_end = 24,
                    .obs = times,
                    .n_obs = N_TIME,
                    .lane = growth_lane,
                    .method = methods[_i]};
  support_result r = support_run(&c);
  for (int l = 0; l < 8; l++)
    for (int i = 0; i < N_TIME; i++) {
      double g = 0.01 * exp((0.1 + 0.05 * l) * times[i]);
      ck_assert_double_eq_tol(support_out(&r, l, i, 0), g / (0.99 + g), 2e-8);
    }
  support_free(&r);
}
END_TEST

/* The error estimate in the record is at least of the size of the true error, and not absurdly larger. */
START_TEST(test_error_estimate) {
  const rein_tape *tape = support_compile(arena, two_compartments);
  support_case c = {.tape = tape,
                    .rtol = 1e-6,
                    .atol = 1e-6,
                    .t_end = 24,
                    .obs = times,
                    .n_obs = N_TIME,
                    .lane = bolus_lane,
                    .method = methods[_i]};
  support_result r = support_run(&c);
  c.rtol = 1e-11, c.atol = 1e-11;
  support_result exact = support_run(&c);
  size_t at = (size_t)(N_TIME - 1) * 3 + 1;
  double error = fabs(r.out[at] - exact.out[at]), estimate = r.error[at];
  ck_assert_msg(estimate > 0.1 * error && estimate < 1e-2, "error %g, estimate %g", error, estimate);
  support_free(&r);
  support_free(&exact);
}
END_TEST

Suite *rein_suite_closed_forms(void) {
  Suite *suite = suite_create("numeric/closed forms");
  TCase *tc = tcase_create("all");
  tcase_add_checked_fixture(tc, setup, teardown);
  tcase_add_loop_test(tc, test_two_compartment_bolus, 0, 3);
  tcase_add_loop_test(tc, test_two_compartment_infusion, 0, 3);
  tcase_add_loop_test(tc, test_ties, 0, 3);
  tcase_add_loop_test(tc, test_chain, 0, 3);
  tcase_add_loop_test(tc, test_closed_cycle_keeps_its_total, 0, 3);
  tcase_add_loop_test(tc, test_logistic, 0, 3);
  tcase_add_loop_test(tc, test_error_estimate, 0, 3);
  suite_add_tcase(suite, tc);
  return suite;
}
