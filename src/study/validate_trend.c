/* Whether the model misses some of the observed people more than others: their residuals against the columns
 * of the scenario's table. */
#include <gsl/gsl_fit.h>
#include <gsl/gsl_statistics_double.h>
#include <math.h>

#include "src/record/summary.h"
#include "src/stats/bootstrap.h"
#include "src/study/validate_inside.h"

#define LEVEL 0.95
#define FEWEST 5 /* people, for a correlation */

/* People with both numbers. */
typedef struct {
  double *x, *y;                    /* (n) column, residual */
  double *drawn_x, *drawn_y, *work; /* (n), (n), (2 n) of a resample */
  size_t n;
} pairs;

static bool varies(const double *x, size_t n) {
  size_t i = 1;
  while (i < n && x[i] == x[0]) i++;
  return i < n;
}

static bool draw(const pairs *p, const size_t *unit, size_t n) {
  for (size_t i = 0; i < n; i++) p->drawn_x[i] = p->x[unit[i]], p->drawn_y[i] = p->y[unit[i]];
  return varies(p->drawn_x, n) && varies(p->drawn_y, n);
}

static double rank_of(const void *context, const size_t *unit, size_t n) {
  const pairs *p = context;
  return draw(p, unit, n) ? gsl_stats_spearman(p->drawn_x, 1, p->drawn_y, 1, n, p->work) : NAN;
}

static double slope_of(const void *context, const size_t *unit, size_t n) {
  const pairs *p = context;
  double c0, c1, v00, v01, v11, square;
  if (!draw(p, unit, n)) return NAN;
  gsl_fit_linear(p->drawn_x, 1, p->drawn_y, 1, n, &c0, &c1, &v00, &v01, &v11, &square);
  return c1;
}

static rein_score score_of(const rein_validate_job *job, rein_bootstrap_statistic statistic, const pairs *p) {
  rein_score score = {NAN, NAN, NAN, NULL, NULL};
  size_t *all = REIN_NEW(job->arena, size_t, p->n + 1);
  for (size_t i = 0; i < p->n; i++) all[i] = i;
  score.value = statistic(p, all, p->n);
  if (isnan(score.value))
    score.na = "the residuals or the column do not vary";
  else if (!rein_bootstrap_interval(job->arena, statistic, p, p->n, job->scenario->seed, LEVEL, &score.low,
                                    &score.high))
    score.no_interval = "fewer than 8 units to resample";
  return score;
}

/* Mean residual of each person, NaN without any. */
static double *residuals_of(const rein_validate_job *job, int observable) {
  const int n_person = job->observed->n_person;
  double *sum = REIN_NEW(job->arena, double, n_person + 1), *n = REIN_NEW(job->arena, double, n_person + 1);
  for (int i = 0; i < job->n_task; i++) {
    const rein_task *t = &job->task[i];
    if (t->observable != observable || !rein_validate_is_scored(job, t) || isnan(job->score[i].residual))
      continue;
    sum[t->person] += job->score[i].residual;
    n[t->person] += 1.0;
  }
  for (int p = 0; p < n_person; p++) sum[p] = n[p] > 0.0 ? sum[p] / n[p] : NAN;
  return sum;
}

static void add_trend(const rein_validate_job *job, int observable, const double *residual,
                      const rein_scenario_column *column, rein_validation_trend *out) {
  const size_t n_most = (size_t)job->observed->n_person + 1;
  pairs p = {.work = REIN_NEW(job->arena, double, 2 * n_most)};
  double **const array[] = {&p.x, &p.y, &p.drawn_x, &p.drawn_y};
  for (int i = 0; i < 4; i++) *array[i] = REIN_NEW(job->arena, double, n_most);
  for (int person = 0; person < job->observed->n_person; person++) {
    const double x = column->value[job->first_member[person] / job->n_candidate];
    if (isnan(x) || isnan(residual[person])) continue;
    p.x[p.n] = x;
    p.y[p.n++] = residual[person];
  }
  *out = (rein_validation_trend){.observable = observable,
                                 .covariate = column->name,
                                 .is_words = column->is_words,
                                 .n_person = (int)p.n};
  if (p.n < FEWEST) out->na = "fewer than 5 people";
  if (out->na) return;
  out->rank = score_of(job, rank_of, &p);
  out->slope = score_of(job, slope_of, &p);
}

void rein_validate_trend(const rein_validate_job *job, rein_validation *out) {
  int n;
  const rein_scenario_column *column = rein_scenario_columns(job->arena, job->scenario, &n);
  if (job->observed->is_group)
    out->no_trend = "means of groups have no covariates";
  else if (!job->scenario->source_id)
    out->no_trend = "the scenario draws its people: nothing is known of the observed ones";
  else if (n == 0)
    out->no_trend = "the scenario's table has no column of numbers, or of two words, that varies";
  if (out->no_trend) return;
  out->trend = REIN_NEW(job->arena, rein_validation_trend, job->observed->n_observable * n);
  for (int o = 0; o < job->observed->n_observable; o++) {
    const double *residual = residuals_of(job, o);
    for (int c = 0; c < n; c++) add_trend(job, o, residual, &column[c], &out->trend[out->n_trend++]);
  }
}
