/* The program: finds the command, runs it, prints its messages, turns its status into an exit code.
 * Data go to standard output, words to standard error. */
#include <gsl/gsl_errno.h>
#include <stdio.h>
#include <string.h>

#include "src/cli/commands.h"
#include "src/cli/signals.h"

static int print_text(rein_text *text, FILE *to) {
  const bool fine = fwrite(text->bytes, 1, text->n, to) == text->n && fflush(to) == 0;
  return fine ? 0 : rein_status_exit_code(REIN_ERR_FILE);
}

/* `rein --help`, `--version`, `--man`: no command. -1 for another word. */
static int without_command(rein_arena *arena, const char *word) {
  rein_text text;
  rein_text_init(&text, arena);
  if (strcmp(word, "--help") == 0 || strcmp(word, "-h") == 0)
    rein_help_print(&text);
  else if (strcmp(word, "--version") == 0)
    rein_text_printf(&text, "rein %s\n", REIN_VERSION);
  else if (strcmp(word, "--man") == 0)
    rein_help_print_man(&text);
  else
    return -1;
  return print_text(&text, stdout);
}

static int unknown_command(rein_arena *arena, const char *word) {
  const char *words[32];
  int n = 0;
  for (const rein_command *c = rein_commands(); c->name; c++) words[n++] = c->name;
  words[n] = NULL;
  const char *what = word[0] == '-' ? "option" : "command";
  fprintf(stderr, "rein: unknown %s '%s'%s\n  'rein help' lists the commands\n", what, word,
          rein_cli_suggest(arena, word, words));
  return rein_status_exit_code(REIN_ERR_USAGE);
}

static int run_command(rein_cli *cli, int argc, char **argv) {
  rein_status status = rein_options_parse(cli, argc, argv, 2);
  rein_text text;
  rein_text_init(&text, cli->arena);
  if (status == REIN_OK && cli->option[REIN_OPTION_HELP].given) {
    rein_help_print_command(cli->command, &text);
    return print_text(&text, stdout);
  }
  if (status == REIN_OK) status = cli->command->run(cli);
  rein_diag_print(cli->diag, &text);
  fwrite(text.bytes, 1, text.n, stderr);
  /* A failure that nobody has explained yet is named at least. */
  if (status == REIN_ERR_MEMORY ||
      (status >= REIN_ERR_FILE && status < REIN_ERR_INTERRUPTED && text.n == 0)) {
    fprintf(stderr, "rein %s: %s\n", cli->command->name, rein_status_meaning(status));
  }
  if ((fflush(stdout) != 0 || ferror(stdout)) && status == REIN_OK) status = REIN_ERR_FILE;
  return status == REIN_ERR_INTERRUPTED ? 128 + rein_signals_caught() : rein_status_exit_code(status);
}

int main(int argc, char **argv) {
  int code;
  gsl_set_error_handler_off(); /* it would abort; every answer of GSL is looked at */
  rein_guard guard;
  rein_arena *arena = rein_arena_create();
  if (!arena || REIN_GUARD(arena, &guard)) {
    fputs("rein: out of memory\n", stderr);
    rein_arena_destroy(arena);
    return rein_status_exit_code(REIN_ERR_MEMORY);
  }
  if (argc < 2) {
    rein_text text;
    rein_text_init(&text, arena);
    rein_help_print(&text);
    print_text(&text, stderr);
    code = rein_status_exit_code(REIN_ERR_USAGE);
  } else {
    rein_cli cli = {.command = rein_command_find(argv[1]), .arena = arena, .diag = rein_diag_create(arena)};
    code = cli.command ? run_command(&cli, argc, argv) : without_command(arena, argv[1]);
    if (code < 0) code = unknown_command(arena, argv[1]);
  }
  rein_unguard(arena, &guard);
  rein_arena_destroy(arena);
  return code;
}
