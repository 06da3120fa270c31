/* The compiled model: three-address instructions that each work on all lanes of a batch at once.
 *
 * Values live in rows of n_lane doubles. An operand names a row by space and index:
 *   SLOT   the slot file of one thread (rein_eval): inputs, constants, results of the parameter section,
 * temporaries STATE  the state vector handed to the call, (n_state x n_lane) OUT    the output array handed
 * to the call; as destination, and as operand where an output is used again
 *
 * Layout of the slot file (rows):
 *   [0, n_param)            parameters and covariates, in model units
 *   [input_first, +n_input) zero-order inputs of the actions, amount per model time; 0 at rest
 *   [mode_first, +n_mode)   comparisons that only time switches, held constant inside a segment: 0 or 1
 *   [held_first, +n_held)   comparisons of states in rates, likewise held; where the row behind them (live,
 * there if n_held > 0) is 1 the rates use the comparison itself instead, as it is at first [atol_first,
 * +n_state)  absolute tolerance of each state time_slot               model time [const_first, +n_const)
 * constants then results of the parameter section, then temporaries of the programs (reused)
 *
 * Four sections: constants (filled once), parameters (param_code, again after every write to a parameter),
 * and for each program time_code (depends on time, not on state) and state_code.
 *
 * A tape is constant after compilation and shared by all threads. It knows nothing of YAML.
 */
#ifndef REIN_SOLVER_TAPE_H
#define REIN_SOLVER_TAPE_H

#include <stdbool.h>
#include <stdint.h>

#include "src/base/diag.h"

typedef enum {
#define REIN_OP(name, text, n_arg, unit_rule) REIN_OP_##name,
#include "solver/ops.def"
#undef REIN_OP
  REIN_OP_COPY, /* dst = a; only in tapes */
  REIN_N_OP
} rein_op;

/* Name, symbol and arity of an operation; static strings. */
const char *rein_op_name(rein_op op);
const char *rein_op_text(rein_op op);
int rein_op_n_arg(rein_op op);

/* Value of an operation on numbers, in plain C; operands it does not have are not looked at. POW takes a base
 * in
 * [-c, 0) at 0 under an exponent that is not whole; below that the answer is NaN. */
double rein_op_apply(rein_op op, double a, double b, double c);

typedef uint32_t rein_operand;
#define REIN_SPACE_SLOT 0u
#define REIN_SPACE_STATE 1u
#define REIN_SPACE_OUT 2u
#define REIN_OPERAND(space, index) ((space) << 30 | (uint32_t)(index))
#define REIN_OPERAND_SPACE(operand) ((operand) >> 30)
#define REIN_OPERAND_INDEX(operand) ((operand)&0x3fffffffu)

typedef struct {
  uint32_t op; /* rein_op */
  rein_operand dst, a, b, c;
  int32_t origin; /* index into tape->origin: the text this came from, for messages; -1 none */
} rein_instr;

/* The programs. Rows of their output array: */
typedef enum {
  REIN_PROG_INITIAL,  /* n_state: initial values; read parameters and time only */
  REIN_PROG_RATES,    /* n_state: d state / d time [state unit / model time] */
  REIN_PROG_JACOBIAN, /* n_nz: d rate(row) / d state(column), in the order of the pattern below */
  REIN_PROG_SWITCH,   /* n_switch: comparisons and floors of states inside rates and triggers; a change is an
                         event */
  REIN_PROG_TRIGGER,  /* n_event: truth of each event's trigger */
  REIN_PROG_TIMING,   /* 2 n_event: delay [model time], priority (NaN: none) of each event */
  REIN_PROG_ASSIGN,   /* n_assign + n_scale: new values, event by event, then factors of the execution */
  REIN_PROG_OUTPUT,   /* n_output: observables, then values, then process fluxes */
  REIN_PROG_SAFETY,   /* n_safety: truth of each safety signal */
  REIN_PROG_ACTION, /* 4 n_action: lag [model time], bioavailability, rate, duration (NaN where not declared)
                     */
  REIN_PROG_NOISE,  /* 2 n_observable: additive SD [observable's unit], proportional CV or log-SD; see
                       noise_kind */
  REIN_PROG_DELAY,  /* 2 n_delay: value now and length [model time] of each delay */
  REIN_PROG_PAST,   /* n_delay: what a delay gives for a time before the start; reads parameters and time only
                     */
  REIN_PROG_STOPS,  /* 2 n_mode: g(0) and slope of the comparison g(0) + slope * time ? 0, see mode_op */
  REIN_PROG_MARGIN, /* n_margin: left side minus right side of every comparison of time or states in SWITCH
                       and SAFETY: where one turns back inside a step, see turns.c */
  REIN_N_PROG
} rein_prog;

typedef struct {
  const rein_instr *time_code, *state_code; /* (n_time), (n_state_code) */
  int n_time, n_state_code;
  int n_out; /* rows of the output array */
} rein_program;

/* An event: when its trigger turns from false to true, after its delay, the assignments happen together. */
typedef struct {
  const char *name;
  int first_assign, n_assign;
  bool has_delay, has_priority;
  bool persistent;        /* a trigger that falls again before the delay is over does not cancel */
  bool initial_true;      /* the trigger counts as true before the start: true at the start is no event */
  bool values_at_trigger; /* assignment values are those at the trigger, not at the execution */
} rein_tape_event;

typedef struct {
  bool to_param; /* else to a state */
  int target;    /* state or parameter index */
  int scale;     /* row of ASSIGN with a factor that is taken at the execution; 0: none */
} rein_tape_assign;

typedef enum { REIN_RANGE_NONE, REIN_RANGE_ERROR, REIN_RANGE_WARNING, REIN_RANGE_EVENT } rein_range_policy;

typedef struct {
  const char *name, *unit; /* unit as the model writes it; "?" where unknown */
} rein_row_name;

typedef struct {
  rein_pos pos;      /* where in the model's text; source may be NULL */
  const char *label; /* "rate of central", "value concentration" */
} rein_origin;

/* What makes a dose; the first four are the rows of REIN_PROG_ACTION. */
typedef enum {
  REIN_DOSED_LAG,
  REIN_DOSED_BIOAVAILABILITY,
  REIN_DOSED_RATE,
  REIN_DOSED_DURATION,
  REIN_DOSED_AMOUNT,
  REIN_N_DOSED
} rein_dosed;

typedef struct {
  const char *model_name, *model_path, *time_unit;
  char hash[65]; /* SHA-256, hexadecimal, of the flattened checked model's print */

  int n_state, n_param, n_input, n_mode, n_held, n_const, n_slot;
  int input_first, mode_first, held_first, atol_first, time_slot, const_first;
  const double *constant;       /* (n_const) */
  const double *param_default;  /* (n_param) value of the typical individual, model units */
  const rein_instr *param_code; /* (n_param_code) */
  int n_param_code;
  rein_program program[REIN_N_PROG];

  /* Jacobian pattern, compressed columns: rows of column j are row[col_start[j] .. col_start[j+1]), rising.
   */
  int n_nz;
  const int *col_start; /* (n_state + 1) */
  const int *row;       /* (n_nz) */

  double settle;    /* integration begins this much before the start [model time], so that what is fast is at
                       rest */
  bool random_ties; /* events of equal priority at one instant are executed in random order, keyed by lane */
  int n_scale;
  int n_delay, delay_depth; /* depth: delays inside delays, 1 for none */
  const int *delay_param;   /* (n_delay) parameter row that holds the delayed value */
  int n_event, n_assign, n_switch, n_margin, n_safety, n_action, n_observable, n_output;
  const rein_tape_event *event;   /* (n_event) */
  const rein_tape_assign *assign; /* (n_assign) */
  const rein_op *mode_op;         /* (n_mode) LT, LE, GT, GE: mode = (g0 + slope * time) op 0 */
  const int *held_switch;         /* (n_held) row of SWITCH that each holds */
  const int *action_state;        /* (n_action) state the action goes into, -1 for none */
  const int *action_input;  /* (n_action) input of its infusions, slot input_first + this; -1 for none */
  const int *action_origin; /* (n_action x REIN_N_DOSED) index into origin; -1: the model does not say it */

  const double *scale;                  /* (n_state) declared magnitude, 0 where the pilot run decides */
  const double *range_low, *range_high; /* (n_state) -inf, +inf where open */
  const rein_range_policy *range_policy;

  const rein_row_name *state, *param, *output, *safety, *action; /* names and units, see the counts */
  const rein_origin *origin;                                     /* (n_origin) */
  int n_origin;
} rein_tape;

/* Checks every invariant: operands inside their spaces, written before read, pattern sorted. Aborts by assert
 * in tests of the compiler; returns false with a reason in *why for tapes that come from elsewhere. */
bool rein_tape_verify(const rein_tape *tape, const char **why);

/* Marks in slot (n_slot) what a program's answer depends on when no parameter section is run before: among
 * them parameters (the first n_param) and time_slot. */
void rein_tape_reads(const rein_tape *tape, rein_prog prog, bool *slot);

/* Whether a program depends on time other than through states and delays. */
bool rein_tape_reads_time(const rein_tape *tape, rein_prog prog);

/* All sections with names, units and source lines: the text of `rein dump --stage tape`. */
void rein_tape_print(const rein_tape *tape, rein_text *out);

#endif
