#include "src/base/files.h"

#include <check.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static rein_arena *arena;
static rein_diag *diag;
static char folder[64];

static void setup(void) {
  const char *base = getenv("TMPDIR");
  snprintf(folder, sizeof folder, "%s/rein-files-XXXXXX", base && strlen(base) < 30 ? base : P_tmpdir);
  ck_assert_ptr_nonnull(mkdtemp(folder));
  arena = rein_arena_create();
  diag = rein_diag_create(arena);
}

static void teardown(void) {
  char command[128];
  snprintf(command, sizeof command, "rm -rf '%s'", folder);
  ck_assert_int_eq(system(command), 0);
  rein_arena_destroy(arena);
}

static char *inside(const char *name) {
  return rein_arena_printf(arena, "%s/%s", folder, name);
}

/* Sizes around the reader's buffer, and around what is written past the system's cache. */
START_TEST(what_is_written_is_read) {
  static const size_t sizes[] = {0,
                                 1,
                                 65535,
                                 65536,
                                 65537,
                                 300000,
                                 1048576 - 1,
                                 1048576,
                                 1048576 + 511,
                                 3 * 1048576,
                                 3 * 1048576 + 4097};
  size_t n = sizes[_i];
  char *bytes = rein_arena_alloc(arena, n + 1);
  for (size_t i = 0; i < n; i++) bytes[i] = (char)(i * 31 % 251);
  ck_assert_int_eq(rein_files_write(inside("f"), bytes, n, diag), REIN_OK);
  const rein_source *source;
  ck_assert_int_eq(rein_files_read(arena, inside("f"), (rein_pos){0}, diag, &source), REIN_OK);
  ck_assert_uint_eq(source->n_byte, n);
  ck_assert(memcmp(source->bytes, bytes, n) == 0);
  ck_assert_int_eq(source->bytes[n], 0);
  ck_assert_int_eq(rein_diag_n_error(diag), 0);
}
END_TEST

START_TEST(failures_say_why) {
  const rein_source *source = NULL;
  ck_assert_int_eq(rein_files_read(arena, inside("none"), (rein_pos){0}, diag, &source), REIN_ERR_FILE);
  ck_assert_int_eq(rein_files_read(arena, folder, (rein_pos){0}, diag, &source), REIN_ERR_FILE);
  ck_assert_int_eq(rein_files_write(inside("no/such/f"), "x", 1, diag), REIN_ERR_FILE);
  ck_assert_ptr_null(source);
  ck_assert_int_eq(rein_diag_n_error(diag), 3);
  rein_text text;
  rein_text_init(&text, arena);
  rein_diag_print(diag, &text);
  ck_assert_ptr_nonnull(strstr(text.bytes, "none': No such file or directory"));
  ck_assert_ptr_nonnull(strstr(text.bytes, "': Is a directory"));
}
END_TEST

START_TEST(a_failed_write_leaves_the_old_file) {
  ck_assert_int_eq(rein_files_make_folder(inside("there"), 0700, diag), REIN_OK);
  ck_assert_int_eq(rein_files_write(inside("there/f"), "x", 1, diag), REIN_OK);
  ck_assert_int_eq(rein_files_write(inside("there"), "x", 1, diag),
                   REIN_ERR_FILE); /* a folder cannot be replaced */
  ck_assert(rein_files_exists(inside("there/f")));
  ck_assert(!rein_files_exists(rein_arena_printf(arena, "%s.tmp-%ld", inside("there"), (long)getpid())));
}
END_TEST

/* Devices and pipes are written to and stay; of a link the target is replaced, or made. */
START_TEST(what_is_no_file_stays) {
  struct stat info;
  char bytes[8] = "";
  ck_assert_int_eq(mkfifo(inside("pipe"), 0600), 0);
  const int pipe = open(inside("pipe"), O_RDWR | O_NONBLOCK);
  ck_assert_int_eq(rein_files_write(inside("pipe"), "abc", 3, diag), REIN_OK);
  ck_assert_int_eq(read(pipe, bytes, sizeof bytes), 3);
  ck_assert_str_eq(bytes, "abc");
  close(pipe);
  ck_assert_int_eq(lstat(inside("pipe"), &info), 0);
  ck_assert(S_ISFIFO(info.st_mode));
  ck_assert_int_eq(rein_files_write(inside("target"), "old", 3, diag), REIN_OK);
  ck_assert_int_eq(symlink("target", inside("link")) | symlink("later", inside("dangling")), 0);
  static const char *const pairs[][2] = {{"link", "target"}, {"dangling", "later"}};
  for (int i = 0; i < 2; i++) {
    const rein_source *source;
    ck_assert_int_eq(rein_files_write(inside(pairs[i][0]), "new", 3, diag), REIN_OK);
    ck_assert_int_eq(lstat(inside(pairs[i][0]), &info), 0);
    ck_assert(S_ISLNK(info.st_mode));
    ck_assert_int_eq(rein_files_read(arena, inside(pairs[i][1]), (rein_pos){0}, diag, &source), REIN_OK);
    ck_assert_str_eq(source->bytes, "new");
  }
}
END_TEST

START_TEST(folders) {
  struct stat info;
  ck_assert_int_eq(rein_files_make_folder(inside("a/b/c"), 0700, diag), REIN_OK);
  ck_assert_int_eq(rein_files_make_folder(inside("a/b/c"), 0700, diag), REIN_OK);
  ck_assert_int_eq(stat(inside("a/b/c"), &info), 0);
  ck_assert_uint_eq(info.st_mode & 0777, 0700);
  ck_assert_int_eq(rein_files_write(inside("f"), "x", 1, diag), REIN_OK);
  ck_assert_int_eq(rein_files_make_folder(inside("f/d"), 0700, diag), REIN_ERR_FILE);
}
END_TEST

START_TEST(paths) {
  ck_assert_str_eq(rein_files_resolve(arena, "models/a/model.yaml", "pk.yaml"), "models/a/pk.yaml");
  ck_assert_str_eq(rein_files_resolve(arena, "model.yaml", "pk.yaml"), "pk.yaml");
  ck_assert_str_eq(rein_files_resolve(arena, "models/a/model.yaml", "/abs/pk.yaml"), "/abs/pk.yaml");
  ck_assert_str_eq(rein_files_resolve(arena, NULL, "pk.yaml"), "pk.yaml");
  ck_assert_str_eq(rein_files_resolve(arena, "/model.yaml", "pk.yaml"), "/pk.yaml");
}
END_TEST

Suite *rein_suite_files(void);
Suite *rein_suite_files(void) {
  Suite *suite = suite_create("files");
  TCase *tests = tcase_create("files");
  tcase_add_checked_fixture(tests, setup, teardown);
  tcase_add_loop_test(tests, what_is_written_is_read, 0, 11);
  tcase_add_test(tests, failures_say_why);
  tcase_add_test(tests, a_failed_write_leaves_the_old_file);
  tcase_add_test(tests, what_is_no_file_stays);
  tcase_add_test(tests, folders);
  tcase_add_test(tests, paths);
  suite_add_tcase(suite, tests);
  return suite;
}
