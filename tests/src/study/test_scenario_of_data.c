/* Which scenario compares with a file of data: the only one of the model's folder, or the one that is said.
 */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "src/base/files.h"
#include "src/study/scenario_of_data.h"

Suite *rein_suite_scenario_of_data(void);

static char folder[64];
static rein_arena *arena;
static rein_diag *diag;

static const char *at(const char *name) {
  return rein_arena_printf(arena, "%s/%s", folder, name);
}

static void write_file(const char *name, const char *text) {
  ck_assert_int_eq(rein_files_write(at(name), text, strlen(text), diag), REIN_OK);
}

static void write_scenario(const char *name, const char *observed) {
  write_file(name, rein_arena_printf(arena, "rein: scenario/1\ncompare: {observed: %s}\n", observed));
}

static void setup(void) {
  static const char *const inside[] = {"observed", "validate", "steer"};
  strcpy(folder, "/tmp/rein-data-XXXXXX");
  ck_assert_ptr_nonnull(mkdtemp(folder));
  arena = rein_arena_create();
  diag = rein_diag_create(arena);
  for (int i = 0; i < 3; i++) ck_assert_int_eq(rein_files_make_folder(at(inside[i]), 0700, diag), REIN_OK);
  write_file("model.yaml", "rein: model/1\n");
  write_file("observed/d.csv", "time\n1\n");
  write_file("observed/e.csv", "time\n1\n");
  write_file("observed/d.yaml", "data: d.csv\n");
  write_file("steer/goals.yaml", "rein: steer/1\nscenario: x\n");
  write_file("validate/broken.yaml", "rein: [scenario/1\n");
  write_scenario("validate/s.yaml", "../observed/d.yaml");
}

static void teardown(void) {
  ck_assert_int_eq(system(rein_arena_printf(arena, "rm -r %s", folder)), 0);
  rein_arena_destroy(arena);
}

static void expect(const char *data, const char *wanted, const char *found, const char *message) {
  const char *out = NULL;
  diag = rein_diag_create(arena);
  const rein_status status = rein_scenario_of_data(arena, at(data), wanted ? at(wanted) : NULL, diag, &out);
  rein_text text;
  rein_text_init(&text, arena);
  rein_diag_print(diag, &text);
  ck_assert_msg((status == REIN_OK) == (found != NULL), "%s", text.bytes);
  if (found) ck_assert_msg(rein_files_are_same(out, at(found)), "%s", out);
  if (message) ck_assert_msg(strstr(text.bytes, message), "%s", text.bytes);
}

START_TEST(test_the_only_one) {
  expect("observed/d.csv", NULL, "validate/s.yaml", NULL);
  expect("observed/d.yaml", NULL, "validate/s.yaml", NULL);
  expect("validate/../observed/d.csv", NULL, "validate/s.yaml", NULL);
  expect("observed/e.csv", NULL, NULL, "no scenario compares with");
  expect("observed/e.csv", NULL, NULL, "(5 YAML files in");
  expect("observed/none.csv", NULL, NULL, "No such file");
  write_scenario("other.yaml", "observed/d.csv");
  expect("observed/d.csv", NULL, NULL, "2 scenarios compare with");
  expect("observed/d.csv", NULL, NULL, "other.yaml'");
  expect("observed/d.csv", "other.yaml", "other.yaml", NULL);
}
END_TEST

START_TEST(test_the_one_that_is_said) {
  expect("observed/d.csv", "validate/s.yaml", "validate/s.yaml", NULL);
  expect("observed/e.csv", "validate/s.yaml", NULL, "not with");
  expect("observed/d.csv", "steer/goals.yaml", NULL, "is no scenario that compares with data");
  expect("observed/d.csv", "validate/none.yaml", NULL, "No such file");
}
END_TEST

START_TEST(test_what_is_data) {
  ck_assert(rein_is_observed_data(arena, at("observed/d.csv")));
  ck_assert(rein_is_observed_data(arena, at("observed/d.yaml")));
  ck_assert(!rein_is_observed_data(arena, at("validate/s.yaml")));
  ck_assert(!rein_is_observed_data(arena, at("validate/broken.yaml")));
  ck_assert(!rein_is_observed_data(arena, "warfarin"));
}
END_TEST

Suite *rein_suite_scenario_of_data(void) {
  Suite *suite = suite_create("scenario_of_data");
  TCase *tcase = tcase_create("scenario_of_data");
  tcase_add_checked_fixture(tcase, setup, teardown);
  tcase_add_test(tcase, test_the_only_one);
  tcase_add_test(tcase, test_the_one_that_is_said);
  tcase_add_test(tcase, test_what_is_data);
  suite_add_tcase(suite, tcase);
  return suite;
}
