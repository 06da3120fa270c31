/* The scenarios of docs/interventions.md, and those of the folder scenarios, run. */
#include <check.h>
#include <string.h>

#include "src/base/files.h"
#include "tests/src/scenario/solved.h"

Suite *rein_suite_interventions(void);

/* The text between the fences of the next block of a kind from *at on; NULL after the last. */
static char *next_block(rein_arena *arena, const char **at, const char *kind) {
  const char *fence = rein_arena_printf(arena, "\n```%s\n", kind);
  const char *start = strstr(*at, fence);
  if (!start) return NULL;
  start += strlen(fence);
  const char *end = strstr(start, "\n```");
  ck_assert_ptr_nonnull(end);
  *at = end;
  return rein_arena_strndup(arena, start, (size_t)(end - start) + 1);
}

START_TEST(page) {
  rein_arena *arena = rein_arena_create();
  rein_diag *diag = rein_diag_create(arena);
  const rein_source *source;
  ck_assert_int_eq(rein_files_read(arena, "docs/interventions.md", (rein_pos){0}, diag, &source), REIN_OK);
  const char *text = rein_arena_strndup(arena, source->bytes, source->n_byte), *at = text, *table_at = text;
  const char *table = next_block(arena, &table_at, "csv"), *model = next_block(arena, &at, "yaml");
  ck_assert_int_eq(strncmp(model, "rein: model/1", 13), 0);
  int n = 0;
  for (char *block; (block = next_block(arena, &at, "yaml")) != NULL; n++) {
    ck_assert_int_eq(strncmp(block, "rein: scenario/1", 16), 0);
    solved s = solved_create(model, block, table, NULL);
    ck_assert_msg(s.totals.n_failed == 0 && s.totals.n_lane > 0, "a member of '%s' failed",
                  s.f.scenario->name);
    solved_destroy(&s);
  }
  ck_assert_int_eq(n, 10);
  rein_arena_destroy(arena);
}
END_TEST

Suite *rein_suite_interventions(void) {
  Suite *suite = suite_create("interventions");
  TCase *tcase = tcase_create("interventions");
  tcase_set_timeout(tcase, 120);
  tcase_add_test(tcase, page);
  suite_add_tcase(suite, tcase);
  return suite;
}
