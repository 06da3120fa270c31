/* Private to method.c and the methods behind it: what every method is made of. A method's own struct begins
 * with rein_method, so that a pointer to one is a pointer to the other. What each function does is said in
 * method.h.
 */
#ifndef REIN_SOLVER_METHOD_TABLE_H
#define REIN_SOLVER_METHOD_TABLE_H

#include "solver/method.h"

typedef struct {
  rein_method *(*create)(rein_method_problem *problem);
  void (*destroy)(rein_method *method); /* not NULL */
  rein_step (*start)(rein_method *method, const double *y);
  rein_step (*advance)(rein_method *method, double *tau);
  const double *(*state)(const rein_method *method);
  double (*last_step)(const rein_method *method);
  bool (*dense)(rein_method *method, double tau, double *y);
  bool (*dense_lanes)(rein_method *method, const double *tau, const double *mask, double *y);
  const double *(*local_error)(rein_method *method);
  void (*error_norms)(rein_method *method, double *norm);
  int (*pivot_lane)(const rein_method *method); /* of the last singular matrix, or -1; NULL: none has */
  rein_method_counters (*count)(rein_method *method);
} rein_method_table;

struct rein_method {
  const rein_method_table *table;
  rein_method_problem *p;
};

/* problem->max_step in tau of the pass about to start, 0 for no bound. */
double rein_method_max_step(const rein_method_problem *problem);

extern const rein_method_table rein_method_cvode, rein_method_onestep;

#endif
