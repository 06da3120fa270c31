/* Two panels side by side with the level across: the observed share against the diagonal on the left, the
 * mean width on the right. A narrow interval is worth nothing without the first, a wide one little with it.
 */
#include "src/report/calibration.h"

#include <math.h>
#include <stdio.h>

#include "src/report/plot_axis.h"

enum { LEFT = 62, TOP = 46, SIDE = 250, GAP = 84, BELOW = 50, RIGHT = 18 };

typedef struct {
  const rein_calibration *what;
  cairo_t *cr;
  rein_plot_axis x, y;
} panel;

static void line(cairo_t *cr, double x0, double y0, double x1, double y1, double width) {
  cairo_set_line_width(cr, width);
  cairo_move_to(cr, x0, y0);
  cairo_line_to(cr, x1, y1);
  cairo_stroke(cr);
}

static void draw_frame(panel *p, double left, const char *title, const char *y_label) {
  char label[24];
  p->x.at_low = left, p->x.at_high = left + SIDE;
  p->y.at_low = TOP + SIDE, p->y.at_high = TOP;
  for (int i = 0; i < p->y.n_tick; i++) {
    const double y = rein_plot_axis_place(&p->y, p->y.tick[i]);
    rein_picture_use(p->cr, rein_pale, 1.0);
    line(p->cr, left, y, left + SIDE, y, 0.8);
    rein_plot_axis_label(&p->y, i, label);
    rein_picture_use(p->cr, rein_ink, 1.0);
    rein_picture_text(p->cr, label, left - 6, y + 4, REIN_FONT_SMALL, 1.0, 0.0);
  }
  for (int i = 0; i < p->x.n_tick; i++) {
    const double x = rein_plot_axis_place(&p->x, p->x.tick[i]);
    line(p->cr, x, TOP + SIDE, x, TOP + SIDE + 4, 0.8);
    rein_plot_axis_label(&p->x, i, label);
    rein_picture_text(p->cr, label, x, TOP + SIDE + 16, REIN_FONT_SMALL, 0.5, 0.0);
  }
  cairo_set_line_width(p->cr, 0.9);
  cairo_rectangle(p->cr, left, TOP, SIDE, SIDE);
  cairo_stroke(p->cr);
  rein_picture_text(p->cr, title, left, TOP - 7, REIN_FONT_SMALL + 0.5, 0.0, SIDE);
  rein_picture_text(p->cr, "level of the central interval [%]", left + SIDE / 2.0, TOP + SIDE + 36,
                    REIN_FONT_SMALL, 0.5, SIDE);
  cairo_save(p->cr);
  cairo_translate(p->cr, left - 44, TOP + SIDE / 2.0);
  cairo_rotate(p->cr, -M_PI / 2);
  rein_picture_text(p->cr, y_label, 0, 0, REIN_FONT_SMALL, 0.5, SIDE);
  cairo_restore(p->cr);
}

/* value: 100 times share, or width. Joined by a line; dots where there is a number. */
static void draw_curve(const panel *p, bool share) {
  bool pen_down = false;
  rein_picture_use(p->cr, rein_palette[0], 1.0);
  cairo_set_line_width(p->cr, 1.6);
  for (int i = 0; i < p->what->n_point; i++) {
    const rein_calibration_point *at = &p->what->point[i];
    const double value = share ? 100.0 * at->share : at->width;
    if (!isfinite(value)) {
      pen_down = false;
      continue;
    }
    const double x = rein_plot_axis_place(&p->x, 100.0 * at->level), y = rein_plot_axis_place(&p->y, value);
    if (pen_down)
      cairo_line_to(p->cr, x, y);
    else
      cairo_move_to(p->cr, x, y);
    pen_down = true;
  }
  cairo_stroke(p->cr);
  for (int i = 0; i < p->what->n_point; i++) {
    const rein_calibration_point *at = &p->what->point[i];
    const double value = share ? 100.0 * at->share : at->width;
    const double x = rein_plot_axis_place(&p->x, 100.0 * at->level);
    if (share && isfinite(at->low) && isfinite(at->high))
      line(p->cr, x, rein_plot_axis_place(&p->y, 100.0 * at->low), x,
           rein_plot_axis_place(&p->y, 100.0 * at->high), 1.2);
    if (!isfinite(value)) continue;
    cairo_new_sub_path(p->cr);
    cairo_arc(p->cr, x, rein_plot_axis_place(&p->y, value), 3.0, 0.0, 2.0 * M_PI);
    cairo_fill(p->cr);
  }
}

static void draw_all(void *context, cairo_t *cr) {
  const rein_calibration *what = context;
  panel p = {.what = what, .cr = cr};
  double widest = 0.0;
  for (int i = 0; i < what->n_point; i++) widest = fmax(widest, what->point[i].width);
  rein_picture_text(cr, what->title, LEFT, 22, REIN_FONT_TITLE, 0.0, 2.0 * SIDE + GAP);
  rein_plot_axis_init(&p.x, 0.0, 100.0, 5, false, false, true);
  rein_plot_axis_init(&p.y, 0.0, 100.0, 5, false, false, true);
  draw_frame(&p, LEFT, "calibration: on the line is right", "observed within it [%]");
  rein_picture_use(cr, rein_ink, 0.6);
  line(cr, p.x.at_low, p.y.at_low, p.x.at_high, p.y.at_high, 1.0);
  draw_curve(&p, true);
  rein_picture_use(cr, rein_ink, 1.0);
  rein_plot_axis_init(&p.y, 0.0, widest, 5, false, false, true);
  char label[160];
  snprintf(label, sizeof label, "mean width [%.120s]", what->unit);
  draw_frame(&p, LEFT + SIDE + GAP, "width: narrow is sharp", label);
  draw_curve(&p, false);
}

rein_status rein_calibration_embed(rein_arena *arena, const rein_calibration *calibration, const char *prefix,
                                   rein_diag *diag, rein_text *out) {
  rein_calibration copy = *calibration;
  const rein_picture picture = {.width = LEFT + 2 * SIDE + GAP + RIGHT,
                                .height = TOP + SIDE + BELOW,
                                .draw = draw_all,
                                .context = &copy,
                                .title = calibration->title,
                                .words = calibration->words};
  return rein_picture_embed(arena, &picture, prefix, diag, out);
}
