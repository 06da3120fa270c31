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

/* What cannot be given fails the person at the dose, by name; a dose that is not taken fails nobody. */
START_TEST(impossible_dose) {
  static const char *const scenario[] = {
      HEAD "      - {do: x, amount: 20 mg, every: 5 h, count: 2, missed: [2]}\n",
      HEAD "      - {do: x, amount: 20 mg, every: 5 h, count: 2}\n"};
  for (int taken = 0; taken < 2; taken++) {
    solved s = solved_create(MODEL("0.1", ", lag: 3 h - time"), scenario[taken], NULL, NULL);
    const rein_outcome *o = &s.outcome[0];
    ck_assert_int_eq(o->status, taken ? REIN_LANE_FAILED : REIN_LANE_FINE);
    if (taken) {
      ck_assert_int_eq(o->fail, REIN_FAIL_DOSE);
      near(o->time, 5, "time of the dose");
      near(o->value, -2, "its lag");
      ck_assert_str_eq(o->origin->label, "lag of x");
    }
    solved_destroy(&s);
  }
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

/* Elimination by Michaelis and Menten, a dose D every 24 h. At a steady state with peak p and trough p - D,
 * Km ln(p / (p - D)) + D = Vmax 24 h; none where D >= Vmax 24 h. */
#define VMAX 10.0 /* mg/h */
#define KM 5.0    /* mg */
#define SATURABLE(between, scale)                                                                            \
  "rein: model/1\nname: m\ntime: h\nparameters:\n  V: {value: 10 mg/h" between                               \
  ", assumed: example}\nstates:\n  A: {unit: mg, initial: 0" scale "}\n"                                     \
  "processes:\n  out: {from: A, rate: V * A / (5 mg + A)}\nactions:\n  x: {unit: mg, into: A}\n"             \
  "observables:\n  a: {is: A, unit: mg, noise: none}\n  v: {is: V, unit: mg/h, noise: none}\n"
#define DAILY(cohort, line)                                                                                  \
  "rein: scenario/1\nname: s\nmodel: ./m.yaml\ncohort: " cohort "\nkeep: [observables]\n"                    \
  "measure: {at: [0 h, 24 h]}\narms:\n  a: {actions: [{do: x, " line ", every: 24 h, ss: reset}]}\n"

static double trough_of(double dose, double vmax) {
  return dose / expm1((24 * vmax - dose) / KM);
}

START_TEST(saturable) {
  static const double DOSE[] = {120, 200, 230, 239, 241, 250, 300, 2400};
  char text[2000];
  for (size_t i = 0; i < sizeof DOSE / sizeof *DOSE; i++)
    for (int scaled = 0; scaled < 2; scaled++) {
      snprintf(text, sizeof text, DAILY("typical", "amount: %g mg"), DOSE[i]);
      solved s =
          solved_create(scaled ? SATURABLE("", ", scale: 100 mg") : SATURABLE("", ""), text, NULL, NULL);
      if (DOSE[i] < 24 * VMAX) {
        double got = solved_at(&s, 0, 0, 1, 0), wanted = trough_of(DOSE[i], VMAX);
        ck_assert_msg(fabs(got - wanted) <= 5e-3 * wanted + 1e-6, "%g mg: %.9g, not %.9g", DOSE[i], got,
                      wanted);
      } else {
        ck_assert_int_eq(s.outcome[0].fail, REIN_FAIL_STEADY);
        ck_assert_int_eq(s.outcome[0].state, 0);
        ck_assert_double_gt(s.outcome[0].value, 0.9 * (DOSE[i] - 24 * VMAX));
        ck_assert(isnan(solved_at(&s, 0, 0, 1, 0)));
      }
      solved_destroy(&s);
    }
}
END_TEST

/* Of a cohort exactly those fail who cannot clear the dose; the others are right. */
START_TEST(saturable_cohort) {
  const char *text = DAILY("{n: 100}", "amount: 240 mg");
  solved all = solved_create(SATURABLE(", between: lognormal(cv: 25 %)", ""),
                             "rein: scenario/1\nname: s\nmodel: ./m.yaml\ncohort: {n: 100}\n"
                             "keep: [observables]\nmeasure: {at: [0 h, 24 h]}\narms:\n  a: {actions: []}\n",
                             NULL, NULL);
  solved s = solved_create(SATURABLE(", between: lognormal(cv: 25 %)", ""), text, NULL, NULL);
  int n_failed = 0;
  for (int i = 0; i < 100; i++) {
    double vmax = solved_at(&all, i, 0, 1, 1), got = solved_at(&s, i, 0, 1, 0);
    ck_assert_double_gt(vmax, 0);
    if (vmax <= 240 / 24.0) {
      n_failed++;
      ck_assert(isnan(got));
    } else {
      double wanted = trough_of(240, vmax);
      ck_assert_msg(fabs(got - wanted) <= 5e-3 * wanted + 1e-4, "%g: %.9g, not %.9g", vmax, got, wanted);
    }
  }
  ck_assert_int_gt(n_failed, 20);
  ck_assert_int_lt(n_failed, 80);
  solved_destroy(&s);
  solved_destroy(&all);
}
END_TEST

/* What is only filled has no steady state: an integral, with and without a scale; an amount in urine. */
START_TEST(only_filled) {
  static const char *const FILLED[] = {
      "  B: {unit: mg*h, initial: 0}\nprocesses:\n  sum: {to: B, rate: A}\n  out: {from: A, rate: k * A}\n",
      "  B: {unit: mg*h, initial: 0, scale: 100 mg*h}\n"
      "processes:\n  sum: {to: B, rate: A}\n  out: {from: A, rate: k * A}\n",
      "  B: {unit: mg, initial: 0, scale: 100 mg}\nprocesses:\n  out: {from: A, to: B, rate: k * A}\n"};
  char model[2000];
  for (size_t i = 0; i < sizeof FILLED / sizeof *FILLED; i++) {
    snprintf(model, sizeof model,
             "rein: model/1\nname: m\ntime: h\nparameters:\n  k: {value: 0.1 1/h, assumed: example}\n"
             "states:\n  A: {unit: mg, initial: 0, scale: 100 mg}\n%sactions:\n  x: {unit: mg, into: A}\n"
             "observables:\n  a: {is: A, unit: mg, noise: none}\n",
             FILLED[i]);
    solved s = solved_create(model, DAILY("typical", "amount: 100 mg"), NULL, NULL);
    ck_assert_int_eq(s.outcome[0].fail, REIN_FAIL_STEADY);
    ck_assert_int_eq(s.outcome[0].state, 1);
    ck_assert_double_gt(s.outcome[0].value, 0);
    solved_destroy(&s);
  }
}
END_TEST

/* Slow modes at the usual tolerance, and one behind the other: what follows A is as slow. */
START_TEST(slow_ones) {
  static const double HALF_LIFE[] = {10, 100}; /* intervals */
  char model[2000];
  for (size_t i = 0; i < sizeof HALF_LIFE / sizeof *HALF_LIFE; i++) {
    double k = log(2) / (24 * HALF_LIFE[i]);
    snprintf(model, sizeof model,
             "rein: model/1\nname: m\ntime: h\nparameters:\n  k: {value: %.17g 1/h, assumed: example}\n"
             "states:\n  A: {unit: mg, initial: 0}\n  B: {unit: mg, initial: 0}\nprocesses:\n"
             "  on: {from: A, to: B, rate: k * A}\n  off: {from: B, rate: 0.2 * k * B}\n"
             "actions:\n  x: {unit: mg, into: A}\n"
             "observables:\n  a: {is: A, unit: mg, noise: none}\n  b: {is: B, unit: mg, noise: none}\n",
             k);
    solved s = solved_create(model, DAILY("typical", "amount: 100 mg"), NULL, NULL);
    double e = exp(-24 * k), f = exp(-0.2 * 24 * k), a = 100 * e / (1 - e);
    double b = 100 / 0.8 * (f / (1 - f) - e / (1 - e)); /* of every dose k / (k - 0.2 k) (exp - exp) */
    ck_assert_double_le(fabs(solved_at(&s, 0, 0, 1, 0) / a - 1), 1e-3);
    ck_assert_double_le(fabs(solved_at(&s, 0, 0, 1, 1) / b - 1), 1e-3);
    solved_destroy(&s);
  }
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
  tcase_add_test(tcase, impossible_dose);
  tcase_add_test(tcase, adding_and_resetting);
  tcase_add_test(tcase, constant_infusion);
  tcase_add_test(tcase, slow_and_never);
  tcase_add_test(tcase, saturable);
  tcase_add_test(tcase, saturable_cohort);
  tcase_add_test(tcase, only_filled);
  tcase_add_test(tcase, slow_ones);
  tcase_add_test(tcase, edges);
  tcase_add_test(tcase, reset_cuts_infusion);
  tcase_add_test(tcase, replace_and_multiply);
  tcase_add_test(tcase, nonlinear);
  suite_add_tcase(suite, tcase);
  return suite;
}
