/* Events of the model: triggers, delays, priorities, assignments; see batch.h. All lanes are looked at
 * together; each executes at most one event a round, then triggers are evaluated again, so that one event may
 * cause or cancel another. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "solver/batch.h"

#define MAX_AT_ONE_TIME 10000 /* executions in a lane without time going on before it fails */

void rein_batch_start_triggers(rein_batch *b) {
  for (int e = 0; e < b->tape->n_event; e++)
    b->kernels->fill(b->tape->event[e].initial_true ? 1.0 : 0.0, rein_row_of(b->trigger_ref, b, e),
                     (size_t)b->n_lane);
}

double rein_batch_next_pending(const rein_batch *b, int l) {
  double next = INFINITY;
  for (size_t i = 0; i < b->n_pending; i++)
    if (b->pending[i].lane == l && b->pending[i].time < next) next = b->pending[i].time;
  return next;
}

/* Keeps the assignment values of now for an execution later; -1 when memory is out. */
static int32_t store_values(rein_batch *b, int l, const rein_tape_event *event) {
  size_t need = b->n_pending_value + (size_t)event->n_assign;
  if (need > b->cap_pending_value) {
    size_t cap = 2 * need + 64;
    double *grown = realloc(b->pending_value, cap * sizeof *grown);
    if (!grown) return -1;
    b->pending_value = grown, b->cap_pending_value = cap;
  }
  int32_t at = (int32_t)b->n_pending_value;
  for (int i = 0; i < event->n_assign; i++)
    b->pending_value[b->n_pending_value++] = rein_row_of(b->assign, b, event->first_assign + i)[l];
  return at;
}

static bool add_pending(rein_batch *b, rein_pending p) {
  if (b->n_pending == b->cap_pending) {
    size_t cap = 2 * b->cap_pending + 16;
    rein_pending *grown = realloc(b->pending, cap * sizeof *grown);
    if (!grown) return false;
    b->pending = grown, b->cap_pending = cap;
  }
  b->pending[b->n_pending++] = p;
  return true;
}

static void schedule(rein_batch *b, int l, int e) {
  const rein_tape_event *event = &b->tape->event[e];
  double delay = event->has_delay ? rein_row_of(b->timing, b, 2 * e)[l] : 0;
  rein_pending p = {.time = b->cur[l] + delay, .lane = l, .event = e, .values = -1, .serial = b->serial++};
  if (!(delay >= 0)) {
    rein_batch_fail(b, l, REIN_FAIL_DELAY, b->cur[l], -1, delay);
    return;
  }
  bool fine = true;
  if (event->values_at_trigger && event->n_assign) /* others may be executed first at the same instant */
    fine = (p.values = store_values(b, l, event)) >= 0;
  if (!fine || !add_pending(b, p)) rein_batch_no_memory(b, l);
}

/* Forgets executions of an event in a lane whose trigger fell before their time. */
static void cancel(rein_batch *b, int l, int e) {
  size_t n = 0;
  for (size_t i = 0; i < b->n_pending; i++)
    if (b->pending[i].lane != l || b->pending[i].event != e) b->pending[n++] = b->pending[i];
  b->n_pending = n;
  if (n == 0) b->n_pending_value = 0;
}

/* Compares triggers with what they were: risen ones are scheduled, fallen ones cancel unless persistent. */
static void look_at_triggers(rein_batch *b) {
  const rein_tape *t = b->tape;
  bool timed = false;
  rein_eval_run(b->eval, REIN_PROG_TRIGGER, b->cur, b->y, b->trigger_now);
  for (int e = 0; e < t->n_event; e++) {
    double *was = rein_row_of(b->trigger_ref, b, e), *is = rein_row_of(b->trigger_now, b, e);
    for (int l = 0; l < b->n_lane; l++) {
      if (b->done[l] || was[l] == is[l]) continue;
      if (!timed) {
        rein_eval_run(b->eval, REIN_PROG_TIMING, b->cur, b->y, b->timing);
        rein_eval_run(b->eval, REIN_PROG_ASSIGN, b->cur, b->y, b->assign);
        timed = true;
      }
      was[l] = is[l];
      if (is[l] != 0)
        schedule(b, l, e);
      else if (!t->event[e].persistent)
        cancel(b, l, e);
    }
  }
}

static double priority_of(const rein_batch *b, const rein_pending *p) {
  double priority = b->timing[(size_t)(2 * p->event + 1) * (size_t)b->n_lane + (size_t)p->lane];
  return isnan(priority) ? -INFINITY : priority;
}

/* Well mixed bits of (individual, order of triggering): ties of a lane fall the same way in every batch. */
static uint64_t tie_key(const rein_batch *b, const rein_pending *p) {
  uint64_t x =
      (uint64_t)b->lane[p->lane].individual * 0x9e3779b97f4a7c15u + (uint64_t)b->outcome[p->lane].n_event;
  x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9u + (uint64_t)p->event;
  x = (x ^ (x >> 27)) * 0x94d049bb133111ebu;
  return (x ^ (x >> 31)) * 0xbf58476d1ce4e5b9u;
}

/* Which of two executions of equal priority comes first. */
static bool goes_before(const rein_batch *b, const rein_pending *p, const rein_pending *q) {
  if (b->tape->random_ties && p->event != q->event) return tie_key(b, p) < tie_key(b, q);
  return p->event < q->event || (p->event == q->event && p->serial < q->serial);
}

/* Of the lane's executions that are due, the one of highest priority; among equals the event declared first,
 * then the one triggered first. Index into pending, or -1. */
static ptrdiff_t choose(const rein_batch *b, int l) {
  ptrdiff_t best = -1;
  for (size_t i = 0; i < b->n_pending; i++) {
    const rein_pending *p = &b->pending[i], *q = best < 0 ? NULL : &b->pending[best];
    if (p->lane != l || p->time > b->cur[l]) continue;
    double mine = priority_of(b, p), other = q ? priority_of(b, q) : 0;
    if (!q || mine > other || (mine == other && goes_before(b, p, q))) best = (ptrdiff_t)i;
  }
  return best;
}

/* What the execution gives to the target of the event's i-th assignment. */
static double assigned(const rein_batch *b, const rein_pending *p, int i) {
  const int row = b->tape->event[p->event].first_assign + i, scale = b->tape->assign[row].scale;
  const double value =
      p->values >= 0 ? b->pending_value[p->values + i] : rein_row_of(b->assign, b, row)[p->lane];
  return scale ? value * rein_row_of(b->assign, b, scale)[p->lane] : value;
}

/* A state that would be no number fails the lane, before anything is set; parameters say it where a rate uses
 * them. */
static bool may_assign(rein_batch *b, const rein_pending *p) {
  const rein_tape_event *event = &b->tape->event[p->event];
  for (int i = 0; i < event->n_assign; i++) {
    const rein_tape_assign *a = &b->tape->assign[event->first_assign + i];
    const double value = assigned(b, p, i);
    if (a->to_param || isfinite(value)) continue;
    rein_batch_fail(b, p->lane, REIN_FAIL_ASSIGNMENT, b->cur[p->lane], a->target, value);
    rein_outcome *o = &b->outcome[p->lane];
    o->origin = rein_eval_find_bad(b->eval, REIN_PROG_ASSIGN, event->first_assign + i, p->lane, b->cur, b->y,
                                   &o->value);
    return false;
  }
  return true;
}

static void execute(rein_batch *b, const rein_pending *p) {
  const rein_tape_event *event = &b->tape->event[p->event];
  if (!may_assign(b, p)) return;
  for (int i = 0; i < event->n_assign; i++) {
    const rein_tape_assign *a = &b->tape->assign[event->first_assign + i];
    const double value = assigned(b, p, i);
    if (a->to_param) {
      rein_eval_row(b->eval, a->target)[p->lane] = value;
      b->params_dirty = true;
    } else {
      rein_row_of(b->y, b, a->target)[p->lane] = value;
    }
  }
  b->jump[p->lane] = b->cur[p->lane];
  if (++b->outcome[p->lane].n_event && ++b->n_still[p->lane] > MAX_AT_ONE_TIME)
    rein_batch_fail(b, p->lane, REIN_FAIL_EVENTS, b->cur[p->lane], -1, NAN);
}

bool rein_batch_fire(rein_batch *b) {
  look_at_triggers(b);
  if (!b->n_pending) return false;
  bool any = false;
  for (int l = 0; l < b->n_lane; l++) {
    if (b->done[l] || rein_batch_next_pending(b, l) > b->cur[l]) continue;
    if (!any) { /* values and priorities of this instant, once for all lanes */
      rein_eval_run(b->eval, REIN_PROG_TIMING, b->cur, b->y, b->timing);
      rein_eval_run(b->eval, REIN_PROG_ASSIGN, b->cur, b->y, b->assign);
      any = true;
    }
    ptrdiff_t i = choose(b, l);
    rein_pending p = b->pending[i];
    memmove(&b->pending[i], &b->pending[i + 1], (b->n_pending - (size_t)i - 1) * sizeof p);
    b->n_pending--;
    execute(b, &p);
  }
  if (!b->n_pending) b->n_pending_value = 0;
  return any;
}
