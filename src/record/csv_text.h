/* Cells of the CSV that rein writes (RFC 4180); lines end in LF. Threads: reentrant for different files. */
#ifndef REIN_RECORD_CSV_TEXT_H
#define REIN_RECORD_CSV_TEXT_H

#include <stdint.h>
#include <stdio.h>

#include "src/base/diag.h"

/* The first cell of a line: a text, quoted where it needs to be. */
void rein_csv_put_text(FILE *file, const char *text);

/* A further cell: text; number in the fewest digits that read back the same, empty where not finite; count,
 * empty below 0. */
void rein_csv_next_text(FILE *file, const char *text);
void rein_csv_next_number(FILE *file, double x);
void rein_csv_next_count(FILE *file, int64_t n);

/* After the last line. REIN_OK; REIN_ERR_FILE with one error in diag where something was not written. */
rein_status rein_csv_finish(FILE *file, rein_diag *diag);

#endif
