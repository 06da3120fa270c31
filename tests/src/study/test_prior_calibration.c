/* Calibration of conditioned priors.
 *
 * By both methods through whole queries, 'least' as it is: truths of a linear-Gaussian model, each with its
 * own draw of what is uncertain, measured twice before time 0; 90 % intervals of the next measurement cover
 * as they say. And on warfarin by weights alone, one cohort for all: before and after conditioning, log
 * scores, and what a wrong model does. */
#include <check.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "src/base/files.h"
#include "src/scenario/assay.h"
#include "src/stats/bootstrap.h"
#include "src/study/prior_inside.h"

Suite *rein_suite_prior_calibration(void);

enum { CASES = 2000, PEOPLE = 8, REPLICATES = 1024, PROTHROMBIN = 1, TIMES = 3 };
#define LEAST 100 /* as a query has it */

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
static outcome calibrate(const char *more, uint64_t seed, int n_case) {
  rein_simulation prior, world;
  rein_sample *s = simulate("{n: 8, replicates: 1024}", "", 11, true, &prior),
              *truth = simulate("{n: 1, replicates: 2000}", more, seed, false, &world);
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
    for (int k = 0; k < 2; k++) m[k].value = measured(truth, o, k, c, seed);
    const double next = measured(truth, o, 2, c, seed);
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
  ck_assert(rein_bootstrap_ratio(arena, gain, one, n_kept, 5, 0.95, &out.gain_low, &out.gain_high));
  rein_sample_destroy(s);
  rein_sample_destroy(truth);
  return out;
}

START_TEST(test_calibrated) {
  const outcome o = calibrate("", 977, CASES);
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
  const outcome o = calibrate("parameters: {CL: 0.2022 L/h}\n", 977, CASES);
  printf("prior of a wrong model, %d cases: covered %.4f before, %.4f after; refused %.4f; log score gains "
         "%.3f (95%%: %.3f to %.3f)\n",
         CASES, o.covered_before, o.covered_after, o.refused, o.gain, o.gain_low, o.gain_high);
  ck_assert(isfinite(o.covered_before) && isfinite(o.covered_after));
}
END_TEST

/* ---- through whole queries ---- */

/* a decays by exp(-t / 10); at the start it is 10 + N(0, 1) u + N(0, 2) b. */
static const char LINEAR[] =
    "rein: model/1\nname: m\ntime: h\nparameters:\n"
    "  a0: {value: 10 mg, between: normal(sd: 2 mg), uncertain: normal(sd: 1 mg), assumed: test}\n"
    "  k: {value: 0.1 1/h, assumed: test}\n"
    "states:\n  a: {unit: mg, initial: a0, scale: 10 mg, rate: -k * a}\n"
    "observables:\n  A: {is: a, unit: mg, noise: additive(sd: 0.8 mg)}\n";

static const char *write_file(const char *folder, const char *name, const char *text, size_t n) {
  const char *path = rein_arena_printf(arena, "%s/%s", folder, name);
  ck_assert_int_eq(rein_files_write(path, text, n, rein_diag_create(arena)), REIN_OK);
  return path;
}

typedef struct {
  int n, covered, refused, flagged;
} tally;

/* States of one query, truths `first` and on. */
static void ask_truths(const char *folder, const char *by, int first, int n, tally *out) {
  enum { SEED = 31 };
  rein_text query;
  rein_text_init(&query, arena);
  rein_text_add(&query, "rein: prior/1\nname: q\nmodel: ./model.yaml\nstart: -2 h\nhorizons: [2 h]\nn: 2048\n"
                        "actions: {none: {}}\nstates:\n");
  double *next = REIN_NEW(arena, double, n);
  for (int i = 0; i < n; i++) {
    double z[5];
    for (int k = 0; k < 5; k++)
      z[k] = rein_draw_normal(SEED, REIN_DRAW_NOISE, (uint64_t)(first + i), 1, (uint64_t)k);
    const double a = 10 + z[0] + 2 * z[1];
    next[i] = a * exp(-0.4) + 0.8 * z[4];
    rein_text_printf(
        &query,
        "  s%d: {measured: [{observable: A, at: -1 h, value: %.17g mg}, {observable: A, value: %.17g "
        "mg}], by: %s}\n",
        i, a * exp(-0.1) + 0.8 * z[2], a * exp(-0.2) + 0.8 * z[3], by);
  }
  rein_prior p;
  const rein_prior_options options = {.has_seed = true, .seed = 1000 + (uint64_t)first};
  rein_diag *diag = rein_diag_create(arena);
  const rein_status status = rein_prior_run(
      arena, units, write_file(folder, "query.yaml", query.bytes, query.n), &options, diag, &p);
  ck_assert(status == REIN_OK || status == REIN_ERR_MEMBERS);
  for (int i = 0; i < n; i++) {
    const rein_prior_row *row = rein_prior_row_of(&p, i, 0, 0, 0);
    out->n++;
    out->refused += p.state[i].refused != NULL;
    out->flagged += p.state[i].flag != NULL;
    if (!p.state[i].refused)
      out->covered += next[i] >= row->quantile[1].value && next[i] <= row->quantile[5].value;
  }
}

/* 2000 cases where REIN_TEST_LONG is set: three standard errors are then 2 %. */
static void calibrate_queries(const char *by) {
  enum { OF_ONE = 50 };
  char folder[] = "/tmp/rein-prior-XXXXXX";
  ck_assert_ptr_nonnull(mkdtemp(folder));
  write_file(folder, "model.yaml", LINEAR, strlen(LINEAR));
  const int n_case = getenv("REIN_TEST_LONG") ? CASES : CASES / 5;
  tally t = {0};
  for (int i = 0; i < n_case; i += OF_ONE) ask_truths(folder, by, i, OF_ONE, &t);
  unlink(rein_arena_printf(arena, "%s/model.yaml", folder));
  unlink(rein_arena_printf(arena, "%s/query.yaml", folder));
  rmdir(folder);
  const double covered = (double)t.covered / (t.n - t.refused), error = sqrt(0.09 / n_case);
  printf("queries by %s, %d cases: covered %.4f; refused %d; flagged %d\n", by, t.n, covered, t.refused,
         t.flagged);
  ck_assert_double_le(fabs(covered - 0.9), n_case == CASES ? 0.02 : 3.0 * error);
  ck_assert_int_lt(t.refused * 20, t.n);
  ck_assert_int_lt(t.flagged * 50, t.n);
}

START_TEST(test_queries_by_weights) {
  calibrate_queries("weights");
}
END_TEST

START_TEST(test_queries_by_kalman) {
  calibrate_queries("kalman");
}
END_TEST

/* ---- warfarin, whole queries by a Kalman update ---- */

/* -log density of y by the nearer of the two forms, as exports have it. */
static double form_score(const rein_prior_row *r, double y) {
  const bool is_log = isfinite(r->fit_lognormal) && r->fit_lognormal < r->fit_gaussian && y > 0;
  const double sd = is_log ? r->log_sd.value : r->sd,
               z = ((is_log ? log(y) : y) - (is_log ? r->log_mean.value : r->mean)) / sd;
  return 0.5 * z * z + log(sd) + 0.5 * log(2 * M_PI) + (is_log ? log(y) : 0);
}

static bool in_middle(const rein_prior_row *r, double y) {
  return y >= r->quantile[1].value && y <= r->quantile[5].value;
}

typedef struct {
  int n, before, after, refused, flagged, after_unflagged;
  double *gain;
  size_t n_gain;
} update_tally;

/* The last state of a query is known by its history alone. */
static void ask_warfarin(const char *folder, const rein_sample *truth, const rein_observable *o,
                         uint64_t seed, int first, int n, update_tally *out) {
  rein_text query;
  rein_text_init(&query, arena);
  rein_text_add(&query,
                "rein: prior/1\nname: q\nmodel: warfarin\nstart: -2 d\nhorizons: [3 d]\nn: 4096\n"
                "observables: [prothrombin]\nactions: {go: {actions: [{do: warfarin, amount: 10 mg, every: "
                "24 h, for: 3 d}]}}\nstates:\n");
  static const char history[] = "history: [{do: warfarin, amount: 10 mg, every: 24 h, from: -2 d, for: 2 d}]";
  for (int i = 0; i < n; i++)
    rein_text_printf(
        &query,
        "  s%d: {%s, by: kalman, measured: [{observable: prothrombin, at: -1 d, value: %.17g %%}, "
        "{observable: prothrombin, value: %.17g %%}]}\n",
        i, history, measured(truth, o, 0, first + i, seed), measured(truth, o, 1, first + i, seed));
  rein_text_printf(&query, "  before: {%s}\n", history);
  rein_prior p;
  rein_text said;
  const rein_prior_options options = {.has_seed = true, .seed = 5000 + (uint64_t)first};
  rein_diag *diag = rein_diag_create(arena);
  const rein_status status = rein_prior_run(
      arena, units, write_file(folder, "query.yaml", query.bytes, query.n), &options, diag, &p);
  rein_text_init(&said, arena);
  rein_diag_print(diag, &said);
  ck_assert_msg(status == REIN_OK || status == REIN_ERR_MEMBERS, "%s", said.bytes);
  const rein_prior_row *plain = rein_prior_row_of(&p, n, 0, 0, 0);
  for (int i = 0; i < n; i++) {
    const rein_prior_row *row = rein_prior_row_of(&p, i, 0, 0, 0);
    const double next = measured(truth, o, 2, first + i, seed);
    out->n++;
    out->before += in_middle(plain, next);
    out->flagged += p.state[i].flag != NULL;
    if (p.state[i].refused) {
      out->refused++;
      continue;
    }
    out->after += in_middle(row, next);
    out->after_unflagged += !p.state[i].flag && in_middle(row, next);
    out->gain[out->n_gain++] = form_score(plain, next) - form_score(row, next);
  }
}

/* Twenty cases only where REIN_TEST_LONG is not set: they are what a few seconds can ask. */
START_TEST(test_warfarin_by_kalman) {
  enum { OF_ONE = 20, SEED = 977 };
  const int n_case = getenv("REIN_TEST_LONG") ? CASES : OF_ONE;
  char folder[] = "/tmp/rein-prior-XXXXXX";
  ck_assert_ptr_nonnull(mkdtemp(folder));
  rein_simulation world;
  rein_sample *truth = simulate("{n: 1, replicates: 2000}", "", SEED, false, &world);
  const rein_observable *o = &world.scenario->model->observable[PROTHROMBIN];
  update_tally t = {.gain = REIN_NEW(arena, double, n_case)};
  for (int i = 0; i < n_case; i += OF_ONE) ask_warfarin(folder, truth, o, SEED, i, OF_ONE, &t);
  unlink(rein_arena_printf(arena, "%s/query.yaml", folder));
  rmdir(folder);
  double *one = REIN_NEW(arena, double, n_case), gain = 0, low, high;
  for (size_t i = 0; i < t.n_gain; i++) one[i] = 1.0, gain += t.gain[i] / (double)t.n_gain;
  ck_assert(rein_bootstrap_ratio(arena, t.gain, one, t.n_gain, 5, 0.95, &low, &high));
  const double before = (double)t.before / t.n, after = (double)t.after / (t.n - t.refused);
  printf("warfarin by kalman, %d cases: covered %.4f before, %.4f after; refused %d; flagged %d, covered "
         "%.4f without "
         "them; log score of the form gains %.3f (95%%: %.3f to %.3f)\n",
         t.n, before, after, t.refused, t.flagged, (double)t.after_unflagged / (t.n - t.refused - t.flagged),
         gain, low, high);
  const double slack = n_case == CASES ? 0.02 : 3.0 * sqrt(0.09 / n_case);
  ck_assert_double_le(fabs(before - 0.9), slack);
  ck_assert_double_le(fabs(after - 0.9), slack);
  ck_assert_int_lt(t.refused * 20, t.n);
  ck_assert_double_gt(low, 0.0);
  rein_sample_destroy(truth);
}
END_TEST

Suite *rein_suite_prior_calibration(void) {
  Suite *suite = suite_create("prior_calibration");
  TCase *tcase = tcase_create("prior_calibration");
  tcase_add_checked_fixture(tcase, setup, teardown);
  tcase_set_timeout(tcase, getenv("REIN_TEST_LONG") ? 3600 : 300);
  tcase_add_test(tcase, test_calibrated);
  tcase_add_test(tcase, test_misspecified);
  tcase_add_test(tcase, test_queries_by_weights);
  tcase_add_test(tcase, test_queries_by_kalman);
  tcase_add_test(tcase, test_warfarin_by_kalman);
  suite_add_tcase(suite, tcase);
  return suite;
}
