/* SBML files read, compiled and run, against solutions known in closed form; and files that must be refused.
 */
#include <check.h>
#include <math.h>
#include <string.h>

#include "tests/src/import/sbml_case.h"

#define HEAD                                                                                                 \
  "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"                                                             \
  "<sbml xmlns=\"http://www.sbml.org/sbml/level3/version2/core\" level=\"3\" version=\"2\">\n<model "        \
  "id=\"m\">\n"
#define FOOT "</model></sbml>\n"
#define MATH(content) "<math xmlns=\"http://www.w3.org/1998/Math/MathML\">" content "</math>"
#define COMPARTMENT(id, size, constant)                                                                      \
  "<compartment id=\"" id "\" size=\"" size "\" spatialDimensions=\"3\" constant=\"" constant "\"/>"
#define SPECIES(id, compartment, given, substance)                                                           \
  "<species id=\"" id "\" compartment=\"" compartment "\" " given " hasOnlySubstanceUnits=\"" substance      \
  "\" boundaryCondition=\"false\" constant=\"false\"/>"
#define PARAMETER(id, value, constant)                                                                       \
  "<parameter id=\"" id "\" value=\"" value "\" constant=\"" constant "\"/>"
#define PART(id) "<speciesReference species=\"" id "\" stoichiometry=\"1\" constant=\"true\"/>"
#define DELAY                                                                                                \
  "<csymbol encoding=\"text\" definitionURL=\"http://www.sbml.org/sbml/symbols/delay\">delay</csymbol>"
#define RATE                                                                                                 \
  "<csymbol encoding=\"text\" definitionURL=\"http://www.sbml.org/sbml/symbols/rateOf\">rateOf</csymbol>"
#define TIME "<csymbol encoding=\"text\" definitionURL=\"http://www.sbml.org/sbml/symbols/time\">t</csymbol>"

/* ---- reactions and views ---- */

#define DECAY                                                                                                \
  HEAD "<listOfCompartments>" COMPARTMENT("c", "2", "true") "</listOfCompartments><listOfSpecies>" SPECIES(  \
      "A", "c", "initialConcentration=\"3\"", "false")                                                       \
      SPECIES("B", "c", "initialAmount=\"0\"", "true") "</listOfSpecies><listOfParameters>" PARAMETER(       \
          "time", "0.5",                                                                                     \
          "true") "</listOfParameters>"                                                                      \
                  "<listOfReactions><reaction id=\"R\" reversible=\"false\"><listOfReactants>" PART(         \
                      "A") "</listOfReactants><listOfProducts>" PART("B") "</"                               \
                                                                          "listOfProducts><"                 \
                                                                          "kineticLaw>" MATH("<apply"        \
                                                                                             "><"            \
                                                                                             "times/"        \
                                                                                             "><ci>"         \
                                                                                             "time</"        \
                                                                                             "ci><"          \
                                                                                             "ci>A</"        \
                                                                                             "ci><"          \
                                                                                             "ci>c</"        \
                                                                                             "ci></"         \
                                                                                             "apply"         \
                                                                                             ">") "<"        \
                                                                                                  "/"        \
                                                                                                  "k"        \
                                                                                                  "i"        \
                                                                                                  "n"        \
                                                                                                  "e"        \
                                                                                                  "t"        \
                                                                                                  "i"        \
                                                                                                  "c"        \
                                                                                                  "L"        \
                                                                                                  "a"        \
                                                                                                  "w"        \
                                                                                                  ">"        \
                                                                                                  "<"        \
                                                                                                  "/"        \
                                                                                                  "r"        \
                                                                                                  "e"        \
                                                                                                  "a"        \
                                                                                                  "c"        \
                                                                                                  "t"        \
                                                                                                  "i"        \
                                                                                                  "o"        \
                                                                                                  "n"        \
                                                                                                  ">"        \
                                                                                                  "<"        \
                                                                                                  "/"        \
                                                                                                  "l"        \
                                                                                                  "i"        \
                                                                                                  "s"        \
                                                                                                  "t"        \
                                                                                                  "O"        \
                                                                                                  "f"        \
                                                                                                  "R"        \
                                                                                                  "e"        \
                                                                                                  "a"        \
                                                                                                  "c"        \
                                                                                                  "t"        \
                                                                                                  "i"        \
                                                                                                  "o"        \
                                                                                                  "n"        \
                                                                                                  "s"        \
                                                                                                  ">" FOOT

START_TEST(test_amounts_and_concentrations) {
  const double left = 3 * exp(-0.5 * 4);
  ck_assert_double_eq_tol(sbml_case_value(DECAY, "A", MEANING, 4), left, 1e-8);
  ck_assert_double_eq_tol(sbml_case_value(DECAY, "A", CONCENTRATION, 4), left, 1e-8);
  ck_assert_double_eq_tol(sbml_case_value(DECAY, "A", AMOUNT, 4), 2 * left, 1e-8);
  ck_assert_double_eq_tol(sbml_case_value(DECAY, "B", MEANING, 4), 6 - 2 * left, 1e-8);
  ck_assert_double_eq_tol(sbml_case_value(DECAY, "B", CONCENTRATION, 4), 3 - left, 1e-8);
  ck_assert_double_eq_tol(sbml_case_value(DECAY, "R", MEANING, 4), 0.5 * 2 * left, 1e-8);
  ck_assert_double_eq(sbml_case_value(DECAY, "time", MEANING, 4), 0.5); /* an id, not the time */
}
END_TEST

/* A compartment that grows thins what is in it; a rate rule for a concentration holds nevertheless. */
START_TEST(test_growing_compartment) {
  const char *xml = HEAD
      "<listOfCompartments>" COMPARTMENT("c", "1", "false") "</listOfCompartments><listOfSpecies>" SPECIES(
          "A", "c", "initialAmount=\"2\"", "false")
          SPECIES("B", "c", "initialConcentration=\"1\"",
                  "false") "</listOfSpecies><listOfRules><rateRule "
                           "variable=\"c\">" MATH("<cn>0.5</cn>") "</"
                                                                  "rateRule><rateRule "
                                                                  "variable="
                                                                  "\"B\">" MATH(
                                                                      "<cn>0."
                                                                      "25</"
                                                                      "cn>") "</rateRule></listOfRules>" FOOT;
  ck_assert_double_eq_tol(sbml_case_value(xml, "A", MEANING, 2), 2.0 / 2.0, 1e-9);
  ck_assert_double_eq_tol(sbml_case_value(xml, "A", AMOUNT, 2), 2.0, 1e-9);
  ck_assert_double_eq_tol(sbml_case_value(xml, "B", MEANING, 2), 1.5, 1e-9);
  ck_assert_double_eq_tol(sbml_case_value(xml, "B", AMOUNT, 2), 3.0, 1e-9);
}
END_TEST

/* ---- rules ---- */

#define RULE(variable, content) "<assignmentRule variable=\"" variable "\">" MATH(content) "</assignmentRule>"
#define FREE(id) "<parameter id=\"" id "\" constant=\"false\"/>"

START_TEST(test_loose_math) {
  const char *xml = HEAD "<listOfParameters>" FREE("a") FREE("b") FREE("c") FREE("d")
      FREE("e") "</listOfParameters><listOfRules>" RULE("a", "<apply><plus/></apply>")
          RULE("b", "<apply><plus/><true/><cn>2</cn></apply>")
              RULE("c", "<apply><rem/><cn>-7</cn><cn>3</cn></apply>")
                  RULE("d",
                       "<piecewise><piece><cn>5</cn><apply><lt/><cn>1</cn><cn>2</cn><cn>2</cn></apply>"
                       "</piece><otherwise><apply><factorial/><cn>4</cn></apply></otherwise></piecewise>")
                      RULE("e", "<apply><quotient/><cn>-7</cn><cn>3</cn></apply>") "</listOfRules>" FOOT;
  ck_assert_double_eq(sbml_case_value(xml, "a", MEANING, 1), 0);
  ck_assert_double_eq(sbml_case_value(xml, "b", MEANING, 1), 3);
  ck_assert_double_eq(sbml_case_value(xml, "c", MEANING, 1), -1);
  ck_assert_double_eq(sbml_case_value(xml, "d", MEANING, 1), 24);
  ck_assert_double_eq(sbml_case_value(xml, "e", MEANING, 1), -2);
}
END_TEST

#define ALGEBRAIC(content) "<algebraicRule>" MATH(content) "</algebraicRule>"

/* x + y = 10 and x - 3 y = t: two rules that share their unknowns; exp(z) = 2 + t. */
START_TEST(test_algebraic_rules) {
  const char *xml = HEAD "<listOfParameters>" FREE("x") FREE("y") FREE(
      "z") "</listOfParameters><listOfRules>" ALGEBRAIC("<apply><minus/><apply><plus/><ci>x</ci><ci>y</"
                                                        "ci></apply><cn>10</cn></apply>")
      ALGEBRAIC(
          "<apply><minus/><apply><minus/><ci>x</ci><apply><times/><cn>3</cn><ci>y</ci></apply></apply>" TIME
          "</apply>") ALGEBRAIC("<apply><minus/><apply><exp/><ci>z</ci></apply><apply><plus/><cn>2</cn>" TIME
                                "</apply></apply>") "</listOfRules>" FOOT;
  ck_assert_double_eq_tol(sbml_case_value(xml, "x", MEANING, 2), 8, 1e-12);
  ck_assert_double_eq_tol(sbml_case_value(xml, "y", MEANING, 2), 2, 1e-12);
  ck_assert_double_eq_tol(sbml_case_value(xml, "z", MEANING, 2), log(4), 1e-12);
}
END_TEST

START_TEST(test_algebraic_rules_refused) {
  sbml_case_refused(
      HEAD "<listOfParameters>" PARAMETER("x", "1", "true") "</listOfParameters><listOfRules>\n" ALGEBRAIC(
          "<apply><minus/><ci>x</ci><cn>1</cn></apply>") "</listOfRules>" FOOT,
      "model.xml:5:");
}
END_TEST

/* d/dt (t^2 sin x) = 2 t sin x + t^2 cos(x) x', with x' = 3. */
START_TEST(test_rate_of_a_rule) {
  const char *xml = HEAD "<listOfParameters>" PARAMETER("x", "1", "false") FREE("y")
      FREE("z") "</listOfParameters><listOfRules><rateRule variable=\"x\">" MATH(
          "<cn>3</cn>") "</rateRule>" RULE("y", "<apply><times/><apply><power/>" TIME
                                                "<cn>2</cn></apply><apply><sin/><ci>x</ci></apply></apply>")
          RULE("z", "<apply>" RATE "<ci>y</ci></apply>") "</listOfRules>" FOOT;
  const double t = 1.5, x = 1 + 3 * t;
  ck_assert_double_eq_tol(sbml_case_value(xml, "z", MEANING, t), 2 * t * sin(x) + t * t * cos(x) * 3, 1e-8);
}
END_TEST

/* ---- delays ---- */

/* x' = -x(t - 1), x = 1 before: on [0, 1] 1 - t; on [1, 2] the second polynomial. */
START_TEST(test_delay_equation) {
  const char *xml = HEAD "<listOfParameters>" PARAMETER(
      "x", "1", "false") "</listOfParameters><listOfRules><rateRule "
                         "variable=\"x\">" MATH("<apply><minus/><apply>" DELAY
                                                "<ci>x</ci><cn>1</cn></apply></"
                                                "apply>") "</rateRule></"
                                                          "listOfRules>" FOOT;
  for (double t = 0.25; t <= 2; t += 0.25) {
    double wanted = t <= 1 ? 1 - t : 1 - t + (t - 1) * (t - 1) / 2;
    ck_assert_double_eq_tol(sbml_case_value(xml, "x", MEANING, t), wanted, 1e-10);
  }
}
END_TEST

/* An event lifts x from 1 to 2 at 0.5; y' = x(t - 1) and w = y(t - 1) bend at 1.5 and 2.5, and nowhere else.
 */
START_TEST(test_delayed_jump) {
  rein_arena *arena = rein_arena_create();
  const char *xml = sbml_case_write(
      arena, 3, 2,
      "<listOfParameters><parameter id='x' value='1' constant='false'/>"
      "<parameter id='y' value='0' constant='false'/><parameter id='w' constant='false'/></listOfParameters>"
      "<listOfRules><rateRule variable='y'>{delay(x, 1)}</rateRule>"
      "<assignmentRule variable='w'>{delay(y, 1)}</assignmentRule></listOfRules><listOfEvents>"
      "<event useValuesFromTriggerTime='true'><trigger initialValue='true' persistent='true'>{time >= 0.5}"
      "</trigger><listOfEventAssignments><eventAssignment variable='x'>{2}</eventAssignment>"
      "</listOfEventAssignments></event></listOfEvents>");
  for (double t = 0.25; t <= 4; t += 0.625) {
    const double y = t < 1.5 ? t : 2 * t - 1.5, w = t < 1 ? 0 : t < 2.5 ? t - 1 : 2 * t - 3.5;
    ck_assert_double_eq_tol(sbml_case_value(xml, "y", MEANING, t), y, 1e-12);
    ck_assert_double_eq_tol(sbml_case_value(xml, "w", MEANING, t), w, 1e-12);
  }
  rein_arena_destroy(arena);
}
END_TEST

/* Before the start a rule is followed back in time. */
START_TEST(test_delayed_rule) {
  const char *xml = HEAD "<listOfParameters>" FREE("x")
      FREE("y") "</listOfParameters><listOfRules>" RULE("x", "<apply><times/>" TIME TIME "</apply>")
          RULE("y", "<apply>" DELAY "<ci>x</ci><cn>3</cn></apply>") "</listOfRules>" FOOT;
  ck_assert_double_eq_tol(sbml_case_value(xml, "y", MEANING, 1), 4, 1e-9);
  ck_assert_double_eq_tol(sbml_case_value(xml, "y", MEANING, 5), 4, 1e-9);
}
END_TEST

/* ---- events ---- */

#define EVENT(when, priority, set)                                                                           \
  "<event useValuesFromTriggerTime=\"true\"><trigger initialValue=\"true\" persistent=\"false\">" MATH(      \
      when) "</trigger>" priority "<listOfEventAssignments>" set "</listOfEventAssignments></event>"
#define SET(variable, content)                                                                               \
  "<eventAssignment variable=\"" variable "\">" MATH(content) "</eventAssignment>"
#define AT_ONE "<apply><geq/>" TIME "<cn>1</cn></apply>"

/* The concentration is set for the size before, the amount stays when the size is set. */
START_TEST(test_event_on_size) {
  const char *xml = HEAD
      "<listOfCompartments>" COMPARTMENT("c", "4", "false") "</listOfCompartments><listOfSpecies>" SPECIES(
          "A", "c", "initialAmount=\"2\"",
          "false") "</listOfSpecies><listOfEvents>" EVENT(AT_ONE, "",
                                                          SET("A", "<cn>3</cn>")
                                                              SET("c", "<cn>2</cn>")) "</listOfEvents>" FOOT;
  ck_assert_double_eq_tol(sbml_case_value(xml, "A", AMOUNT, 2), 12, 1e-9);
  ck_assert_double_eq_tol(sbml_case_value(xml, "A", MEANING, 2), 6, 1e-9);
}
END_TEST

/* Two events of one priority, the first of which cancels the other: both orders are met among lanes. */
START_TEST(test_random_order) {
#define OPEN "<apply><and/>" AT_ONE "<apply><eq/><ci>x</ci><cn>0</cn></apply></apply>"
#define ONE "<priority>" MATH("<cn>1</cn>") "</priority>"
  const char *xml =
      HEAD "<listOfParameters>" PARAMETER("x", "0", "false") "</listOfParameters><listOfEvents>" EVENT(
          OPEN, ONE, SET("x", "<cn>1</cn>")) EVENT(OPEN, ONE, SET("x", "<cn>2</cn>")) "</listOfEvents>" FOOT;
  int count[3] = {0};
  for (int lane = 0; lane < 8; lane++) count[(int)sbml_case_value_of_lane(xml, "x", MEANING, 2, lane)]++;
  ck_assert_int_eq(count[0], 0);
  ck_assert_int_gt(count[1], 0);
  ck_assert_int_gt(count[2], 0);
}
END_TEST

/* ---- what is refused ---- */

START_TEST(test_refused) {
  sbml_case_refused("<html></html>", "not SBML");
  sbml_case_refused(HEAD, "not SBML that can be read");
  sbml_case_refused("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<!DOCTYPE x [<!ENTITY a \"b\">]>\n<sbml/>",
                    "model.xml:2:1: error: SBML has no document type declaration");
  sbml_case_refused(HEAD "<listOfParameters>" FREE("x") "</listOfParameters><listOfRules>\n" RULE(
                        "x", "<ci>nothing</ci>") "</listOfRules>" FOOT,
                    "model.xml:5:");
  sbml_case_refused(HEAD "<listOfParameters>" FREE("x") "</listOfParameters><listOfRules>" RULE(
                        "x", "<ci>x</ci>") "</listOfRules>" FOOT,
                    "depends on itself");
}
END_TEST

START_TEST(test_deep_math_refused) {
  rein_arena *arena = rein_arena_create();
  rein_text xml;
  rein_text_init(&xml, arena);
  rein_text_add(&xml, HEAD "<listOfParameters>" FREE(
                          "x") "</listOfParameters><listOfRules><assignmentRule variable=\"x\">"
                               "<math xmlns=\"http://www.w3.org/1998/Math/MathML\">");
  for (int i = 0; i < 1000000; i++) rein_text_add(&xml, "<apply><sin/>");
  rein_text_add(&xml, "<cn>1</cn>");
  for (int i = 0; i < 1000000; i++) rein_text_add(&xml, "</apply>");
  rein_text_add(&xml, "</math></assignmentRule></listOfRules>" FOOT);
  sbml_case_refused(xml.bytes, "nested more than");
  rein_arena_destroy(arena);
}
END_TEST

START_TEST(test_exploding_functions_refused) {
  rein_arena *arena = rein_arena_create();
  rein_text xml;
  rein_text_init(&xml, arena);
  rein_text_add(&xml, HEAD "<listOfFunctionDefinitions>");
  for (int i = 0; i < 40; i++) {
    rein_text_printf(&xml, "<functionDefinition id=\"f%d\">", i);
    rein_text_add(&xml, "<math xmlns=\"http://www.w3.org/1998/Math/MathML\"><lambda><bvar><ci>a</ci></bvar>");
    if (i == 0) rein_text_add(&xml, "<ci>a</ci>");
    for (int k = 0; i > 0 && k < 2; k++)
      rein_text_printf(&xml, "%s<apply><ci>f%d</ci><ci>a</ci></apply>%s", k ? "" : "<apply><plus/>", i - 1,
                       k ? "</apply>" : "");
    rein_text_add(&xml, "</lambda></math></functionDefinition>");
  }
  rein_text_add(
      &xml,
      "</listOfFunctionDefinitions><listOfParameters>" FREE("x") "</listOfParameters><listOfRules>" RULE(
          "x", "<apply><ci>f39</ci><cn>1</cn></apply>") "</listOfRules>" FOOT);
  sbml_case_refused(xml.bytes, "too large");
  rein_arena_destroy(arena);
}
END_TEST

START_TEST(test_flux_balance_refused) {
  sbml_case_refused(
      "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
      "<sbml xmlns=\"http://www.sbml.org/sbml/level3/version1/core\" level=\"3\" version=\"1\"\n"
      " xmlns:fbc=\"http://www.sbml.org/sbml/level3/version1/fbc/version2\" fbc:required=\"false\">\n"
      "<model id=\"m\" fbc:strict=\"false\">\n"
      "<fbc:listOfObjectives fbc:activeObjective=\"obj\">\n<fbc:objective fbc:id=\"obj\" "
      "fbc:type=\"maximize\">"
      "<fbc:listOfFluxObjectives/></fbc:objective></fbc:listOfObjectives>" FOOT,
      "model.xml:6:");
}
END_TEST

/* ---- implicit algebraic rules ---- */

#define IMPLICIT(rules, events)                                                                              \
  HEAD "<listOfParameters>" PARAMETER("x", "34", "false")                                                    \
      PARAMETER("z", "1.5", "false") "</listOfParameters><listOfRules>" rules "</listOfRules>" events FOOT
#define FALLING "<rateRule variable=\"x\">" MATH("<apply><minus/><ci>x</ci></apply>") "</rateRule>"
#define QUINTIC                                                                                              \
  "<algebraicRule>" MATH("<apply><minus/><apply><plus/><apply><power/><ci>z</ci><cn>5</cn></apply>"          \
                         "<ci>z</ci></apply><ci>x</ci></apply>") "</algebraicRule>"
#define EXPONENTIAL                                                                                          \
  "<algebraicRule>" MATH("<apply><minus/><apply><plus/><apply><exp/><ci>z</ci></apply><ci>z</ci></apply>"    \
                         "<apply><plus/><cn>1</cn>" TIME "</apply></apply>") "</algebraicRule>"
#define JUMP                                                                                                 \
  "<listOfEvents><event useValuesFromTriggerTime=\"true\"><trigger initialValue=\"true\" "                   \
  "persistent=\"true\">" MATH(                                                                               \
      "<apply><geq/>" TIME                                                                                   \
      "<cn>1</cn></apply>") "</trigger>"                                                                     \
                            "<listOfEventAssignments><eventAssignment variable=\"x\">" MATH(                 \
                                "<cn>246</cn>") "</eventAssignment></listOfEventAssignments></event></"      \
                                                "listOfEvents>"

static double quintic(double z) {
  return z * z * z * z * z + z;
}

static double exponential(double z) {
  return exp(z) + z;
}

/* f(z) = y of a rising f, by bisection. */
static double root_of(double (*f)(double), double y) {
  double low = -100, high = 100;
  for (int i = 0; i < 200; i++) {
    double middle = (low + high) / 2;
    *(f(middle) < y ? &low : &high) = middle;
  }
  return low;
}

START_TEST(test_implicit_rules) {
  static const double time[] = {0, 0.5, 2, 5};
  for (int i = 0; i < 4; i++) {
    double t = time[i];
    ck_assert_double_eq_tol(sbml_case_value(IMPLICIT(FALLING QUINTIC, ""), "z", MEANING, t),
                            root_of(quintic, 34 * exp(-t)), 1e-8);
    ck_assert_double_eq_tol(sbml_case_value(IMPLICIT(EXPONENTIAL, ""), "z", MEANING, t),
                            root_of(exponential, 1 + t), 1e-9);
  }
}
END_TEST

/* At the very instant of a jump, and behind it, the rule holds. */
START_TEST(test_implicit_rule_behind_an_event) {
  for (int i = 0; i < 3; i++) {
    double t = 1 + 0.001 * i;
    ck_assert_double_eq_tol(sbml_case_value(IMPLICIT(FALLING QUINTIC, JUMP), "z", MEANING, t),
                            root_of(quintic, 246 * exp(1 - t)), 1e-8);
  }
}
END_TEST

/* z^2 + z + x has no real root for x = 34: a recorded failure, no number. */
START_TEST(test_implicit_rule_without_a_root) {
  sbml_case l;
  double t = 1;
  ck_assert_int_eq(
      sbml_case_load(&l, IMPLICIT(FALLING "<algebraicRule>" MATH(
                                      "<apply><plus/><apply><times/><ci>z</ci><ci>z</ci></apply><ci>z</ci>"
                                      "<ci>x</ci></apply>") "</algebraicRule>",
                                  "")),
      REIN_OK);
  int keep = sbml_case_row(&l, "z", MEANING);
  support_case c = {.tape = l.tape, .rtol = 1e-8, .atol = 1e-10, .t_end = 1, .obs = &t, .n_obs = 1};
  c.keep = &keep, c.n_keep = 1;
  support_result r = support_run(&c);
  ck_assert_int_eq(r.outcome[0].status, REIN_LANE_FAILED);
  support_free(&r);
  rein_arena_destroy(l.arena);
}
END_TEST

/* ---- Level 1 ---- */

/* Formulas are text: log is the natural logarithm, log10 the other, ^ and pow are powers; species are amounts
 * given by initialAmount, and stand for concentrations in formulas; stoichiometries may have denominators. */
static const char level_1[] =
    "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
    "<sbml xmlns=\"http://www.sbml.org/sbml/level1\" level=\"1\" version=\"2\"><model name=\"m\">"
    "<listOfCompartments><compartment name=\"c\" volume=\"2\"/></listOfCompartments>"
    "<listOfSpecies><species name=\"A\" compartment=\"c\" initialAmount=\"6\"/>"
    "<species name=\"B\" compartment=\"c\" initialAmount=\"0\"/></listOfSpecies>"
    "<listOfParameters><parameter name=\"x\" value=\"8\"/><parameter name=\"y\" "
    "value=\"0\"/></listOfParameters>"
    "<listOfRules><parameterRule name=\"y\" formula=\"log(x) + 10 * log10(x) + x^2 - pow(x, 3) / 2^-1\"/>"
    "</listOfRules><listOfReactions><reaction name=\"R\" reversible=\"false\">"
    "<listOfReactants><speciesReference species=\"A\"/></listOfReactants>"
    "<listOfProducts><speciesReference species=\"B\" stoichiometry=\"3\" denominator=\"2\"/></listOfProducts>"
    "<kineticLaw formula=\"k * c * A\"><listOfParameters><parameter name=\"k\" "
    "value=\"0.5\"/></listOfParameters>"
    "</kineticLaw></reaction></listOfReactions></model></sbml>\n";

START_TEST(test_level_1) {
  ck_assert_double_eq_tol(sbml_case_value(level_1, "y", MEANING, 1), log(8) + 10 * log10(8) + 64 - 1024,
                          1e-9);
  ck_assert_double_eq_tol(sbml_case_value(level_1, "A", CONCENTRATION, 2), 3 * exp(-1), 1e-8);
  ck_assert_double_eq_tol(sbml_case_value(level_1, "B", AMOUNT, 2), 1.5 * 6 * (1 - exp(-1)), 1e-8);
}
END_TEST

Suite *rein_suite_sbml(void) {
  Suite *suite = suite_create("sbml");
  TCase *tcase = tcase_create("sbml");
  tcase_set_timeout(tcase, 60);
  suite_add_tcase(suite, tcase);
  tcase_add_test(tcase, test_level_1);
  tcase_add_test(tcase, test_implicit_rules);
  tcase_add_test(tcase, test_implicit_rule_behind_an_event);
  tcase_add_test(tcase, test_implicit_rule_without_a_root);
  tcase_add_test(tcase, test_amounts_and_concentrations);
  tcase_add_test(tcase, test_growing_compartment);
  tcase_add_test(tcase, test_loose_math);
  tcase_add_test(tcase, test_algebraic_rules);
  tcase_add_test(tcase, test_algebraic_rules_refused);
  tcase_add_test(tcase, test_rate_of_a_rule);
  tcase_add_test(tcase, test_delay_equation);
  tcase_add_test(tcase, test_delayed_jump);
  tcase_add_test(tcase, test_delayed_rule);
  tcase_add_test(tcase, test_event_on_size);
  tcase_add_test(tcase, test_random_order);
  tcase_add_test(tcase, test_refused);
  tcase_add_test(tcase, test_deep_math_refused);
  tcase_add_test(tcase, test_exploding_functions_refused);
  tcase_add_test(tcase, test_flux_balance_refused);
  return suite;
}
