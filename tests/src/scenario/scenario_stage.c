#include "tests/src/scenario/scenario_stage.h"

#include <check.h>
#include <string.h>

#include "src/base/files.h"

const char rein_scenario_stage_model[] =
    "rein: model/1\n"
    "name: m\n"
    "time: h\n"
    "covariates:\n"
    "  weight: {unit: kg, typical: 70 kg}\n"
    "parameters:\n"
    "  CL: {value: 5 L/h, between: 'lognormal(cv: 30 %)', uncertain: 'lognormal(cv: 10 %)', assumed: "
    "example}\n"
    "  V: {value: 50 L, between: 'lognormal(cv: 20 %, low: 40 L, high: 60 L)', assumed: example}\n"
    "  ka: {value: 1 1/h, assumed: example}\n"
    "  boost: {value: 0 mg/h, assumed: nothing before an action}\n"
    "  kel: {is: CL / V, unit: 1/h, assumed: example}\n"
    "correlations:\n"
    "  - {between: [CL, V], rho: 0.5}\n"
    "states:\n"
    "  gut: {unit: mg, initial: 0}\n"
    "  central: {unit: mg, initial: 0}\n"
    "values:\n"
    "  conc: {is: central / V, unit: mg/L}\n"
    "  heavy: {is: weight, unit: kg}\n"
    "processes:\n"
    "  absorption: {from: gut, to: central, rate: ka * gut}\n"
    "  elimination: {from: central, rate: kel * central}\n"
    "  making: {to: central, rate: boost}\n"
    "actions:\n"
    "  oral: {kind: drug, unit: mg, into: gut, boundary: never_automatic}\n"
    "  iv: {kind: drug, unit: mg, into: central}\n"
    "  stim: {kind: drug, unit: mg/h, sets: boost}\n"
    "observables:\n"
    "  c: {is: conc, unit: mg/L, noise: none}\n"
    "valid: {oral: 0 .. 200 mg, horizon: 30 d}\n";

static rein_scenario *read_scenario(const rein_case *c, rein_diag *diag) {
  rein_units *units;
  rein_scenario *scenario = NULL;
  ck_assert_int_eq(rein_units_create(diag, &units), REIN_OK);
  ck_assert_int_eq(
      rein_files_write("m.yaml", rein_scenario_stage_model, strlen(rein_scenario_stage_model), diag),
      REIN_OK);
  ck_assert_int_eq(rein_files_write(c->name, c->text, strlen(c->text), diag), REIN_OK);
  rein_status status = rein_scenario_read(c->arena, units, c->name, NULL, diag, &scenario);
  rein_units_destroy(units);
  ck_assert_int_eq(status == REIN_OK, rein_diag_n_error(diag) == 0);
  ck_assert_int_eq(status == REIN_OK, scenario != NULL);
  return scenario;
}

void rein_scenario_stage_messages(const rein_case *c, rein_diag *diag, rein_text *print) {
  (void)print;
  read_scenario(c, diag);
}

void rein_scenario_stage_print(const rein_case *c, rein_diag *diag, rein_text *print) {
  const rein_scenario *scenario = read_scenario(c, diag);
  if (scenario) rein_scenario_print(scenario, print);
}
