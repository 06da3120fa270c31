/* What records, summary and export say of decisions on measurements, and of amounts outside what is valid,
 * against a pencil: A collects what is given, B decays at each one's own rate. */
#include <check.h>
#include <jansson.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "src/rein.h"
#include "tests/place.h"
#include "tests/src/record/study_fixture.h"

Suite *rein_suite_decisions(void);

static const rein_study_reader *reader;
static rein_part part;

static const char MODEL[] =
    "rein: model/1\nname: m\ntime: h\nparameters:\n"
    "  k: {value: 0.1 1/h, between: lognormal(cv: 40 %), assumed: test}\n"
    "states:\n  A: {unit: mg, initial: 0, scale: 100 mg, range: [0 mg, 70 mg]}\n"
    "  B: {unit: mg, initial: 100 mg, scale: 100 mg}\n"
    "processes:\n  out: {from: B, rate: k * B}\n"
    "actions:\n  x: {kind: drug, unit: mg, into: A}\n  y: {kind: drug, unit: ug, into: A}\n"
    "observables:\n  a: {is: A, unit: mg, noise: none}\n  b: {is: B, unit: mg, noise: none}\n"
    "valid: {x: 0 .. 5 mg}\n";

/* Doses at 0.5, 1.5, ... 10.5 h. */
#define HOURLY "{do: x, amount: 4 mg, every: 1 h, from: 0.5 h, count: 11"
static const char SCENARIO[] =
    "rein: scenario/1\nname: s\nmodel: ./m.yaml\ncohort: {n: 40}\nmeasure: {from: 0 h, to: 12 h, every: 1 "
    "h}\n"
    "horizons: [6 h, 12 h]\narms:\n"
    "  stopped: {actions: [" HOURLY ", stop: {when: b < 60 mg, at: 5 h}}]}\n"
    "  titrated:\n    actions:\n      - " HOURLY
    ", titrate: {at: [2 h, 4 h, 6 h], rules: [{when: a > 15 mg and "
    "a < 25 mg, change: hold}, {when: a <= 15 mg, change: 1.5 x}]}}\n"
    "      - {do: y, name: second, amount: 100 ug, at: [1 h, 2 h], stop: {when: a > 1000 mg, at: 2 h}}\n"
    "  plain: {actions: [" HOURLY "}]}\n"
    "  breaks: {actions: [" HOURLY
    ", titrate: {at: [3 h, 9 h], rules: [{when: a > 0 mg, change: 20 mg}]}}]}\n"
    "counterfactual: {without: x}\n";

static void setup(void) {
  place_setup();
  write_file("m.yaml", MODEL);
}

static void run(const char *scenario_text, bool fails) {
  rein_session *session = rein_session_create();
  rein_scenario_file *scenario;
  rein_study_reader *opened;
  write_file("s.yaml", scenario_text);
  ck_assert_msg(rein_scenario_load(session, in("s.yaml"), NULL, &scenario) == REIN_DONE, "%s",
                rein_session_messages(session));
  ck_assert((rein_scenario_run(scenario, in("study"), NULL, NULL) != REIN_DONE) == fails);
  rein_session_destroy(session);
  ck_assert_int_eq(rein_reader_open(arena, in("study"), true, diag, &opened), REIN_OK);
  reader = opened;
  ck_assert_int_eq(rein_reader_load(reader, arena, 0, REIN_FIELDS_ALL, diag, &part), REIN_OK);
}

static int64_t item(const char *arm, int64_t individual, const char *line) {
  int64_t a = 0, l = 0;
  while (strcmp(part.arm[a], arm) != 0) ck_assert_int_lt(++a, part.n[REIN_AXIS_ARM]);
  while (strcmp(part.line[l], line) != 0) ck_assert_int_lt(++l, part.n[REIN_AXIS_LINE]);
  return (individual * part.n[REIN_AXIS_ARM] + a) * part.n[REIN_AXIS_LINE] + l;
}

static void expect(int64_t at, int state, int changes, double amount, double time, const char *rule) {
  ck_assert_int_eq(part.line_state[at], state);
  ck_assert_int_eq(part.line_changes[at], changes);
  ck_assert_double_eq(part.line_amount[at], amount);
  if (rule) {
    ck_assert_double_eq(part.line_changed[at], time);
    ck_assert_str_eq(part.rule[part.line_rule[at]], rule);
  } else {
    ck_assert(isnan(part.line_changed[at]));
    ck_assert_int_eq(part.line_rule[at], REIN_MISSING_INT);
  }
}

/* Whether B of this person is below 60 mg at 5 h. */
static bool falls(int64_t individual) {
  const double k = part.parameter_value[individual * part.n[REIN_AXIS_ARM] * part.n[REIN_AXIS_PARAMETER]];
  return 100 * exp(-k * 5) < 60;
}

START_TEST(in_parts) {
  run(SCENARIO, true);
  ck_assert_int_eq(part.n[REIN_AXIS_LINE], 2); /* x in three arms, and `second` */
  ck_assert_str_eq(part.line_unit[1], "ug");
  ck_assert_str_eq(part.action[part.line_action[1]], "y");
  for (int64_t i = 0; i < 40; i++) {
    if (falls(i))
      expect(item("stopped", i, "x"), REIN_LINE_STOPPED, 1, 4, 5, "stop where b < 60 mg");
    else
      expect(item("stopped", i, "x"), REIN_LINE_GIVEN, 0, 4, 0, NULL);
    /* 8.2 mg at 2 h: 6 mg at 2.5 and 3.5 h; 20.2 mg at 4 h and at 6 h: held at 4 h, which changes nothing at
     * 6 h */
    expect(item("titrated", i, "x"), REIN_LINE_HELD, 2, 6, 4, "hold where a > 15 mg and a < 25 mg");
    expect(item("titrated", i, "second"), REIN_LINE_GIVEN, 0, 100, 0, NULL);
    /* 20 mg from 3.5 h on break the range at the dose of 5.5 h, before the next decision */
    expect(item("breaks", i, "x"), REIN_LINE_GIVEN, 1, 20, 3, "20 mg where a > 0 mg");
    ck_assert_int_eq(part.status[i * part.n[REIN_AXIS_ARM] + 3], REIN_LANE_FAILED);
    const int64_t none[] = {item("plain", i, "x"), item("stopped", i, "second"),
                            item("titrated/without x", i, "x")};
    for (int k = 0; k < 3; k++) {
      ck_assert_int_eq(part.line_state[none[k]], REIN_MISSING_BYTE);
      ck_assert_int_eq(part.line_changes[none[k]], REIN_MISSING_INT);
      ck_assert(isnan(part.line_amount[none[k]]));
    }
    expect(item("titrated/without x", i, "second"), REIN_LINE_GIVEN, 0, 100, 0, NULL);
  }
}
END_TEST

START_TEST(in_the_summary) {
  run(SCENARIO, true);
  rein_summary *s;
  int n_falls = 0;
  for (int64_t i = 0; i < 40; i++) n_falls += falls(i);
  ck_assert(n_falls > 5 && n_falls < 35);
  ck_assert_int_eq(rein_summary_create(arena, reader, true, diag, &s), REIN_OK);
  ck_assert_int_eq(s->n_line, part.n[REIN_AXIS_ARM] * 2);
  const rein_summary_line *stopped = &s->line[0], *titrated = &s->line[2], *breaks = &s->line[6];
  ck_assert_int_eq(stopped->n, 40);
  ck_assert_int_eq(stopped->n_stopped, n_falls);
  ck_assert_int_eq(stopped->n_changed, n_falls);
  ck_assert_int_eq(titrated->n_held, 40);
  ck_assert_double_eq(titrated->amount.quantile[2], 6);
  ck_assert_int_eq(breaks->n, 0); /* failed */
  ck_assert_int_eq(s->line[1].n, 0);
}
END_TEST

static char *exported(bool deidentify) {
  char *bytes = NULL;
  size_t n = 0;
  const rein_export_options options = {.deidentify = deidentify, .salt = "planted"};
  FILE *file = open_memstream(&bytes, &n);
  ck_assert_int_eq(rein_export_ndjson(reader, &options, file, diag), REIN_OK);
  fclose(file);
  char *copy = rein_arena_strdup(arena, bytes);
  free(bytes);
  return copy;
}

START_TEST(in_the_export) {
  run(SCENARIO, true);
  json_error_t error;
  json_t *schema = json_load_file("docs/transition.schema.json", 0, &error);
  int n_held = 0, n_line = 0;
  for (char *line = strtok(exported(false), "\n"); line; line = strtok(NULL, "\n"), n_line++) {
    json_t *record = json_loads(line, 0, &error), *list = json_object_get(record, "decisions");
    fixture_check_schema(record, schema, "record");
    const char *arm = json_string_value(json_object_get(record, "arm"));
    ck_assert_uint_eq(json_array_size(list), strcmp(arm, "titrated") == 0                                ? 2
                                             : strcmp(arm, "stopped") == 0 || strcmp(arm, "breaks") == 0 ? 1
                                             : strstr(arm, "titrated/")                                  ? 1
                                                                                                         : 0);
    json_t *first = json_array_get(list, 0);
    if (first && strcmp(json_string_value(json_object_get(first, "state")), "held") == 0) {
      ck_assert_str_eq(json_string_value(json_object_get(first, "rule")),
                       "hold where a > 15 mg and a < 25 mg");
      ck_assert_double_eq(json_real_value(json_object_get(first, "time")), 4);
      n_held++;
    }
    json_decref(record);
  }
  ck_assert_int_eq(n_held, 40 * 2);
  ck_assert_int_eq(n_line, 40 * 2 * (int)part.n[REIN_AXIS_ARM]);
  ck_assert_ptr_null(strstr(exported(true), "hold where")); /* the scenario's words are free text */
  json_decref(schema);
}
END_TEST

/* 4 mg are valid, 6 and 8 mg are not: by doubling, by a late dose that meets the next, by a decision; each at
 * its time. Late by itself is no matter. */
START_TEST(outside_what_is_valid) {
  static const struct {
    const char *arm;
    double first;
  } WANTED[] = {{"plain", NAN}, {"doubled", 3.5}, {"late", NAN}, {"meets", 3}, {"titrated", 4.5}};
  run("rein: scenario/1\nname: s\nmodel: ./m.yaml\ncohort: {n: 3}\nmeasure: {from: 0 h, to: 12 h, every: 1 "
      "h}\n"
      "horizons: [3 h, 12 h]\narms:\n"
      "  plain: {actions: [" HOURLY "}]}\n"
      "  doubled: {actions: [" HOURLY ", missed: [2, 3], adherence: {then: double}}]}\n"
      "  late: {actions: [{do: x, amount: 4 mg, every: 2 h, from: 1 h, count: 3, missed: [1], adherence: "
      "{then: "
      "late, late: 1 h}}]}\n"
      "  meets: {actions: [{do: x, amount: 4 mg, every: 2 h, from: 1 h, count: 3, missed: [1], adherence: "
      "{then: "
      "late, late: 2 h, overstated: 100 %}}]}\n"
      "  titrated: {actions: [" HOURLY
      ", titrate: {at: [4 h], rules: [{when: a > 0 mg, change: 1.5 x}]}}]}\n",
      false);
  ck_assert_int_eq(part.n[REIN_AXIS_SAFETY], 1);
  for (int64_t m = 0; m < 3 * 5; m++) {
    const double first = part.safety_first[m], wanted = WANTED[m % 5].first;
    ck_assert_str_eq(part.arm[m % 5], WANTED[m % 5].arm);
    ck_assert_msg(first == wanted || (isnan(first) && isnan(wanted)), "%s: %g", WANTED[m % 5].arm, first);
  }
  /* within the first 3 h: prescribed, delivered, reported; an observation at 3 h sees no dose of 3 h */
  static const double SUMS[5][3] = {{12, 12, 12}, {12, 4, 4}, {4, 4, 4}, {4, 0, 0}, {12, 12, 12}};
  for (int a = 0; a < 5; a++) {
    const int64_t at = a * 2 * part.n[REIN_AXIS_ACTION];
    ck_assert_double_eq(part.prescribed[at], SUMS[a][0]);
    ck_assert_double_eq(part.delivered[at], SUMS[a][1]);
    ck_assert_double_eq(part.reported[at], SUMS[a][2]);
  }
}
END_TEST

/* How far from rest the start is goes out with the record, where it was asked for. */
START_TEST(residual_in_the_export) {
  json_error_t error;
  run("rein: scenario/1\nname: s\nmodel: ./m.yaml\ncohort: {n: 3}\nmeasure: {at: [0 h, 1 h]}\n"
      "before: {equilibrate: true}\narms: {a: {}}\n",
      false);
  char *line = strtok(exported(false), "\n");
  for (int64_t i = 0; i < 3; i++, line = strtok(NULL, "\n")) {
    json_t *record = json_loads(line, 0, &error);
    const json_t *residual = json_object_get(record, "rest_residual");
    ck_assert(json_is_number(residual));
    ck_assert_double_eq(json_number_value(residual), part.rest_residual[i]);
    ck_assert(part.rest_residual[i] >= 0 && part.rest_residual[i] < 1);
    json_decref(record);
  }
}
END_TEST

Suite *rein_suite_decisions(void) {
  Suite *suite = suite_create("decisions");
  TCase *tcase = tcase_create("decisions");
  tcase_set_timeout(tcase, 60);
  tcase_add_checked_fixture(tcase, setup, place_teardown);
  tcase_add_test(tcase, in_parts);
  tcase_add_test(tcase, in_the_summary);
  tcase_add_test(tcase, in_the_export);
  tcase_add_test(tcase, outside_what_is_valid);
  tcase_add_test(tcase, residual_in_the_export);
  suite_add_tcase(suite, tcase);
  return suite;
}
