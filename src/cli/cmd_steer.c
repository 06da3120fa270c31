/* rein steer GOALS: actions that a model's cohorts do well with, under hard limits. */
#include <stdio.h>

#include "src/base/files.h"
#include "src/cli/commands.h"
#include "src/report/choices.h"

static rein_status write_out(rein_cli *cli, const rein_steering *s, rein_cli_target to) {
  const char *path = cli->option[REIN_OPTION_OUT].text;
  rein_text json;
  if (to != REIN_TO_JSON)
    return rein_choices_write(cli->arena, s, to == REIN_TO_SVG ? REIN_PLOT_SVG : REIN_PLOT_PNG, path,
                              cli->diag);
  rein_text_init(&json, cli->arena);
  const rein_status status = rein_steer_print_json(s, &json);
  return status == REIN_OK ? rein_files_write(path, json.bytes, json.n, cli->diag) : status;
}

rein_status rein_cmd_steer(rein_cli *cli) {
  const rein_option_value *o = cli->option;
  const rein_steer_options options = {.n_thread = (int)o[REIN_OPTION_THREADS].count,
                                      .exploratory = o[REIN_OPTION_EXPLORATORY].given};
  rein_steering s;
  rein_units *units;
  rein_cli_target to;
  rein_text text;
  rein_text_init(&text, cli->arena);
  rein_status status = rein_cli_target_of(cli, &to);
  if (status == REIN_OK) status = rein_cli_units(cli, &units);
  if (status == REIN_OK) status = rein_steer(cli->arena, units, cli->arg[0], &options, cli->diag, &s);
  if (status != REIN_OK) return status;
  rein_steer_print(&s, &text);
  if (!o[REIN_OPTION_QUIET].given) fputs(text.bytes, stdout);
  return to == REIN_TO_TEXT ? REIN_OK : write_out(cli, &s, to);
}
