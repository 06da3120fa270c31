/* Parts: the model of another file joins this one with its name before every name of its own. `with` replaces
 * parameters of the part by expressions in the names of the file that says so; such a parameter becomes a
 * value. */
#include <math.h>
#include <string.h>

#include "src/base/files.h"
#include "src/lang/check.h"
#include "src/lang/model_read.h"

typedef struct {
  rein_reader *reader;
  rein_model *child;
  const char *prefix; /* "pk" */
  rein_pos pos;
  int *param;      /* (child->n_param) new index, -1: replaced */
  rein_ast **with; /* (child->n_param) replacement, NULL: none */
  int first_state, first_value, first_process;
} join;

static const char *prefixed(const join *j, const char *name) {
  return name ? rein_arena_printf(j->reader->arena, "%s.%s", j->prefix, name) : NULL;
}

/* Prefixes every name and call of a tree. Deeper trees than may be walked are left to the check, which
 * refuses them. */
static void prefix_tree(const join *j, rein_ast *ast, int depth) {
  if (!ast || depth > REIN_AST_MAX_HEIGHT) return;
  bool name = ast->kind == REIN_AST_NAME && strcmp(ast->name, "time") != 0 && strcmp(ast->name, "pi") != 0;
  if (name || ast->kind == REIN_AST_CALL) ast->name = prefixed(j, ast->name);
  for (int i = 0; i < ast->n_arg; i++) prefix_tree(j, ast->arg[i], depth + 1);
}

/* In a function's body the names are its arguments. */
static void prefix_calls(const join *j, rein_ast *ast, int depth) {
  if (depth > REIN_AST_MAX_HEIGHT) return;
  if (ast->kind == REIN_AST_CALL) ast->name = prefixed(j, ast->name);
  for (int i = 0; i < ast->n_arg; i++) prefix_calls(j, ast->arg[i], depth + 1);
}

static int child_param(const rein_model *child, const char *name) {
  for (size_t i = 0; i < child->n_param; i++)
    if (strcmp(child->param[i].name, name) == 0) return (int)i;
  return -1;
}

static void refuse_with(join *j, const char *name, rein_pos pos) {
  const rein_model *child = j->child;
  rein_names *names = rein_names_create(j->reader->arena);
  for (size_t i = 0; i < child->n_param; i++) rein_names_add(names, child->param[i].name, (int)i);
  const char *near = rein_names_closest(names, name);
  rein_error(j->reader->diag, pos, "part '%s' has no parameter or covariate '%s'%s%s%s", j->prefix, name,
             near ? "; did you mean '" : "", near ? near : "", near ? "'?" : "");
}

static void read_with(join *j, const rein_yaml *with) {
  rein_diag *diag = j->reader->diag;
  j->with = REIN_NEW(j->reader->arena, rein_ast *, j->child->n_param + 1);
  if (!with) return;
  if (with->kind != REIN_YAML_MAP) {
    rein_error(diag, with->pos, "'with' is a map from the part's parameters to expressions");
    return;
  }
  for (int i = 0; i < with->n; i++) {
    int p = child_param(j->child, with->key[i]);
    if (p < 0)
      refuse_with(j, with->key[i], with->key_pos[i]);
    else if (with->item[i]->kind != REIN_YAML_SCALAR)
      rein_error(diag, with->item[i]->pos, "expected an expression");
    else
      j->with[p] = rein_read_size(j->reader, rein_piece_of(with->item[i]));
  }
}

static void join_params(join *j) {
  rein_reader *r = j->reader;
  j->param = REIN_NEW(r->arena, int, j->child->n_param + 1);
  for (size_t i = 0; i < j->child->n_param; i++) {
    rein_param p = j->child->param[i];
    p.name = prefixed(j, p.name);
    p.source = prefixed(j, p.source);
    prefix_tree(j, p.value_expr, 0);
    j->param[i] = -1;
    if (j->with[i]) {
      *REIN_ADD(r, rein_value, value) =
          (rein_value){p.name, p.title, p.unit_text, p.codes, j->with[i]->pos, p.unit, j->with[i]};
      continue;
    }
    j->param[i] = (int)r->model->n_param;
    *REIN_ADD(r, rein_param, param) = p;
  }
}

static void join_states(join *j) {
  rein_reader *r = j->reader;
  j->first_state = (int)r->model->n_state;
  for (size_t i = 0; i < j->child->n_state; i++) {
    rein_state s = j->child->state[i];
    s.name = prefixed(j, s.name);
    prefix_tree(j, s.initial, 0);
    prefix_tree(j, s.rate, 0);
    *REIN_ADD(r, rein_state, state) = s;
  }
  j->first_value = (int)r->model->n_value;
  j->first_process = (int)r->model->n_process;
  for (size_t i = 0; i < j->child->n_value; i++) {
    rein_value v = j->child->value[i];
    v.name = prefixed(j, v.name);
    prefix_tree(j, v.is, 0);
    *REIN_ADD(r, rein_value, value) = v;
  }
  for (size_t i = 0; i < j->child->n_process; i++) {
    rein_process p = j->child->process[i];
    p.name = prefixed(j, p.name);
    p.source = prefixed(j, p.source);
    prefix_tree(j, p.rate, 0);
    for (int k = 0; k < p.n_flow; k++) p.flow[k].state += j->first_state;
    *REIN_ADD(r, rein_process, process) = p;
  }
}

/* The new index of a parameter of the part, or -1 with an error where `with` replaced it. */
static int moved_param(const join *j, int param, const char *what) {
  if (j->param[param] >= 0) return j->param[param];
  rein_error(j->reader->diag, j->with[param]->pos,
             "'%s' of part '%s' cannot be replaced: %s needs it as a parameter", j->child->param[param].name,
             j->prefix, what);
  return -1;
}

static const rein_ramp *moved_ramp(const join *j, const rein_ramp *ramp) {
  rein_ramp *moved = REIN_NEW(j->reader->arena, rein_ramp, 1);
  *moved = *ramp;
  moved->since = j->param[ramp->since];
  moved->pace = j->param[ramp->pace];
  for (int k = 0; k < 2; k++) {
    moved->kept[k] = j->param[ramp->kept[k]];
    moved->forced[k] = j->param[ramp->forced[k]];
  }
  return moved;
}

static void join_acts(join *j) {
  rein_reader *r = j->reader;
  for (size_t i = 0; i < j->child->n_act; i++) {
    rein_act a = j->child->act[i];
    if (a.kind == REIN_SYMBOL_PARAM)
      a.target = moved_param(j, a.target, "an action");
    else
      a.target += a.kind == REIN_SYMBOL_VALUE ? j->first_value : j->first_process;
    if (a.scale >= 0) a.scale += j->first_value;
    if (a.shift >= 0) a.shift += j->first_value;
    if (a.target >= 0) *REIN_ADD(r, rein_act, act) = a;
  }
}

static void join_actions(join *j) {
  rein_reader *r = j->reader;
  for (size_t i = 0; i < j->child->n_action; i++) {
    rein_action a = j->child->action[i];
    if (a.param >= 0) a.param = moved_param(j, a.param, rein_arena_printf(r->arena, "action '%s'", a.name));
    if (a.state >= 0) a.state += j->first_state;
    if (a.ramp) a.ramp = moved_ramp(j, a.ramp);
    a.name = prefixed(j, a.name);
    prefix_tree(j, a.lag, 0);
    prefix_tree(j, a.bioavailability, 0);
    prefix_tree(j, a.rate, 0);
    prefix_tree(j, a.duration, 0);
    *REIN_ADD(r, rein_action, action) = a;
  }
}

static void join_observables(join *j) {
  rein_reader *r = j->reader;
  for (size_t i = 0; i < j->child->n_observable; i++) {
    rein_observable o = j->child->observable[i];
    o.name = prefixed(j, o.name);
    prefix_tree(j, o.is, 0);
    prefix_tree(j, o.noise_sd, 0);
    prefix_tree(j, o.noise_cv, 0);
    *REIN_ADD(r, rein_observable, observable) = o;
  }
  for (size_t i = 0; i < j->child->n_safety; i++) {
    rein_safety s = j->child->safety[i];
    s.name = prefixed(j, s.name);
    prefix_tree(j, s.when, 0);
    *REIN_ADD(r, rein_safety, safety) = s;
  }
}

static void join_delays(join *j) {
  rein_reader *r = j->reader;
  for (size_t i = 0; i < j->child->n_delay; i++) {
    rein_delay d = j->child->delay[i];
    prefix_tree(j, d.is, 0);
    prefix_tree(j, d.by, 0);
    prefix_tree(j, d.before, 0);
    d.param = moved_param(j, d.param, "a delay");
    if (d.param >= 0) *REIN_ADD(r, rein_delay, delay) = d;
  }
  rein_model *m = r->model;
  m->imported |= j->child->imported;
  m->random_ties |= j->child->random_ties;
  if (j->child->settle > m->settle) m->settle = j->child->settle;
}

static void join_events(join *j) {
  rein_reader *r = j->reader;
  for (size_t i = 0; i < j->child->n_event; i++) {
    rein_event e = j->child->event[i];
    prefix_tree(j, e.when, 0);
    prefix_tree(j, e.delay, 0);
    prefix_tree(j, e.priority, 0);
    for (int k = 0; k < e.n_assign; k++) {
      rein_assignment *a = &e.assign[k];
      prefix_tree(j, a->value, 0);
      if (a->scale) prefix_tree(j, a->scale, 0);
      if (a->kind == REIN_SYMBOL_STATE)
        a->index += j->first_state;
      else
        a->index = moved_param(j, a->index, rein_arena_printf(r->arena, "event '%s'", e.name));
    }
    e.name = prefixed(j, e.name);
    *REIN_ADD(r, rein_event, event) = e;
  }
}

static void join_rest(join *j) {
  rein_reader *r = j->reader;
  for (size_t i = 0; i < j->child->n_function; i++) {
    rein_function f = j->child->function[i];
    f.name = prefixed(j, f.name);
    prefix_calls(j, f.body, 0);
    *REIN_ADD(r, rein_function, function) = f;
  }
  for (size_t i = 0; i < j->child->n_ref; i++) {
    rein_source_ref s = j->child->ref[i];
    s.key = prefixed(j, s.key);
    *REIN_ADD(r, rein_source_ref, ref) = s;
  }
  for (size_t i = 0; i < j->child->n_correlation; i++) {
    rein_correlation c = j->child->correlation[i];
    c.param_a = moved_param(j, c.param_a, "a correlation");
    c.param_b = moved_param(j, c.param_b, "a correlation");
    *REIN_ADD(r, rein_correlation, correlation) = c;
  }
  /* what is valid for a part's horizon bounds the whole */
  double horizon = j->child->horizon;
  if (isfinite(horizon) && !r->model->time_unit.unknown)
    horizon = rein_unit_convert(horizon, &j->child->time_unit, &r->model->time_unit);
  r->model->horizon = fmin(r->model->horizon, horizon);
}

/* The part's file, read but not checked: its check is that of the whole. */
static rein_model *read_part_file(rein_reader *r, const rein_yaml *name) {
  rein_read_job *job = r->job;
  const rein_source *source;
  const char *file = rein_model_find(r->arena, name->text, name->pos, r->diag);
  if (!file) return NULL;
  for (int i = 0; i < job->depth; i++)
    if (strcmp(job->open[i], file) == 0) {
      rein_error(r->diag, name->pos, "'%s' is a part of itself", file);
      return NULL;
    }
  if (job->depth >= REIN_MAX_PART_DEPTH || ++job->n_part > REIN_MAX_PART) {
    rein_error(r->diag, name->pos, "parts go more than %d deep, or there are more than %d of them",
               REIN_MAX_PART_DEPTH, REIN_MAX_PART);
    return NULL;
  }
  if (rein_files_read(r->arena, file, name->pos, r->diag, &source) != REIN_OK) return NULL;
  job->open[job->depth++] = file;
  rein_model *child = rein_read_declared(job, source);
  job->depth--;
  return child;
}

static void read_part(rein_reader *r, const char *prefix, rein_pos pos, const rein_yaml *map) {
  int n_error = rein_diag_n_error(r->diag);
  join j = {.reader = r, .prefix = prefix, .pos = pos};
  j.child = read_part_file(r, rein_yaml_get(map, "model"));
  if (!j.child) {
    if (rein_diag_n_error(r->diag) > n_error) rein_note(r->diag, pos, "part '%s' is named here", prefix);
    return;
  }
  read_with(&j, rein_yaml_get(map, "with"));
  join_params(&j);
  join_states(&j);
  join_actions(&j);
  join_acts(&j);
  join_observables(&j);
  join_delays(&j);
  join_events(&j);
  join_rest(&j);
}

void rein_read_parts(rein_reader *r) {
  const rein_yaml *section = rein_yaml_get(r->root, "parts");
  for (int i = 0; section && i < section->n; i++)
    read_part(r, section->key[i], section->key_pos[i], section->item[i]);
}
