/* Implicit algebraic rules, 0 = g(z, ...): index reduction with a projection.
 *
 * A state y follows the solution, dy/dt = dz/dt + (z - y), and z itself is what some steps of Newton's method
 * from y lead to: it satisfies the rule at every instant, also behind an event that lets it jump. y begins at
 * the file's own value, or 1. Where a residual stays, z is no number, and the run is recorded as failed. */
#include <math.h>

#include "src/import/sbml_inside.h"

#define N_STEP 24     /* of Newton's method */
#define RESIDUAL 1e-9 /* of the last step against the solution */

/* N_STEP steps from the value `at`; the name of the last. */
static const char *add_steps(sbml_job *job, const sbml_var *v, const char *at) {
  rein_ast *slope = sbml_derived_by(job, v->implicit, v);
  const char *wanted = rein_arena_printf(job->arena, "%s_step", v->name);
  for (int i = 0; i < N_STEP; i++) {
    rein_ast *g = sbml_substitute(job, v->implicit, v->name, sbml_name(job, at));
    rein_ast *by = sbml_substitute(job, slope, v->name, sbml_name(job, at));
    rein_ast *step = sbml_op2(job, REIN_OP_DIV, g, by);
    rein_ast *is = sbml_op2(job, REIN_OP_SUB, sbml_name(job, at), step);
    at = sbml_new_name(job, wanted, SBML_NO_OWNER);
    sbml_add_helper(job, v, at, is);
  }
  return at;
}

/* The value `name` where a further step of Newton's method is short against it, else no number. */
static rein_ast *checked(sbml_job *job, const sbml_var *v, const char *name) {
  rein_ast *g = sbml_substitute(job, v->implicit, v->name, sbml_name(job, name));
  rein_ast *by = sbml_substitute(job, sbml_derived_by(job, v->implicit, v), v->name, sbml_name(job, name));
  rein_ast *step = sbml_op1(job, REIN_OP_ABS, sbml_op2(job, REIN_OP_DIV, g, by));
  rein_ast *size =
      sbml_op2(job, REIN_OP_ADD, sbml_num(job, 1), sbml_op1(job, REIN_OP_ABS, sbml_name(job, name)));
  rein_ast *close =
      sbml_op2(job, REIN_OP_LE, step, sbml_op2(job, REIN_OP_MUL, sbml_num(job, RESIDUAL), size));
  return sbml_op3(job, REIN_OP_SELECT, close, sbml_name(job, name), sbml_num(job, NAN));
}

static rein_ast *guess_of(sbml_job *job, const sbml_var *v) {
  if (!v->initial) return sbml_num(job, isnan(v->value) ? 1 : v->value);
  job->at_start = true;
  rein_ast *guess = sbml_number(job, v->initial, NULL);
  job->at_start = false;
  return guess;
}

rein_ast *sbml_newton(sbml_job *job, const sbml_var *v) {
  const char *follower =
      sbml_new_name(job, rein_arena_printf(job->arena, "%s_followed", v->name), SBML_NO_OWNER);
  const char *last = add_steps(job, v, follower);
  rein_ast *apart = sbml_op2(job, REIN_OP_SUB, sbml_name(job, v->name), sbml_name(job, follower));
  rein_ast *rate = sbml_op2(job, REIN_OP_ADD, sbml_derived(job, (int)(v - job->var)), apart);
  sbml_add_follower(job, v, follower, guess_of(job, v), rate);
  return checked(job, v, last);
}
