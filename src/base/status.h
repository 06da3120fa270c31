/* Status codes: what a function that can fail answers. The list is status.def. */
#ifndef REIN_BASE_STATUS_H
#define REIN_BASE_STATUS_H

typedef enum {
#define REIN_STATUS(name, meaning, exit_code) REIN_##name,
#include "src/base/status.def"
#undef REIN_STATUS
  REIN_N_STATUS
} rein_status;

/* Name ("ERR_INPUT") and meaning in words; static strings. */
const char *rein_status_name(rein_status status);
const char *rein_status_meaning(rein_status status);

/* Exit code of the program that ends with this status. */
int rein_status_exit_code(rein_status status);

#endif
