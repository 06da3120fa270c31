/* Kernels against plain loops and against libm, and every instruction set against the others bit by bit. */
#include <check.h>
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "solver/lanes.h"
#include "solver/tape.h"
#include "tests/skip.h"

/* Numbers from a seed, the same everywhere. */
static uint64_t draw(uint64_t *seed) {
  *seed ^= *seed << 13;
  *seed ^= *seed >> 7;
  *seed ^= *seed << 17;
  return *seed;
}

static double uniform(uint64_t *seed, double low, double high) {
  return low + (high - low) * (double)(draw(seed) >> 11) * 0x1p-53;
}

static bool is_same(double a, double b) {
  return (isnan(a) && isnan(b)) || memcmp(&a, &b, sizeof a) == 0;
}

/* The table of an instruction set; NULL, said aloud, where the processor lacks it. */
static const rein_kernels *kernels_or_skip(int isa) {
  const rein_kernels *kernels = rein_kernels_get((rein_isa)isa);
  if (!kernels)
    rein_test_skip(isa == REIN_ISA_AVX512 ? "processor without AVX-512" : "processor without AVX2");
  return kernels;
}

static const double special[] = {0.0,           -0.0,   1.0,     -1.0,   INFINITY, -INFINITY,
                                 NAN,           5e-324, -5e-324, 1e-310, -1e-310,  2.2250738585072014e-308,
                                 1e300,         -1e300, 709.5,   -745.2, -746.0,   -708.0,
                                 1e15,          1e16,   1e22,    -1e22,  0.5,      -0.5,
                                 2.0,           -2.0,   3.0,     -3.0,   1e-5,     1e-20,
                                 1e5,           1e10,   4.5e15,  20.0,   -20.0,    0.9999999999999999,
                                 1.0 + 0x1p-52, 1023.0, -1074.0, 1.5,    -1.5,     1e-8};
enum { N_SPECIAL = sizeof special / sizeof *special, N_ARGUMENT = 102400 };

/* Arguments: pairs of specials, then [-1, 1], then +-30, then all magnitudes. */
static void fill_arguments(double *a, double *b) {
  uint64_t seed = 88172645463325252u;
  for (int i = 0; i < N_ARGUMENT; i++) {
    const double u = uniform(&seed, -1.0, 1.0);
    a[i] = i % 3 == 0 ? u : i % 3 == 1 ? 30.0 * u : ldexp(u, (int)(draw(&seed) % 2040) - 1040);
    b[i] = uniform(&seed, -8.0, 8.0);
    if (i % 4 == 0) b[i] = floor(b[i]);
    if (i < N_SPECIAL * N_SPECIAL) {
      a[i] = special[i % N_SPECIAL];
      b[i] = special[i / N_SPECIAL];
    }
  }
}

typedef struct {
  rein_op op;
  double (*one)(double);
  double largest; /* magnitude from which SLEEF may answer infinity early */
} unary;

static const unary unaries[] = {
    {REIN_OP_EXP, exp, INFINITY},    {REIN_OP_EXPM1, expm1, INFINITY}, {REIN_OP_LOG, log, INFINITY},
    {REIN_OP_LOG1P, log1p, 1e307},   {REIN_OP_LOG10, log10, INFINITY}, {REIN_OP_LOG2, log2, INFINITY},
    {REIN_OP_SIN, sin, INFINITY},    {REIN_OP_COS, cos, INFINITY},     {REIN_OP_TAN, tan, INFINITY},
    {REIN_OP_ASIN, asin, INFINITY},  {REIN_OP_ACOS, acos, INFINITY},   {REIN_OP_ATAN, atan, INFINITY},
    {REIN_OP_SINH, sinh, 709.0},     {REIN_OP_COSH, cosh, 709.0},      {REIN_OP_TANH, tanh, INFINITY},
    {REIN_OP_ASINH, asinh, 1.3e154}, {REIN_OP_ACOSH, acosh, 1.3e154},  {REIN_OP_ATANH, atanh, INFINITY},
    {REIN_OP_SQRT, sqrt, INFINITY},  {REIN_OP_FLOOR, floor, INFINITY}, {REIN_OP_CEIL, ceil, INFINITY},
    {REIN_OP_ABS, fabs, INFINITY},
};
enum { N_UNARY = sizeof unaries / sizeof *unaries };

/* Distance in units of the reference's last place; at zero and below the normal numbers, of the smallest
 * number. */
static double ulps(double value, double reference) {
  if (is_same(value, reference) || value == reference) return 0.0;
  if (!isfinite(value) || !isfinite(reference)) return INFINITY;
  return fabs(value - reference) / (nextafter(fabs(reference), INFINITY) - fabs(reference));
}

/* out[i] = op(a[i], b[i], 0) over all arguments, 8 lanes at a time. */
static void run_all(const rein_kernels *kernels, rein_op op, double *a, double *b, double *out) {
  int64_t counts[8] = {0};
  rein_instr in = {op,
                   REIN_OPERAND(REIN_SPACE_OUT, 0),
                   REIN_OPERAND(REIN_SPACE_SLOT, 0),
                   REIN_OPERAND(REIN_SPACE_STATE, 0),
                   0,
                   -1};
  for (int i = 0; i < N_ARGUMENT; i += 8) {
    in.c = REIN_OPERAND(REIN_SPACE_SLOT, (N_ARGUMENT - i) / 8); /* the row of zeros behind a */
    double *const base[3] = {a + i, b + i, out + i};
    kernels->run(&in, 1, base, 8, counts);
  }
}

START_TEST(math_close_to_libm_and_same_bits) {
  const bool is_pow = _i == N_UNARY;
  const rein_op op = is_pow ? REIN_OP_POW : unaries[_i].op;
  double *a = rein_rows_create(N_ARGUMENT / 8 + 1, 8), *b = rein_rows_create(N_ARGUMENT / 8, 8);
  double *out[REIN_N_ISA];
  fill_arguments(a, b);
  for (int isa = 0; isa < REIN_N_ISA; isa++) {
    out[isa] = rein_rows_create(N_ARGUMENT / 8, 8);
    const rein_kernels *kernels = kernels_or_skip(isa);
    if (kernels) run_all(kernels, op, a, b, out[isa]);
    if (!kernels) memcpy(out[isa], out[0], N_ARGUMENT * sizeof(double));
  }
  for (int i = 0; i < N_ARGUMENT; i++) {
    if (rein_lanes_same_bits() && (!is_same(out[0][i], out[1][i]) || !is_same(out[0][i], out[2][i]))) {
      ck_abort_msg("%s(%.17g, %.17g): %a %a %a", rein_op_name(op), a[i], b[i], out[0][i], out[1][i],
                   out[2][i]);
    }
    double wanted;
    if (is_pow) {
      wanted = a[i] < 0.0 && floor(b[i]) != b[i] ? (double)NAN : pow(a[i], b[i]);
      if (fabs(wanted) > 1e307 && isfinite(wanted)) continue;
    } else {
      if (isfinite(a[i]) && fabs(a[i]) > unaries[_i].largest) continue;
      wanted = unaries[_i].one(a[i]);
    }
    if (ulps(out[0][i], wanted) <= 2.0) continue;
    ck_abort_msg("%s(%.17g, %.17g) is %.17g, libm says %.17g", rein_op_name(op), a[i], b[i], out[0][i],
                 wanted);
  }
  for (int isa = 0; isa < REIN_N_ISA; isa++) free(out[isa]);
  free(b);
  free(a);
}
END_TEST

static const int lane_counts[] = {8, 16, 24, 32, 40, 64, 96};
enum { N_LANE_COUNT = sizeof lane_counts / sizeof *lane_counts, N_ROW = 7 };

typedef struct {
  const rein_kernels *kernels;
  int n_lane;
  size_t n;
  double *x, *y, *z, *w; /* (N_ROW x n_lane) x, y random; z, w for results */
  double *live;          /* (n_lane) every fifth lane is dead */
  double *lane;          /* (n_lane) a number per lane */
} fixture;

static bool fixture_init(fixture *f, int i) {
  f->kernels = kernels_or_skip(i % REIN_N_ISA);
  if (!f->kernels) return false;
  f->n_lane = lane_counts[i / REIN_N_ISA];
  f->n = (size_t)N_ROW * (size_t)f->n_lane;
  double **const rows[] = {&f->x, &f->y, &f->z, &f->w};
  uint64_t seed = 1234567u + (uint64_t)f->n_lane;
  for (int k = 0; k < 4; k++) *rows[k] = rein_rows_create(N_ROW, f->n_lane);
  f->live = rein_rows_create(1, f->n_lane);
  f->lane = rein_rows_create(1, f->n_lane);
  for (size_t k = 0; k < f->n; k++) {
    f->x[k] = uniform(&seed, -2.0, 2.0);
    f->y[k] = uniform(&seed, 0.1, 3.0);
  }
  for (int k = 0; k < f->n_lane; k++) {
    f->live[k] = k % 5 != 2;
    f->lane[k] = uniform(&seed, 0.2, 1.8);
  }
  return true;
}

static void fixture_clear(fixture *f) {
  free(f->x);
  free(f->y);
  free(f->z);
  free(f->w);
  free(f->live);
  free(f->lane);
}

#define EACH_EQUAL(f, array, wanted)                                                                         \
  for (size_t k = 0; k < (f).n; k++) {                                                                       \
    if (is_same((array)[k], (wanted))) continue;                                                             \
    ck_abort_msg("%s, %d lanes, place %zu: %a, wanted %a", (f).kernels->name, (f).n_lane, k, (array)[k],     \
                 (wanted));                                                                                  \
  }

START_TEST(vector_operations_equal_loops) {
  fixture f;
  if (!fixture_init(&f, _i)) return;
  const rein_kernels *k_ = f.kernels;
  k_->linear_sum(0.3, f.x, -1.7, f.y, f.z, f.n);
  EACH_EQUAL(f, f.z, 0.3 * f.x[k] + -1.7 * f.y[k]);
  double *const vectors[] = {f.x, f.y, f.x};
  const double c[] = {0.1, 0.7, -3.0};
  k_->linear_combination(3, c, vectors, f.z, f.n);
  EACH_EQUAL(f, f.z, 0.1 * f.x[k] + 0.7 * f.y[k] + -3.0 * f.x[k]);
  double *const from[] = {f.y, f.x}, *const to[] = {f.z, f.w};
  k_->scale_add_multi(2, c, f.x, from, to, f.n);
  EACH_EQUAL(f, f.z, 0.1 * f.x[k] + f.y[k]);
  EACH_EQUAL(f, f.w, 0.7 * f.x[k] + f.x[k]);
  k_->fill(4.25, f.z, f.n);
  EACH_EQUAL(f, f.z, 4.25);
  k_->scale(-0.3, f.x, f.z, f.n);
  EACH_EQUAL(f, f.z, -0.3 * f.x[k]);
  k_->prod(f.x, f.y, f.z, f.n);
  EACH_EQUAL(f, f.z, f.x[k] * f.y[k]);
  k_->div(f.x, f.y, f.z, f.n);
  EACH_EQUAL(f, f.z, f.x[k] / f.y[k]);
  k_->abs(f.x, f.z, f.n);
  EACH_EQUAL(f, f.z, fabs(f.x[k]));
  k_->inv(f.y, f.z, f.n);
  EACH_EQUAL(f, f.z, 1.0 / f.y[k]);
  k_->add_const(f.x, 0.1, f.z, f.n);
  EACH_EQUAL(f, f.z, f.x[k] + 0.1);
  memcpy(f.w, f.x, f.n * sizeof(double));
  k_->linear_sum(2.0, f.w, 0.1, f.y, f.w, f.n);
  EACH_EQUAL(f, f.w, 2.0 * f.x[k] + 0.1 * f.y[k]);
  fixture_clear(&f);
}
END_TEST

static double norm_of_lane(const fixture *f, int lane) {
  double sum = 0.0;
  for (int r = 0; r < N_ROW; r++) {
    const double term = f->x[r * f->n_lane + lane] * f->y[r * f->n_lane + lane];
    sum += term * term;
  }
  return sqrt(sum / N_ROW);
}

START_TEST(norm_is_largest_of_live_lanes) {
  fixture f;
  if (!fixture_init(&f, _i)) return;
  double largest = 0.0;
  /* dead lanes do not count, whatever they hold */
  f.x[2] = 1e30;
  f.x[f.n_lane + 2] = NAN;
  f.x[7] = INFINITY;
  for (int lane = 0; lane < f.n_lane; lane++) {
    if (f.live[lane] != 0.0) largest = fmax(largest, norm_of_lane(&f, lane));
  }
  double *own = rein_rows_create(1, f.n_lane);
  const double norm = f.kernels->wrms_max(f.x, f.y, N_ROW, f.n_lane, f.live, own);
  ck_assert_msg(is_same(norm, largest), "%a %a", norm, largest);
  ck_assert_msg(is_same(f.kernels->wrms_max(f.x, f.y, N_ROW, f.n_lane, f.live, NULL), largest),
                "without per_lane");
  for (int lane = 0; lane < f.n_lane; lane++) ck_assert(is_same(own[lane], norm_of_lane(&f, lane)));
  /* a NaN of a live lane shows, in any lane */
  for (int lane = 0; lane < f.n_lane; lane++) {
    if (f.live[lane] == 0.0) continue;
    const double before = f.x[3 * f.n_lane + lane];
    f.x[3 * f.n_lane + lane] = NAN;
    ck_assert(isnan(f.kernels->wrms_max(f.x, f.y, N_ROW, f.n_lane, f.live, own)));
    f.x[3 * f.n_lane + lane] = before;
  }
  memset(f.live, 0, (size_t)f.n_lane * sizeof(double));
  ck_assert(f.kernels->wrms_max(f.x, f.y, N_ROW, f.n_lane, f.live, NULL) == 0.0);
  free(own);
  fixture_clear(&f);
}
END_TEST

START_TEST(outside_in_live_lanes_only) {
  fixture f;
  if (!fixture_init(&f, _i)) return;
  f.kernels->fill(2.0, f.x, (size_t)f.n_lane);
  for (int lane = 0; lane < f.n_lane; lane++) {
    static const double VALUE[] = {1.0, 3.0, 0.999, 3.001, NAN, INFINITY, -INFINITY};
    for (int k = 0; k < 7; k++) {
      f.x[lane] = VALUE[k];
      ck_assert(f.kernels->any_outside(f.x, 1.0, 3.0, f.live, f.n_lane) == (k >= 2 && f.live[lane] != 0.0));
    }
    f.x[lane] = 2.0;
  }
  fixture_clear(&f);
}
END_TEST

/* Rows of x: a margin at the start, in the middle, at the end of a step, its pace; some of them NaN. */
static void fill_margins(fixture *f, uint64_t *seed) {
  for (int row = 0; row < 4; row++)
    for (int lane = 0; lane < f->n_lane; lane++)
      f->x[row * f->n_lane + lane] = draw(seed) % 23 == 0 ? NAN : uniform(seed, row < 3 ? -1.0 : 0.0, 1.0);
}

START_TEST(margins_that_may_turn) {
  fixture f;
  uint64_t seed = 88172645463325252u;
  if (!fixture_init(&f, _i)) return;
  const int n = f.n_lane;
  const double *g0 = f.x, *g1 = f.x + n;
  double *pace = f.x + 3 * n, *may = f.w;
  for (int round = 0; round < 200; round++) {
    const double growth = round % 2 ? uniform(&seed, 0.0, 2.0) : 0.0, distance = uniform(&seed, 0.0, 4.0);
    fill_margins(&f, &seed);
    for (int lane = 0; lane < n; lane++) may[lane] = lane % 5 == 0;
    memcpy(f.y, pace, (size_t)n * sizeof(double));
    f.kernels->may_turn(g0, g1, growth, distance, f.live, pace, may, n);
    for (int lane = 0; lane < n; lane++) {
      const double move = fabs(g1[lane] - g0[lane]), before = growth * f.y[lane];
      const bool far = fmin(fabs(g0[lane]), fabs(g1[lane])) > distance * move &&
                       fmin(fabs(g0[lane]), fabs(g1[lane])) > distance * before && g0[lane] * g1[lane] > 0;
      ck_assert_msg((may[lane] != 0) == (lane % 5 == 0 || (f.live[lane] != 0 && !far)), "%g %g %g", g0[lane],
                    g1[lane], f.y[lane]);
      if (isnan(move) || isnan(before)) continue;
      ck_assert_double_eq(pace[lane], fmax(move, 0.5 * before));
    }
  }
  fixture_clear(&f);
}
END_TEST

/* Whether the parabola through three places of a step turns inside: its slopes at both ends differ in sign.
 */
static bool turns_inside(double g0, double g1, double g2) {
  return (-3 * g0 + 4 * g1 - g2) * (g0 - 4 * g1 + 3 * g2) < 0;
}

START_TEST(margins_scanned) {
  fixture f;
  uint64_t seed = 362436069u;
  if (!fixture_init(&f, _i)) return;
  const int n = f.n_lane;
  const double *const g[] = {f.x, f.x + n, f.x + 2 * n};
  double *pace = f.x + 3 * n, *changed = f.w, *turns = f.w + n;
  for (int round = 0; round < 200; round++) {
    bool any = false;
    fill_margins(&f, &seed);
    for (int lane = 0; lane < n; lane++) changed[lane] = lane % 5 == 0, turns[lane] = 7.0;
    memcpy(f.y, pace, (size_t)n * sizeof(double));
    const bool told = f.kernels->scan_margin(g, f.live, pace, changed, turns, n);
    for (int lane = 0; lane < n; lane++) {
      const double g0 = g[0][lane], g1 = g[1][lane], g2 = g[2][lane];
      const int above = (g0 > 0) + (g1 > 0) + (g2 > 0);
      const bool one_sign = above == 0 || above == 3, live = f.live[lane] != 0;
      const bool turn = live && one_sign && turns_inside(g0, g1, g2);
      any |= turn;
      ck_assert((changed[lane] != 0) == (lane % 5 == 0 || (live && !one_sign)));
      ck_assert_msg(turns[lane] == (turn ? 1.0 : 0.0), "%g %g %g", g0, g1, g2);
      if (!live) ck_assert(is_same(pace[lane], f.y[lane]));
      if (!live || isnan(f.y[lane] + g0 + g1 + g2)) continue;
      ck_assert_double_eq(pace[lane], fmax(f.y[lane], fmax(fabs(g1 - g0), fabs(g2 - g1))));
    }
    ck_assert(told == any);
  }
  fixture_clear(&f);
}
END_TEST

START_TEST(signals_watched) {
  fixture f;
  uint64_t seed = 521288629u;
  if (!fixture_init(&f, _i)) return;
  const int n = f.n_lane;
  double *was = f.x, *is = f.x + n, *low = f.x + 2 * n, *high = f.x + 3 * n, *span = f.x + 4 * n;
  double *duration = f.w, *changed = f.w + n;
  for (int round = 0; round < 100; round++) {
    bool any = false;
    for (int lane = 0; lane < n; lane++) {
      was[lane] = (double)(draw(&seed) % 2), is[lane] = round == 0 ? was[lane] : (double)(draw(&seed) % 2);
      low[lane] = uniform(&seed, 0, 1), high[lane] = low[lane] + uniform(&seed, 0, 1);
      span[lane] = uniform(&seed, 1, 9), duration[lane] = f.y[lane] = uniform(&seed, 0, 1);
      changed[lane] = 7.0;
    }
    const bool told = f.kernels->watch(was, is, f.live, low, high, span, duration, changed, n);
    for (int lane = 0; lane < n; lane++) {
      const bool live = f.live[lane] != 0, change = live && was[lane] != is[lane];
      const double added = live && !change && was[lane] != 0 ? (high[lane] - low[lane]) * span[lane] : 0.0;
      any |= change;
      ck_assert(changed[lane] == (change ? 1.0 : 0.0));
      ck_assert_double_eq(duration[lane], f.y[lane] + added);
    }
    ck_assert(told == any);
  }
  fixture_clear(&f);
}
END_TEST

START_TEST(weights_and_rates) {
  fixture f;
  if (!fixture_init(&f, _i)) return;
  const int n = f.n_lane;
  f.x[2] = NAN; /* lane 2 is dead */
  ck_assert(f.kernels->error_weights(1e-3, f.x, f.y, f.w, N_ROW, n, f.live));
  EACH_EQUAL(f, f.w, f.live[k % (size_t)n] != 0.0 ? 1.0 / (1e-3 * fabs(f.x[k]) + f.y[k]) : 0.0);
  f.x[n + 1] = INFINITY;
  ck_assert(!f.kernels->error_weights(1e-3, f.x, f.y, f.w, N_ROW, n, f.live));
  f.x[n + 1] = f.y[n + 1] = 0.0;
  ck_assert(!f.kernels->error_weights(1e-3, f.x, f.y, f.w, N_ROW, n, f.live));
  f.x[n + 1] = NAN;
  ck_assert(!f.kernels->error_weights(1e-3, f.x, f.y, f.w, N_ROW, n, f.live));
  f.x[n + 1] = 0.5;

  double *bad = rein_rows_create(1, n);
  memcpy(f.w, f.x, f.n * sizeof(double));
  ck_assert(!f.kernels->finish_rates(f.w, N_ROW, n, f.lane, f.live, bad));
  EACH_EQUAL(f, f.w, f.live[k % (size_t)n] != 0.0 ? f.x[k] * f.lane[k % (size_t)n] : 0.0);
  memcpy(f.w, f.x, f.n * sizeof(double));
  f.w[4 * n + 5] = -INFINITY;
  f.w[6 * n + 1] = NAN;
  ck_assert(f.kernels->finish_rates(f.w, N_ROW, n, NULL, f.live, bad));
  for (int lane = 0; lane < n; lane++) ck_assert(bad[lane] == (lane == 5 || lane == 1 ? 1.0 : 0.0));
  ck_assert(f.w[2] == 0.0 && f.w[3] == f.x[3]);
  free(bad);
  fixture_clear(&f);
}
END_TEST

START_TEST(horner_and_blend) {
  fixture f;
  if (!fixture_init(&f, _i)) return;
  const size_t n = (size_t)f.n_lane;
  double *const d[] = {f.x, f.y, f.x, f.y};
  f.kernels->horner(4, d, f.lane, NULL, f.z, N_ROW, f.n_lane);
  EACH_EQUAL(f, f.z, f.x[k] + f.lane[k % n] * (f.y[k] + f.lane[k % n] * (f.x[k] + f.lane[k % n] * f.y[k])));
  f.kernels->horner(1, d, f.lane, NULL, f.z, N_ROW, f.n_lane);
  EACH_EQUAL(f, f.z, f.x[k]);
  double *mask = rein_rows_create(1, f.n_lane); /* eight lanes are computed where one of them is wanted */
  mask[f.n_lane - 3] = 1;
  f.kernels->horner(1, &f.y, f.lane, mask, f.z, N_ROW, f.n_lane);
  EACH_EQUAL(f, f.z, k % n < n - 8 ? f.x[k] : f.y[k]);
  free(mask);
  f.x[2] = NAN;
  memcpy(f.z, f.y, f.n * sizeof(double));
  f.kernels->blend(f.live, f.x, f.z, N_ROW, f.n_lane);
  EACH_EQUAL(f, f.z, f.live[k % n] != 0.0 ? f.x[k] : f.y[k]);
  fixture_clear(&f);
}
END_TEST

START_TEST(tables_are_chosen_by_name) {
  rein_isa isa;
  static const char *const names[] = {"plain", "avx2", "avx512"};
  for (int i = 0; i < REIN_N_ISA; i++) {
    ck_assert(rein_isa_parse(names[i], &isa) && isa == (rein_isa)i);
    const rein_kernels *kernels = rein_kernels_get(isa);
    if (kernels) ck_assert(kernels->isa == isa && strcmp(kernels->name, names[i]) == 0);
  }
  ck_assert(!rein_isa_parse("sse9", &isa) && !rein_isa_parse("", &isa));
  ck_assert_ptr_nonnull(rein_kernels_get(REIN_ISA_PLAIN));
  ck_assert_ptr_null(rein_kernels_get(REIN_N_ISA));
  ck_assert(rein_kernels_best()->isa >= REIN_ISA_PLAIN);
  double *rows = rein_rows_create(3, 8);
  ck_assert((uintptr_t)rows % 64 == 0);
  for (int i = 0; i < 24; i++) ck_assert(rows[i] == 0.0);
  free(rows);
}
END_TEST

Suite *rein_suite_lanes(void) {
  Suite *suite = suite_create("lanes");
  TCase *tests = tcase_create("lanes");
  const int n_case = REIN_N_ISA * N_LANE_COUNT;
  tcase_set_timeout(tests, 60);
  tcase_add_test(tests, tables_are_chosen_by_name);
  tcase_add_loop_test(tests, math_close_to_libm_and_same_bits, 0, N_UNARY + 1);
  tcase_add_loop_test(tests, vector_operations_equal_loops, 0, n_case);
  tcase_add_loop_test(tests, norm_is_largest_of_live_lanes, 0, n_case);
  tcase_add_loop_test(tests, outside_in_live_lanes_only, 0, n_case);
  tcase_add_loop_test(tests, margins_that_may_turn, 0, n_case);
  tcase_add_loop_test(tests, margins_scanned, 0, n_case);
  tcase_add_loop_test(tests, signals_watched, 0, n_case);
  tcase_add_loop_test(tests, weights_and_rates, 0, n_case);
  tcase_add_loop_test(tests, horner_and_blend, 0, n_case);
  suite_add_tcase(suite, tests);
  return suite;
}
