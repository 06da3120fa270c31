/* Private to steer*.c. */
#ifndef REIN_STUDY_STEER_INSIDE_H
#define REIN_STUDY_STEER_INSIDE_H

#include "src/study/sample.h"
#include "src/study/steer.h"

typedef struct {
  rein_arena *arena;
  rein_units *units;
  const char *path, *scenario_path;
  const rein_steer_options *options;
  rein_diag *diag;
  rein_steering *out;
  const char *const *evidence; /* (n_evidence) scenarios of comparisons, seen from here */
  int n_evidence;
  int i_before, i_after;      /* measured times of the horizon */
  const rein_scenario *probe; /* the arm as it is simulated, its actions at the low ends: arm 0 */
  rein_diag *again; /* of simulations after the first, whose warnings would be the same; NULL before */
} rein_steer_job;

/* steer_read.c: goals and scenario. */
rein_status rein_steer_read(rein_steer_job *job);

/* A cohort under points in the space of actions. */
typedef struct {
  int64_t n_person;
  uint64_t seed;
  bool references; /* with counterfactual arms, so that effects are there */
} rein_steer_cohort;

/* steer_gate.c: what no flag lets through, errors in diag. Fills job->probe. */
rein_status rein_steer_refuse(rein_steer_job *job);

/* steer_evidence.c: out->evidence, out->exploratory; errors where an objective is not supported and the
 * search is not `exploratory`. */
rein_status rein_steer_weigh(rein_steer_job *job);

/* The goals' arm at points, value (n x n_action). */
rein_scenario_points *rein_steer_points(const rein_steer_job *job, const double *value, int n,
                                        bool references);

/* steer_search.c. share (n x n_action) in [0, 1]: their rounded values go to `value` (n x n_action). */
rein_status rein_steer_simulate(rein_steer_job *job, const double *value, int n,
                                const rein_steer_cohort *cohort, rein_simulation *simulation,
                                rein_sample **sample);

/* Outcomes of points; objective, cost and beyond of out (n) are filled from the arena. */
rein_status rein_steer_evaluate(rein_steer_job *job, const double *value, int n,
                                const rein_steer_cohort *cohort, rein_steer_outcome *out);

/* Searches and fills out->choice with values, search outcomes and layers. */
rein_status rein_steer_search(rein_steer_job *job);

/* steer_reason.c: mechanism, measure, reason, binding of every choice that has a rank. */
rein_status rein_steer_reason(rein_steer_job *job);

#endif
