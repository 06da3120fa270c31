/* Checked model to dag: one root for each row of each program of the tape.
 *
 * lower.c turns expressions into nodes, lower_model.c collects the roots, modes.c takes out what time alone
 * switches, jacobian.c adds derivatives. What they share is rein_lowered; the emitter reads it.
 *
 * Every walk keeps its own stack: the depth of a model's expressions does not become the depth of C calls.
 */
#ifndef REIN_COMPILE_LOWER_H
#define REIN_COMPILE_LOWER_H

#include "src/compile/dag.h"
#include "src/compile/derive.h"
#include "src/lang/model.h"

/* 10 tolerances below 0 a base of a non-integer power still counts as 0 (docs/numerics.md). */
#define REIN_FLOOR_TOLERANCES 10.0

typedef struct {
  rein_node *root; /* (n) one for each row of the output array */
  int n;
  int *order; /* (n) in which the rows are computed, or NULL for their own order */
} rein_lowered_program;

typedef struct {
  rein_dag *dag;
  const rein_model *model;
  rein_derive *by_state;
  rein_lowered_program program[REIN_N_PROG];
  int n_input;
  int *action_input; /* (n_action) row, -1 for none */
  int n_mode;
  rein_op *mode_op; /* (n_mode) */
  int n_held; /* modes n_mode + i: comparisons of states in rates; the one behind them: use them as they are
               */
  int *held_switch; /* (n_held) row of SWITCH */
  int n_nz;         /* Jacobian pattern as in tape.h */
  int *col_start;   /* (n_state + 1) */
  int *row;         /* (n_nz) */
} rein_lowered;

/* All roots. Nodes live in `work`, labels of origins in `keep`, which must outlive the tape.
 * REIN_OK, or REIN_ERR_INPUT with errors in diag. */
rein_status rein_lower_model(rein_arena *work, rein_arena *keep, const rein_model *model, rein_diag *diag,
                             rein_lowered **out);

/* Steps of the above, in this order after the roots. */
void rein_lower_modes(rein_lowered *lowered);
void rein_lower_jacobian(rein_lowered *lowered);

/* Expressions to nodes. */
typedef struct rein_lower rein_lower;
rein_lower *rein_lower_create(rein_lowered *lowered, rein_arena *keep, rein_diag *diag);

/* The node of an expression, with `label` for messages. */
rein_node rein_lower_expression(rein_lower *lower, const rein_ast *ast, const char *label);

/* The node of a declared thing: its value in its own unit, made once. */
rein_node rein_lower_symbol(rein_lower *lower, rein_symbol_kind kind, int index);

#endif
