/* Writes a model's tape as plain C for one individual: what a compiled peer would run. The plain reference of
 * `make bench` is this code at -O3 -march=native under one reused CVODE with its dense solver.
 *
 *   write_reference model.yaml name > name.c
 *
 * Functions: name_params(slots) runs the parameter section in place; name_rates(slots, t, y, out);
 * name_jacobian(slots, t, y, columns), columns[j] pointing at column j of a dense matrix that was zeroed
 * once. */
#include <stdio.h>
#include <stdlib.h>

#include "src/compile/compile.h"

static const char *const call[REIN_N_OP] = {
    [REIN_OP_SQRT] = "sqrt",   [REIN_OP_EXP] = "exp",     [REIN_OP_EXPM1] = "expm1", [REIN_OP_LOG] = "log",
    [REIN_OP_LOG1P] = "log1p", [REIN_OP_LOG10] = "log10", [REIN_OP_LOG2] = "log2",   [REIN_OP_ABS] = "fabs",
    [REIN_OP_MIN] = "fmin",    [REIN_OP_MAX] = "fmax",    [REIN_OP_FLOOR] = "floor", [REIN_OP_CEIL] = "ceil",
    [REIN_OP_SIN] = "sin",     [REIN_OP_COS] = "cos",     [REIN_OP_TAN] = "tan",     [REIN_OP_TANH] = "tanh"};

static void operand(const rein_tape *t, rein_operand o, int first_local) {
  unsigned i = REIN_OPERAND_INDEX(o);
  switch (REIN_OPERAND_SPACE(o)) {
  case REIN_SPACE_STATE:
    printf("y[%u]", i);
    return;
  case REIN_SPACE_OUT:
    printf("out[%u]", i);
    return;
  default:
    if ((int)i >= t->const_first && (int)i < t->const_first + t->n_const)
      printf("%.17g", t->constant[(int)i - t->const_first]);
    else if ((int)i == t->time_slot)
      printf("t");
    else
      printf((int)i >= first_local ? "l%u" : "s[%u]", i);
  }
}

static void infix(const rein_tape *t, const rein_instr *in, const char *sign, int first_local) {
  operand(t, in->a, first_local);
  printf(" %s ", sign);
  operand(t, in->b, first_local);
}

static void right_side(const rein_tape *t, const rein_instr *in, int first_local) {
  rein_op op = (rein_op)in->op;
  if (op == REIN_OP_NEG || op == REIN_OP_COPY || op == REIN_OP_NOT) {
    printf(op == REIN_OP_NEG ? "-" : op == REIN_OP_NOT ? "!" : "");
    operand(t, in->a, first_local);
  } else if (op == REIN_OP_SELECT) {
    operand(t, in->a, first_local), printf(" != 0 ? "), operand(t, in->b, first_local);
    printf(" : "), operand(t, in->c, first_local);
  } else if (op == REIN_OP_POW || op == REIN_OP_MIN || op == REIN_OP_MAX) {
    printf("%s(", op == REIN_OP_POW ? "pow" : call[op]);
    operand(t, in->a, first_local), printf(", "), operand(t, in->b, first_local), printf(")");
  } else if (rein_op_n_arg(op) == 2) {
    infix(t, in, op == REIN_OP_AND ? "&&" : op == REIN_OP_OR ? "||" : rein_op_text(op), first_local);
  } else if (call[op]) {
    printf("%s(", call[op]), operand(t, in->a, first_local), printf(")");
  } else {
    fprintf(stderr, "no C for operation %s\n", rein_op_name(op));
    exit(3);
  }
}

static void code(const rein_tape *t, const rein_instr *in, int n, int first_local) {
  for (int i = 0; i < n; i++) {
    printf("  ");
    operand(t, in[i].dst, first_local);
    printf(" = ");
    right_side(t, &in[i], first_local);
    printf(";\n");
  }
}

static void locals(const rein_tape *t, const rein_program *p, int first_local) {
  for (int i = first_local; i < t->n_slot; i++) printf("  double l%d = 0; (void)l%d;\n", i, i);
  printf("  (void)s, (void)t, (void)y;\n");
  code(t, p->time_code, p->n_time, first_local);
  code(t, p->state_code, p->n_state_code, first_local);
}

/* The slots behind constants that the parameter section writes are kept; all further ones are locals. */
static int first_local_of(const rein_tape *t) {
  int first = t->const_first + t->n_const;
  for (int i = 0; i < t->n_param_code; i++)
    if ((int)REIN_OPERAND_INDEX(t->param_code[i].dst) >= first)
      first = (int)REIN_OPERAND_INDEX(t->param_code[i].dst) + 1;
  return first;
}

static void write_c(const rein_tape *t, const char *name) {
  int first = first_local_of(t);
  printf("#include <math.h>\nconst int %s_n_slot = %d;\n", name, t->n_slot);
  printf(
      "void %s_params(double *s);\nvoid %s_rates(const double *s, double t, const double *y, double *out);\n",
      name, name);
  printf("void %s_jacobian(const double *s, double t, const double *y, double *const *column);\n", name);
  printf("void %s_params(double *s) {\n  double t = 0; (void)t;\n", name);
  code(t, t->param_code, t->n_param_code, t->n_slot);
  printf("}\nvoid %s_rates(const double *s, double t, const double *y, double *out) {\n", name);
  locals(t, &t->program[REIN_PROG_RATES], first);
  printf("}\nvoid %s_jacobian(const double *s, double t, const double *y, double *const *column) {\n  double "
         "out[%d];\n",
         name, t->n_nz + 1);
  locals(t, &t->program[REIN_PROG_JACOBIAN], first);
  for (int j = 0; j < t->n_state; j++)
    for (int p = t->col_start[j]; p < t->col_start[j + 1]; p++)
      printf("  column[%d][%d] = out[%d];\n", j, t->row[p], p);
  printf("}\n");
}

int main(int argc, char **argv) {
  if (argc != 3) return 2;
  rein_arena *arena = rein_arena_create();
  rein_diag *diag = rein_diag_create(arena);
  rein_units *units = NULL;
  rein_model *model = NULL;
  rein_tape *tape = NULL;
  rein_status status = rein_units_create(diag, &units);
  if (status == REIN_OK) status = rein_model_read(arena, units, argv[1], (rein_pos){0}, diag, &model);
  if (status == REIN_OK) status = rein_compile(arena, model, diag, &tape);
  rein_text text;
  rein_text_init(&text, arena);
  rein_diag_print(diag, &text);
  fputs(text.bytes, stderr);
  if (status == REIN_OK) write_c(tape, argv[2]);
  rein_units_destroy(units);
  rein_arena_destroy(arena);
  return rein_status_exit_code(status);
}
