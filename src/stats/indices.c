#include "src/stats/indices.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>

#include "src/stats/bootstrap.h"
#include "src/stats/sort.h"

static const rein_index none = {NAN, NAN, NAN};

/* Percentiles of resampled answers, (n) without NaN. */
static void interval(double *answer, size_t n, double level, rein_index *out) {
  const double tail = 0.5 * (1.0 - level);
  rein_sort_numbers(answer, n);
  const size_t low = (size_t)floor(tail * (double)(n - 1)),
               high = (size_t)ceil((1.0 - tail) * (double)(n - 1));
  out->low = answer[low];
  out->high = answer[high];
}

/* ---- variance shares ---- */

typedef struct {
  const double *a, *b, *ab;
  size_t n, n_factor, n_used;
  size_t *row; /* (n_used) rows without a gap */
  double centre;
} rows;

/* Sums over the rows that `pick` names; answers both indices of every factor. */
static void estimate(const rows *r, const size_t *pick, double *first, double *total) {
  double sum = 0, square = 0;
  const double n = (double)r->n_used;
  for (size_t k = 0; k < r->n_used; k++) {
    const double a = r->a[pick[k]] - r->centre, b = r->b[pick[k]] - r->centre;
    sum += a + b;
    square += a * a + b * b;
  }
  const double variance = square / (2 * n) - sum / (2 * n) * (sum / (2 * n));
  for (size_t i = 0; i < r->n_factor; i++) {
    const double *ab = r->ab + i * r->n;
    double one = 0, all = 0;
    for (size_t k = 0; k < r->n_used; k++) {
      const double away = ab[pick[k]] - r->a[pick[k]];
      one += (r->b[pick[k]] - r->centre) * away;
      all += away * away;
    }
    first[i] = variance > 0 ? one / n / variance : NAN;
    total[i] = variance > 0 ? 0.5 * all / n / variance : NAN;
  }
}

static void find_rows(rein_arena *arena, rows *r) {
  r->row = rein_arena_borrow(arena, (r->n + 1) * sizeof *r->row);
  double sum = 0;
  for (size_t k = 0; k < r->n; k++) {
    bool whole = isfinite(r->a[k]) && isfinite(r->b[k]);
    for (size_t i = 0; i < r->n_factor && whole; i++) whole = isfinite(r->ab[i * r->n + k]);
    if (!whole) continue;
    r->row[r->n_used++] = k;
    sum += r->a[k] + r->b[k];
  }
  r->centre = r->n_used > 0 ? sum / (2 * (double)r->n_used) : 0;
}

size_t rein_indices_sobol(rein_arena *arena, const double *a, const double *b, const double *ab, size_t n,
                          size_t n_factor, uint64_t seed, double level, rein_index *first,
                          rein_index *total) {
  rows r = {.a = a, .b = b, .ab = ab, .n = n, .n_factor = n_factor};
  for (size_t i = 0; i < n_factor; i++) first[i] = total[i] = none;
  find_rows(arena, &r);
  const size_t width = 2 * n_factor, n_resample = REIN_INDICES_RESAMPLES;
  double *point = rein_arena_borrow(arena, (width + 1) * sizeof *point),
         *all = rein_arena_borrow(arena, (width * n_resample + 1) * sizeof *all);
  size_t *pick = rein_arena_borrow(arena, (r.n_used + 1) * sizeof *pick);
  if (r.n_used >= REIN_BOOTSTRAP_SMALLEST) {
    estimate(&r, r.row, point, point + n_factor);
    for (size_t i = 0; i < n_factor; i++) first[i].value = point[i], total[i].value = point[n_factor + i];
    size_t n_kept = 0;
    for (size_t s = 0; s < n_resample; s++) {
      for (size_t k = 0; k < r.n_used; k++) pick[k] = r.row[rein_bootstrap_pick(seed, s, k, r.n_used)];
      estimate(&r, pick, point, point + n_factor);
      if (!isfinite(point[0])) continue;
      for (size_t i = 0; i < width; i++) all[i * n_resample + n_kept] = point[i];
      n_kept++;
    }
    for (size_t i = 0; i < n_factor && n_kept > n_resample / 2; i++) {
      interval(all + i * n_resample, n_kept, level, &first[i]);
      interval(all + (n_factor + i) * n_resample, n_kept, level, &total[i]);
    }
  }
  rein_arena_release(arena, pick);
  rein_arena_release(arena, all);
  rein_arena_release(arena, point);
  rein_arena_release(arena, r.row);
  return r.n_used;
}

/* ---- elementary effects ---- */

size_t rein_indices_morris(rein_arena *arena, const double *effect, size_t n, uint64_t seed, double level,
                           rein_index *mu_star, double *mean, double *sd) {
  double *size = rein_arena_borrow(arena, (n + 1) * sizeof *size), answer[REIN_INDICES_RESAMPLES];
  double sum = 0, square = 0, sizes = 0;
  size_t used = 0;
  *mu_star = none;
  *mean = *sd = NAN;
  for (size_t i = 0; i < n; i++) {
    if (!isfinite(effect[i])) continue;
    size[used++] = fabs(effect[i]);
    sum += effect[i];
    sizes += fabs(effect[i]);
  }
  if (used >= 2) {
    *mean = sum / (double)used;
    for (size_t i = 0; i < n; i++)
      if (isfinite(effect[i])) square += (effect[i] - *mean) * (effect[i] - *mean);
    *sd = sqrt(square / (double)(used - 1));
    mu_star->value = sizes / (double)used;
  }
  if (used >= REIN_BOOTSTRAP_SMALLEST) {
    for (size_t s = 0; s < REIN_INDICES_RESAMPLES; s++) {
      answer[s] = 0;
      for (size_t k = 0; k < used; k++) answer[s] += size[rein_bootstrap_pick(seed, s, k, used)];
      answer[s] /= (double)used;
    }
    interval(answer, REIN_INDICES_RESAMPLES, level, mu_star);
  }
  rein_arena_release(arena, size);
  return used;
}
