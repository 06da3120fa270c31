/* The numbers of one person: parameters and covariates drawn around the typical individual, or taken from a
 * table.
 *
 * Individual g of the plan belongs to replicate g mod n_replicate; with a table it is the person of row g /
 * n_replicate. So the first members of a longer cohort are those of a shorter one. `uncertain` is drawn once
 * per replicate where the cohort writes replicates, else not at all, `between` once per individual
 * (src/scenario/draw.h). Correlated parameters share one Cholesky factor. Truncation goes through the inverse
 * distribution on the interval that is left, never by drawing again; of correlated parameters each is cut
 * given those before it in the model's order. Source: docs/scenarios.md, "Who".
 */
#ifndef REIN_SCENARIO_PEOPLE_H
#define REIN_SCENARIO_PEOPLE_H

#include "src/lang/model.h"

typedef enum {
  REIN_COVARIATE_NORMAL,    /* centre, sd */
  REIN_COVARIATE_LOGNORMAL, /* centre is the median, sd that of the logarithm */
  REIN_COVARIATE_UNIFORM,   /* on [low, high] */
  REIN_COVARIATE_BERNOULLI, /* 1 with probability centre, else 0 */
  REIN_COVARIATE_FIXED      /* centre */
} rein_covariate_kind;

/* How the scenario draws a covariate; numbers in the covariate's unit. */
typedef struct {
  rein_covariate_kind kind;
  int param;                    /* index into a person's numbers: parameters, then extras */
  uint64_t key;                 /* of its draws */
  double centre, sd, low, high; /* low, high: -inf, inf where nothing is cut */
} rein_covariate;

typedef struct {
  const rein_model *model;
  uint64_t seed;
  int64_t n_replicate;
  bool typical;                    /* nothing is drawn */
  bool held;                       /* likewise, but what the table gives is each person's own */
  bool uncertain;                  /* the cohort writes `replicates:`: parameter uncertainty is drawn */
  const uint64_t *key;             /* (n_param) of the parameters' names */
  const rein_covariate *covariate; /* (n_covariate) */
  int n_covariate;
  const int *table_param; /* (n_table_param) parameters that the table gives */
  int n_table_param;
  const double *table;   /* (n_row x n_table_param) in the parameters' units */
  int64_t n_row;         /* 0: no table; a row past the last is the last */
  int n_extra;           /* numbers of a person that are no parameter, such as an amount of their own */
  const double **extra;  /* (n_extra) columns (n_row) of the table; NULL where a covariate draws it */
  double *extra_typical; /* (n_extra) value of the typical individual, of those from the table */
  const bool *given;     /* (n_param) table or covariate distribution writes it: nothing else is drawn */
  const int *correlated; /* (n_correlated) parameters, rising */
  int n_correlated;
  const struct rein_points *points; /* quasi-random numbers in place of Philox, see points.h; NULL: Philox */
  const double *cholesky; /* (n_correlated x n_correlated) lower factor of their correlations, row by row */
} rein_people;

/* Collects the model's correlations: fills model, key, correlated, n_correlated, cholesky; the other fields
 * are the caller's. False with an error in diag where the correlation matrix is not positive definite. */
bool rein_people_init(rein_arena *arena, rein_people *people, const rein_model *model, rein_diag *diag);

/* How many numbers a person has: parameters, then extras. */
size_t rein_people_n_value(const rein_people *people);

/* Quantile of a distribution around `centre` at u in (0, 1), both in the parameter's unit; of a computed
 * parameter the deviate that the tape adds itself. */
double rein_people_quantile(const rein_dist *dist, double centre, double u, bool computed);

/* How people differ in a parameter; of a covariate nobody is outside its range. */
rein_dist rein_people_between(const rein_param *param);

/* What a cohort draws at u in (0, 1), inside its cuts, and what the typical individual has. Of Bernoulli the
 * draw falls with u. */
double rein_people_covariate_quantile(const rein_covariate *covariate, double u);
double rein_people_covariate_centre(const rein_covariate *covariate);

/* The value x standard deviations from the centre; of a computed parameter the deviate that the tape adds
 * itself. */
double rein_people_deviate(const rein_dist *dist, double centre, double x, bool computed);

/* theta (n_param): values of the typical individual, for a computed parameter 0. value (n_param + n_extra):
 * out; for a computed parameter its deviate. scratch (n_correlated): the caller's. Threads: reentrant with
 * own value and scratch. */
void rein_people_draw(const rein_people *people, int64_t individual, const double *theta, double *value,
                      double *scratch);

#endif
