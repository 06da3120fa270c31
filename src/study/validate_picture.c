/* What a picture of the comparison shows: quantiles of what was simulated, and the observed points, without
 * anything that would show fewer than REIN_SMALLEST_GROUP people. */
#include <math.h>
#include <string.h>

#include "src/record/summary.h"
#include "src/study/validate_inside.h"

/* ---- bands ---- */

/* Quantiles over all simulated people under the arm, measured with their noise. */
static void add_bands(const rein_validate_job *job, rein_validation_panel *panel) {
  const rein_scenario *s = job->scenario;
  double *band[REIN_VALIDATE_N_QUANTILE];
  panel->n_time = s->n_time;
  panel->time = s->time;
  for (int q = 0; q < REIN_VALIDATE_N_QUANTILE; q++)
    panel->quantile[q] = band[q] = REIN_NEW(job->arena, double, s->n_time);
  for (int t = 0; t < s->n_time; t++) {
    memcpy(job->scratch, rein_validate_measured(job, job->sim_arm[panel->arm], t, panel->observable),
           (size_t)s->n_individual * sizeof *job->scratch);
    const bool people = s->individual_data && !job->options.individual_data;
    const rein_summary_number all = rein_summary_of(job->scratch, s->n_individual, s->n_replicate, people);
    for (int q = 0; q < REIN_VALIDATE_N_QUANTILE; q++) band[q][t] = all.n > 0 ? all.quantile[q] : NAN;
  }
}

/* ---- points ---- */

static bool is_of(const rein_validate_job *job, const rein_validation_panel *panel,
                  const rein_observed_point *p) {
  return p->arm == panel->arm && p->observable == panel->observable && p->time >= job->scenario->time[0] &&
         p->time <= job->until;
}

static void add_point(rein_validation_panel *panel, double time, double value, double sd) {
  const int i = panel->n_point++;
  panel->point_time[i] = time;
  panel->value[i] = value;
  panel->sd[i] = sd;
  panel->low[i] = panel->high[i] = NAN;
}

/* Means of groups as they were reported, beside what was predicted of them. */
static void add_groups(const rein_validate_job *job, rein_validation_panel *panel) {
  const rein_observed *o = job->observed;
  for (int i = 0; i < o->n_point; i++) {
    const rein_observed_point *p = &o->point[i];
    if (!is_of(job, panel, p)) continue;
    if (p->n < REIN_SMALLEST_GROUP && !job->options.individual_data) {
      panel->n_held_back++;
      continue;
    }
    add_point(panel, p->time, p->value, p->sd);
    for (int k = 0; k < job->n_task; k++) {
      const rein_task *task = &job->task[k];
      if (task->study != p->study || task->arm != p->arm || task->observable != p->observable ||
          task->after != p->value || job->score[k].missing ||
          fabs(job->scenario->time[task->i_time] - p->time) > 1e-9 * (1.0 + fabs(p->time)))
        continue;
      panel->low[panel->n_point - 1] = task->before + job->score[k].low;
      panel->high[panel->n_point - 1] = task->before + job->score[k].high;
    }
  }
}

static void add_people(const rein_validate_job *job, rein_validation_panel *panel) {
  for (int i = 0; i < job->observed->n_point; i++) {
    const rein_observed_point *p = &job->observed->point[i];
    if (is_of(job, panel, p)) add_point(panel, p->time, p->value, NAN);
  }
}

static bool is_held_back(const rein_validate_job *job, const rein_validation *v,
                         const rein_validation_panel *panel, double time) {
  const rein_scenario *s = job->scenario;
  for (int i = 0; i < v->n_row; i++) {
    const rein_validation_row *row = &v->row[i];
    if (row->observable == panel->observable && row->arm == panel->arm && row->suppressed &&
        fabs(row->time - time) <= 1e-9 * (1.0 + fabs(s->time[s->n_time - 1])))
      return true;
  }
  return false;
}

/* People at one time become their mean and SD. A censored value has no place in a mean. */
static void add_mean(const rein_validate_job *job, const rein_validation *v, rein_validation_panel *panel,
                     double time, bool *seen) {
  const rein_observed *o = job->observed;
  double sum = 0.0, square = 0.0;
  int n = 0, n_people = 0;
  bool censored = false;
  for (int k = 0; k < o->n_person; k++) seen[k] = false;
  for (int i = 0; i < o->n_point; i++) {
    const rein_observed_point *p = &o->point[i];
    if (!is_of(job, panel, p) || p->time != time) continue;
    censored |= p->censored != 0;
    n_people += !seen[p->person];
    seen[p->person] = true;
    sum += p->value;
    n++;
  }
  if (n_people < REIN_SMALLEST_GROUP || censored || is_held_back(job, v, panel, time)) {
    panel->n_held_back += n;
    return;
  }
  for (int i = 0; i < o->n_point; i++) {
    const rein_observed_point *p = &o->point[i];
    if (is_of(job, panel, p) && p->time == time) square += (p->value - sum / n) * (p->value - sum / n);
  }
  add_point(panel, time, sum / n, sqrt(square / (n - 1)));
}

static void add_means(const rein_validate_job *job, const rein_validation *v, rein_validation_panel *panel) {
  const rein_observed *o = job->observed;
  bool *seen = REIN_NEW(job->arena, bool, o->n_person + 1);
  double last = -INFINITY;
  panel->is_mean = true;
  for (;;) {
    double next = INFINITY;
    for (int i = 0; i < o->n_point; i++) {
      const rein_observed_point *p = &o->point[i];
      if (is_of(job, panel, p) && p->time > last) next = fmin(next, p->time);
    }
    if (isinf(next)) return;
    add_mean(job, v, panel, next, seen);
    last = next;
  }
}

static bool has_task(const rein_validate_job *job, int observable, int arm) {
  for (int i = 0; i < job->n_task; i++) {
    if (job->task[i].observable == observable && job->task[i].arm == arm) return true;
  }
  return false;
}

void rein_validate_picture(const rein_validate_job *job, rein_validation *out) {
  const rein_observed *o = job->observed;
  out->panel = REIN_NEW(job->arena, rein_validation_panel, o->n_observable * o->n_arm + 1);
  for (int k = 0; k < o->n_observable; k++) {
    for (int a = 0; a < o->n_arm; a++) {
      if (!has_task(job, k, a)) continue;
      rein_validation_panel *panel = &out->panel[out->n_panel++];
      *panel = (rein_validation_panel){.observable = k, .arm = a};
      double **const array[] = {&panel->point_time, &panel->value, &panel->sd, &panel->low, &panel->high};
      for (int i = 0; i < 5; i++) *array[i] = REIN_NEW(job->arena, double, o->n_point + 1);
      add_bands(job, panel);
      if (o->is_group)
        add_groups(job, panel);
      else if (job->options.individual_data)
        add_people(job, panel);
      else
        add_means(job, out, panel);
    }
  }
}
