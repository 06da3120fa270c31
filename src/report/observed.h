/* Observed points for a picture, from a tidy CSV.
 *
 * Columns: observable, unit, time, time_unit, and either mean with sd or se and n (groups) or value
 * (individuals); arm is optional. Values are converted into the units of the simulated ones. Nothing a cell
 * holds is quoted in a message. */
#ifndef REIN_REPORT_OBSERVED_H
#define REIN_REPORT_OBSERVED_H

#include <stdbool.h>

#include "src/lang/unit.h"

/* Points of one arm and observable, by rising time. */
typedef struct {
  const char *relation; /* what the small YAML says: "calibration", "external"; "" where it says nothing */
  bool is_group;        /* means of groups, else measurements of individuals */
  int n;
  double *time;       /* (n) simulated time unit */
  double *value, *sd; /* (n) simulated unit; sd NaN for individuals */
  double *size;       /* (n) people in the group; 1 for individuals */
} rein_observed;

/* Reads the points of `arm` (of all rows where the table has no arms) and `observable`, in the given units.
 * path: the CSV, or the small YAML beside it whose `data:` names it. REIN_OK, also where there are no points;
 * REIN_ERR_INPUT, REIN_ERR_FILE with errors in diag. */
rein_status rein_observed_read(rein_arena *arena, rein_units *units, const char *path, const char *arm,
                               const char *observable, const char *unit, const char *time_unit,
                               rein_diag *diag, rein_observed *out);

#endif
