/* What a file says about its quantities beside their numbers: units, identifiers, SBO terms, notes. All of it
 * is kept as text; no number is converted.
 *
 *   unit    "? mmol/L": the mark of an unknown unit and the file's words, "?" alone where the file has none
 *   codes   "chebi:CHEBI:17234 sbo:SBO:0000247", see rein_read_codes; several identifiers of one collection
 * are joined by commas; a qualifier other than `is` stands before the collection: isVersionOf_ec_code title
 * the name, else short notes */
#include <ctype.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "src/import/sbml_inside.h"

#define MODEL(job) ((Model_t *)(job)->sbml)
#define MAX_TITLE 120   /* of notes that serve as a title */
#define MAX_NOTES 20000 /* of a model's notes that are kept */

/* ---- units ---- */

static const char *symbol_of(UnitKind_t kind) {
  switch (kind) {
  case UNIT_KIND_MOLE:
    return "mol";
  case UNIT_KIND_LITRE:
  case UNIT_KIND_LITER:
    return "L";
  case UNIT_KIND_METRE:
  case UNIT_KIND_METER:
    return "m";
  case UNIT_KIND_GRAM:
    return "g";
  case UNIT_KIND_KILOGRAM:
    return "kg";
  case UNIT_KIND_SECOND:
    return "s";
  case UNIT_KIND_KELVIN:
    return "K";
  case UNIT_KIND_AMPERE:
    return "A";
  case UNIT_KIND_VOLT:
    return "V";
  case UNIT_KIND_COULOMB:
    return "C";
  case UNIT_KIND_JOULE:
    return "J";
  default:
    return UnitKind_toString(kind);
  }
}

static const char *prefix_of(int scale) {
  static const int power[] = {-15, -12, -9, -6, -3, 3, 6};
  static const char *const prefix[] = {"f", "p", "n", "u", "m", "k", "M"};
  for (size_t i = 0; i < sizeof power / sizeof *power; i++)
    if (power[i] == scale) return prefix[i];
  return NULL;
}

/* One factor of a unit without its exponent: "mmol", "min", "(2.5 mmol)". */
static const char *factor_text(sbml_job *job, Unit_t *unit, bool level1) {
  const UnitKind_t kind = Unit_getKind(unit);
  const double multiplier = level1 ? 1 : Unit_getMultiplier(unit);
  const int scale = Unit_getScale(unit);
  const char *symbol = symbol_of(kind), *prefix = scale ? prefix_of(scale) : "";
  if (kind == UNIT_KIND_SECOND && scale == 0) {
    if (multiplier == 60) return "min";
    if (multiplier == 3600) return "h";
    if (multiplier == 86400) return "d";
  }
  if (prefix && strlen(symbol) <= 3 && multiplier == 1 && (scale == 0 || kind != UNIT_KIND_KILOGRAM))
    return rein_arena_printf(job->arena, "%s%s", prefix, symbol);
  if (scale == 0 && multiplier == 1) return symbol;
  return rein_arena_printf(job->arena, "(%.12g %s)", multiplier * pow(10, scale), symbol);
}

static const char *definition_text(sbml_job *job, UnitDefinition_t *definition) {
  rein_text text;
  rein_text_init(&text, job->arena);
  for (int sign = 1; sign >= -1; sign -= 2)
    for (unsigned i = 0; i < UnitDefinition_getNumUnits(definition); i++) {
      Unit_t *unit = UnitDefinition_getUnit(definition, i);
      const double exponent = Unit_getExponentAsDouble(unit);
      if (!(exponent * sign > 0) || Unit_getKind(unit) == UNIT_KIND_DIMENSIONLESS) continue;
      rein_text_add(&text, sign < 0 ? text.n ? "/" : "1/" : text.n ? "*" : "");
      rein_text_add(&text, factor_text(job, unit, job->level == 1));
      if (exponent * sign != 1) rein_text_printf(&text, "^%.6g", exponent * sign);
    }
  return text.n ? text.bytes : "1";
}

/* What units stand for that Levels 1 and 2 have without a definition. */
static const char *built_in(const sbml_job *job, const char *name) {
  static const char *const known[][2] = {
      {"substance", "mol"}, {"volume", "L"}, {"area", "m^2"}, {"length", "m"}, {"time", "s"}};
  for (size_t i = 0; job->level < 3 && i < sizeof known / sizeof *known; i++)
    if (strcmp(known[i][0], name) == 0) return known[i][1];
  return NULL;
}

/* The text of a unit by its id in the file; NULL where the file does not declare it. */
static const char *unit_by_id(sbml_job *job, const char *id) {
  if (!id || !*id) return NULL;
  UnitDefinition_t *definition = Model_getUnitDefinitionById(MODEL(job), id);
  if (definition) return definition_text(job, definition);
  if (built_in(job, id)) return built_in(job, id);
  if (strcmp(id, "dimensionless") == 0) return "1";
  UnitKind_t kind = UnitKind_forName(id);
  return kind == UNIT_KIND_INVALID ? NULL : symbol_of(kind);
}

/* The model's own unit of one kind: an attribute in Level 3, a definition or what is built in before. */
static const char *default_unit(sbml_job *job, const char *kind) {
  Model_t *m = MODEL(job);
  if (job->level < 3) return unit_by_id(job, kind);
  const char *id = strcmp(kind, "substance") == 0 ? Model_getSubstanceUnits(m)
                   : strcmp(kind, "volume") == 0  ? Model_getVolumeUnits(m)
                   : strcmp(kind, "area") == 0    ? Model_getAreaUnits(m)
                   : strcmp(kind, "length") == 0  ? Model_getLengthUnits(m)
                   : strcmp(kind, "extent") == 0  ? Model_getExtentUnits(m)
                                                  : Model_getTimeUnits(m);
  return unit_by_id(job, id);
}

static const char *marked(sbml_job *job, const char *unit) {
  return unit ? rein_arena_printf(job->arena, "? %s", unit) : "?";
}

static const char *quotient(sbml_job *job, const char *top, const char *bottom) {
  if (!top || !bottom) return NULL;
  if (strcmp(bottom, "1") == 0) return top;
  const bool plain = !strpbrk(bottom, "*/");
  return rein_arena_printf(job->arena, plain ? "%s/%s" : "%s/(%s)", top, bottom);
}

static const char *compartment_unit(sbml_job *job, Compartment_t *c) {
  static const char *const kind[] = {"", "length", "area", "volume"};
  if (Compartment_isSetUnits(c)) return unit_by_id(job, Compartment_getUnits(c));
  const double n = job->level < 3 || Compartment_isSetSpatialDimensions(c)
                       ? Compartment_getSpatialDimensionsAsDouble(c)
                       : NAN;
  return n == 1 || n == 2 || n == 3 ? default_unit(job, kind[(int)n]) : NULL;
}

void sbml_units_of_compartment(sbml_job *job, sbml_var *v, Compartment_t *c) {
  v->plain_unit = compartment_unit(job, c);
  v->unit = marked(job, v->plain_unit);
}

void sbml_units_of_species(sbml_job *job, sbml_var *v, Species_t *s) {
  const char *id = Species_isSetSubstanceUnits(s) ? Species_getSubstanceUnits(s) : NULL;
  const char *amount = id ? unit_by_id(job, id) : default_unit(job, "substance");
  const char *size = v->compartment >= 0 ? job->var[v->compartment].plain_unit : NULL;
  v->amount_unit = marked(job, amount);
  v->concentration_unit = marked(job, quotient(job, amount, size));
  v->unit = v->only_amount ? v->amount_unit : v->concentration_unit;
}

const char *sbml_unit_of(sbml_job *job, const char *id) {
  return marked(job, unit_by_id(job, id));
}

const char *sbml_unit_of_rates(sbml_job *job) {
  return marked(job, quotient(job, default_unit(job, job->level < 3 ? "substance" : "extent"),
                              default_unit(job, "time")));
}

const char *sbml_unit_of_time(sbml_job *job) {
  return marked(job, default_unit(job, "time"));
}

/* ---- identifiers ---- */

typedef struct {
  const char *key;
  rein_text text;
} code;

typedef struct {
  code *code;
  size_t n, cap;
} code_list;

static void add_code(sbml_job *job, code_list *list, const char *key, const char *text) {
  size_t i = 0;
  while (i < list->n && strcmp(list->code[i].key, key) != 0) i++;
  if (i == list->n) {
    code new = {.key = key};
    rein_text_init(&new.text, job->arena);
    REIN_PUSH(job->arena, list->code, list->n, list->cap, new);
  }
  rein_text *to = &list->code[i].text;
  if (to->n) rein_text_add(to, ",");
  for (const char *c = text; *c; c++)
    if (isspace((unsigned char)*c) || iscntrl((unsigned char)*c))
      rein_text_printf(to, "%%%02X", (unsigned char)*c);
    else
      rein_text_add_n(to, c, 1);
}

/* Collection and identifier of "urn:miriam:chebi:CHEBI%3A17234", "https://identifiers.org/chebi/CHEBI:17234"
 * or
 * ".../CHEBI:17234"; the whole under `uri` where it is none of these. */
static void add_resource(sbml_job *job, code_list *list, const char *qualifier, const char *uri) {
  static const char *const start[] = {"urn:miriam:", "http://identifiers.org/", "https://identifiers.org/"};
  const char *rest = NULL, *text = uri, *collection = "uri";
  for (size_t i = 0; i < sizeof start / sizeof *start && !rest; i++)
    if (strncmp(uri, start[i], strlen(start[i])) == 0) rest = uri + strlen(start[i]);
  size_t n = rest ? strcspn(rest, rest[-1] == ':' ? ":" : "/") : 0;
  const bool own = rest && !rest[n]; /* the collection is the identifier's own first part */
  if (own) n = strcspn(rest, ":");
  if (rest && n && rest[n] && rest[n + 1]) {
    collection = rein_arena_strndup(job->arena, rest, n);
    text = own ? rest : rest + n + 1;
  }
  if (isdigit((unsigned char)*collection)) collection = rein_arena_printf(job->arena, "_%s", collection);
  char *key = qualifier && strcmp(qualifier, "is") != 0
                  ? rein_arena_printf(job->arena, "%s_%s", qualifier, collection)
                  : rein_arena_strdup(job->arena, collection);
  for (char *c = key; *c; c++) {
    if (!isalnum((unsigned char)*c)) *c = '_';
    if (!qualifier || strcmp(qualifier, "is") == 0) *c = (char)tolower((unsigned char)*c);
  }
  add_code(job, list, key, text);
}

const char *sbml_codes(sbml_job *job, const void *about) {
  SBase_t *element = (SBase_t *)(size_t)about;
  code_list list = {0};
  for (unsigned i = 0; i < SBase_getNumCVTerms(element); i++) {
    CVTerm_t *term = SBase_getCVTerm(element, i);
    const char *qualifier = CVTerm_getQualifierType(term) == MODEL_QUALIFIER
                                ? ModelQualifierType_toString(CVTerm_getModelQualifierType(term))
                                : BiolQualifierType_toString(CVTerm_getBiologicalQualifierType(term));
    for (unsigned k = 0; k < CVTerm_getNumResources(term); k++) {
      char *copy = CVTerm_getResourceURI(term, k); /* ours to free, unlike what else libSBML answers */
      const char *uri = rein_arena_strdup(job->arena, copy ? copy : "");
      free(copy);
      add_resource(job, &list, qualifier, uri);
    }
  }
  if (SBase_isSetSBOTerm(element))
    add_code(job, &list, "sbo", rein_arena_printf(job->arena, "SBO:%07d", SBase_getSBOTerm(element)));
  rein_text text;
  rein_text_init(&text, job->arena);
  for (size_t i = 0; i < list.n; i++)
    rein_text_printf(&text, "%s%s:%s", i ? " " : "", list.code[i].key, list.code[i].text.bytes);
  return text.n ? text.bytes : NULL;
}

/* ---- words ---- */

/* The words of XHTML, blanks made one. */
static void add_words(rein_text *out, const XMLNode_t *node, int depth) {
  if (depth > SBML_MAX_XML_DEPTH || out->n > MAX_NOTES) return;
  if (XMLNode_isText(node)) {
    const char *c = XMLNode_getCharacters(node);
    for (; c && *c && out->n < MAX_NOTES; c++) {
      const bool blank = isspace((unsigned char)*c) || iscntrl((unsigned char)*c);
      if (!blank)
        rein_text_add_n(out, c, 1);
      else if (out->n && out->bytes[out->n - 1] != ' ')
        rein_text_add(out, " ");
    }
    return;
  }
  if (out->n && out->bytes[out->n - 1] != ' ') rein_text_add(out, " ");
  for (unsigned i = 0; i < XMLNode_getNumChildren(node); i++)
    add_words(out, XMLNode_getChild(node, i), depth + 1);
}

const char *sbml_notes(sbml_job *job, const void *about) {
  SBase_t *element = (SBase_t *)(size_t)about;
  if (!SBase_isSetNotes(element)) return NULL;
  rein_text text;
  rein_text_init(&text, job->arena);
  add_words(&text, SBase_getNotes(element), 0);
  while (text.n && text.bytes[text.n - 1] == ' ') text.bytes[--text.n] = '\0';
  return text.n ? text.bytes : NULL;
}

const char *sbml_title(sbml_job *job, const char *name, const void *element) {
  if (name && *name) return rein_arena_strdup(job->arena, name);
  const char *notes = sbml_notes(job, element);
  return notes && strlen(notes) <= MAX_TITLE ? notes : NULL;
}
