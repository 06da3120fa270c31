/* Sorting against GSL's heapsort and the C library's qsort, on both sides of the length from which on it goes
 * by digits, with numbers of all magnitudes, ties and both zeros. */
#include "src/stats/sort.h"

#include <check.h>
#include <float.h>
#include <gsl/gsl_rng.h>
#include <gsl/gsl_sort.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define MOST 20000

static const size_t sizes[] = {0, 1, 2, 255, 256, 257, 1000, MOST};
#define N_SIZE (int)(sizeof sizes / sizeof *sizes)

static double x[2 * MOST], y[2 * MOST];

/* Of all sizes and signs, one in four of few values only. */
static double draw(gsl_rng *rng) {
  static const double few[] = {0.0, -0.0, 1.0, -1.0, INFINITY, -INFINITY, DBL_TRUE_MIN, -DBL_MAX};
  if (gsl_rng_uniform_int(rng, 4) == 0) return few[gsl_rng_uniform_int(rng, 8)];
  return ldexp(gsl_rng_uniform(rng) - 0.5, (int)gsl_rng_uniform_int(rng, 2000) - 1000);
}

START_TEST(numbers) {
  const size_t n = sizes[_i];
  gsl_rng *rng = gsl_rng_alloc(gsl_rng_taus2);
  for (size_t i = 0; i < n; i++) x[i] = y[i] = draw(rng);
  gsl_rng_free(rng);
  rein_sort_numbers(x, n);
  gsl_sort(y, 1, n);
  for (size_t i = 0; i < n; i++) ck_assert_msg(x[i] == y[i], "%zu: %g, not %g", i, x[i], y[i]);
}
END_TEST

static int compare(const void *left, const void *right) {
  const double *a = left, *b = right;
  return a[0] != b[0] ? (a[0] > b[0]) - (a[0] < b[0]) : (a[1] > b[1]) - (a[1] < b[1]);
}

START_TEST(pairs) {
  const size_t n = sizes[_i];
  gsl_rng *rng = gsl_rng_alloc(gsl_rng_taus2);
  for (size_t i = 0; i < n; i++) x[2 * i] = draw(rng), x[2 * i + 1] = gsl_rng_uniform(rng);
  gsl_rng_free(rng);
  memcpy(y, x, sizeof y);
  rein_sort_pairs(x, n);
  qsort(y, n, 2 * sizeof *y, compare);
  for (size_t i = 0; i < n; i++) {
    ck_assert_msg(x[2 * i] == y[2 * i], "%zu: %g, not %g", i, x[2 * i], y[2 * i]);
    ck_assert_msg(x[2 * i + 1] == y[2 * i + 1], "%zu: its other number is %g, not %g", i, x[2 * i + 1],
                  y[2 * i + 1]);
  }
}
END_TEST

Suite *rein_suite_sort(void);
Suite *rein_suite_sort(void) {
  Suite *suite = suite_create("sort");
  TCase *tests = tcase_create("sort");
  tcase_add_loop_test(tests, numbers, 0, N_SIZE);
  tcase_add_loop_test(tests, pairs, 0, N_SIZE);
  suite_add_tcase(suite, tests);
  return suite;
}
