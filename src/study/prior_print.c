/* A prior as text for people. */
#include <math.h>

#include "src/record/record.h"
#include "src/study/prior.h"

/* "12.3 (0.4)": value and its Monte Carlo error. */
static void add_estimate(rein_text *out, rein_estimate e) {
  if (!isfinite(e.value))
    rein_text_add(out, "n/a");
  else if (isfinite(e.error))
    rein_text_printf(out, "%.4g (%.2g)", e.value, e.error);
  else
    rein_text_printf(out, "%.4g", e.value);
}

/* A probability; where all draws agree, how far it may be off. */
static void add_probability(rein_text *out, rein_estimate p, double bound) {
  add_estimate(out, p);
  if (!rein_prior_all_agree(p) || !isfinite(bound)) return;
  rein_text_printf(out, p.value >= 1.0 ? " (at least %.4g)" : " (at most %.2g)",
                   p.value >= 1.0 ? 1.0 - bound : bound);
}

static void add_share(rein_text *out, const char *name, rein_estimate e, const char *na) {
  rein_text_printf(out, "%s %.1f%%", name, 100.0 * e.value);
  if (isfinite(e.error) && !na) rein_text_printf(out, " (%.1g)", 100.0 * e.error);
}

static const char *unit_of(const rein_prior_quantity *q) {
  return q->unit ? q->unit : "?";
}

static void add_row(const rein_prior *p, const rein_prior_row *row, rein_text *out) {
  const rein_prior_quantity *q = &p->quantity[row->quantity];
  rein_text_printf(out, "    %s [%s]%s: median ", q->name, unit_of(q),
                   q->observable >= 0 ? ", measured" : "");
  add_estimate(out, row->quantile[3]);
  rein_text_add(out, ", 90% from ");
  add_estimate(out, row->quantile[1]);
  rein_text_add(out, " to ");
  add_estimate(out, row->quantile[5]);
  rein_text_add(out, "\n      change ");
  add_estimate(out, row->change);
  if (row->na_direction) {
    rein_text_printf(out, "; direction n/a: %s", row->na_direction);
  } else {
    rein_text_add(out, "; up ");
    add_probability(out, row->p_up, row->p_bound);
    rein_text_add(out, ", unchanged ");
    add_probability(out, row->p_unchanged, row->p_bound);
    rein_text_add(out, ", down ");
    add_probability(out, row->p_down, row->p_bound);
  }
  rein_text_add(out, "\n      variance ");
  add_estimate(out, row->measured.total);
  if (row->na_shares) {
    rein_text_printf(out, "; shares n/a: %s\n", row->na_shares);
    return;
  }
  add_share(out, ": noise", row->measured.share[0], row->na_noise);
  add_share(out, ", between people", row->measured.share[1], NULL);
  add_share(out, ", uncertain parameters", row->measured.share[2], row->na_uncertain);
  rein_text_add(out, "\n");
}

static void add_pair(const rein_prior *p, const rein_prior_pair *pair, rein_text *out) {
  const rein_prior_state *state = &p->state[pair->state];
  const rein_prior_action *action = &p->action[pair->action];
  rein_text_printf(out, "  %s, %s, %s\n", state->name, action->name, p->horizon[pair->horizon]);
  if (pair->outside_valid) rein_text_printf(out, "    OUTSIDE VALID %s\n", pair->outside_valid);
  for (int q = 0; q < p->n_quantity; q++)
    add_row(p, rein_prior_row_of(p, pair->state, pair->action, pair->horizon, q), out);
  for (int k = 0; k < p->n_safety; k++) {
    rein_text_printf(out, "    signal %s: true by then with probability ", p->model->safety[k].name);
    add_probability(out, pair->safety[k], pair->bound[k]);
    if (pair->before[k].value > 0.0) {
      rein_text_add(out, ", before time 0 ");
      add_probability(out, pair->before[k], pair->bound[k]);
    }
    rein_text_add(out, "\n");
  }
}

static void add_head(const rein_prior *p, rein_text *out) {
  rein_text_printf(out, "prior     %s: %s\n", p->name, p->title);
  rein_text_printf(out, "model     %s (%.12s), query %.12s, seed %llu\n", p->model->name, p->model_hash,
                   p->hash, (unsigned long long)p->seed);
  rein_text_printf(out, "boundary  %s: research use only, nothing here recommends a treatment\n",
                   p->boundary);
  rein_text_printf(
      out,
      "draws     %lld: %lld of the uncertain parameters (%d), %lld people of each (%d numbers); %s, %d "
      "batches\n",
      (long long)(p->n_person * p->n_replicate), (long long)p->n_replicate, p->n_u, (long long)p->n_person,
      p->n_b, p->sobol ? "Sobol" : "Philox", p->n_batch);
  if (p->sobol && (p->n_u > REIN_PRIOR_SOBOL || p->n_b > REIN_PRIOR_SOBOL))
    rein_text_printf(out, "          more than %d numbers: blocks of Sobol points in random order\n",
                     REIN_PRIOR_SOBOL);
  rein_text_printf(out, "members   %lld simulated, %lld failed\n", (long long)p->n_member,
                   (long long)p->n_failed);
  rein_text_add(out, "          numbers in parentheses are Monte Carlo standard errors; where all draws\n"
                     "          agree on a probability, the end of its 95% interval\n");
}

static void add_state(const rein_prior *p, const rein_prior_state *state, rein_text *out) {
  rein_text_printf(out, "state     %s: ", state->name);
  if (state->n_measured == 0) rein_text_add(out, "as the model and what is known say");
  if (state->n_measured > 0)
    rein_text_printf(out, "told from %d measurements (p = %.2g) by ", state->n_measured, state->p_measured);
  if (state->n_measured > 0 && state->by == REIN_PRIOR_KALMAN)
    rein_text_add(out, "a Kalman update; effective draws n/a: " REIN_PRIOR_ANEW);
  else if (state->n_measured > 0)
    rein_text_printf(out, "weights; worth %.0f of %lld draws", state->n_effective,
                     (long long)(p->n_person * p->n_replicate));
  rein_text_printf(out, "; %s\n", state->method);
  if (state->flag) rein_text_printf(out, "          FLAG %s\n", state->flag);
  if (state->refused) rein_text_printf(out, "          REFUSED %s\n", state->refused);
}

void rein_prior_print(const rein_prior *p, rein_text *out) {
  add_head(p, out);
  for (int i = 0; i < p->n_state; i++) add_state(p, &p->state[i], out);
  for (int64_t i = 0; i < (int64_t)p->n_state * p->n_action * p->n_horizon; i++)
    if (!p->state[p->pair[i].state].refused) add_pair(p, &p->pair[i], out);
}
