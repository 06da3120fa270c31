/* rein interact STUDY: interactions between the factors of factorial designs. */
#include <stdio.h>

#include "src/base/files.h"
#include "src/cli/commands.h"
#include "src/study/interact.h"

rein_status rein_cmd_interact(rein_cli *cli) {
  const rein_option_value *o = cli->option;
  rein_study_reader *reader;
  rein_interactions *about;
  rein_text text, json;
  rein_status status = rein_reader_open(cli->arena, cli->arg[0], true, cli->diag, &reader);
  if (status == REIN_OK)
    status = rein_interact_create(cli->arena, reader, o[REIN_OPTION_OBSERVABLE].text,
                                  o[REIN_OPTION_INDIVIDUAL_DATA].given, cli->diag, &about);
  if (status != REIN_OK) return status;
  rein_text_init(&text, cli->arena);
  rein_text_init(&json, cli->arena);
  if (o[REIN_OPTION_JSON].given || o[REIN_OPTION_OUT].given) status = rein_interact_print_json(about, &json);
  if (status != REIN_OK) return status;
  if (!o[REIN_OPTION_JSON].given) rein_interact_print(about, &text);
  fputs(o[REIN_OPTION_JSON].given ? json.bytes : text.bytes, stdout);
  return o[REIN_OPTION_OUT].given ? rein_files_write(o[REIN_OPTION_OUT].text, json.bytes, json.n, cli->diag)
                                  : REIN_OK;
}
