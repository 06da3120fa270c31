/* A prior as JSON: a record of origin `prior` for each state, action and horizon, with all its numbers. */
#include <jansson.h>
#include <math.h>
#include <string.h>

#include "src/record/json_text.h"
#include "src/record/record.h"
#include "src/study/prior.h"

static json_t *estimate(rein_estimate e) {
  json_t *object = json_object();
  rein_json_set(&object, "value", rein_json_number(e.value));
  rein_json_set(&object, "error", rein_json_number(e.error));
  return object;
}

/* A probability; where all draws agree it has no error, but the end of its 95 % interval. */
static json_t *probability(rein_estimate p, double bound) {
  json_t *object = estimate(p);
  if (rein_prior_all_agree(p))
    rein_json_set(&object, p.value >= 1.0 ? "at_least" : "at_most",
                  rein_json_number(p.value >= 1.0 ? 1.0 - bound : bound));
  return object;
}

static void set_na(json_t **object, const char *key, const char *why) {
  if (why) rein_json_set(object, key, rein_json_text(why));
}

static json_t *make_shares(const rein_prior_row *row) {
  static const char *const NAMES[] = {"noise", "between", "uncertain"};
  const rein_estimate *variance[] = {&row->measured.noise, &row->measured.between, &row->measured.uncertain};
  json_t *object = json_object();
  rein_json_set(&object, "total", estimate(row->measured.total));
  set_na(&object, "n/a", row->na_shares);
  set_na(&object, "uncertain_is_0", row->na_uncertain);
  set_na(&object, "noise_is_0", row->na_noise);
  for (int k = 0; k < 3 && !row->na_shares; k++) {
    json_t *part = json_object();
    rein_json_set(&part, "variance", estimate(*variance[k]));
    rein_json_set(&part, "share", estimate(row->measured.share[k]));
    rein_json_set(&object, NAMES[k], part);
  }
  return object;
}

static json_t *make_quantiles(const rein_estimate *quantile) {
  json_t *list = json_array();
  for (int k = 0; k < REIN_PRIOR_PROBS; k++) {
    json_t *item = estimate(quantile[k]);
    rein_json_set(&item, "p", json_real(rein_prior_prob[k]));
    rein_json_add(&list, item);
  }
  return list;
}

static json_t *make_forms(const rein_prior_row *row) {
  json_t *object = json_object(), *gaussian = json_object(), *lognormal = json_object();
  rein_json_set(&gaussian, "mean", rein_json_number(row->mean));
  rein_json_set(&gaussian, "sd", rein_json_number(row->sd));
  rein_json_set(&gaussian, "kolmogorov_distance", rein_json_number(row->fit_gaussian));
  rein_json_set(&lognormal, "log_mean", rein_json_number(row->log_mean.value));
  rein_json_set(&lognormal, "log_sd", rein_json_number(row->log_sd.value));
  rein_json_set(&lognormal, "kolmogorov_distance", rein_json_number(row->fit_lognormal));
  if (isnan(row->log_mean.value)) set_na(&lognormal, "n/a", "not every value is above 0");
  rein_json_set(&object, "gaussian", gaussian);
  rein_json_set(&object, "lognormal", lognormal);
  return object;
}

static json_t *make_row(const rein_prior *p, const rein_prior_row *row) {
  const rein_prior_quantity *q = &p->quantity[row->quantity];
  json_t *object = json_object(), *direction = json_object();
  rein_json_set(&object, "quantity", rein_json_text(q->name));
  rein_json_set(&object, "unit", rein_json_text(q->unit));
  rein_json_set(&object, "measured", json_boolean(q->observable >= 0));
  rein_json_set(&object, "n", json_integer(row->n));
  rein_json_set(&object, "n_effective", rein_json_number(row->n_effective));
  rein_json_set(&object, "latent_mean", estimate(row->latent_mean));
  rein_json_set(&object, "latent_quantiles", make_quantiles(row->latent));
  rein_json_set(&object, "quantiles", make_quantiles(row->quantile));
  rein_json_set(&object, "variance", make_shares(row));
  rein_json_set(&object, "change", estimate(row->change));
  if (row->na_direction) {
    set_na(&direction, "n/a", row->na_direction);
  } else {
    rein_json_set(&direction, "up", probability(row->p_up, row->p_bound));
    rein_json_set(&direction, "unchanged", probability(row->p_unchanged, row->p_bound));
    rein_json_set(&direction, "down", probability(row->p_down, row->p_bound));
  }
  rein_json_set(&object, "direction", direction);
  rein_json_set(&object, "forms", make_forms(row));
  return object;
}

static json_t *make_covariance(const rein_prior *p, const rein_prior_pair *pair) {
  json_t *rows = json_array();
  for (int k = 0; k < p->n_quantity; k++) {
    json_t *row = json_array();
    for (int l = 0; l < p->n_quantity; l++)
      rein_json_add(&row, rein_json_number(pair->covariance[k * p->n_quantity + l]));
    rein_json_add(&rows, row);
  }
  return rows;
}

static json_t *make_record(const rein_prior *p, const rein_prior_pair *pair) {
  const rein_prior_action *action = &p->action[pair->action];
  const rein_prior_state *state = &p->state[pair->state];
  json_t *object = json_object();
  rein_json_set(&object, "origin", json_string("prior"));
  rein_json_set(&object, "boundary", rein_json_text(action->boundary));
  rein_json_set(&object, "model_hash", rein_json_text(p->model_hash));
  rein_json_set(&object, "query_hash", rein_json_text(p->hash));
  rein_json_set(&object, "state", rein_json_text(state->name));
  rein_json_set(&object, "action", rein_json_text(action->name));
  rein_json_set(&object, "prescription", rein_json_text(action->prescription));
  rein_json_set(&object, "horizon", rein_json_text(p->horizon[pair->horizon]));
  rein_json_set(&object, "length", rein_json_number(p->length[pair->horizon]));
  rein_json_set(&object, "outside_valid", rein_json_text(pair->outside_valid));
  if (state->refused) {
    set_na(&object, "n/a", state->refused);
    return object;
  }
  json_t *quantities = json_array(), *safety = json_array();
  for (int q = 0; q < p->n_quantity; q++)
    rein_json_add(&quantities,
                  make_row(p, rein_prior_row_of(p, pair->state, pair->action, pair->horizon, q)));
  for (int k = 0; k < p->n_safety; k++) {
    json_t *item = json_object();
    rein_json_set(&item, "signal", rein_json_text(p->model->safety[k].name));
    rein_json_set(&item, "by_then", probability(pair->safety[k], pair->bound[k]));
    rein_json_set(&item, "before_time_0", probability(pair->before[k], pair->bound[k]));
    rein_json_add(&safety, item);
  }
  rein_json_set(&object, "quantities", quantities);
  rein_json_set(&object, "covariance_of_change", make_covariance(p, pair));
  rein_json_set(&object, "safety", safety);
  return object;
}

static json_t *make_state(const rein_prior_state *s) {
  json_t *object = json_object();
  rein_json_set(&object, "name", rein_json_text(s->name));
  rein_json_set(&object, "n_measured", json_integer(s->n_measured));
  rein_json_set(&object, "by",
                s->n_measured == 0 ? json_null()
                                   : rein_json_text(s->by == REIN_PRIOR_KALMAN ? "kalman" : "weights"));
  rein_json_set(&object, "n_effective", s->n_measured == 0 ? json_null() : rein_json_number(s->n_effective));
  if (s->n_measured > 0 && s->by == REIN_PRIOR_KALMAN)
    set_na(&object, "n_effective_is_null", REIN_PRIOR_ANEW);
  rein_json_set(&object, "p_measured", s->n_measured == 0 ? json_null() : rein_json_number(s->p_measured));
  rein_json_set(&object, "flag", rein_json_text(s->flag));
  rein_json_set(&object, "refused", rein_json_text(s->refused));
  rein_json_set(&object, "n_failed", json_integer(s->n_failed));
  rein_json_set(&object, "method", rein_json_text(s->method));
  return object;
}

static json_t *make_head(const rein_prior *p) {
  json_t *object = json_object(), *draws = json_object();
  rein_json_set(&object, "rein", json_string("prior/1"));
  rein_json_set(&object, "for_research", rein_json_text(REIN_FOR_RESEARCH));
  rein_json_set(&object, "name", rein_json_text(p->name));
  rein_json_set(&object, "title", rein_json_text(p->title));
  rein_json_set(&object, "origin", json_string("prior"));
  rein_json_set(&object, "boundary", rein_json_text(p->boundary));
  rein_json_set(&object, "model", rein_json_text(p->model->name));
  rein_json_set(&object, "model_hash", rein_json_text(p->model_hash));
  rein_json_set(&object, "query_hash", rein_json_text(p->hash));
  rein_json_set(&object, "version", rein_json_text(REIN_VERSION));
  rein_json_set(&object, "seed", json_integer((json_int_t)p->seed));
  rein_json_set(&object, "relative_tolerance", rein_json_number(p->rtol));
  rein_json_set(&object, "time_unit", rein_json_text(p->model->time_unit_text));
  rein_json_set(&draws, "kind", rein_json_text(p->sobol ? "sobol" : "philox"));
  rein_json_set(&draws, "people", json_integer(p->n_person));
  rein_json_set(&draws, "replicates", json_integer(p->n_replicate));
  rein_json_set(&draws, "batches", json_integer(p->n_batch));
  rein_json_set(&draws, "uncertain_numbers", json_integer(p->n_u));
  rein_json_set(&draws, "between_numbers", json_integer(p->n_b));
  rein_json_set(&object, "draws", draws);
  return object;
}

rein_status rein_prior_print_json(const rein_prior *p, rein_text *out) {
  json_t *top = make_head(p), *states = json_array(), *records = json_array();
  for (int i = 0; i < p->n_state; i++) rein_json_add(&states, make_state(&p->state[i]));
  for (int64_t i = 0; i < (int64_t)p->n_state * p->n_action * p->n_horizon; i++)
    rein_json_add(&records, make_record(p, &p->pair[i]));
  rein_json_set(&top, "states", states);
  rein_json_set(&top, "records", records);
  return rein_json_print(top, out);
}
