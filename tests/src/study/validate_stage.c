#include "tests/src/study/validate_stage.h"

#include <check.h>
#include <string.h>

#include "src/base/files.h"
#include "src/study/validate.h"
#include "tests/src/scenario/scenario_stage.h"

void rein_validate_stage_messages(const rein_case *c, rein_diag *diag, rein_text *print) {
  rein_units *units;
  rein_validate_job *job = NULL;
  (void)print;
  ck_assert_int_eq(rein_units_create(diag, &units), REIN_OK);
  ck_assert_int_eq(
      rein_files_write("m.yaml", rein_scenario_stage_model, strlen(rein_scenario_stage_model), diag),
      REIN_OK);
  ck_assert_int_eq(rein_files_write(c->name, c->text, strlen(c->text), diag), REIN_OK);
  const rein_status status = rein_validate_prepare(c->arena, units, c->name, NULL, diag, &job);
  rein_units_destroy(units);
  ck_assert_int_eq(status == REIN_OK, rein_diag_n_error(diag) == 0);
  ck_assert_int_eq(status == REIN_OK, job != NULL);
}
