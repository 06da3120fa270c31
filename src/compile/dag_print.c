#include "src/compile/dag.h"

#define MAX_PRINT_DEPTH 60

static const char *const op_text[REIN_N_OP] = {
#define REIN_OP(name, text, n, unit_rule) [REIN_OP_##name] = text,
#include "solver/ops.def"
#undef REIN_OP
};

typedef struct {
  const rein_dag *dag;
  const rein_dag_names *names;
  rein_text *out;
  const int *number; /* (n_node) line of each operation, or NULL: nested print */
  int depth;
  bool bare; /* the operand to come needs no brackets: it stands between commas */
} printer;

static void print_operand(printer *p, rein_node n);

static void print_leaf(printer *p, rein_node n) {
  const rein_dag_node *node = rein_dag_at(p->dag, n);
  const int i = node->arg[0];
  const rein_row_name *state = p->names ? p->names->state : NULL, *param = p->names ? p->names->param : NULL;
  switch (node->kind) {
  case REIN_LEAF_NUMBER:
    rein_text_number(p->out, node->number);
    break;
  case REIN_LEAF_TIME:
    rein_text_add(p->out, "time");
    break;
  case REIN_LEAF_PARAM:
  case REIN_LEAF_DELAY:
    param ? rein_text_add(p->out, param[i].name) : rein_text_printf(p->out, "param[%d]", i);
    break;
  case REIN_LEAF_STATE:
    state ? rein_text_add(p->out, state[i].name) : rein_text_printf(p->out, "state[%d]", i);
    break;
  case REIN_LEAF_ATOL:
    state ? rein_text_printf(p->out, "atol(%s)", state[i].name) : rein_text_printf(p->out, "atol[%d]", i);
    break;
  case REIN_LEAF_INPUT:
    rein_text_printf(p->out, "input[%d]", i);
    break;
  default:
    rein_text_printf(p->out, "mode[%d]", i);
    break;
  }
}

static bool is_infix(int kind) {
  return kind <= REIN_OP_DIV || (kind >= REIN_OP_LT && kind <= REIN_OP_OR);
}

static void print_call(printer *p, const rein_dag_node *node, int n_arg) {
  rein_text_add(p->out, node->kind == REIN_OP_POW ? "pow" : op_text[node->kind]);
  rein_text_add(p->out, "(");
  for (int i = 0; i < n_arg; i++) {
    if (i) rein_text_add(p->out, ", ");
    if (node->kind == REIN_OP_POW && i == 2) rein_text_add(p->out, "floor ");
    p->bare = !(node->kind == REIN_OP_POW && i == 2);
    print_operand(p, node->arg[i]);
  }
  rein_text_add(p->out, ")");
}

static void print_op(printer *p, rein_node n) {
  const rein_dag_node *node = rein_dag_at(p->dag, n);
  if (node->kind == REIN_OP_SELECT) {
    static const char *const word[3] = {"if ", " then ", " else "};
    for (int i = 0; i < 3; i++) rein_text_add(p->out, word[i]), print_operand(p, node->arg[i]);
  } else if (is_infix(node->kind)) {
    print_operand(p, node->arg[0]);
    rein_text_printf(p->out, " %s ", op_text[node->kind]);
    print_operand(p, node->arg[1]);
  } else if (node->kind == REIN_OP_NEG || node->kind == REIN_OP_NOT) {
    rein_text_add(p->out, node->kind == REIN_OP_NEG ? "-" : "not ");
    print_operand(p, node->arg[0]);
  } else {
    print_call(p, node, rein_dag_n_arg(p->dag, n));
  }
}

static void print_operand(printer *p, rein_node n) {
  if (!rein_dag_is_op(p->dag, n)) {
    p->bare = false;
    print_leaf(p, n);
  } else if (p->number) {
    rein_text_printf(p->out, "%%%d", p->number[n]);
  } else if (p->depth == MAX_PRINT_DEPTH) {
    rein_text_add(p->out, "...");
  } else {
    const int kind = rein_dag_at(p->dag, n)->kind;
    const bool bracket =
        p->depth && !p->bare && (is_infix(kind) || kind == REIN_OP_SELECT || kind == REIN_OP_NEG);
    p->depth++;
    p->bare = false;
    if (bracket) rein_text_add(p->out, "(");
    print_op(p, n);
    if (bracket) rein_text_add(p->out, ")");
    p->depth--;
  }
}

static void print_origin(printer *p, rein_node n) {
  const int i = rein_dag_at(p->dag, n)->origin;
  if (i < 0 || !p->dag->origin[i].label) return;
  rein_text_printf(p->out, "    # %s", p->dag->origin[i].label);
  if (p->dag->origin[i].pos.source) rein_text_printf(p->out, ", line %d", p->dag->origin[i].pos.line);
}

void rein_dag_print(const rein_dag *dag, const rein_dag_names *names, const rein_node *root,
                    const char *const *root_name, int n_root, rein_text *out) {
  unsigned char *mark = REIN_NEW(out->arena, unsigned char, dag->n_node);
  int *number = REIN_NEW(out->arena, int, dag->n_node);
  printer p = {.dag = dag, .names = names, .out = out, .number = number};
  rein_dag_mark(dag, root, n_root, mark);
  int n_line = 0;
  for (size_t id = 0; id < dag->n_node; id++) {
    if (!mark[id] || !rein_dag_is_op(dag, (rein_node)id)) continue;
    number[id] = ++n_line;
    rein_text_printf(out, "%%%d = ", n_line);
    print_op(&p, (rein_node)id);
    print_origin(&p, (rein_node)id);
    rein_text_add(out, "\n");
  }
  for (int i = 0; i < n_root; i++) {
    rein_text_printf(out, "%s = ", root_name[i]);
    print_operand(&p, root[i]);
    rein_text_add(out, "\n");
  }
}

void rein_dag_print_expression(const rein_dag *dag, const rein_dag_names *names, rein_node root,
                               rein_text *out) {
  printer p = {.dag = dag, .names = names, .out = out};
  print_operand(&p, root);
}
