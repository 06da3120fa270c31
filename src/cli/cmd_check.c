/* rein check FILE...: errors, warnings, and what a model rests on. */
#include <stdio.h>
#include <string.h>

#include "src/base/files.h"
#include "src/cli/commands.h"
#include "src/compile/compile.h"
#include "src/import/sbml.h"
#include "src/study/prior.h"

static rein_model_importer importer_of(const rein_cli *cli) {
  return cli->option[REIN_OPTION_NO_VALIDATE].given ? rein_import_sbml : rein_import_sbml_validated;
}

static rein_status check_model(rein_cli *cli, rein_units *units, const char *path, rein_diag *diag,
                               rein_text *out) {
  rein_model *model;
  rein_tape *tape;
  rein_status status =
      rein_model_read_with(cli->arena, units, path, rein_cli_pos(), importer_of(cli), diag, &model);
  if (status == REIN_OK) status = rein_compile(cli->arena, model, diag, &tape);
  if (status != REIN_OK) return status;
  rein_text_printf(out, "%s: model '%s', %zu states, %zu parameters, %zu actions, %zu observables\n", path,
                   model->name, model->n_state, model->n_param, model->n_action, model->n_observable);
  rein_model_print_evidence(model, out);
  return REIN_OK;
}

static rein_status check_scenario(rein_cli *cli, rein_units *units, const char *path, rein_diag *diag,
                                  rein_text *out) {
  rein_scenario *scenario;
  rein_tape *tape;
  const rein_scenario_options options = {.importer = importer_of(cli)};
  rein_status status = rein_scenario_read(cli->arena, units, path, &options, diag, &scenario);
  if (status == REIN_OK) status = rein_compile(cli->arena, scenario->model, diag, &tape);
  if (status != REIN_OK) return status;
  rein_scenario_warn_of_jitter(scenario, diag);
  rein_text_printf(out, "%s: scenario '%s' on model '%s', %lld individuals, %d arms, %d times, %d horizons\n",
                   path, scenario->name, scenario->model->name, (long long)scenario->n_individual,
                   scenario->n_arm, scenario->n_time, scenario->n_horizon);
  return REIN_OK;
}

static rein_status check_prior(rein_cli *cli, rein_units *units, const char *path, rein_diag *diag,
                               rein_text *out) {
  rein_prior prior;
  const rein_status status = rein_prior_check(cli->arena, units, path, diag, &prior);
  if (status != REIN_OK) return status;
  rein_text_printf(
      out, "%s: prior '%s' on model '%s', %d states, %d actions, %d horizons, %d quantities, %lld draws\n",
      path, prior.name, prior.model->name, prior.n_state, prior.n_action, prior.n_horizon, prior.n_quantity,
      (long long)(prior.n_person * prior.n_replicate));
  return REIN_OK;
}

/* Each file has its own list of messages, so that an error in one does not hide those of the next. */
rein_status rein_cmd_check(rein_cli *cli) {
  rein_units *units;
  rein_status worst = rein_cli_units(cli, &units);
  if (worst != REIN_OK) return worst;
  for (int i = 0; i < cli->n_arg; i++) {
    rein_diag *diag = rein_diag_create(cli->arena);
    rein_text data, words;
    rein_text_init(&data, cli->arena);
    rein_text_init(&words, cli->arena);
    const char *kind = rein_cli_sniff(cli, cli->arg[i]);
    const rein_status status =
        (strcmp(kind, "scenario") == 0 ? check_scenario
         : strcmp(kind, "prior") == 0  ? check_prior
                                       : check_model)(cli, units, cli->arg[i], diag, &data);
    rein_diag_print(diag, &words);
    fwrite(data.bytes, 1, data.n, stdout);
    fflush(stdout);
    fwrite(words.bytes, 1, words.n, stderr);
    if (rein_status_exit_code(status) > rein_status_exit_code(worst)) worst = status;
  }
  return worst;
}
