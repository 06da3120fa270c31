/* The shipped models against independent integrations: every row of models/<name>/reference.csv.
 *
 * The references were computed by other programs from the equations in source.md (GSL, rkf45, relative
 * tolerance 1e-12 or 1e-13) and are printed with 12 digits. Differences are measured by the largest value of
 * their column: a quantity within a case.
 *
 * Tolerances. At relative tolerance 1e-10 BDF takes 300 to 4000 steps in these cases; were every step wrong
 * by all it may be, and nothing decayed, the sum would be 4e-7: that is asked. Seen are at most 8e-9, but for
 * changes of weight by less than 2 % of the weight that they are the difference of, up to 7e-8. The explicit
 * method of order 5 is seen to be below 2e-9: 1e-8 is asked.
 *
 * From the other side, one part in 1000 more on any parameter must be seen; the faintest is, with 1e-5.
 */
#include <check.h>
#include <math.h>
#include <string.h>

#include "src/base/files.h"
#include "src/lang/csv.h"
#include "tests/numeric/test_models_run.h"

#define TOLERANCE_BDF 4e-7
#define TOLERANCE_EXPLICIT 1e-8
#define CHANGE 1e-3 /* of a parameter, which must be seen */

static rein_arena *arena;
static void setup(void) {
  arena = rein_arena_create();
}
static void teardown(void) {
  rein_arena_destroy(arena);
}

/* ---- the cases of the references, as source.md describes them ---- */

static const shipped_case warfarin[] = {{.name = "single_100mg", .act = {{"warfarin", 0, 100}}},
                                        {.name = "daily_5mg_10days",
                                         .act = {{"warfarin", 0, 5},
                                                 {"warfarin", 24, 5},
                                                 {"warfarin", 48, 5},
                                                 {"warfarin", 72, 5},
                                                 {"warfarin", 96, 5},
                                                 {"warfarin", 120, 5},
                                                 {"warfarin", 144, 5},
                                                 {"warfarin", 168, 5},
                                                 {"warfarin", 192, 5},
                                                 {"warfarin", 216, 5}}},
                                        {0}};

static const shipped_case hiv[] = {{.name = "patient_efficacy_1", .act = {{"protease_inhibitor", 0, 1}}},
                                   {.name = "patient_efficacy_0_8", .act = {{"protease_inhibitor", 0, 0.8}}},
                                   {.name = "patient_efficacy_1_stopped_day_3",
                                    .act = {{"protease_inhibitor", 0, 1}, {"protease_inhibitor", 3, 0}}},
                                   {.name = "patient_untreated"},
                                   {.name = "group_means_efficacy_1",
                                    .set = {{"c", 3.07}, {"delta", 0.49}},
                                    .act = {{"protease_inhibitor", 0, 1}}},
                                   {0}};

static const shipped_case erythropoiesis[] = {
    {.name = "base_870g_loss_75g", .act = {{"phlebotomy", 0, 75}}, .act_first = true},
    {.name = "base_885_42g_loss_70g",
     .set = {{"base", 885.42}},
     .act = {{"phlebotomy", 0, 70}},
     .act_first = true},
    {.name = "base_885_42g_loss_75g",
     .set = {{"base", 885.42}},
     .act = {{"phlebotomy", 0, 75}},
     .act_first = true},
    {.name = "base_948g_loss_83g", .set = {{"base", 948}}, .act = {{"phlebotomy", 0, 83}}, .act_first = true},
    {.name = "base_870g_loss_75g_twice",
     .act = {{"phlebotomy", 0, 75}, {"phlebotomy", 56, 75}},
     .act_first = true},
    {0}};

#define MAN_90                                                                                               \
  {                                                                                                          \
    {"weight", 90}, {"height", 1.80}, {                                                                      \
      "age", 40                                                                                              \
    }                                                                                                        \
  }
#define WOMAN_65                                                                                             \
  {                                                                                                          \
    {"weight", 65}, {"height", 1.65}, {"age", 30}, {                                                         \
      "female", 1                                                                                            \
    }                                                                                                        \
  }
#define CALERIE                                                                                              \
  {                                                                                                          \
    {"weight", 72.1}, {"height", 1.695}, {"age", 38.2}, {"female", 99.0 / 143}, {                            \
      "activity_level", 1.667                                                                                \
    }                                                                                                        \
  }

static const shipped_case body_weight[] = {
    {.name = "man_90kg_less_500kcal", .set = MAN_90, .act = {{"diet", 0, -500}}},
    {.name = "man_90kg_less_1000mg_sodium", .set = MAN_90, .act = {{"sodium", 0, -1000}}},
    {.name = "man_90kg_activity_plus_20percent", .set = MAN_90, .act = {{"activity", 0, 20}}},
    {.name = "man_80kg_less_100kJ", .act = {{"diet", 0, -100 / 4.184}}},
    {.name = "woman_65kg_less_20percent_90d",
     .set = WOMAN_65,
     .act = {{"calorie_restriction", 0, 20}, {"calorie_restriction", 90, 0}}},
    {.name = "woman_65kg_no_change", .set = WOMAN_65},
    {.name = "calerie_constant_11_9percent", .set = CALERIE, .act = {{"calorie_restriction", 0, 11.9}}},
    {.name = "calerie_19_5_then_9_1percent",
     .set = CALERIE,
     .act = {{"calorie_restriction", 0, 19.5}, {"calorie_restriction", 182.625, 9.1}}},
    {.name = "calerie_ancillary_16_5_14_8percent",
     .set = CALERIE,
     .act = {{"calorie_restriction", 0, 16.5}, {"calorie_restriction", 365.25, 13.1}}},
    {0}};

/* ---- the reference table ---- */

typedef struct {
  const rein_csv *csv;
  int col_case, col_time, col_time_unit, col_quantity, col_unit, col_value;
  rein_diag *diag;
} table;

static table read_table(const char *name) {
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

static void check_all_rows(const char *name, const shipped_case *cases, rein_method_kind method,
                           double tolerance) {
  const shipped s = shipped_read(arena, name);
  const table t = read_table(name);
  const shipped_how how = {.method = method};
  int64_t n_row = 0;
  for (const shipped_case *c = cases; c->name; c++) {
    double worst[8] = {0};
    n_row += compare(&s, &t, c, &how, worst);
    for (int l = 0; l < 8; l++)
      ck_assert_msg(worst[l] < tolerance, "%s, %s, lane %d: %g of the column", name, c->name, l, worst[l]);
  }
  ck_assert_int_eq(n_row, t.csv->n_row); /* nothing is left out */
  rein_units_destroy(s.units);
}

/* ---- the comparison can fail ---- */

/* A parameter that bears on what the reference holds: a number (not a formula) that is neither noise nor set
 * by an action, nor in `silent`, names between blanks. */
static bool bears(const rein_model *model, int i, const char *silent) {
  const rein_param *p = &model->param[i];
  if (p->value_expr || strncmp(p->name, "noise_", 6) == 0) return false;
  for (size_t a = 0; a < model->n_action; a++)
    if (model->action[a].param == i) return false;
  const char *blank = rein_arena_printf(arena, " %s ", p->name);
  return strstr(silent, blank) == NULL;
}

/* Lane l of one run has one parameter changed; the worst over all cases must be out of tolerance for each.
 */
static void check_every_parameter_is_seen(const char *name, const shipped_case *cases, const char *silent) {
  const shipped s = shipped_read(arena, name);
  const table t = read_table(name);
  enum { N_LANE = 40 };
  int changed[N_LANE], n = 0;
  double worst[N_LANE] = {0};
  for (int i = 0; i < s.tape->n_param; i++)
    if (bears(s.model, i, silent)) {
      ck_assert_int_lt(n, N_LANE);
      changed[n++] = i;
    }
  ck_assert_int_gt(n, 0);
  for (int l = n; l < N_LANE; l++) changed[l] = -1;
  const shipped_how how = {.n_lane = N_LANE, .changed = changed, .change = CHANGE};
  for (const shipped_case *c = cases; c->name; c++) compare(&s, &t, c, &how, worst);
  for (int l = 0; l < N_LANE; l++) {
    const char *what = l < n ? s.model->param[changed[l]].name : "nothing";
    ck_assert_msg((worst[l] > TOLERANCE_BDF) == (l < n), "%s: change of %s: %g of a column", name, what,
                  worst[l]);
  }
  rein_units_destroy(s.units);
}

/* ---- tests ---- */

typedef struct {
  const char *name;
  const shipped_case *cases;
  const char *silent; /* parameters that cannot be seen in the reference, with the reason beside the list */
} entry;

static const entry all[] = {
    {"warfarin", warfarin, ""},
    /* the number of target cells cancels: infection = c / (burst targets), and it enters as their product */
    {"hiv_protease_inhibitor", hiv, " targets "},
    {"erythropoiesis", erythropoiesis, ""},
    {"body_weight", body_weight, ""},
};
enum { N_MODEL = sizeof all / sizeof *all };

START_TEST(test_reference) {
  check_all_rows(all[_i].name, all[_i].cases, REIN_METHOD_BDF, TOLERANCE_BDF);
}
END_TEST

/* A method with nothing in common with BDF but the tape and the handling of actions. */
START_TEST(test_reference_explicit) {
  check_all_rows(all[_i].name, all[_i].cases, REIN_METHOD_DOPRI5, TOLERANCE_EXPLICIT);
}
END_TEST

START_TEST(test_every_parameter_is_seen) {
  check_every_parameter_is_seen(all[_i].name, all[_i].cases, all[_i].silent);
}
END_TEST

Suite *rein_suite_models(void) {
  Suite *suite = suite_create("numeric/models");
  TCase *tc = tcase_create("reference");
  tcase_add_checked_fixture(tc, setup, teardown);
  tcase_set_timeout(tc, 60);
  tcase_add_loop_test(tc, test_reference, 0, N_MODEL);
  tcase_add_loop_test(tc, test_reference_explicit, 0, N_MODEL);
  tcase_add_loop_test(tc, test_every_parameter_is_seen, 0, N_MODEL);
  suite_add_tcase(suite, tc);
  return suite;
}
