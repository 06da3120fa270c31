/* Tapes against the dag they were made from, run in lanes; and how few rows they take. */
#include <check.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "solver/eval.h"
#include "src/compile/compile.h"
#include "src/compile/dag_eval.h"
#include "src/compile/lower.h"
#include "tests/src/compile/build.h"

Suite *rein_suite_emit(void);

enum { N_LANE = 8, N_STATE = 4 };

/* A model of random rates, values, triggers and outputs over 4 states. */
static build random_model(unsigned *seed) {
  static const char *const state[N_STATE] = {"w", "x", "y", "z"};
  build b = build_create();
  build_param(&b, "a", 1.5);
  build_param(&b, "c", 0.7);
  for (int i = 0; i < N_STATE; i++) build_state(&b, state[i], "(* a 2)");
  rein_ast *value = build_random(&b, seed, 4, true, true);
  const int v = build_value(&b, "v", "0"), o = build_observable(&b, "o", "0");
  b.model->value[v].is = value;
  for (int i = 0; i < N_STATE; i++) b.model->state[i].rate = build_random(&b, seed, 5, true, true);
  int p = build_process(&b, "flux", "v", 0, 1);
  b.model->process[p].flow[1].factor = 2.5;
  build_action(&b, "dose", 2);
  b.model->observable[o].is = build_expression(&b, "(* 2 v)");
  build_safety(&b, "s", "(> v 1)");
  build_event(&b, "e", "(or (> x y) (> time 3))", REIN_SYMBOL_STATE, 1, "(+ x v)");
  return b;
}

typedef struct {
  double param[2], input[1], mode[200], state[N_STATE], atol[N_STATE], time;
} point;

static point random_point(unsigned *seed) {
  point p = {.time = build_random_number(seed, 0, 6)};
  for (int i = 0; i < 2; i++) p.param[i] = build_random_number(seed, 0.3, 2);
  for (int i = 0; i < N_STATE; i++) p.state[i] = build_random_number(seed, 0.3, 2);
  for (int i = 0; i < 200; i++) p.mode[i] = build_random_number(seed, 0, 1) > 0.5;
  p.input[0] = 0.25;
  return p;
}

static void write_lane(rein_eval *eval, const rein_tape *t, int lane, const point *p, double *time,
                       double *state) {
  for (int i = 0; i < t->n_param; i++) rein_eval_row(eval, i)[lane] = p->param[i];
  for (int i = 0; i < t->n_input; i++) rein_eval_row(eval, t->input_first + i)[lane] = p->input[i];
  for (int i = 0; i < t->n_mode + t->n_held + (t->n_held > 0); i++)
    rein_eval_row(eval, t->mode_first + i)[lane] = p->mode[i];
  for (int i = 0; i < N_STATE; i++) state[i * N_LANE + lane] = p->state[i];
  time[lane] = p->time;
}

static void compare_lane(const rein_lowered *lowered, rein_prog prog, const point *p, const double *out,
                         int lane) {
  const rein_lowered_program *program = &lowered->program[prog];
  double *value = malloc(lowered->dag->n_node * sizeof *value);
  rein_dag_eval(lowered->dag, &(rein_dag_point){p->param, p->input, p->atol, p->mode, p->state, p->time},
                value);
  for (int row = 0; row < program->n; row++) {
    double expected = value[program->root[row]], found = out[row * N_LANE + lane];
    if (isnan(expected) || isinf(expected))
      ck_assert(isnan(found) == isnan(expected));
    else /* exp, sin, tanh ... differ by an ulp from libm; cancellation makes more of it */
      ck_assert_msg(fabs(found - expected) <= 1e-9 * (1 + fabs(expected)),
                    "program %d row %d: %.17g, not %.17g", prog, row, found, expected);
  }
  free(value);
}

static void compare_model(const build *b, unsigned *seed) {
  rein_tape *tape = NULL;
  rein_lowered *lowered = NULL;
  const char *why = "";
  ck_assert_int_eq(rein_compile(b->arena, b->model, b->diag, &tape), REIN_OK);
  ck_assert_msg(rein_tape_verify(tape, &why), "%s", why);
  ck_assert_int_eq(rein_lower_model(b->arena, b->arena, b->model, b->diag, &lowered), REIN_OK);
  rein_eval *eval = rein_eval_create(tape, N_LANE, rein_kernels_best());
  double *time = rein_rows_create(1, N_LANE), *state = rein_rows_create(N_STATE, N_LANE), *out;
  point p[N_LANE];
  for (int round = 0; round < 2; round++) {
    for (int l = 0; l < N_LANE; l++)
      write_lane(eval, tape, l, (p[l] = random_point(seed), &p[l]), time, state);
    rein_eval_params(eval);
    for (int k = 0; k < 2 * REIN_N_PROG;
         k++) { /* each twice: what is kept of the time section must still hold */
      const rein_prog prog = (rein_prog)((k * 7) % REIN_N_PROG);
      out = rein_rows_create((size_t)lowered->program[prog].n + 1, N_LANE);
      rein_eval_run(eval, prog, time, state, out);
      for (int l = 0; l < N_LANE; l++) compare_lane(lowered, prog, &p[l], out, l);
      free(out);
    }
  }
  free(time);
  free(state);
  rein_eval_destroy(eval);
}

START_TEST(tape_equals_dag) {
  unsigned seed = 100 + (unsigned)_i;
  for (int k = 0; k < 40; k++) {
    build b = random_model(&seed);
    compare_model(&b, &seed);
    build_destroy(&b);
  }
}
END_TEST

static const rein_tape *compile_or_fail(build *b) {
  rein_tape *tape = NULL;
  const char *why = "";
  ck_assert_int_eq(rein_compile(b->arena, b->model, b->diag, &tape), REIN_OK);
  ck_assert_msg(rein_tape_verify(tape, &why), "%s", why);
  return tape;
}

static int n_temporary(const rein_tape *t) {
  return t->n_slot - t->const_first - t->n_const;
}

/* 500 states in a chain, each rate of five operations: temporaries do not grow with the model. */
START_TEST(temporaries_are_reused) {
  build b = build_create();
  char name[32], rate[128];
  build_param(&b, "k", 1);
  build_param(&b, "m", 2);
  for (int i = 0; i < 500; i++) {
    snprintf(name, sizeof name, "x%d", i);
    build_state(&b, name, "1");
  }
  for (int i = 0; i + 1 < 500; i++) {
    snprintf(name, sizeof name, "v%d", i);
    snprintf(rate, sizeof rate, "(/ (* k x%d) (+ m (* x%d (+ 1 x%d))))", i, i, i + 1);
    build_process(&b, name, rate, i, i + 1);
  }
  const rein_tape *t = compile_or_fail(&b);
  ck_assert_int_le(n_temporary(t), 16);
  ck_assert_int_eq(t->n_nz, 3 * 500 - 2); /* a chain: three diagonals */
  build_destroy(&b);
}
END_TEST

/* A balanced tree of depth d needs about d temporaries when the needier side comes first. */
START_TEST(order_keeps_few_alive) {
  build b = build_create();
  char name[32], text[64];
  build_param(&b, "k", 1);
  for (int i = 0; i < 256; i++) {
    snprintf(name, sizeof name, "x%d", i);
    build_state(&b, name, "1");
    snprintf(name, sizeof name, "t0_%d", i);
    snprintf(text, sizeof text, "(exp x%d)", i);
    build_value(&b, name, text);
  }
  for (int level = 1, n = 128; n >= 1; level++, n /= 2) {
    for (int i = 0; i < n; i++) {
      snprintf(name, sizeof name, "t%d_%d", level, i);
      snprintf(text, sizeof text, "(- t%d_%d t%d_%d)", level - 1, 2 * i, level - 1, 2 * i + 1);
      build_value(&b, name, text);
    }
  }
  build_rate(&b, 0, "t8_0");
  const rein_tape *t = compile_or_fail(&b);
  ck_assert_int_eq(t->program[REIN_PROG_RATES].n_state_code, 511 + 255);
  ck_assert_int_le(n_temporary(t), 12);
  build_destroy(&b);
}
END_TEST

/* What depends on parameters alone is in no program, what depends on time in no state section. */
START_TEST(sections_hold_what_they_should) {
  build b = build_create();
  build_param(&b, "CL", 1);
  build_param(&b, "V", 2);
  build_state(&b, "x", "(/ CL V)");
  build_value(&b, "conc", "(/ x V)");
  build_rate(&b, 0, "(- (* (exp (sin time)) (exp V)) (* CL conc))");
  const rein_tape *t = compile_or_fail(&b);
  const rein_program *rates = &t->program[REIN_PROG_RATES];
  ck_assert_int_eq(t->n_param_code, 3);     /* exp V, CL / V, and -(CL / V) for the Jacobian */
  ck_assert_int_eq(rates->n_time, 3);       /* sin, exp, product */
  ck_assert_int_eq(rates->n_state_code, 2); /* product, difference */
  ck_assert_int_eq(t->program[REIN_PROG_JACOBIAN].n_state_code, 1);
  ck_assert_int_eq(t->program[REIN_PROG_INITIAL].n_state_code, 1);
  for (int p = 0; p < REIN_N_PROG; p++)
    for (int k = 0; k < t->program[p].n_time; k++)
      ck_assert_uint_eq(REIN_OPERAND_SPACE(t->program[p].time_code[k].dst), REIN_SPACE_SLOT);
  build_destroy(&b);
}
END_TEST

START_TEST(every_instruction_says_where_it_is_from) {
  unsigned seed = 17;
  build b = random_model(&seed);
  const rein_tape *t = compile_or_fail(&b);
  for (int p = 0; p < REIN_N_PROG; p++)
    for (int k = 0; k < t->program[p].n_state_code; k++) {
      const rein_instr *in = &t->program[p].state_code[k];
      if (in->op != REIN_OP_COPY) ck_assert_int_ge(in->origin, 0);
      if (in->origin >= 0) ck_assert_ptr_nonnull(t->origin[in->origin].label);
    }
  build_destroy(&b);
}
END_TEST

Suite *rein_suite_emit(void) {
  Suite *suite = suite_create("emit");
  TCase *tc = tcase_create("emit");
  tcase_add_loop_test(tc, tape_equals_dag, 0, 10);
  tcase_add_test(tc, temporaries_are_reused);
  tcase_add_test(tc, order_keeps_few_alive);
  tcase_add_test(tc, sections_hold_what_they_should);
  tcase_add_test(tc, every_instruction_says_where_it_is_from);
  suite_add_tcase(suite, tc);
  return suite;
}
