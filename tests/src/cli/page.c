#include "tests/src/cli/page.h"

#include <check.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

int page_run(const char *page, const char *check) {
  const char *program = getenv("REIN_TEST_PROGRAM");
  char folder[] = "/tmp/rein-page-XXXXXX", root[1000], line[1000], command[4000];
  int n = 0;
  ck_assert_ptr_nonnull(mkdtemp(folder));
  ck_assert_ptr_nonnull(getcwd(root, sizeof root));
  if (!program) program = "build/release/rein";
  snprintf(command, sizeof command, "ln -s '%s/models' '%s/scenarios' %s", root, root, folder);
  ck_assert_int_eq(system(command), 0);
  FILE *file = fopen(page, "r");
  ck_assert_ptr_nonnull(file);
  while (fgets(line, sizeof line, file)) {
    if (strncmp(line, "rein ", 5) != 0) continue;
    line[strcspn(line, "\n")] = 0;
    const bool is_path = program[0] == '/';
    snprintf(command, sizeof command, "cd %s && '%s%s%s' %s > out 2> err", folder, is_path ? "" : root,
             is_path ? "" : "/", program, line + 5);
    ck_assert_msg(system(command) == 0, "%s", line);
    n++;
  }
  fclose(file);
  if (check) {
    snprintf(command, sizeof command, "cd %s && %s", folder, check);
    ck_assert_msg(system(command) == 0, "%s", check);
  }
  snprintf(command, sizeof command, "rm -r %s", folder);
  ck_assert_int_eq(system(command), 0);
  return n;
}
