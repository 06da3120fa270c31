/* Cohorts of simulated individuals, for the band of group means. */
#include <check.h>
#include <math.h>

#include "src/report/trajectories.h"

START_TEST(test_cohorts) {
  const double values[7] = {1, 3, 5, NAN, 2, 4, 100};
  double means[3];
  ck_assert_int_eq(rein_trajectories_cohorts(values, 7, 2, means),
                   2); /* (1, 3), (2, 4); one has a NaN, one person is left */
  ck_assert_double_eq(means[0], 2.0);
  ck_assert_double_eq(means[1], 3.0);
  ck_assert_int_eq(rein_trajectories_cohorts(values, 7, 8, means), 0);
}
END_TEST

Suite *rein_suite_trajectories(void) {
  Suite *suite = suite_create("trajectories");
  TCase *tcase = tcase_create("trajectories");
  tcase_add_test(tcase, test_cohorts);
  suite_add_tcase(suite, tcase);
  return suite;
}
