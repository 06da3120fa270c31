#include "solver/team.h"

#include <stdatomic.h>
#include <stdlib.h>

typedef struct {
  atomic_llong next;
  atomic_int answer;
  int64_t n_task;
  int (*work)(void *context, int i_thread, int64_t i_task);
  void *context;
} team;

/* One thread's share: the next task not given out, until there is none or one answered non-zero. */
static void take_tasks(team *t, int i_thread) {
  while (!atomic_load(&t->answer)) {
    int64_t i = atomic_fetch_add(&t->next, 1);
    if (i >= t->n_task) return;
    int answer = t->work(t->context, i_thread, i), none = 0;
    if (answer) atomic_compare_exchange_strong(&t->answer, &none, answer);
  }
}

#ifdef REIN_TEAM_PTHREAD /* the same with plain threads, which the thread sanitizer understands */

#include <pthread.h>
#include <unistd.h>

int rein_team_size(int wanted) {
  long n = sysconf(_SC_NPROCESSORS_ONLN);
  return wanted > 0 ? wanted : n > 0 ? (int)n : 1;
}

typedef struct {
  team *t;
  int i_thread;
} share;

static void *run_share(void *argument) {
  share *s = argument;
  take_tasks(s->t, s->i_thread);
  return NULL;
}

static void run_threads(team *t, int n_thread) {
  pthread_t *thread = calloc((size_t)n_thread, sizeof *thread);
  share *shares = calloc((size_t)n_thread, sizeof *shares);
  int n = 0;
  if (thread && shares)
    for (; n < n_thread - 1; n++) {
      shares[n] = (share){t, n + 1};
      if (pthread_create(&thread[n], NULL, run_share, &shares[n])) break;
    }
  take_tasks(t, 0);
  while (n > 0) pthread_join(thread[--n], NULL);
  free(thread);
  free(shares);
}

#else

#include <omp.h>

int rein_team_size(int wanted) {
  return wanted > 0 ? wanted : omp_get_max_threads();
}

static void run_threads(team *t, int n_thread) {
#pragma omp parallel num_threads(n_thread)
  take_tasks(t, omp_get_thread_num());
}

#endif

int rein_team_run(int n_thread, int64_t n_task, int (*work)(void *context, int i_thread, int64_t i_task),
                  void *context) {
  team t = {.n_task = n_task, .work = work, .context = context};
  if (n_thread <= 1 || n_task <= 1)
    take_tasks(&t, 0);
  else
    run_threads(&t, n_task < n_thread ? (int)n_task : n_thread);
  return atomic_load(&t.answer);
}
