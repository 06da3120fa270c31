#include <check.h>
#include <string.h>

#include "src/lang/csv.h"

Suite *rein_suite_csv(void);

static rein_csv *parse(rein_arena *arena, rein_diag *diag, const char *text) {
  rein_csv *csv = NULL;
  const rein_source *source = rein_source_create(arena, "t.csv", text, strlen(text));
  rein_status status = rein_csv_parse(arena, source, diag, &csv);
  ck_assert_int_eq(status == REIN_OK, csv != NULL);
  ck_assert_int_eq(status == REIN_OK, rein_diag_n_error(diag) == 0);
  return csv;
}

START_TEST(reads_quotes_and_line_ends) {
  rein_arena *arena = rein_arena_create();
  rein_diag *diag = rein_diag_create(arena);
  rein_csv *csv =
      parse(arena, diag,
            "\xef\xbb\xbf# by hand\nid, x ,\"a,b\"\r\nq,  1.5 ,\"say \"\"hi\"\"\nthere\"\r\n\n\"\",-2e3,NA");
  ck_assert_int_eq(csv->n_column, 3);
  ck_assert_int_eq(csv->n_row, 2);
  ck_assert_str_eq(csv->header[1], "x");
  ck_assert_str_eq(csv->header[2], "a,b");
  ck_assert_str_eq(rein_csv_text(csv, 0, 2), "say \"hi\"\nthere");
  ck_assert_str_eq(rein_csv_text(csv, 1, 0), "");
  ck_assert(rein_csv_is_missing(csv, 1, 0) && rein_csv_is_missing(csv, 1, 2) &&
            !rein_csv_is_missing(csv, 0, 0));
  double x;
  ck_assert(rein_csv_number(csv, 0, 1, diag, &x) && x == 1.5);
  ck_assert(rein_csv_number(csv, 1, 1, diag, &x) && x == -2000.0);
  rein_pos pos = rein_csv_pos(csv, 1, 1);
  ck_assert_int_eq(pos.line, 6);
  ck_assert_int_eq(pos.column, 4);
  rein_arena_destroy(arena);
}
END_TEST

/* Reports could not hold such text. A cut-off character at the end of the file is none, either. */
START_TEST(not_utf8) {
  static const char *const text[] = {"id,x\np1,1\nM\xfcller,2\n", "id,x\np1,1\nab,\"M\xc3",
                                     "id,x\np1,1\n\xed\xa0\x80,2\n"};
  static const char *const at[] = {"t.csv:3:2: error: not valid UTF-8", "t.csv:3:6: error: not valid UTF-8",
                                   "t.csv:3:1: error: not valid UTF-8"};
  rein_arena *arena = rein_arena_create();
  rein_diag *diag = rein_diag_create(arena);
  rein_text shown;
  ck_assert_ptr_null(parse(arena, diag, text[_i]));
  rein_text_init(&shown, arena);
  rein_diag_print(diag, &shown);
  ck_assert_msg(strstr(shown.bytes, at[_i]) && !strstr(shown.bytes, "ller"), "%s", shown.bytes);
  rein_arena_destroy(arena);
}
END_TEST

static const char *const NO_NUMBERS[] = {"ten", "1,5", "0x10", "inf", "nan(1)", "1e999", "1 2", ""};

/* What is no number is told by its place, and its text is never shown. */
START_TEST(no_number) {
  rein_arena *arena = rein_arena_create();
  rein_diag *diag = rein_diag_create(arena);
  rein_csv *csv = parse(arena, diag, rein_arena_printf(arena, "secret\n\"%s\"\n", NO_NUMBERS[_i]));
  double x = 7;
  ck_assert(!rein_csv_number(csv, 0, 0, diag, &x));
  ck_assert_double_eq(x, 7);
  rein_text text;
  rein_text_init(&text, arena);
  rein_diag_print(diag, &text);
  const char *shown = NO_NUMBERS[_i][0] ? strstr(text.bytes, NO_NUMBERS[_i]) : NULL;
  ck_assert_msg(!shown, "%s", text.bytes);
  ck_assert_ptr_nonnull(strstr(text.bytes, "t.csv:2:1: error: column 'secret'"));
  rein_arena_destroy(arena);
}
END_TEST

static const char *const WRONG[] = {
    "", "\n", "a,\n", "a,a\n", "a,b\n1\n", "a,b\n1,2,3\n", "a\n\"x\n", "a\n\"x\"y\n", "a\nx\"y\n"};

START_TEST(wrong_tables) {
  rein_arena *arena = rein_arena_create();
  rein_diag *diag = rein_diag_create(arena);
  ck_assert_ptr_null(parse(arena, diag, WRONG[_i]));
  ck_assert_int_eq(rein_diag_n_error(diag), 1);
  rein_arena_destroy(arena);
}
END_TEST

START_TEST(finds_columns) {
  rein_arena *arena = rein_arena_create();
  rein_diag *diag = rein_diag_create(arena);
  rein_csv *csv = parse(arena, diag, "id,weight\n1,2\n");
  ck_assert_int_eq(csv->n_row, 1);
  ck_assert_int_eq(rein_csv_find(csv, "weight"), 1);
  ck_assert_int_eq(rein_csv_find(csv, "Weight"), -1);
  ck_assert_int_eq(rein_csv_get_column(csv, "wieght", (rein_pos){0}, diag), -1);
  rein_text text;
  rein_text_init(&text, arena);
  rein_diag_print(diag, &text);
  ck_assert_ptr_nonnull(strstr(text.bytes, "did you mean 'weight'?"));
  rein_arena_destroy(arena);
}
END_TEST

Suite *rein_suite_csv(void) {
  Suite *suite = suite_create("csv");
  TCase *tcase = tcase_create("csv");
  tcase_add_test(tcase, reads_quotes_and_line_ends);
  tcase_add_loop_test(tcase, no_number, 0, sizeof NO_NUMBERS / sizeof *NO_NUMBERS);
  tcase_add_loop_test(tcase, wrong_tables, 0, sizeof WRONG / sizeof *WRONG);
  tcase_add_loop_test(tcase, not_utf8, 0, 3);
  tcase_add_test(tcase, finds_columns);
  suite_add_tcase(suite, tcase);
  return suite;
}
