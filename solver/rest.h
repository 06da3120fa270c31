/* The steady state before the first action, lane by lane; private to the batch.
 *
 * The lane's course from its initial state is integrated over 1, 2, 4, ... units of time before the start
 * (steady.c). After each, Newton's iteration looks for a root of the rates near by, damped as an implicit
 * Euler step of growing length: such steps keep every linear total that the rates keep, so a singular
 * Jacobian does no harm. A root counts when the course has come within NEAR tolerances of it twice in a row,
 * and moved by no more in the whole interval; where Newton finds none, a course that no longer moves counts
 * by itself. Then totals and ranges are checked.
 */
#ifndef REIN_SOLVER_REST_H
#define REIN_SOLVER_REST_H

#include "solver/batch.h"

/* Whether the lane has still to be brought to rest before anything of it may be looked at. */
bool rein_rest_is_pending(const rein_batch *batch, int lane);

/* Forgets the lane's search; false when memory is out. */
bool rein_rest_begin(rein_batch *batch, int lane);

/* After an interval that changed the state by `change` tolerances: true when the lane is at rest, its state
 * then the root and its residual in the outcome, or when it has failed. more: intervals are left. */
bool rein_rest_reached(rein_batch *batch, int lane, double change, bool more);

/* After a step: lanes that have taken too many of them fail. */
void rein_rest_count(rein_batch *batch);

void rein_rest_destroy(struct rein_rest_work *work);

#endif
