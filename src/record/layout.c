/* Layout of a study's parts: sizes, labels, attributes. Everything follows from model, scenario and plan. */
#include "src/base/sha256.h"
#include "src/base/text.h"
#include "src/record/record.h"
#include "src/scenario/delivered.h"
#include "src/scenario/draw.h"

#include <math.h>
#include <string.h>

/* A part holds about this many members and bytes: enough to write fast, little to lose when a run is killed.
 * Members of models with many states take longer, so that such parts hold fewer. */
#define PART_MEMBERS 8192
#define PART_BYTES ((int64_t)16 << 20)
#define PART_STATES 16

static rein_label label(const char *text) {
  return text ? text : "";
}

/* Number of outputs of the model that are observables: they come first. */
static int as_observable(const rein_scenario *s, int kept) {
  const int row = kept - (int)s->model->n_state;
  return row >= 0 && row < (int)s->model->n_observable ? row : -1;
}

/* A multiple of n_chunk: all arms of an individual are in one part. */
static int64_t batches_per_part(const rein_layout *l, int64_t part_members) {
  const int64_t per_block = l->individuals_per_batch * l->n[REIN_AXIS_ARM];
  int64_t members = part_members;
  if (members <= 0) {
    const int64_t by_bytes = PART_BYTES / (rein_layout_individual_bytes(l) / l->n[REIN_AXIS_ARM] + 1);
    const int64_t n_state = (int64_t)l->scenario->model->n_state;
    members = n_state > PART_STATES ? PART_MEMBERS * PART_STATES / n_state : PART_MEMBERS;
    if (members > by_bytes) members = by_bytes;
  }
  const int64_t n = members / (per_block > 0 ? per_block : 1);
  return (n > 1 ? n : 1) * l->n_chunk;
}

static void label_arms(rein_arena *arena, rein_part *l, const rein_scenario *s) {
  const size_t n = (size_t)s->n_arm;
  l->arm = REIN_NEW(arena, rein_label, n);
  l->arm_title = REIN_NEW(arena, rein_label, n);
  l->arm_group = REIN_NEW(arena, int32_t, n);
  l->reference = REIN_NEW(arena, int32_t, n);
  l->counterfactual = REIN_NEW(arena, int8_t, n);
  l->without = REIN_NEW(arena, rein_label, n);
  l->factorial = REIN_NEW(arena, rein_label, n);
  l->factor_levels = REIN_NEW(arena, rein_label, n);
  l->prescription = REIN_NEW(arena, rein_label, n);
  l->boundary = REIN_NEW(arena, rein_label, n);
  for (size_t a = 0; a < n; a++) {
    const rein_arm *arm = &s->arm[a];
    l->arm[a] = label(arm->name);
    l->arm_title[a] = label(arm->title);
    l->arm_group[a] = arm->group;
    l->reference[a] = arm->reference;
    l->counterfactual[a] = arm->counterfactual;
    l->without[a] = label(arm->without);
    l->factorial[a] = label(arm->factorial);
    l->factor_levels[a] = label(arm->levels);
    l->prescription[a] = label(arm->prescription);
    l->boundary[a] = label(arm->boundary ? arm->boundary : s->model->boundary);
  }
}

static void label_times(rein_arena *arena, rein_part *l, const rein_scenario *s) {
  l->time = REIN_NEW(arena, double, s->n_time);
  for (int t = 0; t < s->n_time; t++) l->time[t] = s->time[t];
  l->horizon = REIN_NEW(arena, rein_label, s->n_horizon);
  l->before = REIN_NEW(arena, int32_t, s->n_horizon);
  l->after = REIN_NEW(arena, int32_t, s->n_horizon);
  for (int h = 0; h < s->n_horizon; h++) {
    l->horizon[h] = label(s->horizon[h].label);
    l->before[h] = s->horizon[h].i_before;
    l->after[h] = s->horizon[h].i_after;
  }
}

static void label_quantities(rein_arena *arena, rein_part *l, const rein_scenario *s, const rein_tape *tape) {
  const size_t n = (size_t)s->n_keep;
  const int n_state = (int)s->model->n_state;
  l->quantity = REIN_NEW(arena, rein_label, n);
  l->quantity_unit = REIN_NEW(arena, rein_label, n);
  l->quantity_kind = REIN_NEW(arena, rein_label, n);
  l->quantity_title = REIN_NEW(arena, rein_label, n);
  l->quantity_level = REIN_NEW(arena, rein_label, n);
  l->quantity_codes = REIN_NEW(arena, rein_label, n);
  for (size_t q = 0; q < n; q++) {
    const int kept = s->keep[q], o = as_observable(s, kept);
    const rein_row_name *row = kept < n_state ? &tape->state[kept] : &tape->output[kept - n_state];
    const rein_state *state = kept < n_state ? &s->model->state[kept] : NULL;
    const rein_observable *observable = o >= 0 ? &s->model->observable[o] : NULL;
    l->quantity[q] = label(row->name);
    l->quantity_unit[q] = label(row->unit);
    l->quantity_kind[q] = state ? "state" : observable ? "observable" : "output";
    l->quantity_title[q] = label(state ? state->title : observable ? observable->title : NULL);
    l->quantity_level[q] = label(state ? state->level : observable ? observable->level : NULL);
    l->quantity_codes[q] = label(state ? state->codes : observable ? observable->codes : NULL);
  }
}

static void label_observables(rein_arena *arena, rein_layout *layout) {
  static const char *const noise[] = {"none", "additive", "proportional", "combined", "lognormal"};
  const rein_scenario *s = layout->scenario;
  rein_part *l = &layout->labels;
  const size_t n = (size_t)s->n_keep;
  rein_kept_observable *kept = REIN_NEW(arena, rein_kept_observable, n);
  l->observable = REIN_NEW(arena, rein_label, n);
  l->observable_noise = REIN_NEW(arena, rein_label, n);
  l->smallest_change = REIN_NEW(arena, double, n);
  l->smallest_change_relative = REIN_NEW(arena, int8_t, n);
  l->log_scale = REIN_NEW(arena, int8_t, n);
  l->effect_fraction = REIN_NEW(arena, double, n);
  l->limit_low = REIN_NEW(arena, double, n);
  l->limit_high = REIN_NEW(arena, double, n);
  int n_observable = 0;
  for (int q = 0; q < s->n_keep; q++) {
    const int i = as_observable(s, s->keep[q]);
    if (i < 0) continue;
    const rein_observable *o = &s->model->observable[i];
    const int k = n_observable++;
    kept[k] = (rein_kept_observable){q, i, rein_draw_key(o->name)};
    l->observable[k] = o->name;
    l->observable_noise[k] = noise[o->noise];
    l->smallest_change[k] = o->smallest_change;
    l->smallest_change_relative[k] = o->smallest_change_relative;
    const rein_unit one = rein_unit_one();
    l->log_scale[k] = o->log_scale;
    l->effect_fraction[k] = o->fractional ? rein_unit_factor(&o->unit, &one) : NAN;
    l->limit_low[k] = o->limit_low;
    l->limit_high[k] = o->limit_high;
  }
  layout->observable = kept;
  layout->n[REIN_AXIS_OBSERVABLE] = n_observable;
}

/* Signals of the model, then one for every action with a valid range. */
static void label_safety(rein_arena *arena, rein_layout *layout, const rein_model *m) {
  rein_part *l = &layout->labels;
  int *action = REIN_NEW(arena, int, m->n_action);
  l->safety = REIN_NEW(arena, rein_label, m->n_safety + m->n_action);
  l->safety_message = REIN_NEW(arena, rein_label, m->n_safety + m->n_action);
  for (size_t s = 0; s < m->n_safety; s++) {
    l->safety[s] = label(m->safety[s].name);
    l->safety_message[s] = label(m->safety[s].message);
  }
  size_t n = m->n_safety;
  for (size_t c = 0; c < m->n_action; c++) {
    const rein_action *a = &m->action[c];
    if (!rein_action_is_bounded(a)) continue;
    rein_text range;
    rein_text_init(&range, arena);
    rein_text_add(&range, "an amount was delivered that the model is not valid for: outside ");
    rein_text_number(&range, a->valid_low);
    rein_text_add(&range, " .. ");
    rein_text_number(&range, a->valid_high);
    rein_text_printf(&range, " %s", a->unit_text ? a->unit_text : "");
    action[layout->n_dose_signal++] = (int)c;
    l->safety[n] = rein_arena_printf(arena, "%s" REIN_DOSE_SIGNAL, a->name);
    l->safety_message[n++] = range.bytes;
  }
  layout->dose_signal = action;
  layout->n[REIN_AXIS_SAFETY] = (int64_t)n;
}

static void label_model(rein_arena *arena, rein_part *l, const rein_model *m) {
  l->action = REIN_NEW(arena, rein_label, m->n_action);
  l->action_unit = REIN_NEW(arena, rein_label, m->n_action);
  l->action_kind = REIN_NEW(arena, rein_label, m->n_action);
  l->action_codes = REIN_NEW(arena, rein_label, m->n_action);
  for (size_t c = 0; c < m->n_action; c++) {
    l->action[c] = label(m->action[c].name);
    l->action_unit[c] = label(m->action[c].unit_text);
    l->action_kind[c] = label(m->action[c].kind);
    l->action_codes[c] = label(m->action[c].codes);
  }
}

static void label_decisions(rein_arena *arena, rein_layout *layout) {
  const rein_scenario *s = layout->scenario;
  rein_part *l = &layout->labels;
  l->line = REIN_NEW(arena, rein_label, s->n_line);
  l->line_unit = REIN_NEW(arena, rein_label, s->n_line);
  l->line_action = REIN_NEW(arena, int32_t, s->n_line);
  l->rule = REIN_NEW(arena, rein_label, s->n_rule);
  for (int i = 0; i < s->n_line; i++) {
    l->line[i] = label(s->line[i].name);
    l->line_action[i] = s->line[i].action;
    l->line_unit[i] = label(s->model->action[s->line[i].action].unit_text);
  }
  for (int i = 0; i < s->n_rule; i++) l->rule[i] = label(s->rule[i]);
  layout->n[REIN_AXIS_LINE] = s->n_line;
  layout->n[REIN_AXIS_RULE] = s->n_rule;
}

static void label_parameters(rein_arena *arena, rein_part *l, const rein_model *m) {
  l->parameter = REIN_NEW(arena, rein_label, m->n_param);
  l->parameter_unit = REIN_NEW(arena, rein_label, m->n_param);
  l->parameter_kind = REIN_NEW(arena, rein_label, m->n_param);
  for (size_t p = 0; p < m->n_param; p++) {
    const rein_param *param = &m->param[p];
    l->parameter[p] = label(param->name);
    l->parameter_unit[p] = label(param->unit_text);
    l->parameter_kind[p] = param->covariate ? "covariate" : param->value_expr ? "deviate" : "parameter";
  }
}

/* The unit of all quantities, or NULL where they differ. */
static const char *common_unit(const rein_part *l, int64_t n) {
  for (int64_t q = 1; q < n; q++) {
    if (strcmp(l->quantity_unit[q], l->quantity_unit[0]) != 0) return NULL;
  }
  return n ? l->quantity_unit[0] : NULL;
}

rein_layout *rein_layout_create(rein_arena *arena, const rein_scenario *scenario, const rein_tape *tape,
                                int64_t n_batch, int64_t part_members) {
  rein_layout *l = REIN_NEW(arena, rein_layout, 1);
  const rein_model *model = scenario->model;
  *l = (rein_layout){.scenario = scenario,
                     .tape = tape,
                     .n_batch = n_batch,
                     .individuals_per_batch = scenario->individuals_per_batch,
                     .n_individual = scenario->n_individual,
                     .time_unit = label(model->time_unit_text)};
  l->n[REIN_AXIS_ARM] = scenario->n_arm;
  l->n[REIN_AXIS_TIME] = scenario->n_time;
  l->n[REIN_AXIS_HORIZON] = scenario->n_horizon;
  l->n[REIN_AXIS_QUANTITY] = scenario->n_keep;
  l->n[REIN_AXIS_ACTION] = (int64_t)model->n_action;
  l->n[REIN_AXIS_PARAMETER] = (int64_t)model->n_param;
  label_arms(arena, &l->labels, scenario);
  label_times(arena, &l->labels, scenario);
  label_quantities(arena, &l->labels, scenario, tape);
  label_observables(arena, l);
  label_model(arena, &l->labels, model);
  label_safety(arena, l, model);
  label_parameters(arena, &l->labels, model);
  label_decisions(arena, l);
  l->common_unit = common_unit(&l->labels, scenario->n_keep);
  const int64_t n_block = (l->n_individual + l->individuals_per_batch - 1) / l->individuals_per_batch;
  l->n_chunk = n_block > 0 && n_batch >= n_block ? n_batch / n_block : 1;
  l->batches_per_part = batches_per_part(l, part_members);
  l->n[REIN_AXIS_INDIVIDUAL] = l->batches_per_part / l->n_chunk * l->individuals_per_batch;
  l->n_part = (n_batch + l->batches_per_part - 1) / l->batches_per_part;
  return l;
}

/* SHA-256 of what the parameters are: names, units, values, distributions. */
static const char *parameter_hash(rein_arena *arena, const rein_model *m) {
  rein_text text;
  rein_text_init(&text, arena);
  for (size_t p = 0; p < m->n_param; p++) {
    const rein_param *param = &m->param[p];
    const rein_dist *dist[2] = {&param->between, &param->uncertain};
    rein_text_printf(&text, "%s [%s] ", param->name, label(param->unit_text));
    rein_text_number(&text, param->value);
    for (int d = 0; d < 2; d++)
      rein_text_printf(&text, " %d %a %a %a", (int)dist[d]->kind, dist[d]->sd, dist[d]->low, dist[d]->high);
    rein_text_add(&text, "\n");
  }
  char *hash = rein_arena_alloc(arena, 65);
  rein_sha256_hex(text.bytes, text.n, hash);
  return hash;
}

void rein_layout_add_attributes(rein_arena *arena, rein_layout *l, const char *run_hash,
                                const char *version) {
  const rein_scenario *s = l->scenario;
  const rein_attribute list[] = {
      {.name = "Conventions", .text = "CF-1.8"},
      {.name = "title", .text = label(s->title)},
      {.name = "record", .text = REIN_RECORD_VERSION},
      {.name = "origin", .text = "mechanistic"},
      {.name = "comment", .text = REIN_FOR_RESEARCH},
      {.name = "boundary", .text = label(s->model->boundary)},
      {.name = "source", .text = rein_arena_printf(arena, "rein %s", version)},
      {.name = "history", .text = "written by rein; see run.yaml beside the parts"},
      {.name = "study", .text = label(s->name)},
      {.name = "model", .text = label(s->model->name)},
      {.name = "model_hash", .text = l->tape->hash},
      {.name = "scenario_hash", .text = s->hash},
      {.name = "parameter_hash", .text = parameter_hash(arena, s->model)},
      {.name = "run_hash", .text = run_hash},
      {.name = "version", .text = version},
      {.name = "seed", .count = s->seed, .is_count = true},
      {.name = "relative_tolerance", .number = s->rtol},
      {.name = "absolute_tolerance_of_scale", .number = s->atol_rel},
      {.name = "method", .text = rein_method_name(s->method)},
      {.name = "time_unit", .text = l->time_unit},
      {.name = "individual_data", .count = s->individual_data, .is_count = true},
      {.name = "n_individual", .count = (uint64_t)l->n_individual, .is_count = true},
  };
  rein_attribute *copy = REIN_NEW(arena, rein_attribute, sizeof list / sizeof *list);
  memcpy(copy, list, sizeof list);
  l->attribute = copy;
  l->n_attribute = (int)(sizeof list / sizeof *list);
}
