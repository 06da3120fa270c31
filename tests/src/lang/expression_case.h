/* Shared by the tests of the expression files: text in, print or first message out. */
#ifndef REIN_TESTS_EXPRESSION_CASE_H
#define REIN_TESTS_EXPRESSION_CASE_H

#include <string.h>

#include "src/lang/parser.h"

/* The text as a scalar of its own source, as if it stood alone in a file "t.yaml". */
static inline const rein_yaml *case_scalar(rein_arena *arena, const char *text) {
  rein_yaml *scalar = REIN_NEW(arena, rein_yaml, 1);
  const rein_source *source = rein_source_create(arena, "t.yaml", text, strlen(text));
  *scalar = (rein_yaml){.kind = REIN_YAML_SCALAR, .pos = rein_source_pos(source, 0, 1), .text = text};
  return scalar;
}

/* First line of what the diag prints, or "" without messages. */
static inline char *case_message(rein_arena *arena, const rein_diag *diag) {
  rein_text text;
  rein_text_init(&text, arena);
  rein_diag_print(diag, &text);
  text.bytes[strcspn(text.bytes, "\n")] = 0;
  return text.bytes;
}

#endif
