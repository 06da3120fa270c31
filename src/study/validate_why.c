/* Where the model misses: which single parameter, changed least in units of its own stated spread, would
 * explain each miss.
 *
 * The effect of a change on the mean change of a comparison is simulated for the typical individual (of a
 * table, for each person as the table has them) at a few sizes, all in lanes of one batch; between them it is
 * Steffen's monotone interpolant, whose root by Brent's method is simulated and becomes a node, until the
 * simulation is there. Then the whole cohort is simulated with the changed parameter: what bias it has left
 * is added to what the typical individual has to reach, until nearly none is. How: docs/validation-method.md,
 * "Where a model fails". */
#include <gsl/gsl_errno.h>
#include <gsl/gsl_interp.h>
#include <gsl/gsl_roots.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "src/scenario/vary.h"
#include "src/stats/normal.h"
#include "src/study/validate_inside.h"

#define RTOL 1e-7      /* so that effects are smooth */
#define CLOSE 0.01     /* of the bias: where a typical individual has reached it */
#define EXPLAINED 0.05 /* of the bias: so much may be left in the whole cohort */
#define ROUNDS 4       /* of either search */
#define TRIED 3        /* changes of one miss that the whole cohort is simulated with, smallest first */
static const double GRID[] = {-4, -2, -1, -0.5, 0.5, 1, 2, 4};
enum { N_GRID = sizeof GRID / sizeof *GRID, N_NODE = N_GRID + 1 + ROUNDS };

/* Effect of one parameter on one miss, by rising x; (0, 0) is among the nodes. */
typedef struct {
  int n;
  double x[N_NODE], effect[N_NODE];
  double root; /* SDs; NaN: none within the nodes */
  bool simulated;
} course;

/* One simulated arm. */
typedef struct {
  int miss, spread; /* miss -1: every one of this arm */
  int arm;          /* of the scenario */
  double x;
} request;

typedef struct {
  rein_validate_job *job;
  rein_validation *v;
  rein_why *out;
  rein_spread *spread; /* (n_spread) one for each parameter that is considered */
  int n_spread;
  course *course; /* (n_miss x n_spread) */
  double *base;   /* (n_miss) mean change of the typical individual */
} why;

static const rein_validation_row *row_of(const why *w, int miss) {
  return &w->v->row[w->out->miss[miss].row];
}

static int arm_of(const why *w, int miss) {
  return w->job->sim_arm[row_of(w, miss)->arm];
}

static bool is_of(const why *w, int miss, const rein_task *t) {
  const rein_validation_row *row = row_of(w, miss);
  return rein_validate_is_scored(w->job, t) && t->observable == row->observable && t->arm == row->arm &&
         w->job->scenario->time[t->i_time] == row->time;
}

/* ---- what is missed ---- */

/* 1: missed, 0: not, -1: it cannot be told. */
static int judge_row(const rein_validate_job *job, const rein_validation_row *row) {
  const rein_score *bias = &row->score[REIN_SCORE_BIAS];
  if (row->arm < 0 || isnan(row->time)) return 0;
  if (row->suppressed) return -1;
  if (job->observed->is_group) return row->score[REIN_SCORE_COVER_90].value < 1.0;
  if (bias->no_interval) return -1;
  return bias->low > 0.0 || bias->high < 0.0;
}

void rein_validate_find_misses(const rein_validate_job *job, rein_validation *v) {
  v->miss = REIN_NEW(job->arena, int, v->n_row + 1);
  for (int i = 0; i < v->n_row; i++) {
    const int missed = judge_row(job, &v->row[i]);
    if (missed > 0) v->miss[v->n_miss++] = i;
    v->n_untold += missed < 0;
  }
}

/* ---- what may be changed ---- */

/* The stated spread of a parameter: its uncertainty, else that between people; NULL none. */
static const rein_spread *spread_of(const rein_spread *all, int n, int p) {
  const rein_spread *found = NULL;
  for (int s = 0; s < n; s++)
    if (all[s].param == p && !all[s].cohort && (!found || all[s].uncertain)) found = &all[s];
  return found;
}

static bool is_given(const rein_spread *all, int n, int p) {
  for (int s = 0; s < n; s++)
    if (all[s].param == p && all[s].cohort) return true;
  return false;
}

/* Covariates, what is written by the timeline or an action, and formulas are no numbers that could be wrong.
 */
static bool is_free(const rein_model *model, int p) {
  const rein_param *param = &model->param[p];
  for (size_t a = 0; a < model->n_action; a++)
    if (model->action[a].param == p) return false;
  return !param->covariate && !param->moved && !param->delayed;
}

static void list_parameters(why *w) {
  const rein_model *model = w->job->scenario->model;
  int n;
  const rein_spread *all = rein_scenario_spreads(w->job->arena, w->job->scenario, &n);
  w->spread = REIN_NEW(w->job->arena, rein_spread, model->n_param + 1);
  w->out->silent = REIN_NEW(w->job->arena, const char *, model->n_param + 1);
  for (size_t p = 0; p < model->n_param; p++) {
    const rein_param *param = &model->param[p];
    const rein_spread *spread = spread_of(all, n, (int)p);
    if (!is_free(model, (int)p)) continue;
    if (spread)
      w->spread[w->n_spread++] = *spread;
    else if (!param->value_expr && !is_given(all, n, (int)p))
      w->out->silent[w->out->n_silent++] = param->name;
  }
  w->out->n_considered = w->n_spread;
}

/* x SDs from where the parameter is; NaN outside what its distribution allows. */
static double value_at(const rein_spread *s, double theta, double x) {
  if (s->dist.kind == REIN_DIST_UNIFORM) {
    const double share = (theta - s->dist.low) / (s->dist.high - s->dist.low);
    return share > 0.0 && share < 1.0 ? rein_spread_value(s, theta, rein_normal_quantile(share) + x) : NAN;
  }
  const double value = rein_spread_value(s, theta, x);
  return s->computed || (value >= s->dist.low && value <= s->dist.high) ? value : NAN;
}

static double typical_of(const why *w, int arm, const rein_spread *s) {
  return rein_scenario_theta(w->job->arena, w->job->scenario, arm)[s->param];
}

/* ---- simulated changes ---- */

static rein_variant variant_of(const why *w, const request *r) {
  double *theta = rein_scenario_theta(w->job->arena, w->job->scenario, r->arm);
  if (r->spread >= 0) {
    const rein_spread *s = &w->spread[r->spread];
    theta[s->param] = value_at(s, theta[s->param], r->x);
  }
  return (rein_variant){r->arm, theta};
}

static rein_scenario *vary(const why *w, const request *r, int n, bool held) {
  const rein_scenario *s = w->job->scenario;
  rein_variant *variant = REIN_NEW(w->job->arena, rein_variant, n + 1);
  for (int i = 0; i < n; i++) variant[i] = variant_of(w, &r[i]);
  return rein_scenario_vary(w->job->arena, s, variant, n, s->time, s->n_time, held);
}

/* Mean change over the points of a miss, of the typical individual or of the people of the table. */
static double mean_change(const why *w, int miss, const rein_sample *s, int arm) {
  const rein_validate_job *job = w->job;
  double sum = 0.0;
  int n = 0;
  for (int i = 0; i < job->n_task; i++) {
    const rein_task *t = &job->task[i];
    if (!is_of(w, miss, t)) continue;
    const bool own = t->person >= 0 && job->scenario->source_id;
    const int64_t first = own ? job->first_member[t->person] / job->n_candidate : 0,
                  last = own ? first : s->n_individual - 1;
    for (int64_t k = first; k <= last; k++, n++)
      sum += rein_sample_row(s, arm, t->i_time, t->observable)[k] -
             (t->is_known ? 0.0 : rein_sample_row(s, arm, 0, t->observable)[k]);
  }
  return sum / n;
}

static rein_status simulate(why *w, const request *r, int n, rein_sample **sample) {
  const rein_validate_job *job = w->job;
  const int n_obs = job->observed->n_observable;
  rein_simulation simulation = job->simulation;
  simulation.scenario = vary(w, r, n, true);
  rein_scenario_narrow(simulation.scenario, RTOL);
  int *keep = REIN_NEW(job->arena, int, n_obs);
  for (int o = 0; o < n_obs; o++) keep[o] = simulation.tape->n_state + job->observed->observable[o];
  const rein_sample_options options = {.n_thread = job->options.n_thread, .kernels = job->options.kernels};
  const rein_status status = rein_sample_create(job->arena, &simulation, keep, n_obs, &options, sample);
  if (status == REIN_OK) w->out->n_failed += (*sample)->n_failed;
  return status;
}

static void insert(course *c, double x, double effect) {
  int k = 0;
  if (!isfinite(effect) || c->n == N_NODE) return;
  while (k < c->n && c->x[k] < x) k++;
  if (k < c->n && c->x[k] == x) return;
  memmove(c->x + k + 1, c->x + k, (size_t)(c->n - k) * sizeof *c->x);
  memmove(c->effect + k + 1, c->effect + k, (size_t)(c->n - k) * sizeof *c->effect);
  c->x[k] = x;
  c->effect[k] = effect;
  c->n++;
}

/* Simulates and hands each result to the misses it is of. */
static rein_status add_nodes(why *w, const request *r, int n) {
  rein_sample *sample;
  if (n == 0) return REIN_OK;
  const rein_status status = simulate(w, r, n, &sample);
  if (status != REIN_OK) return status;
  for (int i = 0; i < n; i++)
    for (int m = 0; m < w->out->n_miss; m++) {
      if (arm_of(w, m) != r[i].arm || (r[i].miss >= 0 && r[i].miss != m)) continue;
      const double change = mean_change(w, m, sample, i);
      if (r[i].spread < 0)
        w->base[m] = change;
      else
        insert(&w->course[m * w->n_spread + r[i].spread], r[i].x, change - w->base[m]);
    }
  rein_sample_destroy(sample);
  return REIN_OK;
}

/* ---- the root ---- */

typedef struct {
  const course *c;
  gsl_interp *curve;
  double wanted;
} gap;

static double gap_at(double x, void *context) {
  const gap *g = context;
  return gsl_interp_eval(g->curve, g->c->x, g->c->effect, x, NULL) - g->wanted;
}

static void free_solver(void *solver) {
  gsl_root_fsolver_free(solver);
}

static void free_curve(void *curve) {
  gsl_interp_free(curve);
}

/* Between two nodes on either side of what is wanted. */
static double find_between(rein_arena *arena, gap *g, double low, double high) {
  gsl_root_fsolver *solver =
      rein_arena_keep(arena, free_solver, gsl_root_fsolver_alloc(gsl_root_fsolver_brent));
  gsl_function f = {gap_at, g};
  double x = NAN;
  if (gsl_root_fsolver_set(solver, &f, low, high) == GSL_SUCCESS) {
    for (int i = 0; i < 100 && gsl_root_fsolver_iterate(solver) == GSL_SUCCESS; i++) {
      x = gsl_root_fsolver_root(solver);
      low = gsl_root_fsolver_x_lower(solver);
      high = gsl_root_fsolver_x_upper(solver);
      if (gsl_root_test_interval(low, high, 1e-10, 1e-10) == GSL_SUCCESS) break;
    }
  }
  rein_arena_release(arena, solver);
  return x;
}

/* The change nearest to none that has the effect `wanted`, in SDs; NaN within no two nodes. */
static double find_root(rein_arena *arena, const course *c, double wanted) {
  double best = NAN;
  if (c->n < 3) return NAN;
  gap g = {c, rein_arena_keep(arena, free_curve, gsl_interp_alloc(gsl_interp_steffen, (size_t)c->n)), wanted};
  const bool good = gsl_interp_init(g.curve, c->x, c->effect, (size_t)c->n) == GSL_SUCCESS;
  for (int k = 0; good && k + 1 < c->n; k++) {
    const double a = c->effect[k] - wanted, b = c->effect[k + 1] - wanted;
    if (a * b > 0.0 || a == b) continue;
    const double x = a == 0.0   ? c->x[k]
                     : b == 0.0 ? c->x[k + 1]
                                : find_between(arena, &g, c->x[k], c->x[k + 1]);
    if (isnan(best) || fabs(x) < fabs(best)) best = x;
  }
  rein_arena_release(arena, g.curve);
  return best;
}

/* Roots of all misses and parameters, each simulated until it has the effect wanted. */
static rein_status find_typical(why *w) {
  const int n = w->out->n_miss * w->n_spread;
  request *r = REIN_NEW(w->job->arena, request, n + 1);
  for (int round = 0; round <= ROUNDS; round++) {
    int n_request = 0;
    for (int k = 0; k < n; k++) {
      course *c = &w->course[k];
      const int miss = k / w->n_spread;
      const double wanted = -w->out->miss[miss].bias;
      if (c->simulated) continue;
      c->root = find_root(w->job->arena, c, wanted);
      if (isnan(c->root)) continue;
      for (int i = 0; i < c->n; i++)
        c->simulated |= fabs(c->x[i] - c->root) <= 1e-3 * fabs(c->root) &&
                        fabs(c->effect[i] - wanted) <= CLOSE * fabs(wanted);
      if (!c->simulated && round < ROUNDS)
        r[n_request++] = (request){miss, k % w->n_spread, arm_of(w, miss), c->root};
    }
    const rein_status status = add_nodes(w, r, n_request);
    if (status != REIN_OK) return status;
  }
  return REIN_OK;
}

/* The base of every arm, then everything on the grid. */
static rein_status simulate_grid(why *w) {
  const rein_validate_job *job = w->job;
  const int n_arm = job->scenario->n_arm;
  request *r = REIN_NEW(job->arena, request, (size_t)n_arm * (1 + (size_t)w->n_spread * N_GRID));
  int n = 0, n_base;
  for (int a = 0; a < n_arm; a++) {
    bool wanted = false;
    for (int m = 0; m < w->out->n_miss; m++) wanted |= arm_of(w, m) == a;
    if (wanted) r[n++] = (request){-1, -1, a, 0.0};
  }
  n_base = n;
  rein_status status = add_nodes(w, r, n);
  if (status != REIN_OK) return status;
  n = 0;
  request *grid = REIN_NEW(job->arena, request, (size_t)n_base * (size_t)w->n_spread * N_GRID + 1);
  for (int b = 0; b < n_base; b++)
    for (int s = 0; s < w->n_spread; s++)
      for (int k = 0; k < N_GRID; k++)
        if (!isnan(value_at(&w->spread[s], typical_of(w, r[b].arm, &w->spread[s]), GRID[k])))
          grid[n++] = (request){-1, s, r[b].arm, GRID[k]};
  return add_nodes(w, grid, n);
}

/* ---- the whole cohort ---- */

/* A change of a miss that is tried. */
typedef struct {
  int change, round; /* among the miss's changes; -1: done */
  double wanted;     /* effect on the typical individual */
} trial;

static int compare_changes(const void *left, const void *right) {
  const rein_why_change *a = left, *b = right;
  if (fabs(a->x) != fabs(b->x)) return fabs(a->x) < fabs(b->x) ? -1 : 1;
  return strcmp(a->name, b->name);
}

static void set_size(const why *w, int miss, rein_why_change *c, double x) {
  const rein_spread *s = &w->spread[c->spread];
  c->x = x;
  c->from = s->computed ? NAN : typical_of(w, arm_of(w, miss), s);
  c->to = s->computed ? NAN : value_at(s, c->from, x);
}

static void list_changes(why *w, int m) {
  const rein_model *model = w->job->scenario->model;
  rein_why_miss *miss = &w->out->miss[m];
  miss->change = REIN_NEW(w->job->arena, rein_why_change, w->n_spread + 1);
  for (int s = 0; s < w->n_spread; s++) {
    const course *c = &w->course[m * w->n_spread + s];
    const rein_param *param = &model->param[w->spread[s].param];
    if (isnan(c->root)) continue;
    rein_why_change *change = &miss->change[miss->n_change++];
    *change = (rein_why_change){.name = param->name,
                                .unit = param->unit_text,
                                .uncertain = w->spread[s].uncertain,
                                .simulated = c->simulated,
                                .bias_left = NAN,
                                .spread = s};
    set_size(w, m, change, c->root);
  }
  qsort(miss->change, (size_t)miss->n_change, sizeof *miss->change, compare_changes);
}

/* The next change that may be smaller than the one that is known to explain the miss. */
static void next_change(const why *w, int m, trial *t) {
  const rein_why_miss *miss = &w->out->miss[m];
  t->round = 0;
  t->wanted = -miss->bias;
  while (++t->change < miss->n_change && t->change < TRIED) {
    const rein_why_change *c = &miss->change[t->change];
    if (miss->best >= 0 && fabs(c->x) >= fabs(miss->change[miss->best].x)) break;
    /* A uniform distribution stands where it is: no cohort can be drawn around another centre. */
    if (w->spread[c->spread].dist.kind != REIN_DIST_UNIFORM) return;
  }
  t->change = -1;
}

/* What a whole cohort says of a change: explained, or how far the typical individual has to go on. */
static void take_trial(why *w, int m, double bias, trial *t) {
  rein_why_miss *miss = &w->out->miss[m];
  rein_why_change *c = &miss->change[t->change];
  c->bias_left = bias;
  if (fabs(bias) <= EXPLAINED * fabs(miss->bias)) {
    if (miss->best < 0 || fabs(c->x) < fabs(miss->change[miss->best].x)) miss->best = t->change;
    next_change(w, m, t);
    return;
  }
  t->wanted -= bias;
  const course *of = &w->course[m * w->n_spread + c->spread];
  const double x = ++t->round < ROUNDS ? find_root(w->job->arena, of, t->wanted) : NAN;
  if (isnan(x))
    next_change(w, m, t);
  else
    set_size(w, m, c, x);
}

static double bias_of(const why *w, const rein_validate_job *job, int m, int arm, rein_weighted *sample) {
  double sum = 0.0;
  int n = 0;
  for (int i = 0; i < job->n_task; i++) {
    if (!is_of(w, m, &job->task[i])) continue;
    sum += rein_validate_bias(job, &job->task[i], arm, sample);
    n++;
  }
  return sum / n;
}

static rein_status try_once(why *w, trial *t, bool *any) {
  const int n_miss = w->out->n_miss;
  rein_validate_job job = *w->job;
  request *r = REIN_NEW(job.arena, request, n_miss);
  int n = 0;
  for (int m = 0; m < n_miss; m++) {
    if (t[m].change < 0) continue;
    const rein_why_change *c = &w->out->miss[m].change[t[m].change];
    r[n++] = (request){m, c->spread, arm_of(w, m), c->x};
  }
  *any = n > 0;
  if (n == 0) return REIN_OK;
  job.scenario = vary(w, r, n, false);
  job.sample = NULL;
  job.measured = NULL;
  rein_weighted *sample = REIN_NEW(job.arena, rein_weighted, rein_validate_n_sample(&job) + 1);
  const rein_status status = rein_validate_simulate(&job);
  for (int i = 0; i < n && status == REIN_OK; i++)
    take_trial(w, r[i].miss, bias_of(w, &job, r[i].miss, i, sample), &t[r[i].miss]);
  if (status == REIN_OK) w->out->n_failed += job.n_failed;
  rein_validate_free_members(&job);
  return status;
}

static rein_status try_changes(why *w) {
  trial *t = REIN_NEW(w->job->arena, trial, w->out->n_miss);
  bool any = true;
  for (int m = 0; m < w->out->n_miss; m++) {
    t[m].change = -1;
    next_change(w, m, &t[m]);
  }
  for (int round = 0; any && round < ROUNDS * TRIED; round++) {
    const rein_status status = try_once(w, t, &any);
    if (status != REIN_OK) return status;
  }
  return REIN_OK;
}

/* ---- all of it ---- */

rein_status rein_validate_why(rein_validate_job *job, rein_validation *v) {
  why w = {.job = job, .v = v, .out = REIN_NEW(job->arena, rein_why, 1)};
  rein_why *out = v->why = w.out;
  if (job->outside) out->na = "the predictions are another model's";
  if (out->na || v->n_miss == 0) return REIN_OK;
  list_parameters(&w);
  out->n_miss = v->n_miss;
  out->miss = REIN_NEW(job->arena, rein_why_miss, v->n_miss);
  for (int m = 0; m < v->n_miss; m++)
    out->miss[m] = (rein_why_miss){
        .row = v->miss[m], .bias = v->row[v->miss[m]].score[REIN_SCORE_BIAS].value, .best = -1};
  if (w.n_spread == 0) return REIN_OK;
  w.base = REIN_NEW(job->arena, double, v->n_miss);
  w.course = REIN_NEW(job->arena, course, v->n_miss * w.n_spread);
  for (int k = 0; k < v->n_miss * w.n_spread; k++) w.course[k] = (course){.n = 1, .root = NAN};
  rein_status status = simulate_grid(&w);
  if (status == REIN_OK) status = find_typical(&w);
  if (status != REIN_OK) return status;
  for (int m = 0; m < v->n_miss; m++) list_changes(&w, m);
  return try_changes(&w);
}
