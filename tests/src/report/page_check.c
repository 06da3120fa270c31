#include "tests/src/report/page_check.h"

#include <check.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

enum { MAX_DEPTH = 64, MAX_ID = 4000 };

int page_count(const char *page, const char *word) {
  int n = 0;
  for (const char *p = page; (p = strstr(p, word)); p += strlen(word)) n++;
  return n;
}

static bool is_void(const char *name) {
  return strcmp(name, "meta") == 0 || strcmp(name, "!DOCTYPE") == 0;
}

/* A reader of its own: a stack of names, attributes only looked at for '>' within quotes. */
static void check_tags(const char *page) {
  static char open[MAX_DEPTH][32];
  int depth = 0;
  for (const char *p = page; (p = strchr(p, '<'));) {
    const bool closing = p[1] == '/';
    char name[32] = "";
    ck_assert_msg(sscanf(p + 1 + closing, "%31[!A-Za-z0-9]", name) == 1, "a bare '<' in: %.60s", p);
    char quote = 0;
    const char *end = p;
    for (; *end && (quote || *end != '>'); end++) {
      if (quote && *end == quote)
        quote = 0;
      else if (!quote && *end == '"')
        quote = *end;
      else if (!quote)
        ck_assert_msg(strncmp(end, " src", 4) != 0 && strncmp(end, " on", 3) != 0,
                      "an attribute that acts: %.60s", p);
    }
    ck_assert_msg(*end == '>', "a tag without end: %.60s", p);
    if (closing) {
      ck_assert_msg(depth > 0 && strcmp(open[depth - 1], name) == 0, "</%s> closes <%s>", name,
                    depth ? open[depth - 1] : "nothing");
      depth--;
    } else if (!is_void(name) && end[-1] != '/') {
      ck_assert_int_lt(depth, MAX_DEPTH);
      strcpy(open[depth++], name);
    }
    p = end;
  }
  ck_assert_int_eq(depth, 0);
}

typedef struct {
  const char *text;
  size_t n;
} slice;
static slice ids[MAX_ID];
static int n_ids;

static bool has_id(const char *text, size_t n) {
  for (int i = 0; i < n_ids; i++)
    if (ids[i].n == n && memcmp(ids[i].text, text, n) == 0) return true;
  return false;
}

static void check_identifiers(const char *page) {
  static const char *const uses[] = {"href=\"#", "url(#", "aria-labelledby=\"", "aria-describedby=\""};
  n_ids = 0;
  for (const char *p = page; (p = strstr(p, " id=\""));) {
    p += 5;
    const size_t n = strcspn(p, "\"");
    ck_assert_msg(!has_id(p, n), "identifier %.*s stands twice", (int)n, p);
    ck_assert_int_lt(n_ids, MAX_ID);
    ids[n_ids++] = (slice){p, n};
  }
  for (int k = 0; k < 4; k++) {
    for (const char *p = page; (p = strstr(p, uses[k]));) {
      p += strlen(uses[k]);
      const size_t n = strcspn(p, "\")");
      ck_assert_msg(has_id(p, n), "%s%.*s leads nowhere", uses[k], (int)n, p);
    }
  }
}

static void check_nothing_loaded(const char *page) {
  static const char *const never[] = {"<script", "<img",  "<link",       "<iframe", "<object",
                                      "<embed",  "<base", "javascript:", "@import", "://"};
  for (size_t k = 0; k < sizeof never / sizeof *never; k++)
    ck_assert_msg(!strstr(page, never[k]), "the page holds %s", never[k]);
  /* every reference stays within the page */
  ck_assert_int_eq(page_count(page, "href=\""), page_count(page, "href=\"#"));
  ck_assert_int_eq(page_count(page, "url("), page_count(page, "url(#"));
}

void page_check(const char *page) {
  check_tags(page);
  check_identifiers(page);
  check_nothing_loaded(page);
  ck_assert_int_eq(page_count(page, "<html lang=\"en\">"), 1);
  ck_assert_int_eq(page_count(page, "<h1>"), 1);
  ck_assert_int_eq(page_count(page, "<main "), 1);
  ck_assert_int_eq(page_count(page, "<table>"), page_count(page, "<caption>"));
  ck_assert_int_eq(page_count(page, "<th scope="), page_count(page, "<th") - page_count(page, "<thead"));
  ck_assert_int_eq(page_count(page, "<svg "), page_count(page, "<desc id="));
  ck_assert_int_eq(page_count(page, "<svg "), page_count(page, "role=\"img\""));
  ck_assert_ptr_nonnull(strstr(page, "For research only"));
  ck_assert_ptr_nonnull(strstr(page, "@media print"));
  ck_assert_ptr_nonnull(strstr(page, "content=\"default-src 'none'; "));
}
