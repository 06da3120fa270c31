/* Private to why_not*.c: the covariance of residuals, and vectors seen by it.
 *
 * Residuals r of units (people, groups) have the covariance  S = B + U U',  B block-diagonal: noise, and what
 * varies between people; U: uncertain parameters, which all units share. With Woodbury's identity
 *   a' S^-1 b = za' zb - wa' wb,   z = L^-1 a,  w = C^-1 W' z,  L L' = B,  W = L^-1 U,  C C' = 1 + W' W
 * and log det S = log det B + log det (1 + W' W). */
#ifndef REIN_STUDY_WHY_NOT_METRIC_H
#define REIN_STUDY_WHY_NOT_METRIC_H

#include "src/study/why_not_inside.h"

typedef struct {
  double *l; /* blocks of L, one after another, each (m x m) row by row */
  double *w; /* (n_uncertain x n_row) */
  double *c; /* (n_uncertain x n_uncertain) */
  int n_uncertain;
  double log_det;
} rein_metric;

/* A transformed vector. */
typedef struct {
  double *z, *w;
} rein_seen;

/* observable, scale: its noise is that many times as large; -1: none. REIN_ERR_SOLVER with an error where it
 * is not positive definite. */
rein_status rein_why_not_measure(const rein_why_not_job *job, int observable, double scale, rein_metric *m);

/* x (n_row), and a' S^-1 b of two vectors seen by the same metric. */
rein_seen rein_why_not_see(const rein_why_not_job *job, const rein_metric *m, const double *x);
double rein_why_not_product(const rein_why_not_job *job, const rein_metric *m, const rein_seen *a,
                            const rein_seen *b);

#endif
