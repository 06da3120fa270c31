/* Where people leave a study: those who stayed, beside all. Of people they are known; of means only where the
 * data give means of completers. And what it may mean for a mean that those who left are no random sample. */
#include <math.h>
#include <string.h>

#include "src/record/reader.h"
#include "src/study/validate_inside.h"

#define STAYED 0.9 /* of the last horizon: who is measured so late has stayed */

/* ---- people ---- */

static bool is_of(const rein_validate_job *job, const rein_task *t, int observable, int arm) {
  return rein_validate_is_scored(job, t) && t->observable == observable && t->arm == arm;
}

/* The last compared time of an arm and observable, -1: none. */
static int last_time(const rein_validate_job *job, int observable, int arm) {
  int last = -1;
  for (int i = 0; i < job->n_task; i++)
    if (is_of(job, &job->task[i], observable, arm) && job->task[i].i_time > last) last = job->task[i].i_time;
  return last;
}

/* Marks who has a point at about the last time, as far as people are measured at times of their own; false
 * where everybody has who has any. */
static bool mark_completers(const rein_validate_job *job, int observable, int arm, bool *stayed) {
  const double *time = job->scenario->time;
  const int last = last_time(job, observable, arm);
  if (last < 0) return false;
  memset(stayed, 0, (size_t)job->observed->n_person * sizeof *stayed);
  for (int i = 0; i < job->n_task; i++) {
    const rein_task *t = &job->task[i];
    if (is_of(job, t, observable, arm) && time[t->i_time] - time[0] >= STAYED * (time[last] - time[0]))
      stayed[t->person] = true;
  }
  for (int i = 0; i < job->n_task; i++)
    if (is_of(job, &job->task[i], observable, arm) && !stayed[job->task[i].person]) return true;
  return false;
}

static void add(rein_validate_job *job, rein_task task, int of) {
  job->completer_of[job->n_completer] = of;
  job->completer[job->n_completer++] = task;
}

static void add_people(rein_validate_job *job) {
  const rein_observed *o = job->observed;
  bool *stayed = REIN_NEW(job->arena, bool, o->n_person + 1);
  for (int k = 0; k < o->n_observable; k++)
    for (int a = 0; a < o->n_arm; a++) {
      if (!mark_completers(job, k, a, stayed)) continue;
      for (int i = 0; i < job->n_task; i++)
        if (is_of(job, &job->task[i], k, a) && stayed[job->task[i].person]) add(job, job->task[i], i);
    }
}

/* ---- means ---- */

static bool same_time(double a, double b) {
  return fabs(a - b) <= 1e-9 * (1.0 + fabs(b));
}

/* A mean of completers is compared with their own state before, or a known one. */
static void add_mean(rein_validate_job *job, const rein_observed_point *p) {
  const rein_observed *o = job->observed;
  const double start = job->scenario->time[0];
  if (!(p->time > start) || same_time(p->time, start)) return;
  if (p->time > job->until && !same_time(p->time, job->until)) return;
  if (!isnan(o->known[p->observable])) {
    add(job, rein_validate_task(job, p, NAN, p->n + p->lost), -1);
    return;
  }
  for (int i = 0; i < o->n_completer; i++) {
    const rein_observed_point *b = &o->completer[i];
    if (b->study == p->study && b->arm == p->arm && b->observable == p->observable &&
        same_time(b->time, start)) {
      add(job, rein_validate_task(job, p, b->value, b->n), -1);
      return;
    }
  }
}

void rein_validate_make_completers(rein_validate_job *job) {
  const rein_observed *o = job->observed;
  const int n_most = o->is_group ? o->n_completer : job->n_task;
  job->completer = REIN_NEW(job->arena, rein_task, n_most + 1);
  job->completer_of = REIN_NEW(job->arena, int, n_most + 1);
  if (!o->is_group) add_people(job);
  /* A split freezes points of all: it knows none of completers. */
  for (int i = 0; i < o->n_completer && !job->split && !job->outside; i++) add_mean(job, &o->completer[i]);
}

/* ---- where people leave ---- */

static bool has_completers(const rein_validate_job *job, int observable, int arm) {
  for (int i = 0; i < job->n_completer; i++)
    if (job->completer[i].observable == observable && job->completer[i].arm == arm) return true;
  return false;
}

/* Whether the number of people behind an arm's means falls, before or between its points. */
static bool falls(const rein_validate_job *job, int observable, int arm) {
  double least = INFINITY, most = 0.0;
  for (int i = 0; i < job->n_task; i++) {
    const rein_task *t = &job->task[i];
    if (!is_of(job, t, observable, arm)) continue;
    least = fmin(least, fmin(t->n_before, t->n_after));
    most = fmax(most, fmax(t->n_before, t->n_after));
  }
  return least < most;
}

static const char *why_no_completers(const rein_validate_job *job, int observable, int arm) {
  const rein_observed *o = job->observed;
  if (has_completers(job, observable, arm) || !o->is_group) return NULL;
  if (job->split || job->outside) return "a split freezes points of all";
  for (int i = 0; i < o->n_completer; i++)
    if (o->completer[i].observable == observable && o->completer[i].arm == arm)
      return "the data give no state before of completers";
  bool names_lost = false;
  for (int i = 0; i < o->n_point; i++) names_lost |= o->point[i].lost > 0.0;
  return o->names_population || names_lost
             ? "the data give means of all only"
             : "the data give those who were measured at each time only, and do not say "
               "whether they stayed to the end";
}

void rein_validate_find_leavers(const rein_validate_job *job, rein_validation *out) {
  const rein_observed *o = job->observed;
  out->leaving = REIN_NEW(job->arena, rein_validation_leaving, o->n_observable * o->n_arm + 1);
  for (int k = 0; k < o->n_observable; k++)
    for (int a = 0; a < o->n_arm; a++) {
      rein_validation_leaving l = {.observable = k, .arm = a};
      const bool any = last_time(job, k, a) >= 0;
      if (!has_completers(job, k, a) && !(any && (o->only_completers || (o->is_group && falls(job, k, a)))))
        continue;
      if (o->only_completers || !any)
        l.all_na = "the data give means of completers only";
      else
        l.completers_na = why_no_completers(job, k, a);
      out->leaving[out->n_leaving++] = l;
    }
}

static rein_validation_left predict_left(const rein_validate_job *job, const rein_task *t, rein_leave leave) {
  double change[REIN_VALIDATE_COHORTS];
  rein_weighted sample[REIN_VALIDATE_COHORTS];
  size_t n = 0;
  rein_validate_predict_leaving(job, t, job->sim_arm[t->arm], leave, change);
  for (size_t i = 0; i < REIN_VALIDATE_COHORTS; i++)
    if (isfinite(change[i])) sample[n++] = (rein_weighted){change[i], 1.0};
  if (n < REIN_VALIDATE_EFFECTIVE) return (rein_validation_left){NAN, NAN, NAN};
  rein_weighted_sort(sample, n);
  return (rein_validation_left){rein_quantile_weighted(sample, n, 0.5),
                                rein_quantile_weighted(sample, n, 0.05),
                                rein_quantile_weighted(sample, n, 0.95)};
}

void rein_validate_find_lost(const rein_validate_job *job, rein_validation *out) {
  out->lost = REIN_NEW(job->arena, rein_validation_lost, job->n_task + 1);
  for (int i = 0; i < job->n_task && job->observed->is_group && !job->outside; i++) {
    const rein_task *t = &job->task[i];
    if (!rein_validate_is_scored(job, t) || !(t->n_after < t->n_before)) continue;
    rein_validation_lost l = {.observable = t->observable,
                              .arm = t->arm,
                              .study = t->study,
                              .time = job->scenario->time[t->i_time],
                              .n_before = t->n_before,
                              .n_after = t->n_after};
    l.suppressed = !job->options.individual_data && t->n_after < REIN_SMALLEST_GROUP;
    if (!l.suppressed) {
      l.observed = t->after - t->before;
      l.at_random = predict_left(job, t, REIN_LEAVE_RANDOM);
      l.highest_left = predict_left(job, t, REIN_LEAVE_HIGHEST);
      l.lowest_left = predict_left(job, t, REIN_LEAVE_LOWEST);
    }
    out->lost[out->n_lost++] = l;
  }
}

const char *rein_validate_lost_words(const rein_validation_lost *l) {
  const double x = l->observed;
  if (l->suppressed || isnan(l->at_random.low) || isnan(l->highest_left.low) || isnan(l->lowest_left.low))
    return "";
  if (x >= l->at_random.low && x <= l->at_random.high) return "";
  return x >= l->highest_left.low && x <= l->lowest_left.high ? "a miss that who left could explain"
                                                              : "a miss that who left does not explain";
}
