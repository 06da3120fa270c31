#include "src/stats/nested.h"

#include <math.h>
#include <stdbool.h>

static double weight_of(const rein_nested *s, const double *x, int64_t i) {
  return isfinite(x[i]) ? (s->weight ? s->weight[i] : 1.0) : 0.0;
}

static int batch_of(const rein_nested *s, int64_t r) {
  return (int)(r / (s->n_replicate / s->n_batch));
}

/* Neighbours in x that are of one batch: run k begins at k * run_length. */
static int64_t run_length(const rein_nested *s) {
  return s->n_replicate / s->n_batch;
}
static int64_t n_run(const rein_nested *s) {
  return s->n_person * s->n_batch;
}

/* ---- jackknife over batches ---- */

/* Standard error of a value from what it is without each batch; those that are NaN (nothing left) do not
 * count, and with fewer than two there is no error. */
static double jackknife(const double *without, int n) {
  double sum = 0.0, square = 0.0;
  int m = 0;
  for (int b = 0; b < n; b++)
    if (isfinite(without[b])) sum += without[b], m++;
  if (m < 2) return NAN;
  for (int b = 0; b < n; b++)
    if (isfinite(without[b])) square += (without[b] - sum / m) * (without[b] - sum / m);
  return sqrt(square * (m - 1) / m);
}

/* Ratio of two sums over batches. */
static rein_estimate ratio(const double *above, const double *below, int n) {
  double a = 0.0, w = 0.0, without[REIN_NESTED_BATCHES];
  for (int b = 0; b < n; b++) a += above[b], w += below[b];
  for (int b = 0; b < n; b++) without[b] = w - below[b] > 0.0 ? (a - above[b]) / (w - below[b]) : NAN;
  return (rein_estimate){w > 0.0 ? a / w : NAN, jackknife(without, n)};
}

rein_estimate rein_nested_mean(const rein_nested *s, const double *x) {
  double above[REIN_NESTED_BATCHES] = {0}, below[REIN_NESTED_BATCHES] = {0};
  for (int64_t run = 0, i = 0; run < n_run(s); run++) {
    const int64_t end = i + run_length(s), b = run % s->n_batch;
    for (; i < end; i++) {
      const double w = weight_of(s, x, i);
      if (w > 0.0) above[b] += w * x[i], below[b] += w;
    }
  }
  return ratio(above, below, s->n_batch);
}

double rein_nested_covariance(const rein_nested *s, const double *x, const double *y) {
  double w_sum = 0.0, sx = 0.0, sy = 0.0, sxy = 0.0;
  double bx[REIN_NESTED_BATCHES] = {0}, by[REIN_NESTED_BATCHES] = {0};
  const int64_t n = s->n_person * s->n_replicate;
  for (int64_t i = 0; i < n; i++) {
    const double w = isfinite(y[i]) ? weight_of(s, x, i) : 0.0;
    if (w > 0.0) w_sum += w, sx += w * x[i], sy += w * y[i];
  }
  if (!(w_sum > 0.0)) return NAN;
  const double mx = sx / w_sum, my = sy / w_sum;
  for (int64_t run = 0, i = 0; run < n_run(s); run++) {
    const int64_t end = i + run_length(s), b = run % s->n_batch;
    for (; i < end; i++) {
      const double w = isfinite(y[i]) ? weight_of(s, x, i) : 0.0;
      if (!(w > 0.0)) continue;
      sxy += w * (x[i] - mx) * (y[i] - my);
      bx[b] += w * (x[i] - mx), by[b] += w * (y[i] - my);
    }
  }
  double means = 0.0; /* covariance of the two means */
  for (int b = 0; b < s->n_batch; b++) means += bx[b] * by[b] / (w_sum * w_sum);
  return sxy / w_sum + means * s->n_batch / (s->n_batch - 1);
}

/* ---- shares ---- */

/* Sums of a batch; x is counted from a pivot. */
typedef struct {
  double w, x, xx, noise;
  double group_square;          /* sum of W_r m_r^2 */
  double within, within_weight; /* sum of W_r v_r over replicates that tell v_r, and of their W_r */
  double of_means;              /* sum of W_r v_r / n_r */
  double wide;                  /* sum of W_r n_r */
  double w_square;
} sums;

static void add_sums(sums *to, const sums *from, double sign) {
  double *a = (double *)to;
  const double *b = (const double *)from;
  for (size_t i = 0; i < sizeof *to / sizeof(double); i++) a[i] += sign * b[i];
}

static void add_replicate(const rein_nested *s, const double *x, const double *noise, int64_t r, double pivot,
                          sums *b) {
  double w_sum = 0.0, w_square = 0.0, sx = 0.0, square = 0.0;
  for (int64_t j = 0; j < s->n_person; j++) {
    const int64_t i = j * s->n_replicate + r;
    const double w = weight_of(s, x, i), d = x[i] - pivot;
    if (!(w > 0.0)) continue;
    w_sum += w, w_square += w * w, sx += w * d;
    b->xx += w * d * d;
    if (noise) b->noise += w * noise[i];
  }
  if (!(w_sum > 0.0)) return;
  const double mean = sx / w_sum, n = w_sum * w_sum / w_square;
  for (int64_t j = 0; j < s->n_person; j++) {
    const int64_t i = j * s->n_replicate + r;
    const double w = weight_of(s, x, i), d = x[i] - pivot - mean;
    if (w > 0.0) square += w * d * d;
  }
  b->w += w_sum, b->x += sx, b->w_square += w_square;
  b->group_square += w_sum * mean * mean;
  b->wide += w_sum * n;
  if (!(n > 1.0 + 1e-9)) return;
  const double v = square / w_sum / (1.0 - 1.0 / n);
  b->within += w_sum * v, b->within_weight += w_sum;
  b->of_means += w_sum * v / n;
}

/* noise, between, uncertain, total of sums; mean_variance: of the mean itself. */
static void split(const sums *s, double mean_variance, int without_u, double out[4]) {
  const double mean = s->x / s->w;
  out[0] = s->noise / s->w;
  if (without_u) {
    out[1] = s->xx / s->w - mean * mean + mean_variance;
    out[2] = 0.0;
  } else {
    out[1] = s->within / s->within_weight;
    out[2] = s->group_square / s->w - mean * mean + mean_variance - s->of_means / s->within_weight;
  }
  out[3] = out[0] + out[1] + out[2];
}

static double pivot_of(const rein_nested *s, const double *x) {
  double w_sum = 0.0, sum = 0.0;
  for (int64_t i = 0; i < s->n_person * s->n_replicate; i++) {
    const double w = weight_of(s, x, i);
    if (w > 0.0) w_sum += w, sum += w * x[i];
  }
  return w_sum > 0.0 ? sum / w_sum : NAN;
}

rein_variances rein_nested_variances(const rein_nested *s, const double *x, const double *noise,
                                     int without_u) {
  const double pivot = pivot_of(s, x);
  sums batch[REIN_NESTED_BATCHES] = {0}, all = {0};
  double mean[REIN_NESTED_BATCHES], part[7][REIN_NESTED_BATCHES];
  for (int64_t r = 0; r < s->n_replicate; r++) add_replicate(s, x, noise, r, pivot, &batch[batch_of(s, r)]);
  for (int b = 0; b < s->n_batch; b++) add_sums(&all, &batch[b], 1.0);
  for (int b = 0; b < s->n_batch; b++)
    mean[b] = all.w - batch[b].w > 0.0 ? (all.x - batch[b].x) / (all.w - batch[b].w) : NAN;
  rein_variances out = {.mean = {pivot, jackknife(mean, s->n_batch)}};
  const double mean_variance = isfinite(out.mean.error) ? out.mean.error * out.mean.error : 0.0;
  double v[4], share[3];
  split(&all, mean_variance, without_u, v);
  for (int k = 0; k < 3; k++) share[k] = v[k] / v[3];
  for (int b = 0; b < s->n_batch; b++) {
    sums rest = all;
    double left[4];
    add_sums(&rest, &batch[b], -1.0);
    split(&rest, mean_variance, without_u, left);
    for (int k = 0; k < 4; k++) part[k][b] = left[k];
    for (int k = 0; k < 3; k++) part[4 + k][b] = left[k] / left[3];
  }
  rein_estimate *to[4] = {&out.noise, &out.between, &out.uncertain, &out.total};
  for (int k = 0; k < 4; k++) *to[k] = (rein_estimate){v[k], jackknife(part[k], s->n_batch)};
  for (int k = 0; k < 3; k++) out.share[k] = (rein_estimate){share[k], jackknife(part[4 + k], s->n_batch)};
  out.n_effective = all.w_square > 0.0 ? all.w * all.w / all.w_square : 0.0;
  out.n_within = all.w > 0.0 ? all.wide / all.w : 0.0;
  return out;
}

/* ---- quantiles ---- */

size_t rein_nested_gather(const rein_nested *s, const double *x, rein_weighted *sample) {
  size_t n = 0;
  for (int64_t i = 0; i < s->n_person * s->n_replicate; i++) {
    const double w = weight_of(s, x, i);
    if (w > 0.0) sample[n++] = (rein_weighted){x[i], w};
  }
  return n;
}

/* Weights of each batch, and of its values up to q. */
static void weigh_below(const rein_nested *s, const double *x, double q, double *below, double *all) {
  for (int64_t run = 0, i = 0; run < n_run(s); run++) {
    const int64_t end = i + run_length(s), b = run % s->n_batch;
    int64_t n = 0, n_below = 0;
    for (; i < end; i++) {
      const bool is = isfinite(x[i]), low = is && x[i] <= q;
      n += is, n_below += low;
      if (!s->weight) continue;
      all[b] += is ? s->weight[i] : 0.0;
      below[b] += low ? s->weight[i] : 0.0;
    }
    if (!s->weight) all[b] += (double)n, below[b] += (double)n_below;
  }
}

double rein_nested_quantile_error(const rein_nested *s, const double *x, const rein_weighted *sorted,
                                  size_t n, double total, double p, double q) {
  double below[REIN_NESTED_BATCHES] = {0}, all[REIN_NESTED_BATCHES] = {0};
  weigh_below(s, x, q, below, all);
  const double error = ratio(below, all, s->n_batch).error;
  if (!isfinite(error)) return NAN;
  const double low = p - error > 0.0 ? p - error : 0.0, high = p + error < 1.0 ? p + error : 1.0;
  return 0.5 *
         (rein_quantile_of_total(sorted, n, total, high) - rein_quantile_of_total(sorted, n, total, low));
}
