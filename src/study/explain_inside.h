/* Private to explain*.c. */
#ifndef REIN_STUDY_EXPLAIN_INSIDE_H
#define REIN_STUDY_EXPLAIN_INSIDE_H

#include "src/study/explain.h"

/* One person with the action and without it, as the plan has them. */
typedef struct {
  rein_lane_plan with, without;
  double *param; /* (2 n_param) of with, then of without; arena */
} rein_explain_people;

#define REIN_EXPLAIN_RTOL 1e-8

/* explain_run.c. Finds the person's two lanes, which go with the arena. REIN_ERR_INPUT with an error where
 * something was done to them that the twin cannot follow. */
rein_status rein_explain_find(rein_arena *arena, const rein_simulation *s, const rein_explanation *e,
                              const rein_explain_options *options, rein_diag *diag,
                              rein_explain_people **out);

/* Runs of the twin, one for each set of fluxes that are held. All in the arena. */
typedef struct {
  int n, n_time, n_row; /* rows: states of the twin, then observables of both copies */
  const double *time;   /* (n_time) rising */
  double looser;        /* tolerances are as many times what they should be */
  bool *held;           /* (n x n_flux) */
  double *out;          /* (n x n_time x n_row), NaN where not reached */
  double *safety;       /* (n x 2) duration of signal e->safety with and without, where one is explained */
  const char **na;      /* (n) why a run is missing, NULL where it is there */
  bool *beyond;         /* (n) a state left its declared range */
} rein_explain_runs;

rein_status rein_explain_run(rein_arena *arena, const rein_simulation *s, const rein_explanation *e,
                             const rein_tape *tape, const rein_explain_people *people,
                             const rein_explain_options *options, rein_explain_runs *runs);
int rein_explain_n_row(const rein_twin *twin);

/* explain_path.c. (n_flux) which fluxes can reach what is explained, by what reads what: through states,
 * other fluxes, delays and events. The rest have no share, whatever they do. */
bool *rein_explain_reach(rein_arena *arena, const rein_explanation *e);

/* Fills path, n_path and the evidence of each flux, once shares are known.
 * touched: (n_state + n_param) what differs between the two runs by what was done. */
void rein_explain_trace(rein_arena *arena, const bool *touched, rein_explanation *e);

#endif
