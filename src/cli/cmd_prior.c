/* rein prior QUERY: the distribution of the next state given state and action. */
#include <stdio.h>
#include <string.h>

#include "src/base/files.h"
#include "src/cli/commands.h"
#include "src/study/prior.h"

/* What a file is follows from how its name ends. */
static rein_status write_out(rein_cli *cli, const rein_prior *prior) {
  static const char *const ENDS[] = {".json", ".csv", ".nc", ".stan", ".py"};
  const char *path = cli->option[REIN_OPTION_OUT].text;
  const size_t length = strlen(path);
  rein_text text;
  rein_text_init(&text, cli->arena);
  size_t kind = 0;
  while (kind < 5 &&
         !(length > strlen(ENDS[kind]) && strcmp(path + length - strlen(ENDS[kind]), ENDS[kind]) == 0))
    kind++;
  rein_status status = REIN_OK;
  if (kind == 0) status = rein_prior_print_json(prior, &text);
  if (kind == 1) rein_prior_print_csv(prior, &text);
  if (kind == 2) return rein_prior_write_netcdf(prior, path, cli->diag);
  if (kind == 3) rein_prior_print_stan(prior, &text);
  if (kind == 4) rein_prior_print_python(prior, &text);
  return status == REIN_OK ? rein_files_write(path, text.bytes, text.n, cli->diag) : status;
}

static bool knows_ending(const char *path) {
  const char *dot = strrchr(path, '.');
  return dot && (strcmp(dot, ".json") == 0 || strcmp(dot, ".csv") == 0 || strcmp(dot, ".nc") == 0 ||
                 strcmp(dot, ".stan") == 0 || strcmp(dot, ".py") == 0);
}

rein_status rein_cmd_prior(rein_cli *cli) {
  const rein_option_value *o = cli->option;
  rein_units *units;
  rein_prior prior;
  if (o[REIN_OPTION_THREADS].count > 4096) return rein_cli_usage(cli, "--threads is at most 4096");
  if (o[REIN_OPTION_N].given && o[REIN_OPTION_N].count < 1) return rein_cli_usage(cli, "--n is at least 1");
  if (o[REIN_OPTION_OUT].given && !knows_ending(o[REIN_OPTION_OUT].text))
    return rein_cli_usage(cli, "--out ends in .json, .csv, .nc, .stan or .py");
  const rein_prior_options options = {.has_seed = o[REIN_OPTION_SEED].given,
                                      .seed = (uint64_t)o[REIN_OPTION_SEED].count,
                                      .n = o[REIN_OPTION_N].count,
                                      .n_thread = (int)o[REIN_OPTION_THREADS].count};
  rein_status status = rein_cli_units(cli, &units);
  if (status != REIN_OK) return status;
  const rein_status answer = rein_prior_run(cli->arena, units, cli->arg[0], &options, cli->diag, &prior);
  if (answer != REIN_OK && answer != REIN_ERR_MEMBERS) return answer;
  rein_text text;
  rein_text_init(&text, cli->arena);
  if (!o[REIN_OPTION_QUIET].given) {
    rein_prior_print(&prior, &text);
    fputs(text.bytes, stdout);
  }
  if (o[REIN_OPTION_OUT].given) status = write_out(cli, &prior);
  return status == REIN_OK ? answer : status;
}
