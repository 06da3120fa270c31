/* What holds at an instant alone, or only behind it; numbers that are none. Expected values follow from the
 * definitions. */
#include <check.h>
#include <math.h>

#include "tests/src/import/sbml_case.h"

#define FREE(id, value) "<parameter id='" id "' value='" value "' constant='false'/>"
#define WHEN(trigger, id, set)                                                                               \
  "<event useValuesFromTriggerTime='true'><trigger initialValue='true' persistent='true'>{" trigger          \
  "}</trigger><listOfEventAssignments><eventAssignment variable='" id "'>{" set                              \
  "}</eventAssignment></listOfEventAssignments></event>"

static double value(const char *model, const char *id, double t) {
  rein_arena *arena = rein_arena_create();
  double answer = sbml_case_value(sbml_case_write(arena, 3, 2, model), id, MEANING, t);
  rein_arena_destroy(arena);
  return answer;
}

/* x reaches 5 at t = 4 too, an event of its own about the same instant: none of the others fires twice. */
START_TEST(test_at_and_behind_an_instant) {
  static const char model[] =
      "<listOfParameters>" FREE("x", "1") FREE("at", "0") FREE("behind", "0") FREE("only", "0")
          FREE("meets", "0") "</listOfParameters><listOfRules><rateRule variable='x'>{1}</rateRule>"
                             "</listOfRules><listOfEvents>" WHEN("time >= 4", "at", "at + 1")
                                 WHEN("time > 4", "behind", "behind + 1")
                                     WHEN("time == 4", "only", "only + 1")
                                         WHEN("x >= 5", "meets", "meets + 1") "</listOfEvents>";
  ck_assert_double_eq(value(model, "at", 3.9), 0);
  ck_assert_double_eq(value(model, "at", 4), 1);
  ck_assert_double_eq(value(model, "behind", 4), 0);
  ck_assert_double_eq(value(model, "only", 3.9), 0);
  ck_assert_double_eq(value(model, "only", 4), 1);
  static const char *const id[] = {"at", "behind", "only", "meets"};
  for (int i = 0; i < 4; i++) ck_assert_double_eq(value(model, id[i], 6), 1);
}
END_TEST

START_TEST(test_lost_states_stay) {
  static const char model[] = "<listOfParameters>" FREE("x", "NaN") FREE("y", "INF") FREE(
      "u", "1") "<parameter id='w' constant='false'/>"
                "</listOfParameters><listOfRules><rateRule variable='x'>{1}</rateRule><rateRule "
                "variable='y'>{-u}</rateRule>"
                "<rateRule variable='u'>{2}</rateRule><rateRule variable='w'>{u}</rateRule></listOfRules>";
  for (double t = 0; t <= 2; t += 1) {
    ck_assert_double_nan(value(model, "x", t));
    ck_assert_double_infinite(value(model, "y", t));
    ck_assert_double_nan(value(model, "w", t));
    ck_assert_double_eq_tol(value(model, "u", t), 1 + 2 * t, 1e-8);
  }
}
END_TEST

START_TEST(test_real_roots) {
  static const char model[] = "<listOfParameters>" FREE("x", "-8") FREE("a", "0") FREE("b", "0")
      FREE("c", "0") "</listOfParameters>"
                     "<listOfRules><assignmentRule variable='a'>{root(3, x)}</assignmentRule><assignmentRule "
                     "variable='b'>"
                     "{root(3, -x)}</assignmentRule><assignmentRule variable='c'>{root(4, "
                     "x)}</assignmentRule></listOfRules>";
  ck_assert_double_eq_tol(value(model, "a", 1), -2, 1e-12);
  ck_assert_double_eq_tol(value(model, "b", 1), 2, 1e-12);
  ck_assert_double_nan(value(model, "c", 1));
}
END_TEST

Suite *rein_suite_sbml_instants(void) {
  Suite *suite = suite_create("sbml_instants");
  TCase *tcase = tcase_create("sbml_instants");
  tcase_add_test(tcase, test_at_and_behind_an_instant);
  tcase_add_test(tcase, test_lost_states_stay);
  tcase_add_test(tcase, test_real_roots);
  suite_add_tcase(suite, tcase);
  return suite;
}
