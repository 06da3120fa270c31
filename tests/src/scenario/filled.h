/* For tests of src/scenario: a scenario from text, compiled, with one batch filled. */
#ifndef REIN_TESTS_FILLED_H
#define REIN_TESTS_FILLED_H

#include "solver/eval.h"
#include "src/scenario/scenario.h"

typedef struct {
  rein_arena *arena;
  rein_diag *diag;
  rein_scenario *scenario;
  rein_tape *tape;
  rein_plan *plan;
  rein_eval *eval;
  rein_lane_plan *lane; /* (n_lane) of the batch filled last */
} filled;

/* Reads `text` beside a model file m.yaml of text `model` (NULL: that of scenario_stage.c) and a file
 * people.csv of text `table` (NULL: none); compiles, fills batch 0. Fails the test with the messages when
 * anything is wrong. */
filled filled_create(const char *model, const char *text, const char *table,
                     const rein_scenario_options *options);
void filled_batch(filled *f, int64_t i_batch);
void filled_destroy(filled *f);

/* The lane of an individual under an arm in the batch, the real one where there is one; -1 none. */
int filled_lane(const filled *f, int64_t individual, const char *arm);

/* A parameter's value in a lane. */
double filled_param(const filled *f, int lane, const char *param);

/* "time kind target amount; ..." of a lane's items, numbers shortest. Lives in the arena. */
const char *filled_items(const filled *f, int lane);

#endif
