/* Exact intervals against sums of binomial probabilities, and effective numbers of clustered trials. */
#include <check.h>
#include <math.h>

#include "src/stats/binomial.h"

/* P(X >= k) of n trials, term by term. */
static double at_least(int k, int n, double p) {
  double sum = 0;
  for (int i = k; i <= n; i++)
    sum += exp(lgamma(n + 1.0) - lgamma(i + 1.0) - lgamma(n - i + 1.0) + i * log(p) + (n - i) * log1p(-p));
  return sum;
}

START_TEST(test_tails_hold_a_fortieth) {
  double low, high;
  for (int k = 1; k < 20; k++) {
    ck_assert(rein_binomial_interval(k, 20, 0.95, &low, &high));
    ck_assert_double_eq_tol(at_least(k, 20, low), 0.025, 1e-9);
    ck_assert_double_eq_tol(1 - at_least(k + 1, 20, high), 0.025, 1e-9);
  }
}
END_TEST

START_TEST(test_ends) {
  double low = 7, high = 7;
  ck_assert(rein_binomial_interval(36, 36, 0.95, &low, &high));
  ck_assert_double_eq_tol(low, pow(0.025, 1.0 / 36),
                          1e-12); /* 0.9026: from 36 on, never missing is too much */
  ck_assert_double_eq(high, 1.0);
  ck_assert(rein_binomial_interval(35, 35, 0.95, &low, &high));
  ck_assert(low < 0.90);
  ck_assert(rein_binomial_interval(0, 4, 0.95, &low, &high));
  ck_assert_double_eq(low, 0.0);
  ck_assert_double_eq_tol(high, 1 - pow(0.025, 0.25), 1e-12);
  low = 7;
  ck_assert(!rein_binomial_interval(1, 0, 0.95, &low, &high));
  ck_assert(!rein_binomial_interval(3, 2, 0.95, &low, &high));
  ck_assert(!rein_binomial_interval(NAN, 2, 0.95, &low, &high));
  ck_assert_double_eq(low, 7.0);
}
END_TEST

START_TEST(test_clusters) {
  const double trials[] = {5, 5, 5, 5}, together[] = {5, 0, 5, 0}, all[] = {5, 5, 5, 5},
               one_each[] = {1, 0, 1, 1};
  const double ones[] = {1, 1, 1, 1};
  ck_assert_double_eq(rein_binomial_effective(together, trials, 4), 4.0); /* five times the same: worth one */
  ck_assert_double_eq(rein_binomial_effective(all, trials, 4), 4.0);      /* nothing to tell clusters by */
  ck_assert_double_eq(rein_binomial_effective(one_each, ones, 4), 4.0);
  /* Alternating evenly: the variance between units is 0, so all trials count. */
  const double even[] = {3, 3, 3, 3};
  ck_assert_double_eq(rein_binomial_effective(even, trials, 4), 20.0);
  ck_assert_double_eq(rein_binomial_effective(together, trials, 1), 1.0);
}
END_TEST

Suite *rein_suite_binomial(void) {
  Suite *suite = suite_create("binomial");
  TCase *tcase = tcase_create("binomial");
  tcase_add_test(tcase, test_tails_hold_a_fortieth);
  tcase_add_test(tcase, test_ends);
  tcase_add_test(tcase, test_clusters);
  suite_add_tcase(suite, tcase);
  return suite;
}
