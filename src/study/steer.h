/* `rein steer`: which actions, of those allowed, a model's cohorts do best with, under hard limits. A set of
 * choices that no other beats in all objectives, never a single one, each evaluated again on people it was
 * not chosen by. For research only; nothing here chooses a treatment.
 *
 * It refuses single people, actions that are never automatic, amounts and horizons outside what the model is
 * valid for, and, unless `exploratory`, models whose verdict on an objective is not *supported*. How:
 * docs/steer.md. */
#ifndef REIN_STUDY_STEER_H
#define REIN_STUDY_STEER_H

#include "src/study/simulate.h"

#define REIN_STEER_PEOPLE 20 /* fewest people of a cohort */
#define REIN_STEER_LEAST 3   /* fewest choices that are shown, where as many are within the limits */
#define REIN_STEER_MOST 12

typedef enum { REIN_STEER_LOW, REIN_STEER_HIGH, REIN_STEER_RANGE } rein_steer_want;

typedef struct {
  const char *name;
  int observable;
  rein_steer_want want;
  double low, high; /* of a range, observable's unit */
  double weight;
} rein_steer_objective;

/* A limit on a safety signal, or on an observable at every measured time up to the horizon. */
typedef struct {
  const char *name;
  int safety, observable; /* one of them -1 */
  double below, above;    /* the observable has to stay below, above; inf, -inf */
  double probability;     /* largest share of people beyond it */
} rein_steer_limit;

typedef enum {
  REIN_EDIT_PIN,
  REIN_EDIT_BLOCK,
  REIN_EDIT_OVERRIDE,
  REIN_EDIT_HYPOTHESIS
} rein_steer_edit_kind;

/* What a person changed, and why. */
typedef struct {
  rein_steer_edit_kind kind;
  const char *what, *by, *why; /* what: action, objective, or the hypothesis itself */
  int i;                       /* action or objective */
  double low, high;            /* pin: both the value; block: the ends; override: the weight */
} rein_steer_edit;

/* A number over a cohort. */
typedef struct {
  double mean, error, p5, p95; /* error: standard error of the mean by people; p5, p95: of people */
} rein_steer_number;

/* One choice of actions on one cohort. */
typedef struct {
  rein_steer_number *objective; /* (n_objective) value of the observable */
  double *cost;                 /* (n_objective) what is to be small */
  int64_t *beyond;              /* (n_limit) people beyond the limit */
  int64_t n_person, n_failed;
  int64_t n_outside;   /* people given an amount that the model is not valid for */
  const char *outside; /* the first of these amounts, NULL none */
  bool within;         /* every limit holds, nobody failed or was given such an amount */
} rein_steer_outcome;

typedef struct {
  double *value; /* (n_action) in the actions' units */
  rein_steer_outcome search, check;
  int layer;             /* 1: no other is better in all objectives, within the search */
  int rank;              /* by the weighted costs of the check, from 1; 0: dropped by the check */
  double score;          /* weighted sum of costs between 0 (best) and 1 (worst) of those shown */
  const char *reason;    /* why it stands where it stands */
  const char *mechanism; /* of the effect on the first objective, or "n/a: ..." */
  const char *measure;   /* what to measure next to verify it */
  const char *binding;   /* the limit that leaves the least room */
} rein_steer_choice;

typedef struct {
  rein_scenario_options scenario;
  const rein_kernels *kernels;
  int n_thread;     /* 0: as OpenMP says; the answer does not depend on it */
  bool exploratory; /* also where nothing supports the model */
} rein_steer_options;

typedef struct {
  const char *name, *title;
  char goals_hash[65], model_hash[65];
  const rein_scenario *scenario; /* as written */
  const char *arm, *horizon;
  int i_horizon;
  const rein_factor *action; /* (n_action) */
  int n_action;
  rein_steer_objective *objective; /* (n_objective) */
  int n_objective;
  rein_steer_limit *limit; /* (n_limit) */
  int n_limit;
  rein_steer_edit *edit; /* (n_edit) */
  int n_edit;
  int64_t n_search, n_check; /* people */
  uint64_t search_seed, check_seed;
  int n_point, n_round;
  bool exploratory;     /* shown on every row: not all objectives are supported */
  const char *evidence; /* verdicts in words */
  int64_t n_evaluated, n_within;
  int64_t n_invalid;         /* points at which somebody is given an amount that the model is not valid for */
  const char *invalid;       /* the first of them, NULL none */
  rein_steer_choice *choice; /* (n_choice) by rank, dropped ones last */
  int n_choice;
  bool alone; /* one choice only is left after the check: it is shown without a rank */
} rein_steering;

/* Reads goals, searches, checks, explains. Everything in `arena`. REIN_OK; REIN_ERR_INPUT with errors in diag
 * for what is wrong or refused; REIN_ERR_FILE, REIN_ERR_SOLVER, REIN_ERR_MEMORY. The same file gives the same
 * answer. */
rein_status rein_steer(rein_arena *arena, rein_units *units, const char *path,
                       const rein_steer_options *options, rein_diag *diag, rein_steering *out);

/* As text, and as JSON (ends with a newline). */
void rein_steer_print(const rein_steering *s, rein_text *out);
rein_status rein_steer_print_json(const rein_steering *s, rein_text *out);

#endif
