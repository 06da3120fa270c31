#include <check.h>
#include <gsl/gsl_cdf.h>
#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "src/stats/fixed.h"
#include "src/stats/normal.h"

Suite *rein_suite_normal(void);

static bool near(double a, double b, double tolerance) {
  return fabs(a - b) <= tolerance * fmax(1e-300, fabs(b));
}

START_TEST(quantile_agrees_with_gsl) {
  for (int i = 1; i < 2000; i++) {
    double p = i / 2000.0;
    ck_assert_msg(near(rein_normal_quantile(p), gsl_cdf_ugaussian_Pinv(p), 1e-14) || p == 0.5, "p = %.17g",
                  p);
  }
  ck_assert_double_eq(rein_normal_quantile(0.5), 0.0);
  for (int e = 4; e <= 300; e += 4) {
    double p = pow(10, -e);
    ck_assert_msg(near(rein_normal_quantile(p), gsl_cdf_ugaussian_Pinv(p), 1e-13), "p = 1e-%d", e);
  }
}
END_TEST

START_TEST(quantile_at_its_ends) {
  ck_assert(rein_normal_quantile(0.0) == -INFINITY);
  ck_assert(rein_normal_quantile(1.0) == INFINITY);
  ck_assert(isnan(rein_normal_quantile(-0.1)) && isnan(rein_normal_quantile(1.1)) &&
            isnan(rein_normal_quantile(NAN)));
}
END_TEST

START_TEST(cdf_agrees_with_gsl) {
  for (int i = -350; i <= 90; i++) {
    double x = i / 10.0;
    ck_assert_msg(near(rein_normal_cdf(x), gsl_cdf_ugaussian_P(x), 1e-12), "x = %g", x);
  }
}
END_TEST

/* The distribution function of the cut normal at its own quantile is u again. */
START_TEST(cut_quantile_inverts) {
  const double bound[][2] = {{-1, 2},         {0.5, 0.6}, {3, INFINITY},
                             {-INFINITY, -4}, {7, 8},     {-INFINITY, INFINITY}};
  for (size_t b = 0; b < sizeof bound / sizeof *bound; b++) {
    double low = bound[b][0], high = bound[b][1];
    for (int i = 1; i < 100; i++) {
      double u = i / 100.0, x = rein_normal_quantile_between(u, low, high);
      ck_assert(x >= low && x <= high);
      /* By upper tails where the interval is above 0, so that the check itself keeps its digits. */
      double got = low > 0 ? (gsl_cdf_ugaussian_Q(low) - gsl_cdf_ugaussian_Q(x)) /
                                 (gsl_cdf_ugaussian_Q(low) - gsl_cdf_ugaussian_Q(high))
                           : (gsl_cdf_ugaussian_P(x) - gsl_cdf_ugaussian_P(low)) /
                                 (gsl_cdf_ugaussian_P(high) - gsl_cdf_ugaussian_P(low));
      ck_assert_msg(fabs(got - u) < 1e-9, "bounds %g %g u %g got %g", low, high, u, got);
    }
  }
  /* So far out that both probabilities vanish: still inside. */
  double x = rein_normal_quantile_between(0.5, 60, 61);
  ck_assert(x >= 60 && x <= 61);
  ck_assert(isnan(rein_normal_quantile_between(0.5, 2, 1)));
}
END_TEST

START_TEST(fixed_functions_are_close_to_libm) {
  for (int i = 1; i < 500; i++) {
    double x = i / 25.0;
    ck_assert(near(rein_fixed_exp(x), exp(x), 1e-15) && near(rein_fixed_log(x), log(x), 1e-15));
    ck_assert(near(rein_fixed_pow(x, 1.7), pow(x, 1.7), 1e-15) && near(rein_fixed_erfc(x), erfc(x), 1e-13));
    ck_assert(near(rein_fixed_expm1(x), expm1(x), 1e-15) && near(rein_fixed_log1p(x), log1p(x), 1e-15));
    ck_assert(near(rein_fixed_logistic(rein_fixed_logit(i / 500.0)), i / 500.0, 1e-14));
  }
}
END_TEST

/* What records depend on must not move with compiler, library or processor. */
START_TEST(bits_are_kept) {
  const struct {
    double p;
    uint64_t bits;
  } known[] = {{0.1, 0xbff4813c36e26d33}, {0.975, 0x3fff5c0331eeff82}, {1e-12, 0xc01c234fba57a32a}};
  for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
    double x = rein_normal_quantile(known[i].p);
    uint64_t bits;
    memcpy(&bits, &x, sizeof bits);
    ck_assert_msg(bits == known[i].bits, "quantile of %g: 0x%016llx", known[i].p, (unsigned long long)bits);
  }
}
END_TEST

Suite *rein_suite_normal(void) {
  Suite *suite = suite_create("normal");
  TCase *tcase = tcase_create("normal");
  tcase_add_test(tcase, quantile_agrees_with_gsl);
  tcase_add_test(tcase, quantile_at_its_ends);
  tcase_add_test(tcase, cdf_agrees_with_gsl);
  tcase_add_test(tcase, cut_quantile_inverts);
  tcase_add_test(tcase, fixed_functions_are_close_to_libm);
  tcase_add_test(tcase, bits_are_kept);
  suite_add_tcase(suite, tcase);
  return suite;
}
