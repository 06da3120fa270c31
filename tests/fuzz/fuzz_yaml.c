/* Any bytes as a YAML file: no crash; an answer without errors prints and parses back to the same print. */
#include <assert.h>
#include <stdint.h>
#include <string.h>

#include "src/lang/yaml.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);

static const char *print(rein_arena *arena, const rein_yaml *root) {
  rein_text text;
  rein_text_init(&text, arena);
  rein_yaml_print(root, &text);
  return text.bytes;
}

/* Every scalar's every byte has a place in the source. */
static void look_at_positions(const rein_yaml *node) {
  assert(node->pos.line >= 1 && node->pos.column >= 1);
  for (size_t i = 0; node->kind == REIN_YAML_SCALAR && i < strlen(node->text) && i < 50; i++) {
    rein_pos pos = rein_yaml_text_pos(node, i, 1);
    assert(pos.line >= node->pos.line && pos.column >= 1);
  }
  for (int i = 0; i < node->n; i++) look_at_positions(node->item[i]);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n) {
  rein_arena *arena = rein_arena_create();
  rein_diag *diag = rein_diag_create(arena);
  const rein_yaml *root = NULL, *again = NULL;
  rein_text messages;
  char *copy = rein_arena_strndup(arena, (const char *)bytes, n);
  rein_status status = rein_yaml_parse(arena, rein_source_create(arena, "fuzz", copy, n), diag, &root);
  assert((status == REIN_OK) == (rein_diag_n_error(diag) == 0));
  if (status == REIN_OK) {
    look_at_positions(root);
    const char *printed = print(arena, root);
    status =
        rein_yaml_parse(arena, rein_source_create(arena, "again", printed, strlen(printed)), diag, &again);
    assert(status == REIN_OK);
    assert(strcmp(printed, print(arena, again)) == 0);
  }
  rein_text_init(&messages, arena);
  rein_diag_print(diag, &messages);
  rein_arena_destroy(arena);
  return 0;
}
