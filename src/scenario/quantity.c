/* Numbers with units in a scenario, and unknown names. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "src/scenario/inside.h"

#define MAX_LISTED 12 /* known names that a message lists */

/* A plain decimal number; false for anything else. */
static bool plain_number(const char *text, double *out) {
  char *end = NULL;
  if (text[0] == '\0' || strpbrk(text, "xXnNiI") != NULL) return false;
  *out = strtod(text, &end);
  return end != text && *end == '\0' && isfinite(*out);
}

bool rein_scenario_text_quantity(rein_scenario_reader *r, const char *text, rein_pos pos,
                                 const rein_unit *unit, const char *unit_text, const char *what,
                                 double *out) {
  /* A model imported without units takes bare numbers, and nothing else can be compared with it. */
  if (unit->unknown) {
    if (plain_number(text, out)) return true;
    rein_error(r->diag, pos, "%s: the model gives no unit, so this has to be a number without one", what);
    return false;
  }
  rein_unit one = rein_unit_one(), got;
  bool bare_ok = rein_unit_equal(unit, &one);
  double value;
  if (!bare_ok && plain_number(text, &value)) {
    rein_error(r->diag, pos, "%s needs a unit such as '%s %s'", what, text, unit_text);
    return false;
  }
  if (!rein_quantity_parse(r->units, text, pos, bare_ok, r->diag, &value, &got)) return false;
  if (!rein_unit_same_dimension(unit, &got)) {
    rein_error(r->diag, pos, "%s has unit %s, expected %s", what, rein_unit_print(&got, r->arena), unit_text);
    return false;
  }
  *out = rein_unit_equal(unit, &got) ? value : rein_unit_convert(value, &got, unit);
  if (!isfinite(*out)) rein_error(r->diag, pos, "%s is not a finite number", what);
  return isfinite(*out);
}

bool rein_scenario_quantity(rein_scenario_reader *r, const rein_yaml *node, const rein_unit *unit,
                            const char *unit_text, const char *what, double *out) {
  if (node->kind != REIN_YAML_SCALAR) {
    rein_error(r->diag, node->pos, "%s: expected a number with a unit such as '1 %s'", what, unit_text);
    return false;
  }
  return rein_scenario_text_quantity(r, node->text, node->pos, unit, unit_text, what, out);
}

bool rein_scenario_read_quantity(rein_arena *arena, rein_units *units, rein_diag *diag, const rein_yaml *node,
                                 const rein_unit *unit, const char *unit_text, const char *what,
                                 double *out) {
  rein_scenario_reader r = {.arena = arena, .units = units, .diag = diag};
  return rein_scenario_quantity(&r, node, unit, unit_text, what, out);
}

double rein_scenario_round_time(double time) {
  char digits[40];
  snprintf(digits, sizeof digits, "%.13g", time);
  return strtod(digits, NULL) + 0.0; /* -0 becomes 0 */
}

double rein_scenario_atol_rel(double rtol) {
  return fmax(REIN_ATOL_REL, rein_scenario_round_time(rtol / 1000)); /* as it would be written */
}

void rein_scenario_narrow(rein_scenario *scenario, double rtol) {
  scenario->rtol = fmin(scenario->rtol, rtol);
  scenario->atol_rel = fmin(scenario->atol_rel, rein_scenario_atol_rel(rtol));
}

bool rein_scenario_time(rein_scenario_reader *r, const rein_yaml *node, const char *what, double *out) {
  double time;
  if (!rein_scenario_quantity(r, node, &r->model->time_unit, r->model->time_unit_text, what, &time))
    return false;
  *out = rein_scenario_round_time(time);
  return true;
}

bool rein_scenario_plain_number(rein_scenario_reader *r, const rein_yaml *node, const char *what,
                                double *out) {
  if (node->kind == REIN_YAML_SCALAR && plain_number(node->text, out)) return true;
  rein_error(r->diag, node->pos, "%s: expected a number without a unit", what);
  return false;
}

bool rein_scenario_count(rein_scenario_reader *r, const rein_yaml *node, const char *what, int64_t largest,
                         int64_t *out) {
  double value;
  if (node->kind == REIN_YAML_SCALAR && plain_number(node->text, &value) && value >= 1 &&
      value <= (double)largest && value == floor(value)) {
    *out = (int64_t)value;
    return true;
  }
  rein_error(r->diag, node->pos, "%s: expected a whole number from 1 to %lld", what, (long long)largest);
  return false;
}

bool rein_scenario_fraction(rein_scenario_reader *r, const rein_yaml *node, const char *what, double *out) {
  rein_unit one = rein_unit_one();
  if (!rein_scenario_quantity(r, node, &one, "1", what, out)) return false;
  if (*out >= 0.0 && *out <= 1.0) return true;
  rein_error(r->diag, node->pos, "%s is '%s', expected a number from 0 to 1, or percent", what, node->text);
  return false;
}

/* A value as written, in base units: what "1 mg" and "1000 ug" have in common. */
typedef struct {
  double value;
  rein_unit unit;
  bool known;
} written;

static bool is_same(const written *a, const written *b) {
  return a->known && b->known && rein_unit_same_dimension(&a->unit, &b->unit) &&
         fabs(a->value - b->value) <= 1e-12 * fabs(a->value);
}

int rein_scenario_find_repeat(rein_scenario_reader *r, const rein_yaml *const *value, int n, int *before) {
  rein_diag *quiet = rein_diag_create(r->arena);
  written *got = REIN_NEW(r->arena, written, n);
  for (int i = 0; i < n; i++) {
    rein_unit unit;
    got[i].known =
        rein_quantity_parse(r->units, value[i]->text, value[i]->pos, true, quiet, &got[i].value, &unit);
    if (got[i].known) got[i].value = unit.factor * (got[i].value + unit.offset), got[i].unit = unit;
    for (*before = 0; *before < i; (*before)++)
      if (is_same(&got[*before], &got[i]) || strcmp(value[*before]->text, value[i]->text) == 0) return i;
  }
  return -1;
}

void rein_scenario_unknown(rein_scenario_reader *r, rein_pos pos, const char *what, const char *name,
                           const char *const *known, size_t n) {
  rein_names *names = rein_names_create(r->arena);
  for (size_t i = 0; i < n; i++) rein_names_add(names, known[i], (int)i);
  const char *closest = rein_names_closest(names, name);
  if (closest) {
    rein_error(r->diag, pos, "there is no %s '%s', did you mean '%s'?", what, name, closest);
    return;
  }
  /* A short list teaches more than silence. */
  rein_text list;
  rein_text_init(&list, r->arena);
  for (size_t i = 0; i < n && n <= MAX_LISTED; i++)
    rein_text_printf(&list, "%s%s", i > 0 ? ", " : "; known are: ", known[i]);
  rein_error(r->diag, pos, "there is no %s '%s'%s", what, name, list.n > 0 ? list.bytes : "");
}

const rein_yaml *rein_scenario_scalar(rein_scenario_reader *r, const char *text, rein_pos pos) {
  rein_yaml *node = REIN_NEW(r->arena, rein_yaml, 1);
  *node = (rein_yaml){.kind = REIN_YAML_SCALAR, .pos = pos, .text = text, .text_offset = SIZE_MAX};
  return node;
}

int rein_scenario_find_param(rein_scenario_reader *r, const char *name, rein_pos pos) {
  const rein_model *model = r->model;
  const char **known = REIN_NEW(r->arena, const char *, model->n_param);
  for (size_t i = 0; i < model->n_param; i++) {
    if (strcmp(model->param[i].name, name) == 0) return (int)i;
    known[i] = model->param[i].name;
  }
  rein_scenario_unknown(r, pos, "parameter or covariate", name, known, model->n_param);
  return -1;
}
