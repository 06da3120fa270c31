/* Fixed draws, coverage of a known spread, and when there is no interval. */
#include <check.h>
#include <math.h>
#include <stdlib.h>

#include "src/stats/bootstrap.h"
#include "src/stats/normal.h"

enum { N = 200 };

static rein_arena *arena;

static void setup(void) {
  arena = rein_arena_create();
}

static void teardown(void) {
  rein_arena_destroy(arena);
}

START_TEST(test_spread_of_a_mean) {
  double above[N], below[N], low, high, again_low, again_high;
  for (int i = 0; i < N; i++) above[i] = rein_normal_quantile((i + 0.5) / N), below[i] = 1.0;
  ck_assert(rein_bootstrap_ratio(arena, above, below, N, 1, 0.95, &low, &high));
  /* The mean of 200 standard normal numbers has an SE of 0.0707. */
  ck_assert_double_eq_tol(low, -0.1386, 0.012);
  ck_assert_double_eq_tol(high, 0.1386, 0.012);
  ck_assert(rein_bootstrap_ratio(arena, above, below, N, 1, 0.95, &again_low, &again_high));
  ck_assert(low == again_low && high == again_high);
  ck_assert(rein_bootstrap_ratio(arena, above, below, N, 2, 0.95, &again_low, &again_high));
  ck_assert(low != again_low);
}
END_TEST

START_TEST(test_too_little) {
  const double above[8] = {1, 2, 3, 4, 5, 6, 7, 8}, ones[8] = {1, 1, 1, 1, 1, 1, 1, 1}, zero[8] = {0};
  double low = 9, high = 9;
  ck_assert(!rein_bootstrap_ratio(arena, above, ones, 7, 1, 0.95, &low, &high));
  ck_assert(!rein_bootstrap_ratio(arena, above, zero, 8, 1, 0.95, &low, &high));
  ck_assert_double_eq(low, 9.0);
  ck_assert(rein_bootstrap_ratio(arena, above, ones, 8, 1, 0.95, &low, &high));
  ck_assert(low > 1.0 && low < 4.5 && high > 4.5 && high < 8.0);
}
END_TEST

START_TEST(test_picks_are_even) {
  int count[3] = {0};
  for (uint64_t i = 0; i < 30000; i++) count[rein_bootstrap_pick(5, i / 100, i % 100, 3)]++;
  for (int k = 0; k < 3; k++) ck_assert_int_lt(abs(count[k] - 10000), 330); /* four SDs */
}
END_TEST

Suite *rein_suite_bootstrap(void) {
  Suite *suite = suite_create("bootstrap");
  TCase *tcase = tcase_create("bootstrap");
  tcase_add_checked_fixture(tcase, setup, teardown);
  tcase_add_test(tcase, test_spread_of_a_mean);
  tcase_add_test(tcase, test_too_little);
  tcase_add_test(tcase, test_picks_are_even);
  suite_add_tcase(suite, tcase);
  return suite;
}
