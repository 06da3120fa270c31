/* Expressions as trees: node kinds, constructors, printer. Everything lives in the model's arena. */
#ifndef REIN_LANG_AST_H
#define REIN_LANG_AST_H

#include "solver/tape.h"
#include "src/lang/unit.h"

typedef enum {
  REIN_AST_NUMBER, /* number, with unit (dimensionless where none is written) */
  REIN_AST_NAME,   /* a declared name, or `time`; after resolve `symbol` */
  REIN_AST_OP,     /* op of ops.def on n_arg arguments; POW has two here (the floor is the compiler's) */
  REIN_AST_CALL,   /* call of a user-defined function; gone after resolve (expanded in place) */
  REIN_AST_CONVERT /* one argument times `number`: a unit conversion put in by check_units */
} rein_ast_kind;

/* Bounds that the parser keeps and whoever expands trees has to keep: recursion over a tree is safe below
 * them. */
#define REIN_AST_MAX_HEIGHT 2000
#define REIN_AST_MAX_SIZE 1000000

typedef struct rein_ast rein_ast;
struct rein_ast {
  rein_ast_kind kind;
  rein_op op;
  double number;
  const char *name; /* NAME, CALL; NUMBER: its unit's text or NULL */
  int symbol;       /* NAME after resolve: index into model->symbol, REIN_SYMBOL_TIME, or -1 */
  int n_arg;
  rein_ast **arg; /* (n_arg) */
  rein_pos pos;   /* of the whole expression for OP, of the word otherwise */
  rein_unit unit; /* after check_units: of the node's value; truth is dimensionless */
  int height;     /* nodes on the longest way down, 1 for a leaf; as built, for the bounds above */
  int size;       /* nodes of the tree, saturating; as built */
};

rein_ast *rein_ast_number(rein_arena *arena, rein_pos pos, double number);
rein_ast *rein_ast_name(rein_arena *arena, rein_pos pos, const char *name);
rein_ast *rein_ast_op(rein_arena *arena, rein_pos pos, rein_op op, int n_arg, rein_ast *const *arg);

/* The operation of two arguments, where a stands, with a's unit. */
rein_ast *rein_ast_binary(rein_arena *arena, rein_op op, rein_ast *a, rein_ast *b);
rein_ast *rein_ast_call(rein_arena *arena, rein_pos pos, const char *name, int n_arg, rein_ast *const *arg);

/* `arg` times `factor`, as REIN_AST_CONVERT. */
rein_ast *rein_ast_convert(rein_arena *arena, rein_ast *arg, double factor);

/* A tree of its own with the same nodes: later stages write into trees, so no subtree may hang at two places.
 */
rein_ast *rein_ast_copy(rein_arena *arena, const rein_ast *ast);

/* Same kinds, operations, numbers, names and arguments; positions and units do not count. */
bool rein_ast_equal(const rein_ast *a, const rein_ast *b);

/* Infix with the fewest parentheses; what the parser made parses back to an equal tree. */
void rein_ast_print(const rein_ast *ast, rein_text *out);

#endif
