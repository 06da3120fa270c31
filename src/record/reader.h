/* Reads a study folder: its parts one after the other, and what `rein show` and `rein plot` need of all of
 * them.
 *
 * A part is 4 to 16 MB, so that one fits in memory; what needs all members of one quantity holds that
 * quantity only. Threads: one reader is used by one thread at a time.
 */
#ifndef REIN_RECORD_READER_H
#define REIN_RECORD_READER_H

#include "src/record/manifest.h"
#include "src/record/origins.h"
#include "src/record/part_file.h"

#define REIN_SMALLEST_GROUP 5 /* aggregates of fewer people are suppressed */

typedef struct {
  rein_arena *arena;
  const char *folder;
  const rein_manifest *manifest;
  rein_part labels; /* its LABEL fields, and sizes of all axes but INDIVIDUAL */
  rein_part_about about;
  const rein_origins *origins;
} rein_study_reader;

/* Opens a study that has at least one part. With `verify` every part's SHA-256 is compared with the
 * manifest's. REIN_OK; REIN_ERR_FILE with one error in diag. Everything in `arena`. */
rein_status rein_reader_open(rein_arena *arena, const char *folder, bool verify, rein_diag *diag,
                             rein_study_reader **out);

/* Parts there are: 0 .. manifest->n_part, those with part[i].present. */
int64_t rein_reader_next(const rein_study_reader *reader,
                         int64_t i_part); /* the first present part from i_part on, or -1 */

/* Reads the wanted fields of one part into `scratch`, which the caller destroys when it is done with the
 * part. */
rein_status rein_reader_load(const rein_study_reader *reader, rein_arena *scratch, int64_t i_part,
                             uint64_t wanted, rein_diag *diag, rein_part *part);

/* Calls visit for every part in plan order, with the wanted fields; memory goes after each. Stops at the
 * first answer that is not REIN_OK and returns it; REIN_ERR_MEMORY also where the visit runs out of memory in
 * the reader's arena, so that the caller keeps control. */
typedef rein_status (*rein_reader_visit)(void *context, const rein_part *part);
rein_status rein_reader_each(const rein_study_reader *reader, uint64_t wanted, rein_diag *diag,
                             rein_reader_visit visit, void *context);

/* Compares one part with its line of the manifest; scratch in `arena`. REIN_OK; REIN_ERR_FILE with one error
 * in diag. */
rein_status rein_reader_verify_part(rein_arena *arena, const char *path, const rein_manifest_part *entry,
                                    rein_diag *diag);

/* Compares every part there is with its size and hash in the manifest; an error in diag for each that
 * differs. */
rein_status rein_reader_verify(rein_arena *arena, const char *folder, const rein_manifest *manifest,
                               rein_diag *diag);

#endif
