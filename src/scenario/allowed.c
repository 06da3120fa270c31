/* Whether a number that the scenario gives for a parameter or covariate is one that its model can have. */
#include <math.h>

#include "src/scenario/inside.h"

static const char *ends(rein_scenario_reader *r, const rein_param *param, double low, double high) {
  rein_text text;
  rein_text_init(&text, r->arena);
  rein_text_number(&text, low);
  rein_text_add(&text, " to ");
  rein_text_number(&text, high);
  if (!param->unit.unknown) rein_text_printf(&text, " %s", param->unit_text);
  return text.bytes;
}

static bool fits(rein_scenario_reader *r, const rein_param *param, const rein_dist *dist, const char *key,
                 double value, rein_pos pos) {
  if (dist->kind == REIN_DIST_NONE) return true;
  const char *needs = NULL;
  if (dist->kind == REIN_DIST_LOGNORMAL && !(value > 0.0)) {
    needs = "is lognormal, which needs a value above 0";
  } else if (dist->kind == REIN_DIST_LOGIT_NORMAL && !(value > 0.0 && value < 1.0)) {
    needs = "is logit_normal, which needs a value between 0 and 1";
  } else if (value < dist->low || value > dist->high) {
    needs = rein_arena_printf(r->arena, "goes from %s, and this value is outside",
                              ends(r, param, dist->low, dist->high));
  }
  if (needs) rein_error(r->diag, pos, "'%s' of '%s' %s", key, param->name, needs);
  return !needs;
}

bool rein_scenario_is_allowed(rein_scenario_reader *r, const rein_param *param, double value, rein_pos pos) {
  if (param->covariate && (value < param->range_low || value > param->range_high)) {
    rein_error(r->diag, pos, "covariate '%s' ranges from %s, and this value is outside", param->name,
               ends(r, param, param->range_low, param->range_high));
    return false;
  }
  return fits(r, param, &param->between, "between", value, pos) &&
         fits(r, param, &param->uncertain, "uncertain", value, pos);
}

/* A normal, lognormal or uniform covariate is cut to the range; all else has to lie within it. */
bool rein_scenario_cut_to_range(rein_scenario_reader *r, const rein_param *param, rein_pos pos,
                                rein_covariate *out) {
  if (!param->covariate) return true;
  bool bernoulli = out->kind == REIN_COVARIATE_BERNOULLI;
  bool outside = bernoulli ? (out->centre < 1.0 && param->range_low > 0.0) ||
                                 (out->centre > 0.0 && param->range_high < 1.0)
                           : out->kind != REIN_COVARIATE_UNIFORM &&
                                 (out->centre < param->range_low || out->centre > param->range_high);
  if (!bernoulli) {
    out->low = fmax(out->low, param->range_low);
    out->high = fmin(out->high, param->range_high);
    outside = outside || !(out->low < out->high);
  }
  if (outside)
    rein_error(r->diag, pos, "covariate '%s' ranges from %s, and this distribution is centred outside",
               param->name, ends(r, param, param->range_low, param->range_high));
  return !outside;
}
