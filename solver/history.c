#include "solver/history.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

typedef struct {
  double low, high; /* model time */
} piece;

#define SAME_TIME 1e-13 /* relative distance of times that are one */

typedef struct {
  double time; /* model time */
  int order;
} kink;

/* One lane's past: piece i has values value[(i * n_delay + delay) * NODES + node]. */
typedef struct {
  piece *piece;
  double *value;
  size_t n, cap;
  kink kink[REIN_HISTORY_KINKS]; /* (n_kink) */
  int n_kink;
} past;

struct rein_history {
  const rein_tape *tape;
  int n_lane;
  past *lane;      /* (n_lane) */
  double *start;   /* (n_lane) */
  double *end;     /* (n_lane) of the segment under way */
  double *now;     /* (2 n_delay x n_lane) */
  double *before;  /* (n_delay x n_lane) */
  double *when;    /* (n_lane) */
  double *sampled; /* (NODES x n_delay x n_lane) */
};

rein_history *rein_history_create(const rein_tape *tape, int n_lane) {
  rein_history *h = calloc(1, sizeof *h);
  if (!h) return NULL;
  const size_t n_row = (size_t)tape->n_delay;
  h->tape = tape, h->n_lane = n_lane;
  h->lane = calloc((size_t)n_lane, sizeof *h->lane);
  h->start = rein_rows_create(1, n_lane), h->end = rein_rows_create(1, n_lane);
  h->when = rein_rows_create(1, n_lane);
  h->now = rein_rows_create(2 * n_row, n_lane), h->before = rein_rows_create(n_row, n_lane);
  h->sampled = rein_rows_create(REIN_HISTORY_NODES * n_row, n_lane);
  if (h->lane && h->start && h->end && h->when && h->now && h->before && h->sampled) return h;
  rein_history_destroy(h);
  return NULL;
}

void rein_history_destroy(rein_history *h) {
  if (!h) return;
  for (int l = 0; h->lane && l < h->n_lane; l++) free(h->lane[l].piece), free(h->lane[l].value);
  free(h->lane), free(h->start), free(h->end), free(h->when), free(h->now), free(h->before), free(h->sampled);
  free(h);
}

void rein_history_clear(rein_history *h, const double *start) {
  for (int l = 0; l < h->n_lane; l++) h->lane[l].n = 0, h->lane[l].n_kink = 0, h->end[l] = INFINITY;
  memcpy(h->start, start, (size_t)h->n_lane * sizeof *start);
}

/* The last piece that begins at or before t, or -1. */
static ptrdiff_t find_piece(const past *p, double t) {
  size_t low = 0, high = p->n;
  while (low < high) {
    size_t middle = (low + high) / 2;
    if (p->piece[middle].low <= t)
      low = middle + 1;
    else
      high = middle;
  }
  return (ptrdiff_t)low - 1;
}

/* Lagrange's polynomial through equally spaced nodes on [0, 1]. */
static double interpolate(const double *value, double x) {
  double sum = 0;
  for (int i = 0; i < REIN_HISTORY_NODES; i++) {
    double weight = 1;
    for (int k = 0; k < REIN_HISTORY_NODES; k++)
      if (k != i) weight *= (x * (REIN_HISTORY_NODES - 1) - k) / (i - k);
    sum += weight * value[i];
  }
  return sum;
}

/* Value of delay d in a lane at time t within its past; present: at time now. */
static double look_up(const rein_history *h, int l, int d, double t, double now, double present) {
  const past *p = &h->lane[l];
  ptrdiff_t i = find_piece(p, t);
  if (i < 0) return present;
  const double *value = &p->value[((size_t)i * (size_t)h->tape->n_delay + (size_t)d) * REIN_HISTORY_NODES];
  const double low = p->piece[i].low, high = p->piece[i].high;
  if (t <= high) return interpolate(value, (t - low) / (high - low));
  const double last = value[REIN_HISTORY_NODES - 1];
  return now > high ? last + (present - last) * (t - high) / (now - high) : last;
}

static void write_one(rein_history *h, rein_eval *eval, int d, const double *time) {
  const size_t n = (size_t)h->n_lane;
  const double *present = h->now + (size_t)(2 * d) * n, *by = present + n;
  double *row = rein_eval_row(eval, h->tape->delay_param[d]);
  bool early = false;
  for (int l = 0; l < h->n_lane; l++) {
    const double back = by[l] > 0 ? by[l] : 0, same = SAME_TIME * (fabs(time[l]) + back);
    h->when[l] = time[l] - back + (time[l] >= h->end[l] - same ? -same : same); /* this side of a jump */
    early |= h->when[l] < h->start[l];
  }
  if (early) rein_eval_run(eval, REIN_PROG_PAST, h->when, NULL, h->before);
  for (int l = 0; l < h->n_lane; l++) {
    if (!(by[l] > 0))
      row[l] = isnan(by[l]) ? NAN : present[l];
    else if (h->when[l] < h->start[l])
      row[l] = h->before[(size_t)d * n + (size_t)l];
    else
      row[l] = look_up(h, l, d, h->when[l], time[l], present[l]);
  }
}

void rein_history_write(void *history, rein_eval *eval, const double *time, const double *state) {
  rein_history *h = history;
  for (int round = 0; round < h->tape->delay_depth; round++) {
    rein_eval_run(eval, REIN_PROG_DELAY, time, state, h->now);
    for (int d = 0; d < h->tape->n_delay; d++) write_one(h, eval, d, time);
  }
}

void rein_history_sample(rein_history *h, rein_eval *eval, int i_node, const double *time,
                         const double *state) {
  const size_t n = (size_t)h->n_lane, n_delay = (size_t)h->tape->n_delay;
  rein_history_write(h, eval, time, state);
  rein_eval_run(eval, REIN_PROG_DELAY, time, state, h->now);
  for (size_t d = 0; d < n_delay; d++)
    memcpy(h->sampled + ((size_t)i_node * n_delay + d) * n, h->now + 2 * d * n, n * sizeof(double));
}

static bool make_room(past *p, size_t n_value) {
  if (p->n < p->cap) return true;
  size_t cap = 2 * p->cap + 64;
  piece *grown = realloc(p->piece, cap * sizeof *grown);
  if (grown) p->piece = grown;
  double *value = grown ? realloc(p->value, cap * n_value * sizeof *value) : NULL;
  if (!value) return false;
  p->value = value, p->cap = cap;
  return true;
}

bool rein_history_add(rein_history *h, const double *moving, const double *t_low, const double *t_high) {
  const size_t n = (size_t)h->n_lane, n_delay = (size_t)h->tape->n_delay;
  for (int l = 0; l < h->n_lane; l++) {
    past *p = &h->lane[l];
    if (moving[l] == 0 || !(t_high[l] > t_low[l])) continue;
    if (!make_room(p, n_delay * REIN_HISTORY_NODES)) return false;
    double *to = &p->value[p->n * n_delay * REIN_HISTORY_NODES];
    for (size_t d = 0; d < n_delay; d++)
      for (size_t i = 0; i < REIN_HISTORY_NODES; i++) *to++ = h->sampled[(i * n_delay + d) * n + (size_t)l];
    p->piece[p->n++] = (piece){t_low[l], t_high[l]};
  }
  return true;
}

double rein_history_shortest(rein_history *h, rein_eval *eval, const double *time, const double *state) {
  double shortest = INFINITY;
  rein_history_write(h, eval, time, state);
  for (int d = 0; d < h->tape->n_delay; d++)
    for (int l = 0; l < h->n_lane; l++) {
      double by = h->now[(size_t)(2 * d + 1) * (size_t)h->n_lane + (size_t)l];
      if (by > 0 && by < shortest) shortest = by;
    }
  return shortest;
}

/* ---- stops ---- */

static bool are_same(double a, double b) {
  return fabs(a - b) <= SAME_TIME * (fabs(a) + fabs(b));
}

static void add_kink(past *p, kink k) {
  for (int i = 0; i < p->n_kink; i++)
    if (are_same(p->kink[i].time, k.time)) {
      if (k.order < p->kink[i].order) p->kink[i].order = k.order;
      return;
    }
  if (p->n_kink < REIN_HISTORY_KINKS) p->kink[p->n_kink++] = k;
}

/* The order of what happens now; stops that are over are forgotten. */
static int take_order(past *p, double time) {
  int order = 0, n = 0;
  for (int i = 0; i < p->n_kink; i++) {
    if (are_same(p->kink[i].time, time)) order = p->kink[i].order;
    if (p->kink[i].time > time && !are_same(p->kink[i].time, time)) p->kink[n++] = p->kink[i];
  }
  p->n_kink = n;
  return order;
}

void rein_history_arrive(rein_history *h, rein_eval *eval, const double *time, const double *state,
                         const bool *done) {
  rein_history_write(h, eval, time, state);
  for (int l = 0; l < h->n_lane; l++) {
    if (done[l]) continue;
    past *p = &h->lane[l];
    const int order = take_order(p, time[l]);
    for (int d = 0; d < h->tape->n_delay && order < REIN_HISTORY_ORDER; d++) {
      const double by = h->now[(size_t)(2 * d + 1) * (size_t)h->n_lane + (size_t)l];
      if (by > 0 && isfinite(by)) add_kink(p, (kink){time[l] + by, order + 1});
    }
  }
}

double rein_history_next(const rein_history *h, int l, double time) {
  const past *p = &h->lane[l];
  double next = INFINITY;
  for (int i = 0; i < p->n_kink; i++)
    if (p->kink[i].time > time && !are_same(p->kink[i].time, time) && p->kink[i].time < next)
      next = p->kink[i].time;
  return next;
}

void rein_history_segment(rein_history *h, const double *end) {
  for (int l = 0; l < h->n_lane; l++) h->end[l] = end ? end[l] : INFINITY;
}
