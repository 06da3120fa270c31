/* Same study, same bytes: the program on a real model with any number of threads, on each instruction set, in
 * shards, killed at random moments and resumed, and for a cohort that is the beginning of a longer one.
 * Compares files, not numbers. */
#include <check.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "solver/lanes.h"

static char folder[128];

static void setup(void) {
  strcpy(folder, "/tmp/rein-same-XXXXXX");
  ck_assert_ptr_nonnull(mkdtemp(folder));
}

static int shell(const char *format, ...) __attribute__((format(printf, 1, 2)));
static int shell(const char *format, ...) {
  char command[2048];
  va_list args;
  va_start(args, format);
  vsnprintf(command, sizeof command, format, args);
  va_end(args);
  int status = system(command);
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static void teardown(void) {
  shell("rm -rf '%s'", folder);
}

static const char *program(void) {
  const char *path = getenv("REIN_TEST_PROGRAM");
  return path ? path : "build/release/rein";
}

/* A sweep over real doses and adherence, small enough for a test: 600 individuals under 3 arms and their
 * references. */
static void write_scenario(void) {
  char path[200];
  snprintf(path, sizeof path, "%s/s.yaml", folder);
  FILE *file = fopen(path, "w");
  ck_assert_ptr_nonnull(file);
  fputs("rein: scenario/1\nname: same\ntitle: Small sweep\nmodel: warfarin\nseed: 7\ncohort: {n: 600}\n"
        "arms:\n  daily: {title: daily, actions: [{do: warfarin, every: 24 h, for: 7 d, adherence: 80 %}]}\n"
        "sweep:\n  dose: {field: actions.warfarin.amount, values: [2 mg, 5 mg, 10 mg]}\n"
        "counterfactual: {without: warfarin}\nmeasure: {from: 0 d, to: 7 d, every: 1 d}\nhorizons: [1 d, 7 "
        "d]\nkeep: [states]\n",
        file);
  fclose(file);
}

static int run(const char *out, const char *options) {
  return shell("REIN_MODELS=$PWD/models '%s' run '%s/s.yaml' --quiet --out '%s/%s' %s 2>'%s/words'",
               program(), folder, folder, out, options, folder);
}

static bool same_study(const char *a, const char *b) {
  return shell("cd '%s' && cmp -s '%s/manifest' '%s/manifest' && diff -r '%s/parts' '%s/parts' >/dev/null",
               folder, a, b, a, b) == 0;
}

START_TEST(test_threads) {
  write_scenario();
  ck_assert_int_eq(run("one", "--threads 1"), 0);
  ck_assert_int_eq(run("two", "--threads 2"), 0);
  ck_assert_int_eq(run("five", "--threads 5"), 0);
  ck_assert(same_study("one", "two"));
  ck_assert(same_study("one", "five"));
  ck_assert_int_eq(run("other", "--threads 1 --seed 8"), 0);
  ck_assert(!same_study("one", "other")); /* the comparison can fail */
}
END_TEST

START_TEST(test_instruction_sets) {
  write_scenario();
  ck_assert_int_eq(run("best", ""), 0);
  for (int isa = 0; isa < REIN_N_ISA; isa++) {
    const rein_kernels *kernels = rein_kernels_get((rein_isa)isa);
    if (!kernels) continue; /* this processor lacks it */
    char option[40];
    snprintf(option, sizeof option, "--isa %s", kernels->name);
    ck_assert_int_eq(run(kernels->name, option), 0);
    if (rein_lanes_same_bits()) ck_assert_msg(same_study("best", kernels->name), "%s", kernels->name);
  }
}
END_TEST

START_TEST(test_shards) {
  write_scenario();
  ck_assert_int_eq(run("whole", ""), 0);
  for (int k = 1; k <= 3; k++) {
    char out[20], option[40];
    snprintf(out, sizeof out, "shard%d", k);
    snprintf(option, sizeof option, "--shard %d/3", k);
    ck_assert_int_eq(run(out, option), 0);
  }
  ck_assert_int_eq(shell("'%s' merge '%s/merged' '%s/shard1' '%s/shard2' '%s/shard3' 2>'%s/words'", program(),
                         folder, folder, folder, folder, folder),
                   0);
  ck_assert(same_study("whole", "merged"));
}
END_TEST

/* Starts a run and kills it after a random while; true if it was killed before it ended. */
static bool run_and_kill(const char *out, unsigned wait_us) {
  pid_t child = fork();
  if (child == 0) {
    char scenario[200], to[200];
    snprintf(scenario, sizeof scenario, "%s/s.yaml", folder);
    snprintf(to, sizeof to, "%s/%s", folder, out);
    setenv("REIN_MODELS", "models", 1);
    execl(program(), "rein", "run", scenario, "--quiet", "--threads", "1", "--out", to, (char *)NULL);
    _exit(127);
  }
  usleep(wait_us);
  int status = 0;
  kill(child, SIGKILL);
  waitpid(child, &status, 0);
  return WIFSIGNALED(status);
}

START_TEST(test_killed_and_resumed) {
  write_scenario();
  struct timespec start, end;
  clock_gettime(CLOCK_MONOTONIC, &start);
  ck_assert_int_eq(run("whole", "--threads 1"), 0);
  clock_gettime(CLOCK_MONOTONIC, &end);
  double length_us = 1e6 * (double)(end.tv_sec - start.tv_sec) + 1e-3 * (double)(end.tv_nsec - start.tv_nsec);
  unsigned random = 12345;
  const int n_trial = getenv("REIN_TEST_LONG") ? 200 : 20;
  int n_killed = 0;
  for (int trial = 0; trial < n_trial; trial++) {
    char out[20];
    snprintf(out, sizeof out, "kill%d", trial);
    random = random * 1103515245u + 12345u;
    n_killed += run_and_kill(out, (unsigned)(length_us * (double)(random >> 16 & 0x7fff) / 32768.0));
    ck_assert_int_eq(run(out, "--threads 2"), 0); /* the same command goes on */
    ck_assert_msg(same_study("whole", out), "trial %d", trial);
    shell("rm -r '%s/%s'", folder, out);
  }
  ck_assert_int_ge(n_killed, n_trial / 2); /* most trials must have hit a running study */
}
END_TEST

START_TEST(test_cohort_prefix) { /* the first individuals do not depend on how many follow */
  write_scenario();
  ck_assert_int_eq(run("long", ""), 0);
  ck_assert_int_eq(run("short", "--n 37"), 0);
  for (int i = 0; i < 2; i++)
    ck_assert_int_eq(shell("'%s' export '%s/%s' --format csv 2>/dev/null | grep -v '^#' > '%s/%s.csv'",
                           program(), folder, i ? "short" : "long", folder, i ? "short" : "long"),
                     0);
  /* the run's own hash and sizes differ; individuals, values and counters may not */
  ck_assert_int_eq(
      shell("cd '%s' && for f in long short; do "
            "awk -F, 'NR==1{for(i=1;i<=NF;i++)if($i==\"individual\")k=i} NR>1&&$k<37' $f.csv | "
            "sed -E 's/[0-9a-f]{64}//g' > $f.rows; done; test -s short.rows && cmp -s long.rows short.rows",
            folder),
      0);
}
END_TEST

Suite *rein_suite_same_program(void);
Suite *rein_suite_same_program(void) {
  Suite *suite = suite_create("same/program");
  TCase *tc = tcase_create("all");
  tcase_add_checked_fixture(tc, setup, teardown);
  tcase_set_timeout(tc, getenv("REIN_TEST_LONG") ? 1800 : 180);
  tcase_add_test(tc, test_threads);
  tcase_add_test(tc, test_instruction_sets);
  tcase_add_test(tc, test_shards);
  tcase_add_test(tc, test_killed_and_resumed);
  tcase_add_test(tc, test_cohort_prefix);
  suite_add_tcase(suite, tc);
  return suite;
}
