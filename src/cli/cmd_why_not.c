/* rein why-not SCENARIO: where a model misses observed data. */
#include <stdio.h>

#include "src/base/files.h"
#include "src/cli/commands.h"
#include "src/study/why_not.h"

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
  rein_status status = rein_cli_units(cli, &units);
  if (status == REIN_OK)
    status = rein_why_not_run(cli->arena, units, cli->arg[0], &options, cli->diag, &answer);
  if (status != REIN_OK) return status;
  rein_why_not_print(&answer, &text);
  fputs(text.bytes, stdout);
  if (!o[REIN_OPTION_OUT].given) return REIN_OK;
  rein_text json;
  rein_text_init(&json, cli->arena);
  status = rein_why_not_print_json(&answer, &json);
  return status == REIN_OK ? rein_files_write(o[REIN_OPTION_OUT].text, json.bytes, json.n, cli->diag)
                           : status;
}
