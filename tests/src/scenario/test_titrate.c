/* Decisions on measurements against sums done by hand: A only collects what is given, so what is measured,
 * what is decided and what follows can be followed with a pencil. */
#include <check.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "src/scenario/draw.h"
#include "tests/fault/fault.h"
#include "tests/src/scenario/solved.h"

#define MODEL(noise)                                                                                         \
  "rein: model/1\nname: m\ntime: h\nparameters:\n  k: {value: 0.1 1/h, assumed: example}\n"                  \
  "states:\n  A: {unit: mg, initial: 0, scale: 100 mg}\n  B: {unit: mg, initial: 100 mg, scale: 100 mg}\n"   \
  "processes:\n  out: {from: B, rate: k * B}\n"                                                              \
  "actions:\n  x: {unit: mg, into: A}\n  y: {unit: mg, into: A}\n"                                           \
  "observables:\n  a: {is: A, unit: mg, noise: " noise "}\n  b: {is: B, unit: mg, noise: none}\n"

#define SCENARIO(n, arms)                                                                                    \
  "rein: scenario/1\nname: s\nmodel: ./m.yaml\ncohort: " n "\nkeep: [observables]\nseed: 5\n"                \
  "measure: {from: 0 h, to: 12 h, every: 1 h}\narms:\n" arms

#define EVERY_HOUR "{do: x, amount: 8 mg, every: 1 h, from: 0.5 h, count: 11, "

static void near(double got, double wanted, const char *what) {
  ck_assert_msg(fabs(got - wanted) <= 1e-7 * (fabs(wanted) + 1), "%s: %.12g, not %.12g", what, got, wanted);
}

/* What A is at 1, 2, ... 12 h where the dose at i + 0.5 h is amount[i]. */
static void check_sums(const solved *s, int64_t individual, int arm, const double *amount) {
  double sum = 0;
  for (int i = 0; i < 11; i++) {
    sum += amount[i];
    near(solved_at(s, individual, arm, i + 1, 0), sum, s->f.scenario->arm[arm].name);
  }
}

START_TEST(each_change) {
  static const struct {
    const char *titrate;
    double amount[11];
  } CASES[] = {
      {"titrate: {at: [3 h, 6 h], rules: [{when: a > 1 mg, change: 0.5 x}]}",
       {8, 8, 8, 4, 4, 4, 2, 2, 2, 2, 2}},
      {"titrate: {at: [3 h], rules: [{when: a < 1 mg, change: 0.5 x}]}", {8, 8, 8, 8, 8, 8, 8, 8, 8, 8, 8}},
      {"titrate: {at: [3 h], rules: [{when: a < 1 mg, change: 0 mg}, {when: 24 mg <= a, change: 3 mg}, "
       "{when: a > 0 "
       "mg, change: 1 mg}]}",
       {8, 8, 8, 3, 3, 3, 3, 3, 3, 3, 3}},
      {"titrate: {every: 2 h, from: 2 h, high: 11 mg, rules: [{when: a > 0.001 g, change: +2 mg}]}",
       {8, 8, 10, 10, 11, 11, 11, 11, 11, 11, 11}},
      {"titrate: {every: 2 h, from: 2 h, for: 4 h, low: 5 mg, rules: [{when: not (a <= 0 mg), change: -2 "
       "mg}]}",
       {8, 8, 6, 6, 5, 5, 5, 5, 5, 5, 5}},
      {"titrate: {at: [2 h, 4 h], round: 2.5 mg, rules: [{when: a > 0 mg, change: 0.8 x}]}",
       {8, 8, 7.5, 7.5, 5, 5, 5, 5, 5, 5, 5}},
      {"titrate: {at: [2 h, 4 h, 6 h], ladder: [1 mg, 5 mg, 8 mg, 20 mg], rules: [{when: a < 20 mg or a > 50 "
       "mg, "
       "change: up}, {when: a >= 20 mg, change: down}]}",
       {8, 8, 20, 20, 20, 20, 20, 20, 20, 20, 20}},
      {"titrate: {at: [2 h, 3 h, 4 h], ladder: [1 mg, 5 mg, 8 mg], rules: [{when: a > 0 mg and b > 0 mg, "
       "change: "
       "down}]}",
       {8, 8, 5, 1, 1, 1, 1, 1, 1, 1, 1}},
      /* held where B, which decays by 0.1 an hour, is between 60.7 (5 h) and 81.9 mg (2 h) */
      {"titrate: {every: 1 h, from: 1 h, rules: [{when: b < 82 mg and b > 60 mg, change: hold}]}",
       {8, 8, 0, 0, 0, 0, 8, 8, 8, 8, 8}},
      {"titrate: {at: [2 h, 4 h, 6 h, 8 h], resume: b < 50 mg, rules: [{when: b > 80 mg, change: hold}, "
       "{when: b < 50 "
       "mg, change: 2 x}]}",
       {8, 8, 0, 0, 0, 0, 0, 0, 16, 16, 16}},
      /* nothing below 0, and from there up again by what is written; never beyond 0 by rounding */
      {"titrate: {at: [3 h, 5 h, 8 h], rules: [{when: a < 25 mg, change: -5 mg}, {when: b > 50 mg, change: "
       "-30 mg}, "
       "{when: a > 0 mg, change: +1 mg}]}",
       {8, 8, 8, 3, 3, 0, 0, 0, 1, 1, 1}},
      {"titrate: {at: [3 h], round: 5 mg, high: 9 mg, rules: [{when: a > 0 mg, change: -9 mg}]}",
       {8, 8, 8, 0, 0, 0, 0, 0, 0, 0, 0}},
      {"stop: {when: a >= 24 mg, every: 1 h}", {8, 8, 8, 0, 0, 0, 0, 0, 0, 0, 0}},
      {"titrate: {at: [2 h, 3 h, 5 h], rules: [{when: a < 17 mg, change: 10 mg}, {when: a < 30 mg, change: "
       "hold}]}, "
       "stop: {when: b < 60 mg, at: [6 h, 9 h]}",
       {8, 8, 10, 0, 0, 0, 0, 0, 0, 0, 0}},
      {"titrate: {at: [2 h, 3 h], rules: [{when: a < 17 mg, change: 10 mg}]}, stop: {when: b < 60 mg, at: [5 "
       "h, 7 h]}",
       {8, 8, 10, 10, 10, 10, 10, 0, 0, 0, 0}},
  };
  const char *line = CASES[_i].titrate;
  rein_arena *arena = rein_arena_create();
  solved s = solved_create(
      MODEL("none"),
      rein_arena_printf(arena, SCENARIO("typical", "  a: {actions: [" EVERY_HOUR "%s}]}\n"), line), NULL,
      NULL);
  check_sums(&s, 0, 0, CASES[_i].amount);
  ck_assert_int_eq(s.f.tape->n_state, 2);
  solved_destroy(&s);
  rein_arena_destroy(arena);
}
END_TEST
#define N_CHANGE 13

/* A line of several courses, an infusion over a decision, a missed and a doubled dose, a dose whose time is
 * before the decision and which is taken after it. */
START_TEST(which_doses_are_later) {
  solved s = solved_create(
      MODEL("none"),
      SCENARIO(
          "typical",
          "  courses: {actions: [{do: x, regimen: '30 mg once at 0.5 h, then 8 mg every 2 h x 5 from 2 h', "
          "titrate: {at: [1 h, 5 h], rules: [{when: a > 0 mg, change: 0.5 x}]}}]}\n"
          "  infused: {actions: [{do: x, amount: 8 mg, every: 4 h, count: 3, duration: 2 h, titrate: {at: [1 "
          "h, 8 h], rules: [{when: a > 0 mg, change: 0.5 x}]}}]}\n"
          "  doubled: {actions: [{do: x, amount: 8 mg, every: 2 h, from: 1 h, count: 5, missed: [2, 4], "
          "adherence: {then: double}, titrate: {at: [2 h, 4 h], rules: [{when: a < 9 mg and b > 80 mg, "
          "change: hold}]}}]}\n"
          "  late: {actions: [{do: x, amount: 8 mg, every: 4 h, from: 1 h, count: 3, missed: [1], adherence: "
          "{then: late, late: 2 h}, titrate: {at: [2 h], rules: [{when: a < 1 mg, change: 2 x}]}}]}\n"),
      NULL, NULL);
  near(solved_at(&s, 0, 0, 1, 0), 30, "once");
  near(solved_at(&s, 0, 0, 4, 0), 34, "half of the next as written");
  near(solved_at(&s, 0, 0, 12, 0), 30 + 2 * 4 + 3 * 2, "and half again");
  near(solved_at(&s, 0, 1, 2, 0), 8, "what runs is not changed");
  near(solved_at(&s, 0, 1, 5, 0), 8 + 2, "the next is");
  near(solved_at(&s, 0, 1, 10, 0), 8 + 4 + 2, "a decision comes before the dose of its instant");
  near(solved_at(&s, 0, 2, 4, 0), 8, "the dose at 3 h is held, and would be missed");
  near(solved_at(&s, 0, 2, 6, 0), 8 + 8, "what was not prescribed is not made up for");
  near(solved_at(&s, 0, 2, 10, 0), 8 + 8 + 16, "what was missed is");
  near(solved_at(&s, 0, 3, 4, 0), 8, "due before the decision, taken after it");
  near(solved_at(&s, 0, 3, 12, 0), 8 + 16 + 16, "due after it");
  solved_destroy(&s);
}
END_TEST

#define NOISY                                                                                                \
  "  alone: {actions: [" EVERY_HOUR                                                                          \
  "titrate: {every: 2 h, from: 2 h, rules: [{when: a < 25 mg, change: 1.5 x}, {when: "                       \
  "a > 50 mg, change: 0.5 x}]}}]}\n"                                                                         \
  "  beside:\n    actions:\n      - {do: y, amount: 1 mg, at: 4 h, stop: {when: b > 0 mg, at: 4 h}}\n"       \
  "      - " EVERY_HOUR "titrate: {every: 2 h, from: 2 h, rules: [{when: a < 25 mg, change: 1.5 x}, {when: " \
  "a > 50 mg, change: 0.5 x}]}}\n"                                                                           \
  "counterfactual: {without: y}\n"

/* The doses of one person, with the measurement drawn by seed, person, observable and instant. */
static void follow(int64_t individual, double sd, double amount[11]) {
  double now = 8, sum = 0;
  for (int i = 0; i < 11; i++) {
    const double time = i;
    uint64_t number;
    memcpy(&number, &time, sizeof number);
    const double z =
        rein_draw_normal(5, REIN_DRAW_DECISION, (uint64_t)individual, rein_draw_key("a"), number);
    if (i >= 2 && i % 2 == 0) now *= sum + sd * z < 25 ? 1.5 : sum + sd * z > 50 ? 0.5 : 1;
    amount[i] = now;
    sum += now;
  }
}

/* Everyone decides by their own measurement, in every arm alike; the counterfactual decides anew; and it does
 * not matter how many lanes stand side by side. */
START_TEST(noise_is_each_ones_own) {
  static const int LANES[] = {0, 8, 24};
  int n_differ = 0;
  for (int k = 0; k < 3; k++) {
    const rein_scenario_options options = {.n_lane = LANES[k]};
    solved s = solved_create(MODEL("additive(sd: 12 mg)"), SCENARIO("{n: 30}", NOISY), NULL, &options);
    for (int64_t i = 0; i < 30; i++) {
      double amount[11], typical[11];
      follow(i, 12, amount);
      follow(i, 0, typical);
      n_differ += memcmp(amount, typical, sizeof amount) != 0;
      for (int arm = 0; arm < s.f.scenario->n_arm; arm++) check_sums(&s, i, arm, amount);
    }
    ck_assert_int_eq(s.f.scenario->n_arm, 3);
    solved_destroy(&s);
  }
  ck_assert_int_gt(n_differ, 3 * 10);
}
END_TEST

/* Lanes that leave their batch early, half way or late have decided some of it; alone they begin anew and
 * come to the same. */
START_TEST(alone_decides_the_same) {
  static const long CALLS[] = {2, 10, 30, 60};
  const rein_scenario_options options = {.n_lane = 24};
  int n_alone = 0;
  solved s = solved_create(MODEL("additive(sd: 12 mg)"), SCENARIO("{n: 30}", NOISY), NULL, &options);
  for (int k = 0; k < 4; k++) {
    rein_fault_dense(CALLS[k], CALLS[k]);
    solved_run(&s, 1);
    rein_fault_dense(0, 0);
    for (int64_t i = 0; i < 30; i++) {
      double amount[11];
      follow(i, 12, amount);
      for (int arm = 0; arm < 3; arm++) {
        n_alone += s.outcome[3 * i + arm].status == REIN_LANE_ALONE;
        check_sums(&s, i, arm, amount);
      }
    }
  }
  ck_assert_int_ge(n_alone, 4);
  ck_assert_int_lt(n_alone, 4 * 90);
  solved_destroy(&s);
}
END_TEST

/* In the counterfactual without y the rules on x see less. */
START_TEST(a_counterfactual_decides_anew) {
  solved s =
      solved_create(MODEL("none"),
                    SCENARIO("typical", "  a: {actions: [" EVERY_HOUR
                                        "stop: {when: a > 100 mg, at: [3 h, 9 h]}}, {do: y, amount: 90 "
                                        "mg, at: 0.2 h}]}\ncounterfactual: {without: y}\n"),
                    NULL, NULL);
  near(solved_at(&s, 0, 0, 12, 0), 90 + 3 * 8, "with");
  near(solved_at(&s, 0, 1, 12, 0), 11 * 8, "without");
  solved_destroy(&s);
}
END_TEST

/* A value below the limit of detection counts as the limit; the same bytes from several threads. */
START_TEST(limits_and_threads) {
  solved s = solved_create(MODEL("additive(sd: 12 mg), limits: [30 mg, 45 mg]"), SCENARIO("{n: 200}", NOISY),
                           NULL, NULL);
  const size_t n = 200 * 3 * (size_t)s.f.plan->n_obs * (size_t)s.f.plan->n_keep;
  double *first = malloc(n * sizeof *first);
  memcpy(first, s.out, n * sizeof *first);
  static const double PLAIN[11] = {8, 8, 8, 8, 8, 8, 8, 8, 8, 8, 8};
  for (int64_t i = 0; i < 200; i++) check_sums(&s, i, 0, PLAIN); /* neither below 25 nor above 50 */
  solved_run(&s, 3);
  ck_assert_int_eq(memcmp(first, s.out, n * sizeof *first), 0);
  free(first);
  solved_destroy(&s);
}
END_TEST

START_TEST(wrong) {
  static const char *const WRONG[][2] = {
      {"titrate: {every: 1 h, rules: [{when: c < 1 mg, change: up}]}", "there is no observable 'c'"},
      {"titrate: {every: 1 h, rules: [{when: a < 1 L, change: 2 x}]}", "this has unit L, expected mg"},
      {"titrate: {every: 1 h, rules: [{when: a < 1, change: 2 x}]}", "this needs the unit of 'a', mg"},
      {"titrate: {every: 1 h, rules: [{when: a + 1 mg, change: 2 x}]}", "a condition compares"},
      {"titrate: {every: 1 h, rules: [{when: a < b, change: 2 x}]}", "is compared with a number"},
      {"titrate: {every: 1 h, rules: [{when: a < 1 mg, change: up}]}", "needs 'ladder"},
      {"titrate: {every: 1 h, rules: [{when: a < 1 mg, change: 2 L}]}", "'change' of 'x' has unit"},
      {"titrate: {every: 1 h, ladder: [2 mg, 1 mg], rules: [{when: a < 1 mg, change: up}]}", "have to rise"},
      {"titrate: {every: 1 h, low: 3 mg, high: 2 mg, rules: [{when: a < 1 mg, change: 2 x}]}",
       "is below its 'low'"},
      {"titrate: {rules: [{when: a < 1 mg, change: 2 x}]}", "need either 'every' or 'at'"},
      {"titrate: {every: 1 h, resume: a < 1 mg, rules: [{when: a < 1 mg, change: 2 x}]}",
       "needs a rule that says hold"},
      {"titrate: {every: 1 h, rules: []}", "is empty"},
      {"titrate: {every: 1 h, rule: 1}", "did you mean 'rules'"},
      {"stop: {when: a < 1 mg, every: 20 h}", "no decision on 'x' comes before its last dose"},
      {"as: replace, stop: {when: a < 1 mg, every: 1 h}", "'stop' is for doses"}};
  rein_arena *arena = rein_arena_create();
  const char *got = solved_messages(
      arena, MODEL("none"),
      rein_arena_printf(arena, SCENARIO("typical", "  a: {actions: [" EVERY_HOUR "%s}]}\n"), WRONG[_i][0]),
      "");
  ck_assert_msg(strstr(got, WRONG[_i][1]) != NULL && strstr(got, "s.yaml:9:") != NULL, "%s: %s", WRONG[_i][0],
                got);
  rein_arena_destroy(arena);
}
END_TEST
#define N_WRONG 15

Suite *rein_suite_titrate(void);
Suite *rein_suite_titrate(void) {
  Suite *suite = suite_create("titrate");
  TCase *tcase = tcase_create("titrate");
  tcase_set_timeout(tcase, 60);
  tcase_add_loop_test(tcase, each_change, 0, N_CHANGE);
  tcase_add_test(tcase, which_doses_are_later);
  tcase_add_test(tcase, noise_is_each_ones_own);
  tcase_add_test(tcase, alone_decides_the_same);
  tcase_add_test(tcase, a_counterfactual_decides_anew);
  tcase_add_test(tcase, limits_and_threads);
  tcase_add_loop_test(tcase, wrong, 0, N_WRONG);
  suite_add_tcase(suite, tcase);
  return suite;
}
