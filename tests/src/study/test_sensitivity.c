/* Local sensitivity against CVODES and a closed form, information that is singular, Sobol indices of
 * Ishigami's function and of the g-function, Morris's effects of a sum. */
#include <check.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "src/study/sensitivity.h"
#include "tests/place.h"

Suite *rein_suite_sensitivity(void);

static const char *write_both(const char *model, const char *scenario) {
  write_file("m.yaml", rein_arena_printf(arena, "rein: model/1\nname: m\ntime: h\n%s", model));
  return write_file("s.yaml",
                    rein_arena_printf(arena, "rein: scenario/1\nname: s\nmodel: ./m.yaml\n%s", scenario));
}

static rein_sensitivity run(const char *path, const rein_sensitivity_options *options) {
  rein_sensitivity s;
  ck_assert_msg(rein_sensitivity_run(arena, units, path, options, diag, &s) == REIN_OK, "%s", messages());
  return s;
}

static const rein_sensitivity_cell *cell(const rein_sensitivity *s, int o, const char *name) {
  for (int i = 0; i < s->n_factor; i++)
    if (strcmp(s->factor[i].name, name) == 0) return &s->cell[o * s->n_factor + i];
  ck_abort_msg("no factor %s", name);
}

/* ---- local ---- */

static const char pkpd[] =
    "parameters:\n  ka: {value: 1 1/h, assumed: test}\n  CL: {value: 5 L/h, assumed: test}\n"
    "  V: {value: 50 L, assumed: test}\n  kin: {value: 10 1/h, assumed: test}\n"
    "  kout: {value: 0.1 1/h, assumed: test}\n  IC50: {value: 0.5 mg/L, assumed: test}\n"
    "states:\n  gut: {unit: mg, initial: 0, scale: 100 mg}\n  central: {unit: mg, initial: 0, scale: 100 "
    "mg}\n"
    "  response: {unit: '1', initial: kin / kout, scale: 100}\n"
    "values:\n  c: {is: central / V, unit: mg/L}\n"
    "processes:\n  absorption: {from: gut, to: central, rate: ka * gut}\n"
    "  elimination: {from: central, rate: CL * c}\n  build: {to: response, rate: kin * (1 - c / (IC50 + "
    "c))}\n"
    "  loss: {from: response, rate: kout * response}\n"
    "actions:\n  drug: {kind: drug, unit: mg, into: gut}\n"
    "observables:\n  conc: {is: c, unit: mg/L, noise: additive(sd: 0.01 mg/L)}\n"
    "  effect: {is: response, unit: '1', noise: additive(sd: 1)}\n";

/* The program that is linked with CVODES prints derivatives at 6, 12, 18 and 24 h. */
START_TEST(test_local_against_cvodes) {
  static const char *const horizon[] = {"6 h", "12 h", "18 h", "24 h"};
  const char *rein = getenv("REIN_TEST_PROGRAM"), *slash = rein ? strrchr(rein, '/') : NULL;
  const char *program = slash ? rein_arena_printf(arena, "%.*s/cvodes_forward", (int)(slash - rein), rein)
                              : "build/release/cvodes_forward";
  const char *path =
      write_both(pkpd, "cohort: typical\narms: {on: {actions: [{do: drug, amount: 100 mg, at: 0 h}]}}\n"
                       "measure: {at: [0 h, 6 h, 12 h, 18 h, 24 h]}\nhorizons: [6 h, 12 h, 18 h, 24 h]\n");
  FILE *reference = popen(program, "r");
  ck_assert_ptr_nonnull(reference);
  int n = 0;
  for (int h = 0; h < 4; h++) {
    const rein_sensitivity s = run(path, &(rein_sensitivity_options){.horizon = horizon[h]});
    double t, expected[2];
    char name[16];
    for (int i = 0; i < 6 && fscanf(reference, "%lf %15s %lf %lf", &t, name, &expected[0], &expected[1]) == 4;
         i++) {
      ck_assert_double_eq(t, s.time);
      for (int o = 0; o < 2; o++) {
        const double slope = cell(&s, o, name)->slope;
        ck_assert_msg(fabs(slope - expected[o]) <= 1e-4 * fabs(expected[o]) + 1e-9,
                      "%s at %g: %.9g, not %.9g", name, t, slope, expected[o]);
        n++;
      }
    }
  }
  ck_assert_int_eq(pclose(reference), 0);
  ck_assert_int_eq(n, 48);
}
END_TEST

/* Only the product a b can be seen, and c not at all. */
START_TEST(test_information_is_singular) {
  const char *path =
      write_both("parameters:\n  a: {value: 2 mg/h, assumed: test}\n  b: {value: 3, assumed: test}\n"
                 "  c: {value: 1, assumed: test}\n"
                 "states:\n  y: {unit: mg, initial: 1 mg, scale: 1 mg, rate: a * b}\n"
                 "observables:\n  seen: {is: y, unit: mg, noise: additive(sd: 1 mg)}\n",
                 "cohort: typical\narms: {on: {}}\nmeasure: {at: [0 h, 1 h, 2 h]}\n");
  const rein_sensitivity s = run(path, &(rein_sensitivity_options){0});
  ck_assert_double_eq_tol(cell(&s, 0, "a")->slope, 6.0, 1e-7);
  ck_assert_double_eq_tol(cell(&s, 0, "b")->elasticity, 12.0 / 13, 1e-8);
  ck_assert(s.mute[2] && !s.mute[0] && !s.mute[1]);
  ck_assert_int_eq(s.n_measurement, 3);
  ck_assert_int_eq(s.n_blur, 1);
  ck_assert_double_eq_tol(s.blur[0].weight[0], -s.blur[0].weight[1], 1e-6);
  ck_assert_double_eq_tol(fabs(s.blur[0].weight[0]), sqrt(0.5), 1e-6);
  rein_text text;
  rein_text_init(&text, arena);
  rein_sensitivity_print(&s, &text);
  ck_assert_msg(strstr(text.bytes, "no measurement depends on c"), "%s", text.bytes);
  ck_assert_ptr_nonnull(strstr(text.bytes, "near singular"));
}
END_TEST

/* ---- global ---- */

static void expect_index(const rein_index *i, double value, double width) {
  ck_assert_msg(i->low <= value && value <= i->high, "%g in [%g, %g]", value, i->low, i->high);
  ck_assert_msg(i->high - i->low < width, "[%g, %g] is too wide", i->low, i->high);
  ck_assert_double_le(i->low, i->value);
  ck_assert_double_ge(i->high, i->value);
}

/* sin x1 + 7 sin^2 x2 + 0.1 x3^4 sin x1 on [-pi, pi]: Ishigami and Homma 1990; shares in closed form. */
START_TEST(test_ishigami) {
  const char *path = write_both(
      "parameters:\n"
      "  x1: {value: 0.1, uncertain: 'uniform(low: -3.141592653589793, high: 3.141592653589793)', assumed: "
      "test}\n"
      "  x2: {value: 0.1, uncertain: 'uniform(low: -3.141592653589793, high: 3.141592653589793)', assumed: "
      "test}\n"
      "  x3: {value: 0.1, uncertain: 'uniform(low: -3.141592653589793, high: 3.141592653589793)', assumed: "
      "test}\n"
      "states:\n  y: {unit: '1', initial: sin(x1) + 7 * sin(x2)^2 + 0.1 * x3^4 * sin(x1), scale: 1}\n"
      "observables:\n  seen: {is: y, unit: '1', noise: none}\n",
      "cohort: typical\narms: {on: {}}\nmeasure: {at: [0 h, 1 h]}\n");
  const rein_sensitivity s =
      run(path, &(rein_sensitivity_options){.kind = REIN_SENSITIVITY_SOBOL, .n = 2048});
  const double pi4 = pow(M_PI, 4), v1 = 0.5 * pow(1 + 0.1 * pi4 / 5, 2), v2 = 49.0 / 8,
               v13 = 0.01 * pi4 * pi4 * (1.0 / 18 - 1.0 / 50), v = v1 + v2 + v13;
  ck_assert_int_eq(s.n_point, 5 * 2048);
  ck_assert_int_eq(s.n_used, 2048);
  expect_index(&cell(&s, 0, "x1")->first, v1 / v, 0.2);
  expect_index(&cell(&s, 0, "x2")->first, v2 / v, 0.2);
  expect_index(&cell(&s, 0, "x3")->first, 0.0, 0.2);
  expect_index(&cell(&s, 0, "x1")->total, (v1 + v13) / v, 0.2);
  expect_index(&cell(&s, 0, "x2")->total, v2 / v, 0.2);
  expect_index(&cell(&s, 0, "x3")->total, v13 / v, 0.2);
}
END_TEST

/* prod (|4 x_i - 2| + a_i) / (1 + a_i) on [0, 1], over ranges of sweeps. Source: Saltelli and Sobol 1995. */
START_TEST(test_g_function) {
  static const double a[4] = {0, 1, 4.5, 9};
  const char *path = write_both(
      "parameters:\n  x1: {value: 0.5, assumed: test}\n  x2: {value: 0.5, assumed: test}\n"
      "  x3: {value: 0.5, assumed: test}\n  x4: {value: 0.5, assumed: test}\n"
      "states:\n  y: {unit: '1', scale: 1, initial: abs(4 * x1 - 2) * (abs(4 * x2 - 2) + 1) / 2 * (abs(4 * "
      "x3 - 2) + "
      "4.5) / 5.5 * (abs(4 * x4 - 2) + 9) / 10}\n"
      "observables:\n  seen: {is: y, unit: '1', noise: none}\n",
      "cohort: {n: 50}\narms: {on: {}}\nmeasure: {at: [0 h, 1 h]}\nsweep:\n"
      "  x1: {field: parameters.x1, from: 0, to: 1}\n  x2: {field: parameters.x2, from: 0, to: 1}\n"
      "  x3: {field: parameters.x3, from: 0, to: 1}\n  x4: {field: parameters.x4, from: 0, to: 1}\n"
      "design: {kind: sobol, n: 4}\n");
  const rein_sensitivity s =
      run(path, &(rein_sensitivity_options){.kind = REIN_SENSITIVITY_SOBOL, .n = 2048});
  double v[4], all = 1;
  for (int i = 0; i < 4; i++) v[i] = 1 / (3 * (1 + a[i]) * (1 + a[i])), all *= 1 + v[i];
  ck_assert_int_eq(s.n_factor, 4);
  for (int i = 0; i < 4; i++) {
    const char *name = s.factor[i].name;
    expect_index(&cell(&s, 0, name)->first, v[i] / (all - 1), 0.2);
    expect_index(&cell(&s, 0, name)->total, v[i] * all / (1 + v[i]) / (all - 1), 0.2);
  }
}
END_TEST

/* Of 3 u + v^2 + dose over the whole range the effects are 3 and 10 for certain, and those of v differ. */
START_TEST(test_morris) {
  const char *path = write_both(
      "parameters:\n  u: {value: 0.5, assumed: test}\n  v: {value: 0.5, assumed: test}\n"
      "states:\n  y: {unit: mg, scale: 1 mg, initial: 3 mg * u + 1 mg * v^2}\n"
      "actions:\n  give: {kind: drug, unit: mg, into: y}\n"
      "observables:\n  seen: {is: y, unit: mg, noise: none}\n",
      "cohort: typical\narms: {on: {actions: [{do: give, amount: 1 mg, at: 0 h}]}}\n"
      "measure: {at: [0 h, 1 h]}\nsweep:\n"
      "  u: {field: parameters.u, from: 0, to: 1}\n  v: {field: parameters.v, from: 0, to: 1}\n"
      "  dose: {field: actions.give.amount, from: 5 mg, to: 15 mg}\ndesign: {kind: sobol, n: 4}\n");
  const rein_sensitivity s = run(path, &(rein_sensitivity_options){.kind = REIN_SENSITIVITY_MORRIS});
  ck_assert_int_eq(s.n_point, 32 * 4);
  ck_assert_double_eq_tol(cell(&s, 0, "u")->mu_star.value, 3.0, 1e-6);
  ck_assert_double_eq_tol(cell(&s, 0, "dose")->mean, 10.0, 1e-6);
  ck_assert_double_eq_tol(cell(&s, 0, "dose")->sd, 0.0, 1e-6);
  /* From level 0 to 2/3 the slope of v^2 is 2/3, from 1/3 to 1 it is 4/3. */
  ck_assert(cell(&s, 0, "v")->mean > 0.7 && cell(&s, 0, "v")->mean < 1.3);
  ck_assert(cell(&s, 0, "v")->sd > 0.25);
  ck_assert(cell(&s, 0, "v")->mu_star.low < 1.0 && cell(&s, 0, "v")->mu_star.high > 1.0);
}
END_TEST

/* Rows with a gap are left out and counted, never taken for 0. */
START_TEST(test_gaps) {
  double a[16], b[16], ab[16];
  rein_index first, total;
  for (int i = 0; i < 16; i++) a[i] = i, b[i] = (i * 7) % 16, ab[i] = b[i];
  a[3] = NAN;
  ab[5] = INFINITY;
  ck_assert_uint_eq(rein_indices_sobol(arena, a, b, ab, 16, 1, 1, 0.95, &first, &total), 14);
  ck_assert(isfinite(total.value) && isfinite(total.high));
  ck_assert_uint_eq(rein_indices_sobol(arena, a, b, ab, 7, 1, 1, 0.95, &first, &total), 5);
  ck_assert(isnan(first.value) && isnan(total.value));
}
END_TEST

/* Of two observables the one asked for is told, and the information is of both. */
START_TEST(test_one_observable) {
  const char *path = write_both("parameters:\n  k: {value: 0.5 1/h, assumed: test}\n"
                                "states:\n  y: {unit: mg, initial: 1 mg, scale: 1 mg, rate: -k * y}\n"
                                "observables:\n  seen: {is: y, unit: mg, noise: additive(sd: 0.1 mg)}\n"
                                "  twice: {is: 2 * y, unit: mg, noise: additive(sd: 0.1 mg)}\n",
                                "cohort: typical\narms: {on: {}}\nmeasure: {at: [0 h, 1 h]}\n");
  const rein_sensitivity s = run(path, &(rein_sensitivity_options){.observable = " twice"});
  rein_text text, json;
  rein_text_init(&text, arena);
  rein_text_init(&json, arena);
  rein_sensitivity_print(&s, &text);
  ck_assert_int_eq(rein_sensitivity_print_json(&s, &json), REIN_OK);
  ck_assert_msg(!strstr(text.bytes, "seen") && strstr(text.bytes, "twice [mg]"), "%s", text.bytes);
  ck_assert(!strstr(json.bytes, "\"seen\"") && strstr(json.bytes, "\"twice\""));
  ck_assert_int_eq(s.n_measurement, 4);
  ck_assert_double_eq_tol(cell(&s, 1, "k")->elasticity, -0.5, 1e-5);
}
END_TEST

START_TEST(test_refusals) {
  const char *path = write_both("states:\n  y: {unit: mg, initial: 1 mg, scale: 1 mg}\n"
                                "observables:\n  seen: {is: y, unit: mg, noise: none}\n",
                                "cohort: typical\narms: {on: {}}\nmeasure: {at: [0 h, 1 h]}\n");
  static const struct {
    rein_sensitivity_options options;
    const char *part;
  } cases[] = {{{.kind = REIN_SENSITIVITY_SOBOL}, "nothing can be varied"},
               {{.arm = "onn"}, "the scenario has no arm 'onn': did you mean 'on'?"},
               {{.observable = "sen"}, "the model has no observable 'sen': did you mean 'seen'?"},
               {{.observable = "seen,"}, "the model has no observable ''"},
               {{.horizon = "2 h"}, "the scenario has no horizon '2 h'; its last one is '1 h'"}};
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    rein_sensitivity s;
    diag = rein_diag_create(arena);
    ck_assert_int_eq(rein_sensitivity_run(arena, units, path, &cases[i].options, diag, &s), REIN_ERR_INPUT);
    ck_assert_msg(strstr(messages(), cases[i].part), "%s", messages());
  }
}
END_TEST

Suite *rein_suite_sensitivity(void) {
  Suite *s = suite_create("sensitivity");
  TCase *c = tcase_create("sensitivity");
  tcase_add_checked_fixture(c, place_setup, place_teardown);
  tcase_set_timeout(c, 120);
  tcase_add_test(c, test_local_against_cvodes);
  tcase_add_test(c, test_information_is_singular);
  tcase_add_test(c, test_ishigami);
  tcase_add_test(c, test_g_function);
  tcase_add_test(c, test_morris);
  tcase_add_test(c, test_gaps);
  tcase_add_test(c, test_one_observable);
  tcase_add_test(c, test_refusals);
  suite_add_tcase(s, c);
  return s;
}
