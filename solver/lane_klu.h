/* Pivoting linear solver for one lane run alone: SUNLinearSolver that factors lane 0 of a lane matrix with
 * KLU. Other lanes get 0 as solution. */
#ifndef REIN_SOLVER_LANE_KLU_H
#define REIN_SOLVER_LANE_KLU_H

#include "solver/lane_matrix.h"

/* Pattern and sizes are lent by the tape. NULL when memory is out; SUNLinSolFree frees it. */
SUNLinearSolver rein_lane_klu_create(const rein_tape *tape, const rein_lane_shape *shape, SUNContext context);

/* The next setup factors D + b span[0] J, with D the unit matrix and J from the matrix handed to setup. */
void rein_lane_klu_set(SUNLinearSolver solver, double b, const double *span);

#endif
