/* Forward sensitivities by CVODES, for the test of local sensitivity to compare with. A program of its own:
 * libsundials_cvodes and libsundials_cvode export the same names.
 *
 * 100 mg into a gut; central' = ka gut - CL / V central; response' = kin (1 - c / (IC50 + c)) - kout response
 * with c = central / V, from kin / kout. Prints a line for each time and parameter: derivatives of c and
 * response. */
#include <cvodes/cvodes.h>
#include <math.h>
#include <nvector/nvector_serial.h>
#include <stdio.h>
#include <sunlinsol/sunlinsol_dense.h>
#include <sunmatrix/sunmatrix_dense.h>

enum { KA, CL, V, KIN, KOUT, IC50, N_PARAM, N_STATE = 3 };
static const char *const name[N_PARAM] = {"ka", "CL", "V", "kin", "kout", "IC50"};

static int rates(realtype t, N_Vector y, N_Vector dy, void *user) {
  const double *p = user, *x = NV_DATA_S(y), c = x[1] / p[V];
  double *d = NV_DATA_S(dy);
  (void)t;
  d[0] = -p[KA] * x[0];
  d[1] = p[KA] * x[0] - p[CL] * c;
  d[2] = p[KIN] * (1 - c / (p[IC50] + c)) - p[KOUT] * x[2];
  return 0;
}

/* J s + d f / d p, written out. */
static int sensitivity(int n, realtype t, N_Vector y, N_Vector dy, int i, N_Vector s_vector, N_Vector ds,
                       void *user, N_Vector work1, N_Vector work2) {
  const double *p = user, *x = NV_DATA_S(y), *s = NV_DATA_S(s_vector), c = x[1] / p[V];
  const double slope = -p[KIN] * p[IC50] / ((p[IC50] + c) * (p[IC50] + c)); /* d response' / d c */
  double *d = NV_DATA_S(ds);
  (void)n, (void)t, (void)dy, (void)work1, (void)work2;
  d[0] = -p[KA] * s[0];
  d[1] = p[KA] * s[0] - p[CL] / p[V] * s[1];
  d[2] = slope * s[1] / p[V] - p[KOUT] * s[2];
  if (i == KA) d[0] -= x[0], d[1] += x[0];
  if (i == CL) d[1] -= c;
  if (i == V) d[1] += p[CL] * c / p[V], d[2] -= slope * c / p[V];
  if (i == KIN) d[2] += 1 - c / (p[IC50] + c);
  if (i == KOUT) d[2] -= x[2];
  if (i == IC50) d[2] += p[KIN] * c / ((p[IC50] + c) * (p[IC50] + c));
  return 0;
}

static void print_time(double t, const double *p, N_Vector y, N_Vector *s) {
  const double c = NV_Ith_S(y, 1) / p[V];
  for (int i = 0; i < N_PARAM; i++)
    printf("%g %s %.12g %.12g\n", t, name[i], NV_Ith_S(s[i], 1) / p[V] - (i == V ? c / p[V] : 0.0),
           NV_Ith_S(s[i], 2));
}

int main(void) {
  double p[N_PARAM] = {1.0, 5.0, 50.0, 10.0, 0.1, 0.5};
  SUNContext context;
  if (SUNContext_Create(NULL, &context) != 0) return 1;
  N_Vector y = N_VNew_Serial(N_STATE, context);
  N_Vector *s = N_VCloneVectorArray(N_PARAM, y);
  N_VConst(0.0, y);
  for (int i = 0; i < N_PARAM; i++) N_VConst(0.0, s[i]);
  NV_Ith_S(y, 0) = 100.0;
  NV_Ith_S(y, 2) = p[KIN] / p[KOUT];
  NV_Ith_S(s[KIN], 2) = 1 / p[KOUT];
  NV_Ith_S(s[KOUT], 2) = -p[KIN] / (p[KOUT] * p[KOUT]);
  void *solver = CVodeCreate(CV_BDF, context);
  SUNMatrix matrix = SUNDenseMatrix(N_STATE, N_STATE, context);
  SUNLinearSolver linear = SUNLinSol_Dense(y, matrix, context);
  int bad = CVodeInit(solver, rates, 0.0, y) | CVodeSStolerances(solver, 1e-10, 1e-12);
  bad |= CVodeSetUserData(solver, p) | CVodeSetLinearSolver(solver, linear, matrix);
  bad |= CVodeSetMaxNumSteps(solver, 100000);
  bad |= CVodeSensInit1(solver, N_PARAM, CV_SIMULTANEOUS, sensitivity, s);
  bad |=
      CVodeSetSensParams(solver, p, p, NULL) | CVodeSensEEtolerances(solver) | CVodeSetSensErrCon(solver, 1);
  for (int k = 1; !bad && k <= 4; k++) {
    realtype t = 0;
    bad = CVode(solver, 6.0 * k, y, &t, CV_NORMAL) < 0 || CVodeGetSens(solver, &t, s) != 0;
    if (!bad) print_time(t, p, y, s);
  }
  CVodeFree(&solver);
  SUNLinSolFree(linear);
  SUNMatDestroy(matrix);
  N_VDestroyVectorArray(s, N_PARAM);
  N_VDestroy(y);
  SUNContext_Free(&context);
  return bad ? 1 : 0;
}
