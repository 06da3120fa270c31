/* Frozen splits and predictions of other models: scores worked out by hand, both parts, refusals, privacy. */
#include <check.h>
#include <math.h>
#include <string.h>

#include "src/study/outside.h"
#include "src/study/validate_inside.h"
#include "tests/src/study/validate_fixture.h"

static const judged_model truth = {
    .base_between = "normal(sd: 10 mg)", .gain_between = "normal(sd: 0.1 1)", .noise = "additive(sd: 2 mg)"};
static const judged_scenario up_only = {
    .cohort = "{n: 500}", .arms = "{up: up}", .expect = "{rule: verdict/1}"};
static const double error[8] = {0, 2, -2, 4, -4, 8, 0, -6};

static const char *at(const char *name) {
  return rein_arena_printf(judged_get()->arena, "%s/%s", judged_get()->folder, name);
}

static rein_validate_job *prepare(void) {
  rein_validate_job *job;
  const rein_validate_options options = {.individual_data = true};
  const rein_status status = rein_validate_prepare(judged_get()->arena, judged_get()->units, at("s.yaml"),
                                                   &options, judged_get()->diag, &job);
  ck_assert_msg(status == REIN_OK, "%s", judged_messages());
  return job;
}

static rein_status make(rein_split_kind by, const char *test, rein_text *out) {
  rein_text_init(out, judged_get()->arena);
  return rein_split_make(prepare(), judged_get()->units, by, test, 7, "s.yaml", judged_get()->diag, out);
}

/* A job whose points are split by the text. */
static rein_validate_job *split_job(const char *text) {
  rein_split *split;
  rein_validate_job *job = prepare();
  judged_write("t.yaml", text);
  ck_assert_int_eq(rein_split_read(judged_get()->arena, at("t.yaml"), judged_get()->diag, &split), REIN_OK);
  ck_assert_int_eq(rein_split_apply(job, judged_get()->units, split, judged_get()->diag), REIN_OK);
  return job;
}

static rein_validation score(rein_validate_job *job, const char *predictions) {
  rein_validation v;
  if (predictions) {
    judged_write("p.csv", predictions);
    const rein_status status = rein_outside_read(job, judged_get()->units, at("p.csv"), judged_get()->diag);
    ck_assert_msg(status == REIN_OK, "%s", judged_messages());
  }
  ck_assert_int_eq(rein_validate_run(job, judged_get()->diag, &v), REIN_OK);
  return v;
}

/* Eight people at 100 mg, 130 mg after 10 h and 160 mg plus their error after 20 h, which is the test. */
static rein_validate_job *later_times(void) {
  rein_text text;
  judged_start_people();
  for (int i = 0; i < 8; i++) {
    judged_person("up", i, 0, 100);
    judged_person("up", i, 10, 130);
    judged_person("up", i, 20, 160 + error[i]);
  }
  judged_write_model(&truth);
  judged_write_scenario(&up_only);
  ck_assert_int_eq(make(REIN_SPLIT_HORIZON, "10 h", &text), REIN_OK);
  ck_assert_ptr_nonnull(strstr(text.bytes, "points: {test: 8, train: 8}\n"));
  return split_job(text.bytes);
}

static const char *predictions(const char *columns, int n, const char *(*lines)(int i)) {
  rein_text text;
  rein_text_init(&text, judged_get()->arena);
  rein_text_printf(&text, "task,arm,individual,horizon,horizon_unit,observable,unit,%s\n", columns);
  for (int i = 0; i < n; i++) rein_text_add(&text, lines(i));
  return text.bytes;
}

static const char *line(int i, const char *rest) {
  return rein_arena_printf(judged_get()->arena, "s_by_horizon,up,planted%d,20,h,y_measured,mg,%s\n", i, rest);
}

/* 160 for all, in another unit; the numbers are those of errors alone. */
static const char *one_draw(int i) {
  return rein_arena_printf(judged_get()->arena, "s_by_horizon,up,planted%d,1200,min,y_measured,g,1,0.16\n",
                           i);
}

START_TEST(test_one_draw_by_hand) {
  const rein_validation v = score(later_times(), predictions("draw,value", 8, one_draw));
  const rein_validation_row *row = judged_row(&v, "", NAN);
  const rein_score *s = row->score;
  ck_assert_int_eq(row->n_point, 8);
  ck_assert_int_eq(row->n_missing, 0);
  ck_assert_double_eq_tol(s[REIN_SCORE_CRPS].value, 26.0 / 8, 1e-9);
  ck_assert_double_eq_tol(s[REIN_SCORE_BIAS].value, -2.0 / 8, 1e-9);
  /* No change is the better of a certain 0 and 0 with noise: the scores of the changes 60 + error. */
  double noisy = 0.0;
  for (int i = 0; i < 8; i++) noisy += 60 + error[i];
  ck_assert_double_ge(1.0 - 26.0 / noisy, s[REIN_SCORE_NO_CHANGE].value - 1e-9);
  /* The others were seen at 10 h only, where each had changed by 30: carried over, they are 30 + error away.
   */
  ck_assert_double_eq_tol(s[REIN_SCORE_MEAN_CHANGE].value, 1.0 - 26.0 / 242, 1e-9);
  ck_assert_int_eq(v.n_carried, 8);
  ck_assert_str_eq(s[REIN_SCORE_LOG_SCORE].na, "samples and quantiles have no density");
  ck_assert_str_eq(s[REIN_SCORE_SWAPPED].na, "no predictions from another's state");
}
END_TEST

/* 140 and 180 for all: 20 off on average, less a quarter of what is between them, so 10 wherever the value
 * lies there. A fair estimate would take the two for draws of something wider, and say 0. */
static const char *two_draws(int i) {
  return rein_arena_printf(judged_get()->arena, "%s%s", line(i, "1,140"), line(i, "2,180"));
}

START_TEST(test_two_draws_by_hand) {
  const rein_validation v = score(later_times(), predictions("draw,value", 8, two_draws));
  ck_assert_double_eq_tol(judged_row(&v, "", NAN)->score[REIN_SCORE_CRPS].value, 10.0, 1e-9);
  ck_assert_ptr_nonnull(strstr(judged_messages(), "8 points have fewer than 20 draws"));
}
END_TEST

static const char *two_wild_draws(int i) {
  return rein_arena_printf(judged_get()->arena, "%s%s", line(i, "1,-1e6"), line(i, "2,1e6"));
}

START_TEST(test_two_wild_draws_are_not_supported) {
  const rein_validation v = score(later_times(), predictions("draw,value", 8, two_wild_draws));
  ck_assert_double_eq(judged_row(&v, "", NAN)->score[REIN_SCORE_COVER_90].value, 1.0);
  ck_assert_double_eq_tol(judged_row(&v, "", NAN)->score[REIN_SCORE_CRPS].value, 5e5, 1e-3);
  ck_assert_int_eq(v.overall, REIN_VERDICT_NOT_SUPPORTED);
}
END_TEST

/* A step of 30 that stays, and vast draws around no change, wide enough to cover it: worse than what the
 * others had done already, though better than a certain 0. */
START_TEST(test_flat_and_vast_at_later_times_is_not_supported) {
  rein_text text, columns;
  judged_start_people();
  for (int i = 0; i < 20; i++) {
    judged_person("up", i, 0, 100);
    judged_person("up", i, 10, 130 + i % 3);
    judged_person("up", i, 20, 130 + (i + 1) % 3);
  }
  judged_write_model(&truth);
  judged_write_scenario(&up_only);
  ck_assert_int_eq(make(REIN_SPLIT_HORIZON, "10 h", &text), REIN_OK);
  rein_validate_job *job = split_job(text.bytes);
  rein_text_init(&columns, judged_get()->arena);
  rein_text_add(&columns,
                "task,arm,individual,horizon,horizon_unit,observable,unit,distribution,location,spread\n");
  for (int i = 0; i < 20; i++) rein_text_add(&columns, line(i, i ? "normal,100,30" : "normal,100,15"));
  const rein_validation v = score(job, columns.bytes);
  const rein_validation_row *row = judged_row(&v, "", NAN);
  ck_assert(row->score[REIN_SCORE_NO_CHANGE].low > 0.0);
  ck_assert(row->coverage_low <= 0.9 && row->coverage_high >= 0.9);
  ck_assert(row->score[REIN_SCORE_MEAN_CHANGE].high < 0.0);
  ck_assert_int_eq(v.overall, REIN_VERDICT_NOT_SUPPORTED);
}
END_TEST

static const char *normal(int i) {
  return line(i, "normal,160,5");
}

static double normal_crps(double sd, double y) {
  const double z = y / sd;
  return sd * (z * erf(z / sqrt(2)) + 2 * exp(-z * z / 2) / sqrt(2 * M_PI) - 1 / sqrt(M_PI));
}

/* Closed form: Gneiting and Raftery 2007, Journal of the American Statistical Association 102:359, eq. 5. */
START_TEST(test_normal_by_its_closed_form) {
  const rein_validation v = score(later_times(), predictions("distribution,location,spread", 8, normal));
  const rein_score *s = judged_row(&v, "", NAN)->score;
  double crps = 0.0, log_score = 0.0;
  for (int i = 0; i < 8; i++) {
    crps += normal_crps(5, error[i]) / 8;
    log_score += (error[i] * error[i] / 50 + log(5 * sqrt(2 * M_PI))) / 8;
  }
  ck_assert_double_eq_tol(s[REIN_SCORE_CRPS].value, crps, 1e-3);
  ck_assert_double_eq_tol(s[REIN_SCORE_LOG_SCORE].value, log_score, 1e-9);
  ck_assert_double_eq_tol(s[REIN_SCORE_WIDTH_90].value, 2 * 1.644854 * 5, 0.02);
  ck_assert_double_eq(s[REIN_SCORE_COVER_90].value, 1.0); /* 1.64 * 5 = 8.2 */
  ck_assert_double_eq(s[REIN_SCORE_COVER_50].value, 4.0 / 8);
}
END_TEST

/* Uniform from 140 to 180 by three straight pieces: CRPS (y - a)^3 + (b - y)^3 over 3 (b - a)^2. */
static const char *uniform(int i) {
  return rein_arena_printf(judged_get()->arena, "%s%s%s", line(i, "0.975,179"), line(i, "0.5,160"),
                           line(i, "0.025,141"));
}

START_TEST(test_quantiles_by_hand) {
  const rein_validation v = score(later_times(), predictions("level,value", 6, uniform));
  const rein_validation_row *row = judged_row(&v, "", NAN);
  double crps = 60.0 + 54.0; /* the two without a prediction: no change for certain */
  for (int i = 0; i < 6; i++) {
    const double low = 20 + error[i], high = 20 - error[i];
    crps += (low * low * low + high * high * high) / 3 / 1600;
  }
  ck_assert_int_eq(row->n_missing, 2);
  ck_assert_int_eq(v.n_missing, 2);
  /* The outermost 2.5 % stand at 141 and 179: that moves the score by less than 0.05. */
  ck_assert_double_eq_tol(row->score[REIN_SCORE_CRPS].value, crps / 8, 0.05);
}
END_TEST

/* ---- splits ---- */

static void write_three_arms(void) {
  const judged_scenario scenario = {
      .cohort = "{n: 500}", .arms = "{up: up, none: none, down: down}", .expect = "{rule: verdict/1}"};
  judged_people_of_truth(8, 10, 0.1, 2);
  judged_write_model(&truth);
  judged_write_scenario(&scenario);
}

START_TEST(test_people_by_codes) {
  rein_text text[2], report, json, points;
  write_three_arms();
  ck_assert_int_eq(make(REIN_SPLIT_INDIVIDUAL, "25 %", &text[0]), REIN_OK);
  ck_assert_int_eq(make(REIN_SPLIT_INDIVIDUAL, "0.25", &text[1]), REIN_OK);
  ck_assert_str_eq(text[0].bytes, text[1].bytes);
  ck_assert_ptr_nonnull(strstr(text[0].bytes, "points: {test: 12, train: 36}\n"));
  ck_assert_ptr_null(strstr(text[0].bytes, "planted"));
  rein_validate_job *job = split_job(text[0].bytes);
  rein_text_init(&points, judged_get()->arena);
  ck_assert_int_eq(rein_split_print_points(job, job->split, false, judged_get()->diag, &points),
                   REIN_ERR_USAGE);
  ck_assert_int_eq(rein_split_print_points(job, job->split, true, judged_get()->diag, &points), REIN_OK);
  ck_assert_ptr_null(strstr(points.bytes, "planted"));
  int n_line = 0;
  for (const char *c = points.bytes; *c; c++) n_line += *c == '\n';
  ck_assert_int_eq(n_line, 13);
  const rein_validation v = score(job, NULL);
  ck_assert_int_eq(v.n_test, 12);
  ck_assert_int_eq(judged_row(&v, "", NAN)->n_unit, 6);
  rein_text_init(&report, judged_get()->arena);
  rein_text_init(&json, judged_get()->arena);
  rein_validate_print(&v, &report);
  ck_assert_int_eq(rein_validate_print_json(&v, &json), REIN_OK);
  ck_assert_ptr_null(strstr(report.bytes, "planted"));
  ck_assert_ptr_null(strstr(json.bytes, "planted"));
  ck_assert_ptr_nonnull(strstr(json.bytes, "\"test_points\": 12"));
  ck_assert_ptr_null(strstr(judged_messages(), "planted"));
}
END_TEST

/* The mean change of the others is of the training part: one test person changes nothing for another. */
START_TEST(test_others_are_of_the_training_part) {
  rein_text text;
  write_three_arms();
  ck_assert_int_eq(make(REIN_SPLIT_DOSE, "up", &text), REIN_OK);
  const rein_validation v = score(split_job(text.bytes), NULL);
  const rein_validation_row *row = judged_row(&v, "", NAN);
  ck_assert_int_eq(row->n_point, 16);
  ck_assert_str_eq(row->score[REIN_SCORE_MEAN_CHANGE].na, "fewer than 3 others in the arm");
  ck_assert_int_ne(v.overall, REIN_VERDICT_SUPPORTED); /* a baseline is missing */
  ck_assert_int_eq(v.n_row, 3);                        /* up, and its two horizons */
}
END_TEST

START_TEST(test_changed_data_are_refused) {
  rein_split *split;
  later_times();
  judged_person("up", 9, 0, 100);
  judged_write_scenario(&up_only);
  rein_validate_job *job = prepare();
  ck_assert_int_eq(rein_split_read(judged_get()->arena, at("t.yaml"), judged_get()->diag, &split), REIN_OK);
  ck_assert_int_eq(rein_split_apply(job, judged_get()->units, split, judged_get()->diag), REIN_ERR_INPUT);
  ck_assert_ptr_nonnull(strstr(judged_messages(), "the observed data are not what was frozen"));
  ck_assert_ptr_null(strstr(judged_messages(), "the scenario is"));
}
END_TEST

static rein_status refuse(rein_validate_job *job, rein_split_kind by, const char *test, rein_text *out) {
  return rein_split_make(job, judged_get()->units, by, test, 7, "s.yaml", judged_get()->diag, out);
}

START_TEST(test_arms_have_to_be_new) {
  rein_text text;
  write_three_arms();
  rein_validate_job *job = prepare();
  rein_text_init(&text, judged_get()->arena);
  ck_assert_int_eq(refuse(job, REIN_SPLIT_ACTION, "up", &text), REIN_ERR_INPUT);
  ck_assert_int_eq(refuse(job, REIN_SPLIT_COMBINATION, "up", &text), REIN_ERR_INPUT);
  ck_assert_int_eq(refuse(job, REIN_SPLIT_DOSE, "uq", &text), REIN_ERR_INPUT);
  ck_assert_int_eq(refuse(job, REIN_SPLIT_STUDY, "s1", &text), REIN_ERR_INPUT);
  ck_assert_int_eq(refuse(job, REIN_SPLIT_INDIVIDUAL, "1.5", &text), REIN_ERR_INPUT);
  ck_assert_int_eq(refuse(job, REIN_SPLIT_HORIZON, "3 mg", &text), REIN_ERR_INPUT);
  ck_assert_str_eq(
      judged_messages(),
      "rein: error: 'up' is no new action: it gives no action that the training part does not give\n"
      "rein: error: 'up' is no new combination: it gives fewer than two actions\n"
      "rein: error: the observed data have no arm 'uq'\n"
      "rein: error: 48 of 48 points would be the test part: both parts need some\n"
      "rein: error: the share of the test part is between 0 and 1, as in 0.3 or '30 %', not '1.5'\n"
      "rein: error: the last horizon of the training part has to be a time, not '3 mg'\n"
      "rein: 6 errors\n");
}
END_TEST

/* 0.003 g/h are the 3 mg/h of another arm; a split by action or arms that differ does not ask. */
START_TEST(test_a_dose_has_to_be_new) {
  static const char scenario[] =
      "rein: scenario/1\nname: s\nmodel: ./m.yaml\nseed: 11\ncohort: {n: 50}\narms:\n"
      "  up: {actions: [{do: push, amount: 3 mg/h}]}\n"
      "  none: {actions: [{do: push, amount: 0.003 g/h}]}\n"
      "  down: {actions: [{do: push, amount: 5 mg/h}]}\n"
      "measure: {at: [0 h, 20 h]}\ncompare: {observed: d.yaml, arm: {up: up, none: none, down: down}}\n";
  rein_text text;
  write_three_arms();
  judged_write("s.yaml", scenario);
  ck_assert_int_eq(make(REIN_SPLIT_DOSE, "down", &text), REIN_OK);
  ck_assert_int_eq(make(REIN_SPLIT_DOSE, "up,none", &text), REIN_OK); /* both are new */
  ck_assert_int_eq(make(REIN_SPLIT_DOSE, "none", &text), REIN_ERR_INPUT);
  ck_assert_ptr_nonnull(strstr(
      judged_messages(), "'none' is no new dose: it gives the dose of 'up', which is in the training part"));
}
END_TEST

/* One table of doses: b's person gets what a's gets, half an hour later and once less; c's gets twice of it,
 * and d's as much twice as often. */
START_TEST(test_a_dose_of_a_table_has_to_be_new) {
  static const char table[] = "ID,ARM,TIME,AMT,CMT,EVID,MDV,DV\n"
                              "1,a,0,.,.,0,0,98\n1,a,0,5,warfarin,1,1,.\n1,a,24,5,warfarin,1,1,.\n"
                              "1,a,48,5,warfarin,1,1,.\n1,a,72,.,.,0,0,60\n"
                              "2,b,0,.,.,0,0,97\n2,b,0,5,warfarin,1,1,.\n2,b,24.5,5,warfarin,1,1,.\n"
                              "2,b,72,.,.,0,0,61\n"
                              "3,c,0,.,.,0,0,96\n3,c,0,10,warfarin,1,1,.\n3,c,24,10,warfarin,1,1,.\n"
                              "3,c,72,.,.,0,0,50\n"
                              "4,d,0,.,.,0,0,96\n4,d,0,5,warfarin,1,1,.\n4,d,12,5,warfarin,1,1,.\n"
                              "4,d,72,.,.,0,0,50\n";
  static const char about[] =
      "data: d.csv\nnonmem: {units: {time: h, amt: mg, dv: '%'}, observables: {1: prothrombin}}\n"
      "source: {title: made by a test}\nlicence: none\narms:\n"
      "  a: {assignment: unknown, actions: x, concurrent: none, adherence: unknown}\n"
      "  b: {assignment: unknown, actions: x, concurrent: none, adherence: unknown}\n"
      "  c: {assignment: unknown, actions: x, concurrent: none, adherence: unknown}\n"
      "  d: {assignment: unknown, actions: x, concurrent: none, adherence: unknown}\n"
      "used_for_fitting: []\nrelation: external\n";
  rein_text text;
  judged_write("d.csv", table);
  judged_write("d.yaml", about);
  judged_write("s.yaml",
               "rein: scenario/1\nname: s\nmodel: warfarin\ncohort: {people: observed, replicates: 4}\n"
               "arms:\n  dosed: {events: observed}\nmeasure: {at: [0 h, 72 h]}\n"
               "compare: {observed: d.yaml, arm: {a: dosed, b: dosed, c: dosed, d: dosed}}\n");
  ck_assert_msg(make(REIN_SPLIT_DOSE, "c,d", &text) == REIN_OK, "%s", judged_messages());
  ck_assert_int_eq(make(REIN_SPLIT_DOSE, "b,c", &text), REIN_ERR_INPUT);
  ck_assert_ptr_nonnull(strstr(judged_messages(), "'b' is no new dose: it gives the dose of 'a'"));
  ck_assert_ptr_null(strstr(judged_messages(), "'c' is no new dose"));
}
END_TEST

Suite *rein_suite_split(void) {
  Suite *suite = suite_create("split");
  TCase *tcase = tcase_create("split");
  tcase_add_checked_fixture(tcase, judged_setup, judged_teardown);
  tcase_set_timeout(tcase, 60);
  tcase_add_test(tcase, test_one_draw_by_hand);
  tcase_add_test(tcase, test_two_draws_by_hand);
  tcase_add_test(tcase, test_two_wild_draws_are_not_supported);
  tcase_add_test(tcase, test_flat_and_vast_at_later_times_is_not_supported);
  tcase_add_test(tcase, test_normal_by_its_closed_form);
  tcase_add_test(tcase, test_quantiles_by_hand);
  tcase_add_test(tcase, test_people_by_codes);
  tcase_add_test(tcase, test_others_are_of_the_training_part);
  tcase_add_test(tcase, test_changed_data_are_refused);
  tcase_add_test(tcase, test_arms_have_to_be_new);
  tcase_add_test(tcase, test_a_dose_has_to_be_new);
  tcase_add_test(tcase, test_a_dose_of_a_table_has_to_be_new);
  suite_add_tcase(suite, tcase);
  return suite;
}
