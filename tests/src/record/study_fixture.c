#include "tests/src/record/study_fixture.h"

#include "src/base/files.h"

#include <dirent.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const double times[FIXTURE_TIMES] = {0, 6, 12, 24};
static const rein_horizon horizons[2] = {{0, 2, "12 h"}, {1, 3, "18 h"}};
static const int keep[FIXTURE_KEPT] = {2, 3, 0,
                                       4}; /* n_state is 2: observables 0 and 1, state 0, first value */

static void make_model(fixture *f) {
  rein_model *m = REIN_NEW(f->arena, rein_model, 1);
  static const char model_text[] = "name: made_up\n";
  *m = (rein_model){.arena = f->arena,
                    .name = "made_up",
                    .title = "A made-up model",
                    .boundary = "research_hypothesis",
                    .time_unit_text = "h",
                    .n_param = FIXTURE_PARAMS,
                    .n_state = 2,
                    .n_value = 1,
                    .n_action = 2,
                    .n_observable = 2,
                    .n_safety = 1};
  m->source = rein_source_create(f->arena, "/somewhere/else/made_up.yaml", model_text, strlen(model_text));
  m->param = REIN_NEW(f->arena, rein_param, FIXTURE_PARAMS);
  m->param[0] = (rein_param){.name = "CL", .unit_text = "L/h", .value = 2};
  m->param[1] = (rein_param){.name = "age", .unit_text = "year", .covariate = true, .value = 40};
  m->param[2] = (rein_param){.name = "visit_date", .unit_text = "d", .covariate = true, .value = 100};
  m->state = REIN_NEW(f->arena, rein_state, 2);
  m->state[0] = (rein_state){.name = "gut", .unit_text = "mg", .level = "organ"};
  m->state[1] = (rein_state){.name = "blood", .unit_text = "mg"};
  m->action = REIN_NEW(f->arena, rein_action, 2);
  m->action[0] = (rein_action){.name = "drug",
                               .param = -1,
                               .kind = "drug",
                               .unit_text = "mg",
                               .codes = "atc:B01AA03",
                               .valid_low = 0,
                               .valid_high = 4};
  m->action[1] = (rein_action){.param = -1,
                               .name = "meal",
                               .kind = "nutrition",
                               .unit_text = "g",
                               .valid_low = -INFINITY,
                               .valid_high = INFINITY};
  m->observable = REIN_NEW(f->arena, rein_observable, 2);
  m->observable[0] = (rein_observable){.name = "concentration",
                                       .unit_text = "mg/L",
                                       .noise = REIN_NOISE_ADDITIVE,
                                       .smallest_change = 2,
                                       .limit_low = 1.0,
                                       .limit_high = INFINITY};
  m->observable[1] = (rein_observable){.name = "activity",
                                       .unit_text = "%",
                                       .noise = REIN_NOISE_COMBINED,
                                       .smallest_change = NAN,
                                       .limit_low = -INFINITY,
                                       .limit_high = INFINITY};
  m->safety = REIN_NEW(f->arena, rein_safety, 1);
  m->safety[0] = (rein_safety){.name = "too_low", .message = "activity is too low"};
  f->model = m;
}

static void make_tape(fixture *f) {
  rein_tape *t = REIN_NEW(f->arena, rein_tape, 1);
  rein_row_name *state = REIN_NEW(f->arena, rein_row_name, 2), *output = REIN_NEW(f->arena, rein_row_name, 3);
  rein_origin *origin = REIN_NEW(f->arena, rein_origin, 2);
  static const double scale[2] = {100, 50};
  state[0] = (rein_row_name){"gut", "mg"};
  state[1] = (rein_row_name){"blood", "mg"};
  output[0] = (rein_row_name){"concentration", "mg/L"};
  output[1] = (rein_row_name){"activity", "%"};
  output[2] = (rein_row_name){"flow", "mg/h"};
  origin[0] = (rein_origin){.pos = {f->model->source, 1, 1, 1}, .label = "rate of gut"};
  origin[1] = (rein_origin){.pos = {f->model->source, 1, 3, 1}, .label = "rate of blood"};
  *t = (rein_tape){.model_name = "made_up",
                   .n_state = 2,
                   .n_param = FIXTURE_PARAMS,
                   .n_observable = 2,
                   .n_output = 3,
                   .n_safety = 1,
                   .n_action = 2,
                   .n_origin = 2,
                   .state = state,
                   .output = output,
                   .origin = origin,
                   .scale = scale};
  memset(t->hash, 'a', 64);
  f->tape = t;
}

static void make_scenario(fixture *f, int64_t n_individual) {
  rein_scenario *s = REIN_NEW(f->arena, rein_scenario, 1);
  rein_arm *arm = REIN_NEW(f->arena, rein_arm, FIXTURE_ARMS);
  arm[0] = (rein_arm){.name = "none", .reference = -1, .counterfactual = true, .without = "drug"};
  arm[1] = (rein_arm){
      .name = "daily/dose=5 mg", .group = 1, .reference = 0, .prescription = "5 mg, \"once\" a day"};
  arm[2] =
      (rein_arm){.name = "daily/dose=9 mg", .group = 1, .reference = 0, .boundary = "physician_judgement"};
  *s = (rein_scenario){.name = "made_up_study",
                       .title = "It's a test",
                       .path = "/somewhere/else/scenario.yaml",
                       .model = f->model,
                       .seed = 18446744073709551615u,
                       .n_individual = n_individual,
                       .n_replicate = 1,
                       .arm = arm,
                       .n_arm = FIXTURE_ARMS,
                       .time = times,
                       .n_time = FIXTURE_TIMES,
                       .horizon = horizons,
                       .n_horizon = 2,
                       .keep = keep,
                       .n_keep = FIXTURE_KEPT,
                       .rtol = 1e-6,
                       .atol_rel = 1e-8,
                       .individuals_per_batch = 2,
                       .n_lane = 8};
  memset(s->hash, 'b', 64);
  f->scenario = s;
}

void fixture_create(fixture *f, int64_t n_individual) {
  static const double atol[2] = {1e-6, 5e-7};
  static const rein_study_version version[] = {{"rein", "0.0.1"}, {"SUNDIALS", "6.4.1"}};
  *f = (fixture){.arena = rein_arena_create(), .n_chunk = 1};
  ck_assert_ptr_nonnull(f->arena);
  f->diag = rein_diag_create(f->arena);
  make_model(f);
  make_tape(f);
  make_scenario(f, n_individual);
  f->plan = REIN_NEW(f->arena, rein_plan, 1);
  *f->plan = (rein_plan){.n_batch = (n_individual + 1) / 2,
                         .n_lane = 8,
                         .n_obs = FIXTURE_TIMES,
                         .keep = keep,
                         .n_keep = FIXTURE_KEPT,
                         .atol = atol,
                         .rtol = 1e-6,
                         .max_steps = 1000};
  f->options = (rein_study_options){.part_members = 4 * FIXTURE_ARMS,
                                    .flags = "-ffp-contract=off",
                                    .version = version,
                                    .n_version = 2,
                                    .n_thread = 1};
  snprintf(f->folder, sizeof f->folder, "%s/rein-record-XXXXXX",
           getenv("TMPDIR") ? getenv("TMPDIR") : P_tmpdir);
  ck_assert_ptr_nonnull(mkdtemp(f->folder));
}

static void remove_tree(const char *path) {
  DIR *dir = opendir(path);
  char inner[4096];
  for (struct dirent *e; dir && (e = readdir(dir));) {
    if (strcmp(e->d_name, ".") == 0 || strcmp(e->d_name, "..") == 0) continue;
    snprintf(inner, sizeof inner, "%s/%s", path, e->d_name);
    if (unlink(inner) != 0) remove_tree(inner);
  }
  if (dir) closedir(dir);
  rmdir(path);
}

void fixture_destroy(fixture *f) {
  rein_arena_destroy(f->arena);
  remove_tree(f->folder);
}

const char *fixture_path(fixture *f, const char *name) {
  return rein_arena_printf(f->arena, "%s/%s", f->folder, name);
}

double fixture_value(int64_t individual, int arm, int t, int k) {
  if (individual == FIXTURE_FAILED && arm == FIXTURE_ARMS - 1 && times[t] >= 10) return NAN;
  return 10.0 * (k + 1) + 0.25 * (double)individual - (0.1 + arm) * times[t] / 8;
}

/* Values of one lane of a batch. */
static void fill_lane(const fixture *f, int64_t individual, int arm, bool real, int l, rein_lane_plan *lane,
                      rein_outcome *outcome, double *out, double *param) {
  const int n_lane = f->plan->n_lane;
  lane[l] = (rein_lane_plan){
      .individual = individual, .arm = arm, .real = real, .t_end = 24, .obs = times, .n_obs = FIXTURE_TIMES};
  outcome[l] =
      (rein_outcome){.time = NAN, .value = NAN, .state = -1, .n_step = 100 + individual, .n_rate = 150};
  for (int t = 0; t < FIXTURE_TIMES; t++) {
    for (int k = 0; k < FIXTURE_KEPT; k++)
      out[(t * FIXTURE_KEPT + k) * n_lane + l] = fixture_value(individual, arm, t, k);
  }
  param[0 * n_lane + l] = 2 + arm;
  param[1 * n_lane + l] = 85 + (double)individual; /* years */
  param[2 * n_lane + l] = 1000;
  for (int d = 0; d < 2 && arm > 0; d++) { /* doses at 0 (taken 1 h late) and 12 (not taken) */
    rein_lane_add_dose(&lane[l], (rein_dose){.time_prescribed = 12.0 * d,
                                             .time_delivered = d ? NAN : 1.0,
                                             .prescribed = 5.0,
                                             .delivered = d ? 0 : 4.5,
                                             .reported = 5.0,
                                             .action = 0,
                                             .i_dose = d});
  }
  if (individual == FIXTURE_ALONE && arm == 0)
    outcome[l].status = REIN_LANE_ALONE, outcome[l].fail = REIN_FAIL_STEP;
  if (individual != FIXTURE_FAILED || arm != FIXTURE_ARMS - 1) return;
  outcome[l] = (rein_outcome){.status = REIN_LANE_FAILED,
                              .fail = REIN_FAIL_RATES,
                              .time = 10,
                              .state = 1,
                              .origin = &f->tape->origin[1],
                              .value = INFINITY,
                              .n_step = (int64_t)1 << 40};
}

/* Individual and arm of a lane: individuals of the block with the chunk's arms, then a copy of the reference
 * for other chunks, padding. */
rein_status fixture_deliver(const fixture *f, rein_sink sink, int64_t i_batch) {
  enum { LANES = 8 };
  rein_lane_plan lane[LANES];
  rein_outcome outcome[LANES];
  double out[FIXTURE_TIMES * FIXTURE_KEPT * LANES], error[FIXTURE_TIMES * FIXTURE_KEPT * LANES];
  double param[FIXTURE_PARAMS * LANES], noise[4 * LANES], first[LANES], duration[LANES];
  const int chunk = (int)(i_batch % f->n_chunk), n_arm = f->n_chunk == 1 ? FIXTURE_ARMS : chunk ? 2 : 1;
  for (int l = 0; l < LANES; l++) {
    const int used = l < 2 * n_arm ? l : 2 * n_arm - 1, a = used % n_arm;
    const int64_t individual = i_batch / f->n_chunk * 2 + used / n_arm;
    const int arm = f->n_chunk == 1 ? a : a == 0 ? chunk : 0;
    const bool real = l == used && individual < f->scenario->n_individual && (f->n_chunk == 1 || a == 0);
    fill_lane(f, individual, arm, real, l, lane, outcome, out, param);
    for (int k = 0; k < 4; k++) noise[k * LANES + l] = k == 0 ? 2.0 : k == 2 ? 1.0 : k == 3 ? 0.1 : 0.0;
    first[l] = arm == 2 ? 3.5 : NAN;
    duration[l] = arm == 2 ? 7.25 : 0;
  }
  for (size_t i = 0; i < sizeof error / sizeof *error; i++) error[i] = 1e-5;
  const rein_batch_result result = {.i_batch = i_batch,
                                    .n_lane = LANES,
                                    .lane = lane,
                                    .outcome = outcome,
                                    .out = out,
                                    .error = error,
                                    .param = param,
                                    .noise = noise,
                                    .safety_first = first,
                                    .safety_duration = duration};
  const rein_status status = sink.take(sink.context, &result);
  for (int l = 0; l < LANES; l++) free(lane[l].dose);
  return status;
}

rein_status fixture_run(fixture *f, const char *folder, bool backwards) {
  rein_study *study;
  rein_status status =
      rein_study_open(f->arena, folder, f->scenario, f->tape, f->plan, &f->options, f->diag, &study);
  if (status != REIN_OK) return status;
  for (int64_t k = 0; k < f->plan->n_batch && status == REIN_OK; k++) {
    const int64_t i = backwards ? f->plan->n_batch - 1 - k : k;
    if (rein_study_wanted(study, i)) status = fixture_deliver(f, rein_study_sink(study), i);
  }
  const rein_status closed = rein_study_close(study, f->diag);
  return status == REIN_OK ? closed : status;
}

const rein_source *fixture_read(fixture *f, const char *folder, const char *name) {
  const rein_pos nowhere = {0};
  const rein_source *bytes = NULL;
  rein_files_read(f->arena, rein_arena_printf(f->arena, "%s/%s", folder, name), nowhere, f->diag, &bytes);
  ck_assert_msg(bytes != NULL, "%s", fixture_messages(f));
  return bytes;
}

void fixture_compare(fixture *f, const char *a, const char *b) {
  rein_manifest *m;
  ck_assert_int_eq(rein_manifest_read(f->arena, a, f->diag, &m), REIN_OK);
  for (int64_t p = -2; p < m->n_part; p++) {
    char name[64];
    snprintf(name, sizeof name, p == -2 ? "run.yaml" : p == -1 ? "manifest" : "parts/part-%06d.nc", (int)p);
    const rein_source *x = fixture_read(f, a, name), *y = fixture_read(f, b, name);
    ck_assert_msg(x->n_byte == y->n_byte && memcmp(x->bytes, y->bytes, x->n_byte) == 0, "%s differs", name);
  }
}

const char *fixture_messages(fixture *f) {
  rein_text text;
  rein_text_init(&text, f->arena);
  rein_diag_print(f->diag, &text);
  return text.bytes;
}
