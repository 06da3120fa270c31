/* What is written as YAML reads back to the same checked model, by its print. */
#include <check.h>
#include <string.h>

#include "src/base/files.h"
#include "src/import/sbml.h"
#include "src/import/write_yaml.h"

static const char *print(rein_arena *arena, const rein_model *model) {
  rein_text text;
  rein_text_init(&text, arena);
  rein_model_print(model, &text);
  return text.bytes;
}

static const char *messages(rein_arena *arena, const rein_diag *diag) {
  rein_text text;
  rein_text_init(&text, arena);
  rein_diag_print(diag, &text);
  return text.bytes;
}

static rein_model *import(rein_arena *arena, rein_units *units, const char *path) {
  const rein_source *source = NULL;
  rein_model *model = NULL;
  rein_diag *diag = rein_diag_create(arena);
  ck_assert_int_eq(rein_files_read(arena, path, (rein_pos){0}, diag, &source), REIN_OK);
  ck_assert_msg(rein_import_sbml(arena, units, source, diag, &model) == REIN_OK, "%s", messages(arena, diag));
  return model;
}

/* Writes a model and reads what was written. */
static rein_model *write_and_read(rein_arena *arena, rein_units *units, const rein_model *model) {
  rein_diag *diag = rein_diag_create(arena);
  rein_model *again = NULL;
  rein_text yaml;
  rein_text_init(&yaml, arena);
  rein_model_write_yaml(model, "sbml", &yaml);
  const rein_source *source = rein_source_create(arena, "written.yaml", yaml.bytes, yaml.n);
  rein_status status = rein_model_read_source(arena, units, source, NULL, diag, &again);
  ck_assert_msg(status == REIN_OK, "%s\n%s", messages(arena, diag), yaml.bytes);
  return again;
}

/* same: the first reading has the print of the model itself (no NaN, which is written 0 / 0; no delays, which
 * are written behind other parameters); the second always has that of the first. */
static void round_trip(const char *path, bool same) {
  rein_arena *arena = rein_arena_create();
  rein_diag *diag = rein_diag_create(arena);
  rein_units *units = NULL;
  ck_assert_int_eq(rein_units_create(diag, &units), REIN_OK);
  rein_model *model = import(arena, units, path), *again = write_and_read(arena, units, model);
  ck_assert_int_eq(rein_model_check(model, units, diag), REIN_OK);
  if (same) ck_assert_str_eq(print(arena, model), print(arena, again));
  ck_assert_str_eq(print(arena, again), print(arena, write_and_read(arena, units, again)));
  rein_units_destroy(units);
  rein_arena_destroy(arena);
}

START_TEST(test_round_trip) {
  round_trip("tests/fuzz/seeds/fuzz_sbml/reactions.xml", true);
  round_trip("tests/fuzz/seeds/fuzz_sbml/rules.xml", false);
}
END_TEST

/* An unknown unit is for imported models only. */
START_TEST(test_unknown_unit_is_for_imports) {
  rein_arena *arena = rein_arena_create();
  rein_units *units = NULL;
  rein_model *model = NULL;
  rein_diag *diag = rein_diag_create(arena);
  ck_assert_int_eq(rein_units_create(diag, &units), REIN_OK);
  const char *yaml = "rein: model/1\nname: m\ntime: h\nstates:\n  x: {unit: '?', initial: 1, rate: 0}\n";
  const rein_source *source = rein_source_create(arena, "own.yaml", yaml, strlen(yaml));
  ck_assert_int_eq(rein_model_read_source(arena, units, source, NULL, diag, &model), REIN_ERR_INPUT);
  ck_assert_ptr_nonnull(strstr(messages(arena, diag), "own.yaml:5:"));
  rein_units_destroy(units);
  rein_arena_destroy(arena);
}
END_TEST

Suite *rein_suite_write_yaml(void) {
  Suite *suite = suite_create("write_yaml");
  TCase *tcase = tcase_create("write_yaml");
  suite_add_tcase(suite, tcase);
  tcase_add_test(tcase, test_round_trip);
  tcase_add_test(tcase, test_unknown_unit_is_for_imports);
  return suite;
}
