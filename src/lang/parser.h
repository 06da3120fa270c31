/* Expression text to a tree. The grammar stands at the top of parser.c and in docs/language.md. */
#ifndef REIN_LANG_PARSER_H
#define REIN_LANG_PARSER_H

#include "src/base/names.h"
#include "src/lang/ast.h"
#include "src/lang/yaml.h"

/* Parses a scalar as one expression; positions of nodes are places in its source. NULL with an error in diag
 * when it is wrong. Numbers keep their unit as text (ast->name); units are read by check_units. Depth is
 * bounded (200). */
rein_ast *rein_parse_expression(rein_arena *arena, const rein_yaml *scalar, rein_diag *diag);

/* Adds the names of the language's own functions, as suggestions need them. */
void rein_parser_add_functions(rein_names *names);

/* "name(key: value, key: value)" as in `lognormal(cv: 29 %)`: name and pairs of texts, each with its position
 * (form.c). Commas inside parentheses or quotes do not separate. A key given twice is an error. */
typedef struct {
  const char *name;
  rein_pos pos;
  int n;
  const char **key;   /* (n), "" where none is written */
  const char **value; /* (n), trimmed */
  rein_pos *value_pos;
} rein_form;
bool rein_parse_form(rein_arena *arena, const rein_yaml *scalar, rein_diag *diag, rein_form *out);

#endif
