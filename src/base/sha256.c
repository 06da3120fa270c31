/* SHA-256 as FIPS 180-4 states it; section numbers in the comments are the standard's. */
#include "src/base/sha256.h"

#include <string.h>

/* 4.2.2: first 32 bits of the fractional parts of the cube roots of the first 64 primes */
static const uint32_t round_constant[64] = {
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
    0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
    0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
    0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
    0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
    0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
    0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
    0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2};

static inline uint32_t rotate(uint32_t x, int n) {
  return x >> n | x << (32 - n);
}

/* 6.2.2, step 3: one round; instead of moving the eight words along, the caller turns their names. kw:
 * constant plus message word */
static inline void turn(uint32_t a, uint32_t b, uint32_t c, uint32_t *d, uint32_t e, uint32_t f, uint32_t g,
                        uint32_t *h, uint32_t kw) {
  const uint32_t t1 = *h + (rotate(e, 6) ^ rotate(e, 11) ^ rotate(e, 25)) + ((e & f) ^ (~e & g)) + kw;
  const uint32_t t2 = (rotate(a, 2) ^ rotate(a, 13) ^ rotate(a, 22)) + ((a & b) ^ (a & c) ^ (b & c));
  *d += t1;
  *h = t1 + t2;
}

/* 6.2.2: one block, in plain C */
static void compress_plain(uint32_t state[8], const unsigned char block[64]) {
  uint32_t w[64], a = state[0], b = state[1], c = state[2], d = state[3];
  uint32_t e = state[4], f = state[5], g = state[6], h = state[7];
  for (int t = 0; t < 16; t++)
    w[t] = (uint32_t)block[4 * t] << 24 | (uint32_t)block[4 * t + 1] << 16 | (uint32_t)block[4 * t + 2] << 8 |
           block[4 * t + 3];
  for (int t = 16; t < 64; t++) {
    const uint32_t s0 = rotate(w[t - 15], 7) ^ rotate(w[t - 15], 18) ^ w[t - 15] >> 3;
    const uint32_t s1 = rotate(w[t - 2], 17) ^ rotate(w[t - 2], 19) ^ w[t - 2] >> 10;
    w[t] = w[t - 16] + s0 + w[t - 7] + s1;
  }
  for (int t = 0; t < 64; t++) w[t] += round_constant[t];
  for (int t = 0; t < 64; t += 8) {
    turn(a, b, c, &d, e, f, g, &h, w[t]);
    turn(h, a, b, &c, d, e, f, &g, w[t + 1]);
    turn(g, h, a, &b, c, d, e, &f, w[t + 2]);
    turn(f, g, h, &a, b, c, d, &e, w[t + 3]);
    turn(e, f, g, &h, a, b, c, &d, w[t + 4]);
    turn(d, e, f, &g, h, a, b, &c, w[t + 5]);
    turn(c, d, e, &f, g, h, a, &b, w[t + 6]);
    turn(b, c, d, &e, f, g, h, &a, w[t + 7]);
  }
  const uint32_t end[8] = {a, b, c, d, e, f, g, h};
  for (int i = 0; i < 8; i++) state[i] += end[i];
}

#if defined(__x86_64__)
#include <cpuid.h>
#include <immintrin.h>

/* The processor's own rounds: two at a time on the words ABEF and CDGH, unrolled so that the message words
 * stay in registers. */
__attribute__((target("sha,sse4.1"))) static void compress_sha(uint32_t state[8], const unsigned char *block,
                                                               size_t n_block) {
  const __m128i swap = _mm_set_epi64x(0x0c0d0e0f08090a0b, 0x0405060700010203);
  const __m128i dcba = _mm_loadu_si128((const __m128i *)state),
                hgfe = _mm_loadu_si128((const __m128i *)(state + 4));
  const __m128i cdab = _mm_shuffle_epi32(dcba, 0xb1), efgh = _mm_shuffle_epi32(hgfe, 0x1b);
  __m128i abef = _mm_alignr_epi8(cdab, efgh, 8), cdgh = _mm_blend_epi16(efgh, cdab, 0xf0), w[16];
  for (; n_block > 0; n_block--, block += 64) {
    const __m128i abef_start = abef, cdgh_start = cdgh;
#pragma GCC unroll 16
    for (int t = 0; t < 16; t++) { /* four message words and four rounds each time */
      if (t < 4) {
        w[t] = _mm_shuffle_epi8(_mm_loadu_si128((const __m128i *)(block + 16 * t)), swap);
      } else {
        const __m128i seven = _mm_alignr_epi8(w[t - 1], w[t - 2], 4); /* W(t-7) */
        w[t] = _mm_sha256msg2_epu32(_mm_add_epi32(_mm_sha256msg1_epu32(w[t - 4], w[t - 3]), seven), w[t - 1]);
      }
      const __m128i kw = _mm_add_epi32(w[t], _mm_loadu_si128((const __m128i *)(round_constant + 4 * t)));
      cdgh = _mm_sha256rnds2_epu32(cdgh, abef, kw);
      abef = _mm_sha256rnds2_epu32(abef, cdgh, _mm_shuffle_epi32(kw, 0x0e));
    }
    abef = _mm_add_epi32(abef, abef_start);
    cdgh = _mm_add_epi32(cdgh, cdgh_start);
  }
  const __m128i feba = _mm_shuffle_epi32(abef, 0x1b), dchg = _mm_shuffle_epi32(cdgh, 0xb1);
  _mm_storeu_si128((__m128i *)state, _mm_blend_epi16(feba, dchg, 0xf0));
  _mm_storeu_si128((__m128i *)(state + 4), _mm_alignr_epi8(dchg, feba, 8));
}

static int has_sha(void) {
  unsigned a, b, c, d;
  return __get_cpuid_count(7, 0, &a, &b, &c, &d) && (b >> 29 & 1) && __builtin_cpu_supports("sse4.1");
}
#endif

static void compress(uint32_t state[8], const unsigned char *block, size_t n_block) {
#if defined(__x86_64__)
  if (n_block > 8 && has_sha()) { /* asking takes as long as some blocks */
    compress_sha(state, block, n_block);
    return;
  }
#endif
  for (size_t i = 0; i < n_block; i++) compress_plain(state, block + 64 * i);
}

void rein_sha256_init(rein_sha256 *sha) {
  /* 5.3.3 */
  static const uint32_t start[8] = {0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a,
                                    0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19};
  memcpy(sha->state, start, sizeof start);
  sha->n_byte = 0;
}

void rein_sha256_add(rein_sha256 *sha, const void *bytes, size_t n_byte) {
  const unsigned char *from = bytes;
  size_t used = (size_t)(sha->n_byte % 64);
  sha->n_byte += n_byte;
  if (used == 0) { /* whole blocks are taken where they are */
    compress(sha->state, from, n_byte / 64);
    from += n_byte / 64 * 64;
    n_byte %= 64;
  }
  while (n_byte > 0) {
    size_t n = 64 - used < n_byte ? 64 - used : n_byte;
    memcpy(sha->block + used, from, n);
    from += n;
    n_byte -= n;
    used += n;
    if (used == 64) {
      compress(sha->state, sha->block, 1);
      used = 0;
    }
  }
}

void rein_sha256_finish(rein_sha256 *sha, unsigned char digest[32]) {
  /* 5.1.1: a 1 bit, zeros, the length in bits */
  static const unsigned char padding[64] = {0x80};
  uint64_t n_bit = 8 * sha->n_byte;
  size_t used = (size_t)(sha->n_byte % 64);
  unsigned char length[8];
  for (int i = 0; i < 8; i++) length[i] = (unsigned char)(n_bit >> (56 - 8 * i));
  rein_sha256_add(sha, padding, used < 56 ? 56 - used : 120 - used);
  rein_sha256_add(sha, length, 8);
  for (int i = 0; i < 32; i++) digest[i] = (unsigned char)(sha->state[i / 4] >> (24 - 8 * (i % 4)));
}

void rein_sha256_digits(const unsigned char digest[32], char hex[65]) {
  for (int i = 0; i < 32; i++) {
    hex[2 * i] = "0123456789abcdef"[digest[i] >> 4];
    hex[2 * i + 1] = "0123456789abcdef"[digest[i] & 15];
  }
  hex[64] = 0;
}

void rein_sha256_hex(const void *bytes, size_t n_byte, char hex[65]) {
  rein_sha256 sha;
  unsigned char digest[32];
  rein_sha256_init(&sha);
  rein_sha256_add(&sha, bytes, n_byte);
  rein_sha256_finish(&sha, digest);
  rein_sha256_digits(digest, hex);
}
