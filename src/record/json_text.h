/* What several JSON reports need; the rest is jansson's. */
#ifndef REIN_RECORD_JSON_TEXT_H
#define REIN_RECORD_JSON_TEXT_H

#include <jansson.h>

#include "src/base/status.h"
#include "src/base/text.h"

/* A number, or null where it is none: given to the caller as jansson's makers do. */
json_t *rein_json_number(double value);

/* A text, or null where there is none (NULL); likewise. */
json_t *rein_json_text(const char *text);

/* Adds the report to `out`, indented, with a line end, and drops the caller's reference. REIN_OK;
 * REIN_ERR_MEMORY, also where `report` is NULL. */
rein_status rein_json_print(json_t *report, rein_text *out);

#endif
