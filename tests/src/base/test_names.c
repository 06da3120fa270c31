#include "src/base/names.h"

#include <check.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

static rein_arena *arena;
static rein_names *names;

static void setup(void) {
  arena = rein_arena_create();
  names = rein_names_create(arena);
}

static void teardown(void) {
  rein_arena_destroy(arena);
}

START_TEST(names_keep_their_index) {
  char name[32];
  for (int i = 0; i < 5000; i++) {
    snprintf(name, sizeof name, "name_%d", i);
    ck_assert_int_eq(rein_names_add(names, name, i), i);
  }
  for (int i = 0; i < 5000; i++) {
    snprintf(name, sizeof name, "name_%d", i);
    ck_assert_int_eq(rein_names_find(names, name), i);
    ck_assert_int_eq(rein_names_add(names, name, -7), i);
  }
  ck_assert_int_eq(rein_names_find(names, "name_5000"), -1);
  ck_assert_int_eq(rein_names_find(names, ""), -1);
}
END_TEST

START_TEST(closest) {
  rein_names_add(names, "concentration", 0);
  rein_names_add(names, "clearance", 1);
  rein_names_add(names, "gut", 2);
  rein_names_add(names, "gas", 3);
  ck_assert_str_eq(rein_names_closest(names, "concentartion"), "concentration");
  ck_assert_str_eq(rein_names_closest(names, "clearence"), "clearance");
  ck_assert_str_eq(rein_names_closest(names, "gutt"), "gut");
  ck_assert_str_eq(rein_names_closest(names, "gus"), "gas"); /* both are one away: the smaller word */
  ck_assert_ptr_null(rein_names_closest(names, "unrelated"));
  ck_assert_ptr_null(rein_names_closest(names, ""));
}
END_TEST

/* The textbook recursion, slow and plain, as the reference. */
static int reference(const char *a, size_t n, const char *b, size_t m) {
  if (n == 0 || m == 0) return (int)(n + m);
  int best = reference(a, n - 1, b, m - 1) + (a[n - 1] != b[m - 1]), other = reference(a, n - 1, b, m) + 1;
  if (other < best) best = other;
  other = reference(a, n, b, m - 1) + 1;
  if (other < best) best = other;
  if (n > 1 && m > 1 && a[n - 1] == b[m - 2] && a[n - 2] == b[m - 1]) {
    other = reference(a, n - 2, b, m - 2) + 1;
    if (other < best) best = other;
  }
  return best;
}

START_TEST(distances_agree_with_the_recursion) {
  unsigned state = 1;
  for (int k = 0; k < 300; k++) {
    char a[7] = "", b[7] = "";
    for (int i = 0; i < 6; i++) {
      state = state * 1664525u + 1013904223u;
      if (state >> 30) a[strlen(a)] = (char)('a' + (state >> 20) % 3);
      if ((state >> 28) & 3) b[strlen(b)] = (char)('a' + (state >> 10) % 3);
    }
    const bool begins = strlen(a) >= 3 && strncmp(b, a, strlen(a)) == 0;
    ck_assert_msg(rein_names_distance(a, b) == (begins ? 0 : reference(a, strlen(a), b, strlen(b))), "%s %s",
                  a, b);
  }
}
END_TEST

START_TEST(short_forms_and_other_cases_are_near) {
  ck_assert_int_eq(rein_names_distance("init", "initial"), 0);
  ck_assert_int_eq(rein_names_distance("Exp", "exp"), 0);
  ck_assert_int_gt(rein_names_distance("in", "initial"), 0); /* too short to mean one thing */
  ck_assert_int_gt(rein_names_distance("initial", "init"), 0);
}
END_TEST

START_TEST(long_words_do_no_harm) {
  char a[500], b[500];
  memset(a, 'a', sizeof a);
  memset(b, 'b', sizeof b);
  a[499] = b[499] = 0;
  ck_assert_int_gt(rein_names_distance(a, b), 0);
  ck_assert_int_eq(rein_names_distance(a, a), 0);
}
END_TEST

Suite *rein_suite_names(void);
Suite *rein_suite_names(void) {
  Suite *suite = suite_create("names");
  TCase *tests = tcase_create("names");
  tcase_add_checked_fixture(tests, setup, teardown);
  tcase_add_test(tests, names_keep_their_index);
  tcase_add_test(tests, closest);
  tcase_add_test(tests, distances_agree_with_the_recursion);
  tcase_add_test(tests, short_forms_and_other_cases_are_near);
  tcase_add_test(tests, long_words_do_no_harm);
  suite_add_tcase(suite, tests);
  return suite;
}
