/* The document: limits before libSBML sees it, its errors as messages, flattening, the order of the stages.
 */
#include "src/import/sbml.h"

#include <ctype.h>
#include <limits.h>
#include <math.h>
#include <sbml/conversion/ConversionOption.h>
#include <sbml/conversion/ConversionProperties.h>
#include <sbml/packages/fbc/extension/FbcExtension.h>
#include <sbml/packages/fbc/extension/FbcModelPlugin.h>
#include <sbml/packages/fbc/sbml/Objective.h>
#include <stdlib.h>
#include <string.h>

#include "src/import/sbml_inside.h"

/* ---- small things ---- */

rein_pos sbml_pos(const sbml_job *job, const SBase_t *element) {
  int line = (int)SBase_getLine(element), column = (int)SBase_getColumn(element);
  return (rein_pos){job->source, line > 0 ? line : 1, column > 0 ? column : 1, 1};
}

int sbml_find_var(const sbml_job *job, const char *id) {
  int index = id ? rein_names_find(job->ids, id) : -1;
  return index < SBML_FIRST_REACTION ? index : -1;
}

/* An id made of what names of rein are made of; valid ids are. */
static const char *clean(sbml_job *job, const char *id) {
  char *name =
      rein_arena_printf(job->arena, "%s%s", isalpha((unsigned char)*id) || *id == '_' ? "" : "_", id);
  for (char *c = name; *c; c++)
    if (!isalnum((unsigned char)*c)) *c = '_';
  return name;
}

const char *sbml_new_name(sbml_job *job, const char *wanted, int owner) {
  static const char *const reserved[] = {"time", "pi",   "and",   "or",  "not", "if", "then",
                                         "else", "true", "false", "nan", "inf", NULL};
  const char *name = wanted = clean(job, wanted);
  for (int i = 0; reserved[i]; i++)
    if (strcmp(name, reserved[i]) == 0) name = rein_arena_printf(job->arena, "%s_", wanted);
  for (int i = 2; rein_names_find(job->taken, name) >= 0; i++)
    name = rein_arena_printf(job->arena, "%s_%d", wanted, i);
  name = rein_arena_strdup(job->arena, name);
  rein_names_add(job->taken, name, owner);
  return name;
}

int sbml_owner(const sbml_job *job, const char *name) {
  int owner = rein_names_find(job->taken, name);
  return owner < 0 ? SBML_NO_OWNER : owner;
}

/* ---- before libSBML ---- */

/* libSBML reads elements inside elements by recursion and follows entities: neither may be without bound.
 * This looks at the angle brackets only. */
static bool within_limits(const rein_source *source, rein_diag *diag) {
  rein_pos start = {source, 1, 1, 1};
  if (source->n_byte > SBML_MAX_BYTES) {
    rein_error(diag, start, "this file is larger than %u MB", SBML_MAX_BYTES >> 20);
    return false;
  }
  const char *p = source->bytes, *end = p + source->n_byte;
  int depth = 0;
  while ((p = memchr(p, '<', (size_t)(end - p))) != NULL) {
    size_t at = (size_t)(p - source->bytes), left = (size_t)(end - p);
    const char *stop = NULL;
    if (left > 9 && memcmp(p, "<!DOCTYPE", 9) == 0) {
      rein_error(diag, rein_source_pos(source, at, 9), "SBML has no document type declaration");
      return false;
    }
    if (left > 4 && memcmp(p, "<!--", 4) == 0)
      stop = memmem(p, left, "-->", 3);
    else if (left > 9 && memcmp(p, "<![CDATA[", 9) == 0)
      stop = memmem(p, left, "]]>", 3);
    else
      stop = memchr(p, '>', left);
    if (!stop) return true; /* libSBML will say so */
    if (left > 1 && p[1] == '/')
      depth--;
    else if (left > 1 && p[1] != '!' && p[1] != '?' && stop[-1] != '/' && ++depth > SBML_MAX_XML_DEPTH) {
      rein_error(diag, rein_source_pos(source, at, 1), "elements are nested more than %d deep",
                 SBML_MAX_XML_DEPTH);
      return false;
    }
    p = stop;
  }
  return true;
}

/* ---- the document ---- */

static void destroy_document(void *document) {
  SBMLDocument_free(document);
}

/* What libSBML found that cannot be read over. True if there was any. */
static bool report_errors(sbml_job *job, SBMLDocument_t *document) {
  bool any = false;
  for (unsigned i = 0; i < SBMLDocument_getNumErrors(document); i++) {
    const SBMLError_t *e = SBMLDocument_getError(document, i);
    if (!XMLError_isFatal((const XMLError_t *)e) && XMLError_getCategory((const XMLError_t *)e) > 2) continue;
    if (!XMLError_isFatal((const XMLError_t *)e) && !XMLError_isError((const XMLError_t *)e)) continue;
    rein_pos pos = {job->source, (int)XMLError_getLine((const XMLError_t *)e), 1, 1};
    const char *text = XMLError_getMessage((const XMLError_t *)e);
    int n = text ? (int)strcspn(text, "\n") : 0;
    if (pos.line < 1) pos.line = 1;
    rein_error(job->diag, pos, "not SBML that can be read: %.*s", n, text ? text : "");
    any = true;
  }
  return any;
}

static void add_option(ConversionProperties_t *p, const char *key, const char *value) {
  ConversionOption_t *o = ConversionOption_create(key);
  if (!o) return;
  ConversionOption_setValue(o, value);
  ConversionProperties_addOption(p, o);
  ConversionOption_free(o);
}

static bool flatten(sbml_job *job, SBMLDocument_t *document) {
  if (!SBase_getPlugin((SBase_t *)document, "comp")) return true;
  ConversionProperties_t *p = ConversionProperties_create();
  add_option(p, "flatten comp", "true");
  add_option(p, "performValidation", "false");
  add_option(p, "abortIfUnflattenable", "none");
  int answer = SBMLDocument_convert(document, p);
  ConversionProperties_free(p);
  if (answer == LIBSBML_OPERATION_SUCCESS) return true;
  rein_pos start = {job->source, 1, 1, 1};
  if (!report_errors(job, document))
    rein_error(job->diag, start, "libSBML could not flatten the parts of this model (code %d)", answer);
  return false;
}

/* Flux balance has no time: a linear program over fluxes. */
static bool refuse_flux_balance(sbml_job *job) {
  SBasePlugin_t *fbc = SBase_getPlugin((SBase_t *)(Model_t *)job->sbml, "fbc");
  if (!fbc || FbcModelPlugin_getNumObjectives(fbc) == 0) return false;
  Objective_t *objective = FbcModelPlugin_getObjective(fbc, 0);
  const char *id = Objective_getId(objective);
  rein_error(
      job->diag, sbml_pos(job, (SBase_t *)objective),
      "objective '%s' asks for flux balance (package fbc), which is not a model in time and cannot be run",
      id ? id : "");
  return true;
}

static bool has_local_kind(const rein_source *source, const char *word) {
  return memmem(source->bytes, source->n_byte, word, strlen(word)) != NULL;
}

/* External models of comp are looked for beside the file; libSBML wants the whole path. */
static void set_location(sbml_job *job, SBMLDocument_t *document) {
  char whole[PATH_MAX];
  const char *path = realpath(job->source->path, whole) ? whole : job->source->path;
  const char *uri = rein_arena_printf(job->arena, "file:%s", path);
  SBMLDocument_setLocationURI(document, uri);
}

static const Model_t *open_document(sbml_job *job) {
  SBMLDocument_t *document = readSBMLFromString(job->source->bytes);
  rein_pos start = {job->source, 1, 1, 1};
  if (!document) {
    rein_error(job->diag, start, "libSBML could not read this file");
    return NULL;
  }
  rein_arena_defer(job->arena, destroy_document, document);
  if (!has_local_kind(job->source, "sbml")) {
    rein_error(job->diag, start, "this XML file is not SBML");
    return NULL;
  }
  set_location(job, document);
  if (report_errors(job, document) || (job->validate && !sbml_validate(job, document)) ||
      !flatten(job, document))
    return NULL;
  job->level = (int)SBMLDocument_getLevel(document), job->version = (int)SBMLDocument_getVersion(document);
  Model_t *model = SBMLDocument_getModel(document);
  if (!model) rein_error(job->diag, start, "this SBML file holds no model");
  return model;
}

/* ---- all of it ---- */

static void add_symbol(sbml_job *job, rein_sbml_symbol symbol) {
  REIN_PUSH(job->arena, job->map->symbol, job->map->n_symbol, job->map->cap_symbol, symbol);
}

/* Parameters cannot be observed; a value with the same meaning can. */
static const char *shown(sbml_job *job, const sbml_var *v, const char *name) {
  return name && v->how == HOW_PARAM && strcmp(name, v->stored) == 0 ? sbml_show(job, v) : name;
}

static void fill_map(sbml_job *job) {
  for (size_t i = 0; i < job->n_var; i++) {
    const sbml_var *v = &job->var[i];
    add_symbol(job, (rein_sbml_symbol){v->id, shown(job, v, v->name), shown(job, v, v->amount),
                                       shown(job, v, v->concentration)});
  }
  for (size_t i = 0; i < job->n_reaction; i++)
    add_symbol(job, (rein_sbml_symbol){job->reaction[i].id, job->reaction[i].name, NULL, NULL});
}

static void read_model(sbml_job *job) {
  const int n_error = rein_diag_n_error(job->diag);
  job->sbml = open_document(job);
  if (!job->sbml || refuse_flux_balance(job)) return;
  rein_model *m = job->model;
  const char *id = Model_getId((Model_t *)job->sbml), *title = Model_getName((Model_t *)job->sbml);
  m->name = clean(job, id && *id ? id : "model");
  m->title = title && *title ? rein_arena_strdup(job->arena, title) : NULL;
  m->notes = sbml_notes(job, job->sbml);
  m->codes = sbml_codes(job, job->sbml);
  m->time_unit_text = sbml_unit_of_time(job);
  m->imported = m->random_ties = true;
  sbml_collect(job);
  if (rein_diag_n_error(job->diag) > n_error) return;
  sbml_solve_algebra(job);
  if (rein_diag_n_error(job->diag) > n_error) return;
  sbml_build(job);
  sbml_build_events(job);
  if (job->map) fill_map(job);
}

static rein_status read(rein_arena *arena, const rein_source *source, bool validate, rein_diag *diag,
                        rein_sbml_map *map, rein_model **out) {
  rein_guard guard;
  if (REIN_GUARD(arena, &guard)) return REIN_ERR_MEMORY;
  const int n_error = rein_diag_n_error(diag);
  sbml_job *job = REIN_NEW(arena, sbml_job, 1);
  *job = (sbml_job){.arena = arena, .source = source, .diag = diag, .map = map, .validate = validate};
  job->ids = rein_names_create(arena);
  job->taken = rein_names_create(arena);
  job->function = rein_names_create(arena);
  job->model = rein_model_create(arena, source);
  if (within_limits(source, diag)) read_model(job);
  rein_unguard(arena, &guard);
  if (rein_diag_n_error(diag) > n_error) return REIN_ERR_INPUT;
  *out = job->model;
  return REIN_OK;
}

rein_status rein_sbml_read(rein_arena *arena, rein_units *units, const rein_source *source, rein_diag *diag,
                           rein_sbml_map *map, rein_model **out) {
  (void)units;
  return read(arena, source, false, diag, map, out);
}

rein_status rein_import_sbml(rein_arena *arena, rein_units *units, const rein_source *source, rein_diag *diag,
                             rein_model **out) {
  return rein_sbml_read(arena, units, source, diag, NULL, out);
}

rein_status rein_import_sbml_validated(rein_arena *arena, rein_units *units, const rein_source *source,
                                       rein_diag *diag, rein_model **out) {
  (void)units;
  return read(arena, source, true, diag, NULL, out);
}
