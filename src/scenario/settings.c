/* What a scenario sets in place of what its model says: values of parameters, initial states, amounts outside
 * what the model is valid for. */
#include <math.h>
#include <string.h>

#include "src/scenario/delivered.h"
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

/* Whether the amount of a line is outside the range, or cannot be told from it; *amount: NaN then. */
static bool is_outside(const rein_action *a, const rein_course *c, double *amount) {
  const bool changes = c->how == REIN_GIVEN_MULTIPLY || c->how == REIN_GIVEN_REPLACE,
             varies = c->per_param >= 0 || c->n_titration > 0 || c->how == REIN_GIVEN_MULTIPLY;
  *amount = changes && varies ? NAN : c->amount;
  if (isnan(*amount)) return true;
  /* of a person's own doses, what is delivered tells */
  return c->per_param < 0 && !(c->amount >= a->valid_low && c->amount <= a->valid_high);
}

static bool find_in(const rein_model *m, const rein_course *course, size_t n, bool of_table,
                    rein_outside_line *out) {
  for (size_t i = 0; i < n; i++) {
    const rein_course *c = &course[i];
    double amount;
    if (c->action < 0 || c->n_dose == 0 || c->left_out) continue;
    if (!rein_action_is_bounded(&m->action[c->action]) || !is_outside(&m->action[c->action], c, &amount))
      continue;
    *out = (rein_outside_line){c->name, c->action, of_table, amount, c->pos};
    return true;
  }
  return false;
}

bool rein_scenario_find_outside(const rein_scenario *scenario, int arm, rein_outside_line *out) {
  const rein_arm_inside *inside = &scenario->inside->arm[arm];
  if (find_in(scenario->model, inside->course, (size_t)inside->n_course, false, out)) return true;
  for (int64_t i = 0; inside->doses && i < inside->doses->n_person; i++)
    if (find_in(scenario->model, inside->doses->person[i].course, inside->doses->person[i].n_course, true,
                out))
      return true;
  return false;
}
