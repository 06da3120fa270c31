#include "tests/src/compile/compile_stage.h"

#include <check.h>
#include <string.h>

#include "src/compile/compile.h"

static const rein_model *read_model(const rein_case *c, rein_diag *diag) {
  rein_units *units = NULL;
  rein_model *model = NULL;
  ck_assert_int_eq(rein_units_create(diag, &units), REIN_OK);
  const rein_source *source = rein_source_create(c->arena, c->name, c->text, strlen(c->text));
  rein_model_read_source(c->arena, units, source, NULL, diag, &model);
  rein_units_destroy(units);
  return model;
}

void rein_compile_stage_messages(const rein_case *c, rein_diag *diag, rein_text *print) {
  (void)print;
  const rein_model *model = read_model(c, diag);
  const char *why = "";
  rein_tape *tape = NULL;
  if (model && rein_compile(c->arena, model, diag, &tape) == REIN_OK)
    ck_assert_msg(rein_tape_verify(tape, &why), "%s", why);
}

void rein_compile_stage_dag(const rein_case *c, rein_diag *diag, rein_text *print) {
  const rein_model *model = read_model(c, diag);
  if (model) rein_compile_print_dag(c->arena, model, diag, print);
}

void rein_compile_stage_derive(const rein_case *c, rein_diag *diag, rein_text *print) {
  const rein_model *model = read_model(c, diag);
  if (model) rein_compile_print_derive(c->arena, model, diag, print);
}
