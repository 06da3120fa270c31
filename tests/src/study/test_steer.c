/* Steering: a planted optimum of two drugs under a toxicity limit, and everything it refuses. */
#include <check.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "src/stats/normal.h"
#include "src/study/steer.h"
#include "tests/place.h"

Suite *rein_suite_steer(void);

/* Tumour growth under two drugs that help each other, killing 0.002 a + 0.001 b + 0.00002 a b a day; burden
 * (2 a + b) / tolerance above 1 is toxic. On the edge 2 a + b = T the killing is largest at a = T / 4, b = T
 * / 2. At most 5 % toxic: T is the 5 % quantile of the tolerance. */
static void write_model(const char *boundary) {
  write_file(
      "m.yaml",
      rein_arena_printf(
          arena,
          "rein: model/1\nname: two_drugs\ntime: d\n%sparameters:\n"
          "  growth: {value: 0.05 1/d, between: lognormal(cv: 20 %%), assumed: test}\n"
          "  kill_a: {value: 0.002 1/d/mg, assumed: test}\n  kill_b: {value: 0.001 1/d/mg, assumed: test}\n"
          "  dose_a: {value: 0 mg, assumed: none}\n  dose_b: {value: 0 mg, assumed: none}\n"
          "  tolerance: {value: 100 mg, between: lognormal(cv: 10 %%), assumed: test}\n"
          "states:\n  size: {unit: '1', initial: 1, scale: 1}\n"
          "values:\n  burden: {is: (2 * dose_a + dose_b) / tolerance, unit: '1'}\n"
          "processes:\n  proliferation: {to: size, rate: growth * size}\n"
          "  killing: {from: size, rate: (kill_a * dose_a + kill_b * dose_b + 0.00002 '1/d/mg^2' * dose_a * "
          "dose_b) * size}\n"
          "actions:\n  a: {kind: drug, unit: mg, sets: dose_a}\n  b: {kind: drug, unit: mg, sets: dose_b}\n"
          "observables:\n  tumour: {is: size, unit: '1', noise: proportional(cv: 10 %%)}\n"
          "  load: {is: burden, unit: '1', noise: additive(sd: 0.1)}\n"
          "safety:\n  toxic: {when: burden > 1, message: too much}\n"
          "valid: {a: 0 .. 100 mg, b: 0 .. 100 mg, horizon: 60 d}\n",
          boundary));
}

static void write_scenario(const char *cohort) {
  write_file(
      "s.yaml",
      rein_arena_printf(arena,
                        "rein: scenario/1\nname: two_drugs\nmodel: ./m.yaml\ncohort: %s\n"
                        "arms: {both: {actions: [{do: a, amount: 10 mg, at: 0 d}, {do: b, amount: 10 mg, at: "
                        "0 d}]}}\ncounterfactual: {without: [a, b]}\n"
                        "measure: {from: 0 d, to: 28 d, every: 7 d}\n",
                        cohort));
}

static const char plain_actions[] = "actions:\n  a: {field: actions.a.amount, from: 0 mg, to: 100 mg}\n"
                                    "  b: {field: actions.b.amount, from: 0 mg, to: 100 mg}\n";
static const char one_objective[] = "objectives:\n  tumour: {observable: tumour, want: low}\n";

static const char *write_goals(const char *actions, const char *objectives, const char *rest) {
  return write_file("g.yaml",
                    rein_arena_printf(arena, "rein: steer/1\nname: g\nscenario: ./s.yaml\narm: both\n%s%s%s",
                                      actions, objectives, rest));
}

static rein_steering steer(const char *path, int n_thread) {
  rein_steering s;
  const rein_steer_options options = {.exploratory = true, .n_thread = n_thread};
  ck_assert_msg(rein_steer(arena, units, path, &options, diag, &s) == REIN_OK, "%s", messages());
  return s;
}

static double killing(const double *dose) {
  return 0.002 * dose[0] + 0.001 * dose[1] + 0.00002 * dose[0] * dose[1];
}

START_TEST(test_planted_optimum) {
  write_model("");
  write_scenario("{n: 50}");
  const rein_steering s = steer(write_goals(plain_actions, one_objective,
                                            "search: {points: 128, rounds: 6, people: 400}\n"
                                            "check: {people: 1000, seed: 9}\n"),
                                0);
  const double sd = sqrt(log(1 + 0.1 * 0.1)), edge = 100 * exp(rein_normal_quantile(0.05) * sd);
  const double best[2] = {edge / 4, edge / 2};
  ck_assert_int_ge(s.n_choice, 3); /* never a single one */
  ck_assert_int_eq(s.choice[0].rank, 1);
  ck_assert(s.exploratory);
  const double *found = s.choice[0].value;
  ck_assert_double_eq_tol(2 * found[0] + found[1], edge, 0.03 * edge);
  ck_assert_double_eq_tol(killing(found), killing(best), 0.04 * killing(best));
  ck_assert_double_eq_tol(found[0], best[0], 6.0);
  for (int i = 0; i < s.n_choice; i++) {
    const rein_steer_choice *c = &s.choice[i];
    ck_assert_int_eq(c->search.n_person, 400);
    ck_assert_int_eq(c->check.n_person, 1000);
    ck_assert(c->search.within);
    ck_assert_double_ne(c->search.objective[0].mean, c->check.objective[0].mean);
    ck_assert(c->check.within == (c->rank > 0));
    ck_assert_double_le((double)c->search.beyond[0], 0.05 * 400);
    if (c->rank == 0) continue;
    ck_assert_int_eq(c->rank, i + 1);
    ck_assert_msg(strstr(c->mechanism, "killing 100 %"), "%s", c->mechanism);
    ck_assert_msg(strstr(c->measure, "tumour at 28 d"), "%s", c->measure);
    double effect, ratio, noise;
    ck_assert_msg(sscanf(strstr(c->measure, "effect"), "effect %lf 1, %lf times the SD %lf of the difference",
                         &effect, &ratio, &noise) == 3,
                  "%s", c->measure);
    /* noise of 10 % at both values */
    const double treated = c->check.objective[0].mean;
    ck_assert_double_eq_tol(noise, 0.1 * hypot(treated, treated - effect), 0.01 * noise);
    ck_assert_double_eq_tol(ratio, fabs(effect) / noise, 0.01 * ratio);
    ck_assert_msg(strstr(c->binding, "toxic"), "%s", c->binding);
    ck_assert_ptr_nonnull(strstr(c->reason, "weighted cost"));
    /* The tumour of the typical person of the check: exp((growth - killing) 28), growth spread by 20 %. */
    ck_assert_double_eq_tol(c->check.objective[0].mean, exp((0.05 - killing(c->value)) * 28), 0.12);
  }
}
END_TEST

/* Two objectives that pull against each other: nobody in layer 1 is beaten by another. */
START_TEST(test_front) {
  write_model("");
  write_scenario("{n: 50}");
  const rein_steering s =
      steer(write_goals(plain_actions,
                        "objectives:\n  tumour: {observable: tumour, want: low}\n"
                        "  load: {observable: load, want: [0, 0.3], weight: 0.5}\n",
                        "search: {points: 64, rounds: 2, people: 50}\ncheck: {people: 50, seed: 7}\n"),
            0);
  ck_assert_int_ge(s.n_choice, 4);
  for (int i = 0; i < s.n_choice; i++)
    for (int k = 0; k < s.n_choice; k++) {
      const double *x = s.choice[i].search.cost, *y = s.choice[k].search.cost;
      ck_assert_int_eq(s.choice[i].layer, 1);
      ck_assert(!(x[0] <= y[0] && x[1] <= y[1] && (x[0] < y[0] || x[1] < y[1])));
    }
  for (int i = 1; i < s.n_choice && s.choice[i].rank > 0; i++)
    ck_assert_double_ge(s.choice[i].score, s.choice[i - 1].score);
}
END_TEST

/* The same file gives the same bytes on any number of threads; edits hold and are told. */
START_TEST(test_replay_and_edits) {
  write_model("");
  write_scenario("{n: 50}");
  const char *path =
      write_goals(plain_actions, one_objective,
                  "search: {points: 32, rounds: 2, people: 40}\ncheck: {people: 40, seed: 7}\nedits:\n"
                  "  - {pin: b, at: 10 mg, by: A reader, why: already given}\n"
                  "  - {block: a, from: 20 mg, to: 100 mg, by: A reader, why: not to be had}\n"
                  "  - {override: tumour, weight: 3, by: A reader, why: matters most}\n"
                  "  - {hypothesis: they help each other, by: A reader, why: seen before}\n");
  rein_text text[2];
  for (int i = 0; i < 2; i++) {
    const rein_steering s = steer(path, i + 1);
    rein_text_init(&text[i], arena);
    rein_steer_print(&s, &text[i]);
    ck_assert_int_eq(rein_steer_print_json(&s, &text[i]), REIN_OK);
    for (int c = 0; c < s.n_choice; c++) {
      ck_assert_double_eq(s.choice[c].value[1], 10.0);
      ck_assert_double_lt(s.choice[c].value[0], 20.0);
    }
    ck_assert_double_eq(s.objective[0].weight, 3.0);
  }
  ck_assert_str_eq(text[0].bytes, text[1].bytes);
  ck_assert_ptr_nonnull(strstr(text[0].bytes, "edit: pin b at 10, by A reader: already given"));
  ck_assert_ptr_nonnull(strstr(text[0].bytes, "\"what\": \"they help each other\""));
  ck_assert_ptr_nonnull(strstr(text[0].bytes, ", exploratory"));
}
END_TEST

START_TEST(test_nothing_within) {
  write_model("");
  write_scenario("{n: 50}");
  const rein_steering s =
      steer(write_goals("actions:\n  a: {field: actions.a.amount, from: 80 mg, to: 100 mg}\n", one_objective,
                        "search: {points: 16, rounds: 1, people: 30}\ncheck: {people: 30, seed: 7}\n"),
            0);
  ck_assert_int_eq(s.n_choice, 0);
  ck_assert_int_eq(s.n_within, 0);
  rein_text text;
  rein_text_init(&text, arena);
  rein_steer_print(&s, &text);
  ck_assert_ptr_nonnull(strstr(text.bytes, "No point is within all limits."));
}
END_TEST

/* ---- what is refused ---- */

static void expect_refusal(const char *path, bool exploratory, const char *part) {
  rein_steering s;
  const rein_steer_options options = {.exploratory = exploratory};
  diag = rein_diag_create(arena);
  ck_assert_int_eq(rein_steer(arena, units, path, &options, diag, &s), REIN_ERR_INPUT);
  ck_assert_msg(strstr(messages(), part), "%s", messages());
}

START_TEST(test_refusals) {
  static const struct {
    const char *actions, *objectives, *rest, *part;
  } cases[] = {
      {"actions:\n  a: {field: actions.a.amount, from: 0 mg, to: 120 mg}\n", one_objective, "",
       "120 mg is outside the range that the model is valid for, 0 to 100 mg of 'a'"},
      {plain_actions, one_objective, "limits:\n  toxic: {safety: toxic, probability: 100 %}\n",
       "a limit cannot be switched off"},
      {plain_actions, one_objective, "limits:\n  toxic: {safety: toxik}\n", "did you mean 'toxic'?"},
      {plain_actions, "objectives:\n  t: {observable: tumor, want: low}\n", "", "did you mean 'tumour'?"},
      {plain_actions, "objectives:\n  t: {observable: tumour, want: small}\n", "",
       "'want' is low, high, or a range"},
      {plain_actions, one_objective, "check: {people: 40, seed: 1}\n", "another seed than the search"},
      {plain_actions, one_objective, "edits:\n  - {pin: a, at: 200 mg, by: x, why: y}\n",
       "'at' is needed in mg"},
      {plain_actions, one_objective, "edits:\n  - {pin: a, at: 20 mg, by: x}\n", "why"},
      {plain_actions, one_objective, "horizon: 70 d\n", "there is no horizon '70 d'"}};
  write_model("");
  write_scenario("{n: 50}");
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
    expect_refusal(write_goals(cases[i].actions, cases[i].objectives, cases[i].rest), true, cases[i].part);
  expect_refusal(write_goals(plain_actions, one_objective, ""), false,
                 "with --exploratory every row is marked so");
}
END_TEST

START_TEST(test_people_and_boundaries) {
  write_model("");
  write_scenario("typical");
  const char *path = write_goals(plain_actions, one_objective, "");
  expect_refusal(path, true, "not for one typical person");
  write_file("people.csv", "id,g\np1,0.05\np2,0.06\n");
  write_scenario("{table: people.csv, id: id, columns: {growth: {column: g, unit: 1/d}}}");
  expect_refusal(path, true, "people of a table");
  write_model("boundary: never_automatic\n");
  write_scenario("{n: 50}");
  expect_refusal(path, true, "never_automatic: no search may vary it");
}
END_TEST

Suite *rein_suite_steer(void) {
  Suite *s = suite_create("steer");
  TCase *c = tcase_create("steer");
  tcase_add_checked_fixture(c, place_setup, place_teardown);
  tcase_set_timeout(c, 120);
  tcase_add_test(c, test_planted_optimum);
  tcase_add_test(c, test_front);
  tcase_add_test(c, test_replay_and_edits);
  tcase_add_test(c, test_nothing_within);
  tcase_add_test(c, test_refusals);
  tcase_add_test(c, test_people_and_boundaries);
  suite_add_tcase(s, c);
  return s;
}
