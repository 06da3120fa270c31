#include "src/base/arena.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define BLOCK_BYTES ((size_t)1 << 16) /* of an ordinary block; larger requests get a block of their own */

typedef struct block {
  struct block *next;
  size_t used, size;
} block;

typedef struct deferred {
  struct deferred *next;
  void (*destroy)(void *);
  void *object;
} deferred;

struct rein_arena {
  block *blocks;               /* newest first */
  deferred *deferred, *unused; /* unused: of what was released */
  rein_guard *guard;
  rein_arena *outer; /* NULL, or what this one is scratch of */
  size_t bytes;
};

rein_arena *rein_arena_create(void) {
  return calloc(1, sizeof(rein_arena));
}

static void destroy_inner(void *arena) {
  rein_arena_destroy(arena);
}

rein_arena *rein_arena_create_in(rein_arena *outer) {
  rein_arena *arena = rein_arena_keep(outer, destroy_inner, rein_arena_create());
  arena->outer = outer;
  return arena;
}

void rein_arena_destroy(rein_arena *arena) {
  if (!arena) return;
  for (deferred *d = arena->deferred; d; d = d->next) d->destroy(d->object);
  while (arena->blocks) {
    block *next = arena->blocks->next;
    free(arena->blocks);
    arena->blocks = next;
  }
  free(arena);
}

void rein_arena_out_of_memory(rein_arena *arena) {
  while (!arena->guard && arena->outer) arena = arena->outer;
  if (!arena->guard) {
    fputs("rein: out of memory\n", stderr);
    abort();
  }
  rein_guard *guard = arena->guard;
  arena->guard = guard->outer;
  longjmp(guard->jump, 1);
}

/* A block whose data begins at the first multiple of 64 after its head. */
static block *block_create(rein_arena *arena, size_t size) {
  size_t bytes = (sizeof(block) + size + 127) & ~(size_t)63;
  block *b = bytes < size ? NULL : aligned_alloc(64, bytes);
  if (!b) rein_arena_out_of_memory(arena);
  b->size = bytes;
  b->used = (sizeof(block) + 63) & ~(size_t)63;
  return b;
}

void *rein_arena_alloc(rein_arena *arena, size_t n_bytes) {
  size_t align = n_bytes >= 64 ? 64 : 16;
  block *b = arena->blocks;
  size_t at = b ? (b->used + align - 1) & ~(align - 1) : 0;
  if (!b || at + n_bytes > b->size || at + n_bytes < at) {
    b = block_create(arena, n_bytes > BLOCK_BYTES ? n_bytes : BLOCK_BYTES);
    at = b->used;
    if (n_bytes > BLOCK_BYTES && arena->blocks) { /* keep filling the ordinary block in front */
      b->next = arena->blocks->next;
      arena->blocks->next = b;
    } else {
      b->next = arena->blocks;
      arena->blocks = b;
    }
  }
  b->used = at + n_bytes;
  arena->bytes += n_bytes;
  return memset((char *)b + at, 0, n_bytes);
}

void *rein_arena_grow(rein_arena *arena, void *items, size_t n_items, size_t *capacity, size_t item_bytes) {
  if (n_items < *capacity) return items;
  size_t cap = *capacity ? 2 * *capacity : 8;
  if (cap > SIZE_MAX / item_bytes) rein_arena_out_of_memory(arena);
  void *grown = rein_arena_alloc(arena, cap * item_bytes);
  if (n_items) memcpy(grown, items, n_items * item_bytes);
  *capacity = cap;
  return grown;
}

char *rein_arena_strdup(rein_arena *arena, const char *text) {
  return rein_arena_strndup(arena, text, strlen(text));
}

char *rein_arena_strndup(rein_arena *arena, const char *text, size_t n) {
  char *copy = rein_arena_alloc(arena, n + 1);
  memcpy(copy, text, n);
  return copy;
}

char *rein_arena_vprintf(rein_arena *arena, const char *format, va_list args) {
  va_list again;
  va_copy(again, args);
  int n = vsnprintf(NULL, 0, format, again);
  va_end(again);
  if (n < 0) n = 0;
  char *out = rein_arena_alloc(arena, (size_t)n + 1);
  vsnprintf(out, (size_t)n + 1, format, args);
  return out;
}

char *rein_arena_printf(rein_arena *arena, const char *format, ...) {
  va_list args;
  va_start(args, format);
  char *out = rein_arena_vprintf(arena, format, args);
  va_end(args);
  return out;
}

void rein_arena_defer(rein_arena *arena, void (*destroy)(void *object), void *object) {
  deferred *d = arena->unused;
  rein_guard guard;
  if (d) {
    arena->unused = d->next;
  } else {
    if (REIN_GUARD(arena, &guard)) {
      destroy(object);
      rein_arena_out_of_memory(arena);
    }
    d = rein_arena_alloc(arena, sizeof *d);
    rein_unguard(arena, &guard);
  }
  *d = (deferred){arena->deferred, destroy, object};
  arena->deferred = d;
}

void *rein_arena_keep(rein_arena *arena, void (*destroy)(void *object), void *object) {
  if (!object) rein_arena_out_of_memory(arena);
  rein_arena_defer(arena, destroy, object);
  return object;
}

void *rein_arena_borrow(rein_arena *arena, size_t n_byte) {
  return rein_arena_keep(arena, free, malloc(n_byte ? n_byte : 1));
}

void rein_arena_release(rein_arena *arena, void *object) {
  deferred **at = &arena->deferred;
  while (object && *at && (*at)->object != object) at = &(*at)->next;
  if (!object || !*at) return;
  deferred *d = *at;
  *at = d->next;
  d->next = arena->unused;
  arena->unused = d;
  d->destroy(object);
}

size_t rein_arena_bytes(const rein_arena *arena) {
  return arena->bytes;
}

void rein_guard_push(rein_arena *arena, rein_guard *guard) {
  guard->outer = arena->guard;
  arena->guard = guard;
}

void rein_unguard(rein_arena *arena, rein_guard *guard) {
  arena->guard = guard->outer;
}
