#include "src/report/report_scores.h"

#include <math.h>

#include "src/report/calibration.h"

const rein_observable *rein_report_observable(const rein_validation *v, int observable) {
  return &v->scenario->model->observable[v->observed->observable[observable]];
}

const char *rein_report_units(const rein_validation *v) {
  return v->observed->is_group ? "arms of studies" : "people";
}

static bool is_all(const rein_validation_row *row) {
  return row->arm < 0 && isnan(row->time);
}

static const char *number(rein_html *html, double value) {
  return isnan(value) ? "n/a" : rein_arena_printf(html->out->arena, "%.4g", value);
}

static void add_interval(rein_html *html, const rein_score *score) {
  if (score->na)
    rein_html_cell(html, "n/a");
  else if (score->no_interval)
    rein_html_cell(html, "n/a: %s", score->no_interval);
  else
    rein_html_cell(html, "%.4g to %.4g", score->low, score->high);
}

/* "0.86 (0.81 to 0.95)" in one cell. */
static void add_short(rein_html *html, const rein_score *score) {
  if (score->na)
    rein_html_cell(html, "n/a: %s", score->na);
  else if (score->no_interval)
    rein_html_cell(html, "%.3g", score->value);
  else
    rein_html_cell(html, "%.3g (%.3g to %.3g)", score->value, score->low, score->high);
}

/* ---- scores ---- */

static void add_all_scores(rein_html *html, const rein_validation *v, const rein_validation_row *row) {
  static const char *const heads[] = {"score", "value", "unit", "95 % interval", "what it is", NULL};
  const rein_observable *o = rein_report_observable(v, row->observable);
  rein_html_begin_table(html,
                        rein_arena_printf(html->out->arena,
                                          "Scores of %s, all arms and horizons: %d points of "
                                          "%d %s",
                                          o->name, row->n_point, row->n_unit, rein_report_units(v)),
                        heads);
  for (int id = 0; id < REIN_N_SCORE; id++) {
    const rein_score *score = &row->score[id];
    const rein_score_about *about = rein_validate_score((rein_score_id)id);
    rein_html_row(html, about->heading);
    if (score->na)
      rein_html_cell(html, "n/a: %s", score->na);
    else
      rein_html_cell(html, "%.4g", score->value);
    rein_html_cell(html, "%s", about->has_unit ? o->unit_text : "-");
    add_interval(html, score);
    rein_html_cell(html, "%s", about->meaning);
    rein_html_close(html, "tr");
  }
  rein_html_end_table(html);
  rein_html_line(html, "p",
                 "Exact interval of the coverage of 90 %% intervals: %s to %s; the points are worth %.3g "
                 "independent ones. Baselines: no change, the mean change of the others, the predictions for "
                 "other arms, and the state before of another person; above 0 is better than the baseline.",
                 number(html, row->coverage_low), number(html, row->coverage_high), row->n_effective);
}

static void add_people(rein_html *html, const rein_validation_row *row) {
  if (isnan(row->n_after))
    rein_html_cell(html, "%d", row->n_point);
  else
    rein_html_cell(html, "%g before, %g after", row->n_before, row->n_after);
}

static void add_line(rein_html *html, const rein_validation_row *row, const char *arm) {
  const rein_score *s = row->score;
  rein_html_row(html, arm);
  if (isnan(row->time))
    rein_html_cell(html, "all");
  else
    rein_html_cell(html, "%g", row->time);
  if (row->suppressed) {
    rein_html_open(html, "td", "colspan", "8", NULL);
    rein_html_text(html, rein_arena_printf(html->out->arena, "n/a: %s", rein_validate_held_back(row)));
    rein_html_close(html, "td");
    rein_html_close(html, "tr");
    return;
  }
  add_people(html, row);
  rein_html_cell(html, "%s", number(html, s[REIN_SCORE_DIRECTION].value));
  rein_html_cell(html, "%s", number(html, s[REIN_SCORE_BIAS].value));
  rein_html_cell(html, "%s", number(html, s[REIN_SCORE_COVER_90].value));
  rein_html_cell(html, "%s", number(html, s[REIN_SCORE_WIDTH_90].value));
  rein_html_cell(html, "%s", number(html, s[REIN_SCORE_CRPS].value));
  add_short(html, &s[REIN_SCORE_NO_CHANGE]);
  add_short(html, &s[REIN_SCORE_MEAN_CHANGE]);
  rein_html_close(html, "tr");
}

static void add_arms(rein_html *html, const rein_validation *v, int observable) {
  rein_arena *arena = html->out->arena;
  const rein_observable *o = rein_report_observable(v, observable);
  const char *const heads[] = {"arm",
                               rein_arena_printf(arena, "to [%s]", v->scenario->model->time_unit_text),
                               v->observed->is_group ? "people" : "points",
                               "direction",
                               rein_arena_printf(arena, "bias [%s]", o->unit_text),
                               "cover 90",
                               rein_arena_printf(arena, "width 90 [%s]", o->unit_text),
                               rein_arena_printf(arena, "CRPS [%s]", o->unit_text),
                               "skill over no change",
                               "skill over mean change",
                               NULL};
  rein_html_begin_table(html, rein_arena_printf(arena, "%s by arm and horizon", o->name), heads);
  for (int i = 0; i < v->n_row; i++) {
    const rein_validation_row *row = &v->row[i];
    if (row->observable != observable || is_all(row)) continue;
    const char *arm = v->observed->arm[row->arm].name;
    add_line(html, row, arm);
    for (int k = 0; k < v->n_completer; k++) {
      const rein_validation_row *stayed = &v->completer[k];
      if (stayed->observable == observable && stayed->arm == row->arm && stayed->time == row->time)
        add_line(html, stayed, rein_arena_printf(arena, "%s, completers", arm));
    }
  }
  rein_html_end_table(html);
}

static void add_effect(rein_html *html, const rein_validation *v, const rein_validation_effect *e) {
  const rein_observed *o = v->observed;
  rein_html_row(html, rein_arena_printf(html->out->arena, "%s - %s", o->arm[e->row.arm].name,
                                        o->arm[e->comparator].name));
  rein_html_cell(html, "%g", e->row.time);
  if (e->row.suppressed) {
    rein_html_open(html, "td", "colspan", "5", NULL);
    rein_html_text(html, "n/a: fewer than 5 people");
    rein_html_close(html, "td");
    rein_html_close(html, "tr");
    return;
  }
  if (e->row.is_within)
    rein_html_cell(html, "%g, within each", e->n_arm);
  else
    rein_html_cell(html, "%g and %g", e->n_arm, e->n_comparator);
  if (e->no_observed)
    rein_html_cell(html, "%.4g (n/a: %s)", e->observed, e->no_observed);
  else
    rein_html_cell(html, "%.4g (%.4g to %.4g)", e->observed, e->observed_low, e->observed_high);
  if (isnan(e->predicted))
    rein_html_cell(html, "n/a: no prediction");
  else
    rein_html_cell(html, "%.4g (%.4g to %.4g)", e->predicted, e->low, e->high);
  rein_html_cell(html, "%s", number(html, e->row.score[REIN_SCORE_CRPS].value));
  add_short(html, &e->row.score[REIN_SCORE_NO_CHANGE]);
  rein_html_close(html, "tr");
}

/* Randomised contrasts of an observable, if there are any. */
static void add_effects(rein_html *html, const rein_validation *v, int observable) {
  rein_arena *arena = html->out->arena;
  const rein_observable *o = rein_report_observable(v, observable);
  const char *const heads[] = {"arm - comparator",
                               rein_arena_printf(arena, "to [%s]", v->scenario->model->time_unit_text),
                               "people",
                               rein_arena_printf(arena, "observed [%s] (95 %%)", o->unit_text),
                               rein_arena_printf(arena, "predicted [%s] (90 %%)", o->unit_text),
                               rein_arena_printf(arena, "CRPS [%s]", o->unit_text),
                               "skill over no effect",
                               NULL};
  bool any = false;
  for (int i = 0; i < v->n_effect; i++) {
    if (v->effect[i].row.observable != observable || v->effect[i].comparator < 0) continue;
    if (!any)
      rein_html_begin_table(
          html,
          rein_arena_printf(arena, "Effects on %s: randomised contrasts, no part of the verdict", o->name),
          heads);
    any = true;
    add_effect(html, v, &v->effect[i]);
  }
  if (any) rein_html_end_table(html);
}

static void add_left(rein_html *html, const rein_validation_left *l) {
  if (isnan(l->middle))
    rein_html_cell(html, "n/a: no prediction");
  else
    rein_html_cell(html, "%.4g (%.4g to %.4g)", l->middle, l->low, l->high);
}

/* Means behind which people became fewer, if there are any. */
static void add_lost(rein_html *html, const rein_validation *v, int observable) {
  rein_arena *arena = html->out->arena;
  const rein_observable *o = rein_report_observable(v, observable);
  const char *const heads[] = {"arm",
                               rein_arena_printf(arena, "to [%s]", v->scenario->model->time_unit_text),
                               "people who left",
                               rein_arena_printf(arena, "observed [%s]", o->unit_text),
                               "predicted (90 %), at random",
                               "if the highest left",
                               "if the lowest left",
                               "what it says",
                               NULL};
  bool any = false;
  for (int i = 0; i < v->n_lost; i++) {
    const rein_validation_lost *l = &v->lost[i];
    if (l->observable != observable || l->suppressed) continue;
    if (!any)
      rein_html_begin_table(
          html,
          rein_arena_printf(arena,
                            "Mean change of %s where people left: those who stayed need not be "
                            "a random sample of the group",
                            o->name),
          heads);
    any = true;
    rein_html_row(html, v->observed->arm[l->arm].name);
    rein_html_cell(html, "%g", l->time);
    rein_html_cell(html, "%g of %g", l->n_before - l->n_after, l->n_before);
    rein_html_cell(html, "%.4g", l->observed);
    add_left(html, &l->at_random);
    add_left(html, &l->highest_left);
    add_left(html, &l->lowest_left);
    rein_html_cell(html, "%s", rein_validate_lost_words(l));
    rein_html_close(html, "tr");
  }
  if (any) rein_html_end_table(html);
}

static void add_failures(rein_html *html, const rein_validation *v) {
  rein_text text;
  rein_text_init(&text, html->out->arena);
  rein_validate_print_failures(v, &text);
  rein_html_line(html, "h3", "Where the model fails");
  rein_html_line(html, "pre", "%s", text.bytes);
}

void rein_report_scores(rein_html *html, const rein_page *page, const rein_validation *v) {
  rein_page_section_begin(html, page, "scores");
  for (int i = 0; i < v->n_row; i++) {
    const rein_validation_row *row = &v->row[i];
    if (!is_all(row)) continue;
    rein_html_line(html, "h3", "%s", rein_report_observable(v, row->observable)->name);
    if (row->suppressed)
      rein_html_line(html, "p", "n/a: %s", rein_validate_held_back(row));
    else
      add_all_scores(html, v, row);
    add_arms(html, v, row->observable);
    add_lost(html, v, row->observable);
    add_effects(html, v, row->observable);
  }
  add_failures(html, v);
  rein_page_section_end(html);
}

/* ---- calibration ---- */

static void add_curve_table(rein_html *html, const rein_observable *o, const rein_validation_row *row) {
  const char *const heads[] = {"level [%]", "observed within [%]", "95 % interval [%]",
                               rein_arena_printf(html->out->arena, "mean width [%s]", o->unit_text), NULL};
  rein_html_begin_table(html, rein_arena_printf(html->out->arena, "Calibration and width of %s", o->name),
                        heads);
  for (int i = 0; i < REIN_VALIDATE_N_LEVEL; i++) {
    const rein_validation_level *at = &row->curve[i];
    rein_html_row(html, rein_arena_printf(html->out->arena, "%g", 100.0 * at->level));
    rein_html_cell(html, "%.3g", 100.0 * at->cover.value);
    if (at->cover.no_interval)
      rein_html_cell(html, "n/a: %s", at->cover.no_interval);
    else
      rein_html_cell(html, "%.3g to %.3g", 100.0 * at->cover.low, 100.0 * at->cover.high);
    rein_html_cell(html, "%.4g", at->width.value);
    rein_html_close(html, "tr");
  }
  rein_html_end_table(html);
}

static rein_status add_curve(rein_html *html, const rein_validation *v, const rein_validation_row *row,
                             rein_diag *diag) {
  rein_arena *arena = html->out->arena;
  const rein_observable *o = rein_report_observable(v, row->observable);
  rein_calibration_point *point = REIN_NEW(arena, rein_calibration_point, REIN_VALIDATE_N_LEVEL);
  for (int i = 0; i < REIN_VALIDATE_N_LEVEL; i++) {
    const rein_validation_level *at = &row->curve[i];
    point[i] =
        (rein_calibration_point){at->level, at->cover.value, at->cover.low, at->cover.high, at->width.value};
  }
  const rein_calibration what = {
      .title = rein_arena_printf(arena, "Calibration of %s", o->name),
      .words = "Left: observed share within central intervals of each level, against the line of equal "
               "numbers. Right: mean width of these intervals. The table below holds the numbers.",
      .unit = o->unit_text,
      .point = point,
      .n_point = REIN_VALIDATE_N_LEVEL};
  rein_html_open(html, "figure", NULL);
  const rein_status status = rein_calibration_embed(
      arena, &what, rein_arena_printf(arena, "curve%d", row->observable), diag, html->out);
  rein_html_line(
      html, "figcaption",
      "How often the central intervals of each level held the observed change, with bootstrap "
      "intervals of 95 %% where there are at least 8 units, and how wide they were. Below the line: "
      "too sure; above it: too cautious.");
  rein_html_close(html, "figure");
  if (status == REIN_OK) add_curve_table(html, o, row);
  return status;
}

rein_status rein_report_calibration(rein_html *html, const rein_page *page, const rein_validation *v,
                                    rein_diag *diag) {
  rein_status status = REIN_OK;
  rein_page_section_begin(html, page, "calibration");
  for (int i = 0; i < v->n_row && status == REIN_OK; i++) {
    const rein_validation_row *row = &v->row[i];
    if (!is_all(row)) continue;
    rein_html_line(html, "h3", "%s", rein_report_observable(v, row->observable)->name);
    if (row->curve)
      status = add_curve(html, v, row, diag);
    else
      rein_html_line(html, "p", "n/a: %s", rein_validate_held_back(row));
  }
  rein_page_section_end(html);
  return status;
}
