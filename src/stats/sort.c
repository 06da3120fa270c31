/* Sorting by digits, from the last to the first, each time in one sweep between two arrays. Source: Knuth
 * 1998, The Art of Computer Programming 3, 5.2.5. */
#include "src/stats/sort.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define DIGIT 8 /* bits sorted at once */
#define N_DIGIT (64 / DIGIT)
#define BASE (1 << DIGIT)
#define FEW 256 /* items: fewer are left to the C library */

/* An integer whose order is that of x. */
static uint64_t key_of(double x) {
  uint64_t bits;
  x += 0.0; /* -0 becomes 0 */
  memcpy(&bits, &x, sizeof bits);
  return bits >> 63 ? ~bits : bits | (uint64_t)1 << 63;
}

/* Items of `width` numbers by their first, equal ones as they stand. The answer is in one of the arrays. */
static inline __attribute__((always_inline)) double *sort_by_digits(double *item, double *other, size_t n,
                                                                    const size_t width) {
  size_t count[N_DIGIT][BASE] = {{0}};
  for (size_t i = 0; i < n; i++) {
    const uint64_t key = key_of(item[i * width]);
    for (int d = 0; d < N_DIGIT; d++) count[d][key >> (DIGIT * d) & (BASE - 1)]++;
  }
  for (int d = 0; d < N_DIGIT; d++) {
    size_t at = 0, first[BASE];
    bool one = false; /* all have the same digit */
    for (int k = 0; k < BASE; k++) first[k] = at, at += count[d][k], one |= count[d][k] == n;
    if (one) continue;
    for (size_t i = 0; i < n; i++) {
      const size_t to = first[key_of(item[i * width]) >> (DIGIT * d) & (BASE - 1)]++;
      for (size_t k = 0; k < width; k++) other[to * width + k] = item[i * width + k];
    }
    double *was = item;
    item = other, other = was;
  }
  return item;
}

static double *sort_single(double *item, double *other, size_t n) {
  return sort_by_digits(item, other, n, 1);
}

static double *sort_double(double *item, double *other, size_t n) {
  return sort_by_digits(item, other, n, 2);
}

static int compare_numbers(const void *left, const void *right) {
  const double a = *(const double *)left, b = *(const double *)right;
  return (a > b) - (a < b);
}

static int compare_pairs(const void *left, const void *right) {
  const double *a = left, *b = right;
  return a[0] != b[0] ? (a[0] > b[0]) - (a[0] < b[0]) : (a[1] > b[1]) - (a[1] < b[1]);
}

/* False where there are few, or no memory: somebody else has to. */
static bool sort_many(double *x, size_t n, size_t width, double *(*sort)(double *, double *, size_t)) {
  double *other = n < FEW ? NULL : malloc(n * width * sizeof *other);
  if (!other) return false;
  const double *sorted = sort(x, other, n);
  if (sorted != x) memcpy(x, sorted, n * width * sizeof *x);
  free(other);
  return true;
}

void rein_sort_numbers(double *x, size_t n) {
  if (n > 0 && !sort_many(x, n, 1, sort_single)) qsort(x, n, sizeof *x, compare_numbers);
}

void rein_sort_pairs(double *x, size_t n_pair) {
  const size_t bytes = 2 * sizeof *x;
  if (n_pair == 0) return;
  if (!sort_many(x, n_pair, 2, sort_double)) {
    qsort(x, n_pair, bytes, compare_pairs);
    return;
  }
  for (size_t i = 0, end; i < n_pair; i = end) { /* equal ones among themselves */
    for (end = i + 1; end < n_pair && x[2 * end] == x[2 * i]; end++) {
    }
    if (end - i > 1) qsort(x + 2 * i, end - i, bytes, compare_pairs);
  }
}
