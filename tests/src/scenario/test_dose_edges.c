/* Edges of tables of doses against closed forms: dA/dt = -k A + input, so everything that was given adds up.
 */
#include <check.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/src/scenario/solved.h"

Suite *rein_suite_dose_edges(void);

#define K 0.1
enum { MAX_TEXT = 4000 };

static const double TIMES[] = {0, 2, 4, 5.5, 9, 15.25, 17, 23, 29.75, 41, 66, 90};
enum { N_TIME = sizeof TIMES / sizeof *TIMES };

#define HEAD                                                                                                 \
  "rein: scenario/1\nname: s\nmodel: ./m.yaml\ncohort: typical\nkeep: [observables]\n"                       \
  "solver: {rtol: 1e-10, atol_rel: 1e-13}\n"                                                                 \
  "measure: {at: [0 h, 2 h, 4 h, 5.5 h, 9 h, 15.25 h, 17 h, 23 h, 29.75 h, 41 h, 66 h, 90 h]}\n"
#define TABLE_ARM                                                                                            \
  "arms:\n  a:\n    events: {table: people.csv, units: {time: h, ii: h, amt: mg, rate: mg/h}, actions: {x: " \
  "[x, xr, xd]}}\n"

/* Actions x, xr (with a rate), xd (with a duration), all with F = 0.5 and a lag; y plain. */
static void write_model(char *text, double lag) {
  snprintf(text, MAX_TEXT,
           "rein: model/1\nname: m\ntime: h\nparameters:\n  k: {value: 0.1 1/h, assumed: example}\n"
           "states:\n  A: {unit: mg, initial: 0, scale: 100 mg}\nprocesses:\n  out: {from: A, rate: k * A}\n"
           "actions:\n  x: {unit: mg, into: A, bioavailability: 0.5, lag: %g h}\n"
           "  xr: {unit: mg, into: A, bioavailability: 0.5, lag: %g h, rate: 8 'mg/h'}\n"
           "  xd: {unit: mg, into: A, bioavailability: 0.5, lag: %g h, duration: 17 h}\n"
           "  y: {unit: mg, into: A}\nobservables:\n  a: {is: A, unit: mg, noise: none}\n",
           lag, lag, lag);
}

/* What is left at t of a dose that begins to arrive at 0; length 0: a bolus. */
static double left_of(double amount, double length, double t) {
  if (length == 0) return t <= 0 ? 0 : amount * exp(-K * t);
  if (t <= 0) return 0;
  const double during = fmin(t, length);
  return amount / length / K * -expm1(-K * during) * exp(-K * (t - during));
}

static void near(double got, double wanted, const char *what) {
  ck_assert_msg(fabs(got - wanted) <= 1e-7 * (fabs(wanted) + 1), "%s: %.12g, not %.12g", what, got, wanted);
}

/* The kinds of a dose of 80 mg: RATE, and how long its 40 mg take. */
static const struct {
  const char *rate;
  double length;
} KINDS[] = {{"0", 0}, {"4", 10}, {"2.5", 16}, {"-1", 5}, {"-2", 17}};
static const double LAGS[] = {0, 1.5, 12, 15};
enum { N_KIND = 5, N_LAG = 4, N_STEADY = 3, INTERVAL = 12 };

/* Every kind, with F, lag (also of the interval's length and longer), alone, with SS 1, with SS 2 on top of a
 * bolus and an infusion that runs; three doses from 4 h on. */
START_TEST(every_kind) {
  const int kind = _i % N_KIND, steady = _i / N_KIND % N_STEADY;
  const double lag = LAGS[_i / N_KIND / N_STEADY], length = KINDS[kind].length;
  char model[MAX_TEXT], table[MAX_TEXT];
  write_model(model, lag);
  snprintf(table, sizeof table,
           "TIME,AMT,CMT,EVID,RATE,II,ADDL,SS\n0,50,y,1,0,0,0,0\n0,90,y,1,3,0,0,0\n4,80,x,1,%s,12,2,%d\n",
           KINDS[kind].rate, steady);
  solved s = solved_create(model, HEAD TABLE_ARM, table, NULL);
  for (int i = 0; i < N_TIME; i++) {
    const double t = TIMES[i];
    double wanted = left_of(50, 0, t) + left_of(90, 30, t);
    if (steady == 1 && t > 4) wanted = 0;
    for (int j = steady > 0 ? -400 : 0; j < 3 && t > 4; j++)
      wanted += left_of(40, length, t - lag - 4 - INTERVAL * j);
    near(solved_at(&s, 0, 0, i, 0), wanted, table);
  }
  solved_destroy(&s);
}
END_TEST

/* At one instant: a dose, a reset, a dose; records in their order. EVID 4 clears what the dose before it gave
 * at the same time. A reset cuts an infusion, also one with a lag that has begun, and not one that has not.
 */
START_TEST(resets) {
  char model[MAX_TEXT];
  write_model(model, 6);
  solved s =
      solved_create(model, HEAD TABLE_ARM,
                    "TIME,AMT,CMT,EVID,RATE\n0,80,x,1,4\n5.5,70,y,1,0\n9,11,y,1,0\n9,0,1,3,0\n9,13,y,1,0\n"
                    "17,5,y,1,0\n17,60,y,4,2\n20,40,x,1,4\n23,0,1,3,0\n",
                    NULL);
  for (int i = 0; i < N_TIME; i++) {
    const double t = TIMES[i];
    const double wanted = t <= 9    ? left_of(40, 10, t - 6) + left_of(70, 0, t - 5.5)
                          : t <= 17 ? left_of(13, 0, t - 9)
                          : t <= 23 ? left_of(60, 30, t - 17)
                                    : left_of(20, 5, t - 26);
    near(solved_at(&s, 0, 0, i, 0), wanted, "reset");
  }
  solved_destroy(&s);
}
END_TEST

/* Nothing at the very start, nothing at the very end, an infusion of nothing; a dose at the very end is seen
 * by nobody, unless actions come first. */
START_TEST(zero_and_ends) {
  char model[MAX_TEXT], text[MAX_TEXT];
  write_model(model, 0);
  for (int first = 0; first < 2; first++) {
    snprintf(text, sizeof text, "%s", HEAD TABLE_ARM);
    if (first) {
      char *at = strstr(text, "atol_rel: 1e-13}");
      snprintf(text, sizeof text, "%.*satol_rel: 1e-13, ties: act_first}%s", (int)(at - text), HEAD TABLE_ARM,
               (HEAD TABLE_ARM) + (at - text) + strlen("atol_rel: 1e-13}"));
    }
    solved s =
        solved_create(model, text,
                      "TIME,AMT,CMT,EVID,RATE\n0,0,y,1,0\n0,20,y,1,0\n0,0,y,1,5\n2,0,x,1,-1\n2,0,x,1,-2\n"
                      "90,9,y,1,0\n90,0,y,1,0\n",
                      NULL);
    for (int i = 0; i < N_TIME; i++) {
      double wanted = TIMES[i] > 0 ? 20 * exp(-K * TIMES[i]) : first ? 20 : 0;
      if (i == N_TIME - 1 && first) wanted += 9;
      near(solved_at(&s, 0, 0, i, 0), wanted, first ? "act first" : "observe first");
    }
    solved_destroy(&s);
  }
}
END_TEST

/* A state that is replaced or multiplied while an infusion runs: the infusion goes on. */
START_TEST(replaced_while_infused) {
  char model[MAX_TEXT];
  write_model(model, 3);
  solved s = solved_create(model,
                           HEAD "arms:\n  a:\n    actions:\n"
                                "      - {do: y, amount: 90 mg, at: 0 h, duration: 30 h}\n"
                                "      - {do: x, amount: 7 mg, at: 4 h, as: replace}\n"
                                "      - {do: x, amount: 50 %, at: [9 h, 17 h], as: multiply}\n",
                           NULL, NULL);
  double then = 0, at = 0;
  const double changes[] = {4, 9, 17};
  for (int i = 1, c = 0; i < N_TIME; i++) {
    while (c < 3 && changes[c] < TIMES[i]) {
      const double now = then * exp(-K * (changes[c] - at)) + left_of(90, 30, changes[c]) -
                         left_of(90, 30, at) * exp(-K * (changes[c] - at));
      then = c == 0 ? 7 : now / 2;
      at = changes[c++];
    }
    near(solved_at(&s, 0, 0, i, 0),
         then * exp(-K * (TIMES[i] - at)) + left_of(90, 30, TIMES[i]) -
             left_of(90, 30, at) * exp(-K * (TIMES[i] - at)),
         "replaced");
  }
  solved_destroy(&s);
}
END_TEST

/* ---- many ---- */

/* Records of person i: all kinds of regimens, no two the same. */
static char *add_person(char *at, int i) {
  const double begin = i / 50.0, amount = 10 + i;
  at += sprintf(at, "%d,%.2f,%g,x,1,%s,%d,%d,%d\n", i, begin, amount, KINDS[i % N_KIND].rate, 6 + i % 7,
                i % 4, i % 3);
  if (i % 5 == 0) at += sprintf(at, "%d,%.2f,0,x,3,0,0,0,0\n", i, begin + 7.3);
  if (i % 2 == 0) at += sprintf(at, "%d,%.2f,%g,y,1,0,0,0,0\n", i, begin + 9.7, amount / 3);
  if (i % 11 == 0) at += sprintf(at, "%d,%.2f,%g,y,4,2,0,0,0\n", i, begin + 12.7, amount / 5);
  return at;
}

#define COLUMNS "ID,TIME,AMT,CMT,EVID,RATE,II,ADDL,SS\n"

/* A thousand people with a thousand regimens in one table answer as each alone. */
START_TEST(in_company_and_alone) {
  enum { N = 1000 };
  char model[MAX_TEXT], own[400], *table = malloc(N * 200), *at = table;
  const char *text = HEAD TABLE_ARM, *typical = strstr(text, "typical");
  char all[MAX_TEXT];
  ck_assert_ptr_nonnull(table);
  write_model(model, 1.5);
  at += sprintf(at, COLUMNS);
  for (int i = 1; i <= N; i++) at = add_person(at, i);
  snprintf(all, sizeof all, "%.*s{n: 1000}%s", (int)(typical - text), text, typical + strlen("typical"));
  solved many = solved_create(model, all, table, NULL);
  ck_assert_int_eq(many.totals.n_failed, 0);
  for (int i = 1; i <= N; i += 37) {
    add_person(own + sprintf(own, COLUMNS), i);
    solved one = solved_create(model, text, own, NULL);
    for (int t = 0; t < N_TIME; t++) near(solved_at(&many, i - 1, 0, t, 0), solved_at(&one, 0, 0, t, 0), own);
    solved_destroy(&one);
  }
  solved_destroy(&many);
  free(table);
}
END_TEST

/* Ten thousand infusions that overlap, each tenth instant with a reset: after a reset only what began at or
 * after it runs. */
START_TEST(ten_thousand_and_resets) {
  enum { N = 10000, EACH = 10 };
  char model[MAX_TEXT];
  write_model(model, 0);
  filled f =
      filled_create(model,
                    HEAD "arms:\n  a:\n    actions:\n"
                         "      - {do: reset, every: 0.08 h, count: 1000}\n"
                         "      - {do: y, amount: 1 mg, every: 0.008 h, count: 10000, duration: 0.04 h}\n",
                    NULL, NULL);
  const rein_lane_plan *lane = &f.lane[0];
  ck_assert_uint_eq(lane->n_dose, N);
  int n_input = 0;
  for (size_t i = 0; i < lane->n_item; i++) {
    if (lane->item[i].kind != REIN_ITEM_INPUT_SET || lane->item[i].time > 79.99) continue;
    const int k = (int)round(lane->item[i].time / 0.008), since = k % EACH;
    ck_assert_double_eq_tol(lane->item[i].amount, 25.0 * (since < 4 ? since + 1 : 5), 1e-9);
    n_input++;
  }
  ck_assert_int_ge(n_input, N - 2);
  filled_destroy(&f);
}
END_TEST

Suite *rein_suite_dose_edges(void) {
  Suite *suite = suite_create("dose_edges");
  TCase *tcase = tcase_create("dose_edges");
  tcase_set_timeout(tcase, 120);
  tcase_add_loop_test(tcase, every_kind, 0, N_KIND * N_LAG * N_STEADY);
  tcase_add_test(tcase, resets);
  tcase_add_test(tcase, zero_and_ends);
  tcase_add_test(tcase, replaced_while_infused);
  tcase_add_test(tcase, in_company_and_alone);
  tcase_add_test(tcase, ten_thousand_and_resets);
  suite_add_tcase(suite, tcase);
  return suite;
}
