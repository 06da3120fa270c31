/* Layout and drawing with cairo. A picture is a grid of panels with common axes under a title, above caption
 * and footnote:
 *
 *   title
 *   +--------+ +--------+     panel: title, bands, lines, points, ticks on the outer sides
 *   | panel  | | panel  |
 *   +--------+ +--------+
 *   legend
 *   caption, footnote */
#include "src/report/plot.h"

#include <math.h>
#include <string.h>

#include "src/base/text.h"
#include "src/report/plot_axis.h"

static const rein_colour observed_ink = {0.0, 0.0, 0.0};

enum {
  MARGIN_LEFT = 66,
  MARGIN_RIGHT = 18,
  MARGIN_TOP = 40,
  LINE = REIN_PICTURE_LINE,
  X_AXIS = 44,
  PANEL_TITLE = 28,
  GAP = 16
};
typedef struct {
  const rein_plot *plot;
  cairo_t *cr;
  int n_col, n_row, n_legend_row;
  double panel_width, panel_height, width, height;
  rein_plot_axis x, y;
} canvas;

static void widen(double value, double *low, double *high) {
  if (!isfinite(value)) return;
  if (!(*low <= value)) *low = value;
  if (!(*high >= value)) *high = value;
}

/* Ranges of all panels, so that panels can be compared by eye. */
static void find_ranges(const rein_plot *plot, double x[2], double y[2]) {
  x[0] = x[1] = y[0] = y[1] = NAN;
  for (int p = 0; p < plot->n_panel; p++) {
    const rein_plot_panel *panel = &plot->panel[p];
    for (int s = 0; s < panel->n_series; s++) {
      const rein_plot_series *series = &panel->series[s];
      for (int t = 0; t < series->n_time; t++) {
        widen(series->time[t], &x[0], &x[1]);
        for (int q = 0; q < REIN_PLOT_N_QUANTILE; q++) {
          if (!plot->log_y || series->quantile[q][t] > 0.0) widen(series->quantile[q][t], &y[0], &y[1]);
        }
      }
    }
    for (int i = 0; i < panel->points.n; i++) {
      const double sd = isfinite(panel->points.sd[i]) ? panel->points.sd[i] : 0.0,
                   value = panel->points.value[i];
      widen(panel->points.time[i], &x[0], &x[1]);
      if (!plot->log_y || value - sd > 0.0) widen(value - sd, &y[0], &y[1]);
      if (!plot->log_y || value + sd > 0.0) widen(value + sd, &y[0], &y[1]);
    }
  }
  if (!plot->log_y && y[0] > 0.0 && y[0] < 0.5 * y[1]) y[0] = 0.0;
}

static void set_sizes(canvas *c) {
  const rein_plot *plot = c->plot;
  double x[2], y[2];
  c->n_col = plot->n_col > 0      ? plot->n_col
             : plot->n_panel <= 1 ? 1
             : plot->n_panel <= 4 ? 2
             : plot->n_panel <= 9 ? 3
                                  : 4;
  c->n_row = (plot->n_panel + c->n_col - 1) / c->n_col;
  c->panel_width = plot->n_panel == 1 ? 620 : c->n_col == 2 ? 400 : 300;
  c->panel_height = plot->n_panel == 1 ? 340 : 200;
  c->n_legend_row = plot->panel[0].n_series > 1 ? 2 : 1;
  for (int p = 0; p < plot->n_panel; p++) c->n_legend_row = plot->panel[p].points.label ? 2 : c->n_legend_row;
  c->width = MARGIN_LEFT + c->n_col * c->panel_width + (c->n_col - 1) * GAP + MARGIN_RIGHT;
  c->height =
      MARGIN_TOP + c->n_row * (c->panel_height + PANEL_TITLE) + X_AXIS + c->n_legend_row * (LINE + 3) +
      (rein_picture_count_lines(plot->caption) + rein_picture_count_lines(plot->footnote)) * LINE + 12;
  find_ranges(plot, x, y);
  const bool hours = plot->x_unit && strcmp(plot->x_unit, "h") == 0;
  rein_plot_axis_init(&c->x, x[0], x[1], plot->n_panel == 1 ? 10 : 6, false, hours, false);
  rein_plot_axis_init(&c->y, y[0], y[1], plot->n_panel == 1 ? 8 : 5, plot->log_y, false, true);
}

/* Polygon between two curves, over the stretches where both are there. */
static void draw_band(canvas *c, int n, const double *time, const double *low, const double *high,
                      rein_colour col, double alpha) {
  rein_picture_use(c->cr, col, alpha);
  for (int first = 0; first < n;) {
    int end = first;
    while (end < n && isfinite(low[end]) && isfinite(high[end])) end++;
    for (int i = first; i < end; i++) {
      cairo_line_to(c->cr, rein_plot_axis_place(&c->x, time[i]), rein_plot_axis_place(&c->y, high[i]));
    }
    for (int i = end - 1; i >= first; i--) {
      cairo_line_to(c->cr, rein_plot_axis_place(&c->x, time[i]), rein_plot_axis_place(&c->y, low[i]));
    }
    cairo_close_path(c->cr);
    cairo_fill(c->cr);
    first = end + 1;
  }
}

static void draw_line(canvas *c, int n, const double *time, const double *value, rein_colour col) {
  bool pen_down = false;
  rein_picture_use(c->cr, col, 1.0);
  cairo_set_line_width(c->cr, 1.8);
  for (int i = 0; i < n; i++) {
    if (!isfinite(value[i])) {
      pen_down = false;
      continue;
    }
    const double x = rein_plot_axis_place(&c->x, time[i]), y = rein_plot_axis_place(&c->y, value[i]);
    if (pen_down)
      cairo_line_to(c->cr, x, y);
    else
      cairo_move_to(c->cr, x, y);
    pen_down = true;
  }
  cairo_stroke(c->cr);
}

static void draw_marker(cairo_t *cr, double x, double y) {
  rein_picture_use(cr, observed_ink, 1.0);
  cairo_new_sub_path(cr);
  cairo_arc(cr, x, y, 3.0, 0.0, 2.0 * M_PI);
  cairo_fill(cr);
}

static void draw_bar(cairo_t *cr, double x, double y_low, double y_high) {
  rein_picture_use(cr, observed_ink, 1.0);
  cairo_set_line_width(cr, 1.1);
  cairo_move_to(cr, x, y_low);
  cairo_line_to(cr, x, y_high);
  cairo_move_to(cr, x - 3, y_low);
  cairo_line_to(cr, x + 3, y_low);
  cairo_move_to(cr, x - 3, y_high);
  cairo_line_to(cr, x + 3, y_high);
  cairo_stroke(cr);
}

/* The band of what is expected of the points stands as a box around each point: it holds at these times only.
 */
static void draw_points(canvas *c, const rein_plot_points *points) {
  for (int i = 0; i < points->n; i++) {
    const double x = rein_plot_axis_place(&c->x, points->time[i]);
    if (isfinite(points->band_low[i]) && isfinite(points->band_high[i])) {
      const double top = rein_plot_axis_place(&c->y, points->band_high[i]);
      const double bottom = rein_plot_axis_place(&c->y, points->band_low[i]);
      rein_picture_use(c->cr, rein_palette[1], 0.85);
      cairo_set_line_width(c->cr, 1.4);
      cairo_rectangle(c->cr, x - 6, top, 12, fmax(1.0, bottom - top));
      cairo_stroke(c->cr);
    }
    if (isfinite(points->sd[i])) {
      draw_bar(c->cr, x, rein_plot_axis_place(&c->y, points->value[i] - points->sd[i]),
               rein_plot_axis_place(&c->y, points->value[i] + points->sd[i]));
    }
    if (isfinite(points->value[i])) draw_marker(c->cr, x, rein_plot_axis_place(&c->y, points->value[i]));
  }
}

static void draw_ticks(canvas *c, double left, double top, bool with_x, bool with_y) {
  char label[24];
  const double bottom = top + c->panel_height;
  cairo_set_line_width(c->cr, 0.8);
  for (int i = 0; i < c->y.n_tick; i++) {
    const double y = rein_plot_axis_place(&c->y, c->y.tick[i]);
    rein_picture_use(c->cr, rein_pale, 1.0);
    cairo_move_to(c->cr, left, y);
    cairo_line_to(c->cr, left + c->panel_width, y);
    cairo_stroke(c->cr);
    rein_plot_axis_label(&c->y, i, label);
    rein_picture_use(c->cr, rein_ink, 1.0);
    if (with_y) rein_picture_text(c->cr, label, left - 6, y + 4, REIN_FONT_SMALL, 1.0, 0.0);
  }
  for (int i = 0; i < c->x.n_tick; i++) {
    const double x = rein_plot_axis_place(&c->x, c->x.tick[i]);
    rein_picture_use(c->cr, rein_ink, 1.0);
    cairo_move_to(c->cr, x, bottom);
    cairo_line_to(c->cr, x, bottom + 4);
    cairo_stroke(c->cr);
    rein_plot_axis_label(&c->x, i, label);
    if (with_x) rein_picture_text(c->cr, label, x, bottom + 16, REIN_FONT_SMALL, 0.5, 0.0);
  }
}

static void draw_panel(canvas *c, int i_panel) {
  const rein_plot_panel *panel = &c->plot->panel[i_panel];
  const int col = i_panel % c->n_col, row = i_panel / c->n_col;
  const double left = MARGIN_LEFT + col * (c->panel_width + GAP);
  const double top = MARGIN_TOP + PANEL_TITLE + row * (c->panel_height + PANEL_TITLE);
  c->x.at_low = left, c->x.at_high = left + c->panel_width;
  c->y.at_low = top + c->panel_height, c->y.at_high = top;

  draw_ticks(c, left, top, i_panel + c->n_col >= c->plot->n_panel, col == 0);
  cairo_save(c->cr);
  cairo_rectangle(c->cr, left - 8, top - 8, c->panel_width + 16, c->panel_height + 16);
  cairo_clip(c->cr);
  for (int s = 0; s < panel->n_series; s++) {
    const rein_plot_series *series = &panel->series[s];
    const double *const *q = series->quantile;
    const rein_colour own = rein_palette[s % REIN_N_COLOUR];
    draw_band(c, series->n_time, series->time, q[REIN_PLOT_P5], q[REIN_PLOT_P95], own, 0.16);
    draw_band(c, series->n_time, series->time, q[REIN_PLOT_P25], q[REIN_PLOT_P75], own, 0.24);
  }
  for (int s = 0; s < panel->n_series; s++) {
    const rein_plot_series *series = &panel->series[s];
    draw_line(c, series->n_time, series->time, series->quantile[REIN_PLOT_P50],
              rein_palette[s % REIN_N_COLOUR]);
  }
  draw_points(c, &panel->points);
  cairo_restore(c->cr);
  rein_picture_use(c->cr, rein_ink, 1.0);
  cairo_set_line_width(c->cr, 0.9);
  cairo_rectangle(c->cr, left, top, c->panel_width, c->panel_height);
  cairo_stroke(c->cr);
  rein_picture_text(c->cr, panel->title, left + 2, top - 6, REIN_FONT_SMALL + 0.5, 0.0, c->panel_width - 4);
}

/* One legend entry from x on; the place after it. */
static double legend_text(canvas *c, const char *text, double x, double y) {
  rein_picture_use(c->cr, rein_ink, 1.0);
  rein_picture_text(c->cr, text, x, y, REIN_FONT_SMALL, 0.0, 0.0);
  return x + rein_picture_text_width(c->cr, text, REIN_FONT_SMALL) + 18;
}

static double legend_swatch(canvas *c, const char *text, double x, double y, rein_colour col, double alpha) {
  rein_picture_use(c->cr, col, alpha);
  cairo_rectangle(c->cr, x, y - 9, 18, 10);
  cairo_fill(c->cr);
  return legend_text(c, text, x + 23, y);
}

static double legend_line(canvas *c, const char *text, double x, double y, rein_colour col) {
  rein_picture_use(c->cr, col, 1.0);
  cairo_set_line_width(c->cr, 1.8);
  cairo_move_to(c->cr, x, y - 4);
  cairo_line_to(c->cr, x + 18, y - 4);
  cairo_stroke(c->cr);
  return legend_text(c, text, x + 23, y);
}

/* First row: what the bands are; second: the arms of a shared panel, or the observed points. */
static void draw_legend(canvas *c, double y) {
  const rein_plot_panel *first = &c->plot->panel[0];
  const bool shared = first->n_series > 1;
  const rein_colour col = shared ? (rein_colour){0.4, 0.4, 0.4} : rein_palette[0];
  double x = MARGIN_LEFT;
  x = legend_line(c, "median", x, y, col);
  x = legend_swatch(c, "25 to 75 %", x, y, col, 0.38);
  legend_swatch(c, "5 to 95 %", x, y, col, 0.16);
  x = MARGIN_LEFT;
  y += LINE + 3;
  for (int s = 0; shared && s < first->n_series; s++)
    x = legend_line(c, first->series[s].label, x, y, rein_palette[s % REIN_N_COLOUR]);
  for (int p = 0; p < c->plot->n_panel; p++) {
    const rein_plot_points *points = &c->plot->panel[p].points;
    if (!points->label) continue;
    draw_marker(c->cr, x + 9, y - 4);
    x = legend_text(c, points->label, x + 23, y);
    if (points->band_label) {
      rein_picture_use(c->cr, rein_palette[1], 0.85);
      cairo_set_line_width(c->cr, 1.4);
      cairo_rectangle(c->cr, x + 3, y - 10, 12, 12);
      cairo_stroke(c->cr);
      legend_text(c, points->band_label, x + 23, y);
    }
    break;
  }
}

static void draw_all(void *context, cairo_t *cr) {
  canvas *c = context;
  const double panels_bottom = MARGIN_TOP + c->n_row * (c->panel_height + PANEL_TITLE);
  const double room = c->width - MARGIN_LEFT - MARGIN_RIGHT;
  c->cr = cr;
  rein_picture_text(cr, c->plot->title, MARGIN_LEFT, 26, REIN_FONT_TITLE, 0.0, room);
  for (int p = 0; p < c->plot->n_panel; p++) draw_panel(c, p);
  rein_picture_use(cr, rein_ink, 1.0);
  rein_picture_text(cr, c->plot->x_label, MARGIN_LEFT + room / 2, panels_bottom + 34, REIN_FONT_LABEL, 0.5,
                    0.0);
  cairo_save(cr);
  cairo_translate(cr, 18, (MARGIN_TOP + PANEL_TITLE + panels_bottom) / 2);
  cairo_rotate(cr, -M_PI / 2);
  rein_picture_text(cr, c->plot->y_label, 0, 0, REIN_FONT_LABEL, 0.5, panels_bottom - MARGIN_TOP);
  cairo_restore(cr);
  double y = panels_bottom + X_AXIS + 12;
  draw_legend(c, y);
  y += c->n_legend_row * (LINE + 3);
  rein_picture_use(cr, rein_ink, 0.85);
  y = rein_picture_lines(cr, c->plot->caption, MARGIN_LEFT, y, room);
  rein_picture_lines(cr, c->plot->footnote, MARGIN_LEFT, y, room);
}

/* What the picture shows, in words. */
static const char *describe(rein_arena *arena, const rein_plot *plot) {
  rein_text text;
  rein_text_init(&text, arena);
  rein_text_printf(&text, "%s over %s", plot->y_label, plot->x_label);
  for (int p = 0; p < plot->n_panel; p++) {
    const rein_plot_panel *panel = &plot->panel[p];
    rein_text_printf(&text, "\n%s", panel->title ? panel->title : "");
    for (int s = 0; panel->n_series > 1 && s < panel->n_series; s++)
      rein_text_printf(&text, "%s%s", s == 0 ? ": " : ", ", panel->series[s].label);
    if (panel->points.label) rein_text_printf(&text, "\n%s", panel->points.label);
    if (panel->points.band_label) rein_text_printf(&text, ", %s", panel->points.band_label);
  }
  rein_text_printf(&text, "\n%s\n%s", plot->caption ? plot->caption : "",
                   plot->footnote ? plot->footnote : "");
  return text.bytes;
}

/* `c` is what the picture draws from. */
static rein_picture make_picture(rein_arena *arena, const rein_plot *plot, canvas *c) {
  *c = (canvas){.plot = plot};
  set_sizes(c);
  return (rein_picture){.width = c->width,
                        .height = c->height,
                        .draw = draw_all,
                        .context = c,
                        .title = plot->title,
                        .words = describe(arena, plot)};
}

rein_status rein_plot_write(rein_arena *arena, const rein_plot *plot, rein_plot_format format,
                            const char *path, rein_diag *diag) {
  canvas c;
  const rein_picture picture = make_picture(arena, plot, &c);
  return rein_picture_write(arena, &picture, format, path, diag);
}

rein_status rein_plot_embed(rein_arena *arena, const rein_plot *plot, const char *prefix, rein_diag *diag,
                            rein_text *out) {
  canvas c;
  const rein_picture picture = make_picture(arena, plot, &c);
  return rein_picture_embed(arena, &picture, prefix, diag, out);
}
