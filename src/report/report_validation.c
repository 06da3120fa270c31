/* The page on a comparison of simulated with observed transitions. */
#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "src/record/reader.h"
#include "src/report/plot.h"
#include "src/report/report.h"
#include "src/report/report_scores.h"

static const rein_page_section sections[] = {{"asked", "What was asked"},
                                             {"verdict", "Verdict"},
                                             {"pictures", "Observed over simulated"},
                                             {"scores", "Scores beside baselines"},
                                             {"calibration", "Calibration and width"},
                                             {"evidence", "What the model rests on"},
                                             {"provenance", "Provenance"},
                                             {"boundary", "Boundary"},
                                             {NULL, NULL}};

/* ---- what was asked ---- */

static void add_arms(rein_html *html, const rein_validation *v) {
  static const char *const heads[] = {"arm", "assignment", "actions", "concurrent", "adherence", NULL};
  rein_html_begin_table(
      html, "Observed arms: compared is the change under each; effects are randomised contrasts only", heads);
  for (int a = 0; a < v->observed->n_arm; a++) {
    const rein_observed_arm *arm = &v->observed->arm[a];
    rein_html_row(html, arm->name);
    rein_html_cell(html, "%s", rein_observed_assignment_word(arm->assignment));
    rein_html_cell(html, "%s", arm->actions ? arm->actions : "");
    rein_html_cell(html, "%s", arm->concurrent ? arm->concurrent : "");
    rein_html_cell(html, "%s", arm->adherence ? arm->adherence : "");
    rein_html_close(html, "tr");
  }
  rein_html_end_table(html);
}

static const char *list_observables(rein_arena *arena, const rein_validation *v) {
  rein_text text;
  rein_text_init(&text, arena);
  for (int k = 0; k < v->n_verdict; k++)
    rein_text_printf(&text, "%s%s", k ? ", " : "", rein_report_observable(v, v->verdict[k].observable)->name);
  return text.bytes;
}

static void add_asked(rein_html *html, const rein_page *page, const rein_validation *v) {
  const rein_scenario *s = v->scenario;
  const rein_observed *o = v->observed;
  rein_page_section_begin(html, page, "asked");
  rein_html_line(html, "p",
                 "How well does model %s predict the measured change of %s, from %g %s over %d horizons, in "
                 "what was observed?",
                 s->model->name, list_observables(html->out->arena, v), v->t_before, s->model->time_unit_text,
                 v->n_times);
  rein_page_facts_begin(html);
  rein_page_fact(html, "Model", "%s: %s", s->model->name, s->model->title ? s->model->title : "");
  if (o->is_group)
    rein_page_fact(html, "Observed data", "%s; means of groups; licence %s", o->title, o->licence);
  else
    rein_page_fact(html, "Observed data", "%s; %d people; licence %s", o->title, o->n_person, o->licence);
  rein_page_fact(html, "Relation", "%s%s", v->relation,
                 o->is_fitted ? ": parameters were fitted to these people, so this is no prediction" : "");
  rein_page_fact(html, "Simulated",
                 "%" PRId64 " individuals, %d arms, %" PRId64 " replicates; %" PRId64 " of %" PRId64
                 " failed",
                 s->n_individual, s->n_arm, s->n_replicate, v->n_failed, v->n_member);
  if (v->has_uncertain && s->n_replicate < 2)
    rein_page_fact(html, "Note", "one replicate: the uncertainty of parameters is not in view");
  rein_page_fact(
      html, "Left out",
      "%d points without a state before, %d earlier, %d later, %d rows without a value; %d without "
      "a prediction, scored as no change",
      v->n_without_before, v->n_earlier, v->n_later, o->n_missing, v->n_missing);
  rein_page_facts_end(html);
  add_arms(html, v);
  rein_page_section_end(html);
}

/* ---- verdict ---- */

static const char *class_of(const rein_validation *v) {
  static const char *const classes[] = {"verdict supported", "verdict not-supported", "verdict undecided"};
  return v->has_verdict ? classes[v->overall] : "verdict none";
}

static void add_verdict(rein_html *html, const rein_page *page, const rein_validation *v) {
  static const char *const heads[] = {"observable", "verdict", "reason", "counts", NULL};
  rein_page_section_begin(html, page, "verdict");
  rein_html_open(html, "p", "class", class_of(v), NULL);
  rein_html_text(html, v->has_verdict ? rein_validate_verdict_words(v, v->overall, html->out->arena)
                                      : "n/a: no rule was frozen");
  rein_html_close(html, "p");
  rein_html_begin_table(html, "Verdict for each observable", heads);
  for (int k = 0; k < v->n_verdict; k++) {
    const rein_validation_verdict *verdict = &v->verdict[k];
    rein_html_row(html, rein_report_observable(v, verdict->observable)->name);
    rein_html_cell(html, "%s",
                   v->has_verdict ? rein_validate_verdict_words(v, verdict->verdict, html->out->arena)
                                  : "n/a: no rule was frozen");
    rein_html_cell(html, "%s", verdict->reason);
    rein_html_cell(html, "%s", verdict->counts ? "yes" : "no: not among the observables of 'expect'");
    rein_html_close(html, "tr");
  }
  rein_html_end_table(html);
  rein_html_line(
      html, "p",
      "One rule for all models: supported when the intervals of skill over no change and over the mean "
      "change of the others lie above 0 and the exact interval of the coverage of 90 %% "
      "intervals contains 0.90; not supported when a skill's interval lies below 0 or the coverage "
      "excludes 0.90; else undecided. A verdict says how well the model predicted these data, never "
      "what anybody should do.");
  rein_page_section_end(html);
}

/* ---- pictures ---- */

static rein_plot_panel make_panel(rein_arena *arena, const rein_validation *v,
                                  const rein_validation_panel *from) {
  const bool is_group = v->observed->is_group;
  rein_plot_series *series = REIN_NEW(arena, rein_plot_series, 1);
  *series = (rein_plot_series){.label = "simulated", .n_time = from->n_time, .time = from->time};
  for (int q = 0; q < REIN_PLOT_N_QUANTILE; q++) series->quantile[q] = from->quantile[q];
  const rein_plot_points points = {
      .label = from->n_point == 0 ? NULL
               : is_group         ? "observed group mean and SD"
               : from->is_mean    ? "observed mean and SD of at least 5 people"
                                  : "observed individuals",
      .band_label = from->n_point && is_group ? "5 to 95 % of what was predicted of this mean" : NULL,
      .n = from->n_point,
      .time = from->point_time,
      .value = from->value,
      .sd = from->sd,
      .band_low = from->low,
      .band_high = from->high};
  return (rein_plot_panel){v->observed->arm[from->arm].name, series, 1, points};
}

static const char *tell_held_back(rein_arena *arena, int n) {
  return n ? rein_arena_printf(
                 arena,
                 " Held back are %d observed values: of fewer than %d people at a time, or in a "
                 "mean with a censored value.",
                 n, REIN_SMALLEST_GROUP)
           : "";
}

static rein_status add_picture(rein_html *html, const rein_validation *v, int verdict_index,
                               rein_diag *diag) {
  rein_arena *arena = html->out->arena;
  const int observable = v->verdict[verdict_index].observable;
  const rein_observable *o = rein_report_observable(v, observable);
  rein_plot_panel *panel = REIN_NEW(arena, rein_plot_panel, v->n_panel + 1);
  int n = 0, n_held_back = 0;
  for (int i = 0; i < v->n_panel; i++) {
    if (v->panel[i].observable != observable) continue;
    panel[n++] = make_panel(arena, v, &v->panel[i]);
    n_held_back += v->panel[i].n_held_back;
  }
  const rein_plot plot = {
      .title = rein_arena_printf(arena, "%s: observed over simulated", o->title ? o->title : o->name),
      .x_label = rein_arena_printf(arena, "time [%s]", v->scenario->model->time_unit_text),
      .y_label = rein_arena_printf(arena, "%s [%s]", o->name, o->unit_text),
      .caption = "",
      .footnote = rein_arena_printf(arena, "Research use only - %s.", v->scenario->model->boundary),
      .x_unit = v->scenario->model->time_unit_text,
      .panel = panel,
      .n_panel = n};
  rein_html_open(html, "figure", NULL);
  const rein_status status =
      rein_plot_embed(arena, &plot, rein_arena_printf(arena, "plot%d", observable), diag, html->out);
  rein_html_line(html, "figcaption",
                 "%s over time: median, 25 to 75 %% and 5 to 95 %% of %" PRId64
                 " simulated individuals, measurement noise included and not yet told the state before; dots "
                 "are what was observed. Scores compare changes, each from its own state before.%s",
                 o->name, v->scenario->n_individual, tell_held_back(arena, n_held_back));
  rein_html_close(html, "figure");
  return status;
}

static rein_status add_pictures(rein_html *html, const rein_page *page, const rein_validation *v,
                                rein_diag *diag) {
  rein_status status = REIN_OK;
  rein_page_section_begin(html, page, "pictures");
  for (int k = 0; k < v->n_verdict && status == REIN_OK; k++) status = add_picture(html, v, k, diag);
  rein_page_section_end(html);
  return status;
}

/* ---- provenance ---- */

static void add_provenance(rein_html *html, const rein_page *page, const rein_validation *v) {
  const rein_scenario *s = v->scenario;
  int n_version;
  const rein_study_version *version = rein_simulation_versions(html->out->arena, &n_version);
  rein_page_section_begin(html, page, "provenance");
  rein_page_facts_begin(html);
  rein_page_fact(html, "Scenario", "%s", s->name);
  rein_page_fact(html, "Scenario hash", "%s", s->hash);
  rein_page_fact(html, "Model hash", "%s", v->model_hash);
  rein_page_fact(html, "Data hash", "%s", v->observed->hash);
  rein_page_fact(html, "Rule", "%s",
                 v->has_verdict ? "verdict/1, frozen in 'expect'" : "n/a: none was frozen");
  if (v->has_verdict) rein_page_fact(html, "Hash of 'expect'", "%s", v->expect_hash);
  rein_page_fact(html, "Seed", "%" PRIu64, s->seed);
  rein_page_fact(html, "Method", "%s", rein_method_name(s->method));
  rein_page_fact(html, "Tolerances", "relative %g; absolute %g of each state's scale", s->rtol, s->atol_rel);
  for (int i = 0; i < n_version; i++) rein_page_fact(html, version[i].name, "%s", version[i].version);
  rein_page_fact(html, "Floating-point flags", "%s", REIN_FLOAT_FLAGS);
  rein_page_facts_end(html);
  rein_page_section_end(html);
}

/* What an arm's actions ask for beyond the model's own boundary; NULL: nothing. */
static const char *list_boundaries(rein_arena *arena, const rein_scenario *s) {
  rein_text text;
  rein_text_init(&text, arena);
  for (int a = 0; a < s->n_arm; a++) {
    if (strcmp(s->arm[a].boundary, s->model->boundary) != 0)
      rein_text_printf(&text, "%s%s %s", text.n ? ", " : "", s->arm[a].name, s->arm[a].boundary);
  }
  return text.n ? text.bytes : NULL;
}

static rein_status make_page(const rein_validation *v, rein_diag *diag, rein_text *out) {
  const rein_scenario *s = v->scenario;
  const rein_page page = {.kind = "Validation report",
                          .title = s->title && *s->title ? s->title : s->name,
                          .boundary = s->model->boundary,
                          .section = sections};
  rein_html html;
  rein_html_init(&html, out);
  rein_page_begin(&html, &page);
  add_asked(&html, &page, v);
  add_verdict(&html, &page, v);
  rein_status status = add_pictures(&html, &page, v, diag);
  rein_report_scores(&html, &page, v);
  if (status == REIN_OK) status = rein_report_calibration(&html, &page, v, diag);
  rein_page_evidence(&html, &page, s->model, NULL);
  add_provenance(&html, &page, v);
  rein_page_boundary(&html, &page, list_boundaries(out->arena, s));
  rein_page_end(&html, &page);
  return status;
}

rein_status rein_report_validation(rein_arena *arena, const rein_validation *v, rein_diag *diag,
                                   rein_text *out) {
  rein_guard guard;
  if (REIN_GUARD(arena, &guard)) return REIN_ERR_MEMORY;
  const rein_status status = make_page(v, diag, out);
  rein_unguard(arena, &guard);
  return status;
}
