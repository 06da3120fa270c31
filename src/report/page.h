/* What all report pages have in common: head, style, landmarks, the line on research, tables of facts. */
#ifndef REIN_REPORT_PAGE_H
#define REIN_REPORT_PAGE_H

#include "src/base/diag.h"
#include "src/lang/model.h"
#include "src/report/html.h"

typedef struct {
  const char *id, *heading; /* of a section, for the table of contents */
} rein_page_section;

typedef struct {
  const char *kind;                 /* "Validation report" */
  const char *title, *boundary;     /* of the page; what the model may be used for */
  const rein_page_section *section; /* ended by id NULL */
} rein_page;

/* Everything up to the first section, with <main> open; and from there to the end of the file. */
void rein_page_begin(rein_html *html, const rein_page *page);
void rein_page_end(rein_html *html, const rein_page *page);

/* <section> with its heading. */
void rein_page_section_begin(rein_html *html, const rein_page *page, const char *id);
void rein_page_section_end(rein_html *html);

/* A list of facts: begin, facts, end. */
void rein_page_facts_begin(rein_html *html);
void rein_page_fact(rein_html *html, const char *name, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
void rein_page_facts_end(rein_html *html);

/* Section "evidence": what the model's numbers rest on; model NULL: n/a with the reason. */
void rein_page_evidence(rein_html *html, const rein_page *page, const rein_model *model, const char *why_not);

/* Section "boundary"; arms: those with another one, as text, NULL none. */
void rein_page_boundary(rein_html *html, const rein_page *page, const char *arms);

#endif
