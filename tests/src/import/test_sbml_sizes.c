/* SBML files that end early, and large ones. */
#include <check.h>
#include <math.h>
#include <string.h>

#include "tests/src/import/sbml_case.h"

Suite *rein_suite_sbml_sizes(void);

#define CONTENT                                                                                              \
  "<listOfCompartments><compartment id='c' size='1' constant='true'/></listOfCompartments>\n"                \
  "<listOfParameters><parameter id='x' value='1' constant='false'/></listOfParameters>\n"                    \
  "<listOfRules><rateRule variable='x'>{-x}</rateRule></listOfRules>"

static rein_status read_bytes(rein_arena *arena, rein_units *units, const char *xml, size_t n,
                              rein_model **model, size_t *n_error) {
  rein_diag *diag = rein_diag_create(arena);
  const rein_source *source = rein_source_create(arena, "model.xml", rein_arena_strndup(arena, xml, n), n);
  *model = NULL;
  const rein_status status = rein_import_sbml_validated(arena, units, source, diag, model);
  *n_error = rein_diag_n_error(diag);
  return status;
}

/* Cut at each byte: an error with a message, never half a model. */
START_TEST(test_truncated) {
  rein_arena *arena = rein_arena_create();
  rein_units *units = NULL;
  rein_model *model;
  size_t n_error;
  const char *xml = sbml_case_write(arena, 3, 2, CONTENT);
  ck_assert_int_eq(rein_units_create(rein_diag_create(arena), &units), REIN_OK);
  size_t whole = strlen(xml);
  while (whole && xml[whole - 1] != '>') whole--;
  ck_assert_int_eq(read_bytes(arena, units, xml, whole, &model, &n_error), REIN_OK);
  ck_assert_ptr_nonnull(model);
  for (size_t n = 0; n < whole; n++) {
    const rein_status status = read_bytes(arena, units, xml, n, &model, &n_error);
    ck_assert_msg(status == REIN_ERR_INPUT, "%zu of %zu bytes: %s", n, whole, rein_status_name(status));
    ck_assert_ptr_null(model);
    ck_assert_uint_ge(n_error, 1);
  }
  rein_units_destroy(units);
  rein_arena_destroy(arena);
}
END_TEST

/* 5,000 species in a chain, some megabytes: all of them are states, and memory is a few kilobytes each. */
START_TEST(test_large) {
  enum { N = 5000 };
  rein_arena *arena = rein_arena_create();
  rein_units *units = NULL;
  rein_model *model;
  size_t n_error;
  rein_text text;
  rein_text_init(&text, arena);
  rein_text_add(&text,
                "<listOfCompartments><compartment id='c' size='1' spatialDimensions='3' constant='true'/>"
                "</listOfCompartments>\n<listOfSpecies>\n");
  for (int i = 0; i < N; i++)
    rein_text_printf(&text,
                     "<species id='s%d' compartment='c' initialAmount='%d' hasOnlySubstanceUnits='true' "
                     "boundaryCondition='false' constant='false'/>\n",
                     i, i % 7);
  rein_text_add(&text, "</listOfSpecies>\n<listOfReactions>\n");
  for (int i = 0; i < N; i++)
    rein_text_printf(
        &text,
        "<reaction id='r%d' reversible='false'><listOfReactants><speciesReference species='s%d' "
        "stoichiometry='1' constant='true'/></listOfReactants><listOfProducts><speciesReference "
        "species='s%d' stoichiometry='1' constant='true'/></listOfProducts><kineticLaw><math "
        "xmlns='http://www.w3.org/1998/Math/MathML'><ci>s%d</ci></math></kineticLaw></reaction>\n",
        i, i, (i + 1) % N, i);
  rein_text_add(&text, "</listOfReactions>");
  const char *xml = sbml_case_write(arena, 3, 2, text.bytes);
  ck_assert_int_eq(rein_units_create(rein_diag_create(arena), &units), REIN_OK);
  const size_t before = rein_arena_bytes(arena);
  ck_assert_int_eq(read_bytes(arena, units, xml, strlen(xml), &model, &n_error), REIN_OK);
  ck_assert_uint_eq(model->n_state, N);
  ck_assert_uint_lt(rein_arena_bytes(arena) - before - strlen(xml), (size_t)N * 16384);
  rein_units_destroy(units);
  rein_arena_destroy(arena);
}
END_TEST

Suite *rein_suite_sbml_sizes(void) {
  Suite *suite = suite_create("sbml/sizes");
  TCase *tcase = tcase_create("sizes");
  tcase_set_timeout(tcase, 120);
  tcase_add_test(tcase, test_truncated);
  tcase_add_test(tcase, test_large);
  suite_add_tcase(suite, tcase);
  return suite;
}
