/* Stiff problems against published reference solutions (Test Set for IVP Solvers, problem descriptions of
 * HIRES, OREGO, VDPOL, ROBER), with errors that fall as the tolerance does. */
#include <check.h>
#include <math.h>
#include <stdio.h>

#include "tests/support.h"

Suite *rein_suite_stiff(void);

typedef struct {
  const char *name, *yaml;
  double t_end;
  int n;
  double reference[8];
  double at_tolerance; /* largest relative error allowed at rtol 1e-8 */
} problem;

static const problem problems[] = {
    {"robertson", /* y(40) as tabulated with the problem */
     "rein: model/1\nname: robertson\ntime: s\nparameters:\n"
     "  k1: {value: 0.04 1/s, assumed: Robertson 1966}\n  k2: {value: 3e7 1/s, assumed: Robertson 1966}\n"
     "  k3: {value: 1e4 1/s, assumed: Robertson 1966}\n"
     "states:\n"
     "  a: {unit: '1', initial: 1, rate: k3 * b * c - k1 * a}\n"
     "  b: {unit: '1', initial: 0, rate: k1 * a - k3 * b * c - k2 * b^2}\n"
     "  c: {unit: '1', initial: 0, rate: k2 * b^2}\n",
     40,
     3,
     {0.7158270688, 0.9185534765e-5, 0.2841637457},
     1e-6},
    {"hires",
     "rein: model/1\nname: hires\ntime: s\nparameters:\n  u: {value: 1 1/s, assumed: unit rate}\n"
     "states:\n"
     "  y1: {unit: '1', initial: 1, rate: u * (-1.71 * y1 + 0.43 * y2 + 8.32 * y3 + 0.0007)}\n"
     "  y2: {unit: '1', initial: 0, rate: u * (1.71 * y1 - 8.75 * y2)}\n"
     "  y3: {unit: '1', initial: 0, rate: u * (-10.03 * y3 + 0.43 * y4 + 0.035 * y5)}\n"
     "  y4: {unit: '1', initial: 0, rate: u * (8.32 * y2 + 1.71 * y3 - 1.12 * y4)}\n"
     "  y5: {unit: '1', initial: 0, rate: u * (-1.745 * y5 + 0.43 * y6 + 0.43 * y7)}\n"
     "  y6: {unit: '1', initial: 0, rate: u * (-280 * y6 * y8 + 0.69 * y4 + 1.71 * y5 - 0.43 * y6 + 0.69 * "
     "y7)}\n"
     "  y7: {unit: '1', initial: 0, rate: u * (280 * y6 * y8 - 1.81 * y7)}\n"
     "  y8: {unit: '1', initial: 0.0057, rate: u * (-280 * y6 * y8 + 1.81 * y7)}\n",
     321.8122,
     8,
     {0.7371312573325668e-3, 0.1442485726316185e-3, 0.5888729740967575e-4, 0.1175651343283149e-2,
      0.2386356198831331e-2, 0.6238968252742796e-2, 0.2849998395185769e-2, 0.2850001604814231e-2},
     1e-4},
    {"oregonator",
     "rein: model/1\nname: orego\ntime: s\nparameters:\n  u: {value: 1 1/s, assumed: unit rate}\n"
     "states:\n"
     "  y1: {unit: '1', initial: 1, rate: u * 77.27 * (y2 + y1 * (1 - 8.375e-6 * y1 - y2))}\n"
     "  y2: {unit: '1', initial: 2, rate: u * (y3 - (1 + y1) * y2) / 77.27}\n"
     "  y3: {unit: '1', initial: 3, rate: u * 0.161 * (y1 - y3)}\n",
     360,
     3,
     {0.1000814870318523e1, 0.1228178521549917e4, 0.1320554942846706e3},
     1e-4},
    {"van der pol, mu = 1000", /* scaled form with epsilon 1e-6 over [0, 2] */
     "rein: model/1\nname: vdpol\ntime: s\nparameters:\n  u: {value: 1 1/s, assumed: unit rate}\n"
     "states:\n"
     "  y: {unit: '1', initial: 2, rate: u * z}\n"
     "  z: {unit: '1', initial: 0, rate: u * ((1 - y^2) * z - y) / 1e-6}\n",
     2,
     2,
     {0.1706167732170483e1, -0.8928097010247975e0},
     1e-4},
};
#define N_PROBLEM ((int)(sizeof problems / sizeof *problems))

static double worst_error(const problem *p, const rein_tape *tape, double rtol) {
  support_case c = {
      .tape = tape, .rtol = rtol, .atol = rtol * 1e-6, .t_end = p->t_end, .obs = &p->t_end, .n_obs = 1};
  support_result r = support_run(&c);
  ck_assert_int_eq(r.status, REIN_OK);
  double worst = 0;
  for (int s = 0; s < p->n; s++) {
    double e = fabs(support_out(&r, 3, 0, s) / p->reference[s] - 1);
    if (!(e <= worst)) worst = e;
  }
  support_free(&r);
  return worst;
}

START_TEST(test_reference) {
  const problem *p = &problems[_i];
  rein_arena *arena = rein_arena_create();
  const rein_tape *tape = support_compile(arena, p->yaml);
  double error = worst_error(p, tape, 1e-8);
  ck_assert_msg(error < p->at_tolerance, "%s: relative error %g", p->name, error);
  rein_arena_destroy(arena);
}
END_TEST

START_TEST(test_errors_fall) {
  const problem *p = &problems[_i];
  rein_arena *arena = rein_arena_create();
  const rein_tape *tape = support_compile(arena, p->yaml);
  double loose = worst_error(p, tape, 1e-4), middle = worst_error(p, tape, 1e-7),
         tight = worst_error(p, tape, 1e-10);
  ck_assert_msg(middle < loose / 10, "%s: %g at 1e-4, %g at 1e-7", p->name, loose, middle);
  ck_assert_msg(tight < middle / 10 || tight < 1e-9, "%s: %g at 1e-7, %g at 1e-10", p->name, middle, tight);
  rein_arena_destroy(arena);
}
END_TEST

Suite *rein_suite_stiff(void) {
  Suite *suite = suite_create("numeric/stiff");
  TCase *tc = tcase_create("reference");
  tcase_set_timeout(tc, 60);
  tcase_add_loop_test(tc, test_reference, 0, N_PROBLEM);
  tcase_add_loop_test(tc, test_errors_fall, 0, N_PROBLEM);
  suite_add_tcase(suite, tc);
  return suite;
}
