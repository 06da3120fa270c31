/* Where people leave: scores of those who stayed, by hand. */
#include <check.h>
#include <math.h>
#include <string.h>

#include "tests/src/study/validate_fixture.h"

static const judged_model exact = {.noise = "none"};

static const rein_validation_row *completers_at(const rein_validation *v, double time) {
  for (int i = 0; i < v->n_completer; i++)
    if (fabs(v->completer[i].time - time) < 1e-9) return &v->completer[i];
  ck_abort_msg("no such row");
  return NULL;
}

/* Twelve people; +30 and +60 are predicted. Those who stay have 3 less after 10 h, those who leave 5 more. */
static void twelve(int n_stay) {
  judged_start_people();
  for (int i = 0; i < 12; i++) {
    judged_person("up", i, 0, 100), judged_person("up", i, 10, i < n_stay ? 127 : 135);
    if (i < n_stay) judged_person("up", i, 20, 160);
  }
}

START_TEST(test_people_who_stay) {
  const judged_scenario scenario = {.cohort = "typical", .arms = "{up: up}", .expect = "{rule: verdict/1}"};
  twelve(6);
  judged_write_model(&exact);
  judged_write_scenario(&scenario);
  const rein_validation v = judged_report();
  ck_assert_int_eq(v.n_completer, 2);
  const rein_validation_row *row = completers_at(&v, 10);
  ck_assert_int_eq(row->n_point, 6);
  ck_assert_double_eq_tol(row->score[REIN_SCORE_BIAS].value, 3.0, 1e-6);
  ck_assert_double_eq_tol(judged_row(&v, "up", 10)->score[REIN_SCORE_BIAS].value, -1.0, 1e-6);
  ck_assert_double_eq_tol(row->score[REIN_SCORE_NO_CHANGE].value, 1.0 - 3.0 / 27, 1e-6);
  ck_assert_double_eq_tol(completers_at(&v, 20)->score[REIN_SCORE_BIAS].value, 0.0, 1e-6);
  ck_assert_ptr_nonnull(strstr(judged_text(&v), "\n    completers "));
  ck_assert_int_eq(judged_row(&v, "", NAN)->n_point, 18); /* all, as before */
}
END_TEST

/* Four who leave are few people again: all and completers would tell of them. */
START_TEST(test_few_who_leave_are_kept_back) {
  const judged_scenario scenario = {.cohort = "typical", .arms = "{up: up}"};
  twelve(8);
  judged_write_model(&exact);
  judged_write_scenario(&scenario);
  rein_validation v = judged_report();
  ck_assert(completers_at(&v, 10)->suppressed);
  ck_assert(!judged_row(&v, "up", 10)->suppressed);
  const rein_validate_options options = {.individual_data = true};
  ck_assert_int_eq(judged_validate(&options, &v), REIN_OK);
  ck_assert(!completers_at(&v, 10)->suppressed);
}
END_TEST

/* Measured at times of their own, a little before the last one: nobody left. */
START_TEST(test_nobody_leaves) {
  const judged_scenario scenario = {.cohort = "typical", .arms = "{up: up}"};
  judged_start_people();
  for (int i = 0; i < 6; i++) judged_person("up", i, 0, 100), judged_person("up", i, 19 + 0.2 * i, 150);
  judged_write_model(&exact);
  judged_write_scenario(&scenario);
  const rein_validation v = judged_report();
  ck_assert_int_eq(v.n_completer, 0);
  ck_assert_int_eq(v.n_leaving, 0);
}
END_TEST

/* ---- means ---- */

static rein_validation means(const char *rows) {
  const judged_scenario scenario = {.cohort = "{n: 200}", .arms = "{up: up}"};
  judged_start_groups();
  judged_write_model(&exact);
  judged_write_scenario(&scenario);
  judged_write("d.yaml",
               "data: d.csv\n"
               "columns: {arm: text, n: text, observable: text, unit: text, time: text, time_unit: "
               "text, mean: text, sd: text, population: text}\n"
               "source: {title: made by a test}\nlicence: none\n"
               "arms: {up: {assignment: unknown, actions: a, concurrent: none, adherence: unknown}}\n"
               "used_for_fitting: []\nrelation: external\n");
  judged_write("d.csv",
               rein_arena_printf(judged_get()->arena,
                                 "arm,observable,unit,time_unit,time,mean,sd,n,population\n%s", rows));
  return judged_report();
}

static const char all_rows[] = "up,y_measured,mg,h,0,100,5,20,all\nup,y_measured,mg,h,10,132,5,14,all\n";

START_TEST(test_means_of_completers) {
  rein_validation v = means(rein_arena_printf(
      judged_get()->arena, "%s%s", all_rows,
      "up,y_measured,mg,h,0,102,5,12,completers\nup,y_measured,mg,h,10,128,5,12,completers\n"));
  ck_assert_double_eq_tol(judged_row(&v, "up", 10)->score[REIN_SCORE_BIAS].value, 30.0 - 32, 1e-6);
  const rein_validation_row *row = completers_at(&v, 10);
  ck_assert_double_eq_tol(row->score[REIN_SCORE_BIAS].value, 30.0 - 26, 1e-6);
  ck_assert_double_eq(row->n_before, 12);
  ck_assert_double_eq(row->n_after, 12);
  ck_assert_int_eq(judged_row(&v, "", NAN)->n_point, 1);
}
END_TEST

START_TEST(test_only_one_of_the_two) {
  rein_validation v = means(all_rows);
  ck_assert_int_eq(v.n_completer, 0);
  ck_assert_ptr_nonnull(strstr(judged_text(&v), "completers of up n/a: the data give means of all only"));
  v = means(rein_arena_printf(judged_get()->arena, "%s%s", all_rows,
                              "up,y_measured,mg,h,10,128,5,12,completers\n"));
  ck_assert_ptr_nonnull(
      strstr(judged_text(&v), "completers of up n/a: the data give no state before of completers"));
  v = means("up,y_measured,mg,h,0,102,5,12,completers\nup,y_measured,mg,h,10,128,5,12,completers\n");
  ck_assert_double_eq_tol(judged_row(&v, "up", 10)->score[REIN_SCORE_BIAS].value, 30.0 - 26, 1e-6);
  ck_assert_ptr_nonnull(strstr(judged_text(&v), "all of up n/a: the data give means of completers only"));
}
END_TEST

/* ---- who left ---- */

/* Changes are normal, 30 and SD 3. Of 200 people 140 stay: without the highest 0.3 of them their mean is
 * lower by phi(z) / 0.7 SDs, z the 0.7 quantile; without the lowest higher by as much. */
START_TEST(test_who_left_moves_the_mean) {
  const judged_model model = {.gain_between = "normal(sd: 0.1 1)", .noise = "none"};
  const judged_scenario scenario = {.cohort = "{n: 20000}", .arms = "{up: up}"};
  const double shift = 3.0 * 0.3477 / 0.7;
  judged_start_groups();
  judged_group("up", 0, 100, 10, 200), judged_group("up", 10, 131, 10, 140);
  judged_write_model(&model);
  judged_write_scenario(&scenario);
  const rein_validation v = judged_report();
  ck_assert_int_eq(v.n_lost, 1);
  const rein_validation_lost *l = &v.lost[0];
  ck_assert_double_eq(l->n_before, 200);
  ck_assert_double_eq(l->n_after, 140);
  ck_assert_double_eq_tol(l->observed, 31.0, 1e-9);
  ck_assert_double_eq_tol(l->at_random.middle, 30.0, 0.1);
  ck_assert_double_eq_tol(l->at_random.high - l->at_random.low, 2 * 1.644854 * 3.0 / sqrt(140), 0.12);
  ck_assert_double_eq_tol(l->highest_left.middle, 30.0 - shift, 0.1);
  ck_assert_double_eq_tol(l->lowest_left.middle, 30.0 + shift, 0.1);
  ck_assert_double_lt(l->highest_left.high, l->at_random.middle);
  ck_assert_ptr_nonnull(strstr(judged_text(&v), "60 of 200"));
}
END_TEST

static rein_validation lost_of(const char *rows) {
  const judged_scenario scenario = {.cohort = "{n: 200}", .arms = "{up: up}"};
  judged_start_groups();
  judged_write_model(&exact);
  judged_write_scenario(&scenario);
  judged_write("d.yaml",
               "data: d.csv\n"
               "columns: {arm: text, n: text, observable: text, unit: text, time: text, time_unit: "
               "text, mean: text, se: text, lost: text}\n"
               "source: {title: made by a test}\nlicence: none\n"
               "arms: {up: {assignment: unknown, actions: a, concurrent: none, adherence: unknown}}\n"
               "used_for_fitting: []\nrelation: external\nbaseline: {y_measured: 100 mg}\n");
  judged_write("d.csv", rein_arena_printf(judged_get()->arena,
                                          "arm,observable,unit,time_unit,time,mean,se,n,lost\n%s", rows));
  return judged_report();
}

/* A mean that is of 25 people, 9 of whom had left: 16 are simulated at the end, and the published SE of 2 is
 * what it was; the people of the model are alike, so it is all the width there is, whoever left. */
START_TEST(test_lost_behind_a_mean) {
  rein_validation v = lost_of("up,y_measured,mg,h,10,128,2,25,9\n");
  ck_assert_int_eq(v.n_lost, 1);
  const rein_validation_lost *l = &v.lost[0];
  ck_assert_double_eq(l->n_before, 25);
  ck_assert_double_eq(l->n_after, 16);
  ck_assert_double_eq_tol(l->at_random.high - l->at_random.low, 2 * 1.644854 * 2.0, 0.5);
  ck_assert_double_eq_tol(l->highest_left.middle, 30.0, 0.3);
  ck_assert_double_eq(judged_row(&v, "up", 10)->n_before, 25);
  ck_assert_double_eq(judged_row(&v, "", NAN)->n_people, 25);
  v = lost_of("up,y_measured,mg,h,10,128,2,25,\n");
  ck_assert_int_eq(v.n_lost, 0);
  ck_assert_int_eq(v.n_leaving, 0);
  v = lost_of("up,y_measured,mg,h,10,128,2,25,21\n"); /* four are left */
  ck_assert(v.lost[0].suppressed);
  ck_assert_ptr_null(strstr(judged_text(&v), "observed_change"));
}
END_TEST

Suite *rein_suite_validate_completers(void) {
  Suite *suite = suite_create("validate_completers");
  TCase *tcase = tcase_create("validate_completers");
  tcase_add_checked_fixture(tcase, judged_setup, judged_teardown);
  tcase_set_timeout(tcase, 120);
  tcase_add_test(tcase, test_people_who_stay);
  tcase_add_test(tcase, test_few_who_leave_are_kept_back);
  tcase_add_test(tcase, test_nobody_leaves);
  tcase_add_test(tcase, test_means_of_completers);
  tcase_add_test(tcase, test_only_one_of_the_two);
  tcase_add_test(tcase, test_who_left_moves_the_mean);
  tcase_add_test(tcase, test_lost_behind_a_mean);
  suite_add_tcase(suite, tcase);
  return suite;
}
