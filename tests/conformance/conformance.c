/* Runs the SBML semantic test suite, or one case of it.
 *
 *   conformance FOLDER [--jobs N] [--expected FILE] [--write FILE] [--only CATEGORY] [--slow] [--yaml]
 *   conformance --case FOLDER NAME OUTPUT LEVEL VERSION      the suite's wrapper convention: OUTPUT/NAME.csv
 *
 * FOLDER holds cases/NNNNN and index.tsv (case, category). Prints every case that did not pass, a table by
 * category and a line of totals. Exit 1 when a case listed in --expected does not pass. Cases are run by
 * processes of their own, so that one that breaks down is counted like any other failure. */
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/conformance/case.h"

#define MAX_CASE 4000
#define TIME_LIMIT_S 60 /* one case */

typedef struct {
  char name[16], category[32];
} listed;

typedef struct {
  atomic_int next;
  int under_way[64]; /* by worker: its case, or -1 */
  case_result result[MAX_CASE];
} shared;

static listed list[MAX_CASE];
static int n_list;
static bool by_yaml; /* every model by way of its YAML */

static bool read_index(const char *folder, const char *only) {
  char path[4096], line[65536];
  snprintf(path, sizeof path, "%s/index.tsv", folder);
  FILE *f = fopen(path, "r");
  if (!f) return perror(path), false;
  bool header = true;
  while (fgets(line, sizeof line, f)) {
    char *name = strtok(line, "\t"), *category = strtok(NULL, "\t"), *type = strtok(NULL, "\t");
    if (header || !type || strcmp(type, "TimeCourse") != 0) {
      header = false;
      continue;
    }
    if (only && strcmp(only, category) != 0 && strcmp(only, name) != 0) continue;
    if (n_list == MAX_CASE) break;
    snprintf(list[n_list].name, sizeof list->name, "%s", name);
    snprintf(list[n_list++].category, sizeof list->category, "%s", category);
  }
  fclose(f);
  return n_list > 0;
}

static void work(shared *s, int worker, const char *folder) {
  char path[4096];
  for (;;) {
    int i = atomic_fetch_add(&s->next, 1);
    if (i >= n_list) return;
    s->under_way[worker] = i;
    s->result[i] = (case_result){CASE_FAILED, "broke down", 0};
    snprintf(path, sizeof path, "%s/cases/%s", folder, list[i].name);
    alarm(TIME_LIMIT_S);
    case_run(path, list[i].name, NULL, NULL, by_yaml, &s->result[i]);
  }
}

static pid_t start(shared *s, int worker, const char *folder) {
  fflush(stdout);
  pid_t pid = fork();
  if (pid != 0) return pid;
  work(s, worker, folder);
  _exit(0);
}

static void run_all(shared *s, const char *folder, int n_job) {
  pid_t pid[64];
  int n_alive = n_job, status;
  for (int w = 0; w < n_job; w++) pid[w] = start(s, w, folder);
  while (n_alive > 0) {
    pid_t gone = wait(&status);
    for (int w = 0; w < n_job; w++) {
      if (pid[w] != gone) continue;
      if (WIFSIGNALED(status))
        pid[w] = start(s, w, folder);
      else
        n_alive--;
    }
    if (gone < 0) return;
  }
}

static bool print_table(const shared *s) {
  static const char *const verdict[] = {"passed", "failed", "unsupported"};
  char done[64][32];
  int n_done = 0, total[3] = {0};
  for (int i = 0; i < n_list; i++)
    if (s->result[i].verdict != CASE_PASSED)
      printf("%s\t%s\t%s\t%s\n", list[i].name, list[i].category, verdict[s->result[i].verdict],
             s->result[i].reason);
  printf("\n%-24s %8s %8s %12s\n", "category", "passed", "failed", "unsupported");
  for (int i = 0; i < n_list; i++) {
    int count[3] = {0}, k = 0;
    while (k < n_done && strcmp(done[k], list[i].category) != 0) k++;
    if (k < n_done || n_done == 64) continue;
    strcpy(done[n_done++], list[i].category);
    for (int j = i; j < n_list; j++)
      if (strcmp(list[j].category, list[i].category) == 0) count[s->result[j].verdict]++;
    printf("%-24s %8d %8d %12d\n", list[i].category, count[0], count[1], count[2]);
    for (int v = 0; v < 3; v++) total[v] += count[v];
  }
  printf("total: %d of %d passed, %d failed, %d unsupported\n", total[0], n_list, total[1], total[2]);
  return total[0] == n_list;
}

/* Cases that passed before and do not now. */
static int compare_expected(const shared *s, const char *path) {
  char name[32];
  int n_lost = 0;
  FILE *f = fopen(path, "r");
  if (!f) return perror(path), 1;
  while (fscanf(f, "%31s", name) == 1)
    for (int i = 0; i < n_list; i++)
      if (strcmp(list[i].name, name) == 0 && s->result[i].verdict != CASE_PASSED) {
        printf("lost: %s passed before\n", name);
        n_lost++;
      }
  fclose(f);
  return n_lost;
}

static bool write_expected(const shared *s, const char *path) {
  FILE *f = fopen(path, "w");
  if (!f) return perror(path), false;
  for (int i = 0; i < n_list; i++)
    if (s->result[i].verdict == CASE_PASSED) fprintf(f, "%s\n", list[i].name);
  return fclose(f) == 0;
}

static void print_slow(const shared *s) {
  for (int i = 0; i < n_list; i++)
    if (s->result[i].seconds > 0.3) printf("slow: %s %.2f s\n", list[i].name, s->result[i].seconds);
}

static int run_one(char **arg) {
  char folder[4096], csv[4096], level[16];
  case_result result;
  snprintf(folder, sizeof folder, "%s/%s", arg[0], arg[1]);
  snprintf(csv, sizeof csv, "%s/%s.csv", arg[2], arg[1]);
  snprintf(level, sizeof level, "l%sv%s", arg[3], arg[4]);
  case_run(folder, arg[1], level, csv, false, &result);
  if (result.verdict != CASE_PASSED) fprintf(stderr, "%s: %s\n", arg[1], result.reason);
  return result.verdict == CASE_PASSED ? 0 : 1;
}

int main(int argc, char **argv) {
  const char *folder = NULL, *expected = NULL, *write = NULL, *only = NULL;
  int n_job = (int)sysconf(_SC_NPROCESSORS_ONLN);
  bool slow = false;
  if (argc == 7 && strcmp(argv[1], "--case") == 0) return run_one(argv + 2);
  for (int i = 1; i < argc; i++) {
    bool more = i + 1 < argc;
    if (more && strcmp(argv[i], "--jobs") == 0)
      n_job = atoi(argv[++i]);
    else if (more && strcmp(argv[i], "--expected") == 0)
      expected = argv[++i];
    else if (more && strcmp(argv[i], "--write") == 0)
      write = argv[++i];
    else if (more && strcmp(argv[i], "--only") == 0)
      only = argv[++i];
    else if (strcmp(argv[i], "--yaml") == 0)
      by_yaml = true;
    else if (strcmp(argv[i], "--slow") == 0)
      slow = true;
    else
      folder = argv[i];
  }
  if (!folder) return fprintf(stderr, "conformance: name the folder of the test suite\n"), 2;
  if (!read_index(folder, only)) return 3;
  n_job = n_job < 1 ? 1 : n_job > 64 ? 64 : n_job;
  shared *s = mmap(NULL, sizeof *s, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  if (s == MAP_FAILED) return perror("conformance"), 4;
  run_all(s, folder, n_job);
  print_table(s);
  if (slow) print_slow(s);
  if (write && !write_expected(s, write)) return 4;
  return expected && compare_expected(s, expected) ? 1 : 0;
}
