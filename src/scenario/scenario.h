/* Scenario file to checked plan: who gets what, how much, when, what is measured, what is swept, what is
 * compared.
 *
 * A scenario expands to arms (sweeps multiply them) and individuals; a member is one individual under one
 * arm. The plan's order is blocks of individuals, then arms, so that treated and counterfactual share a
 * batch. Draws are keyed by (seed, individual, name), never sequential: see draw.h.
 */
#ifndef REIN_SCENARIO_SCENARIO_H
#define REIN_SCENARIO_SCENARIO_H

#include "solver/plan.h"
#include "src/lang/model.h"
#include "src/lang/yaml.h"

/* One arm after sweeps were multiplied out. */
typedef struct {
  const char *name; /* unique: "daily", or with swept values "daily/dose=5 mg/adherence=0.8" */
  const char *title;
  int group;                /* index of the arm as written, before sweeps */
  int reference;            /* arm it is compared with (its counterfactual), -1 for none */
  bool counterfactual;      /* made by rein: the same without the named action */
  const char *without;      /* the action left out, for a counterfactual; NULL */
  const char *prescription; /* what was prescribed, in words, deterministic */
  const char *factorial;    /* design the arm belongs to: its name without the run's; NULL none */
  const char *levels;       /* amount of each factor there: "diet=-500 kcal/d; activity=0 %"; NULL none */
  const char *boundary;     /* strictest boundary of the model and this arm's actions */
  const bool *decides;      /* (n_line of the scenario) which of its lines this arm has */
} rein_arm;

/* A line about whose doses is decided by measurements; arms that have it by this name for this action share
 * it. */
typedef struct {
  const char *name;
  int action; /* of the model */
} rein_decided_line;

/* A transition: from the state at time[i_before] to the state at time[i_after]. */
typedef struct {
  int i_before, i_after;
  const char *label; /* "24 h" */
} rein_horizon;

/* An arm of the observed data and the arm of the scenario that reproduces its regimen. */
typedef struct {
  const char *observed;
  int arm;
} rein_compare_arm;

typedef struct rein_scenario_inside rein_scenario_inside; /* what fill() needs; private to src/scenario */

typedef struct {
  const char *name, *title, *path;
  const rein_model *model;
  uint64_t seed;
  char hash[65]; /* SHA-256 of the checked scenario's print, covariate and dose tables included by hash */

  int64_t n_individual;  /* all replicates together */
  int64_t n_replicate;   /* parameter uncertainty is drawn once per replicate; 1 where none are written, and
                            then it is not drawn */
  bool typical;          /* one typical individual: its parameters are not drawn, its adherence is */
  bool individual_data;  /* the cohort or doses come from a table of people: privacy rules hold */
  const char *const *id; /* (n_individual) study-local codes of people of a table: their places in it; NULL
                            for drawn cohorts */
  const char *const *source_id; /* (n_individual) the table's own ids, NULL for drawn cohorts; never written
                                   or printed as they are */

  const rein_arm *arm;
  int n_arm;
  const rein_decided_line *line; /* (n_line) */
  int n_line;
  const char *const *rule; /* (n_rule) what decisions say, in words: "0.7 x where trough > 2 'mg/L'" */
  int n_rule;
  const double *time; /* (n_time) measurement times, model time, rising */
  int n_time;
  const rein_horizon *horizon; /* (n_horizon) */
  int n_horizon;
  const int *keep; /* (n_keep) see rein_plan: observables first, then what `keep:` asks for */
  int n_keep;
  double rtol, atol_rel;
  rein_method_kind method;
  bool method_auto; /* the pilot run chooses `method` (src/study/choose.h); until then it is BDF */
  bool act_first;
  int individuals_per_batch; /* each batch holds that many individuals times all arms, padded to n_lane */
  int n_lane;
  const char *observed_path;       /* data to compare with, seen from here; NULL for none */
  const rein_compare_arm *compare; /* (n_compare) which arm stands for which observed one */
  int n_compare;
  rein_scenario_inside *inside;
} rein_scenario;

/* Points of a caller's own in place of the arms and sweeps of the scenario: one of its arms, all fields
 * replaced together. Arm k is point k. */
typedef struct {
  const char *arm; /* as written */
  int n_axis, n_point;
  const char *const *field; /* (n_axis) "parameters.CL", "actions.warfarin.amount" */
  const char *const *value; /* (n_point x n_axis) as a scenario writes them */
  bool cohort;              /* the scenario's people, else the typical individual alone */
  bool references;          /* with the scenario's counterfactuals behind the points */
} rein_scenario_points;

/* Reads and checks a scenario with its model. rein_scenario_options fields: command-line overrides, 0 / NULL
 * for none. */
typedef struct {
  bool has_seed;
  uint64_t seed;
  int n_lane;                         /* wanted lanes of a batch, 0: chosen from model and arms */
  int64_t n_individual;               /* 0: as written */
  double rtol;                        /* 0: as written */
  rein_model_importer importer;       /* reads models that are XML files; NULL: they are an error */
  const rein_model *model;            /* read already, in place of reading `model:`; NULL: read it */
  const rein_scenario_points *points; /* NULL: the scenario's own arms */
} rein_scenario_options;

/* Everything lives in `arena`. REIN_OK; REIN_ERR_INPUT, REIN_ERR_FILE with errors in diag. */
rein_status rein_scenario_read(rein_arena *arena, rein_units *units, const char *path,
                               const rein_scenario_options *options, rein_diag *diag, rein_scenario **out);

/* The same from text that is read already; files it names are sought beside source->path. */
rein_status rein_scenario_read_source(rein_arena *arena, rein_units *units, const rein_source *source,
                                      const rein_scenario_options *options, rein_diag *diag,
                                      rein_scenario **out);

/* The same from a tree in memory that has a scenario's shape; `path` stands for the file that it is of. */
rein_status rein_scenario_read_tree(rein_arena *arena, rein_units *units, const char *path,
                                    const rein_yaml *root, const rein_scenario_options *options,
                                    rein_diag *diag, rein_scenario **out);

/* Something that can be varied: a field of a sweep with `from` and `to`, or a parameter with its `uncertain`
 * distribution, or (for local sensitivity) any parameter around its typical value. */
typedef struct {
  const char *name, *field, *unit; /* unit: text behind a number, "" for none */
  double low, high;                /* of a range */
  bool log;
  const rein_dist *dist; /* NULL for a range */
  double typical;        /* value under the arm as written; NaN for a range */
} rein_factor;

typedef enum { REIN_FACTORS_SWEEP, REIN_FACTORS_UNCERTAIN, REIN_FACTORS_PARAMETERS } rein_factor_source;

/* Factors that `arm` (as written; NULL: the first) can have. REIN_OK, also with none; REIN_ERR_INPUT with
 * errors in diag where a sweep has no range. What the cohort gives, what is computed, and, of PARAMETERS,
 * what is 0 is left out. */
rein_status rein_scenario_factors(rein_arena *arena, const rein_scenario *scenario, const char *arm,
                                  rein_factor_source source, rein_diag *diag, rein_factor **out, int *n_out);

/* The action that a line of an arm gives (line: its name, or the action's), or NULL. */
const rein_action *rein_scenario_line_action(const rein_scenario *scenario, const char *arm,
                                             const char *line);

/* The factor's value at `share` in (0, 1) of its range or distribution. */
double rein_factor_value(const rein_factor *factor, double share);

/* A value as a scenario writes it. */
const char *rein_factor_text(rein_arena *arena, const rein_factor *factor, double value);

/* The checked scenario as text: `rein dump --stage scenario`; hashed. */
void rein_scenario_print(const rein_scenario *scenario, rein_text *out);

/* A number with a unit as scenarios write them, in `unit`; what: names it in messages. False with an error.
 */
bool rein_scenario_read_quantity(rein_arena *arena, rein_units *units, rein_diag *diag, const rein_yaml *node,
                                 const rein_unit *unit, const char *unit_text, const char *what, double *out);

/* Whether an arm gives an action of the model to anybody; amounts of 0 count as given. */
bool rein_scenario_gives(const rein_scenario *scenario, int arm, int action);
/* The same to one individual: of a table of doses, the doses of their own person only. */
bool rein_scenario_gives_to(const rein_scenario *scenario, int arm, int64_t individual, int action);

/* One dose as prescribed. amount: action's unit, or per unit of the parameter per_param (-1: none); given:
 * what `how` (of src/scenario/timeline.h) asks for; every: interval of a steady state, else 0; time: model
 * time. */
typedef struct {
  int action, per_param, how;
  double amount, given, every, time;
} rein_given_dose;

/* The doses that an arm prescribes to an individual, by action, then time; their number. In `arena`. */
size_t rein_scenario_list_doses(rein_arena *arena, const rein_scenario *scenario, int arm, int64_t individual,
                                const rein_given_dose **out);

/* Whether `parameters:` of the scenario or of an arm as written sets a parameter, or the cohort gives it;
 * *pos: where. */
bool rein_scenario_sets(const rein_scenario *scenario, const char *arm, int param, rein_pos *pos);

/* Typical value of a parameter in an arm [its unit]; NaN where the cohort gives each person's own. */
double rein_scenario_parameter(const rein_scenario *scenario, int arm, int param);

/* Whether an arm starts from states of its own, `initial:`. */
bool rein_scenario_has_initial(const rein_scenario *scenario, int arm);

/* A line of an arm whose amount is not known to be in the range that the model is valid for. */
typedef struct {
  const char *line;
  int action;
  bool of_table; /* what its cells hold is not shown */
  double amount; /* action's unit; NaN: it replaces or multiplies what is there, by what is not said here */
  rein_pos pos;
} rein_outside_line;

/* The first such line, of the arm or its table, false where there is none. Amounts that are per person or
 * that a titration changes are known only when people are simulated (delivered.h). */
bool rein_scenario_find_outside(const rein_scenario *scenario, int arm, rein_outside_line *out);

/* A column of the scenario's table of people, used by the model or not. */
typedef struct {
  const char *name;
  bool is_words;       /* two different words: 0 is the one that comes first in the alphabet, 1 the other */
  const double *value; /* (rows of the table) as the table has them, NaN where missing */
} rein_scenario_column;

/* Columns of numbers, or of two words, that vary; the column that tells people apart is none. *n = 0 for a
 * drawn cohort. In `arena`. */
rein_scenario_column *rein_scenario_columns(rein_arena *arena, const rein_scenario *scenario, int *n);

/* Whether a dose at `time` acts between two measurements: an observation at the instant of an action sees the
 * state before it, or after it where the scenario lets actions act first. */
bool rein_scenario_is_within(const rein_scenario *scenario, double time, double before, double after);

/* What the observed table prescribes to an individual between two times, where the arm has `events:
 * observed`; else false. amount (n_action of the model), in the actions' units; given (n_action): the table
 * gives it to anybody. */
bool rein_scenario_observed_doses(const rein_scenario *scenario, int arm, int64_t individual, double before,
                                  double after, double *amount, bool *given);

/* Whether a table gives the arm's people doses of their own, so that it matters who is who. */
bool rein_scenario_has_own_doses(const rein_scenario *scenario, int arm);

/* Warns of each line whose jitter draws a dose before the start in more than 1 % of cases: it is taken then.
 */
void rein_scenario_warn_of_jitter(const rein_scenario *scenario, rein_diag *diag);

/* What atol_rel is for an rtol where a scenario says no other: a thousandth of it, so that a state near 0 is
 * not followed further than the others, and REIN_ATOL_REL at least. */
#define REIN_ATOL_REL 1e-9
double rein_scenario_atol_rel(double rtol);

/* Both tolerances at most as wide as a scenario of this rtol has them, for studies that take differences. */
void rein_scenario_narrow(rein_scenario *scenario, double rtol);

/* A time rounded to 13 digits, as all times of a scenario are. */
double rein_scenario_round_time(double time);

/* The plan for the solver. atol (n_state): from the pilot run. The plan lives in `arena`, lends from scenario
 * and tape. */
rein_status rein_scenario_plan(rein_arena *arena, const rein_scenario *scenario, const rein_tape *tape,
                               const double *atol, rein_plan **out);

/* Plan of the pilot run: the typical individual, all arms, in as few batches as possible; kept rows are all
 * states. */
rein_status rein_scenario_pilot(rein_arena *arena, const rein_scenario *scenario, const rein_tape *tape,
                                const double *atol, rein_plan **out);

#endif
