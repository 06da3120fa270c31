/* A model file, from its bytes to a checked model. One file is read in two passes: first all that declares a
 * name (parts included), then all that refers to one. */
#include <ctype.h>
#include <string.h>

#include "src/base/files.h"
#include "src/lang/model_read.h"
#include "src/lang/model_schema.h"
#include "src/lang/resolve.h"

/* The first line of every file of rein says what it is. */
static bool check_kind(rein_reader *r) {
  const rein_yaml *kind = rein_yaml_get(r->root, "rein");
  if (!kind || kind->kind != REIN_YAML_SCALAR) {
    rein_error(r->diag, r->root->pos,
               "this is no model file of rein: its first line must be 'rein: model/1'");
    return false;
  }
  if (strcmp(kind->text, "model/1") == 0) return true;
  if (strncmp(kind->text, "model/", 6) == 0)
    rein_error(r->diag, kind->pos, "this rein reads 'model/1', not '%s'", kind->text);
  else
    rein_error(r->diag, kind->pos, "expected a model ('rein: model/1'), found '%s'", kind->text);
  return false;
}

static void read_header(rein_reader *r) {
  rein_model *m = r->model;
  const rein_yaml *time = rein_yaml_get(r->root, "time"), *settle = rein_yaml_get(r->root, "settle");
  rein_unit hour = rein_unit_one();
  hour.power[REIN_DIM_S] = REIN_UNIT_POWER_ONE;
  m->name = rein_read_text(r->root, "name");
  m->title = rein_read_text(r->root, "title");
  if (rein_yaml_get(r->root, "boundary")) m->boundary = rein_read_text(r->root, "boundary");
  if (rein_yaml_get(r->root, "imported")) {
    const rein_yaml *notes = rein_yaml_get(r->root, "notes");
    m->notes = notes && notes->kind == REIN_YAML_SCALAR ? notes->text : NULL;
  }
  m->codes = rein_read_codes(r, r->root);
  m->imported = m->random_ties = rein_yaml_get(r->root, "imported") != NULL;
  if (settle) rein_read_plain(r, rein_piece_of(settle), "'settle'", &m->settle);
  m->time_unit = rein_read_unit(r, r->root, "time", &m->time_unit_text);
  if (!m->time_unit.unknown && !rein_unit_same_dimension(&m->time_unit, &hour)) {
    rein_error(r->diag, time->pos, "'time' is a unit of time, such as h or d; found '%s'", time->text);
    m->time_unit = rein_unit_unknown();
  }
}

static void read_sections(rein_reader *r) {
  read_header(r);
  rein_read_parts(r);
  rein_read_sources(r);
  rein_read_parameters(r);
  rein_read_covariates(r);
  rein_read_delays(r);
  rein_read_functions(r);
  rein_read_states(r);
  rein_read_values(r);
  rein_read_processes(r);
  rein_read_actions(r);
  rein_read_observables(r);
  rein_read_safety(r);
  rein_read_events(r);
  rein_model_declare(r->model, r->diag);
  rein_read_correlations(r);
  rein_read_flows(r);
  rein_read_targets(r);
  rein_read_valid(r);
}

static rein_model *read_yaml(rein_read_job *job, const rein_source *source) {
  rein_reader r = {.job = job, .arena = job->arena, .units = job->units, .diag = job->diag};
  const rein_status status = rein_yaml_parse(job->arena, source, job->diag, &r.root);
  if (status == REIN_ERR_MEMORY) rein_arena_out_of_memory(job->arena);
  if (status != REIN_OK) return NULL;
  if (r.root->kind != REIN_YAML_MAP) {
    rein_error(job->diag, r.root->pos, "a model file is a map that begins with 'rein: model/1'");
    return NULL;
  }
  if (!check_kind(&r) || !rein_schema_check(r.root, rein_model_schema, "the model", job->diag)) return NULL;
  r.model = rein_model_create(job->arena, source);
  int n_error = rein_diag_n_error(job->diag);
  read_sections(&r);
  return rein_diag_n_error(job->diag) == n_error ? r.model : NULL;
}

static bool is_xml(const rein_source *source) {
  size_t i = 0;
  if (source->n_byte >= 3 && memcmp(source->bytes, "\xEF\xBB\xBF", 3) == 0) i = 3; /* byte order mark */
  while (i < source->n_byte && isspace((unsigned char)source->bytes[i])) i++;
  return i < source->n_byte && source->bytes[i] == '<';
}

rein_model *rein_read_declared(rein_read_job *job, const rein_source *source) {
  rein_model *model = NULL;
  rein_pos start = {source, 1, 1, 1};
  if (!is_xml(source)) return read_yaml(job, source);
  if (!job->importer)
    rein_error(job->diag, start, "this is an XML file; SBML is not read here");
  else if (job->importer(job->arena, job->units, source, job->diag, &model) != REIN_OK)
    return NULL;
  return model;
}

static void add_drifts(rein_read_job *job, rein_model *m) {
  rein_reader r = {.job = job, .arena = job->arena, .units = job->units, .diag = job->diag, .model = m};
  r.cap_param = m->n_param, r.cap_value = m->n_value, r.cap_act = m->n_act;
  for (size_t i = 0; i < job->drifts->n; i++) rein_read_drift(&r, job->drifts->name[i], job->drifts->pos[i]);
}

static rein_status read_and_check(rein_read_job *job, const rein_source *source, rein_model **out) {
  int n_error = rein_diag_n_error(job->diag);
  job->open[job->depth++] = source->path;
  rein_model *model = rein_read_declared(job, source);
  job->depth--;
  if (!model || rein_diag_n_error(job->diag) > n_error) return REIN_ERR_INPUT;
  if (job->drifts) add_drifts(job, model);
  rein_status status = rein_model_check(model, job->units, job->diag);
  if (status == REIN_OK) *out = model;
  return status;
}

static rein_status find_and_read(rein_read_job *job, const char *path, rein_pos from, rein_model **out) {
  const rein_source *source;
  const char *file = rein_model_find(job->arena, path, from, job->diag);
  if (!file) return REIN_ERR_FILE;
  rein_status status = rein_files_read(job->arena, file, from, job->diag, &source);
  return status == REIN_OK ? read_and_check(job, source, out) : status;
}

rein_status rein_model_read_drifting(rein_arena *arena, rein_units *units, const char *path, rein_pos from,
                                     rein_model_importer importer, const rein_drifts *drifts, rein_diag *diag,
                                     rein_model **out) {
  rein_read_job job = {.arena = arena, .units = units, .diag = diag, .importer = importer, .drifts = drifts};
  rein_guard guard;
  if (REIN_GUARD(arena, &guard)) return REIN_ERR_MEMORY;
  rein_status status = find_and_read(&job, path, from, out);
  rein_unguard(arena, &guard);
  return status;
}

rein_status rein_model_read_with(rein_arena *arena, rein_units *units, const char *path, rein_pos from,
                                 rein_model_importer importer, rein_diag *diag, rein_model **out) {
  return rein_model_read_drifting(arena, units, path, from, importer, NULL, diag, out);
}

rein_status rein_model_read(rein_arena *arena, rein_units *units, const char *path, rein_pos from,
                            rein_diag *diag, rein_model **out) {
  return rein_model_read_with(arena, units, path, from, NULL, diag, out);
}

rein_status rein_model_read_source(rein_arena *arena, rein_units *units, const rein_source *source,
                                   rein_model_importer importer, rein_diag *diag, rein_model **out) {
  rein_read_job job = {.arena = arena, .units = units, .diag = diag, .importer = importer};
  rein_guard guard;
  if (REIN_GUARD(arena, &guard)) return REIN_ERR_MEMORY;
  rein_status status = read_and_check(&job, source, out);
  rein_unguard(arena, &guard);
  return status;
}
