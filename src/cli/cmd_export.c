/* rein export STUDY: records as NDJSON or CSV; of people only aggregates, unless asked. */
#include <stdio.h>
#include <string.h>

#include "src/base/files.h"
#include "src/cli/commands.h"
#include "src/cli/salt.h"
#include "src/record/export.h"
#include "src/record/summary.h"

/* "age,weight" of --columns: every name must be a parameter or covariate of the study. */
static rein_status read_columns(rein_cli *cli, const rein_study_reader *reader, bool csv,
                                rein_export_options *options) {
  const rein_option_value *given = &cli->option[REIN_OPTION_COLUMNS];
  const int64_t n_known = reader->labels.n[REIN_AXIS_PARAMETER];
  if (!given->given) return REIN_OK;
  if (csv) return rein_cli_usage(cli, "CSV holds no parameters: --columns needs --format ndjson");
  const char **known = REIN_NEW(cli->arena, const char *, n_known + 1);
  for (int64_t k = 0; k < n_known; k++) known[k] = reader->labels.parameter[k];
  const char **column = REIN_NEW(cli->arena, const char *, strlen(given->text) + 1);
  for (const char *at = given->text; at; at = strchr(at, ',')) {
    if (*at == ',') at++;
    const char *name = rein_arena_printf(cli->arena, "%.*s", (int)strcspn(at, ","), at);
    int64_t k = 0;
    while (k < n_known && strcmp(known[k], name) != 0) k++;
    if (k == n_known)
      return rein_cli_usage(cli, "--columns: '%s' is no parameter or covariate of the study%s", name,
                            rein_cli_suggest(cli->arena, name, known));
    column[options->n_column++] = name;
  }
  options->column = column;
  return REIN_OK;
}

static rein_status write_records(rein_cli *cli, const rein_study_reader *reader, bool csv, FILE *file) {
  rein_export_options options = {.individual_data = cli->option[REIN_OPTION_INDIVIDUAL_DATA].given,
                                 .deidentify = cli->option[REIN_OPTION_DEIDENTIFY].given};
  if (reader->about.individual_data && !options.individual_data) {
    rein_summary *summary;
    fputs(
        "rein export: the cohort is a table of people: aggregates only; --individual-data exports records\n",
        stderr);
    const rein_status status = rein_summary_create(cli->arena, reader, false, cli->diag, &summary);
    return status == REIN_OK ? rein_summary_write_csv(summary, reader, file, cli->diag) : status;
  }
  rein_status status = read_columns(cli, reader, csv, &options);
  if (status == REIN_OK && options.deidentify) status = rein_salt_get(cli->arena, cli->diag, &options.salt);
  if (status != REIN_OK) return status;
  return (csv ? rein_export_csv : rein_export_ndjson)(reader, &options, file, cli->diag);
}

static rein_status write_file(rein_cli *cli, const rein_study_reader *reader, bool csv, const char *path) {
  rein_files_output out;
  rein_status status = rein_files_begin(path, &out, cli->diag);
  if (status != REIN_OK) return status;
  status = write_records(cli, reader, csv, out.file);
  const rein_status ended = rein_files_end(&out, status == REIN_OK, cli->diag);
  return status == REIN_OK ? ended : status;
}

rein_status rein_cmd_export(rein_cli *cli) {
  static const char *const formats[] = {"ndjson", "csv", NULL};
  const char *format =
      cli->option[REIN_OPTION_FORMAT].given ? cli->option[REIN_OPTION_FORMAT].text : "ndjson";
  const bool csv = strcmp(format, "csv") == 0;
  if (!csv && strcmp(format, "ndjson") != 0) {
    return rein_cli_usage(cli, "--format is ndjson or csv, not '%s'%s", format,
                          rein_cli_suggest(cli->arena, format, formats));
  }
  rein_study_reader *reader;
  const rein_status status = rein_reader_open(cli->arena, cli->arg[0], true, cli->diag, &reader);
  if (status != REIN_OK) return status;
  const char *path = cli->option[REIN_OPTION_OUT].text;
  return path ? write_file(cli, reader, csv, path) : write_records(cli, reader, csv, stdout);
}
