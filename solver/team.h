/* Threads: the only file that knows OpenMP. */
#ifndef REIN_SOLVER_TEAM_H
#define REIN_SOLVER_TEAM_H

#include <stdint.h>

/* Threads that a team would have for `wanted` (0: as OMP_NUM_THREADS or the machine says). */
int rein_team_size(int wanted);

/* Calls work(context, i_thread, i_task) for i_task 0 .. n_task, each once, given out in rising order to
 * n_thread threads; returns when all are done. A work that answers non-zero stops the giving out; that answer
 * is returned, else 0. */
int rein_team_run(int n_thread, int64_t n_task, int (*work)(void *context, int i_thread, int64_t i_task),
                  void *context);

#endif
