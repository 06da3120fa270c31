/* rein merge STUDY SHARD... */
#include <stdio.h>

#include "src/cli/commands.h"
#include "src/record/merge.h"

rein_status rein_cmd_merge(rein_cli *cli) {
  const rein_status status =
      rein_merge(cli->arena, (const char *const *)(cli->arg + 1), cli->n_arg - 1, cli->arg[0], cli->diag);
  if (status == REIN_OK && !cli->option[REIN_OPTION_QUIET].given) {
    fprintf(stderr, "%d shards joined in %s\n", cli->n_arg - 1, cli->arg[0]);
  }
  return status;
}
