/* Implicit algebraic rules, 0 = g(z, ...), one or some that share their unknowns z: index reduction with a
 * projection.
 *
 * States y follow the solution, dy/dt = dz/dt + (z - y), and z itself is what some steps of Newton's method
 * from y lead to: it satisfies the rules at every instant, also behind an event that lets it jump. y begins
 * at the file's own values, or 1. A step is shortened where it would move an unknown by more than FAR times
 * its size and 1; linear equations of a step are solved by Cramer's rule, which needs no comparison of
 * pivots. Where a residual stays, z is no number, and the run is recorded as failed. */
#include <math.h>

#include "src/import/sbml_inside.h"

#define N_STEP 30     /* of Newton's method */
#define FAR 4         /* the longest step, by 1 + |z| */
#define RESIDUAL 1e-9 /* of the last step against the solution */

typedef struct {
  sbml_job *job;
  const sbml_block *block;
  const sbml_var *of;                              /* the unknown that is built, for unit and position */
  rein_ast *slope[SBML_MAX_BLOCK][SBML_MAX_BLOCK]; /* dg[i]/dz[k] */
  const char *at[SBML_MAX_BLOCK], *step[SBML_MAX_BLOCK]; /* where the next step begins; the step */
} newton;

static const char *name_of(const newton *nt, int k) {
  return nt->job->var[nt->block->unknown[k]].name;
}

/* A value of its own, so that formulas stay small. */
static rein_ast *named(newton *nt, rein_ast *is) {
  const char *wanted = rein_arena_printf(nt->job->arena, "%s_step", nt->of->name);
  const char *name = sbml_new_name(nt->job, wanted, SBML_NO_OWNER);
  sbml_add_helper(nt->job, nt->of, name, is);
  return sbml_name(nt->job, name);
}

/* The formula where the step begins. */
static rein_ast *here(newton *nt, const rein_ast *ast) {
  rein_ast *to = rein_ast_copy(nt->job->arena, ast);
  for (int k = 0; k < nt->block->n; k++)
    to = sbml_substitute(nt->job, to, name_of(nt, k), sbml_name(nt->job, nt->at[k]));
  return to;
}

/* Newton's step: (dg/dz) step = g. */
static void find_step(newton *nt) {
  sbml_job *job = nt->job;
  const int n = nt->block->n;
  rein_ast *entry[SBML_MAX_BLOCK][SBML_MAX_BLOCK], *residual[SBML_MAX_BLOCK];
  for (int i = 0; i < n; i++) {
    residual[i] = named(nt, here(nt, nt->block->g[i]));
    for (int k = 0; k < n; k++) {
      double number;
      const bool plain = sbml_is_number(nt->slope[i][k], &number);
      entry[i][k] = plain ? sbml_num(job, number) : named(nt, here(nt, nt->slope[i][k]));
    }
  }
  rein_ast *below = named(nt, sbml_determinant(job, entry, n));
  for (int k = 0; k < n; k++) {
    rein_ast *column[SBML_MAX_BLOCK];
    for (int i = 0; i < n; i++) column[i] = entry[i][k], entry[i][k] = residual[i];
    rein_ast *above = sbml_determinant(job, entry, n);
    for (int i = 0; i < n; i++) entry[i][k] = column[i];
    nt->step[k] = named(nt, sbml_op2(job, REIN_OP_DIV, above, rein_ast_copy(job->arena, below)))->name;
  }
}

/* The largest |step| / (1 + |z|). */
static rein_ast *length(newton *nt) {
  sbml_job *job = nt->job;
  rein_ast *most = NULL;
  for (int k = 0; k < nt->block->n; k++) {
    rein_ast *size = sbml_op1(job, REIN_OP_ABS, sbml_name(job, nt->at[k]));
    rein_ast *step = sbml_op1(job, REIN_OP_ABS, sbml_name(job, nt->step[k]));
    rein_ast *by = sbml_op2(job, REIN_OP_DIV, step, sbml_op2(job, REIN_OP_ADD, sbml_num(job, 1), size));
    most = most ? sbml_op2(job, REIN_OP_MAX, most, by) : by;
  }
  return most;
}

static void go(newton *nt) {
  sbml_job *job = nt->job;
  rein_ast *far = sbml_op2(job, REIN_OP_DIV, length(nt), sbml_num(job, FAR));
  rein_ast *shorter = named(nt, sbml_op2(job, REIN_OP_MAX, sbml_num(job, 1), far));
  for (int k = 0; k < nt->block->n; k++) {
    rein_ast *step =
        sbml_op2(job, REIN_OP_DIV, sbml_name(job, nt->step[k]), rein_ast_copy(job->arena, shorter));
    nt->at[k] = named(nt, sbml_op2(job, REIN_OP_SUB, sbml_name(job, nt->at[k]), step))->name;
  }
}

static rein_ast *guess_of(sbml_job *job, const sbml_var *v) {
  if (!v->initial) return sbml_num(job, isnan(v->value) ? 1 : v->value);
  job->at_start = true;
  rein_ast *guess = sbml_number(job, v->initial, NULL);
  job->at_start = false;
  return guess;
}

static void add_followers(newton *nt) {
  sbml_job *job = nt->job;
  for (int k = 0; k < nt->block->n; k++) {
    sbml_var *v = &job->var[nt->block->unknown[k]];
    const char *wanted = rein_arena_printf(job->arena, "%s_followed", v->name);
    const char *follower = sbml_new_name(job, wanted, SBML_NO_OWNER);
    rein_ast *apart = sbml_op2(job, REIN_OP_SUB, sbml_name(job, v->name), sbml_name(job, follower));
    rein_ast *rate = sbml_op2(job, REIN_OP_ADD, sbml_derived(job, (int)(v - job->var)), apart);
    sbml_add_follower(job, v, follower, guess_of(job, v), rate);
    nt->at[k] = follower;
  }
}

/* The solutions where a further step is short against them, else no numbers. */
static void solve_block(sbml_job *job, sbml_block *block, const sbml_var *of) {
  newton nt = {.job = job, .block = block, .of = of};
  for (int i = 0; i < block->n; i++)
    for (int k = 0; k < block->n; k++)
      nt.slope[i][k] = sbml_derived_by(job, block->g[i], &job->var[block->unknown[k]]);
  add_followers(&nt);
  for (int s = 0; s < N_STEP; s++) {
    find_step(&nt);
    go(&nt);
  }
  find_step(&nt);
  rein_ast *close = sbml_op2(job, REIN_OP_LE, named(&nt, length(&nt)), sbml_num(job, RESIDUAL));
  for (int k = 0; k < block->n; k++) {
    rein_ast *is = sbml_op3(job, REIN_OP_SELECT, rein_ast_copy(job->arena, close), sbml_name(job, nt.at[k]),
                            sbml_num(job, NAN));
    block->solution[k] = named(&nt, is)->name;
  }
}

rein_ast *sbml_newton(sbml_job *job, const sbml_var *v) {
  sbml_block *block = v->block;
  if (!block->solution[0]) solve_block(job, block, v);
  int k = 0;
  while (&job->var[block->unknown[k]] != v) k++;
  return sbml_name(job, block->solution[k]);
}
