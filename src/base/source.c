#include "src/base/source.h"

#include <string.h>

rein_source *rein_source_create(rein_arena *arena, const char *path, const char *bytes, size_t n_byte) {
  size_t n = 0, cap = 0, *start = NULL;
  const size_t mark = n_byte >= 3 && memcmp(bytes, "\xEF\xBB\xBF", 3) == 0 ? 3 : 0;
  REIN_PUSH(arena, start, n, cap, mark);
  for (const char *at = bytes, *end = bytes + n_byte; at < end && (at = memchr(at, '\n', (size_t)(end - at)));
       at++)
    REIN_PUSH(arena, start, n, cap, (size_t)(at - bytes) + 1);
  rein_source *source = REIN_NEW(arena, rein_source, 1);
  *source = (rein_source){rein_arena_strdup(arena, path), bytes, n_byte, start, (int)n};
  return source;
}

rein_pos rein_source_pos(const rein_source *source, size_t offset, int length) {
  int low = 0, high = source->n_line - 1; /* the last line that starts at or before offset */
  while (low < high) {
    int mid = (low + high + 1) / 2;
    if (source->line_start[mid] <= offset)
      low = mid;
    else
      high = mid - 1;
  }
  int column = offset < source->line_start[low] ? 1 : (int)(offset - source->line_start[low]) + 1;
  return (rein_pos){source, low + 1, column, length < 1 ? 1 : length};
}

const char *rein_source_line(const rein_source *source, int line, int *n) {
  *n = 0;
  if (line < 1 || line > source->n_line) return "";
  const char *text = source->bytes + source->line_start[line - 1];
  const char *end = source->bytes + source->n_byte;
  while (text + *n < end && text[*n] != '\n' && text[*n] != '\r') ++*n;
  return text;
}
