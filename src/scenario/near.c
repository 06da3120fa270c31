/* A model's name that was mistyped: the nearest of the models that would have been found. */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "share_dir.h"
#include "src/base/files.h"
#include "src/scenario/inside.h"

#define MAX_UP 12 /* parent folders, as src/lang/model_find.c looks into */

typedef struct {
  const char *wanted;
  char name[256]; /* nearest so far; no arena, so that no open folder is left behind */
  int distance;
} nearest;

static void look_into(nearest *best, const char *folder) {
  DIR *dir = opendir(folder);
  for (struct dirent *e; dir && (e = readdir(dir));) {
    char path[4096];
    const int n = snprintf(path, sizeof path, "%s/%s/model.yaml", folder, e->d_name);
    if (e->d_name[0] == '.' || n >= (int)sizeof path || !rein_files_exists(path)) continue;
    const int distance = rein_names_distance(best->wanted, e->d_name);
    /* folders are listed in any order: of equally near names the first by letters */
    if (distance > best->distance || (distance == best->distance && strcmp(e->d_name, best->name) >= 0))
      continue;
    best->distance = distance;
    snprintf(best->name, sizeof best->name, "%s", e->d_name);
  }
  if (dir) closedir(dir);
}

void rein_scenario_suggest_model(rein_scenario_reader *r, const rein_yaml *node) {
  nearest best = {.wanted = node->text, .distance = (int)strlen(node->text) / 3 + 1};
  if (strpbrk(node->text, "/.") ||
      rein_model_find(r->arena, node->text, node->pos, rein_diag_create(r->arena)))
    return;
  const char *up = "";
  for (int i = 0; i <= MAX_UP; i++, up = rein_arena_printf(r->arena, "../%s", up))
    look_into(&best,
              rein_files_resolve(r->arena, r->scenario->path, rein_arena_printf(r->arena, "%smodels", up)));
  const char *list = getenv("REIN_MODELS");
  for (size_t n; list && *list; list += n + (list[n] == ':')) {
    n = strcspn(list, ":");
    if (n > 0) look_into(&best, rein_arena_printf(r->arena, "%.*s", (int)n, list));
  }
  look_into(&best, REIN_SHARE_DIR "/models");
  if (best.name[0]) rein_note(r->diag, node->pos, "did you mean '%s'?", best.name);
}
