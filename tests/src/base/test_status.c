#include "src/base/status.h"

#include <check.h>

START_TEST(names_and_exit_codes) {
  ck_assert_str_eq(rein_status_name(REIN_OK), "OK");
  ck_assert_str_eq(rein_status_name(REIN_ERR_INPUT), "ERR_INPUT");
  ck_assert_int_eq(rein_status_exit_code(REIN_OK), 0);
  ck_assert_int_eq(rein_status_exit_code(REIN_ERR_MEMBERS), 1);
  ck_assert_int_eq(rein_status_exit_code(REIN_ERR_USAGE), 2);
  ck_assert_int_eq(rein_status_exit_code(REIN_ERR_INPUT), 3);
  ck_assert_int_eq(rein_status_exit_code(REIN_ERR_FILE), 4);
  ck_assert_int_eq(rein_status_exit_code(REIN_ERR_MEMORY), 4);
}
END_TEST

START_TEST(every_code_has_a_meaning) {
  for (int i = 0; i < REIN_N_STATUS; i++) {
    ck_assert_int_ne(rein_status_meaning((rein_status)i)[0], 0);
    ck_assert((rein_status_exit_code((rein_status)i) == 0) == (i == REIN_OK));
  }
}
END_TEST

Suite *rein_suite_status(void);
Suite *rein_suite_status(void) {
  Suite *suite = suite_create("status");
  TCase *tests = tcase_create("status");
  tcase_add_test(tests, names_and_exit_codes);
  tcase_add_test(tests, every_code_has_a_meaning);
  suite_add_tcase(suite, tests);
  return suite;
}
