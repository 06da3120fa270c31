/* Individual dose times in one batch: every member's answer is the one it has when its lane is integrated
 * with nobody beside it, within the tolerances of the integration. */
#include <check.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "tests/src/scenario/solved.h"

Suite *rein_suite_same_times(void);

#define MODEL                                                                                                \
  "rein: model/1\nname: m\ntime: h\nparameters:\n"                                                           \
  "  ka: {value: 1 1/h, between: \"lognormal(cv: 40 %)\", assumed: example}\n"                               \
  "  vmax: {value: 4 mg/h, between: \"lognormal(cv: 30 %)\", assumed: example}\n"                            \
  "  km: {value: 20 mg, assumed: example}\n  k: {value: 0.1 1/h, assumed: example}\n"                        \
  "states:\n  gut: {unit: mg, initial: 0, scale: 50 mg}\n  body: {unit: mg, initial: 0, scale: 50 mg}\n"     \
  "  effect: {unit: mg, initial: 10 mg, scale: 10 mg}\n"                                                     \
  "processes:\n  absorb: {from: gut, to: body, rate: ka * gut}\n"                                            \
  "  clear: {from: body, rate: vmax * body / (km + body)}\n"                                                 \
  "  make: {to: effect, rate: k * 10 mg * (1 - body / (km + body))}\n"                                       \
  "  lose: {from: effect, rate: k * effect}\n"                                                               \
  "actions:\n  oral: {unit: mg, into: gut}\n  drip: {unit: mg, into: body}\n"                                \
  "observables:\n  e: {is: effect, unit: mg, noise: none}\n"

#define SCENARIO(method)                                                                                     \
  "rein: scenario/1\nname: s\nmodel: ./m.yaml\nseed: 5\ncohort: {n: 24}\nkeep: [states]\n"                   \
  "solver: {rtol: 1e-7, atol_rel: 1e-10, method: " method "}\n"                                              \
  "measure: {from: 0 h, to: 120 h, every: 6 h}\n"                                                            \
  "arms:\n  moved:\n    actions:\n"                                                                          \
  "      - {do: oral, amount: 60 mg, every: 24 h, for: 5 d, jitter: 2 h, adherence: 80 %}\n"                 \
  "      - {do: drip, amount: 20 mg, duration: 3 h, every: 48 h, for: 5 d, jitter: 2 h}\n"

enum { N_LANE = 24, N_PERSON = 24 };

typedef struct {
  const solved *together;
  double worst; /* difference relative to the state's scale of 10 mg */
  int n_member;
} comparison;

/* Batch i holds what lane i of the plan's only batch holds, and company that is never delivered. */
static rein_status fill_one(void *context, int64_t i, rein_eval *eval, rein_lane_plan *lane) {
  const rein_plan *plan = ((comparison *)context)->together->f.plan;
  const rein_status status = plan->fill(plan->context, i / plan->n_lane, eval, lane);
  for (int l = 0; l < plan->n_lane; l++) {
    if (l == i % plan->n_lane) continue;
    lane[l].real = false;
    lane[l].n_item = lane[l].n_dose = 0;
  }
  return status;
}

static rein_status compare(void *context, const rein_batch_result *r) {
  comparison *c = context;
  const rein_plan *plan = c->together->f.plan;
  for (int l = 0; l < r->n_lane; l++) {
    if (!r->lane[l].real) continue;
    c->n_member++;
    ck_assert_int_eq(r->outcome[l].status, REIN_LANE_FINE);
    for (int j = 0; j < plan->n_obs * plan->n_keep; j++) {
      const double alone = r->out[(size_t)j * (size_t)r->n_lane + (size_t)l];
      const double beside =
          solved_at(c->together, r->lane[l].individual, 0, j / plan->n_keep, j % plan->n_keep);
      ck_assert(isfinite(alone));
      c->worst = fmax(c->worst, fabs(alone - beside) / 10);
    }
  }
  return REIN_OK;
}

static void alone_and_together(const char *text) {
  const rein_scenario_options options = {.n_lane = N_LANE};
  solved s = solved_create(MODEL, text, NULL, &options);
  ck_assert_int_eq(s.f.plan->n_lane, N_LANE);
  comparison c = {.together = &s};
  rein_plan plan = *s.f.plan;
  plan.context = &c;
  plan.n_batch *= plan.n_lane;
  plan.fill = fill_one;
  const rein_sink sink = {&c, compare};
  const rein_ens_options ens = {.n_thread = 1};
  rein_ens_totals totals;
  ck_assert_int_eq(rein_ens_run(s.f.tape, &plan, &sink, &ens, &totals), REIN_OK);
  ck_assert_int_eq(c.n_member, N_PERSON);
  ck_assert_msg(c.worst < 2e-5, "a member differs by %.1e of its scale", c.worst);
  /* its neighbour's answer is another one: the comparison can fail */
  double apart = INFINITY;
  for (int i = 1; i < N_PERSON; i++) {
    double largest = 0;
    for (int t = 0; t < s.f.plan->n_obs; t++)
      for (int k = 0; k < s.f.plan->n_keep; k++)
        largest = fmax(largest, fabs(solved_at(&s, i, 0, t, k) - solved_at(&s, i - 1, 0, t, k)) / 10);
    apart = fmin(apart, largest);
  }
  ck_assert_double_gt(apart, 1e-3);
  if (getenv("REIN_TEST_FIGURES")) printf("alone and together %.1e, neighbours %.1e\n", c.worst, apart);
  solved_destroy(&s);
}

START_TEST(bdf_alone_and_together) {
  alone_and_together(SCENARIO("bdf"));
}
END_TEST

START_TEST(adams_alone_and_together) {
  alone_and_together(SCENARIO("adams"));
}
END_TEST

START_TEST(dopri5_alone_and_together) {
  alone_and_together(SCENARIO("dopri5"));
}
END_TEST

/* What is observed reads a parameter that actions set at times of each member's own: observations that wait
 * for other lanes are of the parameter as it was. */
#define SET_MODEL                                                                                            \
  "rein: model/1\nname: m\ntime: h\nparameters:\n  gain: {value: 1 1, assumed: example}\n"                   \
  "  k: {value: 0.3 1/h, assumed: example}\n"                                                                \
  "states:\n  one: {unit: mg, initial: 1 mg}\n  gut: {unit: mg, initial: 0, scale: 50 mg, rate: -k * gut}\n" \
  "actions:\n  oral: {unit: mg, into: gut}\n  turn: {unit: 1, sets: gain}\n"                                 \
  "observables:\n  seen: {is: one * gain, unit: mg, noise: none}\n"

#define SET_SCENARIO(method)                                                                                 \
  "rein: scenario/1\nname: s\nmodel: ./m.yaml\nseed: 5\ncohort: {n: 24}\nsolver: {method: " method "}\n"     \
  "measure: {from: 0 h, to: 120 h, every: 1 h}\narms:\n  moved:\n    actions:\n"                             \
  "      - {do: oral, amount: 60 mg, every: 12 h, for: 5 d, jitter: 2 h}\n"                                  \
  "      - {do: turn, amount: 3, at: 30 h, jitter: 3 h}\n"                                                   \
  "      - {do: turn, amount: 7, at: 60 h, jitter: 3 h}\n"

typedef struct {
  const rein_plan *plan;
  const rein_tape *tape;
  int n_checked, n_turned;
} gains;

static rein_status check_gains(void *context, const rein_batch_result *r) {
  gains *g = context;
  int row = 0; /* of `seen`, the only observable */
  while (g->plan->keep[row] != g->tape->n_state) row++;
  for (int l = 0; l < r->n_lane; l++) {
    const rein_lane_plan *lane = &r->lane[l];
    if (!lane->real) continue;
    for (int t = 0; t < lane->n_obs; t++, g->n_checked++) {
      double gain = 1;
      for (size_t i = 0; i < lane->n_item && lane->item[i].time < lane->obs[t]; i++)
        if (lane->item[i].kind == REIN_ITEM_PARAM) gain = lane->item[i].amount, g->n_turned++;
      const size_t at = ((size_t)t * (size_t)g->plan->n_keep + (size_t)row) * (size_t)r->n_lane;
      ck_assert_double_eq_tol(r->out[at + (size_t)l], gain, 1e-12);
    }
  }
  return REIN_OK;
}

static void own_parameters(const char *text) {
  const rein_scenario_options options = {.n_lane = N_LANE};
  solved s = solved_create(SET_MODEL, text, NULL, &options);
  gains g = {.plan = s.f.plan, .tape = s.f.tape};
  const rein_sink sink = {&g, check_gains};
  const rein_ens_options ens = {.n_thread = 1};
  rein_ens_totals totals;
  ck_assert_int_eq(rein_ens_run(s.f.tape, s.f.plan, &sink, &ens, &totals), REIN_OK);
  ck_assert_int_eq(g.n_checked, N_PERSON * 121);
  ck_assert_int_gt(g.n_turned, N_PERSON * 100);
  solved_destroy(&s);
}

START_TEST(observed_by_parameters_as_they_were) {
  own_parameters(SET_SCENARIO("bdf"));
  own_parameters(SET_SCENARIO("dopri5"));
}
END_TEST

Suite *rein_suite_same_times(void) {
  Suite *suite = suite_create("same/times");
  TCase *tcase = tcase_create("individual dose times");
  tcase_set_timeout(tcase, 60);
  tcase_add_test(tcase, bdf_alone_and_together);
  tcase_add_test(tcase, adams_alone_and_together);
  tcase_add_test(tcase, dopri5_alone_and_together);
  tcase_add_test(tcase, observed_by_parameters_as_they_were);
  suite_add_tcase(suite, tcase);
  return suite;
}
