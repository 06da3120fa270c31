#include "src/report/bars.h"

#include <math.h>

#include "src/base/text.h"
#include "src/report/plot_axis.h"

enum { WIDTH = 760, LEFT = 250, RIGHT = 30, TOP = 44, ROW = 24, AXIS = 46 };

typedef struct {
  const rein_bars *bars;
  rein_plot_axis x;
  double height;
} canvas;

static double place(const canvas *c, double value) {
  return rein_plot_axis_place(&c->x, value);
}

static void draw_axis(const canvas *c, cairo_t *cr, double bottom) {
  cairo_set_line_width(cr, 1.0);
  for (int i = 0; i < c->x.n_tick; i++) {
    char label[24];
    const double x = place(c, c->x.tick[i]);
    rein_plot_axis_label(&c->x, i, label);
    rein_picture_use(cr, c->x.tick[i] == 0.0 ? rein_ink : rein_pale, 1.0);
    cairo_move_to(cr, x, TOP - 4);
    cairo_line_to(cr, x, bottom);
    cairo_stroke(cr);
    rein_picture_use(cr, rein_ink, 1.0);
    rein_picture_text(cr, label, x, bottom + 15, REIN_FONT_SMALL, 0.5, 0.0);
  }
  rein_picture_text(cr, c->bars->x_label, LEFT + (WIDTH - LEFT - RIGHT) / 2.0, bottom + 34, REIN_FONT_LABEL,
                    0.5, WIDTH - LEFT - RIGHT);
}

/* The note stands beyond the bar's end where there is room, else within the other half. */
static void draw_note(const canvas *c, cairo_t *cr, const rein_bar *bar, double y) {
  rein_picture_use(cr, rein_ink, 1.0);
  if (!isfinite(bar->value)) {
    rein_picture_text(cr, bar->note, LEFT + 6, y + 15, REIN_FONT_SMALL, 0.0, WIDTH - LEFT - RIGHT);
    return;
  }
  const double end = place(c, bar->value);
  const double width = rein_picture_text_width(cr, bar->note, REIN_FONT_SMALL);
  const bool right = !(bar->value < 0.0) ? end + 6 + width < WIDTH - RIGHT : end - 6 - width < LEFT;
  const double from = right == !(bar->value < 0.0) ? end : place(c, 0.0);
  rein_picture_text(cr, bar->note, from + (right ? 6 : -6), y + 15, REIN_FONT_SMALL, right ? 0.0 : 1.0, 0.0);
}

static void draw_all(void *context, cairo_t *cr) {
  const canvas *c = context;
  const rein_bars *b = c->bars;
  const double bottom = TOP + b->n_bar * ROW, room = WIDTH - 24 - RIGHT;
  rein_picture_text(cr, b->title, 24, 26, REIN_FONT_TITLE, 0.0, room);
  draw_axis(c, cr, bottom);
  for (int i = 0; i < b->n_bar; i++) {
    const rein_bar *bar = &b->bar[i];
    const double y = TOP + i * ROW, zero = place(c, 0.0);
    rein_picture_use(cr, rein_ink, 1.0);
    rein_picture_text(cr, bar->label, LEFT - 10, y + 15, REIN_FONT_LABEL, 1.0, LEFT - 20);
    if (isfinite(bar->value)) {
      rein_picture_use(cr, rein_palette[bar->colour % REIN_N_COLOUR], 0.85);
      cairo_rectangle(cr, fmin(zero, place(c, bar->value)), y + 3, fabs(place(c, bar->value) - zero),
                      ROW - 8);
      cairo_fill(cr);
    }
    if (bar->note) draw_note(c, cr, bar, y);
  }
  rein_picture_use(cr, rein_ink, 0.85);
  const double y = rein_picture_lines(cr, b->caption, 24, bottom + AXIS + 12, room);
  rein_picture_lines(cr, b->footnote, 24, y, room);
}

static const char *describe(rein_arena *arena, const rein_bars *bars) {
  rein_text text;
  rein_text_init(&text, arena);
  rein_text_printf(&text, "%s", bars->x_label);
  for (int i = 0; i < bars->n_bar; i++)
    rein_text_printf(&text, "\n%s: %s", bars->bar[i].label, bars->bar[i].note ? bars->bar[i].note : "");
  rein_text_printf(&text, "\n%s\n%s", bars->caption ? bars->caption : "",
                   bars->footnote ? bars->footnote : "");
  return text.bytes;
}

rein_status rein_bars_write(rein_arena *arena, const rein_bars *bars, rein_plot_format format,
                            const char *path, rein_diag *diag) {
  canvas c = {.bars = bars};
  double low = 0.0, high = 0.0;
  for (int i = 0; i < bars->n_bar; i++) {
    if (!isfinite(bars->bar[i].value)) continue;
    low = fmin(low, bars->bar[i].value);
    high = fmax(high, bars->bar[i].value);
  }
  rein_plot_axis_init(&c.x, low, high, 7, false, false, true);
  c.x.at_low = LEFT;
  c.x.at_high = WIDTH - RIGHT;
  const int n_line = rein_picture_count_lines(bars->caption) + rein_picture_count_lines(bars->footnote);
  c.height = TOP + bars->n_bar * ROW + AXIS + n_line * REIN_PICTURE_LINE + 16;
  const rein_picture picture = {.width = WIDTH,
                                .height = c.height,
                                .draw = draw_all,
                                .context = &c,
                                .title = bars->title,
                                .words = describe(arena, bars)};
  return rein_picture_write(arena, &picture, format, path, diag);
}
