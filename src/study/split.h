/* Frozen splits: which of a comparison's points are the test, so that two teams score the same task.
 *
 *   rein: split/1
 *   name: people_by_individual            the task's id, which predictions repeat
 *   scenario: validate/people.yaml        seen from this file: data, arms, rule
 *   by: individual                        or dose, action, combination, horizon, study
 *   frozen: {scenario: ..., observed: ..., expect: ...}   hashes; other data or another rule is refused
 *   points: {test: 120, train: 310}
 *   test: [c0123456789abcdef, ...]        people's codes, arms, studies, or the last horizon of the training
 * part
 *
 * People are known by codes that only the table itself can be turned into: SHA-256 of the table's bytes under
 * a prefix of their own, then of study and id. Who has the data finds them, who has the file alone learns no
 * id. Reference: docs/validation-method.md, "Frozen tasks". Threads: reentrant. */
#ifndef REIN_STUDY_SPLIT_H
#define REIN_STUDY_SPLIT_H

#include "src/lang/yaml.h"
#include "src/study/validate.h"

typedef enum {
  REIN_SPLIT_INDIVIDUAL,
  REIN_SPLIT_DOSE,
  REIN_SPLIT_ACTION,
  REIN_SPLIT_COMBINATION,
  REIN_SPLIT_HORIZON,
  REIN_SPLIT_STUDY,
  REIN_N_SPLIT
} rein_split_kind;

const char *const *rein_split_words(void); /* (REIN_N_SPLIT, then NULL) "individual", ... */

struct rein_split {
  const char *name, *path;
  const char *scenario; /* path, seen from here */
  rein_split_kind by;
  char hash[65]; /* SHA-256 of the file */
  const rein_yaml *root;
};

/* Divides the points of a prepared comparison. test: a share of the people ("0.3", "30 %"), arms or studies
 * ("high,low"), or the last horizon of the training part ("72 h"). scenario: its path as the file will name
 * it. The file's text is added to `out`. REIN_OK; REIN_ERR_INPUT with errors in diag: unknown names, an empty
 * part, arms that are no new dose, action or combination; REIN_ERR_MEMORY. */
rein_status rein_split_make(rein_validate_job *job, rein_units *units, rein_split_kind by, const char *test,
                            uint64_t seed, const char *scenario, rein_diag *diag, rein_text *out);

/* REIN_OK; REIN_ERR_INPUT, REIN_ERR_FILE with errors in diag; REIN_ERR_MEMORY. In the arena. */
rein_status rein_split_read(rein_arena *arena, const char *path, rein_diag *diag, rein_split **out);

/* Marks the job's points: from now on only the test part is scored, and only the training part makes the mean
 * change of the others. REIN_OK; REIN_ERR_INPUT where data, scenario or rule are not those that were frozen.
 */
rein_status rein_split_apply(rein_validate_job *job, rein_units *units, const rein_split *split,
                             rein_diag *diag);

/* The test part as a table to fill in: a header and a line for each point, people by their codes. REIN_OK;
 * REIN_ERR_USAGE with an error where these are lines of people and `individual_data` does not allow them;
 * REIN_ERR_MEMORY. */
rein_status rein_split_print_points(const rein_validate_job *job, const rein_split *split,
                                    bool individual_data, rein_diag *diag, rein_text *out);

/* A person's code; at most 17 digits and a 0. */
void rein_split_code(const rein_observed *observed, int person, char code[18]);

#endif
