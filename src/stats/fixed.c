#include "src/stats/fixed.h"

#ifndef FP_FAST_FMA /* the header shows the fused forms only with it; they are in the library all the same   \
                     */
#define FP_FAST_FMA
#endif
#include <sleef.h>

/* The fused form needs the instruction; where it is missing, SLEEF's plain form is slower and differs in last
 * bits. */
#if defined(__x86_64__) || defined(__i386__)
#define HAS_FMA __builtin_cpu_supports("fma")
#else
#define HAS_FMA 1
#endif

double rein_fixed_exp(double x) {
  return HAS_FMA ? Sleef_finz_expd1_u10purecfma(x) : Sleef_expd1_u10purec(x);
}

double rein_fixed_expm1(double x) {
  return HAS_FMA ? Sleef_finz_expm1d1_u10purecfma(x) : Sleef_expm1d1_u10purec(x);
}

double rein_fixed_log(double x) {
  return HAS_FMA ? Sleef_finz_logd1_u10purecfma(x) : Sleef_logd1_u10purec(x);
}

double rein_fixed_log1p(double x) {
  return HAS_FMA ? Sleef_finz_log1pd1_u10purecfma(x) : Sleef_log1pd1_u10purec(x);
}

double rein_fixed_pow(double x, double y) {
  return HAS_FMA ? Sleef_finz_powd1_u10purecfma(x, y) : Sleef_powd1_u10purec(x, y);
}

double rein_fixed_erfc(double x) {
  return HAS_FMA ? Sleef_finz_erfcd1_u15purecfma(x) : Sleef_erfcd1_u15purec(x);
}

double rein_fixed_logit(double p) {
  return rein_fixed_log(p) - rein_fixed_log1p(-p);
}

double rein_fixed_logistic(double x) {
  return 1.0 / (1.0 + rein_fixed_exp(-x));
}
