/* One table in NONMEM's form says what the tidy tables of a shipped model say: the same report, but for the
 * hashes; doses in the observed records; limits, resets, missing values by hand. */
#include <check.h>
#include <jansson.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "src/base/files.h"
#include "src/study/observed_records.h"
#include "src/study/validate_inside.h"
#include "tests/src/record/study_fixture.h"
#include "tests/src/study/validate_fixture.h"

static const rein_pos nowhere = {NULL, 0, 0, 0};

/* ---- the shipped tables written anew ---- */

static rein_csv *read_csv(const char *path) {
  judged *f = judged_get();
  const rein_source *source;
  rein_csv *csv;
  ck_assert_int_eq(rein_files_read(f->arena, path, nowhere, f->diag, &source), REIN_OK);
  ck_assert_int_eq(rein_csv_parse(f->arena, source, f->diag, &csv), REIN_OK);
  return csv;
}

static const char *cell(const rein_csv *csv, int64_t row, const char *column) {
  const int c = rein_csv_find(csv, column);
  return c < 0 ? "1" : rein_csv_text(csv, row, c);
}

/* Observations of a person by rising time, as NONMEM wants them; the tidy table has them by observable. */
static void add_observations(const rein_csv *csv, const char *id, const char *const *observables,
                             rein_text *out) {
  double last = -INFINITY;
  while (true) {
    double next = INFINITY;
    for (int64_t i = 0; i < csv->n_row; i++) {
      const double time = strtod(cell(csv, i, "time"), NULL);
      if (strcmp(cell(csv, i, "id"), id) == 0 && time > last && time < next) next = time;
    }
    if (isinf(next)) return;
    for (int64_t i = 0; i < csv->n_row; i++) {
      if (strcmp(cell(csv, i, "id"), id) != 0 || strtod(cell(csv, i, "time"), NULL) != next) continue;
      const int dvid = strcmp(cell(csv, i, "observable"), observables[0]) == 0 ? 1 : 2;
      rein_text_printf(out, "%s,%s,%s,.,0,0,%s,%d,%s,.\n", id, cell(csv, i, "study"), cell(csv, i, "time"),
                       cell(csv, i, "value"), dvid, cell(csv, i, "replicate"));
    }
    last = next;
  }
}

static void write_table(const char *folder, const char *const *observables) {
  judged *f = judged_get();
  const rein_csv *people = read_csv(rein_arena_printf(f->arena, "%s/observed/people.csv", folder));
  const rein_csv *rows = read_csv(rein_arena_printf(f->arena, "%s/observed/individuals.csv", folder));
  rein_text out;
  rein_text_init(&out, f->arena);
  rein_text_add(&out, "ID,STUDY,TIME,AMT,EVID,MDV,DV,DVID,REPLICATE,WT\n");
  for (int64_t p = 0; p < people->n_row; p++) {
    const char *id = cell(people, p, "id");
    rein_text_printf(&out, "%s,%s,0,%s,1,1,.,.,.,%s\n", id, cell(people, p, "study"),
                     cell(people, p, "amount"), cell(people, p, "weight_kg"));
    add_observations(rows, id, observables, &out);
  }
  judged_write("table.csv", out.bytes);
}

/* The text with the lines that begin with `from`, up to the one that begins with `to`, replaced. */
static const char *with(const char *text, const char *from, const char *to, const char *instead) {
  const char *a = strstr(text, from), *b = a ? strstr(a + 1, to) : NULL;
  ck_assert_msg(a && b, "%s", from);
  return rein_arena_printf(judged_get()->arena, "%.*s%s%s", (int)(a - text), text, instead, b);
}

static json_t *report_of(const char *path) {
  judged *f = judged_get();
  rein_validate_job *job;
  rein_validation v;
  rein_text text;
  rein_status status = rein_validate_prepare(f->arena, f->units, path, NULL, f->diag, &job);
  if (status == REIN_OK) status = rein_validate_run(job, f->diag, &v);
  ck_assert_msg(status == REIN_OK, "%s", judged_messages());
  rein_text_init(&text, f->arena);
  ck_assert_int_eq(rein_validate_print_json(&v, &text), REIN_OK);
  json_t *report = json_loads(text.bytes, 0, NULL);
  ck_assert_ptr_nonnull(report);
  ck_assert_int_eq(json_object_del(report, "scenario_hash"), 0);
  ck_assert_int_eq(json_object_del(json_object_get(report, "data"), "hash"), 0);
  /* Columns of a table of people that the model does not use: the other table has none. */
  ck_assert_int_eq(json_object_del(report, "residuals_by_covariate"), 0);
  return report;
}

static void check_same(const char *folder, const char *const *observables, const char *nonmem,
                       const char *cohort) {
  judged *f = judged_get();
  const char *yaml = judged_read_text(rein_arena_printf(f->arena, "%s/observed/individuals.yaml", folder));
  const char *path = rein_arena_printf(f->arena, "%s/validate/people.yaml", folder),
             *scenario = judged_read_text(path);
  write_table(folder, observables);
  yaml = with(yaml, "data: ", "what: ", "data: table.csv\n");
  judged_write("d.yaml", with(yaml, "columns: ", "source: {", nonmem));
  scenario = with(scenario, "cohort: ", "arms:", cohort);
  scenario = with(scenario, "    actions:", "measure: ", "    events: observed\n");
  judged_write("s.yaml", with(scenario, "  observed: ", "  arm: ", "  observed: d.yaml\n"));
  json_t *tidy = report_of(path), *table = report_of(rein_arena_printf(f->arena, "%s/s.yaml", f->folder));
  char *a = json_dumps(tidy, JSON_INDENT(1)), *b = json_dumps(table, JSON_INDENT(1));
  ck_assert_msg(strcmp(a, b) == 0, "the reports differ");
  free(a), free(b), json_decref(tidy), json_decref(table);
}

START_TEST(test_warfarin_says_the_same) {
  static const char *const observables[] = {"concentration", "prothrombin"};
  check_same("models/warfarin", observables,
             "nonmem:\n"
             "  units: {time: h, amt: mg, dv: {1: mg/L, 2: '%'}}\n"
             "  observables: {1: concentration, 2: prothrombin}\n"
             "  ignore: [WT]\n",
             "cohort: {people: observed, replicates: 500}\n");
}
END_TEST

START_TEST(test_theophylline_says_the_same) {
  static const char *const observables[] = {"concentration"};
  check_same(
      "models/theophylline", observables,
      "nonmem:\n"
      "  units: {time: h, amt: mg, dv: mg/L}\n"
      "  observables: {1: concentration}\n"
      "  covariates: {WT: {sets: weight, unit: kg}}\n"
      "  carry: last\n",
      "cohort: {people: observed, replicates: 800, covariates: {predose: \"uniform(low: 0 mg/L, high: 1 "
      "mg/L)\"}}\n");
}
END_TEST

/* The weight from the first line of each person, in place of a covariate over time. */
START_TEST(test_theophylline_by_first_lines) {
  static const char *const observables[] = {"concentration"};
  check_same(
      "models/theophylline", observables,
      "nonmem:\n"
      "  units: {time: h, amt: mg, dv: mg/L}\n"
      "  observables: {1: concentration}\n"
      "  ignore: [WT]\n",
      "cohort: {people: observed, replicates: 800, columns: {weight: {column: WT, unit: kg}}, covariates: "
      "{predose: \"uniform(low: 0 mg/L, high: 1 mg/L)\"}}\n");
}
END_TEST

/* ---- the page ---- */

START_TEST(test_the_example_of_the_page_runs) {
  judged *f = judged_get();
  const char *at = strstr(judged_read_text("docs/validation-method.md"), "### One NONMEM table");
  rein_validate_job *job;
  rein_validation v;
  ck_assert_ptr_nonnull(at);
  judged_write("trial.csv", judged_next_block(&at));
  judged_write("trial.yaml", judged_next_block(&at));
  judged_write("scenario.yaml", judged_next_block(&at));
  const char *path = rein_arena_printf(f->arena, "%s/scenario.yaml", f->folder);
  rein_status status = rein_validate_prepare(f->arena, f->units, path, NULL, f->diag, &job);
  if (status == REIN_OK) status = rein_validate_run(job, f->diag, &v);
  ck_assert_msg(status == REIN_OK && rein_diag_n_warning(f->diag) == 0, "%s", judged_messages());
  ck_assert_int_eq(job->n_task, 5);
  ck_assert_int_eq(job->observed->n_missing, 1);
}
END_TEST

/* ---- by hand, on the fixture's model: y in mg moves by the rate that `push` sets ---- */

static const judged_model truth = {.noise = "additive(sd: 2 mg)"};

static rein_validate_job *prepared(const char *table, const char *nonmem, const char *cohort,
                                   const char *arm) {
  judged *f = judged_get();
  rein_validate_job *job = NULL;
  judged_write_model(&truth);
  judged_write("t.csv", table);
  judged_write("d.yaml",
               rein_arena_printf(f->arena,
                                 "data: t.csv\nnonmem: %s\nsource: {title: made by a test}\nlicence: "
                                 "none\narms:\n  up: {assignment: unknown, actions: a, concurrent: "
                                 "none, adherence: unknown}\nused_for_fitting: []\nrelation: "
                                 "external\n",
                                 nonmem));
  judged_write("s.yaml",
               rein_arena_printf(f->arena,
                                 "rein: scenario/1\nname: s\nmodel: ./m.yaml\ncohort: %s\narms:\n  up: "
                                 "%s\nmeasure: {at: [0 h, 40 h]}\ncompare: {observed: d.yaml, arm: "
                                 "{up: up}}\n",
                                 cohort, arm));
  const rein_status status = rein_validate_prepare(
      f->arena, f->units, rein_arena_printf(f->arena, "%s/s.yaml", f->folder), NULL, f->diag, &job);
  ck_assert_msg(status == REIN_OK, "%s", judged_messages());
  return job;
}

START_TEST(test_lines_by_hand) {
  const rein_validate_job *job =
      prepared("id,time,amt,evid,mdv,dv,dvid,cens,lloq,uloq\n"
               "1,0,.,0,0,100,7,0,.,.\n"
               "1,5,.,2,1,55,7,0,.,.\n"    /* another event is no observation */
               "1,10,.,0,1,55,7,0,.,.\n"   /* MDV: missing */
               "1,12,.,0,0,3,7,0,5,.\n"    /* below LLOQ */
               "1,14,.,0,0,.,7,1,6,.\n"    /* said to be */
               "1,16,.,0,0,.,7,-1,.,400\n" /* above ULOQ */
               "1,2,.,3,1,.,.,0,.,.\n"     /* the clock starts anew at 16 h */
               "1,4,.,0,0,0.123,8,0,.,.\n",
               "{units: {time: h, dv: {7: mg, 8: g}}, observables: {7: y_measured, 8: "
               "y_measured}}",
               "{n: 50}", "{actions: [{do: push, amount: 3 mg/h}]}");
  const rein_observed *o = job->observed;
  ck_assert_int_eq(o->n_missing, 1);
  ck_assert_int_eq(o->n_point, 5);
  static const double time[] = {0, 12, 14, 16, 18}, value[] = {100, 5, 6, 400, 123};
  static const int censored[] = {0, -1, -1, 1, 0};
  for (int i = 0; i < 5; i++) {
    ck_assert_double_eq_tol(o->point[i].time, time[i], 1e-12);
    ck_assert_double_eq_tol(o->point[i].value, value[i], 1e-9);
    ck_assert_int_eq(o->point[i].censored, censored[i]);
  }
}
END_TEST

START_TEST(test_limit_means_that_dv_is_the_limit) {
  const rein_validate_job *job = prepared("ID,TIME,AMT,MDV,DV,CENS,LIMIT\n1,0,.,0,100,0,.\n1,9,.,0,4,1,0\n",
                                          "{units: {time: h, dv: mg}, observables: {1: y_measured}}",
                                          "{n: 50}", "{actions: [{do: push, amount: 3 mg/h}]}");
  ck_assert_int_eq(job->observed->point[1].censored, -1);
  ck_assert_double_eq(job->observed->point[1].value, 4.0);
}
END_TEST

/* The same table in another unit is another study: no folder goes on with it, no frozen task takes it. */
START_TEST(test_units_are_part_of_the_hash) {
  judged *f = judged_get();
  static const char *const units[] = {"mg", "g", "mg"};
  const char *hash[3];
  for (int i = 0; i < 3; i++) {
    rein_scenario *s;
    judged_write_model(&truth);
    judged_write("m.yaml", with(judged_read_text(rein_arena_printf(f->arena, "%s/m.yaml", f->folder)),
                                "  push:", "observables:", "  pill: {kind: drug, unit: mg, into: y}\n"));
    judged_write("t.csv", "ID,TIME,AMT\n1,0,1\n");
    judged_write("s.yaml",
                 rein_arena_printf(f->arena,
                                   "rein: scenario/1\nname: s\nmodel: ./m.yaml\ncohort: {n: 1}\narms:\n"
                                   "  up: {events: {table: t.csv, units: {time: h, amt: %s}}}\nmeasure: "
                                   "{at: [0 h, 40 h]}\n",
                                   units[i]));
    const rein_status status = rein_scenario_read(
        f->arena, f->units, rein_arena_printf(f->arena, "%s/s.yaml", f->folder), NULL, f->diag, &s);
    ck_assert_msg(status == REIN_OK, "%s", judged_messages());
    hash[i] = s->hash;
  }
  ck_assert_str_ne(hash[0], hash[1]);
  ck_assert_str_eq(hash[0], hash[2]);
}
END_TEST

/* Doses at 0, 12, 24 h of person a, one at 6 h of person b: what lies between 0 h and the horizon. */
START_TEST(test_records_hold_the_doses) {
  judged *f = judged_get();
  rein_text text;
  static const double prescribed[] = {10.0, 20.0, 30.0, 0.0, 7.0};
  judged_write_model(&truth);
  const char *model = judged_read_text(rein_arena_printf(f->arena, "%s/m.yaml", f->folder));
  model = with(
      model, "  push:", "observables:",
      "  push: {kind: drug, unit: mg/h, sets: rate}\n  pill: {kind: drug, unit: mg, into: y, codes: {atc: "
      "B01AA03}}\n");
  judged_write("n.yaml",
               with(model, "smallest_change: 10 mg}", "\n", "smallest_change: 10 mg, codes: {loinc: 1-2}}"));
  judged_write("t.csv",
               "ID,TIME,AMT,CMT,EVID,II,ADDL,DV,DVID\n"
               "planted1,0,0.01,pill,1,12,2,.,.\nplanted1,0,.,.,0,.,.,100,1\n"
               "planted1,12,.,.,0,.,.,110,1\nplanted1,20,.,.,0,.,.,120,1\nplanted1,36,.,.,0,.,.,130,1\n"
               "planted2,0,.,.,0,.,.,90,1\nplanted2,6,.,.,0,.,.,91,1\n"
               "planted2,6,0.007,pill,1,.,.,.,.\nplanted2,8,.,.,0,.,.,97,1\n");
  judged_write("d.yaml",
               "data: t.csv\nnonmem: {units: {time: h, ii: h, amt: g, dv: mg}, observables: {1: "
               "y_measured}}\nsource: {title: made by a test}\nlicence: none\narms:\n  up: {assignment: "
               "unknown, actions: a, concurrent: none, adherence: unknown}\nused_for_fitting: "
               "[]\nrelation: external\n");
  judged_write("s.yaml",
               "rein: scenario/1\nname: s\nmodel: ./n.yaml\ncohort: {people: observed, replicates: "
               "100}\narms:\n  up: {events: observed}\nmeasure: {at: [0 h, 40 h]}\ncompare: {observed: "
               "d.yaml, arm: {up: up}}\n");
  rein_validate_job *job;
  rein_status status = rein_validate_prepare(
      f->arena, f->units, rein_arena_printf(f->arena, "%s/s.yaml", f->folder), NULL, f->diag, &job);
  rein_text_init(&text, f->arena);
  if (status == REIN_OK) status = rein_observed_records(job, NULL, true, f->diag, &text);
  ck_assert_msg(status == REIN_OK, "%s", judged_messages());
  ck_assert_ptr_null(strstr(text.bytes, "planted"));
  json_t *schema = json_load_file("docs/transition.schema.json", 0, NULL);
  int n = 0;
  for (const char *line = strtok(text.bytes, "\n"); line; line = strtok(NULL, "\n"), n++) {
    json_t *r = json_loads(line, 0, NULL), *list = json_object_get(r, "actions");
    const json_t *q = json_array_get(json_object_get(r, "quantities"), 0),
                 *why = json_object_get(r, "unknown");
    fixture_check_schema(r, schema, "record");
    ck_assert_int_eq(json_array_size(list), 1);
    const json_t *pill = json_array_get(list, 0);
    ck_assert_double_eq_tol(json_real_value(json_object_get(pill, "prescribed")), prescribed[n], 1e-9);
    ck_assert(json_is_null(json_object_get(pill, "delivered")));
    ck_assert_str_eq(json_string_value(json_object_get(why, "actions.delivered")), "adherence_not_in_table");
    ck_assert_ptr_null(json_object_get(why, "actions"));
    ck_assert_str_eq(json_string_value(json_object_get(q, "codes")), "loinc:1-2");
    ck_assert_ptr_null(json_object_get(why, "quantities.codes"));
    json_decref(r);
  }
  json_decref(schema);
  ck_assert_int_eq(n, 5);
}
END_TEST

/* Arm a takes pills, b pills and vitamins, c twice the pills: one table for all of them. */
static rein_validate_job *three_regimens(const char *arms) {
  judged *f = judged_get();
  rein_validate_job *job = NULL;
  judged_write_model(&truth);
  const char *model = judged_read_text(rein_arena_printf(f->arena, "%s/m.yaml", f->folder));
  judged_write("m.yaml", with(model, "  push:", "observables:",
                              "  push: {kind: drug, unit: mg/h, sets: rate}\n  pill: {kind: drug, unit: mg, "
                              "into: y}\n  vitamin: {kind: drug, unit: mg, into: y}\n"));
  judged_write("t.csv", "ID,ARM,TIME,AMT,CMT,EVID,DV\n"
                        "1,a,0,10,pill,1,.\n1,a,0,.,.,0,100\n1,a,12,.,.,0,110\n"
                        "2,b,0,10,pill,1,.\n2,b,0,5,vitamin,1,.\n2,b,0,.,.,0,100\n2,b,12,.,.,0,115\n"
                        "3,c,0,20,pill,1,.\n3,c,0,.,.,0,100\n3,c,12,.,.,0,120\n");
  judged_write("d.yaml",
               "data: t.csv\nnonmem: {units: {time: h, amt: mg, dv: mg}, observables: {1: y_measured}}\n"
               "source: {title: made by a test}\nlicence: none\narms:\n"
               "  a: {assignment: unknown, actions: pills, concurrent: none, adherence: unknown}\n"
               "  b: {assignment: unknown, actions: both, concurrent: none, adherence: unknown}\n"
               "  c: {assignment: unknown, actions: more, concurrent: none, adherence: unknown}\n"
               "used_for_fitting: []\nrelation: external\n");
  judged_write("s.yaml", rein_arena_printf(
                             f->arena,
                             "rein: scenario/1\nname: s\nmodel: ./m.yaml\ncohort: {people: observed, "
                             "replicates: 100}\narms:\n  dosed: {events: observed}\n  said: {actions: [{do: "
                             "pill, amount: 20 mg, at: 0 h}]}\nmeasure: {at: [0 h, 40 h]}\n"
                             "compare: {observed: d.yaml, arm: %s}\n",
                             arms));
  const rein_status status = rein_validate_prepare(
      f->arena, f->units, rein_arena_printf(f->arena, "%s/s.yaml", f->folder), NULL, f->diag, &job);
  ck_assert_msg(status == REIN_OK, "%s", judged_messages());
  return job;
}

/* What an arm gives is what its own people were given, not everybody of the table. */
START_TEST(test_splits_by_observed_doses) {
  judged *f = judged_get();
  rein_validate_job *job = three_regimens("{a: dosed, b: dosed, c: dosed}");
  static const struct {
    rein_split_kind by;
    const char *arm;
    rein_status status;
  } tried[] = {{REIN_SPLIT_ACTION, "b", REIN_OK},
               {REIN_SPLIT_DOSE, "c", REIN_OK},
               {REIN_SPLIT_ACTION, "c", REIN_ERR_INPUT},
               {REIN_SPLIT_DOSE, "b", REIN_ERR_INPUT}};
  for (int i = 0; i < 4; i++) {
    rein_text text;
    rein_text_init(&text, f->arena);
    ck_assert_msg(rein_split_make(job, f->units, tried[i].by, tried[i].arm, 7, "s.yaml", f->diag, &text) ==
                      tried[i].status,
                  "%d: %s", i, judged_messages());
  }
  ck_assert_str_eq(judged_messages(),
                   "rein: error: 'c' is no new action: it gives no action that the training part does not "
                   "give\n"
                   "rein: error: 'b' is no new dose: it gives other actions than every arm of the training "
                   "part\n"
                   "rein: 2 errors\n");
}
END_TEST

/* Observed people of an arm whose actions the scenario says have no doses of the table in their records. */
START_TEST(test_records_of_an_arm_without_the_tables_doses) {
  judged *f = judged_get();
  rein_validate_job *job = three_regimens("{a: dosed, b: dosed, c: said}");
  rein_text text;
  rein_text_init(&text, f->arena);
  ck_assert_int_eq(rein_observed_records(job, NULL, true, f->diag, &text), REIN_OK);
  json_t *schema = json_load_file("docs/transition.schema.json", 0, NULL);
  int n = 0;
  for (const char *line = strtok(text.bytes, "\n"); line; line = strtok(NULL, "\n"), n++) {
    json_t *r = json_loads(line, 0, NULL);
    const char *why = json_string_value(json_object_get(json_object_get(r, "unknown"), "actions"));
    fixture_check_schema(r, schema, "record");
    ck_assert_int_eq(json_is_null(json_object_get(r, "actions")), n == 2);
    if (n == 2) ck_assert_str_eq(why, "doses_not_in_table");
    json_decref(r);
  }
  json_decref(schema);
  ck_assert_int_eq(n, 3);
}
END_TEST

Suite *rein_suite_nonmem(void);
Suite *rein_suite_nonmem(void) {
  Suite *suite = suite_create("nonmem");
  TCase *tcase = tcase_create("nonmem");
  tcase_add_checked_fixture(tcase, judged_setup, judged_teardown);
  tcase_set_timeout(tcase, 120);
  tcase_add_test(tcase, test_warfarin_says_the_same);
  tcase_add_test(tcase, test_theophylline_says_the_same);
  tcase_add_test(tcase, test_theophylline_by_first_lines);
  tcase_add_test(tcase, test_the_example_of_the_page_runs);
  tcase_add_test(tcase, test_lines_by_hand);
  tcase_add_test(tcase, test_limit_means_that_dv_is_the_limit);
  tcase_add_test(tcase, test_units_are_part_of_the_hash);
  tcase_add_test(tcase, test_records_hold_the_doses);
  tcase_add_test(tcase, test_splits_by_observed_doses);
  tcase_add_test(tcase, test_records_of_an_arm_without_the_tables_doses);
  suite_add_tcase(suite, tcase);
  return suite;
}
