#include "tests/bench/plain.h"

#include <cvode/cvode.h>
#include <nvector/nvector_serial.h>
#include <string.h>
#include <sunlinsol/sunlinsol_dense.h>
#include <sunmatrix/sunmatrix_dense.h>

typedef struct {
  const plain_model *model;
  const double *slots;
} user;

static int rates(realtype t, N_Vector y, N_Vector ydot, void *data) {
  const user *u = data;
  u->model->rates(u->slots, t, NV_DATA_S(y), NV_DATA_S(ydot));
  return 0;
}

static int jacobian(realtype t, N_Vector y, N_Vector fy, SUNMatrix J, void *data, N_Vector t1, N_Vector t2,
                    N_Vector t3) {
  (void)fy, (void)t1, (void)t2, (void)t3;
  const user *u = data;
  u->model->jacobian(u->slots, t, NV_DATA_S(y), SM_COLS_D(J));
  return 0;
}

/* CVodeReInit sets the counters to 0, so they are added up before it. */
static void count(void *cvode, long *n_step, long *n_rate) {
  long step = 0, rate = 0;
  CVodeGetNumSteps(cvode, &step), CVodeGetNumRhsEvals(cvode, &rate);
  *n_step += step, *n_rate += rate;
}

static int one(void *cvode, N_Vector y, const plain_model *model, const plain_task *task, double *out,
               long *n_step, long *n_rate) {
  double t = 0;
  int i_obs = 0, flag = CV_SUCCESS;
  for (int k = 0; k <= task->n_dose; k++) {
    double end = k < task->n_dose ? task->dose_time[k] : task->t_end;
    if (end > t) {
      if (t > 0) count(cvode, n_step, n_rate);
      if ((flag = CVodeReInit(cvode, t, y)) != CV_SUCCESS) return flag;
      CVodeSetStopTime(cvode, end);
    }
    for (; i_obs < task->n_obs && task->obs[i_obs] <= end; i_obs++) {
      if (task->obs[i_obs] > t && (flag = CVode(cvode, task->obs[i_obs], y, &t, CV_NORMAL)) < 0) return flag;
      memcpy(out + (size_t)i_obs * (size_t)model->n_state, NV_DATA_S(y),
             (size_t)model->n_state * sizeof(double));
    }
    if (t < end && (flag = CVode(cvode, end, y, &t, CV_NORMAL)) < 0) return flag;
    if (k < task->n_dose && task->dose_state >= 0) NV_Ith_S(y, task->dose_state) += task->dose;
  }
  count(cvode, n_step, n_rate);
  return CV_SUCCESS;
}

int plain_run(const plain_model *model, const plain_task *task, int n, double *slots, const double *initial,
              double *out, long *n_step, long *n_rate) {
  SUNContext context;
  SUNContext_Create(NULL, &context);
  user u = {model, slots};
  N_Vector y = N_VNew_Serial(model->n_state, context);
  SUNMatrix A = SUNDenseMatrix(model->n_state, model->n_state, context);
  SUNLinearSolver linear = SUNLinSol_Dense(y, A, context);
  void *cvode = CVodeCreate(CV_BDF, context);
  CVodeInit(cvode, rates, 0, y);
  CVodeSStolerances(cvode, task->rtol, task->atol);
  CVodeSetUserData(cvode, &u);
  CVodeSetLinearSolver(cvode, linear, A);
  CVodeSetJacFn(cvode, jacobian);
  CVodeSetMaxNumSteps(cvode, 1000000);
  int flag = CV_SUCCESS;
  *n_step = *n_rate = 0;
  for (int i = 0; i < n && flag >= 0; i++) {
    u.slots = slots + (size_t)i * (size_t)model->n_slot;
    model->params(slots + (size_t)i * (size_t)model->n_slot);
    memcpy(NV_DATA_S(y), initial + (size_t)i * (size_t)model->n_state,
           (size_t)model->n_state * sizeof(double));
    flag = one(cvode, y, model, task, out + (size_t)i * (size_t)task->n_obs * (size_t)model->n_state, n_step,
               n_rate);
  }
  CVodeFree(&cvode);
  SUNLinSolFree(linear), SUNMatDestroy(A), N_VDestroy(y), SUNContext_Free(&context);
  return flag;
}
