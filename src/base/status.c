#include "src/base/status.h"

static const struct {
  const char *name, *meaning;
  int exit_code;
} table[] = {
#define REIN_STATUS(name, meaning, exit_code) {#name, meaning, exit_code},
#include "src/base/status.def"
#undef REIN_STATUS
};

const char *rein_status_name(rein_status status) {
  return table[status].name;
}

const char *rein_status_meaning(rein_status status) {
  return table[status].meaning;
}

int rein_status_exit_code(rein_status status) {
  return table[status].exit_code;
}
