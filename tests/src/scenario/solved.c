#include "tests/src/scenario/solved.h"

#include <check.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "src/base/files.h"

static size_t member(const solved *s, int64_t individual, int arm) {
  return (size_t)individual * (size_t)s->f.scenario->n_arm + (size_t)arm;
}

static rein_status take(void *context, const rein_batch_result *r) {
  solved *s = context;
  size_t n = (size_t)s->f.plan->n_obs * (size_t)s->f.plan->n_keep;
  for (int l = 0; l < r->n_lane; l++) {
    if (!r->lane[l].real) continue;
    size_t m = member(s, r->lane[l].individual, r->lane[l].arm);
    s->outcome[m] = r->outcome[l];
    const size_t n_safety = (size_t)s->f.tape->n_safety;
    for (size_t i = 0; i < n_safety; i++) {
      s->safety_first[m * n_safety + i] = r->safety_first[i * (size_t)r->n_lane + (size_t)l];
      s->safety_duration[m * n_safety + i] = r->safety_duration[i * (size_t)r->n_lane + (size_t)l];
    }
    for (size_t i = 0; i < n; i++) s->out[m * n + i] = r->out[i * (size_t)r->n_lane + (size_t)l];
  }
  return REIN_OK;
}

solved solved_create(const char *model, const char *text, const char *table,
                     const rein_scenario_options *options) {
  solved s = {.f = filled_create(model, text, table, options)};
  size_t n_member = (size_t)s.f.scenario->n_individual * (size_t)s.f.scenario->n_arm;
  size_t n = (size_t)s.f.plan->n_obs * (size_t)s.f.plan->n_keep;
  s.out = malloc(n_member * n * sizeof *s.out);
  s.outcome = calloc(n_member, sizeof *s.outcome);
  s.safety_first = calloc(n_member * (size_t)s.f.tape->n_safety + 1, sizeof *s.safety_first);
  s.safety_duration = calloc(n_member * (size_t)s.f.tape->n_safety + 1, sizeof *s.safety_duration);
  ck_assert(s.out && s.outcome && s.safety_first && s.safety_duration);
  for (size_t i = 0; i < n_member * n; i++) s.out[i] = NAN;
  solved_run(&s, 1);
  return s;
}

void solved_run(solved *s, int n_thread) {
  const rein_sink sink = {s, take};
  const rein_ens_options ens = {.n_thread = n_thread};
  ck_assert_int_eq(rein_ens_run(s->f.tape, s->f.plan, &sink, &ens, &s->totals), REIN_OK);
}

void solved_destroy(solved *s) {
  filled_destroy(&s->f);
  free(s->out);
  free(s->outcome);
  free(s->safety_first);
  free(s->safety_duration);
}

double solved_at(const solved *s, int64_t individual, int arm, int i_time, int row) {
  size_t n_keep = (size_t)s->f.plan->n_keep, n = (size_t)s->f.plan->n_obs * n_keep;
  return s->out[member(s, individual, arm) * n + (size_t)i_time * n_keep + (size_t)row];
}

const char *solved_messages(rein_arena *arena, const char *model, const char *text, const char *table) {
  char folder[] = "/tmp/rein-solved-XXXXXX";
  rein_units *units;
  rein_scenario *scenario;
  rein_diag *diag = rein_diag_create(arena);
  ck_assert_ptr_nonnull(mkdtemp(folder));
  const char *path = rein_arena_printf(arena, "%s/m.yaml", folder);
  ck_assert_int_eq(rein_files_write(path, model, strlen(model), diag), REIN_OK);
  path = rein_arena_printf(arena, "%s/people.csv", folder);
  ck_assert_int_eq(rein_files_write(path, table, strlen(table), diag), REIN_OK);
  path = rein_arena_printf(arena, "%s/s.yaml", folder);
  ck_assert_int_eq(rein_files_write(path, text, strlen(text), diag), REIN_OK);
  ck_assert_int_eq(rein_units_create(diag, &units), REIN_OK);
  rein_scenario_read(arena, units, path, NULL, diag, &scenario);
  rein_units_destroy(units);
  ck_assert_int_eq(system(rein_arena_printf(arena, "rm -r '%s'", folder)), 0);
  rein_text out;
  rein_text_init(&out, arena);
  rein_diag_print(diag, &out);
  return out.bytes;
}
