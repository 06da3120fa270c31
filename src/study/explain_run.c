/* One person's two lanes of the plan, and the twin run with sets of fluxes held. */
#include <math.h>
#include <string.h>

#include "src/study/explain_inside.h"

/* ---- the person ---- */

/* Some items are of a kind that acts on all states at once. */
static rein_status check_items(const rein_lane_plan *lane, rein_diag *diag) {
  const rein_pos nowhere = {NULL, 0, 0, 0};
  for (size_t i = 0; i < lane->n_item; i++) {
    const int kind = lane->item[i].kind;
    if (kind != REIN_ITEM_RESET && kind != REIN_ITEM_STEADY && kind != REIN_ITEM_DECIDE &&
        kind != REIN_ITEM_FAIL)
      continue;
    rein_error(diag, nowhere,
               "explain cannot follow %s: both runs have to begin together and go on without a break",
               kind == REIN_ITEM_RESET    ? "a reset"
               : kind == REIN_ITEM_DECIDE ? "a decision on a measurement"
               : kind == REIN_ITEM_FAIL   ? "a dose that cannot be"
                                          : "a dose at steady state");
    return REIN_ERR_INPUT;
  }
  return REIN_OK;
}

/* Looks for the person's lane under an arm in a filled batch. */
static int find_lane(const rein_plan *plan, const rein_lane_plan *lane, int64_t individual, int arm) {
  for (int l = 0; l < plan->n_lane; l++)
    if (lane[l].arm == arm && lane[l].individual == individual) return l;
  return -1;
}

/* What a search needs; owned by the arena, which may run out while a batch is filled. */
typedef struct {
  rein_eval *eval;
  rein_lane_plan *lane; /* (n_lane) */
  int n_lane;
} search;

static void free_search(void *held) {
  search *s = held;
  rein_eval_destroy(s->eval);
  for (int l = 0; l < s->n_lane; l++) rein_lane_clear(&s->lane[l]);
}

static void free_people(void *held) {
  rein_explain_people *people = held;
  rein_lane_clear(&people->with);
  rein_lane_clear(&people->without);
}

static void take_lane(const rein_simulation *s, rein_eval *eval, rein_lane_plan *from, int l, double *param,
                      rein_lane_plan *out) {
  *out = from[l];
  from[l] = (rein_lane_plan){0};
  for (int p = 0; p < s->tape->n_param; p++) param[p] = rein_eval_row(eval, p)[l];
}

/* Batches that may hold the person: those of its block. */
static rein_status search_batches(const rein_simulation *s, const rein_explanation *e, const rein_plan *plan,
                                  int64_t individual, int64_t first, int64_t end, const search *with,
                                  rein_explain_people *out, bool *found) {
  rein_lane_plan *lane = with->lane;
  for (int64_t b = first; b < end && !*found; b++) {
    for (int l = 0; l < plan->n_lane; l++) rein_lane_empty(&lane[l]);
    const rein_status status = plan->fill(plan->context, b, with->eval, lane);
    if (status != REIN_OK) return status;
    const int given = find_lane(plan, lane, individual, e->arm);
    const int without = find_lane(plan, lane, individual, e->reference);
    if (given < 0 || without < 0) continue;
    take_lane(s, with->eval, lane, given, out->param, &out->with);
    take_lane(s, with->eval, lane, without, out->param + s->tape->n_param, &out->without);
    *found = true;
  }
  return REIN_OK;
}

rein_status rein_explain_find(rein_arena *arena, const rein_simulation *s, const rein_explanation *e,
                              const rein_explain_options *options, rein_diag *diag,
                              rein_explain_people **out) {
  rein_plan *plan = s->plan;
  int64_t individual = options->has_individual ? options->individual : 0, first = 0;
  int64_t end = plan->n_batch;
  rein_explain_people *people = *out = REIN_NEW(arena, rein_explain_people, 1);
  people->param = REIN_NEW(arena, double, 2 * s->tape->n_param + 1);
  rein_arena_defer(arena, free_people, people);
  if (!options->has_individual) {
    const rein_status status = rein_scenario_pilot(arena, s->scenario, s->tape, plan->atol, &plan);
    if (status != REIN_OK) return status;
    end = plan->n_batch;
  } else {
    const int64_t width = s->scenario->individuals_per_batch;
    const int64_t n_block = (s->scenario->n_individual + width - 1) / width;
    const int64_t n_chunk = plan->n_batch / n_block;
    first = individual / width * n_chunk;
    end = first + n_chunk;
  }
  search *with = REIN_NEW(arena, search, 1);
  with->lane = REIN_NEW(arena, rein_lane_plan, plan->n_lane);
  with->n_lane = plan->n_lane;
  rein_arena_defer(arena, free_search, with);
  with->eval =
      rein_eval_create(s->tape, plan->n_lane, options->kernels ? options->kernels : rein_kernels_best());
  bool found = false;
  rein_status status = with->eval ? REIN_OK : REIN_ERR_MEMORY;
  if (status == REIN_OK) status = search_batches(s, e, plan, individual, first, end, with, people, &found);
  rein_arena_release(arena, with);
  if (status != REIN_OK) return status;
  if (!found) return REIN_ERR_INPUT;
  status = check_items(&people->with, diag);
  return status == REIN_OK ? check_items(&people->without, diag) : status;
}

/* ---- the twin's plan ---- */

typedef struct {
  const rein_explanation *e;
  const rein_explain_people *people;
  rein_explain_runs *runs;
  int n_lane;
  rein_outcome *outcome; /* (n) of the runs */
} job;

/* An item of the model in one copy of the twin, and beside it in the totals. */
static bool add_twice(const rein_twin *twin, rein_lane_plan *lane, rein_item item, bool without) {
  rein_item total = item;
  const int copy = without;
  bool counts = true;
  switch ((rein_item_kind)item.kind) {
  case REIN_ITEM_ADD:
    total.target = rein_twin_row(twin, REIN_TWIN_DOSE, without, item.target);
    item.target += copy * (int)twin->of->n_state;
    break;
  case REIN_ITEM_INPUT_ADD:
  case REIN_ITEM_INPUT_SET:
    total.target += (2 + copy) * twin->n_input;
    item.target += copy * twin->n_input;
    break;
  case REIN_ITEM_PARAM:
    item.target += copy * (int)twin->of->n_param;
    counts = false;
    break;
  default:
    item.target += copy * (int)twin->of->n_state;
    counts = false;
  }
  return rein_lane_add_item(lane, item) && (!counts || rein_lane_add_item(lane, total));
}

static rein_status fill(void *context, int64_t i_batch, rein_eval *eval, rein_lane_plan *lane) {
  const job *j = context;
  const rein_twin *twin = j->e->twin;
  const int n_param = (int)(2 * twin->of->n_param);
  bool good = true;
  for (int l = 0; l < j->n_lane && good; l++) {
    const int64_t wanted = i_batch * j->n_lane + l;
    const int run = (int)(wanted < j->runs->n ? wanted : j->runs->n - 1);
    for (int p = 0; p < n_param; p++) rein_eval_row(eval, p)[l] = j->people->param[p];
    for (int f = 0; f < twin->n_flux; f++)
      rein_eval_row(eval, n_param + f)[l] = j->runs->held[(size_t)run * (size_t)twin->n_flux + (size_t)f];
    lane[l].individual = run;
    lane[l].arm = 0;
    lane[l].real = wanted < j->runs->n;
    lane[l].t_start = j->people->with.t_start;
    lane[l].t_end = j->people->with.t_end;
    lane[l].obs = j->runs->time;
    lane[l].n_obs = j->runs->n_time;
    for (int copy = 0; copy < 2; copy++) {
      const rein_lane_plan *from = copy ? &j->people->without : &j->people->with;
      for (size_t i = 0; i < from->n_item && good; i++) good = add_twice(twin, &lane[l], from->item[i], copy);
    }
    rein_lane_sort_items(&lane[l]);
  }
  rein_eval_params(eval);
  return good ? REIN_OK : REIN_ERR_MEMORY;
}

static rein_status take(void *context, const rein_batch_result *r) {
  job *j = context;
  for (int l = 0; l < r->n_lane; l++) {
    if (!r->lane[l].real) continue;
    const size_t run = (size_t)r->lane[l].individual;
    j->outcome[run] = r->outcome[l];
    for (int t = 0; t < j->runs->n_time; t++)
      for (int k = 0; k < j->runs->n_row; k++)
        j->runs->out[(run * (size_t)j->runs->n_time + (size_t)t) * (size_t)j->runs->n_row + (size_t)k] =
            r->out[((size_t)t * (size_t)j->runs->n_row + (size_t)k) * (size_t)r->n_lane + (size_t)l];
    for (int copy = 0; j->e->safety >= 0 && copy < 2; copy++)
      j->runs->safety[2 * run + (size_t)copy] =
          r->safety_duration[((size_t)j->e->safety + (size_t)copy * j->e->twin->of->n_safety) *
                                 (size_t)r->n_lane +
                             (size_t)l];
  }
  return REIN_OK;
}

/* Absolute tolerances: of the states as in the study, of totals what they amount to in the states. */
static double *make_atol(rein_arena *arena, const rein_twin *twin, const double *of) {
  const rein_model *m = twin->of;
  const int n = (int)m->n_state;
  double *atol = REIN_NEW(arena, double, twin->model->n_state);
  for (int i = 0; i < 2 * n; i++) atol[i] = of[i % n];
  for (int copy = 0; copy < 2; copy++) {
    for (int f = 0; f < twin->n_flux; f++) {
      double *a = &atol[rein_twin_row(twin, REIN_TWIN_FLUX, copy, f)];
      *a = INFINITY;
      if (twin->flux[f].state >= 0) *a = of[twin->flux[f].state];
      for (int k = 0; twin->flux[f].process >= 0 && k < m->process[twin->flux[f].process].n_flow; k++) {
        const rein_flow *flow = &m->process[twin->flux[f].process].flow[k];
        if (flow->factor != 0.0) *a = fmin(*a, of[flow->state] / fabs(flow->factor));
      }
      if (!isfinite(*a)) *a = of[0];
    }
    for (int i = 0; i < n; i++) atol[rein_twin_row(twin, REIN_TWIN_DOSE, copy, i)] = of[i];
    for (int i = 0; i < twin->n_jump; i++)
      atol[rein_twin_row(twin, REIN_TWIN_JUMP, copy, i)] = of[twin->jump[i].state];
  }
  return atol;
}

int rein_explain_n_row(const rein_twin *twin) {
  return (int)(twin->model->n_state + twin->model->n_observable);
}

static const char *failure(rein_arena *arena, const rein_simulation *s, const rein_outcome *o) {
  return rein_arena_printf(arena, "at %.6g %s %s", o->time, s->scenario->model->time_unit_text,
                           rein_fail_meaning(o->fail));
}

rein_status rein_explain_run(rein_arena *arena, const rein_simulation *s, const rein_explanation *e,
                             const rein_tape *tape, const rein_explain_people *people,
                             const rein_explain_options *options, rein_explain_runs *runs) {
  const int most = tape->n_state <= 300 ? 64 : 16;
  const int rounded = (runs->n + REIN_LANE_MULTIPLE - 1) / REIN_LANE_MULTIPLE * REIN_LANE_MULTIPLE;
  int *keep = REIN_NEW(arena, int, runs->n_row);
  for (int k = 0; k < runs->n_row; k++) keep[k] = k;
  job j = {.e = e,
           .people = people,
           .runs = runs,
           .n_lane = rounded < most ? rounded : most,
           .outcome = REIN_NEW(arena, rein_outcome, runs->n)};
  rein_plan plan = *s->plan;
  plan.context = &j;
  plan.fill = fill;
  plan.n_batch = (runs->n + j.n_lane - 1) / j.n_lane;
  plan.n_lane = j.n_lane;
  plan.n_obs = runs->n_time;
  plan.keep = keep;
  plan.n_keep = runs->n_row;
  plan.rtol = fmin(plan.rtol, REIN_EXPLAIN_RTOL) * runs->looser;
  const double narrower = fmin(1.0, REIN_ATOL_REL / s->scenario->atol_rel);
  double *atol = make_atol(arena, e->twin, s->plan->atol);
  for (size_t i = 0; i < e->twin->model->n_state; i++) atol[i] *= runs->looser * narrower;
  plan.atol = atol;
  if (plan.max_steps > REIN_EXPLAIN_STEPS) plan.max_steps = REIN_EXPLAIN_STEPS;
  const rein_sink sink = {&j, take};
  const rein_ens_options ens = {.n_thread = options->n_thread, .kernels = options->kernels};
  rein_ens_totals totals;
  const rein_status status = rein_ens_run(tape, &plan, &sink, &ens, &totals);
  for (int i = 0; i < runs->n && status == REIN_OK; i++) {
    runs->beyond[i] = j.outcome[i].n_range_warning > 0;
    runs->na[i] = j.outcome[i].status == REIN_LANE_FAILED ? failure(arena, s, &j.outcome[i]) : NULL;
  }
  return status;
}
