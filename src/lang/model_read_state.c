/* Sections functions, states, values, processes. */
#include <math.h>
#include <string.h>

#include "src/lang/model_read.h"
#include "src/lang/resolve.h"

static void read_function(rein_reader *r, const char *name, rein_pos pos, const rein_yaml *map) {
  const rein_yaml *of = rein_yaml_get(map, "of");
  bool list = of->kind == REIN_YAML_LIST; /* a single name stands for a list of one */
  rein_ast *body = rein_read_expression(r, map, "is");
  if (!body) return;
  rein_function *f = REIN_ADD(r, rein_function, function);
  *f = (rein_function){.name = name, .pos = pos, .body = body, .n_arg = list ? of->n : 1};
  f->arg = REIN_NEW(r->arena, const char *, f->n_arg + 1);
  for (int i = 0; i < f->n_arg; i++) {
    const rein_yaml *arg = list ? of->item[i] : of;
    f->arg[i] = arg->text;
    for (int k = 0; k < i; k++)
      if (strcmp(f->arg[k], f->arg[i]) == 0)
        rein_error(r->diag, arg->pos, "function '%s' has the argument '%s' twice", name, arg->text);
  }
  for (int op = 0; op < REIN_OP_COPY; op++)
    if (strcmp(rein_op_text((rein_op)op), name) == 0)
      rein_error(r->diag, pos, "'%s' is a function of the language and cannot be declared again", name);
  if (strcmp(name, "hill") == 0)
    rein_error(r->diag, pos, "'%s' is a function of the language and cannot be declared again", name);
}

void rein_read_functions(rein_reader *r) {
  const rein_yaml *section = rein_yaml_get(r->root, "functions");
  for (int i = 0; section && i < section->n; i++)
    read_function(r, section->key[i], section->key_pos[i], section->item[i]);
}

static void read_state(rein_reader *r, const char *name, rein_pos pos, const rein_yaml *map) {
  rein_state *s = REIN_ADD(r, rein_state, state);
  const rein_yaml *scale = rein_yaml_get(map, "scale");
  const char *outside = rein_read_text(map, "outside");
  *s = (rein_state){.name = name,
                    .pos = pos,
                    .title = rein_read_text(map, "title"),
                    .level = rein_read_text(map, "level"),
                    .range_low = -INFINITY,
                    .range_high = INFINITY};
  s->unit = rein_read_unit(r, map, "unit", &s->unit_text);
  s->initial = rein_read_expression(r, map, "initial");
  s->rate = rein_read_expression(r, map, "rate");
  s->codes = rein_read_codes(r, map);
  const char *what = rein_arena_printf(r->arena, "'scale' of '%s'", name);
  if (scale && rein_read_in_unit(r, rein_piece_of(scale), &s->unit, s->unit_text, false, what, &s->scale) &&
      !(s->scale > 0 && isfinite(s->scale)))
    rein_error(r->diag, scale->pos, "%s must be above 0", what);
  what = rein_arena_printf(r->arena, "'range' of '%s'", name);
  rein_read_range(r, map, "range", &s->unit, s->unit_text, what, &s->range_low, &s->range_high);
  if (rein_yaml_get(map, "range"))
    s->range_policy = !outside                          ? REIN_RANGE_ERROR
                      : strcmp(outside, "warning") == 0 ? REIN_RANGE_WARNING
                      : strcmp(outside, "event") == 0   ? REIN_RANGE_EVENT
                                                        : REIN_RANGE_ERROR;
  else if (outside)
    rein_error(r->diag, rein_yaml_get(map, "outside")->pos, "'outside' of '%s' needs a 'range'", name);
}

void rein_read_states(rein_reader *r) {
  const rein_yaml *section = rein_yaml_get(r->root, "states");
  for (int i = 0; section && i < section->n; i++)
    read_state(r, section->key[i], section->key_pos[i], section->item[i]);
}

void rein_read_values(rein_reader *r) {
  const rein_yaml *section = rein_yaml_get(r->root, "values");
  for (int i = 0; section && i < section->n; i++) {
    const rein_yaml *map = section->item[i];
    rein_value *v = REIN_ADD(r, rein_value, value);
    *v = (rein_value){
        .name = section->key[i], .title = rein_read_text(map, "title"), .pos = section->key_pos[i]};
    v->unit = rein_read_unit(r, map, "unit", &v->unit_text);
    v->is = rein_read_expression(r, map, "is");
    v->codes = rein_read_codes(r, map);
    rein_read_source_key(r, map);
  }
}

void rein_read_processes(rein_reader *r) {
  const rein_yaml *section = rein_yaml_get(r->root, "processes");
  for (int i = 0; section && i < section->n; i++) {
    const rein_yaml *map = section->item[i];
    rein_process *p = REIN_ADD(r, rein_process, process);
    *p = (rein_process){.name = section->key[i],
                        .title = rein_read_text(map, "title"),
                        .source = rein_read_source_key(r, map),
                        .codes = rein_read_codes(r, map),
                        .pos = section->key_pos[i]};
    p->unit = rein_unit_unknown();
    if (rein_yaml_get(map, "unit")) p->unit = rein_read_unit(r, map, "unit", &p->unit_text);
    p->rate = rein_read_expression(r, map, "rate");
  }
}

/* ---- flows: after states are known ---- */

typedef struct {
  rein_reader *reader;
  rein_process *process;
  const char *side; /* "from", "to" */
  size_t cap;
} flow_reader;

/* One state that the process changes; factor NULL: 1. */
static void add_flow(flow_reader *f, const char *state, rein_pos pos, const rein_yaml *factor) {
  rein_reader *r = f->reader;
  rein_quantity q = {.number = 1, .unit = rein_unit_one()};
  const char *what = rein_arena_printf(r->arena, "process '%s' flows %s", f->process->name, f->side);
  int s = rein_resolve_symbol(r->model, state, 1u << REIN_SYMBOL_STATE, what, pos, r->diag);
  if (factor && factor->kind != REIN_YAML_SCALAR) {
    rein_error(r->diag, factor->pos, "expected a number or a quantity such as 0.02 '1/L'");
    return;
  }
  if (factor && !rein_read_quantity(r, rein_piece_of(factor), &q)) return;
  if (s < 0) return;
  if (!(q.number > 0) || isinf(q.number)) {
    rein_error(r->diag, factor->pos,
               "the factor of '%s' must be a number above 0; 'from' and 'to' tell the direction", state);
    return;
  }
  rein_flow flow = {r->model->symbol[s].index, strcmp(f->side, "from") == 0 ? -q.number : q.number, q.unit};
  size_t n = (size_t)f->process->n_flow;
  REIN_PUSH(r->arena, f->process->flow, n, f->cap, flow);
  f->process->n_flow = (int)n;
}

/* In a list: a state that stands there twice is either a slip or a factor. */
static bool stands_before(flow_reader *f, const rein_yaml *side, int i) {
  for (int k = 0; k < i; k++) {
    if (side->item[k]->kind != REIN_YAML_SCALAR || strcmp(side->item[k]->text, side->item[i]->text) != 0)
      continue;
    rein_error(f->reader->diag, side->item[i]->pos,
               "'%s' stands twice in '%s' of '%s'; write %s: {%s: 2} if two are meant", side->item[i]->text,
               f->side, f->process->name, f->side, side->item[i]->text);
    return true;
  }
  return false;
}

static void read_side(flow_reader *f, const rein_yaml *side) {
  if (!side) return;
  if (side->kind == REIN_YAML_SCALAR) {
    add_flow(f, side->text, side->pos, NULL);
    return;
  }
  for (int i = 0; i < side->n; i++) {
    if (side->kind == REIN_YAML_MAP)
      add_flow(f, side->key[i], side->key_pos[i], side->item[i]);
    else if (side->item[i]->kind == REIN_YAML_SCALAR && stands_before(f, side, i))
      continue;
    else if (side->item[i]->kind == REIN_YAML_SCALAR)
      add_flow(f, side->item[i]->text, side->item[i]->pos, NULL);
    else
      rein_error(f->reader->diag, side->item[i]->pos, "expected the name of a state");
  }
}

/* What is taken from a state comes back to it, of every state: a catalyst among others is fine. */
static bool is_in_balance(const rein_process *p) {
  for (int i = 0; i < p->n_flow; i++) {
    double sum = 0;
    for (int k = 0; k < p->n_flow; k++) {
      if (p->flow[k].state != p->flow[i].state) continue;
      if (!rein_unit_equal(&p->flow[k].unit, &p->flow[i].unit)) return false;
      sum += p->flow[k].factor;
    }
    if (sum != 0) return false;
  }
  return p->n_flow > 0;
}

/* Where each process stands: of equal names, which are an error elsewhere, the last. */
static rein_names *process_names(const rein_reader *r) {
  rein_names *names = rein_names_create(r->arena);
  for (size_t i = r->model->n_process; i > 0; i--)
    rein_names_add(names, r->model->process[i - 1].name, (int)i - 1);
  return names;
}

void rein_read_flows(rein_reader *r) {
  const rein_yaml *section = rein_yaml_get(r->root, "processes");
  const rein_names *names = process_names(r);
  for (int i = 0; section && i < section->n; i++) {
    const rein_yaml *map = section->item[i];
    flow_reader f = {.reader = r, .process = &r->model->process[rein_names_find(names, section->key[i])]};
    int n_error = rein_diag_n_error(r->diag);
    f.side = "from";
    read_side(&f, rein_yaml_get(map, "from"));
    f.side = "to";
    read_side(&f, rein_yaml_get(map, "to"));
    if (f.process->n_flow == 0 && n_error == rein_diag_n_error(r->diag))
      rein_error(r->diag, section->key_pos[i],
                 "process '%s' changes nothing: it needs 'from:', 'to:' or both", f.process->name);
    if (n_error == rein_diag_n_error(r->diag) && is_in_balance(f.process))
      rein_error(r->diag, section->key_pos[i],
                 "process '%s' changes nothing: what it takes from a state flows back to the same state",
                 f.process->name);
  }
}
