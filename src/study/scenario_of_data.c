#include "src/study/scenario_of_data.h"

#include <string.h>

#include "src/base/files.h"
#include "src/base/text.h"
#include "src/lang/yaml.h"

#define DEEP 4   /* folders below one in which comparisons are looked for */
#define LEVELS 3 /* folders above the data in which a model is looked for */

static const rein_pos nowhere = {NULL, 0, 0, 0};

/* The tree of a YAML file, NULL where it cannot be read. */
static const rein_yaml *read_quietly(rein_arena *arena, const char *path) {
  rein_diag *quiet = rein_diag_create(arena);
  const rein_source *source;
  const rein_yaml *root;
  if (rein_files_read(arena, path, nowhere, quiet, &source) != REIN_OK) return NULL;
  return rein_yaml_parse(arena, source, quiet, &root) == REIN_OK ? root : NULL;
}

/* The text of a key, NULL where there is none. */
static const char *text_of(const rein_yaml *map, const char *key) {
  const rein_yaml *node = map ? rein_yaml_get(map, key) : NULL;
  return node && node->kind == REIN_YAML_SCALAR ? node->text : NULL;
}

static bool is_yaml(const char *path) {
  return rein_files_ends_in(path, ".yaml") || rein_files_ends_in(path, ".yml");
}

bool rein_is_observed_data(rein_arena *arena, const char *path) {
  if (!is_yaml(path)) return rein_files_ends_in(path, ".csv") || rein_files_ends_in(path, ".CSV");
  const rein_yaml *root = read_quietly(arena, path);
  return text_of(root, "data") && !text_of(root, "rein");
}

/* What a scenario compares with, seen from here; NULL where the file is no scenario or compares nothing. */
static const char *observed_of(rein_arena *arena, const char *path) {
  const rein_yaml *root = read_quietly(arena, path);
  const char *head = text_of(root, "rein");
  if (!head || strncmp(head, "scenario/", 9) != 0) return NULL;
  const char *observed = text_of(rein_yaml_get(root, "compare"), "observed");
  return observed ? rein_files_resolve(arena, path, observed) : NULL;
}

bool rein_is_comparison(rein_arena *arena, const char *path) {
  return is_yaml(path) && observed_of(arena, path);
}

typedef struct {
  rein_arena *arena;
  const char **path;
  size_t n, cap;
} comparisons;

static void gather(comparisons *to, const char *folder, int depth) {
  int n;
  const char **entry = rein_files_entries(to->arena, folder, &n);
  for (int i = 0; i < n; i++) {
    const char *path = rein_arena_printf(to->arena, "%s/%s", folder, entry[i]);
    if (rein_is_comparison(to->arena, path))
      REIN_PUSH(to->arena, to->path, to->n, to->cap, path);
    else if (depth > 0 && !is_yaml(path))
      gather(to, path, depth - 1);
  }
}

const char **rein_comparisons_in(rein_arena *arena, const char *folder, int *n) {
  comparisons all = {.arena = arena};
  gather(&all, folder, DEEP);
  *n = (int)all.n;
  return all.path;
}

static bool compares_with(rein_arena *arena, const char *observed, const char *data) {
  if (rein_files_are_same(observed, data)) return true;
  const char *table = is_yaml(observed) ? text_of(read_quietly(arena, observed), "data") : NULL;
  return table && rein_files_are_same(rein_files_resolve(arena, observed, table), data);
}

static rein_status check_wanted(rein_arena *arena, const char *data, const char *wanted, rein_diag *diag) {
  const rein_source *source;
  if (rein_files_read(arena, wanted, nowhere, diag, &source) != REIN_OK) return REIN_ERR_FILE;
  const char *observed = observed_of(arena, wanted);
  if (!observed)
    rein_error(diag, nowhere,
               "'%s' is no scenario that compares with data: it has no `compare: {observed: ...}`", wanted);
  else if (!compares_with(arena, observed, data))
    rein_error(diag, nowhere,
               "the scenario '%s' compares with '%s', not with '%s': name the data in its `compare`", wanted,
               observed, data);
  else
    return REIN_OK;
  return REIN_ERR_INPUT;
}

static const char *parent_of(rein_arena *arena, const char *folder) {
  const char *slash = strrchr(folder, '/'), *last = slash ? slash + 1 : folder;
  if (*last == '.' || *last == '\0') return rein_arena_printf(arena, "%s/..", folder);
  return !slash ? "." : slash == folder ? "/" : rein_arena_strndup(arena, folder, (size_t)(slash - folder));
}

/* The model's folder, or that of the data. */
static const char *folder_of(rein_arena *arena, const char *data) {
  const char *slash = strrchr(data, '/'),
             *own = slash ? rein_arena_strndup(arena, data, (size_t)(slash - data)) : ".", *at = own;
  for (int i = 0; i < LEVELS; i++, at = parent_of(arena, at))
    if (rein_files_exists(rein_arena_printf(arena, "%s/model.yaml", at))) return at;
  return own;
}

typedef struct {
  rein_arena *arena;
  const char *data, *found; /* found: the first */
  rein_text all;            /* those found, in words */
  int n, n_read;
} search;

static void look_at(search *s, const char *path) {
  s->n_read++;
  const char *observed = observed_of(s->arena, path);
  if (!observed || !compares_with(s->arena, observed, s->data)) return;
  if (s->n++ == 0) s->found = path;
  rein_text_printf(&s->all, "%s'%s'", s->n > 1 ? ", " : "", path);
}

static void look_into(search *s, const char *folder, bool deeper) {
  int n;
  const char **entry = rein_files_entries(s->arena, folder, &n);
  for (int i = 0; i < n; i++) {
    const char *path = rein_arena_printf(s->arena, "%s/%s", folder, entry[i]);
    if (is_yaml(path))
      look_at(s, path);
    else if (deeper)
      look_into(s, path, false);
  }
}

rein_status rein_scenario_of_data(rein_arena *arena, const char *data, const char *wanted, rein_diag *diag,
                                  const char **out) {
  search s = {.arena = arena, .data = data};
  const rein_source *source;
  rein_status status = rein_files_read(arena, data, nowhere, diag, &source);
  if (status != REIN_OK) return status;
  if (wanted) {
    status = check_wanted(arena, data, wanted, diag);
    if (status == REIN_OK) *out = wanted;
    return status;
  }
  const char *folder = folder_of(arena, data);
  rein_text_init(&s.all, arena);
  look_into(&s, folder, true);
  if (s.n == 1) return *out = s.found, REIN_OK;
  if (s.n == 0)
    rein_error(
        diag, nowhere,
        "no scenario compares with '%s' (%d YAML files in '%s' and its folders were read): name one with "
        "--scenario FILE, whose `compare` names the data",
        data, s.n_read, folder);
  else
    rein_error(diag, nowhere, "%d scenarios compare with '%s': %s; say which one with --scenario", s.n, data,
               s.all.bytes);
  return REIN_ERR_INPUT;
}
