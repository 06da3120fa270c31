#include "src/base/files.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const rein_pos nowhere = {0};

/* As many bytes as a file says it has, and one more to see its end; pipes and devices say nothing. */
static size_t first_capacity(FILE *file) {
  struct stat info;
  const bool tells = fstat(fileno(file), &info) == 0 && S_ISREG(info.st_mode);
  const size_t least = 1 << 16, size = tells ? (size_t)info.st_size : 0;
  return size < least ? least : size < REIN_MAX_INPUT_BYTES ? size + 1 : REIN_MAX_INPUT_BYTES + 1;
}

static rein_status read_all(FILE *file, size_t *n, char **bytes) {
  size_t cap = first_capacity(file), used = 0;
  char *buffer = malloc(cap + 1);
  while (buffer) {
    used += fread(buffer + used, 1, cap - used, file);
    if (used < cap || used > REIN_MAX_INPUT_BYTES) break;
    cap = 2 * cap < REIN_MAX_INPUT_BYTES ? 2 * cap : REIN_MAX_INPUT_BYTES + 1;
    char *grown = realloc(buffer, cap + 1);
    if (!grown) free(buffer);
    buffer = grown;
  }
  if (!buffer) return REIN_ERR_MEMORY;
  if (ferror(file) || used > REIN_MAX_INPUT_BYTES) {
    free(buffer);
    return REIN_ERR_FILE;
  }
  buffer[used] = 0;
  *n = used;
  *bytes = buffer;
  return REIN_OK;
}

static void free_held(void *held) {
  free(*(char **)held);
}

rein_status rein_files_read_bytes(rein_arena *arena, const char *path, rein_pos from, rein_diag *diag,
                                  const char **bytes, size_t *n_byte) {
  struct stat info;
  char **held = REIN_NEW(arena, char *, 1); /* first: what is read has an owner before it is there */
  rein_arena_defer(arena, free_held, held);
  FILE *file = stat(path, &info) == 0 && S_ISDIR(info.st_mode) ? (errno = EISDIR, NULL) : fopen(path, "rb");
  if (!file) {
    rein_error(diag, from, "cannot read '%s': %s", path, strerror(errno));
    return REIN_ERR_FILE;
  }
  size_t n = 0;
  rein_status status = read_all(file, &n, held);
  fclose(file);
  if (status == REIN_ERR_MEMORY) rein_arena_out_of_memory(arena);
  if (status != REIN_OK) {
    rein_error(diag, from, "cannot read '%s': read error, or larger than 1 GiB", path);
    return status;
  }
  *bytes = *held, *n_byte = n;
  return REIN_OK;
}

rein_status rein_files_read(rein_arena *arena, const char *path, rein_pos from, rein_diag *diag,
                            const rein_source **out) {
  const char *bytes;
  size_t n = 0;
  const rein_status status = rein_files_read_bytes(arena, path, from, diag, &bytes, &n);
  if (status == REIN_OK) *out = rein_source_create(arena, path, bytes, n);
  return status;
}

static rein_status cannot_write(const char *path, const char *reason, rein_diag *diag) {
  rein_error(diag, nowhere, "cannot write '%s': %s", path, reason);
  return REIN_ERR_FILE;
}

static rein_status begin(const char *path, rein_files_output *out, rein_diag *diag) {
  struct stat info;
  const bool is_link = lstat(path, &info) == 0 && S_ISLNK(info.st_mode);
  char *target = is_link ? realpath(path, NULL) : NULL;
  /* A link to nothing is written through, so that its target comes to be. */
  const bool straight = is_link && !target ? true : stat(path, &info) == 0 && !S_ISREG(info.st_mode);
  const size_t size = sizeof out->path;
  bool fits = snprintf(out->path, size, "%s", target ? target : path) < (int)size;
  free(target);
  out->temporary[0] = 0;
  if (fits && !straight)
    fits = snprintf(out->temporary, size, "%s.tmp-%ld", out->path, (long)getpid()) < (int)size;
  if (!fits) return cannot_write(path, "the path is too long", diag);
  out->file = fopen(straight ? out->path : out->temporary, "wb");
  return out->file ? REIN_OK : cannot_write(path, strerror(errno), diag);
}

static rein_status end(rein_files_output *out, bool whole, rein_diag *diag) {
  const bool straight = !out->temporary[0];
  int reason = 0;
  /* A device or a pipe cannot be synced. */
  if (whole && (fflush(out->file) != 0 || (!straight && fsync(fileno(out->file)) != 0))) reason = errno;
  if (fclose(out->file) != 0 && whole && !reason) reason = errno;
  if (whole && !reason && !straight && rename(out->temporary, out->path) != 0) reason = errno;
  if ((!whole || reason) && !straight) unlink(out->temporary);
  return reason ? cannot_write(out->path, strerror(reason), diag) : REIN_OK;
}

/* Writes the whole blocks of a large regular file past the system's cache, whose copy costs more than making
 * the bytes; returns how many bytes that were: 0 where the file system does it in its own way only. */
static size_t write_past_cache(int file, const char *bytes, size_t n_byte) {
  enum { BLOCK = 4096, CHUNK = 1 << 20 };
  const int flags = fcntl(file, F_GETFL);
  void *aligned = NULL;
  size_t n_done = 0;
  if (n_byte < CHUNK || flags < 0 || posix_memalign(&aligned, BLOCK, CHUNK) != 0) return 0;
  if (fcntl(file, F_SETFL, flags | O_DIRECT) == 0) {
    for (;;) {
      const size_t left = n_byte - n_done, n = left < CHUNK ? left / BLOCK * BLOCK : CHUNK;
      memcpy(aligned, bytes + n_done, n);
      const ssize_t n_now = n ? write(file, aligned, n) : 0;
      if (n_now > 0) n_done += (size_t)n_now;
      if (n_now <= 0 || n_now % BLOCK) break;
    }
    fcntl(file, F_SETFL, flags);
  }
  free(aligned);
  return n_done;
}

rein_status rein_files_write(const char *path, const void *bytes, size_t n_byte, rein_diag *diag) {
  rein_files_output out;
  const rein_status status = begin(path, &out, diag);
  if (status != REIN_OK) return status;
  const size_t n_past = out.temporary[0] ? write_past_cache(fileno(out.file), bytes, n_byte) : 0;
  if (fwrite((const char *)bytes + n_past, 1, n_byte - n_past, out.file) == n_byte - n_past)
    return end(&out, true, diag);
  const int reason = errno;
  end(&out, false, diag);
  return cannot_write(path, strerror(reason), diag);
}

static rein_status put_guarded(rein_arena *arena, rein_files_put put, void *context,
                               const rein_files_output *out) {
  rein_guard guard;
  if (REIN_GUARD(arena, &guard)) return REIN_ERR_MEMORY;
  const rein_status status = put(context, out);
  rein_unguard(arena, &guard);
  return status;
}

rein_status rein_files_write_by(rein_arena *arena, const char *path, rein_files_put put, void *context,
                                rein_diag *diag) {
  rein_files_output out;
  rein_status status = begin(path, &out, diag);
  if (status != REIN_OK) return status;
  status = put_guarded(arena, put, context, &out);
  const rein_status ended = end(&out, status == REIN_OK, diag);
  return status == REIN_OK ? ended : status;
}

rein_status rein_files_append(const char *path, const void *bytes, size_t n_byte, bool sync,
                              rein_diag *diag) {
  const int file = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0666);
  if (file < 0) return cannot_write(path, strerror(errno), diag);
  const ssize_t n = write(file, bytes, n_byte);
  int reason = n < 0 ? errno : (size_t)n < n_byte ? ENOSPC : 0;
  if (!reason && sync && fsync(file) != 0) reason = errno;
  if (close(file) != 0 && !reason) reason = errno;
  return reason ? cannot_write(path, strerror(reason), diag) : REIN_OK;
}

rein_status rein_files_make_folder(const char *path, unsigned mode, rein_diag *diag) {
  char part[4096];
  size_t n = strlen(path);
  if (n >= sizeof part) {
    rein_error(diag, nowhere, "cannot make folder '%s': the path is too long", path);
    return REIN_ERR_FILE;
  }
  for (size_t i = 1; i <= n; i++) {
    if (path[i] != '/' && path[i] != 0) continue;
    memcpy(part, path, i);
    part[i] = 0;
    if (mkdir(part, path[i] ? 0777 : (mode_t)mode) != 0 && errno != EEXIST) {
      rein_error(diag, nowhere, "cannot make folder '%s': %s", part, strerror(errno));
      return REIN_ERR_FILE;
    }
  }
  return REIN_OK;
}

static int by_name(const struct dirent **a, const struct dirent **b) {
  return strcmp((*a)->d_name, (*b)->d_name);
}

const char **rein_files_entries(rein_arena *arena, const char *folder, int *n) {
  struct dirent **entry;
  const int n_entry = scandir(folder, &entry, NULL, by_name);
  const char **names = REIN_NEW(arena, const char *, n_entry > 0 ? n_entry : 1);
  *n = 0;
  for (int i = 0; i < n_entry; i++) {
    if (entry[i]->d_name[0] != '.') names[(*n)++] = rein_arena_strdup(arena, entry[i]->d_name);
    free(entry[i]);
  }
  if (n_entry >= 0) free(entry);
  return names;
}

void rein_files_list(rein_arena *arena, const char *folder, const char *inside, rein_names *names) {
  int n;
  const char **entry = rein_files_entries(arena, folder, &n);
  for (int i = 0; i < n; i++)
    if (rein_files_exists(rein_arena_printf(arena, "%s/%s/%s", folder, entry[i], inside)))
      rein_names_add(names, entry[i], 0);
}

bool rein_files_ends_in(const char *path, const char *ending) {
  const size_t n = strlen(path), m = strlen(ending);
  return n > m && strcmp(path + n - m, ending) == 0;
}

const char *rein_files_base_name(const char *path) {
  const char *slash = path ? strrchr(path, '/') : NULL;
  return slash ? slash + 1 : path;
}

bool rein_files_exists(const char *path) {
  struct stat info;
  return stat(path, &info) == 0;
}

bool rein_files_are_same(const char *a, const char *b) {
  struct stat first, second;
  return stat(a, &first) == 0 && stat(b, &second) == 0 && first.st_dev == second.st_dev &&
         first.st_ino == second.st_ino;
}

char *rein_files_resolve(rein_arena *arena, const char *from_file, const char *path) {
  const char *slash = from_file ? strrchr(from_file, '/') : NULL;
  if (path[0] == '/' || !slash) return rein_arena_strdup(arena, path);
  return rein_arena_printf(arena, "%.*s/%s", (int)(slash - from_file), from_file, path);
}

/* Absolute, links followed; NULL where there is no such file. */
static const char *real_path(rein_arena *arena, const char *path) {
  char buffer[PATH_MAX];
  return realpath(path, buffer) ? rein_arena_strdup(arena, buffer) : NULL;
}

char *rein_files_relative(rein_arena *arena, const char *from_file, const char *path) {
  const char *slash = strrchr(from_file, '/');
  const char *from =
      real_path(arena, slash ? rein_arena_printf(arena, "%.*s/", (int)(slash - from_file), from_file) : ".");
  const char *to = real_path(arena, path);
  size_t same = 0; /* length of the folders that both have, without the '/' that ends them */
  if (!from || !to) return rein_arena_strdup(arena, path);
  for (size_t i = 0; to[i] && (from[i] == to[i] || !from[i]); i++) {
    if (to[i] == '/') same = i;
    if (!from[i]) break;
  }
  rein_text text;
  rein_text_init(&text, arena);
  for (const char *c = from + same; *c; c++) {
    if (*c == '/' && c[1]) rein_text_add(&text, "../");
  }
  rein_text_add(&text, to + same + 1);
  return text.bytes;
}
