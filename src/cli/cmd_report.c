/* rein report SCENARIO|STUDY: one HTML file. */
#include <stdio.h>
#include <string.h>

#include "src/base/files.h"
#include "src/cli/commands.h"
#include "src/record/manifest.h"
#include "src/report/report.h"

static rein_status report_validation(rein_cli *cli, rein_units *units, rein_text *out, bool *any_failed) {
  const rein_option_value *o = cli->option;
  const rein_validate_options options = {.scenario = {.has_seed = o[REIN_OPTION_SEED].given,
                                                      .seed = (uint64_t)o[REIN_OPTION_SEED].count,
                                                      .n_individual = o[REIN_OPTION_N].count},
                                         .n_thread = (int)o[REIN_OPTION_THREADS].count,
                                         .individual_data = o[REIN_OPTION_INDIVIDUAL_DATA].given,
                                         .why = o[REIN_OPTION_WHY].given,
                                         .pictures = true};
  rein_validate_job *job;
  rein_validation v;
  rein_status status = rein_validate_prepare(cli->arena, units, cli->arg[0], &options, cli->diag, &job);
  if (status == REIN_OK) status = rein_validate_run(job, cli->diag, &v);
  if (status != REIN_OK && status != REIN_ERR_MEMBERS) return status;
  *any_failed = status == REIN_ERR_MEMBERS;
  return rein_report_validation(cli->arena, &v, cli->diag, out);
}

static rein_status check_options(const rein_cli *cli) {
  const rein_option_value *o = cli->option;
  if (o[REIN_OPTION_THREADS].count > 4096) return rein_cli_usage(cli, "--threads is at most 4096");
  if (o[REIN_OPTION_N].given && o[REIN_OPTION_N].count < 1) return rein_cli_usage(cli, "--n is at least 1");
  return REIN_OK;
}

/* "people.html" beside nothing of the user's: in the folder the program was called in. */
static const char *default_path(rein_cli *cli) {
  char *name = rein_arena_strdup(cli->arena, cli->arg[0]);
  size_t n = strlen(name);
  while (n > 1 && name[n - 1] == '/') name[--n] = 0;
  const char *slash = strrchr(name, '/');
  char *base = rein_arena_strdup(cli->arena, slash ? slash + 1 : name);
  char *dot = strrchr(base, '.');
  if (dot && dot > base) *dot = 0;
  return rein_arena_printf(cli->arena, "%s.html", base);
}

rein_status rein_cmd_report(rein_cli *cli) {
  rein_units *units;
  rein_text text;
  bool any_failed = false;
  rein_text_init(&text, cli->arena);
  const char *manifest = rein_arena_printf(cli->arena, "%s/%s", cli->arg[0], REIN_MANIFEST_NAME);
  rein_status status = check_options(cli);
  if (status == REIN_OK) status = rein_cli_units(cli, &units);
  if (status != REIN_OK) return status;
  if (rein_files_exists(manifest)) {
    const rein_report_options options = {.scenario_path = cli->option[REIN_OPTION_SCENARIO].text,
                                         .individual_data = cli->option[REIN_OPTION_INDIVIDUAL_DATA].given};
    status = rein_report_study(cli->arena, units, cli->arg[0], &options, cli->diag, &text);
  } else {
    status = report_validation(cli, units, &text, &any_failed);
  }
  const char *path =
      cli->option[REIN_OPTION_OUT].given ? cli->option[REIN_OPTION_OUT].text : default_path(cli);
  if (status == REIN_OK) status = rein_files_write(path, text.bytes, text.n, cli->diag);
  if (status == REIN_OK) fprintf(stderr, "report: %s\n", path);
  return status == REIN_OK && any_failed ? REIN_ERR_MEMBERS : status;
}
