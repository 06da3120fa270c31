/* Where inside a step something may have changed that is as before at its end.
 *
 * Truth values at the ends of a step do not tell that a state rose above a limit and fell below it again, or
 * that one comparison of `a > 1 and b < 2` became true before the other became false. The margin of a
 * comparison (left minus right side) does: its values at both ends and in the middle, on the dense output,
 * give a parabola. A margin that changes its sign and takes it back, by its middle or by the parabola's
 * turning point (looked at on the dense output again, ROUNDS times by successive parabolas), cuts the step
 * there; margins that change their signs for good cut it between their roots. Whoever looks for changes then
 * looks at each piece.
 *
 * What it does not see: two turns of one margin inside one step; comparisons with the error of the dense
 * output between them; floors. */
#include <math.h>
#include <string.h>

#include "solver/batch.h"

#define ROUNDS 3
#define NEAR 0.5      /* of the margin's range in the step: turning points that far from 0 are looked at */
#define DISTANCE 8    /* from 0, in moves of a step, from which on a margin is left alone */
#define MOST_GROWTH 2 /* of the steps' length, for that to be said by the step before */
#define MAX_ROOT 16   /* of the margins of one lane in one step; more leave some pieces together */

void rein_batch_start_margins(rein_batch *b) {
  b->last_length = 0;
  if (b->tape->n_margin) rein_eval_run(b->eval, REIN_PROG_MARGIN, b->cur, b->y, b->margin_before);
}

/* Where the parabola turns, NaN where that is not between its outer places. */
static double turning_point(const rein_turn *p) {
  const double left = p->u[1] - p->u[0], right = p->u[1] - p->u[2];
  const double a = left * (p->g[1] - p->g[2]), b = right * (p->g[1] - p->g[0]);
  const double u = p->u[1] - 0.5 * (left * a - right * b) / (a - b);
  return u > p->u[0] && u < p->u[2] ? u : NAN;
}

static double value_at(const rein_turn *p, double u) {
  const double d01 = (p->g[1] - p->g[0]) / (p->u[1] - p->u[0]),
               d12 = (p->g[2] - p->g[1]) / (p->u[2] - p->u[1]);
  return p->g[0] + (u - p->u[0]) * (d01 + (u - p->u[1]) * (d12 - d01) / (p->u[2] - p->u[0]));
}

/* Whether the parabola comes near 0 or beyond it where it turns, seen from the side of its ends. */
static bool turns_near(const rein_turn *p) {
  const double u = turning_point(p);
  if (isnan(u)) return false;
  const double side = p->g[0] > 0 ? 1 : -1, range = fmax(fabs(p->g[1] - p->g[0]), fabs(p->g[2] - p->g[1]));
  return side * value_at(p, u) < NEAR * range && side * (p->g[0] + p->g[2]) > 2 * side * value_at(p, u);
}

/* The place u becomes one of the three: with the two beside it. */
static void narrow(rein_turn *p, double u, double g) {
  const int at = u < p->u[1] ? 1 : 2; /* it comes before this one */
  if (u == p->u[1]) return;
  const double side = p->g[0] > 0 ? 1 : -1;
  if (side * g < side * p->g[1]) { /* the new one is lower: it becomes the middle */
    const rein_turn q = *p;
    p->u[0] = q.u[at - 1], p->g[0] = q.g[at - 1];
    p->u[2] = q.u[at], p->g[2] = q.g[at];
    p->u[1] = u, p->g[1] = g;
  } else { /* the middle stays, the new one is its neighbour */
    p->u[at == 1 ? 0 : 2] = u, p->g[at == 1 ? 0 : 2] = g;
  }
}

static rein_turn of_step(const rein_batch *b, int margin, int l) {
  const size_t at = (size_t)margin * (size_t)b->n_lane + (size_t)l;
  return (rein_turn){{0, 0.5, 1}, {b->margin_before[at], b->margin_middle[at], b->margin_now[at]}};
}

static bool is_above(double g) {
  return g > 0;
}

static void add_cut(rein_batch *b, int l, double tau) {
  int n = b->n_cut[l];
  if (n == REIN_MAX_CUT) return;
  for (; n > 0 && b->cut[(size_t)(n - 1) * (size_t)b->n_lane + (size_t)l] > tau; n--)
    b->cut[(size_t)n * (size_t)b->n_lane + (size_t)l] =
        b->cut[(size_t)(n - 1) * (size_t)b->n_lane + (size_t)l];
  b->cut[(size_t)n * (size_t)b->n_lane + (size_t)l] = tau;
  b->n_cut[l]++;
}

/* Lanes in mask, whose margin may turn behind 0 between its ends: their turning points are looked at. */
static void look_at_turns(rein_batch *b, int margin, double before, double length) {
  for (int round = 0; round < ROUNDS; round++) {
    bool any = false;
    for (int l = 0; l < b->n_lane; l++) {
      rein_turn *p = &b->turn[l];
      if (b->mask[l] == 0) continue;
      if (round == 0) *p = of_step(b, margin, l);
      const bool wanted = turns_near(p);
      if (!wanted) b->mask[l] = 0;
      if (wanted) b->tau_mid[l] = before + turning_point(p) * length;
      any |= wanted;
    }
    if (!any || !rein_batch_look(b, REIN_PROG_MARGIN, b->tau_mid, b->mask, b->margin_found)) return;
    const double *found = rein_row_of(b->margin_found, b, margin);
    for (int l = 0; l < b->n_lane; l++) {
      rein_turn *p = &b->turn[l];
      if (b->mask[l] == 0) continue;
      if (is_above(found[l]) == is_above(p->g[0])) {
        narrow(p, (b->tau_mid[l] - before) / length, found[l]);
        continue;
      }
      add_cut(b, l, b->tau_mid[l]);
      b->mask[l] = 0;
    }
  }
}

/* Where the margin's parabola is 0, of the ends' different signs. */
static double root_of(const rein_turn *p) {
  double low = 0, high = 1;
  for (int i = 0; i < 40; i++) {
    const double mid = 0.5 * (low + high);
    *(is_above(value_at(p, mid)) == is_above(p->g[0]) ? &low : &high) = mid;
  }
  return high;
}

/* Cuts a lane between the roots of its margins, and at a middle of another sign. */
static void cut_at_changes(rein_batch *b, int l, double before, double length) {
  double root[MAX_ROOT];
  int n = 0;
  for (int r = 0; r < b->tape->n_margin; r++) {
    const rein_turn p = of_step(b, r, l);
    const bool first = is_above(p.g[0]), last = is_above(p.g[2]);
    if (first == last && is_above(p.g[1]) != first) add_cut(b, l, before + 0.5 * length);
    if (first == last || n == MAX_ROOT || isnan(p.g[0]) || isnan(p.g[2])) continue;
    const double u = root_of(&p);
    int at = n++;
    for (; at > 0 && root[at - 1] > u; at--) root[at] = root[at - 1];
    root[at] = u;
  }
  for (int i = 1; i < n; i++) add_cut(b, l, before + 0.5 * (root[i - 1] + root[i]) * length);
}

/* Marks in `looked` the lanes to look at further: behind a longer or about equal step of the pass those that
 * have a margin that is not far from 0, by how far it moves in such steps; else all. Whether there are any.
 */
static bool choose_lanes(rein_batch *b, double length) {
  const double growth = length / b->last_length;
  const bool compares = b->last_length > 0 && growth <= MOST_GROWTH;
  b->kernels->fill(0.0, b->looked, (size_t)b->n_lane);
  for (int r = 0; r < b->tape->n_margin; r++) {
    double *pace = rein_row_of(b->margin_pace, b, r);
    if (b->last_length == 0) b->kernels->fill(0.0, pace, (size_t)b->n_lane);
    b->kernels->may_turn(rein_row_of(b->margin_before, b, r), rein_row_of(b->margin_now, b, r),
                         b->last_length > 0 ? growth : 0, DISTANCE, b->moving, pace, b->looked, b->n_lane);
  }
  b->last_length = length;
  if (!compares) memcpy(b->looked, b->moving, (size_t)b->n_lane * sizeof *b->looked);
  return b->kernels->any_outside(b->looked, 0.0, 0.0, b->moving, b->n_lane);
}

/* Cuts lanes in `looked` by the margins at both ends and in the middle; the largest number of a lane. */
static int cut_lanes(rein_batch *b, double before, double length) {
  const size_t n_lane = (size_t)b->n_lane;
  int most = 0;
  b->kernels->fill(before + 0.5 * length, b->tau_mid, n_lane);
  if (!rein_batch_look(b, REIN_PROG_MARGIN, b->tau_mid, b->looked, b->margin_middle)) return 0;
  memset(b->n_cut, 0, n_lane * sizeof *b->n_cut);
  b->kernels->fill(0.0, b->changed, n_lane);
  for (int r = 0; r < b->tape->n_margin; r++) {
    const double *const g[] = {rein_row_of(b->margin_before, b, r), rein_row_of(b->margin_middle, b, r),
                               rein_row_of(b->margin_now, b, r)};
    if (b->kernels->scan_margin(g, b->looked, rein_row_of(b->margin_pace, b, r), b->changed, b->mask,
                                b->n_lane))
      look_at_turns(b, r, before, length);
  }
  for (int l = 0; l < b->n_lane; l++) {
    if (b->changed[l] != 0) cut_at_changes(b, l, before, length);
    if (b->n_cut[l] > most) most = b->n_cut[l];
  }
  for (int k = 0; k < most; k++)
    for (int l = 0; l < b->n_lane; l++)
      if (k >= b->n_cut[l]) rein_row_of(b->cut, b, k)[l] = before + length;
  return most;
}

int rein_batch_cut_step(rein_batch *b, double before, double tau) {
  const double *y = rein_method_state(b->method);
  rein_batch_run_at(b, REIN_PROG_MARGIN, b->tau_high, y, b->margin_now); /* tau, in all lanes */
  const int most = choose_lanes(b, tau - before) ? cut_lanes(b, before, tau - before) : 0;
  double *ends = b->margin_before;
  b->margin_before = b->margin_now, b->margin_now = ends;
  return most;
}
