/* Private to method_onestep.c and lane_kernels.c: what a Runge-Kutta pair does to rows between two calls of
 * the rates. Vector traffic decides its speed, so each kernel is one pass over all rows it needs.
 *
 * `step` (n_lane) is the lanes' step in model time, 0 in lanes that stand still: those keep y whatever their
 * rates are, NaN included. Rates k are as the tape gives them, in model time; k[j] are (n_row x n_lane), sums
 * run in the order of j, at most REIN_ONESTEP_MAX_K of them.
 */
#ifndef REIN_SOLVER_LANE_ONESTEP_H
#define REIN_SOLVER_LANE_ONESTEP_H

#include <stdbool.h>

#define REIN_ONESTEP_MAX_K 6

typedef struct rein_onestep_kernels {
  /* time[l] = t0[l] + tau * span[l] */
  void (*times)(double tau, const double *t0, const double *span, double *time, int n_lane);

  /* step[l] = h * span[l] in live lanes, 0 in the others. */
  void (*steps)(double h, const double *span, const double *live, double *step, int n_lane);

  /* z = y + step * sum_j a[j] k[j]. True if that is not finite in a lane that moves: `bad` (n_lane) is
   * then 1.0 in those and 0.0 in the others, else untouched. */
  bool (*stage)(int n_k, const double *a, const double *const *k, const double *step, const double *y,
                double *z, int n_row, int n_lane, double *bad);

  /* error = step * sum_j e[j] k[j]; norm (n_lane): root of the mean over rows of
   * (error / (atol + rtol max(|y0|, |y1|)))^2. Returns the largest norm of the lanes that move, NaN if any of
   * theirs is. */
  double (*error)(int n_k, const double *e, const double *const *k, const double *step, const double *y0,
                  const double *y1, double rtol, const double *atol, double *error, double *norm, int n_row,
                  int n_lane);

  /* State at each lane's own theta (n_lane) of the step from y0, in [0, 1]; k: stages 1, 3, 4, 5, 6, 7, b and
   * d their weights: z = y0 + step * sum_j B_j(theta) k_j with B_j = b_j theta^2 (1 + 2 (1 - theta)) + d_j
   * theta^2 (1 - theta)^2
   *         + [j = first] theta (1 - theta)^2 - [j = last] theta^2 (1 - theta)
   * mask as in rein_kernels.horner. */
  void (*dense)(const double *b, const double *d, const double *const *k, const double *step,
                const double *theta, const double *mask, const double *y0, double *z, int n_row, int n_lane);
} rein_onestep_kernels;

#endif
