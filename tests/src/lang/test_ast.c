#include "src/lang/ast.h"

#include <check.h>
#include <ctype.h>

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

static const char *print(const rein_ast *ast) {
  rein_text out;
  rein_text_init(&out, arena);
  rein_ast_print(ast, &out);
  return out.bytes;
}

/* What is printed has the fewest parentheses: these texts are printed as they are. */
START_TEST(prints_what_was_written) {
  static const char *const cases[] = {
      "a + b * c",
      "(a + b) * c",
      "a - (b - c)",
      "a - b - c",
      "a / (b * c)",
      "(a^b)^c",
      "a^b^c",
      "(-a)^2",
      "-a^2",
      "a^-b",
      "-(a + b)",
      "--a",
      "a - -b",
      "not (a or b)",
      "(not a) < b",
      "not a < b",
      "a or b and c",
      "(a or b) and c",
      "(a < b) < c",
      "a < (b < c)",
      "5 mg / V",
      "5 'mg'^2",
      "5 '%' * x",
      "5 'mg/L'",
      "exp(a + b)",
      "if a then b else c",
      "(if a then b else c) + 1",
      "if (if a then b else c) then d else e",
      "f(a, if b then c else d)",
      "min(a, max(b, c))",
      "1e-300 * a",
      "0.1 + 0.2",
      "pk.gut / pk.V",
  };
  const rein_ast *ast = rein_parse_expression(arena, case_scalar(arena, cases[_i]), diag);
  ck_assert_ptr_nonnull(ast);
  if (_i == 27)
    ck_assert_str_eq(print(ast), "if if a then b else c then d else e");
  else
    ck_assert_str_eq(print(ast), cases[_i]);
}
END_TEST

/* A small generator of its own: the same trees on every machine. */
static unsigned next_random(uint64_t *state) {
  *state = *state * 6364136223846793005u + 1442695040888963407u;
  return (unsigned)(*state >> 33);
}

static rein_ast *random_leaf(uint64_t *state) {
  static const char *const names[] = {"a", "b", "time", "pk.V"};
  static const char *const units[] = {NULL, "mg", "mg/L", "%", "h^-1", "m2"};
  unsigned pick = next_random(state) % 8;
  if (pick < 4) return rein_ast_name(arena, (rein_pos){0}, names[pick]);
  rein_ast *number = rein_ast_number(arena, (rein_pos){0}, (double)next_random(state) / 97.0);
  number->name = units[next_random(state) % 6];
  return number;
}

static rein_ast *random_tree(uint64_t *state, int depth) {
  if (depth == 0 || next_random(state) % 6 == 0) return random_leaf(state);
  rein_op op = (rein_op)(next_random(state) % REIN_OP_COPY);
  int n = op == REIN_OP_POW ? 2 : rein_op_n_arg(op);
  rein_ast *arg[3];
  for (int i = 0; i < n; i++) arg[i] = random_tree(state, depth - 1);
  if (next_random(state) % 10 == 0) return rein_ast_call(arena, (rein_pos){0}, "user_f", n, arg);
  return rein_ast_op(arena, (rein_pos){0}, op, n, arg);
}

START_TEST(print_parses_back_to_the_same_tree) {
  uint64_t state = (uint64_t)_i + 1;
  for (int k = 0; k < 300; k++) {
    const rein_ast *tree = random_tree(&state, 1 + k % 7);
    const char *text = print(tree);
    if (strlen(text) > 15000) continue;
    const rein_ast *again = rein_parse_expression(arena, case_scalar(arena, text), diag);
    ck_assert_msg(again && rein_ast_equal(tree, again), "%s\n%s", text, case_message(arena, diag));
    ck_assert_int_eq(tree->size, again->size);
    ck_assert_int_eq(tree->height, again->height);
  }
}
END_TEST

/* Taking any pair of parentheses away changes the tree, or is no expression: there are none too many. */
START_TEST(no_parentheses_too_many) {
  uint64_t state = (uint64_t)_i + 77;
  for (int k = 0; k < 200; k++) {
    const rein_ast *tree = random_tree(&state, 1 + k % 4);
    char *text = rein_arena_strdup(arena, print(tree));
    for (size_t open = 0; text[open]; open++) {
      if (text[open] != '(' ||
          (open > 0 && (text[open - 1] == '_' || isalnum((unsigned char)text[open - 1]))))
        continue;
      size_t close = open, depth = 0;
      do depth += text[close] == '(' ? 1u : text[close] == ')' ? -1u : 0u;
      while (depth > 0 && text[++close]);
      text[open] = text[close] = ' ';
      rein_diag *ignored = rein_diag_create(arena);
      const rein_ast *other = rein_parse_expression(arena, case_scalar(arena, text), ignored);
      ck_assert_msg(!other || !rein_ast_equal(tree, other), "%s", print(tree));
      text[open] = '(';
      text[close] = ')';
    }
  }
}
END_TEST

START_TEST(copies_are_deep) {
  const rein_ast *ast = rein_parse_expression(arena, case_scalar(arena, "a * (b + 5 mg)"), diag);
  rein_ast *copy = rein_ast_copy(arena, ast);
  ck_assert(rein_ast_equal(ast, copy));
  ck_assert_ptr_ne(ast->arg[1]->arg[1], copy->arg[1]->arg[1]);
  copy->arg[1]->arg[1]->number = 6;
  ck_assert(!rein_ast_equal(ast, copy));
  ck_assert(ast->arg[1]->arg[1]->number == 5);
}
END_TEST

START_TEST(conversions_are_printed_as_factors) {
  rein_ast *sum = rein_parse_expression(arena, case_scalar(arena, "a + b"), diag);
  ck_assert_str_eq(print(rein_ast_convert(arena, sum, 1000)), "1000 * (a + b)");
  ck_assert_int_eq(sum->height, 2);
  ck_assert_int_eq(sum->size, 3);
}
END_TEST

Suite *rein_suite_ast(void);
Suite *rein_suite_ast(void) {
  Suite *suite = suite_create("ast");
  TCase *tests = tcase_create("ast");
  tcase_add_checked_fixture(tests, setup, teardown);
  tcase_add_loop_test(tests, prints_what_was_written, 0, 33);
  tcase_add_loop_test(tests, print_parses_back_to_the_same_tree, 0, 8);
  tcase_add_loop_test(tests, no_parentheses_too_many, 0, 4);
  tcase_add_test(tests, copies_are_deep);
  tcase_add_test(tests, conversions_are_printed_as_factors);
  suite_add_tcase(suite, tests);
  return suite;
}
