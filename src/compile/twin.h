/* The twin of a model: one person twice in one system, with and without an action, where any flux of the
 * first can be held at its course in the second.
 *
 * Holding flux f means that its rate in the first copy is r + hold * (r' - r), with r' the rate of the second
 * copy and hold 1: the counterfactual course is computed beside it, exactly, and never interpolated. Each
 * flux, each dose and each event's jump is also summed up in a state of its own, so that the change of a
 * state is the sum of what was done to it.
 *
 * Rows, with P parameters, S states, F fluxes, J jumps, I inputs of actions of the model itself:
 *   parameters   [0, P) with, [P, 2P) without, [2P, 2P + F) hold
 *   states       [0, S) with, [S, 2S) without, then totals since the start: F fluxes with, F without,
 *                S doses with, S without, J jumps with, J without
 *   inputs       [0, I) into the first copy, [I, 2I) the second, [2I, 3I) totals with, [3I, 4I) without
 *   observables, safety signals, events: those of the first copy, then of the second */
#ifndef REIN_COMPILE_TWIN_H
#define REIN_COMPILE_TWIN_H

#include "src/lang/model.h"

/* A process, or the raw rate of a state. */
typedef struct {
  int process, state; /* index in the model, -1 for the other kind */
} rein_twin_flux;

/* An event's assignment to a state. */
typedef struct {
  int event, state;
  bool followed; /* false: its value is not that of one instant, so that the jump is not summed up */
} rein_twin_jump;

typedef struct {
  const rein_model *of; /* the model itself, lent */
  rein_model *model;    /* its twin, as rein_compile takes it */
  rein_twin_flux *flux; /* (n_flux) */
  rein_twin_jump *jump; /* (n_jump) */
  int n_flux, n_jump, n_input;
} rein_twin;

/* The kinds of rows of the twin that hold totals. */
typedef enum { REIN_TWIN_FLUX, REIN_TWIN_DOSE, REIN_TWIN_JUMP } rein_twin_total;

/* Row of a total among the twin's states; i: flux, state that the doses go into, or jump. */
int rein_twin_row(const rein_twin *twin, rein_twin_total total, bool without, int i);

/* Makes the twin of a checked model, in `arena`, which has to outlive neither more nor less than the model.
 * A range that is an error is a warning in the first copy, so that who left it is known, and nothing in the
 * second. */
rein_twin *rein_twin_create(rein_arena *arena, const rein_model *model);

#endif
