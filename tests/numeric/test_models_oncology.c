/* Models of cancer treatment: reference rows (reference.csv, see models_reference.h) and numbers that others
 * published, see source.md of each. */
#include <check.h>
#include <math.h>

#include "tests/numeric/models_reference.h"

static const shipped_how plain = {0};

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

typedef struct {
  const char *name;
  const shipped_case *cases;
} entry;

static const entry all[] = {
    {"leukopenia_paclitaxel", leukopenia},
};
enum { N_MODEL = sizeof all / sizeof *all };

START_TEST(test_reference) {
  reference_check_rows(arena, all[_i].name, all[_i].cases, REIN_METHOD_BDF, REFERENCE_TOLERANCE_BDF);
}
END_TEST

START_TEST(test_reference_explicit) {
  reference_check_rows(arena, all[_i].name, all[_i].cases, REIN_METHOD_DOPRI5, REFERENCE_TOLERANCE_EXPLICIT);
}
END_TEST

START_TEST(test_every_parameter_is_seen) {
  reference_check_parameters(arena, all[_i].name, all[_i].cases, "");
}
END_TEST

static void course(const shipped *s, const shipped_case *what, const char *quantity, const double *time,
                   int n_time, double *out) {
  const int keep = shipped_keep(s, quantity);
  support_result r = shipped_run(s, what, &plain, time, n_time);
  for (int i = 0; i < n_time; i++) out[i] = support_out(&r, 0, i, keep);
  support_free(&r);
}

/* The nadir of leukocytes after one course comes 7 to 14 days after it, then more cells than before. */
START_TEST(test_leukopenia_nadir) {
  shipped s = shipped_read(arena, "leukopenia_paclitaxel");
  enum { N = 61 };
  double time[N], blood[N];
  for (int i = 0; i < N; i++) time[i] = 12.0 * i;
  course(&s, &leukopenia[0], "leukocytes", time, N, blood);
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

Suite *rein_suite_models_oncology(void) {
  Suite *suite = suite_create("numeric/models of cancer treatment");
  TCase *tc = tcase_create("all");
  tcase_add_checked_fixture(tc, setup, teardown);
  tcase_set_timeout(tc, 60);
  tcase_add_loop_test(tc, test_reference, 0, N_MODEL);
  tcase_add_loop_test(tc, test_reference_explicit, 0, N_MODEL);
  tcase_add_loop_test(tc, test_every_parameter_is_seen, 0, N_MODEL);
  tcase_add_test(tc, test_leukopenia_nadir);
  suite_add_tcase(suite, tc);
  return suite;
}
