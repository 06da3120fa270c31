/* The only file access: read whole, write then rename, folders. Messages of failures go to the caller's diag.
 */
#ifndef REIN_BASE_FILES_H
#define REIN_BASE_FILES_H

#include <stdbool.h>
#include <stdio.h>

#include "src/base/diag.h"
#include "src/base/names.h"

/* Reads the whole file into the arena as a source. Larger than REIN_MAX_INPUT_BYTES: an error.
 * path: what is opened; shown: what messages call it. `from` is where the path was named (may have source
 * NULL). REIN_OK, or REIN_ERR_FILE with one error in diag; *out untouched then. */
#define REIN_MAX_INPUT_BYTES ((size_t)1 << 30)
rein_status rein_files_read(rein_arena *arena, const char *path, rein_pos from, rein_diag *diag,
                            const rein_source **out);

/* The same without its lines, for what is no text: bytes (n_byte), followed by a 0, owned by the arena. */
rein_status rein_files_read_bytes(rein_arena *arena, const char *path, rein_pos from, rein_diag *diag,
                                  const char **bytes, size_t *n_byte);

/* Writes all bytes to path.tmp-<pid>, syncs, renames to path, as rein_files_write_by does. */
rein_status rein_files_write(const char *path, const void *bytes, size_t n_byte, rein_diag *diag);

/* Adds bytes to the end of a file, made if need be, in one go; `sync`: they are on the disk when it answers.
 * REIN_OK, or REIN_ERR_FILE with one error in diag. */
rein_status rein_files_append(const char *path, const void *bytes, size_t n_byte, bool sync, rein_diag *diag);

/* Makes the folder and its parents; an existing folder is fine. mode as for mkdir, for the last one only. */
rein_status rein_files_make_folder(const char *path, unsigned mode, rein_diag *diag);

/* A file under way. */
typedef struct {
  FILE *file;           /* to write to */
  char path[4096];      /* where it goes, symbolic links followed */
  char temporary[4096]; /* written first, then renamed; "": path is written straight */
} rein_files_output;

/* A file that appears at `path` when it is whole, written by `put`, whose status is answered. What is there
 * and is no regular file (a device, a pipe) is written to, never replaced, and the target of a symbolic link
 * is replaced, not the link. After a failure, `put` running out of `arena` among them, path is as it was.
 * REIN_ERR_FILE: one error in diag. */
typedef rein_status (*rein_files_put)(void *context, const rein_files_output *out);
rein_status rein_files_write_by(rein_arena *arena, const char *path, rein_files_put put, void *context,
                                rein_diag *diag);

/* Adds the names of the entries of a folder that hold a file `inside` to `names`; nothing where there is no
 * such folder. */
void rein_files_list(rein_arena *arena, const char *folder, const char *inside, rein_names *names);

/* Names of all entries of a folder but hidden ones, *n, in the order of their bytes; none where there is no
 * such folder. In the arena. */
const char **rein_files_entries(rein_arena *arena, const char *folder, int *n);

/* A path without its folders, which differ from machine to machine; NULL for NULL. Lent by `path`. */
const char *rein_files_base_name(const char *path);

bool rein_files_exists(const char *path);

/* Whether both paths lead to one existing file. */
bool rein_files_are_same(const char *a, const char *b);

/* Whether a name ends so. */
bool rein_files_ends_in(const char *path, const char *ending);

/* `path` as it is written in a file at `from_file` ("": one in the working folder): relative to its folder
 * where both exist, else `path` itself. In the arena. */
char *rein_files_relative(rein_arena *arena, const char *from_file, const char *path);

/* `path` seen from the folder of `from_file`: itself when absolute, else joined. In the arena. */
char *rein_files_resolve(rein_arena *arena, const char *from_file, const char *path);

#endif
