/* Why a model misses: changes whose size is known by hand, and residuals that were made to follow a number of
 * the people. */
#include <check.h>
#include <math.h>
#include <string.h>

#include "tests/src/study/validate_fixture.h"

static const rein_validate_options WHY = {.why = true};

static rein_validation why_of(const judged_model *model, const judged_scenario *scenario) {
  rein_validation v;
  judged_write_model(model);
  judged_write_scenario(scenario);
  const rein_status status = judged_validate(&WHY, &v);
  ck_assert_msg(status == REIN_OK, "%s", judged_messages());
  ck_assert_ptr_nonnull(v.why);
  return v;
}

static const rein_why_change *change_of(const rein_why_miss *m, const char *name) {
  for (int k = 0; k < m->n_change; k++)
    if (strcmp(m->change[k].name, name) == 0) return &m->change[k];
  ck_abort_msg("no change of %s", name);
  return NULL;
}

/* Under 3 mg/h for 10 h the change is 30 gain + 10 drift; means of changes come with their SE. */
static const judged_scenario groups = {.cohort = "{n: 4000}",
                                       .arms = "{up: up}",
                                       .expect = "{rule: verdict/1}",
                                       .baseline = "baseline: {y_measured: 100 mg}\n"};

static void one_group(double mean) {
  judged_start_groups();
  judged_group("up", 10, mean, 1, 25);
}

/* +9 more than predicted: the gain by 0.3, 3 SD of its uncertainty, or the drift by 0.9 mg/h, 0.9 SD between
 * people. */
START_TEST(test_smallest_change_by_hand) {
  const judged_model model = {
      .noise = "none", .gain_uncertain = "normal(sd: 0.1 1)", .drift_between = "normal(sd: 1 mg/h)"};
  one_group(139);
  const rein_validation v = why_of(&model, &groups);
  ck_assert_int_eq(v.n_miss, 1);
  ck_assert_int_eq(v.why->n_miss, 1);
  const rein_why_miss *m = &v.why->miss[0];
  ck_assert_double_eq_tol(m->bias, -9.0, 0.5);
  ck_assert_int_eq(m->n_change, 2);
  ck_assert_int_eq(m->best, 0);
  ck_assert_str_eq(m->change[0].name, "drift");
  ck_assert(!m->change[0].uncertain && change_of(m, "gain")->uncertain);
  ck_assert_double_eq_tol(m->change[0].x, -m->bias / 10, 0.05);
  ck_assert_double_eq_tol(m->change[0].to, -m->bias / 10, 0.05);
  ck_assert_double_eq_tol(change_of(m, "gain")->x, -m->bias / 3, 1e-4);
  ck_assert_double_eq_tol(change_of(m, "gain")->to, 1 - m->bias / 30, 1e-5);
  ck_assert(change_of(m, "gain")->simulated);
  ck_assert_double_lt(fabs(m->change[0].bias_left), 0.5);
  /* base has nothing stated; rate is written by the action. */
  ck_assert_int_eq(v.why->n_considered, 2);
  ck_assert_int_eq(v.why->n_silent, 1);
  ck_assert_str_eq(v.why->silent[0], "base");
  ck_assert_ptr_nonnull(strstr(judged_text(&v), "would explain it; simulated again"));
  ck_assert_ptr_null(strstr(judged_text(&v), "is wrong"));
}
END_TEST

/* On the scale of the logarithm: 33 / 30 is ln 1.1 / sd SDs. */
START_TEST(test_change_of_a_lognormal_parameter) {
  const judged_model model = {.noise = "none", .gain_uncertain = "lognormal(cv: 5 %)"};
  one_group(133);
  const rein_validation v = why_of(&model, &groups);
  const rein_why_miss *m = &v.why->miss[0];
  const double x = log(1.0 - m->bias / 30) / sqrt(log(1.0 + 0.05 * 0.05));
  ck_assert_double_eq_tol(m->bias, -3.0, 0.05);
  ck_assert_int_eq(m->best, 0);
  ck_assert_double_eq_tol(m->change[0].x, x, 0.1); /* the cohort may be met a twentieth beside it */
  ck_assert_double_eq_tol(m->change[0].to, exp(m->change[0].x * sqrt(log(1.0 + 0.05 * 0.05))), 1e-9);
}
END_TEST

START_TEST(test_nothing_within_four_sds) {
  const judged_model model = {.noise = "none", .gain_uncertain = "normal(sd: 0.01 1)"},
                     mute = {.noise = "none"};
  one_group(133);
  rein_validation v = why_of(&model, &groups); /* 10 SD */
  ck_assert_int_eq(v.why->miss[0].n_change, 0);
  ck_assert_int_eq(v.why->miss[0].best, -1);
  ck_assert_ptr_nonnull(strstr(judged_text(&v), "no single parameter within 4 SD explains it"));
  v = why_of(&mute, &groups);
  ck_assert_int_eq(v.why->n_considered, 0);
  ck_assert_int_eq(v.why->n_silent, 3);
  ck_assert_ptr_nonnull(strstr(judged_text(&v), "n/a: no parameter has a stated uncertainty"));
}
END_TEST

START_TEST(test_bounds_hold) {
  const judged_model model = {.noise = "none", .gain_uncertain = "normal(sd: 0.1 1, high: 1.25 1)"};
  one_group(139); /* needs 1.3 */
  const rein_validation v = why_of(&model, &groups);
  ck_assert_int_eq(v.why->miss[0].n_change, 0);
}
END_TEST

START_TEST(test_no_miss_and_not_asked) {
  const judged_model model = {.noise = "none", .gain_uncertain = "normal(sd: 0.1 1)"};
  one_group(130.1);
  rein_validation v = why_of(&model, &groups);
  ck_assert_int_eq(v.n_miss, 0);
  ck_assert_int_eq(v.why->n_miss, 0);
  judged_write("d.csv",
               "study,arm,n,observable,unit,time,time_unit,mean,sd\ns1,up,25,y_measured,mg,10,h,139,1\n");
  v = judged_report();
  ck_assert_int_eq(v.n_miss, 1);
  ck_assert_ptr_null(v.why);
  ck_assert_ptr_nonnull(strstr(judged_text(&v), "--why looks for the smallest change"));
}
END_TEST

/* Ten people, 6 more than predicted in the mean, whose state before is measured with noise. */
START_TEST(test_miss_of_people) {
  const judged_model model = {.base_between = "normal(sd: 10 mg)",
                              .gain_uncertain = "normal(sd: 0.1 1)",
                              .noise = "additive(sd: 2 mg)"};
  const judged_scenario scenario = {.cohort = "{n: 2000}", .arms = "{up: up}", .expect = "{rule: verdict/1}"};
  judged_start_people();
  for (int i = 0; i < 10; i++) judged_person("up", i, 0, 100), judged_person("up", i, 10, 135.5 + i / 9.0);
  const rein_validation v = why_of(&model, &scenario);
  const rein_why_miss *m = &v.why->miss[0];
  ck_assert_int_eq(v.n_miss, 1);
  ck_assert_double_eq_tol(m->bias, -6.0, 0.3);
  ck_assert_int_eq(m->best, 0);
  ck_assert_str_eq(m->change[0].name, "gain");
  ck_assert_double_eq_tol(m->change[0].x, 2.0, 0.2);
  ck_assert_double_lt(fabs(m->change[0].bias_left), 0.3);
}
END_TEST

START_TEST(test_the_same_for_any_number_of_threads) {
  const judged_model model = {
      .noise = "none", .gain_uncertain = "lognormal(cv: 5 %)", .drift_between = "normal(sd: 1 mg/h)"};
  const char *text[2];
  one_group(139);
  judged_write_model(&model);
  judged_write_scenario(&groups);
  for (int i = 0; i < 2; i++) {
    rein_validation v;
    const rein_validate_options options = {.why = true, .n_thread = 1 + i};
    ck_assert_int_eq(judged_validate(&options, &v), REIN_OK);
    text[i] = judged_text(&v);
  }
  ck_assert_str_eq(text[0], text[1]);
}
END_TEST

/* ---- residuals by covariate ---- */

/* Predicted is N(130, 2^2) after an exact state before, observed 130 + 2 c: the residual is c. `b` has its
 * ranks in pairs exchanged: rho = 1 - 6 * 10 / 990. */
START_TEST(test_residuals_follow_a_covariate) {
  static const int b[10] = {2, 1, 4, 3, 6, 5, 8, 7, 10, 9};
  const judged_model model = {.noise = "additive(sd: 2 mg)"};
  const judged_scenario scenario = {.cohort = "{table: people.csv, id: id, columns: {}, replicates: 1000}",
                                    .arms = "{up: up}"};
  rein_text people;
  rein_text_init(&people, judged_get()->arena);
  rein_text_add(&people, "id,c,b,sex,same\n");
  judged_start_people();
  for (int i = 0; i < 10; i++) {
    const double c = 0.5 * (i - 4.5);
    rein_text_printf(&people, "planted%d,%g,%d,%s,7\n", i, c, b[i], i < 5 ? "female" : "male");
    judged_person("up", i, 0, 100), judged_person("up", i, 10, 130 + 2 * c);
  }
  judged_write("people.csv", people.bytes);
  judged_write_model(&model);
  judged_write_scenario(&scenario);
  const rein_validation v = judged_report();
  ck_assert_int_eq(v.n_trend, 3);
  const rein_validation_trend *t = v.trend;
  ck_assert_str_eq(t[0].covariate, "c");
  ck_assert_int_eq(t[0].n_person, 10);
  ck_assert_double_eq_tol(t[0].slope.value, 1.0, 0.07);
  ck_assert_double_eq_tol(t[0].rank.value, 1.0, 1e-12);
  ck_assert(t[0].slope.low > 0.85 && t[0].slope.high < 1.15);
  ck_assert_str_eq(t[1].covariate, "b");
  ck_assert_double_eq_tol(t[1].rank.value, 1.0 - 60.0 / 990, 1e-9);
  ck_assert(t[1].rank.low < t[1].rank.value && t[1].rank.high > t[1].rank.value);
  ck_assert(t[2].is_words);
  ck_assert_double_eq_tol(t[2].slope.value, 2.5, 0.2); /* difference of the halves' means */
  ck_assert_ptr_nonnull(strstr(judged_text(&v), "by chance alone about 0.15 of their 95 % intervals"));
  ck_assert_ptr_null(strstr(judged_text(&v), "female"));
  ck_assert_ptr_null(strstr(judged_text(&v), "planted"));
}
END_TEST

START_TEST(test_without_covariates) {
  const judged_model model = {.noise = "none", .gain_uncertain = "normal(sd: 0.1 1)"};
  one_group(130.1);
  rein_validation v = why_of(&model, &groups);
  ck_assert_str_eq(v.no_trend, "means of groups have no covariates");
  ck_assert_ptr_nonnull(strstr(judged_text(&v), "residuals by covariate n/a: means of groups"));
}
END_TEST

Suite *rein_suite_validate_why(void) {
  Suite *suite = suite_create("validate_why");
  TCase *tcase = tcase_create("validate_why");
  tcase_add_checked_fixture(tcase, judged_setup, judged_teardown);
  tcase_set_timeout(tcase, 120);
  tcase_add_test(tcase, test_smallest_change_by_hand);
  tcase_add_test(tcase, test_change_of_a_lognormal_parameter);
  tcase_add_test(tcase, test_nothing_within_four_sds);
  tcase_add_test(tcase, test_bounds_hold);
  tcase_add_test(tcase, test_no_miss_and_not_asked);
  tcase_add_test(tcase, test_miss_of_people);
  tcase_add_test(tcase, test_the_same_for_any_number_of_threads);
  tcase_add_test(tcase, test_residuals_follow_a_covariate);
  tcase_add_test(tcase, test_without_covariates);
  suite_add_tcase(suite, tcase);
  return suite;
}
