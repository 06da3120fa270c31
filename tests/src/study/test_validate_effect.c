/* Randomised contrasts: cases whose effects are known by hand, and what is no effect. */
#include <check.h>
#include <math.h>
#include <string.h>

#include "tests/src/study/validate_fixture.h"

#define Z90 1.644854

static const rein_validation_effect *effect_at(const rein_validation *v, double time) {
  for (int i = 0; i < v->n_effect; i++)
    if (v->effect[i].comparator >= 0 && fabs(v->effect[i].row.time - time) < 1e-9) return &v->effect[i];
  ck_abort_msg("no such effect");
  return NULL;
}

/* CRPS of a normal prediction. Source: Gneiting and Raftery 2007, J Am Stat Assoc 102:359, section 4.2. */
static double normal_crps(double mean, double sd, double x) {
  const double z = (x - mean) / sd, cdf = 0.5 * erfc(-z / sqrt(2.0)),
               density = exp(-0.5 * z * z) / sqrt(2 * M_PI);
  return sd * (z * (2.0 * cdf - 1.0) + 2.0 * density - 1.0 / sqrt(M_PI));
}

/* People are alike and without noise, so what is predicted is +30 against 0, and all uncertainty is the
 * reported one: SE 10 / 5 in one arm, 5 / 4 in the other. Observed are +28 and +1. */
START_TEST(test_effect_of_groups_by_hand) {
  const judged_model model = {.noise = "none"};
  const judged_scenario scenario = {.cohort = "{n: 100}",
                                    .arms = "{up: up, none: none}",
                                    .expect = "{rule: verdict/1}",
                                    .baseline = "baseline: {y_measured: 100 mg}\n",
                                    .randomised = true};
  const double se = sqrt(4.0 + 25.0 / 16);
  judged_start_groups();
  judged_group("up", 10, 128, 10, 25), judged_group("none", 10, 101, 5, 16);
  judged_write_model(&model);
  judged_write_scenario(&scenario);
  const rein_validation v = judged_report();
  const rein_validation_effect *e = effect_at(&v, 10);
  ck_assert_int_eq(v.n_effect, 2); /* all, and the one */
  ck_assert_double_eq_tol(e->observed, 27.0, 1e-9);
  ck_assert_double_eq_tol(e->observed_low, 27.0 - 1.959964 * se, 1e-5);
  ck_assert_double_eq_tol(e->observed_high, 27.0 + 1.959964 * se, 1e-5);
  ck_assert_double_eq_tol(e->predicted, 30.0, 0.25);
  ck_assert_double_eq_tol(e->high - e->low, 2 * Z90 * se, 0.5);
  ck_assert_double_eq(e->n_arm, 25);
  ck_assert_double_eq(e->n_comparator, 16);
  const rein_score *s = e->row.score;
  const double crps = normal_crps(30, se, 27);
  ck_assert_double_eq_tol(s[REIN_SCORE_BIAS].value, 3.0, 0.25);
  ck_assert_double_eq_tol(s[REIN_SCORE_CRPS].value, crps, 0.2);
  ck_assert_double_eq_tol(s[REIN_SCORE_NO_CHANGE].value, 1.0 - crps / normal_crps(0, se, 27), 0.01);
  ck_assert_double_eq(s[REIN_SCORE_DIRECTION].value, 1.0);
  ck_assert_double_eq(s[REIN_SCORE_COVER_90].value, 1.0);
  ck_assert_double_eq_tol(s[REIN_SCORE_ERROR_SD].value, 3.0 / sqrt((24 * 100.0 + 15 * 25.0) / 39), 0.05);
  ck_assert_str_eq(s[REIN_SCORE_CRPS].no_interval, "fewer than 8 units to resample");
  ck_assert_str_eq(s[REIN_SCORE_RANK].na, "the baseline of an effect is no effect");
}
END_TEST

/* Measured at both ends: noise 2 at each of them, gains of SD 0.1 under +30, 25 people in either arm, who are
 * others; the uncertainty of the gain is shared by all. */
START_TEST(test_spread_of_an_effect) {
  const double sampling = (2 * 4.0 + 9.0) / 25 + 2 * 4.0 / 25, shared = 30 * 30 * 0.0025;
  judged_model model = {.base_between = "normal(sd: 10 mg)",
                        .gain_between = "normal(sd: 0.1 1)",
                        .noise = "additive(sd: 2 mg)"};
  const judged_scenario scenario = {.cohort = "{n: 100, replicates: 200}",
                                    .arms = "{up: up, none: none}",
                                    .expect = "{rule: verdict/1}",
                                    .randomised = true};
  judged_start_groups();
  judged_group("up", 0, 100, 10, 25), judged_group("up", 10, 130, 10, 25);
  judged_group("none", 0, 100, 10, 25), judged_group("none", 10, 100, 10, 25);
  for (int i = 0; i < 2; i++) {
    if (i == 1) model.gain_uncertain = "normal(sd: 0.05 1)";
    judged_write_model(&model);
    judged_write_scenario(&scenario);
    const rein_validation v = judged_report();
    const rein_validation_effect *e = effect_at(&v, 10);
    ck_assert_double_eq_tol(e->high - e->low, 2 * Z90 * sqrt(sampling + (i ? shared : 0.0)), i ? 0.6 : 0.35);
    ck_assert_double_eq_tol(e->predicted, 30.0, 0.2);
    ck_assert(isnan(e->observed_low)); /* SE of a difference of means is not known */
  }
}
END_TEST

/* Eight people in an arm, without noise: +30 is predicted of each in one, 0 in the other. */
START_TEST(test_effect_of_people_by_hand) {
  const judged_model model = {.noise = "none"};
  const judged_scenario scenario = {
      .cohort = "typical", .arms = "{up: up, none: none}", .expect = "{rule: verdict/1}", .randomised = true};
  const double up[8] = {0, 2, -2, 4, -4, 8, 0, -6}, none[8] = {1, 1, 1, 1, 3, 3, 3, 3};
  judged_start_people();
  for (int i = 0; i < 8; i++) {
    judged_person("up", i, 0, 100), judged_person("up", i, 10, 130 + up[i]);
    judged_person("none", 20 + i, 0, 100), judged_person("none", 20 + i, 10, 100 + none[i]);
  }
  judged_write_model(&model);
  judged_write_scenario(&scenario);
  const rein_validation v = judged_report();
  const rein_validation_effect *e = effect_at(&v, 10);
  /* Means 30.25 and 2; squares about them 140 - 8 / 16 and 8, each divided by 7 and 8. */
  const double se = sqrt((140 - 0.5) / 56 + 8.0 / 56);
  ck_assert_double_eq_tol(e->observed, 28.25, 1e-9);
  ck_assert_double_eq_tol(e->observed_high - e->observed, 1.959964 * se, 1e-5);
  ck_assert_double_eq_tol(e->predicted, 30.0, 1e-6);
  ck_assert_double_eq_tol(e->high - e->low, 0.0, 1e-9);
  ck_assert_double_eq_tol(e->row.score[REIN_SCORE_CRPS].value, 1.75, 1e-6);
  ck_assert_double_eq_tol(e->row.score[REIN_SCORE_NO_CHANGE].value, 1.0 - 1.75 / 28.25, 1e-6);
  ck_assert_ptr_nonnull(strstr(judged_text(&v), "up - none"));
}
END_TEST

/* With measured states before that carry noise the mean of n people varies by what is left unknown of each:
 * measurement noise after (2), the state before given its measurement (just below 2), gains (3). */
START_TEST(test_spread_of_an_effect_of_people) {
  const judged_model model = {.base_between = "normal(sd: 10 mg)",
                              .gain_between = "normal(sd: 0.1 1)",
                              .noise = "additive(sd: 2 mg)"};
  const judged_scenario scenario = {.cohort = "{n: 4000}",
                                    .arms = "{up: up, none: none}",
                                    .expect = "{rule: verdict/1}",
                                    .randomised = true};
  const double state = 4.0 * 100 / 104;
  judged_start_people();
  for (int i = 0; i < 20; i++) {
    const char *arm = i % 2 ? "up" : "none";
    judged_person(arm, i, 0, 100), judged_person(arm, i, 10, i % 2 ? 130 : 100);
  }
  judged_write_model(&model);
  judged_write_scenario(&scenario);
  const rein_validation v = judged_report();
  const rein_validation_effect *e = effect_at(&v, 10);
  ck_assert_double_eq_tol(e->high - e->low, 2 * Z90 * sqrt((2 * (state + 4.0) + 9.0) / 10), 0.5);
  ck_assert_double_eq_tol(e->predicted, 30.0, 0.3);
}
END_TEST

START_TEST(test_what_is_no_effect) {
  const judged_model model = {.noise = "none"};
  judged_scenario scenario = {
      .cohort = "typical", .arms = "{up: up, none: none}", .expect = "{rule: verdict/1}"};
  judged_start_people();
  for (int i = 0; i < 8; i++) {
    judged_person("up", i, 0, 100), judged_person("up", i, 10, 130);
    judged_person("none", i, 0, 100), judged_person("none", i, 10, 100);
  }
  judged_write_model(&model);
  judged_write_scenario(&scenario);
  rein_validation v = judged_report();
  ck_assert_int_eq(v.n_effect, 0);
  ck_assert_ptr_nonnull(
      strstr(judged_text(&v), "effects n/a: fewer than two arms that people were randomised to"));
  ck_assert_ptr_null(strstr(judged_text(&v), "\"wording\": \"effect\""));
  scenario.randomised = true;
  judged_write_scenario(&scenario);
  v = judged_report();
  ck_assert_int_eq(v.n_effect, 0);
  ck_assert_int_eq(v.n_effect_shared, 1);
  ck_assert_ptr_nonnull(strstr(judged_text(&v), "effects n/a: the same people are in both arms"));
}
END_TEST

START_TEST(test_arms_that_share_simulated_people) {
  const judged_model model = {.noise = "none"};
  judged_scenario scenario = {.cohort = "{n: 41}", .arms = "{up: up, none: none}", .randomised = true};
  judged_start_groups();
  judged_group("up", 0, 100, 10, 25), judged_group("up", 10, 128, 10, 25);
  judged_group("none", 0, 100, 5, 16), judged_group("none", 10, 101, 5, 16);
  judged_write_model(&model);
  judged_write_scenario(&scenario);
  judged_report();
  ck_assert_ptr_null(strstr(judged_messages(), "share people"));
  scenario.cohort = "{n: 40}";
  judged_write_scenario(&scenario);
  judged_report();
  ck_assert_ptr_nonnull(strstr(judged_messages(), "have 41 people, but a replicate of the cohort only 40"));
}
END_TEST

START_TEST(test_small_arms_are_kept_back) {
  const judged_model model = {.noise = "none"};
  const judged_scenario scenario = {.cohort = "{n: 100}",
                                    .arms = "{up: up, none: none}",
                                    .baseline = "baseline: {y_measured: 100 mg}\n",
                                    .randomised = true};
  judged_start_groups();
  judged_group("up", 10, 128.5, 10, 25), judged_group("none", 10, 101.5, 5, 4);
  judged_write_model(&model);
  judged_write_scenario(&scenario);
  rein_validation v = judged_report();
  ck_assert(effect_at(&v, 10)->row.suppressed);
  ck_assert_ptr_null(strstr(judged_text(&v), "observed_95"));
  const rein_validate_options options = {.individual_data = true};
  ck_assert_int_eq(judged_validate(&options, &v), REIN_OK);
  ck_assert_double_eq_tol(effect_at(&v, 10)->observed, 27.0, 1e-9);
}
END_TEST

/* ---- within people ---- */

static void start_periods(void) {
  rein_text_add(&judged_get()->table, "study,arm,id,observable,unit,time,time_unit,value,replicate\n");
}

/* A period of a person: before, and after 10 h. */
static void period(const char *arm, int id, int number, double before, double after) {
  const double at[2][2] = {{0, before}, {10, after}};
  for (int i = 0; i < 2; i++)
    rein_text_printf(&judged_get()->table, "s1,%s,planted%d,y_measured,mg,%g,h,%.10g,%d\n", arm, id, at[i][0],
                     at[i][1], number);
}

/* Two periods of each arm, people alike and without noise: +30 within each is predicted for certain. */
START_TEST(test_within_people_by_hand) {
  const judged_model model = {.noise = "none"};
  const judged_scenario scenario = {
      .cohort = "typical", .arms = "{up: up, none: none}", .expect = "{rule: verdict/1}", .n_of_1 = true};
  const double contrast[8] = {28, 29, 30, 31, 32, 26, 30, 34}; /* mean 30, squares about it 42 */
  start_periods();
  for (int i = 0; i < 8; i++) {
    period("up", i, 1, 100, 100 + contrast[i] + 3), period("none", i, 1, 100, 104);
    period("up", i, 2, 100, 100 + contrast[i] + 1), period("none", i, 2, 100, 100);
  }
  judged_write_model(&model);
  judged_write_scenario(&scenario);
  const rein_validation v = judged_report();
  const rein_validation_effect *e = effect_at(&v, 10);
  ck_assert_int_eq(v.n_effect, 2); /* all, and those of 10 h */
  ck_assert_int_eq(v.n_effect_shared, 0);
  ck_assert(e->row.is_within);
  ck_assert_int_eq(e->row.n_point, 8); /* of 32 changes */
  ck_assert_int_eq(e->row.n_unit, 8);
  ck_assert_double_eq_tol(e->observed, 30.0, 1e-9);
  ck_assert_double_eq_tol(e->observed_high - e->observed, 2.364624 * sqrt(42.0 / 7 / 8),
                          1e-5); /* t of 7 degrees of freedom */
  ck_assert_double_eq_tol(e->predicted, 30.0, 1e-6);
  const rein_score *s = e->row.score;
  ck_assert_double_eq_tol(s[REIN_SCORE_CRPS].value, (2 + 1 + 0 + 1 + 2 + 4 + 0 + 4) / 8.0, 1e-6);
  ck_assert_double_eq_tol(s[REIN_SCORE_NO_CHANGE].value, 1.0 - 14.0 / 240, 1e-6);
  ck_assert_ptr_null(s[REIN_SCORE_NO_CHANGE].no_interval); /* eight people are units */
  ck_assert_double_eq(s[REIN_SCORE_DIRECTION].value, 1.0);
  ck_assert_ptr_nonnull(strstr(judged_text(&v), " 8 within "));
}
END_TEST

/* Each period has noise of its own (2) after, gains (3) are the person's; the state before is the same in
 * both arms and cancels, but for what was measured of it: 103 against 99 takes 4 off. */
START_TEST(test_spread_within_people) {
  const judged_model model = {.base_between = "normal(sd: 10 mg)",
                              .gain_between = "normal(sd: 0.1 1)",
                              .noise = "additive(sd: 2 mg)"};
  const judged_scenario scenario = {
      .cohort = "{n: 4000}", .arms = "{up: up, none: none}", .expect = "{rule: verdict/1}", .n_of_1 = true};
  for (int n = 1; n <= 2; n++) {
    judged_get()->table.n = 0;
    start_periods();
    for (int i = 0; i < 5; i++)
      for (int p = 1; p <= n; p++) period("up", i, p, 103, 130), period("none", i, p, 99, 100);
    judged_write_model(&model);
    judged_write_scenario(&scenario);
    const rein_validation v = judged_report();
    const rein_validation_effect *e = effect_at(&v, 10);
    ck_assert_double_eq_tol(e->predicted, 26.0, 0.3);
    ck_assert_double_eq_tol(e->high - e->low, 2 * Z90 * sqrt((9.0 + 2 * 4.0 / n) / 5), 0.5);
    /* of one person */
    ck_assert_double_eq_tol(e->row.score[REIN_SCORE_WIDTH_90].value, 2 * Z90 * sqrt(9.0 + 2 * 4.0 / n), 0.8);
  }
}
END_TEST

/* A change is from the state before of its own period. */
START_TEST(test_period_has_its_own_state_before) {
  const judged_model model = {.base_between = "normal(sd: 10 mg)", .noise = "additive(sd: 0.1 mg)"};
  const judged_scenario scenario = {.cohort = "{n: 4000}", .arms = "{up: up}", .n_of_1 = true};
  const rein_validate_options options = {.individual_data = true};
  rein_validation v;
  start_periods();
  period("up", 1, 1, 100, 130), period("up", 1, 2, 110, 140);
  judged_write_model(&model);
  judged_write_scenario(&scenario);
  ck_assert_int_eq(judged_validate(&options, &v), REIN_OK);
  ck_assert_int_eq(judged_row(&v, "", NAN)->n_point, 2);
  ck_assert_double_eq_tol(judged_row(&v, "", NAN)->score[REIN_SCORE_ERROR].value, 0.0, 0.1);
  ck_assert_int_eq(v.n_effect, 0); /* the other arm has no rows */
}
END_TEST

START_TEST(test_few_people_within_are_kept_back) {
  const judged_model model = {.noise = "none"};
  const judged_scenario scenario = {.cohort = "typical", .arms = "{up: up, none: none}", .n_of_1 = true};
  const rein_validate_options options = {.individual_data = true};
  start_periods();
  for (int i = 0; i < 4; i++) period("up", i, 1, 100, 130.5), period("none", i, 1, 100, 101);
  judged_write_model(&model);
  judged_write_scenario(&scenario);
  rein_validation v = judged_report();
  for (int i = 0; i < 2; i++) ck_assert(v.effect[i].row.suppressed);
  ck_assert_ptr_null(strstr(judged_text(&v), "29.5"));
  ck_assert_int_eq(judged_validate(&options, &v), REIN_OK);
  ck_assert_double_eq_tol(effect_at(&v, 10)->observed, 29.5, 1e-9);
}
END_TEST

/* Person 1: 31 - 98 and 36 - 101 against 4 and -3, so -66.5; person 2: -48 and -50 against -3 and 3, so -49.
 */
START_TEST(test_the_periods_of_the_page_run) {
  const char *at = strstr(judged_read_text("docs/validation-method.md"), "### Periods of one person");
  const rein_validate_options options = {.individual_data = true};
  rein_validation v;
  ck_assert_ptr_nonnull(at);
  judged_write("periods.csv", judged_next_block(&at));
  judged_write("periods.yaml", judged_next_block(&at));
  judged_write("s.yaml", judged_next_block(&at));
  ck_assert_msg(judged_validate(&options, &v) == REIN_OK && rein_diag_n_warning(judged_get()->diag) == 0,
                "%s", judged_messages());
  const rein_validation_effect *e = effect_at(&v, 168);
  ck_assert_int_eq(e->row.n_point, 2);
  ck_assert_double_eq_tol(e->observed, -0.5 * (66.5 + 49), 1e-9);
  ck_assert(isnan(e->observed_low) && isnan(e->observed_high)); /* of two people */
  ck_assert_ptr_nonnull(strstr(judged_text(&v), "-57.75 [n/a: fewer than 8 people]"));
  ck_assert_int_eq(e->n_missing, 0);
  ck_assert_double_lt(e->high, 0); /* warfarin lowers it */
}
END_TEST

START_TEST(test_means_tell_nothing_within_people) {
  const judged_model model = {.noise = "none"};
  const judged_scenario scenario = {.cohort = "{n: 100}",
                                    .arms = "{up: up, none: none}",
                                    .baseline = "baseline: {y_measured: 100 mg}\n",
                                    .n_of_1 = true};
  judged_start_groups();
  judged_group("up", 10, 128, 10, 25), judged_group("none", 10, 101, 5, 25);
  judged_write_model(&model);
  judged_write_scenario(&scenario);
  const rein_validation v = judged_report();
  ck_assert_int_eq(v.n_effect, 0);
  ck_assert_ptr_nonnull(strstr(judged_text(&v), "effects n/a: means do not tell of contrasts within people"));
}
END_TEST

Suite *rein_suite_validate_effect(void) {
  Suite *suite = suite_create("validate_effect");
  TCase *tcase = tcase_create("validate_effect");
  tcase_add_checked_fixture(tcase, judged_setup, judged_teardown);
  tcase_set_timeout(tcase, 120);
  tcase_add_test(tcase, test_effect_of_groups_by_hand);
  tcase_add_test(tcase, test_spread_of_an_effect);
  tcase_add_test(tcase, test_effect_of_people_by_hand);
  tcase_add_test(tcase, test_spread_of_an_effect_of_people);
  tcase_add_test(tcase, test_what_is_no_effect);
  tcase_add_test(tcase, test_arms_that_share_simulated_people);
  tcase_add_test(tcase, test_small_arms_are_kept_back);
  tcase_add_test(tcase, test_within_people_by_hand);
  tcase_add_test(tcase, test_spread_within_people);
  tcase_add_test(tcase, test_period_has_its_own_state_before);
  tcase_add_test(tcase, test_few_people_within_are_kept_back);
  tcase_add_test(tcase, test_the_periods_of_the_page_run);
  tcase_add_test(tcase, test_means_tell_nothing_within_people);
  suite_add_tcase(suite, tcase);
  return suite;
}
