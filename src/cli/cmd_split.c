/* rein split SCENARIO: freezes which observed points are a test. */
#include <stdio.h>
#include <string.h>

#include "src/base/files.h"
#include "src/cli/commands.h"
#include "src/study/split.h"

static rein_status find_kind(const rein_cli *cli, rein_split_kind *out) {
  const char *word = cli->option[REIN_OPTION_BY].text;
  const char *const *words = rein_split_words();
  if (!word)
    return rein_cli_usage(cli, "--by says what the test part is new in: individual, dose, action, "
                               "combination, horizon or study");
  for (int i = 0; words[i]; i++) {
    if (strcmp(words[i], word) != 0) continue;
    *out = (rein_split_kind)i;
    return REIN_OK;
  }
  return rein_cli_usage(cli, "--by is individual, dose, action, combination, horizon or study, not '%s'%s",
                        word, rein_cli_suggest(cli->arena, word, words));
}

rein_status rein_cmd_split(rein_cli *cli) {
  const rein_option_value *o = cli->option;
  const rein_validate_options options = {0};
  rein_split_kind by = REIN_SPLIT_INDIVIDUAL;
  rein_units *units;
  rein_validate_job *job;
  rein_text text;
  rein_status status = find_kind(cli, &by);
  if (status != REIN_OK) return status;
  if (!o[REIN_OPTION_TEST].given)
    return rein_cli_usage(cli,
                          "--test says which part is the test: a share of the people, arms, studies, or the "
                          "last horizon of the training part");
  status = rein_cli_units(cli, &units);
  if (status == REIN_OK)
    status = rein_validate_prepare(cli->arena, units, cli->arg[0], &options, cli->diag, &job);
  if (status != REIN_OK) return status;
  rein_text_init(&text, cli->arena);
  const char *path = o[REIN_OPTION_OUT].text;
  const char *scenario = rein_files_relative(cli->arena, path ? path : "", cli->arg[0]);
  const uint64_t seed = o[REIN_OPTION_SEED].given ? (uint64_t)o[REIN_OPTION_SEED].count : 1;
  status = rein_split_make(job, units, by, o[REIN_OPTION_TEST].text, seed, scenario, cli->diag, &text);
  if (status != REIN_OK) return status;
  if (path) return rein_files_write(path, text.bytes, text.n, cli->diag);
  fputs(text.bytes, stdout);
  return REIN_OK;
}
