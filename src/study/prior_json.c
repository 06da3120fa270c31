/* A prior as JSON: a record of origin `prior` for each state, action and horizon, with all its numbers. */
#include <jansson.h>
#include <math.h>
#include <string.h>

#include "src/record/json_text.h"
#include "src/record/record.h"
#include "src/study/prior.h"

static json_t *estimate(rein_estimate e) {
  json_t *object = json_object();
  json_object_set_new(object, "value", rein_json_number(e.value));
  json_object_set_new(object, "error", rein_json_number(e.error));
  return object;
}

static void set_na(json_t *object, const char *key, const char *why) {
  if (why) json_object_set_new(object, key, json_string(why));
}

static json_t *make_shares(const rein_prior_row *row) {
  static const char *const NAMES[] = {"noise", "between", "uncertain"};
  const rein_estimate *variance[] = {&row->measured.noise, &row->measured.between, &row->measured.uncertain};
  json_t *object = json_object();
  json_object_set_new(object, "total", estimate(row->measured.total));
  set_na(object, "n/a", row->na_shares);
  set_na(object, "uncertain_is_0", row->na_uncertain);
  set_na(object, "noise_is_0", row->na_noise);
  for (int k = 0; k < 3 && !row->na_shares; k++) {
    json_t *part = json_object();
    json_object_set_new(part, "variance", estimate(*variance[k]));
    json_object_set_new(part, "share", estimate(row->measured.share[k]));
    json_object_set_new(object, NAMES[k], part);
  }
  return object;
}

static json_t *make_quantiles(const rein_estimate *quantile) {
  json_t *list = json_array();
  for (int k = 0; k < REIN_PRIOR_PROBS; k++) {
    json_t *item = estimate(quantile[k]);
    json_object_set_new(item, "p", json_real(rein_prior_prob[k]));
    json_array_append_new(list, item);
  }
  return list;
}

static json_t *make_forms(const rein_prior_row *row) {
  json_t *object = json_object(), *gaussian = json_object(), *lognormal = json_object();
  json_object_set_new(gaussian, "mean", rein_json_number(row->mean));
  json_object_set_new(gaussian, "sd", rein_json_number(row->sd));
  json_object_set_new(gaussian, "kolmogorov_distance", rein_json_number(row->fit_gaussian));
  json_object_set_new(lognormal, "log_mean", rein_json_number(row->log_mean.value));
  json_object_set_new(lognormal, "log_sd", rein_json_number(row->log_sd.value));
  json_object_set_new(lognormal, "kolmogorov_distance", rein_json_number(row->fit_lognormal));
  if (isnan(row->log_mean.value)) set_na(lognormal, "n/a", "not every value is above 0");
  json_object_set_new(object, "gaussian", gaussian);
  json_object_set_new(object, "lognormal", lognormal);
  return object;
}

static json_t *make_row(const rein_prior *p, const rein_prior_row *row) {
  const rein_prior_quantity *q = &p->quantity[row->quantity];
  json_t *object = json_object(), *direction = json_object();
  json_object_set_new(object, "quantity", json_string(q->name));
  json_object_set_new(object, "unit", rein_json_text(q->unit));
  json_object_set_new(object, "measured", json_boolean(q->observable >= 0));
  json_object_set_new(object, "n", json_integer(row->n));
  json_object_set_new(object, "n_effective", rein_json_number(row->n_effective));
  json_object_set_new(object, "latent_mean", estimate(row->latent_mean));
  json_object_set_new(object, "latent_quantiles", make_quantiles(row->latent));
  json_object_set_new(object, "quantiles", make_quantiles(row->quantile));
  json_object_set_new(object, "variance", make_shares(row));
  json_object_set_new(object, "change", estimate(row->change));
  if (row->na_direction) {
    set_na(direction, "n/a", row->na_direction);
  } else {
    json_object_set_new(direction, "up", estimate(row->p_up));
    json_object_set_new(direction, "unchanged", estimate(row->p_unchanged));
    json_object_set_new(direction, "down", estimate(row->p_down));
  }
  json_object_set_new(object, "direction", direction);
  json_object_set_new(object, "forms", make_forms(row));
  return object;
}

static json_t *make_covariance(const rein_prior *p, const rein_prior_pair *pair) {
  json_t *rows = json_array();
  for (int k = 0; k < p->n_quantity; k++) {
    json_t *row = json_array();
    for (int l = 0; l < p->n_quantity; l++)
      json_array_append_new(row, rein_json_number(pair->covariance[k * p->n_quantity + l]));
    json_array_append_new(rows, row);
  }
  return rows;
}

static json_t *make_record(const rein_prior *p, const rein_prior_pair *pair) {
  const rein_prior_action *action = &p->action[pair->action];
  const rein_prior_state *state = &p->state[pair->state];
  json_t *object = json_object();
  json_object_set_new(object, "origin", json_string("prior"));
  json_object_set_new(object, "boundary", json_string(action->boundary));
  json_object_set_new(object, "model_hash", json_string(p->model_hash));
  json_object_set_new(object, "query_hash", json_string(p->hash));
  json_object_set_new(object, "state", json_string(state->name));
  json_object_set_new(object, "action", json_string(action->name));
  json_object_set_new(object, "prescription", json_string(action->prescription));
  json_object_set_new(object, "horizon", json_string(p->horizon[pair->horizon]));
  json_object_set_new(object, "length", rein_json_number(p->length[pair->horizon]));
  if (state->refused) {
    set_na(object, "n/a", state->refused);
    return object;
  }
  json_t *quantities = json_array(), *safety = json_array();
  for (int q = 0; q < p->n_quantity; q++)
    json_array_append_new(quantities,
                          make_row(p, rein_prior_row_of(p, pair->state, pair->action, pair->horizon, q)));
  for (int k = 0; k < p->n_safety; k++) {
    json_t *item = json_object();
    json_object_set_new(item, "signal", json_string(p->model->safety[k].name));
    json_object_set_new(item, "by_then", estimate(pair->safety[k]));
    json_object_set_new(item, "before_time_0", estimate(pair->before[k]));
    json_array_append_new(safety, item);
  }
  json_object_set_new(object, "quantities", quantities);
  json_object_set_new(object, "covariance_of_change", make_covariance(p, pair));
  json_object_set_new(object, "safety", safety);
  return object;
}

static json_t *make_state(const rein_prior_state *s) {
  json_t *object = json_object();
  json_object_set_new(object, "name", json_string(s->name));
  json_object_set_new(object, "n_measured", json_integer(s->n_measured));
  json_object_set_new(object, "by",
                      s->n_measured == 0 ? json_null()
                                         : json_string(s->by == REIN_PRIOR_KALMAN ? "kalman" : "weights"));
  json_object_set_new(object, "n_effective",
                      s->n_measured == 0 ? json_null() : rein_json_number(s->n_effective));
  if (s->n_measured > 0 && s->by == REIN_PRIOR_KALMAN) set_na(object, "n_effective_is_null", REIN_PRIOR_ANEW);
  json_object_set_new(object, "p_measured",
                      s->n_measured == 0 ? json_null() : rein_json_number(s->p_measured));
  json_object_set_new(object, "flag", rein_json_text(s->flag));
  json_object_set_new(object, "refused", rein_json_text(s->refused));
  json_object_set_new(object, "n_failed", json_integer(s->n_failed));
  json_object_set_new(object, "method", json_string(s->method));
  return object;
}

static json_t *make_head(const rein_prior *p) {
  json_t *object = json_object(), *draws = json_object();
  json_object_set_new(object, "rein", json_string("prior/1"));
  json_object_set_new(object, "for_research", json_string(REIN_FOR_RESEARCH));
  json_object_set_new(object, "name", json_string(p->name));
  json_object_set_new(object, "title", json_string(p->title));
  json_object_set_new(object, "origin", json_string("prior"));
  json_object_set_new(object, "boundary", json_string(p->boundary));
  json_object_set_new(object, "model", json_string(p->model->name));
  json_object_set_new(object, "model_hash", json_string(p->model_hash));
  json_object_set_new(object, "query_hash", json_string(p->hash));
  json_object_set_new(object, "version", json_string(REIN_VERSION));
  json_object_set_new(object, "seed", json_integer((json_int_t)p->seed));
  json_object_set_new(object, "relative_tolerance", rein_json_number(p->rtol));
  json_object_set_new(object, "time_unit", json_string(p->model->time_unit_text));
  json_object_set_new(draws, "kind", json_string(p->sobol ? "sobol" : "philox"));
  json_object_set_new(draws, "people", json_integer(p->n_person));
  json_object_set_new(draws, "replicates", json_integer(p->n_replicate));
  json_object_set_new(draws, "batches", json_integer(p->n_batch));
  json_object_set_new(draws, "uncertain_numbers", json_integer(p->n_u));
  json_object_set_new(draws, "between_numbers", json_integer(p->n_b));
  json_object_set_new(object, "draws", draws);
  return object;
}

rein_status rein_prior_print_json(const rein_prior *p, rein_text *out) {
  json_t *top = make_head(p), *states = json_array(), *records = json_array();
  for (int i = 0; i < p->n_state; i++) json_array_append_new(states, make_state(&p->state[i]));
  for (int64_t i = 0; i < (int64_t)p->n_state * p->n_action * p->n_horizon; i++)
    json_array_append_new(records, make_record(p, &p->pair[i]));
  json_object_set_new(top, "states", states);
  json_object_set_new(top, "records", records);
  return rein_json_print(top, out);
}
