/* What is wrong although every name and unit is right: models in which nothing changes, numbers outside their
 * meaning, correlations that no distribution can have, parameters that nothing uses. */
#include <math.h>
#include <string.h>

#include "src/lang/resolve.h"

#define MAX_CORRELATED 500 /* parameters in one correlation matrix: factored densely */

typedef struct {
  rein_model *model;
  rein_diag *diag;
} structure;

/* ---- states ---- */

static void check_states(structure *c) {
  const rein_model *m = c->model;
  bool *changes = REIN_NEW(m->arena, bool, m->n_state + 1);
  for (size_t i = 0; i < m->n_process; i++)
    for (int k = 0; k < m->process[i].n_flow; k++) changes[m->process[i].flow[k].state] = true;
  for (size_t i = 0; i < m->n_action; i++)
    if (m->action[i].state >= 0) changes[m->action[i].state] = true;
  for (size_t i = 0; i < m->n_event; i++)
    for (int k = 0; k < m->event[i].n_assign; k++)
      if (m->event[i].assign[k].kind == REIN_SYMBOL_STATE) changes[m->event[i].assign[k].index] = true;
  for (size_t i = 0; i < m->n_state; i++) {
    const rein_state *s = &m->state[i];
    if (!s->rate && !changes[i])
      rein_warning(c->diag, s->pos, "state '%s' never changes: no process, rate, action or event acts on it",
                   s->name);
    const rein_ast *initial = s->initial;
    if (s->range_policy != REIN_RANGE_NONE && initial && initial->kind == REIN_AST_NUMBER &&
        !initial->unit.unknown && !s->unit.unknown && rein_unit_equal(&initial->unit, &s->unit) &&
        (initial->number < s->range_low || initial->number > s->range_high))
      rein_error(c->diag, initial->pos, "initial value of '%s' is outside its range", s->name);
  }
  if (m->n_state == 0) {
    rein_pos start = {m->source, m->source ? 1 : 0, 1, 1};
    rein_error(c->diag, start, "model '%s' has no state: there is nothing to follow in time", m->name);
  }
}

/* ---- parameters ---- */

static void check_logit(structure *c, const rein_param *p, const rein_dist *d, const char *key) {
  rein_unit one = rein_unit_one();
  if (!p->unit.unknown && !rein_unit_equal(&p->unit, &one))
    rein_error(c->diag, d->pos,
               "'%s' of '%s': logit_normal is for fractions without unit, and '%s' has unit %s", key, p->name,
               p->name, p->unit_text);
  else if (p->has_value && !(p->value > 0 && p->value < 1))
    rein_error(c->diag, d->pos, "'%s' of '%s': logit_normal needs a value between 0 and 1", key, p->name);
}

static void check_dist(structure *c, const rein_param *p, const rein_dist *d, const char *key) {
  if (d->kind == REIN_DIST_NONE) return;
  if (!p->has_value && !p->value_expr)
    rein_error(c->diag, d->pos, "'%s' of '%s' needs a typical value to be around", key, p->name);
  if (d->kind == REIN_DIST_LOGNORMAL && p->has_value && !(p->value > 0))
    rein_error(c->diag, d->pos, "'%s' of '%s': lognormal needs a value above 0", key, p->name);
  if (d->kind == REIN_DIST_LOGIT_NORMAL) check_logit(c, p, d, key);
  if (d->kind == REIN_DIST_UNIFORM && p->value_expr)
    rein_error(c->diag, d->pos,
               "'%s' of '%s': a formula can have lognormal, normal or logit_normal, not uniform", key,
               p->name);
  if (p->has_value && (p->value < d->low || p->value > d->high))
    rein_error(c->diag, d->pos, "'%s' of '%s': its value is outside low and high", key, p->name);
  if (d->kind == REIN_DIST_LOGNORMAL && d->high <= 0)
    rein_error(c->diag, d->pos, "'%s' of '%s': lognormal has nothing below 0", key, p->name);
}

static void check_params(structure *c) {
  const rein_model *m = c->model;
  for (size_t i = 0; i < m->n_param; i++) {
    const rein_param *p = &m->param[i];
    check_dist(c, p, &p->between, "between");
    check_dist(c, p, &p->uncertain, "uncertain");
    if (p->covariate && p->has_value && (p->value < p->range_low || p->value > p->range_high))
      rein_error(c->diag, p->pos, "typical value of '%s' is outside its range", p->name);
  }
}

/* ---- noise ---- */

/* A size that can be told before anything runs: a number, or a parameter at its typical value. */
static bool known_size(const rein_model *m, const rein_ast *ast, double *out) {
  if (ast->kind == REIN_AST_NUMBER) {
    *out = ast->number;
    return true;
  }
  if (ast->kind == REIN_AST_NAME && ast->symbol >= 0 && m->symbol[ast->symbol].kind == REIN_SYMBOL_PARAM) {
    const rein_param *p = &m->param[m->symbol[ast->symbol].index];
    *out = p->value;
    return p->has_value;
  }
  if (ast->n_arg != 1 || !known_size(m, ast->arg[0], out)) return false;
  if (ast->kind == REIN_AST_CONVERT) *out *= ast->number;
  if (ast->kind == REIN_AST_OP && ast->op == REIN_OP_NEG) *out = -*out;
  return ast->kind == REIN_AST_CONVERT || (ast->kind == REIN_AST_OP && ast->op == REIN_OP_NEG);
}

static void check_noise(structure *c) {
  const rein_model *m = c->model;
  for (size_t i = 0; i < m->n_observable; i++) {
    const rein_observable *o = &m->observable[i];
    const rein_ast *size[2] = {o->noise_sd, o->noise_cv};
    for (int k = 0; k < 2; k++) {
      double value;
      if (size[k] && known_size(m, size[k], &value) && value < 0)
        rein_error(c->diag, size[k]->pos, "noise %s of '%s' is below 0", k ? "cv" : "sd", o->name);
    }
  }
}

static void note_name(void *context, rein_ast *name) {
  (void)name;
  *(bool *)context = true;
}

/* What of a dose can be told beforehand to be none. A rate of 0 by a parameter waits for the person's or the
 * dose's own value. */
static void check_doses(structure *c) {
  static const char *const word[] = {"lag", "bioavailability", "rate", "duration"};
  const rein_model *m = c->model;
  for (size_t i = 0; i < m->n_action; i++) {
    const rein_action *a = &m->action[i];
    rein_ast *said[] = {a->lag, a->bioavailability, a->rate, a->duration};
    for (int k = 0; k < 4; k++) {
      const bool has_to_flow = k == 2;
      double value;
      if (!said[k] || !known_size(m, said[k], &value)) continue;
      bool has_name = false;
      rein_ast_each_name(said[k], note_name, &has_name);
      if (value < 0 || (has_to_flow && value == 0 && !has_name))
        rein_error(c->diag, said[k]->pos, "%s of '%s' is %s, %.6g", word[k], a->name,
                   has_to_flow ? "not above 0" : "below 0", value);
    }
  }
}

static void check_events(structure *c) {
  const rein_model *m = c->model;
  for (size_t i = 0; i < m->n_event; i++) {
    double delay;
    const rein_ast *ast = m->event[i].delay;
    if (ast && known_size(m, ast, &delay) && delay < 0)
      rein_error(c->diag, ast->pos, "the delay of event '%s' is below 0",
                 m->event[i].name ? m->event[i].name : "");
  }
}

/* ---- correlations ---- */

/* Cholesky factorisation in place of the lower half; false where the matrix is not positive definite. */
static bool factor_positive(double *a, int n) {
  for (int i = 0; i < n; i++)
    for (int k = 0; k <= i; k++) {
      double sum = a[i * n + k];
      for (int j = 0; j < k; j++) sum -= a[i * n + j] * a[k * n + j];
      if (i == k && !(sum > 1e-12)) return false;
      a[i * n + k] = i == k ? sqrt(sum) : sum / a[k * n + k];
    }
  return true;
}

static bool check_correlation(structure *c, const rein_correlation *r) {
  const rein_model *m = c->model;
  const int param[2] = {r->param_a, r->param_b};
  if (r->param_a == r->param_b) {
    rein_error(c->diag, r->pos, "a correlation of '%s' with itself", m->param[r->param_a].name);
    return false;
  }
  for (int i = 0; i < 2; i++) {
    const rein_param *p = &m->param[param[i]];
    bool normal = p->between.kind != REIN_DIST_NONE && p->between.kind != REIN_DIST_UNIFORM;
    if (normal) continue;
    rein_error(c->diag, r->pos,
               "a correlation of '%s', which has no normal, lognormal or logit_normal 'between'", p->name);
    rein_note(c->diag, p->pos, "'%s' is declared here", p->name);
    return false;
  }
  if (fabs(r->rho) < 1) return true;
  rein_error(c->diag, r->pos, "the correlation of '%s' and '%s' must lie between -1 and 1, and is %g",
             m->param[r->param_a].name, m->param[r->param_b].name, r->rho);
  return false;
}

static void check_correlations(structure *c) {
  const rein_model *m = c->model;
  int *place = REIN_NEW(m->arena, int, m->n_param + 1), n = 0; /* 1 + row in the matrix, 0: not in it */
  bool fine = true;
  for (size_t i = 0; i < m->n_correlation; i++) {
    const rein_correlation *r = &m->correlation[i];
    fine &= check_correlation(c, r);
    if (!place[r->param_a]) place[r->param_a] = ++n;
    if (!place[r->param_b]) place[r->param_b] = ++n;
  }
  if (!fine || n == 0) return;
  if (n > MAX_CORRELATED) {
    rein_error(c->diag, m->correlation[0].pos, "more than %d correlated parameters", MAX_CORRELATED);
    return;
  }
  double *a = REIN_NEW(m->arena, double, (size_t)n *(size_t)n);
  for (int i = 0; i < n; i++) a[i * n + i] = 1;
  for (size_t i = 0; i < m->n_correlation; i++) {
    const rein_correlation *r = &m->correlation[i];
    int row = place[r->param_a] - 1, col = place[r->param_b] - 1;
    if (a[row * n + col] != 0)
      rein_error(c->diag, r->pos, "the correlation of '%s' and '%s' is given twice",
                 m->param[r->param_a].name, m->param[r->param_b].name);
    a[row * n + col] = a[col * n + row] = r->rho;
  }
  if (!factor_positive(a, n))
    rein_error(c->diag, m->correlation[0].pos,
               "no distribution has these correlations together: their matrix is not positive definite");
}

/* ---- names that share a space of their own ---- */

static void check_unique(structure *c, rein_names *names, const char *name, rein_pos pos, int index,
                         const char *what) {
  if (rein_names_add(names, name, index) != index)
    rein_error(c->diag, pos, "%s '%s' is declared twice", what, name);
}

/* `outside: event` is a safety signal of its own, made here where parts are in place. */
static void watch_ranges(structure *c) {
  rein_model *m = c->model;
  rein_safety *all = REIN_NEW(m->arena, rein_safety, m->n_safety + m->n_state + 1);
  size_t n = m->n_safety;
  if (n) memcpy(all, m->safety, n * sizeof *all);
  for (size_t i = 0; i < m->n_state; i++) {
    const rein_state *s = &m->state[i];
    if (s->range_policy != REIN_RANGE_EVENT) continue;
    const char *name = rein_arena_printf(m->arena, "%s_outside", s->name);
    for (size_t k = 0; k < m->n_safety; k++)
      if (strcmp(m->safety[k].name, name) == 0)
        rein_error(c->diag, m->safety[k].pos,
                   "'%s' is the name of the signal that 'outside: event' of '%s' makes; take another", name,
                   s->name);
    rein_text text;
    rein_text_init(&text, m->arena);
    rein_text_printf(&text, "%s is outside its range, ", s->name);
    rein_text_number(&text, s->range_low);
    rein_text_add(&text, " .. ");
    rein_text_number(&text, s->range_high);
    rein_text_printf(&text, " %s", s->unit_text);
    all[n++] = (rein_safety){name, text.bytes, s->pos, NULL, (int)i};
  }
  m->safety = all, m->n_safety = n;
}

static void check_names(structure *c) {
  const rein_model *m = c->model;
  rein_names *action = rein_names_create(m->arena), *safety = rein_names_create(m->arena);
  rein_names *event = rein_names_create(m->arena);
  for (size_t i = 0; i < m->n_action; i++)
    check_unique(c, action, m->action[i].name, m->action[i].pos, (int)i, "action");
  for (size_t i = 0; i < m->n_safety; i++)
    check_unique(c, safety, m->safety[i].name, m->safety[i].pos, (int)i, "safety signal");
  for (size_t i = 0; i < m->n_event; i++)
    if (m->event[i].name) check_unique(c, event, m->event[i].name, m->event[i].pos, (int)i, "event");
}

void rein_check_structure(rein_model *model, rein_diag *diag) {
  structure c = {.model = model, .diag = diag};
  check_states(&c);
  check_params(&c);
  check_noise(&c);
  check_doses(&c);
  check_events(&c);
  check_correlations(&c);
  check_names(&c);
  watch_ranges(&c);
}

static void mark_used(void *context, rein_ast *name) {
  bool *used = context;
  if (name->symbol >= 0) used[name->symbol] = true;
}

void rein_warn_unused(rein_model *model, rein_diag *diag) {
  bool *used = REIN_NEW(model->arena, bool, model->n_symbol + 1);
  size_t n;
  rein_expression *e = rein_model_expressions(model, &n);
  for (size_t i = 0; i < n; i++) rein_ast_each_name(*e[i].ast, mark_used, used);
  for (size_t i = 0; i < model->n_param; i++) {
    const rein_param *p = &model->param[i];
    int s = rein_names_find(model->names, p->name);
    if (s >= 0 && !used[s] && !p->covariate)
      rein_warning(diag, p->pos, "parameter '%s' is not used", p->name);
  }
}

typedef struct {
  const bool *moved; /* (n_symbol) */
  int found;         /* symbol, -1 none */
} search;

static void find_moved(void *context, rein_ast *name) {
  search *s = context;
  if (name->symbol >= 0 && s->moved[name->symbol]) s->found = name->symbol;
}

static void warn_action(const rein_model *model, const rein_action *a, search *s, rein_diag *diag) {
  rein_ast *const of[] = {a->lag, a->bioavailability, a->rate, a->duration};
  static const char *const WHAT[] = {"lag", "bioavailability", "rate", "duration"};
  for (int k = 0; k < 4; k++) {
    s->found = -1;
    if (of[k]) rein_ast_each_name(of[k], find_moved, s);
    if (s->found >= 0)
      rein_warning(diag, of[k]->pos,
                   "%s of '%s' uses '%s', which an event changes; doses have its value of before events",
                   WHAT[k], a->name, model->symbol[s->found].name);
  }
}

/* A dose is planned before the events happen, so what they set is not seen in it. */
void rein_warn_unseen(rein_model *model, rein_diag *diag) {
  bool *moved = REIN_NEW(model->arena, bool, model->n_symbol + 1);
  size_t n;
  rein_expression *e = rein_model_expressions(model, &n);
  for (size_t i = 0; i < model->n_event; i++) {
    const rein_event *event = &model->event[i];
    for (int k = 0; k < event->n_assign; k++) {
      if (event->assign[k].kind != REIN_SYMBOL_PARAM) continue;
      const int s = rein_names_find(model->names, model->param[event->assign[k].index].name);
      if (s >= 0) moved[s] = true;
    }
  }
  search s = {.moved = moved};
  const rein_expression **own = REIN_NEW(model->arena, const rein_expression *, model->n_symbol + 1);
  for (size_t i = 0; i < n; i++)
    if (e[i].owner >= 0) own[e[i].owner] = &e[i];
  for (size_t k = 0; k < model->n_order; k++) { /* computed from what is moved is moved, too */
    const int owner = model->order[k];
    s.found = -1;
    if (own[owner]) rein_ast_each_name(*own[owner]->ast, find_moved, &s);
    moved[owner] |= s.found >= 0;
  }
  for (size_t i = 0; i < model->n_action; i++) warn_action(model, &model->action[i], &s, diag);
}
