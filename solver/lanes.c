/* Chooses the table of kernels this processor can run. The tables come from lane_kernels.c. */
#include "solver/lanes.h"

#include <stdlib.h>
#include <string.h>

#if defined(__x86_64__)
#define REIN_IS_X86 1
extern const rein_kernels rein_kernels_avx512, rein_kernels_avx2;
#endif
extern const rein_kernels rein_kernels_plain;

const rein_kernels *rein_kernels_get(rein_isa isa) {
#ifdef REIN_IS_X86
  if (isa == REIN_ISA_AVX512 && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") &&
      __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("fma")) {
    return &rein_kernels_avx512;
  }
  if (isa == REIN_ISA_AVX2 && __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) {
    return &rein_kernels_avx2;
  }
#endif
  return isa == REIN_ISA_PLAIN ? &rein_kernels_plain : NULL;
}

const rein_kernels *rein_kernels_best(void) {
  const rein_kernels *kernels = NULL;
  for (int isa = REIN_N_ISA - 1; !kernels; isa--) kernels = rein_kernels_get((rein_isa)isa);
  return kernels;
}

bool rein_lanes_same_bits(void) {
#if defined(__x86_64__) || defined(__i386__)
  return __builtin_cpu_supports("fma");
#else
  return true;
#endif
}

bool rein_isa_parse(const char *name, rein_isa *isa) {
  static const char *const names[REIN_N_ISA] = {"plain", "avx2", "avx512"};
  for (int i = 0; i < REIN_N_ISA; i++) {
    if (!strcmp(name, names[i])) {
      *isa = (rein_isa)i;
      return true;
    }
  }
  return false;
}

double *rein_rows_create(size_t n_row, int n_lane) {
  const size_t row_bytes = (size_t)n_lane * sizeof(double);
  if (n_row > SIZE_MAX / 2 / row_bytes) return NULL;
  const size_t bytes = (n_row ? n_row : 1) * row_bytes;
  double *rows = aligned_alloc(64, (bytes + 63) / 64 * 64);
  if (rows) memset(rows, 0, bytes);
  return rows;
}
