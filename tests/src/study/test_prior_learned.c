/* Does a prior help a simple learned model? Least squares of the change of log10 viral load in the first week
 * on day and first measurement, alone and with as many people of the prior: the same first measurements and
 * days, and the prior's mean change; people of ACTG 315, whose data no parameter of the prior was fitted to;
 * 200 random splits by people, 8 to learn from, the others to judge by. docs/priors.md says what came out:
 * the numbers here are those. */
#include <check.h>
#include <gsl/gsl_multifit.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "src/scenario/draw.h"
#include "src/study/prior.h"

Suite *rein_suite_prior_learned(void);

/* What docs/priors.md says. */
#define LEARNED_MEAN (-0.0018)
#define LEARNED_LOW (-0.1280)
#define LEARNED_HIGH 0.0659

enum { MOST = 400, SPLITS = 200, LEARN = 8, DAYS = 7, COEFFICIENTS = 3 };

typedef struct {
  int person;
  double day, first, change;
} point;

static point points[MOST];
static int n_point, n_person;

/* Points after day 0 of each person, up to day 7. */
static void read_points(void) {
  char line[300], id[40] = "", last[40] = "";
  double day, value, first = NAN;
  FILE *file = fopen("models/hiv_protease_inhibitor/observed/actg315_two_weeks.csv", "r");
  ck_assert_ptr_nonnull(file);
  n_point = n_person = 0;
  ck_assert_ptr_nonnull(fgets(line, sizeof line, file));
  while (fgets(line, sizeof line, file)) {
    ck_assert_int_eq(sscanf(line, "actg315,%39[^,],log10_viral_load,1,%lf,d,%lf,", id, &day, &value), 3);
    if (strcmp(id, last) != 0) {
      strcpy(last, id);
      first = day == 0.0 ? value : NAN; /* who was not measured at day 0 has no change */
      n_person += day == 0.0;
    } else if (day <= DAYS && isfinite(first)) {
      ck_assert_int_lt(n_point, MOST);
      points[n_point++] = (point){n_person - 1, day, first, value - first};
    }
  }
  fclose(file);
}

/* Mean change by the prior, straight between whole days. */
static double prior_change(const double *by_day, double day) {
  const int k = day >= DAYS ? DAYS - 1 : (int)day;
  return by_day[k] + (by_day[k + 1] - by_day[k]) * (day - k);
}

static void fill_row(const point *p, gsl_vector *row) {
  gsl_vector_set(row, 0, 1.0);
  gsl_vector_set(row, 1, p->day - 4.0);
  gsl_vector_set(row, 2, p->first - 5.0);
}

/* Root of the mean square error on people who were not learnt from. by_day NULL: without prior. */
static double judge(const bool *learns, const double *by_day) {
  size_t n = 0;
  for (int i = 0; i < n_point; i++) n += learns[points[i].person];
  if (by_day) n *= 2;
  gsl_matrix *x = gsl_matrix_alloc(n, COEFFICIENTS), *cov = gsl_matrix_alloc(COEFFICIENTS, COEFFICIENTS);
  gsl_vector *y = gsl_vector_alloc(n), *c = gsl_vector_alloc(COEFFICIENTS),
             *row = gsl_vector_alloc(COEFFICIENTS);
  gsl_multifit_linear_workspace *work = gsl_multifit_linear_alloc(n, COEFFICIENTS);
  size_t k = 0;
  for (int i = 0; i < n_point; i++) {
    if (!learns[points[i].person]) continue;
    fill_row(&points[i], row);
    gsl_matrix_set_row(x, k, row);
    gsl_vector_set(y, k++, points[i].change);
    if (!by_day) continue;
    gsl_matrix_set_row(x, k, row);
    gsl_vector_set(y, k++, prior_change(by_day, points[i].day));
  }
  double rest, square = 0.0;
  int n_judged = 0;
  ck_assert_int_eq(gsl_multifit_linear(x, y, c, cov, &rest, work), 0);
  for (int i = 0; i < n_point; i++) {
    double predicted, error;
    if (learns[points[i].person]) continue;
    fill_row(&points[i], row);
    ck_assert_int_eq(gsl_multifit_linear_est(row, c, cov, &predicted, &error), 0);
    square += (points[i].change - predicted) * (points[i].change - predicted);
    n_judged++;
  }
  gsl_multifit_linear_free(work);
  gsl_vector_free(y), gsl_vector_free(c), gsl_vector_free(row);
  gsl_matrix_free(x), gsl_matrix_free(cov);
  return sqrt(square / n_judged);
}

static void split(uint64_t number, bool *learns) {
  int order[MOST];
  for (int i = 0; i < n_person; i++) order[i] = i, learns[i] = false;
  for (int i = 0; i < LEARN; i++) {
    const int k =
        i + (int)(rein_draw_uniform(315, REIN_DRAW_DESIGN, number, 0, (uint64_t)i) * (n_person - i));
    const int other = order[i];
    order[i] = order[k], order[k] = other;
    learns[order[i]] = true;
  }
}

static int compare(const void *left, const void *right) {
  const double a = *(const double *)left, b = *(const double *)right;
  return (a > b) - (a < b);
}

START_TEST(test_with_and_without) {
  rein_arena *arena = rein_arena_create();
  rein_diag *diag = rein_diag_create(arena);
  rein_units *units;
  rein_prior p;
  double by_day[DAYS + 1] = {0.0}, without = 0.0, with = 0.0, difference[SPLITS], mean = 0.0;
  ck_assert_int_eq(rein_units_create(diag, &units), REIN_OK);
  ck_assert_int_eq(rein_prior_run(arena, units, "models/hiv_protease_inhibitor/prior/first_week.yaml",
                                  &(rein_prior_options){0}, diag, &p),
                   REIN_OK);
  for (int h = 0; h < DAYS; h++) by_day[h + 1] = rein_prior_row_of(&p, 0, 0, h, 0)->change.value;
  read_points();
  for (int s = 0; s < SPLITS; s++) {
    bool learns[MOST];
    split((uint64_t)s, learns);
    const double a = judge(learns, NULL), b = judge(learns, by_day);
    without += a / SPLITS, with += b / SPLITS, mean += (b - a) / SPLITS;
    difference[s] = b - a;
  }
  qsort(difference, SPLITS, sizeof *difference, compare);
  printf("learned model, %d people, %d points: error %.4f without prior, %.4f with; difference %.4f, 95%% of "
         "the "
         "splits from %.4f to %.4f\n",
         n_person, n_point, without, with, mean, difference[5], difference[194]);
  ck_assert_double_eq_tol(mean, LEARNED_MEAN, 5e-4);
  ck_assert_double_eq_tol(difference[5], LEARNED_LOW, 2e-3);
  ck_assert_double_eq_tol(difference[194], LEARNED_HIGH, 2e-3);
  rein_units_destroy(units);
  rein_arena_destroy(arena);
}
END_TEST

Suite *rein_suite_prior_learned(void) {
  Suite *suite = suite_create("prior_learned");
  TCase *tcase = tcase_create("prior_learned");
  tcase_set_timeout(tcase, 60);
  tcase_add_test(tcase, test_with_and_without);
  suite_add_tcase(suite, tcase);
  return suite;
}
