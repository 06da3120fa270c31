/* Evidence of every change, and the answer.
 *
 * The effect of a change between its nodes is Lagrange's cubic through the nearest four (no change is a node
 * too), so that its likelihood is a quadratic form in products of nodes. Where a change that counts peaks
 * between nodes it is simulated there, which makes a node, until peak and simulation agree: measurements just
 * after a dose make sharp edges of lateness. */
#include <gsl/gsl_cdf.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "src/study/why_not_metric.h"

#define STEPS 24   /* of the integral, between two nodes */
#define CAUCHY 2.0 /* scale of the prior of x, cut to its nodes */
#define SAME 0.99  /* cosine from which two changes say the same */
/* SD of the prior of the logarithm of a noise factor: nine times is 3 SDs away. */
#define NOISE_WIDTH 0.7
/* Changes of this probability have their peaks simulated, until the log likelihood ratio is known that well.
 */
#define COUNTS 0.01
#define SETTLED 0.05
#define CLOSE 1e-3    /* of the range of sizes: nodes are not nearer to each other */
#define NOT_WHITE 3.5 /* SDs from which residuals are no noise */

/* ---- changes of noise and unit ---- */

static double *take_residual(const rein_why_not_job *job) {
  double *r = REIN_NEW(job->arena, double, job->n_row);
  for (int i = 0; i < job->n_row; i++) r[i] = job->row[i].residual - job->bend[i];
  return r;
}

static double none_of(const rein_why_not_job *job, const rein_metric *base) {
  const double *r = take_residual(job);
  const rein_seen s = rein_why_not_see(job, base, r);
  return rein_why_not_product(job, base, &s, &s);
}

/* Log likelihood ratio of noise that many times as large, and the squared misfit it leaves. */
static rein_status weigh_noise(const rein_why_not_job *job, const rein_metric *base, const rein_change *c,
                               double scale, double *ratio, double *left) {
  rein_metric wide;
  const rein_status status = rein_why_not_measure(job, c->observable, scale, &wide);
  if (status != REIN_OK) return status;
  const rein_seen s = rein_why_not_see(job, &wide, take_residual(job));
  *left = rein_why_not_product(job, &wide, &s, &s);
  *ratio = 0.5 * (none_of(job, base) - *left + base->log_det - wide.log_det);
  return REIN_OK;
}

/* The same of values that are `factor` times what they should be, noise and all: their density is that of
 * what they should be, over the factor. Where the SD itself was measured it is in the wrong unit too, and all
 * that is simulated is moved instead. */
static rein_status weigh_unit(const rein_why_not_job *job, const rein_metric *base, const rein_change *c,
                              double factor, double *ratio, double *left) {
  rein_why_not_job moved = *job;
  const size_t n = (size_t)job->n_row, n_all = (size_t)job->n_spread * n;
  double *r = take_residual(job), *slope = REIN_NEW(job->arena, double, n_all + 1);
  double *curve = REIN_NEW(job->arena, double, n_all + 1), density = 0;
  bool all_moves = false;
  memcpy(slope, job->slope, n_all * sizeof *slope);
  memcpy(curve, job->curve, n_all * sizeof *curve);
  for (int i = 0; i < job->n_row; i++) {
    const rein_doubt_row *row = &job->row[i];
    if (row->observable != c->observable || !rein_change_touches(c, row->arm)) continue;
    if (isnan(row->sd)) {
      const double value = row->value / factor;
      r[i] = rein_why_not_transform(job, row, value) - rein_why_not_transform(job, row, row->base) -
             job->bend[i];
      density += rein_why_not_log_slope(job, row, value) - rein_why_not_log_slope(job, row, row->value) -
                 log(factor);
      continue;
    }
    all_moves = true;
    r[i] = (row->value - factor * row->base) / row->sd - factor * job->bend[i];
    for (int s = 0; s < job->n_spread; s++) {
      slope[(size_t)s * n + (size_t)i] *= factor;
      curve[(size_t)s * n + (size_t)i] *= factor;
    }
  }
  rein_metric m = *base;
  moved.slope = slope, moved.curve = curve;
  const rein_status status = all_moves ? rein_why_not_measure(&moved, -1, 1.0, &m) : REIN_OK;
  if (status != REIN_OK) return status;
  const rein_seen s = rein_why_not_see(job, &m, r);
  *left = rein_why_not_product(job, &m, &s, &s);
  *ratio = density + 0.5 * (none_of(job, base) - *left + base->log_det - m.log_det);
  return REIN_OK;
}

/* Residuals of SD 1 that do not hang together, where the model and the noise are right: what the uncertain
 * parameters do to all is taken off. */
static double *whiten(const rein_why_not_job *job, const rein_metric *m) {
  const rein_seen s = rein_why_not_see(job, m, take_residual(job));
  const int n = m->n_uncertain;
  double *at = REIN_NEW(job->arena, double, n + 1);
  for (int i = n - 1; i >= 0; i--) { /* C' at = w: the most probable deviates */
    at[i] = s.w[i];
    for (int k = i + 1; k < n; k++) at[i] -= m->c[k * n + i] * at[k];
    at[i] /= m->c[i * n + i];
  }
  for (int k = 0; k < n; k++)
    for (int i = 0; i < job->n_row; i++) s.z[i] -= at[k] * m->w[(size_t)k * (size_t)job->n_row + (size_t)i];
  return s.z;
}

/* Why what is left beside a larger noise is no noise; NULL where it may be. Noise is as large in every person
 * and knows nothing of the value before. */
static rein_status doubt_noise(const rein_why_not_job *job, const rein_change *c, const char **why) {
  rein_metric wide;
  const rein_status status = rein_why_not_measure(job, c->observable, 1.0 + c->about.x, &wide);
  if (status != REIN_OK) return status;
  const double *z = whiten(job, &wide);
  double follow = 0, uneven = 0, variance = 0;
  int n_pair = 0;
  for (int u = 0; u < job->n_unit; u++) {
    double square = 0, last = 0;
    int n = 0;
    for (int i = job->first_row[u]; i < job->first_row[u + 1]; i++) {
      if (job->row[i].observable != c->observable) continue;
      if (n++ > 0) follow += z[i] * last, n_pair++;
      last = z[i];
      square += z[i] * z[i];
    }
    if (n == 0) continue;
    /* chi-squared of n, its square less mean over 2 n: mean 1, variance 2 + 12 / n */
    uneven += (square - n) * (square - n) / (2.0 * n) - 1.0;
    variance += 2.0 + 12.0 / n;
  }
  *why = NULL;
  if (n_pair > 0 && follow > NOT_WHITE * sqrt(n_pair))
    *why =
        rein_arena_printf(job->arena, "what is left is no noise: one value follows the one before (%.1f SDs)",
                          follow / sqrt(n_pair));
  else if (variance > 0.0 && uneven > NOT_WHITE * sqrt(variance))
    *why = rein_arena_printf(job->arena, "what is left is no noise: it is larger in some people (%.1f SDs)",
                             uneven / sqrt(variance));
  return REIN_OK;
}

/* ---- one change ---- */

/* Its good nodes with no change among them, and the log likelihood ratio as linear and quadratic form of the
 * weights of nodes. */
typedef struct {
  int n;
  bool noise;
  double x[REIN_WHY_NOT_NODES + 1];
  double linear[REIN_WHY_NOT_NODES + 1];
  double square[REIN_WHY_NOT_NODES + 1][REIN_WHY_NOT_NODES + 1];
} course;

static void insert_none(course *c) {
  int k = c->n++;
  for (; k > 0 && c->x[k - 1] > 0.0; k--) c->x[k] = c->x[k - 1];
  c->x[k] = 0.0;
}

static void make_course(const rein_why_not_job *job, const rein_metric *base, const rein_seen *residual,
                        const rein_change *c, course *out) {
  int of[REIN_WHY_NOT_NODES + 1], n = 0;
  rein_seen at[REIN_WHY_NOT_NODES + 1];
  *out = (course){.noise = c->kind == REIN_CHANGE_SPREAD};
  for (int j = 0; j < c->n_node; j++)
    if (!c->failed[j]) out->x[out->n++] = c->node[j];
  insert_none(out);
  for (int i = 0; i < out->n; i++) {
    of[i] = -1;
    if (out->x[i] == 0.0) continue;
    while (c->failed[n] || c->node[n] != out->x[i]) n++;
    of[i] = n;
    if (c->kind != REIN_CHANGE_SPREAD && c->kind != REIN_CHANGE_UNIT) {
      at[i] = rein_why_not_see(job, base, c->effect + (size_t)n * (size_t)job->n_row);
      out->linear[i] = rein_why_not_product(job, base, residual, &at[i]);
      continue;
    }
    out->linear[i] = c->ratio[n];
  }
  for (int i = 0; c->kind != REIN_CHANGE_SPREAD && c->kind != REIN_CHANGE_UNIT && i < out->n; i++)
    for (int k = 0; k < out->n; k++)
      if (of[i] >= 0 && of[k] >= 0) out->square[i][k] = rein_why_not_product(job, base, &at[i], &at[k]);
}

/* Log likelihood ratio at x, between nodes `from` and `from` + 1. */
static double ratio_at(const course *c, int from, double x) {
  const int n = c->n < 4 ? c->n : 4;
  int first = from - 1 < 0 ? 0 : from - 1;
  if (first + n > c->n) first = c->n - n;
  double weight[4], sum = 0;
  for (int i = 0; i < n; i++) {
    weight[i] = 1.0;
    for (int k = 0; k < n; k++)
      if (k != i) weight[i] *= (x - c->x[first + k]) / (c->x[first + i] - c->x[first + k]);
    sum += weight[i] * c->linear[first + i];
  }
  for (int i = 0; i < n; i++)
    for (int k = 0; k < n; k++) sum -= 0.5 * weight[i] * weight[k] * c->square[first + i][first + k];
  return sum;
}

static double prior_of(const course *c, double x) {
  if (c->noise) {
    const double z = log1p(x) / NOISE_WIDTH;
    return exp(-0.5 * z * z) / (1.0 + x);
  }
  return 1.0 / (1.0 + x * x / (CAUCHY * CAUCHY));
}

/* Separate hypotheses, equally probable. */
static void sum_units(const course *c, rein_why_not_change *out) {
  double best = -INFINITY, sum = 0;
  for (int i = 0; i < c->n; i++) {
    const double ratio = c->linear[i] - 0.5 * c->square[i][i];
    if (c->x[i] == 0.0 || ratio <= best) continue;
    best = ratio;
    out->x = c->x[i];
  }
  for (int i = 0; i < c->n; i++)
    if (c->x[i] != 0.0) sum += exp(c->linear[i] - 0.5 * c->square[i][i] - best);
  out->log_evidence = best + log(sum / (c->n - 1));
  out->gain = 2.0 * best;
}

/* Integral by the trapezoidal rule. */
static void integrate(const course *c, rein_why_not_change *out) {
  double peak = -INFINITY, mass = 0, sum = 0;
  for (int pass = 0; pass < 2; pass++)
    for (int from = 0; from + 1 < c->n; from++)
      for (int k = 0; k <= STEPS; k++) {
        const double h = (c->x[from + 1] - c->x[from]) / STEPS, x = c->x[from] + k * h;
        const double ratio = ratio_at(c, from, x), prior = prior_of(c, x), part = k % STEPS ? h : 0.5 * h;
        if (pass == 1) {
          mass += part * prior;
          sum += part * prior * exp(ratio + log(prior) - peak) / prior;
        } else if (ratio + log(prior) > peak) {
          peak = ratio + log(prior);
          out->x = x;
          out->gain = 2.0 * ratio;
        }
      }
  out->log_evidence = peak + log(sum / mass);
}

/* The ratios of noise and unit are at their nodes already. */
static void weigh(const rein_why_not_job *job, const rein_metric *base, const rein_seen *residual,
                  rein_change *c) {
  course steps;
  make_course(job, base, residual, c, &steps);
  (c->kind == REIN_CHANGE_UNIT ? sum_units : integrate)(&steps, &c->about);
}

/* ---- peaks between nodes ---- */

static bool has_node(const rein_change *c, double x) {
  const double close = CLOSE * (fmax(c->node[c->n_node - 1], 0.0) - fmin(c->node[0], 0.0));
  for (int k = 0; k < c->n_node; k++)
    if (fabs(c->node[k] - x) <= close) return true;
  return fabs(x) <= close;
}

/* Adds a node, rising; the effects are copied to a longer array. */
static void add_node(const rein_why_not_job *job, rein_change *c, double x, double ratio,
                     const double *effect) {
  const size_t n = (size_t)job->n_row;
  int at = c->n_node;
  for (; at > 0 && c->node[at - 1] > x; at--) {
    c->node[at] = c->node[at - 1], c->failed[at] = c->failed[at - 1];
    c->ratio[at] = c->ratio[at - 1];
  }
  double *all = REIN_NEW(job->arena, double, (size_t)(c->n_node + 1) * n);
  memcpy(all, c->effect, (size_t)at * n * sizeof *all);
  memcpy(all + (size_t)at * n, effect, n * sizeof *all);
  memcpy(all + (size_t)(at + 1) * n, c->effect + (size_t)at * n, (size_t)(c->n_node - at) * n * sizeof *all);
  c->node[at] = x, c->failed[at] = false, c->ratio[at] = ratio, c->effect = all, c->n_node++;
}

/* Log likelihood ratio at x, and the effect where there is one. */
static rein_status find_ratio(rein_why_not_job *job, const rein_metric *base, const rein_seen *residual,
                              const rein_change *c, double x, double *effect, double *ratio) {
  double left;
  if (c->kind == REIN_CHANGE_SPREAD) return weigh_noise(job, base, c, 1.0 + x, ratio, &left);
  const rein_status status = rein_why_not_resimulate(job, c, x, effect);
  if (status != REIN_OK) return status;
  const rein_seen s = rein_why_not_see(job, base, effect);
  *ratio = rein_why_not_product(job, base, residual, &s) - 0.5 * rein_why_not_product(job, base, &s, &s);
  return REIN_OK;
}

static rein_status refine(rein_why_not_job *job, const rein_metric *base, const rein_seen *residual,
                          rein_change *c) {
  double off = INFINITY, *effect = REIN_NEW(job->arena, double, job->n_row);
  while (off > SETTLED && c->n_node < REIN_WHY_NOT_NODES && !has_node(c, c->about.x)) {
    double ratio;
    const rein_status status = find_ratio(job, base, residual, c, c->about.x, effect, &ratio);
    if (status == REIN_ERR_SOLVER && c->kind == REIN_CHANGE_SIMULATED)
      return REIN_OK; /* what lies between nodes cannot be simulated */
    if (status != REIN_OK) return status;
    off = fabs(ratio - 0.5 * c->about.gain);
    add_node(job, c, c->about.x, ratio, effect);
    weigh(job, base, residual, c);
  }
  return REIN_OK;
}

/* Noise and units at their nodes; what counts of noise is its peak. */
static rein_status weigh_plain(rein_why_not_job *job, const rein_metric *base, const rein_seen *residual,
                               rein_change *c) {
  double left;
  rein_status status = REIN_OK;
  for (int k = 0; k < c->n_node && status == REIN_OK; k++)
    status = c->kind == REIN_CHANGE_UNIT ? weigh_unit(job, base, c, c->node[k], &c->ratio[k], &left)
                                         : weigh_noise(job, base, c, 1.0 + c->node[k], &c->ratio[k], &left);
  if (status != REIN_OK) return status;
  weigh(job, base, residual, c);
  if (c->kind == REIN_CHANGE_UNIT) return REIN_OK;
  status = refine(job, base, residual, c);
  return status == REIN_OK ? doubt_noise(job, c, &c->about.left_out) : status;
}

/* ---- changes that say the same ---- */

/* The effect's derivative at no change, by the cubic through the nearest four nodes, seen: so that the same
 * change in other units and at other sizes is the same direction. The zero vector where nothing could be
 * simulated. */
static rein_seen direction(const rein_why_not_job *job, const rein_metric *m, const rein_change *c,
                           double *length) {
  double x[REIN_WHY_NOT_NODES + 1], *slope = REIN_NEW(job->arena, double, job->n_row);
  int of[REIN_WHY_NOT_NODES + 1], n = 0, zero = 0;
  for (int k = 0; k < c->n_node; k++) {
    if (c->failed[k]) continue;
    of[n] = k, x[n++] = c->node[k];
    if (c->node[k] < 0.0) zero = n;
  }
  for (int k = n++; k > zero; k--) of[k] = of[k - 1], x[k] = x[k - 1];
  of[zero] = -1, x[zero] = 0.0;
  const int used = n < 4 ? n : 4, back = zero > 0 ? zero - 1 : 0, first = back + used > n ? n - used : back;
  for (int i = first; i < first + used; i++) {
    if (i == zero) continue;
    double weight = 1.0 / x[i]; /* of all differences 0 - x[k], but that with x = 0 itself */
    for (int k = first; k < first + used; k++)
      if (k != i && k != zero) weight *= -x[k] / (x[i] - x[k]);
    const double *effect = c->effect + (size_t)of[i] * (size_t)job->n_row;
    for (int r = 0; r < job->n_row; r++) slope[r] += weight * effect[r];
  }
  const rein_seen s = rein_why_not_see(job, m, slope);
  *length = sqrt(fmax(rein_why_not_product(job, m, &s, &s), 0.0));
  return s;
}

static bool says_more(const rein_change *a, const rein_change *b) {
  return b->about.place == REIN_PLACE_STRUCTURE && a->about.place == REIN_PLACE_PARAMETER;
}

/* The size of the other change whose effect is nearest to what the course was made for; ratio there. */
static double match(const course *c, double *x_best) {
  double best = -INFINITY;
  for (int from = 0; from + 1 < c->n; from++)
    for (int k = 0; k <= STEPS; k++) {
      const double x = c->x[from] + k * (c->x[from + 1] - c->x[from]) / STEPS, ratio = ratio_at(c, from, x);
      if (ratio > best) best = ratio, *x_best = x;
    }
  return best;
}

/* Whether every size of a change is some size of the other, as far as the other reaches: what is the same
 * when it is small may be told apart when it is large. */
static bool matches(const rein_why_not_job *job, const rein_metric *m, const rein_change *c,
                    const rein_change *other) {
  for (int k = 0; k < c->n_node; k++) {
    if (c->failed[k]) continue;
    const rein_seen t = rein_why_not_see(job, m, c->effect + (size_t)k * (size_t)job->n_row);
    const double square = rein_why_not_product(job, m, &t, &t);
    course steps;
    double x = 0.0;
    make_course(job, m, &t, other, &steps);
    const double found = 2.0 * match(&steps, &x); /* the square less what is left of it */
    if (x <= steps.x[0] || x >= steps.x[steps.n - 1]) continue;
    if (found < SAME * SAME * square) return false;
  }
  return true;
}

/* Why a change does nothing at the sizes it can be simulated at. */
static const char *tell_nothing(const rein_why_not_job *job, const rein_change *c) {
  int n_failed = 0;
  for (int k = 0; k < c->n_node; k++) n_failed += c->failed[k];
  if (n_failed == 0) return "it changes no measurement";
  return rein_arena_printf(
      job->arena, "%scannot be simulated: %s",
      n_failed < c->n_node ? "it changes no measurement where it can be simulated, and else " : "it ",
      c->about.failure);
}

/* A process that only does what a parameter does is that parameter; of two changes of one place that say the
 * same the first counts. What places cannot be told apart by stays, and is an abstention. */
static void leave_out(rein_why_not_job *job, const rein_metric *m) {
  rein_seen *to = REIN_NEW(job->arena, rein_seen, job->n_change);
  double *length = REIN_NEW(job->arena, double, job->n_change);
  for (int k = 0; k < job->n_change; k++) {
    rein_change *c = &job->change[k];
    if (!c->acts) c->about.left_out = tell_nothing(job, c);
    if (c->acts && c->kind != REIN_CHANGE_SPREAD && c->kind != REIN_CHANGE_UNIT)
      to[k] = direction(job, m, c, &length[k]);
  }
  for (int k = 0; k < job->n_change; k++)
    for (int i = 0; i < job->n_change && to[k].z && !job->change[k].about.left_out; i++) {
      rein_change *c = &job->change[k], *other = &job->change[i];
      if (i == k || !to[i].z || other->about.left_out) continue;
      if (!says_more(other, c) && !(other->about.place == c->about.place && i < k)) continue;
      if (fabs(rein_why_not_product(job, m, &to[k], &to[i])) > SAME * length[k] * length[i] &&
          matches(job, m, c, other))
        c->about.left_out = rein_arena_printf(job->arena, "it does what %s does", other->about.what);
    }
}

/* ---- the answer ---- */

double rein_why_not_misfit_p(const rein_why_not *w, double misfit) {
  return gsl_cdf_chisq_Q(fmax(misfit, 0.0), w->n_row);
}

static bool fits(const rein_why_not *w, double misfit) {
  return rein_why_not_misfit_p(w, misfit) >= REIN_WHY_NOT_STILL_WRONG;
}

static double best_evidence(const rein_why_not_job *job) {
  double best = 0;
  for (int k = 0; k < job->n_change; k++)
    if (!job->change[k].about.left_out) best = fmax(best, job->change[k].about.log_evidence);
  return best;
}

static void decide(rein_why_not_job *job) {
  rein_why_not *out = job->out;
  int n[REIN_N_PLACE] = {0}, n_place = 0;
  const double best = best_evidence(job);
  for (int p = 0; p < REIN_N_PLACE; p++) out->probability[p] = 0.0;
  for (int k = 0; k < job->n_change; k++) n[job->change[k].about.place] += !job->change[k].about.left_out;
  for (int p = 0; p < REIN_N_PLACE; p++) n_place += n[p] > 0;
  double sum = out->probability_none = REIN_WHY_NOT_PRIOR_NONE * exp(-best);
  for (int k = 0; k < job->n_change; k++) {
    rein_why_not_change *c = &job->change[k].about;
    if (c->left_out) continue;
    c->probability = (1.0 - REIN_WHY_NOT_PRIOR_NONE) / n_place / n[c->place] * exp(c->log_evidence - best);
    out->probability[c->place] += c->probability;
    sum += c->probability;
  }
  out->probability_none /= sum;
  for (int k = 0; k < job->n_change; k++) job->change[k].about.probability /= sum;
  for (int p = 0; p < REIN_N_PLACE; p++) {
    out->probability[p] /= sum;
    if (out->probability[p] > out->probability[out->place]) out->place = (rein_place)p;
  }
  out->answer = REIN_WHY_NOT_UNSURE;
  if (out->probability_none >= REIN_WHY_NOT_MISS)
    out->answer = fits(out, out->misfit) ? REIN_WHY_NOT_NONE : REIN_WHY_NOT_UNSURE;
  else if (out->probability[out->place] >= REIN_WHY_NOT_SURE * (1.0 - out->probability_none))
    out->answer = REIN_WHY_NOT_PLACED;
}

/* Decides, with the peaks of what counts simulated. */
static rein_status decide_refined(rein_why_not_job *job, const rein_metric *base, const rein_seen *residual) {
  bool *done = REIN_NEW(job->arena, bool, job->n_change + 1);
  for (int best = 0; best >= 0;) {
    decide(job);
    best = -1;
    for (int k = 0; k < job->n_change; k++) {
      const rein_change *c = &job->change[k];
      if (done[k] || c->about.left_out || c->kind != REIN_CHANGE_SIMULATED) continue;
      if (c->about.probability >= (best < 0 ? COUNTS : job->change[best].about.probability)) best = k;
    }
    if (best < 0) break;
    done[best] = true;
    const rein_status status = refine(job, base, residual, &job->change[best]);
    if (status != REIN_OK) return status;
  }
  return REIN_OK;
}

static int compare_changes(const void *left, const void *right) {
  const rein_change *a = left, *b = right;
  const bool x = a->about.left_out != NULL, y = b->about.left_out != NULL;
  if (x != y) return x - y;
  if (a->about.probability != b->about.probability)
    return a->about.probability < b->about.probability ? 1 : -1;
  return strcmp(a->about.what, b->about.what);
}

/* The most probable change, at its x once more. */
static rein_status confirm(rein_why_not_job *job, const rein_metric *base, const rein_seen *residual) {
  rein_why_not *out = job->out;
  const rein_change *c = &job->change[0];
  out->misfit_left = out->misfit - c->about.gain;
  out->confirmed = NAN;
  double ratio;
  if (c->about.left_out) return REIN_OK;
  if (c->kind == REIN_CHANGE_SPREAD)
    return weigh_noise(job, base, c, 1.0 + c->about.x, &ratio, &out->misfit_left);
  if (c->kind == REIN_CHANGE_UNIT) return weigh_unit(job, base, c, c->about.x, &ratio, &out->misfit_left);
  if (c->kind != REIN_CHANGE_SIMULATED) return REIN_OK;
  double *effect = REIN_NEW(job->arena, double, job->n_row);
  rein_status status = rein_why_not_resimulate(job, c, c->about.x, effect);
  if (status != REIN_OK) return status;
  const rein_seen s = rein_why_not_see(job, base, effect);
  out->confirmed =
      2.0 * rein_why_not_product(job, base, residual, &s) - rein_why_not_product(job, base, &s, &s);
  rein_why_not_job at;
  rein_metric there;
  status = rein_why_not_settle(job, c, c->about.x, &at);
  if (status == REIN_OK) status = rein_why_not_measure(&at, -1, 1.0, &there);
  if (status == REIN_OK) out->misfit_left = none_of(&at, &there);
  return status;
}

rein_status rein_why_not_score(rein_why_not_job *job) {
  rein_metric base;
  rein_status status = rein_why_not_measure(job, -1, 1.0, &base);
  if (status != REIN_OK) return status;
  const rein_seen residual = rein_why_not_see(job, &base, take_residual(job));
  job->out->misfit = rein_why_not_product(job, &base, &residual, &residual);
  leave_out(job, &base);
  for (int k = 0; k < job->n_change && status == REIN_OK; k++) {
    rein_change *c = &job->change[k];
    if (c->about.left_out) continue;
    if (c->kind == REIN_CHANGE_SPREAD || c->kind == REIN_CHANGE_UNIT)
      status = weigh_plain(job, &base, &residual, c);
    else
      weigh(job, &base, &residual, c);
  }
  if (status == REIN_OK) status = decide_refined(job, &base, &residual);
  if (status != REIN_OK) return status;
  qsort(job->change, (size_t)job->n_change, sizeof *job->change, compare_changes);
  status = confirm(job, &base, &residual);
  rein_why_not *out = job->out;
  out->fits = fits(out, out->answer == REIN_WHY_NOT_NONE ? out->misfit : out->misfit_left);
  if (!out->fits) out->answer = REIN_WHY_NOT_UNSURE;
  return status;
}
