/* Interactions as text and as JSON. */
#include <inttypes.h>
#include <math.h>

#include "src/record/json_text.h"
#include "src/study/interact.h"

#define WIDTH 34

static int64_t observable_of(const rein_interactions *x, int i_quantity) {
  return rein_record_observable(&x->reader->labels, i_quantity);
}

static bool is_log(const rein_interactions *x, int i_quantity) {
  return x->reader->labels.log_scale[observable_of(x, i_quantity)] != 0;
}

/* What the number of a measure is, in words. */
static const char *unit_of(const rein_interactions *x, rein_interaction_kind kind, int i_quantity) {
  if (kind == REIN_INTERACTION_BLISS || kind == REIN_INTERACTION_BLISS_BEYOND) return "excess fraction";
  if (kind == REIN_INTERACTION_LOEWE) return "combination index";
  return is_log(x, i_quantity) ? "ratio" : x->reader->labels.quantity_unit[i_quantity];
}

/* Of two factors there are no smaller combinations. */
static int n_kind(const rein_interaction_row *row) {
  return row->n_given > 2 ? REIN_N_INTERACTION : REIN_INTERACTION_ADDITIVE_BEYOND;
}

/* ---- text ---- */

static void print_share(const char *name, double share, rein_text *out) {
  if (!isnan(share)) rein_text_printf(out, "  %s %.3g %%", name, 100.0 * share);
}

/* names: of the three shares. */
static void print_number(const rein_interaction *i, const char *unit, const char *const *names,
                         rein_text *out) {
  if (i->na) {
    rein_text_printf(out, "n/a: %s\n", i->na);
    return;
  }
  if (i->number.n < 0) {
    rein_text_printf(out, "suppressed: fewer than %d\n", REIN_SMALLEST_GROUP);
    return;
  }
  const double *q = i->number.quantile;
  rein_text_printf(out, "%.4g (%.4g to %.4g) %s;", q[2], q[0], q[4], unit);
  print_share(names[0], i->more, out);
  print_share(names[1], i->none, out);
  print_share(names[2], i->less, out);
  rein_text_printf(out, "%s  of %" PRId64, isnan(i->more) ? "  shares suppressed: fewer than 5" : "",
                   i->number.n);
  if (i->n_out > 0) rein_text_printf(out, ", %" PRId64 " without a number", i->n_out);
  rein_text_add(out, "\n");
}

static void print_row(const rein_interactions *x, const rein_interaction_row *row, rein_text *out) {
  static const char *const NAMES[] = {"synergistic", "additive", "antagonistic"};
  static const char *const MEASURES[] = {"additive", "Bliss", "Loewe", "additive, beyond smaller",
                                         "Bliss, beyond smaller"};
  const char *arm = x->reader->labels.arm[row->i_arm];
  for (int k = 0; k < n_kind(row); k++) {
    rein_text_printf(out, "    %-*s %-9s ", WIDTH, arm, MEASURES[k]);
    print_number(&row->of[k], unit_of(x, (rein_interaction_kind)k, row->i_quantity), NAMES, out);
  }
}

static void print_block(const rein_interactions *x, int d, int q, int h, rein_text *out) {
  static const char *const SIGNS[] = {"above", "none", "below"};
  const rein_part *labels = &x->reader->labels;
  rein_text_printf(out, "  %s [%s] after %s, %s scale\n", labels->quantity[q], labels->quantity_unit[q],
                   labels->horizon[h], is_log(x, q) ? "log" : "absolute");
  for (size_t i = 0; i < x->n_row; i++) {
    const rein_interaction_row *row = &x->row[i];
    if (row->i_design == d && row->i_quantity == q && row->i_horizon == h) print_row(x, row, out);
  }
  for (size_t i = 0; i < x->n_contrast; i++) {
    const rein_contrast_row *row = &x->contrast[i];
    if (row->i_design != d || row->i_quantity != q || row->i_horizon != h) continue;
    rein_text_printf(out, "    %-*s contrast  ", WIDTH, row->product);
    print_number(&row->effect, unit_of(x, REIN_INTERACTION_ADDITIVE, q), SIGNS, out);
  }
}

void rein_interact_print(const rein_interactions *x, rein_text *out) {
  const rein_part *labels = &x->reader->labels;
  rein_text_printf(out,
                   "Interactions in %s: median (5 to 95 %%) over the individuals, shares of them.\n"
                   "For research only: model counterfactuals, nothing here recommends a treatment.\n",
                   x->reader->about.study);
  for (int d = 0; d < x->n_design; d++) {
    rein_text_printf(out, "\nfactorial %s:", x->design[d].name);
    for (int i = 0; i < x->design[d].n_factor; i++)
      rein_text_printf(out, "%s %s", i > 0 ? "," : "", x->design[d].factor[i]);
    rein_text_printf(out, "; %d runs\n", x->design[d].n_arm);
    for (int q = 0; q < (int)labels->n[REIN_AXIS_QUANTITY]; q++) {
      bool any = false;
      for (size_t i = 0; i < x->n_row; i++) any = any || x->row[i].i_quantity == q;
      for (int h = 0; any && h < (int)labels->n[REIN_AXIS_HORIZON]; h++) print_block(x, d, q, h, out);
    }
  }
}

/* ---- JSON ---- */

/* keys: of the three shares. */
static json_t *make_interaction(const rein_interaction *i, const char *unit, const char *const *keys) {
  static const char *const QUANTILES[REIN_N_QUANTILE] = {"q05", "q25", "median", "q75", "q95"};
  json_t *object = json_object();
  const char *na = i->na ? i->na : i->number.n < 0 ? "fewer than 5 people" : NULL;
  rein_json_set(&object, "unit", rein_json_text(unit));
  if (na) rein_json_set(&object, "n/a", rein_json_text(na));
  if (na) return object;
  rein_json_set(&object, "n", json_integer(i->number.n));
  rein_json_set(&object, "n_without", i->n_out < 0 ? json_null() : json_integer(i->n_out));
  rein_json_set(&object, "mean", rein_json_number(i->number.mean));
  rein_json_set(&object, "sd", rein_json_number(i->number.sd));
  for (int k = 0; k < REIN_N_QUANTILE; k++)
    rein_json_set(&object, QUANTILES[k], rein_json_number(i->number.quantile[k]));
  rein_json_set(&object, keys[0], rein_json_number(i->more));
  rein_json_set(&object, keys[1], rein_json_number(i->none));
  rein_json_set(&object, keys[2], rein_json_number(i->less));
  return object;
}

static json_t *begin_row(const rein_interactions *x, int d, int q, int h) {
  const rein_part *labels = &x->reader->labels;
  json_t *object = json_object();
  rein_json_set(&object, "factorial", rein_json_text(x->design[d].name));
  rein_json_set(&object, "observable", rein_json_text(labels->quantity[q]));
  rein_json_set(&object, "horizon", rein_json_text(labels->horizon[h]));
  rein_json_set(&object, "scale", rein_json_text(is_log(x, q) ? "log" : "absolute"));
  return object;
}

static json_t *make_report(const rein_interactions *x) {
  static const char *const SHARES[] = {"synergistic", "additive", "antagonistic"}, *const SIGNS[] = {"above",
                                                                                                     "none",
                                                                                                     "below"};
  json_t *report = json_object(), *rows = json_array(), *contrasts = json_array();
  rein_json_set(&report, "for_research", rein_json_text(REIN_FOR_RESEARCH));
  rein_json_set(&report, "study", rein_json_text(x->reader->about.study));
  rein_json_set(&report, "boundary", rein_json_text(x->reader->about.boundary));
  rein_json_set(&report, "scenario_hash", rein_json_text(x->reader->about.scenario_hash));
  for (size_t i = 0; i < x->n_row; i++) {
    const rein_interaction_row *row = &x->row[i];
    json_t *object = begin_row(x, row->i_design, row->i_quantity, row->i_horizon);
    rein_json_set(&object, "arm", rein_json_text(x->reader->labels.arm[row->i_arm]));
    rein_json_set(&object, "levels", rein_json_text(x->reader->labels.factor_levels[row->i_arm]));
    for (int k = 0; k < n_kind(row); k++) {
      const rein_interaction_kind kind = (rein_interaction_kind)k;
      rein_json_set(&object, rein_interaction_word(kind),
                    make_interaction(&row->of[k], unit_of(x, kind, row->i_quantity), SHARES));
    }
    rein_json_add(&rows, object);
  }
  for (size_t i = 0; i < x->n_contrast; i++) {
    const rein_contrast_row *row = &x->contrast[i];
    json_t *object = begin_row(x, row->i_design, row->i_quantity, row->i_horizon);
    rein_json_set(&object, "product", rein_json_text(row->product));
    rein_json_set(
        &object, "contrast",
        make_interaction(&row->effect, unit_of(x, REIN_INTERACTION_ADDITIVE, row->i_quantity), SIGNS));
    rein_json_add(&contrasts, object);
  }
  rein_json_set(&report, "combinations", rows);
  rein_json_set(&report, "contrasts", contrasts);
  return report;
}

rein_status rein_interact_print_json(const rein_interactions *x, rein_text *out) {
  return rein_json_print(make_report(x), out);
}
