#include "src/scenario/adherence.h"

#include <math.h>

#include "src/scenario/draw.h"

rein_adherence rein_adherence_all(void) {
  return (rein_adherence){.initiation = 1.0, .take = 1.0, .after_miss = NAN};
}

double rein_curve_at(const rein_curve *c, double time) {
  if (c->kind == REIN_CURVE_CONSTANT) return c->from;
  if (c->kind == REIN_CURVE_DECAY) return c->to + (c->from - c->to) * exp2(-time / c->half_life);
  int i = 0;
  while (i < c->n && c->time[i] <= time) i++;
  if (i == 0) return c->value[0];
  if (i == c->n) return c->value[c->n - 1];
  double part = (time - c->time[i - 1]) / (c->time[i] - c->time[i - 1]);
  return c->value[i - 1] + part * (c->value[i] - c->value[i - 1]);
}

static bool same_curve(const rein_curve *a, const rein_curve *b) {
  bool same = a->kind == b->kind && a->from == b->from && a->to == b->to && a->half_life == b->half_life &&
              a->n == b->n;
  for (int i = 0; same && i < a->n; i++) same = a->time[i] == b->time[i] && a->value[i] == b->value[i];
  return same;
}

bool rein_adherence_same(const rein_adherence *a, const rein_adherence *b) {
  if (!a || !b || a == b) return a == b;
  bool same_after = a->after_miss == b->after_miss || (isnan(a->after_miss) && isnan(b->after_miss));
  return a->initiation == b->initiation && a->take == b->take && same_after && a->between == b->between &&
         a->correlation == b->correlation && a->has_amount == b->has_amount &&
         same_curve(&a->amount, &b->amount) && a->hazard == b->hazard && a->has_stays == b->has_stays &&
         same_curve(&a->stays, &b->stays) && a->then == b->then && a->late == b->late &&
         a->overstated == b->overstated;
}

/* A probability moved by `shift` on the logit scale; 0 and 1 stay. */
static double shifted(double p, double shift) {
  if (p <= 0.0 || p >= 1.0 || shift == 0.0) return p;
  return 1.0 / (1.0 + (1.0 - p) / p * exp(-shift));
}

/* How much more or less faithful than the median this person is, on the logit scale. */
static double shift_of(const rein_adherence *how, uint64_t seed, uint64_t individual, uint64_t key) {
  if (!(how->between > 0.0)) return 0.0;
  double person = rein_draw_normal(seed, REIN_DRAW_FAITH, individual, 0, 0);
  double line = rein_draw_normal(seed, REIN_DRAW_FAITH, individual, key, 1);
  return how->between * (sqrt(how->correlation) * person + sqrt(1.0 - how->correlation) * line);
}

void rein_adherence_follow(const rein_adherence *how, uint64_t seed, uint64_t individual, uint64_t key,
                           const double *time, const bool *missed, int n, rein_dose_taken *out) {
  double shift = shift_of(how, seed, individual, key);
  double take = shifted(how->take, shift),
         after_miss = isnan(how->after_miss) ? take : shifted(how->after_miss, shift);
  bool begins = how->initiation >= 1.0 ||
                rein_draw_uniform(seed, REIN_DRAW_INITIATION, individual, key, 0) < how->initiation;
  double staying = rein_draw_uniform(seed, REIN_DRAW_PERSISTENCE, individual, key, 0);
  /* The state before the first dose is that of a long run of the chain. */
  double p = after_miss > 0.0 ? after_miss / (1.0 - take + after_miss) : take;
  bool owes = false;
  for (int i = 0; i < n; i++) {
    double since = time[i] - time[0], left = 1.0;
    if (how->hazard > 0.0) left = exp(-how->hazard * since);
    if (how->has_stays) left = rein_curve_at(&how->stays, since);
    bool persists = begins && staying < left;
    bool taken = p >= 1.0 || rein_draw_uniform(seed, REIN_DRAW_ADHERENCE, individual, key, (uint64_t)i) < p;
    if (missed && missed[i]) taken = false;
    p = taken ? take : after_miss;
    bool late = persists && !taken && how->then == REIN_MISS_LATE;
    double factor = how->has_amount ? rein_curve_at(&how->amount, since) : 1.0;
    if (!persists || (!taken && !late)) factor = 0.0;
    bool doubled = persists && taken && owes;
    if (doubled) factor *= 2.0;
    owes = persists && !taken && how->then == REIN_MISS_DOUBLE;
    bool overstates =
        factor == 0.0 && how->overstated > 0.0 &&
        rein_draw_uniform(seed, REIN_DRAW_REPORT, individual, key, (uint64_t)i) < how->overstated;
    out[i] = (rein_dose_taken){.taken = persists && (taken || late),
                               .late = late,
                               .doubled = doubled,
                               .factor = factor,
                               .reported = overstates ? 1.0 : factor};
  }
}
