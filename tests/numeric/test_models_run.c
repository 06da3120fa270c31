#include "tests/numeric/test_models_run.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "src/compile/compile.h"

static void require(rein_status status, const rein_diag *diag, rein_arena *arena) {
  if (status == REIN_OK) return;
  rein_text text;
  rein_text_init(&text, arena);
  rein_diag_print(diag, &text);
  ck_abort_msg("%s: %s", rein_status_name(status), text.bytes);
}

shipped shipped_read(rein_arena *arena, const char *name) {
  shipped s = {0};
  rein_diag *diag = rein_diag_create(arena);
  rein_model *model = NULL;
  rein_tape *tape = NULL;
  char path[200];
  snprintf(path, sizeof path, "models/%s/model.yaml", name);
  require(rein_units_create(diag, &s.units), diag, arena);
  require(rein_model_read(arena, s.units, path, (rein_pos){0}, diag, &model), diag, arena);
  require(rein_compile(arena, model, diag, &tape), diag, arena);
  const char *why = "";
  ck_assert_msg(rein_tape_verify(tape, &why), "%s", why);
  s.model = model, s.tape = tape;
  return s;
}

static int find_param(const rein_model *model, const char *name) {
  for (size_t i = 0; i < model->n_param; i++)
    if (strcmp(model->param[i].name, name) == 0) return (int)i;
  ck_abort_msg("no parameter '%s'", name);
  return -1;
}

static int find_action(const rein_model *model, const char *name) {
  for (size_t i = 0; i < model->n_action; i++)
    if (strcmp(model->action[i].name, name) == 0) return (int)i;
  ck_abort_msg("no action '%s'", name);
  return -1;
}

/* The run under way: support_case has no place for it, and each test is a process of its own. */
static const shipped *now;
static const shipped_case *now_case;
static const shipped_how *now_how;

static void add_act(const shipped_act *act, const double *row, int n_lane, rein_lane_plan *plan) {
  int i = find_action(now->model, act->action);
  const rein_action *a = &now->model->action[i];
  double lag = a->lag ? row[4 * i * n_lane] : 0, share = a->bioavailability ? row[(4 * i + 1) * n_lane] : 1;
  rein_item item = {.time = act->time + lag,
                    .kind = a->state >= 0 ? REIN_ITEM_ADD : REIN_ITEM_PARAM,
                    .target = a->state >= 0 ? a->state : a->param,
                    .amount = (a->state >= 0 ? share : 1) * a->factor * act->amount};
  ck_assert(rein_lane_add_item(plan, item));
}

static void add_pulses(const shipped_pulse *p, rein_lane_plan *plan) {
  if (!p->action) return;
  const rein_action *a = &now->model->action[find_action(now->model, p->action)];
  const bool infusion = a->state >= 0;
  const double amount = a->factor * p->amount / (infusion ? p->duration : 1);
  for (int i = 0; i < p->count; i++)
    for (int end = 0; end < 2; end++) {
      const double rest = infusion ? -amount : now->tape->param_default[a->param];
      rein_item item = {.time = p->first + i * p->every + (end ? p->duration : 0),
                        .kind = infusion ? REIN_ITEM_INPUT_ADD : REIN_ITEM_PARAM,
                        .target = infusion ? a->state : a->param,
                        .amount = end ? rest : amount};
      ck_assert(rein_lane_add_item(plan, item));
    }
}

static void fill_lane(int64_t i_batch, int l, rein_eval *eval, rein_lane_plan *plan) {
  (void)i_batch;
  const int n_lane = rein_eval_n_lane(eval), n_action = now->tape->n_action;
  for (const shipped_set *set = now_case->set; set->name; set++)
    rein_eval_row(eval, find_param(now->model, set->name))[l] = set->value;
  if (now_how->changed && now_how->changed[l] >= 0)
    rein_eval_row(eval, now_how->changed[l])[l] *= 1 + now_how->change;
  double *time = rein_rows_create(1, n_lane), *row = rein_rows_create(4 * (size_t)n_action, n_lane);
  rein_eval_params(eval);
  rein_eval_run(eval, REIN_PROG_ACTION, time, NULL, row);
  for (const shipped_act *act = now_case->act; act->action; act++) add_act(act, row + l, n_lane, plan);
  add_pulses(&now_case->pulse, plan);
  free(time);
  free(row);
}

support_result shipped_run(const shipped *s, const shipped_case *what, const shipped_how *how,
                           const double *time, int n_time) {
  const rein_tape *tape = s->tape;
  const int n_keep = tape->n_state + tape->n_output;
  int *keep = calloc((size_t)n_keep, sizeof *keep);
  double *atol = calloc((size_t)tape->n_state, sizeof *atol);
  for (int k = 0; k < n_keep; k++) keep[k] = k;
  for (int i = 0; i < tape->n_state; i++) {
    ck_assert_double_gt(tape->scale[i], 0); /* shipped models declare it */
    atol[i] = SHIPPED_ATOL_REL * tape->scale[i];
  }
  now = s, now_case = what, now_how = how;
  support_case c = {.tape = tape,
                    .n_lane = how->n_lane,
                    .rtol = how->rtol > 0 ? how->rtol : SHIPPED_RTOL,
                    .atol_each = atol,
                    .t_end = time[n_time - 1],
                    .obs = time,
                    .n_obs = n_time,
                    .keep = keep,
                    .n_keep = n_keep,
                    .act_first = what->act_first,
                    .method = how->method,
                    .lane = fill_lane};
  support_result r = support_run(&c);
  ck_assert_int_eq(r.status, REIN_OK);
  for (int l = 0; l < r.n_lane; l++)
    ck_assert_msg(r.outcome[l].status == REIN_LANE_FINE, "case %s: lane %d: %s", what->name, l,
                  rein_fail_meaning(r.outcome[l].fail));
  free(keep);
  free(atol);
  return r;
}

int shipped_keep(const shipped *s, const char *name) {
  for (int i = 0; i < s->tape->n_state; i++)
    if (strcmp(s->tape->state[i].name, name) == 0) return i;
  for (int i = 0; i < s->tape->n_output; i++)
    if (strcmp(s->tape->output[i].name, name) == 0) return s->tape->n_state + i;
  ck_abort_msg("no state, observable or value '%s'", name);
  return -1;
}

const char *shipped_unit(const shipped *s, int keep) {
  const int n = s->tape->n_state;
  return keep < n ? s->tape->state[keep].unit : s->tape->output[keep - n].unit;
}

double shipped_param(const shipped *s, const char *name) {
  return s->tape->param_default[find_param(s->model, name)];
}

void shipped_course(const shipped *s, const shipped_case *what, const char *quantity, const double *time,
                    int n_time, double *out) {
  const shipped_how plain = {0};
  const int keep = shipped_keep(s, quantity);
  support_result r = shipped_run(s, what, &plain, time, n_time);
  for (int i = 0; i < n_time; i++) out[i] = support_out(&r, 0, i, keep);
  support_free(&r);
}
