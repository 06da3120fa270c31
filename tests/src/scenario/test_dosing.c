/* What doses do, against closed forms: one compartment, dA/dt = -k A + input. */
#include <check.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "tests/src/scenario/solved.h"

Suite *rein_suite_dosing(void);

#define K 0.1 /* 1/h */
#define MODEL(k, action)                                                                                     \
  "rein: model/1\nname: m\ntime: h\nparameters:\n  k: {value: " k " 1/h, assumed: example}\n"                \
  "states:\n  A: {unit: mg, initial: 0, scale: 100 mg}\n"                                                    \
  "processes:\n  out: {from: A, rate: k * A}\n"                                                              \
  "actions:\n  x: {unit: mg, into: A" action "}\n  y: {unit: mg, into: A}\n"                                 \
  "observables:\n  a: {is: A, unit: mg, noise: none}\n"
#define HEAD_WITH(solver)                                                                                    \
  "rein: scenario/1\nname: s\nmodel: ./m.yaml\ncohort: typical\nkeep: [observables]\n"                       \
  "solver: {rtol: 1e-10, atol_rel: 1e-13" solver                                                             \
  "}\nmeasure: {at: [0 h, 0.5 h, 1 h, 3 h, 5.5 h, 9 h, 23 h, 40 h]}\n"                                       \
  "arms:\n  a:\n    actions:\n"
#define HEAD HEAD_WITH("")

static const double TIMES[] = {0, 0.5, 1, 3, 5.5, 9, 23, 40};
enum { N_TIME = sizeof TIMES / sizeof *TIMES };

/* What is left at t of a dose that began to arrive at 0: bolus, or infusion of a rate and length. */
static double of_bolus(double amount, double k, double t) {
  return t < 0 ? 0 : amount * exp(-k * t);
}

static double of_infusion(double rate, double length, double k, double t) {
  if (t <= 0) return 0;
  double during = t < length ? t : length;
  return rate / k * -expm1(-k * during) * exp(-k * (t - during));
}

/* A regimen that has gone on for ever before time 0: doses at 0, -every, -2 every, ... */
static double of_past_infusions(double rate, double length, double k, double every, double t) {
  double sum = 0;
  for (int j = 0; j < 100000 && exp(-k * every * j) > 1e-18; j++)
    sum += of_infusion(rate, length, k, t + j * every);
  return sum;
}

static void near(double got, double wanted, const char *what) {
  ck_assert_msg(fabs(got - wanted) <= 1e-7 * (fabs(wanted) + 1), "%s: %.12g, not %.12g", what, got, wanted);
}

/* All four kinds of infusion at F = 0.5: a rate stays and the length changes, a length stays and the rate
 * changes; with lag, at steady state, and both. */
START_TEST(four_kinds_of_infusion) {
  static const struct {
    const char *action, *line;
    bool by_rate;
  } KINDS[] = {{"", ", rate: 10 mg/h", true},
               {"", ", duration: 4 h", false},
               {", rate: 10 'mg/h'", "", true},
               {", duration: 4 h", "", false}};
  int kind = _i % 4;
  bool lags = _i / 4 % 2, steady = _i / 8;
  char model[2000], text[2000];
  double lag = lags ? 1.5 : 0, every = 12;
  snprintf(model, sizeof model, MODEL("0.1", ", bioavailability: 0.5%s%s"), lags ? ", lag: 1.5 h" : "",
           KINDS[kind].action);
  snprintf(text, sizeof text, HEAD "      - {do: x, amount: 80 mg, every: 12 h, count: 1%s%s}\n",
           KINDS[kind].line, steady ? ", ss: reset" : "");
  double rate = 10, length = 0.5 * 80 / 10; /* 4 h */
  if (!KINDS[kind].by_rate) length = 4, rate = 0.5 * 80 / 4;
  solved s = solved_create(model, text, NULL, NULL);
  for (int i = 1; i < N_TIME; i++) {
    double t = TIMES[i] - lag;
    double wanted = steady ? of_past_infusions(rate, length, K, every, t) : of_infusion(rate, length, K, t);
    near(solved_at(&s, 0, 0, i, 0), wanted, steady ? "steady" : "single");
  }
  solved_destroy(&s);
}
END_TEST

START_TEST(boluses) {
  char text[2000];
  for (int lags = 0; lags < 2; lags++)
    for (int steady = 0; steady < 2; steady++) {
      const char *model =
          lags ? MODEL("0.1", ", bioavailability: 0.5, lag: 1.5 h") : MODEL("0.1", ", bioavailability: 0.5");
      snprintf(text, sizeof text, HEAD "      - {do: x, amount: 80 mg, every: 12 h, count: 2%s}\n",
               steady ? ", ss: reset" : "");
      solved s = solved_create(model, text, NULL, NULL);
      for (int i = 1; i < N_TIME; i++) {
        double t = TIMES[i] - 1.5 * lags, wanted = of_bolus(40, K, t) + of_bolus(40, K, t - 12);
        for (int j = 1; j < 100 && steady; j++) wanted += of_bolus(40, K, t + 12 * j);
        near(solved_at(&s, 0, 0, i, 0), wanted, "bolus");
      }
      solved_destroy(&s);
    }
}
END_TEST

/* The infusion lasts longer than the interval, and the lag is longer than the interval, too: at time 0 some
 * infusions run on and others are still to come. */
START_TEST(long_infusion_long_lag) {
  static const double LAG[] = {0, 5, 12, 31}, LENGTH[] = {5, 12, 24, 30};
  char model[2000], text[2000];
  double lag = LAG[_i % 4], length = LENGTH[_i / 4];
  snprintf(model, sizeof model, MODEL("0.1", ", lag: %g h"), lag);
  snprintf(text, sizeof text,
           HEAD "      - {do: x, amount: 60 mg, duration: %g h, every: 12 h, count: 1, ss: reset}\n", length);
  solved s = solved_create(model, text, NULL, NULL);
  for (int i = 1; i < N_TIME; i++) {
    double wanted = 0;
    for (int j = 0; j < 200; j++) wanted += of_infusion(60 / length, length, K, TIMES[i] - lag + 12 * j);
    near(solved_at(&s, 0, 0, i, 0), wanted, "long");
  }
  solved_destroy(&s);
}
END_TEST

/* A lag longer than the interval shifts doses, no more. */
START_TEST(lag_longer_than_interval) {
  solved s = solved_create(MODEL("0.1", ", lag: 20 h"),
                           HEAD "      - {do: x, amount: 60 mg, every: 4 h, count: 3}\n", NULL, NULL);
  for (int i = 0; i < N_TIME; i++) {
    double wanted = 0;
    for (int j = 0; j < 3; j++) wanted += of_bolus(60, K, TIMES[i] - 20 - 4 * j);
    near(solved_at(&s, 0, 0, i, 0), wanted, "lag");
  }
  solved_destroy(&s);
}
END_TEST

/* SS 2 adds the steady state to what is there; SS 1 clears it; an infusion that runs goes on or is cut, with
 * SS 2 as the scenario says. */
START_TEST(adding_and_resetting) {
  enum { RESETS, ADDS, ADDS_AND_ENDS };
#define LINES                                                                                                \
  "      - {do: y, amount: 50 mg, at: 0 h}\n"                                                                \
  "      - {do: y, amount: 90 mg, at: 0 h, duration: 30 h}\n"                                                \
  "      - {do: x, amount: 80 mg, from: 4 h, every: 8 h, count: 1, ss: "
  static const char *const TEXTS[] = {HEAD LINES "reset}\n", HEAD LINES "add}\n",
                                      HEAD_WITH(", ss_add: ends_infusions") LINES "add}\n"};
  for (int how = RESETS; how <= ADDS_AND_ENDS; how++) {
    solved s = solved_create(MODEL("0.1", ""), TEXTS[how], NULL, NULL);
    for (int i = 1; i < N_TIME; i++) {
      double t = TIMES[i], wanted = of_bolus(50, K, t) + of_infusion(3, how == ADDS ? 30 : 4, K, t);
      if (t > 4 && how == RESETS) wanted = 0;
      for (int j = 0; j < 100 && t > 4; j++) wanted += of_bolus(80, K, t - 4 + 8 * j);
      near(solved_at(&s, 0, 0, i, 0), wanted, TEXTS[how]);
    }
    solved_destroy(&s);
  }
}
END_TEST

/* At its record a constant infusion has come to R / k, and ends. */
START_TEST(constant_infusion) {
  solved s = solved_create(
      MODEL("0.1", ""), HEAD "      - {do: x, amount: 0 mg, rate: 3 mg/h, at: 1 h, ss: reset}\n", NULL, NULL);
  for (int i = 0; i < N_TIME; i++)
    near(solved_at(&s, 0, 0, i, 0), TIMES[i] > 1 ? 30 * exp(-K * (TIMES[i] - 1)) : 0, "constant");
  solved_destroy(&s);
}
END_TEST

/* A half-life of 700 intervals costs some dozens of intervals, not thousands; without loss there is no steady
 * state, and the record says so. */
START_TEST(slow_and_never) {
  const char *text = HEAD "      - {do: x, amount: 1 mg, every: 1 h, count: 1, ss: reset}\n";
  solved s = solved_create(MODEL("0.001", ""), text, NULL, NULL);
  for (int i = 1; i < N_TIME; i++)
    near(solved_at(&s, 0, 0, i, 0) / 1000, exp(-0.001 * TIMES[i]) / -expm1(-0.001) / 1000, "slow");
  ck_assert_int_lt(s.outcome[0].n_step, 4000);
  solved_destroy(&s);
  s = solved_create(MODEL("0", ""), text, NULL, NULL);
  ck_assert_int_eq(s.outcome[0].status, REIN_LANE_FAILED);
  ck_assert_int_eq(s.outcome[0].fail, REIN_FAIL_STEADY);
  ck_assert(isnan(solved_at(&s, 0, 0, N_TIME - 1, 0)));
  solved_destroy(&s);
}
END_TEST

/* Very start, very end, nothing at all, two at one instant; a measurement sees the state before or after. */
START_TEST(edges) {
  const char *lines =
      "      - {do: x, amount: 10 mg, at: [0 h, 40 h]}\n      - {do: y, amount: 0 mg, at: 3 h}\n"
      "      - {do: y, amount: 0 mg, at: 5 h, duration: 3 h}\n"
      "      - {do: x, amount: 7 mg, at: 9 h}\n      - {do: y, amount: 5 mg, at: 9 h}\n";
  char text[3000];
  for (int after = 0; after < 2; after++) {
    snprintf(text, sizeof text, "%s%s", HEAD, lines);
    char *place = strstr(text, "atol_rel: 1e-13}");
    char act[3200];
    snprintf(act, sizeof act, "%.*satol_rel: 1e-13, ties: %s}%s", (int)(place - text), text,
             after ? "act_first" : "observe_first", place + strlen("atol_rel: 1e-13}"));
    solved s = solved_create(MODEL("0.1", ""), act, NULL, NULL);
    for (int i = 0; i < N_TIME; i++) {
      double t = TIMES[i], wanted = 0;
      if (t > 0 || after) wanted += of_bolus(10, K, t);
      if (t > 9 || (t == 9 && after)) wanted += of_bolus(12, K, t - 9);
      if (t == 40 && after) wanted += 10;
      near(solved_at(&s, 0, 0, i, 0), wanted, after ? "after" : "before");
    }
    solved_destroy(&s);
  }
}
END_TEST

/* A reset cuts what runs; what starts later, or waits for its lag, comes. */
START_TEST(reset_cuts_infusion) {
  solved s = solved_create(MODEL("0.1", ", lag: 6 h"),
                           HEAD "      - {do: y, amount: 60 mg, at: 0 h, duration: 20 h}\n"
                                "      - {do: x, amount: 8 mg, at: 0 h}\n      - {do: reset, at: 2 h}\n"
                                "      - {do: y, amount: 30 mg, at: 2 h, duration: 10 h}\n",
                           NULL, NULL);
  for (int i = 0; i < N_TIME; i++) {
    double t = TIMES[i];
    double wanted = t <= 2 ? of_infusion(3, 20, K, t) : of_infusion(3, 10, K, t - 2) + of_bolus(8, K, t - 6);
    near(solved_at(&s, 0, 0, i, 0), wanted, "reset");
  }
  solved_destroy(&s);
}
END_TEST

START_TEST(replace_and_multiply) {
  solved s = solved_create(MODEL("0.1", ", lag: 6 h, bioavailability: 0.5"),
                           HEAD "      - {do: y, amount: 60 mg, at: 0 h}\n"
                                "      - {do: x, amount: 20 mg, at: 2 h, as: replace}\n"
                                "      - {do: x, amount: 0.25, at: 4 h, as: multiply}\n",
                           NULL, NULL);
  for (int i = 1; i < N_TIME; i++) {
    double t = TIMES[i], wanted = t <= 2 ? of_bolus(60, K, t) : of_bolus(t <= 4 ? 20 : 5, K, t - 2);
    near(solved_at(&s, 0, 0, i, 0), wanted, "replace");
  }
  solved_destroy(&s);
}
END_TEST

/* A nonlinear model: what the search finds is what a hundred intervals come to. */
START_TEST(nonlinear) {
  const char *model =
      "rein: model/1\nname: m\ntime: h\nparameters:\n  V: {value: 12 mg/h, assumed: example}\n"
      "states:\n  A: {unit: mg, initial: 0, scale: 100 mg}\n  R: {unit: '1', initial: 2, scale: 1 1}\n"
      "processes:\n  out: {from: A, rate: V * A / (20 mg + A)}\n"
      "  make: {to: R, rate: 0.2 h^-1}\n  lose: {from: R, rate: 0.1 h^-1 * R * (1 + A / 10 mg)}\n"
      "actions:\n  x: {unit: mg, into: A}\n"
      "observables:\n  a: {is: A, unit: mg, noise: none}\n  r: {is: R, unit: '1', noise: none}\n";
  solved s = solved_create(
      model,
      "rein: scenario/1\nname: s\nmodel: ./m.yaml\ncohort: typical\nkeep: [observables]\n"
      "solver: {rtol: 1e-10, atol_rel: 1e-13}\nmeasure: {from: 2400 h, to: 2424 h, every: 1.5 h}\n"
      "arms:\n  long: {actions: [{do: x, amount: 100 mg, every: 12 h}]}\n"
      "  steady: {actions: [{do: x, amount: 100 mg, from: 2400 h, every: 12 h, ss: reset}]}\n",
      NULL, NULL);
  for (int i = 1; i < s.f.scenario->n_time; i++)
    for (int row = 0; row < 2; row++)
      near(solved_at(&s, 0, 1, i, row), solved_at(&s, 0, 0, i, row), "nonlinear");
  solved_destroy(&s);
}
END_TEST

Suite *rein_suite_dosing(void) {
  Suite *suite = suite_create("dosing");
  TCase *tcase = tcase_create("dosing");
  tcase_set_timeout(tcase, 120);
  tcase_add_loop_test(tcase, four_kinds_of_infusion, 0, 16);
  tcase_add_test(tcase, boluses);
  tcase_add_loop_test(tcase, long_infusion_long_lag, 0, 16);
  tcase_add_test(tcase, lag_longer_than_interval);
  tcase_add_test(tcase, adding_and_resetting);
  tcase_add_test(tcase, constant_infusion);
  tcase_add_test(tcase, slow_and_never);
  tcase_add_test(tcase, edges);
  tcase_add_test(tcase, reset_cuts_infusion);
  tcase_add_test(tcase, replace_and_multiply);
  tcase_add_test(tcase, nonlinear);
  suite_add_tcase(suite, tcase);
  return suite;
}
