/* What may be wrong: every place's changes, and at which sizes they are simulated. */
#include <math.h>
#include <string.h>

#include "src/study/why_not_inside.h"

/* Where nothing is stated: SD of the logarithm of a parameter or rate, and of an amount. */
#define LOG_WIDTH 0.3
#define AMOUNT_WIDTH 0.2
/* Unit of lateness: this part of the observed span. */
#define LATE_PART 72.0

static const double BOTH[] = {-4.5, -3, -1.5, -0.75, 0.75, 1.5, 3, 4.5};
static const double LATER[] = {0.5, 1, 2, 4, 8};
static const double DRIFTS[] = {-0.8, -0.5, -0.25, 0.25, 0.5, 1, 2, 4};
static const double LOSSES[] = {0.25, 0.5, 1, 2, 4, 8, 16};
static const double SPREADS[] = {0.25, 0.5, 1, 2, 4, 8};
static const double SHIFTS[] = {-6, 6};
static const double GAINS[] = {-6, -4, -2, -1, 1, 2, 4, 6};
/* Seconds, minutes, hours, days; prefixes; mmol/L and mg/dL of glucose and cholesterol; creatinine in umol/L
 * and mg/dL. */
static const double FACTORS[] = {1e-3, 0.01131, 1.0 / 60, 0.02586, 1.0 / 24, 0.0555, 0.1,
                                 10,   18.016,  24,       38.67,   60,       88.42,  1e3};

#define NODES(list) (list), (int)(sizeof(list) / sizeof *(list))

static rein_change *add(rein_why_not_job *job, rein_place place, rein_change_kind kind, const double *node,
                        int n_node) {
  rein_change *c = &job->change[job->n_change++];
  *c = (rein_change){.about = {.place = place, .what = "", .unit_words = "", .change = ""},
                     .kind = kind,
                     .param = -1,
                     .spread = -1,
                     .arm = -1,
                     .observable = -1,
                     .n_node = n_node};
  memcpy(c->node, node, (size_t)n_node * sizeof *node);
  return c;
}

static const char *arm_name(const rein_why_not_job *job, int arm) {
  return job->data->scenario->arm[job->data->compared[arm]].name;
}

/* ---- parameters ---- */

/* The stated spread of a parameter, between people before its uncertainty; -1 none. */
static int spread_of(const rein_why_not_job *job, int p) {
  int found = -1;
  for (int s = job->n_spread - 1; s >= 0; s--)
    if (job->spread[s].param == p && (found < 0 || !job->spread[s].uncertain)) found = s;
  return found;
}

static void list_parameters(rein_why_not_job *job, const double *theta) {
  const rein_model *model = job->doubt->of;
  for (int p = 0; p < (int)model->n_param; p++) {
    const rein_param *param = &model->param[p];
    const int spread = spread_of(job, p);
    if (param->covariate || param->moved || param->delayed) continue;
    if (spread < 0 && (param->value_expr || theta[p] == 0.0 || !isfinite(theta[p]))) continue;
    rein_change *c = add(job, REIN_PLACE_PARAMETER, REIN_CHANGE_SIMULATED, NODES(BOTH));
    c->param = p;
    c->spread = spread;
    c->width = LOG_WIDTH;
    c->form = spread < 0 ? REIN_FORM_FACTOR : REIN_FORM_SPREAD;
    c->about.what = param->name;
    c->about.unit_words = spread < 0                      ? "0.3 in the logarithm (nothing is stated)"
                          : job->spread[spread].uncertain ? "SDs of its uncertainty"
                                                          : "SDs between people";
  }
}

/* ---- structure, intervention ---- */

static rein_change *add_hidden(rein_why_not_job *job, rein_place place, int param, int form, double width,
                               const double *node, int n_node) {
  rein_change *c = add(job, place, REIN_CHANGE_SIMULATED, node, n_node);
  c->param = param;
  c->form = form;
  c->width = width;
  return c;
}

static void list_structure(rein_why_not_job *job) {
  const rein_doubt *d = job->doubt;
  for (size_t k = 0; k < d->of->n_process; k++) {
    const char *name = d->of->process[k].name;
    rein_change *c =
        add_hidden(job, REIN_PLACE_STRUCTURE, d->scale[k], REIN_FORM_SHARE, LOG_WIDTH, NODES(BOTH));
    c->about.what = rein_arena_printf(job->arena, "rate of process %s", name);
    c->about.unit_words = "0.3 in the logarithm";
    c = add_hidden(job, REIN_PLACE_STRUCTURE, d->drift[k], REIN_FORM_PLAIN, 1.0 / job->span, NODES(DRIFTS));
    c->about.what = rein_arena_printf(job->arena, "rate of process %s, changing along a line", name);
    c->about.unit_words = "the rate itself, over the observed span";
  }
  for (size_t i = 0; i < d->of->n_state; i++) {
    rein_change *c =
        add_hidden(job, REIN_PLACE_STRUCTURE, d->loss[i], REIN_FORM_PLAIN, 1.0 / job->span, NODES(LOSSES));
    c->about.what = rein_arena_printf(job->arena, "another loss of state %s", d->of->state[i].name);
    c->about.unit_words = "1 / observed span";
  }
}

static void list_actions(rein_why_not_job *job) {
  const rein_doubt *d = job->doubt;
  for (size_t a = 0; a < d->of->n_action; a++) {
    const char *name = d->of->action[a].name;
    for (int arm = -1; d->amount[a] >= 0 && arm < job->data->n_compared; arm++) {
      rein_change *c =
          add_hidden(job, REIN_PLACE_INTERVENTION, d->amount[a], REIN_FORM_SHARE, AMOUNT_WIDTH, NODES(BOTH));
      c->arm = arm;
      c->about.what = arm < 0
                          ? rein_arena_printf(job->arena, "amount of %s", name)
                          : rein_arena_printf(job->arena, "amount of %s in arm %s", name, arm_name(job, arm));
      c->about.unit_words = "0.2 in the logarithm";
    }
    rein_change *c = add_hidden(job, REIN_PLACE_INTERVENTION, d->late[a], REIN_FORM_PLAIN,
                                job->span / LATE_PART, NODES(LATER));
    c->about.what = rein_arena_printf(job->arena, "time of %s", name);
    c->about.unit_words = "1/72 of the observed span";
  }
}

/* ---- measurement, readout ---- */

static rein_change *add_observable(rein_why_not_job *job, rein_place place, rein_change_kind kind, int o,
                                   const double *node, int n_node, const char *what) {
  rein_change *c = add(job, place, kind, node, n_node);
  c->observable = o;
  c->about.what =
      rein_arena_printf(job->arena, "%s %s", what, job->data->scenario->model->observable[o].name);
  c->about.unit_words = "SDs of its noise";
  return c;
}

static void list_observables(rein_why_not_job *job) {
  const rein_observed *observed = job->data->observed;
  for (int k = 0; k < observed->n_observable; k++) {
    const int o = observed->observable[k];
    double square = 0, a = 0, b = 0;
    int n = 0;
    for (int i = 0; i < job->n_row; i++) {
      const rein_doubt_row *r = &job->row[i];
      if (r->observable != o) continue;
      square += r->base * r->base;
      a = isnan(r->sd) ? r->noise_sd : r->sd;
      b = r->noise_cv;
      n++;
    }
    if (n == 0) continue;
    const double typical = sqrt(square / n), noise = sqrt(a * a + b * b * square / n);
    rein_change *c =
        add_observable(job, REIN_PLACE_MEASUREMENT, REIN_CHANGE_SPREAD, o, NODES(SPREADS), "noise of");
    c->about.unit_words = "SDs stated, beside the one";
    c = add_observable(job, REIN_PLACE_MEASUREMENT, REIN_CHANGE_UNIT, o, NODES(FACTORS), "unit of");
    c->about.unit_words = "times the value";
    for (int arm = 0; arm < job->data->n_compared && job->data->n_compared > 1; arm++) {
      c = add_observable(job, REIN_PLACE_MEASUREMENT, REIN_CHANGE_UNIT, o, NODES(FACTORS), "unit of");
      c->arm = arm;
      c->about.what = rein_arena_printf(job->arena, "%s in arm %s", c->about.what, arm_name(job, arm));
      c->about.unit_words = "times the value";
      c = add_observable(job, REIN_PLACE_MEASUREMENT, REIN_CHANGE_BATCH, o, NODES(SHIFTS), "values of");
      c->arm = arm;
      c->about.what =
          rein_arena_printf(job->arena, "%s in arm %s, shifted", c->about.what, arm_name(job, arm));
    }
    if (!(typical > 0.0)) continue;
    c = add_observable(job, REIN_PLACE_READOUT, REIN_CHANGE_GAIN, o, NODES(GAINS), "gain of");
    c->width = noise / typical;
    c = add_observable(job, REIN_PLACE_READOUT, REIN_CHANGE_OFFSET, o, NODES(GAINS), "offset of");
    c->width = noise;
  }
}

void rein_why_not_list(rein_why_not_job *job) {
  const rein_model *m = job->doubt->of;
  const size_t n_arm = (size_t)job->data->n_compared, n_obs = (size_t)job->data->observed->n_observable;
  const size_t n_most =
      m->n_param + 2 * m->n_process + m->n_state + m->n_action * (n_arm + 2) + n_obs * (4 + 2 * n_arm);
  job->change = REIN_NEW(job->arena, rein_change, n_most + 1);
  list_observables(job);
  list_actions(job);
  list_parameters(job,
                  rein_scenario_theta(job->arena, job->data->simulation.scenario, job->data->compared[0]));
  list_structure(job);
}
