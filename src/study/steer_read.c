/* Goals from their file, checked against the scenario and its model. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "src/base/files.h"
#include "src/base/sha256.h"
#include "src/import/sbml.h"
#include "src/lang/schema.h"
#include "src/study/steer_inside.h"

/* Share of people beyond a safety signal of the model, where the goals do not say it. */
#define DEFAULT_PROBABILITY 0.05

/* ---- what goals may contain; docs/steer.md is their reference ---- */

static const char *const HEAD_WORDS[] = {"steer/1", NULL};
static const rein_schema TEXT_RULE[] = {{.key = "", .kind = REIN_SCHEMA_TEXT}, {0}};
static const char *const SCALE_WORDS[] = {"linear", "log", NULL};
static const rein_schema ACTION_KEYS[] = {{.key = "field", .kind = REIN_SCHEMA_TEXT, .required = true},
                                          {.key = "from", .kind = REIN_SCHEMA_QUANTITY, .required = true},
                                          {.key = "to", .kind = REIN_SCHEMA_QUANTITY, .required = true},
                                          {.key = "scale", .kind = REIN_SCHEMA_WORD, .words = SCALE_WORDS},
                                          {0}};
static const rein_schema ACTION_RULE[] = {{.key = "", .kind = REIN_SCHEMA_MAP, .keys = ACTION_KEYS}, {0}};
static const rein_schema OBJECTIVE_KEYS[] = {
    {.key = "observable", .kind = REIN_SCHEMA_TEXT, .required = true},
    {.key = "want", .kind = REIN_SCHEMA_ANY, .required = true},
    {.key = "weight", .kind = REIN_SCHEMA_NUMBER},
    {0}};
static const rein_schema OBJECTIVE_RULE[] = {{.key = "", .kind = REIN_SCHEMA_MAP, .keys = OBJECTIVE_KEYS},
                                             {0}};
static const rein_schema LIMIT_KEYS[] = {
    {.key = "safety", .kind = REIN_SCHEMA_TEXT},          {.key = "observable", .kind = REIN_SCHEMA_TEXT},
    {.key = "below", .kind = REIN_SCHEMA_QUANTITY},       {.key = "above", .kind = REIN_SCHEMA_QUANTITY},
    {.key = "probability", .kind = REIN_SCHEMA_QUANTITY}, {0}};
static const rein_schema LIMIT_RULE[] = {{.key = "", .kind = REIN_SCHEMA_MAP, .keys = LIMIT_KEYS}, {0}};
static const rein_schema EDIT_KEYS[] = {{.key = "pin", .kind = REIN_SCHEMA_TEXT},
                                        {.key = "block", .kind = REIN_SCHEMA_TEXT},
                                        {.key = "override", .kind = REIN_SCHEMA_TEXT},
                                        {.key = "hypothesis", .kind = REIN_SCHEMA_TEXT},
                                        {.key = "at", .kind = REIN_SCHEMA_QUANTITY},
                                        {.key = "from", .kind = REIN_SCHEMA_QUANTITY},
                                        {.key = "to", .kind = REIN_SCHEMA_QUANTITY},
                                        {.key = "weight", .kind = REIN_SCHEMA_NUMBER},
                                        {.key = "by", .kind = REIN_SCHEMA_TEXT, .required = true},
                                        {.key = "why", .kind = REIN_SCHEMA_TEXT, .required = true},
                                        {0}};
static const rein_schema EDIT_RULE[] = {{.key = "", .kind = REIN_SCHEMA_MAP, .keys = EDIT_KEYS}, {0}};
static const rein_schema SEARCH_KEYS[] = {{.key = "points", .kind = REIN_SCHEMA_COUNT},
                                          {.key = "rounds", .kind = REIN_SCHEMA_COUNT},
                                          {.key = "people", .kind = REIN_SCHEMA_COUNT},
                                          {.key = "seed", .kind = REIN_SCHEMA_COUNT},
                                          {0}};
static const rein_schema CHECK_KEYS[] = {
    {.key = "people", .kind = REIN_SCHEMA_COUNT}, {.key = "seed", .kind = REIN_SCHEMA_COUNT}, {0}};
static const rein_schema TOP_KEYS[] = {
    {.key = "rein", .kind = REIN_SCHEMA_WORD, .required = true, .words = HEAD_WORDS},
    {.key = "name", .kind = REIN_SCHEMA_NAME, .required = true},
    {.key = "title", .kind = REIN_SCHEMA_TEXT},
    {.key = "notes", .kind = REIN_SCHEMA_TEXT},
    {.key = "scenario", .kind = REIN_SCHEMA_TEXT, .required = true},
    {.key = "arm", .kind = REIN_SCHEMA_TEXT, .required = true},
    {.key = "horizon", .kind = REIN_SCHEMA_TEXT},
    {.key = "actions", .kind = REIN_SCHEMA_MAP_OF, .required = true, .keys = ACTION_RULE},
    {.key = "objectives", .kind = REIN_SCHEMA_MAP_OF, .required = true, .keys = OBJECTIVE_RULE},
    {.key = "limits", .kind = REIN_SCHEMA_MAP_OF, .keys = LIMIT_RULE},
    {.key = "evidence", .kind = REIN_SCHEMA_LIST_OF, .keys = TEXT_RULE},
    {.key = "search", .kind = REIN_SCHEMA_MAP, .keys = SEARCH_KEYS},
    {.key = "check", .kind = REIN_SCHEMA_MAP, .keys = CHECK_KEYS},
    {.key = "edits", .kind = REIN_SCHEMA_LIST_OF, .keys = EDIT_RULE},
    {0}};

typedef struct {
  rein_steer_job *job;
  const rein_yaml *root;
} reader;

/* ---- helpers ---- */

static int n_of(const rein_yaml *list) {
  return !list ? 0 : list->kind == REIN_YAML_LIST ? list->n : 1;
}

static const rein_yaml *item_of(const rein_yaml *list, int i) {
  return list->kind == REIN_YAML_LIST ? list->item[i] : list;
}

static int unknown(const reader *r, const rein_yaml *node, const char *what, const rein_names *names) {
  const char *near = rein_names_closest(names, node->text);
  rein_error(r->job->diag, node->pos, "there is no %s '%s'%s%s%s", what, node->text,
             near ? ": did you mean '" : "", near ? near : "", near ? "'?" : "");
  return -1;
}

static int find_observable(const reader *r, const rein_yaml *node) {
  const rein_model *m = r->job->out->scenario->model;
  rein_names *names = rein_names_create(r->job->arena);
  for (size_t i = 0; i < m->n_observable; i++) rein_names_add(names, m->observable[i].name, (int)i);
  const int found = rein_names_find(names, node->text);
  return found >= 0 ? found : unknown(r, node, "observable", names);
}

static int find_safety(const reader *r, const rein_yaml *node) {
  const rein_model *m = r->job->out->scenario->model;
  rein_names *names = rein_names_create(r->job->arena);
  for (size_t i = 0; i < m->n_safety; i++) rein_names_add(names, m->safety[i].name, (int)i);
  const int found = rein_names_find(names, node->text);
  return found >= 0 ? found : unknown(r, node, "safety signal", names);
}

static bool read_in(const reader *r, const rein_yaml *node, const rein_unit *unit, const char *unit_text,
                    const char *what, double *out) {
  return rein_scenario_read_quantity(r->job->arena, r->job->units, r->job->diag, node, unit, unit_text, what,
                                     out);
}

/* ---- actions ---- */

static const char *unit_behind(const char *text, double *value) {
  char *end;
  *value = strtod(text, &end);
  while (*end == ' ') end++;
  return end;
}

/* Amounts have to be inside what the model is valid for; nothing switches that off. What is written per body
 * weight is judged as it is delivered; a unit that is neither is told where the scenario is read with it. */
static void check_valid(const reader *r, const rein_yaml *map, const rein_factor *f) {
  const char *text = f->field, *dot = strrchr(text, '.');
  if (strncmp(text, "actions.", 8) != 0 || strcmp(dot, ".amount") != 0) return;
  const char *line = rein_arena_strndup(r->job->arena, text + 8, (size_t)(dot - text - 8));
  const rein_action *a = rein_scenario_line_action(r->job->out->scenario, r->job->out->arm, line);
  if (!a || (!isfinite(a->valid_low) && !isfinite(a->valid_high))) return;
  const rein_yaml *ends[] = {rein_yaml_get(map, "from"), rein_yaml_get(map, "to")};
  rein_diag *quiet = rein_diag_create(r->job->arena);
  for (int i = 0; i < 2; i++) {
    double value;
    if (!rein_scenario_read_quantity(r->job->arena, r->job->units, quiet, ends[i], &a->unit, a->unit_text,
                                     "an amount", &value))
      return;
    if (value < a->valid_low || value > a->valid_high)
      rein_error(
          r->job->diag, ends[i]->pos,
          "%s is outside the range that the model is valid for, %g to %g %s of '%s': a search stays inside",
          ends[i]->text, a->valid_low, a->valid_high, a->unit_text, a->name);
  }
}

/* Only what the model declares as an action can be done; other parameters say what is true of people, and
 * limits may read them. */
static void refuse_parameter(const reader *r, const rein_yaml *field) {
  const rein_model *m = r->job->out->scenario->model;
  if (strncmp(field->text, "parameters.", 11) != 0) return;
  for (size_t i = 0; i < m->n_action; i++) {
    const rein_action *a = &m->action[i];
    if (a->param < 0 || strcmp(m->param[a->param].name, field->text + 11) != 0) continue;
    rein_error(r->job->diag, field->pos,
               "'%s' is no action: the model's action '%s' sets it, so vary 'actions.%s.amount'", field->text,
               a->name, a->name);
    return;
  }
  rein_error(r->job->diag, field->pos,
             "'%s' is no action of the model: a search varies only 'actions.<line>.<field>'", field->text);
}

static void read_actions(reader *r) {
  const rein_yaml *map = rein_yaml_get(r->root, "actions");
  rein_factor *factor = REIN_NEW(r->job->arena, rein_factor, map->n + 1);
  for (int i = 0; i < map->n; i++) {
    const rein_yaml *item = map->item[i], *scale = rein_yaml_get(item, "scale");
    rein_factor *f = &factor[i];
    *f = (rein_factor){.name = map->key[i],
                       .field = rein_yaml_get(item, "field")->text,
                       .log = scale && strcmp(scale->text, "log") == 0,
                       .typical = NAN};
    f->unit = unit_behind(rein_yaml_get(item, "from")->text, &f->low);
    const char *other = unit_behind(rein_yaml_get(item, "to")->text, &f->high);
    if (strcmp(f->unit, other) != 0 || !(f->low < f->high))
      rein_error(r->job->diag, rein_yaml_get(item, "to")->pos,
                 "'to' has to be above 'from', in the same unit");
    if (f->log && !(f->low > 0.0))
      rein_error(r->job->diag, rein_yaml_get(item, "from")->pos, "a range on a log scale begins above 0");
    check_valid(r, item, f);
    refuse_parameter(r, rein_yaml_get(item, "field"));
  }
  r->job->out->action = factor;
  r->job->out->n_action = map->n;
  if (map->n == 0) rein_error(r->job->diag, map->pos, "goals need at least one action that may be varied");
}

/* ---- objectives, limits ---- */

static bool read_want(const reader *r, const rein_yaml *node, rein_steer_objective *o) {
  const rein_observable *y = &r->job->out->scenario->model->observable[o->observable];
  if (node->kind == REIN_YAML_LIST && node->n == 2) {
    o->want = REIN_STEER_RANGE;
    const bool good = read_in(r, node->item[0], &y->unit, y->unit_text, "the range", &o->low) &&
                      read_in(r, node->item[1], &y->unit, y->unit_text, "the range", &o->high);
    if (good && o->low < o->high) return true;
    if (good) rein_error(r->job->diag, node->pos, "a range rises");
    return false;
  }
  if (node->kind == REIN_YAML_SCALAR && strcmp(node->text, "low") == 0) return o->want = REIN_STEER_LOW, true;
  if (node->kind == REIN_YAML_SCALAR && strcmp(node->text, "high") == 0)
    return o->want = REIN_STEER_HIGH, true;
  rein_error(r->job->diag, node->pos, "'want' is low, high, or a range such as [60 kg, 80 kg]");
  return false;
}

static void read_objectives(reader *r) {
  const rein_yaml *map = rein_yaml_get(r->root, "objectives");
  rein_steering *out = r->job->out;
  out->objective = REIN_NEW(r->job->arena, rein_steer_objective, map->n + 1);
  for (int i = 0; i < map->n; i++) {
    const rein_yaml *item = map->item[i], *weight = rein_yaml_get(item, "weight");
    rein_steer_objective *o = &out->objective[i];
    *o = (rein_steer_objective){.name = map->key[i], .weight = weight ? strtod(weight->text, NULL) : 1.0};
    o->observable = find_observable(r, rein_yaml_get(item, "observable"));
    if (o->observable >= 0) read_want(r, rein_yaml_get(item, "want"), o);
    if (!(o->weight > 0.0) || !isfinite(o->weight))
      rein_error(r->job->diag, weight->pos, "a weight is above 0; leave an objective out to ignore it");
  }
  out->n_objective = map->n;
  if (map->n == 0) rein_error(r->job->diag, map->pos, "goals need at least one objective");
}

static void read_limit(const reader *r, const char *name, const rein_yaml *item, rein_steer_limit *out) {
  const rein_yaml *safety = rein_yaml_get(item, "safety"), *observable = rein_yaml_get(item, "observable"),
                  *below = rein_yaml_get(item, "below"), *above = rein_yaml_get(item, "above"),
                  *probability = rein_yaml_get(item, "probability");
  *out = (rein_steer_limit){.name = name,
                            .safety = -1,
                            .observable = -1,
                            .below = INFINITY,
                            .above = -INFINITY,
                            .probability = DEFAULT_PROBABILITY};
  if ((safety != NULL) == (observable != NULL) || (safety && (below || above)) ||
      (observable && !below && !above)) {
    rein_error(r->job->diag, item->pos,
               "a limit has 'safety', or 'observable' with 'below' or 'above'; and 'probability'");
    return;
  }
  if (safety) out->safety = find_safety(r, safety);
  if (observable) out->observable = find_observable(r, observable);
  const rein_observable *y =
      out->observable >= 0 ? &r->job->out->scenario->model->observable[out->observable] : NULL;
  if (y && below) read_in(r, below, &y->unit, y->unit_text, "the limit", &out->below);
  if (y && above) read_in(r, above, &y->unit, y->unit_text, "the limit", &out->above);
  if (!probability) return;
  char *end;
  out->probability = strtod(probability->text, &end);
  while (*end == ' ') end++;
  if (*end == '%') out->probability /= 100.0;
  if (!(out->probability >= 0.0) || out->probability > 0.5)
    rein_error(r->job->diag, probability->pos,
               "the share of people beyond a limit is from 0 to 50 %%: a limit cannot be switched off");
}

/* Every safety signal of the model is a limit, said or not. */
static void read_limits(reader *r) {
  const rein_yaml *map = rein_yaml_get(r->root, "limits");
  rein_steering *out = r->job->out;
  const rein_model *m = out->scenario->model;
  out->limit = REIN_NEW(r->job->arena, rein_steer_limit, (size_t)(map ? map->n : 0) + m->n_safety + 1);
  for (int i = 0; map && i < map->n; i++)
    read_limit(r, map->key[i], map->item[i], &out->limit[out->n_limit++]);
  for (size_t k = 0; k < m->n_safety; k++) {
    bool said = false;
    for (int i = 0; map && i < map->n; i++) said = said || out->limit[i].safety == (int)k;
    if (said) continue;
    out->limit[out->n_limit++] = (rein_steer_limit){.name = m->safety[k].name,
                                                    .safety = (int)k,
                                                    .observable = -1,
                                                    .below = INFINITY,
                                                    .above = -INFINITY,
                                                    .probability = DEFAULT_PROBABILITY};
  }
}

/* ---- edits ---- */

static int find_named(const reader *r, const rein_yaml *node, const char *what, bool objective) {
  const rein_steering *out = r->job->out;
  rein_names *names = rein_names_create(r->job->arena);
  for (int i = 0; i < (objective ? out->n_objective : out->n_action); i++)
    rein_names_add(names, objective ? out->objective[i].name : out->action[i].name, i);
  const int found = rein_names_find(names, node->text);
  return found >= 0 ? found : unknown(r, node, what, names);
}

/* A value in the action's own unit, inside its range. */
static double edit_value(const reader *r, const rein_yaml *edit, const char *key, int action) {
  const rein_yaml *node = rein_yaml_get(edit, key);
  const rein_factor *f = &r->job->out->action[action];
  double value = NAN;
  if (!node || strcmp(unit_behind(node->text, &value), f->unit) != 0 || value < f->low || value > f->high) {
    rein_error(r->job->diag, node ? node->pos : edit->pos, "'%s' is needed in %s, from %g to %g", key,
               *f->unit ? f->unit : "no unit", f->low, f->high);
    return NAN;
  }
  return value;
}

static void read_edit(const reader *r, const rein_yaml *item, rein_steer_edit *e) {
  static const char *const KEYS[] = {"pin", "block", "override", "hypothesis"};
  int n = 0;
  for (int k = 0; k < 4; k++) {
    const rein_yaml *node = rein_yaml_get(item, KEYS[k]);
    if (!node) continue;
    n++;
    *e = (rein_steer_edit){.kind = (rein_steer_edit_kind)k,
                           .what = node->text,
                           .by = rein_yaml_get(item, "by")->text,
                           .why = rein_yaml_get(item, "why")->text,
                           .i = -1};
    if (k == REIN_EDIT_HYPOTHESIS) continue;
    e->i = find_named(r, node, k == REIN_EDIT_OVERRIDE ? "objective" : "action", k == REIN_EDIT_OVERRIDE);
    if (e->i < 0) continue;
    if (k == REIN_EDIT_PIN) e->low = e->high = edit_value(r, item, "at", e->i);
    if (k == REIN_EDIT_BLOCK) {
      e->low = edit_value(r, item, "from", e->i);
      e->high = edit_value(r, item, "to", e->i);
    }
    const rein_yaml *weight = rein_yaml_get(item, "weight");
    if (k == REIN_EDIT_OVERRIDE && (!weight || !(strtod(weight->text, NULL) > 0.0)))
      rein_error(r->job->diag, item->pos, "an override gives an objective another 'weight', above 0");
    else if (k == REIN_EDIT_OVERRIDE)
      r->job->out->objective[e->i].weight = e->low = e->high = strtod(weight->text, NULL);
  }
  if (n != 1)
    rein_error(r->job->diag, item->pos,
               "an edit is one of pin, block, override, hypothesis, with by and why");
}

static void read_edits(reader *r) {
  const rein_yaml *list = rein_yaml_get(r->root, "edits");
  rein_steering *out = r->job->out;
  out->n_edit = n_of(list);
  out->edit = REIN_NEW(r->job->arena, rein_steer_edit, out->n_edit + 1);
  for (int i = 0; i < out->n_edit; i++) read_edit(r, item_of(list, i), &out->edit[i]);
  int n_free = out->n_action;
  for (int a = 0; a < out->n_action; a++) {
    bool pinned = false;
    for (int i = 0; i < out->n_edit; i++)
      pinned = pinned || (out->edit[i].kind == REIN_EDIT_PIN && out->edit[i].i == a);
    n_free -= pinned;
  }
  if (n_free == 0 && out->n_action > 0)
    rein_error(r->job->diag, list->pos,
               "every action is pinned, so that one point is left: a search shows choices to compare, never "
               "a single one; leave an action free");
}

/* ---- sizes ---- */

static int64_t count(const reader *r, const char *section, const char *key, int64_t least, int64_t most,
                     int64_t otherwise) {
  const rein_yaml *map = rein_yaml_get(r->root, section), *node = map ? rein_yaml_get(map, key) : NULL;
  const int64_t value = node ? strtoll(node->text, NULL, 10) : otherwise;
  if (value < least || value > most)
    rein_error(r->job->diag, node->pos, "'%s' is from %lld to %lld", key, (long long)least, (long long)most);
  return value;
}

static void read_sizes(reader *r) {
  rein_steering *out = r->job->out;
  out->n_point = (int)count(r, "search", "points", 16, 4096, 128);
  out->n_round = (int)count(r, "search", "rounds", 0, 20, 4);
  out->n_search = count(r, "search", "people", REIN_STEER_PEOPLE, 100000, 100);
  out->search_seed = (uint64_t)count(r, "search", "seed", 0, INT64_MAX, 1);
  out->n_check = count(r, "check", "people", REIN_STEER_PEOPLE, 100000, 400);
  out->check_seed = (uint64_t)count(r, "check", "seed", 0, INT64_MAX, 2);
  if (out->search_seed == out->check_seed)
    rein_error(r->job->diag, r->root->pos, "the check needs another seed than the search: other people");
}

/* ---- scenario ---- */

static void choose_horizon(reader *r) {
  const rein_yaml *node = rein_yaml_get(r->root, "horizon");
  const rein_scenario *s = r->job->out->scenario;
  rein_names *names = rein_names_create(r->job->arena);
  int h = s->n_horizon - 1;
  for (int i = 0; i < s->n_horizon; i++) rein_names_add(names, s->horizon[i].label, i);
  if (node) h = rein_names_find(names, node->text);
  if (h < 0) {
    unknown(r, node, "horizon", names);
    h = 0;
  }
  r->job->out->i_horizon = h;
  r->job->out->horizon = s->horizon[h].label;
  r->job->i_before = s->horizon[h].i_before;
  r->job->i_after = s->horizon[h].i_after;
  if (s->time[r->job->i_after] > s->model->horizon)
    rein_error(r->job->diag, node ? node->pos : r->root->pos, "the model is valid up to %g %s, not to %g",
               s->model->horizon, s->model->time_unit_text, s->time[r->job->i_after]);
}

static rein_status read_scenario(reader *r) {
  const rein_yaml *node = rein_yaml_get(r->root, "scenario");
  rein_steer_job *job = r->job;
  rein_scenario_options wanted = job->options->scenario;
  rein_scenario *s;
  wanted.importer = rein_import_sbml;
  job->scenario_path = rein_files_resolve(job->arena, job->path, node->text);
  const rein_status status =
      rein_scenario_read(job->arena, job->units, job->scenario_path, &wanted, job->diag, &s);
  if (status != REIN_OK) return status;
  job->out->scenario = s;
  rein_model_hash(s->model, job->arena, job->out->model_hash);
  return REIN_OK;
}

static void read_evidence(reader *r) {
  const rein_yaml *list = rein_yaml_get(r->root, "evidence");
  const char **path = REIN_NEW(r->job->arena, const char *, n_of(list) + 1);
  for (int i = 0; i < n_of(list); i++)
    path[i] = rein_files_resolve(r->job->arena, r->job->path, item_of(list, i)->text);
  r->job->evidence = path;
  r->job->n_evidence = n_of(list);
}

rein_status rein_steer_read(rein_steer_job *job) {
  reader r = {.job = job};
  const rein_source *source;
  rein_steering *out = job->out;
  rein_status status = rein_files_read(job->arena, job->path, (rein_pos){0}, job->diag, &source);
  if (status == REIN_OK) status = rein_yaml_parse(job->arena, source, job->diag, &r.root);
  if (status != REIN_OK) return status;
  if (r.root->kind != REIN_YAML_MAP) {
    rein_error(job->diag, r.root->pos, "goals are a map that begins with 'rein: steer/1'");
    return REIN_ERR_INPUT;
  }
  if (!rein_schema_check(r.root, TOP_KEYS, "goals", job->diag)) return REIN_ERR_INPUT;
  rein_sha256_hex(source->bytes, source->n_byte, out->goals_hash);
  out->name = rein_yaml_get(r.root, "name")->text;
  const rein_yaml *title = rein_yaml_get(r.root, "title");
  out->title = title ? title->text : out->name;
  out->arm = rein_yaml_get(r.root, "arm")->text;
  status = read_scenario(&r);
  if (status != REIN_OK) return status;
  choose_horizon(&r);
  read_actions(&r);
  read_objectives(&r);
  read_limits(&r);
  read_edits(&r);
  read_sizes(&r);
  read_evidence(&r);
  return rein_diag_status(job->diag);
}
