/* Help and man page, both from the tables of options and commands. */
#include <stdio.h>
#include <string.h>

#include "src/cli/option_table.h"

static const char *const exit_codes[][2] = {
    {"0", "fine"},
    {"1", "some members failed, or a comparison is out of bounds"},
    {"2", "wrong command line"},
    {"3", "wrong input: the messages say where"},
    {"4", "a file, memory or something rein needs is missing"},
    {"130, 143", "stopped by SIGINT or SIGTERM; what is finished is kept, the same command goes on"},
    {NULL, NULL}};

static const char purpose[] =
    "State + action -> next state, from mechanism: rein simulates interventions in living systems.";
static const char research[] = "Research use only: no command recommends a treatment.";

void rein_help_print(rein_text *out) {
  rein_text_printf(out, "%s\n%s\n\n  rein COMMAND [OPTIONS] ...\n\n", purpose, research);
  for (const rein_command *c = rein_commands(); c->name; c++)
    rein_text_printf(out, "  %-8s %s\n", c->name, c->summary);
  rein_text_add(
      out, "\nTry:\n"
           "  rein models                                the models that come with rein\n"
           "  rein new my_model                          a folder with a model and a scenario to change\n"
           "  rein run my_model/scenario.yaml            simulate it\n"
           "  rein help run                              everything about one command\n"
           "\nExit codes:\n");
  for (int i = 0; exit_codes[i][0]; i++)
    rein_text_printf(out, "  %-9s %s\n", exit_codes[i][0], exit_codes[i][1]);
}

static void print_option(const rein_option *option, rein_text *out) {
  char left[64], letter[8] = "";
  if (option->letter) snprintf(letter, sizeof letter, "-%c, ", option->letter);
  snprintf(left, sizeof left, "%s--%s%s%s", letter, option->name, *option->value ? " " : "", option->value);
  rein_text_printf(out, "  %-22s %s\n", left, option->help);
}

/* Lines "command\twhat" as two columns. */
static void print_examples(const char *examples, rein_text *out) {
  for (const char *line = examples; *line;) {
    const size_t n = strcspn(line, "\n"), n_left = strcspn(line, "\t\n");
    rein_text_printf(out, "  %.*s\n", (int)n_left, line);
    if (n_left < n) rein_text_printf(out, "      %.*s\n", (int)(n - n_left - 1), line + n_left + 1);
    line += n + (line[n] == '\n');
  }
}

void rein_help_print_command(const rein_command *command, rein_text *out) {
  rein_text_printf(out, "rein %s: %s\n\n  rein %s%s%s%s\n\n%s\n", command->name, command->summary,
                   command->name, command->options ? " [OPTIONS]" : "", *command->arguments ? " " : "",
                   command->arguments, command->text);
  if (command->options) rein_text_add(out, "\nOptions:\n");
  for (int i = 0; i < REIN_N_OPTION; i++) {
    if (rein_command_takes(command, (rein_option_id)i)) print_option(rein_option_get((rein_option_id)i), out);
  }
  rein_text_add(out, "\nExamples:\n");
  print_examples(command->examples, out);
}

/* Text for roff: backslashes, hyphens of options, and lines that would begin with a command are escaped. */
static void man_text(rein_text *out, const char *text) {
  bool line_start = true;
  for (const char *p = text; *p; p++) {
    if (line_start && (*p == '.' || *p == '\'')) rein_text_add(out, "\\&");
    line_start = *p == '\n';
    if (*p == '\\')
      rein_text_add(out, "\\e");
    else if (*p == '-')
      rein_text_add(out, "\\-");
    else
      rein_text_add_n(out, p, 1);
  }
}

static void man_option(const rein_option *option, rein_text *out) {
  rein_text_add(out, ".TP\n.B ");
  if (option->letter) rein_text_printf(out, "\\-%c, ", option->letter);
  rein_text_add(out, "\\-\\-");
  man_text(out, option->name);
  if (*option->value) rein_text_printf(out, " \\fI%s\\fR", option->value);
  rein_text_add(out, "\n");
  man_text(out, option->help);
  rein_text_add(out, "\n");
}

static void man_command(const rein_command *command, rein_text *out) {
  rein_text_printf(out, ".SS \"rein %s%s %s\"\n", command->name, command->options ? " [OPTIONS]" : "",
                   command->arguments);
  man_text(out, command->text);
  rein_text_add(out, "\n");
  for (int i = 0; i < REIN_N_OPTION; i++) {
    if (rein_command_takes(command, (rein_option_id)i)) man_option(rein_option_get((rein_option_id)i), out);
  }
  rein_text_add(out, ".PP\nExamples:\n");
  for (const char *line = command->examples; *line;) {
    const size_t n = strcspn(line, "\n"), n_left = strcspn(line, "\t\n");
    rein_text_add(out, ".TP\n.B ");
    man_text(out, rein_arena_strndup(out->arena, line, n_left));
    rein_text_add(out, "\n");
    if (n_left < n) man_text(out, rein_arena_strndup(out->arena, line + n_left + 1, n - n_left - 1));
    rein_text_add(out, "\n");
    line += n + (line[n] == '\n');
  }
}

void rein_help_print_man(rein_text *out) {
  rein_text_printf(out,
                   ".\\\" Written by 'rein --man' from the tables in src/cli; do not edit.\n"
                   ".TH REIN 1 \"\" \"rein %s\" \"User Commands\"\n"
                   ".SH NAME\nrein \\- mechanistic simulator of interventions\n"
                   ".SH SYNOPSIS\n.B rein\n.I COMMAND\n.RI [ OPTIONS ]\n.I ...\n.SH DESCRIPTION\n",
                   REIN_VERSION);
  man_text(out, purpose);
  rein_text_add(out, "\n");
  man_text(out, research);
  rein_text_add(out, "\n.SH COMMANDS\n");
  for (const rein_command *c = rein_commands(); c->name; c++) man_command(c, out);
  rein_text_add(out, ".SH EXIT STATUS\n");
  for (int i = 0; exit_codes[i][0]; i++)
    rein_text_printf(out, ".TP\n.B %s\n%s\n", exit_codes[i][0], exit_codes[i][1]);
  rein_text_add(
      out,
      ".SH ENVIRONMENT\n.TP\n.B REIN_MODELS\nFolders of models that are found by name, separated by colons.\n"
      ".TP\n.B REIN_SALT\nSecret that \\-\\-deidentify makes codes with; else a file in ~/.config/rein, made "
      "once.\n"
      ".TP\n.B OMP_NUM_THREADS\nThreads to use where \\-\\-threads does not say.\n");
}
