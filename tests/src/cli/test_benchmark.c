/* The commands of docs/benchmark.md run as they stand there. */
#include <check.h>

#include "tests/src/cli/page.h"

START_TEST(test_every_command_of_the_page_runs) {
  /* Nobody's id is in what the commands wrote; w1 to w32 are the table's. */
  ck_assert_int_eq(
      page_run("docs/benchmark.md", "! grep -qE '\\bw[0-9]+\\b' people.yaml points.csv prior.json"), 11);
}
END_TEST

Suite *rein_suite_benchmark(void);
Suite *rein_suite_benchmark(void) {
  Suite *suite = suite_create("benchmark");
  TCase *tcase = tcase_create("benchmark");
  tcase_set_timeout(tcase, 300);
  tcase_add_test(tcase, test_every_command_of_the_page_runs);
  suite_add_tcase(suite, tcase);
  return suite;
}
