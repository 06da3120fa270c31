#include "tests/src/study/validate_stage.h"

#include <check.h>
#include <string.h>

#include "src/base/files.h"
#include "src/study/outside.h"
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

/* Model, and scenario s.yaml among the case's files, prepared; NULL with errors in diag. */
static rein_validate_job *prepare(const rein_case *c, rein_units *units, const char *path, rein_diag *diag) {
  rein_validate_job *job = NULL;
  ck_assert_int_eq(
      rein_files_write("m.yaml", rein_scenario_stage_model, strlen(rein_scenario_stage_model), diag),
      REIN_OK);
  rein_validate_prepare(c->arena, units, path, NULL, diag, &job);
  return job;
}

void rein_validate_stage_split(const rein_case *c, rein_diag *diag, rein_text *print) {
  rein_units *units;
  rein_split *split = NULL;
  (void)print;
  ck_assert_int_eq(rein_units_create(diag, &units), REIN_OK);
  ck_assert_int_eq(rein_files_write(c->name, c->text, strlen(c->text), diag), REIN_OK);
  rein_status status = rein_split_read(c->arena, c->name, diag, &split);
  rein_validate_job *job = split ? prepare(c, units, split->scenario, diag) : NULL;
  if (job) status = rein_split_apply(job, units, split, diag);
  rein_units_destroy(units);
  ck_assert_int_eq(job && status == REIN_OK, rein_diag_n_error(diag) == 0);
}

/* Predictions of what is later than 12 h. */
void rein_validate_stage_score(const rein_case *c, rein_diag *diag, rein_text *print) {
  rein_units *units;
  rein_split *split;
  rein_text text;
  rein_text_init(&text, c->arena);
  ck_assert_int_eq(rein_units_create(diag, &units), REIN_OK);
  ck_assert_int_eq(rein_files_write(c->name, c->text, strlen(c->text), diag), REIN_OK);
  rein_validate_job *job = prepare(c, units, "s.yaml", diag);
  ck_assert_ptr_nonnull(job);
  ck_assert_int_eq(rein_split_make(job, units, REIN_SPLIT_HORIZON, "12 h", 1, "s.yaml", diag, &text),
                   REIN_OK);
  ck_assert_int_eq(rein_files_write("t.yaml", text.bytes, text.n, diag), REIN_OK);
  ck_assert_int_eq(rein_split_read(c->arena, "t.yaml", diag, &split), REIN_OK);
  ck_assert_int_eq(rein_split_apply(job, units, split, diag), REIN_OK);
  const rein_status status = rein_outside_read(job, units, c->name, diag);
  (void)print;
  rein_units_destroy(units);
  ck_assert_int_eq(status == REIN_OK, rein_diag_n_error(diag) == 0);
}
