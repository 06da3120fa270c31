/* Two ways to a set of values: the parts of a study folder, and lines of NDJSON. */
#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "src/base/files.h"
#include "src/record/json_text.h"
#include "src/study/compare_inside.h"

#define MAX_GIVEN 64 /* actions that have a bit in rein_compare_value.given */

static const rein_pos nowhere = {NULL, 0, 0, 0};

int rein_compare_index(rein_arena *arena, rein_compare_names *list, const char *name) {
  if (!list->names) list->names = rein_names_create(arena);
  const int known = rein_names_find(list->names, name);
  if (known >= 0) return known;
  rein_names_add(list->names, name, (int)list->n);
  REIN_PUSH(arena, list->item, list->n, list->capacity, rein_arena_strdup(arena, name));
  return (int)list->n - 1;
}

/* ---- what both ways need ---- */

static int detail(rein_compare_job *job, const char *prefix, const char *text) {
  return rein_compare_index(job->c->arena, &job->c->detail,
                            rein_arena_printf(job->c->arena, "%s%s", prefix, text));
}

/* Texts at index i of a growing list; NULL in between. */
static void put_text(rein_arena *arena, const char ***list, size_t *n, size_t i, const char *text) {
  if (i < *n && (*list)[i]) return;
  if (i >= *n) {
    const char **larger = REIN_NEW(arena, const char *, 2 * i + 8);
    if (*n) memcpy(larger, *list, *n * sizeof *larger);
    *list = larger, *n = 2 * i + 8;
  }
  (*list)[i] = rein_arena_strdup(arena, text);
}

/* The unit of a text, which is parsed once; false where it is none. */
static bool unit_of(rein_compare_job *job, const char *text, rein_unit *out) {
  rein_arena *arena = job->c->arena;
  const size_t i = (size_t)rein_compare_index(arena, &job->unit_text, text);
  if (i == job->n_unit) {
    const rein_unit unit = {0};
    REIN_PUSH(arena, job->unit, job->n_unit, job->cap_unit, unit);
    REIN_PUSH(arena, job->unit_known, job->n_known, job->cap_known, false);
    job->unit_known[i] = rein_unit_parse(job->units, text, nowhere, rein_diag_create(arena), &job->unit[i]);
  }
  if (job->unit_known[i]) *out = job->unit[i];
  return job->unit_known[i];
}

/* Factor from `text` to the observable's unit, which is that of the first set that has it. Changes know no
 * offset. */
static rein_status observable_factor(rein_compare_job *job, int side, int o, const char *text,
                                     double *factor) {
  rein_comparison *c = job->c;
  put_text(c->arena, &c->set[side].unit, &c->set[side].n_unit, (size_t)o, text);
  put_text(c->arena, &c->unit, &c->n_unit, (size_t)o, text);
  const char *to = c->unit[o];
  *factor = 1.0;
  if (strcmp(text, to) == 0) return REIN_OK;
  rein_unit from, into;
  if (!unit_of(job, to, &into) || !unit_of(job, text, &from) || !rein_unit_same_dimension(&into, &from)) {
    rein_error(job->diag, nowhere,
               "observable '%s' has unit '%s' in one set and '%s' in the other, and neither can be converted "
               "into the other: they do not measure the same",
               c->observable.item[o], to, text);
    return REIN_ERR_INPUT;
  }
  *factor = rein_unit_factor(&from, &into);
  return REIN_OK;
}

static bool same_time(double a, double b) {
  return fabs(a - b) <= 1e-9 * (1.0 + fabs(b));
}

/* Index of a horizon; -1 with an error where its unit is no time. */
static int horizon_of(rein_compare_job *job, rein_compare_horizon h) {
  rein_comparison *c = job->c;
  rein_unit unit, second;
  if (!unit_of(job, h.unit, &unit) || !unit_of(job, "s", &second) ||
      !rein_unit_same_dimension(&unit, &second)) {
    rein_error(job->diag, nowhere, "the horizons of a set have unit '%s', which is no time", h.unit);
    return -1;
  }
  h.from_s = rein_unit_convert(h.from, &unit, &second), h.to_s = rein_unit_convert(h.to, &unit, &second);
  for (size_t i = 0; i < c->n_horizon; i++) {
    if (same_time(c->horizon[i].from_s, h.from_s) && same_time(c->horizon[i].to_s, h.to_s)) return (int)i;
  }
  h.label = rein_arena_strdup(c->arena, h.label), h.unit = rein_arena_strdup(c->arena, h.unit);
  REIN_PUSH(c->arena, c->horizon, c->n_horizon, c->cap_horizon, h);
  return (int)c->n_horizon - 1;
}

/* The arm as the other set may call it. */
static int arm_of(rein_compare_job *job, int side, const char *name) {
  rein_comparison *c = job->c;
  const rein_scenario *s = job->scenario;
  const bool observed = strcmp(c->set[side].origin, "observed") == 0;
  for (int i = 0; s && observed && i < s->n_compare; i++) {
    if (strcmp(s->compare[i].observed, name) == 0) name = s->arm[s->compare[i].arm].name;
  }
  return rein_compare_index(c->arena, &c->arm, name);
}

/* Adds "name=amount" in base units to the text of what was prescribed; amounts of 0 are none. */
static void add_action(rein_compare_job *job, rein_compare_value *v, rein_text *text, const char *name,
                       const char *unit_text, double amount) {
  rein_comparison *c = job->c;
  rein_unit unit;
  if (amount == 0.0) return;
  const int a = rein_compare_index(c->arena, &c->action, name);
  if (isnan(amount) || a >= MAX_GIVEN) v->action = -1;
  if (v->action < 0) return;
  const bool known = unit_of(job, unit_text, &unit);
  v->given |= UINT64_C(1) << a;
  rein_text_printf(text, "%s=%.9g %s;", name, known ? amount * unit.factor : amount, known ? "" : unit_text);
}

static void end_actions(rein_compare_job *job, int side, rein_compare_value *v, const rein_text *text) {
  if (v->action < 0) return;
  v->action = rein_compare_index(job->c->arena, &job->c->amounts, text->bytes);
  job->c->set[side].has_action = true;
}

static void push(rein_compare_job *job, int side, rein_compare_value v) {
  rein_compare_set *set = &job->c->set[side];
  v.order = (int64_t)set->n_value;
  v.number = v.individual < 0 ? -1 : v.individual;
  REIN_PUSH(job->c->arena, set->value, set->n_value, set->cap_value, v);
}

/* ---- a study folder ---- */

typedef struct {
  rein_compare_job *job;
  int side;
  int *observable, *quantity, *arm, *horizon; /* (of the study) index of the comparison, of the quantity */
  double *factor;
  rein_text text;
} folder;

/* The change of observable o, or why there is none. */
static void take_change(const folder *f, const rein_part *part, int64_t m, int64_t h, int64_t o,
                        rein_compare_value *v) {
  const rein_part *labels = &f->job->reader[f->side]->labels;
  const int64_t n = part->n[REIN_AXIS_OBSERVABLE], n_time = part->n[REIN_AXIS_TIME];
  const int64_t before = (m * n_time + labels->before[h]) * n + o,
                after = (m * n_time + labels->after[h]) * n + o;
  const int8_t flag[] = {part->measured_flag[before], part->measured_flag[after]};
  if (f->job->c->latent) {
    const int64_t n_quantity = part->n[REIN_AXIS_QUANTITY];
    v->change = part->change[(m * part->n[REIN_AXIS_HORIZON] + h) * n_quantity + f->quantity[o]];
  } else {
    v->change = flag[0] || flag[1] ? NAN : part->measured[after] - part->measured[before];
  }
  v->change *= f->factor[o];
  if (!isnan(v->change)) return;
  if (part->status[m] == REIN_LANE_FAILED)
    v->detail = detail(f->job, "failed: ", rein_fail_name((rein_fail)part->fail_reason[m]));
  else
    v->detail = detail(
        f->job, flag[0] ? "before: " : "after: ", rein_record_measured_word(flag[0] ? flag[0] : flag[1]));
}

static void take_member(folder *f, const rein_part *part, int64_t m, int64_t h) {
  const rein_part *labels = &f->job->reader[f->side]->labels;
  const int64_t n_arm = part->n[REIN_AXIS_ARM], n_action = part->n[REIN_AXIS_ACTION];
  const int64_t n_horizon = part->n[REIN_AXIS_HORIZON], n = part->n[REIN_AXIS_OBSERVABLE];
  rein_compare_value v = {.individual = part->individual[m / n_arm],
                          .arm = f->arm[m % n_arm],
                          .horizon = f->horizon[h],
                          .detail = -1};
  f->text.n = 0, f->text.bytes[0] = 0;
  for (int64_t k = 0; k < n_action; k++)
    add_action(f->job, &v, &f->text, labels->action[k], labels->action_unit[k],
               part->prescribed[(m * n_horizon + h) * n_action + k]);
  end_actions(f->job, f->side, &v, &f->text);
  for (int64_t o = 0; o < n; o++) {
    v.observable = f->observable[o];
    v.direction = part->direction[(m * n_horizon + h) * n + o];
    v.detail = -1;
    take_change(f, part, m, h, o, &v);
    push(f->job, f->side, v);
  }
  f->job->c->set[f->side].n_record++;
}

/* The part's own memory is not in our arena: what runs out here is answered here. */
static rein_status take_part(void *context, const rein_part *part) {
  folder *f = context;
  rein_compare_set *set = &f->job->c->set[f->side];
  rein_guard guard;
  if (REIN_GUARD(f->job->c->arena, &guard)) return REIN_ERR_MEMORY;
  for (int64_t i = 0; i < part->n[REIN_AXIS_INDIVIDUAL]; i++) {
    if (part->replicate[i] >= set->n_replicate) set->n_replicate = part->replicate[i] + 1;
  }
  for (int64_t m = 0; m < part->n[REIN_AXIS_INDIVIDUAL] * part->n[REIN_AXIS_ARM]; m++) {
    for (int64_t h = 0; h < part->n[REIN_AXIS_HORIZON]; h++) take_member(f, part, m, h);
  }
  rein_unguard(f->job->c->arena, &guard);
  return REIN_OK;
}

/* Labels of the study to indices of the comparison. */
static rein_status map_labels(folder *f) {
  rein_compare_job *job = f->job;
  rein_arena *arena = job->c->arena;
  const rein_part *l = &job->reader[f->side]->labels;
  const int64_t *n = l->n;
  f->observable = REIN_NEW(arena, int, n[REIN_AXIS_OBSERVABLE] + 1);
  f->quantity = REIN_NEW(arena, int, n[REIN_AXIS_OBSERVABLE] + 1);
  f->factor = REIN_NEW(arena, double, n[REIN_AXIS_OBSERVABLE] + 1);
  f->arm = REIN_NEW(arena, int, n[REIN_AXIS_ARM] + 1);
  f->horizon = REIN_NEW(arena, int, n[REIN_AXIS_HORIZON] + 1);
  for (int64_t q = 0; q < n[REIN_AXIS_QUANTITY]; q++) {
    const int64_t o = rein_record_observable(l, q);
    if (o < 0) continue;
    f->quantity[o] = (int)q;
    f->observable[o] = rein_compare_index(arena, &job->c->observable, l->quantity[q]);
    const rein_status status =
        observable_factor(job, f->side, f->observable[o], l->quantity_unit[q], &f->factor[o]);
    if (status != REIN_OK) return status;
  }
  for (int64_t a = 0; a < n[REIN_AXIS_ARM]; a++) f->arm[a] = arm_of(job, f->side, l->arm[a]);
  for (int64_t h = 0; h < n[REIN_AXIS_HORIZON]; h++) {
    const rein_compare_horizon of = {.from = l->time[l->before[h]],
                                     .to = l->time[l->after[h]],
                                     .label = l->horizon[h],
                                     .unit = job->reader[f->side]->about.time_unit};
    f->horizon[h] = horizon_of(job, of);
    if (f->horizon[h] < 0) return REIN_ERR_INPUT;
  }
  return REIN_OK;
}

static rein_status read_folder(rein_compare_job *job, int side) {
  const uint64_t wanted = REIN_FIELDS_LABELS | REIN_FIELD_BIT(measured) | REIN_FIELD_BIT(measured_flag) |
                          REIN_FIELD_BIT(change) | REIN_FIELD_BIT(direction) | REIN_FIELD_BIT(prescribed) |
                          REIN_FIELD_BIT(status) | REIN_FIELD_BIT(fail_reason);
  folder f = {.job = job, .side = side};
  rein_text_init(&f.text, job->c->arena);
  rein_text_add(&f.text, "");
  rein_status status = map_labels(&f);
  if (status == REIN_OK) status = rein_reader_each(job->reader[side], wanted, job->diag, take_part, &f);
  return status;
}

static rein_status open_folder(rein_compare_job *job, int side) {
  rein_compare_set *set = &job->c->set[side];
  const rein_status status = rein_reader_open(job->c->arena, set->path, true, job->diag, &job->reader[side]);
  if (status != REIN_OK) return status;
  const rein_part_about *about = &job->reader[side]->about;
  set->origin = about->origin, set->study = about->study;
  set->model = about->model, set->model_hash = about->model_hash;
  set->scenario_hash = about->scenario_hash;
  set->seed = rein_arena_printf(job->c->arena, "%" PRIu64, about->seed);
  set->is_people = about->individual_data;
  set->has_number = true;
  set->n_failed = rein_manifest_sum(job->reader[side]->manifest).n_failed;
  return REIN_OK;
}

/* ---- NDJSON ---- */

static const char *text_of(const json_t *object, const char *key) {
  const char *text = json_string_value(json_object_get(object, key));
  return text ? text : "";
}

static double number_of(const json_t *object, const char *key) {
  const json_t *x = json_object_get(object, key);
  return json_is_number(x) ? json_number_value(x) : NAN;
}

static rein_status bad_line(const rein_compare_job *job, int side, int line, const char *what) {
  rein_error(job->diag, nowhere, "'%s': line %d %s", job->c->set[side].path, line, what);
  return REIN_ERR_INPUT;
}

/* A text about the whole set: what differs from record to record is "several". */
static void unite(rein_arena *arena, const char **text, const char *more) {
  if (!*text)
    *text = rein_arena_strdup(arena, more);
  else if (strcmp(*text, more) != 0)
    *text = "several";
}

/* Why a number of an observable is null, from the most to the least certain source. */
static int why_null(rein_compare_job *job, const json_t *record, const char *key, const char *flag) {
  const char *path = rein_arena_printf(job->c->arena, "quantities.%s", key);
  const char *code = text_of(json_object_get(record, "unknown"), path);
  const char *failed = text_of(json_object_get(record, "failure"), "reason");
  if (strcmp(text_of(record, "status"), "failed") == 0) return detail(job, "failed: ", failed);
  if (*flag && strcmp(flag, "observed") != 0)
    return detail(job, strstr(key, "before") ? "before: " : "after: ", flag);
  return detail(job, "", *code ? code : "null without a reason");
}

static void json_change(rein_compare_job *job, const json_t *record, const json_t *q, double factor,
                        rein_compare_value *v) {
  const char *before = text_of(q, "flag_before"), *after = text_of(q, "flag_after");
  const bool censored_before = strcmp(before, "observed") != 0,
             censored_after = strcmp(after, "observed") != 0;
  if (job->c->latent) {
    v->change = number_of(q, "change") * factor;
    if (isnan(v->change)) v->detail = why_null(job, record, "change", "");
    return;
  }
  const double x = number_of(q, "measured_before"), y = number_of(q, "measured_after");
  v->change = censored_before || censored_after ? NAN : (y - x) * factor;
  if (!isnan(v->change)) return;
  v->detail = isnan(x) || censored_before ? why_null(job, record, "measured_before", before)
                                          : why_null(job, record, "measured_after", after);
}

static int8_t json_direction(const json_t *q) {
  const char *word = text_of(q, "direction");
  for (int8_t d = -1; d <= 1; d++)
    if (strcmp(word, rein_record_direction_word(d)) == 0) return d;
  return REIN_MISSING_BYTE;
}

/* Who: a number, a code, or the mean of a group, which is known by its study. */
static void json_who(rein_compare_job *job, int side, const json_t *record, rein_compare_value *v) {
  rein_comparison *c = job->c;
  rein_compare_set *set = &c->set[side];
  const json_t *who = json_object_get(record, "individual"), *about = json_object_get(record, "observed");
  const double n = number_of(about, "n_after");
  const char *name = json_string_value(who);
  if (json_is_integer(who) && json_integer_value(who) >= 0) {
    v->individual = json_integer_value(who);
    set->has_number = set->is_people = true;
    return;
  }
  if (name)
    set->has_name = true;
  else
    set->has_group = true;
  if (!name) name = rein_arena_printf(c->arena, "mean of %s", text_of(about, "study"));
  if (json_is_null(who) || !who) v->n = n >= 1.0 ? n : 1.0;
  set->is_people = true;
  v->individual = -1 - rein_compare_index(c->arena, &c->individual, name);
}

static void json_actions(rein_compare_job *job, int side, const json_t *record, rein_compare_value *v) {
  const json_t *list = json_object_get(record, "actions"), *action;
  size_t i;
  rein_text text;
  rein_text_init(&text, job->c->arena);
  rein_text_add(&text, "");
  if (!json_is_array(list)) v->action = -1;
  json_array_foreach(list, i, action) {
    add_action(job, v, &text, text_of(action, "name"), text_of(action, "unit"),
               number_of(action, "prescribed"));
  }
  end_actions(job, side, v, &text);
}

static rein_status json_record(rein_compare_job *job, int side, int line, const json_t *record) {
  rein_comparison *c = job->c;
  rein_compare_set *set = &c->set[side];
  const json_t *h = json_object_get(record, "horizon"), *list = json_object_get(record, "quantities"), *q;
  const rein_compare_horizon of = {.from = number_of(h, "from"),
                                   .to = number_of(h, "to"),
                                   .label = text_of(h, "label"),
                                   .unit = text_of(h, "unit")};
  rein_compare_value v = {.detail = -1};
  size_t i;
  if (strcmp(text_of(record, "record"), REIN_RECORD_VERSION) != 0 || isnan(of.from) || isnan(of.to))
    return bad_line(job, side, line, "is no transition record");
  v.horizon = horizon_of(job, of);
  if (v.horizon < 0) return REIN_ERR_INPUT;
  v.arm = arm_of(job, side, text_of(record, "arm"));
  json_who(job, side, record, &v);
  json_actions(job, side, record, &v);
  const double replicate = number_of(record, "replicate");
  if (replicate >= (double)set->n_replicate) set->n_replicate = (int64_t)replicate + 1;
  set->n_record++;
  set->n_failed += strcmp(text_of(record, "status"), "failed") == 0;
  json_array_foreach(list, i, q) {
    double factor;
    if (strcmp(text_of(q, "kind"), "observable") != 0) continue;
    v.observable = rein_compare_index(c->arena, &c->observable, text_of(q, "name"));
    const rein_status status = observable_factor(job, side, v.observable, text_of(q, "unit"), &factor);
    if (status != REIN_OK) return status;
    v.direction = json_direction(q);
    v.detail = -1;
    json_change(job, record, q, factor, &v);
    push(job, side, v);
  }
  return REIN_OK;
}

static void json_about(rein_compare_job *job, int side, const json_t *record) {
  rein_compare_set *set = &job->c->set[side];
  rein_arena *arena = job->c->arena;
  const json_t *from = json_object_get(record, "provenance");
  unite(arena, &set->origin, text_of(record, "origin"));
  unite(arena, &set->study, text_of(from, "study"));
  unite(arena, &set->model, text_of(from, "model"));
  unite(arena, &set->model_hash, text_of(from, "model_hash"));
  unite(arena, &set->scenario_hash, text_of(from, "scenario_hash"));
  unite(arena, &set->seed, text_of(from, "seed"));
}

/* One pass for what the set is (values false), one for its values. */
static rein_status each_line(rein_compare_job *job, int side, bool values) {
  const rein_source *source = job->source[side];
  rein_status status = REIN_OK;
  for (int line = 1; line <= source->n_line && status == REIN_OK; line++) {
    int n;
    const char *text = rein_source_line(source, line, &n);
    if (n == 0) continue;
    json_t *record = rein_json_read(job->c->arena, text, (size_t)n);
    if (!json_is_object(record))
      status = bad_line(job, side, line, "is no JSON object; expected transition records, one a line");
    else if (values)
      status = json_record(job, side, line, record);
    else
      json_about(job, side, record);
    rein_arena_release(job->c->arena, record);
  }
  return status;
}

static rein_status open_lines(rein_compare_job *job, int side) {
  rein_compare_set *set = &job->c->set[side];
  rein_status status = rein_files_read(job->c->arena, set->path, nowhere, job->diag, &job->source[side]);
  if (status == REIN_OK) status = each_line(job, side, false);
  if (status == REIN_OK && !set->origin) {
    rein_error(job->diag, nowhere, "'%s' holds no record", set->path);
    status = REIN_ERR_INPUT;
  }
  return status;
}

/* ---- either ---- */

rein_status rein_compare_open(rein_compare_job *job, int side) {
  const char *path = job->options->path[side];
  const char *manifest = rein_arena_printf(job->c->arena, "%s/%s", path, REIN_MANIFEST_NAME);
  job->c->set[side].path = path;
  job->c->set[side].n_replicate = 1;
  return rein_files_exists(manifest) ? open_folder(job, side) : open_lines(job, side);
}

rein_status rein_compare_read(rein_compare_job *job, int side) {
  return job->reader[side] ? read_folder(job, side) : each_line(job, side, true);
}
