/* Observed data as records: the schema, numbers by hand, versions, refusals, privacy. */
#include <check.h>
#include <jansson.h>
#include <string.h>

#include "src/base/sha256.h"
#include "src/study/observed_records.h"
#include "tests/src/record/study_fixture.h"
#include "tests/src/study/validate_fixture.h"

static const judged_model truth = {.noise = "additive(sd: 2 mg)"};
static const judged_scenario up_only = {
    .cohort = "{n: 20}", .arms = "{up: up}", .expect = "{rule: verdict/1}"};

static rein_status records(const rein_source *before, bool individual_data, rein_text *out) {
  rein_validate_job *job;
  judged *f = judged_get();
  rein_text_init(out, f->arena);
  judged_write_model(&truth);
  judged_write_scenario(&up_only);
  ck_assert_int_eq(rein_validate_prepare(f->arena, f->units,
                                         rein_arena_printf(f->arena, "%s/s.yaml", f->folder), NULL, f->diag,
                                         &job),
                   REIN_OK);
  return rein_observed_records(job, before, individual_data, f->diag, out);
}

static json_t *only_record(const char *line) {
  json_error_t error;
  json_t *record = json_loads(line, 0, &error),
         *schema = json_load_file("docs/transition.schema.json", 0, &error);
  ck_assert_msg(record && schema, "%s", error.text);
  fixture_check_schema(record, schema, "record");
  json_decref(schema);
  return record;
}

START_TEST(test_a_person_without_what_nobody_measured) {
  rein_text text;
  judged_start_people();
  judged_person("up", 1, 0, 100), judged_person("up", 1, 10, 127.5);
  ck_assert_int_eq(records(NULL, true, &text), REIN_OK);
  ck_assert_ptr_null(strstr(text.bytes, "planted"));
  json_t *r = only_record(text.bytes), *q = json_array_get(json_object_get(r, "quantities"), 0);
  ck_assert_str_eq(json_string_value(json_object_get(r, "origin")), "observed");
  ck_assert_double_eq(json_real_value(json_object_get(q, "measured_before")), 100);
  ck_assert_double_eq(json_real_value(json_object_get(q, "measured_after")), 127.5);
  ck_assert(json_is_null(json_object_get(q, "after")) && json_is_null(json_object_get(r, "actions")));
  const char *key;
  json_t *why;
  json_object_foreach(json_object_get(r, "unknown"), key, why) ck_assert(json_is_string(why));
  ck_assert_str_eq(json_string_value(json_object_get(json_object_get(r, "unknown"), "quantities.effect")),
                   "counterfactual_not_observed");
  json_decref(r);
}
END_TEST

START_TEST(test_people_and_small_groups_need_leave) {
  rein_text text;
  judged_start_people();
  judged_person("up", 1, 0, 100), judged_person("up", 1, 10, 127.5);
  ck_assert_int_eq(records(NULL, false, &text), REIN_ERR_USAGE);
  ck_assert_str_eq(text.bytes, "");
  ck_assert_ptr_null(strstr(judged_messages(), "planted"));
}
END_TEST

START_TEST(test_a_second_version_and_duplicates) {
  rein_text first, again, second;
  char hash[65];
  judged *f = judged_get();
  judged_start_groups();
  judged_group("up", 0, 100, 5, 9), judged_group("up", 10, 130, 5, 9);
  ck_assert_int_eq(records(NULL, false, &first), REIN_OK);
  const rein_source *before = rein_source_create(f->arena, "r", first.bytes, first.n);
  judged_group("up", 20, 160, 5, 9);
  ck_assert_int_eq(records(before, false, &again), REIN_ERR_INPUT);
  ck_assert_str_eq(judged_messages(),
                   "rein: error: 1 of 2 records are in the file already; nothing was added\n");
  f->diag = rein_diag_create(f->arena);
  f->table.n = 0, f->table.bytes[0] = 0;
  judged_start_groups();
  judged_group("up", 0, 100, 5, 9), judged_group("up", 20, 160, 5, 9);
  ck_assert_int_eq(records(before, false, &second), REIN_OK);
  json_t *r = only_record(second.bytes), *about = json_object_get(r, "observed");
  rein_sha256_hex(first.bytes, first.n, hash);
  ck_assert_int_eq(json_integer_value(json_object_get(about, "version")), 2);
  ck_assert_str_eq(json_string_value(json_object_get(about, "previous")), hash);
  ck_assert_double_eq(json_number_value(json_object_get(about, "n_after")), 9);
  ck_assert(json_is_null(json_object_get(r, "individual")));
  json_decref(r);
}
END_TEST

Suite *rein_suite_observed_records(void);
Suite *rein_suite_observed_records(void) {
  Suite *suite = suite_create("observed_records");
  TCase *tcase = tcase_create("observed_records");
  tcase_add_checked_fixture(tcase, judged_setup, judged_teardown);
  tcase_set_timeout(tcase, 60);
  tcase_add_test(tcase, test_a_person_without_what_nobody_measured);
  tcase_add_test(tcase, test_people_and_small_groups_need_leave);
  tcase_add_test(tcase, test_a_second_version_and_duplicates);
  suite_add_tcase(suite, tcase);
  return suite;
}
