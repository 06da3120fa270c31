/* rein why-not FILE: where a model misses observed data. FILE is a scenario that compares, or the data. */
#include <stdio.h>

#include "src/base/files.h"
#include "src/cli/commands.h"
#include "src/study/scenario_of_data.h"
#include "src/study/why_not.h"

static rein_status find_scenario(rein_cli *cli, const char **out) {
  const char *wanted = cli->option[REIN_OPTION_SCENARIO].text;
  if (rein_is_observed_data(cli->arena, cli->arg[0]))
    return rein_scenario_of_data(cli->arena, cli->arg[0], wanted, cli->diag, out);
  if (wanted)
    return rein_cli_usage(cli,
                          "--scenario goes with observed data (a .csv, or the YAML that describes it), and "
                          "'%s' is neither",
                          cli->arg[0]);
  return *out = cli->arg[0], REIN_OK;
}

rein_status rein_cmd_why_not(rein_cli *cli) {
  const rein_option_value *o = cli->option;
  if (o[REIN_OPTION_THREADS].count > 4096) return rein_cli_usage(cli, "--threads is at most 4096");
  const rein_why_not_options options = {
      .scenario = {.has_seed = o[REIN_OPTION_SEED].given, .seed = (uint64_t)o[REIN_OPTION_SEED].count},
      .n_thread = (int)o[REIN_OPTION_THREADS].count,
      .individual_data = o[REIN_OPTION_INDIVIDUAL_DATA].given};
  rein_why_not answer;
  rein_units *units;
  rein_text text;
  rein_text_init(&text, cli->arena);
  const char *scenario;
  rein_status status = find_scenario(cli, &scenario);
  if (status == REIN_OK) status = rein_cli_units(cli, &units);
  if (status == REIN_OK) status = rein_why_not_run(cli->arena, units, scenario, &options, cli->diag, &answer);
  if (status != REIN_OK) return status;
  rein_why_not_print(&answer, &text);
  if (!o[REIN_OPTION_QUIET].given) fputs(text.bytes, stdout);
  if (!o[REIN_OPTION_OUT].given) return REIN_OK;
  rein_text json;
  rein_text_init(&json, cli->arena);
  status = rein_why_not_print_json(&answer, &json);
  return status == REIN_OK ? rein_files_write(o[REIN_OPTION_OUT].text, json.bytes, json.n, cli->diag)
                           : status;
}
