/* Any bytes as a model file: an answer with messages or a checked model, within bounded memory and stack.
 * What was accepted must print, and print the same again. */
#include <stdlib.h>
#include <string.h>

#include "src/lang/model.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n_byte);

static void check_print(const rein_model *model, rein_arena *arena) {
  rein_text first, second;
  rein_text_init(&first, arena);
  rein_text_init(&second, arena);
  rein_model_print(model, &first);
  rein_model_print(model, &second);
  if (first.n != second.n || memcmp(first.bytes, second.bytes, first.n) != 0) abort();
  rein_model_print_evidence(model, &first);
}

/* Loaded once: reading the unit database takes longer than a model. */
static rein_units *shared_units(void) {
  static rein_units *units;
  if (units) return units;
  rein_arena *arena = rein_arena_create();
  if (rein_units_create(rein_diag_create(arena), &units) != REIN_OK) abort();
  rein_arena_destroy(arena);
  return units;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n_byte) {
  rein_arena *arena = rein_arena_create();
  rein_diag *diag = rein_diag_create(arena);
  rein_units *units = shared_units();
  rein_model *model = NULL;
  const char *copy = rein_arena_strndup(arena, (const char *)bytes, n_byte);
  const rein_source *source = rein_source_create(arena, "fuzz.yaml", copy, n_byte);
  rein_status status = rein_model_read_source(arena, units, source, NULL, diag, &model);
  if ((status == REIN_OK) != (model != NULL)) abort();
  if ((status == REIN_OK) != (rein_diag_n_error(diag) == 0)) abort();
  rein_text text;
  rein_text_init(&text, arena);
  rein_diag_print(diag, &text);
  if (model) check_print(model, arena);
  rein_arena_destroy(arena);
  return 0;
}
