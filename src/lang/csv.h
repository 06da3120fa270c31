/* CSV as RFC 4180 has it: a header line, comma between fields, quotes around fields that need them, doubled
 * quotes inside.
 *
 * Lines end in LF or CRLF; the last may lack its end. A byte order mark is skipped. Every line has as many
 * fields as the header; columns are found by name. Positions point at the cell; no message ever shows what a
 * line holds, since it may be a person's. Lines that begin with '#' before the header are comments. Threads:
 * reentrant.
 */
#ifndef REIN_LANG_CSV_H
#define REIN_LANG_CSV_H

#include <stdbool.h>
#include <stdint.h>

#include "src/base/diag.h"
#include "src/base/names.h"

#define REIN_CSV_MAX_COLUMN 4096
#define REIN_CSV_MAX_CELL INT32_MAX

typedef struct {
  const rein_source *source;
  const rein_source *quiet; /* its path without its lines, for positions in messages */
  int n_column;
  int64_t n_row;       /* the header not counted */
  const char **header; /* (n_column) */
  const char *
      *cell; /* (n_row x n_column) text of a cell, quotes taken off, blanks at its ends too unless quoted */
  const size_t *offset;        /* (n_row x n_column) of its first byte in the source */
  const size_t *header_offset; /* (n_column) */
} rein_csv;

/* Reads a table. REIN_OK, or REIN_ERR_INPUT with errors in diag. All in the arena; the cells of one column
 * are far apart. */
rein_status rein_csv_parse(rein_arena *arena, const rein_source *source, rein_diag *diag, rein_csv **out);

/* Column of a name, or -1. */
int rein_csv_find(const rein_csv *csv, const char *column);

/* Column of a name; an error at `pos` (where the name is used) with the nearest column where there is none,
 * -1 then. */
int rein_csv_get_column(const rein_csv *csv, const char *column, rein_pos pos, rein_diag *diag);

/* Text, place of a cell. */
const char *rein_csv_text(const rein_csv *csv, int64_t row, int column);
rein_pos rein_csv_pos(const rein_csv *csv, int64_t row, int column);

/* A missing cell is empty or NA, na, NaN, nan, or a single dot. */
bool rein_csv_is_missing(const rein_csv *csv, int64_t row, int column);

/* The cell as a finite number; an error at the cell, without its text, where it is missing or is none. */
bool rein_csv_number(const rein_csv *csv, int64_t row, int column, rein_diag *diag, double *out);

#endif
