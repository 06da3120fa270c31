/* Draws signed bars, one below another, as SVG or PNG. Knows numbers and labels only. */
#ifndef REIN_REPORT_BARS_H
#define REIN_REPORT_BARS_H

#include "src/report/picture.h"

typedef struct {
  const char *label; /* left of the bar */
  const char *note;  /* right of the bar; NULL none */
  double value;      /* NaN: no bar, the note says why */
  int colour;        /* of rein_palette */
} rein_bar;

typedef struct {
  const char *title, *x_label;
  const char *caption, *footnote; /* may hold line ends */
  const rein_bar *bar;            /* (n_bar) from top to bottom */
  int n_bar;
} rein_bars;

/* As rein_picture_write. */
rein_status rein_bars_write(rein_arena *arena, const rein_bars *bars, rein_plot_format format,
                            const char *path, rein_diag *diag);

#endif
