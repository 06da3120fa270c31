/* Private to why_not*.c. */
#ifndef REIN_STUDY_WHY_NOT_INSIDE_H
#define REIN_STUDY_WHY_NOT_INSIDE_H

#include "src/compile/doubt.h"
#include "src/record/reader.h"
#include "src/scenario/vary.h"
#include "src/study/sample.h"
#include "src/study/validate_inside.h"
#include "src/study/why_not.h"

#define REIN_WHY_NOT_NODES 32 /* most points of a change, with those of its peaks */

/* One measurement that is used. */
typedef struct {
  int unit;              /* block of the covariance: a person, or a group */
  int observable, known; /* of the model, and index in observed */
  int arm;               /* among job->compared */
  int64_t person;        /* among the simulated individuals */
  int i_time;
  double n;     /* people behind it */
  double value; /* measured, observable's unit */
  bool mean;    /* of a group */
  double sd;    /* group without declared noise: the reported SD; else NaN */
  /* after the base is simulated: */
  double base, noise_sd, noise_cv; /* latent value and noise there */
  double residual;                 /* transformed */
  double slack;                    /* transformed: effects up to this are the integration's error */
} rein_doubt_row;

/* How the nodes of a change are made. */
typedef enum {
  REIN_CHANGE_SIMULATED, /* value of theta at the node */
  REIN_CHANGE_SPREAD,    /* noise SD of an observable times 1 + x */
  REIN_CHANGE_UNIT,      /* the observable's values with their noise times the node: separate hypotheses */
  REIN_CHANGE_BATCH,     /* transformed values of one arm plus x */
  REIN_CHANGE_GAIN,      /* the observable times exp(x width) */
  REIN_CHANGE_OFFSET     /* plus x width */
} rein_change_kind;

typedef struct {
  rein_why_not_change about;
  rein_change_kind kind;
  int param;  /* SIMULATED: index in theta */
  int spread; /* among job->spread; -1: none is stated */
  enum {
    REIN_FORM_SPREAD,
    REIN_FORM_FACTOR,
    REIN_FORM_SHARE,
    REIN_FORM_PLAIN
  } form; /* theta at x: of the spread,
theta exp(x width), exp(x width) - 1, x width */
  double width;
  int arm, observable; /* compared arm, of the model; -1: all */
  int n_node;
  double node[REIN_WHY_NOT_NODES];  /* x, rising; 0 is not among them */
  double ratio[REIN_WHY_NOT_NODES]; /* of noise and units: log likelihood ratio at the node */
  double *effect;                   /* (n_node x n_row) on the transformed values */
  bool failed[REIN_WHY_NOT_NODES];
  bool acts; /* some size changes some measurement, beyond the integration's error */
} rein_change;

static inline bool rein_change_touches(const rein_change *c, int arm) {
  return c->arm < 0 || c->arm == arm;
}

typedef struct {
  rein_arena *arena;
  const rein_why_not_options *options;
  rein_diag *diag;
  rein_why_not *out;
  rein_validate_job *data;
  rein_doubt *doubt;
  rein_doubt_row *row; /* (n_row), one unit after another */
  int n_row, n_unit;
  int *first_row; /* (n_unit + 1) */
  rein_spread *spread;
  int n_spread;
  double *slope; /* (n_spread x n_row) of the transformed values, per SD */
  double *curve; /* (n_spread x n_row) what the square of a deviate adds, less its mean */
  double *bend;  /* (n_row) mean of the transformed value minus that of the typical person */
  rein_change *change;
  int n_change;
  double span; /* length of the observation, model time */
} rein_why_not_job;

/* why_not_rows.c */
rein_status rein_why_not_collect(rein_why_not_job *job);
/* Numbers the units of the rows that are left, without gaps, and counts people. */
void rein_why_not_number_units(rein_why_not_job *job);
/* Transformed so that its noise is 1, of a group's mean 1 / n; NaN where it cannot be. */
double rein_why_not_transform(const rein_why_not_job *job, const rein_doubt_row *row, double value);
/* Logarithm of the derivative of the above. */
double rein_why_not_log_slope(const rein_why_not_job *job, const rein_doubt_row *row, double value);

/* why_not_change.c: lists what may be wrong; after the simulation drops what says the same as a parameter. */
void rein_why_not_list(rein_why_not_job *job);

/* why_not_simulate.c: fills base, slopes, bends, effects. */
rein_status rein_why_not_simulate(rein_why_not_job *job);
/* Effect of one simulated change at x, (n_row). */
rein_status rein_why_not_resimulate(rein_why_not_job *job, const rein_change *change, double x,
                                    double *effect);

/* A copy of the job whose residuals and covariance are those of the model with a change at x. */
rein_status rein_why_not_settle(const rein_why_not_job *job, const rein_change *change, double x,
                                rein_why_not_job *at);

/* why_not_score.c: evidence, probabilities, answer. */
rein_status rein_why_not_score(rein_why_not_job *job);

#endif
