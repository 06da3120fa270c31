#include "src/base/diag.h"

#include <check.h>
#include <string.h>

static rein_arena *arena;
static rein_diag *diag;

static void setup(void) {
  arena = rein_arena_create();
  diag = rein_diag_create(arena);
}

static void teardown(void) {
  rein_arena_destroy(arena);
}

static const char *print(void) {
  rein_text text;
  rein_text_init(&text, arena);
  rein_diag_print(diag, &text);
  return text.bytes;
}

static const rein_source *source_of(const char *bytes) {
  return rein_source_create(arena, "m.yaml", bytes, strlen(bytes));
}

START_TEST(an_empty_list_is_fine) {
  ck_assert_str_eq(print(), "");
  ck_assert_int_eq(rein_diag_status(diag), REIN_OK);
}
END_TEST

START_TEST(messages_show_their_line) {
  const rein_source *source = source_of("a: 1\nrate: k_abs\n");
  rein_error(diag, rein_source_pos(source, 11, 5), "wrong %s", "unit");
  rein_note(diag, rein_source_pos(source, 0, 1), "declared here");
  rein_warning(diag, (rein_pos){0}, "nowhere");
  ck_assert_str_eq(print(), "m.yaml:2:7: error: wrong unit\n"
                            "    2 | rate: k_abs\n"
                            "      |       ^~~~~\n"
                            "m.yaml:1:1: note: declared here\n"
                            "    1 | a: 1\n"
                            "      | ^\n"
                            "rein: warning: nowhere\n");
  ck_assert_int_eq(rein_diag_n_error(diag), 1);
  ck_assert_int_eq(rein_diag_n_warning(diag), 1);
  ck_assert_int_eq(rein_diag_status(diag), REIN_ERR_INPUT);
}
END_TEST

START_TEST(carets_keep_in_step) {
  const rein_source *source = source_of("\t\xC3\xA9: \xC3\xA9x z\n");
  rein_error(diag, rein_source_pos(source, 5, 3), "m");
  ck_assert_str_eq(print(), "m.yaml:1:6: error: m\n    1 | \t\xC3\xA9: \xC3\xA9x z\n      | \t   ^~\n");
}
END_TEST

START_TEST(carets_end_with_the_line) {
  const rein_source *source = source_of("ab\ncd\n");
  rein_error(diag, rein_source_pos(source, 1, 1000), "m");
  ck_assert_str_eq(print(), "m.yaml:1:2: error: m\n    1 | ab\n      |  ^\n");
}
END_TEST

START_TEST(errors_are_counted) {
  for (int i = 0; i < 250; i++) rein_error(diag, (rein_pos){0}, "error %d", i);
  ck_assert_int_eq(rein_diag_n_error(diag), 250);
  ck_assert_ptr_nonnull(strstr(print(), "error 99\n"));
  ck_assert_ptr_null(strstr(print(), "error 100\n"));
  ck_assert_ptr_nonnull(strstr(print(), "rein: 250 errors, the first 100 are shown\n"));
}
END_TEST

Suite *rein_suite_diag(void);
Suite *rein_suite_diag(void) {
  Suite *suite = suite_create("diag");
  TCase *tests = tcase_create("diag");
  tcase_add_checked_fixture(tests, setup, teardown);
  tcase_add_test(tests, an_empty_list_is_fine);
  tcase_add_test(tests, messages_show_their_line);
  tcase_add_test(tests, carets_keep_in_step);
  tcase_add_test(tests, carets_end_with_the_line);
  tcase_add_test(tests, errors_are_counted);
  suite_add_tcase(suite, tests);
  return suite;
}
