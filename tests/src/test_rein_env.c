/* The environment through src/rein.h: N steps are one run, seeds are episodes, observations are not
 * states. */
#include <check.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "src/base/files.h"
#include "src/record/reader.h"
#include "src/rein.h"

Suite *rein_suite_rein_env(void);

static rein_session *session;
static rein_env *env;

static void setup(void) {
  session = rein_session_create();
  ck_assert_ptr_nonnull(session);
  ck_assert_msg(rein_env_create(session, "warfarin", 0, &env) == REIN_DONE, "%s",
                rein_session_messages(session));
}

static void teardown(void) {
  rein_env_destroy(env);
  rein_session_destroy(session);
}

/* State after 48 h in n steps, 10 mg at time 0. */
static void run(uint64_t seed, int n, double *state, double *seen) {
  rein_env_result result = {0};
  ck_assert_int_eq(rein_env_reset(env, seed, seen), REIN_DONE);
  for (int i = 0; i < n; i++) {
    const double amount = i == 0 ? 10.0 : 0.0;
    ck_assert_msg(rein_env_step(env, &amount, 48.0 / n, seen, &result) == REIN_DONE, "%s",
                  rein_session_messages(session));
    ck_assert_double_eq_tol(result.elapsed, 48.0 / n * (i + 1), 1e-9);
    ck_assert(!result.terminated && !result.truncated);
  }
  rein_env_state(env, state);
}

START_TEST(test_steps_are_one_run) {
  double one[3], many[3], seen[2];
  ck_assert_int_eq(rein_env_n_state(env), 3);
  ck_assert_str_eq(rein_env_observation_name(env, 1), "prothrombin");
  ck_assert_str_eq(rein_env_action_unit(env, 0), "mg");
  ck_assert_ptr_null(rein_env_action_name(env, 1));
  run(4, 1, one, seen);
  for (int n = 12; n <= 192; n *= 4) {
    run(4, n, many, seen);
    for (int i = 0; i < 3; i++) ck_assert_double_eq_tol(one[i], many[i], 2e-6 * (0.01 + fabs(one[i])));
  }
  ck_assert_double_gt(one[1], 1.0); /* the dose has arrived */
  ck_assert_double_lt(one[2], 90.0);
}
END_TEST

/* Everything that can still be on its way between two steps: a lag, infusions that overlap, a parameter that
 * is held, one that is moved slowly, a switch by time. */
static const char on_the_way[] =
    "rein: model/1\nname: m\ntime: h\nparameters:\n"
    "  k: {value: 0.3 1/h, between: lognormal(cv: 30 %), assumed: test}\n"
    "  wait: {value: 1.7 h, between: lognormal(cv: 20 %), assumed: test}\n"
    "  target: {value: 5 mg, assumed: test}\n  drive: {value: 1 mg, assumed: test}\n"
    "states:\n  A: {unit: mg, initial: 1 mg, scale: 10 mg}\n  B: {unit: mg, initial: 0, scale: 10 mg}\n"
    "  C: {unit: mg, initial: 5 mg, scale: 10 mg, rate: k * (target - C) + 0.1 '1/h' * drive}\n"
    "processes:\n  out_a: {from: A, rate: k * A * (if time > 9 h then 2 else 1)}\n"
    "  out_b: {from: B, rate: k * B}\n"
    "actions:\n  late: {unit: mg, into: A, lag: wait}\n  slow: {unit: mg, into: B, duration: 2.3 h}\n";

static const char holds[] =
    "  hold: {unit: mg, sets: target}\n  push: {unit: mg, sets: drive, rise: 3 h, fall: 3 h}\n";

static const char measured[] =
    "observables:\n  a: {is: A, unit: mg, noise: none}\n  b: {is: B, unit: mg, noise: none}\n"
    "  c: {is: C, unit: mg, noise: none}\n"
    "valid: {horizon: 100 h}\n";

/* Steps of uneven lengths, and one run of the same actions by a scenario, as the study's records have it. */
static void compare_with_run(bool held, const char *more) {
  static const double length[] = {0.7, 1.3, 0.25, 2.0, 0.05, 1.1};
  char folder[] = "/tmp/rein-env-XXXXXX", path[200], scenario[200], study[200];
  rein_arena *arena = rein_arena_create();
  rein_text lines, times, model;
  rein_text_init(&lines, arena), rein_text_init(&times, arena), rein_text_init(&model, arena);
  ck_assert_ptr_nonnull(mkdtemp(folder));
  snprintf(path, sizeof path, "%s/m.yaml", folder);
  snprintf(scenario, sizeof scenario, "%s/s.yaml", folder);
  snprintf(study, sizeof study, "%s/study", folder);
  const char *part_of_model[] = {on_the_way, held ? holds : "", measured, more};
  for (int i = 0; i < 4; i++) rein_text_add(&model, part_of_model[i]);
  ck_assert_int_eq(rein_files_write(path, model.bytes, model.n, rein_diag_create(arena)), REIN_OK);
  rein_env *other;
  ck_assert_msg(rein_env_create(session, path, 0, &other) == REIN_DONE, "%s", rein_session_messages(session));
  enum { STEPS = 24 };
  double reached[STEPS][3], seen[3], state[3], now = 0;
  rein_env_result result = {0};
  ck_assert_int_eq(rein_env_reset(other, 11, seen), REIN_DONE);
  for (int i = 0; i < STEPS; i++) {
    double amount[4] = {NAN, NAN, NAN, NAN};
    static const char *const name[] = {"late", "slow", "hold", "push"};
    if (i % 2 == 0) amount[0] = 2.0 + i;
    if (i % 3 == 0) amount[1] = 3.0;
    if (i % 5 == 2) amount[2] = 4.0 + i;
    if (i % 7 == 3) amount[3] = 10.0 * i;
    for (int a = 0; a < (held ? 4 : 2); a++)
      if (!isnan(amount[a]))
        rein_text_printf(&lines, "      - {do: %s, amount: %g mg, at: %.12g h}\n", name[a], amount[a], now);
    ck_assert_msg(rein_env_step(other, amount, length[i % 6], seen, &result) == REIN_DONE, "%s",
                  rein_session_messages(session));
    now = result.elapsed;
    rein_text_printf(&times, "%s%.12g h", i ? ", " : "", now);
    rein_env_state(other, state);
    for (int s = 0; s < 3; s++) reached[i][s] = state[s];
  }
  rein_env_destroy(other);
  const char *text = rein_arena_printf(
      arena,
      "rein: scenario/1\nname: s\nmodel: ./m.yaml\nseed: 11\ncohort: {n: 1, replicates: 1}\n"
      "solver: {rtol: 1e-9, atol_rel: 1e-11}\nkeep: [observables]\nmeasure: {at: [%s]}\narms:\n  one:\n    "
      "actions:\n%s",
      times.bytes, lines.bytes);
  ck_assert_int_eq(rein_files_write(scenario, text, strlen(text), rein_diag_create(arena)), REIN_OK);
  rein_scenario_file *file;
  ck_assert_msg(rein_scenario_load(session, scenario, NULL, &file) == REIN_DONE, "%s",
                rein_session_messages(session));
  ck_assert_int_eq(rein_scenario_run(file, study, NULL, NULL), REIN_DONE);
  rein_study_reader *reader;
  rein_part part;
  rein_diag *diag = rein_diag_create(arena);
  ck_assert_int_eq(rein_reader_open(arena, study, true, diag, &reader), REIN_OK);
  ck_assert_int_eq(rein_reader_load(reader, arena, 0, REIN_FIELDS_ALL, diag, &part), REIN_OK);
  for (int i = 0; i < STEPS; i++)
    for (int s = 0; s < 3; s++) {
      const double one = part.latent[(int64_t)i * part.n[REIN_AXIS_QUANTITY] + s];
      ck_assert_msg(fabs(one - reached[i][s]) < 2e-4 * (1 + fabs(one)),
                    "step %d, state %d: %.9g, one run %.9g", i, s, reached[i][s], one);
    }
  ck_assert_int_eq(system(rein_arena_printf(arena, "rm -r %s", folder)), 0);
  rein_arena_destroy(arena);
}

START_TEST(test_steps_go_on_with_what_is_on_its_way) {
  compare_with_run(true, "");
  compare_with_run(false, "");
}
END_TEST

/* A system that remembers more than its state is simulated from its beginning: an event that waits. */
START_TEST(test_events_are_remembered) {
  compare_with_run(true, "events:\n  drop: {when: B > 2 mg, delay: 3 h, set: {C: C - 2 mg}}\n");
}
END_TEST

static double seconds(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

/* The last steps of a long episode take no longer than the first: ten times would be 300 for one that began
 * anew. */
START_TEST(test_a_step_costs_the_same_all_along) {
  double seen[2], dose = 0.5, took[2] = {0, 0};
  rein_env *longer;
  rein_env_result result;
  ck_assert_int_eq(rein_env_create(session, "warfarin", 12.0 * 321, &longer), REIN_DONE);
  ck_assert_int_eq(rein_env_reset(longer, 2, seen), REIN_DONE);
  for (int i = 0; i < 320; i++) {
    const double begin = seconds();
    ck_assert_int_eq(rein_env_step(longer, &dose, 12.0, seen, &result), REIN_DONE);
    if (i >= 10 && i < 30) took[0] += seconds() - begin;
    if (i >= 300) took[1] += seconds() - begin;
  }
  ck_assert_msg(took[1] < 5 * took[0], "%g s, then %g s", took[0], took[1]);
  rein_env_destroy(longer);
}
END_TEST

START_TEST(test_seeds_and_noise) {
  double a[3], b[3], c[3], seen_a[2], seen_b[2], seen_c[2];
  run(4, 2, a, seen_a);
  run(4, 2, b, seen_b);
  run(5, 2, c, seen_c);
  for (int i = 1; i < 3; i++) {
    ck_assert_double_eq(a[i], b[i]);
    ck_assert(a[i] != c[i]);
  }
  ck_assert_double_eq(seen_a[1], seen_b[1]);
  ck_assert(seen_a[1] != seen_c[1]);
  ck_assert_msg(fabs(seen_a[1] - a[2]) > 1e-3, "the observation is the state");
  ck_assert_double_lt(fabs(seen_a[1] - a[2]), 6 * 3.717);
}
END_TEST

START_TEST(test_ends) {
  double seen[2], nothing = NAN, much = 200.0;
  rein_env_result result;
  ck_assert_int_eq(rein_env_reset(env, 1, seen), REIN_DONE);
  ck_assert_int_eq(rein_env_step(env, &nothing, -1.0, seen, &result), REIN_WRONG_CALL);
  ck_assert_int_eq(rein_env_step(env, &nothing, 336.0, seen, &result), REIN_DONE);
  ck_assert(result.truncated && !result.terminated);
  ck_assert_int_eq(rein_env_step(env, &nothing, 1.0, seen, &result), REIN_WRONG_CALL);
  ck_assert_int_eq(rein_env_reset(env, 1, seen), REIN_DONE);
  ck_assert_int_eq(rein_env_step(env, &much, 120.0, seen, &result), REIN_DONE);
  ck_assert(result.terminated); /* prothrombin below a tenth of normal */
}
END_TEST

/* A step is cut at the horizon and ends as one to the horizon does; amounts outside `valid` are flagged. */
START_TEST(test_horizon_and_valid) {
  double seen[2], other[2], nothing = NAN, much = 200.5, most = 200.0;
  rein_env_result result;
  ck_assert_int_eq(rein_env_reset(env, 1, seen), REIN_DONE);
  ck_assert_int_eq(rein_env_step(env, &nothing, 300.0, seen, &result), REIN_DONE);
  ck_assert(!result.truncated && !result.outside);
  ck_assert_int_eq(rein_env_step(env, &nothing, 36.0, seen, &result), REIN_DONE);
  ck_assert_int_eq(rein_env_reset(env, 1, other), REIN_DONE);
  ck_assert_int_eq(rein_env_step(env, &nothing, 300.0, other, &result), REIN_DONE);
  ck_assert_int_eq(rein_env_step(env, &nothing, 37.0, other, &result), REIN_DONE);
  ck_assert(result.truncated);
  ck_assert_double_eq(result.elapsed, 336.0);
  for (int i = 0; i < 2; i++) ck_assert_double_eq(seen[i], other[i]);
  ck_assert_int_eq(rein_env_reset(env, 1, seen), REIN_DONE);
  ck_assert_int_eq(rein_env_step(env, &most, 1.0, seen, &result), REIN_DONE);
  ck_assert(!result.outside);
  ck_assert_int_eq(rein_env_step(env, &much, 1.0, seen, &result), REIN_DONE);
  ck_assert(result.outside);
}
END_TEST

/* -5 mg of warfarin: the gut is below 0. */
START_TEST(test_step_that_fails) {
  rein_env *other;
  rein_env_result result;
  double seen[8] = {0}, before[8], after[8], give = 10.0, take = -5.0, none = NAN;
  ck_assert_int_eq(rein_env_create(session, "warfarin", 0, &other), REIN_DONE);
  ck_assert_int_eq(rein_env_reset(other, 1, seen), REIN_DONE);
  ck_assert_int_eq(rein_env_step(other, &give, 24.0, seen, &result), REIN_DONE);
  rein_env_state(other, before);
  seen[0] = -77.0;
  ck_assert_int_eq(rein_env_step(other, &take, 12.0, seen, &result), REIN_SOME_FAILED);
  ck_assert_msg(strstr(rein_session_messages(session), "state 'gut'"), "%s", rein_session_messages(session));
  rein_env_state(other, after);
  for (int i = 0; i < rein_env_n_state(other); i++) ck_assert_double_eq(before[i], after[i]);
  ck_assert_double_eq(seen[0], -77.0);
  ck_assert_double_eq(result.elapsed, 24.0);
  ck_assert_int_eq(rein_env_step(other, &none, 1.0, seen, &result), REIN_WRONG_CALL);
  ck_assert_int_eq(rein_env_reset(other, 1, seen), REIN_DONE);
  rein_env_destroy(other);
}
END_TEST

START_TEST(test_never_automatic) {
  static const char model[] =
      "rein: model/1\nname: m\ntime: h\nparameters:\n  k: {value: 0.3 1/h, assumed: test}\n"
      "states:\n  A: {unit: mg, initial: 1 mg, scale: 10 mg}\nprocesses:\n  out: {from: A, rate: k * A}\n"
      "actions:\n  free: {unit: mg, into: A}\n  kept: {unit: mg, into: A, boundary: never_automatic}\n"
      "observables:\n  a: {is: A, unit: mg, noise: none}\nvalid: {horizon: 12 h}\n";
  char folder[] = "/tmp/rein-env-XXXXXX", path[200];
  rein_arena *arena = rein_arena_create();
  ck_assert_ptr_nonnull(mkdtemp(folder));
  snprintf(path, sizeof path, "%s/m.yaml", folder);
  ck_assert_int_eq(rein_files_write(path, model, strlen(model), rein_diag_create(arena)), REIN_OK);
  rein_env *other;
  rein_env_result result;
  double seen[1], kept[] = {1.0, 2.0}, none[] = {1.0, 0.0};
  ck_assert_int_eq(rein_env_create(session, path, 0, &other), REIN_DONE);
  ck_assert_int_eq(rein_env_reset(other, 1, seen), REIN_DONE);
  ck_assert_int_eq(rein_env_step(other, kept, 1.0, seen, &result), REIN_WRONG_CALL);
  ck_assert_ptr_nonnull(strstr(rein_session_messages(session), "'kept', or its model, is never_automatic"));
  ck_assert_int_eq(rein_env_step(other, none, 1.0, seen, &result), REIN_DONE);
  ck_assert_double_eq(result.elapsed, 1.0);
  ck_assert_double_eq_tol(seen[0], 2.0 * exp(-0.3), 1e-4); /* what was refused was not given */
  rein_env_destroy(other);
  unlink(path);
  rmdir(folder);
  rein_arena_destroy(arena);
}
END_TEST

Suite *rein_suite_rein_env(void) {
  Suite *suite = suite_create("rein_env");
  TCase *tcase = tcase_create("rein_env");
  tcase_add_checked_fixture(tcase, setup, teardown);
  tcase_add_test(tcase, test_steps_are_one_run);
  tcase_add_test(tcase, test_steps_go_on_with_what_is_on_its_way);
  tcase_add_test(tcase, test_events_are_remembered);
  tcase_add_test(tcase, test_a_step_costs_the_same_all_along);
  tcase_add_test(tcase, test_seeds_and_noise);
  tcase_add_test(tcase, test_ends);
  tcase_add_test(tcase, test_horizon_and_valid);
  tcase_add_test(tcase, test_step_that_fails);
  tcase_add_test(tcase, test_never_automatic);
  suite_add_tcase(suite, tcase);
  return suite;
}
