/* The checks between a declared model and the compiler, and the one list of expressions that they all walk.
 *
 * Order: rein_resolve (names, functions, order), rein_check_units, rein_check_initial, rein_check_structure;
 * see rein_model_check in check.c. Each adds errors to diag and goes on; an expression found wrong is left in
 * a shape that the next check can walk without saying the same again (a name with symbol REIN_SYMBOL_BAD,
 * unit unknown).
 */
#ifndef REIN_LANG_CHECK_H
#define REIN_LANG_CHECK_H

#include "src/lang/model.h"

#define REIN_SYMBOL_BAD (-1) /* a name that could not be resolved; its error is already in diag */

/* Bound against expressions that explode when functions or initial values are put in place: nodes copied for
 * one model. */
#define REIN_MAX_EXPANSION REIN_AST_MAX_SIZE

/* What an expression depends on, directly or through values. */
enum { REIN_USES_STATE = 1, REIN_USES_TIME = 2 };

typedef enum {
  REIN_GOAL_UNIT,      /* a quantity in `unit` */
  REIN_GOAL_CONDITION, /* true or false */
  REIN_GOAL_PROCESS    /* unit follows from the flows, or is the process's own */
} rein_goal;

/* One expression of the model, with what is expected of it. */
typedef struct {
  rein_ast **ast;
  const char *what; /* "rate of 'gut'", for messages */
  rein_pos decl;    /* where the owner is declared */
  int owner;        /* symbol that it defines, -1: none */
  unsigned allowed; /* REIN_USES_... it may have */
  rein_goal goal;
  rein_unit unit;        /* UNIT: expected */
  const char *unit_text; /* the same as text, NULL: none known */
} rein_expression;

/* All expressions of the model in order of declaration, *n of them, in model->arena. Function bodies are not
 * among them. Pointers into the model: valid until its arrays change. Symbols must be declared for `owner`.
 */
rein_expression *rein_model_expressions(const rein_model *model, size_t *n);

/* Calls visit for every NAME of a tree. */
typedef void (*rein_name_visit)(void *context, rein_ast *name);
void rein_ast_each_name(rein_ast *ast, rein_name_visit visit, void *context);

void rein_check_units(rein_model *model, rein_units *units, rein_diag *diag);
/* uses (n_symbol) from rein_resolve. */
void rein_check_initial(rein_model *model, const unsigned char *uses, rein_diag *diag);
void rein_check_structure(rein_model *model, rein_diag *diag);
/* Warns of parameters that nothing uses. Only for a model without errors: a name misspelt elsewhere is no
 * unused parameter. */
void rein_warn_unused(rein_model *model, rein_diag *diag);

/* Warns of lags, bioavailabilities, rates and durations that depend on parameters which events change. */
void rein_warn_unseen(rein_model *model, rein_diag *diag);

#endif
