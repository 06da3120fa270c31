/* The fair CRPS against its definition by two plain loops, hand-made cases, and the closed form of the normal
 * distribution. */
#include <check.h>
#include <math.h>

#include "src/stats/crps.h"
#include "src/stats/normal.h"

START_TEST(test_by_hand) {
  const rein_weighted certain[] = {{3, 1}};
  ck_assert_double_eq(rein_crps_fair(certain, 1, 5.0), 2.0);
  /* E|X - y| = (1 + 1) / 2, E|X - X'| over the one pair = 2: 1 - 1 = 0. */
  const rein_weighted two[] = {{0, 1}, {2, 1}};
  ck_assert_double_eq_tol(rein_crps_fair(two, 2, 1.0), 0.0, 1e-15);
  ck_assert_double_eq_tol(rein_crps_fair(two, 2, 4.0), 2.0, 1e-15);
  /* 0 1 5 against 2: (2 + 1 + 3) / 3 - (1 + 5 + 4) / 3 / 2 = 1/3. */
  const rein_weighted three[] = {{0, 7}, {1, 7}, {5, 7}};
  ck_assert_double_eq_tol(rein_crps_fair(three, 3, 2.0), 1.0 / 3.0, 1e-15);
  const rein_weighted none[] = {{0, 0}};
  ck_assert(isnan(rein_crps_fair(none, 1, 0.0)));
}
END_TEST

START_TEST(test_weights_against_the_definition) {
  const rein_weighted s[] = {{-1.5, 0.2}, {0.25, 1.0}, {0.25, 0.5}, {2.0, 0.05}, {7.0, 0.7}};
  double total = 0, away = 0, pairs = 0, both = 0;
  for (int i = 0; i < 5; i++) total += s[i].w;
  for (int i = 0; i < 5; i++) {
    away += s[i].w / total * fabs(s[i].x - 1.0);
    for (int j = 0; j < 5; j++) {
      if (i == j) continue;
      pairs += s[i].w * s[j].w * fabs(s[i].x - s[j].x);
      both += s[i].w * s[j].w;
    }
  }
  ck_assert_double_eq_tol(rein_crps_fair(s, 5, 1.0), away - 0.5 * pairs / both, 1e-14);
}
END_TEST

/* Gneiting and Raftery 2007: of N(0, 1) at y it is y (2 Phi(y) - 1) + 2 phi(y) - 1 / sqrt(pi). */
START_TEST(test_normal) {
  enum { N = 4000 };
  static rein_weighted s[N];
  const double y = 0.7;
  for (int i = 0; i < N; i++) s[i] = (rein_weighted){rein_normal_quantile((i + 0.5) / N), 1.0};
  const double phi = exp(-0.5 * y * y) / sqrt(2 * M_PI);
  const double exact = y * (2 * rein_normal_cdf(y) - 1) + 2 * phi - 1 / sqrt(M_PI);
  ck_assert_double_eq_tol(rein_crps_fair(s, N, y), exact, 5e-4);
}
END_TEST

Suite *rein_suite_crps(void) {
  Suite *suite = suite_create("crps");
  TCase *tcase = tcase_create("crps");
  tcase_add_test(tcase, test_by_hand);
  tcase_add_test(tcase, test_weights_against_the_definition);
  tcase_add_test(tcase, test_normal);
  suite_add_tcase(suite, tcase);
  return suite;
}
