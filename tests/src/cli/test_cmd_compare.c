/* The commands of docs/records.md run as they stand there, and what `rein compare` says of its options. */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>

#include "tests/src/cli/page.h"

START_TEST(test_every_command_of_the_page_runs) {
  ck_assert_int_eq(page_run("docs/records.md",
                            "grep -q '^A,prothrombin,%,single_dose,0,24,h,0,0,.*,matched,$' "
                            "values.csv && grep -q '\"joined_on\": \"arm\"' out && "
                            "grep -q '\"total_episodes\": 650,' episodes/data/metadata.json"),
                   11);
}
END_TEST

static int status_of(const char *arguments) {
  const char *program = getenv("REIN_TEST_PROGRAM");
  char command[1000];
  snprintf(command, sizeof command, "%s compare %s > /dev/null 2>&1",
           program ? program : "build/release/rein", arguments);
  return WEXITSTATUS(system(command));
}

START_TEST(test_exit_codes) {
  ck_assert_int_eq(status_of("one"), 2);
  ck_assert_int_eq(status_of("--by person one two"), 2);
  ck_assert_int_eq(status_of("nowhere/one nowhere/two"), 4);
  ck_assert_int_eq(status_of("docs/records.md docs/records.md"), 3);
}
END_TEST

Suite *rein_suite_cmd_compare(void);
Suite *rein_suite_cmd_compare(void) {
  Suite *suite = suite_create("cmd_compare");
  TCase *tcase = tcase_create("cmd_compare");
  tcase_set_timeout(tcase, 120);
  tcase_add_test(tcase, test_every_command_of_the_page_runs);
  tcase_add_test(tcase, test_exit_codes);
  suite_add_tcase(suite, tcase);
  return suite;
}
