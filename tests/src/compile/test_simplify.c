#include <check.h>
#include <math.h>
#include <string.h>

#include "src/compile/dag_eval.h"
#include "src/compile/lower.h"
#include "tests/src/compile/build.h"

Suite *rein_suite_simplify(void);

/* A model with parameters a, b and states x, y, lowered by hand. */
typedef struct {
  build b;
  rein_lowered lowered;
  rein_lower *lower;
} bench;

static bench bench_create(void) {
  bench t = {.b = build_create()};
  build_param(&t.b, "a", 1);
  build_param(&t.b, "b", 2);
  build_state(&t.b, "x", "1");
  build_state(&t.b, "y", "1");
  t.lowered.dag = rein_dag_create(t.b.arena);
  t.lowered.model = t.b.model;
  t.lowered.by_state = rein_derive_create(t.lowered.dag, REIN_DERIVE_STATES, 2);
  return t;
}

static rein_node lower(bench *t, const rein_ast *ast) {
  if (!t->lower) t->lower = rein_lower_create(&t->lowered, t->b.arena, t->b.diag);
  return rein_lower_expression(t->lower, ast, "test");
}

static const struct {
  const char *from, *to;
} rules[] = {
    {"(* x 1)", "x"},
    {"(+ 0 x)", "x"},
    {"(- x 0)", "x"},
    {"(- 0 x)", "-x"},
    {"(/ x 1)", "x"},
    {"(neg (neg x))", "x"},
    {"(neg (- x y))", "y - x"},
    {"(+ x (neg y))", "x - y"},
    {"(* x -1)", "-x"},
    {"(* (neg x) (neg y))", "x * y"},
    {"(* 0 x)", "0"},
    {"(- x x)", "0"},
    /* what may hide a NaN stays */
    {"(* 0 (log x))", "0 * log(x)"},
    {"(- (log x) (log x))", "log(x) - log(x)"},
    {"(/ 0 x)", "0 / x"},
    /* numbers */
    {"(+ 1 (* 2 3))", "7"},
    {"(/ 1 3)", "0.3333333333333333"},
    {"(sqrt 2)", "1.4142135623730951"},
    {"(exp 1)", "exp(1)"},
    {"(if (< 1 2) x y)", "x"},
    {"(min 1 2)", "1"},
    {"(floor 2.5)", "2"},
    /* terms of parameters come together */
    {"(* a (/ x b))", "x * (a / b)"},
    {"(* (/ a b) x)", "(a / b) * x"},
    {"(/ (* a x) b)", "x * (a / b)"},
    {"(* a (* b x))", "x * (a * b)"},
    {"(* 2 (* 3 x))", "x * 6"},
    {"(/ a (* b x))", "(a / b) / x"},
    {"(/ (/ x a) b)", "x / (a * b)"},
    {"(* a (/ b x))", "(a * b) / x"},
    {"(/ x a)", "x / a"},
    /* powers */
    {"(^ x 1)", "x"},
    {"(^ x 0)", "1"},
    {"(^ x 2)", "x * x"},
    {"(^ x 3)", "x * (x * x)"},
    {"(^ x -1)", "1 / x"},
    {"(^ a 0.5)", "sqrt(a)"},
    {"(^ x 0.5)", "pow(x, 0.5, floor (atol(x) * 10))"},
    {"(^ x a)", "pow(x, a, floor (atol(x) * 10))"},
    {"(^ (/ x b) a)", "pow(x / b, a, floor ((abs(1 / b) * atol(x)) * 10))"},
    {"(^ b a)", "pow(b, a, floor 0)"},
    {"(^ x 17)", "pow(x, 17, floor 0)"},
    /* logic */
    {"(if (not (< x y)) x y)", "if (x < y) then y else x"},
    {"(if (< x y) a a)", "a"},
    {"(if (< x y) 1 0)", "x < y"},
    {"(and (< x y) 1)", "x < y"},
    {"(or (< x y) 1)", "1"},
    {"(min x x)", "x"},
    {"(max x y 3)", "max(max(x, y), 3)"},
};

static void check_rule(bench *t, const char *from, const char *to) {
  const rein_row_name state[2] = {{"x", "1"}, {"y", "1"}}, param[2] = {{"a", "1"}, {"b", "1"}};
  const rein_dag_names names = {state, param};
  rein_text text;
  rein_text_init(&text, t->b.arena);
  rein_dag_print_expression(t->lowered.dag, &names, lower(t, build_expression(&t->b, from)), &text);
  ck_assert_msg(strcmp(text.bytes, to) == 0, "%s gave %s, not %s", from, text.bytes, to);
}

START_TEST(each_rule) {
  bench t = bench_create(); /* anew for each: the order of operands follows the order of making */
  check_rule(&t, rules[_i].from, rules[_i].to);
  build_destroy(&t.b);
}
END_TEST

/* 3000 random expressions: the dag has the value of the tree. Regrouping may cost a few last bits. */
START_TEST(value_is_kept) {
  unsigned seed = 7;
  for (int k = 0; k < 3000; k++) {
    bench t = bench_create();
    double value[4];
    for (int i = 0; i < 4; i++) value[i] = build_random_number(&seed, 0.3, 2);
    rein_ast *ast = build_random(&t.b, &seed, 5, true, true);
    double expected = build_value_of(ast, value, 1.7), atol[2] = {0, 0};
    rein_node root = lower(&t, ast);
    double *result = REIN_NEW(t.b.arena, double, t.lowered.dag->n_node);
    rein_dag_point point = {.param = value, .state = value + 2, .time = 1.7, .atol = atol};
    rein_dag_eval(t.lowered.dag, &point, result);
    const char *why = "";
    ck_assert_msg(rein_dag_verify(t.lowered.dag, &why), "%s", why);
    if (isfinite(expected)) /* cancellation: errors are those of terms of ordinary size */
      ck_assert_msg(fabs(result[root] - expected) <= 1e-9 * (1 + fabs(expected)), "%d: %.17g, not %.17g", k,
                    result[root], expected);
    build_destroy(&t.b);
  }
}
END_TEST

Suite *rein_suite_simplify(void) {
  Suite *suite = suite_create("simplify");
  TCase *tc = tcase_create("simplify");
  tcase_add_loop_test(tc, each_rule, 0, (int)(sizeof rules / sizeof *rules));
  tcase_add_test(tc, value_is_kept);
  suite_add_tcase(suite, tc);
  return suite;
}
