/* Linear totals that a model's processes keep whatever their rates are: the left null space of the
 * stoichiometry, by Gaussian elimination. A state with a rate of its own is in none. */
#include <math.h>

#include "src/scenario/inside.h"

#define MAX_STATE                                                                                            \
  2000 /* dense elimination; a larger model has its totals unchecked by name, kept by the steps */
#define NOTHING 1e-12 /* of the largest entry of a column */

/* Rows of the transposed stoichiometry: one for each process, one for each rate of a state's own. */
static size_t fill_rows(const rein_model *m, double *a) {
  size_t n_row = 0, n = m->n_state;
  for (size_t p = 0; p < m->n_process; p++, n_row++)
    for (int k = 0; k < m->process[p].n_flow; k++)
      a[n_row * n + (size_t)m->process[p].flow[k].state] += m->process[p].flow[k].factor;
  for (size_t s = 0; s < n; s++)
    if (m->state[s].rate) a[n_row++ * n + s] = 1.0;
  return n_row;
}

/* Reduced row echelon form; pivot[column] its row, -1 none. */
static void reduce(double *a, size_t n_row, size_t n, int *pivot) {
  size_t rank = 0;
  for (size_t c = 0; c < n; c++) {
    size_t best = rank;
    pivot[c] = -1;
    for (size_t r = rank; r < n_row; r++)
      if (fabs(a[r * n + c]) > fabs(a[best * n + c])) best = r;
    if (rank == n_row || !(fabs(a[best * n + c]) > NOTHING)) continue;
    double scale = a[best * n + c];
    for (size_t k = 0; k < n; k++) {
      double swap = a[best * n + k] / scale;
      a[best * n + k] = a[rank * n + k];
      a[rank * n + k] = swap;
    }
    for (size_t r = 0; r < n_row; r++) {
      double factor = a[r * n + c];
      for (size_t k = 0; r != rank && factor != 0.0 && k < n; k++) a[r * n + k] -= factor * a[rank * n + k];
    }
    pivot[c] = (int)rank++;
  }
}

int rein_scenario_find_totals(rein_arena *arena, const rein_model *m, const double **out) {
  size_t n = m->n_state;
  *out = NULL;
  if (n > MAX_STATE) return 0;
  double *a = REIN_NEW(arena, double, (m->n_process + n + 1) * n);
  int *pivot = REIN_NEW(arena, int, n), n_total = 0;
  size_t n_row = fill_rows(m, a);
  reduce(a, n_row, n, pivot);
  for (size_t c = 0; c < n; c++) n_total += pivot[c] < 0;
  double *total = REIN_NEW(arena, double, (size_t)n_total *n + 1), *row = total;
  for (size_t c = 0; c < n; c++) {
    if (pivot[c] >= 0) continue;
    row[c] = 1.0;
    for (size_t k = 0; k < n; k++)
      if (pivot[k] >= 0) row[k] = -a[(size_t)pivot[k] * n + c];
    row += n;
  }
  *out = total;
  return n_total;
}
