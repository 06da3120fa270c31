/* NDJSON. The tree of a record is docs/transition.schema.json. */
#include "src/record/export.h"

#include "src/record/json_text.h"

#include "src/record/deidentify.h"

#include <errno.h>
#include <inttypes.h>
#include <jansson.h>
#include <math.h>
#include <string.h>

typedef struct {
  const rein_study_reader *reader;
  const rein_export_options *options;
  FILE *file;
  rein_diag *diag;
  rein_column_kind *column; /* (n_parameter) */
  double *per_day;          /* (n_parameter) */
  json_t *provenance;       /* the same in every record */
} exporter;

/* One record's place: individual, arm and horizon, with rows into the arrays. */
typedef struct {
  const rein_part *part;
  int64_t i, a, h, m;
  int64_t before, after;
  bool *spoilt;
} place;

/* Adds to an object; what cannot be made (memory, text that is not UTF-8) spoils the record instead of
 * leaving a key out. */
static void set(const place *p, json_t *to, const char *key, json_t *value) {
  if (json_object_set_new(to, key, value) != 0) *p->spoilt = true;
}

static void append(const place *p, json_t *list, json_t *value) {
  if (json_array_append_new(list, value) != 0) *p->spoilt = true;
}

static json_t *text_or_null(const char *text) {
  return text[0] ? json_string(text) : json_null();
}

static void add_measured(json_t *to, const place *p, const rein_part *labels, int64_t o) {
  const rein_part *part = p->part;
  const int64_t n = part->n[REIN_AXIS_OBSERVABLE], n_time = part->n[REIN_AXIS_TIME];
  const int64_t before = (p->m * n_time + p->before) * n + o, after = (p->m * n_time + p->after) * n + o;
  set(p, to, "measured_before", rein_json_number(part->measured[before]));
  set(p, to, "measured_after", rein_json_number(part->measured[after]));
  set(p, to, "flag_before", json_string(rein_record_measured_word(part->measured_flag[before])));
  set(p, to, "flag_after", json_string(rein_record_measured_word(part->measured_flag[after])));
  set(p, to, "measured_sd", rein_json_number(part->measured_sd[after]));
  const int64_t n_horizon = part->n[REIN_AXIS_HORIZON];
  set(p, to, "direction",
      text_or_null(rein_record_direction_word(part->direction[(p->m * n_horizon + p->h) * n + o])));
  set(p, to, "smallest_change", rein_json_number(labels->smallest_change[o]));
}

static json_t *quantities(const place *p, const rein_part *labels) {
  const rein_part *part = p->part;
  const int64_t n = part->n[REIN_AXIS_QUANTITY], n_time = part->n[REIN_AXIS_TIME];
  const int64_t n_horizon = part->n[REIN_AXIS_HORIZON];
  json_t *list = json_array();
  for (int64_t q = 0; q < n; q++) {
    const int64_t before = (p->m * n_time + p->before) * n + q, after = (p->m * n_time + p->after) * n + q;
    const int64_t at = (p->m * n_horizon + p->h) * n + q, o = rein_record_observable(labels, q);
    json_t *to = json_object();
    set(p, to, "name", json_string(labels->quantity[q]));
    set(p, to, "kind", json_string(labels->quantity_kind[q]));
    set(p, to, "unit", json_string(labels->quantity_unit[q]));
    set(p, to, "codes", text_or_null(labels->quantity_codes[q]));
    set(p, to, "before", rein_json_number(part->latent[before]));
    set(p, to, "after", rein_json_number(part->latent[after]));
    set(p, to, "change", rein_json_number(part->change[at]));
    set(p, to, "effect", rein_json_number(part->effect[at]));
    set(p, to, "solver_error", rein_json_number((double)part->solver_error[after]));
    if (o >= 0) add_measured(to, p, labels, o);
    append(p, list, to);
  }
  return list;
}

static json_t *actions(const place *p, const rein_part *labels) {
  const int64_t n = p->part->n[REIN_AXIS_ACTION], n_horizon = p->part->n[REIN_AXIS_HORIZON];
  json_t *list = json_array();
  for (int64_t c = 0; c < n; c++) {
    const int64_t at = (p->m * n_horizon + p->h) * n + c;
    json_t *to = json_object();
    set(p, to, "name", json_string(labels->action[c]));
    set(p, to, "kind", text_or_null(labels->action_kind[c]));
    set(p, to, "unit", json_string(labels->action_unit[c]));
    set(p, to, "codes", text_or_null(labels->action_codes[c]));
    set(p, to, "prescribed", rein_json_number(p->part->prescribed[at]));
    set(p, to, "delivered", rein_json_number(p->part->delivered[at]));
    set(p, to, "reported", rein_json_number(p->part->reported[at]));
    append(p, list, to);
  }
  return list;
}

static json_t *safety(const place *p, const rein_part *labels) {
  const int64_t n = p->part->n[REIN_AXIS_SAFETY];
  json_t *list = json_array();
  for (int64_t s = 0; s < n; s++) {
    json_t *to = json_object();
    set(p, to, "name", json_string(labels->safety[s]));
    set(p, to, "message", text_or_null(labels->safety_message[s]));
    set(p, to, "first", rein_json_number(p->part->safety_first[p->m * n + s]));
    set(p, to, "duration", rein_json_number(p->part->safety_duration[p->m * n + s]));
    append(p, list, to);
  }
  return list;
}

/* Of the arm's lines with decisions; free text leaves only where people need not be protected. */
static json_t *decisions(const exporter *e, const place *p, const rein_part *labels) {
  const rein_part *part = p->part;
  const int64_t n = part->n[REIN_AXIS_LINE];
  json_t *list = json_array();
  for (int64_t l = 0; l < n; l++) {
    const int64_t at = p->m * n + l;
    const int32_t rule = part->line_rule[at];
    if (part->line_state[at] == REIN_MISSING_BYTE) continue;
    json_t *to = json_object();
    set(p, to, "line", json_string(labels->line[l]));
    set(p, to, "action", json_string(labels->action[labels->line_action[l]]));
    set(p, to, "unit", json_string(labels->line_unit[l]));
    set(p, to, "state", json_string(rein_record_line_word(part->line_state[at])));
    set(p, to, "changes", json_integer(part->line_changes[at]));
    set(p, to, "amount", rein_json_number(part->line_amount[at]));
    set(p, to, "time", rein_json_number(part->line_changed[at]));
    set(p, to, "rule", rule < 0 || e->options->deidentify ? json_null() : json_string(labels->rule[rule]));
    append(p, list, to);
  }
  return list;
}

static json_t *parameters(const exporter *e, const place *p, const rein_part *labels) {
  const int64_t n = p->part->n[REIN_AXIS_PARAMETER];
  json_t *list = json_array();
  for (int64_t k = 0; k < n; k++) {
    if (e->column[k] == REIN_COLUMN_DROPPED) continue;
    const double value =
        rein_deidentify_value(e->options, &e->reader->about, e->column[k], e->per_day[k],
                              p->part->individual[p->i], p->part->parameter_value[p->m * n + k]);
    json_t *to = json_object();
    set(p, to, "name", json_string(labels->parameter[k]));
    set(p, to, "kind", json_string(labels->parameter_kind[k]));
    set(p, to, "unit", json_string(labels->parameter_unit[k]));
    set(p, to, "value", rein_json_number(value));
    append(p, list, to);
  }
  return list;
}

static json_t *failure(const place *p) {
  const rein_part *part = p->part;
  if (part->status[p->m] == REIN_LANE_FINE) return json_null();
  json_t *to = json_object();
  set(p, to, "reason", json_string(rein_fail_name((rein_fail)part->fail_reason[p->m])));
  set(p, to, "meaning", json_string(rein_fail_meaning((rein_fail)part->fail_reason[p->m])));
  set(p, to, "time", rein_json_number(part->fail_time[p->m]));
  const int32_t state = part->fail_state[p->m], origin = part->fail_origin[p->m];
  set(p, to, "state", state < 0 ? json_null() : json_integer(state));
  set(p, to, "origin", origin < 0 ? json_null() : json_integer(origin));
  return to;
}

static json_t *counters(const place *p) {
  const rein_part *part = p->part;
  json_t *to = json_object();
  set(p, to, "n_step", json_integer(part->n_step[p->m]));
  set(p, to, "n_rate", json_integer(part->n_rate[p->m]));
  set(p, to, "n_jacobian", json_integer(part->n_jacobian[p->m]));
  set(p, to, "n_error_fail", json_integer(part->n_error_fail[p->m]));
  set(p, to, "n_newton_fail", json_integer(part->n_newton_fail[p->m]));
  set(p, to, "n_event", json_integer(part->n_event[p->m]));
  set(p, to, "n_pow_floor", json_integer(part->n_pow_floor[p->m]));
  set(p, to, "n_range_warning", json_integer(part->n_range_warning[p->m]));
  return to;
}

static json_t *horizon(const place *p, const rein_study_reader *reader) {
  const rein_part *labels = &reader->labels;
  json_t *to = json_object();
  set(p, to, "label", json_string(labels->horizon[p->h]));
  set(p, to, "from", rein_json_number(labels->time[p->before]));
  set(p, to, "to", rein_json_number(labels->time[p->after]));
  set(p, to, "unit", json_string(reader->about.time_unit));
  return to;
}

static json_t *who(const exporter *e, const place *p) {
  char code[18];
  if (!e->options->deidentify) return json_integer(p->part->individual[p->i]);
  rein_deidentify_code(e->options, &e->reader->about, p->part->individual[p->i], code);
  return json_string(code);
}

static json_t *record(const exporter *e, const place *p) {
  const rein_part *labels = &e->reader->labels;
  const int32_t reference = labels->reference[p->a];
  json_t *to = json_object();
  set(p, to, "record", json_string(REIN_RECORD_VERSION));
  set(p, to, "origin", json_string(e->reader->about.origin));
  set(p, to, "boundary", json_string(labels->boundary[p->a]));
  set(p, to, "individual", who(e, p));
  set(p, to, "replicate", json_integer(p->part->replicate[p->i]));
  set(p, to, "arm", json_string(labels->arm[p->a]));
  set(p, to, "prescription", e->options->deidentify ? json_null() : text_or_null(labels->prescription[p->a]));
  set(p, to, "reference", reference < 0 ? json_null() : json_string(labels->arm[reference]));
  set(p, to, "counterfactual", json_boolean(labels->counterfactual[p->a]));
  set(p, to, "without", text_or_null(labels->without[p->a]));
  set(p, to, "horizon", horizon(p, e->reader));
  set(p, to, "actions", actions(p, labels));
  if (labels->n[REIN_AXIS_LINE] > 0) set(p, to, "decisions", decisions(e, p, labels));
  set(p, to, "quantities", quantities(p, labels));
  set(p, to, "safety", safety(p, labels));
  set(p, to, "parameters", parameters(e, p, labels));
  set(p, to, "status", json_string(rein_record_status_word(p->part->status[p->m])));
  set(p, to, "failure", failure(p));
  if (isfinite(p->part->rest_residual[p->m]))
    set(p, to, "rest_residual", rein_json_number(p->part->rest_residual[p->m]));
  set(p, to, "counters", counters(p));
  set(p, to, "provenance", json_incref(e->provenance));
  return to;
}

static json_t *provenance(const exporter *e, bool *spoilt) {
  const place shared = {.spoilt = spoilt}, *p = &shared;
  const rein_part_about *about = &e->reader->about;
  json_t *to = json_object();
  char seed[24];
  snprintf(seed, sizeof seed, "%" PRIu64, about->seed);
  set(p, to, "study", json_string(about->study));
  set(p, to, "model", json_string(about->model));
  set(p, to, "model_hash", json_string(about->model_hash));
  set(p, to, "scenario_hash", json_string(about->scenario_hash));
  set(p, to, "parameter_hash", json_string(about->parameter_hash));
  set(p, to, "run_hash", json_string(about->run_hash));
  set(p, to, "seed", json_string(seed));
  set(p, to, "method", json_string(about->method));
  set(p, to, "relative_tolerance", rein_json_number(about->rtol));
  set(p, to, "absolute_tolerance_of_scale", rein_json_number(about->atol_rel));
  set(p, to, "version", json_string(about->version));
  set(p, to, "comment", json_string(about->comment));
  return to;
}

static rein_status cannot_write(const exporter *e, bool spoilt) {
  const rein_pos nowhere = {0};
  rein_error(e->diag, nowhere, "cannot write the export: %s",
             spoilt ? "out of memory, or a text that is not UTF-8" : strerror(errno));
  return REIN_ERR_FILE;
}

static rein_status export_part(void *context, const rein_part *part) {
  const exporter *e = context;
  const rein_part *labels = &e->reader->labels;
  const int64_t n_arm = part->n[REIN_AXIS_ARM];
  for (int64_t m = 0; m < part->n[REIN_AXIS_INDIVIDUAL] * n_arm; m++) {
    for (int64_t h = 0; h < part->n[REIN_AXIS_HORIZON]; h++) {
      bool spoilt = false;
      const place p = {.part = part,
                       .spoilt = &spoilt,
                       .i = m / n_arm,
                       .a = m % n_arm,
                       .h = h,
                       .m = m,
                       .before = labels->before[h],
                       .after = labels->after[h]};
      json_t *line = record(e, &p);
      const bool whole =
          !spoilt && json_dumpf(line, e->file, JSON_COMPACT) == 0 && fputc('\n', e->file) != EOF;
      json_decref(line);
      if (!whole) return cannot_write(e, spoilt);
    }
  }
  return REIN_OK;
}

rein_status rein_export_ndjson(const rein_study_reader *reader, const rein_export_options *options,
                               FILE *file, rein_diag *diag) {
  rein_guard guard;
  rein_status status = rein_export_check(reader, options, diag);
  if (status != REIN_OK) return status;
  if (REIN_GUARD(reader->arena, &guard)) return REIN_ERR_MEMORY;
  const int64_t n = reader->labels.n[REIN_AXIS_PARAMETER];
  exporter e = {.reader = reader, .options = options, .file = file, .diag = diag};
  e.column = REIN_NEW(reader->arena, rein_column_kind, n);
  e.per_day = REIN_NEW(reader->arena, double, n);
  rein_unguard(reader->arena, &guard);
  for (int64_t k = 0; k < n; k++)
    e.column[k] = rein_deidentify_column(options, reader->labels.parameter[k],
                                         reader->labels.parameter_unit[k], &e.per_day[k]);
  bool spoilt = false;
  e.provenance = provenance(&e, &spoilt);
  status = spoilt ? cannot_write(&e, true) : rein_reader_each(reader, REIN_FIELDS_ALL, diag, export_part, &e);
  json_decref(e.provenance);
  if (status == REIN_OK && fflush(file) != 0) status = cannot_write(&e, false);
  return status;
}
