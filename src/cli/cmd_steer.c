/* rein steer GOALS: actions that a model's cohorts do well with, under hard limits. */
#include <stdio.h>

#include "src/base/files.h"
#include "src/cli/commands.h"
#include "src/study/steer.h"

rein_status rein_cmd_steer(rein_cli *cli) {
  const rein_option_value *o = cli->option;
  const char *path = o[REIN_OPTION_OUT].text;
  const rein_steer_options options = {.n_thread = (int)o[REIN_OPTION_THREADS].count,
                                      .exploratory = o[REIN_OPTION_EXPLORATORY].given};
  rein_steering s;
  rein_units *units;
  rein_text text, json;
  rein_text_init(&text, cli->arena);
  rein_text_init(&json, cli->arena);
  rein_status status = rein_cli_units(cli, &units);
  if (status == REIN_OK) status = rein_steer(cli->arena, units, cli->arg[0], &options, cli->diag, &s);
  if (status != REIN_OK) return status;
  rein_steer_print(&s, &text);
  fputs(text.bytes, stdout);
  if (!path) return REIN_OK;
  status = rein_steer_print_json(&s, &json);
  return status == REIN_OK ? rein_files_write(path, json.bytes, json.n, cli->diag) : status;
}
