/* Private to compare*.c. */
#ifndef REIN_STUDY_COMPARE_INSIDE_H
#define REIN_STUDY_COMPARE_INSIDE_H

#include "src/record/reader.h"
#include "src/study/compare.h"

typedef struct {
  rein_comparison *c;
  rein_units *units;
  const rein_compare_options *options;
  rein_diag *diag;
  rein_study_reader *reader[2];  /* NULL: the set is NDJSON ... */
  const rein_source *source[2];  /* ... in this file */
  const rein_scenario *scenario; /* of --scenario, or NULL */
  const char *nameless;         /* why a simulated set's people have no code of the observed; NULL: they have,
                                   or nothing asks for it */
  rein_compare_names unit_text; /* units met so far ... */
  rein_unit *unit;              /* (n_unit) ... as parsed */
  bool *unit_known;             /* (n_known) false: no unit that rein knows */
  size_t n_unit, cap_unit, n_known, cap_known;
} rein_compare_job;

/* compare_read.c. Opens both sets and says of what kind they are; then their values, A's first. */
rein_status rein_compare_open(rein_compare_job *job, int side);
rein_status rein_compare_read(rein_compare_job *job, int side);

/* compare_people.c: where one set is simulated and one observed, the simulated people get the codes of the
 * observed, by the scenario's tables; else job->nameless says why not. REIN_OK; otherwise as reading observed
 * data. */
rein_status rein_compare_name_people(rein_compare_job *job);

/* Index of `name`, which is added where it is new. */
int rein_compare_index(rein_arena *arena, rein_compare_names *list, const char *name);

/* compare_sum.c: rows from values that have their fates. pair (n_pair x 2): matched values of A and B. */
typedef struct {
  const rein_compare_value *of[2];
} rein_compare_pair;
void rein_compare_sum(rein_comparison *c, const rein_compare_pair *pair, size_t n_pair);

/* Whom a value is of: a person's replicates are one unit. */
int64_t rein_compare_unit(const rein_compare_set *set, const rein_compare_value *v);

#endif
