/* A scenario file from top to bottom: schema, model, cohort, measurements, arms, comparison; then its print
 * and hash. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "src/base/files.h"
#include "src/base/sha256.h"
#include "src/lang/schema.h"
#include "src/scenario/inside.h"

#define DEFAULT_RTOL 1e-6
#define LEAST_RTOL 1e-13
#define LARGEST_RTOL 1e-1

/* ---- what a scenario may contain; docs/scenarios.md is its reference ---- */

static const char *const HEAD_WORDS[] = {"scenario/1", NULL};
static const char *const SCALE_WORDS[] = {"linear", "log", NULL};
static const char *const METHOD_WORDS[] = {"auto", "bdf", "adams", "dopri5", NULL};
static const char *const TIE_WORDS[] = {"observe_first", "act_first", NULL};

static const char *const ORDER_WORDS[] = {"as_written", "resets_first", "doses_first", NULL};
static const char *const ADD_WORDS[] = {"keeps_infusions", "ends_infusions", NULL};

static const rein_schema QUANTITY_RULE[] = {{.key = "", .kind = REIN_SCHEMA_QUANTITY}, {0}};
static const rein_schema TEXT_RULE[] = {{.key = "", .kind = REIN_SCHEMA_TEXT}, {0}};
static const rein_schema ANY_RULE[] = {{.key = "", .kind = REIN_SCHEMA_ANY}, {0}};

static const rein_schema COLUMN_KEYS[] = {{.key = "column", .kind = REIN_SCHEMA_TEXT, .required = true},
                                          {.key = "unit", .kind = REIN_SCHEMA_TEXT, .required = true},
                                          {0}};
static const char *const CARRY_WORDS[] = {"last", "next", "linear", NULL};
static const char *const WITHOUT_WORDS[] = {"untreated", NULL};
static const rein_schema EVENTS_KEYS[] = {
    {.key = "table", .kind = REIN_SCHEMA_TEXT, .required = true},
    {.key = "units", .kind = REIN_SCHEMA_ANY, .required = true},
    {.key = "actions", .kind = REIN_SCHEMA_ANY},
    {.key = "covariates", .kind = REIN_SCHEMA_ANY},
    {.key = "carry", .kind = REIN_SCHEMA_WORD, .words = CARRY_WORDS},
    {.key = "ignore", .kind = REIN_SCHEMA_LIST_OF, .keys = TEXT_RULE},
    {.key = "people_without_lines", .kind = REIN_SCHEMA_WORD, .words = WITHOUT_WORDS},
    {0}};
static const char *const PEOPLE_WORDS[] = {"observed", NULL};
static const rein_schema COHORT_KEYS[] = {{.key = "n", .kind = REIN_SCHEMA_TEXT},
                                          {.key = "replicates", .kind = REIN_SCHEMA_TEXT},
                                          {.key = "covariates", .kind = REIN_SCHEMA_ANY},
                                          {.key = "table", .kind = REIN_SCHEMA_TEXT},
                                          {.key = "people", .kind = REIN_SCHEMA_WORD, .words = PEOPLE_WORDS},
                                          {.key = "id", .kind = REIN_SCHEMA_TEXT},
                                          {.key = "columns", .kind = REIN_SCHEMA_ANY},
                                          {.key = "over_time", .kind = REIN_SCHEMA_MAP, .keys = EVENTS_KEYS},
                                          {0}};

static const char *const STEADY_WORDS[] = {"reset", "add", NULL};
static const char *const AS_WORDS[] = {"replace", "multiply", NULL};
static const rein_schema RULE_KEYS[] = {{.key = "when", .kind = REIN_SCHEMA_TEXT, .required = true},
                                        {.key = "change", .kind = REIN_SCHEMA_TEXT, .required = true},
                                        {0}};
static const rein_schema RULE_RULE[] = {{.key = "", .kind = REIN_SCHEMA_MAP, .keys = RULE_KEYS}, {0}};
static const rein_schema TITRATE_KEYS[] = {
    {.key = "at", .kind = REIN_SCHEMA_LIST_OF, .keys = QUANTITY_RULE},
    {.key = "every", .kind = REIN_SCHEMA_QUANTITY},
    {.key = "from", .kind = REIN_SCHEMA_QUANTITY},
    {.key = "for", .kind = REIN_SCHEMA_QUANTITY},
    {.key = "rules", .kind = REIN_SCHEMA_LIST_OF, .required = true, .keys = RULE_RULE},
    {.key = "resume", .kind = REIN_SCHEMA_TEXT},
    {.key = "ladder", .kind = REIN_SCHEMA_LIST_OF, .keys = TEXT_RULE},
    {.key = "low", .kind = REIN_SCHEMA_TEXT},
    {.key = "high", .kind = REIN_SCHEMA_TEXT},
    {.key = "round", .kind = REIN_SCHEMA_TEXT},
    {0}};
static const rein_schema STOP_KEYS[] = {{.key = "when", .kind = REIN_SCHEMA_TEXT, .required = true},
                                        {.key = "at", .kind = REIN_SCHEMA_LIST_OF, .keys = QUANTITY_RULE},
                                        {.key = "every", .kind = REIN_SCHEMA_QUANTITY},
                                        {.key = "from", .kind = REIN_SCHEMA_QUANTITY},
                                        {.key = "for", .kind = REIN_SCHEMA_QUANTITY},
                                        {0}};
static const rein_schema LINE_KEYS[] = {{.key = "do", .kind = REIN_SCHEMA_TEXT, .required = true},
                                        {.key = "name", .kind = REIN_SCHEMA_NAME},
                                        {.key = "regimen", .kind = REIN_SCHEMA_TEXT},
                                        {.key = "amount", .kind = REIN_SCHEMA_ANY},
                                        {.key = "at", .kind = REIN_SCHEMA_LIST_OF, .keys = QUANTITY_RULE},
                                        {.key = "every", .kind = REIN_SCHEMA_QUANTITY},
                                        {.key = "for", .kind = REIN_SCHEMA_QUANTITY},
                                        {.key = "count", .kind = REIN_SCHEMA_TEXT},
                                        {.key = "from", .kind = REIN_SCHEMA_QUANTITY},
                                        {.key = "duration", .kind = REIN_SCHEMA_QUANTITY},
                                        {.key = "rate", .kind = REIN_SCHEMA_QUANTITY},
                                        {.key = "on", .kind = REIN_SCHEMA_QUANTITY},
                                        {.key = "off", .kind = REIN_SCHEMA_QUANTITY},
                                        {.key = "days", .kind = REIN_SCHEMA_LIST_OF, .keys = TEXT_RULE},
                                        {.key = "daily", .kind = REIN_SCHEMA_TEXT},
                                        {.key = "times_a_week", .kind = REIN_SCHEMA_TEXT},
                                        {.key = "in", .kind = REIN_SCHEMA_TEXT},
                                        {.key = "ss", .kind = REIN_SCHEMA_WORD, .words = STEADY_WORDS},
                                        {.key = "as", .kind = REIN_SCHEMA_WORD, .words = AS_WORDS},
                                        {.key = "adherence", .kind = REIN_SCHEMA_ANY},
                                        {.key = "missed", .kind = REIN_SCHEMA_LIST_OF, .keys = TEXT_RULE},
                                        {.key = "jitter", .kind = REIN_SCHEMA_QUANTITY},
                                        {.key = "titrate", .kind = REIN_SCHEMA_MAP, .keys = TITRATE_KEYS},
                                        {.key = "stop", .kind = REIN_SCHEMA_MAP, .keys = STOP_KEYS},
                                        {0}};
static const rein_schema LINE_RULE[] = {{.key = "", .kind = REIN_SCHEMA_MAP, .keys = LINE_KEYS}, {0}};
static const char *const PERIOD_WORDS[] = {"as_written", "random", NULL};
static const rein_schema PERIODS_KEYS[] = {{.key = "letters", .kind = REIN_SCHEMA_TEXT, .required = true},
                                           {.key = "length", .kind = REIN_SCHEMA_QUANTITY, .required = true},
                                           {.key = "run_in", .kind = REIN_SCHEMA_QUANTITY},
                                           {.key = "washout", .kind = REIN_SCHEMA_QUANTITY},
                                           {.key = "order", .kind = REIN_SCHEMA_WORD, .words = PERIOD_WORDS},
                                           {0}};
static const char *const FRACTION_WORDS[] = {"half", NULL};
static const rein_schema FACTORIAL_KEYS[] = {
    {.key = "of", .kind = REIN_SCHEMA_LIST_OF, .required = true, .keys = TEXT_RULE},
    {.key = "levels", .kind = REIN_SCHEMA_ANY},
    {.key = "fraction", .kind = REIN_SCHEMA_WORD, .words = FRACTION_WORDS},
    {.key = "generators", .kind = REIN_SCHEMA_LIST_OF, .keys = TEXT_RULE},
    {0}};
static const rein_schema ARM_KEYS[] = {
    {.key = "title", .kind = REIN_SCHEMA_TEXT},
    {.key = "actions", .kind = REIN_SCHEMA_LIST_OF, .keys = LINE_RULE},
    {.key = "periods", .kind = REIN_SCHEMA_MAP, .keys = PERIODS_KEYS},
    {.key = "events", .kind = REIN_SCHEMA_MAP, .keys = EVENTS_KEYS, .or_text = true},
    {.key = "factorial", .kind = REIN_SCHEMA_MAP, .keys = FACTORIAL_KEYS},
    {.key = "parameters", .kind = REIN_SCHEMA_ANY},
    {.key = "initial", .kind = REIN_SCHEMA_ANY},
    {.key = "reference", .kind = REIN_SCHEMA_TEXT},
    {0}};
static const rein_schema ARM_RULE[] = {{.key = "", .kind = REIN_SCHEMA_MAP, .keys = ARM_KEYS}, {0}};

static const rein_schema AXIS_KEYS[] = {{.key = "field", .kind = REIN_SCHEMA_TEXT, .required = true},
                                        {.key = "arm", .kind = REIN_SCHEMA_LIST_OF, .keys = TEXT_RULE},
                                        {.key = "values", .kind = REIN_SCHEMA_LIST_OF, .keys = TEXT_RULE},
                                        {.key = "from", .kind = REIN_SCHEMA_TEXT},
                                        {.key = "to", .kind = REIN_SCHEMA_TEXT},
                                        {.key = "n", .kind = REIN_SCHEMA_TEXT},
                                        {.key = "scale", .kind = REIN_SCHEMA_WORD, .words = SCALE_WORDS},
                                        {0}};
static const rein_schema AXIS_RULE[] = {{.key = "", .kind = REIN_SCHEMA_MAP, .keys = AXIS_KEYS}, {0}};
static const rein_schema DESIGN_KEYS[] = {{.key = "kind", .kind = REIN_SCHEMA_TEXT, .required = true},
                                          {.key = "n", .kind = REIN_SCHEMA_TEXT},
                                          {.key = "seed", .kind = REIN_SCHEMA_COUNT},
                                          {0}};

static const rein_schema MEASURE_KEYS[] = {{.key = "at", .kind = REIN_SCHEMA_LIST_OF, .keys = QUANTITY_RULE},
                                           {.key = "from", .kind = REIN_SCHEMA_QUANTITY},
                                           {.key = "to", .kind = REIN_SCHEMA_QUANTITY},
                                           {.key = "every", .kind = REIN_SCHEMA_QUANTITY},
                                           {0}};
static const rein_schema COUNTERFACTUAL_KEYS[] = {
    {.key = "without", .kind = REIN_SCHEMA_LIST_OF, .required = true, .keys = TEXT_RULE}, {0}};
static const rein_schema SOLVER_KEYS[] = {{.key = "rtol", .kind = REIN_SCHEMA_NUMBER},
                                          {.key = "atol_rel", .kind = REIN_SCHEMA_NUMBER},
                                          {.key = "method", .kind = REIN_SCHEMA_WORD, .words = METHOD_WORDS},
                                          {.key = "ties", .kind = REIN_SCHEMA_WORD, .words = TIE_WORDS},
                                          {.key = "order", .kind = REIN_SCHEMA_WORD, .words = ORDER_WORDS},
                                          {.key = "ss_add", .kind = REIN_SCHEMA_WORD, .words = ADD_WORDS},
                                          {0}};
static const rein_schema COMPARE_KEYS[] = {{.key = "observed", .kind = REIN_SCHEMA_TEXT, .required = true},
                                           {.key = "arm", .kind = REIN_SCHEMA_ANY},
                                           {0}};

static const rein_schema BEFORE_KEYS[] = {{.key = "equilibrate", .kind = REIN_SCHEMA_BOOL, .required = true},
                                          {0}};

static const rein_schema TOP_KEYS[] = {
    {.key = "rein", .kind = REIN_SCHEMA_WORD, .required = true, .words = HEAD_WORDS},
    {.key = "name", .kind = REIN_SCHEMA_NAME, .required = true},
    {.key = "title", .kind = REIN_SCHEMA_TEXT},
    {.key = "notes", .kind = REIN_SCHEMA_TEXT},
    {.key = "model", .kind = REIN_SCHEMA_TEXT, .required = true},
    {.key = "seed", .kind = REIN_SCHEMA_COUNT},
    {.key = "cohort", .kind = REIN_SCHEMA_MAP, .required = true, .keys = COHORT_KEYS, .or_text = true},
    {.key = "parameters", .kind = REIN_SCHEMA_ANY},
    {.key = "arms", .kind = REIN_SCHEMA_MAP_OF, .required = true, .keys = ARM_RULE},
    {.key = "sweep", .kind = REIN_SCHEMA_MAP_OF, .keys = AXIS_RULE},
    {.key = "design", .kind = REIN_SCHEMA_MAP, .keys = DESIGN_KEYS, .or_text = true},
    {.key = "before", .kind = REIN_SCHEMA_MAP, .keys = BEFORE_KEYS},
    {.key = "start", .kind = REIN_SCHEMA_QUANTITY},
    {.key = "clock", .kind = REIN_SCHEMA_TEXT},
    {.key = "measure", .kind = REIN_SCHEMA_MAP, .required = true, .keys = MEASURE_KEYS},
    {.key = "horizons", .kind = REIN_SCHEMA_LIST_OF, .keys = ANY_RULE},
    {.key = "keep", .kind = REIN_SCHEMA_LIST_OF, .keys = TEXT_RULE},
    {.key = "counterfactual", .kind = REIN_SCHEMA_MAP, .keys = COUNTERFACTUAL_KEYS},
    {.key = "reference", .kind = REIN_SCHEMA_TEXT},
    {.key = "solver", .kind = REIN_SCHEMA_MAP, .keys = SOLVER_KEYS},
    {.key = "compare", .kind = REIN_SCHEMA_MAP, .keys = COMPARE_KEYS},
    {.key = "expect", .kind = REIN_SCHEMA_ANY},
    {0}};

/* Maps whose keys are names of the model, with dots for parts, or of the data: the schema knows identifiers
 * only. */
static bool check_map(const rein_yaml *node, const char *what, const rein_schema *keys, rein_diag *diag) {
  if (!node) return true;
  if (node->kind != REIN_YAML_MAP) {
    rein_error(diag, node->pos, "'%s' has to be a map", what);
    return false;
  }
  bool good = true;
  for (int i = 0; i < node->n; i++) {
    const rein_yaml *item = node->item[i];
    if (item->kind != (keys ? REIN_YAML_MAP : REIN_YAML_SCALAR)) {
      rein_error(diag, item->pos, "'%s' in '%s' has to be %s", node->key[i], what,
                 keys ? "a map" : "one value");
      good = false;
    } else if (keys) {
      good = rein_schema_check(item, keys, what, diag) && good;
    }
  }
  return good;
}

static bool check_maps(const rein_scenario_reader *r) {
  const rein_yaml *cohort = rein_yaml_get(r->root, "cohort"), *arms = rein_yaml_get(r->root, "arms");
  bool good = check_map(rein_yaml_get(cohort, "covariates"), "covariates", NULL, r->diag);
  good = check_map(rein_yaml_get(cohort, "columns"), "columns", COLUMN_KEYS, r->diag) && good;
  good = check_map(rein_yaml_get(r->root, "parameters"), "parameters", NULL, r->diag) && good;
  good = check_map(rein_yaml_get(rein_yaml_get(r->root, "compare"), "arm"), "arm", NULL, r->diag) && good;
  for (int i = 0; i < arms->n; i++) {
    good = check_map(rein_yaml_get(arms->item[i], "parameters"), "parameters", NULL, r->diag) && good;
    good = check_map(rein_yaml_get(arms->item[i], "initial"), "initial", NULL, r->diag) && good;
  }
  return good;
}

/* ---- head, solver, comparison ---- */

static bool read_seed(rein_scenario_reader *r, const rein_scenario_options *options) {
  const rein_yaml *seed = rein_yaml_get(r->root, "seed");
  r->scenario->seed = 1;
  if (options && options->has_seed) {
    r->scenario->seed = options->seed;
    return true;
  }
  if (!seed) return true;
  if (strlen(seed->text) > 18) {
    rein_error(r->diag, seed->pos, "a seed has at most 18 digits");
    return false;
  }
  r->scenario->seed = strtoull(seed->text, NULL, 10);
  return true;
}

static bool read_tolerance(rein_scenario_reader *r, const rein_yaml *map, const char *key, double lowest,
                           double highest, double *out) {
  const rein_yaml *node = rein_yaml_get(map, key);
  double value;
  if (!node) return true;
  if (!rein_scenario_plain_number(r, node, key, &value)) return false;
  if (value < lowest || value > highest) {
    rein_error(r->diag, node->pos, "'%s' has to be from %g to %g", key, lowest, highest);
    return false;
  }
  *out = value;
  return true;
}

static bool read_solver(rein_scenario_reader *r) {
  rein_scenario *scenario = r->scenario;
  const rein_yaml *map = rein_yaml_get(r->root, "solver"), *method = rein_yaml_get(map, "method"),
                  *ties = rein_yaml_get(map, "ties");
  scenario->rtol = DEFAULT_RTOL;
  scenario->atol_rel = 0.0; /* not said */
  scenario->method_auto = !method || strcmp(method->text, "auto") == 0;
  scenario->method = REIN_METHOD_BDF;
  for (int i = REIN_METHOD_BDF; method && i <= REIN_METHOD_DOPRI5; i++)
    if (strcmp(method->text, rein_method_name((rein_method_kind)i)) == 0)
      scenario->method = (rein_method_kind)i;
  const rein_yaml *order = rein_yaml_get(map, "order");
  for (int i = 0; order && ORDER_WORDS[i]; i++)
    if (strcmp(order->text, ORDER_WORDS[i]) == 0) r->inside->order = (rein_order)i;
  const rein_yaml *adding = rein_yaml_get(map, "ss_add");
  r->inside->adding_ends = adding && strcmp(adding->text, ADD_WORDS[1]) == 0;
  scenario->act_first = ties && strcmp(ties->text, "act_first") == 0;
  return read_tolerance(r, map, "rtol", LEAST_RTOL, LARGEST_RTOL, &scenario->rtol) &
         read_tolerance(r, map, "atol_rel", 1e-20, 1e-1, &scenario->atol_rel);
}

/* `before: {equilibrate: true}`; on long ways to rest only an implicit method is fast. */
static bool read_before(rein_scenario_reader *r) {
  const rein_yaml *node = rein_yaml_get(rein_yaml_get(r->root, "before"), "equilibrate");
  if (!node || strcmp(node->text, "true") != 0) return true;
  r->inside->equilibrates = true;
  r->scenario->method_auto = false;
  if (r->model->n_event == 0 && r->model->n_delay == 0) return true;
  rein_error(r->diag, node->pos, "a model with events or delays cannot be brought to a steady state");
  return false;
}

/* The tolerance given beside the file stands for the one in it, also in the hash; then what follows from it
 * where the file says nothing. */
static bool finish_tolerances(rein_scenario_reader *r, const rein_scenario_options *options) {
  const bool replaces = options && options->rtol != 0.0;
  rein_scenario *scenario = r->scenario;
  if (replaces) scenario->rtol = options->rtol;
  if (scenario->atol_rel == 0.0) scenario->atol_rel = rein_scenario_atol_rel(scenario->rtol);
  if (!replaces) return true;
  if (options->rtol >= LEAST_RTOL && options->rtol <= LARGEST_RTOL) return true;
  rein_error(r->diag, (rein_pos){0}, "--rtol has to be from %g to %g, and is %g", LEAST_RTOL, LARGEST_RTOL,
             options->rtol);
  return false;
}

static bool read_compare(rein_scenario_reader *r) {
  const rein_yaml *map = rein_yaml_get(r->root, "compare"), *arms = rein_yaml_get(map, "arm"),
                  *expect = rein_yaml_get(r->root, "expect");
  rein_scenario *scenario = r->scenario;
  bool good = true;
  if (expect && expect->kind != REIN_YAML_MAP) rein_error(r->diag, expect->pos, "'expect' has to be a map");
  if (expect && expect->kind != REIN_YAML_MAP) return false;
  if (!map) return true;
  const rein_yaml *observed = rein_yaml_get(map, "observed");
  scenario->observed_path = rein_files_resolve(r->arena, scenario->path, observed->text);
  if (!rein_files_exists(scenario->observed_path)) {
    rein_error(r->diag, observed->pos, "there is no file '%s'", scenario->observed_path);
    good = false;
  }
  rein_compare_arm *compare = REIN_NEW(r->arena, rein_compare_arm, arms ? arms->n : 0);
  const char **known = REIN_NEW(r->arena, const char *, scenario->n_arm);
  for (int k = 0; k < scenario->n_arm; k++) known[k] = scenario->arm[k].name;
  for (int i = 0; arms && i < arms->n; i++) {
    int k = 0;
    while (k < scenario->n_arm && strcmp(known[k], arms->item[i]->text) != 0) k++;
    compare[i] = (rein_compare_arm){arms->key[i], k};
    if (k < scenario->n_arm) continue;
    rein_scenario_unknown(r, arms->item[i]->pos, "arm", arms->item[i]->text, known, (size_t)scenario->n_arm);
    good = false;
  }
  scenario->compare = compare;
  scenario->n_compare = arms ? arms->n : 0;
  return good;
}

/* ---- from file to scenario ---- */

/* Covariates that a table carries along lines. */
static void add_drifts(rein_scenario_reader *r, const rein_yaml *events, rein_drifts *out) {
  const rein_yaml *carry = rein_yaml_get(events, "carry"), *map = rein_yaml_get(events, "covariates");
  if (!carry || strcmp(carry->text, "linear") != 0 || !map || map->kind != REIN_YAML_MAP || map->n == 0)
    return;
  const char **name = REIN_NEW(r->arena, const char *, out->n + (size_t)map->n);
  rein_pos *pos = REIN_NEW(r->arena, rein_pos, out->n + (size_t)map->n);
  for (size_t i = 0; i < out->n; i++) name[i] = out->name[i], pos[i] = out->pos[i];
  out->name = name, out->pos = pos;
  for (int i = 0; i < map->n; i++) {
    const rein_yaml *sets = map->item[i]->kind == REIN_YAML_MAP ? rein_yaml_get(map->item[i], "sets") : NULL;
    bool known = !sets || sets->kind != REIN_YAML_SCALAR;
    for (size_t k = 0; k < out->n && !known; k++) known = strcmp(name[k], sets->text) == 0;
    if (!known) name[out->n] = sets->text, pos[out->n++] = sets->pos;
  }
}

/* The model, without the reader's own errors in between. */
static bool read_model(rein_scenario_reader *r, const rein_scenario_options *options) {
  const rein_yaml *node = rein_yaml_get(r->root, "model");
  rein_model *model;
  rein_model_importer importer = options ? options->importer : NULL;
  if (options && options->model) {
    r->model = r->scenario->model = options->model;
    return true;
  }
  const rein_yaml *arms = rein_yaml_get(r->root, "arms");
  rein_drifts drifts = {0};
  add_drifts(r, rein_yaml_get(rein_yaml_get(r->root, "cohort"), "over_time"), &drifts);
  for (int i = 0; i < arms->n; i++) add_drifts(r, rein_scenario_events(r, arms->item[i]), &drifts);
  rein_status status =
      rein_model_read_drifting(r->arena, r->units, node->text, node->pos, importer, &drifts, r->diag, &model);
  if (status == REIN_ERR_MEMORY) rein_arena_out_of_memory(r->arena);
  if (status != REIN_OK) return false;
  r->model = model;
  r->scenario->model = model;
  return true;
}

/* `over_time` of the cohort: covariates of all arms, no doses. */
static bool read_over_time(rein_scenario_reader *r, const rein_yaml *node) {
  const rein_doses *table = r->inside->over_time = rein_scenario_read_doses(r, node);
  size_t n_course = 0;
  if (!table) return false;
  for (int64_t i = 0; i < table->n_person; i++) n_course += table->person[i].n_course;
  if (n_course == 0 && table->n_param > 0) return true;
  rein_error(r->diag, node->pos, "'over_time' gives covariates; doses are an arm's 'events'");
  return false;
}

static bool read_parts(rein_scenario_reader *r, const rein_scenario_options *options) {
  bool good = read_seed(r, options);
  good = read_solver(r) && read_before(r) && good;
  good = finish_tolerances(r, options) && good;
  r->inside->people.seed = r->scenario->seed;
  good = rein_people_init(r->arena, &r->inside->people, r->model, r->diag) && good;
  good = rein_scenario_read_cohort(r, options) && good;
  /* Arms need to know what the cohort gives and when measuring ends; with those wrong their errors would be
   * guesses. */
  bool measured = rein_scenario_read_measure(r);
  const rein_yaml *over_time = rein_yaml_get(rein_yaml_get(r->root, "cohort"), "over_time");
  if (good && measured && over_time) good = read_over_time(r, over_time);
  good = good && measured && rein_scenario_read_arms(r);
  return good && (r->points || read_compare(r));
}

static void hash_scenario(rein_scenario_reader *r) {
  rein_text text;
  rein_text_init(&text, r->arena);
  rein_scenario_print(r->scenario, &text);
  rein_sha256_hex(text.bytes, text.n, r->scenario->hash);
}

static rein_status read_tree(rein_scenario_reader *r, const rein_scenario_options *options) {
  if (r->root->kind != REIN_YAML_MAP) {
    rein_error(r->diag, r->root->pos, "a scenario is a map that begins with 'rein: scenario/1'");
    return REIN_ERR_INPUT;
  }
  if (!rein_schema_check(r->root, TOP_KEYS, "scenario", r->diag) || !check_maps(r)) return REIN_ERR_INPUT;
  const rein_yaml *title = rein_yaml_get(r->root, "title");
  r->scenario->name = rein_yaml_get(r->root, "name")->text;
  r->scenario->title = title ? title->text : r->scenario->name;
  r->inside->root = r->root;
  if (!rein_scenario_find_observed(r) || !read_model(r, options) || !read_parts(r, options))
    return REIN_ERR_INPUT;
  rein_scenario_choose_lanes(r, options);
  hash_scenario(r);
  return rein_diag_status(r->diag);
}

rein_status rein_scenario_read_tree(rein_arena *arena, rein_units *units, const char *path,
                                    const rein_yaml *root, const rein_scenario_options *options,
                                    rein_diag *diag, rein_scenario **out) {
  rein_guard guard;
  if (REIN_GUARD(arena, &guard)) return REIN_ERR_MEMORY;
  rein_scenario *scenario = REIN_NEW(arena, rein_scenario, 1);
  scenario->inside = REIN_NEW(arena, rein_scenario_inside, 1);
  scenario->path = path;
  rein_scenario_reader reader = {.arena = arena,
                                 .units = units,
                                 .diag = diag,
                                 .root = root,
                                 .scenario = scenario,
                                 .inside = scenario->inside,
                                 .points = options ? options->points : NULL};
  rein_status status = read_tree(&reader, options);
  rein_unguard(arena, &guard);
  if (status == REIN_OK) *out = scenario;
  return status;
}

rein_status rein_scenario_read_source(rein_arena *arena, rein_units *units, const rein_source *source,
                                      const rein_scenario_options *options, rein_diag *diag,
                                      rein_scenario **out) {
  const rein_yaml *root;
  const rein_status status = rein_yaml_parse(arena, source, diag, &root);
  if (status != REIN_OK) return status;
  return rein_scenario_read_tree(arena, units, source->path, root, options, diag, out);
}

rein_status rein_scenario_read(rein_arena *arena, rein_units *units, const char *path,
                               const rein_scenario_options *options, rein_diag *diag, rein_scenario **out) {
  const rein_source *source;
  rein_status status = rein_files_read(arena, path, (rein_pos){0}, diag, &source);
  return status == REIN_OK ? rein_scenario_read_source(arena, units, source, options, diag, out) : status;
}
