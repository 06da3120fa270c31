/* What a scenario sets in place of what its model says: values of parameters, initial states, amounts outside
 * what the model is valid for. */
#include <math.h>
#include <string.h>

#include "src/scenario/inside.h"

static bool find_key(const rein_yaml *map, const char *key, rein_pos *pos) {
  for (int i = 0; map && i < map->n; i++)
    if (strcmp(map->key[i], key) == 0) return *pos = map->key_pos[i], true;
  return false;
}

bool rein_scenario_sets(const rein_scenario *scenario, const char *arm, int param, rein_pos *pos) {
  const rein_yaml *root = scenario->inside->root, *cohort = rein_yaml_get(root, "cohort"),
                  *written = rein_yaml_get(rein_yaml_get(root, "arms"), arm);
  const char *name = scenario->model->param[param].name;
  if (find_key(rein_yaml_get(root, "parameters"), name, pos)) return true;
  if (written && find_key(rein_yaml_get(written, "parameters"), name, pos)) return true;
  if (!scenario->inside->people.given[param]) return false;
  *pos = cohort->pos;
  return true;
}

double rein_scenario_parameter(const rein_scenario *scenario, int arm, int param) {
  return scenario->inside->people.given[param] ? NAN : scenario->inside->arm[arm].theta[param];
}

bool rein_scenario_has_initial(const rein_scenario *scenario, int arm) {
  return scenario->inside->arm[arm].n_initial > 0;
}

bool rein_scenario_find_outside(const rein_scenario *scenario, int arm, rein_outside_line *out) {
  const rein_arm_inside *inside = &scenario->inside->arm[arm];
  for (int i = 0; i < inside->n_course; i++) {
    const rein_course *c = &inside->course[i];
    if (c->action < 0 || c->n_dose == 0 || c->left_out) continue;
    const rein_action *a = &scenario->model->action[c->action];
    if (!isfinite(a->valid_low) && !isfinite(a->valid_high)) continue;
    const bool own = c->per_param >= 0,
               unknown = c->how == REIN_GIVEN_MULTIPLY || (own && c->how == REIN_GIVEN_REPLACE);
    if (!unknown && (own || (c->amount >= a->valid_low && c->amount <= a->valid_high))) continue;
    *out = (rein_outside_line){c->name, c->action, unknown ? NAN : c->amount, c->pos};
    return true;
  }
  return false;
}
