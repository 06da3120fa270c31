/* Any bytes as a scenario, beside a model m.yaml and a table p.csv: no crash; what is read without errors
 * prints, and its first batch fills. */
#include <assert.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "src/base/files.h"
#include "src/compile/compile.h"
#include "src/scenario/scenario.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);

static const char MODEL[] =
    "rein: model/1\nname: m\ntime: h\n"
    "covariates:\n  weight: {unit: kg, typical: 70 kg}\n"
    "parameters:\n"
    "  CL: {value: 5 L/h, between: 'lognormal(cv: 30 %)', uncertain: 'lognormal(cv: 10 %)', assumed: "
    "example}\n"
    "  V: {value: 50 L, between: 'lognormal(cv: 20 %, low: 40 L)', assumed: example}\n"
    "  boost: {value: 0 mg/h, assumed: example}\n  tlag: {value: 1 h, assumed: example}\n"
    "correlations:\n  - {between: [CL, V], rho: 0.5}\n"
    "states:\n  gut: {unit: mg, initial: 0}\n  central: {unit: mg, initial: 0}\n"
    "values:\n  conc: {is: central / V, unit: mg/L}\n"
    "processes:\n  absorption: {from: gut, to: central, rate: 1 '1/h' * gut}\n"
    "  elimination: {from: central, rate: CL * conc}\n  making: {to: central, rate: boost}\n"
    "actions:\n  oral: {unit: mg, into: gut, lag: tlag}\n  iv: {unit: mg, into: central, duration: 2 h}\n"
    "  stim: {unit: mg/h, sets: boost}\n"
    "observables:\n  c: {is: conc, unit: mg/L, noise: none}\n";
static const char TABLE[] = "id,wt,dose\nx1,70,100\nx2,81.5,120\nx3,64,90\n";

/* Once: a folder of its own, so that paths in the input find nothing else. */
static void enter_folder(void) {
  static char folder[] = "/tmp/rein-fuzz-XXXXXX";
  static int entered;
  if (entered) return;
  entered = 1;
  rein_arena *arena = rein_arena_create();
  rein_diag *diag = rein_diag_create(arena);
  if (!mkdtemp(folder) || chdir(folder) != 0) abort();
  if (rein_files_write("m.yaml", MODEL, strlen(MODEL), diag) ||
      rein_files_write("p.csv", TABLE, strlen(TABLE), diag))
    abort();
  rein_arena_destroy(arena);
}

static void fill_first_batch(rein_arena *arena, rein_diag *diag, const rein_scenario *scenario) {
  rein_tape *tape;
  rein_plan *plan;
  if (rein_compile(arena, scenario->model, diag, &tape) != REIN_OK) return;
  double *atol = REIN_NEW(arena, double, tape->n_state);
  if (rein_scenario_plan(arena, scenario, tape, atol, &plan) != REIN_OK) abort();
  if (plan->n_lane > 4096) return;
  rein_eval *eval = rein_eval_create(tape, plan->n_lane, rein_kernels_best());
  rein_lane_plan *lane = calloc((size_t)plan->n_lane, sizeof *lane);
  if (!eval || !lane) abort();
  if (plan->fill(plan->context, 0, eval, lane) != REIN_OK) abort();
  for (int l = 0; l < plan->n_lane; l++) {
    for (size_t i = 1; i < lane[l].n_item; i++) assert(lane[l].item[i].time >= lane[l].item[i - 1].time);
    free(lane[l].item);
    free(lane[l].dose);
  }
  free(lane);
  rein_eval_destroy(eval);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n) {
  enter_folder();
  rein_arena *arena = rein_arena_create();
  rein_diag *diag = rein_diag_create(arena);
  static rein_units *units; /* loading them takes longer than all the rest */
  rein_scenario *scenario = NULL;
  rein_text text;
  rein_text_init(&text, arena);
  if (!units && rein_units_create(diag, &units) != REIN_OK) abort();
  char *copy = rein_arena_strndup(arena, (const char *)bytes, n);
  rein_status status = rein_scenario_read_source(
      arena, units, rein_source_create(arena, "fuzz.yaml", copy, n), NULL, diag, &scenario);
  assert((status == REIN_OK) == (rein_diag_n_error(diag) == 0));
  if (status == REIN_OK) {
    rein_scenario_print(scenario, &text);
    fill_first_batch(arena, diag, scenario);
  }
  rein_diag_print(diag, &text);
  rein_arena_destroy(arena);
  return 0;
}
