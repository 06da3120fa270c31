/* A query from its file: what is asked, and the scenario that each state becomes. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "src/base/files.h"
#include "src/base/names.h"
#include "src/import/sbml.h"
#include "src/lang/schema.h"
#include "src/lang/yaml_make.h"
#include "src/study/prior_inside.h"

#define DEFAULT_N 8192
#define DEFAULT_PEOPLE 8
#define DEFAULT_BATCHES 16
#define DEFAULT_LEAST 100
#define MOST_DRAWS 100000000
#define MOST_ARMS 128 /* of states simulated together: more lanes a batch would gain nothing */

/* ---- what a query may contain; docs/priors.md is its reference ---- */

static const char *const HEAD_WORDS[] = {"prior/1", NULL};
static const char *const DRAW_WORDS[] = {"sobol", "philox", NULL};
static const char *const BY_WORDS[] = {"weights", "kalman", NULL};
static const rein_schema TEXT_RULE[] = {{.key = "", .kind = REIN_SCHEMA_TEXT}, {0}};
static const rein_schema QUANTITY_RULE[] = {{.key = "", .kind = REIN_SCHEMA_QUANTITY}, {0}};
static const rein_schema ANY_RULE[] = {{.key = "", .kind = REIN_SCHEMA_ANY}, {0}};
static const rein_schema MEASURED_KEYS[] = {{.key = "observable", .kind = REIN_SCHEMA_TEXT, .required = true},
                                            {.key = "at", .kind = REIN_SCHEMA_QUANTITY},
                                            {.key = "value", .kind = REIN_SCHEMA_QUANTITY},
                                            {.key = "below", .kind = REIN_SCHEMA_QUANTITY},
                                            {.key = "above", .kind = REIN_SCHEMA_QUANTITY},
                                            {.key = "sd", .kind = REIN_SCHEMA_QUANTITY},
                                            {0}};
static const rein_schema MEASURED_RULE[] = {
    {.key = "", .kind = REIN_SCHEMA_MAP, .required = true, .keys = MEASURED_KEYS}, {0}};
static const rein_schema STATE_KEYS[] = {
    {.key = "title", .kind = REIN_SCHEMA_TEXT},
    {.key = "history", .kind = REIN_SCHEMA_LIST_OF, .keys = ANY_RULE},
    {.key = "known", .kind = REIN_SCHEMA_ANY},
    {.key = "measured", .kind = REIN_SCHEMA_LIST_OF, .keys = MEASURED_RULE},
    {.key = "by", .kind = REIN_SCHEMA_WORD, .words = BY_WORDS},
    {0}};
static const rein_schema STATE_RULE[] = {
    {.key = "", .kind = REIN_SCHEMA_MAP, .keys = STATE_KEYS, .or_text = true}, {0}};
static const rein_schema ACTION_KEYS[] = {{.key = "title", .kind = REIN_SCHEMA_TEXT},
                                          {.key = "actions", .kind = REIN_SCHEMA_LIST_OF, .keys = ANY_RULE},
                                          {.key = "parameters", .kind = REIN_SCHEMA_ANY},
                                          {.key = "periods", .kind = REIN_SCHEMA_ANY},
                                          {0}};
static const rein_schema ACTION_RULE[] = {{.key = "", .kind = REIN_SCHEMA_MAP, .keys = ACTION_KEYS}, {0}};
static const rein_schema TOP_KEYS[] = {
    {.key = "rein", .kind = REIN_SCHEMA_WORD, .required = true, .words = HEAD_WORDS},
    {.key = "name", .kind = REIN_SCHEMA_NAME, .required = true},
    {.key = "title", .kind = REIN_SCHEMA_TEXT},
    {.key = "notes", .kind = REIN_SCHEMA_TEXT},
    {.key = "model", .kind = REIN_SCHEMA_TEXT, .required = true},
    {.key = "seed", .kind = REIN_SCHEMA_COUNT},
    {.key = "n", .kind = REIN_SCHEMA_COUNT},
    {.key = "people", .kind = REIN_SCHEMA_COUNT},
    {.key = "batches", .kind = REIN_SCHEMA_COUNT},
    {.key = "draws", .kind = REIN_SCHEMA_WORD, .words = DRAW_WORDS},
    {.key = "least", .kind = REIN_SCHEMA_COUNT},
    {.key = "covariates", .kind = REIN_SCHEMA_ANY},
    {.key = "parameters", .kind = REIN_SCHEMA_ANY},
    {.key = "states", .kind = REIN_SCHEMA_MAP_OF, .required = true, .keys = STATE_RULE},
    {.key = "actions", .kind = REIN_SCHEMA_MAP_OF, .required = true, .keys = ACTION_RULE},
    {.key = "horizons", .kind = REIN_SCHEMA_LIST_OF, .required = true, .keys = QUANTITY_RULE},
    {.key = "observables", .kind = REIN_SCHEMA_LIST_OF, .keys = TEXT_RULE},
    {.key = "keep", .kind = REIN_SCHEMA_LIST_OF, .keys = TEXT_RULE},
    {.key = "start", .kind = REIN_SCHEMA_QUANTITY},
    {.key = "solver", .kind = REIN_SCHEMA_ANY},
    {0}};

/* ---- numbers of the head ---- */

static bool read_count(rein_prior_reader *r, const char *key, int64_t least, int64_t most, int64_t otherwise,
                       int64_t *out) {
  const rein_yaml *node = rein_yaml_get(r->root, key);
  *out = node ? strtoll(node->text, NULL, 10) : otherwise;
  if (*out >= least && *out <= most) return true;
  rein_error(r->diag, node->pos, "'%s' has to be from %lld to %lld, and is %s", key, (long long)least,
             (long long)most, node->text);
  return false;
}

/* Draws are rounded up to whole batches of whole replicates. */
static bool read_draws(rein_prior_reader *r) {
  rein_prior *p = r->prior;
  int64_t n, n_batch, least;
  bool good = read_count(r, "n", 1, MOST_DRAWS, DEFAULT_N, &n);
  good = read_count(r, "people", 2, 10000, DEFAULT_PEOPLE, &p->n_person) && good;
  good = read_count(r, "batches", 4, REIN_NESTED_BATCHES, DEFAULT_BATCHES, &n_batch) && good;
  good = read_count(r, "least", 2, MOST_DRAWS, DEFAULT_LEAST, &least) && good;
  if (!good) return false;
  if (r->options->n > 0) n = r->options->n;
  const rein_yaml *draws = rein_yaml_get(r->root, "draws");
  const int64_t unit = p->n_person * n_batch;
  p->sobol = !draws || strcmp(draws->text, "sobol") == 0;
  p->n_batch = (int)n_batch;
  p->n_replicate = (n + unit - 1) / unit * n_batch;
  p->least = (double)least;
  return true;
}

static void read_states(rein_prior_reader *r) {
  const rein_yaml *map = rein_yaml_get(r->root, "states");
  rein_prior *p = r->prior;
  p->n_state = map->n;
  p->state = REIN_NEW(r->arena, rein_prior_state, map->n);
  for (int i = 0; i < map->n; i++) {
    const rein_yaml *item = map->item[i], *by = rein_yaml_get(item, "by");
    p->state[i] = (rein_prior_state){.name = map->key[i],
                                     .pos = map->key_pos[i],
                                     .history = rein_yaml_get(item, "history"),
                                     .known = rein_yaml_get(item, "known"),
                                     .measured_node = rein_yaml_get(item, "measured")};
    if (by && strcmp(by->text, "kalman") == 0) p->state[i].by = REIN_PRIOR_KALMAN;
    if (item->kind == REIN_YAML_SCALAR && strcmp(item->text, "initial") != 0)
      rein_error(r->diag, item->pos,
                 "state '%s': expected 'initial', or a map with history, known, measured, by; found '%s'",
                 map->key[i], item->text);
    if (by && p->state[i].by == REIN_PRIOR_KALMAN && !p->sobol)
      rein_error(r->diag, by->pos, "a Kalman update moves Sobol points; 'draws: philox' has none");
    if (by && !p->state[i].measured_node)
      rein_error(r->diag, by->pos, "'by' says how a state is told from what is measured, and nothing is");
  }
}

static void read_actions(rein_prior_reader *r) {
  const rein_yaml *map = rein_yaml_get(r->root, "actions");
  rein_prior *p = r->prior;
  p->n_action = map->n;
  p->action = REIN_NEW(r->arena, rein_prior_action, map->n);
  for (int i = 0; i < map->n; i++)
    p->action[i] = (rein_prior_action){.name = map->key[i], .pos = map->key_pos[i], .node = map->item[i]};
}

static void read_horizons(rein_prior_reader *r) {
  const rein_yaml *list = rein_yaml_get(r->root, "horizons");
  const int n = list->kind == REIN_YAML_LIST ? list->n : 1;
  rein_prior *p = r->prior;
  p->n_horizon = n;
  p->horizon = REIN_NEW(r->arena, const char *, n);
  p->length = REIN_NEW(r->arena, double, n);
  for (int i = 0; i < n; i++) p->horizon[i] = (list->kind == REIN_YAML_LIST ? list->item[i] : list)->text;
}

/* The model, once for all states. */
static rein_status read_model(rein_prior_reader *r) {
  const rein_yaml *node = rein_yaml_get(r->root, "model");
  rein_model *model;
  const rein_status status =
      rein_model_read_with(r->arena, r->units, node->text, node->pos, rein_import_sbml, r->diag, &model);
  if (status != REIN_OK) return status;
  r->prior->model = model;
  return REIN_OK;
}

rein_status rein_prior_read(rein_prior_reader *r) {
  const rein_source *source;
  rein_status status = rein_files_read(r->arena, r->path, (rein_pos){0}, r->diag, &source);
  if (status == REIN_OK) status = rein_yaml_parse(r->arena, source, r->diag, &r->root);
  if (status != REIN_OK) return status;
  if (r->root->kind != REIN_YAML_MAP) {
    rein_error(r->diag, r->root->pos, "a query is a map that begins with 'rein: prior/1'");
    return REIN_ERR_INPUT;
  }
  if (!rein_schema_check(r->root, TOP_KEYS, "prior", r->diag)) return REIN_ERR_INPUT;
  const rein_yaml *title = rein_yaml_get(r->root, "title");
  rein_prior *p = r->prior;
  p->name = rein_yaml_get(r->root, "name")->text;
  p->title = title ? title->text : p->name;
  p->path = r->path;
  read_draws(r);
  read_states(r);
  read_actions(r);
  read_horizons(r);
  if (p->n_state == 0 || p->n_action == 0 || p->n_horizon == 0)
    rein_error(r->diag, r->root->pos, "a query needs at least one state, one action and one horizon");
  if (rein_diag_status(r->diag) != REIN_OK) return REIN_ERR_INPUT;
  return read_model(r);
}

/* ---- a state as a scenario ---- */

static int length_of(const rein_yaml *list) {
  return !list ? 0 : list->kind == REIN_YAML_LIST ? list->n : 1;
}

static const rein_yaml *item_of(const rein_yaml *list, int i) {
  return list->kind == REIN_YAML_LIST ? list->item[i] : list;
}

static rein_yaml *join_lists(rein_arena *arena, rein_pos pos, const rein_yaml *a, const rein_yaml *b) {
  const int n = length_of(a), m = length_of(b);
  rein_yaml *list = rein_yaml_make(arena, REIN_YAML_LIST, pos, "", n + m);
  for (int i = 0; i < n + m; i++)
    list->item[list->n++] = (rein_yaml *)(i < n ? item_of(a, i) : item_of(b, i - n));
  return list;
}

static rein_yaml *make_arm(rein_prior_reader *r, const rein_prior_state *state,
                           const rein_prior_action *action) {
  const rein_yaml *from = action->node;
  rein_yaml *arm = rein_yaml_make(r->arena, REIN_YAML_MAP, action->pos, "", 8);
  rein_yaml_put(arm, "title", rein_yaml_get(from, "title"));
  rein_yaml_put(arm, "parameters", rein_yaml_get(from, "parameters"));
  rein_yaml_put(arm, "periods", rein_yaml_get(from, "periods"));
  rein_yaml_put(arm, "initial", state->known);
  rein_yaml_put(arm, "actions",
                join_lists(r->arena, action->pos, state->history, rein_yaml_get(from, "actions")));
  return arm;
}

static rein_yaml *make_measure(rein_prior_reader *r, const rein_prior_state *state) {
  const int n = length_of(state->measured_node);
  const char *unit = r->prior->model->time_unit_text;
  rein_yaml *measure = rein_yaml_make(r->arena, REIN_YAML_MAP, r->root->pos, "", 1),
            *list = rein_yaml_make(r->arena, REIN_YAML_LIST, r->root->pos, "", n + 1);
  const char *zero = r->prior->model->time_unit.unknown ? "0" : rein_arena_printf(r->arena, "0 %s", unit);
  list->item[list->n++] = rein_yaml_make(r->arena, REIN_YAML_SCALAR, r->root->pos, zero, 0);
  for (int i = 0; i < n; i++) {
    const rein_yaml *at = rein_yaml_get(item_of(state->measured_node, i), "at");
    if (at) list->item[list->n++] = (rein_yaml *)at;
  }
  rein_yaml_put(measure, "at", list);
  return measure;
}

static rein_yaml *make_tree(rein_prior_reader *r, rein_prior_group group) {
  const rein_prior *p = r->prior;
  rein_arena *a = r->arena;
  const rein_pos pos = r->root->pos;
  rein_yaml *top = rein_yaml_make(a, REIN_YAML_MAP, pos, "", 16),
            *cohort = rein_yaml_make(a, REIN_YAML_MAP, pos, "", 3),
            *arms = rein_yaml_make(a, REIN_YAML_MAP, pos, "", group.n * p->n_action),
            *keep = rein_yaml_make(a, REIN_YAML_LIST, pos, "", 1);
  rein_yaml_put_text(a, top, "rein", "scenario/1");
  rein_yaml_put(top, "name", rein_yaml_get(r->root, "name"));
  rein_yaml_put(top, "model", rein_yaml_get(r->root, "model"));
  rein_yaml_put(top, "seed", rein_yaml_get(r->root, "seed"));
  rein_yaml_put_text(a, cohort, "n", rein_arena_printf(a, "%lld", (long long)p->n_person));
  rein_yaml_put_text(a, cohort, "replicates", rein_arena_printf(a, "%lld", (long long)p->n_replicate));
  rein_yaml_put(cohort, "covariates", rein_yaml_get(r->root, "covariates"));
  rein_yaml_put(top, "cohort", cohort);
  rein_yaml_put(top, "parameters", rein_yaml_get(r->root, "parameters"));
  for (int i = 0; i < group.n * p->n_action; i++) {
    const rein_prior_state *state = &p->state[group.first + i / p->n_action];
    const rein_prior_action *action = &p->action[i % p->n_action];
    const char *name =
        group.n == 1 ? action->name : rein_arena_printf(a, "%s_in_%d", action->name, i / p->n_action);
    rein_yaml_put(arms, name, make_arm(r, state, action));
    arms->key_pos[i] = action->pos;
  }
  rein_yaml_put(top, "arms", arms);
  rein_yaml_put(top, "start", rein_yaml_get(r->root, "start"));
  rein_yaml_put(top, "measure", make_measure(r, &p->state[group.first]));
  rein_yaml_put(top, "horizons", rein_yaml_get(r->root, "horizons"));
  keep->item[keep->n++] = rein_yaml_make(a, REIN_YAML_SCALAR, pos, "observables", 0);
  rein_yaml_put(top, "keep", join_lists(a, pos, keep, rein_yaml_get(r->root, "keep")));
  rein_yaml_put(top, "solver", rein_yaml_get(r->root, "solver"));
  return top;
}

/* ---- measurements of a state ---- */

static int find_observable(rein_prior_reader *r, const rein_yaml *node) {
  const rein_model *model = r->prior->model;
  rein_names *names = rein_names_create(r->arena);
  for (size_t i = 0; i < model->n_observable; i++) {
    if (strcmp(model->observable[i].name, node->text) == 0) return (int)i;
    rein_names_add(names, model->observable[i].name, (int)i);
  }
  const char *closest = rein_names_closest(names, node->text);
  rein_error(r->diag, node->pos, "there is no observable '%s'%s%s%s", node->text,
             closest ? ", did you mean '" : "", closest ? closest : "", closest ? "'?" : "");
  return -1;
}

static bool read_number(rein_prior_reader *r, const rein_yaml *node, const rein_observable *o,
                        const char *what, double *out) {
  return rein_scenario_read_quantity(r->arena, r->units, r->diag, node, &o->unit, o->unit_text, what, out);
}

/* What is beyond a limit of detection is not read as a value; nor is the limit itself, since records write it
 * for what is beyond. */
static bool check_limits(rein_prior_reader *r, const rein_yaml *node, const rein_observable *o,
                         double value) {
  const bool low = value <= o->limit_low, at = value == o->limit_low || value == o->limit_high;
  if (!low && !(value >= o->limit_high)) return true;
  const double limit = low ? o->limit_low : o->limit_high;
  rein_error(r->diag, node->pos,
             "'value' %.6g %s of '%s' is %s its limit of detection, %.6g %s%s: did you mean '%s: %.6g %s'?",
             value, o->unit_text, o->name,
             at    ? "at"
             : low ? "below"
                   : "above",
             limit, o->unit_text, at ? ", which rein's records write for all that is beyond it" : "",
             low ? "below" : "above", limit, o->unit_text);
  return false;
}

/* `value`, `below` or `above`: one of them. */
static bool read_measured_value(rein_prior_reader *r, const rein_yaml *node, const rein_observable *o,
                                rein_prior_measured *out) {
  static const char *const KEYS[] = {"value", "below", "above"};
  static const int CENSORED[] = {0, -1, 1};
  const rein_yaml *sd = rein_yaml_get(node, "sd");
  int n = 0;
  bool good = true;
  for (int k = 0; k < 3; k++) {
    const rein_yaml *value = rein_yaml_get(node, KEYS[k]);
    if (!value) continue;
    n++;
    out->censored = CENSORED[k];
    good = read_number(r, value, o, KEYS[k], &out->value) &&
           (out->censored != 0 || check_limits(r, value, o, out->value)) && good;
  }
  if (n != 1) rein_error(r->diag, node->pos, "a measurement has one of 'value', 'below', 'above'");
  out->sd = NAN;
  if (sd) good = read_number(r, sd, o, "sd", &out->sd) && good;
  if (sd && good && !(out->sd > 0.0)) rein_error(r->diag, sd->pos, "'sd' has to be above 0");
  if (!sd && o->noise == REIN_NOISE_NONE) {
    rein_error(r->diag, node->pos, "the model declares no noise for '%s': a measurement of it needs its 'sd'",
               o->name);
    return false;
  }
  return good && n == 1 && !(out->sd <= 0.0);
}

static bool read_measured(rein_prior_reader *r, const rein_yaml *node, const rein_scenario *s,
                          rein_prior_measured *out) {
  const rein_model *model = r->prior->model;
  const rein_yaml *at = rein_yaml_get(node, "at");
  *out = (rein_prior_measured){.observable = find_observable(r, rein_yaml_get(node, "observable"))};
  if (out->observable < 0) return false;
  if (at && !rein_scenario_read_quantity(r->arena, r->units, r->diag, at, &model->time_unit,
                                         model->time_unit_text, "'at'", &out->time))
    return false;
  out->time = rein_scenario_round_time(out->time);
  if (out->time > 0.0) {
    rein_error(r->diag, at->pos,
               "a state is told from what is measured up to time 0, where the horizons begin");
    return false;
  }
  while (out->i_time < s->n_time && s->time[out->i_time] != out->time) out->i_time++;
  return read_measured_value(r, node, &model->observable[out->observable], out);
}

static bool read_all_measured(rein_prior_reader *r, rein_prior_state *state, const rein_scenario *s) {
  const int n = length_of(state->measured_node);
  bool good = true;
  state->n_measured = n;
  state->measured = REIN_NEW(r->arena, rein_prior_measured, n);
  for (int i = 0; i < n; i++) {
    const rein_yaml *node = item_of(state->measured_node, i);
    good = read_measured(r, node, s, &state->measured[i]) && good;
    if (state->measured[i].censored == 0 || state->by != REIN_PRIOR_KALMAN) continue;
    rein_error(r->diag, node->pos, "a Kalman update takes values, not limits; use 'by: weights'");
    good = false;
  }
  for (int a = 0; a < r->prior->n_action && n > 0; a++) {
    if (!rein_yaml_get(r->prior->action[a].node, "parameters")) continue;
    rein_error(
        r->diag, r->prior->action[a].pos,
        "'%s' sets parameters from the start on, so what was measured of state '%s' would not be of it",
        r->prior->action[a].name, state->name);
    good = false;
  }
  return good;
}

/* ---- what is asked for ---- */

static bool is_listed(const rein_yaml *list, const char *name) {
  for (int i = 0; i < length_of(list); i++)
    if (strcmp(item_of(list, i)->text, name) == 0) return true;
  return !list;
}

static rein_prior_quantity quantity_of(const rein_model *m, int row) {
  size_t i = (size_t)row;
  if (i < m->n_state)
    return (rein_prior_quantity){m->state[i].name, m->state[i].unit_text, m->state[i].title, -1};
  i -= m->n_state;
  if (i < m->n_observable)
    return (rein_prior_quantity){m->observable[i].name, m->observable[i].unit_text, m->observable[i].title,
                                 (int)i};
  i -= m->n_observable;
  if (i < m->n_value)
    return (rein_prior_quantity){m->value[i].name, m->value[i].unit_text, m->value[i].title, -1};
  i -= m->n_value;
  return (rein_prior_quantity){m->process[i].name, m->process[i].unit_text, m->process[i].title, -1};
}

/* The kept rows that are asked for: observables, then what `keep` adds. */
static bool read_quantities(rein_prior_reader *r, rein_scenario *s) {
  const rein_yaml *observables = rein_yaml_get(r->root, "observables");
  const rein_model *m = r->prior->model;
  rein_prior *p = r->prior;
  bool good = true;
  for (int i = 0; i < length_of(observables); i++)
    good = find_observable(r, item_of(observables, i)) >= 0 && good;
  if (!good) return false;
  p->quantity = REIN_NEW(r->arena, rein_prior_quantity, s->n_keep);
  int *keep = REIN_NEW(r->arena, int, s->n_keep + (int)m->n_observable);
  p->n_quantity = 0;
  for (int k = 0; k < s->n_keep; k++) {
    const rein_prior_quantity q = quantity_of(m, s->keep[k]);
    if (q.observable >= 0 && !is_listed(observables, q.name)) continue;
    keep[p->n_quantity] = s->keep[k];
    p->quantity[p->n_quantity++] = q;
  }
  /* Behind them the observables that states are told from. */
  int n = p->n_quantity;
  for (size_t o = 0; o < m->n_observable; o++) keep[n++] = (int)(m->n_state + o);
  s->keep = keep;
  s->n_keep = n;
  if (p->n_quantity == 0) rein_error(r->diag, r->root->pos, "there is no observable to ask for; say 'keep'");
  return p->n_quantity > 0;
}

rein_prior_group rein_prior_group_from(const rein_prior *p, int first) {
  rein_prior_group group = {first, 0};
  for (int i = first; i < p->n_state && (group.n + 1) * p->n_action <= MOST_ARMS; i++, group.n++)
    if (p->state[i].measured_node || p->state[i].history) break;
  if (group.n == 0) group.n = 1;
  return group;
}

rein_status rein_prior_read_scenario(rein_prior_reader *r, rein_prior_group group, rein_scenario **out) {
  rein_prior *p = r->prior;
  const rein_scenario_options options = {.has_seed = r->options->has_seed,
                                         .seed = r->options->seed,
                                         .importer = rein_import_sbml,
                                         .model = p->model};
  rein_scenario *s;
  const rein_status status =
      rein_scenario_read_tree(r->arena, r->units, r->path, make_tree(r, group), &options, r->diag, &s);
  if (status != REIN_OK) return status;
  bool good = read_all_measured(r, &p->state[group.first], s);
  good = read_quantities(r, s) && good;
  if (!good) return REIN_ERR_INPUT;
  for (int h = 0; h < p->n_horizon; h++)
    p->length[h] = s->time[s->horizon[h].i_after] - s->time[s->horizon[h].i_before];
  *out = s;
  return REIN_OK;
}
