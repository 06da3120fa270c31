#include <check.h>
#include <math.h>
#include <string.h>

#include "src/compile/compile.h"
#include "src/compile/lower.h"
#include "tests/src/compile/build.h"

Suite *rein_suite_modes(void);

static build b;

static void setup(void) {
  b = build_create();
  build_param(&b, "T", 5);
  build_param(&b, "k", 2);
  build_state(&b, "x", "1");
  build_state(&b, "y", "1");
}

static void teardown(void) {
  build_destroy(&b);
}

static const rein_tape *compiled(void) {
  rein_tape *tape = NULL;
  const char *why = "";
  ck_assert_int_eq(rein_compile(b.arena, b.model, b.diag, &tape), REIN_OK);
  ck_assert_msg(rein_tape_verify(tape, &why), "%s", why);
  return tape;
}

/* Rate of x, then what is expected: modes, rows of SWITCH. */
static const struct {
  const char *rate;
  int n_mode, n_switch;
} cases[] = {
    {"(if (< time T) k 0)", 1, 0},
    {"(* x (if (>= (* k time) (+ T 1)) k 0))", 1, 0},
    {"(if (and (>= time T) (< time (+ T k))) 1 0)", 2, 0},
    {"(+ (if (< time T) 1 0) (if (< time T) x 0))", 1, 0}, /* the same comparison */
    {"(if (== time T) 1 0)", 2, 0},
    {"(if (!= time T) 1 0)", 2, 0},
    {"(if (< (* time time) T) 1 0)", 0, 1}, /* not linear */
    {"(if (< (sin time) 0.5) 1 0)", 0, 1},
    {"(if (< x T) 1 0)", 0, 1},
    {"(if (< time x) 1 0)", 0, 1},
    {"(if (< k T) 1 0)", 0, 0}, /* parameters alone: no event */
    {"(floor x)", 0, 1},
    {"(ceil (/ time 24))", 0, 1},
    {"(if (< (- time (* 24 (floor (/ time 24)))) 8) 1 0)", 0, 2}, /* hour of the day: floor and comparison */
    {"(if (< (if (< time T) 1 x) k) 1 0)", 1, 1},                 /* nested */
    {"(if (< (if (< time T) 1 2) time) 1 0)", 1, 1},              /* slope 1, but it jumps: not linear */
    {"(min x time)", 0, 0},
};

START_TEST(modes_and_switches_of_a_rate) {
  build_rate(&b, 0, cases[_i].rate);
  const rein_tape *t = compiled();
  ck_assert_msg(t->n_mode == cases[_i].n_mode, "%s: %d modes", cases[_i].rate, t->n_mode);
  ck_assert_msg(t->n_switch == cases[_i].n_switch, "%s: %d switches", cases[_i].rate, t->n_switch);
  ck_assert_int_eq(t->program[REIN_PROG_STOPS].n_out, 2 * t->n_mode);
}
END_TEST

/* What does not enter the integration keeps its comparisons and switches nothing. */
START_TEST(outputs_and_safety_are_exact) {
  build_observable(&b, "o", "(if (< time T) x y)");
  build_safety(&b, "s", "(> x (* k time))");
  build_event(&b, "e", "(> x T)", REIN_SYMBOL_STATE, 0, "(if (< time T) 1 y)");
  const rein_tape *t = compiled();
  ck_assert_int_eq(t->n_mode, 0);
  ck_assert_int_eq(t->n_switch, 1); /* the trigger */
}
END_TEST

/* The floor of a power is not part of the equations: its own comparisons are no events. */
START_TEST(floors_switch_nothing) {
  build_rate(&b, 0, "(^ (max x (sqrt y)) k)");
  const rein_tape *t = compiled();
  ck_assert_int_eq(t->n_switch, 0);
  ck_assert_int_eq(t->n_mode, 0);
}
END_TEST

static double lowered_value(const rein_dag *dag, rein_node n) {
  ck_assert_int_eq(rein_dag_at(dag, n)->kind, REIN_LEAF_NUMBER);
  return rein_dag_at(dag, n)->number;
}

START_TEST(stops_tell_gap_and_slope) {
  build_rate(&b, 0, "(if (> (- 12 (* 3 time)) (* 2 time)) k 0)");
  build_event(&b, "e", "(>= time 7)", REIN_SYMBOL_STATE, 1, "0");
  rein_lowered *lowered = NULL;
  ck_assert_int_eq(rein_lower_model(b.arena, b.arena, b.model, b.diag, &lowered), REIN_OK);
  ck_assert_int_eq(lowered->n_mode, 2);
  const rein_node *stops = lowered->program[REIN_PROG_STOPS].root;
  const int first = lowered->mode_op[0] == REIN_OP_GT ? 0 : 1;
  ck_assert_int_eq(lowered->mode_op[1 - first], REIN_OP_GE);
  ck_assert_double_eq(lowered_value(lowered->dag, stops[2 * first]), 12);
  ck_assert_double_eq(lowered_value(lowered->dag, stops[2 * first + 1]), -5);
  ck_assert_double_eq(lowered_value(lowered->dag, stops[2 - 2 * first]), -7);
  ck_assert_double_eq(lowered_value(lowered->dag, stops[3 - 2 * first]), 1);
  const rein_node trigger = lowered->program[REIN_PROG_TRIGGER].root[0];
  ck_assert_int_eq(rein_dag_at(lowered->dag, trigger)->kind, REIN_LEAF_MODE);
}
END_TEST

Suite *rein_suite_modes(void) {
  Suite *suite = suite_create("modes");
  TCase *tc = tcase_create("modes");
  tcase_add_checked_fixture(tc, setup, teardown);
  tcase_add_loop_test(tc, modes_and_switches_of_a_rate, 0, (int)(sizeof cases / sizeof *cases));
  tcase_add_test(tc, outputs_and_safety_are_exact);
  tcase_add_test(tc, floors_switch_nothing);
  tcase_add_test(tc, stops_tell_gap_and_slope);
  suite_add_tcase(suite, tc);
  return suite;
}
