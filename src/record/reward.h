/* A reward: an expression of observables, in the language of models, worked out on measured values.
 *
 * Source: docs/records.md, "Episodes for learning". */
#ifndef REIN_RECORD_REWARD_H
#define REIN_RECORD_REWARD_H

#include "src/record/record.h"

typedef struct rein_reward rein_reward;

/* Reads `text` ("-abs(prothrombin - 30 %)") for the observables of a study, and `time`; labels: of a reader,
 * time_unit: of its times. In `arena`. REIN_OK; REIN_ERR_INPUT with errors in diag. */
rein_status rein_reward_read(rein_arena *arena, rein_units *units, const char *text, const rein_part *labels,
                             const char *time_unit, rein_diag *diag, const rein_reward **out);

/* Its value at measured (n_observable), each in its observable's unit, and time; NaN where one that counts
 * is. */
double rein_reward_value(const rein_reward *reward, const double *measured, double time);

/* Unit of the value, as text. Lent. */
const char *rein_reward_unit(const rein_reward *reward);

#endif
