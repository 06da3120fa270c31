/* The N_Vector against SUNDIALS' own meaning of each operation, one number at a time; reductions see live
 * lanes only. */
#include <check.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sundials/sundials_context.h>

#include "solver/lane_vector.h"

enum { N_ROW = 5, N_LANE = 24, N = N_ROW * N_LANE };

static double live[N_LANE] __attribute__((aligned(64))), per_lane[N_LANE] __attribute__((aligned(64)));
static rein_lane_shape shape;
static SUNContext context;
static N_Vector x, y, z;
static double *px, *py, *pz;

static void setup(void) {
  shape = (rein_lane_shape){N_ROW, N_LANE, rein_kernels_best(), live, per_lane, NULL, NULL};
  ck_assert_int_eq(SUNContext_Create(NULL, &context), 0);
  x = rein_lane_vector_create(&shape, context);
  y = N_VClone(x);
  z = N_VClone(x);
  px = rein_lane_vector_rows(x);
  py = rein_lane_vector_rows(y);
  pz = rein_lane_vector_rows(z);
  for (int k = 0; k < N; k++) {
    px[k] = sin(1.0 + k) - 0.2;
    py[k] = 1.5 + cos(3.0 * k);
  }
  for (int lane = 0; lane < N_LANE; lane++) live[lane] = lane != 4 && lane != 17;
}

static void teardown(void) {
  N_VDestroy(z);
  N_VDestroy(y);
  N_VDestroy(x);
  SUNContext_Free(&context);
}

static bool counts(int k) {
  return live[k % N_LANE] != 0.0;
}

/* What dead lanes hold must never come out of a reduction. */
static void spoil_dead_lanes(void) {
  for (int k = 0; k < N; k++) {
    if (!counts(k)) px[k] = k % 2 ? (double)NAN : -(double)INFINITY;
  }
}

START_TEST(clones_are_separate_and_zero) {
  ck_assert_ptr_ne(px, py);
  for (int k = 0; k < N; k++) ck_assert(pz[k] == 0.0);
  ck_assert_int_eq(N_VGetLength(x), N);
  ck_assert_int_eq(N_VGetVectorID(x), SUNDIALS_NVEC_CUSTOM);
  N_Vector empty = N_VCloneEmpty(x);
  ck_assert_ptr_null(rein_lane_vector_rows(empty));
  N_VDestroy(empty);
  sunindextype n_real, n_int;
  N_VSpace(x, &n_real, &n_int);
  ck_assert(n_real == N && n_int == 0);
}
END_TEST

#define EACH(wanted)                                                                                         \
  for (int k = 0; k < N; k++) ck_assert_msg(pz[k] == (wanted), "place %d: %a, wanted %a", k, pz[k], (wanted))

START_TEST(elementwise_operations) {
  N_VLinearSum(2.0, x, -0.7, y, z);
  EACH(2.0 * px[k] + -0.7 * py[k]);
  N_VConst(3.5, z);
  EACH(3.5);
  N_VProd(x, y, z);
  EACH(px[k] * py[k]);
  N_VDiv(x, y, z);
  EACH(px[k] / py[k]);
  N_VScale(-1.3, x, z);
  EACH(-1.3 * px[k]);
  N_VAbs(x, z);
  EACH(fabs(px[k]));
  N_VInv(y, z);
  EACH(1.0 / py[k]);
  N_VAddConst(x, 0.3, z);
  EACH(px[k] + 0.3);
  N_VCompare(0.5, x, z);
  EACH(fabs(px[k]) >= 0.5 ? 1.0 : 0.0);
  N_Vector list[] = {x, y};
  realtype c[] = {0.3, 0.4};
  ck_assert_int_eq(N_VLinearCombination(2, c, list, z), 0);
  EACH(0.3 * px[k] + 0.4 * py[k]);
  N_Vector to[] = {z, z}, from[] = {y, y};
  ck_assert_int_eq(N_VScaleAddMulti(1, c, x, from, to), 0);
  EACH(0.3 * px[k] + py[k]);
}
END_TEST

START_TEST(reductions_see_live_lanes) {
  double most = 0.0, least = INFINITY, dot = 0.0, l1 = 0.0, l2 = 0.0, quotient = INFINITY;
  for (int k = 0; k < N; k++) {
    if (!counts(k)) continue;
    most = fmax(most, fabs(px[k]));
    least = fmin(least, px[k]);
    dot += px[k] * py[k];
    l1 += fabs(px[k]);
    l2 += px[k] * py[k] * (px[k] * py[k]);
    quotient = fmin(quotient, px[k] / py[k]);
  }
  spoil_dead_lanes();
  ck_assert_double_eq(N_VMaxNorm(x), most);
  ck_assert_double_eq(N_VMin(x), least);
  ck_assert_double_eq_tol(N_VDotProd(x, y), dot, 1e-12);
  ck_assert_double_eq_tol(N_VL1Norm(x), l1, 1e-12);
  ck_assert_double_eq_tol(N_VWL2Norm(x, y), sqrt(l2), 1e-12);
  ck_assert_double_eq(N_VMinQuotient(x, y), quotient);
}
END_TEST

START_TEST(norms_are_the_largest_lane) {
  double largest = 0.0, masked = 0.0;
  for (int k = 0; k < N; k++) pz[k] = k / N_LANE == 1 ? 0.0 : 1.0;
  for (int lane = 0; lane < N_LANE; lane++) {
    if (!counts(lane)) continue;
    double sum = 0.0, sum_masked = 0.0;
    for (int r = 0; r < N_ROW; r++) {
      const double term = pow(px[r * N_LANE + lane] * py[r * N_LANE + lane], 2);
      sum += term;
      if (r != 1) sum_masked += term;
    }
    largest = fmax(largest, sqrt(sum / N_ROW));
    masked = fmax(masked, sqrt(sum_masked / N_ROW));
  }
  spoil_dead_lanes();
  ck_assert_double_eq_tol(N_VWrmsNorm(x, y), largest, 1e-15);
  ck_assert_double_eq_tol(N_VWrmsNormMask(x, y, z), masked, 1e-15);
  px[2 * N_LANE + 3] = NAN;
  ck_assert(isnan(N_VWrmsNorm(x, y)) && isnan(N_VWrmsNormMask(x, y, z)) && isnan(N_VMaxNorm(x)) &&
            isnan(N_VMin(x)));
}
END_TEST

START_TEST(tests_of_signs) {
  ck_assert(N_VInvTest(y, z));
  for (int k = 0; k < N; k++) ck_assert(!counts(k) || pz[k] == 1.0 / py[k]);
  py[4] = 0.0; /* a dead lane */
  ck_assert(N_VInvTest(y, z));
  py[5] = 0.0;
  ck_assert(!N_VInvTest(y, z));
  const double constraint[] = {2.0, 1.0, -1.0, -2.0, 0.0}, value[] = {0.0, 0.0, 0.0, 0.0, -5.0};
  const bool breaks[] = {true, false, false, true, false};
  N_Vector mask = N_VClone(x);
  for (int r = 0; r < N_ROW; r++) {
    for (int lane = 0; lane < N_LANE; lane++) {
      px[r * N_LANE + lane] = constraint[r];
      py[r * N_LANE + lane] = value[r];
    }
  }
  ck_assert(!N_VConstrMask(x, y, mask));
  for (int k = 0; k < N; k++)
    ck_assert(rein_lane_vector_rows(mask)[k] == (counts(k) && breaks[k / N_LANE] ? 1.0 : 0.0));
  N_VDestroy(mask);
}
END_TEST

Suite *rein_suite_lane_vector(void) {
  Suite *suite = suite_create("lane_vector");
  TCase *tests = tcase_create("lane_vector");
  tcase_add_checked_fixture(tests, setup, teardown);
  tcase_add_test(tests, clones_are_separate_and_zero);
  tcase_add_test(tests, elementwise_operations);
  tcase_add_test(tests, reductions_see_live_lanes);
  tcase_add_test(tests, norms_are_the_largest_lane);
  tcase_add_test(tests, tests_of_signs);
  suite_add_tcase(suite, tests);
  return suite;
}
