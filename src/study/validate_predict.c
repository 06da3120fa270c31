/* The predicted distribution of one measured change, as weighted samples. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "src/scenario/assay.h"
#include "src/stats/bootstrap.h"
#include "src/stats/fixed.h"
#include "src/study/validate_inside.h"

typedef struct {
  const rein_validate_job *job;
  const rein_task *task;
  int sim_arm;
} context;

static const double *latent_of(const context *c, int i_time, int o) {
  return rein_sample_row(c->job->sample, c->sim_arm, i_time, o);
}

static const double *measured_of(const context *c, int i_time, int o) {
  return rein_validate_measured(c->job, c->sim_arm, i_time, o);
}

/* part 0: additive SD, 1: CV. */
static double noise_of(const context *c, int64_t individual, int o, int part) {
  return rein_sample_noise(c->job->sample, c->sim_arm, c->job->observed->observable[o], part)[individual];
}

static const rein_observable *observable_of(const rein_validate_job *job, int o) {
  return &job->scenario->model->observable[job->observed->observable[o]];
}

/* Logarithm of the density of measuring `value` in an individual, see rein_measure_log_density. */
static double density_of(const context *c, int64_t i, int o, int i_time, double value, int censored) {
  return rein_measure_log_density(observable_of(c->job, o), latent_of(c, i_time, o)[i], noise_of(c, i, o, 0),
                                  noise_of(c, i, o, 1), value, censored);
}

/* ---- people ---- */

/* Weights of the candidates given all that was measured of `whose` state before; returns the largest
 * logarithm. */
static double weigh(const context *c, int whose, rein_weighted *sample, size_t n) {
  const rein_validate_job *job = c->job;
  const int64_t first = job->first_member[c->task->person];
  double largest = -INFINITY;
  for (size_t k = 0; k < n; k++) {
    const int64_t individual = first + (int64_t)k;
    double sum = 0.0;
    for (int i = 0; i < job->n_before; i++) {
      const rein_before *b = &job->before[i];
      if (b->person != whose || b->arm != c->task->arm || !isnan(job->observed->known[b->observable]))
        continue;
      if (c->task->period && whose == c->task->person && strcmp(b->period, c->task->period) != 0) continue;
      sum += density_of(c, individual, b->observable, 0, b->value, b->censored);
    }
    if (isnan(latent_of(c, c->task->i_time, c->task->observable)[individual])) sum = -INFINITY;
    sample[k].w = sum;
    largest = fmax(largest, sum);
  }
  return largest;
}

/* A latent value measured, with the noise that `key` and `t` draw. */
static double measure(const context *c, int64_t individual, double latent, uint64_t key, uint64_t t) {
  const int o = c->task->observable;
  const uint64_t seed = c->job->scenario->seed, i = (uint64_t)individual;
  return rein_measure(observable_of(c->job, o), latent, noise_of(c, individual, o, 0),
                      noise_of(c, individual, o, 1), rein_draw_normal(seed, REIN_DRAW_NOISE, i, key, t),
                      rein_draw_normal(seed, REIN_DRAW_NOISE_2, i, key, t))
      .value;
}

/* The measured value where the state stays as it was: the state before with the noise of the time after. */
static double stay(const context *c, int64_t individual) {
  const int o = c->task->observable;
  return measure(c, individual, latent_of(c, 0, o)[individual], rein_draw_key(observable_of(c->job, o)->name),
                 (uint64_t)c->task->i_time);
}

static void predict_person(const context *c, int whose, rein_predict_kind kind, rein_weighted *sample,
                           size_t *n) {
  const rein_validate_job *job = c->job;
  const int64_t first = job->first_member[c->task->person];
  const size_t n_all = (size_t)job->n_candidate;
  *n = 0;
  const double largest = weigh(c, whose, sample, n_all);
  if (!isfinite(largest)) return;
  const double *after = measured_of(c, c->task->i_time, c->task->observable);
  for (size_t k = 0; k < n_all; k++) {
    const int64_t individual = first + (int64_t)k;
    const double value = kind == REIN_PREDICT_CHANGE ? after[individual] : stay(c, individual);
    const bool good = isfinite(value);
    sample[k] = (rein_weighted){good ? value - c->task->before : 0.0,
                                good ? rein_fixed_exp(sample[k].w - largest) : 0.0};
  }
  const double enough = fmin(REIN_VALIDATE_EFFECTIVE, 0.5 * (double)n_all);
  if (rein_weighted_effective(sample, n_all) >= enough) *n = n_all;
}

/* ---- within people ---- */

/* Logarithm of the weight of a candidate: all that was measured of the person before, in both arms. */
static double weigh_both(const rein_validate_job *job, const rein_task *effect, int64_t individual) {
  double sum = 0.0;
  for (int i = 0; i < job->n_before; i++) {
    const rein_before *b = &job->before[i];
    const context c = {job, effect, job->sim_arm[b->arm]};
    if (b->person != effect->whose || (b->arm != effect->arm && b->arm != effect->comparator)) continue;
    if (!isnan(job->observed->known[b->observable])) continue;
    sum += density_of(&c, individual, b->observable, 0, b->value, b->censored);
  }
  return sum;
}

/* Mean change of an individual over the person's periods of an arm; the noise of each period is its own. */
static double period_change(const rein_validate_job *job, const rein_task *effect, int arm,
                            rein_predict_kind kind, int64_t individual) {
  const uint64_t key = rein_draw_key("noise of a period");
  double sum = 0.0, n = 0.0;
  for (int i = 0; i < job->n_task; i++) {
    const rein_task *t = &job->task[i];
    const context c = {job, t, job->sim_arm[arm]};
    if (t->person != effect->whose || !rein_validate_is_in_effect(job, t, effect, arm)) continue;
    const int i_time = kind == REIN_PREDICT_CHANGE ? t->i_time : 0;
    const double latent = latent_of(&c, i_time, t->observable)[individual];
    sum += measure(&c, individual, latent, key, (uint64_t)i) - t->before;
    n += 1.0;
  }
  return sum / n;
}

size_t rein_validate_predict_within(const rein_validate_job *job, const rein_task *effect,
                                    rein_predict_kind kind, rein_weighted *sample) {
  const size_t n = (size_t)job->n_candidate;
  double largest = -INFINITY;
  for (size_t k = 0; k < n; k++) {
    const int64_t individual = job->first_member[effect->whose] + (int64_t)k;
    const double x = period_change(job, effect, effect->arm, kind, individual) -
                     period_change(job, effect, effect->comparator, kind, individual);
    const double w = weigh_both(job, effect, individual);
    sample[k] = isfinite(x) ? (rein_weighted){x, w} : (rein_weighted){0.0, -INFINITY};
    largest = fmax(largest, sample[k].w);
  }
  if (!isfinite(largest)) return 0;
  for (size_t k = 0; k < n; k++) sample[k].w = rein_fixed_exp(sample[k].w - largest);
  const double enough = fmin(REIN_VALIDATE_EFFECTIVE, 0.5 * (double)n);
  return rein_weighted_effective(sample, n) >= enough ? n : 0;
}

double rein_validate_log_score(const rein_validate_job *job, const rein_task *task, int sim_arm,
                               const rein_weighted *sample, size_t n) {
  const context c = {job, task, sim_arm};
  const rein_observable *observable = observable_of(job, task->observable);
  double sum = 0.0, total = 0.0;
  if (observable->noise == REIN_NOISE_NONE || task->person < 0) return NAN;
  for (size_t k = 0; k < n; k++) {
    if (!(sample[k].w > 0.0)) continue;
    const int64_t individual = job->first_member[task->person] + (int64_t)k;
    sum += sample[k].w * rein_fixed_exp(density_of(&c, individual, task->observable, task->i_time,
                                                   task->after, task->censored));
    total += sample[k].w;
  }
  return total > 0.0 ? -rein_fixed_log(sum / total) : NAN;
}

/* ---- groups ---- */

/* One simulated cohort of the group's size: that many neighbours of one replicate from a random place on, so
 * nobody twice while there are enough; drawing with replacement would add the sampling error of the replicate
 * itself. */
typedef struct {
  const rein_scenario *s;
  int64_t n_people, replicate, first, n_before, n_after;
} members;

static members find_members(const context *c, uint64_t cohort, const rein_task *with) {
  const rein_scenario *s = c->job->scenario;
  const int64_t n_people = s->n_individual / s->n_replicate;
  const int64_t beside = with ? (int64_t)fmax(with->n_before, with->n_after) : 0;
  return (members){.s = s,
                   .n_people = n_people,
                   .replicate = (int64_t)(cohort % (uint64_t)s->n_replicate),
                   .first = (int64_t)rein_bootstrap_pick(s->seed, cohort, 0, (size_t)n_people) + beside,
                   .n_before = (int64_t)c->task->n_before,
                   .n_after = (int64_t)c->task->n_after};
}

static int64_t member(const members *m, int64_t i) {
  return m->replicate + m->s->n_replicate * ((m->first + i) % m->n_people);
}

static double mean_before(const context *c, const members *m) {
  const double *before_of = measured_of(c, 0, c->task->observable);
  double sum = 0.0;
  if (c->task->is_known) return c->task->before;
  for (int64_t i = 0; i < m->n_before; i++) sum += before_of[member(m, i)];
  return sum / (double)m->n_before;
}

/* Mean change of a cohort. The first n_after of its people are those who were still there. NaN where one of
 * them failed. */
static double cohort_change(const context *c, uint64_t cohort, const rein_task *with, const double *after) {
  const members m = find_members(c, cohort, with);
  double sum = 0.0;
  for (int64_t i = 0; i < m.n_after; i++) sum += after[member(&m, i)];
  return sum / (double)m.n_after - mean_before(c, &m);
}

typedef struct {
  double change, after;
} leaver;

static int compare_leavers(const void *left, const void *right) {
  const double a = ((const leaver *)left)->change, b = ((const leaver *)right)->change;
  return (a > b) - (a < b);
}

/* Mean change where those with the highest or lowest changes are no longer there; all (n_before): scratch. */
static double leaving_change(const context *c, uint64_t cohort, bool highest, leaver *all) {
  const members m = find_members(c, cohort, NULL);
  const double *before_of = measured_of(c, 0, c->task->observable),
               *after_of = measured_of(c, c->task->i_time, c->task->observable);
  double sum = 0.0;
  for (int64_t i = 0; i < m.n_before; i++) {
    const int64_t who = member(&m, i);
    const double before = c->task->is_known ? c->task->before : before_of[who];
    all[i] = (leaver){after_of[who] - before, after_of[who]};
    if (!isfinite(all[i].change)) return NAN;
  }
  qsort(all, (size_t)m.n_before, sizeof *all, compare_leavers);
  for (int64_t i = 0; i < m.n_after; i++) sum += all[highest ? i : m.n_before - 1 - i].after;
  return sum / (double)m.n_after - mean_before(c, &m);
}

/* Variance of the cohorts' means within replicates: their sampling error, the parameters' uncertainty left
 * out. With few cohorts of each replicate, the variance of all. */
static double sampling_variance(const rein_validate_job *job, const double *sample, size_t n) {
  const size_t n_replicate = (size_t)job->scenario->n_replicate;
  const size_t n_group = 2 * n_replicate <= n ? n_replicate : 1;
  double square = 0.0;
  for (size_t r = 0; r < n_group; r++) {
    double sum = 0.0, count = 0.0;
    for (size_t i = r; i < n; i += n_group) sum += sample[i], count += 1.0;
    for (size_t i = r; i < n; i += n_group) square += (sample[i] - sum / count) * (sample[i] - sum / count);
  }
  return n > n_group ? square / (double)(n - n_group) : 0.0;
}

/* Where the mean is itself of changes, its reported SE is the sampling error of what was observed. A model
 * whose people vary less than that leaves the rest of it unsaid: it is added, so that a right mean is not
 * missed by the chance of who took part. */
static void add_reported_error(const context *c, const rein_task *with, double *change) {
  const rein_task *task = c->task;
  const double se = task->sd / sqrt(task->n_after);
  if (!task->is_known) return;
  for (size_t i = 0; i < REIN_VALIDATE_COHORTS; i++)
    if (!isfinite(change[i])) return;
  const double rest = se * se - sampling_variance(c->job, change, REIN_VALIDATE_COHORTS);
  if (!(rest > 0.0)) return;
  const uint64_t key = rein_draw_key(with ? "sampling error of a comparator" : "sampling error of a mean");
  for (uint64_t i = 0; i < REIN_VALIDATE_COHORTS; i++)
    change[i] += sqrt(rest) *
                 rein_draw_normal(c->job->scenario->seed, REIN_DRAW_NOISE, i, key, (uint64_t)task->i_time);
}

void rein_validate_predict_cohorts(const rein_validate_job *job, const rein_task *task, int sim_arm,
                                   rein_predict_kind kind, const rein_task *with, double *change) {
  const context c = {job, task, sim_arm};
  const double *after = measured_of(&c, task->i_time, task->observable);
  if (kind == REIN_PREDICT_NO_CHANGE) {
    for (int64_t i = 0; i < job->scenario->n_individual; i++) job->scratch[i] = stay(&c, i);
    after = job->scratch;
  }
  for (uint64_t cohort = 0; cohort < REIN_VALIDATE_COHORTS; cohort++)
    change[cohort] = cohort_change(&c, cohort, with, after);
  add_reported_error(&c, with, change);
}

void rein_validate_predict_leaving(const rein_validate_job *job, const rein_task *task, int sim_arm,
                                   rein_leave leave, double *change) {
  const context c = {job, task, sim_arm};
  if (leave == REIN_LEAVE_RANDOM) {
    rein_validate_predict_cohorts(job, task, sim_arm, REIN_PREDICT_CHANGE, NULL, change);
    return;
  }
  leaver *all = REIN_NEW(job->arena, leaver, task->n_before);
  for (uint64_t cohort = 0; cohort < REIN_VALIDATE_COHORTS; cohort++)
    change[cohort] = leaving_change(&c, cohort, leave == REIN_LEAVE_HIGHEST, all);
  add_reported_error(&c, NULL, change);
}

static void predict_group(const context *c, rein_predict_kind kind, rein_weighted *sample, size_t *n) {
  double change[REIN_VALIDATE_COHORTS];
  rein_validate_predict_cohorts(c->job, c->task, c->sim_arm, kind, NULL, change);
  *n = 0;
  for (size_t i = 0; i < REIN_VALIDATE_COHORTS; i++)
    if (isfinite(change[i])) sample[(*n)++] = (rein_weighted){change[i], 1.0};
  if (*n < REIN_VALIDATE_EFFECTIVE) *n = 0;
}

size_t rein_validate_n_sample(const rein_validate_job *job) {
  const size_t n = job->observed->is_group ? REIN_VALIDATE_COHORTS : (size_t)job->n_candidate;
  const size_t outside = job->outside ? rein_outside_n_sample(job->outside) : 0;
  return outside > n ? outside : n;
}

void rein_validate_predict(const rein_validate_job *job, const rein_task *task, int sim_arm, int whose,
                           rein_predict_kind kind, rein_weighted *sample, size_t *n) {
  const context c = {job, task, sim_arm};
  *n = 0;
  if (job->outside && kind == REIN_PREDICT_CHANGE) {
    /* It says nothing of other arms or other people's states. */
    if (sim_arm == job->sim_arm[task->arm] && whose == task->person)
      rein_outside_predict(job->outside, job, task, sample, n);
    return;
  }
  if (task->person < 0)
    predict_group(&c, kind, sample, n);
  else
    predict_person(&c, whose, kind, sample, n);
}
