/* `rein export --format minari`: the members of a study as episodes for learning, in the layout that Minari
 * 0.5 reads.
 *
 *   <folder>/data/main_data.hdf5   a group episode_0, episode_1, ... for each member
 *   <folder>/data/metadata.json    the dataset's, and under `rein` what columns are, units, origin
 *
 * T steps lie between the T + 1 measurement times. observations (T + 1 x n_observable) are the measured
 * values, actions (T x n_action) what was delivered between two measurements, of
 * an action that sets a parameter what was in force between them, rewards (T) a declared function
 * of the observation after, or 0. A member ends, terminated, with the step in which a safety signal of the
 * model was first true; else it is truncated at the last measurement. The simulated values, states among
 * them, are in infos only. All arms of a person are in the same part of the split. Members that failed are
 * left out and counted. The same study and options give the same bytes. What stands where: docs/records.md,
 * "Episodes for learning". */
#ifndef REIN_RECORD_EPISODES_H
#define REIN_RECORD_EPISODES_H

#include "src/record/export.h"
#include "src/record/reward.h"

typedef struct {
  const rein_reward *reward; /* NULL: 0 */
  const char *reward_text;   /* as written */
  double test;               /* share of people in the test part, from 0 to 1 */
} rein_episodes_options;

typedef struct {
  int64_t n_episode, n_step, n_terminated, n_test, n_failed; /* n_failed: members left out */
} rein_episodes_totals;

/* Writes both files; `folder` is made where it is not there. REIN_OK; REIN_ERR_USAGE as rein_export_ndjson;
 * REIN_ERR_INPUT where the study has fewer than two measurement times or no observable; REIN_ERR_FILE where
 * the study is of an older rein, or the folder holds a dataset or cannot be written; REIN_ERR_MEMORY. *totals
 * is filled on REIN_OK. */
rein_status rein_episodes_write(const rein_study_reader *reader, const rein_export_options *options,
                                const rein_episodes_options *episodes, const char *folder, rein_diag *diag,
                                rein_episodes_totals *totals);

#endif
