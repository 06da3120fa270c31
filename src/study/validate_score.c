/* Every task against its prediction and the baselines. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "src/stats/crps.h"
#include "src/stats/fixed.h"
#include "src/stats/sort.h"
#include "src/study/validate_inside.h"

#define LOG_ROOT_2_PI 0.91893853320467274178
#define ROUNDING 1e-10 /* of the measured values */
#define WINDOW 0.1     /* others count whose horizon is within a tenth of the task's */

const double rein_validate_level[REIN_VALIDATE_N_LEVEL] = {0.50, 0.90, 0.95, 0.10, 0.20,
                                                           0.30, 0.40, 0.60, 0.70, 0.80};
enum { LEVEL_90 = 1 };

typedef struct {
  rein_validate_job *job;
  rein_weighted *sample, *other; /* (n_sample), (n_task) */
  double *away;                  /* (n_task) */
} scorer;

static const rein_observable *observable_of(const rein_validate_job *job, int o) {
  return &job->scenario->model->observable[job->observed->observable[o]];
}

/* A value beyond a limit counts as the limit, in data and prediction alike, and wherever the row has a limit:
 * clipping predictions of censored rows alone would reward one that hedges. The score then looks only at what
 * can be told apart. Source: Gneiting and Ranjan 2011, Journal of Business & Economic Statistics 29:411. */
static void censor(const rein_task *task, rein_weighted *sample, size_t n) {
  if (task->person < 0) return; /* a mean is no measurement with a limit */
  for (size_t i = 0; i < n; i++) {
    if (sample[i].x < task->limit_low - task->before) sample[i].x = task->limit_low - task->before;
    if (sample[i].x > task->limit_high - task->before) sample[i].x = task->limit_high - task->before;
  }
}

/* A score that is nothing beside the measured values is what rounding leaves of 0. */
static double round_off(const rein_task *task, double score) {
  const double size = fmax(fmax(fabs(task->before), fabs(task->after)), fabs(task->relative_to));
  return fabs(score) <= ROUNDING * size ? 0.0 : score;
}

static double score_sample(const rein_task *task, rein_weighted *sample, size_t n) {
  if (n == 0) return NAN;
  censor(task, sample, n);
  rein_weighted_sort(sample, n);
  return round_off(task, rein_crps_fair(sample, n, task->after - task->before));
}

/* Of the prediction itself. The fair estimate is for draws that are alike: samples that somebody chose could
 * lie far on both sides of the value and score 0, so they are scored as they are. */
static double score_prediction(const rein_validate_job *job, const rein_task *task, rein_weighted *sample,
                               size_t n) {
  const double fair = score_sample(task, sample, n);
  return job->outside ? round_off(task, rein_crps_plain(sample, n, task->after - task->before)) : fair;
}

bool rein_validate_is_scored(const rein_validate_job *job, const rein_task *task) {
  return !job->split || task->is_test;
}

bool rein_validate_is_other(const rein_validate_job *job, const rein_task *task) {
  return !job->split || !task->is_test;
}

/* ---- baselines ---- */

static double span(const rein_validate_job *job, const rein_task *task) {
  return job->scenario->time[task->i_time] - job->scenario->time[0];
}

/* Tasks of the same arm and observable at about the same horizon, the nearest one of each unit, into `out` as
 * changes and `away` as distances of their horizons. own: with the task's own unit. within: how far away. */
static size_t gather_within(const rein_validate_job *job, const rein_task *task, bool own, double within,
                            rein_weighted *out, double *away) {
  size_t n = 0;
  const double here = span(job, task);
  for (int u = 0; u < job->n_unit; u++) {
    const rein_task *nearest = NULL;
    for (int i = 0; i < job->n_task; i++) {
      const rein_task *t = &job->task[i];
      /* Groups: the others are other arms. */
      if (t->unit != u || t->observable != task->observable || (task->person >= 0 && t->arm != task->arm))
        continue;
      if (fabs(span(job, t) - here) > within || (!own && !rein_validate_is_other(job, t))) continue;
      if (!nearest || fabs(span(job, t) - here) < fabs(span(job, nearest) - here)) nearest = t;
    }
    if (!nearest || (!own && u == task->unit)) continue;
    away[n] = fabs(span(job, nearest) - here);
    out[n++] = (rein_weighted){nearest->after - nearest->before, 1.0};
  }
  return n;
}

/* Where fewer than three others stand at this horizon, their changes at the horizons nearest to it are
 * carried over: those as near as the third. */
static double score_others(const scorer *s, const rein_task *task, bool *is_carried) {
  const double window = WINDOW * span(s->job, task);
  size_t n = gather_within(s->job, task, false, window, s->other, s->away);
  *is_carried = n < REIN_VALIDATE_OTHERS;
  if (*is_carried) {
    n = gather_within(s->job, task, false, INFINITY, s->other, s->away);
    if (n < REIN_VALIDATE_OTHERS) return NAN;
    rein_sort_numbers(s->away, n);
    const double reach = s->away[REIN_VALIDATE_OTHERS - 1];
    n = gather_within(s->job, task, false, reach, s->other, s->away);
  }
  return score_sample(task, s->other, n);
}

/* SD of the observed changes at this horizon; for groups the SD between people at the time after. */
static double observed_sd(const scorer *s, const rein_task *task) {
  if (task->person < 0) return task->sd > 0.0 ? task->sd : NAN;
  const size_t n = gather_within(s->job, task, true, WINDOW * span(s->job, task), s->other, s->away);
  double mean = 0.0, square = 0.0;
  if (n < REIN_VALIDATE_OTHERS) return NAN;
  for (size_t i = 0; i < n; i++) mean += s->other[i].x / (double)n;
  for (size_t i = 0; i < n; i++) square += (s->other[i].x - mean) * (s->other[i].x - mean);
  return square > 0.0 ? sqrt(square / (double)(n - 1)) : NAN;
}

/* The next person of the same arm whose state before was measured. */
static int another_person(const rein_validate_job *job, const rein_task *task) {
  for (int step = 1; step < job->observed->n_person; step++) {
    const int person = (task->person + step) % job->observed->n_person;
    for (int i = 0; i < job->n_before; i++) {
      if (job->before[i].person == person && job->before[i].arm == task->arm &&
          job->before[i].observable == task->observable)
        return person;
    }
  }
  return -1;
}

static double score_swapped(const scorer *s, const rein_task *task, int sim_arm) {
  size_t n;
  if (task->person < 0 || task->is_known) return NAN;
  const int whose = another_person(s->job, task);
  if (whose < 0) return NAN;
  rein_validate_predict(s->job, task, sim_arm, whose, REIN_PREDICT_CHANGE, s->sample, &n);
  return score_sample(task, s->sample, n);
}

/* Predictions for the other arms, as if they were this one's: their mean score, and the rank of the true one.
 */
static void score_other_arms(const scorer *s, const rein_task *task, int sim_arm, rein_task_score *out) {
  double sum = 0.0, rank = 1.0;
  int n_other = 0;
  for (int k = 0; k < s->job->n_compared; k++) {
    size_t n;
    if (s->job->compared[k] == sim_arm) continue;
    rein_validate_predict(s->job, task, s->job->compared[k], task->person, REIN_PREDICT_CHANGE, s->sample,
                          &n);
    const double crps = score_sample(task, s->sample, n);
    if (isnan(crps)) return;
    sum += crps;
    n_other++;
    rank += crps < out->crps ? 1.0 : crps == out->crps ? 0.5 : 0.0;
  }
  if (n_other >= 1) out->shuffled = sum / n_other;
  if (n_other >= 2) out->rank = rank;
}

/* ---- the prediction itself ---- */

static int direction_of(double change, double smallest) {
  return change >= smallest && change > 0.0 ? 1 : -change >= smallest && change < 0.0 ? -1 : 0;
}

/* Whether the most probable of down, unchanged, up is what was observed; NaN where the model declares no
 * smallest change, or the value is censored and the limit does not tell. */
static double score_direction(const rein_validate_job *job, const rein_task *task,
                              const rein_weighted *sample, size_t n) {
  const rein_observable *o = observable_of(job, task->observable);
  const double smallest =
      o->smallest_change_relative ? o->smallest_change * fabs(task->relative_to) : o->smallest_change;
  double weight[3] = {0.0, 0.0, 0.0};
  if (isnan(smallest)) return NAN;
  const int observed = direction_of(task->after - task->before, smallest);
  if (task->censored && observed != task->censored) return NAN;
  for (size_t i = 0; i < n; i++) weight[direction_of(sample[i].x, smallest) + 1] += sample[i].w;
  int best = 1;
  if (weight[0] > weight[best]) best = 0;
  if (weight[2] > weight[best]) best = 2;
  return best - 1 == observed ? 1.0 : 0.0;
}

/* Of a group's mean: normal with the mean and SD of the simulated cohorts' means. */
static double group_log_score(const rein_task *task, const rein_weighted *sample, size_t n) {
  double mean = 0.0, square = 0.0;
  for (size_t i = 0; i < n; i++) mean += sample[i].x / (double)n;
  for (size_t i = 0; i < n; i++) square += (sample[i].x - mean) * (sample[i].x - mean);
  const double sd = n > 1 ? sqrt(square / (double)(n - 1)) : 0.0;
  if (!(sd > 0.0)) return NAN;
  const double z = (task->after - task->before - mean) / sd;
  return 0.5 * z * z + LOG_ROOT_2_PI + rein_fixed_log(sd);
}

double rein_validate_bias(const rein_validate_job *job, const rein_task *task, int sim_arm,
                          rein_weighted *sample) {
  size_t n;
  rein_validate_predict(job, task, sim_arm, task->person, REIN_PREDICT_CHANGE, sample, &n);
  censor(task, sample, n);
  rein_weighted_sort(sample, n);
  return (n > 0 ? rein_quantile_weighted(sample, n, 0.5) : 0.0) - (task->after - task->before);
}

static double score_residual(const rein_task *task, const rein_weighted *sample, size_t n) {
  double sum = 0.0, weight = 0.0, square = 0.0;
  for (size_t i = 0; i < n; i++) sum += sample[i].w * sample[i].x, weight += sample[i].w;
  for (size_t i = 0; i < n; i++)
    square += sample[i].w * (sample[i].x - sum / weight) * (sample[i].x - sum / weight);
  if (task->censored || !(square > 0.0)) return NAN;
  return (task->after - task->before - sum / weight) / sqrt(square / weight);
}

static void score_intervals(const scorer *s, const rein_task *task, size_t n, rein_task_score *out) {
  const double observed = task->after - task->before;
  for (int i = 0; i < REIN_VALIDATE_N_LEVEL; i++) {
    const double low = rein_quantile_weighted(s->sample, n, 0.5 * (1.0 - rein_validate_level[i]));
    const double high = rein_quantile_weighted(s->sample, n, 0.5 * (1.0 + rein_validate_level[i]));
    out->hit[i] = observed >= low && observed <= high ? 1.0 : 0.0;
    out->width[i] = high - low;
    if (i == LEVEL_90) out->low = low, out->high = high;
  }
  out->bias = rein_quantile_weighted(s->sample, n, 0.5) - observed;
  out->error = fabs(out->bias);
  out->error_sd = out->error / observed_sd(s, task);
}

static void score_task(const scorer *s, const rein_task *task, rein_task_score *out) {
  const rein_validate_job *job = s->job;
  const int sim_arm = job->sim_arm[task->arm];
  size_t n, n_still;
  *out = (rein_task_score){.shuffled = NAN, .rank = NAN, .log_score = NAN, .direction = NAN};
  /* No change: as a certain prediction, and with the noise that the model declares. */
  out->no_change_point = round_off(task, fabs(task->after - task->before));
  rein_validate_predict(job, task, sim_arm, task->person, REIN_PREDICT_NO_CHANGE, s->sample, &n_still);
  out->no_change_noise = score_sample(task, s->sample, n_still);
  if (n_still == 0) out->no_change_noise = out->no_change_point;
  out->others = score_others(s, task, &out->is_carried);
  out->swapped = score_swapped(s, task, sim_arm);

  rein_validate_predict(job, task, sim_arm, task->person, REIN_PREDICT_CHANGE, s->sample, &n);
  out->missing = n == 0;
  if (out->missing) { /* scored as no change, for certain */
    s->sample[0] = (rein_weighted){0.0, 1.0};
    n = 1;
  } else if (job->outside) {
    out->log_score = rein_outside_log_score(job->outside, job, task);
  } else if (task->person >= 0) {
    out->log_score = rein_validate_log_score(job, task, sim_arm, s->sample, n);
  } else {
    out->log_score = group_log_score(task, s->sample, n);
  }
  out->residual = out->missing ? NAN : score_residual(task, s->sample, n);
  out->direction = score_direction(job, task, s->sample, n);
  out->crps = score_prediction(job, task, s->sample, n);
  score_intervals(s, task, n, out);
  if (!out->missing) score_other_arms(s, task, sim_arm, out);
}

/* The baseline is no effect: a certain 0, or what the model's noise and people alone make of it. */
static void score_effect(const scorer *s, const rein_task *effect, rein_task_score *out) {
  size_t n;
  int none;
  *out = (rein_task_score){.others = NAN, .shuffled = NAN, .swapped = NAN, .rank = NAN, .log_score = NAN};
  out->no_change_point = round_off(effect, fabs(effect->after));
  rein_validate_predict_effect(s->job, effect, REIN_PREDICT_NO_CHANGE, s->sample, &n, &none);
  out->no_change_noise = n > 0 ? score_sample(effect, s->sample, n) : out->no_change_point;
  rein_validate_predict_effect(s->job, effect, REIN_PREDICT_CHANGE, s->sample, &n, &out->n_missing);
  out->missing = n == 0;
  if (out->missing) {
    s->sample[0] = (rein_weighted){0.0, 1.0};
    n = 1;
  } else {
    out->log_score = group_log_score(effect, s->sample, n);
  }
  out->direction = score_direction(s->job, effect, s->sample, n);
  out->crps = score_sample(effect, s->sample, n);
  score_intervals(s, effect, n, out);
}

rein_status rein_validate_score_tasks(rein_validate_job *job) {
  const size_t n_one = rein_validate_n_sample(job),
               n_sample = n_one > REIN_VALIDATE_COHORTS ? n_one : REIN_VALIDATE_COHORTS;
  const size_t n_other = (size_t)(job->n_unit > job->n_task ? job->n_unit : job->n_task);
  const scorer s = {.job = job,
                    .sample = REIN_NEW(job->arena, rein_weighted, n_sample + 1),
                    .other = REIN_NEW(job->arena, rein_weighted, n_other + 1),
                    .away = REIN_NEW(job->arena, double, n_other + 1)};
  job->score = REIN_NEW(job->arena, rein_task_score, job->n_task);
  for (int i = 0; i < job->n_task; i++) {
    if (rein_validate_is_scored(job, &job->task[i])) score_task(&s, &job->task[i], &job->score[i]);
  }
  job->completer_score = REIN_NEW(job->arena, rein_task_score, job->n_completer + 1);
  for (int i = 0; i < job->n_completer; i++) {
    if (job->completer_of[i] >= 0)
      job->completer_score[i] = job->score[job->completer_of[i]];
    else
      score_task(&s, &job->completer[i], &job->completer_score[i]);
  }
  job->effect_score = REIN_NEW(job->arena, rein_task_score, job->n_effect + 1);
  for (int i = 0; i < job->n_effect; i++) score_effect(&s, &job->effect[i], &job->effect_score[i]);
  job->within_score = REIN_NEW(job->arena, rein_task_score, job->n_within + 1);
  for (int i = 0; i < job->n_within; i++) score_effect(&s, &job->within[i], &job->within_score[i]);
  return REIN_OK;
}
