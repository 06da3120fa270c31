#include "src/base/text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void rein_text_init(rein_text *text, rein_arena *arena) {
  *text = (rein_text){.arena = arena, .bytes = rein_arena_alloc(arena, 64), .capacity = 64};
}

static void reserve(rein_text *text, size_t n) {
  if (text->n + n + 1 <= text->capacity) return;
  size_t cap = 2 * text->capacity + n + 1;
  char *grown = rein_arena_alloc(text->arena, cap);
  memcpy(grown, text->bytes, text->n + 1);
  text->bytes = grown;
  text->capacity = cap;
}

void rein_text_add_n(rein_text *text, const char *bytes, size_t n) {
  reserve(text, n);
  memcpy(text->bytes + text->n, bytes, n);
  text->n += n;
  text->bytes[text->n] = 0;
}

void rein_text_add(rein_text *text, const char *string) {
  rein_text_add_n(text, string, strlen(string));
}

void rein_text_printf(rein_text *text, const char *format, ...) {
  va_list args;
  va_start(args, format);
  rein_text_add(text, rein_arena_vprintf(text->arena, format, args));
  va_end(args);
}

void rein_text_number(rein_text *text, double value) {
  char shortest[40];
  for (int digits = 15; digits <= 17; digits++) {
    snprintf(shortest, sizeof shortest, "%.*g", digits, value);
    if (strtod(shortest, NULL) == value) break;
  }
  rein_text_add(text, shortest);
}

int rein_text_utf8_length(const char *bytes, size_t n) {
  const unsigned char *s = (const unsigned char *)bytes;
  if (s[0] < 0x80) return 1;
  int length = s[0] >= 0xF0 ? 4 : s[0] >= 0xE0 ? 3 : 2;
  if (s[0] < 0xC2 || s[0] > 0xF4 || (size_t)length > n) return 0;
  for (int i = 1; i < length; i++)
    if ((s[i] & 0xC0) != 0x80) return 0;
  if ((s[0] == 0xE0 && s[1] < 0xA0) || (s[0] == 0xED && s[1] > 0x9F)) return 0;
  if ((s[0] == 0xF0 && s[1] < 0x90) || (s[0] == 0xF4 && s[1] > 0x8F)) return 0;
  return length;
}
