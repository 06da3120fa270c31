/* The generator of faults has to make what it says before anything is judged by it. */
#include <check.h>
#include <string.h>

#include "tests/src/study/validate_fixture.h"
#include "tests/src/study/why_not_cases.h"

static const char *table(why_not_fault fault, double size, uint64_t seed) {
  rein_text text;
  rein_text_init(&text, judged_get()->arena);
  why_not_write_table(fault, size, seed, &text);
  return text.bytes;
}

/* 8 people of 12 times: two observables without the drug, four with it. */
START_TEST(test_the_generator) {
  int n_line = 0;
  for (const char *c = table(FAULT_NONE, 0, 1); *c; c++) n_line += *c == '\n';
  ck_assert_int_eq(n_line, 1 + 8 * 12 * (2 + 4 + 4));
  ck_assert_str_eq(table(FAULT_LATE, 2, 7), table(FAULT_LATE, 2, 7));
  for (int f = 1; f < N_FAULT; f++) {
    ck_assert_str_eq(table((why_not_fault)f, 0, 7), table(FAULT_NONE, 0, 7));
    ck_assert_str_ne(table((why_not_fault)f, 0.5, 7), table(FAULT_NONE, 0, 7));
  }
}
END_TEST

/* The files fit the program's own readers, and without noise's luck the model predicts what was generated. */
START_TEST(test_the_generated_files_are_read) {
  judged_write("m.yaml", why_not_model);
  judged_write("s.yaml", why_not_scenario);
  judged_write("d.yaml", why_not_about);
  judged_write("d.csv", table(FAULT_NONE, 0, 7));
  const char *path = rein_arena_printf(judged_get()->arena, "%s/s.yaml", judged_get()->folder);
  rein_validate_job *job;
  const rein_status status =
      rein_validate_prepare(judged_get()->arena, judged_get()->units, path, NULL, judged_get()->diag, &job);
  ck_assert_msg(status == REIN_OK, "%s", judged_messages());
}
END_TEST

Suite *rein_suite_why_not(void) {
  Suite *suite = suite_create("why_not");
  TCase *tcase = tcase_create("generator");
  tcase_add_checked_fixture(tcase, judged_setup, judged_teardown);
  tcase_add_test(tcase, test_the_generator);
  tcase_add_test(tcase, test_the_generated_files_are_read);
  suite_add_tcase(suite, tcase);
  return suite;
}
