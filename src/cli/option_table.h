/* Private to options.c and help.c: the table of options. */
#ifndef REIN_CLI_OPTION_TABLE_H
#define REIN_CLI_OPTION_TABLE_H

#include "src/cli/options.h"

typedef enum {
  REIN_OPTION_KIND_FLAG,
  REIN_OPTION_KIND_TEXT,
  REIN_OPTION_KIND_COUNT,
  REIN_OPTION_KIND_NUMBER
} rein_option_kind;

typedef struct {
  const char *name;
  char letter;
  rein_option_kind kind;
  const char *value, *help;
} rein_option;

const rein_option *rein_option_get(rein_option_id id);
bool rein_command_takes(const rein_command *command, rein_option_id id);

#endif
