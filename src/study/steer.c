#include "src/study/steer.h"

#include <math.h>
#include <string.h>

#include "src/study/steer_inside.h"

/* ---- check and rank ---- */

/* Weighted costs of the check, each between 0 and 1 over those within their limits. */
static void score(rein_steering *s) {
  for (int k = 0; k < s->n_objective; k++) {
    double low = INFINITY, high = -INFINITY;
    for (int i = 0; i < s->n_choice; i++) {
      if (!s->choice[i].check.within) continue;
      low = fmin(low, s->choice[i].check.cost[k]);
      high = fmax(high, s->choice[i].check.cost[k]);
    }
    for (int i = 0; i < s->n_choice; i++)
      if (s->choice[i].check.within && high > low)
        s->choice[i].score += s->objective[k].weight * (s->choice[i].check.cost[k] - low) / (high - low);
  }
  double weights = 0;
  for (int k = 0; k < s->n_objective; k++) weights += s->objective[k].weight;
  for (int i = 0; i < s->n_choice; i++) s->choice[i].score /= weights;
}

static bool comes_first(const rein_steer_choice *a, const rein_steer_choice *b) {
  if (a->check.within != b->check.within) return a->check.within;
  return a->score < b->score;
}

static void rank(rein_steering *s) {
  for (int i = 1; i < s->n_choice; i++) {
    const rein_steer_choice moved = s->choice[i];
    int k = i;
    for (; k > 0 && comes_first(&moved, &s->choice[k - 1]); k--) s->choice[k] = s->choice[k - 1];
    s->choice[k] = moved;
  }
  int n_within = 0;
  for (int i = 0; i < s->n_choice; i++) s->choice[i].rank = s->choice[i].check.within ? ++n_within : 0;
  s->alone = n_within == 1;
}

static rein_status check(rein_steer_job *job) {
  rein_steering *s = job->out;
  const rein_steer_cohort cohort = {.n_person = s->n_check, .seed = s->check_seed};
  double *value = REIN_NEW(job->arena, double, s->n_choice * s->n_action + 1);
  rein_steer_outcome *outcome = REIN_NEW(job->arena, rein_steer_outcome, s->n_choice + 1);
  for (int i = 0; i < s->n_choice; i++)
    memcpy(value + i * s->n_action, s->choice[i].value, (size_t)s->n_action * sizeof *value);
  const rein_status status = rein_steer_evaluate(job, value, s->n_choice, &cohort, outcome);
  if (status != REIN_OK) return status;
  for (int i = 0; i < s->n_choice; i++) s->choice[i].check = outcome[i];
  score(s);
  rank(s);
  return REIN_OK;
}

rein_status rein_steer(rein_arena *arena, rein_units *units, const char *path,
                       const rein_steer_options *options, rein_diag *diag, rein_steering *out) {
  rein_steering s = {0};
  rein_steer_job job = {
      .arena = arena, .units = units, .path = path, .options = options, .diag = diag, .out = &s};
  rein_status status = rein_steer_read(&job);
  if (status != REIN_OK) return status;
  status = rein_steer_refuse(&job);
  if (status == REIN_OK) status = rein_steer_weigh(&job);
  if (status == REIN_OK) status = rein_steer_search(&job);
  if (status == REIN_OK) status = check(&job);
  if (status == REIN_OK) status = rein_steer_reason(&job);
  if (status == REIN_OK) *out = s;
  return status;
}
