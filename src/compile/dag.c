#include "src/compile/dag.h"

#include <assert.h>
#include <string.h>

#include "src/compile/simplify.h"

#define FIRST_TABLE 1024 /* power of two; grows at half full */

rein_dag *rein_dag_create(rein_arena *arena) {
  rein_dag *dag = REIN_NEW(arena, rein_dag, 1);
  dag->arena = arena;
  dag->n_table = FIRST_TABLE;
  dag->table = REIN_NEW(arena, rein_node, FIRST_TABLE);
  memset(dag->table, 0xff, FIRST_TABLE * sizeof *dag->table);
  dag->origin_now = -1;
  return dag;
}

void rein_dag_set_origin(rein_dag *dag, rein_pos pos, const char *label) {
  if (dag->n_origin) {
    const rein_origin *last = &dag->origin[dag->n_origin - 1];
    dag->origin_now = (int)dag->n_origin - 1;
    if (last->label == label && last->pos.source == pos.source && last->pos.line == pos.line &&
        last->pos.column == pos.column && last->pos.length == pos.length)
      return;
  }
  dag->origin_now = (int)dag->n_origin;
  REIN_PUSH(dag->arena, dag->origin, dag->n_origin, dag->cap_origin, ((rein_origin){pos, label}));
}

static size_t hash_node(const rein_dag_node *n) {
  uint64_t bits, h = (uint64_t)n->kind;
  memcpy(&bits, &n->number, sizeof bits);
  const uint64_t word[4] = {(uint32_t)n->arg[0], (uint32_t)n->arg[1], (uint32_t)n->arg[2], bits};
  for (int i = 0; i < 4; i++) {
    h = (h ^ word[i]) * 0x9e3779b97f4a7c15u;
    h ^= h >> 29;
  }
  return (size_t)h;
}

static bool same_node(const rein_dag_node *a, const rein_dag_node *b) {
  return a->kind == b->kind && a->arg[0] == b->arg[0] && a->arg[1] == b->arg[1] && a->arg[2] == b->arg[2] &&
         memcmp(&a->number, &b->number, sizeof a->number) == 0;
}

/* Place of the node in the table: where it is, or the free place where it belongs. */
static size_t find_place(const rein_dag *dag, const rein_dag_node *n) {
  size_t at = hash_node(n) & (dag->n_table - 1);
  while (dag->table[at] >= 0 && !same_node(&dag->node[dag->table[at]], n)) at = (at + 1) & (dag->n_table - 1);
  return at;
}

static void grow_table(rein_dag *dag) {
  dag->n_table *= 2;
  dag->table = REIN_NEW(dag->arena, rein_node, dag->n_table);
  memset(dag->table, 0xff, dag->n_table * sizeof *dag->table);
  for (size_t i = 0; i < dag->n_node; i++) dag->table[find_place(dag, &dag->node[i])] = (rein_node)i;
}

static int count_args(int kind) {
  static const signed char n_arg[REIN_N_DAG_KIND] = {
#define REIN_OP(name, text, n, unit_rule) [REIN_OP_##name] = n,
#include "solver/ops.def"
#undef REIN_OP
  };
  return n_arg[kind];
}

static bool is_jump(int kind) {
  return (kind >= REIN_OP_LT && kind <= REIN_OP_NE) || kind == REIN_OP_FLOOR || kind == REIN_OP_CEIL;
}

static unsigned char flags_of(const rein_dag *dag, const rein_dag_node *n) {
  switch (n->kind) {
  case REIN_LEAF_NUMBER:
    return 0;
  case REIN_LEAF_TIME:
    return REIN_DAG_TIME;
  case REIN_LEAF_DELAY:
    return REIN_DAG_TIME | REIN_DAG_JUMP;
  case REIN_LEAF_MODE:
    return REIN_DAG_MODE;
  case REIN_LEAF_STATE:
    return REIN_DAG_STATE;
  case REIN_LEAF_PARAM:
  case REIN_LEAF_INPUT:
  case REIN_LEAF_ATOL:
    return REIN_DAG_PARAM;
  default:
    break;
  }
  unsigned char flags = 0;
  for (int i = 0; i < count_args(n->kind); i++) flags |= dag->node[n->arg[i]].flags;
  if (is_jump(n->kind) && flags & (REIN_DAG_TIME | REIN_DAG_STATE)) flags |= REIN_DAG_JUMP;
  return flags;
}

static rein_node find_or_add(rein_dag *dag, rein_dag_node n) {
  size_t at = find_place(dag, &n);
  if (dag->table[at] >= 0) return dag->table[at];
  n.flags = flags_of(dag, &n);
  n.origin = dag->origin_now;
  for (int i = 0; i < count_args(n.kind); i++) dag->node[n.arg[i]].n_use++;
  rein_node id = (rein_node)dag->n_node;
  dag->table[at] = id;
  REIN_PUSH(dag->arena, dag->node, dag->n_node, dag->cap_node, n);
  if (2 * dag->n_node > dag->n_table) grow_table(dag);
  return id;
}

rein_node rein_dag_raw(rein_dag *dag, int kind, rein_node a, rein_node b, rein_node c) {
  assert(kind < REIN_OP_COPY);
  return find_or_add(dag, (rein_dag_node){.kind = (short)kind, .arg = {a, b, c}});
}

rein_node rein_dag_number(rein_dag *dag, double number) {
  return find_or_add(dag, (rein_dag_node){.kind = REIN_LEAF_NUMBER, .arg = {-1, -1, -1}, .number = number});
}

rein_node rein_dag_leaf(rein_dag *dag, int leaf, int index) {
  assert(leaf > REIN_LEAF_NUMBER && leaf < REIN_N_DAG_KIND);
  return find_or_add(dag, (rein_dag_node){.kind = (short)leaf, .arg = {index, -1, -1}});
}

rein_node rein_dag_op(rein_dag *dag, rein_op op, rein_node a, rein_node b, rein_node c) {
  return rein_simplify_op(dag, op, a, b, c);
}

int rein_dag_n_arg(const rein_dag *dag, rein_node n) {
  return count_args(dag->node[n].kind);
}

bool rein_dag_is_number(const rein_dag *dag, rein_node n, double number) {
  return dag->node[n].kind == REIN_LEAF_NUMBER && dag->node[n].number == number;
}

/* Modes count as parameters: they are constant inside a segment, and the parameter section runs after they
 * are set. */
rein_level rein_dag_level(const rein_dag *dag, rein_node n) {
  const rein_dag_node *node = &dag->node[n];
  if (node->kind == REIN_LEAF_NUMBER) return REIN_LEVEL_CONST;
  if (node->flags & REIN_DAG_STATE) return REIN_LEVEL_STATE;
  return node->flags & REIN_DAG_TIME ? REIN_LEVEL_TIME : REIN_LEVEL_PARAM;
}

void rein_dag_mark(const rein_dag *dag, const rein_node *root, int n_root, unsigned char *mark) {
  rein_node top = -1;
  for (int i = 0; i < n_root; i++) {
    mark[root[i]] = 1;
    if (root[i] > top) top = root[i];
  }
  for (rein_node id = top; id >= 0; id--)
    if (mark[id])
      for (int i = 0; i < rein_dag_n_arg(dag, id); i++) mark[dag->node[id].arg[i]] = 1;
}

void rein_dag_rebuild(rein_dag *dag, size_t n_node, const unsigned char *mark, rein_node *map) {
  for (size_t id = 0; id < n_node; id++) {
    if (!mark[id] || map[id] != REIN_NODE_NONE) continue;
    rein_dag_node node = dag->node[id]; /* by value: the array may move */
    rein_node arg[3] = {-1, -1, -1};
    bool same = true;
    for (int i = 0; i < count_args(node.kind); i++) {
      arg[i] = map[node.arg[i]];
      same = same && arg[i] == node.arg[i];
    }
    dag->origin_now = node.origin;
    map[id] = same ? (rein_node)id : rein_dag_op(dag, (rein_op)node.kind, arg[0], arg[1], arg[2]);
  }
}

bool rein_dag_verify(const rein_dag *dag, const char **why) {
  for (size_t id = 0; id < dag->n_node; id++) {
    const rein_dag_node *n = &dag->node[id];
    if (n->kind == REIN_OP_COPY || n->kind >= REIN_N_DAG_KIND) return *why = "a node of no kind", false;
    for (int i = 0; i < count_args(n->kind); i++)
      if (n->arg[i] < 0 || (size_t)n->arg[i] >= id)
        return *why = "an operand that is not older than its node", false;
    if (dag->table[find_place(dag, n)] != (rein_node)id) return *why = "two equal nodes", false;
    if (n->flags != flags_of(dag, n)) return *why = "flags that are not those of the operands", false;
  }
  return true;
}
