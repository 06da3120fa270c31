#include "src/scenario/draw.h"

#include <Random123/philox.h>

#include "src/stats/normal.h"

uint64_t rein_draw_key(const char *name) {
  uint64_t hash = UINT64_C(14695981039346656037);
  for (const unsigned char *byte = (const unsigned char *)name; *byte; byte++) {
    hash ^= *byte;
    hash *= UINT64_C(1099511628211);
  }
  return hash;
}

uint64_t rein_draw_bits(uint64_t seed, rein_draw_purpose purpose, uint64_t individual, uint64_t key,
                        uint64_t number) {
  philox4x64_ctr_t counter = {{individual, key, number, (uint64_t)purpose}};
  philox4x64_key_t philox_key = {{seed, 0}};
  return philox4x64(counter, philox_key).v[0];
}

double rein_draw_uniform(uint64_t seed, rein_draw_purpose purpose, uint64_t individual, uint64_t key,
                         uint64_t number) {
  /* 52 bits and a half: exact in a double, never 0 or 1, symmetric about 1/2. */
  uint64_t bits = rein_draw_bits(seed, purpose, individual, key, number) >> 12;
  return ((double)bits + 0.5) * 0x1p-52;
}

double rein_draw_normal(uint64_t seed, rein_draw_purpose purpose, uint64_t individual, uint64_t key,
                        uint64_t number) {
  return rein_normal_quantile(rein_draw_uniform(seed, purpose, individual, key, number));
}
