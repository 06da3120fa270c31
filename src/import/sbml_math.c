/* MathML as libSBML holds it, to rein_ast.
 *
 * SBML lets conditions stand for numbers and numbers for conditions; rein's language does not. Every
 * converted formula therefore knows which of the two it is, and sbml_number, sbml_condition turn one into the
 * other. Functions are put in place. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "src/import/sbml_inside.h"

#define MAX_DEPTH 1500         /* of nested formulas and functions */
#define MAX_FACTORIAL 170      /* the last one that a double holds */
#define AVOGADRO 6.02214179e23 /* as SBML Level 3 defines the symbol */

typedef struct {
  rein_ast *ast;
  bool truth;
} formula;

static formula convert(sbml_job *job, const ASTNode_t *math, const sbml_scope *scope);

/* ---- trees ---- */

static rein_ast *count(sbml_job *job, rein_ast *ast) {
  job->n_node += 1;
  return ast;
}

rein_ast *sbml_num(sbml_job *job, double value) {
  return count(job, rein_ast_number(job->arena, job->pos, value));
}

rein_ast *sbml_name(sbml_job *job, const char *name) {
  return count(job, rein_ast_name(job->arena, job->pos, name));
}

rein_ast *sbml_op1(sbml_job *job, rein_op op, rein_ast *a) {
  return count(job, rein_ast_op(job->arena, job->pos, op, 1, &a));
}

rein_ast *sbml_op2(sbml_job *job, rein_op op, rein_ast *a, rein_ast *b) {
  return count(job, rein_ast_op(job->arena, job->pos, op, 2, (rein_ast *[]){a, b}));
}

rein_ast *sbml_op3(sbml_job *job, rein_op op, rein_ast *a, rein_ast *b, rein_ast *c) {
  return count(job, rein_ast_op(job->arena, job->pos, op, 3, (rein_ast *[]){a, b, c}));
}

static rein_ast *copy(sbml_job *job, const rein_ast *ast) {
  job->n_node += ast->size;
  return rein_ast_copy(job->arena, ast);
}

static formula number(rein_ast *ast) {
  return (formula){ast, false};
}

static formula truth(rein_ast *ast) {
  return (formula){ast, true};
}

static rein_ast *always(sbml_job *job, bool what) {
  return sbml_num(job, what ? 1 : 0);
}

static rein_ast *as_number(sbml_job *job, formula f) {
  if (!f.truth) return f.ast;
  if (f.ast->kind == REIN_AST_NUMBER) return f.ast;
  return sbml_op3(job, REIN_OP_SELECT, f.ast, sbml_num(job, 1), sbml_num(job, 0));
}

static rein_ast *as_condition(sbml_job *job, formula f) {
  if (f.truth) return f.ast;
  if (f.ast->kind == REIN_AST_NUMBER) return always(job, f.ast->number != 0);
  return sbml_op2(job, REIN_OP_NE, f.ast, sbml_num(job, 0));
}

bool sbml_is_number(const rein_ast *ast, double *value) {
  double a;
  if (ast->kind == REIN_AST_NUMBER) return *value = ast->number, true;
  if (ast->kind == REIN_AST_OP && ast->op == REIN_OP_NEG && sbml_is_number(ast->arg[0], &a))
    return *value = -a, true;
  return false;
}

/* ---- children ---- */

static unsigned n_child(const ASTNode_t *math) {
  return ASTNode_getNumChildren(math);
}

static formula child(sbml_job *job, const ASTNode_t *math, unsigned i, const sbml_scope *scope) {
  return convert(job, ASTNode_getChild(math, i), scope);
}

static rein_ast *num_child(sbml_job *job, const ASTNode_t *math, unsigned i, const sbml_scope *scope) {
  if (i >= n_child(math)) return sbml_num(job, NAN);
  return as_number(job, child(job, math, i, scope));
}

static rein_ast *cond_child(sbml_job *job, const ASTNode_t *math, unsigned i, const sbml_scope *scope) {
  return as_condition(job, child(job, math, i, scope));
}

/* ---- operations ---- */

static formula fold(sbml_job *job, const ASTNode_t *math, const sbml_scope *scope, rein_op op, double empty) {
  if (n_child(math) == 0) return number(sbml_num(job, empty));
  rein_ast *sum = num_child(job, math, 0, scope);
  for (unsigned i = 1; i < n_child(math); i++) sum = sbml_op2(job, op, sum, num_child(job, math, i, scope));
  return number(sum);
}

static formula fold_truth(sbml_job *job, const ASTNode_t *math, const sbml_scope *scope, rein_op op,
                          bool empty) {
  if (n_child(math) == 0) return truth(always(job, empty));
  rein_ast *all = cond_child(job, math, 0, scope);
  for (unsigned i = 1; i < n_child(math); i++) all = sbml_op2(job, op, all, cond_child(job, math, i, scope));
  return truth(all);
}

/* a < b < c: every neighbour pair. */
static formula relation(sbml_job *job, const ASTNode_t *math, const sbml_scope *scope, rein_op op) {
  rein_ast *all = NULL;
  for (unsigned i = 0; i + 1 < n_child(math); i++) {
    rein_ast *pair = sbml_op2(job, op, num_child(job, math, i, scope), num_child(job, math, i + 1, scope));
    all = all ? sbml_op2(job, REIN_OP_AND, all, pair) : pair;
  }
  return truth(all ? all : always(job, true));
}

static formula minus(sbml_job *job, const ASTNode_t *math, const sbml_scope *scope) {
  if (n_child(math) == 0) return number(sbml_num(job, 0));
  rein_ast *a = num_child(job, math, 0, scope);
  if (n_child(math) == 1) return number(sbml_op1(job, REIN_OP_NEG, a));
  return number(sbml_op2(job, REIN_OP_SUB, a, num_child(job, math, 1, scope)));
}

static formula piecewise(sbml_job *job, const ASTNode_t *math, const sbml_scope *scope) {
  unsigned n = n_child(math), n_piece = n / 2;
  bool all_truth = n % 2 == 1;
  formula *value = REIN_NEW(job->arena, formula, n_piece + 1);
  for (unsigned i = 0; i <= n_piece; i++) {
    if (i == n_piece && n % 2 == 0) {
      value[i] = number(sbml_num(job, NAN));
      continue;
    }
    value[i] = child(job, math, 2 * i, scope);
    all_truth &= value[i].truth;
  }
  rein_ast *rest = all_truth ? value[n_piece].ast : as_number(job, value[n_piece]);
  for (unsigned i = n_piece; i-- > 0;)
    rest = sbml_op3(job, REIN_OP_SELECT, cond_child(job, math, 2 * i + 1, scope),
                    all_truth ? value[i].ast : as_number(job, value[i]), rest);
  return (formula){rest, all_truth};
}

static rein_ast *inverse(sbml_job *job, rein_ast *a) {
  return sbml_op2(job, REIN_OP_DIV, sbml_num(job, 1), a);
}

static rein_ast *factorial(sbml_job *job, rein_ast *a) {
  double value;
  if (sbml_is_number(a, &value)) return sbml_num(job, tgamma(value + 1));
  rein_ast *rest = sbml_num(job, NAN);
  for (int n = MAX_FACTORIAL; n >= 0; n--) {
    rein_ast *is = sbml_op2(job, REIN_OP_LE, copy(job, a), sbml_num(job, n + 0.5));
    rest = sbml_op3(job, REIN_OP_SELECT, is, sbml_num(job, round(tgamma(n + 1.0))), rest);
  }
  return rest;
}

/* Towards zero. */
static rein_ast *quotient(sbml_job *job, const rein_ast *a, const rein_ast *b) {
  rein_ast *ratio = sbml_op2(job, REIN_OP_DIV, copy(job, a), copy(job, b));
  return sbml_op3(job, REIN_OP_SELECT, sbml_op2(job, REIN_OP_LT, ratio, sbml_num(job, 0)),
                  sbml_op1(job, REIN_OP_CEIL, copy(job, ratio)),
                  sbml_op1(job, REIN_OP_FLOOR, copy(job, ratio)));
}

static rein_ast *logarithm(sbml_job *job, const ASTNode_t *math, const sbml_scope *scope) {
  double base = 10;
  if (n_child(math) < 2) return sbml_op1(job, REIN_OP_LOG10, num_child(job, math, 0, scope));
  rein_ast *b = num_child(job, math, 0, scope), *x = num_child(job, math, 1, scope);
  if (sbml_is_number(b, &base) && base == 10) return sbml_op1(job, REIN_OP_LOG10, x);
  return sbml_op2(job, REIN_OP_DIV, sbml_op1(job, REIN_OP_LOG, x), sbml_op1(job, REIN_OP_LOG, b));
}

/* The real root: of a negative number, too, where the degree is a number and odd. */
static rein_ast *root(sbml_job *job, const ASTNode_t *math, const sbml_scope *scope) {
  double degree = 2;
  if (n_child(math) < 2) return sbml_op1(job, REIN_OP_SQRT, num_child(job, math, 0, scope));
  rein_ast *d = num_child(job, math, 0, scope), *x = num_child(job, math, 1, scope);
  if (sbml_is_number(d, &degree) && degree == 2) return sbml_op1(job, REIN_OP_SQRT, x);
  if (!sbml_is_number(d, &degree) || fabs(fmod(degree, 2)) != 1)
    return sbml_op2(job, REIN_OP_POW, x, inverse(job, d));
  rein_ast *size = sbml_op2(job, REIN_OP_POW, sbml_op1(job, REIN_OP_ABS, copy(job, x)), inverse(job, d));
  return sbml_op3(job, REIN_OP_SELECT, sbml_op2(job, REIN_OP_LT, x, sbml_num(job, 0)),
                  sbml_op1(job, REIN_OP_NEG, size), copy(job, size));
}

/* ---- functions of one argument ---- */

typedef enum { PLAIN, OF_INVERSE, INVERSE_OF } twist;
static const struct {
  ASTNodeType_t type;
  rein_op op;
  twist how;
} unary[] = {
    {AST_FUNCTION_ABS, REIN_OP_ABS, PLAIN},
    {AST_FUNCTION_ARCCOS, REIN_OP_ACOS, PLAIN},
    {AST_FUNCTION_ARCCOSH, REIN_OP_ACOSH, PLAIN},
    {AST_FUNCTION_ARCSIN, REIN_OP_ASIN, PLAIN},
    {AST_FUNCTION_ARCSINH, REIN_OP_ASINH, PLAIN},
    {AST_FUNCTION_ARCTAN, REIN_OP_ATAN, PLAIN},
    {AST_FUNCTION_ARCTANH, REIN_OP_ATANH, PLAIN},
    {AST_FUNCTION_CEILING, REIN_OP_CEIL, PLAIN},
    {AST_FUNCTION_COS, REIN_OP_COS, PLAIN},
    {AST_FUNCTION_COSH, REIN_OP_COSH, PLAIN},
    {AST_FUNCTION_EXP, REIN_OP_EXP, PLAIN},
    {AST_FUNCTION_FLOOR, REIN_OP_FLOOR, PLAIN},
    {AST_FUNCTION_LN, REIN_OP_LOG, PLAIN},
    {AST_FUNCTION_SIN, REIN_OP_SIN, PLAIN},
    {AST_FUNCTION_SINH, REIN_OP_SINH, PLAIN},
    {AST_FUNCTION_TAN, REIN_OP_TAN, PLAIN},
    {AST_FUNCTION_TANH, REIN_OP_TANH, PLAIN},
    {AST_FUNCTION_ARCCOT, REIN_OP_ATAN, OF_INVERSE},
    {AST_FUNCTION_ARCCOTH, REIN_OP_ATANH, OF_INVERSE},
    {AST_FUNCTION_ARCCSC, REIN_OP_ASIN, OF_INVERSE},
    {AST_FUNCTION_ARCCSCH, REIN_OP_ASINH, OF_INVERSE},
    {AST_FUNCTION_ARCSEC, REIN_OP_ACOS, OF_INVERSE},
    {AST_FUNCTION_ARCSECH, REIN_OP_ACOSH, OF_INVERSE},
    {AST_FUNCTION_COT, REIN_OP_TAN, INVERSE_OF},
    {AST_FUNCTION_COTH, REIN_OP_TANH, INVERSE_OF},
    {AST_FUNCTION_CSC, REIN_OP_SIN, INVERSE_OF},
    {AST_FUNCTION_CSCH, REIN_OP_SINH, INVERSE_OF},
    {AST_FUNCTION_SEC, REIN_OP_COS, INVERSE_OF},
    {AST_FUNCTION_SECH, REIN_OP_COSH, INVERSE_OF},
};

static rein_ast *function_of_one(sbml_job *job, ASTNodeType_t type, rein_ast *a) {
  for (size_t i = 0; i < sizeof unary / sizeof *unary; i++) {
    if (unary[i].type != type) continue;
    if (unary[i].how == OF_INVERSE) a = inverse(job, a);
    a = sbml_op1(job, unary[i].op, a);
    return unary[i].how == INVERSE_OF ? inverse(job, a) : a;
  }
  return NULL;
}

/* ---- names and calls ---- */

static formula find_name(sbml_job *job, const ASTNode_t *math, const sbml_scope *scope) {
  const char *name = ASTNode_getName(math);
  for (int i = 0; name && scope && i < scope->n; i++)
    if (strcmp(scope->binding[i].name, name) == 0)
      return (formula){copy(job, scope->binding[i].ast), scope->binding[i].truth};
  int index = name ? rein_names_find(job->ids, name) : -1;
  if (index >= SBML_FIRST_REACTION)
    return number(sbml_name(job, job->reaction[index - SBML_FIRST_REACTION].name));
  if (index >= 0) return number(sbml_name(job, job->var[index].name));
  rein_error(job->diag, job->pos, "a formula uses '%s', which the file does not declare", name ? name : "?");
  return number(sbml_num(job, NAN));
}

static formula call(sbml_job *job, const ASTNode_t *math, const sbml_scope *scope) {
  const char *name = ASTNode_getName(math);
  int f = name ? rein_names_find(job->function, name) : -1;
  if (f < 0) {
    rein_error(job->diag, job->pos, "a formula calls '%s', which the file does not declare",
               name ? name : "?");
    return number(sbml_num(job, NAN));
  }
  const FunctionDefinition_t *function = Model_getFunctionDefinition((Model_t *)job->sbml, (unsigned)f);
  const ASTNode_t *body = FunctionDefinition_getBody(function);
  unsigned n = FunctionDefinition_getNumArguments(function);
  if (!body) return number(sbml_num(job, NAN));
  if (n != n_child(math)) {
    rein_error(job->diag, job->pos, "function '%s' takes %u arguments, %u are given", name, n, n_child(math));
    return number(sbml_num(job, NAN));
  }
  sbml_binding *binding = REIN_NEW(job->arena, sbml_binding, n + 1);
  for (unsigned i = 0; i < n; i++) {
    formula argument = child(job, math, i, scope);
    const char *own = ASTNode_getName(FunctionDefinition_getArgument(function, i));
    binding[i] = (sbml_binding){own ? own : "", argument.ast, argument.truth};
  }
  sbml_scope inner = {binding, (int)n};
  return convert(job, body, &inner);
}

static rein_ast *rate_of(sbml_job *job, const ASTNode_t *math, const sbml_scope *scope) {
  if (n_child(math) < 1) return sbml_num(job, NAN);
  if (job->before) return sbml_num(job, 0); /* nothing moves before the start */
  formula target = child(job, math, 0, scope);
  int owner = target.ast->kind == REIN_AST_NAME ? sbml_owner(job, target.ast->name) : SBML_NO_OWNER;
  return owner < SBML_FIRST_REACTION ? sbml_rate_of(job, owner) : sbml_num(job, 0);
}

/* A delayed value is a parameter that the integration writes before it evaluates anything. */
static rein_ast *delay(sbml_job *job, const ASTNode_t *math, const sbml_scope *scope) {
  rein_ast *is = num_child(job, math, 0, scope), *by = num_child(job, math, 1, scope);
  double zero;
  if (is->kind == REIN_AST_NUMBER || (sbml_is_number(by, &zero) && zero == 0)) return is;
  const bool outside = job->before;
  job->before = true;
  rein_ast *before = num_child(job, math, 0, scope);
  job->before = outside;
  return sbml_delayed(job, is, by, before);
}

/* ---- all of it ---- */

static double constant(const ASTNode_t *math) {
  switch (ASTNode_getType(math)) {
  case AST_INTEGER:
    return (double)ASTNode_getInteger(math);
  case AST_RATIONAL:
    return (double)ASTNode_getNumerator(math) / (double)ASTNode_getDenominator(math);
  case AST_CONSTANT_E:
    return 2.71828182845904523536;
  case AST_CONSTANT_PI:
    return 3.14159265358979323846;
  case AST_NAME_AVOGADRO:
    return AVOGADRO;
  default:
    return ASTNode_getReal(math);
  }
}

static formula convert_logic(sbml_job *job, const ASTNode_t *math, const sbml_scope *scope) {
  switch (ASTNode_getType(math)) {
  case AST_RELATIONAL_EQ:
    return relation(job, math, scope, REIN_OP_EQ);
  case AST_RELATIONAL_GEQ:
    return relation(job, math, scope, REIN_OP_GE);
  case AST_RELATIONAL_GT:
    return relation(job, math, scope, REIN_OP_GT);
  case AST_RELATIONAL_LEQ:
    return relation(job, math, scope, REIN_OP_LE);
  case AST_RELATIONAL_LT:
    return relation(job, math, scope, REIN_OP_LT);
  case AST_RELATIONAL_NEQ:
    return relation(job, math, scope, REIN_OP_NE);
  case AST_LOGICAL_AND:
    return fold_truth(job, math, scope, REIN_OP_AND, true);
  case AST_LOGICAL_OR:
    return fold_truth(job, math, scope, REIN_OP_OR, false);
  case AST_LOGICAL_XOR:
    return fold_truth(job, math, scope, REIN_OP_NE, false);
  case AST_LOGICAL_NOT:
    if (n_child(math) == 0) break;
    return truth(sbml_op1(job, REIN_OP_NOT, cond_child(job, math, 0, scope)));
  case AST_LOGICAL_IMPLIES:
    if (n_child(math) < 2) break;
    return truth(sbml_op2(job, REIN_OP_OR, sbml_op1(job, REIN_OP_NOT, cond_child(job, math, 0, scope)),
                          cond_child(job, math, 1, scope)));
  case AST_CONSTANT_TRUE:
    return truth(always(job, true));
  case AST_CONSTANT_FALSE:
    return truth(always(job, false));
  default:
    break;
  }
  rein_error(job->diag, job->pos, "a formula uses an operation that is not part of SBML");
  return number(sbml_num(job, NAN));
}

static formula convert_function(sbml_job *job, const ASTNode_t *math, const sbml_scope *scope) {
  ASTNodeType_t type = ASTNode_getType(math);
  switch (type) {
  case AST_FUNCTION:
    return call(job, math, scope);
  case AST_FUNCTION_DELAY:
    return number(delay(job, math, scope));
  case AST_FUNCTION_RATE_OF:
    return number(rate_of(job, math, scope));
  case AST_FUNCTION_PIECEWISE:
    return piecewise(job, math, scope);
  case AST_FUNCTION_FACTORIAL:
    return number(factorial(job, num_child(job, math, 0, scope)));
  case AST_FUNCTION_LOG:
    return number(logarithm(job, math, scope));
  case AST_FUNCTION_ROOT:
    return number(root(job, math, scope));
  case AST_FUNCTION_MAX:
    return fold(job, math, scope, REIN_OP_MAX, NAN);
  case AST_FUNCTION_MIN:
    return fold(job, math, scope, REIN_OP_MIN, NAN);
  case AST_FUNCTION_QUOTIENT:
    return number(quotient(job, num_child(job, math, 0, scope), num_child(job, math, 1, scope)));
  case AST_FUNCTION_REM: {
    rein_ast *a = num_child(job, math, 0, scope), *b = num_child(job, math, 1, scope);
    rein_ast *q = quotient(job, a, b);
    return number(sbml_op2(job, REIN_OP_SUB, a, sbml_op2(job, REIN_OP_MUL, b, q)));
  }
  default:
    break;
  }
  if (type >= AST_FUNCTION_ABS && type <= AST_FUNCTION_TANH) {
    rein_ast *one = function_of_one(job, type, num_child(job, math, 0, scope));
    if (one) return number(one);
  }
  return convert_logic(job, math, scope);
}

static formula convert_node(sbml_job *job, const ASTNode_t *math, const sbml_scope *scope) {
  switch (ASTNode_getType(math)) {
  case AST_INTEGER:
  case AST_REAL:
  case AST_REAL_E:
  case AST_RATIONAL:
  case AST_CONSTANT_E:
  case AST_CONSTANT_PI:
  case AST_NAME_AVOGADRO:
    return number(sbml_num(job, constant(math)));
  case AST_NAME:
    return find_name(job, math, scope);
  case AST_NAME_TIME:
    return number(sbml_name(job, "time"));
  case AST_PLUS:
    return fold(job, math, scope, REIN_OP_ADD, 0);
  case AST_TIMES:
    return fold(job, math, scope, REIN_OP_MUL, 1);
  case AST_MINUS:
    return minus(job, math, scope);
  case AST_DIVIDE:
    return number(sbml_op2(job, REIN_OP_DIV, num_child(job, math, 0, scope), num_child(job, math, 1, scope)));
  case AST_POWER:
  case AST_FUNCTION_POWER:
    return number(sbml_op2(job, REIN_OP_POW, num_child(job, math, 0, scope), num_child(job, math, 1, scope)));
  default:
    return convert_function(job, math, scope);
  }
}

static formula convert(sbml_job *job, const ASTNode_t *math, const sbml_scope *scope) {
  if (!math) return number(sbml_num(job, NAN));
  if (job->depth > MAX_DEPTH || job->n_node > REIN_AST_MAX_SIZE) {
    if (!job->too_large)
      rein_error(job->diag, job->pos,
                 "a formula is nested too deep or, with its functions put in place, too large");
    job->too_large = true;
    return number(sbml_num(job, NAN));
  }
  job->depth++;
  formula f = convert_node(job, math, scope);
  job->depth--;
  return f;
}

rein_ast *sbml_number(sbml_job *job, const ASTNode_t *math, const sbml_scope *scope) {
  if (job->depth == 0) job->n_node = 0;
  return as_number(job, convert(job, math, scope));
}

rein_ast *sbml_condition(sbml_job *job, const ASTNode_t *math, const sbml_scope *scope) {
  if (job->depth == 0) job->n_node = 0;
  return as_condition(job, convert(job, math, scope));
}
