/* rein sensitivity SCENARIO: how much observables depend on parameters and fields of actions. */
#include <stdio.h>
#include <string.h>

#include "src/base/files.h"
#include "src/cli/commands.h"
#include "src/study/sensitivity.h"

static rein_status read_options(const rein_cli *cli, rein_sensitivity_options *out) {
  static const char *const kinds[] = {"local", "sobol", "morris", NULL};
  const rein_option_value *o = cli->option;
  const char *name = o[REIN_OPTION_KIND].given ? o[REIN_OPTION_KIND].text : "local";
  int kind = 0;
  while (kinds[kind] && strcmp(kinds[kind], name) != 0) kind++;
  if (!kinds[kind])
    return rein_cli_usage(cli, "--kind is local, sobol or morris, not '%s'%s", name,
                          rein_cli_suggest(cli->arena, name, kinds));
  if (kind == REIN_SENSITIVITY_LOCAL && o[REIN_OPTION_N].given)
    return rein_cli_usage(cli, "--n is a number of points; local sensitivity has none");
  *out = (rein_sensitivity_options){.scenario = {.has_seed = o[REIN_OPTION_SEED].given,
                                                 .seed = (uint64_t)o[REIN_OPTION_SEED].count,
                                                 .rtol = o[REIN_OPTION_RTOL].number},
                                    .n_thread = (int)o[REIN_OPTION_THREADS].count,
                                    .kind = (rein_sensitivity_kind)kind,
                                    .n = o[REIN_OPTION_N].given ? o[REIN_OPTION_N].count : 0,
                                    .arm = o[REIN_OPTION_ARM].text,
                                    .observable = o[REIN_OPTION_OBSERVABLE].text,
                                    .horizon = o[REIN_OPTION_HORIZON].text};
  return REIN_OK;
}

rein_status rein_cmd_sensitivity(rein_cli *cli) {
  const char *path = cli->option[REIN_OPTION_OUT].text;
  rein_sensitivity_options options;
  rein_sensitivity s;
  rein_units *units;
  rein_text text;
  rein_text_init(&text, cli->arena);
  rein_status status = read_options(cli, &options);
  if (status == REIN_OK) status = rein_cli_units(cli, &units);
  if (status == REIN_OK)
    status = rein_sensitivity_run(cli->arena, units, cli->arg[0], &options, cli->diag, &s);
  if (status != REIN_OK && status != REIN_ERR_MEMBERS) return status;
  rein_sensitivity_print(&s, &text);
  fputs(text.bytes, stdout);
  if (!path) return status;
  rein_text json;
  rein_text_init(&json, cli->arena);
  rein_status written = rein_sensitivity_print_json(&s, &json);
  if (written == REIN_OK) written = rein_files_write(path, json.bytes, json.n, cli->diag);
  return written == REIN_OK ? status : written;
}
