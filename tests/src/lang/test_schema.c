#include "src/lang/schema.h"

#include <check.h>
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

static const char *const colours[] = {"red", "green", "blue", NULL};
static const rein_schema entry_rules[] = {
    {.key = "value", .kind = REIN_SCHEMA_QUANTITY, .required = true},
    {.key = "title", .kind = REIN_SCHEMA_TEXT},
    {0},
};
static const rein_schema entry = {
    .key = "entries", .kind = REIN_SCHEMA_MAP, .keys = entry_rules, .or_text = true};
static const rein_schema text_item = {.kind = REIN_SCHEMA_TEXT};
static const rein_schema rules[] = {
    {.key = "name", .kind = REIN_SCHEMA_NAME, .required = true},
    {.key = "count", .kind = REIN_SCHEMA_COUNT},
    {.key = "rho", .kind = REIN_SCHEMA_NUMBER},
    {.key = "flag", .kind = REIN_SCHEMA_BOOL},
    {.key = "colour", .kind = REIN_SCHEMA_WORD, .words = colours},
    {.key = "is", .kind = REIN_SCHEMA_EXPRESSION},
    {.key = "one", .kind = REIN_SCHEMA_MAP, .keys = entry_rules},
    {.key = "entries", .kind = REIN_SCHEMA_MAP_OF, .keys = &entry},
    {.key = "list", .kind = REIN_SCHEMA_LIST_OF, .keys = &text_item},
    {.key = "free", .kind = REIN_SCHEMA_ANY},
    {0},
};

static bool check(const char *text) {
  const rein_yaml *root;
  ck_assert_int_eq(
      rein_yaml_parse(arena, rein_source_create(arena, "m.yaml", text, strlen(text)), diag, &root), REIN_OK);
  return rein_schema_check(root, rules, "the model", diag);
}

START_TEST(permitted) {
  static const char *const cases[] = {
      "name: a_1",
      "{name: _x, count: 12, rho: -0.5e-3, flag: true, colour: blue, is: a + b}",
      "{name: x, one: {value: 5 mg, title: ''}}",
      "{name: x, entries: {a: {value: 1 mg}, b: 2 mg}}",
      "{name: x, entries: {}}",
      "{name: x, list: one}",
      "{name: x, list: [a, b]}",
      "{name: x, free: {any: [thing]}}",
  };
  ck_assert_msg(check(cases[_i]), "%s", case_message(arena, diag));
  ck_assert_int_eq(rein_diag_n_error(diag), 0);
}
END_TEST

START_TEST(refused) {
  static const char *const cases[][2] = {
      {"{nam: a, name: b}", "m.yaml:1:2: error: unknown key 'nam' in the model, did you mean 'name'?"},
      {"{name: b, completely: 1}", "m.yaml:1:11: error: unknown key 'completely' in the model, permitted "
                                   "are: name, count, rho, flag, colour, is, "
                                   "one, entries, list, free"},
      {"count: 1", "m.yaml:1:1: error: key 'name' is missing in the model"},
      {"name: 1a", "m.yaml:1:7: error: 'name' in the model: expected a name, found '1a'"},
      {"name: [a]", "m.yaml:1:7: error: 'name' in the model: expected a name, found a list"},
      {"name:", "m.yaml:1:6: error: 'name' in the model is empty, expected a name"},
      {"{name: x, count: -1}",
       "m.yaml:1:18: error: 'count' in the model: expected a whole number, found '-1'"},
      {"{name: x, rho: 1 mg}", "m.yaml:1:16: error: 'rho' in the model: expected a number, found '1 mg'"},
      {"{name: x, rho: nan}", NULL},
      {"{name: x, flag: yes}",
       "m.yaml:1:17: error: 'flag' in the model: expected true or false, found 'yes'"},
      {"{name: x, colour: gren}",
       "m.yaml:1:19: error: 'gren' is no value of 'colour' in the model, did you mean 'green'?"},
      {"{name: x, colour: violet}",
       "m.yaml:1:19: error: 'violet' is no value of 'colour' in the model, permitted are: red, green, blue"},
      {"{name: x, one: 5 mg}", "m.yaml:1:16: error: 'one' in the model: expected a map, found a text"},
      {"{name: x, entries: [a]}", "m.yaml:1:20: error: 'entries' in the model: expected a map, found a list"},
      {"{name: x, entries: {a: }}", "m.yaml:1:24: error: 'a' in entries: expected a map, found nothing"},
      {"{name: x, entries: {a: {title: t}}}", "m.yaml:1:24: error: key 'value' is missing in 'a' in entries"},
      {"{name: x, entries: {time: 1 h}}",
       "m.yaml:1:21: error: 'time' is a reserved word, it cannot be a name in entries"},
      {"{name: x, entries: {a-b: 1 h}}", NULL},
      {"{name: x, list: [a, [b]]}", "m.yaml:1:21: error: 'list' in the model: expected a text, found a list"},
      {"[a]", "m.yaml:1:1: error: the model: expected a map, found a list"},
      {"a", "m.yaml:1:1: error: the model: expected a map, found a text"},
  };
  ck_assert(!check(cases[_i][0]));
  ck_assert_int_eq(rein_diag_n_error(diag), 1);
  if (cases[_i][1]) ck_assert_str_eq(case_message(arena, diag), cases[_i][1]);
}
END_TEST

START_TEST(all_mistakes_are_found) {
  ck_assert(!check("{count: x, rho: y, one: {title: t}}"));
  ck_assert_int_eq(rein_diag_n_error(diag), 4);
}
END_TEST

Suite *rein_suite_schema(void);
Suite *rein_suite_schema(void) {
  Suite *suite = suite_create("schema");
  TCase *tests = tcase_create("schema");
  tcase_add_checked_fixture(tests, setup, teardown);
  tcase_add_loop_test(tests, permitted, 0, 8);
  tcase_add_loop_test(tests, refused, 0, 21);
  tcase_add_test(tests, all_mistakes_are_found);
  suite_add_tcase(suite, tests);
  return suite;
}
