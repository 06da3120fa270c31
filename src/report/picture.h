/* A drawing surface: what is drawn becomes an SVG or PNG file with words for search and screen readers. Text
 * reaches the picture as text alone: no shell, no markup of the drawing program.
 *
 * Colours: Okabe and Ito's, which people with colour-blindness can tell apart. */
#ifndef REIN_REPORT_PICTURE_H
#define REIN_REPORT_PICTURE_H

#include <cairo/cairo.h>

#include "src/base/diag.h"
#include "src/base/text.h"

typedef enum { REIN_PLOT_SVG, REIN_PLOT_PNG } rein_plot_format;

typedef struct {
  double r, g, b;
} rein_colour;
enum { REIN_N_COLOUR = 6 };
extern const rein_colour rein_palette[REIN_N_COLOUR];
extern const rein_colour rein_ink, rein_pale;

/* Sizes of letters [points]. */
#define REIN_FONT_TITLE 15.0
#define REIN_FONT_LABEL 12.0
#define REIN_FONT_SMALL 10.5
/* From line to line of small text [points]. */
#define REIN_PICTURE_LINE 15

void rein_picture_use(cairo_t *cr, rein_colour c, double alpha);
double rein_picture_text_width(cairo_t *cr, const char *text, double size);

/* Text at (x, y), align 0 left, 0.5 centre, 1 right. Where it is wider than `room` (0: never) it is made
 * smaller, to three fifths at most, and then shortened with "...". */
void rein_picture_text(cairo_t *cr, const char *text, double x, double y, double size, double align,
                       double room);

/* Small text, line by line from (x, y) down, each at most `room` wide. Answers the y below it. */
double rein_picture_lines(cairo_t *cr, const char *text, double x, double y, double room);
int rein_picture_count_lines(const char *text);

typedef struct {
  double width, height; /* points */
  void (*draw)(void *context, cairo_t *cr);
  void *context;
  const char *title, *words; /* what a screen reader says */
} rein_picture;

/* Writes the picture to a temporary name and renames it. REIN_OK; REIN_ERR_FILE, REIN_ERR_MEMORY,
 * REIN_ERR_SURROUNDINGS with an error in diag. The same drawing gives the same bytes. Scratch memory comes
 * from `arena`; `draw` allocates nothing in it. */
rein_status rein_picture_write(rein_arena *arena, const rein_picture *picture, rein_plot_format format,
                               const char *path, rein_diag *diag);

/* Adds the picture to a page as an <svg> element with title and description. prefix: of all identifiers in
 * it, letters and digits, different for each picture of a page. Otherwise as rein_picture_write. */
rein_status rein_picture_embed(rein_arena *arena, const rein_picture *picture, const char *prefix,
                               rein_diag *diag, rein_text *out);

#endif
