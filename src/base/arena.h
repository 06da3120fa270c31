/* Arena: memory for everything that lives as long as its model, scenario or report.
 *
 * What is allocated here is freed all at once by rein_arena_destroy; nothing is freed one by one. Allocation
 * never returns NULL: when memory runs out, control goes back to the guard that the entry function has set,
 * which then answers REIN_ERR_MEMORY. Code between the guard and the allocation therefore needs no checks,
 * but must own nothing outside the arena: what comes from malloc or a library is handed to rein_arena_defer
 * as soon as it exists, and where it is not to stay as long as the arena, taken back by rein_arena_release.
 *
 *   rein_status rein_thing_read(rein_arena *arena, ...) {
 *     rein_guard guard;
 *     if (REIN_GUARD(arena, &guard)) return REIN_ERR_MEMORY;   // setjmp: comes back here when memory is out
 *     ... rein_arena_alloc(arena, n) ...
 *     rein_unguard(arena, &guard);
 *     return REIN_OK;
 *   }
 *
 * Guards nest. Without any guard, running out of memory aborts with a message.
 * Threads: one arena is used by one thread at a time.
 */
#ifndef REIN_BASE_ARENA_H
#define REIN_BASE_ARENA_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

typedef struct rein_arena rein_arena;
typedef struct rein_guard {
  jmp_buf jump;
  struct rein_guard *outer;
} rein_guard;

/* New, empty arena, or NULL when memory is out. Destroy with rein_arena_destroy. */
rein_arena *rein_arena_create(void);

/* New, empty arena for scratch that belongs to `outer`: destroyed with it, or earlier by rein_arena_release.
 * Without a guard of its own it runs out of memory as `outer` does. */
rein_arena *rein_arena_create_in(rein_arena *outer);

/* Runs what was deferred, last first, then frees all memory. NULL is allowed. */
void rein_arena_destroy(rein_arena *arena);

/* n_bytes of zeroed memory, aligned to 64 bytes where n_bytes >= 64, to 16 otherwise; lent until the arena is
 * destroyed. */
void *rein_arena_alloc(rein_arena *arena, size_t n_bytes);

/* Typed: REIN_NEW(arena, double, n) is n zeroed doubles. */
#define REIN_NEW(arena, type, n) ((type *)rein_arena_alloc((arena), sizeof(type) * (size_t)(n)))

/* Room for one more item at the end of a growing array: returns items, moved if it had to grow; *capacity is
 * kept up. */
void *rein_arena_grow(rein_arena *arena, void *items, size_t n_items, size_t *capacity, size_t item_bytes);

/* Appends `item` to array `items` with counters `n` and `cap` (lvalues of size_t). */
#define REIN_PUSH(arena, items, n, cap, item)                                                                \
  ((items) = rein_arena_grow((arena), (items), (n), &(cap), sizeof *(items)), (items)[(n)++] = (item))

/* For who finds memory out by other means: control goes back to the guard, as if an allocation had failed. */
void rein_arena_out_of_memory(rein_arena *arena) __attribute__((noreturn));

/* Copies of strings; `n` bytes and a final 0, or printf-like. */
char *rein_arena_strdup(rein_arena *arena, const char *text);
char *rein_arena_strndup(rein_arena *arena, const char *text, size_t n);
char *rein_arena_printf(rein_arena *arena, const char *format, ...) __attribute__((format(printf, 2, 3)));
char *rein_arena_vprintf(rein_arena *arena, const char *format, va_list args);

/* Calls destroy(object) when the arena is destroyed; at once, if there is no memory to note it. */
void rein_arena_defer(rein_arena *arena, void (*destroy)(void *object), void *object);

/* The same for what a library has just made, and hands it back; NULL is taken as out of memory. */
void *rein_arena_keep(rein_arena *arena, void (*destroy)(void *object), void *object);

/* n_byte from malloc, not zeroed, for scratch that may be large or needed often: freed by rein_arena_release,
 * else with the arena. */
void *rein_arena_borrow(rein_arena *arena, size_t n_byte);

/* Destroys a deferred object now, as was deferred, or frees what was borrowed. NULL is allowed. */
void rein_arena_release(rein_arena *arena, void *object);

/* Bytes handed out so far, for tests and `--dry-run`. */
size_t rein_arena_bytes(const rein_arena *arena);

/* See top of file. */
#define REIN_GUARD(arena, guard) (rein_guard_push((arena), (guard)), setjmp((guard)->jump))
void rein_guard_push(rein_arena *arena, rein_guard *guard);
void rein_unguard(rein_arena *arena, rein_guard *guard);

#endif
