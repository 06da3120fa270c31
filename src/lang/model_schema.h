/* What a model file may contain: the tables behind docs/language.md. */
#ifndef REIN_LANG_MODEL_SCHEMA_H
#define REIN_LANG_MODEL_SCHEMA_H

#include "src/lang/schema.h"

extern const rein_schema rein_model_schema[];   /* the file's keys; ends with key NULL */
extern const char *const rein_boundary_words[]; /* NULL-terminated */

#endif
