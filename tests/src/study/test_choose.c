/* `method: auto`: stiff models keep BDF, others take the one-step method; the choice and its counts are the
 * same on every instruction set, and a named method is left alone. */
#include <check.h>
#include <string.h>

#include "src/study/simulate.h"
#include "tests/place.h"

Suite *rein_suite_choose(void);

static const char robertson[] =
    "rein: model/1\nname: robertson\ntime: s\nparameters:\n"
    "  k1: {value: 0.04 1/s, assumed: Robertson 1966}\n  k2: {value: 3e7 1/s, assumed: Robertson 1966}\n"
    "  k3: {value: 1e4 1/s, assumed: Robertson 1966}\n"
    "states:\n"
    "  a: {unit: '1', initial: 1, rate: k3 * b * c - k1 * a}\n"
    "  b: {unit: '1', initial: 0, rate: k1 * a - k3 * b * c - k2 * b^2}\n"
    "  c: {unit: '1', initial: 0, rate: k2 * b^2}\n"
    "observables:\n  A: {is: a, unit: '1', noise: additive(sd: 0.01)}\n";

static const char swing[] = /* two oscillators that are not stiff */
    "rein: model/1\nname: swing\ntime: s\nparameters:\n  u: {value: 1 1/s, assumed: test}\n"
    "states:\n"
    "  a: {unit: '1', initial: 1, rate: u * b}\n  b: {unit: '1', initial: 0, rate: -u * a}\n"
    "  c: {unit: '1', initial: 1, rate: 2 * u * d}\n  d: {unit: '1', initial: 0, rate: -2 * u * c}\n"
    "observables:\n  A: {is: a, unit: '1', noise: additive(sd: 0.01)}\n";

static const char ends[] = /* has no solution behind t = 2 */
    "rein: model/1\nname: ends\ntime: s\nparameters:\n  u: {value: 0.5 1/s, assumed: test}\n"
    "states:\n  a: {unit: '1', initial: 1, scale: 1, rate: u * a^2}\n"
    "observables:\n  A: {is: a, unit: '1', noise: additive(sd: 0.01)}\n";

/* The study of a model over 40 s whose scenario ends in `more`. */
static rein_simulation prepare(const char *model, const char *more, const rein_kernels *kernels) {
  write_file("model.yaml", model);
  const char *text = rein_arena_printf(arena,
                                       "rein: scenario/1\nname: s\nmodel: ./model.yaml\ncohort: {n: 20}\n"
                                       "arms:\n  one: {}\nmeasure: {at: [0 s, 1 s, 40 s]}\n%s",
                                       more);
  rein_simulation s = {0};
  rein_status status =
      rein_simulation_prepare(arena, units, write_file("scenario.yaml", text), NULL, kernels, diag, &s);
  ck_assert_msg(status == REIN_OK, "%s", messages());
  return s;
}

START_TEST(test_stiff) { /* the trial is over before it has cost much more than BDF */
  rein_simulation s = prepare(robertson, "", NULL);
  ck_assert_int_eq(s.plan->method, REIN_METHOD_BDF);
  ck_assert(s.choice.bdf.finished && !s.choice.dopri5.finished);
  ck_assert_int_gt(s.choice.dopri5.cost, s.choice.bdf.cost);
  ck_assert_int_lt(s.choice.dopri5.cost, 4 * s.choice.bdf.cost);
  ck_assert_int_eq(s.plan->trial_steps, 0);
}
END_TEST

START_TEST(test_not_stiff) {
  rein_simulation s = prepare(swing, "solver: {method: auto}\n", NULL);
  ck_assert_int_eq(s.plan->method, REIN_METHOD_DOPRI5);
  ck_assert_int_eq(s.scenario->method, REIN_METHOD_DOPRI5);
  ck_assert(s.choice.dopri5.finished);
  ck_assert_int_lt(s.choice.dopri5.cost, s.choice.bdf.cost);
  ck_assert_int_eq(s.plan->trial_steps, 0);
}
END_TEST

START_TEST(test_named) { /* no trial is made */
  static const char *const names[] = {"bdf", "adams", "dopri5"};
  rein_simulation s = prepare(swing, rein_arena_printf(arena, "solver: {method: %s}\n", names[_i]), NULL);
  ck_assert_str_eq(rein_method_name(s.plan->method), names[_i]);
  ck_assert_int_eq(s.choice.bdf.n_step, 0);
}
END_TEST

START_TEST(test_failing) { /* whatever fails, BDF is to fail with: it says most about why */
  rein_simulation s = prepare(ends, "", NULL);
  ck_assert_int_eq(s.plan->method, REIN_METHOD_BDF);
  ck_assert(!s.choice.bdf.finished);
}
END_TEST

START_TEST(test_failing_pilot) { /* no scale: it is what was reached until the failure */
  const char *part = " scale: 1,", *at = strstr(ends, part);
  ck_assert_ptr_nonnull(at);
  const char *model = rein_arena_printf(arena, "%.*s%s", (int)(at - ends), ends, at + strlen(part));
  rein_simulation s = prepare(model, "", NULL);
  /* exact: 1 / (1 - t / 2), of which t = 1 s was looked at */
  ck_assert_double_eq_tol(s.scale[0], 2.0, 1e-3);
  ck_assert(!s.choice.bdf.finished);
}
END_TEST

START_TEST(test_same_everywhere) {
  rein_simulation first = prepare(_i ? robertson : swing, "", rein_kernels_get(REIN_ISA_PLAIN));
  for (int isa = 0; isa < REIN_N_ISA; isa++) {
    const rein_kernels *kernels = rein_kernels_get((rein_isa)isa);
    if (!kernels) continue; /* this processor lacks it */
    rein_simulation s = prepare(_i ? robertson : swing, "", kernels);
    ck_assert_int_eq(s.plan->method, first.plan->method);
    ck_assert_mem_eq(&s.choice, &first.choice, sizeof s.choice);
    ck_assert_str_eq(s.scenario->hash, first.scenario->hash);
  }
}
END_TEST

Suite *rein_suite_choose(void) {
  Suite *suite = suite_create("study/choose");
  TCase *tc = tcase_create("all");
  tcase_add_checked_fixture(tc, place_setup, place_teardown);
  tcase_add_test(tc, test_stiff);
  tcase_add_test(tc, test_not_stiff);
  tcase_add_loop_test(tc, test_named, 0, 3);
  tcase_add_test(tc, test_failing);
  tcase_add_test(tc, test_failing_pilot);
  tcase_add_loop_test(tc, test_same_everywhere, 0, 2);
  suite_add_tcase(suite, tc);
  return suite;
}
