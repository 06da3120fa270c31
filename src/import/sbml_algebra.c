/* Algebraic rules, 0 = g: each is solved for one unknown, a variable that nothing else determines, which then
 * is a value like that of an assignment rule. Rules that share unknowns are solved one after the other, the
 * solutions put into those that follow (elimination).
 *
 * A rule is turned inside out where its unknown stands in one place; where it stands in several and g is
 * linear in it, x = -g(0) / (g(1) - g(0)). Anything else is left to sbml_newton.c. */
#include <math.h>
#include <string.h>

#include "src/import/sbml_inside.h"

#define MODEL(job) ((Model_t *)(job)->sbml)
#define MAX_CHAIN 50 /* assignment rules put in place, one inside the other */

typedef struct {
  const Rule_t *sbml;
  rein_pos pos;
  int *candidate; /* (n_candidate) variables it could determine */
  size_t n_candidate, cap_candidate;
  int unknown; /* index of a variable, -1 none */
  rein_ast *g;
} equation;

typedef struct {
  sbml_job *job;
  equation *eq;
  size_t n, cap;
  int *rule_of; /* (n_var) equation that determines the variable, -1 none */
  bool *seen;   /* (n_var) scratch of the matching */
} algebra;

/* ---- trees ---- */

int sbml_occurrences(const rein_ast *ast, const char *name) {
  int n = ast->kind == REIN_AST_NAME && strcmp(ast->name, name) == 0;
  for (int i = 0; i < ast->n_arg; i++) n += sbml_occurrences(ast->arg[i], name);
  return n;
}

rein_ast *sbml_substitute(sbml_job *job, const rein_ast *ast, const char *name, const rein_ast *with) {
  if (ast->kind == REIN_AST_NAME && strcmp(ast->name, name) == 0) return rein_ast_copy(job->arena, with);
  rein_ast *to = REIN_NEW(job->arena, rein_ast, 1);
  *to = *ast;
  if (ast->n_arg) to->arg = REIN_NEW(job->arena, rein_ast *, ast->n_arg);
  for (int i = 0; i < ast->n_arg; i++) to->arg[i] = sbml_substitute(job, ast->arg[i], name, with);
  return to;
}

/* Degree in the name: 0, 1, or 2 for all that is not linear. */
static int degree(const rein_ast *ast, const char *name) {
  int d[3] = {0}, most = 0;
  if (ast->kind == REIN_AST_NAME) return strcmp(ast->name, name) == 0;
  if (ast->kind != REIN_AST_OP) return 0;
  for (int i = 0; i < ast->n_arg && i < 3; i++) {
    d[i] = degree(ast->arg[i], name);
    if (d[i] > most) most = d[i];
  }
  if (most == 0) return 0;
  switch (ast->op) {
  case REIN_OP_ADD:
  case REIN_OP_SUB:
  case REIN_OP_NEG:
    return most;
  case REIN_OP_MUL:
    return d[0] + d[1] > 2 ? 2 : d[0] + d[1];
  case REIN_OP_DIV:
    return d[1] ? 2 : d[0];
  case REIN_OP_SELECT:
    return d[0] ? 2 : most;
  default:
    return 2;
  }
}

static bool is_zero(const rein_ast *ast) {
  double value;
  return sbml_is_number(ast, &value) && value == 0;
}

/* The tree that must equal `right` for ast to equal it, one level further down towards the name; NULL where
 * the operation cannot be turned. */
static rein_ast *turn(sbml_job *job, const rein_ast *ast, int side, rein_ast *right) {
  rein_ast *other = ast->n_arg == 2 ? rein_ast_copy(job->arena, ast->arg[1 - side]) : NULL;
  switch (ast->op) {
  case REIN_OP_ADD:
    return is_zero(right) ? sbml_op1(job, REIN_OP_NEG, other) : sbml_op2(job, REIN_OP_SUB, right, other);
  case REIN_OP_SUB:
    if (side == 0) return is_zero(right) ? other : sbml_op2(job, REIN_OP_ADD, right, other);
    return is_zero(right) ? other : sbml_op2(job, REIN_OP_SUB, other, right);
  case REIN_OP_NEG:
    return is_zero(right) ? right : sbml_op1(job, REIN_OP_NEG, right);
  case REIN_OP_MUL:
    return is_zero(right) ? right : sbml_op2(job, REIN_OP_DIV, right, other);
  case REIN_OP_DIV:
    return side == 0 ? sbml_op2(job, REIN_OP_MUL, right, other) : sbml_op2(job, REIN_OP_DIV, other, right);
  case REIN_OP_EXP:
    return sbml_op1(job, REIN_OP_LOG, right);
  case REIN_OP_LOG:
    return sbml_op1(job, REIN_OP_EXP, right);
  case REIN_OP_LOG10:
    return sbml_op2(job, REIN_OP_POW, sbml_num(job, 10), right);
  case REIN_OP_SQRT:
    return sbml_op2(job, REIN_OP_POW, right, sbml_num(job, 2));
  default:
    return NULL;
  }
}

/* ast = right solved for a name that stands in ast once. */
static rein_ast *isolate(sbml_job *job, const rein_ast *ast, const char *name, rein_ast *right) {
  while (right && ast->kind == REIN_AST_OP) {
    int side = 0;
    while (side < ast->n_arg - 1 && !sbml_occurrences(ast->arg[side], name)) side++;
    right = turn(job, ast, side, right);
    ast = ast->arg[side];
  }
  return right;
}

/* 0 = g solved for the name, or NULL. */
static rein_ast *solve(sbml_job *job, const rein_ast *g, const char *name) {
  int n = sbml_occurrences(g, name);
  rein_ast *solution = n == 1 ? isolate(job, g, name, sbml_num(job, 0)) : NULL;
  if (solution || n == 0 || degree(g, name) != 1) return solution;
  rein_ast *at_0 = sbml_substitute(job, g, name, sbml_num(job, 0));
  rein_ast *at_1 = sbml_substitute(job, g, name, sbml_num(job, 1));
  rein_ast *slope = sbml_op2(job, REIN_OP_SUB, at_1, rein_ast_copy(job->arena, at_0));
  return sbml_op2(job, REIN_OP_DIV, sbml_op1(job, REIN_OP_NEG, at_0), slope);
}

/* ---- which rule determines what ---- */

static bool is_free(const sbml_job *job, const sbml_var *v) {
  if (v->constant || v->assign || v->rate) return false;
  if (v->kind != KIND_SPECIES || v->boundary) return true;
  for (size_t i = 0; i < v->n_flow; i++)
    if (job->reaction[v->flow[i].reaction].math) return false;
  return true;
}

/* Better not what events set, and better no boundary species, which is meant to be given. */
static int preference_of(const sbml_var *v) {
  return v->in_event ? 2 : v->boundary;
}

typedef struct {
  int preference;
  bool into_reactions; /* the rate of a reaction stands for what its kinetic law holds */
} search;

static void find_candidates(algebra *a, equation *e, const ASTNode_t *math, const sbml_scope *scope,
                            search how, int depth);

static void look_at_name(algebra *a, equation *e, const char *id, const sbml_scope *scope, search how,
                         int depth) {
  sbml_job *job = a->job;
  for (int i = 0; scope && i < scope->n; i++)
    if (strcmp(scope->binding[i].name, id) == 0) return;
  const int index = rein_names_find(job->ids, id);
  if (index >= SBML_FIRST_REACTION && how.into_reactions && depth < MAX_CHAIN) {
    const sbml_reaction *r = &job->reaction[index - SBML_FIRST_REACTION];
    find_candidates(a, e, r->math, r->scope, how, depth + 1);
  }
  if (index < 0 || index >= SBML_FIRST_REACTION) return;
  const sbml_var *v = &job->var[index];
  if (is_free(job, v) && preference_of(v) == how.preference)
    REIN_PUSH(job->arena, e->candidate, e->n_candidate, e->cap_candidate, index);
  if (v->assign && depth < MAX_CHAIN) find_candidates(a, e, v->assign, NULL, how, depth + 1);
}

static void find_candidates(algebra *a, equation *e, const ASTNode_t *math, const sbml_scope *scope,
                            search how, int depth) {
  if (!math || depth > SBML_MAX_XML_DEPTH) return;
  if (ASTNode_getType(math) == AST_NAME && ASTNode_getName(math))
    look_at_name(a, e, ASTNode_getName(math), scope, how, depth);
  for (unsigned i = 0; i < ASTNode_getNumChildren(math); i++)
    find_candidates(a, e, ASTNode_getChild(math, i), scope, how, depth + 1);
}

/* Gives equation i an unknown, moving others where that frees one. */
static bool match(algebra *a, size_t i) {
  equation *e = &a->eq[i];
  for (size_t k = 0; k < e->n_candidate; k++) {
    int v = e->candidate[k];
    if (a->seen[v]) continue;
    a->seen[v] = true;
    if (a->rule_of[v] >= 0 && !match(a, (size_t)a->rule_of[v])) continue;
    a->rule_of[v] = (int)i;
    e->unknown = v;
    return true;
  }
  return false;
}

static void collect_equations(algebra *a) {
  sbml_job *job = a->job;
  for (unsigned i = 0; i < Model_getNumRules(MODEL(job)); i++) {
    Rule_t *rule = Model_getRule(MODEL(job), i);
    if (!Rule_isAlgebraic(rule) || !Rule_getMath(rule)) continue;
    equation e = {.sbml = rule, .pos = sbml_pos(job, (SBase_t *)rule), .unknown = -1};
    for (int k = 0; k < 6; k++) find_candidates(a, &e, Rule_getMath(rule), NULL, (search){k % 3, k >= 3}, 0);
    REIN_PUSH(job->arena, a->eq, a->n, a->cap, e);
  }
}

/* ---- solving ---- */

static bool leads_to_unknown(const algebra *a, const rein_ast *ast) {
  const sbml_job *job = a->job;
  for (size_t k = 0; k < job->n_var; k++)
    if ((a->rule_of[k] >= 0 || job->var[k].assign) && sbml_occurrences(ast, job->var[k].name)) return true;
  return false;
}

/* *g with the definition in place of its name, where that leads to an unknown. */
static bool put_in_place(algebra *a, rein_ast **g, const char *name, const ASTNode_t *math,
                         const sbml_scope *scope) {
  if (!math || !sbml_occurrences(*g, name)) return false;
  rein_ast *is = sbml_number(a->job, math, scope);
  if (!leads_to_unknown(a, is)) return false;
  *g = sbml_substitute(a->job, *g, name, is);
  return true;
}

/* Puts assignment rules and kinetic laws in place that lead to an unknown: g must show all that it depends
 * on. */
static rein_ast *put_rules_in_place(algebra *a, rein_ast *g) {
  const sbml_job *job = a->job;
  bool changed = true;
  for (int round = 0; changed && round < MAX_CHAIN; round++) {
    changed = false;
    for (size_t i = 0; i < job->n_var; i++)
      changed |= put_in_place(a, &g, job->var[i].name, job->var[i].assign, NULL);
    for (size_t i = 0; i < job->n_reaction; i++)
      changed |= put_in_place(a, &g, job->reaction[i].name, job->reaction[i].math, job->reaction[i].scope);
  }
  return g;
}

/* ---- what cannot be turned inside out ---- */

static bool is_solved(const algebra *a, size_t i) {
  return a->job->var[a->eq[i].unknown].solved != NULL;
}

/* reach[i * n + k]: equation i needs what equation k determines, itself or by others. */
static bool *find_needs(const algebra *a) {
  const size_t n = a->n;
  bool *reach = REIN_NEW(a->job->arena, bool, n *n + 1);
  for (size_t i = 0; i < n; i++)
    for (size_t k = 0; k < n; k++)
      reach[i * n + k] = !is_solved(a, i) && !is_solved(a, k) &&
                         sbml_occurrences(a->eq[i].g, a->job->var[a->eq[k].unknown].name) > 0;
  for (size_t via = 0; via < n; via++)
    for (size_t i = 0; i < n; i++)
      for (size_t k = 0; reach[i * n + via] && k < n; k++) reach[i * n + k] |= reach[via * n + k];
  return reach;
}

/* Equations that need each other are one block; those that another only needs are solved before it. */
static void add_block(algebra *a, size_t i, const bool *reach) {
  sbml_job *job = a->job;
  sbml_block *block = REIN_NEW(job->arena, sbml_block, 1);
  *block = (sbml_block){0};
  for (size_t k = i; k < a->n; k++) {
    if (k != i && !(reach[i * a->n + k] && reach[k * a->n + i])) continue;
    job->var[a->eq[k].unknown].block = block;
    if (block->n < SBML_MAX_BLOCK) {
      block->unknown[block->n] = a->eq[k].unknown;
      block->g[block->n] = a->eq[k].g;
    }
    block->n++;
  }
  if (block->n == 1 && !reach[i * a->n + i])
    rein_error(job->diag, a->eq[i].pos,
               "this algebraic rule does not determine '%s', which cancels out of it",
               job->var[a->eq[i].unknown].id);
  if (block->n > SBML_MAX_BLOCK)
    rein_error(
        job->diag, a->eq[i].pos,
        "this algebraic rule cannot be solved for '%s': %d rules share their unknowns and none gives one "
        "of them by itself; %d are the most",
        job->var[a->eq[i].unknown].id, block->n, SBML_MAX_BLOCK);
}

static void leave_implicit(algebra *a) {
  bool any = false;
  for (size_t i = 0; i < a->n; i++) any |= !is_solved(a, i);
  const bool *reach = any ? find_needs(a) : NULL;
  for (size_t i = 0; i < a->n; i++)
    if (!is_solved(a, i) && !a->job->var[a->eq[i].unknown].block) add_block(a, i, reach);
}

static void solve_all(algebra *a) {
  sbml_job *job = a->job;
  for (size_t i = 0; i < a->n; i++) {
    equation *e = &a->eq[i];
    job->pos = e->pos;
    e->g = put_rules_in_place(a, sbml_number(job, Rule_getMath(e->sbml), NULL));
  }
  for (size_t i = 0; i < a->n; i++) {
    equation *e = &a->eq[i];
    job->pos = e->pos;
    sbml_var *v = &job->var[e->unknown];
    v->solved = solve(job, e->g, v->name);
    for (size_t k = 0; k < a->n && v->solved; k++)
      if (!job->var[a->eq[k].unknown].solved && sbml_occurrences(a->eq[k].g, v->name))
        a->eq[k].g = sbml_substitute(job, a->eq[k].g, v->name, v->solved);
  }
  leave_implicit(a);
}

void sbml_solve_algebra(sbml_job *job) {
  algebra a = {.job = job};
  bool fine = true;
  collect_equations(&a);
  if (!a.n) return;
  a.rule_of = REIN_NEW(job->arena, int, job->n_var + 1);
  a.seen = REIN_NEW(job->arena, bool, job->n_var + 1);
  for (size_t i = 0; i < job->n_var; i++) a.rule_of[i] = -1;
  for (size_t i = 0; i < a.n; i++) {
    memset(a.seen, 0, job->n_var * sizeof *a.seen);
    if (match(&a, i)) continue;
    fine = false;
    rein_error(
        job->diag, a.eq[i].pos,
        "this algebraic rule has no variable left to determine: each one in it is constant or follows from a "
        "reaction or another rule");
  }
  if (!fine) return;
  for (size_t i = 0; i < job->n_var; i++) job->var[i].in_algebra = a.rule_of[i] >= 0;
  solve_all(&a);
}
