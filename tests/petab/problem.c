#include "tests/petab/problem.h"

#include <math.h>
#include <sbml/SBMLTypes.h>
#include <sbml/math/L3ParserSettings.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "solver/ensemble.h"
#include "src/base/files.h"
#include "src/compile/compile.h"
#include "src/import/sbml.h"

#define RTOL 1e-11
#define ATOL 1e-17
#define MAX_STEPS 2000000
#define AT_REST 1e6 /* model time after which everything is taken to be at rest */

typedef struct {
  rein_arena *arena;
  const petab_table *condition, *measured, *observable, *parameter, *reference;
  const rein_source *sbml;
  petab_result *result;
} problem;

/* One run: rows of the measurement table, or none for pre-equilibration. */
typedef struct {
  problem *p;
  const char *condition;
  SBMLDocument_t *document;
  const rein_tape *tape;
  rein_sbml_map map;
  int *row; /* (n_row) of the measurement table */
  int n_row;
  double *time; /* (n_time) rising */
  int n_time;
  const int *keep;
  int n_keep;
  double *out;         /* (n_time x n_keep) */
  const double *state; /* (n_state) to begin with, NaN: the model's; NULL: all the model's */
  rein_outcome outcome;
} run;

static bool refuse(problem *p, const char *reason) {
  snprintf(p->result->reason, sizeof p->result->reason, "%s", reason);
  for (char *c = p->result->reason; *c; c++)
    if (*c == '\n') *c = ' ';
  return false;
}

/* ---- numbers over the model ---- */

static void drop_initial_assignment(Model_t *m, const char *id) {
  for (unsigned i = Model_getNumInitialAssignments(m); i-- > 0;)
    if (strcmp(InitialAssignment_getSymbol(Model_getInitialAssignment(m, i)), id) == 0)
      InitialAssignment_free(Model_removeInitialAssignment(m, i));
}

static void set_number(Model_t *m, const char *id, double value) {
  Species_t *species = Model_getSpeciesById(m, id);
  Compartment_t *compartment = Model_getCompartmentById(m, id);
  Parameter_t *parameter = Model_getParameterById(m, id);
  drop_initial_assignment(m, id);
  if (species && Species_getHasOnlySubstanceUnits(species)) {
    Species_setInitialAmount(species, value);
  } else if (species) {
    Species_setInitialConcentration(species, value);
  } else if (compartment) {
    Compartment_setSize(compartment, value);
  } else {
    if (!parameter) parameter = Model_createParameter(m), Parameter_setId(parameter, id);
    Parameter_setValue(parameter, value);
  }
}

static double nominal(const problem *p, const char *id) {
  for (int i = 0; i < p->parameter->n_row; i++)
    if (strcmp(petab_cell(p->parameter, i, "parameterId"), id) == 0)
      return petab_number(p->parameter, i, "nominalValue");
  return NAN;
}

/* The value a condition gives to a column; NaN: it leaves the model's. */
static double condition_value(const problem *p, const char *condition, const char *column) {
  for (int i = 0; i < p->condition->n_row; i++) {
    if (strcmp(petab_cell(p->condition, i, "conditionId"), condition) != 0) continue;
    const double number = petab_number(p->condition, i, column);
    return isnan(number) ? nominal(p, petab_cell(p->condition, i, column)) : number;
  }
  return NAN;
}

static void set_numbers(const problem *p, Model_t *m, const char *condition) {
  for (int i = 0; i < p->parameter->n_row; i++)
    set_number(m, petab_cell(p->parameter, i, "parameterId"), petab_number(p->parameter, i, "nominalValue"));
  for (int c = 0; c < p->condition->n_column; c++) {
    const char *id = p->condition->header[c];
    if (strcmp(id, "conditionId") == 0 || strcmp(id, "conditionName") == 0) continue;
    const double value = condition_value(p, condition, id);
    if (!isnan(value)) set_number(m, id, value);
  }
}

/* ---- formulas of observables ---- */

/* Item k, from 1, of a list with semicolons. */
static const char *item(const problem *p, const char *list, int k) {
  while (--k > 0 && *list) list += strcspn(list, ";"), list += *list == ';';
  return rein_arena_strndup(p->arena, list, strcspn(list, ";"));
}

/* The formula with placeholders KIND<k>_<observable> filled from the list. */
static const char *fill_in(const problem *p, const char *formula, const char *kind, const char *list) {
  rein_text out;
  rein_text_init(&out, p->arena);
  const char *at = formula, *found;
  while ((found = strstr(at, kind)) != NULL) {
    char *behind;
    const int k = (int)strtol(found + strlen(kind), &behind, 10);
    while (*behind == '_' || (*behind >= '0' && *behind <= '9') || (*behind >= 'A' && *behind <= 'Z') ||
           (*behind >= 'a' && *behind <= 'z'))
      behind++;
    rein_text_printf(&out, "%.*s(%s)", (int)(found - at), at, item(p, list, k));
    at = behind;
  }
  rein_text_add(&out, at);
  return out.bytes;
}

static bool add_rule(run *r, const char *name, const char *formula) {
  Model_t *m = SBMLDocument_getModel(r->document);
  L3ParserSettings_t *settings = L3ParserSettings_create();
  L3ParserSettings_setParseLog(settings, L3P_PARSE_LOG_AS_LN);
  ASTNode_t *math = SBML_parseL3FormulaWithSettings(formula, settings);
  L3ParserSettings_free(settings);
  if (!math) return refuse(r->p, rein_arena_printf(r->p->arena, "formula %s", formula));
  Parameter_t *parameter = Model_createParameter(m);
  Parameter_setId(parameter, name);
  Parameter_setConstant(parameter, 0);
  Rule_t *rule = Model_createAssignmentRule(m);
  Rule_setVariable(rule, name);
  Rule_setMath(rule, math);
  ASTNode_free(math);
  return true;
}

static int find_observable(const problem *p, const char *id) {
  for (int i = 0; i < p->observable->n_row; i++)
    if (strcmp(petab_cell(p->observable, i, "observableId"), id) == 0) return i;
  return -1;
}

static bool add_observables(run *r) {
  const problem *p = r->p;
  for (int i = 0; i < r->n_row; i++) {
    const int row = r->row[i], o = find_observable(p, petab_cell(p->measured, row, "observableId"));
    if (o < 0) return refuse(r->p, "an observable is missing");
    const char *list = petab_cell(p->measured, row, "observableParameters");
    const char *noise = petab_cell(p->measured, row, "noiseParameters");
    const char *y =
        fill_in(p, petab_cell(p->observable, o, "observableFormula"), "observableParameter", list);
    const char *s = fill_in(p, petab_cell(p->observable, o, "noiseFormula"), "noiseParameter", noise);
    s = fill_in(p, s, "observableParameter", list);
    if (!add_rule(r, rein_arena_printf(p->arena, "petab_y_%d", i), y)) return false;
    if (!add_rule(r, rein_arena_printf(p->arena, "petab_s_%d", i), s)) return false;
  }
  return true;
}

/* ---- run ---- */

static const char *name_of(const run *r, const char *id) {
  for (size_t i = 0; i < r->map.n_symbol; i++)
    if (strcmp(r->map.symbol[i].id, id) == 0) return r->map.symbol[i].name;
  return "";
}

static int row_of(const run *r, const char *name) {
  for (int i = 0; i < r->tape->n_state; i++)
    if (strcmp(r->tape->state[i].name, name) == 0) return i;
  for (int i = 0; i < r->tape->n_output; i++)
    if (strcmp(r->tape->output[i].name, name) == 0) return r->tape->n_state + i;
  return -1;
}

static bool compile(run *r) {
  problem *p = r->p;
  rein_diag *diag = rein_diag_create(p->arena);
  rein_units *units = NULL;
  rein_model *model = NULL;
  rein_tape *tape = NULL;
  char *xml = writeSBMLToString(r->document);
  const char *copy = rein_arena_strdup(p->arena, xml);
  free(xml);
  const rein_source *source = rein_source_create(p->arena, p->sbml->path, copy, strlen(copy));
  rein_status status = rein_units_create(diag, &units);
  if (status == REIN_OK) status = rein_sbml_read(p->arena, units, source, diag, &r->map, &model);
  if (status == REIN_OK) status = rein_model_check(model, units, diag);
  rein_units_destroy(units);
  if (status == REIN_OK) status = rein_compile(p->arena, model, diag, &tape);
  r->tape = tape;
  if (status == REIN_OK) return true;
  rein_text text;
  rein_text_init(&text, p->arena);
  rein_diag_print(diag, &text);
  return refuse(p, text.bytes);
}

static rein_status fill(void *context, int64_t i_batch, rein_eval *eval, rein_lane_plan *lane) {
  run *r = context;
  (void)i_batch;
  for (int i = 0; i < r->tape->n_param; i++)
    for (int l = 0; l < rein_eval_n_lane(eval); l++) rein_eval_row(eval, i)[l] = r->tape->param_default[i];
  for (int l = 0; l < rein_eval_n_lane(eval); l++) {
    lane[l].real = l == 0;
    lane[l].individual = 0, lane[l].arm = 0;
    lane[l].t_start = 0, lane[l].t_end = r->time[r->n_time - 1] > 0 ? r->time[r->n_time - 1] : 1;
    lane[l].obs = r->time, lane[l].n_obs = r->n_time;
    for (int s = 0; r->state && s < r->tape->n_state; s++)
      if (!isnan(r->state[s]) && !rein_lane_add_item(&lane[l], (rein_item){0, REIN_ITEM_SET, s, r->state[s]}))
        return REIN_ERR_MEMORY;
  }
  return REIN_OK;
}

static rein_status take(void *context, const rein_batch_result *result) {
  run *r = context;
  for (int i = 0; i < r->n_time * r->n_keep; i++) r->out[i] = result->out[(size_t)i * (size_t)result->n_lane];
  r->outcome = result->outcome[0];
  return REIN_OK;
}

static bool simulate(run *r, double max_step) {
  problem *p = r->p;
  double *atol = REIN_NEW(p->arena, double, r->tape->n_state + 1);
  for (int s = 0; s < r->tape->n_state; s++) atol[s] = ATOL;
  r->out = REIN_NEW(p->arena, double, (size_t)r->n_time *(size_t)r->n_keep + 1);
  rein_plan plan = {.context = r, .n_batch = 1, .n_lane = REIN_LANE_MULTIPLE, .n_obs = r->n_time};
  plan.keep = r->keep, plan.n_keep = r->n_keep, plan.atol = atol, plan.rtol = RTOL, plan.act_first = true;
  plan.max_step = max_step, plan.max_steps = MAX_STEPS, plan.fill = fill;
  rein_sink sink = {r, take};
  rein_ens_options options = {.n_thread = 1};
  rein_ens_totals totals;
  if (rein_ens_run(r->tape, &plan, &sink, &options, &totals) != REIN_OK) return refuse(p, "no memory");
  p->result->n_run++;
  if (r->outcome.status != REIN_LANE_FAILED) return true;
  return refuse(p, rein_arena_printf(p->arena, "condition %s: %s at %g", r->condition,
                                     rein_fail_meaning(r->outcome.fail), r->outcome.time));
}

static bool open_run(run *r) {
  r->document = readSBMLFromString(r->p->sbml->bytes);
  set_numbers(r->p, SBMLDocument_getModel(r->document), r->condition);
  const bool fine = add_observables(r) && compile(r);
  SBMLDocument_free(r->document);
  return fine;
}

/* The states at rest under a condition, for those that the next condition does not set. */
static bool equilibrate(problem *p, const char *condition, run *next) {
  double time = AT_REST;
  run r = {.p = p, .condition = condition, .time = &time, .n_time = 1};
  if (!open_run(&r)) return false;
  int *keep = REIN_NEW(p->arena, int, r.tape->n_state + 1);
  double *state = REIN_NEW(p->arena, double, next->tape->n_state + 1);
  for (int s = 0; s < r.tape->n_state; s++) keep[s] = s;
  r.keep = keep, r.n_keep = r.tape->n_state;
  if (!simulate(&r, 0)) return false;
  for (int s = 0; s < next->tape->n_state; s++) {
    const int row = row_of(&r, next->tape->state[s].name);
    state[s] = row >= 0 && row < r.n_keep ? r.out[row] : NAN;
  }
  for (int c = 0; c < p->condition->n_column; c++)
    if (!isnan(condition_value(p, next->condition, p->condition->header[c])))
      for (int s = 0; s < next->tape->n_state; s++)
        if (strcmp(next->tape->state[s].name, name_of(next, p->condition->header[c])) == 0) state[s] = NAN;
  next->state = state;
  return true;
}

/* ---- comparison ---- */

static double transformed(const char *how, double x) {
  return strcmp(how, "log") == 0 ? log(x) : strcmp(how, "log10") == 0 ? log10(x) : x;
}

/* log of dT(m)/dm, with the sign of the likelihood. */
static double jacobian(const char *how, double m) {
  return strcmp(how, "log") == 0 ? log(m) : strcmp(how, "log10") == 0 ? log(m * log(10)) : 0;
}

static double largest(const problem *p, const char *observable) {
  double most = 0;
  for (int i = 0; i < p->reference->n_row; i++)
    if (strcmp(petab_cell(p->reference, i, "observableId"), observable) == 0)
      most = fmax(most, fabs(petab_number(p->reference, i, "simulation")));
  return most > 0 ? most : 1;
}

static void compare(problem *p, int row, double y, double sigma) {
  const char *id = petab_cell(p->measured, row, "observableId");
  const char *how = petab_cell(p->observable, find_observable(p, id), "observableTransformation");
  const double m = petab_number(p->measured, row, "measurement");
  const double apart = (transformed(how, m) - transformed(how, y)) / sigma;
  p->result->nllh += 0.5 * log(2 * M_PI * sigma * sigma) + 0.5 * apart * apart + jacobian(how, m);
  const double off = fabs(y - petab_number(p->reference, row, "simulation")) / largest(p, id);
  if (!(off <= p->result->worst)) p->result->worst = off;
}

static double time_of(const problem *p, int row) {
  const double t = petab_number(p->measured, row, "time");
  return isinf(t) ? AT_REST : t;
}

static int by_value(const void *a, const void *b) {
  const double x = *(const double *)a, y = *(const double *)b;
  return (x > y) - (x < y);
}

static void find_times(run *r) {
  r->time = REIN_NEW(r->p->arena, double, r->n_row + 1);
  for (int i = 0; i < r->n_row; i++) r->time[i] = time_of(r->p, r->row[i]);
  qsort(r->time, (size_t)r->n_row, sizeof *r->time, by_value);
  for (int i = 0; i < r->n_row; i++)
    if (r->n_time == 0 || r->time[i] > r->time[r->n_time - 1]) r->time[r->n_time++] = r->time[i];
}

static bool run_rows(run *r, const char *before) {
  problem *p = r->p;
  find_times(r);
  if (!open_run(r)) return false;
  int *keep = REIN_NEW(p->arena, int, 2 * r->n_row + 1);
  for (int i = 0; i < r->n_row; i++) {
    keep[2 * i] = row_of(r, name_of(r, rein_arena_printf(p->arena, "petab_y_%d", i)));
    keep[2 * i + 1] = row_of(r, name_of(r, rein_arena_printf(p->arena, "petab_s_%d", i)));
  }
  r->keep = keep, r->n_keep = 2 * r->n_row;
  if (*before && !equilibrate(p, before, r)) return false;
  const double end = r->time[r->n_time - 1];
  if (!simulate(r, end < AT_REST ? end / 50 : 0)) return false;
  for (int i = 0; i < r->n_row; i++) {
    int k = 0;
    while (r->time[k] != time_of(p, r->row[i])) k++;
    const double *at = &r->out[k * r->n_keep + 2 * i];
    compare(p, r->row[i], at[0], at[1]);
  }
  return true;
}

/* ---- all of it ---- */

static bool read_tables(problem *p, const char *folder) {
  p->condition = petab_table_read(p->arena, folder, "experimentalCondition*.tsv");
  p->measured = petab_table_read(p->arena, folder, "measurementData*.tsv");
  p->observable = petab_table_read(p->arena, folder, "observables*.tsv");
  p->parameter = petab_table_read(p->arena, folder, "parameters*.tsv");
  p->reference = petab_table_read(p->arena, folder, "reference_simulation.tsv");
  p->sbml = petab_source(p->arena, folder, "model*.xml");
  if (!p->condition || !p->measured || !p->observable || !p->parameter || !p->reference || !p->sbml)
    return refuse(p, "a table or the model is missing");
  p->result->n_row = p->measured->n_row;
  return p->reference->n_row == p->measured->n_row || refuse(p, "the reference has other rows");
}

static const char *run_of(const problem *p, int row) {
  return rein_arena_printf(p->arena, "%s\t%s", petab_cell(p->measured, row, "preequilibrationConditionId"),
                           petab_cell(p->measured, row, "simulationConditionId"));
}

/* All rows that share the run of the first of them. */
static bool run_group(problem *p, int first) {
  const char *key = run_of(p, first);
  run r = {.p = p, .condition = petab_cell(p->measured, first, "simulationConditionId")};
  r.row = REIN_NEW(p->arena, int, p->measured->n_row + 1);
  for (int i = 0; i < p->measured->n_row; i++) {
    if (strcmp(run_of(p, i), key) != 0) continue;
    if (i < first) return true; /* an earlier row has led to it */
    r.row[r.n_row++] = i;
  }
  return run_rows(&r, petab_cell(p->measured, first, "preequilibrationConditionId"));
}

static double now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

bool petab_run(const char *folder, const char *name, petab_result *result) {
  const double start = now();
  *result = (petab_result){.reason = ""};
  rein_arena *arena = rein_arena_create();
  problem p = {.arena = arena, .result = result};
  bool fine = read_tables(&p, rein_arena_printf(arena, "%s/%s", folder, name));
  for (int i = 0; fine && i < p.measured->n_row; i++) fine = run_group(&p, i);
  rein_arena_destroy(arena);
  result->seconds = now() - start;
  return fine;
}
