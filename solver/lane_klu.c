#include "solver/lane_klu.h"

#include <klu.h>
#include <stdlib.h>
#include <string.h>

typedef struct {
  const rein_tape *tape;
  const rein_lane_shape *shape;
  double b;
  const double *span;
  int *col_start, *row; /* pattern of D + J: (n + 1), (n_entry) */
  int *from;            /* (n_entry) entry of J it takes, -1 for none */
  double *value, *rhs;  /* (n_entry), (n) */
  int n_entry;
  klu_common common;
  klu_symbolic *symbolic;
  klu_numeric *numeric;
} inside;

static inside *inside_of(SUNLinearSolver solver) {
  return solver->content;
}

/* The pattern of J with every diagonal entry. */
static void build_pattern(inside *k) {
  const rein_tape *tape = k->tape;
  int n = 0;
  for (int j = 0; j < tape->n_state; j++) {
    bool diagonal = false;
    k->col_start[j] = n;
    for (int p = tape->col_start[j]; p < tape->col_start[j + 1] || !diagonal;) {
      bool more = p < tape->col_start[j + 1];
      if (!diagonal && (!more || tape->row[p] >= j)) {
        diagonal = true;
        k->row[n] = j;
        k->from[n++] = more && tape->row[p] == j ? p++ : -1;
      } else {
        k->row[n] = tape->row[p];
        k->from[n++] = p++;
      }
    }
  }
  k->col_start[tape->n_state] = k->n_entry = n;
}

static SUNLinearSolver_Type klu_type(SUNLinearSolver solver) {
  (void)solver;
  return SUNLINEARSOLVER_DIRECT;
}

static SUNLinearSolver_ID klu_id(SUNLinearSolver solver) {
  (void)solver;
  return SUNLINEARSOLVER_CUSTOM;
}

static int klu_init(SUNLinearSolver solver) {
  (void)solver;
  return 0;
}

/* Numeric factorisation with partial pivoting; 1: singular, CVODE tries a smaller step. */
static int klu_setup(SUNLinearSolver solver, SUNMatrix matrix) {
  inside *k = inside_of(solver);
  const double *j = rein_lane_matrix_values(matrix);
  const int n_lane = k->shape->n_lane;
  for (int c = 0; c < k->tape->n_state; c++)
    for (int p = k->col_start[c]; p < k->col_start[c + 1]; p++)
      k->value[p] = (k->row[p] == c ? 1.0 : 0.0) +
                    (k->from[p] < 0 ? 0.0 : k->b * k->span[0] * j[(size_t)k->from[p] * (size_t)n_lane]);
  klu_free_numeric(&k->numeric, &k->common);
  k->numeric = klu_factor(k->col_start, k->row, k->value, k->symbolic, &k->common);
  return k->numeric ? 0 : 1;
}

static int klu_do_solve(SUNLinearSolver solver, SUNMatrix matrix, N_Vector x, N_Vector b,
                        realtype tolerance) {
  (void)matrix, (void)tolerance;
  inside *k = inside_of(solver);
  const size_t n_lane = (size_t)k->shape->n_lane;
  const double *from = rein_lane_vector_rows(b);
  double *to = rein_lane_vector_rows(x);
  for (int i = 0; i < k->tape->n_state; i++) k->rhs[i] = from[(size_t)i * n_lane];
  if (!k->numeric || !klu_solve(k->symbolic, k->numeric, k->tape->n_state, 1, k->rhs, &k->common)) return 1;
  memset(to, 0, (size_t)k->tape->n_state * n_lane * sizeof *to);
  for (int i = 0; i < k->tape->n_state; i++) to[(size_t)i * n_lane] = k->rhs[i];
  return 0;
}

static int klu_destroy(SUNLinearSolver solver) {
  inside *k = inside_of(solver);
  if (k) {
    klu_free_numeric(&k->numeric, &k->common);
    klu_free_symbolic(&k->symbolic, &k->common);
    free(k->col_start), free(k->row), free(k->from), free(k->value), free(k->rhs), free(k);
  }
  solver->content = NULL;
  SUNLinSolFreeEmpty(solver);
  return 0;
}

static bool fill_inside(inside *k, const rein_tape *tape) {
  size_t n = (size_t)tape->n_state, room = n + (size_t)tape->n_nz;
  k->col_start = malloc((n + 1) * sizeof(int));
  k->row = malloc((room + 1) * sizeof(int));
  k->from = malloc((room + 1) * sizeof(int));
  k->value = malloc((room + 1) * sizeof(double));
  k->rhs = malloc((n + 1) * sizeof(double));
  if (!k->col_start || !k->row || !k->from || !k->value || !k->rhs) return false;
  build_pattern(k);
  klu_defaults(&k->common);
  k->symbolic = klu_analyze(tape->n_state, k->col_start, k->row, &k->common);
  return k->symbolic != NULL;
}

SUNLinearSolver rein_lane_klu_create(const rein_tape *tape, const rein_lane_shape *shape,
                                     SUNContext context) {
  SUNLinearSolver solver = SUNLinSolNewEmpty(context);
  inside *k = calloc(1, sizeof *k);
  if (!solver || !k) {
    free(k);
    if (solver) SUNLinSolFreeEmpty(solver);
    return NULL;
  }
  k->tape = tape, k->shape = shape;
  solver->content = k;
  solver->ops->gettype = klu_type;
  solver->ops->getid = klu_id;
  solver->ops->initialize = klu_init;
  solver->ops->setup = klu_setup;
  solver->ops->solve = klu_do_solve;
  solver->ops->free = klu_destroy;
  if (fill_inside(k, tape)) return solver;
  klu_destroy(solver);
  return NULL;
}

void rein_lane_klu_set(SUNLinearSolver solver, double b, const double *span) {
  inside_of(solver)->b = b;
  inside_of(solver)->span = span;
}
