#include "src/scenario/vary.h"

#include <math.h>
#include <string.h>

#include "src/scenario/inside.h"
#include "src/stats/normal.h"

static bool is_number_of_model(const rein_scenario *scenario, const rein_covariate *c) {
  return c->param < (int)scenario->model->n_param;
}

double *rein_scenario_theta(rein_arena *arena, const rein_scenario *scenario, int arm) {
  const rein_people *people = &scenario->inside->people;
  const size_t n = scenario->model->n_param;
  double *theta = REIN_NEW(arena, double, n + 1);
  memcpy(theta, scenario->inside->arm[arm].theta, n * sizeof *theta);
  for (int i = 0; i < people->n_covariate; i++)
    if (is_number_of_model(scenario, &people->covariate[i]))
      theta[people->covariate[i].param] = rein_people_covariate_centre(&people->covariate[i]);
  return theta;
}

/* ---- what varies ---- */

rein_spread *rein_scenario_spreads(rein_arena *arena, const rein_scenario *scenario, int *n) {
  const rein_people *people = &scenario->inside->people;
  const rein_model *model = scenario->model;
  rein_spread *out = REIN_NEW(arena, rein_spread, 2 * model->n_param + (size_t)people->n_covariate + 1);
  *n = 0;
  for (size_t p = 0; p < model->n_param; p++) {
    const rein_param *param = &model->param[p];
    const rein_dist dist[2] = {rein_people_between(param), param->uncertain};
    for (int k = 0; k < 2 && !people->given[p]; k++)
      if (dist[k].kind != REIN_DIST_NONE)
        out[(*n)++] = (rein_spread){
            .param = (int)p, .uncertain = k == 1, .dist = dist[k], .computed = param->value_expr != NULL};
  }
  for (int i = 0; i < people->n_covariate; i++)
    if (is_number_of_model(scenario, &people->covariate[i]) &&
        people->covariate[i].kind != REIN_COVARIATE_FIXED)
      out[(*n)++] = (rein_spread){.param = people->covariate[i].param, .cohort = &people->covariate[i]};
  return out;
}

double rein_spread_value(const rein_spread *s, double centre, double x) {
  return rein_people_deviate(&s->dist, centre, x, s->computed);
}

/* The nodes of two points are exact; of all else, mean and variance of what is a parabola in the deviate are.
 */
double rein_spread_node(const rein_spread *s, double centre, int i, double *weight) {
  static const double x[REIN_SPREAD_NODES] = {-1.7320508075688772, 0.0, 1.7320508075688772};
  static const double share[REIN_SPREAD_NODES] = {1.0 / 6.0, 2.0 / 3.0, 1.0 / 6.0};
  if (s->cohort && s->cohort->kind == REIN_COVARIATE_BERNOULLI) {
    const double p = s->cohort->centre, of[REIN_SPREAD_NODES] = {1.0 - p, 0.0, p};
    *weight = of[i];
    return i == 1 ? rein_people_covariate_centre(s->cohort) : 0.5 * i;
  }
  *weight = share[i];
  const double u = rein_normal_cdf(x[i]);
  return s->cohort ? rein_people_covariate_quantile(s->cohort, u)
                   : rein_people_quantile(&s->dist, centre, u, s->computed);
}

/* ---- the copy ---- */

/* Covariates of the model are in theta; other numbers of people stay as the cohort has them. */
static void hold_people(rein_arena *arena, const rein_scenario *scenario, rein_people *people) {
  rein_covariate *left = REIN_NEW(arena, rein_covariate, people->n_covariate + 1);
  int n = 0;
  for (int i = 0; i < people->n_covariate; i++)
    if (!is_number_of_model(scenario, &people->covariate[i])) left[n++] = people->covariate[i];
  for (int i = 0; i < n; i++) {
    left[i].centre = rein_people_covariate_centre(&left[i]);
    left[i].kind = REIN_COVARIATE_FIXED;
  }
  people->covariate = left;
  people->n_covariate = n;
  people->points = NULL;
  people->n_replicate = 1;
  people->uncertain = false;
  people->typical = people->n_row == 0;
  people->held = true;
}

rein_scenario *rein_scenario_vary(rein_arena *arena, const rein_scenario *scenario,
                                  const rein_variant *variant, int n_variant, const double *time, int n_time,
                                  bool held) {
  rein_scenario *out = REIN_NEW(arena, rein_scenario, 1);
  rein_scenario_inside *inside = REIN_NEW(arena, rein_scenario_inside, 1);
  rein_arm *arm = REIN_NEW(arena, rein_arm, n_variant);
  rein_arm_inside *arm_inside = REIN_NEW(arena, rein_arm_inside, n_variant);
  *out = *scenario;
  *inside = *scenario->inside;
  for (int i = 0; i < n_variant; i++) {
    arm[i] = scenario->arm[variant[i].arm];
    arm[i].reference = -1;
    arm[i].counterfactual = false;
    arm_inside[i] = scenario->inside->arm[variant[i].arm];
    arm_inside[i].theta = variant[i].theta;
  }
  if (held) hold_people(arena, scenario, &inside->people);
  inside->arm = arm_inside;
  inside->n_chunk = 0;
  out->inside = inside;
  out->arm = arm;
  out->n_arm = n_variant;
  out->time = time;
  out->n_time = n_time;
  out->n_horizon = 0;
  if (held) {
    out->n_replicate = 1;
    out->typical = inside->people.typical;
    out->n_individual = out->typical ? 1 : inside->people.n_row;
  }
  rein_scenario_reader reader = {.arena = arena, .model = scenario->model, .scenario = out, .inside = inside};
  rein_scenario_choose_lanes(&reader, NULL);
  return out;
}

bool rein_scenario_is_faithful(const rein_scenario *scenario, int arm) {
  const rein_arm_inside *a = &scenario->inside->arm[arm];
  for (int k = 0; k < a->n_course; k++)
    if (a->course[k].adherence || a->course[k].jitter > 0.0) return false;
  return true;
}
