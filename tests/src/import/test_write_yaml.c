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

/* Units of Level 3, notes, identifiers in three spellings, SBO terms. */
static const char described[] =
    "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
    "<sbml xmlns=\"http://www.sbml.org/sbml/level3/version1/core\" level=\"3\" version=\"1\">"
    "<model id=\"m\" name=\"Little\" substanceUnits=\"mmol\" timeUnits=\"hour\" volumeUnits="
    "\"litre\" extentUnits=\"mmol\" metaid=\"mm\">\n"
    "<notes><body xmlns=\"http://www.w3.org/1999/xhtml\"><p>Made by <b>hand</b>.</p><p>Second"
    " \"line\".</p></body></notes>\n"
    "<listOfUnitDefinitions><unitDefinition id=\"mmol\"><listOfUnits><unit kind=\"mole\" scal"
    "e=\"-3\" multiplier=\"1\" exponent=\"1\"/></listOfUnits></unitDefinition>\n"
    "<unitDefinition id=\"hour\"><listOfUnits><unit kind=\"second\" scale=\"0\" multiplier=\""
    "3600\" exponent=\"1\"/></listOfUnits></unitDefinition>\n"
    "<unitDefinition id=\"per_hour\"><listOfUnits><unit kind=\"second\" scale=\"0\" multiplie"
    "r=\"3600\" exponent=\"-1\"/></listOfUnits></unitDefinition></listOfUnitDefinitions>\n"
    "<listOfCompartments><compartment id=\"c\" size=\"2\" spatialDimensions=\"3\" constant=\""
    "true\"/></listOfCompartments>\n"
    "<listOfSpecies><species metaid=\"a1\" sboTerm=\"SBO:0000247\" id=\"A\" compartment=\"c\""
    " initialConcentration=\"3\" hasOnlySubstanceUnits=\"false\" boundaryCondition=\"false\" "
    "constant=\"false\">\n"
    "<notes><body xmlns=\"http://www.w3.org/1999/xhtml\"><p>The sugar</p></body></notes>\n"
    "<annotation><rdf:RDF xmlns:rdf=\"http://www.w3.org/1999/02/22-rdf-syntax-ns#\" xmlns:bqb"
    "iol=\"http://biomodels.net/biology-qualifiers/\"><rdf:Description rdf:about=\"#a1\">\n"
    "<bqbiol:is><rdf:Bag><rdf:li rdf:resource=\"https://identifiers.org/CHEBI:17234\"/><rdf:l"
    "i rdf:resource=\"urn:miriam:kegg.compound:C00031\"/></rdf:Bag></bqbiol:is>\n"
    "<bqbiol:isVersionOf><rdf:Bag><rdf:li rdf:resource=\"http://identifiers.org/chebi/CHEBI:4"
    "167\"/></rdf:Bag></bqbiol:isVersionOf></rdf:Description></rdf:RDF></annotation></species"
    "></listOfSpecies>\n"
    "<listOfParameters><parameter id=\"k\" value=\"0.5\" units=\"per_hour\" constant=\"true\""
    "/></listOfParameters>\n"
    "<listOfReactions><reaction id=\"R\" sboTerm=\"SBO:0000176\" reversible=\"false\" fast=\""
    "false\"><listOfReactants><speciesReference species=\"A\" stoichiometry=\"1\" constant=\""
    "true\"/></listOfReactants>\n"
    "<kineticLaw><math xmlns=\"http://www.w3.org/1998/Math/MathML\"><apply><times/><ci>c</ci>"
    "<ci>k</ci><ci>A</ci></apply></math></kineticLaw></reaction></listOfReactions>\n"
    "</model></sbml>\n";

/* What a file says beside numbers is in the YAML, and what is read back from it is the same. */
START_TEST(test_descriptions) {
  static const char *const held[] = {
      "time: '? h'",
      "notes: \"Made by hand. Second \\\"line\\\".\"",
      "k: {value: 0.5 ? 1/h",
      "A_amount: {unit: '? mmol', initial: \"3 * c\", title: \"The sugar\", codes: {chebi: \"CHEBI:17234\", "
      "kegg_compound: \"C00031\", isVersionOf_chebi: \"CHEBI:4167\", sbo: \"SBO:0000247\"}}",
      "unit: '? mmol/L'",
      "unit: '? mmol/h', codes: {sbo: \"SBO:0000176\"}"};
  rein_arena *arena = rein_arena_create();
  rein_units *units = NULL;
  rein_model *model = NULL;
  rein_diag *diag = rein_diag_create(arena);
  ck_assert_int_eq(rein_units_create(diag, &units), REIN_OK);
  const rein_source *source = rein_source_create(arena, "own.xml", described, strlen(described));
  ck_assert_int_eq(rein_import_sbml(arena, units, source, diag, &model), REIN_OK);
  rein_text yaml, evidence;
  rein_text_init(&yaml, arena);
  rein_model_write_yaml(model, "sbml", &yaml);
  for (size_t i = 0; i < sizeof held / sizeof *held; i++)
    ck_assert_msg(strstr(yaml.bytes, held[i]) != NULL, "no %s in\n%s", held[i], yaml.bytes);
  const rein_model *again = write_and_read(arena, units, model);
  ck_assert_int_eq(rein_model_check(model, units, diag), REIN_OK);
  ck_assert_str_eq(print(arena, model), print(arena, again));
  ck_assert_str_eq(model->notes, again->notes);
  rein_text_init(&evidence, arena);
  rein_model_print_evidence(again, &evidence);
  ck_assert_ptr_nonnull(
      strstr(evidence.bytes, "units as the file names them, not checked: 4\nunits unknown: 0"));
  rein_units_destroy(units);
  rein_arena_destroy(arena);
}
END_TEST

Suite *rein_suite_write_yaml(void) {
  Suite *suite = suite_create("write_yaml");
  TCase *tcase = tcase_create("write_yaml");
  suite_add_tcase(suite, tcase);
  tcase_add_test(tcase, test_round_trip);
  tcase_add_test(tcase, test_descriptions);
  tcase_add_test(tcase, test_unknown_unit_is_for_imports);
  return suite;
}
