/* Ways through the model, from what the action touches to what is explained, and what each link rests on. */
#include <math.h>
#include <string.h>

#include "src/study/explain_inside.h"

/* Nodes are states, then parameters. */
typedef struct {
  rein_arena *arena;
  rein_explanation *e;
  const rein_model *m;
  int n_node;
  bool *goal;     /* (n_node) what the readout reads */
  bool **reads;   /* (n_flux) of (n_node) */
  int *from_flux; /* (n_node) flux that leads there on the shortest way, -1 for a start */
  int *from_node; /* (n_node) */
  int *distance;  /* (n_node) -1: not reached */
} tracer;

/* ---- what an expression reads ---- */

static void collect(const rein_model *m, const rein_ast *ast, bool *node);

static void collect_symbol(const rein_model *m, int symbol, bool *node) {
  if (symbol < 0) return;
  const rein_symbol *s = &m->symbol[symbol];
  const int n = (int)m->n_state;
  switch (s->kind) {
  case REIN_SYMBOL_STATE:
    node[s->index] = true;
    break;
  case REIN_SYMBOL_PARAM:
    if (node[n + s->index]) break;
    node[n + s->index] = true;
    collect(m, m->param[s->index].value_expr, node);
    for (size_t d = 0; d < m->n_delay; d++)
      if (m->delay[d].param == s->index) collect(m, m->delay[d].is, node), collect(m, m->delay[d].by, node);
    break;
  case REIN_SYMBOL_VALUE:
    collect(m, m->value[s->index].is, node);
    break;
  case REIN_SYMBOL_PROCESS:
    collect(m, m->process[s->index].rate, node);
    break;
  case REIN_SYMBOL_OBSERVABLE:
    collect(m, m->observable[s->index].is, node);
    break;
  }
}

static void collect(const rein_model *m, const rein_ast *ast, bool *node) {
  if (!ast) return;
  if (ast->kind == REIN_AST_NAME) collect_symbol(m, ast->symbol, node);
  for (int i = 0; i < ast->n_arg; i++) collect(m, ast->arg[i], node);
}

static const rein_ast *rate_of(const rein_explanation *e, int f) {
  const rein_twin_flux *flux = &e->twin->flux[f];
  return flux->process >= 0 ? e->twin->of->process[flux->process].rate : e->twin->of->state[flux->state].rate;
}

/* ---- evidence ---- */

static const rein_source_ref *find_ref(const rein_model *m, const char *key) {
  for (size_t i = 0; key && i < m->n_ref; i++)
    if (strcmp(m->ref[i].key, key) == 0) return &m->ref[i];
  return NULL;
}

/* Each source once, "key (doi:...)"; what is assumed is counted. */
static const char *describe_evidence(const tracer *t, int f) {
  const rein_model *m = t->m;
  const rein_twin_flux *flux = &t->e->twin->flux[f];
  rein_text text;
  rein_text_init(&text, t->arena);
  bool *told = REIN_NEW(t->arena, bool, m->n_ref + 1);
  int n_assumed = 0;
  const char *own = flux->process >= 0 ? m->process[flux->process].source : NULL;
  for (int p = -1; p < (int)m->n_param; p++) {
    if (p >= 0 && !t->reads[f][m->n_state + (size_t)p]) continue;
    const rein_source_ref *ref = find_ref(m, p < 0 ? own : m->param[p].source);
    n_assumed += p >= 0 && m->param[p].assumed != NULL;
    if (!ref || told[ref - m->ref]) continue;
    told[ref - m->ref] = true;
    rein_text_printf(&text, "%s%s", text.n > 0 ? ", " : "", ref->key);
    if (ref->doi) rein_text_printf(&text, " (doi:%s)", ref->doi);
    if (!ref->verified) rein_text_add(&text, " unverified");
  }
  if (n_assumed > 0)
    rein_text_printf(&text, "%s%d assumed parameter%s", text.n > 0 ? ", " : "", n_assumed,
                     n_assumed > 1 ? "s" : "");
  return text.n > 0 ? text.bytes : "no source";
}

/* ---- shortest ways ---- */

static const char *node_name(const tracer *t, int node) {
  const rein_model *m = t->m;
  if (node >= (int)m->n_state) return m->param[node - (int)m->n_state].name;
  const rein_state *s = &m->state[node];
  return s->level ? rein_arena_printf(t->arena, "%s [%s]", s->name, s->level) : s->name;
}

static bool counts(const tracer *t, int f) {
  const rein_explain_number *share = &t->e->flux[f].share;
  return share->na || fabs(share->value) > t->e->least;
}

/* States that a flux changes. */
static int list_targets(const tracer *t, int f, int *target) {
  const rein_twin_flux *flux = &t->e->twin->flux[f];
  int n = 0;
  if (flux->state >= 0) target[n++] = flux->state;
  for (int k = 0; flux->process >= 0 && k < t->m->process[flux->process].n_flow; k++)
    target[n++] = t->m->process[flux->process].flow[k].state;
  return n;
}

/* Breadth first over fluxes that count; the ways are the same whatever the machine. */
static void search(tracer *t, const bool *touched) {
  int *queue = REIN_NEW(t->arena, int, t->n_node + 1), n = 0;
  int *target = REIN_NEW(t->arena, int, t->n_node + 1);
  for (int i = 0; i < t->n_node; i++) {
    t->from_flux[i] = t->from_node[i] = t->distance[i] = -1;
    if (!touched[i]) continue;
    t->distance[i] = 0;
    queue[n++] = i;
  }
  for (int q = 0; q < n; q++) {
    for (int f = 0; f < t->e->twin->n_flux; f++) {
      if (!t->reads[f][queue[q]] || !counts(t, f)) continue;
      const int n_target = list_targets(t, f, target);
      for (int k = 0; k < n_target; k++) {
        if (t->distance[target[k]] >= 0) continue;
        t->distance[target[k]] = t->distance[queue[q]] + 1;
        t->from_flux[target[k]] = f;
        t->from_node[target[k]] = queue[q];
        queue[n++] = target[k];
      }
    }
  }
}

/* The way to flux `last` and on into state `into`. */
static rein_explain_path make_path(const tracer *t, int reads_from, int last, int into) {
  const int n = t->distance[reads_from] + 1;
  int *flux = REIN_NEW(t->arena, int, n), node = reads_from;
  const char **name = REIN_NEW(t->arena, const char *, n);
  flux[n - 1] = last;
  name[n - 1] = node_name(t, into);
  for (int i = n - 2; i >= 0; i--) {
    flux[i] = t->from_flux[node];
    name[i] = node_name(t, node);
    node = t->from_node[node];
  }
  return (rein_explain_path){.start = node_name(t, node), .flux = flux, .into = name, .n_step = n};
}

/* One way for each flux that changes what the readout reads. */
static void list_paths(tracer *t) {
  rein_explanation *e = t->e;
  int *target = REIN_NEW(t->arena, int, t->n_node + 1);
  e->path = REIN_NEW(t->arena, rein_explain_path, e->twin->n_flux + 1);
  for (int i = 0; i < e->n_order; i++) {
    const int f = e->order[i];
    if (!counts(t, f)) continue;
    int into = -1, from = -1;
    const int n_target = list_targets(t, f, target);
    for (int k = 0; k < n_target && into < 0; k++)
      if (t->goal[target[k]]) into = target[k];
    for (int node = 0; node < t->n_node; node++)
      if (t->reads[f][node] && t->distance[node] >= 0 && node != into &&
          (from < 0 || t->distance[node] < t->distance[from]))
        from = node;
    if (into >= 0 && from >= 0) e->path[e->n_path++] = make_path(t, from, f, into);
  }
}

/* ---- what can reach the readout ---- */

static void collect_goal(const rein_explanation *e, bool *node) {
  const rein_model *m = e->twin->of;
  if (e->observable >= 0) collect(m, m->observable[e->observable].is, node);
  if (e->safety < 0) return;
  collect(m, m->safety[e->safety].when, node);
  if (!m->safety[e->safety].when) node[m->safety[e->safety].outside] = true;
}

static bool flux_changes(const rein_explanation *e, int f, const bool *node) {
  const rein_twin_flux *flux = &e->twin->flux[f];
  if (flux->state >= 0) return node[flux->state];
  const rein_process *p = &e->twin->of->process[flux->process];
  for (int k = 0; k < p->n_flow; k++)
    if (node[p->flow[k].state]) return true;
  return false;
}

static void collect_event(const rein_model *m, const rein_event *event, bool *node) {
  bool sets = false;
  for (int k = 0; k < event->n_assign; k++) {
    const rein_assignment *a = &event->assign[k];
    sets = sets || node[a->index + (a->kind == REIN_SYMBOL_PARAM ? (int)m->n_state : 0)];
  }
  if (!sets) return;
  collect(m, event->when, node);
  collect(m, event->delay, node);
  collect(m, event->priority, node);
  for (int k = 0; k < event->n_assign; k++) {
    collect(m, event->assign[k].value, node);
    collect(m, event->assign[k].scale, node);
  }
}

bool *rein_explain_reach(rein_arena *arena, const rein_explanation *e) {
  const rein_model *m = e->twin->of;
  const int n_node = (int)(m->n_state + m->n_param);
  bool *node = REIN_NEW(arena, bool, n_node + 1), *reaches = REIN_NEW(arena, bool, e->twin->n_flux + 1);
  collect_goal(e, node);
  for (int before = -1, now = 0; before != now;) {
    before = now;
    for (int f = 0; f < e->twin->n_flux; f++)
      if (flux_changes(e, f, node)) reaches[f] = true, collect(m, rate_of(e, f), node);
    for (size_t i = 0; i < m->n_event; i++) collect_event(m, &m->event[i], node);
    now = 0;
    for (int i = 0; i < n_node; i++) now += node[i];
  }
  return reaches;
}

void rein_explain_trace(rein_arena *arena, const bool *touched, rein_explanation *e) {
  const rein_model *m = e->twin->of;
  const int n_node = (int)(m->n_state + m->n_param);
  tracer t = {.arena = arena,
              .e = e,
              .m = m,
              .n_node = n_node,
              .goal = REIN_NEW(arena, bool, n_node + 1),
              .reads = REIN_NEW(arena, bool *, e->twin->n_flux + 1),
              .from_flux = REIN_NEW(arena, int, n_node + 1),
              .from_node = REIN_NEW(arena, int, n_node + 1),
              .distance = REIN_NEW(arena, int, n_node + 1)};
  for (int f = 0; f < e->twin->n_flux; f++) {
    t.reads[f] = REIN_NEW(arena, bool, n_node + 1);
    collect(m, rate_of(e, f), t.reads[f]);
    e->flux[f].evidence = describe_evidence(&t, f);
  }
  collect_goal(e, t.goal);
  if (e->n_order == 0) return;
  search(&t, touched);
  list_paths(&t);
}
