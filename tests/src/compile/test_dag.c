#include <check.h>
#include <math.h>
#include <string.h>

#include "src/compile/dag.h"
#include "src/compile/dag_eval.h"

Suite *rein_suite_dag(void);

static rein_arena *arena;
static rein_dag *dag;
static rein_node p, q, x, y, t;

static void setup(void) {
  arena = rein_arena_create();
  dag = rein_dag_create(arena);
  p = rein_dag_leaf(dag, REIN_LEAF_PARAM, 0);
  q = rein_dag_leaf(dag, REIN_LEAF_PARAM, 1);
  x = rein_dag_leaf(dag, REIN_LEAF_STATE, 0);
  y = rein_dag_leaf(dag, REIN_LEAF_STATE, 1);
  t = rein_dag_leaf(dag, REIN_LEAF_TIME, 0);
}

static void teardown(void) {
  rein_arena_destroy(arena);
}

static rein_node op(rein_op o, rein_node a, rein_node b) {
  return rein_dag_op2(dag, o, a, b);
}

static void check_sound(void) {
  const char *why = "";
  ck_assert_msg(rein_dag_verify(dag, &why), "%s", why);
}

START_TEST(equal_expressions_are_one_node) {
  ck_assert_int_eq(op(REIN_OP_ADD, x, y), op(REIN_OP_ADD, y, x));
  ck_assert_int_eq(op(REIN_OP_MUL, x, y), op(REIN_OP_MUL, y, x));
  ck_assert_int_ne(op(REIN_OP_SUB, x, y), op(REIN_OP_SUB, y, x));
  ck_assert_int_ne(op(REIN_OP_MIN, x, y),
                   op(REIN_OP_MIN, y, x)); /* the kernels answer the second where equal */
  ck_assert_int_eq(rein_dag_number(dag, 0.1), rein_dag_number(dag, 0.1));
  ck_assert_int_ne(rein_dag_number(dag, 0.0), rein_dag_number(dag, -0.0));
  ck_assert_int_eq(rein_dag_number(dag, NAN), rein_dag_number(dag, NAN));
  ck_assert_int_ne(x, p);
  check_sound();
}
END_TEST

START_TEST(flags_and_levels) {
  ck_assert_int_eq(rein_dag_level(dag, rein_dag_number(dag, 2)), REIN_LEVEL_CONST);
  ck_assert_int_eq(rein_dag_level(dag, rein_dag_op1(dag, REIN_OP_EXP, rein_dag_number(dag, 2))),
                   REIN_LEVEL_PARAM);
  ck_assert_int_eq(rein_dag_level(dag, op(REIN_OP_ADD, p, q)), REIN_LEVEL_PARAM);
  ck_assert_int_eq(rein_dag_level(dag, op(REIN_OP_ADD, p, t)), REIN_LEVEL_TIME);
  ck_assert_int_eq(rein_dag_level(dag, op(REIN_OP_ADD, op(REIN_OP_ADD, p, t), x)), REIN_LEVEL_STATE);
  ck_assert_int_eq(rein_dag_level(dag, rein_dag_leaf(dag, REIN_LEAF_MODE, 0)), REIN_LEVEL_PARAM);
  ck_assert(rein_dag_at(dag, op(REIN_OP_LT, x, p))->flags & REIN_DAG_JUMP);
  ck_assert(!(rein_dag_at(dag, op(REIN_OP_LT, q, p))->flags & REIN_DAG_JUMP));
  ck_assert(!(rein_dag_at(dag, op(REIN_OP_MIN, x, p))->flags & REIN_DAG_JUMP));
  check_sound();
}
END_TEST

START_TEST(mark_reaches_what_is_needed_only) {
  rein_node used = op(REIN_OP_MUL, op(REIN_OP_ADD, x, p), y), unused = op(REIN_OP_SUB, x, q);
  unsigned char *mark = REIN_NEW(arena, unsigned char, dag->n_node);
  rein_dag_mark(dag, &used, 1, mark);
  ck_assert(mark[used] && mark[x] && mark[p] && mark[y]);
  ck_assert(!mark[unused] && !mark[q] && !mark[t]);
}
END_TEST

START_TEST(rebuild_replaces_and_simplifies) {
  rein_node root = op(REIN_OP_ADD, op(REIN_OP_MUL, x, t), y);
  size_t n = dag->n_node;
  unsigned char *mark = REIN_NEW(arena, unsigned char, n);
  rein_node *map = REIN_NEW(arena, rein_node, n);
  memset(map, 0xff, n * sizeof *map);
  map[t] = rein_dag_number(dag, 1.0);
  rein_dag_mark(dag, &root, 1, mark);
  rein_dag_rebuild(dag, n, mark, map);
  ck_assert_int_eq(map[root], op(REIN_OP_ADD, x, y));
  ck_assert_int_eq(map[y], y);
  check_sound();
}
END_TEST

/* 200,000 levels: nothing may use the C stack for them. */
START_TEST(depth_is_no_matter) {
  rein_node n = x;
  for (int i = 0; i < 200000; i++) n = rein_dag_op1(dag, i % 2 ? REIN_OP_SIN : REIN_OP_COS, n);
  unsigned char *mark = REIN_NEW(arena, unsigned char, dag->n_node);
  rein_dag_mark(dag, &n, 1, mark);
  ck_assert(mark[x]);
  double *value = REIN_NEW(arena, double, dag->n_node), state = 0.3, param[2] = {1, 2}, expected = 0.3;
  rein_dag_eval(dag, &(rein_dag_point){.param = param, .state = (double[]){state, 0}}, value);
  for (int i = 0; i < 200000; i++) expected = i % 2 ? sin(expected) : cos(expected);
  ck_assert_double_eq(value[n], expected);
  rein_text text;
  rein_text_init(&text, arena);
  rein_dag_print_expression(dag, NULL, n, &text);
  ck_assert_ptr_nonnull(strstr(text.bytes, "..."));
  check_sound();
}
END_TEST

START_TEST(prints_by_name) {
  const rein_row_name state[2] = {{"gut", "mg"}, {"central", "mg"}}, param[2] = {{"ka", "1/h"}, {"V", "L"}};
  const rein_dag_names names = {state, param};
  rein_dag_set_origin(dag, (rein_pos){0}, "process absorption");
  rein_node flux = op(REIN_OP_MUL, p, x);
  rein_node root[2] = {rein_dag_op1(dag, REIN_OP_NEG, flux), op(REIN_OP_SUB, flux, op(REIN_OP_DIV, y, q))};
  const char *const root_name[2] = {"rate of gut", "rate of central"};
  rein_text text;
  rein_text_init(&text, arena);
  rein_dag_print(dag, &names, root, root_name, 2, &text);
  ck_assert_str_eq(text.bytes, "%1 = ka * gut    # process absorption\n"
                               "%2 = -%1    # process absorption\n"
                               "%3 = central / V    # process absorption\n"
                               "%4 = %1 - %3    # process absorption\n"
                               "rate of gut = %2\n"
                               "rate of central = %4\n");
}
END_TEST

Suite *rein_suite_dag(void) {
  Suite *suite = suite_create("dag");
  TCase *tc = tcase_create("dag");
  tcase_add_checked_fixture(tc, setup, teardown);
  tcase_add_test(tc, equal_expressions_are_one_node);
  tcase_add_test(tc, flags_and_levels);
  tcase_add_test(tc, mark_reaches_what_is_needed_only);
  tcase_add_test(tc, rebuild_replaces_and_simplifies);
  tcase_add_test(tc, depth_is_no_matter);
  tcase_add_test(tc, prints_by_name);
  suite_add_tcase(suite, tc);
  return suite;
}
