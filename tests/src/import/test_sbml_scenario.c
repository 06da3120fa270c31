/* A scenario on an SBML file: read, compiled, planned and integrated, against solutions in closed form. */
#include <check.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "solver/ensemble.h"
#include "src/base/files.h"
#include "src/compile/compile.h"
#include "src/import/sbml.h"
#include "src/scenario/scenario.h"

Suite *rein_suite_sbml_scenario(void);

#define N_TIME 5

#define HEAD                                                                                                 \
  "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"                                                             \
  "<sbml xmlns=\"http://www.sbml.org/sbml/level3/version2/core\" level=\"3\" version=\"2\">\n<model "        \
  "id=\"m\">\n"
#define FOOT "</model></sbml>\n"
#define MATH(content) "<math xmlns=\"http://www.w3.org/1998/Math/MathML\">" content "</math>"
#define TIME "<csymbol encoding=\"text\" definitionURL=\"http://www.sbml.org/sbml/symbols/time\">t</csymbol>"

typedef struct {
  double out[3][N_TIME]; /* by arm, of the row that is kept first */
  double max_step;
  size_t n_keep;
  rein_lane_status status;
} result;

static rein_status take(void *context, const rein_batch_result *r) {
  result *to = context;
  for (int l = 0; l < r->n_lane; l++) {
    if (!r->lane[l].real) continue;
    if (r->outcome[l].status > to->status) to->status = r->outcome[l].status;
    for (int i = 0; i < N_TIME; i++)
      to->out[r->lane[l].arm][i] = r->out[(size_t)i * to->n_keep * (size_t)r->n_lane + (size_t)l];
  }
  return REIN_OK;
}

static void must(rein_status status, rein_arena *arena, const rein_diag *diag) {
  rein_text text;
  rein_text_init(&text, arena);
  rein_diag_print(diag, &text);
  ck_assert_msg(status == REIN_OK, "%s", text.bytes);
}

static result run(const char *xml, const char *scenario_text) {
  char folder[] = "/tmp/rein-sbml-XXXXXX";
  rein_arena *arena = rein_arena_create();
  rein_diag *diag = rein_diag_create(arena);
  rein_units *units = NULL;
  rein_scenario *scenario = NULL;
  rein_tape *tape = NULL;
  rein_plan *plan = NULL;
  result r = {.status = REIN_LANE_FINE};
  const rein_scenario_options options = {.importer = rein_import_sbml};
  ck_assert_ptr_nonnull(mkdtemp(folder));
  const char *model = rein_arena_printf(arena, "%s/x.xml", folder);
  const char *path = rein_arena_printf(arena, "%s/s.yaml", folder);
  must(rein_files_write(model, xml, strlen(xml), diag), arena, diag);
  must(rein_files_write(path, scenario_text, strlen(scenario_text), diag), arena, diag);
  must(rein_units_create(diag, &units), arena, diag);
  must(rein_scenario_read(arena, units, path, &options, diag, &scenario), arena, diag);
  must(rein_compile(arena, scenario->model, diag, &tape), arena, diag);
  double *atol = REIN_NEW(arena, double, tape->n_state);
  for (int i = 0; i < tape->n_state; i++) atol[i] = 1e-13;
  must(rein_scenario_plan(arena, scenario, tape, atol, &plan), arena, diag);
  ck_assert_int_eq(plan->n_obs, N_TIME);
  r.max_step = plan->max_step, r.n_keep = (size_t)plan->n_keep;
  const rein_sink sink = {&r, take};
  const rein_ens_options ens = {.n_thread = 1};
  rein_ens_totals totals;
  must(rein_ens_run(tape, plan, &sink, &ens, &totals), arena, diag);
  rein_units_destroy(units);
  ck_assert_int_eq(system(rein_arena_printf(arena, "rm -r '%s'", folder)), 0);
  rein_arena_destroy(arena);
  ck_assert_int_ne(r.status, REIN_LANE_FAILED);
  return r;
}

#define SCENARIO(arms)                                                                                       \
  "rein: scenario/1\nname: s\nmodel: x.xml\ncohort: typical\nmeasure: {from: 0, to: 4, every: 1}\n"          \
  "solver: {rtol: 1e-10}\nkeep: [A]\n" arms

#define LAW MATH("<apply><times/><ci>c</ci><ci>k</ci><ci>A</ci></apply>")

static const char decay[] =
    HEAD "<listOfCompartments><compartment id=\"c\" size=\"2\" spatialDimensions=\"3\" constant=\"true\"/>"
         "</listOfCompartments><listOfSpecies><species id=\"A\" compartment=\"c\" initialConcentration=\"3\" "
         "hasOnlySubstanceUnits=\"false\" boundaryCondition=\"false\" constant=\"false\"/></listOfSpecies>"
         "<listOfParameters><parameter id=\"k\" value=\"0.5\" constant=\"true\"/></listOfParameters>"
         "<listOfReactions><reaction id=\"R\" reversible=\"false\"><listOfReactants>"
         "<speciesReference species=\"A\" stoichiometry=\"1\" constant=\"true\"/></listOfReactants>"
         "<kineticLaw>" LAW "</kineticLaw></reaction></listOfReactions>" FOOT;

/* A concentration that decays; an arm replaces a parameter of the file. */
START_TEST(test_arms) {
  result r = run(decay, SCENARIO("arms:\n  as_given: {}\n  faster: {parameters: {k: 1}}\n"));
  for (int i = 0; i < N_TIME; i++) {
    ck_assert_double_eq_tol(r.out[0][i], 3 * exp(-0.5 * i), 1e-8);
    ck_assert_double_eq_tol(r.out[1][i], 3 * exp(-1.0 * i), 1e-8);
  }
}
END_TEST

#define TRIGGER                                                                                              \
  MATH("<apply><gt/><apply><sin/><apply><times/><cn>6.283185307179586</cn>" TIME                             \
       "</apply></apply><cn>0.5</cn></apply>")
#define N_AND_ONE MATH("<apply><plus/><ci>n</ci><cn>1</cn></apply>")
#define SLOPE MATH("<ci>n</ci>")

static const char counting[] =
    HEAD "<listOfParameters><parameter id=\"A\" value=\"0\" constant=\"false\"/>"
         "<parameter id=\"n\" value=\"0\" constant=\"false\"/></listOfParameters>"
         "<listOfRules><rateRule variable=\"A\">" SLOPE "</rateRule></listOfRules>"
         "<listOfEvents><event useValuesFromTriggerTime=\"true\">"
         "<trigger initialValue=\"true\" persistent=\"true\">" TRIGGER "</trigger>"
         "<listOfEventAssignments><eventAssignment variable=\"n\">" N_AND_ONE "</eventAssignment>"
         "</listOfEventAssignments></event></listOfEvents>" FOOT;

/* sin(2 pi t) > 0.5 becomes true at 1/12 + j and is true for a third: every one of them has to be seen,
 * though nothing else moves. A counts the time since each. */
START_TEST(test_switch_of_time) {
  result r = run(counting, SCENARIO("arms: {as_given: {}}\n"));
  ck_assert_double_gt(r.max_step, 0);
  ck_assert_double_le(r.max_step, 1.0 / 3);
  for (int i = 0; i < N_TIME; i++) {
    double wanted = 0;
    for (int j = 0; j < i; j++) wanted += i - (j + 1.0 / 12);
    ck_assert_double_eq_tol(r.out[0][i], wanted, 1e-7);
  }
}
END_TEST

Suite *rein_suite_sbml_scenario(void) {
  Suite *suite = suite_create("sbml_scenario");
  TCase *tcase = tcase_create("sbml_scenario");
  suite_add_tcase(suite, tcase);
  tcase_add_test(tcase, test_arms);
  tcase_add_test(tcase, test_switch_of_time);
  return suite;
}
