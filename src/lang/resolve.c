/* Names to symbols. User functions are put in place by copying, within REIN_MAX_EXPANSION nodes for the whole
 * model and REIN_AST_MAX_HEIGHT levels for one expression; whatever breaks a rule becomes a name with symbol
 * REIN_SYMBOL_BAD, so that after this stage no call is left and every tree may be walked by recursion. */
#include "src/lang/resolve.h"

#include <string.h>

#include "src/lang/graph.h"
#include "src/lang/parser.h"

typedef struct {
  rein_model *model;
  rein_diag *diag;
  rein_names *function; /* name to index into model->function */
  bool *function_ok;    /* (n_function) */
  int n_copied;
  const char *what; /* expression under way */
  bool too_deep, too_many;
} resolver;

/* One call under way: the expanded arguments of a function's body. */
typedef struct {
  const rein_function *function;
  rein_ast **arg; /* (function->n_arg) */
} frame;

/* ---- symbols ---- */

static const char *const reserved[] = {"time", "pi",   "and",  "or",    "not", "if",
                                       "then", "else", "true", "false", NULL};

static void declare(rein_model *m, rein_diag *diag, rein_symbol_kind kind, int index, const char *name,
                    rein_pos pos) {
  for (int i = 0; reserved[i]; i++)
    if (strcmp(name, reserved[i]) == 0)
      rein_error(diag, pos, "'%s' is a word of the language and cannot name %s", name,
                 rein_symbol_kind_phrase(kind));
  int next = (int)m->n_symbol;
  int known = rein_names_add(m->names, name, next);
  if (known == next) {
    m->symbol[m->n_symbol++] = (rein_symbol){kind, index, name};
    return;
  }
  rein_error(diag, pos, "'%s' is declared twice: as %s and as %s", name,
             rein_symbol_kind_phrase(m->symbol[known].kind), rein_symbol_kind_phrase(kind));
  rein_note(diag, rein_symbol_pos(m, known), "'%s' is declared here first", name);
}

void rein_model_declare(rein_model *m, rein_diag *diag) {
  size_t n = m->n_param + m->n_state + m->n_value + m->n_process + m->n_observable;
  m->names = rein_names_create(m->arena);
  m->symbol = REIN_NEW(m->arena, rein_symbol, n + 1);
  m->n_symbol = 0;
#define DECLARE_ALL(kind, array)                                                                             \
  for (size_t i = 0; i < m->n_##array; i++) declare(m, diag, kind, (int)i, m->array[i].name, m->array[i].pos)
  DECLARE_ALL(REIN_SYMBOL_PARAM, param);
  DECLARE_ALL(REIN_SYMBOL_STATE, state);
  DECLARE_ALL(REIN_SYMBOL_VALUE, value);
  DECLARE_ALL(REIN_SYMBOL_PROCESS, process);
  DECLARE_ALL(REIN_SYMBOL_OBSERVABLE, observable);
#undef DECLARE_ALL
}

const char *rein_symbol_kind_phrase(rein_symbol_kind kind) {
  static const char *const phrase[] = {"a parameter", "a state", "a value", "a process", "an observable"};
  return phrase[kind];
}

/* What every kind of declaration has. */
typedef struct {
  const rein_unit *unit;
  const char *unit_text;
  rein_pos pos;
} declaration;

static declaration declaration_of(const rein_model *m, int symbol) {
  const rein_symbol *s = &m->symbol[symbol];
#define FIELDS(array)                                                                                        \
  ((declaration){&m->array[s->index].unit, m->array[s->index].unit_text, m->array[s->index].pos})
  switch (s->kind) {
  case REIN_SYMBOL_PARAM:
    return FIELDS(param);
  case REIN_SYMBOL_STATE:
    return FIELDS(state);
  case REIN_SYMBOL_VALUE:
    return FIELDS(value);
  case REIN_SYMBOL_PROCESS:
    return FIELDS(process);
  default:
    return FIELDS(observable);
  }
#undef FIELDS
}

const rein_unit *rein_symbol_unit(const rein_model *model, int symbol) {
  return declaration_of(model, symbol).unit;
}

const char *rein_symbol_unit_text(const rein_model *model, int symbol) {
  return declaration_of(model, symbol).unit_text;
}

rein_pos rein_symbol_pos(const rein_model *model, int symbol) {
  return declaration_of(model, symbol).pos;
}

/* "; did you mean 'x'?" or nothing. A name that only lacks its part's prefix is the best guess. */
static const char *suggestion(const rein_model *m, const char *name) {
  size_t n = strlen(name);
  for (size_t i = 0; i < m->n_symbol; i++) {
    size_t n_known = strlen(m->symbol[i].name);
    const char *tail = m->symbol[i].name + (n_known > n ? n_known - n : 0);
    if (n_known > n && tail[-1] == '.' && strcmp(tail, name) == 0)
      return rein_arena_printf(m->arena, "; did you mean '%s'?", m->symbol[i].name);
  }
  const char *near = rein_names_closest(m->names, name);
  return near ? rein_arena_printf(m->arena, "; did you mean '%s'?", near) : "";
}

int rein_resolve_symbol(const rein_model *m, const char *name, unsigned kinds, const char *what, rein_pos pos,
                        rein_diag *diag) {
  int symbol = rein_names_find(m->names, name);
  if (symbol < 0) {
    rein_error(diag, pos, "%s '%s', which is not declared%s", what, name, suggestion(m, name));
    return -1;
  }
  if (kinds & 1u << m->symbol[symbol].kind) return symbol;
  rein_text words;
  rein_text_init(&words, m->arena);
  for (int kind = 0; kind <= REIN_SYMBOL_OBSERVABLE; kind++)
    if (kinds & 1u << kind)
      rein_text_printf(&words, "%s%s", words.n ? " or " : "",
                       rein_symbol_kind_phrase((rein_symbol_kind)kind));
  rein_error(diag, pos, "%s '%s', which is %s; expected %s", what, name,
             rein_symbol_kind_phrase(m->symbol[symbol].kind), words.bytes);
  rein_note(diag, rein_symbol_pos(m, symbol), "'%s' is declared here", name);
  return -1;
}

/* ---- names and calls in expressions ---- */

static rein_ast *bad_node(resolver *r, const rein_ast *at) {
  rein_ast *bad = rein_ast_name(r->model->arena, at->pos, at->name ? at->name : "?");
  bad->symbol = REIN_SYMBOL_BAD;
  return bad;
}

/* "5 mg/L" in an expression divides by a name L: the unit belongs in quotes. */
static const char *unit_hint(const char *name) {
  static const char *const words[] = {"L", "mL",  "dL", "uL", "kg",   "g",   "mg",
                                      "h", "min", "d",  "s",  "year", "mol", "m2"};
  for (size_t i = 0; i < sizeof words / sizeof *words; i++)
    if (strcmp(words[i], name) == 0) return "; a unit with '/' stands in quotes, as in 5 'mg/L'";
  return NULL;
}

static void bind_name(resolver *r, rein_ast *name) {
  const rein_model *m = r->model;
  name->symbol = REIN_SYMBOL_BAD;
  if (strcmp(name->name, "time") == 0) {
    name->symbol = REIN_SYMBOL_TIME;
    return;
  }
  int symbol = rein_names_find(m->names, name->name);
  if (symbol >= 0) {
    name->symbol = symbol;
    return;
  }
  if (rein_names_find(r->function, name->name) >= 0) {
    rein_error(r->diag, name->pos, "'%s' is a function: write its arguments after it, in parentheses",
               name->name);
    return;
  }
  for (size_t i = 0; i < m->n_action; i++)
    if (strcmp(m->action[i].name, name->name) == 0) {
      rein_error(r->diag, name->pos, "'%s' is an action and has no value; name what it acts on", name->name);
      return;
    }
  const char *hint = unit_hint(name->name);
  rein_error(r->diag, name->pos, "unknown name '%s' in %s%s", name->name, r->what,
             hint ? hint : suggestion(m, name->name));
}

/* True once a bound is broken; says so once. */
static bool bounds_broken(resolver *r, const rein_ast *at, int depth) {
  if (r->too_many) return true;
  if (depth > REIN_AST_MAX_HEIGHT) {
    if (!r->too_deep)
      rein_error(r->diag, at->pos, "%s is nested more than %d levels deep", r->what, REIN_AST_MAX_HEIGHT);
    r->too_deep = true;
    return true;
  }
  if (r->n_copied > REIN_MAX_EXPANSION) {
    rein_error(r->diag, at->pos, "the model's functions, put in place, make more than %d terms (in %s)",
               REIN_MAX_EXPANSION, r->what);
    r->too_many = true;
  }
  return r->too_many;
}

/* A copy of an expanded tree. */
static rein_ast *copy_tree(resolver *r, const rein_ast *ast, int depth) {
  if (bounds_broken(r, ast, depth)) return bad_node(r, ast);
  rein_ast *copy = REIN_NEW(r->model->arena, rein_ast, 1);
  r->n_copied++;
  *copy = *ast;
  if (ast->n_arg) copy->arg = REIN_NEW(r->model->arena, rein_ast *, ast->n_arg);
  for (int i = 0; i < ast->n_arg; i++) copy->arg[i] = copy_tree(r, ast->arg[i], depth + 1);
  return copy;
}

static int arg_index(const rein_function *function, const char *name) {
  for (int i = 0; i < function->n_arg; i++)
    if (strcmp(function->arg[i], name) == 0) return i;
  return -1;
}

static rein_ast *expand(resolver *r, rein_ast *ast, const frame *in, int depth);

/* Of the language's functions and the model's own. */
static const char *nearest_function(const resolver *r, const char *name) {
  rein_names *known = rein_names_create(r->model->arena);
  rein_parser_add_functions(known);
  for (size_t f = 0; f < r->model->n_function; f++) rein_names_add(known, r->model->function[f].name, 0);
  return rein_names_closest(known, name);
}

/* The function that is called, or -1 with a message. */
static int find_function(resolver *r, const rein_ast *call) {
  int f = rein_names_find(r->function, call->name);
  if (f < 0) {
    const char *near = nearest_function(r, call->name);
    rein_error(r->diag, call->pos, "unknown function '%s' in %s%s%s%s", call->name, r->what,
               near ? "; did you mean '" : "", near ? near : "", near ? "'?" : "");
    return -1;
  }
  const rein_function *function = &r->model->function[f];
  if (function->n_arg == call->n_arg) return f;
  rein_error(r->diag, call->pos, "function '%s' takes %d argument%s, %d %s given", call->name,
             function->n_arg, function->n_arg == 1 ? "" : "s", call->n_arg, call->n_arg == 1 ? "is" : "are");
  rein_note(r->diag, function->pos, "'%s' is declared here", call->name);
  return -1;
}

/* Calls in bodies were checked there, once; a function that is not sound is not put in place. */
static rein_ast *expand_call(resolver *r, rein_ast *call, const frame *in, int depth) {
  int called = in ? rein_names_find(r->function, call->name) : find_function(r, call);
  const rein_function *function = called >= 0 && r->function_ok[called] ? &r->model->function[called] : NULL;
  frame f = {.function = function, .arg = REIN_NEW(r->model->arena, rein_ast *, call->n_arg + 1)};
  for (int i = 0; i < call->n_arg; i++) f.arg[i] = expand(r, call->arg[i], in, depth + 1);
  return function ? expand(r, function->body, &f, depth + 1) : bad_node(r, call);
}

/* Height and size once the arguments are what they will be. */
static void measure(rein_ast *ast) {
  ast->height = ast->size = 1;
  for (int i = 0; i < ast->n_arg; i++) {
    if (ast->arg[i]->height >= ast->height) ast->height = ast->arg[i]->height + 1;
    ast->size += ast->arg[i]->size;
    if (ast->size > REIN_AST_MAX_SIZE) ast->size = REIN_AST_MAX_SIZE + 1;
  }
}

/* The tree with calls replaced and names bound. in NULL: the model's own tree, changed in place; else a
 * function's body, copied. */
static rein_ast *expand(resolver *r, rein_ast *ast, const frame *in, int depth) {
  if (bounds_broken(r, ast, depth)) return bad_node(r, ast);
  if (ast->kind == REIN_AST_CALL) return expand_call(r, ast, in, depth);
  if (ast->kind == REIN_AST_NAME && in) {
    int i = arg_index(in->function, ast->name);
    return i >= 0 ? copy_tree(r, in->arg[i], depth) : bad_node(r, ast);
  }
  if (ast->kind == REIN_AST_NAME) bind_name(r, ast);
  rein_ast *to = ast;
  if (in) {
    to = REIN_NEW(r->model->arena, rein_ast, 1);
    r->n_copied++;
    *to = *ast;
    if (ast->n_arg) to->arg = REIN_NEW(r->model->arena, rein_ast *, ast->n_arg);
  }
  for (int i = 0; i < ast->n_arg; i++) to->arg[i] = expand(r, ast->arg[i], in, depth + 1);
  measure(to);
  return to;
}

/* ---- functions ---- */

typedef struct {
  resolver *r;
  int f;
  int *edge; /* growing list of the functions called */
  size_t n, cap;
} body_check;

static void check_body(body_check *c, const rein_ast *ast, int depth) {
  resolver *r = c->r;
  const rein_function *function = &r->model->function[c->f];
  if (bounds_broken(r, ast, depth)) {
    r->function_ok[c->f] = false;
    return;
  }
  if (ast->kind == REIN_AST_NAME && arg_index(function, ast->name) < 0) {
    rein_error(r->diag, ast->pos, "function '%s' uses '%s', which is not among its arguments; add it to 'of'",
               function->name, ast->name);
    r->function_ok[c->f] = false;
  }
  if (ast->kind == REIN_AST_CALL) {
    int called = find_function(r, ast);
    if (called >= 0) REIN_PUSH(r->model->arena, c->edge, c->n, c->cap, called);
    if (called < 0) r->function_ok[c->f] = false;
  }
  for (int i = 0; i < ast->n_arg; i++) check_body(c, ast->arg[i], depth + 1);
}

/* "'a' needs 'b', which needs 'a'" as "a -> b -> a". */
static const char *circle_text(rein_arena *arena, const char *const *name, int n) {
  rein_text text;
  rein_text_init(&text, arena);
  for (int i = 0; i < n && i < 12; i++) rein_text_printf(&text, "%s -> ", name[i]);
  rein_text_printf(&text, "%s%s", n > 12 ? "... -> " : "", name[0]);
  return text.bytes;
}

static void report_recursion(void *context, const int *node, int n_node) {
  resolver *r = context;
  const rein_model *m = r->model;
  const char **name = REIN_NEW(m->arena, const char *, n_node);
  for (int i = 0; i < n_node; i++) {
    name[i] = m->function[node[i]].name;
    r->function_ok[node[i]] = false;
  }
  rein_error(r->diag, m->function[node[0]].pos, "function '%s' calls itself: %s", name[0],
             circle_text(m->arena, name, n_node));
}

/* Bodies use their arguments only, and no function calls itself. */
static void check_functions(resolver *r) {
  rein_model *m = r->model;
  int n = (int)m->n_function;
  int *first = REIN_NEW(m->arena, int, n + 1), *order = REIN_NEW(m->arena, int, n + 1);
  body_check c = {.r = r};
  r->function = rein_names_create(m->arena);
  r->function_ok = REIN_NEW(m->arena, bool, n + 1);
  for (int f = 0; f < n; f++) {
    r->function_ok[f] = true;
    if (rein_names_add(r->function, m->function[f].name, f) != f)
      rein_error(r->diag, m->function[f].pos, "function '%s' is declared twice", m->function[f].name);
  }
  for (int f = 0; f < n; f++) {
    c.f = f;
    r->too_deep = false;
    r->what = rein_arena_printf(m->arena, "function '%s'", m->function[f].name);
    check_body(&c, m->function[f].body, 0);
    first[f + 1] = (int)c.n;
  }
  rein_graph graph = {n, first, c.edge};
  rein_graph_order(&graph, m->arena, report_recursion, r, order);
  for (int i = 0; i < n; i++) /* what calls an unsound function is none the better */
    for (int k = first[order[i]]; k < first[order[i] + 1]; k++)
      if (!r->function_ok[c.edge[k]]) r->function_ok[order[i]] = false;
}

/* ---- order and dependence ---- */

typedef struct {
  rein_model *model;
  int *edge;
  size_t n, cap;
  const unsigned char *uses;
  unsigned found;
} name_collector;

static void collect_edge(void *context, rein_ast *name) {
  name_collector *c = context;
  if (name->symbol >= 0) REIN_PUSH(c->model->arena, c->edge, c->n, c->cap, name->symbol);
}

static void collect_uses(void *context, rein_ast *name) {
  name_collector *c = context;
  if (name->symbol == REIN_SYMBOL_TIME) c->found |= REIN_USES_TIME;
  if (name->symbol >= 0) c->found |= c->uses[name->symbol];
}

static void report_circle(void *context, const int *node, int n_node) {
  resolver *r = context;
  const rein_model *m = r->model;
  const char **name = REIN_NEW(m->arena, const char *, n_node);
  for (int i = 0; i < n_node; i++) name[i] = m->symbol[node[i]].name;
  rein_error(r->diag, rein_symbol_pos(m, node[0]), "%s '%s' depends on itself: %s",
             strchr(rein_symbol_kind_phrase(m->symbol[node[0]].kind), ' ') + 1, name[0],
             circle_text(m->arena, name, n_node));
}

/* model->order and uses, from the expressions that define a symbol. */
static void order_symbols(resolver *r, const rein_expression *e, size_t n_e, unsigned char *uses) {
  rein_model *m = r->model;
  int n = (int)m->n_symbol;
  int *first = REIN_NEW(m->arena, int, n + 1), *order = REIN_NEW(m->arena, int, n + 1);
  const rein_expression **of = REIN_NEW(m->arena, const rein_expression *, n + 1);
  for (size_t i = 0; i < n_e; i++)
    if (e[i].owner >= 0) of[e[i].owner] = &e[i];
  name_collector c = {.model = m, .uses = uses};
  for (int s = 0; s < n; s++) {
    if (of[s]) rein_ast_each_name(*of[s]->ast, collect_edge, &c);
    first[s + 1] = (int)c.n;
    if (m->symbol[s].kind == REIN_SYMBOL_STATE) uses[s] = REIN_USES_STATE;
  }
  rein_graph graph = {n, first, c.edge};
  rein_graph_order(&graph, m->arena, report_circle, r, order);
  m->order = REIN_NEW(m->arena, int, n + 1);
  m->n_order = 0;
  for (int i = 0; i < n; i++) {
    int s = order[i];
    if (!of[s]) continue;
    m->order[m->n_order++] = s;
    c.found = 0;
    rein_ast_each_name(*of[s]->ast, collect_uses, &c);
    uses[s] = (unsigned char)c.found;
  }
}

/* ---- what an expression may depend on ---- */

typedef struct {
  resolver *r;
  const rein_expression *e;
  const unsigned char *uses;
  bool said;
} allowance;

static void check_allowed_name(void *context, rein_ast *name) {
  static const char *const may[] = {"parameters", "parameters and initial values of other states",
                                    "parameters and time", ""};
  allowance *a = context;
  const rein_model *m = a->r->model;
  unsigned found = name->symbol == REIN_SYMBOL_TIME ? REIN_USES_TIME
                   : name->symbol >= 0              ? a->uses[name->symbol]
                                                    : 0;
  unsigned wrong = found & ~a->e->allowed;
  if (a->said || !wrong) return;
  a->said = true;
  if (name->symbol == REIN_SYMBOL_TIME)
    rein_error(a->r->diag, name->pos, "%s may use %s only, not time", a->e->what, may[a->e->allowed]);
  else if (m->symbol[name->symbol].kind == REIN_SYMBOL_STATE)
    rein_error(a->r->diag, name->pos, "%s may use %s only; '%s' is a state", a->e->what, may[a->e->allowed],
               name->name);
  else
    rein_error(a->r->diag, name->pos, "%s may use %s only; '%s' depends on %s", a->e->what,
               may[a->e->allowed], name->name, wrong & REIN_USES_STATE ? "a state" : "time");
}

void rein_resolve(rein_model *model, rein_diag *diag, unsigned char **uses_out) {
  resolver r = {.model = model, .diag = diag};
  unsigned char *uses = REIN_NEW(model->arena, unsigned char, model->n_symbol + 1);
  check_functions(&r);
  size_t n;
  rein_expression *e = rein_model_expressions(model, &n);
  for (size_t i = 0; i < n; i++) {
    r.what = e[i].what;
    r.too_deep = false;
    *e[i].ast = expand(&r, *e[i].ast, NULL, 0);
  }
  order_symbols(&r, e, n, uses);
  for (size_t i = 0; i < n; i++) {
    allowance a = {&r, &e[i], uses, false};
    rein_ast_each_name(*e[i].ast, check_allowed_name, &a);
  }
  *uses_out = uses;
}
