/* Points in the space of actions: simulated on a cohort, judged by limits, compared by Pareto's order, and
 * bred from the better ones. Draws are keyed, and people are common to all points, so that points differ by
 * their actions alone. */
#include <gsl/gsl_qrng.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "src/scenario/draw.h"
#include "src/stats/quantile.h"
#include "src/stats/sort.h"
#include "src/study/steer_inside.h"

/* Numbers kept of one simulation; points go in blocks below it. */
#define MOST_KEPT 25000000
#define MOST_PARENTS 16
#define DIGITS 6 /* of an action's value: what is shown is what was run */

/* ---- simulating ---- */

rein_scenario_points *rein_steer_points(const rein_steer_job *job, const double *value, int n,
                                        bool references) {
  const rein_steering *out = job->out;
  const int d = out->n_action;
  const char **field = REIN_NEW(job->arena, const char *, d);
  const char **text = REIN_NEW(job->arena, const char *, (size_t)n *(size_t)d);
  for (int i = 0; i < d; i++) field[i] = out->action[i].field;
  for (int k = 0; k < n * d; k++) text[k] = rein_factor_text(job->arena, &out->action[k % d], value[k]);
  rein_scenario_points *points = REIN_NEW(job->arena, rein_scenario_points, 1);
  *points = (rein_scenario_points){.arm = out->arm,
                                   .n_axis = d,
                                   .n_point = n,
                                   .field = field,
                                   .value = text,
                                   .cohort = true,
                                   .references = references};
  return points;
}

rein_status rein_steer_simulate(rein_steer_job *job, const double *value, int n,
                                const rein_steer_cohort *cohort, rein_simulation *simulation,
                                rein_sample **sample) {
  rein_scenario_options wanted = job->options->scenario;
  wanted.points = rein_steer_points(job, value, n, cohort->references);
  wanted.has_seed = true;
  wanted.seed = cohort->seed;
  wanted.n_individual = cohort->n_person;
  rein_diag *diag = job->again ? job->again : job->diag;
  job->again = rein_diag_create(job->arena);
  rein_status status = rein_simulation_prepare(job->arena, job->units, job->scenario_path, &wanted,
                                               job->options->kernels, diag, simulation);
  if (status != REIN_OK && diag != job->diag)
    rein_error(job->diag, (rein_pos){0}, "points that the search made cannot be simulated: %s",
               rein_status_meaning(status));
  if (status != REIN_OK) return status;
  const int n_obs = (int)simulation->scenario->model->n_observable;
  int *keep = REIN_NEW(job->arena, int, n_obs);
  for (int o = 0; o < n_obs; o++) keep[o] = simulation->tape->n_state + o;
  const rein_sample_options options = {
      .n_thread = job->options->n_thread, .kernels = job->options->kernels, .judge_amounts = true};
  return rein_sample_create(job->arena, simulation, keep, n_obs, &options, sample);
}

/* ---- judging ---- */

static double away_from(const rein_steer_objective *o, double y) {
  if (o->want == REIN_STEER_LOW) return y;
  if (o->want == REIN_STEER_HIGH) return -y;
  return y < o->low ? o->low - y : y > o->high ? y - o->high : 0.0;
}

static rein_steer_number summarise(double *value, int64_t n) {
  rein_steer_number s = {NAN, NAN, NAN, NAN};
  double sum = 0, square = 0;
  if (n < 2) return s;
  for (int64_t i = 0; i < n; i++) sum += value[i];
  s.mean = sum / (double)n;
  for (int64_t i = 0; i < n; i++) square += (value[i] - s.mean) * (value[i] - s.mean);
  s.error = sqrt(square / (double)(n - 1) / (double)n);
  rein_sort_numbers(value, (size_t)n);
  s.p5 = value[(int64_t)(0.05 * (double)(n - 1) + 0.5)];
  s.p95 = value[(int64_t)(0.95 * (double)(n - 1) + 0.5)];
  return s;
}

/* Whether a person is beyond a limit at any measured time from the start of the horizon to its end. */
static bool is_beyond(const rein_steer_job *job, const rein_sample *sample, int arm, int64_t i,
                      const rein_steer_limit *limit) {
  if (limit->safety >= 0) {
    const double first = rein_sample_safety(sample, arm, limit->safety)[i];
    return isfinite(first) && first <= job->out->scenario->time[job->i_after];
  }
  for (int t = job->i_before; t <= job->i_after; t++) {
    const double y = rein_sample_row(sample, arm, t, limit->observable)[i];
    if (!(y <= limit->below) || !(y >= limit->above)) return true;
  }
  return false;
}

/* Amounts as they were delivered to each person, whatever the scenario says of them. */
static void judge_amounts(const rein_steer_job *job, const rein_sample *sample, int arm,
                          rein_steer_outcome *out) {
  const rein_model *m = job->out->scenario->model;
  out->n_outside = 0;
  for (int64_t i = 0; i < sample->n_individual; i++) {
    const rein_sample_outside *first = &sample->outside[arm * sample->n_individual + i];
    if (first->action < 0) continue;
    const rein_action *a = &m->action[first->action];
    if (out->n_outside++ == 0)
      out->outside = rein_arena_printf(job->arena, "%.6g %s of '%s' in all at %.6g %s, valid for %g to %g %s",
                                       first->amount, a->unit_text, a->name, first->time, m->time_unit_text,
                                       a->valid_low, a->valid_high, a->unit_text);
  }
}

static void judge(const rein_steer_job *job, const rein_sample *sample, int arm, double *work,
                  rein_steer_outcome *out) {
  const rein_steering *s = job->out;
  out->n_person = sample->n_individual;
  out->n_failed = 0;
  for (int64_t i = 0; i < sample->n_individual; i++)
    out->n_failed += sample->failed[arm * sample->n_individual + i];
  for (int k = 0; k < s->n_objective; k++) {
    const rein_steer_objective *o = &s->objective[k];
    const double *y = rein_sample_row(sample, arm, job->i_after, o->observable);
    int64_t n = 0;
    double cost = 0;
    for (int64_t i = 0; i < sample->n_individual; i++) {
      if (!isfinite(y[i])) continue;
      cost += away_from(o, y[i]);
      work[n++] = y[i];
    }
    out->objective[k] = summarise(work, n);
    out->cost[k] = n > 0 ? cost / (double)n : NAN;
  }
  judge_amounts(job, sample, arm, out);
  out->within = out->n_failed == 0 && out->n_outside == 0;
  for (int k = 0; k < s->n_limit; k++) {
    out->beyond[k] = 0;
    for (int64_t i = 0; i < sample->n_individual; i++)
      out->beyond[k] += is_beyond(job, sample, arm, i, &s->limit[k]);
    out->within &= (double)out->beyond[k] <= s->limit[k].probability * (double)out->n_person;
  }
}

static void create_outcome(const rein_steer_job *job, rein_steer_outcome *out) {
  *out = (rein_steer_outcome){.objective = REIN_NEW(job->arena, rein_steer_number, job->out->n_objective),
                              .cost = REIN_NEW(job->arena, double, job->out->n_objective),
                              .beyond = REIN_NEW(job->arena, int64_t, job->out->n_limit + 1)};
}

rein_status rein_steer_evaluate(rein_steer_job *job, const double *value, int n,
                                const rein_steer_cohort *cohort, rein_steer_outcome *out) {
  const rein_scenario *s = job->out->scenario;
  const int64_t each =
      cohort->n_person * s->n_time * (int64_t)(s->model->n_observable + s->model->n_safety + 1);
  const int block = (int)fmax(1.0, fmin(2000.0, (double)MOST_KEPT / (double)each));
  double *work = REIN_NEW(job->arena, double, cohort->n_person + 1);
  for (int first = 0; first < n; first += block) {
    const int m = n - first < block ? n - first : block;
    rein_simulation simulation;
    rein_sample *sample;
    const rein_status status = rein_steer_simulate(job, value + (size_t)first * (size_t)job->out->n_action, m,
                                                   cohort, &simulation, &sample);
    if (status != REIN_OK) return status;
    for (int k = 0; k < m; k++) {
      create_outcome(job, &out[first + k]);
      judge(job, sample, k, work, &out[first + k]);
    }
    rein_sample_destroy(sample);
  }
  return REIN_OK;
}

/* ---- points ---- */

typedef struct {
  rein_steer_job *job;
  int n, cap, d;
  double *share, *value; /* (cap x d) place in the ranges, and rounded value */
  rein_steer_outcome *outcome;
  int *layer; /* (n) 0: beyond its limits */
} pool;

static double rounded(double value) {
  char digits[40];
  snprintf(digits, sizeof digits, "%.*g", DIGITS, value);
  return strtod(digits, NULL);
}

/* Adds a point unless an edit blocks it; pinned actions are put where they are pinned. */
static bool add_point(pool *p, const double *share) {
  const rein_steering *out = p->job->out;
  double *value = p->value + (size_t)p->n * (size_t)p->d;
  if (p->n >= p->cap) return false;
  memcpy(p->share + (size_t)p->n * (size_t)p->d, share, (size_t)p->d * sizeof *share);
  for (int f = 0; f < p->d; f++) value[f] = rounded(rein_factor_value(&out->action[f], share[f]));
  for (int e = 0; e < out->n_edit; e++)
    if (out->edit[e].kind == REIN_EDIT_PIN) value[out->edit[e].i] = out->edit[e].low;
  for (int e = 0; e < out->n_edit; e++)
    if (out->edit[e].kind == REIN_EDIT_BLOCK && value[out->edit[e].i] >= out->edit[e].low &&
        value[out->edit[e].i] <= out->edit[e].high)
      return false;
  p->n++;
  return true;
}

static void free_sequence(void *sequence) {
  gsl_qrng_free(sequence);
}

static rein_status add_first(pool *p) {
  const rein_steering *out = p->job->out;
  rein_arena *arena = p->job->arena;
  gsl_qrng *sequence = NULL;
  if (p->d <= 40)
    sequence = rein_arena_keep(arena, free_sequence, gsl_qrng_alloc(gsl_qrng_sobol, (unsigned)p->d));
  double *share = REIN_NEW(arena, double, p->d);
  for (int i = 0; i < 50 * out->n_point && p->n < out->n_point; i++) {
    if (sequence) gsl_qrng_get(sequence, share);
    for (int f = 0; f < p->d; f++) {
      const uint64_t place = sequence ? 0 : (uint64_t)i;
      const double u = rein_draw_uniform(out->search_seed, REIN_DRAW_DESIGN, (uint64_t)f, 5, place);
      share[f] = sequence ? fmod(share[f] + u, 1.0) : u;
    }
    add_point(p, share);
  }
  rein_arena_release(arena, sequence);
  if (p->n > 0) return REIN_OK;
  rein_error(p->job->diag, (rein_pos){0}, "the edits block every point of the search");
  return REIN_ERR_INPUT;
}

/* ---- order ---- */

static bool dominates(const pool *p, int a, int b) {
  bool better = false;
  for (int k = 0; k < p->job->out->n_objective; k++) {
    const double x = p->outcome[a].cost[k], y = p->outcome[b].cost[k];
    if (!(x <= y)) return false;
    better = better || x < y;
  }
  return better;
}

static bool same_value(const pool *p, int a, int b) {
  const size_t d = (size_t)p->d;
  return memcmp(p->value + (size_t)a * d, p->value + (size_t)b * d, d * sizeof *p->value) == 0;
}

/* Layers of those within their limits: 1 is beaten by none, 2 by none but 1, and so on to the last that is
 * wanted. */
static int find_layers(pool *p, int n_wanted) {
  int n_done = 0;
  for (int i = 0; i < p->n; i++) {
    p->layer[i] = p->outcome[i].within ? -1 : 0;
    for (int k = 0; k < i && p->layer[i] < 0; k++)
      if (same_value(p, i, k)) p->layer[i] = 0;
  }
  for (int layer = 1; n_done < n_wanted; layer++) {
    int n_here = 0;
    for (int i = 0; i < p->n; i++) {
      if (p->layer[i] != -1) continue;
      bool beaten = false;
      for (int k = 0; k < p->n && !beaten; k++)
        beaten = (p->layer[k] == -1 || p->layer[k] == layer) && k != i && dominates(p, k, i);
      if (beaten) continue;
      p->layer[i] = layer;
      n_here++;
    }
    if (n_here == 0) break;
    n_done += n_here;
  }
  return n_done;
}

/* How far a point is beyond its limits and what the model is valid for, for breeding while none is within. */
static double excess(const pool *p, int i) {
  double sum = (double)(p->outcome[i].n_failed + p->outcome[i].n_outside);
  for (int k = 0; k < p->job->out->n_limit; k++)
    sum += fmax(0.0, (double)p->outcome[i].beyond[k] -
                         p->job->out->limit[k].probability * (double)p->outcome[i].n_person);
  return sum;
}

static int list_parents(pool *p, int *parent) {
  int n = 0;
  find_layers(p, MOST_PARENTS);
  for (int layer = 1; layer <= MOST_PARENTS && n < MOST_PARENTS; layer++)
    for (int i = 0; i < p->n && n < MOST_PARENTS; i++)
      if (p->layer[i] == layer) parent[n++] = i;
  if (n > 0) return n;
  for (int i = 0; i < p->n; i++) { /* the nearest to the limits, sorted in */
    int k = n < MOST_PARENTS ? n++ : MOST_PARENTS;
    for (; k > 0 && excess(p, i) < excess(p, parent[k - 1]); k--)
      if (k < MOST_PARENTS) parent[k] = parent[k - 1];
    if (k < MOST_PARENTS) parent[k] = i;
  }
  return n;
}

/* Children between and around two parents, closer with every round. */
static void breed(pool *p, int round, int n_child) {
  int parent[MOST_PARENTS];
  const uint64_t seed = p->job->out->search_seed;
  const int n_parent = list_parents(p, parent);
  double *share = REIN_NEW(p->job->arena, double, p->d);
  for (int c = 0; c < n_child; c++) {
    const uint64_t id = (uint64_t)round << 32 | (uint64_t)c;
    const double *a = p->share +
                      (size_t)parent[rein_draw_bits(seed, REIN_DRAW_DESIGN, id, 6, 0) % (uint64_t)n_parent] *
                          (size_t)p->d,
                 *b = p->share +
                      (size_t)parent[rein_draw_bits(seed, REIN_DRAW_DESIGN, id, 6, 1) % (uint64_t)n_parent] *
                          (size_t)p->d;
    for (int f = 0; f < p->d; f++) {
      const double u = 1.5 * rein_draw_uniform(seed, REIN_DRAW_DESIGN, id, 7, (uint64_t)f) - 0.25;
      const double z = rein_draw_normal(seed, REIN_DRAW_DESIGN, id, 8, (uint64_t)f);
      share[f] = fmin(1.0, fmax(0.0, a[f] + u * (b[f] - a[f]) + ldexp(0.2, -round) * z));
    }
    add_point(p, share);
  }
}

/* ---- choices ---- */

/* Those with the widest spread of costs, when there are more than can be shown: first the best in each
 * objective, then the one farthest from all taken. */
static int spread(const pool *p, const int *from, int n, int *taken) {
  const int m = p->job->out->n_objective;
  double *low = REIN_NEW(p->job->arena, double, m), *high = REIN_NEW(p->job->arena, double, m);
  int n_taken = 0;
  if (n <= REIN_STEER_MOST) return memcpy(taken, from, (size_t)n * sizeof *taken), n;
  for (int k = 0; k < m; k++) {
    int best = from[0];
    low[k] = INFINITY, high[k] = -INFINITY;
    for (int i = 0; i < n; i++) {
      const double c = p->outcome[from[i]].cost[k];
      if (c < low[k]) low[k] = c, best = from[i];
      high[k] = fmax(high[k], c);
    }
    bool there = n_taken >= REIN_STEER_MOST;
    for (int i = 0; i < n_taken; i++) there = there || taken[i] == best;
    if (!there) taken[n_taken++] = best;
  }
  while (n_taken < REIN_STEER_MOST) {
    int farthest = from[0];
    double most = -1;
    for (int i = 0; i < n; i++) {
      double near = INFINITY;
      for (int t = 0; t < n_taken; t++) {
        double sum = 0;
        for (int k = 0; k < m && high[k] > low[k]; k++) {
          const double gap =
              (p->outcome[from[i]].cost[k] - p->outcome[taken[t]].cost[k]) / (high[k] - low[k]);
          sum += gap * gap;
        }
        near = fmin(near, sum);
      }
      if (near > most) most = near, farthest = from[i];
    }
    taken[n_taken++] = farthest;
  }
  return n_taken;
}

static void take_choices(pool *p) {
  rein_steering *out = p->job->out;
  int *from = REIN_NEW(p->job->arena, int, p->n + 1), *taken = REIN_NEW(p->job->arena, int, p->n + 1), n = 0;
  find_layers(p, REIN_STEER_LEAST);
  for (int i = 0; i < p->n; i++) {
    out->n_within += p->outcome[i].within;
    if (p->outcome[i].n_outside > 0 && out->n_invalid++ == 0) out->invalid = p->outcome[i].outside;
  }
  for (int layer = 1; n < REIN_STEER_LEAST && layer <= p->n; layer++) {
    for (int i = 0; i < p->n; i++)
      if (p->layer[i] == layer && (layer == 1 || n < REIN_STEER_LEAST)) from[n++] = i;
  }
  n = spread(p, from, n, taken);
  out->choice = REIN_NEW(p->job->arena, rein_steer_choice, n + 1);
  out->n_choice = n;
  out->n_evaluated = p->n;
  for (int i = 0; i < n; i++)
    out->choice[i] = (rein_steer_choice){.value = p->value + (size_t)taken[i] * (size_t)p->d,
                                         .search = p->outcome[taken[i]],
                                         .layer = p->layer[taken[i]]};
}

rein_status rein_steer_search(rein_steer_job *job) {
  const rein_steering *out = job->out;
  const int n_child = out->n_point / 2;
  pool p = {.job = job, .d = out->n_action, .cap = out->n_point + out->n_round * n_child};
  const rein_steer_cohort cohort = {.n_person = out->n_search, .seed = out->search_seed};
  p.share = REIN_NEW(job->arena, double, (size_t)p.cap *(size_t)p.d + 1);
  p.value = REIN_NEW(job->arena, double, (size_t)(p.cap + 1) * (size_t)p.d);
  p.outcome = REIN_NEW(job->arena, rein_steer_outcome, p.cap + 1);
  p.layer = REIN_NEW(job->arena, int, p.cap + 1);
  rein_status status = add_first(&p);
  if (status == REIN_OK) status = rein_steer_evaluate(job, p.value, p.n, &cohort, p.outcome);
  for (int round = 0; round < out->n_round && status == REIN_OK; round++) {
    const int before = p.n;
    breed(&p, round, n_child);
    status = rein_steer_evaluate(job, p.value + (size_t)before * (size_t)p.d, p.n - before, &cohort,
                                 p.outcome + before);
  }
  if (status == REIN_OK) take_choices(&p);
  return status;
}
