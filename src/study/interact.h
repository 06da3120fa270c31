/* Interactions between the factors of a factorial design, from the records of a study.
 *
 * An arm of a design in which two or more factors are given is a combination. Each individual has its own
 * number under every arm, so an interaction is a number of each individual, and what is reported is its
 * spread over the cohort. The numbers are latent values at the end of a horizon:
 *
 *   additive  difference from the sum of the effects that the factors have alone; on the observable's scale:
 *             of the values, or of their logarithms and then as a ratio
 *   Bliss     excess of a fractional effect over that of independent factors (Bliss 1939, Annals of Applied
 *             Biology 26:585); only of observables that declare `effect: fraction`
 *   Loewe     combination index, the sum of each dose over the dose that has the same effect alone (Loewe
 *             1953, Arzneimittelforschung 3:285; Chou and Talalay 1984, Advances in Enzyme Regulation 22:27);
 *             only where each factor alone has at least REIN_LEAST_DOSES doses
 *
 *   beyond    of three factors and more, what no smaller combination of them shows: the additive interaction
 * of the highest order, and the excess over the fraction that all smaller combinations give where what is
 * left has no interaction of the highest order (for three factors, over Bliss of singles and pairs). Of the
 * index there is no such part.
 *
 * Of a two-level design with more than two factors there are contrasts, too: the effect of a factor, or the
 * interaction of two, on average over the others; in a fraction with what it cannot be told apart from. */
#ifndef REIN_STUDY_INTERACT_H
#define REIN_STUDY_INTERACT_H

#include "src/base/text.h"
#include "src/record/summary.h"

#define REIN_LEAST_DOSES 3 /* above 0: with none, four points of a curve */
/* A combination index this near 1 is additive; and one that may be 1 on some monotone curve through the
 * doses. */
#define REIN_INDEX_SLACK 0.01
/* A difference of so many relative tolerances of its terms is none. */
#define REIN_VALUE_SLACK 10.0

typedef enum {
  REIN_INTERACTION_ADDITIVE,
  REIN_INTERACTION_BLISS,
  REIN_INTERACTION_LOEWE,
  REIN_INTERACTION_ADDITIVE_BEYOND, /* of three factors and more */
  REIN_INTERACTION_BLISS_BEYOND,
  REIN_N_INTERACTION
} rein_interaction_kind;
const char *rein_interaction_word(rein_interaction_kind kind); /* "additive" */
#define REIN_MOST_BEYOND 8 /* factors of a combination, whose smaller ones are 2^n */

typedef struct {
  const char *na;             /* why there is no number; NULL: there is */
  rein_summary_number number; /* n -1: suppressed */
  int64_t n_out;              /* individuals without a number: failed, or outside what can be compared */
  double more, none, less; /* shares of the individuals: synergistic, additive, antagonistic; NaN suppressed.
                              Of a contrast: above 0 (a ratio: 1), at it, below */
} rein_interaction;

typedef struct {
  int i_design, i_arm, i_quantity, i_horizon;
  int n_given; /* factors of the combination */
  rein_interaction of[REIN_N_INTERACTION];
} rein_interaction_row;

typedef struct {
  int i_design, i_quantity, i_horizon;
  const char *product; /* "diet*activity", in a fraction with its aliases "= sodium" */
  rein_interaction effect;
} rein_contrast_row;

typedef struct {
  const char *name;
  int n_factor, n_arm;
  const char **factor; /* (n_factor) */
  int *arm;            /* (n_arm) index among the study's arms */
  double *dose;        /* (n_arm x n_factor) amounts as the records' labels have them, 0 for none */
} rein_design;

typedef struct {
  const rein_study_reader *reader;
  rein_design *design;         /* (n_design) */
  rein_interaction_row *row;   /* (n_row) by design, quantity, horizon, arm */
  rein_contrast_row *contrast; /* (n_contrast) likewise */
  int n_design;
  size_t n_row, n_contrast;
} rein_interactions;

/* All interactions of a study, or those of one observable (NULL: all), in `arena`. individual_data: small
 * groups of people are not suppressed. REIN_OK; REIN_ERR_INPUT where the study has no factorial or no such
 * observable, REIN_ERR_FILE, each with one error in diag; REIN_ERR_MEMORY. */
rein_status rein_interact_create(rein_arena *arena, const rein_study_reader *reader, const char *observable,
                                 bool individual_data, rein_diag *diag, rein_interactions **out);

/* As text, and as JSON. REIN_OK or REIN_ERR_MEMORY. */
void rein_interact_print(const rein_interactions *about, rein_text *out);
rein_status rein_interact_print_json(const rein_interactions *about, rein_text *out);

#endif
