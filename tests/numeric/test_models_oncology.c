/* Models of cancer treatment: reference rows (reference.csv, see models_reference.h) and numbers that others
 * published, see source.md of each. */
#include <check.h>
#include <math.h>

#include "tests/numeric/models_reference.h"

static rein_arena *arena;
static void setup(void) {
  arena = rein_arena_create();
}
static void teardown(void) {
  rein_arena_destroy(arena);
}

static const shipped_case leukopenia[] = {
    {.name = "one_course_410umol",
     .pulse = {.action = "paclitaxel", .first = 0, .every = 504, .duration = 3, .amount = 410, .count = 1}},
    {.name = "three_courses_350umol",
     .pulse = {.action = "paclitaxel", .first = 0, .every = 504, .duration = 3, .amount = 350, .count = 3}},
    {0}};

static const shipped_case tumour[] = {
    {.name = "untreated"},
    {.name = "three_days_of_1500",
     .pulse = {.action = "paclitaxel", .first = 8, .every = 4, .duration = 1, .amount = 1500, .count = 3}},
    {.name = "threshold", .set = {{"weight_at_start", 0.001}}, .act = {{"paclitaxel", 0, 0.273 / 6.29e-4}}},
    {0}};

static const reference_model all[] = {
    {"leukopenia_paclitaxel", leukopenia, ""},
    {"tumour_xenograft", tumour, ""},
};
enum { N_MODEL = sizeof all / sizeof *all };

/* The nadir of leukocytes after one course comes 7 to 14 days after it, then more cells than before. */
START_TEST(test_leukopenia_nadir) {
  shipped s = shipped_read(arena, "leukopenia_paclitaxel");
  enum { N = 61 };
  double time[N], blood[N];
  for (int i = 0; i < N; i++) time[i] = 12.0 * i;
  shipped_course(&s, &leukopenia[0], "leukocytes", time, N, blood);
  int lowest = 0;
  double highest = 0;
  for (int i = 0; i < N; i++)
    if (blood[i] < blood[lowest]) lowest = i;
  for (int i = lowest; i < N; i++) highest = fmax(highest, blood[i]);
  ck_assert(7 * 24 <= time[lowest] && time[lowest] <= 14 * 24);
  ck_assert_double_lt(blood[lowest], 4); /* leukopenia: in 90 % of 812 patients */
  ck_assert_double_gt(blood[lowest], 1); /* not below 1: in 83 % of them */
  ck_assert_double_gt(highest, 7.21);
  rein_units_destroy(s.units);
}
END_TEST

/* What the paper reads from its parameters: doubling in ln 2/lambda0 = 2.54 d while light, 0.814 g a day when
 * heavy, and 434 ng/mL as the concentration at which dividing cells just hold. */
START_TEST(test_tumour) {
  shipped s = shipped_read(arena, "tumour_xenograft");
  const shipped_case light = {.name = "light", .set = {{"weight_at_start", 0.001}}};
  const double doubling[] = {0, 2.54, 5.08}, late[] = {20, 30};
  double weight[3], heavy[2], held[2], level[2];
  shipped_course(&s, &light, "tumour_weight", doubling, 3, weight);
  ck_assert_double_eq_tol(weight[1] / weight[0], 2, 0.002);
  ck_assert_double_eq_tol(weight[2] / weight[0], 4, 0.006);
  shipped_course(&s, &tumour[0], "tumour_weight", late, 2, heavy);
  ck_assert_double_eq_tol((heavy[1] - heavy[0]) / 10, 0.814, 0.0005);
  shipped_course(&s, &tumour[2], "dividing", late, 2, held);
  ck_assert_double_eq_tol(held[1] / 0.001, 1, 1e-6);
  shipped_course(&s, &tumour[0], "threshold_level", late, 2, level);
  ck_assert_double_eq_tol(level[0], 434, 0.5);
  rein_units_destroy(s.units);
}
END_TEST

Suite *rein_suite_models_oncology(void) {
  Suite *suite = suite_create("numeric/models of cancer treatment");
  TCase *tc = tcase_create("all");
  tcase_add_checked_fixture(tc, setup, teardown);
  tcase_set_timeout(tc, 60);
  reference_add(tc, all, N_MODEL);
  tcase_add_test(tc, test_leukopenia_nadir);
  tcase_add_test(tc, test_tumour);
  suite_add_tcase(suite, tc);
  return suite;
}
