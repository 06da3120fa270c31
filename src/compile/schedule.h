/* Which node is computed in which section, and in what order. */
#ifndef REIN_COMPILE_SCHEDULE_H
#define REIN_COMPILE_SCHEDULE_H

#include "src/compile/lower.h"

typedef struct {
  rein_node *node; /* (n) operations, operands before their users */
  size_t n, cap;
} rein_node_list;

typedef struct {
  rein_node_list state, time; /* sections of one program */
  rein_node_list time_kept;   /* results of the time section that the state section or the outputs read */
} rein_schedule_program;

typedef struct {
  rein_schedule_program program[REIN_N_PROG];
  rein_node_list param;      /* the parameter section */
  rein_node_list param_kept; /* its results that programs read */
  rein_node_list number;     /* constants that any section reads */
} rein_schedule;

/* Depth first from the roots, the operand that needs more temporaries first (Sethi and Ullman, 1970, for
 * trees; here a heuristic, since terms are shared). Keeps few temporaries alive. Lives in the dag's arena. */
rein_schedule *rein_schedule_create(const rein_lowered *lowered);

#endif
