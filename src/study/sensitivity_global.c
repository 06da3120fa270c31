/* Points over ranges and distributions: Saltelli's arrangement for variance shares, Morris's trajectories. */
#include <gsl/gsl_qrng.h>
#include <math.h>
#include <stdlib.h>

#include "src/scenario/draw.h"
#include "src/study/sensitivity_inside.h"

/* A scenario has at most this many arms; each point is one. */
#define MOST_POINTS 20000
/* Morris's levels 0, 1/3, 2/3, 1 of a distribution lie between these quantiles. */
#define MORRIS_LOW 0.025
#define MORRIS_HIGH 0.975

static rein_status check_size(rein_sensitivity_job *job, int64_t n, int64_t per, const char *what) {
  const rein_pos nowhere = {NULL, 0, 0, 0};
  if (n >= 8 && n * per <= MOST_POINTS) return REIN_OK;
  rein_error(job->diag, nowhere, "with %d factors --n is from 8 to %lld %s", job->out->n_factor,
             (long long)(MOST_POINTS / per), what);
  return REIN_ERR_INPUT;
}

/* (n x 2 n_factor) in (0, 1): quasi-random and turned by a keyed offset where there are enough dimensions,
 * else plain draws. */
static rein_status draw_shares(rein_sensitivity_job *job, int64_t n, double *share) {
  const int width = 2 * job->out->n_factor;
  const uint64_t seed = job->out->scenario->seed;
  job->out->quasi = job->out->n_factor <= REIN_SENSITIVITY_QUASI;
  gsl_qrng *sequence = job->out->quasi ? gsl_qrng_alloc(gsl_qrng_sobol, (unsigned)width) : NULL;
  if (job->out->quasi && !sequence) return REIN_ERR_MEMORY;
  for (int64_t i = 0; i < n; i++) {
    if (sequence) gsl_qrng_get(sequence, share + i * width);
    for (int k = 0; k < width; k++) {
      double *at = &share[i * width + k];
      if (!sequence) *at = rein_draw_uniform(seed, REIN_DRAW_DESIGN, (uint64_t)k, 1, (uint64_t)i);
      if (!sequence) continue;
      *at += rein_draw_uniform(seed, REIN_DRAW_DESIGN, (uint64_t)k, 2, 0);
      if (*at >= 1.0) *at -= 1.0;
      *at = fmin(fmax(*at, 0x1p-53), 1.0 - 0x1p-53);
    }
  }
  if (sequence) gsl_qrng_free(sequence);
  return REIN_OK;
}

/* Row i: A, B, then A with one factor after another from B. */
static double *arrange(const rein_sensitivity_job *job, int64_t n, const double *share) {
  const int d = job->out->n_factor;
  double *value = REIN_NEW(job->arena, double, n *(d + 2) * d), *to = value;
  for (int64_t i = 0; i < n; i++)
    for (int k = 0; k < d + 2; k++)
      for (int f = 0; f < d; f++) {
        const bool from_b = k == 1 || k - 2 == f;
        *to++ = rein_factor_value(&job->out->factor[f], share[i * 2 * d + (from_b ? d + f : f)]);
      }
  return value;
}

rein_status rein_sensitivity_sobol(rein_sensitivity_job *job) {
  rein_sensitivity *out = job->out;
  const int d = out->n_factor;
  const int64_t n = job->options->n > 0             ? job->options->n
                    : (d + 2) * 1024 <= MOST_POINTS ? 1024
                                                    : MOST_POINTS / (d + 2);
  rein_status status = check_size(job, n, d + 2, "points");
  double *share = REIN_NEW(job->arena, double, n * 2 * d);
  if (status == REIN_OK) status = draw_shares(job, n, share);
  rein_sample *sample;
  if (status == REIN_OK)
    status =
        rein_sensitivity_simulate(job, out->factor, d, arrange(job, n, share), (int)n * (d + 2), &sample);
  if (status != REIN_OK) return status;
  double *answer = REIN_NEW(job->arena, double, n *(d + 2));
  rein_index *first = REIN_NEW(job->arena, rein_index, d), *total = REIN_NEW(job->arena, rein_index, d);
  for (int o = 0; o < sample->n_observable; o++) {
    for (int64_t i = 0; i < n; i++)
      for (int k = 0; k < d + 2; k++)
        answer[k * n + i] = *rein_sample_row(sample, (int)i * (d + 2) + k, job->i_time, o);
    out->n_used =
        (int64_t)rein_indices_sobol(job->arena, answer, answer + n, answer + 2 * n, (size_t)n, (size_t)d,
                                    out->scenario->seed, REIN_SENSITIVITY_LEVEL, first, total);
    for (int f = 0; f < d; f++) {
      out->cell[o * d + f].first = first[f];
      out->cell[o * d + f].total = total[f];
    }
  }
  rein_sample_destroy(sample);
  return REIN_OK;
}

/* ---- Morris ---- */

/* One trajectory: levels of the first point, order and sense of the moves. */
static void draw_trajectory(uint64_t seed, uint64_t i, int d, double *start, int *order, double *move) {
  for (int f = 0; f < d; f++) {
    const uint64_t bits = rein_draw_bits(seed, REIN_DRAW_DESIGN, i, 3, (uint64_t)f);
    const bool upper = bits & 1, down = bits & 2;
    start[f] = (upper ? 1.0 / 3 : 0.0) + (down ? 2.0 / 3 : 0.0);
    move[f] = down ? -2.0 / 3 : 2.0 / 3;
    order[f] = f;
  }
  for (int f = d - 1; f > 0; f--) {
    const int other = (int)(rein_draw_bits(seed, REIN_DRAW_DESIGN, i, 4, (uint64_t)f) % (uint64_t)(f + 1));
    const int moved = order[f];
    order[f] = order[other];
    order[other] = moved;
  }
}

static double level_value(const rein_factor *factor, double level) {
  return rein_factor_value(factor, factor->dist ? MORRIS_LOW + (MORRIS_HIGH - MORRIS_LOW) * level : level);
}

rein_status rein_sensitivity_morris(rein_sensitivity_job *job) {
  rein_sensitivity *out = job->out;
  const int d = out->n_factor;
  const int64_t n = job->options->n > 0 ? job->options->n : 32;
  rein_status status = check_size(job, n, d + 1, "trajectories");
  if (status != REIN_OK) return status;
  double *value = REIN_NEW(job->arena, double, n *(d + 1) * d), *level = REIN_NEW(job->arena, double, d),
         *move = REIN_NEW(job->arena, double, n *d), *effect = REIN_NEW(job->arena, double, n), *to = value;
  int *order = REIN_NEW(job->arena, int, n *d);
  for (int64_t i = 0; i < n; i++) {
    draw_trajectory(out->scenario->seed, (uint64_t)i, d, level, order + i * d, move + i * d);
    for (int k = 0; k <= d; k++) {
      if (k > 0) level[order[i * d + k - 1]] += move[i * d + order[i * d + k - 1]];
      for (int f = 0; f < d; f++) *to++ = level_value(&out->factor[f], level[f]);
    }
  }
  rein_sample *sample;
  status = rein_sensitivity_simulate(job, out->factor, d, value, (int)n * (d + 1), &sample);
  if (status != REIN_OK) return status;
  for (int o = 0; o < sample->n_observable; o++)
    for (int f = 0; f < d; f++) {
      for (int64_t i = 0; i < n; i++) {
        int k = 0;
        while (order[i * d + k] != f) k++;
        const int at = (int)i * (d + 1) + k;
        effect[i] = (*rein_sample_row(sample, at + 1, job->i_time, o) -
                     *rein_sample_row(sample, at, job->i_time, o)) /
                    move[i * d + f];
      }
      rein_sensitivity_cell *cell = &out->cell[o * d + f];
      out->n_used =
          (int64_t)rein_indices_morris(job->arena, effect, (size_t)n, out->scenario->seed,
                                       REIN_SENSITIVITY_LEVEL, &cell->mu_star, &cell->mean, &cell->sd);
    }
  rein_sample_destroy(sample);
  return REIN_OK;
}
