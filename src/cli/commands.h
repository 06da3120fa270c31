/* The commands' functions; each stands in cmd_<name>.c. All take main's cli: diag is printed by main
 * afterwards. */
#ifndef REIN_CLI_COMMANDS_H
#define REIN_CLI_COMMANDS_H

#include "src/cli/options.h"
#include "src/lang/unit.h"

rein_status rein_cmd_new(rein_cli *cli);
rein_status rein_cmd_models(rein_cli *cli);
rein_status rein_cmd_check(rein_cli *cli);
rein_status rein_cmd_dump(rein_cli *cli);
rein_status rein_cmd_run(rein_cli *cli);
rein_status rein_cmd_merge(rein_cli *cli);
rein_status rein_cmd_import(rein_cli *cli);
rein_status rein_cmd_export(rein_cli *cli);
rein_status rein_cmd_show(rein_cli *cli);
rein_status rein_cmd_compare(rein_cli *cli);
rein_status rein_cmd_interact(rein_cli *cli);
rein_status rein_cmd_plot(rein_cli *cli);
rein_status rein_cmd_validate(rein_cli *cli);
rein_status rein_cmd_report(rein_cli *cli);
rein_status rein_cmd_split(rein_cli *cli);
rein_status rein_cmd_score(rein_cli *cli);
rein_status rein_cmd_explain(rein_cli *cli);
rein_status rein_cmd_prior(rein_cli *cli);
rein_status rein_cmd_sensitivity(rein_cli *cli);
rein_status rein_cmd_steer(rein_cli *cli);
rein_status rein_cmd_why_not(rein_cli *cli);
rein_status rein_cmd_help(rein_cli *cli);

/* A place that no file has: the command line. */
rein_pos rein_cli_pos(void);

/* The unit system, destroyed with cli->arena. */
rein_status rein_cli_units(rein_cli *cli, rein_units **out);

/* What goes to --out, by how its name ends: a picture, or JSON; without it text goes to standard output. */
typedef enum { REIN_TO_TEXT, REIN_TO_JSON, REIN_TO_SVG, REIN_TO_PNG } rein_cli_target;
rein_status rein_cli_target_of(const rein_cli *cli, rein_cli_target *out);

/* What a file is by its first key: "scenario", "model", or "" where it cannot be told. A text that is no file
 * is a model's name. Errors of reading are not reported here: the reader that follows finds them again. */
const char *rein_cli_sniff(rein_cli *cli, const char *path);

#endif
