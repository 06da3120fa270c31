/* rein score [PREDICTIONS] --task SPLIT: any model's predictions of the test part of a frozen split. */
#include <stdio.h>
#include <string.h>

#include "src/base/files.h"
#include "src/cli/commands.h"
#include "src/study/outside.h"

static rein_status read_options(const rein_cli *cli, rein_validate_options *out, bool *wants_points) {
  static const char *const formats[] = {"text", "points", NULL};
  const rein_option_value *o = cli->option;
  const char *name = o[REIN_OPTION_FORMAT].text;
  *wants_points = name && strcmp(name, "points") == 0;
  if (name && !*wants_points && strcmp(name, "text") != 0)
    return rein_cli_usage(cli, "--format is text or points, not '%s'%s", name,
                          rein_cli_suggest(cli->arena, name, formats));
  if (!o[REIN_OPTION_TASK].given)
    return rein_cli_usage(cli, "--task names the frozen split, see 'rein split'");
  if (o[REIN_OPTION_THREADS].count > 4096) return rein_cli_usage(cli, "--threads is at most 4096");
  if (*wants_points && cli->n_arg > 0)
    return rein_cli_usage(cli, "--format points lists what is to be predicted: it takes no predictions");
  *out = (rein_validate_options){.n_thread = (int)o[REIN_OPTION_THREADS].count,
                                 .individual_data = o[REIN_OPTION_INDIVIDUAL_DATA].given,
                                 .why = o[REIN_OPTION_WHY].given};
  return REIN_OK;
}

static rein_status print_points(const rein_cli *cli, const rein_validate_job *job, const rein_split *split) {
  rein_text text;
  rein_text_init(&text, cli->arena);
  const rein_status status =
      rein_split_print_points(job, split, cli->option[REIN_OPTION_INDIVIDUAL_DATA].given, cli->diag, &text);
  if (status != REIN_OK) return status;
  const char *path = cli->option[REIN_OPTION_OUT].text;
  if (path) return rein_files_write(path, text.bytes, text.n, cli->diag);
  fputs(text.bytes, stdout);
  return REIN_OK;
}

static rein_status run(const rein_cli *cli, rein_validate_job *job) {
  rein_validation v;
  rein_text text, json;
  const rein_status ran = rein_validate_run(job, cli->diag, &v);
  if (ran != REIN_OK && ran != REIN_ERR_MEMBERS) return ran;
  rein_text_init(&text, cli->arena);
  rein_text_init(&json, cli->arena);
  rein_validate_print(&v, &text);
  fputs(text.bytes, stdout);
  if (!cli->option[REIN_OPTION_OUT].given) return ran;
  rein_status status = rein_validate_print_json(&v, &json);
  if (status == REIN_OK)
    status = rein_files_write(cli->option[REIN_OPTION_OUT].text, json.bytes, json.n, cli->diag);
  return status == REIN_OK ? ran : status;
}

rein_status rein_cmd_score(rein_cli *cli) {
  rein_validate_options options;
  rein_units *units;
  rein_split *split;
  rein_validate_job *job;
  bool wants_points;
  rein_status status = read_options(cli, &options, &wants_points);
  if (status == REIN_OK) status = rein_cli_units(cli, &units);
  if (status == REIN_OK)
    status = rein_split_read(cli->arena, cli->option[REIN_OPTION_TASK].text, cli->diag, &split);
  if (status == REIN_OK)
    status = rein_validate_prepare(cli->arena, units, split->scenario, &options, cli->diag, &job);
  if (status == REIN_OK) status = rein_split_apply(job, units, split, cli->diag);
  if (status != REIN_OK) return status;
  if (wants_points) return print_points(cli, job, split);
  if (cli->n_arg > 0) status = rein_outside_read(job, units, cli->arg[0], cli->diag);
  return status == REIN_OK ? run(cli, job) : status;
}
