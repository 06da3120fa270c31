/* Lanes: the table of kernels, one for each instruction set, that do everything that loops over lanes.
 *
 * Rows are n_lane doubles, 64-byte aligned, n_lane a multiple of REIN_LANE_MULTIPLE; arrays are (rows x
 * n_lane), lane fastest. The kernels are compiled three times from lane_kernels.c with the vocabulary of
 * lane_vocabulary.h and give the same bits in all three: no contraction, sums in row order, exp, log, pow,
 * sin ... from SLEEF's finz family. A mask row `live` holds 1.0 for lanes that count and 0.0 for those that
 * do not.
 */
#ifndef REIN_SOLVER_LANES_H
#define REIN_SOLVER_LANES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define REIN_LANE_MULTIPLE 8
#define REIN_MAX_LANE 4096

typedef enum { REIN_ISA_PLAIN, REIN_ISA_AVX2, REIN_ISA_AVX512, REIN_N_ISA } rein_isa;

struct rein_lu_kernels;      /* solver/lane_lu.h */
struct rein_onestep_kernels; /* solver/lane_onestep.h */

typedef struct {
  rein_isa isa;
  const char *name; /* "avx512", "avx2", "plain" */

  /* Runs n instructions (rein_instr, verified). base[space] is the first row of SLOT, STATE, OUT. n_pow_floor
   * (n_lane) is counted up. */
  void (*run)(const void *code, int n, double *const base[3], int n_lane, int64_t *n_pow_floor);

  /* Vectors of n = n_row * n_lane numbers. Results may be the same array as an operand. */
  void (*linear_sum)(double a, const double *x, double b, const double *y, double *z, size_t n);
  void (*linear_combination)(int n_vec, const double *c, double *const *x, double *z, size_t n);
  void (*scale_add_multi)(int n_vec, const double *a, const double *x, double *const *y, double *const *z,
                          size_t n);
  void (*fill)(double c, double *z, size_t n);
  void (*scale)(double c, const double *x, double *z, size_t n);
  void (*prod)(const double *x, const double *y, double *z, size_t n);
  void (*div)(const double *x, const double *y, double *z, size_t n);
  void (*abs)(const double *x, double *z, size_t n);
  void (*inv)(const double *x, double *z, size_t n);
  void (*add_const)(const double *x, double b, double *z, size_t n);

  /* Largest over live lanes of sqrt(mean over rows of (x w)^2); NaN if any live lane's is NaN; 0 without live
   * lanes. per_lane (n_lane) receives each lane's own norm, or is NULL. */
  double (*wrms_max)(const double *x, const double *w, int n_row, int n_lane, const double *live,
                     double *per_lane);

  /* w = 1 / (rtol |y| + atol), atol (n_row x n_lane); 0 in lanes that are not live. Returns false if any live
   * lane's weight is not finite or not above 0 (y not finite). */
  bool (*error_weights)(double rtol, const double *y, const double *atol, double *w, int n_row, int n_lane,
                        const double *live);

  /* sum += |x| in live lanes; x, sum (n_row x n_lane). */
  void (*add_abs)(const double *x, const double *live, double *sum, int n_row, int n_lane);

  /* Whether x (n_lane) is anywhere not within [low, high] in live lanes; NaN is not. */
  bool (*any_outside)(const double *x, double low, double high, const double *live, int n_lane);

  /* Of a margin that was g0 and is g1 (n_lane) after a step `growth` times as long as the last: live lanes in
   * which it may have been 0 between, because an end is not `distance` times as far from 0 as it moves in a
   * step, are marked with 1.0 in `may` (n_lane). pace (n_lane) is how far it moved in the last step; becomes
   * that of this one. NaN may. */
  void (*may_turn)(const double *g0, const double *g1, double growth, double distance, const double *live,
                   double *pace, double *may, int n_lane);

  /* Of a margin that is g[0], g[1], g[2] (n_lane) at the start, in the middle and at the end of a step: live
   * lanes whose three do not have one sign are marked with 1.0 in `changed` (n_lane); `turns` (n_lane)
   * becomes 1.0 in the others whose parabola turns between the ends, else 0.0. pace (n_lane) becomes at least
   * what a live lane moves in half the step. Returns true if any turns. */
  bool (*scan_margin)(const double *const g[3], const double *live, double *pace, double *changed,
                      double *turns, int n_lane);

  /* A signal that was `was` and is `is` (n_lane) at the ends of a piece of a step: live lanes where it stays
   * true add (high - low) * span to duration, those where it changes are marked with 1.0 in `changed`
   * (n_lane), all others with 0.0. Returns true if any changes. */
  bool (*watch)(const double *was, const double *is, const double *live, const double *low,
                const double *high, const double *span, double *duration, double *changed, int n_lane);

  /* rows *= scale (n_lane, NULL for 1) in live lanes, = 0 in the others; bad (n_lane) becomes 1.0 where a
   * live lane has a value that is not finite, else 0.0. Returns true if any is bad. */
  bool (*finish_rates)(double *rows, int n_row, int n_lane, const double *scale, const double *live,
                       double *bad);

  /* Polynomial in each lane's own sigma (n_lane): z = d0 + sigma (d1 + sigma (d2 + ...)), d: n_d >= 1 arrays
   * (n_row x n_lane). Of each REIN_LANE_MULTIPLE lanes in a row none is touched where mask (n_lane) is 0.0 in
   * all of them; NULL: all are wanted. */
  void (*horner)(int n_d, double *const *d, const double *sigma, const double *mask, double *z, int n_row,
                 int n_lane);

  /* z = mask ? a : z, row by row; mask (n_lane) of 0.0 and 1.0. */
  void (*blend)(const double *mask, const double *a, double *z, int n_row, int n_lane);

  /* to[r] = mask ? from[r] : to[r] for n_row rows that lie anywhere; to (n_row x n_lane). */
  void (*deliver)(const double *mask, const double *const *from, double *to, int n_row, int n_lane);

  /* Which moving lanes have something to see at `when` (n_lane, +inf: nothing) inside a step that ends at
   * tau_high: mask (n_lane) 1.0 where when < t0 + tau_high * span, or < target where tau_high is 1. There
   * at = (when - t0) / span, kept within [0, tau], and time = when; elsewhere at = tau, time = t0. Returns
   * how many different `at` there are among the lanes seen: 0 (then only mask is written), 1, or 2 for more;
   * *first is the smallest. */
  int (*due)(const double *when, const double *moving, const double *t0, const double *span,
             const double *tau_high, const double *target, double tau, double *mask, double *at, double *time,
             double *first, int n_lane);

  /* Sparse LU in lanes, see lane_matrix.c for the lists; declared in lane_lu.h to keep this table small. */
  const struct rein_lu_kernels *lu;

  /* Stages, error and dense output of one-step methods; declared in lane_onestep.h. */
  const struct rein_onestep_kernels *onestep;
} rein_kernels;

/* The table of an instruction set, or NULL if this processor lacks it. */
const rein_kernels *rein_kernels_get(rein_isa isa);

/* The best this processor has. */
const rein_kernels *rein_kernels_best(void);

/* Whether this processor keeps the promise of equal bits with all others: false on x86 without fused
 * multiply-add, where SLEEF has another form of its functions. Then the instruction set belongs to the
 * study's hash. */
bool rein_lanes_same_bits(void);

/* Instruction set of a name ("avx512", "avx2", "plain"); false for another word. */
bool rein_isa_parse(const char *name, rein_isa *isa);

/* n_row rows of n_lane doubles, zeroed and 64-byte aligned; free with free(). NULL when memory is out. */
double *rein_rows_create(size_t n_row, int n_lane);

#endif
