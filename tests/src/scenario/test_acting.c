/* Actions on parameters (effects, forcings) and covariates along lines, against closed forms. */
#include <check.h>
#include <math.h>
#include <stdio.h>

#include "tests/src/scenario/solved.h"

Suite *rein_suite_acting(void);

#define NEAR(got, wanted) ck_assert_double_eq_tol((got), (wanted), 1e-6 * (fabs(wanted) + 1e-3))

static const char MODEL[] =
    "rein: model/1\nname: acting\ntime: h\n"
    "covariates:\n"
    "  weight: {unit: kg, typical: 70 kg}\n"
    "parameters:\n"
    "  k: {value: 0.2 1/h, between: lognormal(cv: 20 %), assumed: x}\n"
    "  kw: {is: k * weight / 70 kg, unit: 1/h, assumed: x}\n"
    "  feed: {value: 2 mg/h, assumed: x}\n"
    "  potency: {value: 4 mg, assumed: x}\n"
    "states:\n"
    "  A: {unit: mg, initial: 10 mg}\n"
    "  B: {unit: mg, initial: 10 mg}\n"
    "  sum: {unit: mg, initial: 0}\n"
    "  kilo: {unit: kg h, initial: 0, rate: weight}\n"
    "processes:\n"
    "  loss: {from: A, rate: k * A}\n"
    "  scaled: {from: B, rate: kw * B}\n"
    "  fed: {to: sum, rate: feed}\n"
    "actions:\n"
    "  blocker: {kind: drug, unit: mg, acts: {inhibits: k, emax: 90 %, ec50: potency, half_life: 6 h}}\n"
    "  slowed: {kind: drug, unit: mg, acts: {inhibits: k, emax: 0.5, ec50: 2 mg/L, volume: 0.5 L, half_life: "
    "1e7 h}}\n"
    "  driver: {kind: drug, unit: mg, acts: {stimulates: loss, emax: 3, ec50: 1 mg, hill: 2, half_life: 1e7 "
    "h}}\n"
    "  late: {kind: drug, unit: mg, acts: {stimulates: fed, emax: 1, ec50: 1e6 mg, half_life: 4 h, onset: 2 "
    "h}}\n"
    "  feast: {kind: nutrition, unit: mg/h, sets: feed, rise: 2 h, fall: 4 h}\n"
    "  surge: {kind: nutrition, unit: g/d, sets: feed, rise: 2 h, fall: 4 h, shape: smooth}\n"
    "observables:\n"
    "  a: {is: A, unit: mg, noise: none}\n"
    "  b: {is: B, unit: mg, noise: none}\n"
    "  fed_in_all: {is: sum, unit: mg, noise: none}\n"
    "  kilos: {is: kilo, unit: kg h, noise: none}\n";

static const char HEAD[] =
    "rein: scenario/1\nname: s\nmodel: ./m.yaml\ncohort: typical\nsolver: {rtol: 1e-10, method: bdf}\n"
    "measure: {at: [0 h, 5 h, 24 h]}\narms:\n";

static solved run(const char *arms) {
  char text[4000];
  ck_assert_int_lt(snprintf(text, sizeof text, "%s%s", HEAD, arms), (int)sizeof text);
  return solved_create(MODEL, text, NULL, NULL);
}

/* A' = -k (1 - emax c / (c50 + c)) A, c = c0 exp(-l t): the integral of the effect is a logarithm. */
START_TEST(inhibits) {
  solved s = run("  a: {actions: [{do: blocker, amount: 12 mg, at: 0 h}]}\n");
  const double l = log(2) / 6, t[] = {5, 24};
  for (int i = 0; i < 2; i++) {
    double c = 12 * exp(-l * t[i]), part = log((4 + 12) / (4 + c)) / l;
    double wanted = 10 * exp(-0.2 * (t[i] - 0.9 * part));
    NEAR(solved_at(&s, 0, 0, i + 1, 0), wanted);
    NEAR(solved_at(&s, 0, 0, i + 1, 1), wanted); /* kw is computed from k, and follows */
  }
  solved_destroy(&s);
}
END_TEST

START_TEST(multiply) {
  solved s =
      run("  a: {actions: [{do: slowed, amount: 1 mg, at: 0 h}, {do: driver, amount: 2 mg, at: 0 h}]}\n"
          "  b: {actions: [{do: slowed, amount: 1 mg, at: 0 h}]}\n");
  double slowed = 1 - 0.5 * 0.5, driven = 1 + 3 * 4.0 / 5.0; /* levels that stay: 1 mg in 0.5 L; 2 mg */
  NEAR(solved_at(&s, 0, 0, 1, 0), 10 * exp(-0.2 * slowed * driven * 5));
  NEAR(solved_at(&s, 0, 0, 1, 1), 10 * exp(-0.2 * slowed * 5));
  NEAR(solved_at(&s, 0, 1, 1, 0), 10 * exp(-0.2 * slowed * 5));
  solved_destroy(&s);
}
END_TEST

/* Far below the ec50 the effect is linear: its integral is that of the site of Bateman's function. */
START_TEST(onset) {
  solved s = run("  a: {actions: [{do: late, amount: 1 mg, at: 0 h}]}\n");
  double l = log(2) / 4, e = log(2) / 2, t = 24;
  double site = e / (e - l) * ((1 - exp(-l * t)) / l - (1 - exp(-e * t)) / e);
  ck_assert_double_eq_tol(solved_at(&s, 0, 0, 2, 2) - 2 * t, 2 * site / 1e6, 1e-8);
  solved_destroy(&s);
}
END_TEST

/* The integral over a rise and a fall is that of a trapezoid, linear or smooth. */
START_TEST(forcing) {
  solved s = run("  a: {actions: [{do: feast, amount: 8 mg/h, at: 3 h, duration: 10 h}]}\n"
                 "  b: {actions: [{do: surge, amount: 0.192 g/d, at: 3 h, duration: 10 h}]}\n"
                 "  c: {actions: [{do: feast, amount: 8 mg/h, at: 3 h, duration: 1 h}]}\n"
                 "  d: {actions: [{do: feast, amount: 8 mg/h, at: 3 h}]}\n"
                 "  e: {actions: [{do: feast, amount: 8 mg/h, at: [3 h, 15 h], duration: 10 h}]}\n");
  double trapezoid = 6 * (10 + 1 * 0 - 1 + 2), at_top = 2 * 24.0;
  NEAR(solved_at(&s, 0, 0, 2, 2), at_top + trapezoid);
  NEAR(solved_at(&s, 0, 1, 2, 2), at_top + trapezoid);
  NEAR(solved_at(&s, 0, 0, 1, 2), 2 * 5 + 6.0);
  NEAR(solved_at(&s, 0, 2, 2, 2), at_top + 0.5 * 3 * 1 + 0.5 * 3 * 4); /* turned round half way */
  NEAR(solved_at(&s, 0, 3, 2, 2), at_top + 6 * (21 - 1.0));
  /* the second begins half way down, at 3 of 6: up in 2 h from there */
  NEAR(solved_at(&s, 0, 4, 2, 2), at_top + 6 * 9.0 + 4.5 * 2 + 4.5 * 2 + 6 * 7);
  solved_destroy(&s);
}
END_TEST

START_TEST(along_lines) {
  static const char table[] = "ID,TIME,WT\n1,4,60\n1,10,\n1,14,80\n1,20,74\n";
  solved s = solved_create(MODEL,
                           "rein: scenario/1\nname: s\nmodel: ./m.yaml\n"
                           "cohort: {n: 1, over_time: {table: people.csv, units: {time: h}, covariates: {WT: "
                           "{sets: weight, unit: kg}}, "
                           "carry: linear}}\n"
                           "solver: {rtol: 1e-10}\nmeasure: {at: [0 h, 9 h, 24 h]}\narms: {a: {}, b: "
                           "{parameters: {feed: 3 mg/h}}}\n",
                           table, NULL);
  double nine = 60 * 4 + 5 * (60 + 5.0), all = 60 * 4 + 70 * 10 + 77 * 6 + 74 * 4;
  for (int arm = 0; arm < 2; arm++) {
    NEAR(solved_at(&s, 0, arm, 1, 3), nine);
    NEAR(solved_at(&s, 0, arm, 2, 3), all);
    /* the person's own k: from A; the computed kw follows the weight */
    double k = log(10 / solved_at(&s, 0, arm, 2, 0)) / 24;
    ck_assert_double_ne(k, 0.2);
    NEAR(solved_at(&s, 0, arm, 2, 1), 10 * exp(-k * all / 70));
  }
  solved_destroy(&s);
}
END_TEST

Suite *rein_suite_acting(void) {
  Suite *suite = suite_create("acting");
  TCase *tcase = tcase_create("acting");
  tcase_add_test(tcase, inhibits);
  tcase_add_test(tcase, multiply);
  tcase_add_test(tcase, onset);
  tcase_add_test(tcase, forcing);
  tcase_add_test(tcase, along_lines);
  suite_add_tcase(suite, tcase);
  return suite;
}
