/* The picture of calibration: how often central intervals of each level held what was observed, and how wide
 * they were. */
#ifndef REIN_REPORT_CALIBRATION_H
#define REIN_REPORT_CALIBRATION_H

#include "src/report/picture.h"

typedef struct {
  double level;            /* of the interval, a fraction */
  double share, low, high; /* observed, with its interval; NaN where there is none */
  double width;            /* mean, in `unit`; NaN where there is none */
} rein_calibration_point;

typedef struct {
  const char *title, *words, *unit;
  const rein_calibration_point *point; /* (n_point) by rising level */
  int n_point;
} rein_calibration;

/* As rein_picture_embed. */
rein_status rein_calibration_embed(rein_arena *arena, const rein_calibration *calibration, const char *prefix,
                                   rein_diag *diag, rein_text *out);

#endif
