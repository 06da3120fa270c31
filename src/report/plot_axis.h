/* Private to the plot: one axis, from numbers to places and ticks. */
#ifndef REIN_REPORT_PLOT_AXIS_H
#define REIN_REPORT_PLOT_AXIS_H

#include <stdbool.h>

#include "src/base/text.h"

enum { REIN_AXIS_MAX_TICK = 16 };

typedef struct {
  double low, high;       /* data range, after rounding */
  double at_low, at_high; /* places of both ends [points] */
  bool log10;
  int n_tick;
  double tick[REIN_AXIS_MAX_TICK];
} rein_plot_axis;

/* An axis over [low, high] with about n_wanted ticks; hours: steps of 1, 2, 3, 6, 12, 24 ... Widens an empty
 * range. Where low is not above 0, a logarithmic axis begins at high / 1e6. round_ends: the ends become
 * ticks. */
void rein_plot_axis_init(rein_plot_axis *axis, double low, double high, int n_wanted, bool log10, bool hours,
                         bool round_ends);

/* Place of a value, held to the axis. */
double rein_plot_axis_place(const rein_plot_axis *axis, double value);

/* The tick's number, short. */
void rein_plot_axis_label(const rein_plot_axis *axis, int i_tick, char out[24]);

#endif
