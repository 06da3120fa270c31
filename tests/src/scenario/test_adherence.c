/* How doses go, counted over many people and compared with what the numbers mean. */
#include <check.h>
#include <math.h>

#include "src/scenario/adherence.h"
#include "tests/src/scenario/solved.h"

Suite *rein_suite_adherence(void);

enum { N_PERSON = 20000, N_DOSE = 12 };
static double day[N_DOSE];

typedef struct {
  double taken[N_DOSE], after_taken, after_missed, n_after_taken, n_after_missed, sum[N_DOSE],
      reported[N_DOSE];
} counts;

/* Shares of people; doses at days 0, 1, 2, ... */
static counts count(const rein_adherence *how) {
  counts c = {0};
  rein_dose_taken out[N_DOSE];
  for (int i = 0; i < N_DOSE; i++) day[i] = 24.0 * i;
  for (int person = 0; person < N_PERSON; person++) {
    rein_adherence_follow(how, 7, (uint64_t)person, 99, day, NULL, N_DOSE, out);
    for (int i = 0; i < N_DOSE; i++) {
      c.taken[i] += (double)out[i].taken / N_PERSON;
      c.sum[i] += out[i].factor / N_PERSON;
      c.reported[i] += out[i].reported / N_PERSON;
      if (i > 0 && out[i - 1].taken) c.n_after_taken++, c.after_taken += out[i].taken;
      if (i > 0 && !out[i - 1].taken) c.n_after_missed++, c.after_missed += out[i].taken;
    }
  }
  c.after_taken /= c.n_after_taken;
  c.after_missed /= c.n_after_missed;
  return c;
}

#define NEAR(got, wanted) ck_assert_double_eq_tol(got, wanted, 0.012) /* more than 3 SE of a share */

START_TEST(bernoulli_and_initiation) {
  rein_adherence how = rein_adherence_all();
  how.take = 0.8, how.initiation = 0.9;
  counts c = count(&how);
  NEAR(c.taken[0], 0.72);
  NEAR(c.taken[11], 0.72);
  how = rein_adherence_all();
  c = count(&how);
  ck_assert_double_eq_tol(c.taken[5], 1, 1e-9);
}
END_TEST

/* After a taken dose 0.95, after a missed one 0.2: in the long run 0.2 / 0.25 are taken, from the first on.
 */
START_TEST(markov) {
  rein_adherence how = rein_adherence_all();
  how.take = 0.95, how.after_miss = 0.2;
  counts c = count(&how);
  NEAR(c.after_taken, 0.95);
  NEAR(c.after_missed, 0.2);
  NEAR(c.taken[0], 0.8);
  NEAR(c.taken[11], 0.8);
}
END_TEST

START_TEST(stopping) {
  rein_adherence how = rein_adherence_all();
  how.hazard = 0.1 / 24;
  counts c = count(&how);
  NEAR(c.taken[10], exp(-1.0));
  double time[] = {0, 48, 96}, left[] = {1, 1, 0.5};
  how = rein_adherence_all();
  how.has_stays = true,
  how.stays = (rein_curve){.kind = REIN_CURVE_TABLE, .time = time, .value = left, .n = 3};
  c = count(&how);
  NEAR(c.taken[2], 1);
  NEAR(c.taken[3], 0.75);
  NEAR(c.taken[11], 0.5);
}
END_TEST

START_TEST(fraction_over_time) {
  rein_adherence how = rein_adherence_all();
  how.has_amount = true;
  how.amount = (rein_curve){.kind = REIN_CURVE_DECAY, .from = 1, .to = 0.2, .half_life = 24};
  counts c = count(&how);
  ck_assert_double_eq_tol(c.sum[0], 1, 1e-9);
  ck_assert_double_eq_tol(c.sum[1], 0.6, 1e-9);
  ck_assert_double_eq_tol(c.sum[3], 0.3, 1e-9);
}
END_TEST

/* Of two taken with a miss between, the second counts double; late ones all come; what is said need not be
 * true. */
START_TEST(after_a_miss) {
  rein_adherence how = rein_adherence_all();
  how.take = 0.7, how.then = REIN_MISS_DOUBLE;
  counts c = count(&how);
  NEAR(c.sum[0], 0.7);
  NEAR(c.sum[5], 0.7 * 0.7 + 0.7 * 0.3 * 2);
  how.then = REIN_MISS_LATE, how.late = 6;
  c = count(&how);
  ck_assert_double_eq_tol(c.taken[4], 1, 1e-9);
  how.then = REIN_MISS_SKIP, how.overstated = 0.5;
  c = count(&how);
  NEAR(c.sum[3], 0.7);
  NEAR(c.reported[3], 0.85);
}
END_TEST

/* Between people: the median stays, and two lines of one person go together as much as is said. */
START_TEST(between_people) {
  rein_adherence how = rein_adherence_all();
  how.take = 0.5, how.between = 20; /* nearly all or none */
  for (int correlated = 0; correlated < 2; correlated++) {
    how.correlation = correlated;
    int both = 0, first = 0;
    for (int person = 0; person < N_PERSON; person++) {
      rein_dose_taken a[N_DOSE], b[N_DOSE];
      rein_adherence_follow(&how, 7, (uint64_t)person, 1, day, NULL, N_DOSE, a);
      rein_adherence_follow(&how, 7, (uint64_t)person, 2, day, NULL, N_DOSE, b);
      first += a[0].taken;
      both += a[0].taken && b[0].taken;
    }
    ck_assert_double_eq_tol((double)first / N_PERSON, 0.5, 0.02);
    ck_assert_double_eq_tol((double)both / N_PERSON, correlated ? 0.5 : 0.25, 0.03);
  }
}
END_TEST

/* Through a scenario: a missed dose is delivered late, a parameter moves half the way. */
START_TEST(in_a_scenario) {
  const char *model =
      "rein: model/1\nname: m\ntime: h\nparameters:\n  k: {value: 2 mg/h, assumed: example}\n"
      "states:\n  A: {unit: mg, initial: 0, scale: 100 mg}\nprocesses:\n  in: {to: A, rate: k}\n"
      "actions:\n  x: {unit: mg, into: A}\n  s: {unit: mg/h, sets: k}\n"
      "observables:\n  a: {is: A, unit: mg, noise: none}\n";
  solved s = solved_create(
      model,
      "rein: scenario/1\nname: s\nmodel: ./m.yaml\ncohort: typical\nmeasure: {at: [0 h, 5 h, 7 h, 10 "
      "h]}\narms:\n"
      "  late: {actions: [{do: x, amount: 8 mg, every: 4 h, count: 2, missed: 2,\n"
      "                    adherence: {then: late, late: 2 h}}]}\n"
      "  half: {actions: [{do: s, amount: 6 mg/h, at: 4 h, duration: 2 h, adherence: {amount: 50 %}}]}\n",
      NULL, NULL);
  ck_assert_double_eq_tol(solved_at(&s, 0, 0, 1, 0), 10 + 8, 1e-4);
  ck_assert_double_eq_tol(solved_at(&s, 0, 0, 2, 0), 14 + 16, 1e-4);
  ck_assert_double_eq_tol(solved_at(&s, 0, 1, 3, 0), 20 + 2 * 2, 1e-4);
  const rein_lane_plan *lane = &s.f.lane[filled_lane(&s.f, 0, "half")];
  ck_assert_double_eq(lane->dose[0].prescribed, 6);
  ck_assert_double_eq(lane->dose[0].delivered, 4);
  solved_destroy(&s);
}
END_TEST

Suite *rein_suite_adherence(void) {
  Suite *suite = suite_create("adherence");
  TCase *tcase = tcase_create("adherence");
  tcase_set_timeout(tcase, 60);
  tcase_add_test(tcase, bernoulli_and_initiation);
  tcase_add_test(tcase, markov);
  tcase_add_test(tcase, stopping);
  tcase_add_test(tcase, fraction_over_time);
  tcase_add_test(tcase, after_a_miss);
  tcase_add_test(tcase, between_people);
  tcase_add_test(tcase, in_a_scenario);
  suite_add_tcase(suite, tcase);
  return suite;
}
