/* Batches: lanes against their run alone, eviction, events and parking, time-known stops, safety, ranges,
 * threads. */
#include <check.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "tests/fault/fault.h"
#include "tests/support.h"

Suite *rein_suite_ensemble(void);

static rein_arena *arena;
static void setup(void) {
  arena = rein_arena_create();
}
static void teardown(void) {
  rein_arena_destroy(arena);
}

static const double hours[] = {0, 1, 2, 5, 10, 20};
#define N_HOUR 6
static const rein_method_kind methods[] = {REIN_METHOD_BDF, REIN_METHOD_DOPRI5};

/* Absorption, saturable elimination, indirect response: mildly stiff, every lane different. */
static const char saturable[] = "rein: model/1\nname: saturable\ntime: h\nparameters:\n"
                                "  ka: {value: 1 1/h, assumed: test}\n  vmax: {value: 8 mg/h, assumed: "
                                "test}\n  km: {value: 5 mg, assumed: test}\n"
                                "  kin: {value: 10 1/h, assumed: test}\n  kout: {value: 0.2 1/h, assumed: "
                                "test}\n  ic50: {value: 12 mg, assumed: test}\n"
                                "states:\n  gut: {unit: mg, initial: 100 mg}\n  central: {unit: mg, initial: "
                                "0}\n  response: {unit: '1', initial: kin / kout}\n"
                                "processes:\n  absorption: {from: gut, to: central, rate: ka * gut}\n"
                                "  elimination: {from: central, rate: vmax * central / (km + central)}\n"
                                "  synthesis: {to: response, rate: kin * (1 - central / (ic50 + central))}\n"
                                "  decay: {from: response, rate: kout * response}\n";

static void vary(int64_t i_batch, int l, rein_eval *eval, rein_lane_plan *plan) {
  double u = (double)(i_batch * 64 + l);
  rein_eval_row(eval, 0)[l] = exp(0.6 * sin(1 + 3 * u));
  rein_eval_row(eval, 1)[l] = 8 * exp(0.4 * sin(2 + 5 * u));
  rein_eval_row(eval, 2)[l] = 5 * exp(0.5 * sin(7 * u));
  rein_lane_add_item(plan, (rein_item){3 + 0.05 * l, REIN_ITEM_ADD, 0, 60});
}

/* Only lane `alone_l` of the varied batch, in every lane. */
static int alone_l;
static void vary_alone(int64_t i_batch, int l, rein_eval *eval, rein_lane_plan *plan) {
  double u = (double)(i_batch * 64 + alone_l);
  rein_eval_row(eval, 0)[l] = exp(0.6 * sin(1 + 3 * u));
  rein_eval_row(eval, 1)[l] = 8 * exp(0.4 * sin(2 + 5 * u));
  rein_eval_row(eval, 2)[l] = 5 * exp(0.5 * sin(7 * u));
  rein_lane_add_item(plan, (rein_item){3 + 0.05 * alone_l, REIN_ITEM_ADD, 0, 60});
}

START_TEST(test_lane_against_alone) {
  const rein_tape *tape = support_compile(arena, saturable);
  static const int lanes[] = {8, 16, 32, 64};
  support_case c = {.tape = tape,
                    .method = methods[_i / 4],
                    .n_lane = lanes[_i % 4],
                    .rtol = 1e-6,
                    .atol = 1e-7,
                    .t_end = 20,
                    .obs = hours,
                    .n_obs = N_HOUR,
                    .lane = vary};
  support_result all = support_run(&c);
  c.n_lane = 8, c.rtol = 1e-8, c.atol = 1e-9, c.lane = vary_alone;
  for (int l = 0; l < lanes[_i % 4]; l++) {
    alone_l = l;
    support_result one = support_run(&c);
    for (int i = 0; i < N_HOUR; i++)
      for (int s = 0; s < 3; s++) {
        double expected = support_out(&one, 0, i, s);
        ck_assert_double_eq_tol(support_out(&all, l, i, s), expected, 2e-5 * (1 + fabs(expected)));
      }
    support_free(&one);
  }
  support_free(&all);
}
END_TEST

/* Batches have at least 8 lanes; one live lane is what a batch of one would be. The others end where they
 * begin: lane single_l goes on with nobody beside it. */
static int single_l;
static void vary_single(int64_t i_batch, int l, rein_eval *eval, rein_lane_plan *plan) {
  vary(i_batch, l, eval, plan);
  if (l == single_l) return;
  rein_lane_empty(plan);
  plan->t_end = plan->t_start;
  plan->n_obs = 0;
}

/* A single live lane gives the very bytes of a batch of its equals, and what it gives among others within
 * the tolerance. */
START_TEST(test_single_live_lane) {
  const rein_tape *tape = support_compile(arena, saturable);
  support_case c = {.tape = tape,
                    .method = methods[_i],
                    .n_lane = 8,
                    .rtol = 1e-6,
                    .atol = 1e-7,
                    .t_end = 20,
                    .obs = hours,
                    .n_obs = N_HOUR,
                    .lane = vary};
  support_result among = support_run(&c);
  for (int l = 0; l < 8; l++) {
    single_l = alone_l = l;
    c.lane = vary_single;
    support_result single = support_run(&c);
    c.lane = vary_alone;
    support_result equals = support_run(&c);
    ck_assert_int_eq(single.outcome[l].status, REIN_LANE_FINE);
    ck_assert_int_eq(single.outcome[l].n_step, equals.outcome[l].n_step);
    for (int i = 0; i < N_HOUR; i++)
      for (int s = 0; s < 3; s++) {
        const double value = support_out(&single, l, i, s);
        ck_assert(value == support_out(&equals, l, i, s));
        ck_assert_double_eq_tol(support_out(&among, l, i, s), value, 2e-5 * (1 + fabs(value)));
      }
    support_free(&single);
    support_free(&equals);
  }
  support_free(&among);
}
END_TEST

START_TEST(test_same_bytes) { /* again, on two threads, on every instruction set */
  const rein_tape *tape = support_compile(arena, saturable);
  support_case c = {.tape = tape,
                    .method = methods[_i],
                    .n_lane = 16,
                    .n_batch = 9,
                    .t_end = 20,
                    .obs = hours,
                    .n_obs = N_HOUR,
                    .lane = vary};
  support_result first = support_run(&c);
  size_t n_byte = sizeof(double) * 16 * 9 * N_HOUR * 3;
  for (int isa = 0; isa < REIN_N_ISA; isa++)
    for (int n_thread = 1; n_thread <= 2; n_thread++) {
      c.kernels = rein_kernels_get((rein_isa)isa);
      c.n_thread = n_thread;
      if (!c.kernels) continue; /* this processor lacks it */
      support_result again = support_run(&c);
      ck_assert_msg(memcmp(first.out, again.out, n_byte) == 0, "%s, %d threads", c.kernels->name, n_thread);
      ck_assert_msg(memcmp(first.error, again.error, n_byte) == 0, "%s, %d threads", c.kernels->name,
                    n_thread);
      support_free(&again);
    }
  support_free(&first);
}
END_TEST

/* ---- one bad lane ---- */

static int bad_lane;
static double bad_value;
static void vary_with_bad(int64_t i_batch, int l, rein_eval *eval, rein_lane_plan *plan) {
  vary(i_batch, l, eval, plan);
  if (l == bad_lane) rein_eval_row(eval, 1)[l] = bad_value;
}

START_TEST(test_bad_lane) {
  const rein_tape *tape = support_compile(arena, saturable);
  support_case c = {
      .tape = tape, .method = methods[_i / 16], .t_end = 20, .obs = hours, .n_obs = N_HOUR, .lane = vary};
  support_result good = support_run(&c);
  c.lane = vary_with_bad;
  bad_lane = _i % 8, bad_value = _i / 8 % 2 ? INFINITY : NAN;
  support_result r = support_run(&c);
  ck_assert_int_eq(r.status, REIN_OK);
  ck_assert_int_eq(r.totals.n_failed, 1);
  for (int l = 0; l < 8; l++) {
    ck_assert_int_eq(r.outcome[l].status, l == bad_lane ? REIN_LANE_FAILED : REIN_LANE_FINE);
    for (int i = 1; i < N_HOUR; i++)
      for (int s = 0; s < 3; s++)
        if (l == bad_lane)
          ck_assert(isnan(support_out(&r, l, i, s)));
        else
          ck_assert_double_eq_tol(support_out(&r, l, i, s), support_out(&good, l, i, s),
                                  2e-5 * (1 + fabs(support_out(&good, l, i, s))));
  }
  ck_assert_int_eq(r.outcome[bad_lane].fail, REIN_FAIL_RATES);
  ck_assert_int_eq(r.outcome[bad_lane].param, 1); /* told by name */
  support_free(&good);
  support_free(&r);
}
END_TEST

START_TEST(test_bad_expression) { /* the sub-expression that went bad is named */
  const rein_tape *tape = support_compile(
      arena,
      "rein: model/1\nname: root\ntime: h\nparameters:\n  k: {value: 1 1/h, assumed: test}\n"
      "states:\n  x: {unit: '1', initial: 1, rate: -k}\n  y: {unit: '1', initial: 0, rate: k * sqrt(x)}\n");
  support_case c = {.tape = tape, .method = methods[_i], .t_end = 20, .obs = hours, .n_obs = N_HOUR};
  support_result r = support_run(&c);
  ck_assert_int_eq(r.outcome[0].status, REIN_LANE_FAILED);
  ck_assert_int_eq(r.outcome[0].fail, REIN_FAIL_RATES);
  ck_assert_double_eq_tol(r.outcome[0].time, 1, 1e-3);
  const rein_origin *origin = r.outcome[0].origin;
  ck_assert_ptr_nonnull(origin);
  ck_assert_int_eq(origin->pos.line, 8);
  support_free(&r);
}
END_TEST

/* A lane whose solution ends: y' = r y^2 grows without bound at t = 1 / r. */
static const char blow_up[] =
    "rein: model/1\nname: blow\ntime: h\nparameters:\n  r: {value: 0.01 1/h, assumed: test}\n"
    "states:\n  y: {unit: '1', initial: 1, rate: r * y^2}\n";
static void one_blows_up(int64_t i_batch, int l, rein_eval *eval, rein_lane_plan *plan) {
  (void)i_batch, (void)plan;
  rein_eval_row(eval, 0)[l] = l == 5 ? 0.2 : 0.01;
}

START_TEST(test_blow_up) {
  const rein_tape *tape = support_compile(arena, blow_up);
  support_case c = {
      .tape = tape, .method = methods[_i], .t_end = 20, .obs = hours, .n_obs = N_HOUR, .lane = one_blows_up};
  support_result r = support_run(&c);
  ck_assert_int_eq(r.outcome[5].status, REIN_LANE_FAILED);
  ck_assert_double_eq_tol(r.outcome[5].time, 5, 0.01);
  ck_assert_double_eq_tol(support_out(&r, 5, 2, 0), 1 / (1 - 0.2 * 2), 1e-4); /* what came before stays */
  ck_assert(isnan(support_out(&r, 5, 4, 0)));
  for (int l = 0; l < 8; l++)
    if (l != 5) ck_assert_double_eq_tol(support_out(&r, l, 5, 0), 1 / (1 - 0.01 * 20), 1e-4);
  support_free(&r);
}
END_TEST

START_TEST(test_nothing_left_behind) { /* a batch with a failure does not change the bytes of the next */
  const rein_tape *tape = support_compile(arena, saturable);
  support_case c = {.tape = tape,
                    .method = methods[_i],
                    .n_batch = 3,
                    .t_end = 20,
                    .obs = hours,
                    .n_obs = N_HOUR,
                    .lane = vary};
  support_result good = support_run(&c);
  bad_lane = 3, bad_value = NAN, c.lane = vary_with_bad;
  support_result bad = support_run(&c);
  c.lane = vary;
  support_result again = support_run(&c);
  ck_assert_int_eq(bad.totals.n_failed, 3);
  ck_assert_int_eq(memcmp(good.out, again.out, sizeof(double) * 24 * N_HOUR * 3), 0);
  support_free(&good), support_free(&bad), support_free(&again);
}
END_TEST

/* ---- events ---- */

static const char
    bouncing[] = /* drains at a constant rate, refilled when it reaches a level: exact times known */
    "rein: model/1\nname: tank\ntime: h\nparameters:\n  rate: {value: 1 mg/h, assumed: test}\n  level: "
    "{value: 2 mg, assumed: test}\n"
    "states:\n  tank: {unit: mg, initial: 10 mg}\n  refills: {unit: '1', initial: 0, rate: 0 * rate / (1 "
    "mg)}\n"
    "processes:\n  drain: {from: tank, rate: rate}\n"
    "events:\n  refill: {when: tank < level, set: {tank: 10 mg, refills: refills + 1}}\n";
static void drain_lane(int64_t i_batch, int l, rein_eval *eval, rein_lane_plan *plan) {
  (void)i_batch, (void)plan;
  rein_eval_row(eval, 0)[l] = 1 + 0.25 * l;
}

START_TEST(test_state_event) {
  const rein_tape *tape = support_compile(arena, bouncing);
  support_case c = {.tape = tape,
                    .method = methods[_i],
                    .rtol = 1e-9,
                    .atol = 1e-9,
                    .t_end = 20,
                    .obs = hours,
                    .n_obs = N_HOUR,
                    .lane = drain_lane};
  support_result r = support_run(&c);
  for (int l = 0; l < 8; l++)
    for (int i = 0; i < N_HOUR; i++) {
      double rate = 1 + 0.25 * l, drained = rate * hours[i], n = floor(drained / 8);
      if (fabs(drained / 8 - round(drained / 8)) < 1e-9) continue; /* exactly at a refill */
      ck_assert_double_eq_tol(support_out(&r, l, i, 1), n, 1e-12);
      ck_assert_double_eq_tol(support_out(&r, l, i, 0), 10 - (drained - 8 * n), 1e-6);
    }
  support_free(&r);
}
END_TEST

START_TEST(
    test_time_event_and_switch) { /* a rate that time switches, and an event at a time given by a parameter */
  const rein_tape *tape = support_compile(
      arena, "rein: model/1\nname: steps\ntime: h\nparameters:\n  on: {value: 1.5 h, assumed: test}\n  at: "
             "{value: 4 h, assumed: test}\n"
             "states:\n  x: {unit: mg, initial: 0, rate: if time >= on then 2 'mg/h' else 0 'mg/h'}\n"
             "events:\n  clear: {at: at, set: {x: 1 mg}}\n");
  support_case c = {.tape = tape,
                    .method = methods[_i],
                    .rtol = 1e-9,
                    .atol = 1e-12,
                    .t_end = 20,
                    .obs = hours,
                    .n_obs = N_HOUR};
  support_result r = support_run(&c);
  static const double expected[N_HOUR] = {0, 0, 1, 3, 13, 33};
  for (int i = 0; i < N_HOUR; i++) ck_assert_double_eq_tol(support_out(&r, 1, i, 0), expected[i], 1e-9);
  ck_assert_int_lt(r.outcome[1].n_step, 60);
  support_free(&r);
}
END_TEST

START_TEST(test_delay_and_priority) {
  const rein_tape *tape = support_compile(
      arena, "rein: model/1\nname: delayed\ntime: h\nparameters:\n  u: {value: 1 1/h, assumed: test}\n"
             "states:\n  x: {unit: '1', initial: 0, rate: u}\n  a: {unit: '1', initial: 0}\n  b: {unit: '1', "
             "initial: 0}\n"
             "events:\n"
             "  late: {when: x > 1, delay: 2 h, values: trigger, set: {a: x}}\n"
             "  first: {when: x > 4, priority: 2, set: {b: b * 10 + 1}}\n"
             "  second: {when: x > 4, priority: 5, set: {b: b * 10 + 2}}\n");
  support_case c = {.tape = tape,
                    .method = methods[_i],
                    .rtol = 1e-9,
                    .atol = 1e-10,
                    .t_end = 20,
                    .obs = hours,
                    .n_obs = N_HOUR};
  support_result r = support_run(&c);
  ck_assert_double_eq_tol(support_out(&r, 0, 2, 1), 0, 1e-12);  /* t = 2: triggered, not executed */
  ck_assert_double_eq_tol(support_out(&r, 0, 3, 1), 1, 1e-7);   /* t = 5: the value at the trigger */
  ck_assert_double_eq_tol(support_out(&r, 0, 3, 2), 21, 1e-12); /* higher priority first */
  support_free(&r);
}
END_TEST

START_TEST(test_endless_events) { /* two events that cause each other: a failure in words, not a hang */
  const rein_tape *tape = support_compile(
      arena, "rein: model/1\nname: endless\ntime: h\nparameters:\n  u: {value: 1 1/h, assumed: test}\n"
             "states:\n  x: {unit: '1', initial: 0, rate: u}\n  y: {unit: '1', initial: 0}\n"
             "events:\n  up: {when: x > 1 and y < 0.5, set: {y: 1}}\n  down: {when: y > 0.5, set: {y: 0}}\n");
  support_case c = {.tape = tape, .method = methods[_i], .t_end = 20, .obs = hours, .n_obs = N_HOUR};
  support_result r = support_run(&c);
  ck_assert_int_eq(r.outcome[0].status, REIN_LANE_FAILED);
  ck_assert_int_eq(r.outcome[0].fail, REIN_FAIL_EVENTS);
  ck_assert_double_eq_tol(r.outcome[0].time, 1, 1e-6);
  support_free(&r);
}
END_TEST

/* ---- safety and ranges ---- */

START_TEST(test_safety) {
  const rein_tape *tape = support_compile(
      arena, "rein: model/1\nname: watch\ntime: h\nparameters:\n  k: {value: 0.5 1/h, assumed: test}\n"
             "states:\n  x: {unit: mg, initial: 10 mg, rate: -k * x}\n"
             "safety:\n  low: {when: x < 4 mg, message: low}\n  very_low: {when: x < 1e-9 mg, message: "
             "never}\n  high: {when: x > 8 mg, message: high}\n");
  support_case c = {.tape = tape,
                    .method = methods[_i],
                    .rtol = 1e-9,
                    .atol = 1e-10,
                    .t_end = 20,
                    .obs = hours,
                    .n_obs = N_HOUR};
  support_result r = support_run(&c);
  ck_assert_double_eq_tol(r.safety_first[0], log(2.5) / 0.5, 1e-6);
  ck_assert(isnan(r.safety_first[1]));
  ck_assert_double_eq(r.safety_first[2], 0);
  ck_assert_double_eq_tol(r.safety_duration[0], 20 - log(2.5) / 0.5, 1e-6);
  ck_assert_double_eq_tol(r.safety_duration[2], log(1.25) / 0.5, 1e-6);
  support_free(&r);
}
END_TEST

START_TEST(test_range) {
  const rein_tape *tape = support_compile(
      arena, "rein: model/1\nname: range\ntime: h\nparameters:\n  u: {value: 1 mg/h, assumed: test}\n"
             "states:\n  x: {unit: mg, initial: 3 mg, range: [0, inf], rate: -u}\n");
  support_case c = {.tape = tape, .method = methods[_i], .t_end = 20, .obs = hours, .n_obs = N_HOUR};
  support_result r = support_run(&c);
  ck_assert_int_eq(r.outcome[0].status, REIN_LANE_FAILED);
  ck_assert_int_eq(r.outcome[0].fail, REIN_FAIL_RANGE);
  ck_assert_int_eq(r.outcome[0].state, 0);
  ck_assert_double_ge(r.outcome[0].time, 3);
  ck_assert_double_eq_tol(support_out(&r, 0, 2, 0), 1, 1e-6);
  support_free(&r);
}
END_TEST

/* `outside: event` is a signal: first time and duration to the root, a margin of 10 atol, nothing stopped. */
START_TEST(test_range_event) {
  const rein_tape *tape = support_compile(
      arena, "rein: model/1\nname: range\ntime: h\nparameters:\n  u: {value: 1 1/h, assumed: test}\nstates:\n"
             "  x: {unit: mg, initial: 3 mg, range: [0, 5], outside: event, rate: -u * 1 mg}\n"
             "  y: {unit: '1', initial: 1, range: [0.5, inf], outside: event, rate: u * cos(u * time)}\n");
  double atol[] = {1e-2, 1e-9}, pi = 3.14159265358979324;
  support_case c = {.tape = tape,
                    .method = methods[_i],
                    .rtol = 1e-9,
                    .atol_each = atol,
                    .t_end = 20,
                    .obs = hours,
                    .n_obs = N_HOUR};
  support_result r = support_run(&c);
  ck_assert_int_eq(r.outcome[0].status, REIN_LANE_FINE);
  ck_assert_int_eq(r.outcome[0].n_range_warning, 0);
  ck_assert_double_eq_tol(r.safety_first[0], 3.1, 1e-6);
  ck_assert_double_eq_tol(r.safety_duration[0], 20 - 3.1, 1e-6);
  ck_assert_double_eq_tol(r.safety_first[1], 7 * pi / 6, 1e-5); /* 1 + sin t, below 0.5 three times */
  ck_assert_double_eq_tol(r.safety_duration[1], 3 * 2 * pi / 3, 1e-4);
  ck_assert_double_eq_tol(support_out(&r, 0, N_HOUR - 1, 0), 3 - hours[N_HOUR - 1], 1e-6);
  support_free(&r);
}
END_TEST

/* ---- observations at the lanes' own times ---- */

static void own_doses(int64_t i_batch, int l, rein_eval *eval, rein_lane_plan *plan) {
  rein_eval_row(eval, 0)[l] = 0.3 + 0.02 * l;
  for (int k = 0; k < 3; k++)
    ck_assert(rein_lane_add_item(
        plan, (rein_item){3 + 5 * k + 0.37 * (double)((l + i_batch) % 5), REIN_ITEM_ADD, 0, 4}));
}

/* Outputs wait for those of other lanes, and are still those of their own instant. */
START_TEST(test_waiting_outputs) {
  const rein_tape *tape = support_compile(
      arena, "rein: model/1\nname: wait\ntime: h\nparameters:\n  k: {value: 0.3 1/h, assumed: test}\n"
             "states:\n  x: {unit: mg, initial: 10 mg, rate: -k * x}\n"
             "observables:\n  o: {is: 3 * x + time * 1 'mg/h', unit: mg, noise: none}\n");
  const int keep[] = {0, 1};
  double often[400];
  for (int i = 0; i < 400; i++) often[i] = 0.05 * (i + 1);
  for (int n_lane = 8; n_lane <= 64; n_lane *= 8) {
    support_case c = {.tape = tape,
                      .method = methods[_i],
                      .n_lane = n_lane,
                      .n_batch = 2,
                      .rtol = 1e-8,
                      .t_end = 20,
                      .obs = often,
                      .n_obs = 400,
                      .keep = keep,
                      .n_keep = 2,
                      .lane = own_doses};
    support_result r = support_run(&c);
    for (int l = 0; l < 2 * n_lane; l++)
      for (int i = 0; i < 400; i++) {
        double k = 0.3 + 0.02 * (l % n_lane), x = 10 * exp(-k * often[i]);
        for (int d = 0; d < 3; d++) {
          double at = 3 + 5 * d + 0.37 * ((l % n_lane + l / n_lane) % 5);
          if (at < often[i]) x += 4 * exp(-k * (often[i] - at));
        }
        double got = support_out(&r, l, i, 0), error = r.error[(size_t)(l * 400 + i) * 2];
        ck_assert_double_eq_tol(got, x, 1e-6);
        ck_assert_double_eq_tol(support_out(&r, l, i, 1), 3 * got + often[i], 1e-12);
        ck_assert_double_eq_tol(r.error[(size_t)(l * 400 + i) * 2 + 1], 3 * error, 1e-12);
      }
    support_free(&r);
  }
}
END_TEST

/* A dense output that fails once: all lanes that moved are run alone. One that always fails: recorded. */
START_TEST(test_dense_fails) {
  const rein_tape *tape = support_compile(arena, saturable);
  support_case c = {
      .tape = tape, .method = methods[_i], .t_end = 20, .obs = hours, .n_obs = N_HOUR, .lane = vary};
  support_result good = support_run(&c);
  rein_fault_dense(3, 3);
  support_result once = support_run(&c);
  rein_fault_dense(3, 1000000);
  support_result always = support_run(&c);
  rein_fault_dense(0, 0);
  for (int l = 0; l < 8; l++) {
    ck_assert_int_eq(once.outcome[l].status, REIN_LANE_ALONE);
    ck_assert_int_eq(once.outcome[l].fail, REIN_FAIL_DENSE);
    ck_assert_int_eq(always.outcome[l].status, REIN_LANE_FAILED);
    ck_assert_int_eq(always.outcome[l].fail, REIN_FAIL_DENSE);
    ck_assert(isnan(support_out(&always, l, N_HOUR - 1, 0)));
    for (int i = 0; i < N_HOUR; i++)
      ck_assert_double_eq_tol(support_out(&once, l, i, 0), support_out(&good, l, i, 0), 1e-3);
  }
  support_free(&good), support_free(&once), support_free(&always);
}
END_TEST

Suite *rein_suite_ensemble(void) {
  Suite *suite = suite_create("solver/ensemble");
  TCase *tc = tcase_create("all");
  tcase_add_checked_fixture(tc, setup, teardown);
  tcase_set_timeout(tc, 60);
  tcase_add_loop_test(tc, test_lane_against_alone, 0, 8);
  tcase_add_loop_test(tc, test_single_live_lane, 0, (int)(sizeof methods / sizeof *methods));
  tcase_add_loop_test(tc, test_same_bytes, 0, 2);
  tcase_add_loop_test(tc, test_bad_lane, 0, 32);
  tcase_add_loop_test(tc, test_bad_expression, 0, 2);
  tcase_add_loop_test(tc, test_blow_up, 0, 2);
  tcase_add_loop_test(tc, test_nothing_left_behind, 0, 2);
  tcase_add_loop_test(tc, test_state_event, 0, 2);
  tcase_add_loop_test(tc, test_time_event_and_switch, 0, 2);
  tcase_add_loop_test(tc, test_delay_and_priority, 0, 2);
  tcase_add_loop_test(tc, test_endless_events, 0, 2);
  tcase_add_loop_test(tc, test_safety, 0, 2);
  tcase_add_loop_test(tc, test_range, 0, 2);
  tcase_add_loop_test(tc, test_range_event, 0, 2);
  tcase_add_loop_test(tc, test_waiting_outputs, 0, 2);
  tcase_add_loop_test(tc, test_dense_fails, 0, 2);
  suite_add_tcase(suite, tc);
  return suite;
}
