#include "src/base/text.h"

#include <check.h>
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

static rein_arena *arena;
static rein_text text;

static void setup(void) {
  arena = rein_arena_create();
  rein_text_init(&text, arena);
}

static void teardown(void) {
  rein_arena_destroy(arena);
}

START_TEST(additions) {
  ck_assert_str_eq(text.bytes, "");
  for (int i = 0; i < 1000; i++) {
    rein_text_add(&text, "ab");
    rein_text_add_n(&text, "cdef", 1);
    rein_text_printf(&text, "%d", i % 10);
    ck_assert_uint_eq(text.bytes[text.n], 0);
  }
  ck_assert_uint_eq(text.n, 4000);
  for (size_t i = 0; i < 1000; i++) {
    ck_assert(memcmp(text.bytes + 4 * i, "abc", 3) == 0);
    ck_assert_int_eq(text.bytes[4 * i + 3], (char)('0' + i % 10));
  }
}
END_TEST

static const char *number(double value) {
  rein_text_init(&text, arena);
  rein_text_number(&text, value);
  return text.bytes;
}

START_TEST(numbers_are_short) {
  ck_assert_str_eq(number(0.1), "0.1");
  ck_assert_str_eq(number(1e-300), "1e-300");
  ck_assert_str_eq(number(5), "5");
  ck_assert_str_eq(number(-2.5), "-2.5");
  ck_assert_str_eq(number(INFINITY), "inf");
  ck_assert_str_eq(number(-INFINITY), "-inf");
  ck_assert_str_eq(number(0.1 + 0.2), "0.30000000000000004");
}
END_TEST

START_TEST(nan_is_nan) {
  const char *printed = number(NAN);
  ck_assert_ptr_nonnull(strstr(printed, "nan"));
}
END_TEST

START_TEST(numbers_read_back) {
  uint64_t state = 42;
  for (int k = 0; k < 20000; k++) {
    state = state * 6364136223846793005u + 1442695040888963407u;
    double value;
    memcpy(&value, &state, sizeof value);
    if (!isfinite(value)) continue;
    double again = strtod(number(value), NULL);
    ck_assert(memcmp(&value, &again, sizeof value) == 0);
  }
}
END_TEST

Suite *rein_suite_text(void);
Suite *rein_suite_text(void) {
  Suite *suite = suite_create("text");
  TCase *tests = tcase_create("text");
  tcase_add_checked_fixture(tests, setup, teardown);
  tcase_add_test(tests, additions);
  tcase_add_test(tests, numbers_are_short);
  tcase_add_test(tests, nan_is_nan);
  tcase_add_test(tests, numbers_read_back);
  suite_add_tcase(suite, tests);
  return suite;
}
