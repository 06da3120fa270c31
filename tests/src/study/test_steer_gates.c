/* What stands between goals and a search: evidence of the same parameters and horizons, limits that nothing
 * moves, amounts within what the model is valid for. A drug that leaves at one rate; people whose values are
 * drawn by the model's own formula, so that the comparison supports it, and others who are far from it. */
#include <check.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "src/base/files.h"
#include "src/scenario/draw.h"
#include "src/study/steer.h"
#include "tests/place.h"

Suite *rein_suite_steer_gates(void);

static const char model[] =
    "rein: model/1\nname: m\ntime: h\nparameters:\n"
    "  k: {value: 0.2 1/h, between: lognormal(cv: 20 %), assumed: test}\n"
    "  base: {value: 10 mg, assumed: test}\n"
    "  most: {value: 100 mg, assumed: test}\n  part: {is: most / 2, unit: mg, assumed: test}\n"
    "  held: {value: 0 mg, assumed: test}\n"
    "covariates:\n  weight: {unit: kg, typical: 70 kg}\n"
    "states:\n  x: {unit: mg, initial: base, scale: 10 mg}\n"
    "values:\n  line: {is: 2 * part, unit: mg}\n"
    "processes:\n  out: {from: x, rate: k * x + 0 '1/h' * held}\n"
    "actions:\n  give: {kind: drug, unit: mg, into: x}\n  hold: {kind: drug, unit: mg, sets: held}\n"
    "observables:\n  X: {is: x, unit: mg, noise: additive(sd: 0.5 mg), smallest_change: 1 mg}\n"
    "safety:\n  much: {when: x > line, message: much}\n"
    "valid: {give: 0 .. 20 mg, horizon: 24 h}\n";

/* 60 people under each of four amounts at time 0, at the model's values or `far` from them. */
static void write_observed(const char *name, bool far, const char *relation) {
  static const double time[] = {0, 2, 5, 10}, amount[] = {0, 5, 10, 15};
  rein_text text;
  rein_text_init(&text, arena);
  rein_text_add(&text, "arm,id,observable,unit,time,time_unit,value\n");
  for (uint64_t a = 0; a < 4; a++)
    for (uint64_t i = 0; i < 60; i++)
      for (uint64_t t = 0; t < 4; t++) {
        const double k = 0.2 * exp(0.198 * rein_draw_normal(5, REIN_DRAW_NOISE, i, a, 9));
        const double x = t == 0 ? 10 : (10 + amount[a]) * exp(-k * time[t]);
        rein_text_printf(&text, "a%d,p%d_%d,X,mg,%g,h,%.4f\n", (int)a, (int)a, (int)i, time[t],
                         far ? 12 + time[t] : x + 0.5 * rein_draw_normal(5, REIN_DRAW_NOISE, i, a, t));
      }
  write_file(rein_arena_printf(arena, "%s.csv", name), text.bytes);
  rein_text_init(&text, arena);
  rein_text_printf(
      &text,
      "data: %s.csv\ncolumns: {arm: text, id: text, observable: text, unit: text, time: text, "
      "time_unit: text, value: text}\nsource: {title: made by this test}\nlicence: none\narms:\n",
      name);
  for (int a = 0; a < 4; a++)
    rein_text_printf(&text,
                     "  a%d: {assignment: randomised, actions: %g mg, concurrent: none, adherence: all}\n", a,
                     amount[a]);
  rein_text_printf(&text, "used_for_fitting: []\nrelation: %s\n", relation);
  write_file(rein_arena_printf(arena, "%s_data.yaml", name), text.bytes);
  write_file(
      rein_arena_printf(arena, "%s.yaml", name),
      rein_arena_printf(
          arena,
          "rein: scenario/1\nname: %s\nmodel: ./m.yaml\nseed: 3\ncohort: {n: 400}\narms:\n  none: {}\n"
          "  some: {actions: [{do: give, amount: 5 mg, at: 0 h}]}\n"
          "  more: {actions: [{do: give, amount: 10 mg, at: 0 h}]}\n"
          "  most: {actions: [{do: give, amount: 15 mg, at: 0 h}]}\nmeasure: {at: [0 h, 2 h, 5 h, 10 h]}\n"
          "compare: {observed: %s_data.yaml, arm: {a0: none, a1: some, a2: more, a3: most}}\n"
          "expect: {rule: verdict/1, observables: [X], until: 10 h}\n",
          name, name));
}

static void setup(void) {
  place_setup();
  write_file("m.yaml", model);
  write_observed("near", false, "external");
  write_observed("far", true, "external");
  write_observed("own", false, "calibration");
}

/* Goals of one arm; each part NULL: as it is good. */
typedef struct {
  const char *above, *arm, *lines, *horizon, *evidence, *actions, *check, *rest;
} goals;

static const char *or_else(const char *text, const char *otherwise) {
  return text ? text : otherwise;
}

static rein_status steer(const goals *g, bool exploratory, rein_steering *s) {
  write_file("s.yaml",
             rein_arena_printf(arena,
                               "rein: scenario/1\nname: s\nmodel: ./m.yaml\ncohort: {n: 50}\n%s"
                               "arms: {a: {%sactions: [{do: give, amount: 10 mg, at: 0 h}%s]}}\n"
                               "counterfactual: {without: give}\nmeasure: {at: [0 h, 2 h, 5 h, 10 h, "
                               "20 h]}\nhorizons: [5 h, 10 h, 20 h]\n",
                               or_else(g->above, ""), or_else(g->arm, ""), or_else(g->lines, "")));
  write_file("g.yaml", rein_arena_printf(
                           arena,
                           "rein: steer/1\nname: g\nscenario: ./s.yaml\narm: a\nhorizon: %s\nactions: %s\n"
                           "objectives: {x: {observable: X, want: high}}\nevidence: [%s]\n"
                           "search: {points: 16, rounds: 1, people: 30}\ncheck: {people: %s, seed: 9}\n%s",
                           or_else(g->horizon, "10 h"),
                           or_else(g->actions, "{d: {field: actions.give.amount, from: 0 mg, to: 12 mg}}"),
                           or_else(g->evidence, "near.yaml"), or_else(g->check, "30"), or_else(g->rest, "")));
  const rein_steer_options options = {.exploratory = exploratory};
  diag = rein_diag_create(arena);
  return rein_steer(arena, units, in("g.yaml"), &options, diag, s);
}

static void expect_refusal(const goals *g, bool exploratory, const char *part) {
  rein_steering s;
  ck_assert_int_eq(steer(g, exploratory, &s), REIN_ERR_INPUT);
  ck_assert_msg(strstr(messages(), part), "%s", messages());
}

/* What is refused, and goes, marked, as exploratory. */
static void expect_unsupported(const goals *g, const char *part) {
  rein_steering s;
  expect_refusal(g, false, part);
  ck_assert_msg(steer(g, true, &s) == REIN_OK, "%s", messages());
  ck_assert(s.exploratory);
  ck_assert_msg(strstr(s.evidence, part), "%s", s.evidence);
}

START_TEST(test_evidence) {
  rein_steering s;
  ck_assert_msg(steer(&(goals){0}, false, &s) == REIN_OK, "%s", messages());
  ck_assert(!s.exploratory);
  ck_assert_str_eq(s.evidence, "X by near: supported");
  /* a covariate is of people, not of the model */
  ck_assert_msg(steer(&(goals){.above = "parameters: {weight: 80 kg}\n"}, false, &s) == REIN_OK, "%s",
                messages());
  expect_unsupported(&(goals){.above = "parameters: {k: 5 1/h}\n"}, "'k' is 5 1/h in the goals' arm and 0.2");
  expect_unsupported(&(goals){.arm = "parameters: {base: 11 mg}, "}, "'base' is 11 mg");
  expect_unsupported(&(goals){.arm = "initial: {x: 3 mg}, "}, "starts from states of its own");
  expect_unsupported(&(goals){.horizon = "20 h"}, "judged from 2 to 10 h, the goals are at 20");
  expect_unsupported(&(goals){.evidence = "near.yaml, far.yaml"}, "not supported by 'far'");
  expect_unsupported(&(goals){.evidence = "far.yaml, near.yaml"}, "not supported by 'far'");
  expect_unsupported(
      &(goals){.evidence = "own.yaml"},
      "'own' is no evidence for these goals: it is on calibration data; none of its comparisons is "
      "on external data");
}
END_TEST

/* A comparison beside the model counts, also where the goals do not name it; one of another model does not.
 */
START_TEST(test_evidence_is_not_chosen) {
  rein_steering s;
  ck_assert_int_eq(rein_files_make_folder(rein_arena_printf(arena, "%s/validate", folder), 0700, diag),
                   REIN_OK);
  ck_assert_int_eq(system(rein_arena_printf(arena,
                                            "cd %s && sed 's/[.]\\/m.yaml/..\\/m.yaml/; s/near_data/..\\/"
                                            "near_data/' near.yaml > validate/near.yaml && sed "
                                            "'s/0[.]2 1/0.3 1/' m.yaml > validate/other.yaml && sed "
                                            "'s/m.yaml/other.yaml/; s/far_data/..\\/far_data/' far.yaml > "
                                            "validate/far.yaml",
                                            folder)),
                   0);
  ck_assert_msg(steer(&(goals){0}, false, &s) == REIN_OK, "%s", messages());
  ck_assert_str_eq(s.evidence, "X by near: supported; X by near: supported");
  ck_assert_int_eq(system(rein_arena_printf(arena, "cp %s/m.yaml %s/validate/other.yaml", folder, folder)),
                   0);
  expect_unsupported(&(goals){0}, "not supported by 'far'");
}
END_TEST

/* Nor is one hidden in a folder of `validate`. */
START_TEST(test_evidence_is_not_hidden) {
  ck_assert_int_eq(system(rein_arena_printf(arena,
                                            "cd %s && mkdir -p validate/old && sed 's/[.]\\/m.yaml/..\\/..\\/"
                                            "m.yaml/; s/far_data/..\\/..\\/far_data/' far.yaml > "
                                            "validate/old/far.yaml",
                                            folder)),
                   0);
  expect_unsupported(&(goals){0}, "not supported by 'far'");
}
END_TEST

/* A dose per body weight is judged as it is delivered; another unit is an error. */
START_TEST(test_dose_per_weight) {
  rein_steering s;
  goals per = {.actions = "{d: {field: actions.give.amount, from: 0.01 mg/kg, to: 0.1 mg/kg}}"};
  ck_assert_msg(steer(&per, false, &s) == REIN_OK, "%s", messages());
  per.actions = "{d: {field: actions.give.amount, from: 0.1 h, to: 1 h}}";
  expect_refusal(&per, true, "expected mg");
}
END_TEST

START_TEST(test_limits_stay) {
  const char *part = "'most' may not be set here: the limit 'much' reads it";
  expect_refusal(&(goals){.above = "parameters: {most: 1000 mg}\n"}, true, part);
  ck_assert_msg(strstr(messages(), "s.yaml:5:14: error"), "%s", messages());
  expect_refusal(&(goals){.arm = "parameters: {most: 1000 mg}, "}, true, part);
  expect_refusal(&(goals){.actions = "{t: {field: parameters.most, from: 1 mg, to: 100 mg}}"}, true,
                 "'parameters.most' is no action of the model");
  expect_refusal(&(goals){.actions = "{t: {field: parameters.held, from: 1 mg, to: 100 mg}}"}, true,
                 "action 'hold' sets it, so vary 'actions.hold.amount'");
}
END_TEST

START_TEST(test_amounts_stay_valid) {
  expect_refusal(&(goals){.lines = ", {do: give, name: extra, amount: 900 mg, at: 1 h}"}, true,
                 "'extra' gives 900 mg, outside the range that the model is valid for, 0 to 20 mg of 'give'");
}
END_TEST

/* ---- amounts as they are delivered ---- */

static rein_steering search_with(const char *arm, const char *lines) {
  rein_steering s;
  ck_assert_msg(steer(&(goals){.arm = arm, .lines = lines}, true, &s) == REIN_OK, "%s", messages());
  return s;
}

/* Every point is refused, with the first reason. */
static void expect_none(const char *lines, const char *part) {
  const rein_steering s = search_with(NULL, lines);
  rein_text text;
  ck_assert_int_eq(s.n_choice, 0);
  ck_assert_int_eq(s.n_invalid, s.n_evaluated);
  ck_assert_msg(strstr(s.invalid, part), "%s", s.invalid);
  rein_text_init(&text, arena);
  rein_steer_print(&s, &text);
  ck_assert_msg(strstr(text.bytes, "24 points refused, since somebody is given"), "%s", text.bytes);
  ck_assert_ptr_nonnull(strstr(text.bytes, s.invalid));
}

START_TEST(test_own_amounts_stay_valid) { /* about every tenth person has more than 20 mg */
  expect_none(", {do: give, name: own, amount: 'normal(mean: 15 mg, sd: 4 mg)', at: 1 h}",
              "of 'give' in all at 1 h, valid for 0 to 20 mg");
  rein_steering s; /* one in 400: nobody of the search, somebody of the check */
  const goals rare = {.lines = ", {do: give, name: own, amount: 'normal(mean: 15 mg, sd: 1.8 mg)', at: 1 h}",
                      .check = "1000"};
  ck_assert_msg(steer(&rare, true, &s) == REIN_OK, "%s", messages());
  ck_assert_int_gt(s.n_choice, 0);
  for (int i = 0; i < s.n_choice; i++) {
    ck_assert_int_eq(s.choice[i].search.n_outside, 0);
    ck_assert_int_gt(s.choice[i].check.n_outside, 0);
    ck_assert(!s.choice[i].check.within && s.choice[i].rank == 0);
  }
}
END_TEST

START_TEST(test_table_amounts_stay_valid) {
  static const char arm[] = "events: {table: doses.csv, units: {time: h, amt: mg}, actions: {x: give}}, ";
  write_file("doses.csv", "TIME,AMT,CMT\n3,700,x\n");
  expect_refusal(
      &(goals){.arm = arm}, true,
      "'give' gives an amount, outside the range that the model is valid for, 0 to 20 mg of 'give'");
  ck_assert_msg(!strstr(messages(), "700 mg"), "%s", messages());
  write_file("doses.csv", "TIME,AMT,CMT\n0,12,x\n"); /* beside the line at time 0 */
  const rein_steering s = search_with(arm, NULL);
  ck_assert_int_gt(s.n_choice, 0);
  ck_assert_int_gt(s.n_invalid, 0);
  for (int i = 0; i < s.n_choice; i++) ck_assert_double_le(s.choice[i].value[0], 8.0);
}
END_TEST

START_TEST(test_titrated_amounts_stay_valid) {
  expect_none(", {do: give, name: up, amount: 1 mg, every: 2 h, for: 8 h, "
              "titrate: {at: [3 h], rules: [{when: X < 1000 'mg', change: 30 mg}]}}",
              "30 mg of 'give' in all at 4 h, valid for 0 to 20 mg");
}
END_TEST

START_TEST(test_sums_stay_valid) { /* of two lines at one instant */
  const rein_steering s = search_with(NULL, ", {do: give, name: extra, amount: 12 mg, at: 0 h}");
  ck_assert_int_gt(s.n_choice, 0);
  ck_assert_int_gt(s.n_invalid, 0);
  for (int i = 0; i < s.n_choice; i++) ck_assert_double_le(s.choice[i].value[0], 8.0);
}
END_TEST

START_TEST(test_never_a_single_one) {
  expect_refusal(&(goals){.rest = "edits:\n  - {pin: d, at: 5 mg, by: x, why: y}\n"}, true,
                 "every action is pinned");
}
END_TEST

Suite *rein_suite_steer_gates(void) {
  Suite *s = suite_create("steer_gates");
  TCase *c = tcase_create("steer_gates");
  tcase_add_checked_fixture(c, setup, place_teardown);
  tcase_set_timeout(c, 120);
  tcase_add_test(c, test_evidence);
  tcase_add_test(c, test_evidence_is_not_chosen);
  tcase_add_test(c, test_evidence_is_not_hidden);
  tcase_add_test(c, test_dose_per_weight);
  tcase_add_test(c, test_limits_stay);
  tcase_add_test(c, test_amounts_stay_valid);
  tcase_add_test(c, test_own_amounts_stay_valid);
  tcase_add_test(c, test_table_amounts_stay_valid);
  tcase_add_test(c, test_titrated_amounts_stay_valid);
  tcase_add_test(c, test_sums_stay_valid);
  tcase_add_test(c, test_never_a_single_one);
  suite_add_tcase(s, c);
  return s;
}
