/* The only file access: read whole, write then rename, folders. Messages of failures go to the caller's diag.
 */
#ifndef REIN_BASE_FILES_H
#define REIN_BASE_FILES_H

#include <stdbool.h>

#include "src/base/diag.h"

/* Reads the whole file into the arena as a source. Larger than REIN_MAX_INPUT_BYTES: an error.
 * path: what is opened; shown: what messages call it. `from` is where the path was named (may have source
 * NULL). REIN_OK, or REIN_ERR_FILE with one error in diag; *out untouched then. */
#define REIN_MAX_INPUT_BYTES ((size_t)1 << 30)
rein_status rein_files_read(rein_arena *arena, const char *path, rein_pos from, rein_diag *diag,
                            const rein_source **out);

/* Writes all bytes to path.tmp-<pid>, syncs, renames to path. After a failure path is as it was. */
rein_status rein_files_write(const char *path, const void *bytes, size_t n_byte, rein_diag *diag);

/* Makes the folder and its parents; an existing folder is fine. mode as for mkdir, for the last one only. */
rein_status rein_files_make_folder(const char *path, unsigned mode, rein_diag *diag);

bool rein_files_exists(const char *path);

/* `path` seen from the folder of `from_file`: itself when absolute, else joined. In the arena. */
char *rein_files_resolve(rein_arena *arena, const char *from_file, const char *path);

#endif
