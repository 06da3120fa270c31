/* What `rein check` counts: where the numbers of a model come from. */
#include <string.h>

#include "src/lang/model.h"

static const rein_source_ref *source_of(const rein_model *m, const rein_param *p) {
  for (size_t i = 0; p->source && i < m->n_ref; i++)
    if (strcmp(m->ref[i].key, p->source) == 0) return &m->ref[i];
  return NULL;
}

static void list_names(rein_text *out, const char *title, const rein_text *names, int n) {
  rein_text_printf(out, "  %s: %d%s%s\n", title, n, n ? "  " : "", n ? names->bytes : "");
}

static void add_name(rein_text *names, int *n, const char *name) {
  rein_text_printf(names, "%s%s", *n ? " " : "", name);
  ++*n;
}

static void count_params(const rein_model *m, rein_text *out) {
  rein_text assumed, unverified, unstated;
  int n_source = 0, n_assumed = 0, n_unverified = 0, n_unstated = 0, n_covariate = 0, n_moved = 0;
  rein_text_init(&assumed, out->arena);
  rein_text_init(&unverified, out->arena);
  rein_text_init(&unstated, out->arena);
  for (size_t i = 0; i < m->n_param; i++) {
    const rein_param *p = &m->param[i];
    const rein_source_ref *ref = source_of(m, p);
    n_covariate += p->covariate;
    n_moved += p->moved;
    if (p->covariate || p->moved) continue;
    bool assumption = !ref ? p->assumed != NULL : ref->kind && strcmp(ref->kind, "assumed") == 0;
    if (assumption)
      add_name(&assumed, &n_assumed, p->name);
    else if (!ref)
      add_name(&unstated, &n_unstated, p->name);
    else {
      n_source++;
      if (!ref->verified) add_name(&unverified, &n_unverified, p->name);
    }
  }
  rein_text_printf(out, "parameters: %d\n  from a source: %d\n", (int)m->n_param - n_covariate - n_moved,
                   n_source);
  list_names(out, "of these unverified", &unverified, n_unverified);
  list_names(out, "assumed", &assumed, n_assumed);
  list_names(out, "without a word", &unstated, n_unstated);
  rein_text_printf(out, "covariates: %d\n", n_covariate);
}

/* How many parameters rest on one source. */
static int n_resting(const rein_model *m, const char *key) {
  int n = 0;
  for (size_t i = 0; i < m->n_param; i++) n += m->param[i].source && strcmp(m->param[i].source, key) == 0;
  return n;
}

static void list_sources(const rein_model *m, rein_text *out) {
  rein_text_printf(out, "sources: %d\n", (int)m->n_ref);
  for (size_t i = 0; i < m->n_ref; i++) {
    const rein_source_ref *s = &m->ref[i];
    const char *const said[] = {s->kind, s->population, s->species, s->tissue, s->setting};
    rein_text_printf(out, "  %s: %d parameters, %s", s->key, n_resting(m, s->key),
                     s->verified ? "verified" : "unverified");
    for (size_t k = 0; k < sizeof said / sizeof *said; k++)
      if (said[k]) rein_text_printf(out, ", %s", said[k]);
    if (s->doi) rein_text_printf(out, ", doi:%s", s->doi);
    rein_text_add(out, "\n");
  }
}

typedef struct {
  rein_text names;
  int n, n_told; /* n_told: an imported file names the unit, behind the mark "? " */
} unit_count;

static void count_unit(unit_count *c, const char *name, const rein_unit *unit, const char *text) {
  if (!unit->unknown) return;
  if (text && text[0] == '?' && text[1] == ' ')
    c->n_told++;
  else
    add_name(&c->names, &c->n, name);
}

static void count_unknown_units(const rein_model *m, rein_text *out) {
  unit_count c = {.n = 0};
  rein_text_init(&c.names, out->arena);
  for (size_t i = 0; i < m->n_param; i++)
    count_unit(&c, m->param[i].name, &m->param[i].unit, m->param[i].unit_text);
  for (size_t i = 0; i < m->n_state; i++)
    count_unit(&c, m->state[i].name, &m->state[i].unit, m->state[i].unit_text);
  for (size_t i = 0; i < m->n_value; i++)
    count_unit(&c, m->value[i].name, &m->value[i].unit, m->value[i].unit_text);
  for (size_t i = 0; i < m->n_observable; i++)
    count_unit(&c, m->observable[i].name, &m->observable[i].unit, m->observable[i].unit_text);
  if (c.n_told) rein_text_printf(out, "units as the file names them, not checked: %d\n", c.n_told);
  rein_text_printf(out, "units unknown: %d%s%s\n", c.n, c.n ? "  " : "", c.n ? c.names.bytes : "");
}

void rein_model_print_evidence(const rein_model *model, rein_text *out) {
  count_params(model, out);
  list_sources(model, out);
  count_unknown_units(model, out);
}
