#include "src/base/diag.h"

#include <stdbool.h>
#include <string.h>

#define MAX_SHOWN 100 /* errors that are shown; more would scroll the first away */
#define MAX_LINE 160  /* bytes of a source line that are shown */

typedef struct {
  rein_diag_kind kind;
  rein_pos pos;
  const char *message;
} entry;

struct rein_diag {
  rein_arena *arena;
  entry *entries;
  size_t n, capacity;
  int n_kind[3];
  int n_again;  /* errors said already at their place: counted, not shown again */
  bool dropped; /* the last message had been said already: its notes go with it */
};

rein_diag *rein_diag_create(rein_arena *arena) {
  rein_diag *diag = REIN_NEW(arena, rein_diag, 1);
  diag->arena = arena;
  return diag;
}

static bool is_same(const entry *a, const entry *b) {
  return a->kind == b->kind && a->pos.source == b->pos.source && a->pos.line == b->pos.line &&
         a->pos.column == b->pos.column && strcmp(a->message, b->message) == 0;
}

static int n_different(const rein_diag *diag) {
  return diag->n_kind[REIN_DIAG_ERROR] - diag->n_again;
}

/* Whoever tells of an error may hold what the guard further out knows nothing of. */
static void keep(rein_diag *diag, rein_diag_kind kind, rein_pos pos, const char *format, va_list args) {
  rein_guard guard;
  if (REIN_GUARD(diag->arena, &guard)) return;
  const entry e = {kind, pos, rein_arena_vprintf(diag->arena, format, args)};
  const bool may_repeat = kind == REIN_DIAG_WARNING || (kind == REIN_DIAG_ERROR && pos.source);
  for (size_t i = 0; may_repeat && i < diag->n; i++)
    if (is_same(&diag->entries[i], &e)) {
      if (kind == REIN_DIAG_WARNING)
        diag->n_kind[kind]--;
      else
        diag->n_again++; /* callers see by the count that something is wrong */
      diag->dropped = true;
      rein_unguard(diag->arena, &guard);
      return;
    }
  REIN_PUSH(diag->arena, diag->entries, diag->n, diag->capacity, e);
  rein_unguard(diag->arena, &guard);
}

void rein_diag_add(rein_diag *diag, rein_diag_kind kind, rein_pos pos, const char *format, ...) {
  if (kind == REIN_DIAG_NOTE && diag->dropped) return;
  diag->dropped = false;
  diag->n_kind[kind]++;
  if (n_different(diag) > MAX_SHOWN) return;
  va_list args;
  va_start(args, format);
  keep(diag, kind, pos, format, args);
  va_end(args);
}

int rein_diag_n_error(const rein_diag *diag) {
  return diag->n_kind[REIN_DIAG_ERROR];
}

int rein_diag_n_warning(const rein_diag *diag) {
  return diag->n_kind[REIN_DIAG_WARNING];
}

rein_status rein_diag_status(const rein_diag *diag) {
  return rein_diag_n_error(diag) ? REIN_ERR_INPUT : REIN_OK;
}

/* The source line and, under it, the caret; tabs and non-ASCII bytes keep the columns in step. */
static void print_line(rein_pos pos, rein_text *out) {
  int n;
  const char *line = rein_source_line(pos.source, pos.line, &n);
  if (n > MAX_LINE || n == 0) return;
  rein_text_printf(out, "%5d | ", pos.line);
  rein_text_add_n(out, line, (size_t)n);
  rein_text_add(out, "\n      | ");
  for (int i = 0; i < pos.column - 1 && i < n; i++) {
    if ((line[i] & 0xC0) == 0x80) continue; /* inside a UTF-8 character */
    rein_text_add(out, line[i] == '\t' ? "\t" : " ");
  }
  rein_text_add(out, "^");
  for (int i = 1; i < pos.length && pos.column - 1 + i < n; i++)
    if ((line[pos.column - 1 + i] & 0xC0) != 0x80) rein_text_add(out, "~");
  rein_text_add(out, "\n");
}

void rein_diag_print(const rein_diag *diag, rein_text *out) {
  static const char *const word[] = {"error", "warning", "note"};
  for (size_t i = 0; i < diag->n; i++) {
    const entry *e = &diag->entries[i];
    const char *path = e->pos.source ? e->pos.source->path : "rein";
    if (e->pos.source && e->pos.line > 0)
      rein_text_printf(out, "%s:%d:%d: %s: %s\n", path, e->pos.line, e->pos.column, word[e->kind],
                       e->message);
    else
      rein_text_printf(out, "%s: %s: %s\n", path, word[e->kind], e->message);
    if (e->pos.source && e->pos.line > 0) print_line(e->pos, out);
  }
  const int n = n_different(diag);
  if (n > MAX_SHOWN)
    rein_text_printf(out, "rein: %d errors, the first %d are shown\n", n, MAX_SHOWN);
  else if (n > 1)
    rein_text_printf(out, "rein: %d errors\n", n);
}
