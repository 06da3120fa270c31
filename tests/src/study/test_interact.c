/* Interactions of factorial arms, against closed forms: a drug with itself, independent and additive pairs,
 * a product of both; who is left out, what is refused, what is suppressed. */
#include <check.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "src/rein.h"
#include "src/study/interact.h"
#include "src/study/interact_curve.h"
#include "tests/place.h"

Suite *rein_suite_interact(void);

/* a and b leave with k; observables of the amounts that are left. */
static const char model[] =
    "rein: model/1\nname: m\ntime: h\nparameters:\n"
    "  k: {value: 0.2 1/h, between: lognormal(cv: 30 %), assumed: test}\n"
    "states:\n  A: {unit: mg, initial: 0, scale: 10 mg}\n  B: {unit: mg, initial: 0, scale: 10 mg}\n"
    "  C: {unit: mg, initial: 0, scale: 10 mg}\n"
    "processes:\n  out_a: {from: A, rate: k * A}\n  out_b: {from: B, rate: k * B}\n"
    "  out_c: {from: C, rate: k * C}\n"
    "actions:\n  a: {unit: mg, into: A}\n  b: {unit: mg, into: B}\n  c: {unit: mg, into: C}\n"
    "observables:\n"
    "  flat: {is: hill(A, 2 mg, 0.5), unit: '1', noise: none}\n"
    "  plain: {is: hill(A, 2 mg, 1), unit: '1', noise: none}\n"
    "  steep: {is: 100 '%' - hill(A, 2 mg, 2) * 80 '%', unit: '%', noise: none}\n"
    "  steeper: {is: hill(A, 2 mg, 4), unit: '1', noise: none}\n"
    "  sum: {is: 5 mg + A + B + C, unit: mg, noise: none}\n"
    "  product: {is: 10 mg + A + B + A * B / (1 mg), unit: mg, noise: none}\n"
    "  growth: {is: exp((A + B - C) / (5 mg)), unit: '1', noise: none, scale: log}\n"
    "  stopped: {is: 1 - 0.9 * (1 - hill(A, 2 mg, 1)) * (1 - hill(B, 3 mg, 2)), unit: '1', noise: none, "
    "effect: "
    "fraction}\n"
    "  thrice: {is: 3 mg + A + B + C + A * B / (1 mg) + 2 * B * C / (1 mg) + A * B * C / (2 mg^2), unit: mg, "
    "noise: none}\n"
    "  leaves: {is: 1 - exp(-(A + B + C + A * B / (4 mg) + A * B * C / (8 mg^2)) / (20 mg)), unit: '1', "
    "noise: "
    "none, effect: fraction}\n"
    "  percent: {is: 100 '%' * hill(A + B, 2 mg, 1), unit: '%', noise: none, effect: fraction}\n"
    "  falling: {is: hill(A, 2 mg, 1) - A / (2 mg), unit: '1', noise: none}\n";

static void setup(void) {
  place_setup();
  write_file("m.yaml", model);
}

/* Runs a scenario with this cohort and these arms up to 2 h; its records. */
static const rein_study_reader *run(const char *cohort, const char *arms) {
  rein_session *session = rein_session_create();
  rein_scenario_file *scenario;
  rein_study_reader *reader;
  write_file("s.yaml",
             rein_arena_printf(arena,
                               "rein: scenario/1\nname: s\nmodel: ./m.yaml\ncohort: %s\nkeep: [observables]\n"
                               "solver: {rtol: 1e-9, atol_rel: 1e-12}\nmeasure: {at: [0 h, 2 h]}\n%s",
                               cohort, arms));
  int code = (int)rein_scenario_load(session, in("s.yaml"), NULL, &scenario);
  ck_assert_msg(code == REIN_DONE, "%s", rein_session_messages(session));
  ck_assert_int_eq(rein_scenario_run(scenario, in("study"), NULL, NULL), REIN_DONE);
  rein_session_destroy(session);
  ck_assert_int_eq(rein_reader_open(arena, in("study"), true, diag, &reader), REIN_OK);
  return reader;
}

static const rein_interactions *interact(const rein_study_reader *reader, const char *observable,
                                         bool people) {
  rein_interactions *x;
  ck_assert_int_eq(rein_interact_create(arena, reader, observable, people, diag, &x), REIN_OK);
  return x;
}

static const rein_interaction *find(const rein_interactions *x, const char *arm, rein_interaction_kind kind) {
  for (size_t i = 0; i < x->n_row; i++)
    if (strcmp(x->reader->labels.arm[x->row[i].i_arm], arm) == 0) return &x->row[i].of[kind];
  ck_abort_msg("there is no combination '%s'", arm);
  return NULL;
}

static void near(double got, double wanted, double allowed, const char *what) {
  ck_assert_msg(fabs(got - wanted) <= allowed, "%s: %.12g, not %.12g", what, got, wanted);
}

/* All individuals at one number and of one class: 0 more, 1 additive, 2 less. */
static void all_at(const rein_interaction *i, double wanted, double allowed, int class, const char *what) {
  const double share[] = {i->more, i->none, i->less};
  ck_assert_msg(i->na == NULL, "%s: %s", what, i->na);
  ck_assert_int_eq(i->number.n, 30);
  ck_assert_int_eq(i->n_out, 0);
  for (int q = 0; q < REIN_N_QUANTILE; q++) near(i->number.quantile[q], wanted, allowed, what);
  for (int k = 0; k < 3; k++) near(share[k], k == class, 0, what);
}

#define TWICE                                                                                                \
  "arms:\n  d:\n    factorial: {of: [first, second], levels: {first: [%s], second: [%s]}}\n    actions:\n"   \
  "      - {do: a, name: first, amount: 1 mg, at: 0 h}\n      - {do: a, name: second, amount: 1 mg, at: 0 "  \
  "h}\n"

/* A drug combined with itself is Loewe-additive, whatever the shape of its effect: exactly where the sum of
 * doses was given alone, nearly where the curve is interpolated. */
START_TEST(a_drug_with_itself) {
  static const char *const SHAPES[] = {"flat", "plain", "steep", "steeper"};
  const char *doses = "1 mg, 2 mg, 3 mg, 4 mg, 6 mg";
  char arms[1000];
  snprintf(arms, sizeof arms, TWICE, doses, doses);
  const rein_study_reader *reader = run("{n: 30}", arms);
  for (int k = 0; k < 4; k++) {
    const rein_interactions *x = interact(reader, SHAPES[k], false);
    all_at(find(x, "d/first=1 mg+second=1 mg", REIN_INTERACTION_LOEWE), 1, 1e-6, 1, SHAPES[k]);
    all_at(find(x, "d/first=1 mg+second=3 mg", REIN_INTERACTION_LOEWE), 1, 1e-6, 1, SHAPES[k]);
    all_at(find(x, "d/first=2 mg+second=4 mg", REIN_INTERACTION_LOEWE), 1, 1e-6, 1, SHAPES[k]);
    all_at(find(x, "d/first=2 mg+second=3 mg", REIN_INTERACTION_LOEWE), 1, 0.06, 1, SHAPES[k]);
    /* 8 mg are beyond what 6 mg alone do. */
    const rein_interaction *beyond = find(x, "d/first=4 mg+second=4 mg", REIN_INTERACTION_LOEWE);
    ck_assert_ptr_nonnull(strstr(beyond->na, "reach the effect of the combination"));
  }
}
END_TEST

/* A curve that turns round tells no dose. */
START_TEST(no_curve) {
  const double dose[] = {0, 1, 2, 3}, up[] = {0, 1, 4, 9}, down[] = {5, 4, 2, 1}, turns[] = {0, 2, 3, 1};
  double at[2];
  near(rein_interact_dose_of(arena, dose, up, 4, 4, at), 2, 0, "on a point");
  near(rein_interact_dose_of(arena, dose, down, 4, 4, at), 1, 0, "on a point of a falling one");
  double between = rein_interact_dose_of(arena, dose, up, 4, 6.25, at);
  ck_assert(between > 2.4 && between < 2.6);
  near(at[0], 2, 0, "low"), near(at[1], 3, 0, "high");
  ck_assert(isnan(rein_interact_dose_of(arena, dose, turns, 4, 1, at)));
  ck_assert(isnan(rein_interact_dose_of(arena, dose, up, 4, 9.1, at)));
  ck_assert(isnan(rein_interact_dose_of(arena, dose, up, 4, 0, at)));
  ck_assert(isnan(rein_interact_dose_of(arena, dose, up, 4, NAN, at)));
}
END_TEST

#define PAIR                                                                                                 \
  "arms:\n  d:\n    factorial: {of: [a, b]}\n    actions:\n      - {do: a, amount: 6 mg, at: 0 h}\n"         \
  "      - {do: b, amount: 4 mg, at: 0 h}\n"

/* What is additive on the observable's scale deviates by nothing; independent effects have no excess, also
 * where nothing has an effect of 10 %. */
START_TEST(nothing_to_find) {
  const rein_study_reader *reader = run("{n: 30}", PAIR);
  all_at(find(interact(reader, "sum", false), "d/a+b", REIN_INTERACTION_ADDITIVE), 0, 1e-7, 1, "sum");
  all_at(find(interact(reader, "growth", false), "d/a+b", REIN_INTERACTION_ADDITIVE), 1, 1e-7, 1, "growth");
  all_at(find(interact(reader, "stopped", false), "d/a+b", REIN_INTERACTION_BLISS), 0, 1e-7, 1, "stopped");
}
END_TEST

/* A product of both: a b / mg more than additive, each individual with its own k. */
START_TEST(a_product) {
  const rein_study_reader *reader = run("{n: 30}", PAIR);
  const rein_interaction *i = find(interact(reader, "product", false), "d/a+b", REIN_INTERACTION_ADDITIVE);
  double k[30], deviation[30];
  rein_part part;
  ck_assert_int_eq(
      rein_reader_load(reader, arena, 0, REIN_FIELDS_LABELS | REIN_FIELD_BIT(parameter_value), diag, &part),
      REIN_OK);
  for (int m = 0; m < 30; m++) {
    k[m] = part.parameter_value[m * part.n[REIN_AXIS_ARM] * part.n[REIN_AXIS_PARAMETER]];
    deviation[m] = 24 * exp(-2 * k[m] * 2);
  }
  const rein_summary_number wanted = rein_summary_of(deviation, 30, 1, false);
  for (int q = 0; q < REIN_N_QUANTILE; q++) near(i->number.quantile[q], wanted.quantile[q], 1e-6, "product");
  near(i->number.mean, wanted.mean, 1e-6, "mean");
  near(i->more, 1, 0, "synergistic");
  ck_assert(wanted.quantile[4] > 1.5 * wanted.quantile[0]);
}
END_TEST

/* Two drugs on one saturable target: less than independent, and a percentage counts as its hundredth. */
START_TEST(less_than_independent) {
  const rein_study_reader *reader = run("typical", PAIR);
  const double a = 6 * exp(-0.4), b = 4 * exp(-0.4), f_a = a / (a + 2), f_b = b / (b + 2);
  const rein_interaction *i = find(interact(reader, "percent", false), "d/a+b", REIN_INTERACTION_BLISS);
  near(i->number.mean, (a + b) / (a + b + 2) - (1 - (1 - f_a) * (1 - f_b)), 1e-6, "Bliss");
  near(i->less, 1, 0, "antagonistic");
}
END_TEST

/* A half fraction of three: the effect of a cannot be told from the interaction of b and c. */
START_TEST(half_of_three) {
  const rein_study_reader *reader =
      run("typical", "arms:\n  d:\n    factorial: {of: [a, b, c], fraction: half}\n    actions:\n"
                     "      - {do: a, amount: 6 mg, at: 0 h}\n      - {do: b, amount: 4 mg, at: 0 h}\n"
                     "      - {do: c, amount: 2 mg, at: 0 h}\n");
  const rein_interactions *x = interact(reader, "sum", false);
  ck_assert_int_eq((int)x->n_contrast, 3);
  static const char *const NAMES[] = {"a = b*c", "b = a*c", "c = a*b"};
  for (int i = 0; i < 3; i++) {
    ck_assert_str_eq(x->contrast[i].product, NAMES[i]);
    near(x->contrast[i].effect.number.mean, (6 - 2 * i) * exp(-0.4), 1e-6, NAMES[i]);
  }
  const rein_interaction *all = find(x, "d/a+b+c", REIN_INTERACTION_ADDITIVE);
  ck_assert_str_eq(all->na, "the arm with none of the factors is not in the design");
  ck_assert_str_eq(find(x, "d/a+b+c", REIN_INTERACTION_ADDITIVE_BEYOND)->na, all->na);
  x = interact(reader, "growth", false); /* ratios: c divides */
  near(x->contrast[2].effect.number.mean, exp(-2 * exp(-0.4) / 5), 1e-6, "growth");
}
END_TEST

#define THREE                                                                                                \
  "arms:\n  d:\n    factorial: {of: [a, b, c]}\n    actions:\n"                                              \
  "      - {do: a, amount: 6 mg, at: 0 h}\n      - {do: b, amount: 4 mg, at: 0 h}\n"                         \
  "      - {do: c, amount: 2 mg, at: 0 h}\n"

/* Of three, the total holds the pairs; what is beyond them is the product of all three, and nothing where
 * there is none. */
START_TEST(beyond_pairs) {
  const rein_study_reader *reader = run("typical", THREE);
  const double e = exp(-0.4), a = 6 * e, b = 4 * e, c = 2 * e;
  const rein_interactions *x = interact(reader, "thrice", false);
  near(find(x, "d/a+b+c", REIN_INTERACTION_ADDITIVE)->number.mean, a * b + 2 * b * c + a * b * c / 2, 1e-6,
       "all");
  const rein_interaction *i = find(x, "d/a+b+c", REIN_INTERACTION_ADDITIVE_BEYOND);
  near(i->number.mean, a * b * c / 2, 1e-6, "beyond");
  near(i->more, 1, 0, "synergistic");
  ck_assert_ptr_nonnull(find(x, "d/a+b", REIN_INTERACTION_ADDITIVE_BEYOND)->na);
  i = find(interact(reader, "sum", false), "d/a+b+c", REIN_INTERACTION_ADDITIVE_BEYOND);
  near(i->number.mean, 0, 1e-6, "sum");
  near(i->none, 1, 0, "additive");
  near(find(interact(reader, "growth", false), "d/a+b+c", REIN_INTERACTION_ADDITIVE_BEYOND)->number.mean, 1,
       1e-7, "growth");
  /* what is left: exp(-(a + b + c + ab / 4 + abc / 8) / 20), so the pair is in what is expected */
  x = interact(reader, "leaves", false);
  i = find(x, "d/a+b+c", REIN_INTERACTION_BLISS_BEYOND);
  const double pairs = exp(-(a + b + c + a * b / 4) / 20);
  near(i->number.mean, pairs * (1 - exp(-a * b * c / 8 / 20)), 1e-6, "leaves");
  near(i->more, 1, 0, "synergistic");
  near(find(x, "d/a+b+c", REIN_INTERACTION_BLISS)->number.mean,
       exp(-(a + b + c) / 20) - pairs * exp(-a * b * c / 8 / 20), 1e-6, "Bliss");
  rein_text text;
  rein_text_init(&text, arena);
  rein_interact_print(x, &text);
  ck_assert_ptr_nonnull(strstr(text.bytes, "Bliss, beyond smaller"));
  ck_assert_int_eq(rein_interact_print_json(x, &text), REIN_OK);
  ck_assert_ptr_nonnull(strstr(text.bytes, "\"bliss_beyond_smaller\""));
}
END_TEST

/* What cannot be said is refused with its reason. */
START_TEST(reasons) {
  const rein_study_reader *reader = run("{n: 30}", PAIR);
  const rein_interactions *x = interact(reader, "sum", false);
  ck_assert_ptr_nonnull(strstr(find(x, "d/a+b", REIN_INTERACTION_BLISS)->na,
                               "declares no fractional effect ('effect: fraction')"));
  ck_assert_str_eq(find(x, "d/a+b", REIN_INTERACTION_LOEWE)->na,
                   "'a' alone has 1 dose in the design; a curve needs 3");
  rein_interactions *none;
  ck_assert_int_eq(rein_interact_create(arena, reader, "som", false, diag, &none), REIN_ERR_INPUT);
  reader = NULL;
  ck_assert_int_eq(system(rein_arena_printf(arena, "rm -rf '%s'", in("study"))), 0);
  reader = run("{n: 30}", "arms:\n  d: {actions: [{do: a, amount: 6 mg, at: 0 h}]}\n");
  ck_assert_int_eq(rein_interact_create(arena, reader, NULL, false, diag, &none), REIN_ERR_INPUT);
  rein_text text;
  rein_text_init(&text, arena);
  rein_diag_print(diag, &text);
  ck_assert_ptr_nonnull(strstr(text.bytes, "no observable 'som'; did you mean 'sum'?"));
  ck_assert_ptr_nonnull(strstr(text.bytes, "has no factorial arms"));
}
END_TEST

/* Four people of a table: only with individual data. */
START_TEST(few_people) {
  write_file("people.csv", "id,k\n1,0.1\n2,0.2\n3,0.3\n4,0.4\n");
  const rein_study_reader *reader =
      run("{table: people.csv, id: id, columns: {k: {column: k, unit: 1/h}}}", PAIR);
  const rein_interaction *i = find(interact(reader, "sum", false), "d/a+b", REIN_INTERACTION_ADDITIVE);
  ck_assert_int_eq(i->number.n, -1);
  ck_assert(isnan(i->number.mean) && isnan(i->none) && i->n_out < 0);
  i = find(interact(reader, "sum", true), "d/a+b", REIN_INTERACTION_ADDITIVE);
  ck_assert_int_eq(i->number.n, 4);
  rein_text text, json;
  rein_text_init(&text, arena);
  rein_text_init(&json, arena);
  const rein_interactions *x = interact(reader, "sum", false);
  rein_interact_print(x, &text);
  ck_assert_int_eq(rein_interact_print_json(x, &json), REIN_OK);
  ck_assert_ptr_nonnull(strstr(text.bytes, "additive  suppressed: fewer than 5"));
  ck_assert_ptr_nonnull(strstr(json.bytes, "\"n/a\": \"fewer than 5 people\""));
}
END_TEST

Suite *rein_suite_interact(void) {
  Suite *suite = suite_create("interact");
  TCase *tcase = tcase_create("interact");
  tcase_add_checked_fixture(tcase, setup, place_teardown);
  tcase_set_timeout(tcase, 60);
  tcase_add_test(tcase, a_drug_with_itself);
  tcase_add_test(tcase, no_curve);
  tcase_add_test(tcase, nothing_to_find);
  tcase_add_test(tcase, a_product);
  tcase_add_test(tcase, less_than_independent);
  tcase_add_test(tcase, half_of_three);
  tcase_add_test(tcase, beyond_pairs);
  tcase_add_test(tcase, reasons);
  tcase_add_test(tcase, few_people);
  suite_add_tcase(suite, tcase);
  return suite;
}
