/* delay(x, d): x at time - d. Before the start nothing moves: what rules say is followed back in time, all
 * else has its initial value (an initial assignment that uses time is taken at the earlier time). */
#include <math.h>
#include <string.h>

#include "src/import/sbml_inside.h"

#define MAX_CHAIN 200 /* definitions put in place, one inside the other */

static rein_ast *before_ast(sbml_job *job, const rein_ast *ast, int depth);

/* What a variable's id means, before the start. */
static rein_ast *before_var(sbml_job *job, sbml_var *v, int depth) {
  if (v->in_algebra) return v->solved ? before_ast(job, v->solved, depth + 1) : sbml_num(job, NAN);
  const ASTNode_t *math = v->assign ? v->assign : v->initial;
  if (!math && sbml_decide(job, v) == HOW_PARAM && v->kind != KIND_SPECIES && !v->in_event)
    return sbml_name(job, v->name);
  rein_ast *value = math ? before_ast(job, sbml_number(job, math, NULL), depth + 1) : sbml_num(job, v->value);
  bool amount = math ? v->only_amount : !v->given_concentration;
  if (v->kind != KIND_SPECIES || amount == v->only_amount) return value;
  rein_ast *size = before_var(job, &job->var[v->compartment], depth + 1);
  return sbml_op2(job, amount ? REIN_OP_DIV : REIN_OP_MUL, value, size);
}

/* The tree with every name replaced by what it stood for before the start. */
static rein_ast *before_ast(sbml_job *job, const rein_ast *ast, int depth) {
  if (depth > MAX_CHAIN) return sbml_num(job, NAN);
  if (ast->kind == REIN_AST_NAME && strcmp(ast->name, "time") != 0) {
    int owner = sbml_owner(job, ast->name), reaction = owner - SBML_FIRST_REACTION;
    if (owner < SBML_FIRST_REACTION) return before_var(job, &job->var[owner], depth + 1);
    if (owner < SBML_NO_OWNER && reaction < (int)job->n_reaction) {
      const sbml_reaction *r = &job->reaction[reaction];
      return r->math ? before_ast(job, sbml_number(job, r->math, r->scope), depth + 1) : sbml_num(job, 0);
    }
  }
  rein_ast *to = REIN_NEW(job->arena, rein_ast, 1);
  *to = *ast;
  if (ast->n_arg) to->arg = REIN_NEW(job->arena, rein_ast *, ast->n_arg);
  for (int i = 0; i < ast->n_arg; i++) to->arg[i] = before_ast(job, ast->arg[i], depth + 1);
  return to;
}

/* The largest depth of the delays that a tree is made of, through rules. */
static int depth_of(sbml_job *job, const rein_ast *ast, int level) {
  const rein_model *m = job->model;
  int depth = 0;
  if (level > MAX_CHAIN) return 0;
  if (ast->kind == REIN_AST_NAME) {
    for (size_t i = 0; i < m->n_delay; i++)
      if (strcmp(m->param[m->delay[i].param].name, ast->name) == 0) return m->delay[i].depth;
    int owner = sbml_owner(job, ast->name);
    const sbml_var *v = owner < SBML_FIRST_REACTION ? &job->var[owner] : NULL;
    if (v && v->solved) return depth_of(job, v->solved, level + 1);
    if (v && v->assign) return depth_of(job, sbml_number(job, v->assign, NULL), level + 1);
  }
  for (int i = 0; i < ast->n_arg; i++) {
    int inner = depth_of(job, ast->arg[i], level + 1);
    if (inner > depth) depth = inner;
  }
  return depth;
}

static rein_ast *add_delay(sbml_job *job, rein_delay delay) {
  rein_model *m = job->model;
  rein_param p = {.delayed = true, .has_value = true, .unit_text = "?", .pos = job->pos};
  p.unit = rein_unit_unknown();
  p.range_low = -INFINITY, p.range_high = INFINITY;
  p.assumed = "a delayed value";
  p.name = sbml_new_name(job, rein_arena_printf(job->arena, "delayed_%zu", m->n_delay + 1),
                         SBML_FIRST_REACTION + (int)job->n_reaction);
  delay.pos = job->pos;
  delay.param = (int)m->n_param;
  REIN_PUSH(job->arena, m->param, m->n_param, job->cap_param, p);
  REIN_PUSH(job->arena, m->delay, m->n_delay, job->cap_delay, delay);
  return sbml_name(job, p.name);
}

rein_ast *sbml_delayed(sbml_job *job, rein_ast *is, rein_ast *by, const rein_ast *before) {
  rein_model *m = job->model;
  const bool outside = job->before;
  job->before = true;
  rein_ast *past = before_ast(job, before, 0);
  job->before = outside;
  if (job->before || job->at_start) {
    rein_ast *then =
        sbml_op2(job, REIN_OP_SUB, sbml_name(job, "time"), job->before ? before_ast(job, by, 0) : by);
    return sbml_substitute(job, past, "time", then);
  }
  for (size_t i = 0; i < m->n_delay; i++)
    if (rein_ast_equal(m->delay[i].is, is) && rein_ast_equal(m->delay[i].by, by))
      return sbml_name(job, m->param[m->delay[i].param].name);
  int a = depth_of(job, is, 0), b = depth_of(job, by, 0);
  return add_delay(job, (rein_delay){.is = is, .by = by, .before = past, .depth = 1 + (a > b ? a : b)});
}
