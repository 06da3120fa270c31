#include "src/report/choices.h"

#include <math.h>
#include <stdio.h>

#include "src/report/plot_axis.h"
#include "src/stats/binomial.h"

enum {
  LEFT = 250,
  PANEL = 200,
  GAP = 30,
  PER_BAND = 3,
  RIGHT = 24,
  TOP = 52,
  HEAD = 26,
  ROW = 24,
  FOOT = 44
};
enum {
  WIDTH = LEFT + PER_BAND * PANEL + (PER_BAND - 1) * GAP + RIGHT,
  SIDE = 260,
  ACROSS = 420,
  TRADE = SIDE + HEAD + FOOT
};
#define TWO_SIDED 1.959963984540054 /* of the normal: 95 % */

/* What one choice has in one panel. */
typedef struct {
  double search, check, low, high, p5, p95; /* low, high: 95 % interval; p5, p95: of people, NaN of limits */
} spot;

typedef struct {
  const char *title, *note; /* above and below */
  spot *spot;               /* (n_choice) */
  double line[2];           /* ends of the wanted range, or the allowed share; NaN: none */
  rein_plot_axis x;
} panel;

typedef struct {
  const rein_steering *s;
  const char **label; /* (n_choice) */
  panel *panel;       /* (n_panel) objectives, then limits */
  int n_panel;
  const char *caption, *empty;
} canvas;

/* ---- numbers ---- */

static spot spot_of_objective(const rein_steer_choice *c, int k) {
  const rein_steer_number *check = &c->check.objective[k];
  return (spot){.search = c->search.objective[k].mean,
                .check = check->mean,
                .low = check->mean - TWO_SIDED * check->error,
                .high = check->mean + TWO_SIDED * check->error,
                .p5 = check->p5,
                .p95 = check->p95};
}

static spot spot_of_limit(const rein_steer_choice *c, int k) {
  spot at = {.low = NAN, .high = NAN, .p5 = NAN, .p95 = NAN};
  at.search = 100.0 * (double)c->search.beyond[k] / (double)c->search.n_person;
  at.check = 100.0 * (double)c->check.beyond[k] / (double)c->check.n_person;
  rein_binomial_interval((double)c->check.beyond[k], (double)c->check.n_person, 0.95, &at.low, &at.high);
  at.low *= 100.0;
  at.high *= 100.0;
  return at;
}

static void widen(double *low, double *high, double value) {
  if (!isfinite(value)) return;
  *low = fmin(*low, value);
  *high = fmax(*high, value);
}

/* people: the spread of people is in the range, too. */
static rein_plot_axis make_axis(const panel *p, int n, bool people, double at_low, double at_high) {
  double low = INFINITY, high = -INFINITY;
  rein_plot_axis axis;
  for (int i = 0; i < n; i++) {
    const double values[] = {p->spot[i].search, p->spot[i].check, p->spot[i].low,
                             p->spot[i].high,   p->spot[i].p5,    p->spot[i].p95};
    for (int k = 0; k < (people ? 6 : 4); k++) widen(&low, &high, values[k]);
  }
  for (int k = 0; k < 2; k++) widen(&low, &high, p->line[k]);
  if (!(low <= high)) low = 0.0, high = 1.0;
  rein_plot_axis_init(&axis, low, high, 4, false, false, true);
  axis.at_low = at_low;
  axis.at_high = at_high;
  return axis;
}

static const char *describe_want(rein_arena *arena, const rein_steer_objective *o, const char *unit) {
  if (o->want == REIN_STEER_RANGE)
    return rein_arena_printf(arena, "wanted: %g to %g %s", o->low, o->high, unit);
  return o->want == REIN_STEER_LOW ? "wanted: low" : "wanted: high";
}

static panel make_panel(rein_arena *arena, const rein_steering *s, int k) {
  panel p = {.spot = REIN_NEW(arena, spot, s->n_choice + 1), .line = {NAN, NAN}};
  const int limit = k - s->n_objective, column = k % PER_BAND;
  for (int i = 0; i < s->n_choice; i++)
    p.spot[i] = limit < 0 ? spot_of_objective(&s->choice[i], k) : spot_of_limit(&s->choice[i], limit);
  if (limit < 0) {
    const rein_steer_objective *o = &s->objective[k];
    const rein_observable *y = &s->scenario->model->observable[o->observable];
    p.title = rein_arena_printf(arena, "%s: %s [%s]", o->name, y->name, y->unit_text);
    p.note = rein_arena_printf(arena, "%s; weight %g", describe_want(arena, o, y->unit_text), o->weight);
    if (o->want == REIN_STEER_RANGE) p.line[0] = o->low, p.line[1] = o->high;
  } else {
    p.title = rein_arena_printf(arena, "beyond %s [%% of people]", s->limit[limit].name);
    p.note = rein_arena_printf(arena, "limit: %.3g %%", 100.0 * s->limit[limit].probability);
    p.line[0] = 100.0 * s->limit[limit].probability;
  }
  const double left = LEFT + column * (PANEL + GAP);
  p.x = make_axis(&p, s->n_choice, true, left, left + PANEL);
  return p;
}

static const char *make_label(rein_arena *arena, const rein_steering *s, const rein_steer_choice *c) {
  rein_text text;
  rein_text_init(&text, arena);
  if (c->rank > 0 && s->alone)
    rein_text_add(&text, "alone, no rank");
  else if (c->rank > 0)
    rein_text_printf(&text, "%d", c->rank);
  else
    rein_text_add(&text, "dropped");
  if (s->exploratory) rein_text_add(&text, ", exploratory");
  for (int i = 0; i < s->n_action; i++)
    rein_text_printf(&text, "%s %s %.4g%s%s", i ? "," : ":", s->action[i].name, c->value[i],
                     *s->action[i].unit ? " " : "", s->action[i].unit);
  return text.bytes;
}

static const char *make_caption(rein_arena *arena, const rein_steering *s) {
  return rein_arena_printf(
      arena,
      "Ring: %lld people of the search. Dot: mean or share of %lld other people, with its 95 %% interval; "
      "thin: 5 to "
      "95 %% of people. Dashed: wanted range, or limit.\n"
      "No point of the search beats a choice of layer 1 in every objective; none of them is the best.\n"
      "Evidence: %s.\n"
      "Research use only: what a model's cohorts do under actions. Nothing here chooses a treatment.",
      (long long)s->n_search, (long long)s->n_check, s->evidence);
}

/* ---- drawing ---- */

static void line(cairo_t *cr, double x0, double y0, double x1, double y1, double width) {
  cairo_set_line_width(cr, width);
  cairo_move_to(cr, x0, y0);
  cairo_line_to(cr, x1, y1);
  cairo_stroke(cr);
}

static void circle(cairo_t *cr, double x, double y, bool filled) {
  cairo_set_line_width(cr, 1.3);
  cairo_new_sub_path(cr);
  cairo_arc(cr, x, y, filled ? 3.4 : 4.6, 0.0, 2.0 * M_PI);
  if (filled)
    cairo_fill(cr);
  else
    cairo_stroke(cr);
}

/* A line across a panel that the numbers are held against. */
static void dash(cairo_t *cr, double x0, double y0, double x1, double y1) {
  const double dashes[] = {5.0, 4.0};
  rein_picture_use(cr, rein_palette[1], 1.0);
  cairo_set_dash(cr, dashes, 2, 0.0);
  line(cr, x0, y0, x1, y1, 1.4);
  cairo_set_dash(cr, NULL, 0, 0.0);
}

static void draw_axis(cairo_t *cr, const rein_plot_axis *x, double top, double bottom) {
  for (int i = 0; i < x->n_tick; i++) {
    char label[24];
    const double at = rein_plot_axis_place(x, x->tick[i]);
    rein_plot_axis_label(x, i, label);
    rein_picture_use(cr, rein_pale, 1.0);
    line(cr, at, top, at, bottom, 0.8);
    rein_picture_use(cr, rein_ink, 1.0);
    rein_picture_text(cr, label, at, bottom + 14, REIN_FONT_SMALL, 0.5, 0.0);
  }
}

static void draw_panel(const canvas *c, cairo_t *cr, const panel *p, double top) {
  const double bottom = top + c->s->n_choice * ROW;
  draw_axis(cr, &p->x, top, bottom);
  rein_picture_text(cr, p->title, p->x.at_low, top - 8, REIN_FONT_SMALL, 0.0, PANEL);
  rein_picture_text(cr, p->note, p->x.at_low, bottom + 30, REIN_FONT_SMALL, 0.0, PANEL);
  for (int k = 0; k < 2; k++) {
    const double at = rein_plot_axis_place(&p->x, p->line[k]);
    if (!isnan(p->line[k])) dash(cr, at, top, at, bottom);
  }
  for (int i = 0; i < c->s->n_choice; i++) {
    const spot *at = &p->spot[i];
    const double y = top + (i + 0.5) * ROW;
    rein_picture_use(cr, c->s->choice[i].rank > 0 ? rein_palette[0] : rein_ink, 1.0);
    if (isfinite(at->p5) && isfinite(at->p95))
      line(cr, rein_plot_axis_place(&p->x, at->p5), y, rein_plot_axis_place(&p->x, at->p95), y, 0.8);
    if (isfinite(at->low) && isfinite(at->high))
      line(cr, rein_plot_axis_place(&p->x, at->low), y, rein_plot_axis_place(&p->x, at->high), y, 3.0);
    if (isfinite(at->search)) circle(cr, rein_plot_axis_place(&p->x, at->search), y, false);
    if (isfinite(at->check)) circle(cr, rein_plot_axis_place(&p->x, at->check), y, true);
  }
}

static void draw_band(const canvas *c, cairo_t *cr, int first, double top) {
  for (int i = 0; i < c->s->n_choice; i++) {
    rein_picture_use(cr, rein_ink, 1.0);
    rein_picture_text(cr, c->label[i], LEFT - 12, top + i * ROW + 16, REIN_FONT_SMALL, 1.0, LEFT - 30);
  }
  for (int k = first; k < c->n_panel && k < first + PER_BAND; k++) draw_panel(c, cr, &c->panel[k], top);
}

/* The first two objectives against each other, with the ranks beside the dots. */
static void draw_trade_off(const canvas *c, cairo_t *cr, double top) {
  const double bottom = top + SIDE;
  const rein_plot_axis x = make_axis(&c->panel[0], c->s->n_choice, false, LEFT, LEFT + ACROSS),
                       y = make_axis(&c->panel[1], c->s->n_choice, false, bottom, top);
  draw_axis(cr, &x, top, bottom);
  for (int i = 0; i < y.n_tick; i++) {
    char label[24];
    rein_plot_axis_label(&y, i, label);
    rein_picture_text(cr, label, LEFT - 6, rein_plot_axis_place(&y, y.tick[i]) + 4, REIN_FONT_SMALL, 1.0,
                      0.0);
  }
  rein_picture_text(cr, c->panel[1].title, LEFT - 44, top + SIDE / 2.0, REIN_FONT_SMALL, 1.0, LEFT - 60);
  rein_picture_text(cr, c->panel[0].title, (x.at_low + x.at_high) / 2.0, bottom + 32, REIN_FONT_SMALL, 0.5,
                    ACROSS);
  rein_picture_text(cr, "one against the other; ranks beside the dots", LEFT, top - 8, REIN_FONT_SMALL, 0.0,
                    ACROSS);
  for (int k = 0; k < 2; k++) {
    const double across = rein_plot_axis_place(&x, c->panel[0].line[k]),
                 up = rein_plot_axis_place(&y, c->panel[1].line[k]);
    if (!isnan(c->panel[0].line[k])) dash(cr, across, top, across, bottom);
    if (!isnan(c->panel[1].line[k])) dash(cr, x.at_low, up, x.at_high, up);
  }
  for (int i = 0; i < c->s->n_choice; i++) {
    const spot *a = &c->panel[0].spot[i], *b = &c->panel[1].spot[i];
    char rank[16] = "dropped";
    if (!isfinite(a->check) || !isfinite(b->check)) continue;
    const double at = rein_plot_axis_place(&x, a->check), up = rein_plot_axis_place(&y, b->check);
    if (c->s->choice[i].rank > 0 && c->s->alone)
      snprintf(rank, sizeof rank, "alone");
    else if (c->s->choice[i].rank > 0)
      snprintf(rank, sizeof rank, "%d", c->s->choice[i].rank);
    rein_picture_use(cr, c->s->choice[i].rank > 0 ? rein_palette[0] : rein_ink, 1.0);
    line(cr, rein_plot_axis_place(&x, a->low), up, rein_plot_axis_place(&x, a->high), up, 1.2);
    line(cr, at, rein_plot_axis_place(&y, b->low), at, rein_plot_axis_place(&y, b->high), 1.2);
    circle(cr, at, up, true);
    if (isfinite(a->search) && isfinite(b->search))
      circle(cr, rein_plot_axis_place(&x, a->search), rein_plot_axis_place(&y, b->search), false);
    rein_picture_use(cr, rein_ink, 1.0);
    rein_picture_text(cr, rank, at + 7, up - 6, REIN_FONT_SMALL, 0.0, 0.0);
  }
}

static bool has_trade_off(const canvas *c) {
  return c->s->n_objective > 1 && c->s->n_choice > 0;
}

static double band_height(const canvas *c) {
  return HEAD + c->s->n_choice * ROW + FOOT;
}

static int n_band(const canvas *c) {
  return c->s->n_choice > 0 ? (c->n_panel + PER_BAND - 1) / PER_BAND : 0;
}

static double height_of(const canvas *c) {
  return TOP + n_band(c) * band_height(c) + (has_trade_off(c) ? TRADE : 0) + (c->s->n_choice ? 0 : 40) +
         rein_picture_count_lines(c->caption) * REIN_PICTURE_LINE + 24;
}

/* Across the whole picture, so that no part of it can be shown without. */
static void mark_exploratory(cairo_t *cr, double height) {
  for (double y = 150; y < height + 100; y += 220) {
    cairo_save(cr);
    cairo_translate(cr, WIDTH / 2.0, y);
    cairo_rotate(cr, -0.25);
    rein_picture_use(cr, rein_palette[1], 0.22);
    rein_picture_text(cr, "EXPLORATORY: not supported", 0, 0, 46.0, 0.5, 0.0);
    cairo_restore(cr);
  }
}

static void draw_all(void *context, cairo_t *cr) {
  const canvas *c = context;
  double y = TOP;
  if (c->s->exploratory) mark_exploratory(cr, height_of(c));
  rein_picture_use(cr, rein_ink, 1.0);
  rein_picture_text(cr, c->s->title, 24, 28, REIN_FONT_TITLE, 0.0, WIDTH - 48);
  if (c->s->n_choice == 0)
    rein_picture_text(cr, c->empty, 24, y + 16, REIN_FONT_LABEL, 0.0, WIDTH - 48), y += 40;
  if (has_trade_off(c)) draw_trade_off(c, cr, y + HEAD), y += TRADE;
  for (int band = 0; band < n_band(c); band++, y += band_height(c))
    draw_band(c, cr, band * PER_BAND, y + HEAD);
  rein_picture_use(cr, rein_ink, 0.85);
  rein_picture_lines(cr, c->caption, 24, y + 16, WIDTH - 48);
}

/* Every number of the picture in words. */
static const char *describe(rein_arena *arena, const canvas *c) {
  rein_text text;
  rein_text_init(&text, arena);
  if (c->s->exploratory) rein_text_add(&text, "EXPLORATORY: not supported\n");
  if (c->s->n_choice == 0) rein_text_printf(&text, "%s\n", c->empty);
  for (int i = 0; i < c->s->n_choice; i++) {
    rein_text_printf(&text, "%s", c->label[i]);
    for (int k = 0; k < c->n_panel; k++) {
      const spot *at = &c->panel[k].spot[i];
      rein_text_printf(&text, "; %s: search %.4g, check %.4g (%.4g to %.4g)", c->panel[k].title, at->search,
                       at->check, at->low, at->high);
    }
    rein_text_add(&text, "\n");
  }
  for (int k = 0; k < c->n_panel; k++)
    rein_text_printf(&text, "%s: %s\n", c->panel[k].title, c->panel[k].note);
  rein_text_add(&text, c->caption);
  return text.bytes;
}

rein_status rein_choices_write(rein_arena *arena, const rein_steering *s, rein_plot_format format,
                               const char *path, rein_diag *diag) {
  canvas c = {.s = s,
              .label = REIN_NEW(arena, const char *, s->n_choice + 1),
              .n_panel = s->n_objective + s->n_limit,
              .caption = make_caption(arena, s),
              .empty = "No point is within all limits."};
  c.panel = REIN_NEW(arena, panel, c.n_panel + 1);
  for (int i = 0; i < s->n_choice; i++) c.label[i] = make_label(arena, s, &s->choice[i]);
  for (int k = 0; k < c.n_panel; k++) c.panel[k] = make_panel(arena, s, k);
  const rein_picture picture = {.width = WIDTH,
                                .height = height_of(&c),
                                .draw = draw_all,
                                .context = &c,
                                .title = s->title,
                                .words = describe(arena, &c)};
  return rein_picture_write(arena, &picture, format, path, diag);
}
