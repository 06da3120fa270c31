/* Variables and reactions to parameters, states, values and processes.
 *
 *   determined by a rule of its own          value
 *   changed by reactions or a rate rule      state
 *   otherwise                                parameter, which events may set; a state that does not move
 * where its initial value is an expression of what moves
 */
#include <math.h>
#include <string.h>

#include "src/import/sbml_inside.h"

/* ---- what is kept of a variable ---- */

static sbml_var *compartment_of(sbml_job *job, const sbml_var *v) {
  return &job->var[v->compartment];
}

static bool ast_varies(sbml_job *job, const rein_ast *ast) {
  if (ast->kind == REIN_AST_NAME) {
    if (strcmp(ast->name, "time") == 0) return true;
    int owner = sbml_owner(job, ast->name);
    if (owner >= SBML_NO_OWNER) return false;
    return owner >= SBML_FIRST_REACTION || sbml_varies(job, &job->var[owner]);
  }
  for (int i = 0; i < ast->n_arg; i++)
    if (ast_varies(job, ast->arg[i])) return true;
  return false;
}

bool sbml_varies(sbml_job *job, sbml_var *v) {
  if (sbml_decide(job, v) != HOW_PARAM || v->in_event) return true;
  return v->kind == KIND_SPECIES && sbml_varies(job, compartment_of(job, v));
}

/* NaN and infinity stay what they are at the start, whatever the rates, unless an event sets them. */
static bool is_lost(const sbml_var *v) {
  if (v->in_event) return false;
  if (!v->initial) return !isfinite(v->value);
  return ASTNode_isNaN(v->initial) || ASTNode_isInfinity(v->initial) || ASTNode_isNegInfinity(v->initial);
}

static bool moves(const sbml_job *job, const sbml_var *v) {
  if (is_lost(v)) return false;
  if (v->rate) return true;
  if (v->kind != KIND_SPECIES || v->boundary || v->constant) return false;
  for (size_t i = 0; i < v->n_flow; i++)
    if (job->reaction[v->flow[i].reaction].math) return true;
  return false;
}

static bool decide_stored(sbml_job *job, sbml_var *v) {
  if (v->kind != KIND_SPECIES) return false;
  if (v->only_amount) return true;
  sbml_var *c = compartment_of(job, v);
  if (v->rate) return sbml_varies(job, c) && sbml_decide(job, c) != HOW_VALUE;
  if (moves(job, v) || sbml_varies(job, c)) return true;
  return !v->given_concentration && !v->initial;
}

/* The initial value of what is stored. */
static rein_ast *initial_of(sbml_job *job, const sbml_var *v) {
  job->pos = v->rule_pos.line ? v->rule_pos : v->pos;
  job->at_start = true;
  rein_ast *value = v->initial ? sbml_number(job, v->initial, NULL) : sbml_num(job, v->value);
  job->at_start = false;
  if (v->kind != KIND_SPECIES) return value;
  bool amount = v->initial ? v->only_amount : !v->given_concentration;
  if (amount == v->stores_amount) return value;
  rein_ast *size = sbml_name(job, compartment_of(job, v)->name);
  return sbml_op2(job, amount ? REIN_OP_DIV : REIN_OP_MUL, value, size);
}

sbml_how sbml_decide(sbml_job *job, sbml_var *v) {
  double number;
  if (v->how == HOW_UNDER_WAY) return HOW_STATE; /* a circle of initial values, refused later */
  if (v->how != HOW_UNDECIDED) return v->how;
  v->how = HOW_UNDER_WAY;
  sbml_how how = HOW_PARAM;
  v->stores_amount = decide_stored(job, v);
  if (v->assign || v->in_algebra) {
    how = HOW_VALUE;
  } else if (moves(job, v)) {
    how = HOW_STATE;
  } else {
    rein_ast *initial = initial_of(job, v);
    if (!sbml_is_number(initial, &number) && (v->in_event || ast_varies(job, initial))) how = HOW_STATE;
  }
  return v->how = how;
}

/* ---- rates ---- */

/* sign * stoichiometry * conversion factor * rate; *plain is the factor of a flow that is a number alone. */
static rein_ast *flow_term(sbml_job *job, const sbml_var *v, const sbml_flow *flow, double *plain) {
  rein_ast *factor = NULL;
  double number = flow->number;
  *plain = NAN;
  if (flow->math) {
    factor = sbml_number(job, flow->math, NULL);
    if (sbml_is_number(factor, &number)) factor = NULL;
  } else if (flow->var >= 0) {
    sbml_var *s = &job->var[flow->var];
    bool literal = sbml_decide(job, s) == HOW_PARAM && !s->in_event && !s->initial;
    if (literal && !isnan(s->value))
      number = s->value;
    else if (!literal)
      factor = sbml_name(job, s->name);
  }
  if (job->reaction[flow->reaction].fast) {
    number *= SBML_FAST;
    if (factor) factor = sbml_op2(job, REIN_OP_MUL, sbml_num(job, SBML_FAST), factor);
  }
  int conversion = v->conversion ? sbml_find_var(job, v->conversion) : -1;
  if (!factor && conversion < 0) *plain = flow->sign * number;
  if (!factor) factor = sbml_num(job, number);
  if (conversion >= 0) factor = sbml_op2(job, REIN_OP_MUL, factor, sbml_name(job, job->var[conversion].name));
  rein_ast *rate = sbml_name(job, job->reaction[flow->reaction].name);
  return sbml_op2(job, REIN_OP_MUL, factor, rate);
}

static rein_ast *add_term(sbml_job *job, rein_ast *sum, double sign, rein_ast *term) {
  if (!sum) return sign < 0 ? sbml_op1(job, REIN_OP_NEG, term) : term;
  return sbml_op2(job, sign < 0 ? REIN_OP_SUB : REIN_OP_ADD, sum, term);
}

/* What reactions do to a species; without_plain: only what a process cannot say. */
static rein_ast *flow_sum(sbml_job *job, const sbml_var *v, bool without_plain) {
  rein_ast *sum = NULL;
  double plain;
  for (size_t i = 0; i < v->n_flow; i++) {
    const sbml_flow *flow = &v->flow[i];
    if (!job->reaction[flow->reaction].math) continue;
    rein_ast *term = flow_term(job, v, flow, &plain);
    if (without_plain && !isnan(plain)) continue;
    sum = add_term(job, sum, flow->sign, term);
  }
  return sum;
}

/* A rate rule is for what the id means. */
static rein_ast *ruled_rate(sbml_job *job, const sbml_var *v) {
  rein_ast *rate = sbml_number(job, v->rate, NULL);
  if (v->kind != KIND_SPECIES || v->only_amount == v->stores_amount) return rate;
  const char *size = compartment_of(job, v)->name;
  rate = sbml_op2(job, REIN_OP_MUL, rate, sbml_name(job, size));
  rein_ast *moving = sbml_rate_of(job, v->compartment);
  double zero;
  if (sbml_is_number(moving, &zero) && zero == 0) return rate;
  return sbml_op2(job, REIN_OP_ADD, rate, sbml_op2(job, REIN_OP_MUL, sbml_name(job, v->name), moving));
}

rein_ast *sbml_stored_rate(sbml_job *job, sbml_var *v) {
  if (sbml_decide(job, v) != HOW_STATE || !moves(job, v)) return sbml_num(job, 0);
  if (v->rate) return ruled_rate(job, v);
  rein_ast *sum = flow_sum(job, v, false);
  return sum ? sum : sbml_num(job, 0);
}

rein_ast *sbml_rate_of(sbml_job *job, int index) {
  sbml_var *v = &job->var[index];
  double zero;
  if (sbml_decide(job, v) == HOW_VALUE) return sbml_derived(job, index);
  if (v->rate) return sbml_number(job, v->rate, NULL);
  rein_ast *rate = sbml_stored_rate(job, v);
  if (v->kind != KIND_SPECIES || v->stores_amount == v->only_amount) return rate;
  const char *size = compartment_of(job, v)->name;
  rein_ast *moving = sbml_rate_of(job, v->compartment);
  rate = sbml_op2(job, REIN_OP_DIV, rate, sbml_name(job, size));
  if (sbml_is_number(moving, &zero) && zero == 0) return rate;
  rein_ast *thinning = sbml_op2(job, REIN_OP_MUL, sbml_name(job, v->name), moving);
  return sbml_op2(job, REIN_OP_SUB, rate, sbml_op2(job, REIN_OP_DIV, thinning, sbml_name(job, size)));
}

/* ---- into the model ---- */

static const char *stored_unit(const sbml_var *v) {
  if (v->kind != KIND_SPECIES) return v->unit;
  return v->stores_amount ? v->amount_unit : v->concentration_unit;
}

static void add_param(sbml_job *job, sbml_var *v, rein_ast *initial) {
  rein_param p = {.name = v->stored, .title = v->title, .codes = v->codes, .pos = v->pos};
  p.unit_text = stored_unit(v);
  p.unit = rein_unit_unknown();
  p.range_low = -INFINITY, p.range_high = INFINITY;
  p.assumed = "as in the SBML file";
  p.has_value = sbml_is_number(initial, &p.value);
  if (!p.has_value) p.value_expr = initial;
  v->index = (int)job->model->n_param;
  REIN_PUSH(job->arena, job->model->param, job->model->n_param, job->cap_param, p);
}

static void add_state(sbml_job *job, sbml_var *v, rein_ast *initial, rein_ast *rate) {
  rein_state s = {.name = v->stored, .title = v->title, .codes = v->codes, .pos = v->pos};
  s.unit_text = stored_unit(v);
  s.unit = rein_unit_unknown();
  s.initial = initial;
  s.rate = rate;
  s.range_low = -INFINITY, s.range_high = INFINITY;
  v->index = (int)job->model->n_state;
  REIN_PUSH(job->arena, job->model->state, job->model->n_state, job->cap_state, s);
}

/* said: what is known about it. */
static void add_value(sbml_job *job, const char *name, const char *unit, rein_value said, rein_ast *is) {
  rein_value value = {.name = name, .unit_text = unit, .is = is};
  value.title = said.title, value.codes = said.codes, value.pos = said.pos;
  value.unit = rein_unit_unknown();
  REIN_PUSH(job->arena, job->model->value, job->model->n_value, job->cap_value, value);
}

void sbml_add_helper(sbml_job *job, const sbml_var *v, const char *name, rein_ast *is) {
  add_value(job, name, v->unit, (rein_value){.pos = v->pos}, is);
}

void sbml_add_follower(sbml_job *job, const sbml_var *v, const char *name, rein_ast *initial,
                       rein_ast *rate) {
  sbml_var follower = {.stored = name, .unit = v->unit, .pos = v->pos};
  add_state(job, &follower, initial, rate);
}

static rein_value said_of(const sbml_var *v) {
  return (rein_value){.title = v->title, .codes = v->codes, .pos = v->pos};
}

const char *sbml_show(sbml_job *job, const sbml_var *v) {
  job->pos = v->pos;
  const char *name = sbml_new_name(job, rein_arena_printf(job->arena, "%s_shown", v->stored), SBML_NO_OWNER);
  add_value(job, name, stored_unit(v), said_of(v), sbml_name(job, v->stored));
  return name;
}

static void name_views(sbml_job *job, sbml_var *v) {
  int index = (int)(v - job->var);
  const char *other = v->only_amount ? "concentration" : "amount";
  other = sbml_new_name(job, rein_arena_printf(job->arena, "%s_%s", v->id, other), index);
  v->amount = v->only_amount ? v->name : other;
  v->concentration = v->only_amount ? other : v->name;
}

/* The view of a species that is not stored, as a value of the other. */
static void add_views(sbml_job *job, sbml_var *v) {
  const char *size = compartment_of(job, v)->name;
  bool from_amount = v->how == HOW_VALUE ? v->only_amount : v->stores_amount;
  bool needed = v->how != HOW_VALUE && v->stores_amount != v->only_amount;
  if (!needed && !job->map) return;
  rein_ast *from = sbml_name(job, from_amount ? v->amount : v->concentration);
  rein_ast *is = sbml_op2(job, from_amount ? REIN_OP_DIV : REIN_OP_MUL, from, sbml_name(job, size));
  add_value(job, from_amount ? v->concentration : v->amount,
            from_amount ? v->concentration_unit : v->amount_unit, said_of(v), is);
}

static rein_ast *value_of(sbml_job *job, const sbml_var *v) {
  if (v->block) return sbml_newton(job, v);
  return v->solved ? v->solved : sbml_number(job, v->assign, NULL);
}

static void build_var(sbml_job *job, sbml_var *v) {
  job->pos = v->rule_pos.line ? v->rule_pos : v->pos;
  switch (v->how) {
  case HOW_VALUE:
    add_value(job, v->name, v->unit, said_of(v), value_of(job, v));
    break;
  case HOW_PARAM:
    add_param(job, v, initial_of(job, v));
    break;
  default: {
    rein_ast *rate = v->rate ? ruled_rate(job, v) : moves(job, v) ? flow_sum(job, v, true) : sbml_num(job, 0);
    add_state(job, v, initial_of(job, v), rate);
  }
  }
  if (v->kind == KIND_SPECIES) add_views(job, v);
}

/* ---- reactions ---- */

static void add_process(sbml_job *job, const sbml_reaction *r, rein_ast *rate, rein_flow *flow,
                        size_t n_flow) {
  rein_process p = {.name = r->name, .title = r->title, .codes = r->codes, .pos = r->pos, .rate = rate};
  p.unit_text = sbml_unit_of_rates(job);
  p.unit = rein_unit_unknown();
  p.flow = flow;
  p.n_flow = (int)n_flow;
  REIN_PUSH(job->arena, job->model->process, job->model->n_process, job->cap_process, p);
}

typedef struct {
  rein_flow *flow;
  size_t n, cap;
} flow_list;

/* Flows with a plain number, by reaction. */
static flow_list *plain_flows(sbml_job *job) {
  flow_list *list = REIN_NEW(job->arena, flow_list, job->n_reaction + 1);
  double plain;
  for (size_t i = 0; i < job->n_var; i++) {
    sbml_var *v = &job->var[i];
    if (v->kind != KIND_SPECIES || v->how != HOW_STATE || v->rate || !moves(job, v)) continue;
    for (size_t k = 0; k < v->n_flow; k++) {
      flow_list *to = &list[v->flow[k].reaction];
      flow_term(job, v, &v->flow[k], &plain);
      rein_flow flow = {v->index, plain, rein_unit_one()};
      if (!isnan(plain) && plain != 0) REIN_PUSH(job->arena, to->flow, to->n, to->cap, flow);
    }
  }
  return list;
}

static void build_reactions(sbml_job *job) {
  flow_list *list = plain_flows(job);
  for (size_t i = 0; i < job->n_reaction; i++) {
    const sbml_reaction *r = &job->reaction[i];
    job->pos = r->pos;
    if (r->fast && r->math) job->model->settle = SBML_SETTLE;
    rein_ast *rate = r->math ? sbml_number(job, r->math, r->scope) : sbml_num(job, 0);
    if (list[i].n)
      add_process(job, r, rate, list[i].flow, list[i].n);
    else
      add_value(job, r->name, sbml_unit_of_rates(job),
                (rein_value){.title = r->title, .codes = r->codes, .pos = r->pos}, rate);
  }
}

void sbml_build(sbml_job *job) {
  for (size_t i = 0; i < job->n_var; i++)
    if (job->var[i].kind == KIND_SPECIES) name_views(job, &job->var[i]);
  for (size_t i = 0; i < job->n_var; i++) {
    sbml_var *v = &job->var[i];
    sbml_decide(job, v);
    v->stored = v->kind != KIND_SPECIES ? v->name : v->stores_amount ? v->amount : v->concentration;
  }
  for (size_t i = 0; i < job->n_var; i++) build_var(job, &job->var[i]);
  build_reactions(job);
  if (job->model->n_state == 0) {
    sbml_var none = {
        .stored = sbml_new_name(job, "no_state", SBML_NO_OWNER), .unit = "?", .pos = {job->source, 1, 1, 1}};
    job->pos = none.pos;
    add_state(job, &none, sbml_num(job, 0), sbml_num(job, 0));
  }
}
