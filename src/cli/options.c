/* Reads the command line along the option table. Leaves what the values mean to the commands. */
#include "src/cli/options.h"

#include <errno.h>
#include <limits.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "src/base/names.h"
#include "src/cli/option_table.h"

static const rein_option table[] = {
#define REIN_OPTION(id, name, letter, kind, value, help) {name, letter, REIN_OPTION_KIND_##kind, value, help},
#include "src/cli/options.def"
#undef REIN_OPTION
};

const rein_option *rein_option_get(rein_option_id id) {
  return &table[id];
}

bool rein_command_takes(const rein_command *command, rein_option_id id) {
  return (command->options >> id & 1) != 0;
}

const char *rein_cli_suggest(rein_arena *arena, const char *word, const char *const *words) {
  rein_names *names = rein_names_create(arena);
  for (int i = 0; words[i]; i++) rein_names_add(names, words[i], i);
  const char *closest = rein_names_closest(names, word);
  return closest ? rein_arena_printf(arena, "; did you mean '%s'?", closest) : "";
}

const char *rein_cli_option_text(const rein_cli *cli, rein_option_id id) {
  const rein_option_value *value = &cli->option[id];
  if (!value->text) return rein_arena_printf(cli->arena, "--%s", table[id].name);
  return rein_arena_printf(cli->arena, "--%s %s", table[id].name, value->text);
}

rein_status rein_cli_usage(const rein_cli *cli, const char *format, ...) {
  va_list args;
  va_start(args, format);
  fprintf(stderr, "rein %s: ", cli->command->name);
  vfprintf(stderr, format, args);
  fprintf(stderr, "\n  'rein help %s' explains it\n", cli->command->name);
  va_end(args);
  return REIN_ERR_USAGE;
}

static rein_status unknown_option(const rein_cli *cli, const char *word) {
  const char *words[REIN_N_OPTION + 1];
  int n = 0;
  for (int i = 0; i < REIN_N_OPTION; i++) {
    if (rein_command_takes(cli->command, (rein_option_id)i))
      words[n++] = rein_arena_printf(cli->arena, "--%s", table[i].name);
  }
  words[n] = NULL;
  return rein_cli_usage(cli, "unknown option '%s'%s", word, rein_cli_suggest(cli->arena, word, words));
}

/* The option that `word` ("--threads", "--threads=2", "-o") names; -1 where the command has no such one. */
static int find_option(const rein_command *command, const char *word) {
  const bool is_long = word[1] == '-';
  const size_t n = is_long ? strcspn(word + 2, "=") : 1;
  for (int i = 0; i < REIN_N_OPTION; i++) {
    if (!rein_command_takes(command, (rein_option_id)i)) continue;
    if (is_long && strlen(table[i].name) == n && strncmp(word + 2, table[i].name, n) == 0) return i;
    if (!is_long && table[i].letter && word[1] == table[i].letter && word[2] == 0) return i;
  }
  return -1;
}

static rein_status read_value(const rein_cli *cli, int id, const char *text, rein_option_value *value) {
  const rein_option *option = &table[id];
  char *end = NULL;
  value->given = true;
  value->text = text;
  if (*text == 0) return rein_cli_usage(cli, "--%s needs a value", option->name);
  if (option->kind == REIN_OPTION_KIND_COUNT) {
    errno = 0;
    const long long count = strtoll(text, &end, 10);
    if (errno == ERANGE && !*end && count > 0)
      return rein_cli_usage(cli, "--%s is at most %lld, not '%s'", option->name, LLONG_MAX, text);
    if (errno || *end || count < 0)
      return rein_cli_usage(cli, "--%s needs a whole number, not '%s'", option->name, text);
    value->count = count;
  } else if (option->kind == REIN_OPTION_KIND_NUMBER) {
    value->number = strtod(text, &end);
    if (*end || !isfinite(value->number) || value->number <= 0.0) {
      return rein_cli_usage(cli, "--%s needs a number above 0, not '%s'", option->name, text);
    }
  }
  return REIN_OK;
}

/* One option at argv[*i]; *i moves on over its value. */
static rein_status read_option(rein_cli *cli, int argc, char **argv, int *i) {
  const char *word = argv[*i];
  const int id = find_option(cli->command, word);
  if (id < 0) return unknown_option(cli, word);
  rein_option_value *value = &cli->option[id];
  const char *equals = word[1] == '-' ? strchr(word, '=') : NULL;
  if (value->given) return rein_cli_usage(cli, "--%s is given twice", table[id].name);
  if (table[id].kind == REIN_OPTION_KIND_FLAG) {
    if (equals) return rein_cli_usage(cli, "--%s takes no value", table[id].name);
    value->given = true;
    return REIN_OK;
  }
  if (!equals && *i + 1 >= argc)
    return rein_cli_usage(cli, "--%s needs a value: %s", table[id].name, table[id].value);
  return read_value(cli, id, equals ? equals + 1 : argv[++*i], value);
}

rein_status rein_options_parse(rein_cli *cli, int argc, char **argv, int first) {
  bool options_over = false;
  cli->arg = REIN_NEW(cli->arena, char *, argc + 1);
  for (int i = first; i < argc; i++) {
    if (!options_over && strcmp(argv[i], "--") == 0) {
      options_over = true;
    } else if (!options_over && argv[i][0] == '-' && argv[i][1] != 0) {
      const rein_status status = read_option(cli, argc, argv, &i);
      if (status != REIN_OK) return status;
    } else {
      cli->arg[cli->n_arg++] = argv[i];
    }
  }
  const rein_command *command = cli->command;
  if (cli->option[REIN_OPTION_HELP].given) return REIN_OK;
  if (cli->n_arg < command->n_arg_min) {
    return rein_cli_usage(cli, "it needs %s", command->arguments);
  }
  if (command->n_arg_max >= 0 && cli->n_arg > command->n_arg_max) {
    return rein_cli_usage(cli, "one argument too many: '%s'", cli->arg[command->n_arg_max]);
  }
  return REIN_OK;
}
