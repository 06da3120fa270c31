#include "src/record/reader.h"

#include "src/base/files.h"
#include "src/base/sha256.h"

#include <string.h>

static const rein_pos nowhere = {0};

int64_t rein_reader_next(const rein_study_reader *reader, int64_t i_part) {
  for (int64_t i = i_part; i < reader->manifest->n_part; i++) {
    if (reader->manifest->part[i].present) return i;
  }
  return -1;
}

rein_status rein_reader_load(const rein_study_reader *reader, rein_arena *scratch, int64_t i_part,
                             uint64_t wanted, rein_diag *diag, rein_part *part) {
  const char *path = rein_manifest_part_path(scratch, reader->folder, i_part);
  rein_part_about about;
  rein_status status = rein_part_read(scratch, path, wanted, diag, part, &about);
  if (status != REIN_OK) return status;
  bool same = strcmp(about.run_hash, reader->manifest->run_hash) == 0;
  for (int a = REIN_AXIS_ARM; a < REIN_N_AXIS; a++)
    same = same && (!reader->labels.arm || part->n[a] == reader->labels.n[a]);
  if (same) return REIN_OK;
  rein_error(diag, nowhere, "'%s' belongs to another study than the manifest beside it", path);
  return REIN_ERR_FILE;
}

/* One part, with memory that goes after the visit. */
static rein_status visit_part(const rein_study_reader *reader, int64_t i_part, uint64_t wanted,
                              rein_diag *diag, rein_reader_visit visit, void *context) {
  rein_guard guard;
  rein_part part;
  if (REIN_GUARD(reader->arena, &guard)) return REIN_ERR_MEMORY;
  rein_arena *scratch = rein_arena_create_in(reader->arena);
  rein_status status = rein_reader_load(reader, scratch, i_part, wanted, diag, &part);
  if (status == REIN_OK) status = visit(context, &part);
  rein_arena_release(reader->arena, scratch);
  rein_unguard(reader->arena, &guard);
  return status;
}

rein_status rein_reader_each(const rein_study_reader *reader, uint64_t wanted, rein_diag *diag,
                             rein_reader_visit visit, void *context) {
  rein_status status = REIN_OK;
  for (int64_t i = rein_reader_next(reader, 0); i >= 0 && status == REIN_OK;
       i = rein_reader_next(reader, i + 1))
    status = visit_part(reader, i, wanted, diag, visit, context);
  return status;
}

rein_status rein_reader_verify_part(rein_arena *arena, const char *path, const rein_manifest_part *entry,
                                    rein_diag *diag) {
  rein_arena *scratch = rein_arena_create_in(arena);
  const char *bytes;
  size_t n_byte = 0;
  char hash[65] = "";
  rein_status status = rein_files_read_bytes(scratch, path, nowhere, diag, &bytes, &n_byte);
  if (status == REIN_OK) rein_sha256_hex(bytes, n_byte, hash);
  if (status == REIN_OK && strcmp(hash, entry->sha256) != 0) {
    rein_error(diag, nowhere,
               "'%s' is not what the manifest says: its SHA-256 differs; the same 'rein run' makes it anew",
               path);
    status = REIN_ERR_FILE;
  }
  rein_arena_release(arena, scratch);
  return status;
}

rein_status rein_reader_verify(rein_arena *arena, const char *folder, const rein_manifest *manifest,
                               rein_diag *diag) {
  rein_status first = REIN_OK;
  for (int64_t i = 0; i < manifest->n_part; i++) {
    if (!manifest->part[i].present) continue;
    const rein_status status =
        rein_reader_verify_part(arena, rein_manifest_part_path(arena, folder, i), &manifest->part[i], diag);
    if (first == REIN_OK) first = status;
  }
  return first;
}

/* run.yaml says what was run: one that was changed afterwards no longer does. */
static rein_status verify_run(const rein_study_reader *reader, rein_diag *diag) {
  const char *path = rein_arena_printf(reader->arena, "%s/run.yaml", reader->folder);
  const rein_source *run;
  char hash[65];
  const rein_status status = rein_files_read(reader->arena, path, nowhere, diag, &run);
  if (status != REIN_OK) return status;
  rein_sha256_hex(run->bytes, run->n_byte, hash);
  if (strcmp(hash, reader->manifest->run_hash) == 0) return REIN_OK;
  rein_error(
      diag, nowhere,
      "'%s' is not what the manifest says: its SHA-256 differs, so it was changed after the run; put it "
      "back as it was, or run the study in a new folder",
      path);
  return REIN_ERR_FILE;
}

static rein_status open_reader(rein_study_reader *reader, bool verify, rein_diag *diag) {
  rein_manifest *manifest;
  if (!rein_files_exists(reader->folder)) {
    rein_error(diag, nowhere, "there is no study folder '%s'", reader->folder);
    return REIN_ERR_FILE;
  }
  rein_status status = rein_manifest_read(reader->arena, reader->folder, diag, &manifest);
  if (status != REIN_OK) return status;
  reader->manifest = manifest;
  if (verify) status = verify_run(reader, diag);
  const rein_status parts =
      verify ? rein_reader_verify(reader->arena, reader->folder, manifest, diag) : status;
  if (status == REIN_OK) status = parts;
  if (status != REIN_OK) return status;
  const int64_t first = rein_reader_next(reader, 0);
  if (first < 0) {
    rein_error(diag, nowhere, "'%s' holds no part yet; run the study again to go on with it", reader->folder);
    return REIN_ERR_FILE;
  }
  status = rein_origins_read(reader->arena, reader->folder, diag, &reader->origins);
  if (status != REIN_OK) return status;
  return rein_part_read(reader->arena, rein_manifest_part_path(reader->arena, reader->folder, first),
                        REIN_FIELDS_LABELS, diag, &reader->labels, &reader->about);
}

rein_status rein_reader_open(rein_arena *arena, const char *folder, bool verify, rein_diag *diag,
                             rein_study_reader **out) {
  rein_guard guard;
  if (REIN_GUARD(arena, &guard)) return REIN_ERR_MEMORY;
  rein_study_reader *reader = REIN_NEW(arena, rein_study_reader, 1);
  reader->arena = arena;
  reader->folder = rein_arena_strdup(arena, folder);
  const rein_status status = open_reader(reader, verify, diag);
  rein_unguard(arena, &guard);
  if (status == REIN_OK) *out = reader;
  return status;
}
