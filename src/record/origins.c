#include "src/record/origins.h"

#include <stdlib.h>
#include <string.h>

#include "src/base/files.h"

#define STATE "state\t"

void rein_origins_print(rein_text *out, const rein_tape *tape) {
  rein_text_add(out, "# fail_origin, place in the model's text, expression; then fail_state, name\n");
  for (int i = 0; i < tape->n_origin; i++) {
    const rein_origin *o = &tape->origin[i];
    const char *file = o->pos.source ? rein_files_base_name(o->pos.source->path) : "-";
    rein_text_printf(out, "%d\t%s:%d:%d\t%s\n", i, file, o->pos.line, o->pos.column,
                     o->label ? o->label : "");
  }
  for (int i = 0; i < tape->n_state; i++) rein_text_printf(out, STATE "%d\t%s\n", i, tape->state[i].name);
}

/* Behind "3<tab>", where that is the number expected; else NULL. */
static char *behind_index(char *line, int expected) {
  char *end;
  const long index = strtol(line, &end, 10);
  return end > line && *end == '\t' && index == expected ? end + 1 : NULL;
}

/* One line of the file into the lists; false where it is not what rein writes. */
static bool read_line(rein_arena *arena, rein_origins *to, char *line) {
  const size_t n_word = strlen(STATE);
  if (line[0] == '#' || !line[0]) return true;
  const bool is_state = strncmp(line, STATE, n_word) == 0;
  char *rest = behind_index(is_state ? line + n_word : line, is_state ? to->n_state : to->n_origin);
  if (!rest) return false;
  if (is_state) return to->state[to->n_state++] = rest, true;
  char *label = strchr(rest, '\t');
  if (!label) return false;
  *label++ = 0;
  to->origin[to->n_origin++] = rein_arena_printf(arena, "%s (%s)", label, rest);
  return true;
}

rein_status rein_origins_read(rein_arena *arena, const char *folder, rein_diag *diag,
                              const rein_origins **out) {
  const rein_source *source;
  const char *path = rein_arena_printf(arena, "%s/" REIN_ORIGINS_NAME, folder);
  const rein_status status = rein_files_read(arena, path, (rein_pos){0}, diag, &source);
  if (status != REIN_OK) return status;
  rein_origins *o = REIN_NEW(arena, rein_origins, 1);
  o->state = REIN_NEW(arena, const char *, source->n_line);
  o->origin = REIN_NEW(arena, const char *, source->n_line);
  for (int i = 1; i <= source->n_line; i++) {
    int n;
    const char *line = rein_source_line(source, i, &n);
    if (read_line(arena, o, rein_arena_printf(arena, "%.*s", n, line))) continue;
    rein_error(diag, rein_source_pos(source, source->line_start[i - 1], n),
               "this is no line of a study's " REIN_ORIGINS_NAME ", which rein writes");
    return REIN_ERR_FILE;
  }
  *out = o;
  return REIN_OK;
}

const char *rein_origins_state(const rein_origins *origins, int state) {
  return state >= 0 && state < origins->n_state ? origins->state[state] : NULL;
}

const char *rein_origins_expression(const rein_origins *origins, int origin) {
  return origin >= 0 && origin < origins->n_origin ? origins->origin[origin] : NULL;
}
