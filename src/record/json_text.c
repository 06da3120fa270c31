#include "src/record/json_text.h"

#include <math.h>

#define DIGITS 12

json_t *rein_json_number(double value) {
  return isfinite(value) ? json_real(value) : json_null();
}

json_t *rein_json_text(const char *text) {
  return text ? json_string(text) : json_null();
}

static int append(const char *bytes, size_t n, void *text) {
  rein_text_add_n(text, bytes, n);
  return 0;
}

rein_status rein_json_print(json_t *report, rein_text *out) {
  if (!report) return REIN_ERR_MEMORY;
  const int code = json_dump_callback(report, append, out, JSON_INDENT(1) | JSON_REAL_PRECISION(DIGITS));
  json_decref(report);
  if (code != 0) return REIN_ERR_MEMORY;
  rein_text_add(out, "\n");
  return REIN_OK;
}
