/* How faithfully a person follows one line of an arm: initiation, implementation, persistence, and what is
 * done after a miss. Source: docs/interventions.md, "Adherence".
 *
 * All draws are keyed by (seed, individual, line, dose), so a person who takes a dose at 50 % takes it at 80
 * %, too, and in every arm alike. Threads: reentrant with own arrays.
 */
#ifndef REIN_SCENARIO_ADHERENCE_H
#define REIN_SCENARIO_ADHERENCE_H

#include <stdbool.h>
#include <stdint.h>

/* A fraction over the time since the first dose [model time]. */
typedef enum { REIN_CURVE_CONSTANT, REIN_CURVE_DECAY, REIN_CURVE_TABLE } rein_curve_kind;
typedef struct {
  rein_curve_kind kind;
  double from, to, half_life; /* decay: to + (from - to) 2^(-time / half_life); constant: from */
  const double *time, *value; /* (n) table: straight between its points, level outside them */
  int n;
} rein_curve;

/* What is done about a missed dose: nothing; it is taken `late`; the next one taken is doubled. */
typedef enum { REIN_MISS_SKIP, REIN_MISS_LATE, REIN_MISS_DOUBLE } rein_miss;

typedef struct {
  double initiation;  /* probability that the first dose is taken at all, without it none is */
  double take;        /* probability of a dose, or of one after a dose that was taken */
  double after_miss;  /* probability of a dose after a missed one; NaN: as `take` */
  double between;     /* SD of the logit of both between people */
  double correlation; /* of that between the lines of one person */
  rein_curve amount;  /* fraction of the amount that is taken */
  bool has_amount;
  double hazard;    /* of stopping for good [1 / model time], 0: none */
  rein_curve stays; /* or the fraction that has not stopped yet */
  bool has_stays;
  rein_miss then;
  double late;       /* delay of a late dose, model time */
  double overstated; /* probability that a missed dose is reported as taken */
} rein_adherence;

/* One dose as it went. */
typedef struct {
  bool taken, late, doubled;
  double factor;   /* of the amount prescribed: fraction, doubling; 0 where it was not taken */
  double reported; /* the same as the person tells it */
} rein_dose_taken;

/* Nothing said: all is taken. */
rein_adherence rein_adherence_all(void);

bool rein_adherence_same(const rein_adherence *a, const rein_adherence *b);

/* Fraction at `time` since the first dose. */
double rein_curve_at(const rein_curve *curve, double time);

/* How all doses of a line go. time (n): prescribed, rising; missed (n): known history, or NULL; key: of the
 * line. out (n). */
void rein_adherence_follow(const rein_adherence *how, uint64_t seed, uint64_t individual, uint64_t key,
                           const double *time, const bool *missed, int n, rein_dose_taken *out);

#endif
