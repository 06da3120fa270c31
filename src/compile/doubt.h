/* A model with what may be wrong about it as parameters of its own, all 0 where nothing is: so that one tape
 * runs the model and every small departure from its structure and its actions.
 *
 *   scale[k], drift[k]  process k goes at rate * (1 + scale + drift * (time - start)); drift in 1/model time
 *   loss[i]             state i is also lost at loss * state; in 1/model time
 *   amount[a]           (1 + amount) times as much of action a arrives; -1 where it goes into no state
 *   late[a]             all of action a begins so much later; model time
 *
 * Each is the index of a parameter of `model`, whose parameters begin with those of the model itself. */
#ifndef REIN_COMPILE_DOUBT_H
#define REIN_COMPILE_DOUBT_H

#include "src/lang/model.h"

typedef struct {
  const rein_model *of; /* lent */
  rein_model *model;    /* as rein_compile takes it */
  int *scale, *drift;   /* (n_process) */
  int *loss;            /* (n_state) */
  int *amount, *late;   /* (n_action) */
} rein_doubt;

/* Of a checked model, in `arena`, which has to live as long as the model. start: time from which processes
 * drift, model time. */
rein_doubt *rein_doubt_create(rein_arena *arena, const rein_model *model, double start);

#endif
