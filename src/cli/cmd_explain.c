/* rein explain SCENARIO: which processes of the model make an effect. */
#include <stdio.h>

#include "src/base/files.h"
#include "src/cli/commands.h"
#include "src/report/shares.h"

static rein_status read_options(const rein_cli *cli, rein_explain_options *out) {
  const rein_option_value *o = cli->option;
  if (o[REIN_OPTION_OBSERVABLE].given && o[REIN_OPTION_SAFETY].given)
    return rein_cli_usage(cli, "--observable and --safety exclude each other");
  *out = (rein_explain_options){
      .scenario = {.has_seed = o[REIN_OPTION_SEED].given, .seed = (uint64_t)o[REIN_OPTION_SEED].count},
      .n_thread = (int)o[REIN_OPTION_THREADS].count,
      .arm = o[REIN_OPTION_ARM].text,
      .observable = o[REIN_OPTION_OBSERVABLE].text,
      .safety = o[REIN_OPTION_SAFETY].text,
      .horizon = o[REIN_OPTION_HORIZON].text,
      .has_individual = o[REIN_OPTION_INDIVIDUAL].given,
      .individual = o[REIN_OPTION_INDIVIDUAL].count,
      .individual_data = o[REIN_OPTION_INDIVIDUAL_DATA].given};
  return REIN_OK;
}

static rein_status write_out(rein_cli *cli, const rein_explanation *e, rein_cli_target to) {
  const char *path = cli->option[REIN_OPTION_OUT].text;
  rein_text text;
  rein_text_init(&text, cli->arena);
  if (to == REIN_TO_TEXT) {
    rein_explain_print(e, &text);
    fputs(text.bytes, stdout);
    return REIN_OK;
  }
  if (to == REIN_TO_JSON) {
    const rein_status status = rein_explain_print_json(e, &text);
    return status == REIN_OK ? rein_files_write(path, text.bytes, text.n, cli->diag) : status;
  }
  rein_bars bars;
  rein_shares_make(cli->arena, e, &bars);
  const rein_status status =
      rein_bars_write(cli->arena, &bars, to == REIN_TO_SVG ? REIN_PLOT_SVG : REIN_PLOT_PNG, path, cli->diag);
  if (status == REIN_OK) fprintf(stderr, "picture: %s\n", path);
  return status;
}

rein_status rein_cmd_explain(rein_cli *cli) {
  rein_explain_options options;
  rein_explanation e;
  rein_units *units;
  rein_cli_target to;
  rein_status status = rein_cli_target_of(cli, &to);
  if (status == REIN_OK) status = read_options(cli, &options);
  if (status == REIN_OK) status = rein_cli_units(cli, &units);
  if (status == REIN_OK) status = rein_explain(cli->arena, units, cli->arg[0], &options, cli->diag, &e);
  return status == REIN_OK ? write_out(cli, &e, to) : status;
}
