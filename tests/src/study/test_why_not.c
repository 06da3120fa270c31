/* Faults of known place and size, and what `rein why-not` makes of them. */
#include <check.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "src/study/why_not.h"
#include "tests/src/study/validate_fixture.h"
#include "tests/src/study/why_not_cases.h"

static const char *table(why_not_fault fault, double size, uint64_t seed) {
  rein_text text;
  rein_text_init(&text, judged_get()->arena);
  why_not_write_table(fault, size, seed, &text);
  return text.bytes;
}

/* 8 people of 12 times: two observables without the drug, four with it. */
START_TEST(test_the_generator) {
  int n_line = 0;
  for (const char *c = table(FAULT_NONE, 0, 1); *c; c++) n_line += *c == '\n';
  ck_assert_int_eq(n_line, 1 + 8 * 12 * (2 + 4 + 4));
  ck_assert_str_eq(table(FAULT_LATE, 2, 7), table(FAULT_LATE, 2, 7));
  for (int f = 1; f < N_FAULT; f++) {
    ck_assert_str_eq(table((why_not_fault)f, 0, 7), table(FAULT_NONE, 0, 7));
    ck_assert_str_ne(table((why_not_fault)f, 0.5, 7), table(FAULT_NONE, 0, 7));
  }
}
END_TEST

/* The files fit the program's own readers, and without noise's luck the model predicts what was generated. */
START_TEST(test_the_generated_files_are_read) {
  judged_write("m.yaml", why_not_model);
  judged_write("s.yaml", why_not_scenario);
  judged_write("d.yaml", why_not_about);
  judged_write("d.csv", table(FAULT_NONE, 0, 7));
  const char *path = rein_arena_printf(judged_get()->arena, "%s/s.yaml", judged_get()->folder);
  rein_validate_job *job;
  const rein_status status =
      rein_validate_prepare(judged_get()->arena, judged_get()->units, path, NULL, judged_get()->diag, &job);
  ck_assert_msg(status == REIN_OK, "%s", judged_messages());
}
END_TEST

/* ---- the confusion matrix ---- */

/* What was answered: a place, or one of these. */
enum { ANSWER_UNSURE = REIN_N_PLACE, ANSWER_NONE, N_ANSWER };
static const char *const fault_name[N_FAULT] = {
    "none", "spread", "batch", "less", "late", "clearance", "turnover", "loss", "induction", "gain", "shift"};

static rein_why_not answer_to(const char *csv) {
  rein_why_not w;
  const rein_why_not_options options = {.n_thread = 1};
  judged_write("m.yaml", why_not_model);
  judged_write("s.yaml", why_not_scenario);
  judged_write("d.yaml", why_not_about);
  judged_write("d.csv", csv);
  const char *path = rein_arena_printf(judged_get()->arena, "%s/s.yaml", judged_get()->folder);
  const rein_status status =
      rein_why_not_run(judged_get()->arena, judged_get()->units, path, &options, judged_get()->diag, &w);
  ck_assert_msg(status == REIN_OK, "%s", judged_messages());
  return w;
}

static rein_why_not answer_of(why_not_fault fault, double size, uint64_t seed) {
  judged_setup();
  return answer_to(table(fault, size, seed));
}

static int answer_index(const rein_why_not *w) {
  if (w->answer == REIN_WHY_NOT_NONE) return ANSWER_NONE;
  return w->answer == REIN_WHY_NOT_UNSURE ? ANSWER_UNSURE : (int)w->place;
}

/* Counts of answers to n cases; returns how many were placed right. */
static int count_cases(why_not_fault fault, int i_size, int n, int count[N_ANSWER]) {
  int right = 0;
  for (int i = 0; i < n; i++) {
    const rein_why_not w = answer_of(fault, fault ? why_not_size[i_size] : 0, why_not_seed(fault, i_size, i));
    const int a = answer_index(&w);
    count[a]++;
    right +=
        fault && a < REIN_N_PLACE && strcmp(why_not_place_of(fault), rein_place_word((rein_place)a)) == 0;
    judged_teardown();
  }
  return right;
}

static void print_counts(const char *fault, double size, const int count[N_ANSWER]) {
  printf("%-10s %4g", fault, size);
  for (int a = 0; a < N_ANSWER; a++) printf(" %5d", count[a]);
  printf("\n");
}

/* loud: the matrix is printed, as docs/why-not.md has it. */
static void run_matrix(int n_each, int n_faultless, bool loud) {
  int none[N_ANSWER] = {0}, n_large = 0, right_large = 0;
  if (loud) printf("fault      size  meas. inter param struc reado unsur  none\n");
  count_cases(FAULT_NONE, 0, n_faultless, none);
  if (loud) print_counts("none", 0, none);
  for (int s = 0; s < WHY_NOT_N_SIZE; s++)
    for (int f = 1; f < N_FAULT; f++) {
      int count[N_ANSWER] = {0};
      const int right = count_cases((why_not_fault)f, s, n_each, count);
      if (loud) print_counts(fault_name[f], why_not_size[s], count);
      if (why_not_size[s] < 2) continue;
      n_large += n_each;
      right_large += right;
    }
  const int alarm = n_faultless - none[ANSWER_NONE];
  if (loud)
    printf("right at size 2 and more: %d of %d; alarms without a fault: %d of %d\n", right_large, n_large,
           alarm, n_faultless);
  ck_assert_msg(right_large >= WHY_NOT_RIGHT * n_large, "%d of %d placed right", right_large, n_large);
  ck_assert_msg(alarm <= WHY_NOT_FALSE_ALARM * n_faultless, "%d of %d false alarms", alarm, n_faultless);
}

/* Values in another unit: how many of n each are placed in measurement, with the factor that was planted. */
static void run_units(int n_each, bool loud) {
  int right = 0;
  if (loud) printf("unit           factor  meas. inter param struc reado unsur  none  factor found\n");
  for (int f = 0; f < WHY_NOT_N_UNIT; f++) {
    const why_not_unit *fault = &why_not_unit_fault[f];
    int count[N_ANSWER] = {0}, n_factor = 0;
    for (int i = 0; i < n_each; i++) {
      judged_setup();
      rein_text text;
      rein_text_init(&text, judged_get()->arena);
      why_not_write_unit_table(fault, why_not_unit_seed(f, i), &text);
      const rein_why_not w = answer_to(text.bytes);
      count[answer_index(&w)]++;
      n_factor +=
          strncmp(w.change[0].what, "unit of", 7) == 0 && fabs(log(w.change[0].x / fault->factor)) < 0.001;
      judged_teardown();
    }
    right += count[REIN_PLACE_MEASUREMENT];
    if (!loud) continue;
    printf("%-14s %6.4g", fault->what, fault->factor);
    for (int a = 0; a < N_ANSWER; a++) printf(" %5d", count[a]);
    printf(" %5d\n", n_factor);
  }
  if (loud) printf("units placed right: %d of %d\n", right, n_each * WHY_NOT_N_UNIT);
  ck_assert_msg(right >= WHY_NOT_RIGHT * n_each * WHY_NOT_N_UNIT, "%d of %d placed right", right,
                n_each * WHY_NOT_N_UNIT);
}

START_TEST(test_the_units) {
  const bool is_long = getenv("REIN_TEST_LONG") != NULL;
  run_units(is_long ? WHY_NOT_N_EACH : 1, is_long);
}
END_TEST

/* All cases as they were fixed with REIN_TEST_LONG, the first ones of each fault and size otherwise. */
START_TEST(test_the_confusion_matrix) {
  const bool is_long = getenv("REIN_TEST_LONG") != NULL;
  run_matrix(is_long ? WHY_NOT_N_EACH : 1, is_long ? WHY_NOT_N_FAULTLESS : 20, is_long);
}
END_TEST

/* ---- what it says ---- */

static const char *all_text(const rein_why_not *w) {
  rein_text text;
  rein_text_init(&text, judged_get()->arena);
  rein_why_not_print(w, &text);
  ck_assert_int_eq(rein_why_not_print_json(w, &text), REIN_OK);
  return text.bytes;
}

/* The size of a planted change comes back, and simulating it again confirms what was read between nodes. */
START_TEST(test_the_size_comes_back) {
  const rein_why_not w = answer_of(FAULT_LATE, 2, why_not_seed(FAULT_LATE, 2, 0));
  ck_assert_int_eq(w.answer, REIN_WHY_NOT_PLACED);
  ck_assert_str_eq(w.change[0].what, "time of drug");
  ck_assert_double_eq_tol(w.change[0].x, 2.0, 0.1); /* in hours, 1/72 of 72 h */
  ck_assert_double_eq_tol(w.confirmed / w.change[0].gain, 1.0, 0.05);
  ck_assert(w.misfit_left < 0.5 * w.misfit);
  double sum = w.probability_none;
  for (int p = 0; p < REIN_N_PLACE; p++) sum += w.probability[p];
  ck_assert_double_eq_tol(sum, 1.0, 1e-12);
  const char *text = all_text(&w);
  ck_assert_ptr_nonnull(strstr(text, "For research only"));
  ck_assert_ptr_nonnull(strstr(text, "answer: intervention"));
  ck_assert_ptr_null(strstr(text, judged_get()->folder));
  ck_assert_ptr_null(strstr(text, "high7"));
  judged_teardown();
}
END_TEST

/* A process that only does what a parameter does is no other place; nor is an amount that changes nothing. */
START_TEST(test_changes_that_say_the_same) {
  const rein_why_not w = answer_of(FAULT_NONE, 0, why_not_seed(FAULT_NONE, 0, 0));
  static const char *const what[4] = {"rate of process elimination", "rate of process absorption",
                                      "amount of drug in arm none", "rate of process decay"};
  static const char *const why[4] = {"it does what CL does", "it does what ka does",
                                     "it changes no measurement", NULL};
  int n = 0;
  for (int k = 0; k < w.n_change; k++)
    for (int i = 0; i < 4; i++) {
      if (strcmp(w.change[k].what, what[i]) != 0) continue;
      n++;
      ck_assert_msg(why[i] ? w.change[k].left_out && strcmp(w.change[k].left_out, why[i]) == 0
                           : !w.change[k].left_out,
                    "%s: %s", what[i], w.change[k].left_out ? w.change[k].left_out : "counts");
    }
  ck_assert_int_eq(n, 4);
  judged_teardown();
}
END_TEST

/* Without faults the squared misfit has the mean of the measurements' number: the stated covariance is right.
 */
START_TEST(test_the_covariance) {
  double sum = 0;
  int n = 0;
  for (int i = 0; i < 10; i++) {
    const rein_why_not w = answer_of(FAULT_NONE, 0, why_not_seed(FAULT_NONE, 0, i));
    ck_assert_int_eq(w.n_row, 8 * 12 * 10);
    sum += w.misfit;
    n += w.n_row;
    judged_teardown();
  }
  ck_assert_double_eq_tol(sum / n, 1.0, 0.06); /* 4 standard errors, sqrt(2 / 9600) each */
}
END_TEST

/* ---- faults that no noise is ---- */

static const rein_why_not_change *change_of(const rein_why_not *w, const char *what) {
  for (int k = 0; k < w->n_change; k++)
    if (strcmp(w->change[k].what, what) == 0) return &w->change[k];
  ck_abort_msg("no change %s", what);
}

/* A table with the values of one observable, noise and all, times a factor. */
static const char *in_another_unit(const char *csv, const char *observable, double factor) {
  rein_text out;
  rein_text_init(&out, judged_get()->arena);
  for (const char *line = csv; *line;) {
    const char *end = strchr(line, '\n') + 1, *last = end;
    while (last[-1] != ',') last--;
    const char *second = strchr(strchr(line, ',') + 1, ',') + 1;
    if (strncmp(second, observable, strlen(observable)) == 0) {
      rein_text_add_n(&out, line, (size_t)(last - line));
      rein_text_printf(&out, "%.10g\n", factor * strtod(last, NULL));
    } else {
      rein_text_add_n(&out, line, (size_t)(end - line));
    }
    line = end;
  }
  return out.bytes;
}

START_TEST(test_values_in_another_unit) {
  static const struct {
    const char *observable;
    double factor;
  } cases[] = {{"plasma", 1000}, {"plasma", 60}, {"marker", 10}, {"score", 1e-3}};
  for (int i = 0; i < 4; i++) {
    judged_setup();
    const rein_why_not w =
        answer_to(in_another_unit(table(FAULT_NONE, 0, 7), cases[i].observable, cases[i].factor));
    ck_assert_int_eq(w.answer, REIN_WHY_NOT_PLACED);
    ck_assert_int_eq(w.place, REIN_PLACE_MEASUREMENT);
    ck_assert_str_eq(w.change[0].what,
                     rein_arena_printf(judged_get()->arena, "unit of %s", cases[i].observable));
    ck_assert_double_eq(w.change[0].x, cases[i].factor);
    ck_assert(w.fits);
    /* what is left is that of the same table in its own unit */
    ck_assert_double_eq_tol(w.misfit_left / answer_to(table(FAULT_NONE, 0, 7)).misfit, 1.0, 1e-6);
    judged_teardown();
  }
}
END_TEST

/* Every second person of the high arm took nothing: no change that is tried does that, and no noise. */
START_TEST(test_people_who_missed_all_doses) {
  judged_setup();
  const char *all = table(FAULT_NONE, 0, 7), *without = table(FAULT_LESS, 200, 7);
  rein_text out;
  rein_text_init(&out, judged_get()->arena);
  while (*all) {
    const char *end = strchr(all, '\n') + 1, *other = strchr(without, '\n') + 1;
    const bool missed = strncmp(all, "high,high", 9) == 0 && (all[9] - '0') % 2 == 0;
    rein_text_add_n(&out, missed ? without : all, missed ? (size_t)(other - without) : (size_t)(end - all));
    all = end, without = other;
  }
  const rein_why_not w = answer_to(out.bytes);
  ck_assert_int_eq(w.answer, REIN_WHY_NOT_UNSURE);
  ck_assert(!w.fits);
  const rein_why_not_change *noise = change_of(&w, "noise of plasma");
  ck_assert_msg(noise->left_out && strstr(noise->left_out, "is no noise"), "%s",
                noise->left_out ? noise->left_out : "counts");
  const char *text = all_text(&w);
  ck_assert_msg(strstr(text, "no single change that was tried fits the data"), "%s", text);
  ck_assert_ptr_nonnull(strstr(text, "noise of plasma does not count"));
  ck_assert_ptr_nonnull(strstr(text, "\"fits\": false"));
  judged_teardown();
}
END_TEST

START_TEST(test_few_people_and_unknown_doses) {
  rein_why_not w;
  const rein_why_not_options options = {.n_thread = 1}, all = {.n_thread = 1, .individual_data = true};
  const char *path = rein_arena_printf(judged_get()->arena, "%s/s.yaml", judged_get()->folder);
  judged_write("m.yaml", why_not_model);
  judged_write("s.yaml", why_not_scenario);
  judged_write("d.yaml", why_not_about);
  judged_write("d.csv", "arm,id,observable,unit,time,time_unit,value\nlow,a,marker,IU,8,h,120\n"
                        "low,a,plasma,mg/L,8,h,0.5\n");
  ck_assert_int_eq(
      rein_why_not_run(judged_get()->arena, judged_get()->units, path, &options, judged_get()->diag, &w),
      REIN_OK);
  ck_assert(w.suppressed);
  ck_assert_ptr_nonnull(strstr(all_text(&w), "suppressed: fewer than 5 people"));
  ck_assert_int_eq(
      rein_why_not_run(judged_get()->arena, judged_get()->units, path, &all, judged_get()->diag, &w),
      REIN_OK);
  ck_assert(!w.suppressed && w.n_change > 0);
  rein_text text;
  rein_text_init(&text, judged_get()->arena);
  const char *at = strstr(why_not_scenario, "50 mg,");
  rein_text_add_n(&text, why_not_scenario, (size_t)(at - why_not_scenario));
  rein_text_printf(&text, "50 mg, adherence: 80 %%,%s", at + strlen("50 mg,"));
  judged_write("s.yaml", text.bytes);
  ck_assert_int_eq(
      rein_why_not_run(judged_get()->arena, judged_get()->units, path, &options, judged_get()->diag, &w),
      REIN_ERR_INPUT);
  ck_assert_ptr_nonnull(strstr(judged_messages(), "arm 'low' has 'adherence' or 'jitter'"));
}
END_TEST

/* ---- numbers that the cohort draws ---- */

/* Elimination with a weight; %s: what people differ in. */
static const char weighty_model[] =
    "rein: model/1\nname: weighty\ntime: h\n"
    "covariates:\n  w: {unit: kg, typical: 70 kg, range: [10 kg, 500 kg]%s}\n  sex: {unit: 1, typical: 0}\n"
    "parameters:\n  k: {value: 0.1 1/h%s, assumed: test}\n"
    "  V: {value: 10 L, between: \"lognormal(sd: 0.2)\", assumed: test}\n"
    "  unused: {value: 3 1/h, between: \"lognormal(sd: 0.2)\", assumed: test}\n"
    "states:\n  A: {unit: mg, initial: 0, scale: 100 mg, range: [0, 260], outside: error}\n  B: {unit: mg, "
    "initial: 0, scale: 100 mg}\n"
    "processes:\n  out: {from: A, rate: k * (w / 70 kg) * exp(-0.8 * sex) * A}\n"
    "  rest: {from: B, rate: unused * B}\n"
    "actions:\n  drug: {kind: drug, unit: mg, into: A}\n  other: {kind: drug, unit: mg, into: B}\n"
    "observables:\n"
    "  y: {is: A / V, unit: mg/L, noise: \"additive(sd: 0.3 mg/L)\", smallest_change: 1 mg/L}\n"
    "valid: {drug: 0 .. 500 mg, other: 0 .. 500 mg, horizon: 14 d}\n";
static const char weighty_scenario[] = "rein: scenario/1\nname: s\nmodel: ./m.yaml\ncohort: {n: 20%s}\n"
                                       "arms:\n  low: {actions: [{do: drug, amount: 50 mg, at: 0 h}]}\n"
                                       "  high: {actions: [{do: drug, amount: 200 mg, at: 0 h}]}\n"
                                       "measure: {at: [0 h, 2 h, 8 h, 20 h]}\n"
                                       "compare: {observed: ./d.yaml, arm: {low: low, high: high}}\n"
                                       "expect: {rule: verdict/1}\n";
static const char weighty_about[] =
    "data: d.csv\n"
    "columns: {arm: text, id: text, observable: text, unit: text, time: text, time_unit: text, value: text}\n"
    "source: {title: invented}\nlicence: none\n"
    "arms:\n"
    "  low: {assignment: randomised, actions: 50 mg, concurrent: none, adherence: all}\n"
    "  high: {assignment: randomised, actions: 200 mg, concurrent: none, adherence: all}\n"
    "used_for_fitting: []\nrelation: external\nbaseline: {y: 0 mg/L}\n";

/* 12 people whose rates differ by factors 2/3 to 3/2, without noise. */
static const char *weighty_table(void) {
  rein_text out;
  rein_text_init(&out, judged_get()->arena);
  rein_text_add(&out, "id,arm,observable,unit,time,time_unit,value\n");
  static const int hour[3] = {2, 8, 20};
  for (int i = 0; i < 12; i++)
    for (int t = 0; t < 3; t++)
      rein_text_printf(&out, "p%d,%s,y,mg/L,%d,h,%.6g\n", i, i % 2 ? "high" : "low", hour[t],
                       (i % 2 ? 20 : 5) * exp(-0.1 * pow(1.5, (i - 5.5) / 5.5) * hour[t]));
  return out.bytes;
}

static rein_why_not weighty(const char *between_w, const char *between_k, const char *cohort) {
  rein_arena *arena = judged_get()->arena;
  rein_why_not w;
  const rein_why_not_options options = {.n_thread = 1};
  judged_write("m.yaml", rein_arena_printf(arena, weighty_model, between_w, between_k));
  judged_write("s.yaml", rein_arena_printf(arena, weighty_scenario, cohort));
  judged_write("d.yaml", weighty_about);
  judged_write("d.csv", weighty_table());
  const char *path = rein_arena_printf(arena, "%s/s.yaml", judged_get()->folder);
  const rein_status status =
      rein_why_not_run(arena, judged_get()->units, path, &options, judged_get()->diag, &w);
  ck_assert_msg(status == REIN_OK, "%s", judged_messages());
  return w;
}

/* The same distribution, drawn by the cohort or stated by the model, cut at the range: the same covariance;
 * and nearly that of the rate that it multiplies, which nothing cuts. */
START_TEST(test_who_states_the_spread_makes_no_difference) {
  static const double sd[2] = {0.3, 0.9}, near[2] = {1e-4, 0.15};
  for (int i = 0; i < 2; i++) {
    rein_arena *arena = judged_get()->arena;
    const char *between = rein_arena_printf(arena, ", between: \"lognormal(sd: %g)\"", sd[i]);
    const double by_model = weighty(between, "", "").misfit, by_rate = weighty("", between, "").misfit;
    const double by_cohort = weighty("", "",
                                     rein_arena_printf(arena,
                                                       ", covariates: {w: \"lognormal(median: 70 kg, sd: "
                                                       "%g)\"}",
                                                       sd[i]))
                                 .misfit;
    ck_assert_double_eq_tol(by_cohort / by_model, 1.0, 1e-6);
    ck_assert_double_eq_tol(by_cohort / by_rate, 1.0, near[i]);
  }
}
END_TEST

/* What is never given has numbers that change nothing: none is a candidate, nor what a later one "does". */
START_TEST(test_changes_that_do_nothing) {
  static const char *const idle[] = {"unused", "rate of process rest", "amount of other", "time of other",
                                     "another loss of state B"};
  const rein_why_not w = weighty("", "", "");
  for (size_t i = 0; i < sizeof idle / sizeof *idle; i++) {
    const rein_why_not_change *c = change_of(&w, idle[i]);
    ck_assert_msg(c->left_out && strcmp(c->left_out, "it changes no measurement") == 0, "%s: %s", idle[i],
                  c->left_out ? c->left_out : "counts");
  }
  int n = 0;
  for (int k = 0; k < w.n_change; k++)
    n += w.change[k].place == REIN_PLACE_PARAMETER && !w.change[k].left_out;
  ck_assert_int_eq(n, 2); /* k and V */
}
END_TEST

/* More than 260 mg cannot be simulated, so 200 mg times exp(0.3): of the amount in all arms and in one. */
START_TEST(test_changes_that_fail) {
  const rein_why_not w = weighty("", "", "");
  ck_assert_int_eq(w.n_change_failed, 2);
  const char *first =
      "amount of drug, +1.5 x 0.2 in the logarithm: a state left its declared range: state A at";
  ck_assert_msg(strncmp(w.first_failure, first, strlen(first)) == 0, "%s", w.first_failure);
  ck_assert(!change_of(&w, "amount of drug")->left_out);
  ck_assert_ptr_null(change_of(&w, "amount of drug in arm low")->failure);
  const char *text = all_text(&w);
  ck_assert_msg(strstr(text, rein_arena_printf(judged_get()->arena, "\n2 of %d changes cannot be simulated",
                                               w.n_change)),
                "%s", text);
  ck_assert_ptr_nonnull(strstr(text, "\"not_simulated\": \"+1.5 x 0.2 in the logarithm: a state left"));
}
END_TEST

/* Of two points mean and variance are exact: with p = 1 everybody has the one of them. */
START_TEST(test_two_points) {
  const double all = weighty("", "", ", covariates: {sex: \"bernoulli(p: 1)\"}").misfit,
               fixed = weighty("", "", ", covariates: {sex: 1}").misfit,
               half = weighty("", "", ", covariates: {sex: \"bernoulli(p: 0.5)\"}").misfit;
  ck_assert_double_eq_tol(all / fixed, 1.0, 1e-6);
  ck_assert_msg(half < 0.9 * fixed, "%g %g", half, fixed);
}
END_TEST

Suite *rein_suite_why_not(void) {
  Suite *suite = suite_create("why_not");
  TCase *tcase = tcase_create("generator");
  tcase_add_checked_fixture(tcase, judged_setup, judged_teardown);
  tcase_add_test(tcase, test_the_generator);
  tcase_add_test(tcase, test_the_generated_files_are_read);
  tcase_add_test(tcase, test_few_people_and_unknown_doses);
  tcase_add_test(tcase, test_who_states_the_spread_makes_no_difference);
  tcase_add_test(tcase, test_two_points);
  tcase_add_test(tcase, test_changes_that_do_nothing);
  tcase_add_test(tcase, test_changes_that_fail);
  suite_add_tcase(suite, tcase);
  TCase *matrix = tcase_create("matrix");
  tcase_set_timeout(matrix, 3600);
  tcase_add_test(matrix, test_the_confusion_matrix);
  tcase_add_test(matrix, test_the_units);
  tcase_add_test(matrix, test_the_size_comes_back);
  tcase_add_test(matrix, test_values_in_another_unit);
  tcase_add_test(matrix, test_people_who_missed_all_doses);
  tcase_add_test(matrix, test_changes_that_say_the_same);
  tcase_add_test(matrix, test_the_covariance);
  suite_add_tcase(suite, matrix);
  return suite;
}
