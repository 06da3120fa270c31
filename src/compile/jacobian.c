/* Derivatives of the rates and their pattern, by columns as tape.h wants it; computed row by row, since the
 * entries of a row share their terms. */
#include "src/compile/lower.h"

void rein_lower_jacobian(rein_lowered *lowered) {
  rein_arena *arena = lowered->dag->arena;
  const rein_lowered_program *rates = &lowered->program[REIN_PROG_RATES];
  rein_lowered_program *jacobian = &lowered->program[REIN_PROG_JACOBIAN];
  const int n_state = rates->n;
  rein_gradient *row = REIN_NEW(arena, rein_gradient, n_state);
  int *next = REIN_NEW(arena, int, n_state + 1);
  lowered->col_start = REIN_NEW(arena, int, n_state + 1);
  for (int i = 0; i < n_state; i++) {
    row[i] = rein_derive_gradient(lowered->by_state, rates->root[i]);
    for (int k = 0; k < row[i].n; k++) lowered->col_start[row[i].partial[k].variable + 1]++;
  }
  for (int j = 0; j < n_state; j++) lowered->col_start[j + 1] += lowered->col_start[j];
  for (int j = 0; j < n_state; j++) next[j] = lowered->col_start[j];
  lowered->n_nz = jacobian->n = lowered->col_start[n_state];
  lowered->row = REIN_NEW(arena, int, lowered->n_nz);
  jacobian->root = REIN_NEW(arena, rein_node, lowered->n_nz);
  jacobian->order = REIN_NEW(arena, int, lowered->n_nz);
  for (int i = 0, n = 0; i < n_state; i++) {
    for (int k = 0; k < row[i].n; k++) {
      int at = next[row[i].partial[k].variable]++;
      lowered->row[at] = i;
      jacobian->root[at] = row[i].partial[k].node;
      jacobian->order[n++] = at;
    }
  }
}
