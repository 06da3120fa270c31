/* Initial values. A state's initial value may name other states, directly or through values: it then means
 * their initial values, which are put in place here, so that the compiler sees parameters only. Circles are
 * refused. */
#include <string.h>

#include "src/lang/graph.h"
#include "src/lang/resolve.h"

typedef struct {
  rein_model *model;
  const unsigned char *uses;
  rein_diag *diag;
  rein_ast **definition; /* (n_symbol) initial value of a state, formula of a value, rate of a process; NULL
                            for the rest */
  bool *needed;          /* (n_symbol) appears in an initial value that names a state */
  const char *what;
  int n_copied;
  bool broken;
  int *edge;
  size_t n_edge, cap_edge;
} initials;

static void find_definitions(initials *c) {
  rein_model *m = c->model;
  for (size_t s = 0; s < m->n_symbol; s++) {
    int i = m->symbol[s].index;
    switch (m->symbol[s].kind) {
    case REIN_SYMBOL_STATE:
      c->definition[s] = m->state[i].initial;
      break;
    case REIN_SYMBOL_VALUE:
      c->definition[s] = m->value[i].is;
      break;
    case REIN_SYMBOL_PROCESS:
      c->definition[s] = m->process[i].rate;
      break;
    case REIN_SYMBOL_OBSERVABLE:
      c->definition[s] = m->observable[i].is;
      break;
    case REIN_SYMBOL_PARAM:
      break;
    }
  }
}

static void collect(void *context, rein_ast *name) {
  initials *c = context;
  if (name->symbol >= 0) REIN_PUSH(c->model->arena, c->edge, c->n_edge, c->cap_edge, name->symbol);
}

static void report(void *context, const int *node, int n_node) {
  initials *c = context;
  const rein_model *m = c->model;
  rein_text text;
  int first = 0; /* a circle holds a state: values alone were found acyclic before */
  while (first < n_node - 1 && m->symbol[node[first]].kind != REIN_SYMBOL_STATE) first++;
  rein_text_init(&text, m->arena);
  for (int i = 0; i < n_node && i < 12; i++)
    rein_text_printf(&text, "%s -> ", m->symbol[node[(first + i) % n_node]].name);
  rein_text_printf(&text, "%s%s", n_node > 12 ? "... -> " : "", m->symbol[node[first]].name);
  rein_error(c->diag, rein_symbol_pos(m, node[first]), "initial value of '%s' depends on itself: %s",
             m->symbol[node[first]].name, text.bytes);
}

static void mark_needed(void *context, rein_ast *name) {
  initials *c = context;
  if (name->symbol >= 0) c->needed[name->symbol] = true;
}

/* From the users to what they use: rising order read backwards. */
static void find_needed(initials *c, const int *order) {
  const rein_model *m = c->model;
  for (int i = (int)m->n_symbol - 1; i >= 0; i--) {
    int s = order[i];
    bool state = m->symbol[s].kind == REIN_SYMBOL_STATE;
    if ((state || c->needed[s]) && c->definition[s]) rein_ast_each_name(c->definition[s], mark_needed, c);
  }
}

/* A copy of a definition; its own definitions are final before, since they come earlier in the order. */
static rein_ast *put_in_place(initials *c, rein_ast *ast, int depth) {
  if (depth > REIN_AST_MAX_HEIGHT || c->n_copied > REIN_MAX_EXPANSION) {
    if (!c->broken)
      rein_error(c->diag, ast->pos, "%s, with the initial values it names put in place, is too large",
                 c->what);
    c->broken = true;
    return ast;
  }
  if (ast->kind == REIN_AST_NAME && ast->symbol >= 0 && c->uses[ast->symbol] & REIN_USES_STATE)
    return put_in_place(c, c->definition[ast->symbol], depth + 1);
  rein_ast *copy = REIN_NEW(c->model->arena, rein_ast, 1);
  c->n_copied++;
  *copy = *ast;
  copy->height = copy->size = 1;
  if (ast->n_arg) copy->arg = REIN_NEW(c->model->arena, rein_ast *, ast->n_arg);
  for (int i = 0; i < ast->n_arg && !c->broken; i++) {
    copy->arg[i] = put_in_place(c, ast->arg[i], depth + 1);
    if (copy->arg[i]->height >= copy->height) copy->height = copy->arg[i]->height + 1;
    copy->size += copy->arg[i]->size;
  }
  if (c->broken) copy->n_arg = 0; /* never looked at again: there is an error */
  return copy;
}

static unsigned uses_of(const initials *c, const rein_ast *ast) {
  unsigned found = 0;
  if (ast->kind == REIN_AST_NAME && ast->symbol >= 0) found = c->uses[ast->symbol];
  for (int i = 0; i < ast->n_arg; i++) found |= uses_of(c, ast->arg[i]);
  return found;
}

static void substitute(initials *c, const int *order) {
  rein_model *m = c->model;
  for (size_t i = 0; i < m->n_symbol && !c->broken; i++) {
    int s = order[i];
    bool state = m->symbol[s].kind == REIN_SYMBOL_STATE;
    if (!c->definition[s] || !(state || c->needed[s])) continue;
    if (!(uses_of(c, c->definition[s]) & REIN_USES_STATE)) continue;
    c->what = rein_arena_printf(m->arena, "initial value of '%s'", m->symbol[s].name);
    c->definition[s] = put_in_place(c, c->definition[s], 0);
    if (state) m->state[m->symbol[s].index].initial = c->definition[s];
  }
}

void rein_check_initial(rein_model *model, const unsigned char *uses, rein_diag *diag) {
  int n = (int)model->n_symbol;
  initials c = {.model = model, .uses = uses, .diag = diag};
  c.definition = REIN_NEW(model->arena, rein_ast *, n + 1);
  c.needed = REIN_NEW(model->arena, bool, n + 1);
  find_definitions(&c);
  int *first = REIN_NEW(model->arena, int, n + 1), *order = REIN_NEW(model->arena, int, n + 1);
  for (int s = 0; s < n; s++) {
    if (c.definition[s]) rein_ast_each_name(c.definition[s], collect, &c);
    first[s + 1] = (int)c.n_edge;
  }
  rein_graph graph = {n, first, c.edge};
  if (rein_graph_order(&graph, model->arena, report, &c, order) > 0) return;
  find_needed(&c, order);
  substitute(&c, order);
}
