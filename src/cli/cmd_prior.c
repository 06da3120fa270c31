/* rein prior QUERY: the distribution of the next state given state and action. */
#include <stdio.h>

#include "src/base/files.h"
#include "src/cli/commands.h"
#include "src/study/prior.h"

rein_status rein_cmd_prior(rein_cli *cli) {
  const rein_option_value *o = cli->option;
  rein_units *units;
  rein_prior prior;
  if (o[REIN_OPTION_THREADS].count > 4096) return rein_cli_usage(cli, "--threads is at most 4096");
  if (o[REIN_OPTION_N].given && o[REIN_OPTION_N].count < 1) return rein_cli_usage(cli, "--n is at least 1");
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
  if (o[REIN_OPTION_OUT].given) {
    rein_text json;
    rein_text_init(&json, cli->arena);
    status = rein_prior_print_json(&prior, &json);
    if (status == REIN_OK) status = rein_files_write(o[REIN_OPTION_OUT].text, json.bytes, json.n, cli->diag);
  }
  return status == REIN_OK ? answer : status;
}
