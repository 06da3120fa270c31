/* Growing byte buffer in an arena, used by all printers. Always ends in a 0 that is not counted. */
#ifndef REIN_BASE_TEXT_H
#define REIN_BASE_TEXT_H

#include "src/base/arena.h"

typedef struct {
  rein_arena *arena;
  char *bytes; /* (n + 1), lent until the next addition */
  size_t n, capacity;
} rein_text;

/* An empty text. */
void rein_text_init(rein_text *text, rein_arena *arena);
void rein_text_add(rein_text *text, const char *string);
void rein_text_add_n(rein_text *text, const char *bytes, size_t n);
void rein_text_printf(rein_text *text, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* The shortest decimal that reads back as the same double: "0.1", "1e-300", "nan", "inf". */
void rein_text_number(rein_text *text, double value);

/* Bytes of the UTF-8 character at `bytes`, of which n >= 1 are there; 0 if it is none (overlong, surrogate,
 * too large, cut off). */
int rein_text_utf8_length(const char *bytes, size_t n);

#endif
