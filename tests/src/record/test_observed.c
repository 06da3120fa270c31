/* Observed data: units, SE to SD, limits, people of several studies, order; wrong files are in
 * tests/cases/observed. */
#include <check.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "src/base/files.h"
#include "src/record/observed.h"
#include "tests/support.h"

static rein_arena *arena;
static rein_diag *diag;
static rein_units *units;
static const rein_model *model;
static char folder[200];

static const char model_text[] = "rein: model/1\n"
                                 "name: m\n"
                                 "time: h\n"
                                 "parameters: {k: {value: 0.1 1/h, assumed: example}}\n"
                                 "states: {a: {unit: mg, initial: 1 mg}}\n"
                                 "processes: {loss: {from: a, rate: k * a}}\n"
                                 "observables:\n"
                                 "  c: {is: a / (1 L), unit: mg/L, noise: none}\n"
                                 "  x: {is: a, unit: mg, noise: none}\n";

static const char yaml_text[] =
    "data: d.csv\n"
    "columns: {%s}\n"
    "source: {title: invented for this test}\n"
    "licence: none\n"
    "arms:\n"
    "  low: {assignment: randomised, actions: a, concurrent: none, adherence: counted}\n"
    "  high: {assignment: before-after, actions: b, concurrent: none, adherence: counted}\n"
    "baseline: {c: 100 ug/L}\n"
    "used_for_fitting: []\n"
    "relation: external\n";

/* Writes the table and a YAML that names its columns; returns the YAML's path. */
static const char *write_set(const char *table) {
  rein_text columns, yaml;
  rein_text_init(&columns, arena);
  rein_text_init(&yaml, arena);
  const char *end = strchr(table, '\n');
  for (const char *at = table; at < end;) {
    const size_t n = strcspn(at, ",\n");
    rein_text_printf(&columns, "%s%.*s: text", at == table ? "" : ", ", (int)n, at);
    at += n + 1;
  }
  rein_text_printf(&yaml, yaml_text, columns.bytes);
  const char *path = rein_arena_printf(arena, "%s/d.yaml", folder);
  ck_assert_int_eq(rein_files_write(rein_arena_printf(arena, "%s/d.csv", folder), table, strlen(table), diag),
                   REIN_OK);
  ck_assert_int_eq(rein_files_write(path, yaml.bytes, yaml.n, diag), REIN_OK);
  return path;
}

static const char *messages(void) {
  rein_text text;
  rein_text_init(&text, arena);
  rein_diag_print(diag, &text);
  return text.bytes;
}

static rein_observed *read_set(const char *table) {
  rein_observed *o = NULL;
  ck_assert_msg(rein_observed_read(arena, units, write_set(table), model, diag, &o) == REIN_OK, "%s",
                messages());
  return o;
}

static void setup(void) {
  const char *base = getenv("TMPDIR");
  snprintf(folder, sizeof folder, "%s/rein-observed-XXXXXX", base ? base : P_tmpdir);
  ck_assert_ptr_nonnull(mkdtemp(folder));
  arena = rein_arena_create();
  diag = rein_diag_create(arena);
  ck_assert_int_eq(rein_units_create(diag, &units), REIN_OK);
  model = support_model(arena, model_text);
}

static void teardown(void) {
  char command[300];
  rein_units_destroy(units);
  rein_arena_destroy(arena);
  snprintf(command, sizeof command, "rm -rf '%s'", folder);
  ck_assert_int_eq(system(command), 0);
}

START_TEST(test_groups) {
  rein_observed_series s;
  const rein_observed *o = read_set("arm,observable,unit,time,time_unit,mean,se,sd,n\n"
                                    "low,c,ug/mL,2,d,3,0.5,,16\n"
                                    "high,c,ug/mL,1,d,99,1,,4\n"
                                    "low,x,ug,1,d,98,1,,4\n"
                                    "low,c,mg/L,6,h,2,,0.25,9\n"
                                    "low,c,mg/L,7,h,NA,,0.25,9\n");
  ck_assert(o->is_group);
  ck_assert_int_eq(o->n_point, 4);
  ck_assert_int_eq(o->n_missing, 1);
  ck_assert_int_eq(o->relation, REIN_RELATION_EXTERNAL);
  ck_assert_int_eq(o->arm[0].assignment, REIN_ASSIGNED_RANDOMISED);
  ck_assert_double_eq_tol(o->known[0], 0.1, 1e-15);
  ck_assert(isnan(o->known[1]));
  ck_assert_double_eq_tol(o->point[2].value, 0.098, 1e-12);
  rein_observed_select(arena, o, "low", "c", model, &s);
  ck_assert_int_eq(s.n, 2);
  ck_assert_double_eq_tol(s.time[0], 6.0, 1e-12);
  ck_assert_double_eq_tol(s.time[1], 48.0, 1e-12);
  ck_assert_double_eq_tol(s.value[1], 3.0, 1e-12);
  ck_assert_double_eq_tol(s.sd[0], 0.25, 1e-12);
  ck_assert_double_eq_tol(s.sd[1], 2.0, 1e-12); /* SE 0.5 ug/mL of 16 people */
  ck_assert_double_eq(s.size[1], 16.0);
}
END_TEST

START_TEST(test_people_of_two_studies) {
  const rein_observed *o = read_set("study,arm,id,observable,unit,time,time_unit,value\n"
                                    "s1,low,p1,c,mg/L,0,h,1\n"
                                    "s2,low,p1,c,mg/L,0,h,2\n"
                                    "s1,high,p1,c,mg/L,1,h,3\n"
                                    "s1,low,p2,x,mg,1,h,NA\n");
  ck_assert_int_eq(o->n_study, 2);
  ck_assert_int_eq(o->point[0].person, o->point[2].person); /* the same person in another arm */
  ck_assert_int_ne(o->point[0].person, o->point[1].person); /* the same id elsewhere is another person */
  ck_assert_int_eq(o->n_point, 3);
}
END_TEST

START_TEST(test_limits_of_detection) {
  const rein_observed *o = read_set("arm,id,observable,unit,time,time_unit,value,lloq,uloq,censored\n"
                                    "low,p1,c,mg/L,0,h,0.5,1000,,\n"
                                    "low,p1,c,ug/L,1,h,0.5,1000,,no\n"
                                    "low,p1,c,mg/L,2,h,,1,,below\n"
                                    "low,p1,c,mg/L,3,h,9,1,8,\n"
                                    "low,p1,c,mg/L,4,h,5,1,8,\n");
  const int censored[] = {-1, -1, -1, 1, 0};
  const double value[] = {1000, 1, 1, 8, 5};
  ck_assert_int_eq(o->n_point, 5);
  for (int i = 0; i < 5; i++) {
    ck_assert_int_eq(o->point[i].censored, censored[i]);
    ck_assert_double_eq_tol(o->point[i].value, value[i], 1e-9);
  }
}
END_TEST

START_TEST(test_measured_twice) {
  const rein_observed *o = read_set("arm,id,observable,unit,time,time_unit,value,replicate\n"
                                    "low,p1,c,mg/L,0,h,1,1\n"
                                    "low,p1,c,mg/L,0,h,2,2\n");
  ck_assert_int_eq(o->n_point, 2);
}
END_TEST

/* No message may show what a cell holds, in whichever column. */
START_TEST(test_wrong_cells_are_told_without_their_text) {
  static const char *const tables[] = {
      "arm,id,observable,unit,time,time_unit,value\nlow,p1,c,mg/L,2,h,secret77\n",
      "arm,id,observable,unit,time,time_unit,value\nlow,p1,c,secret77,2,h,1\n",
      "arm,id,observable,unit,time,time_unit,value\nlow,p1,c,secret77/kg,2,h,1\n",
      "arm,id,observable,unit,time,time_unit,value\nlow,p1,secret77,mg/L,2,h,1\n",
      "arm,id,observable,unit,time,time_unit,value\nsecret77,p1,c,mg/L,2,h,1\n",
      "arm,id,observable,unit,time,time_unit,value\nlow,p1,c,mg/L,secret77,h,1\n",
      "arm,id,observable,unit,time,time_unit,value\nlow,secret77,c,mg/L,1,h,1\nlow,secret77,c,mg/L,1,h,1\n",
      "arm,observable,unit,time,time_unit,mean,sd,n\nlow,c,mg/L,2,h,1,1,secret77\n"};
  for (size_t i = 0; i < sizeof tables / sizeof *tables; i++) {
    rein_observed *o;
    diag = rein_diag_create(arena);
    ck_assert_int_eq(rein_observed_read(arena, units, write_set(tables[i]), model, diag, &o), REIN_ERR_INPUT);
    ck_assert_ptr_nonnull(strstr(messages(), "d.csv:"));
    ck_assert_msg(!strstr(messages(), "secret77"), "%s", messages());
  }
}
END_TEST

Suite *rein_suite_observed(void) {
  Suite *suite = suite_create("observed");
  TCase *tcase = tcase_create("observed");
  tcase_add_checked_fixture(tcase, setup, teardown);
  tcase_add_test(tcase, test_groups);
  tcase_add_test(tcase, test_people_of_two_studies);
  tcase_add_test(tcase, test_limits_of_detection);
  tcase_add_test(tcase, test_measured_twice);
  tcase_add_test(tcase, test_wrong_cells_are_told_without_their_text);
  suite_add_tcase(suite, tcase);
  return suite;
}
