/* Algebraic rules that share their unknowns, hold rates of reactions, or have no solution; each model is made
 * so that its solution is known in closed form or by an invariant. */
#include <check.h>
#include <math.h>

#include "tests/src/import/sbml_case.h"

#define FREE(id, value) "<parameter id='" id "' value='" value "' constant='false'/>"
#define ZERO(formula) "<algebraicRule>{" formula "}</algebraicRule>"
#define AT(time, set)                                                                                        \
  "<listOfEvents><event useValuesFromTriggerTime='true'><trigger initialValue='true' persistent='true'>"     \
  "{time >= " time "}</trigger><listOfEventAssignments>" set                                                 \
  "</listOfEventAssignments></event></listOfEvents>"

static double value(const char *content, const char *id, double time) {
  rein_arena *arena = rein_arena_create();
  const double is = sbml_case_value(sbml_case_write(arena, 3, 2, content), id, MEANING, time);
  rein_arena_destroy(arena);
  return is;
}

static double cubic(double z) {
  return z * z * z + z;
}

/* u(x) + u(y) = 10 + 2 t and u(x) - u(y) = 2 t with u(z) = z^3 + z: u(x) = 5 + 2 t, u(y) = 5. */
START_TEST(test_two_shared_unknowns) {
  static const char model[] = "<listOfParameters>" FREE("x", "1")
      FREE("y", "1") "</listOfParameters><listOfRules>" ZERO("x^3 + x + y^3 + y - 10 - 2*time")
          ZERO("x^3 + x - y^3 - y - 2*time") "</listOfRules>";
  for (double t = 0; t <= 4; t += 2) {
    ck_assert_double_eq_tol(cubic(value(model, "x", t)), 5 + 2 * t, 1e-9);
    ck_assert_double_eq_tol(cubic(value(model, "y", t)), 5, 1e-9);
  }
}
END_TEST

/* Every rule lacks one unknown, so the matrix of each step has zeros on its diagonal. u(x) = 1 + s and s' =
 * -x: ln x + 3/2 x^2 + t does not change, but for the event that lifts s to 1000. */
#define THREE                                                                                                \
  "<listOfParameters>" FREE("x", "5") FREE("y", "-3") FREE("z", "1")                                         \
      FREE("s", "3") "</listOfParameters><listOfRules><rateRule variable='s'>{-x}</rateRule>" ZERO(          \
          "y^3 + y + z^3 + z - 5 - time") ZERO("x^3 + x + z^3 + z - 6 - time")                               \
          ZERO("x^3 + x + y^3 + y - 1 - 2*s") "</listOfRules>" AT(                                           \
              "1", "<eventAssignment variable='s'>{1000}</eventAssignment>")

static double invariant(double t) {
  const double x = value(THREE, "x", t);
  return log(x) + 1.5 * x * x + t;
}

START_TEST(test_three_shared_unknowns_in_a_rate) {
  ck_assert_double_eq_tol(cubic(value(THREE, "x", 0)), 4, 1e-9);
  ck_assert_double_eq_tol(cubic(value(THREE, "y", 0)), 3, 1e-9);
  ck_assert_double_eq_tol(cubic(value(THREE, "z", 0)), 2, 1e-9);
  ck_assert_double_eq_tol(invariant(0.9), invariant(0), 1e-8);
  ck_assert_double_eq_tol(cubic(value(THREE, "x", 1)), 1001, 1e-8);
  ck_assert_double_eq_tol(cubic(value(THREE, "y", 1)), 1000, 1e-8);
  ck_assert_double_eq_tol(invariant(2), invariant(1), 1e-7);
}
END_TEST

/* x is implicit by itself, y in x and itself: solved one after the other, x^3 + x = t, y^3 + y = x^3 + x + 2.
 */
START_TEST(test_implicit_rule_on_an_implicit_rule) {
  static const char model[] = "<listOfParameters>" FREE("x", "1")
      FREE("y", "1") "</listOfParameters><listOfRules>" ZERO("y^3 + y - x^3 - x - 2")
          ZERO("x^3 + x - time") "</listOfRules>";
  ck_assert_double_eq_tol(cubic(value(model, "x", 3)), 3, 1e-9);
  ck_assert_double_eq_tol(cubic(value(model, "y", 3)), 5, 1e-9);
}
END_TEST

#define TWO_SQUARES                                                                                          \
  "<listOfParameters>" FREE("x", "1")                                                                        \
      FREE("y", "1") "</listOfParameters><listOfRules>" ZERO("x^2 + x + y^2 + y + 5")                        \
          ZERO("x^2 + x - y^2 - y") "</listOfRules>"

/* No real solution: a failure on record, and no number. */
START_TEST(test_shared_unknowns_without_a_solution) {
  rein_arena *arena = rein_arena_create();
  sbml_case l;
  double t = 1;
  ck_assert_int_eq(sbml_case_load(&l, sbml_case_write(arena, 3, 2, TWO_SQUARES)), REIN_OK);
  int keep = sbml_case_row(&l, "x", MEANING);
  support_case c = {.tape = l.tape, .rtol = 1e-8, .atol = 1e-10, .t_end = 1, .obs = &t, .n_obs = 1};
  c.keep = &keep, c.n_keep = 1;
  support_result r = support_run(&c);
  ck_assert_int_eq(r.outcome[0].status, REIN_LANE_FAILED);
  ck_assert_double_nan(support_out(&r, 0, 0, 0));
  support_free(&r);
  rein_arena_destroy(l.arena);
  rein_arena_destroy(arena);
}
END_TEST

/* Five rules that cannot be taken apart are too many. */
START_TEST(test_too_many_shared_unknowns) {
  rein_arena *arena = rein_arena_create();
  rein_text rules;
  rein_text_init(&rules, arena);
  rein_text_add(&rules, "<listOfParameters>" FREE("a", "1") FREE("b", "1") FREE("c", "1") FREE("d", "1")
                            FREE("e", "1") "</listOfParameters><listOfRules>");
  for (int i = 0; i < 5; i++)
    rein_text_printf(&rules, ZERO("a^3 + a + %d*(b^3 + b) + c^3 + %d*c + d^3 + d + e^3 + e - %d"), i + 1,
                     1 + i * i, i);
  rein_text_add(&rules, "</listOfRules>");
  sbml_case_refused(sbml_case_write(arena, 3, 2, rules.bytes), "5 rules share their unknowns");
  rein_arena_destroy(arena);
}
END_TEST

/* k is what makes the reaction run at 2: k S = 2 with S = 10 - 2 t. The local q hides the parameter q. */
START_TEST(test_rule_over_the_rate_of_a_reaction) {
  static const char model[] =
      "<listOfCompartments><compartment id='c' size='1' spatialDimensions='3' constant='true'/>"
      "</listOfCompartments><listOfSpecies><species id='S' compartment='c' initialAmount='10' "
      "hasOnlySubstanceUnits='false' boundaryCondition='false' constant='false'/></listOfSpecies>"
      "<listOfParameters>" FREE("q", "5") FREE("k", "1") "</listOfParameters><listOfRules>" ZERO(
          "R - 2") "</listOfRules><listOfReactions><reaction id='R' reversible='false'><listOfReactants>"
                   "<speciesReference species='S' stoichiometry='1' constant='true'/></listOfReactants>"
                   "<kineticLaw>{q*k*S*c}<listOfLocalParameters><localParameter id='q' value='1'/>"
                   "</listOfLocalParameters></kineticLaw></reaction></listOfReactions>";
  ck_assert_double_eq_tol(value(model, "S", 2), 6, 1e-8);
  ck_assert_double_eq_tol(value(model, "k", 2), 2.0 / 6, 1e-8);
  ck_assert_double_eq(value(model, "q", 2), 5);
}
END_TEST

/* What has no value gets one from an event at the start. */
START_TEST(test_event_gives_the_first_value) {
  static const char model[] =
      "<listOfParameters><parameter id='x' constant='false'/></listOfParameters>"
      "<listOfRules><rateRule variable='x'>{-1}</rateRule></listOfRules><listOfEvents>"
      "<event useValuesFromTriggerTime='true'><trigger initialValue='false' persistent='true'>{time >= 0}"
      "</trigger><listOfEventAssignments><eventAssignment variable='x'>{5}</eventAssignment>"
      "</listOfEventAssignments></event></listOfEvents>";
  ck_assert_double_eq_tol(value(model, "x", 2), 3, 1e-9);
}
END_TEST

Suite *rein_suite_sbml_algebra(void) {
  Suite *suite = suite_create("sbml_algebra");
  TCase *tcase = tcase_create("sbml_algebra");
  tcase_set_timeout(tcase, 60);
  suite_add_tcase(suite, tcase);
  tcase_add_test(tcase, test_two_shared_unknowns);
  tcase_add_test(tcase, test_three_shared_unknowns_in_a_rate);
  tcase_add_test(tcase, test_implicit_rule_on_an_implicit_rule);
  tcase_add_test(tcase, test_shared_unknowns_without_a_solution);
  tcase_add_test(tcase, test_too_many_shared_unknowns);
  tcase_add_test(tcase, test_rule_over_the_rate_of_a_reaction);
  tcase_add_test(tcase, test_event_gives_the_first_value);
  return suite;
}
