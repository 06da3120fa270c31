/* A scenario's arms with other numbers than they have, and what the scenario states about how far numbers
 * vary: for studies that ask what a departure would do.
 *
 * Held people are not drawn: of a drawn cohort there is the typical individual, of a table each person with
 * what the table gives and the rest at its centre. */
#ifndef REIN_SCENARIO_VARY_H
#define REIN_SCENARIO_VARY_H

#include "src/scenario/people.h"
#include "src/scenario/scenario.h"

/* An arm of the scenario with these numbers. */
typedef struct {
  int arm;
  const double *theta; /* (n_param) as rein_scenario_theta gives them */
} rein_variant;

/* Copy of an arm's typical numbers, with what the cohort draws at its centre; of a computed parameter 0, to
 * which its deviate is added. */
double *rein_scenario_theta(rein_arena *arena, const rein_scenario *scenario, int arm);

/* Something that is stated to vary: a parameter between people or in its uncertainty, or a covariate. */
typedef struct {
  int param;
  bool uncertain; /* else between people */
  rein_dist dist; /* around theta; not where the cohort draws it */
  bool computed;
  const rein_covariate *cohort; /* that the cohort draws; NULL: a parameter */
} rein_spread;

/* All of them, *n; a parameter that the table gives has none. In `arena`. */
rein_spread *rein_scenario_spreads(rein_arena *arena, const rein_scenario *scenario, int *n);

/* The number x standard deviations from its centre, of a parameter; nothing is cut. */
double rein_spread_value(const rein_spread *spread, double centre, double x);

/* Node i of the quadrature over what is drawn, and its weight: the quantiles at the normal probabilities of
 * the Gauss-Hermite rule with three points, with every cut; of Bernoulli its two values, and between them the
 * typical one with weight 0. `centre`: of a parameter. */
#define REIN_SPREAD_NODES 3
double rein_spread_node(const rein_spread *spread, double centre, int i, double *weight);

/* The scenario with these arms in place of its own, to be measured at `time`; held: see above, else people
 * are drawn as the scenario says, around the variants' numbers. In `arena`. */
rein_scenario *rein_scenario_vary(rein_arena *arena, const rein_scenario *scenario,
                                  const rein_variant *variant, int n_variant, const double *time, int n_time,
                                  bool held);

/* Whether no dose of the arm is missed or late by chance. */
bool rein_scenario_is_faithful(const rein_scenario *scenario, int arm);

#endif
