/* SHA-256 (FIPS 180-4): the hash of models, scenarios and parts of a study. */
#ifndef REIN_BASE_SHA256_H
#define REIN_BASE_SHA256_H

#include <stddef.h>
#include <stdint.h>

typedef struct {
  uint32_t state[8];
  uint64_t n_byte;         /* taken in so far */
  unsigned char block[64]; /* its last n_byte % 64 bytes */
} rein_sha256;

/* The caller's struct: init, add any number of times, finish once. Threads: reentrant. */
void rein_sha256_init(rein_sha256 *sha);
void rein_sha256_add(rein_sha256 *sha, const void *bytes, size_t n_byte);
void rein_sha256_finish(rein_sha256 *sha, unsigned char digest[32]);

/* All at once, as 64 lower-case hexadecimal digits and a final 0. */
void rein_sha256_hex(const void *bytes, size_t n_byte, char hex[65]);

/* A digest as hexadecimal digits. */
void rein_sha256_digits(const unsigned char digest[32], char hex[65]);

#endif
