/* What of a scenario can be varied, and points of a caller in place of its sweeps. */
#include <math.h>
#include <string.h>

#include "src/scenario/inside.h"

bool rein_scenario_read_points(rein_scenario_reader *r, rein_sweep *out) {
  const rein_scenario_points *p = r->points;
  const rein_yaml *arms = rein_yaml_get(r->root, "arms");
  if (!rein_yaml_get(arms, p->arm)) {
    rein_scenario_unknown(r, arms->pos, "arm", p->arm, arms->key, (size_t)arms->n);
    return false;
  }
  *out = (rein_sweep){
      .axis = REIN_NEW(r->arena, rein_sweep_axis, p->n_axis), .n_axis = p->n_axis, .sampled = true};
  const char **arm = REIN_NEW(r->arena, const char *, 1);
  arm[0] = p->arm;
  for (int k = 0; k < p->n_axis; k++) {
    rein_sweep_axis *axis = &out->axis[k];
    *axis = (rein_sweep_axis){
        .name = p->field[k], .pos = arms->pos, .arm = arm, .n_arm = 1, .n_value = p->n_point};
    if (!rein_scenario_sweep_field(r, rein_scenario_scalar(r, p->field[k], arms->pos), axis)) return false;
    axis->value = REIN_NEW(r->arena, const rein_yaml *, p->n_point);
    for (int i = 0; i < p->n_point; i++)
      axis->value[i] =
          rein_scenario_scalar(r, p->value[(size_t)i * (size_t)p->n_axis + (size_t)k], arms->pos);
  }
  return true;
}

/* ---- factors ---- */

static bool names_arm(const rein_yaml *list, const char *arm) {
  if (!list) return true;
  if (list->kind != REIN_YAML_LIST) return strcmp(list->text, arm) == 0;
  for (int i = 0; i < list->n; i++)
    if (strcmp(list->item[i]->text, arm) == 0) return true;
  return false;
}

static bool add_sweep(rein_scenario_reader *r, const rein_yaml *sweep, int i, rein_factor *out) {
  rein_sweep_range range;
  const rein_yaml *map = sweep->item[i];
  if (rein_yaml_get(map, "values")) {
    rein_error(r->diag, sweep->key_pos[i],
               "sweep '%s' lists values: a factor of a sensitivity analysis needs 'from' and 'to'",
               sweep->key[i]);
    return false;
  }
  if (!rein_scenario_sweep_range(r, map, &range)) return false;
  const char *unit = range.unit;
  while (*unit == ' ') unit++;
  *out = (rein_factor){.name = sweep->key[i],
                       .field = rein_yaml_get(map, "field")->text,
                       .unit = unit,
                       .low = range.low,
                       .high = range.high,
                       .log = range.log,
                       .typical = NAN};
  return true;
}

static bool is_free(const rein_scenario *scenario, size_t p, rein_factor_source source, double theta) {
  const rein_param *param = &scenario->model->param[p];
  if (param->value_expr || param->delayed || scenario->inside->people.given[p]) return false;
  return source == REIN_FACTORS_UNCERTAIN ? param->uncertain.kind != REIN_DIST_NONE
                                          : isfinite(theta) && theta != 0.0;
}

static void add_param(rein_arena *arena, const rein_scenario *scenario, size_t p, rein_factor_source source,
                      double theta, rein_factor *out) {
  const rein_param *param = &scenario->model->param[p];
  *out = (rein_factor){.name = param->name,
                       .field = rein_arena_printf(arena, "parameters.%s", param->name),
                       .unit = strcmp(param->unit_text, "1") == 0 ? "" : param->unit_text,
                       .dist = source == REIN_FACTORS_UNCERTAIN ? &param->uncertain : NULL,
                       .typical = theta};
}

rein_status rein_scenario_factors(rein_arena *arena, const rein_scenario *scenario, const char *arm,
                                  rein_factor_source source, rein_diag *diag, rein_factor **out, int *n_out) {
  rein_guard guard;
  if (REIN_GUARD(arena, &guard)) return REIN_ERR_MEMORY;
  const rein_yaml *root = scenario->inside->root, *sweep = rein_yaml_get(root, "sweep");
  const rein_yaml *arms = rein_yaml_get(root, "arms");
  rein_scenario_reader r = {.arena = arena, .diag = diag};
  const int n_error = rein_diag_n_error(diag);
  const size_t n_most = scenario->model->n_param + (size_t)(sweep ? sweep->n : 0);
  rein_factor *factor = REIN_NEW(arena, rein_factor, n_most + 1);
  int n = 0, group = 0;
  if (!arm) arm = arms->key[0];
  while (group + 1 < arms->n && strcmp(arms->key[group], arm) != 0) group++;
  const double *theta = NULL;
  for (int a = 0; a < scenario->n_arm && !theta; a++)
    if (scenario->arm[a].group == group) theta = scenario->inside->arm[a].theta;
  for (int i = 0; source == REIN_FACTORS_SWEEP && sweep && i < sweep->n; i++)
    if (names_arm(rein_yaml_get(sweep->item[i], "arm"), arm)) n += add_sweep(&r, sweep, i, &factor[n]);
  for (size_t p = 0; source != REIN_FACTORS_SWEEP && p < scenario->model->n_param; p++)
    if (is_free(scenario, p, source, theta[p])) add_param(arena, scenario, p, source, theta[p], &factor[n++]);
  rein_unguard(arena, &guard);
  *out = factor;
  *n_out = n;
  return rein_diag_n_error(diag) == n_error ? REIN_OK : REIN_ERR_INPUT;
}

const rein_action *rein_scenario_line_action(const rein_scenario *scenario, const char *arm,
                                             const char *line) {
  const rein_model *model = scenario->model;
  for (int a = 0; a < scenario->n_arm; a++) {
    const char *name = scenario->arm[a].name;
    const size_t n = strlen(arm);
    if (strncmp(name, arm, n) != 0 || (name[n] != '\0' && name[n] != '/')) continue;
    const rein_arm_inside *inside = &scenario->inside->arm[a];
    for (int i = 0; i < inside->n_course; i++)
      if (strcmp(inside->course[i].name, line) == 0 && inside->course[i].action >= 0)
        return &model->action[inside->course[i].action];
  }
  for (size_t i = 0; i < model->n_action; i++)
    if (strcmp(model->action[i].name, line) == 0) return &model->action[i];
  return NULL;
}

double rein_factor_value(const rein_factor *factor, double share) {
  if (factor->dist) return rein_people_quantile(factor->dist, factor->typical, share, false);
  const rein_sweep_range range = {.low = factor->low, .high = factor->high, .log = factor->log};
  return rein_scenario_range_value(&range, share);
}

const char *rein_factor_text(rein_arena *arena, const rein_factor *factor, double value) {
  rein_text text;
  rein_text_init(&text, arena);
  rein_text_number(&text, value);
  if (*factor->unit) rein_text_printf(&text, " %s", factor->unit);
  return text.bytes;
}
