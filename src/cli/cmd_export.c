/* rein export STUDY: records as NDJSON or CSV, of people only aggregates, unless asked; or as episodes. */
#include <stdio.h>
#include <string.h>

#include "src/base/files.h"
#include "src/cli/commands.h"
#include "src/cli/salt.h"
#include "src/record/episodes.h"
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

typedef struct {
  rein_cli *cli;
  const rein_study_reader *reader;
  bool csv;
} job;

static rein_status write_records(const job *j, FILE *file) {
  rein_cli *cli = j->cli;
  const rein_study_reader *reader = j->reader;
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
  rein_status status = read_columns(cli, reader, j->csv, &options);
  if (status == REIN_OK && options.deidentify) status = rein_salt_get(cli->arena, cli->diag, &options.salt);
  if (status != REIN_OK) return status;
  return (j->csv ? rein_export_csv : rein_export_ndjson)(reader, &options, file, cli->diag);
}

static rein_status put_records(void *context, const rein_files_output *out) {
  return write_records(context, out->file);
}

/* ---- episodes ---- */

#define TEST_SHARE 0.2

static rein_status read_share(rein_cli *cli, rein_units *units, double *out) {
  const rein_unit one = rein_unit_one();
  const char *text = cli->option[REIN_OPTION_TEST].text;
  rein_unit unit;
  double share;
  *out = TEST_SHARE;
  if (!text) return REIN_OK;
  if (!rein_quantity_parse(units, text, rein_cli_pos(), true, cli->diag, &share, &unit))
    return REIN_ERR_INPUT;
  if (rein_unit_same_dimension(&unit, &one)) share = rein_unit_convert(share, &unit, &one);
  if (!rein_unit_same_dimension(&unit, &one) || !(share >= 0.0 && share < 1.0))
    return rein_cli_usage(cli, "--test is a share of the people from 0 to below 1, as in '20 %%', not '%s'",
                          text);
  *out = share;
  return REIN_OK;
}

static rein_status write_episodes(rein_cli *cli, const rein_study_reader *reader) {
  rein_export_options options = {.individual_data = cli->option[REIN_OPTION_INDIVIDUAL_DATA].given,
                                 .deidentify = cli->option[REIN_OPTION_DEIDENTIFY].given};
  rein_episodes_options episodes = {.reward_text = cli->option[REIN_OPTION_REWARD].text};
  rein_episodes_totals totals;
  rein_units *units;
  rein_status status = rein_cli_units(cli, &units);
  if (status == REIN_OK) status = read_share(cli, units, &episodes.test);
  if (status == REIN_OK && episodes.reward_text)
    status = rein_reward_read(cli->arena, units, episodes.reward_text, &reader->labels,
                              reader->about.time_unit, cli->diag, &episodes.reward);
  if (status == REIN_OK && options.deidentify) status = rein_salt_get(cli->arena, cli->diag, &options.salt);
  if (status == REIN_OK)
    status = rein_episodes_write(reader, &options, &episodes, cli->option[REIN_OPTION_OUT].text, cli->diag,
                                 &totals);
  if (status != REIN_OK) return status;
  if (totals.n_failed > 0)
    fprintf(stderr, "rein export: %lld members failed and are left out\n", (long long)totals.n_failed);
  if (!cli->option[REIN_OPTION_QUIET].given)
    printf("%lld episodes, %lld steps; %lld terminated; %lld in the test part\n", (long long)totals.n_episode,
           (long long)totals.n_step, (long long)totals.n_terminated, (long long)totals.n_test);
  return REIN_OK;
}

/* What only goes with one format. */
static rein_status check_options(const rein_cli *cli, bool minari) {
  const rein_option_value *o = cli->option;
  if (minari && !o[REIN_OPTION_OUT].given)
    return rein_cli_usage(cli, "--format minari writes a folder: --out names it");
  if (minari && o[REIN_OPTION_COLUMNS].given)
    return rein_cli_usage(cli, "episodes hold no parameters: --columns needs --format ndjson");
  if (!minari && (o[REIN_OPTION_REWARD].given || o[REIN_OPTION_TEST].given))
    return rein_cli_usage(cli, "--%s needs --format minari", o[REIN_OPTION_REWARD].given ? "reward" : "test");
  return REIN_OK;
}

rein_status rein_cmd_export(rein_cli *cli) {
  static const char *const formats[] = {"ndjson", "csv", "minari", NULL};
  const char *format =
      cli->option[REIN_OPTION_FORMAT].given ? cli->option[REIN_OPTION_FORMAT].text : "ndjson";
  const bool csv = strcmp(format, "csv") == 0, minari = strcmp(format, "minari") == 0;
  if (!csv && !minari && strcmp(format, "ndjson") != 0) {
    return rein_cli_usage(cli, "--format is ndjson, csv or minari, not '%s'%s", format,
                          rein_cli_suggest(cli->arena, format, formats));
  }
  rein_study_reader *reader;
  rein_status status = check_options(cli, minari);
  if (status == REIN_OK) status = rein_reader_open(cli->arena, cli->arg[0], true, cli->diag, &reader);
  if (status != REIN_OK) return status;
  const char *path = cli->option[REIN_OPTION_OUT].text;
  if (minari) return write_episodes(cli, reader);
  job j = {cli, reader, csv};
  return path ? rein_files_write_by(cli->arena, path, put_records, &j, cli->diag) : write_records(&j, stdout);
}
