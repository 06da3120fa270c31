/* From matched values to lines: means, difference with its interval, directions, root mean square. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "src/stats/bootstrap.h"
#include "src/stats/normal.h"
#include "src/study/compare_inside.h"

#define LEVEL 0.95
#define SEED UINT64_C(20260101) /* of the bootstrap: the same sets give the same intervals */
#define FEW "fewer than 8 units to resample"

static rein_score number(double value) {
  return (rein_score){.value = value, .low = NAN, .high = NAN};
}

static rein_score none(const char *why) {
  return (rein_score){.value = NAN, .low = NAN, .high = NAN, .na = why};
}

/* ---- units: a person's replicates count once, by their mean ---- */

typedef struct {
  int64_t unit;
  size_t order;
  bool is_group;    /* each of its means is a unit */
  double weight;    /* people behind a mean of a group, else 1 */
  double sum[2], n; /* changes of A and B (by arm: of one set in sum[0]) */
} unit_sum;

static int compare_units(const void *left, const void *right) {
  const unit_sum *a = left, *b = right;
  if (a->unit != b->unit) return a->unit < b->unit ? -1 : 1;
  return (a->order > b->order) - (a->order < b->order);
}

/* One entry for each unit, in their order; sums in the order of the values, which is fixed. */
static size_t gather(unit_sum *u, size_t n) {
  size_t n_unit = 0;
  for (size_t i = 0; i < n; i++) {
    size_t k = n_unit;
    if (k > 0 && u[k - 1].unit == u[i].unit && !u[i].is_group) {
      u[k - 1].sum[0] += u[i].sum[0], u[k - 1].sum[1] += u[i].sum[1], u[k - 1].n += 1.0;
    } else {
      u[n_unit] = u[i];
      u[n_unit++].n = 1.0;
    }
  }
  return n_unit;
}

/* People that a line rests on. */
static double people_of(const unit_sum *u, size_t n) {
  double people = 0.0;
  for (size_t i = 0; i < n; i++) people += u[i].weight;
  return people;
}

static bool is_few(const rein_comparison *c, int side, double people) {
  return c->set[side].is_people && !c->individual_data && people < REIN_SMALLEST_GROUP;
}

/* ---- by individual ---- */

/* Directions that both records have and that agree; of n_both. */
static rein_score agreement(const rein_compare_pair *pair, size_t n) {
  size_t n_both = 0, n_same = 0;
  for (size_t i = 0; i < n; i++) {
    const int8_t a = pair[i].of[0]->direction, b = pair[i].of[1]->direction;
    if (a == REIN_MISSING_BYTE || b == REIN_MISSING_BYTE) continue;
    n_both++, n_same += a == b;
  }
  return n_both ? number((double)n_same / (double)n_both) : none("no direction in both sets");
}

static rein_score difference_of(rein_arena *arena, const unit_sum *u, size_t n) {
  double *above = REIN_NEW(arena, double, n + 1), *below = REIN_NEW(arena, double, n + 1), sum = 0.0;
  for (size_t i = 0; i < n; i++) {
    above[i] = (u[i].sum[1] - u[i].sum[0]) / u[i].n, below[i] = 1.0;
    sum += above[i];
  }
  rein_score s = number(sum / (double)n);
  if (!rein_bootstrap_ratio(arena, above, below, n, SEED, LEVEL, &s.low, &s.high)) s.no_interval = FEW;
  return s;
}

/* A line from pairs of one observable. */
static void sum_pairs(rein_comparison *c, const rein_compare_pair *pair, size_t n, rein_compare_row *row) {
  unit_sum *u = REIN_NEW(c->arena, unit_sum, n + 1);
  double square = 0.0, mean[2] = {0.0, 0.0};
  for (size_t i = 0; i < n; i++) {
    const rein_compare_value *a = pair[i].of[0], *b = pair[i].of[1];
    const double weight = a->n > 0.0 ? (b->n > 0.0 ? fmin(a->n, b->n) : a->n) : 1.0;
    u[i] = (unit_sum){rein_compare_unit(&c->set[0], a), i, a->n > 0.0, weight, {a->change, b->change}, 1.0};
    square += (b->change - a->change) * (b->change - a->change);
  }
  qsort(u, n, sizeof *u, compare_units);
  const size_t n_unit = gather(u, n);
  row->n = row->n_value[0] = row->n_value[1] = (int64_t)n;
  row->n_unit[0] = row->n_unit[1] = (int64_t)n_unit;
  const double people = people_of(u, n_unit);
  row->suppressed = n > 0 && (is_few(c, 0, people) || is_few(c, 1, people));
  const rein_score no_pair = none("no pair of values");
  row->mean[0] = row->mean[1] = row->difference = row->same_direction = row->rms = no_pair;
  if (n == 0 || row->suppressed) return;
  for (size_t i = 0; i < n_unit; i++) {
    mean[0] += u[i].sum[0] / u[i].n / (double)n_unit;
    mean[1] += u[i].sum[1] / u[i].n / (double)n_unit;
  }
  row->mean[0] = number(mean[0]), row->mean[1] = number(mean[1]);
  row->difference = difference_of(c->arena, u, n_unit);
  row->same_direction = agreement(pair, n);
  row->rms = number(sqrt(square / (double)n));
}

/* ---- by arm ---- */

/* One set's values of an observable, arm and horizon. */
typedef struct {
  int64_t n_value, n_unit;
  double people, mean, variance; /* of the mean; NaN where it is not known */
  const char *no_variance;
  int8_t direction; /* the most frequent one, REIN_MISSING_BYTE where there is none */
} side_sum;

static int8_t most_frequent(const int64_t n[3]) {
  int best = 0;
  for (int d = 1; d < 3; d++) best = n[d] > n[best] ? d : best;
  for (int d = 0; d < 3; d++)
    if (d != best && n[d] == n[best]) return REIN_MISSING_BYTE;
  return (int8_t)(best - 1);
}

/* Variance of the mean of units; a mean of a group says nothing of the spread of its people's changes. */
static void find_variance(const unit_sum *u, size_t n, bool has_group, side_sum *s) {
  double square = 0.0;
  s->variance = NAN;
  s->no_variance = has_group                     ? "the spread of changes is not in the means of groups"
                   : n < REIN_BOOTSTRAP_SMALLEST ? "fewer than 8 units in a set"
                                                 : NULL;
  if (s->no_variance) return;
  for (size_t i = 0; i < n; i++) {
    const double d = u[i].sum[0] / u[i].n - s->mean;
    square += d * d;
  }
  s->variance = square / (double)(n - 1) / (double)n;
}

static side_sum sum_side(const rein_comparison *c, int side, const rein_compare_value *v, size_t n) {
  const rein_compare_set *set = &c->set[side];
  unit_sum *u = REIN_NEW(c->arena, unit_sum, n + 1);
  int64_t directions[3] = {0, 0, 0};
  side_sum s = {0};
  bool has_group = false;
  for (size_t i = 0; i < n; i++) {
    if (v[i].fate != REIN_FATE_MATCHED) continue;
    has_group = has_group || v[i].n > 0.0;
    if (v[i].direction != REIN_MISSING_BYTE) directions[v[i].direction + 1]++;
    u[s.n_value++] = (unit_sum){
        rein_compare_unit(set, &v[i]), i, v[i].n > 0.0, v[i].n > 0.0 ? v[i].n : 1.0, {v[i].change, 0.0}, 1.0};
  }
  qsort(u, (size_t)s.n_value, sizeof *u, compare_units);
  const size_t n_unit = gather(u, (size_t)s.n_value);
  s.n_unit = (int64_t)n_unit;
  s.people = people_of(u, n_unit);
  for (size_t i = 0; i < n_unit; i++) s.mean += u[i].weight / s.people * (u[i].sum[0] / u[i].n);
  s.direction = most_frequent(directions);
  find_variance(u, n_unit, has_group, &s);
  return s;
}

static void sum_cell(rein_comparison *c, const side_sum *a, const side_sum *b, rein_compare_row *row) {
  const side_sum *side[2] = {a, b};
  row->n = a->n_value > 0 && b->n_value > 0;
  for (int i = 0; i < 2; i++) {
    row->n_value[i] = side[i]->n_value, row->n_unit[i] = side[i]->n_unit;
    row->suppressed = row->suppressed || (side[i]->n_value > 0 && is_few(c, i, side[i]->people));
  }
  const rein_score no_pair = none("no values in both sets");
  row->mean[0] = row->mean[1] = row->difference = row->same_direction = no_pair;
  row->rms = none(row->n ? "one pair of means" : no_pair.na);
  if (!row->n || row->suppressed) return;
  row->mean[0] = number(a->mean), row->mean[1] = number(b->mean);
  row->difference = number(b->mean - a->mean);
  row->difference.no_interval = a->no_variance ? a->no_variance : b->no_variance;
  const double half = rein_normal_quantile(0.5 + 0.5 * LEVEL) * sqrt(a->variance + b->variance);
  row->difference.low = row->difference.value - half, row->difference.high = row->difference.value + half;
  row->same_direction = a->direction == REIN_MISSING_BYTE || b->direction == REIN_MISSING_BYTE
                            ? none("no most frequent direction in both sets")
                            : number(a->direction == b->direction);
}

/* All arms and horizons of an observable, from its lines behind `row`. */
static void sum_cells(rein_comparison *c, size_t first) {
  rein_compare_row *all = &c->row[first];
  double square = 0.0, same = 0.0, n = 0.0, n_same = 0.0;
  for (size_t i = first + 1; i < c->n_row; i++) {
    const rein_compare_row *r = &c->row[i];
    for (int k = 0; k < 2; k++) all->n_value[k] += r->n_value[k];
    if (!r->n || r->suppressed) continue;
    n += 1.0, square += r->difference.value * r->difference.value;
    if (!r->same_direction.na) same += r->same_direction.value, n_same += 1.0;
  }
  const rein_score mixed = none("means of different arms and horizons");
  all->n = (int64_t)n;
  all->mean[0] = all->mean[1] = all->difference = mixed;
  all->rms = n > 0.0 ? number(sqrt(square / n)) : none("no values in both sets");
  all->same_direction =
      n_same > 0.0 ? number(same / n_same) : none("no most frequent direction in both sets");
}

/* ---- lines ---- */

static rein_compare_row *add_row(rein_comparison *c, int observable, int arm, int horizon) {
  const rein_compare_row row = {.observable = observable, .arm = arm, .horizon = horizon};
  REIN_PUSH(c->arena, c->row, c->n_row, c->cap_row, row);
  return &c->row[c->n_row - 1];
}

static bool is_there(const rein_compare_value *v, int observable, int arm, int horizon) {
  return v->observable == observable && v->arm == arm && v->horizon == horizon;
}

/* Values or pairs of a cell follow one another; *i is moved behind them. */
static size_t run_of_values(const rein_compare_set *set, size_t *i, int o, int a, int h) {
  const size_t first = *i;
  while (*i < set->n_value && is_there(&set->value[*i], o, a, h)) ++*i;
  return *i - first;
}

/* The next cell that both sets have, from places i on; false where there is none. */
static bool next_cell(const rein_comparison *c, size_t i[2]) {
  while (i[0] < c->set[0].n_value && i[1] < c->set[1].n_value) {
    const rein_compare_value *a = &c->set[0].value[i[0]], *b = &c->set[1].value[i[1]];
    int order = a->observable - b->observable;
    if (order == 0) order = a->arm - b->arm;
    if (order == 0) order = a->horizon - b->horizon;
    if (order == 0) return true;
    i[order > 0]++;
  }
  return false;
}

void rein_compare_sum(rein_comparison *c, const rein_compare_pair *pair, size_t n_pair) {
  size_t at[2] = {0, 0}, all = 0, first_pair = 0, k = 0;
  int last = -1;
  while (next_cell(c, at)) {
    const rein_compare_value v = c->set[0].value[at[0]];
    if (v.observable != last) {
      if (last >= 0 && c->by == REIN_COMPARE_BY_INDIVIDUAL)
        sum_pairs(c, pair + first_pair, k - first_pair, &c->row[all]);
      if (last >= 0 && c->by == REIN_COMPARE_BY_ARM) sum_cells(c, all);
      last = v.observable, all = c->n_row, first_pair = k;
      add_row(c, last, -1, -1);
    }
    const rein_compare_value *const own[2] = {c->set[0].value + at[0], c->set[1].value + at[1]};
    size_t n[2];
    for (int s = 0; s < 2; s++) n[s] = run_of_values(&c->set[s], &at[s], v.observable, v.arm, v.horizon);
    rein_compare_row *row = add_row(c, v.observable, v.arm, v.horizon);
    if (c->by == REIN_COMPARE_BY_ARM) {
      const side_sum a = sum_side(c, 0, own[0], n[0]), b = sum_side(c, 1, own[1], n[1]);
      sum_cell(c, &a, &b, row);
      continue;
    }
    const size_t from = k;
    while (k < n_pair && is_there(pair[k].of[0], v.observable, v.arm, v.horizon)) k++;
    sum_pairs(c, pair + from, k - from, row);
  }
  if (last >= 0 && c->by == REIN_COMPARE_BY_INDIVIDUAL)
    sum_pairs(c, pair + first_pair, k - first_pair, &c->row[all]);
  if (last >= 0 && c->by == REIN_COMPARE_BY_ARM) sum_cells(c, all);
}
