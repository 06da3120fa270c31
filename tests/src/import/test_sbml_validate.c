/* libSBML's consistency checks: what is an error, what is summed up, and that they can be left out. */
#include <check.h>
#include <string.h>

#include "tests/src/import/sbml_case.h"

static rein_status read_validated(rein_arena *arena, const char *content, const char **said) {
  rein_diag *diag = rein_diag_create(arena);
  rein_units *units = NULL;
  rein_model *model = NULL;
  rein_text text;
  const char *xml = sbml_case_write(arena, 3, 2, content);
  ck_assert_int_eq(rein_units_create(diag, &units), REIN_OK);
  const rein_source *source = rein_source_create(arena, "model.xml", xml, strlen(xml));
  const rein_status status = rein_import_sbml_validated(arena, units, source, diag, &model);
  rein_units_destroy(units);
  rein_text_init(&text, arena);
  rein_diag_print(diag, &text);
  *said = text.bytes;
  return status;
}

/* A parameter's SBO term that is no term of quantities, three times over; fine otherwise. */
START_TEST(test_warnings_are_summed_up) {
  rein_arena *arena = rein_arena_create();
  const char *said;
  ck_assert_int_eq(read_validated(arena,
                                  "<listOfParameters>\n"
                                  "<parameter id='a' value='1' constant='true' sboTerm='SBO:0000231'/>\n"
                                  "<parameter id='b' value='1' constant='true' sboTerm='SBO:0000231'/>\n"
                                  "<parameter id='c' value='1' constant='true' sboTerm='SBO:0000231'/>\n"
                                  "</listOfParameters>",
                                  &said),
                   REIN_OK);
  const char *first = strstr(said, "model.xml:5:1: warning: libSBML (3 times, here first)");
  ck_assert_msg(first && !strstr(strchr(first, '('), "warning"), "%s", said);
  rein_arena_destroy(arena);
}
END_TEST

#define RULED_TWICE                                                                                          \
  "<listOfParameters><parameter id='x' value='1' constant='true'/></listOfParameters><listOfRules>\n"        \
  "<assignmentRule variable='x'>{2}</assignmentRule></listOfRules>"

/* A rule for what is constant can be run over, but is not SBML. */
START_TEST(test_invalid_is_refused) {
  rein_arena *arena = rein_arena_create();
  const char *said;
  ck_assert_int_eq(read_validated(arena, RULED_TWICE, &said), REIN_ERR_INPUT);
  ck_assert_msg(strstr(said, "model.xml:5:1: error: not valid SBML (rule 20903): "), "%s", said);
  ck_assert_msg(strstr(said, "--no-validate"), "%s", said);
  ck_assert_double_eq(sbml_case_value(sbml_case_write(arena, 3, 2, RULED_TWICE), "x", MEANING, 1), 2);
  rein_arena_destroy(arena);
}
END_TEST

/* Hundreds of errors are counted, not listed. */
START_TEST(test_errors_do_not_flood) {
  rein_arena *arena = rein_arena_create();
  const char *said;
  rein_text content;
  rein_text_init(&content, arena);
  rein_text_add(&content, "<listOfParameters>\n");
  for (int i = 0; i < 300; i++)
    rein_text_printf(&content, "<parameter id='p%d' value='1' units='furlong' constant='true'/>\n", i);
  rein_text_add(&content, "</listOfParameters>");
  ck_assert_int_eq(read_validated(arena, content.bytes, &said), REIN_ERR_INPUT);
  ck_assert_msg(strstr(said, "280 more places are not valid SBML"), "%s", said);
  rein_arena_destroy(arena);
}
END_TEST

Suite *rein_suite_sbml_validate(void) {
  Suite *suite = suite_create("sbml_validate");
  TCase *tcase = tcase_create("sbml_validate");
  suite_add_tcase(suite, tcase);
  tcase_add_test(tcase, test_warnings_are_summed_up);
  tcase_add_test(tcase, test_invalid_is_refused);
  tcase_add_test(tcase, test_errors_do_not_flood);
  return suite;
}
