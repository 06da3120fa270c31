/* SUNDIALS N_Vector of [state][lane], lane fastest. Its weighted norm is the largest of the live lanes' own;
 * NaN if any live lane's is NaN. Source of the rule: docs/numerics.md, "Lanes". */
#ifndef REIN_SOLVER_LANE_VECTOR_H
#define REIN_SOLVER_LANE_VECTOR_H

#include <sundials/sundials_nvector.h>

#include "solver/lanes.h"

/* CVODE combines at most its order plus a few vectors; 13 at order 12. */
#define REIN_MAX_COMBINED 32

/* The terms of a linear combination, lent by the vectors that hold them. */
typedef struct {
  int n;
  double *rows[REIN_MAX_COMBINED];
} rein_lane_terms;

/* What all vectors of a batch share; owned by the caller, outlives the vectors. */
typedef struct {
  int n_row, n_lane;
  const rein_kernels *kernels;
  double *live;           /* (n_lane) 1.0 or 0.0 */
  double *per_lane;       /* (n_lane) each lane's own norm at the last call of the norm */
  rein_lane_terms *terms; /* NULL; else linear combinations are not computed, their terms go here */
  bool *broken; /* set where a clone had no memory of its own: nothing that it holds counts; NULL: not told */
} rein_lane_shape;

/* A new vector with its own memory, or NULL. N_VDestroy frees it. Its clones are never NULL, see
 * shape->broken. */
N_Vector rein_lane_vector_create(const rein_lane_shape *shape, SUNContext context);

/* Its rows (n_row x n_lane); lent. */
double *rein_lane_vector_rows(N_Vector v);

#endif
