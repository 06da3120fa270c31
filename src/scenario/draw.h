/* Random draws that any subset of a study can repeat: keyed, never sequential.
 *
 * A draw is a function of (seed, purpose, individual, key, number) alone, by Philox 4x64-10 (Salmon et al.
 * 2011, "Parallel random numbers: as easy as 1, 2, 3", SC11; library Random123). It depends on no other draw,
 * on no order, thread or cohort size. The same bits on every processor (src/stats/fixed.h). Threads: all
 * reentrant.
 */
#ifndef REIN_SCENARIO_DRAW_H
#define REIN_SCENARIO_DRAW_H

#include <stdint.h>

/* What a draw is for; the numbers are part of every study's bytes and never change. */
typedef enum {
  REIN_DRAW_BETWEEN = 1,   /* individual, key of the parameter's name */
  REIN_DRAW_UNCERTAIN = 2, /* replicate in place of the individual, key of the parameter's name */
  REIN_DRAW_COVARIATE = 3, /* individual, key of the covariate's name */
  REIN_DRAW_ADHERENCE = 4, /* individual, key of the course's name, dose number */
  REIN_DRAW_JITTER = 5,    /* individual, key of the course's name, dose number */
  REIN_DRAW_NOISE =
      6, /* individual, key of the observable's name, number of the measurement: the same in every arm */
  REIN_DRAW_NOISE_2 = 7,     /* second part of combined noise */
  REIN_DRAW_MISSING = 8,     /* individual, key of the observable's name, number of the measurement */
  REIN_DRAW_DESIGN = 9,      /* axis, key of the sweep, point */
  REIN_DRAW_FAITH = 10,      /* individual, key of the line, or 0 for all lines of a person: how faithful */
  REIN_DRAW_INITIATION = 11, /* individual, key of the line */
  REIN_DRAW_PERSISTENCE = 12,
  REIN_DRAW_REPORT = 13, /* individual, key of the line, dose number */
  REIN_DRAW_ORDER =
      14, /* individual, step of the shuffle, number of the block: randomised order of periods */
  REIN_DRAW_POINTS = 15, /* batch of quasi-random points, block of dimensions, place: order of the block */
  REIN_DRAW_POINTS_SHIFT = 16, /* batch, block of dimensions, dimension */
  REIN_DRAW_DECISION = 20,     /* individual, key of the observable's name, bits of the decision's time */
  REIN_DRAW_DECISION_2 = 21,   /* second part of combined noise */
  REIN_DRAW_EPISODES = 22      /* person: training or test part of an export of episodes */
} rein_draw_purpose;

/* FNV-1a, 64 bits, of a name. */
uint64_t rein_draw_key(const char *name);

/* 64 random bits. */
uint64_t rein_draw_bits(uint64_t seed, rein_draw_purpose purpose, uint64_t individual, uint64_t key,
                        uint64_t number);

/* Uniform on (0, 1), the ends excluded: an odd multiple of 2^-53. */
double rein_draw_uniform(uint64_t seed, rein_draw_purpose purpose, uint64_t individual, uint64_t key,
                         uint64_t number);

/* Standard normal, by its quantile at the uniform draw. */
double rein_draw_normal(uint64_t seed, rein_draw_purpose purpose, uint64_t individual, uint64_t key,
                        uint64_t number);

#endif
