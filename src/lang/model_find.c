/* Where a model is: by path, or by name along a search path. */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "src/base/files.h"
#include "src/lang/model.h"

#include "share_dir.h" /* written by the Makefile: where `make install` puts models */

#define MAX_UP 12 /* parent folders that are looked into */

typedef struct {
  rein_arena *arena;
  const char *text;
  rein_text tried;   /* for the message */
  rein_names *known; /* likewise: names of models in the folders that were looked into */
} finder;

static bool ends_in(const char *text, const char *end) {
  size_t n = strlen(text), n_end = strlen(end);
  return n >= n_end && strcmp(text + n - n_end, end) == 0;
}

static const char *try_file(finder *f, const char *file) {
  if (rein_files_exists(file)) return file;
  rein_text_printf(&f->tried, "%s%s", f->tried.n ? ", " : "", file);
  return NULL;
}

static const char *try_folder(finder *f, const char *folder) {
  const char *file = try_file(f, rein_arena_printf(f->arena, "%s%s/model.yaml", folder, f->text));
  if (!file) rein_files_list(f->arena, folder, "model.yaml", f->known);
  return file;
}

/* models/<text>/model.yaml from the naming file's folder upwards. */
static const char *try_parents(finder *f, const char *from_file) {
  const char *up = "";
  for (int i = 0; i <= MAX_UP; i++) {
    const char *folder =
        rein_files_resolve(f->arena, from_file, rein_arena_printf(f->arena, "%smodels/", up));
    size_t n_tried = f->tried.n;
    const char *file = try_folder(f, folder);
    if (file) return file;
    if (i > 0) { /* the message names the first place only; the rest follow from it */
      f->tried.n = n_tried;
      f->tried.bytes[n_tried] = 0;
    }
    up = rein_arena_printf(f->arena, "../%s", up);
  }
  rein_text_add(&f->tried, " and so on upwards");
  return NULL;
}

static const char *try_variable(finder *f) {
  const char *list = getenv("REIN_MODELS");
  while (list && *list) {
    size_t n = strcspn(list, ":");
    if (n > 0) {
      const char *file = try_folder(f, rein_arena_printf(f->arena, "%.*s/", (int)n, list));
      if (file) return file;
    }
    list += n + (list[n] == ':');
  }
  return NULL;
}

const char *rein_model_folder_of_program(rein_arena *arena) {
  char program[3072];
  const ssize_t n = readlink("/proc/self/exe", program, sizeof program - 1);
  if (n <= 0) return NULL;
  program[n] = 0;
  for (int up = 0; up < 3; up++) { /* the program's name, its folder, build */
    char *last = strrchr(program, '/');
    if (!last) return NULL;
    *last = 0;
  }
  return rein_arena_printf(arena, "%s/models/", program);
}

static const char *try_beside_program(finder *f) {
  const char *folder = rein_model_folder_of_program(f->arena);
  return folder ? try_folder(f, folder) : NULL;
}

/* No name of a model can climb out of the folders that are searched. */
static bool is_safe_name(const char *text) {
  return text[0] && text[0] != '/' && !strstr(text, "..");
}

const char *rein_model_find(rein_arena *arena, const char *text, rein_pos from, rein_diag *diag) {
  finder f = {.arena = arena, .text = text};
  const char *from_file = from.source ? from.source->path : NULL, *file = NULL;
  f.known = rein_names_create(arena);
  rein_text_init(&f.tried, arena);
  if (ends_in(text, ".yaml") || ends_in(text, ".yml") || ends_in(text, ".xml") || ends_in(text, ".sbml")) {
    file = rein_files_resolve(arena, from_file, text);
    if (rein_files_exists(file)) return file;
    rein_error(diag, from, "no model file '%s'", file);
    return NULL;
  }
  if (strchr(text, '/')) {
    file =
        try_file(&f, rein_arena_printf(arena, "%s/model.yaml", rein_files_resolve(arena, from_file, text)));
    if (file) return file;
  }
  if (is_safe_name(text)) {
    if (!file) file = try_parents(&f, from_file);
    if (!file) file = try_variable(&f);
    if (!file) file = try_beside_program(&f);
    if (!file) file = try_folder(&f, REIN_SHARE_DIR "/models/");
  }
  if (file) return file;
  const char *near = rein_names_closest(f.known, text);
  rein_error(diag, from, "no model '%s'%s%s%s; looked for %s", text, near ? "; did you mean '" : "",
             near ? near : "", near ? "'?" : "", f.tried.n ? f.tried.bytes : "nothing");
  return NULL;
}
