#include "src/report/html.h"

#include <assert.h>
#include <stdarg.h>
#include <string.h>

void rein_html_init(rein_html *html, rein_text *out) {
  *html = (rein_html){.out = out};
}

void rein_html_escape(rein_text *out, const char *text) {
  for (const char *p = text ? text : ""; *p; p++) {
    const char *entity = *p == '<'    ? "&lt;"
                         : *p == '>'  ? "&gt;"
                         : *p == '&'  ? "&amp;"
                         : *p == '"'  ? "&quot;"
                         : *p == '\'' ? "&#39;"
                                      : NULL;
    if (entity)
      rein_text_add(out, entity);
    else if (((unsigned char)*p >= 0x20 && *p != 0x7f) || *p == '\n')
      rein_text_add_n(out, p, 1);
  }
}

void rein_html_open(rein_html *html, const char *name, ...) {
  va_list args;
  va_start(args, name);
  assert(html->n_open < REIN_HTML_MAX_DEPTH);
  html->open[html->n_open++] = name;
  rein_text_printf(html->out, "<%s", name);
  for (const char *key; (key = va_arg(args, const char *));) {
    rein_text_printf(html->out, " %s=\"", key);
    rein_html_escape(html->out, va_arg(args, const char *));
    rein_text_add(html->out, "\"");
  }
  va_end(args);
  rein_text_add(html->out, ">");
}

void rein_html_close(rein_html *html, const char *name) {
  assert(html->n_open > 0 && strcmp(html->open[html->n_open - 1], name) == 0);
  html->n_open--;
  rein_text_printf(html->out, "</%s>\n", name);
}

void rein_html_text(rein_html *html, const char *text) {
  rein_html_escape(html->out, text);
}

static void add_formatted(rein_html *html, const char *format, va_list args) {
  rein_html_escape(html->out, rein_arena_vprintf(html->out->arena, format, args));
}

void rein_html_printf(rein_html *html, const char *format, ...) {
  va_list args;
  va_start(args, format);
  add_formatted(html, format, args);
  va_end(args);
}

void rein_html_line(rein_html *html, const char *name, const char *format, ...) {
  va_list args;
  va_start(args, format);
  rein_html_open(html, name, NULL);
  add_formatted(html, format, args);
  rein_html_close(html, name);
  va_end(args);
}

void rein_html_cell(rein_html *html, const char *format, ...) {
  va_list args;
  va_start(args, format);
  rein_html_open(html, "td", NULL);
  add_formatted(html, format, args);
  rein_html_close(html, "td");
  va_end(args);
}

void rein_html_column(rein_html *html, const char *text) {
  rein_html_open(html, "th", "scope", "col", NULL);
  rein_html_text(html, text);
  rein_html_close(html, "th");
}

void rein_html_row(rein_html *html, const char *text) {
  rein_html_open(html, "tr", NULL);
  rein_html_open(html, "th", "scope", "row", NULL);
  rein_html_text(html, text);
  rein_html_close(html, "th");
}

void rein_html_begin_table(rein_html *html, const char *caption, const char *const *heads) {
  rein_html_open(html, "div", "class", "wide", "role", "region", "tabindex", "0", "aria-label", caption,
                 NULL);
  rein_html_open(html, "table", NULL);
  rein_html_line(html, "caption", "%s", caption);
  rein_html_open(html, "thead", NULL);
  rein_html_open(html, "tr", NULL);
  for (int i = 0; heads[i]; i++) rein_html_column(html, heads[i]);
  rein_html_close(html, "tr");
  rein_html_close(html, "thead");
  rein_html_open(html, "tbody", NULL);
}

void rein_html_end_table(rein_html *html) {
  rein_html_close(html, "tbody");
  rein_html_close(html, "table");
  rein_html_close(html, "div");
}
