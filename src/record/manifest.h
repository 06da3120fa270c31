/* The manifest of a study folder: which parts there are, in the order of the plan, with size, hash and
 * counts.
 *
 *   rein: manifest/1
 *   run: <SHA-256 of run.yaml>
 *   parts: 30
 *   batches: 2500
 *   batches_per_part: 85
 *   # part first_batch n_batch bytes sha256 fine alone failed
 *   part-000000.nc 0 85 5963776 <SHA-256> 5439 1 0
 *
 * It is written whole when a run begins and when it ends. In between every finished part adds its line at the
 * end, so that a killed run leaves a manifest of all parts but the one under way; a line that is not whole
 * counts for nothing.
 */
#ifndef REIN_RECORD_MANIFEST_H
#define REIN_RECORD_MANIFEST_H

#include <stdbool.h>
#include <stdint.h>

#include "src/base/diag.h"

#define REIN_MANIFEST_NAME "manifest"

typedef struct {
  bool present;
  int64_t first_batch, n_batch, n_byte;
  int64_t n_fine, n_alone, n_failed; /* members */
  char sha256[65];
} rein_manifest_part;

typedef struct {
  char run_hash[65]; /* SHA-256 of run.yaml */
  int64_t n_part, n_batch, batches_per_part;
  rein_manifest_part *part; /* (n_part) */
} rein_manifest;

/* Without parts, in `arena`. */
rein_manifest *rein_manifest_create(rein_arena *arena, const char *run_hash, int64_t n_batch,
                                    int64_t batches_per_part);

/* <folder>/manifest. REIN_OK; REIN_ERR_FILE with one error in diag where it cannot be read or is no manifest.
 */
rein_status rein_manifest_read(rein_arena *arena, const char *folder, rein_diag *diag, rein_manifest **out);

/* Writes <folder>/manifest; `scratch` for its text. REIN_OK, or REIN_ERR_FILE with one error in diag. */
rein_status rein_manifest_write(rein_arena *scratch, const rein_manifest *manifest, const char *folder,
                                rein_diag *diag);

/* Adds a part's line to <folder>/manifest, synced. Answers likewise. */
rein_status rein_manifest_append(rein_arena *scratch, const char *folder, int64_t i_part,
                                 const rein_manifest_part *part, rein_diag *diag);

/* "<folder>/parts/part-000012.nc", in `arena`. */
char *rein_manifest_part_path(rein_arena *arena, const char *folder, int64_t i_part);

/* Parts and members of all parts present. */
typedef struct {
  int64_t n_part, n_fine, n_alone, n_failed, n_byte;
} rein_manifest_totals;
rein_manifest_totals rein_manifest_sum(const rein_manifest *manifest);

#endif
