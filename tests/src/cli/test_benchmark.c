/* The commands of docs/benchmark.md run as they stand there. */
#include <check.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

START_TEST(test_every_command_of_the_page_runs) {
  const char *program = getenv("REIN_TEST_PROGRAM");
  char folder[] = "/tmp/rein-benchmark-XXXXXX", root[1000], line[1000], command[4000];
  int n = 0;
  ck_assert_ptr_nonnull(mkdtemp(folder));
  ck_assert_ptr_nonnull(getcwd(root, sizeof root));
  if (!program) program = "build/release/rein";
  snprintf(command, sizeof command, "ln -s '%s/models' '%s/scenarios' %s", root, root, folder);
  ck_assert_int_eq(system(command), 0);
  FILE *page = fopen("docs/benchmark.md", "r");
  ck_assert_ptr_nonnull(page);
  while (fgets(line, sizeof line, page)) {
    if (strncmp(line, "rein ", 5) != 0) continue;
    line[strcspn(line, "\n")] = 0;
    const bool is_path = program[0] == '/';
    snprintf(command, sizeof command, "cd %s && '%s%s%s' %s > out 2> err", folder, is_path ? "" : root,
             is_path ? "" : "/", program, line + 5);
    ck_assert_msg(system(command) == 0, "%s", line);
    n++;
  }
  fclose(page);
  ck_assert_int_eq(n, 11);
  /* Nobody's id is in what the commands wrote; w1 to w32 are the table's. */
  snprintf(command, sizeof command, "! grep -qE '\\bw[0-9]+\\b' %s/people.yaml %s/points.csv %s/prior.json",
           folder, folder, folder);
  ck_assert_int_eq(system(command), 0);
  snprintf(command, sizeof command, "rm -r %s", folder);
  ck_assert_int_eq(system(command), 0);
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
