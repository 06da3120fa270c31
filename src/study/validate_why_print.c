#include "src/study/validate_why_print.h"

#include <math.h>
#include <string.h>

#include "src/record/json_text.h"

static const rein_observable *observable_of(const rein_validation *v, int o) {
  return &v->scenario->model->observable[v->observed->observable[o]];
}

/* ---- residuals by covariate ---- */

static int count_intervals(const rein_validation *v) {
  int n = 0;
  for (int i = 0; i < v->n_trend; i++) {
    const rein_validation_trend *t = &v->trend[i];
    n += !t->na && !t->rank.na && !t->rank.no_interval;
  }
  return n;
}

static const char *caution(const rein_validation *v, rein_arena *arena) {
  const int n = count_intervals(v);
  if (n == 0) return NULL;
  return rein_arena_printf(arena,
                           "%d pairs of an observable and a covariate were looked at: by chance alone about "
                           "%.2g of their 95 %% intervals would exclude 0",
                           n, 0.05 * n);
}

static const char *interval(rein_arena *arena, const rein_score *s) {
  if (s->na) return rein_arena_printf(arena, "n/a: %s", s->na);
  if (s->no_interval) return rein_arena_printf(arena, "%.3g", s->value);
  return rein_arena_printf(arena, "%.3g [%.3g, %.3g]", s->value, s->low, s->high);
}

static void print_trends(const rein_validation *v, rein_text *out) {
  if (v->no_trend) {
    rein_text_printf(out, "\nresiduals by covariate n/a: %s\n", v->no_trend);
    return;
  }
  rein_text_add(out, "\nresiduals by covariate: a person's mean of (observed - predicted mean) / SD of the "
                     "prediction\n");
  rein_text_printf(out, "  %-20s %-20s %6s  %-26s %s\n", "observable", "covariate", "n", "rank correlation",
                   "slope per unit of the column");
  for (int i = 0; i < v->n_trend; i++) {
    const rein_validation_trend *t = &v->trend[i];
    const char *name = t->is_words ? rein_arena_printf(out->arena, "%s (0, 1)", t->covariate) : t->covariate;
    rein_text_printf(out, "  %-20s %-20s %6d  ", observable_of(v, t->observable)->name, name, t->n_person);
    if (t->na)
      rein_text_printf(out, "n/a: %s\n", t->na);
    else
      rein_text_printf(out, "%-26s %s\n", interval(out->arena, &t->rank), interval(out->arena, &t->slope));
  }
  const char *words = caution(v, out->arena);
  if (words) rein_text_printf(out, "  %s\n", words);
}

static json_t *make_interval(const rein_score *s) {
  json_t *object = json_object();
  rein_json_set(&object, "value", rein_json_number(s->value));
  rein_json_set(&object, "low", rein_json_number(s->low));
  rein_json_set(&object, "high", rein_json_number(s->high));
  if (s->na) rein_json_set(&object, "n/a", rein_json_text(s->na));
  if (s->no_interval) rein_json_set(&object, "no_interval", rein_json_text(s->no_interval));
  return object;
}

json_t *rein_validate_make_trends(const rein_validation *v) {
  json_t *object = json_object(), *list = json_array();
  if (v->no_trend) rein_json_set(&object, "n/a", rein_json_text(v->no_trend));
  rein_json_set(&object, "pairs_with_interval", json_integer(count_intervals(v)));
  rein_json_set(&object, "expected_by_chance", rein_json_number(0.05 * count_intervals(v)));
  for (int i = 0; i < v->n_trend; i++) {
    const rein_validation_trend *t = &v->trend[i];
    json_t *item = json_object();
    rein_json_set(&item, "observable", rein_json_text(observable_of(v, t->observable)->name));
    rein_json_set(&item, "covariate", rein_json_text(t->covariate));
    rein_json_set(&item, "two_words", json_boolean(t->is_words));
    rein_json_set(&item, "n_person", json_integer(t->n_person));
    if (t->na) {
      rein_json_set(&item, "n/a", rein_json_text(t->na));
    } else {
      rein_json_set(&item, "rank_correlation", make_interval(&t->rank));
      rein_json_set(&item, "slope", make_interval(&t->slope));
    }
    rein_json_add(&list, item);
  }
  rein_json_set(&object, "list", list);
  return object;
}

/* ---- the smallest change ---- */

static const char *size_of(rein_arena *arena, const rein_why_change *c) {
  const bool plain = strcmp(c->unit, "1") == 0;
  const char *sds =
      rein_arena_printf(arena, "%+.3g SD %s", c->x, c->uncertain ? "of its uncertainty" : "between people");
  if (isnan(c->from)) return rein_arena_printf(arena, "%s %s around its formula", c->name, sds);
  return rein_arena_printf(arena, "%s %.4g -> %.4g%s%s (%s)", c->name, c->from, c->to, plain ? "" : " ",
                           plain ? "" : c->unit, sds);
}

static void print_changes(const rein_why *why, const rein_why_miss *m, const char *unit, rein_text *out) {
  rein_arena *arena = out->arena;
  if (why->n_considered == 0) {
    rein_text_add(out, "    n/a: no parameter has a stated uncertainty or spread between people\n");
    return;
  }
  if (m->n_change == 0) {
    rein_text_add(out, "    no single parameter within 4 SD explains it\n");
    return;
  }
  if (m->best >= 0) {
    const rein_why_change *c = &m->change[m->best];
    rein_text_printf(out, "    %s would explain it; simulated again, the bias is %.3g %s\n",
                     size_of(arena, c), c->bias_left, unit);
  } else {
    const rein_why_change *c = &m->change[0];
    rein_text_printf(out, "    %s would explain it for the typical individual%s; ", size_of(arena, c),
                     c->simulated ? ", simulated again" : ", by interpolation");
    if (isnan(c->bias_left))
      rein_text_add(out, "the whole cohort n/a: its distribution is uniform and stands where it is\n");
    else
      rein_text_printf(out, "the whole cohort keeps a bias of %.3g %s\n", c->bias_left, unit);
  }
  if (m->n_change == 1) return;
  rein_text_printf(out, "    %d of %d parameters alone would, for the typical individual:", m->n_change,
                   why->n_considered);
  for (int k = 0; k < m->n_change && k < 4; k++)
    rein_text_printf(out, "%s %s %+.3g SD", k ? "," : "", m->change[k].name, m->change[k].x);
  rein_text_add(out, m->n_change > 4 ? ", ...\n" : "\n");
}

static void print_list(const rein_why *why, rein_text *out) {
  rein_text_printf(out, "  considered: %d parameters with a stated uncertainty or spread between people",
                   why->n_considered);
  if (why->n_silent > 0) rein_text_printf(out, "; not considered, nothing is stated: %d", why->n_silent);
  for (int i = 0; i < why->n_silent; i++) rein_text_printf(out, "%s %s", i ? "," : ":", why->silent[i]);
  rein_text_add(out, "\n");
  if (why->n_failed > 0)
    rein_text_printf(out, "  %lld simulated changes failed and are left out\n", (long long)why->n_failed);
}

static void print_why(const rein_validation *v, rein_text *out) {
  rein_text_printf(out, "\nmisses: %d of an arm and horizon%s", v->n_miss,
                   v->observed->is_group ? ", whose 90 % interval does not hold the observed mean"
                                         : ", whose bias has a 95 % interval without 0");
  if (v->n_untold > 0) rein_text_printf(out, "; %d with too few people to tell", v->n_untold);
  rein_text_add(out, "\n");
  const rein_why *why = v->why;
  if (!why) {
    if (v->n_miss > 0)
      rein_text_add(out, "  --why looks for the smallest change of a parameter that would explain each\n");
    return;
  }
  if (why->na) rein_text_printf(out, "  smallest changes n/a: %s\n", why->na);
  for (int i = 0; i < why->n_miss; i++) {
    const rein_why_miss *m = &why->miss[i];
    const rein_validation_row *row = &v->row[m->row];
    const rein_observable *o = observable_of(v, row->observable);
    rein_text_printf(out, "  %s, %s, to %.4g %s: bias %.4g %s\n", o->name, v->observed->arm[row->arm].name,
                     row->time, v->scenario->model->time_unit_text, m->bias, o->unit_text);
    print_changes(why, m, o->unit_text, out);
  }
  if (why->n_miss > 0) print_list(why, out);
}

void rein_validate_print_failures(const rein_validation *v, rein_text *out) {
  print_trends(v, out);
  print_why(v, out);
}

static json_t *make_change(const rein_why_change *c) {
  json_t *object = json_object();
  rein_json_set(&object, "parameter", rein_json_text(c->name));
  rein_json_set(&object, "unit", rein_json_text(c->unit));
  rein_json_set(&object, "sd", rein_json_number(c->x));
  rein_json_set(&object, "sd_of", rein_json_text(c->uncertain ? "uncertainty" : "between people"));
  rein_json_set(&object, "from", rein_json_number(c->from));
  rein_json_set(&object, "to", rein_json_number(c->to));
  rein_json_set(&object, "simulated_again", json_boolean(c->simulated));
  rein_json_set(&object, "bias_left_in_cohort", rein_json_number(c->bias_left));
  return object;
}

static json_t *make_miss(const rein_validation *v, const rein_why_miss *m) {
  const rein_validation_row *row = &v->row[m->row];
  json_t *object = json_object(), *list = json_array();
  rein_json_set(&object, "observable", rein_json_text(observable_of(v, row->observable)->name));
  rein_json_set(&object, "arm", rein_json_text(v->observed->arm[row->arm].name));
  rein_json_set(&object, "after", rein_json_number(row->time));
  rein_json_set(&object, "bias", rein_json_number(m->bias));
  rein_json_set(&object, "smallest", m->best < 0 ? json_null() : make_change(&m->change[m->best]));
  for (int k = 0; k < m->n_change; k++) rein_json_add(&list, make_change(&m->change[k]));
  rein_json_set(&object, "would_explain_alone", list);
  return object;
}

json_t *rein_validate_make_why(const rein_validation *v) {
  const rein_why *why = v->why;
  json_t *object = json_object(), *misses = json_array(), *silent = json_array();
  rein_json_set(&object, "misses", json_integer(v->n_miss));
  rein_json_set(&object, "too_few_people_to_tell", json_integer(v->n_untold));
  if (!why || why->na) rein_json_set(&object, "n/a", rein_json_text(why ? why->na : "not asked for: --why"));
  for (int i = 0; why && i < why->n_miss; i++) rein_json_add(&misses, make_miss(v, &why->miss[i]));
  for (int i = 0; why && i < why->n_silent; i++) rein_json_add(&silent, rein_json_text(why->silent[i]));
  rein_json_set(&object, "list", misses);
  rein_json_set(&object, "parameters_considered", json_integer(why ? why->n_considered : 0));
  rein_json_set(&object, "parameters_not_considered", silent);
  rein_json_set(&object, "failed", json_integer(why ? why->n_failed : 0));
  return object;
}
