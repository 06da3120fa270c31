/* A comparison as text, as JSON, and its values as CSV. */
#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "src/record/csv_text.h"
#include "src/record/json_text.h"
#include "src/study/compare_inside.h"

#define MAX_REASONS 30 /* lines of what did not match, of each set; JSON has all */

static const char *const SIDES[2] = {"A", "B"};

static const char *what_of(const rein_comparison *c) {
  return c->latent ? "latent change" : "measured change";
}

static const char *by_of(const rein_comparison *c) {
  return c->by == REIN_COMPARE_BY_INDIVIDUAL ? "individual" : "arm";
}

/* Whether actions could be compared, in words. */
static const char *actions_of(const rein_comparison *c) {
  const bool a = c->set[0].has_action, b = c->set[1].has_action;
  if (a && b)
    return c->by == REIN_COMPARE_BY_INDIVIDUAL
               ? "actions and amounts prescribed within the horizon"
               : "actions prescribed within the horizon, whatever their amounts";
  return a   ? "the arm's name alone, since B does not say what was prescribed"
         : b ? "the arm's name alone, since A does not say what was prescribed"
             : "the arm's name alone, since neither set says what was prescribed";
}

/* ---- text ---- */

static void print_set(const rein_comparison *c, int side, rein_text *out) {
  const rein_compare_set *s = &c->set[side];
  rein_text_printf(out, "%s  %s, %s, model %s", SIDES[side], s->origin, s->study, s->model);
  if (*s->model_hash) rein_text_printf(out, " (%.12s)", s->model_hash);
  if (*s->seed) rein_text_printf(out, ", seed %s", s->seed);
  rein_text_printf(out, ": %" PRId64 " records, %zu values, %" PRId64 " matched", s->n_record, s->n_value,
                   c->n_matched[side]);
  if (s->n_failed > 0) rein_text_printf(out, "; %" PRId64 " failed runs", s->n_failed);
  rein_text_add(out, "\n");
}

static void print_cell(const rein_score *s, const char *format, int width, rein_text *out) {
  if (s->na)
    rein_text_printf(out, " %*s", width, "n/a");
  else
    rein_text_printf(out, format, width, s->value);
}

static void print_row(const rein_comparison *c, const rein_compare_row *r, rein_text *out) {
  const bool all = r->arm < 0;
  const char *n = c->by == REIN_COMPARE_BY_INDIVIDUAL
                      ? rein_arena_printf(c->arena, "%" PRId64, r->n)
                      : rein_arena_printf(c->arena, "%" PRId64 ", %" PRId64, r->n_value[0], r->n_value[1]);
  rein_text_printf(out, "  %-32s %-18s %12s", all ? "all" : c->arm.item[r->arm],
                   all ? "" : c->horizon[r->horizon].text, n);
  if (r->suppressed) {
    rein_text_printf(out, "  suppressed: fewer than %d people\n", REIN_SMALLEST_GROUP);
    return;
  }
  print_cell(&r->mean[0], " %*.4g", 11, out);
  print_cell(&r->mean[1], " %*.4g", 11, out);
  print_cell(&r->difference, " %*.4g", 11, out);
  const rein_score *d = &r->difference;
  rein_text_printf(out, "  %-24s",
                   d->na || d->no_interval ? "n/a"
                                           : rein_arena_printf(c->arena, "(%.4g to %.4g)", d->low, d->high));
  if (r->same_direction.na)
    rein_text_printf(out, " %8s", "n/a");
  else
    rein_text_printf(out, " %6.1f %%", 100.0 * r->same_direction.value);
  print_cell(&r->rms, " %*.4g", 11, out);
  rein_text_add(out, "\n");
}

/* Each reason for an n/a once, below the lines of an observable. */
static void print_reasons(const rein_comparison *c, size_t first, size_t end, rein_text *out) {
  rein_compare_names said = {0};
  for (size_t i = first; i < end; i++) {
    const rein_compare_row *r = &c->row[i];
    const rein_score *score[] = {&r->mean[0], &r->difference, &r->same_direction, &r->rms};
    static const char *const what[] = {"means", "difference", "same direction", "RMS"};
    for (size_t k = 0; k < 4 && !r->suppressed; k++) {
      const char *why = score[k]->na ? score[k]->na : score[k]->no_interval;
      const size_t n = said.n;
      if (!why) continue;
      const char *line =
          rein_arena_printf(c->arena, "  n/a of %s%s: %s\n", what[k], score[k]->na ? "" : "'s interval", why);
      rein_compare_index(c->arena, &said, line);
      if (said.n > n) rein_text_add(out, line);
    }
  }
}

static void print_observable(const rein_comparison *c, size_t first, size_t end, rein_text *out) {
  const int o = c->row[first].observable;
  rein_text_printf(out, "\n%s [%s]", c->observable.item[o], c->unit[o]);
  for (int side = 0; side < 2; side++) {
    if (strcmp(c->set[side].unit[o], c->unit[o]) != 0)
      rein_text_printf(out, ", %s converted from %s", SIDES[side], c->set[side].unit[o]);
  }
  rein_text_printf(out, "\n  %-32s %-18s %12s %11s %11s %11s  %-24s %8s %11s\n", "arm", "horizon",
                   c->by == REIN_COMPARE_BY_INDIVIDUAL ? "pairs" : "values A, B", "mean A", "mean B", "B - A",
                   "(95 %)", "same dir", "RMS");
  for (size_t i = first; i < end; i++) print_row(c, &c->row[i], out);
  print_reasons(c, first, end, out);
}

static void print_unmatched(const rein_comparison *c, int side, rein_text *out) {
  const rein_compare_set *s = &c->set[side];
  size_t n_shown = 0, n_left = 0;
  int64_t n = 0, left = 0;
  for (size_t i = 0; i < s->n_count; i++) n += s->count[i].fate != REIN_FATE_MATCHED ? s->count[i].n : 0;
  rein_text_printf(out, "  %s: %" PRId64 " of %zu values%s\n", SIDES[side], n, s->n_value, n ? ":" : "");
  for (size_t i = 0; i < s->n_count; i++) {
    const rein_compare_count *k = &s->count[i];
    if (k->fate == REIN_FATE_MATCHED) continue;
    if (n_shown++ >= MAX_REASONS) {
      n_left++, left += k->n;
      continue;
    }
    rein_text_printf(out, "    %8" PRId64 "  %s%s%s%s\n", k->n, rein_compare_fate_meaning(k->fate),
                     *k->detail ? " (" : "", k->detail, *k->detail ? ")" : "");
  }
  if (n_left) rein_text_printf(out, "    %8" PRId64 "  for %zu more reasons; --json has all\n", left, n_left);
}

void rein_compare_print(const rein_comparison *c, rein_text *out) {
  rein_text_printf(out,
                   "Two record sets: %s over each horizon, in A and in B.\n"
                   "For research only: a difference between sets is no effect, and nothing here recommends a "
                   "treatment.\n",
                   what_of(c));
  for (int side = 0; side < 2; side++) print_set(c, side, out);
  rein_text_printf(out, "joined on %s (%s), observable, horizon, and action: %s\n", by_of(c), c->why,
                   actions_of(c));
  for (size_t i = 0; i < c->n_row;) {
    size_t end = i + 1;
    while (end < c->n_row && c->row[end].observable == c->row[i].observable) end++;
    print_observable(c, i, end, out);
    i = end;
  }
  rein_text_add(out, c->n_row ? "\nwithout a counterpart\n"
                              : "\nnothing matched: no observable, arm and horizon is in both sets\n");
  for (int side = 0; side < 2; side++) print_unmatched(c, side, out);
}

/* ---- JSON ---- */

static json_t *json_score(const rein_score *s) {
  json_t *object = json_object();
  if (s->na) rein_json_set(&object, "n/a", rein_json_text(s->na));
  if (s->na) return object;
  rein_json_set(&object, "value", rein_json_number(s->value));
  rein_json_set(&object, "low", rein_json_number(s->low));
  rein_json_set(&object, "high", rein_json_number(s->high));
  if (s->no_interval) rein_json_set(&object, "no_interval", rein_json_text(s->no_interval));
  return object;
}

static json_t *json_side(const rein_comparison *c, int side) {
  const rein_compare_set *s = &c->set[side];
  json_t *object = json_object(), *unmatched = json_array();
  rein_json_set(&object, "origin", rein_json_text(s->origin));
  rein_json_set(&object, "study", rein_json_text(s->study));
  rein_json_set(&object, "model", rein_json_text(s->model));
  rein_json_set(&object, "model_hash", rein_json_text(*s->model_hash ? s->model_hash : NULL));
  rein_json_set(&object, "seed", rein_json_text(*s->seed ? s->seed : NULL));
  rein_json_set(&object, "n_record", json_integer(s->n_record));
  rein_json_set(&object, "n_failed", json_integer(s->n_failed));
  rein_json_set(&object, "n_value", json_integer((json_int_t)s->n_value));
  rein_json_set(&object, "n_matched", json_integer(c->n_matched[side]));
  for (size_t i = 0; i < s->n_count; i++) {
    const rein_compare_count *k = &s->count[i];
    if (k->fate == REIN_FATE_MATCHED) continue;
    json_t *line = json_object();
    rein_json_set(&line, "reason", rein_json_text(rein_compare_fate_word(k->fate)));
    rein_json_set(&line, "detail", rein_json_text(*k->detail ? k->detail : NULL));
    rein_json_set(&line, "n", json_integer(k->n));
    rein_json_add(&unmatched, line);
  }
  rein_json_set(&object, "unmatched", unmatched);
  return object;
}

static json_t *json_row(const rein_comparison *c, const rein_compare_row *r) {
  json_t *object = json_object();
  const rein_compare_horizon *h = r->arm < 0 ? NULL : &c->horizon[r->horizon];
  rein_json_set(&object, "observable", rein_json_text(c->observable.item[r->observable]));
  rein_json_set(&object, "unit", rein_json_text(c->unit[r->observable]));
  rein_json_set(&object, "arm", rein_json_text(h ? c->arm.item[r->arm] : NULL));
  rein_json_set(&object, "from", h ? rein_json_number(h->from) : json_null());
  rein_json_set(&object, "to", h ? rein_json_number(h->to) : json_null());
  rein_json_set(&object, "time_unit", rein_json_text(h ? h->unit : NULL));
  rein_json_set(&object, "n_pair", json_integer(r->n));
  rein_json_set(&object, "n_value_a", json_integer(r->n_value[0]));
  rein_json_set(&object, "n_value_b", json_integer(r->n_value[1]));
  rein_json_set(&object, "n_unit_a", json_integer(r->n_unit[0]));
  rein_json_set(&object, "n_unit_b", json_integer(r->n_unit[1]));
  if (r->suppressed) rein_json_set(&object, "suppressed", json_string("fewer than 5 people"));
  if (r->suppressed) return object;
  rein_json_set(&object, "mean_a", json_score(&r->mean[0]));
  rein_json_set(&object, "mean_b", json_score(&r->mean[1]));
  rein_json_set(&object, "difference", json_score(&r->difference));
  rein_json_set(&object, "same_direction", json_score(&r->same_direction));
  rein_json_set(&object, "rms_difference", json_score(&r->rms));
  return object;
}

rein_status rein_compare_print_json(const rein_comparison *c, rein_text *out) {
  json_t *report = json_object(), *rows = json_array();
  rein_json_set(&report, "for_research",
                json_string("For research only: a difference between sets is no effect. Nothing here "
                            "recommends a treatment."));
  rein_json_set(&report, "compared", rein_json_text(what_of(c)));
  rein_json_set(&report, "joined_on", rein_json_text(by_of(c)));
  rein_json_set(&report, "why", rein_json_text(c->why));
  rein_json_set(&report, "action", rein_json_text(actions_of(c)));
  rein_json_set(&report, "a", json_side(c, 0));
  rein_json_set(&report, "b", json_side(c, 1));
  for (size_t i = 0; i < c->n_row; i++) rein_json_add(&rows, json_row(c, &c->row[i]));
  rein_json_set(&report, "rows", rows);
  return rein_json_print(report, out);
}

/* ---- CSV ---- */

static void write_value(const rein_comparison *c, int side, const rein_compare_value *v, FILE *file) {
  const rein_compare_horizon *h = &c->horizon[v->horizon];
  rein_csv_put_text(file, SIDES[side]);
  rein_csv_next_text(file, c->observable.item[v->observable]);
  rein_csv_next_text(file, c->unit[v->observable]);
  rein_csv_next_text(file, c->arm.item[v->arm]);
  rein_csv_next_number(file, h->from);
  rein_csv_next_number(file, h->to);
  rein_csv_next_text(file, h->unit);
  if (v->individual < 0)
    rein_csv_next_text(file, c->individual.item[-1 - v->individual]);
  else
    rein_csv_next_count(file, v->individual);
  rein_csv_next_count(file, v->repeat);
  rein_csv_next_number(file, v->change);
  rein_csv_next_text(file, v->direction == REIN_MISSING_BYTE ? "" : rein_record_direction_word(v->direction));
  rein_csv_next_text(file, rein_compare_fate_word((rein_compare_fate)v->fate));
  rein_csv_next_text(file, v->detail < 0 ? "" : c->detail.item[v->detail]);
  fputc('\n', file);
}

rein_status rein_compare_write_csv(const rein_comparison *c, FILE *file, rein_diag *diag) {
  const rein_pos nowhere = {0};
  if ((c->set[0].is_people || c->set[1].is_people) && !c->individual_data) {
    rein_error(diag, nowhere, "a set holds records of people; --individual-data allows a table of them");
    return REIN_ERR_USAGE;
  }
  fputs("set,observable,unit,arm,from,to,time_unit,individual,repeat,change,direction,result,detail\n", file);
  for (int side = 0; side < 2; side++) {
    for (size_t i = 0; i < c->set[side].n_value; i++) write_value(c, side, &c->set[side].value[i], file);
  }
  return rein_csv_finish(file, diag);
}
