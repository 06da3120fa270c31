/* Columns and lines of tables in NONMEM's form. */
#include "src/scenario/nonmem.h"

#include <math.h>
#include <string.h>
#include <strings.h>

#include "src/scenario/scenario.h"

static const char *const NAMES[REIN_N_COL] = {"ID",   "TIME",  "AMT", "CMT",   "EVID",     "RATE", "II",
                                              "ADDL", "SS",    "MDV", "DV",    "DVID",     "CENS", "LLOQ",
                                              "ULOQ", "LIMIT", "ARM", "STUDY", "REPLICATE"};

static const char *const CARRY_WORDS[] = {"last", "next", "linear", NULL};
static const rein_schema TEXT_RULE[] = {{.key = "", .kind = REIN_SCHEMA_TEXT}, {0}};
const rein_schema rein_nonmem_keys[] = {{.key = "units", .kind = REIN_SCHEMA_ANY, .required = true},
                                        {.key = "observables", .kind = REIN_SCHEMA_ANY, .required = true},
                                        {.key = "actions", .kind = REIN_SCHEMA_ANY},
                                        {.key = "covariates", .kind = REIN_SCHEMA_ANY},
                                        {.key = "carry", .kind = REIN_SCHEMA_WORD, .words = CARRY_WORDS},
                                        {.key = "ignore", .kind = REIN_SCHEMA_LIST_OF, .keys = TEXT_RULE},
                                        {0}};

/* ---- columns ---- */

/* The column of that name, in whatever case. */
static int find_known(const char *name) {
  for (int k = 0; k < REIN_N_COL; k++)
    if (strcasecmp(name, NAMES[k]) == 0) return k;
  return -1;
}

static bool is_case(const char *name, bool upper) {
  for (; *name; name++)
    if (upper ? *name >= 'a' && *name <= 'z' : *name >= 'A' && *name <= 'Z') return false;
  return true;
}

static bool is_listed(const rein_yaml *list, const char *name) {
  for (int i = 0; list && i < (list->kind == REIN_YAML_LIST ? list->n : 1); i++)
    if (strcmp((list->kind == REIN_YAML_LIST ? list->item[i] : list)->text, name) == 0) return true;
  return false;
}

static rein_pos header_pos(const rein_csv *csv, int k) {
  rein_pos pos = rein_source_pos(csv->source, csv->header_offset[k], (int)strlen(csv->header[k]));
  pos.source = csv->quiet;
  return pos;
}

/* The first column that has a case says what all have; upper where none has. */
static int find_leader(const rein_csv *csv, const rein_yaml *covariates, const rein_yaml *ignore,
                       bool *upper) {
  *upper = true;
  for (int i = 0; i < csv->n_column; i++) {
    const char *name = csv->header[i];
    if (is_listed(ignore, name) || rein_yaml_get(covariates, name) || find_known(name) < 0) continue;
    *upper = is_case(name, true);
    if (*upper || is_case(name, false)) return i;
  }
  *upper = true;
  return -1;
}

static void refuse_case(const rein_nonmem *nm, int i, int leader, bool upper) {
  const char *name = nm->csv->header[i], *has = is_case(name, true)    ? "is in upper case"
                                                : is_case(name, false) ? "is in lower case"
                                                                       : "mixes upper and lower case";
  char *wanted = rein_arena_strdup(nm->arena, NAMES[find_known(name)]);
  for (char *c = wanted; *c && !upper; c++) *c = (char)(*c - 'A' + 'a');
  if (leader < 0)
    rein_error(nm->diag, header_pos(nm->csv, i),
               "column '%s' %s; expected '%s' (or all columns in lower case)", name, has, wanted);
  else
    rein_error(nm->diag, header_pos(nm->csv, i), "column '%s' %s; expected '%s', in %s case as '%s'", name,
               has, wanted, upper ? "upper" : "lower", nm->csv->header[leader]);
}

static void refuse_column(const rein_nonmem *nm, int i, bool upper) {
  rein_names *known = rein_names_create(nm->arena);
  for (int k = 0; k < REIN_N_COL; k++) {
    char *name = rein_arena_strdup(nm->arena, NAMES[k]);
    for (char *c = name; *c && !upper; c++) *c = (char)(*c - 'A' + 'a');
    rein_names_add(known, name, k);
  }
  const char *near = rein_names_closest(known, nm->csv->header[i]);
  rein_error(nm->diag, header_pos(nm->csv, i),
             "column '%s' means nothing here%s%s%s; name it in 'covariates' or in 'ignore'",
             nm->csv->header[i], near ? ", did you mean '" : "", near ? near : "", near ? "'?" : "");
}

/* Every column is one of the known ones, a covariate, or said to be ignored. */
bool rein_nonmem_find_columns(rein_nonmem *nm, const rein_yaml *covariates, const rein_yaml *ignore) {
  const rein_csv *csv = nm->csv;
  const int n_error = rein_diag_n_error(nm->diag);
  bool upper;
  const int leader = find_leader(csv, covariates, ignore, &upper);
  for (int k = 0; k < REIN_N_COL; k++) nm->at[k] = -1;
  for (int i = 0; i < csv->n_column; i++) {
    const int k = find_known(csv->header[i]);
    const bool is_covariate = rein_yaml_get(covariates, csv->header[i]) != NULL;
    if (is_listed(ignore, csv->header[i])) continue;
    if (k >= 0 && is_case(csv->header[i], upper))
      nm->at[k] = i;
    else if (k >= 0 && !is_covariate)
      refuse_case(nm, i, leader, upper);
    else if (!is_covariate)
      refuse_column(nm, i, upper);
  }
  return rein_diag_n_error(nm->diag) == n_error;
}

/* ---- lines ---- */

rein_pos rein_nonmem_cell(const rein_nonmem *nm, int64_t row, rein_nonmem_column k) {
  return rein_csv_pos(nm->csv, row, nm->at[k] >= 0 ? nm->at[k] : nm->at[REIN_COL_TIME]);
}

bool rein_nonmem_is_missing(const rein_nonmem *nm, int64_t row, rein_nonmem_column k) {
  return nm->at[k] < 0 || rein_csv_is_missing(nm->csv, row, nm->at[k]);
}

const char *rein_nonmem_id(const rein_nonmem *nm, int64_t row) {
  return nm->at[REIN_COL_ID] < 0 ? "" : rein_csv_text(nm->csv, row, nm->at[REIN_COL_ID]);
}

bool rein_nonmem_number(const rein_nonmem *nm, int64_t row, rein_nonmem_column k, double missing,
                        double *out) {
  *out = missing;
  return rein_nonmem_is_missing(nm, row, k) || rein_csv_number(nm->csv, row, nm->at[k], nm->diag, out);
}

bool rein_nonmem_whole(const rein_nonmem *nm, int64_t row, rein_nonmem_column k, double low, double high,
                       const char *expected, int *out) {
  double value;
  if (!rein_nonmem_number(nm, row, k, 0.0, &value)) return false;
  *out = (int)(value >= low && value <= high ? value : 0);
  if (value >= low && value <= high && value == floor(value)) return true;
  rein_error(nm->diag, rein_nonmem_cell(nm, row, k), "%s: expected %s", NAMES[k], expected);
  return false;
}

static bool read_evid(const rein_nonmem *nm, int64_t row, rein_nonmem_line *x) {
  if (nm->at[REIN_COL_EVID] < 0) { /* as NONMEM has it: an amount or a rate is a dose */
    x->evid = x->amt != 0.0 || x->rate != 0.0;
    return true;
  }
  if (!rein_nonmem_whole(nm, row, REIN_COL_EVID, 0, 8, "0, 1, 2, 3, 4 or 8", &x->evid)) return false;
  if (x->evid <= 4 || x->evid == 8) return true;
  rein_error(nm->diag, rein_nonmem_cell(nm, row, REIN_COL_EVID), "EVID: expected 0, 1, 2, 3, 4 or 8");
  return false;
}

bool rein_nonmem_read_line(const rein_nonmem *nm, int64_t row, rein_nonmem_line *x) {
  *x = (rein_nonmem_line){0};
  if (!rein_csv_number(nm->csv, row, nm->at[REIN_COL_TIME], nm->diag, &x->time)) return false;
  bool good = rein_nonmem_number(nm, row, REIN_COL_AMT, 0.0, &x->amt);
  good = rein_nonmem_number(nm, row, REIN_COL_RATE, 0.0, &x->rate) && good;
  return good && read_evid(nm, row, x);
}

bool rein_nonmem_has_no_amount(const rein_nonmem *nm, int64_t row, const rein_nonmem_line *x) {
  if (x->amt == 0.0) return true;
  rein_error(nm->diag, rein_nonmem_cell(nm, row, REIN_COL_AMT), "%s (EVID %d) has no amount%s",
             x->evid == 0   ? "an observation"
             : x->evid == 2 ? "an event of another type"
                            : "a reset",
             x->evid, x->evid == 3 ? "; EVID 4 resets and gives" : "");
  return false;
}

bool rein_nonmem_advance(const rein_nonmem *nm, int64_t row, int evid, bool first, rein_nonmem_clock *clock,
                         double *time) {
  if (!first && *time + clock->shift < clock->last) {
    if (evid != 3 && evid != 4) {
      rein_error(nm->diag, rein_nonmem_cell(nm, row, REIN_COL_TIME),
                 "TIME goes back; within a person it may do so only with a reset (EVID 3 or 4)");
      return false;
    }
    clock->shift = clock->last - *time;
  }
  *time = clock->last = rein_scenario_round_time(*time + clock->shift);
  return true;
}
