/* The study folder: round trip, equal bytes, resume, shards, faults, privacy. */
#include "tests/src/record/study_fixture.h"

#include "src/base/files.h"

#include <dirent.h>
#include <fcntl.h>
#include <math.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static fixture f;

static void set_up(void) {
  fixture_create(&f, 11);
}

static void tear_down(void) {
  fixture_destroy(&f);
}

static void check_run(const char *folder, bool backwards) {
  ck_assert_msg(fixture_run(&f, folder, backwards) == REIN_OK, "%s", fixture_messages(&f));
}

static int n_part(void) {
  rein_manifest *m;
  ck_assert_int_eq(rein_manifest_read(f.arena, fixture_path(&f, "a"), f.diag, &m), REIN_OK);
  return (int)m->n_part;
}

START_TEST(test_same_bytes_in_any_order) {
  check_run(fixture_path(&f, "a"), false);
  sleep(1); /* a clock in the files would show */
  check_run(fixture_path(&f, "b"), true);
  fixture_compare(&f, fixture_path(&f, "a"), fixture_path(&f, "b"));
  ck_assert_int_eq(n_part(), 3);
}
END_TEST

typedef struct {
  rein_study *study;
  int first;
} share;

static void *deliver_share(void *context) {
  const share *s = context;
  for (int64_t i = s->first; i < f.plan->n_batch; i += 2)
    if (fixture_deliver(&f, rein_study_sink(s->study), i) != REIN_OK) return context;
  return NULL;
}

START_TEST(test_two_threads) {
  rein_study *study;
  pthread_t thread[2];
  fixture_destroy(&f);
  fixture_create(&f, 301);
  f.options.part_members = 8 * FIXTURE_ARMS;
  check_run(fixture_path(&f, "a"), false);
  ck_assert_int_eq(
      rein_study_open(f.arena, fixture_path(&f, "b"), f.scenario, f.tape, f.plan, &f.options, f.diag, &study),
      REIN_OK);
  share shares[2] = {{study, 0}, {study, 1}};
  for (int k = 0; k < 2; k++) pthread_create(&thread[k], NULL, deliver_share, &shares[k]);
  for (int k = 0; k < 2; k++) {
    void *bad;
    pthread_join(thread[k], &bad);
    ck_assert_ptr_null(bad);
  }
  ck_assert_int_eq(rein_study_close(study, f.diag), REIN_OK);
  fixture_compare(&f, fixture_path(&f, "a"), fixture_path(&f, "b"));
}
END_TEST

START_TEST(test_resume) {
  const char *a = fixture_path(&f, "a"), *b = fixture_path(&f, "b");
  check_run(a, false);
  check_run(b, false);
  /* What a killed run leaves: a lost part, rubbish under temporary names, a last line that is not whole. */
  ck_assert_int_eq(unlink(fixture_path(&f, "b/parts/part-000001.nc")), 0);
  ck_assert_int_eq(rein_files_append(fixture_path(&f, "b/manifest"), "part-0000", 9, false, f.diag), REIN_OK);
  ck_assert_int_eq(rein_files_write(fixture_path(&f, "b/parts/part-000001.nc.tmp-77"), "x", 1, f.diag),
                   REIN_OK);
  ck_assert_int_eq(rein_files_write(fixture_path(&f, "b/parts/part-000002.nc"), "x", 1, f.diag), REIN_OK);
  rein_study *study;
  ck_assert_int_eq(rein_study_open(f.arena, b, f.scenario, f.tape, f.plan, &f.options, f.diag, &study),
                   REIN_OK);
  ck_assert(!rein_study_wanted(study, 0));
  ck_assert(!rein_study_wanted(study, 1));
  ck_assert(rein_study_wanted(study, 2)); /* lost */
  ck_assert(rein_study_wanted(study, 4)); /* rubbish */
  ck_assert_int_eq(rein_study_close(study, f.diag), REIN_OK);
  ck_assert(!rein_files_exists(fixture_path(&f, "b/parts/part-000001.nc.tmp-77")));
  check_run(b, true);
  fixture_compare(&f, a, b);
}
END_TEST

/* Without its line in the manifest nothing says whether a part is as it was written. */
START_TEST(test_part_without_manifest_is_run_again) {
  const char *a = fixture_path(&f, "a"), *b = fixture_path(&f, "b");
  check_run(a, false);
  check_run(b, false);
  const int fd = open(fixture_path(&f, "b/parts/part-000001.nc"), O_RDWR);
  ck_assert_int_eq(pwrite(fd, "?", 1, 5000), 1);
  close(fd);
  ck_assert_int_eq(unlink(fixture_path(&f, "b/manifest")), 0);
  check_run(b, false);
  ck_assert_ptr_nonnull(strstr(fixture_messages(&f), "warning: 3 of the parts in"));
  fixture_compare(&f, a, b);
}
END_TEST

/* Killed while the second part is under way: the first one stays. */
START_TEST(test_killed_run_leaves_finished_parts) {
  const char *b = fixture_path(&f, "b");
  rein_study *study;
  const pid_t child = fork();
  if (child == 0) {
    if (rein_study_open(f.arena, b, f.scenario, f.tape, f.plan, &f.options, f.diag, &study) != REIN_OK)
      _exit(3);
    for (int64_t i = 0; i < 3; i++) fixture_deliver(&f, rein_study_sink(study), i);
    for (;;) pause();
  }
  for (int i = 0; i < 5000 && !rein_files_exists(fixture_path(&f, "b/parts/part-000000.nc")); i++)
    usleep(1000);
  usleep(200000); /* the line in the manifest comes after the part */
  kill(child, SIGKILL);
  waitpid(child, NULL, 0);
  ck_assert_int_eq(rein_study_open(f.arena, b, f.scenario, f.tape, f.plan, &f.options, f.diag, &study),
                   REIN_OK);
  ck_assert(!rein_study_wanted(study, 0));
  ck_assert(rein_study_wanted(study, 2));
  ck_assert_int_eq(rein_study_close(study, f.diag), REIN_OK);
}
END_TEST

START_TEST(test_part_of_another_size_is_run_again) {
  const char *b = fixture_path(&f, "b");
  check_run(fixture_path(&f, "a"), false);
  check_run(b, false);
  ck_assert_int_eq(truncate(fixture_path(&f, "b/parts/part-000000.nc"), 1000), 0);
  check_run(b, false);
  fixture_compare(&f, fixture_path(&f, "a"), b);
}
END_TEST

/* A child writes slowly and is killed at a random moment; going on gives the same bytes. */
START_TEST(test_kill_and_resume) {
  fixture_destroy(&f);
  fixture_create(&f, 61);
  check_run(fixture_path(&f, "a"), false);
  const char *b = fixture_path(&f, "b");
  srand(12345);
  for (int trial = 0; trial < 20; trial++) {
    const pid_t child = fork();
    if (child == 0) {
      rein_study *study;
      if (rein_study_open(f.arena, b, f.scenario, f.tape, f.plan, &f.options, f.diag, &study) != REIN_OK)
        _exit(3);
      for (int64_t i = 0; i < f.plan->n_batch; i++) {
        usleep(300);
        if (rein_study_wanted(study, i)) fixture_deliver(&f, rein_study_sink(study), i);
      }
      rein_study_close(study, f.diag);
      _exit(0);
    }
    usleep((useconds_t)(rand() % 12000));
    kill(child, SIGKILL);
    int how;
    waitpid(child, &how, 0);
    ck_assert(WIFSIGNALED(how) || WEXITSTATUS(how) == 0);
  }
  check_run(b, false);
  fixture_compare(&f, fixture_path(&f, "a"), b);
}
END_TEST

START_TEST(test_other_study_is_refused) {
  const char *a = fixture_path(&f, "a");
  check_run(a, false);
  f.scenario->seed = 7;
  ck_assert_int_eq(fixture_run(&f, a, false), REIN_ERR_INPUT);
  ck_assert_msg(strstr(fixture_messages(&f), "seed: 18446744073709551615") != NULL, "%s",
                fixture_messages(&f));
  ck_assert_ptr_nonnull(strstr(fixture_messages(&f), "seed: 7"));
}
END_TEST

START_TEST(test_foreign_folder_is_refused) {
  ck_assert_int_eq(rein_files_make_folder(fixture_path(&f, "a"), 0755, f.diag), REIN_OK);
  ck_assert_int_eq(rein_files_write(fixture_path(&f, "a/thesis.txt"), "x", 1, f.diag), REIN_OK);
  ck_assert_int_eq(fixture_run(&f, fixture_path(&f, "a"), false), REIN_ERR_INPUT);
  ck_assert_ptr_nonnull(strstr(fixture_messages(&f), "it holds 'thesis.txt' and no run.yaml"));
}
END_TEST

/* A folder of the user's keeps its mode and gets no lock; nor does one with another study. */
START_TEST(test_refused_folder_is_left_alone) {
  struct stat info;
  const char *a = fixture_path(&f, "a"), *b = fixture_path(&f, "b");
  ck_assert_int_eq(rein_files_make_folder(a, 0755, f.diag), REIN_OK);
  ck_assert_int_eq(rein_files_make_folder(b, 0755, f.diag), REIN_OK);
  ck_assert_int_eq(chmod(a, 0755) | chmod(b, 0755), 0);
  ck_assert_int_eq(rein_files_write(fixture_path(&f, "a/thesis.txt"), "x", 1, f.diag), REIN_OK);
  ck_assert_int_eq(rein_files_write(fixture_path(&f, "b/run.yaml"), "x", 1, f.diag), REIN_OK);
  ck_assert_int_eq(fixture_run(&f, a, false), REIN_ERR_INPUT);
  ck_assert_int_eq(fixture_run(&f, b, false), REIN_ERR_INPUT);
  ck_assert_int_eq(stat(a, &info), 0);
  ck_assert_int_eq(info.st_mode & 0777, 0755);
  ck_assert_int_eq(stat(b, &info), 0);
  ck_assert_int_eq(info.st_mode & 0777, 0755);
  ck_assert(!rein_files_exists(fixture_path(&f, "a/.lock")));
  ck_assert(!rein_files_exists(fixture_path(&f, "b/.lock")));
}
END_TEST

START_TEST(test_file_is_no_folder) {
  struct stat info;
  const char *a = fixture_path(&f, "a");
  ck_assert_int_eq(rein_files_write(a, "mine", 4, f.diag), REIN_OK);
  ck_assert_int_eq(chmod(a, 0644), 0);
  ck_assert_int_eq(fixture_run(&f, a, false), REIN_ERR_FILE);
  ck_assert_ptr_nonnull(strstr(fixture_messages(&f), "cannot be a study folder: Not a directory"));
  ck_assert_int_eq(stat(a, &info), 0);
  ck_assert_int_eq(info.st_mode & 0777, 0644);
}
END_TEST

START_TEST(test_empty_folder_becomes_private) {
  struct stat info;
  const char *a = fixture_path(&f, "a");
  ck_assert_int_eq(rein_files_make_folder(a, 0755, f.diag), REIN_OK);
  check_run(a, false);
  ck_assert_int_eq(stat(a, &info), 0);
  ck_assert_int_eq(info.st_mode & 0777, 0700);
}
END_TEST

/* One byte of a part changes and its size does not: reading says so, running makes it anew. */
START_TEST(test_damaged_part_is_run_again) {
  const char *b = fixture_path(&f, "b");
  rein_study_reader *reader;
  check_run(fixture_path(&f, "a"), false);
  check_run(b, false);
  const int fd = open(fixture_path(&f, "b/parts/part-000001.nc"), O_RDWR);
  ck_assert_int_eq(pwrite(fd, "?", 1, 5000), 1);
  close(fd);
  ck_assert_int_eq(rein_reader_open(f.arena, b, true, f.diag, &reader), REIN_ERR_FILE);
  ck_assert_ptr_nonnull(strstr(fixture_messages(&f), "part-000001.nc' is not what the manifest says"));
  check_run(b, false);
  fixture_compare(&f, fixture_path(&f, "a"), b);
}
END_TEST

START_TEST(test_two_processes_on_one_folder) {
  rein_study *study, *second;
  const char *a = fixture_path(&f, "a");
  ck_assert_int_eq(rein_study_open(f.arena, a, f.scenario, f.tape, f.plan, &f.options, f.diag, &study),
                   REIN_OK);
  ck_assert_int_eq(rein_study_open(f.arena, a, f.scenario, f.tape, f.plan, &f.options, f.diag, &second),
                   REIN_ERR_FILE);
  ck_assert_ptr_nonnull(strstr(fixture_messages(&f), "another process is writing"));
  ck_assert_int_eq(rein_study_close(study, f.diag), REIN_OK);
}
END_TEST

START_TEST(test_modes) {
  struct stat info;
  umask(022);
  check_run(fixture_path(&f, "a"), false);
  ck_assert_int_eq(stat(fixture_path(&f, "a"), &info), 0);
  ck_assert_int_eq(info.st_mode & 0777, 0700);
}
END_TEST

START_TEST(test_shards_and_merge) {
  const char *shard[3] = {fixture_path(&f, "s1"), fixture_path(&f, "s2"), fixture_path(&f, "s3")};
  check_run(fixture_path(&f, "a"), false);
  f.options.n_shard = 3;
  for (f.options.shard = 1; f.options.shard <= 3; f.options.shard++)
    check_run(shard[f.options.shard - 1], false);
  ck_assert_msg(rein_merge(f.arena, shard, 3, fixture_path(&f, "m"), f.diag) == REIN_OK, "%s",
                fixture_messages(&f));
  fixture_compare(&f, fixture_path(&f, "a"), fixture_path(&f, "m"));
}
END_TEST

START_TEST(test_merge_refuses) {
  const char *a = fixture_path(&f, "a"), *b = fixture_path(&f, "b");
  const char *twice[2] = {a, a}, *lacking[1] = {a}, *other[2] = {a, b};
  f.options.shard = 1, f.options.n_shard = 3;
  check_run(a, false);
  f.scenario->seed = 8;
  f.options.shard = 2;
  check_run(b, false);
  const char *out = fixture_path(&f, "m");
  ck_assert_int_eq(rein_merge(f.arena, twice, 2, out, f.diag), REIN_ERR_INPUT);
  ck_assert_ptr_nonnull(strstr(fixture_messages(&f), "a shard may be given once only"));
  ck_assert_int_eq(rein_merge(f.arena, lacking, 1, out, f.diag), REIN_ERR_INPUT);
  ck_assert_ptr_nonnull(strstr(fixture_messages(&f), "2 of 3 parts are in none of the folders"));
  ck_assert_int_eq(rein_merge(f.arena, other, 2, out, f.diag), REIN_ERR_INPUT);
  ck_assert_ptr_nonnull(strstr(fixture_messages(&f), "are not shards of one study"));
  ck_assert(!rein_files_exists(out));
}
END_TEST

START_TEST(test_merge_finds_a_changed_part) {
  const char *a[1] = {fixture_path(&f, "a")};
  check_run(a[0], false);
  const int fd = open(fixture_path(&f, "a/parts/part-000001.nc"), O_RDWR);
  ck_assert_int_eq(pwrite(fd, "?", 1, 5000), 1);
  close(fd);
  ck_assert_int_eq(rein_merge(f.arena, a, 1, fixture_path(&f, "m"), f.diag), REIN_ERR_FILE);
  ck_assert_ptr_nonnull(strstr(fixture_messages(&f), "is not what the manifest beside it says"));
  ck_assert(!rein_files_exists(fixture_path(&f, "m"))); /* nothing half done is left */
}
END_TEST

/* A file may not grow past a limit: the part is refused, one message, the folder is as before; without it the
 * run goes on. */
START_TEST(test_full_disk) {
  const char *a = fixture_path(&f, "a"), *b = fixture_path(&f, "b");
  const struct rlimit small = {20000, 20000};
  check_run(b, false);
  const pid_t child = fork();
  if (child == 0) {
    signal(SIGXFSZ, SIG_IGN);
    setrlimit(RLIMIT_FSIZE, &small);
    const rein_status status = fixture_run(&f, a, false);
    _exit(status == REIN_ERR_SINK && rein_diag_n_error(f.diag) == 1 &&
                  strstr(fixture_messages(&f), "the finished parts stay")
              ? 0
              : 1);
  }
  int how;
  waitpid(child, &how, 0);
  ck_assert_int_eq(WEXITSTATUS(how), 0);
  ck_assert(!rein_files_exists(fixture_path(&f, "a/parts/part-000000.nc")));
  check_run(a, false);
  fixture_compare(&f, a, b);
}
END_TEST

/* Whether any file below `path` holds the text. */
static bool is_anywhere(const char *path, const char *text) {
  DIR *dir = opendir(path);
  bool found = false;
  for (struct dirent *e; dir && !found && (e = readdir(dir));) {
    if (e->d_name[0] == '.' && (e->d_name[1] == 0 || e->d_name[1] == '.')) continue;
    const char *inner = rein_arena_printf(f.arena, "%s/%s", path, e->d_name);
    struct stat info;
    stat(inner, &info);
    if (S_ISDIR(info.st_mode)) {
      found = is_anywhere(inner, text);
    } else {
      const rein_source *bytes = fixture_read(&f, path, e->d_name);
      found = strstr(e->d_name, text) || memmem(bytes->bytes, bytes->n_byte, text, strlen(text));
    }
  }
  if (dir) closedir(dir);
  return found;
}

START_TEST(test_no_identifier_leaves) {
  static const char *id[11];
  for (int i = 0; i < 11; i++) id[i] = "Quetzalcoatl-4711";
  f.scenario->id = f.scenario->source_id = id;
  f.scenario->individual_data = true;
  f.scenario->path = "/home/Quetzalcoatl-4711/scenario.yaml";
  f.options.command_line = "rein run Quetzalcoatl-4711.yaml";
  check_run(fixture_path(&f, "a"), false);
  ck_assert(!is_anywhere(fixture_path(&f, "a"), "Quetzalcoatl"));
  ck_assert(is_anywhere(fixture_path(&f, "a"), "made_up_study")); /* the search finds what is there */
}
END_TEST

START_TEST(test_inputs_are_kept) {
  const rein_study_input input = {"model.yaml", "rein: model/1\n", 14};
  f.options.input = &input;
  f.options.n_input = 1;
  check_run(fixture_path(&f, "a"), false);
  ck_assert_str_eq(fixture_read(&f, fixture_path(&f, "a"), "inputs/model.yaml")->bytes, "rein: model/1\n");
  ck_assert_ptr_nonnull(strstr(fixture_read(&f, fixture_path(&f, "a"), "run.yaml")->bytes,
                               "file: 'inputs/model.yaml', sha256: '"));
}
END_TEST

Suite *rein_suite_study(void);
Suite *rein_suite_study(void) {
  Suite *suite = suite_create("study");
  TCase *tc = tcase_create("folder");
  tcase_add_checked_fixture(tc, set_up, tear_down);
  tcase_set_timeout(tc, 60);
  tcase_add_test(tc, test_same_bytes_in_any_order);
  tcase_add_test(tc, test_two_threads);
  tcase_add_test(tc, test_resume);
  tcase_add_test(tc, test_part_of_another_size_is_run_again);
  tcase_add_test(tc, test_kill_and_resume);
  tcase_add_test(tc, test_part_without_manifest_is_run_again);
  tcase_add_test(tc, test_killed_run_leaves_finished_parts);
  tcase_add_test(tc, test_other_study_is_refused);
  tcase_add_test(tc, test_foreign_folder_is_refused);
  tcase_add_test(tc, test_refused_folder_is_left_alone);
  tcase_add_test(tc, test_file_is_no_folder);
  tcase_add_test(tc, test_empty_folder_becomes_private);
  tcase_add_test(tc, test_damaged_part_is_run_again);
  tcase_add_test(tc, test_two_processes_on_one_folder);
  tcase_add_test(tc, test_modes);
  tcase_add_test(tc, test_shards_and_merge);
  tcase_add_test(tc, test_merge_refuses);
  tcase_add_test(tc, test_merge_finds_a_changed_part);
  tcase_add_test(tc, test_full_disk);
  tcase_add_test(tc, test_no_identifier_leaves);
  tcase_add_test(tc, test_inputs_are_kept);
  suite_add_tcase(suite, tc);
  return suite;
}
