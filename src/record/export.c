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
} place;

static json_t *text_or_null(const char *text) {
  return text[0] ? json_string(text) : json_null();
}

static void add_measured(json_t **to, const place *p, const rein_part *labels, int64_t o) {
  const rein_part *part = p->part;
  const int64_t n = part->n[REIN_AXIS_OBSERVABLE], n_time = part->n[REIN_AXIS_TIME];
  const int64_t before = (p->m * n_time + p->before) * n + o, after = (p->m * n_time + p->after) * n + o;
  rein_json_set(to, "measured_before", rein_json_number(part->measured[before]));
  rein_json_set(to, "measured_after", rein_json_number(part->measured[after]));
  rein_json_set(to, "flag_before", json_string(rein_record_measured_word(part->measured_flag[before])));
  rein_json_set(to, "flag_after", json_string(rein_record_measured_word(part->measured_flag[after])));
  rein_json_set(to, "measured_sd", rein_json_number(part->measured_sd[after]));
  const int64_t n_horizon = part->n[REIN_AXIS_HORIZON];
  rein_json_set(to, "direction",
                text_or_null(rein_record_direction_word(part->direction[(p->m * n_horizon + p->h) * n + o])));
  rein_json_set(to, "smallest_change", rein_json_number(labels->smallest_change[o]));
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
    rein_json_set(&to, "name", json_string(labels->quantity[q]));
    rein_json_set(&to, "kind", json_string(labels->quantity_kind[q]));
    rein_json_set(&to, "unit", json_string(labels->quantity_unit[q]));
    rein_json_set(&to, "codes", text_or_null(labels->quantity_codes[q]));
    rein_json_set(&to, "before", rein_json_number(part->latent[before]));
    rein_json_set(&to, "after", rein_json_number(part->latent[after]));
    rein_json_set(&to, "change", rein_json_number(part->change[at]));
    rein_json_set(&to, "effect", rein_json_number(part->effect[at]));
    rein_json_set(&to, "solver_error", rein_json_number((double)part->solver_error[after]));
    if (o >= 0) add_measured(&to, p, labels, o);
    rein_json_add(&list, to);
  }
  return list;
}

static json_t *actions(const place *p, const rein_part *labels) {
  const int64_t n = p->part->n[REIN_AXIS_ACTION], n_horizon = p->part->n[REIN_AXIS_HORIZON];
  json_t *list = json_array();
  for (int64_t c = 0; c < n; c++) {
    const int64_t at = (p->m * n_horizon + p->h) * n + c;
    json_t *to = json_object();
    rein_json_set(&to, "name", json_string(labels->action[c]));
    rein_json_set(&to, "kind", text_or_null(labels->action_kind[c]));
    rein_json_set(&to, "unit", json_string(labels->action_unit[c]));
    rein_json_set(&to, "codes", text_or_null(labels->action_codes[c]));
    rein_json_set(&to, "prescribed", rein_json_number(p->part->prescribed[at]));
    rein_json_set(&to, "delivered", rein_json_number(p->part->delivered[at]));
    rein_json_set(&to, "reported", rein_json_number(p->part->reported[at]));
    rein_json_add(&list, to);
  }
  return list;
}

static json_t *safety(const place *p, const rein_part *labels) {
  const int64_t n = p->part->n[REIN_AXIS_SAFETY];
  json_t *list = json_array();
  for (int64_t s = 0; s < n; s++) {
    json_t *to = json_object();
    rein_json_set(&to, "name", json_string(labels->safety[s]));
    rein_json_set(&to, "message", text_or_null(labels->safety_message[s]));
    rein_json_set(&to, "first", rein_json_number(p->part->safety_first[p->m * n + s]));
    rein_json_set(&to, "duration", rein_json_number(p->part->safety_duration[p->m * n + s]));
    rein_json_add(&list, to);
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
    rein_json_set(&to, "line", json_string(labels->line[l]));
    rein_json_set(&to, "action", json_string(labels->action[labels->line_action[l]]));
    rein_json_set(&to, "unit", json_string(labels->line_unit[l]));
    rein_json_set(&to, "state", json_string(rein_record_line_word(part->line_state[at])));
    rein_json_set(&to, "changes", json_integer(part->line_changes[at]));
    rein_json_set(&to, "amount", rein_json_number(part->line_amount[at]));
    rein_json_set(&to, "time", rein_json_number(part->line_changed[at]));
    rein_json_set(&to, "rule",
                  rule < 0 || e->options->deidentify ? json_null() : json_string(labels->rule[rule]));
    rein_json_add(&list, to);
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
    rein_json_set(&to, "name", json_string(labels->parameter[k]));
    rein_json_set(&to, "kind", json_string(labels->parameter_kind[k]));
    rein_json_set(&to, "unit", json_string(labels->parameter_unit[k]));
    rein_json_set(&to, "value", rein_json_number(value));
    rein_json_add(&list, to);
  }
  return list;
}

static json_t *failure(const exporter *e, const place *p) {
  const rein_part *part = p->part;
  if (part->status[p->m] == REIN_LANE_FINE) return json_null();
  json_t *to = json_object();
  rein_json_set(&to, "reason", json_string(rein_fail_name((rein_fail)part->fail_reason[p->m])));
  rein_json_set(&to, "meaning", json_string(rein_fail_meaning((rein_fail)part->fail_reason[p->m])));
  rein_json_set(&to, "time", rein_json_number(part->fail_time[p->m]));
  rein_json_set(&to, "value", rein_json_number(part->fail_value[p->m]));
  const int32_t state = part->fail_state[p->m], origin = part->fail_origin[p->m];
  const rein_origins *words = e->reader->origins;
  rein_json_set(&to, "state", rein_json_text(rein_origins_state(words, state)));
  rein_json_set(&to, "origin", rein_json_text(rein_origins_expression(words, origin)));
  return to;
}

static json_t *counters(const place *p) {
  const rein_part *part = p->part;
  json_t *to = json_object();
  rein_json_set(&to, "n_step", json_integer(part->n_step[p->m]));
  rein_json_set(&to, "n_rate", json_integer(part->n_rate[p->m]));
  rein_json_set(&to, "n_jacobian", json_integer(part->n_jacobian[p->m]));
  rein_json_set(&to, "n_error_fail", json_integer(part->n_error_fail[p->m]));
  rein_json_set(&to, "n_newton_fail", json_integer(part->n_newton_fail[p->m]));
  rein_json_set(&to, "n_event", json_integer(part->n_event[p->m]));
  rein_json_set(&to, "n_pow_floor", json_integer(part->n_pow_floor[p->m]));
  rein_json_set(&to, "n_range_warning", json_integer(part->n_range_warning[p->m]));
  return to;
}

static json_t *horizon(const place *p, const rein_study_reader *reader) {
  const rein_part *labels = &reader->labels;
  json_t *to = json_object();
  rein_json_set(&to, "label", json_string(labels->horizon[p->h]));
  rein_json_set(&to, "from", rein_json_number(labels->time[p->before]));
  rein_json_set(&to, "to", rein_json_number(labels->time[p->after]));
  rein_json_set(&to, "unit", json_string(reader->about.time_unit));
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
  rein_json_set(&to, "record", json_string(REIN_RECORD_VERSION));
  rein_json_set(&to, "origin", json_string(e->reader->about.origin));
  rein_json_set(&to, "boundary", json_string(labels->boundary[p->a]));
  rein_json_set(&to, "individual", who(e, p));
  rein_json_set(&to, "replicate", json_integer(p->part->replicate[p->i]));
  rein_json_set(&to, "arm", json_string(labels->arm[p->a]));
  rein_json_set(&to, "prescription",
                e->options->deidentify ? json_null() : text_or_null(labels->prescription[p->a]));
  rein_json_set(&to, "reference", reference < 0 ? json_null() : json_string(labels->arm[reference]));
  rein_json_set(&to, "counterfactual", json_boolean(labels->counterfactual[p->a]));
  rein_json_set(&to, "without", text_or_null(labels->without[p->a]));
  rein_json_set(&to, "horizon", horizon(p, e->reader));
  rein_json_set(&to, "actions", actions(p, labels));
  if (labels->n[REIN_AXIS_LINE] > 0) rein_json_set(&to, "decisions", decisions(e, p, labels));
  rein_json_set(&to, "quantities", quantities(p, labels));
  rein_json_set(&to, "safety", safety(p, labels));
  rein_json_set(&to, "parameters", parameters(e, p, labels));
  rein_json_set(&to, "status", json_string(rein_record_status_word(p->part->status[p->m])));
  rein_json_set(&to, "failure", failure(e, p));
  if (isfinite(p->part->rest_residual[p->m]))
    rein_json_set(&to, "rest_residual", rein_json_number(p->part->rest_residual[p->m]));
  rein_json_set(&to, "counters", counters(p));
  rein_json_set(&to, "provenance", json_incref(e->provenance));
  return to;
}

static json_t *provenance(const exporter *e) {
  const rein_part_about *about = &e->reader->about;
  json_t *to = json_object();
  char seed[24];
  snprintf(seed, sizeof seed, "%" PRIu64, about->seed);
  rein_json_set(&to, "study", json_string(about->study));
  rein_json_set(&to, "model", json_string(about->model));
  rein_json_set(&to, "model_hash", json_string(about->model_hash));
  rein_json_set(&to, "scenario_hash", json_string(about->scenario_hash));
  rein_json_set(&to, "parameter_hash", json_string(about->parameter_hash));
  rein_json_set(&to, "run_hash", json_string(about->run_hash));
  rein_json_set(&to, "seed", json_string(seed));
  rein_json_set(&to, "method", json_string(about->method));
  rein_json_set(&to, "relative_tolerance", rein_json_number(about->rtol));
  rein_json_set(&to, "absolute_tolerance_of_scale", rein_json_number(about->atol_rel));
  rein_json_set(&to, "version", json_string(about->version));
  rein_json_set(&to, "comment", json_string(about->comment));
  return to;
}

static rein_status cannot_write(const exporter *e) {
  const rein_pos nowhere = {0};
  const int reason = ferror(e->file) ? errno : 0;
  rein_error(e->diag, nowhere, "cannot write the export: %s",
             reason ? strerror(reason) : "out of memory, or a text that is not UTF-8");
  return reason ? REIN_ERR_FILE : REIN_ERR_MEMORY;
}

static rein_status export_part(void *context, const rein_part *part) {
  const exporter *e = context;
  const rein_part *labels = &e->reader->labels;
  const int64_t n_arm = part->n[REIN_AXIS_ARM];
  for (int64_t m = 0; m < part->n[REIN_AXIS_INDIVIDUAL] * n_arm; m++) {
    for (int64_t h = 0; h < part->n[REIN_AXIS_HORIZON]; h++) {
      const place p = {.part = part,
                       .i = m / n_arm,
                       .a = m % n_arm,
                       .h = h,
                       .m = m,
                       .before = labels->before[h],
                       .after = labels->after[h]};
      json_t *line = record(e, &p);
      const bool whole = line && json_dumpf(line, e->file, JSON_COMPACT) == 0 && fputc('\n', e->file) != EOF;
      json_decref(line);
      if (!whole) return cannot_write(e);
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
  e.provenance = provenance(&e);
  status =
      !e.provenance ? cannot_write(&e) : rein_reader_each(reader, REIN_FIELDS_ALL, diag, export_part, &e);
  json_decref(e.provenance);
  if (status == REIN_OK && fflush(file) != 0) status = cannot_write(&e);
  return status;
}
