/* rein new FOLDER: a model and a scenario that run as they are. */
#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "src/base/files.h"
#include "src/cli/commands.h"
#include "src/cli/template.h"

/* The folder's last name as a name of the language: letters, digits and _, no digit first. */
static const char *make_name(rein_arena *arena, const char *folder) {
  size_t end = strlen(folder);
  while (end > 0 && folder[end - 1] == '/') end--;
  size_t start = end;
  while (start > 0 && folder[start - 1] != '/') start--;
  char *name =
      rein_arena_printf(arena, "%s%.*s", end > start && isalpha((unsigned char)folder[start]) ? "" : "model_",
                        (int)(end - start), folder + start);
  for (char *p = name; *p; p++) {
    if (!isalnum((unsigned char)*p)) *p = '_';
  }
  return name;
}

/* The path as a shell takes it for one word. */
static const char *quote(rein_arena *arena, const char *path) {
  const char *dot = path[0] == '-' ? "./" : ""; /* no option */
  bool plain = true;
  for (const char *c = path; *c; c++)
    plain = plain && (isalnum((unsigned char)*c) || strchr("_-./+,:@%", *c));
  if (plain) return rein_arena_printf(arena, "%s%s", dot, path);
  rein_text text;
  rein_text_init(&text, arena);
  rein_text_printf(&text, "'%s", dot);
  for (const char *c = path; *c; c++) rein_text_printf(&text, "%s%c", *c == '\'' ? "'\\'" : "", *c);
  rein_text_add(&text, "'");
  return text.bytes;
}

static rein_status write_template(rein_cli *cli, const char *path, const char *text) {
  return rein_files_write(path, text, strlen(text), cli->diag);
}

rein_status rein_cmd_new(rein_cli *cli) {
  const char *folder = cli->arg[0];
  if (!*folder) return rein_cli_usage(cli, "the folder's name is empty; give one, as in 'rein new my_model'");
  const char *name = make_name(cli->arena, folder);
  const char *model = rein_arena_printf(cli->arena, "%s/model.yaml", folder);
  const char *scenario = rein_arena_printf(cli->arena, "%s/scenario.yaml", folder);
  const char *there = rein_files_exists(model) ? model : rein_files_exists(scenario) ? scenario : NULL;
  if (there) {
    rein_error(cli->diag, rein_cli_pos(), "'%s' is there already; nothing was written", there);
    return REIN_ERR_FILE;
  }
  rein_status status = rein_files_make_folder(folder, 0777, cli->diag);
  if (status == REIN_OK)
    status = write_template(cli, model, rein_arena_printf(cli->arena, rein_template_model, name));
  if (status == REIN_OK)
    status = write_template(cli, scenario, rein_arena_printf(cli->arena, rein_template_scenario, name));
  if (status != REIN_OK) return status;
  fprintf(stderr, "written: %s, %s\ntry:\n  rein check %s\n  rein run %s\n", model, scenario,
          quote(cli->arena, model), quote(cli->arena, scenario));
  return REIN_OK;
}
