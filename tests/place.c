#include "tests/place.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "src/base/files.h"

char folder[64];
rein_arena *arena;
rein_units *units;
rein_diag *diag;

void place_setup(void) {
  /* where syncing to the disk costs nothing, if there is such a place */
  strcpy(folder, access("/dev/shm", W_OK) == 0 ? "/dev/shm/rein-test-XXXXXX" : "/tmp/rein-test-XXXXXX");
  ck_assert_ptr_nonnull(mkdtemp(folder));
  arena = rein_arena_create();
  diag = rein_diag_create(arena);
  ck_assert_int_eq(rein_units_create(diag, &units), REIN_OK);
}

void place_teardown(void) {
  ck_assert_int_eq(system(rein_arena_printf(arena, "rm -rf '%s'", folder)), 0);
  rein_units_destroy(units);
  rein_arena_destroy(arena);
}

const char *in(const char *name) {
  return rein_arena_printf(arena, "%s/%s", folder, name);
}

const char *write_file(const char *name, const char *text) {
  const char *path = in(name);
  ck_assert_int_eq(rein_files_write(path, text, strlen(text), diag), REIN_OK);
  return path;
}

const char *messages(void) {
  rein_text text;
  rein_text_init(&text, arena);
  rein_diag_print(diag, &text);
  return text.bytes;
}
