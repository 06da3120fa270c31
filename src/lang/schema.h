/* What a YAML file may contain is a constant table, applied by one walker: a new key is one line.
 *
 * The walker reports unknown keys (with the nearest known one), missing keys, wrong kinds, and words outside
 * a list. It converts nothing: readers take the tree afterwards and may rely on its shape.
 */
#ifndef REIN_LANG_SCHEMA_H
#define REIN_LANG_SCHEMA_H

#include "src/lang/yaml.h"

typedef enum {
  REIN_SCHEMA_TEXT,       /* scalar, any text */
  REIN_SCHEMA_NAME,       /* scalar: a letter or _, then letters, digits, _ */
  REIN_SCHEMA_NUMBER,     /* scalar: decimal number without unit */
  REIN_SCHEMA_COUNT,      /* scalar: whole number >= 0 */
  REIN_SCHEMA_BOOL,       /* scalar: true or false */
  REIN_SCHEMA_WORD,       /* scalar: one of `words` */
  REIN_SCHEMA_QUANTITY,   /* scalar: number and unit, checked later */
  REIN_SCHEMA_EXPRESSION, /* scalar, parsed later */
  REIN_SCHEMA_MAP,        /* map with the keys of `keys` */
  REIN_SCHEMA_MAP_OF,     /* map from names to values of rule `keys[0]` */
  REIN_SCHEMA_LIST_OF,    /* list of values of rule `keys[0]`; a single value stands for a list of one */
  REIN_SCHEMA_ANY         /* anything, its reader looks */
} rein_schema_kind;

typedef struct rein_schema rein_schema;
struct rein_schema {
  const char *key;
  rein_schema_kind kind;
  bool required;
  const char *const *words; /* WORD: NULL-terminated */
  const rein_schema *keys;  /* MAP: ends with key NULL; MAP_OF, LIST_OF: one rule */
  bool or_text;             /* a scalar is allowed in place of the map (short form); its reader looks */
};

/* Applies `rules` (ends with key NULL) to a map. Errors go to diag; false if there were any. */
bool rein_schema_check(const rein_yaml *map, const rein_schema *rules, const char *what, rein_diag *diag);

#endif
