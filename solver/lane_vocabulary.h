/* Vocabulary of the lane kernels: one vector type, its mask and the few words lane_kernels.c is written in.
 * Private to lane_kernels.c, which is compiled once for each value of REIN_LANES, the width in bits: 512
 * AVX-512 (F, DQ, VL)      256  AVX2      64  plain C: gcc's generic vectors of two, on any processor
 *
 * Invariant: every word gives the same bits in all three forms. So there is no fused multiply-add, no
 * reciprocal estimate and no sum across lanes here, and min, max are written out for NaN and signed zeros.
 * SLEEF's finz functions keep the promise wherever the processor has fused multiply-add; plain x86 without it
 * falls back to SLEEF's other form and rein_lanes_same_bits (lanes.h) says so. They are within 2 units in the
 * last place of libm, but infinite early: sinh and cosh from |x| > 709.7, log1p from 1.7e307, asinh and acosh
 * from 1.3e154, pow at the largest double.
 */
#ifndef REIN_SOLVER_LANE_VOCABULARY_H
#define REIN_SOLVER_LANE_VOCABULARY_H

#include <float.h>
#include <math.h>
#include <sleef.h>
#include <stddef.h>
#include <stdint.h>

/* Functions of one number: name in SLEEF. */
// clang-format off
#define REIN_MATH1(X) \
  X(exp) X(expm1) X(log) X(log1p) X(log10) X(log2) X(sin) X(cos) X(tan) X(asin) X(acos) X(atan) \
  X(sinh) X(cosh) X(tanh) X(asinh) X(acosh) X(atanh)
// clang-format on

#if REIN_LANES == 512
#include <immintrin.h>

#define VD_WIDTH 8
typedef __m512d vd;
typedef __mmask8 vm;

static inline vd vd_load(const double *p) {
  return _mm512_load_pd(p);
}
static inline void vd_store(double *p, vd a) {
  _mm512_store_pd(p, a);
}
static inline vd vd_set(double c) {
  return _mm512_set1_pd(c);
}
static inline vd vd_add(vd a, vd b) {
  return _mm512_add_pd(a, b);
}
static inline vd vd_sub(vd a, vd b) {
  return _mm512_sub_pd(a, b);
}
static inline vd vd_mul(vd a, vd b) {
  return _mm512_mul_pd(a, b);
}
static inline vd vd_div(vd a, vd b) {
  return _mm512_div_pd(a, b);
}
static inline vd vd_neg(vd a) {
  return _mm512_xor_pd(a, _mm512_set1_pd(-0.0));
}
static inline vd vd_abs(vd a) {
  return _mm512_abs_pd(a);
}
static inline vd vd_sqrt(vd a) {
  return _mm512_sqrt_pd(a);
}
static inline vd vd_floor(vd a) {
  return _mm512_roundscale_pd(a, _MM_FROUND_TO_NEG_INF | _MM_FROUND_NO_EXC);
}
static inline vd vd_ceil(vd a) {
  return _mm512_roundscale_pd(a, _MM_FROUND_TO_POS_INF | _MM_FROUND_NO_EXC);
}
static inline vm vd_lt(vd a, vd b) {
  return _mm512_cmp_pd_mask(a, b, _CMP_LT_OQ);
}
static inline vm vd_le(vd a, vd b) {
  return _mm512_cmp_pd_mask(a, b, _CMP_LE_OQ);
}
static inline vm vd_eq(vd a, vd b) {
  return _mm512_cmp_pd_mask(a, b, _CMP_EQ_OQ);
}
static inline vm vd_ne(vd a, vd b) {
  return _mm512_cmp_pd_mask(a, b, _CMP_NEQ_UQ);
}
static inline vm vm_and(vm a, vm b) {
  return (vm)(a & b);
}
static inline vm vm_or(vm a, vm b) {
  return (vm)(a | b);
}
static inline vm vm_not(vm a) {
  return (vm)~a;
}
static inline vm vm_none(void) {
  return 0;
}
static inline int vm_any(vm a) {
  return a != 0;
}
static inline vd vd_select(vm m, vd a, vd b) {
  return _mm512_mask_blend_pd(m, b, a);
}

#define REIN_VD_MATH1(name)                                                                                  \
  static inline vd vd_##name(vd a) {                                                                         \
    return Sleef_finz_##name##d8_u10avx512f(a);                                                              \
  }
static inline vd vd_pow(vd a, vd b) {
  return Sleef_finz_powd8_u10avx512f(a, b);
}

#elif REIN_LANES == 256
#include <immintrin.h>

#define VD_WIDTH 4
typedef __m256d vd;
typedef __m256d vm;

static inline vd vd_load(const double *p) {
  return _mm256_load_pd(p);
}
static inline void vd_store(double *p, vd a) {
  _mm256_store_pd(p, a);
}
static inline vd vd_set(double c) {
  return _mm256_set1_pd(c);
}
static inline vd vd_add(vd a, vd b) {
  return _mm256_add_pd(a, b);
}
static inline vd vd_sub(vd a, vd b) {
  return _mm256_sub_pd(a, b);
}
static inline vd vd_mul(vd a, vd b) {
  return _mm256_mul_pd(a, b);
}
static inline vd vd_div(vd a, vd b) {
  return _mm256_div_pd(a, b);
}
static inline vd vd_neg(vd a) {
  return _mm256_xor_pd(a, _mm256_set1_pd(-0.0));
}
static inline vd vd_abs(vd a) {
  return _mm256_andnot_pd(_mm256_set1_pd(-0.0), a);
}
static inline vd vd_sqrt(vd a) {
  return _mm256_sqrt_pd(a);
}
static inline vd vd_floor(vd a) {
  return _mm256_floor_pd(a);
}
static inline vd vd_ceil(vd a) {
  return _mm256_ceil_pd(a);
}
static inline vm vd_lt(vd a, vd b) {
  return _mm256_cmp_pd(a, b, _CMP_LT_OQ);
}
static inline vm vd_le(vd a, vd b) {
  return _mm256_cmp_pd(a, b, _CMP_LE_OQ);
}
static inline vm vd_eq(vd a, vd b) {
  return _mm256_cmp_pd(a, b, _CMP_EQ_OQ);
}
static inline vm vd_ne(vd a, vd b) {
  return _mm256_cmp_pd(a, b, _CMP_NEQ_UQ);
}
static inline vm vm_and(vm a, vm b) {
  return _mm256_and_pd(a, b);
}
static inline vm vm_or(vm a, vm b) {
  return _mm256_or_pd(a, b);
}
static inline vm vm_not(vm a) {
  return _mm256_xor_pd(a, _mm256_castsi256_pd(_mm256_set1_epi64x(-1)));
}
static inline vm vm_none(void) {
  return _mm256_setzero_pd();
}
static inline int vm_any(vm a) {
  return _mm256_movemask_pd(a) != 0;
}
static inline vd vd_select(vm m, vd a, vd b) {
  return _mm256_blendv_pd(b, a, m);
}

#define REIN_VD_MATH1(name)                                                                                  \
  static inline vd vd_##name(vd a) {                                                                         \
    return Sleef_finz_##name##d4_u10avx2(a);                                                                 \
  }
static inline vd vd_pow(vd a, vd b) {
  return Sleef_finz_powd4_u10avx2(a, b);
}

#elif REIN_LANES == 64

#define VD_WIDTH 2
typedef double vd __attribute__((vector_size(16), may_alias));
typedef int64_t vm __attribute__((vector_size(16), may_alias));

static inline vd vd_load(const double *p) {
  return *(const vd *)p;
}
static inline void vd_store(double *p, vd a) {
  *(vd *)p = a;
}
static inline vd vd_set(double c) {
  return (vd){c, c};
}
static inline vd vd_add(vd a, vd b) {
  return a + b;
}
static inline vd vd_sub(vd a, vd b) {
  return a - b;
}
static inline vd vd_mul(vd a, vd b) {
  return a * b;
}
static inline vd vd_div(vd a, vd b) {
  return a / b;
}
static inline vd vd_neg(vd a) {
  return (vd)((vm)a ^ (vm)vd_set(-0.0));
}
static inline vd vd_abs(vd a) {
  return (vd)((vm)a & ~(vm)vd_set(-0.0));
}
static inline vd vd_sqrt(vd a) {
  return (vd){sqrt(a[0]), sqrt(a[1])};
}
static inline vd vd_floor(vd a) {
  return (vd){floor(a[0]), floor(a[1])};
}
static inline vd vd_ceil(vd a) {
  return (vd){ceil(a[0]), ceil(a[1])};
}
static inline vm vd_lt(vd a, vd b) {
  return a < b;
}
static inline vm vd_le(vd a, vd b) {
  return a <= b;
}
static inline vm vd_eq(vd a, vd b) {
  return a == b;
}
static inline vm vd_ne(vd a, vd b) {
  return a != b;
}
static inline vm vm_and(vm a, vm b) {
  return a & b;
}
static inline vm vm_or(vm a, vm b) {
  return a | b;
}
static inline vm vm_not(vm a) {
  return ~a;
}
static inline vm vm_none(void) {
  return (vm){0, 0};
}
static inline int vm_any(vm a) {
  return (a[0] | a[1]) != 0;
}
static inline vd vd_select(vm m, vd a, vd b) {
  return (vd)(((vm)a & m) | ((vm)b & ~m));
}

#if defined(__x86_64__) || defined(__i386__)
#define REIN_HAS_FMA __builtin_cpu_supports("fma")
#else
#define REIN_HAS_FMA 1
#endif
/* sleef.h shows these only where the compiler itself may use fused multiply-add. */
#define REIN_DECLARE1(name) double Sleef_finz_##name##d1_u10purecfma(double);
#ifndef FP_FAST_FMA
REIN_MATH1(REIN_DECLARE1)
double Sleef_finz_powd1_u10purecfma(double, double);
#endif
#define REIN_SLEEF1(name, x)                                                                                 \
  (REIN_HAS_FMA ? Sleef_finz_##name##d1_u10purecfma(x) : Sleef_##name##d1_u10purec(x))
#define REIN_VD_MATH1(name)                                                                                  \
  static inline vd vd_##name(vd a) {                                                                         \
    return (vd){REIN_SLEEF1(name, a[0]), REIN_SLEEF1(name, a[1])};                                           \
  }
static inline double vd_pow1(double a, double b) {
  return REIN_HAS_FMA ? Sleef_finz_powd1_u10purecfma(a, b) : Sleef_powd1_u10purec(a, b);
}
static inline vd vd_pow(vd a, vd b) {
  return (vd){vd_pow1(a[0], b[0]), vd_pow1(a[1], b[1])};
}

#else
#error "REIN_LANES must be 512, 256 or 64"
#endif

REIN_MATH1(REIN_VD_MATH1)

/* The smaller, the larger; NaN if either is NaN; b where they are equal. */
static inline vd vd_min(vd a, vd b) {
  return vd_select(vm_or(vd_lt(a, b), vd_ne(a, a)), a, b);
}
static inline vd vd_max(vd a, vd b) {
  return vd_select(vm_or(vd_lt(b, a), vd_ne(a, a)), a, b);
}

/* True where a is neither NaN nor infinite. */
static inline vm vd_finite(vd a) {
  return vd_le(vd_abs(a), vd_set(DBL_MAX));
}

/* 1.0 where m, else 0.0. */
static inline vd vd_truth(vm m) {
  return vd_select(m, vd_set(1.0), vd_set(0.0));
}

/* Row of 1.0 and 0.0 as a mask. */
static inline vm vd_mask(const double *p) {
  return vd_ne(vd_load(p), vd_set(0.0));
}

/* Whether any of the eight lanes around lane i is wanted; mask NULL: all are. Eight whatever the width, so
 * that lanes nobody asked for hold the same in all forms. */
static inline int is_wanted(const double *mask, int i) {
  if (!mask) return 1;
  const double *eight = mask + i / 8 * 8;
  vm any = vm_none();
  for (int k = 0; k < 8; k += VD_WIDTH) any = vm_or(any, vd_mask(eight + k));
  return vm_any(any);
}

#endif
