/* Newton matrix in lanes: M = a D + b J with D diagonal of 0 and 1, factored in lanes along one symbolic LU.
 *
 * rein_lu_plan: once per model: rows matched to columns (BTF maximum transversal), ordered by AMD, factored
 *   symbolically into column lists; O(nnz(L+U)) memory. Constant, shared by threads.
 * rein_lane_matrix_*: SUNMatrix that holds the values of J (n_nz x n_lane) and the factor's a and b.
 * rein_lane_solver_*: SUNLinearSolver on it. Setup is numeric factorisation: a pivot below 1e-10 of its row's
 * largest entry in a live lane is a recoverable failure (positive return); `pivot_lane` then names the lane.
 */
#ifndef REIN_SOLVER_LANE_MATRIX_H
#define REIN_SOLVER_LANE_MATRIX_H

#include <sundials/sundials_linearsolver.h>
#include <sundials/sundials_matrix.h>

#include "solver/lane_vector.h"
#include "solver/tape.h"

typedef struct rein_lu_plan rein_lu_plan;

/* Symbolic factorisation for the tape's Jacobian pattern plus the diagonal. differential (n_state) 1 where D
 * is 1; NULL: all. REIN_OK; REIN_ERR_SOLVER if the pattern is structurally singular; REIN_ERR_MEMORY. Destroy
 * with rein_lu_plan_destroy. */
rein_status rein_lu_plan_create(int n_state, const int *col_start, const int *row, const int *differential,
                                rein_lu_plan **out);
void rein_lu_plan_destroy(rein_lu_plan *plan);

/* Entries of L + U, and multiply-adds of one numeric factorisation: for dump and bench. */
int rein_lu_plan_n_entry(const rein_lu_plan *plan);
int64_t rein_lu_plan_n_madd(const rein_lu_plan *plan);
void rein_lu_plan_print(const rein_lu_plan *plan, rein_text *out);

/* The matrix: values of J are written to rein_lane_matrix_values (n_nz x n_lane), then rein_lane_matrix_set
 * gives M = a D + b diag(scale) J, scale (n_lane) or NULL for 1, kept by pointer. */
SUNMatrix rein_lane_matrix_create(const rein_lu_plan *plan, const rein_lane_shape *shape, SUNContext context);
double *rein_lane_matrix_values(SUNMatrix matrix);
void rein_lane_matrix_set(SUNMatrix matrix, double a, double b, const double *scale);

SUNLinearSolver rein_lane_solver_create(const rein_lu_plan *plan, const rein_lane_shape *shape,
                                        SUNContext context);

/* Lane whose pivot failed at the last setup, or -1. */
int rein_lane_solver_pivot_lane(SUNLinearSolver solver);

#endif
