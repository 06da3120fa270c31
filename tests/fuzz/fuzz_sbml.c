/* Any bytes as an SBML file: no crash, and a tape that verifies where all stages are content. */
#include <assert.h>
#include <stdint.h>

#include "src/compile/compile.h"
#include "src/import/sbml.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n) {
  rein_arena *arena = rein_arena_create();
  rein_diag *diag = rein_diag_create(arena);
  rein_units *units = NULL;
  rein_model *model = NULL;
  rein_tape *tape = NULL;
  rein_sbml_map map = {0};
  char *copy = rein_arena_strndup(arena, n ? (const char *)bytes : "", n);
  rein_status status = rein_units_create(diag, &units);
  const rein_source *source = rein_source_create(arena, "fuzz.xml", copy, n);
  if (status == REIN_OK) status = rein_sbml_read(arena, units, source, diag, &map, &model);
  if (status == REIN_OK) status = rein_model_check(model, units, diag);
  if (status == REIN_OK) status = rein_compile(arena, model, diag, &tape);
  if (status == REIN_OK) {
    const char *why = "";
    assert(rein_tape_verify(tape, &why));
  }
  assert((status == REIN_OK) == (rein_diag_n_error(diag) == 0) || status == REIN_ERR_MEMORY);
  rein_units_destroy(units);
  rein_arena_destroy(arena);
  return 0;
}
