#include <check.h>
#include <math.h>

#include "src/scenario/draw.h"

Suite *rein_suite_draw(void);

/* Known answers: FNV's published test vectors, Philox 4x64-10 of Random123's kat_vectors (counter and key 0).
 */
START_TEST(known_answers) {
  ck_assert_uint_eq(rein_draw_key(""), UINT64_C(0xcbf29ce484222325));
  ck_assert_uint_eq(rein_draw_key("a"), UINT64_C(0xaf63dc4c8601ec8c));
  ck_assert_uint_eq(rein_draw_key("foobar"), UINT64_C(0x85944171f73967e8));
  ck_assert_uint_eq(rein_draw_bits(0, (rein_draw_purpose)0, 0, 0, 0), UINT64_C(0x16554d9eca36314c));
}
END_TEST

/* Each part of the key changes the draw. */
START_TEST(every_key_counts) {
  uint64_t base = rein_draw_bits(1, REIN_DRAW_BETWEEN, 2, 3, 4);
  ck_assert_uint_eq(base, rein_draw_bits(1, REIN_DRAW_BETWEEN, 2, 3, 4));
  ck_assert_uint_ne(base, rein_draw_bits(2, REIN_DRAW_BETWEEN, 2, 3, 4));
  ck_assert_uint_ne(base, rein_draw_bits(1, REIN_DRAW_UNCERTAIN, 2, 3, 4));
  ck_assert_uint_ne(base, rein_draw_bits(1, REIN_DRAW_BETWEEN, 3, 3, 4));
  ck_assert_uint_ne(base, rein_draw_bits(1, REIN_DRAW_BETWEEN, 2, 4, 4));
  ck_assert_uint_ne(base, rein_draw_bits(1, REIN_DRAW_BETWEEN, 2, 3, 5));
}
END_TEST

/* Moments and the greatest gap to the uniform distribution (Kolmogorov), at a level that 1 in 10^6 seeds
 * would miss. */
START_TEST(uniform_and_normal) {
  enum { N = 100000 };
  static int bin[1000];
  double sum = 0, square = 0, gap = 0, below = 0;
  for (int i = 0; i < N; i++) {
    double u = rein_draw_uniform(7, REIN_DRAW_NOISE, (uint64_t)i, rein_draw_key("y"), 0);
    double z = rein_draw_normal(7, REIN_DRAW_NOISE, (uint64_t)i, rein_draw_key("y"), 0);
    ck_assert(u > 0 && u < 1);
    bin[(int)(u * 1000)]++;
    sum += z;
    square += z * z;
  }
  for (int i = 0; i < 1000; i++) {
    below += bin[i];
    gap = fmax(gap, fabs(below / N - (i + 1) / 1000.0));
  }
  ck_assert_double_lt(gap, 2.7 / sqrt(N));
  ck_assert_double_lt(fabs(sum / N), 5 / sqrt(N));
  ck_assert_double_lt(fabs(square / N - 1), 5 * sqrt(2.0 / N));
}
END_TEST

Suite *rein_suite_draw(void) {
  Suite *suite = suite_create("draw");
  TCase *tcase = tcase_create("draw");
  tcase_add_test(tcase, known_answers);
  tcase_add_test(tcase, every_key_counts);
  tcase_add_test(tcase, uniform_and_normal);
  suite_add_tcase(suite, tcase);
  return suite;
}
