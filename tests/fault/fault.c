#include "tests/fault/fault.h"

#include <gsl/gsl_eigen.h>
#include <gsl/gsl_interp.h>
#include <gsl/gsl_qrng.h>
#include <gsl/gsl_roots.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdlib.h>

#include "solver/method.h"
#include "src/base/arena.h"

void *__real_malloc(size_t n_byte);
void *__real_calloc(size_t n, size_t n_byte);
void *__real_realloc(void *old, size_t n_byte);
void *__real_aligned_alloc(size_t align, size_t n_byte);
void *__wrap_malloc(size_t n_byte);
void *__wrap_calloc(size_t n, size_t n_byte);
void *__wrap_realloc(void *old, size_t n_byte);
void *__wrap_aligned_alloc(size_t align, size_t n_byte);

static atomic_bool armed;
static atomic_long n_seen, n_failed;
static long at;
static rein_fault_kind kind_now;

void rein_fault_arm(rein_fault_kind kind, long n) {
  kind_now = kind, at = n;
  atomic_store(&n_seen, 0);
  atomic_store(&n_failed, 0);
  atomic_store(&armed, true);
}

bool rein_fault_disarm(void) {
  atomic_store(&armed, false);
  return atomic_load(&n_failed) > 0;
}

static bool fails(bool in_arena) {
  if (!atomic_load(&armed) || in_arena != (kind_now == REIN_FAULT_ARENA)) return false;
  const long i = atomic_fetch_add(&n_seen, 1) + 1;
  if (kind_now == REIN_FAULT_ONWARD ? i < at : i != at) return false;
  atomic_fetch_add(&n_failed, 1);
  return true;
}

void *__wrap_malloc(size_t n_byte) {
  return fails(false) ? NULL : __real_malloc(n_byte);
}

void *__wrap_calloc(size_t n, size_t n_byte) {
  return fails(false) ? NULL : __real_calloc(n, n_byte);
}

void *__wrap_realloc(void *old, size_t n_byte) {
  return fails(false) ? NULL : __real_realloc(old, n_byte);
}

void *__wrap_aligned_alloc(size_t align, size_t n_byte) {
  return fails(false) ? NULL : __real_aligned_alloc(align, n_byte);
}

/* ---- GSL ---- */

#define WRAP(answer, name, given, passed)                                                                    \
  answer *__real_##name given;                                                                               \
  answer *__wrap_##name given;                                                                               \
  answer *__wrap_##name given {                                                                              \
    return fails(false) ? NULL : __real_##name passed;                                                       \
  }

WRAP(gsl_eigen_symmv_workspace, gsl_eigen_symmv_alloc, (size_t n), (n))
WRAP(gsl_interp, gsl_interp_alloc, (const gsl_interp_type *type, size_t n), (type, n))
WRAP(gsl_matrix, gsl_matrix_alloc, (size_t n_row, size_t n_col), (n_row, n_col))
WRAP(gsl_matrix, gsl_matrix_calloc, (size_t n_row, size_t n_col), (n_row, n_col))
WRAP(gsl_qrng, gsl_qrng_alloc, (const gsl_qrng_type *type, unsigned n), (type, n))
WRAP(gsl_root_fsolver, gsl_root_fsolver_alloc, (const gsl_root_fsolver_type *type), (type))
WRAP(gsl_vector, gsl_vector_alloc, (size_t n), (n))

/* ---- arenas ---- */

/* All roads into an arena that other files take; inside arena.c they go on unseen. */
void *__real_rein_arena_alloc(rein_arena *arena, size_t n_byte);
char *__real_rein_arena_strdup(rein_arena *arena, const char *text);
char *__real_rein_arena_strndup(rein_arena *arena, const char *text, size_t n);
char *__real_rein_arena_vprintf(rein_arena *arena, const char *format, va_list args);
void __real_rein_arena_defer(rein_arena *arena, void (*destroy)(void *), void *object);
void *__real_rein_arena_grow(rein_arena *arena, void *items, size_t n, size_t *capacity, size_t n_byte);
void *__wrap_rein_arena_alloc(rein_arena *arena, size_t n_byte);
char *__wrap_rein_arena_strdup(rein_arena *arena, const char *text);
char *__wrap_rein_arena_strndup(rein_arena *arena, const char *text, size_t n);
char *__wrap_rein_arena_vprintf(rein_arena *arena, const char *format, va_list args);
char *__wrap_rein_arena_printf(rein_arena *arena, const char *format, ...);
void __wrap_rein_arena_defer(rein_arena *arena, void (*destroy)(void *), void *object);
void *__wrap_rein_arena_grow(rein_arena *arena, void *items, size_t n, size_t *capacity, size_t n_byte);

void *__wrap_rein_arena_alloc(rein_arena *arena, size_t n_byte) {
  if (fails(true)) rein_arena_out_of_memory(arena);
  return __real_rein_arena_alloc(arena, n_byte);
}

char *__wrap_rein_arena_strdup(rein_arena *arena, const char *text) {
  if (fails(true)) rein_arena_out_of_memory(arena);
  return __real_rein_arena_strdup(arena, text);
}

char *__wrap_rein_arena_strndup(rein_arena *arena, const char *text, size_t n) {
  if (fails(true)) rein_arena_out_of_memory(arena);
  return __real_rein_arena_strndup(arena, text, n);
}

char *__wrap_rein_arena_vprintf(rein_arena *arena, const char *format, va_list args) {
  if (fails(true)) rein_arena_out_of_memory(arena);
  return __real_rein_arena_vprintf(arena, format, args);
}

char *__wrap_rein_arena_printf(rein_arena *arena, const char *format, ...) {
  va_list args;
  va_start(args, format);
  if (fails(true)) {
    va_end(args);
    rein_arena_out_of_memory(arena);
  }
  char *text = __real_rein_arena_vprintf(arena, format, args);
  va_end(args);
  return text;
}

/* The object goes with the note of it. */
void __wrap_rein_arena_defer(rein_arena *arena, void (*destroy)(void *), void *object) {
  if (fails(true)) {
    destroy(object);
    rein_arena_out_of_memory(arena);
  }
  __real_rein_arena_defer(arena, destroy, object);
}

void *__wrap_rein_arena_grow(rein_arena *arena, void *items, size_t n, size_t *capacity, size_t n_byte) {
  if (n >= *capacity && fails(true)) rein_arena_out_of_memory(arena);
  return __real_rein_arena_grow(arena, items, n, capacity, n_byte);
}

/* ---- dense output ---- */

bool __real_rein_method_dense(rein_method *method, double tau, double *y);
bool __real_rein_method_dense_lanes(rein_method *method, const double *tau, const double *mask, double *y);
bool __wrap_rein_method_dense(rein_method *method, double tau, double *y);
bool __wrap_rein_method_dense_lanes(rein_method *method, const double *tau, const double *mask, double *y);

static atomic_long n_dense, first_dense, last_dense;

void rein_fault_dense(long first, long last) {
  atomic_store(&n_dense, 0);
  atomic_store(&first_dense, first);
  atomic_store(&last_dense, last);
}

static bool dense_fails(void) {
  if (atomic_load(&first_dense) == 0) return false;
  const long i = atomic_fetch_add(&n_dense, 1) + 1;
  return i >= atomic_load(&first_dense) && i <= atomic_load(&last_dense);
}

bool __wrap_rein_method_dense(rein_method *method, double tau, double *y) {
  return !dense_fails() && __real_rein_method_dense(method, tau, y);
}

bool __wrap_rein_method_dense_lanes(rein_method *method, const double *tau, const double *mask, double *y) {
  return !dense_fails() && __real_rein_method_dense_lanes(method, tau, mask, y);
}
