/* Any text as an expression, a form, a unit and a quantity: no crash; trees print and parse back to an equal
 * tree, and a unit's print reads back as the same unit wherever it is made of words. */
#include <assert.h>
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "src/lang/parser.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);

static rein_units *units;

static void free_units(void) {
  rein_units_destroy(units);
}

static const rein_yaml *scalar_of(rein_arena *arena, const char *text) {
  rein_yaml *scalar = REIN_NEW(arena, rein_yaml, 1);
  const rein_source *source = rein_source_create(arena, "fuzz", text, strlen(text));
  *scalar = (rein_yaml){.kind = REIN_YAML_SCALAR, .pos = rein_source_pos(source, 0, 1), .text = text};
  return scalar;
}

static void try_expression(rein_arena *arena, const char *text, rein_diag *diag) {
  const rein_ast *ast = rein_parse_expression(arena, scalar_of(arena, text), diag);
  assert((ast != NULL) == (rein_diag_n_error(diag) == 0));
  if (!ast) return;
  rein_text printed;
  rein_text_init(&printed, arena);
  rein_ast_print(ast, &printed);
  /* a print may be longer than an expression is allowed to be, or deeper by the parentheses of `hill` */
  if (printed.n > 10000) return;
  const rein_ast *again = rein_parse_expression(arena, scalar_of(arena, printed.bytes), diag);
  assert(again ? rein_ast_equal(ast, again) : ast->height > 190);
}

static void try_unit(rein_arena *arena, const char *text, rein_diag *diag) {
  rein_unit unit, again;
  if (!rein_unit_parse(units, text, (rein_pos){0}, diag, &unit)) return;
  assert(isnormal(unit.factor));
  const char *printed = rein_unit_print(&unit, arena);
  if (!rein_unit_parse(units, printed, (rein_pos){0}, diag, &again)) return;
  assert(rein_unit_same_dimension(&unit, &again) && fabs(unit.factor / again.factor - 1) < 1e-8);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n) {
  rein_arena *arena = rein_arena_create();
  rein_diag *diag = rein_diag_create(arena);
  if (!units) {
    if (rein_units_create(diag, &units) != REIN_OK) abort();
    atexit(free_units);
  }
  const char *text = rein_arena_strndup(arena, (const char *)bytes, n);
  rein_form form;
  rein_unit unit;
  rein_text messages;
  double value;
  try_expression(arena, text, diag);
  rein_parse_form(arena, scalar_of(arena, text), diag, &form);
  try_unit(arena, text, diag);
  rein_quantity_parse(units, text, (rein_pos){0}, n % 2 == 0, diag, &value, &unit);
  rein_text_init(&messages, arena);
  rein_diag_print(diag, &messages);
  rein_arena_destroy(arena);
  return 0;
}
