/* `make bench`: ratios, each in one run on one core, against the plain reference, with both sides' achieved
 * error.
 *
 *   bench pkpd.yaml pathway25.yaml     (run by make bench)
 *
 * Lines are "name value" with words behind; a figure is the median of paired runs. Nothing here is timed in
 * the test suite. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "solver/ensemble.h"
#include "src/compile/compile.h"
#include "tests/bench/bench_study.h"
#include "tests/bench/plain.h"

void pkpd_params(double *s);
void pkpd_rates(const double *s, double t, const double *y, double *out);
void pkpd_jacobian(const double *s, double t, const double *y, double *const *column);
extern const int pkpd_n_slot;
void pathway25_params(double *s);
void pathway25_rates(const double *s, double t, const double *y, double *out);
void pathway25_jacobian(const double *s, double t, const double *y, double *const *column);
extern const int pathway25_n_slot;

#define N_PAIR 5 /* paired runs a ratio */

double bench_now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

/* Of this process: what one thread does takes the same time however busy the machine is. */
double bench_cpu(void) {
  struct timespec t;
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
  return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static int rising(const void *a, const void *b) {
  double x = *(const double *)a, y = *(const double *)b;
  return (x > y) - (x < y);
}

double bench_median(double *v, int n) {
  qsort(v, (size_t)n, sizeof *v, rising);
  return n % 2 ? v[n / 2] : 0.5 * (v[n / 2 - 1] + v[n / 2]);
}

/* ---- a problem: model, task, individuals ---- */

typedef struct {
  const char *name;
  const rein_tape *tape;
  plain_model plain;
  plain_task task;
  int n_vary; /* the first n_vary parameters are lognormal with CV 30 % */
  int n_lane;
  double jitter; /* of dose times, each individual its own [h] */
  double rtol, atol;
  rein_method_kind method;
} problem;

/* A normal number from two whole numbers: a fixed hash and Box-Muller; seeds never change. */
static double normal(uint64_t i, uint64_t k) {
  uint64_t x = i * 0x9E3779B97F4A7C15u + k * 0xBF58476D1CE4E5B9u + 0x94D049BB133111EBu;
  double u[2];
  for (int j = 0; j < 2; j++) {
    x ^= x >> 30, x *= 0xBF58476D1CE4E5B9u, x ^= x >> 27, x *= 0x94D049BB133111EBu, x ^= x >> 31;
    u[j] = ((double)(x >> 11) + 0.5) / 9007199254740992.0;
  }
  return sqrt(-2 * log(u[0])) * cos(2 * 3.14159265358979323846 * u[1]);
}

static double parameter(const problem *p, int64_t individual, int i) {
  double sd = i < p->n_vary ? sqrt(log(1 + 0.3 * 0.3)) : 0;
  return p->tape->param_default[i] * exp(sd * normal((uint64_t)individual, (uint64_t)i));
}

typedef struct {
  const problem *p;
  double *out; /* (n x n_obs x n_state) or NULL */
  int64_t n;
} receiver;

static rein_status fill(void *context, int64_t i_batch, rein_eval *eval, rein_lane_plan *lane) {
  const problem *p = ((receiver *)context)->p;
  for (int l = 0; l < p->n_lane; l++) {
    int64_t individual = i_batch * p->n_lane + l;
    for (int i = 0; i < p->tape->n_param; i++) rein_eval_row(eval, i)[l] = parameter(p, individual, i);
    lane[l].individual = individual, lane[l].real = true, lane[l].t_start = 0, lane[l].t_end = p->task.t_end;
    lane[l].obs = p->task.obs, lane[l].n_obs = p->task.n_obs;
    for (int k = 0; k < p->task.n_dose; k++) {
      double moved = k ? p->jitter * (2 * fmod(0.618034 * (double)(individual * 31 + k), 1) - 1) : 0;
      if (!rein_lane_add_item(&lane[l], (rein_item){p->task.dose_time[k] + moved, REIN_ITEM_ADD,
                                                    p->task.dose_state, p->task.dose}))
        return REIN_ERR_MEMORY;
    }
  }
  return REIN_OK;
}

static rein_status take(void *context, const rein_batch_result *r) {
  receiver *to = context;
  const size_t n_state = (size_t)to->p->tape->n_state, n_obs = (size_t)to->p->task.n_obs;
  for (int l = 0; to->out && l < r->n_lane; l++) {
    int64_t individual = r->lane[l].individual;
    for (size_t i = 0; individual < to->n && i < n_obs * n_state; i++)
      to->out[(size_t)individual * n_obs * n_state + i] = r->out[i * (size_t)r->n_lane + (size_t)l];
  }
  return REIN_OK;
}

/* Seconds for n individuals, of the processor where there is one thread; out as in receiver. */
static double run_rein(const problem *p, int64_t n, int n_thread, const rein_kernels *kernels, double *out,
                       rein_ens_totals *totals) {
  int keep[64];
  double atol[64];
  for (int s = 0; s < p->tape->n_state; s++) keep[s] = s, atol[s] = p->atol;
  receiver to = {p, out, n};
  rein_plan plan = {.context = &to,
                    .n_batch = (n + p->n_lane - 1) / p->n_lane,
                    .n_lane = p->n_lane,
                    .n_obs = p->task.n_obs,
                    .keep = keep,
                    .n_keep = p->tape->n_state,
                    .atol = atol,
                    .rtol = p->rtol,
                    .method = p->method,
                    .max_steps = 1000000,
                    .fill = fill};
  rein_sink sink = {&to, take};
  rein_ens_options options = {.n_thread = n_thread, .kernels = kernels};
  double start = n_thread > 1 ? bench_now() : bench_cpu();
  rein_status status = rein_ens_run(p->tape, &plan, &sink, &options, totals);
  if (status != REIN_OK || totals->n_failed)
    fprintf(stderr, "bench: %s, %lld failed\n", rein_status_name(status), (long long)totals->n_failed),
        exit(1);
  return (n_thread > 1 ? bench_now() : bench_cpu()) - start;
}

static double run_plain(const problem *p, int n, double *out, long *n_step, long *n_rate) {
  double *slots = calloc((size_t)n * (size_t)p->plain.n_slot, sizeof *slots);
  double *initial = calloc((size_t)n * (size_t)p->plain.n_state, sizeof *initial);
  rein_eval *eval = rein_eval_create(p->tape, 8, rein_kernels_best());
  double time[8] = {0}, *rows = rein_rows_create((size_t)p->plain.n_state, 8);
  for (int i = 0; i < n; i++) {
    for (int k = 0; k < p->tape->n_param; k++)
      rein_eval_row(eval, k)[0] = slots[(size_t)i * (size_t)p->plain.n_slot + (size_t)k] = parameter(p, i, k);
    rein_eval_params(eval);
    rein_eval_run(eval, REIN_PROG_INITIAL, time, NULL, rows);
    for (int s = 0; s < p->plain.n_state; s++) initial[i * p->plain.n_state + s] = rows[s * 8];
  }
  plain_task task = p->task;
  task.rtol = p->rtol, task.atol = p->atol;
  double start = bench_cpu();
  int flag = plain_run(&p->plain, &task, n, slots, initial, out, n_step, n_rate);
  double seconds = bench_cpu() - start;
  if (flag < 0) fprintf(stderr, "bench: plain reference failed with %d\n", flag), exit(1);
  free(slots), free(initial), free(rows);
  rein_eval_destroy(eval);
  return seconds;
}

/* Largest difference over all outputs, relative to each state's largest value. */
static double error_of(const problem *p, const double *out, const double *exact, int n) {
  int n_state = p->tape->n_state;
  double worst = 0;
  for (int s = 0; s < n_state; s++) {
    double largest = 1e-300, difference = 0;
    for (size_t i = (size_t)s; i < (size_t)n * (size_t)(p->task.n_obs * n_state); i += (size_t)n_state) {
      largest = fmax(largest, fabs(exact[i]));
      difference = fmax(difference, fabs(out[i] - exact[i]));
    }
    worst = fmax(worst, difference / largest);
  }
  return worst;
}

static void against_plain(problem *p, int n_rein, int n_plain) {
  size_t n_out = (size_t)n_plain * (size_t)(p->task.n_obs * p->tape->n_state);
  double *mine = calloc(n_out, sizeof *mine), *theirs = calloc(n_out, sizeof *theirs),
         *exact = calloc(n_out, sizeof *exact);
  double ratio[N_PAIR], rate = 0;
  long n_step = 0, n_rate = 0;
  rein_ens_totals totals;
  for (int i = 0; i < N_PAIR; i++) {
    double a = run_plain(p, n_plain, theirs, &n_step, &n_rate) / n_plain;
    double b = run_rein(p, n_rein, 1, NULL, NULL, &totals) / n_rein;
    ratio[i] = a / b, rate = 1 / b;
  }
  int64_t steps = totals.n_step / totals.n_lane, rates = totals.n_rate / totals.n_lane;
  run_rein(p, n_plain, 1, NULL, mine, &totals);
  problem tight = *p;
  tight.rtol = 1e-11, tight.atol = 1e-12;
  run_rein(&tight, n_plain, 1, NULL, exact, &totals);
  printf("%s: %.1f times the plain reference (%s, %d lanes, %.0f individuals/s)\n", p->name,
         bench_median(ratio, N_PAIR), rein_kernels_best()->name, p->n_lane, rate);
  printf("  plain: %ld steps, %ld rate calls, error %.1e; rein: %lld steps, %lld rate calls a batch, error "
         "%.1e\n",
         n_step / n_plain, n_rate / n_plain, error_of(p, theirs, exact, n_plain), (long long)steps,
         (long long)rates, error_of(p, mine, exact, n_plain));
  free(mine), free(theirs), free(exact);
}

static void levels(problem *p, int n) {
  for (int isa = 0; isa < REIN_N_ISA; isa++) {
    const rein_kernels *k = rein_kernels_get((rein_isa)isa);
    if (!k) continue;
    rein_ens_totals totals;
    double ratio[3];
    for (int i = 0; i < 3; i++) {
      double best = run_rein(p, n, 1, NULL, NULL, &totals);
      ratio[i] = run_rein(p, n, 1, k, NULL, &totals) / best;
    }
    printf("  %s %s: %.2f of the best level's time\n", p->name, k->name, bench_median(ratio, 3));
  }
}

/* The one-step method against CVODE, each at tolerances that give about the same achieved error. */
static void one_step(const problem *p, int n, int n_check, double rtol_bdf, double atol_bdf, double rtol,
                     double atol) {
  problem side[3] = {*p, *p, *p};
  side[0].rtol = rtol_bdf, side[0].atol = atol_bdf;
  side[1].rtol = rtol, side[1].atol = atol, side[1].method = REIN_METHOD_DOPRI5;
  side[2].rtol = 1e-11, side[2].atol = 1e-12;
  rein_ens_totals totals;
  double *out[3], ratio[N_PAIR], seconds = 0;
  for (int i = 0; i < 3; i++) {
    out[i] = calloc((size_t)n_check * (size_t)(p->task.n_obs * p->tape->n_state), sizeof(double));
    run_rein(&side[i], n_check, 1, NULL, out[i], &totals);
  }
  for (int i = 0; i < N_PAIR; i++) {
    double bdf = run_rein(&side[0], n, 1, NULL, NULL, &totals);
    seconds = run_rein(&side[1], n, 1, NULL, NULL, &totals);
    ratio[i] = bdf / seconds;
  }
  printf("%s, dopri5: %.1f times CVODE (%.0f individuals/s, error %.1e; CVODE %.1e)\n", p->name,
         bench_median(ratio, N_PAIR), n / seconds, error_of(p, out[1], out[2], n_check),
         error_of(p, out[0], out[2], n_check));
  for (int i = 0; i < 3; i++) free(out[i]);
}

static void jitter(const problem *p, rein_method_kind method, int n) {
  problem common = *p, moved;
  common.method = method;
  moved = common;
  moved.jitter = 2;
  double ratio[N_PAIR];
  rein_ens_totals totals;
  for (int i = 0; i < N_PAIR; i++) {
    double same = run_rein(&common, n, 1, NULL, NULL, &totals);
    ratio[i] = run_rein(&moved, n, 1, NULL, NULL, &totals) / same;
  }
  printf("doses jittered by 2 h, %s: %.2f of the time of common times\n", rein_method_name(method),
         bench_median(ratio, N_PAIR));
}

static void threads(problem *p, int n) {
  double efficiency[N_PAIR];
  rein_ens_totals totals;
  for (int i = 0; i < N_PAIR; i++) {
    double start = bench_now();
    run_rein(p, n, 1, NULL, NULL, &totals);
    double one = bench_now() - start;
    efficiency[i] = one / (2 * run_rein(p, n, 2, NULL, NULL, &totals));
  }
  printf("two threads: efficiency %.2f\n", bench_median(efficiency, N_PAIR));
}

static const rein_tape *compile(rein_arena *arena, rein_units *units, const char *path) {
  rein_diag *diag = rein_diag_create(arena);
  rein_model *model = NULL;
  rein_tape *tape = NULL;
  rein_status status = rein_model_read(arena, units, path, (rein_pos){0}, diag, &model);
  if (status == REIN_OK) status = rein_compile(arena, model, diag, &tape);
  rein_text text;
  rein_text_init(&text, arena);
  rein_diag_print(diag, &text);
  fputs(text.bytes, stderr);
  if (status != REIN_OK) exit(rein_status_exit_code(status));
  return tape;
}

/* BENCH=jitter,times in the environment: only these. */
static bool wanted(const char *part) {
  const char *only = getenv("BENCH");
  return !only || strstr(only, part);
}

int main(int argc, char **argv) {
  if (argc != 3) return 2;
  bool second = strstr(argv[2], "pkpd") != NULL; /* the two models in either order */
  rein_arena *arena = rein_arena_create();
  rein_diag *diag = rein_diag_create(arena);
  rein_units *units = NULL;
  if (rein_units_create(diag, &units) != REIN_OK) return 4;
  static double hour[673], dose[28], minute[100];
  for (int i = 0; i <= 672; i++) hour[i] = i;
  for (int i = 0; i < 28; i++) dose[i] = 24 * i;
  for (int i = 0; i < 100; i++) minute[i] = 2.4 * (i + 1);
  problem pkpd = {"pkpd, 28 daily doses, hourly output",
                  compile(arena, units, argv[second ? 2 : 1]),
                  {4, pkpd_n_slot, pkpd_params, pkpd_rates, pkpd_jacobian},
                  {0, 0, 0, 100, dose, 28, hour, 673, 672},
                  4,
                  64,
                  0,
                  1e-6,
                  1e-8,
                  REIN_METHOD_BDF};
  problem pathway = {"pathway, 25 states, 100 outputs",
                     compile(arena, units, argv[second ? 1 : 2]),
                     {25, pathway25_n_slot, pathway25_params, pathway25_rates, pathway25_jacobian},
                     {0, 0, -1, 0, NULL, 0, minute, 100, 240},
                     10,
                     64,
                     0,
                     1e-6,
                     1e-8,
                     REIN_METHOD_BDF};
  const char *lanes = getenv("BENCH_LANES");
  if (lanes) pkpd.n_lane = pathway.n_lane = atoi(lanes);
  if (wanted("plain")) against_plain(&pkpd, 1024, 48), against_plain(&pathway, 4096, 256);
  if (wanted("method")) {
    one_step(&pkpd, 2048, 64, 5e-7, 1e-6, 1.5e-5, 1.5e-5);
    one_step(&pathway, 2048, 256, 1e-6, 1e-8, 1e-4, 1e-6);
  }
  if (wanted("levels")) levels(&pkpd, 512), levels(&pathway, 2048);
  if (wanted("jitter")) jitter(&pkpd, REIN_METHOD_BDF, 1024), jitter(&pkpd, REIN_METHOD_DOPRI5, 4096);
  if (wanted("times")) bench_times(argv[second ? 2 : 1], "bdf"), bench_times(argv[second ? 2 : 1], "dopri5");
  if (wanted("threads")) threads(&pkpd, 2048);
  if (wanted("compile")) bench_compile();
  if (wanted("writing")) {
    bench_writing("scenarios/warfarin_adherence.yaml", "bdf");
    bench_writing("scenarios/warfarin_adherence.yaml", "dopri5");
  }
  rein_units_destroy(units);
  rein_arena_destroy(arena);
  return 0;
}
