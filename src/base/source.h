/* One input file kept whole, with its line starts; and positions in it. */
#ifndef REIN_BASE_SOURCE_H
#define REIN_BASE_SOURCE_H

#include "src/base/arena.h"

typedef struct {
  const char *path;  /* as the user wrote it, for messages */
  const char *bytes; /* (n_byte + 1), final 0 not counted */
  size_t n_byte;
  const size_t *line_start; /* (n_line) offset of each line; the first is behind a byte order mark */
  int n_line;
} rein_source;

/* A place in a source: line and column count from 1; length in bytes for the caret line, at least 1.
 * source NULL: a place that no file has (command line, generated). */
typedef struct {
  const rein_source *source;
  int line, column, length;
} rein_pos;

/* A source from bytes that outlive the arena's user; `path` is copied, `bytes` are not. */
rein_source *rein_source_create(rein_arena *arena, const char *path, const char *bytes, size_t n_byte);

/* Position of the byte at `offset`, `length` bytes long. */
rein_pos rein_source_pos(const rein_source *source, size_t offset, int length);

/* The line's bytes without its end, *n its length; "" for a line that is not there. Lent by the source. */
const char *rein_source_line(const rein_source *source, int line, int *n);

#endif
