#include "src/report/trajectories.h"

#include <gsl/gsl_statistics_double.h>
#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "src/base/files.h"
#include "src/base/names.h"
#include "src/import/sbml.h"
#include "src/record/observed.h"
#include "src/record/summary.h"
#include "src/stats/sort.h"

enum { MIN_COHORTS = 20, MAX_SHARED = 3 };

typedef struct {
  rein_arena *arena;
  rein_units *units;
  rein_study_reader *reader;
  const rein_trajectories_options *options;
  rein_diag *diag;
  const rein_scenario *scenario; /* with its observed data; NULL: none are drawn */
  int i_quantity, i_observable;  /* among quantities; among observables, -1 for what cannot be measured */
  bool measured;                 /* draw measured values */
  int *arm;                      /* (n_arm) arms to draw */
  int n_arm, n_left_out;         /* arms drawn; arms there was no room for */
  int64_t n_individual, n_time;
  const char *relation; /* of the observed data to the model; "" where unknown */
} job;

static const rein_pos nowhere = {NULL, 0, 0, 0};

int64_t rein_trajectories_cohorts(const double *values, int64_t n, int64_t size, double *means) {
  int64_t n_mean = 0;
  for (int64_t first = 0; size > 0 && first + size <= n; first += size) {
    double sum = 0.0;
    for (int64_t i = 0; i < size; i++) sum += values[first + i];
    if (isfinite(sum)) means[n_mean++] = sum / (double)size;
  }
  return n_mean;
}

/* ---- what to draw ---- */

static rein_status unknown(job *j, const char *what, const char *name, const rein_label *known, int64_t n) {
  rein_names *names = rein_names_create(j->arena);
  for (int64_t i = 0; i < n; i++) rein_names_add(names, known[i], (int)i);
  const char *closest = rein_names_closest(names, name);
  rein_error(j->diag, nowhere, "this study has no %s '%s'%s%s%s", what, name,
             closest ? "; did you mean '" : "", closest ? closest : "", closest ? "'?" : "");
  rein_text list;
  rein_text_init(&list, j->arena);
  for (int64_t i = 0; i < n && i < 12; i++) rein_text_printf(&list, "%s%s", i ? ", " : "", known[i]);
  rein_note(j->diag, nowhere, "it has %s%s", list.bytes, n > 12 ? " ..." : "");
  return REIN_ERR_INPUT;
}

static rein_status find_quantity(job *j) {
  const rein_part *labels = &j->reader->labels;
  const int64_t n = labels->n[REIN_AXIS_QUANTITY];
  const char *wanted = j->options->observable;
  j->i_quantity = j->i_observable = -1;
  for (int64_t i = 0; i < n && j->i_quantity < 0; i++) {
    if (!wanted || strcmp(labels->quantity[i], wanted) == 0) j->i_quantity = (int)i;
  }
  if (j->i_quantity < 0) return unknown(j, "observable", wanted ? wanted : "", labels->quantity, n);
  for (int64_t i = 0; i < labels->n[REIN_AXIS_OBSERVABLE]; i++) {
    if (strcmp(labels->observable[i], labels->quantity[j->i_quantity]) == 0) j->i_observable = (int)i;
  }
  return REIN_OK;
}

/* An arm's name before sweeps: "daily" of "daily/dose=5 mg". */
static bool is_group(const char *arm, const char *group) {
  const size_t n = strlen(group);
  return strncmp(arm, group, n) == 0 && (arm[n] == 0 || arm[n] == '/');
}

static rein_status find_arms(job *j) {
  const rein_part *labels = &j->reader->labels;
  const int64_t n = labels->n[REIN_AXIS_ARM];
  const char *wanted = j->options->arm;
  j->arm = REIN_NEW(j->arena, int, n + 1);
  for (int64_t a = 0; a < n; a++) {
    const bool exact = wanted && strcmp(labels->arm[a], wanted) == 0;
    if (!exact && (labels->counterfactual[a] || (wanted && !is_group(labels->arm[a], wanted)))) continue;
    if (j->n_arm < REIN_TRAJECTORIES_MAX_PANEL)
      j->arm[j->n_arm++] = (int)a;
    else
      j->n_left_out++;
  }
  return j->n_arm ? REIN_OK : unknown(j, "arm", wanted ? wanted : "", labels->arm, n);
}

/* ---- observed points ---- */

/* Measured values of one arm, of all individuals: (n_time x n_individual), NaN where not simulated. */
typedef struct {
  const job *j;
  int arm;
  double *values;
} gathering;

static rein_status gather(void *context, const rein_part *part) {
  const gathering *g = context;
  const job *j = g->j;
  const int64_t *n = part->n;
  for (int64_t i = 0; i < n[REIN_AXIS_INDIVIDUAL]; i++) {
    const int64_t who = part->individual[i];
    if (who < 0 || who >= j->n_individual) continue;
    const int64_t row = (i * n[REIN_AXIS_ARM] + g->arm) * j->n_time;
    for (int64_t t = 0; t < j->n_time; t++) {
      g->values[t * j->n_individual + who] =
          part->measured[(row + t) * n[REIN_AXIS_OBSERVABLE] + j->i_observable];
    }
  }
  return REIN_OK;
}

static rein_status read_values(job *j, int arm, double **out) {
  const gathering g = {j, arm, REIN_NEW(j->arena, double, j->n_time * j->n_individual)};
  for (int64_t i = 0; i < j->n_time * j->n_individual; i++) g.values[i] = NAN;
  *out = g.values;
  return rein_reader_each(j->reader, REIN_FIELD_BIT(individual) | REIN_FIELD_BIT(measured), j->diag, gather,
                          (void *)&g);
}

/* The simulated time that is the observed one, or -1. */
static int64_t find_time(const job *j, double time) {
  const double *simulated = j->reader->labels.time;
  for (int64_t t = 0; t < j->n_time; t++) {
    if (fabs(simulated[t] - time) <= 1e-9 * (1.0 + fabs(time))) return t;
  }
  return -1;
}

/* 5 and 95 % of the means of simulated cohorts of the group's size at the group's time. */
static void band_of_means(const job *j, const double *values, double time, int64_t size, double *means,
                          double *low, double *high) {
  const int64_t t = find_time(j, time);
  if (t < 0 || size < 1) return;
  const int64_t n = rein_trajectories_cohorts(values + t * j->n_individual, j->n_individual, size, means);
  if (n < MIN_COHORTS) return;
  rein_sort_numbers(means, (size_t)n);
  *low = gsl_stats_quantile_from_sorted_data(means, 1, (size_t)n, 0.05);
  *high = gsl_stats_quantile_from_sorted_data(means, 1, (size_t)n, 0.95);
}

/* The observed arm that an arm of the study reproduces, or NULL. */
static const char *observed_arm_of(const job *j, int arm) {
  const char *observed = NULL;
  for (int i = 0; j->scenario && i < j->scenario->n_compare; i++) {
    const rein_compare_arm *compare = &j->scenario->compare[i];
    if (strcmp(j->reader->labels.arm[arm], j->scenario->arm[compare->arm].name) == 0)
      observed = compare->observed;
  }
  return observed;
}

/* All points, but means of few people; beside a mean the band of cohorts of its size. values: NULL for
 * people. */
static rein_plot_points list_points(const job *j, const double *values, rein_observed_series *o) {
  double *low = REIN_NEW(j->arena, double, o->n), *high = REIN_NEW(j->arena, double, o->n);
  double *means = REIN_NEW(j->arena, double, j->n_individual);
  int n = 0;
  for (int i = 0; i < o->n; i++) {
    if (values && o->size[i] < REIN_SMALLEST_GROUP && !j->options->individual_data) continue;
    o->time[n] = o->time[i], o->value[n] = o->value[i], o->sd[n] = o->sd[i];
    low[n] = high[n] = NAN;
    if (values) band_of_means(j, values, o->time[i], (int64_t)o->size[i], means, &low[n], &high[n]);
    n++;
  }
  return (rein_plot_points){.label = n == 0   ? NULL
                                     : values ? "observed group mean and SD"
                                              : "observed individuals",
                            .band_label =
                                n && values ? "5 to 95 % of means of simulated cohorts of that size" : NULL,
                            .n = n,
                            .time = o->time,
                            .value = o->value,
                            .sd = o->sd,
                            .band_low = low,
                            .band_high = high};
}

/* Points for an arm that reproduces an observed regimen. */
static rein_status add_points(job *j, int arm, rein_plot_points *out) {
  const char *observed_arm = observed_arm_of(j, arm);
  rein_observed *set;
  if (!observed_arm || !j->measured) return REIN_OK;
  rein_status status =
      rein_observed_read(j->arena, j->units, j->scenario->observed_path, j->scenario->model, j->diag, &set);
  if (status != REIN_OK) return status;
  j->relation = rein_observed_relation_word(set->relation);
  if (!set->is_group && !j->options->individual_data) {
    rein_warning(j->diag, nowhere, "observed points of individuals are not drawn without --individual-data");
    return REIN_OK;
  }
  rein_observed_series o;
  rein_observed_select(j->arena, set, observed_arm, j->reader->labels.quantity[j->i_quantity],
                       j->scenario->model, &o);
  double *values = NULL;
  if (set->is_group) status = read_values(j, arm, &values);
  if (status == REIN_OK) *out = list_points(j, values, &o);
  return status;
}

/* ---- the plot ---- */

static rein_status fill_arms(job *j, rein_plot_series *series, rein_plot_points *points) {
  const rein_part *labels = &j->reader->labels;
  double *bands; /* (n_arm x n_time x 5) */
  rein_status status = rein_summary_bands(j->arena, j->reader, j->measured ? j->i_observable : j->i_quantity,
                                          j->measured, rein_summary_prob, REIN_PLOT_N_QUANTILE,
                                          j->options->individual_data, j->diag, &bands);
  for (int a = 0; a < j->n_arm && status == REIN_OK; a++) {
    const double *from = bands + (int64_t)j->arm[a] * j->n_time * REIN_PLOT_N_QUANTILE;
    series[a] =
        (rein_plot_series){.label = labels->arm[j->arm[a]], .n_time = (int)j->n_time, .time = labels->time};
    for (int q = 0; q < REIN_PLOT_N_QUANTILE; q++) {
      double *quantile = REIN_NEW(j->arena, double, j->n_time);
      for (int64_t t = 0; t < j->n_time; t++) quantile[t] = from[t * REIN_PLOT_N_QUANTILE + q];
      series[a].quantile[q] = quantile;
    }
    status = add_points(j, j->arm[a], &points[a]);
  }
  return status;
}

/* As many columns as the innermost sweep has values, where that is a good number of columns: rows are then
 * the outer ones. */
static int choose_columns(const job *j) {
  const rein_label *name = j->reader->labels.arm;
  const char *first = strrchr(name[j->arm[0]], '/');
  for (int k = 2; first && k <= 5 && k < j->n_arm; k++) {
    const char *last = strrchr(name[j->arm[k]], '/');
    if (last && strcmp(first, last) == 0) return j->n_arm % k == 0 ? k : 0;
  }
  return 0;
}

/* Up to three arms without points share one panel; else each has its own. */
static void fill_panels(job *j, rein_plot_series *series, const rein_plot_points *points, rein_plot *plot) {
  const rein_part *labels = &j->reader->labels;
  bool any_points = false;
  for (int a = 0; a < j->n_arm; a++) any_points |= points[a].n > 0;
  const bool shared = j->n_arm > 1 && j->n_arm <= MAX_SHARED && !any_points;
  plot->n_panel = shared ? 1 : j->n_arm;
  plot->n_col = shared ? 1 : choose_columns(j);
  rein_plot_panel *panel = REIN_NEW(j->arena, rein_plot_panel, plot->n_panel);
  for (int p = 0; p < plot->n_panel; p++) {
    const int a = j->arm[p];
    const char *title = *labels->arm_title[a] && plot->n_panel == 1 ? labels->arm_title[a] : labels->arm[a];
    panel[p] = (rein_plot_panel){shared ? "" : title, &series[p], shared ? j->n_arm : 1, points[p]};
  }
  plot->panel = panel;
}

static const char *make_caption(const job *j, const rein_plot *plot) {
  rein_text text;
  rein_text_init(&text, j->arena);
  rein_text_printf(&text, "Bands over %" PRId64 " simulated individuals, %s values.", j->n_individual,
                   j->measured ? "measured (noise included)" : "latent (without measurement noise)");
  const int64_t n_failed = rein_manifest_sum(j->reader->manifest).n_failed;
  if (n_failed)
    rein_text_printf(&text,
                     " %" PRId64 " of all simulations failed: where they did, the bands are of the others.",
                     n_failed);
  if (j->n_left_out) rein_text_printf(&text, " %d more arms are not drawn: --arm chooses.", j->n_left_out);
  for (int p = 0; p < plot->n_panel; p++) {
    if (!plot->panel[p].points.label) continue;
    rein_text_printf(&text, "\nPoints: %s, drawn only on arms that reproduce the observed regimen.%s",
                     rein_files_base_name(j->scenario->observed_path),
                     strcmp(j->relation, "calibration") == 0
                         ? " The model was fitted to them: they are no prediction."
                         : "");
    break;
  }
  const rein_part_about *about = &j->reader->about;
  rein_text_printf(&text, "\nStudy %s, model %s %.12s, seed %" PRIu64 ", rein %s.", about->study,
                   about->model, about->model_hash, about->seed, about->version);
  return text.bytes;
}

static void label_axes(const job *j, rein_plot *plot) {
  const rein_part *labels = &j->reader->labels;
  const rein_part_about *about = &j->reader->about;
  const int q = j->i_quantity;
  plot->title = about->title && *about->title ? about->title : about->study;
  plot->x_unit = about->time_unit;
  plot->x_label = rein_arena_printf(j->arena, "time [%s]", about->time_unit);
  plot->y_label = rein_arena_printf(
      j->arena, "%s [%s]", *labels->quantity_title[q] ? labels->quantity_title[q] : labels->quantity[q],
      labels->quantity_unit[q]);
  plot->caption = make_caption(j, plot);
  plot->footnote = rein_arena_printf(
      j->arena, "Research use only - %s. Simulated; nothing here recommends a treatment.", about->boundary);
}

/* The scenario again, for what it compares with; the study has to be its own. */
static rein_status read_scenario(job *j) {
  rein_scenario *scenario;
  const char *path = j->options->scenario_path;
  const rein_scenario_options options = {.importer = rein_import_sbml};
  const rein_status status = rein_scenario_read(j->arena, j->units, path, &options, j->diag, &scenario);
  if (status != REIN_OK) return status;
  if (strcmp(scenario->name, j->reader->about.study) != 0) {
    rein_error(j->diag, nowhere, "'%s' is the scenario '%s', but the study is of '%s'", path, scenario->name,
               j->reader->about.study);
    return REIN_ERR_INPUT;
  }
  j->scenario = scenario;
  return REIN_OK;
}

rein_status rein_trajectories_read(rein_arena *arena, rein_units *units, const char *folder,
                                   const rein_trajectories_options *options, rein_diag *diag,
                                   rein_plot *out) {
  job j = {.arena = arena, .units = units, .options = options, .diag = diag, .relation = ""};
  rein_plot plot = {0};
  rein_status status = rein_reader_open(arena, folder, true, diag, &j.reader);
  if (status == REIN_OK) status = find_quantity(&j);
  if (status == REIN_OK) status = find_arms(&j);
  if (status == REIN_OK && options->scenario_path) status = read_scenario(&j);
  if (status != REIN_OK) return status;
  j.n_individual = j.reader->about.n_individual;
  j.n_time = j.reader->labels.n[REIN_AXIS_TIME];
  if (j.reader->about.individual_data && j.n_individual < REIN_SMALLEST_GROUP && !options->individual_data) {
    rein_error(diag, nowhere,
               "the cohort is a table of fewer than %d people: not drawn without --individual-data",
               REIN_SMALLEST_GROUP);
    return REIN_ERR_INPUT;
  }
  j.measured = j.i_observable >= 0 && j.scenario && j.scenario->n_compare > 0;
  rein_plot_series *series = REIN_NEW(arena, rein_plot_series, j.n_arm);
  rein_plot_points *points = REIN_NEW(arena, rein_plot_points, j.n_arm);
  status = fill_arms(&j, series, points);
  if (status != REIN_OK) return status;
  fill_panels(&j, series, points, &plot);
  label_axes(&j, &plot);
  *out = plot;
  return REIN_OK;
}
