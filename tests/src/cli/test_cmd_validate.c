/* rein validate: exit codes whatever the verdict, JSON that can be read, Markdown for several, and no person
 * in any output. */
#include <check.h>
#include <jansson.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#include "tests/src/study/validate_fixture.h"

static const judged_model truth = {
    .base_between = "normal(sd: 10 mg)", .gain_between = "normal(sd: 0.1 1)", .noise = "additive(sd: 2 mg)"};

static const char *at(const char *name) {
  return rein_arena_printf(judged_get()->arena, "%s/%s", judged_get()->folder, name);
}

/* Runs the program with these arguments, output to the folder's files `out` and `err`; its exit code. */
static int rein(const char *format, ...) __attribute__((format(printf, 1, 2)));
static int rein(const char *format, ...) {
  const char *program = getenv("REIN_TEST_PROGRAM");
  va_list args;
  va_start(args, format);
  const char *words = rein_arena_vprintf(judged_get()->arena, format, args);
  va_end(args);
  const char *command =
      rein_arena_printf(judged_get()->arena, "%s validate %s > %s 2> %s",
                        program ? program : "build/release/rein", words, at("out"), at("err"));
  return WEXITSTATUS(system(command));
}

static const char *text_of(const char *name) {
  static char text[1 << 18];
  FILE *file = fopen(at(name), "rb");
  ck_assert_ptr_nonnull(file);
  text[fread(text, 1, sizeof text - 1, file)] = 0;
  fclose(file);
  return text;
}

static void write_people(const char *arms, const judged_model *model) {
  const judged_scenario scenario = {.cohort = "{n: 500}", .arms = arms, .expect = "{rule: verdict/1}"};
  judged_people_of_truth(8, 10, 0.1, 2);
  judged_write_model(model);
  judged_write_scenario(&scenario);
}

START_TEST(test_verdicts_are_no_failures) {
  write_people("{up: none, none: down, down: up}", &truth);
  ck_assert_int_eq(rein("%s", at("s.yaml")), 0);
  ck_assert_ptr_nonnull(strstr(text_of("out"), "\nverdict s: not supported, on external data\n"));
  ck_assert_ptr_null(strstr(text_of("out"), "planted"));
  ck_assert_ptr_null(strstr(text_of("err"), "planted"));
}
END_TEST

START_TEST(test_json) {
  write_people("{up: up, none: none, down: down}", &truth);
  ck_assert_int_eq(rein("-o %s %s", at("r.json"), at("s.yaml")), 0);
  ck_assert_ptr_null(strstr(text_of("r.json"), "planted"));
  ck_assert_ptr_null(strstr(text_of("r.json"), judged_get()->folder));
  json_error_t error;
  json_t *report = json_load_file(at("r.json"), 0, &error);
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
  ck_assert_int_eq(rein("%s", at("s.yaml")), 1);
  ck_assert_ptr_null(strstr(text_of("out"), "; 0 of 1500 failed"));
  ck_assert_int_eq(rein("%s", at("missing.yaml")), 4);
}
END_TEST

START_TEST(test_markdown_of_several) {
  write_people("{up: up, none: none, down: down}", &truth);
  ck_assert_int_eq(rein("--format markdown -o %s %s %s", at("v.md"), at("s.yaml"), at("s.yaml")), 0);
  const char *last = strstr(
      text_of("v.md"), "\n1 models, 2 comparisons, 2 of them external (different studies: 1, people: 24): ");
  ck_assert_ptr_nonnull(last);
  ck_assert_str_eq(text_of("out"), "");
  ck_assert_int_eq(rein("-o %s %s %s", at("v.json"), at("s.yaml"), at("s.yaml")), 2);
  ck_assert_int_eq(rein("--format html %s", at("s.yaml")), 2);
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
