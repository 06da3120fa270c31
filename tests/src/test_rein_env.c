/* The environment through src/rein.h alone: N steps are one run, seeds are episodes, observations are not
 * states. */
#include <check.h>
#include <math.h>

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
  run(4, 12, many, seen);
  for (int i = 0; i < 3; i++) ck_assert_double_eq_tol(one[i], many[i], 1e-4 * (1.0 + fabs(one[i])));
  ck_assert_double_gt(one[1], 1.0); /* the dose has arrived */
  ck_assert_double_lt(one[2], 90.0);
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

Suite *rein_suite_rein_env(void) {
  Suite *suite = suite_create("rein_env");
  TCase *tcase = tcase_create("rein_env");
  tcase_add_checked_fixture(tcase, setup, teardown);
  tcase_add_test(tcase, test_steps_are_one_run);
  tcase_add_test(tcase, test_seeds_and_noise);
  tcase_add_test(tcase, test_ends);
  suite_add_tcase(suite, tcase);
  return suite;
}
