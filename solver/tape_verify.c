/* The verifier of tapes: what the interpreter takes for granted is checked here, so that a tape from
 * elsewhere cannot read or write outside its rows. Rows are followed through the sections in the order they
 * run. */
#include <stdlib.h>
#include <string.h>

#include "solver/tape.h"

/* What may be done with a row of the slot file or of the output array. */
enum {
  UNWRITTEN,
  WRITTEN,
  FIXED
}; /* FIXED: readable, not to be written (inputs, results of the parameter section) */

typedef struct {
  const rein_tape *tape;
  unsigned char *slot; /* (n_slot) */
  unsigned char *out;  /* (n_out) of the program at hand */
  int n_out;
  bool may_read_state, may_read_time, may_use_out;
  const char *why;
} checker;

static bool refuse(checker *c, const char *why) {
  c->why = why;
  return false;
}

static bool check_read(checker *c, rein_operand operand) {
  const uint32_t index = REIN_OPERAND_INDEX(operand);
  switch (REIN_OPERAND_SPACE(operand)) {
  case REIN_SPACE_SLOT:
    if (index >= (uint32_t)c->tape->n_slot) return refuse(c, "an operand lies outside the slot file");
    if (!c->may_read_time && index == (uint32_t)c->tape->time_slot) {
      return refuse(c, "the parameter section reads time");
    }
    return c->slot[index] != UNWRITTEN || refuse(c, "a slot is read before it is written");
  case REIN_SPACE_STATE:
    if (!c->may_read_state) return refuse(c, "a section reads states that it must not depend on");
    return index < (uint32_t)c->tape->n_state || refuse(c, "an operand lies outside the states");
  case REIN_SPACE_OUT:
    if (!c->may_use_out || index >= (uint32_t)c->n_out)
      return refuse(c, "an operand lies outside the output");
    return c->out[index] != UNWRITTEN || refuse(c, "an output is read before it is written");
  default:
    return refuse(c, "an operand names no space");
  }
}

static bool check_write(checker *c, rein_operand operand) {
  const uint32_t index = REIN_OPERAND_INDEX(operand);
  switch (REIN_OPERAND_SPACE(operand)) {
  case REIN_SPACE_SLOT:
    if (index >= (uint32_t)c->tape->n_slot) return refuse(c, "a destination lies outside the slot file");
    if (c->slot[index] == FIXED)
      return refuse(c, "an instruction overwrites an input, a constant or a parameter result");
    c->slot[index] = WRITTEN;
    return true;
  case REIN_SPACE_OUT:
    if (!c->may_use_out || index >= (uint32_t)c->n_out)
      return refuse(c, "a destination lies outside the output");
    c->out[index] = WRITTEN;
    return true;
  default:
    return refuse(c, "a destination is neither slot nor output");
  }
}

static bool check_code(checker *c, const rein_instr *code, int n) {
  if (n < 0 || (n > 0 && !code)) return refuse(c, "a section has no code");
  for (int k = 0; k < n; k++) {
    if (code[k].op >= REIN_N_OP) return refuse(c, "an instruction has an unknown operation");
    const rein_operand operand[3] = {code[k].a, code[k].b, code[k].c};
    for (int i = 0; i < rein_op_n_arg((rein_op)code[k].op); i++) {
      if (!check_read(c, operand[i])) return false;
    }
    if (!check_write(c, code[k].dst)) return false;
    if (code[k].origin < -1 || code[k].origin >= c->tape->n_origin) {
      return refuse(c, "an instruction's origin lies outside the list");
    }
  }
  return true;
}

/* Marks a span of input rows; false where it leaves the slot file or meets another span. */
static bool claim(checker *c, int first, int n) {
  if (n < 0 || first < 0 || n > c->tape->n_slot || first > c->tape->n_slot - n) {
    return refuse(c, "the layout leaves the slot file");
  }
  for (int i = first; i < first + n; i++) {
    if (c->slot[i] != UNWRITTEN) return refuse(c, "two parts of the layout share a slot");
    c->slot[i] = FIXED;
  }
  return true;
}

static bool check_layout(checker *c) {
  const rein_tape *t = c->tape;
  if (!claim(c, 0, t->n_param)) return false;
  if (t->n_input && !claim(c, t->input_first, t->n_input)) return false;
  if (t->n_mode && !claim(c, t->mode_first, t->n_mode)) return false;
  if (t->n_held && !claim(c, t->held_first, t->n_held + 1)) return false;
  if (t->n_state && !claim(c, t->atol_first, t->n_state)) return false;
  if (!claim(c, t->time_slot, 1)) return false;
  if (t->n_const && !claim(c, t->const_first, t->n_const)) return false;
  if (t->n_param && !t->param_default) return refuse(c, "parameters have no defaults");
  if (t->n_const && !t->constant) return refuse(c, "constants have no values");
  return true;
}

/* Columns start where the one before ends; rows rise inside a column. */
static bool check_pattern(checker *c) {
  const rein_tape *t = c->tape;
  if (!t->col_start || t->col_start[0] != 0 || (t->n_nz && !t->row))
    return refuse(c, "the pattern is missing");
  for (int j = 0; j < t->n_state; j++) {
    if (t->col_start[j + 1] < t->col_start[j] || t->col_start[j + 1] > t->n_nz) {
      return refuse(c, "the pattern's columns are not in order");
    }
    for (int e = t->col_start[j]; e < t->col_start[j + 1]; e++) {
      if (t->row[e] < 0 || t->row[e] >= t->n_state)
        return refuse(c, "the pattern has a row that is no state");
      if (e > t->col_start[j] && t->row[e] <= t->row[e - 1])
        return refuse(c, "the pattern's rows do not rise");
    }
  }
  return t->col_start[t->n_state] == t->n_nz || refuse(c, "the pattern's size is not n_nz");
}

static bool check_events(checker *c) {
  const rein_tape *t = c->tape;
  if ((t->n_event && !t->event) || (t->n_assign && !t->assign)) return refuse(c, "events are missing");
  for (int i = 0; i < t->n_event; i++) {
    const int first = t->event[i].first_assign, n = t->event[i].n_assign;
    if (first < 0 || n < 0 || n > t->n_assign || first > t->n_assign - n) {
      return refuse(c, "an event's assignments lie outside the list");
    }
  }
  for (int i = 0; i < t->n_assign; i++) {
    const int n_target = t->assign[i].to_param ? t->n_param : t->n_state;
    if (t->assign[i].target < 0 || t->assign[i].target >= n_target)
      return refuse(c, "an assignment has no target");
    if (t->assign[i].scale &&
        (t->assign[i].scale < t->n_assign || t->assign[i].scale >= t->n_assign + t->n_scale))
      return refuse(c, "an assignment's factor is not there");
  }
  for (int i = 0; i < t->n_delay; i++)
    if (!t->delay_param || t->delay_param[i] < 0 || t->delay_param[i] >= t->n_param)
      return refuse(c, "a delay has no row");
  for (int i = 0; i < t->n_held; i++)
    if (!t->held_switch || t->held_switch[i] < 0 || t->held_switch[i] >= t->n_switch)
      return refuse(c, "a held comparison is no switch");
  for (int i = 0; i < t->n_mode; i++) {
    const rein_op op = t->mode_op ? t->mode_op[i] : REIN_N_OP;
    if (op != REIN_OP_LT && op != REIN_OP_LE && op != REIN_OP_GT && op != REIN_OP_GE) {
      return refuse(c, "a mode is no comparison");
    }
  }
  return true;
}

static bool check_actions(checker *c) {
  const rein_tape *t = c->tape;
  if (t->n_action && (!t->action_state || !t->action_input)) return refuse(c, "actions are missing");
  for (int i = 0; i < t->n_action; i++) {
    if (t->action_state[i] < -1 || t->action_state[i] >= t->n_state)
      return refuse(c, "an action goes into no state");
    if (t->action_input[i] < -1 || t->action_input[i] >= t->n_input) {
      return refuse(c, "an action's input is no input");
    }
  }
  return true;
}

static bool check_program(checker *c, int prog, const unsigned char *after_param) {
  const rein_tape *t = c->tape;
  const rein_program *program = &t->program[prog];
  const int wanted[REIN_N_PROG] = {t->n_state,
                                   t->n_state,
                                   t->n_nz,
                                   t->n_switch,
                                   t->n_event,
                                   2 * t->n_event,
                                   t->n_assign + t->n_scale,
                                   t->n_output,
                                   t->n_safety,
                                   4 * t->n_action,
                                   2 * t->n_observable,
                                   2 * t->n_delay,
                                   t->n_delay,
                                   2 * t->n_mode,
                                   t->n_margin};
  if (program->n_out != wanted[prog]) return refuse(c, "a program's output has another size than its rows");
  memcpy(c->slot, after_param, (size_t)t->n_slot);
  c->n_out = program->n_out;
  c->out = calloc((size_t)c->n_out + 1, 1);
  if (!c->out) return refuse(c, "out of memory");
  c->may_read_time = c->may_use_out = true;
  c->may_read_state = false;
  bool fine = check_code(c, program->time_code, program->n_time);
  c->may_read_state = prog != REIN_PROG_INITIAL && prog != REIN_PROG_ACTION && prog != REIN_PROG_NOISE &&
                      prog != REIN_PROG_STOPS && prog != REIN_PROG_PAST;
  fine = fine && check_code(c, program->state_code, program->n_state_code);
  for (int i = 0; fine && i < c->n_out; i++) {
    if (c->out[i] == UNWRITTEN) fine = refuse(c, "an output is never written");
  }
  free(c->out);
  c->out = NULL;
  return fine;
}

static bool check_counts(checker *c) {
  const rein_tape *t = c->tape;
  const int counts[] = {t->n_state,      t->n_param,      t->n_input,  t->n_mode,   t->n_const,
                        t->n_slot,       t->n_nz,         t->n_event,  t->n_assign, t->n_switch,
                        t->n_safety,     t->n_action,     t->n_scale,  t->n_output, t->n_origin,
                        t->n_param_code, t->n_observable, t->n_margin, t->n_held};
  for (size_t i = 0; i < sizeof counts / sizeof *counts; i++) {
    if (counts[i] < 0 || counts[i] > 0x3fffffff / 4) return refuse(c, "a count is negative or too large");
  }
  if (t->n_observable > t->n_output) return refuse(c, "there are more observables than outputs");
  if (!memchr(t->hash, 0, sizeof t->hash)) return refuse(c, "the hash has no end");
  return true;
}

bool rein_tape_verify(const rein_tape *tape, const char **why) {
  checker c = {.tape = tape};
  unsigned char *after_param = NULL;
  bool fine = check_counts(&c);
  if (!fine) goto out;
  c.slot = calloc((size_t)tape->n_slot + 1, 1);
  after_param = calloc((size_t)tape->n_slot + 1, 1);
  fine = c.slot && after_param;
  if (!fine) {
    c.why = "out of memory";
    goto out;
  }
  fine = check_layout(&c) && check_pattern(&c) && check_events(&c) && check_actions(&c) &&
         check_code(&c, tape->param_code, tape->n_param_code);
  for (int i = 0; i < tape->n_slot; i++) after_param[i] = c.slot[i] == UNWRITTEN ? UNWRITTEN : FIXED;
  for (int p = 0; fine && p < REIN_N_PROG; p++) fine = check_program(&c, p, after_param);
out:
  if (!fine && why) *why = c.why;
  free(after_param);
  free(c.slot);
  return fine;
}
