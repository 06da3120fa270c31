/* The stages that text cases can ask for. */
#include "tests/cases.h"

#include <check.h>
#include <string.h>

#include "src/lang/model.h"
#include "tests/src/compile/compile_stage.h"
#include "tests/src/scenario/scenario_stage.h"
#include "tests/src/study/validate_stage.h"

static rein_model *read_model(const rein_case *c, rein_diag *diag) {
  rein_units *units;
  rein_model *model = NULL;
  ck_assert_int_eq(rein_units_create(diag, &units), REIN_OK);
  const rein_source *source = rein_source_create(c->arena, c->name, c->text, strlen(c->text));
  rein_status status = rein_model_read_source(c->arena, units, source, NULL, diag, &model);
  rein_units_destroy(units);
  ck_assert_int_eq(status == REIN_OK, rein_diag_n_error(diag) == 0);
  ck_assert_int_eq(status == REIN_OK, model != NULL);
  return model;
}

static void run_messages(const rein_case *c, rein_diag *diag, rein_text *print) {
  (void)print;
  read_model(c, diag);
}

static void run_model(const rein_case *c, rein_diag *diag, rein_text *print) {
  const rein_model *model = read_model(c, diag);
  if (model) rein_model_print(model, print);
}

static void run_evidence(const rein_case *c, rein_diag *diag, rein_text *print) {
  const rein_model *model = read_model(c, diag);
  if (model) rein_model_print_evidence(model, print);
}

const rein_case_stage rein_case_stages[] = {
    {"model", "", run_messages},
    {"model", "model", run_model},
    {"model", "evidence", run_evidence},
    {"compile", "", rein_compile_stage_messages},
    {"compile", "dag", rein_compile_stage_dag},
    {"compile", "derive", rein_compile_stage_derive},
    {"scenario", "", rein_scenario_stage_messages},
    {"scenario", "scenario", rein_scenario_stage_print},
    {"validate", "", rein_validate_stage_messages},
    {"split", "", rein_validate_stage_split},
    {"score", "", rein_validate_stage_score},
    {NULL, NULL, NULL},
};
