/* What a part says of its members: values, change, effect, direction, doses, measurement, failures; and the
 * file format itself. */
#include "tests/src/record/study_fixture.h"

#include "src/scenario/assay.h"
#include "src/stats/fixed.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static fixture f;
static rein_part part;
static rein_part_about about;

static void load(int i_part) {
  char *path = rein_manifest_part_path(f.arena, fixture_path(&f, "a"), i_part);
  ck_assert_msg(rein_part_read(f.arena, path, REIN_FIELDS_ALL, f.diag, &part, &about) == REIN_OK, "%s",
                fixture_messages(&f));
}

static void set_up(void) {
  fixture_create(&f, 11);
}

static void tear_down(void) {
  fixture_destroy(&f);
}

static void run(void) {
  ck_assert_msg(fixture_run(&f, fixture_path(&f, "a"), false) == REIN_OK, "%s", fixture_messages(&f));
}

static void check_equal(double got, double expected) {
  ck_assert_msg(got == expected || (isnan(got) && isnan(expected)), "%.17g, expected %.17g", got, expected);
}

/* Every value of every member against the closed formula. */
static void check_values(void) {
  static const int from[2] = {0, 1}, to[2] = {2, 3};
  for (int64_t i = 0; i < part.n[REIN_AXIS_INDIVIDUAL]; i++) {
    for (int a = 0; a < FIXTURE_ARMS; a++) {
      const int64_t m = i * FIXTURE_ARMS + a, who = part.individual[i];
      for (int t = 0; t < FIXTURE_TIMES; t++)
        for (int k = 0; k < FIXTURE_KEPT; k++)
          check_equal(part.latent[(m * FIXTURE_TIMES + t) * FIXTURE_KEPT + k], fixture_value(who, a, t, k));
      for (int h = 0; h < 2; h++) {
        for (int k = 0; k < FIXTURE_KEPT; k++) {
          const double after = fixture_value(who, a, to[h], k);
          const int64_t at = (m * 2 + h) * FIXTURE_KEPT + k;
          check_equal(part.change[at], after - fixture_value(who, a, from[h], k));
          check_equal(part.effect[at], a ? after - fixture_value(who, 0, to[h], k) : NAN);
        }
      }
    }
  }
}

START_TEST(test_round_trip) {
  run();
  int64_t next = 0;
  for (int p = 0; p < 3; p++) {
    load(p);
    for (int64_t i = 0; i < part.n[REIN_AXIS_INDIVIDUAL]; i++) ck_assert_int_eq(part.individual[i], next++);
    check_values();
  }
  ck_assert_int_eq(next, 11);
}
END_TEST

/* Arms in batches of their own, each with a copy of the reference: the same records. */
START_TEST(test_chunks_of_arms) {
  f.n_chunk = FIXTURE_ARMS;
  f.plan->n_batch *= FIXTURE_ARMS;
  run();
  for (int p = 0; p < 3; p++) load(p), check_values();
}
END_TEST

START_TEST(test_labels) {
  run();
  load(0);
  ck_assert_str_eq(part.quantity[0], "concentration");
  ck_assert_str_eq(part.quantity[2], "gut");
  ck_assert_str_eq(part.quantity_kind[2], "state");
  ck_assert_str_eq(part.quantity_kind[3], "output");
  ck_assert_str_eq(part.quantity_unit[3], "mg/h");
  ck_assert_str_eq(part.quantity_level[2], "organ");
  ck_assert_int_eq(part.n[REIN_AXIS_OBSERVABLE], 2);
  ck_assert_str_eq(part.boundary[0], "research_hypothesis");
  ck_assert_str_eq(part.boundary[2], "physician_judgement");
  ck_assert_str_eq(part.without[0], "drug");
  ck_assert_str_eq(part.action_codes[0], "atc:B01AA03");
  ck_assert_str_eq(part.parameter_kind[1], "covariate");
  ck_assert_str_eq(about.origin, "mechanistic");
  ck_assert(about.seed == 18446744073709551615u);
  ck_assert_str_eq(about.time_unit, "h");
  ck_assert_ptr_nonnull(strstr(about.comment, "For research only"));
}
END_TEST

/* 5 mg at 0, 4.5 mg delivered at 1; 5 mg at 12, not taken. Horizons 0-12 and 6-24: a dose at its end is not
 * within. */
START_TEST(test_doses) {
  run();
  load(0);
  const int64_t m = 1; /* individual 0, arm 1; two actions */
  check_equal(part.prescribed[(m * 2 + 0) * 2], 5);
  check_equal(part.delivered[(m * 2 + 0) * 2], 4.5);
  check_equal(part.prescribed[(m * 2 + 1) * 2], 5);
  check_equal(part.delivered[(m * 2 + 1) * 2], 0);
  check_equal(part.reported[(m * 2 + 0) * 2], 5);
  check_equal(part.reported[(m * 2 + 1) * 2], 5);       /* the one at 12, which was not taken */
  check_equal(part.prescribed[(m * 2 + 0) * 2 + 1], 0); /* the other action */
  check_equal(part.prescribed[0], 0);                   /* the arm without */
}
END_TEST

/* The model is valid for 0 to 4 mg: 4.5 mg at 1 h are a signal behind those of the model, and one without a
 * duration. */
START_TEST(test_dose_outside_valid) {
  run();
  load(0);
  ck_assert_int_eq(part.n[REIN_AXIS_SAFETY], 2);
  ck_assert_str_eq(part.safety[1], "drug: outside the valid range");
  ck_assert_ptr_nonnull(strstr(part.safety_message[1], "outside 0 .. 4 mg"));
  check_equal(part.safety_first[0 * 2 + 1], NAN); /* the arm without */
  check_equal(part.safety_first[1 * 2 + 1], 1);
  check_equal(part.safety_duration[1 * 2 + 1], NAN);
  check_equal(part.safety_first[2 * 2], 3.5); /* that of the model stays in its place */
}
END_TEST

START_TEST(test_doses_act_first) {
  f.scenario->act_first = true;
  run();
  load(0);
  check_equal(part.prescribed[(1 * 2 + 0) * 2], 5); /* the one at 12; that at 0 is in the state before */
  check_equal(part.delivered[(1 * 2 + 0) * 2], 4.5);
}
END_TEST

/* Changes of concentration over 12 h are -(0.1 + arm) 1.5: -0.15, -1.65, -3.15; 2 counts. */
START_TEST(test_direction) {
  run();
  load(0);
  static const int expected[FIXTURE_ARMS] = {0, 0, -1};
  for (int a = 0; a < FIXTURE_ARMS; a++) {
    ck_assert_int_eq(part.direction[(a * 2 + 0) * 2 + 0], expected[a]);
    ck_assert_int_eq(part.direction[(a * 2 + 0) * 2 + 1], REIN_MISSING_BYTE); /* none declared */
  }
}
END_TEST

START_TEST(test_direction_relative) {
  f.model->observable[0].smallest_change = 0.1; /* of 10: 1 */
  f.model->observable[0].smallest_change_relative = true;
  run();
  load(0);
  static const int expected[FIXTURE_ARMS] = {0, -1, -1};
  for (int a = 0; a < FIXTURE_ARMS; a++) ck_assert_int_eq(part.direction[(a * 2 + 0) * 2 + 0], expected[a]);
}
END_TEST

/* Noise: the declared SD, the same in all arms, in no relation between times. */
START_TEST(test_measured) {
  double sum = 0, squares = 0;
  int n = 0;
  fixture_destroy(&f);
  fixture_create(&f, 801);
  f.options.part_members = 300 * FIXTURE_ARMS;
  f.model->observable[0].limit_low = -INFINITY;
  run();
  rein_manifest *manifest;
  ck_assert_int_eq(rein_manifest_read(f.arena, fixture_path(&f, "a"), f.diag, &manifest), REIN_OK);
  for (int p = 0; p < (int)manifest->n_part; p++) {
    load(p);
    for (int64_t i = 0; i < part.n[REIN_AXIS_INDIVIDUAL]; i++) {
      for (int t = 0; t < FIXTURE_TIMES; t++) {
        double noise[FIXTURE_ARMS];
        for (int a = 0; a < FIXTURE_ARMS; a++) {
          const int64_t at = (i * FIXTURE_ARMS + a) * FIXTURE_TIMES + t;
          noise[a] = part.measured[at * 2] - part.latent[at * FIXTURE_KEPT];
          if (part.status[i * FIXTURE_ARMS + a] == REIN_LANE_FAILED) continue;
          ck_assert_double_eq_tol(noise[a], noise[0], 1e-12);
          ck_assert_float_eq(part.measured_sd[at * 2], 2.0f);
        }
        sum += noise[0], squares += noise[0] * noise[0], n++;
      }
    }
  }
  /* 3204 draws of SD 2: mean within 4 standard errors, SD within 4 of its own. */
  ck_assert_double_lt(fabs(sum / n), 4 * 2 / sqrt(n));
  ck_assert_double_lt(fabs(sqrt(squares / n) - 2), 4 * 2 / sqrt(2.0 * n));
}
END_TEST

START_TEST(test_measure_kinds) {
  rein_observable o = {.limit_low = -INFINITY, .limit_high = INFINITY};
  o.noise = REIN_NOISE_NONE;
  check_equal(rein_measure(&o, 8, 2, 0.5, 1, 1).value, 8);
  check_equal(rein_measure(&o, 8, 2, 0.5, 1, 1).sd, 0);
  o.noise = REIN_NOISE_ADDITIVE;
  check_equal(rein_measure(&o, 8, 2, 0, 1.5, 0).value, 11);
  o.noise = REIN_NOISE_PROPORTIONAL;
  check_equal(rein_measure(&o, 8, 0, 0.5, -1, 0).value, 4);
  o.noise = REIN_NOISE_COMBINED;
  check_equal(rein_measure(&o, 8, 3, 0.5, 1, -2).value, 8 + 3 - 8);
  check_equal(rein_measure(&o, 8, 3, 0.5, 1, -2).sd, 5);
  /* CV 0.5: the log-SD is 0.47238, SD over mean 0.5, mean over median sqrt(1.25). */
  o.noise = REIN_NOISE_LOGNORMAL;
  ck_assert_double_eq_tol(rein_measure(&o, 8, 0, 0.5, 1, 0).value, 8 * exp(0.47238072707743883), 1e-12);
  ck_assert_double_eq_tol(rein_measure(&o, 8, 0, 0.5, 1, 0).sd, 8 * sqrt(1.25) * 0.5, 1e-12);
}
END_TEST

START_TEST(test_limits_of_detection) {
  const rein_observable o = {.limit_low = 1, .limit_high = 10};
  ck_assert_int_eq(rein_measure(&o, 0.5, 0, 0, 0, 0).flag, REIN_MEASURED_BELOW);
  check_equal(rein_measure(&o, 0.5, 0, 0, 0, 0).value, 1);
  ck_assert_int_eq(rein_measure(&o, 11, 0, 0, 0, 0).flag, REIN_MEASURED_ABOVE);
  check_equal(rein_measure(&o, 11, 0, 0, 0, 0).value, 10);
  ck_assert_int_eq(rein_measure(&o, 1, 0, 0, 0, 0).flag, REIN_MEASURED_OBSERVED);
  ck_assert_int_eq(rein_measure(&o, NAN, 0, 0, 0, 0).flag, REIN_MEASURED_MISSING);
  check_equal(rein_measure(&o, NAN, 0, 0, 0, 0).value, NAN);
}
END_TEST

START_TEST(test_failure) {
  run();
  load(1); /* individuals 4 to 7 */
  const int64_t m = (FIXTURE_FAILED - 4) * FIXTURE_ARMS + 2;
  ck_assert_int_eq(part.status[m], REIN_LANE_FAILED);
  ck_assert_int_eq(part.fail_reason[m], REIN_FAIL_RATES);
  check_equal(part.fail_time[m], 10);
  ck_assert_int_eq(part.fail_state[m], 1);
  ck_assert_int_eq(part.fail_origin[m], 1);
  ck_assert_int_eq(part.n_step[m], INT32_MAX);
  check_equal(part.latent[(m * FIXTURE_TIMES + 1) * FIXTURE_KEPT], fixture_value(FIXTURE_FAILED, 2, 1, 0));
  check_equal(part.measured[(m * FIXTURE_TIMES + 2) * 2], NAN);
  ck_assert_int_eq(part.measured_flag[(m * FIXTURE_TIMES + 2) * 2], REIN_MEASURED_MISSING);
  check_equal(part.change[(m * 2) * FIXTURE_KEPT], NAN);
  ck_assert_int_eq(part.direction[(m * 2) * 2], REIN_MISSING_BYTE);
  check_equal(part.safety_duration[m * 2], NAN);
  const int64_t alone = (FIXTURE_ALONE - 4) * FIXTURE_ARMS;
  ck_assert_int_eq(part.status[alone], REIN_LANE_ALONE);
  check_equal(part.fail_time[0], NAN);
  ck_assert_int_eq(part.fail_state[0], REIN_MISSING_INT);
  ck_assert_int_eq(part.n_failed, 1);
  ck_assert_int_eq(part.n_alone, 1);
  ck_assert_int_eq(part.n_fine, 10);
}
END_TEST

/* HDF5 asks for as much memory as a damaged file says and goes on without; the sanitizers stop at such a
 * request. */
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define N_DAMAGE 0
#else
#define N_DAMAGE 20
#endif

/* Bytes changed at random, files cut short: an error or the same shape, never a crash. */
START_TEST(test_damaged_file) {
  run();
  const rein_source *good = fixture_read(&f, fixture_path(&f, "a"), "parts/part-000000.nc");
  const char *path = fixture_path(&f, "bad.nc");
  FILE *file = fopen(path, "wb");
  fclose(file);
  srand(99);
  for (int trial = 0; trial < 150; trial++) {
    rein_arena *scratch = rein_arena_create();
    rein_diag *diag = rein_diag_create(scratch);
    rein_part got;
    char *bytes = malloc(good->n_byte);
    memcpy(bytes, good->bytes, good->n_byte);
    for (int k = 0; k < N_DAMAGE; k++)
      bytes[(size_t)rand() % (trial % 2 ? good->n_byte : 3000)] = (char)rand();
    const size_t n = trial % 3 ? good->n_byte : (size_t)rand() % good->n_byte;
    file = fopen(path, "wb");
    ck_assert_uint_eq(fwrite(bytes, 1, n, file), n);
    fclose(file);
    free(bytes);
    const rein_status status = rein_part_read(scratch, path, REIN_FIELDS_ALL, diag, &got, NULL);
    ck_assert(status == REIN_OK || (status == REIN_ERR_FILE && rein_diag_n_error(diag) == 1));
    rein_arena_destroy(scratch);
  }
}
END_TEST

START_TEST(test_not_a_part) {
  rein_part got;
  ck_assert_int_eq(
      rein_part_read(f.arena, "tests/src/record/test_record.c", REIN_FIELDS_ALL, f.diag, &got, NULL),
      REIN_ERR_FILE);
}
END_TEST

START_TEST(test_part_size_follows_from_the_scenario) {
  rein_layout *l = rein_layout_create(f.arena, f.scenario, f.tape, 100000, 0);
  /* 8192 members or 16 MiB, whatever comes first */
  const int64_t members = l->n[REIN_AXIS_INDIVIDUAL] * FIXTURE_ARMS;
  ck_assert_int_le(members, 8192);
  ck_assert_int_gt(members, 8192 - 2 * FIXTURE_ARMS);
  ck_assert_int_le(rein_layout_individual_bytes(l) * l->n[REIN_AXIS_INDIVIDUAL], 16 << 20);
}
END_TEST

Suite *rein_suite_record(void);
Suite *rein_suite_record(void) {
  Suite *suite = suite_create("record");
  TCase *tc = tcase_create("part");
  tcase_add_checked_fixture(tc, set_up, tear_down);
  tcase_set_timeout(tc, 60);
  tcase_add_test(tc, test_round_trip);
  tcase_add_test(tc, test_chunks_of_arms);
  tcase_add_test(tc, test_labels);
  tcase_add_test(tc, test_doses);
  tcase_add_test(tc, test_doses_act_first);
  tcase_add_test(tc, test_dose_outside_valid);
  tcase_add_test(tc, test_direction);
  tcase_add_test(tc, test_direction_relative);
  tcase_add_test(tc, test_measured);
  tcase_add_test(tc, test_measure_kinds);
  tcase_add_test(tc, test_limits_of_detection);
  tcase_add_test(tc, test_failure);
  tcase_add_test(tc, test_damaged_file);
  tcase_add_test(tc, test_not_a_part);
  tcase_add_test(tc, test_part_size_follows_from_the_scenario);
  suite_add_tcase(suite, tc);
  return suite;
}
