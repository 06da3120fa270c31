#include <check.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "src/compile/dag_eval.h"
#include "src/compile/derive.h"
#include "src/compile/lower.h"
#include "tests/src/compile/build.h"

Suite *rein_suite_derive(void);

static rein_arena *arena;
static rein_dag *dag;
static rein_derive *derive;
static rein_node state[3];

static void setup(void) {
  arena = rein_arena_create();
  dag = rein_dag_create(arena);
  derive = rein_derive_create(dag, REIN_DERIVE_STATES, 3);
  for (int i = 0; i < 3; i++) state[i] = rein_dag_leaf(dag, REIN_LEAF_STATE, i);
}

static void teardown(void) {
  rein_arena_destroy(arena);
}

/* The value of a node; with all_finite NaN where any older node is not finite. */
static double value_or_nan(rein_node n, const double *at, bool all_finite) {
  double *value = malloc(dag->n_node * sizeof *value);
  const double param[3] = {1.5, 0.7, 2.2}, atol[3] = {1e-9, 1e-9, 1e-9};
  rein_dag_eval(dag, &(rein_dag_point){.param = param, .state = at, .atol = atol, .time = 0.4}, value);
  double result = value[n];
  for (rein_node i = 0; all_finite && i < n; i++)
    if (!isfinite(value[i])) result = NAN;
  free(value);
  return result;
}

static double value_at(rein_node n, const double *at) {
  return value_or_nan(n, at, false);
}

static double partial_at(rein_gradient g, int variable, const double *at) {
  for (int i = 0; i < g.n; i++)
    if (g.partial[i].variable == variable) return value_at(g.partial[i].node, at);
  return 0.0;
}

/* Central difference of order 4. */
static double difference(rein_node n, int variable, const double *at) {
  const double h = 1e-3;
  double sum = 0, x[3];
  static const double weight[4] = {1.0 / 12, -8.0 / 12, 8.0 / 12, -1.0 / 12};
  for (int k = 0; k < 4; k++) {
    memcpy(x, at, sizeof x);
    x[variable] += h * (k < 2 ? k - 2 : k - 1);
    sum += weight[k] * value_at(n, x);
  }
  return sum / h;
}

/* Every operation of one operand, where it is smooth: operand low .. high. */
static const struct {
  rein_op op;
  double low, high;
} unary[] = {{REIN_OP_NEG, -2, 2},      {REIN_OP_SQRT, 0.2, 3},    {REIN_OP_EXP, -2, 2},
             {REIN_OP_EXPM1, -2, 2},    {REIN_OP_LOG, 0.2, 3},     {REIN_OP_LOG1P, -0.5, 3},
             {REIN_OP_LOG10, 0.2, 3},   {REIN_OP_LOG2, 0.2, 3},    {REIN_OP_ABS, 0.1, 2},
             {REIN_OP_ABS, -2, -0.1},   {REIN_OP_FLOOR, 1.1, 1.9}, {REIN_OP_CEIL, 1.1, 1.9},
             {REIN_OP_SIN, -3, 3},      {REIN_OP_COS, -3, 3},      {REIN_OP_TAN, -1, 1},
             {REIN_OP_ASIN, -0.8, 0.8}, {REIN_OP_ACOS, -0.8, 0.8}, {REIN_OP_ATAN, -3, 3},
             {REIN_OP_SINH, -2, 2},     {REIN_OP_COSH, -2, 2},     {REIN_OP_TANH, -2, 2},
             {REIN_OP_ASINH, -3, 3},    {REIN_OP_ACOSH, 1.3, 3},   {REIN_OP_ATANH, -0.8, 0.8},
             {REIN_OP_NOT, 0.2, 1}};

START_TEST(each_unary_operation) {
  unsigned seed = 3;
  rein_node n = rein_dag_op1(dag, unary[_i].op, state[0]);
  rein_gradient g = rein_derive_gradient(derive, n);
  for (int k = 0; k < 20; k++) {
    double at[3] = {build_random_number(&seed, unary[_i].low + 0.003, unary[_i].high - 0.003), 0, 0};
    ck_assert_double_eq_tol(partial_at(g, 0, at), difference(n, 0, at), 1e-8);
  }
}
END_TEST

static const rein_op binary[] = {REIN_OP_ADD, REIN_OP_SUB, REIN_OP_MUL, REIN_OP_DIV, REIN_OP_POW,
                                 REIN_OP_MIN, REIN_OP_MAX, REIN_OP_LT,  REIN_OP_EQ,  REIN_OP_AND};

START_TEST(each_binary_operation) {
  unsigned seed = 5;
  rein_node low = rein_dag_number(dag, 1e-6), inner = rein_dag_op2(dag, REIN_OP_MUL, state[0], state[1]);
  rein_node n =
      rein_dag_op(dag, binary[_i], inner, state[1], binary[_i] == REIN_OP_POW ? low : REIN_NODE_NONE);
  rein_gradient g = rein_derive_gradient(derive, n);
  for (int k = 0; k < 20; k++) {
    double at[3] = {build_random_number(&seed, 1.1, 2), build_random_number(&seed, 0.3, 2), 0};
    if (k % 2) at[0] = 0.9 * build_random_number(&seed, 0.3, 1);
    for (int v = 0; v < 2; v++) ck_assert_double_eq_tol(partial_at(g, v, at), difference(n, v, at), 1e-7);
  }
}
END_TEST

START_TEST(branch_taken_is_derived) {
  rein_node condition = rein_dag_op2(dag, REIN_OP_LT, state[0], state[1]);
  rein_node square = rein_dag_op2(dag, REIN_OP_MUL, state[0], state[0]);
  rein_node n = rein_dag_op(dag, REIN_OP_SELECT, condition, square, state[2]);
  rein_gradient g = rein_derive_gradient(derive, n);
  ck_assert_int_eq(g.n, 2); /* the condition's own state[1] is no variable of it */
  const double below[3] = {3, 4, 5}, above[3] = {4, 3, 5};
  ck_assert_double_eq(partial_at(g, 0, below), 6);
  ck_assert_double_eq(partial_at(g, 2, below), 0);
  ck_assert_double_eq(partial_at(g, 0, above), 0);
  ck_assert_double_eq(partial_at(g, 2, above), 1);
}
END_TEST

/* At a base of 0 the derivatives of powers and roots are finite numbers. */
START_TEST(powers_are_finite_at_zero) {
  static const double exponent[] = {0.3, 1.0, 2.5};
  const double zero[3] = {0, 0, 0}, below[3] = {-1e-7, 0, 0};
  rein_node low = rein_dag_number(dag, 1e-6);
  for (int i = 0; i < 3; i++) {
    rein_node e = rein_dag_op2(dag, REIN_OP_ADD, rein_dag_leaf(dag, REIN_LEAF_PARAM, 0),
                               rein_dag_number(dag, exponent[i] - 1.5)); /* not known as a number */
    rein_gradient g = rein_derive_gradient(derive, rein_dag_op(dag, REIN_OP_POW, state[0], e, low));
    ck_assert_double_eq(partial_at(g, 0, zero), 0);
    ck_assert_double_eq(partial_at(g, 0, below), 0);
  }
  rein_gradient root = rein_derive_gradient(derive, rein_dag_op1(dag, REIN_OP_SQRT, state[0]));
  ck_assert_double_eq(partial_at(root, 0, zero), 0);
}
END_TEST

START_TEST(structure_is_exact) {
  rein_node a = rein_dag_op2(dag, REIN_OP_MUL, state[0], state[1]);
  rein_node b = rein_dag_op2(dag, REIN_OP_ADD, a, rein_dag_op2(dag, REIN_OP_SUB, state[2], state[2]));
  rein_gradient g = rein_derive_gradient(derive, b);
  ck_assert_int_eq(g.n, 2);
  ck_assert_int_eq(g.partial[0].variable, 0);
  ck_assert_int_eq(g.partial[0].node, state[1]);
  ck_assert_int_eq(g.partial[1].node, state[0]);
  ck_assert_int_eq(rein_derive_gradient(derive, rein_dag_leaf(dag, REIN_LEAF_TIME, 0)).n, 0);
}
END_TEST

/* The derivatives of a random expression against differences, where the function is smooth nearby. */
START_TEST(random_expressions) {
  unsigned seed = 11;
  int n_tested = 0;
  for (int k = 0; k < 2000; k++) {
    build b = build_create();
    build_param(&b, "a", 1.5);
    build_state(&b, "x", "1");
    build_state(&b, "y", "1");
    build_state(&b, "z", "1");
    rein_lowered lowered = {.dag = rein_dag_create(b.arena), .model = b.model};
    lowered.by_state = rein_derive_create(lowered.dag, REIN_DERIVE_STATES, 3);
    rein_lower *lower = rein_lower_create(&lowered, b.arena, b.diag);
    rein_node n = rein_lower_expression(lower, build_random(&b, &seed, 5, true, false), "test");
    rein_gradient g = rein_derive_gradient(lowered.by_state, n);
    rein_dag *kept = dag;
    dag = lowered.dag;
    double at[3];
    for (int i = 0; i < 3; i++) at[i] = build_random_number(&seed, 0.4, 1.6);
    for (int v = 0; v < 3; v++) {
      double exact = partial_at(g, v, at), near = difference(n, v, at);
      if (!(fabs(value_or_nan(n, at, true)) < 1e3 && fabs(near) < 1e3)) continue;
      double x[3] = {at[0], at[1], at[2]}; /* curvature: skip where differences themselves are rough */
      x[v] += 2e-3;
      if (fabs(difference(n, v, x) - near) > 0.05 * (1 + fabs(near))) continue;
      ck_assert_msg(fabs(exact - near) <= 1e-4 * (1 + fabs(near)), "%d: %g, not %g", k, exact, near);
      n_tested++;
    }
    dag = kept;
    build_destroy(&b);
  }
  ck_assert_int_gt(n_tested, 4000);
}
END_TEST

/* A sum of 100,000 terms costs its length, in nodes and in time, and a chain of 100,000 operations its depth.
 */
START_TEST(long_sums_and_chains) {
  rein_node sum = state[0], chain = state[0];
  for (int i = 0; i < 100000; i++) {
    rein_node term = rein_dag_op2(dag, REIN_OP_MUL, rein_dag_leaf(dag, REIN_LEAF_PARAM, i), state[i % 3]);
    sum = rein_dag_op2(dag, REIN_OP_ADD, sum, term);
    chain = rein_dag_op1(dag, i % 2 ? REIN_OP_TANH : REIN_OP_SIN, chain);
  }
  size_t before = dag->n_node;
  ck_assert_int_eq(rein_derive_gradient(derive, sum).n, 3);
  ck_assert_uint_lt(dag->n_node - before, 100010);
  before = dag->n_node;
  ck_assert_int_eq(rein_derive_gradient(derive, chain).n, 1);
  ck_assert_uint_lt(dag->n_node - before, 5 * 100000);
}
END_TEST

START_TEST(time_derivative) {
  rein_derive *by_time = rein_derive_create(dag, REIN_DERIVE_TIME, 1);
  rein_node t = rein_dag_leaf(dag, REIN_LEAF_TIME, 0), a = rein_dag_leaf(dag, REIN_LEAF_PARAM, 0);
  rein_gradient g = rein_derive_gradient(by_time, rein_dag_op2(dag, REIN_OP_MUL, a, t));
  ck_assert_int_eq(g.n, 1);
  ck_assert_int_eq(g.partial[0].node, a);
  ck_assert_int_eq(rein_derive_gradient(by_time, state[0]).n, 0);
}
END_TEST

Suite *rein_suite_derive(void) {
  Suite *suite = suite_create("derive");
  TCase *tc = tcase_create("derive");
  tcase_add_checked_fixture(tc, setup, teardown);
  tcase_add_loop_test(tc, each_unary_operation, 0, (int)(sizeof unary / sizeof *unary));
  tcase_add_loop_test(tc, each_binary_operation, 0, (int)(sizeof binary / sizeof *binary));
  tcase_add_test(tc, branch_taken_is_derived);
  tcase_add_test(tc, powers_are_finite_at_zero);
  tcase_add_test(tc, structure_is_exact);
  tcase_add_test(tc, random_expressions);
  tcase_add_test(tc, long_sums_and_chains);
  tcase_add_test(tc, time_derivative);
  suite_add_tcase(suite, tc);
  return suite;
}
