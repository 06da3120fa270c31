/* The model as declared and, after rein_model_check, the checked and flattened model that the compiler takes.
 *
 * Parts are flattened: a state `gut` of part `pk` is the symbol `pk.gut`. Every importer (YAML, SBML) fills
 * this one structure. All indices are into the arrays below. Everything lives in model->arena.
 *
 * After the check: every name is resolved, every expression has a unit, conversions are put in as
 * REIN_AST_CONVERT so that plain arithmetic on numbers in declared units is right, user functions are
 * expanded, values are acyclic.
 */
#ifndef REIN_LANG_MODEL_H
#define REIN_LANG_MODEL_H

#include "src/base/names.h"
#include "src/lang/ast.h"

typedef enum {
  REIN_SYMBOL_PARAM,
  REIN_SYMBOL_STATE,
  REIN_SYMBOL_VALUE,
  REIN_SYMBOL_PROCESS,
  REIN_SYMBOL_OBSERVABLE
} rein_symbol_kind;
#define REIN_SYMBOL_TIME (-2)

typedef struct {
  rein_symbol_kind kind;
  int index; /* into the array of its kind */
  const char *name;
} rein_symbol;

typedef enum {
  REIN_DIST_NONE,
  REIN_DIST_LOGNORMAL,
  REIN_DIST_NORMAL,
  REIN_DIST_LOGIT_NORMAL,
  REIN_DIST_UNIFORM
} rein_dist_kind;

/* A distribution around the typical value (the median): lognormal: theta exp(eta), eta ~ N(0, sd^2), sd^2 =
 * ln(1 + cv^2) or omega2; normal: theta + eta, sd in the parameter's unit; logit_normal: logit(theta) + eta;
 * uniform on [low, high]. Truncation to [low, high] (parameter's unit) only where written; -inf, inf
 * otherwise. */
typedef struct {
  rein_dist_kind kind;
  double sd;
  double low, high;
  rein_pos pos;
} rein_dist;

typedef enum { REIN_EVIDENCE_ASSUMED, REIN_EVIDENCE_SOURCE } rein_evidence;

typedef struct {
  const char *name, *title, *unit_text;
  rein_pos pos;
  rein_unit unit;
  double value; /* typical individual, declared unit */
  rein_ast
      *value_expr; /* or a formula of other parameters (evaluated once per individual), NULL for a number */
  rein_dist between, uncertain;
  bool covariate; /* comes from the scenario's table; value is the default where one is declared */
  bool has_value;
  bool moved;                   /* no number of the model: rein writes it, see rein_ramp, rein_drifts */
  bool delayed;                 /* holds a delayed value, see rein_delay */
  double range_low, range_high; /* covariates: what a table may hold, declared unit; -inf, inf where open */
  const char *source;           /* key of sources, or NULL when assumed */
  const char *assumed;          /* the reason given, NULL with a source */
  const char *codes;            /* "loinc:2345-7 atc:B01AA03", or NULL */
} rein_param;

typedef struct {
  const char *name, *title, *unit_text,
      *level; /* level: molecule, cell, pathway, organ, phenotype, clinical; NULL undeclared */
  rein_pos pos;
  rein_unit unit;
  rein_ast *initial; /* in the state's unit after the check */
  rein_ast *rate;    /* raw rate or NULL; processes add to it */
  double scale;      /* 0: not declared */
  double range_low, range_high;
  rein_range_policy range_policy;
  const char *codes;
} rein_state;

typedef struct {
  const char *name, *title, *unit_text, *codes;
  rein_pos pos;
  rein_unit unit;
  rein_ast *is;
} rein_value;

typedef struct {
  int state;
  double factor;  /* stoichiometry, negative where taken from; after the check times the unit conversion, so
                     that  d state / d time += factor * rate */
  rein_unit unit; /* of the factor as declared: dimensionless for a plain number */
} rein_flow;

typedef struct {
  const char *name, *title, *unit_text, *source; /* unit_text NULL: not declared, set by the check */
  const char *codes;
  rein_pos pos;
  rein_unit unit; /* of the rate after the check: declared, or the first flow's state unit / model time */
  rein_ast *rate;
  rein_flow *flow; /* (n_flow) */
  int n_flow;
} rein_process;

/* How a parameter is moved to an action's amount and back: parameters of the model that the timeline writes.
 * With part = pace * (time - since), or (1 - cos(pi part)) / 2: kept and forced go from [0] to [1] with it.
 */
typedef struct {
  bool smooth;
  double rise, fall; /* model time */
  int since, pace, kept[2], forced[2];
} rein_ramp;

/* What else determines a parameter, value or process: it is times the value `scale`, plus the value `shift`
 * (-1: none). Several on one target follow each other in this order. */
typedef struct {
  rein_symbol_kind kind;
  int target;
  int scale, shift;
} rein_act;

typedef struct {
  const char *name, *title, *kind, *unit_text, *boundary, *codes; /* kind: drug, nutrition, exercise, ... */
  rein_pos pos, unit_pos;
  rein_unit unit;
  int state;             /* into, -1: acts on parameters only */
  double factor;         /* action unit to state unit */
  int param;             /* parameter it sets, -1 for none */
  const rein_ramp *ramp; /* of a parameter it sets, NULL: at once */
  rein_ast *lag, *bioavailability, *rate,
      *duration;                /* NULL where not declared; lag and duration in model time */
  double valid_low, valid_high; /* amount in the action's unit; -inf, inf where not declared */
} rein_action;

typedef enum {
  REIN_NOISE_NONE,
  REIN_NOISE_ADDITIVE,
  REIN_NOISE_PROPORTIONAL,
  REIN_NOISE_COMBINED,
  REIN_NOISE_LOGNORMAL
} rein_noise_kind;

typedef struct {
  const char *name, *title, *unit_text, *level, *codes;
  rein_pos pos;
  rein_unit unit;
  rein_ast *is;
  rein_noise_kind noise;
  rein_ast *noise_sd,
      *noise_cv;          /* additive SD in the observable's unit; CV as a fraction; NULL where not used */
  double smallest_change; /* NaN: none declared, so there is no direction */
  bool smallest_change_relative; /* a fraction of the value before */
  double limit_low, limit_high;  /* limits of detection; -inf, inf where none */
  bool log_scale;                /* interactions on the log scale */
  bool fractional;               /* an effect between 0 (none) and 1 (complete) */
} rein_observable;

typedef struct {
  const char *name, *message;
  rein_pos pos;
  rein_ast *when; /* NULL: when the state `outside` is outside its range by more than 10 atol */
  int outside;
} rein_safety;

typedef struct {
  rein_symbol_kind kind; /* STATE or PARAM */
  int index;
  rein_ast *value;
  rein_ast *scale; /* NULL, or a factor of the value that is taken when the event is executed */
} rein_assignment;

typedef struct {
  const char *name;
  rein_pos pos;
  rein_ast *when, *delay, *priority; /* delay, priority may be NULL */
  bool persistent, initial_true, values_at_trigger;
  rein_assignment *assign; /* (n_assign) */
  int n_assign;
} rein_event;

/* The value that `is` had `by` ago, kept in a parameter that the integration writes. before: its value at a
 * time before the start. depth: 1 and the largest depth of the delays that it is made of. */
typedef struct {
  rein_pos pos;
  int param;
  rein_ast *is, *by, *before;
  int depth;
} rein_delay;

typedef struct {
  const char *name;
  rein_pos pos;
  const char **arg; /* (n_arg) */
  int n_arg;
  rein_ast *body;
} rein_function;

typedef struct {
  const char *key, *doi, *title, *kind, *population, *species, *tissue, *setting; /* NULL where not said */
  bool verified;
  rein_pos pos;
} rein_source_ref;

/* Correlation of two parameters' `between` distributions, on the transformed scale. */
typedef struct {
  int param_a, param_b;
  double rho;
  rein_pos pos;
} rein_correlation;

typedef struct {
  rein_arena *arena;
  const rein_source *source;
  const char *name, *title, *boundary, *time_unit_text, *population;
  const char *notes, *codes; /* imported models only; else NULL */
  rein_unit time_unit;
  double horizon;   /* valid horizon [model time], inf where not declared */
  bool imported;    /* from a format with looser rules: initial values may use time */
  double settle;    /* time before the start in which fast reactions come to rest; 0: none */
  bool random_ties; /* events of equal priority at one instant: in random order, else as declared */

  rein_names *names; /* every declared name to its symbol */
  rein_symbol *symbol;
  size_t n_symbol;
  int *order; /* (n_order) symbols of values, processes, observables and computed parameters, each after all
                 it uses */
  size_t n_order;

  rein_param *param;
  rein_state *state;
  rein_value *value;
  rein_process *process;
  rein_action *action;
  rein_observable *observable;
  rein_safety *safety;
  rein_event *event;
  rein_delay *delay;
  rein_function *function;
  rein_source_ref *ref;
  rein_correlation *correlation;
  rein_act *act;
  size_t n_param, n_state, n_value, n_process, n_action, n_observable, n_safety, n_event, n_delay, n_function,
      n_ref, n_correlation, n_act;
} rein_model;

/* An empty model in the arena: counts 0, time unit unknown, no declared horizon. */
rein_model *rein_model_create(rein_arena *arena, const rein_source *source);

/* Reads a model file and follows its `parts:`. path: a path, or a name that is looked up (see
 * rein_model_find), as the user wrote it; named from `from`. The model lives in `arena`. REIN_OK: declared,
 * resolved and checked. REIN_ERR_INPUT, REIN_ERR_FILE: errors in diag. REIN_ERR_MEMORY. */
rein_status rein_model_read(rein_arena *arena, rein_units *units, const char *path, rein_pos from,
                            rein_diag *diag, rein_model **out);

/* Reads a source that is no YAML (its first byte that is not blank is '<') into a declared, unchecked model.
 * Answers as rein_model_read. */
typedef rein_status (*rein_model_importer)(rein_arena *arena, rein_units *units, const rein_source *source,
                                           rein_diag *diag, rein_model **out);

/* The same with an importer for XML files, also where a part names one; NULL: such a file is an error. */
rein_status rein_model_read_with(rein_arena *arena, rein_units *units, const char *path, rein_pos from,
                                 rein_model_importer importer, rein_diag *diag, rein_model **out);

/* Covariates or parameters that change along lines, see rein_read_drift; names the model does not have are
 * passed over. */
typedef struct {
  const char **name; /* (n) */
  const rein_pos *pos;
  size_t n;
} rein_drifts;

/* The same; each of drifts is x + x.slope (time - x.since) in the model, the slope 0 where nothing sets it.
 */
rein_status rein_model_read_drifting(rein_arena *arena, rein_units *units, const char *path, rein_pos from,
                                     rein_model_importer importer, const rein_drifts *drifts, rein_diag *diag,
                                     rein_model **out);

/* Reads a model from a source that is already in memory; parts are looked up from source->path. */
rein_status rein_model_read_source(rein_arena *arena, rein_units *units, const rein_source *source,
                                   rein_model_importer importer, rein_diag *diag, rein_model **out);

/* The file a model's name or path means, or NULL with an error at `from` that lists where it was looked for.
 * A text that ends in .yaml, .yml or .xml is a path, seen from the file that names it. Any other text is
 * tried as a folder with a model.yaml when it holds a '/', and then as models/<text>/model.yaml in the folder
 * of the file that names it, in its parents, in the folders of REIN_MODELS (separated by ':'), in the
 * checkout that the program was built in, and in the installed share folder. */
const char *rein_model_find(rein_arena *arena, const char *text, rein_pos from, rein_diag *diag);

/* "<checkout>/models/" of the checkout whose build/<variant>/ would hold this program, whether there is such
 * a folder or not; NULL where the program's path is not known or too short. */
const char *rein_model_folder_of_program(rein_arena *arena);

/* The stages after reading, for importers: resolve names, expand functions, check units, order values, check
 * initial values and structure. Goes on after an error to find more. */
rein_status rein_model_check(rein_model *model, rein_units *units, rein_diag *diag);

/* The flattened, checked model as text: `rein dump --stage model`. It holds all that bears on a result;
 * titles, notes and positions are left out, so that a better title is the same model. */
void rein_model_print(const rein_model *model, rein_text *out);

/* The model's hash: SHA-256 of that text, 64 hexadecimal digits and a final 0. scratch: for the text, may be
 * model->arena. */
void rein_model_hash(const rein_model *model, rein_arena *scratch, char hash[65]);

/* What `rein check` counts: parameters with a source, assumed, unverified; units unknown. */
void rein_model_print_evidence(const rein_model *model, rein_text *out);

#endif
