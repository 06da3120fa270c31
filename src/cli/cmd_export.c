/* rein export STUDY: records as NDJSON or CSV; of people only aggregates, unless asked. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "src/base/files.h"
#include "src/cli/commands.h"
#include "src/cli/salt.h"
#include "src/record/export.h"
#include "src/record/summary.h"

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
  if (options.deidentify) {
    const rein_status status = rein_salt_get(cli->arena, cli->diag, &options.salt);
    if (status != REIN_OK) return status;
  }
  return (csv ? rein_export_csv : rein_export_ndjson)(reader, &options, file, cli->diag);
}

/* To a temporary name beside the file, renamed when whole. */
static rein_status write_file(rein_cli *cli, const rein_study_reader *reader, bool csv, const char *path) {
  const char *part = rein_arena_printf(cli->arena, "%s.part", path);
  FILE *file = fopen(part, "wb");
  if (!file) {
    rein_error(cli->diag, rein_cli_pos(), "'%s' cannot be written: %s", path, strerror(errno));
    return REIN_ERR_FILE;
  }
  rein_status status = write_records(cli, reader, csv, file);
  if (fclose(file) != 0 && status == REIN_OK) status = REIN_ERR_FILE;
  if (status == REIN_OK && rename(part, path) != 0) status = REIN_ERR_FILE;
  if (status != REIN_OK) remove(part);
  return status;
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
  const rein_status status = rein_reader_open(cli->arena, cli->arg[0], false, cli->diag, &reader);
  if (status != REIN_OK) return status;
  const char *path = cli->option[REIN_OPTION_OUT].text;
  return path ? write_file(cli, reader, csv, path) : write_records(cli, reader, csv, stdout);
}
