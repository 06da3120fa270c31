/* What a picture of a comparison is made of, against closed forms: the model's y is normal, 100 + 3 t under
 * `up`, with SD 10 between people at the start, 0.1 in the gain and 2 of noise. */
#include <check.h>
#include <math.h>

#include "tests/src/study/validate_fixture.h"

static const judged_model truth = {
    .base_between = "normal(sd: 10 mg)", .gain_between = "normal(sd: 0.1 1)", .noise = "additive(sd: 2 mg)"};
static const judged_scenario scenario = {
    .cohort = "{n: 4000}", .arms = "{up: up, none: none, down: down}", .expect = "{rule: verdict/1}"};

static rein_validation report(bool individual_data) {
  const rein_validate_options options = {.pictures = true, .individual_data = individual_data};
  rein_validation v;
  judged_write_model(&truth);
  judged_write_scenario(&scenario);
  ck_assert_msg(judged_validate(&options, &v) == REIN_OK, "%s", judged_messages());
  return v;
}

START_TEST(test_bands) {
  judged_people_of_truth(8, 10, 0.1, 2);
  const rein_validation v = report(false);
  ck_assert_int_eq(v.n_panel, 3);
  const rein_validation_panel *up = &v.panel[0];
  const double sd = sqrt(10.0 * 10.0 + 6.0 * 6.0 + 2.0 * 2.0); /* at 20 h the gain's SD is 0.1 * 60 mg */
  const int last = up->n_time - 1;
  ck_assert_double_eq_tol(up->time[last], 20.0, 1e-12);
  ck_assert_double_eq_tol(up->quantile[0][last], 160.0 - 1.6449 * sd, 1.0);
  ck_assert_double_eq_tol(up->quantile[1][last], 160.0 - 0.6745 * sd, 1.0);
  ck_assert_double_eq_tol(up->quantile[2][last], 160.0, 1.0);
  ck_assert_double_eq_tol(up->quantile[4][last], 160.0 + 1.6449 * sd, 1.0);
}
END_TEST

/* Six people at 10 h have a mean and an SD; four at 20 h are held back, unless they may be shown, and with
 * them the six at 5 h, without whom the four could be worked out. */
START_TEST(test_means_of_people) {
  judged_start_people();
  for (int i = 1; i <= 6; i++) judged_person("up", i, 0.0, 100.0);
  for (int i = 1; i <= 6; i++) judged_person("up", i, 5.0, 110.0 + i);
  for (int i = 1; i <= 6; i++) judged_person("up", i, 10.0, 120.0 + i);
  for (int i = 1; i <= 4; i++) judged_person("up", i, 20.0, 150.0 + i);
  const rein_validation v = report(false);
  const rein_validation_panel *up = &v.panel[0];
  ck_assert_int_eq(v.n_panel, 1);
  ck_assert_int_eq(up->n_point, 2);
  ck_assert_int_eq(up->n_held_back, 10);
  ck_assert_double_eq_tol(up->point_time[1], 10.0, 1e-12);
  ck_assert_double_eq_tol(up->value[1], 123.5, 1e-9);
  ck_assert_double_eq_tol(up->sd[1], sqrt(3.5), 1e-9);
  const rein_validation all = report(true);
  ck_assert_int_eq(all.panel[0].n_point, 22);
  ck_assert_int_eq(all.panel[0].n_held_back, 0);
}
END_TEST

/* A mean of 20: its change varies by sqrt((6^2 + 2^2 + 2^2) / 20) at 20 h. */
START_TEST(test_what_is_predicted_of_a_mean) {
  judged_start_groups();
  for (int t = 0; t <= 20; t += 10) judged_group("up", t, 100 + 3 * t, 10, 20);
  const rein_validation v = report(false);
  const rein_validation_panel *up = &v.panel[0];
  const double sd = sqrt((36.0 + 4.0 + 4.0) / 20.0);
  ck_assert_int_eq(up->n_point, 3);
  ck_assert(isnan(up->low[0])); /* the state before is not predicted */
  ck_assert_double_eq_tol(up->low[2], 160.0 - 1.6449 * sd, 0.5);
  ck_assert_double_eq_tol(up->high[2], 160.0 + 1.6449 * sd, 0.5);
}
END_TEST

/* The curve says at 50, 90 and 95 % what the scores say, and no level covers less than a lower one. */
START_TEST(test_curve) {
  judged_people_of_truth(8, 10, 0.1, 2);
  const rein_validation v = report(false);
  const rein_validation_row *all = judged_row(&v, "", NAN);
  const rein_validation_level *c = all->curve;
  for (int i = 1; i < REIN_VALIDATE_N_LEVEL; i++) {
    ck_assert_double_gt(c[i].level, c[i - 1].level);
    ck_assert_double_ge(c[i].cover.value, c[i - 1].cover.value);
    ck_assert_double_gt(c[i].width.value, c[i - 1].width.value);
  }
  const int n = REIN_VALIDATE_N_LEVEL;
  ck_assert_double_eq(c[n - 1].cover.value, all->score[REIN_SCORE_COVER_95].value);
  ck_assert_double_eq(c[n - 2].cover.value, all->score[REIN_SCORE_COVER_90].value);
  ck_assert_double_eq(c[n - 2].cover.low, all->score[REIN_SCORE_COVER_90].low);
  ck_assert_double_eq(c[4].width.value, all->score[REIN_SCORE_WIDTH_50].value);
  ck_assert_ptr_null(judged_row(&v, "up", NAN)->curve);
}
END_TEST

Suite *rein_suite_validate_picture(void) {
  Suite *suite = suite_create("validate_picture");
  TCase *tcase = tcase_create("validate_picture");
  tcase_add_checked_fixture(tcase, judged_setup, judged_teardown);
  tcase_set_timeout(tcase, 60);
  tcase_add_test(tcase, test_bands);
  tcase_add_test(tcase, test_means_of_people);
  tcase_add_test(tcase, test_what_is_predicted_of_a_mean);
  tcase_add_test(tcase, test_curve);
  suite_add_tcase(suite, tcase);
  return suite;
}
