/* Which measurements are used, and the scale on which their noise is 1.
 *
 * Noise of SD a and CV b at the latent value y: g(y) = asinh(b y / a) / b, additive y / a, proportional and
 * lognormal log(y) / b. Then g(measured) = g(latent) + noise of SD 1 to first order, and what multiplies
 * concentrations adds to g. A mean of n people is divided by the noise at the simulated value in its place,
 * since the mean of g is not g of the mean; its noise then has variance 1 / n. */
#include <math.h>
#include <stdlib.h>

#include "src/study/why_not_inside.h"

double rein_why_not_transform(const rein_why_not_job *job, const rein_doubt_row *r, double value) {
  const rein_noise_kind kind = job->data->scenario->model->observable[r->observable].noise;
  const double a = r->noise_sd, b = r->noise_cv;
  if (!isnan(r->sd)) return value / r->sd;
  if (r->mean) {
    const double sd = sqrt(a * a + b * b * r->base * r->base);
    return sd > 0.0 ? value / sd : NAN;
  }
  if (kind == REIN_NOISE_LOGNORMAL) return value > 0.0 ? log(value) / sqrt(log1p(b * b)) : NAN;
  if (!(b > 0.0)) return a > 0.0 ? value / a : NAN;
  if (!(a > 0.0)) return value > 0.0 ? log(value) / b : NAN;
  return asinh(b * value / a) / b;
}

double rein_why_not_log_slope(const rein_why_not_job *job, const rein_doubt_row *r, double value) {
  const rein_noise_kind kind = job->data->scenario->model->observable[r->observable].noise;
  const double a = r->noise_sd, b = r->noise_cv;
  if (!isnan(r->sd)) return -log(r->sd);
  if (r->mean) return -0.5 * log(a * a + b * b * r->base * r->base);
  if (kind == REIN_NOISE_LOGNORMAL) return -log(value * sqrt(log1p(b * b)));
  if (!(b > 0.0)) return -log(a);
  if (!(a > 0.0)) return -log(b * value);
  return -log(a) - 0.5 * log1p(b * value / a * (b * value / a));
}

static int compare_rows(const void *left, const void *right) {
  const rein_doubt_row *a = left, *b = right;
  if (a->unit != b->unit) return a->unit - b->unit;
  if (a->i_time != b->i_time) return a->i_time - b->i_time;
  if (a->observable != b->observable) return a->observable - b->observable;
  return (a->value > b->value) - (a->value < b->value);
}

static int find_compared(const rein_validate_job *data, int sim_arm) {
  int k = 0;
  while (data->compared[k] != sim_arm) k++;
  return k;
}

static int find_time(const rein_scenario *s, double time) {
  int best = 0;
  for (int t = 1; t < s->n_time; t++)
    if (fabs(s->time[t] - time) < fabs(s->time[best] - time)) best = t;
  return best;
}

/* False where the point is not used, which is counted. */
static bool read_row(rein_why_not_job *job, const rein_observed_point *p, rein_doubt_row *row) {
  const rein_validate_job *data = job->data;
  const rein_observed *o = data->observed;
  const double slack = 1e-9 * (1.0 + fabs(p->time));
  if (p->time < data->scenario->time[0] - slack || p->time > data->until + slack) return false;
  const int observable = o->observable[p->observable];
  const bool noiseless = data->scenario->model->observable[observable].noise == REIN_NOISE_NONE;
  *row = (rein_doubt_row){.unit = o->is_group ? p->study * o->n_arm + p->arm : p->person,
                          .observable = observable,
                          .known = p->observable,
                          .arm = find_compared(data, data->sim_arm[p->arm]),
                          .person = o->is_group || !data->scenario->source_id
                                        ? 0
                                        : data->first_member[p->person] / data->n_candidate,
                          .i_time = find_time(data->scenario, p->time),
                          .n = p->n,
                          .value = p->value,
                          .mean = o->is_group,
                          .sd = o->is_group && noiseless && p->sd > 0.0 ? p->sd : NAN};
  if (p->censored) {
    job->out->n_censored++;
    return false;
  }
  if (noiseless && isnan(row->sd)) {
    job->out->n_noiseless++;
    return false;
  }
  return o->is_group ? p->n >= REIN_SMALLEST_GROUP || job->options->individual_data : true;
}

void rein_why_not_number_units(rein_why_not_job *job) {
  int last = -1;
  job->n_unit = job->out->n_person = 0;
  job->first_row = REIN_NEW(job->arena, int, job->n_row + 1);
  for (int i = 0; i < job->n_row; i++) {
    if (i == 0 || job->row[i].unit != last) job->first_row[job->n_unit++] = i;
    last = job->row[i].unit;
    job->row[i].unit = job->n_unit - 1;
  }
  job->first_row[job->n_unit] = job->n_row;
  job->out->n_unit = job->n_unit;
  for (int u = 0; u < job->n_unit; u++) {
    double n = 0;
    for (int i = job->first_row[u]; i < job->first_row[u + 1]; i++) n = fmax(n, job->row[i].n);
    job->out->n_person += (int)n;
  }
}

rein_status rein_why_not_collect(rein_why_not_job *job) {
  const rein_observed *o = job->data->observed;
  const rein_pos nowhere = {NULL, 0, 0, 0};
  job->row = REIN_NEW(job->arena, rein_doubt_row, o->n_point + 1);
  double first = INFINITY, last = -INFINITY;
  for (int i = 0; i < o->n_point; i++) {
    if (!read_row(job, &o->point[i], &job->row[job->n_row])) continue;
    first = fmin(first, o->point[i].time);
    last = fmax(last, o->point[i].time);
    job->n_row++;
  }
  qsort(job->row, (size_t)job->n_row, sizeof *job->row, compare_rows);
  job->span = last - job->data->scenario->time[0];
  if (job->n_row > 0 && job->span > 0.0) return REIN_OK;
  rein_error(
      job->diag, nowhere,
      "no measurement can be used: each needs an observable with noise, a time after the start and, as "
      "a mean, at least %d people",
      REIN_SMALLEST_GROUP);
  return REIN_ERR_INPUT;
}
