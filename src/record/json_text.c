#include "src/record/json_text.h"

#include <math.h>
#include <stdbool.h>

#define DIGITS 12

json_t *rein_json_number(double value) {
  return isfinite(value) ? json_real(value) : json_null();
}

json_t *rein_json_text(const char *text) {
  return text ? json_string(text) : json_null();
}

static void drop(void *tree) {
  json_decref(tree);
}

json_t *rein_json_read(rein_arena *arena, const char *bytes, size_t n_byte) {
  json_error_t error;
  json_t *tree = json_loadb(bytes, n_byte, 0, &error);
  const enum json_error_code why = tree ? json_error_unknown : json_error_code(&error);
  /* jansson names what is wrong with a text, and not always that memory was out. */
  if (tree || why == json_error_unknown || why == json_error_out_of_memory)
    return rein_arena_keep(arena, drop, tree);
  return NULL;
}

void rein_json_set(json_t **object, const char *key, json_t *value) {
  if (json_object_set_new(*object, key, value) == 0) return;
  json_decref(*object);
  *object = NULL;
}

void rein_json_add(json_t **list, json_t *value) {
  if (json_array_append_new(*list, value) == 0) return;
  json_decref(*list);
  *list = NULL;
}

typedef struct {
  rein_text *text;
  bool full; /* jansson does not look at the answer for every piece */
} output;

/* No jump out of jansson. */
static int append(const char *bytes, size_t n, void *context) {
  rein_guard guard;
  output *to = context;
  if (to->full) return -1;
  to->full = true;
  if (REIN_GUARD(to->text->arena, &guard)) return -1;
  rein_text_add_n(to->text, bytes, n);
  rein_unguard(to->text->arena, &guard);
  to->full = false;
  return 0;
}

rein_status rein_json_print_as(json_t *report, size_t how, rein_text *out) {
  output to = {.text = out};
  const bool whole = report && json_dump_callback(report, append, &to, how) == 0 && append("\n", 1, &to) == 0;
  json_decref(report);
  return whole && !to.full ? REIN_OK : REIN_ERR_MEMORY;
}

rein_status rein_json_print(json_t *report, rein_text *out) {
  return rein_json_print_as(report, JSON_INDENT(1) | JSON_REAL_PRECISION(DIGITS), out);
}
