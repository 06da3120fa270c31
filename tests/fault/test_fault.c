/* Every allocation of rein's own fails once, and from there on: no crash, no leak (under the address
 * sanitizer), and the answer is REIN_ERR_MEMORY or the right numbers.
 *
 * Arenas ask for memory in blocks, so that few of their allocations can fail. To reach the others, the arena
 * is filled beforehand by a little more each time: the block's end then falls on another allocation. */
#include <check.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "src/base/files.h"
#include "src/base/sha256.h"
#include "src/compile/compile.h"
#include "src/record/export.h"
#include "src/record/summary.h"
#include "src/rein.h"
#include "src/study/simulate.h"
#include "tests/fault/attempts.h"

/* Doses, an infusion, a switch and an event, noise; and k x^2, which ends in a finite time for those of the
 * individuals whose k is large: they leave their batch and fail alone. */
static const char model_text[] =
    "rein: model/1\nname: small\ntime: h\n"
    "parameters:\n"
    "  k: {value: 0.05 1/h, between: \"lognormal(cv: 60 %)\", assumed: test}\n"
    "  CL: {value: 1 L/h, between: \"lognormal(cv: 30 %)\", uncertain: \"lognormal(cv: 5 %)\", assumed: "
    "test}\n"
    "  V: {value: 10 L, between: \"lognormal(cv: 20 %)\", assumed: test}\n"
    "  boost: {value: 0 1, assumed: test}\n"
    "correlations:\n  - {between: [CL, V], rho: 0.5}\n"
    "functions:\n  share: {of: [c, half], is: c / (c + half)}\n"
    "states:\n"
    "  gut: {unit: mg, initial: 0}\n"
    "  central: {unit: mg, initial: 0, scale: 10 mg}\n"
    "  x: {unit: '1', initial: 1, rate: k * x^2}\n"
    "values:\n  level: {is: central / V, unit: mg/L}\n"
    "processes:\n"
    "  absorption: {from: gut, to: central, rate: 1 'h^-1' * gut}\n"
    "  elimination: {from: central, rate: CL * level * (1 + boost) * share(level, 2 'mg/L')}\n"
    "actions:\n  drug: {kind: drug, unit: mg, into: gut}\n  drip: {kind: drug, unit: mg, into: central}\n"
    "observables:\n  seen: {is: level, unit: mg/L, noise: proportional(cv: 10 %), smallest_change: 1 mg/L}\n"
    "safety:\n  high: {when: level > 3 'mg/L', message: high}\n"
    "events:\n  more: {when: level > 2 'mg/L', set: {boost: boost + 0.5}, delay: 1 h}\n";

static const char scenario_text[] =
    "rein: scenario/1\nname: small\nmodel: small.yaml\nseed: 3\ncohort: {n: 24}\n"
    "arms:\n"
    "  given:\n    actions:\n"
    "      - {do: drug, amount: 30 mg, every: 4 h, for: 12 h, adherence: 70 %, jitter: 0.5 h}\n"
    "      - {do: drip, amount: 20 mg, at: 1 h, duration: 2 h}\n"
    "counterfactual: {without: drug}\n"
    "measure: {from: 0 h, to: 12 h, every: 1 h}\nhorizons: [4 h, 12 h]\nkeep: [states]\n";

static char folder[64];
static rein_arena *outer; /* of the test itself */
static rein_units *units;

static const char *in(const char *name) {
  return rein_arena_printf(outer, "%s/%s", folder, name);
}

static void write_text(const char *path, const char *text) {
  ck_assert_int_eq(rein_files_write(path, text, strlen(text), rein_diag_create(outer)), REIN_OK);
}

static void setup(void) {
  outer = rein_arena_create();
  /* where syncing to the disk costs nothing, if there is such a place */
  strcpy(folder, access("/dev/shm", W_OK) == 0 ? "/dev/shm/rein-fault-XXXXXX" : "/tmp/rein-fault-XXXXXX");
  ck_assert_ptr_nonnull(mkdtemp(folder));
  write_text(in("small.yaml"), model_text);
  write_text(in("scenario.yaml"), scenario_text);
  ck_assert_int_eq(rein_units_create(rein_diag_create(outer), &units), REIN_OK);
}

static void remove_tree(const char *path) {
  char command[200];
  snprintf(command, sizeof command, "rm -rf '%s'", path);
  ck_assert_int_eq(system(command), 0);
}

static void teardown(void) {
  rein_units_destroy(units);
  remove_tree(folder);
  rein_arena_destroy(outer);
}

static const char *hash_of(const rein_text *text) {
  char hex[65];
  rein_sha256_hex(text->bytes, text->n, hex);
  return rein_arena_strdup(outer, hex);
}

/* ---- units ---- */

static fault_outcome try_units(fault_attempt *f) {
  rein_units *made = NULL;
  rein_diag *diag = rein_diag_create(outer);
  rein_fault_arm(f->kind, f->n);
  const rein_status status = rein_units_create(diag, &made);
  f->hit = rein_fault_disarm();
  rein_units_destroy(made);
  return (fault_outcome){status, ""};
}

START_TEST(test_units) {
  fault_every_allocation(try_units, 1, 1);
}
END_TEST

/* ---- reading and compiling ---- */

static rein_status read_and_compile(rein_arena *arena, const char *path, size_t skip, rein_tape **tape) {
  rein_guard guard;
  if (REIN_GUARD(arena, &guard)) return REIN_ERR_MEMORY;
  if (skip) rein_arena_alloc(arena, skip);
  rein_diag *diag = rein_diag_create(arena);
  rein_model *model;
  rein_status status = rein_model_read(arena, units, path, (rein_pos){0}, diag, &model);
  if (status == REIN_OK) status = rein_compile(arena, model, diag, tape);
  rein_unguard(arena, &guard);
  return status;
}

static fault_outcome try_compile(fault_attempt *f) {
  rein_tape *tape = NULL;
  rein_text text;
  fault_outcome o = {REIN_ERR_MEMORY, NULL};
  const char *path = in("small.yaml");
  rein_fault_arm(f->kind, f->n);
  rein_arena *arena = rein_arena_create();
  if (arena) o.status = read_and_compile(arena, path, f->skip, &tape);
  f->hit = rein_fault_disarm();
  if (o.status == REIN_OK) {
    rein_text_init(&text, arena);
    rein_tape_print(tape, &text);
    o.answer = hash_of(&text);
  }
  rein_arena_destroy(arena);
  return o;
}

START_TEST(test_compile) {
  fault_every_allocation(try_compile, 64, 1);
}
END_TEST

/* ---- scenario, pilot, plan ---- */

static rein_status prepare(rein_arena *arena, const char *path, size_t skip, rein_simulation *s) {
  rein_guard guard;
  if (REIN_GUARD(arena, &guard)) return REIN_ERR_MEMORY;
  if (skip) rein_arena_alloc(arena, skip);
  rein_diag *diag = rein_diag_create(arena);
  const rein_scenario_options none = {0};
  const rein_status status = rein_simulation_prepare(arena, units, path, &none, NULL, diag, s);
  rein_unguard(arena, &guard);
  return status;
}

static fault_outcome try_prepare(fault_attempt *f) {
  rein_simulation s;
  rein_text text;
  fault_outcome o = {REIN_ERR_MEMORY, NULL};
  const char *path = in("scenario.yaml");
  rein_fault_arm(f->kind, f->n);
  rein_arena *arena = rein_arena_create();
  if (arena) o.status = prepare(arena, path, f->skip, &s);
  f->hit = rein_fault_disarm();
  if (o.status == REIN_OK) {
    rein_text_init(&text, arena);
    rein_scenario_print(s.scenario, &text);
    for (int i = 0; i < s.tape->n_state; i++) rein_text_printf(&text, " %.17g", s.scale[i]);
    o.answer = hash_of(&text);
  }
  rein_arena_destroy(arena);
  return o;
}

START_TEST(test_prepare) {
  fault_every_allocation(try_prepare, 8, 2);
}
END_TEST

/* ---- batches ---- */

static rein_simulation prepared;
static rein_text delivered;

/* Into memory that is made beforehand and is large enough: the sink cannot fail. */
static void add(const char *format, double value) {
  const size_t left = delivered.capacity - delivered.n;
  const int n = snprintf(delivered.bytes + delivered.n, left, format, value);
  if ((size_t)n < left) delivered.n += (size_t)n;
}

static rein_status take(void *context, const rein_batch_result *r) {
  (void)context;
  add("batch %.0f", (double)r->i_batch);
  for (int l = 0; l < r->n_lane; l++) {
    add("\n%.0f", r->outcome[l].status);
    for (int i = 0; i < prepared.plan->n_obs * prepared.plan->n_keep; i++)
      add(" %.17g", r->out[(size_t)i * (size_t)r->n_lane + (size_t)l]);
  }
  return REIN_OK;
}

static fault_outcome try_batches(fault_attempt *f) {
  rein_ens_totals totals;
  delivered.n = 0;
  const rein_sink sink = {NULL, take};
  const rein_ens_options options = {.n_thread = 1};
  rein_fault_arm(f->kind, f->n);
  fault_outcome o = {rein_ens_run(prepared.tape, prepared.plan, &sink, &options, &totals), NULL};
  f->hit = rein_fault_disarm();
  if (o.status == REIN_OK) o.answer = hash_of(&delivered);
  return o;
}

static void prepare_batches(void) {
  ck_assert_int_eq(prepare(outer, in("scenario.yaml"), 0, &prepared), REIN_OK);
  delivered = (rein_text){.arena = outer, .bytes = rein_arena_alloc(outer, 1 << 22), .capacity = 1 << 22};
}

START_TEST(test_batches) {
  prepare_batches();
  fault_attempt none = {.n = FAULT_MANY};
  const fault_outcome o = try_batches(&none);
  ck_assert_int_eq(o.status, REIN_OK);
  ck_assert_uint_lt(delivered.n, delivered.capacity - 100);
  ck_assert_ptr_nonnull(strstr(delivered.bytes, "\n2 ")); /* some lane failed alone: that road is walked */
  fault_every_allocation(try_batches, 1, 1);
}
END_TEST

/* ---- studies ---- */

static rein_status run_study(rein_arena *arena, const char *path, size_t skip) {
  rein_guard guard;
  if (REIN_GUARD(arena, &guard)) return REIN_ERR_MEMORY;
  if (skip) rein_arena_alloc(arena, skip);
  rein_diag *diag = rein_diag_create(arena);
  rein_simulation_totals totals;
  const rein_simulation_options options = {.n_thread = 1};
  const rein_status status = rein_simulation_run(arena, &prepared, path, &options, diag, &totals);
  rein_unguard(arena, &guard);
  return status == REIN_ERR_MEMBERS ? REIN_OK : status;
}

/* The manifest holds the hash of every part: a record of a failure for want of memory would show in it. */
static const char *manifest_of(const char *path) {
  const rein_source *text;
  ck_assert_int_eq(rein_files_read(outer, rein_arena_printf(outer, "%s/manifest", path), (rein_pos){0},
                                   rein_diag_create(outer), &text),
                   REIN_OK);
  return rein_arena_strndup(outer, text->bytes, text->n_byte);
}

static const char *first_manifest; /* of a study that nothing happened to */
static long n_study;

/* After the failure the same call goes on, and the study is whole and the same. */
static fault_outcome try_study(fault_attempt *f) {
  const char *path = rein_arena_printf(outer, "%s/study%ld", folder, n_study++);
  fault_outcome o = {REIN_ERR_MEMORY, NULL};
  rein_fault_arm(f->kind, f->n);
  rein_arena *arena = rein_arena_create();
  if (arena) o.status = run_study(arena, path, f->skip);
  f->hit = rein_fault_disarm();
  rein_arena_destroy(arena);
  arena = rein_arena_create();
  ck_assert_int_eq(run_study(arena, path, 0), REIN_OK);
  rein_arena_destroy(arena);
  const char *manifest = manifest_of(path);
  if (!first_manifest) first_manifest = manifest;
  ck_assert_str_eq(manifest, first_manifest);
  if (o.status == REIN_OK) o.answer = manifest;
  remove_tree(path);
  return o;
}

START_TEST(test_study) {
  prepare_batches();
  fault_every_allocation(try_study, 1, 3);
}
END_TEST

/* ---- reading a study ---- */

static rein_status read_study(rein_arena *arena, const char *path, size_t skip, FILE *file) {
  rein_guard guard;
  if (REIN_GUARD(arena, &guard)) return REIN_ERR_MEMORY;
  if (skip) rein_arena_alloc(arena, skip);
  rein_diag *diag = rein_diag_create(arena);
  rein_study_reader *reader;
  rein_summary *summary;
  const rein_export_options options = {0};
  const double prob = 0.5;
  double *band;
  rein_status status = rein_reader_open(arena, path, true, diag, &reader);
  if (status == REIN_OK) status = rein_summary_create(arena, reader, false, diag, &summary);
  if (status == REIN_OK) status = rein_summary_write_csv(summary, reader, file, diag);
  if (status == REIN_OK) status = rein_summary_bands(arena, reader, 0, true, &prob, 1, false, diag, &band);
  if (status == REIN_OK) fprintf(file, "%.17g\n", band[0]);
  if (status == REIN_OK) status = rein_export_csv(reader, &options, file, diag);
  if (status == REIN_OK) status = rein_export_ndjson(reader, &options, file, diag);
  rein_unguard(arena, &guard);
  return status;
}

static fault_outcome try_reading(fault_attempt *f) {
  const char *path = in("study"), *to = in("read");
  FILE *file = fopen(to, "wb");
  fault_outcome o = {REIN_ERR_MEMORY, NULL};
  ck_assert_ptr_nonnull(file);
  rein_fault_arm(f->kind, f->n);
  rein_arena *arena = rein_arena_create();
  if (arena) o.status = read_study(arena, path, f->skip, file);
  f->hit = rein_fault_disarm();
  ck_assert_int_eq(fclose(file), 0);
  rein_arena_destroy(arena);
  if (o.status == REIN_OK) {
    const rein_source *text;
    char hex[65];
    arena = rein_arena_create();
    ck_assert_int_eq(rein_files_read(arena, to, (rein_pos){0}, rein_diag_create(arena), &text), REIN_OK);
    rein_sha256_hex(text->bytes, text->n_byte, hex);
    rein_arena_destroy(arena);
    o.answer = rein_arena_strdup(outer, hex);
  }
  return o;
}

START_TEST(test_reading) {
  prepare_batches();
  ck_assert_int_eq(run_study(outer, in("study"), 0), REIN_OK);
  fault_every_allocation(try_reading, 4, 2);
}
END_TEST

/* ---- the public interface ---- */

static rein_code whole_way(rein_session *session, const char *scenario_path, const char *path,
                           const char *to) {
  rein_model_file *model;
  rein_scenario_file *scenario;
  rein_run_result result;
  const rein_run_options options = {.n_thread = 1};
  rein_code code = rein_model_load(session, "models/erythropoiesis/model.yaml", &model);
  if (code == REIN_DONE) code = rein_scenario_load(session, scenario_path, NULL, &scenario);
  if (code == REIN_DONE) code = rein_scenario_run(scenario, path, &options, &result);
  if (code == REIN_SOME_FAILED) code = REIN_DONE;
  if (code == REIN_DONE) code = rein_study_export(session, path, REIN_EXPORT_CSV, false, to);
  return code;
}

/* On failure there are messages, and no file of a name that was asked for. */
static fault_outcome try_public(fault_attempt *f) {
  const char *scenario = in("scenario.yaml"), *to = in("public.csv");
  const char *part = rein_arena_printf(outer, "%s.tmp-%ld", to, (long)getpid());
  const char *path = rein_arena_printf(outer, "%s/public%ld", folder, n_study++);
  rein_code code = REIN_NOT_POSSIBLE;
  rein_fault_arm(f->kind, f->n);
  rein_session *session = rein_session_create();
  if (session) code = whole_way(session, scenario, path, to);
  f->hit = rein_fault_disarm();
  if (session && code != REIN_DONE) ck_assert_msg(*rein_session_messages(session), "no message");
  rein_session_destroy(session);
  ck_assert_int_eq(rein_files_exists(to), code == REIN_DONE);
  ck_assert(!rein_files_exists(part));
  unlink(to);
  fault_outcome o = {code == REIN_DONE ? REIN_OK : REIN_ERR_MEMORY, code == REIN_DONE ? "" : NULL};
  ck_assert_msg(code == REIN_DONE || code == REIN_NOT_POSSIBLE, "code %d", (int)code);
  if (code == REIN_DONE) {
    const char *manifest = manifest_of(path);
    if (!first_manifest) first_manifest = manifest;
    ck_assert_str_eq(manifest, first_manifest);
  }
  remove_tree(path);
  return o;
}

START_TEST(test_public) {
  fault_every_allocation(try_public, 1, 7);
}
END_TEST

Suite *rein_suite_fault(void) {
  Suite *suite = suite_create("fault");
  TCase *tc = tcase_create("allocations");
  tcase_add_checked_fixture(tc, setup, teardown);
  tcase_set_timeout(tc, 900);
  tcase_add_test(tc, test_units);
  tcase_add_test(tc, test_compile);
  tcase_add_test(tc, test_prepare);
  tcase_add_test(tc, test_batches);
  tcase_add_test(tc, test_study);
  tcase_add_test(tc, test_reading);
  tcase_add_test(tc, test_public);
  suite_add_tcase(suite, tc);
  return suite;
}
