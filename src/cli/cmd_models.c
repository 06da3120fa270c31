/* rein models: what is found by name, with title, size and boundary. */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "share_dir.h"
#include "src/base/files.h"
#include "src/cli/commands.h"
#include "src/lang/model.h"

static int by_name(const struct dirent **a, const struct dirent **b) {
  return strcmp((*a)->d_name, (*b)->d_name);
}

typedef struct {
  rein_cli *cli;
  rein_units *units;
  rein_names *seen; /* a name found in an earlier folder hides later ones, as when a model is looked up */
  int n;
  rein_status worst;
} listing;

static void list_model(listing *list, const char *name, const char *path) {
  if (rein_names_find(list->seen, name) >= 0) return;
  rein_names_add(list->seen, name, list->n++);
  rein_diag *diag = rein_diag_create(list->cli->arena);
  rein_model *model;
  const rein_status status =
      rein_model_read(list->cli->arena, list->units, path, rein_cli_pos(), diag, &model);
  if (status == REIN_OK) {
    printf("%-24s %4zu states  %-26s %s\n", name, model->n_state, model->boundary,
           model->title ? model->title : "");
  } else {
    printf("%-24s does not load: rein check %s\n", name, path);
    list->worst = status;
  }
}

/* The models below `folder`, <name>/model.yaml or one level deeper <group>/<name>/model.yaml. */
static void list_folder(listing *list, const char *folder, const char *prefix) {
  struct dirent **entry;
  const int n = scandir(folder, &entry, NULL, by_name);
  for (int i = 0; i < n; i++) {
    if (entry[i]->d_name[0] != '.') {
      const char *name = rein_arena_printf(list->cli->arena, "%s%s", prefix, entry[i]->d_name);
      const char *below = rein_arena_printf(list->cli->arena, "%s/%s", folder, entry[i]->d_name);
      const char *path = rein_arena_printf(list->cli->arena, "%s/model.yaml", below);
      if (rein_files_exists(path))
        list_model(list, name, path);
      else if (*prefix == 0)
        list_folder(list, below, rein_arena_printf(list->cli->arena, "%s/", name));
    }
    free(entry[i]);
  }
  if (n >= 0) free(entry);
}

rein_status rein_cmd_models(rein_cli *cli) {
  listing list = {cli, NULL, rein_names_create(cli->arena), 0, REIN_OK};
  const rein_status status = rein_cli_units(cli, &list.units);
  if (status != REIN_OK) return status;
  list_folder(&list, "models", "");
  const char *folders = getenv("REIN_MODELS");
  for (const char *p = folders ? folders : ""; *p;) {
    const size_t n = strcspn(p, ":");
    if (n) list_folder(&list, rein_arena_strndup(cli->arena, p, n), "");
    p += n + (p[n] == ':');
  }
  const char *checkout = rein_model_folder_of_program(cli->arena);
  if (checkout) list_folder(&list, checkout, "");
  list_folder(&list, REIN_SHARE_DIR "/models", "");
  if (list.n == 0)
    fputs("rein models: none found in ./models, REIN_MODELS, beside the program or in " REIN_SHARE_DIR
          "/models\n",
          stderr);
  return list.worst;
}
