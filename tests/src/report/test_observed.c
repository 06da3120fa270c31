/* Observed points: units, SE to SD, order, rows of other arms; and cohorts of simulated individuals. */
#include <check.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "src/report/observed.h"
#include "src/report/trajectories.h"

static rein_arena *arena;
static rein_diag *diag;
static rein_units *units;
static char folder[200];

static const char *write_text(const char *name, const char *text) {
  const char *path = rein_arena_printf(arena, "%s/%s", folder, name);
  FILE *file = fopen(path, "wb");
  ck_assert_ptr_nonnull(file);
  fputs(text, file);
  fclose(file);
  return path;
}

static void setup(void) {
  const char *base = getenv("TMPDIR");
  snprintf(folder, sizeof folder, "%s/rein-observed-XXXXXX", base ? base : P_tmpdir);
  ck_assert_ptr_nonnull(mkdtemp(folder));
  arena = rein_arena_create();
  diag = rein_diag_create(arena);
  ck_assert_int_eq(rein_units_create(diag, &units), REIN_OK);
}

static void teardown(void) {
  char command[300];
  rein_units_destroy(units);
  rein_arena_destroy(arena);
  snprintf(command, sizeof command, "rm -rf '%s'", folder);
  ck_assert_int_eq(system(command), 0);
}

START_TEST(test_groups) {
  rein_observed o;
  write_text("d.csv", "arm,observable,unit,time,time_unit,mean,se,n\n"
                      "low,c,ug/mL,2,d,3,0.5,16\n"
                      "high,c,ug/mL,1,d,99,1,4\n"
                      "low,x,ug/mL,1,d,98,1,4\n"
                      "low,c,mg/L,6,h,2,,9\n");
  const char *path = write_text("d.yaml", "data: d.csv\nrelation: calibration\n");
  ck_assert_int_eq(rein_observed_read(arena, units, path, "low", "c", "ng/mL", "h", diag, &o), REIN_OK);
  ck_assert_int_eq(o.n, 2);
  ck_assert(o.is_group);
  ck_assert_str_eq(o.relation, "calibration");
  ck_assert_double_eq_tol(o.time[0], 6.0, 1e-12);
  ck_assert_double_eq_tol(o.time[1], 48.0, 1e-12);
  ck_assert_double_eq_tol(o.value[0], 2000.0, 1e-9);
  ck_assert_double_eq_tol(o.value[1], 3000.0, 1e-9);
  ck_assert(isnan(o.sd[0]));
  ck_assert_double_eq_tol(o.sd[1], 2000.0, 1e-9); /* SE 0.5 ug/mL of 16 people */
  ck_assert_double_eq(o.size[1], 16.0);
}
END_TEST

START_TEST(test_individuals) {
  rein_observed o;
  const char *path =
      write_text("i.csv", "id,observable,unit,time,time_unit,value\np1,c,mg/L,2,h,7\np2,c,mg/L,1,h,NA\n");
  ck_assert_int_eq(rein_observed_read(arena, units, path, "any", "c", "mg/L", "h", diag, &o), REIN_OK);
  ck_assert(!o.is_group);
  ck_assert_int_eq(o.n, 1);
  ck_assert_double_eq(o.value[0], 7.0);
}
END_TEST

/* No message may show what a cell holds. */
START_TEST(test_wrong_cells_are_told_without_their_text) {
  rein_observed o;
  rein_text text;
  const char *path = write_text("w.csv", "id,observable,unit,time,time_unit,value\np1,c,mg/L,2,h,secret77\n");
  ck_assert_int_eq(rein_observed_read(arena, units, path, "any", "c", "mg/L", "h", diag, &o), REIN_ERR_INPUT);
  const char *other = write_text("v.csv", "id,observable,unit,time,time_unit,value\np1,c,kg,2,h,88.5\n");
  ck_assert_int_eq(rein_observed_read(arena, units, other, "any", "c", "mg/L", "h", diag, &o),
                   REIN_ERR_INPUT);
  ck_assert_int_eq(rein_diag_n_error(diag), 2);
  rein_text_init(&text, arena);
  rein_diag_print(diag, &text);
  ck_assert_ptr_null(strstr(text.bytes, "secret77"));
  ck_assert_ptr_null(strstr(text.bytes, "88.5"));
  ck_assert_ptr_nonnull(strstr(text.bytes, "w.csv:2:"));
}
END_TEST

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

Suite *rein_suite_observed(void) {
  Suite *suite = suite_create("observed");
  TCase *tcase = tcase_create("observed");
  tcase_add_checked_fixture(tcase, setup, teardown);
  tcase_add_test(tcase, test_groups);
  tcase_add_test(tcase, test_individuals);
  tcase_add_test(tcase, test_wrong_cells_are_told_without_their_text);
  tcase_add_test(tcase, test_cohorts);
  suite_add_tcase(suite, tcase);
  return suite;
}
