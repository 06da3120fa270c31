/* Operations by name, and the printer of tapes. The verifier is in tape_verify.c. */
#include "solver/tape.h"

#include <string.h>

/* Lower case of the i-th letter of a name in ops.def, at compile time. */
#define LETTER(name, i)                                                                                      \
  (sizeof(name) > (i) ? (char)((name)[(i) % sizeof(name)] >= 'A' && (name)[(i) % sizeof(name)] <= 'Z'        \
                                   ? (name)[(i) % sizeof(name)] + 32                                         \
                                   : (name)[(i) % sizeof(name)])                                             \
                      : '\0')
#define LOWER(name)                                                                                          \
  {                                                                                                          \
    LETTER(name, 0), LETTER(name, 1), LETTER(name, 2), LETTER(name, 3), LETTER(name, 4), LETTER(name, 5),    \
        LETTER(name, 6), '\0'                                                                                \
  }

static const struct {
  char name[8];
  const char *text;
  int n_arg;
} operations[REIN_N_OP] = {
#define REIN_OP(name, text, n_arg, unit_rule) {LOWER(#name), text, n_arg},
#include "solver/ops.def"
#undef REIN_OP
    {"copy", "=", 1},
};

const char *rein_op_name(rein_op op) {
  return operations[op].name;
}

const char *rein_op_text(rein_op op) {
  return operations[op].text;
}

int rein_op_n_arg(rein_op op) {
  return operations[op].n_arg;
}

static const char *const program_name[REIN_N_PROG] = {
    [REIN_PROG_INITIAL] = "initial", [REIN_PROG_RATES] = "rates",     [REIN_PROG_JACOBIAN] = "jacobian",
    [REIN_PROG_SWITCH] = "switch",   [REIN_PROG_TRIGGER] = "trigger", [REIN_PROG_TIMING] = "timing",
    [REIN_PROG_ASSIGN] = "assign",   [REIN_PROG_OUTPUT] = "output",   [REIN_PROG_SAFETY] = "safety",
    [REIN_PROG_ACTION] = "action",   [REIN_PROG_NOISE] = "noise",     [REIN_PROG_STOPS] = "stops",
    [REIN_PROG_MARGIN] = "margin",   [REIN_PROG_DELAY] = "delay",     [REIN_PROG_PAST] = "past",
};

static const char *name_of(const rein_row_name *names, int i) {
  return names && names[i].name ? names[i].name : "?";
}

static void print_unit(const rein_row_name *names, int i, rein_text *out) {
  if (names && names[i].unit) rein_text_printf(out, " [%s]", names[i].unit);
}

/* A row of the slot file by what it holds; rows without a name by number. */
static void print_slot(const rein_tape *tape, int slot, rein_text *out) {
  const int input = slot - tape->input_first, mode = slot - tape->mode_first, atol = slot - tape->atol_first;
  const int constant = slot - tape->const_first, held = slot - tape->held_first;
  if (slot < tape->n_param) {
    rein_text_printf(out, "%s", name_of(tape->param, slot));
  } else if (input >= 0 && input < tape->n_input) {
    rein_text_printf(out, "input[%d]", input);
  } else if (mode >= 0 && mode < tape->n_mode) {
    rein_text_printf(out, "mode[%d]", mode);
  } else if (held >= 0 && held < tape->n_held) {
    rein_text_printf(out, "held[%d]", held);
  } else if (tape->n_held && held == tape->n_held) {
    rein_text_add(out, "live");
  } else if (atol >= 0 && atol < tape->n_state) {
    rein_text_printf(out, "atol[%s]", name_of(tape->state, atol));
  } else if (slot == tape->time_slot) {
    rein_text_add(out, "time");
  } else if (constant >= 0 && constant < tape->n_const) {
    rein_text_number(out, tape->constant[constant]);
  } else {
    rein_text_printf(out, "%%%d", slot);
  }
}

static void print_jacobian_row(const rein_tape *tape, int nz, rein_text *out) {
  int column = 0;
  while (column + 1 < tape->n_state && tape->col_start[column + 1] <= nz) column++;
  rein_text_printf(out, "d %s / d %s", name_of(tape->state, tape->row[nz]), name_of(tape->state, column));
}

/* A row of a program's output array, by name where it has one. */
static void print_out(const rein_tape *tape, int prog, int row, rein_text *out) {
  rein_text_add(out, "out[");
  switch (prog) {
  case REIN_PROG_INITIAL:
  case REIN_PROG_RATES:
    rein_text_add(out, name_of(tape->state, row));
    break;
  case REIN_PROG_JACOBIAN:
    print_jacobian_row(tape, row, out);
    break;
  case REIN_PROG_OUTPUT:
    rein_text_add(out, name_of(tape->output, row));
    break;
  case REIN_PROG_SAFETY:
    rein_text_add(out, name_of(tape->safety, row));
    break;
  default:
    rein_text_printf(out, "%d", row);
    break;
  }
  rein_text_add(out, "]");
}

static void print_operand(const rein_tape *tape, int prog, rein_operand operand, rein_text *out) {
  const int index = (int)REIN_OPERAND_INDEX(operand);
  switch (REIN_OPERAND_SPACE(operand)) {
  case REIN_SPACE_SLOT:
    print_slot(tape, index, out);
    break;
  case REIN_SPACE_STATE:
    rein_text_printf(out, "y[%s]", name_of(tape->state, index));
    break;
  default:
    print_out(tape, prog, index, out);
    break;
  }
}

static void print_instruction(const rein_tape *tape, int prog, const rein_instr *in, rein_text *out) {
  const rein_operand operand[3] = {in->a, in->b, in->c};
  const size_t start = out->n;
  rein_text_add(out, "    ");
  print_operand(tape, prog, in->dst, out);
  rein_text_printf(out, " = %s", rein_op_name((rein_op)in->op));
  for (int i = 0; i < rein_op_n_arg((rein_op)in->op); i++) {
    rein_text_add(out, " ");
    print_operand(tape, prog, operand[i], out);
  }
  if (in->origin >= 0 && in->origin < tape->n_origin) {
    const rein_origin *origin = &tape->origin[in->origin];
    const int width = (int)(out->n - start);
    rein_text_printf(out, "%*s; %s", width < 40 ? 40 - width : 1, "", origin->label ? origin->label : "");
    if (origin->pos.source) rein_text_printf(out, " (%s:%d)", origin->pos.source->path, origin->pos.line);
  }
  rein_text_add(out, "\n");
}

static void print_code(const rein_tape *tape, int prog, const char *section, const rein_instr *code, int n,
                       rein_text *out) {
  if (n == 0) return;
  rein_text_printf(out, "  %s (%d)\n", section, n);
  for (int k = 0; k < n; k++) print_instruction(tape, prog, &code[k], out);
}

static void print_span(const char *what, int first, int n, rein_text *out) {
  if (n == 1) rein_text_printf(out, "  %%%d: %s\n", first, what);
  if (n > 1) rein_text_printf(out, "  %%%d .. %%%d: %s\n", first, first + n - 1, what);
}

static void print_layout(const rein_tape *tape, rein_text *out) {
  rein_text_printf(out, "slots (%d)\n", tape->n_slot);
  for (int i = 0; i < tape->n_param; i++) {
    rein_text_printf(out, "  %%%d: %s", i, name_of(tape->param, i));
    print_unit(tape->param, i, out);
    rein_text_add(out, " = ");
    rein_text_number(out, tape->param_default[i]);
    rein_text_add(out, "\n");
  }
  print_span("inputs", tape->input_first, tape->n_input, out);
  print_span("modes", tape->mode_first, tape->n_mode, out);
  print_span("held comparisons", tape->held_first, tape->n_held ? tape->n_held + 1 : 0, out);
  print_span("absolute tolerances", tape->atol_first, tape->n_state, out);
  print_span("time", tape->time_slot, 1, out);
  for (int i = 0; i < tape->n_const; i++) {
    rein_text_printf(out, "  %%%d: constant ", tape->const_first + i);
    rein_text_number(out, tape->constant[i]);
    rein_text_add(out, "\n");
  }
}

static void print_names(const char *what, const rein_row_name *names, int n, rein_text *out) {
  if (n == 0) return;
  rein_text_printf(out, "%s (%d)\n", what, n);
  for (int i = 0; i < n; i++) {
    rein_text_printf(out, "  %d: %s", i, name_of(names, i));
    print_unit(names, i, out);
    rein_text_add(out, "\n");
  }
}

static void print_events(const rein_tape *tape, rein_text *out) {
  if (tape->n_event) rein_text_printf(out, "events (%d)\n", tape->n_event);
  for (int i = 0; i < tape->n_event; i++) {
    const rein_tape_event *event = &tape->event[i];
    rein_text_printf(out, "  %d: %s%s%s%s%s%s\n", i, event->name ? event->name : "?",
                     event->has_delay ? ", delay" : "", event->has_priority ? ", priority" : "",
                     event->persistent ? ", persistent" : "",
                     event->initial_true ? ", true before the start" : "",
                     event->values_at_trigger ? ", values at the trigger" : "");
    for (int k = event->first_assign; k < event->first_assign + event->n_assign; k++) {
      const rein_tape_assign *assign = &tape->assign[k];
      rein_text_printf(out, "     out[%d] to %s %s\n", k, assign->to_param ? "parameter" : "state",
                       name_of(assign->to_param ? tape->param : tape->state, assign->target));
    }
  }
}

/* Backwards: what is written here is not needed from before, what it is made of is. */
static void mark_needs(const rein_instr *code, int n, bool *slot) {
  for (int k = n - 1; k >= 0; k--) {
    const rein_operand operand[3] = {code[k].a, code[k].b, code[k].c};
    const uint32_t dst = REIN_OPERAND_INDEX(code[k].dst);
    if (REIN_OPERAND_SPACE(code[k].dst) == REIN_SPACE_SLOT) {
      if (!slot[dst]) continue;
      slot[dst] = false;
    }
    for (int i = 0; i < rein_op_n_arg((rein_op)code[k].op); i++)
      if (REIN_OPERAND_SPACE(operand[i]) == REIN_SPACE_SLOT) slot[REIN_OPERAND_INDEX(operand[i])] = true;
  }
}

void rein_tape_reads(const rein_tape *tape, rein_prog prog, bool *slot) {
  const rein_program *program = &tape->program[prog];
  memset(slot, 0, (size_t)tape->n_slot * sizeof *slot);
  mark_needs(program->state_code, program->n_state_code, slot);
  mark_needs(program->time_code, program->n_time, slot);
  mark_needs(tape->param_code, tape->n_param_code, slot);
}

bool rein_tape_reads_time(const rein_tape *tape, rein_prog prog) {
  const rein_program *program = &tape->program[prog];
  const rein_operand time = REIN_OPERAND(REIN_SPACE_SLOT, tape->time_slot);
  const rein_instr *section[] = {program->time_code, program->state_code};
  const int n[] = {program->n_time, program->n_state_code};
  for (int i = 0; i < 2; i++)
    for (int k = 0; k < n[i]; k++)
      if (section[i][k].a == time || section[i][k].b == time || section[i][k].c == time) return true;
  return false;
}

static void print_pattern(const rein_tape *tape, rein_text *out) {
  rein_text_printf(out, "jacobian pattern (%d of %d)\n", tape->n_nz, tape->n_state * tape->n_state);
  for (int j = 0; j < tape->n_state; j++) {
    if (tape->col_start[j] == tape->col_start[j + 1]) continue;
    rein_text_printf(out, "  d / d %s:", name_of(tape->state, j));
    for (int e = tape->col_start[j]; e < tape->col_start[j + 1]; e++) {
      rein_text_printf(out, " %s", name_of(tape->state, tape->row[e]));
    }
    rein_text_add(out, "\n");
  }
}

void rein_tape_print(const rein_tape *tape, rein_text *out) {
  rein_text_printf(out, "tape of %s\n", tape->model_name ? tape->model_name : "?");
  rein_text_printf(out, "path %s\nhash %s\ntime %s\n", tape->model_path ? tape->model_path : "?", tape->hash,
                   tape->time_unit ? tape->time_unit : "?");
  print_layout(tape, out);
  print_names("states", tape->state, tape->n_state, out);
  print_names("outputs", tape->output, tape->n_output, out);
  print_names("safety", tape->safety, tape->n_safety, out);
  print_names("actions", tape->action, tape->n_action, out);
  for (int i = 0; i < tape->n_mode; i++) {
    rein_text_printf(out, "mode %d: out[%d] + out[%d] time %s 0\n", i, 2 * i, 2 * i + 1,
                     rein_op_text(tape->mode_op[i]));
  }
  print_events(tape, out);
  print_pattern(tape, out);
  rein_text_add(out, "parameters\n");
  print_code(tape, -1, "code", tape->param_code, tape->n_param_code, out);
  for (int p = 0; p < REIN_N_PROG; p++) {
    const rein_program *program = &tape->program[p];
    if (program->n_out == 0) continue;
    rein_text_printf(out, "%s -> %d\n", program_name[p], program->n_out);
    print_code(tape, p, "time", program->time_code, program->n_time, out);
    print_code(tape, p, "state", program->state_code, program->n_state_code, out);
  }
}
