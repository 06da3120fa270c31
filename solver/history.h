/* What delayed values were: the past of a batch's lanes, for delay differential equations.
 *
 * Of every step the values of the delayed expressions are kept at REIN_HISTORY_NODES equally spaced times of
 * the dense output; between them a polynomial is laid. A lane's pieces have rising starts; where two overlap
 * (a step was cut short by an event) the later one counts. Before the lane's start the program PAST answers;
 * between the end of the last piece and the present time a straight line to the present value.
 *
 * Where something jumps or bends at time t, what looks back by d bends at t + d, one order smoother, and so
 * on: these times are known stops up to REIN_HISTORY_ORDER, past which the method is no longer smooth enough
 * to notice. A segment that ends at such a stop sees the past from before the jump, the next one from behind
 * it. See docs/sbml.md, "How it is solved".
 */
#ifndef REIN_SOLVER_HISTORY_H
#define REIN_SOLVER_HISTORY_H

#include "solver/eval.h"

#define REIN_HISTORY_NODES 6
#define REIN_HISTORY_ORDER 5  /* of bends that are stops: that of BDF */
#define REIN_HISTORY_KINKS 64 /* stops ahead of a lane; further ones are left to the error control */

typedef struct rein_history rein_history;

/* For a tape with delays and so many lanes; NULL when memory is out. */
rein_history *rein_history_create(const rein_tape *tape, int n_lane);
void rein_history_destroy(rein_history *history);

/* Forgets everything; start (n_lane): where each lane's integration begins [model time]. */
void rein_history_clear(rein_history *history, const double *start);

/* A rein_eval_hook: writes the delayed values at `time`; context is the history. */
void rein_history_write(void *history, rein_eval *eval, const double *time, const double *state);

/* Keeps node `i_node` of a step under way, at `time` (n_lane) with states `state`. */
void rein_history_sample(rein_history *history, rein_eval *eval, int i_node, const double *time,
                         const double *state);

/* Ends the step: the sampled nodes, from t_low to t_high (n_lane), become a piece of each lane with moving[l]
 * != 0. False when memory is out. */
bool rein_history_add(rein_history *history, const double *moving, const double *t_low, const double *t_high);

/* At each lane's `time` something jumps or bends, by an order that is known where it is a stop of
 * rein_history_next, else 0: notes the stops that follow by the delays as they are now. done (n_lane): lanes
 * to leave alone. */
void rein_history_arrive(rein_history *history, rein_eval *eval, const double *time, const double *state,
                         const bool *done);
/* A lane's next stop behind `time`; inf where there is none. */
double rein_history_next(const rein_history *history, int l, double time);
/* Where each lane's coming segment ends [model time], (n_lane); NULL: between segments, when the past is that
 * behind a jump. */
void rein_history_segment(rein_history *history, const double *end);

/* The shortest delay of any lane at `time` that is not 0; inf where there is none. */
double rein_history_shortest(rein_history *history, rein_eval *eval, const double *time, const double *state);

#endif
