/* `rein validate`: simulated against observed transitions, beside simple baselines, with one verdict rule.
 *
 * A comparison is one point: one person, or one group mean, under one arm, from the state before (the
 * scenario's first measurement) over one horizon (an observed time after it). It is never re-anchored to
 * later observations. What is compared is the measured change. How: docs/validation-method.md. Nothing here
 * knows any model by name. */
#ifndef REIN_STUDY_VALIDATE_H
#define REIN_STUDY_VALIDATE_H

#include "src/record/observed.h"
#include "src/study/simulate.h"

typedef enum {
#define REIN_SCORE(id, key, heading, has_unit, meaning) REIN_SCORE_##id,
#include "src/study/scores.def"
#undef REIN_SCORE
  REIN_N_SCORE
} rein_score_id;

typedef struct {
  const char *key, *heading, *meaning;
  bool has_unit;
} rein_score_about;
const rein_score_about *rein_validate_score(rein_score_id id);

typedef struct {
  double value, low, high; /* bootstrap interval of 95 %; NaN where there is none */
  const char *na;          /* why there is no value; NULL where there is one */
  const char *no_interval; /* why there is no interval; NULL where there is one */
} rein_score;

/* Levels of central intervals, for a curve of calibration. */
enum { REIN_VALIDATE_N_LEVEL = 10 };

typedef struct {
  double level; /* 0.1 .. 0.95, rising */
  rein_score cover, width;
} rein_validation_level;

typedef enum { REIN_VERDICT_SUPPORTED, REIN_VERDICT_NOT_SUPPORTED, REIN_VERDICT_UNDECIDED } rein_verdict;
const char *rein_verdict_word(rein_verdict verdict); /* "not supported" */

/* Scores over some points. */
typedef struct {
  int observable;                             /* index in observed */
  int arm;                                    /* index in observed, -1: all arms */
  double time;                                /* horizon: model time of the state after; NaN: all horizons */
  int n_point, n_unit, n_missing, n_censored; /* units: people, or arms of studies */
  double n_people;          /* behind the points: of groups the largest number of each arm, summed */
  double n_before, n_after; /* groups, one arm and horizon: people behind the means; else NaN */
  int n_others;             /* points for which the mean change of the others is known */
  bool suppressed;          /* fewer than REIN_SMALLEST_GROUP people: nothing else is filled */
  bool complement;          /* suppressed because the rows around it would tell of so few */
  bool is_within;           /* of effects: points are contrasts within people */
  rein_score score[REIN_N_SCORE];
  double coverage_low, coverage_high, n_effective; /* exact interval of 90 % coverage, effective trials */
  rein_validation_level
      *curve; /* (REIN_VALIDATE_N_LEVEL) of all arms and horizons with `pictures`, else NULL */
} rein_validation_row;

/* A randomised contrast: change under the arm minus change under its comparator, in one study over one
 * horizon; or all of an observable. Observable's unit. It takes no part in the verdict. Within people each
 * person is a point; observed and predicted are then the means over them. */
typedef struct {
  rein_validation_row row;                      /* scores; the baseline is no effect */
  int comparator, study;                        /* of observed; -1: all */
  double n_arm, n_comparator;                   /* people */
  int n_missing;                                /* people without a prediction, no change in it */
  double observed, observed_low, observed_high; /* with 95 % of its sampling error */
  const char *no_observed;                      /* why that is NaN, NULL where it is not */
  double predicted, low, high;                  /* median, 5 and 95 %; NaN: no prediction */
} rein_validation_effect;

/* An arm and observable whose people become fewer, or of which the data tell completers only. */
typedef struct {
  int observable, arm;                /* indices in observed */
  const char *all_na, *completers_na; /* why there are no rows of all, of completers; NULL where there are */
} rein_validation_leaving;

/* A mean at a horizon by which people of the group had left, and what the model's people make of it: the
 * predicted mean change if they left at random, as in the scores, and if those with the highest or the lowest
 * measured changes had left. Observable's unit. */
typedef struct {
  double middle, low, high; /* median, 5 and 95 %; NaN: no prediction */
} rein_validation_left;
typedef struct {
  int observable, arm, study; /* indices in observed */
  double time;                /* model time of the state after */
  double n_before, n_after;
  double observed; /* mean change */
  rein_validation_left at_random, highest_left, lowest_left;
  bool suppressed; /* fewer than REIN_SMALLEST_GROUP people before or after: nothing of the changes is filled
                    */
} rein_validation_lost;

/* How residuals go with a number of the observed people: a column of the scenario's table. A residual is a
 * person's mean of (observed - predicted mean) / SD of the prediction. */
typedef struct {
  int observable; /* index in observed */
  const char *covariate;
  bool is_words;          /* see rein_scenario_column */
  int n_person;           /* with a residual and the number */
  const char *na;         /* why nothing below is filled, NULL where it is */
  rein_score rank, slope; /* Spearman's correlation; residual per unit of the column */
} rein_validation_trend;

/* One parameter, changed so that it would explain a miss. */
typedef struct {
  const char *name, *unit;
  bool uncertain;   /* x is in SDs of its uncertainty, else of its spread between people */
  double x;         /* on the scale of its distribution */
  double from, to;  /* parameter's unit; NaN for a formula, around which it deviates */
  bool simulated;   /* the typical individual was simulated there, and comes within 1 % */
  double bias_left; /* of the whole cohort there; where it was simulated */
  int spread;       /* private */
} rein_why_change;

typedef struct {
  int row; /* of the validation */
  double bias;
  rein_why_change *change; /* (n_change) those within 4 SD, the smallest first */
  int n_change;
  int best; /* the smallest that the whole cohort bears out, -1: none */
} rein_why_miss;

typedef struct {
  const char *na; /* why nothing was looked for */
  rein_why_miss *miss;
  int n_miss;
  int n_considered;    /* parameters with a stated uncertainty or spread between people */
  const char **silent; /* (n_silent) those without, which are not considered */
  int n_silent;
  int64_t n_failed; /* simulated changes */
} rein_why;

enum { REIN_VALIDATE_N_QUANTILE = 5 };

/* What a picture of one observable and observed arm shows: quantiles of the simulated measured values, and
 * observed points. Observable's unit, model time. */
typedef struct {
  int observable, arm; /* indices in observed */
  int n_time;
  const double *time;                               /* (n_time) */
  const double *quantile[REIN_VALIDATE_N_QUANTILE]; /* 5, 25, 50, 75, 95 %: (n_time), NaN where held back */
  int n_point;
  double *point_time, *value, *sd, *low, *high; /* (n_point) low, high: 5 and 95 % of what was predicted of
                                                   this point; NaN where unknown */
  bool is_mean;    /* points are means of people's values at one time, with their SD */
  int n_held_back; /* observed points of fewer than REIN_SMALLEST_GROUP people, or means with censored values
                    */
} rein_validation_panel;

typedef struct {
  int observable;
  bool counts; /* among `observables` of the expect block */
  rein_verdict verdict;
  const char *reason;
  int n_carried; /* points whose others were seen at other horizons only */
} rein_validation_verdict;

typedef struct rein_split rein_split; /* src/study/split.h */

typedef struct {
  const rein_scenario *scenario;
  const rein_observed *observed;
  const rein_split *split;  /* frozen split whose test part is scored; NULL: all points are */
  const char *outside_hash; /* SHA-256 of the predictions that are scored; NULL: the scenario's own model's */
  int n_test, n_train;      /* points */
  char expect_hash[65];     /* SHA-256 of the expect block's print; "" where there is none */
  char model_hash[65];
  double t_before; /* model time of the state before */
  int64_t n_member, n_failed;
  int n_without_before;     /* points without a measured state before, left out */
  int n_earlier;            /* rows before the state before, left out */
  int n_later;              /* rows beyond `until` of the expect block, left out */
  int n_missing;            /* points without a prediction, scored as no change */
  int n_carried;            /* points whose others were seen at other horizons only */
  int n_times, n_arm;       /* horizons and arms that are compared */
  const char *relation;     /* as declared, or "external by declaration, too few points" */
  bool has_uncertain;       /* the model has uncertain parameters ... */
  rein_validation_row *row; /* (n_row) per observable: all; arms; arms and horizons */
  int n_row;
  rein_validation_effect *effect; /* (n_effect) per observable that has any: all; one by one */
  int n_effect;
  int n_effect_censored, n_effect_shared; /* left out: censored values; the same people in both arms, to which
                                             people were randomised */
  rein_validation_leaving *leaving;       /* (n_leaving) */
  int n_leaving;
  rein_validation_lost *lost; /* (n_lost) as the points stand in the table */
  int n_lost;
  rein_validation_row *completer; /* (n_completer) of an arm and horizon: people who were still there at nine
                                     tenths of the arm's last horizon; no part of the verdict */
  int n_completer;
  rein_validation_trend *trend; /* (n_trend) by observable, column */
  int n_trend;
  const char *no_trend; /* why there is none at all */
  int *miss;            /* (n_miss) rows of an arm and horizon that miss: the 90 % interval does not hold the
                           observed mean, or for people the interval of bias excludes 0 */
  int n_miss, n_untold; /* untold: too few people to tell */
  rein_why *why;        /* NULL: not asked for */
  rein_validation_panel *panel; /* (n_panel) by observable, arm; with `pictures` only */
  int n_panel;
  rein_validation_verdict *verdict; /* (n_verdict) per observable */
  int n_verdict;
  bool has_verdict; /* an expect block froze the rule */
  rein_verdict overall;
} rein_validation;

typedef struct {
  rein_scenario_options scenario;
  const rein_kernels *kernels; /* NULL: the best */
  int n_thread;                /* 0: as OpenMP says; the report does not depend on it */
  bool individual_data;        /* scores of fewer than REIN_SMALLEST_GROUP people are filled */
  bool pictures;               /* panels and curves are filled */
  bool why;                    /* so is `why` */
} rein_validate_options;

typedef struct rein_validate_job rein_validate_job;

/* Reads scenario and observed data and matches them; simulates the pilot only. REIN_OK; REIN_ERR_INPUT,
 * REIN_ERR_FILE, REIN_ERR_SOLVER with errors in diag; REIN_ERR_MEMORY. Everything in `arena`. */
rein_status rein_validate_prepare(rein_arena *arena, rein_units *units, const char *path,
                                  const rein_validate_options *options, rein_diag *diag,
                                  rein_validate_job **out);

/* Simulates, scores, judges. REIN_OK, whatever the verdict; REIN_ERR_MEMBERS: likewise, but members failed;
 * *out is filled on both. REIN_ERR_MEMORY, REIN_ERR_INTERRUPTED. The same job gives the same numbers, bit for
 * bit, on any number of threads. */
rein_status rein_validate_run(rein_validate_job *job, rein_diag *diag, rein_validation *out);

/* Whether who left could explain a mean outside the 90 % interval of leaving at random: whether the bands of
 * the two extremes hold it; "" where nothing needs to be explained or nothing is known. */
const char *rein_validate_lost_words(const rein_validation_lost *lost);

/* Of which kind of data a verdict is: "external data"; a verdict with it, where support is no prediction said
 * to be none; and why a row is held back. */
const char *rein_validate_data_words(const rein_validation *v);
const char *rein_validate_verdict_words(const rein_validation *v, rein_verdict verdict, rein_arena *arena);
const char *rein_validate_held_back(const rein_validation_row *row);

/* The one rule. A baseline that cannot be had leaves the verdict undecided. coverage_low, coverage_high:
 * exact interval of the coverage of 90 % intervals, NaN: none. *reason: why, static. Source:
 * docs/validation-method.md, "The verdict". */
rein_verdict rein_validate_judge(const rein_score *over_no_change, const rein_score *over_mean_change,
                                 double coverage_low, double coverage_high, const char **reason);

/* Reports: a table to read, and everything as JSON (ends with a newline). Neither holds a path or a person.
 */
void rein_validate_print(const rein_validation *v, rein_text *out);
/* Of the first, the part on where the model fails: residuals by covariate, misses, what would explain them.
 */
void rein_validate_print_failures(const rein_validation *v, rein_text *out);
rein_status rein_validate_print_json(const rein_validation *v, rein_text *out);

/* docs/validation.md: head, one line for each comparison and counted observable, and the line that counts. */
typedef struct {
  int n[3]; /* by rein_verdict */
  int n_supported_external;
  int n_comparison, n_model, n_external, n_without_verdict;
  const char *last_model;            /* comparisons of one model come one after another */
  struct rein_validate_study *study; /* (n_study) different studies of the external comparisons */
  size_t n_study, cap_study;
} rein_validate_count;
void rein_validate_print_head(rein_text *out);
void rein_validate_print_line(const rein_validation *v, rein_validate_count *count, rein_text *out);
void rein_validate_print_count(const rein_validate_count *count, rein_text *out);

#endif
