/* A small study made by hand for the tests of src/record: two observables, a state and a value, three arms, a
 * made-up solution that is a closed formula of (individual, arm, time), so that every record can be checked
 * without the code under test. */
#ifndef REIN_TEST_RECORD_FIXTURE_H
#define REIN_TEST_RECORD_FIXTURE_H

#include <check.h>

#include "src/record/export.h"
#include "src/record/merge.h"
#include "src/record/study.h"
#include "src/record/summary.h"

enum {
  FIXTURE_ARMS = 3,
  FIXTURE_TIMES = 4,
  FIXTURE_KEPT = 4,
  FIXTURE_PARAMS = 3,
  FIXTURE_FAILED = 5, /* this individual fails under the last arm at time 10 */
  FIXTURE_ALONE = 6
};

typedef struct {
  rein_arena *arena;
  rein_diag *diag;
  rein_model *model;
  rein_scenario *scenario;
  rein_tape *tape;
  rein_plan *plan;
  rein_study_options options;
  int n_chunk;      /* 1: all arms in one batch; FIXTURE_ARMS: an arm each, with a copy of the reference */
  char folder[256]; /* a new temporary folder; studies go below it */
} fixture;

/* individual_data: as if the cohort came from a table of people. */
void fixture_create(fixture *f, int64_t n_individual);
void fixture_destroy(fixture *f); /* with the folder */

/* "<folder>/<name>", in the arena. */
const char *fixture_path(fixture *f, const char *name);

/* The made-up solution: kept row k at time index t. NaN where the member has failed before. */
double fixture_value(int64_t individual, int arm, int t, int k);

/* Delivers batch i_batch to a sink, as the solver would. */
rein_status fixture_deliver(const fixture *f, rein_sink sink, int64_t i_batch);

/* Opens the study, delivers all wanted batches (in falling order with `backwards`), closes it. */
rein_status fixture_run(fixture *f, const char *folder, bool backwards);

/* All bytes of a file, in the arena. */
const rein_source *fixture_read(fixture *f, const char *folder, const char *name);

/* Fails the test unless all parts, the manifest and run.yaml are the same bytes. */
void fixture_compare(fixture *f, const char *a, const char *b);

/* Messages so far. */
const char *fixture_messages(fixture *f);

/* test_export.c: fails where x does not fit the part of JSON Schema that docs/transition.schema.json uses. */
struct json_t;
void fixture_check_schema(struct json_t *x, struct json_t *schema, const char *path);

#endif
