/* Insides of the SBML reader, shared by sbml*.c.
 *
 *   sbml.c          document, limits, errors; the order of the stages
 *   sbml_collect.c  every id of the file to one sbml_var
 *   sbml_validate.c libSBML's consistency checks as messages
 *   sbml_about.c    units, identifiers and notes as text
 *   sbml_math.c     MathML trees of libSBML to rein_ast
 *   sbml_algebra.c  algebraic rules solved for one unknown each
 *   sbml_newton.c   algebraic rules that are implicit in their unknowns
 *   sbml_derive.c   time derivatives of rules
 *   sbml_delay.c    delayed values, and what they were before the start
 *   sbml_build.c    variables, reactions and events to the arrays of rein_model
 *
 * Two views of a species are kept apart: what its id means in formulas (amount or concentration) and what is
 * stored. Where its compartment can change, the amount is stored, because that is what reactions conserve.
 */
#ifndef REIN_IMPORT_SBML_INSIDE_H
#define REIN_IMPORT_SBML_INSIDE_H

#include <sbml/SBMLTypes.h>

#include "src/import/sbml.h"

#define SBML_MAX_XML_DEPTH 1500 /* elements inside elements: libSBML reads by recursion */
/* A fast reaction is run this much faster than its kinetic law says, and what is fast comes to rest in
 * SBML_SETTLE before the start. Deviations from equilibrium are slow rates by SBML_FAST. */
#define SBML_FAST 1e9
#define SBML_SETTLE 2e-6
#define SBML_MAX_BYTES (512u << 20) /* of a file */

typedef enum { KIND_COMPARTMENT, KIND_SPECIES, KIND_PARAMETER, KIND_STOICHIOMETRY } sbml_kind;

/* What becomes of a variable. VALUE: computed from others at any time. */
typedef enum { HOW_UNDECIDED, HOW_UNDER_WAY, HOW_PARAM, HOW_STATE, HOW_VALUE } sbml_how;

/* One term of a species' change by a reaction: sign * stoichiometry * rate. */
typedef struct {
  int reaction;
  double sign, number;   /* number: where neither math nor var says more */
  const ASTNode_t *math; /* stoichiometryMath of Level 2, or NULL */
  int var;               /* species reference with an id whose value can change, or -1 */
} sbml_flow;

typedef struct {
  sbml_kind kind;
  sbml_how how;
  const char *id, *title, *codes;
  const char *unit, *plain_unit; /* of what the id means; the same without its mark, compartments only */
  const char *amount_unit, *concentration_unit; /* species only */
  rein_pos pos, rule_pos; /* rule_pos: of its rule; of the initial assignment where there is no rule */
  const char *name;       /* what the id means in formulas */
  const char *amount, *concentration; /* species: names of both views; one of them is `name` */
  const char *stored;                 /* the state or parameter that is kept; NULL for a VALUE */
  bool constant, boundary, only_amount, given_concentration, stores_amount;
  bool in_event, in_algebra;
  int index;                                /* of what is stored, in the model's states or parameters */
  int compartment;                          /* index, species only */
  const char *conversion;                   /* id of its conversion factor, or NULL */
  double value;                             /* as given; NaN where not */
  const ASTNode_t *initial, *assign, *rate; /* NULL where there is none */
  rein_ast *solved;                         /* from an algebraic rule, in place of assign */
  struct sbml_block *block; /* of algebraic rules that Newton's method solves for it; NULL for others */
  sbml_flow *flow;          /* (n_flow) */
  size_t n_flow, cap_flow;
} sbml_var;

#define SBML_MAX_BLOCK 4 /* algebraic rules that have to be solved together */

/* 0 = g[i](z, ...): rules that share their unknowns z, as many as rules. */
typedef struct sbml_block {
  int n;
  int unknown[SBML_MAX_BLOCK]; /* variables */
  rein_ast *g[SBML_MAX_BLOCK];
  const char *solution[SBML_MAX_BLOCK]; /* names of what Newton's method leads to; NULL before it is built */
} sbml_block;

typedef struct {
  const char *id, *title, *name, *codes;
  rein_pos pos;
  const Reaction_t *sbml;
  const ASTNode_t *math;          /* of the kinetic law, or NULL */
  const struct sbml_scope *scope; /* local parameters */
  bool fast;
} sbml_reaction;

/* Names that hold inside a function body or a kinetic law. */
typedef struct {
  const char *name;
  rein_ast *ast; /* copied where it is used */
  bool truth;
} sbml_binding;

typedef struct sbml_scope {
  const sbml_binding *binding;
  int n;
} sbml_scope;

typedef struct {
  rein_arena *arena;
  const rein_source *source;
  rein_diag *diag;
  rein_sbml_map *map;
  bool validate;
  const Model_t *sbml;
  int level, version;

  rein_names *ids;      /* id to index: variables, then reactions from SBML_FIRST_REACTION on */
  rein_names *taken;    /* names of the model */
  rein_names *function; /* id to index among function definitions */
  sbml_var *var;
  size_t n_var, cap_var;
  sbml_reaction *reaction;
  size_t n_reaction, cap_reaction;

  rein_model *model;
  size_t cap_param, cap_state, cap_value, cap_process, cap_event, cap_delay;

  rein_pos pos;      /* of the element whose math is converted */
  int depth, n_node; /* of math under way; nodes made so far */
  bool too_large;
  const sbml_block *fixed; /* derivatives leave its unknowns out */
  const sbml_var *along;   /* derivatives are by this variable, not by time */
  bool before, at_start;   /* math is taken for times before the start; for the start itself */
} sbml_job;

#define SBML_FIRST_REACTION 0x20000000
#define SBML_NO_OWNER 0x40000000

/* ---- small things, sbml.c ---- */

rein_pos sbml_pos(const sbml_job *job, const SBase_t *element);
/* A name of the model that nothing else has, like `wanted`; sbml_owner finds it again: a variable's index,
 * SBML_FIRST_REACTION + i, or SBML_NO_OWNER. */
const char *sbml_new_name(sbml_job *job, const char *wanted, int owner);
int sbml_owner(const sbml_job *job, const char *name);
int sbml_find_var(const sbml_job *job, const char *id);

/* ---- stages ---- */

/* libSBML's checks of a document that could be read; false where it is not valid. */
bool sbml_validate(sbml_job *job, SBMLDocument_t *document);

void sbml_collect(sbml_job *job);
void sbml_solve_algebra(sbml_job *job);
void sbml_build(sbml_job *job);
void sbml_build_events(sbml_job *job);

/* ---- what is said about quantities; answers may be NULL but for units ---- */

void sbml_units_of_compartment(sbml_job *job, sbml_var *v, Compartment_t *c);
void sbml_units_of_species(sbml_job *job, sbml_var *v, Species_t *s); /* after its compartment */
const char *sbml_unit_of(sbml_job *job, const char *id);
const char *sbml_unit_of_rates(sbml_job *job);
const char *sbml_unit_of_time(sbml_job *job);
const char *sbml_codes(sbml_job *job, const void *element);
const char *sbml_notes(sbml_job *job, const void *element);
const char *sbml_title(sbml_job *job, const char *name, const void *element);

/* ---- math ---- */

/* A formula as a number; scope may be NULL. */
rein_ast *sbml_number(sbml_job *job, const ASTNode_t *math, const sbml_scope *scope);
/* A formula as a condition. */
rein_ast *sbml_condition(sbml_job *job, const ASTNode_t *math, const sbml_scope *scope);

/* Trees. Arguments are used, not copied. */
rein_ast *sbml_num(sbml_job *job, double value);
rein_ast *sbml_name(sbml_job *job, const char *name);
rein_ast *sbml_op1(sbml_job *job, rein_op op, rein_ast *a);
rein_ast *sbml_op2(sbml_job *job, rein_op op, rein_ast *a, rein_ast *b);
rein_ast *sbml_op3(sbml_job *job, rein_op op, rein_ast *a, rein_ast *b, rein_ast *c);
bool sbml_is_number(const rein_ast *ast, double *value);
/* How often a name stands in a tree; a copy of the tree with another one in its place. */
int sbml_occurrences(const rein_ast *ast, const char *name);
rein_ast *sbml_substitute(sbml_job *job, const rein_ast *ast, const char *name, const rein_ast *with);

/* `is` as it was `by` ago. `before`: the same formula converted with job->before. */
rein_ast *sbml_delayed(sbml_job *job, rein_ast *is, rein_ast *by, const rein_ast *before);

/* d ast / d v. */
rein_ast *sbml_derived_by(sbml_job *job, const rein_ast *ast, const sbml_var *v);
/* The determinant of n rows and columns; its entries are copied. */
rein_ast *sbml_determinant(sbml_job *job, rein_ast *entry[SBML_MAX_BLOCK][SBML_MAX_BLOCK], int n);
/* d/dt of a variable that a rule determines. */
rein_ast *sbml_derived(sbml_job *job, int var);

/* ---- build ---- */

/* d/dt of what is stored for a variable, and of what its id means. */
rein_ast *sbml_stored_rate(sbml_job *job, sbml_var *v);
rein_ast *sbml_rate_of(sbml_job *job, int var);
/* A value of a new name that is a parameter's. */
const char *sbml_show(sbml_job *job, const sbml_var *v);
/* The value of a variable that implicit rules determine, with all that it needs; and what that adds. */
rein_ast *sbml_newton(sbml_job *job, const sbml_var *v);
void sbml_add_helper(sbml_job *job, const sbml_var *v, const char *name, rein_ast *is);
void sbml_add_follower(sbml_job *job, const sbml_var *v, const char *name, rein_ast *initial, rein_ast *rate);
/* What is kept of a variable: decided once. */
sbml_how sbml_decide(sbml_job *job, sbml_var *v);
/* Can the variable have different values at different times? */
bool sbml_varies(sbml_job *job, sbml_var *v);

#endif
