/* Private to validate*.c. */
#ifndef REIN_STUDY_VALIDATE_INSIDE_H
#define REIN_STUDY_VALIDATE_INSIDE_H

#include "src/lang/yaml.h"
#include "src/stats/quantile.h"
#include "src/study/sample.h"
#include "src/study/split.h"
#include "src/study/validate.h"

#define REIN_VALIDATE_COHORTS                                                                                \
  1000                             /* simulated cohorts that stand for the sampling distribution of a mean   \
                                    */
#define REIN_VALIDATE_EFFECTIVE 20 /* fewer effective samples of a person's state before predict nothing */
#define REIN_VALIDATE_OTHERS 3     /* fewer others make no mean change */

/* One point that is compared; numbers in the observable's unit. An effect, which is the change under an arm
 * minus that under its comparator, is a point too: of no person, `before` 0 and `after` the observed effect.
 */
typedef struct {
  int study, arm, observable, person; /* of observed; person -1: a group */
  int unit;                           /* what is resampled: a person, or an arm of a study */
  int i_time;                         /* of the state after, among the simulated times */
  double before, after;               /* measured; before may be known by definition */
  bool is_known;                      /* ... then nothing is learnt from it */
  int censored;                       /* of after: -1 below, 1 above it */
  double limit_low, limit_high;       /* of detection, after; NaN: none */
  double n_before, n_after, sd;       /* groups */
  double relative_to;                 /* state before that a relative smallest change is of */
  int comparator;                     /* of an effect: the arm that is taken off, of observed */
  double n_comparator, se;            /* of an effect: people; standard error, NaN: not known */
  bool is_test;                       /* of a frozen split; false where there is none */
  const char *period;                 /* of n-of-1 arms; NULL elsewhere */
  bool is_within;                     /* an effect within people: of `whose`, -1: their mean */
  int whose;
} rein_task;

/* Levels of central intervals: 50, 90, 95 % first. */
extern const double rein_validate_level[REIN_VALIDATE_N_LEVEL];

/* What one task scored; NaN where it does not apply. */
typedef struct {
  double crps, no_change_point, no_change_noise, others, shuffled, swapped, rank, log_score, bias, error,
      error_sd, direction;
  double hit[REIN_VALIDATE_N_LEVEL], width[REIN_VALIDATE_N_LEVEL]; /* by rein_validate_level */
  double low, high;                                                /* 5 and 95 % of the predicted change */
  double residual; /* observed minus mean, in SDs of the prediction; NaN censored, missing, without spread */
  bool missing, is_carried; /* carried: the others stand at other horizons, or are too few */
  int n_missing; /* of an effect of people: those without a prediction, who count as no change in it */
} rein_task_score;

/* A measured state before of a person, or of a group. */
typedef struct {
  int study, arm, observable, person, censored;
  double value, n;
  const char *period; /* as of a task */
} rein_before;

typedef struct rein_outside rein_outside; /* outside.c */

struct rein_validate_job {
  rein_arena *arena;
  rein_diag *diag;
  rein_validate_options options;
  rein_simulation simulation;
  rein_scenario *scenario; /* a copy that measures at the observed times too */
  rein_observed *observed;
  const rein_yaml *expect; /* NULL: none */
  int *sim_arm;            /* (observed n_arm) arm of the scenario, -1: no row needs it */
  int *compared;           /* (n_compared) different arms of the scenario that stand for observed ones */
  int n_compared;
  int64_t *first_member; /* (n_person) first individual that stands for a person; whole cohort: 0 */
  int64_t n_candidate;   /* individuals that stand for one person */
  rein_task *task;       /* (n_task) */
  int n_task;
  rein_before *before; /* (n_before) */
  int n_before;
  int n_unit;
  int n_without_before, n_earlier, n_later;
  double until;                /* model time up to which points are compared, inf: all */
  const rein_split *split;     /* NULL: all points are scored */
  const rein_outside *outside; /* predictions of another model, NULL: the scenario's own */
  char outside_hash[65];       /* SHA-256 of their file */

  /* after the simulation, freed at the end of the run */
  rein_sample *sample; /* latent values of the scenario's arms, kept are the observables of observed */
  double *measured;    /* the same with noise, in the same places, NaN where not reached */
  double *scratch;     /* (n_individual) */
  int64_t n_failed;
  rein_task_score *score; /* (n_task) */
  rein_task *effect;      /* (n_effect) */
  rein_task_score *effect_score;
  rein_task *within; /* (n_within) means over people of effects within them, for one line each */
  rein_task_score *within_score;
  rein_task *completer; /* (n_completer) those who stayed, where people leave, of tasks or of rows of their
                           own */
  int *completer_of;    /* (n_completer) the task that it is, -1: of a row of its own */
  rein_task_score *completer_score;
  int n_completer;
  int n_effect, n_effect_censored, n_effect_shared; /* the last two: left out */
  int n_within;
};

/* validate_simulate.c: fills sample and measured, which the caller frees also after a failure. */
rein_status rein_validate_simulate(rein_validate_job *job);
void rein_validate_free_members(rein_validate_job *job);

/* (n_individual) measured values under an arm of the scenario; o of observed. */
static inline double *rein_validate_measured(const rein_validate_job *job, int arm, int i_time, int o) {
  return job->measured + (rein_sample_row(job->sample, arm, i_time, o) - job->sample->value);
}

/* validate_predict.c. What a prediction is of. */
typedef enum { REIN_PREDICT_CHANGE, REIN_PREDICT_NO_CHANGE } rein_predict_kind;

/* Who of a simulated cohort is no longer there at the time after: anybody, or those whose measured change is
 * the highest, the lowest. */
typedef enum { REIN_LEAVE_RANDOM, REIN_LEAVE_HIGHEST, REIN_LEAVE_LOWEST } rein_leave;

/* Samples of the measured change of a task under an arm of the scenario, at most rein_validate_n_sample;
 * *n = 0: there is no prediction. whose: the person whose measured state before is taken, the task's own or
 * another's; ignored for groups. */
size_t rein_validate_n_sample(const rein_validate_job *job);
void rein_validate_predict(const rein_validate_job *job, const rein_task *task, int sim_arm, int whose,
                           rein_predict_kind kind, rein_weighted *sample, size_t *n);

/* Mean changes of REIN_VALIDATE_COHORTS simulated cohorts of a group, NaN where a member failed. The cohort
 * of the same number has the same parameters in every arm; `aside`: of people beside those of `with`, as in
 * another randomised arm (NULL: none). */
void rein_validate_predict_cohorts(const rein_validate_job *job, const rein_task *task, int sim_arm,
                                   rein_predict_kind kind, const rein_task *with, double *change);

/* The same of the model's change, for one rule of leaving; n_after below n_before. */
void rein_validate_predict_leaving(const rein_validate_job *job, const rein_task *task, int sim_arm,
                                   rein_leave leave, double *change);

/* Weighted samples of the contrast within a person, one for each candidate; returns their number, 0: no
 * prediction. A candidate is the same person in both arms, weighs by all that was measured of the person at
 * the state before in either, and is measured anew in each period. */
size_t rein_validate_predict_within(const rein_validate_job *job, const rein_task *effect,
                                    rein_predict_kind kind, rein_weighted *sample);

/* Whether the point is one of those whose changes are the arm's in this effect. */
bool rein_validate_is_in_effect(const rein_validate_job *job, const rein_task *task, const rein_task *effect,
                                int arm);

/* Negative logarithm of the predicted density of a person's measurement, or of the probability of a censored
 * one; NaN without declared noise or prediction. sample: as just predicted, unsorted, one for each candidate.
 */
double rein_validate_log_score(const rein_validate_job *job, const rein_task *task, int sim_arm,
                               const rein_weighted *sample, size_t n);

/* Whether a point is scored, and whether it counts among the others whose mean change is a baseline. */
bool rein_validate_is_scored(const rein_validate_job *job, const rein_task *task);
bool rein_validate_is_other(const rein_validate_job *job, const rein_task *task);

/* outside.c: samples of the measured change that another model predicts, *n = 0: none. They are the whole
 * prediction, chosen by who made it, and no draws from a larger one that could be guessed from them. */
size_t rein_outside_n_sample(const rein_outside *outside);
void rein_outside_predict(const rein_outside *outside, const rein_validate_job *job, const rein_task *task,
                          rein_weighted *sample, size_t *n);
/* NaN where the prediction is no named distribution. */
double rein_outside_log_score(const rein_outside *outside, const rein_validate_job *job,
                              const rein_task *task);

/* split_dose.c: whether everybody observed in arm a (of observed) was given what somebody in b was: the same
 * amounts of the same actions, dose by dose as far as both go, at the same mean interval within a tenth. Both
 * arms have rows. */
bool rein_split_same_dose(const rein_validate_job *job, int a, int b);

/* A point as it is compared. before, n_before: measured; not looked at where the state before is known. */
rein_task rein_validate_task(const rein_validate_job *job, const rein_observed_point *p, double before,
                             double n_before);

/* validate_completers.c: lists them before the tasks are scored; afterwards says where people leave. */
void rein_validate_make_completers(rein_validate_job *job);
void rein_validate_find_leavers(const rein_validate_job *job, rein_validation *out);
void rein_validate_find_lost(const rein_validate_job *job, rein_validation *out);

/* validate_effect.c: lists the randomised contrasts among the tasks that are scored; samples of one, at most
 * REIN_VALIDATE_COHORTS. */
void rein_validate_make_effects(rein_validate_job *job);
void rein_validate_predict_effect(const rein_validate_job *job, const rein_task *effect,
                                  rein_predict_kind kind, rein_weighted *sample, size_t *n, int *n_missing);

/* validate_score.c: fills job->score and job->effect_score. */
rein_status rein_validate_score_tasks(rein_validate_job *job);

/* Median of the predicted minus the observed change; without a prediction that of no change. sample: as
 * rein_validate_n_sample says. */
double rein_validate_bias(const rein_validate_job *job, const rein_task *task, int sim_arm,
                          rein_weighted *sample);

/* validate_trend.c: fills out->trend. */
void rein_validate_trend(const rein_validate_job *job, rein_validation *out);

/* validate_why.c: fills out->miss; with `why`, out->why. */
void rein_validate_find_misses(const rein_validate_job *job, rein_validation *out);
rein_status rein_validate_why(rein_validate_job *job, rein_validation *out);

/* validate_picture.c: fills out->panel. */
void rein_validate_picture(const rein_validate_job *job, rein_validation *out);

/* validate_sum.c: rows, verdicts; SHA-256 of the expect block, "" where there is none. */
void rein_validate_expect_hash(const rein_validate_job *job, char hash[65]);
void rein_validate_sum(const rein_validate_job *job, rein_validation *out);

/* validate_privacy.c: of people, holds back rows until no shown row differs from what else is shown by fewer
 * than REIN_SMALLEST_GROUP people. Rows are filled, with those of few people already held back. */
void rein_validate_hold_back(const rein_validate_job *job, rein_validation *v);

#endif
