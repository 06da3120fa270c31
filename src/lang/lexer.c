#include "src/lang/lexer.h"

#include <ctype.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define MAX_BYTES 20000 /* of one expression; a longer one is generated, or not an expression */

typedef struct {
  rein_arena *arena;
  const rein_yaml *scalar;
  rein_diag *diag;
  const char *text;
  size_t at;
  rein_token *tokens;
  size_t n, capacity;
  bool wrong;
} lexer;

static const struct {
  const char *word;
  rein_token_kind kind;
} keywords[] = {
    {"and", REIN_TOKEN_AND},   {"or", REIN_TOKEN_OR},       {"not", REIN_TOKEN_NOT},
    {"if", REIN_TOKEN_IF},     {"then", REIN_TOKEN_THEN},   {"else", REIN_TOKEN_ELSE},
    {"true", REIN_TOKEN_TRUE}, {"false", REIN_TOKEN_FALSE},
};

/* Signs, longest first; `meant` is what to write instead of a sign of another language. */
static const struct {
  const char *sign;
  rein_token_kind kind;
  const char *meant;
} signs[] = {
    {"<=", REIN_TOKEN_LE, NULL},
    {">=", REIN_TOKEN_GE, NULL},
    {"==", REIN_TOKEN_EQ, NULL},
    {"!=", REIN_TOKEN_NE, NULL},
    {"<>", REIN_TOKEN_NE, "!="},
    {"=<", REIN_TOKEN_LE, "<="},
    {"=>", REIN_TOKEN_GE, ">="},
    {"&&", REIN_TOKEN_AND, "and"},
    {"||", REIN_TOKEN_OR, "or"},
    {"**", REIN_TOKEN_POWER, "^"},
    {"+", REIN_TOKEN_PLUS, NULL},
    {"-", REIN_TOKEN_MINUS, NULL},
    {"*", REIN_TOKEN_TIMES, NULL},
    {"/", REIN_TOKEN_DIVIDE, NULL},
    {"^", REIN_TOKEN_POWER, NULL},
    {"(", REIN_TOKEN_OPEN, NULL},
    {")", REIN_TOKEN_CLOSE, NULL},
    {",", REIN_TOKEN_COMMA, NULL},
    {"<", REIN_TOKEN_LT, NULL},
    {">", REIN_TOKEN_GT, NULL},
    {"=", REIN_TOKEN_EQ, "=="},
    {"&", REIN_TOKEN_AND, "and"},
    {"|", REIN_TOKEN_OR, "or"},
    {"!", REIN_TOKEN_NOT, "not"},
    {";", REIN_TOKEN_COMMA, ","},
    {"[", REIN_TOKEN_OPEN, "("},
    {"]", REIN_TOKEN_CLOSE, ")"},
    {"\xE2\x88\x92", REIN_TOKEN_MINUS, "-"}, /* minus sign */
    {"\xE2\x80\x93", REIN_TOKEN_MINUS, "-"}, /* en dash */
    {"\xC3\x97", REIN_TOKEN_TIMES, "*"},     /* multiplication sign */
    {"\xC2\xB7", REIN_TOKEN_TIMES, "*"},     /* middle dot */
    {"\xE2\x89\xA4", REIN_TOKEN_LE, "<="},
    {"\xE2\x89\xA5", REIN_TOKEN_GE, ">="},
    {"\xE2\x89\xA0", REIN_TOKEN_NE, "!="},
};

const char *rein_token_name(rein_token_kind kind) {
  static const char *const names[] = {
#define X(name, text) text,
      REIN_TOKENS(X)
#undef X
  };
  return kind < REIN_N_TOKEN ? names[kind] : "?";
}

bool rein_word_is_reserved(const char *word) {
  for (size_t i = 0; i < sizeof keywords / sizeof *keywords; i++)
    if (strcmp(word, keywords[i].word) == 0) return true;
  return strcmp(word, "time") == 0 || strcmp(word, "pi") == 0;
}

size_t rein_number_length(const char *text) {
  size_t n = 0, digits = 0;
  for (; isdigit((unsigned char)text[n]); n++) digits++;
  if (text[n] == '.')
    for (n++; isdigit((unsigned char)text[n]); n++) digits++;
  if (!digits) return 0;
  if (text[n] == 'e' || text[n] == 'E') {
    size_t sign = text[n + 1] == '-' || text[n + 1] == '+';
    if (isdigit((unsigned char)text[n + 1 + sign]))
      for (n += 1 + sign; isdigit((unsigned char)text[n]);) n++;
  }
  return n;
}

static rein_pos place(const lexer *l, size_t from, size_t to) {
  return rein_yaml_text_pos(l->scalar, from, (int)(to - from));
}

static void add(lexer *l, rein_token token) {
  REIN_PUSH(l->arena, l->tokens, l->n, l->capacity, token);
}

static bool is_word_start(char c) {
  return isalpha((unsigned char)c) || c == '_';
}

static bool is_word(char c) {
  return isalnum((unsigned char)c) || c == '_';
}

/* Bytes of the word at the text: letters, digits, _; inside names also single dots between words. */
static size_t word_length(const char *text, bool dots) {
  size_t n = 0;
  if (!is_word_start(text[0])) return 0;
  while (is_word(text[n]) || (dots && n > 0 && text[n] == '.' && is_word_start(text[n + 1]))) n++;
  return n;
}

static bool is_keyword(const char *text, size_t n, rein_token_kind *kind) {
  for (size_t i = 0; i < sizeof keywords / sizeof *keywords; i++)
    if (strlen(keywords[i].word) == n && strncmp(text, keywords[i].word, n) == 0) {
      *kind = keywords[i].kind;
      return true;
    }
  return false;
}

/* Bytes of the unit word at the text: letters (also micro and degree signs) and digits, with "^" and an
 * integer. */
static size_t unit_word_length(const char *text) {
  size_t n = 0;
  for (;;) {
    if (is_word_start(text[n]) || (n > 0 && isdigit((unsigned char)text[n])))
      n++;
    else if (strncmp(text + n, "\xC2\xB5", 2) == 0 || strncmp(text + n, "\xCE\xBC", 2) == 0 ||
             strncmp(text + n, "\xC2\xB0", 2) == 0)
      n += 2;
    else
      break;
  }
  rein_token_kind kind;
  if (n == 0 || is_keyword(text, n, &kind)) return 0;
  if (text[n] != '^') return n;
  size_t end = n + 1 + (text[n + 1] == '-');
  if (!isdigit((unsigned char)text[end])) return n;
  while (isdigit((unsigned char)text[end])) end++;
  return text[end] == '.' || is_word(text[end]) ? n : end;
}

/* The unit behind a number, if there is one: moves on and gives its text. */
static const char *read_unit(lexer *l) {
  size_t at = l->at;
  while (isspace((unsigned char)l->text[at])) at++;
  const char *start = l->text + at;
  size_t n = *start == '%' ? 1 : unit_word_length(start), quote = 0;
  if (*start == '\'' || *start == '"') {
    const char *end = strchr(start + 1, *start);
    if (!end) return NULL; /* the lone quote is reported as a wrong character */
    quote = 1;
    n = (size_t)(end - start) - 1;
  }
  if (n == 0 && !quote) return NULL;
  l->at = at + n + 2 * quote;
  return rein_arena_strndup(l->arena, start + quote, n);
}

static void read_number(lexer *l) {
  size_t from = l->at, n = rein_number_length(l->text + from);
  double number = strtod(l->text + from, NULL);
  l->at += n;
  if (!isfinite(number)) {
    rein_error(l->diag, place(l, from, l->at), "the number %.*s is too large", (int)(n > 30 ? 30 : n),
               l->text + from);
    l->wrong = true;
    number = 1;
  }
  if (l->text[l->at] == '.') {
    rein_error(l->diag, place(l, from, l->at + 1), "a number with two points");
    l->wrong = true;
    while (l->text[l->at] == '.' || isdigit((unsigned char)l->text[l->at])) l->at++;
  }
  const char *unit = read_unit(l);
  add(l, (rein_token){.kind = REIN_TOKEN_NUMBER, .from = from, .to = l->at, .number = number, .text = unit});
}

static void read_word(lexer *l) {
  size_t from = l->at, n = word_length(l->text + from, true);
  rein_token token = {.kind = REIN_TOKEN_NAME, .from = from, .to = from + n};
  l->at += n;
  if (!is_keyword(l->text + from, n, &token.kind))
    token.text = rein_arena_strndup(l->arena, l->text + from, n);
  add(l, token);
}

static void refuse_character(lexer *l) {
  size_t n = 1;
  while (((unsigned char)l->text[l->at + n] & 0xC0) == 0x80) n++;
  const char *shown = l->text + l->at;
  if (*shown == '\'' || *shown == '"')
    rein_error(l->diag, place(l, l->at, l->at + n),
               "a quote without a number before it: units in quotes follow numbers");
  else if (*shown == '%')
    rein_error(l->diag, place(l, l->at, l->at + n), "'%%' stands directly after a number");
  else
    rein_error(l->diag, place(l, l->at, l->at + n), "unexpected character '%.*s'", (int)n, shown);
  l->wrong = true;
  l->at += n;
  if (*shown == '\'' || *shown == '"') { /* the rest of the quoted text would only give more errors */
    const char *end = strchr(l->text + l->at, *shown);
    if (end) l->at = (size_t)(end - l->text) + 1;
  }
}

static void read_sign(lexer *l) {
  for (size_t i = 0; i < sizeof signs / sizeof *signs; i++) {
    size_t n = strlen(signs[i].sign);
    if (strncmp(l->text + l->at, signs[i].sign, n) != 0) continue;
    if (signs[i].meant) {
      rein_error(l->diag, place(l, l->at, l->at + n), "'%s' has no meaning here, did you mean '%s'?",
                 signs[i].sign, signs[i].meant);
      l->wrong = true;
    }
    add(l, (rein_token){.kind = signs[i].kind, .from = l->at, .to = l->at + n});
    l->at += n;
    return;
  }
  refuse_character(l);
}

bool rein_lexer_read(rein_arena *arena, const rein_yaml *scalar, rein_diag *diag, rein_token **out, int *n) {
  lexer l = {.arena = arena, .scalar = scalar, .diag = diag, .text = scalar->text};
  size_t length = strlen(l.text);
  if (length > MAX_BYTES) {
    rein_error(diag, scalar->pos, "an expression of %zu bytes, at most %d are allowed: use values", length,
               MAX_BYTES);
    l.wrong = true;
    l.text = "";
  }
  for (;;) {
    while (isspace((unsigned char)l.text[l.at])) l.at++;
    char c = l.text[l.at];
    if (!c) break;
    if (isdigit((unsigned char)c) || (c == '.' && isdigit((unsigned char)l.text[l.at + 1])))
      read_number(&l);
    else if (is_word_start(c))
      read_word(&l);
    else
      read_sign(&l);
  }
  add(&l, (rein_token){.kind = REIN_TOKEN_END, .from = l.at, .to = l.at});
  *out = l.tokens;
  *n = (int)l.n;
  return !l.wrong;
}
