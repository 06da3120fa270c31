/* `before: {equilibrate: true}`: closed forms, conserved totals, basins, and what never comes to rest. */
#include <check.h>
#include <math.h>
#include <stdio.h>

#include "tests/src/scenario/solved.h"

Suite *rein_suite_rest(void);

static solved run(const char *states, const char *more) {
  char model[3000], text[2000];
  snprintf(model, sizeof model,
           "rein: model/1\nname: rest\ntime: h\nparameters:\n"
           "  kin: {value: 3 mg/h, between: lognormal(cv: 40 %%), assumed: x}\n"
           "  kout: {value: 1e-3 1/h, assumed: x}\n"
           "  low: {value: 0.4 mg, assumed: x}\n"
           "%s"
           "observables:\n  a: {is: A, unit: mg, noise: none}\n  b: {is: B, unit: mg, noise: none}\n"
           "  inflow: {is: kin, unit: mg/h, noise: none}\n",
           states);
  snprintf(text, sizeof text,
           "rein: scenario/1\nname: s\nmodel: ./m.yaml\ncohort: {n: 3}\nbefore: {equilibrate: true}\n"
           "measure: {at: [0 h, 1 h]}\narms: {a: {}%s}\n",
           more);
  return solved_create(model, text, NULL, NULL);
}

static void near(double got, double wanted, double part) {
  ck_assert_double_eq_tol(got, wanted, part * fabs(wanted));
}

/* Slow and fast states, every person's own level; the residual is that of Newton, not of the integration. */
START_TEST(turnover) {
  solved s =
      run("states:\n  A: {unit: mg, initial: 0, scale: 1 mg}\n  B: {unit: mg, initial: 5 mg, scale: 1 mg}\n"
          "processes:\n  in: {to: A, rate: kin}\n  on: {from: A, to: B, rate: 100 h^-1 * A}\n"
          "  out: {from: B, rate: kout * B}\n",
          "");
  for (int i = 0; i < 3; i++) {
    double kin = solved_at(&s, i, 0, 0, 2);
    near(solved_at(&s, i, 0, 0, 0), kin / 100, 1e-9);
    near(solved_at(&s, i, 0, 0, 1), kin / 1e-3, 1e-9);
    ck_assert(s.outcome[i].residual <= 1e-3);
  }
  ck_assert_double_ne(solved_at(&s, 0, 0, 0, 2), solved_at(&s, 1, 0, 0, 2));
  solved_destroy(&s);
}
END_TEST

/* Actions come after: the dose at the very start is added to the steady state. */
START_TEST(before_actions) {
  solved s =
      run("states:\n  A: {unit: mg, initial: 0, scale: 1 mg}\n  B: {unit: mg, initial: 0, scale: 1 mg}\n"
          "processes:\n  in: {to: A, rate: kin}\n  out: {from: A, to: B, rate: 2 h^-1 * A}\n"
          "  gone: {from: B, rate: 1 h^-1 * B}\nactions:\n  dose: {kind: drug, unit: mg, into: A}\n",
          ", b: {actions: [{do: dose, amount: 7 mg, at: 0 h}]}");
  double kin = solved_at(&s, 0, 1, 0, 2);
  near(solved_at(&s, 0, 1, 0, 0), kin / 2, 1e-8);
  ck_assert_double_eq_tol(solved_at(&s, 0, 1, 1, 0) - solved_at(&s, 0, 0, 1, 0), 7 * exp(-2), 1e-4);
  solved_destroy(&s);
}
END_TEST

/* A singular Jacobian: dimerisation keeps A + 2 B = 12; 2 A^2 = B at rest. */
START_TEST(conserved) {
  solved s = run("states:\n  A: {unit: mg, initial: 10 mg}\n  B: {unit: mg, initial: 1 mg}\n"
                 "processes:\n  on: {from: {A: 2}, to: B, rate: \"2 '1/mg/h' * A^2\"}\n"
                 "  off: {from: B, to: {A: 2}, rate: 1 h^-1 * B}\n",
                 "");
  double a = (-1 + sqrt(1 + 16 * 12.0)) / 8;
  near(solved_at(&s, 0, 0, 0, 0), a, 1e-5);
  near(solved_at(&s, 0, 0, 0, 1), 2 * a * a, 1e-5);
  solved_destroy(&s);
}
END_TEST

/* x' = -(x - 0)(x - 0.4)(x - 1): from 0.41 to 1, from 0.39 to 0, though the saddle between is nearer. */
START_TEST(basins) {
  solved s = run(
      "states:\n  A: {unit: mg, initial: 0.41 mg, scale: 1 mg, rate: \"-1 '1/mg2/h' * A * (A - low) * (A - 1 "
      "mg)\"}\n"
      "  B: {unit: mg, initial: 0.39 mg, scale: 1 mg, rate: \"-1 '1/mg2/h' * B * (B - low) * (B - 1 mg)\"}\n",
      "");
  near(solved_at(&s, 0, 0, 0, 0), 1, 1e-8);
  ck_assert_double_le(fabs(solved_at(&s, 0, 0, 0, 1)), 1e-6);
  solved_destroy(&s);
}
END_TEST

static void fails(const char *states, rein_fail why) {
  solved s = run(states, "");
  for (int i = 0; i < 3; i++) {
    ck_assert_msg(s.outcome[i].status == REIN_LANE_FAILED, "%s: a %g b %g residual %g", states,
                  solved_at(&s, i, 0, 0, 0), solved_at(&s, i, 0, 0, 1), s.outcome[i].residual);
    ck_assert_int_eq(s.outcome[i].fail, why);
    ck_assert(isnan(solved_at(&s, i, 0, 0, 0)));
  }
  solved_destroy(&s);
}

/* Filled for ever; a cycle round a root (Brusselator, b > 1 + a^2); a state outside its range on the way. */
START_TEST(no_rest) {
  fails("states:\n  A: {unit: mg, initial: 0, scale: 1 mg, rate: kin}\n  B: {unit: mg, initial: 0, scale: 1 "
        "mg, rate: -1 "
        "h^-1 * B}\n",
        REIN_FAIL_EQUILIBRIUM);
  fails("states:\n  A: {unit: mg, initial: 1.1 mg, scale: 1 mg, rate: \"1 'mg/h' - 4 h^-1 * A + 1 '1/mg2/h' "
        "* A^2 * B\"}\n"
        "  B: {unit: mg, initial: 3 mg, scale: 1 mg, rate: \"3 h^-1 * A - 1 '1/mg2/h' * A^2 * B\"}\n",
        REIN_FAIL_EQUILIBRIUM);
  fails("states:\n  A: {unit: mg, initial: 0, scale: 1 mg, range: [0 mg, 1 mg], rate: \"10 'mg/h' - 1 h^-1 * "
        "A\"}\n"
        "  B: {unit: mg, initial: 0, scale: 1 mg, rate: -1 h^-1 * B}\n",
        REIN_FAIL_RANGE);
}
END_TEST

/* A + B is no total of this model, where A is made and lost: said to be one, the root is refused. */
START_TEST(total_moved) {
  static const double SUM[] = {1, 1};
  for (int said = 0; said < 2; said++) {
    solved s =
        run("states:\n  A: {unit: mg, initial: 2 mg, scale: 1 mg}\n  B: {unit: mg, initial: 1 mg, scale: "
            "1 mg}\nprocesses:\n  in: {to: A, rate: kin}\n  out: {from: A, rate: 2 h^-1 * A}\n"
            "  on: {from: B, to: A, rate: 1 h^-1 * B}\n",
            "");
    ck_assert_int_eq(s.f.plan->n_total, 0);
    if (said) s.f.plan->total = SUM, s.f.plan->n_total = 1;
    solved_run(&s, 1);
    for (int i = 0; i < 3; i++) {
      ck_assert_int_eq(s.outcome[i].fail, said ? REIN_FAIL_TOTALS : REIN_FAIL_NONE);
      ck_assert_int_eq(s.outcome[i].status, said ? REIN_LANE_FAILED : REIN_LANE_FINE);
    }
    solved_destroy(&s);
  }
}
END_TEST

Suite *rein_suite_rest(void) {
  Suite *suite = suite_create("rest");
  TCase *tcase = tcase_create("rest");
  tcase_set_timeout(tcase, 60);
  tcase_add_test(tcase, turnover);
  tcase_add_test(tcase, before_actions);
  tcase_add_test(tcase, conserved);
  tcase_add_test(tcase, basins);
  tcase_add_test(tcase, no_rest);
  tcase_add_test(tcase, total_moved);
  suite_add_tcase(suite, tcase);
  return suite;
}
