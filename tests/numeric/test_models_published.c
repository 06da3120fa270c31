/* The shipped models against numbers that others published or that follow from a closed form: see source.md
 * of each model. A number printed with so many digits is compared to half a unit of its last digit; numbers
 * in words (a year, a share) to what the words say. */
#include <check.h>
#include <math.h>
#include <string.h>

#include "src/base/files.h"
#include "src/lang/csv.h"
#include "tests/numeric/test_models_run.h"

static rein_arena *arena;
static shipped s;
static void setup(void) {
  arena = rein_arena_create();
}
static void teardown(void) {
  rein_units_destroy(s.units);
  rein_arena_destroy(arena);
}

/* ---- warfarin ---- */

START_TEST(test_warfarin) {
  s = shipped_read(arena, "warfarin");
  const shipped_case dose = {.name = "100 mg", .act = {{"warfarin", 0, 100}}};
  const double time = 48;
  double pca;
  shipped_course(&s, &dose, "prothrombin", &time, 1, &pca);
  ck_assert_double_eq_tol(pca, 20.3965, 0.00005);
}
END_TEST

/* The effective half-life in texts on the drug is about 40 h on average, 20 to 60 h between people. */
START_TEST(test_warfarin_half_life) {
  s = shipped_read(arena, "warfarin");
  const shipped_case dose = {.name = "100 mg", .act = {{"warfarin", 0, 100}}};
  const double time[2] = {72, 144};
  double plasma[2];
  shipped_course(&s, &dose, "concentration", time, 2, plasma);
  ck_assert_double_eq_tol(log(2) * 72 / log(plasma[0] / plasma[1]), 40, 0.5);
}
END_TEST

/* ---- HIV ---- */

/* Perelson 1996: viral load under complete inhibition, from the untreated steady state. */
static double perelson(double v0, double c, double d, double t) {
  const double a = c / (c - d);
  return v0 * exp(-c * t) + v0 * a * (a * (exp(-d * t) - exp(-c * t)) - d * t * exp(-c * t));
}

static const shipped_case inhibited = {.name = "efficacy 1", .act = {{"protease_inhibitor", 0, 1}}};

START_TEST(test_hiv_closed_form) {
  s = shipped_read(arena, "hiv_protease_inhibitor");
  enum { N = 71 };
  double time[N], virus[N], log_virus[N];
  for (int i = 0; i < N; i++) time[i] = 0.1 * i;
  shipped_course(&s, &inhibited, "viral_load", time, N, virus);
  shipped_course(&s, &inhibited, "log10_viral_load", time, N, log_virus);
  for (int i = 0; i < N; i++) {
    const double expected = perelson(1.86e6, 2.06, 0.53, time[i]);
    ck_assert_double_eq_tol(virus[i] / expected, 1, 1e-8); /* a hundred times rtol; 2e-9 is seen */
    ck_assert_double_eq_tol(log_virus[i], log10(expected), 1e-8);
  }
  ck_assert_double_lt(virus[N - 1], 0.1 * virus[0]); /* there was something to see */
}
END_TEST

/* The observed table's distance from the model at the published rates. */
START_TEST(test_hiv_residual) {
  s = shipped_read(arena, "hiv_protease_inhibitor");
  enum { N = 16 };
  rein_diag *diag = rein_diag_create(arena);
  const rein_source *source;
  rein_csv *csv;
  const char *path = "models/hiv_protease_inhibitor/observed/viral_load.csv";
  ck_assert_int_eq(rein_files_read(arena, path, (rein_pos){0}, diag, &source), REIN_OK);
  ck_assert_int_eq(rein_csv_parse(arena, source, diag, &csv), REIN_OK);
  ck_assert_int_eq(csv->n_row, N);
  double time[N], seen[N], model[N], sum = 0;
  for (int i = 0; i < N; i++) {
    ck_assert(rein_csv_number(csv, i, rein_csv_find(csv, "time"), diag, &time[i]));
    ck_assert(rein_csv_number(csv, i, rein_csv_find(csv, "value"), diag, &seen[i]));
  }
  shipped_course(&s, &inhibited, "log10_viral_load", time, N, model);
  for (int i = 0; i < N; i++) sum += (model[i] - seen[i]) * (model[i] - seen[i]);
  ck_assert_double_eq_tol(sqrt(sum / N), 0.1327, 0.00005);
}
END_TEST

/* ---- erythropoiesis ---- */

START_TEST(test_erythropoiesis_rest) {
  s = shipped_read(arena, "erythropoiesis");
  const shipped_case rest = {.name = "rest", .set = {{"base", 885.42}}};
  const double time[2] = {0, 1000};
  static const char *const quantity[] = {"proliferating", "maturing", "commitment", "haemoglobin"};
  /* x1, x2, X0 of the paper's Table 1 with one digit more from source.md; commitment is beta X0, beta 1.02 */
  static const double expected[] = {59.028, 44.271, 1.02 * 7.3785, 885.42};
  static const double half_digit[] = {0.0005, 0.0005, 1.02 * 0.00005, 1e-9};
  static const double paper[] = {59.03, 44.27};
  for (int q = 0; q < 4; q++) {
    double value[2];
    shipped_course(&s, &rest, quantity[q], time, 2, value);
    ck_assert_double_eq_tol(value[0], expected[q], half_digit[q]);
    if (q < 2) ck_assert_double_eq_tol(value[0], paper[q], 0.005);
    ck_assert_double_eq_tol(value[1] / value[0], 1, 1e-9); /* it rests */
  }
}
END_TEST

START_TEST(test_erythropoiesis_recovery) {
  s = shipped_read(arena, "erythropoiesis");
  const shipped_case loss = {
      .name = "75 g", .set = {{"base", 885.42}}, .act = {{"phlebotomy", 0, 75}}, .act_first = true};
  /* on both sides of the day each thing happens, by half of the last digit printed */
  const double time[] = {0, 34.95, 35.05, 39.45, 39.55, 49.665, 49.675, 67};
  double deficit[8];
  shipped_course(&s, &loss, "deficit", time, 8, deficit);
  ck_assert_double_eq_tol(deficit[0], 75, 1e-9);
  ck_assert_double_gt(deficit[1], 0.2 * 75); /* 80 % regained */
  ck_assert_double_lt(deficit[2], 0.2 * 75);
  ck_assert_double_gt(deficit[3], 0.01 * 885.42); /* within 1 % of base */
  ck_assert_double_lt(deficit[4], 0.01 * 885.42);
  ck_assert_double_gt(deficit[5], 0); /* base again */
  ck_assert_double_lt(deficit[6], 0);
  ck_assert_double_eq_tol(deficit[7], -3.9, 0.05); /* overshoot */
}
END_TEST

/* ---- body weight ---- */

START_TEST(test_body_weight_man) {
  s = shipped_read(arena, "body_weight");
  const shipped_case less = {.name = "less 500 kcal/d",
                             .set = {{"weight", 90}, {"height", 1.80}, {"age", 40}},
                             .act = {{"diet", 0, -500}}};
  const double time[2] = {0, 364};
  double value[2];
  shipped_course(&s, &less, "fat_mass", time, 2, value);
  ck_assert_double_eq_tol(value[0], 23.118532, 5e-7);
  shipped_course(&s, &less, "extracellular_fluid", time, 2, value);
  ck_assert_double_eq_tol(value[0], 23.016, 5e-4);
  shipped_course(&s, &less, "body_weight", time, 2, value);
  ck_assert_double_eq_tol(value[0], 90, 1e-9);
  ck_assert_double_eq_tol(value[1], 76.2587, 5e-5);
  /* the public implementation's own run, with Runge-Kutta steps of a day, ends at 76.2606 kg */
  ck_assert_double_eq_tol(value[1], 76.2606, 0.003);
}
END_TEST

START_TEST(test_body_weight_intake) { /* baseline intake of the same man, before any action */
  s = shipped_read(arena, "body_weight");
  const shipped_case nothing = {.name = "none", .set = {{"weight", 90}, {"height", 1.80}, {"age", 40}}};
  const double time[2] = {0, 3652.5};
  double intake[2], spent[2], weight[2];
  shipped_course(&s, &nothing, "energy_intake", time, 2, intake);
  shipped_course(&s, &nothing, "energy_expenditure", time, 2, spent);
  shipped_course(&s, &nothing, "body_weight", time, 2, weight);
  ck_assert_double_eq_tol(intake[0], 2748.45, 0.005);
  for (int i = 0; i < 2; i++) { /* he is and stays in balance */
    ck_assert_double_eq_tol(spent[i], intake[i], 1e-7);
    ck_assert_double_eq_tol(weight[i], 90, 1e-8);
  }
}
END_TEST

/* The rule of the paper: 100 kJ/d less is about 1 kg in the end, half of it in about a year, 95 % in about
 * three years; the man of source.md loses 1.06 kg, 61 % and 94 % of it. */
START_TEST(test_body_weight_rule) {
  s = shipped_read(arena, "body_weight");
  const shipped_case less = {.name = "less 100 kJ/d", .act = {{"diet", 0, -100 / 4.184}}};
  const double time[] = {365.25, 3 * 365.25, 10 * 365.25, 40 * 365.25};
  double change[4];
  shipped_course(&s, &less, "weight_change", time, 4, change);
  ck_assert_double_eq_tol(change[3], -1.06, 0.005);
  ck_assert_double_eq_tol(change[2], change[3], 0.002); /* ten years are the end */
  ck_assert_double_eq_tol(change[0] / change[3], 0.61, 0.005);
  ck_assert_double_eq_tol(change[1] / change[3], 0.94, 0.005);
}
END_TEST

Suite *rein_suite_models_published(void) {
  Suite *suite = suite_create("numeric/models, published numbers");
  TCase *tc = tcase_create("all");
  tcase_add_checked_fixture(tc, setup, teardown);
  tcase_set_timeout(tc, 60);
  tcase_add_test(tc, test_warfarin);
  tcase_add_test(tc, test_warfarin_half_life);
  tcase_add_test(tc, test_hiv_closed_form);
  tcase_add_test(tc, test_hiv_residual);
  tcase_add_test(tc, test_erythropoiesis_rest);
  tcase_add_test(tc, test_erythropoiesis_recovery);
  tcase_add_test(tc, test_body_weight_man);
  tcase_add_test(tc, test_body_weight_intake);
  tcase_add_test(tc, test_body_weight_rule);
  suite_add_tcase(suite, tc);
  return suite;
}
