#include "src/lang/yaml_make.h"

#include <stdint.h>

rein_yaml *rein_yaml_make(rein_arena *arena, rein_yaml_kind kind, rein_pos pos, const char *text, int n) {
  rein_yaml *node = REIN_NEW(arena, rein_yaml, 1);
  *node =
      (rein_yaml){.kind = kind, .pos = pos, .text = text, .text_offset = SIZE_MAX, .quoted = text[0] != '\0'};
  if (kind == REIN_YAML_MAP) {
    node->key = REIN_NEW(arena, const char *, n);
    node->key_pos = REIN_NEW(arena, rein_pos, n);
  }
  if (kind != REIN_YAML_SCALAR) node->item = REIN_NEW(arena, rein_yaml *, n);
  return node;
}

void rein_yaml_put(rein_yaml *map, const char *key, const rein_yaml *value) {
  if (!value) return;
  map->key[map->n] = key;
  map->key_pos[map->n] = value->pos;
  map->item[map->n++] = (rein_yaml *)value;
}

void rein_yaml_put_text(rein_arena *arena, rein_yaml *map, const char *key, const char *text) {
  rein_yaml_put(map, key, rein_yaml_make(arena, REIN_YAML_SCALAR, map->pos, text, 0));
}

void rein_yaml_append(rein_yaml *list, const rein_yaml *value) {
  if (value) list->item[list->n++] = (rein_yaml *)value;
}
