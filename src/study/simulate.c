#include "src/study/simulate.h"

#include <math.h>
#include <sleef.h>
#include <stdio.h>
#include <string.h>
#include <sundials/sundials_version.h>
#include <sys/resource.h>
#include <unistd.h>

#include "solver/lane_matrix.h"
#include "solver/team.h"
#include "src/base/files.h"
#include "src/compile/compile.h"
#include "src/import/sbml.h"
#include "src/study/choose.h"

/* ---- pilot ---- */

typedef struct {
  int n_state;
  double *largest; /* (n_state) largest magnitude so far */
  int64_t n_fine;
  rein_outcome failure; /* of the last lane that failed */
} pilot;

static rein_status take_pilot(void *context, const rein_batch_result *result) {
  pilot *p = context;
  for (int lane = 0; lane < result->n_lane; lane++) {
    if (!result->lane[lane].real) continue;
    if (result->outcome[lane].status == REIN_LANE_FAILED)
      p->failure = result->outcome[lane];
    else
      p->n_fine++;
    for (int t = 0; t < result->lane[lane].n_obs; t++) {
      for (int i = 0; i < p->n_state; i++) {
        const double value = fabs(
            result
                ->out[((size_t)t * (size_t)p->n_state + (size_t)i) * (size_t)result->n_lane + (size_t)lane]);
        if (isfinite(value)) p->largest[i] = fmax(p->largest[i], value);
      }
    }
  }
  return REIN_OK;
}

/* " = -0.3" of what a dose failed by. */
static const char *tell_value(const rein_outcome *f, char *words, size_t n) {
  words[0] = 0;
  if (f->fail == REIN_FAIL_DOSE) snprintf(words, n, " = %.6g", f->value);
  return words;
}

static void tell_pilot_failure(const rein_scenario *scenario, const rein_tape *tape, const rein_outcome *f,
                               rein_diag *diag) {
  const rein_pos nowhere = {NULL, 0, 0, 0};
  char value[32];
  rein_warning(
      diag, f->origin ? f->origin->pos : nowhere,
      "the typical individual fails under every arm: at %g %s, %s%s%s%s%s%s (%lld steps, %lld rates); "
      "scales are of what it reached until then",
      f->time, scenario->model->time_unit_text, rein_fail_meaning(f->fail), f->origin ? ", in " : "",
      f->origin && f->origin->label ? f->origin->label : "", tell_value(f, value, sizeof value),
      f->state >= 0 ? ", state " : "", f->state >= 0 ? tape->state[f->state].name : "", (long long)f->n_step,
      (long long)f->n_rate);
}

/* Scales that neither model nor pilot gives: of the smallest state in the same unit, else 1. */
static void fill_scales(const rein_model *model, const rein_tape *tape, const double *largest, double *scale,
                        rein_diag *diag) {
  for (int i = 0; i < tape->n_state; i++) scale[i] = tape->scale[i] > 0.0 ? tape->scale[i] : largest[i];
  for (int i = 0; i < tape->n_state; i++) {
    if (scale[i] > 0.0) continue;
    double least = INFINITY;
    for (int k = 0; k < tape->n_state; k++) {
      const double other = tape->scale[k] > 0.0 ? tape->scale[k] : largest[k];
      if (other > 0.0 && strcmp(tape->state[k].unit, tape->state[i].unit) == 0) least = fmin(least, other);
    }
    scale[i] = isfinite(least) ? least : 1.0;
    if (!isfinite(least)) {
      rein_warning(diag, model->state[i].pos,
                   "state '%s' stays 0 in the pilot run: its scale is taken as 1 %s; say `scale:` to set it",
                   tape->state[i].name, tape->state[i].unit);
    }
  }
}

static rein_status run_pilot(rein_arena *arena, const rein_simulation *s, const rein_kernels *kernels,
                             rein_diag *diag, double *scale) {
  const int n = s->tape->n_state;
  pilot p = {.n_state = n, .largest = REIN_NEW(arena, double, n)};
  double *atol = REIN_NEW(arena, double, n);
  bool all_declared = true;
  for (int i = 0; i < n; i++) {
    all_declared &= s->tape->scale[i] > 0.0;
    atol[i] = s->scenario->atol_rel * (s->tape->scale[i] > 0.0 ? s->tape->scale[i] : 1.0);
  }
  if (!all_declared) {
    rein_plan *plan;
    rein_status status = rein_scenario_pilot(arena, s->scenario, s->tape, atol, &plan);
    if (status != REIN_OK) return status;
    const rein_sink sink = {&p, take_pilot};
    const rein_ens_options options = {.n_thread = 1, .kernels = kernels};
    rein_ens_totals totals;
    status = rein_ens_run(s->tape, plan, &sink, &options, &totals);
    if (status != REIN_OK) return status;
    /* A failure is a result too: it becomes records, and the warning says where to look. */
    if (p.n_fine == 0) tell_pilot_failure(s->scenario, s->tape, &p.failure, diag);
  }
  fill_scales(s->scenario->model, s->tape, p.largest, scale, diag);
  return REIN_OK;
}

rein_status rein_simulation_prepare(rein_arena *arena, rein_units *units, const char *path,
                                    const rein_scenario_options *wanted, const rein_kernels *kernels,
                                    rein_diag *diag, rein_simulation *out) {
  rein_scenario_options options = wanted ? *wanted : (rein_scenario_options){0};
  rein_scenario *scenario;
  options.importer = rein_import_sbml;
  const rein_status status = rein_scenario_read(arena, units, path, &options, diag, &scenario);
  if (status != REIN_OK) return status;
  return rein_simulation_prepare_scenario(arena, scenario, NULL, kernels, diag, out);
}

rein_status rein_simulation_prepare_scenario(rein_arena *arena, rein_scenario *scenario, rein_tape *tape,
                                             const rein_kernels *kernels, rein_diag *diag,
                                             rein_simulation *out) {
  rein_simulation s = {.scenario = scenario, .tape = tape};
  rein_status status = tape ? REIN_OK : rein_compile(arena, scenario->model, diag, &s.tape);
  if (status != REIN_OK) return status;
  double *scale = REIN_NEW(arena, double, s.tape->n_state), *atol = REIN_NEW(arena, double, s.tape->n_state);
  status = run_pilot(arena, &s, kernels, diag, scale);
  if (status != REIN_OK) return status;
  for (int i = 0; i < s.tape->n_state; i++) atol[i] = s.scenario->atol_rel * scale[i];
  s.scale = scale;
  if (s.scenario->method_auto)
    status = rein_choose_method(arena, s.scenario, s.tape, atol, kernels, &s.choice);
  if (status != REIN_OK) return status;
  status = rein_scenario_plan(arena, s.scenario, s.tape, atol, &s.plan);
  if (status == REIN_OK) *out = s;
  return status;
}

/* ---- study ---- */

const rein_study_version *rein_simulation_versions(rein_arena *arena, int *n) {
  char sundials[64] = "";
  SUNDIALSGetVersion(sundials, sizeof sundials);
  rein_study_version *version = REIN_NEW(arena, rein_study_version, 4);
  version[0] = (rein_study_version){"rein", REIN_VERSION};
  version[1] = (rein_study_version){"SUNDIALS", rein_arena_strdup(arena, sundials)};
  version[2] =
      (rein_study_version){"SLEEF", rein_arena_printf(arena, "%d.%d.%d", SLEEF_VERSION_MAJOR,
                                                      SLEEF_VERSION_MINOR, SLEEF_VERSION_PATCHLEVEL)};
  version[3] = (rein_study_version){"compiler", __VERSION__};
  *n = 4;
  return version;
}

static rein_status describe_study(rein_arena *arena, const rein_simulation *s,
                                  const rein_simulation_options *options, rein_diag *diag,
                                  rein_study_options *out) {
  int n_version;
  const rein_study_version *version = rein_simulation_versions(arena, &n_version);
  *out = (rein_study_options){.choice = s->scenario->method_auto ? &s->choice : NULL,
                              .shard = options->shard,
                              .n_shard = options->n_shard,
                              .flags = REIN_FLOAT_FLAGS,
                              .version = version,
                              .n_version = n_version,
                              .n_thread = rein_team_size(options->n_thread),
                              .command_line = options->command_line};
  return rein_study_collect_inputs(arena, s->scenario, diag, out);
}

/* ---- size ---- */

/* What one thread holds for its batches: the lanes together, and those that are run alone. */
static int64_t thread_bytes(const rein_tape *tape, const rein_plan *plan) {
  rein_lu_plan *lu = NULL;
  int64_t n_lu = 0;
  if (rein_lu_plan_create(tape->n_state, tape->col_start, tape->row, NULL, &lu) == REIN_OK)
    n_lu = rein_lu_plan_n_entry(lu);
  rein_lu_plan_destroy(lu);
  /* Rows: slots, method's history and work vectors (some 20 of them) and the batch's own, Jacobian, LU, what
   * is delivered twice over (value and error estimate) and what waits to be. */
  const int64_t rows = tape->n_slot + 30 * (int64_t)tape->n_state + 2 * (int64_t)tape->n_nz + n_lu +
                       2 * (int64_t)plan->n_obs * plan->n_keep + tape->n_param + 1024;
  return rows * (plan->n_lane + REIN_LANE_MULTIPLE) * (int64_t)sizeof(double);
}

/* Bytes of memory that this process has now. */
static int64_t resident_bytes(rein_arena *arena) {
  const rein_source *text;
  const rein_pos nowhere = {0};
  long long n_page = 0;
  struct rusage usage;
  if (rein_files_read(arena, "/proc/self/statm", nowhere, rein_diag_create(arena), &text) == REIN_OK &&
      sscanf(text->bytes, "%*d %lld", &n_page) == 1)
    return n_page * sysconf(_SC_PAGESIZE);
  return getrusage(RUSAGE_SELF, &usage) == 0 ? (int64_t)usage.ru_maxrss * 1024 : 0;
}

rein_status rein_simulation_measure(rein_arena *arena, const rein_simulation *s,
                                    const rein_simulation_options *options, rein_diag *diag,
                                    rein_simulation_size *out) {
  rein_study_options study;
  rein_study_size size;
  rein_status status = describe_study(arena, s, options, diag, &study);
  if (status == REIN_OK) status = rein_study_measure(arena, s->scenario, s->tape, s->plan, &study, &size);
  if (status != REIN_OK) return status;
  const int64_t n_thread = study.n_thread < size.n_batch ? study.n_thread : size.n_batch;
  *out = (rein_simulation_size){.n_member = size.n_individual * s->scenario->n_arm,
                                .n_individual = size.n_individual,
                                .n_batch = size.n_batch,
                                .memory_bytes = resident_bytes(arena) + size.part_bytes +
                                                n_thread * thread_bytes(s->tape, s->plan),
                                .disk_bytes = size.disk_bytes};
  return REIN_OK;
}

/* ---- run ---- */

static rein_status open_study(rein_arena *arena, const rein_simulation *s, const char *folder,
                              const rein_simulation_options *options, rein_diag *diag, rein_study **out) {
  rein_study_options study;
  const rein_status status = describe_study(arena, s, options, diag, &study);
  return status == REIN_OK ? rein_study_open(arena, folder, s->scenario, s->tape, s->plan, &study, diag, out)
                           : status;
}

rein_status rein_simulation_run(rein_arena *arena, const rein_simulation *s, const char *folder,
                                const rein_simulation_options *options, rein_diag *diag,
                                rein_simulation_totals *totals) {
  rein_study *study;
  rein_simulation_totals sum = {0};
  rein_status status = open_study(arena, s, folder, options, diag, &study);
  if (status != REIN_OK) return status;
  const rein_sink sink = rein_study_sink(study);
  const rein_ens_options ens = {.n_thread = options->n_thread,
                                .kernels = options->kernels,
                                .wanted = rein_study_wanted,
                                .wanted_context = study,
                                .progress = options->progress,
                                .progress_context = options->progress_context};
  status = rein_ens_run(s->tape, s->plan, &sink, &ens, &sum.now);
  /* Parts that are whole are kept whatever happened; the first failure is the one that counts. */
  const rein_manifest *manifest = rein_study_manifest(study);
  sum.n_part_wanted = manifest->n_part;
  const rein_status closed = rein_study_close(study, diag);
  if (status == REIN_OK || status == REIN_ERR_SINK) status = closed != REIN_OK ? closed : status;
  sum.in_folder = rein_manifest_sum(manifest);
  if (status != REIN_OK && status != REIN_ERR_INTERRUPTED) return status;
  *totals = sum;
  return status == REIN_OK && sum.in_folder.n_failed > 0 ? REIN_ERR_MEMBERS : status;
}
