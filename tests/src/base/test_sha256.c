/* Answers printed in FIPS 180-4's examples ("SHA_All.pdf": abc, 448 bits, 896 bits, a million 'a'); the rest
 * compare two roads. */
#include "src/base/sha256.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

static const char two_blocks[] = "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq";
static const char long_blocks[] = "abcdefghbcdefghicdefghijdefghijkefghijklfghijklmghijklmn"
                                  "hijklmnoijklmnopjklmnopqklmnopqrlmnopqrsmnopqrstnopqrstu";

START_TEST(known_answers) {
  char hex[65];
  rein_sha256_hex("", 0, hex);
  ck_assert_str_eq(hex, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  rein_sha256_hex("abc", 3, hex);
  ck_assert_str_eq(hex, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  rein_sha256_hex(two_blocks, strlen(two_blocks), hex);
  ck_assert_str_eq(hex, "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
  rein_sha256_hex(long_blocks, strlen(long_blocks), hex);
  ck_assert_str_eq(hex, "cf5b16a778af8380036ce59e7b0492370b249b11e8f07a51afac45037afee9d1");
}
END_TEST

START_TEST(million) {
  size_t n = 1000000;
  char *bytes = malloc(n), hex[65];
  ck_assert_ptr_nonnull(bytes);
  memset(bytes, 'a', n);
  rein_sha256_hex(bytes, n, hex);
  free(bytes);
  ck_assert_str_eq(hex, "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}
END_TEST

/* Every length around the padding's edges, in one piece and byte by byte. */
START_TEST(pieces) {
  char bytes[200], whole[65], parts[65];
  for (int i = 0; i < 200; i++) bytes[i] = (char)(i * 7 + 3);
  for (size_t n = 0; n <= sizeof bytes; n++) {
    rein_sha256 sha;
    unsigned char digest[32];
    rein_sha256_hex(bytes, n, whole);
    rein_sha256_init(&sha);
    for (size_t i = 0; i < n; i++) rein_sha256_add(&sha, bytes + i, 1);
    rein_sha256_finish(&sha, digest);
    rein_sha256_digits(digest, parts);
    ck_assert_str_eq(whole, parts);
  }
}
END_TEST

Suite *rein_suite_sha256(void) {
  Suite *suite = suite_create("sha256");
  TCase *tcase = tcase_create("all");
  tcase_add_test(tcase, known_answers);
  tcase_add_test(tcase, million);
  tcase_add_test(tcase, pieces);
  suite_add_tcase(suite, tcase);
  return suite;
}
