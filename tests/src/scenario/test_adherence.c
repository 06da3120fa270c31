/* How doses go, counted over many people and compared with what the numbers mean. */
#include <check.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "src/scenario/adherence.h"
#include "src/stats/binomial.h"
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

/* ---- exact expectations, each at a level of 99.99 % ---- */

/* k hits of n do not contradict the share. */
static void agrees(double k, double n, double share, const char *what) {
  double low, high;
  ck_assert(rein_binomial_interval(k, n, 0.9999, &low, &high));
  ck_assert_msg(low <= share && share <= high, "%s: %g of %g, expected a share of %g", what, k, n, share);
}

static double choose(int n, int k) {
  double c = 1;
  for (int i = 0; i < k; i++) c = c * (n - i) / (i + 1);
  return c;
}

/* Doses are independent of one another: how many of twelve are taken is binomial, number by number. */
START_TEST(bernoulli_is_binomial) {
  rein_adherence how = rein_adherence_all();
  int people[N_DOSE + 1] = {0};
  how.take = 0.7;
  for (int i = 0; i < N_DOSE; i++) day[i] = 24.0 * i;
  for (int person = 0; person < N_PERSON; person++) {
    rein_dose_taken out[N_DOSE];
    int n = 0;
    rein_adherence_follow(&how, 3, (uint64_t)person, 5, day, NULL, N_DOSE, out);
    for (int i = 0; i < N_DOSE; i++) n += out[i].taken;
    people[n]++;
  }
  for (int k = 0; k <= N_DOSE; k++)
    agrees(people[k], N_PERSON, choose(N_DOSE, k) * pow(0.7, k) * pow(0.3, N_DOSE - k), "binomial");
}
END_TEST

/* The chain from its long run on: shares at every dose, transitions, and joint shares at a distance d of
 * pi (pi + (1 - pi) r^d) with r = 0.9 - 0.3; runs of misses end with 0.3. */
START_TEST(markov_is_stationary) {
  rein_adherence how = rein_adherence_all();
  how.take = 0.9, how.after_miss = 0.3;
  const double pi = 0.3 / 0.4, r = 0.6;
  double at[N_DOSE] = {0}, both[N_DOSE] = {0};
  for (int i = 0; i < N_DOSE; i++) day[i] = 24.0 * i;
  for (int person = 0; person < N_PERSON; person++) {
    rein_dose_taken out[N_DOSE];
    rein_adherence_follow(&how, 3, (uint64_t)person, 5, day, NULL, N_DOSE, out);
    for (int i = 0; i < N_DOSE; i++) at[i] += out[i].taken, both[i] += out[0].taken && out[i].taken;
  }
  for (int i = 0; i < N_DOSE; i++) {
    agrees(at[i], N_PERSON, pi, "stationary");
    agrees(both[i], N_PERSON, pi * (pi + (1 - pi) * pow(r, i)), "joint");
  }
}
END_TEST

/* Share of people who begin; of those who stay to each dose with a hazard, and by a table. */
START_TEST(initiation_and_persistence) {
  for (int table = 0; table < 2; table++) {
    rein_adherence how = rein_adherence_all();
    double time[] = {0, 96, 240}, left[] = {1, 0.6, 0.3}, n[N_DOSE] = {0};
    how.initiation = 0.85;
    if (table) {
      how.has_stays = true;
      how.stays = (rein_curve){.kind = REIN_CURVE_TABLE, .time = time, .value = left, .n = 3};
    } else {
      how.hazard = 0.004;
    }
    for (int i = 0; i < N_DOSE; i++) day[i] = 24.0 * i;
    for (int person = 0; person < N_PERSON; person++) {
      rein_dose_taken out[N_DOSE];
      rein_adherence_follow(&how, 3, (uint64_t)person, 5, day, NULL, N_DOSE, out);
      for (int i = 0; i < N_DOSE; i++) {
        n[i] += out[i].taken;
        ck_assert(i == 0 || !out[i].taken || out[i - 1].taken); /* who has stopped does not come back */
      }
    }
    for (int i = 0; i < N_DOSE; i++) {
      const double t = day[i], stays = !table    ? exp(-0.004 * t)
                                       : t <= 96 ? 1 - 0.4 * t / 96
                                                 : fmax(0.3, 0.6 - 0.3 * (t - 96) / 144);
      agrees(n[i], N_PERSON, 0.85 * stays, table ? "table" : "hazard");
    }
  }
}
END_TEST

/* Constant, decaying, by a table: the same for everybody, so exact. */
START_TEST(amounts) {
  static const double time[] = {24, 72}, value[] = {1, 0.5};
  static const rein_curve CURVES[] = {{.kind = REIN_CURVE_CONSTANT, .from = 0.7},
                                      {.kind = REIN_CURVE_DECAY, .from = 0.9, .to = 0.1, .half_life = 48},
                                      {.kind = REIN_CURVE_TABLE, .time = time, .value = value, .n = 2}};
  for (int c = 0; c < 3; c++) {
    rein_adherence how = rein_adherence_all();
    rein_dose_taken out[N_DOSE];
    how.has_amount = true, how.amount = CURVES[c];
    for (int i = 0; i < N_DOSE; i++) day[i] = 24.0 * i;
    rein_adherence_follow(&how, 3, 0, 5, day, NULL, N_DOSE, out);
    for (int i = 0; i < N_DOSE; i++) {
      const double t = 24.0 * i, wanted = c == 0   ? 0.7
                                          : c == 1 ? 0.1 + 0.8 * pow(0.5, t / 48)
                                                   : fmin(1, fmax(0.5, 1 - 0.5 * (t - 24) / 48));
      ck_assert_double_eq_tol(out[i].factor, wanted, 1e-12);
    }
  }
}
END_TEST

static double logistic(double x) {
  return 1 / (1 + exp(-x));
}

/* E[p] and E[p q] of two lines whose logits are 0.8 + s z with z correlated by r: sums over a grid of the
 * common deviate and of each one's own. */
static void expected(double s, double r, double *one, double *both) {
  enum { N = 400 };
  *one = *both = 0;
  double weight = 0;
  for (int i = -N; i <= N; i++) {
    const double common = 8.0 * i / N, w = exp(-common * common / 2);
    double mean = 0, own_weight = 0;
    for (int k = -N; k <= N; k++) {
      const double own = 8.0 * k / N, v = exp(-own * own / 2);
      mean += v * logistic(0.8 + s * (sqrt(r) * common + sqrt(1 - r) * own));
      own_weight += v;
    }
    mean /= own_weight;
    *one += w * mean, *both += w * mean * mean, weight += w;
  }
  *one /= weight, *both /= weight;
}

/* People differ with an SD of 1.2 on the logit scale, of which two lines of a person share 60 % of the
 * variance: shares of the first doses, of both first doses, and of two doses of one line. */
START_TEST(correlated_across_lines) {
  static const double SHARED[] = {0, 0.6, 1};
  double one, both, same, unused;
  for (int c = 0; c < 3; c++) {
    rein_adherence how = rein_adherence_all();
    double n_one = 0, n_both = 0, n_same = 0;
    how.take = logistic(0.8), how.between = 1.2, how.correlation = SHARED[c];
    for (int person = 0; person < N_PERSON; person++) {
      rein_dose_taken a[2], b[2];
      rein_adherence_follow(&how, 3, (uint64_t)person, 5, day, NULL, 2, a);
      rein_adherence_follow(&how, 3, (uint64_t)person, 6, day, NULL, 2, b);
      n_one += a[0].taken, n_both += a[0].taken && b[0].taken, n_same += a[0].taken && a[1].taken;
    }
    expected(1.2, SHARED[c], &one, &both);
    expected(1.2, 1, &unused, &same);
    agrees(n_one, N_PERSON, one, "one");
    agrees(n_both, N_PERSON, both, "two lines");
    agrees(n_same, N_PERSON, same, "one line");
    ck_assert(c > 0 || same - both > 0.03); /* the shares tell the correlations apart */
  }
}
END_TEST

/* Times taken are around those prescribed with the SD that is said, and each dose has its own. */
START_TEST(jitter) {
  enum { N = 4000 };
  filled f = filled_create(
      "rein: model/1\nname: m\ntime: h\nparameters:\n  k: {value: 0.1 1/h, assumed: example}\n"
      "states:\n  A: {unit: mg, initial: 0, scale: 1 mg}\nprocesses:\n  out: {from: A, rate: k * A}\n"
      "actions:\n  x: {unit: mg, into: A}\nobservables:\n  a: {is: A, unit: mg, noise: none}\n",
      "rein: scenario/1\nname: s\nmodel: ./m.yaml\ncohort: typical\nmeasure: {at: [0 h, 100000 h]}\narms:\n"
      "  a: {actions: [{do: x, amount: 1 mg, from: 24 h, every: 24 h, count: 4000, jitter: 45 min}]}\n",
      NULL, NULL);
  const rein_lane_plan *lane = &f.lane[0];
  double sum = 0, squares = 0, products = 0, before = 0;
  int n_within = 0;
  ck_assert_uint_eq(lane->n_dose, N);
  for (int i = 0; i < N; i++) {
    const double z = (lane->dose[i].time_delivered - lane->dose[i].time_prescribed) / 0.75;
    ck_assert_double_eq(lane->dose[i].time_prescribed, 24.0 * (i + 1));
    sum += z, squares += z * z, products += z * before;
    n_within += fabs(z) < 1;
    before = z;
  }
  const double se = 1 / sqrt(N);
  ck_assert_double_le(fabs(sum / N), 3.9 * se);
  ck_assert_double_le(fabs(squares / N - 1), 3.9 * sqrt(2) * se);
  ck_assert_double_le(fabs(products / N), 3.9 * se);
  agrees(n_within, N, erf(sqrt(0.5)), "within an SD");
  filled_destroy(&f);
}
END_TEST

/* A dose that jitter would put before the start is taken then, and `rein check` says how often. */
START_TEST(jitter_before_the_start) {
  static const char *const from[] = {"24 h", "1.5 h", "0 h"}, *const said[] = {"", ": 2 % of", ": 50 % of"};
  for (int i = 0; i < 3; i++) {
    char scenario[400];
    snprintf(scenario, sizeof scenario,
             "rein: scenario/1\nname: s\nmodel: ./m.yaml\ncohort: typical\nmeasure: {at: [0 h, 100 h]}\n"
             "arms:\n  a: {actions: [{do: x, amount: 1 mg, at: %s, jitter: 45 min}]}\n",
             from[i]);
    filled f = filled_create(
        "rein: model/1\nname: m\ntime: h\nstates:\n  A: {unit: mg, initial: 0, scale: 1 mg}\n"
        "actions:\n  x: {unit: mg, into: A}\nobservables:\n  a: {is: A, unit: mg, noise: none}\n",
        scenario, NULL, NULL);
    rein_diag *diag = rein_diag_create(f.arena);
    rein_text text;
    rein_text_init(&text, f.arena);
    rein_scenario_warn_of_jitter(f.scenario, diag);
    rein_diag_print(diag, &text);
    ck_assert_int_eq(rein_diag_n_warning(diag), i > 0);
    ck_assert_msg(!text.n || strstr(text.bytes, said[i]), "%s", text.bytes);
    filled_destroy(&f);
  }
}
END_TEST

/* What is done after a miss, dose by dose, of a known history: 2, 3 and 6 are missed. */
START_TEST(rules_after_a_miss) {
  enum { N = 7 };
  static const bool missed[N] = {false, true, true, false, false, true, false};
  static const double FACTOR[3][N] = {{1, 0, 0, 1, 1, 0, 1}, {1, 1, 1, 1, 1, 1, 1}, {1, 0, 0, 2, 1, 0, 2}};
  for (int then = REIN_MISS_SKIP; then <= REIN_MISS_DOUBLE; then++) {
    rein_adherence how = rein_adherence_all();
    rein_dose_taken out[N];
    how.then = (rein_miss)then, how.late = 5;
    rein_adherence_follow(&how, 3, 0, 5, day, missed, N, out);
    for (int i = 0; i < N; i++) {
      ck_assert_double_eq(out[i].factor, FACTOR[then][i]);
      ck_assert_double_eq(out[i].reported, FACTOR[then][i]);
      ck_assert_int_eq(out[i].late, then == REIN_MISS_LATE && missed[i]);
      ck_assert_int_eq(out[i].taken, then == REIN_MISS_LATE || !missed[i]);
      ck_assert_int_eq(out[i].doubled, FACTOR[then][i] == 2);
    }
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
  tcase_add_test(tcase, bernoulli_is_binomial);
  tcase_add_test(tcase, markov_is_stationary);
  tcase_add_test(tcase, initiation_and_persistence);
  tcase_add_test(tcase, amounts);
  tcase_add_test(tcase, correlated_across_lines);
  tcase_add_test(tcase, jitter);
  tcase_add_test(tcase, jitter_before_the_start);
  tcase_add_test(tcase, rules_after_a_miss);
  tcase_add_test(tcase, in_a_scenario);
  suite_add_tcase(suite, tcase);
  return suite;
}
