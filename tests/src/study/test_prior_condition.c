/* What conditioning says of itself: updates that do not fit, measurements that are improbable, errors that
 * hold the error of the update. */
#include <check.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "src/study/prior.h"
#include "tests/place.h"

Suite *rein_suite_prior_condition(void);

/* a: 10 + N(0, 1) u + N(0, 2) b; x runs to -1 or 1 (double well); l: lognormal, cv 50 %. */
static const char MODEL[] =
    "rein: model/1\nname: m\ntime: h\nparameters:\n"
    "  a0: {value: 10 mg, between: normal(sd: 2 mg), uncertain: normal(sd: 1 mg), assumed: test}\n"
    "  l0: {value: 5 mg, between: lognormal(cv: 50 %), assumed: test}\n"
    "  x0: {value: 0, between: normal(sd: 1), assumed: test}\n"
    "  k: {value: 0.1 1/h, assumed: test}\n"
    "  f: {value: 1 1/h, assumed: test}\n"
    "states:\n"
    "  a: {unit: mg, initial: a0, scale: 10 mg, rate: 0 * k * a}\n"
    "  l: {unit: mg, initial: l0, scale: 10 mg, rate: 0 * k * l}\n"
    "  x: {unit: '1', initial: x0, scale: 1, rate: f * (x - x^3)}\n"
    "observables:\n"
    "  A: {is: a, unit: mg, noise: additive(sd: 0.5 mg)}\n"
    "  L: {is: l, unit: mg, noise: additive(sd: 0.1 mg)}\n"
    "  X: {is: x, unit: '1', noise: additive(sd: 1)}\n"
    "  Q: {is: (a - 10 mg)^2 / (1 mg), unit: mg, noise: additive(sd: 7.5 mg)}\n";

static rein_prior ask(const char *states, int n, uint64_t seed, rein_status expected) {
  rein_prior p;
  diag = rein_diag_create(arena);
  write_file("model.yaml", MODEL);
  const char *query =
      rein_arena_printf(arena,
                        "rein: prior/1\nname: q\nmodel: ./model.yaml\nhorizons: [1 h]\nstart: -4 h\nn: %d\n"
                        "actions: {none: {}}\nstates:\n%s",
                        n, states);
  const rein_prior_options options = {.n_thread = 1, .has_seed = true, .seed = seed};
  const rein_status status =
      rein_prior_run(arena, units, write_file("query.yaml", query), &options, diag, &p);
  ck_assert_msg(status == expected, "%s", messages());
  return p;
}

START_TEST(test_noise_hides_no_misfit) {
  /* Q is no line in a, and noise of three times its SD leaves the update of the measured value nearly right
   */
  const rein_prior p = ask("  wide: {measured: {observable: Q, value: 10 mg}, by: kalman}\n"
                           "  wells: {measured: {observable: X, value: 0.8}, by: kalman}\n",
                           8192, 1, REIN_OK);
  for (int i = 0; i < p.n_state; i++) {
    ck_assert_msg(p.state[i].flag != NULL, "%s", p.state[i].name);
    ck_assert_ptr_nonnull(strstr(p.state[i].flag, "several modes"));
  }
}
END_TEST

START_TEST(test_linear_is_not_flagged) {
  for (uint64_t seed = 1; seed <= 5; seed++) {
    const rein_prior p = ask("  plain: {measured: {observable: A, value: 12 mg}, by: kalman}\n"
                             "  wide: {measured: {observable: A, value: 14 mg, sd: 20 mg}, by: kalman}\n"
                             "  sharp: {measured: {observable: A, value: 13 mg, sd: 0.01 mg}, by: kalman}\n"
                             "  two: {measured: [{observable: A, value: 12 mg}, {observable: A, at: -1 h, "
                             "value: 11 mg}], by: kalman}\n",
                             2048, seed, REIN_OK);
    for (int i = 0; i < p.n_state; i++)
      ck_assert_msg(!p.state[i].flag && !p.state[i].refused, "%s: %s", p.state[i].name, p.state[i].flag);
  }
}
END_TEST

START_TEST(test_contradictions) {
  /* two measurements 9 apart with noise of SD 0.5; a known state measured 30 SD off */
  static const char *const MEASURED[] = {
      "measured: [{observable: A, value: 5.5 mg}, {observable: A, value: 14.5 mg}]",
      "known: {a: 5 mg}, measured: {observable: A, value: 20 mg}"};
  for (int k = 0; k < 2; k++) {
    const rein_prior p =
        ask(rein_arena_printf(arena, "  w: {%s}\n  k: {%s, by: kalman}\n", MEASURED[k], MEASURED[k]), 8192, 1,
            REIN_ERR_MEMBERS);
    for (int i = 0; i < 2; i++) {
      ck_assert_double_lt(p.state[i].p_measured, 1e-12);
      ck_assert_ptr_nonnull(strstr(p.state[i].flag, "improbable"));
    }
    ck_assert_ptr_null(p.state[0].refused);
    ck_assert_ptr_nonnull(p.state[1].refused);
  }
}
END_TEST

START_TEST(test_surprise) {
  /* A is N(10, 5.25): the two-sided tail at 14 is 0.0808. A value that one lognormal in 1000 exceeds is 5.7
   * SD from the mean, yet no surprise; nor is a limit that a third of all are above. */
  const rein_prior p = ask("  a: {measured: {observable: A, value: 14 mg}}\n"
                           "  k: {measured: {observable: A, value: 14 mg}, by: kalman}\n"
                           "  l: {measured: {observable: L, value: 21.5 mg, sd: 5 mg}}\n"
                           "  above: {measured: {observable: A, above: 11 mg}}\n"
                           "  far_above: {measured: {observable: A, above: 19 mg}}\n",
                           65536, 1, REIN_ERR_MEMBERS);
  ck_assert_double_eq_tol(p.state[0].p_measured, 0.0808, 0.004);
  ck_assert_double_eq_tol(p.state[3].p_measured, 0.3313, 0.004);
  ck_assert_double_lt(p.state[4].p_measured, 1e-4);
  for (int i = 0; i < 4; i++) ck_assert_msg(!p.state[i].flag, "%s: %s", p.state[i].name, p.state[i].flag);
  ck_assert_ptr_nonnull(p.state[4].flag);
  ck_assert(p.state[0].n_effective > 100 && p.state[0].n_effective < 65536);
  ck_assert(isnan(p.state[1].n_effective));
  ck_assert(isnan(rein_prior_row_of(&p, 1, 0, 0, 0)->n_effective));
  rein_text text, json;
  rein_text_init(&text, arena), rein_text_init(&json, arena);
  rein_prior_print(&p, &text);
  ck_assert_int_eq(rein_prior_print_json(&p, &json), REIN_OK);
  ck_assert_ptr_nonnull(strstr(text.bytes, "by a Kalman update; effective draws n/a: "));
  ck_assert_ptr_nonnull(strstr(json.bytes, "\"n_effective_is_null\": \"the people of a Kalman update"));
}
END_TEST

/* Errors told against the spread over seeds, in what the update itself gets wrong. */
START_TEST(test_errors_hold_the_update) {
  enum { SEEDS = 64, WHAT = 4 };
  double sum[WHAT] = {0}, square[WHAT] = {0}, error[WHAT] = {0};
  for (uint64_t seed = 1; seed <= SEEDS; seed++) {
    const rein_prior p =
        ask("  k: {measured: {observable: A, value: 16 mg, sd: 2 mg}, by: kalman}\n", 1024, seed, REIN_OK);
    const rein_prior_row *a = rein_prior_row_of(&p, 0, 0, 0, 0);
    const rein_estimate e[WHAT] = {a->latent_mean, a->latent[1], a->latent[3], a->latent[5]};
    for (int k = 0; k < WHAT; k++)
      sum[k] += e[k].value - 13.3, square[k] += pow(e[k].value - 13.3, 2), error[k] += pow(e[k].error, 2);
  }
  double of_all = 0.0;
  for (int k = 0; k < WHAT; k++) {
    const double sd = sqrt((square[k] - sum[k] * sum[k] / SEEDS) / (SEEDS - 1)),
                 told = sqrt(error[k] / SEEDS);
    printf("error of a Kalman update, %d: told %.4f, spread over %d seeds %.4f\n", k, told, SEEDS, sd);
    ck_assert_msg(told / sd > 0.7 && told / sd < 1.4, "%d: %g told, %g found", k, told, sd);
    of_all += told / sd / WHAT;
  }
  ck_assert_msg(of_all > 0.75 && of_all < 1.25, "%g", of_all);
}
END_TEST

Suite *rein_suite_prior_condition(void) {
  Suite *suite = suite_create("prior_condition");
  TCase *tcase = tcase_create("prior_condition");
  tcase_add_checked_fixture(tcase, place_setup, place_teardown);
  tcase_set_timeout(tcase, 300);
  tcase_add_test(tcase, test_noise_hides_no_misfit);
  tcase_add_test(tcase, test_linear_is_not_flagged);
  tcase_add_test(tcase, test_contradictions);
  tcase_add_test(tcase, test_surprise);
  tcase_add_test(tcase, test_errors_hold_the_update);
  suite_add_tcase(suite, tcase);
  return suite;
}
