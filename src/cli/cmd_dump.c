/* rein dump --stage STAGE FILE: the print of one stage. */
#include <stdio.h>
#include <string.h>

#include "solver/lane_matrix.h"
#include "src/base/files.h"
#include "src/cli/commands.h"
#include "src/compile/compile.h"
#include "src/import/sbml.h"
#include "src/lang/yaml.h"
#include "src/scenario/scenario.h"

static const char *const stages[] = {"yaml", "model", "dag", "tape", "lu", "scenario", "plan", NULL};

static rein_status dump_yaml(rein_cli *cli, const char *path, rein_text *out) {
  const rein_source *source;
  const rein_yaml *root;
  const char *file =
      rein_files_exists(path) ? path : rein_model_find(cli->arena, path, rein_cli_pos(), cli->diag);
  if (!file) return REIN_ERR_FILE;
  rein_status status = rein_files_read(cli->arena, file, rein_cli_pos(), cli->diag, &source);
  if (status == REIN_OK) status = rein_yaml_parse(cli->arena, source, cli->diag, &root);
  if (status == REIN_OK) rein_yaml_print(root, out);
  return status;
}

static rein_status dump_lu(const rein_tape *tape, rein_text *out) {
  rein_lu_plan *plan;
  const rein_status status = rein_lu_plan_create(tape->n_state, tape->col_start, tape->row, NULL, &plan);
  if (status != REIN_OK) return status;
  rein_lu_plan_print(plan, out);
  rein_lu_plan_destroy(plan);
  return REIN_OK;
}

static rein_status dump_model(rein_cli *cli, const rein_model *model, const char *stage, rein_text *out) {
  rein_tape *tape;
  if (strcmp(stage, "model") == 0) {
    rein_model_print(model, out);
    return REIN_OK;
  }
  if (strcmp(stage, "dag") == 0) return rein_compile_print_dag(cli->arena, model, cli->diag, out);
  const rein_status status = rein_compile(cli->arena, model, cli->diag, &tape);
  if (status != REIN_OK) return status;
  if (strcmp(stage, "lu") == 0) return dump_lu(tape, out);
  rein_tape_print(tape, out);
  return REIN_OK;
}

/* The plan before anything is integrated: its sizes and its arms. */
static void print_plan(const rein_scenario *s, rein_text *out) {
  const int64_t n_batch = (s->n_individual + s->individuals_per_batch - 1) / s->individuals_per_batch;
  rein_text_printf(
      out,
      "plan of %s\n  individuals %lld\n  arms %d\n  lanes %d\n  individuals a batch %d\n  batches %lld\n",
      s->name, (long long)s->n_individual, s->n_arm, s->n_lane, s->individuals_per_batch, (long long)n_batch);
  for (int i = 0; i < s->n_arm; i++) {
    rein_text_printf(out, "arm %d %s%s: %s\n", i, s->arm[i].name,
                     s->arm[i].counterfactual ? " (counterfactual)" : "", s->arm[i].prescription);
  }
  rein_text_add(out, "times");
  for (int i = 0; i < s->n_time; i++) {
    rein_text_add(out, " ");
    rein_text_number(out, s->time[i]);
  }
  rein_text_printf(out, " %s\n", s->model->time_unit_text);
}

static rein_status dump_scenario(rein_cli *cli, rein_units *units, const char *stage, rein_text *out) {
  const rein_scenario_options options = {.has_seed = cli->option[REIN_OPTION_SEED].given,
                                         .seed = (uint64_t)cli->option[REIN_OPTION_SEED].count,
                                         .n_lane = (int)cli->option[REIN_OPTION_LANES].count,
                                         .n_individual = cli->option[REIN_OPTION_N].count,
                                         .importer = rein_import_sbml};
  rein_scenario *scenario;
  const rein_status status =
      rein_scenario_read(cli->arena, units, cli->arg[0], &options, cli->diag, &scenario);
  if (status != REIN_OK) return status;
  if (strcmp(stage, "scenario") == 0)
    rein_scenario_print(scenario, out);
  else if (strcmp(stage, "plan") == 0)
    print_plan(scenario, out);
  else
    return dump_model(cli, scenario->model, stage, out);
  return REIN_OK;
}

rein_status rein_cmd_dump(rein_cli *cli) {
  const char *stage = cli->option[REIN_OPTION_STAGE].given ? cli->option[REIN_OPTION_STAGE].text : "model";
  bool known = false;
  for (int i = 0; stages[i]; i++) known |= strcmp(stage, stages[i]) == 0;
  if (!known) {
    return rein_cli_usage(cli, "there is no stage '%s'%s (yaml, model, dag, tape, lu, scenario, plan)", stage,
                          rein_cli_suggest(cli->arena, stage, stages));
  }
  const bool is_scenario = strcmp(rein_cli_sniff(cli, cli->arg[0]), "scenario") == 0;
  if (!is_scenario && (strcmp(stage, "scenario") == 0 || strcmp(stage, "plan") == 0)) {
    return rein_cli_usage(cli, "'%s' is no scenario: a model has no stage '%s'", cli->arg[0], stage);
  }
  rein_units *units;
  rein_text out;
  rein_text_init(&out, cli->arena);
  rein_status status = rein_cli_units(cli, &units);
  if (status != REIN_OK) return status;
  if (strcmp(stage, "yaml") == 0) {
    status = dump_yaml(cli, cli->arg[0], &out);
  } else if (is_scenario) {
    status = dump_scenario(cli, units, stage, &out);
  } else {
    rein_model *model;
    status = rein_model_read_with(cli->arena, units, cli->arg[0], rein_cli_pos(), rein_import_sbml, cli->diag,
                                  &model);
    if (status == REIN_OK) status = dump_model(cli, model, stage, &out);
  }
  if (status == REIN_OK) fwrite(out.bytes, 1, out.n, stdout);
  return status;
}
