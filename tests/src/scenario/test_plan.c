/* Who is in which lane, with which numbers. */
#include <check.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/src/scenario/filled.h"

Suite *rein_suite_plan(void);

#define HEAD "rein: scenario/1\nname: s\nmodel: ./m.yaml\nmeasure: {at: [0 h, 48 h]}\n"
#define ARMS                                                                                                 \
  "arms:\n  a:\n    actions:\n      - {do: oral, amount: 10 mg, every: 1 h, count: 40}\n"                    \
  "sweep:\n  faith: {field: actions.oral.adherence, values: [0.8, 0.5]}\n"                                   \
  "counterfactual: {without: oral}\n"

/* A longer cohort gives the same numbers and doses for its first members, whatever batch they are in. */
START_TEST(prefix) {
  filled few = filled_create(NULL, HEAD "cohort: {n: 3, replicates: 2}\n" ARMS, NULL, NULL);
  filled many = filled_create(NULL, HEAD "cohort: {n: 300, replicates: 2}\n" ARMS, NULL, NULL);
  ck_assert_int_eq(few.plan->n_lane, many.plan->n_lane);
  ck_assert_int_eq(few.plan->n_batch, 1);
  for (int l = 0; l < few.plan->n_lane; l++) {
    ck_assert_int_eq(few.lane[l].individual, many.lane[l].individual);
    ck_assert_int_eq(few.lane[l].real, few.lane[l].individual < 6 && many.lane[l].real);
    for (int p = 0; p < few.tape->n_param; p++)
      ck_assert(rein_eval_row(few.eval, p)[l] == rein_eval_row(many.eval, p)[l]);
    ck_assert_str_eq(filled_items(&few, l), filled_items(&many, l));
  }
  filled_destroy(&few);
  filled_destroy(&many);
}
END_TEST

START_TEST(every_member_once) {
  filled f = filled_create(NULL, HEAD "cohort: {n: 25}\n" ARMS, NULL, NULL);
  int seen[25][3] = {{0}};
  for (int64_t b = 0; b < f.plan->n_batch; b++) {
    filled_batch(&f, b);
    for (int l = 0; l < f.plan->n_lane; l++) {
      if (f.lane[l].real) seen[f.lane[l].individual][f.lane[l].arm]++;
    }
  }
  for (int i = 0; i < 25; i++) ck_assert(seen[i][0] == 1 && seen[i][1] == 1 && seen[i][2] == 1);
  filled_destroy(&f);
}
END_TEST

static int n_taken(const filled *f, int lane) {
  int n = 0;
  for (size_t i = 0; i < f->lane[lane].n_dose; i++) n += !isnan(f->lane[lane].dose[i].time_delivered);
  return n;
}

/* The same person under another arm: same parameters, and who takes a dose at 50 % takes it at 80 %. */
START_TEST(arms_share_draws) {
  filled f = filled_create(NULL, HEAD "cohort: {n: 500}\n" ARMS, NULL, NULL);
  double taken_80 = 0, taken_50 = 0;
  int n = 0;
  for (int64_t b = 0; b < f.plan->n_batch; b++) {
    filled_batch(&f, b);
    for (int l = 0; l < f.plan->n_lane; l++) {
      if (!f.lane[l].real || f.lane[l].arm != 0) continue;
      int other = filled_lane(&f, f.lane[l].individual, "a/faith=0.5");
      int reference = filled_lane(&f, f.lane[l].individual, "a/without oral");
      ck_assert(filled_param(&f, l, "CL") == filled_param(&f, other, "CL"));
      ck_assert(filled_param(&f, l, "CL") == filled_param(&f, reference, "CL"));
      for (int d = 0; d < 40; d++) {
        ck_assert(isnan(f.lane[other].dose[d].time_delivered) || !isnan(f.lane[l].dose[d].time_delivered));
      }
      ck_assert_int_eq(f.lane[l].n_item, f.lane[reference].n_item);
      taken_80 += n_taken(&f, l);
      taken_50 += n_taken(&f, other);
      n++;
    }
  }
  ck_assert_int_eq(n, 500);
  ck_assert_double_lt(fabs(taken_80 / (40.0 * n) - 0.8), 5 * sqrt(0.16 / (40 * n)));
  ck_assert_double_lt(fabs(taken_50 / (40.0 * n) - 0.5), 5 * sqrt(0.25 / (40 * n)));
  filled_destroy(&f);
}
END_TEST

/* More arms than a batch holds: every lane still has its reference beside it. */
START_TEST(chunks_hold_references) {
  filled f =
      filled_create(NULL,
                    HEAD "cohort: {n: 2}\narms:\n  a:\n    actions:\n      - {do: oral, at: 0 h}\n"
                         "sweep:\n  dose: {field: actions.oral.amount, from: 1 mg, to: 100 mg, n: 300}\n"
                         "counterfactual: {without: oral}\n",
                    NULL, NULL);
  ck_assert_int_eq(f.scenario->n_arm, 301);
  int n_real = 0;
  for (int64_t b = 0; b < f.plan->n_batch; b++) {
    filled_batch(&f, b);
    for (int l = 0; l < f.plan->n_lane; l++) {
      n_real += f.lane[l].real;
      int reference = f.scenario->arm[f.lane[l].arm].reference;
      if (reference >= 0)
        ck_assert_int_ge(filled_lane(&f, f.lane[l].individual, f.scenario->arm[reference].name), 0);
    }
  }
  ck_assert_int_eq(n_real, 602);
  filled_destroy(&f);
}
END_TEST

/* ---- distributions ---- */

typedef struct {
  double cl[2000], v[2000], weight[2000];
  int n;
} cohort;

static void draw(const char *text, cohort *out) {
  filled f = filled_create(NULL, text, NULL, NULL);
  for (int64_t b = 0; b < f.plan->n_batch; b++) {
    filled_batch(&f, b);
    for (int l = 0; l < f.plan->n_lane; l++) {
      if (!f.lane[l].real) continue;
      int64_t i = f.lane[l].individual;
      out->cl[i] = filled_param(&f, l, "CL");
      out->v[i] = filled_param(&f, l, "V");
      out->weight[i] = filled_param(&f, l, "weight");
      out->n++;
    }
  }
  filled_destroy(&f);
}

static double moment(const double *x, const double *y, int n, int step, int first) {
  double sx = 0, sy = 0, sxy = 0;
  int k = 0;
  for (int i = first; i < n; i += step, k++) sx += x[i], sy += y[i];
  for (int i = first; i < n; i += step) sxy += (x[i] - sx / k) * (y[i] - sy / k);
  return sxy / k;
}

START_TEST(distributions) {
  cohort c = {.n = 0};
  draw(HEAD "cohort: {n: 1000, replicates: 2, covariates: {weight: 'lognormal(median: 70 kg, cv: 20 %, low: "
            "50 kg)'}}\n"
            "arms: {a: {}}\n",
       &c);
  ck_assert_int_eq(c.n, 2000);
  double log_cl[2000], log_v[2000];
  for (int i = 0; i < 2000; i++) {
    log_cl[i] = log(c.cl[i]);
    log_v[i] = log(c.v[i]);
    ck_assert(c.v[i] >= 40 && c.v[i] <= 60 && c.weight[i] >= 50);
  }
  /* Within a replicate the spread is that between people: omega^2 = log(1 + cv^2). */
  for (int r = 0; r < 2; r++) {
    double variance = moment(log_cl, log_cl, 2000, 2, r), expected = log(1 + 0.3 * 0.3);
    ck_assert_double_lt(fabs(variance / expected - 1), 5 * sqrt(2.0 / 1000));
    double rho = moment(log_cl, log_v, 2000, 2, r) / sqrt(variance * moment(log_v, log_v, 2000, 2, r));
    ck_assert(rho > 0.3 && rho < 0.65); /* 0.5, less where V is cut */
  }
  /* Between replicates the typical value moves; it is shared by all people of one. */
  double mean[2] = {0, 0};
  for (int i = 0; i < 2000; i++) mean[i % 2] += log_cl[i] / 1000;
  ck_assert_double_gt(fabs(mean[0] - mean[1]), 0.001);
}
END_TEST

/* An override moves the typical value, the person's deviation stays. */
START_TEST(override_keeps_deviation) {
  filled f =
      filled_create(NULL, HEAD "cohort: {n: 5}\narms: {a: {}, b: {parameters: {CL: 10 L/h}}}\n", NULL, NULL);
  for (int i = 0; i < 5; i++) {
    double a = filled_param(&f, filled_lane(&f, i, "a"), "CL"),
           b = filled_param(&f, filled_lane(&f, i, "b"), "CL");
    ck_assert_double_eq_tol(b / a, 2.0, 1e-14);
  }
  filled_destroy(&f);
}
END_TEST

/* `uncertain` moves everybody of a replicate; without replicates nobody. The median is then that of the
 * model. */
START_TEST(uncertain_with_replicates) {
  cohort plain = {.n = 0}, one = {.n = 0};
  draw(HEAD "cohort: {n: 801}\narms: {a: {}}\n", &plain);
  draw(HEAD "cohort: {n: 801, replicates: 1}\narms: {a: {}}\n", &one);
  double shift = one.cl[0] / plain.cl[0];
  ck_assert_double_gt(fabs(log(shift)), 1e-6);
  int n_below = 0;
  for (int i = 0; i < 801; i++) {
    ck_assert_double_eq_tol(one.cl[i] / plain.cl[i], shift, 1e-13);
    ck_assert(one.v[i] == plain.v[i]); /* has no `uncertain` */
    n_below += plain.cl[i] < 5.0;
  }
  ck_assert_int_le(abs(n_below - 400), 71); /* five sd of a binomial, sqrt(801) / 2 each */
}
END_TEST

/* What is drawn stays in the covariate's range, whoever says how it is drawn. */
START_TEST(covariates_in_range) {
  static const char model[] = "rein: model/1\nname: m\ntime: h\ncovariates:\n"
                              "  a: {unit: kg, typical: 70 kg, range: [60, 80]}\n"
                              "  b: {unit: kg, typical: 70 kg, range: [60, 80], between: normal(sd: 30 kg)}\n"
                              "  c: {unit: kg, typical: 70 kg, range: [60, 80]}\n"
                              "states: {A: {unit: kg, initial: a + b + c, rate: -1 '1/h' * A}}\n";
  filled f = filled_create(model,
                           HEAD "cohort: {n: 200, covariates: {a: 'normal(mean: 70 kg, sd: 30 kg, high: 75 "
                                "kg)', c: 'uniform(low: 20 kg, high: 70 kg)'}}\narms: {a: {}}\n",
                           NULL, NULL);
  for (int l = 0; l < f.plan->n_lane; l++) {
    double a = filled_param(&f, l, "a"), b = filled_param(&f, l, "b"), c = filled_param(&f, l, "c");
    ck_assert(a >= 60 && a <= 75 && b >= 60 && b <= 80 && c >= 60 && c <= 70);
  }
  filled_destroy(&f);
}
END_TEST

static double rtol_of(double wanted, char hash[65]) {
  rein_scenario_options options = {.rtol = wanted};
  filled f =
      filled_create(NULL, HEAD "cohort: typical\narms: {a: {}}\nsolver: {rtol: 1e-4}\n", NULL, &options);
  double rtol = f.plan->rtol;
  strcpy(hash, f.scenario->hash);
  filled_destroy(&f);
  return rtol;
}

START_TEST(rtol_from_outside) {
  char written[65], same[65], other[65];
  ck_assert(rtol_of(0, written) == 1e-4 && rtol_of(1e-4, same) == 1e-4 && rtol_of(1e-9, other) == 1e-9);
  ck_assert_str_eq(written, same);
  ck_assert_str_ne(written, other);
}
END_TEST

/* A thousandth of rtol, wherever that is from, 1e-9 at least, and what is written where it is. */
START_TEST(absolute_tolerance) {
  static const struct {
    const char *solver;
    double wanted, atol_rel;
  } cases[] = {{"rtol: 1e-6", 0, 1e-9},    {"rtol: 1e-4", 0, 1e-7},
               {"rtol: 1e-10", 0, 1e-9},   {"rtol: 1e-4", 1e-8, 1e-9},
               {"rtol: 1e-8", 1e-3, 1e-6}, {"rtol: 1e-4, atol_rel: 1e-12", 0, 1e-12}};
  char text[200];
  rein_scenario_options options = {.rtol = cases[_i].wanted};
  snprintf(text, sizeof text, HEAD "cohort: typical\narms: {a: {}}\nsolver: {%s}\n", cases[_i].solver);
  filled f = filled_create(NULL, text, NULL, &options);
  ck_assert_double_eq(f.scenario->atol_rel, cases[_i].atol_rel); /* to the bit, as it is hashed */
  filled_destroy(&f);
}
END_TEST

/* Bounds as in the file; the text is no file, so only the options can be wrong. */
START_TEST(rtol_out_of_bounds) {
  static const double wrong[] = {1e-14, 0.2, -1.0, NAN};
  rein_arena *arena = rein_arena_create();
  rein_diag *diag = rein_diag_create(arena);
  rein_scenario_options options = {.rtol = wrong[_i]};
  rein_scenario *scenario = NULL;
  rein_units *units;
  ck_assert_int_eq(rein_units_create(diag, &units), REIN_OK);
  ck_assert_int_eq(
      rein_scenario_read(arena, units, "scenarios/warfarin_single_dose.yaml", &options, diag, &scenario),
      REIN_ERR_INPUT);
  ck_assert_int_eq(rein_diag_n_error(diag), 1);
  rein_units_destroy(units);
  rein_arena_destroy(arena);
}
END_TEST

START_TEST(people_from_a_table) {
  filled f = filled_create(
      NULL,
      HEAD "cohort: {table: people.csv, id: who, replicates: 2, columns: {weight: {column: wt, unit: g}}}\n"
           "arms:\n  a:\n    actions:\n      - {do: oral, amount: {column: dose, unit: g}, at: 1 h}\n"
           "      - {do: iv, amount: 2 mg/kg, at: 2 h}\n",
      "who,wt,dose\nx,61234,0.1\ny,80000,0.15\n", NULL);
  const char *items[] = {"1 add 100; 2 add 122.468", "1 add 150; 2 add 160"};
  ck_assert_int_eq(f.scenario->n_individual, 4);
  ck_assert(f.scenario->individual_data);
  ck_assert_str_eq(f.scenario->id[2], "2");
  for (int i = 0; i < 4; i++) {
    int lane = filled_lane(&f, i, "a");
    ck_assert_double_eq_tol(filled_param(&f, lane, "weight"), i < 2 ? 61.234 : 80, 1e-12);
    ck_assert_str_eq(filled_items(&f, lane), items[i / 2]);
  }
  rein_text text;
  rein_text_init(&text, f.arena);
  rein_scenario_print(f.scenario, &text);
  ck_assert_ptr_null(strstr(text.bytes, "61.2"));
  ck_assert_ptr_null(strstr(text.bytes, "6123"));
  filled_destroy(&f);
}
END_TEST

static const char *told(const filled *f) {
  rein_text text;
  rein_text_init(&text, f->arena);
  rein_diag_print(f->diag, &text);
  return text.bytes;
}

/* What is asked for and cannot be is not passed over. */
START_TEST(other_numbers_are_told) {
  static const char *const eleven =
      "cohort: typical\n"
      "arms: {a: {}, b: {}, c: {}, d: {}, e: {}, f: {}, g: {}, h: {}, i: {}, j: {}, k: {}}\n";
  rein_scenario_options options = {.n_lane = 8, .n_individual = 20};
  char text[1000];
  snprintf(text, sizeof text, HEAD "%s", eleven);
  filled f = filled_create(NULL, text, NULL, &options);
  ck_assert_int_eq(f.plan->n_lane, 16);
  ck_assert_ptr_nonnull(
      strstr(told(&f), "warning: the cohort is the typical individual: one takes part, not 20"));
  ck_assert_ptr_nonnull(strstr(told(&f), "warning: batches have 16 lanes, not 8"));
  filled_destroy(&f);
  options = (rein_scenario_options){.n_lane = 16, .n_individual = 1};
  f = filled_create(NULL, text, NULL, &options);
  ck_assert_str_eq(told(&f), "");
  filled_destroy(&f);
}
END_TEST

START_TEST(typical_and_lanes) {
  rein_scenario_options options = {.n_lane = 16, .has_seed = true, .seed = 99, .n_individual = 7};
  filled f = filled_create(NULL, HEAD "cohort: {n: 50}\n" ARMS, NULL, &options);
  ck_assert_int_eq(f.plan->n_lane, 16);
  ck_assert_int_eq(f.scenario->individuals_per_batch, 5);
  ck_assert_int_eq(f.scenario->n_individual, 7);
  ck_assert_uint_eq(f.scenario->seed, 99);
  filled_destroy(&f);
  f = filled_create(NULL, HEAD "cohort: typical\narms: {a: {}}\n", NULL, NULL);
  ck_assert(f.plan->n_lane == 8 && f.plan->n_batch == 1);
  ck_assert(filled_param(&f, 0, "CL") == 5.0 && filled_param(&f, 0, "weight") == 70.0);
  filled_destroy(&f);
}
END_TEST

Suite *rein_suite_plan(void) {
  Suite *suite = suite_create("plan");
  TCase *tcase = tcase_create("plan");
  tcase_set_timeout(tcase, 60);
  tcase_add_test(tcase, prefix);
  tcase_add_test(tcase, every_member_once);
  tcase_add_test(tcase, arms_share_draws);
  tcase_add_test(tcase, chunks_hold_references);
  tcase_add_test(tcase, distributions);
  tcase_add_test(tcase, override_keeps_deviation);
  tcase_add_test(tcase, uncertain_with_replicates);
  tcase_add_test(tcase, covariates_in_range);
  tcase_add_test(tcase, rtol_from_outside);
  tcase_add_loop_test(tcase, absolute_tolerance, 0, 6);
  tcase_add_loop_test(tcase, rtol_out_of_bounds, 0, 4);
  tcase_add_test(tcase, people_from_a_table);
  tcase_add_test(tcase, typical_and_lanes);
  tcase_add_test(tcase, other_numbers_are_told);
  suite_add_tcase(suite, tcase);
  return suite;
}
