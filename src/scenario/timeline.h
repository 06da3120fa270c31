/* From prescriptions to one lane's items: when which state, input or parameter is changed, by how much.
 *
 * A course is one line of an arm, or one record of a table of doses: an action, its amount, its times, how it
 * is given and how faithfully. NONMEM's conventions (docs/interventions.md, "What a dose does"):
 *   bolus              state += F amount, lag after its time
 *   infusion, rate r   given or modelled: rate stays r, it lasts F amount / r
 *   infusion, length d given or modelled: it lasts d, the rate is F amount / d; d = 0 is a bolus
 *   replace, multiply  of a state, at the very time: no lag, no F
 *   reset              all states to their initial values, running infusions end; later doses remain
 * Invariants:
 *   1. a dose that is not taken, or left out in a counterfactual, keeps its instants as items that change
 *      nothing: the lanes of a batch restart at the same numbers;
 *   2. an input is set to the exact sum of the infusions that run, so after the last it is 0 to the bit;
 *   3. items at one instant happen in the order: courses as written (doses, resets, steady states), doses
 *      that a lag has delayed, then inputs, then parameters.
 */
#ifndef REIN_SCENARIO_TIMELINE_H
#define REIN_SCENARIO_TIMELINE_H

#include "solver/plan.h"
#include "src/lang/model.h"
#include "src/scenario/adherence.h"
#include "src/scenario/titrate.h"

typedef enum {
  REIN_GIVEN_BOLUS,
  REIN_GIVEN_FOR,          /* infusion of length `given` [model time] */
  REIN_GIVEN_AT_RATE,      /* infusion at rate `given` [action's unit / model time] */
  REIN_GIVEN_MODELLED_FOR, /* length, rate: from the model's action */
  REIN_GIVEN_MODELLED_AT_RATE,
  REIN_GIVEN_RESET,   /* no dose: a reset */
  REIN_GIVEN_REPLACE, /* the state becomes the amount */
  REIN_GIVEN_MULTIPLY /* the state is multiplied by the amount, a number */
} rein_given;

/* Whether the first dose finds the system as if it had been given for ever. */
typedef enum {
  REIN_STEADY_NOT,
  REIN_STEADY_RESETS, /* what was before is gone (SS 1) */
  REIN_STEADY_ADDS    /* to what was before (SS 2) */
} rein_steadiness;

#define REIN_MAX_LETTER 8 /* A to H */

/* Periods of an N-of-1 trial or a crossover: letters say what is given in which. */
typedef struct {
  const char *letter; /* (n) "ABAB" */
  int n;
  int block; /* so many periods each hold every letter once, and stand in an order drawn for each person; 0:
                as written */
  double run_in, length,
      washout; /* model time: before the first period; of one; at its beginning without anything */
} rein_periods;

typedef struct {
  const char *name; /* unique in its arm; with `key` the key of its draws: "warfarin", "warfarin#2" */
  uint64_t key;
  int action;    /* of the model; -1: a reset */
  double amount; /* action's unit, or per unit of the person's number per_param */
  int per_param; /* index of the person's number that the amount is multiplied with: body weight, an amount of
                    their own; -1 none */
  rein_given how;
  double given;
  rein_steadiness steady;
  double every;       /* interval of the steady state, model time; 0: a constant infusion at `given` */
  const double *time; /* (n_dose) prescribed, rising, model time */
  int n_dose;
  const rein_adherence *adherence;    /* NULL: every dose is taken */
  const bool *missed;                 /* (n_dose) history written out, or NULL */
  double jitter;                      /* SD of the time taken around the time prescribed, model time */
  const rein_periods *periods;        /* of its arm, NULL none */
  char letter;                        /* given in periods of this letter only; 0: always */
  int line;                           /* index of the first course of its line in the arm */
  const rein_titration *titration[2]; /* (n_titration) decisions about the line's doses */
  int n_titration;
  int decided;       /* with titration: its line among those of rein_scenario */
  bool left_out;     /* counterfactual: keeps its instants, does nothing */
  const char *words; /* "5 mg every 24 h for 14 d" */
  rein_pos pos;
} rein_course;

/* Amount of its doses as written, for the person with these numbers [action's unit]. */
double rein_course_amount(const rein_course *course, const double *value);

/* Scratch of one fill; zero it before the first use, free with rein_timeline_clear. */
typedef struct {
  struct rein_span *span;
  struct rein_edge *edge;
  size_t n_span, cap_span, cap_edge;
  struct rein_reset *reset; /* (n_reset) what ends the infusions that run */
  size_t n_reset, cap_reset;
  rein_dose_taken *taken; /* of the doses of one course */
  size_t cap_taken;
  rein_item *late; /* (n_late) of doses that a lag has delayed */
  size_t n_late, cap_late;
  double *asked; /* (n_asked) times at which the action's numbers were looked at, see `asks` */
  size_t n_asked, cap_asked;
} rein_timeline;
void rein_timeline_clear(rein_timeline *timeline);

/* Which of an instant's resets and doses come first. */
typedef enum { REIN_ORDER_AS_WRITTEN, REIN_ORDER_RESETS_FIRST, REIN_ORDER_DOSES_FIRST } rein_order;

/* What the lane is: adherence and jitter are drawn by (seed, individual), the same in every arm. */
typedef struct {
  const rein_model *model;
  const rein_tape *tape;
  uint64_t seed;
  bool faithful;        /* every dose is taken on time (pilot run) */
  const double *value;  /* the individual's numbers, see rein_people_draw */
  const double *action; /* rows of REIN_PROG_ACTION at this lane: action[(4 i + k) * stride] */
  int stride;
  bool asks; /* timeline->asked is wanted */
  const double *moment,
      *moment_action; /* (n_moment) rising; (n_moment x 4 n_action) the rows at these times,
                         in place of `action`: all that were asked for; NULL: as at the start */
  size_t n_moment;
  rein_order order;
  bool adding_ends;       /* a steady state that adds ends the infusions that run, as one that resets does */
  const rein_course *own; /* (n_own) courses of this person alone, after those of the arm */
  int n_own;
  const bool *left_out; /* (n_action) actions left out of the own courses; NULL none */
} rein_timeline_lane;

/* Fills lane->item and lane->dose for the arm's courses, to be sorted with rein_lane_sort_items;
 * lane->individual, t_start, t_end are set. Items after t_end are left out. A dose that cannot be (a lag,
 * bioavailability, rate or duration that is not finite or negative) becomes an item by which the lane fails
 * and says why. False when memory is out. */
bool rein_timeline_fill(rein_timeline *timeline, const rein_timeline_lane *about, const rein_course *course,
                        int n_course, rein_lane_plan *lane);

#endif
