/* Weighted quantiles against hand-made cases; equal weights against definition 5 worked out by hand. */
#include <check.h>
#include <math.h>

#include "src/stats/quantile.h"

START_TEST(test_equal_weights) {
  /* (k - 1/2) / n are the places of 1 2 3 4: 0.125 0.375 0.625 0.875. */
  rein_weighted s[] = {{4, 1}, {1, 1}, {3, 1}, {2, 1}};
  rein_weighted_sort(s, 4);
  ck_assert_double_eq(s[0].x, 1.0);
  ck_assert_double_eq_tol(rein_quantile_weighted(s, 4, 0.5), 2.5, 1e-15);
  ck_assert_double_eq_tol(rein_quantile_weighted(s, 4, 0.375), 2.0, 1e-15);
  ck_assert_double_eq_tol(rein_quantile_weighted(s, 4, 0.25), 1.5, 1e-15);
  ck_assert_double_eq(rein_quantile_weighted(s, 4, 0.0), 1.0);
  ck_assert_double_eq(rein_quantile_weighted(s, 4, 1.0), 4.0);
}
END_TEST

START_TEST(test_weights) {
  /* Weights 1 3: places 0.125 and 0.625; a weight of 0 is not there. */
  const rein_weighted s[] = {{0, 1}, {5, 0}, {10, 3}};
  ck_assert_double_eq_tol(rein_quantile_weighted(s, 3, 0.375), 5.0, 1e-14);
  ck_assert_double_eq(rein_quantile_weighted(s, 3, 0.7), 10.0);
  ck_assert_double_eq_tol(rein_weighted_effective(s, 3), 1.6, 1e-15); /* 16 / 10 */
  const rein_weighted none[] = {{1, 0}};
  ck_assert(isnan(rein_quantile_weighted(none, 1, 0.5)));
  ck_assert_double_eq(rein_weighted_effective(none, 1), 0.0);
}
END_TEST

Suite *rein_suite_quantile(void) {
  Suite *suite = suite_create("quantile");
  TCase *tcase = tcase_create("quantile");
  tcase_add_test(tcase, test_equal_weights);
  tcase_add_test(tcase, test_weights);
  suite_add_tcase(suite, tcase);
  return suite;
}
