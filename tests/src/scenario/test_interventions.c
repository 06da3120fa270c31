/* The scenarios of docs/interventions.md, and those of the folder scenarios, run. */
#include <check.h>
#include <string.h>

#include "src/base/files.h"
#include "src/compile/compile.h"
#include "tests/src/scenario/solved.h"

Suite *rein_suite_interventions(void);

/* The text between the fences of the next block of a kind from *at on; NULL after the last. */
static char *next_block(rein_arena *arena, const char **at, const char *kind) {
  const char *fence = rein_arena_printf(arena, "\n```%s\n", kind);
  const char *start = strstr(*at, fence);
  if (!start) return NULL;
  start += strlen(fence);
  const char *end = strstr(start, "\n```");
  ck_assert_ptr_nonnull(end);
  *at = end;
  return rein_arena_strndup(arena, start, (size_t)(end - start) + 1);
}

START_TEST(page) {
  rein_arena *arena = rein_arena_create();
  rein_diag *diag = rein_diag_create(arena);
  const rein_source *source;
  ck_assert_int_eq(rein_files_read(arena, "docs/interventions.md", (rein_pos){0}, diag, &source), REIN_OK);
  const char *text = rein_arena_strndup(arena, source->bytes, source->n_byte), *at = text, *table_at = text;
  const char *table = next_block(arena, &table_at, "csv"), *model = next_block(arena, &at, "yaml");
  ck_assert_int_eq(strncmp(model, "rein: model/1", 13), 0);
  int n = 0;
  for (char *block; (block = next_block(arena, &at, "yaml")) != NULL; n++) {
    ck_assert_int_eq(strncmp(block, "rein: scenario/1", 16), 0);
    solved s = solved_create(model, block, table, NULL);
    ck_assert_msg(s.totals.n_failed == 0 && s.totals.n_lane > 0, "a member of '%s' failed",
                  s.f.scenario->name);
    solved_destroy(&s);
  }
  ck_assert_int_ge(n, 10);
  rein_arena_destroy(arena);
}
END_TEST

/* ---- scenarios of the folder ---- */

static rein_status count_rulings(void *context, const rein_batch_result *r) {
  int *n = context;
  for (int l = 0; l < r->n_lane; l++) *n += r->lane[l].real && r->lane[l].n_ruling > 0;
  return REIN_OK;
}

/* With few people each: nobody fails; where there are decisions, they change something for some, not for all.
 */
START_TEST(folder) {
  static const struct {
    const char *path;
    bool decides;
  } FILES[] = {{"scenarios/diet_and_exercise.yaml", false},
               {"scenarios/warfarin_missed_doses.yaml", false},
               {"scenarios/sodium_n_of_1.yaml", false},
               {"scenarios/warfarin_titration.yaml", true}};
  rein_arena *arena = rein_arena_create();
  rein_diag *diag = rein_diag_create(arena);
  rein_units *units;
  rein_scenario *scenario;
  rein_tape *tape;
  rein_plan *plan;
  const rein_scenario_options options = {.n_individual = 24};
  ck_assert_int_eq(rein_units_create(diag, &units), REIN_OK);
  ck_assert_int_eq(rein_scenario_read(arena, units, FILES[_i].path, &options, diag, &scenario), REIN_OK);
  ck_assert_int_eq(rein_compile(arena, scenario->model, diag, &tape), REIN_OK);
  double *atol = REIN_NEW(arena, double, tape->n_state);
  for (int i = 0; i < tape->n_state; i++) atol[i] = 1e-6;
  ck_assert_int_eq(rein_scenario_plan(arena, scenario, tape, atol, &plan), REIN_OK);
  int n_changed = 0;
  const rein_sink sink = {&n_changed, count_rulings};
  rein_ens_totals totals;
  ck_assert_int_eq(rein_ens_run(tape, plan, &sink, &(rein_ens_options){.n_thread = 1}, &totals), REIN_OK);
  ck_assert_int_eq(totals.n_failed, 0);
  ck_assert_int_eq(totals.n_lane, 24 * scenario->n_arm);
  ck_assert(FILES[_i].decides ? n_changed > 24 && n_changed <= 2 * 24 : n_changed == 0);
  rein_units_destroy(units);
  rein_arena_destroy(arena);
}
END_TEST

Suite *rein_suite_interventions(void) {
  Suite *suite = suite_create("interventions");
  TCase *tcase = tcase_create("interventions");
  tcase_set_timeout(tcase, 120);
  tcase_add_test(tcase, page);
  tcase_add_loop_test(tcase, folder, 0, 4);
  suite_add_tcase(suite, tcase);
  return suite;
}
