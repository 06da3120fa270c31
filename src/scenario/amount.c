/* The amount of a dose: in the action's unit, per body weight or surface, or a number of each person's own.
 */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "src/scenario/inside.h"

/* The person's numbers that an amount may be written per. */
static const char *const PER_NAMES[] = {"weight", "body_weight", "bsa", "body_surface_area"};

/* Whether a word of the unit's text is a unit of that dimension on its own: of "mg/kg" both are masses, of
 * "%" and "ppm" none is. Dimensions alone cannot tell a share from a mass per mass. */
static bool names_dimension(rein_scenario_reader *r, const char *text, const rein_unit *wanted) {
  rein_diag *quiet = rein_diag_create(r->arena);
  for (const char *at = text; *at;) {
    size_t n = 0;
    while (isalpha((unsigned char)at[n])) n++;
    rein_unit got;
    if (n > 0 && rein_unit_parse(r->units, rein_arena_strndup(r->arena, at, n), (rein_pos){0}, quiet, &got) &&
        rein_unit_same_dimension(&got, wanted))
      return true;
    at += n > 0 ? n : 1;
  }
  return false;
}

static bool names_mass(rein_scenario_reader *r, const char *text) {
  rein_unit kg;
  return rein_unit_parse(r->units, "kg", (rein_pos){0}, r->diag, &kg) && names_dimension(r, text, &kg);
}

/* What stands behind the number. */
static const char *unit_text_of(const char *text) {
  char *end;
  strtod(text, &end);
  return end + strspn(end, " ");
}

/* An amount per body weight or surface: the action's unit once it is multiplied by the person's. */
static bool find_per(rein_scenario_reader *r, const rein_action *action, const rein_unit *got, double value,
                     rein_course *out) {
  const rein_model *model = r->model;
  for (size_t k = 0; k < sizeof PER_NAMES / sizeof *PER_NAMES; k++) {
    for (size_t p = 0; p < model->n_param; p++) {
      const rein_param *param = &model->param[p];
      if (strcmp(param->name, PER_NAMES[k]) != 0) continue;
      rein_unit product = rein_unit_multiply(got, &param->unit);
      if (!rein_unit_same_dimension(&product, &action->unit)) continue;
      out->amount = value * rein_unit_factor(&product, &action->unit);
      out->per_param = (int)p;
      return true;
    }
  }
  return false;
}

static bool is_per_person(rein_scenario_reader *r, const rein_unit *got, const rein_unit *wanted) {
  static const char *const PER[] = {"kg", "m2"};
  for (size_t i = 0; i < sizeof PER / sizeof *PER; i++) {
    rein_unit per;
    if (!rein_unit_parse(r->units, PER[i], (rein_pos){0}, r->diag, &per)) return false;
    rein_unit product = rein_unit_multiply(got, &per);
    if (rein_unit_same_dimension(&product, wanted)) return true;
  }
  return false;
}

/* A share is no mass per mass, though both are numbers: 40 % is not 0.4 kg for each kg of body weight. */
static bool is_share(rein_scenario_reader *r, const rein_action *action, const rein_yaml *node,
                     const rein_unit *got, const char *what) {
  const char *text = unit_text_of(node->text);
  const bool per = is_per_person(r, got, &action->unit) && !rein_unit_same_dimension(got, &action->unit),
             own = rein_unit_same_dimension(got, &action->unit) && names_mass(r, action->unit_text);
  rein_unit kg, product;
  if (!rein_unit_parse(r->units, "kg", (rein_pos){0}, r->diag, &kg)) return true;
  product = rein_unit_multiply(got, &kg);
  const bool per_weight = per && rein_unit_same_dimension(&product, &action->unit);
  if (!(per_weight || own) || names_mass(r, text)) return false;
  rein_error(r->diag, node->pos, "%s has unit %s, a share; expected %s%s%s%s", what, text, action->unit_text,
             per ? ", or for each kg of body weight " : "",
             per ? rein_arena_printf(r->arena, "%s/kg", action->unit_text) : "",
             action->state >= 0 ? "; what multiplies a state is said 'as: multiply'" : "");
  return true;
}

bool rein_scenario_read_amount(rein_scenario_reader *r, const rein_action *action, const char *what,
                               const rein_yaml *node, rein_course *out) {
  if (node->kind == REIN_YAML_MAP || (node->kind == REIN_YAML_SCALAR && strchr(node->text, '('))) {
    rein_param about = {.name = what, .unit = action->unit, .unit_text = action->unit_text};
    out->amount = 1.0;
    return (out->per_param = rein_scenario_person_number(r, node, &about)) >= 0;
  }
  rein_unit one = rein_unit_one(), got;
  double value;
  bool bare = action->unit.unknown || rein_unit_equal(&action->unit, &one);
  bool has_letter = node->kind == REIN_YAML_SCALAR && strpbrk(node->text, " /%") != NULL;
  if (node->kind != REIN_YAML_SCALAR || bare || !has_letter)
    return rein_scenario_quantity(r, node, &action->unit, action->unit_text, what, &out->amount);
  if (!rein_quantity_parse(r->units, node->text, node->pos, false, r->diag, &value, &got)) return false;
  if (is_share(r, action, node, &got, what)) return false;
  if (rein_unit_same_dimension(&got, &action->unit))
    return rein_scenario_quantity(r, node, &action->unit, action->unit_text, what, &out->amount);
  if (find_per(r, action, &got, value, out)) return true;
  if (is_per_person(r, &got, &action->unit)) {
    rein_error(r->diag, node->pos,
               "%s is per body weight or surface, and the model has no covariate 'weight' or 'bsa' to "
               "multiply it with",
               what);
    return false;
  }
  return rein_scenario_quantity(r, node, &action->unit, action->unit_text, what, &out->amount);
}
