/* Insides of the model reader, shared by model_read*.c and model_parts.c: the tree of one file becomes the
 * arrays of one rein_model. The schema has been applied before, so shapes may be relied on. */
#ifndef REIN_LANG_MODEL_READ_H
#define REIN_LANG_MODEL_READ_H

#include "src/lang/model.h"
#include "src/lang/parser.h"
#include "src/lang/yaml.h"

#define REIN_MAX_PART_DEPTH 16 /* parts inside parts */
#define REIN_MAX_PART                                                                                        \
  256 /* parts of one model, all levels: a part that names two of the next level would double */

/* What the readers of all files of one model share. */
typedef struct {
  rein_arena *arena;
  rein_units *units;
  rein_diag *diag;
  rein_model_importer importer; /* or NULL */
  const rein_drifts *drifts;    /* or NULL */
  int n_part;
  int depth;
  const char *open[REIN_MAX_PART_DEPTH + 1]; /* (depth) files under way, outermost first */
} rein_read_job;

typedef struct {
  rein_read_job *job;
  rein_arena *arena;
  rein_units *units;
  rein_diag *diag;
  rein_model *model;
  const rein_yaml *root;
  size_t cap_param, cap_state, cap_value, cap_process, cap_action, cap_observable, cap_safety, cap_event,
      cap_delay, cap_function, cap_ref, cap_correlation, cap_act;
} rein_reader;

/* Appends a zeroed item to an array of the model and gives its address (until the next one). */
#define REIN_ADD(reader, type, array)                                                                        \
  (REIN_PUSH((reader)->arena, (reader)->model->array, (reader)->model->n_##array, (reader)->cap_##array,     \
             (type){0}),                                                                                     \
   &(reader)->model->array[(reader)->model->n_##array - 1])

/* A piece of text with its place. */
typedef struct {
  const char *text;
  rein_pos pos;
  bool exact; /* positions inside can be told: pos.column + offset */
} rein_piece;

typedef struct {
  double number;
  const char *unit_text; /* "1" where none is written */
  rein_unit unit;
  bool has_unit, quoted; /* quoted: 5 '%' rather than 5 % */
} rein_quantity;

/* ---- model_read_value.c: small things ---- */

rein_piece rein_piece_of(const rein_yaml *scalar);
/* The piece from `offset` on, `length` bytes, blanks at its ends taken off. */
rein_piece rein_piece_part(rein_arena *arena, rein_piece piece, size_t offset, size_t length);

/* Text of an optional key, or NULL. */
const char *rein_read_text(const rein_yaml *map, const char *key);
/* Is it the `?` that stands for an unknown unit in files with `imported:`? */
bool rein_unit_is_left_open(const rein_reader *r, const char *text);
bool rein_read_bool(const rein_yaml *map, const char *key, bool otherwise);

/* model_read_kind.c: "loinc:2345-7 atc:B01AA03" from `codes`, or NULL; an error for a system that is not
 * known, but in a model with `imported:`. */
const char *rein_read_codes(rein_reader *reader, const rein_yaml *map);
/* Whether the action's kind is known and accepts its unit. */
void rein_read_kind(rein_reader *reader, const rein_yaml *map, const rein_unit *unit);
/* Kinds whose action need not act on anything: placebo, none. */
bool rein_kind_is_idle(const char *kind);

/* The key of `sources` under an optional `source`, or NULL; an error where there is no such source.
 * model_read_param.c */
const char *rein_read_source_key(rein_reader *reader, const rein_yaml *map);

/* An optional expression; NULL where the key is missing or wrong (then with an error). */
rein_ast *rein_read_expression(rein_reader *reader, const rein_yaml *map, const char *key);
rein_ast *rein_read_piece_expression(rein_reader *reader, rein_piece piece);

/* A quantity with any unit behind its number, as in "0.5 mg/L", or else an expression; NULL with an error. */
rein_ast *rein_read_size(rein_reader *reader, rein_piece piece);

/* Number and unit: "0.134 L/h", "5 '%'", "inf". False with an error. */
bool rein_read_quantity(rein_reader *reader, rein_piece piece, rein_quantity *out);

/* A number without unit. what: "rho", for the message. */
bool rein_read_plain(rein_reader *reader, rein_piece piece, const char *what, double *out);

/* A quantity as a number of `unit`. bare_allowed: without a unit it is meant in `unit`; else only 0 and
 * infinities may stand alone where `unit` is not 1. what: "scale of 'gut'". False with an error. */
bool rein_read_in_unit(rein_reader *reader, rein_piece piece, const rein_unit *unit, const char *unit_text,
                       bool bare_allowed, const char *what, double *out);

/* `[low, high]` of an optional key as numbers of `unit`; untouched where the key is missing. */
void rein_read_range(rein_reader *reader, const rein_yaml *map, const char *key, const rein_unit *unit,
                     const char *unit_text, const char *what, double *low, double *high);

/* The unit under `key`: text and unit; unknown with an error when it is wrong or has an offset. */
rein_unit rein_read_unit(rein_reader *reader, const rein_yaml *map, const char *key, const char **text);

/* A distribution of an optional key around a value in `unit`. */
rein_dist rein_read_dist(rein_reader *reader, const rein_yaml *map, const char *key, const rein_unit *unit,
                         const char *unit_text, const char *what);

/* Position of a key of the map: where a thing is declared. */
rein_pos rein_key_pos(const rein_yaml *map, int i);

/* ---- model_read_act.c: actions that act on more than a state ---- */

/* Declares what `acts:` or `rise:`, `fall:` of the action stand for. */
void rein_read_acting(rein_reader *reader, rein_action *action, const rein_yaml *map);
/* Once names are declared: what they act on. */
void rein_read_act_targets(rein_reader *reader, const rein_action *action, const rein_yaml *map);
/* A covariate or parameter `name` that is name + name.slope (time - name.since); false where there is none
 * that is a number. */
bool rein_read_drift(rein_reader *reader, const char *name, rein_pos pos);

/* ---- sections: first what is declared, then what refers to it ---- */

void rein_read_sources(rein_reader *reader); /* model_read_param.c */
void rein_read_parameters(rein_reader *reader);
void rein_read_covariates(rein_reader *reader);
void rein_read_delays(rein_reader *reader);
void rein_read_correlations(rein_reader *reader); /* refers */
void rein_read_functions(rein_reader *reader);    /* model_read_state.c */
void rein_read_states(rein_reader *reader);
void rein_read_values(rein_reader *reader);
void rein_read_processes(rein_reader *reader);
void rein_read_flows(rein_reader *reader);   /* refers */
void rein_read_actions(rein_reader *reader); /* model_read_action.c */
void rein_read_targets(rein_reader *reader); /* refers: actions and events */
void rein_read_observables(rein_reader *reader);
void rein_read_safety(rein_reader *reader);
void rein_read_events(rein_reader *reader);
void rein_read_valid(rein_reader *reader); /* refers */
void rein_read_parts(rein_reader *reader); /* model_parts.c */

/* The declared, unchecked model of a source. NULL with errors. */
rein_model *rein_read_declared(rein_read_job *job, const rein_source *source);

#endif
