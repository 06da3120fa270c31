#include "src/report/picture.h"

#include <cairo/cairo-svg.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "src/base/files.h"
#include "src/report/html.h"

const rein_colour rein_palette[REIN_N_COLOUR] = {{0.00, 0.45, 0.70}, {0.84, 0.37, 0.00}, {0.00, 0.62, 0.45},
                                                 {0.80, 0.47, 0.65}, {0.90, 0.62, 0.00}, {0.34, 0.71, 0.91}};
const rein_colour rein_ink = {0.13, 0.13, 0.13}, rein_pale = {0.88, 0.88, 0.88};

void rein_picture_use(cairo_t *cr, rein_colour c, double alpha) {
  cairo_set_source_rgba(cr, c.r, c.g, c.b, alpha);
}

double rein_picture_text_width(cairo_t *cr, const char *text, double size) {
  cairo_text_extents_t extents;
  cairo_set_font_size(cr, size);
  cairo_text_extents(cr, text, &extents);
  return extents.x_advance;
}

/* The beginning of text that fits into room with "..." behind it, by whole letters, into part. */
static const char *shorten(cairo_t *cr, const char *text, double size, double room, char *part,
                           size_t n_part) {
  static const char *const dots = "...";
  size_t n = strlen(text);
  if (n > n_part - 4) n = n_part - 4;
  do {
    while (n > 0 && ((unsigned char)text[n] & 0xC0) == 0x80) n--; /* not inside a letter of UTF-8 */
    memcpy(part, text, n);
    memcpy(part + n, dots, 4);
  } while (rein_picture_text_width(cr, part, size) > room && n-- > 0);
  return part;
}

void rein_picture_text(cairo_t *cr, const char *text, double x, double y, double size, double align,
                       double room) {
  char part[512];
  double width = rein_picture_text_width(cr, text, size);
  if (width > room && room > 0.0) {
    size = fmax(0.6 * size, size * room / width);
    width = rein_picture_text_width(cr, text, size);
    if (width > 1.001 * room) {
      text = shorten(cr, text, size, room, part, sizeof part);
      width = rein_picture_text_width(cr, text, size);
    }
  }
  cairo_move_to(cr, x - align * width, y);
  cairo_show_text(cr, text);
}

int rein_picture_count_lines(const char *text) {
  int n = text && *text ? 1 : 0;
  for (const char *p = text; p && *p; p++) n += *p == '\n';
  return n;
}

double rein_picture_lines(cairo_t *cr, const char *text, double x, double y, double room) {
  char line[512];
  for (const char *p = text ? text : ""; *p;) {
    const size_t n = strcspn(p, "\n");
    const size_t kept = n < sizeof line - 1 ? n : sizeof line - 1;
    memcpy(line, p, kept);
    line[kept] = 0;
    rein_picture_text(cr, line, x, y, REIN_FONT_SMALL, 0.0, room);
    y += REIN_PICTURE_LINE;
    p += n + (p[n] == '\n');
  }
  return y;
}

/* ---- file ---- */

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

static cairo_status_t render(const rein_picture *picture, rein_plot_format format, buffer *out) {
  const double png_scale = 2.0; /* points to pixels: sharp on today's screens */
  const double width = picture->width, height = picture->height;
  cairo_surface_t *surface = format == REIN_PLOT_SVG
                                 ? cairo_svg_surface_create_for_stream(collect, out, width, height)
                                 : cairo_image_surface_create(CAIRO_FORMAT_RGB24, (int)(png_scale * width),
                                                              (int)(png_scale * height));
  cairo_t *cr = cairo_create(surface);
  if (format == REIN_PLOT_PNG) cairo_scale(cr, png_scale, png_scale);
  cairo_set_source_rgb(cr, 1.0, 1.0, 1.0);
  cairo_paint(cr);
  cairo_select_font_face(cr, "DejaVu Sans", CAIRO_FONT_SLANT_NORMAL, CAIRO_FONT_WEIGHT_NORMAL);
  rein_picture_use(cr, rein_ink, 1.0);
  picture->draw(picture->context, cr);
  cairo_status_t status = cairo_status(cr);
  cairo_destroy(cr);
  if (status == CAIRO_STATUS_SUCCESS && format == REIN_PLOT_PNG)
    status = cairo_surface_write_to_png_stream(surface, collect, out);
  cairo_surface_finish(surface);
  if (status == CAIRO_STATUS_SUCCESS) status = cairo_surface_status(surface);
  cairo_surface_destroy(surface);
  return status;
}

/* What stands before the identifiers of cairo's elements: where they are named, and where they are used. */
static const char *const marks[] = {"id=\"", "href=\"#", "url(#"};

/* cairo numbers its surfaces over the life of the process: without the number the same plot gives the same
 * bytes. Identifiers get `prefix`, so that several pictures can stand in one page. */
static void add_elements(rein_text *out, const char *bytes, size_t n, const char *prefix) {
  static const char surface[] = "surface";
  for (const char *end = bytes + n; bytes < end;) {
    const char *found = NULL;
    size_t n_mark = 0;
    for (size_t k = 0; k < sizeof marks / sizeof *marks; k++) {
      const char *at = memmem(bytes, (size_t)((found ? found : end) - bytes), marks[k], strlen(marks[k]));
      if (at) found = at, n_mark = strlen(marks[k]);
    }
    if (!found) {
      rein_text_add_n(out, bytes, (size_t)(end - bytes));
      return;
    }
    rein_text_add_n(out, bytes, (size_t)(found - bytes) + n_mark);
    rein_text_add(out, prefix);
    bytes = found + n_mark;
    if (strncmp(bytes, surface, sizeof surface - 1) != 0) continue;
    rein_text_add(out, surface);
    for (bytes += sizeof surface - 1; bytes < end && *bytes >= '0' && *bytes <= '9';) bytes++;
  }
}

/* cairo draws letters as shapes: title and description put the words back, for search and for screen readers.
 */
static void add_word(const char *name, const char *prefix, const char *text, rein_text *out) {
  rein_text_printf(out, "\n<%s", name);
  if (*prefix) rein_text_printf(out, " id=\"%s%s\"", prefix, name);
  rein_text_add(out, ">");
  rein_html_escape(out, text);
  rein_text_printf(out, "</%s>", name);
}

static void add_words(const rein_picture *picture, const char *prefix, rein_text *out) {
  add_word("title", prefix, picture->title, out);
  add_word("desc", prefix, picture->words, out);
}

/* Draws into a buffer that goes with the arena. */
static rein_status draw(rein_arena *arena, const rein_picture *picture, rein_plot_format format,
                        rein_diag *diag, buffer *out) {
  const rein_pos nowhere = {NULL, 0, 0, 0};
  const cairo_status_t drawn = render(picture, format, out);
  rein_arena_defer(arena, free, out->bytes);
  if (drawn == CAIRO_STATUS_SUCCESS) return REIN_OK;
  rein_error(diag, nowhere, "the picture could not be drawn: %s", cairo_status_to_string(drawn));
  return drawn == CAIRO_STATUS_NO_MEMORY ? REIN_ERR_MEMORY : REIN_ERR_SURROUNDINGS;
}

/* Bytes up to the end of cairo's <svg ...>; 0 where there is none. */
static size_t find_head(const buffer *svg) {
  const unsigned char *open = memmem(svg->bytes, svg->n, "<svg", 4);
  const unsigned char *end = open ? memchr(open, '>', svg->n - (size_t)(open - svg->bytes)) : NULL;
  return end ? (size_t)(end - svg->bytes) + 1 : 0;
}

rein_status rein_picture_write(rein_arena *arena, const rein_picture *picture, rein_plot_format format,
                               const char *path, rein_diag *diag) {
  buffer bytes = {NULL, 0, 0};
  const rein_status status = draw(arena, picture, format, diag, &bytes);
  if (status != REIN_OK) return status;
  if (format == REIN_PLOT_PNG) return rein_files_write(path, bytes.bytes, bytes.n, diag);
  rein_text svg;
  rein_text_init(&svg, arena);
  const size_t head = find_head(&bytes);
  rein_text_add_n(&svg, (const char *)bytes.bytes, head);
  if (head) add_words(picture, "", &svg);
  add_elements(&svg, (const char *)bytes.bytes + head, bytes.n - head, "");
  return rein_files_write(path, svg.bytes, svg.n, diag);
}

rein_status rein_picture_embed(rein_arena *arena, const rein_picture *picture, const char *prefix,
                               rein_diag *diag, rein_text *out) {
  buffer bytes = {NULL, 0, 0};
  const rein_status status = draw(arena, picture, REIN_PLOT_SVG, diag, &bytes);
  if (status != REIN_OK) return status;
  const size_t head = find_head(&bytes);
  rein_text_printf(out,
                   "<svg role=\"img\" aria-labelledby=\"%stitle\" aria-describedby=\"%sdesc\" "
                   "width=\"%.0f\" height=\"%.0f\" viewBox=\"0 0 %.6g %.6g\">",
                   prefix, prefix, picture->width, picture->height, picture->width, picture->height);
  add_words(picture, prefix, out);
  add_elements(out, (const char *)bytes.bytes + head, bytes.n - head, prefix);
  return REIN_OK;
}
