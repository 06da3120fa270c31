/* Predictions of any other model for the test part of a frozen split, from a CSV.
 *
 * Columns: task (the split's name), individual (code or the table's own id; of people), study and arm (where
 * there are several), horizon, horizon_unit, observable, unit, and one of
 *   draw, value                      samples: one a line, numbered
 *   level, value                     quantiles: from 0.025 or lower to 0.975 or higher, straight lines
 * between distribution, location, spread   normal: mean and SD; lognormal: median and CV as a number What is
 * predicted is the value that will be measured at the end of the horizon, or the group's mean then. Messages
 * show file, line and column, never what a cell holds. Reference: docs/validation-method.md. */
#ifndef REIN_STUDY_OUTSIDE_H
#define REIN_STUDY_OUTSIDE_H

#include "src/study/split.h"

/* Reads the table; from now on it is scored in place of the scenario's model, whose members still make the
 * baseline of no change. job: prepared, and split. A point of the test part without a line is no prediction.
 * REIN_OK; REIN_ERR_INPUT, REIN_ERR_FILE with errors in diag; REIN_ERR_MEMORY. Everything in the job's arena.
 */
rein_status rein_outside_read(rein_validate_job *job, rein_units *units, const char *path, rein_diag *diag);

#endif
