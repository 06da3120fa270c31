/* What several JSON reports need; the rest is jansson's.
 *
 * What cannot be made is NULL, and so is whatever it was to be part of: a report is whole, or it is NULL when
 * it comes to be printed. Whoever makes a report touches no arena meanwhile, so that nothing jumps past what
 * is made so far. */
#ifndef REIN_RECORD_JSON_TEXT_H
#define REIN_RECORD_JSON_TEXT_H

#include <jansson.h>

#include "src/base/status.h"
#include "src/base/text.h"

/* A number, or null where it is none: given to the caller as jansson's makers do. */
json_t *rein_json_number(double value);

/* A text, or null where there is none (NULL); likewise. */
json_t *rein_json_text(const char *text);

/* What a JSON text says, NULL where it is none; goes with the arena, or by rein_arena_release. */
json_t *rein_json_read(rein_arena *arena, const char *bytes, size_t n_byte);

/* Puts a value into an object, or at the end of a list; it is theirs from then on. Where it is NULL or there
 * is no memory, the object or list is dropped and becomes NULL too: it must not be part of anything yet. */
void rein_json_set(json_t **object, const char *key, json_t *value);
void rein_json_add(json_t **list, json_t *value);

/* Adds the report to `out`, with a line end, and drops the caller's reference; indented, or as jansson's
 * flags `how` say. REIN_OK; REIN_ERR_MEMORY, also where `report` is NULL: never a jump. */
rein_status rein_json_print(json_t *report, rein_text *out);
rein_status rein_json_print_as(json_t *report, size_t how, rein_text *out);

#endif
