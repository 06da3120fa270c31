/* d/dt of a formula, for rateOf something that a rule determines: the chain rule down to what has a rate of
 * its own. Zeros are left out as they come up. */
#include <math.h>
#include <string.h>

#include "src/import/sbml_inside.h"

#define MAX_CHAIN 200 /* definitions one inside the other */

static bool is_zero(const rein_ast *ast) {
  double value;
  return sbml_is_number(ast, &value) && value == 0;
}

static rein_ast *times(sbml_job *job, rein_ast *a, rein_ast *b) {
  return is_zero(a) || is_zero(b) ? sbml_num(job, 0) : sbml_op2(job, REIN_OP_MUL, a, b);
}

static rein_ast *plus(sbml_job *job, rein_ast *a, rein_ast *b, bool minus) {
  if (is_zero(b)) return a;
  if (is_zero(a)) return minus ? sbml_op1(job, REIN_OP_NEG, b) : b;
  return sbml_op2(job, minus ? REIN_OP_SUB : REIN_OP_ADD, a, b);
}

/* f'(a) of a function of one argument; a is copied. */
static rein_ast *slope(sbml_job *job, rein_op op, const rein_ast *argument) {
#define A rein_ast_copy(job->arena, argument)
#define ONE sbml_num(job, 1)
#define OVER(under) sbml_op2(job, REIN_OP_DIV, ONE, under)
#define SQUARE sbml_op2(job, REIN_OP_POW, A, sbml_num(job, 2))
#define ROOT(sum) sbml_op1(job, REIN_OP_SQRT, sum)
  switch (op) {
  case REIN_OP_SQRT:
    return OVER(sbml_op2(job, REIN_OP_MUL, sbml_num(job, 2), ROOT(A)));
  case REIN_OP_EXP:
    return sbml_op1(job, REIN_OP_EXP, A);
  case REIN_OP_LOG:
    return OVER(A);
  case REIN_OP_LOG10:
    return OVER(sbml_op2(job, REIN_OP_MUL, A, sbml_num(job, 2.30258509299404568)));
  case REIN_OP_SIN:
    return sbml_op1(job, REIN_OP_COS, A);
  case REIN_OP_COS:
    return sbml_op1(job, REIN_OP_NEG, sbml_op1(job, REIN_OP_SIN, A));
  case REIN_OP_TAN:
    return OVER(sbml_op2(job, REIN_OP_POW, sbml_op1(job, REIN_OP_COS, A), sbml_num(job, 2)));
  case REIN_OP_ASIN:
    return OVER(ROOT(sbml_op2(job, REIN_OP_SUB, ONE, SQUARE)));
  case REIN_OP_ACOS:
    return sbml_op1(job, REIN_OP_NEG, OVER(ROOT(sbml_op2(job, REIN_OP_SUB, ONE, SQUARE))));
  case REIN_OP_ATAN:
    return OVER(sbml_op2(job, REIN_OP_ADD, ONE, SQUARE));
  case REIN_OP_SINH:
    return sbml_op1(job, REIN_OP_COSH, A);
  case REIN_OP_COSH:
    return sbml_op1(job, REIN_OP_SINH, A);
  case REIN_OP_TANH:
    return OVER(sbml_op2(job, REIN_OP_POW, sbml_op1(job, REIN_OP_COSH, A), sbml_num(job, 2)));
  case REIN_OP_ASINH:
    return OVER(ROOT(sbml_op2(job, REIN_OP_ADD, SQUARE, ONE)));
  case REIN_OP_ACOSH:
    return OVER(ROOT(sbml_op2(job, REIN_OP_SUB, SQUARE, ONE)));
  case REIN_OP_ATANH:
    return OVER(sbml_op2(job, REIN_OP_SUB, ONE, SQUARE));
  case REIN_OP_ABS:
    return sbml_op3(job, REIN_OP_SELECT, sbml_op2(job, REIN_OP_LT, A, sbml_num(job, 0)), sbml_num(job, -1),
                    ONE);
  default: /* steps: comparisons, logic, floor, ceiling */
    return sbml_num(job, 0);
  }
}

static rein_ast *derive(sbml_job *job, const rein_ast *ast, int depth);

/* d(a^b) = b a^(b-1) a' + a^b log(a) b' */
static rein_ast *derive_power(sbml_job *job, const rein_ast *ast, int depth) {
  const rein_ast *a = ast->arg[0], *b = ast->arg[1];
  rein_arena *arena = job->arena;
  rein_ast *da = derive(job, a, depth), *db = derive(job, b, depth);
  rein_ast *lower = sbml_op2(job, REIN_OP_SUB, rein_ast_copy(arena, b), sbml_num(job, 1));
  rein_ast *by_a = sbml_op2(job, REIN_OP_MUL, rein_ast_copy(arena, b),
                            sbml_op2(job, REIN_OP_POW, rein_ast_copy(arena, a), lower));
  rein_ast *by_b = sbml_op2(job, REIN_OP_MUL, rein_ast_copy(arena, ast),
                            sbml_op1(job, REIN_OP_LOG, rein_ast_copy(arena, a)));
  return plus(job, times(job, by_a, da), times(job, by_b, db), false);
}

static rein_ast *derive_binary(sbml_job *job, const rein_ast *ast, int depth) {
  rein_arena *arena = job->arena;
  const rein_ast *a = ast->arg[0], *b = ast->arg[1];
  rein_ast *da = derive(job, a, depth), *db = derive(job, b, depth);
  switch (ast->op) {
  case REIN_OP_ADD:
    return plus(job, da, db, false);
  case REIN_OP_SUB:
    return plus(job, da, db, true);
  case REIN_OP_MUL:
    return plus(job, times(job, da, rein_ast_copy(arena, b)), times(job, rein_ast_copy(arena, a), db), false);
  case REIN_OP_DIV: {
    rein_ast *top = plus(job, da, times(job, rein_ast_copy(arena, ast), db), true);
    return is_zero(top) ? top : sbml_op2(job, REIN_OP_DIV, top, rein_ast_copy(arena, b));
  }
  case REIN_OP_MIN:
  case REIN_OP_MAX: {
    rein_op compare = ast->op == REIN_OP_MIN ? REIN_OP_LT : REIN_OP_GT;
    rein_ast *first = sbml_op2(job, compare, rein_ast_copy(arena, a), rein_ast_copy(arena, b));
    return sbml_op3(job, REIN_OP_SELECT, first, da, db);
  }
  default:
    return sbml_num(job, 0);
  }
}

rein_ast *sbml_derived_by(sbml_job *job, const rein_ast *ast, const sbml_var *v) {
  const sbml_var *outside = job->along;
  job->along = v;
  job->depth++;
  rein_ast *derived = derive(job, ast, 0);
  job->depth--;
  job->along = outside;
  return derived;
}

static rein_ast *derived_without(sbml_job *job, const rein_ast *ast, const sbml_block *block) {
  const sbml_block *outside = job->fixed;
  job->fixed = block;
  job->depth++;
  rein_ast *derived = derive(job, ast, 0);
  job->depth--;
  job->fixed = outside;
  return derived;
}

/* Columns still free are the bits of `free`; Laplace's expansion along row `row`. */
static rein_ast *expand(sbml_job *job, rein_ast *entry[SBML_MAX_BLOCK][SBML_MAX_BLOCK], int n, int row,
                        unsigned columns) {
  rein_ast *sum = sbml_num(job, row == n ? 1 : 0);
  bool minus = false;
  for (int c = 0; row < n && c < n; c++) {
    if (!(columns & 1u << c)) continue;
    if (!is_zero(entry[row][c])) {
      rein_ast *minor = expand(job, entry, n, row + 1, columns & ~(1u << c));
      rein_ast *term = rein_ast_copy(job->arena, entry[row][c]);
      job->n_node += term->size;
      sum = plus(job, sum, row + 1 < n ? times(job, term, minor) : term, minus);
    }
    minus = !minus;
  }
  return sum;
}

rein_ast *sbml_determinant(sbml_job *job, rein_ast *entry[SBML_MAX_BLOCK][SBML_MAX_BLOCK], int n) {
  return expand(job, entry, n, 0, (1u << n) - 1);
}

/* 0 = g(z, ...): dz/dt solves (dg/dz) dz/dt = -(dg/dt without z), by Cramer's rule. */
static rein_ast *derive_implicit(sbml_job *job, const sbml_var *v) {
  const sbml_block *block = v->block;
  const int n = block->n;
  rein_ast *entry[SBML_MAX_BLOCK][SBML_MAX_BLOCK];
  bool still = true;
  for (int i = 0; i < n; i++)
    for (int k = 0; k < n; k++) entry[i][k] = sbml_derived_by(job, block->g[i], &job->var[block->unknown[k]]);
  rein_ast *below = sbml_determinant(job, entry, n);
  for (int i = 0; i < n; i++) {
    rein_ast *rest = derived_without(job, block->g[i], block);
    still &= is_zero(rest);
    for (int k = 0; k < n; k++)
      if (&job->var[block->unknown[k]] == v) entry[i][k] = rest;
  }
  if (still) return sbml_num(job, 0);
  rein_ast *above = sbml_determinant(job, entry, n);
  return sbml_op1(job, REIN_OP_NEG, sbml_op2(job, REIN_OP_DIV, above, below));
}

static rein_ast *derive_name(sbml_job *job, const char *name, int depth) {
  if (strcmp(name, "time") == 0) return sbml_num(job, job->along ? 0 : 1);
  int owner = sbml_owner(job, name), reaction = owner - SBML_FIRST_REACTION;
  if (owner >= SBML_NO_OWNER) return sbml_num(job, 0);
  if (owner < SBML_FIRST_REACTION) {
    sbml_var *v = &job->var[owner];
    if (v == job->along) return sbml_num(job, 1);
    if (v->block && v->block == job->fixed) return sbml_num(job, 0);
    if (v->solved) return derive(job, v->solved, depth + 1);
    if (v->assign) return derive(job, sbml_number(job, v->assign, NULL), depth + 1);
    if (job->along) return sbml_num(job, 0);
    if (v->block) return derive_implicit(job, v);
    return v->in_algebra ? sbml_num(job, NAN) : sbml_rate_of(job, owner);
  }
  if (reaction >= (int)job->n_reaction) return sbml_num(job, NAN); /* a delayed value */
  const sbml_reaction *r = &job->reaction[reaction];
  return r->math ? derive(job, sbml_number(job, r->math, r->scope), depth + 1) : sbml_num(job, 0);
}

static rein_ast *derive(sbml_job *job, const rein_ast *ast, int depth) {
  if (depth > MAX_CHAIN || job->n_node > REIN_AST_MAX_SIZE) return sbml_num(job, NAN);
  if (ast->kind == REIN_AST_NAME) return derive_name(job, ast->name, depth);
  if (ast->kind != REIN_AST_OP) return sbml_num(job, 0);
  if (ast->op == REIN_OP_POW) return derive_power(job, ast, depth);
  if (ast->op == REIN_OP_NEG) {
    rein_ast *inner = derive(job, ast->arg[0], depth);
    return is_zero(inner) ? inner : sbml_op1(job, REIN_OP_NEG, inner);
  }
  if (ast->op == REIN_OP_SELECT)
    return sbml_op3(job, REIN_OP_SELECT, rein_ast_copy(job->arena, ast->arg[0]),
                    derive(job, ast->arg[1], depth), derive(job, ast->arg[2], depth));
  if (ast->n_arg == 2) return derive_binary(job, ast, depth);
  rein_ast *inner = derive(job, ast->arg[0], depth);
  return is_zero(inner) ? inner : times(job, slope(job, ast->op, ast->arg[0]), inner);
}

rein_ast *sbml_derived(sbml_job *job, int var) {
  job->depth++; /* the bound on nodes is for all of it */
  rein_ast *derived = derive_name(job, job->var[var].name, 0);
  job->depth--;
  return derived;
}
