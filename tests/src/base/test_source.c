#include "src/base/source.h"

#include <check.h>
#include <string.h>

static rein_arena *arena;

static void setup(void) {
  arena = rein_arena_create();
}

static void teardown(void) {
  rein_arena_destroy(arena);
}

/* Counting lines and columns byte by byte is the reference. */
START_TEST(positions_of_every_byte) {
  static const char *const cases[] = {"", "\n", "a", "ab\ncd\n", "\n\n x\n", "a\r\nb"};
  const char *bytes = cases[_i];
  const rein_source *source = rein_source_create(arena, "f", bytes, strlen(bytes));
  int line = 1, column = 1;
  for (size_t i = 0; i <= strlen(bytes); i++) {
    rein_pos pos = rein_source_pos(source, i, 3);
    ck_assert_int_eq(pos.line, line);
    ck_assert_int_eq(pos.column, column);
    ck_assert_int_eq(pos.length, 3);
    column++;
    if (bytes[i] == '\n') line++, column = 1;
  }
  ck_assert_int_eq(rein_source_pos(source, 0, -5).length, 1);
}
END_TEST

START_TEST(lines) {
  static const char bytes[] = "first\r\n\nlast";
  const rein_source *source = rein_source_create(arena, "f", bytes, strlen(bytes));
  int n;
  ck_assert_int_eq(source->n_line, 3);
  ck_assert(strncmp(rein_source_line(source, 1, &n), "first", 5) == 0 && n == 5);
  rein_source_line(source, 2, &n);
  ck_assert_int_eq(n, 0);
  ck_assert(strncmp(rein_source_line(source, 3, &n), "last", 4) == 0 && n == 4);
  ck_assert_str_eq(rein_source_line(source, 4, &n), "");
  ck_assert_str_eq(rein_source_line(source, 0, &n), "");
}
END_TEST

Suite *rein_suite_source(void);
Suite *rein_suite_source(void) {
  Suite *suite = suite_create("source");
  TCase *tests = tcase_create("source");
  tcase_add_checked_fixture(tests, setup, teardown);
  tcase_add_loop_test(tests, positions_of_every_byte, 0, 6);
  tcase_add_test(tests, lines);
  suite_add_tcase(suite, tests);
  return suite;
}
