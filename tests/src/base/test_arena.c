#include "src/base/arena.h"

#include <check.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <sys/resource.h>

static rein_arena *arena;

static void setup(void) {
  arena = rein_arena_create();
}

static void teardown(void) {
  rein_arena_destroy(arena);
}

static bool is_filled(const unsigned char *block, size_t n, int with) {
  for (size_t k = 0; k < n; k++)
    if (block[k] != with) return false;
  return true;
}

/* Blocks of all sizes are zeroed, aligned, and do not overlap: each is filled and looked at again at the end.
 */
START_TEST(memory_is_zeroed_aligned_and_apart) {
  enum { N = 2000 };
  unsigned char *block[N];
  size_t size[N];
  for (int i = 0; i < N; i++) {
    size[i] = (size_t)(i * 37 % 300) + (i % 100 == 0 ? 100000 : 0);
    block[i] = rein_arena_alloc(arena, size[i]);
    ck_assert_uint_eq((uintptr_t)block[i] % (size[i] >= 64 ? 64 : 16), 0);
    ck_assert(is_filled(block[i], size[i], 0));
    memset(block[i], i % 255 + 1, size[i]);
  }
  for (int i = 0; i < N; i++) ck_assert(is_filled(block[i], size[i], i % 255 + 1));
}
END_TEST

START_TEST(bytes_are_counted) {
  size_t before = rein_arena_bytes(arena);
  rein_arena_alloc(arena, 1000);
  ck_assert_uint_ge(rein_arena_bytes(arena), before + 1000);
}
END_TEST

START_TEST(arrays_grow) {
  int *items = NULL;
  size_t n = 0, cap = 0;
  for (int i = 0; i < 10000; i++) REIN_PUSH(arena, items, n, cap, 3 * i);
  ck_assert_uint_eq(n, 10000);
  for (int i = 0; i < 10000; i++) ck_assert_int_eq(items[i], 3 * i);
}
END_TEST

START_TEST(strings) {
  ck_assert_str_eq(rein_arena_strdup(arena, "abc"), "abc");
  ck_assert_str_eq(rein_arena_strndup(arena, "abcdef", 2), "ab");
  ck_assert_str_eq(rein_arena_printf(arena, "%d-%s", 5, "x"), "5-x");
  ck_assert_str_eq(rein_arena_strdup(arena, ""), "");
}
END_TEST

static char order[8];

static void note(void *object) {
  strcat(order, object);
}

START_TEST(deferred_runs_last_first) {
  order[0] = 0;
  rein_arena *own = rein_arena_create();
  char names[][2] = {"a", "b", "c"};
  for (int i = 0; i < 3; i++) rein_arena_defer(own, note, names[i]);
  ck_assert_str_eq(order, "");
  rein_arena_destroy(own);
  ck_assert_str_eq(order, "cba");
  rein_arena_destroy(NULL);
}
END_TEST

START_TEST(released_is_destroyed_once) {
  order[0] = 0;
  rein_arena *own = rein_arena_create();
  char names[][2] = {"a", "b", "c", "d"};
  for (int i = 0; i < 3; i++) rein_arena_defer(own, note, names[i]);
  rein_arena_release(own, names[1]);
  ck_assert_str_eq(order, "b");
  rein_arena_release(own, names[1]);
  rein_arena_release(own, NULL);
  const size_t bytes = rein_arena_bytes(own);
  rein_arena_defer(own, note, names[3]); /* in the place of the one that went */
  ck_assert_uint_eq(rein_arena_bytes(own), bytes);
  rein_arena_destroy(own);
  ck_assert_str_eq(order, "bdca");
}
END_TEST

/* Scratch goes when it is released, or with the arena it belongs to, and runs out of memory as that one. */
START_TEST(inner_arena_belongs_to_the_outer) {
  rein_guard guard;
  volatile bool came_back = false;
  char names[][2] = {"a", "b"};
  order[0] = 0;
  rein_arena *own = rein_arena_create(), *released = rein_arena_create_in(own),
             *left = rein_arena_create_in(own);
  rein_arena_defer(released, note, names[0]);
  rein_arena_defer(left, note, names[1]);
  rein_arena_release(own, released);
  ck_assert_str_eq(order, "a");
  if (REIN_GUARD(own, &guard))
    came_back = true;
  else
    rein_arena_alloc(left, SIZE_MAX - 100);
  ck_assert(came_back);
  rein_arena_destroy(own);
  ck_assert_str_eq(order, "ab");
}
END_TEST

START_TEST(nothing_to_keep_is_out_of_memory) {
  rein_guard guard;
  volatile bool came_back = false;
  if (REIN_GUARD(arena, &guard))
    came_back = true;
  else
    rein_arena_keep(arena, note, NULL);
  ck_assert(came_back);
}
END_TEST

/* Asking for more than there is comes back to the guard; nested guards come back to the inner one, then to
 * the outer. */
START_TEST(running_out_comes_back_to_the_guard) {
  rein_guard outer, inner;
  volatile int came_back = 0;
  if (REIN_GUARD(arena, &outer)) {
    came_back += 10;
  } else {
    if (REIN_GUARD(arena, &inner)) {
      came_back += 1;
      ck_assert_ptr_nonnull(rein_arena_alloc(arena, 100)); /* still usable */
      rein_arena_alloc(arena, SIZE_MAX - 100);
    } else {
      rein_arena_alloc(arena, SIZE_MAX - 10);
    }
    came_back += 100;
  }
  ck_assert_int_eq(came_back, 11);
}
END_TEST

START_TEST(growing_past_all_bounds_comes_back) {
  rein_guard guard;
  size_t capacity = SIZE_MAX / 16;
  volatile bool came_back = false;
  if (REIN_GUARD(arena, &guard))
    came_back = true;
  else
    rein_arena_grow(arena, NULL, capacity, &capacity, 64);
  ck_assert(came_back);
}
END_TEST

/* Without a guard the program ends; SIGABRT is what this test expects. */
START_TEST(running_out_without_a_guard_aborts) {
  struct rlimit none = {0, 0};
  setrlimit(RLIMIT_CORE, &none);
  rein_arena_alloc(arena, SIZE_MAX - 10);
}
END_TEST

Suite *rein_suite_arena(void);
Suite *rein_suite_arena(void) {
  Suite *suite = suite_create("arena");
  TCase *tests = tcase_create("arena");
  tcase_add_checked_fixture(tests, setup, teardown);
  tcase_add_test(tests, memory_is_zeroed_aligned_and_apart);
  tcase_add_test(tests, bytes_are_counted);
  tcase_add_test(tests, arrays_grow);
  tcase_add_test(tests, strings);
  tcase_add_test(tests, deferred_runs_last_first);
  tcase_add_test(tests, released_is_destroyed_once);
  tcase_add_test(tests, inner_arena_belongs_to_the_outer);
  tcase_add_test(tests, nothing_to_keep_is_out_of_memory);
  tcase_add_test(tests, running_out_comes_back_to_the_guard);
  tcase_add_test(tests, growing_past_all_bounds_comes_back);
  tcase_add_test_raise_signal(tests, running_out_without_a_guard_aborts, 6);
  suite_add_tcase(suite, tests);
  return suite;
}
