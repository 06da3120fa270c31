/* Writes HTML: text and attributes reach the page escaped, elements are closed in the order they were opened.
 * Nothing here can make a page load anything. */
#ifndef REIN_REPORT_HTML_H
#define REIN_REPORT_HTML_H

#include "src/base/text.h"

enum { REIN_HTML_MAX_DEPTH = 24 };

typedef struct {
  rein_text *out;
  const char *open[REIN_HTML_MAX_DEPTH]; /* elements that are open, outermost first */
  int n_open;
} rein_html;

void rein_html_init(rein_html *html, rein_text *out);

/* Adds text with <, >, &, quotes as entities; control characters but line ends are left out. NULL: nothing.
 */
void rein_html_escape(rein_text *out, const char *text);

/* <name key="value" ...>: pairs of texts, ended by NULL; name and keys are constants of the program. */
void rein_html_open(rein_html *html, const char *name, ...) __attribute__((sentinel));

/* Closes the innermost element, which has to be `name`. */
void rein_html_close(rein_html *html, const char *name);

/* Escaped text within the innermost element. */
void rein_html_text(rein_html *html, const char *text);
void rein_html_printf(rein_html *html, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* <name>text</name> and a line end. */
void rein_html_line(rein_html *html, const char *name, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* One cell of a table, and the same as the head of a column or of its row. */
void rein_html_cell(rein_html *html, const char *format, ...) __attribute__((format(printf, 2, 3)));
void rein_html_column(rein_html *html, const char *text);
void rein_html_row(rein_html *html, const char *text); /* opens the row too */

/* A table that can be scrolled sideways by keyboard, with its caption; heads: of the columns, ended by NULL.
 * The body is open until rein_html_end_table. */
void rein_html_begin_table(rein_html *html, const char *caption, const char *const *heads);
void rein_html_end_table(rein_html *html);

#endif
