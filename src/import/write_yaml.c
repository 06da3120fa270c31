#include "src/import/write_yaml.h"

#include <math.h>
#include <string.h>

/* Text between quotes that YAML reads back byte for byte. */
static void add_quoted(rein_text *out, const char *text) {
  rein_text_add(out, "\"");
  for (const char *c = text; *c; c++) {
    if (*c == '"' || *c == '\\')
      rein_text_printf(out, "\\%c", *c);
    else if ((unsigned char)*c < ' ')
      rein_text_printf(out, "\\x%02x", *c);
    else
      rein_text_add_n(out, c, 1);
  }
  rein_text_add(out, "\"");
}

static void add_title(rein_text *out, const char *title) {
  if (!title) return;
  rein_text_add(out, ", title: ");
  add_quoted(out, title);
}

/* "a:b c:d" as {a: "b", c: "d"}. */
static void add_codes(rein_text *out, const char *codes) {
  if (!codes) return;
  rein_text_add(out, "codes: {");
  for (const char *at = codes; *at;) {
    const size_t key = strcspn(at, ":"), n = strcspn(at, " ");
    rein_text_printf(out, "%s%.*s: ", at > codes ? ", " : "", (int)key, at);
    add_quoted(out, rein_arena_strndup(out->arena, at + key + 1, n - key - 1));
    at += n + (at[n] == ' ');
  }
  rein_text_add(out, "}");
}

static void add_item_codes(rein_text *out, const char *codes) {
  if (codes) rein_text_add(out, ", ");
  add_codes(out, codes);
}

/* The language has no word for what is not a finite number: 0 / 0, 1 / 0. */
static rein_ast *writable(rein_arena *arena, const rein_ast *ast) {
  rein_ast *to = rein_ast_copy(arena, ast);
  for (int i = 0; i < to->n_arg; i++) to->arg[i] = writable(arena, to->arg[i]);
  if (ast->kind != REIN_AST_NUMBER || isfinite(ast->number)) return to;
  double top = isnan(ast->number) ? 0 : ast->number > 0 ? 1 : -1;
  rein_ast *part[2] = {rein_ast_number(arena, ast->pos, top), rein_ast_number(arena, ast->pos, 0)};
  return rein_ast_op(arena, ast->pos, REIN_OP_DIV, 2, part);
}

static void add_expression(rein_text *out, const char *key, const rein_ast *ast) {
  if (!ast) return;
  rein_text text;
  rein_text_init(&text, out->arena);
  rein_ast_print(writable(out->arena, ast), &text);
  rein_text_printf(out, "%s: ", key);
  add_quoted(out, text.bytes);
}

static void write_head(const rein_model *m, const char *from, rein_text *out) {
  rein_text_printf(out, "rein: model/1\nname: %s\n", m->name);
  if (m->title) {
    rein_text_add(out, "title: ");
    add_quoted(out, m->title);
    rein_text_add(out, "\n");
  }
  if (m->notes) {
    rein_text_add(out, "notes: ");
    add_quoted(out, m->notes);
    rein_text_add(out, "\n");
  }
  add_codes(out, m->codes);
  if (m->codes) rein_text_add(out, "\n");
  rein_text_printf(out, "imported: %s\ntime: '%s'\nboundary: %s\n", from, m->time_unit_text, m->boundary);
  if (m->settle > 0) {
    rein_text_add(out, "settle: ");
    rein_text_number(out, m->settle);
    rein_text_add(out, "\n");
  }
}

static void write_params(const rein_model *m, rein_text *out) {
  size_t n = 0;
  for (size_t i = 0; i < m->n_param; i++) {
    const rein_param *p = &m->param[i];
    if (p->delayed) continue;
    if (n++ == 0) rein_text_add(out, "parameters:\n");
    rein_text_printf(out, "  %s: {", p->name);
    if (p->value_expr) {
      add_expression(out, "is", p->value_expr);
      rein_text_printf(out, ", unit: '%s'", p->unit_text);
    } else {
      rein_text_add(out, "value: ");
      rein_text_number(out, p->value);
      rein_text_printf(out, " %s", p->unit_text);
    }
    rein_text_add(out, ", assumed: ");
    add_quoted(out, p->assumed ? p->assumed : "imported");
    add_title(out, p->title);
    add_item_codes(out, p->codes);
    rein_text_add(out, "}\n");
  }
}

static void write_states(const rein_model *m, rein_text *out) {
  if (m->n_state) rein_text_add(out, "states:\n");
  for (size_t i = 0; i < m->n_state; i++) {
    const rein_state *s = &m->state[i];
    rein_text_printf(out, "  %s: {unit: '%s', ", s->name, s->unit_text);
    add_expression(out, "initial", s->initial);
    if (s->rate) rein_text_add(out, ", ");
    add_expression(out, "rate", s->rate);
    add_title(out, s->title);
    add_item_codes(out, s->codes);
    rein_text_add(out, "}\n");
  }
}

/* All a process does to one state, or 0 where an earlier flow has said it. */
static double net_factor(const rein_process *p, int i_flow) {
  double sum = 0;
  for (int k = 0; k < p->n_flow; k++) {
    if (p->flow[k].state != p->flow[i_flow].state) continue;
    if (k < i_flow) return 0;
    sum += p->flow[k].factor;
  }
  return sum;
}

static bool changes_nothing(const rein_process *p) {
  for (int k = 0; k < p->n_flow; k++)
    if (net_factor(p, k) != 0) return false;
  return true;
}

static void write_value(rein_text *out, const rein_value *v) {
  rein_text_printf(out, "  %s: {", v->name);
  add_expression(out, "is", v->is);
  rein_text_printf(out, ", unit: '%s'", v->unit_text ? v->unit_text : "?");
  add_title(out, v->title);
  add_item_codes(out, v->codes);
  rein_text_add(out, "}\n");
}

/* A process without a net effect is a value. */
static void write_values(const rein_model *m, rein_text *out) {
  size_t n = 0;
  for (size_t i = 0; i < m->n_value; i++) {
    if (n++ == 0) rein_text_add(out, "values:\n");
    write_value(out, &m->value[i]);
  }
  for (size_t i = 0; i < m->n_process; i++) {
    const rein_process *p = &m->process[i];
    if (!changes_nothing(p)) continue;
    if (n++ == 0) rein_text_add(out, "values:\n");
    write_value(
        out,
        &(rein_value){
            .name = p->name, .title = p->title, .codes = p->codes, .unit_text = p->unit_text, .is = p->rate});
  }
}

static void write_side(const rein_model *m, const rein_process *p, const char *side, double sign,
                       rein_text *out) {
  int n = 0;
  for (int k = 0; k < p->n_flow; k++) {
    double factor = sign * net_factor(p, k);
    if (!(factor > 0)) continue;
    rein_text_printf(out, n++ ? ", " : "%s: {", side);
    rein_text_printf(out, "%s: ", m->state[p->flow[k].state].name);
    rein_text_number(out, factor);
  }
  if (n) rein_text_add(out, "}, ");
}

static void write_processes(const rein_model *m, rein_text *out) {
  size_t n = 0;
  for (size_t i = 0; i < m->n_process; i++) {
    const rein_process *p = &m->process[i];
    if (changes_nothing(p)) continue;
    if (n++ == 0) rein_text_add(out, "processes:\n");
    rein_text_printf(out, "  %s: {", p->name);
    write_side(m, p, "from", -1, out);
    write_side(m, p, "to", 1, out);
    add_expression(out, "rate", p->rate);
    if (p->unit_text) rein_text_printf(out, ", unit: '%s'", p->unit_text);
    add_title(out, p->title);
    add_item_codes(out, p->codes);
    rein_text_add(out, "}\n");
  }
}

static void write_targets(const rein_model *m, const rein_event *e, bool scales, rein_text *out) {
  int n = 0;
  for (int k = 0; k < e->n_assign; k++) {
    const rein_assignment *a = &e->assign[k];
    const rein_ast *what = scales ? a->scale : a->value;
    if (!what) continue;
    rein_text_add(out, n++ ? ", " : scales ? ", times: {" : ", set: {");
    add_expression(out, a->kind == REIN_SYMBOL_STATE ? m->state[a->index].name : m->param[a->index].name,
                   what);
  }
  if (n)
    rein_text_add(out, "}");
  else if (!scales)
    rein_text_add(out, ", set: {}");
}

static void write_events(const rein_model *m, rein_text *out) {
  if (m->n_event) rein_text_add(out, "events:\n");
  for (size_t i = 0; i < m->n_event; i++) {
    const rein_event *e = &m->event[i];
    rein_text_printf(out, "  %s: {", e->name);
    add_expression(out, "when", e->when);
    if (e->delay) rein_text_add(out, ", ");
    add_expression(out, "delay", e->delay);
    if (e->priority) rein_text_add(out, ", ");
    add_expression(out, "priority", e->priority);
    rein_text_printf(out, ", persistent: %s, initial: %s, values: %s", e->persistent ? "true" : "false",
                     e->initial_true ? "true" : "false", e->values_at_trigger ? "trigger" : "execution");
    write_targets(m, e, false, out);
    write_targets(m, e, true, out);
    rein_text_add(out, "}\n");
  }
}

static void write_delays(const rein_model *m, rein_text *out) {
  if (m->n_delay) rein_text_add(out, "delays:\n");
  for (size_t i = 0; i < m->n_delay; i++) {
    const rein_delay *d = &m->delay[i];
    rein_text_printf(out, "  %s: {", m->param[d->param].name);
    add_expression(out, "is", d->is);
    rein_text_add(out, ", ");
    add_expression(out, "by", d->by);
    rein_text_add(out, ", ");
    add_expression(out, "before", d->before);
    rein_text_printf(out, ", depth: %d}\n", d->depth);
  }
}

void rein_model_write_yaml(const rein_model *m, const char *from, rein_text *out) {
  write_head(m, from, out);
  write_params(m, out);
  write_states(m, out);
  write_values(m, out);
  write_processes(m, out);
  write_delays(m, out);
  write_events(m, out);
}
