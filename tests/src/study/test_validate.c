/* The judge itself: hand-made cases with known scores, and models that it has to tell apart. */
#include <check.h>
#include <math.h>
#include <string.h>

#include "tests/src/study/validate_fixture.h"

static const judged_model truth = {
    .base_between = "normal(sd: 10 mg)", .gain_between = "normal(sd: 0.1 1)", .noise = "additive(sd: 2 mg)"};
static const judged_scenario three_arms = {
    .cohort = "{n: 2000}", .arms = "{up: up, none: none, down: down}", .expect = "{rule: verdict/1}"};

/* ---- known scores ---- */

/* One typical person without noise: the prediction is one number, +30 after 10 h, so every score can be
 * worked out by hand. */
START_TEST(test_scores_by_hand) {
  const judged_model model = {.noise = "none"};
  const judged_scenario scenario = {.cohort = "typical", .arms = "{up: up}", .expect = "{rule: verdict/1}"};
  const double error[8] = {0,  2, -2, 4,
                           -4, 8, 0,  -6}; /* observed minus predicted: 0 for two, sum 2, sum of sizes 26 */
  judged_start_people();
  for (int i = 0; i < 8; i++) judged_person("up", i, 0, 100), judged_person("up", i, 10, 130 + error[i]);
  judged_write_model(&model);
  judged_write_scenario(&scenario);
  const rein_validation v = judged_report();
  const rein_validation_row *row = judged_row(&v, "", NAN);
  const rein_score *s = row->score;
  ck_assert_int_eq(row->n_point, 8);
  ck_assert_int_eq(row->n_unit, 8);
  ck_assert_double_eq_tol(s[REIN_SCORE_BIAS].value, -2.0 / 8, 1e-6);
  ck_assert_double_eq_tol(s[REIN_SCORE_ERROR].value, 26.0 / 8, 1e-6);
  ck_assert_double_eq_tol(s[REIN_SCORE_CRPS].value, 26.0 / 8, 1e-6);
  ck_assert_double_eq_tol(s[REIN_SCORE_NO_CHANGE].value, 1.0 - 26.0 / 242, 1e-6);
  ck_assert_double_eq_tol(s[REIN_SCORE_WIDTH_90].value, 0.0, 1e-12);
  ck_assert_double_eq(s[REIN_SCORE_DIRECTION].value, 1.0);
  ck_assert(s[REIN_SCORE_NO_CHANGE].low < 1.0 - 26.0 / 242 &&
            s[REIN_SCORE_NO_CHANGE].high > 1.0 - 26.0 / 242);
  /* Mean change of the others, by its definition: for person i the fair score of the seven other changes. */
  double others = 0;
  for (int i = 0; i < 8; i++) {
    double away = 0, pairs = 0;
    for (int j = 0; j < 8; j++) {
      if (j == i) continue;
      away += fabs(error[j] - error[i]) / 7;
      for (int k = 0; k < 8; k++) pairs += k == i ? 0 : fabs(error[j] - error[k]) / 42;
    }
    others += away - 0.5 * pairs;
  }
  ck_assert_double_eq_tol(s[REIN_SCORE_MEAN_CHANGE].value, 1.0 - 26.0 / others, 1e-6);
  ck_assert_str_eq(s[REIN_SCORE_LOG_SCORE].na, "the model declares no noise, or no prediction");
  ck_assert_str_eq(s[REIN_SCORE_SHUFFLED].na, "one arm only");
  ck_assert_str_eq(s[REIN_SCORE_RANK].na, "fewer than 3 arms");
  ck_assert_str_eq(v.relation, "other people, one point after baseline");
}
END_TEST

static void report_known(const judged_scenario *scenario) {
  judged_write_model(&truth);
  judged_write_scenario(scenario);
  judged_report();
}

/* A prediction of 40 where nothing below 60 can be told: it counts as 60, whether or not this row is
 * censored. 90 is then missed by 30; 45, which counts as 60, by nothing. */
START_TEST(test_limits_hold_for_every_prediction) {
  const judged_model model = {.noise = "none"};
  const judged_scenario scenario = {
      .cohort = "typical", .arms = "{down: down}", .expect = "{rule: verdict/1}"};
  rein_text table;
  judged_start_people();
  judged_write_model(&model);
  judged_write_scenario(&scenario);
  judged_write("d.yaml",
               "data: d.csv\n"
               "columns: {id: text, observable: text, unit: text, time: text, time_unit: text, value: "
               "text, lloq: text}\n"
               "source: {title: made by a test}\nlicence: none\n"
               "arms: {down: {assignment: unknown, actions: a, concurrent: none, adherence: unknown}}\n"
               "used_for_fitting: []\nrelation: external\n");
  rein_text_init(&table, judged_get()->arena);
  rein_text_add(&table, "id,observable,unit,time,time_unit,value,lloq\n");
  for (int i = 0; i < 8; i++)
    rein_text_printf(&table, "p%d,y_measured,mg,0,h,100,60\np%d,y_measured,mg,20,h,%d,60\n", i, i,
                     i % 2 ? 45 : 90);
  judged_write("d.csv", table.bytes);
  const rein_validation v = judged_report();
  const rein_validation_row *row = judged_row(&v, "", NAN);
  ck_assert_int_eq(row->n_censored, 4);
  ck_assert_double_eq_tol(row->score[REIN_SCORE_CRPS].value, (30 + 0) / 2.0, 1e-6);
  ck_assert_double_eq_tol(row->score[REIN_SCORE_BIAS].value, -30 / 2.0, 1e-6);
}
END_TEST

/* A table of changes under a name that is a level: said, not refused. */
START_TEST(test_known_baseline_unlike_the_simulated_one) {
  judged_scenario scenario = three_arms;
  scenario.arms = "{up: up}";
  judged_start_groups();
  judged_group("up", 10, 30, 10, 25);
  scenario.baseline = "baseline: {y_measured: 100 mg}\n";
  report_known(&scenario);
  ck_assert_ptr_null(strstr(judged_messages(), "'baseline' says"));
  scenario.baseline = "baseline: {y_measured: 0 mg}\n";
  report_known(&scenario);
  ck_assert_ptr_nonnull(strstr(judged_messages(), "'baseline' says that 'y_measured' is 0 mg before"));
}
END_TEST

/* With equal spreads of people and noise the state before is half way between measurement and mean, and the
 * next measurement has variance 50 + 100. */
START_TEST(test_measured_baseline_is_data_with_noise) {
  const judged_model model = {.base_between = "normal(sd: 10 mg)", .noise = "additive(sd: 10 mg)"};
  const judged_scenario scenario = {
      .cohort = "{n: 40000}", .arms = "{none: none}", .expect = "{rule: verdict/1}"};
  judged_start_people();
  for (int i = 0; i < 8; i++) judged_person("none", i, 0, 110), judged_person("none", i, 10, 105);
  judged_write_model(&model);
  judged_write_scenario(&scenario);
  const rein_validation v = judged_report();
  const rein_score *s = judged_row(&v, "", NAN)->score;
  ck_assert_double_eq_tol(s[REIN_SCORE_BIAS].value, 0.0, 0.3);
  ck_assert_double_eq_tol(s[REIN_SCORE_WIDTH_90].value, 2 * 1.6449 * sqrt(150), 0.8);
  ck_assert_double_eq_tol(s[REIN_SCORE_LOG_SCORE].value, 0.5 * log(2 * M_PI * 150), 0.02);
}
END_TEST

/* The mean change of 25 people has an SD of sqrt(2 noise^2 + (30 gain)^2) / 5; parameter uncertainty of SD
 * 0.05 adds (30 * 0.05)^2. */
START_TEST(test_groups_and_their_sampling_error) {
  const double one = (2 * 4.0 + 9.0) / 25;
  const judged_scenario scenario = {.cohort = "{n: 100, replicates: 200}",
                                    .arms = "{up: up, none: none, down: down}",
                                    .expect = "{rule: verdict/1}"};
  judged_model uncertain = truth;
  uncertain.gain_uncertain = "normal(sd: 0.05 1)";
  judged_start_groups();
  judged_group("up", 0, 101, 10, 25), judged_group("up", 10, 131, 10, 25),
      judged_group("up", 20, 161, 10, 16);
  judged_write_model(&truth);
  judged_write_scenario(&scenario);
  rein_validation v = judged_report();
  const rein_validation_row *row = judged_row(&v, "up", 10);
  ck_assert_double_eq_tol(row->score[REIN_SCORE_BIAS].value, 0.0, 0.1);
  ck_assert_double_eq_tol(row->score[REIN_SCORE_WIDTH_90].value, 2 * 1.6449 * sqrt(one), 0.25);
  ck_assert_str_eq(row->score[REIN_SCORE_CRPS].no_interval, "fewer than 8 units to resample");
  ck_assert_double_eq(judged_row(&v, "up", 20)->n_after, 16);
  ck_assert_double_eq(judged_row(&v, "up", 20)->n_before, 25);
  ck_assert_int_eq(v.overall, REIN_VERDICT_UNDECIDED);
  judged_write_model(&uncertain);
  v = judged_report();
  ck_assert_double_eq_tol(judged_row(&v, "up", 10)->score[REIN_SCORE_WIDTH_90].value,
                          2 * 1.6449 * sqrt(one + 30 * 30 * 0.0025), 0.5);
}
END_TEST

/* A mean of changes comes with the SE of those changes: a model whose people are all alike takes it over, one
 * whose people vary as much (SD 10 of 25: 2) adds nothing. */
START_TEST(test_reported_error_of_a_mean_change) {
  const judged_model alike = {.noise = "none"},
                     varied = {.base_between = "normal(sd: 10 mg)", .noise = "none"};
  const judged_model *const models[] = {&alike, &varied};
  judged_scenario scenario = {.cohort = "{n: 2000}", .arms = "{up: up}", .expect = "{rule: verdict/1}"};
  scenario.baseline = "baseline: {y_measured: 100 mg}\n";
  judged_start_groups();
  judged_group("up", 10, 130, 10, 25);
  for (int i = 0; i < 2; i++) {
    judged_write_model(models[i]);
    judged_write_scenario(&scenario);
    const rein_validation v = judged_report();
    const rein_score *s = judged_row(&v, "up", 10)->score;
    ck_assert_double_eq_tol(s[REIN_SCORE_WIDTH_90].value, 2 * 1.6449 * 2, 0.45);
    ck_assert_double_eq_tol(s[REIN_SCORE_BIAS].value, 0.0, 0.25);
  }
}
END_TEST

/* ---- models to be told apart ---- */

static rein_validation report_on(const judged_model *model, const judged_scenario *scenario) {
  judged_write_model(model);
  judged_write_scenario(scenario);
  return judged_report();
}

/* Much noise and alike people: then a model that knows of regression to the mean beats the others' changes.
 */
START_TEST(test_the_truth_is_supported) {
  const judged_model model = {
      .base_between = "normal(sd: 4 mg)", .gain_between = "normal(sd: 0.1 1)", .noise = "additive(sd: 6 mg)"};
  judged_people_of_truth(40, 4, 0.1, 6);
  const rein_validation v = report_on(&model, &three_arms);
  const rein_validation_row *row = judged_row(&v, "", NAN);
  ck_assert_int_eq(row->n_unit, 120);
  ck_assert(row->score[REIN_SCORE_MEAN_CHANGE].low > 0.0);
  ck_assert_int_eq(v.overall, REIN_VERDICT_SUPPORTED);
  ck_assert_double_eq(judged_row(&v, "up", 20)->score[REIN_SCORE_DIRECTION].value, 1.0); /* known sign */
  ck_assert_double_eq(judged_row(&v, "down", 20)->score[REIN_SCORE_DIRECTION].value, 1.0);
}
END_TEST

START_TEST(test_flat_and_vast_is_not_supported) {
  judged_model vast = {.base_between = "normal(sd: 10 mg)",
                       .gain_between = "normal(sd: 100 1)",
                       .drift_between = "normal(sd: 30 mg/h)",
                       .noise = "additive(sd: 2 mg)"};
  judged_people_of_truth(20, 10, 0.1, 2);
  rein_validation v = report_on(&vast, &three_arms);
  ck_assert_double_eq(judged_row(&v, "", NAN)->score[REIN_SCORE_COVER_90].value, 1.0);
  ck_assert_int_eq(v.overall, REIN_VERDICT_NOT_SUPPORTED);
  /* Vast noise in place of vast people: no change, judged with that noise, would be as bad. */
  vast = (judged_model){.base_between = "normal(sd: 10 mg)", .noise = "additive(sd: 300 mg)"};
  v = report_on(&vast, &three_arms);
  ck_assert_int_eq(v.overall, REIN_VERDICT_NOT_SUPPORTED);
}
END_TEST

START_TEST(test_another_persons_state_is_worse) {
  judged_people_of_truth(20, 10, 0.1, 2);
  const rein_validation v = report_on(&truth, &three_arms);
  ck_assert(judged_row(&v, "", NAN)->score[REIN_SCORE_SWAPPED].low > 0.1);
}
END_TEST

START_TEST(test_wrong_actions_lose_their_rank) {
  judged_scenario wrong = three_arms;
  wrong.arms = "{up: none, none: down, down: up}";
  judged_people_of_truth(20, 10, 0.1, 2);
  rein_validation v = report_on(&truth, &three_arms);
  ck_assert_double_eq_tol(judged_row(&v, "", NAN)->score[REIN_SCORE_RANK].value, 1.0, 0.05);
  ck_assert(judged_row(&v, "", NAN)->score[REIN_SCORE_SHUFFLED].low > 0.5);
  v = report_on(&truth, &wrong);
  ck_assert(judged_row(&v, "", NAN)->score[REIN_SCORE_RANK].value > 2.0);
  ck_assert(judged_row(&v, "", NAN)->score[REIN_SCORE_SHUFFLED].high < 0.0);
  ck_assert_int_eq(v.overall, REIN_VERDICT_NOT_SUPPORTED);
}
END_TEST

/* ---- the rule ---- */

START_TEST(test_the_rule) {
  const rein_score good = {0.5, 0.1, 0.9, NULL, NULL}, weak = {0.5, -0.1, 0.9, NULL, NULL},
                   bad = {-0.5, -0.9, -0.1, NULL, NULL}, few = {0.5, NAN, NAN, NULL, "few"},
                   none = {NAN, NAN, NAN, "n/a", NULL};
  const char *why;
  ck_assert_int_eq(rein_validate_judge(&good, &good, 0.85, 0.95, &why), REIN_VERDICT_SUPPORTED);
  ck_assert_int_eq(rein_validate_judge(&good, &none, 0.85, 0.95, &why), REIN_VERDICT_UNDECIDED);
  ck_assert_str_eq(why, "no mean change of the others to compare with");
  ck_assert_int_eq(rein_validate_judge(&good, &weak, 0.85, 0.95, &why), REIN_VERDICT_UNDECIDED);
  ck_assert_int_eq(rein_validate_judge(&weak, &good, 0.85, 0.95, &why), REIN_VERDICT_UNDECIDED);
  ck_assert_int_eq(rein_validate_judge(&few, &good, 0.85, 0.95, &why), REIN_VERDICT_UNDECIDED);
  ck_assert_int_eq(rein_validate_judge(&good, &few, 0.85, 0.95, &why), REIN_VERDICT_UNDECIDED);
  ck_assert_int_eq(rein_validate_judge(&bad, &good, 0.85, 0.95, &why), REIN_VERDICT_NOT_SUPPORTED);
  ck_assert_int_eq(rein_validate_judge(&good, &bad, 0.85, 0.95, &why), REIN_VERDICT_NOT_SUPPORTED);
  ck_assert_int_eq(rein_validate_judge(&good, &good, 0.91, 0.95, &why), REIN_VERDICT_NOT_SUPPORTED);
  ck_assert_int_eq(rein_validate_judge(&few, &none, 0.50, 0.89, &why), REIN_VERDICT_NOT_SUPPORTED);
  ck_assert_int_eq(rein_validate_judge(&good, &good, NAN, NAN, &why), REIN_VERDICT_UNDECIDED);
}
END_TEST

START_TEST(test_without_a_frozen_rule_there_is_no_verdict) {
  judged_scenario loose = three_arms;
  rein_text text;
  loose.expect = NULL;
  judged_people_of_truth(8, 10, 0.1, 2);
  const rein_validation v = report_on(&truth, &loose);
  ck_assert(!v.has_verdict);
  rein_text_init(&text, judged_get()->arena);
  rein_validate_print(&v, &text);
  ck_assert_ptr_nonnull(strstr(text.bytes, "verdict s: n/a: not frozen\n"));
}
END_TEST

/* ---- what goes wrong, what is kept back ---- */

START_TEST(test_the_same_twice) {
  rein_text text[3];
  judged_people_of_truth(8, 10, 0.1, 2);
  judged_write_model(&truth);
  judged_write_scenario(&three_arms);
  for (int i = 0; i < 3; i++) {
    rein_validation v;
    const rein_validate_options options = {.n_thread = i == 2 ? 2 : 1};
    ck_assert_int_eq(judged_validate(&options, &v), REIN_OK);
    rein_text_init(&text[i], judged_get()->arena);
    rein_validate_print(&v, &text[i]);
    ck_assert_int_eq(rein_validate_print_json(&v, &text[i]), REIN_OK);
  }
  ck_assert_str_eq(text[0].bytes, text[1].bytes);
  ck_assert_str_eq(text[0].bytes, text[2].bytes);
  ck_assert_ptr_null(strstr(text[0].bytes, "planted"));
  ck_assert_ptr_null(strstr(text[0].bytes, judged_get()->folder));
}
END_TEST

START_TEST(test_few_people_are_kept_back) {
  judged_scenario scenario = three_arms;
  scenario.arms = "{up: up}";
  judged_start_people();
  for (int i = 0; i < 4; i++)
    judged_person("up", i, 0, 100), judged_person("up", i, 10, 130), judged_person("up", i, 20, 161);
  rein_validation v = report_on(&truth, &scenario);
  ck_assert(judged_row(&v, "", NAN)->suppressed);
  ck_assert(judged_row(&v, "up", 10)->suppressed);
  const rein_validate_options options = {.individual_data = true};
  ck_assert_int_eq(judged_validate(&options, &v), REIN_OK);
  ck_assert(!judged_row(&v, "", NAN)->suppressed);
  ck_assert_str_eq(v.relation, "external"); /* two points after baseline */
}
END_TEST

/* One of ten is seen once more: the pooled row less that of 10 h would be this person. */
START_TEST(test_nobody_is_left_by_subtraction) {
  judged_scenario scenario = three_arms;
  const rein_validate_options open = {.individual_data = true};
  rein_text text;
  scenario.arms = "{up: up}";
  judged_start_people();
  for (int i = 0; i < 10; i++) judged_person("up", i, 0, 100), judged_person("up", i, 10, 130);
  judged_person("up", 3, 20, 161);
  rein_validation v = report_on(&truth, &scenario);
  ck_assert(!judged_row(&v, "", NAN)->suppressed);
  ck_assert(judged_row(&v, "up", 20)->suppressed && !judged_row(&v, "up", 20)->complement);
  ck_assert(judged_row(&v, "up", 10)->suppressed && judged_row(&v, "up", 10)->complement);
  rein_text_init(&text, judged_get()->arena);
  rein_validate_print(&v, &text);
  ck_assert_ptr_nonnull(strstr(text.bytes, "held back: with it"));
  ck_assert_int_eq(judged_validate(&open, &v), REIN_OK);
  ck_assert(!judged_row(&v, "up", 10)->suppressed && !judged_row(&v, "up", 20)->suppressed);
  /* With five of them nothing else has to go. */
  for (int i = 4; i < 8; i++) judged_person("up", i, 20, 161);
  v = report_on(&truth, &scenario);
  ck_assert(!judged_row(&v, "up", 10)->suppressed && !judged_row(&v, "up", 20)->suppressed);
}
END_TEST

/* Two people of an arm are what all less the other arms leave: the smallest other arm goes with them. */
START_TEST(test_no_arm_is_left_by_subtraction) {
  static const char *const arm[] = {"up", "none", "down"};
  static const int n[] = {7, 2, 6};
  judged_start_people();
  for (int a = 0; a < 3; a++)
    for (int i = 0; i < n[a]; i++)
      judged_person(arm[a], 10 * a + i, 0, 100), judged_person(arm[a], 10 * a + i, 10, 100);
  const rein_validation v = report_on(&truth, &three_arms);
  ck_assert(!judged_row(&v, "", NAN)->suppressed);
  ck_assert(judged_row(&v, "none", NAN)->suppressed && judged_row(&v, "none", 10)->suppressed);
  ck_assert(judged_row(&v, "down", NAN)->suppressed && judged_row(&v, "down", 10)->suppressed);
  ck_assert(!judged_row(&v, "up", NAN)->suppressed && !judged_row(&v, "up", 10)->suppressed);
}
END_TEST

START_TEST(test_a_person_unlike_the_cohort_has_no_prediction) {
  judged_scenario scenario = three_arms;
  scenario.arms = "{up: up}";
  judged_start_people();
  for (int i = 0; i < 9; i++)
    judged_person("up", i, 0, i ? 100 : 1000), judged_person("up", i, 10, i ? 130 : 1030);
  judged_person("up", 9, 10, 130); /* no state before */
  const rein_validation v = report_on(&truth, &scenario);
  ck_assert_int_eq(v.n_missing, 1);
  ck_assert_int_eq(v.n_without_before, 1);
  ck_assert_int_eq(judged_row(&v, "", NAN)->n_point, 9);
  /* Its error is that of no change, 30. */
  ck_assert_double_gt(judged_row(&v, "", NAN)->score[REIN_SCORE_ERROR].value, 30.0 / 9);
}
END_TEST

START_TEST(test_failed_members_are_told) {
  judged_model model = truth;
  rein_validation v;
  model.range = "[0 mg, 170 mg]"; /* some under +60 leave it */
  judged_people_of_truth(8, 10, 0.1, 2);
  judged_write_model(&model);
  judged_write_scenario(&three_arms);
  ck_assert_int_eq(judged_validate(NULL, &v), REIN_ERR_MEMBERS);
  ck_assert_int_gt(v.n_failed, 0);
  ck_assert(!judged_row(&v, "none", 20)->score[REIN_SCORE_CRPS].na);
}
END_TEST

/* A state before that is known by definition teaches nothing and has no noise. */
START_TEST(test_known_baseline) {
  judged_scenario scenario = three_arms;
  scenario.arms = "{up: up}";
  scenario.baseline = "baseline: {y_measured: 0.1 g}\n";
  judged_start_people();
  for (int i = 0; i < 8; i++) judged_person("up", i, 10, 130);
  const rein_validation v = report_on(&truth, &scenario);
  const rein_score *s = judged_row(&v, "", NAN)->score;
  ck_assert_double_eq_tol(s[REIN_SCORE_WIDTH_90].value, 2 * 1.6449 * sqrt(100 + 9 + 4), 2.0);
  ck_assert_str_eq(s[REIN_SCORE_SWAPPED].na, "the state before is known, or of one person only");
}
END_TEST

/* 0.10032 g are not 100.32 mg to the last digit. What rounding leaves of no change is no opponent. */
START_TEST(test_baseline_without_error) {
  judged_scenario scenario = three_arms;
  const judged_model certain = {.noise = "none"};
  scenario.arms = "{none: none}";
  scenario.baseline = "baseline: {y_measured: 0.10032 g}\n";
  judged_start_people();
  for (int i = 0; i < 8; i++) judged_person("none", i, 10, 100.32);
  rein_validation v = report_on(&truth, &scenario);
  ck_assert_str_eq(judged_row(&v, "", NAN)->score[REIN_SCORE_NO_CHANGE].na, "the baseline is without error");
  ck_assert_str_eq(judged_row(&v, "", NAN)->score[REIN_SCORE_MEAN_CHANGE].na,
                   "the baseline is without error");
  ck_assert_int_eq(v.overall, REIN_VERDICT_UNDECIDED);
  ck_assert_str_eq(v.verdict[0].reason, "no change is without error");
  /* A model as right as that. */
  scenario.baseline = NULL;
  judged_get()->table.n = 0;
  judged_start_people();
  for (int i = 0; i < 8; i++) judged_person("none", i, 0, 100), judged_person("none", i, 10, 100);
  v = report_on(&certain, &scenario);
  const rein_score *s = &judged_row(&v, "", NAN)->score[REIN_SCORE_NO_CHANGE];
  ck_assert_double_eq(judged_row(&v, "", NAN)->score[REIN_SCORE_CRPS].value, 0.0);
  ck_assert(s->value == 0.0 && s->low == 0.0 && s->high == 0.0 && !s->na);
  ck_assert_int_eq(v.overall, REIN_VERDICT_UNDECIDED);
}
END_TEST

Suite *rein_suite_validate(void) {
  Suite *suite = suite_create("validate");
  TCase *tcase = tcase_create("validate");
  tcase_add_checked_fixture(tcase, judged_setup, judged_teardown);
  tcase_set_timeout(tcase, 120);
  tcase_add_test(tcase, test_scores_by_hand);
  tcase_add_test(tcase, test_limits_hold_for_every_prediction);
  tcase_add_test(tcase, test_known_baseline_unlike_the_simulated_one);
  tcase_add_test(tcase, test_measured_baseline_is_data_with_noise);
  tcase_add_test(tcase, test_groups_and_their_sampling_error);
  tcase_add_test(tcase, test_reported_error_of_a_mean_change);
  tcase_add_test(tcase, test_the_truth_is_supported);
  tcase_add_test(tcase, test_flat_and_vast_is_not_supported);
  tcase_add_test(tcase, test_another_persons_state_is_worse);
  tcase_add_test(tcase, test_wrong_actions_lose_their_rank);
  tcase_add_test(tcase, test_the_rule);
  tcase_add_test(tcase, test_without_a_frozen_rule_there_is_no_verdict);
  tcase_add_test(tcase, test_the_same_twice);
  tcase_add_test(tcase, test_few_people_are_kept_back);
  tcase_add_test(tcase, test_nobody_is_left_by_subtraction);
  tcase_add_test(tcase, test_no_arm_is_left_by_subtraction);
  tcase_add_test(tcase, test_a_person_unlike_the_cohort_has_no_prediction);
  tcase_add_test(tcase, test_failed_members_are_told);
  tcase_add_test(tcase, test_known_baseline);
  tcase_add_test(tcase, test_baseline_without_error);
  suite_add_tcase(suite, tcase);
  return suite;
}
