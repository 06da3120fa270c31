/* What decisions say; see titrate.h. */
#include "src/scenario/titrate.h"

#include <math.h>
#include <string.h>

#include "src/scenario/assay.h"

/* The instant's own bits: the same number for whoever measures then, of no other instant. */
static uint64_t number_of(double time) {
  uint64_t bits;
  const double plain = time + 0.0; /* -0 becomes 0 */
  memcpy(&bits, &plain, sizeof bits);
  return bits;
}

void rein_titration_measure(const rein_titration *what, const rein_model *model, uint64_t seed,
                            int64_t individual, double time, bool exact, const double *output,
                            const double *noise, int stride, double *value) {
  const uint64_t i = (uint64_t)individual, number = number_of(time);
  for (size_t o = 0; o < model->n_observable; o++) {
    value[o] = NAN;
    if (!what->measures[o]) continue;
    const rein_observable *observable = &model->observable[o];
    const uint64_t key = rein_draw_key(observable->name);
    const double z1 = exact ? 0 : rein_draw_normal(seed, REIN_DRAW_DECISION, i, key, number),
                 z2 = exact ? 0 : rein_draw_normal(seed, REIN_DRAW_DECISION_2, i, key, number);
    const double sd = noise[2 * o * (size_t)stride], cv = noise[(2 * o + 1) * (size_t)stride];
    value[o] = rein_measure(observable, output[o * (size_t)stride], sd, cv, z1, z2).value;
  }
}

static bool holds(const rein_condition *c, const double *value) {
  switch (c->op) {
  case REIN_OP_AND:
    return holds(c->a, value) && holds(c->b, value);
  case REIN_OP_OR:
    return holds(c->a, value) || holds(c->b, value);
  case REIN_OP_NOT:
    return !holds(c->a, value);
  case REIN_OP_LT:
    return value[c->observable] < c->limit;
  case REIN_OP_LE:
    return value[c->observable] <= c->limit;
  case REIN_OP_GT:
    return value[c->observable] > c->limit;
  default:
    return value[c->observable] >= c->limit;
  }
}

static bool lacks(const rein_condition *c, const double *value) {
  if (c->a) return lacks(c->a, value) || (c->b && lacks(c->b, value));
  return isnan(value[c->observable]);
}

/* A missing value says nothing, so nothing changes. */
static bool lacks_any(const rein_titration *what, const double *value) {
  bool any = what->resume && lacks(what->resume, value);
  for (int i = 0; i < what->n_rule; i++) any = any || lacks(what->rule[i].when, value);
  return any;
}

/* The next amount of the ladder above or below; at its end the last. */
static double step_on_ladder(const rein_titration *what, double amount, bool up) {
  const double *ladder = what->ladder;
  const int n = what->n_ladder;
  for (int i = 0; i < n; i++) {
    const double at = ladder[up ? i : n - 1 - i], slack = 1e-9 * fabs(at);
    if (up ? at > amount + slack : at < amount - slack) return at;
  }
  return ladder[up ? n - 1 : 0];
}

static double changed(const rein_titration *what, const rein_rule *rule, double amount) {
  switch (rule->kind) {
  case REIN_RULE_FACTOR:
    amount *= rule->by;
    break;
  case REIN_RULE_ADD:
    amount += rule->by;
    break;
  case REIN_RULE_AMOUNT:
    amount = rule->by;
    break;
  case REIN_RULE_UP:
  case REIN_RULE_DOWN:
    amount = step_on_ladder(what, amount, rule->kind == REIN_RULE_UP);
    break;
  case REIN_RULE_HOLD:
  case REIN_RULE_STOP:
    return amount;
  }
  if (what->round > 0.0) amount = round(amount / what->round) * what->round;
  if (amount < what->low) amount = what->low;
  return amount > what->high ? what->high : amount;
}

rein_ruling rein_titration_decide(const rein_titration *what, const rein_ruling *before, double next,
                                  const double *value) {
  rein_ruling now = *before;
  const rein_rule *rule = NULL;
  if (before->stopped || lacks_any(what, value)) return now;
  for (int i = 0; i < what->n_rule && !rule; i++)
    if (holds(what->rule[i].when, value)) rule = &what->rule[i];
  now.rule = rule ? rule->i_rule : what->i_resumed;
  if (rule && rule->kind == REIN_RULE_STOP) {
    now.given = false;
    now.stopped = true;
    return now;
  }
  if (!before->given && !what->can_hold) return now; /* what others hold is theirs to resume */
  const bool hold = rule && rule->kind == REIN_RULE_HOLD;
  if (before->given ? hold : hold || (what->resume && !holds(what->resume, value))) {
    now.given = false;
    return now;
  }
  now.given = true;
  if (!rule) return now;
  now.amount = changed(what, rule, isnan(before->amount) ? next : before->amount);
  const bool takes = next < 0.0 || before->amount < 0.0;
  if (what->keeps_sign && (takes ? now.amount > 0.0 : now.amount < 0.0)) now.amount = 0.0;
  return now;
}

const rein_ruling *rein_titration_in_force(const rein_lane_plan *lane, int line, double time) {
  size_t n = 0, high = lane->n_ruling; /* rulings until then: they come in the order of their times */
  while (n < high) {
    const size_t mid = n + (high - n) / 2;
    if (lane->ruling[mid].time <= time) {
      n = mid + 1;
    } else {
      high = mid;
    }
  }
  while (n-- > 0)
    if (lane->ruling[n].line == line) return &lane->ruling[n];
  return NULL;
}
