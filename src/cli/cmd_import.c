/* rein import sbml FILE: an SBML model as YAML. */
#include <stdio.h>
#include <string.h>

#include "src/base/files.h"
#include "src/cli/commands.h"
#include "src/import/sbml.h"
#include "src/import/write_yaml.h"

rein_status rein_cmd_import(rein_cli *cli) {
  static const char *const formats[] = {"sbml", NULL};
  if (strcmp(cli->arg[0], "sbml") != 0)
    return rein_cli_usage(cli, "the format to import is sbml, not '%s'%s", cli->arg[0],
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
