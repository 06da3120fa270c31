/* Observed data in place of a scenario: which scenario compares with them. */
#ifndef REIN_STUDY_SCENARIO_OF_DATA_H
#define REIN_STUDY_SCENARIO_OF_DATA_H

#include <stdbool.h>

#include "src/base/diag.h"

/* Whether a file is observed data, a table or the YAML that describes one, and no scenario. What cannot be
 * read is none. */
bool rein_is_observed_data(rein_arena *arena, const char *path);

/* Whether a file is a scenario with a `compare`. */
bool rein_is_comparison(rein_arena *arena, const char *path);

/* The comparisons, *n, in a folder and those below it, four levels deep, in the order of their names; none
 * where there is no such folder. In `arena`. */
const char **rein_comparisons_in(rein_arena *arena, const char *folder, int *n);

/* The scenario whose `compare` names the data or their description. wanted: it has to be this one; NULL: the
 * only one among the YAML files of the model's folder (the nearest above the data that has a model.yaml, else
 * their own) and of the folders in it. In `arena`. REIN_OK; REIN_ERR_INPUT, REIN_ERR_FILE with an error that
 * says what there is. */
rein_status rein_scenario_of_data(rein_arena *arena, const char *data, const char *wanted, rein_diag *diag,
                                  const char **out);

#endif
