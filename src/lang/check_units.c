/* A unit for every node of every expression. Rules are those of solver/ops.def; what they mean here:
 *   - operands that must share a unit and differ by a factor only: the second gets a CONVERT to the first's
 * unit;
 *   - a literal 0 without unit fits any unit; any other number without unit is dimensionless, and where it
 * meets a dimensionless unit other than 1 (such as %) it is refused rather than guessed, but for the 1 of `1
 * - x`;
 *   - unknown (imported) units pass: the result is unknown and nothing is converted;
 *   - after an error the node is unknown, so that one mistake is said once.
 * Temperatures with an offset are allowed in literals, which become kelvin. */
#include <math.h>
#include <string.h>

#include "src/lang/resolve.h"

typedef struct {
  rein_model *model;
  rein_units *units;
  rein_diag *diag;
  rein_names *texts; /* unit texts read so far, to their index in `known` */
  rein_unit *known;
  size_t n_known, cap_known;
  rein_names
      *refused; /* "line:column:text" of literals with a false unit: functions put in place say it once */
  const rein_expression *e;
} checker;

/* ---- words for messages ---- */

static bool is_dimensionless(const rein_unit *unit) {
  rein_unit one = rein_unit_one();
  return rein_unit_same_dimension(unit, &one);
}

static bool is_one(const rein_unit *unit) {
  rein_unit one = rein_unit_one();
  return rein_unit_equal(unit, &one);
}

static const char *quotient_text(rein_arena *arena, const char *over, const char *under) {
  return rein_arena_printf(arena, "%s/%s", over, under);
}

/* A unit in the model's own words where one of its declarations has it, alone or per time. */
static const char *unit_text(const checker *c, const rein_unit *unit) {
  const rein_model *m = c->model;
  if (unit->unknown) return "?";
  if (is_one(unit)) return "1";
  for (size_t i = 0; i < m->n_symbol; i++) {
    const char *text = rein_symbol_unit_text(m, (int)i);
    const rein_unit *own = rein_symbol_unit(m, (int)i);
    if (!text) continue;
    if (rein_unit_equal(unit, own)) return text;
    rein_unit rate = rein_unit_divide(own, &m->time_unit);
    if (rein_unit_equal(unit, &rate)) return quotient_text(m->arena, text, m->time_unit_text);
  }
  return rein_unit_print(unit, m->arena);
}

/* Written without a unit, possibly with a sign. */
static bool is_bare(const rein_ast *ast) {
  if (ast->kind == REIN_AST_OP && ast->op == REIN_OP_NEG) return is_bare(ast->arg[0]);
  return ast->kind == REIN_AST_NUMBER && !ast->name;
}

/* A number without unit as it should have been written: 10 '%'. */
static const char *with_unit(const checker *c, const rein_ast *bare, const char *unit) {
  rein_text text;
  bool negative = false;
  for (; bare->kind == REIN_AST_OP; bare = bare->arg[0]) negative = !negative;
  rein_text_init(&text, c->model->arena);
  rein_text_number(&text, negative ? -bare->number : bare->number);
  rein_text_printf(&text, " '%s'", unit);
  return text.bytes;
}

/* A 0 that fits any unit. */
static bool is_zero(const rein_ast *ast) {
  if (ast->kind == REIN_AST_OP && ast->op == REIN_OP_NEG) return is_zero(ast->arg[0]);
  if (ast->kind == REIN_AST_OP && ast->op == REIN_OP_SELECT)
    return is_zero(ast->arg[1]) && is_zero(ast->arg[2]);
  return ast->kind == REIN_AST_NUMBER && !ast->name && ast->number == 0;
}

static const char *operand_text(const checker *c, const rein_ast *ast) {
  if (is_bare(ast)) return "a number without unit";
  if (ast->kind == REIN_AST_NUMBER) return ast->name;
  return is_one(&ast->unit) ? "a dimensionless value" : unit_text(c, &ast->unit);
}

/* ---- saying what is wrong ---- */

static void note_name(const checker *c, const rein_ast *ast) {
  if (ast->kind == REIN_AST_CONVERT) ast = ast->arg[0];
  if (ast->kind != REIN_AST_NAME || ast->symbol < 0) return;
  rein_note(c->diag, rein_symbol_pos(c->model, ast->symbol), "'%s' is declared here with unit %s", ast->name,
            unit_text(c, rein_symbol_unit(c->model, ast->symbol)));
}

/* An error inside a function's body says where the function is used. */
static void note_use(const checker *c, rein_pos pos) {
  for (size_t i = 0; i < c->model->n_function; i++) {
    const rein_function *f = &c->model->function[i];
    if (pos.source == f->pos.source && pos.line >= f->pos.line && pos.line <= f->body->pos.line) {
      rein_note(c->diag, c->e->decl, "function '%s' is used in %s", f->name, c->e->what);
      return;
    }
  }
}

/* ---- conversions ---- */

static void convert(checker *c, rein_ast **slot, const rein_unit *to) {
  rein_ast *from = *slot;
  if (from->unit.unknown || to->unknown || rein_unit_equal(&from->unit, to)) return;
  *slot = rein_ast_convert(c->model->arena, from, rein_unit_factor(&from->unit, to));
  (*slot)->unit = *to;
}

static rein_unit infer(checker *c, rein_ast *ast);

static rein_unit parse_unit(checker *c, const char *text, rein_pos pos) {
  int i = rein_names_find(c->texts, text);
  if (i >= 0) return c->known[i];
  const char *place = rein_arena_printf(c->model->arena, "%d:%d:%s", pos.line, pos.column, text);
  rein_unit unit;
  if (rein_names_find(c->refused, place) >= 0) return rein_unit_unknown();
  if (!rein_unit_parse(c->units, text, pos, c->diag, &unit)) {
    rein_names_add(c->refused, place, 0);
    return rein_unit_unknown();
  }
  rein_names_add(c->texts, text, (int)c->n_known);
  REIN_PUSH(c->model->arena, c->known, c->n_known, c->cap_known, unit);
  return unit;
}

/* ---- the rules ---- */

static rein_unit infer_number(checker *c, rein_ast *ast) {
  if (!ast->name) return rein_unit_one();
  rein_unit unit = parse_unit(c, ast->name, ast->pos);
  if (unit.offset == 0) return unit;
  ast->number = unit.factor * (ast->number + unit.offset);
  ast->name = "K";
  unit.factor = 1;
  unit.offset = 0;
  return unit;
}

static rein_unit infer_name(checker *c, rein_ast *ast) {
  if (ast->symbol == REIN_SYMBOL_TIME) return c->model->time_unit;
  if (ast->symbol < 0) return rein_unit_unknown();
  rein_unit unit = *rein_symbol_unit(c->model, ast->symbol);
  if (unit.offset == 0) return unit;
  rein_error(c->diag, ast->pos,
             "'%s' is a temperature with an offset, which cannot be calculated with; declare it in K",
             ast->name);
  note_name(c, ast);
  return rein_unit_unknown();
}

static const char *clash_text(const checker *c, const rein_ast *ast, const char *a, const char *b) {
  rein_arena *arena = c->model->arena;
  switch (ast->op) {
  case REIN_OP_ADD:
    return rein_arena_printf(arena, "adds %s to %s", b, a);
  case REIN_OP_SUB:
    return rein_arena_printf(arena, "subtracts %s from %s", b, a);
  case REIN_OP_MIN:
    return rein_arena_printf(arena, "takes the smaller of %s and %s", a, b);
  case REIN_OP_MAX:
    return rein_arena_printf(arena, "takes the larger of %s and %s", a, b);
  case REIN_OP_SELECT:
    return rein_arena_printf(arena, "chooses between %s and %s", a, b);
  default:
    return rein_arena_printf(arena, "compares %s with %s", a, b);
  }
}

/* A number without unit beside a dimensionless unit that is not 1: 10 or 10 %? Only the 1 of `1 - x` is sure
 * to be the whole. */
static bool is_doubtful(const rein_ast *ast, const rein_ast *a, const rein_ast *b) {
  bool sum = ast->op == REIN_OP_ADD || ast->op == REIN_OP_SUB;
  if (sum && a->kind == REIN_AST_NUMBER && a->number == 1) return false;
  return is_bare(a) && is_dimensionless(&b->unit) && !is_one(&b->unit);
}

/* Arguments i and j of an operation in one unit. */
static rein_unit share_unit(checker *c, rein_ast *ast, int i, int j) {
  rein_ast *a = ast->arg[i], *b = ast->arg[j];
  if (is_zero(a)) return a->unit = b->unit;
  if (is_zero(b)) return b->unit = a->unit;
  if (a->unit.unknown || b->unit.unknown) return rein_unit_unknown();
  const char *clash = clash_text(c, ast, operand_text(c, a), operand_text(c, b));
  if (!rein_unit_same_dimension(&a->unit, &b->unit))
    rein_error(c->diag, ast->pos, "%s %s", c->e->what, clash);
  else if (is_doubtful(ast, a, b) || is_doubtful(ast, b, a))
    rein_error(c->diag, ast->pos, "%s %s; did you mean %s?", c->e->what, clash,
               is_bare(a) ? with_unit(c, a, unit_text(c, &b->unit))
                          : with_unit(c, b, unit_text(c, &a->unit)));
  else {
    convert(c, &ast->arg[j], &a->unit);
    return a->unit;
  }
  note_name(c, a);
  note_name(c, b);
  note_use(c, ast->pos);
  return rein_unit_unknown();
}

/* Argument i as a plain number. */
static bool make_pure(checker *c, rein_ast *ast, int i, const char *role) {
  rein_ast *arg = ast->arg[i];
  rein_unit one = rein_unit_one();
  if (arg->unit.unknown) return true;
  if (is_dimensionless(&arg->unit)) {
    convert(c, &ast->arg[i], &one);
    return true;
  }
  rein_error(c->diag, arg->pos,
             "%s: %s must be dimensionless, and has unit %s; divide it by a quantity such as (1 %s)",
             c->e->what, role, operand_text(c, arg),
             rein_arena_printf(c->model->arena, "'%s'", unit_text(c, &arg->unit)));
  note_name(c, arg);
  note_use(c, arg->pos);
  return false;
}

static rein_unit infer_pure(checker *c, rein_ast *ast) {
  const char *role = rein_arena_printf(c->model->arena, "the argument of %s", rein_op_text(ast->op));
  rein_unit own = ast->arg[0]->unit;
  if (!make_pure(c, ast, 0, role) || own.unknown) return rein_unit_unknown();
  return rein_unit_one();
}

/* An angle in any unit of angle, or a plain number that counts as radians. */
static rein_unit infer_angle(checker *c, rein_ast *ast) {
  rein_unit radian = rein_unit_one();
  radian.power[REIN_DIM_RAD] = REIN_UNIT_POWER_ONE;
  if (!rein_unit_same_dimension(&ast->arg[0]->unit, &radian)) return infer_pure(c, ast);
  convert(c, &ast->arg[0], &radian);
  return rein_unit_one();
}

/* The value of an expression of numbers without units. */
static bool constant(const rein_ast *ast, double *value) {
  double a, b;
  if (ast->kind == REIN_AST_NUMBER) {
    *value = ast->number;
    return !ast->name;
  }
  if (ast->kind != REIN_AST_OP || !constant(ast->arg[0], &a)) return false;
  if (ast->op == REIN_OP_NEG) return *value = -a, true;
  if (ast->n_arg != 2 || !constant(ast->arg[1], &b)) return false;
  switch (ast->op) {
  case REIN_OP_ADD:
    *value = a + b;
    return true;
  case REIN_OP_SUB:
    *value = a - b;
    return true;
  case REIN_OP_MUL:
    *value = a * b;
    return true;
  case REIN_OP_DIV:
    *value = a / b;
    return true;
  default:
    return false;
  }
}

static rein_unit raise(checker *c, rein_ast *ast, double exponent, const char *role) {
  rein_unit unit;
  rein_ast *base = ast->arg[0];
  if (base->unit.unknown) return base->unit;
  if (is_dimensionless(&base->unit)) {
    make_pure(c, ast, 0, role);
    return rein_unit_one();
  }
  if (rein_unit_power(&base->unit, exponent, &unit)) return unit;
  rein_error(c->diag, ast->pos,
             "%s raises %s to the power %g, which gives no unit; divide by a reference value first",
             c->e->what, operand_text(c, base), exponent);
  note_name(c, base);
  note_use(c, ast->pos);
  return rein_unit_unknown();
}

static rein_unit infer_pow(checker *c, rein_ast *ast) {
  double exponent;
  bool unknown = ast->arg[0]->unit.unknown || ast->arg[1]->unit.unknown;
  if (constant(ast->arg[1], &exponent)) return raise(c, ast, exponent, "a base");
  bool pure = make_pure(c, ast, 1, "an exponent");
  pure = make_pure(c, ast, 0, "the base of an exponent that is no number") && pure;
  return pure && !unknown ? rein_unit_one() : rein_unit_unknown();
}

/* Is the tree true or false rather than a number? A name may be either. */
static bool is_condition(const rein_ast *ast) {
  if (ast->kind == REIN_AST_NAME) return ast->unit.unknown || is_one(&ast->unit);
  if (ast->kind == REIN_AST_NUMBER) return !ast->name && (ast->number == 0 || ast->number == 1);
  if (ast->kind != REIN_AST_OP) return false;
  if (ast->op == REIN_OP_SELECT) return is_condition(ast->arg[1]) && is_condition(ast->arg[2]);
  return ast->op >= REIN_OP_LT && ast->op <= REIN_OP_NOT;
}

static void need_condition(checker *c, const rein_ast *ast, const char *role) {
  if (is_condition(ast)) return;
  rein_error(c->diag, ast->pos, "%s: %s must be true or false, and has unit %s; compare it with something",
             c->e->what, role,
             ast->unit.unknown    ? "?"
             : is_one(&ast->unit) ? "1"
                                  : unit_text(c, &ast->unit));
  note_use(c, ast->pos);
}

static rein_unit infer_truth(checker *c, rein_ast *ast) {
  const char *role = rein_arena_printf(c->model->arena, "what '%s' combines", rein_op_text(ast->op));
  for (int i = 0; i < ast->n_arg; i++) need_condition(c, ast->arg[i], role);
  return rein_unit_one();
}

typedef enum { SAME, MUL, DIV, POW, ROOT, PURE, ANGLE, ARC, CMP, TRUTH, SELECT, ANY } unit_rule;
static const unit_rule rules[] = {
#define REIN_OP(name, text, n_arg, unit_rule) [REIN_OP_##name] = unit_rule,
#include "solver/ops.def"
#undef REIN_OP
};

static rein_unit infer_op(checker *c, rein_ast *ast) {
  switch (rules[ast->op]) {
  case SAME:
    return share_unit(c, ast, 0, 1);
  case MUL:
    return rein_unit_multiply(&ast->arg[0]->unit, &ast->arg[1]->unit);
  case DIV:
    return rein_unit_divide(&ast->arg[0]->unit, &ast->arg[1]->unit);
  case POW:
    return infer_pow(c, ast);
  case ROOT:
    return raise(c, ast, 0.5, "what a root is taken of");
  case ANGLE:
    return infer_angle(c, ast);
  case ARC:
  case PURE:
    return infer_pure(c, ast);
  case CMP:
    share_unit(c, ast, 0, 1);
    return rein_unit_one();
  case TRUTH:
    return infer_truth(c, ast);
  case SELECT:
    need_condition(c, ast->arg[0], "what stands after 'if'");
    return share_unit(c, ast, 1, 2);
  case ANY:
    break;
  }
  return ast->arg[0]->unit;
}

static rein_unit infer(checker *c, rein_ast *ast) {
  for (int i = 0; i < ast->n_arg; i++) infer(c, ast->arg[i]);
  switch (ast->kind) {
  case REIN_AST_NUMBER:
    ast->unit = infer_number(c, ast);
    break;
  case REIN_AST_NAME:
    ast->unit = infer_name(c, ast);
    break;
  case REIN_AST_OP:
    ast->unit = infer_op(c, ast);
    break;
  case REIN_AST_CONVERT:
    break;
  case REIN_AST_CALL:
    ast->unit = rein_unit_unknown();
    break;
  }
  return ast->unit;
}

/* ---- roots of expressions ---- */

/* The whole expression in the expected unit. */
static void fit_root(checker *c, const rein_expression *e, const rein_unit *want, const char *want_text) {
  rein_ast *ast = *e->ast;
  if (is_zero(ast) && !want->unknown) {
    ast->unit = *want;
    return;
  }
  if (ast->unit.unknown || want->unknown) return;
  bool same = rein_unit_same_dimension(&ast->unit, want);
  if (same && !(is_bare(ast) && !is_one(want))) {
    convert(c, e->ast, want);
    return;
  }
  if (is_bare(ast))
    rein_error(c->diag, ast->pos, "%s is a number without unit, expected %s; did you mean %s?", e->what,
               want_text, with_unit(c, ast, want_text));
  else
    rein_error(c->diag, ast->pos, "%s has unit %s, expected %s", e->what, unit_text(c, &ast->unit),
               want_text);
  if (ast->kind == REIN_AST_NAME) note_name(c, ast);
  note_use(c, ast->pos);
}

/* The unit of an undeclared process: that of its first flow. */
static void expect_process(checker *c, rein_process *p) {
  const rein_model *m = c->model;
  rein_unit have = (*c->e->ast)->unit;
  if (p->unit_text || have.unknown) return;
  p->unit = have;
  if (p->n_flow == 0) {
    p->unit_text = unit_text(c, &have);
    return;
  }
  const rein_state *s = &m->state[p->flow[0].state];
  rein_unit rate = rein_unit_divide(&s->unit, &m->time_unit);
  rein_unit want = rein_unit_divide(&rate, &p->flow[0].unit);
  if (want.unknown) return;
  p->unit = want;
  p->unit_text = is_one(&p->flow[0].unit) ? quotient_text(m->arena, s->unit_text, m->time_unit_text)
                                          : rein_unit_print(&want, m->arena);
}

/* Factors of the flows turn the process's unit into each state's unit per model time. */
static void fit_flows(checker *c, rein_process *p) {
  const rein_model *m = c->model;
  for (int i = 0; i < p->n_flow; i++) {
    const rein_state *s = &m->state[p->flow[i].state];
    rein_unit want = rein_unit_divide(&s->unit, &m->time_unit);
    rein_unit have = rein_unit_multiply(&p->unit, &p->flow[i].unit);
    if (want.unknown || have.unknown) continue;
    if (rein_unit_same_dimension(&have, &want)) {
      p->flow[i].factor *= rein_unit_factor(&have, &want);
      continue;
    }
    rein_error(c->diag, p->pos,
               "process '%s' has unit %s, but state '%s' changes in %s/%s; give the flow a factor with unit",
               p->name, unit_text(c, &have), s->name, s->unit_text, m->time_unit_text);
    rein_note(c->diag, s->pos, "'%s' is declared here with unit %s", s->name, s->unit_text);
  }
}

static void check_process(checker *c, rein_process *p) {
  expect_process(c, p);
  if (p->unit_text)
    fit_root(c, c->e, &p->unit, p->unit_text);
  else
    p->unit = rein_unit_unknown();
  if (!p->unit_text) p->unit_text = "?";
  fit_flows(c, p);
}

static void check_expression(checker *c, const rein_expression *e) {
  c->e = e;
  infer(c, *e->ast);
  if (e->goal == REIN_GOAL_PROCESS) check_process(c, &c->model->process[c->model->symbol[e->owner].index]);
  if (e->goal == REIN_GOAL_CONDITION && !(*e->ast)->unit.unknown) need_condition(c, *e->ast, "the condition");
  if (e->goal == REIN_GOAL_UNIT)
    fit_root(c, e, &e->unit, e->unit_text ? e->unit_text : unit_text(c, &e->unit));
}

static void check_action(checker *c, rein_action *a) {
  const rein_model *m = c->model;
  const rein_unit *to = a->state >= 0   ? &m->state[a->state].unit
                        : a->param >= 0 ? &m->param[a->param].unit
                                        : NULL;
  a->factor = 1;
  if (!to || to->unknown || a->unit.unknown) return;
  if (rein_unit_same_dimension(&a->unit, to)) {
    a->factor = rein_unit_factor(&a->unit, to);
    return;
  }
  const char *name = a->state >= 0 ? m->state[a->state].name : m->param[a->param].name;
  rein_error(c->diag, a->unit_pos, "action '%s' has unit %s, and '%s', which it acts on, has unit %s",
             a->name, a->unit_text, name, unit_text(c, to));
  rein_note(c->diag, a->state >= 0 ? m->state[a->state].pos : m->param[a->param].pos,
            "'%s' is declared here with unit %s", name, unit_text(c, to));
}

void rein_check_units(rein_model *model, rein_units *units, rein_diag *diag) {
  checker c = {.model = model, .units = units, .diag = diag};
  c.texts = rein_names_create(model->arena);
  c.refused = rein_names_create(model->arena);
  size_t n;
  rein_expression *e = rein_model_expressions(model, &n);
  const rein_expression **of = REIN_NEW(model->arena, const rein_expression *, model->n_symbol + 1);
  for (size_t i = 0; i < model->n_process; i++)
    if (!model->process[i].unit_text) model->process[i].unit = rein_unit_unknown();
  for (size_t i = 0; i < n; i++)
    if (e[i].owner >= 0) of[e[i].owner] = &e[i];
  /* processes first, each after those it uses: their units follow from their rates */
  for (size_t i = 0; i < model->n_order; i++) {
    const rein_expression *own = of[model->order[i]];
    if (own && own->goal == REIN_GOAL_PROCESS) check_expression(&c, own);
  }
  for (size_t i = 0; i < n; i++)
    if (e[i].goal != REIN_GOAL_PROCESS) check_expression(&c, &e[i]);
  for (size_t i = 0; i < model->n_action; i++) check_action(&c, &model->action[i]);
}
