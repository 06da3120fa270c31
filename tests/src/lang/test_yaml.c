#include "src/lang/yaml.h"

#include <check.h>
#include <stdint.h>
#include <string.h>

#include "tests/src/lang/expression_case.h"

static rein_arena *arena;
static rein_diag *diag;

static void setup(void) {
  arena = rein_arena_create();
  diag = rein_diag_create(arena);
}

static void teardown(void) {
  rein_arena_destroy(arena);
}

static const rein_yaml *parse_bytes(const char *bytes, size_t n) {
  const rein_yaml *root = NULL;
  rein_status status = rein_yaml_parse(arena, rein_source_create(arena, "m.yaml", bytes, n), diag, &root);
  ck_assert_int_eq(status, rein_diag_n_error(diag) ? REIN_ERR_INPUT : REIN_OK);
  ck_assert((status == REIN_OK) == (root != NULL));
  return root;
}

static const rein_yaml *parse(const char *text) {
  return parse_bytes(text, strlen(text));
}

static const char *print(const rein_yaml *root) {
  rein_text out;
  rein_text_init(&out, arena);
  rein_yaml_print(root, &out);
  return out.bytes;
}

START_TEST(trees) {
  static const char *const cases[][2] = {
      {"a: 1\nb: [x, y]\n", "a: 1\nb:\n  - x\n  - y\n"},
      {"{a: {b: c}, d: []}", "a:\n  b: c\nd: []\n"},
      {"a:\nb: ''\n", "a:\nb: ''\n"},
      {"- - 1\n  - 2\n- {}\n", "-\n  - 1\n  - 2\n- {}\n"},
      {"a: \"x\\ny\"\n", "a: \"x\\ny\"\n"},
      {"a: it's\nb: 'it''s'\n", "a: it's\nb: 'it''s'\n"},
      {"a: 5 '%'\n", "a: 5 '%'\n"},
      {"'a b': 1\n", "'a b': 1\n"},
      {"a: x +\n   y\n", "a: x + y\n"},
      {"# c\na: 1 # d\n", "a: 1\n"},
      {"\xEF\xBB\xBF"
       "a: 1\n",
       "a: 1\n"},
      {"a: 1\r\nb: 2\r\n", "a: 1\nb: 2\n"},
      {"--- \na: 1\n...\n", "a: 1\n"},
      /* between parentheses ',' and ': ' are text */
      {"{d: lognormal(cv: 29 %), e: max(a, b)}", "d: lognormal(cv: 29 %)\ne: max(a, b)\n"},
      {"d: f(a: g(b: 1, c), d: 2)", "d: f(a: g(b: 1, c), d: 2)\n"},
      {"[min(a, b), 3]", "- min(a, b)\n- 3\n"},
      {"a: 'x (', b: 1", NULL},
      {"{a: 'x (', b: 'y)'}", "a: 'x ('\nb: 'y)'\n"},
      {"{a: \"\\\"(\", b: )}", "a: '\"('\nb: )\n"},
      {"{a: 'it''s (', b: 'y)'}", "a: 'it''s ('\nb: 'y)'\n"},
      {"{a: x (y, b: 1}", "a: x (y\nb: 1\n"},
      {"a: |\n  f(x: 1, y)\n  z\n", "a: \"f(x: 1, y)\\nz\\n\"\n"},
      {"# (\na: 1 # x)\n", "a: 1\n"},
  };
  const rein_yaml *root = parse(cases[_i][0]);
  if (!cases[_i][1]) {
    ck_assert_ptr_null(root);
    return;
  }
  ck_assert_msg(root != NULL, "%s", case_message(arena, diag));
  ck_assert_str_eq(print(root), cases[_i][1]);
  ck_assert_str_eq(print(parse(print(root))), cases[_i][1]);
}
END_TEST

START_TEST(quotes_are_told) {
  const rein_yaml *root = parse("a: '5'\nb: 5\nc: \"5\"\n");
  ck_assert(root->item[0]->quoted && !root->item[1]->quoted && root->item[2]->quoted);
  ck_assert_str_eq(rein_yaml_get(root, "b")->text, "5");
  ck_assert_ptr_null(rein_yaml_get(root, "d"));
  ck_assert_ptr_null(rein_yaml_get(root->item[0], "d"));
}
END_TEST

START_TEST(positions) {
  const rein_yaml *root = parse("\xEF\xBB\xBF\xC3\xA9\xC3\xA9: ab\nlist:\n  - \xE2\x82\xAC x\n  - 'q'\n");
  ck_assert_int_eq(root->item[0]->pos.line, 1);
  ck_assert_int_eq(root->item[0]->pos.column,
                   7); /* behind the byte order mark: two letters of two bytes, colon, blank */
  ck_assert_int_eq(root->item[0]->pos.length, 2);
  const rein_yaml *list = root->item[1];
  ck_assert_int_eq(list->item[0]->pos.line, 3);
  ck_assert_int_eq(list->item[0]->pos.column, 5);
  ck_assert_int_eq(list->item[0]->pos.length, 5);
  rein_pos x = rein_yaml_text_pos(list->item[0], 4, 1);
  ck_assert_int_eq(x.column, 9);
  ck_assert_uint_eq(list->item[1]->text_offset, 33);
  ck_assert_int_eq(rein_yaml_text_pos(list->item[1], 0, 1).column, 6);
}
END_TEST

/* The position of each word "here" of a text in several lines is that of its source. */
START_TEST(positions_in_long_texts) {
  static const struct {
    const char *yaml;
    int line, column;
  } cases[] = {
      {"a: x +\n   here\n", 2, 4},         {"a: >\n  x\n   +\n  here\n", 4, 3},
      {"a: |\n  x\n\n    here\n", 4, 5},   {"a: 'x''y\n  here'\n", 2, 3},
      {"a: \"x\n\n  here\"\n", 3, 3},      {"a: f(b: here)\n", 1, 9},
      {"{a: [x, max(y, here)]}\n", 1, 16}, {"a: >-\n\n  here\n", 3, 3},
      {"a: \"x\\ty here\"\n", 1, 4},
  };
  const rein_yaml *value = parse(cases[_i].yaml)->item[0];
  if (value->kind == REIN_YAML_LIST) value = value->item[1];
  size_t offset = (size_t)(strstr(value->text, "here") - value->text);
  rein_pos pos = rein_yaml_text_pos(value, offset, 4);
  ck_assert_int_eq(pos.line, cases[_i].line);
  ck_assert_int_eq(pos.column, cases[_i].column);
}
END_TEST

START_TEST(refused) {
  static const char *const cases[][2] = {
      {"", "m.yaml:1:1: error: the file is empty"},
      {"# only a comment\n", "m.yaml:1:1: error: the file is empty"},
      {"a: &x 1\n", "m.yaml:1:4: error: anchors ('&x') are not used in rein's files: a text that starts with "
                    "'&' needs quotes"},
      {"a: *x\n", "m.yaml:1:4: error: aliases ('*x') are not used in rein's files: a text that starts with "
                  "'*' needs quotes"},
      {"a: !!str 1\n",
       "m.yaml:1:4: error: tags are not used in rein's files: a text that starts with '!' needs quotes"},
      {"a: ! 1\n",
       "m.yaml:1:4: error: tags are not used in rein's files: a text that starts with '!' needs quotes"},
      {"---\n", NULL},
      {"a: &x [1]\n", NULL},
      {"a: !t {}\n", NULL},
      {"<<: {a: 1}\n", "m.yaml:1:1: error: merge keys ('<<') are not used in rein's files"},
      {"a: 1\nb: 2\na: 3\n", "m.yaml:3:1: error: key 'a' is given twice"},
      {"{[a]: 1}", NULL},
      {"{{a: 1}: 1}", NULL},
      {"? [x]\n: 1\n", NULL},
      {"'': 1\n", "m.yaml:1:1: error: an empty key"},
      {"a: 1\n---\nb: 2\n", "m.yaml:2:1: error: a second document in one file"},
      {"%YAML 1.1\n---\na: 1\n", NULL},
      {"%TAG ! x:\n---\na: 1\n", NULL},
      {"a: \"\\0\"\n", "m.yaml:1:4: error: a NUL byte in a text file, written as an escape"},
      {"a: \"\\N\"\n", "m.yaml:1:4: error: a control character, written as an escape"},
      {"a: \"\\uE000\"\n", "m.yaml:1:5: error: a private-use character"},
      {"a: \"\\U0000e001\"\n", "m.yaml:1:5: error: a private-use character"},
      {"a: 1\n\tb: 2\n", "m.yaml:2:1: error: a tab at the start of a line: YAML is indented with spaces"},
      {"a: \xFF\n", "m.yaml:1:4: error: not valid UTF-8"},
      {"a: \xC0\x80\n", "m.yaml:1:4: error: not valid UTF-8"},
      {"a: \xED\xA0\x80\n", "m.yaml:1:4: error: not valid UTF-8"},
      {"a: \xF4\x90\x80\x80\n", "m.yaml:1:4: error: not valid UTF-8"},
      {"a: \xE2\x82", "m.yaml:1:4: error: not valid UTF-8"},
      {"a: \x01\n", "m.yaml:1:4: error: a control character"},
      {"a: \xC2\x85\n", "m.yaml:1:4: error: a control character"},
      {"a: \xE2\x80\xA8\n", "m.yaml:1:4: error: a Unicode line separator"},
      {"a: 1\rb: 2\n", "m.yaml:1:5: error: a carriage return without a line feed"},
      {"a: \xEE\x80\x80\n", "m.yaml:1:4: error: a private-use character"},
      {"a: b: c\n", NULL},
      {"a: [1\n", NULL},
      {"a: 'x\n", NULL},
      {"a: @x\n", NULL},
      {"- a\nb: 1\n", NULL},
      {"a: }\n", NULL},
  };
  ck_assert_ptr_null(parse(cases[_i][0]));
  ck_assert_int_eq(rein_diag_n_error(diag), 1);
  if (cases[_i][1]) ck_assert_str_eq(case_message(arena, diag), cases[_i][1]);
}
END_TEST

START_TEST(a_nul_byte_is_refused) {
  ck_assert_ptr_null(parse_bytes("a: 1\0b", 6));
  ck_assert_str_eq(case_message(arena, diag), "m.yaml:1:5: error: a NUL byte in a text file");
}
END_TEST

/* The first place of a key given twice is named, in maps with a few keys and with many. */
START_TEST(twice_names_the_first_place) {
  rein_text text, out;
  rein_text_init(&text, arena);
  rein_text_init(&out, arena);
  for (int i = 0; i < _i; i++) rein_text_printf(&text, "k%d: 1\n", i);
  rein_text_printf(&text, "k%d: 1\n", _i / 2);
  ck_assert_ptr_null(parse(text.bytes));
  rein_diag_print(diag, &out);
  ck_assert_ptr_nonnull(
      strstr(out.bytes, rein_arena_printf(arena, "m.yaml:%d:1: error: key 'k%d'", _i + 1, _i / 2)));
  ck_assert_ptr_nonnull(strstr(out.bytes, rein_arena_printf(arena, "m.yaml:%d:1: note:", _i / 2 + 1)));
}
END_TEST

START_TEST(depth_is_bounded) {
  rein_text text;
  rein_text_init(&text, arena);
  for (int i = 0; i < _i; i++) rein_text_add(&text, "[");
  for (int i = 0; i < _i; i++) rein_text_add(&text, "]");
  ck_assert((parse(text.bytes) != NULL) == (_i <= 65));
}
END_TEST

START_TEST(long_keys_are_refused) {
  rein_text text;
  rein_text_init(&text, arena);
  for (int i = 0; i < 300; i++) rein_text_add(&text, "k");
  rein_text_add(&text, ": 1\n");
  ck_assert_ptr_null(parse(text.bytes));
}
END_TEST

Suite *rein_suite_yaml(void);
Suite *rein_suite_yaml(void) {
  Suite *suite = suite_create("yaml");
  TCase *tests = tcase_create("yaml");
  tcase_add_checked_fixture(tests, setup, teardown);
  tcase_add_loop_test(tests, trees, 0, 23);
  tcase_add_test(tests, quotes_are_told);
  tcase_add_test(tests, positions);
  tcase_add_loop_test(tests, positions_in_long_texts, 0, 9);
  tcase_add_loop_test(tests, refused, 0, 39);
  tcase_add_test(tests, a_nul_byte_is_refused);
  tcase_add_loop_test(tests, twice_names_the_first_place, 1, 40);
  tcase_add_loop_test(tests, depth_is_bounded, 60, 70);
  tcase_add_test(tests, long_keys_are_refused);
  suite_add_tcase(suite, tests);
  return suite;
}
