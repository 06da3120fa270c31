#include "tests/src/scenario/filled.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "src/base/files.h"
#include "src/compile/compile.h"
#include "tests/src/scenario/scenario_stage.h"

static void show(const filled *f) {
  rein_text text;
  rein_text_init(&text, f->arena);
  rein_diag_print(f->diag, &text);
  ck_assert_msg(rein_diag_n_error(f->diag) == 0, "%s", text.bytes);
}

static void write_file(const filled *f, const char *folder, const char *name, const char *text) {
  if (text)
    ck_assert_int_eq(
        rein_files_write(rein_arena_printf(f->arena, "%s/%s", folder, name), text, strlen(text), f->diag),
        REIN_OK);
}

filled filled_create(const char *model, const char *text, const char *table,
                     const rein_scenario_options *options) {
  char folder[] = "/tmp/rein-filled-XXXXXX";
  rein_units *units;
  filled f = {.arena = rein_arena_create()};
  f.diag = rein_diag_create(f.arena);
  ck_assert_ptr_nonnull(mkdtemp(folder));
  write_file(&f, folder, "m.yaml", model ? model : rein_scenario_stage_model);
  write_file(&f, folder, "s.yaml", text);
  write_file(&f, folder, "people.csv", table);
  write_file(&f, folder, "doses.csv", table);
  ck_assert_int_eq(rein_units_create(f.diag, &units), REIN_OK);
  rein_scenario_read(f.arena, units, rein_arena_printf(f.arena, "%s/s.yaml", folder), options, f.diag,
                     &f.scenario);
  rein_units_destroy(units);
  ck_assert_int_eq(system(rein_arena_printf(f.arena, "rm -r '%s'", folder)), 0);
  show(&f);
  ck_assert_int_eq(rein_compile(f.arena, f.scenario->model, f.diag, &f.tape), REIN_OK);
  double *atol = REIN_NEW(f.arena, double, f.tape->n_state);
  for (int i = 0; i < f.tape->n_state; i++) atol[i] = 1e-9;
  ck_assert_int_eq(rein_scenario_plan(f.arena, f.scenario, f.tape, atol, &f.plan), REIN_OK);
  f.eval = rein_eval_create(f.tape, f.plan->n_lane, rein_kernels_best());
  f.lane = calloc((size_t)f.plan->n_lane, sizeof *f.lane);
  ck_assert(f.eval && f.lane);
  filled_batch(&f, 0);
  return f;
}

void filled_batch(filled *f, int64_t i_batch) {
  for (int l = 0; l < f->plan->n_lane; l++) rein_lane_empty(&f->lane[l]);
  ck_assert_int_eq(f->plan->fill(f->plan->context, i_batch, f->eval, f->lane), REIN_OK);
}

void filled_destroy(filled *f) {
  for (int l = 0; l < f->plan->n_lane; l++) {
    rein_lane_clear(&f->lane[l]);
  }
  free(f->lane);
  rein_eval_destroy(f->eval);
  rein_arena_destroy(f->arena);
}

int filled_lane(const filled *f, int64_t individual, const char *arm) {
  int found = -1;
  for (int l = f->plan->n_lane - 1; l >= 0; l--) {
    bool fits =
        f->lane[l].individual == individual && strcmp(f->scenario->arm[f->lane[l].arm].name, arm) == 0;
    if (fits && (found < 0 || f->lane[l].real)) found = l;
  }
  return found;
}

double filled_param(const filled *f, int lane, const char *param) {
  for (int p = 0; p < f->tape->n_param; p++) {
    if (strcmp(f->tape->param[p].name, param) == 0) return rein_eval_row(f->eval, p)[lane];
  }
  ck_abort_msg("no parameter '%s'", param);
  return 0.0;
}

const char *filled_items(const filled *f, int lane) {
  static const char *const KINDS[REIN_N_ITEM] = {[REIN_ITEM_ADD] = "add",
                                                 [REIN_ITEM_SET] = "set",
                                                 [REIN_ITEM_MULTIPLY] = "multiply",
                                                 [REIN_ITEM_PARAM] = "param",
                                                 [REIN_ITEM_INPUT_ADD] = "input_add",
                                                 [REIN_ITEM_INPUT_SET] = "input",
                                                 [REIN_ITEM_RESET] = "reset",
                                                 [REIN_ITEM_STEADY] = "steady",
                                                 [REIN_ITEM_INITIAL] = "initial",
                                                 [REIN_ITEM_FAIL] = "fail",
                                                 [REIN_ITEM_DECIDE] = "decide"};
  rein_text text;
  rein_text_init(&text, f->arena);
  for (size_t i = 0; i < f->lane[lane].n_item; i++) {
    const rein_item *item = &f->lane[lane].item[i];
    if (i > 0) rein_text_add(&text, "; ");
    rein_text_number(&text, item->time);
    rein_text_printf(&text, " %s ", KINDS[item->kind]);
    rein_text_number(&text, item->amount);
  }
  return text.n > 0 ? text.bytes : "";
}
