/* `start:`, `measure:`, `horizons:`, `keep:`: when the simulation begins, what is looked at and when. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "src/scenario/inside.h"

#define MAX_TIME 1000000

typedef struct {
  double *time;
  size_t n, capacity;
} time_list;

/* ---- measurement times ---- */

static bool add_time(rein_scenario_reader *r, time_list *list, double time, rein_pos pos) {
  if (time < r->inside->t_start) {
    rein_error(r->diag, pos, "this time is before the simulation starts; say 'start:'");
    return false;
  }
  REIN_PUSH(r->arena, list->time, list->n, list->capacity, time);
  return true;
}

static bool read_listed(rein_scenario_reader *r, const rein_yaml *at, time_list *list) {
  bool good = true;
  for (int i = 0; i < (at->kind == REIN_YAML_LIST ? at->n : 1); i++) {
    const rein_yaml *item = at->kind == REIN_YAML_LIST ? at->item[i] : at;
    double time;
    good =
        rein_scenario_time(r, item, "'at' of 'measure'", &time) && add_time(r, list, time, item->pos) && good;
  }
  return good;
}

static bool read_grid(rein_scenario_reader *r, const rein_yaml *map, time_list *list) {
  const rein_yaml *from = rein_yaml_get(map, "from"), *to = rein_yaml_get(map, "to"),
                  *every = rein_yaml_get(map, "every");
  double first = 0.0, last, step;
  if (!to || !every) {
    rein_error(r->diag, map->pos, "'measure' needs 'at', or 'to' and 'every'");
    return false;
  }
  if (from && !rein_scenario_time(r, from, "'from' of 'measure'", &first)) return false;
  if (!rein_scenario_time(r, to, "'to' of 'measure'", &last)) return false;
  if (!rein_scenario_time(r, every, "'every' of 'measure'", &step)) return false;
  if (!(step > 0.0)) rein_error(r->diag, every->pos, "'every' of 'measure' has to be longer than 0");
  if (!(last > first)) rein_error(r->diag, to->pos, "'to' of 'measure' has to be after 'from'");
  if (!(step > 0.0) || !(last > first)) return false;
  double n = floor((last - first) / step + 1e-9) + 1.0;
  if (n > MAX_TIME) {
    rein_error(r->diag, every->pos, "more than %d measurement times", MAX_TIME);
    return false;
  }
  for (int i = 0; i < (int)n; i++) {
    if (!add_time(r, list, rein_scenario_round_time(first + step * i), (from ? from : to)->pos)) return false;
  }
  return true;
}

static int compare_times(const void *left, const void *right) {
  double a = *(const double *)left, b = *(const double *)right;
  return (a > b) - (a < b);
}

static int find_time(const rein_scenario *scenario, double time) {
  for (int i = 0; i < scenario->n_time; i++) {
    if (scenario->time[i] == time) return i;
  }
  return -1;
}

/* ---- horizons ---- */

typedef struct {
  double before, after;
  const char *label;
} span;

static bool read_horizon(rein_scenario_reader *r, const rein_yaml *node, double origin, span *out) {
  if (node->kind == REIN_YAML_SCALAR) {
    double length;
    if (!rein_scenario_time(r, node, "a horizon", &length)) return false;
    if (!(length > 0.0)) rein_error(r->diag, node->pos, "a horizon has to be longer than 0");
    *out = (span){origin, rein_scenario_round_time(origin + length), node->text};
    return length > 0.0;
  }
  const rein_yaml *from = rein_yaml_get(node, "from"), *to = rein_yaml_get(node, "to");
  if (node->kind != REIN_YAML_MAP || !from || !to || node->n != 2) {
    rein_error(r->diag, node->pos, "a horizon is a time such as '3 d', or {from: 2 d, to: 5 d}");
    return false;
  }
  if (!rein_scenario_time(r, from, "'from' of a horizon", &out->before)) return false;
  if (!rein_scenario_time(r, to, "'to' of a horizon", &out->after)) return false;
  out->label = rein_arena_printf(r->arena, "%s to %s", from->text, to->text);
  if (!(out->after > out->before)) rein_error(r->diag, to->pos, "'to' of a horizon has to be after 'from'");
  return out->after > out->before;
}

/* Each horizon is its own record: twice the same would count everything twice. */
static bool check_repeated(rein_scenario_reader *r, const span *all, int n, rein_pos pos) {
  for (int i = 0; i < n; i++) {
    if (all[i].before != all[n].before || all[i].after != all[n].after) continue;
    rein_error(r->diag, pos, "this is the horizon '%s' again; say each once", all[i].label);
    return false;
  }
  return true;
}

/* Horizons from time 0, or from the start where that is later. */
static bool read_horizons(rein_scenario_reader *r, time_list *list, span **out, int *n_out) {
  const rein_yaml *node = rein_yaml_get(r->root, "horizons");
  double origin = r->inside->t_start > 0.0 ? r->inside->t_start : 0.0;
  bool good = true;
  int n = !node ? 0 : node->kind == REIN_YAML_LIST ? node->n : 1;
  span *all = REIN_NEW(r->arena, span, n + 1);
  for (int i = 0; i < n; i++) {
    const rein_yaml *item = node->kind == REIN_YAML_LIST ? node->item[i] : node;
    good = read_horizon(r, item, origin, &all[i]) && add_time(r, list, all[i].before, item->pos) &&
           add_time(r, list, all[i].after, item->pos) && check_repeated(r, all, good ? i : 0, item->pos) &&
           good;
  }
  *out = all;
  *n_out = n;
  return good;
}

/* Without any horizon: from the first measurement to the last. */
static void settle_times(rein_scenario_reader *r, time_list *list, const span *all, int n) {
  rein_scenario *scenario = r->scenario;
  qsort(list->time, list->n, sizeof *list->time, compare_times);
  int n_time = 0;
  for (size_t i = 0; i < list->n; i++) {
    if (n_time == 0 || list->time[i] > list->time[n_time - 1]) list->time[n_time++] = list->time[i];
  }
  scenario->time = list->time;
  scenario->n_time = n_time;
  rein_horizon *horizon = REIN_NEW(r->arena, rein_horizon, n + 1);
  for (int i = 0; i < n; i++) {
    horizon[i] =
        (rein_horizon){find_time(scenario, all[i].before), find_time(scenario, all[i].after), all[i].label};
  }
  if (n == 0 && n_time == 1) {
    rein_error(r->diag, rein_yaml_get(r->root, "measure")->pos,
               "one measurement makes no transition: name a second time, or 'horizons'");
  } else if (n == 0) {
    rein_text label;
    rein_text_init(&label, r->arena);
    rein_text_number(&label, list->time[n_time - 1] - list->time[0]);
    rein_text_printf(&label, " %s", r->model->time_unit_text);
    horizon[n++] = (rein_horizon){0, n_time - 1, label.bytes};
  }
  scenario->horizon = horizon;
  scenario->n_horizon = n;
  r->inside->t_end = list->time[n_time - 1];
}

/* ---- what is kept ---- */

typedef struct {
  int *row;
  size_t n, capacity;
} row_list;

static void keep_row(rein_scenario_reader *r, row_list *list, size_t row) {
  for (size_t i = 0; i < list->n; i++) {
    if (list->row[i] == (int)row) return;
  }
  REIN_PUSH(r->arena, list->row, list->n, list->capacity, (int)row);
}

static void keep_rows(rein_scenario_reader *r, row_list *list, size_t first, size_t n) {
  for (size_t i = 0; i < n; i++) keep_row(r, list, first + i);
}

/* The name that ends in ".name": what a part declares carries the part's name. NULL none. */
static const char *name_in_part(const char *const *known, size_t n, const char *name) {
  for (size_t i = 0; i < n; i++) {
    size_t length = strlen(known[i]), n_name = strlen(name);
    if (length > n_name && known[i][length - n_name - 1] == '.' &&
        strcmp(known[i] + length - n_name, name) == 0)
      return known[i];
  }
  return NULL;
}

static bool keep_name(rein_scenario_reader *r, row_list *list, const rein_yaml *node) {
  const rein_model *model = r->model;
  size_t n_state = model->n_state, n_observable = model->n_observable, n_value = model->n_value,
         n_process = model->n_process;
  const char **known = REIN_NEW(r->arena, const char *, n_state + n_observable + n_value + n_process + 4);
  size_t n = 0;
  /* In the order of rows: states, then the output program's observables, values, processes. */
  for (size_t i = 0; i < n_state; i++) known[n++] = model->state[i].name;
  for (size_t i = 0; i < n_observable; i++) known[n++] = model->observable[i].name;
  for (size_t i = 0; i < n_value; i++) known[n++] = model->value[i].name;
  for (size_t i = 0; i < n_process; i++) known[n++] = model->process[i].name;
  for (size_t i = 0; i < n; i++) {
    if (strcmp(known[i], node->text) != 0) continue;
    keep_row(r, list, i);
    return true;
  }
  known[n++] = "states";
  known[n++] = "values";
  known[n++] = "processes";
  known[n++] = "observables";
  const char *full = name_in_part(known, n, node->text);
  if (full)
    rein_error(r->diag, node->pos, "there is no '%s' to keep, did you mean '%s'?", node->text, full);
  else
    rein_scenario_unknown(r, node->pos, "state, observable, value or process", node->text, known, n);
  return false;
}

static bool read_keep(rein_scenario_reader *r) {
  const rein_model *model = r->model;
  const rein_yaml *node = rein_yaml_get(r->root, "keep");
  row_list list = {0};
  bool good = true;
  size_t values = model->n_state + model->n_observable, processes = values + model->n_value;
  keep_rows(r, &list, model->n_state, model->n_observable);
  if (!node) keep_rows(r, &list, 0, model->n_state);
  for (int i = 0; node && i < (node->kind == REIN_YAML_LIST ? node->n : 1); i++) {
    const rein_yaml *item = node->kind == REIN_YAML_LIST ? node->item[i] : node;
    if (strcmp(item->text, "states") == 0) {
      keep_rows(r, &list, 0, model->n_state);
    } else if (strcmp(item->text, "values") == 0) {
      keep_rows(r, &list, values, model->n_value);
    } else if (strcmp(item->text, "processes") == 0) {
      keep_rows(r, &list, processes, model->n_process);
    } else if (strcmp(item->text, "observables") != 0) {
      good = keep_name(r, &list, item) && good;
    }
  }
  r->scenario->keep = list.row;
  r->scenario->n_keep = (int)list.n;
  return good;
}

/* ---- all of it ---- */

static void warn_long(rein_scenario_reader *r, rein_pos pos) {
  double from = r->inside->t_start < 0.0 ? r->inside->t_start : 0.0;
  if (!(r->inside->t_end - from > r->model->horizon)) return;
  rein_text text;
  rein_text_init(&text, r->arena);
  rein_text_number(&text, r->model->horizon);
  rein_warning(r->diag, pos, "this goes beyond the horizon the model is valid for, %s %s", text.bytes,
               r->model->time_unit_text);
}

bool rein_scenario_read_measure(rein_scenario_reader *r) {
  const rein_yaml *start = rein_yaml_get(r->root, "start"), *measure = rein_yaml_get(r->root, "measure");
  time_list list = {0};
  span *all;
  int n;
  bool good = !start || rein_scenario_time(r, start, "'start'", &r->inside->t_start);
  const rein_yaml *at = rein_yaml_get(measure, "at");
  bool grid =
      rein_yaml_get(measure, "from") || rein_yaml_get(measure, "to") || rein_yaml_get(measure, "every");
  if (at) good = read_listed(r, at, &list) && good;
  if (!at || grid) good = read_grid(r, measure, &list) && good;
  good = read_horizons(r, &list, &all, &n) && good;
  good = read_keep(r) && good;
  if (!good) return false;
  if (list.n == 0) {
    rein_error(r->diag, measure->pos, "'measure' names no time: 'at' is empty");
    return false;
  }
  settle_times(r, &list, all, n);
  if (r->scenario->n_time < 2 && r->inside->t_end <= r->inside->t_start) {
    rein_error(r->diag, measure->pos, "nothing is measured after the start");
    return false;
  }
  warn_long(r, measure->pos);
  return true;
}
