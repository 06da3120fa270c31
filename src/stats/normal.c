#include "src/stats/normal.h"

#include <math.h>
#include <stdbool.h>

#include "src/stats/fixed.h"

#define N_COEFFICIENT 8

/* Wichura's rational approximations: numerator and denominator, constant term first. */
static const double CENTRE_ABOVE[N_COEFFICIENT] = {
    3.3871328727963666080e0,  1.3314166789178437745e+2, 1.9715909503065514427e+3, 1.3731693765509461125e+4,
    4.5921953931549871457e+4, 6.7265770927008700853e+4, 3.3430575583588128105e+4, 2.5090809287301226727e+3};
static const double CENTRE_BELOW[N_COEFFICIENT] = {1.0,
                                                   4.2313330701600911252e+1,
                                                   6.8718700749205790830e+2,
                                                   5.3941960214247511077e+3,
                                                   2.1213794301586595867e+4,
                                                   3.9307895800092710610e+4,
                                                   2.8729085735721942674e+4,
                                                   5.2264952788528545610e+3};
static const double FLANK_ABOVE[N_COEFFICIENT] = {1.42343711074968357734e0,  4.63033784615654529590e0,
                                                  5.76949722146069140550e0,  3.64784832476320460504e0,
                                                  1.27045825245236838258e0,  2.41780725177450611770e-1,
                                                  2.27238449892691845833e-2, 7.74545014278341407640e-4};
static const double FLANK_BELOW[N_COEFFICIENT] = {1.0,
                                                  2.05319162663775882187e0,
                                                  1.67638483018380384940e0,
                                                  6.89767334985100004550e-1,
                                                  1.48103976427480074590e-1,
                                                  1.51986665636164571966e-2,
                                                  5.47593808499534494600e-4,
                                                  1.05075007164441684324e-9};
static const double TAIL_ABOVE[N_COEFFICIENT] = {6.65790464350110377720e0,  5.46378491116411436990e0,
                                                 1.78482653991729133580e0,  2.96560571828504891230e-1,
                                                 2.65321895265761230930e-2, 1.24266094738807843860e-3,
                                                 2.71155556874348757815e-5, 2.01033439929228813265e-7};
static const double TAIL_BELOW[N_COEFFICIENT] = {1.0,
                                                 5.99832206555887937690e-1,
                                                 1.36929880922735805310e-1,
                                                 1.48753612908506148525e-2,
                                                 7.86869131145613259100e-4,
                                                 1.84631831751005468180e-5,
                                                 1.42151175831644588870e-7,
                                                 2.04426310338993978564e-15};

static double polynomial(const double *coefficient, double x) {
  double sum = coefficient[N_COEFFICIENT - 1];
  for (int i = N_COEFFICIENT - 2; i >= 0; i--) sum = sum * x + coefficient[i];
  return sum;
}

static double ratio(const double *above, const double *below, double x) {
  return polynomial(above, x) / polynomial(below, x);
}

double rein_normal_quantile(double p) {
  if (!(p >= 0.0 && p <= 1.0)) return NAN;
  if (p == 0.0) return -INFINITY;
  if (p == 1.0) return INFINITY;

  double q = p - 0.5;
  if (fabs(q) <= 0.425) return q * ratio(CENTRE_ABOVE, CENTRE_BELOW, 0.180625 - q * q);

  double r = sqrt(-rein_fixed_log(q < 0 ? p : 1.0 - p));
  double x = r <= 5.0 ? ratio(FLANK_ABOVE, FLANK_BELOW, r - 1.6) : ratio(TAIL_ABOVE, TAIL_BELOW, r - 5.0);
  return q < 0 ? -x : x;
}

double rein_normal_cdf(double x) {
  return 0.5 * rein_fixed_erfc(x * -0.70710678118654752440);
}

double rein_normal_quantile_between(double u, double low, double high) {
  if (!(low <= high)) return NAN;
  /* Above 0 the mirror image is used: probabilities near 1 have lost their digits, those near 0 have not. */
  bool mirrored = low > 0.0;
  double a = mirrored ? -high : low, b = mirrored ? -low : high;
  double below = a == -INFINITY ? 0.0 : rein_normal_cdf(a);
  double above = b == INFINITY ? 1.0 : rein_normal_cdf(b);
  double x = above > below ? rein_normal_quantile(below + (mirrored ? 1.0 - u : u) * (above - below)) : b;
  if (x < a) x = a;
  if (x > b) x = b;
  return mirrored ? -x : x;
}
