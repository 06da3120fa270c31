/* `rein explain`: why one transition came out as it did, from the model alone.
 *
 * Two accounts of the same two runs, with the action and without it:
 *   change  of each state: what every flux, dose and event's jump added, summed up along the integration. It
 *           has no remainder.
 *   effect  on one observable, or on the duration of one safety signal: the share of a flux is what vanishes
 *           when its rate is held at its course without the action and the model is run again. What two
 *           fluxes do only together is their interaction; what is left when every flux is held is direct.
 * Both come from the twin of the model (src/compile/twin.h), whose lanes hold one flux each. How:
 * docs/explain.md. Nothing here knows any model by name. */
#ifndef REIN_STUDY_EXPLAIN_H
#define REIN_STUDY_EXPLAIN_H

#include "src/compile/twin.h"
#include "src/study/simulate.h"

/* Fluxes whose pairs are run together, the ones with the largest shares. */
#define REIN_EXPLAIN_PAIRED 8
/* A share below this fraction of the effect is not followed any further. */
#define REIN_EXPLAIN_SMALL 1e-3
/* A readout that is as many times what it was in both runs has run away. */
#define REIN_EXPLAIN_AWAY 1e4
/* Steps between two actions after which a person with a flux held counts as run away. */
#define REIN_EXPLAIN_STEPS 10000
/* Largest remainder of a state's account, relative to what moved it and to its scale. */
#define REIN_EXPLAIN_REMAINDER 1e-6
/* Shares of single fluxes do not add up where more than this fraction of the effect is left to three and
 * more. */
#define REIN_EXPLAIN_TOGETHER 0.1

typedef struct {
  rein_scenario_options scenario;
  const rein_kernels *kernels; /* NULL: the best */
  int n_thread;                /* 0: as OpenMP says; the answer does not depend on it */
  const char *arm;             /* NULL: the first with a reference */
  const char *observable;      /* NULL: the first, unless `safety` */
  const char *safety;          /* the duration of this signal in place of an observable */
  const char *horizon;         /* label; NULL: the last */
  bool has_individual;         /* false: the typical person, who takes every dose */
  int64_t individual;          /* in the plan's order */
  bool individual_data;        /* allows a single person of a table */
} rein_explain_options;

/* A number that may be missing. */
typedef struct {
  double value;
  const char *na; /* why it is missing, NULL where it is there */
} rein_explain_number;

/* A flux as it is told. */
typedef struct {
  const char *name, *title;
  const char *evidence;      /* sources of the flux, or of the parameters in its rate */
  rein_explain_number share; /* missing also where, with the flux held, a state leaves its declared range */
} rein_explain_flux;

typedef struct {
  int flux[2];
  rein_explain_number value;
} rein_explain_pair;

/* One entry of a state's account: how much it added, in the state's unit. */
typedef struct {
  enum { REIN_ACCOUNT_FLUX, REIN_ACCOUNT_DOSE, REIN_ACCOUNT_JUMP } kind;
  int i; /* flux, state, or jump of the twin */
  double change, effect;
} rein_explain_entry;

typedef struct {
  int state;
  double before, after, after_without;
  double scale;              /* magnitude of the state, as its tolerance has it */
  double at_start;           /* difference of the two runs at the start */
  rein_explain_entry *entry; /* (n_entry) */
  int n_entry;
  double remainder_change, remainder_effect; /* change or effect less all of the above */
  bool whole;                                /* both remainders are within REIN_EXPLAIN_REMAINDER */
  const char *na;                            /* why there is no account */
} rein_explain_account;

/* A way from what the action touches to what is explained: node, flux, node, ... */
typedef struct {
  const char *start;       /* the state or parameter that the action touches, with its level */
  const int *flux;         /* (n_step) */
  const char *const *into; /* (n_step) the state each flux leads into, with its level */
  int n_step;
} rein_explain_path;

typedef struct {
  const rein_scenario *scenario;
  const rein_twin *twin;
  int arm, reference, horizon;
  int observable, safety; /* one of them is -1 */
  const char *who;        /* "the typical person", "individual 12" */
  double t_before, t_after;
  const char *unit, *what; /* of what is explained */
  double before, with, without, effect;
  double error;            /* of the effect, by the integration */
  bool none;               /* the effect is within its error: there is nothing to share */
  rein_explain_flux *flux; /* (twin->n_flux) */
  const bool *reaches;     /* (n_flux) can change what is explained; the share of the others is 0 */
  int *order;              /* (n_order) fluxes by the size of their shares */
  int n_order;
  rein_explain_pair *pair; /* (n_pair) */
  int n_pair;
  double least;               /* shares up to this size are small */
  rein_explain_number direct; /* what is left of the effect when every flux that has a share is held */
  rein_explain_number higher; /* effect less direct, shares and pairs: more than two together */
  bool adds_up;               /* `higher` is known and small: REIN_EXPLAIN_TOGETHER */
  rein_explain_path *path;    /* (n_path) */
  int n_path;
  rein_explain_account *account; /* (n_state) */
} rein_explanation;

/* Reads, simulates, attributes. Everything in `arena`. REIN_OK; REIN_ERR_INPUT, REIN_ERR_FILE,
 * REIN_ERR_SOLVER with errors in diag; REIN_ERR_MEMORY. The same answer on any number of threads. */
rein_status rein_explain(rein_arena *arena, rein_units *units, const char *path,
                         const rein_explain_options *options, rein_diag *diag, rein_explanation *out);

/* As text, and as JSON (ends with a newline). */
void rein_explain_print(const rein_explanation *e, rein_text *out);
rein_status rein_explain_print_json(const rein_explanation *e, rein_text *out);

#endif
