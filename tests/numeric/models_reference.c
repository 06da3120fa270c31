#include "tests/numeric/models_reference.h"

#include <assert.h>
#include <check.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "src/base/files.h"
#include "src/lang/csv.h"

#define CHANGE 1e-3 /* of a parameter, which must be seen */

/* ---- the reference table ---- */

typedef struct {
  const rein_csv *csv;
  int col_case, col_time, col_time_unit, col_quantity, col_unit, col_value;
  rein_diag *diag;
} table;

static table read_table(rein_arena *arena, const char *name) {
  table t = {.diag = rein_diag_create(arena)};
  const rein_source *source = NULL;
  rein_csv *csv = NULL;
  char *path = rein_arena_printf(arena, "models/%s/reference.csv", name);
  ck_assert_int_eq(rein_files_read(arena, path, (rein_pos){0}, t.diag, &source), REIN_OK);
  ck_assert_int_eq(rein_csv_parse(arena, source, t.diag, &csv), REIN_OK);
  t.csv = csv;
  int *const column[] = {&t.col_case,     &t.col_time, &t.col_time_unit,
                         &t.col_quantity, &t.col_unit, &t.col_value};
  const char *const header[] = {"case", "time", "time_unit", "quantity", "unit", "value"};
  for (int i = 0; i < 6; i++)
    ck_assert_msg((*column[i] = rein_csv_find(csv, header[i])) >= 0, "%s", header[i]);
  return t;
}

static double number(const table *t, int64_t row, int column) {
  double value = NAN;
  ck_assert_msg(rein_csv_number(t->csv, row, column, t->diag, &value), "row %lld", (long long)row + 2);
  return value;
}

static bool is(const table *t, int64_t row, int column, const char *text) {
  return strcmp(rein_csv_text(t->csv, row, column), text) == 0;
}

/* Times of a case in rising order, at most max; a time is there once for each quantity. */
static int times_of(const table *t, const char *name, double *time, int max) {
  int n = 0;
  for (int64_t row = 0; row < t->csv->n_row; row++) {
    if (!is(t, row, t->col_case, name)) continue;
    double at = number(t, row, t->col_time);
    if (n > 0 && at == time[n - 1]) continue;
    ck_assert(n == 0 || at > time[n - 1]);
    ck_assert_int_lt(n, max);
    time[n++] = at;
  }
  return n;
}

/* Largest value of a quantity in a case, or in the whole table where it is 0 throughout the case: what a
 * difference is measured by. */
static double largest(const table *t, const char *name, const char *quantity) {
  double in_case = 0, in_table = 0;
  for (int64_t row = 0; row < t->csv->n_row; row++) {
    if (!is(t, row, t->col_quantity, quantity)) continue;
    double value = fabs(number(t, row, t->col_value));
    in_table = fmax(in_table, value);
    if (is(t, row, t->col_case, name)) in_case = fmax(in_case, value);
  }
  return in_case > 0 ? in_case : in_table;
}

/* Compares all rows of a case in every lane: worst (n_lane) grows to the largest difference relative to the
 * column. Returns the number of rows. */
static int64_t compare(const shipped *s, const table *t, const shipped_case *what, const shipped_how *how,
                       double *worst) {
  enum { MAX_TIME = 64 };
  double time[MAX_TIME];
  const int n_time = times_of(t, what->name, time, MAX_TIME);
  ck_assert_msg(n_time > 0, "case %s is not in the reference", what->name);
  support_result r = shipped_run(s, what, how, time, n_time);
  int64_t n_row = 0;
  for (int64_t row = 0; row < t->csv->n_row; row++) {
    if (!is(t, row, t->col_case, what->name)) continue;
    const char *quantity = rein_csv_text(t->csv, row, t->col_quantity);
    const int keep = shipped_keep(s, quantity);
    ck_assert_str_eq(rein_csv_text(t->csv, row, t->col_unit), shipped_unit(s, keep));
    ck_assert_str_eq(rein_csv_text(t->csv, row, t->col_time_unit), s->tape->time_unit);
    const double at = number(t, row, t->col_time), expected = number(t, row, t->col_value);
    const double by = largest(t, what->name, quantity);
    int obs = 0;
    while (time[obs] != at) obs++;
    for (int l = 0; l < r.n_lane; l++) {
      const double difference = fabs(support_out(&r, l, obs, keep) - expected) / by;
      if (!(difference <= worst[l])) worst[l] = difference; /* NaN too */
    }
    n_row++;
  }
  support_free(&r);
  return n_row;
}

void reference_check_rows(rein_arena *arena, const char *name, const shipped_case *cases,
                          rein_method_kind method, double tolerance) {
  const shipped s = shipped_read(arena, name);
  const table t = read_table(arena, name);
  const shipped_how how = {.method = method};
  int64_t n_row = 0;
  double most = 0;
  for (const shipped_case *c = cases; c->name; c++) {
    double worst[8] = {0};
    n_row += compare(&s, &t, c, &how, worst);
    for (int l = 0; l < 8; l++) most = fmax(most, worst[l]);
    for (int l = 0; l < 8; l++)
      ck_assert_msg(worst[l] < tolerance, "%s, %s, lane %d: %g of the column", name, c->name, l, worst[l]);
  }
  ck_assert_int_eq(n_row, t.csv->n_row); /* nothing is left out */
  if (getenv("REIN_REFERENCE_PRINT"))
    printf("%s: %lld rows, %s, largest %.1e\n", name, (long long)n_row, rein_method_name(method), most);
  rein_units_destroy(s.units);
}

/* ---- the comparison can fail ---- */

/* A parameter that bears on what the reference holds: a number (not a formula) that is neither noise nor set
 * by an action, nor in `silent`, names between blanks. */
static bool bears(rein_arena *arena, const rein_model *model, int i, const char *silent) {
  const rein_param *p = &model->param[i];
  if (p->value_expr || strncmp(p->name, "noise_", 6) == 0) return false;
  for (size_t a = 0; a < model->n_action; a++)
    if (model->action[a].param == i) return false;
  const char *blank = rein_arena_printf(arena, " %s ", p->name);
  return strstr(silent, blank) == NULL;
}

/* Lane l of one run has one parameter changed; the worst over all cases must be out of tolerance for each.
 */
void reference_check_parameters(rein_arena *arena, const char *name, const shipped_case *cases,
                                const char *silent) {
  const shipped s = shipped_read(arena, name);
  const table t = read_table(arena, name);
  enum { N_LANE = 80 };
  int changed[N_LANE], n = 0;
  double worst[N_LANE] = {0};
  for (int i = 0; i < s.tape->n_param; i++)
    if (bears(arena, s.model, i, silent)) {
      ck_assert_int_lt(n, N_LANE);
      changed[n++] = i;
    }
  ck_assert_int_gt(n, 0);
  for (int l = n; l < N_LANE; l++) changed[l] = -1;
  const shipped_how how = {.n_lane = N_LANE, .changed = changed, .change = CHANGE};
  for (const shipped_case *c = cases; c->name; c++) compare(&s, &t, c, &how, worst);
  for (int l = 0; l < N_LANE; l++) {
    const char *what = l < n ? s.model->param[changed[l]].name : "nothing";
    ck_assert_msg((worst[l] > REFERENCE_TOLERANCE_BDF) == (l < n), "%s: change of %s: %g of a column", name,
                  what, worst[l]);
  }
  rein_units_destroy(s.units);
}

/* ---- as tests ---- */

static const reference_model *model[64];
static int n_model;

START_TEST(test_reference) {
  rein_arena *arena = rein_arena_create();
  reference_check_rows(arena, model[_i]->name, model[_i]->cases, REIN_METHOD_BDF, REFERENCE_TOLERANCE_BDF);
  rein_arena_destroy(arena);
}
END_TEST

START_TEST(test_reference_explicit) {
  rein_arena *arena = rein_arena_create();
  reference_check_rows(arena, model[_i]->name, model[_i]->cases, REIN_METHOD_DOPRI5,
                       REFERENCE_TOLERANCE_EXPLICIT);
  rein_arena_destroy(arena);
}
END_TEST

START_TEST(test_every_parameter_is_seen) {
  rein_arena *arena = rein_arena_create();
  reference_check_parameters(arena, model[_i]->name, model[_i]->cases, model[_i]->silent);
  rein_arena_destroy(arena);
}
END_TEST

void reference_add(TCase *tc, const reference_model *models, int n) {
  const int first = n_model;
  assert(n_model + n <= (int)(sizeof model / sizeof *model));
  for (int i = 0; i < n; i++) model[n_model++] = &models[i];
  tcase_add_loop_test(tc, test_reference, first, n_model);
  tcase_add_loop_test(tc, test_reference_explicit, first, n_model);
  tcase_add_loop_test(tc, test_every_parameter_is_seen, first, n_model);
}
