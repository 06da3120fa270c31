#include "src/report/page.h"

#include <stdarg.h>
#include <string.h>

#include "src/record/record.h"

/* Dark on light, one column, the font of the pictures, nothing that has to be loaded. The policy in the head
 * makes a browser refuse all that could be. */
static const char style[] =
    ":root{color-scheme:light}"
    "body{margin:0;background:#fff;color:#1d2024;font:1rem/1.5 'DejaVu Sans',Verdana,sans-serif}"
    "header,main,footer,nav{max-width:72rem;margin:0 auto;padding:0 1rem}"
    "h1{font-size:1.6rem;line-height:1.25;margin:1rem 0 .25rem}"
    "h2{font-size:1.25rem;margin:2rem 0 .5rem;padding-top:.5rem;border-top:2px solid #c9cdd3}"
    "h3{font-size:1.05rem;margin:1.25rem 0 .4rem}"
    "h1,h2,h3,p,dd,li{overflow-wrap:anywhere}"
    "p,ul{max-width:52rem}"
    "a{color:#0b4a8f}"
    "a:focus-visible,[tabindex]:focus-visible{outline:3px solid #0b4a8f;outline-offset:2px}"
    ".skip{position:absolute;left:-999rem}.skip:focus{left:1rem;top:.5rem;background:#fff;padding:.5rem}"
    "nav ul{list-style:none;padding:0;display:flex;flex-wrap:wrap;gap:.25rem 1rem}"
    ".note{border-left:4px solid #6b7280;padding:.25rem 0 .25rem .75rem;color:#33373d}"
    ".verdict{display:inline-block;font-size:1.3rem;font-weight:700;padding:.35rem .8rem;border:3px solid;"
    "border-radius:.4rem}"
    ".supported{color:#0a5c36;background:#eef8f2}.not-supported{color:#8f1d14;background:#fdf1ef}"
    ".undecided,.none{color:#4a4f57;background:#f4f5f7}"
    "dl{display:grid;grid-template-columns:minmax(8rem,14rem) 1fr;gap:.2rem 1rem}"
    "dt{font-weight:600}dd{margin:0}"
    ".wide{overflow-x:auto;margin:.5rem 0 1rem}"
    "table{border-collapse:collapse;font-size:.9rem;font-variant-numeric:tabular-nums}"
    "caption{text-align:left;font-weight:600;padding:.25rem 0}"
    "th,td{border:1px solid #c9cdd3;padding:.25rem .5rem;text-align:left;vertical-align:top}"
    "thead th{background:#f1f3f5}"
    "figure{margin:1rem 0}figure svg{max-width:100%;height:auto}figcaption{max-width:52rem;color:#33373d}"
    "pre{white-space:pre-wrap;overflow-wrap:anywhere;background:#f6f7f8;padding:.75rem;"
    "font:.85rem/1.4 'DejaVu Sans Mono',monospace}"
    "@media (max-width:40rem){dl{grid-template-columns:1fr}dd{margin:0 0 .4rem}}"
    "@media print{nav,.skip{display:none}body{font-size:10pt}.wide{overflow:visible}"
    "table{font-size:7.5pt}figure,tr,.verdict{break-inside:avoid}h2,h3{break-after:avoid}"
    "thead{display:table-header-group}}";

static void add_contents(rein_html *html, const rein_page *page) {
  rein_html_open(html, "nav", "aria-label", "Contents", NULL);
  rein_html_open(html, "ul", NULL);
  for (const rein_page_section *s = page->section; s->id; s++) {
    rein_html_open(html, "li", NULL);
    rein_html_open(html, "a", "href", rein_arena_printf(html->out->arena, "#%s", s->id), NULL);
    rein_html_text(html, s->heading);
    rein_html_close(html, "a");
    rein_html_close(html, "li");
  }
  rein_html_close(html, "ul");
  rein_html_close(html, "nav");
}

void rein_page_begin(rein_html *html, const rein_page *page) {
  rein_text_add(html->out, "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
                           "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
                           "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; "
                           "style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'\">\n"
                           "<meta name=\"generator\" content=\"rein " REIN_VERSION "\">\n");
  rein_html_line(html, "title", "%s: %s", page->kind, page->title);
  rein_text_printf(html->out, "<style>%s</style>\n</head>\n<body>\n", style);
  rein_html_open(html, "a", "class", "skip", "href", "#main", NULL);
  rein_html_text(html, "Skip to the report");
  rein_html_close(html, "a");
  rein_html_open(html, "header", NULL);
  rein_html_line(html, "h1", "%s", page->title);
  rein_html_line(html, "p", "%s, written by rein %s.", page->kind, REIN_VERSION);
  rein_html_open(html, "p", "class", "note", NULL);
  rein_html_text(html, REIN_FOR_RESEARCH);
  rein_html_close(html, "p");
  rein_html_close(html, "header");
  add_contents(html, page);
  rein_html_open(html, "main", "id", "main", "tabindex", "-1", NULL);
}

void rein_page_end(rein_html *html, const rein_page *page) {
  rein_html_close(html, "main");
  rein_html_open(html, "footer", NULL);
  rein_html_line(html, "p", "Boundary: %s. %s", page->boundary, REIN_FOR_RESEARCH);
  rein_html_close(html, "footer");
  rein_text_add(html->out, "</body>\n</html>\n");
}

void rein_page_section_begin(rein_html *html, const rein_page *page, const char *id) {
  const rein_page_section *s = page->section;
  while (s->id && strcmp(s->id, id) != 0) s++;
  const char *heading_id = rein_arena_printf(html->out->arena, "%s-heading", id);
  rein_html_open(html, "section", "id", id, "aria-labelledby", heading_id, NULL);
  rein_html_open(html, "h2", "id", heading_id, NULL);
  rein_html_text(html, s->id ? s->heading : id);
  rein_html_close(html, "h2");
}

void rein_page_section_end(rein_html *html) {
  rein_html_close(html, "section");
}

void rein_page_facts_begin(rein_html *html) {
  rein_html_open(html, "dl", NULL);
}

void rein_page_fact(rein_html *html, const char *name, const char *format, ...) {
  va_list args;
  va_start(args, format);
  rein_html_line(html, "dt", "%s", name);
  rein_html_line(html, "dd", "%s", rein_arena_vprintf(html->out->arena, format, args));
  va_end(args);
}

void rein_page_facts_end(rein_html *html) {
  rein_html_close(html, "dl");
}

void rein_page_evidence(rein_html *html, const rein_page *page, const rein_model *model,
                        const char *why_not) {
  rein_page_section_begin(html, page, "evidence");
  if (!model) {
    rein_html_line(html, "p", "n/a: %s", why_not);
  } else {
    rein_text text;
    rein_text_init(&text, html->out->arena);
    rein_model_print_evidence(model, &text);
    rein_html_line(html, "p", "Where the numbers of model %s come from, as 'rein check' counts it.",
                   model->name);
    rein_html_line(html, "pre", "%s", text.bytes);
  }
  rein_page_section_end(html);
}

void rein_page_boundary(rein_html *html, const rein_page *page, const char *arms) {
  rein_page_section_begin(html, page, "boundary");
  rein_html_open(html, "p", NULL);
  rein_html_open(html, "strong", NULL);
  rein_html_text(html, page->boundary);
  rein_html_close(html, "strong");
  rein_html_printf(html, ". %s", REIN_FOR_RESEARCH);
  rein_html_close(html, "p");
  if (arms) rein_html_line(html, "p", "By its actions another boundary holds for: %s.", arms);
  rein_page_section_end(html);
}
