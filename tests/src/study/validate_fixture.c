#include "tests/src/study/validate_fixture.h"

#include <check.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#include "src/base/files.h"
#include "src/scenario/draw.h"

static judged f;

judged *judged_get(void) {
  return &f;
}

void judged_setup(void) {
  const char *base = getenv("TMPDIR");
  snprintf(f.folder, sizeof f.folder, "%s/rein-validate-XXXXXX", base ? base : P_tmpdir);
  ck_assert_ptr_nonnull(mkdtemp(f.folder));
  f.arena = rein_arena_create();
  f.diag = rein_diag_create(f.arena);
  rein_text_init(&f.table, f.arena);
  ck_assert_int_eq(rein_units_create(f.diag, &f.units), REIN_OK);
}

void judged_teardown(void) {
  char command[300];
  rein_units_destroy(f.units);
  rein_arena_destroy(f.arena);
  snprintf(command, sizeof command, "rm -rf '%s'", f.folder);
  ck_assert_int_eq(system(command), 0);
}

const char *judged_read_text(const char *path) {
  const rein_source *source;
  ck_assert_int_eq(rein_files_read(f.arena, path, (rein_pos){0}, f.diag, &source), REIN_OK);
  return rein_arena_strndup(f.arena, source->bytes, source->n_byte);
}

const char *judged_next_block(const char **at) {
  const char *start = strstr(*at, "\n```") + 4, *text = strchr(start, '\n') + 1, *end = strstr(text, "\n```");
  *at = end + 4;
  return rein_arena_strndup(f.arena, text, (size_t)(end - text) + 1);
}

void judged_write(const char *name, const char *text) {
  const char *path = rein_arena_printf(f.arena, "%s/%s", f.folder, name);
  ck_assert_int_eq(rein_files_write(path, text, strlen(text), f.diag), REIN_OK);
}

static const char *clause(const char *key, const char *text) {
  return text ? rein_arena_printf(f.arena, ", %s: \"%s\"", key, text) : "";
}

void judged_write_model(const judged_model *m) {
  judged_write(
      "m.yaml",
      rein_arena_printf(f.arena,
                        "rein: model/1\nname: m\ntime: h\n"
                        "parameters:\n"
                        "  base: {value: 100 mg%s, assumed: example}\n"
                        "  gain: {value: 1 1%s%s, assumed: example}\n"
                        "  drift: {value: 0 mg/h%s, assumed: example}\n"
                        "  rate: {value: 0 mg/h, assumed: nothing before an action}\n"
                        "states:\n"
                        "  y: {unit: mg, initial: base, scale: 100 mg%s}\n"
                        "processes:\n"
                        "  moving: {to: y, rate: rate * gain + drift}\n"
                        "actions:\n"
                        "  push: {kind: drug, unit: mg/h, sets: rate}\n"
                        "observables:\n"
                        "  y_measured: {is: y, unit: mg, noise: \"%s\", smallest_change: 10 mg}\n",
                        clause("between", m->base_between), clause("between", m->gain_between),
                        clause("uncertain", m->gain_uncertain), clause("between", m->drift_between),
                        m->range ? rein_arena_printf(f.arena, ", range: %s, outside: error", m->range) : "",
                        m->noise));
}

void judged_write_scenario(const judged_scenario *s) {
  judged_write("s.yaml", rein_arena_printf(
                             f.arena,
                             "rein: scenario/1\nname: s\nmodel: ./m.yaml\nseed: 11\ncohort: %s\n"
                             "arms:\n"
                             "  up: {actions: [{do: push, amount: 3 mg/h}]}\n"
                             "  none: {}\n"
                             "  down: {actions: [{do: push, amount: -3 mg/h}]}\n"
                             "measure: {at: [0 h, 20 h]}\n"
                             "compare: {observed: d.yaml, arm: %s}\n%s%s\n",
                             s->cohort, s->arms, s->expect ? "expect: " : "", s->expect ? s->expect : ""));
  const bool is_group = strstr(f.table.bytes, "mean") != NULL;
  const char *assigned = s->n_of_1 ? "n-of-1" : s->randomised ? "randomised" : "unknown";
  const char *replicate = strstr(f.table.bytes, "replicate") ? ", replicate: text" : "";
  judged_write(
      "d.yaml",
      rein_arena_printf(f.arena,
                        "data: d.csv\n"
                        "columns: {study: text, arm: text, %s, observable: text, unit: text, time: text, "
                        "time_unit: text, %s%s}\n"
                        "source: {title: made by a test}\nlicence: none\n"
                        "arms:\n"
                        "  up: {assignment: %s%s, actions: a, concurrent: none, adherence: unknown}\n"
                        "  none: {assignment: %s, actions: a, concurrent: none, adherence: unknown}\n"
                        "  down: {assignment: %s, actions: a, concurrent: none, adherence: unknown}\n"
                        "used_for_fitting: []\nrelation: %s\n%s",
                        is_group ? "n: text" : "id: text", is_group ? "mean: text, sd: text" : "value: text",
                        replicate, assigned, s->randomised || s->n_of_1 ? ", comparator: none" : "", assigned,
                        assigned, s->relation ? s->relation : "external", s->baseline ? s->baseline : ""));
  judged_write("d.csv", f.table.bytes);
}

void judged_start_people(void) {
  rein_text_add(&f.table, "study,arm,id,observable,unit,time,time_unit,value\n");
}

void judged_start_groups(void) {
  rein_text_add(&f.table, "study,arm,n,observable,unit,time,time_unit,mean,sd\n");
}

void judged_person(const char *arm, int id, double time, double value) {
  rein_text_printf(&f.table, "s1,%s,planted%d,y_measured,mg,%g,h,%.10g\n", arm, id, time, value);
}

void judged_group(const char *arm, double time, double mean, double sd, int n) {
  rein_text_printf(&f.table, "s1,%s,%d,y_measured,mg,%g,h,%.10g,%.10g\n", arm, n, time, mean, sd);
}

void judged_people_of_truth(int n, double base_sd, double gain_sd, double noise_sd) {
  static const char *const arms[] = {"up", "none", "down"};
  static const double rates[] = {3.0, 0.0, -3.0}, times[] = {0.0, 10.0, 20.0};
  judged_start_people();
  for (int i = 0; i < 3 * n; i++) {
    const double base = 100.0 + base_sd * rein_draw_normal(77, REIN_DRAW_BETWEEN, (uint64_t)i, 1, 0);
    const double gain = 1.0 + gain_sd * rein_draw_normal(77, REIN_DRAW_BETWEEN, (uint64_t)i, 2, 0);
    for (int t = 0; t < 3; t++) {
      const double noise = noise_sd * rein_draw_normal(77, REIN_DRAW_NOISE, (uint64_t)i, 3, (uint64_t)t);
      judged_person(arms[i % 3], i, times[t], base + rates[i % 3] * gain * times[t] + noise);
    }
  }
}

const char *judged_messages(void) {
  rein_text text;
  rein_text_init(&text, f.arena);
  rein_diag_print(f.diag, &text);
  return text.bytes;
}

rein_status judged_validate(const rein_validate_options *options, rein_validation *out) {
  rein_validate_job *job;
  const char *path = rein_arena_printf(f.arena, "%s/s.yaml", f.folder);
  const rein_status status = rein_validate_prepare(f.arena, f.units, path, options, f.diag, &job);
  return status == REIN_OK ? rein_validate_run(job, f.diag, out) : status;
}

rein_validation judged_report(void) {
  rein_validation v;
  const rein_status status = judged_validate(NULL, &v);
  ck_assert_msg(status == REIN_OK, "%s", judged_messages());
  return v;
}

const rein_validation_row *judged_row(const rein_validation *v, const char *arm, double time) {
  for (int i = 0; i < v->n_row; i++) {
    const rein_validation_row *row = &v->row[i];
    const bool same_arm = row->arm < 0 ? !*arm : strcmp(v->observed->arm[row->arm].name, arm) == 0;
    if (same_arm && (isnan(time) ? isnan(row->time) : fabs(row->time - time) < 1e-9)) return row;
  }
  ck_abort_msg("no such row");
  return NULL;
}

const char *judged_text(const rein_validation *v) {
  rein_text text;
  rein_text_init(&text, f.arena);
  rein_validate_print(v, &text);
  ck_assert_int_eq(rein_validate_print_json(v, &text), REIN_OK);
  return text.bytes;
}

const char *judged_at(const char *name) {
  return rein_arena_printf(f.arena, "%s/%s", f.folder, name);
}

const char *judged_read(const char *name) {
  const rein_source *source;
  ck_assert_int_eq(rein_files_read(f.arena, judged_at(name), (rein_pos){0}, f.diag, &source), REIN_OK);
  return source->bytes;
}

int judged_run(const char *format, ...) {
  const char *program = getenv("REIN_TEST_PROGRAM");
  va_list args;
  va_start(args, format);
  const char *words = rein_arena_vprintf(f.arena, format, args);
  va_end(args);
  return WEXITSTATUS(
      system(rein_arena_printf(f.arena, "%s %s > %s 2> %s", program ? program : "build/release/rein", words,
                               judged_at("out"), judged_at("err"))));
}
