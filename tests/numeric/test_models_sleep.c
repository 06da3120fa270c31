/* The two sleep models: reference rows (closed forms between the times at which a person falls asleep or
 * wakes) and numbers that others published, see source.md of each. */
#include <check.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/numeric/models_reference.h"

static rein_arena *arena;
static void setup(void) {
  arena = rein_arena_create();
}
static void teardown(void) {
  rein_arena_destroy(arena);
}

#define NIGHT(from, until)                                                                                   \
  {"sleep", from, 1}, {                                                                                      \
    "sleep", until, 0                                                                                        \
  }
#define NIGHTS(from, until)                                                                                  \
  {                                                                                                          \
    NIGHT(from, until), NIGHT(from + 24, until + 24), NIGHT(from + 48, until + 48),                          \
        NIGHT(from + 72, until + 72), NIGHT(from + 96, until + 96), NIGHT(from + 120, until + 120),          \
        NIGHT(from + 144, until + 144)                                                                       \
  }

static const shipped_case two_process[] = {{.name = "three_hours", .act = NIGHTS(13, 16)},
                                           {.name = "no_sleep"},
                                           {.name = "eight_hours", .act = NIGHTS(8, 16)},
                                           {.name = "at_will", .set = {{"at_will", 1}}},
                                           {0}};

#define WALKTHROUGH                                                                                          \
  { NIGHT(16, 23.5), NIGHT(40, 47.5), NIGHT(64, 71.5), NIGHT(88, 95.5), NIGHT(112, 119.5), NIGHT(136, 143.5) }

static const shipped_case three_process[] = {
    {.name = "three_hours", .act = NIGHTS(13, 16)},
    {.name = "no_sleep"},
    {.name = "eight_hours", .act = NIGHTS(8, 16)},
    {.name = "walkthrough", .set = {{"clock", 7}, {"w_at_start", -5.72}}, .act = WALKTHROUGH},
    {0}};

static const reference_model all[] = {
    {"sleep_two_process", two_process, " at_will "}, /* 0 or 1 */
    {"sleep_three_process", three_process, ""},
};
enum { N_MODEL = sizeof all / sizeof *all };

/* Sleep at will with Figure 1 of the paper of 2025: amplitude 0.07, upper threshold 0.75. */
static int sleep_periods(double lower, double days) {
  enum { PER_DAY = 96, FIRST = 24, MOST = 65 * PER_DAY };
  shipped s = shipped_read(arena, "sleep_two_process");
  const shipped_case free_run = {
      .name = "free run", .set = {{"at_will", 1}, {"amplitude", 0.07}, {"upper", 0.75}, {"lower", lower}}};
  static double time[MOST + 1], asleep[MOST + 1];
  const int n = (int)((FIRST + days) * PER_DAY) + 1;
  for (int i = 0; i < n; i++) time[i] = 24.0 * i / PER_DAY;
  shipped_course(&s, &free_run, "sleeping", time, n, asleep);
  int periods = 0;
  for (int i = FIRST * PER_DAY; i < n - 1; i++) periods += asleep[i] < 0.5 && asleep[i + 1] > 0.5;
  rein_units_destroy(s.units);
  return periods;
}

START_TEST(test_sleep_at_will) {
  ck_assert_int_eq(sleep_periods(0.09, 40), 30); /* three periods every four days: panel c */
  ck_assert_int_eq(sleep_periods(0.58, 40), 80); /* two every day: panel e */
}
END_TEST

/* Rows of the printed table of FIPS 0.2.1 (walkthrough): half a unit of the last digit. */
START_TEST(test_three_process_walkthrough) {
  shipped s = shipped_read(arena, "sleep_three_process");
  const shipped_case printed = {.name = "printed",
                                .set = {{"clock", 7}, {"w_at_start", -5.72}, {"s_on_waking", 7.96}}};
  const double time[] = {0.25, 0.5, 0.75};
  static const struct {
    const char *quantity;
    double value[3], half_digit[3];
  } row[] = {{"s", {7.91, 7.86, 7.81}, {0.005, 0.005, 0.005}},
             {"c", {-2.00, -1.90, -1.79}, {0.005, 0.005, 0.005}},
             {"w", {-3.92, -2.69, -1.84}, {0.005, 0.005, 0.005}},
             {"u", {-0.0206, -0.00616, -0.000171}, {5e-5, 5e-6, 5e-7}}};
  for (int q = 0; q < 4; q++) {
    double value[3];
    shipped_course(&s, &printed, row[q].quantity, time, 3, value);
    for (int i = 0; i < 3; i++) ck_assert_double_eq_tol(value[i], row[q].value[i], row[q].half_digit[i]);
  }
  /* g as printed: asleep below the break level S gains g (ha - bl) an hour */
  const double asleep[] = {13, 14};
  double gained[2];
  shipped_course(&s, &three_process[0], "s", asleep, 2, gained);
  ck_assert_double_eq_tol((gained[1] - gained[0]) / (14.3 - 12.2), 0.3813564, 5e-8);
  rein_units_destroy(s.units);
}
END_TEST

/* Nights of eight hours leave a person as they were: the assumed S on waking is the fixed point. */
START_TEST(test_rest_is_rest) {
  for (int i = 0; i < N_MODEL; i++) {
    shipped s = shipped_read(arena, all[i].name);
    const double time[] = {0, 168};
    double value[2];
    shipped_course(&s, &all[i].cases[2], "reaction_time", time, 2, value);
    ck_assert_double_eq_tol(value[1] / value[0], 1, 2e-5);
    shipped_course(&s, &all[i].cases[0], "reaction_time", time, 2, value);
    ck_assert_double_gt(value[1] / value[0], 1.1);
    rein_units_destroy(s.units);
  }
}
END_TEST

/* The negative control: by the one rule, which knows no model, the two-process model is not supported by
 * people on three hours of sleep a night. */
START_TEST(test_negative_control) {
  const char *program = getenv("REIN_TEST_PROGRAM");
  const char *command = rein_arena_printf(
      arena, "%s validate --individual-data models/sleep_two_process/validate/restriction.yaml",
      program ? program : "build/release/rein");
  FILE *out = popen(command, "r");
  ck_assert_ptr_nonnull(out);
  static char text[1 << 16];
  text[fread(text, 1, sizeof text - 1, out)] = 0;
  ck_assert_int_eq(pclose(out), 0);
  ck_assert_ptr_nonnull(strstr(text, "external"));
  ck_assert_ptr_nonnull(
      strstr(text, "\nverdict sleep_two_process_restriction: not supported, on external data\n"));
}
END_TEST

Suite *rein_suite_models_sleep(void) {
  Suite *suite = suite_create("numeric/models of sleep");
  TCase *tc = tcase_create("all");
  tcase_add_checked_fixture(tc, setup, teardown);
  tcase_set_timeout(tc, 60);
  reference_add(tc, all, N_MODEL);
  tcase_add_test(tc, test_sleep_at_will);
  tcase_add_test(tc, test_three_process_walkthrough);
  tcase_add_test(tc, test_rest_is_rest);
  tcase_add_test(tc, test_negative_control);
  suite_add_tcase(suite, tc);
  return suite;
}
