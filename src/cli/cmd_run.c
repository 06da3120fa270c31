/* rein run SCENARIO: from the scenario's file to its study folder, with progress and a summary on standard
 * error. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "solver/team.h"
#include "src/cli/commands.h"
#include "src/cli/signals.h"
#include "src/cli/words.h"
#include "src/record/summary.h"
#include "src/study/simulate.h"

typedef struct {
  bool shown;         /* on a terminal only */
  double start, last; /* seconds */
  double members_per_batch;
  bool line_open;
} progress;

static double seconds(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

static bool tell_progress(void *context, int64_t n_done, int64_t n_wanted) {
  progress *p = context;
  const double now = seconds();
  if (p->shown && n_wanted > 0 && now - p->last > 0.25) {
    const double elapsed = now - p->start, rate = elapsed > 0.0 ? (double)n_done / elapsed : 0.0;
    char eta[32];
    rein_words_duration(rate > 0.0 ? (double)(n_wanted - n_done) / rate : 0.0, eta, sizeof eta);
    fprintf(stderr, "\r%3.0f %%  %.0f simulations/s  %s left   ", 100.0 * (double)n_done / (double)n_wanted,
            rate * p->members_per_batch, n_done ? eta : "?");
    fflush(stderr);
    p->last = now;
    p->line_open = true;
  }
  return rein_signals_caught() == 0;
}

/* ---- options ---- */

static rein_status read_isa(const rein_cli *cli, const rein_kernels **out) {
  static const char *const names[] = {"avx512", "avx2", "plain", NULL};
  const char *name = cli->option[REIN_OPTION_ISA].text;
  rein_isa isa;
  *out = NULL;
  if (!name) return REIN_OK;
  if (!rein_isa_parse(name, &isa)) {
    return rein_cli_usage(cli, "--isa is avx512, avx2 or plain, not '%s'%s", name,
                          rein_cli_suggest(cli->arena, name, names));
  }
  *out = rein_kernels_get(isa);
  if (*out) return REIN_OK;
  rein_error(cli->diag, rein_cli_pos(), "this processor has no %s", name);
  return REIN_ERR_SURROUNDINGS;
}

static rein_status read_shard(const rein_cli *cli, int *shard, int *n_shard) {
  const char *text = cli->option[REIN_OPTION_SHARD].text;
  int used = 0;
  *shard = *n_shard = 0;
  if (!text) return REIN_OK;
  if (sscanf(text, "%9d/%9d%n", shard, n_shard, &used) != 2 || text[used] != 0 || *shard < 1 ||
      *shard > *n_shard) {
    return rein_cli_usage(cli, "--shard is K/N with K from 1 to N, as in 1/3, not '%s'", text);
  }
  return REIN_OK;
}

static rein_status read_options(const rein_cli *cli, rein_scenario_options *scenario,
                                rein_simulation_options *run) {
  const rein_option_value *o = cli->option;
  if (o[REIN_OPTION_LANES].given &&
      (o[REIN_OPTION_LANES].count % REIN_LANE_MULTIPLE != 0 || o[REIN_OPTION_LANES].count < 1 ||
       o[REIN_OPTION_LANES].count > REIN_MAX_LANE)) {
    return rein_cli_usage(cli, "--lanes is a multiple of %d from %d to %d", REIN_LANE_MULTIPLE,
                          REIN_LANE_MULTIPLE, REIN_MAX_LANE);
  }
  if (o[REIN_OPTION_THREADS].count > 4096) return rein_cli_usage(cli, "--threads is at most 4096");
  if (o[REIN_OPTION_N].given && o[REIN_OPTION_N].count < 1) return rein_cli_usage(cli, "--n is at least 1");
  if (o[REIN_OPTION_RTOL].given && o[REIN_OPTION_RTOL].number >= 1.0)
    return rein_cli_usage(cli, "--rtol is below 1");
  *scenario = (rein_scenario_options){.has_seed = o[REIN_OPTION_SEED].given,
                                      .seed = (uint64_t)o[REIN_OPTION_SEED].count,
                                      .n_lane = (int)o[REIN_OPTION_LANES].count,
                                      .n_individual = o[REIN_OPTION_N].count,
                                      .rtol = o[REIN_OPTION_RTOL].number};
  run->n_thread = (int)o[REIN_OPTION_THREADS].count;
  const rein_status status = read_isa(cli, &run->kernels);
  return status == REIN_OK ? read_shard(cli, &run->shard, &run->n_shard) : status;
}

/* ---- what is said ---- */

static rein_status tell_size(rein_cli *cli, const rein_simulation *s,
                             const rein_simulation_options *options) {
  rein_simulation_size size;
  char memory[32], disk[32], shard[96] = "";
  const rein_status status = rein_simulation_measure(cli->arena, s, options, cli->diag, &size);
  if (status != REIN_OK) return status;
  rein_words_bytes(size.memory_bytes, memory, sizeof memory);
  rein_words_bytes(size.disk_bytes, disk, sizeof disk);
  if (options->n_shard > 0)
    snprintf(shard, sizeof shard, "; shard %d/%d of %" PRId64, options->shard, options->n_shard,
             s->scenario->n_individual * s->scenario->n_arm);
  printf("simulations %" PRId64 " (%" PRId64 " individuals, %d arms%s)\n"
         "batches     %" PRId64 " of %d lanes\n"
         "memory      about %s with %d threads\n"
         "disk        about %s\n",
         size.n_member, size.n_individual, s->scenario->n_arm, shard, size.n_batch, s->plan->n_lane, memory,
         rein_team_size(options->n_thread), disk);
  return REIN_OK;
}

static void tell_failures(rein_cli *cli, const char *folder) {
  rein_study_reader *reader;
  rein_summary *summary;
  if (rein_reader_open(cli->arena, folder, false, cli->diag, &reader) != REIN_OK) return;
  if (rein_summary_create(cli->arena, reader, false, cli->diag, &summary) != REIN_OK) return;
  rein_words_failures(summary, reader, stderr);
}

static void tell_result(rein_cli *cli, const rein_simulation *s, const char *folder,
                        const rein_simulation_totals *t, double elapsed, bool interrupted) {
  char duration[32], bytes[32];
  rein_words_duration(elapsed, duration, sizeof duration);
  rein_words_bytes(t->in_folder.n_byte, bytes, sizeof bytes);
  const int64_t n = t->in_folder.n_fine + t->in_folder.n_alone + t->in_folder.n_failed;
  fprintf(stderr, "%s: %" PRId64 " individuals, %d arms: %" PRId64 " simulations now in %s",
          s->scenario->name, s->scenario->n_individual, s->scenario->n_arm, t->now.n_lane, duration);
  if (elapsed > 0.0 && t->now.n_lane > 0) fprintf(stderr, " (%.0f/s)", (double)t->now.n_lane / elapsed);
  fprintf(stderr, "\n  records  %s: %" PRId64 " of %" PRId64 " parts, %" PRId64 " simulations, %s\n", folder,
          t->in_folder.n_part, t->n_part_wanted, n, bytes);
  if (t->in_folder.n_alone) {
    fprintf(stderr, "  alone    %" PRId64 " left their batch and were finished alone\n",
            t->in_folder.n_alone);
  }
  if (t->in_folder.n_failed) {
    fprintf(stderr, "  failed   %" PRId64 "\n", t->in_folder.n_failed);
    tell_failures(cli, folder);
  }
  if (interrupted) fputs("  stopped by a signal; the same command goes on\n", stderr);
  fprintf(stderr, "  boundary %s: research use only, nothing here recommends a treatment\n",
          s->scenario->model->boundary);
}

static const char *command_line(const rein_cli *cli) {
  rein_text text;
  rein_text_init(&text, cli->arena);
  rein_text_printf(&text, "rein run %s", cli->arg[0]);
  for (int i = 0; i < REIN_N_OPTION; i++) {
    if (cli->option[i].given) rein_text_printf(&text, " %s", rein_cli_option_text(cli, (rein_option_id)i));
  }
  return text.bytes;
}

rein_status rein_cmd_run(rein_cli *cli) {
  rein_scenario_options scenario;
  rein_simulation_options options = {0};
  rein_simulation simulation;
  rein_simulation_totals totals = {0};
  rein_units *units;
  rein_status status = read_options(cli, &scenario, &options);
  if (status == REIN_OK) status = rein_cli_units(cli, &units);
  if (status == REIN_OK) {
    status = rein_simulation_prepare(cli->arena, units, cli->arg[0], &scenario, options.kernels, cli->diag,
                                     &simulation);
  }
  if (status != REIN_OK) return status;
  if (cli->option[REIN_OPTION_DRY_RUN].given) return tell_size(cli, &simulation, &options);
  const bool quiet = cli->option[REIN_OPTION_QUIET].given;
  const char *folder = cli->option[REIN_OPTION_OUT].text;
  if (!folder) folder = rein_arena_printf(cli->arena, "outputs/%s", simulation.scenario->name);
  progress p = {.shown = !quiet && isatty(STDERR_FILENO),
                .start = seconds(),
                .members_per_batch =
                    (double)(simulation.scenario->n_individual * simulation.scenario->n_arm) /
                    (double)(simulation.plan->n_batch ? simulation.plan->n_batch : 1)};
  options.command_line = command_line(cli);
  options.progress = tell_progress;
  options.progress_context = &p;
  rein_signals_catch();
  status = rein_simulation_run(cli->arena, &simulation, folder, &options, cli->diag, &totals);
  if (p.line_open) fputs("\r\033[K", stderr);
  const bool has_totals = status == REIN_OK || status == REIN_ERR_MEMBERS || status == REIN_ERR_INTERRUPTED;
  if (has_totals && !quiet)
    tell_result(cli, &simulation, folder, &totals, seconds() - p.start, status == REIN_ERR_INTERRUPTED);
  return status;
}
