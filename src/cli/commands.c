/* The table of commands, and what several of them share. */
#include "src/cli/commands.h"

#include <string.h>

#include "src/base/files.h"
#include "src/lang/yaml.h"

#define BIT(id) ((uint64_t)1 << REIN_OPTION_##id)

static const rein_command commands[] = {
    {"new", "write a working model and scenario to start from", "FOLDER",
     "Writes FOLDER/model.yaml and FOLDER/scenario.yaml, which run as they are, with comments that say what "
     "to\n"
     "change. A folder that holds one of them already is left alone.",
     "rein new my_model\tthe two files\nrein run my_model/scenario.yaml\tsimulate them\n", 1, 1, BIT(HELP),
     rein_cmd_new},
    {"models", "list the models that are found by name", "",
     "Looks in ./models, in the folders of REIN_MODELS, in the checkout that the program was built in and in "
     "what was\n"
     "installed with rein. Prints name, number of states, boundary of use and title.",
     "rein models\tall of them\nrein dump --stage model warfarin\tone of them, checked and flattened\n", 0, 0,
     BIT(HELP), rein_cmd_models},
    {"check", "check models and scenarios; count what they rest on", "FILE...",
     "FILE is a model, a scenario, or the name of a model. Prints errors and warnings with file, line and "
     "column, and\n"
     "for a model how many parameters have a source, are assumed, or could not be verified. SBML goes "
     "through\n"
     "libSBML's consistency checks as well, unless --no-validate.",
     "rein check my_model/model.yaml\ta model\nrein check scenarios/*.yaml\tseveral files at once\n", 1, -1,
     BIT(NO_VALIDATE) | BIT(HELP), rein_cmd_check},
    {"dump", "print what a stage makes of a model or scenario", "FILE",
     "Stages of a model: yaml, model (flattened and checked), dag (expressions), tape (instructions), lu "
     "(sparse\n"
     "factorisation). Stages of a scenario: yaml, scenario, plan; with a stage of a model, its model's.",
     "rein dump --stage tape warfarin\tthe compiled model\nrein dump --stage plan "
     "scenarios/warfarin_adherence.yaml\tbatches "
     "and arms\n",
     1, 1, BIT(STAGE) | BIT(SEED) | BIT(N) | BIT(LANES) | BIT(HELP), rein_cmd_dump},
    {"run", "simulate a scenario and write its records", "SCENARIO",
     "Writes a study folder (default: outputs/<scenario>). Run again after an interruption, the same command "
     "goes on\n"
     "where it stopped; records do not depend on threads, shards or interruptions. Ends with code 1 when "
     "some\n"
     "individuals could not be simulated: their records say why.",
     "rein run scenarios/warfarin_adherence.yaml\trecords in outputs/warfarin_adherence\n"
     "rein run --dry-run scenarios/warfarin_adherence.yaml\thow many simulations, memory, disk\n"
     "rein run --n 100 --seed 7 -o outputs/try scenarios/warfarin_adherence.yaml\ta small one\n"
     "rein run --shard 1/3 -o outputs/part1 scenarios/warfarin_adherence.yaml\tone third, for another "
     "machine\n",
     1, 1,
     BIT(OUT) | BIT(N) | BIT(SEED) | BIT(RTOL) | BIT(THREADS) | BIT(LANES) | BIT(ISA) | BIT(SHARD) |
         BIT(DRY_RUN) | BIT(QUIET) | BIT(HELP),
     rein_cmd_run},
    {"merge", "join the shards of a study into one folder", "STUDY SHARD...",
     "STUDY is written; the SHARD folders, made by 'rein run --shard', stay as they are. Shards of different "
     "studies\n"
     "are refused.",
     "rein merge outputs/all outputs/part1 outputs/part2 outputs/part3\tthe same bytes as one run\n", 2, -1,
     BIT(QUIET) | BIT(HELP), rein_cmd_merge},
    {"import", "read a model of another format, or observed data as records", "FORMAT FILE",
     "FORMAT is sbml or observed. Of sbml: writes readable YAML to standard output or to the file of --out; "
     "it runs to the same\n"
     "numbers. An SBML file can also be used as it is, wherever a model is named. What libSBML's "
     "consistency\n"
     "checks call an error is one, unless --no-validate. Of observed: FILE is the scenario that compares "
     "with "
     "the data;\n"
     "its observed changes become transition records, one a line, what nobody measured null with a reason "
     "(docs/records.md).\n"
     "Lines are added to an existing file as its next version; a record that is there already is refused.",
     "rein import sbml pathway.xml -o pathway.yaml\tthe model as YAML\n"
     "rein check pathway.xml\tthe same model without a copy\n"
     "rein import observed -o observed.ndjson models/ldl_statin_ezetimibe/validate/i_rosette.yaml\tobserved "
     "records\n",
     2, 2, BIT(OUT) | BIT(NO_VALIDATE) | BIT(INDIVIDUAL_DATA) | BIT(HELP), rein_cmd_import},
    {"export", "write records as NDJSON or CSV, or as episodes for learning", "STUDY",
     "To standard output, or to the file of --out. Fields are explained in docs/records.md, the JSON Schema "
     "is\n"
     "docs/transition.schema.json. Rows of people of a table are held back unless --individual-data. With "
     "--deidentify\n"
     "only the parameters and covariates that --columns names are written. --format minari writes the folder "
     "of "
     "--out:\n"
     "every member an episode in the layout of Minari, with measured values, delivered amounts and a reward.",
     "rein export outputs/warfarin_adherence | head -1\tone transition record\n"
     "rein export --format csv -o warfarin.csv outputs/warfarin_adherence\ta table\n"
     "rein export --format minari --reward '-abs(prothrombin - 30 %)' -o episodes "
     "outputs/warfarin_adherence\tepisodes\n"
     "rein export --individual-data --deidentify --columns age,weight outputs/people\twithout what is not "
     "named\n",
     1, 1,
     BIT(FORMAT) | BIT(OUT) | BIT(DEIDENTIFY) | BIT(COLUMNS) | BIT(REWARD) | BIT(TEST) |
         BIT(INDIVIDUAL_DATA) | BIT(QUIET) | BIT(HELP),
     rein_cmd_export},
    {"show", "say in a few lines what a study holds", "STUDY",
     "Arms, individuals, horizons, what was kept, failures by reason, and where it comes from.",
     "rein show outputs/warfarin_adherence\tsummary\n", 1, 1, BIT(HELP), rein_cmd_show},
    {"compare", "put two sets of records side by side, and say what did not match", "A B",
     "A and B are study folders, or records as NDJSON (rein export, rein import observed), simulated or "
     "observed. Joined on\n"
     "individual where both know the same ones, else on arm, and on action, horizon and observable; for "
     "each: "
     "mean change in\n"
     "A and B, their difference with a 95 % interval, share of the same direction, root mean square. What "
     "has "
     "no counterpart\n"
     "is counted by reason (docs/records.md). --scenario renames observed arms by its compare block. Numbers "
     "of fewer than\n"
     "5 people are held back unless --individual-data. Ends with 1 when runs failed or nothing matched.",
     "rein compare outputs/first outputs/second\ttwo studies\n"
     "rein compare --json outputs/warfarin_adherence observed.ndjson\tsimulated against observed, as JSON\n"
     "rein compare --csv values.csv outputs/first outputs/second\twith a table of all values\n",
     2, 2, BIT(BY) | BIT(SCENARIO) | BIT(JSON) | BIT(CSV) | BIT(INDIVIDUAL_DATA) | BIT(HELP),
     rein_cmd_compare},
    {"interact", "say how the factors of a factorial design interact", "STUDY",
     "For every combination of factors in the study, observable and horizon: difference from additive on "
     "the\n"
     "observable's scale, Bliss excess, Loewe combination index, each with its spread over the individuals, "
     "or "
     "the\n"
     "reason why it cannot be said; for fractions of two-level designs the contrasts with their aliases. "
     "With "
     "--out,\n"
     "everything as JSON.",
     "rein interact outputs/diet_times_exercise\tall observables\n"
     "rein interact --observable body_weight --json outputs/diet_times_exercise\tone of them as JSON\n",
     1, 1, BIT(OBSERVABLE) | BIT(OUT) | BIT(JSON) | BIT(INDIVIDUAL_DATA) | BIT(HELP), rein_cmd_interact},
    {"plot", "draw trajectories with quantile bands, one panel for each arm", "STUDY",
     "Median, 25 to 75 % and 5 to 95 % of the simulated individuals over time. With --scenario, observed "
     "points are\n"
     "drawn on arms that reproduce the observed regimen (the scenario's compare block) and on no other: "
     "group means\n"
     "with their SD beside 5 to 95 % of the means of simulated cohorts of that size; individuals, with\n"
     "--individual-data, over the band of individuals.",
     "rein plot outputs/warfarin_single_dose -o level.svg\tthe first observable\n"
     "rein plot outputs/warfarin_single_dose --scenario scenarios/warfarin_single_dose.yaml --observable "
     "prothrombin\twith observed points\n"
     "rein plot --observable prothrombin --arm daily --png -o pca.png outputs/warfarin_adherence\tone arm as "
     "PNG\n",
     1, 1,
     BIT(OBSERVABLE) | BIT(ARM) | BIT(SCENARIO) | BIT(OUT) | BIT(SVG) | BIT(PNG) | BIT(INDIVIDUAL_DATA) |
         BIT(HELP),
     rein_cmd_plot},
    {"validate", "compare simulated with observed transitions", "SCENARIO...",
     "Simulates every observed arm of the scenario's 'compare' block and scores the measured changes, from "
     "the "
     "state\n"
     "before over each horizon, beside no change and the mean change of the others. The verdict follows the "
     "one "
     "rule\n"
     "that the scenario's 'expect' block froze (docs/validation-method.md). Ends with code 0 whatever the "
     "verdict, with\n"
     "1 when some individuals could not be simulated. With --out, everything as JSON; with --format "
     "markdown, a "
     "line for\n"
     "each comparison. With --why, the smallest change of a parameter that would explain each miss.",
     "rein validate models/warfarin/validate/people.yaml\tone comparison\n"
     "rein validate --why models/sleep_two_process/validate/restriction.yaml\tand what would explain its "
     "misses\n"
     "rein validate -o report.json models/warfarin/validate/people.yaml\tthe same, and as JSON\n"
     "rein validate --format markdown models/*/validate/*.yaml\tone line for each\n",
     1, -1,
     BIT(OUT) | BIT(N) | BIT(SEED) | BIT(THREADS) | BIT(FORMAT) | BIT(INDIVIDUAL_DATA) | BIT(WHY) | BIT(HELP),
     rein_cmd_validate},
    {"report", "write one HTML file on a comparison or a study", "SCENARIO|STUDY",
     "A scenario with a 'compare' block is validated as by 'rein validate': the page says what was asked, "
     "the "
     "verdict,\n"
     "draws what was observed over what was simulated, and has all scores beside baselines, calibration with "
     "widths, what\n"
     "the model rests on, hashes and versions. A study folder becomes a page on its arms, effects, safety "
     "signals and\n"
     "failures. The file is complete: it loads nothing and needs no script. Groups under 5 people are held "
     "back unless\n"
     "--individual-data. With --why, a comparison's page says what would explain each miss.",
     "rein report models/warfarin/validate/people.yaml -o report.html\ta comparison\n"
     "rein report outputs/warfarin_adherence -o study.html\ta study\n",
     1, 1,
     BIT(OUT) | BIT(N) | BIT(SEED) | BIT(THREADS) | BIT(SCENARIO) | BIT(INDIVIDUAL_DATA) | BIT(WHY) |
         BIT(HELP),
     rein_cmd_report},
    {"split", "freeze which observed points are a test", "SCENARIO",
     "Divides the points that 'rein validate' would compare into a training and a test part, and writes a "
     "small "
     "file that\n"
     "names the test part and freezes data, scenario and rule by their hashes. People stand in it by codes "
     "that "
     "only the\n"
     "data can be turned into. Arms are a new dose, action or combination only where they are one.",
     "rein split --by individual --test '30 %' -o task.yaml models/warfarin/validate/people.yaml\tnew "
     "people\n"
     "rein split --by horizon --test '48 h' -o task.yaml models/warfarin/validate/people.yaml\tlater times\n",
     1, 1, BIT(BY) | BIT(TEST) | BIT(SEED) | BIT(OUT) | BIT(HELP), rein_cmd_split},
    {"score", "rate any model's predictions of a frozen test part", "[PREDICTIONS]",
     "PREDICTIONS is a CSV with samples, quantiles or a named distribution for each point of the split that "
     "--task names\n"
     "(docs/validation-method.md, 'Frozen tasks'); without it the scenario's own model is rated. Rules and "
     "baselines are\n"
     "those of 'rein validate'. Points without a prediction count as no change. --format points lists what "
     "is "
     "to be\n"
     "predicted. With --out, everything as JSON.",
     "rein score --task task.yaml\tthe scenario's own model on the test part\n"
     "rein score --task task.yaml --format points --individual-data -o points.csv\twhat is to be predicted\n"
     "rein score predictions.csv --task task.yaml\tanother model's predictions\n",
     0, 1, BIT(TASK) | BIT(FORMAT) | BIT(OUT) | BIT(THREADS) | BIT(INDIVIDUAL_DATA) | BIT(WHY) | BIT(HELP),
     rein_cmd_score},
    {"explain", "say which processes of the model make an effect", "SCENARIO",
     "Runs one person with and without the action, and again with each process held at its course without "
     "the\n"
     "action: what vanishes is its share of the effect on one observable, or on the duration of one safety "
     "signal.\n"
     "Shows interactions, the ways from the action to the observable with the sources of each link, and an "
     "account of\n"
     "every state that has no remainder (docs/explain.md). --out writes JSON or a picture instead.",
     "rein explain scenarios/warfarin_single_dose.yaml\tthe first observable, the typical person\n"
     "rein explain --individual 3 --horizon '72 h' scenarios/warfarin_adherence.yaml\tone person of the "
     "cohort\n"
     "rein explain -o shares.svg scenarios/warfarin_single_dose.yaml\ta picture of the shares\n",
     1, 1,
     BIT(ARM) | BIT(OBSERVABLE) | BIT(SAFETY) | BIT(HORIZON) | BIT(INDIVIDUAL) | BIT(SEED) | BIT(THREADS) |
         BIT(OUT) | BIT(INDIVIDUAL_DATA) | BIT(HELP),
     rein_cmd_explain},
    {"prior", "the distribution of the next state given state and action", "QUERY",
     "QUERY asks for the next state of a model's states under actions over horizons. Prints quantiles, the "
     "change, its\n"
     "direction, the probability of each safety signal, and how much of the variance is noise, people, and "
     "what "
     "is\n"
     "not known, each with its Monte Carlo error (docs/priors.md). With --out, as a file: "
     ".json\n(everything), .csv, .nc (a table), .stan, .py (forms for Stan and PyMC). Ends with "
     "code 1 "
     "when\n"
     "members failed or a state was refused: the output says which and why.",
     "rein prior models/warfarin/prior/doses.yaml\tas text\n"
     "rein prior --n 1000 -q -o prior.json models/warfarin/prior/doses.yaml\tfewer draws, as JSON\n",
     1, 1, BIT(OUT) | BIT(N) | BIT(SEED) | BIT(THREADS) | BIT(QUIET) | BIT(HELP), rein_cmd_prior},
    {"sensitivity", "say how much observables depend on parameters and actions", "SCENARIO",
     "For the typical person under one arm, at the end of a horizon. Local: derivatives, and which "
     "parameters "
     "the\n"
     "scenario's measurements cannot tell apart. Sobol: shares of the variance, alone and in total, over the "
     "ranges of the\n"
     "scenario's sweeps (parameters and fields of actions), or without sweeps over the model's uncertain "
     "parameters.\n"
     "Morris: elementary effects over the same, for many factors (docs/sensitivity.md). --n is the number of "
     "points or\n"
     "trajectories; --out writes everything as JSON.",
     "rein sensitivity scenarios/warfarin_single_dose.yaml\tderivatives\n"
     "rein sensitivity --kind sobol --n 512 scenarios/warfarin_single_dose.yaml\tshares of the variance\n"
     "rein sensitivity --kind morris --horizon '72 h' -o s.json "
     "scenarios/warfarin_single_dose.yaml\tscreening\n",
     1, 1,
     BIT(KIND) | BIT(N) | BIT(ARM) | BIT(OBSERVABLE) | BIT(HORIZON) | BIT(SEED) | BIT(RTOL) | BIT(THREADS) |
         BIT(OUT) | BIT(HELP),
     rein_cmd_sensitivity},
    {"steer", "search allowed actions for what a model's cohorts do well with", "GOALS",
     "GOALS names a scenario, actions that may vary, objectives and hard limits. Prints choices that no "
     "other "
     "beats in\n"
     "all objectives, each evaluated again on people it was not chosen by, with reasons and what to measure "
     "to verify\n"
     "it; never a single one. Refuses single people, what is never automatic, what the model is not valid "
     "for, "
     "and\n"
     "models that are not supported on an objective, unless --exploratory (docs/steer.md). For research "
     "only.",
     "rein steer --exploratory models/warfarin/steer/range.yaml\tchoices, marked\n"
     "rein steer --exploratory -o choices.json models/warfarin/steer/range.yaml\tthe same, and as "
     "JSON\n"
     "rein steer --exploratory -o choices.svg models/warfarin/steer/range.yaml\tthe same, and a picture\n",
     1, 1, BIT(EXPLORATORY) | BIT(THREADS) | BIT(OUT) | BIT(QUIET) | BIT(HELP), rein_cmd_steer},
    {"why-not", "say where a model may miss the observed data", "FILE",
     "Compares as 'rein validate' does, and says which of five places explains a miss best: measurement,\n"
     "intervention, parameter, structure or readout, with the smallest change that would, how surprising it "
     "is\n"
     "under the stated uncertainty, or that it cannot be told (docs/why-not.md). FILE is a scenario that "
     "compares, or\n"
     "the observed data: then the scenario of --scenario, or the only one of the model's folder that "
     "compares "
     "with\n"
     "them. --out writes all changes as JSON.",
     "rein why-not scenarios/warfarin_single_dose.yaml\tas text\n"
     "rein why-not models/warfarin/observed/group_pca.csv\tby the data\n"
     "rein why-not -o why.json scenarios/warfarin_single_dose.yaml\tand as JSON\n",
     1, 1,
     BIT(SCENARIO) | BIT(SEED) | BIT(THREADS) | BIT(INDIVIDUAL_DATA) | BIT(OUT) | BIT(QUIET) | BIT(HELP),
     rein_cmd_why_not},
    {"help", "explain rein or one command", "[COMMAND]", "The same as 'rein COMMAND --help'.",
     "rein help\tall commands\nrein help run\tone command\n", 0, 1, BIT(HELP), rein_cmd_help},
    {NULL, NULL, NULL, NULL, NULL, 0, 0, 0, NULL}};

const rein_command *rein_commands(void) {
  return commands;
}

const rein_command *rein_command_find(const char *name) {
  for (const rein_command *c = commands; c->name; c++) {
    if (strcmp(c->name, name) == 0) return c;
  }
  return NULL;
}

rein_pos rein_cli_pos(void) {
  return (rein_pos){NULL, 0, 0, 0};
}

static void destroy_units(void *units) {
  rein_units_destroy(units);
}

rein_status rein_cli_units(rein_cli *cli, rein_units **out) {
  const rein_status status = rein_units_create(cli->diag, out);
  if (status == REIN_OK) rein_arena_defer(cli->arena, destroy_units, *out);
  return status;
}

rein_status rein_cli_target_of(const rein_cli *cli, rein_cli_target *out) {
  const char *path = cli->option[REIN_OPTION_OUT].text, *dot = path ? strrchr(path, '.') : NULL;
  *out = REIN_TO_TEXT;
  if (!path) return REIN_OK;
  if (dot && strcmp(dot, ".json") == 0) return *out = REIN_TO_JSON, REIN_OK;
  if (dot && strcmp(dot, ".svg") == 0) return *out = REIN_TO_SVG, REIN_OK;
  if (dot && strcmp(dot, ".png") == 0) return *out = REIN_TO_PNG, REIN_OK;
  return rein_cli_usage(cli, "--out is a file that ends in .json, .svg or .png, not '%s'", path);
}

const char *rein_cli_sniff(rein_cli *cli, const char *path) {
  rein_diag *ignored = rein_diag_create(cli->arena);
  const rein_source *source;
  const rein_yaml *root;
  if (!rein_files_exists(path)) return strchr(path, '/') || strchr(path, '.') ? "" : "model";
  if (rein_files_read(cli->arena, path, rein_cli_pos(), ignored, &source) != REIN_OK) return "";
  if (source->bytes[strspn(source->bytes, " \t\r\n\xef\xbb\xbf")] == '<') return "model";
  if (rein_yaml_parse(cli->arena, source, ignored, &root) != REIN_OK) return "";
  const rein_yaml *kind = rein_yaml_get(root, "rein");
  if (!kind || kind->kind != REIN_YAML_SCALAR) return "";
  return strncmp(kind->text, "scenario", 8) == 0 ? "scenario"
         : strncmp(kind->text, "prior", 5) == 0  ? "prior"
         : strncmp(kind->text, "model", 5) == 0  ? "model"
                                                 : "";
}
