#include "src/study/choose.h"

#include <math.h>

#include "solver/ensemble.h"
#include "solver/lane_matrix.h"

/* Costs in units of one addition of rows, as measured on models of 4 and 25 states; only the order of the two
 * methods matters, and close calls are close. */
#define COST_DIVIDE 4
#define COST_MATH 15 /* exp, log, sin ... */
#define COST_POW 48
#define COST_BDF_STATE 50  /* a step of CVODE: prediction, correction, norms, weights, for each state */
#define COST_BDF_STEP 130  /* and besides */
#define COST_BDF_SOLVE 1.5 /* for each entry of L + U, at each call of the rates */
#define BDF_STEPS_A_SETUP 5
#define COST_DOPRI5_STATE 26 /* a step's stages, error and dense output */
#define COST_DOPRI5_STEP 20
#define DOPRI5_RATES_A_STEP 6
#define MOST_BATCHES 4  /* of many arms, this many batches evenly apart */
#define SPARE_STEPS 100 /* before a trial can be lost */

static double cost_of(rein_op op) {
  if (op == REIN_OP_POW) return COST_POW;
  if (op == REIN_OP_DIV || op == REIN_OP_SQRT) return COST_DIVIDE;
  const bool is_math =
      (op >= REIN_OP_EXP && op <= REIN_OP_LOG2) || (op >= REIN_OP_SIN && op <= REIN_OP_ATANH);
  return is_math ? COST_MATH : 1;
}

static double cost_of_code(const rein_instr *code, int n) {
  double cost = 0;
  for (int i = 0; i < n; i++) cost += cost_of((rein_op)code[i].op);
  return cost;
}

static double cost_of_program(const rein_tape *tape, rein_prog prog) {
  const rein_program *p = &tape->program[prog];
  return cost_of_code(p->time_code, p->n_time) + cost_of_code(p->state_code, p->n_state_code);
}

static double cost_of_dopri5_step(const rein_tape *tape) {
  return DOPRI5_RATES_A_STEP * cost_of_program(tape, REIN_PROG_RATES) + COST_DOPRI5_STATE * tape->n_state +
         COST_DOPRI5_STEP;
}

static rein_status cost_of_bdf(const rein_tape *tape, const rein_ens_totals *t, double *cost) {
  rein_lu_plan *lu;
  const rein_status status = rein_lu_plan_create(tape->n_state, tape->col_start, tape->row, NULL, &lu);
  if (status != REIN_OK) return status;
  const double n_entry = rein_lu_plan_n_entry(lu), n_madd = (double)rein_lu_plan_n_madd(lu);
  rein_lu_plan_destroy(lu);
  *cost = (double)t->n_rate * (cost_of_program(tape, REIN_PROG_RATES) + COST_BDF_SOLVE * n_entry) +
          (double)t->n_jacobian * cost_of_program(tape, REIN_PROG_JACOBIAN) +
          (double)t->n_step *
              (COST_BDF_STATE * tape->n_state + COST_BDF_STEP + 2 * (n_entry + n_madd) / BDF_STEPS_A_SETUP);
  return REIN_OK;
}

/* ---- trials ---- */

static rein_status ignore(void *context, const rein_batch_result *result) {
  (void)context, (void)result;
  return REIN_OK;
}

/* Evenly apart, from the first: context is the plan. */
static bool is_sampled(void *context, int64_t i_batch) {
  const rein_plan *plan = context;
  const int64_t apart = (plan->n_batch + MOST_BATCHES - 1) / MOST_BATCHES;
  return i_batch % apart == 0;
}

static rein_status run_trial(const rein_tape *tape, rein_plan *plan, const rein_kernels *kernels,
                             rein_ens_totals *totals, rein_study_trial *trial) {
  const rein_sink sink = {NULL, ignore};
  const rein_ens_options options = {
      .n_thread = 1, .kernels = kernels, .wanted = is_sampled, .wanted_context = plan};
  const rein_status status = rein_ens_run(tape, plan, &sink, &options, totals);
  trial->n_step = totals->n_step, trial->n_rate = totals->n_rate, trial->n_jacobian = totals->n_jacobian;
  trial->finished = totals->n_failed == 0 && totals->n_alone == 0;
  return status;
}

rein_status rein_choose_method(rein_arena *arena, rein_scenario *scenario, const rein_tape *tape,
                               const double *atol, const rein_kernels *kernels, rein_study_choice *choice) {
  rein_ens_totals totals;
  rein_plan *plan;
  double cost;
  *choice = (rein_study_choice){0};
  scenario->method = REIN_METHOD_BDF;
  rein_status status = rein_scenario_pilot(arena, scenario, tape, atol, &plan);
  if (status == REIN_OK) status = run_trial(tape, plan, kernels, &totals, &choice->bdf);
  if (status == REIN_OK) status = cost_of_bdf(tape, &totals, &cost);
  if (status != REIN_OK) return status;
  choice->bdf.cost = llround(cost);
  if (!choice->bdf.finished || totals.n_lane == 0) return REIN_OK;
  /* Batches differ: twice the mean is allowed before the sum decides. */
  const double step = cost_of_dopri5_step(tape);
  plan->method = REIN_METHOD_DOPRI5;
  plan->trial_steps = SPARE_STEPS + (int64_t)(2 * cost / (step * (double)totals.n_lane));
  status = run_trial(tape, plan, kernels, &totals, &choice->dopri5);
  choice->dopri5.cost = llround((double)totals.n_rate / DOPRI5_RATES_A_STEP * step);
  if (status == REIN_OK && choice->dopri5.finished && choice->dopri5.cost <= choice->bdf.cost)
    scenario->method = REIN_METHOD_DOPRI5;
  return status;
}
