/* The Newton matrix and its solver as SUNDIALS sees them. The matrix keeps J and the numbers a, b, scale of
 * M = a D + b diag(scale) J; M itself is only formed row by row inside the factorisation (lane_factor.h). */
#include "solver/lane_matrix.h"

#include <stdlib.h>
#include <string.h>

#include "solver/lane_lu.h"

typedef struct {
  const rein_lu_plan *plan;
  const rein_lane_shape *shape;
  double *values; /* (n_nz x n_lane), owned */
  double a, b;
  const double *scale; /* (n_lane) or NULL */
} matrix_content;

typedef struct {
  const rein_lu_plan *plan;
  const rein_lane_shape *shape;
  double *lu;        /* (n_entry x n_lane) */
  double *inverse;   /* (n_state x n_lane) 1 / pivot */
  double *work;      /* (n_state x n_lane) */
  int *entry_of_col; /* (n_state) */
  int pivot_lane;    /* -1 or the lane that failed at the last setup */
} solver_content;

static matrix_content *matrix_of(SUNMatrix matrix) {
  return (matrix_content *)matrix->content;
}

static size_t n_value(const matrix_content *own) {
  return (size_t)own->plan->n_nz * (size_t)own->shape->n_lane;
}

static SUNMatrix_ID matrix_id(SUNMatrix matrix) {
  (void)matrix;
  return SUNMATRIX_CUSTOM;
}

static void matrix_destroy(SUNMatrix matrix) {
  if (!matrix) return;
  matrix_content *own = matrix_of(matrix);
  if (own) free(own->values);
  free(own);
  matrix->content = NULL;
  SUNMatFreeEmpty(matrix);
}

static SUNMatrix matrix_clone(SUNMatrix matrix) {
  const matrix_content *own = matrix_of(matrix);
  return rein_lane_matrix_create(own->plan, own->shape, matrix->sunctx);
}

static int matrix_zero(SUNMatrix matrix) {
  matrix_content *own = matrix_of(matrix);
  if (n_value(own)) own->shape->kernels->fill(0.0, own->values, n_value(own));
  own->a = own->b = 0.0;
  return 0;
}

static int matrix_copy(SUNMatrix from, SUNMatrix to) {
  const matrix_content *source = matrix_of(from);
  matrix_content *target = matrix_of(to);
  memcpy(target->values, source->values, n_value(source) * sizeof(double));
  target->a = source->a;
  target->b = source->b;
  target->scale = source->scale;
  return 0;
}

/* M = c M + D: what SUNDIALS calls the identity is D here, they are equal where all states are differential.
 */
static int matrix_scale_add_d(realtype c, SUNMatrix matrix) {
  matrix_content *own = matrix_of(matrix);
  own->a = c * own->a + 1.0;
  own->b = c * own->b;
  return 0;
}

static int matrix_space(SUNMatrix matrix, long int *n_real, long int *n_int) {
  *n_real = (long int)n_value(matrix_of(matrix));
  *n_int = 0;
  return 0;
}

SUNMatrix rein_lane_matrix_create(const rein_lu_plan *plan, const rein_lane_shape *shape,
                                  SUNContext context) {
  SUNMatrix matrix = SUNMatNewEmpty(context);
  if (!matrix) return NULL;
  matrix->ops->getid = matrix_id;
  matrix->ops->clone = matrix_clone;
  matrix->ops->destroy = matrix_destroy;
  matrix->ops->zero = matrix_zero;
  matrix->ops->copy = matrix_copy;
  matrix->ops->scaleaddi = matrix_scale_add_d;
  matrix->ops->space = matrix_space;
  matrix_content *own = calloc(1, sizeof *own);
  matrix->content = own;
  if (own) own->values = rein_rows_create((size_t)plan->n_nz, shape->n_lane);
  if (!own || !own->values) {
    matrix_destroy(matrix);
    return NULL;
  }
  own->plan = plan;
  own->shape = shape;
  own->b = 1.0;
  return matrix;
}

double *rein_lane_matrix_values(SUNMatrix matrix) {
  return matrix_of(matrix)->values;
}

void rein_lane_matrix_set(SUNMatrix matrix, double a, double b, const double *scale) {
  matrix_content *own = matrix_of(matrix);
  own->a = a;
  own->b = b;
  own->scale = scale;
}

static solver_content *solver_of(SUNLinearSolver solver) {
  return (solver_content *)solver->content;
}

static SUNLinearSolver_Type solver_type(SUNLinearSolver solver) {
  (void)solver;
  return SUNLINEARSOLVER_DIRECT;
}

static SUNLinearSolver_ID solver_id(SUNLinearSolver solver) {
  (void)solver;
  return SUNLINEARSOLVER_CUSTOM;
}

static int solver_initialize(SUNLinearSolver solver) {
  solver_of(solver)->pivot_lane = -1;
  return SUNLS_SUCCESS;
}

static int solver_setup(SUNLinearSolver solver, SUNMatrix matrix) {
  solver_content *own = solver_of(solver);
  const matrix_content *m = matrix_of(matrix);
  own->pivot_lane =
      own->shape->kernels->lu->factor(&own->plan->lists, m->a, m->b, m->scale, m->values, own->shape->live,
                                      own->shape->n_lane, own->lu, own->inverse, own->entry_of_col);
  return own->pivot_lane < 0 ? SUNLS_SUCCESS : SUNLS_LUFACT_FAIL;
}

static int solver_solve(SUNLinearSolver solver, SUNMatrix matrix, N_Vector x, N_Vector rhs,
                        realtype tolerance) {
  (void)matrix, (void)tolerance;
  const solver_content *own = solver_of(solver);
  own->shape->kernels->lu->solve(&own->plan->lists, own->lu, own->inverse, own->shape->live,
                                 own->shape->n_lane, rein_lane_vector_rows(rhs), rein_lane_vector_rows(x),
                                 own->work);
  return SUNLS_SUCCESS;
}

static sunindextype solver_last_flag(SUNLinearSolver solver) {
  return solver_of(solver)->pivot_lane + 1;
}

static int solver_space(SUNLinearSolver solver, long int *n_real, long int *n_int) {
  const solver_content *own = solver_of(solver);
  const rein_lu_lists *lists = &own->plan->lists;
  *n_real = ((long int)lists->n_entry + 2L * lists->n) * own->shape->n_lane;
  *n_int = lists->n;
  return 0;
}

static int solver_free(SUNLinearSolver solver) {
  if (!solver) return 0;
  solver_content *own = solver_of(solver);
  if (own) {
    free(own->lu);
    free(own->inverse);
    free(own->work);
    free(own->entry_of_col);
  }
  free(own);
  solver->content = NULL;
  SUNLinSolFreeEmpty(solver);
  return 0;
}

SUNLinearSolver rein_lane_solver_create(const rein_lu_plan *plan, const rein_lane_shape *shape,
                                        SUNContext context) {
  SUNLinearSolver solver = SUNLinSolNewEmpty(context);
  if (!solver) return NULL;
  solver->ops->gettype = solver_type;
  solver->ops->getid = solver_id;
  solver->ops->initialize = solver_initialize;
  solver->ops->setup = solver_setup;
  solver->ops->solve = solver_solve;
  solver->ops->lastflag = solver_last_flag;
  solver->ops->space = solver_space;
  solver->ops->free = solver_free;
  solver_content *own = calloc(1, sizeof *own);
  solver->content = own;
  if (!own) {
    solver_free(solver);
    return NULL;
  }
  own->plan = plan;
  own->shape = shape;
  own->pivot_lane = -1;
  own->lu = rein_rows_create((size_t)plan->lists.n_entry, shape->n_lane);
  own->inverse = rein_rows_create((size_t)plan->lists.n, shape->n_lane);
  own->work = rein_rows_create((size_t)plan->lists.n, shape->n_lane);
  own->entry_of_col = calloc((size_t)plan->lists.n + 1, sizeof(int));
  if (own->lu && own->inverse && own->work && own->entry_of_col) return solver;
  solver_free(solver);
  return NULL;
}

int rein_lane_solver_pivot_lane(SUNLinearSolver solver) {
  return solver_of(solver)->pivot_lane;
}
