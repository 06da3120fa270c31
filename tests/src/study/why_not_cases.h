/* Observed data with one known fault each, for `rein why-not`: the generator, its seeds and its sizes, fixed
 * before the method that is judged by them.
 *
 * The truth is integrated here by Runge and Kutta's classical method with a fixed step, not by rein. 24
 * people in three arms (nothing, 50 mg, 150 mg a day for three days) are measured at twelve times after the
 * dose. Two compartments are each seen twice (plasma and saliva, marker and score), three doses are compared,
 * and both ends of the chain are measured: so the five places differ in what they do to the data. Each case
 * draws the parameters' uncertainty, the people and the noise anew, as the model states them.
 *
 * Size s is counted in what is stated beside the fault: the noise of the observable (measurement, readout),
 * the differences between people in the parameter (parameter), or in the parameter that the missing process
 * works beside (structure). For an intervention nothing is stated, and 20 % of an amount or 1 h is meant.
 *
 *   spread     measurement   the marker's noise is 1 + s times as large
 *   batch      measurement   marker of the high arm too high by s SDs of its noise
 *   less       intervention  doses of the high arm times exp(-0.2 s)
 *   late       intervention  all doses s h late
 *   clearance  parameter     CL times exp(+-0.3 s)
 *   turnover   parameter     kout times exp(+-0.3 s)
 *   loss       structure     the marker is also lost at 0.3 s kout
 *   induction  structure     CL grows along a line to 1 + 0.3 s times at 72 h
 *   gain       readout       plasma times exp(+-0.1 s)
 *   shift      readout       marker times exp(+-0.05 s) */
#ifndef REIN_TESTS_WHY_NOT_CASES_H
#define REIN_TESTS_WHY_NOT_CASES_H

#include <stdbool.h>
#include <stdint.h>

#include "src/base/text.h"

typedef enum {
  FAULT_NONE,
  FAULT_SPREAD,
  FAULT_BATCH,
  FAULT_LESS,
  FAULT_LATE,
  FAULT_CLEARANCE,
  FAULT_TURNOVER,
  FAULT_LOSS,
  FAULT_INDUCTION,
  FAULT_GAIN,
  FAULT_SHIFT,
  N_FAULT
} why_not_fault;

#define WHY_NOT_N_SIZE 4
extern const double why_not_size[WHY_NOT_N_SIZE]; /* 0.5, 1, 2, 4 */

/* Expectations: of the cases of each fault and size, at least this share is placed right where the size is 2
 * or more, an abstention being wrong; at most this share of the cases without a fault is told to have one. */
#define WHY_NOT_RIGHT 0.80
#define WHY_NOT_FALSE_ALARM 0.10
#define WHY_NOT_N_FAULTLESS 200
#define WHY_NOT_N_EACH 20 /* cases of each fault and size */

/* A second family, fixed before the method was run on it: values of one observable, noise and all, written in
 * another unit than the table says, of everybody or of those of the high arm alone (who were measured
 * elsewhere). Place: measurement. */
typedef struct {
  const char *what, *observable;
  double factor;
  bool high_alone;
} why_not_unit;

#define WHY_NOT_N_UNIT 12
extern const why_not_unit why_not_unit_fault[WHY_NOT_N_UNIT];
uint64_t why_not_unit_seed(int fault, int i);
void why_not_write_unit_table(const why_not_unit *fault, uint64_t seed, rein_text *out);

/* Word for the place of a fault: "measurement", "intervention", "parameter", "structure", "readout"; NULL for
 * none. */
const char *why_not_place_of(why_not_fault fault);

/* Seed of case i of a fault and size (0 .. 3). */
uint64_t why_not_seed(why_not_fault fault, int size, int i);

/* The files beside the table. */
extern const char *const why_not_model, *const why_not_scenario, *const why_not_about;

/* The table, header first. */
void why_not_write_table(why_not_fault fault, double size, uint64_t seed, rein_text *out);

#endif
