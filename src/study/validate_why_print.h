/* Private to validate*.c: why a model fails, as text and as JSON. */
#ifndef REIN_STUDY_VALIDATE_WHY_PRINT_H
#define REIN_STUDY_VALIDATE_WHY_PRINT_H

#include <jansson.h>

#include "src/study/validate.h"

/* New references. */
json_t *rein_validate_make_trends(const rein_validation *v);
json_t *rein_validate_make_why(const rein_validation *v);

#endif
