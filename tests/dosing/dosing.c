/* `make dosing CASES=folder`: dosing regimens against the answers of another simulator.
 *
 *   dosing FOLDER
 *
 * Every folder in FOLDER is a case: events.csv (NONMEM's records), parameters.csv (what differs from the
 * model below), expected.csv (amounts and concentration at times). Each case is run twice, as a table of
 * doses and as YAML actions made from the same records, through the scenario reader. A line tells for both
 * the largest deviation relative to the largest value of its column; the last line counts. */
#include <dirent.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "solver/ensemble.h"
#include "src/base/files.h"
#include "src/lang/csv.h"
#include "src/study/simulate.h"

#define ALLOWED 1e-6 /* of the column's largest value */

static const char MODEL_HEAD[] = "rein: model/1\nname: dosing\ntime: h\nstates:\n"
                                 "  GUT: {unit: mg, initial: 0, scale: 100 mg}\n"
                                 "  CENT: {unit: mg, initial: 0, scale: 100 mg}\n"
                                 "  PERI: {unit: mg, initial: 0, scale: 100 mg}\n"
                                 "  RESP: {unit: '1', initial: KIN / KOUT, scale: 50 1}\n"
                                 "values:\n  conc: {is: CENT / VC, unit: mg/L}\n"
                                 "processes:\n"
                                 "  absorption: {from: GUT, to: CENT, rate: KA * GUT}\n"
                                 "  elimination: {from: CENT, rate: CL * conc}\n"
                                 "  out: {from: CENT, to: PERI, rate: Q * conc}\n"
                                 "  back: {from: PERI, to: CENT, rate: Q / VP * PERI}\n"
                                 "  production: {to: RESP, rate: KIN * (1 - IMAX * conc / (IC50 + conc))}\n"
                                 "  loss: {from: RESP, rate: KOUT * RESP}\n"
                                 "actions:\n"
                                 "  gut: {unit: mg, into: GUT, bioavailability: FGUT, lag: LGUT}\n"
                                 "  cent: {unit: mg, into: CENT}\n"
                                 "  cent_at_rate: {unit: mg, into: CENT, rate: RCENT}\n"
                                 "  cent_for_length: {unit: mg, into: CENT, duration: DCENT}\n"
                                 "  peri: {unit: mg, into: PERI}\n"
                                 "  resp: {unit: '1', into: RESP}\n"
                                 "observables:\n  C: {is: conc, unit: mg/L, noise: none}\n"
                                 "parameters:\n";

static struct {
  const char *name, *unit;
  double value;
} const PARAMETERS[] = {{"KA", "1/h", 1.2},    {"CL", "L/h", 5},   {"VC", "L", 50},      {"Q", "L/h", 8},
                        {"VP", "L", 120},      {"KIN", "1/h", 10}, {"KOUT", "1/h", 0.2}, {"IMAX", "1", 0.9},
                        {"IC50", "mg/L", 0.6}, {"FGUT", "1", 1},   {"LGUT", "h", 0},     {"DCENT", "h", 0},
                        {"RCENT", "mg/h", 0}};
enum { N_PARAMETER = sizeof PARAMETERS / sizeof *PARAMETERS };

typedef struct {
  rein_arena *arena;
  rein_units *units;
  rein_diag *diag;
  const char *folder, *name; /* of the case */
  const char *work;          /* where its files are written */
  rein_csv *events, *parameters, *expected;
} one_case;

/* ---- files ---- */

static bool read_csv(one_case *c, const char *name, rein_csv **out) {
  const rein_source *source;
  const char *path = rein_arena_printf(c->arena, "%s/%s", c->folder, name);
  return rein_files_read(c->arena, path, (rein_pos){0}, c->diag, &source) == REIN_OK &&
         rein_csv_parse(c->arena, source, c->diag, out) == REIN_OK;
}

static bool write_text(one_case *c, const char *name, const rein_text *text) {
  return rein_files_write(rein_arena_printf(c->arena, "%s/%s", c->work, name), text->bytes, text->n,
                          c->diag) == REIN_OK;
}

/* A cell as a number, 0 where it is missing or there is no such column. */
static double cell(const rein_csv *csv, int64_t row, const char *column) {
  int k = rein_csv_find(csv, column);
  return k < 0 || rein_csv_is_missing(csv, row, k) ? 0.0 : strtod(rein_csv_text(csv, row, k), NULL);
}

static bool write_model(one_case *c) {
  rein_text text;
  rein_text_init(&text, c->arena);
  rein_text_add(&text, MODEL_HEAD);
  for (int i = 0; i < N_PARAMETER; i++) {
    double value = PARAMETERS[i].value;
    for (int64_t row = 0; row < c->parameters->n_row; row++)
      if (strcmp(rein_csv_text(c->parameters, row, 0), PARAMETERS[i].name) == 0)
        value = cell(c->parameters, row, "value");
    rein_text_printf(&text, "  %s: {value: %.17g %s, assumed: reference case}\n", PARAMETERS[i].name, value,
                     PARAMETERS[i].unit);
  }
  return write_text(c, "model.yaml", &text);
}

static void begin_scenario(const one_case *c, rein_text *text) {
  rein_text_init(text, c->arena);
  double start = 0.0;
  for (int64_t row = 0; row < c->events->n_row; row++) start = fmin(start, cell(c->events, row, "time"));
  rein_text_printf(text,
                   "rein: scenario/1\nname: dosing_case\nmodel: ./model.yaml\ncohort: typical\n"
                   "keep: [states]\nsolver: {rtol: 1e-9, atol_rel: 1e-12, ss_add: ends_infusions}\n"
                   "start: %.17g h\nmeasure:\n  at: [",
                   start);
  for (int64_t row = 0; row < c->expected->n_row; row++)
    rein_text_printf(text, "%s%.17g h", row > 0 ? ", " : "", cell(c->expected, row, "time"));
  rein_text_add(text, "]\n");
}

/* The scenario that takes the table as it is. */
static bool write_table_scenario(one_case *c) {
  rein_text text, table;
  begin_scenario(c, &text);
  rein_text_add(&text,
                "arms:\n  given:\n    events:\n      table: doses.csv\n"
                "      units: {time: h, ii: h, amt: {1: mg, 2: mg, 3: mg, 4: '1'},\n"
                "              rate: {1: mg/h, 2: mg/h, 3: mg/h, 4: 1/h}}\n"
                "      actions: {1: gut, 2: [cent, cent_at_rate, cent_for_length], 3: peri, 4: resp}\n");
  rein_text_init(&table, c->arena);
  rein_text_add_n(&table, c->events->source->bytes, c->events->source->n_byte);
  return write_text(c, "doses.csv", &table) && write_text(c, "table.yaml", &text);
}

/* ---- records as YAML actions ---- */

static const char *action_of(int cmt, double rate) {
  static const char *const ACTIONS[] = {"?", "gut", "cent", "peri", "resp"};
  if (cmt == 2 && rate == -1) return "cent_at_rate";
  if (cmt == 2 && rate == -2) return "cent_for_length";
  return cmt >= 1 && cmt <= 4 ? ACTIONS[cmt] : ACTIONS[0];
}

static void write_dose(const one_case *c, int64_t row, rein_text *text) {
  const rein_csv *e = c->events;
  double time = cell(e, row, "time"), rate = cell(e, row, "rate"), ii = cell(e, row, "ii");
  int cmt = (int)cell(e, row, "cmt"), addl = (int)cell(e, row, "addl"), ss = (int)cell(e, row, "ss");
  const char *unit = cmt == 4 ? "1" : "mg";
  rein_text_printf(text, "      - {do: %s, amount: %.17g %s", action_of(cmt, rate), cell(e, row, "amt"),
                   unit);
  if ((addl > 0 || ss > 0) && ii > 0)
    rein_text_printf(text, ", from: %.17g h, every: %.17g h, count: %d", time, ii, addl + 1);
  else
    rein_text_printf(text, ", at: %.17g h", time);
  if (rate > 0) rein_text_printf(text, ", rate: %.17g %s/h", rate, unit);
  if (cell(e, row, "evid") == 8) rein_text_add(text, ", as: replace");
  if (ss > 0) rein_text_printf(text, ", ss: %s", ss == 2 ? "add" : "reset");
  rein_text_add(text, "}\n");
}

static bool write_yaml_scenario(one_case *c) {
  rein_text text;
  begin_scenario(c, &text);
  rein_text_add(&text, "arms:\n  given:\n    actions:\n");
  for (int64_t row = 0; row < c->events->n_row; row++) {
    int evid = (int)cell(c->events, row, "evid");
    bool resets = evid == 3 || (evid == 4 && cell(c->events, row, "ss") == 0);
    if (resets) rein_text_printf(&text, "      - {do: reset, at: %.17g h}\n", cell(c->events, row, "time"));
    if (evid == 1 || evid == 4 || evid == 8) write_dose(c, row, &text);
  }
  return write_text(c, "yaml.yaml", &text);
}

/* ---- running, comparing ---- */

typedef struct {
  const one_case *c;
  const rein_simulation *s;
  double largest; /* deviation */
  const char *column;
  double time;
  bool failed;
} comparison;

/* Row of the results that a column of the expected table is. */
static int row_of(const rein_simulation *s, const char *column) {
  for (int k = 0; k < s->plan->n_keep; k++) {
    int row = s->plan->keep[k], n = s->tape->n_state;
    const char *name = row < n ? s->tape->state[row].name : s->tape->output[row - n].name;
    if (strcmp(name, column) == 0) return k;
  }
  return -1;
}

static rein_status compare(void *context, const rein_batch_result *result) {
  comparison *x = context;
  const rein_csv *e = x->c->expected;
  if (result->outcome[0].status == REIN_LANE_FAILED) x->failed = true;
  for (int k = 1; k < e->n_column; k++) {
    int row = row_of(x->s, e->header[k]);
    double scale = 0.0;
    for (int64_t i = 0; i < e->n_row; i++) scale = fmax(scale, fabs(cell(e, i, e->header[k])));
    if (scale == 0.0) scale = 1.0;
    for (int64_t i = 0; i < e->n_row && row >= 0; i++) {
      int64_t at = 0; /* measurement of the same time */
      while (at < x->s->scenario->n_time && x->s->scenario->time[at] < cell(e, i, "time") - 1e-9) at++;
      size_t place = ((size_t)at * (size_t)x->s->plan->n_keep + (size_t)row) * (size_t)result->n_lane;
      double deviation = fabs(result->out[place] - cell(e, i, e->header[k])) / scale;
      if (isnan(deviation)) deviation = INFINITY;
      if (deviation <= x->largest) continue;
      x->largest = deviation, x->column = e->header[k], x->time = cell(e, i, "time");
    }
    if (row < 0) x->failed = true;
  }
  return REIN_OK;
}

/* Largest deviation of a scenario; infinite where it does not run. */
static double run(one_case *c, const char *name) {
  rein_simulation s;
  const char *path = rein_arena_printf(c->arena, "%s/%s", c->work, name);
  const rein_scenario_options options = {0};
  if (rein_simulation_prepare(c->arena, c->units, path, &options, NULL, c->diag, &s) != REIN_OK)
    return INFINITY;
  comparison x = {.c = c, .s = &s};
  const rein_sink sink = {&x, compare};
  const rein_ens_options ens = {.n_thread = 1};
  rein_ens_totals totals;
  if (rein_ens_run(s.tape, s.plan, &sink, &ens, &totals) != REIN_OK || x.failed) return INFINITY;
  if (!(x.largest <= ALLOWED)) printf("  %s: worst in %s at %g h\n", name, x.column, x.time);
  return isnan(x.largest) ? INFINITY : x.largest;
}

static bool run_case(one_case *c) {
  static const char *const FILES[] = {"model.yaml", "doses.csv", "table.yaml", "yaml.yaml"};
  double table = INFINITY, yaml = INFINITY;
  bool there = read_csv(c, "events.csv", &c->events) && read_csv(c, "parameters.csv", &c->parameters) &&
               read_csv(c, "expected.csv", &c->expected);
  if (there && write_model(c) && write_table_scenario(c) && write_yaml_scenario(c)) {
    table = run(c, "table.yaml");
    yaml = run(c, "yaml.yaml");
  }
  bool fine = table <= ALLOWED && yaml <= ALLOWED;
  printf("%-28s table %8.1e  yaml %8.1e  %s\n", c->name, table, yaml, fine ? "agrees" : "DIFFERS");
  if (rein_diag_n_error(c->diag) > 0) {
    rein_text text;
    rein_text_init(&text, c->arena);
    rein_diag_print(c->diag, &text);
    printf("%s", text.bytes);
  }
  for (size_t i = 0; i < sizeof FILES / sizeof *FILES; i++)
    unlink(rein_arena_printf(c->arena, "%s/%s", c->work, FILES[i]));
  return fine;
}

/* ---- all cases ---- */

static int by_name(const void *a, const void *b) {
  return strcmp(*(char *const *)a, *(char *const *)b);
}

/* Names of the folders in `folder` that hold events.csv, sorted; *n of them. */
static char **find_cases(rein_arena *arena, const char *folder, size_t *n) {
  char **name = NULL;
  size_t cap = 0;
  DIR *dir = opendir(folder);
  *n = 0;
  for (struct dirent *entry; dir && (entry = readdir(dir)) != NULL;) {
    if (entry->d_name[0] == '.') continue;
    if (!rein_files_exists(rein_arena_printf(arena, "%s/%s/events.csv", folder, entry->d_name))) continue;
    REIN_PUSH(arena, name, *n, cap, rein_arena_strdup(arena, entry->d_name));
  }
  if (dir) closedir(dir);
  if (*n > 0) qsort(name, *n, sizeof *name, by_name);
  return name;
}

int main(int argc, char **argv) {
  char work[] = "/tmp/rein-dosing-XXXXXX";
  if (argc != 2 || !mkdtemp(work)) {
    fprintf(stderr, "usage: dosing FOLDER\n");
    return 2;
  }
  rein_arena *names = rein_arena_create();
  rein_units *units;
  size_t n, n_fine = 0;
  if (!names || rein_units_create(rein_diag_create(names), &units) != REIN_OK) return 2;
  char **name = find_cases(names, argv[1], &n);
  for (size_t i = 0; i < n; i++) {
    rein_arena *arena = rein_arena_create();
    one_case c = {.arena = arena,
                  .units = units,
                  .diag = rein_diag_create(arena),
                  .folder = rein_arena_printf(arena, "%s/%s", argv[1], name[i]),
                  .name = name[i],
                  .work = work};
    n_fine += run_case(&c);
    fflush(stdout);
    rein_arena_destroy(arena);
  }
  rmdir(work);
  rein_units_destroy(units);
  rein_arena_destroy(names);
  printf("dosing: %zu cases, %zu agree, %zu differ\n", n, n_fine, n - n_fine);
  return n > 0 && n_fine == n ? 0 : 1;
}
