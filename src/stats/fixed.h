/* exp, log and their kin for everything that ends in records: the same bits on every processor.
 *
 * libm chooses its code by processor, so records would differ by machine. These are SLEEF's finz functions in
 * scalar form, the same algorithm that the lane kernels use; on x86 without fused multiply-add SLEEF's other
 * form answers, which rein_lanes_same_bits (solver/lanes.h) tells. Dimensionless in and out; NaN and
 * infinities as in C's math library. Threads: all reentrant.
 */
#ifndef REIN_STATS_FIXED_H
#define REIN_STATS_FIXED_H

double rein_fixed_exp(double x);
double rein_fixed_expm1(double x);
double rein_fixed_log(double x);
double rein_fixed_log1p(double x);
double rein_fixed_pow(double x, double y);
double rein_fixed_erfc(double x);

/* log(p / (1 - p)) for p in (0, 1), and its inverse. */
double rein_fixed_logit(double p);
double rein_fixed_logistic(double x);

#endif
