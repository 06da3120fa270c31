/* What doses become: items at their times, in their order, exact. */
#include <check.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "tests/src/scenario/filled.h"

Suite *rein_suite_timeline(void);

#define MODEL(action)                                                                                        \
  "rein: model/1\nname: m\ntime: h\n"                                                                        \
  "parameters:\n"                                                                                            \
  "  k: {value: 0.1 1/h, assumed: example}\n"                                                                \
  "  boost: {value: 3 mg/h, assumed: example}\n"                                                             \
  "  lag: {value: 2 h, assumed: example}\n"                                                                  \
  "states:\n  A: {unit: mg, initial: 0}\n"                                                                   \
  "processes:\n  out: {from: A, rate: k * A}\n  in: {to: A, rate: boost}\n"                                  \
  "actions:\n  x: {unit: mg, into: A" action "}\n  y: {unit: g, into: A}\n  s: {unit: mg/h, sets: boost}\n"  \
  "observables:\n  a: {is: A, unit: mg, noise: none}\n"
#define SCENARIO(lines)                                                                                      \
  "rein: scenario/1\nname: s\nmodel: ./m.yaml\ncohort: typical\nmeasure: {at: [0 h, 100 h]}\n"               \
  "arms:\n  a:\n    actions:\n" lines

/* What one arm's first lane gets. */
static void expect(const char *model, const char *text, const char *items) {
  filled f = filled_create(model, text, NULL, NULL);
  ck_assert_str_eq(filled_items(&f, 0), items);
  filled_destroy(&f);
}

/* NONMEM: F scales the amount; a given or modelled rate keeps the rate, a given or modelled length keeps the
 * length. */
START_TEST(bioavailability) {
  expect(MODEL(", bioavailability: 0.5"), SCENARIO("      - {do: x, amount: 80 mg, at: 1 h}\n"), "1 add 40");
  expect(MODEL(", bioavailability: 0.5"),
         SCENARIO("      - {do: x, amount: 80 mg, at: 1 h, rate: 10 mg/h}\n"), "1 input 10; 5 input 0");
  expect(MODEL(", bioavailability: 0.5"),
         SCENARIO("      - {do: x, amount: 80 mg, at: 1 h, duration: 8 h}\n"), "1 input 5; 9 input 0");
  expect(MODEL(", bioavailability: 0.5, rate: 20 'mg/h'"),
         SCENARIO("      - {do: x, amount: 80 mg, at: 1 h}\n"), "1 input 20; 3 input 0");
  expect(MODEL(", bioavailability: 0.5, duration: 4 h"),
         SCENARIO("      - {do: x, amount: 80 mg, at: 1 h}\n"), "1 input 10; 5 input 0");
  /* What the scenario says of rate or length goes before what the model says. */
  expect(MODEL(", duration: 4 h"), SCENARIO("      - {do: x, amount: 80 mg, at: 1 h, rate: 40 mg/h}\n"),
         "1 input 40; 3 input 0");
  expect(MODEL(", duration: 4 h"), SCENARIO("      - {do: x, amount: 80 mg, at: 1 h, duration: 0 h}\n"),
         "1 add 80");
}
END_TEST

START_TEST(lag_and_units) {
  expect(MODEL(", lag: lag"), SCENARIO("      - {do: x, amount: 80 mg, at: 1 h}\n"), "3 add 80");
  expect(MODEL(", lag: lag"), SCENARIO("      - {do: x, amount: 80 mg, at: 1 h, duration: 2 h}\n"),
         "3 input 40; 5 input 0");
  expect(MODEL(""), SCENARIO("      - {do: y, amount: 2 g, at: 1 d}\n"), "24 add 2000");
  expect(MODEL(""), SCENARIO("      - {do: y, amount: 2 g, at: 1 d, rate: 1 g/d}\n"),
         "24 input 41.666666666666664; 72 input 0");
  /* A lag beyond the end never arrives. */
  expect(MODEL(", lag: 200 h"), SCENARIO("      - {do: x, amount: 80 mg, at: 1 h}\n"), "");
}
END_TEST

/* 0.1 + 0.2 - 0.1 - 0.2 is not 0 in doubles: an input has to be, once nothing runs. */
START_TEST(input_returns_to_zero) {
  expect(MODEL(""),
         SCENARIO("      - {do: x, amount: 1 mg, at: 0 h, rate: 0.1 mg/h}\n"
                  "      - {do: x, amount: 1 mg, at: 2 h, rate: 0.2 mg/h}\n"
                  "      - {do: x, amount: 9 mg, at: 4 h, rate: 0.3 mg/h}\n"),
         "0 input 0.1; 2 input 0.30000000000000004; 4 input 0.6000000000000001; 7 input 0.4; 10 input 0.3; "
         "34 input 0");
  /* One ends when the next starts: no overlap. */
  expect(MODEL(""), SCENARIO("      - {do: x, amount: 10 mg, every: 5 h, count: 3, duration: 5 h}\n"),
         "0 input 2; 5 input 2; 10 input 2; 15 input 0");
  /* Longer than the interval. */
  expect(MODEL(""), SCENARIO("      - {do: x, amount: 20 mg, every: 12 h, count: 2, duration: 20 h}\n"),
         "0 input 1; 12 input 2; 20 input 1; 32 input 0");
}
END_TEST

START_TEST(resets) {
  expect(MODEL(""),
         SCENARIO("      - {do: x, amount: 20 mg, at: 0 h, duration: 20 h}\n      - {do: reset, at: 5 h}\n"),
         "0 input 1; 5 reset 0; 5 input 0");
  /* At one instant the order of writing counts: a dose written after the reset stays. */
  expect(MODEL(""),
         SCENARIO("      - {do: x, amount: 20 mg, at: 5 h}\n      - {do: reset, at: 5 h}\n      - {do: y, "
                  "amount: 1 g, at: 5 h}\n"),
         "5 add 20; 5 reset 0; 5 add 1000");
  expect(MODEL(""),
         SCENARIO("      - {do: x, amount: 20 mg, at: 5 h, duration: 4 h}\n      - {do: reset, at: 5 h}\n"
                  "      - {do: y, amount: 1 g, at: 5 h, duration: 10 h}\n"),
         "5 reset 0; 5 input 0; 5 input 100; 15 input 0");
}
END_TEST

START_TEST(parameters_come_back) {
  expect(MODEL(""), SCENARIO("      - {do: s, amount: 7 mg/h, every: 10 h, count: 2, duration: 4 h}\n"),
         "0 param 7; 4 param 3; 10 param 7; 14 param 3");
  expect(MODEL(""),
         SCENARIO("      - {do: s, amount: 7 mg/h, at: 2 h}\n      - {do: s, amount: 1 mg/h, at: 9 h, "
                  "duration: 1 h}\n"),
         "2 param 7; 9 param 1; 10 param 7");
  /* The last begun holds. */
  expect(MODEL(""),
         SCENARIO("      - {do: s, amount: 7 mg/h, at: 0 h, duration: 9 h}\n      - {do: s, amount: 1 mg/h, "
                  "at: 4 h, duration: 10 h}\n"),
         "0 param 7; 4 param 1; 9 param 1; 14 param 3");
}
END_TEST

/* Missed doses and counterfactual lanes keep their instants, so that lanes restart together. */
START_TEST(missed_keeps_its_place) {
  const char *text = SCENARIO(
      "      - {do: x, amount: 20 mg, every: 10 h, count: 3, missed: 2}\n"
      "      - {do: y, amount: 1 g, at: 5 h, rate: 100 mg/h}\n"
      "      - {do: s, amount: 7 mg/h, at: 50 h, duration: 4 h}\n") "counterfactual: {without: [x, y, s]}\n";
  filled f = filled_create(MODEL(""), text, NULL, NULL);
  int with = filled_lane(&f, 0, "a"), without = filled_lane(&f, 0, "a/without x, y, s");
  ck_assert_str_eq(filled_items(&f, with),
                   "0 add 20; 5 input 100; 10 add 0; 15 input 0; 20 add 20; 50 param 7; 54 param 3");
  ck_assert_str_eq(filled_items(&f, without),
                   "0 add 0; 5 input 0; 10 add 0; 15 input 0; 20 add 0; 50 param 3; 54 param 3");
  ck_assert_int_eq(f.lane[with].n_dose, 5);
  ck_assert_int_eq(f.lane[without].n_dose, 0);
  const rein_dose *missed = &f.lane[with].dose[1];
  ck_assert(isnan(missed->time_delivered) && missed->prescribed == 20 && missed->delivered == 0 &&
            missed->time_prescribed == 10);
  filled_destroy(&f);
}
END_TEST

/* Numbers of the person that make no sense end in a failed lane, not in a dose that was never asked for. */
START_TEST(nonsense_fails) {
  const char *scenario = SCENARIO("      - {do: x, amount: 20 mg, at: 5 h}\n");
  expect(MODEL(", lag: lag - 3 h"), scenario, "5 fail -1");
  expect(MODEL(", bioavailability: 1 - lag / 1 'h'"), scenario, "5 fail -1");
  expect(MODEL(", rate: (lag - 2 h) * 1 'mg/h^2'"), scenario, "5 fail 0");
  expect(MODEL(", duration: lag - 6 h"), scenario, "5 fail -4");
}
END_TEST

START_TEST(ends_of_the_study) {
  /* At the very start, at the very end, beyond it. */
  expect(MODEL(""), SCENARIO("      - {do: x, amount: 1 mg, every: 50 h, count: 4}\n"),
         "0 add 1; 50 add 1; 100 add 1");
  expect(MODEL(""), SCENARIO("      - {do: x, amount: 10 mg, at: 95 h, rate: 1 mg/h}\n"), "95 input 1");
  /* An amount of 0 keeps its place; a negative one takes away. */
  expect(MODEL(""),
         SCENARIO("      - {do: x, amount: 0 mg, at: 1 h}\n      - {do: x, amount: -5 mg, at: 1 h}\n"),
         "1 add 0; 1 add -5");
}
END_TEST

START_TEST(ten_thousand_doses) {
  filled f = filled_create(
      MODEL(""), SCENARIO("      - {do: x, amount: 1 mg, every: 0.01 h, count: 10000, duration: 0.02 h}\n"),
      NULL, NULL);
  const rein_lane_plan *lane = &f.lane[0];
  ck_assert_int_eq(lane->n_dose, 10000);
  for (size_t i = 1; i < lane->n_item; i++) ck_assert(lane->item[i].time > lane->item[i - 1].time);
  ck_assert_double_eq_tol(lane->item[5000].amount, 100.0, 1e-9);
  filled_destroy(&f);
}
END_TEST

/* Cycles of 2 days on and 1 off; the 1st and the 3rd day of each week; both. */
START_TEST(patterns) {
  expect(MODEL(""), SCENARIO("      - {do: x, amount: 1 mg, every: 12 h, count: 8, on: 2 d, off: 1 d}\n"),
         "0 add 1; 12 add 1; 24 add 1; 36 add 1; 72 add 1; 84 add 1");
  expect(MODEL(""),
         SCENARIO("      - {do: x, amount: 1 mg, from: 6 h, every: 1 d, count: 4, days: [1, 3]}\n"),
         "6 add 1; 54 add 1");
}
END_TEST

/* Time 0 is Wednesday, 18:00: days go from midnight to midnight, whatever the line's own days are; negative
 * times belong to the days before. */
START_TEST(days_of_the_calendar) {
  char text[2000];
  const char *line = SCENARIO("      - {do: x, amount: 1 mg, from: %s, every: 6 h, count: 18, days: "
                              "[Thursday, sun]}\n") "clock: 'wed 18:00'\nstart: -72 h\n";
  snprintf(text, sizeof text, line, "0 h"); /* Thursday is from 6 h to 30 h, Sunday from 78 h to 102 h */
  expect(MODEL(""), text, "6 add 1; 12 add 1; 18 add 1; 24 add 1; 78 add 1; 84 add 1; 90 add 1; 96 add 1");
  snprintf(text, sizeof text, line, "-71 h"); /* Sunday, 19:00 */
  expect(MODEL(""), text, "-71 add 1; 7 add 1; 13 add 1; 19 add 1; 25 add 1");
}
END_TEST

/* 10 h of run-in, then A B B A of 20 h each, whose first 5 h are free: a dose at the 1st hour of a period is
 * left out, at the 6th given. What is not prescribed keeps its instant and is no dose. */
START_TEST(periods) {
  const char *text =
      "rein: scenario/1\nname: s\nmodel: ./m.yaml\ncohort: {n: 400}\nmeasure: {at: [0 h, 100 h]}\n"
      "arms:\n  a:\n    periods: {letters: ABBA, length: 20 h, run_in: 10 h, washout: 5 h%s}\n"
      "    actions:\n      - {do: x, amount: 1 mg, in: A, from: 1 h, every: 5 h, count: 20}\n";
  char full[1000];
  snprintf(full, sizeof full, text, "");
  filled f = filled_create(MODEL(""), full, NULL, NULL);
  static const double GIVEN[] = {16, 21, 26, 76, 81, 86};
  ck_assert_uint_eq(f.lane[0].n_dose, 6);
  ck_assert_uint_eq(f.lane[0].n_item, 20);
  for (int i = 0; i < 6; i++) ck_assert_double_eq(f.lane[0].dose[i].time_prescribed, GIVEN[i]);
  filled_destroy(&f);

  /* At random each pair is turned or not: everybody has one A of the first two, and about half begin with it.
   */
  snprintf(full, sizeof full, text, ", order: random");
  f = filled_create(MODEL(""), full, NULL, NULL);
  int n_first = 0, n = 0;
  for (int64_t batch = 0; n < 400; batch++) {
    filled_batch(&f, batch);
    for (int l = 0; l < f.plan->n_lane && n < 400; l++, n++) {
      ck_assert_uint_eq(f.lane[l].n_dose, 6);
      n_first += f.lane[l].dose[0].time_prescribed < 30;
      ck_assert(f.lane[l].dose[2].time_prescribed < 50 && f.lane[l].dose[3].time_prescribed > 50);
    }
  }
  ck_assert(n_first > 160 && n_first < 240);
  filled_destroy(&f);
}
END_TEST

/* Of three letters every one of the six orders is drawn as often as another, in every block anew. */
START_TEST(periods_of_three) {
  filled f = filled_create(
      MODEL(""),
      "rein: scenario/1\nname: s\nmodel: ./m.yaml\ncohort: {n: 600}\nmeasure: {at: [0 h, 60 h]}\n"
      "arms:\n  a:\n    periods: {letters: ABCCAB, length: 10 h, order: random}\n    actions:\n"
      "      - {do: x, amount: 1 mg, in: A, from: 1 h, every: 10 h, count: 6}\n"
      "      - {do: x, amount: 2 mg, in: B, from: 1 h, every: 10 h, count: 6}\n"
      "      - {do: x, amount: 3 mg, in: C, from: 1 h, every: 10 h, count: 6}\n",
      NULL, NULL);
  int n_order[2][27] = {{0}}, n = 0, n_same = 0;
  for (int64_t batch = 0; n < 600; batch++) {
    filled_batch(&f, batch);
    for (int l = 0; l < f.plan->n_lane && n < 600; l++, n++) {
      int letter[6] = {0}, order[2];
      ck_assert_uint_eq(f.lane[l].n_dose, 6);
      for (int i = 0; i < 6; i++)
        letter[(int)(f.lane[l].dose[i].time_prescribed / 10)] = (int)f.lane[l].dose[i].prescribed - 1;
      for (int k = 0; k < 2; k++) {
        const int *x = letter + 3 * k;
        ck_assert(x[0] != x[1] && x[1] != x[2] && x[0] != x[2]);
        n_order[k][order[k] = 9 * x[0] + 3 * x[1] + x[2]]++;
      }
      n_same += order[0] == order[1];
    }
  }
  for (int k = 0; k < 2; k++)
    for (int i = 0; i < 27; i++) ck_assert(n_order[k][i] == 0 || (n_order[k][i] > 65 && n_order[k][i] < 135));
  ck_assert(n_same > 65 && n_same < 135);
  filled_destroy(&f);
}
END_TEST

/* What is first at one instant can be said. */
START_TEST(order_at_one_instant) {
  const char *lines = SCENARIO("      - {do: reset, at: 5 h}\n      - {do: x, amount: 20 mg, at: 5 h}\n"
                               "      - {do: y, amount: 1 g, at: 0 h, rate: 100 mg/h}\n");
  char text[2000];
  expect(MODEL(""), lines, "0 input 100; 5 reset 0; 5 add 20; 5 input 0");
  snprintf(text, sizeof text, "%ssolver: {order: doses_first}\n", lines);
  expect(MODEL(""), text, "0 input 100; 5 add 20; 5 reset 0; 5 input 0");
  lines = SCENARIO("      - {do: x, amount: 20 mg, at: 5 h, duration: 4 h}\n      - {do: reset, at: 5 h}\n");
  snprintf(text, sizeof text, "%ssolver: {order: resets_first}\n", lines);
  expect(MODEL(""), text, "5 reset 0; 5 input 5; 9 input 0");
}
END_TEST

Suite *rein_suite_timeline(void) {
  Suite *suite = suite_create("timeline");
  TCase *tcase = tcase_create("timeline");
  tcase_set_timeout(tcase, 60);
  tcase_add_test(tcase, bioavailability);
  tcase_add_test(tcase, lag_and_units);
  tcase_add_test(tcase, input_returns_to_zero);
  tcase_add_test(tcase, resets);
  tcase_add_test(tcase, parameters_come_back);
  tcase_add_test(tcase, missed_keeps_its_place);
  tcase_add_test(tcase, nonsense_fails);
  tcase_add_test(tcase, ends_of_the_study);
  tcase_add_test(tcase, ten_thousand_doses);
  tcase_add_test(tcase, patterns);
  tcase_add_test(tcase, days_of_the_calendar);
  tcase_add_test(tcase, periods);
  tcase_add_test(tcase, periods_of_three);
  tcase_add_test(tcase, order_at_one_instant);
  suite_add_tcase(suite, tcase);
  return suite;
}
