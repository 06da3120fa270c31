/* The tables of a tape that are taken from the model as they stand. */
#include <string.h>

#include "src/compile/emit.h"

static rein_row_name row_name(const char *name, const char *unit) {
  return (rein_row_name){name, unit ? unit : "?"};
}

static void copy_states(rein_arena *keep, const rein_model *m, rein_tape *t) {
  const size_t n = m->n_state;
  rein_row_name *name = REIN_NEW(keep, rein_row_name, n);
  double *scale = REIN_NEW(keep, double, n), *low = REIN_NEW(keep, double, n),
         *high = REIN_NEW(keep, double, n);
  rein_range_policy *policy = REIN_NEW(keep, rein_range_policy, n);
  for (size_t i = 0; i < n; i++) {
    name[i] = row_name(m->state[i].name, m->state[i].unit_text);
    scale[i] = m->state[i].scale;
    low[i] = m->state[i].range_low;
    high[i] = m->state[i].range_high;
    policy[i] = m->state[i].range_policy;
  }
  t->state = name, t->scale = scale, t->range_low = low, t->range_high = high, t->range_policy = policy;
}

/* A parameter with a formula holds the deviate around it, 0 for the typical individual. */
static void copy_params(rein_arena *keep, const rein_model *m, rein_tape *t) {
  rein_row_name *name = REIN_NEW(keep, rein_row_name, m->n_param);
  double *value = REIN_NEW(keep, double, m->n_param);
  for (size_t i = 0; i < m->n_param; i++) {
    name[i] = row_name(m->param[i].name, m->param[i].unit_text);
    value[i] = m->param[i].value_expr ? 0.0 : m->param[i].value;
  }
  t->param = name, t->param_default = value;
}

static void copy_outputs(rein_arena *keep, const rein_model *m, rein_tape *t) {
  rein_row_name *name = REIN_NEW(keep, rein_row_name, m->n_observable + m->n_value + m->n_process);
  t->output = name;
  for (size_t i = 0; i < m->n_observable; i++)
    *name++ = row_name(m->observable[i].name, m->observable[i].unit_text);
  for (size_t i = 0; i < m->n_value; i++) *name++ = row_name(m->value[i].name, m->value[i].unit_text);
  for (size_t i = 0; i < m->n_process; i++) *name++ = row_name(m->process[i].name, m->process[i].unit_text);
  t->n_observable = (int)m->n_observable;
  t->n_output = (int)(name - t->output);
  rein_row_name *safety = REIN_NEW(keep, rein_row_name, m->n_safety);
  for (size_t i = 0; i < m->n_safety; i++) safety[i] = row_name(m->safety[i].name, "1");
  t->safety = safety;
  t->n_safety = (int)m->n_safety;
}

static void copy_events(rein_arena *keep, const rein_model *m, rein_tape *t) {
  size_t n_assign = 0, k = 0;
  t->n_scale = 0;
  for (size_t i = 0; i < m->n_event; i++) n_assign += (size_t)m->event[i].n_assign;
  rein_tape_event *event = REIN_NEW(keep, rein_tape_event, m->n_event);
  rein_tape_assign *assign = REIN_NEW(keep, rein_tape_assign, n_assign);
  for (size_t i = 0; i < m->n_event; i++) {
    const rein_event *e = &m->event[i];
    event[i] = (rein_tape_event){.name = e->name,
                                 .first_assign = (int)k,
                                 .n_assign = e->n_assign,
                                 .has_delay = e->delay != NULL,
                                 .has_priority = e->priority != NULL,
                                 .persistent = e->persistent,
                                 .initial_true = e->initial_true,
                                 .values_at_trigger = e->values_at_trigger};
    for (int j = 0; j < e->n_assign; j++)
      assign[k++] = (rein_tape_assign){e->assign[j].kind == REIN_SYMBOL_PARAM, e->assign[j].index,
                                       e->assign[j].scale ? (int)n_assign + t->n_scale++ : 0};
  }
  t->event = event, t->assign = assign;
  t->settle = m->settle;
  int *delay_param = REIN_NEW(keep, int, m->n_delay);
  for (size_t i = 0; i < m->n_delay; i++) {
    delay_param[i] = m->delay[i].param;
    if (m->delay[i].depth > t->delay_depth) t->delay_depth = m->delay[i].depth;
  }
  t->delay_param = delay_param;
  t->n_delay = (int)m->n_delay;
  t->random_ties = m->random_ties;
  t->n_event = (int)m->n_event;
  t->n_assign = (int)n_assign;
}

static void copy_actions(rein_arena *keep, const rein_lowered *lowered, rein_tape *t) {
  const rein_model *m = lowered->model;
  rein_row_name *name = REIN_NEW(keep, rein_row_name, m->n_action);
  int *state = REIN_NEW(keep, int, m->n_action), *input = REIN_NEW(keep, int, m->n_action);
  for (size_t i = 0; i < m->n_action; i++) {
    name[i] = row_name(m->action[i].name, m->action[i].unit_text);
    state[i] = m->action[i].state;
    input[i] = lowered->action_input[i];
  }
  t->action = name, t->action_state = state, t->action_input = input;
  t->n_action = (int)m->n_action;
}

void rein_emit_tables(rein_arena *keep, const rein_lowered *lowered, rein_tape *t) {
  const rein_model *m = lowered->model;
  t->model_name = m->name;
  t->model_path = m->source ? m->source->path : "";
  t->time_unit = m->time_unit_text;
  copy_states(keep, m, t);
  copy_params(keep, m, t);
  copy_outputs(keep, m, t);
  copy_events(keep, m, t);
  copy_actions(keep, lowered, t);
  rein_op *mode_op = REIN_NEW(keep, rein_op, lowered->n_mode);
  if (lowered->n_mode) memcpy(mode_op, lowered->mode_op, (size_t)lowered->n_mode * sizeof *mode_op);
  t->mode_op = mode_op;
  int *held_switch = REIN_NEW(keep, int, lowered->n_held);
  if (lowered->n_held)
    memcpy(held_switch, lowered->held_switch, (size_t)lowered->n_held * sizeof *held_switch);
  t->held_switch = held_switch;
  t->n_switch = lowered->program[REIN_PROG_SWITCH].n;
  t->n_margin = lowered->program[REIN_PROG_MARGIN].n;
}
