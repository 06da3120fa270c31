/* Integrates the batches of a plan on a team of threads and hands results to a sink. */
#ifndef REIN_SOLVER_ENSEMBLE_H
#define REIN_SOLVER_ENSEMBLE_H

#include "solver/plan.h"

typedef struct {
  int n_thread;                /* 0: as OpenMP says */
  const rein_kernels *kernels; /* NULL: the best */
  /* Which batches to run: called once per index in 0 .. n_batch, false to skip (done before, other shard);
   * NULL: all. */
  bool (*wanted)(void *context, int64_t i_batch);
  void *wanted_context;
  /* Called from one thread now and then with batches done and wanted in all; returns false to stop early.
   * NULL: none. */
  bool (*progress)(void *context, int64_t n_done, int64_t n_wanted);
  void *progress_context;
} rein_ens_options;

/* Totals of a run. */
typedef struct {
  int64_t n_lane, n_alone, n_failed; /* real lanes delivered, and of them */
  int64_t n_step, n_rate, n_jacobian;
} rein_ens_totals;

/* Runs all wanted batches.
 *
 * REIN_OK: every wanted batch was delivered (single lanes may have failed: see outcomes). REIN_ERR_MEMORY,
 * REIN_ERR_SINK (the sink's answer), REIN_ERR_INTERRUPTED (progress said stop): batches delivered stay
 * delivered. Threads: one call at a time per sink and plan context. The bytes delivered for a batch depend on
 * the tape, the plan and the batch index only. Source: docs/numerics.md, "Batches".
 */
rein_status rein_ens_run(const rein_tape *tape, const rein_plan *plan, const rein_sink *sink,
                         const rein_ens_options *options, rein_ens_totals *totals);

#endif
