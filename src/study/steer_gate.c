/* What a search refuses, `exploratory` or not: people who are somebody, actions that are never automatic,
 * amounts outside what the model is valid for, and values of parameters by which a limit would be another. */
#include <math.h>
#include <string.h>

#include "src/lang/check.h"
#include "src/study/steer_inside.h"

static const rein_pos nowhere = {NULL, 0, 0, 0};

static bool is_arm(const char *name, const char *written) {
  const size_t n = strlen(written);
  return strncmp(name, written, n) == 0 && (name[n] == '\0' || name[n] == '/');
}

static void refuse_people(const rein_steer_job *job) {
  const rein_scenario *s = job->out->scenario;
  if (s->typical || s->individual_data)
    rein_error(job->diag, nowhere,
               "steer searches for cohorts drawn from a model, not for %s: say `cohort: {n: ...}`",
               s->typical ? "one typical person" : "people of a table");
}

static void refuse_arm(const rein_steer_job *job) {
  const rein_scenario *s = job->out->scenario;
  rein_names *names = rein_names_create(job->arena);
  bool found = false;
  for (int a = 0; a < s->n_arm; a++) {
    if (s->arm[a].counterfactual) continue;
    rein_names_add(names, s->arm[a].name, a);
    if (!is_arm(s->arm[a].name, job->out->arm)) continue;
    found = true;
    if (strcmp(s->arm[a].boundary, "never_automatic") == 0) {
      rein_error(job->diag, nowhere,
                 "arm '%s' has an action, or a model, that is never_automatic: no search may vary it",
                 s->arm[a].name);
      return;
    }
  }
  const char *near = rein_names_closest(names, job->out->arm);
  if (!found)
    rein_error(job->diag, nowhere, "the scenario has no arm '%s'%s%s%s", job->out->arm,
               near ? ": did you mean '" : "", near ? near : "", near ? "'?" : "");
}

/* ---- what limits read ---- */

/* Parameters that an expression depends on, through values, observables and computed parameters; not through
 * states, which have a course of their own. */
typedef struct {
  const rein_model *model;
  bool *seen;        /* (n_symbol) */
  const char **read; /* (n_param) the limit that reads it, NULL none */
  const char *limit;
} reading;

static void read_name(void *context, rein_ast *name);

static void read_expression(reading *r, rein_ast *ast) {
  if (ast) rein_ast_each_name(ast, read_name, r);
}

static void read_symbol(reading *r, rein_symbol_kind kind, int index) {
  const rein_model *m = r->model;
  if (kind == REIN_SYMBOL_PARAM) {
    if (!r->read[index]) r->read[index] = r->limit;
    read_expression(r, m->param[index].value_expr);
    for (size_t i = 0; i < m->n_delay; i++) {
      if (m->delay[i].param != index) continue;
      read_expression(r, m->delay[i].is);
      read_expression(r, m->delay[i].by);
      read_expression(r, m->delay[i].before);
    }
  }
  if (kind == REIN_SYMBOL_VALUE) read_expression(r, m->value[index].is);
  if (kind == REIN_SYMBOL_OBSERVABLE) read_expression(r, m->observable[index].is);
  if (kind == REIN_SYMBOL_PROCESS) read_expression(r, m->process[index].rate);
  for (size_t i = 0; i < m->n_act; i++) {
    const rein_act *a = &m->act[i];
    if (a->kind != kind || a->target != index) continue;
    if (a->scale >= 0) read_expression(r, m->value[a->scale].is);
    if (a->shift >= 0) read_expression(r, m->value[a->shift].is);
  }
}

static void read_name(void *context, rein_ast *name) {
  reading *r = context;
  if (name->symbol < 0 || r->seen[name->symbol]) return;
  r->seen[name->symbol] = true;
  read_symbol(r, r->model->symbol[name->symbol].kind, r->model->symbol[name->symbol].index);
}

/* A person's covariates may differ, nothing else that a limit reads: a threshold that is moved is no limit.
 */
static void refuse_parameters(const rein_steer_job *job) {
  const rein_steering *s = job->out;
  const rein_model *m = s->scenario->model;
  reading r = {.model = m, .read = REIN_NEW(job->arena, const char *, m->n_param + 1)};
  for (int k = 0; k < s->n_limit; k++) {
    r.seen = REIN_NEW(job->arena, bool, m->n_symbol + 1);
    r.limit = s->limit[k].name;
    if (s->limit[k].safety >= 0) read_expression(&r, m->safety[s->limit[k].safety].when);
    if (s->limit[k].observable >= 0) read_symbol(&r, REIN_SYMBOL_OBSERVABLE, s->limit[k].observable);
  }
  for (size_t p = 0; p < m->n_param; p++) {
    rein_pos pos;
    if (r.read[p] && !m->param[p].covariate && rein_scenario_sets(s->scenario, s->arm, (int)p, &pos))
      rein_error(job->diag, pos,
                 "'%s' may not be set here: the limit '%s' reads it, and a limit cannot be "
                 "switched off",
                 m->param[p].name, r.read[p]);
  }
}

/* ---- amounts ---- */

static rein_status read_probe(rein_steer_job *job) {
  const rein_steering *s = job->out;
  double *low = REIN_NEW(job->arena, double, s->n_action);
  for (int i = 0; i < s->n_action; i++) low[i] = s->action[i].low;
  rein_scenario_options wanted = job->options->scenario;
  wanted.model = s->scenario->model;
  wanted.points = rein_steer_points(job, low, 1, false);
  rein_diag *again = rein_diag_create(job->arena); /* its warnings are those of the scenario as written */
  rein_scenario *probe;
  rein_status status = rein_scenario_read(job->arena, job->units, job->scenario_path, &wanted, again, &probe);
  if (status != REIN_OK)
    status = rein_scenario_read(job->arena, job->units, job->scenario_path, &wanted, job->diag, &probe);
  if (status == REIN_OK) job->probe = probe;
  return status;
}

static void refuse_amounts(const rein_steer_job *job) {
  rein_outside_line line;
  if (!rein_scenario_find_outside(job->probe, 0, &line)) return;
  const rein_action *a = &job->probe->model->action[line.action];
  if (isnan(line.amount)) {
    rein_error(job->diag, line.pos,
               "'%s' replaces or multiplies what is there: whether the model is valid for it, %g to %g %s of "
               "'%s', cannot be told",
               line.line, a->valid_low, a->valid_high, a->unit_text, a->name);
    return;
  }
  const char *amount =
      line.of_table ? "an amount" : rein_arena_printf(job->arena, "%g %s", line.amount, a->unit_text);
  rein_error(job->diag, line.pos,
             "'%s' gives %s, outside the range that the model is valid for, %g to %g %s of '%s': a search "
             "stays inside",
             line.line, amount, a->valid_low, a->valid_high, a->unit_text, a->name);
}

rein_status rein_steer_refuse(rein_steer_job *job) {
  refuse_people(job);
  refuse_arm(job);
  refuse_parameters(job);
  rein_status status = rein_diag_status(job->diag);
  if (status == REIN_OK) status = read_probe(job);
  if (status != REIN_OK) return status;
  refuse_amounts(job);
  return rein_diag_status(job->diag);
}
