/* `rein why-not`: which of five places explains best why a model misses observed data, with the smallest
 * change that would, or that it cannot be told.
 *
 *   measurement   what was measured: an observable's noise larger than stated, another unit, values of one
 * arm shifted intervention  what was done: another amount, in one arm or all, or later than said parameter
 * one number of the model structure     a process that is missing, is too many, or changes in time readout
 * how an observable is computed: its gain, its offset
 *
 * Each place is a family of changes of one number x. The data are transformed so that their noise is 1 (see
 * why_not_rows.c); what people and parameters are stated to vary is a covariance from differences at one
 * standard deviation; the effect of a change is simulated at several x, not linearised. Then the evidence of
 * a change, against none, is an integral over x alone, and that of a place the mean over its changes. How:
 * docs/why-not.md. */
#ifndef REIN_STUDY_WHY_NOT_H
#define REIN_STUDY_WHY_NOT_H

#include "src/record/observed.h"
#include "src/study/simulate.h"

typedef enum {
  REIN_PLACE_MEASUREMENT,
  REIN_PLACE_INTERVENTION,
  REIN_PLACE_PARAMETER,
  REIN_PLACE_STRUCTURE,
  REIN_PLACE_READOUT,
  REIN_N_PLACE
} rein_place;
const char *rein_place_word(rein_place place); /* "measurement" */

/* Prior probability that nothing is wrong; the rest is shared by the places in equal parts. */
#define REIN_WHY_NOT_PRIOR_NONE 0.5
/* A miss is told where the probability of none is below the first; it is placed where one place has the
 * second of what is left. */
#define REIN_WHY_NOT_MISS 0.1
#define REIN_WHY_NOT_SURE 0.8
/* And only where the change fits: what is left of the squared misfit is not less probable than this. */
#define REIN_WHY_NOT_STILL_WRONG 0.001

typedef enum {
  REIN_WHY_NOT_NONE,   /* the data are as the model states */
  REIN_WHY_NOT_UNSURE, /* a miss, but places cannot be told apart */
  REIN_WHY_NOT_PLACED
} rein_why_not_answer;

/* One change. */
typedef struct {
  rein_place place;
  const char *what;       /* "CL", "amount of drug in arm high", ... */
  const char *unit_words; /* what x counts in */
  const char *change;     /* the best x in words: "4 -> 7.3 L/h" */
  double x;               /* most probable, in these units */
  double log_evidence;    /* natural logarithm, against no change */
  double gain;            /* 2 log likelihood ratio at x */
  double probability;     /* of all changes and none */
  const char *left_out;   /* why it does not count: NULL where it does */
  const char *failure;    /* the first of its sizes that cannot be simulated, and why: NULL none */
} rein_why_not_change;

typedef struct {
  const rein_scenario *scenario;
  const rein_observed *observed;
  char model_hash[65];
  int n_row, n_unit, n_person; /* measurements used; people or groups; people behind them */
  int n_censored, n_noiseless,
      n_beyond;                /* rows left out: censored; no noise declared; below 0 or not simulated */
  bool suppressed;             /* fewer than REIN_SMALLEST_GROUP people: nothing below is filled */
  double misfit, misfit_left;  /* squared, of n_row: without a change, with the best one */
  bool fits;                   /* with the best one (without any, where that is the answer) */
  rein_why_not_change *change; /* (n_change) by falling probability */
  int n_change;
  double probability_none, probability[REIN_N_PLACE];
  rein_why_not_answer answer;
  rein_place place;          /* where placed; else the most probable one */
  double confirmed;          /* 2 log likelihood ratio of the best change, simulated again at its x; NaN
                                where it needs no simulation */
  int n_change_failed;       /* changes of which some size cannot be simulated */
  const char *first_failure; /* of the first of them, as listed: what, size and reason */
} rein_why_not;

typedef struct {
  rein_scenario_options scenario;
  const rein_kernels *kernels; /* NULL: the best */
  int n_thread;                /* 0: as OpenMP says; the answer does not depend on it */
  bool individual_data;        /* fewer than REIN_SMALLEST_GROUP people may be reported */
} rein_why_not_options;

/* Reads scenario and observed data, simulates, judges. Everything in `arena`. REIN_OK, whatever the answer;
 * REIN_ERR_INPUT, REIN_ERR_FILE, REIN_ERR_SOLVER with errors in diag; REIN_ERR_MEMORY. The same bytes for any
 * number of threads. */
rein_status rein_why_not_run(rein_arena *arena, rein_units *units, const char *path,
                             const rein_why_not_options *options, rein_diag *diag, rein_why_not *out);

/* Probability of so large a squared misfit where the model and its uncertainty are right. */
double rein_why_not_misfit_p(const rein_why_not *w, double misfit);

/* As text, and as JSON (ends with a newline). Neither holds a path or a person. */
void rein_why_not_print(const rein_why_not *w, rein_text *out);
rein_status rein_why_not_print_json(const rein_why_not *w, rein_text *out);

#endif
