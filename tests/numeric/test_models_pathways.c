/* Insulin signalling against the reference simulation of its PEtab problem (another CVODE at rtol 1e-12) and
 * that problem's objective; rest is reached in 2000 minutes before the first insulin. */
#include <check.h>
#include <math.h>
#include <string.h>

#include "src/base/files.h"
#include "src/lang/csv.h"
#include "tests/numeric/models_reference.h"

#define REST 2000
#define DOSE(text, nM)                                                                                       \
  {                                                                                                          \
    .name = "dose_" text, .act = { {"insulin", REST, nM} }                                                   \
  }

static rein_arena *arena;
static void setup(void) {
  arena = rein_arena_create();
}
static void teardown(void) {
  rein_arena_destroy(arena);
}

static const shipped_case cases[] = {
    DOSE("0", 0),
    DOSE("0.01", 0.01),
    DOSE("0.1", 0.1),
    DOSE("0.3", 0.3),
    DOSE("1", 1),
    DOSE("10", 10),
    DOSE("100", 100),
    {.name = "two_steps", .act = {{"insulin", REST, 1.2}, {"insulin", REST + 4, 10}}},
    {0}};

/* An explicit method cannot: the fastest rate is half a million per minute. */
START_TEST(test_reference) {
  reference_check_rows(arena, "insulin_signalling", cases, REIN_METHOD_BDF, REFERENCE_TOLERANCE_BDF);
}
END_TEST

/* k1e is a millionth per minute beside 80; k1d, k1f and k1g enter as ratios and products. */
START_TEST(test_every_parameter_is_seen) {
  reference_check_parameters(arena, "insulin_signalling", cases, " k1e ");
}
END_TEST

static const rein_csv *read_table(rein_diag *diag, const char *path) {
  const rein_source *source = NULL;
  rein_csv *csv = NULL;
  ck_assert_int_eq(rein_files_read(arena, path, (rein_pos){0}, diag, &source), REIN_OK);
  ck_assert_int_eq(rein_csv_parse(arena, source, diag, &csv), REIN_OK);
  return csv;
}

/* -log of the normal density of a signal under the model's own SD of that signal. */
static double penalty(const shipped *s, const shipped_case *what, const char *quantity, const char *noise,
                      double time, double seen) {
  const shipped_how how = {.rtol = 1e-8};
  const double sd = shipped_param(s, noise), at = REST + time;
  support_result r = shipped_run(s, what, &how, &at, 1);
  const double z = (seen - support_out(&r, 0, 0, shipped_keep(s, quantity))) / sd;
  support_free(&r);
  return 0.5 * log(2 * acos(-1) * sd * sd) + 0.5 * z * z;
}

/* The benchmark's negative log-likelihood at these parameters, 141.8892, over all 43 signals. */
START_TEST(test_objective) {
  shipped s = shipped_read(arena, "insulin_signalling");
  rein_diag *diag = rein_diag_create(arena);
  const rein_csv *blots = read_table(diag, "models/insulin_signalling/observed/blots.csv");
  const rein_csv *doses = read_table(diag, "models/insulin_signalling/observed/doses.csv");
  double sum = 0, time, value;
  for (int64_t row = 0; row < blots->n_row; row++) {
    const char *quantity = rein_csv_text(blots, row, rein_csv_find(blots, "observable"));
    const bool two = strcmp(quantity, "irs1_two_steps") == 0, receptor = strcmp(quantity, "receptor") == 0;
    const char *noise = two ? "noise_two_steps" : receptor ? "noise_receptor" : "noise_irs1";
    ck_assert(rein_csv_number(blots, row, rein_csv_find(blots, "time"), diag, &time));
    ck_assert(rein_csv_number(blots, row, rein_csv_find(blots, "value"), diag, &value));
    sum += penalty(&s, &cases[two ? 7 : 6], quantity, noise, time, value);
  }
  for (int64_t row = 0; row < doses->n_row; row++) {
    ck_assert(rein_csv_number(doses, row, rein_csv_find(doses, "value"), diag, &value));
    sum += penalty(&s, &cases[row], "irs1_doses", "noise_doses", 10, value);
  }
  ck_assert_int_eq(blots->n_row + doses->n_row, 43);
  ck_assert_double_eq_tol(sum, 141.8892, 0.001);
  rein_units_destroy(s.units);
}
END_TEST

Suite *rein_suite_models_pathways(void) {
  Suite *suite = suite_create("numeric/models of pathways");
  TCase *tc = tcase_create("all");
  tcase_add_checked_fixture(tc, setup, teardown);
  tcase_set_timeout(tc, 60);
  tcase_add_test(tc, test_reference);
  tcase_add_test(tc, test_every_parameter_is_seen);
  tcase_add_test(tc, test_objective);
  suite_add_tcase(suite, tc);
  return suite;
}
