#include "src/scenario/points.h"

#include <gsl/gsl_qrng.h>
#include <stdlib.h>

#include "src/scenario/draw.h"
#include "src/scenario/inside.h"

#define SOBOL_BITS 30 /* of GSL's sequence */

/* One block of dimensions in one batch: where its numbers go. */
typedef struct {
  uint64_t seed, key; /* key: of the block's role */
  uint64_t batch;
  int64_t n;      /* points */
  double *first;  /* point 0, dimension 0 */
  int64_t stride; /* between points */
  int n_dim;
  bool in_order;
} block;

/* A random order of n items. Source: Knuth 1998, The Art of Computer Programming, volume 2, algorithm 3.4.2P.
 */
static void shuffle(const block *b, int64_t *order) {
  for (int64_t i = 0; i < b->n; i++) order[i] = i;
  if (b->in_order) return;
  for (int64_t i = b->n - 1; i > 0; i--) {
    const uint64_t bits = rein_draw_bits(b->seed, REIN_DRAW_POINTS, b->batch, b->key, (uint64_t)i);
    const int64_t k = (int64_t)(bits % (uint64_t)(i + 1)), other = order[k];
    order[k] = order[i];
    order[i] = other;
  }
}

/* Point of the sequence turned by the bits of a dimension: a digital shift, the bits below those of the
 * sequence too. */
static double turn(double x, uint64_t bits) {
  const uint64_t digits = (uint64_t)(x * (double)(1 << SOBOL_BITS)) ^ (bits >> (64 - SOBOL_BITS));
  const uint64_t below = bits & ((UINT64_C(1) << 22) - 1);
  return ((double)(digits << 22 | below) + 0.5) * 0x1p-52;
}

static bool fill_block(const block *b, int64_t *order) {
  double x[REIN_POINTS_BLOCK] = {0};
  uint64_t bits[REIN_POINTS_BLOCK];
  gsl_qrng *sequence = gsl_qrng_alloc(gsl_qrng_sobol, (unsigned)b->n_dim);
  if (!sequence) return false;
  shuffle(b, order);
  for (int d = 0; d < b->n_dim; d++)
    bits[d] = rein_draw_bits(b->seed, REIN_DRAW_POINTS_SHIFT, b->batch, b->key, (uint64_t)d);
  for (int64_t i = 0; i < b->n; i++) { /* GSL leaves out the origin, which the sequence begins with */
    if (i > 0) gsl_qrng_get(sequence, x);
    for (int d = 0; d < b->n_dim; d++) b->first[order[i] * b->stride + d] = turn(x[d], bits[d]);
  }
  gsl_qrng_free(sequence);
  return true;
}

/* The blocks of one role: role 0 is u, role 1 + j person j of each replicate. */
static bool fill_role(block about, int role, int n_dim, int64_t *order) {
  double *first = about.first;
  for (int from = 0, k = 0; from < n_dim; from += REIN_POINTS_BLOCK, k++) {
    about.first = first + from;
    about.n_dim = n_dim - from < REIN_POINTS_BLOCK ? n_dim - from : REIN_POINTS_BLOCK;
    about.key = (uint64_t)role << 32 | (uint64_t)k;
    about.in_order = role == 0 && k == 0;
    if (!fill_block(&about, order)) return false;
  }
  return true;
}

/* Person j of replicate r is individual j n_replicate + r. */
static bool fill_points(rein_points *p, uint64_t seed) {
  const int64_t n = p->n_replicate / p->n_batch, n_person = p->n_individual / p->n_replicate;
  int64_t *order = malloc((size_t)n * sizeof *order);
  bool good = order != NULL;
  for (int batch = 0; batch < p->n_batch && good; batch++) {
    block b = {.seed = seed, .batch = (uint64_t)batch, .n = n};
    b.first = p->u + batch * n * p->n_u, b.stride = p->n_u;
    good = fill_role(b, 0, p->n_u, order);
    for (int64_t j = 0; j < n_person && good; j++) {
      b.first = p->b + (j * p->n_replicate + batch * n) * p->n_b, b.stride = p->n_b;
      good = fill_role(b, 1 + (int)j, p->n_b, order);
    }
  }
  free(order);
  return good;
}

rein_points *rein_points_describe(rein_arena *arena, const rein_scenario *scenario, int n_batch) {
  const rein_people *people = &scenario->inside->people;
  const rein_model *model = scenario->model;
  rein_points *p = REIN_NEW(arena, rein_points, 1);
  int *u_of = REIN_NEW(arena, int, model->n_param), *b_of = REIN_NEW(arena, int, model->n_param),
      *covariate_of = REIN_NEW(arena, int, people->n_covariate);
  for (size_t i = 0; i < model->n_param; i++) {
    const rein_param *param = &model->param[i];
    const bool given = people->given[i];
    u_of[i] = people->uncertain && !given && param->uncertain.kind != REIN_DIST_NONE ? p->n_u++ : -1;
    b_of[i] = !people->typical && !given && param->between.kind != REIN_DIST_NONE ? p->n_b++ : -1;
  }
  for (int i = 0; i < people->n_covariate; i++)
    covariate_of[i] = people->covariate[i].kind == REIN_COVARIATE_FIXED ? -1 : p->n_b++;
  p->u_of = u_of, p->b_of = b_of, p->covariate_of = covariate_of;
  p->n_replicate = scenario->n_replicate, p->n_individual = scenario->n_individual, p->n_batch = n_batch;
  return p;
}

rein_points *rein_points_use(rein_arena *arena, rein_scenario *scenario, int n_batch) {
  rein_guard guard;
  if (REIN_GUARD(arena, &guard)) return NULL;
  rein_points *p = rein_points_describe(arena, scenario, n_batch);
  p->u = REIN_NEW(arena, double, p->n_replicate * p->n_u);
  p->b = REIN_NEW(arena, double, p->n_individual * p->n_b);
  const bool good = fill_points(p, scenario->seed);
  rein_unguard(arena, &guard);
  if (!good) return NULL;
  rein_points_set(scenario, p);
  return p;
}

void rein_points_set(rein_scenario *scenario, const rein_points *points) {
  scenario->inside->people.points = points;
}
