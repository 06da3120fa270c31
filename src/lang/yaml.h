/* YAML text to a tree with positions; the only file that sees libyaml.
 *
 * Only what rein's files need: one document, mappings, sequences, scalars. Anchors, aliases, tags and merge
 * keys are errors (an alias bomb cannot happen), so is a key given twice, depth over 64, or a file over 64
 * MiB. Scalars stay text: nothing is guessed from how they look, `quoted` tells '5' from 5.
 *
 * One thing more than YAML: between parentheses on one line ',' and ': ' are text, so that `{is: max(a, b)}`
 * and
 * `{between: lognormal(cv: 29 %), source: x}` mean what they look like.
 */
#ifndef REIN_LANG_YAML_H
#define REIN_LANG_YAML_H

#include <stdbool.h>

#include "src/base/diag.h"

typedef enum { REIN_YAML_SCALAR, REIN_YAML_MAP, REIN_YAML_LIST } rein_yaml_kind;

typedef struct rein_yaml rein_yaml;
struct rein_yaml {
  rein_yaml_kind kind;
  rein_pos pos;       /* of the value */
  const char *text;   /* scalar: its text, final 0; "" otherwise */
  size_t text_offset; /* scalar: offset of its first byte in the source where text is plain or quoted in one
                         line and holds no escapes, so that positions inside an expression can be told; else
                         SIZE_MAX */
  bool quoted;
  int n;             /* map, list: items */
  const char **key;  /* map: (n) */
  rein_pos *key_pos; /* map: (n) */
  rein_yaml **item;  /* map, list: (n) */
};

/* The tree of a source, in the arena. REIN_OK, or REIN_ERR_INPUT with errors in diag; an empty file is an
 * error. Threads: reentrant. */
rein_status rein_yaml_parse(rein_arena *arena, const rein_source *source, rein_diag *diag,
                            const rein_yaml **out);

/* The value of a key of a map, or NULL where the map has no such key or `map` is no map. */
const rein_yaml *rein_yaml_get(const rein_yaml *map, const char *key);

/* Position of the byte at `offset` of a scalar's text, `length` long; the scalar's own where it cannot be
 * told. */
rein_pos rein_yaml_text_pos(const rein_yaml *scalar, size_t offset, int length);

/* The tree printed again in flow-free YAML: the text of `rein dump --stage yaml`. */
void rein_yaml_print(const rein_yaml *node, rein_text *out);

#endif
