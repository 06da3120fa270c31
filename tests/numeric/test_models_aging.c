/* Senescent cells, survival and mortality: reference rows and published medians of life, see
 * models/senescent_cells/source.md. */
#include <check.h>
#include <math.h>

#include "tests/numeric/models_reference.h"

static rein_arena *arena;
static shipped s;
static void setup(void) {
  arena = rein_arena_create();
  s = shipped_read(arena, "senescent_cells");
}
static void teardown(void) {
  rein_units_destroy(s.units);
  rein_arena_destroy(arena);
}

#define FEMALE_MOUSE                                                                                         \
  {                                                                                                          \
    {"threshold_by_production", 51915.071}, {"removal_by_production", 786.232},                              \
        {"threshold2_by_noise", 790.149}, {                                                                  \
      "threshold", 95.099                                                                                    \
    }                                                                                                        \
  }

static const shipped_case cases[] = {
    {.name = "man"},
    {.name = "man_senolytic_at_60", .act = {{"senolytic", 21900, 0.3}, {"senolytic", 21903, 0}}},
    {.name = "mouse", .set = FEMALE_MOUSE},
    {0}};

START_TEST(test_reference) {
  reference_check_rows(arena, "senescent_cells", cases, REIN_METHOD_BDF, REFERENCE_TOLERANCE_BDF);
}
END_TEST

/* An explicit method is held back by the fast exchange of neighbouring intervals, at the edge of its
 * stability; 2e-7 of the mortality is seen, so the tolerance is that of BDF. */
START_TEST(test_reference_explicit) {
  reference_check_rows(arena, "senescent_cells", cases, REIN_METHOD_DOPRI5, REFERENCE_TOLERANCE_BDF);
}
END_TEST

START_TEST(test_every_parameter_is_seen) {
  reference_check_parameters(arena, "senescent_cells", cases, "");
}
END_TEST

static double at(const shipped_case *what, const char *quantity, double age) {
  const shipped_how how = {.rtol = 1e-8};
  support_result r = shipped_run(&s, what, &how, &age, 1);
  const double value = support_out(&r, 0, 0, shipped_keep(&s, quantity));
  support_free(&r);
  return value;
}

static double median_life(const shipped_case *what, double low, double high) {
  while (high - low > 1) {
    const double middle = 0.5 * (low + high);
    *(at(what, "survival", middle) > 50 ? &low : &high) = middle;
  }
  return 0.5 * (low + high);
}

/* Medians that the source simulated with 20000 random walks, without deaths from outside: 27532.35 days for
 * men, 884.9 for female mice. One percent covers its sampling (0.2 % for men) and its steps of time. */
START_TEST(test_median_life) {
  ck_assert_double_eq_tol(median_life(&cases[0], 20000, 35000) / 27532.35, 1, 0.01);
  ck_assert_double_eq_tol(median_life(&cases[2], 600, 1200) / 884.9, 1, 0.01);
}
END_TEST

/* The paper's abstract: in mice a half-life of days when young and of weeks when old. */
START_TEST(test_half_life_in_mice) {
  const double young = at(&cases[2], "removal_half_life", 91), old = at(&cases[2], "removal_half_life", 730);
  ck_assert(2 < young && young < 7);
  ck_assert(14 < old && old < 35);
}
END_TEST

/* Known signs: fewer cells after a senolytic, longer life, and a mortality that comes back within weeks. */
START_TEST(test_senolytic) {
  const double day_after = at(&cases[1], "senescent_burden", 21904);
  ck_assert_double_lt(day_after, 0.9 * at(&cases[0], "senescent_burden", 21904));
  ck_assert_double_gt(at(&cases[1], "survival", 29200), at(&cases[0], "survival", 29200));
  ck_assert_double_eq_tol(at(&cases[1], "mortality", 22200) / at(&cases[0], "mortality", 22200), 1, 0.01);
}
END_TEST

/* Gompertz: between 40 and 70 years mortality doubles in about equal times. */
START_TEST(test_gompertz) {
  double doubling[3];
  for (int i = 0; i < 3; i++) {
    const double a = at(&cases[0], "mortality", 365.25 * (40 + 10 * i));
    const double b = at(&cases[0], "mortality", 365.25 * (50 + 10 * i));
    doubling[i] = 10 * log(2) / log(b / a);
    ck_assert(3 < doubling[i] && doubling[i] < 10);
  }
  ck_assert_double_lt(fabs(doubling[2] / doubling[0] - 1), 0.5);
}
END_TEST

Suite *rein_suite_models_aging(void) {
  Suite *suite = suite_create("numeric/models of aging");
  TCase *tc = tcase_create("all");
  tcase_add_checked_fixture(tc, setup, teardown);
  tcase_set_timeout(tc, 120);
  tcase_add_test(tc, test_reference);
  tcase_add_test(tc, test_reference_explicit);
  tcase_add_test(tc, test_every_parameter_is_seen);
  tcase_add_test(tc, test_median_life);
  tcase_add_test(tc, test_half_life_in_mice);
  tcase_add_test(tc, test_senolytic);
  tcase_add_test(tc, test_gompertz);
  suite_add_tcase(suite, tc);
  return suite;
}
