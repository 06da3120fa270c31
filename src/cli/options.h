/* Command line: one table of options and one of commands give the parser, --help and the man page. */
#ifndef REIN_CLI_OPTIONS_H
#define REIN_CLI_OPTIONS_H

#include <stdbool.h>
#include <stdint.h>

#include "src/base/diag.h"

typedef enum {
#define REIN_OPTION(id, name, letter, kind, value, help) REIN_OPTION_##id,
#include "src/cli/options.def"
#undef REIN_OPTION
  REIN_N_OPTION
} rein_option_id;

typedef struct {
  bool given;
  const char *text; /* as written, lent by argv */
  int64_t count;    /* COUNT: whole number >= 0 */
  double number;    /* NUMBER: finite and above 0 */
} rein_option_value;

typedef struct rein_cli rein_cli;

typedef struct {
  const char *name, *summary; /* one line, no full stop */
  const char *arguments;      /* "SCENARIO", "STUDY PART..." */
  const char *text;           /* a few lines of explanation */
  const char *examples;       /* lines "command\twhat it does\n" */
  int n_arg_min, n_arg_max;   /* arguments beside options; max -1: any number */
  uint64_t options;           /* bits 1 << rein_option_id */
  rein_status (*run)(rein_cli *cli);
} rein_command;

/* One call of the program: what was asked, and what its command works with. */
struct rein_cli {
  const rein_command *command;
  rein_option_value option[REIN_N_OPTION];
  char **arg; /* (n_arg) */
  int n_arg;
  rein_arena *arena;
  rein_diag *diag; /* main prints it to stderr at the end */
};

/* The commands, ended by one with name NULL; static. */
const rein_command *rein_commands(void);

/* Finds a command; NULL for another word. */
const rein_command *rein_command_find(const char *name);

/* Reads argv[first ..] into cli->option and cli->arg for cli->command. REIN_OK, or REIN_ERR_USAGE with a
 * message on stderr that names the nearest option. argv is lent. */
rein_status rein_options_parse(rein_cli *cli, int argc, char **argv, int first);

/* A wrong command line found by a command itself: message and a hint at --help on stderr; REIN_ERR_USAGE. */
rein_status rein_cli_usage(const rein_cli *cli, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* An option that was given, as it would be written again: "--seed 7". In the arena. */
const char *rein_cli_option_text(const rein_cli *cli, rein_option_id id);

/* "; did you mean 'x'?" for the nearest of the words (NULL-terminated), or "". In the arena. */
const char *rein_cli_suggest(rein_arena *arena, const char *word, const char *const *words);

/* Help of the program, of one command, and the man page, as text. */
void rein_help_print(rein_text *out);
void rein_help_print_command(const rein_command *command, rein_text *out);
void rein_help_print_man(rein_text *out);

#endif
