/* Layout and drawing with cairo. A picture is a grid of panels with common axes under a title, above caption
 * and footnote:
 *
 *   title
 *   +--------+ +--------+     panel: title, bands, lines, points, ticks on the outer sides
 *   | panel  | | panel  |
 *   +--------+ +--------+
 *   legend
 *   caption, footnote
 *
 * Colours: Okabe and Ito's eight, which people with colour-blindness can tell apart. */
#include "src/report/plot.h"

#include <cairo/cairo-svg.h>
#include <cairo/cairo.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "src/base/files.h"
#include "src/report/plot_axis.h"

typedef struct {
  double r, g, b;
} colour;

static const colour palette[] = {{0.00, 0.45, 0.70}, {0.84, 0.37, 0.00}, {0.00, 0.62, 0.45},
                                 {0.80, 0.47, 0.65}, {0.90, 0.62, 0.00}, {0.34, 0.71, 0.91}};
enum { N_COLOUR = sizeof palette / sizeof *palette };
static const colour ink = {0.13, 0.13, 0.13}, pale = {0.88, 0.88, 0.88}, observed_ink = {0.0, 0.0, 0.0};

enum {
  MARGIN_LEFT = 66,
  MARGIN_RIGHT = 18,
  MARGIN_TOP = 40,
  LINE = 15,
  X_AXIS = 44,
  PANEL_TITLE = 28,
  GAP = 16
};
static const double font_title = 15, font_label = 12, font_small = 10.5;

typedef struct {
  const rein_plot *plot;
  cairo_t *cr;
  int n_col, n_row, n_legend_row;
  double panel_width, panel_height, width, height;
  rein_plot_axis x, y;
} canvas;

static void use(cairo_t *cr, colour c, double alpha) {
  cairo_set_source_rgba(cr, c.r, c.g, c.b, alpha);
}

static double text_width(cairo_t *cr, const char *text, double size) {
  cairo_text_extents_t extents;
  cairo_set_font_size(cr, size);
  cairo_text_extents(cr, text, &extents);
  return extents.x_advance;
}

/* Text at (x, y), align 0 left, 0.5 centre, 1 right; made smaller where it is wider than `room`. */
static void draw_text(cairo_t *cr, const char *text, double x, double y, double size, double align,
                      double room) {
  double width = text_width(cr, text, size);
  if (width > room && room > 0.0) {
    size = fmax(6.0, size * room / width);
    width = text_width(cr, text, size);
  }
  cairo_move_to(cr, x - align * width, y);
  cairo_show_text(cr, text);
}

static int count_lines(const char *text) {
  int n = text && *text ? 1 : 0;
  for (const char *p = text; p && *p; p++) n += *p == '\n';
  return n;
}

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
  c->height = MARGIN_TOP + c->n_row * (c->panel_height + PANEL_TITLE) + X_AXIS +
              c->n_legend_row * (LINE + 3) +
              (count_lines(plot->caption) + count_lines(plot->footnote)) * LINE + 12;
  find_ranges(plot, x, y);
  const bool hours = plot->x_unit && strcmp(plot->x_unit, "h") == 0;
  rein_plot_axis_init(&c->x, x[0], x[1], plot->n_panel == 1 ? 10 : 6, false, hours, false);
  rein_plot_axis_init(&c->y, y[0], y[1], plot->n_panel == 1 ? 8 : 5, plot->log_y, false, true);
}

/* Polygon between two curves, over the stretches where both are there. */
static void draw_band(canvas *c, int n, const double *time, const double *low, const double *high, colour col,
                      double alpha) {
  use(c->cr, col, alpha);
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

static void draw_line(canvas *c, int n, const double *time, const double *value, colour col) {
  bool pen_down = false;
  use(c->cr, col, 1.0);
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
  use(cr, observed_ink, 1.0);
  cairo_new_sub_path(cr);
  cairo_arc(cr, x, y, 3.0, 0.0, 2.0 * M_PI);
  cairo_fill(cr);
}

static void draw_bar(cairo_t *cr, double x, double y_low, double y_high) {
  use(cr, observed_ink, 1.0);
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
      use(c->cr, palette[1], 0.85);
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
    use(c->cr, pale, 1.0);
    cairo_move_to(c->cr, left, y);
    cairo_line_to(c->cr, left + c->panel_width, y);
    cairo_stroke(c->cr);
    rein_plot_axis_label(&c->y, i, label);
    use(c->cr, ink, 1.0);
    if (with_y) draw_text(c->cr, label, left - 6, y + 4, font_small, 1.0, 0.0);
  }
  for (int i = 0; i < c->x.n_tick; i++) {
    const double x = rein_plot_axis_place(&c->x, c->x.tick[i]);
    use(c->cr, ink, 1.0);
    cairo_move_to(c->cr, x, bottom);
    cairo_line_to(c->cr, x, bottom + 4);
    cairo_stroke(c->cr);
    rein_plot_axis_label(&c->x, i, label);
    if (with_x) draw_text(c->cr, label, x, bottom + 16, font_small, 0.5, 0.0);
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
    const colour own = palette[s % N_COLOUR];
    draw_band(c, series->n_time, series->time, q[REIN_PLOT_P5], q[REIN_PLOT_P95], own, 0.16);
    draw_band(c, series->n_time, series->time, q[REIN_PLOT_P25], q[REIN_PLOT_P75], own, 0.24);
  }
  for (int s = 0; s < panel->n_series; s++) {
    const rein_plot_series *series = &panel->series[s];
    draw_line(c, series->n_time, series->time, series->quantile[REIN_PLOT_P50], palette[s % N_COLOUR]);
  }
  draw_points(c, &panel->points);
  cairo_restore(c->cr);
  use(c->cr, ink, 1.0);
  cairo_set_line_width(c->cr, 0.9);
  cairo_rectangle(c->cr, left, top, c->panel_width, c->panel_height);
  cairo_stroke(c->cr);
  draw_text(c->cr, panel->title, left + 2, top - 6, font_small + 0.5, 0.0, c->panel_width - 4);
}

/* One legend entry from x on; the place after it. */
static double legend_text(canvas *c, const char *text, double x, double y) {
  use(c->cr, ink, 1.0);
  draw_text(c->cr, text, x, y, font_small, 0.0, 0.0);
  return x + text_width(c->cr, text, font_small) + 18;
}

static double legend_swatch(canvas *c, const char *text, double x, double y, colour col, double alpha) {
  use(c->cr, col, alpha);
  cairo_rectangle(c->cr, x, y - 9, 18, 10);
  cairo_fill(c->cr);
  return legend_text(c, text, x + 23, y);
}

static double legend_line(canvas *c, const char *text, double x, double y, colour col) {
  use(c->cr, col, 1.0);
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
  const colour col = shared ? (colour){0.4, 0.4, 0.4} : palette[0];
  double x = MARGIN_LEFT;
  x = legend_line(c, "median", x, y, col);
  x = legend_swatch(c, "25 to 75 %", x, y, col, 0.38);
  legend_swatch(c, "5 to 95 %", x, y, col, 0.16);
  x = MARGIN_LEFT;
  y += LINE + 3;
  for (int s = 0; shared && s < first->n_series; s++)
    x = legend_line(c, first->series[s].label, x, y, palette[s % N_COLOUR]);
  for (int p = 0; p < c->plot->n_panel; p++) {
    const rein_plot_points *points = &c->plot->panel[p].points;
    if (!points->label) continue;
    draw_marker(c->cr, x + 9, y - 4);
    x = legend_text(c, points->label, x + 23, y);
    if (points->band_label) {
      use(c->cr, palette[1], 0.85);
      cairo_set_line_width(c->cr, 1.4);
      cairo_rectangle(c->cr, x + 3, y - 10, 12, 12);
      cairo_stroke(c->cr);
      legend_text(c, points->band_label, x + 23, y);
    }
    break;
  }
}

static double draw_lines(canvas *c, const char *text, double y) {
  char line[512];
  for (const char *p = text ? text : ""; *p;) {
    const size_t n = strcspn(p, "\n");
    const size_t kept = n < sizeof line - 1 ? n : sizeof line - 1;
    memcpy(line, p, kept);
    line[kept] = 0;
    draw_text(c->cr, line, MARGIN_LEFT, y, font_small, 0.0, c->width - MARGIN_LEFT - MARGIN_RIGHT);
    y += LINE;
    p += n + (p[n] == '\n');
  }
  return y;
}

static void draw_all(canvas *c) {
  cairo_t *cr = c->cr;
  const double panels_bottom = MARGIN_TOP + c->n_row * (c->panel_height + PANEL_TITLE);
  cairo_set_source_rgb(cr, 1.0, 1.0, 1.0);
  cairo_paint(cr);
  cairo_select_font_face(cr, "DejaVu Sans", CAIRO_FONT_SLANT_NORMAL, CAIRO_FONT_WEIGHT_NORMAL);
  use(cr, ink, 1.0);
  draw_text(cr, c->plot->title, MARGIN_LEFT, 26, font_title, 0.0, c->width - MARGIN_LEFT - MARGIN_RIGHT);
  for (int p = 0; p < c->plot->n_panel; p++) draw_panel(c, p);
  use(cr, ink, 1.0);
  draw_text(cr, c->plot->x_label, MARGIN_LEFT + (c->width - MARGIN_LEFT - MARGIN_RIGHT) / 2,
            panels_bottom + 34, font_label, 0.5, 0.0);
  cairo_save(cr);
  cairo_translate(cr, 18, (MARGIN_TOP + PANEL_TITLE + panels_bottom) / 2);
  cairo_rotate(cr, -M_PI / 2);
  draw_text(cr, c->plot->y_label, 0, 0, font_label, 0.5, panels_bottom - MARGIN_TOP);
  cairo_restore(cr);
  double y = panels_bottom + X_AXIS + 12;
  draw_legend(c, y);
  y += c->n_legend_row * (LINE + 3);
  use(cr, ink, 0.85);
  y = draw_lines(c, c->plot->caption, y);
  draw_lines(c, c->plot->footnote, y);
}

/* What cairo writes is collected by plain realloc: no arena may jump through cairo. */
typedef struct {
  unsigned char *bytes;
  size_t n, capacity;
} buffer;

static cairo_status_t collect(void *closure, const unsigned char *bytes, unsigned n) {
  buffer *b = closure;
  if (b->n + n > b->capacity) {
    const size_t capacity = 2 * (b->n + n) + 4096;
    unsigned char *grown = realloc(b->bytes, capacity);
    if (!grown) return CAIRO_STATUS_NO_MEMORY;
    b->bytes = grown;
    b->capacity = capacity;
  }
  memcpy(b->bytes + b->n, bytes, n);
  b->n += n;
  return CAIRO_STATUS_SUCCESS;
}

static cairo_status_t render(const rein_plot *plot, rein_plot_format format, buffer *out) {
  const double png_scale = 2.0; /* points to pixels: sharp on today's screens */
  canvas c = {.plot = plot};
  set_sizes(&c);
  cairo_surface_t *surface = format == REIN_PLOT_SVG
                                 ? cairo_svg_surface_create_for_stream(collect, out, c.width, c.height)
                                 : cairo_image_surface_create(CAIRO_FORMAT_RGB24, (int)(png_scale * c.width),
                                                              (int)(png_scale * c.height));
  c.cr = cairo_create(surface);
  if (format == REIN_PLOT_PNG) cairo_scale(c.cr, png_scale, png_scale);
  draw_all(&c);
  cairo_status_t status = cairo_status(c.cr);
  cairo_destroy(c.cr);
  if (status == CAIRO_STATUS_SUCCESS && format == REIN_PLOT_PNG)
    status = cairo_surface_write_to_png_stream(surface, collect, out);
  cairo_surface_finish(surface);
  if (status == CAIRO_STATUS_SUCCESS) status = cairo_surface_status(surface);
  cairo_surface_destroy(surface);
  return status;
}

static void add_escaped(rein_text *out, const char *text) {
  for (const char *p = text ? text : ""; *p; p++) {
    if (*p == '<')
      rein_text_add(out, "&lt;");
    else if (*p == '>')
      rein_text_add(out, "&gt;");
    else if (*p == '&')
      rein_text_add(out, "&amp;");
    else if ((unsigned char)*p >= 0x20 || *p == '\n')
      rein_text_add_n(out, p, 1);
  }
}

/* cairo numbers its surfaces over the life of the process: without the number the same plot gives the same
 * bytes. */
static void add_unnumbered(rein_text *out, const char *bytes, size_t n) {
  static const char mark[] = "id=\"surface";
  for (const char *end = bytes + n; bytes < end;) {
    const char *found = memmem(bytes, (size_t)(end - bytes), mark, sizeof mark - 1);
    if (!found) {
      rein_text_add_n(out, bytes, (size_t)(end - bytes));
      return;
    }
    found += sizeof mark - 1;
    rein_text_add_n(out, bytes, (size_t)(found - bytes));
    for (bytes = found; bytes < end && *bytes >= '0' && *bytes <= '9';) bytes++;
  }
}

/* cairo draws letters as shapes: title and description put the words back, for search and for screen readers.
 */
static void add_words(const rein_plot *plot, const buffer *svg, rein_text *out) {
  const unsigned char *open = memmem(svg->bytes, svg->n, "<svg", 4);
  const unsigned char *end = open ? memchr(open, '>', svg->n - (size_t)(open - svg->bytes)) : NULL;
  const size_t head = end ? (size_t)(end - svg->bytes) + 1 : 0;
  rein_text_add_n(out, (const char *)svg->bytes, head);
  if (end) {
    rein_text_add(out, "\n<title>");
    add_escaped(out, plot->title);
    rein_text_add(out, "</title>\n<desc>");
    add_escaped(out, plot->y_label);
    rein_text_add(out, " over ");
    add_escaped(out, plot->x_label);
    for (int p = 0; p < plot->n_panel; p++) {
      const rein_plot_panel *panel = &plot->panel[p];
      rein_text_add(out, "\n");
      add_escaped(out, panel->title);
      for (int s = 0; panel->n_series > 1 && s < panel->n_series; s++) {
        rein_text_add(out, s == 0 ? ": " : ", ");
        add_escaped(out, panel->series[s].label);
      }
      if (panel->points.label) {
        rein_text_add(out, "\n");
        add_escaped(out, panel->points.label);
      }
    }
    rein_text_add(out, "\n");
    add_escaped(out, plot->caption);
    rein_text_add(out, "\n");
    add_escaped(out, plot->footnote);
    rein_text_add(out, "</desc>");
  }
  add_unnumbered(out, (const char *)svg->bytes + head, svg->n - head);
}

rein_status rein_plot_write(rein_arena *arena, const rein_plot *plot, rein_plot_format format,
                            const char *path, rein_diag *diag) {
  buffer bytes = {NULL, 0, 0};
  const rein_pos nowhere = {NULL, 0, 0, 0};
  const cairo_status_t drawn = render(plot, format, &bytes);
  rein_arena_defer(arena, free, bytes.bytes);
  if (drawn != CAIRO_STATUS_SUCCESS) {
    rein_error(diag, nowhere, "the picture could not be drawn: %s", cairo_status_to_string(drawn));
    return drawn == CAIRO_STATUS_NO_MEMORY ? REIN_ERR_MEMORY : REIN_ERR_SURROUNDINGS;
  }
  if (format == REIN_PLOT_PNG) return rein_files_write(path, bytes.bytes, bytes.n, diag);
  rein_text svg;
  rein_text_init(&svg, arena);
  add_words(plot, &bytes, &svg);
  return rein_files_write(path, svg.bytes, svg.n, diag);
}
