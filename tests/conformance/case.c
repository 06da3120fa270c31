#include "tests/conformance/case.h"

#include <ctype.h>
#include <glob.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>

#include "solver/ensemble.h"
#include "src/base/files.h"
#include "src/compile/compile.h"
#include "src/import/sbml.h"
#include "src/import/write_yaml.h"

/* Tolerances of the integration, the same for every case: some tables are compared to 1e-6 of their values
 * and hold values of 1e-12. */
#define RTOL 1e-9
#define ATOL 1e-14
#define MAX_STEPS 2000000
#define MAX_VARIABLE 256

typedef struct {
  double start, duration, absolute, relative;
  int steps, n;
  char *variable[MAX_VARIABLE];
  bool concentration[MAX_VARIABLE], amount[MAX_VARIABLE];
} settings;

typedef struct {
  rein_arena *arena;
  const char *folder, *name, *level_version;
  settings set;
  const rein_tape *tape;
  const rein_model *model;
  double *time; /* (steps + 1) */
  int *keep;    /* (n) */
  double *out;  /* (steps + 1, n) */
  rein_outcome outcome;
  bool by_yaml;
  case_result *result;
} run;

static bool verdict(run *r, case_verdict v, const char *reason) {
  r->result->verdict = v;
  snprintf(r->result->reason, sizeof r->result->reason, "%s", reason);
  for (char *c = r->result->reason; *c; c++)
    if (*c == '\n' || *c == '\t') *c = ' ';
  return false;
}

/* ---- settings ---- */

static int split(run *r, char *list, char **item) {
  int n = 0;
  for (char *word = strtok(list, ", \t\r\n"); word && n < MAX_VARIABLE; word = strtok(NULL, ", \t\r\n"))
    item[n++] = rein_arena_strdup(r->arena, word);
  return n;
}

static void mark(settings *s, bool *flag, char **item, int n) {
  for (int i = 0; i < n; i++)
    for (int k = 0; k < s->n; k++)
      if (strcmp(item[i], s->variable[k]) == 0) flag[k] = true;
}

static bool read_settings(run *r) {
  settings *s = &r->set;
  char *item[MAX_VARIABLE];
  FILE *f = fopen(rein_arena_printf(r->arena, "%s/%s-settings.txt", r->folder, r->name), "r");
  if (!f) return verdict(r, CASE_FAILED, "no settings file");
  char *line = NULL;
  size_t cap = 0;
  for (int round = 0; round < 2; round++) { /* variables first: the other lists refer to them */
    rewind(f);
    while (getline(&line, &cap, f) > 0) {
      char *value = strchr(line, ':');
      if (!value) continue;
      *value++ = '\0';
      if (round == 0 && !strcmp(line, "start")) s->start = atof(value);
      if (round == 0 && !strcmp(line, "duration")) s->duration = atof(value);
      if (round == 0 && !strcmp(line, "steps")) s->steps = atoi(value);
      if (round == 0 && !strcmp(line, "absolute")) s->absolute = atof(value);
      if (round == 0 && !strcmp(line, "relative")) s->relative = atof(value);
      if (round == 0 && !strcmp(line, "variables")) s->n = split(r, value, s->variable);
      if (round == 1 && !strcmp(line, "amount")) mark(s, s->amount, item, split(r, value, item));
      if (round == 1 && !strcmp(line, "concentration"))
        mark(s, s->concentration, item, split(r, value, item));
    }
  }
  free(line);
  fclose(f);
  return s->steps > 0 ? true : verdict(r, CASE_UNSUPPORTED, "no time course");
}

/* ---- model ---- */

static const char *model_path(run *r) {
  glob_t found;
  const char *pattern = rein_arena_printf(r->arena, "%s/%s-sbml-%s.xml", r->folder, r->name,
                                          r->level_version ? r->level_version : "l?v?");
  const char *path = NULL;
  if (glob(pattern, 0, NULL, &found) == 0)
    path = rein_arena_strdup(r->arena, found.gl_pathv[found.gl_pathc - 1]);
  globfree(&found);
  return path;
}

static bool refuse(run *r, const rein_diag *diag) {
  rein_text text;
  rein_text_init(&text, r->arena);
  rein_diag_print(diag, &text);
  const char *error = strstr(text.bytes, "error: ");
  return verdict(r, CASE_UNSUPPORTED, error ? error + 7 : text.bytes);
}

/* Row of what a name of the model is: states, then observables, values, processes. */
static int row_of(const rein_tape *t, const char *name) {
  for (int i = 0; name && i < t->n_state; i++)
    if (strcmp(t->state[i].name, name) == 0) return i;
  for (int i = 0; name && i < t->n_output; i++)
    if (strcmp(t->output[i].name, name) == 0) return t->n_state + i;
  return -1;
}

static bool find_rows(run *r, const rein_sbml_map *map) {
  r->keep = REIN_NEW(r->arena, int, r->set.n + 1);
  for (int i = 0; i < r->set.n; i++) {
    r->keep[i] = -1;
    for (size_t k = 0; k < map->n_symbol; k++) {
      const rein_sbml_symbol *s = &map->symbol[k];
      if (strcmp(s->id, r->set.variable[i]) != 0) continue;
      const char *name = s->name;
      if (r->set.amount[i] && s->amount) name = s->amount;
      if (r->set.concentration[i] && s->concentration) name = s->concentration;
      r->keep[i] = row_of(r->tape, name);
    }
    if (r->keep[i] < 0)
      return verdict(r, CASE_FAILED, rein_arena_printf(r->arena, "no variable '%s'", r->set.variable[i]));
  }
  return true;
}

/* The model as its own YAML says it. */
static rein_status write_and_read(run *r, rein_units *units, rein_diag *diag, rein_model **model) {
  rein_text yaml;
  rein_text_init(&yaml, r->arena);
  rein_model_write_yaml(*model, "sbml", &yaml);
  const rein_source *source = rein_source_create(r->arena, "written.yaml", yaml.bytes, yaml.n);
  return rein_model_read_source(r->arena, units, source, NULL, diag, model);
}

static bool load(run *r) {
  rein_diag *diag = rein_diag_create(r->arena);
  rein_units *units = NULL;
  const rein_source *source = NULL;
  rein_model *model = NULL;
  rein_tape *tape = NULL;
  rein_sbml_map map = {0};
  const char *path = model_path(r), *why = "";
  if (!path) return verdict(r, CASE_FAILED, "no model file");
  if (rein_units_create(diag, &units) != REIN_OK) return refuse(r, diag);
  rein_status status = rein_files_read(r->arena, path, (rein_pos){0}, diag, &source);
  if (status == REIN_OK) status = rein_sbml_read(r->arena, units, source, diag, &map, &model);
  if (status == REIN_OK && r->by_yaml)
    status = write_and_read(r, units, diag, &model);
  else if (status == REIN_OK)
    status = rein_model_check(model, units, diag);
  rein_units_destroy(units);
  if (status == REIN_OK) status = rein_compile(r->arena, model, diag, &tape);
  if (status != REIN_OK) return refuse(r, diag);
  if (!rein_tape_verify(tape, &why)) return verdict(r, CASE_FAILED, why);
  r->tape = tape, r->model = model;
  return find_rows(r, &map);
}

/* ---- run ---- */

static rein_status fill(void *context, int64_t i_batch, rein_eval *eval, rein_lane_plan *lane) {
  run *r = context;
  (void)i_batch;
  const int n_lane = rein_eval_n_lane(eval);
  for (int p = 0; p < r->tape->n_param; p++)
    for (int l = 0; l < n_lane; l++) rein_eval_row(eval, p)[l] = r->tape->param_default[p];
  for (int l = 0; l < n_lane; l++) {
    lane[l].real = l == 0;
    lane[l].individual = 0, lane[l].arm = 0;
    lane[l].t_start = r->set.start, lane[l].t_end = r->set.start + r->set.duration;
    lane[l].obs = r->time, lane[l].n_obs = r->set.steps + 1;
  }
  return REIN_OK;
}

static rein_status take(void *context, const rein_batch_result *result) {
  run *r = context;
  int n = (r->set.steps + 1) * r->set.n;
  for (int i = 0; i < n; i++) r->out[i] = result->out[(size_t)i * (size_t)result->n_lane];
  r->outcome = result->outcome[0];
  return REIN_OK;
}

static bool simulate(run *r) {
  const int n_row = r->set.steps + 1;
  r->time = REIN_NEW(r->arena, double, n_row);
  r->out = REIN_NEW(r->arena, double, n_row * r->set.n + 1);
  for (int i = 0; i < n_row; i++) r->time[i] = r->set.start + r->set.duration * i / r->set.steps;
  double *atol = REIN_NEW(r->arena, double, r->tape->n_state + 1);
  for (int s = 0; s < r->tape->n_state; s++) atol[s] = ATOL;
  rein_plan plan = {.context = r,
                    .n_batch = 1,
                    .n_lane = REIN_LANE_MULTIPLE,
                    .n_obs = n_row,
                    .keep = r->keep,
                    .n_keep = r->set.n,
                    .atol = atol,
                    .rtol = RTOL,
                    .act_first = true,
                    .max_step = r->set.duration / r->set.steps,
                    .max_steps = MAX_STEPS,
                    .fill = fill};
  rein_sink sink = {r, take};
  rein_ens_options options = {.n_thread = 1};
  rein_ens_totals totals;
  rein_status status = rein_ens_run(r->tape, &plan, &sink, &options, &totals);
  if (status != REIN_OK) return verdict(r, CASE_FAILED, rein_status_meaning(status));
  if (r->outcome.status != REIN_LANE_FAILED) return true;
  return verdict(r, CASE_FAILED,
                 rein_arena_printf(r->arena, "integration: %s at %g (state %s, %s)",
                                   rein_fail_meaning(r->outcome.fail), r->outcome.time,
                                   r->outcome.state >= 0 ? r->tape->state[r->outcome.state].name : "-",
                                   r->outcome.origin ? r->outcome.origin->label : "-"));
}

/* ---- verdict ---- */

static double token(const char **at) {
  while (isspace((unsigned char)**at) || **at == ',') (*at)++;
  char *end;
  double value = strtod(*at, &end);
  while (*end && *end != ',' && *end != '\n') end++;
  *at = end;
  return value;
}

static bool matches(double wanted, double got, const settings *s) {
  if (isnan(wanted)) return isnan(got);
  if (isinf(wanted)) return wanted == got;
  return fabs(wanted - got) <= s->absolute + s->relative * fabs(wanted);
}

static bool judge(run *r) {
  FILE *f = fopen(rein_arena_printf(r->arena, "%s/%s-results.csv", r->folder, r->name), "r");
  if (!f) return verdict(r, CASE_FAILED, "no results file");
  char *line = NULL;
  size_t cap = 0;
  bool fine = getline(&line, &cap, f) > 0;
  for (int row = 0; fine && row <= r->set.steps; row++) {
    if (getline(&line, &cap, f) <= 0) {
      fine = verdict(r, CASE_FAILED, "results end too soon");
      break;
    }
    const char *at = line;
    double time = token(&at);
    for (int i = 0; fine && i < r->set.n; i++) {
      double wanted = token(&at), got = r->out[row * r->set.n + i];
      if (!matches(wanted, got, &r->set))
        fine = verdict(r, CASE_FAILED,
                       rein_arena_printf(r->arena, "%s at %g: wanted %.9g, got %.9g", r->set.variable[i],
                                         time, wanted, got));
    }
  }
  free(line);
  fclose(f);
  return fine;
}

static bool write_table(run *r, const char *csv) {
  FILE *f = fopen(csv, "w");
  if (!f) return verdict(r, CASE_FAILED, "cannot write the table");
  fprintf(f, "time");
  for (int i = 0; i < r->set.n; i++) fprintf(f, ",%s", r->set.variable[i]);
  for (int row = 0; row <= r->set.steps; row++) {
    fprintf(f, "\n%.17g", r->time[row]);
    for (int i = 0; i < r->set.n; i++) {
      double value = r->out[row * r->set.n + i];
      if (isnan(value))
        fprintf(f, ",NaN");
      else if (isinf(value))
        fprintf(f, ",%sINF", value < 0 ? "-" : "");
      else
        fprintf(f, ",%.17g", value);
    }
  }
  fprintf(f, "\n");
  return fclose(f) == 0;
}

static double now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

void case_run(const char *folder, const char *name, const char *level_version, const char *csv, bool by_yaml,
              case_result *result) {
  double start = now();
  *result = (case_result){.verdict = CASE_PASSED};
  rein_arena *arena = rein_arena_create();
  if (!arena) return;
  run r = {.arena = arena,
           .folder = folder,
           .name = name,
           .level_version = level_version,
           .by_yaml = by_yaml,
           .result = result};
  bool fine = read_settings(&r) && load(&r) && simulate(&r);
  if (fine && csv)
    write_table(&r, csv);
  else if (fine)
    judge(&r);
  rein_arena_destroy(arena);
  result->seconds = now() - start;
}
