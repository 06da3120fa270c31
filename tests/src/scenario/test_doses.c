/* Tables of doses: what they mean, and what is wrong with wrong ones. */
#include <check.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "src/base/files.h"
#include "tests/src/scenario/solved.h"

Suite *rein_suite_doses(void);

static const char MODEL[] =
    "rein: model/1\nname: m\ntime: h\ncovariates:\n  weight: {unit: kg, typical: 70 kg}\n"
    "parameters:\n  k0: {value: 0.1 1/h, assumed: example}\n"
    "  k: {is: k0 * weight / 70 kg, unit: 1/h, assumed: example}\n"
    "states:\n  A: {unit: mg, initial: 0, scale: 100 mg}\n  B: {unit: mg, initial: 0, scale: 100 mg}\n"
    "processes:\n  out: {from: A, rate: k * A}\n  lose: {from: B, rate: k0 * B}\n"
    "actions:\n  x: {unit: mg, into: A}\n  xd: {unit: mg, into: A, duration: 4 h}\n  y: {unit: mg, into: B}\n"
    "observables:\n  a: {is: A, unit: mg, noise: none}\n  b: {is: B, unit: mg, noise: none}\n";

#define SCENARIO(cohort, events)                                                                             \
  "rein: scenario/1\nname: s\nmodel: ./m.yaml\ncohort: " cohort "\nkeep: [observables]\n"                    \
  "solver: {rtol: 1e-9, atol_rel: 1e-12}\nmeasure: {at: [0 h, 5 h, 15 h, 50 h]}\n"                           \
  "arms:\n  a:\n    events: {table: people.csv, units: {time: h, ii: h, amt: mg, rate: mg/h}" events "}\n"

static const double TIMES[] = {0, 5, 15, 50};

static void near(double got, double wanted, const char *what) {
  ck_assert_msg(fabs(got - wanted) <= 1e-6 * (fabs(wanted) + 1), "%s: %.12g, not %.12g", what, got, wanted);
}

static double bolus(double amount, double k, double t) {
  return t <= 0 ? 0 : amount * exp(-k * t);
}

/* ---- errors, each with its line and column ---- */

static void expect_error(const char *table, const char *message) {
  rein_arena *arena = rein_arena_create();
  const char *got = solved_messages(arena, MODEL, SCENARIO("typical", ""), table);
  ck_assert_msg(strstr(got, message) != NULL, "wanted: %s\ngot: %s", message, got);
  rein_arena_destroy(arena);
}

START_TEST(wrong_tables) {
  static const struct {
    const char *table, *message;
  } WRONG[] = {
      {"TIME,AMT,CMT,EVID,RATE\n0,1,1,1,0\n1,5,1,1,-3\n", "people.csv:3:9: error: RATE is negative"},
      {"TIME,AMT,CMT,EVID,RATE\n0,1,1,1,-1\n", "people.csv:2:9: error: RATE is -1, but no action"},
      {"TIME,AMT,CMT,EVID,RATE\n0,1,2,1,-2\n", "people.csv:2:9: error: RATE is -2, but no action"},
      {"TIME,AMT,CMT,EVID,II,ADDL\n0,1,1,1,12,-2\n", "people.csv:2:12: error: ADDL: expected a whole number"},
      {"TIME,AMT,CMT,EVID,II,ADDL\n0,1,1,1,12,1.5\n",
       "people.csv:2:12: error: ADDL: expected a whole number"},
      {"TIME,AMT,CMT,EVID,II,ADDL\n0,1,1,1,0,3\n", "people.csv:2:11: error: ADDL needs an interval II"},
      {"TIME,AMT,CMT,EVID,ADDL\n0,1,1,1,3\n", "people.csv:2:9: error: ADDL needs an interval II"},
      {"TIME,AMT,CMT,EVID,II,SS\n0,1,1,1,0,1\n", "people.csv:2:11: error: SS needs an interval II"},
      {"TIME,AMT,CMT,EVID,II,SS\n0,1,1,1,12,3\n", "people.csv:2:12: error: SS: expected 0, 1 or 2"},
      {"TIME,AMT,CMT,EVID\n0,1,3,1\n", "people.csv:2:5: error: unknown compartment"},
      {"TIME,AMT,CMT,EVID\n0,1,-1,1\n", "people.csv:2:5: error: unknown compartment"},
      {"TIME,AMT,CMT,EVID\n0,1,1,5\n", "people.csv:2:7: error: EVID: expected 0, 1, 2, 3, 4 or 8"},
      {"TIME,AMT,CMT,EVID\n0,7,1,0\n", "people.csv:2:3: error: an observation (EVID 0) has no amount"},
      {"TIME,AMT,CMT,EVID\n5,1,1,1\n4,1,1,1\n", "people.csv:3:1: error: TIME goes back"},
      {"TIME,AMT,CMT,EVID\n-5,1,1,1\n", "people.csv:2:1: error: this is before the simulation starts"},
      {"TIME,AMT,CMT,EVID,RATE\n0,-5,1,1,2\n", "people.csv:2:3: error: a negative amount cannot be infused"},
      {"TIME,AMT,CMT,evid\n0,1,1,1\n",
       "people.csv:1:14: error: column 'evid' is in lower case; expected 'EVID', in upper case as 'TIME'"},
      {"time,amt,CMT\n0,1,1\n",
       "people.csv:1:10: error: column 'CMT' is in upper case; expected 'cmt', in lower case as 'time'"},
      {"Time,AMT,CMT\n0,1,1\n", "people.csv:1:1: error: column 'Time' mixes upper and lower case; expected "
                                "'TIME', in upper case as 'AMT'"},
      {"TIME,AMT,CMTT\n0,1,1\n",
       "people.csv:1:10: error: column 'CMTT' means nothing here, did you mean 'CMT'?"},
      {"TIME,AMT,CMT,EVID\n0,.,1,1\n", "people.csv:2:3: error: a dose (EVID 1) needs an amount"},
      {"TIME,AMT,CMT,EVID\n0,5,1,3\n",
       "people.csv:2:3: error: a reset (EVID 3) has no amount; EVID 4 resets and gives"},
      {"TIME,AMT,CMT,EVID\n0,5,1,2\n",
       "people.csv:2:3: error: an event of another type (EVID 2) has no amount"},
      {"TIME,AMT,CMT,EVID,RATE\n0,5,1,1,-0.5\n", "people.csv:2:9: error: RATE is negative"},
      {"TIME,AMT,CMT,EVID,II,ADDL\n0,5,1,1,-12,1\n", "people.csv:2:9: error: II is negative"},
      {"TIME,AMT,CMT,EVID\n0,1,z,1\n",
       "people.csv:2:5: error: unknown compartment: expected 1 to 2 or A, B, or an action"},
      {"TIME,AMT,CMT,EVID,WT\n0,1,1,1,70\n", "people.csv:1:19: error: column 'WT' means nothing here"},
      {"TIME,AMT,CMT,EVID\nx,1,1,1\n", "people.csv:2:1: error:"},
      {"AMT,CMT,EVID\n1,1,1\n", "a table of doses needs the column TIME"},
      {"ID,TIME,AMT,CMT\n1,0,1,1\n2,0,1,1\n1,2,1,1\n",
       "people.csv:4:1: error: the lines of this person are not together"},
      {"ID,TIME,AMT,CMT\n1,0,1,1\n2,0,1,1\n", "the table has doses of 2 people, the cohort has 1"},
      {"TIME,AMT,CMT,EVID,RATE\n0,0,1,2,5\n",
       "people.csv:2:9: error: a record that gives nothing (EVID 2) has no RATE"},
      {"TIME,AMT,CMT,EVID,RATE\n0,0,1,3,-1\n",
       "people.csv:2:9: error: a record that gives nothing (EVID 3) has no RATE"},
      {"TIME,AMT,CMT,EVID,II\n0,0,1,0,12\n",
       "people.csv:2:9: error: a record that gives nothing (EVID 0) has no II"},
      {"TIME,AMT,CMT,EVID,ADDL\n0,0,1,2,3\n",
       "people.csv:2:9: error: a record that gives nothing (EVID 2) has no ADDL"},
      {"TIME,AMT,CMT,EVID,SS\n0,0,1,3,1\n",
       "people.csv:2:9: error: a record that gives nothing (EVID 3) has no SS"},
      {"TIME,AMT,CMT,EVID\n0,0,-1,2\n",
       "people.csv:2:5: error: CMT is negative: compartments are not turned off here"},
      {"TIME,AMT,CMT,EVID\n0,0,9,2\n", "people.csv:2:5: error: unknown compartment: expected 1 to 2 or A, B"},
      {"TIME,AMT,CMT,EVID,RATE\n0,5,1,8,3\n",
       "people.csv:2:9: error: EVID 8 sets the state at once, so it has no RATE"},
      {"TIME,AMT,CMT,EVID,II,SS\n0,5,1,8,12,1\n",
       "people.csv:2:12: error: EVID 8 sets the state at once, so it has no SS"},
      {"TIME,AMT,CMT,EVID,RATE,SS\n0,0,1,1,-2,1\n",
       "people.csv:2:9: error: a steady constant infusion (AMT 0) has a rate"},
      {"TIME,AMT,CMT,EVID,II,ADDL\n0,1,1,1,1,100000000\n", "ADDL: expected a whole number from 0 to 1000000"},
  };
  expect_error(WRONG[_i].table, WRONG[_i].message);
}
END_TEST
enum { N_WRONG = 42 };

START_TEST(wrong_units) {
  rein_arena *arena = rein_arena_create();
  const char *text =
      "rein: scenario/1\nname: s\nmodel: ./m.yaml\ncohort: typical\nmeasure: {at: [0 h, 5 h]}\n"
      "arms:\n  a:\n    events: {table: people.csv, units: {time: h}}\n";
  const char *got = solved_messages(arena, MODEL, text, "TIME,AMT,CMT\n0,1,1\n");
  ck_assert_msg(strstr(got, "s.yaml:8:13: error: events: 'units' has to say the unit of column 'AMT'") !=
                    NULL,
                "%s", got);
  text = "rein: scenario/1\nname: s\nmodel: ./m.yaml\ncohort: typical\nmeasure: {at: [0 h, 5 h]}\n"
         "arms:\n  a:\n    events: {table: people.csv, units: {time: h, amt: mL}}\n";
  got = solved_messages(arena, MODEL, text, "TIME,AMT,CMT\n0,1,1\n");
  ck_assert_msg(strstr(got, "error: column 'AMT' has unit mL, expected mg") != NULL, "%s", got);
  rein_arena_destroy(arena);
}
END_TEST

/* ---- what is accepted ---- */

/* Units are converted, cells may be empty, columns of an observed data set may stay. */
START_TEST(a_data_set) {
  solved s =
      solved_create(MODEL,
                    "rein: scenario/1\nname: s\nmodel: ./m.yaml\ncohort: typical\nkeep: [observables]\n"
                    "solver: {rtol: 1e-9, atol_rel: 1e-12}\nmeasure: {at: [0 h, 5 h, 15 h, 50 h]}\n"
                    "arms:\n  a:\n    events: {table: people.csv, units: {time: min, amt: {1: g, B: ug}},\n"
                    "             ignore: [comment]}\n",
                    "id,time,amt,cmt,evid,mdv,dv,dvid,cens,lloq,comment\n"
                    "1,60,0.02,1,1,1,.,.,.,.,first\n1,90,.,1,0,0,3.5,1,0,0.1,\n"
                    "1,120,.,.,2,1,.,.,.,.,other\n1,180,30000,B,1,1,.,.,.,.,\n",
                    NULL);
  for (int i = 0; i < 4; i++) {
    near(solved_at(&s, 0, 0, i, 0), bolus(20, 0.1, TIMES[i] - 1), "a");
    near(solved_at(&s, 0, 0, i, 1), bolus(30, 0.1, TIMES[i] - 3), "b");
  }
  solved_destroy(&s);
}
END_TEST

/* Without EVID an amount is a dose. A clock that goes back with a reset goes on from the latest time. */
START_TEST(clocks) {
  solved s = solved_create(MODEL, SCENARIO("typical", ""), "TIME,AMT,CMT\n1,20,1\n2,.,1\n3,30,B\n", NULL);
  for (int i = 0; i < 4; i++) {
    near(solved_at(&s, 0, 0, i, 0), bolus(20, 0.1, TIMES[i] - 1), "a");
    near(solved_at(&s, 0, 0, i, 1), bolus(30, 0.1, TIMES[i] - 3), "b");
  }
  solved_destroy(&s);
  s = solved_create(MODEL, SCENARIO("typical", ""),
                    "TIME,AMT,CMT,EVID\n1,20,1,1\n12,0,1,0\n0,30,2,4\n2,8,1,1\n", NULL);
  for (int i = 0; i < 4; i++) {
    double t = TIMES[i];
    near(solved_at(&s, 0, 0, i, 0), t < 12 ? bolus(20, 0.1, t - 1) : bolus(8, 0.1, t - 14), "a");
    near(solved_at(&s, 0, 0, i, 1), bolus(30, 0.1, t - 12), "b");
  }
  solved_destroy(&s);
}
END_TEST

/* A replacement is repeated like a dose. */
START_TEST(replaced_again) {
  solved s = solved_create(MODEL, SCENARIO("typical", ""),
                           "TIME,AMT,CMT,EVID,II,ADDL\n0,20,1,1,0,0\n2,30,1,8,6,2\n", NULL);
  near(solved_at(&s, 0, 0, 1, 0), 30 * exp(-0.3), "after the first");
  near(solved_at(&s, 0, 0, 2, 0), 30 * exp(-0.1), "after the third");
  near(solved_at(&s, 0, 0, 3, 0), 30 * exp(-3.6), "later");
  solved_destroy(&s);
}
END_TEST

/* The rate of loss follows the weight: 70 kg until 5 h, 140 kg until 15 h, then 35 kg. */
START_TEST(covariates_over_time) {
  const char *table = "TIME,AMT,CMT,EVID,WT\n0,100,1,1,70\n5,0,1,0,140\n9,0,1,0,.\n15,0,1,0,35\n";
  solved s = solved_create(
      MODEL, SCENARIO("typical", ", covariates: {WT: {sets: weight, unit: kg}}, carry: last"), table, NULL);
  near(solved_at(&s, 0, 0, 1, 0), 100 * exp(-0.5), "last");
  near(solved_at(&s, 0, 0, 2, 0), 100 * exp(-0.5 - 2), "last");
  near(solved_at(&s, 0, 0, 3, 0), 100 * exp(-0.5 - 2 - 0.05 * 35), "last");
  solved_destroy(&s);
  s = solved_create(MODEL, SCENARIO("typical", ", covariates: {WT: {sets: weight, unit: kg}}, carry: next"),
                    table, NULL);
  near(solved_at(&s, 0, 0, 1, 0), 100 * exp(-1), "next");
  near(solved_at(&s, 0, 0, 2, 0), 100 * exp(-1 - 0.5), "next");
  near(solved_at(&s, 0, 0, 3, 0), 100 * exp(-1 - 0.5 - 0.05 * 35), "next");
  solved_destroy(&s);

  rein_arena *arena = rein_arena_create();
  const char *got = solved_messages(
      arena, MODEL, SCENARIO("typical", ", covariates: {WT: {sets: weight, unit: kg}}"), table);
  ck_assert_msg(strstr(got, "covariates over time need 'carry'") != NULL, "%s", got);
  got = solved_messages(arena, MODEL,
                        SCENARIO("typical", ", covariates: {WT: {sets: weight, unit: kg}}, carry: last"),
                        "TIME,AMT,CMT,WT\n0,1,1,.\n5,0,1,70\n");
  ck_assert_msg(strstr(got, "people.csv:2:7: error: no value of this column is known here") != NULL, "%s",
                got);
  rein_arena_destroy(arena);
}
END_TEST

/* Cells without a value, by how the column is carried; NULL: right. */
START_TEST(missing_cells) {
  static const struct {
    const char *carry, *cells[3], *message;
  } CASES[] = {
      {"last", {".", "70", "80"}, "people.csv:2:7: error: no value of this column is known here"},
      {"last", {"70", "", "NA"}, NULL},
      {"last", {"", "", ""}, "people.csv:2:7: error: no value of this column is known here"},
      {"next", {".", "", "80"}, NULL},
      {"next", {"70", "80", "."}, "people.csv:4:7: error: no value of this column comes later"},
      {"next", {"", "", ""}, "people.csv:4:7: error: no value of this column comes later"},
      {"linear", {"70", ".", "80"}, NULL},
      {"linear", {".", "70", "80"}, "people.csv:2:7: error: no value of this column is known here"},
      {"linear", {"70", "80", ""}, "people.csv:4:7: error: no value of this column comes later"},
      {"last", {"70", "abc", "80"}, "people.csv:3:7: error: column 'WT' holds no number in this line"},
      {"linear", {"70", "inf", "80"}, "people.csv:3:7: error: column 'WT' holds no number in this line"},
  };
  for (size_t i = 0; i < sizeof CASES / sizeof *CASES; i++) {
    rein_arena *arena = rein_arena_create();
    const char *const *cell = CASES[i].cells,
                      *text = rein_arena_printf(
                          arena,
                          SCENARIO("typical", ", covariates: {WT: {sets: weight, unit: kg}}, carry: %s"),
                          CASES[i].carry),
                      *table = rein_arena_printf(arena, "TIME,AMT,CMT,WT\n0,1,1,%s\n5,.,1,%s\n9,2,1,%s\n",
                                                 cell[0], cell[1], cell[2]),
                      *got = solved_messages(arena, MODEL, text, table);
    if (CASES[i].message)
      ck_assert_msg(strstr(got, CASES[i].message) != NULL, "%s: %s", table, got);
    else
      ck_assert_msg(strstr(got, "error") == NULL, "%s: %s", table, got);
    rein_arena_destroy(arena);
  }
}
END_TEST

/* A counterfactual leaves out one action of the table. */
START_TEST(counterfactual) {
  solved s = solved_create(MODEL, SCENARIO("typical", "") "counterfactual: {without: y}\n",
                           "TIME,AMT,CMT\n1,20,1\n3,30,2\n", NULL);
  ck_assert_int_eq(s.f.scenario->n_arm, 2);
  ck_assert_int_eq(s.f.scenario->arm[0].reference, 1);
  for (int i = 0; i < 4; i++) {
    near(solved_at(&s, 0, 1, i, 0), bolus(20, 0.1, TIMES[i] - 1), "a");
    near(solved_at(&s, 0, 0, i, 1), bolus(30, 0.1, TIMES[i] - 3), "b");
    near(solved_at(&s, 0, 1, i, 1), 0, "without b");
  }
  solved_destroy(&s);
}
END_TEST

/* Doses of several people are their data, whoever the cohort is; of one they are a regimen. */
START_TEST(several_people_are_people) {
  static const char *const TABLE[] = {"ID,TIME,AMT,CMT\nplanted7,0,100,1\n",
                                      "ID,TIME,AMT,CMT\nplanted7,0,100,1\nplanted8,0,50,1\n"};
  for (int i = 0; i < 2; i++) {
    solved s = solved_create(MODEL, SCENARIO("{n: 2}", ""), TABLE[i], NULL);
    ck_assert(s.f.scenario->individual_data == (i == 1));
    rein_text text;
    rein_text_init(&text, s.f.arena);
    rein_scenario_print(s.f.scenario, &text);
    ck_assert_ptr_null(strstr(text.bytes, "planted"));
    solved_destroy(&s);
  }
}
END_TEST

/* ---- many ---- */

/* Person i takes i mg at i / 100 h into A, i / 2 mg into B every hour after; alone or in company. */
START_TEST(a_thousand_regimens) {
  enum { N = 1000 };
  char *table = malloc(N * 100), *at = table;
  ck_assert_ptr_nonnull(table);
  at += sprintf(at, "ID,TIME,AMT,CMT,EVID,II,ADDL\n");
  for (int i = 1; i <= N; i++)
    at += sprintf(at, "%d,%.2f,%d,1,1,0,0\n%d,%.2f,%g,2,1,1,%d\n", i, i / 100.0, i, i, i / 100.0, i / 2.0,
                  i % 7);
  const char *text = SCENARIO("{n: 1000}", "");
  solved many = solved_create(MODEL, text, table, NULL);
  rein_scenario_options narrow = {.n_lane = 8};
  solved few = solved_create(MODEL, text, table, &narrow);
  for (int i = 1; i <= N; i++)
    for (int t = 0; t < 4; t++) {
      double since = TIMES[t] - i / 100.0, b = 0;
      for (int j = 0; j <= i % 7; j++) b += bolus(i / 2.0, 0.1, since - j);
      near(solved_at(&many, i - 1, 0, t, 0), bolus(i, 0.1, since), "a");
      near(solved_at(&many, i - 1, 0, t, 1), b, "b");
      near(solved_at(&few, i - 1, 0, t, 0), solved_at(&many, i - 1, 0, t, 0), "a in few lanes");
      near(solved_at(&few, i - 1, 0, t, 1), solved_at(&many, i - 1, 0, t, 1), "b in few lanes");
    }
  solved_destroy(&many);
  solved_destroy(&few);
  free(table);
}
END_TEST

/* Beside a table of people (ids B, A, C) a table is about each of them, or says who is left out. */
START_TEST(people_without_lines) {
  static const struct {
    const char *table, *more, *message;
  } CASES[] = {
      {"ID,TIME,AMT,CMT\nA,0,10,x\nB,0,20,x\nC,0,30,x\n", "", ""},
      {"TIME,AMT,CMT\n0,10,x\n", "", ""},
      {"TIME,AMT,CMT\n0,10,x\n", "people_without_lines: untreated, ",
       "s.yaml:8:36: error: 'people_without_lines' is for a table with the column ID beside a table of "
       "people"},
      {"ID,TIME,AMT,CMT\nA,0,10,x\nB,0,20,x\n", "",
       "s.yaml:8:13: error: 1 of the 3 people have no line in this table; give them lines, or say "
       "'people_without_lines: untreated'"},
      {"ID,TIME,AMT,CMT\nA,0,10,x\nB,0,20,x\n", "", "people.csv:4:1: note: the first of them"},
      {"ID,TIME,AMT,CMT\nA,0,10,x\n", "", "people.csv:2:1: note: the first of them"},
      {"ID,TIME,AMT,CMT\nA,0,10,x\n", "people_without_lines: untreated, ", ""},
      {"ID,TIME,AMT,CMT\nA,0,10,x\nD,0,20,x\n", "people_without_lines: untreated, ",
       "error: the table has doses of 2 people, of whom 1 are not in the table of people"},
      {"ID,TIME,AMT,CMT\nA,0,10,x\nD,0,20,x\n", "", "doses.csv:3:1: note: the first of them"},
      {"ID,TIME,WT\nA,0,10\nB,0,20\n", "covariates: {WT: {sets: k0, unit: 1/h}}, carry: last, ",
       "error: 1 of the 3 people have no line in this table, so nothing is known of their covariates"},
      {"ID,TIME,WT\nX,0,10\n", "covariates: {WT: {sets: k0, unit: 1/h}}, carry: last, ",
       "error: the table has covariates of 1 people, of whom 1 are not"},
  };
  rein_arena *arena = rein_arena_create();
  rein_diag *diag = rein_diag_create(arena);
  char folder[] = "/tmp/rein-lines-XXXXXX";
  ck_assert_ptr_nonnull(mkdtemp(folder));
  const char *path = rein_arena_printf(arena, "%s/doses.csv", folder);
  for (size_t i = 0; i < sizeof CASES / sizeof *CASES; i++) {
    ck_assert_int_eq(rein_files_write(path, CASES[i].table, strlen(CASES[i].table), diag), REIN_OK);
    const char *text = rein_arena_printf(
        arena,
        "rein: scenario/1\nname: s\nmodel: ./m.yaml\n"
        "cohort: {table: people.csv, id: who, columns: {weight: {column: wt, unit: kg}}}\n"
        "measure: {at: [0 h, 5 h]}\narms:\n  a:\n    events: {%stable: %s, units: {time: h, amt: mg}}\n",
        CASES[i].more, path);
    const char *got = solved_messages(arena, MODEL, text, "who,wt\nB,60\nA,80\nC,90\n");
    const bool right = *CASES[i].message ? strstr(got, CASES[i].message) != NULL : *got == '\0';
    ck_assert_msg(right, "case %zu wanted: %s\ngot: %s", i, CASES[i].message, got);
  }
  ck_assert_int_eq(unlink(path), 0);
  ck_assert_int_eq(rmdir(folder), 0);
  rein_arena_destroy(arena);
}
END_TEST

START_TEST(ten_thousand_doses) {
  solved s =
      solved_create(MODEL, SCENARIO("typical", ""), "TIME,AMT,CMT,EVID,II,ADDL\n0,1,1,1,0.005,9999\n", NULL);
  /* 10,000 doses of 1 mg every 0.005 h, the last at 49.995 h: a geometric sum. */
  double wanted = expm1(-0.1 * 50) / expm1(-0.1 * 0.005) * exp(-0.1 * 0.005);
  ck_assert_int_eq((int)s.f.lane[0].n_item, 10000);
  ck_assert_double_eq_tol(solved_at(&s, 0, 0, 3, 0) / wanted, 1, 1e-5); /* each restart costs its share */
  solved_destroy(&s);
}
END_TEST

Suite *rein_suite_doses(void) {
  Suite *suite = suite_create("doses");
  TCase *tcase = tcase_create("doses");
  tcase_set_timeout(tcase, 300);
  tcase_add_loop_test(tcase, wrong_tables, 0, N_WRONG);
  tcase_add_test(tcase, wrong_units);
  tcase_add_test(tcase, a_data_set);
  tcase_add_test(tcase, clocks);
  tcase_add_test(tcase, replaced_again);
  tcase_add_test(tcase, covariates_over_time);
  tcase_add_test(tcase, missing_cells);
  tcase_add_test(tcase, counterfactual);
  tcase_add_test(tcase, several_people_are_people);
  tcase_add_test(tcase, a_thousand_regimens);
  tcase_add_test(tcase, people_without_lines);
  tcase_add_test(tcase, ten_thousand_doses);
  suite_add_tcase(suite, tcase);
  return suite;
}
