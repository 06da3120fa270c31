/* Sensitivities as text and as JSON. */
#include <jansson.h>
#include <math.h>
#include <string.h>

#include "src/record/json_text.h"
#include "src/study/sensitivity.h"

static const char *const kind_word[] = {"local", "sobol", "morris"};

static void print_number(rein_text *out, double value) {
  if (isfinite(value)) {
    rein_text_printf(out, " %11.4g", value);
  } else {
    rein_text_printf(out, " %11s", "n/a");
  }
}

static void print_index(rein_text *out, const rein_index *i) {
  print_number(out, i->value);
  if (isfinite(i->low)) {
    rein_text_printf(out, "  [%8.3g, %8.3g]", i->low, i->high);
  } else {
    rein_text_printf(out, "  %20s", "no interval");
  }
}

/* Factors of one observable, the strongest first; equal ones keep their order. */
static double strength(const rein_sensitivity *s, const rein_sensitivity_cell *c) {
  const double value = s->kind == REIN_SENSITIVITY_LOCAL   ? fabs(c->elasticity)
                       : s->kind == REIN_SENSITIVITY_SOBOL ? c->total.value
                                                           : c->mu_star.value;
  return isfinite(value) ? value : -1.0;
}

static int *order_factors(const rein_sensitivity *s, int o, rein_arena *arena) {
  int *order = REIN_NEW(arena, int, s->n_factor + 1);
  const rein_sensitivity_cell *cell = s->cell + (size_t)o * (size_t)s->n_factor;
  for (int i = 0; i < s->n_factor; i++) {
    int k = i;
    for (; k > 0 && strength(s, &cell[order[k - 1]]) < strength(s, &cell[i]); k--) order[k] = order[k - 1];
    order[k] = i;
  }
  return order;
}

static void print_observable(const rein_sensitivity *s, int o, rein_text *out) {
  const rein_observable *y = &s->scenario->model->observable[o];
  const int *order = order_factors(s, o, out->arena);
  rein_text_printf(out, "\n%s [%s]", y->name, y->unit_text);
  if (s->kind == REIN_SENSITIVITY_LOCAL) {
    rein_text_printf(out, ", %.6g\n  %-24s %11s %11s\n", s->value[o], "factor", "elasticity", "slope");
  } else if (s->kind == REIN_SENSITIVITY_SOBOL) {
    rein_text_printf(out, "\n  %-24s %11s  %20s %11s  %20s\n", "factor", "first", "95 %", "total", "95 %");
  } else {
    rein_text_printf(out, "\n  %-24s %11s  %20s %11s %11s\n", "factor", "mu*", "95 %", "mean", "sd");
  }
  for (int k = 0; k < s->n_factor; k++) {
    const rein_sensitivity_cell *c = &s->cell[o * s->n_factor + order[k]];
    const rein_factor *f = &s->factor[order[k]];
    rein_text_printf(out, "  %-24s", f->name);
    if (s->kind == REIN_SENSITIVITY_LOCAL) {
      print_number(out, c->elasticity);
      print_number(out, c->slope);
      rein_text_printf(out, "  %s per %s", y->unit_text, *f->unit ? f->unit : "1");
    } else if (s->kind == REIN_SENSITIVITY_SOBOL) {
      print_index(out, &c->first);
      print_index(out, &c->total);
    } else {
      print_index(out, &c->mu_star);
      print_number(out, c->mean);
      print_number(out, c->sd);
    }
    rein_text_add(out, "\n");
  }
}

/* "CL 0.71, V -0.70": the largest weights. */
static const char *describe_blur(const rein_sensitivity *s, const rein_sensitivity_blur *b,
                                 rein_arena *arena) {
  rein_text text;
  rein_text_init(&text, arena);
  for (int i = 0; i < s->n_factor; i++)
    if (fabs(b->weight[i]) >= 0.1)
      rein_text_printf(&text, "%s%s %.2f", text.n > 0 ? ", " : "", s->factor[i].name, b->weight[i]);
  return text.bytes;
}

static void print_information(const rein_sensitivity *s, rein_text *out) {
  rein_text_add(out, "\nInformation of the measurements: ");
  if (s->no_information) {
    rein_text_printf(out, "n/a: %s\n", s->no_information);
    return;
  }
  rein_text_printf(out, "%d of them with noise, for one person\n", s->n_measurement);
  for (int i = 0; i < s->n_factor; i++)
    if (s->mute[i]) rein_text_printf(out, "  warning: no measurement depends on %s\n", s->factor[i].name);
  for (int k = 0; k < s->n_blur; k++)
    rein_text_printf(
        out,
        "  warning: near singular (eigenvalue %.1e): changed together in these proportions, the\n"
        "  parameters leave the measurements as they are: %s\n",
        s->blur[k].eigenvalue, describe_blur(s, &s->blur[k], out->arena));
  if (s->n_blur == 0) rein_text_add(out, "  not singular\n");
}

void rein_sensitivity_print(const rein_sensitivity *s, rein_text *out) {
  rein_text_add(out,
                "For research only: how a model depends on its numbers, no recommendation of a treatment.\n");
  rein_text_printf(out, "%s, typical person, arm %s, at %.6g %s\n", s->scenario->name, s->arm, s->time,
                   s->scenario->model->time_unit_text);
  rein_text_printf(out, "%s sensitivity, %d factors: %s\n", kind_word[s->kind], s->n_factor, s->source);
  rein_text_printf(out, "%lld points%s, %lld failed\n", (long long)s->n_point,
                   s->kind != REIN_SENSITIVITY_SOBOL ? ""
                   : s->quasi                        ? ", quasi-random (Sobol)"
                              : ", plain random: too many factors for Sobol's sequence",
                   (long long)s->n_failed);
  for (size_t o = 0; o < s->scenario->model->n_observable; o++)
    if (s->asked[o]) print_observable(s, (int)o, out);
  if (s->kind == REIN_SENSITIVITY_LOCAL) print_information(s, out);
}

/* ---- JSON ---- */

static json_t *make_index(const rein_index *i) {
  json_t *object = json_object();
  rein_json_set(&object, "value", rein_json_number(i->value));
  rein_json_set(&object, "low", rein_json_number(i->low));
  rein_json_set(&object, "high", rein_json_number(i->high));
  return object;
}

static json_t *make_cell(const rein_sensitivity *s, const rein_sensitivity_cell *c, const rein_factor *f) {
  json_t *object = json_object();
  rein_json_set(&object, "factor", rein_json_text(f->name));
  rein_json_set(&object, "field", rein_json_text(f->field));
  rein_json_set(&object, "unit", rein_json_text(*f->unit ? f->unit : "1"));
  if (s->kind == REIN_SENSITIVITY_LOCAL) {
    rein_json_set(&object, "slope", rein_json_number(c->slope));
    rein_json_set(&object, "elasticity", rein_json_number(c->elasticity));
  } else if (s->kind == REIN_SENSITIVITY_SOBOL) {
    rein_json_set(&object, "first", make_index(&c->first));
    rein_json_set(&object, "total", make_index(&c->total));
  } else {
    rein_json_set(&object, "mu_star", make_index(&c->mu_star));
    rein_json_set(&object, "mean", rein_json_number(c->mean));
    rein_json_set(&object, "sd", rein_json_number(c->sd));
  }
  return object;
}

static json_t *make_information(const rein_sensitivity *s) {
  json_t *object = json_object(), *list = json_array(), *mute = json_array();
  if (s->no_information) rein_json_set(&object, "n/a", rein_json_text(s->no_information));
  rein_json_set(&object, "n_measurement", json_integer(s->n_measurement));
  for (int i = 0; !s->no_information && i < s->n_factor; i++)
    if (s->mute[i]) rein_json_add(&mute, rein_json_text(s->factor[i].name));
  for (int k = 0; k < s->n_blur; k++) {
    json_t *item = json_object(), *weights = json_object();
    for (int i = 0; i < s->n_factor; i++)
      rein_json_set(&weights, s->factor[i].name, rein_json_number(s->blur[k].weight[i]));
    rein_json_set(&item, "eigenvalue", rein_json_number(s->blur[k].eigenvalue));
    rein_json_set(&item, "weights", weights);
    rein_json_add(&list, item);
  }
  rein_json_set(&object, "without_influence", mute);
  rein_json_set(&object, "near_singular", list);
  return object;
}

rein_status rein_sensitivity_print_json(const rein_sensitivity *s, rein_text *out) {
  const rein_model *m = s->scenario->model;
  char hash[65];
  rein_model_hash(m, out->arena, hash);
  json_t *root = json_object(), *observables = json_array();
  rein_json_set(&root, "rein", json_string("sensitivity/1"));
  rein_json_set(&root, "comment",
                json_string("For research only: how a model depends on its numbers, no recommendation."));
  rein_json_set(&root, "boundary", m->boundary ? rein_json_text(m->boundary) : json_null());
  rein_json_set(&root, "kind", rein_json_text(kind_word[s->kind]));
  rein_json_set(&root, "scenario", rein_json_text(s->scenario->name));
  rein_json_set(&root, "scenario_hash", rein_json_text(s->scenario->hash));
  rein_json_set(&root, "model", rein_json_text(m->name));
  rein_json_set(&root, "model_hash", rein_json_text(hash));
  rein_json_set(&root, "seed", json_integer((json_int_t)s->scenario->seed));
  rein_json_set(&root, "arm", rein_json_text(s->arm));
  rein_json_set(&root, "time", rein_json_number(s->time));
  rein_json_set(&root, "time_unit", rein_json_text(m->time_unit_text));
  rein_json_set(&root, "factors_from", rein_json_text(s->source));
  rein_json_set(&root, "n_point", json_integer(s->n_point));
  rein_json_set(&root, "n_failed", json_integer(s->n_failed));
  for (size_t o = 0; o < m->n_observable; o++) {
    if (!s->asked[o]) continue;
    json_t *object = json_object(), *factors = json_array();
    rein_json_set(&object, "observable", rein_json_text(m->observable[o].name));
    rein_json_set(&object, "unit", rein_json_text(m->observable[o].unit_text));
    if (s->value) rein_json_set(&object, "value", rein_json_number(s->value[o]));
    for (int i = 0; i < s->n_factor; i++)
      rein_json_add(&factors, make_cell(s, &s->cell[o * (size_t)s->n_factor + (size_t)i], &s->factor[i]));
    rein_json_set(&object, "factors", factors);
    rein_json_add(&observables, object);
  }
  rein_json_set(&root, "observables", observables);
  if (s->kind == REIN_SENSITIVITY_LOCAL) rein_json_set(&root, "information", make_information(s));
  return rein_json_print(root, out);
}
