/* rein validate: exit codes whatever the verdict, JSON that can be read, Markdown for several, and no person
 * in any output. */
#include <check.h>
#include <jansson.h>
#include <string.h>

#include "tests/src/study/validate_fixture.h"

static const judged_model truth = {
    .base_between = "normal(sd: 10 mg)", .gain_between = "normal(sd: 0.1 1)", .noise = "additive(sd: 2 mg)"};

static void write_people(const char *arms, const judged_model *model) {
  const judged_scenario scenario = {.cohort = "{n: 500}", .arms = arms, .expect = "{rule: verdict/1}"};
  judged_people_of_truth(8, 10, 0.1, 2);
  judged_write_model(model);
  judged_write_scenario(&scenario);
}

START_TEST(test_verdicts_are_no_failures) {
  write_people("{up: none, none: down, down: up}", &truth);
  ck_assert_int_eq(judged_run("validate %s", judged_at("s.yaml")), 0);
  ck_assert_ptr_nonnull(strstr(judged_read("out"), "\nverdict s: not supported, on external data\n"));
  ck_assert_ptr_null(strstr(judged_read("out"), "planted"));
  ck_assert_ptr_null(strstr(judged_read("err"), "planted"));
}
END_TEST

START_TEST(test_json) {
  write_people("{up: up, none: none, down: down}", &truth);
  ck_assert_int_eq(judged_run("validate -o %s %s", judged_at("r.json"), judged_at("s.yaml")), 0);
  ck_assert_ptr_null(strstr(judged_read("r.json"), "planted"));
  ck_assert_ptr_null(strstr(judged_read("r.json"), judged_get()->folder));
  json_error_t error;
  json_t *report = json_load_file(judged_at("r.json"), 0, &error);
  ck_assert_msg(report != NULL, "%s", error.text);
  json_t *scores = json_object_get(report, "scores"), *all = json_array_get(scores, 0);
  ck_assert_str_eq(json_string_value(json_object_get(report, "report")), "validation/1");
  ck_assert_uint_eq(json_array_size(scores), 1 + 3 * 3); /* all; each arm, and at 10 and 20 h */
  ck_assert_int_eq(json_integer_value(json_object_get(all, "n_point")), 48);
  ck_assert(json_is_real(json_object_get(json_object_get(all, "crps"), "low")));
  ck_assert_uint_eq(strlen(json_string_value(json_object_get(report, "expect_hash"))), 64);
  json_decref(report);
}
END_TEST

START_TEST(test_failed_members_end_with_1) {
  judged_model model = truth;
  model.range = "[0 mg, 150 mg]";
  write_people("{up: up, none: none, down: down}", &model);
  ck_assert_int_eq(judged_run("validate %s", judged_at("s.yaml")), 1);
  ck_assert_ptr_null(strstr(judged_read("out"), "; 0 of 1500 failed"));
  ck_assert_int_eq(judged_run("validate %s", judged_at("missing.yaml")), 4);
}
END_TEST

START_TEST(test_markdown_of_several) {
  write_people("{up: up, none: none, down: down}", &truth);
  ck_assert_int_eq(judged_run("validate --format markdown -o %s %s %s", judged_at("v.md"),
                              judged_at("s.yaml"), judged_at("s.yaml")),
                   0);
  const char *last =
      strstr(judged_read("v.md"),
             "\n1 models, 2 comparisons, 2 of them external (different studies: 1, people: 24): ");
  ck_assert_ptr_nonnull(last);
  ck_assert_str_eq(judged_read("out"), "");
  ck_assert_int_eq(
      judged_run("validate -o %s %s %s", judged_at("v.json"), judged_at("s.yaml"), judged_at("s.yaml")), 2);
  ck_assert_int_eq(judged_run("validate --format html %s", judged_at("s.yaml")), 2);
}
END_TEST

Suite *rein_suite_cmd_validate(void) {
  Suite *suite = suite_create("cmd_validate");
  TCase *tcase = tcase_create("cmd_validate");
  tcase_add_checked_fixture(tcase, judged_setup, judged_teardown);
  tcase_set_timeout(tcase, 60);
  tcase_add_test(tcase, test_verdicts_are_no_failures);
  tcase_add_test(tcase, test_json);
  tcase_add_test(tcase, test_failed_members_end_with_1);
  tcase_add_test(tcase, test_markdown_of_several);
  suite_add_tcase(suite, tcase);
  return suite;
}
