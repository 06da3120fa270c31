/* Builds the tree from libyaml's events. Bytes are checked first, so that libyaml sees valid UTF-8 with one
 * kind of line end and its marks (line and character, from 0) can be turned into our byte columns.
 *
 * Invariant: parser and event are freed by close_reader, which the arena calls at the latest; so running out
 * of memory anywhere leaks nothing. The printer is in yaml_print.c.
 */
#include "src/lang/yaml.h"

#include <limits.h>
#include <stdint.h>
#include <string.h>
#include <strings.h>
#include <yaml.h>

#include "src/base/names.h"
#include "src/base/text.h"

#define MAX_DEPTH 64
#define MAX_BYTES ((size_t)64 << 20)
#define MAX_KEY 256                  /* bytes; libyaml takes simple keys up to 1024 */
#define PRIVATE_COLON "\xEE\x80\x80" /* U+E000 */
#define PRIVATE_COMMA "\xEE\x80\x81" /* U+E001 */
#define FEW_KEYS 8                   /* maps with more get a table for finding keys given twice */

typedef struct {
  rein_arena *arena;
  const rein_source *source;
  rein_diag *diag;
  size_t first; /* bytes of a byte order mark, which libyaml does not see */
  yaml_parser_t parser;
  yaml_event_t event;
  bool has_parser, has_event;
} reader;

static void close_event(reader *r) {
  if (r->has_event) yaml_event_delete(&r->event);
  r->has_event = false;
}

static void close_reader(void *object) {
  reader *r = object;
  close_event(r);
  if (r->has_parser) yaml_parser_delete(&r->parser);
  r->has_parser = false;
}

/* ---- bytes ---- */

/* What is wrong with the character of `length` bytes at s, or NULL. */
static const char *wrong_character(const unsigned char *s, int length, size_t left, bool at_line_start) {
  if (length == 0) return "not valid UTF-8";
  if (s[0] == 0) return "a NUL byte in a text file";
  if (s[0] == '\t' && at_line_start) return "a tab at the start of a line: YAML is indented with spaces";
  if (s[0] == '\r' && (left < 2 || s[1] != '\n')) return "a carriage return without a line feed";
  if ((s[0] < 32 && !strchr("\t\n\r", s[0])) || s[0] == 127) return "a control character";
  if (length == 2 && s[0] == 0xC2 && s[1] < 0xA0) return "a control character";
  if (length == 3 && s[0] == 0xE2 && s[1] == 0x80 && (s[2] == 0xA8 || s[2] == 0xA9))
    return "a Unicode line separator";
  if (length == 3 && s[0] == 0xEF && ((s[1] == 0xBB && s[2] == 0xBF) || (s[1] == 0xBF && s[2] >= 0xBE)))
    return "a character that YAML does not allow";
  if (length == 3 && (memcmp(s, PRIVATE_COLON, 3) == 0 || memcmp(s, PRIVATE_COMMA, 3) == 0))
    return "a private-use character";
  return NULL;
}

/* An escape in double quotes that would come out as one of the two private-use characters of mask(). */
static bool is_private_escape(const char *s) {
  size_t zeros = s[1] == 'U' ? 4 : 0;
  if (s[0] != '\\' || (s[1] != 'u' && s[1] != 'U') || strspn(s + 2, "0") < zeros) return false;
  return strncasecmp(s + 2 + zeros, "e000", 4) == 0 || strncasecmp(s + 2 + zeros, "e001", 4) == 0;
}

static bool check_bytes(const reader *r) {
  const unsigned char *bytes = (const unsigned char *)r->source->bytes;
  size_t n = r->source->n_byte;
  bool at_line_start = true;
  for (size_t i = r->first; i < n;) {
    int length = rein_text_utf8_length(r->source->bytes + i, n - i);
    const char *wrong = wrong_character(bytes + i, length, n - i, at_line_start);
    if (!wrong && is_private_escape(r->source->bytes + i)) wrong = "a private-use character";
    if (wrong) {
      rein_error(r->diag, rein_source_pos(r->source, i, 1), "%s", wrong);
      return false;
    }
    at_line_start = bytes[i] == '\n' || (at_line_start && bytes[i] == ' ');
    i += (size_t)length;
  }
  return true;
}

/* ---- parentheses ----
 * `lognormal(cv: 29 %)` and `max(a, b)` are one text in rein's files, also inside { } and [ ], where YAML
 * would end a plain scalar at the ': ' or ','. So libyaml sees these two characters, between parentheses on
 * one line, as private-use ones, and restore() undoes it in every scalar. Marks count characters, so
 * positions stay right. */

/* Length of the line from `from` on. */
static size_t line_length(const reader *r, size_t from) {
  const char *end = memchr(r->source->bytes + from, '\n', r->source->n_byte - from);
  return end ? (size_t)(end - r->source->bytes) - from : r->source->n_byte - from;
}

/* Bytes from an opening parenthesis to the one that closes it, both counted; 0 where it stays open on its
 * line. */
static size_t closed_length(const char *text, size_t n) {
  int open = 0;
  for (size_t i = 0; i < n; i++) {
    if (text[i] == '#' && i > 0 && text[i - 1] == ' ') return 0; /* a comment */
    open += text[i] == '(';
    open -= text[i] == ')';
    if (open == 0) return i + 1;
  }
  return 0;
}

/* Bytes of the quoted scalar that starts here, both quotes counted; 1 where it stays open on its line. */
static size_t quoted_length(const char *text, size_t n) {
  for (size_t i = 1; i < n; i++) {
    bool doubled = text[0] == '\'' && text[i] == '\'' && i + 1 < n && text[i + 1] == '\'';
    if (doubled || (text[0] == '"' && text[i] == '\\'))
      i++;
    else if (text[i] == text[0])
      return i + 1;
  }
  return 1;
}

static void mask_line(const char *line, size_t n, rein_text *out) {
  char before = ':'; /* last byte that is no space: tells a quote that opens a scalar from an apostrophe */
  for (size_t i = 0; i < n;) {
    size_t step = 1;
    if ((line[i] == '"' || line[i] == '\'') && strchr(":,[{-", before)) step = quoted_length(line + i, n - i);
    size_t closed = line[i] == '(' ? closed_length(line + i, n - i) : 0;
    for (size_t k = 0; k < closed; k++) {
      char c = line[i + k];
      rein_text_add_n(out,
                      c == ':'   ? PRIVATE_COLON
                      : c == ',' ? PRIVATE_COMMA
                                 : &c,
                      c == ':' || c == ',' ? 3 : 1);
    }
    if (!closed) rein_text_add_n(out, line + i, step);
    i += closed ? closed : step;
    if (line[i - 1] != ' ') before = line[i - 1];
  }
}

/* The bytes for libyaml. */
static void mask(const reader *r, rein_text *out) {
  rein_text_init(out, r->arena);
  for (size_t at = r->first; at < r->source->n_byte;) {
    size_t n = line_length(r, at);
    mask_line(r->source->bytes + at, n, out);
    at += n;
    if (at++ < r->source->n_byte) rein_text_add_n(out, "\n", 1);
  }
}

/* Undoes mask in place; returns the new length. */
static size_t restore(char *text, size_t n) {
  size_t to = 0;
  for (size_t i = 0; i < n; to++) {
    bool colon = n - i >= 3 && memcmp(text + i, PRIVATE_COLON, 3) == 0;
    bool comma = n - i >= 3 && memcmp(text + i, PRIVATE_COMMA, 3) == 0;
    text[to] = colon ? ':' : comma ? ',' : text[i];
    i += colon || comma ? 3 : 1;
  }
  text[to] = 0;
  return to;
}

/* ---- positions ---- */

static size_t mark_offset(const reader *r, yaml_mark_t mark) {
  const rein_source *s = r->source;
  if (mark.line >= (size_t)s->n_line) return s->n_byte;
  size_t at = s->line_start[mark.line];
  for (size_t i = 0; i < mark.column && at < s->n_byte; i++)
    for (at++; at < s->n_byte && (s->bytes[at] & 0xC0) == 0x80;) at++;
  return at;
}

/* From mark to mark, the first character where they are on different lines. */
static rein_pos mark_pos(const reader *r, yaml_mark_t start, yaml_mark_t end) {
  size_t from = mark_offset(r, start), to = start.line == end.line ? mark_offset(r, end) : from + 1;
  return rein_source_pos(r->source, from, to > from && to - from < INT_MAX ? (int)(to - from) : 1);
}

static rein_pos event_pos(const reader *r) {
  return mark_pos(r, r->event.start_mark, r->event.end_mark);
}

/* ---- events ---- */

/* libyaml's own words, by which a hint is found. */
#define SAYS_TOKEN "cannot start any token"
#define SAYS_MAPPING "mapping values are not allowed"

static void report(const reader *r) {
  const yaml_parser_t *p = &r->parser;
  const char *problem = p->problem ? p->problem : "not valid YAML", *hint = "";
  if (p->error == YAML_READER_ERROR || p->error == YAML_MEMORY_ERROR) {
    rein_error(r->diag, rein_source_pos(r->source, 0, 1), "YAML: %s",
               p->error == YAML_MEMORY_ERROR ? "out of memory" : problem);
    return;
  }
  if (strstr(problem, SAYS_TOKEN)) hint = " (a text that starts with %, @, ` or a tab needs quotes)";
  if (strstr(problem, SAYS_MAPPING))
    hint = " (a text with ': ' inside needs quotes; or a line is indented wrongly)";
  rein_error(r->diag, mark_pos(r, p->problem_mark, p->problem_mark), "YAML: %s%s%s%s", problem,
             p->context ? " " : "", p->context ? p->context : "", hint);
  if (p->context && p->context_mark.line < p->problem_mark.line)
    rein_note(r->diag, mark_pos(r, p->context_mark, p->context_mark), "it begins here");
}

/* Moves to the next event. False with an error: not valid YAML. */
static bool next_event(reader *r) {
  close_event(r);
  r->has_event = yaml_parser_parse(&r->parser, &r->event) != 0;
  if (!r->has_event) report(r);
  return r->has_event;
}

/* Anchor and tag of the present event must be absent. */
static bool refuse_extras(const reader *r, const yaml_char_t *anchor, const yaml_char_t *tag) {
  if (anchor)
    rein_error(r->diag, event_pos(r),
               "anchors ('&%s') are not used in rein's files: a text that starts with '&' needs quotes",
               (const char *)anchor);
  if (tag)
    rein_error(r->diag, event_pos(r),
               "tags are not used in rein's files: a text that starts with '!' needs quotes");
  return !anchor && !tag;
}

static rein_yaml *new_node(const reader *r, rein_yaml_kind kind) {
  rein_yaml *node = REIN_NEW(r->arena, rein_yaml, 1);
  *node = (rein_yaml){.kind = kind, .pos = event_pos(r), .text = "", .text_offset = SIZE_MAX};
  return node;
}

/* Escapes must not bring in what the file itself may not hold. What is wrong, or NULL. */
static const char *wrong_text(const char *text, size_t n) {
  const unsigned char *bytes = (const unsigned char *)text;
  const char *wrong = NULL;
  for (size_t i = 0; i < n && !wrong;) {
    int length = rein_text_utf8_length(text + i, n - i);
    wrong = wrong_character(bytes + i, length, n - i, false);
    i += (size_t)length;
  }
  return wrong;
}

static rein_yaml *read_scalar(reader *r) {
  const char *text = (const char *)r->event.data.scalar.value;
  size_t n = r->event.data.scalar.length;
  yaml_scalar_style_t style = r->event.data.scalar.style;
  if (!refuse_extras(r, r->event.data.scalar.anchor, r->event.data.scalar.tag)) return NULL;
  rein_yaml *node = new_node(r, REIN_YAML_SCALAR);
  node->quoted = style != YAML_PLAIN_SCALAR_STYLE;
  char *copy = rein_arena_strndup(r->arena, text, n);
  n = restore(copy, n);
  node->text = copy;
  const char *wrong = wrong_text(copy, n);
  if (wrong) {
    rein_error(r->diag, node->pos, "%s, written as an escape", wrong);
    return NULL;
  }
  bool quotes = style == YAML_SINGLE_QUOTED_SCALAR_STYLE || style == YAML_DOUBLE_QUOTED_SCALAR_STYLE;
  size_t from = mark_offset(r, r->event.start_mark) + quotes;
  if (from + n <= r->source->n_byte && memcmp(r->source->bytes + from, copy, n) == 0)
    node->text_offset = from;
  return node;
}

static rein_yaml *read_node(reader *r, int depth);

static rein_yaml *read_list(reader *r, int depth) {
  if (!refuse_extras(r, r->event.data.sequence_start.anchor, r->event.data.sequence_start.tag)) return NULL;
  rein_yaml *list = new_node(r, REIN_YAML_LIST);
  size_t n = 0, cap = 0;
  while (next_event(r) && r->event.type != YAML_SEQUENCE_END_EVENT) {
    rein_yaml *item = read_node(r, depth + 1);
    if (!item) return NULL;
    REIN_PUSH(r->arena, list->item, n, cap, item);
  }
  list->n = (int)n;
  return r->has_event ? list : NULL;
}

/* A map under construction. */
typedef struct {
  rein_yaml *map;
  size_t n, cap_key, cap_pos, cap_item;
  rein_names *names; /* NULL while there are few keys */
} map_builder;

static int find_key(reader *r, map_builder *b, const char *key) {
  if (b->n < FEW_KEYS) {
    for (size_t i = 0; i < b->n; i++)
      if (strcmp(b->map->key[i], key) == 0) return (int)i;
    return -1;
  }
  if (!b->names) {
    b->names = rein_names_create(r->arena);
    for (size_t i = 0; i < b->n; i++) rein_names_add(b->names, b->map->key[i], (int)i);
  }
  int found = rein_names_add(b->names, key, (int)b->n);
  return found == (int)b->n ? -1 : found;
}

/* Checks the key in the present event. False with an error after which reading cannot go on. */
static bool read_key(reader *r, map_builder *b, const char **out, rein_pos *pos) {
  *pos = event_pos(r);
  if (r->event.type != YAML_SCALAR_EVENT) {
    rein_error(r->diag, *pos,
               "a key must be a word, found a %s (a text that starts with '{', '[' or '*' needs quotes)",
               r->event.type == YAML_MAPPING_START_EVENT    ? "map"
               : r->event.type == YAML_SEQUENCE_START_EVENT ? "list"
                                                            : "reference");
    return false;
  }
  const rein_yaml *key = read_scalar(r);
  if (!key) return false;
  if (!key->text[0] || strlen(key->text) > MAX_KEY) {
    rein_error(r->diag, *pos, key->text[0] ? "a key of more than %d bytes" : "an empty key", MAX_KEY);
    return false;
  }
  if (!key->quoted && strcmp(key->text, "<<") == 0) {
    rein_error(r->diag, *pos, "merge keys ('<<') are not used in rein's files");
    return false;
  }
  int first = find_key(r, b, key->text);
  if (first >= 0) {
    rein_error(r->diag, *pos, "key '%s' is given twice", key->text);
    rein_note(r->diag, b->map->key_pos[first], "'%s' is first given here", key->text);
  }
  *out = key->text;
  return true;
}

static rein_yaml *read_map(reader *r, int depth) {
  if (!refuse_extras(r, r->event.data.mapping_start.anchor, r->event.data.mapping_start.tag)) return NULL;
  map_builder b = {.map = new_node(r, REIN_YAML_MAP)};
  while (next_event(r) && r->event.type != YAML_MAPPING_END_EVENT) {
    const char *key;
    rein_pos pos;
    if (!read_key(r, &b, &key, &pos) || !next_event(r)) return NULL;
    rein_yaml *item = read_node(r, depth + 1);
    if (!item) return NULL;
    size_t n_key = b.n, n_pos = b.n;
    REIN_PUSH(r->arena, b.map->key, n_key, b.cap_key, key);
    REIN_PUSH(r->arena, b.map->key_pos, n_pos, b.cap_pos, pos);
    REIN_PUSH(r->arena, b.map->item, b.n, b.cap_item, item);
  }
  b.map->n = (int)b.n;
  return r->has_event ? b.map : NULL;
}

/* The node whose first event is the present one. NULL with an error. */
static rein_yaml *read_node(reader *r, int depth) {
  if (depth > MAX_DEPTH) {
    rein_error(r->diag, event_pos(r), "nested more than %d deep", MAX_DEPTH);
    return NULL;
  }
  switch (r->event.type) {
  case YAML_SCALAR_EVENT:
    return read_scalar(r);
  case YAML_SEQUENCE_START_EVENT:
    return read_list(r, depth);
  case YAML_MAPPING_START_EVENT:
    return read_map(r, depth);
  case YAML_ALIAS_EVENT:
    rein_error(r->diag, event_pos(r),
               "aliases ('*%s') are not used in rein's files: a text that starts with '*' needs quotes",
               (const char *)r->event.data.alias.anchor);
    return NULL;
  default:
    rein_error(r->diag, event_pos(r), "expected a value");
    return NULL;
  }
}

static rein_yaml *read_document(reader *r) {
  if (!next_event(r) || !next_event(r)) return NULL; /* stream start, document start */
  if (r->event.type == YAML_STREAM_END_EVENT) {
    rein_error(r->diag, rein_source_pos(r->source, 0, 1), "the file is empty");
    return NULL;
  }
  if (r->event.data.document_start.version_directive ||
      r->event.data.document_start.tag_directives.start != r->event.data.document_start.tag_directives.end) {
    rein_error(r->diag, event_pos(r), "directives ('%%YAML', '%%TAG') are not used in rein's files");
    return NULL;
  }
  if (!next_event(r)) return NULL;
  rein_yaml *root = read_node(r, 0);
  if (root && root->kind == REIN_YAML_SCALAR && !root->text[0] && !root->quoted) {
    rein_error(r->diag, root->pos, "the file is empty");
    return NULL;
  }
  if (!root || !next_event(r) || !next_event(r)) return NULL; /* document end, then stream end */
  if (r->event.type == YAML_STREAM_END_EVENT) return root;
  rein_error(r->diag, event_pos(r), "a second document in one file");
  return NULL;
}

rein_status rein_yaml_parse(rein_arena *arena, const rein_source *source, rein_diag *diag,
                            const rein_yaml **out) {
  int n_error = rein_diag_n_error(diag);
  reader *r = REIN_NEW(arena, reader, 1);
  *r = (reader){.arena = arena, .source = source, .diag = diag};
  if (source->n_byte >= 3 && memcmp(source->bytes, "\xEF\xBB\xBF", 3) == 0) r->first = 3;
  if (source->n_byte > MAX_BYTES) {
    rein_error(diag, rein_source_pos(source, 0, 1), "the file is larger than 64 MiB");
    return REIN_ERR_INPUT;
  }
  if (!check_bytes(r)) return REIN_ERR_INPUT;
  rein_arena_defer(arena, close_reader, r);
  r->has_parser = yaml_parser_initialize(&r->parser) != 0;
  if (!r->has_parser) {
    rein_error(diag, rein_source_pos(source, 0, 1), "YAML: out of memory");
    return REIN_ERR_MEMORY;
  }
  yaml_parser_set_encoding(&r->parser, YAML_UTF8_ENCODING);
  rein_text masked;
  mask(r, &masked);
  yaml_parser_set_input_string(&r->parser, (const unsigned char *)masked.bytes, masked.n);
  const rein_yaml *root = read_document(r);
  bool no_memory = r->parser.error == YAML_MEMORY_ERROR;
  close_reader(r);
  if (no_memory) return REIN_ERR_MEMORY;
  if (!root || rein_diag_n_error(diag) > n_error) return REIN_ERR_INPUT;
  *out = root;
  return REIN_OK;
}

const rein_yaml *rein_yaml_get(const rein_yaml *map, const char *key) {
  if (!map || map->kind != REIN_YAML_MAP) return NULL;
  for (int i = 0; i < map->n; i++)
    if (strcmp(map->key[i], key) == 0) return map->item[i];
  return NULL;
}

/* ---- positions inside scalars ---- */

static bool is_blank(char c) {
  return c == ' ' || c == '\n' || c == '\r' || c == '\t';
}

/* Where a scalar's text begins in its source: behind its quote, or below the line of '|' or '>'. */
static size_t text_start(const rein_yaml *scalar, char *style) {
  const rein_source *s = scalar->pos.source;
  size_t at = s->line_start[scalar->pos.line - 1] + (size_t)scalar->pos.column - 1;
  *style = scalar->quoted && at < s->n_byte ? s->bytes[at] : 0;
  if (*style == '|' || *style == '>') {
    while (at < s->n_byte && s->bytes[at] != '\n') at++;
    while (at < s->n_byte && is_blank(s->bytes[at]) && !is_blank(scalar->text[0])) at++;
  } else if (*style) {
    at++;
  }
  return at;
}

/* Offset in the source of the byte at `offset` of a text in several lines, found by walking both together: a
 * run of blanks in the text stands for a run of blanks in the source. SIZE_MAX where they part (escapes). */
static size_t align(const rein_yaml *scalar, size_t offset) {
  const rein_source *s = scalar->pos.source;
  char style;
  size_t at = text_start(scalar, &style);
  for (size_t i = 0; at < s->n_byte; i++) {
    char c = scalar->text[i];
    if (i > 0 && is_blank(scalar->text[i - 1]) && !is_blank(c))
      while (at < s->n_byte && is_blank(s->bytes[at])) at++;
    if (i == offset || at >= s->n_byte || !c) return i == offset ? at : SIZE_MAX;
    if (is_blank(c)) continue; /* the run in the source is passed before the next letter */
    if (s->bytes[at] != c) return SIZE_MAX;
    at += style == '\'' && c == '\'' ? 2 : 1;
  }
  return SIZE_MAX;
}

rein_pos rein_yaml_text_pos(const rein_yaml *scalar, size_t offset, int length) {
  const rein_source *source = scalar->pos.source;
  if (!source || scalar->kind != REIN_YAML_SCALAR || offset > strlen(scalar->text)) return scalar->pos;
  size_t at = scalar->text_offset == SIZE_MAX ? align(scalar, offset) : scalar->text_offset + offset;
  return at == SIZE_MAX || at > source->n_byte ? scalar->pos : rein_source_pos(source, at, length);
}
