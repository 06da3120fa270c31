/* Records of what was observed. */
#include "src/study/observed_records.h"

#include <jansson.h>
#include <math.h>
#include <string.h>

#include "src/base/sha256.h"
#include "src/record/json_text.h"
#include "src/record/reader.h"
#include "src/record/record.h"
#include "src/study/split.h"
#include "src/study/validate_inside.h"

#define DIGITS 17

/* Fields that no observed record has, and why. */
static const char *const UNKNOWN[][2] = {{"replicate", "not_simulated"},
                                         {"reference", "counterfactual_not_observed"},
                                         {"counterfactual", "counterfactual_not_observed"},
                                         {"without", "counterfactual_not_observed"},
                                         {"safety", "not_evaluated"},
                                         {"parameters", "not_measurable"},
                                         {"status", "not_simulated"},
                                         {"counters", "not_simulated"},
                                         {"quantities.before", "latent_state_not_observed"},
                                         {"quantities.after", "latent_state_not_observed"},
                                         {"quantities.change", "latent_state_not_observed"},
                                         {"quantities.effect", "counterfactual_not_observed"},
                                         {"quantities.solver_error", "not_simulated"},
                                         {"quantities.measured_sd", "noise_not_reported"},
                                         {"provenance.scenario_hash", "not_simulated"},
                                         {"provenance.parameter_hash", "not_simulated"},
                                         {"provenance.run_hash", "not_simulated"},
                                         {"provenance.seed", "not_simulated"},
                                         {"provenance.method", "not_simulated"},
                                         {"provenance.relative_tolerance", "not_simulated"},
                                         {"provenance.absolute_tolerance_of_scale", "not_simulated"}};

static const char *const ADHERENCE[] = {"actions.delivered", "actions.reported"};

typedef struct {
  const rein_validate_job *job;
  rein_names *keys; /* of the records there are */
  int version;      /* of the file with the new records */
  char previous[65];
  bool spoilt; /* memory was out */
} writer;

static void set(writer *w, json_t *to, const char *key, json_t *value) {
  if (json_object_set_new(to, key, value) != 0) w->spoilt = true;
}

/* What a record is of: the same transition has the same key, whatever was measured. */
static void key_of(const rein_validate_job *job, const rein_task *t, const char *code, char key[65]) {
  const rein_observed *o = job->observed;
  int repeat = 0; /* what was measured several times at once is told apart by its order */
  for (const rein_task *b = job->task; b < t; b++)
    repeat += b->study == t->study && b->arm == t->arm && b->person == t->person &&
              b->observable == t->observable && b->i_time == t->i_time;
  const char *text = rein_arena_printf(job->arena, "%s\n%s\n%s\n%s\n%.13g\n%.13g\n%d", o->study[t->study],
                                       o->arm[t->arm].name, code,
                                       job->scenario->model->observable[o->observable[t->observable]].name,
                                       job->scenario->time[0], job->scenario->time[t->i_time], repeat);
  rein_sha256_hex(text, strlen(text), key);
  key[16] = 0;
}

static const char *flag(int censored) {
  return censored < 0 ? "below_limit" : censored > 0 ? "above_limit" : "observed";
}

static json_t *quantities(writer *w, const rein_task *t) {
  const rein_observed *o = w->job->observed;
  const rein_observable *about = &w->job->scenario->model->observable[o->observable[t->observable]];
  static const char *const latent[] = {"before", "after", "change", "effect", "solver_error", "measured_sd"};
  const double change = t->after - t->before;
  json_t *list = json_array(), *q = json_object();
  const double smallest =
      about->smallest_change_relative ? about->smallest_change * fabs(t->before) : about->smallest_change;
  set(w, q, "name", json_string(about->name));
  set(w, q, "kind", json_string("observable"));
  set(w, q, "unit", json_string(about->unit_text));
  set(w, q, "codes", rein_json_text(about->codes));
  for (size_t i = 0; i < sizeof latent / sizeof *latent; i++) set(w, q, latent[i], json_null());
  set(w, q, "measured_before", rein_json_number(t->before));
  set(w, q, "measured_after", rein_json_number(t->after));
  set(w, q, "flag_before", json_string("observed"));
  set(w, q, "flag_after", json_string(flag(t->censored)));
  /* Of a censored change the limit may not tell the direction. */
  set(w, q, "direction",
      isnan(smallest) || t->censored        ? json_null()
      : change >= smallest && change > 0.0  ? json_string("up")
      : -change >= smallest && change < 0.0 ? json_string("down")
                                            : json_string("unchanged"));
  set(w, q, "smallest_change", rein_json_number(about->smallest_change));
  if (json_array_append_new(list, q) != 0) w->spoilt = true;
  return list;
}

static json_t *observed(writer *w, const rein_task *t, const char *key) {
  const rein_observed *o = w->job->observed;
  const rein_observed_arm *arm = &o->arm[t->arm];
  json_t *object = json_object();
  set(w, object, "key", json_string(key));
  set(w, object, "version", json_integer(w->version));
  set(w, object, "previous", *w->previous ? json_string(w->previous) : json_null());
  set(w, object, "data_hash", json_string(o->hash));
  set(w, object, "source", json_string(o->title));
  set(w, object, "licence", json_string(o->licence));
  set(w, object, "study", json_string(o->study[t->study]));
  set(w, object, "assignment", json_string(rein_observed_assignment_word(arm->assignment)));
  set(w, object, "concurrent", json_string(arm->concurrent));
  set(w, object, "adherence", json_string(arm->adherence));
  set(w, object, "before_known_by_definition", json_boolean(t->is_known));
  set(w, object, "n_before", t->person < 0 ? rein_json_number(t->n_before) : json_null());
  set(w, object, "n_after", t->person < 0 ? rein_json_number(t->n_after) : json_null());
  set(w, object, "sd_after", t->person < 0 ? rein_json_number(t->sd) : json_null());
  return object;
}

static json_t *provenance(writer *w) {
  static const char *const none[] = {"scenario_hash",
                                     "parameter_hash",
                                     "run_hash",
                                     "seed",
                                     "method",
                                     "relative_tolerance",
                                     "absolute_tolerance_of_scale"};
  json_t *object = json_object();
  char hash[65];
  rein_model_hash(w->job->scenario->model, w->job->arena, hash);
  set(w, object, "study", json_string(w->job->observed->title));
  set(w, object, "model", json_string(w->job->scenario->model->name));
  set(w, object, "model_hash", json_string(hash));
  for (size_t i = 0; i < sizeof none / sizeof *none; i++) set(w, object, none[i], json_null());
  set(w, object, "version", json_string(REIN_VERSION));
  set(w, object, "comment",
      json_string(
          "For research only: observed, not simulated. A change is no effect. Nothing here recommends a "
          "treatment."));
  return object;
}

static json_t *horizon(writer *w, const rein_task *t) {
  const rein_scenario *s = w->job->scenario;
  json_t *object = json_object();
  const double from = s->time[0], to = s->time[t->i_time];
  set(w, object, "label",
      json_string(rein_arena_printf(w->job->arena, "%.13g %s", to - from, s->model->time_unit_text)));
  set(w, object, "from", json_real(from));
  set(w, object, "to", json_real(to));
  set(w, object, "unit", json_string(s->model->time_unit_text));
  return object;
}

/* Doses that the table of the observations holds, too: what was prescribed, since nobody says what was taken.
 * null, and the reason in `why`, where there are none. */
static json_t *actions(writer *w, const rein_task *t, const char **why) {
  const rein_validate_job *job = w->job;
  const rein_scenario *s = job->scenario;
  const size_t n = s->model->n_action;
  double *amount = REIN_NEW(job->arena, double, n + 1);
  bool *given = REIN_NEW(job->arena, bool, n + 1);
  *why = t->person < 0 ? "mean_of_a_group" : "doses_not_in_table";
  if (t->person < 0 || !s->source_id ||
      !rein_scenario_observed_doses(s, job->sim_arm[t->arm], job->first_member[t->person], s->time[0],
                                    s->time[t->i_time], amount, given))
    return json_null();
  *why = NULL;
  json_t *list = json_array();
  for (size_t k = 0; k < n; k++) {
    const rein_action *action = &s->model->action[k];
    if (!given[k]) continue;
    json_t *to = json_object();
    set(w, to, "name", json_string(action->name));
    set(w, to, "kind", rein_json_text(action->kind));
    set(w, to, "unit", json_string(action->unit_text));
    set(w, to, "codes", rein_json_text(action->codes));
    set(w, to, "prescribed", rein_json_number(amount[k]));
    set(w, to, "delivered", json_null());
    set(w, to, "reported", json_null());
    if (json_array_append_new(list, to) != 0) w->spoilt = true;
  }
  return list;
}

static json_t *record(writer *w, const rein_task *t, const char *code, const char *key) {
  const rein_observed *o = w->job->observed;
  static const char *const none[] = {"replicate",  "reference", "counterfactual", "without", "safety",
                                     "parameters", "status",    "failure",        "counters"};
  const char *no_actions;
  json_t *r = json_object(), *unknown = json_object();
  set(w, r, "record", json_string("transition/1"));
  set(w, r, "origin", json_string("observed"));
  set(w, r, "boundary", json_string(w->job->scenario->model->boundary));
  set(w, r, "individual", t->person < 0 ? json_null() : json_string(code));
  set(w, r, "arm", json_string(o->arm[t->arm].name));
  set(w, r, "prescription", json_string(o->arm[t->arm].actions));
  set(w, r, "horizon", horizon(w, t));
  set(w, r, "quantities", quantities(w, t));
  set(w, r, "actions", actions(w, t, &no_actions));
  for (size_t i = 0; i < sizeof none / sizeof *none; i++) set(w, r, none[i], json_null());
  if (no_actions) set(w, unknown, "actions", json_string(no_actions));
  for (size_t i = 0; !no_actions && i < sizeof ADHERENCE / sizeof *ADHERENCE; i++)
    set(w, unknown, ADHERENCE[i], json_string("adherence_not_in_table"));
  if (!w->job->scenario->model->observable[o->observable[t->observable]].codes)
    set(w, unknown, "quantities.codes", json_string("none_in_the_model"));
  for (size_t i = 0; i < sizeof UNKNOWN / sizeof *UNKNOWN; i++)
    set(w, unknown, UNKNOWN[i][0], json_string(UNKNOWN[i][1]));
  if (t->person < 0) set(w, unknown, "individual", json_string("mean_of_a_group"));
  set(w, r, "unknown", unknown);
  set(w, r, "observed", observed(w, t, key));
  set(w, r, "provenance", provenance(w));
  return r;
}

/* ---- the file that is added to ---- */

static bool read_line(writer *w, const rein_source *source, int line, rein_diag *diag) {
  int n;
  const char *text = rein_source_line(source, line, &n);
  if (n == 0) return true;
  json_t *tree = json_loadb(text, (size_t)n, 0, NULL);
  const json_t *about = json_object_get(tree, "observed");
  const char *key = json_string_value(json_object_get(about, "key"));
  const int version = (int)json_integer_value(json_object_get(about, "version"));
  const rein_pos pos = {NULL, 0, 0, 0};
  if (key) rein_names_add(w->keys, rein_arena_strdup(w->job->arena, key), line);
  if (!key) rein_error(diag, pos, "'%s': line %d is no observed record", source->path, line);
  if (version >= w->version) w->version = version + 1;
  json_decref(tree);
  return key != NULL;
}

static bool read_before(writer *w, const rein_source *source, rein_diag *diag) {
  w->version = 1;
  if (!source) return true;
  for (int line = 1; line <= source->n_line; line++) {
    if (!read_line(w, source, line, diag)) return false;
  }
  rein_sha256_hex(source->bytes, source->n_byte, w->previous);
  return true;
}

/* ---- all ---- */

static int append(const char *bytes, size_t n, void *text) {
  rein_text_add_n(text, bytes, n);
  return 0;
}

static rein_status write_all(writer *w, rein_diag *diag, rein_text *out) {
  const rein_validate_job *job = w->job;
  const rein_pos nowhere = {NULL, 0, 0, 0};
  int n_there = 0;
  for (int i = 0; i < job->n_task; i++) {
    const rein_task *t = &job->task[i];
    char code[18] = "", key[65];
    if (t->person >= 0) rein_split_code(job->observed, t->person, code);
    key_of(job, t, code, key);
    n_there += rein_names_add(w->keys, rein_arena_strdup(job->arena, key), -1) != -1;
    json_t *r = record(w, t, code, key);
    if (w->spoilt || json_dump_callback(r, append, out, JSON_REAL_PRECISION(DIGITS)) != 0) w->spoilt = true;
    json_decref(r);
    rein_text_add(out, "\n");
    if (w->spoilt) return REIN_ERR_MEMORY;
  }
  if (n_there == 0) return REIN_OK;
  rein_error(diag, nowhere, "%d of %d records are in the file already; nothing was added", n_there,
             job->n_task);
  return REIN_ERR_INPUT;
}

/* Rows of few people are as telling as rows of one. */
static bool is_small(const rein_validate_job *job) {
  for (int i = 0; i < job->n_task; i++) {
    if (job->task[i].n_after < REIN_SMALLEST_GROUP || job->task[i].n_before < REIN_SMALLEST_GROUP)
      return true;
  }
  return false;
}

rein_status rein_observed_records(rein_validate_job *job, const rein_source *before, bool individual_data,
                                  rein_diag *diag, rein_text *out) {
  const rein_pos nowhere = {NULL, 0, 0, 0};
  rein_guard guard;
  if (!individual_data && is_small(job)) {
    rein_error(diag, nowhere,
               "these are records of people, or of groups under 5; --individual-data allows them");
    return REIN_ERR_USAGE;
  }
  if (REIN_GUARD(job->arena, &guard)) return REIN_ERR_MEMORY;
  writer w = {.job = job, .keys = rein_names_create(job->arena)};
  const rein_status status = read_before(&w, before, diag) ? write_all(&w, diag, out) : REIN_ERR_INPUT;
  rein_unguard(job->arena, &guard);
  return status;
}
