#include "tests/solver/robertson.h"

#define SLOT(i) REIN_OPERAND(REIN_SPACE_SLOT, i)
#define Y(i) REIN_OPERAND(REIN_SPACE_STATE, i)
#define OUT(i) REIN_OPERAND(REIN_SPACE_OUT, i)
#define COUNT(array) ((int)(sizeof(array) / sizeof *(array)))

/* 0 k1, 1 k2, 2 k3; 3 .. 5 absolute tolerances; 6 time; 7 .. 9 constants; 10, 11 parameter results; 12 ..
 * temporaries */
enum { K1, K2, K3, ATOL, TIME = 6, TWO, ONE, ZERO, MINUS_K1, TWICE_K3, T1, T2, T3, N_SLOT };

static const double constant[] = {2.0, 1.0, 0.0};
static const double param_default[] = {0.04, 1e4, 3e7};

static const rein_instr param_code[] = {
    {REIN_OP_NEG, SLOT(MINUS_K1), SLOT(K1), 0, 0, -1},
    {REIN_OP_MUL, SLOT(TWICE_K3), SLOT(TWO), SLOT(K3), 0, -1},
};

static const rein_instr initial_code[] = {
    {REIN_OP_COPY, OUT(0), SLOT(ONE), 0, 0, -1},
    {REIN_OP_COPY, OUT(1), SLOT(ZERO), 0, 0, -1},
    {REIN_OP_COPY, OUT(2), SLOT(ZERO), 0, 0, -1},
};

static const rein_instr rates_code[] = {
    {REIN_OP_MUL, SLOT(T1), SLOT(K1), Y(0), 0, 0},     {REIN_OP_MUL, SLOT(T2), SLOT(K2), Y(1), 0, 0},
    {REIN_OP_MUL, SLOT(T2), SLOT(T2), Y(2), 0, 0},     {REIN_OP_SUB, OUT(0), SLOT(T2), SLOT(T1), 0, 0},
    {REIN_OP_MUL, SLOT(T3), Y(1), Y(1), 0, 2},         {REIN_OP_MUL, OUT(2), SLOT(K3), SLOT(T3), 0, 2},
    {REIN_OP_SUB, SLOT(T1), SLOT(T1), SLOT(T2), 0, 1}, {REIN_OP_SUB, OUT(1), SLOT(T1), OUT(2), 0, 1},
};

static const rein_instr jacobian_code[] = {
    {REIN_OP_COPY, OUT(0), SLOT(MINUS_K1), 0, 0, -1}, {REIN_OP_COPY, OUT(1), SLOT(K1), 0, 0, -1},
    {REIN_OP_MUL, OUT(2), SLOT(K2), Y(2), 0, -1},     {REIN_OP_MUL, OUT(4), SLOT(TWICE_K3), Y(1), 0, -1},
    {REIN_OP_ADD, SLOT(T1), OUT(2), OUT(4), 0, -1},   {REIN_OP_NEG, OUT(3), SLOT(T1), 0, 0, -1},
    {REIN_OP_MUL, OUT(5), SLOT(K2), Y(1), 0, -1},     {REIN_OP_NEG, OUT(6), OUT(5), 0, 0, -1},
};

static const rein_instr output_code[] = {
    {REIN_OP_ADD, SLOT(T1), Y(0), Y(1), 0, 3},
    {REIN_OP_ADD, OUT(0), SLOT(T1), Y(2), 0, 3},
};

static const int col_start[] = {0, 2, 5, 7};
static const int row[] = {0, 1, 0, 1, 2, 0, 1};
static const double scale[] = {1.0, 1.0, 1.0};
static const rein_row_name state[] = {{"A", "mol"}, {"B", "mol"}, {"C", "mol"}};
static const rein_row_name param[] = {{"k1", "1/s"}, {"k2", "1/(mol s)"}, {"k3", "1/(mol s)"}};
static const rein_row_name output[] = {{"total", "mol"}};
static const rein_source source = {.path = "robertson.yaml"};
static const rein_origin origin[] = {
    {{&source, 11, 5, 1}, "rate of A"},
    {{&source, 12, 5, 1}, "rate of B"},
    {{&source, 13, 5, 1}, "rate of C"},
    {{NULL, 0, 0, 0}, "value total"},
};

rein_tape rein_test_robertson(void) {
  rein_tape tape = {
      .model_name = "robertson",
      .model_path = "robertson.yaml",
      .time_unit = "s",
      .hash = "0123abcd",
      .n_state = 3,
      .n_param = 3,
      .n_const = 3,
      .n_slot = N_SLOT,
      .input_first = ATOL,
      .mode_first = ATOL,
      .atol_first = ATOL,
      .time_slot = TIME,
      .const_first = TWO,
      .constant = constant,
      .param_default = param_default,
      .param_code = param_code,
      .n_param_code = COUNT(param_code),
      .n_nz = COUNT(row),
      .col_start = col_start,
      .row = row,
      .n_output = 1,
      .scale = scale,
      .state = state,
      .param = param,
      .output = output,
      .origin = origin,
      .n_origin = COUNT(origin),
  };
  tape.program[REIN_PROG_INITIAL] = (rein_program){NULL, initial_code, 0, COUNT(initial_code), 3};
  tape.program[REIN_PROG_RATES] = (rein_program){NULL, rates_code, 0, COUNT(rates_code), 3};
  tape.program[REIN_PROG_JACOBIAN] = (rein_program){NULL, jacobian_code, 0, COUNT(jacobian_code), COUNT(row)};
  tape.program[REIN_PROG_OUTPUT] = (rein_program){NULL, output_code, 0, COUNT(output_code), 1};
  return tape;
}
