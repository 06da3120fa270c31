/* Private to src/scenario: what reading leaves for filling batches, and what its files share while they read.
 */
#ifndef REIN_SCENARIO_INSIDE_H
#define REIN_SCENARIO_INSIDE_H

#include "src/lang/csv.h"
#include "src/lang/yaml.h"
#include "src/scenario/doses.h"
#include "src/scenario/people.h"
#include "src/scenario/scenario.h"
#include "src/scenario/timeline.h"

/* A state that an arm starts from in place of the model's initial one. */
typedef struct {
  int state;
  double amount; /* state's unit */
  int per_param; /* index of the person's number that it is instead; -1 none */
} rein_initial;

/* What an arm does, beside its public rein_arm of the same index. */
typedef struct {
  const rein_course *course; /* (n_course) */
  int n_course;
  const rein_doses *doses; /* of its table, NULL none */
  const bool *left_out;    /* (n_action) what a counterfactual leaves out of the table; NULL none */
  const double *theta;     /* (n_param) typical values with the arm's overrides; arms without any share one */
  const rein_initial *initial; /* (n_initial) */
  int n_initial;
  const rein_decision *decision; /* (n_decision) of all lines, rising time */
  int n_decision;
} rein_arm_inside;

/* One lane of an individual's share of a batch. */
typedef struct {
  int arm;
  bool real; /* false: a copy of a reference arm that another chunk delivers */
} rein_lane_arm;

/* Arms that are integrated together; all of them where they fit into one batch. */
typedef struct {
  const rein_lane_arm *lane; /* (n_lane) */
  int n_lane;
} rein_chunk;

/* `factorial:` of an arm: which lines are given, how much of each, in which of the possible combinations. */
typedef struct {
  const char *name;         /* of the arm as written */
  const char **factor;      /* (n_factor) names of lines */
  const rein_yaml ***level; /* (n_factor x n_level) amounts; NULL: as written */
  int *per;                 /* (n_factor) what its amounts are per, as rein_course says; -2 not known yet */
  int *n_level, n_factor;   /* levels beside none */
  int *run;                 /* (n_run x n_factor) level of each factor, 0: without it */
  int n_run;
  uint32_t *word; /* (n_word) the defining relation: products of these factors are constant */
  bool *minus;    /* (n_word) and -1, instead of 1 */
  int n_word;
} rein_factorial;

struct rein_scenario_inside {
  const rein_factorial **factorial; /* (n_factorial), for the print */
  size_t n_factorial, cap_factorial;
  rein_decided_line *line; /* growing, until the scenario lends them: lines and rules of decisions */
  const char **rule;
  size_t n_line, cap_line, n_rule, cap_rule;
  rein_people people;
  const rein_arm_inside *arm; /* (n_arm) */
  rein_chunk *chunk;          /* (n_chunk) */
  int n_chunk;
  const rein_doses *over_time; /* covariates over time of all arms, NULL none */
  double t_start, t_end;       /* model time */
  rein_order order;
  bool equilibrates;   /* `before: {equilibrate: true}` */
  bool adding_ends;    /* see rein_timeline_lane */
  char table_hash[65]; /* SHA-256 of the table of people, "" for none */
  const char **row_code,
      **row_source_id;   /* (people.n_row) study-local code and the table's own id of each person */
  const rein_csv *table; /* of people, NULL for none */
  const rein_yaml *root; /* the file's tree, for what is only printed */
};

/* ---- while reading ---- */

/* A field of an arm that a sweep replaces: "actions.warfarin.amount", "parameters.CL". */
typedef struct {
  const char *section, *name, *field; /* "actions", "warfarin", "amount"; "parameters", "CL", "" */
  const rein_yaml *value;             /* scalar */
} rein_override;

typedef struct {
  rein_arena *arena;
  rein_units *units;
  rein_diag *diag;
  const rein_model *model;
  const rein_yaml *root;
  rein_scenario *scenario;
  rein_scenario_inside *inside;
  const rein_csv *table;        /* of people, NULL for none */
  rein_covariate *covariate;    /* growing; inside->people lends it */
  const rein_yaml **extra_node; /* (n_extra) where each extra number is written, so that arms share it */
  size_t n_covariate, cap_covariate, cap_extra, cap_extra_typical, cap_extra_node;
  int64_t n_dose;           /* of all courses read so far */
  const rein_yaml **warned; /* (n_warned) amounts that were warned of, so that a sweep warns once */
  size_t n_warned, cap_warned;
  double *theta;                      /* (n_param) typical values with the scenario's own overrides */
  const rein_scenario_points *points; /* in place of arms and sweeps, NULL none */
  const rein_doses *
      *doses; /* (n_doses) tables read so far, NULL for wrong ones, and where they are written */
  const rein_yaml **doses_node;
  size_t n_doses, cap_doses, cap_doses_node;
  const rein_yaml *observed_events; /* `events:` of the observed table, NULL where nothing asks for it */
} rein_scenario_reader;

/* quantity.c: numbers with units. `what` names the number in messages: "amount of 'warfarin'". False with an
 * error. */
bool rein_scenario_quantity(rein_scenario_reader *r, const rein_yaml *node, const rein_unit *unit,
                            const char *unit_text, const char *what, double *out);
/* A time in the model's unit, rounded: 0.1 d, 2.4 h and the 24th step of 6 min are one instant. */
bool rein_scenario_time(rein_scenario_reader *r, const rein_yaml *node, const char *what, double *out);
bool rein_scenario_text_quantity(rein_scenario_reader *r, const char *text, rein_pos pos,
                                 const rein_unit *unit, const char *unit_text, const char *what, double *out);
bool rein_scenario_plain_number(rein_scenario_reader *r, const rein_yaml *node, const char *what,
                                double *out);
bool rein_scenario_count(rein_scenario_reader *r, const rein_yaml *node, const char *what, int64_t largest,
                         int64_t *out);
/* A number between 0 and 1, also as percent. */
bool rein_scenario_fraction(rein_scenario_reader *r, const rein_yaml *node, const char *what, double *out);
/* The first of the values (n) that is the same as one before it, *before, in whatever units; -1 none. */
int rein_scenario_find_repeat(rein_scenario_reader *r, const rein_yaml *const *value, int n, int *before);
/* An error that a name is unknown, with the nearest of `known` (n). */
void rein_scenario_unknown(rein_scenario_reader *r, rein_pos pos, const char *what, const char *name,
                           const char *const *known, size_t n);
/* A scalar that no file holds, at the place of another. */
const rein_yaml *rein_scenario_scalar(rein_scenario_reader *r, const char *text, rein_pos pos);
int rein_scenario_find_param(rein_scenario_reader *r, const char *name, rein_pos pos);

/* pattern.c: takes the doses of a line out that its pattern leaves out: `on`, `off` (cycles), `days` of each
 * week or `times_a_week`, counted from its first dose; each NULL where not said. */
bool rein_scenario_thin_times(rein_scenario_reader *r, const char *name, const rein_yaml *on,
                              const rein_yaml *off, const rein_yaml *days, const rein_yaml *times,
                              rein_course *out);

/* pattern.c: `daily:` of a line: a time of the day, or from one to another; model time. */
typedef struct {
  double first;  /* begins at `from` or later */
  double length; /* NaN: no end said */
  double day;
} rein_daily;
bool rein_scenario_read_daily(rein_scenario_reader *r, const char *name, const rein_yaml *node, double from,
                              rein_daily *out);

/* pattern.c: `periods:` of an arm. */
bool rein_scenario_read_periods(rein_scenario_reader *r, const rein_yaml *node, const rein_periods **out);

/* amount.c: an amount of the action as written, with out->per_param where it is per body weight or the
 * person's own. False with an error. */
bool rein_scenario_read_amount(rein_scenario_reader *r, const rein_action *action, const char *what,
                               const rein_yaml *node, rein_course *out);

/* course.c: `actions:` of one arm, with overrides. False with errors in diag. */
bool rein_scenario_read_courses(rein_scenario_reader *r, const rein_yaml *list, const rein_periods *periods,
                                const rein_override *overrides, int n_override, const rein_course **out,
                                int *n_out);
#define REIN_SCENARIO_MAX_DOSE 1000000   /* of one course */
#define REIN_SCENARIO_MAX_DOSES 20000000 /* of all arms together, before individuals */

/* doses.c: `events:` of an arm, read once however often the arm is swept. NULL with errors. */
const rein_doses *rein_scenario_read_doses(rein_scenario_reader *r, const rein_yaml *node);

/* observed_table.c: looks for `observed` in place of a table and prepares its `events:`; `events:` of an arm,
 * that one where it says `observed`, NULL without; the first line of each person of the observed table, ID in
 * its column 0. False with errors. */
bool rein_scenario_find_observed(rein_scenario_reader *r);
const rein_yaml *rein_scenario_events(const rein_scenario_reader *r, const rein_yaml *arm);
bool rein_scenario_read_observed_people(rein_scenario_reader *r, const rein_csv **out);

/* faith.c: `adherence:` of the line of that name, a fraction or a map; its print. */
bool rein_scenario_read_adherence(rein_scenario_reader *r, const char *line, const rein_yaml *node,
                                  const rein_adherence **out);
void rein_scenario_print_adherence(const rein_adherence *how, rein_text *out);

/* titrate_read.c: `titrate:` and `stop:` of a line, which hold for all its courses (n), the first of them
 * being course `first` of the arm. action: NULL for a reset. False with errors. */
bool rein_scenario_read_titrations(rein_scenario_reader *r, const char *line, const rein_yaml *entry,
                                   const rein_action *action, rein_course *course, int n, int first);
/* The decisions of an arm's lines, *n of them. */
const rein_decision *rein_scenario_list_decisions(rein_scenario_reader *r, const rein_course *course,
                                                  int n_course, int *n);

/* regimen.c: a text regimen as maps of fields, one for each "then". NULL with an error. */
const rein_yaml **rein_scenario_read_regimen(rein_scenario_reader *r, const rein_yaml *text, int *n_out);

/* factorial.c: `factorial:` of an arm, for the lines it has; NULL with errors. */
const rein_factorial *rein_scenario_read_factorial(rein_scenario_reader *r, const char *name,
                                                   const rein_yaml *arm);
/* The name of a run, "/diet+activity=80 %", or "/none". */
const char *rein_scenario_run_name(rein_scenario_reader *r, const rein_factorial *f, int i_run);
/* Courses of a run: those of factors at level 0 are left out. *levels: amount of each factor in words. */
const rein_course *rein_scenario_run_courses(rein_scenario_reader *r, const rein_factorial *f, int i_run,
                                             const rein_course *course, int n_course, const char **levels);
void rein_scenario_print_factorial(const rein_factorial *f, rein_text *out);
#define REIN_SCENARIO_MAX_FACTOR 14

/* arm.c: arms, sweeps, references, counterfactuals. */
bool rein_scenario_read_arms(rein_scenario_reader *r);

/* initial.c: `initial:` of an arm, NULL for none. */
bool rein_scenario_read_initial(rein_scenario_reader *r, const rein_yaml *map, const rein_initial **out,
                                int *n_out);

/* sweep.c: the points of a sweep. */
typedef struct {
  const char *name;
  rein_pos pos;
  const char *section, *target, *field; /* of what it replaces */
  const char **arm;                     /* (n_arm) arms it applies to; n_arm 0: all that have the field */
  int n_arm;
  const rein_yaml **value; /* (n_value): listed, or of the range; by point for a sampled design */
  int n_value;
} rein_sweep_axis;
typedef struct {
  rein_sweep_axis *axis; /* (n_axis) */
  int n_axis;
  bool sampled; /* all axes move together, value k of each is point k */
} rein_sweep;
bool rein_scenario_read_sweep(rein_scenario_reader *r, rein_sweep *out);
/* What "parameters.CL" or "actions.warfarin.amount" replaces. */
bool rein_scenario_sweep_field(rein_scenario_reader *r, const rein_yaml *node, rein_sweep_axis *axis);
/* The ends of a range: numbers in one unit. */
typedef struct {
  double low, high;
  const char *unit;
  bool log;
} rein_sweep_range;
bool rein_scenario_sweep_range(rein_scenario_reader *r, const rein_yaml *map, rein_sweep_range *out);
double rein_scenario_range_value(const rein_sweep_range *range, double share);

/* factors.c: points of the caller in place of sweeps. */
bool rein_scenario_read_points(rein_scenario_reader *r, rein_sweep *out);
#define REIN_SCENARIO_MAX_ARM 20000

/* cohort.c: `cohort:`, `parameters:`. */
bool rein_scenario_read_cohort(rein_scenario_reader *r, const rein_scenario_options *options);
/* One typical value; name_pos is where the parameter is named. */
bool rein_scenario_set_parameter(rein_scenario_reader *r, const char *name, rein_pos name_pos,
                                 const rein_yaml *value, double *theta);

/* totals.c: linear totals that the processes keep, (n x n_state) in the arena; their number. */
int rein_scenario_find_totals(rein_arena *arena, const rein_model *model, const double **out);

/* allowed.c: whether the model can have this value: in a covariate's range, and such that `between` and
 * `uncertain` can be around it. False with an error at `pos` that does not show the value. */
bool rein_scenario_is_allowed(rein_scenario_reader *r, const rein_param *param, double value, rein_pos pos);
/* Cuts a drawn covariate to its range; false with an error where its centre is outside. */
bool rein_scenario_cut_to_range(rein_scenario_reader *r, const rein_param *param, rein_pos pos,
                                rein_covariate *out);

/* A number of each person that is no parameter: `{column: amount, unit: mg}` of the table, or a distribution
 * such as `normal(mean: 105 mg, sd: 22 mg)`. about: its name and unit for messages; name keys its draws.
 * Index among a person's numbers, or -1. */
int rein_scenario_person_number(rein_scenario_reader *r, const rein_yaml *node, const rein_param *about);

/* measure.c: `measure:`, `horizons:`, `keep:`, `start:`. */
bool rein_scenario_read_measure(rein_scenario_reader *r);

/* plan.c: chunks of arms, lanes of a batch. */
void rein_scenario_choose_lanes(rein_scenario_reader *r, const rein_scenario_options *options);

#endif
