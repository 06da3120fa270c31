/* Runs tapes: owns the slot file, copies the time in, and calls the interpreter of the chosen instruction
 * set.
 *
 * The time section of a program is skipped where nothing it reads or writes has changed since it last ran:
 * same program as before, same times, no call of rein_eval_params in between, and a program for which
 * skipping is sound (its time section writes slots only, and its state section leaves those alone). */
#include "solver/eval.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

struct rein_eval {
  const rein_tape *tape;
  const rein_kernels *kernels;
  int n_lane;
  double *slot;         /* (n_slot x n_lane) */
  int64_t *n_pow_floor; /* (n_lane) */
  bool may_skip[REIN_N_PROG];
  bool is_timed[REIN_N_PROG]; /* it has a time section, or reads time */
  bool counts;                /* there are powers, which count in n_pow_floor */
  rein_eval_hook hook;        /* or NULL */
  void *hook_context;
  int last_prog; /* whose temporaries the slot file holds, -1 none */

  /* one lane again, for rein_eval_find_bad: values and which instruction made them bad */
  double *one[3];  /* by space: (n_slot), (n_state), (largest n_out) */
  int *culprit[3]; /* likewise: index of an instruction, or REIN_NO_CULPRIT */
};

#define REIN_NO_CULPRIT (-1)

/* Whether the results of the time section survive the state section. `mark` (n_slot) is work. */
static bool can_skip_time(const rein_tape *tape, const rein_program *program, int *mark) {
  memset(mark, 0, (size_t)tape->n_slot * sizeof *mark);
  for (int k = 0; k < program->n_time; k++) {
    const rein_operand dst = program->time_code[k].dst;
    if (REIN_OPERAND_SPACE(dst) != REIN_SPACE_SLOT) return false;
    mark[REIN_OPERAND_INDEX(dst)] = 1;
  }
  for (int k = 0; k < program->n_state_code; k++) {
    const rein_operand dst = program->state_code[k].dst;
    if (REIN_OPERAND_SPACE(dst) == REIN_SPACE_SLOT && mark[REIN_OPERAND_INDEX(dst)]) return false;
  }
  return true;
}

static bool allocate(rein_eval *eval) {
  const rein_tape *tape = eval->tape;
  int n_out = 0;
  for (int p = 0; p < REIN_N_PROG; p++)
    n_out = tape->program[p].n_out > n_out ? tape->program[p].n_out : n_out;
  const int n_row[3] = {tape->n_slot, tape->n_state, n_out};
  eval->slot = rein_rows_create((size_t)tape->n_slot, eval->n_lane);
  eval->n_pow_floor = calloc((size_t)eval->n_lane, sizeof(int64_t));
  bool fine = eval->slot && eval->n_pow_floor;
  for (int space = 0; space < 3; space++) {
    eval->one[space] = calloc((size_t)n_row[space] + 1, sizeof(double));
    eval->culprit[space] = calloc((size_t)n_row[space] + 1, sizeof(int));
    fine = fine && eval->one[space] && eval->culprit[space];
  }
  return fine;
}

static bool has_power(const rein_instr *code, int n) {
  for (int k = 0; k < n; k++)
    if (code[k].op == REIN_OP_POW) return true;
  return false;
}

rein_eval *rein_eval_create(const rein_tape *tape, int n_lane, const rein_kernels *kernels) {
  rein_eval *eval = calloc(1, sizeof *eval);
  if (!eval) return NULL;
  eval->tape = tape;
  eval->kernels = kernels;
  eval->n_lane = n_lane;
  if (!allocate(eval)) {
    rein_eval_destroy(eval);
    return NULL;
  }
  eval->counts = has_power(tape->param_code, tape->n_param_code);
  for (int p = 0; p < REIN_N_PROG; p++) {
    const rein_program *program = &tape->program[p];
    eval->counts |= has_power(program->time_code, program->n_time) ||
                    has_power(program->state_code, program->n_state_code);
    eval->may_skip[p] = !tape->n_delay && can_skip_time(tape, program, eval->culprit[REIN_SPACE_SLOT]);
    eval->is_timed[p] = tape->n_delay || tape->program[p].n_time || rein_tape_reads_time(tape, (rein_prog)p);
  }
  for (int k = 0; k < tape->n_param; k++) {
    kernels->fill(tape->param_default[k], rein_eval_row(eval, k), (size_t)n_lane);
  }
  for (int k = 0; k < tape->n_const; k++) {
    kernels->fill(tape->constant[k], rein_eval_row(eval, tape->const_first + k), (size_t)n_lane);
  }
  if (tape->n_held) kernels->fill(1.0, rein_eval_row(eval, tape->held_first + tape->n_held), (size_t)n_lane);
  rein_eval_params(eval);
  return eval;
}

void rein_eval_destroy(rein_eval *eval) {
  if (!eval) return;
  for (int space = 0; space < 3; space++) {
    free(eval->one[space]);
    free(eval->culprit[space]);
  }
  free(eval->n_pow_floor);
  free(eval->slot);
  free(eval);
}

bool rein_eval_holds(double gap, rein_op op) {
  switch (op) {
  case REIN_OP_LT:
    return gap < 0;
  case REIN_OP_LE:
    return gap <= 0;
  case REIN_OP_GT:
    return gap > 0;
  default:
    return gap >= 0;
  }
}

void rein_eval_set_modes(rein_eval *eval, const double *time, double *stops) {
  const rein_tape *t = eval->tape;
  if (!t->n_mode) return;
  rein_eval_run(eval, REIN_PROG_STOPS, time, NULL, stops);
  for (int m = 0; m < t->n_mode; m++) {
    const double *g0 = stops + (size_t)(2 * m) * (size_t)eval->n_lane, *slope = g0 + eval->n_lane;
    double *mode = rein_eval_row(eval, t->mode_first + m);
    for (int l = 0; l < eval->n_lane; l++)
      mode[l] = rein_eval_holds(g0[l] + slope[l] * time[l], t->mode_op[m]) ? 1.0 : 0.0;
  }
  rein_eval_params(eval);
}

int rein_eval_n_lane(const rein_eval *eval) {
  return eval->n_lane;
}

double *rein_eval_row(rein_eval *eval, int slot) {
  return eval->slot + (size_t)slot * (size_t)eval->n_lane;
}

void rein_eval_params(rein_eval *eval) {
  double *const base[3] = {eval->slot, NULL, NULL};
  eval->kernels->run(eval->tape->param_code, eval->tape->n_param_code, base, eval->n_lane, eval->n_pow_floor);
  eval->last_prog = -1;
}

void rein_eval_set_hook(rein_eval *eval, rein_eval_hook hook, void *context) {
  eval->hook = hook, eval->hook_context = context;
}

static bool reads_delays(rein_prog prog) {
  return prog != REIN_PROG_INITIAL && prog != REIN_PROG_ACTION && prog != REIN_PROG_NOISE &&
         prog != REIN_PROG_STOPS && prog != REIN_PROG_DELAY && prog != REIN_PROG_PAST;
}

void rein_eval_run(rein_eval *eval, rein_prog prog, const double *time, const double *state, double *out) {
  if (eval->hook && state && reads_delays(prog)) eval->hook(eval->hook_context, eval, time, state);
  const rein_program *program = &eval->tape->program[prog];
  double *const base[3] = {eval->slot, (double *)state, out}; /* STATE is never a destination */
  double *time_row = rein_eval_row(eval, eval->tape->time_slot);
  const size_t time_bytes = (size_t)eval->n_lane * sizeof(double);
  const bool is_same = !eval->is_timed[prog] || (eval->may_skip[prog] && eval->last_prog == (int)prog &&
                                                 !memcmp(time_row, time, time_bytes));
  if (!is_same) {
    memcpy(time_row, time, time_bytes);
    eval->kernels->run(program->time_code, program->n_time, base, eval->n_lane, eval->n_pow_floor);
  }
  eval->last_prog = (int)prog;
  eval->kernels->run(program->state_code, program->n_state_code, base, eval->n_lane, eval->n_pow_floor);
}

bool rein_eval_reads_time(const rein_eval *eval, rein_prog prog) {
  return eval->is_timed[prog];
}

const int64_t *rein_eval_n_pow_floor(const rein_eval *eval) {
  return eval->n_pow_floor;
}

void rein_eval_clear_counts(rein_eval *eval) {
  memset(eval->n_pow_floor, 0, (size_t)eval->n_lane * sizeof(int64_t));
}

void rein_eval_keep_counts(const rein_eval *eval, int64_t *kept) {
  if (!eval->counts) return;
  memcpy(kept, eval->n_pow_floor, (size_t)eval->n_lane * sizeof *kept);
}

void rein_eval_drop_counts(rein_eval *eval, const int64_t *kept, const double *mask) {
  for (int l = 0; l < eval->n_lane && eval->counts; l++)
    if (mask[l] == 0) eval->n_pow_floor[l] = kept[l];
}

/* ------- one lane in plain C ------- */

/* What find_bad walks: instructions are numbered through param, time and state section. */
typedef struct {
  rein_eval *eval;
  const rein_instr *bad;
  int bad_index;
  double bad_value;
  int n_done;
} search;

/* Runs a section for one lane. A value that is not finite remembers which instruction made it: the earliest
 * one behind those of its operands that are not finite themselves, or this one if all are finite. */
static void search_section(search *s, const rein_instr *code, int n, bool is_wanted) {
  rein_eval *eval = s->eval;
  for (int k = 0; k < n; k++) {
    const rein_instr *in = &code[k];
    const rein_operand operand[3] = {in->a, in->b, in->c};
    const int n_arg = rein_op_n_arg((rein_op)in->op), index = s->n_done++;
    double value[3] = {0.0, 0.0, 0.0};
    int culprit = REIN_NO_CULPRIT;
    bool all_finite = true;
    for (int i = 0; i < n_arg; i++) {
      const uint32_t space = REIN_OPERAND_SPACE(operand[i]), at = REIN_OPERAND_INDEX(operand[i]);
      value[i] = eval->one[space][at];
      const bool is_lost = in->op == REIN_OP_SELECT && i > 0 && (value[0] != 0.0) != (i == 1);
      if (is_lost || isfinite(value[i])) continue;
      all_finite = false;
      const int from = eval->culprit[space][at];
      if (from != REIN_NO_CULPRIT && (culprit == REIN_NO_CULPRIT || from < culprit)) culprit = from;
    }
    const double result = rein_op_apply((rein_op)in->op, value[0], value[1], value[2]);
    if (isfinite(result)) culprit = REIN_NO_CULPRIT;
    if (!isfinite(result) && all_finite) culprit = index;
    const uint32_t space = REIN_OPERAND_SPACE(in->dst), at = REIN_OPERAND_INDEX(in->dst);
    eval->one[space][at] = result;
    eval->culprit[space][at] = culprit;
    if (is_wanted && index == s->bad_index) {
      s->bad = in;
      s->bad_value = result;
    }
  }
}

/* One run through all three sections, from the lane's present inputs. */
static void search_program(search *s, rein_prog prog, int lane, const double *time, const double *state,
                           bool is_wanted) {
  rein_eval *eval = s->eval;
  const rein_tape *tape = eval->tape;
  const rein_program *program = &tape->program[prog];
  const size_t n_lane = (size_t)eval->n_lane, at = (size_t)lane;
  const int n_row[3] = {tape->n_slot, tape->n_state, program->n_out};
  for (int i = 0; i < tape->n_slot; i++) eval->one[REIN_SPACE_SLOT][i] = eval->slot[(size_t)i * n_lane + at];
  for (int i = 0; i < tape->n_state; i++) {
    eval->one[REIN_SPACE_STATE][i] = state ? state[(size_t)i * n_lane + at] : 0.0;
  }
  eval->one[REIN_SPACE_SLOT][tape->time_slot] = time[at];
  for (int space = 0; space < 3; space++) {
    for (int i = 0; i < n_row[space]; i++) eval->culprit[space][i] = REIN_NO_CULPRIT;
  }
  s->n_done = 0;
  search_section(s, tape->param_code, tape->n_param_code, is_wanted);
  search_section(s, program->time_code, program->n_time, is_wanted);
  search_section(s, program->state_code, program->n_state_code, is_wanted);
}

const rein_origin *rein_eval_find_bad(rein_eval *eval, rein_prog prog, int row, int lane, const double *time,
                                      const double *state, double *value) {
  search s = {.eval = eval, .bad_index = REIN_NO_CULPRIT};
  search_program(&s, prog, lane, time, state, false);
  for (int i = 0; i < eval->tape->program[prog].n_out; i++) {
    const int culprit = eval->culprit[REIN_SPACE_OUT][i];
    if ((row >= 0 && i != row) || culprit == REIN_NO_CULPRIT || isfinite(eval->one[REIN_SPACE_OUT][i]))
      continue;
    if (s.bad_index == REIN_NO_CULPRIT || culprit < s.bad_index) s.bad_index = culprit;
  }
  if (s.bad_index == REIN_NO_CULPRIT) return NULL;
  search_program(&s, prog, lane, time, state, true);
  if (!s.bad || s.bad->origin < 0) return NULL;
  *value = s.bad_value;
  return &eval->tape->origin[s.bad->origin];
}
