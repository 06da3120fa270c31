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
  char previous[65], model_hash[65];
  double *amount; /* (n_action) of the record to be made: prescribed, where given */
  bool *given;
  const char *no_actions; /* why it has none of these, or NULL */
} writer;

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

static json_t *quantities(const writer *w, const rein_task *t) {
  const rein_observed *o = w->job->observed;
  const rein_observable *about = &w->job->scenario->model->observable[o->observable[t->observable]];
  static const char *const latent[] = {"before", "after", "change", "effect", "solver_error", "measured_sd"};
  const double change = t->after - t->before;
  json_t *list = json_array(), *q = json_object();
  const double smallest =
      about->smallest_change_relative ? about->smallest_change * fabs(t->before) : about->smallest_change;
  rein_json_set(&q, "name", rein_json_text(about->name));
  rein_json_set(&q, "kind", json_string("observable"));
  rein_json_set(&q, "unit", rein_json_text(about->unit_text));
  rein_json_set(&q, "codes", rein_json_text(about->codes));
  for (size_t i = 0; i < sizeof latent / sizeof *latent; i++) rein_json_set(&q, latent[i], json_null());
  rein_json_set(&q, "measured_before", rein_json_number(t->before));
  rein_json_set(&q, "measured_after", rein_json_number(t->after));
  rein_json_set(&q, "flag_before", json_string("observed"));
  rein_json_set(&q, "flag_after", rein_json_text(flag(t->censored)));
  /* Of a censored change the limit may not tell the direction. */
  rein_json_set(&q, "direction",
                isnan(smallest) || t->censored        ? json_null()
                : change >= smallest && change > 0.0  ? json_string("up")
                : -change >= smallest && change < 0.0 ? json_string("down")
                                                      : json_string("unchanged"));
  rein_json_set(&q, "smallest_change", rein_json_number(about->smallest_change));
  rein_json_add(&list, q);
  return list;
}

static json_t *observed(const writer *w, const rein_task *t, const char *key) {
  const rein_observed *o = w->job->observed;
  const rein_observed_arm *arm = &o->arm[t->arm];
  json_t *object = json_object();
  rein_json_set(&object, "key", rein_json_text(key));
  rein_json_set(&object, "version", json_integer(w->version));
  rein_json_set(&object, "previous", *w->previous ? rein_json_text(w->previous) : json_null());
  rein_json_set(&object, "data_hash", rein_json_text(o->hash));
  rein_json_set(&object, "source", rein_json_text(o->title));
  rein_json_set(&object, "licence", rein_json_text(o->licence));
  rein_json_set(&object, "study", rein_json_text(o->study[t->study]));
  rein_json_set(&object, "assignment", rein_json_text(rein_observed_assignment_word(arm->assignment)));
  rein_json_set(&object, "concurrent", rein_json_text(arm->concurrent));
  rein_json_set(&object, "adherence", rein_json_text(arm->adherence));
  rein_json_set(&object, "before_known_by_definition", json_boolean(t->is_known));
  rein_json_set(&object, "n_before", t->person < 0 ? rein_json_number(t->n_before) : json_null());
  rein_json_set(&object, "n_after", t->person < 0 ? rein_json_number(t->n_after) : json_null());
  rein_json_set(&object, "sd_after", t->person < 0 ? rein_json_number(t->sd) : json_null());
  return object;
}

static json_t *provenance(const writer *w) {
  static const char *const none[] = {"scenario_hash",
                                     "parameter_hash",
                                     "run_hash",
                                     "seed",
                                     "method",
                                     "relative_tolerance",
                                     "absolute_tolerance_of_scale"};
  json_t *object = json_object();
  rein_json_set(&object, "study", rein_json_text(w->job->observed->title));
  rein_json_set(&object, "model", rein_json_text(w->job->scenario->model->name));
  rein_json_set(&object, "model_hash", rein_json_text(w->model_hash));
  for (size_t i = 0; i < sizeof none / sizeof *none; i++) rein_json_set(&object, none[i], json_null());
  rein_json_set(&object, "version", rein_json_text(REIN_VERSION));
  rein_json_set(
      &object, "comment",
      rein_json_text(
          "For research only: observed, not simulated. A change is no effect. Nothing here recommends a "
          "treatment."));
  return object;
}

static json_t *horizon(const writer *w, const rein_task *t) {
  const rein_scenario *s = w->job->scenario;
  json_t *object = json_object();
  const double from = s->time[0], to = s->time[t->i_time];
  rein_json_set(&object, "label", json_sprintf("%.13g %s", to - from, s->model->time_unit_text));
  rein_json_set(&object, "from", json_real(from));
  rein_json_set(&object, "to", json_real(to));
  rein_json_set(&object, "unit", rein_json_text(s->model->time_unit_text));
  return object;
}

/* Doses that the table of the observations holds, too: what was prescribed, since nobody says what was taken.
 */
static void find_actions(writer *w, const rein_task *t) {
  const rein_validate_job *job = w->job;
  const rein_scenario *s = job->scenario;
  w->no_actions = t->person < 0 ? "mean_of_a_group" : "doses_not_in_table";
  if (t->person >= 0 && s->source_id &&
      rein_scenario_observed_doses(s, job->sim_arm[t->arm], job->first_member[t->person], s->time[0],
                                   s->time[t->i_time], w->amount, w->given))
    w->no_actions = NULL;
}

static json_t *actions(const writer *w) {
  const rein_model *m = w->job->scenario->model;
  if (w->no_actions) return json_null();
  json_t *list = json_array();
  for (size_t k = 0; k < m->n_action; k++) {
    const rein_action *action = &m->action[k];
    if (!w->given[k]) continue;
    json_t *to = json_object();
    rein_json_set(&to, "name", rein_json_text(action->name));
    rein_json_set(&to, "kind", rein_json_text(action->kind));
    rein_json_set(&to, "unit", rein_json_text(action->unit_text));
    rein_json_set(&to, "codes", rein_json_text(action->codes));
    rein_json_set(&to, "prescribed", rein_json_number(w->amount[k]));
    rein_json_set(&to, "delivered", json_null());
    rein_json_set(&to, "reported", json_null());
    rein_json_add(&list, to);
  }
  return list;
}

static json_t *record(const writer *w, const rein_task *t, const char *code, const char *key) {
  const rein_observed *o = w->job->observed;
  static const char *const none[] = {"replicate",  "reference", "counterfactual", "without", "safety",
                                     "parameters", "status",    "failure",        "counters"};
  json_t *r = json_object(), *unknown = json_object();
  rein_json_set(&r, "record", json_string("transition/1"));
  rein_json_set(&r, "origin", json_string("observed"));
  rein_json_set(&r, "boundary", rein_json_text(w->job->scenario->model->boundary));
  rein_json_set(&r, "individual", t->person < 0 ? json_null() : rein_json_text(code));
  rein_json_set(&r, "arm", rein_json_text(o->arm[t->arm].name));
  rein_json_set(&r, "prescription", rein_json_text(o->arm[t->arm].actions));
  rein_json_set(&r, "horizon", horizon(w, t));
  rein_json_set(&r, "quantities", quantities(w, t));
  rein_json_set(&r, "actions", actions(w));
  for (size_t i = 0; i < sizeof none / sizeof *none; i++) rein_json_set(&r, none[i], json_null());
  if (w->no_actions) rein_json_set(&unknown, "actions", rein_json_text(w->no_actions));
  for (size_t i = 0; !w->no_actions && i < sizeof ADHERENCE / sizeof *ADHERENCE; i++)
    rein_json_set(&unknown, ADHERENCE[i], json_string("adherence_not_in_table"));
  if (!w->job->scenario->model->observable[o->observable[t->observable]].codes)
    rein_json_set(&unknown, "quantities.codes", json_string("none_in_the_model"));
  for (size_t i = 0; i < sizeof UNKNOWN / sizeof *UNKNOWN; i++)
    rein_json_set(&unknown, UNKNOWN[i][0], rein_json_text(UNKNOWN[i][1]));
  if (t->person < 0) rein_json_set(&unknown, "individual", json_string("mean_of_a_group"));
  rein_json_set(&r, "unknown", unknown);
  rein_json_set(&r, "observed", observed(w, t, key));
  rein_json_set(&r, "provenance", provenance(w));
  return r;
}

/* ---- the file that is added to ---- */

static bool read_line(writer *w, const rein_source *source, int line, rein_diag *diag) {
  int n;
  const char *text = rein_source_line(source, line, &n);
  if (n == 0) return true;
  json_t *tree = rein_json_read(w->job->arena, text, (size_t)n);
  const json_t *about = json_object_get(tree, "observed");
  const char *key = json_string_value(json_object_get(about, "key"));
  const int version = (int)json_integer_value(json_object_get(about, "version"));
  const rein_pos pos = {NULL, 0, 0, 0};
  if (key) rein_names_add(w->keys, rein_arena_strdup(w->job->arena, key), line);
  if (!key) rein_error(diag, pos, "'%s': line %d is no observed record", source->path, line);
  if (version >= w->version) w->version = version + 1;
  const bool good = key != NULL; /* which goes with the tree */
  rein_arena_release(w->job->arena, tree);
  return good;
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
    find_actions(w, t);
    const rein_status status = rein_json_print_as(record(w, t, code, key), JSON_REAL_PRECISION(DIGITS), out);
    if (status != REIN_OK) return status;
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
  const rein_model *m = job->scenario->model;
  writer w = {.job = job,
              .keys = rein_names_create(job->arena),
              .amount = REIN_NEW(job->arena, double, m->n_action + 1),
              .given = REIN_NEW(job->arena, bool, m->n_action + 1)};
  rein_model_hash(m, job->arena, w.model_hash);
  const rein_status status = read_before(&w, before, diag) ? write_all(&w, diag, out) : REIN_ERR_INPUT;
  rein_unguard(job->arena, &guard);
  return status;
}
