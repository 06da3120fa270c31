/* `sweep:` and `design:`: what is varied, over which values. Values stay text with a unit, so that each is
 * checked where it is used and stands in arm names as written. */
#include <gsl/gsl_qrng.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "src/scenario/draw.h"
#include "src/scenario/inside.h"
#include "src/stats/fixed.h"

#define MAX_VALUE 100000
/* GSL's Sobol sequence ends at 40 dimensions. */
#define MAX_SOBOL 40

typedef enum { DESIGN_FACTORIAL, DESIGN_LATIN, DESIGN_SOBOL } design_kind;

typedef struct {
  design_kind kind;
  int64_t n_point;
  uint64_t seed;
} design;

static const char *const DESIGN_WORDS[] = {"factorial", "latin_hypercube", "sobol"};

/* ---- what an axis replaces ---- */

bool rein_scenario_sweep_field(rein_scenario_reader *r, const rein_yaml *node, rein_sweep_axis *axis) {
  static const char *const FIELDS[] = {"amount",   "every", "for",       "count",  "from",
                                       "duration", "rate",  "adherence", "jitter", "regimen"};
  const char *text = node->text, *first = strchr(text, '.');
  if (first && strncmp(text, "parameters.", 11) == 0 && first[1] != '\0') {
    axis->section = "parameters";
    axis->target = first + 1;
    axis->field = "";
    return rein_scenario_find_param(r, axis->target, node->pos) >= 0;
  }
  const char *last = first ? strrchr(text, '.') : NULL;
  if (!first || strncmp(text, "actions.", 8) != 0 || last == first || last == first + 1) {
    rein_error(r->diag, node->pos, "'%s': expected 'actions.<action>.<field>' or 'parameters.<name>'", text);
    return false;
  }
  axis->section = "actions";
  axis->target = rein_arena_strndup(r->arena, first + 1, (size_t)(last - first - 1));
  axis->field = last + 1;
  for (size_t i = 0; i < sizeof FIELDS / sizeof *FIELDS; i++) {
    if (strcmp(axis->field, FIELDS[i]) == 0) return true;
  }
  rein_scenario_unknown(r, node->pos, "field to sweep", axis->field, FIELDS, sizeof FIELDS / sizeof *FIELDS);
  return false;
}

static void read_arm_names(rein_scenario_reader *r, const rein_yaml *node, rein_sweep_axis *axis) {
  if (!node) return;
  axis->n_arm = node->kind == REIN_YAML_LIST ? node->n : 1;
  axis->arm = REIN_NEW(r->arena, const char *, axis->n_arm);
  for (int i = 0; i < axis->n_arm; i++) {
    const rein_yaml *item = node->kind == REIN_YAML_LIST ? node->item[i] : node;
    axis->arm[i] = item->text;
    if (!rein_yaml_get(rein_yaml_get(r->root, "arms"), item->text)) {
      const rein_yaml *arms = rein_yaml_get(r->root, "arms");
      rein_scenario_unknown(r, item->pos, "arm", item->text, arms->key, (size_t)arms->n);
    }
  }
}

/* ---- values ---- */

bool rein_scenario_sweep_range(rein_scenario_reader *r, const rein_yaml *map, rein_sweep_range *out) {
  const rein_yaml *from = rein_yaml_get(map, "from"), *to = rein_yaml_get(map, "to"),
                  *scale = rein_yaml_get(map, "scale");
  char *end_from, *end_to;
  if (!from || !to) {
    rein_error(r->diag, map->pos, "a sweep needs 'values', or 'from' and 'to'");
    return false;
  }
  out->low = strtod(from->text, &end_from);
  out->high = strtod(to->text, &end_to);
  out->unit = end_from;
  out->log = scale && strcmp(scale->text, "log") == 0;
  if (end_from == from->text || end_to == to->text || !isfinite(out->low) || !isfinite(out->high)) {
    rein_error(r->diag, (end_from == from->text ? from : to)->pos, "expected a number with a unit");
    return false;
  }
  while (*end_to == ' ' && *out->unit != ' ') end_to++;
  if (strcmp(end_from, end_to) != 0) {
    rein_error(r->diag, to->pos,
               "'from' and 'to' need the same unit, which the arms' names show; found '%s' and '%s'",
               from->text, to->text);
    return false;
  }
  if (!(out->low < out->high)) {
    rein_error(r->diag, to->pos, "'to' has to be above 'from'");
    return false;
  }
  if (out->log && !(out->low > 0.0)) {
    rein_error(r->diag, from->pos, "a range on a log scale has to begin above 0");
    return false;
  }
  return true;
}

double rein_scenario_range_value(const rein_sweep_range *range, double share) {
  return range->log ? range->low * rein_fixed_pow(range->high / range->low, share)
                    : range->low + (range->high - range->low) * share;
}

/* The value at `share` of a range, with the digits that its name will show: what is written is what is run.
 */
static const rein_yaml *range_value(rein_scenario_reader *r, const rein_sweep_range *about, double share,
                                    int n_digit, rein_pos pos) {
  const double value = rein_scenario_range_value(about, share);
  char digits[40];
  snprintf(digits, sizeof digits, "%.*g", n_digit, value);
  rein_text text;
  rein_text_init(&text, r->arena);
  rein_text_number(&text, strtod(digits, NULL));
  rein_text_add(&text, about->unit);
  return rein_scenario_scalar(r, text.bytes, pos);
}

static void check_repeats(rein_scenario_reader *r, const rein_sweep_axis *axis) {
  if (axis->n_value > 1000) return; /* long lists come from ranges */
  int before, i = rein_scenario_find_repeat(r, axis->value, axis->n_value, &before);
  if (i < 0) return;
  const char *text = axis->value[i]->text, *first = axis->value[before]->text;
  const bool alike = strcmp(text, first) == 0;
  rein_error(r->diag, axis->value[i]->pos, "sweep '%s' has the value '%s' twice%s%s%s", axis->name, text,
             alike ? "" : ", before as '", alike ? "" : first, alike ? "" : "'");
}

static void read_values(rein_scenario_reader *r, const rein_yaml *map, rein_sweep_axis *axis) {
  const rein_yaml *values = rein_yaml_get(map, "values"), *count = rein_yaml_get(map, "n");
  static const char *const RANGE[] = {"from", "to", "n", "scale"};
  if (values) {
    for (size_t i = 0; i < sizeof RANGE / sizeof *RANGE; i++) {
      const rein_yaml *other = rein_yaml_get(map, RANGE[i]);
      if (other)
        rein_error(r->diag, other->pos, "sweep '%s' lists 'values', so '%s' has no place", axis->name,
                   RANGE[i]);
    }
    axis->n_value = values->kind == REIN_YAML_LIST ? values->n : 1;
    axis->value = REIN_NEW(r->arena, const rein_yaml *, axis->n_value);
    for (int i = 0; i < axis->n_value; i++)
      axis->value[i] = values->kind == REIN_YAML_LIST ? values->item[i] : values;
    if (axis->n_value == 0) rein_error(r->diag, values->pos, "sweep '%s' has no values", axis->name);
    check_repeats(r, axis);
    return;
  }
  rein_sweep_range about;
  int64_t n;
  if (!rein_scenario_sweep_range(r, map, &about)) return;
  if (!count) {
    rein_error(r->diag, map->pos, "sweep '%s' needs 'n', how many values its range has", axis->name);
    return;
  }
  if (!rein_scenario_count(r, count, "'n'", MAX_VALUE, &n)) return;
  if (n < 2) rein_error(r->diag, count->pos, "a range has at least 2 values");
  if (n < 2) return;
  axis->n_value = (int)n;
  axis->value = REIN_NEW(r->arena, const rein_yaml *, n);
  for (int i = 0; i < axis->n_value; i++) {
    axis->value[i] = range_value(r, &about, (double)i / (double)(n - 1), 12, map->pos);
  }
}

/* ---- sampled designs ---- */

/* Latin hypercube: each axis is cut into n_point equal parts, each part holds one point, in keyed random
 * order and place. Source: McKay, Beckman and Conover 1979, Technometrics 21:239. */
static void latin(const design *about, int i_axis, const char *name, double *share) {
  int64_t n = about->n_point;
  uint64_t key = rein_draw_key(name);
  for (int64_t i = 0; i < n; i++) share[i] = (double)i;
  for (int64_t i = n - 1; i > 0; i--) {
    uint64_t other =
        rein_draw_bits(about->seed, REIN_DRAW_DESIGN, (uint64_t)i_axis, key, (uint64_t)i) % (uint64_t)(i + 1);
    double moved = share[i];
    share[i] = share[other];
    share[other] = moved;
  }
  for (int64_t i = 0; i < n; i++) {
    share[i] = (share[i] +
                rein_draw_uniform(about->seed, REIN_DRAW_DESIGN, (uint64_t)i_axis, key, (uint64_t)(n + i))) /
               (double)n;
  }
}

/* Sobol points, all axes turned by a keyed offset where the design has a seed (Cranley and Patterson 1976).
 * share (n_point x n_axis). */
static bool sobol(const design *about, int n_axis, double *share) {
  gsl_qrng *sequence = gsl_qrng_alloc(gsl_qrng_sobol, (unsigned)n_axis);
  if (!sequence) return false;
  for (int64_t i = 0; i < about->n_point; i++) gsl_qrng_get(sequence, share + i * n_axis);
  gsl_qrng_free(sequence);
  for (int k = 0; k < n_axis && about->seed != 0; k++) {
    double offset = rein_draw_uniform(about->seed, REIN_DRAW_DESIGN, (uint64_t)k, 0, 0);
    for (int64_t i = 0; i < about->n_point; i++) {
      double turned = share[i * n_axis + k] + offset;
      share[i * n_axis + k] = turned < 1.0 ? turned : turned - 1.0;
    }
  }
  return true;
}

static void sample_axes(rein_scenario_reader *r, const rein_yaml *map, const design *about,
                        rein_sweep *sweep) {
  int n_axis = sweep->n_axis;
  double *share = REIN_NEW(r->arena, double, about->n_point *n_axis),
         *column = REIN_NEW(r->arena, double, about->n_point);
  if (about->kind == DESIGN_SOBOL && !sobol(about, n_axis, share)) {
    rein_error(r->diag, map->pos, "memory is out");
    return;
  }
  for (int k = 0; k < n_axis; k++) {
    rein_sweep_axis *axis = &sweep->axis[k];
    const rein_yaml *node = map->item[k];
    rein_sweep_range ends;
    if (rein_yaml_get(node, "values") || rein_yaml_get(node, "n")) {
      rein_error(r->diag, node->pos, "sweep '%s' is sampled by the design, so it has only 'from' and 'to'",
                 axis->name);
      continue;
    }
    if (!rein_scenario_sweep_range(r, node, &ends)) continue;
    if (about->kind == DESIGN_LATIN) latin(about, k, axis->name, column);
    axis->n_value = (int)about->n_point;
    axis->value = REIN_NEW(r->arena, const rein_yaml *, about->n_point);
    for (int i = 0; i < axis->n_value; i++) {
      double at = about->kind == DESIGN_LATIN ? column[i] : share[(size_t)i * (size_t)n_axis + (size_t)k];
      axis->value[i] = range_value(r, &ends, at, 6, node->pos);
    }
  }
}

/* ---- all of it ---- */

static bool read_design(rein_scenario_reader *r, int n_axis, design *out) {
  const rein_yaml *node = rein_yaml_get(r->root, "design");
  *out = (design){.kind = DESIGN_FACTORIAL};
  if (!node) return true;
  const rein_yaml *kind = node->kind == REIN_YAML_SCALAR ? node : rein_yaml_get(node, "kind");
  const rein_yaml *n = rein_yaml_get(node, "n"), *seed = rein_yaml_get(node, "seed");
  size_t i = 0;
  while (i < 3 && strcmp(kind->text, DESIGN_WORDS[i]) != 0) i++;
  if (i == 3) {
    rein_scenario_unknown(r, kind->pos, "design", kind->text, DESIGN_WORDS, 3);
    return false;
  }
  out->kind = (design_kind)i;
  out->seed = seed ? strtoull(seed->text, NULL, 10) : 0;
  if (out->kind == DESIGN_FACTORIAL) return true;
  if (!n) rein_error(r->diag, node->pos, "a sampled design needs 'n', the number of points");
  if (!n || !rein_scenario_count(r, n, "'n' of the design", REIN_SCENARIO_MAX_ARM, &out->n_point))
    return false;
  if (out->kind == DESIGN_SOBOL && n_axis > MAX_SOBOL) {
    rein_error(r->diag, node->pos, "Sobol points have at most %d sweeps, here are %d", MAX_SOBOL, n_axis);
    return false;
  }
  return true;
}

bool rein_scenario_read_sweep(rein_scenario_reader *r, rein_sweep *out) {
  const rein_yaml *map = rein_yaml_get(r->root, "sweep"), *design_node = rein_yaml_get(r->root, "design");
  int n_error = rein_diag_n_error(r->diag);
  *out = (rein_sweep){0};
  if (!map) {
    if (design_node) rein_error(r->diag, design_node->pos, "'design' needs a 'sweep'");
    return design_node == NULL;
  }
  design about;
  out->n_axis = map->n;
  out->axis = REIN_NEW(r->arena, rein_sweep_axis, map->n);
  for (int i = 0; i < map->n; i++) {
    rein_sweep_axis *axis = &out->axis[i];
    axis->name = map->key[i];
    axis->pos = map->key_pos[i];
    rein_scenario_sweep_field(r, rein_yaml_get(map->item[i], "field"), axis);
    read_arm_names(r, rein_yaml_get(map->item[i], "arm"), axis);
  }
  if (!read_design(r, map->n, &about)) return false;
  out->sampled = about.kind != DESIGN_FACTORIAL;
  if (out->sampled) {
    sample_axes(r, map, &about, out);
  } else {
    for (int i = 0; i < map->n; i++) read_values(r, map->item[i], &out->axis[i]);
  }
  return rein_diag_n_error(r->diag) == n_error;
}
