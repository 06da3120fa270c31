/* rein plot STUDY: one picture of one observable. */
#include <stdio.h>
#include <string.h>

#include "src/cli/commands.h"
#include "src/report/trajectories.h"

/* The format that flags or the file's name ask for. */
static rein_status choose_format(const rein_cli *cli, const char *path, rein_plot_format *format) {
  const bool svg = cli->option[REIN_OPTION_SVG].given, png = cli->option[REIN_OPTION_PNG].given;
  const char *dot = path ? strrchr(path, '.') : NULL;
  if (svg && png) return rein_cli_usage(cli, "--svg and --png exclude each other");
  if (!svg && !png && dot && strcmp(dot, ".svg") != 0 && strcmp(dot, ".png") != 0) {
    return rein_cli_usage(cli, "'%s' ends neither in .svg nor in .png: say --svg or --png", path);
  }
  *format = png || (!svg && dot && strcmp(dot, ".png") == 0) ? REIN_PLOT_PNG : REIN_PLOT_SVG;
  return REIN_OK;
}

rein_status rein_cmd_plot(rein_cli *cli) {
  const rein_trajectories_options options = {.observable = cli->option[REIN_OPTION_OBSERVABLE].text,
                                             .arm = cli->option[REIN_OPTION_ARM].text,
                                             .scenario_path = cli->option[REIN_OPTION_SCENARIO].text,
                                             .individual_data =
                                                 cli->option[REIN_OPTION_INDIVIDUAL_DATA].given};
  rein_plot_format format = REIN_PLOT_SVG;
  rein_plot plot;
  rein_units *units;
  const char *path = cli->option[REIN_OPTION_OUT].text;
  rein_status status = choose_format(cli, path, &format);
  if (status == REIN_OK) status = rein_cli_units(cli, &units);
  if (status == REIN_OK)
    status = rein_trajectories_read(cli->arena, units, cli->arg[0], &options, cli->diag, &plot);
  if (status != REIN_OK) return status;
  if (!path)
    path = rein_arena_printf(cli->arena, "%s/plot.%s", cli->arg[0], format == REIN_PLOT_SVG ? "svg" : "png");
  status = rein_plot_write(cli->arena, &plot, format, path, cli->diag);
  if (status == REIN_OK) fprintf(stderr, "picture: %s\n", path);
  return status;
}
