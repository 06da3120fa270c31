/* Lag, bioavailability, rate and duration where covariates and parameters change: as they are when a dose is
 * given. One compartment, against closed forms. */
#include <check.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/src/scenario/solved.h"

Suite *rein_suite_moments(void);

#define K 0.1 /* 1/h */

static const char MODEL[] =
    "rein: model/1\nname: m\ntime: h\ncovariates:\n  weight: {unit: kg, typical: 70 kg}\n"
    "parameters:\n  k: {value: 0.1 1/h, assumed: example}\n  f0: {value: 0.5, assumed: example}\n"
    "  delay: {value: 1 h, assumed: example}\n"
    "  f: {is: f0 * weight / 70 kg, unit: '1', assumed: example}\n"
    "states:\n  A: {unit: mg, initial: 0, scale: 100 mg}\n"
    "processes:\n  out: {from: A, rate: k * A}\n"
    "actions:\n"
    "  x: {unit: mg, into: A, bioavailability: weight / 140 kg}\n"
    "  late: {unit: mg, into: A, lag: 2 h * weight / 70 kg}\n"
    "  slow: {unit: mg, into: A, bioavailability: weight / 140 kg, duration: 3 h * weight / 70 kg}\n"
    "  paced: {unit: mg, into: A, bioavailability: weight / 140 kg, rate: 10 'mg/h' * weight / 70 kg}\n"
    "  y: {unit: mg, into: A, bioavailability: f}\n"
    "  clock: {unit: mg, into: A, bioavailability: time / 100 h}\n"
    "  waits: {unit: mg, into: A, lag: delay}\n"
    "  better: {unit: '1', sets: f0, lag: delay}\n"
    "  rising: {unit: '1', sets: f0, rise: 2 h, fall: 4 h}\n"
    "  slower: {unit: h, sets: delay}\n"
    "observables:\n  a: {is: A, unit: mg, noise: none}\n";

#define HEAD(cohort)                                                                                         \
  "rein: scenario/1\nname: s\nmodel: ./m.yaml\ncohort: " cohort "\nkeep: [observables]\n"                    \
  "solver: {rtol: 1e-10, atol_rel: 1e-13}\nmeasure: {at: [0 h, 5 h, 12 h, 18.5 h, 50 h]}\n"                  \
  "arms:\n  a:\n"
#define TABLE(cohort, carry)                                                                                 \
  HEAD(cohort)                                                                                               \
  "    events: {table: people.csv, units: {time: h, ii: h, amt: mg, rate: mg/h}, "                           \
  "covariates: {WT: {sets: weight, unit: kg}}, carry: " carry "}\n"

static const double TIMES[] = {0, 5, 12, 18.5, 50};
enum { N_TIME = sizeof TIMES / sizeof *TIMES };

static void near(double got, double wanted, const char *what) {
  ck_assert_msg(fabs(got - wanted) <= 1e-7 * (fabs(wanted) + 1), "%s: %.12g, not %.12g", what, got, wanted);
}

static double of_bolus(double amount, double t) {
  return t <= 0 ? 0 : amount * exp(-K * t);
}

static double of_infusion(double rate, double length, double t) {
  if (t <= 0) return 0;
  double during = t < length ? t : length;
  return rate / K * -expm1(-K * during) * exp(-K * (t - during));
}

/* The weight at the dose: 70 kg at 0 h, 140 kg at 5 h, 35 kg at 15 h; doses at 0, 2.5, 5, 7.5, 10, 12.5, 15
 * h. */
START_TEST(carried) {
  static const struct {
    const char *carry;
    double weight[7];
  } HOW[] = {{"last", {70, 70, 140, 140, 140, 140, 35}},
             {"next", {70, 140, 140, 35, 35, 35, 35}},
             {"linear", {70, 105, 140, 113.75, 87.5, 61.25, 35}}};
  enum { BOLUS, LATE, SLOW, PACED, N_KIND };
  char text[2000], table[2000];
  const int how = _i % 3, kind = _i / 3;
  snprintf(text, sizeof text, TABLE("typical", "%s"), HOW[how].carry);
  static const char *const ACTION[N_KIND] = {"x", "late", "slow", "paced"};
  const int rate = kind == SLOW ? -2 : kind == PACED ? -1 : 0;
  snprintf(
      table, sizeof table,
      "TIME,AMT,CMT,EVID,RATE,II,ADDL,WT\n0,80,%s,1,%d,2.5,1,70\n5,80,%s,1,%d,2.5,3,140\n15,80,%s,1,%d,0,0,"
      "35\n",
      ACTION[kind], rate, ACTION[kind], rate, ACTION[kind], rate);
  solved s = solved_create(MODEL, text, table, NULL);
  for (int i = 1; i < N_TIME; i++) {
    double wanted = 0;
    for (int j = 0; j < 7; j++) {
      const double w = HOW[how].weight[j], t = TIMES[i] - 2.5 * j, f = w / 140;
      if (kind == BOLUS) wanted += of_bolus(80 * f, t);
      if (kind == LATE) wanted += of_bolus(80, t - 2 * w / 70);
      if (kind == SLOW) wanted += of_infusion(80 * f / (3 * w / 70), 3 * w / 70, t);
      if (kind == PACED) wanted += of_infusion(10 * w / 70, 80 * f / (10 * w / 70), t);
    }
    near(solved_at(&s, 0, 0, i, 0), wanted, HOW[how].carry);
  }
  solved_destroy(&s);
}
END_TEST

/* Time itself; a parameter that an action holds, at once and rising; what is set at a dose's instant counts
 * from the next on. */
START_TEST(set_by_actions) {
  solved s = solved_create(
      MODEL,
      HEAD(
          "typical") "    actions: [{do: clock, amount: 100 mg, at: [0 h, 2 h, 10 h]}]\n"
                     "  b: {actions: [{do: y, amount: 100 mg, at: [0 h, 4 h, 4.5 h, 8 h, 11 h]}, {do: "
                     "better, "
                     "amount: 0.9, at: 3 h, duration: 6 h}]}\n"
                     "  c: {actions: [{do: y, amount: 100 mg, at: [0 h, 4 h, 5 h, 8 h, 11 h, 13 h]}, {do: "
                     "rising, amount: 1, at: 4 h, duration: 5 h}]}\n"
                     "  d: {actions: [{do: waits, amount: 100 mg, at: [0 h, 4 h, 6 h]}, {do: slower, amount: "
                     "3 h, at: 5 h}]}\n"
                     "  e: {actions: [{do: y, amount: 100 mg, at: [0 h, 5 h, 6 h]}, {do: slower, amount: 3 "
                     "h, at: 1 h}, {do: better, amount: 0.9, at: 2 h}]}\n",
      NULL, NULL);
  for (int i = 1; i < N_TIME; i++) {
    const double t = TIMES[i];
    near(solved_at(&s, 0, 0, i, 0), of_bolus(2, t - 2) + of_bolus(10, t - 10), "clock");
    near(solved_at(&s, 0, 1, i, 0),
         of_bolus(50, t) + of_bolus(50, t - 4) + of_bolus(90, t - 4.5) + of_bolus(90, t - 8) +
             of_bolus(50, t - 11),
         "held from 4 h to 10 h");
    near(solved_at(&s, 0, 2, i, 0),
         of_bolus(50, t) + of_bolus(50, t - 4) + of_bolus(75, t - 5) + of_bolus(100, t - 8) +
             of_bolus(75, t - 11) + of_bolus(50, t - 13),
         "rising");
    near(solved_at(&s, 0, 3, i, 0), of_bolus(100, t - 1) + of_bolus(100, t - 5) + of_bolus(100, t - 9),
         "a longer lag");
    near(solved_at(&s, 0, 4, i, 0), of_bolus(50, t) + of_bolus(50, t - 5) + of_bolus(90, t - 6),
         "set late, because its lag was set");
  }
  solved_destroy(&s);
}
END_TEST

/* Steady state at 5 h with the numbers of then: what is on its way with a lag, too. */
START_TEST(steady_state) {
  static const char *const TABLES[] = {
      "TIME,AMT,CMT,EVID,II,SS,WT\n0,50,x,1,0,0,70\n5,80,x,1,8,1,140\n9,0,1,0,0,0,35\n",
      "TIME,AMT,CMT,EVID,II,SS,WT\n0,50,x,1,0,0,70\n5,80,late,1,8,1,140\n9,0,1,0,0,0,35\n"};
  for (int late = 0; late < 2; late++) {
    solved s = solved_create(MODEL, TABLE("typical", "last"), TABLES[late], NULL);
    for (int i = 2; i < N_TIME; i++) {
      double wanted = 0;
      for (int j = 0; j < 100; j++) wanted += of_bolus(80, TIMES[i] - 5 - 4 * late + 8 * j);
      near(solved_at(&s, 0, 0, i, 0), wanted, late ? "with lag" : "without");
    }
    solved_destroy(&s);
  }
}
END_TEST

/* After a decision the doses that are left have their own numbers still: F by weight, 70 then 140 kg. */
START_TEST(after_a_decision) {
  solved s = solved_create(
      MODEL,
      "rein: scenario/1\nname: s\nmodel: ./m.yaml\nkeep: [observables]\nsolver: {rtol: 1e-10, atol_rel: "
      "1e-13}\n"
      "cohort: {n: 1, over_time: {table: people.csv, units: {time: h}, covariates: {WT: {sets: weight, unit: "
      "kg}}, carry: last}}\n"
      "measure: {at: [0 h, 5 h, 12 h, 18.5 h, 50 h]}\n"
      "arms:\n  a: {actions: [{do: x, amount: 80 mg, at: [0 h, 2 h, 6 h, 14 h], titrate: {at: [4 h, 10 h], "
      "rules: [{when: a > 10 mg, change: 0.5 x}]}}]}\n",
      "ID,TIME,WT\n1,0,70\n1,5,140\n1,13,35\n", NULL);
  for (int i = 1; i < N_TIME; i++) {
    const double t = TIMES[i];
    near(solved_at(&s, 0, 0, i, 0),
         of_bolus(40, t) + of_bolus(40, t - 2) + of_bolus(40, t - 6) + of_bolus(5, t - 14), "decided");
  }
  solved_destroy(&s);
}
END_TEST

/* Everyone has their own weights and times; alone or in company. */
START_TEST(each_ones_own) {
  enum { N = 60 };
  char table[N * 80], *at = table;
  at += sprintf(at, "ID,TIME,AMT,CMT,EVID,II,ADDL,WT\n");
  for (int i = 1; i <= N; i++)
    at += sprintf(at, "%d,0,80,x,1,2,%d,70\n%d,%g,0,1,0,0,0,%d\n", i, i % 9, i, 0.5 + i / 10.0, 40 + i);
  for (int wide = 0; wide < 2; wide++) {
    const rein_scenario_options options = {.n_lane = wide ? 64 : 8};
    solved s = solved_create(MODEL, TABLE("{n: 60}", "last"), table, &options);
    for (int i = 1; i <= N; i++)
      for (int k = 1; k < N_TIME; k++) {
        double wanted = 0;
        for (int j = 0; j <= i % 9; j++)
          wanted += of_bolus(80.0 / 140 * (2 * j >= 0.5 + i / 10.0 ? 40 + i : 70), TIMES[k] - 2 * j);
        near(solved_at(&s, i - 1, 0, k, 0), wanted, wide ? "wide" : "narrow");
      }
    solved_destroy(&s);
  }
}
END_TEST

/* Nothing is kept or run again where nothing that counts changes. */
START_TEST(costs_nothing) {
#define SMALL(x)                                                                                             \
  "rein: model/1\nname: m\ntime: h\ncovariates:\n  weight: {unit: kg, typical: 70 kg}\n"                     \
  "parameters:\n  k: {value: 0.1 1/h, assumed: example}\n  f0: {value: 0.5, assumed: example}\n"             \
  "states:\n  A: {unit: mg, initial: 0, scale: 100 mg}\n"                                                    \
  "processes:\n  out: {from: A, rate: k * A * weight / 70 kg}\n"                                             \
  "actions:\n  x: {unit: mg, into: A, bioavailability: " x "}\n"                                             \
  "observables:\n  a: {is: A, unit: mg, noise: none}\n"
  static const char CHANGES[] = "TIME,AMT,CMT,EVID,WT\n0,80,x,1,70\n5,80,x,1,140\n",
                    STAYS[] = "TIME,AMT,CMT,EVID,WT\n0,80,x,1,90\n5,80,x,1,90\n";
  static const struct {
    const char *model, *table;
    bool kept;
  } CASES[] = {{SMALL("0.25"), CHANGES, false},
               {SMALL("f0"), CHANGES, false},
               {SMALL("weight / 140 kg"), STAYS, false},
               {SMALL("weight / 140 kg"), CHANGES, true},
               {SMALL("f0 * time / 1 h"), STAYS, true}};
  for (size_t i = 0; i < sizeof CASES / sizeof *CASES; i++) {
    filled f = filled_create(CASES[i].model, TABLE("typical", "last"), CASES[i].table, NULL);
    ck_assert_int_eq(f.lane[0].n_memo > 0, CASES[i].kept);
    filled_destroy(&f);
  }
}
END_TEST

Suite *rein_suite_moments(void) {
  Suite *suite = suite_create("moments");
  TCase *tcase = tcase_create("moments");
  tcase_add_loop_test(tcase, carried, 0, 12);
  tcase_add_test(tcase, set_by_actions);
  tcase_add_test(tcase, steady_state);
  tcase_add_test(tcase, after_a_decision);
  tcase_add_test(tcase, each_ones_own);
  tcase_add_test(tcase, costs_nothing);
  suite_add_tcase(suite, tcase);
  return suite;
}
