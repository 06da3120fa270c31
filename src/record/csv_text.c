/* Cells of CSV. */
#include "src/record/csv_text.h"

#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

void rein_csv_put_text(FILE *file, const char *text) {
  if (!strpbrk(text, ",\"\r\n")) {
    fputs(text, file);
    return;
  }
  fputc('"', file);
  for (const char *c = text; *c; c++) {
    if (*c == '"') fputc('"', file);
    fputc(*c, file);
  }
  fputc('"', file);
}

void rein_csv_next_text(FILE *file, const char *text) {
  fputc(',', file);
  rein_csv_put_text(file, text);
}

void rein_csv_next_number(FILE *file, double x) {
  char digits[40] = "";
  for (int n = 15; n <= 17 && isfinite(x); n++) {
    snprintf(digits, sizeof digits, "%.*g", n, x);
    if (strtod(digits, NULL) == x) break;
  }
  fprintf(file, ",%s", digits);
}

void rein_csv_next_count(FILE *file, int64_t n) {
  if (n < 0)
    fputc(',', file);
  else
    fprintf(file, ",%" PRId64, n);
}

rein_status rein_csv_finish(FILE *file, rein_diag *diag) {
  if (fflush(file) == 0 && !ferror(file)) return REIN_OK;
  const rein_pos nowhere = {0};
  rein_error(diag, nowhere, "cannot write the export: %s", strerror(errno));
  return REIN_ERR_FILE;
}
