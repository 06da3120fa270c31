/* An explanation as text. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "src/study/explain.h"

static void print_share(const rein_explanation *e, const char *name, const rein_explain_number *n,
                        const char *more, rein_text *out) {
  rein_text_printf(out, "  %-34s ", name);
  if (n->na) {
    rein_text_printf(out, "n/a: %s\n", n->na);
    return;
  }
  rein_text_printf(out, "%12.5g", n->value);
  if (e->effect != 0.0) rein_text_printf(out, "  %7.1f %%", 100.0 * n->value / e->effect);
  if (more && *more) rein_text_printf(out, "  %s", more);
  rein_text_add(out, "\n");
}

static void print_head(const rein_explanation *e, rein_text *out) {
  const rein_scenario *s = e->scenario;
  const char *time = s->model->time_unit_text;
  rein_text_add(out, "For research only: what a model attributes, no recommendation of a treatment.\n");
  rein_text_printf(out, "%s, %s\n", s->name, e->who);
  rein_text_printf(out, "  arm        %s\n  against    %s\n", s->arm[e->arm].name, s->arm[e->reference].name);
  rein_text_printf(out, "  explained  %s, from %.6g to %.6g %s\n", e->what, e->t_before, e->t_after, time);
  rein_text_add(out, "             ");
  if (isfinite(e->before)) rein_text_printf(out, "before %.6g, ", e->before);
  rein_text_printf(out, "after %.6g with, %.6g without: effect %.6g %s\n\n", e->with, e->without, e->effect,
                   e->unit);
}

static bool is_small(const rein_explanation *e, const rein_explain_number *n) {
  return !n->na && fabs(n->value) <= e->least;
}

/* What has to be known before the table is read. */
static void print_warning(const rein_explanation *e, rein_text *out) {
  if (e->none) {
    rein_text_printf(out, "No effect beyond the error of the integration (%.1e %s): there are no shares.\n",
                     e->error, e->unit);
  } else if (e->higher.na) {
    rein_text_add(out, "Whether the shares add up cannot be told: some of what is held has no answer.\n\n");
  } else if (!e->adds_up) {
    rein_text_printf(
        out,
        "Shares of single processes do NOT add up here: %.5g %s, %.3g %% of the effect, are left to\n"
        "three and more processes together, which are not told apart. A share says how much of the\n"
        "effect needs that process; it is not its part of the effect.\n\n",
        e->higher.value, e->unit, 100.0 * e->higher.value / e->effect);
  }
}

static void print_shares(const rein_explanation *e, rein_text *out) {
  int n_small = 0;
  print_warning(e, out);
  if (e->none) return;
  double small = 0.0;
  rein_text_printf(
      out, "Share of the effect, %s: what vanishes when the flux keeps its course without the action\n",
      e->unit);
  for (int i = 0; i < e->n_order; i++) {
    const rein_explain_flux *f = &e->flux[e->order[i]];
    if (is_small(e, &f->share)) {
      n_small++, small += f->share.value;
    } else {
      print_share(e, f->name, &f->share, f->title, out);
    }
  }
  rein_explain_number rest = {small, NULL};
  if (n_small > 0) {
    char name[40];
    snprintf(name, sizeof name, "%d small ones together", n_small);
    print_share(e, name, &rest, NULL, out);
  }
  int n_pair_small = 0;
  double pair_small = 0.0;
  for (int i = 0; i < e->n_pair; i++) {
    const rein_explain_pair *p = &e->pair[i];
    rein_text name;
    rein_text_init(&name, out->arena);
    rein_text_printf(&name, "%s x %s", e->flux[p->flux[0]].name, e->flux[p->flux[1]].name);
    if (is_small(e, &p->value)) {
      n_pair_small++, pair_small += p->value.value;
    } else {
      print_share(e, name.bytes, &p->value, "interaction", out);
    }
  }
  if (n_pair_small > 0) {
    rest = (rein_explain_number){pair_small, NULL};
    print_share(e, "small interactions together", &rest, NULL, out);
  }
  print_share(e, "three and more together", &e->higher, NULL, out);
  print_share(e, "direct, with all of these held", &e->direct, NULL, out);
}

static void print_paths(const rein_explanation *e, rein_text *out) {
  rein_text_add(out, "\nWays from the action to what is explained\n");
  if (e->n_path == 0) rein_text_add(out, "  none\n");
  for (int i = 0; i < e->n_path; i++) {
    const rein_explain_path *p = &e->path[i];
    rein_text_printf(out, "  %s", p->start);
    for (int k = 0; k < p->n_step; k++)
      rein_text_printf(out, "\n    -> %s -> %s\n       %s", e->flux[p->flux[k]].name, p->into[k],
                       e->flux[p->flux[k]].evidence);
    rein_text_add(out, "\n");
  }
}

static const char *entry_name(const rein_explanation *e, const rein_explain_entry *entry) {
  switch (entry->kind) {
  case REIN_ACCOUNT_FLUX:
    return e->flux[entry->i].name;
  case REIN_ACCOUNT_DOSE:
    return "doses";
  case REIN_ACCOUNT_JUMP:
    return e->twin->of->event[e->twin->jump[entry->i].event].name;
  }
  return "";
}

static void print_account(const rein_explanation *e, const rein_explain_account *a, rein_text *out) {
  const rein_state *s = &e->twin->of->state[a->state];
  rein_text_printf(out, "  %-34s %12.5g %12.5g  %s\n", s->name, a->after - a->before,
                   a->after - a->after_without, s->unit_text);
  if (a->na) {
    rein_text_printf(out, "    n/a: %s\n", a->na);
    return;
  }
  for (int k = 0; k < a->n_entry; k++) {
    const rein_explain_entry *entry = &a->entry[k];
    if (entry->change == 0.0 && entry->effect == 0.0) continue;
    rein_text_printf(out, "    %-32s %12.5g %12.5g\n", entry_name(e, entry), entry->change, entry->effect);
  }
  if (a->at_start != 0.0)
    rein_text_printf(out, "    %-32s %12s %12.5g\n", "different at the start", "", a->at_start);
  rein_text_printf(out, "    %-32s %12.1e %12.1e%s\n", "remainder", a->remainder_change, a->remainder_effect,
                   a->whole ? "" : "  NOT WHOLE: do not use this account");
}

void rein_explain_print(const rein_explanation *e, rein_text *out) {
  print_head(e, out);
  print_shares(e, out);
  print_paths(e, out);
  rein_text_printf(out, "\n%-36s %12s %12s\n", "Account of each state", "change", "effect");
  for (size_t i = 0; i < e->twin->of->n_state; i++) print_account(e, &e->account[i], out);
}
