#include "src/record/run_file.h"

#include "src/base/files.h"
#include "src/base/sha256.h"
#include "src/record/part_file.h"

#include <inttypes.h>
#include <string.h>
#include <sys/utsname.h>
#include <time.h>
#include <unistd.h>

/* A single-quoted YAML scalar; control characters become spaces. */
static void add_quoted(rein_text *out, const char *text) {
  rein_text_add(out, "'");
  for (const char *c = text ? text : ""; *c; c++) {
    const char plain = (unsigned char)*c < ' ' ? ' ' : *c;
    rein_text_add_n(out, &plain, 1);
    if (plain == '\'') rein_text_add(out, "'");
  }
  rein_text_add(out, "'");
}

static void add_line(rein_text *out, const char *key, const char *text) {
  rein_text_printf(out, "%s: ", key);
  add_quoted(out, text);
  rein_text_add(out, "\n");
}

static void add_number(rein_text *out, const char *key, double number) {
  rein_text_printf(out, "%s: ", key);
  rein_text_number(out, number);
  rein_text_add(out, "\n");
}

static void add_count(rein_text *out, const char *key, int64_t n) {
  rein_text_printf(out, "%s: %" PRId64 "\n", key, n);
}

static void add_what(rein_text *out, const rein_layout *layout) {
  const rein_scenario *s = layout->scenario;
  rein_text_add(out, "# What was run, and what is needed to run it again. docs/records.md explains it.\n"
                     "rein: run/1\n");
  add_line(out, "for_research", REIN_FOR_RESEARCH);
  add_line(out, "study", s->name);
  add_line(out, "title", s->title);
  add_line(out, "boundary", s->model->boundary);
  add_line(out, "origin", "mechanistic");
  add_line(out, "model", s->model->name);
  add_line(out, "model_file", rein_files_base_name(s->model->source ? s->model->source->path : NULL));
  add_line(out, "model_hash", layout->tape->hash);
  add_line(out, "scenario_file", rein_files_base_name(s->path));
  add_line(out, "scenario_hash", s->hash);
  rein_text_printf(out, "seed: %" PRIu64 "\n", s->seed);
  add_count(out, "individuals", s->n_individual);
  add_count(out, "replicates", s->n_replicate);
  add_count(out, "arms", s->n_arm);
  add_count(out, "measurement_times", s->n_time);
  add_count(out, "horizons", s->n_horizon);
  rein_text_printf(out, "individual_data: %s\n", s->individual_data ? "true" : "false");
}

/* Why `method: auto` took the method it took: counts, never clock time. */
static void add_choice(rein_text *out, const rein_study_choice *c) {
  rein_text_add(
      out, "# Counts of the typical individual's lanes; cost: operations on rows, see docs/numerics.md.\n"
           "method_choice:\n");
  rein_text_printf(
      out, "  bdf: {steps: %" PRId64 ", rates: %" PRId64 ", jacobians: %" PRId64 ", cost: %" PRId64 "}\n",
      c->bdf.n_step, c->bdf.n_rate, c->bdf.n_jacobian, c->bdf.cost);
  rein_text_printf(out,
                   "  dopri5: {steps: %" PRId64 ", rates: %" PRId64 ", cost: %" PRId64 ", finished: %s}\n",
                   c->dopri5.n_step, c->dopri5.n_rate, c->dopri5.cost, c->dopri5.finished ? "true" : "false");
}

static void add_how(rein_text *out, const rein_layout *layout, const rein_plan *plan,
                    const rein_study_options *o) {
  const rein_scenario *s = layout->scenario;
  add_line(out, "method", rein_method_name(plan->method));
  if (o->choice) add_choice(out, o->choice);
  add_number(out, "relative_tolerance", plan->rtol);
  add_number(out, "absolute_tolerance_of_scale", s->atol_rel);
  add_count(out, "max_steps", plan->max_steps);
  if (plan->max_step > 0) add_number(out, "max_step", plan->max_step); /* [model time] */
  add_count(out, "lanes", plan->n_lane);
  add_count(out, "batches", plan->n_batch);
  add_count(out, "batches_per_part", layout->batches_per_part);
  add_count(out, "individuals_per_batch", layout->individuals_per_batch);
  add_line(out, "instruction_level", o->isa ? o->isa : "any");
  add_line(out, "floating_point_flags", o->flags);
  rein_text_add(out, "# Magnitude of each state: declared, or the largest in the pilot run.\nstates:\n");
  for (int i = 0; i < layout->tape->n_state; i++) {
    rein_text_add(out, "  - {state: ");
    add_quoted(out, layout->tape->state[i].name);
    rein_text_add(out, ", unit: ");
    add_quoted(out, layout->tape->state[i].unit);
    rein_text_add(out, ", scale: ");
    rein_text_number(out, s->atol_rel > 0 ? plan->atol[i] / s->atol_rel : layout->tape->scale[i]);
    rein_text_add(out, ", absolute_tolerance: ");
    rein_text_number(out, plan->atol[i]);
    rein_text_add(out, "}\n");
  }
}

static void add_versions(rein_text *out, const rein_study_options *o) {
  char netcdf[64];
  rein_part_file_version(netcdf, sizeof netcdf);
  rein_text_add(out, "versions:\n");
  for (int i = 0; i < o->n_version; i++) {
    rein_text_printf(out, "  %s: ", o->version[i].name);
    add_quoted(out, o->version[i].version);
    rein_text_add(out, "\n");
  }
  rein_text_add(out, "  NetCDF: ");
  add_quoted(out, netcdf);
  rein_text_add(out, "\n");
}

static void add_inputs(rein_text *out, const rein_layout *layout, const rein_study_options *o) {
  rein_text_add(out, o->n_input ? "inputs:\n" : "inputs: []\n");
  for (int i = 0; i < o->n_input; i++) {
    char hash[65];
    rein_sha256_hex(o->input[i].bytes, o->input[i].n_byte, hash);
    rein_text_add(out, "  - {file: ");
    add_quoted(out, rein_arena_printf(out->arena, "inputs/%s", o->input[i].name));
    rein_text_printf(out, ", sha256: '%s'}\n", hash);
  }
  if (layout->scenario->individual_data)
    rein_text_add(
        out,
        "# Cohort or doses come from a table of people: scenario and table are named by hash, not copied.\n");
}

void rein_run_print(rein_text *out, const rein_layout *layout, const rein_plan *plan,
                    const rein_study_options *options) {
  add_what(out, layout);
  add_how(out, layout, plan, options);
  add_versions(out, options);
  add_inputs(out, layout, options);
}

void rein_run_log_print(rein_text *out, const rein_scenario *scenario, const rein_study_options *o) {
  struct utsname host = {0};
  struct tm utc = {0};
  char clock[32] = "";
  const time_t now = time(NULL);
  uname(&host);
  if (gmtime_r(&now, &utc)) strftime(clock, sizeof clock, "%Y-%m-%dT%H:%M:%SZ", &utc);
  rein_text_printf(out, "- start: '%s'\n  host: ", clock);
  add_quoted(out, host.nodename);
  rein_text_add(out, "\n  system: ");
  add_quoted(out, rein_arena_printf(out->arena, "%s %s %s", host.sysname, host.release, host.machine));
  rein_text_printf(out, "\n  process: %ld\n  threads: %d\n", (long)getpid(), o->n_thread);
  if (o->n_shard > 1) rein_text_printf(out, "  shard: '%d/%d'\n", o->shard, o->n_shard);
  if (o->command_line && !scenario->individual_data) {
    rein_text_add(out, "  command: ");
    add_quoted(out, o->command_line);
    rein_text_add(out, "\n");
  }
}
