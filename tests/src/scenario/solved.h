/* For tests: a scenario from text, compiled and integrated. */
#ifndef REIN_TESTS_SOLVED_H
#define REIN_TESTS_SOLVED_H

#include "solver/ensemble.h"
#include "tests/src/scenario/filled.h"

typedef struct {
  filled f;
  double *out;           /* (n_individual x n_arm x n_time x n_keep), NaN where nothing was delivered */
  rein_outcome *outcome; /* (n_individual x n_arm) */
  double *safety_first, *safety_duration; /* (n_individual x n_arm x n_safety) [model time] */
  rein_ens_totals totals;
} solved;

/* As filled_create, then runs. */
solved solved_create(const char *model, const char *text, const char *table,
                     const rein_scenario_options *options);
/* Runs it once more, on so many threads. */
void solved_run(solved *s, int n_thread);
void solved_destroy(solved *s);

/* Kept row `row` (observables first) of a member at a measurement. */
double solved_at(const solved *s, int64_t individual, int arm, int i_time, int row);

/* Reads a scenario that is wrong: its messages, in `arena`. */
const char *solved_messages(rein_arena *arena, const char *model, const char *text, const char *table);

#endif
