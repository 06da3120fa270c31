/* What happens inside a step and is over at its end, against closed forms, by every method: E = k (5 t -
 * t²/2) / 10 rises above 10 mg for k > 8 and falls again, a polynomial over which an explicit method takes
 * one step. */
#include <check.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "tests/src/scenario/solved.h"

Suite *rein_suite_turns(void);

enum { MAX_TEXT = 2000 };

static const char *const METHODS[] = {"dopri5", "bdf", "adams"};
/* How well a method knows where it is between the ends of steps; the first is exact for polynomials. */
static const double WITHIN[] = {1e-9, 3e-5, 3e-5};
enum { N_METHOD = sizeof METHODS / sizeof *METHODS };

/* Above 10 mg for 0.5 h to 6.5 h, and never. */
#define SWEPT "8.02 mg/h, 8.1 mg/h, 8.5 mg/h, 9 mg/h, 10 mg/h, 11 mg/h, 12 mg/h, 14 mg/h, 6 mg/h"
static const double K[] = {8.02, 8.1, 8.5, 9, 10, 11, 12, 14, 6};
enum { N_K = sizeof K / sizeof *K };

static double time_above(double k) {
  return k > 8 ? 2 * sqrt(25 - 200 / k) : 0;
}

/* The model with more about state E, and more sections; measured at 0, `at`, 20 h. */
static solved solve(const char *state, const char *sections, const char *at, const char *method) {
  char model[MAX_TEXT], text[MAX_TEXT];
  snprintf(model, sizeof model,
           "rein: model/1\nname: m\ntime: h\nparameters:\n  k: {value: 10 mg/h, assumed: example}\n"
           "states:\n  E: {unit: mg, initial: 0, scale: 100 mg%s}\n  F: {unit: h, initial: 0, scale: 1 h}\n"
           "  N: {unit: '1', initial: 0, scale: 1}\n"
           "observables:\n  o: {is: E, unit: mg, noise: none}\n"
           "processes:\n  e: {to: E, rate: k * (5 - time / (1 h)) / 10}\n%s",
           state, sections);
  snprintf(text, sizeof text,
           "rein: scenario/1\nname: s\nmodel: ./m.yaml\ncohort: typical\narms: {a: {}}\n"
           "sweep: {k: {field: parameters.k, values: [" SWEPT "]}}\nkeep: [states]\n"
           "measure: {at: [0 h, %s20 h]}\nsolver: {method: %s, rtol: 1e-8, atol_rel: 1e-10}\n",
           at, method);
  return solved_create(model, text, NULL, NULL);
}

static int row_of(const solved *s, const char *state) {
  for (int i = 0; i < s->f.plan->n_keep; i++) {
    const int kept = s->f.plan->keep[i];
    if (kept < s->f.tape->n_state && strcmp(s->f.tape->state[kept].name, state) == 0) return i;
  }
  ck_abort_msg("no state %s", state);
  return -1;
}

static void near(double got, double wanted, double within, const char *what, double k) {
  ck_assert_msg(fabs(got - wanted) <= within, "%s, k = %g: %.12g, not %.12g", what, k, got, wanted);
}

START_TEST(a_signal_that_is_over_at_the_end_of_the_step) {
  solved s = solve("", "safety:\n  high: {when: E > 10 mg, message: high}\n", "", METHODS[_i]);
  for (int a = 0; a < N_K; a++) {
    near(s.safety_duration[a], time_above(K[a]), WITHIN[_i], "duration", K[a]);
    if (K[a] > 8)
      near(s.safety_first[a], 5 - time_above(K[a]) / 2, WITHIN[_i], "first", K[a]);
    else
      ck_assert_double_nan(s.safety_first[a]);
  }
  solved_destroy(&s);
}
END_TEST

/* Both comparisons change inside one step, each for good. */
START_TEST(a_window_of_time) {
  solved s = solve("", "safety:\n  now: {when: time > 3 h and time < 5 h, message: now}\n", "", METHODS[_i]);
  for (int a = 0; a < N_K; a++) {
    near(s.safety_first[a], 3, 1e-9, "first", K[a]);
    near(s.safety_duration[a], 2, 1e-9, "duration", K[a]);
  }
  solved_destroy(&s);
}
END_TEST

START_TEST(an_event_whose_condition_is_over_at_the_end_of_the_step) {
  solved s = solve("", "events:\n  peak: {when: E > 10 mg, set: {N: N + 1}}\n", "", METHODS[_i]);
  for (int a = 0; a < N_K; a++) near(solved_at(&s, 0, a, 1, row_of(&s, "N")), K[a] > 8, 0, "events", K[a]);
  solved_destroy(&s);
}
END_TEST

/* The jump of a rate does not spoil the steps around it. */
START_TEST(a_comparison_in_a_rate) {
  solved s = solve("", "  f: {to: F, rate: if E > 10 mg then 1 else 0}\n", "", METHODS[_i]);
  for (int a = 0; a < N_K; a++) {
    near(solved_at(&s, 0, a, 1, row_of(&s, "F")), time_above(K[a]), WITHIN[_i], "time above", K[a]);
    ck_assert_int_lt(s.outcome[a].n_step, 500);
  }
  solved_destroy(&s);
}
END_TEST

/* E falls below 0 at 10 h, whatever k is: what was measured before stays, nothing comes after. */
START_TEST(a_range_that_is_left) {
  solved s = solve(", range: [0, inf]", "", "5 h, 9.9 h, 10.5 h, ", METHODS[_i]);
  const int row = row_of(&s, "E");
  for (int a = 0; a < N_K; a++) {
    ck_assert_int_eq(s.outcome[a].fail, REIN_FAIL_RANGE);
    near(s.outcome[a].time, 10, 1e-4, "time of the failure", K[a]);
    ck_assert(s.outcome[a].value < 0 && s.outcome[a].value > -1e-3);
    near(solved_at(&s, 0, a, 2, row), K[a] * (5 * 9.9 - 9.9 * 9.9 / 2) / 10, 1e-4, "before", K[a]);
    ck_assert_double_nan(solved_at(&s, 0, a, 3, row));
    ck_assert_double_nan(solved_at(&s, 0, a, 4, row));
  }
  solved_destroy(&s);
}
END_TEST

/* A vessel that runs empty: behind the instant the held branch would be the root of a negative number. */
START_TEST(a_comparison_that_guards_a_root) {
  char text[MAX_TEXT];
  snprintf(text, sizeof text,
           "rein: scenario/1\nname: s\nmodel: ./m.yaml\ncohort: typical\narms: {a: {}}\nkeep: [states]\n"
           "measure: {at: [0 h, 2 h, 20 h]}\nsolver: {method: %s, rtol: 1e-8, atol_rel: 1e-10}\n",
           METHODS[_i]);
  solved s =
      solved_create("rein: model/1\nname: m\ntime: h\nstates:\n  V: {unit: L, initial: 9 L, scale: 9 L,\n"
                    "    rate: \"if V > 0 L then -2 'L/h' * sqrt(V / 1 'L') else 0 'L/h'\"}\n"
                    "observables:\n  v: {is: V, unit: L, noise: none}\n",
                    text, NULL, NULL);
  ck_assert_int_ne(s.outcome[0].status, REIN_LANE_FAILED);
  near(solved_at(&s, 0, 0, 1, 0), 1, 1e-5, "volume, (3 - t)²", 2);
  near(solved_at(&s, 0, 0, 2, 0), 0, 1e-5, "volume", 20);
  solved_destroy(&s);
}
END_TEST

/* An event at 24 h refills; the dose of the other arm acts on nothing that is looked at. */
START_TEST(an_observation_at_an_event_is_the_same_under_every_arm) {
  solved s = solved_create(
      "rein: model/1\nname: m\ntime: h\nparameters:\n  k: {value: 0.1 1/h, assumed: example}\n"
      "states:\n  A: {unit: mg, initial: 100 mg}\n  inert: {unit: mg, initial: 0, scale: 1 mg}\n"
      "processes:\n  out: {from: A, rate: k * A}\nactions:\n  drug: {unit: mg, into: inert}\n"
      "events:\n  refill: {at: 24 h, set: {A: 100 mg}}\nobservables:\n  a: {is: A, unit: mg, noise: none}\n",
      "rein: scenario/1\nname: s\nmodel: ./m.yaml\ncohort: typical\nkeep: [states]\nsolver: {rtol: 1e-9}\n"
      "arms: {daily: {actions: [{do: drug, amount: 10 mg, every: 24 h, for: 3 d}]}, nothing: {}}\n"
      "measure: {at: [0 h, 24 h, 30 h]}\n",
      NULL, NULL);
  for (int arm = 0; arm < 2; arm++) {
    near(solved_at(&s, 0, arm, 1, 0), 100, 1e-9, "at the event", 24);
    near(solved_at(&s, 0, arm, 2, 0), 100 * exp(-0.6), 1e-5, "later", 30);
  }
  near(solved_at(&s, 0, 0, 1, row_of(&s, "inert")), 10, 1e-9, "doses before the one at 24 h", 24);
  solved_destroy(&s);
}
END_TEST

START_TEST(an_event_that_sets_no_number) {
  solved s = solve("", "events:\n  bad: {when: E > 5 mg, set: {N: log(-N - 1)}}\n", "", METHODS[_i]);
  for (int a = 0; a < N_K; a++) {
    ck_assert_int_eq(s.outcome[a].fail, REIN_FAIL_ASSIGNMENT);
    near(s.outcome[a].time, 5 - sqrt(25 - 100 / K[a]), 1e-4, "time of the failure", K[a]);
    ck_assert_str_eq(s.f.tape->state[s.outcome[a].state].name, "N");
    ck_assert_ptr_nonnull(s.outcome[a].origin);
    ck_assert_str_eq(s.outcome[a].origin->label, "assignment of bad");
  }
  solved_destroy(&s);
}
END_TEST

START_TEST(a_delay_below_zero_as_it_comes) {
  solved s = solve("", "events:\n  bad: {when: E > 5 mg, set: {N: 1}, delay: 1 h - E / 1 'mg/h'}\n", "",
                   METHODS[_i]);
  for (int a = 0; a < N_K; a++) ck_assert_int_eq(s.outcome[a].fail, REIN_FAIL_DELAY);
  solved_destroy(&s);
}
END_TEST

/* A state that starts where its own parameters keep it: a quotient in a rate and the same one in a parameter,
 * a condition or a root have the same bits, so that its rate is exactly 0. */
START_TEST(people_at_rest_stay_there) {
  enum { N = 64 };
  char text[MAX_TEXT];
  snprintf(text, sizeof text,
           "rein: scenario/1\nname: s\nmodel: ./m.yaml\ncohort: {n: %d}\narms: {a: {}}\nkeep: [states]\n"
           "measure: {at: [0 h, 20 h]}\nsolver: {method: %s}\n",
           N, METHODS[_i]);
  solved s = solved_create(
      "rein: model/1\nname: m\ntime: h\nparameters:\n"
      "  V: {value: 10 L, between: lognormal(cv: 30 %), assumed: example}\n"
      "  A0: {value: 50 mg, between: lognormal(cv: 30 %), assumed: example}\n"
      "  c0: {is: A0 / V, unit: mg/L, assumed: example}\n"
      "  k: {value: 100 1/h, assumed: example}\n"
      "states:\n  A: {unit: mg, initial: A0, scale: 50 mg}\n  N: {unit: '1', initial: 0, scale: 1}\n"
      "values:\n  c: {is: A / V, unit: mg/L}\n"
      "processes:\n  back: {to: A, rate: 'k * V * (c0 - c) + (if c >= c0 then k * V * sqrt((c - c0) * c0) "
      "else 0)'}\n"
      "events:\n  above: {when: c > c0, set: {N: N + 1}}\n  below: {when: c < c0, set: {N: N + 1}}\n"
      "observables:\n  o: {is: A, unit: mg, noise: none}\n"
      "safety:\n  high: {when: c > c0, message: above the baseline}\n",
      text, NULL, NULL);
  for (int i = 0; i < N; i++) {
    ck_assert_msg(s.outcome[i].status == REIN_LANE_FINE, "person %d: %s", i,
                  rein_fail_name(s.outcome[i].fail));
    ck_assert_double_eq(solved_at(&s, i, 0, 1, row_of(&s, "N")), 0.0);
    ck_assert_double_eq(solved_at(&s, i, 0, 1, row_of(&s, "A")), solved_at(&s, i, 0, 0, row_of(&s, "A")));
    ck_assert_double_nan(s.safety_first[i]);
  }
  solved_destroy(&s);
}
END_TEST

Suite *rein_suite_turns(void) {
  Suite *suite = suite_create("turns");
  TCase *tc = tcase_create("turns");
  tcase_set_timeout(tc, 60);
  tcase_add_loop_test(tc, a_signal_that_is_over_at_the_end_of_the_step, 0, N_METHOD);
  tcase_add_loop_test(tc, a_window_of_time, 0, N_METHOD);
  tcase_add_loop_test(tc, an_event_whose_condition_is_over_at_the_end_of_the_step, 0, N_METHOD);
  tcase_add_loop_test(tc, a_comparison_in_a_rate, 0, N_METHOD);
  tcase_add_loop_test(tc, a_range_that_is_left, 0, N_METHOD);
  tcase_add_loop_test(tc, a_comparison_that_guards_a_root, 0, N_METHOD);
  tcase_add_test(tc, an_observation_at_an_event_is_the_same_under_every_arm);
  tcase_add_loop_test(tc, an_event_that_sets_no_number, 0, N_METHOD);
  tcase_add_loop_test(tc, people_at_rest_stay_there, 0, N_METHOD);
  tcase_add_loop_test(tc, a_delay_below_zero_as_it_comes, 0, N_METHOD);
  suite_add_tcase(suite, tc);
  return suite;
}
