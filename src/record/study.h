/* A study folder: made or resumed, filled by the sink, closed.
 *
 *   <folder>/                mode 0700
 *     run.yaml               what was run; nothing of host, clock or threads, so that it is the same on every
 * machine run.log                host, clock, threads of each run: outside the promise of equal bytes
 *     origins.txt            expressions that failures point at, by line
 *     inputs/                model and scenario as they were read; tables of people are never copied
 *     parts/part-000000.nc   records; written to a temporary name, synced, renamed
 *     manifest               parts in the order of the plan, see manifest.h
 *     .lock                  held while a process writes
 *
 * A part is a fixed number of consecutive batches that follows from model and scenario, so parts are the same
 * whatever the threads, processes, shards or interruptions. take() copies a batch into its part; a whole part
 * goes through a short queue to one writer thread. After a failure of the surroundings (disk full, folder
 * gone) the sink answers REIN_ERR_SINK, finished parts stay, and the same command goes on later.
 */
#ifndef REIN_RECORD_STUDY_H
#define REIN_RECORD_STUDY_H

#include "src/record/manifest.h"
#include "src/record/record.h"

typedef struct rein_study rein_study;

typedef struct {
  const char *name, *version; /* "SUNDIALS", "6.4.1" */
} rein_study_version;

/* A text to keep in inputs/. */
typedef struct {
  const char *name; /* of the file, without folders */
  const char *bytes;
  size_t n_byte;
} rein_study_input;

/* What a method took for the typical individual, summed over lanes. */
typedef struct {
  int64_t n_step, n_rate, n_jacobian, cost;
  bool finished; /* every lane arrived */
} rein_study_trial;

/* The pilot's reason for a method. */
typedef struct {
  rein_study_trial bdf, dopri5;
} rein_study_choice;

typedef struct {
  int64_t part_members; /* members of a part; 0: as rein chooses */
  int shard, n_shard;   /* this process writes shard 1 .. n_shard of the parts; 0, 0: all of them */
  const rein_study_choice
      *choice;       /* of `method: auto`, for run.yaml; NULL where the scenario names its method */
  const char *isa;   /* instruction level where it changes bits, NULL where all levels give the same */
  const char *flags; /* floating-point flags rein was compiled with */
  const rein_study_version *version; /* (n_version) rein, libraries; the first is rein's own */
  int n_version;
  const rein_study_input *input; /* (n_input), see rein_study_collect_inputs */
  int n_input;
  int n_thread;             /* for run.log */
  const char *command_line; /* for run.log; NULL: none */
} rein_study_options;

/* Makes the folder, or goes on with one that holds the same study: parts whose SHA-256 is not the manifest's,
 * or that it does not list, are run again, with a warning. A folder that is refused stays as it was, its mode
 * too. Scenario, tape and plan must outlive the study.
 *
 * REIN_OK; REIN_ERR_INPUT where the folder holds another study, or files that are none; REIN_ERR_FILE where
 * it cannot be written or another process writes it; REIN_ERR_MEMORY. Every failure but the last has one
 * error in diag. */
rein_status rein_study_open(rein_arena *arena, const char *folder, const rein_scenario *scenario,
                            const rein_tape *tape, const rein_plan *plan, const rein_study_options *options,
                            rein_diag *diag, rein_study **out);

/* For rein_ens_options.wanted: false for batches of parts that are there or belong to another shard. context:
 * the study. */
bool rein_study_wanted(void *context, int64_t i_batch);

/* For rein_ens_run. Threads: take() from several at once. */
rein_sink rein_study_sink(rein_study *study);

/* Waits for the writer, drops parts that are not whole, writes the manifest, frees what the study holds
 * outside the arena. REIN_OK; REIN_ERR_SINK or REIN_ERR_MEMORY with the first failure's message in diag. To
 * be called once, also after a failed run; a study that is not closed is shut down with its arena, without a
 * manifest. */
rein_status rein_study_close(rein_study *study, rein_diag *diag);

/* What is in the folder: after rein_study_close all that is there, before it what there was at the beginning.
 */
const rein_manifest *rein_study_manifest(const rein_study *study);

/* What a study, or one shard of it, will take. */
typedef struct {
  int64_t n_part, n_individual, n_batch; /* of the shard */
  int64_t disk_bytes;                    /* the whole folder */
  int64_t part_bytes; /* memory of the parts under way, beside what the process holds after this call */
} rein_study_size;

/* For `--dry-run`. Makes one part in memory, so that the libraries that write are in memory too, and no file.
 * options as for rein_study_open. REIN_OK or REIN_ERR_MEMORY. */
rein_status rein_study_measure(rein_arena *arena, const rein_scenario *scenario, const rein_tape *tape,
                               const rein_plan *plan, const rein_study_options *options,
                               rein_study_size *out);

/* The input texts of a study: the checked model and scenario (their SHA-256 are the hashes in run.yaml) and
 * the files they came from. A scenario whose cohort is a table of people is left out; tables are never
 * included. Adds to options->input. */
rein_status rein_study_collect_inputs(rein_arena *arena, const rein_scenario *scenario, rein_diag *diag,
                                      rein_study_options *options);

#endif
