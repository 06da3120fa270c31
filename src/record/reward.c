#include "src/record/reward.h"

#include <math.h>
#include <string.h>

#include "src/lang/parser.h"
#include "src/lang/resolve.h"
#include "src/lang/yaml_make.h"

struct rein_reward {
  const rein_model *model; /* the observables as its covariates, the reward as its only value */
};

static const rein_pos nowhere = {NULL, 0, 0, 0};

/* An expression that is on the command line: places in it are places in a source of this name. */
static rein_ast *parse(rein_arena *arena, const char *text, rein_diag *diag, const rein_source **source) {
  *source = rein_source_create(arena, "--reward", text, strlen(text));
  rein_yaml *scalar =
      rein_yaml_make(arena, REIN_YAML_SCALAR, rein_source_pos(*source, 0, (int)strlen(text)), text, 0);
  scalar->text_offset = 0;
  return rein_parse_expression(arena, scalar, diag);
}

rein_status rein_reward_read(rein_arena *arena, rein_units *units, const char *text, const rein_part *labels,
                             const char *time_unit, rein_diag *diag, const rein_reward **out) {
  const rein_source *source;
  rein_ast *is = parse(arena, text, diag, &source);
  if (!is) return REIN_ERR_INPUT;
  rein_model *m = rein_model_create(arena, source);
  const size_t n = (size_t)labels->n[REIN_AXIS_OBSERVABLE];
  m->name = "reward";
  m->time_unit_text = time_unit;
  if (!rein_unit_parse(units, time_unit, nowhere, diag, &m->time_unit)) return REIN_ERR_INPUT;
  m->param = REIN_NEW(arena, rein_param, n + 1);
  m->value = REIN_NEW(arena, rein_value, 1);
  for (int64_t q = 0; q < labels->n[REIN_AXIS_QUANTITY]; q++) {
    const int64_t o = rein_record_observable(labels, q);
    if (o < 0) continue;
    rein_param *p = &m->param[o];
    *p = (rein_param){.name = labels->observable[o], .unit_text = labels->quantity_unit[q], .pos = nowhere};
    p->covariate = true;
    p->range_low = -INFINITY;
    p->range_high = INFINITY;
    if (!rein_unit_parse(units, p->unit_text, nowhere, diag, &p->unit)) return REIN_ERR_INPUT;
  }
  m->n_param = n;
  m->value[0] = (rein_value){.name = "reward", .pos = is->pos, .is = is, .unit = rein_unit_unknown()};
  m->n_value = 1;
  /* Of the checks of a model those that a lone expression can fail. */
  const int n_error = rein_diag_n_error(diag);
  unsigned char *uses;
  rein_model_declare(m, diag);
  rein_resolve(m, diag, &uses);
  rein_check_units(m, units, diag);
  if (rein_diag_n_error(diag) > n_error) return REIN_ERR_INPUT;
  rein_reward *reward = REIN_NEW(arena, rein_reward, 1);
  reward->model = m;
  *out = reward;
  return REIN_OK;
}

/* Recursion is bounded by REIN_AST_MAX_HEIGHT. */
static double evaluate(const rein_model *m, const rein_ast *ast, const double *measured, double time) {
  double v[3] = {0, 0, 0};
  switch (ast->kind) {
  case REIN_AST_NUMBER:
    return ast->number;
  case REIN_AST_NAME:
    return ast->symbol >= 0 ? measured[m->symbol[ast->symbol].index] : time;
  case REIN_AST_CONVERT:
    return ast->number * evaluate(m, ast->arg[0], measured, time);
  default:
    for (int i = 0; i < ast->n_arg && i < 3; i++) v[i] = evaluate(m, ast->arg[i], measured, time);
    return rein_op_apply(ast->op, v[0], v[1], v[2]);
  }
}

double rein_reward_value(const rein_reward *reward, const double *measured, double time) {
  return evaluate(reward->model, reward->model->value[0].is, measured, time);
}

const char *rein_reward_unit(const rein_reward *reward) {
  return rein_unit_print(&reward->model->value[0].is->unit, reward->model->arena);
}
