/* Report pages: whole, closed in themselves, without a person in them, the same bytes for the same input.
 * Runs the built program on a model and data made by the test. */
#include <check.h>
#include <stdio.h>
#include <string.h>

#include "tests/src/report/page_check.h"
#include "tests/src/study/validate_fixture.h"

static const judged_model truth = {
    .base_between = "normal(sd: 10 mg)", .gain_between = "normal(sd: 0.1 1)", .noise = "additive(sd: 2 mg)"};

static void write_case(int n_people) {
  const judged_scenario scenario = {
      .cohort = "{n: 500}", .arms = "{up: up, none: none, down: down}", .expect = "{rule: verdict/1}"};
  judged_people_of_truth(n_people, 10, 0.1, 2);
  judged_write_model(&truth);
  judged_write_scenario(&scenario);
}

/* The page of the comparison; further options in `more`. */
static const char *validation_page(const char *more) {
  ck_assert_msg(judged_run("report %s -o %s %s", more, judged_at("r.html"), judged_at("s.yaml")) == 0, "%s",
                judged_read("err"));
  return judged_read("r.html");
}

START_TEST(test_validation_page) {
  static const char *const order[] = {"id=\"asked\"",      "id=\"verdict\"",     "id=\"pictures\"",
                                      "id=\"scores\"",     "id=\"calibration\"", "id=\"evidence\"",
                                      "id=\"provenance\"", "id=\"boundary\"",    "</main>"};
  write_case(8);
  const char *page = validation_page(""), *place = page;
  page_check(page);
  for (size_t k = 0; k < sizeof order / sizeof *order; k++)
    ck_assert_msg((place = strstr(place, order[k])) != NULL, "%s is missing or out of order", order[k]);
  /* a page and 'rein validate' say the same */
  ck_assert_int_eq(judged_run("validate %s", judged_at("s.yaml")), 0);
  const char *text = judged_read("out"), *verdict = strstr(text, "\nverdict s: ") + strlen("\nverdict s: ");
  const char *said =
      rein_arena_printf(judged_get()->arena, "\">%.*s</p>", (int)strcspn(verdict, "\n"), verdict);
  ck_assert_ptr_nonnull(strstr(page, said));
  ck_assert_ptr_nonnull(strstr(page, "observed mean and SD of at least 5 people"));
  ck_assert_ptr_nonnull(strstr(page, "Where the model fails"));
  ck_assert_ptr_nonnull(strstr(validation_page("--why"), "misses: "));
  ck_assert_ptr_nonnull(strstr(page, "assumed: 4  base gain drift rate"));
  ck_assert_int_eq(page_count(page, "<svg "), 2); /* trajectories, calibration */
}
END_TEST

START_TEST(test_same_input_same_bytes) {
  write_case(8);
  const char *first = validation_page("--threads 1");
  ck_assert_str_eq(first, validation_page("--threads 2"));
}
END_TEST

/* What must not be in a page: who people are, where files are, single measurements without leave. */
START_TEST(test_no_person_in_a_page) {
  write_case(4);
  const char *few = validation_page(""), *all;
  ck_assert_ptr_null(strstr(few, "planted"));
  ck_assert_ptr_null(strstr(few, judged_get()->folder));
  ck_assert_ptr_nonnull(strstr(few, "n/a: fewer than 5 people")); /* each arm has four */
  ck_assert_ptr_nonnull(strstr(few, "Held back are 36 observed values"));
  all = validation_page("--individual-data");
  page_check(all);
  ck_assert_ptr_null(strstr(all, "planted"));
  ck_assert_ptr_nonnull(strstr(all, "observed individuals"));
  ck_assert_ptr_null(strstr(all, "Held back"));
}
END_TEST

START_TEST(test_groups) {
  const judged_scenario scenario = {
      .cohort = "{n: 500}", .arms = "{up: up, none: none, down: down}", .expect = "{rule: verdict/1}"};
  judged_start_groups();
  for (int t = 0; t <= 20; t += 10) judged_group("up", t, 100 + 3 * t, 10, 20);
  for (int t = 0; t <= 20; t += 10) judged_group("down", t, 100 - 3 * t, 10, 4);
  judged_write_model(&truth);
  judged_write_scenario(&scenario);
  const char *page = validation_page("");
  page_check(page);
  ck_assert_ptr_nonnull(strstr(page, "5 to 95 % of what was predicted of this mean"));
  ck_assert_ptr_nonnull(strstr(page, "Held back are 3 observed values"));
  ck_assert_ptr_nonnull(strstr(page, "n/a: fewer than 5 people")); /* what the small group is in */
}
END_TEST

static void replace(const char *file, const char *from, const char *to) {
  const char *text = judged_read(file), *place = strstr(text, from);
  ck_assert_ptr_nonnull(place);
  judged_write(file, rein_arena_printf(judged_get()->arena, "%.*s%s%s", (int)(place - text), text, to,
                                       place + strlen(from)));
}

/* Text of a file is text on the page, wherever it goes. */
START_TEST(test_hostile_titles) {
  write_case(8);
  replace("s.yaml", "name: s\n", "name: s\ntitle: \"<script>alert(1)</script><img src=x onerror=y>\"\n");
  replace("s.yaml", "  up: {", "  up: {title: \"</svg><script>\", ");
  replace("d.yaml", "made by a test", "'\"><iframe srcdoc=\"x\">'");
  replace("m.yaml", "observables:\n  y_measured: {",
          "observables:\n  y_measured: {title: \"</title><script>\", ");
  const char *page = validation_page("");
  page_check(page);
  ck_assert_ptr_nonnull(
      strstr(page, "<h1>&lt;script&gt;alert(1)&lt;/script&gt;&lt;img src=x onerror=y&gt;</h1>"));
  ck_assert_int_eq(judged_run("run -q -o %s %s", judged_at("study"), judged_at("s.yaml")), 0);
  ck_assert_msg(judged_run("report -o %s %s", judged_at("q.html"), judged_at("study")) == 0, "%s",
                judged_read("err"));
  page_check(judged_read("q.html"));
}
END_TEST

START_TEST(test_study_page) {
  write_case(8);
  ck_assert_int_eq(judged_run("run -q -o %s %s", judged_at("study"), judged_at("s.yaml")), 0);
  ck_assert_msg(judged_run("report -o %s %s", judged_at("q.html"), judged_at("study")) == 0, "%s",
                judged_read("err"));
  const char *page = judged_read("q.html");
  page_check(page);
  /* 3 mg/h over 20 h: everybody goes up by about 60, and nobody moves without an action */
  ck_assert_ptr_nonnull(strstr(page, "<td>0 down, 0 unchanged, 100 up</td>"));
  ck_assert_ptr_nonnull(strstr(page, "<td>0 down, 100 unchanged, 0 up</td>"));
  ck_assert_ptr_nonnull(strstr(page, "<td>100 down, 0 unchanged, 0 up</td>"));
  ck_assert_ptr_nonnull(strstr(page, "1500 simulations: 1500 fine"));
  ck_assert_ptr_nonnull(strstr(page, "<dt>model_hash</dt>"));
  ck_assert_ptr_nonnull(strstr(page, "assumed: 4  base gain drift rate"));
  ck_assert_ptr_null(strstr(page, judged_get()->folder));
  ck_assert_int_eq(judged_run("report -o %s %s", judged_at("q2.html"), judged_at("study")), 0);
  ck_assert_str_eq(page, judged_read("q2.html"));
}
END_TEST

/* A cohort that is a table of few people: nothing of them, nor their ids, without leave. */
START_TEST(test_small_table_of_people) {
  write_case(8);
  judged_write("people.csv", "id,weight\nplanted1,70\nplanted2,71\nplanted3,72\n");
  replace("s.yaml", "cohort: {n: 500}", "cohort: {table: people.csv, id: id, columns: {}, replicates: 4}");
  ck_assert_msg(judged_run("run -q -o %s %s", judged_at("study"), judged_at("s.yaml")) == 0, "%s",
                judged_read("err"));
  ck_assert_msg(judged_run("report -o %s %s", judged_at("q.html"), judged_at("study")) == 0, "%s",
                judged_read("err"));
  const char *page = judged_read("q.html");
  page_check(page);
  ck_assert_ptr_null(strstr(page, "planted"));
  ck_assert_ptr_nonnull(strstr(page, "Held back: the cohort is a table of fewer than 5 people"));
  ck_assert_ptr_null(strstr(page, " up</td>")); /* no direction is told */
  ck_assert_int_eq(judged_run("report --individual-data -o %s %s", judged_at("q.html"), judged_at("study")),
                   0);
  ck_assert_ptr_nonnull(strstr(judged_read("q.html"), "<svg "));
  ck_assert_ptr_null(strstr(judged_read("q.html"), "planted"));
}
END_TEST

START_TEST(test_what_cannot_be_reported) {
  write_case(8);
  ck_assert_int_eq(judged_run("report -o %s %s", judged_at("r.html"), judged_at("missing.yaml")), 4);
  replace("s.yaml", "compare: {observed: d.yaml, arm: {up: up, none: none, down: down}}\n", "");
  ck_assert_int_eq(judged_run("report -o %s %s", judged_at("r.html"), judged_at("s.yaml")), 3);
  ck_assert_ptr_nonnull(strstr(judged_read("err"), "compares with nothing"));
}
END_TEST

Suite *rein_suite_report(void) {
  Suite *suite = suite_create("report");
  TCase *tcase = tcase_create("report");
  tcase_add_checked_fixture(tcase, judged_setup, judged_teardown);
  tcase_set_timeout(tcase, 60);
  tcase_add_test(tcase, test_validation_page);
  tcase_add_test(tcase, test_same_input_same_bytes);
  tcase_add_test(tcase, test_no_person_in_a_page);
  tcase_add_test(tcase, test_groups);
  tcase_add_test(tcase, test_hostile_titles);
  tcase_add_test(tcase, test_study_page);
  tcase_add_test(tcase, test_small_table_of_people);
  tcase_add_test(tcase, test_what_cannot_be_reported);
  suite_add_tcase(suite, tcase);
  return suite;
}
