#include "src/lang/lexer.h"

#include <check.h>

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

/* "kind[text|number unit]" of all tokens, in one line. */
static const char *lex(const char *text) {
  rein_token *tokens;
  int n;
  rein_text out;
  rein_text_init(&out, arena);
  rein_lexer_read(arena, case_scalar(arena, text), diag, &tokens, &n);
  for (int i = 0; i + 1 < n; i++) {
    if (i) rein_text_add(&out, " ");
    if (tokens[i].kind == REIN_TOKEN_NUMBER)
      rein_text_printf(&out, "%g{%s}", tokens[i].number, tokens[i].text ? tokens[i].text : "");
    else if (tokens[i].kind == REIN_TOKEN_NAME)
      rein_text_printf(&out, "<%s>", tokens[i].text);
    else
      rein_text_add(&out, rein_token_name(tokens[i].kind));
  }
  ck_assert_int_eq(tokens[n - 1].kind, REIN_TOKEN_END);
  return out.bytes;
}

START_TEST(numbers_take_their_unit) {
  static const char *const cases[][2] = {
      {"5", "5{}"},
      {"5e-3", "0.005{}"},
      {".5", "0.5{}"},
      {"5.", "5{}"},
      {"5e", "5{e}"},
      {"5 mg", "5{mg}"},
      {"5mg", "5{mg}"},
      {"5 h^-1", "5{h^-1}"},
      {"5 m2", "5{m2}"},
      {"5 m^2.5", "5{m} '^' 2.5{}"},
      {"5 m^x", "5{m} '^' <x>"},
      {"5 %", "5{%}"},
      {"5 '%'", "5{%}"},
      {"5 'mg/L'^2", "5{mg/L} '^' 2{}"},
      {"5 \"mg/L\"", "5{mg/L}"},
      {"5 \xC2\xB5g", "5{\xC2\xB5g}"},
      {"5 mg/L", "5{mg} '/' <L>"},
      {"5 and 6", "5{} 'and' 6{}"},
      {"if 5 then 6 else 7", "'if' 5{} 'then' 6{} 'else' 7{}"},
      {"1-2", "1{} '-' 2{}"},
      {"1e+2+3", "100{} '+' 3{}"},
  };
  ck_assert_str_eq(lex(cases[_i][0]), cases[_i][1]);
  ck_assert_int_eq(rein_diag_n_error(diag), 0);
}
END_TEST

START_TEST(names_and_signs) {
  ck_assert_str_eq(lex("pk.gut + a_1 * _b"), "<pk.gut> '+' <a_1> '*' <_b>");
  ck_assert_str_eq(lex("a<=b>=c==d!=e<f>g"), "<a> '<=' <b> '>=' <c> '==' <d> '!=' <e> '<' <f> '>' <g>");
  ck_assert_str_eq(lex("not true or(false)"), "'not' 'true' 'or' '(' 'false' ')'");
  ck_assert_str_eq(lex("android nothing"), "<android> <nothing>");
  ck_assert_str_eq(lex(" \n "), "");
  ck_assert_int_eq(rein_diag_n_error(diag), 0);
}
END_TEST

START_TEST(token_offsets_are_bytes) {
  rein_token *tokens;
  int n;
  ck_assert(rein_lexer_read(arena, case_scalar(arena, "5 \xC2\xB5g + ab"), diag, &tokens, &n));
  ck_assert_int_eq(n, 4);
  ck_assert_uint_eq(tokens[0].from, 0);
  ck_assert_uint_eq(tokens[0].to, 5);
  ck_assert_uint_eq(tokens[2].from, 8);
  ck_assert_uint_eq(tokens[2].to, 10);
}
END_TEST

START_TEST(wrong_characters_teach) {
  static const char *const cases[][2] = {
      {"a = b", "t.yaml:1:3: error: '=' has no meaning here, did you mean '=='?"},
      {"a && b", "t.yaml:1:3: error: '&&' has no meaning here, did you mean 'and'?"},
      {"a || b", "t.yaml:1:3: error: '||' has no meaning here, did you mean 'or'?"},
      {"!a", "t.yaml:1:1: error: '!' has no meaning here, did you mean 'not'?"},
      {"a ** 2", "t.yaml:1:3: error: '**' has no meaning here, did you mean '^'?"},
      {"a <> 2", "t.yaml:1:3: error: '<>' has no meaning here, did you mean '!='?"},
      {"a \xE2\x89\xA4 2", "t.yaml:1:3: error: '\xE2\x89\xA4' has no meaning here, did you mean '<='?"},
      {"a $ b", "t.yaml:1:3: error: unexpected character '$'"},
      {"a + \xC3\xA9", "t.yaml:1:5: error: unexpected character '\xC3\xA9'"},
      {"a 'mg'", "t.yaml:1:3: error: a quote without a number before it: units in quotes follow numbers"},
      {"5 'mg", "t.yaml:1:3: error: a quote without a number before it: units in quotes follow numbers"},
      {"a %", "t.yaml:1:3: error: '%' stands directly after a number"},
      {"1e999", "t.yaml:1:1: error: the number 1e999 is too large"},
      {"1.2.3", "t.yaml:1:1: error: a number with two points"},
  };
  lex(cases[_i][0]);
  ck_assert_str_eq(case_message(arena, diag), cases[_i][1]);
}
END_TEST

START_TEST(long_text_is_refused) {
  rein_text text;
  rein_text_init(&text, arena);
  for (int i = 0; i < 30000; i++) rein_text_add(&text, "1");
  ck_assert_str_eq(lex(text.bytes), "");
  ck_assert_int_eq(rein_diag_n_error(diag), 1);
}
END_TEST

START_TEST(words_that_are_reserved) {
  ck_assert(rein_word_is_reserved("time") && rein_word_is_reserved("pi") && rein_word_is_reserved("and"));
  ck_assert(!rein_word_is_reserved("Time") && !rein_word_is_reserved("") && !rein_word_is_reserved("exp"));
}
END_TEST

Suite *rein_suite_lexer(void);
Suite *rein_suite_lexer(void) {
  Suite *suite = suite_create("lexer");
  TCase *tests = tcase_create("lexer");
  tcase_add_checked_fixture(tests, setup, teardown);
  tcase_add_loop_test(tests, numbers_take_their_unit, 0, 21);
  tcase_add_test(tests, names_and_signs);
  tcase_add_test(tests, token_offsets_are_bytes);
  tcase_add_loop_test(tests, wrong_characters_teach, 0, 14);
  tcase_add_test(tests, long_text_is_refused);
  tcase_add_test(tests, words_that_are_reserved);
  suite_add_tcase(suite, tests);
  return suite;
}
