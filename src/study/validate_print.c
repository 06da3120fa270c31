/* The comparison as text to read, and its lines in docs/validation.md. */
#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "src/record/record.h"
#include "src/study/split.h"
#include "src/study/validate_why_print.h"

static const rein_observable *observable_of(const rein_validation *v, int o) {
  return &v->scenario->model->observable[v->observed->observable[o]];
}

static const char *unit_word(const rein_validation *v, int n) {
  if (v->observed->is_group) return n == 1 ? "arm" : "arms";
  return n == 1 ? "person" : "people";
}

/* Four digits, in a form that all machines print alike. */
static const char *number(rein_arena *arena, double value) {
  return isnan(value) ? "-" : rein_arena_printf(arena, "%.4g", value);
}

static const char *with_interval(rein_arena *arena, const rein_score *score) {
  if (score->na) return rein_arena_printf(arena, "n/a: %s", score->na);
  if (score->no_interval) return rein_arena_printf(arena, "%.4g", score->value);
  return rein_arena_printf(arena, "%.4g [%.4g, %.4g]", score->value, score->low, score->high);
}

/* The same for a narrow column. */
static const char *narrow(rein_arena *arena, const rein_score *score) {
  if (score->na) return "n/a";
  if (score->no_interval) return rein_arena_printf(arena, "%.3g", score->value);
  return rein_arena_printf(arena, "%.3g [%.3g, %.3g]", score->value, score->low, score->high);
}

/* ---- the report ---- */

static void print_people(const rein_validation *v, rein_text *out) {
  if (v->observed->is_group)
    rein_text_printf(out, "means of groups");
  else
    rein_text_printf(out, "%d people", v->observed->n_person);
}

static void print_head(const rein_validation *v, rein_text *out) {
  const rein_scenario *s = v->scenario;
  const rein_observed *o = v->observed;
  rein_text_printf(out, "%s: %s\n", s->name, s->title);
  rein_text_printf(out, "  model      %s, hash %.12s; scenario hash %.12s, seed %" PRIu64 "\n",
                   s->model->name, v->model_hash, s->hash, s->seed);
  rein_text_printf(out, "  rule       %s\n",
                   v->has_verdict ? rein_arena_printf(out->arena, "verdict/1, frozen in 'expect', hash %.12s",
                                                      v->expect_hash)
                                  : "n/a: the scenario has no 'expect' block that froze it");
  rein_text_printf(out, "  data       %s; ", o->title);
  print_people(v, out);
  for (int i = 0; i < o->n_study; i++)
    rein_text_printf(out, "%s%s", i ? ", " : "; study ", *o->study[i] ? o->study[i] : "-");
  rein_text_printf(out, "; hash %.12s; licence %s\n", o->hash, o->licence);
  if (v->split)
    rein_text_printf(out,
                     "  split      %s, by %s, hash %.12s: %d points of the test part; the others of the mean "
                     "change are of the %d of the training part\n",
                     v->split->name, rein_split_words()[v->split->by], v->split->hash, v->n_test, v->n_train);
  if (v->outside_hash)
    rein_text_printf(
        out,
        "  predictor  another model's predictions, hash %.12s; the model above makes the baseline "
        "of no change only\n",
        v->outside_hash);
  rein_text_printf(out, "  relation   %s%s\n", v->relation,
                   o->is_fitted ? ": parameters were fitted to these people, so this is no prediction" : "");
  for (int a = 0; a < o->n_arm; a++) {
    const rein_observed_arm *arm = &o->arm[a];
    const char *effect = arm->comparator >= 0 ? rein_arena_printf(out->arena, ", and its effect against %s",
                                                                  o->arm[arm->comparator].name)
                                              : ", no effect";
    rein_text_printf(
        out, "  arm        %s: %s; compared is the change under it%s; concurrent: %s; adherence: %s\n",
        arm->name, rein_observed_assignment_word(arm->assignment), effect, arm->concurrent, arm->adherence);
  }
  rein_text_printf(out,
                   "  simulated  %" PRId64 " individuals, %d arms, %" PRId64 " replicates; %" PRId64
                   " of %" PRId64 " failed\n",
                   s->n_individual, s->n_arm, s->n_replicate, v->n_failed, v->n_member);
  if (!v->has_uncertain)
    rein_text_add(out, "  note       the model states no uncertainty of its parameters: it is not in view\n");
  else if (s->n_replicate < 2)
    rein_text_add(out, "  note       one replicate: the uncertainty of parameters is not in view\n");
  rein_text_printf(out,
                   "  compared   from %g %s over %d horizons; left out: %d without a state before, %d "
                   "earlier, %d later, %d without a value; "
                   "%d without a prediction, scored as no change\n",
                   v->t_before, s->model->time_unit_text, v->n_times, v->n_without_before, v->n_earlier,
                   v->n_later, o->n_missing, v->n_missing);
  if (v->n_carried)
    rein_text_printf(
        out,
        "  note       %d points have fewer than 3 others at their horizon: the mean change of the "
        "others is of the nearest horizons\n",
        v->n_carried);
}

static void print_scores(const rein_validation *v, const rein_validation_row *row, rein_text *out) {
  const rein_observable *o = observable_of(v, row->observable);
  rein_text_printf(out, "\n%s [%s], all arms and horizons: %d points of %d %s", o->name, o->unit_text,
                   row->n_point, row->n_unit, unit_word(v, row->n_unit));
  if (row->n_censored) rein_text_printf(out, ", %d censored", row->n_censored);
  rein_text_add(out, "\n");
  if (row->suppressed) {
    rein_text_printf(out, "  n/a: %s; --individual-data shows them\n", rein_validate_held_back(row));
    return;
  }
  for (int id = 0; id < REIN_N_SCORE; id++) {
    const rein_score_about *about = rein_validate_score((rein_score_id)id);
    rein_text_printf(out, "  %-20s %s%s%s\n", about->heading, with_interval(out->arena, &row->score[id]),
                     about->has_unit && !row->score[id].na ? " " : "",
                     about->has_unit && !row->score[id].na ? o->unit_text : "");
  }
  rein_text_printf(out, "  %-20s [%.4g, %.4g], worth %.3g independent points\n", "exact, cover 90",
                   row->coverage_low, row->coverage_high, row->n_effective);
  if (row->score[REIN_SCORE_CRPS].no_interval)
    rein_text_printf(out, "  %-20s n/a: %s\n", "intervals", row->score[REIN_SCORE_CRPS].no_interval);
}

static void print_table_head(const rein_validation *v, rein_text *out) {
  rein_text_printf(out, "  %-16s %10s %6s %9s %9s %9s %9s %9s %9s  %-22s %s\n", "arm",
                   rein_arena_printf(out->arena, "to [%s]", v->scenario->model->time_unit_text), "n",
                   "direction", "bias", "error", "cover 90", "width 90", "CRPS", "over no change",
                   "over mean change");
}

static void print_table_line(const rein_validation_row *row, const char *arm, rein_text *out) {
  const rein_score *s = row->score;
  const char *to = isnan(row->time) ? "all" : number(out->arena, row->time);
  const char *n = isnan(row->n_after) ? rein_arena_printf(out->arena, "%d", row->n_point)
                                      : rein_arena_printf(out->arena, "%g/%g", row->n_after, row->n_before);
  if (row->suppressed) {
    rein_text_printf(out, "  %-16s %10s %6s  n/a: %s\n", arm, to, "-", rein_validate_held_back(row));
    return;
  }
  rein_text_printf(
      out, "  %-16s %10s %6s %9s %9s %9s %9s %9s %9s  %-22s %s\n", arm, to, n,
      number(out->arena, s[REIN_SCORE_DIRECTION].value), number(out->arena, s[REIN_SCORE_BIAS].value),
      number(out->arena, s[REIN_SCORE_ERROR].value), number(out->arena, s[REIN_SCORE_COVER_90].value),
      number(out->arena, s[REIN_SCORE_WIDTH_90].value), number(out->arena, s[REIN_SCORE_CRPS].value),
      narrow(out->arena, &s[REIN_SCORE_NO_CHANGE]), narrow(out->arena, &s[REIN_SCORE_MEAN_CHANGE]));
}

/* ---- completers ---- */

static void print_completers(const rein_validation *v, int observable, int arm, double time, rein_text *out) {
  for (int i = 0; i < v->n_completer; i++) {
    const rein_validation_row *row = &v->completer[i];
    if (row->observable == observable && row->arm == arm && row->time == time)
      print_table_line(row, "  completers", out);
  }
}

static void print_leaving(const rein_validation *v, int observable, rein_text *out) {
  for (int i = 0; i < v->n_leaving; i++) {
    const rein_validation_leaving *l = &v->leaving[i];
    const char *arm = v->observed->arm[l->arm].name;
    if (l->observable != observable) continue;
    if (l->completers_na) rein_text_printf(out, "  completers of %s n/a: %s\n", arm, l->completers_na);
    if (!l->all_na) continue;
    rein_text_printf(out, "  all of %s n/a: %s\n", arm, l->all_na);
    for (int k = 0; k < v->n_completer; k++)
      if (v->completer[k].observable == observable && v->completer[k].arm == l->arm)
        print_table_line(&v->completer[k], rein_arena_printf(out->arena, "%s, completers", arm), out);
  }
}

static const char *left_words(rein_arena *arena, const rein_validation_left *l) {
  return isnan(l->middle) ? "n/a: no prediction"
                          : rein_arena_printf(arena, "%.4g [%.4g, %.4g]", l->middle, l->low, l->high);
}

/* Means behind which people became fewer. */
static void print_lost(const rein_validation *v, int observable, rein_text *out) {
  rein_arena *arena = out->arena;
  const rein_observable *o = observable_of(v, observable);
  bool any = false;
  for (int i = 0; i < v->n_lost; i++) {
    const rein_validation_lost *l = &v->lost[i];
    const char *arm = v->observed->arm[l->arm].name;
    if (l->observable != observable) continue;
    if (!any) {
      rein_text_printf(
          out,
          "  people who left, mean change of %s [%s]: those who stayed need not be a random sample "
          "of the group; the scores take them for one\n",
          o->name, o->unit_text);
      rein_text_printf(out, "  %-32s %8s %9s  %9s  %-27s %-27s %s\n", "arm",
                       rein_arena_printf(arena, "to [%s]", v->scenario->model->time_unit_text), "left",
                       "observed", "predicted [90 %], at random", "if the highest left",
                       "if the lowest left");
    }
    any = true;
    rein_text_printf(out, "  %-32s %8s %9s  ", arm, number(arena, l->time),
                     rein_arena_printf(arena, "%g of %g", l->n_before - l->n_after, l->n_before));
    if (l->suppressed)
      rein_text_add(out, "n/a: fewer than 5 people\n");
    else
      rein_text_printf(out, "%9s  %-27s %-27s %s%s%s\n", number(arena, l->observed),
                       left_words(arena, &l->at_random), left_words(arena, &l->highest_left),
                       left_words(arena, &l->lowest_left), *rein_validate_lost_words(l) ? ": " : "",
                       rein_validate_lost_words(l));
  }
}

/* ---- effects ---- */

/* Why there are none. */
static const char *no_effects(const rein_validation *v) {
  const rein_observed *o = v->observed;
  int n_random = 0, n_named = 0;
  for (int a = 0; a < o->n_arm; a++) {
    n_random += o->arm[a].assignment == REIN_ASSIGNED_RANDOMISED;
    n_named += o->arm[a].comparator >= 0;
  }
  if (v->n_effect_censored) return "values are censored";
  if (v->n_effect_shared) return "the same people are in both arms";
  if (n_named && o->is_group && n_random == 0) return "means do not tell of contrasts within people";
  if (n_named && v->outside_hash && n_random == 0)
    return "predictions do not tell of contrasts within people";
  if (n_named) return "no horizon has both arms";
  if (n_random < 2) return "fewer than two arms that people were randomised to";
  return "no arm names a comparator";
}

static void print_effect(const rein_validation *v, const rein_validation_effect *e, rein_text *out) {
  const rein_score *s = e->row.score;
  rein_arena *arena = out->arena;
  const rein_observed *o = v->observed;
  rein_text_printf(out, "  %-32s %8s ",
                   rein_arena_printf(arena, "%s - %s", o->arm[e->row.arm].name, o->arm[e->comparator].name),
                   number(arena, e->row.time));
  if (e->row.suppressed) {
    rein_text_add(out, "n/a: fewer than 5 people\n");
    return;
  }
  rein_text_printf(
      out, "%9s  %-27s %-27s %9s %9s  %s\n",
      e->row.is_within ? rein_arena_printf(arena, "%g within", e->n_arm)
                       : rein_arena_printf(arena, "%g/%g", e->n_arm, e->n_comparator),
      e->no_observed
          ? rein_arena_printf(arena, "%.4g [n/a: %s]", e->observed, e->no_observed)
          : rein_arena_printf(arena, "%.4g [%.4g, %.4g]", e->observed, e->observed_low, e->observed_high),
      isnan(e->predicted) ? "n/a: no prediction"
                          : rein_arena_printf(arena, "%.4g [%.4g, %.4g]", e->predicted, e->low, e->high),
      number(arena, s[REIN_SCORE_BIAS].value), number(arena, s[REIN_SCORE_CRPS].value),
      narrow(arena, &s[REIN_SCORE_NO_CHANGE]));
}

static void print_effects(const rein_validation *v, int observable, rein_text *out) {
  const rein_observable *o = observable_of(v, observable);
  for (int i = 0; i < v->n_effect; i++) {
    const rein_validation_effect *e = &v->effect[i];
    if (e->row.observable != observable) continue;
    if (e->comparator >= 0) {
      print_effect(v, e, out);
      continue;
    }
    rein_text_printf(out, "  randomised contrasts of %s [%s], effects; they take no part in the verdict\n",
                     o->name, o->unit_text);
    rein_text_printf(out, "  %-32s %8s %9s  %-27s %-27s %9s %9s  %s\n", "arm - comparator",
                     rein_arena_printf(out->arena, "to [%s]", v->scenario->model->time_unit_text), "n",
                     "observed [95 %]", "predicted [90 %]", "bias", "CRPS", "over no effect");
  }
}

static void print_rest(const rein_validation *v, int observable, rein_text *out) {
  print_leaving(v, observable, out);
  print_lost(v, observable, out);
  print_effects(v, observable, out);
}

/* The model's, and where an arm's actions have another one, the arm's. */
static void print_boundaries(const rein_validation *v, rein_text *out) {
  const rein_scenario *s = v->scenario;
  rein_text_printf(out, "boundary %s of the model: research use only, nothing here recommends a treatment\n",
                   s->model->boundary);
  for (int a = 0; a < s->n_arm; a++) {
    if (strcmp(s->arm[a].boundary, s->model->boundary) != 0)
      rein_text_printf(out, "boundary %s of the scenario's arm %s, by its actions\n", s->arm[a].boundary,
                       s->arm[a].name);
  }
}

/* Where the baseline that a verdict rests on is carried from other horizons, it says so. */
static const char *carried_words(const rein_validation_verdict *verdict, rein_arena *arena) {
  return verdict->n_carried == 0 ? ""
                                 : rein_arena_printf(arena,
                                                     "; the mean change of the others is carried from other "
                                                     "horizons at %d points",
                                                     verdict->n_carried);
}

static void print_verdicts(const rein_validation *v, rein_text *out) {
  rein_text_add(out, "\n");
  for (int i = 0; i < v->n_verdict; i++) {
    const rein_validation_verdict *verdict = &v->verdict[i];
    rein_text_printf(out, "verdict %s: %s (%s%s)%s\n", observable_of(v, verdict->observable)->name,
                     v->has_verdict ? rein_validate_verdict_words(v, verdict->verdict, out->arena)
                                    : "n/a: not frozen",
                     verdict->reason, carried_words(verdict, out->arena),
                     verdict->counts ? "" : "; not among the observables of 'expect'");
  }
  rein_text_printf(out, "verdict %s: %s\n", v->scenario->name,
                   v->has_verdict ? rein_validate_verdict_words(v, v->overall, out->arena)
                                  : "n/a: not frozen");
  print_boundaries(v, out);
}

void rein_validate_print(const rein_validation *v, rein_text *out) {
  print_head(v, out);
  for (int i = 0; i < v->n_row; i++) {
    const rein_validation_row *row = &v->row[i];
    const bool is_all = row->arm < 0 && isnan(row->time);
    if (is_all) print_scores(v, row, out);
    if (is_all) print_table_head(v, out);
    if (!is_all) print_table_line(row, row->arm < 0 ? "all" : v->observed->arm[row->arm].name, out);
    if (!is_all && !isnan(row->time)) print_completers(v, row->observable, row->arm, row->time, out);
    if (i + 1 == v->n_row || v->row[i + 1].observable != row->observable) print_rest(v, row->observable, out);
  }
  for (int o = 0; o < v->observed->n_observable; o++) {
    bool any = false;
    for (int i = 0; i < v->n_row; i++) any |= v->row[i].observable == o;
    if (!any && v->n_completer > 0) rein_text_printf(out, "\n%s\n", observable_of(v, o)->name);
    if (!any) print_rest(v, o, out);
  }
  if (v->n_effect == 0) rein_text_printf(out, "\neffects n/a: %s\n", no_effects(v));
  rein_validate_print_failures(v, out);
  print_verdicts(v, out);
}

/* ---- docs/validation.md ---- */

void rein_validate_print_head(rein_text *out) {
  rein_text_add(
      out, "# Validation\n"
           "Written by `make validate`: every shipped model against all its data, by the one rule of "
           "[validation-method.md](validation-method.md). *Calibration* means that parameters\n"
           "were fitted to these people: agreement is no prediction. Skills are 1 - CRPS / CRPS of the "
           "baseline, with "
           "bootstrap intervals of 95 % over people; coverage\n"
           "is of 90 % intervals, with its exact interval and their mean width. For research only; "
           "nothing here recommends "
           "a treatment. All but effects, which are randomised contrasts of two arms, are changes under an "
           "arm.\n\n"
           "| model | comparison | data | relation | points, units, people | observable | direction | skill "
           "over no "
           "change | skill over mean change "
           "| coverage of 90 % | width of 90 % | verdict |\n"
           "|---|---|---|---|---|---|---|---|---|---|---|---|\n");
}

/* The studies that the data are of, by name; without names their title. */
static const char *studies_of(const rein_validation *v, rein_arena *arena) {
  const rein_observed *o = v->observed;
  const char *words = NULL;
  for (int i = 0; i < o->n_study; i++)
    if (*o->study[i]) words = words ? rein_arena_printf(arena, "%s, %s", words, o->study[i]) : o->study[i];
  return words ? words : o->title;
}

static void print_md_row(const rein_validation *v, const rein_validation_row *row,
                         const rein_validation_verdict *verdict, rein_text *out) {
  const rein_observable *o = observable_of(v, row->observable);
  const rein_score *s = row->score;
  rein_text_printf(out, "| %s | %s | %s | %s | %d, %d %s%s | %s%s | ", v->scenario->model->name,
                   v->scenario->name, studies_of(v, out->arena), v->relation, row->n_point, row->n_unit,
                   verdict || row->is_within ? unit_word(v, row->n_unit)
                   : row->n_unit > 1         ? "contrasts of arms"
                                             : "contrast of arms",
                   v->observed->is_group ? rein_arena_printf(out->arena, ", %g people", row->n_people) : "",
                   o->name, verdict ? "" : ", effect");
  if (row->suppressed) {
    rein_text_add(out, "n/a: fewer than 5 people | | | | ");
  } else {
    rein_text_printf(out, "%s | %s | %s | %.3g [%.3g, %.3g] | %.4g %s ",
                     s[REIN_SCORE_DIRECTION].na ? "n/a" : number(out->arena, s[REIN_SCORE_DIRECTION].value),
                     narrow(out->arena, &s[REIN_SCORE_NO_CHANGE]),
                     narrow(out->arena, &s[REIN_SCORE_MEAN_CHANGE]), s[REIN_SCORE_COVER_90].value,
                     row->coverage_low, row->coverage_high, s[REIN_SCORE_WIDTH_90].value, o->unit_text);
  }
  if (!verdict)
    rein_text_add(out, "| n/a: effects take no part in it |\n");
  else if (!v->has_verdict || !verdict->counts)
    rein_text_printf(out, "| n/a: %s |\n",
                     v->has_verdict ? "not among the frozen observables" : "no frozen rule");
  else
    rein_text_printf(out, "| %s: %s%s |\n",
                     verdict->verdict == REIN_VERDICT_SUPPORTED
                         ? rein_validate_verdict_words(v, verdict->verdict, out->arena)
                         : rein_verdict_word(verdict->verdict),
                     verdict->reason, carried_words(verdict, out->arena));
}

struct rein_validate_study {
  const char *name;
  double n_people; /* the most that any of its tables tells of */
};

/* People of a study, or behind the means of its arms. */
static double people_of(const rein_observed *o, int study, rein_arena *arena) {
  const int n = (o->is_group ? o->n_arm : o->n_person) + 1;
  double *most = REIN_NEW(arena, double, n), sum = 0.0;
  for (int i = 0; i < o->n_point; i++) {
    const rein_observed_point *p = &o->point[i];
    const int unit = o->is_group ? p->arm : p->person;
    if (p->study == study) most[unit] = fmax(most[unit], p->n + p->lost);
  }
  for (int i = 0; i < n; i++) sum += most[i];
  return sum;
}

/* One study may stand in several comparisons, as people and as means, or for several models. */
static void count_studies(const rein_validation *v, rein_validate_count *count, rein_arena *arena) {
  const rein_observed *o = v->observed;
  for (int i = 0; i < o->n_study; i++) {
    const char *name = *o->study[i] ? o->study[i] : o->title;
    size_t k = 0;
    while (k < count->n_study && strcmp(count->study[k].name, name) != 0) k++;
    if (k == count->n_study) {
      const struct rein_validate_study found = {rein_arena_strdup(arena, name), 0.0};
      REIN_PUSH(arena, count->study, count->n_study, count->cap_study, found);
    }
    count->study[k].n_people = fmax(count->study[k].n_people, people_of(o, i, arena));
  }
}

void rein_validate_print_line(const rein_validation *v, rein_validate_count *count, rein_text *out) {
  int k = 0;
  for (int i = 0; i < v->n_row; i++) {
    if (v->row[i].arm < 0 && isnan(v->row[i].time)) print_md_row(v, &v->row[i], &v->verdict[k++], out);
  }
  for (int i = 0; i < v->n_effect; i++)
    if (v->effect[i].comparator < 0) print_md_row(v, &v->effect[i].row, NULL, out);
  const char *model = v->scenario->model->name;
  if (!count->last_model || strcmp(count->last_model, model) != 0) count->n_model++;
  count->last_model = model;
  count->n_comparison++;
  if (strcmp(v->relation, "external") == 0) {
    count->n_external++;
    count->n_supported_external += v->has_verdict && v->overall == REIN_VERDICT_SUPPORTED;
    count_studies(v, count, out->arena);
  }
  if (v->has_verdict)
    count->n[v->overall]++;
  else
    count->n_without_verdict++;
}

void rein_validate_print_count(const rein_validate_count *count, rein_text *out) {
  double n_people = 0.0;
  for (size_t i = 0; i < count->n_study; i++) n_people += count->study[i].n_people;
  rein_text_printf(out,
                   "\n%d models, %d comparisons, %d of them external (different studies: %zu, people: %g): "
                   "%d supported (%d of them on external data), %d not supported, %d undecided, %d without a "
                   "frozen rule\n",
                   count->n_model, count->n_comparison, count->n_external, count->n_study, n_people,
                   count->n[REIN_VERDICT_SUPPORTED], count->n_supported_external,
                   count->n[REIN_VERDICT_NOT_SUPPORTED], count->n[REIN_VERDICT_UNDECIDED],
                   count->n_without_verdict);
}
