#include "src/study/explain.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "src/compile/compile.h"
#include "src/study/explain_inside.h"

static const rein_pos nowhere = {NULL, 0, 0, 0};

/* ---- what is asked ---- */

/* Index of a name in a list, or -1 with an error that suggests a near one. */
static int choose(const char *what, const char *wanted, const char *const *name, int n, rein_arena *arena,
                  rein_diag *diag) {
  rein_names *names = rein_names_create(arena);
  for (int i = 0; i < n; i++) {
    if (strcmp(wanted, name[i]) == 0) return i;
    rein_names_add(names, name[i], i);
  }
  const char *near = rein_names_closest(names, wanted);
  rein_error(diag, nowhere, "there is no %s '%s'%s%s%s", what, wanted, near ? ": did you mean '" : "",
             near ? near : "", near ? "'?" : "");
  return -1;
}

static int choose_arm(const rein_scenario *s, const rein_explain_options *options, rein_arena *arena,
                      rein_diag *diag) {
  const char **name = REIN_NEW(arena, const char *, s->n_arm);
  int first = -1;
  for (int i = 0; i < s->n_arm; i++) {
    name[i] = s->arm[i].name;
    if (first < 0 && s->arm[i].reference >= 0) first = i;
  }
  if (options->arm) first = choose("arm", options->arm, name, s->n_arm, arena, diag);
  if (first < 0 && !options->arm)
    rein_error(diag, nowhere,
               "no arm has a reference: an effect is a difference, say `counterfactual: {without: ...}` or "
               "`reference:` in the scenario");
  if (first >= 0 && s->arm[first].reference < 0) {
    rein_error(diag, nowhere, "arm '%s' has no reference: nothing to compare it with", s->arm[first].name);
    return -1;
  }
  return first;
}

static bool choose_readout(const rein_scenario *s, const rein_explain_options *options, rein_arena *arena,
                           rein_diag *diag, rein_explanation *e) {
  const rein_model *m = s->model;
  const size_t n = m->n_observable > m->n_safety ? m->n_observable : m->n_safety;
  const char **name = REIN_NEW(arena, const char *, n + 1);
  e->observable = e->safety = -1;
  if (options->safety) {
    for (size_t i = 0; i < m->n_safety; i++) name[i] = m->safety[i].name;
    e->safety = choose("safety signal", options->safety, name, (int)m->n_safety, arena, diag);
    if (e->safety < 0) return false;
    e->what = rein_arena_printf(arena, "duration of %s", m->safety[e->safety].name);
    e->unit = m->time_unit_text;
    return true;
  }
  for (size_t i = 0; i < m->n_observable; i++) name[i] = m->observable[i].name;
  if (m->n_observable == 0) {
    rein_error(diag, nowhere, "the model has no observable to explain");
    return false;
  }
  e->observable = options->observable
                      ? choose("observable", options->observable, name, (int)m->n_observable, arena, diag)
                      : 0;
  if (e->observable < 0) return false;
  e->what = m->observable[e->observable].name;
  e->unit = m->observable[e->observable].unit_text;
  return true;
}

static rein_status read_question(const rein_simulation *sim, const rein_explain_options *options,
                                 rein_arena *arena, rein_diag *diag, rein_explanation *e) {
  const rein_scenario *s = sim->scenario;
  e->scenario = s;
  e->arm = choose_arm(s, options, arena, diag);
  if (e->arm < 0 || !choose_readout(s, options, arena, diag, e)) return REIN_ERR_INPUT;
  e->reference = s->arm[e->arm].reference;
  e->horizon = s->n_horizon - 1;
  if (options->horizon) {
    const char **label = REIN_NEW(arena, const char *, s->n_horizon);
    for (int i = 0; i < s->n_horizon; i++) label[i] = s->horizon[i].label;
    e->horizon = choose("horizon", options->horizon, label, s->n_horizon, arena, diag);
    if (e->horizon < 0) return REIN_ERR_INPUT;
  }
  if (options->has_individual && (options->individual < 0 || options->individual >= s->n_individual)) {
    rein_error(diag, nowhere, "there is no individual %lld: the scenario has %lld, counted from 0",
               (long long)options->individual, (long long)s->n_individual);
    return REIN_ERR_INPUT;
  }
  if (options->has_individual && s->individual_data && !options->individual_data) {
    rein_error(diag, nowhere,
               "the cohort is a table of people: a single one is explained only with --individual-data");
    return REIN_ERR_INPUT;
  }
  e->who = options->has_individual
               ? rein_arena_printf(arena, "individual %lld", (long long)options->individual)
               : "the typical person, who takes every dose";
  e->t_before = s->time[s->horizon[e->horizon].i_before];
  e->t_after = s->time[s->horizon[e->horizon].i_after];
  return REIN_OK;
}

/* ---- runs ---- */

/* Answers of the twin, one after another. */
typedef struct {
  rein_arena *arena;
  const rein_simulation *sim;
  const rein_tape *tape;
  const rein_explain_options *options;
  rein_explain_people *people;
  double time[3]; /* start, before, after */
  int n_time, i_before, i_after, n_row;
} runner;

static rein_explain_runs create_runs(const runner *r, const rein_explanation *e, int n) {
  const size_t cell = (size_t)r->n_time * (size_t)r->n_row, many = (size_t)n;
  return (rein_explain_runs){.n = n,
                             .n_time = r->n_time,
                             .n_row = r->n_row,
                             .time = r->time,
                             .looser = 1.0,
                             .held = REIN_NEW(r->arena, bool, many *(size_t)e->twin->n_flux + 1),
                             .out = REIN_NEW(r->arena, double, many *cell),
                             .safety = REIN_NEW(r->arena, double, 2 * many),
                             .na = REIN_NEW(r->arena, const char *, many),
                             .beyond = REIN_NEW(r->arena, bool, many)};
}

static rein_status run_all(const runner *r, const rein_explanation *e, rein_explain_runs *s) {
  return rein_explain_run(r->arena, r->sim, e, r->tape, r->people, r->options, s);
}

static double row_of(const runner *r, const rein_explain_runs *s, int run, int i_time, int row) {
  return s->out[((size_t)run * (size_t)r->n_time + (size_t)i_time) * (size_t)r->n_row + (size_t)row];
}

/* What is explained, in one copy of one run, at the end of the horizon. */
static double readout(const runner *r, const rein_explanation *e, const rein_explain_runs *s, int run,
                      bool without) {
  if (e->safety >= 0) return s->safety[2 * run + without];
  const int row = (int)e->twin->model->n_state + e->observable + without * (int)e->twin->of->n_observable;
  return row_of(r, s, run, r->i_after, row);
}

/* Which state a run drives out of its range, where it is seen at the end. */
static const char *beyond_range(const runner *r, const rein_explanation *e, const rein_explain_runs *s,
                                int run) {
  for (size_t i = 0; i < e->twin->of->n_state; i++) {
    const rein_state *state = &e->twin->of->state[i];
    const double value = row_of(r, s, run, r->i_after, (int)i);
    const bool low = value < state->range_low;
    if (state->range_policy == REIN_RANGE_NONE || (!low && !(value > state->range_high))) continue;
    return rein_arena_printf(
        r->arena, "held as without the action, it drives %s to %.4g %s, %s its declared %.4g", state->name,
        value, state->unit_text, low ? "below" : "above", low ? state->range_low : state->range_high);
  }
  return "held, it drives a state out of its declared range";
}

/* The effect that vanishes in a run, of the whole effect. */
static rein_explain_number vanished(const runner *r, const rein_explanation *e, const rein_explain_runs *s,
                                    int run) {
  const double left = readout(r, e, s, run, false) - readout(r, e, s, run, true);
  if (s->na[run]) return (rein_explain_number){NAN, s->na[run]};
  if (s->beyond[run] && !s->beyond[0]) return (rein_explain_number){NAN, beyond_range(r, e, s, run)};
  if (!isfinite(left)) return (rein_explain_number){NAN, "the readout is not a finite number"};
  if (fabs(left) > REIN_EXPLAIN_AWAY * (fabs(e->with) + fabs(e->without)))
    return (rein_explain_number){NAN, "held, it makes the readout run away"};
  return (rein_explain_number){e->effect - left, NULL};
}

static void set_times(runner *r, const rein_explanation *e) {
  const double all[3] = {r->people->with.t_start, e->t_before, e->t_after};
  for (int i = 0; i < 3; i++) {
    if (r->n_time == 0 || all[i] > r->time[r->n_time - 1]) r->time[r->n_time++] = all[i];
    if (i == 1) r->i_before = r->n_time - 1;
    if (i == 2) r->i_after = r->n_time - 1;
  }
}

/* ---- shares ---- */

static double size_of(const rein_explain_number *n) {
  return n->na ? -1.0 : fabs(n->value);
}

/* Insertion keeps the order of equal shares. */
static void order_by_share(rein_explanation *e) {
  for (int i = 0; i < e->twin->n_flux; i++) {
    int k = e->n_order++;
    while (k > 0 && size_of(&e->flux[e->order[k - 1]].share) < size_of(&e->flux[i].share)) {
      e->order[k] = e->order[k - 1];
      k--;
    }
    e->order[k] = i;
  }
}

/* The error of the effect: that of the readouts by their tolerance, and what ten times the tolerances change.
 */
static rein_status run_error(const runner *r, rein_explanation *e) {
  rein_explain_runs loose = create_runs(r, e, 1);
  loose.looser = 10.0;
  const rein_status status = run_all(r, e, &loose);
  if (status != REIN_OK) return status;
  const double other = readout(r, e, &loose, 0, false) - readout(r, e, &loose, 0, true);
  const double rtol = fmin(r->sim->plan->rtol, REIN_EXPLAIN_RTOL);
  e->error = 3.0 * rtol * fmax(fabs(e->with), fabs(e->without));
  if (!loose.na[0] && isfinite(other)) e->error += fabs(e->effect - other);
  e->none = fabs(e->effect) <= e->error;
  return REIN_OK;
}

/* Nothing to share: what a held flux makes of rounding is no share. */
static void share_nothing(runner *r, rein_explanation *e) {
  const rein_explain_number none = {
      NAN, rein_arena_printf(r->arena, "no effect beyond the error of the integration, %.1e", e->error)};
  for (int f = 0; f < e->twin->n_flux; f++) e->flux[f].share = none;
  e->direct = e->higher = none;
}

/* Run 0 holds nothing, run 1 + f flux f. */
static rein_status run_shares(const runner *r, rein_explanation *e, rein_explain_runs *s) {
  const int n_flux = e->twin->n_flux;
  *s = create_runs(r, e, n_flux + 1);
  const bool *reaches = rein_explain_reach(r->arena, e);
  for (int f = 0; f < n_flux; f++) s->held[(size_t)(1 + f) * (size_t)n_flux + (size_t)f] = reaches[f];
  const rein_status status = run_all(r, e, s);
  if (status != REIN_OK) return status;
  e->with = readout(r, e, s, 0, false);
  e->without = readout(r, e, s, 0, true);
  e->effect = e->with - e->without;
  e->before =
      e->safety >= 0 ? NAN : row_of(r, s, 0, r->i_before, (int)e->twin->model->n_state + e->observable);
  if (s->na[0] || !isfinite(e->effect)) return REIN_ERR_SOLVER;
  for (int f = 0; f < n_flux; f++)
    e->flux[f].share = reaches[f] ? vanished(r, e, s, 1 + f) : (rein_explain_number){0.0, NULL};
  e->reaches = reaches;
  order_by_share(e);
  const double top = n_flux > 0 ? size_of(&e->flux[e->order[0]].share) : 0.0;
  e->least = REIN_EXPLAIN_SMALL * (e->effect != 0.0 ? fabs(e->effect) : fmax(top, 0.0));
  return REIN_OK;
}

/* The largest fluxes in pairs, and a last run with all that have a share. */
static rein_explain_runs plan_pairs(const runner *r, rein_explanation *e) {
  const int n_flux = e->twin->n_flux;
  int n_top = 0;
  while (n_top < n_flux && n_top < REIN_EXPLAIN_PAIRED && size_of(&e->flux[e->order[n_top]].share) > e->least)
    n_top++;
  rein_explain_runs s = create_runs(r, e, n_top * (n_top - 1) / 2 + 1);
  e->pair = REIN_NEW(r->arena, rein_explain_pair, s.n);
  for (int a = 0; a < n_top; a++)
    for (int b = a + 1; b < n_top; b++) {
      bool *held = s.held + (size_t)e->n_pair * (size_t)n_flux;
      e->pair[e->n_pair++] = (rein_explain_pair){.flux = {e->order[a], e->order[b]}};
      held[e->order[a]] = held[e->order[b]] = true;
    }
  for (int f = 0; f < n_flux; f++)
    s.held[(size_t)e->n_pair * (size_t)n_flux + (size_t)f] = e->reaches[f] && !e->flux[f].share.na;
  return s;
}

/* What remains of the effect after shares, pairs and what is direct. */
static void close_effect(rein_explanation *e) {
  double left = e->effect - (e->direct.na ? 0.0 : e->direct.value);
  const char *na = e->direct.na;
  for (int f = 0; f < e->twin->n_flux; f++)
    if (!e->flux[f].share.na) left -= e->flux[f].share.value;
  for (int i = 0; i < e->n_pair; i++) {
    if (e->pair[i].value.na) na = e->pair[i].value.na;
    left -= e->pair[i].value.na ? 0.0 : e->pair[i].value.value;
  }
  e->higher = (rein_explain_number){na ? NAN : left, na};
  e->adds_up = !na && fabs(left) <= REIN_EXPLAIN_TOGETHER * fabs(e->effect);
}

static rein_status run_pairs(const runner *r, rein_explanation *e) {
  rein_explain_runs s = plan_pairs(r, e);
  const rein_status status = run_all(r, e, &s);
  if (status != REIN_OK) return status;
  for (int i = 0; i < e->n_pair; i++) {
    rein_explain_pair *p = &e->pair[i];
    p->value = vanished(r, e, &s, i);
    p->value.value -= e->flux[p->flux[0]].share.value + e->flux[p->flux[1]].share.value;
  }
  const rein_explain_number all = vanished(r, e, &s, e->n_pair);
  e->direct = all.na ? all : (rein_explain_number){e->effect - all.value, NULL};
  close_effect(e);
  return REIN_OK;
}

/* ---- accounts ---- */

static void add_entry(const runner *r, const rein_explanation *e, const rein_explain_runs *s,
                      rein_explain_account *a, rein_twin_total total, int i, double factor) {
  const int with = rein_twin_row(e->twin, total, false, i), without = rein_twin_row(e->twin, total, true, i);
  const double after = row_of(r, s, 0, r->i_after, with);
  rein_explain_entry entry = {.i = i,
                              .change = factor * (after - row_of(r, s, 0, r->i_before, with)),
                              .effect = factor * (after - row_of(r, s, 0, r->i_after, without))};
  entry.kind = total == REIN_TWIN_FLUX   ? REIN_ACCOUNT_FLUX
               : total == REIN_TWIN_DOSE ? REIN_ACCOUNT_DOSE
                                         : REIN_ACCOUNT_JUMP;
  a->entry[a->n_entry++] = entry;
}

/* Something was set or multiplied, which has no total. */
static bool has_setting(const rein_explain_people *p, int state) {
  for (int copy = 0; copy < 2; copy++) {
    const rein_lane_plan *lane = copy ? &p->without : &p->with;
    for (size_t i = 0; i < lane->n_item; i++)
      if ((lane->item[i].kind == REIN_ITEM_SET || lane->item[i].kind == REIN_ITEM_MULTIPLY) &&
          lane->item[i].target == state)
        return true;
  }
  return false;
}

static void close_account(rein_explain_account *a) {
  double change = a->after - a->before, effect = a->after - a->after_without;
  double moved = a->scale + fabs(a->at_start) + fabs(change) + fabs(effect);
  a->remainder_change = change;
  a->remainder_effect = effect - a->at_start;
  for (int k = 0; k < a->n_entry; k++) {
    a->remainder_change -= a->entry[k].change;
    a->remainder_effect -= a->entry[k].effect;
    moved += fabs(a->entry[k].change) + fabs(a->entry[k].effect);
  }
  const double largest = fmax(fabs(a->remainder_change), fabs(a->remainder_effect));
  a->whole = largest <= REIN_EXPLAIN_REMAINDER * moved || largest == 0.0;
}

static void fill_account(const runner *r, const rein_explanation *e, const rein_explain_runs *s, int state) {
  const rein_model *m = e->twin->of;
  rein_explain_account *a = &e->account[state];
  const int n = (int)m->n_state;
  *a = (rein_explain_account){.state = state,
                              .scale = r->sim->scale[state],
                              .before = row_of(r, s, 0, r->i_before, state),
                              .after = row_of(r, s, 0, r->i_after, state),
                              .after_without = row_of(r, s, 0, r->i_after, n + state),
                              .at_start = row_of(r, s, 0, 0, state) - row_of(r, s, 0, 0, n + state)};
  a->entry = REIN_NEW(r->arena, rein_explain_entry, e->twin->n_flux + e->twin->n_jump + 1);
  if (has_setting(r->people, state)) a->na = "its value was replaced or multiplied";
  for (int f = 0; f < e->twin->n_flux; f++) {
    double factor = e->twin->flux[f].state == state ? 1.0 : 0.0;
    const rein_process *p = e->twin->flux[f].process >= 0 ? &m->process[e->twin->flux[f].process] : NULL;
    for (int k = 0; p && k < p->n_flow; k++)
      if (p->flow[k].state == state) factor += p->flow[k].factor;
    if (factor != 0.0) add_entry(r, e, s, a, REIN_TWIN_FLUX, f, factor);
  }
  add_entry(r, e, s, a, REIN_TWIN_DOSE, state, 1.0);
  for (int j = 0; j < e->twin->n_jump; j++) {
    if (e->twin->jump[j].state != state) continue;
    if (!e->twin->jump[j].followed) a->na = "an event that acts later than it is triggered sets it";
    add_entry(r, e, s, a, REIN_TWIN_JUMP, j, 1.0);
  }
  close_account(a);
}

/* ---- what was touched ---- */

static bool same_item(const rein_item *a, const rein_item *b) {
  return a->time == b->time && a->kind == b->kind && a->target == b->target && a->amount == b->amount;
}

/* Marks what the items of one list do that are not in the other. */
static void mark_items(const rein_explanation *e, const rein_tape *tape, const rein_lane_plan *a,
                       const rein_lane_plan *b, bool *touched) {
  for (size_t i = 0; i < a->n_item; i++) {
    bool there = false;
    for (size_t k = 0; k < b->n_item && !there; k++) there = same_item(&a->item[i], &b->item[k]);
    if (there) continue;
    const rein_item *item = &a->item[i];
    const int n = (int)e->twin->of->n_state;
    if (item->kind == REIN_ITEM_PARAM) {
      touched[n + item->target] = true;
    } else if (item->kind == REIN_ITEM_INPUT_ADD || item->kind == REIN_ITEM_INPUT_SET) {
      for (int k = 0; k < tape->n_action; k++)
        if (tape->action_input[k] == item->target) touched[tape->action_state[k]] = true;
    } else {
      touched[item->target] = true;
    }
  }
}

static bool *find_touched(const runner *r, const rein_explanation *e) {
  const rein_model *m = e->twin->of;
  bool *touched = REIN_NEW(r->arena, bool, m->n_state + m->n_param + 1);
  for (size_t p = 0; p < m->n_param; p++)
    touched[m->n_state + p] = r->people->param[p] != r->people->param[m->n_param + p];
  mark_items(e, r->sim->tape, &r->people->with, &r->people->without, touched);
  mark_items(e, r->sim->tape, &r->people->without, &r->people->with, touched);
  return touched;
}

/* ---- all ---- */

static void name_fluxes(rein_arena *arena, rein_explanation *e) {
  const rein_twin *t = e->twin;
  e->flux = REIN_NEW(arena, rein_explain_flux, t->n_flux + 1);
  e->order = REIN_NEW(arena, int, t->n_flux + 1);
  for (int f = 0; f < t->n_flux; f++) {
    const bool process = t->flux[f].process >= 0;
    const rein_process *p = process ? &t->of->process[t->flux[f].process] : NULL;
    const rein_state *s = process ? NULL : &t->of->state[t->flux[f].state];
    e->flux[f].name = process ? p->name : rein_arena_printf(arena, "rate of %s", s->name);
    e->flux[f].title = process ? p->title : s->title;
  }
}

static rein_status attribute(runner *r, rein_diag *diag, rein_explanation *e) {
  rein_explain_runs s;
  r->n_row = rein_explain_n_row(e->twin);
  set_times(r, e);
  rein_status status = run_shares(r, e, &s);
  if (status == REIN_ERR_SOLVER)
    rein_error(diag, nowhere, "this transition cannot be simulated: %s",
               s.na[0] ? s.na[0] : "the readout is not a finite number");
  if (status == REIN_OK) status = run_error(r, e);
  if (status == REIN_OK && e->none) share_nothing(r, e);
  if (status == REIN_OK && !e->none) status = run_pairs(r, e);
  if (status != REIN_OK) return status;
  e->account = REIN_NEW(r->arena, rein_explain_account, e->twin->of->n_state);
  for (size_t i = 0; i < e->twin->of->n_state; i++) fill_account(r, e, &s, (int)i);
  rein_explain_trace(r->arena, find_touched(r, e), e);
  return REIN_OK;
}

rein_status rein_explain(rein_arena *arena, rein_units *units, const char *path,
                         const rein_explain_options *options, rein_diag *diag, rein_explanation *out) {
  rein_simulation sim;
  rein_explanation e = {0};
  rein_tape *tape;
  rein_status status =
      rein_simulation_prepare(arena, units, path, &options->scenario, options->kernels, diag, &sim);
  if (status == REIN_OK) status = read_question(&sim, options, arena, diag, &e);
  if (status != REIN_OK) return status;
  rein_twin *twin = rein_twin_create(arena, sim.scenario->model);
  e.twin = twin;
  name_fluxes(arena, &e);
  status = rein_compile(arena, twin->model, diag, &tape);
  if (status != REIN_OK) return status;
  runner r = {.arena = arena, .sim = &sim, .tape = tape, .options = options};
  status = rein_explain_find(arena, &sim, &e, options, diag, &r.people);
  if (status == REIN_OK) status = attribute(&r, diag, &e);
  if (status == REIN_OK) *out = e;
  return status;
}
