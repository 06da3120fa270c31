/* rein compare A B: two sets of records side by side. */
#include <stdio.h>
#include <string.h>

#include "src/base/files.h"
#include "src/cli/commands.h"
#include "src/study/compare.h"

static rein_status read_by(const rein_cli *cli, rein_compare_by *by) {
  static const char *const words[] = {"individual", "arm", NULL};
  const rein_option_value *given = &cli->option[REIN_OPTION_BY];
  *by = REIN_COMPARE_BY_BEST;
  if (!given->given) return REIN_OK;
  for (int i = 0; words[i]; i++) {
    if (strcmp(given->text, words[i]) != 0) continue;
    *by = i == 0 ? REIN_COMPARE_BY_INDIVIDUAL : REIN_COMPARE_BY_ARM;
    return REIN_OK;
  }
  return rein_cli_usage(cli, "--by is individual or arm, not '%s'%s", given->text,
                        rein_cli_suggest(cli->arena, given->text, words));
}

typedef struct {
  const rein_comparison *comparison;
  rein_diag *diag;
} rows;

static rein_status put_rows(void *context, const rein_files_output *out) {
  const rows *r = context;
  return rein_compare_write_csv(r->comparison, out->file, r->diag);
}

static rein_status write_rows(rein_cli *cli, const rein_comparison *c) {
  rows r = {c, cli->diag};
  return rein_files_write_by(cli->arena, cli->option[REIN_OPTION_CSV].text, put_rows, &r, cli->diag);
}

rein_status rein_cmd_compare(rein_cli *cli) {
  const rein_option_value *o = cli->option;
  rein_compare_options options = {.path = {cli->arg[0], cli->arg[1]},
                                  .scenario_path = o[REIN_OPTION_SCENARIO].text,
                                  .individual_data = o[REIN_OPTION_INDIVIDUAL_DATA].given};
  rein_units *units;
  rein_comparison *c;
  rein_text text;
  rein_status status = read_by(cli, &options.by);
  if (status == REIN_OK) status = rein_cli_units(cli, &units);
  if (status == REIN_OK) status = rein_compare_sets(cli->arena, units, &options, cli->diag, &c);
  if (status != REIN_OK && status != REIN_ERR_MEMBERS) return status;
  rein_text_init(&text, cli->arena);
  rein_status written = REIN_OK;
  if (o[REIN_OPTION_JSON].given)
    written = rein_compare_print_json(c, &text);
  else
    rein_compare_print(c, &text);
  if (written == REIN_OK && o[REIN_OPTION_CSV].given) written = write_rows(cli, c);
  if (written != REIN_OK) return written;
  return fwrite(text.bytes, 1, text.n, stdout) == text.n ? status : REIN_ERR_FILE;
}
