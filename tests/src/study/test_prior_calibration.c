/* Calibration of conditioned priors on warfarin: 2000 truths from the prior, each with its own draw of the
 * uncertain parameters, measured with noise before time 0; 90 % intervals of the measurement three days later
 * cover as they say, before and after conditioning. */
#include <check.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "src/scenario/assay.h"
#include "src/stats/bootstrap.h"
#include "src/study/prior_inside.h"

Suite *rein_suite_prior_calibration(void);

enum { CASES = 2000, PEOPLE = 8, REPLICATES = 1024, PROTHROMBIN = 1, TIMES = 3 };
#define LEAST 50

static rein_arena *arena;
static rein_units *units;

static void setup(void) {
  arena = rein_arena_create();
  ck_assert_int_eq(rein_units_create(rein_diag_create(arena), &units), REIN_OK);
}

static void teardown(void) {
  rein_units_destroy(units);
  rein_arena_destroy(arena);
}

/* A cohort on 5 mg a day from two days before time 0; kept rows are all observables. */
static rein_sample *simulate(const char *cohort, const char *more, uint64_t seed, bool sobol,
                             rein_simulation *out) {
  rein_diag *diag = rein_diag_create(arena);
  rein_text said;
  rein_text_init(&said, arena);
  const char *text = rein_arena_printf(
      arena,
      "rein: scenario/1\nname: c\nmodel: warfarin\nstart: -2 d\ncohort: %s\n%s"
      "arms: {daily: {actions: [{do: warfarin, amount: 10 mg, every: 24 h, from: -2 d, for: 5 d}]}}\n"
      "measure: {at: [-1 d, 0 d, 3 d]}\nkeep: [observables]\n",
      cohort, more);
  const rein_source *source =
      rein_source_create(arena, "models/warfarin/prior/calibration.yaml", text, strlen(text));
  const rein_scenario_options options = {.has_seed = true, .seed = seed};
  rein_scenario *s;
  rein_status status = rein_scenario_read_source(arena, units, source, &options, diag, &s);
  if (status == REIN_OK) status = rein_simulation_prepare_scenario(arena, s, NULL, NULL, diag, out);
  rein_diag_print(diag, &said);
  ck_assert_msg(status == REIN_OK, "%s", said.bytes);
  if (sobol) ck_assert_ptr_nonnull(rein_points_use(arena, s, 16));
  rein_sample *sample;
  ck_assert_int_eq(rein_sample_create(arena, out, s->keep, s->n_keep, &(rein_sample_options){0}, &sample),
                   REIN_OK);
  ck_assert_int_eq(sample->n_failed, 0);
  return sample;
}

typedef struct {
  double covered_before, covered_after, refused, gain, gain_low, gain_high;
} outcome;

static double measured(const rein_sample *s, const rein_observable *o, int t, int64_t i, uint64_t seed) {
  const uint64_t key = rein_draw_key(o->name);
  return rein_measure(o, rein_sample_row(s, 0, t, PROTHROMBIN)[i], rein_sample_noise(s, 0, PROTHROMBIN, 0)[i],
                      rein_sample_noise(s, 0, PROTHROMBIN, 1)[i],
                      rein_draw_normal(seed, REIN_DRAW_NOISE, (uint64_t)i, key, (uint64_t)t),
                      rein_draw_normal(seed, REIN_DRAW_NOISE_2, (uint64_t)i, key, (uint64_t)t))
      .value;
}

static bool covers(const rein_weighted *sorted, size_t n, double y) {
  return y >= rein_quantile_weighted(sorted, n, 0.05) && y <= rein_quantile_weighted(sorted, n, 0.95);
}

/* -log of the predicted density of y. */
static double log_score(const rein_sample *s, const rein_observable *o, const double *weight, double y) {
  double sum = 0.0, total = 0.0;
  for (int64_t i = 0; i < s->n_individual; i++) {
    const double w = weight ? weight[i] : 1.0;
    if (!(w > 1e-12)) continue;
    total += w;
    sum += w * exp(rein_measure_log_density(o, rein_sample_row(s, 0, 2, PROTHROMBIN)[i],
                                            rein_sample_noise(s, 0, PROTHROMBIN, 0)[i],
                                            rein_sample_noise(s, 0, PROTHROMBIN, 1)[i], y, 0));
  }
  return -log(sum / total);
}

/* more: what the truth's scenario says that the prior's does not. */
static outcome calibrate(const char *more, int n_case) {
  rein_simulation prior, world;
  rein_sample *s = simulate("{n: 8, replicates: 1024}", "", 11, true, &prior),
              *truth = simulate("{n: 1, replicates: 2000}", more, 977, false, &world);
  const rein_observable *o = &prior.scenario->model->observable[PROTHROMBIN];
  const rein_nested plain = {.n_replicate = REPLICATES, .n_person = PEOPLE, .n_batch = 16};
  const size_t n = (size_t)s->n_individual;
  double *y = REIN_NEW(arena, double, n), *weight = REIN_NEW(arena, double, n),
         *gain = REIN_NEW(arena, double, n_case), *one = REIN_NEW(arena, double, n_case);
  rein_weighted *before = REIN_NEW(arena, rein_weighted, n), *after = REIN_NEW(arena, rein_weighted, n);
  for (size_t i = 0; i < n; i++) y[i] = measured(s, o, 2, (int64_t)i, 11);
  const size_t n_before = rein_nested_gather(&plain, y, before);
  rein_weighted_sort(before, n_before);
  outcome out = {0};
  size_t n_kept = 0;
  for (int c = 0; c < n_case; c++) {
    rein_prior_measured m[2] = {{.observable = PROTHROMBIN, .sd = NAN, .i_time = 0},
                                {.observable = PROTHROMBIN, .sd = NAN, .i_time = 1}};
    for (int k = 0; k < 2; k++) m[k].value = measured(truth, o, k, c, 977);
    const double next = measured(truth, o, 2, c, 977);
    out.covered_before += covers(before, n_before, next);
    if (rein_prior_weigh(prior.scenario->model, s, 0, 0, m, 2, weight) < LEAST) {
      out.refused++;
      continue;
    }
    rein_nested told = plain;
    told.weight = weight;
    const size_t n_after = rein_nested_gather(&told, y, after);
    rein_weighted_sort(after, n_after);
    out.covered_after += covers(after, n_after, next);
    gain[n_kept] = log_score(s, o, NULL, next) - log_score(s, o, weight, next);
    one[n_kept++] = 1.0;
    out.gain += gain[n_kept - 1];
  }
  out.covered_before /= n_case, out.covered_after /= (double)n_kept, out.gain /= (double)n_kept;
  out.refused /= n_case;
  ck_assert(rein_bootstrap_ratio(gain, one, n_kept, 5, 0.95, &out.gain_low, &out.gain_high));
  rein_sample_destroy(s);
  rein_sample_destroy(truth);
  return out;
}

START_TEST(test_calibrated) {
  const outcome o = calibrate("", CASES);
  printf("prior calibration, %d cases: covered %.4f before, %.4f after; refused %.4f; log score gains %.3f "
         "(95%%: %.3f to %.3f)\n",
         CASES, o.covered_before, o.covered_after, o.refused, o.gain, o.gain_low, o.gain_high);
  ck_assert(o.covered_before >= 0.88 && o.covered_before <= 0.92);
  ck_assert(o.covered_after >= 0.88 && o.covered_after <= 0.92);
  ck_assert(o.refused < 0.05);
  ck_assert_double_gt(o.gain_low, 0.0);
}
END_TEST

START_TEST(test_misspecified) { /* the truth clears the drug half as fast again: reported, not tuned */
  const outcome o = calibrate("parameters: {CL: 0.2022 L/h}\n", CASES);
  printf("prior of a wrong model, %d cases: covered %.4f before, %.4f after; refused %.4f; log score gains "
         "%.3f (95%%: %.3f to %.3f)\n",
         CASES, o.covered_before, o.covered_after, o.refused, o.gain, o.gain_low, o.gain_high);
  ck_assert(isfinite(o.covered_before) && isfinite(o.covered_after));
}
END_TEST

Suite *rein_suite_prior_calibration(void) {
  Suite *suite = suite_create("prior_calibration");
  TCase *tcase = tcase_create("prior_calibration");
  tcase_add_checked_fixture(tcase, setup, teardown);
  tcase_set_timeout(tcase, 300);
  tcase_add_test(tcase, test_calibrated);
  tcase_add_test(tcase, test_misspecified);
  suite_add_tcase(suite, tcase);
  return suite;
}
