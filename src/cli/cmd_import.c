/* rein import sbml FILE: an SBML model as YAML; rein import observed SCENARIO: observed data as records. */
#include <stdio.h>
#include <string.h>

#include "src/base/files.h"
#include "src/cli/commands.h"
#include "src/import/sbml.h"
#include "src/import/write_yaml.h"
#include "src/study/observed_records.h"

/* New lines go to standard output, or behind those of the file of --out, which appears anew when whole. */
static rein_status import_observed(rein_cli *cli) {
  const rein_validate_options options = {0};
  const char *path = cli->option[REIN_OPTION_OUT].text;
  const rein_source *before = NULL;
  rein_units *units;
  rein_validate_job *job;
  rein_text text;
  rein_status status = rein_cli_units(cli, &units);
  if (status == REIN_OK)
    status = rein_validate_prepare(cli->arena, units, cli->arg[1], &options, cli->diag, &job);
  if (status == REIN_OK && path && rein_files_exists(path))
    status = rein_files_read(cli->arena, path, rein_cli_pos(), cli->diag, &before);
  if (status != REIN_OK) return status;
  rein_text_init(&text, cli->arena);
  if (before) rein_text_add_n(&text, before->bytes, before->n_byte);
  status =
      rein_observed_records(job, before, cli->option[REIN_OPTION_INDIVIDUAL_DATA].given, cli->diag, &text);
  if (status != REIN_OK) return status;
  if (path) return rein_files_write(path, text.bytes, text.n, cli->diag);
  return fwrite(text.bytes, 1, text.n, stdout) == text.n ? REIN_OK : REIN_ERR_FILE;
}

rein_status rein_cmd_import(rein_cli *cli) {
  static const char *const formats[] = {"sbml", "observed", NULL};
  if (strcmp(cli->arg[0], "observed") == 0) return import_observed(cli);
  if (strcmp(cli->arg[0], "sbml") != 0)
    return rein_cli_usage(cli, "the format to import is sbml or observed, not '%s'%s", cli->arg[0],
                          rein_cli_suggest(cli->arena, cli->arg[0], formats));
  const rein_model_importer import =
      cli->option[REIN_OPTION_NO_VALIDATE].given ? rein_import_sbml : rein_import_sbml_validated;
  rein_units *units;
  const rein_source *source;
  rein_model *model;
  rein_status status = rein_cli_units(cli, &units);
  if (status == REIN_OK)
    status = rein_files_read(cli->arena, cli->arg[1], rein_cli_pos(), cli->diag, &source);
  if (status == REIN_OK) status = import(cli->arena, units, source, cli->diag, &model);
  if (status != REIN_OK) return status;
  rein_text text;
  rein_text_init(&text, cli->arena);
  rein_model_write_yaml(model, "sbml", &text);
  status = rein_model_check(model, units, cli->diag); /* what is written has to read back */
  if (status != REIN_OK) return status;
  const char *path = cli->option[REIN_OPTION_OUT].text;
  if (path) return rein_files_write(path, text.bytes, text.n, cli->diag);
  return fwrite(text.bytes, 1, text.n, stdout) == text.n ? REIN_OK : REIN_ERR_FILE;
}
