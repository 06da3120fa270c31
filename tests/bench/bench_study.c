/* What compiling takes and what writing records adds. */
#include "tests/bench/bench_study.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "src/base/files.h"
#include "src/compile/compile.h"
#include "src/study/simulate.h"

/* A chain with branches: n states, each with synthesis, saturable loss and exchange with two others. */
static char *large_model(int n_state) {
  size_t capacity = (size_t)n_state * 420 + 1000, at = 0;
  char *text = malloc(capacity);
  if (!text) exit(4);
#define ADD(...) (at += (size_t)snprintf(text + at, capacity - at, __VA_ARGS__))
  ADD("rein: model/1\nname: large\ntime: min\nparameters:\n");
  for (int k = 0; k < 20; k++) ADD("  k%d: {value: %g 1/min, assumed: benchmark}\n", k, 0.01 * (k + 1));
  ADD("  m: {value: 5 nmol/L, assumed: benchmark}\nstates:\n");
  for (int i = 0; i < n_state; i++)
    ADD("  s%d: {unit: nmol/L, initial: %d 'nmol/L', scale: 10 nmol/L}\n", i, 1 + i % 9);
  ADD("processes:\n");
  for (int i = 0; i < n_state; i++) {
    int next = (i + 1) % n_state, branch = (i * 7 + 3) % n_state;
    ADD("  f%d: {from: s%d, to: s%d, rate: k%d * s%d * m / (m + s%d)}\n", i, i, next, i % 20, i, branch);
    ADD("  g%d: {from: s%d, rate: k%d * s%d / (1 + s%d / m)}\n", i, i, (i + 7) % 20, i, next);
  }
#undef ADD
  return text;
}

static double compile_seconds(const char *path, int *n_operation) {
  rein_arena *arena = rein_arena_create();
  rein_diag *diag = rein_diag_create(arena);
  rein_units *units = NULL;
  rein_model *model = NULL;
  rein_tape *tape = NULL;
  rein_status status = rein_units_create(diag, &units);
  double start = bench_now();
  if (status == REIN_OK) status = rein_model_read(arena, units, path, (rein_pos){0}, diag, &model);
  double read = bench_now();
  if (status == REIN_OK) status = rein_compile(arena, model, diag, &tape);
  double end = bench_now();
  if (status != REIN_OK) fprintf(stderr, "bench: the large model does not compile\n"), exit(3);
  *n_operation = tape->program[REIN_PROG_RATES].n_state_code + tape->program[REIN_PROG_JACOBIAN].n_state_code;
  printf("  %d states, %d operations: read and check %.0f ms, compile %.0f ms, model %.0f MB\n",
         tape->n_state, *n_operation, 1e3 * (read - start), 1e3 * (end - read),
         (double)rein_arena_bytes(arena) / 1e6);
  rein_units_destroy(units);
  rein_arena_destroy(arena);
  return end - read;
}

void bench_compile(void) {
  static const int sizes[] = {500, 5000, 20000};
  printf("compiling\n");
  for (int i = 0; i < 3; i++) {
    char path[] = "/tmp/rein-bench-XXXXXX.yaml";
    int fd = mkstemps(path, 5), n_operation;
    char *text = large_model(sizes[i]);
    if (fd < 0 || write(fd, text, strlen(text)) < 0) exit(4);
    close(fd);
    free(text);
    compile_seconds(path, &n_operation);
    unlink(path);
  }
}

/* ---- integrating without records ---- */

static rein_status nothing(void *context, const rein_batch_result *result) {
  (void)context, (void)result;
  return REIN_OK;
}

static double run_without(const rein_simulation *s) {
  rein_sink sink = {NULL, nothing};
  rein_ens_options options = {.n_thread = 1};
  double start = bench_cpu();
  if (rein_ens_run(s->tape, s->plan, &sink, &options, NULL) != REIN_OK) exit(1);
  return bench_cpu() - start;
}

/* ---- individual dose times in a scenario ---- */

static void prepare(rein_arena *arena, rein_units *units, const char *model, const char *method,
                    const char *jitter, rein_simulation *out) {
  char path[] = "/tmp/rein-bench-XXXXXX.yaml", *here = realpath(model, NULL);
  const int fd = mkstemps(path, 5);
  FILE *file = fd < 0 ? NULL : fdopen(fd, "w");
  if (!file || !here) exit(4);
  fprintf(file,
          "rein: scenario/1\nname: times\nmodel: %s\nseed: 3\ncohort: {n: 2048}\nkeep: [states]\n"
          "solver: {method: %s}\nmeasure: {from: 0 h, to: 672 h, every: 1 h}\narms:\n  daily:\n    actions:\n"
          "      - {do: oral, amount: 100 mg, every: 24 h, count: 28%s}\n",
          here, method, jitter);
  fclose(file);
  free(here);
  rein_diag *diag = rein_diag_create(arena);
  const rein_scenario_options wanted = {0};
  const rein_status status = rein_simulation_prepare(arena, units, path, &wanted, NULL, diag, out);
  unlink(path);
  if (status == REIN_OK) return;
  rein_text text;
  rein_text_init(&text, arena);
  rein_diag_print(diag, &text);
  fprintf(stderr, "bench: %s", text.bytes), exit(3);
}

void bench_times(const char *model, const char *method) {
  rein_arena *arena = rein_arena_create();
  rein_units *units = NULL;
  rein_simulation common, own;
  if (rein_units_create(rein_diag_create(arena), &units) != REIN_OK) exit(4);
  prepare(arena, units, model, method, "", &common);
  prepare(arena, units, model, method, ", jitter: 2 h", &own);
  double ratio[5];
  for (int i = 0; i < 5; i++) {
    const double same = run_without(&common);
    ratio[i] = run_without(&own) / same;
  }
  printf(
      "scenario, doses jittered with an SD of 2 h, %s: %.2f of the time of common times (%d individuals)\n",
      method, bench_median(ratio, 5), (int)common.scenario->n_individual);
  rein_units_destroy(units);
  rein_arena_destroy(arena);
}

/* ---- writing ---- */

static double run_with(const rein_simulation *s, int i) {
  char folder[60];
  snprintf(folder, sizeof folder, "/tmp/rein-bench-%ld-%d", (long)getpid(), i);
  rein_arena *arena = rein_arena_create();
  rein_simulation_options options = {.n_thread = 1};
  rein_simulation_totals totals;
  double start = bench_cpu();
  rein_status status = rein_simulation_run(arena, s, folder, &options, rein_diag_create(arena), &totals);
  double seconds = bench_cpu() - start;
  rein_arena_destroy(arena);
  char command[100];
  snprintf(command, sizeof command, "rm -rf '%s'", folder);
  if (status != REIN_OK || system(command) != 0) exit(1);
  return seconds;
}

/* The scenario as it stands, by the method given, as file `path` (a template of mkstemps): runs copy it. */
static void prepare_by(rein_arena *arena, rein_units *units, const char *scenario, const char *method,
                       char *path, rein_simulation *out) {
  rein_diag *diag = rein_diag_create(arena);
  const rein_source *source;
  const rein_scenario_options wanted = {.n_individual = 10000};
  const int fd = mkstemps(path, 5);
  FILE *file = fd < 0 ? NULL : fdopen(fd, "w");
  rein_status status = file ? rein_files_read(arena, scenario, (rein_pos){0}, diag, &source) : REIN_ERR_FILE;
  if (status == REIN_OK) fprintf(file, "%s\nsolver: {method: %s}\n", source->bytes, method);
  if (file) fclose(file);
  if (status == REIN_OK) status = rein_simulation_prepare(arena, units, path, &wanted, NULL, diag, out);
  if (status != REIN_OK) fprintf(stderr, "bench: %s does not run\n", scenario), exit(3);
}

void bench_writing(const char *scenario, const char *method) {
  rein_arena *arena = rein_arena_create();
  rein_units *units = NULL;
  rein_simulation simulation;
  if (rein_units_create(rein_diag_create(arena), &units) != REIN_OK) exit(4);
  setenv("REIN_MODELS", "models", 1);
  char path[] = "/tmp/rein-bench-XXXXXX.yaml";
  prepare_by(arena, units, scenario, method, path, &simulation);
  double ratio[5];
  for (int i = 0; i < 5; i++) {
    double without = run_without(&simulation);
    ratio[i] = run_with(&simulation, i) / without;
  }
  printf("writing records, %s: %.3f of the time without (%s, 10000 individuals, processor time of one thread "
         "and "
         "the writer)\n",
         method, bench_median(ratio, 5), scenario);
  unlink(path);
  rein_units_destroy(units);
  rein_arena_destroy(arena);
}
