#include <check.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "src/compile/compile.h"
#include "src/compile/dag_eval.h"
#include "src/compile/lower.h"
#include "tests/src/compile/build.h"

Suite *rein_suite_compile(void);

static build b;

static void setup(void) {
  b = build_create();
}

static void teardown(void) {
  build_destroy(&b);
}

static const rein_lowered *lowered(void) {
  rein_lowered *out = NULL;
  ck_assert_int_eq(rein_lower_model(b.arena, b.arena, b.model, b.diag, &out), REIN_OK);
  return out;
}

static double root_value(const rein_lowered *l, rein_prog prog, int row, const rein_dag_point *point) {
  double *value = REIN_NEW(b.arena, double, l->dag->n_node);
  rein_dag_eval(l->dag, point, value);
  return value[l->program[prog].root[row]];
}

static void expect_error(const char *part) {
  rein_tape *tape = NULL;
  rein_text text;
  rein_text_init(&text, b.arena);
  ck_assert_int_eq(rein_compile(b.arena, b.model, b.diag, &tape), REIN_ERR_INPUT);
  ck_assert_ptr_null(tape);
  rein_diag_print(b.diag, &text);
  ck_assert_msg(strstr(text.bytes, part) != NULL, "%s", text.bytes);
}

/* typical 2 * 3 = 6 with deviate 0.2 in the parameter's row */
START_TEST(formulas_with_distributions) {
  static const struct {
    rein_dist_kind kind;
    const char *formula;
    double expected;
  } cases[] = {{REIN_DIST_NONE, "(* a 3)", 6},
               {REIN_DIST_LOGNORMAL, "(* a 3)", 7.328416549}, /* 6 exp 0.2 */
               {REIN_DIST_NORMAL, "(* a 3)", 6.2},
               {REIN_DIST_LOGIT_NORMAL, "(/ a 8)", 0.289335759}}; /* logistic(log(1/3) + 0.2) */
  build_param(&b, "a", 2);
  int p = build_formula(&b, "f", cases[_i].formula, cases[_i].kind);
  build_value(&b, "v", "f");
  const double param[2] = {2, 0.2};
  ck_assert_double_eq_tol(root_value(lowered(), REIN_PROG_OUTPUT, 0, &(rein_dag_point){.param = param}),
                          cases[_i].expected, 1e-7);
  rein_tape *tape = NULL;
  ck_assert_int_eq(rein_compile(b.arena, b.model, b.diag, &tape), REIN_OK);
  ck_assert_double_eq(tape->param_default[p], 0);
  ck_assert_double_eq(tape->param_default[0], 2);
}
END_TEST

START_TEST(formula_with_a_uniform_distribution) {
  build_param(&b, "a", 2);
  build_formula(&b, "f", "(* a 3)", REIN_DIST_UNIFORM);
  build_value(&b, "v", "f");
  expect_error("parameter 'f' is computed: its distribution cannot be uniform");
}
END_TEST

START_TEST(formula_of_a_state) {
  build_state(&b, "x", "1");
  build_formula(&b, "f", "(* x 3)", REIN_DIST_NONE);
  build_value(&b, "v", "f");
  expect_error("parameter 'f' may be computed from parameters and covariates only");
}
END_TEST

START_TEST(values_in_a_circle) {
  build_state(&b, "x", "1");
  int u = build_value(&b, "u", "x");
  build_value(&b, "v", "(+ u 1)");
  b.model->value[u].is = build_expression(&b, "(* v 2)");
  expect_error("value 'u' depends on itself");
}
END_TEST

START_TEST(lag_of_a_state) {
  build_state(&b, "x", "1");
  build_action(&b, "dose", 0);
  b.model->action[0].lag = build_expression(&b, "(* 2 x)");
  expect_error("lag of 'dose' may depend on parameters and time, not on states");
}
END_TEST

/* A chain of 50,000 values, each of the one before: no recursion in it. */
START_TEST(values_of_values) {
  char name[32], is[48];
  build_state(&b, "x", "1");
  build_value(&b, "v0", "x");
  for (int i = 1; i < 50000; i++) {
    snprintf(name, sizeof name, "v%d", i);
    snprintf(is, sizeof is, "(+ (sin v%d) 1)", i - 1);
    build_value(&b, name, is);
  }
  snprintf(name, sizeof name, "v%d", 49999);
  build_rate(&b, 0, name);
  rein_tape *tape = NULL;
  const char *why = "";
  ck_assert_int_eq(rein_compile(b.arena, b.model, b.diag, &tape), REIN_OK);
  ck_assert_msg(rein_tape_verify(tape, &why), "%s", why);
  ck_assert_int_eq(tape->program[REIN_PROG_RATES].n_state_code, 2 * 49999);
  ck_assert_int_le(tape->n_slot - tape->const_first - tape->n_const, 8);
}
END_TEST

START_TEST(initial_values_of_other_states) {
  build_param(&b, "a", 2);
  build_state(&b, "x", "1");
  build_state(&b, "y", "(* a x)");
  build_state(&b, "z", "(+ y x)");
  b.model->state[0].initial = build_expression(&b, "(+ a 1)");
  const double param[1] = {2}, state[3] = {9, 9, 9}; /* not to be used */
  const rein_lowered *l = lowered();
  ck_assert_double_eq(root_value(l, REIN_PROG_INITIAL, 1, &(rein_dag_point){.param = param, .state = state}),
                      6);
  for (int i = 0; i < 3; i++)
    ck_assert(!(rein_dag_at(l->dag, l->program[REIN_PROG_INITIAL].root[i])->flags & REIN_DAG_STATE));
  ck_assert_int_eq(l->program[REIN_PROG_INITIAL].n, 3);
}
END_TEST

START_TEST(initial_values_in_a_circle) {
  build_state(&b, "x", "1");
  build_state(&b, "y", "x");
  b.model->state[0].initial = build_expression(&b, "(* 2 y)");
  expect_error("initial value of 'x' depends on itself");
}
END_TEST

/* Rates are the raw rate, then the processes with their factors, then the inputs of actions. */
START_TEST(rates_add_up) {
  build_param(&b, "k", 3);
  int x = build_state(&b, "x", "1"), y = build_state(&b, "y", "1");
  build_rate(&b, x, "(* 10 y)");
  int p = build_process(&b, "p", "(* k x)", x, y);
  b.model->process[p].flow[1].factor = 0.5;
  build_action(&b, "first", y);
  build_action(&b, "sets", -1);
  build_action(&b, "second", y);
  const double param[1] = {3}, input[2] = {0.25, 0.125}, state[2] = {2, 7};
  const rein_dag_point point = {.param = param, .input = input, .state = state};
  const rein_lowered *l = lowered();
  ck_assert_double_eq(root_value(l, REIN_PROG_RATES, x, &point), 70 - 6);
  ck_assert_double_eq(root_value(l, REIN_PROG_RATES, y, &point), 3 + 0.375);
  rein_tape *tape = NULL;
  ck_assert_int_eq(rein_compile(b.arena, b.model, b.diag, &tape), REIN_OK);
  const int input_row[3] = {0, -1, 1}, into[3] = {1, -1, 1};
  ck_assert_int_eq(tape->n_input, 2);
  ck_assert_mem_eq(tape->action_input, input_row, sizeof input_row);
  ck_assert_mem_eq(tape->action_state, into, sizeof into);
  ck_assert(isnan(root_value(l, REIN_PROG_ACTION, 0, &point))); /* no lag declared */
}
END_TEST

START_TEST(jacobian_has_the_pattern) {
  build_param(&b, "k", 3);
  int x = build_state(&b, "x", "1"), y = build_state(&b, "y", "1");
  build_state(&b, "alone", "1");
  build_process(&b, "p", "(* k (* x y))", x, y);
  const rein_lowered *l = lowered();
  const int col_start[4] = {0, 2, 4, 4}, row[4] = {0, 1, 0, 1};
  ck_assert_int_eq(l->n_nz, 4);
  ck_assert_mem_eq(l->col_start, col_start, sizeof col_start);
  ck_assert_mem_eq(l->row, row, sizeof row);
  const double param[1] = {3}, state[3] = {2, 7, 1}, expected[4] = {-21, 21, -6, 6};
  for (int i = 0; i < 4; i++)
    ck_assert_double_eq(
        root_value(l, REIN_PROG_JACOBIAN, i, &(rein_dag_point){.param = param, .state = state}), expected[i]);
}
END_TEST

START_TEST(events_are_tabled) {
  build_param(&b, "k", 3);
  build_state(&b, "x", "1");
  build_event(&b, "first", "(> x 2)", REIN_SYMBOL_STATE, 0, "(* 2 x)");
  build_event(&b, "second", "(> time 2)", REIN_SYMBOL_PARAM, 0, "(+ k 1)");
  b.model->event[1].delay = build_expression(&b, "(* 2 k)");
  rein_tape *t = NULL;
  ck_assert_int_eq(rein_compile(b.arena, b.model, b.diag, &t), REIN_OK);
  ck_assert_int_eq(t->n_event, 2);
  ck_assert_int_eq(t->event[1].first_assign, 1);
  ck_assert(t->event[1].has_delay && !t->event[0].has_delay && !t->event[1].has_priority);
  ck_assert(t->assign[1].to_param && !t->assign[0].to_param);
  const double param[1] = {3}, state[1] = {5};
  const rein_dag_point point = {.param = param, .state = state};
  const rein_lowered *l = lowered();
  ck_assert_double_eq(root_value(l, REIN_PROG_ASSIGN, 0, &point), 10);
  ck_assert_double_eq(root_value(l, REIN_PROG_TIMING, 2, &point), 6);
  ck_assert(isnan(root_value(l, REIN_PROG_TIMING, 3, &point)));
}
END_TEST

START_TEST(hash_follows_the_model) {
  rein_tape *first = NULL, *same = NULL, *other = NULL;
  build_param(&b, "k", 3);
  build_state(&b, "x", "1");
  build_rate(&b, 0, "(* k x)");
  ck_assert_int_eq(rein_compile(b.arena, b.model, b.diag, &first), REIN_OK);
  ck_assert_int_eq(rein_compile(b.arena, b.model, b.diag, &same), REIN_OK);
  b.model->param[0].value = 4;
  ck_assert_int_eq(rein_compile(b.arena, b.model, b.diag, &other), REIN_OK);
  ck_assert_uint_eq(strlen(first->hash), 64);
  ck_assert_str_eq(first->hash, same->hash);
  ck_assert_str_ne(first->hash, other->hash);
}
END_TEST

Suite *rein_suite_compile(void) {
  Suite *suite = suite_create("compile");
  TCase *tc = tcase_create("compile");
  tcase_add_checked_fixture(tc, setup, teardown);
  tcase_add_loop_test(tc, formulas_with_distributions, 0, 4);
  tcase_add_test(tc, formula_with_a_uniform_distribution);
  tcase_add_test(tc, formula_of_a_state);
  tcase_add_test(tc, values_in_a_circle);
  tcase_add_test(tc, lag_of_a_state);
  tcase_add_test(tc, values_of_values);
  tcase_add_test(tc, initial_values_of_other_states);
  tcase_add_test(tc, initial_values_in_a_circle);
  tcase_add_test(tc, rates_add_up);
  tcase_add_test(tc, jacobian_has_the_pattern);
  tcase_add_test(tc, events_are_tabled);
  tcase_add_test(tc, hash_follows_the_model);
  suite_add_tcase(suite, tc);
  return suite;
}
