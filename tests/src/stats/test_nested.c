/* Nested variances against closed forms: unbiased, and the errors they state are those they have. */
#include <check.h>
#include <math.h>
#include <stdlib.h>

#include "src/scenario/draw.h"
#include "src/stats/nested.h"

Suite *rein_suite_nested(void);

enum { R = 64, B = 4, M = 8, SEEDS = 300 };

/* y = 3 + 1.5 u + 2 b + 0.5 u b with standard normal u, b: Var_u E_b = 2.25, E_u Var_b = 4 + 0.25. */
static void draw(uint64_t seed, double *x, double *noise) {
  for (int j = 0; j < B; j++) {
    for (int r = 0; r < R; r++) {
      const double u = rein_draw_normal(seed, REIN_DRAW_UNCERTAIN, (uint64_t)r, 1, 0),
                   b = rein_draw_normal(seed, REIN_DRAW_BETWEEN, (uint64_t)(j * R + r), 1, 0);
      x[j * R + r] = 3.0 + 1.5 * u + 2.0 * b + 0.5 * u * b;
      noise[j * R + r] = 0.25;
    }
  }
}

typedef struct {
  double sum, square, stated;
} tally;

static void add(tally *t, rein_estimate e, double truth) {
  t->sum += e.value - truth;
  t->square += (e.value - truth) * (e.value - truth);
  t->stated += e.error * e.error;
}

/* Mean within 4 standard errors of the truth; stated errors within a fifth of the real ones. */
static void judge(const tally *t, const char *what) {
  const double bias = t->sum / SEEDS, spread = sqrt(t->square / SEEDS), stated = sqrt(t->stated / SEEDS);
  ck_assert_msg(fabs(bias) < 4.0 * spread / sqrt(SEEDS), "%s: bias %g, spread %g", what, bias, spread);
  ck_assert_msg(stated > 0.8 * spread && stated < 1.25 * spread, "%s: stated %g, real %g", what, stated,
                spread);
}

START_TEST(test_unbiased) {
  double x[R * B], noise[R * B];
  tally mean = {0}, between = {0}, uncertain = {0}, total = {0}, quarter = {0};
  rein_weighted sorted[R * B];
  const rein_nested shape = {.n_replicate = R, .n_person = B, .n_batch = M};
  for (uint64_t seed = 1; seed <= SEEDS; seed++) {
    draw(seed, x, noise);
    const rein_variances v = rein_nested_variances(&shape, x, noise, 0);
    add(&mean, v.mean, 3.0);
    add(&between, v.between, 4.25);
    add(&uncertain, v.uncertain, 2.25);
    add(&total, v.total, 6.75);
    ck_assert_double_eq(v.noise.value, 0.25);
    ck_assert_double_eq_tol(v.share[0].value + v.share[1].value + v.share[2].value, 1.0, 1e-12);
    ck_assert_double_eq_tol(v.noise.value + v.between.value + v.uncertain.value, v.total.value, 1e-12);
    const size_t n = rein_nested_gather(&shape, x, sorted);
    rein_weighted_sort(sorted, n);
    const double q = rein_quantile_weighted(sorted, n, 0.75);
    add(&quarter, (rein_estimate){q, rein_nested_quantile_error(&shape, x, sorted, n, (double)n, 0.75, q)},
        4.664);
  }
  judge(&mean, "mean");
  judge(&between, "between");
  judge(&uncertain, "uncertain");
  judge(&total, "total");
  /* the quantile has no closed form here: its stated error is held against its spread alone */
  const double bias = quarter.sum / SEEDS, spread = sqrt(quarter.square / SEEDS - bias * bias);
  ck_assert_double_gt(sqrt(quarter.stated / SEEDS), 0.7 * spread);
  ck_assert_double_lt(sqrt(quarter.stated / SEEDS), 1.4 * spread);
}
END_TEST

START_TEST(test_weights_and_failures) {
  /* A weight of 0 and a NaN are the same as not being there; equal weights change nothing. */
  double x[R * B], noise[R * B], w[R * B];
  rein_nested shape = {.n_replicate = R, .n_person = B, .n_batch = M};
  draw(7, x, noise);
  const rein_variances plain = rein_nested_variances(&shape, x, noise, 0);
  for (int i = 0; i < R * B; i++) w[i] = 0.3;
  shape.weight = w;
  const rein_variances equal = rein_nested_variances(&shape, x, noise, 0);
  ck_assert_double_eq_tol(equal.uncertain.value, plain.uncertain.value, 1e-12);
  ck_assert_double_eq_tol(equal.between.error, plain.between.error, 1e-12);
  w[5] = w[R + 9] = 0.0;
  const rein_variances less = rein_nested_variances(&shape, x, noise, 0);
  x[5] = x[R + 9] = NAN;
  const rein_variances failed = rein_nested_variances(&shape, x, noise, 0);
  ck_assert_double_eq(less.between.value, failed.between.value);
  ck_assert_double_eq_tol(failed.n_effective, R * B - 2, 1e-9);
  ck_assert(less.between.value != plain.between.value);
}
END_TEST

START_TEST(test_covariance) {
  double x[R * B], y[R * B], noise[R * B];
  const rein_nested shape = {.n_replicate = R, .n_person = B, .n_batch = M};
  double sum = 0.0, square = 0.0;
  for (uint64_t seed = 1; seed <= SEEDS; seed++) { /* y = 2 x - 1: covariance 2 (2.25 + 4.25) */
    draw(seed, x, noise);
    for (int i = 0; i < R * B; i++) y[i] = 2.0 * x[i] - 1.0;
    const double c = rein_nested_covariance(&shape, x, y);
    sum += c, square += c * c;
  }
  const double mean = sum / SEEDS, sd = sqrt(square / SEEDS - mean * mean);
  ck_assert_double_eq_tol(mean, 13.0, 4.0 * sd / sqrt(SEEDS));
}
END_TEST

Suite *rein_suite_nested(void) {
  Suite *suite = suite_create("nested");
  TCase *tcase = tcase_create("nested");
  tcase_add_test(tcase, test_unbiased);
  tcase_add_test(tcase, test_weights_and_failures);
  tcase_add_test(tcase, test_covariance);
  suite_add_tcase(suite, tcase);
  return suite;
}
