/* Hash-consed expressions: what the compiler works on between the checked model and the tape.
 *
 * Invariants:
 *   1. Equal expressions are one node, so common terms are computed once and equality is equality of ids.
 *   2. A node is made after its operands: rising ids are a topological order, and no pass needs recursion.
 *   3. Numbers are folded only where the result has the kernels' bits: + - * / sqrt, comparisons, min, max,
 * floor.
 *   4. flags of a node are the union over its leaves (and REIN_DAG_JUMP, see below).
 *
 * Everything lives in the arena given at creation. Threads: one dag is used by one thread at a time.
 */
#ifndef REIN_COMPILE_DAG_H
#define REIN_COMPILE_DAG_H

#include "solver/tape.h"

typedef int rein_node; /* id, from 0 */
#define REIN_NODE_NONE (-1)

/* Leaves stand behind the operations in one numbering. `index` of a leaf: row of its kind. */
enum {
  REIN_LEAF_NUMBER = REIN_N_OP,
  REIN_LEAF_TIME,
  REIN_LEAF_PARAM,
  REIN_LEAF_DELAY, /* row of a parameter that holds a delayed value: it changes with time in a way of its own
                    */
  REIN_LEAF_INPUT,
  REIN_LEAF_ATOL,
  REIN_LEAF_MODE,
  REIN_LEAF_STATE,
  REIN_N_DAG_KIND
};

/* What a node depends on. */
enum {
  REIN_DAG_PARAM = 1, /* parameters, inputs, tolerances: constant between two writes of them */
  REIN_DAG_TIME = 2,
  REIN_DAG_MODE = 4, /* held constant inside a segment */
  REIN_DAG_STATE = 8,
  REIN_DAG_JUMP = 16 /* holds a comparison, floor or ceil of time or states: derivatives do not tell all */
};

/* The section a node is computed in. */
typedef enum { REIN_LEVEL_CONST, REIN_LEVEL_PARAM, REIN_LEVEL_TIME, REIN_LEVEL_STATE } rein_level;

typedef struct {
  short kind;          /* rein_op or leaf */
  unsigned char flags; /* REIN_DAG_... */
  rein_node arg[3];    /* operands; arg[0] is the row of a leaf */
  double number;       /* NUMBER */
  int n_use;           /* nodes that have it as an operand, counted with repetition */
  int origin;          /* index into dag->origin, -1 none */
} rein_dag_node;

typedef struct {
  rein_arena *arena;
  rein_dag_node *node; /* (n_node) */
  size_t n_node, cap_node;
  rein_node *table; /* (n_table) open addressing, power of two */
  size_t n_table;
  rein_origin *origin; /* (n_origin) */
  size_t n_origin, cap_origin;
  int origin_now; /* what new nodes are marked with */
  bool loose;     /* while differentiating: 0 * x and x - x are 0, whatever x is */
} rein_dag;

rein_dag *rein_dag_create(rein_arena *arena);

/* Marks the nodes made from now on; repeated calls with the same place cost nothing. */
void rein_dag_set_origin(rein_dag *dag, rein_pos pos, const char *label);

rein_node rein_dag_number(rein_dag *dag, double number);
rein_node rein_dag_leaf(rein_dag *dag, int leaf, int index);

/* The operation after simplification (simplify.h); unused operands REIN_NODE_NONE. POW takes three. */
rein_node rein_dag_op(rein_dag *dag, rein_op op, rein_node a, rein_node b, rein_node c);

/* The node as given, found or made; no simplification. */
rein_node rein_dag_raw(rein_dag *dag, int kind, rein_node a, rein_node b, rein_node c);

static inline rein_node rein_dag_op2(rein_dag *dag, rein_op op, rein_node a, rein_node b) {
  return rein_dag_op(dag, op, a, b, REIN_NODE_NONE);
}
static inline rein_node rein_dag_op1(rein_dag *dag, rein_op op, rein_node a) {
  return rein_dag_op(dag, op, a, REIN_NODE_NONE, REIN_NODE_NONE);
}

static inline const rein_dag_node *rein_dag_at(const rein_dag *dag, rein_node n) {
  return &dag->node[n];
}
static inline bool rein_dag_is_op(const rein_dag *dag, rein_node n) {
  return dag->node[n].kind < REIN_N_OP;
}
/* Number of operands; 0 for leaves. */
int rein_dag_n_arg(const rein_dag *dag, rein_node n);

bool rein_dag_is_number(const rein_dag *dag, rein_node n, double number);
rein_level rein_dag_level(const rein_dag *dag, rein_node n);

/* Sets mark[id] = 1 for all nodes that the roots need; mark (n_node) is the caller's, not cleared. */
void rein_dag_mark(const rein_dag *dag, const rein_node *root, int n_root, unsigned char *mark);

/* Copies of expressions with some nodes replaced: on call map[id] is the replacement or REIN_NODE_NONE, on
 * return map[id] is the new node of every marked id below n_node. The dag grows; map and mark are (n_node).
 */
void rein_dag_rebuild(rein_dag *dag, size_t n_node, const unsigned char *mark, rein_node *map);

/* Checks invariants 1, 2 and 4 for every node; false with a reason in *why. For tests. */
bool rein_dag_verify(const rein_dag *dag, const char **why);

/* Names of the leaves for printing, each (n) of its kind or NULL. */
typedef struct {
  const rein_row_name *state, *param;
} rein_dag_names;

/* One line for each node that the roots need, numbered from 1 in order, then one line for each root:
 *   %3 = %1 / %2    # value concentration, line 18
 *   rate of central = %7 */
void rein_dag_print(const rein_dag *dag, const rein_dag_names *names, const rein_node *root,
                    const char *const *root_name, int n_root, rein_text *out);

/* One expression as nested text, for messages and tests; deeper than 60 levels is written "...". */
void rein_dag_print_expression(const rein_dag *dag, const rein_dag_names *names, rein_node root,
                               rein_text *out);

#endif
