/* A model as a YAML file that reads back to the same model: what `rein import` writes. */
#ifndef REIN_IMPORT_WRITE_YAML_H
#define REIN_IMPORT_WRITE_YAML_H

#include "src/lang/model.h"

/* model: as an importer made it, not yet checked (functions and conversions are still as declared). from: the
 * format, for the key `imported:`. */
void rein_model_write_yaml(const rein_model *model, const char *from, rein_text *out);

#endif
