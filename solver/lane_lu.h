/* Private to lane_lu.c, lane_matrix.c and lane_kernels.c: the symbolic LU as row lists, and the kernels that
 * run along it.
 *
 * M with rows and columns permuted is P M Q = L U, L with ones on its diagonal. Row i holds its entries by
 * rising column: [row_start[i], diag[i]) are L, diag[i] is the pivot, (diag[i], row_start[i+1]) are U:
 *
 *   entry  row_start[i] ... diag[i] ... row_start[i+1]
 *   col      L: < i          i            U: > i
 *   nz       entry of J that starts the value, or -1 for fill and bare diagonal of D
 *
 * Memory is O(entries): where row i takes a multiple of row k, positions are found by a map column -> entry
 * of row i.
 */
#ifndef REIN_SOLVER_LANE_LU_H
#define REIN_SOLVER_LANE_LU_H

#include <stdint.h>

/* A pivot must exceed this part of the largest entry of its row of M: below, the fixed pivot order has lost
 * ten of the sixteen digits and Newton would not see it. */
#define REIN_LU_PIVOT_MIN 1e-10

typedef struct {
  int n;
  int n_entry;    /* of L + U */
  int *row_start; /* (n + 1) */
  int *diag;      /* (n) */
  int *col;       /* (n_entry) */
  int *nz;        /* (n_entry) */
  int *unit;      /* (n) entry of row i that gets a * D, or -1 */
  int *row_from;  /* (n) row of M that is row i */
  int *col_from;  /* (n) column of M that is column i */
} rein_lu_lists;

/* What lane_lu.c makes of a pattern: constant afterwards, shared by threads. */
struct rein_lu_plan {
  rein_lu_lists lists;
  int n_nz;       /* of J */
  int n_given;    /* entries of M itself; the rest is fill */
  int64_t n_madd; /* multiply-adds of one numeric factorisation */
};

typedef struct rein_lu_kernels {
  /* Factors M = a D + b diag(scale) J in live lanes, the identity in the others.
   *   scale (n_lane) or NULL for 1; values of J (n_nz x n_lane); lu (n_entry x n_lane) out;
   *   inverse (n x n_lane) out, 1 / pivot; entry_of_col (n) work.
   * Returns -1, or the first live lane whose pivot is too small or whose M is not finite; lu is then
   * unusable. */
  int (*factor)(const rein_lu_lists *lists, double a, double b, const double *scale, const double *values,
                const double *live, int n_lane, double *lu, double *inverse, int *entry_of_col);

  /* Solves M x = rhs, both (n x n_lane) in M's own order; x may be rhs. 0 in lanes that are not live. work (n
   * x n_lane). */
  void (*solve)(const rein_lu_lists *lists, const double *lu, const double *inverse, const double *live,
                int n_lane, const double *rhs, double *x, double *work);
} rein_lu_kernels;

#endif
