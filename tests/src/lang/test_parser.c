#include "src/lang/parser.h"

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

/* Every node in parentheses with its operation first, so that the shape of the tree can be read. */
static void show(const rein_ast *ast, rein_text *out) {
  if (ast->kind == REIN_AST_NUMBER) {
    rein_text_number(out, ast->number);
    if (ast->name) rein_text_printf(out, "{%s}", ast->name);
    return;
  }
  if (ast->kind == REIN_AST_NAME) {
    rein_text_add(out, ast->name);
    return;
  }
  rein_text_printf(out, "(%s", ast->kind == REIN_AST_CALL ? ast->name : rein_op_name(ast->op));
  for (int i = 0; i < ast->n_arg; i++) {
    rein_text_add(out, " ");
    show(ast->arg[i], out);
  }
  rein_text_add(out, ")");
}

static const char *parse(const char *text) {
  rein_text out;
  rein_text_init(&out, arena);
  const rein_ast *ast = rein_parse_expression(arena, case_scalar(arena, text), diag);
  if (ast) show(ast, &out);
  return out.bytes;
}

START_TEST(trees_have_the_shape_of_the_grammar) {
  static const char *const cases[][2] = {
      {"a + b * c", "(add a (mul b c))"},
      {"a - b - c", "(sub (sub a b) c)"},
      {"a / b / c * d", "(mul (div (div a b) c) d)"},
      {"a ^ b ^ c", "(pow a (pow b c))"},
      {"-a ^ 2", "(neg (pow a 2))"},
      {"a ^ -b * c", "(mul (pow a (neg b)) c)"},
      {"-a * b", "(mul (neg a) b)"},
      {"a - -b", "(sub a (neg b))"},
      {"+a", "a"},
      {"a or b and not c < d", "(or a (and b (not (lt c d))))"},
      {"(a or b) and c", "(and (or a b) c)"},
      {"not not a", "(not (not a))"},
      {"a + b <= c * d", "(le (add a b) (mul c d))"},
      {"if a > 1 then b else if c then d else e", "(select (gt a 1) b (select c d e))"},
      {"2 * (if a then b else c)", "(mul 2 (select a b c))"},
      {"if a then b else c + d", "(select a b (add c d))"},
      {"min(a, b, c)", "(min (min a b) c)"},
      {"exp(-k * time)", "(exp (mul (neg k) time))"},
      {"hill(C, E, h)", "(div (pow (div C E) h) (add 1 (pow (div C E) h)))"},
      {"emax(c, pk.e)", "(emax c pk.e)"},
      {"f()", "(f)"},
      {"5 mg / V", "(div 5{mg} V)"},
      {"-5 mg", "(neg 5{mg})"},
      {"pi", "3.141592653589793"},
      {"true or false", "(or (lt 0 1) (lt 1 0))"},
      {"log10(x / 1 'mg/L')", "(log10 (div x 1{mg/L}))"},
      {"a\n + b", "(add a b)"},
  };
  ck_assert_str_eq(parse(cases[_i][0]), cases[_i][1]);
  ck_assert_int_eq(rein_diag_n_error(diag), 0);
}
END_TEST

START_TEST(mistakes_teach) {
  static const char *const cases[][2] = {
      {"", "t.yaml:1:1: error: expected an expression, found nothing"},
      {"a + )", "t.yaml:1:5: error: expected an operand, found ')'"},
      {"a +", "t.yaml:1:4: error: expected an operand, found the end"},
      {"(a + b", "t.yaml:1:1: error: '(' is not closed"},
      {"f(a, b", "t.yaml:1:2: error: '(' is not closed"},
      {"a + b)", "t.yaml:1:6: error: ')' without '('"},
      {"a b", "t.yaml:1:3: error: expected an operator, found 'b' (a product is written with '*')"},
      {"a (b)", "t.yaml:1:1: call"},
      {"(a, b)", "t.yaml:1:3: error: expected an operator or ')', found ','"},
      {"f(a b)", "t.yaml:1:5: error: expected ',' or ')' between arguments, found 'b'"},
      {"f(a,)", "t.yaml:1:5: error: expected an operand, found ')'"},
      {"a < b < c", "t.yaml:1:7: error: comparisons do not chain, did you mean 'a < b and b < c'?"},
      {"0 <= x+1 < 2 mg",
       "t.yaml:1:10: error: comparisons do not chain, did you mean '0 <= x+1 and x+1 < 2 mg'?"},
      {"1 + if a then b else c",
       "t.yaml:1:5: error: 'if' inside another expression needs parentheses around it"},
      {"if a then b", "t.yaml:1:12: error: expected 'else' ('if c then a else b'), found the end"},
      {"if a b", "t.yaml:1:6: error: expected 'then' after the condition of 'if', found 'b'"},
      {"ln(x)", "t.yaml:1:1: error: unknown function 'ln', did you mean 'log' (the natural logarithm)?"},
      {"pow(x, 2)", "t.yaml:1:1: error: unknown function 'pow', did you mean 'a ^ b'?"},
      {"exp(a, b)", "t.yaml:1:1: error: 'exp' takes 1 argument, found 2"},
      {"max(a)", "t.yaml:1:1: error: 'max' takes 2 or more arguments, found 1"},
      {"hill(a, b)", "t.yaml:1:1: error: 'hill' takes 3 arguments (C, E, h), found 2"},
      {"a and or b", "t.yaml:1:7: error: expected an operand, found 'or'"},
      {"then", "t.yaml:1:1: error: expected an operand, found 'then'"},
  };
  if (_i == 7) { /* a name with a blank before the parenthesis is a call */
    ck_assert_str_eq(parse("a (b)"), "(a b)");
    return;
  }
  ck_assert_str_eq(parse(cases[_i][0]), "");
  ck_assert_str_eq(case_message(arena, diag), cases[_i][1]);
  ck_assert_int_eq(rein_diag_n_error(diag), 1);
}
END_TEST

static const char *repeat(const char *left, const char *middle, const char *right, int n) {
  rein_text text;
  rein_text_init(&text, arena);
  for (int i = 0; i < n; i++) rein_text_add(&text, left);
  rein_text_add(&text, middle);
  for (int i = 0; i < n; i++) rein_text_add(&text, right);
  return text.bytes;
}

/* 190 levels pass, 210 are an error; and nothing crashes on thousands. */
START_TEST(depth_is_bounded) {
  static const char *const side[][2] = {{"(", ")"},   {"-", ""},     {"a^", ""},
                                        {"not ", ""}, {"exp(", ")"}, {"if a then b else ", ""}};
  const char *left = side[_i][0], *right = side[_i][1];
  ck_assert_str_ne(parse(repeat(left, "x", right, 190)), "");
  ck_assert_int_eq(rein_diag_n_error(diag), 0);
  ck_assert_str_eq(parse(repeat(left, "x", right, 210)), "");
  ck_assert_int_eq(rein_diag_n_error(diag), 1);
  ck_assert_str_eq(parse(repeat(left, "x", right, 1000)), "");
}
END_TEST

START_TEST(size_is_bounded) {
  ck_assert_str_ne(parse(repeat("a+", "x", "", 1900)), "");
  ck_assert_str_eq(parse(repeat("a+", "x", "", 2100)), "");
  /* each hill writes its first argument twice: 2^40 nodes */
  ck_assert_str_eq(parse(repeat("hill(", "x", ",a,b)", 40)), "");
  ck_assert_int_eq(rein_diag_n_error(diag), 2);
}
END_TEST

START_TEST(no_subtree_hangs_at_two_places) {
  const rein_ast *ast = rein_parse_expression(arena, case_scalar(arena, "hill(C, E, h)"), diag);
  const rein_ast *top = ast->arg[0], *below = ast->arg[1]->arg[1];
  ck_assert(rein_ast_equal(top, below));
  ck_assert_ptr_ne(top, below);
  ck_assert_ptr_ne(top->arg[0], below->arg[0]);
  ck_assert_ptr_ne(top->arg[0]->arg[0], below->arg[0]->arg[0]);
  ck_assert_ptr_ne(top->arg[1], below->arg[1]);
}
END_TEST

START_TEST(positions_are_those_of_the_text) {
  static const char yaml[] = "x: a + bc * d\n\xC3\xA9: '1 + foo'\nlong: >\n  a +\n  bar * c\n";
  const rein_source *source = rein_source_create(arena, "m.yaml", yaml, strlen(yaml));
  const rein_yaml *root;
  ck_assert_int_eq(rein_yaml_parse(arena, source, diag, &root), REIN_OK);
  const rein_ast *x = rein_parse_expression(arena, root->item[0], diag);
  ck_assert_int_eq(x->pos.column, 4);
  ck_assert_int_eq(x->pos.length, 10);
  ck_assert_int_eq(x->arg[1]->pos.column, 8);
  ck_assert_int_eq(x->arg[1]->pos.length, 6);
  const rein_ast *quoted = rein_parse_expression(arena, root->item[1], diag);
  ck_assert_int_eq(quoted->arg[1]->pos.line, 2);
  ck_assert_int_eq(quoted->arg[1]->pos.column, 10); /* the accented letter has two bytes */
  const rein_ast *folded = rein_parse_expression(arena, root->item[2], diag);
  ck_assert_int_eq(folded->arg[1]->arg[0]->pos.line, 5);
  ck_assert_int_eq(folded->arg[1]->arg[0]->pos.column, 3);
}
END_TEST

static const char *form(const char *text) {
  rein_form f;
  rein_text out;
  rein_text_init(&out, arena);
  if (!rein_parse_form(arena, case_scalar(arena, text), diag, &f)) return "";
  rein_text_add(&out, f.name);
  for (int i = 0; i < f.n; i++)
    rein_text_printf(&out, "|%s=%s@%d", f.key[i], f.value[i], f.value_pos[i].column);
  return out.bytes;
}

START_TEST(forms) {
  static const char *const cases[][2] = {
      {"none", "none"},
      {"none()", "none"},
      {"lognormal(cv: 29 %)", "lognormal|cv=29 %@15"},
      {" combined( sd : 4 '%' ,cv:2 ) ", "combined|sd=4 '%'@17|cv=2@27"},
      {"uniform(1 L, 2 L)", "uniform|=1 L@9|=2 L@14"},
      {"f(a: max(x, y), b: 'p, q)')", "f|a=max(x, y)@6|b='p, q)'@20"},
  };
  ck_assert_str_eq(form(cases[_i][0]), cases[_i][1]);
  ck_assert_int_eq(rein_diag_n_error(diag), 0);
}
END_TEST

START_TEST(wrong_forms) {
  static const char *const cases[] = {"",         "(a: 1)",    "f(a: 1", "f(a: 1))",      "f(a: 1) x",
                                      "f(a: 1,)", "f(, a: 1)", "f(a:)",  "f(a: 1, a: 2)", "f(a = 1)",
                                      "5",        "f('a)"};
  ck_assert_str_eq(form(cases[_i]), "");
  ck_assert_int_eq(rein_diag_n_error(diag), 1);
}
END_TEST

Suite *rein_suite_parser(void);
Suite *rein_suite_parser(void) {
  Suite *suite = suite_create("parser");
  TCase *tests = tcase_create("parser");
  tcase_add_checked_fixture(tests, setup, teardown);
  tcase_add_loop_test(tests, trees_have_the_shape_of_the_grammar, 0, 27);
  tcase_add_loop_test(tests, mistakes_teach, 0, 23);
  tcase_add_loop_test(tests, depth_is_bounded, 0, 6);
  tcase_add_test(tests, size_is_bounded);
  tcase_add_test(tests, no_subtree_hangs_at_two_places);
  tcase_add_test(tests, positions_are_those_of_the_text);
  tcase_add_loop_test(tests, forms, 0, 6);
  tcase_add_loop_test(tests, wrong_forms, 0, 12);
  suite_add_tcase(suite, tests);
  return suite;
}
