/* rein help [COMMAND] */
#include <stdio.h>

#include "src/cli/commands.h"

rein_status rein_cmd_help(rein_cli *cli) {
  rein_text text;
  rein_text_init(&text, cli->arena);
  if (cli->n_arg == 0) {
    rein_help_print(&text);
  } else {
    const rein_command *command = rein_command_find(cli->arg[0]);
    if (!command) {
      const char *words[32];
      int n = 0;
      for (const rein_command *c = rein_commands(); c->name; c++) words[n++] = c->name;
      words[n] = NULL;
      return rein_cli_usage(cli, "there is no command '%s'%s", cli->arg[0],
                            rein_cli_suggest(cli->arena, cli->arg[0], words));
    }
    rein_help_print_command(command, &text);
  }
  fwrite(text.bytes, 1, text.n, stdout);
  return REIN_OK;
}
