#include <glob.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "src/base/files.h"
#include "tests/petab/problem.h"

static int count(const char *from, const char *end, char what) {
  int n = 0;
  for (; from < end; from++) n += *from == what;
  return n;
}

const rein_source *petab_source(rein_arena *arena, const char *folder, const char *name) {
  glob_t found;
  const rein_source *source = NULL;
  if (glob(rein_arena_printf(arena, "%s/%s", folder, name), 0, NULL, &found) == 0)
    rein_files_read(arena, rein_arena_strdup(arena, found.gl_pathv[0]), (rein_pos){0},
                    rein_diag_create(arena), &source);
  globfree(&found);
  return source;
}

const petab_table *petab_table_read(rein_arena *arena, const char *folder, const char *name) {
  const rein_source *source = petab_source(arena, folder, name);
  if (!source) return NULL;
  const char *at = source->bytes, *end = at + source->n_byte;
  petab_table *t = REIN_NEW(arena, petab_table, 1);
  const char *line_end = at + strcspn(at, "\r\n");
  t->n_column = count(at, line_end, '\t') + 1;
  const int most = count(at, end, '\n') + 1;
  const char **all = REIN_NEW(arena, const char *, (size_t)most *(size_t)t->n_column);
  int n_line = 0;
  for (; at < end; at = line_end + strspn(line_end, "\r\n"), n_line++) {
    line_end = at + strcspn(at, "\r\n");
    for (int c = 0; c < t->n_column; c++) {
      const size_t n = at < line_end ? strcspn(at, "\t\r\n") : 0;
      all[n_line * t->n_column + c] = rein_arena_strndup(arena, at < line_end ? at : "", n);
      if (at < line_end) at += n + 1;
    }
  }
  t->n_row = n_line - 1;
  t->header = all, t->cell = all + t->n_column;
  return t;
}

const char *petab_cell(const petab_table *t, int row, const char *column) {
  for (int c = 0; c < t->n_column; c++)
    if (strcmp(t->header[c], column) == 0) return t->cell[row * t->n_column + c];
  return "";
}

double petab_number(const petab_table *t, int row, const char *column) {
  const char *text = petab_cell(t, row, column);
  char *end;
  const double number = strtod(text, &end);
  return end == text || *end ? NAN : number;
}
