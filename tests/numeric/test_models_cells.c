/* The ventricular cell against beat 1000 of another simulator (models/ventricular_cell/beat_1000.csv: Myokit
 * at relative tolerance 1e-10, all states each millisecond) and the direction of channel block. */
#include <check.h>
#include <math.h>
#include <string.h>

#include "src/base/files.h"
#include "src/lang/csv.h"
#include "tests/numeric/test_models_run.h"

enum { N_MS = 1000, BEATS = 1000 };

static rein_arena *arena;
static shipped s;
static void setup(void) {
  arena = rein_arena_create();
  s = shipped_read(arena, "ventricular_cell");
}
static void teardown(void) {
  rein_units_destroy(s.units);
  rein_arena_destroy(arena);
}

static const rein_csv *read_beat(rein_diag *diag) {
  const rein_source *source = NULL;
  rein_csv *csv = NULL;
  const char *path = "models/ventricular_cell/beat_1000.csv";
  ck_assert_int_eq(rein_files_read(arena, path, (rein_pos){0}, diag, &source), REIN_OK);
  ck_assert_int_eq(rein_csv_parse(arena, source, diag, &csv), REIN_OK);
  ck_assert_int_eq(csv->n_row, N_MS);
  return csv;
}

/* Time from 10 % of the amplitude on the way up to the same on the way down, straight between samples of 1
 * ms: the definition behind 301.2708 ms. */
static double apd90(const double *v, int n) {
  double peak = v[0], up = NAN, down = NAN;
  for (int i = 0; i < n; i++) peak = fmax(peak, v[i]);
  const double level = v[0] + 0.1 * (peak - v[0]);
  for (int i = 0; i + 1 < n; i++) {
    const double part = (level - v[i]) / (v[i + 1] - v[i]);
    if (v[i] < level && level <= v[i + 1]) up = i + part;
    if (v[i] >= level && level > v[i + 1]) down = i + part;
  }
  return down - up;
}

/* At rtol 1e-6 the other simulator is wrong by up to 4.3e-4 mV in this beat, by its own account; 3.7e-4 mV is
 * seen here. Asked are 1e-3 mV, and of the other states 5e-5 of their largest value (2e-5 seen). */
START_TEST(test_beat_1000) {
  rein_diag *diag = rein_diag_create(arena);
  const rein_csv *csv = read_beat(diag);
  const shipped_case paced = {
      .name = "paced",
      .pulse = {.action = "pacing", .first = 1, .every = 1000, .duration = 0.5, .amount = 1, .count = BEATS}};
  const shipped_how how = {.rtol = 1e-6};
  double time[N_MS], v[N_MS];
  for (int i = 0; i < N_MS; i++) time[i] = 1000.0 * (BEATS - 1) + i;
  support_result r = shipped_run(&s, &paced, &how, time, N_MS);
  int n_compared = 0;
  for (int q = 0; q < s.tape->n_state; q++) {
    const char *name = s.tape->state[q].name;
    const int column = rein_csv_find(csv, name);
    ck_assert_msg(column >= 0, "%s", name);
    double worst = 0, largest = 0;
    for (int i = 0; i < N_MS; i++) {
      double expected = NAN;
      ck_assert(rein_csv_number(csv, i, column, diag, &expected));
      const double got = support_out(&r, 0, i, q);
      largest = fmax(largest, fabs(expected));
      if (!(fabs(got - expected) <= worst)) worst = fabs(got - expected);
      if (strcmp(name, "v") == 0) v[i] = got;
    }
    const double limit = strcmp(name, "v") == 0 ? 1e-3 : 5e-5 * largest;
    ck_assert_msg(worst < limit, "%s: %g of %g", name, worst, largest);
    n_compared++;
  }
  ck_assert_int_eq(n_compared, 19);
  ck_assert_double_eq_tol(apd90(v, N_MS), 301.2708, 5e-4);
  support_free(&r);
}
END_TEST

/* APD90 of the tenth beat with something done before the first. */
static double tenth(const char *action, double amount) {
  const shipped_case paced = {
      .name = action,
      .act = {{action, 0, amount}},
      .pulse = {.action = "pacing", .first = 1, .every = 1000, .duration = 0.5, .amount = 1, .count = 10}};
  const shipped_how how = {.rtol = 1e-6};
  double time[N_MS], v[N_MS];
  for (int i = 0; i < N_MS; i++) time[i] = 9000.0 + i;
  support_result r = shipped_run(&s, &paced, &how, time, N_MS);
  for (int i = 0; i < N_MS; i++) v[i] = support_out(&r, 0, i, 0);
  support_free(&r);
  return apd90(v, N_MS);
}

/* Known signs: block of a potassium current lengthens the action potential, the more the stronger; block of
 * the calcium current shortens it. Half of a current blocked by a drug at its half-blocking concentration is
 * half of it blocked as a share. */
START_TEST(test_block) {
  const double plain = tenth("block_of_kr", 0);
  ck_assert_double_gt(tenth("block_of_kr", 0.5), plain + 2);
  ck_assert_double_gt(tenth("block_of_kr", 0.9), tenth("block_of_kr", 0.5) + 2);
  ck_assert_double_gt(tenth("block_of_ks", 0.5), plain + 2);
  ck_assert_double_lt(tenth("block_of_cal", 0.5), plain - 2);
  ck_assert_double_eq_tol(tenth("dofetilide", 4.87), tenth("block_of_kr", 0.5), 1e-3);
}
END_TEST

Suite *rein_suite_models_cells(void) {
  Suite *suite = suite_create("numeric/models of cells");
  TCase *tc = tcase_create("all");
  tcase_add_checked_fixture(tc, setup, teardown);
  tcase_set_timeout(tc, 300);
  tcase_add_test(tc, test_beat_1000);
  tcase_add_test(tc, test_block);
  suite_add_tcase(suite, tc);
  return suite;
}
