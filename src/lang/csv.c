#include "src/lang/csv.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "src/base/text.h"

typedef struct {
  rein_arena *arena;
  rein_diag *diag;
  const rein_source *source;
  const rein_source *quiet; /* the same file without its lines: messages show places, no cells */
  size_t at;
  const char **text; /* all fields, the header's first */
  size_t *offset;
  size_t n, cap_text, cap_offset, n_offset;
} reader;

static rein_pos place(const rein_source *source, const rein_source *quiet, size_t offset) {
  rein_pos pos = rein_source_pos(source, offset, 1);
  pos.source = quiet;
  return pos;
}

static rein_pos pos_at(const reader *r, size_t offset) {
  return place(r->source, r->quiet, offset);
}

static bool at_line_end(const reader *r) {
  const char *bytes = r->source->bytes;
  return r->at >= r->source->n_byte || bytes[r->at] == '\n' ||
         (bytes[r->at] == '\r' && r->at + 1 < r->source->n_byte && bytes[r->at + 1] == '\n');
}

static void skip_line_end(reader *r) {
  if (r->at < r->source->n_byte && r->source->bytes[r->at] == '\r') r->at++;
  if (r->at < r->source->n_byte) r->at++;
}

static void add_field(reader *r, const char *text, size_t offset) {
  REIN_PUSH(r->arena, r->text, r->n, r->cap_text, text);
  REIN_PUSH(r->arena, r->offset, r->n_offset, r->cap_offset, offset);
}

/* A quoted field, r->at on its first quote; false with an error where it does not end well. */
static bool read_quoted(reader *r) {
  size_t start = r->at++;
  const char *bytes = r->source->bytes;
  rein_text text;
  rein_text_init(&text, r->arena);
  for (;; r->at++) {
    if (r->at >= r->source->n_byte) {
      rein_error(r->diag, pos_at(r, start), "this quoted field has no end: a quote is missing");
      return false;
    }
    if (bytes[r->at] == '"') {
      if (r->at + 1 >= r->source->n_byte || bytes[r->at + 1] != '"') break;
      r->at++;
    }
    rein_text_add_n(&text, &bytes[r->at], 1);
  }
  r->at++;
  if (!at_line_end(r) && bytes[r->at] != ',') {
    rein_error(r->diag, pos_at(r, r->at), "expected a comma or the end of the line after a quoted field");
    return false;
  }
  add_field(r, text.n ? text.bytes : "", start);
  return true;
}

static bool is_blank(char c) {
  return c == ' ' || c == '\t';
}

static bool read_plain(reader *r) {
  const char *bytes = r->source->bytes;
  size_t start = r->at;
  for (; !at_line_end(r) && bytes[r->at] != ','; r->at++) {
    if (bytes[r->at] == '"') {
      rein_error(r->diag, pos_at(r, r->at), "a quote inside a field that does not begin with one");
      return false;
    }
  }
  size_t end = r->at;
  while (start < end && is_blank(bytes[start])) start++;
  while (end > start && is_blank(bytes[end - 1])) end--;
  add_field(r, rein_arena_strndup(r->arena, bytes + start, end - start), start);
  return true;
}

/* One line's fields; *n_field how many. */
static bool read_line(reader *r, size_t *n_field) {
  size_t first = r->n;
  for (;;) {
    bool quoted = r->at < r->source->n_byte && r->source->bytes[r->at] == '"';
    if (!(quoted ? read_quoted(r) : read_plain(r))) return false;
    if (at_line_end(r)) break;
    r->at++; /* the comma */
  }
  skip_line_end(r);
  *n_field = r->n - first;
  return true;
}

static void skip_before_header(reader *r) {
  const rein_source *source = r->source;
  if (source->n_byte >= 3 && memcmp(source->bytes, "\xef\xbb\xbf", 3) == 0) r->at = 3;
  while (r->at < source->n_byte && source->bytes[r->at] == '#') {
    while (!at_line_end(r)) r->at++;
    skip_line_end(r);
  }
}

/* JSON and pages hold text from tables. */
static bool check_utf8(const reader *r) {
  const rein_source *source = r->source;
  for (size_t i = 0; i < source->n_byte;) {
    const int length = rein_text_utf8_length(source->bytes + i, source->n_byte - i);
    if (length == 0) {
      rein_error(r->diag, pos_at(r, i), "not valid UTF-8: save the table as UTF-8");
      return false;
    }
    i += (size_t)length;
  }
  return true;
}

static bool check_header(reader *r, size_t n_column) {
  int n_error = rein_diag_n_error(r->diag);
  for (size_t i = 0; i < n_column; i++) {
    rein_pos pos = pos_at(r, r->offset[i]);
    if (r->text[i][0] == '\0') rein_error(r->diag, pos, "column %zu has no name in the header", i + 1);
    for (size_t k = 0; k < i; k++) {
      if (r->text[i][0] != '\0' && strcmp(r->text[k], r->text[i]) == 0) {
        rein_error(r->diag, pos, "column '%s' is there twice", r->text[i]);
      }
    }
  }
  return rein_diag_n_error(r->diag) == n_error;
}

static bool read_rows(reader *r, size_t n_column) {
  bool good = true;
  while (r->at < r->source->n_byte) {
    if (at_line_end(r)) { /* an empty line ends no record */
      skip_line_end(r);
      continue;
    }
    size_t start = r->at, n_field;
    if (r->n > REIN_CSV_MAX_CELL - REIN_CSV_MAX_COLUMN || !read_line(r, &n_field)) return false;
    if (n_field != n_column) {
      rein_error(r->diag, pos_at(r, start), "this line has %zu fields, the header has %zu", n_field,
                 n_column);
      r->n -= n_field; /* so that the table keeps its shape */
      r->n_offset -= n_field;
      good = false;
    }
  }
  return good;
}

rein_status rein_csv_parse(rein_arena *arena, const rein_source *source, rein_diag *diag, rein_csv **out) {
  rein_source *quiet = REIN_NEW(arena, rein_source, 1);
  quiet->path = source->path;
  quiet->bytes = "";
  reader r = {.arena = arena, .diag = diag, .source = source, .quiet = quiet};
  skip_before_header(&r);
  if (memchr(source->bytes, '\0', source->n_byte) != NULL) {
    rein_error(diag, pos_at(&r, 0), "this is no text: it holds a zero byte");
    return REIN_ERR_INPUT;
  }
  if (!check_utf8(&r)) return REIN_ERR_INPUT;
  size_t n_column = 0;
  if (r.at >= source->n_byte || at_line_end(&r)) {
    rein_error(diag, pos_at(&r, r.at), "expected a header line with the names of the columns");
    return REIN_ERR_INPUT;
  }
  if (!read_line(&r, &n_column)) return REIN_ERR_INPUT;
  if (n_column > REIN_CSV_MAX_COLUMN) {
    rein_error(diag, pos_at(&r, 0), "%zu columns, at most %d are read", n_column, REIN_CSV_MAX_COLUMN);
    return REIN_ERR_INPUT;
  }
  if (!check_header(&r, n_column) || !read_rows(&r, n_column)) return REIN_ERR_INPUT;

  rein_csv *csv = REIN_NEW(arena, rein_csv, 1);
  *csv = (rein_csv){.source = source,
                    .quiet = quiet,
                    .n_column = (int)n_column,
                    .n_row = (int64_t)(r.n / n_column) - 1,
                    .header = r.text,
                    .cell = r.text + n_column,
                    .header_offset = r.offset,
                    .offset = r.offset + n_column};
  *out = csv;
  return REIN_OK;
}

int rein_csv_find(const rein_csv *csv, const char *column) {
  for (int i = 0; i < csv->n_column; i++) {
    if (strcmp(csv->header[i], column) == 0) return i;
  }
  return -1;
}

int rein_csv_get_column(const rein_csv *csv, const char *column, rein_pos pos, rein_diag *diag) {
  int found = rein_csv_find(csv, column);
  if (found >= 0) return found;
  const char *closest = NULL;
  int least = (int)strlen(column) / 3 + 1;
  for (int i = 0; i < csv->n_column; i++) {
    int distance = rein_names_distance(column, csv->header[i]);
    if (distance <= least) {
      least = distance - 1;
      closest = csv->header[i];
    }
  }
  if (closest) {
    rein_error(diag, pos, "'%s' has no column '%s', did you mean '%s'?", csv->source->path, column, closest);
  } else {
    rein_error(diag, pos, "'%s' has no column '%s'", csv->source->path, column);
  }
  return -1;
}

const char *rein_csv_text(const rein_csv *csv, int64_t row, int column) {
  return csv->cell[row * csv->n_column + column];
}

rein_pos rein_csv_pos(const rein_csv *csv, int64_t row, int column) {
  return place(csv->source, csv->quiet, csv->offset[row * csv->n_column + column]);
}

bool rein_csv_is_missing(const rein_csv *csv, int64_t row, int column) {
  static const char *const WORDS[] = {"", "NA", "na", "NaN", "nan", "."};
  const char *text = rein_csv_text(csv, row, column);
  for (size_t i = 0; i < sizeof WORDS / sizeof *WORDS; i++) {
    if (strcmp(text, WORDS[i]) == 0) return true;
  }
  return false;
}

bool rein_csv_number(const rein_csv *csv, int64_t row, int column, rein_diag *diag, double *out) {
  const char *name = csv->header[column];
  if (rein_csv_is_missing(csv, row, column)) {
    rein_error(diag, rein_csv_pos(csv, row, column), "column '%s' has no value in this line", name);
    return false;
  }
  /* strtod also takes hexadecimal and words such as "infinity": a decimal number has neither x nor other
   * letters than e. */
  const char *text = rein_csv_text(csv, row, column);
  char *end = NULL;
  double value = strtod(text, &end);
  if (*end != '\0' || !isfinite(value) || strpbrk(text, "xXnNiI") != NULL) {
    rein_error(diag, rein_csv_pos(csv, row, column), "column '%s' holds no number in this line", name);
    return false;
  }
  *out = value;
  return true;
}
