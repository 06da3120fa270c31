/* `adherence:`, `missed:`, `jitter:` of a line: how faithfully it is followed; see adherence.h. */
#include <math.h>
#include <string.h>

#include "src/lang/schema.h"
#include "src/scenario/inside.h"
#include "src/stats/normal.h"

static const char *const THEN_WORDS[] = {"skip", "late", "double", NULL};

static const rein_schema ADHERENCE_KEYS[] = {{.key = "initiation", .kind = REIN_SCHEMA_TEXT},
                                             {.key = "take", .kind = REIN_SCHEMA_TEXT},
                                             {.key = "after_miss", .kind = REIN_SCHEMA_TEXT},
                                             {.key = "between", .kind = REIN_SCHEMA_TEXT},
                                             {.key = "correlation", .kind = REIN_SCHEMA_TEXT},
                                             {.key = "amount", .kind = REIN_SCHEMA_ANY},
                                             {.key = "stop", .kind = REIN_SCHEMA_ANY},
                                             {.key = "then", .kind = REIN_SCHEMA_WORD, .words = THEN_WORDS},
                                             {.key = "late", .kind = REIN_SCHEMA_TEXT},
                                             {.key = "overstated", .kind = REIN_SCHEMA_TEXT},
                                             {0}};

typedef struct {
  rein_scenario_reader *r;
  const char *line; /* name of the line */
  const rein_yaml *map;
  bool good;
} reader;

static const char *what_of(const reader *f, const char *key) {
  return rein_arena_printf(f->r->arena, "'%s' in the adherence of '%s'", key, f->line);
}

static void take_fraction(reader *f, const char *key, double *out) {
  const rein_yaml *node = rein_yaml_get(f->map, key);
  if (node) f->good = rein_scenario_fraction(f->r, node, what_of(f, key), out) && f->good;
}

static void fail(reader *f, rein_pos pos, const char *message) {
  rein_error(f->r->diag, pos, "adherence of '%s': %s", f->line, message);
  f->good = false;
}

/* Lists of times and of fractions, equally long, times rising. */
static void read_points(reader *f, const rein_yaml *map, const char *values, rein_curve *out) {
  const rein_yaml *at = rein_yaml_get(map, "at"), *value = rein_yaml_get(map, values);
  bool shaped = map->n == 2 && at && value && at->kind == REIN_YAML_LIST && value->kind == REIN_YAML_LIST &&
                at->n == value->n && at->n > 0;
  if (!shaped) {
    fail(f, map->pos,
         rein_arena_printf(f->r->arena,
                           "expected two lists of one length, {at: [0 d, 30 d], %s: [100 %%, 60 %%]}",
                           values));
    return;
  }
  double *time = REIN_NEW(f->r->arena, double, at->n), *fraction = REIN_NEW(f->r->arena, double, at->n);
  for (int i = 0; i < at->n; i++) {
    f->good = rein_scenario_time(f->r, at->item[i], what_of(f, "at"), &time[i]) &&
              rein_scenario_fraction(f->r, value->item[i], what_of(f, values), &fraction[i]) && f->good;
    if (f->good && i > 0 && !(time[i] > time[i - 1])) fail(f, at->item[i]->pos, "times have to rise");
  }
  *out = (rein_curve){.kind = REIN_CURVE_TABLE, .time = time, .value = fraction, .n = at->n};
}

/* `amount:` a fraction; {from: 100 %, to: 20 %, half_life: 30 d}; or a table. */
static void read_amount(reader *f, rein_adherence *out) {
  const rein_yaml *node = rein_yaml_get(f->map, "amount");
  if (!node) return;
  out->has_amount = true;
  const rein_yaml *half = rein_yaml_get(node, "half_life"), *from = rein_yaml_get(node, "from"),
                  *to = rein_yaml_get(node, "to");
  if (node->kind == REIN_YAML_SCALAR) {
    take_fraction(f, "amount", &out->amount.from);
  } else if (half) {
    out->amount = (rein_curve){.kind = REIN_CURVE_DECAY, .from = 1.0};
    f->good = rein_scenario_time(f->r, half, what_of(f, "half_life"), &out->amount.half_life) && f->good;
    if (f->good && !(out->amount.half_life > 0.0)) fail(f, half->pos, "'half_life' has to be above 0");
    if (from) f->good = rein_scenario_fraction(f->r, from, what_of(f, "from"), &out->amount.from) && f->good;
    if (to) f->good = rein_scenario_fraction(f->r, to, what_of(f, "to"), &out->amount.to) && f->good;
    if (node->n != 1 + (from != NULL) + (to != NULL))
      fail(f, node->pos, "'amount' has 'from', 'to', 'half_life'");
  } else {
    read_points(f, node, "taken", &out->amount);
  }
}

/* `stop:` {hazard: 0.01 1/d}, or {at: [30 d, 90 d], left: [90 %, 60 %]}. */
static void read_stop(reader *f, rein_adherence *out) {
  const rein_yaml *node = rein_yaml_get(f->map, "stop"), *hazard = rein_yaml_get(node, "hazard");
  if (!node) return;
  if (!hazard) {
    out->has_stays = true;
    read_points(f, node, "left", &out->stays);
    for (int i = 1; f->good && i < out->stays.n; i++)
      if (out->stays.value[i] > out->stays.value[i - 1])
        fail(f, node->pos, "who has stopped does not come back");
    return;
  }
  rein_unit one = rein_unit_one(), unit = rein_unit_divide(&one, &f->r->model->time_unit);
  const char *text = rein_arena_printf(f->r->arena, "1/%s", f->r->model->time_unit_text);
  f->good = rein_scenario_quantity(f->r, hazard, &unit, text, what_of(f, "hazard"), &out->hazard) && f->good;
  if (f->good && out->hazard < 0.0) fail(f, hazard->pos, "a hazard is not negative");
}

static void read_miss(reader *f, rein_adherence *out) {
  const rein_yaml *then = rein_yaml_get(f->map, "then"), *late = rein_yaml_get(f->map, "late");
  if (then && strcmp(then->text, "late") == 0) out->then = REIN_MISS_LATE;
  if (then && strcmp(then->text, "double") == 0) out->then = REIN_MISS_DOUBLE;
  if (late) f->good = rein_scenario_time(f->r, late, what_of(f, "late"), &out->late) && f->good;
  if (late && out->then != REIN_MISS_LATE) fail(f, late->pos, "'late' goes with 'then: late'");
  if (out->then == REIN_MISS_LATE && !(out->late > 0.0))
    fail(f, then->pos, "'then: late' needs 'late', how much later a missed dose is taken");
}

static bool read_map(rein_scenario_reader *r, const char *line, const rein_yaml *map, rein_adherence *out) {
  reader f = {.r = r, .line = line, .map = map, .good = true};
  if (!rein_schema_check(map, ADHERENCE_KEYS, "adherence", r->diag)) return false;
  take_fraction(&f, "initiation", &out->initiation);
  take_fraction(&f, "take", &out->take);
  take_fraction(&f, "after_miss", &out->after_miss);
  take_fraction(&f, "correlation", &out->correlation);
  take_fraction(&f, "overstated", &out->overstated);
  const rein_yaml *between = rein_yaml_get(map, "between");
  if (between)
    f.good = rein_scenario_plain_number(r, between, what_of(&f, "between"), &out->between) && f.good;
  const rein_yaml *correlation = rein_yaml_get(map, "correlation");
  if (correlation && !between)
    fail(&f, correlation->pos, "'correlation' is a share of what 'between' says, and that is not said");
  if (f.good && out->between < 0.0) fail(&f, between->pos, "'between' is an SD, not negative");
  read_amount(&f, out);
  read_stop(&f, out);
  read_miss(&f, out);
  return f.good;
}

bool rein_scenario_read_adherence(rein_scenario_reader *r, const char *line, const rein_yaml *node,
                                  const rein_adherence **out) {
  rein_adherence *how = REIN_NEW(r->arena, rein_adherence, 1);
  *how = rein_adherence_all();
  *out = how;
  if (node->kind == REIN_YAML_MAP) return read_map(r, line, node, how);
  const char *what = rein_arena_printf(r->arena, "'adherence' of '%s'", line);
  return rein_scenario_fraction(r, node, what, &how->take);
}

/* ---- print ---- */

static void add_number(rein_text *out, const char *before, double value) {
  rein_text_add(out, before);
  rein_text_number(out, value);
}

static void print_curve(const rein_curve *c, rein_text *out) {
  if (c->kind == REIN_CURVE_CONSTANT) add_number(out, " ", c->from);
  if (c->kind == REIN_CURVE_DECAY) {
    add_number(out, " ", c->from);
    add_number(out, " to ", c->to);
    add_number(out, " half-life ", c->half_life);
  }
  for (int i = 0; i < c->n; i++) {
    add_number(out, " ", c->time[i]);
    add_number(out, ":", c->value[i]);
  }
}

void rein_scenario_print_adherence(const rein_adherence *how, rein_text *out) {
  static const char *const THEN[] = {"skip", "late ", "double"};
  add_number(out, ", adherence ", how->take);
  if (how->initiation < 1.0) add_number(out, ", initiation ", how->initiation);
  if (!isnan(how->after_miss)) add_number(out, ", after a miss ", how->after_miss);
  if (how->between > 0.0) {
    add_number(out, ", between ", how->between);
    add_number(out, " correlation ", how->correlation);
  }
  if (how->has_amount) rein_text_add(out, ", amount"), print_curve(&how->amount, out);
  if (how->hazard > 0.0) add_number(out, ", hazard ", how->hazard);
  if (how->has_stays) rein_text_add(out, ", staying"), print_curve(&how->stays, out);
  if (how->then != REIN_MISS_SKIP) rein_text_printf(out, ", then %s", THEN[how->then]);
  if (how->then == REIN_MISS_LATE) rein_text_number(out, how->late);
  if (how->overstated > 0.0) add_number(out, ", overstated ", how->overstated);
}

/* ---- jitter ---- */

static void warn_of_course(const rein_scenario *scenario, const rein_course *c, rein_diag *diag) {
  const double start = scenario->inside->t_start;
  if (!(c->jitter > 0.0) || c->n_dose == 0) return;
  const double share = rein_normal_cdf((start - c->time[0]) / c->jitter);
  if (share > 0.01)
    rein_warning(
        diag, c->pos,
        "jitter of %.6g %s around the dose of '%s' at %.6g: %.0f %% of the times drawn are before the "
        "start at %.6g, and the dose is taken then; let it begin later, or 'start' be earlier",
        c->jitter, scenario->model->time_unit_text, c->name, c->time[0], 100.0 * share, start);
}

void rein_scenario_warn_of_jitter(const rein_scenario *scenario, rein_diag *diag) {
  for (int a = 0; a < scenario->n_arm; a++)
    for (int k = 0; k < scenario->inside->arm[a].n_course; k++)
      warn_of_course(scenario, &scenario->inside->arm[a].course[k], diag);
}
