/* Reads "name(key: value, key: value)": the forms of distributions and noise. See rein_parse_form in
 * parser.h. */
#include <ctype.h>
#include <string.h>

#include "src/lang/parser.h"

typedef struct {
  rein_arena *arena;
  const rein_yaml *scalar;
  rein_diag *diag;
  const char *text;
  rein_form *form;
  size_t n, cap_key, cap_value, cap_pos;
} reader;

static bool is_space(char c) {
  return c == ' ' || c == '\n';
}

static void trim(const char *text, size_t *from, size_t *to) {
  while (*from < *to && is_space(text[*from])) ++*from;
  while (*to > *from && is_space(text[*to - 1])) --*to;
}

/* Bytes of the word at the text. */
static size_t word_length(const char *text) {
  size_t n = 0;
  while (isalnum((unsigned char)text[n]) || text[n] == '_') n++;
  return isdigit((unsigned char)text[0]) ? 0 : n;
}

static rein_pos place(const reader *r, size_t from, size_t to) {
  return rein_yaml_text_pos(r->scalar, from, (int)(to - from));
}

static bool fail(const reader *r, size_t from, size_t to, const char *message) {
  rein_error(r->diag, place(r, from, to), "%s, expected a form such as 'lognormal(cv: 30 %%)'", message);
  return false;
}

/* One "key: value" or "value" in [from, to). */
static bool read_pair(reader *r, size_t from, size_t to) {
  trim(r->text, &from, &to);
  if (from == to) return fail(r, from, to, "nothing between ',' and ',' or parentheses");
  size_t n_key = word_length(r->text + from), colon = from + n_key;
  while (colon < to && is_space(r->text[colon])) colon++;
  bool keyed = n_key > 0 && colon < to && r->text[colon] == ':';
  if (!keyed && n_key > 0 && colon < to && r->text[colon] == '=')
    return fail(r, colon, colon + 1, "'=' instead of ':'");
  const char *key = keyed ? rein_arena_strndup(r->arena, r->text + from, n_key) : "";
  size_t start = keyed ? colon + 1 : from;
  trim(r->text, &start, &to);
  if (start == to) return fail(r, from, to, "a key without a value");
  for (size_t i = 0; keyed && i < r->n; i++)
    if (strcmp(r->form->key[i], key) == 0) {
      rein_error(r->diag, place(r, from, from + n_key), "'%s' is given twice", key);
      return false;
    }
  size_t n_key_now = r->n, n_pos_now = r->n;
  const char *value = rein_arena_strndup(r->arena, r->text + start, to - start);
  REIN_PUSH(r->arena, r->form->key, n_key_now, r->cap_key, key);
  REIN_PUSH(r->arena, r->form->value_pos, n_pos_now, r->cap_pos, place(r, start, to));
  REIN_PUSH(r->arena, r->form->value, r->n, r->cap_value, value);
  return true;
}

/* The pairs from behind the opening parenthesis on; *end is behind the closing one. */
static bool read_pairs(reader *r, size_t from, size_t *end) {
  int depth = 0;
  size_t start = from, at = from;
  for (char quote = 0;; at++) {
    char c = r->text[at];
    if (!c) return fail(r, from - 1, from, "'(' is not closed");
    if (quote) {
      if (c == quote) quote = 0;
      continue;
    }
    if (c == '\'' || c == '"') quote = c;
    if (depth == 0 && (c == ',' || c == ')')) {
      bool empty = c == ')' && r->n == 0 && strspn(r->text + start, " \n") == at - start;
      if (!empty && !read_pair(r, start, at)) return false;
      start = at + 1;
      if (c == ')') break;
    }
    depth += c == '(';
    depth -= c == ')';
  }
  *end = at + 1;
  return true;
}

bool rein_parse_form(rein_arena *arena, const rein_yaml *scalar, rein_diag *diag, rein_form *out) {
  rein_form form = {0};
  reader r = {.arena = arena, .scalar = scalar, .diag = diag, .text = scalar->text, .form = &form};
  size_t from = 0, to = strlen(r.text);
  if (scalar->kind != REIN_YAML_SCALAR) {
    rein_error(diag, scalar->pos, "expected a form such as 'lognormal(cv: 30 %%)', found a %s",
               scalar->kind == REIN_YAML_MAP ? "map" : "list");
    return false;
  }
  trim(r.text, &from, &to);
  size_t n = word_length(r.text + from), at = from + n;
  if (n == 0) return fail(&r, from, to, from == to ? "found nothing" : "no name at its start");
  form.name = rein_arena_strndup(arena, r.text + from, n);
  form.pos = place(&r, from, at);
  while (is_space(r.text[at])) at++;
  if (r.text[at] == '(' && !read_pairs(&r, at + 1, &at)) return false;
  if (strspn(r.text + at, " \n") != strlen(r.text + at)) return fail(&r, at, to, "text after the form");
  form.n = (int)r.n;
  *out = form;
  return true;
}
