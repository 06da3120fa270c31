/* The distribution of the next state given state, action and horizon, with where it comes from.
 *
 * A query names a model, states, actions, horizons. Each (state, action) is simulated for a cohort:
 * n_replicate draws of the parameters' uncertainty u with n_person people b of each. From the measured value
 * y of an observable come three variances that sum to the total: noise      E[Var(y | u, b)]     measurement
 *   between    E_u Var_b E(y | u,b) people: parameters, covariates, adherence
 *   uncertain  Var_u E_b E(y | u,b) what is not known of the typical person
 * Every number has a Monte Carlo error. Source and meaning: docs/priors.md. For research only. */
#ifndef REIN_STUDY_PRIOR_H
#define REIN_STUDY_PRIOR_H

#include "src/lang/yaml.h"
#include "src/stats/nested.h"
#include "src/study/sample.h"

#define REIN_PRIOR_SOBOL 40 /* numbers of one Sobol sequence */
#define REIN_PRIOR_ANEW "the people of a Kalman update are drawn anew and all count the same"
#define REIN_PRIOR_PROBS 7
extern const double rein_prior_prob[REIN_PRIOR_PROBS]; /* 0.025 0.05 0.25 0.5 0.75 0.95 0.975 */

typedef enum { REIN_PRIOR_WEIGHTS, REIN_PRIOR_KALMAN } rein_prior_by;

/* One measurement of a partly known state. */
typedef struct {
  int observable; /* of the model */
  double time;    /* model time, not after 0 */
  double value;   /* observable's unit */
  double sd;      /* in place of the model's noise, additive; NaN: as the model says */
  int censored;   /* -1: below value, 1: above it */
  int i_time;     /* among the simulated times */
} rein_prior_measured;

typedef struct {
  const char *name;
  rein_pos pos;
  const rein_yaml *history, *known, *measured_node; /* as written; NULL none */
  rein_prior_by by;
  rein_prior_measured *measured; /* (n_measured) */
  int n_measured;

  /* what its conditioning came to */
  double n_effective;  /* people that the cohort is worth; NaN where they were drawn anew (kalman) */
  double p_measured;   /* of measuring what is as improbable as what was measured; NaN not told */
  const char *flag;    /* what the method could not do justice to; NULL */
  const char *refused; /* why there is no distribution; NULL */
  int64_t n_failed;
  const char *method; /* of integration */
} rein_prior_state;

typedef struct {
  const char *name, *title, *prescription, *boundary;
  rein_pos pos;
  const rein_yaml *node;
} rein_prior_action;

/* One quantity of one (state, action, horizon); numbers in the quantity's unit. Estimates without number are
 * NaN with the reason in na_*. */
typedef struct {
  int state, action, horizon, quantity;
  int64_t n;          /* people that have a value */
  double n_effective; /* what their weights are worth; NaN where they were drawn anew (kalman) */
  rein_estimate latent_mean;
  rein_variances measured; /* next measured value; of a state or value without noise, the latent one */
  const char *na_shares;   /* why there are no shares, NULL */
  const char *na_uncertain, *na_noise; /* why a share is 0, NULL */
  rein_estimate latent[REIN_PRIOR_PROBS],
      quantile[REIN_PRIOR_PROBS];          /* of the latent, of the measured value */
  rein_estimate change;                    /* mean of after - before, latent */
  rein_estimate p_up, p_unchanged, p_down; /* as rein_prior_agreed leaves them */
  double p_bound;                          /* how far one of them that is 0 or 1 may be off; NaN: none is */
  const char *na_direction;                /* NULL */
  rein_estimate log_mean, log_sd; /* of the logarithm of the measured value; NaN where not all are above 0 */
  double mean, sd;                /* of the measured sample, noise drawn */
  double fit_gaussian,
      fit_lognormal; /* Kolmogorov's distance of the sample from each form; NaN: no such form */
} rein_prior_row;

/* What a (state, action, horizon) has besides. */
typedef struct {
  int state, action, horizon;
  double *covariance;    /* (n_quantity x n_quantity) of the latent change */
  rein_estimate *safety; /* (n_safety) probability that the signal is true after time 0 up to the horizon */
  rein_estimate *before; /* (n_safety) that it was first true before time 0 */
  double *bound;         /* (n_safety) how far one of the two that is 0 or 1 may be off; NaN: neither is */
  const char *outside_valid; /* what the model is not valid for: amounts, the horizon; NULL: nothing */
} rein_prior_pair;

typedef struct {
  const char *name, *unit, *title; /* unit NULL: unknown */
  int observable;                  /* of the model; -1: a state, value or flux, which is not measured */
} rein_prior_quantity;

typedef struct {
  const char *name, *title, *path, *boundary;
  const rein_model *model;
  rein_arena *arena;
  rein_tape *tape;
  char hash[65]; /* of the query: everything that bears on a number */
  char model_hash[65];
  uint64_t seed;
  int64_t n_person, n_replicate;
  int n_batch;
  bool sobol;
  int n_u, n_b; /* dimensions */
  double least; /* effective people below which there is no distribution */
  double rtol;
  rein_prior_state *state;
  rein_prior_action *action;
  const char **horizon; /* (n_horizon) as written */
  double *length;       /* (n_horizon) model time */
  rein_prior_quantity *quantity;
  int n_state, n_action, n_horizon, n_quantity, n_safety;
  rein_prior_row *row;   /* (n_state x n_action x n_horizon x n_quantity) */
  rein_prior_pair *pair; /* (n_state x n_action x n_horizon) */
  int64_t n_member, n_failed;
} rein_prior;

typedef struct {
  bool has_seed;
  uint64_t seed;
  int64_t n; /* draws; 0: as written */
  int n_thread;
} rein_prior_options;

/* Reads a query and computes it. In `arena`.
 * REIN_OK; REIN_ERR_MEMBERS: likewise, but some members failed or a state was refused: rows say so;
 * REIN_ERR_INPUT, REIN_ERR_FILE with errors in diag; REIN_ERR_SOLVER; REIN_ERR_MEMORY. */
rein_status rein_prior_run(rein_arena *arena, rein_units *units, const char *path,
                           const rein_prior_options *options, rein_diag *diag, rein_prior *out);

/* Reads and checks a query without computing anything; answers as rein_prior_run. */
rein_status rein_prior_check(rein_arena *arena, rein_units *units, const char *path, rein_diag *diag,
                             rein_prior *out);

/* Row of a quantity, pair. */
static inline rein_prior_row *rein_prior_row_of(const rein_prior *p, int state, int action, int horizon,
                                                int q) {
  return &p->row[(((int64_t)state * p->n_action + action) * p->n_horizon + horizon) * p->n_quantity + q];
}
static inline rein_prior_pair *rein_prior_pair_of(const rein_prior *p, int state, int action, int horizon) {
  return &p->pair[((int64_t)state * p->n_action + action) * p->n_horizon + horizon];
}

/* Where all draws agree, on a probability of 0 or 1, the spread of the batches tells no error. */
static inline bool rein_prior_all_agree(rein_estimate p) {
  return p.value <= 0.0 || p.value >= 1.0;
}

/* The prior as text for people, and as JSON with all numbers: records of origin `prior`. REIN_ERR_MEMORY. */
void rein_prior_print(const rein_prior *prior, rein_text *out);
rein_status rein_prior_print_json(const rein_prior *prior, rein_text *out);

/* A line for each quantity, state, action, horizon; empty cells where a number does not apply, with a note.
 */
void rein_prior_print_csv(const rein_prior *prior, rein_text *out);

/* A Stan program and a Python module for PyMC that hold the nearer of the two forms of every line. */
void rein_prior_print_stan(const rein_prior *prior, rein_text *out);
void rein_prior_print_python(const rein_prior *prior, rein_text *out);

/* The table as NetCDF-4, with the covariance of the change; renamed when whole. REIN_ERR_FILE with an error
 * in diag. Threads: one call at a time, of anything that uses NetCDF. */
rein_status rein_prior_write_netcdf(const rein_prior *prior, const char *path, rein_diag *diag);

#endif
