/* Draws trajectories with quantile bands, in panels, as SVG or PNG. Knows numbers and labels only; where they
 * come from is trajectories.c. Text reaches the picture as text alone: no shell, no markup of the drawing
 * program. */
#ifndef REIN_REPORT_PLOT_H
#define REIN_REPORT_PLOT_H

#include <stdbool.h>

#include "src/report/picture.h"

enum { REIN_PLOT_P5, REIN_PLOT_P25, REIN_PLOT_P50, REIN_PLOT_P75, REIN_PLOT_P95, REIN_PLOT_N_QUANTILE };

/* One arm: times (n_time) rising, quantiles (n_time) each, NaN where there is none. A series whose quantiles
 * are all equal (one individual) is drawn as a line. */
typedef struct {
  const char *label;
  int n_time;
  const double *time;
  const double *quantile[REIN_PLOT_N_QUANTILE];
} rein_plot_series;

/* Observed points of a panel; sd NaN: no bar. Band: 5 and 95 % of what such a point should be, NaN where
 * unknown. */
typedef struct {
  const char *label, *band_label; /* NULL: no points, no band */
  int n;
  const double *time, *value, *sd;
  const double *band_low, *band_high;
} rein_plot_points;

typedef struct {
  const char *title;
  const rein_plot_series *series; /* (n_series) */
  int n_series;
  rein_plot_points points;
} rein_plot_panel;

typedef struct {
  const char *title, *x_label, *y_label;
  const char *caption;  /* what the bands and points are; may hold line ends */
  const char *footnote; /* "Research use only ..." */
  const char *x_unit;   /* "h" gets ticks at hours of a day */
  bool log_y;
  const rein_plot_panel *panel; /* (n_panel), at least 1; all have the same axes */
  int n_panel;
  int n_col; /* panels side by side; 0: chosen */
} rein_plot;

/* Writes the picture to a temporary name and renames it. REIN_OK; REIN_ERR_FILE, REIN_ERR_MEMORY,
 * REIN_ERR_SURROUNDINGS with an error in diag. The same plot gives the same bytes. Scratch memory comes from
 * `arena`. */
rein_status rein_plot_write(rein_arena *arena, const rein_plot *plot, rein_plot_format format,
                            const char *path, rein_diag *diag);

/* As rein_picture_embed. */
rein_status rein_plot_embed(rein_arena *arena, const rein_plot *plot, const char *prefix, rein_diag *diag,
                            rein_text *out);

#endif
