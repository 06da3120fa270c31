/* The answer as text and as JSON. */
#include <jansson.h>
#include <math.h>
#include <stdlib.h>

#include "src/record/json_text.h"
#include "src/stats/normal.h"
#include "src/study/why_not.h"

#define SHOWN 8          /* changes in the text */
#define SHOWN_FROM 0.005 /* and none less probable */

static const char *const answer_word[] = {"none", "abstained", "placed"};

/* Negative decimal logarithm of the probability of so good a fit by chance, chi-squared with 1 degree of
 * freedom; by its leading terms where it is below what a double holds. */
static double surprise(double gain) {
  const double z = sqrt(fmax(gain, 0.0));
  if (z > 30.0) return (0.5 * z * z + log(z * sqrt(0.5 * M_PI))) / log(10.0);
  return -log10(2.0 * rein_normal_cdf(-z));
}

static void print_head(const rein_why_not *w, rein_text *out) {
  rein_text_add(out, "For research only: where a model may miss data, no recommendation of a treatment.\n");
  rein_text_printf(out, "%s against %s\n", w->scenario->name, w->observed->title);
  rein_text_printf(out, "%d measurements of %d %s, %d people", w->n_row, w->n_unit,
                   w->observed->is_group ? "groups" : "people", w->n_person);
  rein_text_printf(out, "; left out: %d censored, %d without declared noise, %d that cannot be transformed\n",
                   w->n_censored, w->n_noiseless, w->n_beyond);
  if (w->n_change_failed > 0 && !w->suppressed)
    rein_text_printf(out, "%d of %d changes cannot be simulated at some of their sizes; the first: %s\n",
                     w->n_change_failed, w->n_change, w->first_failure);
}

static void print_answer(const rein_why_not *w, rein_text *out) {
  const rein_why_not_change *c = &w->change[0];
  rein_text_printf(out, "squared misfit %.4g of %d measurements; ", w->misfit, w->n_row);
  rein_text_printf(out, "%.4g with the most probable change\n\n", w->misfit_left);
  if (w->answer == REIN_WHY_NOT_NONE) {
    rein_text_printf(out, "answer: no miss beyond what is stated (probability %.2g)\n", w->probability_none);
    return;
  }
  if (w->answer == REIN_WHY_NOT_PLACED)
    rein_text_printf(out, "answer: %s (probability %.3g)\n", rein_place_word(w->place),
                     w->probability[w->place]);
  else if (!w->fits)
    rein_text_printf(
        out,
        "answer: a miss whose place cannot be told: no single change that was tried fits the data;\n"
        "of those %s does best, and the probabilities below are among them only\n",
        rein_place_word(w->place));
  else
    rein_text_printf(out, "answer: a miss whose place cannot be told; most probable %s (%.3g)\n",
                     rein_place_word(w->place), w->probability[w->place]);
  rein_text_printf(out, "smallest change: %s %s, %+.3g x %s\n", c->what, c->change, c->x, c->unit_words);
  rein_text_printf(out, "surprise without it: z = %.3g, -log10 p = %.3g\n", sqrt(fmax(c->gain, 0.0)),
                   surprise(c->gain));
  if (!isnan(w->confirmed))
    rein_text_printf(out, "simulated again at that change: z = %.3g\n", sqrt(fmax(w->confirmed, 0.0)));
}

void rein_why_not_print(const rein_why_not *w, rein_text *out) {
  print_head(w, out);
  if (w->suppressed) {
    rein_text_add(out, "suppressed: fewer than 5 people; --individual-data shows it\n");
    return;
  }
  print_answer(w, out);
  rein_text_printf(out, "\n  %-14s  probability\n  %-14s  %.4f\n", "place", "none", w->probability_none);
  for (int p = 0; p < REIN_N_PLACE; p++)
    rein_text_printf(out, "  %-14s  %.4f\n", rein_place_word((rein_place)p), w->probability[p]);
  rein_text_printf(out, "\n  %-14s  %-44s %11s  %7s  change\n", "place", "what", "probability", "z");
  for (int k = 0; k < w->n_change && k < SHOWN; k++) {
    const rein_why_not_change *c = &w->change[k];
    if (c->left_out || (k > 0 && c->probability < SHOWN_FROM)) break;
    rein_text_printf(out, "  %-14s  %-44s %11.4f  %7.3g  %s\n", rein_place_word(c->place), c->what,
                     c->probability, sqrt(fmax(c->gain, 0.0)), c->change);
  }
  for (int k = 0; k < w->n_change; k++)
    if (w->change[k].left_out && w->change[k].gain > 0.0)
      rein_text_printf(out, "  %s does not count: %s\n", w->change[k].what, w->change[k].left_out);
}

/* ---- JSON ---- */

static json_t *make_change(const rein_why_not_change *c) {
  json_t *object = json_object();
  rein_json_set(&object, "place", rein_json_text(rein_place_word(c->place)));
  rein_json_set(&object, "what", rein_json_text(c->what));
  if (c->failure) rein_json_set(&object, "not_simulated", rein_json_text(c->failure));
  if (c->left_out) {
    rein_json_set(&object, "left_out", rein_json_text(c->left_out));
    return object;
  }
  rein_json_set(&object, "change", rein_json_text(c->change));
  rein_json_set(&object, "size", rein_json_number(c->x));
  rein_json_set(&object, "size_in", rein_json_text(c->unit_words));
  rein_json_set(&object, "probability", rein_json_number(c->probability));
  rein_json_set(&object, "log_evidence", rein_json_number(c->log_evidence));
  rein_json_set(&object, "z", rein_json_number(sqrt(fmax(c->gain, 0.0))));
  rein_json_set(&object, "minus_log10_p", rein_json_number(surprise(c->gain)));
  return object;
}

static void add_answer(const rein_why_not *w, json_t **root) {
  json_t *places = json_object(), *changes = json_array();
  rein_json_set(root, "answer", rein_json_text(answer_word[w->answer]));
  rein_json_set(root, "place",
                w->answer == REIN_WHY_NOT_PLACED ? rein_json_text(rein_place_word(w->place)) : json_null());
  rein_json_set(root, "misfit", rein_json_number(w->misfit));
  rein_json_set(root, "misfit_left", rein_json_number(w->misfit_left));
  rein_json_set(root, "p_of_misfit", rein_json_number(rein_why_not_misfit_p(w, w->misfit)));
  rein_json_set(root, "p_of_misfit_left", rein_json_number(rein_why_not_misfit_p(w, w->misfit_left)));
  rein_json_set(root, "fits", json_boolean(w->fits));
  rein_json_set(root, "z_simulated_again",
                isnan(w->confirmed) ? json_null() : rein_json_number(sqrt(fmax(w->confirmed, 0.0))));
  rein_json_set(&places, "none", rein_json_number(w->probability_none));
  for (int p = 0; p < REIN_N_PLACE; p++)
    rein_json_set(&places, rein_place_word((rein_place)p), rein_json_number(w->probability[p]));
  rein_json_set(root, "probability", places);
  for (int k = 0; k < w->n_change; k++) rein_json_add(&changes, make_change(&w->change[k]));
  rein_json_set(root, "changes", changes);
  rein_json_set(root, "n_changes", json_integer(w->n_change));
  rein_json_set(root, "n_changes_not_simulated", json_integer(w->n_change_failed));
}

rein_status rein_why_not_print_json(const rein_why_not *w, rein_text *out) {
  json_t *root = json_object();
  rein_json_set(&root, "research_only", json_true());
  rein_json_set(&root, "scenario", rein_json_text(w->scenario->name));
  rein_json_set(&root, "scenario_hash", rein_json_text(w->scenario->hash));
  rein_json_set(&root, "model_hash", rein_json_text(w->model_hash));
  rein_json_set(&root, "observed_hash", rein_json_text(w->observed->hash));
  rein_json_set(&root, "n_measurements", json_integer(w->n_row));
  rein_json_set(&root, "n_units", json_integer(w->n_unit));
  rein_json_set(&root, "n_people", json_integer(w->n_person));
  rein_json_set(&root, "n_censored", json_integer(w->n_censored));
  rein_json_set(&root, "n_noiseless", json_integer(w->n_noiseless));
  rein_json_set(&root, "n_not_transformed", json_integer(w->n_beyond));
  if (w->suppressed)
    rein_json_set(&root, "suppressed", json_string("fewer than 5 people"));
  else
    add_answer(w, &root);
  return rein_json_print_as(root, JSON_INDENT(1) | JSON_SORT_KEYS, out);
}
