/* A scenario from its file to its study folder: read, compile, pilot run, plan, integrate, record.
 *
 * rein_simulation_prepare makes everything that does not need a folder, so that a dry run can say what would
 * happen; rein_simulation_run fills or resumes the folder. Everything lives in the arena. */
#ifndef REIN_STUDY_SIMULATE_H
#define REIN_STUDY_SIMULATE_H

#include "solver/ensemble.h"
#include "src/record/study.h"

typedef struct {
  rein_scenario *scenario;
  rein_tape *tape;
  rein_plan *plan;
  const double
      *scale; /* (n_state) magnitude of each state, state units: declared, or found by the pilot run */
  rein_study_choice choice; /* why `method: auto` took scenario->method */
} rein_simulation;

typedef struct {
  int n_thread;                /* 0: as OpenMP says */
  const rein_kernels *kernels; /* NULL: the best */
  int shard, n_shard;          /* 1 .. n_shard; 0, 0: everything */
  const char *command_line;    /* for run.log; NULL: none */
  /* Called now and then with batches done and wanted; returns false to stop early. NULL: none. */
  bool (*progress)(void *context, int64_t n_done, int64_t n_wanted);
  void *progress_context;
} rein_simulation_options;

/* What a run did, and what its folder holds afterwards. */
typedef struct {
  rein_ens_totals now;            /* this run alone */
  rein_manifest_totals in_folder; /* all parts there are */
  int64_t n_part_wanted;          /* parts of the whole study */
} rein_simulation_totals;

/* What a run would take: of its shard, where it has one. */
typedef struct {
  int64_t n_member, n_individual, n_batch;
  int64_t memory_bytes; /* resident, at most, by and large: of the whole process */
  int64_t disk_bytes;
} rein_simulation_size;

/* Reads, compiles, runs the pilot and plans.
 *
 * The pilot is the typical individual under all arms. The scale of a state is what the model declares, else
 * the largest magnitude the pilot reaches; a state that stays 0 takes the smallest scale of a state in the
 * same unit, or 1 with a warning. atol = atol_rel * scale. Source: docs/numerics.md, "Tolerances".
 *
 * REIN_OK; REIN_ERR_INPUT, REIN_ERR_FILE with errors in diag; REIN_ERR_SOLVER with one where the typical
 * individual cannot be simulated under any arm; REIN_ERR_MEMORY. */
rein_status rein_simulation_prepare(rein_arena *arena, rein_units *units, const char *path,
                                    const rein_scenario_options *wanted, const rein_kernels *kernels,
                                    rein_diag *diag, rein_simulation *out);

/* The same for a scenario that is read already; tape: of its model, NULL: it is compiled here. */
rein_status rein_simulation_prepare_scenario(rein_arena *arena, rein_scenario *scenario, rein_tape *tape,
                                             const rein_kernels *kernels, rein_diag *diag,
                                             rein_simulation *out);

/* rein and the libraries that bear on its numbers: (*n), in `arena`. */
const rein_study_version *rein_simulation_versions(rein_arena *arena, int *n);

/* Estimate for `--dry-run`. REIN_OK; REIN_ERR_FILE with an error in diag where the scenario cannot be read
 * again; REIN_ERR_MEMORY. */
rein_status rein_simulation_measure(rein_arena *arena, const rein_simulation *simulation,
                                    const rein_simulation_options *options, rein_diag *diag,
                                    rein_simulation_size *out);

/* Runs what is not there yet.
 *
 * REIN_OK: all that was wanted is in the folder; REIN_ERR_MEMBERS: likewise, but some members failed: their
 * records say why. REIN_ERR_INTERRUPTED: progress said stop; finished parts stay and the same call goes on.
 * REIN_ERR_INPUT, REIN_ERR_FILE, REIN_ERR_SINK with errors in diag; REIN_ERR_MEMORY. *totals is filled on the
 * first three. */
rein_status rein_simulation_run(rein_arena *arena, const rein_simulation *simulation, const char *folder,
                                const rein_simulation_options *options, rein_diag *diag,
                                rein_simulation_totals *totals);

#endif
