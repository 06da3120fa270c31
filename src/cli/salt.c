#include "src/cli/salt.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>

#include "src/base/files.h"

enum { SALT_BYTES = 32 };

/* O_EXCL: of two first exports at the same time one makes the file, the other reads it. */
static rein_status make_salt(const char *path, rein_diag *diag) {
  unsigned char random[SALT_BYTES];
  char text[2 * SALT_BYTES + 2];
  const rein_pos nowhere = {NULL, 0, 0, 0};
  const int file = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (file < 0 && errno == EEXIST) return REIN_OK;
  bool good = file >= 0 && getrandom(random, sizeof random, 0) == (ssize_t)sizeof random;
  for (int i = 0; i < SALT_BYTES && good; i++) snprintf(text + (size_t)2 * i, 3, "%02x", random[i]);
  text[sizeof text - 2] = '\n';
  good = good && write(file, text, sizeof text - 1) == (ssize_t)sizeof text - 1;
  if (file >= 0 && close(file) != 0) good = false;
  if (good) return REIN_OK;
  rein_error(diag, nowhere, "'%s' cannot be made for the secret salt: %s; REIN_SALT can give one", path,
             strerror(errno));
  return REIN_ERR_FILE;
}

rein_status rein_salt_get(rein_arena *arena, rein_diag *diag, const char **out) {
  const rein_pos nowhere = {NULL, 0, 0, 0};
  const char *given = getenv("REIN_SALT"), *config = getenv("XDG_CONFIG_HOME"), *home = getenv("HOME");
  if (given && *given) {
    *out = rein_arena_strdup(arena, given);
    return REIN_OK;
  }
  if (!(config && *config) && !(home && *home)) {
    rein_error(diag, nowhere, "there is no home folder for the secret salt; REIN_SALT can give one");
    return REIN_ERR_FILE;
  }
  const char *folder = config && *config ? rein_arena_printf(arena, "%s/rein", config)
                                         : rein_arena_printf(arena, "%s/.config/rein", home);
  const char *path = rein_arena_printf(arena, "%s/salt", folder);
  const rein_source *source;
  rein_status status = REIN_OK;
  if (!rein_files_exists(path)) {
    status = rein_files_make_folder(folder, 0700, diag);
    if (status == REIN_OK) status = make_salt(path, diag);
  }
  if (status == REIN_OK) status = rein_files_read(arena, path, nowhere, diag, &source);
  if (status != REIN_OK) return status;
  const size_t n = strcspn(source->bytes, "\r\n");
  if (n < 16) {
    rein_error(diag, nowhere, "'%s' holds no salt of at least 16 characters", path);
    return REIN_ERR_FILE;
  }
  *out = rein_arena_strndup(arena, source->bytes, n);
  return REIN_OK;
}
