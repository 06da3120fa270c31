/* The page on a study folder. */
#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "src/base/files.h"
#include "src/import/sbml.h"
#include "src/lang/yaml.h"
#include "src/record/summary.h"
#include "src/report/page.h"
#include "src/report/report.h"
#include "src/report/trajectories.h"

enum { MAX_LINES = 240 }; /* of one table; with more, only the last horizon is shown, and the page says so */

static const rein_page_section sections[] = {{"asked", "What was asked"},
                                             {"pictures", "Trajectories"},
                                             {"effects", "Changes, effects and directions"},
                                             {"safety", "Safety signals"},
                                             {"failures", "Failures"},
                                             {"evidence", "What the model rests on"},
                                             {"provenance", "Provenance"},
                                             {"boundary", "Boundary"},
                                             {NULL, NULL}};
static const rein_pos nowhere = {NULL, 0, 0, 0};

/* How many members went where, of one observable, arm and horizon. */
typedef struct {
  int64_t down, unchanged, up;
} directions;

typedef struct {
  rein_arena *arena;
  rein_units *units;
  const rein_report_options *options;
  rein_diag *diag;
  rein_study_reader *reader;
  rein_summary *summary;
  directions *direction; /* (observable x arm x horizon) */
  rein_html html;
  rein_page page;
} job;

/* ---- what was asked ---- */

static const char *or_none(const char *text) {
  return text && *text ? text : "none";
}

static void add_asked(job *j) {
  const rein_part_about *a = &j->reader->about;
  const rein_part *labels = &j->reader->labels;
  static const char *const heads[] = {"arm", "title", "prescribed", "compared with", "boundary", NULL};
  rein_html *html = &j->html;
  rein_page_section_begin(html, &j->page, "asked");
  rein_html_line(html, "p",
                 "What does model %s say under these %" PRId64 " arms, for %" PRId64 " individuals?",
                 a->model, labels->n[REIN_AXIS_ARM], a->n_individual);
  rein_html_begin_table(html, "Arms", heads);
  for (int64_t i = 0; i < labels->n[REIN_AXIS_ARM]; i++) {
    const int reference = labels->reference[i];
    rein_html_row(html, labels->arm[i]);
    rein_html_cell(html, "%s%s", labels->arm_title[i],
                   labels->counterfactual[i] ? " (model counterfactual)" : "");
    rein_html_cell(html, "%s", or_none(labels->prescription[i]));
    rein_html_cell(html, "%s", reference >= 0 ? labels->arm[reference] : "no arm");
    rein_html_cell(html, "%s", labels->boundary[i]);
    rein_html_close(html, "tr");
  }
  rein_html_end_table(html);
  rein_page_section_end(html);
}

/* ---- pictures ---- */

static rein_status add_picture(job *j, int64_t i) {
  const char *name = j->reader->labels.observable[i];
  const rein_trajectories_options options = {.observable = name,
                                             .scenario_path = j->options->scenario_path,
                                             .individual_data = j->options->individual_data};
  rein_plot plot;
  rein_status status =
      rein_trajectories_read(j->arena, j->units, j->reader->folder, &options, j->diag, &plot);
  if (status != REIN_OK) return status;
  const char *caption = plot.caption;
  plot.caption = "";
  rein_html_open(&j->html, "figure", NULL);
  status =
      rein_plot_embed(j->arena, &plot, rein_arena_printf(j->arena, "plot%" PRId64, i), j->diag, j->html.out);
  rein_html_line(&j->html, "figcaption", "%s. %s", name, caption);
  rein_html_close(&j->html, "figure");
  return status;
}

static rein_status add_pictures(job *j) {
  const rein_part_about *a = &j->reader->about;
  const int64_t n = j->reader->labels.n[REIN_AXIS_OBSERVABLE];
  rein_status status = REIN_OK;
  rein_page_section_begin(&j->html, &j->page, "pictures");
  if (a->individual_data && !j->options->individual_data &&
      rein_summary_is_small(a->n_individual, j->summary->n_replicate, true)) {
    rein_html_line(&j->html, "p", "Held back: the cohort is a table of fewer than %d people.",
                   REIN_SMALLEST_GROUP);
  } else {
    if (n == 0) rein_html_line(&j->html, "p", "n/a: the study keeps no observable");
    for (int64_t i = 0; i < n && status == REIN_OK; i++) status = add_picture(j, i);
  }
  rein_page_section_end(&j->html);
  return status;
}

/* ---- effects ---- */

static directions *direction_at(const job *j, int64_t observable, int64_t arm, int64_t horizon) {
  const int64_t *n = j->reader->labels.n;
  return &j->direction[(observable * n[REIN_AXIS_ARM] + arm) * n[REIN_AXIS_HORIZON] + horizon];
}

static rein_status count_directions(void *context, const rein_part *part) {
  const job *j = context;
  const int64_t *n = part->n;
  int64_t at = 0;
  for (int64_t i = 0; i < n[REIN_AXIS_INDIVIDUAL]; i++)
    for (int64_t a = 0; a < n[REIN_AXIS_ARM]; a++)
      for (int64_t h = 0; h < n[REIN_AXIS_HORIZON]; h++)
        for (int64_t o = 0; o < n[REIN_AXIS_OBSERVABLE]; o++, at++) {
          directions *d = direction_at(j, o, a, h);
          d->down += part->direction[at] == -1;
          d->unchanged += part->direction[at] == 0;
          d->up += part->direction[at] == 1;
        }
  return REIN_OK;
}

static void add_number(rein_html *html, const rein_summary_number *n) {
  if (n->n < 0)
    rein_html_cell(html, "n/a: fewer than %d people", REIN_SMALLEST_GROUP);
  else if (n->n == 0)
    rein_html_cell(html, "n/a");
  else
    rein_html_cell(html, "%.4g (%.4g to %.4g)", n->quantile[2], n->quantile[0], n->quantile[4]);
}

static void add_direction(job *j, int64_t observable, const rein_summary_row *row) {
  const directions *d = direction_at(j, observable, row->i_arm, row->i_horizon);
  const int64_t n = d->down + d->unchanged + d->up;
  const bool people = j->reader->about.individual_data && !j->options->individual_data;
  if (n == 0)
    rein_html_cell(&j->html, "n/a");
  else if (rein_summary_is_small(n, j->summary->n_replicate, people))
    rein_html_cell(&j->html, "n/a: fewer than %d people", REIN_SMALLEST_GROUP);
  else
    rein_html_cell(&j->html, "%.3g down, %.3g unchanged, %.3g up", 100.0 * (double)d->down / (double)n,
                   100.0 * (double)d->unchanged / (double)n, 100.0 * (double)d->up / (double)n);
}

static void add_effect_line(job *j, int64_t observable, const rein_summary_row *row) {
  const rein_part *labels = &j->reader->labels;
  rein_html_row(&j->html, labels->arm[row->i_arm]);
  rein_html_cell(&j->html, "%s", labels->horizon[row->i_horizon]);
  add_number(&j->html, &row->after);
  add_number(&j->html, &row->change);
  add_number(&j->html, &row->effect);
  add_direction(j, observable, row);
  rein_html_close(&j->html, "tr");
}

/* The quantity that is the observable. */
static int64_t quantity_of(const rein_part *labels, int64_t observable) {
  int64_t q = 0;
  while (q < labels->n[REIN_AXIS_QUANTITY] &&
         strcmp(labels->quantity[q], labels->observable[observable]) != 0)
    q++;
  return q;
}

static void add_effects_of(job *j, int64_t observable, bool last_only) {
  const rein_part *labels = &j->reader->labels;
  const int64_t q = quantity_of(labels, observable), last = labels->n[REIN_AXIS_HORIZON] - 1;
  if (q == labels->n[REIN_AXIS_QUANTITY]) return;
  static const char *const heads[] = {"arm",
                                      "horizon",
                                      "after: median (5 to 95 %)",
                                      "change",
                                      "effect against its reference arm",
                                      "direction of the change [% of individuals]",
                                      NULL};
  rein_html_begin_table(
      &j->html, rein_arena_printf(j->arena, "%s [%s]", labels->quantity[q], labels->quantity_unit[q]), heads);
  for (int i = 0; i < j->summary->n_row; i++) {
    const rein_summary_row *row = &j->summary->row[i];
    if (row->i_quantity == q && (!last_only || row->i_horizon == last)) add_effect_line(j, observable, row);
  }
  rein_html_end_table(&j->html);
}

static rein_status add_effects(job *j) {
  const int64_t *n = j->reader->labels.n;
  const bool last_only = n[REIN_AXIS_ARM] * n[REIN_AXIS_HORIZON] > MAX_LINES;
  rein_page_section_begin(&j->html, &j->page, "effects");
  rein_html_line(
      &j->html, "p",
      "Latent values over the individuals. An effect is a model counterfactual: the same individual "
      "with and without the action. A direction needs a smallest change that the model declares.");
  if (last_only)
    rein_html_line(&j->html, "p", "Only the last of %" PRId64 " horizons is shown; 'rein export' has all.",
                   n[REIN_AXIS_HORIZON]);
  j->direction =
      REIN_NEW(j->arena, directions, n[REIN_AXIS_OBSERVABLE] * n[REIN_AXIS_ARM] * n[REIN_AXIS_HORIZON] + 1);
  rein_status status = REIN_OK;
  if (n[REIN_AXIS_OBSERVABLE] > 0 && n[REIN_AXIS_HORIZON] > 0) {
    status = rein_reader_each(j->reader, REIN_FIELD_BIT(direction), j->diag, count_directions, j);
    for (int64_t o = 0; o < n[REIN_AXIS_OBSERVABLE] && status == REIN_OK; o++)
      add_effects_of(j, o, last_only);
  } else {
    rein_html_line(&j->html, "p", "n/a: the study keeps no observable over a horizon");
  }
  rein_page_section_end(&j->html);
  return status;
}

/* ---- safety, failures ---- */

static void add_safety(job *j) {
  static const char *const heads[] = {"arm",           "signal",        "individuals [%]",
                                      "mean duration", "what it means", NULL};
  const rein_part *labels = &j->reader->labels;
  rein_html *html = &j->html;
  int n_never = 0;
  rein_page_section_begin(html, &j->page, "safety");
  if (j->summary->n_safety == 0) {
    rein_html_line(html, "p", "The model declares no safety signal.");
  } else {
    rein_html_begin_table(html, "Safety signals that were true at any time", heads);
    for (int i = 0; i < j->summary->n_safety; i++) {
      const rein_summary_safety *s = &j->summary->safety[i];
      n_never += s->n_true == 0;
      if (s->n_true == 0) continue;
      rein_html_row(html, labels->arm[s->i_arm]);
      rein_html_cell(html, "%s", labels->safety[s->i_safety]);
      if (s->n < 0 || s->n_true < 0) {
        rein_html_cell(html, "n/a: fewer than %d people", REIN_SMALLEST_GROUP);
        rein_html_cell(html, "n/a");
      } else {
        rein_html_cell(html, "%.3g", 100.0 * (double)s->n_true / (double)s->n);
        rein_html_cell(html, "%.4g %s", s->mean_duration, j->reader->about.time_unit);
      }
      rein_html_cell(html, "%s", labels->safety_message[s->i_safety]);
      rein_html_close(html, "tr");
    }
    rein_html_end_table(html);
    rein_html_line(html, "p", "Never true: %d of %d pairs of arm and signal.", n_never, j->summary->n_safety);
  }
  rein_page_section_end(html);
}

static void add_failures(job *j) {
  const rein_summary *s = j->summary;
  rein_html *html = &j->html;
  rein_page_section_begin(html, &j->page, "failures");
  rein_html_line(html, "p",
                 "%" PRId64 " simulations: %" PRId64 " fine in their batch, %" PRId64
                 " finished alone, %" PRId64 " failed%s.",
                 s->n_member, s->n_fine, s->n_alone, s->n_failed,
                 s->complete ? "" : "; the study is not complete, the same 'rein run' goes on");
  if (s->n_failed > 0) {
    rein_html_open(html, "ul", NULL);
    for (int i = 0; i < s->n_failure; i++)
      rein_html_line(html, "li", "%" PRId64 ": %s", s->failure[i].n,
                     rein_summary_failure_text(&s->failure[i], j->reader));
    rein_html_close(html, "ul");
  }
  rein_page_section_end(html);
}

/* ---- evidence, provenance ---- */

/* The model as the study keeps it, only where it is the very one that was run. */
static const rein_model *find_model(job *j, const rein_yaml *run) {
  const rein_yaml *file = rein_yaml_get(run, "model_file");
  if (!file) return NULL;
  const char *path = rein_arena_printf(j->arena, "%s/inputs/model-1-%s", j->reader->folder, file->text);
  rein_diag *ignored = rein_diag_create(j->arena);
  rein_model *model;
  char hash[65];
  if (!rein_files_exists(path)) return NULL;
  const rein_status status =
      rein_model_read_with(j->arena, j->units, path, nowhere, rein_import_sbml, ignored, &model);
  if (status == REIN_ERR_MEMORY) rein_arena_out_of_memory(j->arena);
  if (status != REIN_OK) return NULL;
  rein_model_hash(model, j->arena, hash);
  return strcmp(hash, j->reader->about.model_hash) == 0 ? model : NULL;
}

static void add_provenance(job *j, const rein_yaml *run) {
  rein_html *html = &j->html;
  rein_page_section_begin(html, &j->page, "provenance");
  rein_page_facts_begin(html);
  rein_page_fact(html, "hash of run.yaml", "%s", j->reader->manifest->run_hash);
  for (int i = 0; i < run->n; i++) {
    if (run->item[i]->kind == REIN_YAML_SCALAR && strcmp(run->key[i], "for_research") != 0)
      rein_page_fact(html, run->key[i], "%s", run->item[i]->text);
  }
  const rein_yaml *versions = rein_yaml_get(run, "versions");
  for (int i = 0; versions && versions->kind == REIN_YAML_MAP && i < versions->n; i++)
    rein_page_fact(html, versions->key[i], "%s", versions->item[i]->text);
  rein_page_facts_end(html);
  rein_page_section_end(html);
}

static rein_status read_run(job *j, const rein_yaml **out) {
  const char *path = rein_arena_printf(j->arena, "%s/run.yaml", j->reader->folder);
  const rein_source *source;
  const rein_status status = rein_files_read(j->arena, path, nowhere, j->diag, &source);
  return status == REIN_OK ? rein_yaml_parse(j->arena, source, j->diag, out) : status;
}

static rein_status make_page(job *j, const char *folder) {
  const rein_yaml *run;
  rein_status status = rein_reader_open(j->arena, folder, true, j->diag, &j->reader);
  if (status == REIN_OK)
    status = rein_summary_create(j->arena, j->reader, j->options->individual_data, j->diag, &j->summary);
  if (status == REIN_OK) status = read_run(j, &run);
  if (status != REIN_OK) return status;
  const rein_part_about *a = &j->reader->about;
  j->page = (rein_page){.kind = "Study report",
                        .title = a->title && *a->title ? a->title : a->study,
                        .boundary = a->boundary,
                        .section = sections};
  rein_page_begin(&j->html, &j->page);
  add_asked(j);
  status = add_pictures(j);
  if (status == REIN_OK) status = add_effects(j);
  if (status != REIN_OK) return status;
  add_safety(j);
  add_failures(j);
  rein_page_evidence(
      &j->html, &j->page, find_model(j, run),
      "the study keeps no copy of the model that can be read by itself; 'rein check' counts it");
  add_provenance(j, run);
  rein_page_boundary(&j->html, &j->page, NULL);
  rein_page_end(&j->html, &j->page);
  return REIN_OK;
}

rein_status rein_report_study(rein_arena *arena, rein_units *units, const char *folder,
                              const rein_report_options *options, rein_diag *diag, rein_text *out) {
  rein_guard guard;
  job j = {.arena = arena, .units = units, .options = options, .diag = diag};
  if (REIN_GUARD(arena, &guard)) return REIN_ERR_MEMORY;
  rein_html_init(&j.html, out);
  const rein_status status = make_page(&j, folder);
  rein_unguard(arena, &guard);
  return status;
}
