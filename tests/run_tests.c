/* Runs the Check suites of all test files; the list is grepped from tests/ by the Makefile.
 *
 *   run_tests [suite ...]     all, or only the named suites ("lexer", "cli")
 *   run_tests --list
 *
 * Each test runs in a process of its own, so a crash is a failure of that test. The last line counts:
 * "N passed, N failed, N skipped". */
#include "tests/skip.h"

#include <check.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#define SUITE(name) Suite *name(void);
#include "suites.inc"
#undef SUITE

typedef struct {
  const char *name;
  Suite *(*make)(void);
} entry;

static const entry suites[] = {
#define SUITE(name) {#name, name},
#include "suites.inc"
#undef SUITE
    {NULL, NULL}};

#define PREFIX "rein_suite_"
enum { MAX_SKIP = 200, REASON_BYTES = 160 };

/* Shared with the processes of the tests. */
typedef struct {
  int n;
  char reason[MAX_SKIP][REASON_BYTES];
} skip_list;

static skip_list *skipped;

void rein_test_skip(const char *reason) {
  const int i = __atomic_fetch_add(&skipped->n, 1, __ATOMIC_SEQ_CST);
  if (i < MAX_SKIP) snprintf(skipped->reason[i], REASON_BYTES, "%s", reason);
}

static bool is_wanted(const char *name, int n, char **words) {
  if (n == 0) return true;
  for (int i = 0; i < n; i++) {
    if (strcmp(name + strlen(PREFIX), words[i]) == 0) return true;
  }
  return false;
}

int main(int argc, char **argv) {
  if (argc == 2 && strcmp(argv[1], "--list") == 0) {
    for (const entry *s = suites; s->name; s++) puts(s->name + strlen(PREFIX));
    return 0;
  }
  skipped = mmap(NULL, sizeof *skipped, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  if (skipped == MAP_FAILED) {
    fputs("run_tests: out of memory\n", stderr);
    return 4;
  }
  SRunner *runner = NULL;
  for (const entry *s = suites; s->name; s++) {
    if (!is_wanted(s->name, argc - 1, argv + 1)) continue;
    if (runner)
      srunner_add_suite(runner, s->make());
    else
      runner = srunner_create(s->make());
  }
  if (!runner) {
    fputs("run_tests: no suite of that name; --list shows them\n", stderr);
    return 2;
  }
  srunner_run_all(runner, CK_ENV);
  const int n_failed = srunner_ntests_failed(runner), n_skipped = skipped->n;
  for (int i = 0; i < n_skipped && i < MAX_SKIP; i++) printf("skipped: %s\n", skipped->reason[i]);
  printf("%d passed, %d failed, %d skipped\n", srunner_ntests_run(runner) - n_failed - n_skipped, n_failed,
         n_skipped);
  srunner_free(runner);
  return n_failed ? 1 : 0;
}
