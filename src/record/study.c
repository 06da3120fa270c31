#include "src/record/study.h"

#include "src/base/files.h"
#include "src/base/sha256.h"
#include "src/record/reader.h"
#include "src/record/run_file.h"
#include "src/record/writer.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

static const rein_pos nowhere = {0};

struct rein_study {
  rein_arena *arena;
  const char *folder;
  rein_layout *layout;
  rein_manifest *manifest;
  bool *done; /* (n_part) there when the study was opened */
  int shard, n_shard;
  int lock; /* descriptor of .lock, -1 when closed */
  rein_writer *writer;
};

static const char *inside(const rein_study *study, const char *name) {
  return rein_arena_printf(study->arena, "%s/%s", study->folder, name);
}

/* Runs with the arena, for studies that are not closed. */
static void shut_down(void *object) {
  rein_study *study = object;
  rein_writer_destroy(study->writer);
  study->writer = NULL;
  if (study->lock >= 0) close(study->lock);
  study->lock = -1;
}

static rein_status lock_folder(rein_study *study, rein_diag *diag) {
  const char *path = inside(study, ".lock");
  study->lock = open(path, O_CREAT | O_RDWR | O_CLOEXEC, 0600);
  if (study->lock >= 0 && flock(study->lock, LOCK_EX | LOCK_NB) == 0) return REIN_OK;
  if (study->lock >= 0 && errno == EWOULDBLOCK)
    rein_error(diag, nowhere, "another process is writing '%s'; wait for it, or give another folder",
               study->folder);
  else
    rein_error(diag, nowhere, "cannot lock '%s': %s", path, strerror(errno));
  return REIN_ERR_FILE;
}

static bool is_own(const char *name) {
  static const char *const own[] = {
      ".", "..", ".lock", "inputs", "parts", REIN_ORIGINS_NAME, "run.log", "run.yaml", REIN_MANIFEST_NAME};
  for (size_t i = 0; i < sizeof own / sizeof *own; i++) {
    if (strcmp(name, own[i]) == 0) return true;
  }
  return strstr(name, ".tmp-") != NULL;
}

/* A folder with files of somebody else is not taken over. */
static rein_status check_foreign(const rein_study *study, rein_diag *diag) {
  DIR *dir = opendir(study->folder);
  rein_status status = REIN_OK;
  for (struct dirent *e; dir && status == REIN_OK && (e = readdir(dir));) {
    if (is_own(e->d_name)) continue;
    rein_error(diag, nowhere,
               "'%s' is no study folder: it holds '%s' and no run.yaml; give a new or empty folder",
               study->folder, e->d_name);
    status = REIN_ERR_INPUT;
  }
  if (dir) closedir(dir);
  return status;
}

/* Removes what a killed run left under temporary names. */
static void remove_temporary(const rein_study *study, const char *name) {
  const char *path = inside(study, name);
  DIR *dir = opendir(path);
  for (struct dirent *e; dir && (e = readdir(dir));) {
    if (strstr(e->d_name, ".tmp-")) unlinkat(dirfd(dir), e->d_name, 0);
  }
  if (dir) closedir(dir);
}

/* Tells the first line in which the folder's run.yaml and this run's differ. */
static void tell_difference(const rein_study *study, const rein_source *old, const rein_text *run,
                            rein_diag *diag) {
  const rein_source *new = rein_source_create(study->arena, "run.yaml", run->bytes, run->n);
  for (int i = 1;; i++) {
    int n_old = 0, n_new = 0;
    const char *a = rein_source_line(old, i, &n_old), *b = rein_source_line(new, i, &n_new);
    if (n_old == n_new && memcmp(a, b, (size_t)n_old) == 0 && i <= old->n_line && i <= new->n_line) continue;
    rein_error(diag, nowhere,
               "'%s' holds another study: its run.yaml says \"%.*s\", this run has \"%.*s\"; give another "
               "folder, or "
               "model, scenario, options and version as they were",
               study->folder, n_old, a, n_new, b);
    return;
  }
}

static rein_status write_new(const rein_study *study, const rein_tape *tape, const rein_study_options *o,
                             const rein_text *run, rein_diag *diag) {
  rein_text origins;
  rein_text_init(&origins, study->arena);
  rein_origins_print(&origins, tape);
  rein_status status = rein_files_make_folder(inside(study, "inputs"), 0700, diag);
  for (int i = 0; i < o->n_input && status == REIN_OK; i++) {
    const char *name = rein_arena_printf(study->arena, "inputs/%s", o->input[i].name);
    status = rein_files_write(inside(study, name), o->input[i].bytes, o->input[i].n_byte, diag);
  }
  if (status == REIN_OK)
    status = rein_files_write(inside(study, REIN_ORIGINS_NAME), origins.bytes, origins.n, diag);
  /* run.yaml comes last: where it is, the rest is. */
  if (status == REIN_OK) status = rein_files_write(inside(study, "run.yaml"), run->bytes, run->n, diag);
  return status;
}

/* Whether the folder may be this run's: it holds the same run.yaml (*has_run), or none and nothing of
 * somebody else. Changes nothing. */
static rein_status check_folder(const rein_study *study, const rein_text *run, bool *has_run,
                                rein_diag *diag) {
  const char *path = inside(study, "run.yaml");
  const rein_source *old;
  *has_run = rein_files_exists(path);
  if (!*has_run) return check_foreign(study, diag);
  rein_status status = rein_files_read(study->arena, path, nowhere, diag, &old);
  if (status != REIN_OK) return status;
  if (old->n_byte == run->n && memcmp(old->bytes, run->bytes, run->n) == 0) return REIN_OK;
  tell_difference(study, old, run, diag);
  return REIN_ERR_INPUT;
}

static rein_status append_log(const rein_study *study, const rein_study_options *o, rein_diag *diag) {
  rein_text text;
  rein_text_init(&text, study->arena);
  rein_run_log_print(&text, study->layout->scenario, o);
  return rein_files_append(inside(study, "run.log"), text.bytes, text.n, false, diag);
}

static bool is_of_shard(const rein_study *study, int64_t i_part) {
  return study->n_shard <= 1 || i_part % study->n_shard == study->shard - 1;
}

/* Which parts are there: those of the manifest whose file has its size and SHA-256. Any other is run again:
 * nothing says what its bytes were when it was written. */
static void find_parts(rein_study *study, rein_diag *diag) {
  rein_manifest *m = study->manifest, *old = NULL;
  rein_diag *quiet = rein_diag_create(study->arena);
  int64_t n_again = 0;
  if (rein_files_exists(inside(study, REIN_MANIFEST_NAME)) &&
      rein_manifest_read(study->arena, study->folder, quiet, &old) != REIN_OK)
    old = NULL;
  if (old && (strcmp(old->run_hash, m->run_hash) != 0 || old->n_part != m->n_part)) old = NULL;
  study->done = REIN_NEW(study->arena, bool, m->n_part);
  for (int64_t i = 0; i < m->n_part; i++) {
    struct stat info;
    char path[4096];
    if (snprintf(path, sizeof path, "%s/parts/part-%06lld.nc", study->folder, (long long)i) >=
            (int)sizeof path ||
        stat(path, &info) != 0)
      continue;
    if (old && old->part[i].present && old->part[i].n_byte == info.st_size &&
        rein_reader_verify_part(study->arena, path, &old->part[i], quiet) == REIN_OK)
      m->part[i] = old->part[i];
    study->done[i] = m->part[i].present;
    n_again += !study->done[i] && is_of_shard(study, i);
  }
  if (n_again > 0)
    rein_warning(diag, nowhere,
                 "%lld of the parts in '%s' not as the manifest says, or unknown to it: run again",
                 (long long)n_again, study->folder);
}

static rein_status check_options(const rein_study_options *o, rein_diag *diag) {
  const bool whole = o->shard == 0 && o->n_shard == 0;
  if (whole || (o->n_shard >= 1 && o->shard >= 1 && o->shard <= o->n_shard)) return REIN_OK;
  rein_error(diag, nowhere, "shard %d/%d: expected k/n with k from 1 to n, as in 2/3", o->shard, o->n_shard);
  return REIN_ERR_USAGE;
}

/* Takes the folder for this run: nothing in it is changed, its mode neither, before it is known to be new, or
 * this study's. `fd` is the open folder. */
static rein_status claim_folder(rein_study *study, int fd, const rein_tape *tape, const rein_study_options *o,
                                const rein_text *run, rein_diag *diag) {
  rein_guard guard;
  bool has_run = false;
  if (REIN_GUARD(study->arena, &guard)) return REIN_ERR_MEMORY; /* the caller has the folder open */
  rein_status status = check_folder(study, run, &has_run, diag);
  if (status == REIN_OK) status = lock_folder(study, diag);
  /* Again under the lock: another process may have come first. */
  if (status == REIN_OK) status = check_folder(study, run, &has_run, diag);
  if (status == REIN_OK && !has_run) status = write_new(study, tape, o, run, diag);
  if (status == REIN_OK && fchmod(fd, 0700) != 0) {
    rein_error(diag, nowhere, "cannot make '%s' private: %s", study->folder, strerror(errno));
    status = REIN_ERR_FILE;
  }
  rein_unguard(study->arena, &guard);
  return status;
}

static rein_status settle_folder(rein_study *study, const rein_tape *tape, const rein_study_options *o,
                                 const rein_text *run, rein_diag *diag) {
  rein_status status = rein_files_make_folder(study->folder, 0700, diag);
  if (status != REIN_OK) return status;
  const int fd = open(study->folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (fd < 0) {
    rein_error(diag, nowhere, "'%s' cannot be a study folder: %s", study->folder, strerror(errno));
    return REIN_ERR_FILE;
  }
  status = claim_folder(study, fd, tape, o, run, diag);
  close(fd);
  return status;
}

static rein_status open_folder(rein_study *study, const rein_tape *tape, const rein_plan *plan,
                               const rein_study_options *o, rein_diag *diag) {
  rein_text run;
  char hash[65];
  rein_status status = check_options(o, diag);
  if (status != REIN_OK) return status;
  rein_text_init(&run, study->arena);
  rein_run_print(&run, study->layout, plan, o);
  rein_sha256_hex(run.bytes, run.n, hash);
  status = settle_folder(study, tape, o, &run, diag);
  if (status == REIN_OK) status = append_log(study, o, diag);
  if (status == REIN_OK) status = rein_files_make_folder(inside(study, "parts"), 0700, diag);
  if (status != REIN_OK) return status;
  remove_temporary(study, ".");
  remove_temporary(study, "inputs");
  remove_temporary(study, "parts");
  rein_layout_add_attributes(study->arena, study->layout, rein_arena_strdup(study->arena, hash),
                             o->n_version ? o->version[0].version : "");
  study->manifest = rein_manifest_create(study->arena, hash, plan->n_batch, study->layout->batches_per_part);
  find_parts(study, diag);
  return rein_manifest_write(study->arena, study->manifest, study->folder, diag);
}

static rein_status create_study(rein_study *study, const rein_scenario *scenario, const rein_tape *tape,
                                const rein_plan *plan, const rein_study_options *o, rein_diag *diag) {
  study->layout = rein_layout_create(study->arena, scenario, tape, plan->n_batch, o->part_members);
  study->shard = o->shard;
  study->n_shard = o->n_shard;
  rein_status status = open_folder(study, tape, plan, o, diag);
  if (status == REIN_OK) {
    study->writer = rein_writer_create(study->layout, study->manifest, study->folder);
    if (!study->writer) status = REIN_ERR_MEMORY;
  }
  if (status != REIN_OK) shut_down(study);
  return status;
}

rein_status rein_study_open(rein_arena *arena, const char *folder, const rein_scenario *scenario,
                            const rein_tape *tape, const rein_plan *plan, const rein_study_options *options,
                            rein_diag *diag, rein_study **out) {
  rein_guard guard;
  if (REIN_GUARD(arena, &guard)) return REIN_ERR_MEMORY;
  rein_study *study = REIN_NEW(arena, rein_study, 1);
  study->arena = arena;
  study->lock = -1;
  rein_arena_defer(arena, shut_down, study);
  study->folder = rein_arena_strdup(arena, folder);
  const rein_status status = create_study(study, scenario, tape, plan, options, diag);
  rein_unguard(arena, &guard);
  if (status == REIN_OK) *out = study;
  return status;
}

bool rein_study_wanted(void *context, int64_t i_batch) {
  const rein_study *study = context;
  const int64_t i_part = i_batch / study->layout->batches_per_part;
  return !study->done[i_part] && is_of_shard(study, i_part);
}

static rein_status take(void *context, const rein_batch_result *result) {
  rein_study *study = context;
  return rein_writer_take(study->writer, result);
}

rein_sink rein_study_sink(rein_study *study) {
  return (rein_sink){.context = study, .take = take};
}

/* The renames of the parts reach the disk with their folder. */
static void sync_folder(const rein_study *study, const char *name) {
  char path[4096];
  if (snprintf(path, sizeof path, "%s/%s", study->folder, name) >= (int)sizeof path) return;
  const int folder = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (folder < 0) return;
  fsync(folder);
  close(folder);
}

rein_status rein_study_close(rein_study *study, rein_diag *diag) {
  rein_guard guard;
  rein_status status = rein_writer_finish(study->writer, diag);
  if (REIN_GUARD(study->arena, &guard)) return REIN_ERR_MEMORY;
  sync_folder(study, "parts");
  rein_diag *quiet = rein_diag_create(study->arena);
  /* After a failed write one message is enough. */
  const rein_status written =
      rein_manifest_write(study->arena, study->manifest, study->folder, status == REIN_OK ? diag : quiet);
  if (status == REIN_OK && written != REIN_OK) status = REIN_ERR_SINK;
  sync_folder(study, ".");
  rein_unguard(study->arena, &guard);
  shut_down(study);
  return status;
}

const rein_manifest *rein_study_manifest(const rein_study *study) {
  return study->manifest;
}
