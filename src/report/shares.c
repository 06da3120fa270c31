#include "src/report/shares.h"

#include <math.h>

enum { OF_FLUX = 0, OF_PAIR = 1, OF_REST = 3 };

typedef struct {
  rein_arena *arena;
  const rein_explanation *e;
  rein_bar *bar;
  int n, n_left_out;
} list;

static void add(list *l, const char *label, const rein_explain_number *n, int colour, bool keep) {
  const rein_explanation *e = l->e;
  if (!keep && !n->na && fabs(n->value) <= e->least) {
    l->n_left_out++;
    return;
  }
  const char *note = n->na ? rein_arena_printf(l->arena, "n/a: %s", n->na)
                           : rein_arena_printf(l->arena, "%.4g %s", n->value, e->unit);
  l->bar[l->n++] = (rein_bar){label, note, n->na ? NAN : n->value, colour};
}

void rein_shares_make(rein_arena *arena, const rein_explanation *e, rein_bars *out) {
  const rein_scenario *s = e->scenario;
  list l = {.arena = arena, .e = e, .bar = REIN_NEW(arena, rein_bar, e->n_order + e->n_pair + 3)};
  const rein_explain_number effect = {e->effect, NULL};
  add(&l, "effect", &effect, 2, true);
  for (int i = 0; i < e->n_order; i++)
    add(&l, e->flux[e->order[i]].name, &e->flux[e->order[i]].share, OF_FLUX, false);
  for (int i = 0; i < e->n_pair; i++)
    add(&l,
        rein_arena_printf(arena, "%s x %s", e->flux[e->pair[i].flux[0]].name,
                          e->flux[e->pair[i].flux[1]].name),
        &e->pair[i].value, OF_PAIR, false);
  add(&l, "three and more together", &e->higher, OF_REST, true);
  add(&l, "direct", &e->direct, OF_REST, true);
  *out = (rein_bars){
      .title = rein_arena_printf(arena, "%s: %s against %s", e->what, s->arm[e->arm].name,
                                 s->arm[e->reference].name),
      .x_label = rein_arena_printf(arena, "share of the effect at %.6g %s [%s]", e->t_after,
                                   s->model->time_unit_text, e->unit),
      .caption = rein_arena_printf(
          arena,
          "Share: what vanishes when a process keeps its course without the action and the model is run "
          "again;\nproducts are interactions.%s Of %s.",
          l.n_left_out > 0
              ? rein_arena_printf(arena, " %d below 0.1 %% of the effect are left out.", l.n_left_out)
              : "",
          e->who),
      .footnote = "Research use only: what a model attributes, no recommendation of a treatment.",
      .bar = l.bar,
      .n_bar = l.n};
}
