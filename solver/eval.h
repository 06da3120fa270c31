/* Runs a tape on a batch of lanes. One rein_eval belongs to one thread: it owns the slot file of n_lane
 * lanes.
 *
 * n_lane is a multiple of REIN_LANE_MULTIPLE. Every instruction is a loop over lanes in the instruction set
 * chosen at creation (solver/lanes.h); all of them give the same bits.
 */
#ifndef REIN_SOLVER_EVAL_H
#define REIN_SOLVER_EVAL_H

#include "solver/lanes.h"
#include "solver/tape.h"

typedef struct rein_eval rein_eval;

/* New slot file with constants filled, parameters at their defaults, inputs and modes 0, absolute tolerances
 * 0. NULL when memory is out. `tape` must outlive it. Destroy with rein_eval_destroy. */
rein_eval *rein_eval_create(const rein_tape *tape, int n_lane, const rein_kernels *kernels);
void rein_eval_destroy(rein_eval *eval);

int rein_eval_n_lane(const rein_eval *eval);

/* Row of the slot file, (n_lane), to read or write: parameters 0 .. n_param, inputs, modes, tolerances by the
 * tape's
 * *_first. After writing any row call rein_eval_params before anything is run. */
double *rein_eval_row(rein_eval *eval, int slot);

/* Runs the parameter section. */
void rein_eval_params(rein_eval *eval);

/* Truth of `gap op 0`; op: LT, LE, GT, GE. */
bool rein_eval_holds(double gap, rein_op op);

/* Modes as their comparisons are at `time` (n_lane), for whoever evaluates rates outside an integration; runs
 * the parameter section. stops: scratch (2 n_mode x n_lane). */
void rein_eval_set_modes(rein_eval *eval, const double *time, double *stops);

/* What is called before a program that reads states is run, with the same time and state: it may write rows
 * of delayed values (and nothing else) by rein_eval_row. NULL: nothing. The programs DELAY and PAST, INITIAL,
 * ACTION, NOISE and STOPS are run without. */
typedef void (*rein_eval_hook)(void *context, rein_eval *eval, const double *time, const double *state);
void rein_eval_set_hook(rein_eval *eval, rein_eval_hook hook, void *context);

/* Runs one program: time (n_lane), state (n_state x n_lane, may be NULL for INITIAL, ACTION, NOISE, STOPS),
 * out (n_out x n_lane). Time-dependent terms are kept from the last call of the same program where every
 * lane's time is the same. Nothing is checked for finiteness here. */
void rein_eval_run(rein_eval *eval, rein_prog prog, const double *time, const double *state, double *out);

/* Whether what the program gives depends on `time`; where not, rein_eval_run does not read it. */
bool rein_eval_reads_time(const rein_eval *eval, rein_prog prog);

/* How often POW took a slightly negative base at 0, per lane, since the last clear. (n_lane) */
const int64_t *rein_eval_n_pow_floor(const rein_eval *eval);
void rein_eval_clear_counts(rein_eval *eval);

/* For a lane whose result went bad: the origin of the first instruction (param, time, state section, in
 * order) behind output `row` of `prog` (-1: behind all bad ones) that makes a non-finite value out of finite
 * ones in that lane; one whose value `select` drops is not behind them. Runs the program again in plain C.
 * NULL if there is none, or it has no origin (then *value is untouched). *value is what came out. Lent by the
 * tape. */
const rein_origin *rein_eval_find_bad(rein_eval *eval, rein_prog prog, int row, int lane, const double *time,
                                      const double *state, double *value);

/* Takes back what calls since then counted in lanes where mask (n_lane) is 0: nobody looks at those. kept
 * (n_lane) is filled by the first. */
void rein_eval_keep_counts(const rein_eval *eval, int64_t *kept);
void rein_eval_drop_counts(rein_eval *eval, const int64_t *kept, const double *mask);

#endif
