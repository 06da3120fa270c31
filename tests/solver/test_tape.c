/* The verifier refuses what would read or write where it must not; the printer keeps the model's names. */
#include <check.h>
#include <string.h>

#include "tests/solver/robertson.h"

#define SLOT(i) REIN_OPERAND(REIN_SPACE_SLOT, i)
#define Y(i) REIN_OPERAND(REIN_SPACE_STATE, i)
#define OUT(i) REIN_OPERAND(REIN_SPACE_OUT, i)

START_TEST(names_and_arity_come_from_the_list) {
  ck_assert_str_eq(rein_op_name(REIN_OP_ADD), "add");
  ck_assert_str_eq(rein_op_name(REIN_OP_SELECT), "select");
  ck_assert_str_eq(rein_op_name(REIN_OP_LOG10), "log10");
  ck_assert_str_eq(rein_op_name(REIN_OP_COPY), "copy");
  ck_assert_str_eq(rein_op_text(REIN_OP_POW), "^");
  ck_assert_str_eq(rein_op_text(REIN_OP_SELECT), "if");
  ck_assert_int_eq(rein_op_n_arg(REIN_OP_POW), 3);
  ck_assert_int_eq(rein_op_n_arg(REIN_OP_NEG), 1);
  ck_assert_int_eq(rein_op_n_arg(REIN_OP_COPY), 1);
}
END_TEST

START_TEST(a_sound_tape_passes) {
  const rein_tape tape = rein_test_robertson();
  const char *why = "untouched";
  ck_assert_msg(rein_tape_verify(&tape, &why), "%s", why);
  ck_assert_str_eq(why, "untouched");
}
END_TEST

static void refused(const rein_tape *tape, const char *wanted) {
  const char *why = "nothing";
  ck_assert_msg(!rein_tape_verify(tape, &why), "passed, wanted: %s", wanted);
  ck_assert_str_eq(why, wanted);
}

/* The rates with one instruction replaced. */
static void refused_instruction(int at, rein_instr in, const char *wanted) {
  rein_tape tape = rein_test_robertson();
  rein_instr code[8];
  memcpy(code, tape.program[REIN_PROG_RATES].state_code, sizeof code);
  code[at] = in;
  tape.program[REIN_PROG_RATES].state_code = code;
  refused(&tape, wanted);
}

START_TEST(bad_instructions_are_refused) {
  refused_instruction(0, (rein_instr){REIN_N_OP, SLOT(12), SLOT(0), Y(0), 0, 0},
                      "an instruction has an unknown operation");
  refused_instruction(0, (rein_instr){REIN_OP_MUL, SLOT(12), SLOT(15), Y(0), 0, 0},
                      "an operand lies outside the slot file");
  refused_instruction(0, (rein_instr){REIN_OP_MUL, SLOT(12), SLOT(0), Y(3), 0, 0},
                      "an operand lies outside the states");
  refused_instruction(0, (rein_instr){REIN_OP_MUL, SLOT(12), SLOT(13), Y(0), 0, 0},
                      "a slot is read before it is written");
  refused_instruction(0, (rein_instr){REIN_OP_MUL, SLOT(12), OUT(1), Y(0), 0, 0},
                      "an output is read before it is written");
  refused_instruction(0, (rein_instr){REIN_OP_MUL, SLOT(12), OUT(3), Y(0), 0, 0},
                      "an operand lies outside the output");
  refused_instruction(0, (rein_instr){REIN_OP_MUL, SLOT(12), 3u << 30, Y(0), 0, 0},
                      "an operand names no space");
  refused_instruction(0, (rein_instr){REIN_OP_MUL, SLOT(15), SLOT(0), Y(0), 0, 0},
                      "a destination lies outside the slot file");
  refused_instruction(0, (rein_instr){REIN_OP_MUL, OUT(3), SLOT(0), Y(0), 0, 0},
                      "a destination lies outside the output");
  refused_instruction(0, (rein_instr){REIN_OP_MUL, Y(0), SLOT(0), Y(0), 0, 0},
                      "a destination is neither slot nor output");
  for (int slot = 0; slot < 12; slot++) { /* parameters, tolerances, time, constants, parameter results */
    refused_instruction(0, (rein_instr){REIN_OP_MUL, SLOT(slot), SLOT(0), Y(0), 0, 0},
                        "an instruction overwrites an input, a constant or a parameter result");
  }
  refused_instruction(0, (rein_instr){REIN_OP_MUL, SLOT(12), SLOT(0), Y(0), 0, 4},
                      "an instruction's origin lies outside the list");
  refused_instruction(7, (rein_instr){REIN_OP_SUB, OUT(0), SLOT(12), OUT(2), 0, 1},
                      "an output is never written");
}
END_TEST

START_TEST(bad_sections_are_refused) {
  rein_tape tape = rein_test_robertson();
  const rein_instr reads_state = {REIN_OP_COPY, SLOT(10), Y(0), 0, 0, -1};
  tape.param_code = &reads_state;
  tape.n_param_code = 1;
  refused(&tape, "a section reads states that it must not depend on");
  const rein_instr reads_time = {REIN_OP_COPY, SLOT(10), SLOT(6), 0, 0, -1};
  tape.param_code = &reads_time;
  refused(&tape, "the parameter section reads time");
  tape = rein_test_robertson();
  tape.program[REIN_PROG_RATES].time_code = &reads_state;
  tape.program[REIN_PROG_RATES].n_time = 1;
  refused(&tape, "a section reads states that it must not depend on");
  tape = rein_test_robertson();
  tape.program[REIN_PROG_INITIAL].state_code = tape.program[REIN_PROG_RATES].state_code;
  tape.program[REIN_PROG_INITIAL].n_state_code = 8;
  refused(&tape, "a section reads states that it must not depend on");
  tape = rein_test_robertson();
  tape.program[REIN_PROG_RATES].n_out = 2;
  refused(&tape, "a program's output has another size than its rows");
  tape = rein_test_robertson();
  tape.program[REIN_PROG_RATES].state_code = NULL;
  refused(&tape, "a section has no code");
}
END_TEST

START_TEST(bad_tables_are_refused) {
  rein_tape tape = rein_test_robertson();
  tape.time_slot = 1;
  refused(&tape, "two parts of the layout share a slot");
  tape = rein_test_robertson();
  tape.const_first = 14;
  refused(&tape, "the layout leaves the slot file");
  tape = rein_test_robertson();
  tape.n_slot = -1;
  refused(&tape, "a count is negative or too large");
  tape = rein_test_robertson();
  const int falling[] = {0, 1, 1, 0, 2, 0, 1}, outside[] = {0, 1, 0, 1, 3, 0, 1}, starts[] = {0, 2, 1, 7};
  tape.row = falling;
  refused(&tape, "the pattern's rows do not rise");
  tape.row = outside;
  refused(&tape, "the pattern has a row that is no state");
  tape = rein_test_robertson();
  tape.col_start = starts;
  refused(&tape, "the pattern's columns are not in order");
  tape = rein_test_robertson();
  const rein_tape_event event = {.name = "e", .first_assign = 0, .n_assign = 2};
  const rein_tape_assign assign = {.to_param = true, .target = 3};
  tape.event = &event;
  tape.n_event = 1;
  tape.assign = &assign;
  tape.n_assign = 1;
  refused(&tape, "an event's assignments lie outside the list");
  tape.n_event = 0;
  refused(&tape, "an assignment has no target");
}
END_TEST

static const char printed[] = "tape of robertson\n"
                              "path robertson.yaml\n"
                              "hash 0123abcd\n"
                              "time s\n"
                              "slots (15)\n"
                              "  %0: k1 [1/s] = 0.04\n"
                              "  %1: k2 [1/(mol s)] = 10000\n"
                              "  %2: k3 [1/(mol s)] = 30000000\n"
                              "  %3 .. %5: absolute tolerances\n"
                              "  %6: time\n"
                              "  %7: constant 2\n"
                              "  %8: constant 1\n"
                              "  %9: constant 0\n"
                              "states (3)\n"
                              "  0: A [mol]\n"
                              "  1: B [mol]\n"
                              "  2: C [mol]\n"
                              "outputs (1)\n"
                              "  0: total [mol]\n"
                              "jacobian pattern (7 of 9)\n"
                              "  d / d A: A B\n"
                              "  d / d B: A B C\n"
                              "  d / d C: A B\n"
                              "parameters\n"
                              "  code (2)\n"
                              "    %10 = neg k1\n"
                              "    %11 = mul 2 k3\n"
                              "initial -> 3\n"
                              "  state (3)\n"
                              "    out[A] = copy 1\n"
                              "    out[B] = copy 0\n"
                              "    out[C] = copy 0\n"
                              "rates -> 3\n"
                              "  state (8)\n"
                              "    %12 = mul k1 y[A]                   ; rate of A (robertson.yaml:11)\n"
                              "    %13 = mul k2 y[B]                   ; rate of A (robertson.yaml:11)\n"
                              "    %13 = mul %13 y[C]                  ; rate of A (robertson.yaml:11)\n"
                              "    out[A] = sub %13 %12                ; rate of A (robertson.yaml:11)\n"
                              "    %14 = mul y[B] y[B]                 ; rate of C (robertson.yaml:13)\n"
                              "    out[C] = mul k3 %14                 ; rate of C (robertson.yaml:13)\n"
                              "    %12 = sub %12 %13                   ; rate of B (robertson.yaml:12)\n"
                              "    out[B] = sub %12 out[C]             ; rate of B (robertson.yaml:12)\n"
                              "jacobian -> 7\n"
                              "  state (8)\n"
                              "    out[d A / d A] = copy %10\n"
                              "    out[d B / d A] = copy k1\n"
                              "    out[d A / d B] = mul k2 y[C]\n"
                              "    out[d C / d B] = mul %11 y[B]\n"
                              "    %12 = add out[d A / d B] out[d C / d B]\n"
                              "    out[d B / d B] = neg %12\n"
                              "    out[d A / d C] = mul k2 y[B]\n"
                              "    out[d B / d C] = neg out[d A / d C]\n"
                              "output -> 1\n"
                              "  state (2)\n"
                              "    %12 = add y[A] y[B]                 ; value total\n"
                              "    out[total] = add %12 y[C]           ; value total\n";

START_TEST(the_print_keeps_names) {
  const rein_tape tape = rein_test_robertson();
  rein_arena *arena = rein_arena_create();
  rein_text text;
  rein_text_init(&text, arena);
  rein_tape_print(&tape, &text);
  ck_assert_str_eq(text.bytes, printed);
  rein_arena_destroy(arena);
}
END_TEST

Suite *rein_suite_tape(void) {
  Suite *suite = suite_create("tape");
  TCase *tests = tcase_create("tape");
  tcase_add_test(tests, names_and_arity_come_from_the_list);
  tcase_add_test(tests, a_sound_tape_passes);
  tcase_add_test(tests, bad_instructions_are_refused);
  tcase_add_test(tests, bad_sections_are_refused);
  tcase_add_test(tests, bad_tables_are_refused);
  tcase_add_test(tests, the_print_keeps_names);
  suite_add_tcase(suite, tests);
  return suite;
}
