/* Sections sources, parameters, covariates, correlations. */
#include <math.h>
#include <string.h>

#include "src/lang/model_read.h"
#include "src/lang/resolve.h"

void rein_read_sources(rein_reader *r) {
  const rein_yaml *section = rein_yaml_get(r->root, "sources");
  for (int i = 0; section && i < section->n; i++) {
    const rein_yaml *map = section->item[i];
    rein_source_ref *ref = REIN_ADD(r, rein_source_ref, ref);
    *ref = (rein_source_ref){.key = section->key[i],
                             .doi = rein_read_text(map, "doi"),
                             .title = rein_read_text(map, "title"),
                             .kind = rein_read_text(map, "kind"),
                             .population = rein_read_text(map, "population"),
                             .species = rein_read_text(map, "species"),
                             .tissue = rein_read_text(map, "tissue"),
                             .setting = rein_read_text(map, "setting"),
                             .verified = rein_read_bool(map, "verified", false),
                             .pos = section->key_pos[i]};
  }
}

const char *rein_read_source_key(rein_reader *r, const rein_yaml *map) {
  const rein_yaml *item = rein_yaml_get(map, "source");
  if (!item) return NULL;
  rein_names *keys = rein_names_create(r->arena);
  for (size_t i = 0; i < r->model->n_ref; i++) {
    if (strcmp(r->model->ref[i].key, item->text) == 0) return item->text;
    rein_names_add(keys, r->model->ref[i].key, (int)i);
  }
  const char *near = rein_names_closest(keys, item->text);
  rein_error(r->diag, item->pos, "'%s' is not among the sources%s%s%s", item->text,
             near ? "; did you mean '" : "", near ? near : "", near ? "'?" : "");
  return NULL;
}

static void read_evidence(rein_reader *r, const rein_yaml *map, rein_param *p) {
  const rein_yaml *source = rein_yaml_get(map, "source"), *assumed = rein_yaml_get(map, "assumed");
  p->source = rein_read_source_key(r, map);
  p->assumed = assumed ? assumed->text : NULL;
  if (source && assumed)
    rein_error(r->diag, assumed->pos, "parameter '%s' is either from a source or assumed, not both", p->name);
  if (!source && !assumed)
    rein_error(r->diag, p->pos, "parameter '%s' says neither 'source: <key>' nor 'assumed: <reason>'",
               p->name);
  if (assumed && assumed->text[0] == 0)
    rein_error(r->diag, assumed->pos, "say why '%s' is assumed, as in assumed: no data in people", p->name);
}

/* A value, with its unit; temperatures become kelvin. */
static void read_value(rein_reader *r, const rein_yaml *item, rein_param *p) {
  rein_quantity q;
  p->unit = rein_unit_unknown();
  p->unit_text = "?";
  if (!rein_read_quantity(r, rein_piece_of(item), &q)) return;
  if (!isfinite(q.number) && !r->model->imported)
    rein_error(r->diag, item->pos, "the value of '%s' must be finite", p->name);
  p->has_value = true;
  p->value = q.number;
  p->unit = q.unit;
  p->unit_text = q.unit_text;
  if (q.unit.offset == 0) return;
  p->value = q.unit.factor * (q.number + q.unit.offset);
  p->unit.factor = 1;
  p->unit.offset = 0;
  p->unit_text = "K";
}

static void read_formula(rein_reader *r, const rein_yaml *map, rein_param *p) {
  p->value_expr = rein_read_expression(r, map, "is");
  p->unit = rein_unit_unknown();
  p->unit_text = "?";
  if (rein_yaml_get(map, "unit"))
    p->unit = rein_read_unit(r, map, "unit", &p->unit_text);
  else
    rein_error(r->diag, p->pos, "parameter '%s' has a formula, so it needs 'unit:'", p->name);
}

static void read_parameter(rein_reader *r, const char *name, rein_pos pos, const rein_yaml *map) {
  rein_param *p = REIN_ADD(r, rein_param, param);
  const rein_yaml *value = rein_yaml_get(map, "value"), *is = rein_yaml_get(map, "is"),
                  *unit = rein_yaml_get(map, "unit");
  *p = (rein_param){.name = name, .title = rein_read_text(map, "title"), .pos = pos, .unit_text = "?"};
  p->unit = rein_unit_unknown();
  p->range_low = -INFINITY;
  p->range_high = INFINITY;
  if (!value == !is)
    rein_error(r->diag, pos, "parameter '%s' needs either 'value:' (a number with unit) or 'is:' (a formula)",
               name);
  else if (is)
    read_formula(r, map, p);
  else {
    if (unit)
      rein_error(r->diag, unit->pos, "the unit of '%s' stands behind its value, as in value: 5 mg/L", name);
    read_value(r, value, p);
  }
  const char *what = rein_arena_printf(r->arena, "'between' of '%s'", name);
  p->between = rein_read_dist(r, map, "between", &p->unit, p->unit_text, what);
  what = rein_arena_printf(r->arena, "'uncertain' of '%s'", name);
  p->uncertain = rein_read_dist(r, map, "uncertain", &p->unit, p->unit_text, what);
  p->codes = rein_read_codes(r, map);
  read_evidence(r, map, p);
}

void rein_read_parameters(rein_reader *r) {
  const rein_yaml *section = rein_yaml_get(r->root, "parameters");
  for (int i = 0; section && i < section->n; i++)
    read_parameter(r, section->key[i], section->key_pos[i], section->item[i]);
}

/* Each delayed value is kept in a parameter of its name. */
void rein_read_delays(rein_reader *r) {
  const rein_yaml *section = rein_yaml_get(r->root, "delays");
  for (int i = 0; section && i < section->n; i++) {
    const rein_yaml *map = section->item[i], *depth = rein_yaml_get(map, "depth");
    double number = 1;
    rein_param *p = REIN_ADD(r, rein_param, param);
    *p = (rein_param){.name = section->key[i], .pos = section->key_pos[i], .unit_text = "?", .delayed = true};
    p->unit = rein_unit_unknown();
    p->range_low = -INFINITY, p->range_high = INFINITY;
    p->has_value = true;
    p->assumed = "a delayed value";
    rein_delay *d = REIN_ADD(r, rein_delay, delay);
    *d = (rein_delay){.pos = section->key_pos[i], .param = (int)r->model->n_param - 1};
    d->is = rein_read_expression(r, map, "is");
    d->by = rein_read_expression(r, map, "by");
    d->before = rein_read_expression(r, map, "before");
    if (depth &&
        (!rein_read_plain(r, rein_piece_of(depth), "depth", &number) || !(number >= 1 && number <= 100)))
      rein_error(r->diag, depth->pos, "'depth' says how many delays stand inside one another, from 1 to 100");
    d->depth = (int)number;
  }
}

static void read_covariate(rein_reader *r, const char *name, rein_pos pos, const rein_yaml *map) {
  rein_param *p = REIN_ADD(r, rein_param, param);
  const rein_yaml *typical = rein_yaml_get(map, "typical");
  *p = (rein_param){.name = name, .title = rein_read_text(map, "title"), .pos = pos, .covariate = true};
  p->unit = rein_read_unit(r, map, "unit", &p->unit_text);
  p->range_low = -INFINITY;
  p->range_high = INFINITY;
  const char *what = rein_arena_printf(r->arena, "'typical' of '%s'", name);
  if (typical)
    p->has_value =
        rein_read_in_unit(r, rein_piece_of(typical), &p->unit, p->unit_text, false, what, &p->value);
  if (p->has_value && !isfinite(p->value)) rein_error(r->diag, typical->pos, "%s must be finite", what);
  what = rein_arena_printf(r->arena, "'range' of '%s'", name);
  rein_read_range(r, map, "range", &p->unit, p->unit_text, what, &p->range_low, &p->range_high);
  what = rein_arena_printf(r->arena, "'between' of '%s'", name);
  p->between = rein_read_dist(r, map, "between", &p->unit, p->unit_text, what);
  p->uncertain = (rein_dist){.low = -INFINITY, .high = INFINITY};
  p->codes = rein_read_codes(r, map);
  p->source = rein_read_source_key(r, map);
}

void rein_read_covariates(rein_reader *r) {
  const rein_yaml *section = rein_yaml_get(r->root, "covariates");
  for (int i = 0; section && i < section->n; i++)
    read_covariate(r, section->key[i], section->key_pos[i], section->item[i]);
}

/* The SD of a parameter's `between` on the transformed scale, 0 where it has none. */
static double between_sd(const rein_param *p) {
  return p->between.kind == REIN_DIST_NONE || p->between.kind == REIN_DIST_UNIFORM ? 0 : p->between.sd;
}

static void read_correlation(rein_reader *r, const rein_yaml *map) {
  const rein_yaml *pair = rein_yaml_get(map, "between"), *rho = rein_yaml_get(map, "rho"),
                  *covariance = rein_yaml_get(map, "covariance");
  rein_model *m = r->model;
  int param[2];
  double value;
  if (pair->kind != REIN_YAML_LIST || pair->n != 2) {
    rein_error(r->diag, pair->pos, "a correlation is between two parameters, as in between: [CL, V]");
    return;
  }
  for (int i = 0; i < 2; i++) {
    int s = rein_resolve_symbol(m, pair->item[i]->text, 1u << REIN_SYMBOL_PARAM, "a correlation names",
                                pair->item[i]->pos, r->diag);
    if (s < 0) return;
    param[i] = m->symbol[s].index;
  }
  if (!rho == !covariance) {
    rein_error(r->diag, map->pos, "a correlation needs either 'rho:' or 'covariance:'");
    return;
  }
  if (!rein_read_plain(r, rein_piece_of(rho ? rho : covariance), rho ? "rho" : "covariance", &value)) return;
  double sds = between_sd(&m->param[param[0]]) * between_sd(&m->param[param[1]]);
  rein_correlation *c = REIN_ADD(r, rein_correlation, correlation);
  *c = (rein_correlation){param[0], param[1], rho ? value : sds > 0 ? value / sds : 0, map->pos};
}

void rein_read_correlations(rein_reader *r) {
  const rein_yaml *section = rein_yaml_get(r->root, "correlations");
  if (section && section->kind == REIN_YAML_MAP) read_correlation(r, section);
  for (int i = 0; section && section->kind == REIN_YAML_LIST && i < section->n; i++)
    read_correlation(r, section->item[i]);
}
