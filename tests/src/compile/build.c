#include "tests/src/compile/build.h"

#include <check.h>
#include <ctype.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

static const char *const op_text[REIN_N_OP] = {
#define REIN_OP(name, text, n_arg, unit_rule) [REIN_OP_##name] = text,
#include "solver/ops.def"
#undef REIN_OP
};

build build_create(void) {
  build b = {.arena = rein_arena_create()};
  b.diag = rein_diag_create(b.arena);
  b.model = REIN_NEW(b.arena, rein_model, 1);
  b.model->arena = b.arena;
  b.model->names = rein_names_create(b.arena);
  b.model->name = "built";
  b.model->time_unit_text = "h";
  return b;
}

void build_destroy(build *b) {
  rein_arena_destroy(b->arena);
}

static rein_op op_of(const char *word) {
  if (strcmp(word, "neg") == 0) return REIN_OP_NEG;
  for (int op = 0; op < REIN_OP_COPY; op++)
    if (op != REIN_OP_NEG && strcmp(op_text[op], word) == 0) return (rein_op)op;
  ck_abort_msg("no operation '%s'", word);
  return REIN_OP_ADD;
}

static const char *read_word(const char **at, char word[64]) {
  size_t n = 0;
  while (isspace((unsigned char)**at)) ++*at;
  while (**at && !isspace((unsigned char)**at) && **at != '(' && **at != ')') word[n++] = *(*at)++;
  word[n] = 0;
  return word;
}

static rein_ast *read_leaf(build *b, const char *word) {
  char *end;
  rein_pos pos = {0};
  double number = strtod(word, &end);
  if (end != word && !*end) return rein_ast_number(b->arena, pos, number);
  rein_ast *ast = rein_ast_name(b->arena, pos, word);
  ast->symbol = strcmp(word, "time") == 0 ? REIN_SYMBOL_TIME : rein_names_find(b->model->names, word);
  if (ast->symbol == -1) ck_abort_msg("no name '%s'", word);
  return ast;
}

static rein_ast *read_expression(build *b, const char **at) {
  char word[64];
  while (isspace((unsigned char)**at)) ++*at;
  if (**at != '(') return read_leaf(b, read_word(at, word));
  ++*at;
  rein_op op = op_of(read_word(at, word));
  rein_ast *arg[8];
  int n_arg = 0;
  for (;;) {
    while (isspace((unsigned char)**at)) ++*at;
    if (**at == ')') break;
    arg[n_arg++] = read_expression(b, at);
  }
  ++*at;
  return rein_ast_op(b->arena, (rein_pos){0}, op, n_arg, arg);
}

rein_ast *build_expression(build *b, const char *text) {
  return read_expression(b, &text);
}

static void declare(build *b, const char *name, rein_symbol_kind kind, size_t index) {
  rein_model *m = b->model;
  int id = (int)m->n_symbol;
  if (rein_names_add(m->names, name, id) != id) ck_abort_msg("'%s' is declared twice", name);
  REIN_PUSH(b->arena, m->symbol, m->n_symbol, b->cap_symbol,
            ((rein_symbol){kind, (int)index, rein_arena_strdup(b->arena, name)}));
}

static const char *last_name(const build *b) {
  return b->model->symbol[b->model->n_symbol - 1].name;
}

int build_param(build *b, const char *name, double value) {
  rein_model *m = b->model;
  declare(b, name, REIN_SYMBOL_PARAM, m->n_param);
  rein_param p = {.name = last_name(b), .unit_text = "1", .value = value, .has_value = true};
  REIN_PUSH(b->arena, m->param, m->n_param, b->cap_param, p);
  return (int)m->n_param - 1;
}

int build_formula(build *b, const char *name, const char *formula, rein_dist_kind between) {
  int i = build_param(b, name, NAN);
  b->model->param[i].value_expr = build_expression(b, formula);
  b->model->param[i].between.kind = between;
  return i;
}

int build_state(build *b, const char *name, const char *initial) {
  rein_model *m = b->model;
  rein_state s = {.unit_text = "mg", .initial = build_expression(b, initial), .range_low = -INFINITY};
  s.range_high = INFINITY;
  declare(b, name, REIN_SYMBOL_STATE, m->n_state);
  s.name = last_name(b);
  REIN_PUSH(b->arena, m->state, m->n_state, b->cap_state, s);
  return (int)m->n_state - 1;
}

int build_value(build *b, const char *name, const char *is) {
  rein_model *m = b->model;
  rein_value v = {.unit_text = "mg/L", .is = build_expression(b, is)};
  declare(b, name, REIN_SYMBOL_VALUE, m->n_value);
  v.name = last_name(b);
  REIN_PUSH(b->arena, m->value, m->n_value, b->cap_value, v);
  return (int)m->n_value - 1;
}

int build_process(build *b, const char *name, const char *rate, int from, int to) {
  rein_model *m = b->model;
  rein_process p = {
      .unit_text = "mg/h", .rate = build_expression(b, rate), .flow = REIN_NEW(b->arena, rein_flow, 2)};
  if (from >= 0) p.flow[p.n_flow++] = (rein_flow){.state = from, .factor = -1.0};
  if (to >= 0) p.flow[p.n_flow++] = (rein_flow){.state = to, .factor = 1.0};
  declare(b, name, REIN_SYMBOL_PROCESS, m->n_process);
  p.name = last_name(b);
  REIN_PUSH(b->arena, m->process, m->n_process, b->cap_process, p);
  return (int)m->n_process - 1;
}

int build_action(build *b, const char *name, int state) {
  rein_model *m = b->model;
  rein_action a = {
      .name = rein_arena_strdup(b->arena, name), .unit_text = "mg", .state = state, .factor = 1, .param = -1};
  REIN_PUSH(b->arena, m->action, m->n_action, b->cap_action, a);
  return (int)m->n_action - 1;
}

int build_observable(build *b, const char *name, const char *is) {
  rein_model *m = b->model;
  rein_observable o = {.unit_text = "mg/L", .is = build_expression(b, is), .smallest_change = NAN};
  declare(b, name, REIN_SYMBOL_OBSERVABLE, m->n_observable);
  o.name = last_name(b);
  REIN_PUSH(b->arena, m->observable, m->n_observable, b->cap_observable, o);
  return (int)m->n_observable - 1;
}

int build_safety(build *b, const char *name, const char *when) {
  rein_model *m = b->model;
  rein_safety s = {.name = rein_arena_strdup(b->arena, name), .when = build_expression(b, when)};
  REIN_PUSH(b->arena, m->safety, m->n_safety, b->cap_safety, s);
  return (int)m->n_safety - 1;
}

int build_event(build *b, const char *name, const char *when, rein_symbol_kind kind, int target,
                const char *value) {
  rein_model *m = b->model;
  rein_event e = {
      .name = rein_arena_strdup(b->arena, name), .when = build_expression(b, when), .n_assign = 1};
  e.assign = REIN_NEW(b->arena, rein_assignment, 1);
  e.assign[0] = (rein_assignment){kind, target, build_expression(b, value), NULL};
  REIN_PUSH(b->arena, m->event, m->n_event, b->cap_event, e);
  return (int)m->n_event - 1;
}

void build_rate(build *b, int state, const char *rate) {
  b->model->state[state].rate = build_expression(b, rate);
}

double build_random_number(unsigned *seed, double low, double high) {
  *seed = *seed * 1664525u + 1013904223u;
  return low + (high - low) * (double)(*seed >> 8) / 16777216.0;
}

static unsigned pick(unsigned *seed, unsigned n) {
  return (unsigned)build_random_number(seed, 0, n);
}

static rein_ast *random_leaf(build *b, unsigned *seed, bool with_time) {
  const rein_pos pos = {0};
  const unsigned n = (unsigned)b->model->n_symbol, k = pick(seed, n + 2);
  if (k == n && with_time) return build_expression(b, "time");
  if (k >= n)
    return rein_ast_number(b->arena, pos, pick(seed, 4) ? build_random_number(seed, 0.2, 3) : pick(seed, 3));
  return build_expression(b, b->model->symbol[k].name);
}

rein_ast *build_random(build *b, unsigned *seed, int depth, bool with_time, bool with_jumps) {
  static const rein_op smooth[] = {REIN_OP_ADD, REIN_OP_ADD,  REIN_OP_SUB,  REIN_OP_SUB,
                                   REIN_OP_MUL, REIN_OP_MUL,  REIN_OP_DIV,  REIN_OP_DIV,
                                   REIN_OP_NEG, REIN_OP_POW,  REIN_OP_EXP,  REIN_OP_SIN,
                                   REIN_OP_COS, REIN_OP_TANH, REIN_OP_ATAN, REIN_OP_ASINH};
  static const rein_op jump[] = {REIN_OP_MIN,   REIN_OP_MAX,    REIN_OP_ABS,
                                 REIN_OP_FLOOR, REIN_OP_SELECT, REIN_OP_CEIL};
  static const rein_op compare[] = {REIN_OP_LT, REIN_OP_LE, REIN_OP_GT, REIN_OP_GE};
  if (depth == 0 || pick(seed, 5) == 0) return random_leaf(b, seed, with_time);
  rein_op op = with_jumps && pick(seed, 4) == 0 ? jump[pick(seed, 6)] : smooth[pick(seed, 16)];
  rein_ast *arg[3] = {NULL, NULL, NULL};
  for (int i = 0; i < 3; i++) arg[i] = build_random(b, seed, depth - 1, with_time, with_jumps);
  if (op == REIN_OP_SELECT) arg[0] = rein_ast_op(b->arena, (rein_pos){0}, compare[pick(seed, 4)], 2, arg);
  if (op == REIN_OP_EXP) arg[0] = rein_ast_op(b->arena, (rein_pos){0}, REIN_OP_TANH, 1, arg);
  if (op == REIN_OP_POW) arg[1] = rein_ast_number(b->arena, (rein_pos){0}, (double)pick(seed, 7) - 2);
  int n_arg = op == REIN_OP_SELECT ? 3 : rein_op_n_arg(op) == 1 ? 1 : 2;
  return rein_ast_op(b->arena, (rein_pos){0}, op, n_arg, arg);
}

double build_value_of(const rein_ast *ast, const double *value, double time) {
  if (ast->kind == REIN_AST_NUMBER) return ast->number;
  if (ast->kind == REIN_AST_NAME) return ast->symbol == REIN_SYMBOL_TIME ? time : value[ast->symbol];
  double v[3] = {0, 0, 0};
  for (int i = 0; i < ast->n_arg; i++) v[i] = build_value_of(ast->arg[i], value, time);
  switch (ast->op) {
  case REIN_OP_ADD:
    return v[0] + v[1];
  case REIN_OP_SUB:
    return v[0] - v[1];
  case REIN_OP_MUL:
    return v[0] * v[1];
  case REIN_OP_DIV:
    return v[0] / v[1];
  case REIN_OP_NEG:
    return -v[0];
  case REIN_OP_POW:
    return pow(v[0], v[1]);
  case REIN_OP_EXP:
    return exp(v[0]);
  case REIN_OP_SIN:
    return sin(v[0]);
  case REIN_OP_COS:
    return cos(v[0]);
  case REIN_OP_TANH:
    return tanh(v[0]);
  case REIN_OP_ATAN:
    return atan(v[0]);
  case REIN_OP_ASINH:
    return asinh(v[0]);
  case REIN_OP_MIN:
    return v[0] < v[1] || isnan(v[0]) ? v[0] : v[1];
  case REIN_OP_MAX:
    return v[0] > v[1] || isnan(v[0]) ? v[0] : v[1];
  case REIN_OP_ABS:
    return fabs(v[0]);
  case REIN_OP_FLOOR:
    return floor(v[0]);
  case REIN_OP_CEIL:
    return ceil(v[0]);
  case REIN_OP_LT:
    return v[0] < v[1];
  case REIN_OP_LE:
    return v[0] <= v[1];
  case REIN_OP_GT:
    return v[0] > v[1];
  case REIN_OP_GE:
    return v[0] >= v[1];
  case REIN_OP_SELECT:
    return v[0] != 0 ? v[1] : v[2];
  default:
    ck_abort_msg("operation %s is not in the test's evaluator", rein_op_name(ast->op));
    return NAN;
  }
}
