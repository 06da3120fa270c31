/* `initial:` of an arm: states that its people start from in place of the model's initial ones. */
#include <string.h>

#include "src/scenario/inside.h"

static int find_state(rein_scenario_reader *r, const char *name, rein_pos pos) {
  const rein_model *model = r->model;
  const char **known = REIN_NEW(r->arena, const char *, model->n_state);
  for (size_t i = 0; i < model->n_state; i++) {
    if (strcmp(model->state[i].name, name) == 0) return (int)i;
    known[i] = model->state[i].name;
  }
  rein_scenario_unknown(r, pos, "state", name, known, model->n_state);
  return -1;
}

static bool read_one(rein_scenario_reader *r, const rein_state *state, const rein_yaml *node,
                     rein_initial *out) {
  char *what = rein_arena_printf(r->arena, "initial '%s'", state->name);
  if (!strchr(node->text, '('))
    return rein_scenario_quantity(r, node, &state->unit, state->unit_text, what, &out->amount);
  const rein_param about = {.name = what, .unit = state->unit, .unit_text = state->unit_text};
  out->amount = 1.0;
  return (out->per_param = rein_scenario_person_number(r, node, &about)) >= 0;
}

bool rein_scenario_read_initial(rein_scenario_reader *r, const rein_yaml *map, const rein_initial **out,
                                int *n_out) {
  const int n = map ? map->n : 0;
  rein_initial *all = REIN_NEW(r->arena, rein_initial, n);
  bool good = true;
  for (int i = 0; i < n; i++) {
    all[i] = (rein_initial){.state = find_state(r, map->key[i], map->key_pos[i]), .per_param = -1};
    good = all[i].state >= 0 && read_one(r, &r->model->state[all[i].state], map->item[i], &all[i]) && good;
  }
  *out = all;
  *n_out = n;
  return good;
}
