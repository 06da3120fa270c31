/* Tapes run in lanes: every operation against libm one number at a time, in every instruction set and number
 * of lanes; what is kept between calls; and the search for the instruction that went bad. */
#include <check.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "solver/eval.h"
#include "tests/skip.h"
#include "tests/solver/robertson.h"

#define SLOT(i) REIN_OPERAND(REIN_SPACE_SLOT, i)
#define Y(i) REIN_OPERAND(REIN_SPACE_STATE, i)
#define OUT(i) REIN_OPERAND(REIN_SPACE_OUT, i)

/* A tape of one program, OUTPUT, over 3 states and 1 parameter: slots 0 parameter, 1 .. 3 tolerances, 4 time,
 * 5 constant 2, 6 parameter result, 7 .. 9 temporaries. */
enum { TIME = 4, TWO, RESULT, T1, T2, T3, N_SLOT };

static const int col_start[] = {0, 0, 0, 0};
static const double two[] = {2.0}, one_param[] = {3.0}, scale[] = {1.0, 1.0, 1.0};
static const rein_origin origin[] = {
    {{NULL, 0, 0, 0}, "first"}, {{NULL, 0, 0, 0}, "second"}, {{NULL, 0, 0, 0}, "third"}};
static const rein_instr zero_states[] = {{REIN_OP_SUB, OUT(0), SLOT(TWO), SLOT(TWO), 0, -1},
                                         {REIN_OP_COPY, OUT(1), OUT(0), 0, 0, -1},
                                         {REIN_OP_COPY, OUT(2), OUT(0), 0, 0, -1}};

static rein_tape small_tape(const rein_instr *param, int n_param, const rein_instr *time, int n_time,
                            const rein_instr *state, int n_state_code, int n_out) {
  rein_tape tape = {.model_name = "small",
                    .n_state = 3,
                    .n_param = 1,
                    .n_const = 1,
                    .n_slot = N_SLOT,
                    .atol_first = 1,
                    .time_slot = TIME,
                    .const_first = TWO,
                    .constant = two,
                    .param_default = one_param,
                    .param_code = param,
                    .n_param_code = n_param,
                    .col_start = col_start,
                    .n_output = n_out,
                    .scale = scale,
                    .origin = origin,
                    .n_origin = 3};
  tape.program[REIN_PROG_INITIAL] = (rein_program){NULL, zero_states, 0, 3, 3};
  tape.program[REIN_PROG_RATES] = (rein_program){NULL, zero_states, 0, 3, 3};
  tape.program[REIN_PROG_OUTPUT] = (rein_program){time, state, n_time, n_state_code, n_out};
  const char *why = "";
  ck_assert_msg(rein_tape_verify(&tape, &why), "%s", why);
  return tape;
}

/* What each operation means, from the text of the language. */
static double meaning(int op, double a, double b, double c) {
  switch (op) {
  case REIN_OP_ADD:
    return a + b;
  case REIN_OP_SUB:
    return a - b;
  case REIN_OP_MUL:
    return a * b;
  case REIN_OP_DIV:
    return a / b;
  case REIN_OP_NEG:
    return -a;
  case REIN_OP_POW:
    if (b == trunc(b) || a >= 0 || isnan(a)) return pow(a, b);
    return a >= -c ? pow(0, b) : (double)NAN;
  case REIN_OP_SQRT:
    return sqrt(a);
  case REIN_OP_EXP:
    return exp(a);
  case REIN_OP_EXPM1:
    return expm1(a);
  case REIN_OP_LOG:
    return log(a);
  case REIN_OP_LOG1P:
    return log1p(a);
  case REIN_OP_LOG10:
    return log10(a);
  case REIN_OP_LOG2:
    return log2(a);
  case REIN_OP_ABS:
    return fabs(a);
  case REIN_OP_MIN:
    return isnan(a) || isnan(b) ? (double)NAN : fmin(a, b);
  case REIN_OP_MAX:
    return isnan(a) || isnan(b) ? (double)NAN : fmax(a, b);
  case REIN_OP_FLOOR:
    return floor(a);
  case REIN_OP_CEIL:
    return ceil(a);
  case REIN_OP_SIN:
    return sin(a);
  case REIN_OP_COS:
    return cos(a);
  case REIN_OP_TAN:
    return tan(a);
  case REIN_OP_ASIN:
    return asin(a);
  case REIN_OP_ACOS:
    return acos(a);
  case REIN_OP_ATAN:
    return atan(a);
  case REIN_OP_SINH:
    return sinh(a);
  case REIN_OP_COSH:
    return cosh(a);
  case REIN_OP_TANH:
    return tanh(a);
  case REIN_OP_ASINH:
    return asinh(a);
  case REIN_OP_ACOSH:
    return acosh(a);
  case REIN_OP_ATANH:
    return atanh(a);
  case REIN_OP_LT:
    return a < b ? 1 : 0;
  case REIN_OP_LE:
    return a <= b ? 1 : 0;
  case REIN_OP_GT:
    return a > b ? 1 : 0;
  case REIN_OP_GE:
    return a >= b ? 1 : 0;
  case REIN_OP_EQ:
    return a == b ? 1 : 0;
  case REIN_OP_NE:
    return a == b ? 0 : 1;
  case REIN_OP_AND:
    return a != 0 && b != 0 ? 1 : 0;
  case REIN_OP_OR:
    return a != 0 || b != 0 ? 1 : 0;
  case REIN_OP_NOT:
    return a != 0 ? 0 : 1;
  case REIN_OP_SELECT:
    return a != 0 ? b : c;
  case REIN_OP_COPY:
    return a;
  default:
    ck_abort_msg("operation %d is not in this test", op);
    return 0;
  }
}

static const double values[] = {0.0,   -0.0,   1.0,   -1.0,   0.5, -0.5, 2.0,      3.0,      -3.0,
                                1e-12, -1e-12, 700.0, -700.0, 1e9, NAN,  INFINITY, -INFINITY};
enum { N_VALUE = sizeof values / sizeof *values };
static const int lane_counts[] = {8, 16, 24, 32, 64};

static bool agrees(double value, double wanted) {
  if (isnan(value) || isnan(wanted)) return isnan(value) && isnan(wanted);
  return value == wanted || fabs(value - wanted) <= 5e-16 * fabs(wanted);
}

/* The next lane's states: all triples of `values` one after the other. */
static void next_states(double *state, int n_lane, int *count) {
  for (int lane = 0; lane < n_lane; lane++, (*count)++) {
    state[lane] = values[*count % N_VALUE];
    state[n_lane + lane] = values[*count / N_VALUE % N_VALUE];
    state[2 * n_lane + lane] = values[*count / N_VALUE / N_VALUE % N_VALUE];
  }
}

START_TEST(every_operation_in_every_form) {
  const rein_kernels *kernels = rein_kernels_get((rein_isa)(_i % REIN_N_ISA));
  const int n_lane = lane_counts[_i / REIN_N_ISA];
  if (!kernels) {
    rein_test_skip("processor lacks an instruction set");
    return;
  }
  rein_instr code[REIN_N_OP];
  for (int op = 0; op < REIN_N_OP; op++) code[op] = (rein_instr){(uint32_t)op, OUT(op), Y(0), Y(1), Y(2), -1};
  const rein_tape tape = small_tape(NULL, 0, NULL, 0, code, REIN_N_OP, REIN_N_OP);
  rein_eval *eval = rein_eval_create(&tape, n_lane, kernels), *plain;
  plain = rein_eval_create(&tape, n_lane, rein_kernels_get(REIN_ISA_PLAIN));
  double *state = rein_rows_create(3, n_lane), *time = rein_rows_create(1, n_lane);
  double *out = rein_rows_create(REIN_N_OP, n_lane), *out_plain = rein_rows_create(REIN_N_OP, n_lane);
  for (int count = 0; count < N_VALUE * N_VALUE * N_VALUE;) {
    next_states(state, n_lane, &count);
    rein_eval_run(eval, REIN_PROG_OUTPUT, time, state, out);
    rein_eval_run(plain, REIN_PROG_OUTPUT, time, state, out_plain);
    for (int k = 0; k < REIN_N_OP * n_lane; k++) {
      const int op = k / n_lane, lane = k % n_lane;
      const double a = state[lane], b = state[n_lane + lane], c = state[2 * n_lane + lane];
      const double wanted = meaning(op, a, b, c);
      const bool is_same =
          memcmp(&out[k], &out_plain[k], sizeof(double)) == 0 || (isnan(out[k]) && isnan(out_plain[k]));
      if (!agrees(out[k], wanted) || (rein_lanes_same_bits() && !is_same)) {
        ck_abort_msg("%s: %s(%g, %g, %g) is %.17g, plain %.17g, wanted %.17g", kernels->name,
                     rein_op_name((rein_op)op), a, b, c, out[k], out_plain[k], wanted);
      }
    }
  }
  free(out_plain);
  free(out);
  free(time);
  free(state);
  rein_eval_destroy(plain);
  rein_eval_destroy(eval);
}
END_TEST

START_TEST(robertson_by_hand) {
  const rein_tape tape = rein_test_robertson();
  rein_eval *eval = rein_eval_create(&tape, 16, rein_kernels_best());
  double *time = rein_rows_create(1, 16), *state = rein_rows_create(3, 16), *out = rein_rows_create(7, 16);
  for (int lane = 0; lane < 16; lane++) {
    rein_eval_row(eval, 0)[lane] = 0.04 + 0.01 * lane;
    state[lane] = 0.9 - 0.01 * lane;
    state[16 + lane] = 1e-5 * (1 + lane);
    state[32 + lane] = 0.1 + 0.01 * lane;
  }
  rein_eval_params(eval);
  rein_eval_run(eval, REIN_PROG_RATES, time, state, out);
  for (int lane = 0; lane < 16; lane++) {
    const double k1 = 0.04 + 0.01 * lane, a = state[lane], b = state[16 + lane], c = state[32 + lane];
    ck_assert_double_eq_tol(out[lane], -k1 * a + 1e4 * b * c, 1e-13);
    ck_assert_double_eq_tol(out[16 + lane], k1 * a - 1e4 * b * c - 3e7 * b * b, 1e-12);
    ck_assert_double_eq_tol(out[32 + lane], 3e7 * b * b, 1e-12);
  }
  rein_eval_run(eval, REIN_PROG_JACOBIAN, time, state, out);
  for (int lane = 0; lane < 16; lane++) {
    const double k1 = 0.04 + 0.01 * lane, b = state[16 + lane], c = state[32 + lane];
    const double wanted[] = {-k1, k1, 1e4 * c, -1e4 * c - 6e7 * b, 6e7 * b, 1e4 * b, -1e4 * b};
    for (int e = 0; e < 7; e++) ck_assert_double_eq_tol(out[16 * e + lane], wanted[e], 1e-9);
  }
  rein_eval_run(eval, REIN_PROG_INITIAL, time, NULL, out);
  ck_assert(out[5] == 1.0 && out[16 + 5] == 0.0 && out[32 + 5] == 0.0);
  free(out);
  free(state);
  free(time);
  rein_eval_destroy(eval);
}
END_TEST

START_TEST(pow_floor_is_counted_per_lane) {
  const rein_instr code[] = {{REIN_OP_POW, OUT(0), Y(0), Y(1), Y(2), -1}};
  const rein_tape tape = small_tape(NULL, 0, NULL, 0, code, 1, 1);
  for (int isa = 0; isa < REIN_N_ISA; isa++) {
    const rein_kernels *kernels = rein_kernels_get((rein_isa)isa);
    if (!kernels) continue;
    rein_eval *eval = rein_eval_create(&tape, 8, kernels);
    double *rows = rein_rows_create(5, 8), *state = rows + 8, *out = rows + 32;
    const double base[8] = {-1e-9, -1e-9, -1e-3, 0.0, -0.0, -2.0, 4.0, -1e-6};
    const double exponent[8] = {0.5, 2.0, 0.5, 0.5, 1.5, 3.0, 0.5, 1.25};
    for (int lane = 0; lane < 8; lane++) {
      state[lane] = base[lane];
      state[8 + lane] = exponent[lane];
      state[16 + lane] = 1e-6;
    }
    rein_eval_run(eval, REIN_PROG_OUTPUT, rows, state, out);
    rein_eval_run(eval, REIN_PROG_OUTPUT, rows, state, out);
    const double wanted[8] = {0.0, 1e-18, NAN, 0.0, 0.0, -8.0, 2.0, 0.0};
    const int64_t counted[8] = {2, 0, 0, 0, 0, 0, 0, 2};
    for (int lane = 0; lane < 8; lane++) {
      ck_assert_msg(agrees(out[lane], wanted[lane]), "lane %d: %g", lane, out[lane]);
      ck_assert_int_eq(rein_eval_n_pow_floor(eval)[lane], counted[lane]);
    }
    rein_eval_clear_counts(eval);
    ck_assert_int_eq(rein_eval_n_pow_floor(eval)[0], 0);
    free(rows);
    rein_eval_destroy(eval);
  }
}
END_TEST

/* out0 = (2 time + result) + y0, result = 2 parameter */
static const rein_instr double_param[] = {{REIN_OP_MUL, SLOT(RESULT), SLOT(TWO), SLOT(0), 0, -1}};
static const rein_instr time_code[] = {{REIN_OP_MUL, SLOT(T1), SLOT(TWO), SLOT(TIME), 0, -1},
                                       {REIN_OP_ADD, SLOT(T1), SLOT(T1), SLOT(RESULT), 0, -1}};

START_TEST(time_section_follows_what_it_reads) {
  const rein_instr state_code[] = {{REIN_OP_ADD, OUT(0), SLOT(T1), Y(0), 0, -1}};
  /* the same, but the state section spoils the time result */
  const rein_instr spoiling[] = {{REIN_OP_ADD, SLOT(T1), SLOT(T1), Y(0), 0, -1},
                                 {REIN_OP_COPY, OUT(0), SLOT(T1), 0, 0, -1}};
  rein_tape tapes[2];
  tapes[0] = small_tape(double_param, 1, time_code, 2, state_code, 1, 1);
  tapes[1] = small_tape(double_param, 1, time_code, 2, spoiling, 2, 1);
  for (int i = 0; i < 2; i++) {
    const rein_instr rates[] = {{REIN_OP_COPY, SLOT(T1), Y(2), 0, 0, -1},
                                {REIN_OP_COPY, OUT(0), SLOT(T1), 0, 0, -1},
                                {REIN_OP_COPY, OUT(1), SLOT(T1), 0, 0, -1},
                                {REIN_OP_COPY, OUT(2), SLOT(T1), 0, 0, -1}};
    tapes[i].program[REIN_PROG_RATES] = (rein_program){NULL, rates, 0, 4, 3};
    rein_eval *eval = rein_eval_create(&tapes[i], 8, rein_kernels_best());
    double *rows = rein_rows_create(8, 8), *time = rows, *state = rows + 8, *out = rows + 32;
    for (int round = 0; round < 3; round++) {
      state[3] = round;
      rein_eval_run(eval, REIN_PROG_OUTPUT, time, state, out);
      ck_assert_double_eq(out[3], 6.0 + round);
    }
    time[3] = 10.0; /* one lane's time alone */
    rein_eval_run(eval, REIN_PROG_OUTPUT, time, state, out);
    ck_assert_double_eq(out[3], 28.0);
    ck_assert_double_eq(out[2], 6.0);
    state[16 + 3] = 77.0;
    rein_eval_run(eval, REIN_PROG_RATES, time, state, out); /* overwrites the temporary */
    rein_eval_run(eval, REIN_PROG_OUTPUT, time, state, out);
    ck_assert_double_eq(out[3], 28.0);
    rein_eval_row(eval, 0)[3] = 5.0;
    rein_eval_params(eval);
    rein_eval_run(eval, REIN_PROG_OUTPUT, time, state, out);
    ck_assert_double_eq(out[3], 32.0);
    free(rows);
    rein_eval_destroy(eval);
  }
}
END_TEST

START_TEST(finds_the_instruction_that_went_bad) {
  /* first: log(y0), in a branch that select drops where y2 is 0; second: 1 / y1; third: their sum */
  const rein_instr code[] = {{REIN_OP_LOG, SLOT(T1), Y(0), 0, 0, 0},
                             {REIN_OP_SELECT, SLOT(T1), Y(2), SLOT(T1), SLOT(TWO), -1},
                             {REIN_OP_DIV, SLOT(T2), SLOT(TWO), Y(1), 0, 1},
                             {REIN_OP_ADD, OUT(0), SLOT(T1), SLOT(T2), 0, 2},
                             {REIN_OP_COPY, OUT(1), Y(2), 0, 0, -1}};
  const rein_tape tape = small_tape(NULL, 0, NULL, 0, code, 5, 2);
  rein_eval *eval = rein_eval_create(&tape, 8, rein_kernels_best());
  double *rows = rein_rows_create(8, 8), *time = rows, *state = rows + 8;
  double value = 0.0;
  for (int lane = 0; lane < 8; lane++) {
    state[lane] = lane == 1 || lane == 2 ? -1.0 : 1.0;
    state[8 + lane] = lane == 3 || lane == 2 ? 0.0 : 1.0;
    state[16 + lane] = lane == 2 ? 0.0 : 1.0;
  }
  state[5] = NAN; /* came from outside: no instruction is to blame */
  ck_assert_ptr_null(rein_eval_find_bad(eval, REIN_PROG_OUTPUT, -1, 0, time, state, &value));
  ck_assert_str_eq(rein_eval_find_bad(eval, REIN_PROG_OUTPUT, -1, 1, time, state, &value)->label, "first");
  ck_assert(isnan(value));
  ck_assert_str_eq(rein_eval_find_bad(eval, REIN_PROG_OUTPUT, -1, 2, time, state, &value)->label, "second");
  ck_assert(isinf(value));
  ck_assert_str_eq(rein_eval_find_bad(eval, REIN_PROG_OUTPUT, -1, 3, time, state, &value)->label, "second");
  ck_assert_ptr_null(rein_eval_find_bad(eval, REIN_PROG_OUTPUT, -1, 5, time, state, &value));
  free(rows);
  rein_eval_destroy(eval);
}
END_TEST

Suite *rein_suite_eval(void) {
  Suite *suite = suite_create("eval");
  TCase *tests = tcase_create("eval");
  tcase_add_loop_test(tests, every_operation_in_every_form, 0, REIN_N_ISA * 5);
  tcase_add_test(tests, robertson_by_hand);
  tcase_add_test(tests, pow_floor_is_counted_per_lane);
  tcase_add_test(tests, time_section_follows_what_it_reads);
  tcase_add_test(tests, finds_the_instruction_that_went_bad);
  suite_add_tcase(suite, tests);
  return suite;
}
