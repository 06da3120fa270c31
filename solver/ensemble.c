#include "solver/ensemble.h"

#include <stdatomic.h>
#include <stdlib.h>

#include "solver/batch.h"
#include "solver/team.h"

/* Batches of one thread: made when the thread takes its first task. */
typedef struct {
  rein_batch *batch, *alone;
  rein_ens_totals totals;
} worker;

typedef struct {
  const rein_tape *tape;
  const rein_plan *plan;
  const rein_sink *sink;
  const rein_ens_options *options;
  const rein_kernels *kernels;
  rein_lu_plan *lu;
  worker *worker; /* (n_thread) */
  int64_t *index; /* (n_wanted) batches to run, rising */
  int64_t n_wanted;
  atomic_llong n_done;
} run;

static void add_totals(worker *w) {
  for (int l = 0; l < w->batch->n_lane; l++) {
    if (!w->batch->lane[l].real) continue;
    const rein_outcome *o = &w->batch->outcome[l];
    w->totals.n_lane++;
    w->totals.n_alone += o->status == REIN_LANE_ALONE;
    w->totals.n_failed += o->status == REIN_LANE_FAILED;
    w->totals.n_step += o->n_step, w->totals.n_rate += o->n_rate, w->totals.n_jacobian += o->n_jacobian;
  }
}

static rein_status run_evicted(const run *r, worker *w) {
  if (r->plan->trial_steps > 0) return REIN_OK;
  for (int l = 0; l < w->batch->n_lane; l++) {
    if (!w->batch->evicted[l] || !w->batch->lane[l].real) continue;
    if (!w->alone) w->alone = rein_batch_create(r->tape, r->plan, r->lu, r->kernels, true);
    if (!w->alone) return REIN_ERR_MEMORY;
    rein_batch_run_alone(w->alone, w->batch, l);
    if (w->alone->no_memory) return REIN_ERR_MEMORY;
  }
  return REIN_OK;
}

static rein_status deliver(const run *r, const rein_batch *b, int64_t i_batch) {
  rein_batch_result result = {.i_batch = i_batch,
                              .n_lane = b->n_lane,
                              .lane = b->lane,
                              .outcome = b->outcome,
                              .out = b->out,
                              .error = b->error,
                              .param = b->param_start,
                              .noise = b->noise,
                              .safety_first = b->safety_first,
                              .safety_duration = b->safety_duration};
  return r->sink->take(r->sink->context, &result);
}

/* One task of the team: one batch. */
static int run_one(void *context, int i_thread, int64_t i_task) {
  run *r = context;
  worker *w = &r->worker[i_thread];
  if (!w->batch) w->batch = rein_batch_create(r->tape, r->plan, r->lu, r->kernels, false);
  if (!w->batch) return REIN_ERR_MEMORY;
  rein_status status = rein_batch_run(w->batch, r->index[i_task]);
  if (status == REIN_OK) status = run_evicted(r, w);
  if (status == REIN_OK) status = deliver(r, w->batch, r->index[i_task]);
  if (status != REIN_OK) return (int)status;
  add_totals(w);
  int64_t n_done = atomic_fetch_add(&r->n_done, 1) + 1;
  const rein_ens_options *o = r->options;
  if (i_thread == 0 && o->progress && !o->progress(o->progress_context, n_done, r->n_wanted))
    return REIN_ERR_INTERRUPTED;
  return 0;
}

static rein_status list_wanted(run *r) {
  r->index = malloc(((size_t)r->plan->n_batch + 1) * sizeof *r->index);
  if (!r->index) return REIN_ERR_MEMORY;
  for (int64_t i = 0; i < r->plan->n_batch; i++)
    if (!r->options->wanted || r->options->wanted(r->options->wanted_context, i)) r->index[r->n_wanted++] = i;
  return REIN_OK;
}

static void collect(run *r, int n_thread, rein_ens_totals *totals) {
  *totals = (rein_ens_totals){0};
  for (int i = 0; i < n_thread; i++) {
    const rein_ens_totals *t = &r->worker[i].totals;
    totals->n_lane += t->n_lane, totals->n_alone += t->n_alone, totals->n_failed += t->n_failed;
    totals->n_step += t->n_step, totals->n_rate += t->n_rate, totals->n_jacobian += t->n_jacobian;
    rein_batch_destroy(r->worker[i].batch);
    rein_batch_destroy(r->worker[i].alone);
  }
}

rein_status rein_ens_run(const rein_tape *tape, const rein_plan *plan, const rein_sink *sink,
                         const rein_ens_options *options, rein_ens_totals *totals) {
  rein_ens_totals none;
  if (!totals) totals = &none;
  int n_thread = rein_team_size(options->n_thread);
  run r = {.tape = tape,
           .plan = plan,
           .sink = sink,
           .options = options,
           .kernels = options->kernels ? options->kernels : rein_kernels_best(),
           .worker = calloc((size_t)n_thread, sizeof(worker))};
  rein_status status = r.worker ? list_wanted(&r) : REIN_ERR_MEMORY;
  if (status == REIN_OK) status = rein_lu_plan_create(tape->n_state, tape->col_start, tape->row, NULL, &r.lu);
  if (status == REIN_OK) status = (rein_status)rein_team_run(n_thread, r.n_wanted, run_one, &r);
  if (r.worker) collect(&r, n_thread, totals);
  rein_lu_plan_destroy(r.lu);
  free(r.index);
  free(r.worker);
  return status;
}
