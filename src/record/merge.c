#include "src/record/merge.h"

#include "src/base/files.h"
#include "src/base/sha256.h"
#include "src/record/origins.h"

#include <dirent.h>
#include <stdio.h>
#include <string.h>

static const rein_pos nowhere = {0};

typedef struct {
  rein_arena *arena;
  const char *const *folder; /* (n_folder) */
  int n_folder;
  const char *out;
  rein_diag *diag;
  rein_manifest **manifest; /* (n_folder) */
  const rein_source *run;   /* of the first */
  int *owner;               /* (n_part) folder that has it, -1 none */
  const char **made;        /* (n_made) files and folders that were not there, in the order they were made */
  size_t n_made, cap_made;
} merge;

/* All manifests, all run.yaml: equal, and of the hash that the manifests name. */
static rein_status read_folders(merge *m) {
  for (int i = 0; i < m->n_folder; i++) {
    const char *path = rein_arena_printf(m->arena, "%s/run.yaml", m->folder[i]);
    const rein_source *run;
    char hash[65];
    rein_status status = rein_files_read(m->arena, path, nowhere, m->diag, &run);
    if (status == REIN_OK) status = rein_manifest_read(m->arena, m->folder[i], m->diag, &m->manifest[i]);
    if (status != REIN_OK) return status;
    if (i == 0) m->run = run;
    rein_sha256_hex(run->bytes, run->n_byte, hash);
    if (strcmp(hash, m->manifest[i]->run_hash) != 0) {
      rein_error(m->diag, nowhere, "'%s' was changed after its manifest was written", path);
      return REIN_ERR_INPUT;
    }
    if (strcmp(hash, m->manifest[0]->run_hash) != 0) {
      rein_error(m->diag, nowhere, "'%s' and '%s' are not shards of one study: their run.yaml differ",
                 m->folder[0], m->folder[i]);
      return REIN_ERR_INPUT;
    }
  }
  return REIN_OK;
}

static rein_status find_owners(merge *m) {
  const int64_t n_part = m->manifest[0]->n_part;
  int64_t n_missing = 0, first_missing = -1;
  m->owner = REIN_NEW(m->arena, int, n_part);
  for (int64_t p = 0; p < n_part; p++) {
    m->owner[p] = -1;
    for (int i = 0; i < m->n_folder; i++) {
      if (!m->manifest[i]->part[p].present) continue;
      if (m->owner[p] >= 0) {
        rein_error(m->diag, nowhere, "part %lld is in '%s' and in '%s': a shard may be given once only",
                   (long long)p, m->folder[m->owner[p]], m->folder[i]);
        return REIN_ERR_INPUT;
      }
      m->owner[p] = i;
    }
    if (m->owner[p] >= 0) continue;
    if (n_missing++ == 0) first_missing = p;
  }
  if (n_missing == 0) return REIN_OK;
  rein_error(
      m->diag, nowhere,
      "%lld of %lld parts are in none of the folders, the first is part %lld; run the missing shard, or the "
      "unfinished one again",
      (long long)n_missing, (long long)n_part, (long long)first_missing);
  return REIN_ERR_INPUT;
}

/* Notes what is about to be made, for undo. */
static const char *making(merge *m, const char *path) {
  if (!rein_files_exists(path)) REIN_PUSH(m->arena, m->made, m->n_made, m->cap_made, path);
  return path;
}

static void undo(const merge *m) {
  for (size_t i = m->n_made; i-- > 0;) remove(m->made[i]); /* folders when they are empty only */
}

/* A file copied whole; hash NULL or what it must have. */
static rein_status copy_file(merge *m, const char *from, const char *to, const char *hash) {
  rein_arena *scratch = rein_arena_create_in(m->arena);
  const char *bytes;
  size_t n_byte = 0;
  char got[65];
  rein_status status = rein_files_read_bytes(scratch, from, nowhere, m->diag, &bytes, &n_byte);
  if (status == REIN_OK && hash) {
    rein_sha256_hex(bytes, n_byte, got);
    if (strcmp(got, hash) != 0) {
      rein_error(
          m->diag, nowhere,
          "'%s' is not what the manifest beside it says: its SHA-256 differs; delete it and run that shard "
          "again",
          from);
      status = REIN_ERR_FILE;
    }
  }
  if (status == REIN_OK) status = rein_files_write(making(m, to), bytes, n_byte, m->diag);
  rein_arena_release(m->arena, scratch);
  return status;
}

static void close_folder(void *dir) {
  closedir(dir);
}

static rein_status copy_inputs(merge *m) {
  DIR *dir = opendir(rein_arena_printf(m->arena, "%s/inputs", m->folder[0]));
  rein_status status = REIN_OK;
  if (dir) rein_arena_defer(m->arena, close_folder, dir);
  for (struct dirent *e; dir && status == REIN_OK && (e = readdir(dir));) {
    if (e->d_name[0] == '.' || strstr(e->d_name, ".tmp-")) continue;
    status = copy_file(m, rein_arena_printf(m->arena, "%s/inputs/%s", m->folder[0], e->d_name),
                       rein_arena_printf(m->arena, "%s/inputs/%s", m->out, e->d_name), NULL);
  }
  rein_arena_release(m->arena, dir);
  return status;
}

static rein_status copy_parts(merge *m, rein_manifest *merged) {
  rein_status status = REIN_OK;
  for (int64_t p = 0; p < merged->n_part && status == REIN_OK; p++) {
    merged->part[p] = m->manifest[m->owner[p]]->part[p];
    status = copy_file(m, rein_manifest_part_path(m->arena, m->folder[m->owner[p]], p),
                       rein_manifest_part_path(m->arena, m->out, p), merged->part[p].sha256);
  }
  return status;
}

/* The logs of all shards, one after the other. */
static rein_status join_logs(merge *m) {
  rein_text text;
  rein_text_init(&text, m->arena);
  for (int i = 0; i < m->n_folder; i++) {
    const char *path = rein_arena_printf(m->arena, "%s/run.log", m->folder[i]);
    const rein_source *log;
    if (rein_files_exists(path) && rein_files_read(m->arena, path, nowhere, m->diag, &log) == REIN_OK)
      rein_text_add_n(&text, log->bytes, log->n_byte);
  }
  const char *path = making(m, rein_arena_printf(m->arena, "%s/run.log", m->out));
  return rein_files_write(path, text.bytes, text.n, m->diag);
}

static rein_status write_out(merge *m) {
  const char *run = rein_arena_printf(m->arena, "%s/run.yaml", m->out);
  const char *origins = rein_arena_printf(m->arena, "%s/" REIN_ORIGINS_NAME, m->folder[0]);
  if (rein_files_exists(run)) { /* it is written near the end: without it, this is what a killed merge left */
    rein_error(m->diag, nowhere, "'%s' holds a study already; give a new folder", m->out);
    return REIN_ERR_INPUT;
  }
  const rein_manifest *first = m->manifest[0];
  rein_manifest *merged =
      rein_manifest_create(m->arena, first->run_hash, first->n_batch, first->batches_per_part);
  rein_status status = rein_files_make_folder(making(m, m->out), 0700, m->diag);
  const char *inputs = rein_arena_printf(m->arena, "%s/inputs", m->out);
  const char *parts = rein_arena_printf(m->arena, "%s/parts", m->out);
  if (status == REIN_OK) status = rein_files_make_folder(making(m, inputs), 0700, m->diag);
  if (status == REIN_OK) status = rein_files_make_folder(making(m, parts), 0700, m->diag);
  if (status == REIN_OK) status = copy_inputs(m);
  if (status == REIN_OK)
    status = copy_file(m, origins, rein_arena_printf(m->arena, "%s/" REIN_ORIGINS_NAME, m->out), NULL);
  if (status == REIN_OK) status = copy_parts(m, merged);
  if (status == REIN_OK) status = join_logs(m);
  if (status == REIN_OK) status = rein_files_write(making(m, run), m->run->bytes, m->run->n_byte, m->diag);
  if (status == REIN_OK) status = rein_manifest_write(m->arena, merged, m->out, m->diag);
  return status;
}

static rein_status merge_guarded(merge *m) {
  rein_guard guard;
  if (REIN_GUARD(m->arena, &guard)) return REIN_ERR_MEMORY;
  m->manifest = REIN_NEW(m->arena, rein_manifest *, m->n_folder);
  rein_status status = read_folders(m);
  if (status == REIN_OK) status = find_owners(m);
  if (status == REIN_OK) status = write_out(m);
  rein_unguard(m->arena, &guard);
  return status;
}

rein_status rein_merge(rein_arena *arena, const char *const *folder, int n_folder, const char *out,
                       rein_diag *diag) {
  if (n_folder < 1) {
    rein_error(diag, nowhere, "nothing to merge: give the folders of all shards");
    return REIN_ERR_USAGE;
  }
  merge m = {.arena = arena, .folder = folder, .n_folder = n_folder, .out = out, .diag = diag};
  const rein_status status = merge_guarded(&m);
  if (status != REIN_OK) undo(&m);
  return status;
}
