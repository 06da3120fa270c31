/* Randomised contrasts: the change under an arm minus the change under its comparator, over one horizon, in
 * one study; of arms to which one person's periods were randomised, within each person. Only these are
 * effects; every other comparison is of a change under an arm. */
#include <math.h>
#include <string.h>

#include "src/study/validate_inside.h"

/* ---- which there are ---- */

/* The points of one side. */
typedef struct {
  int n;
  double n_people, mean, square; /* square: of deviations from the mean; groups: (n - 1) SD^2 */
  double se2;                    /* squared standard error of the mean change, NaN: not known */
  double before;                 /* mean */
  bool is_censored;
} side;

bool rein_validate_is_in_effect(const rein_validate_job *job, const rein_task *t, const rein_task *effect,
                                int arm) {
  return rein_validate_is_scored(job, t) && t->study == effect->study && t->arm == arm &&
         t->observable == effect->observable && t->i_time == effect->i_time &&
         (!effect->is_within || effect->whose < 0 || t->person == effect->whose);
}

static side sum_side(const rein_validate_job *job, const rein_task *effect, int arm) {
  side s = {0};
  for (int i = 0; i < job->n_task; i++) {
    const rein_task *t = &job->task[i];
    if (!rein_validate_is_in_effect(job, t, effect, arm)) continue;
    s.n++;
    s.mean += t->after - t->before;
    s.before += t->before;
    s.is_censored |= t->censored != 0;
    if (t->person >= 0) continue;
    s.n_people = t->n_after;
    s.square = (t->n_after - 1.0) * t->sd * t->sd;
    s.se2 = t->is_known ? t->sd * t->sd / t->n_after : NAN;
  }
  if (s.n == 0 || job->observed->is_group) return s;
  s.n_people = s.n;
  s.mean /= s.n;
  s.before /= s.n;
  for (int i = 0; i < job->n_task; i++) {
    const rein_task *t = &job->task[i];
    const double away = t->after - t->before - s.mean;
    if (rein_validate_is_in_effect(job, t, effect, arm)) s.square += away * away;
  }
  s.se2 = s.n > 1 ? s.square / (s.n - 1.0) / s.n : NAN;
  return s;
}

/* Nobody can be in both arms of people who were randomised to one of them. */
static bool shares_people(const rein_validate_job *job, const rein_task *effect) {
  for (int i = 0; i < job->n_task; i++)
    for (int k = 0; k < job->n_task && job->task[i].person >= 0; k++)
      if (job->task[i].person == job->task[k].person &&
          rein_validate_is_in_effect(job, &job->task[i], effect, effect->arm) &&
          rein_validate_is_in_effect(job, &job->task[k], effect, effect->comparator))
        return true;
  return false;
}

static void add_effect(rein_validate_job *job, rein_task effect) {
  const side arm = sum_side(job, &effect, effect.arm), other = sum_side(job, &effect, effect.comparator);
  if (arm.n == 0 || other.n == 0) return;
  if (arm.is_censored || other.is_censored) {
    job->n_effect_censored++;
    return;
  }
  if (shares_people(job, &effect)) {
    job->n_effect_shared++;
    return;
  }
  const double freedom = arm.n_people + other.n_people - 2.0;
  effect.after = arm.mean - other.mean;
  effect.se = sqrt(arm.se2 + other.se2);
  effect.sd = freedom > 0.0 ? sqrt((arm.square + other.square) / freedom) : NAN;
  effect.relative_to = other.before;
  effect.n_before = effect.n_after = arm.n_people;
  effect.n_comparator = other.n_people;
  job->effect[job->n_effect++] = effect;
}

/* Within people: each with both arms is a point of its own; their mean stands on the line of all of them. */
static void add_within(rein_validate_job *job, rein_task effect) {
  const rein_observed *o = job->observed;
  const int first = job->n_effect;
  double mean = 0.0, square = 0.0;
  effect.is_within = true;
  for (effect.whose = 0; effect.whose < o->n_person; effect.whose++) {
    const side arm = sum_side(job, &effect, effect.arm), other = sum_side(job, &effect, effect.comparator);
    if (arm.n == 0 || other.n == 0) continue;
    if (arm.is_censored || other.is_censored) {
      job->n_effect_censored++;
      continue;
    }
    rein_task *one = &job->effect[job->n_effect++];
    *one = effect;
    one->unit = o->n_study * o->n_arm + effect.whose;
    one->after = arm.mean - other.mean;
    one->relative_to = other.before;
    one->n_before = one->n_after = one->n_comparator = 1.0;
    one->se = NAN;
    mean += one->after;
  }
  const int n = job->n_effect - first;
  if (n == 0) return;
  mean /= n;
  for (int i = first; i < job->n_effect; i++)
    square += (job->effect[i].after - mean) * (job->effect[i].after - mean);
  const double sd = n > 1 ? sqrt(square / (n - 1)) : NAN;
  for (int i = first; i < job->n_effect; i++) job->effect[i].sd = sd;
  effect.whose = -1;
  effect.after = mean;
  effect.sd = sd;
  effect.se = sd / sqrt(n);
  effect.n_before = effect.n_after = effect.n_comparator = n;
  job->within[job->n_within++] = effect;
}

/* Predictions of others, and means, say nothing of how a person's periods go together. */
static void add_contrast(rein_validate_job *job, rein_task effect) {
  if (job->observed->arm[effect.arm].assignment != REIN_ASSIGNED_N_OF_1)
    add_effect(job, effect);
  else if (!job->observed->is_group && !job->outside)
    add_within(job, effect);
}

void rein_validate_make_effects(rein_validate_job *job) {
  const rein_observed *o = job->observed;
  int n_arm = 0;
  for (int a = 0; a < o->n_arm; a++) n_arm += o->arm[a].comparator >= 0;
  const size_t n_cell = (size_t)o->n_study * n_arm * o->n_observable * job->scenario->n_time;
  job->effect = REIN_NEW(job->arena, rein_task, n_cell + (n_arm ? job->n_task : 0) + 1);
  job->within = REIN_NEW(job->arena, rein_task, n_cell + 1);
  for (int study = 0; study < o->n_study && n_arm > 0; study++)
    for (int a = 0; a < o->n_arm; a++)
      for (int k = 0; k < o->n_observable && o->arm[a].comparator >= 0; k++)
        for (int t = 0; t < job->scenario->n_time; t++)
          add_contrast(job, (rein_task){.study = study,
                                        .arm = a,
                                        .observable = k,
                                        .person = -1,
                                        .unit = study * o->n_arm + a,
                                        .i_time = t,
                                        .limit_low = NAN,
                                        .limit_high = NAN,
                                        .comparator = o->arm[a].comparator});
}

/* ---- what is predicted ---- */

/* Number of a draw's candidate among sorted cumulative weights. */
static size_t find_candidate(const rein_weighted *sample, size_t n, double share) {
  size_t low = 0, high = n - 1;
  while (low < high) {
    const size_t middle = (low + high) / 2;
    if (sample[middle].w > share)
      high = middle;
    else
      low = middle + 1;
  }
  return low;
}

/* Adds to each draw one candidate by weight, times `share`; who: tells apart those who are drawn. */
static void add_drawn(const rein_validate_job *job, rein_weighted *sample, size_t n, double share,
                      const char *what, uint64_t who, double *sum) {
  const uint64_t key = rein_draw_key(what);
  for (size_t k = 1; k < n; k++) sample[k].w += sample[k - 1].w;
  for (uint64_t b = 0; b < REIN_VALIDATE_COHORTS; b++) {
    const double u = rein_draw_uniform(job->scenario->seed, REIN_DRAW_NOISE, b, key, who);
    sum[b] += share * sample[find_candidate(sample, n, u * sample[n - 1].w)].x;
  }
}

/* Adds the mean change of an arm's people to `sum`, times `sign`: of each person one candidate a draw, by
 * weight. */
static void add_people(const rein_validate_job *job, const rein_task *effect, int arm, double sign,
                       rein_predict_kind kind, double *sum, int *n_missing) {
  const double n_people = sum_side(job, effect, arm).n;
  rein_weighted *sample = REIN_NEW(job->arena, rein_weighted, rein_validate_n_sample(job) + 1);
  for (int i = 0; i < job->n_task; i++) {
    const rein_task *t = &job->task[i];
    size_t n;
    if (!rein_validate_is_in_effect(job, t, effect, arm)) continue;
    rein_validate_predict(job, t, job->sim_arm[arm], t->person, kind, sample, &n);
    *n_missing += n == 0;
    if (n > 0) add_drawn(job, sample, n, sign / n_people, "candidate of an effect", (uint64_t)i, sum);
  }
}

/* Contrasts within one person, or their mean over the people of a line. Number of people. */
static int add_contrasts(const rein_validate_job *job, const rein_task *effect, rein_predict_kind kind,
                         double *sum, int *n_missing) {
  const int n_people = (int)effect->n_after;
  rein_weighted *sample = REIN_NEW(job->arena, rein_weighted, rein_validate_n_sample(job) + 1);
  for (int i = 0; i < job->n_effect; i++) {
    const rein_task *t = &job->effect[i];
    if (!t->is_within || t->study != effect->study || t->arm != effect->arm ||
        t->observable != effect->observable || t->i_time != effect->i_time)
      continue;
    if (effect->whose >= 0 && t->whose != effect->whose) continue;
    const size_t n = rein_validate_predict_within(job, t, kind, sample);
    *n_missing += n == 0;
    if (n > 0) add_drawn(job, sample, n, 1.0 / n_people, "candidate of a person", (uint64_t)t->whose, sum);
  }
  return n_people;
}

static const rein_task *find_group(const rein_validate_job *job, const rein_task *effect, int arm) {
  int i = 0;
  while (!rein_validate_is_in_effect(job, &job->task[i], effect, arm)) i++;
  return &job->task[i];
}

void rein_validate_predict_effect(const rein_validate_job *job, const rein_task *effect,
                                  rein_predict_kind kind, rein_weighted *sample, size_t *n, int *n_missing) {
  double *change = REIN_NEW(job->arena, double, REIN_VALIDATE_COHORTS);
  const int arm = effect->arm, other = effect->comparator;
  *n = 0;
  *n_missing = 0;
  if (effect->is_within) {
    const int n_people = add_contrasts(job, effect, kind, change, n_missing);
    if (*n_missing == n_people) return;
  } else if (job->observed->is_group && !job->outside) {
    const rein_task *a = find_group(job, effect, arm), *b = find_group(job, effect, other);
    double *less = REIN_NEW(job->arena, double, REIN_VALIDATE_COHORTS);
    rein_validate_predict_cohorts(job, a, job->sim_arm[arm], kind, NULL, change);
    rein_validate_predict_cohorts(job, b, job->sim_arm[other], kind, a, less);
    for (int i = 0; i < REIN_VALIDATE_COHORTS; i++) change[i] -= less[i];
  } else {
    add_people(job, effect, arm, 1.0, kind, change, n_missing);
    add_people(job, effect, other, -1.0, kind, change, n_missing);
    if (*n_missing == sum_side(job, effect, arm).n + sum_side(job, effect, other).n) return;
  }
  for (int i = 0; i < REIN_VALIDATE_COHORTS; i++)
    if (isfinite(change[i])) sample[(*n)++] = (rein_weighted){change[i], 1.0};
  if (*n < REIN_VALIDATE_EFFECTIVE) *n = 0;
}
