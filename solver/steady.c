/* Steady states of dosing, lane by lane; see batch.h.
 *
 * A lane that meets REIN_ITEM_STEADY leaves its course for a while: its states become the initial ones, and
 * it runs dosing intervals of that one regimen over and over until the state at the end of an interval is
 * that at its beginning. Intervals are ordinary segments of ordinary passes, so lanes do this side by side.
 *
 * What is sought is the fixed point of x -> P(x), P: one interval. Anderson's acceleration finds it: of the
 * last intervals that combination is taken whose change P(x) - x is smallest in units of the tolerance. Its
 * weights add up to 1, so linear totals that P keeps are kept. Where a linear model has n modes, n + 1
 * intervals are enough, however slow the modes are. A proposal that makes no sense gives way to P(x).
 *
 * A small change alone proves nothing: far out any input is small against the state. What is found is
 * therefore tried, from the state z half way between the initial one and it. Plain intervals from z must
 * carry each state towards what was found, by SURE times as much as it still changes itself in as many
 * intervals; by the secant through both, the error left is then below half of 1/SURE of the way from the
 * start. A state that is only filled, or filled faster than it can be emptied, changes as much there as here.
 *
 * A constant input has no interval: the model runs with it for 1, 2, 4, ... units of time until nothing
 * changes any more.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "solver/rest.h"

#define N_HISTORY 8       /* intervals that a proposal is made of */
#define MAX_INTERVAL 3000 /* before the lane fails */
#define IN_VAIN 200       /* intervals whose smallest change has not halved: likewise */
#define MAX_DOUBLING 60   /* of a constant input's time */
#define VAIN_DOUBLING 30  /* likewise, without the change halved */
#define FINE 0.01         /* change of an interval, in units of the tolerance, that is none */
#define GOOD_ENOUGH                                                                                          \
  1.0                   /* change that is accepted where it stays like that: what the solver's error leaves  \
                         */
#define STALLED 4       /* intervals without a smaller change */
#define SAME_PART 1e-12 /* of an interval */
#define DEPENDENT 1e-7  /* a column of the history that is so little its own tells nothing */
#define HALF_WAY 0.5    /* of the trial's start */
#define SURE 1000       /* movement of the trial over change of what was found */
#define ABOVE_ERROR 20  /* movement of the trial over the solver's error */
#define NO_WAY 40       /* tolerances from the trial's start that need no trial */
#define MAX_TRIAL 32    /* intervals of a trial */
#define MAX_REFUSED 4   /* trials; after each the change has to be STRICTER */
#define STRICTER 0.1
#define FARTHEST                                                                                             \
  1e9 /* a state lies no more of its largest changes from the start; nor more than 1 / rtol                  \
       */

typedef struct {
  bool on, last; /* last: from the steady state to the phase that is wanted */
  const rein_steady *wanted;
  double time;  /* of the item: the lane comes back to it */
  double start; /* of the interval */
  double when;  /* of the lane's next observation, hidden meanwhile */
  int n_interval, n_column, next_column;
  int n_stalled;
  double best; /* smallest change so far */
  bool has_before;
  int n_trial, n_refused; /* intervals of the trial that goes on, 0: none does; trials in vain */
  double strict;          /* factor of the change that counts as none */
} steady_lane;

struct rein_steady_work {
  steady_lane *lane;                  /* (n_lane) */
  double *y, *error_sum;              /* (n_state x n_lane) before the item */
  double *input;                      /* (n_input x n_lane) before the item */
  double *x;                          /* (n_state x n_lane) beginning of the interval */
  double *end_before, *change_before; /* (n_state x n_lane) of the interval before: P(x), P(x) - x */
  double *d_end, *d_change;           /* (N_HISTORY x n_state x n_lane) their differences */
  double *basis;                      /* (N_HISTORY x n_state) scratch */
  double *first;                      /* (n_state x n_lane) initial state */
  double *largest;                    /* (n_state x n_lane) change of any interval so far */
  double *found, *drift; /* (n_state x n_lane) what is tried; its own change in the interval before */
  double *half;          /* (n_state x n_lane) start of the trial */
  double *moved;         /* (n_state x n_lane) change of the trial's first interval */
  double *sure;          /* (n_state x n_lane) 1: the trial has confirmed the state */
};

/* The work's rows of n_state x n_lane. */
#define N_ROWS 13
static void list_rows(rein_steady_work *w, double **rows[N_ROWS]) {
  double **all[N_ROWS] = {&w->y,     &w->error_sum, &w->x,     &w->end_before, &w->change_before,
                          &w->first, &w->largest,   &w->found, &w->drift,      &w->half,
                          &w->moved, &w->sure,      &w->input};
  memcpy(rows, all, sizeof all);
}

void rein_steady_destroy(rein_steady_work *w) {
  if (!w) return;
  double **rows[N_ROWS];
  list_rows(w, rows);
  for (int i = 0; i < N_ROWS; i++) free(*rows[i]);
  free(w->d_end);
  free(w->d_change);
  free(w->basis);
  free(w->lane);
  free(w);
}

static rein_steady_work *create(const rein_batch *b) {
  rein_steady_work *w = calloc(1, sizeof *w);
  if (!w) return NULL;
  size_t n_lane = (size_t)b->n_lane, n = (size_t)b->tape->n_state * n_lane + 1;
  size_t n_input = (size_t)b->tape->n_input * n_lane + 1;
  double **rows[N_ROWS];
  list_rows(w, rows);
  bool fine = (w->lane = calloc(n_lane, sizeof *w->lane)) != NULL;
  for (int i = 0; i < N_ROWS; i++)
    fine = (*rows[i] = calloc(rows[i] == &w->input ? n_input : n, sizeof(double))) && fine;
  fine = (w->d_end = calloc(N_HISTORY * n, sizeof(double))) && fine;
  fine = (w->d_change = calloc(N_HISTORY * n, sizeof(double))) && fine;
  fine = (w->basis = calloc((size_t)N_HISTORY * (size_t)b->tape->n_state + 1, sizeof(double))) && fine;
  if (fine) return w;
  rein_steady_destroy(w);
  return NULL;
}

bool rein_steady_is_on(const rein_batch *b, int l) {
  return b->steady && b->steady->lane[l].on;
}

bool rein_steady_equilibrates(const rein_batch *b, int l) {
  return rein_steady_is_on(b, l) && b->steady->lane[l].wanted->equilibrates;
}

static double *column_of(const rein_batch *b, double *history, int k) {
  return history + (size_t)k * (size_t)b->tape->n_state * (size_t)b->n_lane;
}

/* ---- one interval ---- */

/* Infusions longer than the interval overlap: `whole` of them always, one more for `rest`. */
static double rest_of(const rein_steady *s, double *whole) {
  double n = s->duration / s->every, near = round(n);
  bool even = fabs(n - near) <= SAME_PART;
  *whole = even ? near : floor(n);
  return even ? 0 : s->duration - *whole * s->every;
}

/* Input level at `since` the dose. */
static double level_of(const rein_steady *s, double since) {
  if (s->every == 0) return s->rate;
  double whole, rest = rest_of(s, &whole);
  return s->rate * (whole + (since < rest ? 1 : 0));
}

/* Where the next stretch of constant input ends. */
static double target_of(const steady_lane *at, double now) {
  const rein_steady *s = at->wanted;
  if (s->every == 0) return at->time;
  double whole, rest = rest_of(s, &whole), end = at->last ? s->phase : s->every;
  if (rest > 0 && rest < end && now < at->start + rest) return at->start + rest;
  return at->last ? at->time : at->start + end;
}

static void set_input(rein_batch *b, int l, double since) {
  const rein_steady *s = b->steady->lane[l].wanted;
  if (s->input < 0) return;
  rein_eval_row(b->eval, b->tape->input_first + s->input)[l] = level_of(s, since);
  b->params_dirty = true;
}

static void begin_interval(rein_batch *b, int l) {
  steady_lane *at = &b->steady->lane[l];
  const rein_steady *s = at->wanted;
  for (int i = 0; i < b->tape->n_state; i++) {
    double *y = rein_row_of(b->y, b, i) + l;
    rein_row_of(b->steady->x, b, i)[l] = *y;
    rein_row_of(b->error_sum, b, i)[l] = 0;
    if (i == s->state && s->every > 0) *y += s->amount;
  }
  at->start = s->every > 0 ? at->time - s->phase : at->time - ldexp(1.0, at->n_interval);
  b->cur[l] = at->start;
  set_input(b, l, 0);
}

/* ---- proposals ---- */

static double weight_of(const rein_batch *b, int i, int l) {
  return 1 / (b->plan->rtol * fabs(rein_row_of(b->y, b, i)[l]) + b->plan->atol[i]);
}

/* Largest change of the interval in units of the tolerance, and its state. */
static double change_of(const rein_batch *b, int l, int *state) {
  double largest = 0;
  *state = -1;
  for (int i = 0; i < b->tape->n_state; i++) {
    double change =
        fabs(rein_row_of(b->y, b, i)[l] - rein_row_of(b->steady->x, b, i)[l]) * weight_of(b, i, l);
    if (!(change <= largest)) largest = change, *state = i;
  }
  return largest;
}

/* Takes the interval that has ended into the history. */
static void remember(rein_batch *b, int l) {
  rein_steady_work *w = b->steady;
  steady_lane *at = &w->lane[l];
  int k = at->next_column;
  for (int i = 0; i < b->tape->n_state; i++) {
    double end = rein_row_of(b->y, b, i)[l], change = end - rein_row_of(w->x, b, i)[l];
    double *largest = rein_row_of(w->largest, b, i) + l;
    if (fabs(change) > *largest) *largest = fabs(change);
    double *end_before = rein_row_of(w->end_before, b, i) + l,
           *change_before = rein_row_of(w->change_before, b, i) + l;
    if (at->has_before) {
      rein_row_of(column_of(b, w->d_end, k), b, i)[l] = end - *end_before;
      rein_row_of(column_of(b, w->d_change, k), b, i)[l] = change - *change_before;
    }
    *end_before = end, *change_before = change;
  }
  if (at->has_before) {
    at->next_column = (k + 1) % N_HISTORY;
    at->n_column += at->n_column < N_HISTORY;
  }
  at->has_before = true;
}

/* Whether the proposal for state i makes sense where P(x) is `end`: as finite, positive and in range, and so
 * near that the changes seen can be told from the solver's error there. */
static bool makes_sense(const rein_batch *b, int i, int l, double proposal, double end) {
  double slack = b->plan->atol[i], start = rein_row_of(b->steady->x, b, i)[l];
  if (!isfinite(proposal)) return false;
  if (start >= 0 && end >= 0 && proposal < -slack) return false;
  double way = fabs(proposal - rein_row_of(b->steady->first, b, i)[l]) - slack;
  if (way * fmax(b->plan->rtol, 1 / FARTHEST) > rein_row_of(b->steady->largest, b, i)[l]) return false;
  if (b->tape->range_policy[i] == REIN_RANGE_NONE) return true;
  return proposal >= b->tape->range_low[i] - slack && proposal <= b->tape->range_high[i] + slack;
}

/* The columns of the history made orthogonal, the newest first: column[j] = sum over k of factor[j][k] basis
 * k.
 */
typedef struct {
  double factor[N_HISTORY][N_HISTORY];
  int column[N_HISTORY], n;
} basis;

static void make_orthogonal(rein_batch *b, int l, basis *out) {
  rein_steady_work *w = b->steady;
  const steady_lane *at = &w->lane[l];
  const int n = b->tape->n_state;
  out->n = 0;
  for (int k = 0; k < at->n_column; k++) {
    int c = (at->next_column - 1 - k + 2 * N_HISTORY) % N_HISTORY;
    double *q = w->basis + (size_t)out->n * (size_t)n, length = 0, left = 0;
    for (int i = 0; i < n; i++) {
      q[i] = rein_row_of(column_of(b, w->d_change, c), b, i)[l] * weight_of(b, i, l);
      length += q[i] * q[i];
    }
    for (int j = 0; j < out->n; j++) {
      const double *p = w->basis + (size_t)j * (size_t)n;
      double shared = 0;
      for (int i = 0; i < n; i++) shared += p[i] * q[i];
      for (int i = 0; i < n; i++) q[i] -= shared * p[i];
      out->factor[out->n][j] = shared;
    }
    for (int i = 0; i < n; i++) left += q[i] * q[i];
    if (!(left > DEPENDENT * DEPENDENT * length)) continue;
    left = sqrt(left);
    for (int i = 0; i < n; i++) q[i] /= left;
    out->factor[out->n][out->n] = left;
    out->column[out->n++] = c;
  }
}

/* How much of each column takes most off the change. */
static void find_shares(rein_batch *b, int l, const basis *q, double *share) {
  rein_steady_work *w = b->steady;
  const int n = b->tape->n_state;
  for (int j = q->n - 1; j >= 0; j--) { /* basis j is met by the columns from j on */
    share[j] = 0;
    for (int i = 0; i < n; i++)
      share[j] += w->basis[(size_t)j * (size_t)n + (size_t)i] * weight_of(b, i, l) *
                  (rein_row_of(b->y, b, i)[l] - rein_row_of(w->x, b, i)[l]);
    for (int k = j + 1; k < q->n; k++) share[j] -= q->factor[k][j] * share[k];
    share[j] /= q->factor[j][j];
  }
}

/* y, now P(x), becomes the combination of the P's of the history whose change is smallest: what a column
 * takes off the change, it takes off the end with the same share. */
static void propose(rein_batch *b, int l) {
  rein_steady_work *w = b->steady;
  basis q;
  double share[N_HISTORY];
  make_orthogonal(b, l, &q);
  find_shares(b, l, &q, share);
  for (int pass = 0; pass < 2; pass++)
    for (int i = 0; i < b->tape->n_state; i++) {
      double end = rein_row_of(w->end_before, b, i)[l], proposal = end;
      for (int j = 0; j < q.n; j++)
        proposal -= share[j] * rein_row_of(column_of(b, w->d_end, q.column[j]), b, i)[l];
      if (pass == 0 && !makes_sense(b, i, l, proposal, end)) return; /* P(x) it is */
      if (pass == 1) rein_row_of(b->y, b, i)[l] = end >= 0 && proposal < 0 ? 0 : proposal;
    }
}

/* ---- coming and going ---- */

void rein_steady_begin(rein_batch *b, int l, const rein_steady *wanted) {
  if (!b->steady) b->steady = create(b);
  if (!b->steady) {
    rein_batch_no_memory(b, l);
    return;
  }
  if (wanted->equilibrates && !rein_rest_begin(b, l)) {
    rein_batch_no_memory(b, l);
    return;
  }
  rein_steady_work *w = b->steady;
  w->lane[l] = (steady_lane){
      .on = true, .wanted = wanted, .time = b->cur[l], .when = b->when[l], .best = INFINITY, .strict = 1};
  b->when[l] = INFINITY;
  rein_eval_params(b->eval);
  rein_eval_run(b->eval, REIN_PROG_INITIAL, b->cur, NULL, b->initial);
  for (int i = 0; i < b->tape->n_state; i++) {
    rein_row_of(w->y, b, i)[l] = rein_row_of(b->y, b, i)[l];
    rein_row_of(w->error_sum, b, i)[l] = rein_row_of(b->error_sum, b, i)[l];
    rein_row_of(b->y, b, i)[l] = rein_row_of(w->first, b, i)[l] = rein_row_of(b->initial, b, i)[l];
    rein_row_of(w->largest, b, i)[l] = 0;
  }
  for (int i = 0; i < b->tape->n_input; i++) {
    double *row = rein_eval_row(b->eval, b->tape->input_first + i) + l;
    rein_row_of(w->input, b, i)[l] = *row, *row = 0;
  }
  b->params_dirty = true;
  begin_interval(b, l);
}

static void leave(rein_batch *b, int l) {
  rein_steady_work *w = b->steady;
  steady_lane *at = &w->lane[l];
  at->on = false;
  b->cur[l] = at->time;
  b->when[l] = at->when;
  for (int i = 0; i < b->tape->n_state && at->wanted->adds; i++) {
    rein_row_of(b->y, b, i)[l] += rein_row_of(w->y, b, i)[l];
    rein_row_of(b->error_sum, b, i)[l] += rein_row_of(w->error_sum, b, i)[l];
  }
  for (int i = 0; i < b->tape->n_input; i++)
    rein_eval_row(b->eval, b->tape->input_first + i)[l] =
        at->wanted->adds ? rein_row_of(w->input, b, i)[l] : 0;
  b->params_dirty = true;
}

/* ---- whether it is one ---- */

/* What an interval has come to is tried: y becomes the start of the trial. False: no state is on its way. */
static bool begin_trial(rein_batch *b, int l) {
  rein_steady_work *w = b->steady;
  bool wanted = false;
  for (int i = 0; i < b->tape->n_state; i++) {
    double *y = rein_row_of(b->y, b, i) + l, way = (1 - HALF_WAY) * (*y - rein_row_of(w->first, b, i)[l]);
    bool sure = fabs(way) * weight_of(b, i, l) <= NO_WAY;
    wanted = wanted || !sure;
    rein_row_of(w->sure, b, i)[l] = sure;
    rein_row_of(w->found, b, i)[l] = *y;
    rein_row_of(w->drift, b, i)[l] = *y - rein_row_of(w->x, b, i)[l];
    rein_row_of(w->half, b, i)[l] = *y - way;
  }
  for (int i = 0; i < b->tape->n_state && wanted; i++)
    rein_row_of(b->y, b, i)[l] = rein_row_of(w->half, b, i)[l];
  w->lane[l].n_trial = wanted;
  return wanted;
}

/* After an interval of the trial: the first state that it has not confirmed yet, -1 none. */
static int confirm(rein_batch *b, int l) {
  rein_steady_work *w = b->steady;
  int n = w->lane[l].n_trial, left = -1;
  for (int i = b->tape->n_state - 1; i >= 0; i--) {
    double now = rein_row_of(b->y, b, i)[l], found = rein_row_of(w->found, b, i)[l];
    double half = rein_row_of(w->half, b, i)[l], way = found - half, moved = now - half;
    double *sure = rein_row_of(w->sure, b, i) + l;
    if (n == 1) rein_row_of(w->moved, b, i)[l] = moved;
    double error = b->plan->rtol * fabs(found) + b->plan->atol[i]; /* of an interval, at worst */
    if (moved * way > 0 && fabs(found - now) < fabs(way) && fabs(moved) >= ABOVE_ERROR * n * error &&
        fabs(moved) >= SURE * n * fabs(rein_row_of(w->drift, b, i)[l]))
      *sure = 1;
    if (*sure == 0) left = i;
  }
  return left;
}

/* Back to what was found. */
static void end_trial(rein_batch *b, int l) {
  rein_steady_work *w = b->steady;
  w->lane[l].n_trial = 0;
  for (int i = 0; i < b->tape->n_state; i++) {
    double found = rein_row_of(w->found, b, i)[l];
    rein_row_of(b->y, b, i)[l] = found;
    rein_row_of(w->x, b, i)[l] = found - rein_row_of(w->drift, b, i)[l];
  }
}

typedef enum { GOES_ON, TRIED, STEADY } verdict; /* TRIED: y is where the next interval begins */

static verdict fail(rein_batch *b, int l, int state, double change) {
  rein_batch_fail(b, l, REIN_FAIL_STEADY, b->steady->lane[l].time, state, change);
  return STEADY;
}

/* After an interval of a trial. */
static verdict go_on_trying(rein_batch *b, int l) {
  steady_lane *at = &b->steady->lane[l];
  int left = confirm(b, l);
  if (left >= 0 && ++at->n_trial <= MAX_TRIAL) return TRIED;
  end_trial(b, l);
  if (left < 0) return STEADY;
  if (++at->n_refused == MAX_REFUSED) return fail(b, l, left, rein_row_of(b->steady->moved, b, left)[l]);
  at->strict *= STRICTER;
  at->best = INFINITY;
  at->n_stalled = 0;
  return GOES_ON;
}

/* At the end of an interval. STEADY also when the lane has failed. */
static verdict judge(rein_batch *b, int l) {
  steady_lane *at = &b->steady->lane[l];
  bool constant = at->wanted->every == 0;
  int state;
  if (at->n_trial > 0) return go_on_trying(b, l);
  double change = change_of(b, l, &state);
  if (at->wanted->equilibrates)
    return rein_rest_reached(b, l, change, ++at->n_interval < MAX_DOUBLING) ? STEADY : GOES_ON;
  at->n_stalled = change < 0.5 * at->best ? 0 : at->n_stalled + 1;
  if (change < at->best) at->best = change;
  if (change <= FINE * at->strict || (change <= GOOD_ENOUGH * at->strict && at->n_stalled >= STALLED))
    return !constant && begin_trial(b, l) ? TRIED : STEADY;
  bool hopeless = at->n_stalled >= (constant ? VAIN_DOUBLING : IN_VAIN);
  if (++at->n_interval < (constant ? MAX_DOUBLING : MAX_INTERVAL) && !hopeless) return GOES_ON;
  return fail(b, l, state, rein_row_of(b->y, b, state)[l] - rein_row_of(b->steady->x, b, state)[l]);
}

/* A lane at the end of a stretch. */
static void go_on(rein_batch *b, int l) {
  steady_lane *at = &b->steady->lane[l];
  const rein_steady *s = at->wanted;
  double end = s->every == 0 || at->last ? at->time : at->start + s->every;
  if (b->cur[l] < end) { /* the infusion's step inside the interval */
    set_input(b, l, b->cur[l] - at->start + 0.25 * (end - b->cur[l]));
    return;
  }
  if (at->last) {
    leave(b, l);
    return;
  }
  verdict answer = judge(b, l);
  if (b->done[l]) return;
  if (answer == STEADY) {
    at->last = true;
    if (s->every > 0 && s->phase < s->every)
      begin_interval(b, l);
    else
      leave(b, l);
    return;
  }
  if (answer == GOES_ON && s->every > 0) {
    remember(b, l);
    propose(b, l);
  }
  begin_interval(b, l);
}

void rein_steady_move(rein_batch *b) {
  for (int l = 0; b->steady && l < b->n_lane; l++)
    if (b->steady->lane[l].on && !b->done[l] && b->cur[l] >= b->target[l]) go_on(b, l);
}

double rein_steady_target(const rein_batch *b, int l) {
  return target_of(&b->steady->lane[l], b->cur[l]);
}

void rein_steady_clear(rein_batch *b) {
  if (b->steady) memset(b->steady->lane, 0, (size_t)b->n_lane * sizeof *b->steady->lane);
}
