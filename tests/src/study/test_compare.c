/* Two sets of records: numbers by hand, every reason for having no counterpart, units, privacy, folders. */
#include "src/study/compare.h"

#include <check.h>
#include <jansson.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "src/study/split.h"
#include "tests/src/record/study_fixture.h"
#include "tests/src/study/validate_fixture.h"

static rein_text lines[2]; /* NDJSON of A and B */

/* One record as text; NULL where the schema has null. */
typedef struct {
  const char *origin, *who; /* "3", "\"code\"", "null" */
  const char *arm, *observable, *unit, *time_unit, *direction;
  double to, change;
  double dose;      /* NAN: not known */
  double n;         /* of a group's mean; 0: none */
  const char *flag; /* of the value after */
  const char *unknown, *failed, *scenario_hash;
  int replicate;
} line_of;

static const line_of plain = {.origin = "observed",
                              .arm = "drug",
                              .observable = "y",
                              .unit = "mg",
                              .time_unit = "h",
                              .direction = "up",
                              .to = 24.0,
                              .dose = NAN,
                              .flag = "observed"};

static void add(int side, line_of l) {
  rein_text *t = &lines[side];
  rein_text_printf(t,
                   "{\"record\": \"transition/1\", \"origin\": \"%s\", \"individual\": %s, \"arm\": \"%s\", "
                   "\"horizon\": {\"label\": \"x\", \"from\": 0, \"to\": %.10g, \"unit\": \"%s\"}, ",
                   l.origin, l.who, l.arm, l.to, l.time_unit);
  if (isnan(l.dose))
    rein_text_add(t, "\"actions\": null, ");
  else
    rein_text_printf(t, "\"actions\": [{\"name\": \"pill\", \"unit\": \"mg\", \"prescribed\": %g}], ",
                     l.dose);
  rein_text_printf(t, "\"quantities\": [{\"name\": \"%s\", \"kind\": \"observable\", \"unit\": \"%s\", ",
                   l.observable, l.unit);
  if (isnan(l.change))
    rein_text_add(t, "\"measured_before\": 100, \"measured_after\": null, ");
  else
    rein_text_printf(t, "\"measured_before\": 100, \"measured_after\": %.17g, ", 100.0 + l.change);
  rein_text_printf(t, "\"flag_before\": \"observed\", \"flag_after\": \"%s\", \"direction\": \"%s\"}], ",
                   l.flag, l.direction);
  rein_text_printf(t, "\"status\": \"%s\", \"failure\": {\"reason\": \"%s\"}, \"unknown\": {%s}, ",
                   l.failed ? "failed" : "fine", l.failed ? l.failed : "", l.unknown ? l.unknown : "");
  rein_text_printf(t, "\"observed\": {\"study\": \"trial\", \"n_after\": %s}, ",
                   l.n > 0.0 ? rein_arena_printf(judged_get()->arena, "%g", l.n) : "null");
  rein_text_printf(t,
                   "\"replicate\": %d, \"provenance\": {\"study\": \"s\", \"model\": \"m\", \"model_hash\": "
                   "\"\", \"scenario_hash\": \"%s\"}}\n",
                   l.replicate, l.scenario_hash ? l.scenario_hash : "");
}

static void add_person(int side, int who, double change) {
  line_of l = plain;
  l.who = rein_arena_printf(judged_get()->arena, "\"planted%02d\"", who);
  l.change = change;
  l.direction = change > 0.0 ? "up" : "down";
  add(side, l);
}

static rein_compare_options options;

static rein_status compare(rein_comparison **out) {
  judged *f = judged_get();
  judged_write("a.ndjson", lines[0].bytes);
  judged_write("b.ndjson", lines[1].bytes);
  options.path[0] = rein_arena_printf(f->arena, "%s/a.ndjson", f->folder);
  options.path[1] = rein_arena_printf(f->arena, "%s/b.ndjson", f->folder);
  return rein_compare_sets(f->arena, f->units, &options, f->diag, out);
}

static rein_comparison *compared(void) {
  rein_comparison *c;
  const rein_status status = compare(&c);
  ck_assert_msg(status == REIN_OK, "%s", judged_messages());
  return c;
}

static void set_up(void) {
  judged_setup();
  options = (rein_compare_options){0};
  for (int side = 0; side < 2; side++) {
    rein_text_init(&lines[side], judged_get()->arena);
    rein_text_add(&lines[side], "");
  }
}

static int64_t counted(const rein_comparison *c, int side, const char *fate, const char *detail) {
  for (size_t i = 0; i < c->set[side].n_count; i++) {
    const rein_compare_count *k = &c->set[side].count[i];
    if (strcmp(rein_compare_fate_word(k->fate), fate) == 0 && strcmp(k->detail, detail) == 0) return k->n;
  }
  return 0;
}

/* Every value of a set is counted once. */
static void check_sum(const rein_comparison *c) {
  for (int side = 0; side < 2; side++) {
    int64_t n = 0;
    for (size_t i = 0; i < c->set[side].n_count; i++) n += c->set[side].count[i].n;
    ck_assert_int_eq(n, c->set[side].n_value);
  }
}

/* Changes 1 .. 10 in A; in B 2 more, but person 4 falls by 4. */
static void ten_people(void) {
  for (int i = 1; i <= 10; i++) add_person(0, i, i), add_person(1, i, i == 4 ? -4.0 : i + 2.0);
}

START_TEST(test_pairs_by_hand) {
  ten_people();
  const rein_comparison *c = compared();
  const rein_compare_row *all = &c->row[0], *r = &c->row[1];
  ck_assert_int_eq(c->by, REIN_COMPARE_BY_INDIVIDUAL);
  ck_assert_int_eq(c->n_row, 2);
  ck_assert_int_eq(r->n, 10);
  ck_assert_double_eq_tol(r->mean[0].value, 5.5, 1e-12);
  ck_assert_double_eq_tol(r->mean[1].value, (55.0 + 18.0 - 8.0) / 10.0, 1e-12);
  ck_assert_double_eq_tol(r->difference.value, (9 * 2.0 - 8.0) / 10.0, 1e-12);
  ck_assert_double_eq_tol(r->rms.value, sqrt((9 * 4.0 + 64.0) / 10.0), 1e-12);
  ck_assert_double_eq_tol(r->same_direction.value, 0.9, 1e-12);
  ck_assert_double_lt(r->difference.low, r->difference.value);
  ck_assert_double_eq_tol(r->difference.high, 2.0, 1e-9); /* resamples without person 4 */
  ck_assert_double_eq(all->rms.value, r->rms.value);
  check_sum(c);
}
END_TEST

START_TEST(test_every_reason_is_counted) {
  ten_people();
  line_of l = plain;
  l.who = "\"planted01\"", l.change = 1.0;
  l.observable = "z", add(0, l), l.observable = "y";
  l.arm = "placebo", add(0, l), l.arm = "drug";
  l.to = 48.0, add(1, l), l.to = 24.0;
  add(0, l); /* person 1 again */
  l.who = "\"planted77\"", add(1, l);
  l.who = "\"planted50\"", l.dose = 5.0, add(0, l), l.dose = 10.0, add(1, l), l.dose = NAN;
  l.who = "\"planted51\"", add(0, l), l.flag = "below_limit", add(1, l), l.flag = "observed";
  l.who = "\"planted52\"", add(0, l), l.change = NAN, l.failed = "min_step", add(1, l), l.failed = NULL;
  l.who = "\"planted53\"", l.unknown = "\"quantities.measured_after\": \"not_reported\"", add(0, l);
  l.unknown = NULL, l.change = 3.0, add(1, l);
  rein_comparison *c;
  ck_assert_int_eq(compare(&c), REIN_ERR_MEMBERS); /* one failed */
  ck_assert_int_eq(counted(c, 0, "matched", ""), 10);
  ck_assert_int_eq(counted(c, 0, "no_such_observable", "z"), 1);
  ck_assert_int_eq(counted(c, 0, "no_such_arm", "placebo"), 1);
  ck_assert_int_eq(counted(c, 1, "no_such_horizon", "0 to 48 h"), 1);
  ck_assert_int_eq(counted(c, 0, "repeated", ""), 1);
  ck_assert_int_eq(counted(c, 1, "no_such_individual", ""), 1);
  ck_assert_int_eq(counted(c, 0, "other_action", "") + counted(c, 1, "other_action", ""), 2);
  ck_assert_int_eq(counted(c, 1, "no_value", "after: below_limit"), 1);
  ck_assert_int_eq(counted(c, 1, "no_value", "failed: min_step"), 1);
  ck_assert_int_eq(counted(c, 0, "no_value", "not_reported"), 1);
  ck_assert_int_eq(counted(c, 0, "other_has_no_value", ""), 2);
  check_sum(c);
}
END_TEST

START_TEST(test_units_and_hours_are_converted) {
  for (int i = 1; i <= 8; i++) add_person(0, i, 1000.0 * i);
  for (int i = 1; i <= 8; i++) {
    line_of l = plain;
    l.who = rein_arena_printf(judged_get()->arena, "\"planted%02d\"", i);
    l.change = i, l.unit = "g", l.to = 1.0, l.time_unit = "d";
    add(1, l);
  }
  const rein_comparison *c = compared();
  ck_assert_int_eq(c->n_matched[0], 8);
  ck_assert_double_eq_tol(c->row[1].rms.value, 0.0, 1e-9);
  ck_assert_double_eq_tol(c->row[1].mean[1].value, 4500.0, 1e-9);
}
END_TEST

START_TEST(test_another_dimension_is_refused) {
  rein_comparison *c;
  add_person(0, 1, 1.0);
  line_of l = plain;
  l.who = "\"planted01\"", l.change = 1.0, l.unit = "mmol";
  add(1, l);
  ck_assert_int_eq(compare(&c), REIN_ERR_INPUT);
  ck_assert_str_eq(
      judged_messages(),
      "rein: error: observable 'y' has unit 'mg' in one set and 'mmol' in the other, and neither "
      "can be converted into the other: they do not measure the same\n");
}
END_TEST

START_TEST(test_what_is_no_record_is_refused) {
  rein_comparison *c;
  add_person(0, 1, 1.0);
  rein_text_add(&lines[1], "{\"planted\": 7}\n");
  ck_assert_int_eq(compare(&c), REIN_ERR_INPUT);
  ck_assert_ptr_nonnull(strstr(judged_messages(), "b.ndjson': line 1 is no transition record"));
  ck_assert_ptr_null(strstr(judged_messages(), "planted"));
}
END_TEST

/* Welch's form of the difference of two independent means, and a group's mean that has no spread. */
START_TEST(test_means_of_arms_by_hand) {
  double sum = 0.0, square = 0.0;
  options.by = REIN_COMPARE_BY_ARM;
  for (int i = 1; i <= 10; i++) add_person(0, i, i), sum += i, square += (double)i * i;
  for (int i = 1; i <= 8; i++) add_person(1, 100 + i, 3.0);
  const rein_compare_row *r = &compared()->row[1];
  const double half = 1.959963984540054 * sqrt((square - sum * sum / 10.0) / 9.0 / 10.0);
  ck_assert_double_eq_tol(r->difference.value, 3.0 - 5.5, 1e-12);
  ck_assert_double_eq_tol(r->difference.low, 3.0 - 5.5 - half, 1e-9);
  ck_assert_double_eq_tol(r->difference.high, 3.0 - 5.5 + half, 1e-9);
  ck_assert_double_eq(r->same_direction.value, 1.0);
  ck_assert_ptr_nonnull(r->rms.na);
}
END_TEST

START_TEST(test_means_of_groups_weigh_their_people) {
  line_of l = plain;
  options.by = REIN_COMPARE_BY_ARM;
  l.who = "null", l.n = 30.0, l.change = 2.0, add(0, l);
  l.n = 10.0, l.change = 6.0, add(0, l);
  l.change = 1.0, add(1, l);
  const rein_compare_row *r = &compared()->row[1];
  ck_assert_double_eq_tol(r->mean[0].value, 3.0, 1e-12);
  ck_assert_str_eq(r->difference.no_interval, "the spread of changes is not in the means of groups");
}
END_TEST

START_TEST(test_few_people_are_suppressed) {
  rein_text text, json;
  judged *f = judged_get();
  for (int i = 1; i <= 4; i++) add_person(0, i, 1.25), add_person(1, i, 2.75);
  const rein_comparison *c = compared();
  rein_text_init(&text, f->arena), rein_text_init(&json, f->arena);
  rein_compare_print(c, &text);
  ck_assert_int_eq(rein_compare_print_json(c, &json), REIN_OK);
  ck_assert(c->row[1].suppressed);
  const rein_text *const out[] = {&text, &json};
  for (int i = 0; i < 2; i++) {
    ck_assert_ptr_null(strstr(out[i]->bytes, "planted"));
    ck_assert_ptr_null(strstr(out[i]->bytes, "1.25"));
    ck_assert_ptr_null(strstr(out[i]->bytes, f->folder));
  }
  FILE *file = tmpfile();
  ck_assert_int_eq(rein_compare_write_csv(c, file, f->diag), REIN_ERR_USAGE);
  ck_assert_int_eq(ftell(file), 0);
  options.individual_data = true;
  c = compared();
  ck_assert(!c->row[1].suppressed);
  ck_assert_int_eq(rein_compare_write_csv(c, file, f->diag), REIN_OK);
  ck_assert_int_gt(ftell(file), 0);
  fclose(file);
}
END_TEST

START_TEST(test_swapped_sets_and_the_same_bytes) {
  rein_text first, again;
  judged *f = judged_get();
  ten_people();
  const rein_comparison *c = compared();
  rein_text_init(&first, f->arena), rein_text_init(&again, f->arena);
  rein_compare_print(c, &first);
  rein_compare_print(compared(), &again);
  ck_assert_str_eq(first.bytes, again.bytes);
  const rein_text held = lines[0];
  lines[0] = lines[1], lines[1] = held;
  const rein_comparison *swapped = compared();
  ck_assert_double_eq(swapped->row[1].difference.value, -c->row[1].difference.value);
  ck_assert_double_eq(swapped->row[1].rms.value, c->row[1].rms.value);
}
END_TEST

/* `compare` of a scenario says that its arm `none` reproduces the observed `drug`. */
START_TEST(test_a_scenario_renames_observed_arms) {
  static const judged_model model = {.noise = "additive(sd: 2 mg)"};
  const judged_scenario scenario = {.cohort = "{n: 20}", .arms = "{drug: none}"};
  judged *f = judged_get();
  judged_start_people();
  judged_write_model(&model);
  judged_write_scenario(&scenario);
  options.scenario_path = rein_arena_printf(f->arena, "%s/s.yaml", f->folder);
  line_of l = plain;
  l.who = "null", l.n = 30.0, l.change = 2.0, add(0, l);
  l.origin = "mechanistic", l.arm = "none", l.who = "3", add(1, l);
  const rein_comparison *c = compared();
  ck_assert_str_eq(c->arm.item[c->row[1].arm], "none");
  ck_assert_int_eq(c->n_matched[1], 1);
  lines[1].n = 0, lines[1].bytes[0] = 0;
  l = plain, l.who = "null", l.change = 1.0, add(1, l);
  rein_comparison *both;
  ck_assert_int_eq(compare(&both), REIN_ERR_USAGE);
  ck_assert_str_eq(
      judged_messages(),
      "rein: error: --scenario says which simulated arm reproduces which observed one, but both sets "
      "are observed\n");
}
END_TEST

/* ---- simulated and observed people of one table ---- */

static const char *table_hash; /* of the scenario as it is read */
static char code[10][18];      /* of the table's people as observed, by the order of the observed table */

/* Ten people in a cohort's table from 0 to 9, observed from 9 down to 0, two replicates each. */
static void start_table(void) {
  static const judged_model model = {.noise = "additive(sd: 2 mg)"};
  static const judged_scenario about = {.cohort = "{table: people.csv, id: id, columns: {}, replicates: 2}",
                                        .arms = "{up: up}"};
  judged *f = judged_get();
  rein_text people;
  rein_scenario *s;
  rein_observed *o;
  const rein_scenario_options none = {0};
  rein_text_init(&people, f->arena);
  rein_text_add(&people, "id\n");
  judged_start_people();
  for (int i = 0; i < 10; i++) {
    rein_text_printf(&people, "planted%d\n", i);
    judged_person("up", 9 - i, 0, 100), judged_person("up", 9 - i, 10, 130 + i);
  }
  judged_write("people.csv", people.bytes);
  judged_write_model(&model);
  judged_write_scenario(&about);
  options.scenario_path = rein_arena_printf(f->arena, "%s/s.yaml", f->folder);
  ck_assert_int_eq(rein_scenario_read(f->arena, f->units, options.scenario_path, &none, f->diag, &s),
                   REIN_OK);
  table_hash = s->hash;
  ck_assert_int_eq(rein_observed_read(f->arena, f->units, s->observed_path, s->model, f->diag, &o), REIN_OK);
  for (int i = 0; i < 10; i++) rein_split_code(o, i, code[i]);
}

static void add_simulated(int number, double change) {
  line_of l = plain;
  l.origin = "mechanistic", l.arm = "up", l.observable = "y_measured", l.scenario_hash = table_hash;
  l.who = rein_arena_printf(judged_get()->arena, "%d", number), l.replicate = number % 2, l.change = change;
  add(0, l);
}

static void add_observed(const char *who, double change) {
  line_of l = plain;
  l.who = rein_arena_printf(judged_get()->arena, "\"%s\"", who), l.change = change;
  l.arm = "up", l.observable = "y_measured";
  add(1, l);
}

/* Row i of the cohort's table is the observed table's person 9 - i. Simulated 10 i + 1 and 10 i + 3, mean
 * 10 i + 2; observed 10 i + 5, but the people of rows 0 and 1 were not. */
static void simulate_and_observe(void) {
  for (int row = 0; row < 10; row++) {
    add_simulated(2 * row, 10 * row + 1), add_simulated(2 * row + 1, 10 * row + 3);
    if (row >= 2) add_observed(code[9 - row], 10 * row + 5);
  }
}

START_TEST(test_people_of_one_table_are_joined) {
  rein_text text, json;
  start_table(), simulate_and_observe();
  add_observed("c0123456789abcdef", 5); /* of no table that is here */
  rein_comparison *c = compared();
  const rein_compare_row *r = &c->row[1];
  ck_assert_int_eq(c->by, REIN_COMPARE_BY_INDIVIDUAL);
  ck_assert_int_eq(r->n, 16);
  ck_assert_int_eq(r->n_unit[0], 8);
  ck_assert_double_eq_tol(r->mean[0].value, 57, 1e-12); /* rows 2 to 9: 10 * 5.5 + 2 */
  ck_assert_double_eq_tol(r->mean[1].value, 60, 1e-12);
  ck_assert_double_eq_tol(r->difference.value, 3, 1e-12);
  ck_assert_double_eq_tol(r->difference.low, 3, 1e-9); /* of every person: another pairing would spread */
  ck_assert_double_eq_tol(r->difference.high, 3, 1e-9);
  ck_assert_double_eq_tol(r->rms.value, sqrt((4.0 * 4 + 2.0 * 2) / 2), 1e-12);
  ck_assert_int_eq(counted(c, 0, "matched", ""), 16);
  ck_assert_int_eq(counted(c, 0, "no_such_individual", ""), 4);
  ck_assert_int_eq(counted(c, 1, "matched", ""), 8);
  ck_assert_int_eq(counted(c, 1, "no_such_individual", ""), 1);
  check_sum(c);
  rein_text_init(&text, judged_get()->arena), rein_text_init(&json, judged_get()->arena);
  rein_compare_print(c, &text);
  ck_assert_int_eq(rein_compare_print_json(c, &json), REIN_OK);
  ck_assert_ptr_null(strstr(text.bytes, "planted"));
  ck_assert_ptr_null(strstr(json.bytes, "planted"));
  ck_assert_ptr_null(strstr(text.bytes, code[0]));
  ck_assert_ptr_null(strstr(json.bytes, code[0]));
}
END_TEST

/* A replicate without a value does not take its person's other one with it. */
START_TEST(test_a_replicate_without_a_value) {
  start_table();
  for (int row = 0; row < 10; row++) {
    add_simulated(2 * row, 1), add_simulated(2 * row + 1, row == 4 ? NAN : 1);
    add_observed(code[9 - row], 2);
  }
  const rein_comparison *c = compared();
  ck_assert_int_eq(c->row[1].n, 19);
  ck_assert_int_eq(c->row[1].n_unit[1], 10);
  ck_assert_int_eq(counted(c, 1, "matched", ""), 10);
  check_sum(c);
}
END_TEST

static void check_refused(const char *why) {
  rein_comparison *c;
  options.by = REIN_COMPARE_BY_INDIVIDUAL;
  ck_assert_int_eq(compare(&c), REIN_ERR_INPUT);
  ck_assert_msg(strstr(judged_messages(), why) != NULL, "%s", judged_messages());
  ck_assert_ptr_null(strstr(judged_messages(), "planted"));
}

START_TEST(test_people_of_other_tables_are_not_joined) {
  start_table();
  for (int i = 0; i < 20; i++) add_simulated(i, 1);
  for (int i = 0; i < 10; i++)
    add_observed(rein_arena_printf(judged_get()->arena, "c0123456789abcde%d", i), 2);
  check_refused("no observed individual is of the tables that the scenario names");
  options.by = REIN_COMPARE_BY_BEST;
  judged_get()->diag = rein_diag_create(judged_get()->arena);
  ck_assert_int_eq(compared()->by, REIN_COMPARE_BY_ARM);
}
END_TEST

START_TEST(test_a_run_of_another_table_is_not_joined) {
  start_table();
  table_hash = "0123";
  simulate_and_observe();
  check_refused("was not run from the scenario that --scenario gives, with the same table");
}
END_TEST

START_TEST(test_without_the_scenario_nobody_is_told) {
  start_table(), simulate_and_observe();
  options.scenario_path = NULL;
  check_refused("neither set holds ids; --scenario with the scenario that was run tells");
}
END_TEST

/* A folder against its own export: the same values, and the failed member is counted on both sides. */
START_TEST(test_a_folder_against_its_export) {
  fixture study;
  rein_study_reader *reader;
  rein_comparison *c;
  judged *f = judged_get();
  char *bytes = NULL;
  size_t n = 0;
  fixture_create(&study, 11);
  ck_assert_int_eq(fixture_run(&study, fixture_path(&study, "a"), false), REIN_OK);
  ck_assert_int_eq(rein_reader_open(study.arena, fixture_path(&study, "a"), true, study.diag, &reader),
                   REIN_OK);
  FILE *file = open_memstream(&bytes, &n);
  const rein_export_options all = {0};
  ck_assert_int_eq(rein_export_ndjson(reader, &all, file, study.diag), REIN_OK);
  fclose(file);
  judged_write("a.ndjson", bytes);
  free(bytes);
  options.path[0] = fixture_path(&study, "a");
  options.path[1] = rein_arena_printf(f->arena, "%s/a.ndjson", f->folder);
  ck_assert_int_eq(rein_compare_sets(f->arena, f->units, &options, f->diag, &c), REIN_ERR_MEMBERS);
  ck_assert_int_eq(c->by, REIN_COMPARE_BY_INDIVIDUAL);
  ck_assert(c->latent);
  ck_assert_int_eq(c->set[0].n_value, c->set[1].n_value);
  ck_assert_int_eq(c->set[0].n_record, 11 * FIXTURE_ARMS * reader->labels.n[REIN_AXIS_HORIZON]);
  check_sum(c);
  int64_t failed = 0;
  for (size_t i = 0; i < c->set[0].n_count; i++) {
    const rein_compare_count *a = &c->set[0].count[i], *b = &c->set[1].count[i];
    ck_assert_int_eq(a->fate, b->fate);
    ck_assert_int_eq(a->n, b->n);
    ck_assert_str_eq(a->detail, b->detail);
    if (strncmp(a->detail, "failed: ", 8) == 0) failed += a->n;
  }
  ck_assert_int_gt(failed, 0);
  for (size_t i = 0; i < c->n_row; i++) {
    ck_assert_double_eq(c->row[i].rms.value, 0.0);
    if (!c->row[i].same_direction.na) ck_assert_double_eq(c->row[i].same_direction.value, 1.0);
  }
  fixture_destroy(&study);
}
END_TEST

Suite *rein_suite_compare(void);
Suite *rein_suite_compare(void) {
  Suite *suite = suite_create("compare");
  TCase *tcase = tcase_create("compare");
  tcase_add_checked_fixture(tcase, set_up, judged_teardown);
  tcase_add_test(tcase, test_pairs_by_hand);
  tcase_add_test(tcase, test_every_reason_is_counted);
  tcase_add_test(tcase, test_units_and_hours_are_converted);
  tcase_add_test(tcase, test_another_dimension_is_refused);
  tcase_add_test(tcase, test_what_is_no_record_is_refused);
  tcase_add_test(tcase, test_means_of_arms_by_hand);
  tcase_add_test(tcase, test_means_of_groups_weigh_their_people);
  tcase_add_test(tcase, test_few_people_are_suppressed);
  tcase_add_test(tcase, test_swapped_sets_and_the_same_bytes);
  tcase_add_test(tcase, test_a_scenario_renames_observed_arms);
  tcase_add_test(tcase, test_people_of_one_table_are_joined);
  tcase_add_test(tcase, test_a_replicate_without_a_value);
  tcase_add_test(tcase, test_people_of_other_tables_are_not_joined);
  tcase_add_test(tcase, test_a_run_of_another_table_is_not_joined);
  tcase_add_test(tcase, test_without_the_scenario_nobody_is_told);
  tcase_add_test(tcase, test_a_folder_against_its_export);
  suite_add_tcase(suite, tcase);
  return suite;
}
