/* The public interface, used as a program outside of rein would use it: src/rein.h alone. */
#include "src/rein.h"

#include <check.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static rein_session *session;
static char folder[200];

static const char model_text[] = "rein: model/1\nname: decay\ntime: h\n"
                                 "parameters:\n  k: {value: 0.5 1/h, assumed: test}\n"
                                 "states:\n  a: {unit: mg, initial: 8 mg, scale: 8 mg, rate: -k * a}\n"
                                 "observables:\n  seen: {is: a, unit: mg, noise: none}\n";
static const char scenario_text[] =
    "rein: scenario/1\nname: decay\nmodel: decay.yaml\nseed: 1\ncohort: {n: 20}\n"
    "arms:\n  alone: {actions: []}\nmeasure: {at: [0 h, 2 h]}\nhorizons: [2 h]\n";

static char *in(const char *name) {
  static char path[4][300];
  static int i;
  i = (i + 1) % 4;
  snprintf(path[i], sizeof path[i], "%s/%s", folder, name);
  return path[i];
}

static void write_text(const char *path, const char *text) {
  FILE *file = fopen(path, "wb");
  ck_assert_ptr_nonnull(file);
  fputs(text, file);
  fclose(file);
}

static void setup(void) {
  const char *base = getenv("TMPDIR");
  snprintf(folder, sizeof folder, "%s/rein-api-XXXXXX", base ? base : P_tmpdir);
  ck_assert_ptr_nonnull(mkdtemp(folder));
  write_text(in("decay.yaml"), model_text);
  write_text(in("scenario.yaml"), scenario_text);
  session = rein_session_create();
  ck_assert_ptr_nonnull(session);
}

static void teardown(void) {
  char command[300];
  rein_session_destroy(session);
  snprintf(command, sizeof command, "rm -rf '%s'", folder);
  ck_assert_int_eq(system(command), 0);
}

START_TEST(test_model) {
  rein_model_file *model;
  double state, rate;
  ck_assert_int_eq(rein_model_load(session, in("decay.yaml"), &model), REIN_DONE);
  ck_assert_str_eq(rein_session_messages(session), "");
  ck_assert_int_eq(rein_model_n_state(model), 1);
  ck_assert_int_eq(rein_model_n_param(model), 1);
  ck_assert_str_eq(rein_model_state_name(model, 0), "a");
  ck_assert_str_eq(rein_model_state_unit(model, 0), "mg");
  ck_assert_ptr_null(rein_model_state_name(model, 1));
  ck_assert_str_eq(rein_model_param_name(model, 0), "k");
  ck_assert_double_eq(rein_model_param_value(model, 0), 0.5);
  ck_assert(isnan(rein_model_param_value(model, 7)));
  ck_assert_int_eq(rein_model_initial(model, &state), REIN_DONE);
  ck_assert_double_eq(state, 8.0);
  state = 3.0;
  ck_assert_int_eq(rein_model_rates(model, 0.0, &state, &rate), REIN_DONE);
  ck_assert_double_eq(rate, -1.5);
}
END_TEST

/* By comparisons of time and of states, on both sides of them. */
START_TEST(test_rates_that_switch) {
  rein_model_file *model;
  double state = 3.0, rate;
  write_text(
      in("switch.yaml"),
      "rein: model/1\nname: s\ntime: h\nstates:\n  a: {unit: mg, initial: 0, rate: \"if time > 5 h then 1 "
      "'mg/h' else if a > 2 mg then 2 'mg/h' else 3 'mg/h'\"}\n");
  ck_assert_int_eq(rein_model_load(session, in("switch.yaml"), &model), REIN_DONE);
  ck_assert_int_eq(rein_model_rates(model, 6.0, &state, &rate), REIN_DONE);
  ck_assert_double_eq(rate, 1);
  ck_assert_int_eq(rein_model_rates(model, 4.0, &state, &rate), REIN_DONE);
  ck_assert_double_eq(rate, 2);
  state = 1.0;
  ck_assert_int_eq(rein_model_rates(model, 4.0, &state, &rate), REIN_DONE);
  ck_assert_double_eq(rate, 3);
}
END_TEST

START_TEST(test_wrong_model) {
  rein_model_file *model = NULL;
  write_text(in("decay.yaml"),
             "rein: model/1\nname: decay\ntime: h\nstates:\n  a: {unit: mg, initial: 0, rate: -q * a}\n");
  ck_assert_int_eq(rein_model_load(session, in("decay.yaml"), &model), REIN_WRONG_INPUT);
  ck_assert_ptr_null(model);
  ck_assert_ptr_nonnull(strstr(rein_session_messages(session), "decay.yaml:5:"));
  ck_assert_int_eq(rein_model_load(session, in("none.yaml"), &model), REIN_NOT_POSSIBLE);
  ck_assert_ptr_null(model);
}
END_TEST

static bool stop(void *context, int64_t n_done, int64_t n_wanted) {
  (void)n_done, (void)n_wanted;
  ++*(int *)context;
  return false;
}

/* The value after 2 h of a decay at 0.5 / h is 8 exp(-1). */
START_TEST(test_scenario_to_export) {
  rein_scenario_file *scenario;
  rein_run_result result;
  char line[4096];
  ck_assert_int_eq(rein_scenario_load(session, in("scenario.yaml"), NULL, &scenario), REIN_DONE);
  ck_assert_int_eq(rein_scenario_n_individual(scenario), 20);
  ck_assert_int_eq(rein_scenario_n_arm(scenario), 1);
  ck_assert_int_eq(rein_scenario_run(scenario, in("study"), NULL, &result), REIN_DONE);
  ck_assert_int_eq(result.n_fine, 20);
  ck_assert_int_eq(result.n_simulated, 20);
  ck_assert(result.complete);
  ck_assert_int_eq(rein_scenario_run(scenario, in("study"), NULL, &result), REIN_DONE);
  ck_assert_int_eq(result.n_simulated, 0); /* all was there */
  ck_assert_int_eq(rein_study_export(session, in("study"), REIN_EXPORT_NDJSON, false, in("a.ndjson")),
                   REIN_DONE);
  FILE *file = fopen(in("a.ndjson"), "rb");
  ck_assert_ptr_nonnull(file);
  ck_assert_ptr_nonnull(fgets(line, sizeof line, file));
  fclose(file);
  const char *after = strstr(line, "\"after\":");
  ck_assert_ptr_nonnull(after);
  ck_assert_double_eq_tol(strtod(after + 8, NULL), 8.0 * exp(-1.0), 1e-4);
}
END_TEST

START_TEST(test_progress_can_stop) {
  rein_scenario_file *scenario;
  rein_run_result result;
  int n_call = 0;
  const rein_load_options many = {.n_individual = 200000};
  const rein_run_options options = {.n_thread = 1, .progress = stop, .progress_context = &n_call};
  ck_assert_int_eq(rein_scenario_load(session, in("scenario.yaml"), &many, &scenario), REIN_DONE);
  ck_assert_int_eq(rein_scenario_run(scenario, in("study"), &options, &result), REIN_STOPPED);
  ck_assert_int_ge(n_call, 1);
  ck_assert(!result.complete);
}
END_TEST

Suite *rein_suite_rein(void) {
  Suite *suite = suite_create("rein");
  TCase *tcase = tcase_create("rein");
  tcase_set_timeout(tcase, 60);
  tcase_add_checked_fixture(tcase, setup, teardown);
  tcase_add_test(tcase, test_model);
  tcase_add_test(tcase, test_rates_that_switch);
  tcase_add_test(tcase, test_wrong_model);
  tcase_add_test(tcase, test_scenario_to_export);
  tcase_add_test(tcase, test_progress_can_stop);
  suite_add_tcase(suite, tcase);
  return suite;
}
