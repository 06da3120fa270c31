#include "src/scenario/vary.h"

#include <math.h>
#include <string.h>

#include "src/scenario/inside.h"

#define ONE_SD 0.15865525393145707 /* share below the centre minus 1 SD */

static double centre_of(const rein_covariate *c) {
  if (c->kind == REIN_COVARIATE_UNIFORM) return 0.5 * (c->low + c->high);
  if (c->kind == REIN_COVARIATE_BERNOULLI) return c->centre >= 0.5 ? 1.0 : 0.0;
  return c->centre;
}

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
      theta[people->covariate[i].param] = centre_of(&people->covariate[i]);
  return theta;
}

/* ---- what varies ---- */

static void spread_covariate(const rein_covariate *c, rein_spread *out) {
  *out = (rein_spread){.param = c->param, .cohort = true};
  if (c->kind == REIN_COVARIATE_LOGNORMAL) {
    out->low = c->centre * exp(-c->sd);
    out->high = c->centre * exp(c->sd);
  } else if (c->kind == REIN_COVARIATE_UNIFORM) {
    out->low = c->low + ONE_SD * (c->high - c->low);
    out->high = c->high - ONE_SD * (c->high - c->low);
  } else if (c->kind == REIN_COVARIATE_BERNOULLI) {
    out->low = 0.0;
    out->high = 1.0;
  } else {
    out->low = c->centre - c->sd;
    out->high = c->centre + c->sd;
  }
  out->low = fmax(out->low, c->low);
  out->high = fmin(out->high, c->high);
}

rein_spread *rein_scenario_spreads(rein_arena *arena, const rein_scenario *scenario, int *n) {
  const rein_people *people = &scenario->inside->people;
  const rein_model *model = scenario->model;
  rein_spread *out = REIN_NEW(arena, rein_spread, 2 * model->n_param + (size_t)people->n_covariate + 1);
  *n = 0;
  for (size_t p = 0; p < model->n_param; p++) {
    const rein_param *param = &model->param[p];
    const rein_dist *dist[2] = {&param->between, &param->uncertain};
    for (int k = 0; k < 2 && !people->given[p]; k++)
      if (dist[k]->kind != REIN_DIST_NONE)
        out[(*n)++] = (rein_spread){
            .param = (int)p, .uncertain = k == 1, .dist = *dist[k], .computed = param->value_expr != NULL};
  }
  for (int i = 0; i < people->n_covariate; i++)
    if (is_number_of_model(scenario, &people->covariate[i]) &&
        people->covariate[i].kind != REIN_COVARIATE_FIXED)
      spread_covariate(&people->covariate[i], &out[(*n)++]);
  return out;
}

double rein_spread_value(const rein_spread *s, double centre, double x) {
  if (s->cohort) return x < 0.0 ? centre + x * (centre - s->low) : centre + x * (s->high - centre);
  return rein_people_deviate(&s->dist, centre, x, s->computed);
}

/* ---- the copy ---- */

/* Covariates of the model are in theta; other numbers of people stay as the cohort has them. */
static void hold_people(rein_arena *arena, const rein_scenario *scenario, rein_people *people) {
  rein_covariate *left = REIN_NEW(arena, rein_covariate, people->n_covariate + 1);
  int n = 0;
  for (int i = 0; i < people->n_covariate; i++)
    if (!is_number_of_model(scenario, &people->covariate[i])) left[n++] = people->covariate[i];
  for (int i = 0; i < n; i++) {
    left[i].centre = centre_of(&left[i]);
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
