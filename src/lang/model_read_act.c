/* Actions that act on a parameter, value or process beside the states: `acts:` (an effect of the action's own
 * level) and `rise:`, `fall:` of `sets:` (a forcing that comes and goes). Both become states, values and
 * processes of the language, named action.x, and one rein_act each:
 *
 *   level    d amount = input - log(2) / half_life * amount
 *            d site = log(2) / onset * (amount - site)                      with `onset`
 *   effect   1 - emax * hill(level / volume, ec50, hill), or 1 + ...        the target times this
 *   forcing  the target times kept, plus forced; both go from one value to the next while part goes from 0 to
 * 1
 */
#include <math.h>
#include <string.h>

#include "src/lang/model_read.h"
#include "src/lang/resolve.h"

static const char *own_name(rein_reader *r, const rein_action *a, const char *what) {
  return rein_arena_printf(r->arena, "%s.%s", a->name, what);
}

static rein_ast *expression(rein_reader *r, const char *text, rein_pos pos) {
  return rein_read_piece_expression(r, (rein_piece){.text = text, .pos = pos});
}

static void add_value(rein_reader *r, const char *name, const char *unit_text, rein_unit unit,
                      const char *text, rein_pos pos) {
  *REIN_ADD(r, rein_value, value) = (rein_value){
      .name = name, .pos = pos, .unit = unit, .unit_text = unit_text, .is = expression(r, text, pos)};
}

static int add_param(rein_reader *r, const char *name, const char *unit_text, rein_unit unit, double value,
                     rein_pos pos) {
  *REIN_ADD(r, rein_param, param) = (rein_param){.name = name,
                                                 .pos = pos,
                                                 .unit = unit,
                                                 .unit_text = unit_text,
                                                 .value = value,
                                                 .has_value = true,
                                                 .between = {.low = -INFINITY, .high = INFINITY},
                                                 .uncertain = {.low = -INFINITY, .high = INFINITY},
                                                 .range_low = -INFINITY,
                                                 .range_high = INFINITY,
                                                 .moved = true,
                                                 .assumed = "moved by rein"};
  return (int)r->model->n_param - 1;
}

/* ---- acts: ---- */

/* What an option has to be in; text NULL: anything. */
typedef struct {
  rein_unit unit;
  const char *text;
} wanted_unit;

/* An option as text of an expression, its unit in quotes; `number` is its value where it is a plain number or
 * percentage, else NaN. */
static const char *option_text(rein_reader *r, const rein_yaml *map, const char *key, const char *otherwise,
                               wanted_unit wanted, double *number) {
  const rein_yaml *node = rein_yaml_get(map, key);
  rein_reader quiet = *r;
  rein_quantity q;
  *number = NAN;
  if (!node) return otherwise;
  quiet.diag = rein_diag_create(r->arena);
  if (!rein_read_quantity(&quiet, rein_piece_of(node), &q))
    return rein_arena_printf(r->arena, "(%s)", node->text);
  rein_unit one = rein_unit_one();
  if (wanted.text && !q.unit.unknown && !rein_unit_same_dimension(&q.unit, &wanted.unit))
    rein_error(r->diag, node->pos, "'%s' of 'acts' has unit %s, expected %s", key,
               q.has_unit ? q.unit_text : "1", wanted.text);
  if (rein_unit_same_dimension(&q.unit, &one)) *number = rein_unit_convert(q.number, &q.unit, &one);
  if (!q.has_unit) return rein_arena_printf(r->arena, "(%.17g)", q.number);
  return rein_arena_printf(r->arena, "(%.17g '%s')", q.number, q.unit_text);
}

static rein_ast *zero(rein_reader *r, rein_pos pos) {
  return rein_ast_number(r->arena, pos, 0);
}

/* The action's own kinetics; the name of the state that the effect comes from. */
static const char *add_level(rein_reader *r, rein_action *a, const rein_yaml *map) {
  double number;
  const wanted_unit time = {r->model->time_unit, r->model->time_unit_text};
  const char *half_life = option_text(r, map, "half_life", NULL, time, &number),
             *onset = option_text(r, map, "onset", NULL, time, &number), *amount = own_name(r, a, "amount");
  rein_state state = {.name = amount,
                      .pos = a->pos,
                      .unit = a->unit,
                      .unit_text = a->unit_text,
                      .initial = zero(r, a->pos),
                      .range_low = -INFINITY,
                      .range_high = INFINITY};
  rein_flow *flow = REIN_NEW(r->arena, rein_flow, 1);
  a->state = (int)r->model->n_state;
  *flow = (rein_flow){.state = a->state, .factor = -1, .unit = rein_unit_one()};
  *REIN_ADD(r, rein_state, state) = state;
  const char *rate = rein_arena_printf(r->arena, "log(2) / %s * %s", half_life, amount);
  *REIN_ADD(r, rein_process, process) = (rein_process){.name = own_name(r, a, "loss"),
                                                       .pos = map->pos,
                                                       .unit = rein_unit_unknown(),
                                                       .rate = expression(r, rate, map->pos),
                                                       .flow = flow,
                                                       .n_flow = 1};
  if (!onset) return amount;
  state.name = own_name(r, a, "site");
  state.initial = zero(r, a->pos);
  state.rate = expression(
      r, rein_arena_printf(r->arena, "log(2) / %s * (%s - %s)", onset, amount, state.name), map->pos);
  *REIN_ADD(r, rein_state, state) = state;
  return state.name;
}

static void add_effect(rein_reader *r, rein_action *a, const rein_yaml *map, bool inhibits,
                       const char *level) {
  double emax_number, number;
  const wanted_unit share = {rein_unit_one(), "1"},
                    level_unit = {a->unit, rein_yaml_get(map, "volume") ? NULL : a->unit_text};
  const char *emax = option_text(r, map, "emax", "1", share, &emax_number),
             *ec50 = option_text(r, map, "ec50", NULL, level_unit, &number),
             *hill = option_text(r, map, "hill", "1", share, &number),
             *volume = option_text(r, map, "volume", "1", (wanted_unit){0}, &number);
  const rein_yaml *node = rein_yaml_get(map, "emax");
  if (!node && !inhibits)
    rein_error(r->diag, map->pos, "'acts' of '%s' needs 'emax': how much is the target stimulated at most?",
               a->name);
  if (node && (emax_number < 0 || (inhibits && emax_number > 1)))
    rein_error(r->diag, node->pos, "'emax' of '%s' has to be %s", a->name,
               inhibits ? "from 0 to 1: nothing is inhibited by more than all" : "0 or more");
  add_value(r, own_name(r, a, "effect"), "1", rein_unit_one(),
            rein_arena_printf(r->arena, "1 %s %s * hill(%s / %s, %s, %s)", inhibits ? "-" : "+", emax, level,
                              volume, ec50, hill),
            map->pos);
}

static void read_acts(rein_reader *r, rein_action *a, const rein_yaml *map) {
  const rein_yaml *inhibits = rein_yaml_get(map, "inhibits"), *stimulates = rein_yaml_get(map, "stimulates");
  if (!inhibits == !stimulates) {
    rein_error(r->diag, map->pos, "'acts' of '%s' needs either 'inhibits' or 'stimulates'", a->name);
    return;
  }
  add_effect(r, a, map, inhibits != NULL, add_level(r, a, map));
}

/* ---- sets: with rise, fall ---- */

static bool read_length(rein_reader *r, const rein_yaml *map, const char *key, double *out) {
  const rein_yaml *node = rein_yaml_get(map, key);
  const char *what = rein_arena_printf(r->arena, "'%s' of an action", key);
  if (!node) return true;
  if (!rein_read_in_unit(r, rein_piece_of(node), &r->model->time_unit, r->model->time_unit_text, false, what,
                         out))
    return false;
  if (*out >= 0 && isfinite(*out)) return true;
  rein_error(r->diag, node->pos, "%s is a length of time, 0 or more", what);
  return false;
}

static void read_ramp(rein_reader *r, rein_action *a, const rein_yaml *map) {
  const rein_yaml *sets = rein_yaml_get(map, "sets");
  const rein_model *m = r->model;
  const char *shape = rein_read_text(map, "shape"), *time = m->time_unit_text;
  if (!sets) {
    rein_error(r->diag, a->pos, "'rise', 'fall' and 'shape' of '%s' go with 'sets'", a->name);
    return;
  }
  rein_ramp *ramp = REIN_NEW(r->arena, rein_ramp, 1);
  *ramp = (rein_ramp){.smooth = shape && strcmp(shape, "smooth") == 0};
  if (!read_length(r, map, "rise", &ramp->rise) || !read_length(r, map, "fall", &ramp->fall)) return;
  rein_unit one = rein_unit_one(), per_time = rein_unit_divide(&one, &m->time_unit), unit = a->unit;
  const char *unit_text = a->unit_text;
  for (size_t i = 0; i < m->n_param; i++)
    if (strcmp(m->param[i].name, sets->text) == 0) unit = m->param[i].unit, unit_text = m->param[i].unit_text;
  const char *since = own_name(r, a, "since"), *pace = own_name(r, a, "pace");
  ramp->since = add_param(r, since, time, m->time_unit, 0, a->pos);
  ramp->pace = add_param(r, pace, rein_arena_printf(r->arena, "1/%s", time), per_time, 0, a->pos);
  ramp->kept[0] = add_param(r, own_name(r, a, "kept_from"), "1", one, 1, a->pos);
  ramp->kept[1] = add_param(r, own_name(r, a, "kept_to"), "1", one, 1, a->pos);
  ramp->forced[0] = add_param(r, own_name(r, a, "from"), unit_text, unit, 0, a->pos);
  ramp->forced[1] = add_param(r, own_name(r, a, "to"), unit_text, unit, 0, a->pos);
  const char *way = rein_arena_printf(r->arena, "%s * (time - %s)", pace, since), *n = a->name;
  add_value(r, own_name(r, a, "part"), "1", one,
            ramp->smooth ? rein_arena_printf(r->arena, "(1 - cos(pi * %s)) / 2", way) : way, a->pos);
  add_value(r, own_name(r, a, "kept"), "1", one,
            rein_arena_printf(r->arena, "%s.kept_from + (%s.kept_to - %s.kept_from) * %s.part", n, n, n, n),
            a->pos);
  add_value(r, own_name(r, a, "forced"), unit_text, unit,
            rein_arena_printf(r->arena, "%s.from + (%s.to - %s.from) * %s.part", n, n, n, n), a->pos);
  a->ramp = ramp;
}

void rein_read_acting(rein_reader *r, rein_action *a, const rein_yaml *map) {
  const rein_yaml *acts = rein_yaml_get(map, "acts");
  if (a->unit.unknown) return;
  if (acts) read_acts(r, a, acts);
  if (rein_yaml_get(map, "rise") || rein_yaml_get(map, "fall") || rein_yaml_get(map, "shape"))
    read_ramp(r, a, map);
}

/* ---- what they act on ---- */

static int value_of(const rein_reader *r, const char *name) {
  int s = rein_names_find(r->model->names, name);
  return s >= 0 && r->model->symbol[s].kind == REIN_SYMBOL_VALUE ? r->model->symbol[s].index : -1;
}

static void add_target(rein_reader *r, const rein_action *a, const rein_yaml *node, const char *what) {
  unsigned kinds = 1u << REIN_SYMBOL_PARAM | 1u << REIN_SYMBOL_VALUE | 1u << REIN_SYMBOL_PROCESS;
  int s = rein_resolve_symbol(r->model, node->text, kinds, what, node->pos, r->diag);
  int effect = value_of(r, own_name(r, a, "effect"));
  if (s < 0 || effect < 0) return;
  *REIN_ADD(r, rein_act, act) = (rein_act){r->model->symbol[s].kind, r->model->symbol[s].index, effect, -1};
}

void rein_read_act_targets(rein_reader *r, const rein_action *a, const rein_yaml *map) {
  const rein_yaml *acts = rein_yaml_get(map, "acts");
  if (a->ramp && a->param >= 0)
    *REIN_ADD(r, rein_act, act) = (rein_act){REIN_SYMBOL_PARAM, a->param, value_of(r, own_name(r, a, "kept")),
                                             value_of(r, own_name(r, a, "forced"))};
  if (!acts) return;
  const rein_yaml *inhibits = rein_yaml_get(acts, "inhibits"),
                  *stimulates = rein_yaml_get(acts, "stimulates"), *target = inhibits ? inhibits : stimulates;
  const char *what =
      rein_arena_printf(r->arena, "action '%s' %s", a->name, inhibits ? "inhibits" : "stimulates");
  for (int i = 0; target && i < (target->kind == REIN_YAML_LIST ? target->n : 1); i++)
    add_target(r, a, target->kind == REIN_YAML_LIST ? target->item[i] : target, what);
}

/* ---- covariates that change along a line ---- */

bool rein_read_drift(rein_reader *r, const char *name, rein_pos pos) {
  rein_model *m = r->model;
  size_t p = 0;
  while (p < m->n_param && strcmp(m->param[p].name, name) != 0) p++;
  if (p == m->n_param || m->param[p].value_expr) return false;
  const rein_param *param = &m->param[p];
  const char *unit = param->unit_text;
  rein_unit per_time = rein_unit_divide(&param->unit, &m->time_unit), own = param->unit;
  const char *slope = rein_arena_printf(r->arena, "%s.slope", name),
             *since = rein_arena_printf(r->arena, "%s.since", name),
             *drift = rein_arena_printf(r->arena, "%s.drift", name);
  add_param(r, slope, rein_arena_printf(r->arena, "%s/%s", unit, m->time_unit_text), per_time, 0, pos);
  add_param(r, since, m->time_unit_text, m->time_unit, 0, pos);
  add_value(r, drift, unit, own, rein_arena_printf(r->arena, "%s * (time - %s)", slope, since), pos);
  *REIN_ADD(r, rein_act, act) = (rein_act){REIN_SYMBOL_PARAM, (int)p, -1, (int)m->n_value - 1};
  return true;
}
