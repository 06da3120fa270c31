/* What is in force between measurements, of actions that set a parameter: held for a time, set for good,
 * changed within a step, moved along a ramp; and that episodes have it as their actions. */
#include <check.h>
#include <hdf5.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "src/record/episodes.h"
#include "src/rein.h"

Suite *rein_suite_in_force(void);

enum { DRUG, HOLD, TURN, MOVE, N_ACTION };
enum { N_TIME = 6 };

static char folder[64];
static rein_arena *arena;
static rein_diag *diag;

static const char model[] =
    "rein: model/1\nname: m\ntime: h\nparameters:\n"
    "  level: {value: 2 mg/h, assumed: test}\n  knob: {value: 0 1/h, assumed: test}\n"
    "  slope: {value: 10 mg/h, assumed: test}\n"
    "states:\n  x: {unit: mg, initial: 0 mg, scale: 10 mg}\n"
    "processes:\n  in: {to: x, rate: level + slope}\n  out: {from: x, rate: knob * x}\n"
    "actions:\n  drug: {unit: mg, into: x}\n  hold: {unit: mg/d, sets: level}\n"
    "  turn: {unit: 1/h, sets: knob}\n  move: {unit: mg/h, sets: slope, rise: 1 h, fall: 1 h}\n"
    "observables:\n  X: {is: x, unit: mg, noise: none}\n";

static const char scenario[] =
    "rein: scenario/1\nname: s\nmodel: ./m.yaml\ncohort: typical\nmeasure: {at: [0 h, 2 h, 4 h, 6 h, 8 h, 10 "
    "h]}\n"
    "arms:\n  a:\n    actions:\n      - {do: drug, amount: 7 mg, at: 1 h}\n"
    "      - {do: hold, amount: 24 mg/d, at: 2 h, duration: 3 h}\n"
    "      - {do: turn, amount: 0.5 1/h, at: 3 h}\n      - {do: turn, name: more, amount: 1 1/h, at: 7.5 h}\n"
    "      - {do: move, amount: 20 mg/h, at: 4 h, duration: 2 h}\n  b: {}\n";

/* (step, action), in the actions' units. hold: 2 mg/h are 48 mg/d, and 24 mg/d from 2 to 5 h. */
static const double wanted[N_TIME - 1][N_ACTION] = {
    {7, 48, 0, 10}, {0, 24, 0.25, 10}, {0, 36, 0.5, 20}, {0, 48, 0.625, 10}, {0, 48, 1, 10}};

static const char *in(const char *name) {
  return rein_arena_printf(arena, "%s/%s", folder, name);
}

static void write_text(const char *name, const char *text) {
  FILE *file = fopen(in(name), "wb");
  ck_assert_ptr_nonnull(file);
  fputs(text, file);
  fclose(file);
}

static rein_study_reader *run(void) {
  rein_session *session = rein_session_create();
  rein_scenario_file *file;
  rein_study_reader *reader;
  ck_assert_msg(rein_scenario_load(session, in("s.yaml"), NULL, &file) == REIN_DONE, "%s",
                rein_session_messages(session));
  ck_assert_int_eq(rein_scenario_run(file, in("study"), NULL, NULL), REIN_DONE);
  rein_session_destroy(session);
  ck_assert_int_eq(rein_reader_open(arena, in("study"), true, diag, &reader), REIN_OK);
  return reader;
}

static void setup(void) {
  strcpy(folder, "/tmp/rein-force-XXXXXX");
  ck_assert_ptr_nonnull(mkdtemp(folder));
  arena = rein_arena_create();
  diag = rein_diag_create(arena);
  write_text("m.yaml", model);
  write_text("s.yaml", scenario);
}

static void teardown(void) {
  ck_assert_int_eq(system(rein_arena_printf(arena, "rm -rf %s", folder)), 0);
  rein_arena_destroy(arena);
}

START_TEST(test_records) {
  const rein_study_reader *reader = run();
  rein_part part;
  ck_assert_int_eq(
      rein_reader_load(reader, arena, 0,
                       REIN_FIELDS_LABELS | REIN_FIELD_BIT(in_force) | REIN_FIELD_BIT(delivered_since), diag,
                       &part),
      REIN_OK);
  for (int c = 0; c < N_ACTION; c++)
    ck_assert(isnan(part.in_force[c])); /* the first measurement has no step before it */
  for (int k = 1; k < N_TIME; k++)
    for (int c = 0; c < N_ACTION; c++) {
      const double x = part.in_force[k * N_ACTION + c];
      if (c == DRUG)
        ck_assert(isnan(x));
      else
        ck_assert_msg(fabs(x - wanted[k - 1][c]) < 1e-9, "step %d, action %d: %g", k, c, x);
    }
  /* the arm that does nothing: each person's own */
  ck_assert_double_eq_tol(part.in_force[N_TIME * N_ACTION + N_ACTION + HOLD], 48, 1e-9);
  ck_assert_double_eq_tol(part.in_force[N_TIME * N_ACTION + N_ACTION + MOVE], 10, 1e-9);
}
END_TEST

START_TEST(test_episodes) {
  const rein_export_options options = {0};
  const rein_episodes_options about = {0};
  rein_episodes_totals totals;
  double x[N_TIME - 1][N_ACTION];
  ck_assert_int_eq(rein_episodes_write(run(), &options, &about, in("e"), diag, &totals), REIN_OK);
  const hid_t file = H5Fopen(in("e/data/main_data.hdf5"), H5F_ACC_RDONLY, H5P_DEFAULT),
              set = H5Dopen2(file, "episode_0/actions", H5P_DEFAULT);
  ck_assert_int_ge(H5Dread(set, H5T_NATIVE_DOUBLE, H5S_ALL, H5S_ALL, H5P_DEFAULT, x), 0);
  H5Dclose(set);
  H5Fclose(file);
  for (int k = 0; k < N_TIME - 1; k++)
    for (int c = 0; c < N_ACTION; c++) ck_assert_double_eq_tol(x[k][c], wanted[k][c], 1e-9);
}
END_TEST

Suite *rein_suite_in_force(void) {
  Suite *suite = suite_create("in_force");
  TCase *tcase = tcase_create("in_force");
  tcase_add_checked_fixture(tcase, setup, teardown);
  tcase_add_test(tcase, test_records);
  tcase_add_test(tcase, test_episodes);
  suite_add_tcase(suite, tcase);
  return suite;
}
