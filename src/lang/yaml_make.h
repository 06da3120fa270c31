/* Trees that no file holds: one form turned into another before it is read. */
#ifndef REIN_LANG_YAML_MAKE_H
#define REIN_LANG_YAML_MAKE_H

#include "src/lang/yaml.h"

/* A node in the arena; text: of a scalar, lent, else ""; n: items it has room for, none there yet. */
rein_yaml *rein_yaml_make(rein_arena *arena, rein_yaml_kind kind, rein_pos pos, const char *text, int n);

/* Adds to a map or list with room; NULL adds nothing. What is added is shared, trees are only read. */
void rein_yaml_put(rein_yaml *map, const char *key, const rein_yaml *value);
void rein_yaml_put_text(rein_arena *arena, rein_yaml *map, const char *key, const char *text);
void rein_yaml_append(rein_yaml *list, const rein_yaml *value);

#endif
