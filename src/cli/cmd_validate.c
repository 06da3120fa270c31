/* rein validate SCENARIO...: simulated against observed transitions. */
#include <stdio.h>
#include <string.h>

#include "src/base/files.h"
#include "src/cli/commands.h"
#include "src/study/validate.h"

typedef enum { FORMAT_TEXT, FORMAT_MARKDOWN } format;

typedef struct {
  rein_cli *cli;
  rein_units *units;
  rein_validate_options options;
  rein_validate_count count;
  rein_text text; /* for standard output, or Markdown for --out */
  rein_text json; /* for --out */
  bool any_failed;
} run;

static rein_status read_options(const rein_cli *cli, rein_validate_options *out, format *wanted) {
  static const char *const formats[] = {"text", "markdown", NULL};
  const rein_option_value *o = cli->option;
  const char *name = o[REIN_OPTION_FORMAT].text;
  *wanted = name && strcmp(name, "markdown") == 0 ? FORMAT_MARKDOWN : FORMAT_TEXT;
  if (name && strcmp(name, "text") != 0 && strcmp(name, "markdown") != 0)
    return rein_cli_usage(cli, "--format is text or markdown, not '%s'%s", name,
                          rein_cli_suggest(cli->arena, name, formats));
  if (o[REIN_OPTION_THREADS].count > 4096) return rein_cli_usage(cli, "--threads is at most 4096");
  if (o[REIN_OPTION_N].given && o[REIN_OPTION_N].count < 1) return rein_cli_usage(cli, "--n is at least 1");
  if (*wanted == FORMAT_TEXT && o[REIN_OPTION_OUT].given && cli->n_arg > 1)
    return rein_cli_usage(cli, "--out takes the JSON of one scenario; several go with --format markdown");
  *out = (rein_validate_options){.scenario = {.has_seed = o[REIN_OPTION_SEED].given,
                                              .seed = (uint64_t)o[REIN_OPTION_SEED].count,
                                              .n_individual = o[REIN_OPTION_N].count},
                                 .n_thread = (int)o[REIN_OPTION_THREADS].count,
                                 .individual_data = o[REIN_OPTION_INDIVIDUAL_DATA].given,
                                 .why = o[REIN_OPTION_WHY].given};
  return REIN_OK;
}

/* One scenario into the texts. */
static rein_status validate(run *r, const char *path, format wanted) {
  rein_validate_job *job;
  rein_validation v;
  rein_status status = rein_validate_prepare(r->cli->arena, r->units, path, &r->options, r->cli->diag, &job);
  if (status == REIN_OK) status = rein_validate_run(job, r->cli->diag, &v);
  if (status != REIN_OK && status != REIN_ERR_MEMBERS) return status;
  r->any_failed |= status == REIN_ERR_MEMBERS;
  if (wanted == FORMAT_MARKDOWN) {
    rein_validate_print_line(&v, &r->count, &r->text);
    return REIN_OK;
  }
  rein_validate_print(&v, &r->text);
  return r->cli->option[REIN_OPTION_OUT].given ? rein_validate_print_json(&v, &r->json) : REIN_OK;
}

static rein_status write_out(run *r, format wanted) {
  const char *path = r->cli->option[REIN_OPTION_OUT].text;
  const rein_text *file = wanted == FORMAT_MARKDOWN ? &r->text : &r->json;
  if (!path || wanted == FORMAT_TEXT) fputs(r->text.bytes, stdout);
  return path ? rein_files_write(path, file->bytes, file->n, r->cli->diag) : REIN_OK;
}

rein_status rein_cmd_validate(rein_cli *cli) {
  run r = {.cli = cli};
  format wanted = FORMAT_TEXT;
  rein_status status = read_options(cli, &r.options, &wanted);
  if (status == REIN_OK) status = rein_cli_units(cli, &r.units);
  if (status != REIN_OK) return status;
  rein_text_init(&r.text, cli->arena);
  rein_text_init(&r.json, cli->arena);
  if (wanted == FORMAT_MARKDOWN) rein_validate_print_head(&r.text);
  for (int i = 0; i < cli->n_arg && status == REIN_OK; i++) {
    if (i > 0 && wanted == FORMAT_TEXT) rein_text_add(&r.text, "\n");
    status = validate(&r, cli->arg[i], wanted);
  }
  if (status != REIN_OK) return status;
  if (wanted == FORMAT_MARKDOWN) rein_validate_print_count(&r.count, &r.text);
  status = write_out(&r, wanted);
  return status == REIN_OK && r.any_failed ? REIN_ERR_MEMBERS : status;
}
